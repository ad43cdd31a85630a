"""One technology contract and the rows that belong to it: the fields of the registration form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from desktop.models.base import Base, ExactDecimal, Id, one_of

STATES = (
    "DRAFT",
    "ACCEPTED",
    "RETURNED",
    "NOT_ACCEPTED",
    "RECOGNISED",
    "REGISTERED",
    "CERTIFIED",
    "CHANGED",
    "CANCELLED",
    "REVOKED",
    "REFUSED",
)
REPORTING_STATES = ("NOT_SENT", "EXPORTED", "ACCEPTED_ABOVE", "REJECTED_ABOVE", "PARKED")
REGISTERED_STATES = ("REGISTERED", "CERTIFIED", "CHANGED", "CANCELLED", "REVOKED")
_REGISTERED = ", ".join(f"'{state}'" for state in REGISTERED_STATES)


class Contract(Base):
    """A contract on this desk, from draft to archive; one row for its whole life."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint(one_of("state", *STATES), name="state"),
        CheckConstraint(one_of("reporting_state", *REPORTING_STATES), name="reporting_state"),
        CheckConstraint(one_of("kind", "DEV", "TRF", "LIC", "CON", "SVC"), name="kind"),
        CheckConstraint("contract_amount IS NULL OR contract_amount >= 0", name="amount_not_negative"),
        CheckConstraint(
            "technology_amount IS NULL OR technology_amount >= 0", name="technology_not_negative"
        ),
        CheckConstraint(
            "state IN ('DRAFT', 'RETURNED', 'ACCEPTED', 'NOT_ACCEPTED', 'REFUSED')"
            " OR technology_amount IS NULL OR contract_amount IS NULL"
            " OR technology_amount <= contract_amount",
            name="technology_within_total",
        ),
        CheckConstraint(
            "reviewer_id IS NULL OR clerk_id IS NULL OR reviewer_id <> clerk_id", name="four_eyes"
        ),
        CheckConstraint(
            f"state NOT IN ({_REGISTERED}) OR registered_on IS NOT NULL", name="registered_has_date"
        ),
        CheckConstraint("state <> 'CERTIFIED' OR official_number IS NOT NULL", name="certified_has_number"),
        CheckConstraint(
            f"official_number IS NULL OR state IN ({_REGISTERED})", name="number_only_when_registered"
        ),
        Index("ix_contract_state_due_on", "state", "due_on"),
        # These two answer the start page and the figures of a year alone, without a look at the rows.
        Index("ix_contract_reporting_state", "reporting_state", "state", "origin", "deleted_at"),
        Index(
            "ix_contract_registered_on",
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
        ),
        Index("ix_contract_sums", "id", "deleted_at", "contract_amount", "technology_amount"),
        # An amount typed into the search box is looked for among a million while its digits are typed.
        Index("ix_contract_amount", "contract_amount", "deleted_at"),
        Index("ix_contract_technology", "technology_amount", "deleted_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    """Travels between machines; made once."""
    local_serial: Mapped[str] = mapped_column(String(40), unique=True)
    """受理号, ours; never printed as a registration number."""
    official_number: Mapped[str | None] = mapped_column(String(60), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="DRAFT")
    reporting_state: Mapped[str] = mapped_column(String(16), default="NOT_SENT")
    parked_reason: Mapped[str | None] = mapped_column(String(300))
    rejected_reason: Mapped[str | None] = mapped_column(String(500))
    origin: Mapped[str] = mapped_column(String(16), default="desk")
    """``desk`` typed here, ``workbook`` imported application, ``ledger`` register of an earlier year."""
    import_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    """File digest and row of an import: the same row never comes in twice."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts up with every change of the row; a page that was opened on an older one is told so."""
    certificate_version: Mapped[int] = mapped_column(default=0)
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rule_set: Mapped[str | None] = mapped_column(String(10))
    rule_set_version: Mapped[str | None] = mapped_column(String(80))
    received_on: Mapped[date | None]
    due_on: Mapped[date | None]
    needs_expert: Mapped[bool] = mapped_column(default=False)
    expert_opinion: Mapped[str | None] = mapped_column(String(10))
    """Of the newest expert review, while it still counts: a new recognition needs a new one."""
    has_objection: Mapped[bool] = mapped_column(default=False, server_default=false())
    text_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    title: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(3))
    sub_kind: Mapped[str | None] = mapped_column(String(8))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    signed_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    signed_place: Mapped[str | None] = mapped_column(String(100))
    contract_amount: Mapped[Decimal | None]
    price_form: Mapped[str | None] = mapped_column(String(12))
    technology_amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    exchange_rate: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    exchange_rate_on: Mapped[date | None]
    original_amount: Mapped[Decimal | None]
    payment_method: Mapped[str | None] = mapped_column(String(4))
    royalty_terms: Mapped[str | None] = mapped_column(String(300))
    technical_field: Mapped[str | None] = mapped_column(String(4))
    ip_kind: Mapped[str | None] = mapped_column(String(4))
    right_scope: Mapped[str | None] = mapped_column(String(24))
    licence_from: Mapped[date | None]
    licence_until: Mapped[date | None]
    territory: Mapped[str | None] = mapped_column(String(100))
    plan_source: Mapped[str | None] = mapped_column(String(4))
    project_number: Mapped[str | None] = mapped_column(String(60))
    project_name: Mapped[str | None] = mapped_column(String(200))
    is_public_funded: Mapped[bool | None]
    approval_number: Mapped[str | None] = mapped_column(String(60))
    socioeconomic_objective: Mapped[str | None] = mapped_column(String(4))
    industry: Mapped[str | None] = mapped_column(String(8))
    use_region: Mapped[str | None] = mapped_column(String(6))
    expected_investment: Mapped[Decimal | None]
    expected_output: Mapped[Decimal | None]
    summary: Mapped[str | None] = mapped_column(String(500))
    is_secret: Mapped[bool | None]
    has_confidentiality: Mapped[bool | None]
    civil_military: Mapped[str | None] = mapped_column(String(12))
    cross_border: Mapped[str | None] = mapped_column(String(8))
    is_used_wholly_abroad: Mapped[bool | None]
    export_control: Mapped[str | None] = mapped_column(String(12))
    commerce_number: Mapped[str | None] = mapped_column(String(60))
    is_related_party: Mapped[bool | None]
    related_share_percent: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    intermediary_fee: Mapped[Decimal | None]
    transfer_institution: Mapped[str | None] = mapped_column(String(200))
    broker: Mapped[str | None] = mapped_column(String(60))
    rd_cost_amount: Mapped[Decimal | None]
    remuneration_amount: Mapped[Decimal | None]
    service_inside_amount: Mapped[Decimal | None]
    is_vat_listed: Mapped[bool | None]
    vat_amount: Mapped[Decimal | None]
    is_separately_accounted: Mapped[bool | None]
    waived_from: Mapped[date | None]
    tax_basis_net: Mapped[Decimal | None]
    amortisation_of_year: Mapped[Decimal | None]
    taxes_and_fees: Mapped[Decimal | None]
    period_expenses_allocated: Mapped[Decimal | None]
    applicant_role: Mapped[str | None] = mapped_column(String(12))
    is_written: Mapped[bool | None]
    accepted_on: Mapped[date | None]
    recognised_on: Mapped[date | None]
    registered_on: Mapped[date | None]
    station: Mapped[str | None] = mapped_column(String(60))

    parties: Mapped[list[ContractParty]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="ContractParty.ordinal"
    )
    amount_lines: Mapped[list[AmountLine]] = relationship(
        cascade="all, delete-orphan", order_by="AmountLine.ordinal"
    )
    payments: Mapped[list[Payment]] = relationship(cascade="all, delete-orphan", order_by="Payment.ordinal")
    invoices: Mapped[list[Invoice]] = relationship(cascade="all, delete-orphan", order_by="Invoice.ordinal")
    ip_rights: Mapped[list[IpRight]] = relationship(cascade="all, delete-orphan", order_by="IpRight.ordinal")
    attachments: Mapped[list[Attachment]] = relationship(
        cascade="all, delete-orphan", order_by="Attachment.ordinal"
    )
    incomes: Mapped[list[Income]] = relationship(cascade="all, delete-orphan", order_by="Income.ordinal")
    awards: Mapped[list[Award]] = relationship(cascade="all, delete-orphan", order_by="Award.ordinal")


