"""The station's own library of parties (单位库): filled by every accepted contract, old names kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

from sqlalchemy import ColumnElement, bindparam, or_, select

from desktop.models import PartyName, PartyRecord
from desktop.rules.facts import Facts, Party
from desktop.services.views import PartyView
from desktop.store.search_index import initials
from desktop.store.unit_of_work import UnitOfWork

_BY_CODE = select(PartyRecord).where(PartyRecord.id_number == bindparam("key")).limit(1)
_BY_NAME = select(PartyRecord).where(PartyRecord.name == bindparam("key")).limit(1)
_BY_FORMER_CODE = (
    select(PartyRecord)
    .join(PartyName, PartyName.party_id == PartyRecord.id)
    .where(PartyName.id_number == bindparam("key"))
    .limit(1)
)
_BY_FORMER_NAME = (
    select(PartyRecord)
    .join(PartyName, PartyName.party_id == PartyRecord.id)
    .where(PartyName.name == bindparam("key"), PartyName.id_number.is_(None))
    .limit(1)
)


def learn_parties(uow: UnitOfWork, facts: Facts, day: date) -> None:
    """Remember every party of an accepted contract; an old name of the same code stays findable."""
    for party in facts.parties:
        if party.name:
            _learn(uow, party, day)


def _learn(uow: UnitOfWork, party: Party, day: date) -> None:
    session = uow.session
    key = party.id_number or party.name
    row = session.scalars(_BY_CODE if party.id_number else _BY_NAME, {"key": key}).first()
    if row is None:
        former = _BY_FORMER_CODE if party.id_number else _BY_FORMER_NAME
        known = session.scalars(former, {"key": key}).first()
        if known is not None:  # a record that was made one with another: what stands there is the newer
            known.used_count += 1
            known.last_used_on = day
            session.flush()
            return
        row = PartyRecord(id_number=party.id_number, used_count=0, name=party.name or "", content="{}")
        session.add(row)
    elif row.name != party.name:
        row.names.append(PartyName(name=row.name, seen_until=day))
        row.name = party.name or ""
    row.initials = initials(row.name)
    written = {key: value for key, value in asdict(party).items() if value is not None and key != "role"}
    # What the library says stays: a contract may differ from it (只改本份), only asking changes it.
    written |= {key: value for key, value in json.loads(row.content).items() if key != "name"}
    row.content = json.dumps(written, ensure_ascii=False)
    row.used_count += 1
    row.last_used_on = day
    session.flush()


def party_condition(words: str) -> ColumnElement[bool]:
    """Name, earlier name or initials contain the words, or a number begins with them (or ends, from four on).

    ``%`` and ``_`` are signs like any other. The query must be joined to ``PartyName`` from outside.
    """
    upper = words.upper()
    found = [
        PartyRecord.name.contains(words, autoescape=True),
        PartyRecord.initials.contains(words.lower(), autoescape=True),
        PartyRecord.id_number.startswith(upper, autoescape=True),
        PartyName.name.contains(words, autoescape=True),
        PartyName.id_number.startswith(upper, autoescape=True),
    ]
    if len(words) >= 4:
        found.append(PartyRecord.id_number.endswith(upper, autoescape=True))
    return or_(*found)


def find_parties(uow: UnitOfWork, text: str, limit: int = 8) -> tuple[PartyView, ...]:
    """Parties in use whose name, earlier name, initials or code begin with or contain the text; most used
    first.
    """
    words = text.strip()
    if not words:
        return ()
    query = (
        select(PartyRecord)
        .outerjoin(PartyName)
        .where(party_condition(words), PartyRecord.retired_on.is_(None))
        .order_by(PartyRecord.used_count.desc(), PartyRecord.id.desc())
        .distinct()
        .limit(limit)
    )
    rows = uow.session.scalars(query).all()
    ranked = sorted(rows, key=lambda r: (not r.name.startswith(words), -r.used_count))
    return tuple(
        PartyView(r.id, r.name, (r.id_number or "")[-4:], r.last_used_on, json.loads(r.content))
        for r in ranked
    )
