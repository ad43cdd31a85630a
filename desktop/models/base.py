"""What every table shares: names of constraints, and types that SQLite and PostgreSQL keep alike."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class Fen(TypeDecorator[Decimal]):
    """Decimal yuan in Python, whole fen in the database: SQLite has no decimal type and floats lose fen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Raises ValueError for anything finer than one fen; nothing is rounded on the way in."""
        if value is None:
            return None
        fen = value.scaleb(2)
        if fen != fen.to_integral_value():
            raise ValueError(f"finer than one fen: {value}")
        return int(fen)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Two decimals, always."""
        return None if value is None else Decimal(value).scaleb(-2)


class ExactDecimal(TypeDecorator[Decimal]):
    """A rate or percentage, kept as text with every digit that was typed."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Plain digits, never an exponent."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The same digits again."""
        return None if value is None else Decimal(value)


class UtcMoment(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite forgets the zone, so it is taken off and put back here."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a naive moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
"""Primary and foreign keys: SQLite counts up only in a column that is called INTEGER."""


class Base(DeclarativeBase):
    """Root of all tables; constraints are named, so that a migration can find them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {Decimal: Fen, datetime: UtcMoment}


def one_of(column: str, *values: str) -> str:
    """SQL of a CHECK: the column holds one of these words or nothing."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IS NULL OR {column} IN ({words})"
