"""Let a party of the library be out of use, and keep the number that goes with a former name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One step forward; there is no way back but a backup."""
    op.add_column("party_record", sa.Column("retired_on", sa.Date(), nullable=True))
    op.add_column("party_name", sa.Column("id_number", sa.String(length=60), nullable=True))
    op.create_index(op.f("ix_party_name_id_number"), "party_name", ["id_number"], unique=False)
