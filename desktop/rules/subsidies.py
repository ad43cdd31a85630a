"""Local money for registered contracts (地方补助): schemes of a local pack as data, and what they pay.

A scheme is region data, not law: who gets the money, for which contracts, on which base, by which shape (flat
share, marginal bands, a lump and a rate above, steps), up to which caps, in which days. This module reckons
one contract; what belongs to a unit's year (caps, awards of a station, growth) is
``desktop.rules.subsidy_year``. What a scheme does not say stays unsaid: without a standard no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from desktop.resources import _
from desktop.rules import formulas
from desktop.rules.amounts import ZERO, format_yuan, to_fen
from desktop.rules.conclusion import Answer
from desktop.rules.facts import Facts, Party, Payment
from desktop.rules.verdicts import PARTY_WORDS, are_related, every, party_is, some

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


def share_words(rate: Decimal) -> str:
    """``0.5%``, below one in a thousand ``0.6‰``."""
    if rate < Decimal("0.001"):
        return f"{(rate * 1000).normalize():f}‰"
    return f"{(rate * 100).normalize():f}%"


# --------------------------------------------------------------------------------------------------- shapes
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


# ----------------------------------------------------------------------------------------------------- days
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


# -------------------------------------------------------------------------------------------- one contract
RELATION: Final = "LOCAL-SUBSIDY.L4"
FUNDING: Final = "LOCAL-SUBSIDY.L5"
PARTIES: Final = "LOCAL-SUBSIDY.L6"
WINDOW: Final = "LOCAL-SUBSIDY.L7"
MINIMUM: Final = "LOCAL-SUBSIDY.L8"
EXTRA: Final = "LOCAL-SUBSIDY.L9"
STANDARD: Final = "LOCAL-SUBSIDY.L10"


@dataclass(frozen=True, slots=True)
class Deal:
    """One contract as the schemes see it."""

    facts: Facts
    kind: str | None
    """As decided; a licence is LIC whatever its year."""
    sub_kind: str | None
    technology_amount: Decimal | None
    day: date | None
    """Day of registration, or the day that stands in for it; None: unknown."""
    schemes: Sequence[Subsidy]
    said: Mapping[str, bool] = field(default_factory=dict)
    """What a person answered to the rows of LOCAL-SUBSIDY; it comes before the form."""
    _found: dict[str, list[tuple[Subsidy, bool | None]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Answers by step, filled when first asked for: nine conditions of a contract ask the same."""

    @property
    def is_related(self) -> bool | None:
        """The two sides are related."""
        said = self.said.get(RELATION)
        return are_related(self.facts) if said is None else not said

    @property
    def is_public_funded(self) -> bool | None:
        """The contract is paid with public money."""
        said = self.said.get(FUNDING)
        return self.facts.is_public_funded if said is None else not said

    @property
    def paid(self) -> tuple[Payment, ...]:
        """Payments really made, in the order of their days."""
        made = (p for p in self.facts.payments if p.paid_on and p.amount)
        return tuple(sorted(made, key=lambda p: p.paid_on or date.min))

    def asked(self, step: str) -> list[tuple[Subsidy, bool | None]]:
        """The schemes that no earlier step has ruled out, each with its answer to this one."""
        if not self._found:
            left = schemes_of(self)
            for code, ask in _STEPS.items():
                self._found[code] = [(s, ask(s, self)) for s in left]
                left = tuple(s for s, answer in self._found[code] if answer is not False)
        return self._found[step]


def said_of(answers: Mapping[str, Answer]) -> dict[str, bool]:
    """What persons answered to the rows of LOCAL-SUBSIDY with yes or no."""
    return {
        code: answer.value == "yes"
        for code, answer in answers.items()
        if code.startswith("LOCAL-SUBSIDY.") and answer.value in ("yes", "no")
    }


def schemes_of(deal: Deal) -> tuple[Subsidy, ...]:
    """The schemes in force on the day for this kind that pay for a single contract or its parties.

    A scheme for transfer institutions is among them only where the contract names one.
    """
    day = deal.day
    if day is None:
        return ()
    return tuple(
        s
        for s in deal.schemes
        if s.applies_on(day) is not False
        and s.covers(deal.kind, deal.sub_kind) is not False
        and s.beneficiary not in UNIT_ONLY
        and (s.beneficiary != "transfer_institution" or deal.facts.transfer_institution)
    )


def is_in_region(party: Party, regions: Sequence[str]) -> bool | None:
    """Whether a party sits in one of the regions; None while its region is unknown."""
    if party.country not in (None, "CHN"):
        return False
    if party.region is None:
        return None
    return any(party.region.startswith(_region_start(code)) for code in regions)


