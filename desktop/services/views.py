"""What a page shows: frozen results of the services; light to import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.errors import Problem
from desktop.resources import _
from desktop.rules.facts import Facts


class Words(Mapping[str, str]):
    """Code → words in the language of the moment: each look asks the catalogue anew."""

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read

    def __getitem__(self, code: str) -> str:
        return self._read()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


def state_words() -> dict[str, str]:
    """State → what a clerk calls it."""
    return {
        "DRAFT": _("草稿"),
        "RETURNED": _("待补正"),
        "ACCEPTED": _("待初审"),
        "RECOGNISED": _("待复核"),
        "REGISTERED": _("已登记"),
        "CERTIFIED": _("已发证"),
        "CHANGED": _("已变更"),
        "CANCELLED": _("已注销"),
        "REVOKED": _("已撤销"),
        "REFUSED": _("不予登记"),
        "NOT_ACCEPTED": _("不予受理"),
    }


def reporting_words() -> dict[str, str]:
    """Reporting state → what a clerk calls it."""
    return {
        "NOT_SENT": _("未导出"),
        "EXPORTED": _("已导出待回执"),
        "ACCEPTED_ABOVE": _("上级已接收"),
        "REJECTED_ABOVE": _("上级退回"),
        "PARKED": _("暂不上报"),
    }


STATE_WORDS: Mapping[str, str] = Words(state_words)
REPORTING_WORDS: Mapping[str, str] = Words(reporting_words)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who works now."""

    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One line of a list; secret contracts show no title here."""

    id: int
    local_serial: str
    official_number: str
    title: str
    seller: str
    buyer: str
    kind: str
    sub_kind: str
    contract_amount: Decimal | None
    technology_amount: Decimal | None
    state: str
    reporting_state: str
    signed_on: date | None
    accepted_on: date | None
    registered_on: date | None
    due_on: date | None
    days_left: int | None
    """Working days until ``due_on``; negative when it has passed; None when no period runs."""
    clerk: str
    needs_expert: bool = False
    note: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One act, in words."""

    at: datetime
    person: str
    verb: str
    words: str
    """What happened, in a clerk's words."""
    changes: tuple[tuple[str, str, str], ...] = ()
    """(field in Chinese, before, after)."""
    is_warning: bool = False
    ground: str = ""
    """What it rests on: agreement, document, rule set; empty: nothing was named."""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A paper that went to the applicant."""

    id: int
    paper: str
    number: str
    at: datetime
    deadline_on: date | None
    items: tuple[tuple[int, str, str, date | None], ...]
    """(id, problem, remedy, supplied on)."""


@dataclass(frozen=True, slots=True)
class PacketView:
    """A filing packet (备查资料包) of one contract that was written."""

    contract_id: int
    path: Path
    files: tuple[str, ...]
    have: tuple[str, ...]
    """Papers to keep that lie in the file."""
    lack: tuple[str, ...]
    """Papers to keep that are still missing."""
    check_code: str
    """Of the data file, to be read out."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of the certificate ledger (发证台账)."""

    version: int
    copy_number: int
    recipient: str
    event: str
    copy_kind: str
    ordinal: int
    reason: str
    collector: str
    person: str
    at: datetime
    sha256: str


REVIEW_DRAFT = "review"
"""Under this name the service keeps what a reviewer marked and did not hand in yet."""


