"""What the page 统计 says of one span of days: exact sums in yuan, split so that they add up to their totals.

Pure Python: counted by ``desktop.statistics.counting``, shown by the page, printed and exported by services.
Money is Decimal yuan; shares and differences are exact fractions and are rounded once, half up, when they are
written. Meanings are those of the registration statistics: 登记 (registered by this station), 输出 (the main
seller is in the home region), 吸纳 (the main buyer is).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

KINDS = ("DEV", "TRF", "LIC", "CON", "SVC")
BASES = ("registered", "outward", "inward")
"""登记, 输出, 吸纳."""
PLACES = ("home", "province", "elsewhere", "abroad", "unknown")
"""Where a party sits, seen from the home region: a partition. ``abroad`` holds 港澳台 too."""
MEASURES = ("count", "contract", "technology")
"""份数, 合同成交额, 技术交易额."""
TEN_THOUSAND = 10_000


def half_up(number: Fraction | Decimal | int, places: int) -> Decimal:
    """四舍五入 of an exact number, the same for negative ones; never by way of a float."""
    exact = Fraction(number) * 10**places
    whole = (abs(exact.numerator) * 2 + exact.denominator) // (2 * exact.denominator)
    digits = tuple(int(figure) for figure in str(whole))
    return Decimal((1 if exact < 0 and whole else 0, digits, -places))


def in_ten_thousand(amount: Decimal) -> str:
    """万元 with two places; exact zero ``0``, what is less than the last place ``…``."""
    if not amount:
        return "0"
    shown = half_up(Fraction(amount) / TEN_THOUSAND, 2)
    return f"{shown:,.2f}" if shown else "…"


def percent(share: Fraction | None, places: int = 1) -> str:
    """``87.9%``; — where there is nothing to divide by."""
    return "—" if share is None else f"{half_up(share * 100, places):,.{places}f}%"


def share_of(part: Decimal | int, whole: Decimal | int) -> Fraction | None:
    """Exact share; None when the whole is nothing."""
    return Fraction(part) / Fraction(whole) if whole else None


@dataclass(frozen=True, slots=True)
class Total:
    """份数 and the two sums in yuan."""

    count: int = 0
    contract: Decimal = Decimal(0)
    technology: Decimal = Decimal(0)

    def __add__(self, other: Total) -> Total:
        return Total(
            self.count + other.count, self.contract + other.contract, self.technology + other.technology
        )

    def of(self, measure: str) -> Decimal:
        """One of ``MEASURES``."""
        return (
            Decimal(self.count)
            if measure == "count"
            else self.contract
            if measure == "contract"
            else self.technology
        )


NOTHING = Total()


def added(totals: Iterable[Total]) -> Total:
    """Their sum."""
    made = NOTHING
    for total in totals:
        made += total
    return made


@dataclass(frozen=True, slots=True)
class Span:
    """Days counted: a year, a quarter or a month, cut off at today."""

    first: date
    last: date
    whole_last: date
    """The last day of the span if it were over."""

    def year_before(self) -> Span:
        """The same days one year earlier, also cut off; 29 February becomes the 28th."""
        return Span(_earlier(self.first), _earlier(self.last), _earlier(self.whole_last))

    @property
    def passed(self) -> Fraction:
        """Share of the days gone."""
        return Fraction((self.last - self.first).days + 1, (self.whole_last - self.first).days + 1)


def _earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def span_of(unit: str, year: int, today: date) -> Span:
    """``year``, or the quarter or month of that year in which today lies."""
    if unit == "year":
        first, whole = date(year, 1, 1), date(year, 12, 31)
    elif unit == "quarter":
        month = (today.month - 1) // 3 * 3 + 1
        first = date(year, month, 1)
        whole = date(year, month + 2, calendar.monthrange(year, month + 2)[1])
    else:
        first = date(year, today.month, 1)
        whole = date(year, today.month, calendar.monthrange(year, today.month)[1])
    return Span(first, max(first, min(whole, today)) if year == today.year else whole, whole)


@dataclass(frozen=True, slots=True)
class Targets:
    """目标 of one calendar year, set by the head; None: that one was not set. Sums in yuan."""

    year: int
    count: int | None = None
    contract: Decimal | None = None
    technology: Decimal | None = None
    basis: str = "registered"
    """One of ``BASES``: which of the three facts the targets are about."""

    @property
    def is_empty(self) -> bool:
        """None of the three is set."""
        return self.count is None and self.contract is None and self.technology is None

    def of(self, measure: str) -> Decimal | None:
        """One of ``MEASURES``."""
        if measure == "count":
            return None if self.count is None else Decimal(self.count)
        return self.contract if measure == "contract" else self.technology


@dataclass(frozen=True, slots=True)
class Progress:
    """One target against what was reached and the time gone."""

    target: Decimal
    actual: Decimal
    passed: Fraction

    @property
    def reached(self) -> Fraction:
        """Share of the target."""
        return Fraction(self.actual) / Fraction(self.target)

    @property
    def is_behind(self) -> bool:
        """A smaller share than that of the days gone."""
        return self.reached < self.passed

    @property
    def points_behind(self) -> Fraction:
        """百分点 behind the time; negative when ahead."""
        return (self.passed - self.reached) * 100

    @property
    def short_of_time(self) -> Fraction:
        """What is missing to stand where the time stands, in the unit of the target; negative when ahead."""
        return Fraction(self.target) * self.passed - Fraction(self.actual)


@dataclass(frozen=True, slots=True)
class Split:
    """The figures of one basis (登记, 输出, 吸纳)."""

    now: Total = NOTHING
    before: Total = NOTHING
    """The same days one year earlier."""
    months: Mapping[int, Total] = field(default_factory=dict)
    """1–12 of the calendar year."""
    months_before: Mapping[int, Total] = field(default_factory=dict)
    kinds: Mapping[str, Total] = field(default_factory=dict)
    fields: Mapping[str, Total] = field(default_factory=dict)
    pending: Total = NOTHING
    """其中待回执: sent upwards, no receipt yet; part of ``now``."""
    changed: Total = NOTHING
    """变更后尚未换证: part of ``now``, with the changed amounts."""
    cancelled: Total = NOTHING
    """Left the sums."""
    revoked: Total = NOTHING
    undetermined: int = 0
    """Counted, but without a contract amount yet."""
    unplaced: int = 0
    """Of 输出 and 吸纳: registered in these days, the deciding party's place unknown, so not counted here."""
    unplaced_before: int = 0
    """The same for the days a year earlier."""


