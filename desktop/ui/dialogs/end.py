"""注销, 撤销: the registration ends. The risky button names the act, the other one holds the focus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet, SheetRow
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.widgets.entries import DateField
from desktop.ui.widgets.fields import Field


def sheets_outside(sheets: tuple[SheetRow, ...]) -> int:
    """How many printed sheets are neither void nor recalled: paper in somebody's hands."""
    outside: dict[tuple[int, int, str, int], bool] = {}
    for sheet in sheets:
        key = (sheet.version, sheet.copy_number, sheet.copy_kind, sheet.ordinal)
        if sheet.event == "printed":
            outside[key] = True
        elif sheet.event in ("void", "recalled"):
            outside[key] = False
    return sum(outside.values())


class EndDialog(DecidingDialog):
    """``how`` is ``cancel`` 注销 or ``revoke`` 撤销; 撤销 needs the document it rests on."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet, how: str
    ) -> None:
        word = {"cancel": _("注销"), "revoke": _("撤销")}[how]
        number = sheet.row.official_number
        shown = desk.pack.spaced(number) if number else sheet.row.local_serial
        count = sheets_outside(sheet.sheets)
        recall = _("已发出的 {n} 联须收回").format(n=count) if count else _("还没有发出过证明")
        super().__init__(
            parent,
            jobs,
            _("{word} {number} 的登记？").format(word=word, number=shown),
            _("{word}后编号不再使用，{recall}；要告知财政、税务机关。此举记入日志，不能撤回。").format(
                word=word, recall=recall
            ),
            act=_("{word}这份登记").format(word=word),
            safe=_("先不{word}").format(word=word),
            kind="danger",
            mnemonic="Z",
        )
        self._desk, self._sheet, self._how = desk, sheet, how
        self._request = c.new_request()
        self.reason = Field(_("事由"), required=True)
        self.document = Field(_("依据文书"), required=how == "revoke")
        self.day = DateField(_("生效日期"), today=desk.today)
        self.day.set_day(desk.today())
        self.add(_("事由"), self.reason)
        self.add(_("依据文书"), self.document).set_note(
            _("机关、日期、文号") if how == "revoke" else _("解除协议、注销申请的名称和日期，可不填")
        )
        self.add(_("生效日期"), self.day)
        self.ready()

    def lacks(self) -> str:
        """Reason, and for 撤销 the document."""
        if not self.reason.text().strip():
            return _("请写事由，例如：合同于 2027-03-02 协议解除")
        if self._how == "revoke" and not self.document.text().strip():
            return _("撤销登记要写依据的文书")
        return self.day.check(self.day.text())

    def work(self) -> Callable[[], object]:
        """End it."""
        cmd = c.EndContract(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            how=self._how,
            reason=self.reason.text().strip(),
            document=self.document.text().strip(),
            effective_on=self.day.day(),
        )
        return partial(self._desk.end, cmd)