def review_subject(contract_id: int, person: str) -> str:
    """Subject of that draft: each reviewer has their own of each contract."""
    return f"{contract_id}/{person}"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One item for the reviewer: what was entered, where it stands, what was said last time."""

    item: str
    label: str
    value: str
    place: str = ""
    is_doubt: bool = False
    earlier_value: str = ""
    """The value before, when it changed since the last review."""
    is_agreed: bool | None = None
    remark: str = ""
    objection: str = ""
    """What was objected to it before: in the round before, or by somebody else in this one."""
    objected_by: str = ""
    objected_at: datetime | None = None
    answer: str = ""
    """What the clerk wrote to that objection."""


@dataclass(frozen=True, slots=True)
class SentBackItem:
    """One objection of the reviewer, as the clerk meets it."""

    item: str
    label: str
    value: str
    """What stood there when it was objected to."""
    remark: str
    now: str
    """What stands there now; empty: the item is no longer there."""
    answer: str
    """Why the clerk leaves it as it is; empty: nothing was written."""
    step: int
    """Step of the case where it is changed."""
    code: str
    """Under this code and ``field`` the answer is kept, like the reason of a doubt (疑点)."""
    field: str
    """Path on the form; the item itself where it stands on no form."""

    @property
    def is_open(self) -> bool:
        """Neither changed nor answered."""
        return self.now == self.value and not self.answer


@dataclass(frozen=True, slots=True)
class SentBack:
    """退回初审: who, when, in which words, and each objection."""

    person: str
    at: datetime
    reason: str
    items: tuple[SentBackItem, ...] = ()

    @property
    def open_items(self) -> tuple[SentBackItem, ...]:
        """What the clerk has neither changed nor answered."""
        return tuple(item for item in self.items if item.is_open)

    @property
    def more_words(self) -> str:
        """What the reason says beyond the objections, which it usually begins with."""
        said = {f"{x.label}：{x.remark}" for x in self.items} | {x.label for x in self.items}
        return "\n".join(line for line in self.reason.splitlines() if line.strip() and line not in said)


@dataclass(frozen=True, slots=True)
class DuplicateView:
    """Another contract that looks like this one, or like another part of the same one."""

    other_id: int
    number: str
    title: str
    seller: str
    buyer: str
    amount: Decimal | None
    signed_on: date | None
    likeness: int
    """0–100, of the titles."""
    why: str
    decision: str = ""
    """Reason of a person who decided already; empty: open."""
    is_part: bool = False
    """疑似拆分 rather than 疑似重复: same two sides, near dates, together a large contract."""


@dataclass(frozen=True, slots=True)
class ExpertReviewView:
    """What experts said of one contract."""

    held_on: date
    organiser: str
    experts: str
    for_count: int
    against_count: int
    opinion: str
    """``agree`` or ``disagree``."""
    text: str
    document: str


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """One objection and its answer."""

    raised_by: str
    name: str
    received_on: date
    against: str
    reason: str
    due_on: date
    answered_on: date | None
    decision: str
    """``upheld``, ``changed`` or ``withdrawn``; empty: not answered yet."""
    answer: str


@dataclass(frozen=True, slots=True)
class ContractSheet:
    """Everything about one contract."""

    row: ContractRow
    uid: str
    revision: int
    facts: Facts
    origin: str
    received_on: date | None
    rule_set: str
    reviewer: str
    allowed: frozenset[str]
    """Verbs that the signed-in person may do now (``services.lifecycle``)."""
    why_not: Mapping[str, str]
    """Verb → reason in words, for the others."""
    problems: tuple[Problem, ...] = ()
    passed_doubts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    relief_answers: Mapping[str, Any] = field(default_factory=dict)
    recognition: Mapping[str, Any] | None = None
    """Last recognition: conclusion (JSON), decided_kind, decided_sub_kind, reason, person, at."""
    relief: Mapping[str, Any] | None = None
    """Last stored relief opinion: results (JSON), person, at, is_stale."""
    review_rows: tuple[ReviewRow, ...] = ()
    block: BlockView | None = None
    """Where a contract in 待复核 would take its number from; None: from a receipt, or not now."""
    sent_back: SentBack | None = None
    """The reviewer gave it back to the clerk and it was not handed in again."""
    notices: tuple[NoticeView, ...] = ()
    sheets: tuple[SheetRow, ...] = ()
    certificate_version: int = 0
    check_code: str = ""
    history: tuple[HistoryRow, ...] = ()
    is_chain_whole: bool = True
    duplicates: tuple[DuplicateView, ...] = ()
    expert_reviews: tuple[ExpertReviewView, ...] = ()
    objections: tuple[ObjectionView, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockView:
    """The official numbers that are left."""

    name: str = ""
    total: int = 0
    left: int = 0
    next_number: str = ""
    low_water: int = 20
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class BackupView:
    """The last good backup."""

    made_at: datetime | None = None
    path: Path | None = None
    contract_count: int = 0
    contract_total: Decimal = Decimal(0)
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class BackupPlaces:
    """Where the daily backups of this machine lie."""

    main: Path
    second: Path | None
    """None: none was chosen."""
    is_second_there: bool = False
    """The folder can be seen now; that of a USB stick that is not plugged in cannot."""
    is_usual: bool = True
    """The main one is ``backups`` in the data folder, nobody chose another."""
    is_same_disk: bool = False
    """The second place lies on the disk of the data: when that breaks both are gone."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What a policy pack (规则包) would change here, found by reading it; nothing has changed."""

    pack: str
    """Id and version."""
    note: str
    """What its maker says of it."""
    lines: tuple[str, ...]
    """Each row that would be another one, in plain words."""
    more: int
    """Rows beyond those in ``lines``."""
    open_contracts: tuple[str, ...]
    """Contracts under way that would be judged by another row: 受理号."""
    was_applied_before: bool = False
    is_back: bool = False
    """It is the way back to the rows of before, not a file."""


