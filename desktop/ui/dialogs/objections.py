"""异议: take one down, answer it; and tell tax and finance what became of a registration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.facts import AmountLine, Facts
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.widgets.buttons import Choice
from desktop.ui.widgets.entries import AmountField, DateField
from desktop.ui.widgets.fields import Field, FieldRow, TextBox


def shown_number(desk: Desk, sheet: ContractSheet) -> str:
    """登记编号 in groups, or 受理号."""
    number = sheet.row.official_number
    return desk.pack.spaced(number) if number else sheet.row.local_serial


class TakeObjectionDialog(DecidingDialog):
    """收到异议."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        super().__init__(
            parent,
            jobs,
            _("记下对 {number} 的异议？").format(number=shown_number(desk, sheet)),
            _("自收到之日起 {period}内由没有经办这份合同的人答复。记入日志。").format(
                period=desk.pack.period("objection").words
            ),
            act=_("记下异议"),
            safe=_("先不记"),
            mnemonic="Z",
        )
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        self.raised_by = Choice(
            _("提出人"),
            [
                ("applicant", _("申请人")),
                ("tax", _("税务机关")),
                ("finance", _("财政部门")),
                ("other", _("其他")),
            ],
        )
        self.raised_by.currentIndexChanged.connect(self.look)
        self.name = Field(_("名称"))
        self.day = DateField(_("收到日期"), required=True, today=desk.today)
        self.day.set_day(desk.today())
        self.against = Field(_("针对的文书"), required=True)
        self.against.set_value(self._latest(sheet))
        self.reason = TextBox(_("理由"), required=True, lines=3)
        self.add(_("提出人"), self.raised_by)
        self.add(_("名称"), self.name).set_note(_("申请人提出的可以不填"))
        self.add(_("收到日期"), self.day)
        self.add(_("针对的文书"), self.against)
        self.add(_("理由"), self.reason)
        self.ready()

    @staticmethod
    def _latest(sheet: ContractSheet) -> str:
        if sheet.row.state == "REFUSED" and sheet.notices:
            return sheet.notices[-1].number
        number = sheet.row.official_number
        return _("登记证明{number}").format(number=number) if number else ""

    def lacks(self) -> str:
        """Paper, reason, and a name unless it is the applicant."""
        if self.raised_by.choice() != "applicant" and not self.name.text().strip():
            return _("请填提出异议的单位或个人，答复要送达给它")
        if not self.against.text().strip():
            return _("请写明对哪份文书有异议")
        if not self.reason.toPlainText().strip():
            return _("请写异议的理由")
        return self.day.check(self.day.text()) or ("" if self.day.day() else _("请填收到日期"))

    def work(self) -> Callable[[], object]:
        """Keep it."""
        cmd = c.TakeObjection(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            raised_by=self.raised_by.choice(),
            name=self.name.text().strip(),
            received_on=self.day.day(),
            against=self.against.text().strip(),
            reason=self.reason.toPlainText().strip(),
        )
        return partial(self._desk.take_objection, cmd)


