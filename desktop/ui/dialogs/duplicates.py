"""疑似重复登记、疑似拆分: the two contracts side by side, and a person's word on them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.resources import _
from desktop.rules.amounts import format_yuan
from desktop.rules.facts import Facts
from desktop.services.views import DuplicateView
from desktop.ui.dialogs.asking import FormDialog
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label, Rule
from desktop.ui.widgets.buttons import SegmentedToggle
from desktop.ui.widgets.fields import Field, FieldRow


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    ours: str
    theirs: str

    @property
    def is_same(self) -> bool:
        return bool(self.ours) and self.ours == self.theirs


def compared(facts: Facts, other: DuplicateView) -> tuple[_Line, ...]:
    """What is put side by side: name, parties, amount, day of signing."""

    def money(amount: object) -> str:
        from decimal import Decimal

        return format_yuan(amount) if isinstance(amount, Decimal) else ""

    day = facts.signed_on.isoformat() if facts.signed_on else ""
    their_day = other.signed_on.isoformat() if other.signed_on else ""
    return (
        _Line(_("编号"), _("本份"), other.number),
        _Line(_("项目名称"), facts.title or "", other.title),
        _Line(_("卖方"), "、".join(p.name for p in facts.sellers if p.name), other.seller),
        _Line(_("买方"), "、".join(p.name for p in facts.buyers if p.name), other.buyer),
        _Line(_("合同成交额（元）"), money(facts.contract_amount), money(other.amount)),
        _Line(_("签订日期"), day, their_day),
    )


class DuplicateDialog(FormDialog):
    """Side by side; the clerk says whether it is the same contract, or a part of one, and why."""

    def __init__(self, parent: QWidget | None, facts: Facts, other: DuplicateView) -> None:
        if other.is_part:
            asked = _("与 {number} 是不是一份合同拆开的？").format(number=other.number)
            why = _("{why}。拆开的应合并，按大额办理；您的判断和理由入档，复核人看得到。").format(
                why=other.why
            )
        else:
            asked = _("与 {number} 是不是同一份合同？").format(number=other.number)
            why = _("{why}，名称相近 {n}%。同一份合同只登记一次；您的判断和理由入档，复核人看得到。").format(
                why=other.why, n=other.likeness
            )
        super().__init__(
            parent,
            asked,
            why,
            act=_("记下判断"),
            safe=_("先不判断"),
            kind="plain",
            mnemonic="J",
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for row, line in enumerate(compared(facts, other)):
            strong = row == 0
            grid.addWidget(Label(line.name, size="note", tone="ink2"), row, 0)
            for column, words in ((1, line.ours), (2, line.theirs)):
                grid.addWidget(Label(words or "—", size="note", wrap=True, strong=strong), row, column)
            if row:
                same = _("相同") if line.is_same else _("不同")
                grid.addWidget(Label(same, size="note", tone="warn" if line.is_same else "ink3"), row, 3)
        self.body.addLayout(grid)
        self.body.addWidget(Rule())
        no, yes = (_("不是拆分"), _("是拆分")) if other.is_part else (_("不是同一份"), _("是同一份"))
        self.toggle = SegmentedToggle(_("判断"), (("other", no), ("same", yes)))
        self.toggle.chosen.connect(self.look)
        self.body.addWidget(self.toggle)
        self.why = Field(_("理由"), required=True)
        self.why.textChanged.connect(self.look)
        self.body.addWidget(FieldRow("", _("理由"), self.why, name_width=48))
        self.finish()

    def gate(self) -> bool:
        """A choice and a reason."""
        return bool(self.toggle.choice()) and len(self.why.text().strip()) >= 2

    def answer(self) -> tuple[bool, str]:
        """(is the same contract, reason)."""
        return self.toggle.choice() == "same", self.why.text().strip()


def ask_duplicate(parent: QWidget, facts: Facts, other: DuplicateView) -> tuple[bool, str] | None:
    """The clerk's word; None when it was put off."""
    dialog = DuplicateDialog(parent, facts, other)
    answer = dialog.answer() if dialog.ask() else None
    dialog.deleteLater()
    return answer
