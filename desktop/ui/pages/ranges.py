"""A range of amounts or a span of days, asked for in a small window under its chip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.services.search_words import day_words
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label, pen, room_around
from desktop.ui.widgets.buttons import Button, Choice
from desktop.ui.widgets.entries import AmountField, DateField
from desktop.ui.widgets.fields import FieldRow


class RangePopup(QFrame):
    """Two fields and a button; Enter goes on, on the button it applies. Esc closes without a change."""

    chosen = Signal(str, str)
    """Filter (``amount``, ``day``, ``signed_on`` …) and its code."""

    def __init__(self, name: str, today: Callable[[], date], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._name = name
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(10), px(14), px(10))
        column.setSpacing(px(6))
        self.low: AmountField | DateField
        self.high: AmountField | DateField
        self.which = Choice(_("哪个日期"), list(day_words().items()))
        if name == "amount":
            self.setAccessibleName(_("成交额范围"))
            self.low, self.high = AmountField(_("不少于")), AmountField(_("不超过"))
            words = (_("不少于（元）"), _("不超过（元）"))
            self.which.hide()
        else:
            self.setAccessibleName(_("日期范围"))
            self.low, self.high = DateField(_("起日"), today=today), DateField(_("止日"), today=today)
            words = (_("起日"), _("止日"))
            column.addWidget(FieldRow("", _("哪个日期"), self.which, name_width=104))
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        for word, entry in zip(words, (self.low, self.high), strict=True):
            column.addWidget(FieldRow("", word, entry, name_width=104))
            entry.noted.connect(self._noted)
        self.setFixedWidth(px(360))
        self.trouble = Label("", size="note", tone="err", wrap=True)
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.apply_button = Button(_("按这个范围查"), "primary", mnemonic="C")
        self.apply_button.clicked.connect(self.apply)
        column.addWidget(self.apply_button)

    def offer(self, where: QPoint) -> None:
        """Empty, under its chip, kept on the screen."""
        for entry in (self.low, self.high):
            entry.set_value("")
        self.trouble.hide()
        self.adjustSize()
        screen = room_around(self)
        self.move(
            min(where.x(), screen.right() - self.width()), min(where.y(), screen.bottom() - self.height())
        )
        self.show()
        self.low.setFocus(Qt.FocusReason.OtherFocusReason)

    def apply(self) -> None:
        """Tell the range and close, or say what is wrong with it."""
        for entry in (self.low, self.high):
            entry.settle()
            if entry.check(entry.text()):  # told under the field
                self.trouble.hide()
                entry.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        low, high = self._ends()
        if low is None and high is None:
            self._say(_("请至少写一头"))
            return
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            self._say(_("起点比止点大，请核对"))
            return
        name = self._name if self._name == "amount" else self.which.choice()
        self.close()
        self.chosen.emit(name, f"{'' if low is None else low}..{'' if high is None else high}")

    def _ends(self) -> tuple[Decimal | date | None, Decimal | date | None]:
        if isinstance(self.low, AmountField) and isinstance(self.high, AmountField):
            return self.low.amount(), self.high.amount()
        assert isinstance(self.low, DateField)
        assert isinstance(self.high, DateField)
        return self.low.day(), self.high.day()

    def _say(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.show()
        self._fit()

    def _noted(self, _words: str) -> None:
        self._fitting.start(0)

    def _fit(self) -> None:
        """As high as the words under the fields want."""
        if (layout := self.layout()) is not None:
            layout.invalidate()
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """White with a frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line2"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
