"""Pure questions of the reliefs: one contract seen with its recognition in, yes, no, unknown out.

A question answers ``None`` where the data cannot say; it never takes an unknown for a yes. ``AFTER`` is the
answer of what registering itself will fulfil.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from desktop.rules import subsidy_grants as local
from desktop.rules.contradictions import SCOPES_OF
from desktop.rules.facts import Facts, Party
from desktop.rules.formulas import add_months, full_years
from desktop.rules.subsidies import Subsidy
from desktop.rules.subsidy_grants import Deal
from desktop.rules.verdicts import are_related, every, party_is, some
from desktop.rules.working_days import Calendar

AFTER: Final = "after_registration"
Verdict = bool | str | None
"""True, False, None (unknown) or ``AFTER``."""

_OBJECT_OF_SUB_KIND: Final = {
    "2": "patent_application",
    "3": "know_how",
    "4": "software_copyright",
    "5": "ic_layout",
    "6": "plant_variety",
    "7": "bio_medicine",
}
_OBJECT_OF_IP_KIND: Final = {
    "1": "know_how",
    "21": "patent_invention",
    "22": "patent_utility",
    "23": "patent_design",
    "24": "patent_application",
    "3": "software_copyright",
    "4": "plant_variety",
    "5": "ic_layout",
    "6": "bio_medicine",
}
PATENTS: Final = frozenset({"patent_invention", "patent_utility", "patent_design", "defence_patent"})
LISTED: Final = PATENTS | {"software_copyright", "ic_layout", "plant_variety", "bio_medicine"}
"""Objects of CIT-TECH, IIT-CASH50 and DEFER-SHARE."""
TECHNOLOGY: Final = PATENTS | {"know_how"}
"""Objects that are technology for VAT beyond doubt (ownership or use right)."""
STAMP_OBJECTS: Final = PATENTS | {"patent_application", "know_how", "software_copyright"}
"""Objects whose head of stamp duty is not in doubt."""
PILOT_PARKS: Final = ("朝阳", "海淀", "丰台", "顺义", "大兴", "亦庄", "昌平")
"""中关村 parks of 财税〔2020〕61号."""


def is_pilot_park_name(park: str | None) -> bool:
    """Whether the park written beside a party is one of ``PILOT_PARKS`` (财税〔2020〕61号)."""
    said = park or ""
    return said.startswith("中关村") and any(name in said for name in PILOT_PARKS)


EQUAL_CASH: Final = date(2018, 7, 1)
"""Income received earlier counts as received on this day (公告2018年第30号)."""
SMALL_PROFIT_FROM: Final = date(2022, 1, 1)
NOTICE_DAYS: Final = 15
"""Working days of notice of an award, first and last day counted (国科发政〔2018〕103号, from memory)."""
GOODS: Final = frozenset({"equipment", "instrument", "part", "material"})
"""Natures of price items that are goods, never technology (国税函〔2009〕212号 二)."""


def _is_person(party: Party) -> bool:
    return party.id_type in ("passport", "resident_id") or party.vat_status == "natural_person"


class Case:
    """One contract as the reliefs see it: facts, what recognition decided, the day that picks the rules."""

    __slots__ = (
        "buyers",
        "calendar",
        "day",
        "deal",
        "facts",
        "has_rule",
        "is_domestic",
        "kind",
        "objects",
        "parameter",
        "pilot_said",
        "registered",
        "right",
        "rule",
        "said",
        "sellers",
        "sub_kind",
        "subsidies",
        "technology_amount",
    )  # fmt: skip

    def __init__(
        self,
        facts: Facts,
        kind: str | None,
        sub_kind: str | None,
        technology_amount: Decimal | None,
        registered: bool,
        subsidies: Sequence[Subsidy],
        parameter: Callable[[str], Any],
    ) -> None:
        self.facts, self.kind, self.sub_kind = facts, kind, sub_kind
        self.technology_amount, self.registered, self.subsidies = technology_amount, registered, subsidies
        self.deal: Deal | None = None
        """The contract as the local schemes saw it last."""
        self.said: Mapping[str, bool] = {}
        """What persons answered to the rows of LOCAL-SUBSIDY."""
        self.pilot_said: bool | None = None
        """What a person said of the park the seller names; None: nothing, the name decides."""
        self.calendar: Calendar | None = None
        """Working days; None: not known, then weekdays bound them."""
        self.day: date | None = None
        """The day that picks the rules of the relief in hand; None while unknown."""
        self.has_rule = False
        self.parameter = parameter
        """Value of a parameter on that day."""
        self.sellers = [p for p in facts.parties if p.role == "seller"]
        self.buyers = [p for p in facts.parties if p.role == "buyer"]
        if sub_kind and sub_kind.startswith("LIC"):
            self.kind = "LIC"  # until 2026-02-28 a licence is kind TRF; the tax test looks at the right
        countries = [p.country for p in facts.parties if p.role != "intermediary"]
        self.is_domestic = every([None if country is None else country == "CHN" for country in countries])
        """All sellers and buyers are of this country; None while one country is unknown."""
        self.objects = self._objects()
        implied = SCOPES_OF.get(sub_kind or "", ())
        only = implied[0] if len(implied) == 1 else None
        self.right = facts.right_scope or ("ownership" if self.kind == "TRF" else only)
        if self.contradicts_right:
            self.right = None  # one of the two is wrong: neither counts

    def _objects(self) -> tuple[str, ...]:
        named = tuple(r.object for r in self.facts.ip_rights if r.object)
        if named:
            return named
        tail = (self.sub_kind or "").partition("-")[2][:1]
        if self.kind in ("TRF", "LIC") and tail in _OBJECT_OF_SUB_KIND:
            return (_OBJECT_OF_SUB_KIND[tail],)
        word = _OBJECT_OF_IP_KIND.get(self.facts.ip_kind or "")
        return (word,) if word else ()

    @property
    def contradicts_right(self) -> bool:
        """The kind says one right, the field another: a licence of ownership, 普通许可 that is exclusive."""
        said = self.facts.right_scope
        if said is None or self.kind not in ("TRF", "LIC"):
            return False
        if (said == "ownership") != (self.kind == "TRF"):
            return True
        return said not in SCOPES_OF.get(self.sub_kind or "", (said,))

    @property
    def goods(self) -> Decimal | None:
        """Equipment, instruments, parts and materials named among the price items; None: no items."""
        lines = self.facts.amount_lines
        found = [line.amount or Decimal(0) for line in lines if line.nature in GOODS]
        return sum(found, Decimal(0)) if lines else None

    @property
    def is_in_zone(self) -> bool:
        """The seller names a park of 中关村, a pilot park or not."""
        return any((p.park or "").startswith("中关村") for p in self.sellers)

    @property
    def is_pilot(self) -> bool:
        """In a pilot park, on a day of the relief in hand on which there is a pilot (财税〔2020〕61号)."""
        return self.is_in_pilot_park and bool(self.parameter("cit_tech.cap.zgc"))

    @property
    def is_in_pilot_park(self) -> bool:
        """The seller sits in one of the pilot parks; what a person said of a named park comes first."""
        if not any(p.park for p in self.sellers):
            return False
        if self.pilot_said is not None:
            return self.pilot_said
        return any(is_pilot_park_name(p.park) for p in self.sellers)

    @property
    def crosses(self) -> bool | None:
        """Technology crosses the border; None while that is not said or the parties say otherwise."""
        if self.facts.cross_border is None:
            return False if self.is_domestic else None
        if self.facts.cross_border == "none":
            return None if self.is_domestic is False else False
        return True


def _objects_in(
    c: Case, allowed: frozenset[str], open_: frozenset[str] = frozenset({"other"})
) -> bool | None:
    return every([True if o in allowed else None if o in open_ else False for o in c.objects])


# --------------------------------------------------------------------------------------------------- shared
def has_rule(c: Case) -> Verdict:
    """On the deciding day a rule is in force."""
    return None if c.day is None else c.has_rule


def is_registered(c: Case) -> Verdict:
    """Recognised and registered, or about to be."""
    return True if c.registered else AFTER


def is_separately_accounted(c: Case) -> Verdict:
    """单独核算."""
    return c.facts.is_separately_accounted


def has_technology_amount(c: Case) -> Verdict:
    """The technology amount is fixed, so goods and the like are already taken out."""
    return True if c.technology_amount is not None else None


def has_inside_service(c: Case) -> Verdict:
    """Consultancy, service or training is priced inside the contract."""
    amount = c.facts.service_inside_amount
    if amount is not None:
        return amount > 0
    return False if c.facts.amount_lines else None


def has_papers(c: Case) -> Verdict:
    """The contract lies in the file."""
    return True if c.facts.attachments else None


def is_not_changed_since(c: Case) -> Verdict:
    """Nothing can have changed since registration before it."""
    return None if c.registered else True


def is_charged_abroad_not(c: Case) -> Verdict:
    """Seller and use in China; imports are not settled."""
    if c.facts.cross_border == "export":
        return False
    if c.facts.cross_border == "import":
        return None
    return True if c.is_domestic and c.facts.is_used_wholly_abroad is not True else None


# ------------------------------------------------------------------------------------------------- VAT-TECH
def is_technology_supply(c: Case) -> Verdict:
    """R&D done for another, or ownership or use right of technology; copyright and the like are open."""
    if c.kind in ("CON", "SVC"):
        return False
    if c.kind == "DEV":
        return True if c.sub_kind == "DEV-1" else None
    if c.kind in ("TRF", "LIC"):
        return True if c.objects and all(o in TECHNOLOGY for o in c.objects) else None
    return None


def is_no_special_invoice(c: Case) -> Verdict:
    """No special VAT invoice for the exempt part."""
    concerned = [i for i in c.facts.invoices if i.covers is None or "technology" in i.covers]
    kinds = [i.invoice_type for i in concerned]
    if "special" in kinds:
        return False
    return True if kinds and all(kind == "ordinary" for kind in kinds) else None


def is_not_waived(c: Case) -> Verdict:
    """No waiver runs on the day; small-scale taxpayers are not bound from 2026 on."""
    since = c.facts.waived_from
    months = c.parameter("vat.waiver_months")
    if since is None or c.day is None or not months:
        return None
    if c.day < since or c.day >= add_months(since, int(months)):
        return True
    exempted = c.sellers and all(p.vat_status == "small_scale" for p in c.sellers)
    return bool(c.day >= date(2026, 1, 1) and exempted)


def is_service_on_same_invoice(c: Case) -> Verdict:
    """One invoice covers technology and the service written in the same contract."""
    covers = [set((i.covers or "").replace(" ", "").split(",")) for i in c.facts.invoices if i.covers]
    if any({"technology", "service"} <= c for c in covers):
        return True
    return False if any("service" in c for c in covers) else None


# ------------------------------------------------------------------------------------------------ VAT-CROSS
def is_foreign_buyer(c: Case) -> Verdict:
    """Every buyer is a unit outside the country; a person is not, and which it is must be said."""
    if c.facts.cross_border == "none":
        return False if c.is_domestic else None
    if c.facts.cross_border == "import":
        return False if any(b.country == "CHN" for b in c.buyers) else None
    verdicts: list[bool | None] = []
    for b in c.buyers:
        if b.country == "CHN" or _is_person(b):
            verdicts.append(False)
        else:
            verdicts.append(None if b.country is None or b.id_type is None else True)
    return every(verdicts)


def is_wholly_abroad(c: Case) -> Verdict:
    """Consumed or used wholly abroad."""
    return c.facts.is_used_wholly_abroad


def has_commerce_number(c: Case) -> Verdict:
    """Registered with the commerce department."""
    return True if (c.facts.commerce_number or "").strip() else None


def is_zero_rated_supply(c: Case) -> Verdict:
    """Technology passed on, or R&D for another; which other services are on the list a person looks up."""
    return None if c.kind in ("CON", "SVC") else is_technology_supply(c)


# ------------------------------------------------------------------------------------------------ VAT-OTHER
def is_small_scale(c: Case) -> Verdict:
    """Every seller is a small-scale VAT payer."""
    return every([None if p.vat_status is None else p.vat_status == "small_scale" for p in c.sellers])


def may_be_below_threshold(c: Case) -> Verdict:
    """Small-scale, but whether the month stays below the threshold only the seller knows."""
    return False if is_small_scale(c) is False else None


def is_non_enterprise_unit(c: Case) -> Verdict:
    """University, institute or the like that is a general taxpayer."""
    unit = every([party_is(p, "public_institution", "association") for p in c.sellers])
    status = every([None if p.vat_status is None else p.vat_status == "general" for p in c.sellers])
    return every([unit, status])


def is_individual_copyright(c: Case) -> Verdict:
    """A natural person transfers a copyright."""
    person = every([party_is(p, "individual") for p in c.sellers])
    if person is False or c.kind != "TRF":
        return False
    return every([person, every([o == "software_copyright" for o in c.objects])])


def may_be_software_product(c: Case) -> Verdict:
    """Software is involved; whether it is a product sold is for a person."""
    return None if "software_copyright" in c.objects else False


def is_natural_person_seller(c: Case) -> Verdict:
    """The paying unit withholds."""
    return some([party_is(p, "individual") for p in c.sellers])


# -------------------------------------------------------------------------------------------------- CIT-TECH
def is_resident_enterprise_seller(c: Case) -> Verdict:
    """Tax-resident enterprise in the sense of the CIT law; universities and institutes count."""
    return every([_is_resident_enterprise(p) for p in c.sellers])


def _is_resident_enterprise(p: Party) -> bool | None:
    if p.is_tax_resident is False or party_is(p, "individual", "household", "abroad"):
        return False
    if p.party_type is None or p.country is None:
        return None
    if p.country != "CHN":
        return p.is_tax_resident
    if p.is_tax_resident is None and p.party_type in ("140", "170", "180", "900"):
        return None  # may be a partnership or sole proprietorship, which the law leaves out
    return True


def is_listed_transfer(c: Case) -> Verdict:
    """Transfer or licence of one of the listed objects."""
    if c.kind is None:
        return None
    return False if c.kind not in ("TRF", "LIC") else _objects_in(c, LISTED)


def has_design_patent(c: Case) -> Verdict:
    """A design patent is among the objects (pilot since 2020: any design counts, nothing to ask)."""
    return "patent_design" in c.objects and not c.is_pilot if c.objects else None


def is_right_long_enough(c: Case) -> Verdict:
    """Ownership, or a licence of the years the rule of the day asks."""
    f = c.facts
    if c.right == "ownership":
        return True
    if c.right is None or c.right == "exclusive_other":
        return None
    name = "exclusive_global" if c.right == "exclusive_worldwide" else "nonexclusive"
    least = c.parameter(f"cit_tech.licence_years.{name}")
    if c.is_pilot:
        least = c.parameter("cit_tech.licence_years.zgc") or least
    early = c.parameter("cit_tech.licence_years.zone") if c.is_in_zone and not least else None
    if not least and not early:
        return False if c.day is not None else None
    if f.licence_from is None or f.licence_until is None or f.licence_until < f.licence_from:
        return None
    years = full_years(f.licence_from, f.licence_until)
    if early:
        return None if years >= int(early) else False  # days of that pilot are from memory: never a yes
    return years >= int(least)


def is_non_exclusive(c: Case) -> Verdict:
    """A licence that is not exclusive; ownership asks nothing."""
    return None if c.right is None else c.right in ("non_exclusive", "sole")


def is_owner_licensor(c: Case) -> Verdict:
    """The licensor stands in the register as owner."""
    names = {p.name for p in c.sellers if p.name}
    return every([None if not r.owner else r.owner in names for r in c.facts.ip_rights])


def is_registered_everywhere(c: Case) -> Verdict:
    """Registered; across the border with commerce; public money with approval."""
    f = c.facts
    if c.crosses is None or (c.crosses and not (f.commerce_number or "").strip()):
        return None
    if f.is_public_funded is None or (f.is_public_funded and not (f.approval_number or "").strip()):
        return None
    return True if c.crosses else is_registered(c)


def is_exported(c: Case) -> Verdict:
    """Technology goes abroad."""
    return None if c.facts.cross_border is None else c.facts.cross_border == "export"


def is_freely_exportable(c: Case) -> Verdict:
    """Neither prohibited nor restricted."""
    return None if c.facts.export_control is None else c.facts.export_control == "free"


def is_not_wholly_related(c: Case) -> Verdict:
    """The buyer is not held 100 %, or the pilot allows it."""
    share = c.facts.related_share_percent
    if c.is_pilot and c.parameter("cit_tech.related_100_allowed.zgc") is True:
        return True
    if share is not None:
        return share < 100
    return True if c.facts.is_related_party is False else None


def is_year_total_known(_c: Case) -> Verdict:
    """The program sees one contract; only a person can bring the year's other income."""
    return False


