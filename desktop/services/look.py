"""What the pages show, put together from the database; nothing here changes anything."""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from desktop.errors import RefusedError
from desktop.models import (
    Action,
    Batch,
    Certificate,
    Contract,
    Draft,
    ExpertReview,
    Notice,
    Objection,
    PartyName,
    PartyRecord,
    Person,
    Receipt,
    Recognition,
    ReliefCheck,
    StationSetting,
)
from desktop.resources import _
from desktop.rules.facts import FIXED_CODES, Facts, label_of
from desktop.rules.facts import ROWS as FACT_ROWS
from desktop.rules.identifiers import mask_id
from desktop.services import views as v
from desktop.services.decide import kept_answers, last_recognition
from desktop.services.find_duplicates import find_duplicates
from desktop.services.lifecycle import TABLE, allowed, why_not
from desktop.services.office import Office, standing_of
from desktop.services.register import review_rows
from desktop.services.search_words import asked_of
from desktop.services.sent_back import objection_problems, sent_back_of
from desktop.services.take_in import BIN_DAYS, form_problems, passed_doubts
from desktop.settings import local_time
from desktop.statistics.counting import Home
from desktop.statistics.figures import COLUMNS
from desktop.statistics.figures import figures as count_figures
from desktop.store import queries
from desktop.store.engine import free_bytes
from desktop.store.found import ids_of_amount, in_amounts, in_days, in_filters, narrowed, sorted_ids
from desktop.store.mapping import facts_of
from desktop.store.numbers import block_state
from desktop.store.search_index import find_ids, sums_of_found
from desktop.store.unit_of_work import GENESIS, UnitOfWork, action_hash

SORTED_AT_MOST = 50_000
"""Found contracts that are still put into another order than newest first: half a second on busy cores."""
QUEUES: Mapping[str, tuple[str, ...]] = {
    "draft": ("DRAFT",),
    "returned": ("RETURNED",),
    "to_recognise": ("ACCEPTED",),
    "to_review": ("RECOGNISED",),
    "to_issue": ("REGISTERED", "CHANGED"),
}


def row_of(
    office: Office, line: queries.ListLine, sellers: str, buyers: str, note: str = ""
) -> v.ContractRow:
    """One line of a list; a secret contract shows no title."""
    days = None
    if line.due_on is not None and line.state in queries.IN_PROGRESS:
        today = office.today()
        days = (
            office.calendar.working_days_between(today, line.due_on)
            if line.due_on >= today
            else -office.calendar.working_days_between(line.due_on, today)
        )
    return v.ContractRow(
        id=line.id,
        local_serial=line.local_serial,
        official_number=line.official_number or "",
        title=_("（涉密合同，仅登要素）") if line.is_secret else line.title or "",
        seller=sellers,
        buyer=buyers,
        kind=line.kind or "",
        sub_kind=line.sub_kind or "",
        contract_amount=line.contract_amount,
        technology_amount=line.technology_amount,
        state=line.state,
        reporting_state=line.reporting_state,
        signed_on=line.signed_on,
        accepted_on=line.accepted_on,
        registered_on=line.registered_on,
        due_on=line.due_on,
        days_left=days,
        clerk=line.clerk or "",
        needs_expert=line.needs_expert,
        note=note or line.rejected_reason or line.parked_reason or "",
        is_secret=bool(line.is_secret),
    )


def rows(office: Office, uow: UnitOfWork, ids: Sequence[int]) -> dict[int, v.ContractRow]:
    """Lines of these contracts by id."""
    lines = queries.list_lines(uow.session, ids)
    sellers, buyers = queries.names_of(uow.session, lines)
    return {
        key: row_of(office, line, sellers.get(key, ""), buyers.get(key, "")) for key, line in lines.items()
    }


def in_order(office: Office, uow: UnitOfWork, ids: Sequence[int]) -> tuple[v.ContractRow, ...]:
    """The same as a tuple in the order of ``ids``."""
    found = rows(office, uow, ids)
    return tuple(found[i] for i in ids if i in found)


def queue(office: Office, name: str) -> tuple[v.ContractRow, ...]:
    """The contracts of one queue of the start page, the most urgent first."""
    with office.look() as uow:
        if name == "to_send":
            ids = list(uow.session.scalars(select(Contract.id).where(queries.to_send_condition())))
        else:
            ids = queries.ids_in(uow.session, QUEUES[name], order_by_due=True, own_only=True)
        return in_order(office, uow, ids)


def setting(uow: UnitOfWork, key: str) -> str:
    """A stored choice of this station; empty when it was never made."""
    row = uow.session.get(StationSetting, key)
    return row.value if row else ""


