"""The taxpayer-year account (纳税人年度账): limits that belong to a year, not to a contract.

Two limits are of this sort: the part of technology-transfer income that is free of corporate income tax
(CIT-TECH, five million, in the 中关村 pilot twenty; 企业所得税法实施条例 第九十条), and what a foreign
commission may add to the extra deduction (RD-SUPER, two thirds of the domestic base; 财税〔2018〕64号). A
contract only contributes; the contributions given here add up to the year, to the fen. The extra deduction
is reckoned by ``research_cost``, payment by payment, as that of a single contract is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from desktop.resources import _
from desktop.rules import formulas, research_cost
from desktop.rules.amounts import FEN, ZERO, to_fen
from desktop.rules.book import NO_RULE, Book
from desktop.rules.conclusion import Answer
from desktop.rules.contradictions import SCOPES_OF
from desktop.rules.facts import Facts, Payment
from desktop.rules.relief import ReliefResult, check_relief
from desktop.rules.relief_questions import is_pilot_park_name
from desktop.rules.subsidy_account import SchemeYear

COUNTED: Final = ("supported", "supported_once_registered")
LICENCES: Final = ("non_exclusive", "sole")
"""Rights whose income comes year by year, as the fee falls due (公告2015年第82号)."""


@dataclass(frozen=True, slots=True)
class YearContract:
    """One contract of the taxpayer, with what was answered about its reliefs."""

    key: int
    number: str
    title: str
    facts: Facts
    answers: Mapping[str, Answer]
    is_registered: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What one contract gives to the year, or why it gives nothing."""

    key: int
    number: str
    title: str
    result: str
    """Result word of the relief for this contract in this year."""
    amount: Decimal | None
    """Income (CIT-TECH) or base (RD-SUPER) in yuan; None while it cannot be told."""
    why: str
    """What is missing, or why it is not counted; empty where it counts."""
    exempt: Decimal = ZERO
    halved: Decimal = ZERO
    deduction: Decimal = ZERO

    @property
    def is_counted(self) -> bool:
        """It is part of the year's sum."""
        return self.amount is not None and not self.why


@dataclass(frozen=True, slots=True)
class TransferYear:
    """Technology-transfer income of a seller in one year."""

    shares: tuple[Share, ...]
    income: Decimal
    limit: Decimal
    is_pilot: bool
    tax: formulas.TransferTax

    @property
    def is_complete(self) -> bool:
        """No contract waits for a figure or an answer."""
        return all(s.is_counted or s.result in _SETTLED for s in self.shares)


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The extra deduction of the same year for a taxpayer of another standing, or by months."""

    standing: str
    by_months: bool
    deduction: Decimal


@dataclass(frozen=True, slots=True)
class ResearchYear:
    """Extra deduction of a buyer for commissioned and joint development in one year."""

    shares: tuple[Share, ...]
    domestic_base: Decimal
    foreign_paid: Decimal
    """Share of what went abroad before the limit."""
    foreign_limit: Decimal
    foreign_base: Decimal
    own_research: Decimal
    """Domestic research cost of the taxpayer's own, as told; it widens the limit."""
    own_deduction: Decimal
    deduction: Decimal
    """Of the contracts and of the own research together."""
    standing: str = research_cost.GENERAL
    """What the taxpayer is: a word of ``research_cost.RATES``."""
    by_months: bool = False
    """2022 only: the year's cost by months in place of the days of payment (公告2022年第28号)."""
    otherwise: tuple[Otherwise, ...] = ()
    """What it would come to for another standing or by the other way of 2022, where that differs."""

    @property
    def is_complete(self) -> bool:
        """No contract waits for a figure or an answer."""
        return all(s.is_counted or s.result in _SETTLED for s in self.shares)


_SETTLED: Final = ("not_supported", "not_applicable", "no_rule")


@dataclass(frozen=True, slots=True)
class YearAccount:
    """One taxpayer, one year."""

    taxpayer: str
    year: int
    transfer: TransferYear | None
    """None: sells nothing of the sort in that year."""
    research: ResearchYear | None
    rules: str
    """Version of the law it was reckoned by."""
    subsidies: tuple[SchemeYear, ...] = ()
    """What the schemes of the local pack give (LOCAL-SUBSIDY)."""

    def to_json(self) -> dict[str, Any]:
        """Plain values: money as text in yuan."""
        made: dict[str, Any] = {"taxpayer": self.taxpayer, "year": self.year, "rules": self.rules}
        for name, part in (("CIT-TECH", self.transfer), ("RD-SUPER", self.research)):
            if part is not None:
                made[name] = _plain(part) | {"is_complete": part.is_complete}
        if self.subsidies:
            made["LOCAL-SUBSIDY"] = [_plain(s) | {"is_complete": s.is_complete} for s in self.subsidies]
        return made


