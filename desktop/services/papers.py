"""Letters and internal sheets, printed from the rows that recorded them."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.models import Action, Contract, ExpertReview, Notice
from desktop.resources import _, in_chinese
from desktop.rules.facts import Facts, Party
from desktop.rules.identifiers import mask_id
from desktop.services.decide import last_recognition
from desktop.services.issue import total_income
from desktop.services.look import field_words, masked
from desktop.services.objections import expert_reviews, objections_of
from desktop.services.office import Office
from desktop.services.register import last_review
from desktop.settings import local_time
from desktop.store.mapping import facts_of
from desktop.store.unit_of_work import UnitOfWork


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
    from datetime import date

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
    """认定审核表 (P22) of the newest recognition: every rule with answer, evidence, who, and source."""
    from desktop.certificates.letters import ReviewedRule, ReviewSheet, draw_paper

    with office.look() as uow:
        contract = uow.contract(contract_id)
        row = last_recognition(uow, contract_id)
        if row is None:
            raise RefusedError(_("这份合同还没有认定"), _("认定之后才有认定审核表"))
        review = last_review(uow, contract_id)
        conclusion = json.loads(row.conclusion)
        words = {
            "yes": _("是"),
            "no": _("否"),
            "unknown": _("不明"),
            "needs_human": _("需人工"),
            "not_applicable": "—",
        }
        rules = []
        for f in conclusion["findings"]:
            source = (f.get("sources") or [{}])[0]
            rules.append(
                ReviewedRule(
                    code=f["code"],
                    question=f.get("short") or f.get("question", ""),
                    answer=words.get(f.get("answer", ""), _("未答")),
                    evidence=f.get("evidence", ""),
                    who={"data": _("表内"), "person": f.get("by") or row.person}.get(
                        f.get("answered_by", ""), "—"
                    ),
                    instrument=source.get("instrument", ""),
                    article=source.get("article", ""),
                    is_verified=source.get("confidence", f.get("confidence")) == "verified",
                )
            )
        paper = ReviewSheet(
            station_name=office.station.name,
            decided_on=local_time(row.at).date(),
            is_training=office.station.is_training,
            local_serial=contract.local_serial,
            title=contract.title or "",
            conclusion=f"{office.codes.name('contract_kinds', row.decided_kind)}　"
            f"{office.codes.name('contract_kinds', row.decided_sub_kind)}",
            rule_set=row.rule_set_version,
            rules=tuple(r for r in rules if r.answer != _("未答")),
            clerk=row.person,
            clerk_on=local_time(row.at).date(),
            reviewer=review.person if review else "",
            reviewer_on=local_time(review.at).date() if review else None,
            deviations=row.reason,
            experts="；".join(expert_words(r) for r in expert_reviews(uow, contract_id)),
        )
    draw_paper(paper, path)
    return path