def put_setting(uow: UnitOfWork, key: str, value: str) -> None:
    """Store a choice of this station."""
    row = uow.session.get(StationSetting, key)
    if row is None:
        uow.session.add(StationSetting(key=key, value=value))
    else:
        row.value = value


def block_view(office: Office, uow: UnitOfWork) -> v.BlockView:
    """The number block, as the window shows it."""
    state = block_state(uow)
    return v.BlockView(
        state.name, state.total, state.left, state.next_number, office.pack.low_water, state.is_frozen
    )


def backup_view(uow: UnitOfWork, folder: Path) -> v.BackupView:
    """The last good backup, as it was noted when it was made and verified.

    A path inside the data folder is noted from there on, so that it holds when the folder is moved; one
    noted whole by an earlier version is taken as it is.
    """
    text = setting(uow, "last_backup")
    if not text:
        return v.BackupView()
    raw = json.loads(text)
    return v.BackupView(
        datetime.fromisoformat(raw["made_at"]),
        folder / raw["path"],
        raw["contracts"],
        Decimal(raw["total"]),
        True,
    )


def start_page(office: Office) -> v.StartPage:
    """今日, in a handful of indexed queries."""
    today = office.today()
    with office.look() as uow:
        session = uow.session
        counts = {
            name: queries.count(session, Contract.state.in_(states), Contract.origin != "ledger")
            for name, states in QUEUES.items()
        }
        counts["to_send"] = queries.count(session, queries.to_send_condition())
        own = session.scalar(
            select(func.count())
            .select_from(Contract)
            .join(Person, Person.id == Contract.clerk_id)
            .where(Contract.state == "RECOGNISED", Person.name == office.person.name)
        )
        counts["to_review_own"] = own or 0
        urgent = in_order(
            office, uow, queries.ids_in(session, queries.IN_PROGRESS, order_by_due=True, limit=60)
        )
        last = queries.last_batch(session)
        offline = (today - local_time(last.made_at).date()).days if last else None
        wall = [
            today if office.calendar.is_working_day(today) else office.calendar.add_working_days(today, 1)
        ]
        while len(wall) < 16:
            wall.append(office.calendar.add_working_days(wall[-1], 1))
        normal, large = office.pack.period("normal"), office.pack.period("large")
        return v.StartPage(
            today=today,
            queues=counts,
            queue_notes=_queue_notes(office, uow, counts, urgent, last),
            urgent=urgent,
            returned=_returned(office, uow),
            block=block_view(office, uow),
            backup=backup_view(uow, office.folder),
            last_sent_at=last.made_at if last else None,
            offline_days=offline,
            free_bytes=free_bytes(office.folder),
            wall_days=tuple(wall),
            period_words=_("普通 {a}、专家评审 {b}：{source}").format(
                a=normal.words, b=large.words, source=normal.source
            ),
            period_confidence=normal.confidence,
        )


def _queue_notes(
    office: Office,
    uow: UnitOfWork,
    counts: Mapping[str, int],
    urgent: Sequence[v.ContractRow],
    last: Batch | None,
) -> dict[str, str]:
    notes: dict[str, str] = {}
    first = uow.session.scalar(
        select(func.min(Contract.received_on)).where(Contract.state == "DRAFT", Contract.deleted_at.is_(None))
    )
    if first:
        notes["draft"] = _("最早 {day}").format(day=first.strftime("%m-%d"))
    for name, state in (("to_recognise", "ACCEPTED"), ("to_review", "RECOGNISED")):
        late = [r for r in urgent if r.state == state and r.days_left is not None and r.days_left < 0]
        now = [r for r in urgent if r.state == state and r.days_left == 0]
        if late:
            notes[name] = _("✕ {n} 份已过期限").format(n=len(late))
        elif now:
            notes[name] = _("✕ {n} 份今天到期").format(n=len(now))
    if counts["to_review_own"] and "to_review" not in notes:
        notes["to_review"] = _("自办 {n} 份除外").format(n=counts["to_review_own"])
    deadline = uow.session.scalar(
        select(func.min(Notice.deadline_on))
        .join(Contract, Contract.id == Notice.contract_id)
        .where(Contract.state == "RETURNED", Notice.paper == "P02")
    )
    if deadline:
        left = (deadline - office.today()).days
        sign = "✕ " if left < 0 else "! " if left <= 5 else ""
        notes["returned"] = sign + _("最早 {day} 到期").format(day=deadline.strftime("%m-%d"))
    if counts["to_issue"]:
        notes["to_issue"] = _("可打印")
    if last:
        notes["to_send"] = _("上次上报 {day}").format(day=local_time(last.made_at).strftime("%m-%d"))
    return notes


