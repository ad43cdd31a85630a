"""The shapes a local subsidy (地方补助) is reckoned by: shares, bands, lumps, steps, and growth.

Each takes a base in yuan and gives yuan to the fen, without any cap; each says itself and its sum in words.
Which scheme uses which is data: ``desktop.rules.subsidies``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from desktop.resources import _
from desktop.rules import formulas
from desktop.rules.amounts import ZERO, format_yuan, to_fen


def share_words(rate: Decimal) -> str:
    """``0.5%``, below one in a thousand ``0.6‰``."""
    if rate < Decimal("0.001"):
        return f"{(rate * 1000).normalize():f}‰"
    return f"{(rate * 100).normalize():f}%"


@dataclass(frozen=True, slots=True)
class Band:
    """One marginal band: rate on the part up to ``upto`` yuan (None: without end)."""

    upto: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Bands:
    """Each band's rate on its own part; a flat share is one band without end."""

    bands: tuple[Band, ...]

    @property
    def is_flat(self) -> bool:
        """One rate on everything, so that shares of a sum add up to the share of the sum."""
        return len(self.bands) == 1 and self.bands[0].upto is None

    def of(self, base: Decimal) -> Decimal:
        """Money for a base, in yuan, without any cap."""
        return formulas.marginal(base, ((b.upto, b.rate) for b in self.bands), None)

    def parts(self, base: Decimal) -> str:
        """The sum in words: ``100,000.00 × 1% + 900,000.00 × 0.5%``."""
        floor, words = ZERO, []
        for band in self.bands:
            top = base if band.upto is None else min(base, band.upto)
            if top > floor:
                words.append(f"{format_yuan(top - floor)} × {share_words(band.rate)}")
            if band.upto is None:
                break
            floor = band.upto
        return " + ".join(words)

    @property
    def words(self) -> str:
        """The shape in words."""
        if self.is_flat:
            return share_words(self.bands[0].rate)
        said = [
            _("{upto} 元以内 {rate}").format(upto=format_yuan(b.upto), rate=share_words(b.rate))
            if b.upto is not None
            else _("以上 {rate}").format(rate=share_words(b.rate))
            for b in self.bands
        ]
        return _("分段：") + "，".join(said)


@dataclass(frozen=True, slots=True)
class Lump:
    """A sum from a threshold on and a rate on what lies above."""

    threshold: Decimal
    lump: Decimal
    rate: Decimal

    is_flat = False

    def of(self, base: Decimal) -> Decimal:
        """Money for a base, in yuan, without any cap; below the threshold nothing."""
        return formulas.lump_and_share(base, self.threshold, self.lump, self.rate, None)

    def parts(self, base: Decimal) -> str:
        """The sum in words."""
        if base < self.threshold:
            return _("不到起点 {sum} 元").format(sum=format_yuan(self.threshold))
        above = base - self.threshold
        return f"{format_yuan(self.lump)} + {format_yuan(above)} × {share_words(self.rate)}"

    @property
    def words(self) -> str:
        """The shape in words."""
        return _("满 {threshold} 元给 {lump} 元，超出部分 {rate}").format(
            threshold=format_yuan(self.threshold), lump=format_yuan(self.lump), rate=share_words(self.rate)
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """A sum from a threshold on and a further sum for each full step above."""

    threshold: Decimal
    lump: Decimal
    step: Decimal
    each: Decimal

    is_flat = False

    def of(self, base: Decimal) -> Decimal:
        """Money for a base, in yuan, without any cap; below the threshold nothing."""
        return formulas.lump_and_steps(base, self.threshold, self.lump, self.step, self.each, None)

    def parts(self, base: Decimal) -> str:
        """The sum in words."""
        if base < self.threshold:
            return _("不到起点 {sum} 元").format(sum=format_yuan(self.threshold))
        count = int((base - self.threshold) // self.step)
        return f"{format_yuan(self.lump)} + {count} × {format_yuan(self.each)}"

    @property
    def words(self) -> str:
        """The shape in words."""
        return _("满 {threshold} 元给 {lump} 元，每再满 {step} 元加 {each} 元").format(
            threshold=format_yuan(self.threshold),
            lump=format_yuan(self.lump),
            step=format_yuan(self.step),
            each=format_yuan(self.each),
        )


Tariff = Bands | Lump | Steps


@dataclass(frozen=True, slots=True)
class Growth:
    """An extra for growth over the year before."""

    over: Decimal
    """Growth must be above this, yuan."""
    rate: Decimal
    is_whole: bool
    """The rate is on the whole growth; else on the part above ``over``."""
    is_within_cap: bool

    def of(self, growth: Decimal) -> Decimal:
        """Money for a growth in yuan, without any cap."""
        if growth <= self.over:
            return ZERO
        return to_fen((growth if self.is_whole else growth - self.over) * self.rate)

    @property
    def words(self) -> str:
        """The extra in words."""
        part = _("增长额") if self.is_whole else _("超出部分")
        cap = "" if self.is_within_cap else _("（不计入封顶）")
        return (
            _("增长超过 {over} 元另给{part}的 {rate}").format(
                over=format_yuan(self.over), part=part, rate=share_words(self.rate)
            )
            + cap
        )
