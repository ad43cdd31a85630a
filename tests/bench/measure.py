"""Timing of our work and the bare library's in turns, so that a busy minute falls on both."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


def spent(work: Callable[[], object]) -> float:
    """Seconds that one call took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(
    ours: Callable[[], object], bare: Callable[[], object], turns: int, *, warm: int = 1
) -> tuple[list[float], list[float]]:
    """A B A B …: seconds of each call of ours and of the bare one; the first ``warm`` pairs do not count."""
    first: list[float] = []
    second: list[float] = []
    for turn in range(turns + warm):
        a, b = spent(ours), spent(bare)
        if turn >= warm:
            first.append(a)
            second.append(b)
    return first, second


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest measured value that at least this share of all does not exceed."""
    ordered = sorted(times)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Times in seconds for ``unit`` s and ms, MiB of memory, else a rate."""

    work: str
    size: str
    ours: float
    unit: str = "ms"
    bare: float | None = None
    p95: float | None = None
    target: str = ""
    limit: float | None = None
    """Largest allowed value of ours (in seconds or MiB; smallest for a rate)."""
    p95_limit: float | None = None
    ratio_limit: float | None = None
    note: str = ""
    times: tuple[float, ...] = field(default=(), repr=False)
    bare_times: tuple[float, ...] = field(default=(), repr=False)

    @property
    def ratio(self) -> float | None:
        """Ours by the bare one; None where there is nothing to compare with."""
        return None if not self.bare else self.ours / self.bare

    @property
    def verdict(self) -> str:
        """``ok``, ``missed``, or empty where no target is set for this size."""
        checks = []
        if self.limit is not None:
            checks.append(self.ours >= self.limit if self.is_rate else self.ours <= self.limit)
        if self.p95_limit is not None and self.p95 is not None:
            checks.append(self.p95 <= self.p95_limit)
        if self.ratio_limit is not None and self.ratio is not None:
            checks.append(self.ratio <= self.ratio_limit)
        return "" if not checks else "ok" if all(checks) else "missed"

    @property
    def is_rate(self) -> bool:
        """Whether more is better."""
        return self.unit.endswith("/s")

    def shown(self, value: float | None) -> str:
        """A value in the row's unit."""
        if value is None:
            return ""
        if self.is_rate:
            return f"{value:,.0f}{self.unit}"
        if self.unit == "MiB":
            return f"{value:,.0f} MiB"
        return f"{value * 1000:,.2f} ms" if self.unit == "ms" else f"{value:,.2f} s"


def compared(
    work: str,
    size: str,
    times: tuple[list[float], list[float]],
    *,
    unit: str = "ms",
    target: str = "",
    limit: float | None = None,
    p95_limit: float | None = None,
    ratio_limit: float | None = None,
    note: str = "",
) -> Row:
    """A row from times taken in turns."""
    ours, bare = times
    return Row(
        work,
        size,
        statistics.median(ours),
        unit,
        statistics.median(bare),
        percentile(ours, 0.95),
        target,
        limit,
        p95_limit,
        ratio_limit,
        note,
        tuple(ours),
        tuple(bare),
    )
