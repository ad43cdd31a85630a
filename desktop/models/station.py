"""The station itself: its people, its numbers, the parties it knows, and the log of everything done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from desktop.models.base import Base, Id


class Person(Base):
    """Somebody who works here. Passwords are not in the database (key slots lie beside it)."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    roles: Mapped[str] = mapped_column(String(60))
    """Words joined by blanks: ``clerk`` ``reviewer`` ``head`` ``admin``."""
    certificate_number: Mapped[str | None] = mapped_column(String(60))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class StationSetting(Base):
    """A choice of this station that travels with its database."""

    __tablename__ = "station_setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Serial(Base):
    """The last number of a series of our own (受理号, 文号 of letters), a year and a series a row."""

    __tablename__ = "serial"
    __table_args__ = (CheckConstraint("last >= 0", name="counts_up"),)

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class NumberBlock(Base):
    """A list of official numbers that the province allotted to this station (号段)."""

    __tablename__ = "number_block"
    __table_args__ = (Index("ix_number_block_year", "year", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    is_frozen: Mapped[bool] = mapped_column(default=False)
    """After a restore: no number leaves it until the head has entered the last one of the paper ledger."""
    imported_at: Mapped[datetime]
    numbers: Mapped[list[BlockNumber]] = relationship(order_by="BlockNumber.ordinal", back_populates="block")


class BlockNumber(Base):
    """One official number, spent at most once, never used again."""

    __tablename__ = "block_number"
    __table_args__ = (
        UniqueConstraint("block_id", "ordinal"),
        Index("ix_block_number_free", "taken_at", "block_id", "ordinal"),
    )

    number: Mapped[str] = mapped_column(String(60), primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("number_block.id"))
    ordinal: Mapped[int]
    taken_at: Mapped[datetime | None]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), unique=True)
    void_reason: Mapped[str | None] = mapped_column(String(300))
    block: Mapped[NumberBlock] = relationship(back_populates="numbers")


class PartyRecord(Base):
    """A party in the station's own library (单位库): what fills a block of the form in one go."""

    __tablename__ = "party_record"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    id_number: Mapped[str | None] = mapped_column(String(60), unique=True)
    initials: Mapped[str] = mapped_column(String(200), default="", index=True)
    content: Mapped[str] = mapped_column(Text)
    """The fields of ``rules.facts.Party`` as JSON, of the last contract that used it."""
    used_count: Mapped[int] = mapped_column(default=0)
    last_used_on: Mapped[date | None]
    retired_on: Mapped[date | None]
    """停用 since this day: found in the library, no longer offered under a name field."""
    names: Mapped[list[PartyName]] = relationship(order_by="PartyName.id", cascade="all, delete-orphan")


class PartyName(Base):
    """A name that a party had before: an old contract must still be found by it.

    ``id_number`` is the number that went with it where that was another one (two records made one).
    """

    __tablename__ = "party_name"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party_record.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    seen_until: Mapped[date]
    id_number: Mapped[str | None] = mapped_column(String(60), index=True)


class Action(Base):
    """One act of one person: history, audit and outbox in one. Rows are never updated or deleted.

    ``hash`` is the SHA-256 of the row's content and the hash of the row before it.
    """

    __tablename__ = "action"
    __table_args__ = (
        UniqueConstraint("request_id", "verb", "contract_uid"),
        Index("ix_action_contract", "contract_uid", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[str] = mapped_column(String(36))
    contract_uid: Mapped[str] = mapped_column(String(36), default="")
    """Empty for acts that are not about one contract."""
    verb: Mapped[str] = mapped_column(String(32))
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text)
    """Canonical JSON, exactly the bytes that were hashed."""
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
