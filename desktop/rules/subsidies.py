"""Local money for registered contracts (地方补助): a scheme of a local pack as data, and as words to be read.

A scheme is region data, not law: who gets the money, for which contracts, on which base, by which shape
(``desktop.rules.subsidy_shapes``), up to which caps, in which days. What it gives for one contract is
reckoned by ``desktop.rules.subsidy_grants``; what belongs to the year of a unit (its caps, growth, awards of
a station) by ``desktop.rules.subsidy_year``. What a scheme does not say stays unsaid: without a standard no
figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from desktop.resources import _
from desktop.rules.amounts import ZERO, format_yuan
from desktop.rules.subsidy_shapes import Growth, Tariff, share_words
from desktop.rules.verdicts import PARTY_WORDS

BENEFICIARIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "seller": "卖方",
        "buyer": "买方",
        "university": "卖方高校",
        "station": "登记机构",
        "transfer_institution": "技术转移机构",
        "service": "服务机构",
        "authority": "管理部门",
    }
)
"""Who gets the money."""
UNIT_ONLY: Final = frozenset({"station", "service", "authority"})
"""Beneficiaries that no single contract names: theirs is a matter of the year."""
BASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paid": "实际支付",
        "technology_amount": "技术交易额",
        "contract_amount": "合同成交额",
        "growth": "技术交易额增长",
    }
)
WINDOW_DAYS: Final[Mapping[str, str]] = MappingProxyType(
    {"registered_on": "登记日", "signed_on": "成交（签订）日", "paid_on": "付款日"}
)
CLAIM_MODES: Final[Mapping[str, str]] = MappingProxyType(
    {"application": "申请后给付", "automatic": "免申即享", "unseen": "申领方式未见"}
)
USES: Final[Mapping[str, str]] = MappingProxyType({"staff": "奖励人员", "research": "研发"})
TYPE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "government": "政府机关",
        "institute": "科研机构",
        "university": "高校",
        "hospital": "医疗机构",
        "public_institution": "事业单位",
        "association": "社会团体",
        "enterprise": "企业",
        "household": "个体工商户",
        "individual": "自然人",
        "abroad": "境外单位",
    }
)
assert TYPE_WORDS.keys() == PARTY_WORDS.keys()


# -------------------------------------------------------------------------------------------- caps and days
@dataclass(frozen=True, slots=True)
class Caps:
    """The most that is paid, yuan; None: no such cap."""

    contract: Decimal | None = None
    unit_year: Decimal | None = None
    result: Decimal | None = None
    """Per result or licence (每项成果)."""
    is_unclear: bool = False
    """The text gives a sum and not what it is a cap of; it then stands at ``unit_year``, the narrowest."""

    @property
    def of_one_contract(self) -> Decimal | None:
        """The most one contract can bring: no cap of a wider circle lets more through."""
        known = [cap for cap in (self.contract, self.unit_year, self.result) if cap is not None]
        return min(known, default=None)

    @property
    def words(self) -> str:
        """The caps in words; empty without any."""
        unit = (
            _("单位全年最多 {sum} 元（封顶口径未见，按最窄算）")
            if self.is_unclear
            else _("单位全年最多 {sum} 元")
        )
        pairs = (
            (self.contract, _("每份合同最多 {sum} 元")),
            (self.result, _("每项成果最多 {sum} 元")),
            (self.unit_year, unit),
        )
        return "，".join(words.format(sum=format_yuan(cap)) for cap, words in pairs if cap is not None)


MonthDay = tuple[int, int]
"""Month and day of any year."""


def _words_of(day: date | MonthDay) -> str:
    if isinstance(day, date):
        return _("{y}年{m}月{d}日").format(y=day.year, m=day.month, d=day.day)
    return _("{m}月{d}日").format(m=day[0], d=day[1])


def _day_in(year: int, day: MonthDay) -> date:
    """That day of a year; 29 February of a common year is the 28th."""
    month, number = day
    return date(year, month, 28) if day == (2, 29) and not _is_leap(year) else date(year, month, number)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@dataclass(frozen=True, slots=True)
class Window:
    """The days of one award year, first and last included: of every year, or fixed."""

    by: tuple[str, ...]
    """Which day of the contract counts, of ``WINDOW_DAYS``; any of them in the window is enough."""
    first: date | MonthDay
    last: date | MonthDay

    def year_of(self, day: date) -> int | None:
        """The award year a day belongs to; None outside.

        A window over New Year is the year in which it ends. Fixed days: the calendar year.
        """
        first, last = self.first, self.last
        if isinstance(first, date) or isinstance(last, date):
            inside = isinstance(first, date) and isinstance(last, date) and first <= day <= last
            return day.year if inside else None
        at = (day.month, day.day)
        if first <= last:
            return day.year if first <= at <= last else None
        return day.year + 1 if at >= first else day.year if at <= last else None

    def end_of(self, year: int) -> date:
        """Last day of the window of an award year."""
        if isinstance(self.last, date):
            return self.last
        return _day_in(year, self.last)

    @property
    def words(self) -> str:
        """The window in words."""
        days = _("或").join(WINDOW_DAYS[name] for name in self.by)
        if (self.first, self.last) == ((1, 1), (12, 31)):
            return _("按{days}所在年度").format(days=days)
        span = f"{_words_of(self.first)}—{_words_of(self.last)}"
        over = not isinstance(self.first, date) and not isinstance(self.last, date) and self.first > self.last
        every_year = _("上年") if over else ""
        return _("{days}在{every}{span}").format(days=days, every=every_year, span=span)


CALENDAR_YEAR: Final = Window(("registered_on",), (1, 1), (12, 31))
"""Where a scheme says no more: the year of registration."""


@dataclass(frozen=True, slots=True)
class Claiming:
    """How and until when the money is claimed."""

    mode: str = "unseen"
    """Of ``CLAIM_MODES``."""
    first: date | MonthDay | None = None
    last: date | MonthDay | None = None

    def deadline(self, window: Window, year: int) -> date | None:
        """Last day of claiming for an award year: the first such day after its window; None: not said."""
        if self.last is None or isinstance(self.last, date):
            return self.last
        end = window.end_of(year)
        day = _day_in(end.year, self.last)
        return day if day > end else _day_in(end.year + 1, self.last)

    @property
    def words(self) -> str:
        """The way of claiming in words."""
        if self.last is None:
            return CLAIM_MODES[self.mode]
        first = _words_of(self.first) if self.first is not None else ""
        return f"{CLAIM_MODES[self.mode]}，" + _("申领期 {first}—{last}").format(
            first=first, last=_words_of(self.last)
        )


class Use(NamedTuple):
    """What a part of the money must be spent on."""

    least: Decimal
    """Share of the money, 0 to 1."""
    on: str
    """Of ``USES``."""

    @property
    def words(self) -> str:
        """``不少于 70% 用于研发``."""
        return _("不少于 {share} 用于{use}").format(share=share_words(self.least), use=USES[self.on])


# -------------------------------------------------------------------------------------------------- schemes
@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """One local scheme of money for registered contracts."""

    code: str
    name: str
    beneficiary: str
    """Of ``BENEFICIARIES``."""
    tariff: Tariff | None
    """None: the standard has not been seen, so no figure."""
    valid_from: date | None
    """First day of registration covered; None: not seen."""
    place: str = ""
    """Where it holds, in words; empty: the place of the pack."""
    kinds: tuple[str, ...] = ("DEV", "TRF", "LIC", "CON", "SVC")
    sub_kinds: tuple[str, ...] = ()
    """Narrows those kinds of which a sub-kind is named here; the others are covered whole."""
    party_types: tuple[str, ...] = ()
    """Words of ``PARTY_WORDS``: the sort of unit that gets it; empty: any."""
    seller_regions: tuple[str, ...] = ()
    buyer_regions: tuple[str, ...] = ()
    """Codes of 行政区划, a whole province or prefecture by its own code; empty: anywhere."""
    base: str = "paid"
    """Of ``BASES``."""
    is_by_year: bool = False
    """The shape is applied to the sum of a unit's year, not to each contract."""
    is_of_last_year: bool = False
    """The base is the sum of the year before."""
    growth: Growth | None = None
    minimum: Decimal = ZERO
    """Least base that is paid for, yuan."""
    caps: Caps = Caps()
    is_once_per_result: bool = False
    """Of several contracts on the same result or licence one is paid for."""
    is_ceiling: bool = False
    """The text says “up to”: the figure is the most that can be paid."""
    valid_until: date | None = None
    """First day of registration no longer covered; None: no end."""
    is_end_unseen: bool = False
    """Whether it has ended is not known: sure is the calendar year of ``valid_from`` alone."""
    window: Window = CALENDAR_YEAR
    claiming: Claiming = Claiming()
    excludes_related: bool = False
    excludes_public_funded: bool = False
    needs_named_invoice: bool = False
    """The invoice must carry the name or the number of the contract."""
    condition: str = ""
    """A further condition that only a person can answer, in words: ``成果属认定人才``."""
    not_with: tuple[str, ...] = ()
    """Codes of schemes that cannot be had besides; ``*``: no other public money."""
    use: Use | None = None
    evidence: tuple[str, ...] = ()
    note: str = ""
    """What the text leaves open, in words."""
    instrument: str = ""
    source: str = ""
    """Where the text was seen."""
    confidence: str = "memory"
    last_checked: date | None = None

    def applies_on(self, day: date) -> bool | None:
        """The scheme covers contracts registered on that day; None where its days have not been seen."""
        if self.valid_from is None:
            return None
        if day < self.valid_from or (self.valid_until is not None and day >= self.valid_until):
            return False
        return None if self.is_end_unseen and day.year > self.valid_from.year else True

    def applies_in(self, year: int) -> bool | None:
        """The scheme covers some day of an award year; None where its days have not been seen."""
        if self.valid_from is None:
            return None
        if self.window.end_of(year) < self.valid_from:
            return False
        if self.valid_until is not None:
            last = self.valid_until - timedelta(days=1)
            return (self.window.year_of(last) or last.year) >= year
        return None if self.is_end_unseen and year > self.valid_from.year else True

    def covers(self, kind: str | None, sub_kind: str | None) -> bool | None:
        """Whether contracts of this kind are covered; None while the sub-kind it hangs on is unknown."""
        if kind is None:
            return None
        if kind not in self.kinds:
            return False
        named = [s for s in self.sub_kinds if s.partition("-")[0] == kind]
        if not named:
            return True
        return None if not sub_kind else sub_kind in named

    @property
    def role(self) -> str:
        """Side of the contract that gets it: ``seller``, ``buyer`` or empty."""
        return (
            "seller"
            if self.beneficiary == "university"
            else (self.beneficiary if self.beneficiary in ("seller", "buyer") else "")
        )

    @property
    def who(self) -> str:
        """The beneficiary in words: ``卖方`` or ``卖方企业``."""
        types = "、".join(TYPE_WORDS[word] for word in self.party_types)
        return f"{BENEFICIARIES[self.beneficiary]}{types}"

    @property
    def extra(self) -> str:
        """What it wants besides and only a person can see, in words; empty: nothing."""
        invoice = _("发票写有合同名称或登记编号") if self.needs_named_invoice else ""
        return "，".join(part for part in (invoice, self.condition) if part)

    @property
    def base_words(self) -> str:
        """The base in words: ``上年技术交易额``."""
        year = _("上年") if self.is_of_last_year else _("全年") if self.is_by_year else ""
        return year + BASES[self.base]

    @property
    def pays(self) -> str:
        """What it pays, in words."""
        if self.tariff is None:
            words = _("补助标准未见")
        else:
            most = _("最多") if self.is_ceiling else ""
            words = _("按{base}{most} {shape}").format(
                base=self.base_words, most=most, shape=self.tariff.words
            )
        least = _("{sum} 元起").format(sum=format_yuan(self.minimum)) if self.minimum else ""
        growth = self.growth.words if self.growth is not None else ""
        return "；".join(part for part in (words, least, growth, self.caps.words) if part)

    @property
    def days(self) -> str:
        """The days of registration covered, in words."""
        if self.valid_from is None:
            return _("施行期间未见")
        first = _words_of(self.valid_from)
        if self.valid_until is not None:
            return _("{first}至{last}登记的").format(
                first=first, last=_words_of(self.valid_until - timedelta(days=1))
            )
        return _("{first}起登记的").format(first=first) + (_("，止期未见") if self.is_end_unseen else "")

    @property
    def terms(self) -> tuple[str, ...]:
        """The conditions besides, one a line."""
        lines = [self.days, self.window.words, self.claiming.words]
        if self.excludes_related:
            lines.append(_("关联交易不补"))
        if self.excludes_public_funded:
            lines.append(_("财政资金项目不补"))
        if self.is_once_per_result:
            lines.append(_("同一成果、同一许可只补一次"))
        if self.extra:
            lines.append(_("另须：{words}").format(words=self.extra))
        if "*" in self.not_with:
            lines.append(_("不与其他财政补助重复享受"))
        elif self.not_with:
            lines.append(_("不与 {codes} 同时享受").format(codes="、".join(self.not_with)))
        if self.use is not None:
            lines.append(self.use.words)
        if self.evidence:
            lines.append(_("凭证：{papers}").format(papers="、".join(self.evidence)))
        return (*lines, self.note) if self.note else tuple(lines)
