"""读回执: signed files from above, each applied at most once, row by row, in any order."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from desktop.errors import RefusedError
from desktop.models import Batch as BatchModel
from desktop.models import (
    BatchRow,
    BlockNumber,
    Contract,
    NumberBlock,
    PolicyPack,
    Receipt,
    ReceiptRow,
)
from desktop.resources import _
from desktop.security.keys import public_key_in
from desktop.security.whole_file import machine_fault
from desktop.services.afterwards import sheets_outside
from desktop.services.commands import ReceiveFile, UnfreezeBlock
from desktop.services.law import put_in_force, with_overlay
from desktop.services.lifecycle import why_not
from desktop.services.office import Office, check_actor, commit, standing_of
from desktop.services.safe_keeping import backup_before
from desktop.services.views import BlockView, ReceiveReport
from desktop.store.numbers import block_state
from desktop.store.search_index import index_again
from desktop.store.unit_of_work import AT_ONCE, UnitOfWork

Progress = Callable[[int, int, str], None]


def receive_file(office: Office, cmd: ReceiveFile, progress: Progress | None = None) -> ReceiveReport:
    """Read one file: receipt (回执), number block (号段) or policy pack (规则包).

    Signature, addressee and content are checked before the first write. The same file again, or an older
    answer to the same package, changes nothing and says so.
    """
    from desktop.exchange.receipts import kind_of_file

    check_actor(office, cmd)
    if public_key_in(cmd.path) is not None:
        raise RefusedError(
            _("{name} 是公钥文件，不是回执、号段或规则包").format(name=cmd.path.name),
            _("请负责人在“系统”页按“读入上级文件”，电话核对后收下；其他文件要在收下它之后再读"),
            code="K09",
        )
    kind = kind_of_file(cmd.path)
    if kind == "receipt":
        return _receive_receipt(office, cmd, progress or (lambda *_a: None))
    if kind == "block":
        return _receive_block(office, cmd)
    if kind == "policy":
        return _receive_policy(office, cmd)
    raise RefusedError(_("{name} 不是回执、号段或规则包").format(name=cmd.path.name), _("请核对文件"))


def _keys(office: Office) -> Any:
    from desktop.security.keys import PublicKeys

    return PublicKeys.from_folder(office.folder / "keys")


def above(office: Office) -> str:
    """Code of the province that this station answers to: nobody else's key may sign what comes from above."""
    return office.pack.region[:2] + "0000"