class AnswerObjectionDialog(DecidingDialog):
    """答复异议: what was objected stands above; a changed conclusion asks for kind, amount and reason."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        objection = sheet.objections[-1]
        super().__init__(
            parent,
            jobs,
            _("答复{name}对 {number} 的异议？").format(name=objection.name, number=shown_number(desk, sheet)),
            _("{day} 收到，针对{against}：{reason}").format(
                day=objection.received_on.isoformat(), against=objection.against, reason=objection.reason
            ),
            act=_("作出答复"),
            safe=_("先不答复"),
            mnemonic="Z",
        )
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        is_refused = sheet.row.state == "REFUSED"
        choices = [("upheld", _("维持原结论"))]
        choices.append(
            ("withdrawn", _("撤销原结论，重新办理"))
            if is_refused
            else ("changed", _("变更原结论：类别、金额重新认定"))
        )
        self.decision = Choice(_("决定"), choices)
        self.decision.currentIndexChanged.connect(self._show_rows)
        self.answer = TextBox(_("查明的事实和理由"), required=True, lines=4)
        kinds = [
            (entry.code, f"{entry.code}　{entry.name}")
            for entry in desk.codes.entries("contract_kinds")
            if entry.parent and not entry.is_retired
        ]
        self.kind = Choice(_("细类"), kinds)
        self.kind.choose(sheet.facts.sub_kind or "")
        self.kind.currentIndexChanged.connect(self.look)
        self.amount = AmountField(_("技术交易额"))
        self.amount.set_value(str(sheet.facts.technology_amount or ""))
        self.reason = Field(_("与程序建议不同的理由"))
        self.add(_("决定"), self.decision)
        self.add(_("事实和理由"), self.answer)
        self.changed_rows: list[FieldRow] = []
        if not is_refused:
            self.changed_rows = [
                self.add(_("细类"), self.kind),
                self.add(_("技术交易额"), self.amount),
                self.add(_("理由"), self.reason),
            ]
            self.changed_rows[-1].set_note(_("细类与程序按原回答的建议不同时填写"))
        self._show_rows()
        self.ready()

    def _show_rows(self, *_what: object) -> None:
        for row in self.changed_rows:
            row.setVisible(self.decision.choice() == "changed")
        self.look()

    def lacks(self) -> str:
        """Words of the answer; for a changed one something that differs."""
        if not self.answer.toPlainText().strip():
            return _("请写查明的事实和理由，答复书要写给提出异议的人看")
        if self.decision.choice() == "changed":
            if problem := self.amount.check(self.amount.text()):
                return problem
            facts = self._sheet.facts
            if (self.kind.choice(), self.amount.amount()) == (facts.sub_kind, facts.technology_amount):
                return _("细类和技术交易额都没有变；结论不变的请选“维持原结论”")
        return ""

    def work(self) -> Callable[[], object]:
        """Answer it."""
        is_changed = self.decision.choice() == "changed"
        sub_kind = self.kind.choice() if is_changed else None
        cmd = c.AnswerObjection(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            decision=self.decision.choice(),
            answer=self.answer.toPlainText().strip(),
            facts=with_amount(self._sheet.facts, self.amount.amount()) if is_changed else None,
            answers=self._sheet.answers if is_changed else {},
            kind=self._kind_of(sub_kind) if sub_kind else None,
            sub_kind=sub_kind,
            reason=self.reason.text().strip(),
        )
        return partial(self._desk.answer_objection, cmd)

    def _kind_of(self, sub_kind: str) -> str:
        """Under the rules of 2001 a licence is a transfer."""
        kind = sub_kind.partition("-")[0]
        return "TRF" if kind == "LIC" and self._sheet.rule_set == "R2001" else kind


def with_amount(facts: Facts, technology: Decimal | None) -> Facts:
    """The facts with another technology amount, the rest of the price taken out in one line."""
    total = facts.contract_amount
    if technology is None or total is None or technology == facts.technology_amount:
        return facts
    lines = [AmountLine(label=_("技术部分（经复核）"), nature="technology", amount=technology)]
    if technology < total:
        lines.append(AmountLine(label=_("不计入部分（经复核）"), nature="other", amount=total - technology))
    return replace(facts, technology_amount=technology, amount_lines=tuple(lines))


class InformDialog(DecidingDialog):
    """告知财税部门: letter P11 on the last change or end."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        super().__init__(
            parent,
            jobs,
            _("出具 {number} 的告知函？").format(number=shown_number(desk, sheet)),
            _("告知函写明最近一次变更、注销或撤销，以及已出的证明和已核定的收入；在“打印文书”里打印。"),
            act=_("出具告知函"),
            safe=_("先不出"),
            mnemonic="Z",
        )
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        self.office = Field(_("送达机关"), required=True)
        self.office.set_value(desk.pack.station.get("tax_bureau", ""))
        self.add(_("送达机关"), self.office)
        self.ready()

    def lacks(self) -> str:
        """Who is told."""
        return "" if self.office.text().strip() else _("请写明告知哪个机关")

    def work(self) -> Callable[[], object]:
        """Write the letter."""
        cmd = c.InformOffice(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            office=self.office.text().strip(),
        )
        return partial(self._desk.inform, cmd)