def _returned(office: Office, uow: UnitOfWork) -> tuple[v.ContractRow, ...]:
    session = uow.session
    ids = list(
        session.scalars(
            select(Contract.id)
            .where(
                or_(
                    Contract.reporting_state == "REJECTED_ABOVE",
                    Contract.state == "RETURNED",
                    # recognised before and not now: the reviewer gave it back
                    and_(
                        Contract.state == "ACCEPTED",
                        select(Recognition.id).where(Recognition.contract_id == Contract.id).exists(),
                    ),
                ),
                Contract.deleted_at.is_(None),
            )
            .order_by(Contract.reporting_state.desc(), Contract.updated_at)
            .limit(20)
        )
    )
    lines = queries.list_lines(session, ids)
    sellers, _buyers = queries.names_of(session, ids)
    found = []
    for key in ids:
        line = lines[key]
        note, due = line.rejected_reason or "", None
        if line.state == "RETURNED":
            notice = session.scalars(
                select(Notice)
                .where(Notice.contract_id == key, Notice.paper == "P02")
                .order_by(Notice.id.desc())
                .limit(1)
            ).first()
            if notice:
                note = "；".join(item.problem for item in notice.items if item.supplied_on is None)
                due = notice.deadline_on
        elif line.state == "ACCEPTED":
            contract = uow.contract(key)
            if (sent := sent_back_of(uow, office, contract, facts_of(contract))) is None:
                continue
            note, due = _("{person}：{reason}").format(person=sent.person, reason=sent.reason), line.due_on
        found.append(row_of(office, line._replace(due_on=due), sellers.get(key, ""), "", note))
    return tuple(found)


def home_of(office: Office) -> Home:
    """The home region of this station: that of its local pack, else the one that its code names."""
    return Home.of(office.pack.region or office.station.code, office.codes)


def search(office: Office, text: str, filters: Mapping[str, Any] | None = None) -> v.SearchResult:
    """Contracts by number, party, earlier name, title, person or pinyin initials; newest first.

    Amounts and days in the words (``100万-200万``, ``2026-07..``) are conditions, and so are the filters
    ``amount`` and ``day`` … ``signed_on`` (``low..high``, of which one must hold); a bare ``486000`` is found
    as a part of a number and as an amount. ``sort`` is a column and ``up`` or ``down``; more than
    ``SORTED_AT_MOST`` stay newest first. Raises RefusedError for a day that does not exist.
    """
    started = time.perf_counter()
    asked, tokens, order = asked_of(text, filters or {})
    is_alone = len(asked.amounts) == 1 and not (asked.days or asked.places or asked.fields)
    conditions = [
        *(or_(*(in_amounts(a.low, a.high, is_alone=is_alone) for a in some)) for some in asked.amounts),
        *(or_(*(in_days(d.name, d.first, d.last) for d in some)) for some in asked.days),
        *(home_of(office).main_place(role).in_(places) for role, places in asked.places),
        *([func.coalesce(Contract.technical_field, "").in_(asked.fields)] if asked.fields else []),
    ]
    with office.look() as uow:
        found: array[int] | None = None
        if asked.exact:
            sums = [set(ids_of_amount(uow.session, amount)) for amount in asked.exact]
            some = _of_these(uow, set.intersection(*sums), asked.text, asked.either, tokens)
            found = array("q", sorted(some, reverse=True))
        elif asked.text or tokens or not conditions:
            found = _by_words(uow, asked.text, asked.either, tokens)
        if conditions:
            found = narrowed(uow.session, found, conditions)
        ids: Any = found
        if order and len(ids) > SORTED_AT_MOST:
            order = None
        if order:
            ids = sorted_ids(uow.session, ids, order[0], descending=order[1] == "down")
    spent = round((time.perf_counter() - started) * 1000)
    known = None if ids else Decimal(0)
    return v.SearchResult(ids, len(ids), known, known, spent, asked.words, asked.text, order)


def _by_words(
    uow: UnitOfWork, words: str, either: Sequence[tuple[str, Decimal]], tokens: Mapping[str, Sequence[str]]
) -> array[int]:
    """Contracts with all words and filters, newest first; a word of ``either`` may be an amount instead."""
    found = find_ids(uow.session, words, tokens)
    others = _by_other_names(uow, words, tokens)
    sums = {word: some for word, amount in either if (some := set(ids_of_amount(uow.session, amount)))}
    for many in range(1, len(sums) + 1):
        for chosen in combinations(sums, many):
            rest = " ".join(word for word in words.split() if word not in chosen)
            hits = set.intersection(*(sums[word] for word in chosen))
            others |= _of_these(uow, hits, rest, (), tokens)
    return array("q", sorted({*found, *others}, reverse=True)) if others else found