class _Row:
    """Shared by the rows of a contract: which contract, and the place in its list."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]


class ContractParty(_Row, Base):
    """A seller, buyer or intermediary as written in the contract on the day it was signed."""

    __tablename__ = "contract_party"
    __table_args__ = (
        UniqueConstraint("contract_id", "ordinal"),
        CheckConstraint(one_of("role", "seller", "buyer", "intermediary"), name="role"),
        Index("ix_contract_party_name", "name"),
        Index("ix_contract_party_id_number", "id_number"),
        Index("ix_contract_party_place", "contract_id", "role", "ordinal", "country", "region"),
    )

    contract: Mapped[Contract] = relationship(back_populates="parties")
    role: Mapped[str | None] = mapped_column(String(12))
    name: Mapped[str | None] = mapped_column(String(200))
    id_type: Mapped[str | None] = mapped_column(String(12))
    id_number: Mapped[str | None] = mapped_column(String(60))
    country: Mapped[str | None] = mapped_column(String(3))
    region: Mapped[str | None] = mapped_column(String(6))
    party_type: Mapped[str | None] = mapped_column(String(4))
    legal_representative: Mapped[str | None] = mapped_column(String(60))
    contact: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(100))
    address: Mapped[str | None] = mapped_column(String(200))
    is_tax_resident: Mapped[bool | None]
    vat_status: Mapped[str | None] = mapped_column(String(16))
    is_high_tech: Mapped[bool | None]
    is_small_low_profit: Mapped[bool | None]
    is_nonprofit_research: Mapped[bool | None]
    park: Mapped[str | None] = mapped_column(String(60))


class AmountLine(_Row, Base):
    """One item of the price with its nature and clause."""

    __tablename__ = "amount_line"
    __table_args__ = (UniqueConstraint("contract_id", "ordinal"),)

    label: Mapped[str | None] = mapped_column(String(100))
    nature: Mapped[str | None] = mapped_column(String(12))
    amount: Mapped[Decimal | None]
    clause: Mapped[str | None] = mapped_column(String(100))
    is_kept: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(String(200))


class Payment(_Row, Base):
    """One instalment of the price."""

    __tablename__ = "payment"
    __table_args__ = (UniqueConstraint("contract_id", "ordinal"),)

    due_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    amount: Mapped[Decimal | None]


class Invoice(_Row, Base):
    """One invoice of the seller."""

    __tablename__ = "invoice"
    __table_args__ = (UniqueConstraint("contract_id", "ordinal"),)

    issued_on: Mapped[date | None]
    invoice_type: Mapped[str | None] = mapped_column(String(8))
    number: Mapped[str | None] = mapped_column(String(40))
    covers: Mapped[str | None] = mapped_column(String(60))


class IpRight(_Row, Base):
    """A right or secret that the contract is about."""

    __tablename__ = "ip_right"
    __table_args__ = (UniqueConstraint("contract_id", "ordinal"),)

    number: Mapped[str | None] = mapped_column(String(60))
    object: Mapped[str | None] = mapped_column(String(24))
    name: Mapped[str | None] = mapped_column(String(200))
    owner: Mapped[str | None] = mapped_column(String(200))
    valid_until: Mapped[date | None]
    checked_on: Mapped[date | None]
    has_proof: Mapped[bool | None]


class Attachment(_Row, Base):
    """A paper that came with the contract; the file itself lies in the data folder under its digest."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("contract_id", "ordinal"),)

    name: Mapped[str | None] = mapped_column(String(200))
    pages: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)


class Income(_Row, Base):
    """Technical income fixed by the station for one receipt; a refund is a negative row."""

    __tablename__ = "income"
    __table_args__ = (UniqueConstraint("contract_id", "ordinal"),)

    received_on: Mapped[date | None]
    amount: Mapped[Decimal | None]
    voucher: Mapped[str | None] = mapped_column(String(60))


class Award(_Row, Base):
    """A cash award paid out of the contract's income."""

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("contract_id", "ordinal"),)

    person: Mapped[str | None] = mapped_column(String(60))
    amount: Mapped[Decimal | None]
    paid_on: Mapped[date | None]
    notice_from: Mapped[date | None]
    notice_until: Mapped[date | None]
