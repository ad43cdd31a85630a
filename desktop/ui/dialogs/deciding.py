"""What the dialogs of a registered contract share: question, consequence, fields, refusal in place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.ui.calls import Calls
from desktop.ui.pages.wording import trouble_words
from desktop.ui.theme import px
from desktop.ui.widgets.ask import QuestionDialog
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.cards import Strip
from desktop.ui.widgets.fields import Field, FieldRow, TextBox


class DecidingDialog(QuestionDialog):
    """A question with fields. The first empty one holds the focus while the act is not possible, else the
    safe button; Enter on the dialog answers nothing.

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
        super().__init__(
            parent,
            question,
            consequence,
            act=act,
            safe=safe,
            kind=kind,
            mnemonic=mnemonic,
            most=width,
        )
        self._calls = Calls(jobs, self)
        self._calls.changed.connect(self.look)
        self.body.setSpacing(px(6))
        self.trouble = Strip("", level="error")
        self.trouble.hide()
        self.below.addWidget(self.trouble)
        self.missing = Label("", size="note", tone="ink2", wrap=True)
        self.below.addWidget(self.missing)
        self.act_button.clicked.connect(self.do)

    # for subclasses

    def add(self, name: str, entry: QWidget, *, width: int = 96, stays: bool = False) -> FieldRow:
        """A row with its name; every change looks again at what is missing.

        ``stays``: under the part that scrolls, always in sight.
        """
        row = FieldRow("", name, entry, name_width=width)
        if stays:
            self.below.insertWidget(self.below.indexOf(self.trouble), row)
        else:
            self.body.addWidget(row)
        if isinstance(entry, Field):
            entry.textChanged.connect(self.look)
            entry.committed.connect(self.look)
        elif isinstance(entry, TextBox):
            entry.textChanged.connect(self.look)
        return row

    def side_by_side(self, *rows: FieldRow, shares: tuple[int, ...] = ()) -> None:
        """Rows just added share one line: a low window has room for what they are about. ``shares``: of the
        width, a number for each; without them all are as wide.
        """
        box = self.body if self.body.indexOf(rows[0]) >= 0 else self.below
        at = box.indexOf(rows[0])
        line = QHBoxLayout()
        line.setSpacing(px(20))
        for row, share in zip(rows, shares or (1,) * len(rows), strict=True):
            box.removeWidget(row)
            line.addWidget(row, share, Qt.AlignmentFlag.AlignTop)
        box.insertLayout(at, line)

    def ready(self) -> None:
        """All rows are there: set the order of Tab, say what is missing."""
        QWidget.setTabOrder(self.act_button, self.safe_button)
        self.look()

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
        if bool(lacks) == self.missing.isHidden():
            self.missing.setVisible(bool(lacks))
            if self.isVisible():
                self._fitting.start(0)  # its line comes or goes
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
        self.fit()

    def reject(self) -> None:
        """Not while the act is under way: its answer would be lost."""
        if not self._calls.is_busy:
            super().reject()