def _of_these(
    uow: UnitOfWork,
    ids: set[int],
    words: str,
    either: Sequence[tuple[str, Decimal]],
    tokens: Mapping[str, Sequence[str]],
) -> set[int]:
    """Those with all words and filters; the filters are asked of them alone: most contracts may meet them."""
    if ids and words:
        ids = ids.intersection(_by_words(uow, words, either, {}))
    if ids and tokens:
        ids = set(narrowed(uow.session, array("q", sorted(ids)), in_filters(tokens)))
    return ids


RENAMED_AT_MOST = 8
"""Renamed parties whose contracts are looked for by number as well, for one word."""


def _by_other_names(uow: UnitOfWork, words: str, tokens: Mapping[str, Sequence[str]]) -> set[int]:
    """Contracts of parties that have, or had, a name with one of the words, whatever stands in the contract.

    The library knows former names; the contracts are found by the party's number with the other words.
    """
    found: set[int] = set()
    pieces = words.split()
    for at, word in enumerate(pieces):
        if len(word) < 2 or word.isascii():
            continue
        within = f"%{word.translate(_PLAIN_IN_LIKE)}%"
        renamed = uow.session.connection().execute(_RENAMED, {"within": within, "most": RENAMED_AT_MOST})
        numbers = {number for row in renamed for number in row if number}
        for number in sorted(numbers):
            asked = " ".join((*pieces[:at], number, *pieces[at + 1 :]))
            found.update(find_ids(uow.session, asked, tokens))
    return found


_RENAMED = (
    select(PartyRecord.id_number, PartyName.id_number)
    .join(PartyName, PartyName.party_id == PartyRecord.id)
    .where(
        or_(
            PartyName.name.like(bindparam("within"), escape="/"),
            PartyRecord.name.like(bindparam("within"), escape="/"),
        )
    )
    .limit(bindparam("most"))
)
"""Made once: putting it together took as long as the whole search of a rare word."""
_PLAIN_IN_LIKE = str.maketrans({sign: f"/{sign}" for sign in "/%_"})


def search_sums(office: Office, ids: Sequence[int]) -> tuple[Decimal, Decimal]:
    """Contract and technology amounts of everything found, summed; ids that are gone count nothing."""
    with office.look() as uow:
        return sums_of_found(uow.session, ids)


def find_contract(office: Office, text: str) -> int:
    """The one contract with this id, 受理号, 登记编号 or uid; RefusedError when none or several fit."""
    words = text.strip()
    squeezed = words.replace(" ", "")
    with office.look() as uow:
        session = uow.session
        query = select(Contract.id).where(
            or_(
                Contract.local_serial == words,
                Contract.official_number == squeezed,
                Contract.uid == words,
                Contract.local_serial.like(f"%-{squeezed}"),
            ),
            Contract.deleted_at.is_(None),
        )
        found = list(session.scalars(query.limit(3)))
        if (
            not found
            and squeezed.isdigit()
            and len(squeezed) < 10
            and session.get(Contract, int(squeezed)) is not None
        ):
            found = [int(squeezed)]
    if not found:
        raise RefusedError(
            _("找不到“{text}”这份合同").format(text=words), _("请用受理号、登记编号或列表里的内部号")
        )
    if len(found) > 1:
        raise RefusedError(_("“{text}”对应不止一份合同").format(text=words), _("请写全受理号或登记编号"))
    return found[0]


def contract_sheet(office: Office, contract_id: int) -> v.ContractSheet:
    """Everything about one contract, and what the signed-in person may do with it now."""
    with office.look() as uow:
        return sheet_in(office, uow, contract_id)


