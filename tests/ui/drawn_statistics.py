"""The figures of the drawing of the page 统计, as a report of the service."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from desktop.statistics.report import (
    PLACES,
    Split,
    StatisticsReport,
    Targets,
    Total,
    added,
    span_of,
)

TODAY = date(2026, 11, 20)
MONTHS = (2215, 1533, 3106, 3488, 3870, 5217, 3023, 3341, 4612, 4106, 4131)
MONTHS_BEFORE = (1990, 1430, 2720, 3110, 3330, 4490, 2790, 3010, 3920, 3760, 3400, 4160)
KINDS = {
    "DEV": Total(98, Decimal("184205000.00"), Decimal("148063000.00")),
    "TRF": Total(9, Decimal("31150000.00"), Decimal("30400000.00")),
    "LIC": Total(14, Decimal("22684000.00"), Decimal("22684000.00")),
    "CON": Total(37, Decimal("19862700.00"), Decimal("19321000.00")),
    "SVC": Total(88, Decimal("128520000.00"), Decimal("94618000.00")),
}
FIELDS = {
    "01": Total(60, Decimal("90000000.00"), Decimal("80000000.00")),
    "03": Total(120, Decimal("200000000.00"), Decimal("160000000.00")),
    "07": Total(66, Decimal("96421700.00"), Decimal("75086000.00")),
}
OUTWARD = ("62103000.00", "179056200.00", "134862500.00", "10400000.00", "0")
INWARD = ("62103000.00", "94026000.00", "62620000.00", "0", "0")


def _flow(sums: tuple[str, ...], count: int) -> dict[str, Total]:
    return {
        place: Total(count if Decimal(total) else 0, Decimal(total), Decimal(total))
        for place, total in zip(PLACES, sums, strict=True)
    }


def _months(totals: tuple[int, ...]) -> dict[int, Total]:
    return {
        at: Total(total // 160, Decimal(total * 10_000), Decimal(total * 8_000))
        for at, total in enumerate(totals, 1)
    }


def _seven_eighths(total: Total) -> Total:
    part = Decimal("0.875")
    return Total(total.count - total.count // 8, total.contract * part, total.technology * part)


def drawn_report(unit: str, year: int, targets: Targets | None = None) -> StatisticsReport:
    """2026 as drawn with 2025 an eighth less; nothing in other years."""
    span = span_of(unit, year, TODAY)
    kept = targets if targets and targets.year == year else None
    nothing = dict.fromkeys(PLACES, Total())
    if year != 2026:
        splits = dict.fromkeys(("registered", "outward", "inward"), Split())
        return StatisticsReport(year, span, splits, nothing, nothing, targets=kept, home="澄河县")
    now = added(KINDS.values())
    whole = Split(
        now,
        _seven_eighths(now),
        _months(MONTHS),
        _months(MONTHS_BEFORE),
        KINDS,
        FIELDS,
        pending=Total(12, Decimal("5000000.00"), Decimal("4000000.00")),
        cancelled=Total(2, Decimal("100.00"), Decimal("100.00")),
        revoked=Total(1, Decimal("100.00"), Decimal("100.00")),
    )
    outward, inward = _flow(OUTWARD, 60), _flow(INWARD, 51)
    return StatisticsReport(
        year,
        span,
        {
            "registered": whole,
            "outward": Split(added(outward.values()), kinds={"DEV": added(outward.values())}),
            "inward": Split(added(inward.values()), kinds={"DEV": added(inward.values())}),
        },
        outward,
        inward,
        targets=kept,
        home="澄河县",
        seconds=0.4,
    )
