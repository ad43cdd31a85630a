"""Between the mapped rows and the pure facts that the law works on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, inspect, select, text
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import set_committed_value

from desktop import models
from desktop.models import Contract
from desktop.rules import facts as law
from desktop.rules.facts import Facts
from desktop.store.unit_of_work import AT_ONCE

ROW_CLASSES: dict[str, type[Any]] = {
    "parties": models.ContractParty,
    "amount_lines": models.AmountLine,
    "payments": models.Payment,
    "invoices": models.Invoice,
    "ip_rights": models.IpRight,
    "attachments": models.Attachment,
    "incomes": models.Income,
    "awards": models.Award,
}
_SCALARS = tuple(f.name for f in fields(Facts) if f.name not in law.ROWS)
_ROW_FIELDS = {name: tuple(f.name for f in fields(cls)) for name, cls in law.ROWS.items()}

STATION_FIELDS = frozenset(
    {"accepted_on", "recognised_on", "registered_on", "official_number", "station", "incomes"}
)
"""Set by the station's own acts, never by the form."""


_PRESENT = text(
    " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {cls.__tablename__} WHERE contract_id = :id)"  # noqa: S608
        for name, cls in ROW_CLASSES.items()
    )
)


def mark_empty_lists(contract: Contract) -> None:
    """Ask once which of the lists have rows: most are empty, and each would be a question of its own."""
    session = object_session(contract)
    unloaded = inspect(contract).unloaded & ROW_CLASSES.keys()
    if session is None or contract.id is None or len(unloaded) < 4:
        return
    present = set(session.scalars(_PRESENT, {"id": contract.id}))
    for name in unloaded - present:
        set_committed_value(contract, name, [])


_READ = {
    name: select(*(getattr(cls, field) for field in _ROW_FIELDS[name]))
    .where(cls.contract_id == bindparam("contract"))
    .order_by(cls.ordinal)
    for name, cls in ROW_CLASSES.items()
    if name != "parties"  # mapped rows: the search row that follows an act wants them too
}


def facts_of(contract: Contract, *, rows: Collection[str] = ROW_CLASSES) -> Facts:
    """What the database knows of the contract, as facts; lists not named in ``rows`` stay empty, unread.

    A list that the session has not loaded is read as plain values: mapped rows would cost twice as much.
    """
    session = object_session(contract)
    unloaded = inspect(contract).unloaded
    values = _scalars_of(contract)
    for name in rows:
        names, cls = _ROW_FIELDS[name], law.ROWS[name]
        if session is not None and contract.id is not None and name in unloaded & _READ.keys():
            found = session.connection().execute(_READ[name], {"contract": contract.id})
            values[name] = tuple(cls(*row) for row in found)
        else:
            values[name] = tuple(
                cls(**{f: getattr(row, f) for f in names}) for row in getattr(contract, name)
            )
    return Facts(**values)


def _scalars_of(contract: Contract) -> dict[str, Any]:
    """Straight out of the object where all of it is loaded, which it is unless a commit or refresh is due."""
    loaded = contract.__dict__
    try:
        return {name: loaded[name] for name in _SCALARS}
    except KeyError:
        return {name: getattr(contract, name) for name in _SCALARS}


def facts_of_many(session: Session, contracts: Sequence[Contract]) -> dict[int, Facts]:
    """Contract id → what ``facts_of`` says of it; every list is read for many contracts at once.

    What the session holds unwritten in a list is not seen: for contracts as they stand in the database.
    """
    lists: dict[int, dict[str, list[Any]]] = {c.id: {name: [] for name in ROW_CLASSES} for c in contracts}
    connection, ids = session.connection(), list(lists)
    for name, query in _READ_MANY.items():
        cls = law.ROWS[name]
        for start in range(0, len(ids), AT_ONCE):
            found = connection.execute(query, {"contracts": ids[start : start + AT_ONCE]})
            for contract_id, *cells in found:
                lists[contract_id][name].append(cls(*cells))
    found_facts = {}
    for c in contracts:
        values = _scalars_of(c)
        values.update((name, tuple(rows)) for name, rows in lists[c.id].items())
        found_facts[c.id] = Facts(**values)
    return found_facts


_READ_MANY = {
    name: select(cls.contract_id, *(getattr(cls, field) for field in _ROW_FIELDS[name]))
    .where(cls.contract_id.in_(bindparam("contracts", expanding=True)))
    .order_by(cls.contract_id, cls.ordinal)
    for name, cls in ROW_CLASSES.items()
}


def columns_of(facts: Facts) -> dict[str, Any]:
    """What a row that is new begins with: everything the form says, nothing that the station's acts set."""
    values: dict[str, Any] = {
        name: value
        for name in _SCALARS
        if name not in STATION_FIELDS and (value := getattr(facts, name)) is not None
    }
    for name, names in _ROW_FIELDS.items():
        if name not in STATION_FIELDS and (items := getattr(facts, name)):
            cls = ROW_CLASSES[name]
            values[name] = [
                cls(ordinal=at, **{f: value for f in names if (value := getattr(item, f)) is not None})
                for at, item in enumerate(items)
            ]
    return values


def write_facts(contract: Contract, facts: Facts, *, keep: frozenset[str] = STATION_FIELDS) -> list[str]:
    """Put the facts into the row, except ``keep``; returns the names of the fields that changed.

    Rows of a list are changed in place where they differ, so that unchanged ones keep their ids.
    """
    mark_empty_lists(contract)
    changed = []
    for name in _SCALARS:
        if name in keep:
            continue
        value = getattr(facts, name)
        if getattr(contract, name) != value:
            setattr(contract, name, value)
            changed.append(name)
    for name, names in _ROW_FIELDS.items():
        if name in keep:
            continue
        if _write_rows(getattr(contract, name), getattr(facts, name), names, ROW_CLASSES[name]):
            changed.append(name)
    return changed


def _write_rows(rows: list[Any], wanted: tuple[Any, ...], names: tuple[str, ...], cls: type[Any]) -> bool:
    changed = len(rows) != len(wanted)
    del rows[len(wanted) :]
    for index, item in enumerate(wanted):
        if index == len(rows):
            rows.append(cls(ordinal=index))
        row = rows[index]
        row.ordinal = index
        for name in names:
            value = getattr(item, name)
            if getattr(row, name) != value:
                setattr(row, name, value)
                changed = True
    return changed


def differences(before: Facts, after: Facts) -> list[tuple[str, str, str]]:
    """(field name, before, after) in plain words for the log; lists are compared row by row."""
    found = []
    for name in _SCALARS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append((name, plain(old), plain(new)))
    for name, names in _ROW_FIELDS.items():
        olds, news = getattr(before, name), getattr(after, name)
        for index in range(max(len(olds), len(news))):
            old_row = olds[index] if index < len(olds) else None
            new_row = news[index] if index < len(news) else None
            for field in names:
                old, new = getattr(old_row, field, None), getattr(new_row, field, None)
                if old != new:
                    found.append((f"{name}[{index}].{field}", plain(old), plain(new)))
    return found


def plain(value: Any) -> str:
    """A value as text for the log; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