@dataclass(frozen=True, slots=True)
class StatisticsReport:
    """One window of the station, all three bases, from one pass over its days."""

    year: int
    span: Span
    splits: Mapping[str, Split]
    """By ``BASES``."""
    outward: Mapping[str, Total]
    """输出 by where the buyer sits (``PLACES``)."""
    inward: Mapping[str, Total]
    """吸纳 by where the seller sits; of the contracts registered here only."""
    neither: Total = NOTHING
    """Registered here, neither seller nor buyer at home."""
    targets: Targets | None = None
    home: str = ""
    """Name of the home region."""
    level: str = "county"
    """``county``, ``prefecture`` or ``province``: what the home region is."""
    seconds: float = field(default=0.0, compare=False)
    """How long the counting took."""

    @property
    def both(self) -> Total:
        """就地: seller and buyer at home, in 输出 and in 吸纳."""
        return self.outward["home"]

    def progress(self, measure: str, basis: str) -> Progress | None:
        """The target of this measure; None without one, for another basis, and for less than a year."""
        target = self.targets.of(measure) if self.targets and self.targets.basis == basis else None
        if not target or self.span.whole_last != date(self.year, 12, 31) or self.span.first.month != 1:
            return None
        return Progress(target, self.splits[basis].now.of(measure), self.span.passed)


def rounding_gap(parts: Sequence[Decimal], total: Decimal) -> Decimal:
    """Printed total less the sum of the printed parts, 万元 with two places; 0 when they agree."""
    shown = [half_up(Fraction(part) / TEN_THOUSAND, 2) for part in parts]
    return half_up(Fraction(total) / TEN_THOUSAND, 2) - sum(shown, Decimal(0))