@dataclass(frozen=True, slots=True)
class KeyFound:
    """A public key in a file, as it says of itself; nothing is believed of it yet."""

    key_id: str
    """16 hex digits of its SHA-256, to be compared by telephone."""
    owner: str
    """Code of the station or province that it says it is of; may be empty."""
    label: str
    is_above: bool
    """It says it is of the province that this station answers to."""
    is_for_signing: bool
    """It checks signatures; otherwise files are sealed for its owner with it."""
    is_known: bool
    """It is kept here already."""
    others: tuple[str, ...] = ()
    """Ids of other keys for the same use that are kept of the same owner; they stay."""


@dataclass(frozen=True, slots=True)
class StartPage:
    """今日: the queues in the order of work, the deadlines, the machine."""

    today: date
    queues: Mapping[str, int]
    """``draft`` ``returned`` ``to_recognise`` ``to_review`` ``to_issue`` ``to_send``; ``to_review_own``."""
    queue_notes: Mapping[str, str]
    urgent: tuple[ContractRow, ...]
    """Cases with a running period, the most urgent first."""
    returned: tuple[ContractRow, ...]
    """Returned by the province or waiting for a supplement; ``note`` says why."""
    block: BlockView
    backup: BackupView
    last_sent_at: datetime | None
    offline_days: int | None
    free_bytes: int
    wall_days: tuple[date, ...] = ()
    """Today and the next 15 working days."""
    period_words: str = ""
    period_confidence: str = "draft"


@dataclass(frozen=True, slots=True)
class BinRow:
    """A deleted draft that can still be taken back."""

    id: int
    local_serial: str
    title: str
    deleted_at: datetime
    until: date
    """The last day on which it can be taken back."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What came of the recovery sheet: the new code, to be printed at once, and what did not work."""

    name: str
    code: str = field(repr=False)
    trouble: str = ""
    """Why the act does not stand in the log; empty: it does."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Ids in order and their count; rows are fetched a page at a time, sums when somebody asks for them."""

    ids: Any
    """``array('q')`` of contract ids."""
    total: int
    contract_sum: Decimal | None
    """None until ``Desk.search_sums`` was asked; nothing found is known to be 0."""
    technology_sum: Decimal | None
    milliseconds: int
    understood: str = ""
    """What was taken for an amount or a day in the words typed, said again; empty: nothing."""
    words: str = ""
    """What is left of the words: looked for as text."""
    order: tuple[str, str] | None = None
    """Column and direction the ids are in; None: newest first, also where too many were found to sort."""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A search that a person kept (常用查询)."""

    name: str
    text: str
    filters: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: nothing half written, every wrong row named."""

    path: Path
    read_count: int
    accepted: tuple[int, ...]
    """Ids of the contracts that came in."""
    rejected_rows: tuple[int, ...]
    """Rows of the sheet as the spreadsheet program counts them."""
    already_there: int
    problems: tuple[Problem, ...]
    returned: Path | None
    ids: Mapping[int, int] = field(default_factory=dict)
    """序号 of the workbook → id, of the rows that came in now or before."""


