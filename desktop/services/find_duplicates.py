"""Contracts that look alike: shown while typing, decided by a person with a reason before registration
(V-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import or_, select

from desktop.errors import RefusedError
from desktop.models import Contract, ContractParty, DuplicateDecision
from desktop.resources import _
from desktop.rules.facts import Facts
from desktop.services.commands import DecideDuplicate
from desktop.services.office import Office, perform
from desktop.services.take_in import text_hash
from desktop.services.views import DuplicateView
from desktop.store.unit_of_work import UnitOfWork

ALIKE = 82
"""Titles at least so alike (0–100) are shown as possible duplicates."""
NEAR = timedelta(days=400)
"""Contracts signed further apart are shown only when their fingerprint is the same."""

NOT_COMPETING = ("REFUSED", "NOT_ACCEPTED", "CANCELLED", "REVOKED")


def find_duplicates(
    uow: UnitOfWork, facts: Facts, contract_id: int | None, limit: int = 5
) -> tuple[DuplicateView, ...]:
    """Other live contracts of the same seller with a near title and date, the most alike first."""
    sellers = [p.id_number or p.name for p in facts.sellers if p.id_number or p.name]
    if not sellers or not facts.title:
        return ()
    query = (
        select(Contract.id, Contract.title, Contract.signed_on, Contract.text_hash)
        .join(ContractParty)
        .where(
            ContractParty.role == "seller",
            or_(ContractParty.id_number.in_(sellers), ContractParty.name.in_(sellers)),
            Contract.deleted_at.is_(None),
            Contract.state.not_in(NOT_COMPETING),
        )
        .order_by(Contract.id.desc())
        .distinct()
        .limit(500)
    )
    if contract_id is not None:
        query = query.where(Contract.id != contract_id)
    print_ = text_hash(facts)
    found = []
    for other in uow.session.execute(query):
        likeness = round(fuzz.ratio(facts.title, other.title or ""))
        same = other.text_hash == print_
        near = (
            facts.signed_on is None
            or other.signed_on is None
            or abs(facts.signed_on - other.signed_on) <= NEAR
        )
        if not same and (likeness < ALIKE or not near):
            continue
        why = (
            _("卖方、名称、签订日期、金额都相同")
            if same
            else _("同一卖方，名称相近（{n}%）").format(n=likeness)
        )
        found.append((same, likeness, other.id, why))
    if not found:
        return ()
    found.sort(key=lambda row: (not row[0], -row[1]))
    decisions = _decisions(uow, contract_id)
    return tuple(
        _view(uow.contract(other), likeness, why, decisions) for _same, likeness, other, why in found[:limit]
    )


def _decisions(uow: UnitOfWork, contract_id: int | None) -> dict[int, str]:
    if contract_id is None:
        return {}
    rows = uow.session.scalars(
        select(DuplicateDecision).where(
            or_(DuplicateDecision.contract_id == contract_id, DuplicateDecision.other_id == contract_id)
        )
    )
    found = {}
    for row in rows:
        if row.contract_id != contract_id:  # the other one was judged to be the copy, or both are good
            found[row.contract_id] = row.reason
        elif not row.is_duplicate:
            found[row.other_id] = row.reason
    return found


def _view(other: Contract, likeness: int, why: str, decisions: Mapping[int, str]) -> DuplicateView:
    names = {
        role: "、".join(p.name or "" for p in other.parties if p.role == role) for role in ("seller", "buyer")
    }
    return DuplicateView(
        other.id,
        other.official_number or other.local_serial,
        "" if other.is_secret else other.title or "",
        names["seller"],
        names["buyer"],
        other.contract_amount,
        other.signed_on,
        likeness,
        why,
        decisions.get(other.id, ""),
    )


def open_duplicates(uow: UnitOfWork, contract: Contract, facts: Facts) -> tuple[DuplicateView, ...]:
    """Those that nobody judged yet, or that somebody judged to be the same."""
    return tuple(d for d in find_duplicates(uow, facts, contract.id) if not d.decision)


def decide_duplicate(office: Office, cmd: DecideDuplicate) -> int:
    """A person's word on one pair. Judged a duplicate, the contract cannot be registered (R-GATE-17)."""
    if not cmd.reason.strip():
        raise RefusedError(_("请写明判断的理由"), _("理由会入档，复核人看得到"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        other = uow.contract(cmd.other_id)
        query = select(DuplicateDecision).filter_by(contract_id=contract.id, other_id=other.id)
        row = uow.session.scalars(query).first()
        if row is None:
            row = DuplicateDecision(contract_id=contract.id, other_id=other.id)
            uow.session.add(row)
        row.is_duplicate, row.reason = cmd.is_duplicate, cmd.reason.strip()
        row.person, row.at = cmd.actor, office.now()
        return {"other": other.local_serial, "is_duplicate": cmd.is_duplicate, "reason": cmd.reason}

    return perform(office, cmd, "duplicate", work)