def is_in_pilot(c: Case) -> Verdict:
    """A park is named, so the pilot is asked about."""
    return any(p.park for p in c.sellers)


def is_pilot_park(c: Case) -> Verdict:
    """One of the pilot parks."""
    return c.is_pilot


# -------------------------------------------------------------------------------------------------- RD-SUPER
def is_development(c: Case) -> Verdict:
    """Commissioned or cooperative development; conversion by analogy is for a person."""
    if c.kind is None:
        return None
    return False if c.kind != "DEV" else True if c.sub_kind in ("DEV-1", "DEV-2") else None


def is_registered_by_right_side(c: Case) -> Verdict:
    """Domestic: by the seller; foreign trustee: by the buyer."""
    abroad = some([None if p.country is None else p.country != "CHN" for p in c.sellers])
    if abroad is None or c.facts.applicant_role is None:
        return None
    if (c.facts.applicant_role == "buyer") != abroad:
        return False
    return is_registered(c)


def may_payer_deduct(c: Case) -> Verdict:
    """The payer is an enterprise at all; books and trade only the buyer can tell."""
    verdict = every([_is_resident_enterprise(p) for p in c.buyers])
    return False if verdict is False else None


def has_voucher(c: Case) -> Verdict:
    """An invoice is on file."""
    return True if c.facts.invoices else None


