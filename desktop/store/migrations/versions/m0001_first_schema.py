"""Build the first schema: every table, the search index, and the guards of the append-only ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """One step forward; there is no way back but a backup."""
    op.create_table(
        "action",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("contract_uid", sa.String(length=36), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("hash", name=op.f("uq_action_hash")),
        sa.UniqueConstraint(
            "request_id", "verb", "contract_uid", name=op.f("uq_action_request_id_verb_contract_uid")
        ),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index("ix_action_contract", ["contract_uid", "id"], unique=False)

    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("package_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.Column("check_code", sa.String(length=9), nullable=False),
        sa.Column("contract_count", sa.Integer(), nullable=False),
        sa.Column("contract_total", sa.BigInteger(), nullable=False),
        sa.Column("technology_total", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("sequence", name=op.f("uq_batch_sequence")),
        sa.UniqueConstraint("sha256", name=op.f("uq_batch_sha256")),
        sa.UniqueConstraint("uid", name=op.f("uq_batch_uid")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("page", "subject", name=op.f("uq_draft_page_subject")),
    )
    op.create_table(
        "number_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_frozen", sa.Boolean(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_block")),
        sa.UniqueConstraint("uid", name=op.f("uq_number_block_uid")),
    )
    op.create_table(
        "party_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id_number", sa.String(length=60), nullable=True),
        sa.Column("initials", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("used_count", sa.Integer(), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_record")),
        sa.UniqueConstraint("id_number", name=op.f("uq_party_record_id_number")),
    )
    with op.batch_alter_table("party_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_record_initials"), ["initials"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_record_name"), ["name"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("roles", sa.String(length=60), nullable=False),
        sa.Column("certificate_number", sa.String(length=60), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )
    op.create_table(
        "policy_pack",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_pack")),
        sa.UniqueConstraint("uid", name=op.f("uq_policy_pack_uid")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("batch_sequence", sa.Integer(), nullable=True),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("uid", name=op.f("uq_receipt_uid")),
    )
    op.create_table(
        "serial",
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 0", name=op.f("ck_serial_counts_up")),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_serial")),
    )
    op.create_table(
        "station_setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_station_setting")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("local_serial", sa.String(length=40), nullable=False),
        sa.Column("official_number", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reporting_state", sa.String(length=16), nullable=False),
        sa.Column("parked_reason", sa.String(length=300), nullable=True),
        sa.Column("rejected_reason", sa.String(length=500), nullable=True),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("import_key", sa.String(length=100), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("certificate_version", sa.Integer(), nullable=False),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("clerk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rule_set", sa.String(length=10), nullable=True),
        sa.Column("rule_set_version", sa.String(length=80), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("needs_expert", sa.Boolean(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=3), nullable=True),
        sa.Column("sub_kind", sa.String(length=8), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("signed_place", sa.String(length=100), nullable=True),
        sa.Column("contract_amount", sa.BigInteger(), nullable=True),
        sa.Column("price_form", sa.String(length=12), nullable=True),
        sa.Column("technology_amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("exchange_rate", sa.String(length=40), nullable=True),
        sa.Column("exchange_rate_on", sa.Date(), nullable=True),
        sa.Column("original_amount", sa.BigInteger(), nullable=True),
        sa.Column("payment_method", sa.String(length=4), nullable=True),
        sa.Column("royalty_terms", sa.String(length=300), nullable=True),
        sa.Column("technical_field", sa.String(length=4), nullable=True),
        sa.Column("ip_kind", sa.String(length=4), nullable=True),
        sa.Column("right_scope", sa.String(length=24), nullable=True),
        sa.Column("licence_from", sa.Date(), nullable=True),
        sa.Column("licence_until", sa.Date(), nullable=True),
        sa.Column("territory", sa.String(length=100), nullable=True),
        sa.Column("plan_source", sa.String(length=4), nullable=True),
        sa.Column("project_number", sa.String(length=60), nullable=True),
        sa.Column("project_name", sa.String(length=200), nullable=True),
        sa.Column("is_public_funded", sa.Boolean(), nullable=True),
        sa.Column("approval_number", sa.String(length=60), nullable=True),
        sa.Column("socioeconomic_objective", sa.String(length=4), nullable=True),
        sa.Column("industry", sa.String(length=8), nullable=True),
        sa.Column("use_region", sa.String(length=6), nullable=True),
        sa.Column("expected_investment", sa.BigInteger(), nullable=True),
        sa.Column("expected_output", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("is_secret", sa.Boolean(), nullable=True),
        sa.Column("has_confidentiality", sa.Boolean(), nullable=True),
        sa.Column("civil_military", sa.String(length=12), nullable=True),
        sa.Column("cross_border", sa.String(length=8), nullable=True),
        sa.Column("is_used_wholly_abroad", sa.Boolean(), nullable=True),
        sa.Column("export_control", sa.String(length=12), nullable=True),
        sa.Column("commerce_number", sa.String(length=60), nullable=True),
        sa.Column("is_related_party", sa.Boolean(), nullable=True),
        sa.Column("related_share_percent", sa.String(length=40), nullable=True),
        sa.Column("intermediary_fee", sa.BigInteger(), nullable=True),
        sa.Column("transfer_institution", sa.String(length=200), nullable=True),
        sa.Column("broker", sa.String(length=60), nullable=True),
        sa.Column("rd_cost_amount", sa.BigInteger(), nullable=True),
        sa.Column("remuneration_amount", sa.BigInteger(), nullable=True),
        sa.Column("service_inside_amount", sa.BigInteger(), nullable=True),
        sa.Column("is_vat_listed", sa.Boolean(), nullable=True),
        sa.Column("vat_amount", sa.BigInteger(), nullable=True),
        sa.Column("is_separately_accounted", sa.Boolean(), nullable=True),
        sa.Column("waived_from", sa.Date(), nullable=True),
        sa.Column("tax_basis_net", sa.BigInteger(), nullable=True),
        sa.Column("amortisation_of_year", sa.BigInteger(), nullable=True),
        sa.Column("taxes_and_fees", sa.BigInteger(), nullable=True),
        sa.Column("period_expenses_allocated", sa.BigInteger(), nullable=True),
        sa.Column("applicant_role", sa.String(length=12), nullable=True),
        sa.Column("is_written", sa.Boolean(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("recognised_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("station", sa.String(length=60), nullable=True),
        sa.CheckConstraint(
            "kind IS NULL OR kind IN ('DEV', 'TRF', 'LIC', 'CON', 'SVC')", name=op.f("ck_contract_kind")
        ),
        sa.CheckConstraint(
            "official_number IS NULL OR state IN ('REGISTERED', 'CERTIFIED', 'CHANGED', 'CANCELLED', 'REVOKED')",
            name=op.f("ck_contract_number_only_when_registered"),
        ),
        sa.CheckConstraint(
            "reporting_state IS NULL OR reporting_state IN ('NOT_SENT', 'EXPORTED', 'ACCEPTED_ABOVE', 'REJECTED_ABOVE', 'PARKED')",
            name=op.f("ck_contract_reporting_state"),
        ),
        sa.CheckConstraint(
            "state <> 'CERTIFIED' OR official_number IS NOT NULL",
            name=op.f("ck_contract_certified_has_number"),
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'RETURNED', 'ACCEPTED', 'NOT_ACCEPTED', 'REFUSED') OR technology_amount IS NULL OR contract_amount IS NULL OR technology_amount <= contract_amount",
            name=op.f("ck_contract_technology_within_total"),
        ),
        sa.CheckConstraint(
            "state IS NULL OR state IN ('DRAFT', 'ACCEPTED', 'RETURNED', 'NOT_ACCEPTED', 'RECOGNISED', 'REGISTERED', 'CERTIFIED', 'CHANGED', 'CANCELLED', 'REVOKED', 'REFUSED')",
            name=op.f("ck_contract_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('REGISTERED', 'CERTIFIED', 'CHANGED', 'CANCELLED', 'REVOKED') OR registered_on IS NOT NULL",
            name=op.f("ck_contract_registered_has_date"),
        ),
        sa.CheckConstraint(
            "contract_amount IS NULL OR contract_amount >= 0", name=op.f("ck_contract_amount_not_negative")
        ),
        sa.CheckConstraint(
            "reviewer_id IS NULL OR clerk_id IS NULL OR reviewer_id <> clerk_id",
            name=op.f("ck_contract_four_eyes"),
        ),
        sa.CheckConstraint(
            "technology_amount IS NULL OR technology_amount >= 0",
            name=op.f("ck_contract_technology_not_negative"),
        ),
        sa.ForeignKeyConstraint(["clerk_id"], ["person.id"], name=op.f("fk_contract_clerk_id_person")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["contract.id"], name=op.f("fk_contract_predecessor_id_contract")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_contract_reviewer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("import_key", name=op.f("uq_contract_import_key")),
        sa.UniqueConstraint("local_serial", name=op.f("uq_contract_local_serial")),
        sa.UniqueConstraint("official_number", name=op.f("uq_contract_official_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_contract_uid")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contract_registered_on",
            ["registered_on", "kind", "contract_amount", "technology_amount"],
            unique=False,
        )
        batch_op.create_index("ix_contract_reporting_state", ["reporting_state", "state"], unique=False)
        batch_op.create_index("ix_contract_state_due_on", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_text_hash"), ["text_hash"], unique=False)

    op.create_table(
        "party_name",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seen_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party_record.id"],
            name=op.f("fk_party_name_party_id_party_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_name")),
    )
    with op.batch_alter_table("party_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_name_party_id"), ["party_id"], unique=False)

    op.create_table(
        "receipt_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_uid", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("official_number", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_row_receipt_id_receipt"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_row")),
    )
    with op.batch_alter_table("receipt_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_row_contract_uid"), ["contract_uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_row_receipt_id"), ["receipt_id"], unique=False)

    op.create_table(
        "amount_line",
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("nature", sa.String(length=12), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("clause", sa.String(length=100), nullable=True),
        sa.Column("is_kept", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_amount_line_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amount_line")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_amount_line_contract_id_ordinal")),
    )
    with op.batch_alter_table("amount_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amount_line_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_attachment_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_attachment_contract_id_ordinal")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "award",
        sa.Column("person", sa.String(length=60), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("notice_from", sa.Date(), nullable=True),
        sa.Column("notice_until", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_award_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_award_contract_id_ordinal")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "batch_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_batch_row_batch_id_batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_batch_row_contract_id_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_row")),
        sa.UniqueConstraint("batch_id", "contract_id", name=op.f("uq_batch_row_batch_id_contract_id")),
    )
    with op.batch_alter_table("batch_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_row_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "block_number",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("void_reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["block_id"], ["number_block.id"], name=op.f("fk_block_number_block_id_number_block")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_block_number_contract_id_contract")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_block_number")),
        sa.UniqueConstraint("block_id", "ordinal", name=op.f("uq_block_number_block_id_ordinal")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_block_number_contract_id")),
    )
    with op.batch_alter_table("block_number", schema=None) as batch_op:
        batch_op.create_index("ix_block_number_free", ["taken_at", "block_id", "ordinal"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("official_number", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("check_code", sa.String(length=9), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_certificate_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("contract_id", "version", name=op.f("uq_certificate_contract_id_version")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_check_code"), ["check_code"], unique=False)

    op.create_table(
        "contract_party",
        sa.Column("role", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("id_type", sa.String(length=12), nullable=True),
        sa.Column("id_number", sa.String(length=60), nullable=True),
        sa.Column("country", sa.String(length=3), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("party_type", sa.String(length=4), nullable=True),
        sa.Column("legal_representative", sa.String(length=60), nullable=True),
        sa.Column("contact", sa.String(length=60), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=100), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("is_tax_resident", sa.Boolean(), nullable=True),
        sa.Column("vat_status", sa.String(length=16), nullable=True),
        sa.Column("is_high_tech", sa.Boolean(), nullable=True),
        sa.Column("is_small_low_profit", sa.Boolean(), nullable=True),
        sa.Column("is_nonprofit_research", sa.Boolean(), nullable=True),
        sa.Column("park", sa.String(length=60), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IS NULL OR role IN ('seller', 'buyer', 'intermediary')", name=op.f("ck_contract_party_role")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_contract_party_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_party")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_contract_party_contract_id_ordinal")),
    )
    with op.batch_alter_table("contract_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_party_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index("ix_contract_party_id_number", ["id_number"], unique=False)
        batch_op.create_index("ix_contract_party_name", ["name"], unique=False)

    op.create_table(
        "doubt_passed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_doubt_passed_has_reason")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_doubt_passed_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_passed")),
        sa.UniqueConstraint(
            "contract_id", "code", "field", name=op.f("uq_doubt_passed_contract_id_code_field")
        ),
    )
    op.create_table(
        "duplicate_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_duplicate", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_duplicate_decision_has_reason")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_duplicate_decision_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["contract.id"],
            name=op.f("fk_duplicate_decision_other_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_decision")),
        sa.UniqueConstraint(
            "contract_id", "other_id", name=op.f("uq_duplicate_decision_contract_id_other_id")
        ),
    )
    op.create_table(
        "income",
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("voucher", sa.String(length=60), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_income_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_income")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_income_contract_id_ordinal")),
    )
    with op.batch_alter_table("income", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_income_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("invoice_type", sa.String(length=8), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("covers", sa.String(length=60), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_invoice_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_invoice_contract_id_ordinal")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "ip_right",
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("object", sa.String(length=24), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("has_proof", sa.Boolean(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_ip_right_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ip_right")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_ip_right_contract_id_ordinal")),
    )
    with op.batch_alter_table("ip_right", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ip_right_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("paper", sa.String(length=4), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_notice_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_notice_number")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_payment_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_payment_contract_id_ordinal")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "recognition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("rule_set", sa.String(length=10), nullable=False),
        sa.Column("rule_set_version", sa.String(length=80), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=3), nullable=True),
        sa.Column("sub_kind", sa.String(length=8), nullable=True),
        sa.Column("decided_kind", sa.String(length=3), nullable=True),
        sa.Column("decided_sub_kind", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=8), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "confidence IS NULL OR confidence IN ('verified', 'draft', 'memory')",
            name=op.f("ck_recognition_confidence"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_recognition_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_recognition_contract_id_ordinal")),
    )
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recognition_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "relief_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_set_version", sa.String(length=80), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("results", sa.Text(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_relief_check_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_check")),
    )
    with op.batch_alter_table("relief_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relief_check_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "search_gram",
        sa.Column("gram", sa.String(length=80), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_search_gram_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("gram", "contract_id", name=op.f("pk_search_gram")),
    )
    with op.batch_alter_table("search_gram", schema=None) as batch_op:
        batch_op.create_index("ix_search_gram_contract", ["contract_id"], unique=False)
        batch_op.create_index(
            "ix_search_gram_prefix", ["gram"], unique=False, postgresql_ops={"gram": "text_pattern_ops"}
        )

    op.create_table(
        "certificate_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("copy_number", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("copy_kind", sa.String(length=12), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("collector", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("layout", sa.String(length=60), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "copy_kind = 'first' OR reason <> ''", name=op.f("ck_certificate_sheet_later_copy_has_reason")
        ),
        sa.CheckConstraint(
            "copy_kind IS NULL OR copy_kind IN ('first', 'reissue', 'duplicate')",
            name=op.f("ck_certificate_sheet_copy_kind"),
        ),
        sa.CheckConstraint(
            "event IS NULL OR event IN ('printed', 'void', 'collected', 'recalled')",
            name=op.f("ck_certificate_sheet_event"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_sheet_certificate_id_certificate"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_sheet")),
    )
    with op.batch_alter_table("certificate_sheet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_sheet_certificate_id"), ["certificate_id"], unique=False
        )

    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recognition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("answered_by", sa.String(length=60), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("confidence", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["recognition_id"],
            ["recognition.id"],
            name=op.f("fk_finding_recognition_id_recognition"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_recognition_id"), ["recognition_id"], unique=False)

    op.create_table(
        "notice_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("clause", sa.String(length=100), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("remedy", sa.String(length=500), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_item_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_item")),
    )
    with op.batch_alter_table("notice_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_item_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "relief_finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("relief", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=28), nullable=False),
        sa.Column("basis", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["relief_check.id"],
            name=op.f("fk_relief_finding_check_id_relief_check"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_finding")),
    )
    with op.batch_alter_table("relief_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relief_finding_check_id"), ["check_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recognition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_review_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognition.id"], name=op.f("fk_review_recognition_id_recognition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "review_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.CheckConstraint("is_agreed OR remark <> ''", name=op.f("ck_review_item_objection_has_remark")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_item_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
    )
    with op.batch_alter_table("review_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_item_review_id"), ["review_id"], unique=False)
    _add_search_and_append_only(op.get_bind().dialect.name)


APPEND_ONLY = ("action", "certificate_sheet", "receipt_row")


def _add_search_and_append_only(dialect: str) -> None:
    if dialect == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE contract_search USING fts5"
            "(t, tokenize='unicode61', content='', contentless_delete=1, detail=none)"
        )
        for table in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        )
