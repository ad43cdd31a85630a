"""变更登记: the old value stands beside the new one; what rests on it is fixed again at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.amounts import fix_amounts
from desktop.rules.facts import LONG_TERM, Facts
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.form_fields import FieldCodes
from desktop.ui.pages.wording import yuan
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label, set_ground
from desktop.ui.widgets.codes import CodeField
from desktop.ui.widgets.entries import AmountField, CreditCodeField, DateField
from desktop.ui.widgets.fields import Field

_CHANGEABLE = (
    ("title", _("2 项目名称")),
    ("valid_from", _("4 有效期限起")),
    ("valid_until", _("4 有效期限止")),
    ("effective_on", _("6 生效日期")),
    ("contract_amount", _("18 合同成交额（元）")),
    ("service_inside_amount", _("合同内服务金额（元）")),
)
_ROLES = {"seller": _("卖方"), "buyer": _("买方"), "intermediary": _("中介方")}


@dataclass(slots=True)
class _Line:
    """One value that can be changed: where it stands in the facts and its field."""

    path: tuple[str, int, str]
    """(field, row or -1, field of the row)."""
    before: Any
    entry: Field
    mark: Label


class ChangeDialog(DecidingDialog):
    """Changes of everything but the kind, which is recognised anew. ``facts()`` holds the new values."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        number = sheet.row.official_number
        shown = desk.pack.spaced(number) if number else sheet.row.local_serial
        super().__init__(
            parent,
            jobs,
            _("变更 {number} 的登记？").format(number=shown),
            _("旧值永远看得到；变更后税惠重看、再上报，新证明打印后旧的作废。改类别的请注销后重新认定。"),
            act=_("登记这次变更"),
            safe=_("先不变更"),
            mnemonic="B",
            width=880,
        )
        self.setMinimumWidth(px(840))
        self._desk, self._sheet = desk, sheet
        self._codes = FieldCodes(desk.codes)
        self._request = c.new_request()
        self.lines: list[_Line] = []
        self._grid_owner = QWidget()
        set_ground(self._grid_owner, "paper")
        self._grid = QGridLayout(self._grid_owner)
        self._grid.setContentsMargins(0, 0, px(8), 0)
        self._grid.setHorizontalSpacing(px(10))
        self._grid.setVerticalSpacing(px(6))
        self._grid.setColumnStretch(2, 1)
        for column, word in enumerate((_("栏目"), _("现在"), _("变更为"))):
            self._grid.addWidget(Label(word, size="note", tone="ink2"), 0, column)
        facts = sheet.facts
        for name, label in _CHANGEABLE:
            self._add_line((name, -1, ""), label, getattr(facts, name))
        for at, line in enumerate(facts.amount_lines):
            label = _("金额 {n}：{label}").format(n=at + 1, label=line.label or "")
            self._add_line(("amount_lines", at, "amount"), label, line.amount)
        for at, party in enumerate(facts.parties):
            role = _ROLES.get(party.role or "", "")
            self._add_line(("parties", at, "name"), _("{role}名称").format(role=role), party.name)
            is_code = party.id_type == "credit_code"
            self._add_line(
                ("parties", at, "id_number"),
                _("{role}证件号码").format(role=role),
                party.id_number,
                code=is_code,
            )
            if party.country in (None, "CHN"):
                self._add_line(("parties", at, "region"), _("{role}行政区划").format(role=role), party.region)
        self.body.addWidget(self._grid_owner)
        self.body.addStretch(1)
        self.fixed_words = Label("", tone="ink2", wrap=True)
        self.agreement = Field(_("变更协议"), required=True)
        self.agreement.setPlaceholderText(_("例如：2026年11月2日补充协议"))
        self.agreement.setToolTip(_("名称和日期，例如：2026年11月2日补充协议"))
        self.reason = Field(_("变更理由"), required=True)
        if sheet.row.reporting_state == "REJECTED_ABOVE":
            self.agreement.set_value(_("上级回执退回，没有改动协议"))
            self.reason.set_value(sheet.row.note)
        rows = [
            self.add(name, entry, width=84, stays=True)
            for name, entry in ((_("变更协议"), self.agreement), (_("变更理由"), self.reason))
        ]
        self.side_by_side(*rows)
        said = QHBoxLayout()
        said.setSpacing(px(14))
        self.below.removeWidget(self.missing)
        said.addWidget(self.fixed_words, 1)
        said.addWidget(self.missing)
        self.missing.setWordWrap(False)
        self.below.insertLayout(0, said)
        self.ready()

    def _add_line(self, path: tuple[str, int, str], label: str, before: Any, *, code: bool = False) -> None:
        name = path[2] or path[0]
        entry: Field
        if name.endswith(("_from", "_until", "_on")):
            entry = DateField(label, today=self._desk.today)
        elif name.endswith("amount"):
            entry = AmountField(label)
        elif name == "region":
            entry = CodeField(label, self._codes.book("regions"))
        else:
            entry = CreditCodeField(label) if code else Field(label)
        shown = _words(before)
        if name == "region" and before:
            shown = f"{before} {self._codes.name('regions', before)}"
        entry.set_value("" if before is None else str(before))
        old = Label(shown or "—", tone="ink2", wrap=True, mono=name == "id_number")
        old.setFixedWidth(px(220))
        mark = Label("", size="note", tone="warn", strong=True)
        mark.setMinimumWidth(px(52))
        row = self._grid.rowCount()
        name_label = Label(label, tone="ink2", wrap=True)
        name_label.setFixedWidth(px(178))
        self._grid.addWidget(name_label, row, 0)
        self._grid.addWidget(old, row, 1)
        self._grid.addWidget(entry, row, 2)
        self._grid.addWidget(mark, row, 3)
        entry.setAccessibleDescription(_("现在是 {before}").format(before=shown or _("空")))
        entry.textChanged.connect(self.look)
        self.lines.append(_Line(path, before, entry, mark))

    def entry(self, *path: object) -> Field:
        """The field of one value: ``entry("title")``, ``entry("parties", 0, "name")``."""
        wanted = path if len(path) == 3 else (path[0], -1, "")
        return next(line.entry for line in self.lines if line.path == wanted)

    def facts(self) -> Facts:
        """The contract with the new values; the technology amount is for the service to fix."""
        facts = self._sheet.facts
        for line in self.lines:
            after = _value(line)
            if after == line.before:
                continue
            name, at, part = line.path
            if at >= 0:
                rows = list(getattr(facts, name))
                rows[at] = replace(rows[at], **{part: after})
                after = tuple(rows)
            changed: dict[str, Any] = {name: after}
            facts = replace(facts, **changed)
        return facts

    def first_focus(self) -> QWidget:
        """The first value: what has changed is written before what it rests on."""
        return self.fields()[0]

    def lacks(self) -> str:
        """A difference, readable values, agreement and reason; also shows the amount as it would be fixed."""
        changed = 0
        for line in self.lines:
            problem = line.entry.check(line.entry.text())
            differs = bool(problem) or _value(line) != line.before
            changed += differs
            line.mark.setText(_("！改动") if differs else "")
            if problem:
                return problem
        facts = self.facts()
        fixing = fix_amounts(replace(facts, technology_amount=None) if facts.amount_lines else facts)
        errors = [p for p in fixing.problems if p.level == "error"]
        if errors:
            self.fixed_words.setText(f"✕ {errors[0].place}：{errors[0].reason}。{errors[0].remedy}")
        else:
            self.fixed_words.setText(
                _("技术交易额：现在 {a} 元，变更后 {b} 元").format(
                    a=yuan(self._sheet.facts.technology_amount), b=yuan(fixing.technology_amount)
                )
            )
        if not changed:
            return _("还没有改动任何一栏")
        if not self.agreement.text().strip() or not self.reason.text().strip():
            return _("请写变更所依据的协议和理由")
        return ""

    def work(self) -> Callable[[], object]:
        """变更."""
        cmd = c.ChangeContract(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            facts=self.facts(),
            agreement=self.agreement.text().strip(),
            reason=self.reason.text().strip(),
        )
        return partial(self._desk.change, cmd)


def _words(value: Any) -> str:
    if value == LONG_TERM:
        return _("长期")
    if isinstance(value, Decimal):
        return yuan(value)
    return "" if value is None else str(value)


def _value(line: _Line) -> Any:
    """What the field holds now, in the type of the facts; unreadable text counts as unchanged."""
    entry = line.entry
    if entry.check(entry.text()):
        return line.before
    if isinstance(entry, DateField):
        day: date | None = entry.day()
        return day
    if isinstance(entry, AmountField):
        amount = entry.amount()
        return line.before if amount is not None and amount == line.before else amount
    return entry.value().strip() or None