def is_related(c: Case) -> Verdict:
    """The two sides are related."""
    return are_related(c.facts)


def is_seller_abroad(c: Case) -> Verdict:
    """The trustee is abroad."""
    return some([None if p.country is None else p.country != "CHN" for p in c.sellers])


def is_foreign_unit(c: Case) -> Verdict:
    """A unit, not an individual."""
    abroad = [p for p in c.sellers if p.country != "CHN"]
    return every([False if _is_person(p) else True if p.id_type == "other" else None for p in abroad])


def is_seller_here(c: Case) -> Verdict:
    """Every trustee is of this country: before 2018 a commission abroad gave no extra deduction."""
    return every([None if p.country is None else p.country == "CHN" for p in c.sellers])


# -------------------------------------------------------------------------------------------- BASIC-RESEARCH
def is_research_unit(p: Party) -> bool | None:
    """State university or institute (事业单位), or a private one that is known to be non-profit.

    Types 021 and 022 of the form stand under 事业法人, so the certificate is there; what the form says of
    the unit itself comes first. A private unit (030) needs its qualification looked at.
    """
    if p.is_nonprofit_research is not None:
        return p.is_nonprofit_research
    if party_is(p, "university", "institute"):
        return True
    return None if party_is(p, "association") is not False else False


def may_receive_basic_money(c: Case) -> Verdict:
    """Every recipient is such a unit; where only some are, a person says who got the money."""
    verdicts = [is_research_unit(p) for p in c.sellers]
    return None if True in verdicts and False in verdicts else every(verdicts)


