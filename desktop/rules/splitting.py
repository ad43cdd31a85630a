"""拆分: contracts of the same two sides, signed close together, each kept below the large threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from desktop.resources import _
from desktop.rules.amounts import format_yuan
from desktop.rules.local_pack import LocalPack

SPLIT_DAYS: Final = 30
"""No text that we hold names a period. One deal is cut up while it is negotiated, within a month; over a
quarter or a year the ordinary orders of two steady partners would fill the list with false alarms."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One contract that may be a part of a bigger one."""

    id: int
    """0: the one that is looked at."""
    number: str
    signed_on: date
    amount: Decimal
    """The one of its two amounts that the local pack compares."""


def piece(
    pack: LocalPack,
    key: int,
    number: str,
    kind: str | None,
    signed_on: date | None,
    contract: Decimal | None,
    technology: Decimal | None,
) -> Piece | None:
    """The contract as a possible part; None when it is large by itself, or its kind does not count, or day
    or amount is not known. While the technology amount is not fixed yet the whole contract counts."""
    amount = pack.compared_amount(contract, contract if technology is None else technology)
    if signed_on is None or amount is None or amount <= 0 or kind not in pack.large_kinds:
        return None
    return Piece(key, number, signed_on, amount) if amount < pack.large_amount else None


def parts_with(own: Piece, others: Sequence[Piece], pack: LocalPack) -> tuple[Piece, ...]:
    """Those of the others that together with ``own`` reach the threshold, the largest first.

    All of them and ``own`` were signed within ``SPLIT_DAYS`` days; of several such spans of days the one with
    the largest sum counts. Empty when none reaches it.
    """
    span = timedelta(days=SPLIT_DAYS)
    near = [p for p in others if abs(p.signed_on - own.signed_on) <= span]
    best: list[Piece] = []
    for first in {p.signed_on for p in (own, *near) if p.signed_on <= own.signed_on}:
        within = [p for p in near if first <= p.signed_on <= first + span]
        if total(within) > total(best):
            best = within
    if not best or own.amount + total(best) < pack.large_amount:
        return ()
    return tuple(sorted(best, key=lambda p: (-p.amount, -p.id)))


def total(parts: Sequence[Piece]) -> Decimal:
    """The compared amounts, summed."""
    return sum((p.amount for p in parts), Decimal(0))


def why_split(own: Piece, parts: Sequence[Piece], pack: LocalPack) -> str:
    """What is so, for the clerk: ``同一买卖双方，30 天内 2 份，合计 … 元``."""
    days = [p.signed_on for p in (own, *parts)]
    return _(
        "同一买卖双方，{days} 天内 {n} 份（另有 {numbers}），合计 {sum} 元，达到大额标准 {least} 元，"
        "单看每一份都不到"
    ).format(
        days=(max(days) - min(days)).days or 1,
        n=len(parts) + 1,
        numbers="、".join(p.number for p in parts),
        sum=format_yuan(own.amount + total(parts)),
        least=format_yuan(pack.large_amount),
    )