def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def _receive_receipt(office: Office, cmd: ReceiveFile, progress: Progress) -> ReceiveReport:
    from desktop.exchange.receipts import read_receipt

    receipt = read_receipt(cmd.path, _keys(office), station=office.station.code, issuer=above(office))
    uid = f"{receipt.receipt_id}/{receipt.issue}"
    with office.work() as uow:
        session = uow.session
        if session.scalars(select(Receipt).where(Receipt.uid == uid)).first() is not None:
            return ReceiveReport("receipt", _("这份回执以前读过，没有再改动"), True)
        batch = session.scalars(select(BatchModel).where(BatchModel.sha256 == receipt.package_digest)).first()
        if batch is None:
            raise RefusedError(
                _("回执对应的上报包（第 {n} 包）不是本机发出的").format(n=receipt.sequence),
                _("请核对是不是别台电脑的回执；还原过备份的，请先把那一包的文件放回 packages 文件夹"),
                code="R02",
            )
        if newer := _newer_issue(session, receipt.receipt_id, receipt.issue):
            words = _("第 {n} 包的第 {a} 次回执，已有更新的第 {b} 次，没有再改动").format(
                n=batch.sequence, a=receipt.issue, b=newer
            )
            return ReceiveReport("receipt", words, True)
        row = Receipt(
            uid=uid,
            sha256=_digest(cmd.path),
            kind="receipt",
            batch_sequence=batch.sequence,
            accepted_count=0,
            rejected_count=0,
            person=cmd.actor,
            applied_at=office.now(),
        )
        session.add(row)
        session.flush()
        rejected: list[tuple[str, str]] = []
        recalled: list[str] = []
        known = _Known.of(session, batch, receipt)
        answers, acts = list[dict[str, Any]](), list[_Act]()
        for done, outcome in enumerate(receipt.rows, 1):
            progress(done, len(receipt.rows), outcome.uid)
            reason = "；".join(r.text for r in outcome.reasons)
            answers.append(
                {
                    "receipt_id": row.id,
                    "contract_uid": outcome.uid,
                    "revision": outcome.revision,
                    "outcome": outcome.outcome,
                    "reason": reason,
                    "official_number": outcome.official_number or None,
                }
            )
            contract = known.contracts.get(outcome.uid)
            if contract is None:
                continue
            is_good = outcome.outcome != "rejected"
            row.accepted_count += is_good
            row.rejected_count += not is_good
            act = _apply(uow, office, known, contract, outcome, reason)
            acts.append(act)
            if act.trouble:
                rejected.append((contract.local_serial, act.trouble))
            if not is_good:
                rejected.append((contract.official_number or contract.local_serial, reason))
                if sheets := sheets_outside(uow, contract):
                    recalled.append(
                        _("{number}：{sheets}").format(
                            number=contract.official_number or contract.local_serial, sheets="、".join(sheets)
                        )
                    )
        uow.change_rows(BatchRow, known.answered)
        uow.change_rows(Contract, known.reported)
        uow.add_rows(ReceiptRow, answers)
        index_again(session, list(known.contracts.values()))
        for verb, same in groupby(acts, key=lambda act: act.verb):
            done_acts = [(cmd.request_id, act.uid, act.detail) for act in same]
            uow.record_many(done_acts, verb, cmd.actor, office.now())
        uow.record(
            cmd.request_id,
            "receipt",
            cmd.actor,
            office.now(),
            {
                "uid": uid,
                "sequence": batch.sequence,
                "accepted": row.accepted_count,
                "rejected": row.rejected_count,
            },
        )
        _thaw(uow)
        commit(uow)
    words = _("第 {n} 包：上级已接收 {a} 份，上级退回 {b} 份").format(
        n=batch.sequence, a=row.accepted_count, b=row.rejected_count
    )
    return ReceiveReport("receipt", words, False, row.accepted_count, tuple(rejected), tuple(recalled))


def _newer_issue(session: Session, receipt_id: str, issue: int) -> int:
    """The highest issue of this receipt that was read and is above ``issue``; 0 when there is none."""
    same = Receipt.uid.startswith(receipt_id + "/", autoescape=True)
    uids = session.scalars(select(Receipt.uid).where(same))
    return max((found for uid in uids if (found := int(uid.rpartition("/")[2])) > issue), default=0)


@dataclass(frozen=True, slots=True)
class _Act:
    """What one row of a receipt did, for the log."""

    uid: str
    verb: str
    detail: dict[str, Any]
    trouble: str
    """What is wrong with the number; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows of one receipt are held against, read for all of them at once."""

    batch: BatchModel
    contracts: dict[str, Contract]
    """By uid; those of the receipt that are on this machine."""
    rows: dict[int, int]
    """Ids of the rows of the package, by contract."""
    newest: dict[int, int]
    """Contract → the last package that it went out in."""
    answered: list[dict[str, Any]] = field(default_factory=list)
    """What the rows of the package have to say now; written for all of them at once."""
    reported: list[dict[str, Any]] = field(default_factory=list)
    """What the contracts have to say now, likewise."""

    @classmethod
    def of(cls, session: Session, batch: BatchModel, receipt: Any) -> _Known:
        contracts: dict[str, Contract] = {}
        newest: dict[int, int] = {}
        uids = list(dict.fromkeys(outcome.uid for outcome in receipt.rows))
        for start in range(0, len(uids), AT_ONCE):
            part = uids[start : start + AT_ONCE]
            found = {c.uid: c for c in session.scalars(select(Contract).where(Contract.uid.in_(part)))}
            contracts |= found
            last = (
                select(BatchRow.contract_id, func.max(BatchModel.sequence))
                .join(BatchModel, BatchRow.batch_id == BatchModel.id)
                .where(BatchRow.contract_id.in_([c.id for c in found.values()]))
                .group_by(BatchRow.contract_id)
            )
            newest |= {row[0]: row[1] for row in session.execute(last)}
        sent = select(BatchRow.contract_id, BatchRow.id).where(BatchRow.batch_id == batch.id)
        return cls(batch, contracts, {row[0]: row[1] for row in session.execute(sent)}, newest)


