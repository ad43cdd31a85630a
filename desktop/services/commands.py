"""What a clerk asks for, as frozen values; light to import: pages name them before the database is up.

Each carries ``request_id``, made when the page opens or the command starts: a double click or a retry is the
same request, is done once, and returns the same result. ``actor`` is the name of the signed-in person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from desktop.rules.facts import Facts


def new_request() -> str:
    """An id for one request of one person."""
    return str(uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Shared by all: who asks, and which request this is."""

    actor: str
    request_id: str = field(default_factory=new_request)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContract(Command):
    """Keep what stands on the form (暂存), gaps allowed; gives 受理号 at the first save."""

    facts: Facts
    contract_id: int | None = None
    """None: a new contract."""
    revision: int | None = None
    """The revision the page was opened on; refused when somebody else saved in between."""
    origin: str = "desk"
    import_key: str | None = None
    received_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCommand(Command):
    """A request about one contract."""

    contract_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDraft(ContractCommand):
    """Put a draft into the bin; it can be taken out again for thirty days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeleteDraft(ContractCommand):
    """Take a draft out of the bin again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptContract(ContractCommand):
    """受理: the material is complete; the period starts on ``accepted_on``."""

    accepted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineContract(ContractCommand):
    """不予受理: oral contract, wrong applicant, another station's case; ``where_to`` names the right one."""

    ground: str
    """``oral``, ``not_seller``, ``other_station``."""
    where_to: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Defect:
    """One line of the one-time notice (一次性告知): what is there, what must be there."""

    problem: str
    remedy: str
    clause: str = ""
    basis: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnContract(ContractCommand):
    """退回补正: all defects at once, with a deadline that is a date."""

    defects: tuple[Defect, ...]
    deadline_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementContract(ContractCommand):
    """The supplement came: ticks off the items, accepts anew, the clock starts again on ``received_on``."""

    supplied: tuple[int, ...] | None = None
    """Ids of the notice's items; None: all of them."""
    received_on: date | None = None
    facts: Facts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseContract(ContractCommand):
    """不予登记: with grounds of ``refusal_grounds.csv`` and the facts in words."""

    grounds: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachDocument(ContractCommand):
    """Take in a paper of the contract: Word, PDF or a scan."""

    path: Path
    name: str = ""
    """What it is called in the list of attachments; empty: the file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniseContract(ContractCommand):
    """认定: the clerk's decision on kind and sub-kind over the answers of the interview."""

    answers: Mapping[str, Any]
    """JSON form: ``{"R-DEV-02": {"answer": "yes", "evidence": "2.1", "remark": ""}}``."""
    kind: str | None = None
    sub_kind: str | None = None
    reason: str = ""
    """Required when the decision differs from the program's advice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAnswers(ContractCommand):
    """Keep the answers of an unfinished interview (recognition or relief); decides nothing."""

    answers: Mapping[str, Any]
    part: str = "recognition"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRelief(ContractCommand):
    """Store the relief opinion of today with its answers."""

    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """One value the reviewer looked at."""

    item: str
    value: str
    is_agreed: bool
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewContract(ContractCommand):
    """复核 by a second person, item by item."""

    items: tuple[ReviewedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack(ContractCommand):
    """退回初审: the reviewer objects; the contract is the clerk's again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterContract(ContractCommand):
    """登记 by the reviewer who agreed to every item: takes the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCertificate(ContractCommand):
    """发证: print sheets of the current version into one PDF."""

    path: Path
    copies: tuple[int, ...] = ()
    """第几联 to print; empty: the whole run of the local pack."""
    copy_kind: str = "first"
    """``first``, ``reissue`` 补证, ``duplicate`` 副本."""
    reason: str = ""
    collector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSheet(ContractCommand):
    """A sheet was void (作废), collected (签收) or recalled (收回): a new row of the ledger."""

    copy_number: int
    event: str
    reason: str = ""
    collector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContract(ContractCommand):
    """变更登记: the new values, the agreement they rest on; every earlier version stays readable."""

    facts: Facts
    agreement: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndContract(ContractCommand):
    """注销 or 撤销: the registration ends (or should never have been); the number is not used again."""

    how: str
    """``cancel`` 注销 or ``revoke`` 撤销."""
    reason: str
    document: str = ""
    """The decision or filing it rests on; required for 撤销."""
    effective_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExperts(ContractCommand):
    """提请专家评审: the contract is large or in dispute; the period becomes the long one."""

    cause: str
    """``large`` 达到大额标准 or ``disputed`` 存在争议."""
    reason: str
    """What is in dispute; for a large contract it may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepExpertReview(ContractCommand):
    """What the experts said, from the minutes of their meeting."""

    held_on: date
    organiser: str
    experts: str
    """Names separated by 、."""
    for_count: int
    against_count: int
    opinion: str
    """``agree`` or ``disagree`` with the kind and the amounts as recognised or claimed."""
    text: str
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeObjection(ContractCommand):
    """收到异议: somebody disagrees in writing with a decision of this station."""

    raised_by: str
    """``applicant``, ``tax``, ``finance`` or ``other``."""
    reason: str
    against: str
    """文号 or number of the paper objected to."""
    name: str = ""
    """Who objects; empty: the applicant of the contract."""
    received_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerObjection(ContractCommand):
    """答复异议, by somebody who did not recognise the contract."""

    decision: str
    """``upheld`` 维持, ``changed`` 变更 (kind and amounts anew), ``withdrawn`` 撤销原结论、重新认定."""
    answer: str
    """Facts and reasons, as the letter gives them."""
    facts: Facts | None = None
    """``changed`` only: the form with the amounts as they should be; None: as it stands."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """``changed`` only: the interview gone through again."""
    kind: str | None = None
    sub_kind: str | None = None
    reason: str = ""
    """``changed`` only: why the decision differs from the program's advice, if it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InformOffice(ContractCommand):
    """告知财政、税务: the last change or end of the registration, by letter P11."""

    office: str = ""
    """Who is told; empty: the tax bureau of the local pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixIncome(ContractCommand):
    """核定技术性收入 for one receipt; a refund is a negative amount."""

    received_on: date
    amount: Decimal
    voucher: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkContract(ContractCommand):
    """暂不上报 with a reason, or back to 未导出 with an empty one."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDoubt(ContractCommand):
    """Pass a doubt (疑点) with a written reason that stays and that the reviewer sees."""

    code: str
    field_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideDuplicate(ContractCommand):
    """A person's word on two contracts that look alike."""

    other_id: int
    is_duplicate: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDraft(Command):
    """What stands in one field of one page, on disk the moment the field is left."""

    page: str
    subject: str
    field_name: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBatch(Command):
    """上报: write one package of these contracts (None: all that are not sent) into the folder."""

    folder: Path
    contract_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveFile(Command):
    """Read one signed file from above: receipt, number block, policy pack."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCalendar(Command):
    """Put another calendar of working days in the place of the one in use."""

    path: Path
    move_deadlines: bool = False
    """Count the deadlines of open contracts anew; else they stay and are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWorkbook(Command):
    """Import an application workbook: rows in order come in, the others go back with reasons."""

    path: Path
    returned: Path | None = None
    """Where to write the workbook of the rejected rows; None: beside the file."""
    is_ledger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRows(Command):
    """Several new contracts at once, looked over on the screen: a pasted block, a series of one buyer."""

    rows: tuple[Facts, ...]
    origin: str = "paste"
    """``paste``: like an imported workbook, wrong rows stay out and the same row never comes in twice.
    ``series``: typed by hand, kept as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfreezeBlock(Command):
    """After a restore: the head enters the last number of the paper ledger; later ones may be given out."""

    last_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepKey(Command):
    """The head has compared a public key by telephone: from now on what it signs is believed."""

    path: Path
    key_id: str
    """As it was shown and compared; another key in the file is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCommand(Command):
    """A request about one party of the library (单位库)."""

    party_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditParty(PartyCommand):
    """Other fields of a party; contracts that were signed keep what is written in them."""

    fields: Mapping[str, Any]
    """Names of ``rules.facts.Party`` → new values; what is not named stays."""
    is_renaming: bool = True
    """The unit changed its name: the old one stays findable. False: the old one was a slip of the pen."""
    reason: str = ""
    """Required to keep a number whose check character does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeParties(PartyCommand):
    """Two records of one unit become one: ``party_id`` stays, ``other_id`` goes into it."""

    other_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireParty(PartyCommand):
    """停用: no longer offered under a name field; or back in use."""

    is_retired: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepQuery(Command):
    """Keep the conditions of a search under a name (常用查询), for the person who asks."""

    name: str
    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    old_name: str = ""
    """The kept query that this one takes the place of; empty: a new one, or the one of the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropQuery(Command):
    """Forget a kept query."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTargets(Command):
    """年度目标 of the station, by the head; None: not set. Sums in yuan."""

    year: int
    count: int | None = None
    contract: Decimal | None = None
    technology: Decimal | None = None
    basis: str = "registered"
    """``registered`` 登记, ``outward`` 输出, ``inward`` 吸纳."""