def may_be_basic_research(c: Case) -> Verdict:
    """The price of a right or of advice funds no research; of other contracts only the purpose tells."""
    return False if c.kind in ("TRF", "LIC", "CON") else None


def is_not_commissioned(c: Case) -> Verdict:
    """What is no development contract cannot be claimed as commissioned research at the same time."""
    return True if c.kind in ("TRF", "LIC", "CON", "SVC") else None


# ------------------------------------------------------------------------------------------------ IIT-CASH50
def is_nonprofit_unit(c: Case) -> Verdict:
    """Non-profit research institute or university; companies are not.

    The relief is for the staff of the unit that pays the award (财税〔2018〕58号): where only some of the
    sellers are such units, a person says which one pays.
    """
    return may_receive_basic_money(c)


def is_notice_needed(c: Case) -> Verdict:
    """Results of defence are not made public."""
    return not c.objects or any(o != "defence_patent" for o in c.objects)


def is_conversion_income(c: Case) -> Verdict:
    """Transfer or licence of a listed object; know-how, applications and designs are for a person."""
    if c.kind is None:
        return None
    if c.kind not in ("TRF", "LIC"):
        return False
    return True if c.objects and all(o in LISTED - {"patent_design"} for o in c.objects) else None


def is_notice_long_enough(c: Case) -> Verdict:
    """15 working days of notice by the calendar; of years it does not hold, weekdays bound them."""
    verdicts: list[bool | None] = []
    for a in c.facts.awards:
        if a.notice_from is None or a.notice_until is None or a.notice_until < a.notice_from:
            verdicts.append(None)
            continue
        day_before = a.notice_from - timedelta(days=1)
        if c.calendar is not None and c.calendar.is_certain_between(a.notice_from, a.notice_until):
            verdicts.append(c.calendar.working_days_between(day_before, a.notice_until) >= NOTICE_DAYS)
            continue
        days = range((a.notice_until - a.notice_from).days + 1)
        weekdays = sum((a.notice_from + timedelta(days=n)).weekday() < 5 for n in days)
        verdicts.append(False if weekdays < 13 else None if weekdays < 23 else True)
    return every(verdicts)


