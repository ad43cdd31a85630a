"""Questions that must be answered: the title is the question, the safe answer holds the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label, room_around
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import Icon
from desktop.ui.widgets.fields import ENTER, Field, FieldRow, TextBox


class BodyArea(QScrollArea):
    """What stands between the question and its buttons; scrolls when the screen is too low for all of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setProperty("scrolled", "true")
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, 0, px(2), 0)
        self.column.setSpacing(px(8))
        self.setWidget(inside)

    def needed(self, width: int) -> int:
        """Height of all of it at this width."""
        if not self.column.count():
            return 0
        return max(self.column.totalHeightForWidth(width), self.column.totalMinimumSize().height())

    def sizeHint(self) -> QSize:
        """All of it."""
        return self.column.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """As wide as what is in it; the height is settled by the dialog."""
        return QSize(self.column.totalMinimumSize().width(), 0)


class FramedDialog(QDialog):
    """A modal dialog with a frame of its own and no default button: Enter presses the one with the focus."""

    def answered(self) -> bool:
        """Show it and wait; True when the act was chosen.

        Qt's own ``exec`` ends when the dialog is hidden: the lock hides it, and brings it back as it was.
        """
        waiting = QEventLoop()
        self.finished.connect(waiting.quit)
        self.open()
        waiting.exec()
        return self.result() == QDialog.DialogCode.Accepted

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


class QuestionDialog(FramedDialog):
    """The frame of every question: sign, question, consequence, ``body``, ``below``, act and safe way.

    Neither button is the default: Enter presses the one with the focus, at first the safe one; Esc is the
    safe one. It stands in the middle of its window and never outgrows it: then the body scrolls.
    """

    def __init__(
        self,
        parent: QWidget | None,
        question: str,
        consequence: str,
        *,
        act: str,
        safe: str,
        kind: str,
        mnemonic: str = "",
        least: int = 520,
        most: int = 560,
    ) -> None:
        super().__init__(parent)
        if not consequence:
            raise ValueError("a question without its consequence")
        self.setWindowTitle(question)
        self.setAccessibleName(question)
        self.setAccessibleDescription(consequence)
        self.setModal(True)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.setMaximumWidth(px(most))
        self.setMinimumWidth(px(min(least, most)))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(px(22), px(16), px(18), px(14))
        outer.setSpacing(px(14))
        risky = kind == "danger"
        sign = Icon("warning" if risky else "question", "warn" if risky else "accent", 24, filled=risky)
        outer.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout()
        self._column.setSpacing(px(8))
        outer.addLayout(self._column, 1)
        self._column.addWidget(Label(question, size="contract", strong=True, wrap=True))
        self.consequence = Label(consequence, tone="ink2", wrap=True)
        self._column.addWidget(self.consequence)
        self.scroller = BodyArea(self)
        self.body = self.scroller.column
        self.scroller.setFixedHeight(0)
        self._column.addWidget(self.scroller, 1)
        self.below = QVBoxLayout()
        self.below.setSpacing(px(8))
        self._column.addLayout(self.below)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, px(6), 0, px(4))
        buttons.setSpacing(px(12))
        buttons.addStretch(1)
        self.act_button = Button(act, kind, mnemonic=mnemonic)
        self.safe_button = Button(safe, key="Esc")
        self.safe_button.clicked.connect(self.reject)
        buttons.addWidget(self.act_button)
        buttons.addWidget(self.safe_button)
        self._column.addLayout(buttons)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self.fit)
        inside = self.scroller.widget()
        inside.installEventFilter(self)

    def fit(self) -> None:
        """As high as its content wants, never higher than its window; in the middle of it."""
        layout, parent = self.layout(), self.parentWidget()
        if layout is None:
            return
        window = parent.window() if parent is not None else None
        room = window.size() if window is not None else room_around(self).size()
        wide = min(
            max(layout.totalSizeHint().width(), self.minimumWidth()), self.maximumWidth(), room.width()
        )
        now = self.scroller.minimumHeight()  # settled below: what is left is the rest of the dialog
        layout.invalidate()
        rest = max(layout.totalHeightForWidth(wide), layout.totalMinimumSize().height()) - now
        inside = wide - (self.width() - self.scroller.width()) if self.scroller.width() else wide
        needed = self.scroller.needed(inside)
        most = max(room.height() - rest - px(8), 0)
        high = needed
        if needed > most:  # the scroll bar takes its width
            high = min(self.scroller.needed(inside - px(14)), most)
        if high != now or self.scroller.maximumHeight() != high:
            self.scroller.setFixedHeight(high)
        self.resize(wide, rest + high)
        layout.activate()
        if window is not None:
            middle = window.mapToGlobal(window.rect().center())
            self.move(middle - QPoint(self.width() // 2, self.height() // 2))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Something in the body came, went or grew."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._fitting.start(0)
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """In the middle of the window, the focus where it belongs."""
        super().showEvent(event)
        self.fit()
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def first_focus(self) -> QWidget:
        """The first empty field while the act is not possible yet, else the safe button.

        Both do nothing on Enter, and what is typed at once goes where it is wanted.
        """
        if self.act_button.isEnabled():
            return self.safe_button
        return next((field for field in self.fields() if not _written(field)), self.safe_button)

    def fields(self) -> list[Field | TextBox]:
        """Fields that take text, from the top down.

        Not along the chain of Tab: its members inside Qt would get Python wrappers that outlive them.
        """
        found: list[Field | TextBox] = [*self.findChildren(Field), *self.findChildren(TextBox)]
        shown = [one for one in found if one.isVisibleTo(self) and one.isEnabled() and not one.isReadOnly()]
        places = {one: one.mapTo(self, QPoint(0, 0)) for one in shown}
        return sorted(shown, key=lambda one: (places[one].y(), places[one].x()))


def _written(field: Field | TextBox) -> str:
    return field.toPlainText() if isinstance(field, TextBox) else field.text()


class AskDialog(QuestionDialog):
    """``AskDialog(parent, "注销 … 的登记？", "注销后编号不再使用……", act="注销这份登记", safe="先不注销")``.

    With ``reason`` (its name, 事由) the act stays disabled until something is written; see ``reason()``.
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
        least: int = 420,
        most: int = 560,
    ) -> None:
        super().__init__(
            parent,
            question,
            consequence,
            act=act,
            safe=safe,
            kind=kind,
            mnemonic=mnemonic,
            least=least,
            most=most,
        )
        self.entry: Field | None = None
        if reason:
            self.entry = Field(reason, required=True)
            self.body.addWidget(FieldRow("", reason, self.entry, name_width=48))
            self.entry.textChanged.connect(self._enable)
        self.act_button.clicked.connect(self.accept)
        self._enable()
        if self.entry is not None:
            QWidget.setTabOrder(self.entry, self.act_button)
        QWidget.setTabOrder(self.act_button, self.safe_button)

    def reason(self) -> str:
        """What was written as the reason."""
        return self.entry.text().strip() if self.entry is not None else ""

    def _enable(self, _text: str = "") -> None:
        self.act_button.setEnabled(self.entry is None or bool(self.reason()))


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
    agreed = dialog.answered()
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
    agreed = dialog.answered()
    written = dialog.reason()
    dialog.deleteLater()
    return written if agreed else None