def _apply(
    uow: UnitOfWork, office: Office, known: _Known, contract: Contract, outcome: Any, reason: str
) -> _Act:
    """One row: the state above, the reason, and a number given from above. An answer to an older revision is
    kept in the receipt's rows but does not touch a contract that was changed since.
    """
    session, batch, trouble = uow.session, known.batch, ""
    is_good = outcome.outcome != "rejected"
    if (row := known.rows.get(contract.id)) is not None:
        known.answered.append(
            {"id": row, "outcome": "accepted" if is_good else "rejected", "reason": reason[:500]}
        )
    verb = "accept_above" if is_good else "reject_above"
    detail: dict[str, Any] = {"sequence": batch.sequence, "reason": reason}
    if known.newest.get(contract.id) == batch.sequence and contract.reporting_state != "NOT_SENT":
        now = {
            "reporting_state": "ACCEPTED_ABOVE" if is_good else "REJECTED_ABOVE",
            "rejected_reason": None if is_good else reason[:500],
        }
        known.reported.append({"id": contract.id, **now})
        for name, value in now.items():
            set_committed_value(contract, name, value)
    number = outcome.official_number
    if number and contract.official_number is None and _is_given(session, number):
        trouble = _("回执给的编号 {number} 本机已用于另一份合同，没有写入；请与上级核对").format(
            number=number
        )
        detail["other_number"] = number
    elif (
        number
        and contract.official_number is None
        and not why_not("number", standing_of(office, uow, contract), *_who(office))
    ):
        contract.official_number = number
        detail["number"] = number
    elif number and contract.official_number not in (None, number):
        detail["other_number"] = number
    return _Act(contract.uid, verb, detail, trouble)


def _is_given(session: Session, number: str) -> bool:
    return session.scalars(select(Contract.id).where(Contract.official_number == number)).first() is not None


def _who(office: Office) -> tuple[str, frozenset[str]]:
    return office.person.name, office.person.roles | {"clerk"}


def _thaw(uow: UnitOfWork) -> None:
    """A receipt or a new block after a restore shows where the numbers stand: the frozen blocks open."""
    uow.session.execute(update(NumberBlock).values(is_frozen=False))


def _receive_block(office: Office, cmd: ReceiveFile) -> ReceiveReport:
    from desktop.exchange.receipts import read_block

    block = read_block(cmd.path, _keys(office), station=office.station.code, issuer=above(office))
    with office.work() as uow:
        session = uow.session
        if session.scalars(select(NumberBlock).where(NumberBlock.uid == block.block_id)).first() is not None:
            return ReceiveReport("block", _("这个号段以前导入过，没有再改动"), True)
        taken, used = set[str](), set[str | None]()
        for at in range(0, len(block.numbers), 500):
            part = block.numbers[at : at + 500]
            taken |= set(session.scalars(select(BlockNumber.number).where(BlockNumber.number.in_(part))))
            used |= set(
                session.scalars(select(Contract.official_number).where(Contract.official_number.in_(part)))
            )
        if taken:
            raise RefusedError(
                _("号段里有本机已有的编号，例如 {number}").format(number=sorted(taken)[0]),
                _("请与上级核对号段文件"),
            )
        order = session.scalars(select(NumberBlock).where(NumberBlock.year == block.year)).all()
        row = NumberBlock(
            uid=block.block_id,
            year=block.year,
            name=block.note or _("{year} 第 {n} 段").format(year=block.year, n=len(order) + 1),
            digest=_digest(cmd.path),
            is_frozen=False,
            imported_at=office.now(),
        )
        row.numbers = [
            BlockNumber(
                number=number,
                ordinal=place,
                void_reason=_("本机已有合同用此编号") if number in used else None,
            )
            for place, number in enumerate(block.numbers)
        ]
        session.add(row)
        _thaw(uow)
        uow.record(
            cmd.request_id,
            "block",
            cmd.actor,
            office.now(),
            {
                "uid": block.block_id,
                "first": block.numbers[0],
                "last": block.numbers[-1],
                "count": len(block.numbers),
            },
        )
        commit(uow)
    return ReceiveReport(
        "block",
        _("导入号段“{name}”，{n} 个编号，{a} 至 {b}").format(
            name=row.name, n=len(block.numbers), a=block.numbers[0], b=block.numbers[-1]
        ),
        False,
        len(block.numbers),
    )


