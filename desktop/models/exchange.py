"""What went to the province and what came back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from desktop.models.base import Base, Id


class Batch(Base):
    """One package (上报包) that was written, with the sums on its hand-over slip."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    sequence: Mapped[int] = mapped_column(unique=True)
    package_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    previous_sha256: Mapped[str] = mapped_column(String(64), default="")
    check_code: Mapped[str] = mapped_column(String(9))
    contract_count: Mapped[int]
    contract_total: Mapped[Decimal]
    technology_total: Mapped[Decimal]
    size: Mapped[int]
    totals: Mapped[str] = mapped_column(Text)
    """The counts of the hand-over slip as JSON."""
    person: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    rows: Mapped[list[BatchRow]] = relationship(cascade="all, delete-orphan", order_by="BatchRow.id")


class BatchRow(Base):
    """One contract in one package, at the revision that went out, and what became of it."""

    __tablename__ = "batch_row"
    __table_args__ = (UniqueConstraint("batch_id", "contract_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    revision: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(500), default="")


class Receipt(Base):
    """A signed file from above that was applied; the same one is never applied twice."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    batch_sequence: Mapped[int | None]
    accepted_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    person: Mapped[str] = mapped_column(String(60))
    applied_at: Mapped[datetime]
    rows: Mapped[list[ReceiptRow]] = relationship(cascade="all, delete-orphan", order_by="ReceiptRow.id")


class ReceiptRow(Base):
    """What the province said of one contract."""

    __tablename__ = "receipt_row"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id", ondelete="CASCADE"), index=True)
    contract_uid: Mapped[str] = mapped_column(String(36), index=True)
    revision: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    official_number: Mapped[str | None] = mapped_column(String(60))


class PolicyPack(Base):
    """A signed set of law rows that was put in place."""

    __tablename__ = "policy_pack"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    person: Mapped[str] = mapped_column(String(60))
    applied_at: Mapped[datetime]
