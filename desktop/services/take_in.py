"""受理: from the first keystroke to an accepted case, and the ways out of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, delete, select

from desktop.errors import Problem, ProblemsFound, RefusedError
from desktop.models import Action, Contract, DoubtPassed, Draft, Notice, NoticeItem
from desktop.resources import _
from desktop.rules.checks import check_facts, may_be_kept, open_words
from desktop.rules.facts import Facts
from desktop.services.commands import (
    AcceptContract,
    DeclineContract,
    Defect,
    DeleteDraft,
    PassDoubt,
    RefuseContract,
    ReturnContract,
    SaveContract,
    SupplementContract,
    UndeleteDraft,
)
from desktop.services.learn_parties import learn_parties
from desktop.services.lifecycle import TABLE, NotAllowed, require
from desktop.services.office import Office, check_actor, commit, perform, person_id, standing_of
from desktop.store.mapping import columns_of, differences, facts_of, write_facts
from desktop.store.numbers import next_serial
from desktop.store.search_index import index_contract, index_new
from desktop.store.unit_of_work import UnitOfWork

DECLINE_GROUNDS: Mapping[str, str] = {
    "oral": "R-GATE-01",
    "not_seller": "R-GATE-18",
    "other_station": "R-GATE-19",
}
"""Why a case is not ours to take (不予受理) → the rule it rests on."""


SECRET_SUMMARY = "涉密，内容不录入"
"""All that may stand under 主要内容 of a secret contract."""


def save_contract(office: Office, cmd: SaveContract) -> int:
    """Keep the form as it stands; returns the contract's id (a new one at the first save).

    Required fields may be empty. Raises RefusedError when somebody else saved in between (nothing is
    overwritten) or a secret contract carries technical content.
    """
    with office.work() as uow:
        contract = save_in(uow, office, cmd)
        commit(uow)
        return contract.id


def save_in(uow: UnitOfWork, office: Office, cmd: SaveContract) -> Contract:
    """The same inside a transaction that goes on (an import saves many)."""
    check_actor(office, cmd)
    refuse_secret_content(cmd.facts)
    if done := uow.action_of(cmd.request_id, "save"):
        return uow.session.scalars(select(Contract).where(Contract.uid == done.contract_uid)).one()
    if cmd.contract_id is None:
        return save_new(uow, office, [cmd])[0]
    now = office.now()
    contract = uow.contract(cmd.contract_id)
    require("save", standing_of(office, uow, contract), office.person.name, office.person.roles)
    if cmd.revision is not None and cmd.revision != contract.revision:
        raise RefusedError(
            _("这份合同刚被别处保存过，您看到的已不是最新"),
            _("您录入的内容仍在页面和草稿里；请重新打开这份合同，对照后再保存"),
            code="S409",
        )
    before = facts_of(contract)
    write_facts(contract, cmd.facts)
    changes = [list(row) for row in differences(before, facts_of(contract))]
    if not changes:
        return contract
    contract.revision += 1
    contract.updated_at = now
    contract.text_hash = text_hash(cmd.facts)
    uow.session.flush()
    index_contract(uow.session, contract)
    detail: dict[str, Any] = {"title": contract.title or "", "changes": changes}
    uow.record(cmd.request_id, "save", cmd.actor, now, detail, contract)
    return contract


def save_new(uow: UnitOfWork, office: Office, cmds: Sequence[SaveContract]) -> list[Contract]:
    """A new draft for each, in this order: 受理号 in a row, one statement a table, one log row each.

    The caller has seen to it that none of these requests was done before.
    """
    if not cmds:
        return []
    now, day = office.now(), office.today()
    clerk = person_id(uow, cmds[0].actor)
    first = next_serial(uow, "local", day, len(cmds))
    made = []
    for place, cmd in enumerate(cmds):
        refuse_secret_content(cmd.facts)
        made.append(
            new_contract(
                cmd.facts,
                uid=str(uuid4()),
                local_serial=office.pack.serial(day.year, first + place),  # 澄受 2026-0312
                clerk_id=clerk,
                state="DRAFT",
                reporting_state="NOT_SENT",
                origin=cmd.origin,
                import_key=cmd.import_key,
                received_on=cmd.received_on or day,
                station=office.station.code,
                created_at=now,
                updated_at=now,
            )
        )
    enter_new(uow, made)
    details = [
        {
            "title": contract.title or "",
            "changes": [],
            "serial": contract.local_serial,
            "origin": cmd.origin,
            "to": "DRAFT",
        }
        for contract, cmd in zip(made, cmds, strict=True)
    ]
    acts = zip((cmd.request_id for cmd in cmds), (contract.uid for contract in made), details, strict=True)
    uow.record_many(acts, "save", cmds[0].actor, now)
    return made


def new_contract(facts: Facts, **values: Any) -> Contract:
    """The row of a contract that was not here before, with its form filled in; not in a session yet."""
    form = columns_of(facts)
    own = {"revision": 1, "certificate_version": 0, "needs_expert": False, "text_hash": text_hash(facts)}
    return Contract(**form | own | values)


def enter_new(uow: UnitOfWork, contracts: Sequence[Contract]) -> None:
    """Write new contracts and their search rows, a table at a time."""
    uow.session.add_all(contracts)
    uow.session.flush()
    index_new(uow.session, contracts)


def text_hash(facts: Facts) -> str:
    """Fingerprint of what makes two applications the same contract (V-11)."""
    sellers = "|".join(sorted((p.id_number or p.name or "").upper() for p in facts.sellers))
    parts = (sellers, facts.title or "", str(facts.signed_on or ""), str(facts.contract_amount or ""))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def refuse_secret_content(facts: Facts) -> None:
    """A secret contract is registered by its elements only; technical content must not be typed here."""
    if problem := secret_content(facts):
        raise RefusedError(problem.reason, problem.remedy, code=problem.code)


def secret_content(facts: Facts) -> Problem | None:
    """What is wrong with a secret contract that says what it is about; None when it is in order."""
    if not facts.is_secret or not facts.summary or facts.summary.strip("。 ") == SECRET_SUMMARY:
        return None
    return Problem(
        _("31 主要内容"),
        _("（已填）"),
        _("涉密合同只登要素，不得录入主要内容"),
        _("请把“主要内容”改为“{words}”后保存；涉密内容走专门渠道").format(words=SECRET_SUMMARY),
        code="S324",
        field="summary",
    )


def form_problems(
    office: Office, facts: Facts, passed: Mapping[tuple[str, str], str], *, submitted: bool
) -> tuple[Problem, ...]:
    """The self-check of the form; what was passed with a reason becomes a note that carries it."""
    found = check_facts(
        facts, today=office.today(), codes=office.codes, pack=office.pack, submitted=submitted
    )
    return tuple(_with_reason(p, passed.get((p.code, p.field), "")) for p in found)


def _with_reason(problem: Problem, reason: str) -> Problem:
    if not reason or not may_be_kept(problem):
        return problem
    return replace(problem, level="note", remedy=_("已写明：{reason}").format(reason=reason))


def passed_doubts(uow: UnitOfWork, contract_id: int) -> dict[tuple[str, str], str]:
    """(code, field) → the written reason."""
    rows = uow.session.execute(_PASSED, {"contract": contract_id})
    return {(code, field): reason for code, field, reason in rows}


_PASSED = select(DoubtPassed.code, DoubtPassed.field, DoubtPassed.reason).where(
    DoubtPassed.contract_id == bindparam("contract")
)


def pass_doubt(office: Office, cmd: PassDoubt) -> int:
    """Pass one doubt with a reason (two characters at least); a later reason replaces the earlier."""
    reason = cmd.reason.strip()
    if len(reason) < 2:
        raise RefusedError(_("请写明理由"), _("理由会入档，复核人看得到"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        key = {"contract_id": contract.id, "code": cmd.code, "field": cmd.field_name}
        row = uow.session.scalars(select(DoubtPassed).filter_by(**key)).first()
        if row is None:
            row = DoubtPassed(**key)
            uow.session.add(row)
        row.reason, row.person, row.at = reason, cmd.actor, office.now()
        return {"code": cmd.code, "field": cmd.field_name, "reason": reason}

    return perform(office, cmd, "doubt", work)


BIN_DAYS = timedelta(days=30)
"""How long a deleted draft can be taken out of the bin."""


def delete_draft(office: Office, cmd: DeleteDraft) -> int:
    """Into the bin; its 受理号 stays spent, the log keeps the act. The row it came from may be imported
    again.
    """

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        detail = {"serial": contract.local_serial, "title": contract.title or ""}
        if contract.import_key:
            detail["import_key"] = contract.import_key
        contract.deleted_at = office.now()
        contract.import_key = None
        uow.session.execute(delete(Draft).where(Draft.subject == contract.uid))
        return detail

    return perform(office, cmd, "delete_draft", work)


def undelete_draft(office: Office, cmd: UndeleteDraft) -> int:
    """Out of the bin within thirty days, as it was; the same request a second time changes nothing.

    A row that was imported again meanwhile stays a contract of its own.
    """
    check_actor(office, cmd)
    move = TABLE["undelete"]
    with office.work() as uow:
        contract = uow.session.get(Contract, cmd.contract_id) or uow.contract(cmd.contract_id)
        if uow.action_of(cmd.request_id, "undelete", contract.uid) is not None:
            return contract.id
        if not office.person.roles & move.roles:
            raise NotAllowed(
                _("{person} 没有{act}的权限").format(person=office.person.name, act=move.words),
                _("请登记员登录后取回"),
                code="L01",
            )
        if contract.deleted_at is None:
            raise RefusedError(
                _("{serial} 没有删除，不必取回").format(serial=contract.local_serial), _("请直接打开")
            )
        if office.now() - contract.deleted_at > BIN_DAYS:
            raise RefusedError(
                _("{serial} 删除已满三十天，不能取回").format(serial=contract.local_serial),
                _("请新收一份；日志里还留着它的名称和受理号"),
            )
        contract.deleted_at = None
        contract.import_key = _free_import_key(uow, contract)
        contract.revision += 1
        contract.updated_at = office.now()
        uow.session.flush()
        index_contract(uow.session, contract)
        detail = {"serial": contract.local_serial, "title": contract.title or ""}
        uow.record(cmd.request_id, "undelete", cmd.actor, office.now(), detail, contract)
        commit(uow)
        return contract.id


def _free_import_key(uow: UnitOfWork, contract: Contract) -> str | None:
    """The import key it had when it was deleted, unless another contract has it now."""
    said = uow.session.scalars(
        select(Action.detail)
        .where(Action.contract_uid == contract.uid, Action.verb == "delete_draft")
        .order_by(Action.id.desc())
        .limit(1)
    ).first()
    key: str | None = json.loads(said).get("import_key") if said else None
    taken = uow.session.scalars(select(Contract.id).where(Contract.import_key == key)).first()
    return None if taken is not None else key


def accept_contract(office: Office, cmd: AcceptContract) -> int:
    """受理: everything required is there; the period runs from ``accepted_on``; writes P01.

    Raises ProblemsFound with all errors and all doubts that nobody passed; then nothing has changed.
    """

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        facts = facts_of(contract)
        must_be_clean(uow, office, contract, facts)
        day = cmd.accepted_on or office.today()
        start_clock(uow, office, contract, day)
        learn_parties(uow, facts, day)
        number = write_notice(uow, office, contract, "P01", cmd.actor)
        return {"accepted_on": day, "due_on": contract.due_on, "notice": number}

    return perform(office, cmd, "accept", work)


def must_be_clean(uow: UnitOfWork, office: Office, contract: Contract, facts: Facts) -> None:
    """Raise ProblemsFound unless the form has no error and every doubt has a written reason."""
    found = form_problems(office, facts, passed_doubts(uow, contract.id), submitted=True)
    blocking = [p for p in found if p.level in ("error", "doubt")]
    if blocking:
        raise ProblemsFound(
            open_words(sum(p.level == "error" for p in blocking), sum(p.level == "doubt" for p in blocking)),
            blocking,
            _("错误要改正；疑点可以写明理由后通过"),
        )


def start_clock(uow: UnitOfWork, office: Office, contract: Contract, day: date) -> None:
    """Acceptance day and the last day of the period, by the local pack's thresholds, in working days."""
    contract.accepted_on = day
    is_long = look_for_experts(uow, office, contract)
    contract.due_on = end_of_period(office, day, "large" if is_long else "normal")


