"""认定、核定、税惠: the clerk's decision over the program's advice, with everything that led to it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from desktop.errors import ProblemsFound, RefusedError
from desktop.models import Contract, Draft, Finding, Recognition, ReliefCheck, ReliefFinding
from desktop.resources import _
from desktop.rules.amounts import Fixing, fix_amounts
from desktop.rules.conclusion import Conclusion, read_answers
from desktop.rules.facts import Facts
from desktop.rules.recognition import recognise
from desktop.rules.relief import ReliefResult, check_relief
from desktop.services.commands import KeepRelief, RecogniseContract, SaveAnswers
from desktop.services.lifecycle import LIVE_STATES
from desktop.services.office import Office, perform
from desktop.services.take_in import look_for_experts, must_be_clean
from desktop.store.mapping import facts_of, write_facts
from desktop.store.unit_of_work import AT_ONCE, UnitOfWork, canonical

ANSWERS = "answers"
"""Page name under which unfinished answers are kept."""

_KEPT = select(Draft).where(Draft.page == ANSWERS, Draft.subject == bindparam("subject"))
_RECOGNITIONS = (
    select(Recognition)
    .where(Recognition.contract_id == bindparam("contract"))
    .order_by(Recognition.ordinal.desc())
    .limit(1)
)
_RECOGNITION_IDS = (
    select(Recognition.id)
    .where(Recognition.contract_id == bindparam("contract"))
    .order_by(Recognition.ordinal.desc())
    .limit(1)
)


def save_answers(office: Office, cmd: SaveAnswers) -> int:
    """Keep the answers of an unfinished interview; nothing is decided, the log notes it once a save."""
    read_answers(cmd.answers)

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        before = kept_answers(uow, contract, cmd.part)
        keep_answers(uow, office, contract, cmd.part, cmd.answers, cmd.actor)
        changes = [
            [code, _said(before.get(code)), _said(cmd.answers.get(code))]
            for code in sorted({*before, *cmd.answers})
            if _said(before.get(code)) != _said(cmd.answers.get(code))
        ]
        return {"part": cmd.part, "count": len(cmd.answers), "changes": changes}

    return perform(office, cmd, "relief" if cmd.part == "relief" else "answer", work)


_SAID: Final[Mapping[str, str]] = {
    "yes": _("是"),
    "no": _("否"),
    "unknown": _("不明"),
    "needs_human": _("请人工判断"),
    "after_registration": _("登记后成立"),
}


def _said(given: Any) -> str:
    """An answer with its evidence as the history tells it; empty when there is none."""
    if isinstance(given, str):
        given = {"answer": given}
    if not isinstance(given, Mapping) or not given.get("answer"):
        return ""
    word = _SAID.get(str(given["answer"]), str(given["answer"]))
    evidence = str(given.get("evidence") or "")
    return f"{word}（{evidence}）" if evidence else word


def keep_answers(
    uow: UnitOfWork, office: Office, contract: Contract, part: str, answers: Mapping[str, Any], person: str
) -> None:
    """Write the answers beside the contract, replacing those of the same part."""
    row = uow.session.scalars(_KEPT, {"subject": f"{contract.uid}:{part}"}).first()
    if row is None:
        row = Draft(page=ANSWERS, subject=f"{contract.uid}:{part}", field="")
        uow.session.add(row)
    row.person, row.content, row.saved_at = person, canonical(answers), office.now()


def kept_answers(uow: UnitOfWork, contract: Contract, part: str) -> dict[str, Any]:
    """The answers as last kept; empty when there are none."""
    row = uow.session.scalars(_KEPT, {"subject": f"{contract.uid}:{part}"}).first()
    answers: dict[str, Any] = json.loads(row.content) if row else {}
    return answers


def rule_day(office: Office, facts: Facts) -> date:
    """The date that picks the rule set; a straddling case goes by the date the local pack names."""
    picked: date | None = getattr(facts, office.pack.straddling, None)
    return picked or facts.accepted_on or office.today()


def conclude(
    office: Office, facts: Facts, answers: Mapping[str, Any], rule_set: str | None = None
) -> Conclusion:
    """The program's advice on these facts and answers, by the rule set of the right day."""
    day = rule_day(office, facts)
    chosen = rule_set or office.book.rule_set_on(day)
    return recognise(facts, read_answers(answers), office.book, on=day, rule_set=chosen)


