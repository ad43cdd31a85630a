"""Contracts that look alike (V-11), or like parts of one (拆分): shown while typing, decided by a person with
a reason before registration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import bindparam, func, intersect, or_, select

from desktop.errors import RefusedError
from desktop.models import Contract, ContractParty, DuplicateDecision
from desktop.resources import _
from desktop.rules.amounts import fix_amounts
from desktop.rules.facts import Facts, Party
from desktop.rules.local_pack import LocalPack
from desktop.rules.splitting import SPLIT_DAYS, Piece, parts_with, piece, why_split
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
    uow: UnitOfWork, facts: Facts, contract_id: int | None, limit: int = 5, *, pack: LocalPack | None = None
) -> tuple[DuplicateView, ...]:
    """Other live contracts of the same seller with a near title and date, the most alike first; then, by the
    thresholds of ``pack``, those of the same two sides that look like parts of one large contract.
    """
    found = {view.other_id: view for view in _alike(uow, facts, contract_id, limit)}
    for view in _parts(uow, facts, contract_id, pack) if pack is not None else ():
        twin = found.get(view.other_id)
        found[view.other_id] = replace(twin, why=f"{twin.why}；{view.why}") if twin else view
    return tuple(found.values())


def _alike(uow: UnitOfWork, facts: Facts, contract_id: int | None, limit: int) -> tuple[DuplicateView, ...]:
    sellers = _named(facts.sellers)
    if not sellers or not facts.title:
        return ()
    print_ = text_hash(facts)
    found = []
    for other in uow.session.execute(_OF_SELLER, {"sellers": sellers, "own": contract_id or 0}):
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


def _parts(
    uow: UnitOfWork, facts: Facts, contract_id: int | None, pack: LocalPack
) -> tuple[DuplicateView, ...]:
    """Those already decided on, and of the others the largest: a word on it may settle the rest as well.

    A copy of the contract is no part of it.
    """
    fixed = fix_amounts(facts)
    own = piece(pack, 0, "", facts.kind, facts.signed_on, fixed.contract_amount, fixed.technology_amount)
    sellers, buyers = _named(facts.sellers), _named(facts.buyers)
    if own is None or not sellers or not buyers:
        return ()
    near, own_print = timedelta(days=SPLIT_DAYS), text_hash(facts)
    given = {
        "sellers": sellers,
        "buyers": buyers,
        "first": own.signed_on - near,
        "last": own.signed_on + near,
        "own": contract_id or 0,
    }
    others = [
        part
        for key, number, print_, kind, day, whole, technology in uow.session.execute(_OF_BOTH, given)
        if print_ != own_print and (part := piece(pack, key, number, kind, day, whole, technology))
    ]
    if not (every := parts_with(own, others, pack)):
        return ()
    decisions = _decisions(uow, contract_id)
    decided = [part for part in every if part.id in decisions]
    still = parts_with(own, [part for part in others if part.id not in decisions], pack)
    shown = [(part, every) for part in decided] + [(part, still) for part in still[:1]]
    return tuple(_part_view(uow, facts, own, part, parts, pack, decisions) for part, parts in shown)


def _part_view(
    uow: UnitOfWork,
    facts: Facts,
    own: Piece,
    part: Piece,
    parts: Sequence[Piece],
    pack: LocalPack,
    decisions: Mapping[int, str],
) -> DuplicateView:
    other = uow.contract(part.id)
    likeness = round(fuzz.ratio(facts.title or "", other.title or ""))
    return replace(_view(other, likeness, why_split(own, parts, pack), decisions), is_part=True)


def _named(parties: Sequence[Party]) -> list[str]:
    return [key for p in parties if (key := p.id_number or p.name)]


def _side(role: str, names: str) -> Any:
    given: Any = bindparam(names, expanding=True)
    return select(ContractParty.contract_id).where(
        ContractParty.role == role, or_(ContractParty.id_number.in_(given), ContractParty.name.in_(given))
    )


_OF_BOTH = select(
    Contract.id,
    func.coalesce(Contract.official_number, Contract.local_serial),
    Contract.text_hash,
    Contract.kind,
    Contract.signed_on,
    Contract.contract_amount,
    Contract.technology_amount,
).where(
    Contract.id.in_(intersect(_side("seller", "sellers"), _side("buyer", "buyers"))),
    Contract.id != bindparam("own"),
    Contract.signed_on.between(bindparam("first"), bindparam("last")),
    Contract.deleted_at.is_(None),
    Contract.state.not_in(NOT_COMPETING),
)
"""Contracts of the same two sides, both found by the indexes of the parties."""


_OF_SELLER = (
    select(Contract.id, Contract.title, Contract.signed_on, Contract.text_hash)
    .where(
        Contract.id.in_(_side("seller", "sellers")),
        Contract.id != bindparam("own"),
        Contract.deleted_at.is_(None),
        Contract.state.not_in(NOT_COMPETING),
    )
    .order_by(Contract.id.desc())
    .limit(500)
)
"""The newest contracts of the same seller."""


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


def open_duplicates(
    uow: UnitOfWork, contract: Contract, facts: Facts, pack: LocalPack | None = None
) -> tuple[DuplicateView, ...]:
    """Those that nobody judged yet, or that somebody judged to be the same or a part."""
    return tuple(d for d in find_duplicates(uow, facts, contract.id, pack=pack) if not d.decision)


def decide_duplicate(office: Office, cmd: DecideDuplicate) -> int:
    """A person's word on one pair. Judged a duplicate (R-GATE-17) or a part, the contract cannot be
    registered as it is."""
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