def look_for_experts(uow: UnitOfWork, office: Office, contract: Contract) -> bool:
    """Mark whether experts must be heard; True when the long period holds: large, or put before them."""
    is_large = office.pack.is_large(contract.kind, contract.contract_amount, contract.technology_amount)
    asked = contract.needs_expert and was_asked(uow, contract)
    contract.needs_expert = asked or (is_large and office.pack.expert_review)
    return asked or is_large


def was_asked(uow: UnitOfWork, contract: Contract) -> bool:
    """Whether somebody put this contract before the experts, beyond its being large."""
    query = select(Action.id).where(Action.contract_uid == contract.uid, Action.verb == "ask_expert")
    return uow.session.scalars(query.limit(1)).first() is not None


def end_of_period(office: Office, day: date, name: str) -> date:
    """The last day of one of the local pack's periods that begins on ``day`` (the day itself not counted)."""
    period = office.pack.period(name)
    if period.unit == "working":
        return office.calendar.add_working_days(day, period.days)
    return day + timedelta(days=period.days)


def decline_contract(office: Office, cmd: DeclineContract) -> int:
    """不予受理, naming where the applicant should go (R-GATE-18, 19); writes P03."""
    if cmd.ground not in DECLINE_GROUNDS:
        raise RefusedError(
            _("不予受理的情形不对：{ground}").format(ground=cmd.ground), "oral、not_seller、other_station"
        )
    if cmd.ground != "oral" and not cmd.where_to.strip():
        raise RefusedError(_("请写明应当由谁申请、向哪里申请"), _("不予受理要指明正确的申请人或登记机构"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        words = {
            "oral": _("该合同以口头形式订立，未提交书面文本"),
            "not_seller": _("应当由{who}提出申请").format(who=cmd.where_to),
            "other_station": _("你单位所在地不属于本机构登记范围，请向{who}申请").format(who=cmd.where_to),
        }[cmd.ground]
        number = write_notice(uow, office, contract, "P03", cmd.actor, text=words)
        return {
            "ground": cmd.ground,
            "rule": DECLINE_GROUNDS[cmd.ground],
            "where_to": cmd.where_to,
            "reason": cmd.reason,
            "notice": number,
        }

    return perform(office, cmd, "decline", work)


def return_contract(office: Office, cmd: ReturnContract) -> int:
    """退回补正: one notice (P02) with every defect; the clock stops.

    Raises RefusedError without defects, with a deadline in the past, or with a defect that says no remedy.
    """
    if not cmd.defects:
        raise RefusedError(_("请至少写一项要补正的内容"), _("一次性告知书要列全：现在是什么，应当是什么"))
    if any(not d.problem.strip() or not d.remedy.strip() for d in cmd.defects):
        raise RefusedError(_("每一项都要写明存在的问题和补正要求"), _("不能只写“材料不全”"))
    if cmd.deadline_on <= office.today():
        raise RefusedError(_("补正期限要在今天之后"), _("请改期限"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        contract.due_on = None
        number = write_notice(uow, office, contract, "P02", cmd.actor, cmd.defects, deadline=cmd.deadline_on)
        return {
            "notice": number,
            "deadline_on": cmd.deadline_on,
            "defects": [[d.code, d.problem, d.remedy] for d in cmd.defects],
        }

    return perform(office, cmd, "return", work)


def supplement_contract(office: Office, cmd: SupplementContract) -> int:
    """The supplement came: items ticked off, the form checked anew, the clock starts again that day.

    Raises RefusedError when items are still open: then they are ticked but the contract stays 待补正 — as one
    transaction it changes nothing; name all supplied items at once.
    """

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        day = cmd.received_on or office.today()
        changes: list[Any] = []
        if cmd.facts is not None:
            refuse_secret_content(cmd.facts)
            before = facts_of(contract)
            write_facts(contract, cmd.facts)
            changes = [list(row) for row in differences(before, facts_of(contract))]
        notice = uow.session.scalars(
            select(Notice)
            .where(Notice.contract_id == contract.id, Notice.paper == "P02")
            .order_by(Notice.id.desc())
            .limit(1)
        ).one()
        for item in notice.items:
            if cmd.supplied is None or item.id in cmd.supplied:
                item.supplied_on = item.supplied_on or day
        if missing := [item.problem for item in notice.items if item.supplied_on is None]:
            raise RefusedError(
                _("还有 {n} 项没有补正：{items}").format(n=len(missing), items="；".join(missing)),
                _("请补齐后一并办理，或逾期按不予登记处理"),
            )
        must_be_clean(uow, office, contract, facts_of(contract))
        start_clock(uow, office, contract, day)
        contract.text_hash = text_hash(facts_of(contract))
        return {"accepted_on": day, "due_on": contract.due_on, "notice": notice.number, "changes": changes}

    return perform(office, cmd, "supplement", work)


def refuse_contract(office: Office, cmd: RefuseContract) -> int:
    """不予登记 with grounds and facts in words (P07). RefusedError for an unknown or missing ground."""
    grounds = office.codes
    if not cmd.grounds or not cmd.reason.strip():
        raise RefusedError(_("请选择不予登记的情形，并写明事实"), _("写明合同的哪一条、为什么不符合"))
    for code in cmd.grounds:
        if not grounds.is_known("refusal_grounds", code):
            raise RefusedError(_("没有这个不予登记的情形：{code}").format(code=code), _("请从代码表中选择"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        words = "；".join(grounds.name("refusal_grounds", code) for code in cmd.grounds)
        items = [Defect(problem=cmd.reason, remedy=_("修改合同或者补足材料后可以另行申请"), basis=words)]
        number = write_notice(uow, office, contract, "P07", cmd.actor, items, text=cmd.reason)
        contract.due_on = None
        return {"grounds": list(cmd.grounds), "reason": cmd.reason, "notice": number}

    return perform(office, cmd, "refuse", work)


def write_notice(
    uow: UnitOfWork,
    office: Office,
    contract: Contract,
    paper: str,
    person: str,
    defects: Sequence[Defect] = (),
    *,
    deadline: date | None = None,
    text: str = "",
) -> str:
    """Enter one letter in its series; returns its 文号 (澄技登补〔2026〕15号)."""
    day = office.today()
    number = office.pack.document_number(paper, day.year, next_serial(uow, paper, day))
    notice = Notice(
        contract_id=contract.id,
        paper=paper,
        number=number,
        deadline_on=deadline,
        text=text,
        person=person,
        at=office.now(),
    )
    notice.items = [
        NoticeItem(problem=d.problem, remedy=d.remedy, clause=d.clause, basis=d.basis, code=d.code)
        for d in defects
    ]
    uow.session.add(notice)
    return number
