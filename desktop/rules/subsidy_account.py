"""The year of a local subsidy (地方补助) as an account: one scheme, one unit, what each contract gives.

Data only, so that the year's account of a unit (``desktop.rules.tax_year``) can carry it; it is made by
``desktop.rules.subsidy_year``. Money is Decimal yuan.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from desktop.resources import _
from desktop.rules.amounts import format_yuan


@dataclass(frozen=True, slots=True)
class SubsidyShare:
    """What one contract gives to the year of a scheme, or why it gives nothing."""

    key: int
    number: str
    title: str
    result: str
    base: Decimal | None
    amount: Decimal | None
    """Contribution in yuan, within the caps; None where it is not counted or no figure can be given."""
    why: str


@dataclass(frozen=True, slots=True)
class SchemeYear:
    """One scheme, one unit, one award year."""

    code: str
    name: str
    who: str
    year: int
    base: Decimal | None
    amount: Decimal | None
    """Yuan, within the caps: the sum of the contributions; None where no figure can be given."""
    formula: str
    why: str
    """What of the year is not known; empty where all is."""
    shares: tuple[SubsidyShare, ...]
    is_ceiling: bool
    days: str
    """Window and way of claiming, in words."""
    deadline: str
    """Last day of claiming, ISO; empty: not said."""
    instrument: str
    confidence: str

    @property
    def is_complete(self) -> bool:
        """Nothing of the year is unknown."""
        return not self.why and all(s.result != "cannot_tell" for s in self.shares)

    @property
    def words(self) -> str:
        """The year in a sentence."""
        if self.amount is None:
            return _("{name}（{who}）：{why}，算不出来。").format(name=self.name, who=self.who, why=self.why)
        most = _("最多") if self.is_ceiling else ""
        open_words = "" if self.is_complete else _("有合同或上年数还缺，合计不全。")
        return (
            _("{name}（{who}）{most} {sum} 元（{formula}）。").format(
                name=self.name, who=self.who, most=most, sum=format_yuan(self.amount), formula=self.formula
            )
            + open_words
        )
