"""The small database of the reference intake: SQLite in one file, or PostgreSQL, with the same tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from desktop.errors import MachineError
from desktop.resources import _

metadata: Final = MetaData()

station: Final = Table(
    "province_station",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("first_sequence", Integer, nullable=False),
    Column("next_sequence", Integer, nullable=False),
)
"""Who may send; numbers are allotted to packages before ``next_sequence``, in order."""

package: Final = Table(
    "province_package",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("station", String(40), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("key_id", String(16), nullable=False),
    Index("ix_province_package_sequence", "station", "sequence"),
)

skipped: Final = Table(
    "province_skipped",
    metadata,
    Column("station", String(40), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("reason", String(500), nullable=False),
)
"""Packages that will never come, by decision of the province."""

row: Final = Table(
    "province_row",
    metadata,
    Column("package_id", Integer, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("station", String(40), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("uid", String(36), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", String(64), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("claimed", String(60), nullable=False),
    Column("year", Integer, nullable=False),
    Column("faults", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("registered_on", String(10), nullable=False),
    Column("contract_fen", BigInteger, nullable=False),
    Column("technology_fen", BigInteger, nullable=False),
    Column("likeness", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("number", String(60), nullable=False),
    Column("reasons", Text, nullable=False),
    Index("ix_province_row_uid", "station", "uid"),
    Index("ix_province_row_claimed", "claimed"),
    Index("ix_province_row_outcome", "station", "outcome", "sequence"),
)
"""Every line of every package, as sent, and what became of it."""

action: Final = Table(
    "province_action",
    metadata,
    Column("station", String(40), primary_key=True),
    Column("uid", String(36), primary_key=True),
    Column("content", String(64), primary_key=True),
    Column("contract_uid", String(36), nullable=False),
    Column("body", Text, nullable=False),
)

contract: Final = Table(
    "province_contract",
    metadata,
    Column("station", String(40), primary_key=True),
    Column("uid", String(36), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("package_id", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("number", String(60), nullable=False),
    Column("registered_on", String(10), nullable=False),
    Column("contract_fen", BigInteger, nullable=False),
    Column("technology_fen", BigInteger, nullable=False),
    Column("likeness", String(32), nullable=False),
    Index("ix_province_contract_likeness", "likeness"),
    Index("ix_province_contract_month", "station", "registered_on"),
)
"""The merged state: the highest accepted revision of each contract."""

number: Final = Table(
    "province_number",
    metadata,
    Column("number", String(60), primary_key=True),
    Column("station", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("block", String(80), nullable=False),
    Column("uid", String(36), nullable=False),
    Index("ix_province_number_serial", "station", "year", "serial", unique=True),
    Index("ix_province_number_uid", "station", "uid"),
)
"""Every number ever given out: in a block (``block`` set) or to one contract; never deleted."""

receipt: Final = Table(
    "province_receipt",
    metadata,
    Column("package_id", Integer, primary_key=True),
    Column("issue", Integer, primary_key=True),
    Column("made_at", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("is_newest", Boolean, nullable=False),
)


class ProvinceStore:
    """An engine with the tables of the intake; one writer at a time."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        with self.writing() as connection:
            metadata.create_all(connection)

    @property
    def engine(self) -> Engine:
        """For reports beside the intake."""
        return self._engine

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that nobody else writes beside; undone as a whole when the block fails."""
        try:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(779301)"))
                yield connection
        except DBAPIError as exc:
            raise MachineError(
                _("收件数据库现在不能写入"),
                _("请确认磁盘有空间、数据库服务在运行、没有别的程序占用，然后重做；没有改动任何内容"),
                code="D06",
            ) from exc


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def settings(raw: Any, _record: object) -> None:
            raw.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                raw.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def select_in(
    connection: Connection, query: Select[Any], column: Column[Any], values: Sequence[str]
) -> Sequence[Row[Any]]:
    """All rows of a query whose text column is one of many values; any number of them is one parameter."""
    if not values:
        return []
    listed = bindparam("listed", json.dumps(list(values)), type_=String())
    if connection.dialect.name == "postgresql":
        each = func.json_array_elements_text(cast(listed, JSON)).table_valued("value")
    else:
        each = func.json_each(listed).table_valued("value")
    return connection.execute(query.where(column.in_(select(each.c.value)))).all()


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one shape."""
    if rows:
        _execute_many(connection, insert(table), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose primary key is there already are left as they are."""
    if rows:
        _execute_many(connection, _maker(connection)(table).on_conflict_do_nothing(), rows)


def replace_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows or overwrite those with the same primary key."""
    if not rows:
        return
    statement = _maker(connection)(table)
    keys = [column.name for column in table.primary_key]
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    _execute_many(connection, statement.on_conflict_do_update(index_elements=keys, set_=others), rows)


def _maker(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _execute_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give the driver its own parameters: these tables hold text and whole numbers only, nothing to convert.

    A fifth faster than dicts through SQLAlchemy (10,000 rows of 21 columns: 0.10 s against 0.13 s).
    """
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    order = compiled.positiontup
    values = [tuple(one[name] for name in order) for one in rows] if order else [dict(one) for one in rows]
    connection.exec_driver_sql(str(compiled), values)
