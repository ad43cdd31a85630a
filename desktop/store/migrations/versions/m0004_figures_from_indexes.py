"""Let the start page and the figures of a year be read from two indexes alone, without the contracts' rows.

Over a million contracts a count of what waits to be sent took a second, the splits of a year several.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One step forward; there is no way back but a backup."""
    op.drop_index("ix_contract_reporting_state", table_name="contract")
    op.create_index(
        "ix_contract_reporting_state",
        "contract",
        ["reporting_state", "state", "origin", "deleted_at"],
        unique=False,
    )
    op.drop_index("ix_contract_registered_on", table_name="contract")
    op.create_index(
        "ix_contract_registered_on",
        "contract",
        [
            "registered_on",
            "state",
            "reporting_state",
            "origin",
            "deleted_at",
            "kind",
            "sub_kind",
            "technical_field",
            "contract_amount",
            "technology_amount",
        ],
        unique=False,
    )
