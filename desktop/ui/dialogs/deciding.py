"""What the dialogs of a registered contract share: question, consequence, fields, refusal in place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.ui.calls import Calls
from desktop.ui.pages.wording import trouble_words
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import Icon, Strip
from desktop.ui.widgets.fields import ENTER, Field, FieldRow, TextBox


class DecidingDialog(QDialog):
    """A question with fields. The safe button holds the focus; Enter on the dialog answers nothing.

    A subclass adds rows with ``add``, says in ``lacks()`` what is still missing and does the act in
    ``work()``, which runs as a job and so holds nothing of the dialog. A refusal is shown in the dialog, what
    was typed stays; ``decided`` carries the result.
    """

    decided = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        question: str,
        consequence: str,
        *,
        act: str,
        safe: str,
        kind: str = "primary",
        mnemonic: str = "",
        width: int = 560,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(question)
        self.setAccessibleName(question)
        self.setAccessibleDescription(consequence)
        self.setModal(True)
        self.setMinimumWidth(px(min(width, 520)))
        self.setMaximumWidth(px(width))
        self._calls = Calls(jobs, self)
        self._calls.changed.connect(self.look)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(px(22), px(16), px(18), px(14))
        outer.setSpacing(px(14))
        risky = kind == "danger"
        sign = Icon("warning" if risky else "question", "warn" if risky else "accent", 24, filled=risky)
        outer.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(px(8))
        outer.addLayout(column, 1)
        column.addWidget(Label(question, size="contract", strong=True, wrap=True))
        self.consequence = Label(consequence, tone="ink2", wrap=True)
        column.addWidget(self.consequence)
        self.body = QVBoxLayout()
        self.body.setSpacing(px(6))
        column.addLayout(self.body)
        self.trouble = Strip("", level="error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.missing = Label("", size="note", tone="ink2", wrap=True)
        column.addWidget(self.missing)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, px(4), 0, px(4))
        buttons.setSpacing(px(12))
        buttons.addStretch(1)
        self.act_button = Button(act, kind, mnemonic=mnemonic)
        self.act_button.clicked.connect(self.do)
        self.safe_button = Button(safe, key="Esc")
        self.safe_button.clicked.connect(self.reject)
        buttons.addWidget(self.act_button)
        buttons.addWidget(self.safe_button)
        column.addLayout(buttons)

    # for subclasses

    def add(self, name: str, entry: QWidget, *, width: int = 96) -> FieldRow:
        """A row with its name; every change looks again at what is missing."""
        row = FieldRow("", name, entry, name_width=width)
        self.body.addWidget(row)
        if isinstance(entry, Field):
            entry.textChanged.connect(self.look)
            entry.committed.connect(self.look)
        elif isinstance(entry, TextBox):
            entry.textChanged.connect(self.look)
        return row

    def ready(self) -> None:
        """All rows are there: set the order of Tab and the focus."""
        QWidget.setTabOrder(self.act_button, self.safe_button)
        self.look()
        self.safe_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacks(self) -> str:
        """What must still be written before the act can be done; empty: nothing."""
        return ""

    def work(self) -> Callable[[], object]:
        """The call of the desk, with everything it needs taken from the fields now."""
        raise NotImplementedError

    # the act

    def look(self, *_what: object) -> None:
        """Enable the act, or say what is missing."""
        lacks = self.lacks()
        self.missing.setText(lacks)
        self.missing.setVisible(bool(lacks))
        self.act_button.setEnabled(not lacks and not self._calls.is_busy)
        self.act_button.setToolTip(lacks)

    def do(self) -> None:
        """Run the act once; a second press while it runs does nothing."""
        if self._calls.is_busy or self.lacks():
            return
        self.trouble.hide()
        call = self.work()
        self._calls.ask(call, self._done, self._failed)

    def _done(self, result: object) -> None:
        self.decided.emit(result)
        self.accept()

    def _failed(self, exc: Exception) -> None:
        words = trouble_words(exc)
        self.trouble.say(words)
        self.trouble.show()
        self.adjustSize()

    # the frame

    def showEvent(self, event: QShowEvent) -> None:
        """In the middle of the window, the focus on the safe side."""
        super().showEvent(event)
        parent = self.parentWidget()
        if parent is not None:
            window = parent.window()
            self.resize(min(self.width(), window.width()), min(self.height(), window.height()))
            middle = window.mapToGlobal(window.rect().center())
            self.move(middle - QPoint(self.width() // 2, self.height() // 2))
        self.safe_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter never reaches a default button: there is none."""
        if event.key() in ENTER:
            return
        super().keyPressEvent(event)

    def reject(self) -> None:
        """Not while the act is under way: its answer would be lost."""
        if not self._calls.is_busy:
            super().reject()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame: some desktops draw none."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(QPen(ink("line2"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
