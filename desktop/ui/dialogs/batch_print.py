"""成批打印: the certificates that wait, one contract after another; the first one alone, to be looked at."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.errors import DeskError
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractRow, ContractSheet
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.wording import trouble_words
from desktop.ui.tables.columns import text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.cards import Progress
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.spelling import in_fours
from desktop.ui.widgets.table import DeskTable

PrintOne = Callable[[Desk, c.IssueCertificate, Sequence[int]], str]
"""Issues and prints the sheets of one contract; the printer's trouble in words, empty when all came out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one contract of the batch."""

    at: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How many came out and where it stopped."""

    outcomes: tuple[Outcome, ...]

    @property
    def printed(self) -> int:
        """Contracts of which every sheet came out."""
        return sum(not one.trouble for one in self.outcomes)


class NumberField(Field):
    """从第几份: 1 to the last."""

    def __init__(self, name: str, largest: int) -> None:
        super().__init__(name, required=True, mono=True)
        self._largest = largest

    def check(self, text: str) -> str:
        """What is no place in the list."""
        plain = text.strip()
        if plain.isascii() and plain.isdigit() and 1 <= int(plain) <= self._largest:
            return ""
        return _("请写 1 到 {n} 的数").format(n=self._largest)

    def number(self) -> int:
        """The place, from 1; 0 when it cannot be read."""
        return 0 if self.check(self.text()) else int(self.text())


class BatchPrintDialog(DecidingDialog):
    """``decided`` comes once, when the dialog is left after something was printed.

    The act prints the first contract and stops; pressed again it prints the rest. It stops at the first
    contract whose printer fails, names it, and goes on from there when pressed again.
    """

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        desk: Desk,
        rows: Sequence[ContractRow],
        waiting: Callable[[ContractSheet], Sequence[int]],
        print_one: PrintOne,
        printer: str,
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("成批打印登记证明"),
            _(
                "{n} 份待发证，打到“{printer}”。先打第一份，停下来看位置和纸；正了再按一次，接着打其余的。"
                "每一联单独记台账，打不出的记“作废”，停在那一份。"
            ).format(n=len(rows), printer=printer),
            act=_("先打一份"),
            safe=_("关闭"),
            mnemonic="D",
            width=720,
        )
        self._desk, self._rows, self._waiting, self._print_one = desk, list(rows), waiting, print_one
        self._requests = [c.new_request() for _row in rows]
        self._states: dict[int, str] = {}
        self._looked = False
        self.start = NumberField(_("从第几份起"), max(len(rows), 1))
        self.start.set_value("1")
        self.add(_("从第几份起"), self.start)
        heads = [(_("序号"), True), (_("登记编号"), False), (_("项目"), False), (_("情况"), False)]
        self.model = PlainTable(heads, self)
        self.table = DeskTable(_("待发证的合同"))
        self.table.setModel(self.model)
        self.table.set_widths({0: 56, 1: 190, 3: 150}, stretch=2)
        self.table.setMinimumHeight(px(200))
        self.body.addWidget(self.table)
        self.progress = Progress(_("正在打印　"))
        self.progress.stopped.connect(self._stop)
        self.body.addWidget(self.progress)
        self.told = Label("", tone="ok", wrap=True)
        self.body.addWidget(self.told)
        self._halt = threading.Event()
        self._show_rows()
        self.ready()

    def _show_rows(self) -> None:
        self.model.show_rows(
            [
                text(str(at)),
                text(in_fours(row.official_number)),
                text(row.title),
                text(self._states.get(at, _("待打印")), TONE=self._tone(at)),
            ]
            for at, row in enumerate(self._rows, 1)
        )

    def _tone(self, at: int) -> str:
        said = self._states.get(at)
        return "ink2" if said is None else "ok" if said == _("已打出") else "err"

    def lacks(self) -> str:
        """A place to begin."""
        if not hasattr(self, "start"):
            return ""
        if not self._rows:
            return _("没有待发证的合同")
        return self.start.check(self.start.text())

    def do(self) -> None:
        """One contract, or after a look all from N on."""
        if self._calls.is_busy or self.lacks():
            return
        first = self.start.number()
        last = len(self._rows) if self._looked else first
        self.trouble.hide()
        self.told.setText("")
        self.progress.start()
        work = self._work(first, last)
        self._calls.start(work, self._came, self._not_printed, stepped=self.progress.step)

    def _work(self, first: int, last: int) -> Callable[[Job], BatchResult]:
        desk, rows, requests = self._desk, self._rows, self._requests
        waiting, print_one = self._waiting, self._print_one
        self._halt = halt = threading.Event()

        def run(job: Job) -> BatchResult:
            outcomes: list[Outcome] = []
            with tempfile.TemporaryDirectory(prefix="contract-desk-") as folder:
                for at in range(first, last + 1):
                    if halt.is_set():
                        break
                    job.progressed.emit(at, len(rows), rows[at - 1].official_number)
                    trouble = ""
                    try:
                        copies = waiting(desk.contract(rows[at - 1].id))
                        cmd = c.IssueCertificate(
                            actor=desk.person.name,
                            request_id=requests[at - 1],
                            contract_id=rows[at - 1].id,
                            path=Path(folder) / "certificate.pdf",
                            copies=tuple(copies),
                        )
                        trouble = print_one(desk, cmd, copies) if copies else ""
                    except DeskError as exc:
                        trouble = trouble_words(exc)
                    outcomes.append(Outcome(at, trouble))
                    if trouble:
                        break
            return BatchResult(tuple(outcomes))

        return run

    def _stop(self) -> None:
        """After the contract that is being printed: a sheet half out helps nobody."""
        self._halt.set()

    def _came(self, result: BatchResult) -> None:
        self.progress.finish()
        for one in result.outcomes:
            self._states[one.at] = one.trouble or _("已打出")
            if one.trouble:
                self._requests[one.at - 1] = c.new_request()
        self._show_rows()
        last = result.outcomes[-1] if result.outcomes else None
        if last is not None and last.trouble:
            self.start.set_value(str(last.at))
            self.trouble.say(_("停在第 {n} 份：{why}").format(n=last.at, why=last.trouble))
            self.trouble.show()
        elif last is not None and last.at < len(self._rows):
            self.start.set_value(str(last.at + 1))
            left = len(self._rows) - last.at
            self.act_button.set_words(_("接着打其余 {n} 份").format(n=left))
            self.told.setText(
                _("第 {n} 份已打出。请看位置正不正、纸对不对，正了再接着打。").format(n=last.at)
            )
            self._looked = True
        elif last is not None:
            self.told.setText(_("到第 {n} 份，都打完了。").format(n=last.at))
            self.safe_button.setFocus()
        self.look()

    def _not_printed(self, exc: Exception) -> None:
        self.progress.finish()
        self._failed(exc)

    def reject(self) -> None:
        """Leave; the page learns that something was printed."""
        if self._calls.is_busy:
            return
        if self._states:
            self.decided.emit(dict(self._states))
        super().reject()