def is_paid_in_time(c: Case) -> Verdict:
    """Each award within 36 months of a receipt; between first and last receipt a person matches them."""
    received = sorted(max(i.received_on, EQUAL_CASH) for i in c.facts.incomes if i.received_on)
    months = c.parameter("iit.months")
    if not received or not c.facts.awards or not months:
        return None
    first, last = add_months(received[0], int(months)), add_months(received[-1], int(months))
    verdicts: list[bool | None] = []
    for a in c.facts.awards:
        if a.paid_on is None or a.paid_on < received[0]:
            verdicts.append(None)
        else:
            verdicts.append(True if a.paid_on < first else False if a.paid_on >= last else None)
    return every(verdicts)


# ---------------------------------------------------------------------------------------------- DEFER-SHARE
def may_investor_defer(c: Case) -> Verdict:
    """Individual, or resident enterprise (book-based assessment is for the investor to say)."""
    verdicts: list[bool | None] = []
    for p in c.sellers:
        neither = _is_resident_enterprise(p) is False
        verdicts.append(True if party_is(p, "individual") else False if neither else None)
    return every(verdicts)


def is_target_resident(c: Case) -> Verdict:
    """The company that gives the shares is a Chinese resident enterprise."""
    return every([_is_resident_enterprise(p) for p in c.buyers])


