"""Large and disputed contracts before experts, and objections to what was decided (专家评审、异议复核).

Sources: 2024 征求意见稿 第十四条 (experts, the long period); 2000 年办法 第十六、十七条 (the applicant,
tax and finance may ask for another look). A conclusion is never changed silently: every answer is a letter
(P26) and a row of the log; a changed one is a recognition of its own, by the rules of the contract's day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.models import Contract, ExpertReview, Objection
from desktop.resources import _
from desktop.rules.facts import Facts
from desktop.services.afterwards import refuse_below_income, report_anew, sheets_outside
from desktop.services.commands import (
    AnswerObjection,
    AskExperts,
    KeepExpertReview,
    RecogniseContract,
    TakeObjection,
)
from desktop.services.decide import (
    conclude,
    decision,
    fixed,
    keep_answers,
    store_recognition,
)
from desktop.services.office import Office, perform
from desktop.services.take_in import end_of_period, start_clock, was_asked, write_notice
from desktop.store.mapping import differences, facts_of, write_facts
from desktop.store.unit_of_work import UnitOfWork

CAUSES = ("large", "disputed")
RAISED_BY = ("applicant", "tax", "finance", "other")
DECISIONS = ("upheld", "changed", "withdrawn")
ON_PAPER = {
    "large": "技术交易额达到大额标准",
    "disputed": "存在争议",
    "upheld": "维持原认定结论",
    "withdrawn": "撤销原结论，自{day}起重新办理",
    "changed": "变更原认定结论：认定为{kind}，技术交易额{amount:,.2f}元",
}
"""Words that the letters carry: Chinese whatever the screen speaks."""


def ask_experts(office: Office, cmd: AskExperts) -> int:
    """提请专家评审: no registration before their opinion; the long period, told to the applicant by P23.

    Raises RefusedError for an unknown cause, a large contract that is not large, a dispute without words, or
    a contract that is before the experts already.
    """
    if cmd.cause not in CAUSES:
        raise RefusedError(_("提请评审的原因不对：{cause}").format(cause=cmd.cause), "large、disputed")
    if cmd.cause == "disputed" and not cmd.reason.strip():
        raise RefusedError(_("请写明争议是什么"), _("例如：委托开发还是技术服务，双方说法不一"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if was_asked(uow, contract):
            raise RefusedError(_("已经提请过专家评审"), _("请在评审后记录评审意见"))
        pack = office.pack
        if cmd.cause == "large" and not pack.is_large(
            contract.kind, contract.contract_amount, contract.technology_amount
        ):
            raise RefusedError(
                _("没有达到大额标准 {least:,.2f} 元").format(least=pack.large_amount),
                _("因争议提请的，请选“存在争议”并写明"),
            )
        contract.needs_expert = True
        start = contract.accepted_on or office.today()
        contract.due_on = end_of_period(office, start, "large")
        words = ON_PAPER[cmd.cause]
        number = write_notice(uow, office, contract, "P23", cmd.actor, deadline=contract.due_on, text=words)
        return {
            "cause": cmd.cause,
            "reason": cmd.reason.strip(),
            "due_on": contract.due_on,
            "notice": number,
        }

    return perform(office, cmd, "ask_expert", work)


def keep_expert_review(office: Office, cmd: KeepExpertReview) -> int:
    """记录评审意见: who met when, the vote, the opinion in words. The latest one counts.

    Raises RefusedError without organiser, names or words, for a day in the future, or for a vote that does
    not fit the opinion.
    """
    if cmd.opinion not in ("agree", "disagree"):
        raise RefusedError(_("评审意见不对：{word}").format(word=cmd.opinion), "agree、disagree")
    if not (cmd.organiser.strip() and cmd.experts.strip() and cmd.text.strip()):
        raise RefusedError(_("请写全组织单位、专家姓名和评审意见"), _("按评审会的记录填写"))
    if cmd.held_on > office.today():
        raise RefusedError(_("评审日期在今天之后"), _("请按评审会的记录填写"))
    if cmd.for_count < 0 or cmd.against_count < 0 or cmd.for_count + cmd.against_count == 0:
        raise RefusedError(_("票数不对"), _("请填同意和不同意的人数，至少一人"))
    if (cmd.for_count > cmd.against_count) != (cmd.opinion == "agree"):
        raise RefusedError(
            _("{a} 人同意、{b} 人不同意，与所选的结论不符").format(a=cmd.for_count, b=cmd.against_count),
            _("请核对票数和结论；同意的过半数才算同意"),
        )

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if contract.accepted_on and cmd.held_on < contract.accepted_on:
            raise RefusedError(_("评审日期早于受理日期"), _("请按评审会的记录填写"))
        uow.session.add(
            ExpertReview(
                contract_id=contract.id,
                held_on=cmd.held_on,
                organiser=cmd.organiser.strip(),
                experts=cmd.experts.strip(),
                for_count=cmd.for_count,
                against_count=cmd.against_count,
                opinion=cmd.opinion,
                text=cmd.text.strip(),
                document=cmd.document.strip(),
                person=cmd.actor,
                at=office.now(),
            )
        )
        contract.needs_expert = True
        contract.expert_opinion = cmd.opinion
        return {
            "held_on": cmd.held_on,
            "organiser": cmd.organiser.strip(),
            "votes": [cmd.for_count, cmd.against_count],
            "opinion": cmd.opinion,
            "text": cmd.text.strip(),
            "document": cmd.document.strip(),
        }

    return perform(office, cmd, "expert", work)


def take_objection(office: Office, cmd: TakeObjection) -> int:
    """收到异议: kept with who, when, against what; it is answered within the local pack's period.

    Raises RefusedError without reason or paper, for a day in the future, while another is open, or when
    nobody is named and the contract has no applicant.
    """
    if cmd.raised_by not in RAISED_BY:
        raise RefusedError(_("不知道异议由谁提出：{who}").format(who=cmd.raised_by), "、".join(RAISED_BY))
    if not cmd.reason.strip() or not cmd.against.strip():
        raise RefusedError(_("请写明对哪份文书有异议、理由是什么"), _("例如：澄技登不登〔2026〕3号"))
    day = cmd.received_on or office.today()
    if day > office.today():
        raise RefusedError(_("收到日期在今天之后"), _("请按来文的收到日期填写"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if contract.has_objection:
            raise RefusedError(_("还有一件异议没有答复"), _("请先答复前一件"))
        name = cmd.name.strip() or (applicant_of(contract) if cmd.raised_by == "applicant" else "")
        if not name:
            raise RefusedError(_("请写明提出异议的单位或个人"), _("答复要送达给它"))
        due = end_of_period(office, day, "objection")
        uow.session.add(
            Objection(
                contract_id=contract.id,
                raised_by=cmd.raised_by,
                name=name,
                received_on=day,
                against=cmd.against.strip(),
                reason=cmd.reason.strip(),
                due_on=due,
                clerk=cmd.actor,
                at=office.now(),
            )
        )
        contract.has_objection = True
        return {
            "raised_by": cmd.raised_by,
            "name": name,
            "received_on": day,
            "against": cmd.against.strip(),
            "reason": cmd.reason.strip(),
            "due_on": due,
        }

    return perform(office, cmd, "object", work)


def applicant_of(contract: Contract) -> str:
    """Name of the applicant: the seller, or the domestic buyer of an import."""
    role = "buyer" if contract.applicant_role == "buyer" else "seller"
    return next((p.name for p in contract.parties if p.role == role and p.name), "")


def open_objection(uow: UnitOfWork, contract_id: int) -> Objection | None:
    """The objection that waits for an answer."""
    query = select(Objection).where(Objection.contract_id == contract_id, Objection.decision.is_(None))
    return uow.session.scalars(query.order_by(Objection.id.desc()).limit(1)).first()


def answer_objection(office: Office, cmd: AnswerObjection) -> int:
    """答复异议 by letter P26: uphold, change, or withdraw the conclusion.

    ``changed`` is for a registered contract: it is recognised anew by the rule set of its own day, amounts
    fixed again, reliefs to be looked at again, reported again; a certificate in somebody's hands is named for
    recall and the next version can be printed. ``withdrawn`` is for a refused one: it is accepted again and
    the period starts anew. Raises RefusedError for the wrong decision for the state, without words, or when
    the new recognition does not hold; then nothing has changed.
    """
    if cmd.decision not in DECISIONS:
        raise RefusedError(_("复核决定不对：{word}").format(word=cmd.decision), "、".join(DECISIONS))
    if not cmd.answer.strip():
        raise RefusedError(_("请写明复核查明的事实和理由"), _("答复书要写给提出异议的人看"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        objection = open_objection(uow, contract.id)
        if objection is None:
            raise RefusedError(_("没有收到异议，不必答复"), _("请先记录收到的异议"))
        detail: dict[str, Any] = {"decision": cmd.decision, "answer": cmd.answer.strip()}
        outcome = ON_PAPER["upheld"]
        if cmd.decision == "withdrawn":
            if contract.state != "REFUSED":
                raise RefusedError(
                    _("只有不予登记的结论可以这样撤销"), _("已登记的请选“变更”，或办理撤销登记")
                )
            contract.state = "ACCEPTED"
            start_clock(uow, office, contract, office.today())
            contract.expert_opinion = None
            outcome = ON_PAPER["withdrawn"].format(day=_long(office.today()))
            detail |= {"accepted_on": contract.accepted_on, "due_on": contract.due_on}
        elif cmd.decision == "changed":
            if contract.state == "REFUSED":
                raise RefusedError(_("不予登记的合同没有可变更的认定"), _("请选“撤销原结论”，重新受理后认定"))
            changed, words = recognise_anew(uow, office, contract, cmd)
            detail |= changed
            outcome = words
        objection.answered_on, objection.decision = office.today(), cmd.decision
        objection.answer, objection.person = cmd.answer.strip(), cmd.actor
        number = write_notice(uow, office, contract, "P26", cmd.actor, text=outcome)
        objection.notice_number = number
        contract.has_objection = False
        return detail | {"outcome": outcome, "notice": number, "name": objection.name}

    return perform(office, cmd, "answer_objection", work)


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def recognise_anew(
    uow: UnitOfWork, office: Office, contract: Contract, cmd: AnswerObjection
) -> tuple[dict[str, Any], str]:
    """Kind and amounts of a registered contract again, by the rule set of its own day.

    Returns what the log keeps and the outcome in the words of the letter.
    """
    before = facts_of(contract)
    wanted = _within_the_form(before, cmd.facts)
    wanted, fixing = fixed(wanted)
    claimed = replace(wanted, kind=cmd.kind or before.kind, sub_kind=None)  # the party's own claim is past
    advice = conclude(office, claimed, cmd.answers)
    as_decision = RecogniseContract(
        actor=cmd.actor,
        request_id=cmd.request_id,
        contract_id=contract.id,
        answers=cmd.answers,
        kind=cmd.kind,
        sub_kind=cmd.sub_kind,
        reason=cmd.reason,
    )
    kind, sub_kind = decision(advice, as_decision)
    wanted = replace(wanted, kind=kind, sub_kind=sub_kind)
    changes = [list(row) for row in differences(before, wanted)]
    if not changes:
        raise RefusedError(_("类别和金额都没有变"), _("结论不变的，请选“维持”"))
    refuse_below_income(contract, wanted.technology_amount)
    write_facts(contract, wanted)
    contract.rule_set, contract.rule_set_version = advice.rule_set, advice.rule_set_version
    row = store_recognition(uow, office, contract, advice, as_decision, kind, sub_kind)
    keep_answers(uow, office, contract, "recognition", cmd.answers, cmd.actor)
    contract.state = "CHANGED"
    stale = report_anew(uow, contract)
    words = ON_PAPER["changed"].format(
        kind=office.codes.name("contract_kinds", sub_kind), amount=wanted.technology_amount or 0
    )
    return {
        "changes": changes,
        "recognition": row.ordinal,
        "advice": [advice.outcome, advice.kind, advice.sub_kind],
        "reason": cmd.reason,
        "formula": fixing.formula,
        "recall": sheets_outside(uow, contract),
        "tell": ["财政", "税务"],
        "stale_reliefs": stale,
    }, words


_MAY_CHANGE = frozenset({"kind", "sub_kind", "contract_amount", "technology_amount", "amount_lines"})


def _within_the_form(before: Facts, given: Facts | None) -> Facts:
    """The facts with what an answer may change: kind and amounts; all else is a 变更登记 of its own."""
    if given is None:
        return before
    return replace(before, **{name: getattr(given, name) for name in sorted(_MAY_CHANGE)})


def expert_reviews(uow: UnitOfWork, contract_id: int) -> tuple[ExpertReview, ...]:
    """What experts said of this contract, oldest first."""
    query = select(ExpertReview).where(ExpertReview.contract_id == contract_id).order_by(ExpertReview.id)
    return tuple(uow.session.scalars(query))


def objections_of(uow: UnitOfWork, contract_id: int) -> tuple[Objection, ...]:
    """The objections to what was decided on this contract, oldest first."""
    query = select(Objection).where(Objection.contract_id == contract_id).order_by(Objection.id)
    return tuple(uow.session.scalars(query))
