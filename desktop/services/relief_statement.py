"""税惠说明书 (P15) and 税惠询问单 (P27) of one contract as it stands now; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.models import Contract, ReliefCheck
from desktop.resources import _, in_chinese
from desktop.rules.facts import Facts
from desktop.rules.relief import ReliefResult, timeline
from desktop.rules.relief_words import rejections_for
from desktop.services.decide import kept_answers, relief_of
from desktop.services.lifecycle import LIVE_STATES
from desktop.services.office import Office
from desktop.services.views import STATE_WORDS
from desktop.store.mapping import facts_of
from desktop.store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from desktop.certificates.relief_papers import ReliefStatement

ENDED = ("CANCELLED", "REVOKED", "REFUSED", "NOT_ACCEPTED")
"""States in which a contract supports nothing any more: no statement is printed."""


def reliefs_in(office: Office, uow: UnitOfWork, contract: Contract, facts: Facts) -> tuple[ReliefResult, ...]:
    """The reliefs of this contract by its kept answers.

    Raises RefusedError once the registration has ended: what it supported must be looked at anew.
    """
    if contract.state in ENDED:
        raise RefusedError(
            _("这份合同{state}，不能再出税惠说明书").format(state=STATE_WORDS[contract.state]),
            _("已凭原登记证明享受优惠的，请当事人告知主管税务机关重新核对"),
        )
    answers = kept_answers(uow, contract, "relief")
    return relief_of(office, facts, answers, registered=contract.state in LIVE_STATES)


def statement_in(office: Office, uow: UnitOfWork, contract: Contract) -> ReliefStatement:
    """The statement of one contract, inside an open unit of work."""
    from desktop.certificates.relief_papers import ReliefStatement

    facts = facts_of(contract)
    results = reliefs_in(office, uow, contract, facts)
    stale = uow.session.scalars(
        select(ReliefCheck.is_stale)
        .where(ReliefCheck.contract_id == contract.id)
        .order_by(ReliefCheck.id.desc())
        .limit(1)
    ).first()
    kind = facts.kind or ""
    return ReliefStatement(
        station_name=office.station.name,
        decided_on=office.today(),
        is_training=office.station.is_training,
        serial=contract.local_serial,
        number=contract.official_number or "",
        title=facts.title or "",
        kind=kind,
        kind_name=kind_words(office, facts),
        sellers=tuple(p.name or "—" for p in facts.sellers),
        buyers=tuple(p.name or "—" for p in facts.buyers),
        contract_amount=facts.contract_amount,
        technology_amount=facts.technology_amount,
        signed_on=facts.signed_on,
        registered_on=facts.registered_on,
        results=results,
        ends=ends_of(office, results),
        rejections=rejections_for(kind, results),
        law_version=office.book.version,
        clerk=office.person.name,
        is_secret=bool(facts.is_secret),
        is_stale=bool(stale),
    )


def kind_words(office: Office, facts: Facts) -> str:
    """技术开发合同（委托开发合同）; the kind alone where the sub-kind says the same."""
    kind = office.codes.name("contract_kinds", facts.kind) if facts.kind else _("未定")
    sub_kind = office.codes.name("contract_kinds", facts.sub_kind) if facts.sub_kind else kind
    return kind if sub_kind == kind else f"{kind}（{sub_kind}）"


def ends_of(office: Office, results: Sequence[ReliefResult]) -> Mapping[str, date]:
    """Relief → the day from which no rule is known, for those whose rule in hand ends there."""
    found = {}
    for result in results:
        later = [s for s in timeline(result.relief, office.book) if s.first == result.rule_until]
        if later and not later[0].has_rule:
            found[result.relief] = later[0].first
    return found


@in_chinese()
def print_relief(office: Office, contract_id: int, path: Path) -> Path:
    """税惠说明书 (P15) of this moment as PDF. Raises RefusedError once the registration has ended."""
    from desktop.certificates.layout import load_layout
    from desktop.certificates.relief_papers import draw_relief_statement

    with office.look() as uow:
        paper = statement_in(office, uow, uow.contract(contract_id))
    draw_relief_statement(paper, path, layout=load_layout("P15", office.pack.layout("P15")))
    return path


@in_chinese()
def print_relief_inquiry(office: Office, contract_id: int, path: Path) -> Path:
    """税惠询问单 (P27): every condition that keeps a relief open, by whom to ask.

    Raises RefusedError when nothing is open, and once the registration has ended.
    """
    from desktop.certificates.layout import load_layout
    from desktop.certificates.relief_papers import ReliefInquiry, draw_relief_inquiry

    with office.look() as uow:
        contract = uow.contract(contract_id)
        facts = facts_of(contract)
        results = reliefs_in(office, uow, contract, facts)
        asked = {c.id: c for r in results if r.result == "cannot_tell" for c in r.open}
        paper = ReliefInquiry(
            station_name=office.station.name,
            decided_on=office.today(),
            is_training=office.station.is_training,
            serial=contract.local_serial,
            title=facts.title or "",
            sellers=tuple(p.name or "—" for p in facts.sellers),
            buyers=tuple(p.name or "—" for p in facts.buyers),
            questions=tuple(asked.values()),
            is_secret=bool(facts.is_secret),
        )
    draw_relief_inquiry(paper, path, layout=load_layout("P27", office.pack.layout("P27")))
    return path