def does_listed_ownership_pass(c: Case) -> Verdict:
    """Ownership of a listed object passes; whether an application counts is for a person."""
    if c.kind is None:
        return None
    if c.kind != "TRF" or c.facts.right_scope not in (None, "ownership"):
        return False
    return _objects_in(c, LISTED, frozenset({"other", "patent_application"}))


def is_paid_in_shares(c: Case) -> Verdict:
    """Consideration entirely in shares; any cash ends it."""
    form, method = c.facts.price_form, c.facts.payment_method
    if form is None:
        return None if c.sub_kind in (None, "TRF-8") or method in (None, "5") else False
    if form == "shares" and method not in (None, "5"):
        return None  # paid in money after all: one of the two is wrong
    return form == "shares"


# ---------------------------------------------------------------------------------------------------- STAMP
def is_written_here(c: Case) -> Verdict:
    """Written in China, or used here by a buyer of this country; the place of an export is for a person."""
    return True if c.is_domestic or any(b.country == "CHN" for b in c.buyers) else None


def is_technology_kind(c: Case) -> Verdict:
    """A technology contract or an instrument of a right; which head follows from kind and object."""
    if c.kind is None:
        return None
    return True if c.kind in ("DEV", "CON", "SVC") else _objects_in(c, STAMP_OBJECTS) or None


