"""What is done with the ids of a search: narrowing them by amount and day, sorting, first and last day."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    type_coerce,
    union,
)
from sqlalchemy.orm import Session

from desktop.models import Contract, Fen
from desktop.store.search_index import ids_as_json, ids_from

DAYS = ("day", "registered_on", "accepted_on", "signed_on")
SORTED_BY = ("number", "title", "kind", "amount", "technology", "state", "day", "signed")
"""Columns a list can be sorted by."""


FEW = 20_000
"""Ids that a database is asked for by name; of more it is asked for all contracts, and Python cuts."""


def in_amounts(low: Decimal | None, high: Decimal | None, *, is_alone: bool = True) -> ColumnElement[bool]:
    """合同成交额 in this range of yuan, both ends included; None: open.

    ``is_alone``: no other condition is asked with it. With one, the index of amounts is kept out of it: a
    database that knows no better would go along it and read every row of the range singly.
    """
    amount = Contract.contract_amount
    column: ColumnElement[Decimal | None] = (
        amount.expression if is_alone else type_coerce(amount + literal_column("0"), Fen)
    )
    if low is not None and high is not None:
        return column.between(low, high)
    return column >= low if low is not None else column <= high


def ids_of_amount(session: Session, amount: Decimal) -> array[int]:
    """Contracts with exactly this 合同成交额 or 技术交易额 in yuan, newest first; each from its own index."""
    asked = union(
        *(
            select(Contract.id).where(column == amount, Contract.deleted_at.is_(None))
            for column in (Contract.contract_amount, Contract.technology_amount)
        )
    )
    return array("q", sorted(session.scalars(asked), reverse=True))


def in_filters(filters: Mapping[str, Sequence[str]]) -> list[ColumnElement[bool]]:
    """The filters of ``search_index.find_ids`` as conditions, for a few contracts that are known already.

    Raises KeyError for another filter.
    """
    columns: dict[str, Any] = {
        "state": Contract.state,
        "kind": func.coalesce(Contract.kind, "none"),
        "reporting": Contract.reporting_state,
        "year": func.substr(cast(Contract.registered_on, String), 1, 4),
        "month": func.replace(func.substr(cast(Contract.registered_on, String), 1, 7), "-", ""),
    }
    return [columns[name].in_(values) for name, values in filters.items() if values]


def in_days(name: str, first: date | None, last: date | None) -> ColumnElement[bool]:
    """One of the days of ``DAYS`` in this span; ``day`` is the day of registration, or else of acceptance."""
    if name == "day":
        return or_(
            _between(Contract.registered_on, first, last),
            Contract.registered_on.is_(None) & _between(Contract.accepted_on, first, last),
        )
    return _between(getattr(Contract, name), first, last)


def _between(column: Any, first: date | None, last: date | None) -> ColumnElement[bool]:
    if first is not None and last is not None:
        return column.between(first, last)  # type: ignore[no-any-return]
    return column >= first if first is not None else column <= last  # type: ignore[no-any-return]


def narrowed(
    session: Session, ids: array[int] | None, conditions: Sequence[ColumnElement[bool]]
) -> array[int]:
    """Of these ids (None: of all contracts) those that meet every condition, newest first.

    A few ids are asked for by name; else the condition is asked of all contracts, which indexes answer, and
    the two are cut in Python.
    """
    query = select(Contract.id).where(Contract.deleted_at.is_(None), *conditions)
    if ids is not None and not ids:
        return array("q")
    if ids is not None and len(ids) <= FEW:
        return _ids(session, query.where(among(session, ids)).order_by(Contract.id.desc()))
    if session.get_bind().dialect.name == "sqlite":
        # one text instead of a million rows: eight times as fast
        joined = session.scalar(
            select(func.group_concat(Contract.id)).where(Contract.deleted_at.is_(None), *conditions)
        )
        found = ids_from(joined or "")
    else:
        found = _ids(session, query.order_by(Contract.id.desc()))
    if ids is None:
        return found
    wanted = set(ids)
    return array("q", [key for key in found if key in wanted])


def sorted_ids(session: Session, ids: Sequence[int], by: str, *, descending: bool) -> array[int]:
    """The same ids in the order of a column of ``SORTED_BY``; what is empty there comes last.

    Raises ValueError for another column.
    """
    columns = {
        "number": func.coalesce(Contract.official_number, Contract.local_serial),
        "title": Contract.title,
        "kind": Contract.kind,
        "amount": Contract.contract_amount,
        "technology": Contract.technology_amount,
        "state": Contract.state,
        "day": func.coalesce(Contract.registered_on, Contract.accepted_on),
        "signed": Contract.signed_on,
    }
    if by not in SORTED_BY:
        raise ValueError(by)
    column: Any = columns[by]
    turned = column.desc() if descending else column.asc()
    query = select(Contract.id).where(among(session, ids), Contract.deleted_at.is_(None))
    return _ids(session, query.order_by(column.is_(None), turned, Contract.id.desc()))


def span_of(session: Session, ids: Sequence[int]) -> tuple[date | None, date | None]:
    """First and last day (of registration, or else of acceptance) of these contracts."""
    if len(ids) > FEW:
        return _span_of_many(session, ids)
    day = func.coalesce(Contract.registered_on, Contract.accepted_on)
    query = select(func.min(day), func.max(day)).where(among(session, ids), Contract.deleted_at.is_(None))
    first, last = session.execute(query).one()
    return _day(first), _day(last)


def _span_of_many(session: Session, ids: Sequence[int]) -> tuple[date | None, date | None]:
    """Along the index of days from both its ends: of many contracts some stand near them. To read all days of
    a million took three seconds, between Ctrl+E and the question where to.
    """
    wanted, day, found = set(ids), Contract.registered_on, []
    days = select(Contract.id, day).where(day.is_not(None), Contract.deleted_at.is_(None))
    for order in (day.asc(), day.desc()):
        with session.execute(days.order_by(order).execution_options(yield_per=1_000)) as rows:
            found += next(([on] for key, on in rows if key in wanted and on), [])
    others = select(Contract.id, Contract.accepted_on).where(day.is_(None), Contract.deleted_at.is_(None))
    found += [on for key, on in session.execute(others) if on and key in wanted]
    return (min(found), max(found)) if found else (None, None)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def among(session: Session, ids: Sequence[int]) -> ColumnElement[bool]:
    """One of these contracts; the ids as one value: databases set a limit on the values of a statement."""
    if session.get_bind().dialect.name == "sqlite":
        wanted = text("SELECT value FROM json_each(:ids)").bindparams(ids=ids_as_json(ids))
    else:
        wanted = text("SELECT unnest(CAST(:ids AS bigint[]))").bindparams(ids=list(ids))
    return Contract.id.in_(wanted.columns(literal_column("value")))


def _ids(session: Session, query: Any) -> array[int]:
    return array("q", session.scalars(query))