def _receive_policy(office: Office, cmd: ReceiveFile) -> ReceiveReport:
    from desktop.exchange.receipts import read_policy

    pack = read_policy(cmd.path, _keys(office), station=office.station.code, issuer=above(office))
    unusable_files(pack.files)
    uid = f"{pack.pack_id}/{pack.version}"
    with office.look() as uow:
        is_new = uow.session.scalars(select(PolicyPack).where(PolicyPack.uid == uid)).first() is None
    if is_new:
        backup_before(office, f"policy-{pack.version}")
    with office.work() as uow:
        if uow.session.scalars(select(PolicyPack).where(PolicyPack.uid == uid)).first() is not None:
            return ReceiveReport("policy", _("这个规则包以前装过，没有再改动"), True)
        folder = office.folder / "law" / f"{pack.pack_id}-{pack.version}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in pack.files.items():
                (folder / name.removeprefix("law/")).write_bytes(content)
            book = with_overlay(folder)
        except OSError as exc:
            shutil.rmtree(folder, ignore_errors=True)
            raise machine_fault(exc, folder) from exc
        except RefusedError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        uow.session.add(
            PolicyPack(
                uid=uid,
                version=pack.version,
                sha256=_digest(cmd.path),
                person=cmd.actor,
                applied_at=office.now(),
            )
        )
        uow.record(
            cmd.request_id, "policy", cmd.actor, office.now(), {"uid": uid, "rows": len(book.all_rows())}
        )
        commit(uow)
    put_in_force(office.folder, folder)
    return ReceiveReport(
        "policy",
        _("装入规则包 {v}，{n} 条；重新登录后生效").format(v=pack.version, n=len(book.all_rows())),
        False,
    )


def unusable_files(files: Collection[str]) -> None:
    """RefusedError for a policy pack with files that this program would never read."""
    if unused := sorted(name for name in files if not name.startswith("law/")):
        raise RefusedError(
            _("规则包里有本程序不会换用的文件：{names}").format(names="、".join(unused)),
            _("代码表、地方包和版式随程序升级更换；请上级另发只含 law 的规则包，本机没有改动"),
            code="E08",
        )


def unfreeze_block(office: Office, cmd: UnfreezeBlock) -> BlockView:
    """After a restore: everything up to the last number of the paper ledger counts as spent, then numbers go
    on.

    Only the head may do it. Raises RefusedError when the number is not in a block of this machine.
    """
    check_actor(office, cmd)
    if "head" not in office.person.roles:
        raise RefusedError(_("号段要由负责人解冻"), _("请负责人登录后在“系统”页填写"))
    number = cmd.last_number.replace(" ", "")
    with office.work() as uow:
        session = uow.session
        last = session.get(BlockNumber, number)
        if last is None:
            raise RefusedError(
                _("{number} 不在本机的号段里").format(number=number),
                _("请照纸质台账最后一行抄全；或导入新号段"),
            )
        skipped = 0
        for row in session.scalars(
            select(BlockNumber).where(
                BlockNumber.block_id == last.block_id,
                BlockNumber.ordinal <= last.ordinal,
                BlockNumber.taken_at.is_(None),
                BlockNumber.void_reason.is_(None),
            )
        ):
            row.void_reason = _("还原备份前已发出，见纸质台账")
            skipped += 1
        _thaw(uow)
        uow.record(
            cmd.request_id, "unfreeze", cmd.actor, office.now(), {"last_number": number, "skipped": skipped}
        )
        commit(uow)
        state = block_state(uow)
        return BlockView(
            state.name, state.total, state.left, state.next_number, office.pack.low_water, state.is_frozen
        )