def sheet_in(office: Office, uow: UnitOfWork, contract_id: int) -> v.ContractSheet:
    """The same inside an open unit of work."""
    contract = uow.contract(contract_id)
    session = uow.session
    facts = facts_of(contract)
    standing = standing_of(office, uow, contract)
    name, roles = office.person.name, office.person.roles
    passed = passed_doubts(uow, contract_id)
    editable = contract.state in ("DRAFT", "RETURNED", "ACCEPTED")
    recognition = last_recognition(uow, contract_id)
    relief = session.scalars(
        select(ReliefCheck)
        .where(ReliefCheck.contract_id == contract_id)
        .order_by(ReliefCheck.id.desc())
        .limit(1)
    ).first()
    certificates = session.scalars(
        select(Certificate).where(Certificate.contract_id == contract_id).order_by(Certificate.version)
    ).all()
    history, whole = history_of(uow, contract, kind_namer(office))
    reviewer = session.get(Person, contract.reviewer_id) if contract.reviewer_id else None
    return v.ContractSheet(
        row=rows(office, uow, [contract_id])[contract_id],
        uid=contract.uid,
        revision=contract.revision,
        facts=facts,
        origin=contract.origin,
        received_on=contract.received_on,
        rule_set=contract.rule_set or office.rule_set,
        reviewer=reviewer.name if reviewer else "",
        allowed=allowed(standing, name, roles),
        why_not={verb: reason for verb in TABLE if (reason := why_not(verb, standing, name, roles))},
        problems=form_problems(office, facts, passed, submitted=contract.state != "DRAFT")
        if editable
        else (),
        passed_doubts=passed,
        answers=kept_answers(uow, contract, "recognition"),
        relief_answers=kept_answers(uow, contract, "relief"),
        recognition=None
        if recognition is None
        else {
            "conclusion": json.loads(recognition.conclusion),
            "decided_kind": recognition.decided_kind,
            "decided_sub_kind": recognition.decided_sub_kind,
            "reason": recognition.reason,
            "person": recognition.person,
            "at": recognition.at,
        },
        relief=None
        if relief is None
        else {
            "results": json.loads(relief.results)["results"],
            "person": relief.person,
            "at": relief.at,
            "is_stale": relief.is_stale,
        },
        review_rows=review_rows(uow, office, contract, facts) if contract.state == "RECOGNISED" else (),
        block=block_view(office, uow)
        if contract.state == "RECOGNISED" and office.pack.number_source == "block"
        else None,
        sent_back=sent_back_of(uow, office, contract, facts),
        notices=notices_of(uow, contract_id),
        sheets=tuple(
            v.SheetRow(
                c.version,
                s.copy_number,
                s.recipient,
                s.event,
                s.copy_kind,
                s.ordinal,
                s.reason,
                s.collector,
                s.person,
                s.at,
                s.sha256,
            )
            for c in certificates
            for s in c.sheets
        ),
        certificate_version=contract.certificate_version,
        check_code=certificates[-1].check_code if certificates else "",
        history=history,
        is_chain_whole=whole,
        duplicates=find_duplicates(uow, facts, contract_id, pack=office.pack),
        expert_reviews=_expert_reviews(uow, contract) if contract.needs_expert else (),
        objections=_objections(uow, contract) if was_heard(contract) else (),
    )


def was_heard(contract: Contract) -> bool:
    """Whether there can be objections: only what was decided can be objected to."""
    return contract.state not in ("DRAFT", "RETURNED", "NOT_ACCEPTED")


def _expert_reviews(uow: UnitOfWork, contract: Contract) -> tuple[v.ExpertReviewView, ...]:
    query = select(ExpertReview).where(ExpertReview.contract_id == contract.id).order_by(ExpertReview.id)
    return tuple(
        v.ExpertReviewView(
            row.held_on, row.organiser, row.experts, row.for_count, row.against_count, row.opinion, row.text,
            row.document,
        )
        for row in uow.session.scalars(query)
    )  # fmt: skip


def _objections(uow: UnitOfWork, contract: Contract) -> tuple[v.ObjectionView, ...]:
    query = select(Objection).where(Objection.contract_id == contract.id).order_by(Objection.id)
    return tuple(
        v.ObjectionView(
            row.raised_by, row.name, row.received_on, row.against, row.reason, row.due_on, row.answered_on,
            row.decision or "", row.answer,
        )
        for row in uow.session.scalars(query)
    )  # fmt: skip


def notices_of(uow: UnitOfWork, contract_id: int) -> tuple[v.NoticeView, ...]:
    """The letters of one contract, oldest first."""
    found = uow.session.scalars(select(Notice).where(Notice.contract_id == contract_id).order_by(Notice.id))
    return tuple(
        v.NoticeView(
            n.id,
            n.paper,
            n.number,
            n.at,
            n.deadline_on,
            tuple((i.id, i.problem, i.remedy, i.supplied_on) for i in n.items),
        )
        for n in found
    )


WARNING_VERBS = frozenset({"return", "refuse", "decline", "send_back", "cancel", "revoke", "reject_above"})


