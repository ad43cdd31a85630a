"""One pass over the registrations of two years: everything that the page 统计 shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import String, case, cast, func, or_, select
from sqlalchemy.orm import Session

from desktop.models import Contract, ContractParty
from desktop.rules.codes import CodeTables
from desktop.statistics.report import (
    BASES,
    NOTHING,
    PLACES,
    Span,
    Split,
    StatisticsReport,
    Total,
    added,
)
from desktop.store.queries import LIVE

OVERSEAS_CODES = ("71", "81", "82")
"""Division codes of Taiwan, Hong Kong, Macau: with 涉外 in technology trade tables."""


@dataclass(frozen=True, slots=True)
class Home:
    """The home region: a county, a prefecture or a province, and the retired codes that it took over."""

    code: str
    retired: tuple[str, ...] = ()

    @classmethod
    def of(cls, code: str, codes: CodeTables) -> Home:
        """A retired code with a single successor counts there; the stored code never changes."""
        return cls(code, tuple(e.code for e in codes.entries("regions") if e.successor == (code,)))

    @property
    def level(self) -> str:
        """``province``, ``prefecture``, ``county``."""
        if self.code.endswith("0000"):
            return "province"
        return "prefecture" if self.code.endswith("00") else "county"

    @property
    def prefix(self) -> str:
        """What the codes of all places in it begin with."""
        return {"province": self.code[:2], "prefecture": self.code[:4], "county": self.code}[self.level]

    def place(self) -> Any:
        """SQL: which of ``PLACES`` a party sits in."""
        region = func.coalesce(ContractParty.region, "")
        country = func.coalesce(ContractParty.country, "")
        inside: Collection[Any] = [region.startswith(self.prefix, autoescape=True)] if self.prefix else []
        return case(
            (country.not_in(("", "CHN")), "abroad"),
            (func.substr(region, 1, 2).in_(OVERSEAS_CODES), "abroad"),
            (region == "", "unknown"),
            (or_(*inside, region.in_(self.retired or ("-",))), "home"),
            (func.substr(region, 1, 2) == self.code[:2], "province"),
            else_="elsewhere",
        )

    def main_place(self, role: str) -> Any:
        """SQL: the place of the first-named seller or buyer of a contract; ``unknown`` when there is none."""
        first = (
            select(self.place())
            .where(ContractParty.contract_id == Contract.id, ContractParty.role == role)
            .order_by(ContractParty.ordinal)
            .limit(1)
            .correlate(Contract)
            .scalar_subquery()
        )
        return func.coalesce(first, "unknown")


class _Line(NamedTuple):
    month: str
    """2026-11."""
    part: str
    """``now``, ``before`` (the same days a year earlier) or empty: elsewhere in the two years."""
    state: str
    is_pending: bool
    is_open: bool
    """No contract amount yet."""
    kind: str
    field: str
    seller: str
    buyer: str
    total: Total


def _lines(session: Session, span: Span, home: Home) -> Iterable[_Line]:
    before = span.year_before()
    day = Contract.registered_on
    part = case(
        (day.between(span.first, span.last), "now"),
        (day.between(before.first, before.last), "before"),
        else_="",
    )
    state = func.coalesce(Contract.state, "")  # wrapped, or SQLite goes along the states, not along the days
    keys = (
        func.substr(cast(day, String), 1, 7),
        part,
        state,
        case((Contract.reporting_state == "EXPORTED", 1), else_=0),
        case((Contract.contract_amount.is_(None), 1), else_=0),
        case((part == "now", func.coalesce(Contract.kind, "")), else_=""),
        case((part == "now", func.coalesce(Contract.technical_field, "")), else_=""),
        home.main_place("seller"),
        home.main_place("buyer"),
    )
    named = [key.label(f"k{at}") for at, key in enumerate(keys)]
    inside = (
        select(*named, Contract.contract_amount, Contract.technology_amount)
        .where(
            day.between(date(span.first.year - 1, 1, 1), max(span.last, date(span.first.year, 12, 31))),
            state.in_((*LIVE, "CANCELLED", "REVOKED")),
            Contract.deleted_at.is_(None),
        )
        .subquery()
    )
    by = [inside.c[f"k{at}"] for at in range(len(keys))]
    query = select(
        *by, func.count(), func.sum(inside.c.contract_amount), func.sum(inside.c.technology_amount)
    ).group_by(*by)
    for *found, count, contract, technology in session.execute(query):
        total = Total(count, contract or Decimal(0), technology or Decimal(0))
        month, where, stands, pending, is_open, *rest = found
        kind, field, seller, buyer = rest
        yield _Line(month, where, stands, bool(pending), bool(is_open), kind, field, seller, buyer, total)


def _split(lines: Iterable[_Line], year: int) -> Split:
    now = before = pending = changed = cancelled = revoked = NOTHING
    months: dict[int, Total] = defaultdict(Total)
    months_before: dict[int, Total] = defaultdict(Total)
    kinds: dict[str, Total] = defaultdict(Total)
    fields: dict[str, Total] = defaultdict(Total)
    undetermined = 0
    for line in lines:
        is_now = line.part == "now"
        if line.state == "CANCELLED":
            cancelled += line.total if is_now else NOTHING
            continue
        if line.state == "REVOKED":
            revoked += line.total if is_now else NOTHING
            continue
        if (of_year := {year: months, year - 1: months_before}.get(int(line.month[:4]))) is not None:
            of_year[int(line.month[5:])] += line.total
        if line.part == "before":
            before += line.total
        if not is_now:
            continue
        now += line.total
        kinds[line.kind] += line.total
        fields[line.field] += line.total
        pending += line.total if line.is_pending else NOTHING
        changed += line.total if line.state == "CHANGED" else NOTHING
        undetermined += line.total.count if line.is_open else 0
    return Split(
        now,
        before,
        dict(months),
        dict(months_before),
        dict(kinds),
        dict(fields),
        pending,
        changed,
        cancelled,
        revoked,
        undetermined,
    )


def count_report(session: Session, span: Span, home: Home) -> StatisticsReport:
    """All figures of a span of days, without targets and names; months are those of its first day's year.

    Counted by the day of registration, both days included, under the restated policy: the current version of
    each contract at its day of registration; cancelled and revoked ones are counted apart.
    """
    lines = list(_lines(session, span, home))
    year = span.first.year
    of = {
        "registered": lines,
        "outward": [line for line in lines if line.seller == "home"],
        "inward": [line for line in lines if line.buyer == "home"],
    }
    live = [line for line in lines if line.part == "now" and line.state in LIVE]

    def by_place(ours: str, theirs: str) -> dict[str, Total]:
        return {
            place: added(
                line.total
                for line in live
                if getattr(line, ours) == "home" and getattr(line, theirs) == place
            )
            for place in PLACES
        }

    splits = {basis: _split(of[basis], year) for basis in BASES}
    for basis, side in (("outward", "seller"), ("inward", "buyer")):
        lost = [line for line in lines if line.state in LIVE and getattr(line, side) == "unknown"]
        splits[basis] = replace(
            splits[basis],
            unplaced=sum(line.total.count for line in lost if line.part == "now"),
            unplaced_before=sum(line.total.count for line in lost if line.part == "before"),
        )
    return StatisticsReport(
        year,
        span,
        splits,
        by_place("seller", "buyer"),
        by_place("buyer", "seller"),
        added(line.total for line in live if "home" not in (line.seller, line.buyer)),
        level=home.level,
    )
