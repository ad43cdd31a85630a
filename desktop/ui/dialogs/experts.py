"""专家评审: put a contract before experts, and keep what they said from the minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.widgets.buttons import Choice
from desktop.ui.widgets.entries import DateField
from desktop.ui.widgets.fields import Field, TextBox


class AskExpertsDialog(DecidingDialog):
    """提请专家评审: large or in dispute; the letter about the longer period is made at once."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        period = desk.pack.period("large").words
        super().__init__(
            parent,
            jobs,
            _("{serial} 提请专家评审？").format(serial=sheet.row.local_serial),
            _("期限改为自受理之日起 {period}，生成延期告知书；记入评审意见之前不能登记。").format(
                period=period
            ),
            act=_("提请评审"),
            safe=_("先不提请"),
            mnemonic="Z",
        )
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        self.cause = Choice(_("原因"), [("large", _("达到大额标准")), ("disputed", _("存在争议"))])
        is_large = desk.pack.is_large(sheet.row.kind, sheet.row.contract_amount, sheet.row.technology_amount)
        self.cause.choose("large" if is_large else "disputed")
        self.cause.currentIndexChanged.connect(self.look)
        self.reason = TextBox(_("争议的内容"), lines=3)
        self.add(_("原因"), self.cause)
        self.add(_("争议的内容"), self.reason)
        self.ready()

    def lacks(self) -> str:
        """A dispute needs words."""
        if self.cause.choice() == "disputed" and not self.reason.toPlainText().strip():
            return _("请写明争议是什么，例如：委托开发还是技术服务，双方说法不一")
        return ""

    def work(self) -> Callable[[], object]:
        """Ask them."""
        cmd = c.AskExperts(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            cause=self.cause.choice(),
            reason=self.reason.toPlainText().strip(),
        )
        return partial(self._desk.ask_experts, cmd)


class ExpertReviewDialog(DecidingDialog):
    """记录评审意见, as the minutes have it."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        super().__init__(
            parent,
            jobs,
            _("记入 {serial} 的专家评审意见？").format(serial=sheet.row.local_serial),
            _("按评审会的记录填写。同意的可以登记；不同意的退回初审或不予登记。记入日志，印在认定审核表上。"),
            act=_("记入评审意见"),
            safe=_("先不记"),
            mnemonic="Z",
        )
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        self.day = DateField(_("评审日期"), required=True, today=desk.today)
        self.day.set_day(desk.today())
        self.organiser = Field(_("组织单位"), required=True)
        self.organiser.set_value(desk.pack.station.get("superior", ""))
        self.experts = Field(_("专家"), required=True)
        self.votes = Field(_("票数"), required=True)
        self.text = TextBox(_("意见"), required=True, lines=2)
        self.document = Field(_("纪要文号"))
        self.add(_("评审日期"), self.day)
        self.add(_("组织单位"), self.organiser)
        self.add(_("专家"), self.experts).set_note(_("各人姓名，用顿号分开"))
        self.add(_("票数"), self.votes).set_note(_("同意比不同意，例如 3:0；过半数同意才算同意"))
        self.add(_("意见"), self.text)
        self.add(_("纪要文号"), self.document)
        self.ready()

    def lacks(self) -> str:
        """Day, body, names, votes and words; the services look at whether they agree."""
        for entry in (self.organiser, self.experts):
            if not entry.text().strip():
                return _("请填{name}").format(name=entry.name)
        if self.counted() is None:
            return _("票数要写成同意比不同意，例如 3:0")
        if not self.text.toPlainText().strip():
            return _("请写评审意见")
        return self.day.check(self.day.text()) or ("" if self.day.day() else _("请填评审日期"))

    def counted(self) -> tuple[int, int] | None:
        """For and against; None while it cannot be read."""
        found = re.fullmatch(r"\s*(\d{1,3})\s*[:：比]\s*(\d{1,3})\s*", self.votes.text())
        return (int(found[1]), int(found[2])) if found else None

    def work(self) -> Callable[[], object]:
        """Keep it."""
        held_on, counted = self.day.day(), self.counted()
        assert held_on is not None, "lacks() asks for it"
        assert counted is not None, "lacks() asks for it"
        cmd = c.KeepExpertReview(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            held_on=held_on,
            organiser=self.organiser.text().strip(),
            experts=self.experts.text().strip(),
            for_count=counted[0],
            against_count=counted[1],
            opinion="agree" if counted[0] > counted[1] else "disagree",
            text=self.text.toPlainText().strip(),
            document=self.document.text().strip(),
        )
        return partial(self._desk.keep_expert_review, cmd)