def _plain(thing: Any) -> Any:
    if is_dataclass(thing):
        return {f.name: _plain(getattr(thing, f.name)) for f in fields(thing)}
    if isinstance(thing, tuple):
        return [_plain(item) for item in thing]
    return format(thing, "f") if isinstance(thing, Decimal) else thing


def account_of(
    taxpayer: str,
    year: int,
    sold: Sequence[YearContract],
    bought: Sequence[YearContract],
    book: Book,
    *,
    own_research: Decimal = ZERO,
    standing: str = research_cost.GENERAL,
    by_months: bool = False,
) -> YearAccount:
    """The account of one taxpayer: ``sold`` where it is a seller, ``bought`` where it is a buyer.

    Contracts of other years give nothing and are left out. ``own_research``: domestic research cost of its
    own in yuan, 0 when it is not told; then the limit on foreign commissions is the least it can be.
    ``standing`` is a word of ``research_cost.RATES``; ``by_months`` takes the whole year's cost by months
    where its rate changed within the year (2022), for a taxpayer that worked all twelve.
    """
    transfers = [share for c in sold if (share := _transfer(c, year, book)) is not None]
    researches = [found for c in bought if (found := _research(c, year, book)) is not None]
    is_pilot = any(_is_pilot(c, taxpayer) for c in sold)
    return YearAccount(
        taxpayer,
        year,
        _transfer_year(transfers, year, book, is_pilot) if transfers else None,
        _research_year(researches, year, book, own_research, standing, by_months) if researches else None,
        book.version,
    )


def _is_pilot(contract: YearContract, taxpayer: str) -> bool:
    if (said := contract.answers.get("CIT-TECH.C13")) is not None and said.value in ("yes", "no"):
        return said.value == "yes"
    own = [p for p in contract.facts.sellers if taxpayer in (p.id_number, p.name)]
    return any(is_pilot_park_name(p.park) for p in own)


def _result(contract: YearContract, facts: Facts, book: Book, relief: str, year: int) -> ReliefResult:
    results = check_relief(
        facts, contract.answers, book, registered=contract.is_registered, on=date(year, 12, 31)
    )
    return next(r for r in results if r.relief == relief)


def _year_of(payment: Payment) -> int | None:
    day = payment.due_on or payment.paid_on
    return day.year if day else None


# --- CIT-TECH


def _transfer(contract: YearContract, year: int, book: Book) -> Share | None:
    """What a sale or licence gives to its seller's year; None when it belongs to another year."""
    facts = contract.facts
    if facts.kind not in ("TRF", "LIC"):
        return None
    years = {y for p in facts.payments if (y := _year_of(p)) is not None}
    implied = SCOPES_OF.get(facts.sub_kind or "", ())
    right = facts.right_scope or (implied[0] if len(implied) == 1 else None)
    is_licence = right in LICENCES
    if years and (year not in years if is_licence else year != min(years)):
        return None
    if not years and (facts.signed_on is None or facts.signed_on.year != year):
        return None
    if is_licence and years:
        facts = replace(facts, payments=tuple(p for p in facts.payments if _year_of(p) == year))
    result = _result(contract, facts, book, "CIT-TECH", year)
    made = Share(contract.key, contract.number, contract.title, result.result, None, "")
    if result.result not in COUNTED:
        return replace(made, why=result.reason)
    wanted = (
        ("amortisation_of_year", "taxes_and_fees", "period_expenses_allocated")
        if is_licence
        else ("tax_basis_net", "taxes_and_fees")
    )
    if [name for name in wanted if getattr(facts, name) is None] or result.basis is None:
        return replace(made, why=_("缺成本、税费，所得算不出来"))
    return replace(made, amount=result.basis)


def _transfer_year(shares: Sequence[Share], year: int, book: Book, is_pilot: bool) -> TransferYear:
    day = date(year, 12, 31)
    limit, rate = book.parameter("cit_tech.cap", day), book.parameter("cit_tech.rate", day)
    pilot_limit = book.parameter("cit_tech.cap.zgc", day)
    if is_pilot and pilot_limit is not NO_RULE:
        limit = pilot_limit
    if limit is NO_RULE or rate is NO_RULE:
        limit, rate = ZERO, ZERO
    income = sum((s.amount for s in shares if s.is_counted and s.amount is not None), ZERO)
    tax = formulas.transfer_tax(income, limit, rate)
    counted = [s for s in shares if s.is_counted and s.amount is not None and s.amount > 0]
    weights = [s.amount or ZERO for s in counted]
    exempt, halved = apportion(tax.exempt, weights), apportion(tax.halved, weights)
    parts = {s.key: (e, h) for s, e, h in zip(counted, exempt, halved, strict=True)}
    given = tuple(
        replace(s, exempt=parts[s.key][0], halved=parts[s.key][1]) if s.key in parts else s for s in shares
    )
    return TransferYear(given, income, limit, is_pilot, tax)


# --- RD-SUPER