def fixed(facts: Facts) -> tuple[Facts, Fixing]:
    """The facts with the technology amount fixed line by line.

    Raises ProblemsFound when the amounts do not meet; doubts do not stop.
    """
    result = fix_amounts(replace(facts, technology_amount=None) if facts.amount_lines else facts)
    errors = [p for p in result.problems if p.level == "error"]
    if errors:
        raise ProblemsFound(_("金额还不能核定"), errors, _("请到“核定”页逐行改正"))
    if result.technology_amount is None and not result.to_be_settled:
        raise RefusedError(_("技术交易额还没有核定"), _("请填合同成交额，并列明不计入的金额"))
    return replace(facts, technology_amount=result.technology_amount), result


def recognise_contract(office: Office, cmd: RecogniseContract) -> int:
    """认定: stores answers, findings, the conclusion and the decision; hands the contract to the reviewer.

    Raises RefusedError while a question is open, when the program's conclusion is not PASS, or when the
    decision differs from the advice without a written reason; then nothing has changed.
    """

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        facts = facts_of(contract)
        must_be_clean(uow, office, contract, facts)
        facts, fixing = fixed(facts)
        conclusion = conclude(office, facts, cmd.answers)
        kind, sub_kind = decision(conclusion, cmd)
        facts = replace(facts, kind=kind, sub_kind=sub_kind)
        before = (contract.kind, contract.sub_kind, contract.technology_amount)
        write_facts(contract, facts)
        heard_on_this(contract, before)
        look_for_experts(uow, office, contract)
        today = office.today()
        contract.recognised_on = today
        contract.rule_set, contract.rule_set_version = conclusion.rule_set, conclusion.rule_set_version
        row = store_recognition(uow, office, contract, conclusion, cmd, kind, sub_kind)
        keep_answers(uow, office, contract, "recognition", cmd.answers, cmd.actor)
        return {
            "kind": kind,
            "sub_kind": sub_kind,
            "advice": [conclusion.outcome, conclusion.kind, conclusion.sub_kind],
            "reason": cmd.reason,
            "rule_set": conclusion.rule_set_version,
            "technology_amount": contract.technology_amount,
            "formula": fixing.formula,
            "recognition": row.ordinal,
        }

    return perform(office, cmd, "recognise", work)


def heard_on_this(contract: Contract, before: tuple[Any, ...]) -> None:
    """Forget what experts said where kind or amount are no longer what they spoke of, or they disagreed."""
    now = (contract.kind, contract.sub_kind, contract.technology_amount)
    if contract.expert_opinion == "disagree" or now != before:
        contract.expert_opinion = None


def decision(conclusion: Conclusion, cmd: RecogniseContract) -> tuple[str, str]:
    """Kind and sub-kind that the clerk decided, checked against the advice."""
    if conclusion.open_questions:
        raise RefusedError(
            _("还有 {n} 问没有答完，不能下结论").format(n=len(conclusion.open_questions)),
            _("请从 {code} 接着答：{question}").format(
                code=conclusion.open_questions[0],
                question=question_of(conclusion, conclusion.open_questions[0]),
            ),
        )
    kind = cmd.kind or conclusion.kind
    sub_kind = cmd.sub_kind or conclusion.sub_kind
    differs = (kind, sub_kind) != (conclusion.kind, conclusion.sub_kind) or conclusion.outcome != "PASS"
    if conclusion.outcome in ("RETURN", "HOLD", "REFUSE", "NOT_ACCEPTED"):
        why = "；".join(f.short for f in conclusion.deciding[:3]) or conclusion.outcome
        raise RefusedError(
            _("按现有回答不能认定为技术合同：{why}").format(why=why),
            _("请退回补正或不予登记；如回答有误，请回到该问改正"),
        )
    if not kind or not sub_kind:
        raise RefusedError(_("还没有确定合同类别和细类"), _("请在“登记员认定”一栏选定"))
    if differs and not cmd.reason.strip():
        raise RefusedError(_("您的认定与程序的建议不同，请写明理由"), _("理由会入档，复核人看得到"))
    return kind, sub_kind


def question_of(conclusion: Conclusion, code: str) -> str:
    """The words of one question of this conclusion."""
    found = conclusion.finding(code)
    return found.question if found else code


