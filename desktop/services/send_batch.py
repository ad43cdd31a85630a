"""上报: one package of everything that changed, written beside the database first, then carried out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from desktop.errors import MachineError, RefusedError
from desktop.models import Action, Batch, BatchRow, Contract, Person
from desktop.resources import _, in_chinese
from desktop.rules.facts import facts_to_json
from desktop.services.commands import CreateBatch
from desktop.services.decide import newest_recognitions
from desktop.services.look import batch_view
from desktop.services.office import Office, check_actor, commit
from desktop.services.views import BatchView
from desktop.settings import local_time
from desktop.store import queries
from desktop.store.mapping import facts_of_many
from desktop.store.search_index import index_again
from desktop.store.unit_of_work import UnitOfWork, canonical

Progress = Callable[[int, int, str], None]

LONGEST_PLACE = 24
"""Characters of a folder on the hand-over slip."""
NOT_FOR_ABOVE = frozenset(
    {"attach", "answer", "relief", "doubt", "sheet", "export", "accept_above", "reject_above"}
)
"""Acts that stay in the house: their detail is nobody else's business."""


def create_batch(office: Office, cmd: CreateBatch, progress: Progress | None = None) -> BatchView:
    """Write one signed package with its hand-over slip; the contracts become 已导出待回执.

    The package is made in the data folder and entered in the database before it is carried to the folder, so
    that a pulled stick loses nothing: ``resend_batch`` writes the same bytes again. Raises RefusedError when
    there is nothing to send; MachineError when the folder cannot be written.
    """
    from desktop.exchange.package import PackageHeader, write_package
    from desktop.security.keys import load_signer

    check_actor(office, cmd)
    spool = office.folder / "packages"
    spool.mkdir(exist_ok=True)
    with office.work() as uow:
        session = uow.session
        if done := uow.action_of(cmd.request_id, "batch"):
            batch = _batch(uow, json.loads(done.detail)["sequence"])
            return carry_out(office, batch, queries.outcomes_of(session, [batch.id])[batch.id], cmd.folder)
        contracts = list(session.scalars(_wanted(cmd)))
        if not contracts:
            raise RefusedError(_("没有要上报的合同"), _("已登记且未导出的合同才会编入上报包"))
        last = queries.last_batch(session)
        sequence = (last.sequence if last else 0) + 1
        now = office.now()
        head = session.scalars(select(Action.hash).order_by(Action.id.desc()).limit(1)).first() or ""
        header = PackageHeader(
            station=office.station.code,
            station_name=office.station.name,
            sequence=sequence,
            made_at=now,
            made_by=cmd.actor,
            previous=last.sha256 if last else "",
            action_head=head,
            laws=tuple(
                sorted({c.rule_set_version for c in contracts if c.rule_set_version} | {office.pack.id})
            ),
        )
        signer = load_signer(office.folder / "keys", office.master)
        lines = _lines(uow, contracts)
        written = write_package(spool, header, lines, signer, progress or (lambda *_a: None))
        totals = written.totals
        batch = Batch(
            uid=str(uuid4()),
            sequence=sequence,
            package_name=written.file.path.name,
            sha256=written.file.digest,
            previous_sha256=header.previous,
            check_code=written.file.check_code,
            contract_count=totals.contracts,
            contract_total=totals.contract_amount,
            technology_total=totals.technology_amount,
            size=written.file.size,
            totals=canonical(asdict(totals)),
            person=cmd.actor,
            made_at=now,
        )
        session.add(batch)
        session.flush()
        rows = [{"batch_id": batch.id, "contract_id": c.id, "revision": c.revision} for c in contracts]
        uow.add_rows(BatchRow, rows)
        sent = {"reporting_state": "EXPORTED", "rejected_reason": None}
        uow.change_rows(Contract, [{"id": c.id, **sent} for c in contracts])
        for contract in contracts:
            for name, value in sent.items():
                set_committed_value(contract, name, value)
        index_again(session, contracts)
        acts = [(cmd.request_id, contract.uid, {"sequence": sequence}) for contract in contracts]
        uow.record_many(acts, "export", cmd.actor, now)
        uow.record(
            cmd.request_id,
            "batch",
            cmd.actor,
            now,
            {
                "sequence": sequence,
                "name": batch.package_name,
                "sha256": batch.sha256,
                "count": len(contracts),
            },
        )
        commit(uow)
    return carry_out(office, batch, {None: len(contracts)}, cmd.folder)


def _wanted(cmd: CreateBatch) -> Any:
    query = (
        select(Contract)
        .where(queries.to_send_condition(), Contract.deleted_at.is_(None), Contract.is_secret.is_not(True))
        .order_by(Contract.registered_on, Contract.id)
    )
    return query if cmd.contract_ids is None else query.where(Contract.id.in_(cmd.contract_ids))