@dataclass(frozen=True, slots=True)
class _Research:
    share: Share
    paid: tuple[tuple[date, Decimal], ...] = ()
    """All that was paid up to the end of the year: what came before counts against the technology amount."""
    limit: Decimal | None = None
    is_joint: bool = False
    is_foreign: bool = False
    """Commissioned abroad; a joint project has no such limit."""

    def costs(self, book: Book, year: int, standing: str) -> tuple[research_cost.Cost, ...]:
        """What the year has of it."""
        costs = research_cost.costs_of(
            self.paid, book, limit=self.limit, is_joint=self.is_joint, standing=standing
        )
        return tuple(cost for cost in costs if cost.day.year == year)


def _research(contract: YearContract, year: int, book: Book) -> _Research | None:
    """What a development contract gives to its buyer's year; None when nothing was paid in it."""
    facts = contract.facts
    if facts.kind != "DEV":
        return None
    paid = [(day, amount) for day, amount in research_cost.paid_days(facts) if day.year <= year]
    now = tuple(p for p in facts.payments if p.amount and p.paid_on and p.paid_on.year == year)
    if not now:
        return None
    result = _result(contract, replace(facts, payments=now), book, "RD-SUPER", year)
    made = Share(contract.key, contract.number, contract.title, result.result, None, "")
    if result.result not in COUNTED:
        return _Research(replace(made, why=result.reason))
    is_joint = facts.sub_kind == "DEV-2"
    is_foreign = not is_joint and any(p.country not in (None, "CHN") for p in facts.sellers)
    found = _Research(made, tuple(paid), facts.technology_amount, is_joint, is_foreign)
    if not found.costs(book, year, research_cost.GENERAL):
        return _Research(replace(made, why=_("计入的比例未见，请人工确定")))
    return found


def _research_year(
    found: Sequence[_Research], year: int, book: Book, own_research: Decimal, standing: str, by_months: bool
) -> ResearchYear:
    made = _reckoned(found, year, book, own_research, standing, by_months)
    ways = [(s, m) for s in research_cost.RATES for m in (False, True)]
    tried = [_reckoned(found, year, book, own_research, *way) for way in ways]
    others = {t.deduction: Otherwise(t.standing, t.by_months, t.deduction) for t in reversed(tried)}
    others.pop(made.deduction, None)
    listed = sorted(others.values(), key=lambda o: ways.index((o.standing, o.by_months)))
    return replace(made, otherwise=tuple(listed))


def _reckoned(
    found: Sequence[_Research], year: int, book: Book, own_research: Decimal, standing: str, by_months: bool
) -> ResearchYear:
    cap = book.parameter("rd.foreign_cap_of_domestic", date(year, 12, 31))
    costs = [(r, cost) for r in found for cost in r.costs(book, year, standing)]
    domestic = sum((cost.base for r, cost in costs if not r.is_foreign), ZERO)
    abroad = [cost.base for r, cost in costs if r.is_foreign]
    ratio = cap if isinstance(cap, Fraction) else Fraction(0)
    limit = to_fen((domestic + own_research) * ratio.numerator / ratio.denominator)
    foreign = min(sum(abroad, ZERO), limit)
    allowed = iter(apportion(foreign, abroad))
    mean = research_cost.mean_rate(book, year, standing) or Fraction(0)
    bases: dict[int, Decimal] = {}
    exact: dict[int, Fraction] = {}
    for r, cost in costs:
        base = next(allowed) if r.is_foreign else cost.base
        rate = mean if by_months else Fraction(cost.extra)
        bases[r.share.key] = bases.get(r.share.key, ZERO) + base
        exact[r.share.key] = exact.get(r.share.key, Fraction(0)) + Fraction(base) * rate
    own_exact = Fraction(own_research) * mean  # its days are not told: by the months of the year
    whole = sum(exact.values(), own_exact)
    total = to_fen(Decimal(whole.numerator) / whole.denominator)
    *parts, own = apportion(total, [*exact.values(), own_exact])
    given = dict(zip(exact, parts, strict=True))
    shares = tuple(
        replace(r.share, amount=bases[r.share.key], deduction=given[r.share.key])
        if r.share.key in bases
        else r.share
        for r in found
    )
    return ResearchYear(
        shares, domestic, sum(abroad, ZERO), limit, foreign, own_research, own, total, standing, by_months
    )


def apportion(total: Decimal, weights: Sequence[Decimal | Fraction]) -> list[Decimal]:
    """``total`` in fen shared by weights (not negative), the fen left over to the largest remainders.

    The parts add up to the total exactly; without weight nothing is shared.
    """
    whole = sum((Fraction(weight) for weight in weights), Fraction(0))
    if whole <= 0:
        return [ZERO for _weight in weights]
    fen = int(total / FEN)
    exact = [fen * Fraction(weight) / whole for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[: fen - sum(parts)]:
        parts[at] += 1
    return [FEN * part for part in parts]
