"""The search index where the database has no full-text table of its own (PostgreSQL)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Id


class SearchGram(Base):
    """One token of one contract; empty on SQLite, which keeps the same tokens in an FTS5 table."""

    __tablename__ = "search_gram"
    __table_args__ = (
        Index("ix_search_gram_contract", "contract_id"),
        Index("ix_search_gram_prefix", "gram", postgresql_ops={"gram": "text_pattern_ops"}),
    )

    gram: Mapped[str] = mapped_column(String(80), primary_key=True)
    contract_id: Mapped[int] = mapped_column(
        Id, ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True
    )