def is_development_kind(c: Case) -> Verdict:
    """A development contract: the base may be the remuneration alone."""
    return None if c.kind is None else c.kind == "DEV"


def is_remuneration_listed(c: Case) -> Verdict:
    """Cost and remuneration stand apart in the contract."""
    f = c.facts
    if f.remuneration_amount is not None:
        return True
    return False if f.amount_lines or f.rd_cost_amount is not None else None


def is_vat_listed(c: Case) -> Verdict:
    """VAT stands apart."""
    return c.facts.is_vat_listed


def is_amount_settled(c: Case) -> Verdict:
    """The amount is fixed on the day of writing."""
    if c.facts.price_form in ("royalty", "undetermined"):
        return False
    return True if c.facts.contract_amount is not None else None


def pays_half(party: Party, day: date | None) -> bool | None:
    """Small-scale VAT payer; since 2022 also small-low-profit enterprise and individual business."""
    small = None if party.vat_status is None else party.vat_status == "small_scale"
    if party.vat_status == "natural_person":
        small = None  # counts as small-scale for some offices; a person decides
    if day is not None and day < SMALL_PROFIT_FROM:
        return small
    return some([small, party.is_small_low_profit, party_is(party, "household")])


def is_some_side_small(c: Case) -> Verdict:
    """Both sides are known, and at least one pays half."""
    verdicts = [pays_half(p, c.day) for p in (*c.sellers, *c.buyers)]
    if not verdicts or None in verdicts:
        return None
    return True in verdicts


def may_be_army(c: Case) -> Verdict:
    """The contract crosses between civil and military."""
    return c.facts.civil_military in ("to_military", "dual_use", "to_civil")


# -------------------------------------------------------------------------------------- subsidy and award
def deal_of(c: Case, day: date | None) -> Deal:
    """The contract as the local schemes see it on the day that stands for its registration."""
    if c.deal is None or c.deal.day != day:
        c.deal = Deal(c.facts, c.kind, c.sub_kind, c.technology_amount, day, c.subsidies, c.said)
    return c.deal


def has_local_scheme(c: Case) -> Verdict:
    """The local pack lists a scheme for this kind on this day."""
    if not c.subsidies:
        return False
    return None if c.day is None or c.kind is None else bool(local.schemes_of(deal_of(c, c.day)))


def is_paid(c: Case) -> Verdict:
    """Actual payment is shown."""
    return True if any(p.paid_on and p.amount for p in c.facts.payments) else None


