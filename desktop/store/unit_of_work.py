"""One transaction of one use case: a session, the action log, and all or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Engine, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from desktop.errors import RefusedError
from desktop.models import Action, Base, Contract, Person
from desktop.resources import _
from desktop.store.engine import machine_error

if TYPE_CHECKING:
    from sqlalchemy import Insert, Table, Update

GENESIS = "0" * 64
AT_ONCE = 500
"""Values of one IN: databases set a limit on them."""


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: the same content always gives the same bytes."""
    return _SORTED.encode(value)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def action_hash(
    previous: str, request_id: str, contract_uid: str, verb: str, person: str, at: datetime, detail: str
) -> str:
    """SHA-256 that ties one row of the log to the row before it."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    parts = (previous, request_id, contract_uid, verb, person, moment, detail)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


class UnitOfWork:
    """``with UnitOfWork(engine) as uow: … uow.commit()``; leaving without commit undoes everything."""

    def __init__(self, engine: Engine, *, read_only: bool = False) -> None:
        self._engine = engine.execution_options(read_only=True) if read_only else engine
        self.session: Session
        # What cannot change while this transaction holds the writer's turn is read once.
        self._last_hash = ""
        self._done: dict[tuple[str, str], set[str]] = {}
        self._people: tuple[Person, ...] = ()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``; asked only inside ``store``."""
        return self._engine.dialect.name

    def __enter__(self) -> UnitOfWork:
        """Open the session; the transaction begins with its first statement."""
        self._forget()
        self.session = Session(self._engine, expire_on_commit=False)
        return self

    def __exit__(self, kind: object, exc: BaseException | None, trace: object) -> None:
        """Close; what was not committed is undone. Driver errors become MachineError."""
        try:
            self.session.close()
        finally:
            if isinstance(exc, DBAPIError) and not _is_constraint(exc):
                raise machine_error(exc, None) from exc

    def commit(self) -> None:
        """Make it durable. Raises MachineError (disk full, locked …); then nothing was written."""
        self._forget()
        try:
            self.session.commit()
        except DBAPIError as exc:
            self.session.rollback()
            if _is_constraint(exc):
                raise
            raise machine_error(exc, None) from exc

    def _forget(self) -> None:
        self._last_hash = ""
        self._done = {}
        self._people = ()

    def person(self, *, id: int | None = None, name: str | None = None) -> Person | None:
        """The person of this station with this id or name."""
        found = [p for p in self._people if p.id == id or p.name == name]
        if not found:
            self._people = tuple(self.session.scalars(_PEOPLE))
            found = [p for p in self._people if p.id == id or p.name == name]
        return found[0] if found else None

    def was_done(self, request_id: str, verb: str, contract_uid: str) -> bool:
        """Whether this request already did this act on this contract."""
        key = (request_id, contract_uid)
        if key not in self._done:
            asked = {"request": request_id, "uid": contract_uid}
            self._done[key] = set(self.session.connection().execute(_DONE, asked).scalars())
        return verb in self._done[key]

    def add_rows(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows of one table in one statement: rows that nobody needs as objects.

        The mapped way asks each new row for its id, on SQLite in a statement of its own (SQLAlchemy 2.1).
        """
        if rows:
            self.session.flush()
            self.session.connection().execute(_insert_into(model), list(rows))

    def change_rows(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the same columns of many rows, each found by its ``id``, in one statement.

        The mapped way looks for changes in every relationship of every object. Objects of the session are not
        told: ``set_committed_value`` is for the caller who goes on with them.
        """
        if rows:
            self.session.flush()
            given = [{f"new_{name}": value for name, value in row.items()} for row in rows]
            self.session.connection().execute(_update_of(model, tuple(sorted(rows[0]))), given)

    def ids_by(self, column: InstrumentedAttribute[Any], values: Collection[str]) -> dict[str, int]:
        """Value → id of the contract that has it in this column (``Contract.import_key``)."""
        wanted, found = list(values), dict[str, int]()
        for start in range(0, len(wanted), AT_ONCE):
            query = select(column, Contract.id).where(column.in_(wanted[start : start + AT_ONCE]))
            found |= {row[0]: row[1] for row in self.session.execute(query)}
        return found

    def contract(self, contract_id: int) -> Contract:
        """The contract; RefusedError when there is none (deleted meanwhile)."""
        found = self.session.get(Contract, contract_id)
        if found is None or found.deleted_at is not None:
            raise RefusedError(
                _("没有这份合同（内部号 {id}）").format(id=contract_id), _("它可能已被删除，请刷新列表")
            )
        return found

    def action_of(self, request_id: str, verb: str, contract_uid: str | None = None) -> Action | None:
        """The action that this request already made, if it was done before."""
        query = select(Action).where(Action.request_id == request_id, Action.verb == verb)
        if contract_uid is not None:
            query = query.where(Action.contract_uid == contract_uid)
        return self.session.scalars(query.limit(1)).first()

    def record(
        self,
        request_id: str,
        verb: str,
        person: str,
        at: datetime,
        detail: Mapping[str, Any],
        contract: Contract | None = None,
    ) -> None:
        """Append one row to the log, chained to the last one."""
        self.record_many(
            [(request_id, contract.uid if contract is not None else "", detail)], verb, person, at
        )

    def record_many(
        self, acts: Iterable[tuple[str, str, Mapping[str, Any]]], verb: str, person: str, at: datetime
    ) -> None:
        """The same for many (request, uid of the contract, detail): one row each, in this order."""
        self.session.flush()
        previous = self._last_hash or self.session.connection().execute(_LAST_HASH).scalar() or GENESIS
        rows = []
        for request_id, uid, detail in acts:
            text = canonical(detail)
            print_ = action_hash(previous, request_id, uid, verb, person, at, text)
            rows.append(
                {
                    "request_id": request_id,
                    "contract_uid": uid,
                    "verb": verb,
                    "person": person,
                    "at": at,
                    "detail": text,
                    "previous_hash": previous,
                    "hash": print_,
                }
            )
            previous = print_
            if (done := self._done.get((request_id, uid))) is not None:
                done.add(verb)
        self.add_rows(Action, rows)
        self._last_hash = previous if rows else self._last_hash


@cache
def _insert_into(model: type[Base]) -> Insert:
    return insert(cast("Table", model.__table__))


@cache
def _update_of(model: type[Base], columns: tuple[str, ...]) -> Update:
    table = cast("Table", model.__table__)
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns if name != "id"}
    return update(table).where(table.c.id == bindparam("new_id")).values(values)


_LAST_HASH = select(Action.hash).order_by(Action.id.desc()).limit(1)
_DONE = select(Action.verb).where(
    Action.request_id == bindparam("request"), Action.contract_uid == bindparam("uid")
)
_PEOPLE = select(Person).order_by(Person.id)


def _is_constraint(exc: DBAPIError) -> bool:
    return type(exc).__name__ == "IntegrityError"


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only looks; never waits for a writer."""
    with UnitOfWork(engine, read_only=True) as uow:
        yield uow.session