def store_recognition(
    uow: UnitOfWork,
    office: Office,
    contract: Contract,
    conclusion: Conclusion,
    cmd: RecogniseContract,
    kind: str,
    sub_kind: str,
) -> Recognition:
    """One row for the conclusion and one for each finding."""
    count = uow.session.scalar(
        select(func.count()).select_from(Recognition).where(Recognition.contract_id == contract.id)
    )
    row = Recognition(
        contract_id=contract.id,
        ordinal=(count or 0) + 1,
        rule_set=conclusion.rule_set,
        rule_set_version=conclusion.rule_set_version,
        judged_on=conclusion.judged_on,
        outcome=conclusion.outcome,
        kind=conclusion.kind,
        sub_kind=conclusion.sub_kind,
        decided_kind=kind,
        decided_sub_kind=sub_kind,
        reason=cmd.reason,
        confidence=weakest(f.confidence for f in conclusion.used),
        answers=canonical(cmd.answers),
        conclusion=canonical(conclusion.to_json()),
        person=cmd.actor,
        at=office.now(),
    )
    uow.session.add(row)
    uow.session.flush()
    uow.add_rows(
        Finding,
        [
            {
                "recognition_id": row.id,
                "code": f.code,
                "answer": f.answer,
                "answered_by": f.answered_by,
                "evidence": f.evidence,
                "outcome": f.outcome,
                "confidence": f.confidence,
            }
            for f in conclusion.used
        ],
    )
    return row


def weakest(marks: Any) -> str:
    """The weakest confidence of all: a conclusion is as well known as its least known rule."""
    order = {"verified": 0, "draft": 1, "memory": 2}
    return max(marks, key=lambda mark: order[mark], default="memory")


def last_recognition(uow: UnitOfWork, contract_id: int) -> Recognition | None:
    """The recognition that counts: the newest."""
    return uow.session.scalars(_RECOGNITIONS, {"contract": contract_id}).first()


def newest_recognitions(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, Any]:
    """Contract id → outcome, kind and rule set of the recognition that counts, without its texts."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), AT_ONCE):
        given = {"contracts": ids[start : start + AT_ONCE]}
        found |= {row.contract_id: row for row in uow.session.execute(_NEWEST_LAST, given)}
    return found


_NEWEST_LAST = (
    select(
        Recognition.contract_id,
        Recognition.outcome,
        Recognition.decided_kind,
        Recognition.decided_sub_kind,
        Recognition.rule_set_version,
    )
    .where(Recognition.contract_id.in_(bindparam("contracts", expanding=True)))
    .order_by(Recognition.contract_id, Recognition.ordinal)
)


def last_recognition_id(uow: UnitOfWork, contract_id: int) -> int | None:
    """Its id alone, without the long texts."""
    return uow.session.scalars(_RECOGNITION_IDS, {"contract": contract_id}).first()


def relief_of(
    office: Office, facts: Facts, answers: Mapping[str, Any], *, registered: bool
) -> tuple[ReliefResult, ...]:
    """The relief opinion on these facts, with the subsidies of the local pack; decides nothing."""
    return check_relief(
        facts,
        read_answers(answers),
        office.book,
        registered=registered,
        on=office.today(),
        subsidies=office.pack.subsidies,
        calendar=office.calendar,
    )


def keep_relief(office: Office, cmd: KeepRelief) -> int:
    """Store today's relief opinion with its answers; the state stays."""

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        facts = facts_of(contract)
        registered = contract.state in LIVE_STATES
        results = relief_of(office, facts, cmd.answers, registered=registered)
        row = ReliefCheck(
            contract_id=contract.id,
            rule_set_version=office.book.version,
            answers=canonical(cmd.answers),
            results=canonical({"results": [r.to_json() for r in results]}),
            is_stale=False,
            person=cmd.actor,
            at=office.now(),
        )
        uow.session.add(row)
        uow.session.flush()
        uow.add_rows(
            ReliefFinding,
            [{"check_id": row.id, "relief": r.relief, "result": r.result, "basis": r.basis} for r in results],
        )
        keep_answers(uow, office, contract, "relief", cmd.answers, cmd.actor)
        return {"results": {r.relief: r.result for r in results}}

    return perform(office, cmd, "relief", work)


def relief_counts(uow: UnitOfWork, contract_ids: Collection[int]) -> dict[str, int]:
    """Result → how often it stands in the stored opinions of these contracts."""
    query = (
        select(ReliefFinding.result, func.count())
        .join(ReliefCheck, ReliefCheck.id == ReliefFinding.check_id)
        .where(ReliefCheck.contract_id.in_(contract_ids))
        .group_by(ReliefFinding.result)
    )
    return dict(uow.session.execute(query).all())


def mark_reliefs_stale(uow: UnitOfWork, contract: Contract) -> int:
    """After a change or an end: every earlier opinion must be looked at again; returns how many."""
    rows = uow.session.scalars(
        select(ReliefCheck).where(ReliefCheck.contract_id == contract.id, ReliefCheck.is_stale.is_(False))
    ).all()
    for row in rows:
        row.is_stale = True
    return len(rows)