def history_of(
    uow: UnitOfWork, contract: Contract, name_of: Callable[[str], str] = str
) -> tuple[tuple[v.HistoryRow, ...], bool]:
    """Every act in words with old and new values, newest first; and whether each row still has its hash.

    ``name_of`` gives the words of a kind or sub-kind.
    """
    found, whole = [], True
    for action in queries.actions_of(uow.session, contract.uid):
        detail = json.loads(action.detail)
        whole = whole and action.hash == action_hash(
            action.previous_hash,
            action.request_id,
            action.contract_uid,
            action.verb,
            action.person,
            action.at,
            action.detail,
        )
        changes = tuple(
            (field_words(field), masked(field, old), masked(field, new))
            for field, old, new in detail.get("changes", ())
        )
        found.append(
            v.HistoryRow(
                action.at,
                action.person,
                action.verb,
                words_of(action.verb, detail, name_of),
                changes,
                action.verb in WARNING_VERBS or bool(detail.get("objections")),
                ground_of(detail),
            )
        )
    return tuple(reversed(found)), whole


def ground_of(detail: Mapping[str, Any]) -> str:
    """What an act rests on: agreement, document, notice, voucher, rule set; empty when none was named."""
    said = [
        detail.get("agreement"),
        detail.get("document"),
        detail.get("against"),
        detail.get("voucher"),
        # the version's digest helps nobody who reads it: 规则 M2026.1
        _("规则 {name}").format(name=str(detail["rule_set"]).partition("+")[0])
        if detail.get("rule_set")
        else "",
        detail.get("notice"),
    ]
    return "；".join(str(one) for one in said if one)


def field_words(name: str) -> str:
    """``parties[0].id_number`` → 当事人第 1 行 证件号码."""
    if "[" not in name:
        return label_of(name)
    head, _sep, tail = name.partition("[")
    index, _sep, field = tail.partition("].")
    return f"{label_of(head)}第 {int(index) + 1} 行 {label_of(field, FACT_ROWS[head])}"


def masked(field: str, value: str) -> str:
    """Ids and telephones are masked wherever history is shown; codes are shown as words."""
    if field.endswith(("id_number", "phone")) and len(value) > 6:
        return mask_id(value)
    for words in FIXED_CODES.values():
        if value in words:
            return words[value]
    return value


def words_of(verb: str, detail: Mapping[str, Any], name_of: Callable[[str], str] = str) -> str:
    """One act as a clerk would say it."""
    if verb == "save":
        if "serial" in detail:
            return _("新收，受理号 {serial}").format(serial=detail["serial"])
        return _("改 {n} 栏").format(n=len(detail.get("changes", ())))
    if verb == "register":
        number = detail.get("number")
        return _("登记，取号 {number}").format(number=number) if number else _("登记，编号待上级给出")
    if verb == "review":
        objections = detail.get("objections") or []
        if objections:
            return _("复核，异议 {n} 项：{items}").format(
                n=len(objections), items="、".join(o[0] for o in objections)
            )
        return _("复核，{n} 项都同意").format(n=detail.get("agreed", 0))
    if verb == "recognise":
        kind = name_of(str(detail.get("sub_kind") or detail.get("kind") or ""))
        return _("认定为 {kind}，提交复核").format(kind=kind)
    if verb == "attach":
        return _("收下文件：{name}").format(name=detail.get("name"))
    if verb == "accept":
        return _("受理，期限 {day}").format(day=detail.get("due_on"))
    if verb == "return":
        return _("退回补正 {n} 项，期限 {day}").format(
            n=len(detail.get("defects", ())), day=detail.get("deadline_on")
        )
    if verb == "issue":
        return _("打印登记证明第 {version} 版 {copies} 联").format(
            version=detail.get("version"), copies="、".join(str(c) for c in detail.get("copies", ()))
        )
    if verb == "sheet":
        return _sheet_words(detail)
    if verb == "income":
        return _("核定技术性收入 {amount} 元，累计 {total} 元").format(
            amount=detail.get("amount"), total=detail.get("total")
        )
    if verb in ("cancel", "revoke", "change", "refuse", "send_back", "park", "doubt", "duplicate"):
        reason = detail.get("reason") or ""
        return f"{TABLE[verb].words}：{reason}" if reason else TABLE[verb].words
    if verb == "deadline":
        return _("换了节假日表，期限由 {before} 改为 {after}").format(
            before=detail.get("from"), after=detail.get("to")
        )
    if verb == "export":
        return _("编入第 {n} 包").format(n=detail.get("sequence"))
    if verb == "accept_above":
        return _("上级已接收")
    if verb == "reject_above":
        return _("上级退回：{reason}").format(reason=detail.get("reason", ""))
    if verb == "ask_expert":
        return _("提请专家评审，期限延至 {day}").format(day=detail.get("due_on"))
    if verb == "expert":
        a, b = detail.get("votes", (0, 0))
        word = _("同意") if detail.get("opinion") == "agree" else _("不同意")
        return _("专家评审意见：{word}（{a} 比 {b}）").format(word=word, a=a, b=b)
    if verb == "object":
        return _("收到{name}的异议：{reason}").format(name=detail.get("name"), reason=detail.get("reason"))
    if verb == "answer_objection":
        return _("答复异议：{outcome}").format(outcome=detail.get("outcome"))
    if verb == "inform":
        return _("告知{office}").format(office=detail.get("office"))
    move = TABLE.get(verb)
    return move.words if move else verb


