"""Research cost of a commission or a joint project: what was paid, as bases with the rate of their day.

One reckoning for a single contract (``relief``) and for the taxpayer's year (``tax_year``), so that the two
never differ: 80 % of what was really paid for a commission, one's own cost in a joint project
(财税〔2015〕119号), never more than the technology amount, each payment at the rate of the day it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NamedTuple

from desktop.resources import _
from desktop.rules.amounts import ZERO, to_fen
from desktop.rules.book import NO_RULE, Book
from desktop.rules.facts import Facts

GENERAL: Final = "general"
RATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        GENERAL: "rd.extra.general",
        "manufacturer": "rd.extra.manufacturer",
        "sme": "rd.extra.sme",
        "ic_tool": "rd.extra.ic_tool",
    }
)
"""Standing of the taxpayer → parameter of its extra rate; without one the general rate counts."""


def standing_words(standing: str) -> str:
    """A standing in Chinese: 制造业企业."""
    words = {
        GENERAL: _("一般企业"),
        "manufacturer": _("制造业企业"),
        "sme": _("科技型中小企业"),
        "ic_tool": _("清单内集成电路、工业母机企业"),
    }
    return words[standing]


def way_words(standing: str, by_months: bool) -> str:
    """Standing and, for 2022, the way of reckoning: 制造业企业，按月份比例."""
    return standing_words(standing) + (_("，按月份比例") if by_months else "")


class Cost(NamedTuple):
    """One payment as research cost."""

    day: date
    base: Decimal
    """Yuan, whole fen; all bases of a contract add up to the base of their sum."""
    extra: Decimal
    """Extra rate of that day: 0.75, 1.00, 1.20."""


def extra_rate(book: Book, day: date, standing: str = GENERAL) -> Decimal | None:
    """Rate of a taxpayer of this standing on a day, the general one at least; None: no rule known."""
    found = [book.parameter(RATES[name], day) for name in dict.fromkeys((GENERAL, standing))]
    rates = [rate for rate in found if isinstance(rate, Decimal)]
    return max(rates, default=None)


def mean_rate(book: Book, year: int, standing: str = GENERAL) -> Fraction | None:
    """Rate of a whole year by its months: 2022 nine at 75 % and three at 100 % (公告2022年第28号).

    Reckoned for a taxpayer that worked all twelve months; None when some month has no rule.
    """
    rates = [extra_rate(book, date(year, month, 1), standing) for month in range(1, 13)]
    known = [Fraction(rate) for rate in rates if rate is not None]
    return sum(known, Fraction(0)) / 12 if len(known) == 12 else None


def paid_days(facts: Facts) -> tuple[tuple[date, Decimal], ...]:
    """(day, yuan) of what was really paid, oldest first; sums only due are no cost yet."""
    return tuple(sorted((p.paid_on, p.amount) for p in facts.payments if p.paid_on and p.amount))


def costs_of(
    paid: Iterable[tuple[date, Decimal]],
    book: Book,
    *,
    limit: Decimal | None,
    is_joint: bool,
    standing: str = GENERAL,
) -> tuple[Cost, ...]:
    """Payments, oldest first, as bases with their rates.

    ``limit`` is the technology amount (None: unknown, no limit), ``is_joint`` a joint project. Days for which
    no share or no rate is known (a commission before 2016) are left out.
    """
    left = limit
    whole = given = ZERO
    found = []
    for day, amount in paid:
        counted = amount if left is None else min(amount, left)
        left = None if left is None else left - counted
        share = Decimal(1) if is_joint else book.parameter("rd.commission_share", day)
        extra = extra_rate(book, day, standing)
        if share is NO_RULE or extra is None:
            continue
        whole += counted * share
        base = to_fen(whole) - given  # so that years and instalments add up to the whole
        given += base
        found.append(Cost(day, base, extra))
    return tuple(found)


def extra_of(costs: Iterable[Cost]) -> Decimal:
    """Extra deduction on these costs, yuan, rounded once."""
    return to_fen(sum((cost.base * cost.extra for cost in costs), ZERO))