def _lines(uow: UnitOfWork, contracts: Sequence[Contract]) -> list[Any]:
    """What the package says of each, in their order; everything is read for many contracts at a time."""
    from desktop.exchange.package import PackageAction, PackageContract

    session = uow.session
    people = {p.id: p.name for p in session.scalars(select(Person))}
    facts = facts_of_many(session, contracts)
    recognitions = newest_recognitions(uow, [c.id for c in contracts])
    actions: dict[str, list[PackageAction]] = {c.uid: [] for c in contracts}
    for action in queries.actions_of_many(session, list(actions)):
        if action.verb in NOT_FOR_ABOVE:
            continue
        uid, detail = action.contract_uid, json.loads(action.detail)
        actions[uid].append(
            PackageAction(
                uid=str(uuid5(NAMESPACE_URL, f"{uid}/{action.request_id}/{action.verb}")),
                kind=action.verb,
                at=action.at,
                by=action.person,
                reason=str(detail.get("reason") or ""),
                hash=action.hash,
                previous=action.previous_hash,
            )
        )
    lines = []
    for contract in contracts:
        conclusion = {}
        if (recognition := recognitions.get(contract.id)) is not None:
            conclusion = {
                "outcome": recognition.outcome,
                "kind": recognition.decided_kind,
                "sub_kind": recognition.decided_sub_kind,
                "rule_set": recognition.rule_set_version,
            }
        lines.append(
            PackageContract(
                uid=contract.uid,
                revision=contract.revision,
                state=contract.state,
                facts=facts_to_json(facts[contract.id]),
                actions=tuple(actions[contract.uid]),
                local_serial=contract.local_serial,
                official_number=contract.official_number or "",
                rule_set=contract.rule_set or "",
                law=contract.rule_set_version or "",
                clerk=people.get(contract.clerk_id or 0, ""),
                reviewer=people.get(contract.reviewer_id or 0, ""),
                conclusion=conclusion,
            )
        )
    return lines


@in_chinese()
def carry_out(office: Office, batch: Batch, outcomes: Mapping[str | None, int], folder: Path) -> BatchView:
    """Copy the package and its slip to a folder or stick, verified; the copy in the data folder stays."""
    from desktop.certificates.letters import draw_paper
    from desktop.exchange.transport import FolderTransport

    source = office.folder / "packages" / batch.package_name
    slip = office.folder / "packages" / (source.stem + "_交接单.pdf")
    transport = FolderTransport(folder)
    try:
        transport.upload(source)
        draw_paper(slip_data(office, batch, place_words(folder)), slip)
        transport.upload(slip)
    except MachineError as exc:
        raise MachineError(
            _("第 {n} 包已做好并存在本机，没有写到 {folder}：{why}").format(
                n=batch.sequence, folder=folder, why=exc.message
            ),
            _("请排除后在“历次包”里选第 {n} 包再次导出，内容一字不差；合同没有丢失").format(n=batch.sequence),
            code=exc.code,
        ) from exc
    return batch_view(office, batch, outcomes, folder / source.name, folder / slip.name)


def place_words(folder: Path) -> str:
    """The end of a folder's path, as much of it as the slip has room for."""
    text = str(folder)
    return text if len(text) <= LONGEST_PLACE else "…" + text[1 - LONGEST_PLACE :]


def slip_data(office: Office, batch: Batch, medium: str) -> Any:
    """What the hand-over slip (交接单) says: counts and sums, no names of parties."""
    from desktop.certificates.letters import HandOverSlip

    totals = json.loads(batch.totals)
    return HandOverSlip(
        station_name=office.station.name,
        decided_on=local_time(batch.made_at).date(),
        check_code=batch.check_code,
        qr=f"CDP1:{batch.sha256}",
        is_training=office.station.is_training,
        package=batch.package_name,
        sequence=batch.sequence,
        previous_sequence=batch.sequence - 1 or None,
        contracts=batch.contract_count,
        new=totals["new"],
        changed=totals["changed"],
        cancelled=totals["cancelled"],
        revoked=totals["revoked"],
        contract_amount=Decimal(totals["contract_amount"]),
        technology_amount=Decimal(totals["technology_amount"]),
        attachments=totals["attachments"],
        medium=medium,
        handed_by=batch.person,
        moment=batch.made_at,
    )


def _batch(uow: UnitOfWork, sequence: int) -> Batch:
    batch = uow.session.scalars(select(Batch).where(Batch.sequence == sequence)).first()
    if batch is None:
        raise RefusedError(_("没有第 {n} 包").format(n=sequence), _("请在“历次包”里选"))
    return batch


def resend_batch(office: Office, sequence: int, folder: Path) -> BatchView:
    """The same package again, byte for byte; sending twice changes nothing above."""
    with office.look() as uow:
        batch = _batch(uow, sequence)
        outcomes = queries.outcomes_of(uow.session, [batch.id])[batch.id]
    if not (office.folder / "packages" / batch.package_name).exists():
        raise RefusedError(
            _("第 {n} 包的文件不在本机了").format(n=sequence),
            _("可以从备份的 packages 文件夹找回，或从某日重导"),
        )
    return carry_out(office, batch, outcomes, folder)