def _sheet_words(detail: Mapping[str, Any]) -> str:
    """第 2 联作废：卡纸，纸已收回."""
    events = {"void": _("作废"), "collected": _("已领走"), "recalled": _("已收回"), "printed": _("已打印")}
    event = events.get(str(detail.get("event", "")))
    if event is None:
        return TABLE["sheet"].words
    words = _("登记证明第 {n} 联{event}").format(n=detail.get("copy"), event=event)
    who = _("{name} 签收").format(name=detail["collector"]) if detail.get("collector") else ""
    more = "，".join(part for part in (str(detail.get("reason") or ""), who) if part)
    return f"{words}：{more}" if more else words


def kind_namer(office: Office) -> Callable[[str], str]:
    """Kind or sub-kind → its name in the code table, without 合同 at the end."""

    def name(code: str) -> str:
        return office.codes.name("contract_kinds", code).removesuffix("合同") or code

    return name


def report_page(office: Office) -> v.ReportPage:
    """上报: states, this package, earlier packages, and the months compared with the receipts."""
    with office.look() as uow:
        session = uow.session
        ours = Contract.registered_on.is_not(None) & (Contract.origin != "ledger")
        days = queries.month_figures(session)
        counts = dict.fromkeys(v.REPORTING_WORDS, 0)
        sums = dict.fromkeys(v.REPORTING_WORDS, Decimal(0))
        for _day, state, number, technology in days:
            counts[state] += number
            sums[state] += technology or 0
        ids = list(
            session.scalars(
                select(Contract.id)
                .where(ours, Contract.deleted_at.is_(None), Contract.reporting_state != "ACCEPTED_ABOVE")
                .order_by(Contract.reporting_state != "NOT_SENT", Contract.id.desc())
                .limit(300)
            )
        )
        batches = session.scalars(select(Batch).order_by(Batch.sequence.desc()).limit(100)).all()
        last = batches[0] if batches else None
        outcomes = queries.outcomes_of(session, [batch.id for batch in batches])
        return v.ReportPage(
            counts=counts,
            sums=sums,
            rows=in_order(office, uow, ids),
            batches=tuple(batch_view(office, batch, outcomes[batch.id]) for batch in batches),
            reconcile=reconcile(days),
            last_sent_at=last.made_at if last else None,
            next_sequence=(last.sequence if last else 0) + 1,
        )


def batch_view(
    office: Office,
    batch: Batch,
    outcomes: Mapping[str | None, int],
    path: Path | None = None,
    slip: Path | None = None,
) -> v.BatchView:
    """One package with what became of its rows (``queries.outcomes_of``)."""
    spool = office.folder / "packages" / f"{batch.package_name}"
    return v.BatchView(
        batch.sequence,
        batch.package_name,
        batch.made_at,
        batch.person,
        batch.contract_count,
        batch.contract_total,
        batch.technology_total,
        batch.check_code,
        batch.size,
        outcomes.get(None, 0),
        outcomes.get("accepted", 0),
        outcomes.get("rejected", 0),
        path or (spool if spool.exists() else None),
        slip,
    )


def reconcile(days: Sequence[Any]) -> tuple[v.ReconcileRow, ...]:
    """Month by month: registered here against accepted above, counts and technology amounts.

    ``days``: what ``month_figures`` found.
    """
    months: dict[str, list[Any]] = {}
    for day, state, number, technology in days:
        row = months.setdefault(day.strftime("%Y-%m"), [0, Decimal(0), 0, Decimal(0)])
        amount = technology or Decimal(0)
        row[0] += number
        row[1] += amount
        if state == "ACCEPTED_ABOVE":
            row[2] += number
            row[3] += amount
    return tuple(v.ReconcileRow(month, *values) for month, values in sorted(months.items()))


