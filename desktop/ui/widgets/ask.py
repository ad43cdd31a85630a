"""Questions that must be answered: the title is the question, the safe answer holds the focus."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import Icon
from desktop.ui.widgets.fields import ENTER, Field, FieldRow


class AskDialog(QDialog):
    """``AskDialog(parent, "注销 … 的登记？", "注销后编号不再使用……", act="注销这份登记", safe="先不注销")``.

    Neither button is the dialog's default: Enter presses the one with the focus, at first the safe one; Esc
    is the safe
    one. With ``reason`` (its name, 事由) the act stays disabled until something is written; see ``reason()``.
    """

    def __init__(
        self,
        parent: QWidget | None,
        question: str,
        consequence: str,
        *,
        act: str,
        safe: str,
        kind: str = "danger",
        mnemonic: str = "",
        reason: str = "",
    ) -> None:
        super().__init__(parent)
        if not consequence:
            raise ValueError("a question without its consequence")
        self.setWindowTitle(question)
        self.setAccessibleName(question)
        self.setAccessibleDescription(consequence)
        self.setModal(True)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.setMaximumWidth(px(560))
        self.setMinimumWidth(px(420))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(px(22), px(16), px(18), px(14))
        outer.setSpacing(px(14))
        sign = Icon("warning" if kind == "danger" else "question", "warn", 24, filled=kind == "danger")
        outer.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(px(8))
        outer.addLayout(column, 1)
        column.addWidget(Label(question, size="contract", strong=True, wrap=True))
        column.addWidget(Label(consequence, tone="ink2", wrap=True))
        self.entry: Field | None = None
        if reason:
            self.entry = Field(reason, required=True)
            row = FieldRow("", reason, self.entry, name_width=48)
            column.addWidget(row)
            self.entry.textChanged.connect(self._enable)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, px(8), 0, px(4))
        buttons.setSpacing(px(12))
        buttons.addStretch(1)
        self.act_button = Button(act, kind, mnemonic=mnemonic)
        self.act_button.clicked.connect(self.accept)
        self.safe_button = Button(safe, key="Esc")
        self.safe_button.clicked.connect(self.reject)
        buttons.addWidget(self.act_button)
        buttons.addWidget(self.safe_button)
        column.addLayout(buttons)
        self._enable()
        if self.entry is not None:
            QWidget.setTabOrder(self.entry, self.act_button)
        QWidget.setTabOrder(self.act_button, self.safe_button)
        self.safe_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def reason(self) -> str:
        """What was written as the reason."""
        return self.entry.text().strip() if self.entry is not None else ""

    def _enable(self, _text: str = "") -> None:
        self.act_button.setEnabled(self.entry is None or bool(self.reason()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter never reaches a default button: there is none."""
        if event.key() in ENTER:
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame: some desktops draw none."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(QPen(ink("line2"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


def ask(
    parent: QWidget,
    question: str,
    consequence: str,
    *,
    act: str,
    safe: str,
    kind: str = "danger",
    mnemonic: str = "",
) -> bool:
    """Ask and wait; True when the act was chosen. ``kind`` danger for what cannot be taken back, else
    plain.
    """
    dialog = AskDialog(parent, question, consequence, act=act, safe=safe, kind=kind, mnemonic=mnemonic)
    _centre(dialog, parent)
    agreed = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return agreed


def ask_reason(
    parent: QWidget,
    question: str,
    consequence: str,
    *,
    act: str,
    safe: str,
    kind: str = "danger",
    reason: str = "",
    mnemonic: str = "",
) -> str | None:
    """Ask for a reason with it; the reason, or None when the safe answer was chosen."""
    dialog = AskDialog(
        parent,
        question,
        consequence,
        act=act,
        safe=safe,
        kind=kind,
        mnemonic=mnemonic,
        reason=reason or _("事由"),
    )
    _centre(dialog, parent)
    agreed = dialog.exec() == QDialog.DialogCode.Accepted
    written = dialog.reason()
    dialog.deleteLater()
    return written if agreed else None


def _centre(dialog: QDialog, parent: QWidget) -> None:
    window = parent.window()
    size = dialog.sizeHint()
    middle = window.mapToGlobal(window.rect().center())
    dialog.move(middle - QPoint(size.width() // 2, size.height() // 2))
