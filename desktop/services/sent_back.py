"""退回初审, as the clerk meets it: each objection, open until the value was changed or the clerk answered."""

from __future__ import annotations

import json

from sqlalchemy import bindparam, select

from desktop.errors import Problem
from desktop.models import Action, Contract
from desktop.resources import _
from desktop.rules.facts import Facts
from desktop.services.office import Office
from desktop.services.register import answer_code, besides, field_of, items_of, last_review
from desktop.services.views import SentBack, SentBackItem
from desktop.settings import local_time
from desktop.store.unit_of_work import UnitOfWork

STATES = ("ACCEPTED", "RETURNED")
"""A contract that was sent back stays in these until it is recognised again."""
STEPS = {"kind": 2, "technology_amount": 3, "relief": 4}
"""Items that are changed on a later step than the form."""
_NEWEST = (
    select(Action)
    .where(Action.contract_uid == bindparam("uid"), Action.verb.in_(("send_back", "recognise")))
    .order_by(Action.id.desc())
    .limit(1)
)


def sent_back_of(uow: UnitOfWork, office: Office, contract: Contract, facts: Facts) -> SentBack | None:
    """The newest 退回初审 that was not followed by another recognition; None when there is none.

    ``facts`` may be what stands on the page and is not saved yet.
    """
    if contract.state not in STATES:
        return None
    action = uow.session.scalars(_NEWEST, {"uid": contract.uid}).first()
    if action is None or action.verb != "send_back":
        return None
    reason = str(json.loads(action.detail).get("reason") or "")
    beside = besides(uow, contract.id)
    review = last_review(uow, contract.id)
    if review is None or review.recognition_id != beside.recognition_id or review.person != action.person:
        return SentBack(action.person, action.at, reason)
    answers = {(code, field): words for code, field, words in beside.doubts}
    rows = {row.item: row for row in items_of(office, facts, beside)}
    found = []
    for said in review.items:
        if said.is_agreed:
            continue
        row = rows.get(said.item)
        code, field = answer_code(review), field_of(facts, said.item)
        found.append(
            SentBackItem(
                item=said.item,
                label=row.label if row else _label_of_gone(said.item),
                value=said.value,
                remark=said.remark,
                now=row.value if row else "",
                answer=answers.get((code, field), ""),
                step=STEPS.get(said.item, 1),
                code=code,
                field=field,
            )
        )
    return SentBack(action.person, action.at, reason, tuple(found))


def _label_of_gone(item: str) -> str:
    if item.startswith("doubt:"):
        return _("疑点 {code}").format(code=item.split(":")[1])
    return {"buyer": _("买方"), "seller": _("卖方")}.get(item.partition("[")[0], _("税惠意见"))


def objection_problems(sent: SentBack | None) -> tuple[Problem, ...]:
    """The open objections to what stands on the form, as doubts (疑点) of the self-check."""
    if sent is None:
        return ()
    day = local_time(sent.at).strftime("%m-%d")
    return tuple(
        Problem(
            place=item.label,
            value=item.now,
            reason=_("{person} {day} 复核退回：{remark}").format(
                person=sent.person, day=day, remark=item.remark.rstrip("。")
            ),
            remedy=_("请改这一栏；不改的，写明理由"),
            level="doubt",
            code=item.code,
            field=item.field,
        )
        for item in sent.open_items
        if item.step == 1
    )