def does_relation_decide(c: Case) -> Verdict:
    """Some scheme leaves related parties out, and no other pays all the same."""
    return local.hangs_on(deal_of(c, c.day), local.RELATION)


def is_unrelated_if_asked(c: Case) -> Verdict:
    """Related parties are left out by some schemes."""
    return local.verdict(deal_of(c, c.day), local.RELATION)


def does_funding_decide(c: Case) -> Verdict:
    """Some scheme leaves government-funded contracts out, and no other pays all the same."""
    return local.hangs_on(deal_of(c, c.day), local.FUNDING)


def is_unfunded_if_asked(c: Case) -> Verdict:
    """Government-funded contracts are left out by some schemes."""
    return local.verdict(deal_of(c, c.day), local.FUNDING)


def is_meant_by_scheme(c: Case) -> Verdict:
    """A scheme is for parties of this sort and these regions."""
    return local.verdict(deal_of(c, c.day), local.PARTIES)


def is_in_window(c: Case) -> Verdict:
    """A day that counts lies in the days of a scheme."""
    return local.verdict(deal_of(c, c.day), local.WINDOW)


def reaches_minimum(c: Case) -> Verdict:
    """The base reaches the least that a scheme pays for."""
    return local.verdict(deal_of(c, c.day), local.MINIMUM)


def does_extra_decide(c: Case) -> Verdict:
    """Some scheme wants something besides that only a person sees, and no other pays all the same."""
    return local.hangs_on(deal_of(c, c.day), local.EXTRA)


def is_standard_unseen(c: Case) -> Verdict:
    """The standard of a scheme has not been seen, and no other pays all the same."""
    return local.hangs_on(deal_of(c, c.day), local.STANDARD)


def has_awards(c: Case) -> Verdict:
    """Award money is in play."""
    return bool(c.facts.awards)


def is_any_kind(c: Case) -> Verdict:
    """A technology contract of any kind."""
    return None if c.kind is None else True


RELIEF_PREDICATES: Final[Mapping[str, Callable[[Case], Verdict]]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            has_rule, is_registered, is_separately_accounted, has_technology_amount, has_inside_service,
            has_papers, is_not_changed_since, is_charged_abroad_not, is_technology_supply,
            is_no_special_invoice, is_not_waived, is_service_on_same_invoice, is_foreign_buyer,
            is_wholly_abroad, has_commerce_number, is_zero_rated_supply,
            is_small_scale, may_be_below_threshold, is_non_enterprise_unit, is_individual_copyright,
            may_be_software_product, is_natural_person_seller, is_resident_enterprise_seller,
            is_listed_transfer, has_design_patent, is_right_long_enough, is_non_exclusive, is_owner_licensor,
            is_registered_everywhere, is_exported, is_freely_exportable, is_not_wholly_related,
            is_year_total_known, is_in_pilot,
            is_pilot_park, is_development, is_registered_by_right_side, may_payer_deduct, has_voucher,
            is_related, is_seller_abroad, is_seller_here, is_foreign_unit, may_receive_basic_money,
            may_be_basic_research, is_not_commissioned, is_nonprofit_unit, is_conversion_income,
            is_notice_needed, is_notice_long_enough, is_paid_in_time,
            may_investor_defer, is_target_resident, does_listed_ownership_pass, is_paid_in_shares,
            is_written_here, is_technology_kind, is_development_kind, is_remuneration_listed, is_vat_listed,
            is_amount_settled, is_some_side_small, may_be_army, has_local_scheme, is_paid,
            does_relation_decide, is_unrelated_if_asked, does_funding_decide, is_unfunded_if_asked,
            is_meant_by_scheme, is_in_window, reaches_minimum, does_extra_decide, is_standard_unseen,
            has_awards, is_any_kind,
        )
    }
)  # fmt: skip
"""Names that ``asks`` and ``when`` of relief rows may use."""
