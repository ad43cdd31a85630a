"""Add what experts said of a contract, objections with their answers, and two indexes.

Some stations of version 0001 were made with the indexes already, others without: both end alike.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One step forward; there is no way back but a backup."""
    op.create_index(
        "ix_contract_sums",
        "contract",
        ["id", "deleted_at", "contract_amount", "technology_amount"],
        unique=False,
        if_not_exists=True,
    )
    op.create_index("ix_number_block_year", "number_block", ["year", "id"], unique=False, if_not_exists=True)
    op.add_column("contract", sa.Column("expert_opinion", sa.String(length=10), nullable=True))
    op.add_column(
        "contract", sa.Column("has_objection", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "expert_review",
        sa.Column("id", _ID, nullable=False),
        sa.Column("contract_id", _ID, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("organiser", sa.String(length=100), nullable=False),
        sa.Column("experts", sa.String(length=300), nullable=False),
        sa.Column("for_count", sa.Integer(), nullable=False),
        sa.Column("against_count", sa.Integer(), nullable=False),
        sa.Column("opinion", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "opinion IS NULL OR opinion IN ('agree', 'disagree')", name=op.f("ck_expert_review_opinion")
        ),
        sa.CheckConstraint("for_count >= 0 AND against_count >= 0", name=op.f("ck_expert_review_votes")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_expert_review_has_text")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_expert_review_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_review")),
    )
    op.create_index(op.f("ix_expert_review_contract_id"), "expert_review", ["contract_id"], unique=False)
    op.create_table(
        "objection",
        sa.Column("id", _ID, nullable=False),
        sa.Column("contract_id", _ID, nullable=False),
        sa.Column("raised_by", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("against", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("notice_number", sa.String(length=60), nullable=False),
        sa.Column("clerk", sa.String(length=60), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "raised_by IS NULL OR raised_by IN ('applicant', 'tax', 'finance', 'other')",
            name=op.f("ck_objection_raised_by"),
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('upheld', 'changed', 'withdrawn')",
            name=op.f("ck_objection_decision"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_objection_has_reason")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_objection_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_contract_id"), "objection", ["contract_id"], unique=False)
