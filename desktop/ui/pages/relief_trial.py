"""改一改看: facts tried beside the contract, and what moves, in money. Nothing here is ever written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.rules.conclusion import Answer
from desktop.rules.facts import FIXED_CODES, Facts
from desktop.rules.relief import Condition, ReliefResult
from desktop.rules.trial import NO_INVOICE, NO_PARK, PILOT_PARK, FigureMove, Move, Trial
from desktop.services.desk import Desk
from desktop.ui.pages.form_fields import FieldCodes, TermField
from desktop.ui.pages.relief_parts import TrialOutcome, scrolled
from desktop.ui.pages.wording import yuan
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button, Choice, SegmentedToggle
from desktop.ui.widgets.cards import Card
from desktop.ui.widgets.codes import CodeField
from desktop.ui.widgets.entries import AmountField, DateField
from desktop.ui.widgets.marks import RELIEF

YES_NO = (("yes", _("是")), ("no", _("否")), ("unknown", _("不明")))
LICENCES = ("LIC", "TRF")
"""Kinds that may give a use right for a term (before 2026-03-01 a licence is of kind TRF)."""
QUESTIONS = 6
"""Toggles offered at most: more would push the facts off the card."""
BOX = 150
"""Greatest height of the outcome in drawing pixels; what is longer scrolls."""


Value = TypeVar("Value")


class TrialCard(Card):
    """The facts that may be tried, the questions still open, and under them A → B with every amount moved."""

    changed = Signal()
    """Something is tried otherwise; the page reckons and calls ``show_outcome``."""
    inquiry_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("改一改看"), padded=False)
        if parent is not None:
            self.setParent(parent)
        self._desk = desk
        self._codes = FieldCodes(desk.codes)
        self._facts = Facts()
        self._answers: dict[str, Answer] = {}
        self.toggles: dict[str, SegmentedToggle] = {}
        self.add_to_head(Label(_("不入档"), size="note", tone="ink2"))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(px(14), px(8), px(14), px(8))
        column.setSpacing(px(6))
        column.addLayout(self._build_facts())
        self._questions = QVBoxLayout()
        self._questions.setSpacing(px(4))
        column.addLayout(self._questions)
        column.addStretch(1)
        self.body.addWidget(scrolled(inner), 1)
        self.body.addLayout(self._build_outcome())
        self.add_foot(self._build_foot())

    # building

    def _build_facts(self) -> QGridLayout:
        self.day = DateField(_("付款日"), today=self._desk.today)
        self.kind = self._choice(_("合同类别"))
        self.scope = self._choice(_("许可方式"))
        self.licence_from = DateField(_("许可期起"), today=self._desk.today)
        self.licence_until = TermField(_("许可期止"), today=self._desk.today)
        self.invoice = self._choice(_("发票"))
        self.invoiced_on = DateField(_("开票日"), today=self._desk.today)
        self.amount = AmountField(_("技术交易额"))
        self.region = CodeField(_("卖方区划"), self._codes.book("regions"))
        self.park = self._choice(_("卖方园区"))
        self.amount.setToolTip(_("设备、材料等其余价款不变，成交额和各期付款按比例随动"))
        rows: tuple[tuple[str, QWidget], ...] = (
            (_("付款日"), self.day),
            (_("合同类别"), self.kind),
            (_("技术交易额"), self.amount),
            (_("许可方式"), self.scope),
            (_("许可期起"), self.licence_from),
            (_("许可期止"), self.licence_until),
            (_("发票"), self.invoice),
            (_("开票日"), self.invoiced_on),
            (_("卖方区划"), self.region),
            (_("卖方园区"), self.park),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(1, 1)
        self._labels: dict[QWidget, Label] = {}
        for at, (word, entry) in enumerate(rows):
            label = Label(word, tone="ink2")
            label.setBuddy(entry)
            grid.addWidget(label, at, 0)
            grid.addWidget(entry, at, 1)
            self._labels[entry] = label
            if isinstance(entry, Choice):
                entry.activated.connect(self._touched)
            else:
                entry.committed.connect(self._touched)  # type: ignore[attr-defined]
        return grid

    @staticmethod
    def _choice(name: str) -> Choice:
        made = Choice(name)
        made.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(6)  # its longest line would push the card wider than it is
        return made

    def _build_outcome(self) -> QVBoxLayout:
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(px(12), px(8), px(12), px(8))
        lines.setSpacing(px(4))
        self.outcome = TrialOutcome()
        self.money = Label("", size="note", wrap=True)
        self.why = Label("", size="note", tone="ink2", wrap=True)
        for part in (self.outcome, self.money, self.why):
            lines.addWidget(part)
        lines.addStretch(1)
        self._box = scrolled(inside)
        self._box.setMinimumHeight(0)
        box = QFrame()
        box.setProperty("card", "quiet")
        frame = QVBoxLayout(box)
        frame.setContentsMargins(1, 1, 1, 1)
        frame.addWidget(self._box)
        edge = QVBoxLayout()
        edge.setContentsMargins(px(14), 0, px(14), px(8))
        edge.addWidget(box)
        return edge

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(0, 0, 0, 0)
        self.reset_button = Button(_("恢复"), key="Ctrl Z")
        self.inquiry_button = Button(_("打印询问单"), letter="W")
        self.inquiry_button.clicked.connect(self.inquiry_wanted)
        buttons.addWidget(self.reset_button)
        buttons.addStretch(1)
        buttons.addWidget(self.inquiry_button)
        return foot

    # the contract

    def show_contract(self, facts: Facts) -> None:
        """Stand as this contract does; nothing is tried."""
        self._facts = facts
        entries = self._desk.codes.entries("contract_kinds")
        kinds = [(e.code, e.name.removesuffix("合同")) for e in entries if e.parent or e.code == "CON"]
        self.kind.set_choices(kinds)
        self.scope.set_choices(list(FIXED_CODES["right_scopes"].items()))
        self.invoice.set_choices([(NO_INVOICE, _("未开票")), *FIXED_CODES["invoice_types"].items()])
        self.park.set_choices(_parks(facts))
        self.clear()

    def clear(self) -> None:
        """Everything as in the contract again."""
        facts, self._answers = self._facts, {}
        seller = next((p for p in facts.parties if p.role == "seller"), None)
        self.day.set_day(payment_day(facts))
        self.kind.choose(facts.sub_kind or "")
        self.amount.set_amount(facts.technology_amount)
        self.scope.choose(facts.right_scope or "")
        self.licence_from.set_day(facts.licence_from)
        self.licence_until.set_value(facts.licence_until.isoformat() if facts.licence_until else "")
        self.invoice.choose(_invoice(facts))
        self.invoiced_on.set_day(_invoice_day(facts))
        self.region.set_value(seller.region or "" if seller else "")
        self.park.choose((seller.park if seller else None) or NO_PARK)
        for toggle in self.toggles.values():
            toggle.choose("")
        self._fit()

    def set_payment(self, day: date | None) -> None:
        """The day of payment, moved on the timeline; None: that of the contract."""
        self.day.set_day(day or payment_day(self._facts))

    @property
    def paid_on(self) -> date | None:
        """The day of payment that stands in the field."""
        return self.day.day()

    def trial(self) -> Trial:
        """What is tried: only what differs from the contract."""
        facts = self._facts
        seller = next((p for p in facts.parties if p.role == "seller"), None)
        is_licence = self._is_licence()
        region = self.region.entry()
        return Trial(
            paid_on=_other(self.day.day(), payment_day(facts)),
            sub_kind=_other(self.kind.choice() or None, facts.sub_kind),
            technology_amount=_other(self.amount.amount(), facts.technology_amount),
            right_scope=_other(self.scope.choice() or None, facts.right_scope) if is_licence else None,
            licence_from=_other(self.licence_from.day(), facts.licence_from) if is_licence else None,
            licence_until=_other(self.licence_until.day(), facts.licence_until) if is_licence else None,
            invoice=_other(self.invoice.choice() or None, _invoice(facts)),
            invoiced_on=_other(self.invoiced_on.day(), _invoice_day(facts)),
            seller_region=_other(region.code if region else None, seller.region if seller else None),
            seller_park=_other(self.park.choice() or None, (seller.park if seller else None) or NO_PARK),
        )

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Answers that are only tried."""
        return self._answers

    def _is_licence(self) -> bool:
        return self.kind.choice().partition("-")[0] in LICENCES

    def _fit(self) -> None:
        """Only the fields that can matter for the kind and the invoice at hand."""
        shown = {
            self.scope: self._is_licence(),
            self.licence_from: self._is_licence(),
            self.licence_until: self._is_licence(),
            self.invoiced_on: self.invoice.choice() not in ("", NO_INVOICE),
        }
        for entry, visible in shown.items():
            entry.setVisible(visible)
            self._labels[entry].setVisible(visible)

    def _touched(self, *_what: object) -> None:
        self._fit()
        self.changed.emit()

    # questions

    def show_questions(self, conditions: Sequence[Condition]) -> None:
        """Toggles for what a person must answer of the relief at hand: the open ones first."""
        while (item := self._questions.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.toggles = {}
        asked = [x for x in conditions if x.rule.manual]
        opened = [x for x in asked if x.is_open]
        given = [x for x in asked if x.answered_by == "person"]
        for condition in [*opened, *given][:QUESTIONS]:
            self._add_question(condition)

    def _add_question(self, condition: Condition) -> None:
        toggle = SegmentedToggle(condition.short, YES_NO)
        toggle.setProperty("code", condition.id)
        toggle.chosen.connect(self._toggled)
        if (tried := self._answers.get(condition.id)) is not None:
            toggle.choose(tried.value)
        line = QWidget()
        row = QVBoxLayout(line)  # the question above its answers: side by side they outgrow the card
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(2))
        number = condition.id.rpartition(".")[2]
        label = Label(f"{number} {condition.short}", size="note", tone="ink2", wrap=True)
        label.setToolTip(condition.question)
        row.addWidget(label)
        row.addWidget(toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._questions.addWidget(line)
        self.toggles[condition.id] = toggle

    def _toggled(self, value: str) -> None:
        toggle = self.sender()
        if isinstance(toggle, SegmentedToggle):
            self._answers[str(toggle.property("code"))] = Answer(value)
            self.changed.emit()

    # the outcome

    def show_outcome(
        self, before: ReliefResult, after: ReliefResult, moves: Sequence[Move], why: str
    ) -> None:
        """A → B for the relief at hand, and every amount of it that moves."""
        self.outcome.show_results(before.result, after.result)
        self.outcome.updateGeometry()
        here = next((m for m in moves if m.relief == before.relief), None)
        self.money.setText("\n".join(money_lines(here)) if here else "")
        self.why.setText(why)
        words = [label.text() for label in (self.money, self.why) if label.text()]
        for label in (self.money, self.why):
            label.setVisible(bool(label.text()))
        self._box.setAccessibleName("\n".join([self.outcome.accessibleName(), *words]))
        self._size_box()

    def _size_box(self) -> None:
        inside = self._box.widget()
        layout = inside.layout()
        if layout is not None:
            wide = max(self._box.viewport().width(), px(240))
            self._box.setFixedHeight(min(layout.totalHeightForWidth(wide) + px(2), px(BOX)))


def payment_day(facts: Facts) -> date | None:
    """The first day on which money is paid or due."""
    return min((d for p in facts.payments for d in (p.paid_on, p.due_on) if d is not None), default=None)


def money_lines(move: Move) -> list[str]:
    """免税销售额 减 530,000.00 元 and under it 1,030,000.00 → 500,000.00, for each amount that moves."""
    lines = []
    for figure in move.figures:
        lines.append(f"{figure.label} {difference_words(figure)} {_('元')}")
        lines.append(f"{yuan(figure.before)} → {yuan(figure.after)}")
    return lines


def difference_words(figure: FigureMove) -> str:
    """增 200.00, 减 200.00."""
    amount = yuan(abs(figure.difference))
    return (
        _("增 {amount}").format(amount=amount)
        if figure.difference > 0
        else _("减 {amount}").format(amount=amount)
    )


def move_words(move: Move) -> str:
    """For the line of the relief: 改后：不支持 ・ 减 5,800,000.00."""
    parts = [RELIEF[move.change.after.result].word] if move.change.differs else []
    parts += [difference_words(figure) for figure in move.figures[:1]]
    return _("改后：{words}").format(words=" ・ ".join(parts))


def _other(tried: Value | None, now: Value | None) -> Value | None:
    return tried if tried != now else None


def _invoice(facts: Facts) -> str:
    """The kind of the invoices, the worse one where they differ; NO_INVOICE: there is none."""
    kinds = {i.invoice_type or "" for i in facts.invoices}
    if not kinds:
        return NO_INVOICE
    return "special" if "special" in kinds else next(iter(kinds))


def _invoice_day(facts: Facts) -> date | None:
    return min((i.issued_on for i in facts.invoices if i.issued_on), default=None)


def _parks(facts: Facts) -> list[tuple[str, str]]:
    named = {p.park for p in facts.parties if p.role == "seller" and p.park}
    parks = sorted(named | {PILOT_PARK})
    return [(NO_PARK, _("不在特定园区")), *((park, park) for park in parks)]