def draft(office: Office, page: str, subject: str) -> tuple[str, str, str] | None:
    """(field, content, saved at in local words) of an unfinished page; None when there is none."""
    with office.look() as uow:
        row = uow.session.scalars(select(Draft).where(Draft.page == page, Draft.subject == subject)).first()
        if row is None:
            return None
        return row.field, row.content, local_time(row.saved_at).strftime("%H:%M")


def check_database(office: Office, *, deep: bool = False) -> v.CheckReport:
    """Counts, sums, numbers and the hash chain; ``deep`` also asks the database to check every page of its
    file.
    """
    with office.look() as uow:
        session = uow.session
        lines: list[str] = []
        good = True
        if uow.dialect == "sqlite":
            from sqlalchemy import text

            answer = (
                session.execute(text("PRAGMA integrity_check" if deep else "PRAGMA quick_check"))
                .scalars()
                .all()
            )
            good = answer == ["ok"]
            lines.append(_("数据库文件：完好") if good else _("数据库文件：{n} 处损坏").format(n=len(answer)))
            broken = session.execute(text("PRAGMA foreign_key_check")).all()
            good = good and not broken
            if broken:
                lines.append(_("关联：{n} 处断开").format(n=len(broken)))
        previous, number, last_bad = GENESIS, 0, ""
        for action in session.scalars(select(Action).order_by(Action.id).execution_options(yield_per=1000)):
            wanted = action_hash(
                previous,
                action.request_id,
                action.contract_uid,
                action.verb,
                action.person,
                action.at,
                action.detail,
            )
            if not last_bad and (action.previous_hash != previous or action.hash != wanted):
                last_bad = str(action.id)
            previous, number = action.hash, number + 1
        if last_bad:
            good = False
            lines.append(_("日志：第 {id} 条起与前后对不上，可能被改动过").format(id=last_bad))
        else:
            lines.append(_("日志：{n} 条，首尾相连").format(n=number))
        total_count, _a, _b = queries.sums(session)
        registered, amount, technology = queries.sums(
            session, Contract.state.in_(queries.LIVE), Contract.origin != "ledger"
        )
        numbers = session.scalar(
            select(func.count(Contract.official_number) - func.count(func.distinct(Contract.official_number)))
        )
        if numbers:
            good = False
            lines.append(_("登记编号：{n} 个重复").format(n=numbers))
        lines.append(
            _("合同 {n} 份，其中已登记 {m} 份，成交额 {a:,.2f} 元，技术交易额 {b:,.2f} 元").format(
                n=total_count, m=registered, a=amount, b=technology
            )
        )
        return v.CheckReport(good, total_count, number, registered, amount, technology, tuple(lines))


def figures(
    office: Office, first: date, last: date, by: str
) -> tuple[tuple[str, int, Decimal, Decimal], ...]:
    """Live registrations between two days by kind, sub_kind, month, state or field."""
    if by not in COLUMNS:
        raise RefusedError(_("不能按“{by}”汇总").format(by=by), "、".join(COLUMNS))
    if last < first:
        raise RefusedError(_("止日早于起日"), _("请核对两个日期"))
    with office.look() as uow:
        return tuple(count_figures(uow.session, first, last, by))


def check_form(office: Office, facts: Facts, contract_id: int | None, *, submitted: bool) -> Any:
    """The live self-check of a form that is not saved yet."""
    if contract_id is None:
        return form_problems(office, facts, {}, submitted=submitted)
    with office.look() as uow:
        found = form_problems(office, facts, passed_doubts(uow, contract_id), submitted=submitted)
        sent = sent_back_of(uow, office, uow.contract(contract_id), facts)
        return (*objection_problems(sent), *found)


def received_files(uow: UnitOfWork) -> Sequence[Receipt]:
    """Files from above that were applied, newest first."""
    return uow.session.scalars(select(Receipt).order_by(Receipt.id.desc()).limit(100)).all()


def bin_rows(office: Office) -> tuple[v.BinRow, ...]:
    """Deleted drafts that can still be taken back, the latest first."""
    with office.look() as uow:
        found = uow.session.scalars(
            select(Contract)
            .where(Contract.deleted_at >= office.now() - BIN_DAYS)
            .order_by(Contract.deleted_at.desc(), Contract.id.desc())
        )
        return tuple(
            v.BinRow(
                row.id,
                row.local_serial,
                _("（涉密）") if row.is_secret else row.title or "",
                row.deleted_at,
                local_time(row.deleted_at + BIN_DAYS).date(),
            )
            for row in found
            if row.deleted_at is not None
        )
