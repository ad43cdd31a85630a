"""What was found, decided and printed about a contract."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from desktop.models.base import Base, Id, one_of


class Draft(Base):
    """What stands on a page and was not submitted: survives a power cut."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("page", "subject"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    page: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    person: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(60), default="")
    content: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]


class Recognition(Base):
    """One recognition of one contract: the program's conclusion and the clerk's decision beside it."""

    __tablename__ = "recognition"
    __table_args__ = (
        CheckConstraint(one_of("confidence", "verified", "draft", "memory"), name="confidence"),
        UniqueConstraint("contract_id", "ordinal"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    rule_set: Mapped[str] = mapped_column(String(10))
    rule_set_version: Mapped[str] = mapped_column(String(80))
    judged_on: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str | None] = mapped_column(String(3))
    sub_kind: Mapped[str | None] = mapped_column(String(8))
    decided_kind: Mapped[str | None] = mapped_column(String(3))
    decided_sub_kind: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Required when the clerk decided otherwise than the program advised."""
    confidence: Mapped[str] = mapped_column(String(8))
    answers: Mapped[str] = mapped_column(Text)
    conclusion: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class Finding(Base):
    """The answer to one rule in one recognition."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    recognition_id: Mapped[int] = mapped_column(ForeignKey("recognition.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(16))
    answered_by: Mapped[str] = mapped_column(String(60))
    evidence: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(24))
    confidence: Mapped[str] = mapped_column(String(8))


class ReliefCheck(Base):
    """The relief opinion of one moment, with the facts that produced it."""

    __tablename__ = "relief_check"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    rule_set_version: Mapped[str] = mapped_column(String(80))
    answers: Mapped[str] = mapped_column(Text)
    results: Mapped[str] = mapped_column(Text)
    is_stale: Mapped[bool] = mapped_column(default=False)
    """Set when the contract was changed, cancelled or revoked afterwards."""
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    findings: Mapped[list[ReliefFinding]] = relationship(cascade="all, delete-orphan")


class ReliefFinding(Base):
    """One relief in one opinion."""

    __tablename__ = "relief_finding"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("relief_check.id", ondelete="CASCADE"), index=True)
    relief: Mapped[str] = mapped_column(String(20))
    result: Mapped[str] = mapped_column(String(28))
    basis: Mapped[Decimal | None]


class Review(Base):
    """A second person's look at one recognition."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    recognition_id: Mapped[int] = mapped_column(ForeignKey("recognition.id"))
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    is_agreed: Mapped[bool]
    """Every item agreed."""
    items: Mapped[list[ReviewItem]] = relationship(cascade="all, delete-orphan", order_by="ReviewItem.id")


class ReviewItem(Base):
    """One value looked at: agreed, or objected with a remark."""

    __tablename__ = "review_item"
    __table_args__ = (CheckConstraint("is_agreed OR remark <> ''", name="objection_has_remark"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    item: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)
    is_agreed: Mapped[bool]
    remark: Mapped[str] = mapped_column(String(500), default="")


class Notice(Base):
    """A paper to the applicant: acceptance slip, supplement notice, refusal, change, cancellation."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    paper: Mapped[str] = mapped_column(String(4))
    number: Mapped[str] = mapped_column(String(60), unique=True)
    deadline_on: Mapped[date | None]
    text: Mapped[str] = mapped_column(Text, default="")
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    items: Mapped[list[NoticeItem]] = relationship(cascade="all, delete-orphan", order_by="NoticeItem.id")


class NoticeItem(Base):
    """One thing that is missing or wrong, and what must be there; ticked off when it comes."""

    __tablename__ = "notice_item"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(20), default="")
    clause: Mapped[str] = mapped_column(String(100), default="")
    problem: Mapped[str] = mapped_column(String(500))
    remedy: Mapped[str] = mapped_column(String(500))
    basis: Mapped[str] = mapped_column(String(200), default="")
    supplied_on: Mapped[date | None]


