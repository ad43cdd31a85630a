"""Tax relief of one contract (税惠): which reliefs it can support, for whom, on which dated law, and why.

The station does not grant relief; it says what the contract supports. Conditions are dated rows of
``resources/law/relief.toml``, rates and the days on which a relief has a rule at all are ``parameters.toml``.
An unanswered condition never counts as yes; a relief whose rule has ended is ``no_rule``, never extended.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from desktop.resources import _
from desktop.rules import formulas
from desktop.rules.amounts import ZERO, format_yuan, to_fen
from desktop.rules.book import NO_RULE, Book, Parameter, Rule, Source
from desktop.rules.conclusion import Answer
from desktop.rules.facts import Facts, Payment, label_of
from desktop.rules.relief_questions import (
    AFTER,
    RELIEF_PREDICATES,
    Case,
    Verdict,
    deal_of,
    is_seller_abroad,
    pays_half,
)
from desktop.rules.subsidies import Subsidy, reckon, said_of

RESULTS: Final = (
    "supported",
    "supported_once_registered",
    "not_supported",
    "cannot_tell",
    "no_rule",
    "not_applicable",
)
RESULT_WORDS: Final[Mapping[str, str]] = {
    "supported": "支持",
    "supported_once_registered": "登记后支持",
    "not_supported": "不支持",
    "cannot_tell": "尚不能判断",
    "no_rule": "该日期没有有效规定",
    "not_applicable": "不适用",
}
_HARMLESS: Final = frozenset({"PASS", "NOTE", "WARN", "DEDUCT"})
_RANK: Final = {"not_applicable": 0, "no_rule": 1, "not_supported": 2, "cannot_tell": 3}
_WORDS: Final = {True: "yes", False: "no", None: "", AFTER: AFTER}


class Decided(Protocol):
    """What recognition decided; its conclusion has these."""

    @property
    def kind(self) -> str:
        """DEV TRF LIC CON SVC."""
        ...

    @property
    def sub_kind(self) -> str:
        """As in contract_kinds.csv."""
        ...


class Condition(NamedTuple):
    """One condition of a relief with its answer."""

    rule: Rule
    answer: str
    """yes, no, unknown, needs_human, after_registration, not_applicable."""
    answered_by: str
    """``data`` (the form), ``person`` or ``nobody``."""
    outcome: str
    """What the answer does: PASS, NOTE, DEDUCT, or a result word."""
    evidence: str = ""
    remark: str = ""
    by: str = ""

    @property
    def id(self) -> str:
        """``VAT-TECH.V3``."""
        return self.rule.code

    @property
    def question(self) -> str:
        """The question as the clerk reads it."""
        return self.rule.question

    @property
    def short(self) -> str:
        """One line for the list."""
        return self.rule.short

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where it stands."""
        return self.rule.sources

    @property
    def confidence(self) -> str:
        """verified, draft or memory."""
        return self.rule.confidence

    @property
    def consequence(self) -> str:
        """What a no leads to, in words."""
        return str(self.rule.more.get("consequence", ""))

    @property
    def whom(self) -> str:
        """Whom to ask: seller, buyer, both, or empty."""
        return str(self.rule.more.get("whom", ""))

    @property
    def wanted_evidence(self) -> str:
        """Which paper would answer it."""
        return str(self.rule.more.get("evidence", ""))

    @property
    def is_open(self) -> bool:
        """Nobody has answered it, or a person must."""
        return self.answer in ("unknown", "needs_human")

    @property
    def words(self) -> str:
        """The answer in words, as the buttons say it."""
        if self.answer == "yes":
            return self.rule.yes_means or _("是")
        if self.answer == "no":
            return self.rule.no_means or _("否")
        asked = {"seller": _("请问卖方"), "buyer": _("请问买方"), "both": _("请问双方")}
        known = {
            "needs_human": _("请人工判断"),
            AFTER: _("登记后成立"),
            "not_applicable": _("不适用"),
            "unknown": asked.get(self.whom, _("未填")),
        }
        return known[self.answer]


class Figure(NamedTuple):
    """One amount of the reckoning, with its formula in words."""

    label: str
    amount: Decimal
    formula: str = ""