@dataclass(frozen=True, slots=True)
class RowsReport:
    """What became of contracts that were taken in together."""

    ids: tuple[int, ...]
    """Of those that came in now, in order."""
    serials: tuple[str, ...]
    """Their 受理号."""
    already_there: int
    rejected: tuple[int, ...]
    """Places of the rows that stayed out, from 0."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class BatchView:
    """One package."""

    sequence: int
    name: str
    made_at: datetime
    person: str
    contract_count: int
    contract_total: Decimal
    technology_total: Decimal
    check_code: str
    size: int
    waiting: int
    accepted: int
    rejected: int
    path: Path | None = None
    slip: Path | None = None


@dataclass(frozen=True, slots=True)
class ReconcileRow:
    """One month: what we registered against what the province accepted (对账)."""

    month: str
    own_count: int
    own_total: Decimal
    above_count: int
    above_total: Decimal


@dataclass(frozen=True, slots=True)
class ReportPage:
    """上报: everything the page shows."""

    counts: Mapping[str, int]
    sums: Mapping[str, Decimal]
    rows: tuple[ContractRow, ...]
    batches: tuple[BatchView, ...]
    reconcile: tuple[ReconcileRow, ...]
    last_sent_at: datetime | None
    next_sequence: int


@dataclass(frozen=True, slots=True)
class ReceiveReport:
    """What a file from above changed."""

    kind: str
    """``receipt``, ``block``, ``policy``."""
    words: str
    was_applied_before: bool
    accepted: int = 0
    rejected: tuple[tuple[str, str], ...] = ()
    """(our contract in words, reason)."""
    recalled: tuple[str, ...] = ()
    """Contracts with certificates in the applicant's hands that must come back."""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """节假日表: which file counts the working days."""

    source: str
    """``station`` 本站换上的, ``policy`` 规则包, ``shipped`` 程序自带."""
    path: Path
    years: tuple[tuple[int, str], ...]
    """(year of a notice, how well it is known)."""
    next_year: int
    knows_next_year: bool
    """Whether next year's notice is in it; if not, periods that run into it are 待核."""


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """The deadline of one open contract by the old calendar and by the new one."""

    contract_id: int
    number: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What another calendar changes, or would change."""

    calendar: CalendarView
    is_same: bool = False
    """It is the one in use already."""
    moved: tuple[MovedDeadline, ...] = ()
    unsure: tuple[str, ...] = ()
    """受理号 of open contracts whose deadline no period explains: to be looked at by a person."""
    were_moved: bool = False
    """The deadlines were changed, not only listed."""


@dataclass(frozen=True, slots=True)
class TextPassage:
    """One paragraph of the contract's paper."""

    text: str
    clause: str = ""
    """Number of the clause it belongs to, e.g. ``2.1``."""
    page: int = 0
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class ScanFile:
    """A scanned paper of a contract."""

    name: str
    suffix: str
    """``.pdf`` or the kind of picture."""
    digest: str


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party of the library, for the list under a name field."""

    id: int
    name: str
    id_tail: str
    last_used_on: date | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartyRow:
    """One line of the library of parties; a person's number is masked."""

    id: int
    name: str
    id_type: str
    id_number: str
    former_names: tuple[str, ...]
    contract_count: int
    last_used_on: date | None
    retired_on: date | None


@dataclass(frozen=True, slots=True)
class PartyList:
    """What was found in the library, the latest used first; ``total`` may be more than is listed."""

    rows: tuple[PartyRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PartySheet:
    """Everything about one party of the library."""

    row: PartyRow
    fields: Mapping[str, Any]
    """Fields of ``rules.facts.Party``; numbers in full: only who may edit sees the dialog they are in."""
    former: tuple[tuple[str, str, date], ...]
    """(former name, number that went with it where it was another, until)."""
    contract_ids: tuple[int, ...]
    """The newest first, a few hundred at most; ``row.contract_count`` counts all of them."""
    history: tuple[HistoryRow, ...]
    may_edit: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class PerformanceRow:
    """What was to be paid for one contract, what came, and what of it was fixed as technical income."""

    id: int
    number: str
    title: str
    seller: str
    technology_amount: Decimal | None
    planned: Decimal
    """Sum of the instalments of the contract."""
    due: Decimal
    """Of it due until today."""
    paid: Decimal
    """Instalments that the contract's form says were paid."""
    income: Decimal
    """核定技术性收入 so far."""
    income_in_period: Decimal
    left: Decimal | None
    """Technology amount less ``income``; None while the technology amount is open."""
    overdue: Decimal
    """Due until yesterday and known to be neither paid nor fixed."""
    overdue_since: date | None
    next_due_on: date | None
    """The first instalment not paid that is due today or later."""


@dataclass(frozen=True, slots=True)
class PerformancePage:
    """履行与收入: contracts with their payments; the sums are over everything found, not only the listed."""

    rows: tuple[PerformanceRow, ...]
    total: int
    planned: Decimal
    due: Decimal
    income: Decimal
    income_in_period: Decimal
    left: Decimal
    overdue: Decimal


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The state of the database in words and figures."""

    is_good: bool
    contract_count: int
    action_count: int
    registered_count: int
    contract_total: Decimal
    technology_total: Decimal
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StationView:
    """What the frame of the window shows about the station."""

    code: str
    name: str
    province: str
    city: str
    county: str
    pack_name: str
    pack_version: str
    rule_set: str
    rules_unverified: int
    database: str
    is_training: bool = False
