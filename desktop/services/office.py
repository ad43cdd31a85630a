"""The open office: what every use case needs, and the frame in which each of them runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from desktop import settings
from desktop.errors import MachineError, RefusedError
from desktop.models import Contract
from desktop.resources import _
from desktop.rules.book import Book
from desktop.rules.codes import CodeTables
from desktop.rules.local_pack import DeskRoute, LocalPack
from desktop.rules.working_days import Calendar
from desktop.services.commands import Command, ContractCommand
from desktop.services.lifecycle import Standing, require
from desktop.services.views import SignedIn
from desktop.settings import StationFile
from desktop.store.search_index import index_contract
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Office:
    """One station with its database open, its law loaded and one person signed in."""

    engine: Engine
    folder: Path
    station: StationFile
    book: Book
    codes: CodeTables
    pack: LocalPack
    calendar: Calendar
    person: SignedIn
    master: bytes
    """The database key; also unlocks the station's signing key."""
    now: Callable[[], datetime] = settings.now

    def today(self) -> date:
        """The date in China."""
        return self.now().astimezone(settings.CHINA).date()

    def work(self) -> UnitOfWork:
        """A unit of work that writes."""
        return UnitOfWork(self.engine)

    def look(self) -> UnitOfWork:
        """A unit of work that only reads and never waits."""
        return UnitOfWork(self.engine, read_only=True)

    def as_person(self, person: SignedIn) -> Office:
        """The same office with another person signed in."""
        return replace(self, person=person)

    @cached_property
    def rule_set(self) -> str:
        """Rule set in force today."""
        return self.book.rule_set_on(self.today())


Work = Callable[[UnitOfWork, Contract], Mapping[str, Any]]
"""Does the change; returns what the log keeps of it."""


NOT_SEARCHED = frozenset(
    {"answer", "relief", "review", "sheet", "income", "doubt", "duplicate"}
    | {"ask_expert", "expert", "object", "inform"}
)
"""Acts that change nothing a search could ask for: the search row stays as it is."""


NOT_IN_THE_FORM = frozenset(
    {"answer", "relief", "review", "sheet", "doubt", "duplicate"}
    | {"ask_expert", "expert", "object", "inform"}
)
"""Acts that leave the form as it is: a page opened before them may still be saved."""


def standing_of(office: Office, uow: UnitOfWork, contract: Contract) -> Standing:
    """What the lifecycle table needs to know of this contract, with what the local pack says of its sort."""
    clerk = uow.person(id=contract.clerk_id) if contract.clerk_id else None
    routed = {act: frozenset(roles) for act, roles in office.pack.roles.items()}
    elsewhere = ""
    for desk in desks_of(office, contract):
        if desk.is_elsewhere:
            elsewhere = elsewhere or _("按本地分工，这份合同由{desk}办理，请不予受理并告知申请人").format(
                desk=desk.name
            )
        else:
            routed |= dict.fromkeys(desk.acts, frozenset(desk.roles))
    return Standing(
        contract.state,
        clerk.name if clerk else "",
        bool(contract.official_number),
        contract.needs_expert,
        opinion=contract.expert_opinion or "",
        has_objection=contract.has_objection,
        routed=routed,
        elsewhere=elsewhere,
    )


def desks_of(office: Office, contract: Contract) -> tuple[DeskRoute, ...]:
    """The desks that the local pack has for this sort of contract."""
    if not office.pack.desks:
        return ()
    return office.pack.desks_for(
        contract.kind,
        contract.cross_border,
        contract.contract_amount,
        contract.technology_amount,
        lambda: [party.party_type for party in contract.parties],
    )


def person_id(uow: UnitOfWork, name: str) -> int:
    """Database id of a person of this station."""
    found = uow.person(name=name)
    if found is None or not found.is_active:
        raise RefusedError(
            _("本站没有“{name}”这个人，或已停用").format(name=name), _("请负责人在“系统”页核对人员")
        )
    return found.id


def check_actor(office: Office, cmd: Command) -> None:
    """The command must come from the person who is signed in: nobody acts under another's name."""
    if cmd.actor != office.person.name:
        raise RefusedError(
            _("登录的是{person}，这一步却署名{actor}").format(person=office.person.name, actor=cmd.actor),
            _("请重新登录后再做"),
        )


def perform(office: Office, cmd: ContractCommand, verb: str, work: Work) -> int:
    """One act on one contract in one transaction; returns the contract's id.

    The same request a second time changes nothing. Raises NotAllowed when state, role or four eyes forbid it,
    and whatever ``work`` raises; then nothing has changed.
    """
    with office.work() as uow:
        perform_in(uow, office, cmd, verb, work)
        commit(uow)
    return cmd.contract_id


def perform_in(uow: UnitOfWork, office: Office, cmd: ContractCommand, verb: str, work: Work) -> Contract:
    """The same inside a transaction that goes on (two acts of one key press)."""
    check_actor(office, cmd)
    contract = uow.contract(cmd.contract_id)
    if uow.was_done(cmd.request_id, verb, contract.uid):
        return contract
    before = contract.state
    move = require(verb, standing_of(office, uow, contract), office.person.name, office.person.roles)
    try:
        detail = dict(work(uow, contract))
        if move.to_state is not None:
            contract.state = move.to_state
        if contract.state != before:
            detail |= {"from": before, "to": contract.state}
        if verb not in NOT_IN_THE_FORM:
            contract.revision += 1
        contract.updated_at = office.now()
        uow.session.flush()
        if verb not in NOT_SEARCHED:
            index_contract(uow.session, contract)
        uow.record(cmd.request_id, verb, cmd.actor, office.now(), detail, contract)
    except IntegrityError as exc:
        raise in_words(exc) from exc
    return contract


def commit(uow: UnitOfWork) -> None:
    """Commit; a constraint that was hit is told in words."""
    try:
        uow.commit()
    except IntegrityError as exc:
        raise in_words(exc) from exc


def in_words(exc: IntegrityError) -> RefusedError | MachineError:
    """What a broken constraint means to a clerk. The services check first; this is the last line."""
    text = str(exc.orig)
    for sign, message, hint in (
        ("technology_within_total", _("技术交易额大于合同成交额"), _("请核对两个金额")),
        ("not_negative", _("金额不能是负数"), _("请核对金额")),
        ("four_eyes", _("经办与复核不能是同一人"), _("请由另一人复核")),
        ("official_number", _("这个登记编号已经用过"), _("登记编号不得重复使用，请核对")),
        ("import_key", _("这一份已经导入过"), _("不必再导")),
        ("number_only_when_registered", _("未登记的合同不能有登记编号"), _("请先登记")),
    ):
        if sign in text:
            return RefusedError(message, hint, code="D01")
    return MachineError(
        _("这一步与已有的数据冲突，没有存下"), _("请刷新后重试；仍不行请联系系统维护人员"), code="M08"
    )
