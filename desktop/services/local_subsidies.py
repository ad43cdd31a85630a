"""Local subsidies of a year (地方补助): of a unit, of an institution that helped, of this station itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from desktop.models import Contract
from desktop.resources import _
from desktop.rules.conclusion import read_answers
from desktop.rules.subsidy_account import SchemeYear
from desktop.rules.subsidy_year import RegisteredRow, station_years, years_of
from desktop.rules.tax_year import YearAccount, YearContract
from desktop.services.decide import kept_answers
from desktop.services.lifecycle import LIVE_STATES
from desktop.services.office import Office
from desktop.store.mapping import facts_of
from desktop.store.unit_of_work import UnitOfWork

THIS_STATION = "本站"
"""Stands for the station itself where a unit is asked for."""


def year_contract(uow: UnitOfWork, contract: Contract) -> YearContract:
    """A registered contract with what was answered about its reliefs; the title of a secret one left out."""
    return YearContract(
        contract.id,
        contract.official_number or contract.local_serial,
        "" if contract.is_secret else contract.title or "",
        facts_of(contract),
        read_answers(kept_answers(uow, contract, "relief")),
        is_registered=True,
    )


def brought_about(uow: UnitOfWork, institution: str) -> list[YearContract]:
    """Live contracts that name the unit as 技术转移机构, oldest first."""
    query = (
        select(Contract)
        .where(
            Contract.transfer_institution == institution,
            Contract.state.in_(LIVE_STATES),
            Contract.deleted_at.is_(None),
        )
        .order_by(Contract.id)
    )
    return [year_contract(uow, contract) for contract in uow.session.scalars(query)]


def with_subsidies(
    office: Office, account: YearAccount, parts: Mapping[str, Sequence[YearContract]]
) -> YearAccount:
    """The account with what the schemes of the local pack give the unit in that year."""
    return replace(account, subsidies=years_of(office.pack.subsidies, parts, account.year))


def is_this_station(office: Office, name: str) -> bool:
    """Whether a name is that of the station itself."""
    return name in {THIS_STATION, office.pack.station["name"], office.pack.station["short"]} - {""}


def station_account(office: Office, year: int) -> YearAccount:
    """What the schemes give this station on what it registered: an account with nothing but subsidies."""
    with office.look() as uow:
        awards = _awards(office, uow, year)
    name = office.pack.station["name"] or _("本站")
    return YearAccount(name, year, None, None, office.book.version, subsidies=awards)


def _awards(office: Office, uow: UnitOfWork, year: int) -> tuple[SchemeYear, ...]:
    schemes = [s for s in office.pack.subsidies if s.beneficiary == "station"]
    if not schemes:
        return ()
    # Two years before: a window over New Year begins in the year before its own, and may want the last one.
    query = (
        select(
            Contract.id,
            Contract.official_number,
            Contract.local_serial,
            Contract.title,
            Contract.is_secret,
            Contract.kind,
            Contract.sub_kind,
            Contract.signed_on,
            Contract.registered_on,
            Contract.contract_amount,
            Contract.technology_amount,
        )
        .where(
            Contract.registered_on.between(date(year - 2, 1, 1), date(year + 1, 12, 31)),
            Contract.state.in_(LIVE_STATES),
            Contract.deleted_at.is_(None),
        )
        .order_by(Contract.registered_on, Contract.id)
    )
    rows = [
        RegisteredRow(
            row.id,
            row.official_number or row.local_serial,
            "" if row.is_secret else row.title or "",
            row.kind,
            row.sub_kind,
            row.signed_on,
            row.registered_on,
            row.contract_amount,
            row.technology_amount,
        )
        for row in uow.session.execute(query)
    ]
    return station_years(schemes, rows, year)