def _region_start(code: str) -> str:
    """``330000`` → ``33``, ``330300`` → ``3303``: what all places of the region begin with."""
    while code.endswith("00"):
        code = code[:-2]
    return code


def _fits_parties(s: Subsidy, deal: Deal) -> bool | None:
    sellers, buyers = deal.facts.sellers, deal.facts.buyers
    verdicts: list[bool | None] = []
    takers = buyers if s.role == "buyer" else sellers
    types = ("university",) if s.beneficiary == "university" else s.party_types
    if types:
        verdicts.append(some([party_is(p, *types) for p in takers]))
    for parties, regions in ((sellers, s.seller_regions), (buyers, s.buyer_regions)):
        if regions:
            verdicts.append(some([is_in_region(p, regions) for p in parties]))
    if s.covers(deal.kind, deal.sub_kind) is None:
        verdicts.append(None)
    return every(verdicts) if verdicts else True


def _is_in_window(s: Subsidy, deal: Deal) -> bool | None:
    if s.window.by == ("paid_on",):
        if not deal.paid:
            return None
        return any(s.window.year_of(p.paid_on) is not None for p in deal.paid if p.paid_on)
    days = [deal.day if name == "registered_on" else deal.facts.signed_on for name in s.window.by]
    return some([None if day is None else s.window.year_of(day) is not None for day in days])


def _is_unrelated(s: Subsidy, deal: Deal) -> bool | None:
    if not s.excludes_related:
        return True
    return None if deal.is_related is None else not deal.is_related


def _is_unfunded(s: Subsidy, deal: Deal) -> bool | None:
    if not s.excludes_public_funded:
        return True
    return None if deal.is_public_funded is None else not deal.is_public_funded


def _has_extra(s: Subsidy, deal: Deal) -> bool | None:
    return deal.said.get(EXTRA) if s.extra else True


def _reaches_minimum(s: Subsidy, deal: Deal) -> bool | None:
    if s.is_by_year:
        return True
    bases = _bases(s, deal)
    if bases is None:
        amount = deal.facts.contract_amount if s.base == "contract_amount" else deal.technology_amount
        return None if amount is None or s.minimum else True
    return any(base >= s.minimum for _year, base in bases)


def _is_standard_known(s: Subsidy, deal: Deal) -> bool | None:
    return deal.said.get(STANDARD) if _is_unseen(s, deal) else True


def _is_unseen(s: Subsidy, deal: Deal) -> bool:
    """Standard or days of the scheme have not been seen."""
    return s.tariff is None or (deal.day is not None and s.applies_on(deal.day) is None)


_STEPS: Final[Mapping[str, Callable[[Subsidy, Deal], bool | None]]] = MappingProxyType(
    {
        PARTIES: _fits_parties,
        WINDOW: _is_in_window,
        RELATION: _is_unrelated,
        FUNDING: _is_unfunded,
        MINIMUM: _reaches_minimum,
        EXTRA: _has_extra,
        STANDARD: _is_standard_known,
    }
)
"""What is asked of a scheme, in this order; a scheme that fails a step is not asked on."""


def verdict(deal: Deal, step: str) -> bool | None:
    """Whether some scheme is left after a step; None while that is unknown of one of them.

    True where no scheme came so far: an earlier step has said so already. What a person said of this very
    step is left aside: it overrides the form where the row is judged.
    """
    asked = deal.asked(step)
    found = [answer for _scheme, answer in asked]
    if step in deal.said:
        unsaid = replace(deal, said={code: said for code, said in deal.said.items() if code != step})
        found = [_STEPS[step](s, unsaid) for s, _answer in asked]
    if None in found:
        return None
    return True in found or not found


def hangs_on(deal: Deal, step: str) -> bool:
    """Whether the whole matter hangs on a step that only some schemes ask.

    No where no scheme asks, and no where it is known and a scheme that does not ask is left: then the one
    scheme falls and the other stays.
    """
    left = deal.asked(step)
    asking = [answer for s, answer in left if _asks(s, deal, step)]
    if not asking:
        return False
    return len(asking) == len(left) or any(answer is not False for answer in asking)


def _asks(s: Subsidy, deal: Deal, step: str) -> bool:
    if step == RELATION:
        return s.excludes_related
    if step == FUNDING:
        return s.excludes_public_funded
    return bool(s.extra) if step == EXTRA else _is_unseen(s, deal)


_YEARLESS: Final = 0
"""Award year of a contract whose day is in no window or unknown."""


