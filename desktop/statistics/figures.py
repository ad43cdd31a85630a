"""Counts and sums of a span of days, by kind, sub-kind, month, state or technical field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models import Contract
from desktop.store.queries import LIVE

COLUMNS: dict[str, Any] = {
    "kind": Contract.kind,
    "sub_kind": Contract.sub_kind,
    "state": Contract.state,
    "field": Contract.technical_field,
    "month": Contract.registered_on,
}
"""What a report may be split by."""


def figures(session: Session, first: date, last: date, by: str) -> list[tuple[str, int, Decimal, Decimal]]:
    """Name, count, sum of contract amounts, sum of technology amounts (yuan) of live registrations.

    Counted by the day of registration, both days included; what was cancelled or revoked has left the sums.
    """
    column = COLUMNS[by]
    query = (
        select(column, func.count(), func.sum(Contract.contract_amount), func.sum(Contract.technology_amount))
        .where(
            Contract.registered_on >= first,
            Contract.registered_on <= last,
            # Wrapped, or SQLite goes along the states, most of the table, instead of along the days.
            func.coalesce(Contract.state, "").in_(LIVE),
            Contract.deleted_at.is_(None),
        )
        .group_by(column)
    )
    found: dict[str, tuple[int, Decimal, Decimal]] = {}
    for name, number, total, technology in session.execute(query):
        key = name.strftime("%Y-%m") if by == "month" else str(name or "")
        old = found.get(key, (0, Decimal(0), Decimal(0)))
        found[key] = (old[0] + number, old[1] + (total or 0), old[2] + (technology or 0))
    return [(key, *found[key]) for key in sorted(found)]
