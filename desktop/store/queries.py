"""Reading for lists and sums: small columns only, by covering indexes, never a whole contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models import Action, Batch, Contract, ContractParty, Person

LIVE = ("REGISTERED", "CERTIFIED", "CHANGED")
IN_PROGRESS = ("ACCEPTED", "RECOGNISED")


class ListLine(NamedTuple):
    """The columns of one line of a list."""

    id: int
    local_serial: str
    official_number: str | None
    title: str | None
    kind: str | None
    sub_kind: str | None
    contract_amount: Decimal | None
    technology_amount: Decimal | None
    state: str
    reporting_state: str
    signed_on: date | None
    accepted_on: date | None
    registered_on: date | None
    due_on: date | None
    needs_expert: bool
    is_secret: bool | None
    rejected_reason: str | None
    parked_reason: str | None
    clerk: str | None
    updated_at: datetime


_COLUMNS: tuple[Any, ...] = tuple(
    Person.name if name == "clerk" else getattr(Contract, name) for name in ListLine._fields
)


def list_lines(session: Session, ids: Iterable[int]) -> dict[int, ListLine]:
    """Lines of these contracts by id; ids that are gone are left out."""
    wanted = list(ids)
    found: dict[int, ListLine] = {}
    for start in range(0, len(wanted), 500):
        query = (
            select(*_COLUMNS)
            .outerjoin(Person, Person.id == Contract.clerk_id)
            .where(Contract.id.in_(wanted[start : start + 500]), Contract.deleted_at.is_(None))
        )
        for row in session.execute(query):
            found[row[0]] = ListLine(*row)
    return found


def names_of(session: Session, ids: Sequence[int], role: str) -> dict[int, str]:
    """Contract id → first name of the sellers or buyers, with 等 N 方 when there are more."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(ids), 500):
        query = (
            select(ContractParty.contract_id, ContractParty.name)
            .where(ContractParty.contract_id.in_(ids[start : start + 500]), ContractParty.role == role)
            .order_by(ContractParty.contract_id, ContractParty.ordinal)
        )
        for contract_id, name in session.execute(query):
            found.setdefault(contract_id, []).append(name or "")
    return {key: names[0] + (f"等{len(names)}方" if len(names) > 1 else "") for key, names in found.items()}


def ids_in(
    session: Session,
    states: Sequence[str],
    *,
    order_by_due: bool = False,
    own_only: bool = False,
    limit: int = 500,
) -> list[int]:
    """Ids of contracts in these states, the oldest period first or the newest contract first.

    ``own_only`` leaves out what came in from an old ledger: it waits for nothing.
    """
    order = (
        (Contract.due_on.is_(None), Contract.due_on, Contract.id) if order_by_due else (Contract.id.desc(),)
    )
    query = select(Contract.id).where(Contract.state.in_(states), Contract.deleted_at.is_(None))
    if own_only:
        query = query.where(Contract.origin != "ledger")
    return list(session.scalars(query.order_by(*order).limit(limit)))


def to_send_condition() -> Any:
    """Registered (or ended) and not yet in a package since its last change; not parked."""
    return (
        Contract.state.in_((*LIVE, "CANCELLED", "REVOKED"))
        & Contract.reporting_state.in_(("NOT_SENT",))
        & (Contract.origin != "ledger")
    )


def count(session: Session, *conditions: Any) -> int:
    """How many contracts (bin left out) meet the conditions."""
    query = select(func.count()).select_from(Contract).where(Contract.deleted_at.is_(None), *conditions)
    return session.scalar(query) or 0


def sums(session: Session, *conditions: Any) -> tuple[int, Decimal, Decimal]:
    """Count, sum of contract amounts, sum of technology amounts."""
    query = select(
        func.count(), func.sum(Contract.contract_amount), func.sum(Contract.technology_amount)
    ).where(Contract.deleted_at.is_(None), *conditions)
    number, total, technology = session.execute(query).one()
    return number, _yuan(total), _yuan(technology)


def _yuan(value: Decimal | None) -> Decimal:
    return Decimal(0) if value is None else value


def last_batch(session: Session) -> Batch | None:
    """The newest package."""
    return session.scalars(select(Batch).order_by(Batch.sequence.desc()).limit(1)).first()


def actions_of(session: Session, contract_uid: str) -> Sequence[Action]:
    """Every act on one contract, oldest first."""
    return session.scalars(
        select(Action).where(Action.contract_uid == contract_uid).order_by(Action.id)
    ).all()


def month_figures(session: Session) -> Sequence[Any]:
    """(registered_on, reporting_state, contract_amount) of every registered contract of our own, by day."""
    query = (
        select(
            Contract.registered_on,
            Contract.reporting_state,
            func.count(),
            func.sum(Contract.technology_amount),
        )
        .where(
            Contract.registered_on.is_not(None), Contract.origin != "ledger", Contract.deleted_at.is_(None)
        )
        .group_by(Contract.registered_on, Contract.reporting_state)
    )
    return session.execute(query).all()