def _bases(s: Subsidy, deal: Deal) -> list[tuple[int, Decimal]] | None:
    """(award year, base) of a contract; None while a base is unknown.

    Payments count up to the technology amount, the earlier ones first; by their own days where the scheme
    goes by days of payment.
    """
    amount = deal.facts.contract_amount if s.base == "contract_amount" else deal.technology_amount
    if amount is None:
        return None
    if s.base != "paid":
        return [(_year(s, deal), amount)]
    if not deal.paid:
        return None
    left, years = amount, dict[int, Decimal]()
    for payment in deal.paid:
        part = min(payment.amount or ZERO, left)
        left -= part
        by_payment = s.window.by == ("paid_on",) and payment.paid_on is not None
        year = s.window.year_of(payment.paid_on) if by_payment and payment.paid_on else _year(s, deal)
        if year is not None:
            years[year] = years.get(year, ZERO) + part
    return sorted(years.items())


def _year(s: Subsidy, deal: Deal) -> int:
    days = {"registered_on": deal.day, "signed_on": deal.facts.signed_on}
    for name in s.window.by:
        day = days.get(name)
        if day is not None and (year := s.window.year_of(day)) is not None:
            return year
    return _YEARLESS


@dataclass(frozen=True, slots=True)
class Grant:
    """What one scheme gives for one contract in one award year, or why it gives nothing."""

    scheme: Subsidy
    year: int
    """Award year; 0 while unknown."""
    result: str
    """``supported``, ``not_supported`` or ``cannot_tell``."""
    base: Decimal | None
    amount: Decimal | None
    """Yuan, within the caps; None without a figure. That of an open result holds if all turns out well."""
    formula: str
    why: str
    """Why nothing is paid, or what is missing; empty where all holds."""
    deadline: date | None

    @property
    def label(self) -> str:
        """``技术交易补助（卖方）``."""
        parts = [self.scheme.who]
        if self.scheme.window.by == ("paid_on",) and self.year:
            parts.append(_("{year} 年").format(year=self.year))
        if self.scheme.is_ceiling:
            parts.append(_("最多"))
        return f"{self.scheme.name}（{'，'.join(parts)}）"


def grants(deal: Deal) -> tuple[Grant, ...]:
    """What every scheme open to the contract gives, in the order of the pack.

    Of schemes that cannot be had together the one that gives more is counted, the other says so.
    """
    made = [grant for s in schemes_of(deal) for grant in grants_of(s, deal)]
    return tuple(_without_doubling(made))


def grants_of(s: Subsidy, deal: Deal) -> list[Grant]:
    """What one scheme gives for the contract: one grant a year where it goes by days of payment."""
    missing = []
    for code, ask in _STEPS.items():
        answer = ask(s, deal)
        if answer is False:
            return [Grant(s, _year(s, deal), "not_supported", None, None, "", _why_not(s, code), None)]
        if answer is None:
            missing += [word for word in _missing(s, deal, code) if word not in missing]
    bases = _bases(s, deal)
    if bases is None:
        missing += [word for word in _missing_base(s, deal) if word not in missing]
    why = _("缺：{facts}").format(facts="、".join(missing)) if missing else ""
    result = "cannot_tell" if missing else "supported"
    if bases is None:
        return [Grant(s, _year(s, deal), result, None, None, "", why, None)]
    return [_grant(s, year, base, result, why) for year, base in bases]


def _grant(s: Subsidy, year: int, base: Decimal, result: str, why: str) -> Grant:
    deadline = s.claiming.deadline(s.window, year) if year else None
    if base < s.minimum and not s.is_by_year:
        return Grant(s, year, "not_supported", base, None, "", _why_not(s, MINIMUM), None)
    if s.tariff is None:
        return Grant(s, year, result, base, None, "", why or _("补助标准没有录入，请按原文核算"), deadline)
    if s.is_by_year and (not s.tariff.is_flat or s.is_of_last_year or s.base == "growth"):
        return Grant(s, year, result, base, None, "", why or _("按单位全年合计计算，见年度账"), deadline)
    money, cap = s.tariff.of(base), s.caps.of_one_contract
    amount = money if cap is None else min(money, cap)
    words = f"{s.base_words if s.is_by_year else BASES[s.base]} {format_yuan(base)}：{s.tariff.parts(base)}"
    parts = [words, s.caps.words, _use(s, amount), s.claiming.words, s.instrument]
    return Grant(s, year, result, base, amount, "；".join(p for p in parts if p), why, deadline)


def _use(s: Subsidy, amount: Decimal) -> str:
    if s.use is None:
        return ""
    return _("{words}（{sum} 元）").format(words=s.use.words, sum=format_yuan(to_fen(amount * s.use.least)))


def _why_not(s: Subsidy, step: str) -> str:
    words = {
        PARTIES: _("当事人不属办法给予的单位或地区"),
        WINDOW: _("不在办法的期间：{window}").format(window=s.window.words),
        RELATION: _("办法排除关联交易"),
        FUNDING: _("办法排除财政资金项目"),
        MINIMUM: _("{base}不到起点 {sum} 元").format(base=BASES[s.base], sum=format_yuan(s.minimum)),
        EXTRA: _("不具备：{words}").format(words=s.extra),
        STANDARD: _("补助标准、施行期间查不到"),
    }
    return words[step]


