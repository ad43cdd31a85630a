"""The year of a local subsidy: what a scheme gives a unit, a station or an institution over all contracts.

Caps that belong to a unit and year, awards reckoned on a sum, growth over the year before: none of it is seen
in one contract. A contract only contributes; the contributions given here add up to the year, to the fen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from desktop.resources import _
from desktop.rules.amounts import ZERO, format_yuan
from desktop.rules.subsidies import BASES, Subsidy
from desktop.rules.subsidy_account import SchemeYear, SubsidyShare
from desktop.rules.subsidy_grants import Deal, Grant, grants_of, said_of
from desktop.rules.tax_year import YearContract, apportion

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "seller": ("seller", "university"),
    "buyer": ("buyer",),
    "transfer_institution": ("transfer_institution", "service"),
}
"""Part a unit plays in a contract → beneficiaries it can be by it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One contract of the year, as a scheme counts it."""

    key: int
    number: str
    title: str
    result: str
    base: Decimal | None
    amount: Decimal | None = None
    """Money within the caps of one contract; None where the scheme goes by the sum of the year."""
    why: str = ""
    results: tuple[str, ...] = ()
    """Numbers of the rights it is about; empty: unknown."""

    @property
    def is_counted(self) -> bool:
        """Nothing is missing and nothing stands against it."""
        return self.result == "supported" and self.base is not None

    def share(self, amount: Decimal | None) -> SubsidyShare:
        """The line of the year."""
        return SubsidyShare(self.key, self.number, self.title, self.result, self.base, amount, self.why)


def years_of(
    schemes: Sequence[Subsidy], parts: Mapping[str, Sequence[YearContract]], year: int
) -> tuple[SchemeYear, ...]:
    """What the schemes of a pack give one unit in an award year.

    ``parts``: the contracts in which it is ``seller``, ``buyer`` or ``transfer_institution``, of every year
    (a base of the year before, growth). Schemes of which no contract counts in the year are left out.
    """
    made = []
    for scheme in schemes:
        contracts = [c for role, cs in parts.items() if scheme.beneficiary in ROLES[role] for c in cs]
        if not contracts or scheme.applies_in(year) is False:
            continue

        def items(
            of_year: int, s: Subsidy = scheme, cs: Sequence[YearContract] = tuple(contracts)
        ) -> list[Item]:
            return [item for c in cs for item in _items(s, c, of_year)]

        account = scheme_year(scheme, year, items)
        if account.shares:
            made.append(account)
    return tuple(made)


def _items(scheme: Subsidy, contract: YearContract, year: int) -> Iterable[Item]:
    facts = contract.facts
    is_licence = (facts.sub_kind or "").startswith("LIC")
    deal = Deal(
        facts,
        "LIC" if is_licence else facts.kind,
        facts.sub_kind,
        facts.technology_amount,
        facts.registered_on,
        (scheme,),
        said_of(contract.answers),
    )
    covered = deal.day is not None and (scheme.is_by_year or scheme.applies_on(deal.day) is not False)
    if not covered or scheme.covers(deal.kind, deal.sub_kind) is False:
        return
    rights = tuple(sorted(r.number for r in facts.ip_rights if r.number))
    for grant in grants_of(scheme, deal):
        if _award_year(grant, deal) == year:
            yield Item(
                contract.key,
                contract.number,
                contract.title,
                grant.result,
                grant.base,
                grant.amount,
                grant.why if grant.result != "supported" else "",
                rights,
            )


def _award_year(grant: Grant, deal: Deal) -> int | None:
    """The award year; what is in no window is shown in the calendar year of registration."""
    return grant.year or (deal.day.year if deal.day else None)


@dataclass(frozen=True, slots=True)
class RegisteredRow:
    """One contract registered at a station, as an award of the station counts it."""

    key: int
    number: str
    title: str
    kind: str | None
    sub_kind: str | None
    signed_on: date | None
    registered_on: date
    contract_amount: Decimal | None
    technology_amount: Decimal | None


def station_years(
    schemes: Sequence[Subsidy], rows: Sequence[RegisteredRow], year: int
) -> tuple[SchemeYear, ...]:
    """What the schemes of a pack give the station itself in an award year, on what it registered.

    ``rows``: at least those of the award year and the one before. What the authority above it is paid on the
    same sums is not the station's and left out.
    """
    made = []
    for scheme in schemes:
        if scheme.beneficiary != "station" or scheme.applies_in(year) is False:
            continue

        def items(of_year: int, s: Subsidy = scheme) -> list[Item]:
            return [item for row in rows if (item := _row_item(s, row, of_year)) is not None]

        made.append(scheme_year(scheme, year, items))
    return tuple(made)


def _row_item(s: Subsidy, row: RegisteredRow, year: int) -> Item | None:
    kind = "LIC" if (row.sub_kind or "").startswith("LIC") else row.kind
    covered = s.covers(kind, row.sub_kind)
    days = {"registered_on": row.registered_on, "signed_on": row.signed_on}
    years = [s.window.year_of(day) for name in s.window.by if (day := days.get(name)) is not None]
    if covered is False or next((y for y in years if y is not None), None) != year:
        return None
    base = row.contract_amount if s.base == "contract_amount" else row.technology_amount
    lacks = [] if covered else [_("细类")]
    if base is None:
        lacks.append(BASES["contract_amount" if s.base == "contract_amount" else "technology_amount"])
    why = _("缺：{facts}").format(facts="、".join(lacks)) if lacks else ""
    return Item(row.key, row.number, row.title, "cannot_tell" if lacks else "supported", base, why=why)


def scheme_year(scheme: Subsidy, year: int, items: Callable[[int], Sequence[Item]]) -> SchemeYear:
    """One scheme in one award year; ``items`` gives the contracts of an award year.

    The contributions add up to the amount exactly. Contracts that cannot be told are named and left out, then
    ``is_complete`` is false.
    """
    now = tuple(items(year))
    if scheme.is_by_year:
        return _by_the_sum(scheme, year, now, items)
    return _by_the_contract(scheme, year, now)


def _made(
    s: Subsidy, year: int, base: Decimal | None, amount: Decimal | None, formula: str, why: str,
    shares: Iterable[SubsidyShare],
) -> SchemeYear:  # fmt: skip
    window, last = s.window, s.claiming.deadline(s.window, year)
    return SchemeYear(
        s.code, s.name, s.who, year, base, amount, formula, why, tuple(shares), s.is_ceiling,
        f"{window.words}；{s.claiming.words}", last.isoformat() if last else "", s.instrument, s.confidence,
    )  # fmt: skip


# ------------------------------------------------------------------------------------ contract by contract
def _by_the_contract(s: Subsidy, year: int, items: Sequence[Item]) -> SchemeYear:
    items = _one_per_result(s, items)
    weights = [i.amount or ZERO if i.is_counted else ZERO for i in items]
    before = sum(weights, ZERO)
    weights = _within_results(s, items, weights)
    total = sum(weights, ZERO)
    cap = s.caps.unit_year
    amount = total if cap is None else min(total, cap)
    base = sum((i.base or ZERO for i in items if i.is_counted), ZERO)
    unknown = s.tariff is None
    parts = [ZERO if unknown else part for part in apportion(amount, weights)]
    words = [_("各份合同合计 {sum}").format(sum=format_yuan(before)), s.caps.words]
    return _made(
        s,
        year,
        base,
        None if unknown else amount,
        "" if unknown else "；".join(w for w in words if w),
        _("补助标准未见") if unknown else "",
        (
            item.share(part if item.is_counted and not unknown else None)
            for item, part in zip(items, parts, strict=True)
        ),
    )


def _one_per_result(s: Subsidy, items: Sequence[Item]) -> tuple[Item, ...]:
    """Contracts on one result told apart, where the scheme asks it; of several on one result one may stay."""
    if not s.is_once_per_result and s.caps.result is None:
        return tuple(items)
    counted = [i for i in items if i.is_counted]
    if len(counted) < 2:
        return tuple(items)
    best: dict[tuple[str, ...], Item] = {}
    for item in sorted(counted, key=lambda i: (-(i.amount or ZERO), i.key)):
        best.setdefault(item.results, item)
    made = []
    for item in items:
        if not item.is_counted:
            made.append(item)
        elif not item.results:
            made.append(replace(item, result="cannot_tell", why=_("缺：权利号，分不出是不是同一成果")))
        elif s.is_once_per_result and best[item.results] is not item:
            other = best[item.results].number
            words = _("同一成果已由 {number} 补").format(number=other)
            made.append(replace(item, result="not_supported", why=words))
        else:
            made.append(item)
    return tuple(made)


def _within_results(s: Subsidy, items: Sequence[Item], weights: Sequence[Decimal]) -> list[Decimal]:
    if s.caps.result is None:
        return list(weights)
    groups: dict[tuple[str, ...], list[int]] = {}
    for at, item in enumerate(items):
        groups.setdefault(item.results, []).append(at)
    made = list(weights)
    for group in groups.values():
        own = [weights[at] for at in group]
        parts = apportion(min(sum(own, ZERO), s.caps.result), own)
        for at, part in zip(group, parts, strict=True):
            made[at] = part
    return made


# ---------------------------------------------------------------------------------------- on the year's sum
def _sum(items: Iterable[Item]) -> Decimal:
    return sum((i.base or ZERO for i in items if i.is_counted), ZERO)


def _by_the_sum(
    s: Subsidy, year: int, now: Sequence[Item], items: Callable[[int], Sequence[Item]]
) -> SchemeYear:
    needs_before = s.is_of_last_year or s.base == "growth" or s.growth is not None
    before = tuple(items(year - 1)) if needs_before else ()
    counted = before if s.is_of_last_year else tuple(now)
    weights = [i.base or ZERO if i.is_counted else ZERO for i in counted]
    grown = _sum(now) - _sum(before)
    base = _sum(counted)
    if s.base == "growth":
        base = max(ZERO, grown)
    why = ""
    if needs_before and not before:
        why = _("本机没有上年的合同，上年数不知道")
    if s.tariff is None or s.applies_in(year) is None:
        why = _("补助标准未见") if s.tariff is None else _("施行期间未见")
    if s.tariff is None or s.applies_in(year) is None or (why and s.growth is None):
        return _made(s, year, base, None, "", why, (i.share(None) for i in counted))
    pays = base >= s.minimum
    money = s.tariff.of(base) if pays else ZERO
    extra = s.growth.of(grown) if s.growth is not None and before and pays else ZERO
    amount = _capped(s, money, extra)
    words = [f"{s.base_words} {format_yuan(base)}：{s.tariff.parts(base)}"]
    if not pays:
        words = [
            _("{base} {sum}，不到起点 {least} 元").format(
                base=BASES[s.base], sum=format_yuan(base), least=format_yuan(s.minimum)
            )
        ]
    if s.growth is not None and why:
        words.append(_("增长部分未算"))
    elif s.growth is not None and extra:
        words.append(_("增长 {sum} 另给 {extra}").format(sum=format_yuan(grown), extra=format_yuan(extra)))
    elif s.growth is not None:
        words.append(_("增长没有超过 {over} 元").format(over=format_yuan(s.growth.over)))
    if s.caps.words:
        words.append(s.caps.words)
    parts = apportion(amount, weights)
    shares = (i.share(p if i.is_counted else None) for i, p in zip(counted, parts, strict=True))
    return _made(s, year, base, amount, "；".join(words), why, shares)


def _capped(s: Subsidy, money: Decimal, extra: Decimal) -> Decimal:
    cap = s.caps.unit_year
    if cap is None:
        return money + extra
    if s.growth is not None and s.growth.is_within_cap:
        return min(money + extra, cap)
    return min(money, cap) + extra
