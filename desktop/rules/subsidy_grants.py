"""What a local subsidy (地方补助) gives for one contract: the steps it is asked by, the grant, the reason.

A scheme is asked step by step (``LOCAL-SUBSIDY.L4`` to ``L10`` of the rows of law) and a step that fails ends
it; what is missing is named and never guessed. Money is Decimal yuan, within the caps a single contract can
meet; what only a unit's year can show is left to ``desktop.rules.subsidy_year``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from desktop.resources import _
from desktop.rules.amounts import ZERO, format_yuan, to_fen
from desktop.rules.conclusion import Answer
from desktop.rules.facts import Facts, Party, Payment
from desktop.rules.subsidies import BASES, UNIT_ONLY, WINDOW_DAYS, Subsidy
from desktop.rules.verdicts import are_related, every, party_is, some

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