class Deadline(NamedTuple):
    """One thing to be done in time; ``on`` is None while the starting day is unknown."""

    words: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the timeline of one relief."""

    first: date
    until: date | None
    """First day no longer in it; None: open."""
    label: str
    confidence: str
    has_rule: bool
    """False: no rule known (dashed)."""


@dataclass(slots=True, eq=False)
class ReliefResult:
    """One relief for one contract; never changed. Its figures are reckoned when they are first looked at."""

    relief: str
    name: str
    beneficiary: str
    """``seller`` ``buyer`` ``staff`` ``both``."""
    result: str
    on: date | None
    """The day that picked the rules; None while it is unknown."""
    picked_by: str
    """Which date it is: ``payments`` ``invoices`` ``signed_on`` … or ``on`` (from outside); empty: none."""
    date_words: str
    """The same in Chinese: 纳税义务日."""
    conditions: tuple[Condition, ...]
    """In the order of the law; only the first that fails when that one ends the matter."""
    papers: tuple[str, ...]
    combine: tuple[str, ...]
    """``RELIEF:words``; ``*`` for all others."""
    rule_label: str
    """Short name of the rule in force, e.g. 公告2026年第10号."""
    rule_sources: tuple[Source, ...]
    rule_until: date | None
    """First day on which that rule no longer applies."""
    _case: Case
    _values: _Values
    _made: _Reckoning | None = None

    @property
    def _reckoning(self) -> _Reckoning:
        if self._made is None:
            if self.result in ("supported", "supported_once_registered", "cannot_tell"):
                found = {c.rule.code: c for c in self.conditions}
                self._made = self._values.relief.reckon(self._case, found, self._values)
            else:
                self._made = _NOTHING
        return self._made

    @property
    def basis(self) -> Decimal | None:
        """The amount the relief is reckoned on, yuan; None when nothing can be said or it does not apply."""
        return self._reckoning.basis

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Amounts with their formulas; those of an open result hold if every open condition does."""
        return self._reckoning.figures

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """What must be done by when."""
        return self._reckoning.deadlines

    @property
    def words(self) -> str:
        """The result as the clerk reads it."""
        return RESULT_WORDS[self.result]

    @property
    def open(self) -> tuple[Condition, ...]:
        """Conditions still to be answered."""
        return tuple(c for c in self.conditions if c.is_open)

    @property
    def failing(self) -> tuple[Condition, ...]:
        """Conditions whose answer stands against the relief."""
        return tuple(c for c in self.conditions if c.outcome not in _HARMLESS and c.outcome)

    @property
    def best(self) -> str:
        """The result if every open condition turned out well and the day were known."""
        if self.result != "cannot_tell":
            return self.result
        if self.failing:
            return "cannot_tell"
        waits = any(c.answer == AFTER for c in self.conditions)
        return "supported_once_registered" if waits else "supported"

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields of the form that would answer open conditions, each once."""
        names = [name for c in self.open for name in c.rule.more.get("fields", ())]
        return tuple(dict.fromkeys(names))

    @property
    def reason(self) -> str:
        """One line: what it hangs on (差 3 项; 开发、咨询、服务或技术秘密)."""
        if self.result == "no_rule":
            return _("{day} 未见有效规定").format(day=self.on.isoformat() if self.on else "")
        if self.failing:
            return self.failing[0].words
        if self.open:
            return _("差 {n} 项").format(n=len(self.open))
        if self.on is None:
            return _("{date}未填").format(date=self.date_words)
        return _("登记后成立") if self.result == "supported_once_registered" else _("各项成立")

    def to_json(self) -> dict[str, Any]:
        """Plain values for storing and for the command line; money as text, dates ISO."""
        return {
            "relief": self.relief,
            "name": self.name,
            "beneficiary": self.beneficiary,
            "result": self.result,
            "words": self.words,
            "reason": self.reason,
            "on": self.on.isoformat() if self.on else None,
            "picked_by": self.picked_by,
            "rule": self.rule_label,
            "basis": None if self.basis is None else format(self.basis, "f"),
            "figures": [[f.label, format(f.amount, "f"), f.formula] for f in self.figures],
            "deadlines": [[d.words, d.on.isoformat() if d.on else None] for d in self.deadlines],
            "papers": list(self.papers),
            "combine": list(self.combine),
            "missing": list(self.missing),
            "conditions": [
                {
                    "code": c.id,
                    "short": c.short,
                    "answer": c.answer,
                    "answered_by": c.answered_by,
                    "outcome": c.outcome,
                    "confidence": c.confidence,
                    **({"evidence": c.evidence} if c.evidence else {}),
                    **({"by": c.by} if c.by else {}),
                }
                for c in self.conditions
            ],
        }


Picked = tuple[date | None, str]


def _day_of(payment: Payment) -> date | None:
    """Paid or due, whichever was first."""
    return min((d for d in (payment.paid_on, payment.due_on) if d is not None), default=None)


def _first_payment(facts: Facts) -> date | None:
    return min((d for p in facts.payments if (d := _day_of(p)) is not None), default=None)


def _vat_day(f: Facts) -> Picked:
    """Money received or payable, or the invoice if earlier (增值税法 第二十八条)."""
    paid = _first_payment(f)
    invoiced = min((i.issued_on for i in f.invoices if i.issued_on), default=None)
    if invoiced is not None and (paid is None or invoiced < paid):
        return invoiced, "invoices"
    return paid, "payments"


def _paid_day(f: Facts) -> Picked:
    return _first_payment(f), "payments"


def _income_day(f: Facts) -> Picked:
    """The day on which the fee falls due under the contract (公告2015年第82号), else the day it was paid."""
    return min((d for p in f.payments if (d := p.due_on or p.paid_on)), default=None), "payments"


def _award_day(f: Facts) -> Picked:
    return min((a.paid_on for a in f.awards if a.paid_on), default=None), "awards"


def _invested_day(f: Facts) -> Picked:
    return (f.effective_on, "effective_on") if f.effective_on else (f.signed_on, "signed_on")


@dataclass(frozen=True, slots=True)
class _Relief:
    """What the engine knows of one relief besides its rows."""

    id: str
    name: str
    beneficiary: str
    date_words: str
    pick: Callable[[Facts], Picked]
    reckon: Callable[[Case, Mapping[str, Condition], _Values], _Reckoning]
    rule: str = ""
    any_of: bool = False
    """Every row is a way of its own; one that is open to the taxpayer is enough."""

    @property
    def prefix(self) -> str:
        """Of its parameters: ``vat_tech``."""
        return self.id.lower().replace("-", "_")

    @property
    def rule_name(self) -> str:
        """Parameter that says on which days there is a rule."""
        return self.rule or f"{self.prefix}.rule"


class _Reckoning(NamedTuple):
    basis: Decimal | None = None
    figures: tuple[Figure, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


_NOTHING: Final = _Reckoning()


def _paid_or_due(c: Case) -> Decimal | None:
    amounts = [p.amount for p in c.facts.payments if p.amount is not None]
    return sum(amounts, ZERO) if amounts and len(amounts) == len(c.facts.payments) else None


def _without_service(c: Case, found: Mapping[str, Condition], code: str) -> Decimal | None:
    """Technology amount, less a service inside that the condition takes out."""
    if c.technology_amount is None:
        return None
    condition = found.get(code)
    inside = c.facts.service_inside_amount or ZERO
    taken = condition is not None and condition.answer != "not_applicable" and condition.answer != "yes"
    return c.technology_amount - (min(inside, c.technology_amount) if taken else ZERO)


def _vat_tech(c: Case, found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    amount = _without_service(c, found, "VAT-TECH.V4")
    if amount is None:
        return _NOTHING
    figures = []
    if c.technology_amount is not None and amount != c.technology_amount:
        inside = c.technology_amount - amount
        figures.append(Figure(_("不免税的合同内服务"), inside, _("没有与技术价款同开一张发票")))
    paid = c.facts.payments
    late = [p for p in paid if not law.has_rule_on(law.day if len(paid) == 1 else _day_of(p))]
    outside = sum((p.amount for p in late if p.amount), ZERO)
    total = c.facts.contract_amount
    if outside and total:
        part = to_fen(amount * outside / total)
        words = _("技术交易额 × 该日付款 {paid} ÷ 合同成交额 {total}").format(
            paid=format_yuan(outside), total=format_yuan(total)
        )
        figures.append(Figure(_("付款日没有有效规定的部分"), part, words))
        amount -= part
    sale = formulas.vat_exempt_sale(amount)
    figures.insert(0, Figure(_("免税销售额"), sale, _("技术交易额，对应进项不得抵扣")))
    return _Reckoning(sale, tuple(figures), (Deadline(_("先认定登记，再申报免税"), c.facts.registered_on),))


def _vat_cross(c: Case, _found: Mapping[str, Condition], _law: _Values) -> _Reckoning:
    amount = c.technology_amount
    if amount is None:
        return _NOTHING
    return _Reckoning(amount, (Figure(_("零税率销售额"), amount, _("进项可退、可抵")),))


def _vat_other(c: Case, _found: Mapping[str, Condition], _law: _Values) -> _Reckoning:
    return _Reckoning(c.technology_amount)


def _cit_tech(c: Case, found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    revenue = _without_service(c, found, "CIT-TECH.C12")
    day, f = law.day, c.facts
    if revenue is None or day is None:
        return _NOTHING
    cap, rate = law("cit_tech.cap"), law("cit_tech.rate")
    if c.is_in_pilot_park and law("cit_tech.cap.zgc"):
        cap = law("cit_tech.cap.zgc")
    deadlines = (Deadline(_("年度汇算清缴（次年 5 月 31 日前）"), date(day.year + 1, 5, 31)),)
    licence = c.right in ("non_exclusive", "sole")
    if licence:
        due = [p.amount for p in f.payments if p.amount and (p.due_on or p.paid_on or day).year == day.year]
        revenue = min(revenue, sum(due, ZERO)) if due else revenue
        parts = [f.amortisation_of_year, f.taxes_and_fees, f.period_expenses_allocated]
        words = _("收入 − 当年摊销 − 相关税费 − 分摊期间费用")
    else:
        parts = [f.tax_basis_net, f.taxes_and_fees]
        words = _("收入 − 资产计税净值 − 相关税费")
    figures = [Figure(_("技术转让收入"), revenue, _("核定的技术交易额"))]
    if any(part is None for part in parts) or cap is NO_RULE or rate is NO_RULE:
        return _Reckoning(revenue, tuple(figures), deadlines)
    known = [part for part in parts if part is not None]
    income = (
        formulas.licence_income(revenue, *known) if licence else formulas.transfer_income(revenue, *known)
    )
    tax = formulas.transfer_tax(income, cap, rate)
    figures += [
        Figure(_("技术转让所得"), income, words),
        Figure(
            _("免征部分"), tax.exempt, _("全年合计不超过 {cap} 元；只有本份时").format(cap=format_yuan(cap))
        ),
        Figure(_("减半部分"), tax.halved, _("超过限额的所得")),
        Figure(_("减半后应纳税额"), tax.tax, _("减半部分 × 50% × 25%，高新技术企业也按 25%")),
        Figure(_("纳税调减额"), tax.reduction, _("免征部分 + 减半部分 ÷ 2")),
    ]
    return _Reckoning(income, tuple(figures), deadlines)


def _rd_super(c: Case, _found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    day = law.day
    paid = _paid_or_due(c) or c.technology_amount
    if paid is not None and c.technology_amount is not None:
        paid = min(paid, c.technology_amount)  # 优惠按核定的技术交易额，不按总额（2001 规则第五十三条）
    share, extra = law("rd.commission_share"), law("rd.extra.general")
    if paid is None or day is None or share is NO_RULE or extra is NO_RULE:
        return _NOTHING
    base = formulas.rd_domestic_base(paid, share)
    words = _("实际支付 {paid} × {share:.0%}").format(paid=format_yuan(paid), share=share)
    if is_seller_abroad(c):
        words += _("；境外部分另不超过境内符合条件研发费用的三分之二")
    if c.sub_kind == "DEV-2":
        base, words = to_fen(paid), _("各方按自己实际承担的费用")
    parts = _by_rate(c, base, law, "rd.extra.general")
    deduction = sum((formulas.extra_deduction(part, rate) for part, rate in parts), ZERO)
    how = _("基数 × {extra:.0%}（{day} 一般企业）").format(extra=extra, day=day)
    if len(parts) > 1:
        how = " + ".join(f"{format_yuan(part)} × {rate:.0%}" for part, rate in parts)
    figures = [Figure(_("加计扣除基数"), base, words), Figure(_("加计扣除额"), deduction, how)]
    for name in ("rd.extra.manufacturer", "rd.extra.sme", "rd.extra.ic_tool"):
        row = law.book.parameter_row(name, day)
        if row is None or row.value is NO_RULE or row.value <= extra:
            continue
        own = sum((formulas.extra_deduction(p, r) for p, r in _by_rate(c, base, law, name)), ZERO)
        label = "{}（{}）".format(_("加计扣除额"), row.note or row.name)
        figures.append(Figure(label, own, f"{row.value:.0%}"))
    deadlines = (Deadline(_("年度汇算清缴（次年 5 月 31 日前）"), date(day.year + 1, 5, 31)),)
    return _Reckoning(base, tuple(figures), deadlines)


def _by_rate(c: Case, base: Decimal, law: _Values, name: str) -> list[tuple[Decimal, Decimal]]:
    """The base as (part, rate): each payment has the rate of its own day, the general one at least."""
    general = "rd.extra.general"
    dated = [(d, p.amount) for p in c.facts.payments if (d := _day_of(p)) and p.amount]
    total = sum((amount for _day, amount in dated), ZERO)
    if len(dated) != len(c.facts.payments) or not total:
        dated, total = [(law.day or date.min, base)], base
    parts: dict[Decimal, Decimal] = {}
    left = base
    for n, (day, amount) in enumerate(sorted(dated), 1):
        part = left if n == len(dated) else to_fen(base * amount / total)
        left -= part
        rates = [r for r in (law.book.parameter(name, day), law.book.parameter(general, day)) if r]
        if rates:
            parts[max(rates)] = parts.get(max(rates), ZERO) + part
    return [(part, rate) for rate, part in parts.items()]


def _basic(c: Case, _found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    paid, extra = _paid_or_due(c) or c.facts.contract_amount, law("basic.extra")
    if paid is None or extra is NO_RULE:
        return _NOTHING
    total = formulas.basic_research_deduction(paid, extra)
    return _Reckoning(paid, (Figure(_("付款方可扣除额"), total, _("实际支付 × (1 + 100%)")),))


def _iit(c: Case, _found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    awards, share = [a.amount for a in c.facts.awards if a.amount], law("iit.cash_share")
    if not awards or share is NO_RULE:
        return _NOTHING
    total = sum(awards, ZERO)
    counted = formulas.counted_award(total, share)
    day = law.day
    due = formulas.day_15_of_next_month(day) if day else None
    return _Reckoning(
        total,
        (Figure(_("计入工资薪金的部分"), counted, _("奖励 × 50%")),),
        (Deadline(_("次月 15 日前报送备案表"), due),),
    )


def _defer(c: Case, _found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    value, cost, fees = c.facts.contract_amount, c.facts.tax_basis_net, c.facts.taxes_and_fees
    rate, day = law("defer.rate.individual"), law.day
    due = formulas.day_15_of_next_month(day) if day else None
    deadlines = (Deadline(_("个人：被投资企业次月 15 日前备案；企业：首次预缴申报时"), due),)
    if value is None:
        return _Reckoning(None, (), deadlines)
    figures: tuple[Figure, ...] = ()
    person = all(p.party_type == "500" for p in c.sellers) and bool(c.sellers)
    if person and cost is not None and rate is not NO_RULE:
        tax = formulas.deferral_tax(value, cost, fees or ZERO, rate)
        words = _("（作价 − 原值 − 税费）× 20%，递延至转让股权时")
        figures = (Figure(_("入股时可不缴的税"), tax, words),)
    return _Reckoning(value, figures, deadlines)


def _stamp(c: Case, found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    day, f = law.day, c.facts
    amount = c.technology_amount if c.technology_amount is not None else f.contract_amount
    if amount is None or day is None or f.price_form in ("royalty", "undetermined"):
        return _NOTHING
    instrument = c.kind in ("TRF", "LIC") and not _taxed_as_contract(c)
    rate = law("stamp.patent") if instrument else law("stamp.tech")
    if rate is NO_RULE:
        return _NOTHING
    listed = found.get("STAMP.P3")
    split = listed is not None and listed.answer == "yes" and f.remuneration_amount is not None
    apart = found.get("STAMP.P4")
    vat = f.vat_amount if apart is not None and apart.answer == "yes" and not split else None
    base = formulas.stamp_base(amount, remuneration=f.remuneration_amount if split else None, vat=vat)
    words = _("只就报酬计税") if split else _("不含列明的增值税") if vat else _("按全额")
    half = law("stamp.half")
    figures = [Figure(_("计税依据"), base, words)]
    for party in (*c.sellers, *c.buyers):
        small = pays_half(party, day) and half is not NO_RULE
        duty = formulas.stamp_duty(base, rate, half=half if small else None)
        how = _("{base} × {rate}‰").format(base=format_yuan(base), rate=(rate * 1000).normalize())
        figures.append(Figure(party.name or _("一方"), duty, how + (_("，减半") if small else "")))
    return _Reckoning(
        base, tuple(figures), (Deadline(_("按次申报的，书立之日起 15 日内"), day + timedelta(days=15)),)
    )


def _taxed_as_contract(c: Case) -> bool:
    """Application rights and the transfer of know-how are technology contracts, the rest instruments.

    Several in one price: the higher rate, that of the instrument (印花税法 第九条).
    """
    own = {"patent_application", "know_how"} if c.kind == "TRF" else {"patent_application"}
    return bool(c.objects) and own >= set(c.objects)


def _subsidy(c: Case, _found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    made = reckon(deal_of(c, law.day))
    return _Reckoning(
        made.total, tuple(Figure(*f) for f in made.figures), tuple(Deadline(*d) for d in made.deadlines)
    )


def _award(c: Case, _found: Mapping[str, Condition], law: _Values) -> _Reckoning:
    income = sum((i.amount for i in c.facts.incomes if i.amount), ZERO)
    awards = sum((a.amount for a in c.facts.awards if a.amount), ZERO)
    share = law("award.least_share")
    if not income or share is NO_RULE:
        return _Reckoning(awards or None)
    least = to_fen(income * share)
    return _Reckoning(
        awards,
        (Figure(_("奖酬金合计"), awards), Figure(_("到账收入的一半"), least, _("未扣直接成本，供比对"))),
    )


RELIEFS: Final = (
    _Relief("VAT-TECH", "增值税 技术转让、开发免税", "seller", "纳税义务日", _vat_day, _vat_tech),
    _Relief("RD-SUPER", "研发费用加计扣除", "buyer", "费用发生日", _paid_day, _rd_super),
    _Relief("CIT-TECH", "企业所得税 技术转让减免", "seller", "所得确认日", _income_day, _cit_tech),
    _Relief(
        "STAMP",
        "印花税 小微减半",
        "both",
        "书立日",
        lambda f: (f.signed_on, "signed_on"),
        _stamp,
        "stamp.half",
    ),
    _Relief("IIT-CASH50", "个税 现金奖励减半", "staff", "奖励发放日", _award_day, _iit),
    _Relief("DEFER-SHARE", "技术入股 递延纳税", "seller", "投资日", _invested_day, _defer),
    _Relief("VAT-CROSS", "跨境应税 零税率", "seller", "纳税义务日", _vat_day, _vat_cross),
    _Relief(
        "LOCAL-SUBSIDY", "地方补助", "both", "登记日", lambda f: (f.registered_on, "registered_on"), _subsidy
    ),
    _Relief("VAT-OTHER", "增值税 其他可选办法", "seller", "纳税义务日", _vat_day, _vat_other, any_of=True),
    _Relief("BASIC-RESEARCH", "投入基础研究", "buyer", "费用发生日", _paid_day, _basic),
    _Relief("AWARD-MONEY", "奖酬金", "staff", "奖励发放日", _award_day, _award),
)
"""In the order of the page."""
RELIEF_IDS: Final = tuple(r.id for r in RELIEFS)


class _Row:
    """A condition made ready: its predicates, and the conditions that need no words of a person."""

    __slots__ = ("ask", "code", "effects", "gate", "manual", "out", "ready", "rule", "when")

    def __init__(self, rule: Rule) -> None:
        self.rule, self.code, self.manual = rule, rule.code, rule.manual
        self.gate = bool(rule.more.get("gate"))
        # A name unknown here (a newer policy pack) leaves the condition to a person: never a yes.
        self.ask: Callable[[Case], Verdict] | None = RELIEF_PREDICATES.get(rule.asks)
        self.when: Callable[[Case], Verdict] | None = RELIEF_PREDICATES.get(rule.when)
        nobody = "needs_human" if rule.more.get("judge") else "unknown"
        self.effects = {
            "yes": _effect(rule.outcomes["yes"][0]),
            "no": _effect(rule.outcomes["no"][0]),
            AFTER: "PASS",
            "unknown": "",
            "needs_human": "",
        }
        self.ready: dict[Verdict, Condition] = {
            verdict: Condition(
                rule, word or nobody, "data" if word else "nobody", self.effects[word or nobody]
            )
            for verdict, word in _WORDS.items()
        }
        self.out = Condition(rule, "not_applicable", "data", "PASS")

    def judge(self, case: Case, answers: Mapping[str, Answer]) -> Condition:
        if self.when is not None and self.when(case) is False:
            return self.out
        if self.manual and (given := answers.get(self.code)) is not None:
            value = given.value
            if value == AFTER and case.registered:
                value = "unknown"  # given before registering; now it must be looked at again
            return Condition(
                self.rule, value, "person", self.effects[value], given.evidence, given.remark, given.by
            )
        return self.ready[self.ask(case) if self.ask is not None else None]


def _effect(word: str) -> str:
    """Result word of an outcome; going to look at another relief first leaves this one open."""
    return "cannot_tell" if word.startswith("NEXT") else word


class _Law(NamedTuple):
    """Rows and rule of one relief on one day, ready to judge."""

    gates: tuple[_Row, ...]
    rows: tuple[_Row, ...]
    has_rule: bool
    label: str
    sources: tuple[Source, ...]
    until: date | None
    papers: tuple[str, ...]
    combine: tuple[str, ...]
    parameter: Callable[[str], Any]


class _Values(NamedTuple):
    """What a reckoning may ask of the law of its day."""

    relief: _Relief
    book: Book
    law: _Law
    day: date | None

    def __call__(self, name: str) -> Any:
        """A parameter on the day of the law; NO_RULE when it has none."""
        return self.law.parameter(name)

    def has_rule_on(self, day: date | None) -> bool:
        """Whether the relief has a rule on another day; an unknown day is taken as the one in hand."""
        return day is None or _law(self.relief, self.book, day).has_rule


def _texts(book: Book, name: str, day: date) -> tuple[str, ...]:
    value = book.parameter(name, day)
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


def _compile(relief: _Relief, book: Book, day: date) -> _Law:
    row = book.parameter_row(relief.rule_name, day)
    has_rule = row is not None and row.value is not NO_RULE
    made: dict[str, _Row] = book.memo(("relief rows", relief.id), dict)
    rows = []
    for rule in book.rules(day, rule_set="", group=relief.id):
        key = rule.place
        if key not in made:
            made[key] = _Row(rule)
        rows.append(made[key])
    values: dict[str, Any] = {}

    def parameter(name: str) -> Any:
        """Value on the day of this law, looked up once."""
        if name not in values:
            values[name] = book.parameter(name, day)
        return values[name]

    label = "" if row is None else row.note if relief.rule else str(row.value) if has_rule else ""
    return _Law(
        tuple(r for r in rows if r.gate),
        tuple(rows),
        has_rule,
        label,
        row.sources if row is not None else (),
        row.valid_until if row is not None else None,
        _texts(book, f"{relief.prefix}.papers", day),
        _texts(book, f"{relief.prefix}.combine", day),
        parameter,
    )


def _borders(book: Book) -> list[date]:
    rows: list[Rule | Parameter] = [*book.all_rows(), *book.all_parameters()]
    return sorted({day for row in rows for day in (row.valid_from, row.valid_until) if day is not None})


def _law(relief: _Relief, book: Book, day: date) -> _Law:
    borders: list[date] = book.memo("relief borders", partial(_borders, book))
    key = ("relief law", relief.id, bisect_right(borders, day))
    return book.memo(key, partial(_compile, relief, book, day))


def _newest(relief: _Relief, book: Book) -> date:
    """A day of the newest rows, for a contract whose deciding date is unknown: shown, but decides nothing."""
    rows = [r.valid_from for r in book.all_rows() if r.group == relief.id]
    return max(rows)


def check_relief(
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    *,
    recognition: Decided | None = None,
    registered: bool,
    on: date | None = None,
    subsidies: Sequence[Subsidy] = (),
) -> tuple[ReliefResult, ...]:
    """All reliefs of one contract, in the order of ``RELIEFS``.

    ``recognition`` gives the kind decided (else what the form claims); ``facts.technology_amount`` is the
    amount fixed. ``on`` stands in for a deciding date that the facts lack; dates in the facts win.
    ``subsidies`` are those of the local pack.
    """
    kind = (recognition.kind if recognition is not None else None) or facts.kind
    sub_kind = (recognition.sub_kind if recognition is not None else None) or facts.sub_kind
    case = Case(facts, kind, sub_kind, facts.technology_amount, registered, subsidies, lambda _name: NO_RULE)
    if subsidies:
        case.said = said_of(answers)
    if (said := answers.get("CIT-TECH.C13")) is not None:
        case.pilot_said = said.value == "yes"
    days: dict[Callable[[Facts], Picked], Picked] = {}
    for relief in RELIEFS:
        if relief.pick not in days:
            days[relief.pick] = relief.pick(facts)
    return tuple([_check(relief, days[relief.pick], case, answers, book, on) for relief in RELIEFS])


def _check(
    relief: _Relief,
    picked: Picked,
    case: Case,
    answers: Mapping[str, Answer],
    book: Book,
    on: date | None,
) -> ReliefResult:
    day, picked_by = picked
    if day is None:
        day, picked_by = on, "on" if on is not None else ""
    if day is None:
        newest: date = book.memo(("relief newest", relief.id), partial(_newest, relief, book))
        law = _law(relief, book, newest)
    else:
        law = _law(relief, book, day)
    case.day, case.has_rule, case.parameter = day, day is not None and law.has_rule, law.parameter
    conditions, result = _judge(relief, law, case, answers)
    if day is not None and not law.has_rule and (result != "not_applicable" or relief.any_of):
        result = "no_rule"
    elif day is None and result not in ("not_applicable", "not_supported"):
        result = "cannot_tell"
    return ReliefResult(
        relief.id,
        _name(relief, case),
        relief.beneficiary,
        result,
        day,
        picked_by,
        relief.date_words,
        conditions,
        law.papers,
        law.combine,
        law.label,
        law.sources,
        law.until,
        case,
        _Values(relief, book, law, day),
    )


def _name(relief: _Relief, case: Case) -> str:
    if relief.id != "VAT-TECH":
        return relief.name
    return _("增值税 技术开发免税") if case.kind == "DEV" else _("增值税 技术转让免税")


def _judge(
    relief: _Relief, law: _Law, case: Case, answers: Mapping[str, Answer]
) -> tuple[tuple[Condition, ...], str]:
    for gate in law.gates:
        first = gate.judge(case, answers)
        if first.outcome not in _HARMLESS and first.outcome:
            return (first,), first.outcome
    conditions = tuple([row.judge(case, answers) for row in law.rows])
    if relief.any_of:
        ways = [c for c in conditions if c.rule.outcomes["yes"][0] == "PASS"]
        if any(c.answer == "yes" for c in ways):
            return conditions, "supported"
        return conditions, "cannot_tell" if any(c.is_open for c in ways) else "not_applicable"
    rank, result = 9, "supported"
    for c in conditions:
        if c.outcome in _HARMLESS:
            if c.answer == AFTER and rank == 9:
                result = "supported_once_registered"
            continue
        word = c.outcome or "cannot_tell"
        if _RANK[word] < rank:
            rank, result = _RANK[word], word
    return conditions, result


def timeline(relief_id: str, book: Book) -> tuple[Segment, ...]:
    """The dated rules of a relief, oldest first, with stretches without a rule; the last one may be open.

    Raises KeyError for a relief that does not exist.
    """
    relief = next((r for r in RELIEFS if r.id == relief_id), None)
    if relief is None:
        raise KeyError(relief_id)
    rows = sorted(
        (p for p in book.all_parameters() if p.name == relief.rule_name), key=lambda p: p.valid_from
    )
    segments = []
    for row in rows:
        has_rule = row.value is not NO_RULE
        label = (row.note if relief.rule else str(row.value)) if has_rule else _("未见规定")
        segments.append(Segment(row.valid_from, row.valid_until, label, row.confidence, has_rule))
    last = segments[-1].until
    if last is not None:
        segments.append(Segment(last, None, _("未见规定"), "memory", False))
    return tuple(segments)


@dataclass(frozen=True, slots=True)
class ReliefChange:
    """What a trial changes in one relief: before → after."""

    relief: str
    name: str
    before: ReliefResult
    after: ReliefResult

    @property
    def differs(self) -> bool:
        """The result word is another."""
        return self.before.result != self.after.result


def what_if(
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    *,
    recognition: Decided | None = None,
    registered: bool = False,
    on: date | None = None,
    subsidies: Sequence[Subsidy] = (),
    new_answers: Mapping[str, Answer] | None = None,
    **changes: Any,
) -> tuple[ReliefChange, ...]:
    """Every relief before and after a trial; nothing is written.

    ``changes`` are fields of the facts, and besides ``paid_on`` (day of all payments), ``registered_after``
    (True: as if registered). A changed kind sets recognition aside. Raises KeyError for an unknown field.
    """
    registered_after = bool(changes.pop("registered_after", registered))
    trial = facts
    if (day := changes.pop("paid_on", None)) is not None:
        payments = tuple(replace(p, due_on=day, paid_on=None) for p in facts.payments)
        trial = replace(trial, payments=payments, invoices=())
        if not payments:
            trial = replace(trial, payments=(Payment(due_on=day, amount=facts.contract_amount),))
    known = {f.name for f in fields(Facts)}
    for name in changes:
        if name not in known:
            raise KeyError(name)
    trial = replace(trial, **changes)
    tried = {**answers, **(new_answers or {})}
    if registered_after and not registered:
        tried.setdefault("VAT-TECH.V12", Answer("yes"))  # nothing has changed on the day of registering
    decided = None if {"kind", "sub_kind"} & changes.keys() else recognition
    before = check_relief(
        facts, answers, book, recognition=recognition, registered=registered, on=on, subsidies=subsidies
    )
    after = check_relief(
        trial,
        tried,
        book,
        recognition=decided,
        registered=registered_after,
        on=on,
        subsidies=subsidies,
    )
    return tuple(ReliefChange(b.relief, b.name, b, a) for b, a in zip(before, after, strict=True))


def missing_words(result: ReliefResult) -> tuple[str, ...]:
    """The missing fields by their Chinese names."""
    return tuple(label_of(name) for name in result.missing)
