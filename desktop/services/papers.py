"""Letters and internal sheets, printed from the rows that recorded them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from desktop.certificates.wording import date_text
from desktop.errors import RefusedError
from desktop.models import Action, Contract, ExpertReview, Notice, Recognition
from desktop.resources import _, in_chinese
from desktop.rules.conclusion import Conclusion, Finding, conclusion_from_json
from desktop.rules.facts import Facts, Party
from desktop.rules.identifiers import mask_id
from desktop.services.decide import conclude, kept_answers, last_recognition
from desktop.services.issue import total_income
from desktop.services.look import field_words, masked
from desktop.services.objections import expert_reviews, objections_of
from desktop.services.office import Office
from desktop.services.register import last_review
from desktop.settings import local_time
from desktop.store.mapping import facts_of
from desktop.store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from desktop.certificates.letters import ReviewedRule


NEW_TEXT: Final = re.compile("（新文本[^）]*）")
"""The doubt about the new text is said by the mark; its name on paper is short."""
_NEGATIVE: Final = re.compile(r"-N\d+$")
"""Rules of the negative lists; a stored conclusion does not keep their role."""


@in_chinese()
def print_notice(office: Office, notice_id: int, path: Path) -> Path:
    """One letter as PDF, in the copies of the local pack.

    Raises RefusedError when a remedy must be on it and the station has not set its wording, or a value is
    missing.
    """
    from desktop.certificates.layout import load_layout
    from desktop.certificates.letters import draw_paper

    with office.look() as uow:
        notice = uow.session.get(Notice, notice_id)
        if notice is None:
            raise RefusedError(_("没有这份文书"), _("请刷新后再选"))
        contract = uow.contract(notice.contract_id)
        paper = _paper(uow, office, notice, contract, facts_of(contract))
    draw_paper(paper, path, layout=load_layout(notice.paper, office.pack.layout(notice.paper)))
    return path


def _paper(uow: UnitOfWork, office: Office, notice: Notice, contract: Contract, facts: Facts) -> Any:
    from desktop.certificates import letters

    applicant = (facts.buyers if facts.applicant_role == "buyer" else facts.sellers)[:1]
    name = (applicant[0].name or "") if applicant else ""
    day = local_time(notice.at).date()
    shared: dict[str, Any] = {
        "station_name": office.station.name,
        "decided_on": day,
        "docno": notice.number,
        "contact": office.pack.station.get("phone", ""),
        "is_training": office.station.is_training,
        "addressee": name,
        "is_person": bool(applicant) and applicant[0].id_type != "credit_code",
    }
    received = contract.received_on or day
    basis = letters_basis(office, contract)
    if notice.paper == "P01":
        detail = _detail(uow, contract, ("accept", "supplement"), notice.number)
        accepted = contract.accepted_on or day
        due = detail.get("due_on") or contract.due_on or day
        return letters.AcceptanceSlip(
            **shared,
            title=facts.title or "",
            kind_name=office.codes.name("contract_kinds", facts.kind),
            received_on=received,
            accepted_on=accepted,
            days=office.calendar.working_days_between(accepted, _day(due)),
            due_on=_day(due),
            materials=tuple(letters.Material(a.name or "", pages=a.pages or 0) for a in facts.attachments),
            submitted_by=(applicant[0].contact or "") if applicant else "",
            received_by=notice.person,
        )
    if notice.paper == "P02":
        return letters.SupplementNotice(
            **shared,
            title=facts.title or "",
            received_on=received,
            deadline=notice.deadline_on or day,
            defects=tuple(letters.Defect(i.clause, i.problem, i.remedy, i.basis) for i in notice.items),
        )
    if notice.paper == "P03":
        return letters.NonAcceptanceNotice(
            **shared,
            title=facts.title or "",
            received_on=received,
            case=notice.text,
            basis=basis,
            material_count=max(len(facts.attachments), 1),
            remedy=office.pack.remedy.text if office.pack.remedy.is_set else "",
        )
    if notice.paper == "P07":
        return letters.RefusalNotice(
            **shared,
            title=facts.title or "",
            accepted_on=contract.accepted_on or received,
            grounds=tuple(letters.Ground(i.problem, i.basis) for i in notice.items),
            basis=basis,
            remedy=office.pack.remedy.text if office.pack.remedy.is_set else "",
        )
    if notice.paper == "P08":
        detail = _detail(uow, contract, ("change",), notice.number)
        return letters.ChangeNotice(
            **shared,
            number=contract.official_number or "",
            applied_on=day,
            agreement=str(detail.get("agreement", "")),
            items=tuple(
                letters.ChangedItem(field_words(f), masked(f, a), masked(f, b))
                for f, a, b in detail.get("changes", ())
            ),
            contract_amount=facts.contract_amount or Decimal(0),
            technology_amount=facts.technology_amount or Decimal(0),
            version=contract.certificate_version + (contract.state == "CHANGED"),
            effective_on=day,
        )
    if notice.paper == "P09":
        detail = _detail(uow, contract, ("cancel",), notice.number)
        return letters.CancellationNotice(
            **shared,
            number=contract.official_number or "",
            applied_on=day,
            reason=notice.text,
            papers=str(detail.get("document") or _("注销申请")),
            effective_on=_day(detail.get("effective_on") or day),
            income_fixed=total_income(contract),
            return_by=day + timedelta(days=15),
        )
    if notice.paper == "P10":
        detail = _detail(uow, contract, ("revoke",), notice.number)
        return letters.RevocationNotice(
            **shared,
            number=contract.official_number or "",
            document=str(detail.get("document", "")),
            reason=notice.text,
            effective_on=_day(detail.get("effective_on") or day),
            return_by=day + timedelta(days=15),
        )
    if notice.paper == "P11":
        return _informing(uow, notice, contract, facts, shared)
    if notice.paper == "P23":
        detail = _detail(uow, contract, ("ask_expert",), notice.number)
        accepted = contract.accepted_on or day
        due = _day(detail.get("due_on") or notice.deadline_on or day)
        return letters.ExtensionNotice(
            **shared,
            title=facts.title or "",
            accepted_on=accepted,
            cause=notice.text,
            due_on=due,
            days=office.calendar.working_days_between(accepted, due),
        )
    if notice.paper == "P26":
        detail = _detail(uow, contract, ("answer_objection",), notice.number)
        objection = next(o for o in objections_of(uow, contract.id) if o.notice_number == notice.number)
        shared |= {"addressee": objection.name, "is_person": shared["is_person"] and objection.name == name}
        return letters.ObjectionAnswer(
            **shared,
            received_on=objection.received_on,
            against=objection.against,
            facts=objection.answer,
            outcome=str(detail.get("outcome", notice.text)),
            remedy=office.pack.remedy.text if office.pack.remedy.is_set else "",
        )
    raise RefusedError(
        _("{paper} 的版式还没有装入").format(paper=notice.paper), _("请更新程序后再打印这份文书")
    )


def _informing(
    uow: UnitOfWork, notice: Notice, contract: Contract, facts: Facts, shared: dict[str, Any]
) -> Any:
    """告知函 (P11) on the last change, cancellation or revocation before it."""
    from desktop.certificates import letters

    detail = _detail(uow, contract, ("inform",), notice.number)
    seller = facts.sellers[0] if facts.sellers else Party()
    is_company = seller.id_type == "credit_code"
    before = detail.get("technology_before")
    return letters.InformingLetter(
        **shared | {"addressee": str(detail["office"]), "is_person": False},
        number=contract.official_number or "",
        seller=seller.name or "",
        seller_id=(seller.id_number or "") if is_company else mask_id(seller.id_number or ""),
        day=_day(detail["day"]),
        act={"change": "变更", "answer_objection": "变更", "cancel": "注销", "revoke": "撤销"}[detail["act"]],
        is_ended=detail["act"] in ("cancel", "revoke"),
        technology_before=Decimal(before) if before else None,
        technology_after=facts.technology_amount or Decimal(0),
        prints=int(detail["prints"]),
        income_fixed=total_income(contract),
    )


def expert_words(row: ExpertReview) -> str:
    """One expert review as the sheet has it."""
    opinion = _("同意") if row.opinion == "agree" else _("不同意")
    words = _("{day}，{organiser}组织{experts}评审，{a}人同意、{b}人不同意，结论：{opinion}。{text}")
    return words.format(
        day=f"{row.held_on.year}年{row.held_on.month}月{row.held_on.day}日",
        organiser=row.organiser,
        experts=row.experts,
        a=row.for_count,
        b=row.against_count,
        opinion=opinion,
        text=row.text,
    )


def letters_basis(office: Office, contract: Contract) -> str:
    """What the letter rests on; an article is named only where the row is verified."""
    if contract.accepted_on and office.book.rule_set_on(contract.accepted_on) == "R2001":
        return _("《技术合同认定登记管理办法》（国科发政字〔2000〕063号）")
    return _("工业和信息化部《技术合同认定登记管理办法》")


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _detail(uow: UnitOfWork, contract: Contract, verbs: tuple[str, ...], number: str) -> dict[str, Any]:
    rows = uow.session.scalars(
        select(Action)
        .where(Action.contract_uid == contract.uid, Action.verb.in_(verbs))
        .order_by(Action.id.desc())
    )
    for row in rows:
        detail: dict[str, Any] = json.loads(row.detail)
        if detail.get("notice") == number:
            return detail
    return {}


@in_chinese()
def print_grounds(office: Office, contract_id: int, path: Path) -> Path:
    """认定审核表 (P22): conclusion and reason in sentences, then every rule, its answer and source.

    Of the newest recognition; without one, of a finished interview that leads to 退回补正 or 不予登记.
    Raises RefusedError while questions are open.
    """
    from desktop.certificates.letters import ReviewSheet, draw_paper

    with office.look() as uow:
        contract = uow.contract(contract_id)
        row = last_recognition(uow, contract_id)
        review = last_review(uow, contract_id) if row is not None else None
        if row is not None:
            conclusion = conclusion_from_json(json.loads(row.conclusion), office.book)
            decided = _decided(office, row)
            clerk, day = row.person, local_time(row.at).date()
        else:
            answers = kept_answers(uow, contract, "recognition")
            conclusion = conclude(office, facts_of(contract), answers)
            if conclusion.open_questions:
                raise RefusedError(_("这份合同还没有认定"), _("认定之后才有认定审核表"))
            decided = _advised(conclusion)
            people = [str(a.get("by", "")) for a in answers.values() if isinstance(a, dict)]
            clerk, day = next(filter(None, people), ""), local_time(office.now()).date()
        used = [f for f in conclusion.used if f.answer != "not_applicable"]
        paper = ReviewSheet(
            station_name=office.station.name,
            decided_on=day,
            is_training=office.station.is_training,
            local_serial=contract.local_serial,
            title=contract.title or "",
            conclusion=decided,
            reasons="".join(reasons_of(office, conclusion)),
            rule_set=law_of_conclusion(office, conclusion),
            known=_known(conclusion),
            rules=tuple(_reviewed_rule(f, clerk, _starts(office, conclusion)) for f in used),
            clerk=clerk,
            clerk_on=day,
            reviewer=review.person if review else "",
            reviewer_on=local_time(review.at).date() if review else None,
            deviations=row.reason if row is not None else "",
            experts="；".join(expert_words(r) for r in expert_reviews(uow, contract_id)),
        )
    draw_paper(paper, path)
    return path


def _decided(office: Office, row: Recognition) -> str:
    kind, sub = (office.codes.name("contract_kinds", c) for c in (row.decided_kind, row.decided_sub_kind))
    if kind == sub or not sub:
        return _("认定为{kind}。").format(kind=kind)
    return _("认定为{kind}（{sub}）。").format(kind=kind, sub=sub)


def _advised(conclusion: Conclusion) -> str:
    """Not the cached words of the screen: those may be English."""
    words = {
        "PASS": _("认定为技术合同"),
        "RETURN": _("退回补正"),
        "HOLD": _("退回补正，待补文件"),
        "REFUSE": _("不予登记"),
        "NOT_ACCEPTED": _("不予受理"),
    }
    outcome = words.get(conclusion.outcome, _("请人工判断"))
    return _("程序建议{outcome}；由登记员作出决定。").format(outcome=outcome)


def reasons_of(office: Office, conclusion: Conclusion) -> list[str]:
    """Why it came out so, in sentences that can be read out."""
    name = office.codes.name
    if conclusion.outcome == "PASS":
        holds = _("经逐项审查，该合同符合{kind}的认定条件：{reason}。")
        made = [
            holds.format(kind=name("contract_kinds", h.kind), reason=h.reason)
            for h in conclusion.kinds_holding
        ]
        away = [f.short for f in conclusion.deciding if _NEGATIVE.search(f.code) and f.answer == "no"]
        if away:
            made.append(_("不属于下列情形：{cases}。").format(cases="；".join(away)))
        return made
    if conclusion.outcome in ("RETURN", "HOLD"):
        wanting = _("经审查，{found}；{supply}。")
        pairs = (f.defect for f in conclusion.defects)
        return [wanting.format(found=a.rstrip("。"), supply=b.rstrip("。")) for a, b in pairs]
    if conclusion.outcome in ("REFUSE", "NOT_ACCEPTED"):
        facts = "；".join(fact_in_words(f) for f in conclusion.deciding)
        grounds = "、".join(f"“{name('refusal_grounds', code)}”" for code in conclusion.grounds)
        made = [_("经审查，{facts}。").format(facts=facts)]
        if grounds:
            made.append(_("上述情形属于{grounds}，不符合认定登记条件。").format(grounds=grounds))
        return made
    disputed = "、".join(f"“{f.short}”" for f in conclusion.deciding)
    return [
        _("{cases}如何处理，规定之间说法不一，由登记员认定，理由见“与建议不同之处及理由”一栏。").format(
            cases=disputed
        )
    ]


def fact_in_words(finding: Finding) -> str:
    """合同第2.1条属于“…”的情形: the clause first, as a letter says it."""
    found, number = finding.defect[0], finding.evidence[:1].isdigit()
    if not finding.evidence:
        return _("该合同{found}").format(found=found) if not finding.note else found
    clause, _space, quoted = finding.evidence.partition(" ")
    where = _("合同第{clause}条").format(clause=clause) if number else _("合同{clause}").format(clause=clause)
    said = _("（“{words}”）").format(words=quoted.strip(" “”")) if quoted.strip() else ""
    return f"{where}{said}{found}"


def _starts(office: Office, conclusion: Conclusion) -> date:
    sets = [s.valid_from for s in office.book.rule_sets if s.name == conclusion.rule_set]
    return sets[0] if sets else date.min


def law_of_conclusion(office: Office, conclusion: Conclusion) -> str:
    """技术合同认定登记规则（…），自2026年3月1日起施行；by the rules of which day; version."""
    found = next((s for s in office.book.rule_sets if s.name == conclusion.rule_set), None)
    if found is None:
        return conclusion.rule_set_version
    ended = _("，{day}起不再适用").format(day=date_text(found.valid_until)) if found.valid_until else ""
    words = _("{title}，自{day}起施行{ended}；本合同按{judged}的规则审查，规则版本 {version}。")
    return words.format(
        title=found.title,
        day=date_text(found.valid_from),
        ended=ended,
        judged=date_text(conclusion.judged_on),
        version=conclusion.rule_set_version.partition("+")[0],
    )


def _known(conclusion: Conclusion) -> str:
    counted = conclusion.confidence_counts
    parts = (
        (counted["verified"], _("已核对原文的{n}条")),
        (counted["draft"], _("见于草案、待核的{n}条")),
        (counted["memory"], _("凭记忆、待核的{n}条")),
    )
    named = "，".join(words.format(n=n) for n, words in parts if n)
    return _("所用{n}条规则中，{named}。").format(n=len(conclusion.used), named=named)


def _reviewed_rule(finding: Finding, clerk: str, starts: date) -> ReviewedRule:
    from desktop.certificates.letters import ReviewedRule

    words = {"yes": _("是"), "no": _("否"), "unknown": _("不明"), "needs_human": _("需人工")}
    source = finding.sources[0]
    since = finding.rule.valid_from
    dated = _("，{day}起").format(day=date_text(since)) if since != starts and since > date.min else ""
    evidence = "；".join(t for t in (finding.evidence, finding.remark, finding.note) if t)
    return ReviewedRule(
        code=finding.code,
        question=finding.short,
        answer=words.get(finding.answer, _("未答")),
        evidence=evidence,
        who=_("登记表") if finding.answered_by == "data" else finding.by or clerk,
        instrument=NEW_TEXT.sub(_("（新文本）"), source.instrument),
        article=source.article,
        is_verified=source.confidence == "verified",
        dated=dated,
        mark={"draft": _("草案"), "memory": _("凭记忆")}.get(source.confidence, ""),
    )