def _missing(s: Subsidy, deal: Deal, step: str) -> list[str]:
    """The facts without which a step cannot be answered, as on the form."""
    if step == PARTIES:
        return _missing_of_parties(s, deal)
    if step == WINDOW:
        if s.window.by == ("paid_on",):
            return [_("付款（实付日、金额）")]
        return [WINDOW_DAYS[n] for n in s.window.by if n == "signed_on" and deal.facts.signed_on is None]
    if step == MINIMUM:
        return _missing_base(s, deal)
    words = {
        RELATION: _("是否关联交易"),
        FUNDING: _("是否财政资金形成"),
        EXTRA: _("是否具备：{words}").format(words=s.extra),
        STANDARD: _("补助标准（原文未见）") if s.tariff is None else _("施行期间（原文未见）"),
    }
    return [words[step]]


def _missing_of_parties(s: Subsidy, deal: Deal) -> list[str]:
    missing = []
    takers = deal.facts.buyers if s.role == "buyer" else deal.facts.sellers
    side = _("买方") if s.role == "buyer" else _("卖方")
    if (s.party_types or s.beneficiary == "university") and any(p.party_type is None for p in takers):
        missing.append(_("{side}单位性质").format(side=side))
    if s.seller_regions and any(p.region is None for p in deal.facts.sellers):
        missing.append(_("{side}行政区划").format(side=_("卖方")))
    if s.buyer_regions and any(p.region is None for p in deal.facts.buyers):
        missing.append(_("{side}行政区划").format(side=_("买方")))
    if s.covers(deal.kind, deal.sub_kind) is None:
        missing.append(_("细类") if deal.kind else _("合同类别"))
    return missing or [_("当事人")]


def _missing_base(s: Subsidy, deal: Deal) -> list[str]:
    if s.base == "contract_amount":
        return [_("合同成交额")] if deal.facts.contract_amount is None else []
    missing = [_("技术交易额")] if deal.technology_amount is None else []
    return [*missing, _("付款（实付日、金额）")] if s.base == "paid" and not deal.paid else missing


def _without_doubling(made: Sequence[Grant]) -> list[Grant]:
    """Only one of schemes that exclude each other, the one that gives the same side more."""
    paying = sorted(
        (g for g in made if g.amount is not None), key=lambda g: (-(g.amount or ZERO), g.scheme.code)
    )
    chosen: list[Grant] = []
    barred: dict[int, Grant] = {}
    for grant in paying:
        other = next((c for c in chosen if _excludes(c.scheme, grant.scheme)), None)
        if other is None:
            chosen.append(grant)
        else:
            barred[id(grant)] = other
    return [
        replace(
            g,
            result="not_supported",
            amount=None,
            why=_("与“{other}”只能享受一项，按金额较大的一项").format(other=barred[id(g)].scheme.name),
        )
        if id(g) in barred
        else g
        for g in made
    ]


def _excludes(one: Subsidy, two: Subsidy) -> bool:
    if one.code == two.code or one.beneficiary != two.beneficiary:
        return False
    barred = {*one.not_with, *two.not_with}
    return "*" in barred or one.code in two.not_with or two.code in one.not_with


class Reckoned(NamedTuple):
    """All schemes of a contract in plain values."""

    total: Decimal | None
    """Yuan; None where no scheme gives a figure."""
    figures: tuple[tuple[str, Decimal, str], ...]
    """(label, yuan, formula or reason): a scheme that pays nothing stands with 0 and its reason."""
    deadlines: tuple[tuple[str, date | None], ...]
    """Last days of claiming, and what must be filled in before a figure can be given."""


def reckon(deal: Deal) -> Reckoned:
    """What the schemes of the pack give for one contract, in words and figures."""
    figures: list[tuple[str, Decimal, str]] = []
    deadlines: list[tuple[str, date | None]] = []
    total: Decimal | None = None
    for grant in grants(deal):
        if grant.result == "not_supported":
            figures.append((grant.label, ZERO, grant.why))
        elif grant.amount is None:
            deadlines.append((f"{grant.label}：{grant.why}", None))
        else:
            total = (total or ZERO) + grant.amount
            formula = "；".join(part for part in (grant.formula, grant.why) if part)
            figures.append((grant.label, grant.amount, formula))
        if grant.deadline is not None and grant.result != "not_supported":
            deadlines.append((_("{name} 申领截止").format(name=grant.scheme.name), grant.deadline))
    return Reckoned(total, tuple(figures), tuple(dict.fromkeys(deadlines)))


# ------------------------------------------------------------------------------------------ a unit's year
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