class DoubtPassed(Base):
    """A doubt (疑点) that the clerk passed with a written reason; the reviewer sees it."""

    __tablename__ = "doubt_passed"
    __table_args__ = (
        UniqueConstraint("contract_id", "code", "field"),
        CheckConstraint("reason <> ''", name="has_reason"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(20))
    field: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class DuplicateDecision(Base):
    """A person's word on two contracts that look alike."""

    __tablename__ = "duplicate_decision"
    __table_args__ = (
        UniqueConstraint("contract_id", "other_id"),
        CheckConstraint("reason <> ''", name="has_reason"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"))
    is_duplicate: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class ExpertReview(Base):
    """What experts said of one contract (大额或有争议): who, when, how they voted, what they found."""

    __tablename__ = "expert_review"
    __table_args__ = (
        CheckConstraint(one_of("opinion", "agree", "disagree"), name="opinion"),
        CheckConstraint("for_count >= 0 AND against_count >= 0", name="votes"),
        CheckConstraint("text <> ''", name="has_text"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    held_on: Mapped[date]
    organiser: Mapped[str] = mapped_column(String(100))
    experts: Mapped[str] = mapped_column(String(300))
    """Names as on the minutes, separated by 、."""
    for_count: Mapped[int]
    against_count: Mapped[int]
    opinion: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class Objection(Base):
    """An objection (异议) to what the station decided, and the answer to it."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint(one_of("raised_by", "applicant", "tax", "finance", "other"), name="raised_by"),
        CheckConstraint(one_of("decision", "upheld", "changed", "withdrawn"), name="decision"),
        CheckConstraint("reason <> ''", name="has_reason"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    raised_by: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    """Who objects, as addressed in the answer."""
    received_on: Mapped[date]
    against: Mapped[str] = mapped_column(String(100))
    """文号 of the paper or number of the certificate that it is about."""
    reason: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    answered_on: Mapped[date | None]
    decision: Mapped[str | None] = mapped_column(String(10))
    """``upheld`` 维持, ``changed`` 变更, ``withdrawn`` 撤销原结论、重新认定."""
    answer: Mapped[str] = mapped_column(Text, default="")
    notice_number: Mapped[str] = mapped_column(String(60), default="")
    clerk: Mapped[str] = mapped_column(String(60))
    person: Mapped[str | None] = mapped_column(String(60))
    """Who answered; never the clerk who recognised the contract."""
    at: Mapped[datetime]


class Certificate(Base):
    """One version of one certificate (登记证明): the data that was printed, and the check code."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("contract_id", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"))
    version: Mapped[int]
    official_number: Mapped[str] = mapped_column(String(60))
    decided_on: Mapped[date]
    content: Mapped[str] = mapped_column(Text)
    credential: Mapped[str] = mapped_column(Text)
    check_code: Mapped[str] = mapped_column(String(9), index=True)
    made_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    sheets: Mapped[list[CertificateSheet]] = relationship(
        cascade="all, delete-orphan", order_by="CertificateSheet.id"
    )


class CertificateSheet(Base):
    """The ledger of sheets (发证台账): printed, void, reissued, collected: each a new row."""

    __tablename__ = "certificate_sheet"
    __table_args__ = (
        CheckConstraint(one_of("event", "printed", "void", "collected", "recalled"), name="event"),
        CheckConstraint("copy_kind = 'first' OR reason <> ''", name="later_copy_has_reason"),
        CheckConstraint(one_of("copy_kind", "first", "reissue", "duplicate"), name="copy_kind"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id", ondelete="CASCADE"), index=True)
    copy_number: Mapped[int]
    """第几联, 1-based."""
    recipient: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(12))
    copy_kind: Mapped[str] = mapped_column(String(12), default="first")
    ordinal: Mapped[int] = mapped_column(default=0)
    """补证（第 N 次）, 副本（第 N 份）; 0 for the first issue."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    collector: Mapped[str] = mapped_column(String(60), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    layout: Mapped[str] = mapped_column(String(60), default="")
    person: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
