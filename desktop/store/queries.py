"""Reading for lists and sums: small columns only, by covering indexes, never a whole contract."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import bindparam, func, join, select, text
from sqlalchemy.orm import Session

from desktop.models import Action, Batch, BatchRow, Contract, ContractParty, Person
from desktop.store.unit_of_work import AT_ONCE

if TYPE_CHECKING:
    from sqlalchemy import Table

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


_CONTRACT, _PARTY, _PERSON = (cast("Table", cls.__table__).c for cls in (Contract, ContractParty, Person))

_AMONG = {
    "sqlite": text("SELECT value FROM json_each(:ids)").columns(id=Contract.id.type),
    "postgresql": text("SELECT unnest(CAST(:ids AS bigint[]))").columns(id=Contract.id.type),
}
"""Any number of ids as one value: a parameter each is made and checked anew for every page (1 ms for 200)."""

_LINES = {
    name: select(*(_PERSON.name if f == "clerk" else _CONTRACT[f] for f in ListLine._fields))
    .select_from(join(Contract, Person, _PERSON.id == _CONTRACT.clerk_id, isouter=True))
    .where(_CONTRACT.id.in_(among), _CONTRACT.deleted_at.is_(None))
    for name, among in _AMONG.items()
}
_NAMES = {
    name: select(_PARTY.contract_id, _PARTY.role, _PARTY.name)
    .where(_PARTY.contract_id.in_(among), _PARTY.role.in_(("seller", "buyer")))
    .order_by(_PARTY.contract_id, _PARTY.ordinal)
    for name, among in _AMONG.items()
}


def _rows_of(session: Session, made: Mapping[str, Any], ids: Iterable[int]) -> Sequence[Any]:
    """All rows of a statement made beforehand, for these ids; plain columns, so nothing is mapped."""
    connection = session.connection()
    name, listed = connection.dialect.name, list(ids)
    return connection.execute(made[name], {"ids": json.dumps(listed) if name == "sqlite" else listed}).all()


def list_lines(session: Session, ids: Iterable[int]) -> dict[int, ListLine]:
    """Lines of these contracts by id; ids that are gone are left out."""
    return {row[0]: ListLine._make(row) for row in _rows_of(session, _LINES, ids)}


def names_of(session: Session, ids: Iterable[int]) -> tuple[dict[int, str], dict[int, str]]:
    """Contract id → first name of the sellers, and of the buyers, with 等 N 方 when there are more."""
    first: dict[str, dict[int, str]] = {"seller": {}, "buyer": {}}
    more: Counter[tuple[str, int]] = Counter()
    for contract_id, role, name in _rows_of(session, _NAMES, ids):
        if contract_id in (names := first[role]):
            more[role, contract_id] += 1
        else:
            names[contract_id] = name or ""
    for (role, contract_id), others in more.items():
        first[role][contract_id] += f"等{others + 1}方"
    return first["seller"], first["buyer"]


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


def outcomes_of(session: Session, batch_ids: Iterable[int]) -> dict[int, Counter[str | None]]:
    """Package id → how many of its rows were ``accepted``, ``rejected``, or have no answer yet (None)."""
    wanted = list(batch_ids)
    found: dict[int, Counter[str | None]] = {key: Counter() for key in wanted}
    query = (
        select(BatchRow.batch_id, BatchRow.outcome, func.count())
        .where(BatchRow.batch_id.in_(wanted))
        .group_by(BatchRow.batch_id, BatchRow.outcome)
    )
    for batch_id, outcome, number in session.execute(query):
        found[batch_id][outcome] = number
    return found


def actions_of(session: Session, contract_uid: str) -> Sequence[Action]:
    """Every act on one contract, oldest first."""
    return session.scalars(
        select(Action).where(Action.contract_uid == contract_uid).order_by(Action.id)
    ).all()


def actions_of_many(session: Session, contract_uids: Sequence[str]) -> Iterator[Any]:
    """Every act on these contracts as plain rows, oldest first for each of them."""
    for start in range(0, len(contract_uids), AT_ONCE):
        yield from session.execute(_ACTIONS, {"uids": contract_uids[start : start + AT_ONCE]})


_ACTIONS = (
    select(*cast("Table", Action.__table__).c)
    .where(Action.contract_uid.in_(bindparam("uids", expanding=True)))
    .order_by(Action.id)
)


def month_figures(session: Session) -> Sequence[Any]:
    """(registered_on, reporting_state, count, sum of technology amounts) of our own registrations, by day."""
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
