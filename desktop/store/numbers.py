"""Numbers: serials of our own that count up, and official numbers that only come out of a block."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from desktop.errors import RefusedError
from desktop.models import BlockNumber, Contract, NumberBlock, Serial
from desktop.resources import _
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BlockState:
    """What is left of the official numbers."""

    name: str
    total: int
    left: int
    next_number: str
    is_frozen: bool


def next_serial(uow: UnitOfWork, series: str, day: date, count: int = 1) -> int:
    """The next number of this series in this year, the first of ``count`` in a row that are taken at once;
    gapless, because it is part of the transaction.
    """
    row = uow.session.get(Serial, (series, day.year))
    if row is None:
        row = Serial(series=series, year=day.year, last=0)
        uow.session.add(row)
    row.last += count
    uow.session.flush()
    return row.last - count + 1


def take_number(uow: UnitOfWork, contract: Contract, at: datetime) -> str:
    """The next free line of the oldest open block; spent by this contract for ever.

    Raises RefusedError when no number is left or the block is frozen after a restore; then none is spent.
    """
    free = _next_free(uow)
    if free is None:
        raise RefusedError(
            _("登记号段已用完，没有取号"),
            _("请向上级申领新号段并导入；现在只能出受理单，不能出登记证明"),
            code="N01",
        )
    block, row = free
    if block.is_frozen:
        raise RefusedError(
            _("数据还原后，号段“{name}”尚未解冻").format(name=block.name),
            _("请负责人在“系统”页填入纸质台账上最后一个登记编号，或导入回执、新号段"),
            code="N02",
        )
    row.taken_at, row.contract_id = at, contract.id  # written with the contract's own row
    return row.number


def block_state(uow: UnitOfWork) -> BlockState:
    """The block that the next number comes from; empty when there is none."""
    session = uow.session
    free = _next_free(uow)
    left = session.scalar(
        select(func.count())
        .select_from(BlockNumber)
        .where(BlockNumber.taken_at.is_(None), BlockNumber.void_reason.is_(None))
    )
    if free is None:
        last = session.scalars(select(NumberBlock).order_by(NumberBlock.id.desc()).limit(1)).first()
        return BlockState(last.name if last else "", 0, 0, "", bool(last and last.is_frozen))
    block, row = free
    total = session.scalar(
        select(func.count()).select_from(BlockNumber).where(BlockNumber.block_id == block.id)
    )
    return BlockState(block.name, total or 0, left or 0, row.number, block.is_frozen)


def _next_free(uow: UnitOfWork) -> tuple[NumberBlock, BlockNumber] | None:
    """The oldest block that has a free line, and its first: two walks along an index, nothing is sorted."""
    found = uow.session.execute(_FIRST_FREE).first()
    return None if found is None else (found[0], found[1])


_NUMBER = aliased(BlockNumber)
_FREE = (_NUMBER.taken_at.is_(None), _NUMBER.void_reason.is_(None))
_OLDEST_WITH_FREE = (
    select(NumberBlock.id)
    .where(select(1).where(_NUMBER.block_id == NumberBlock.id, *_FREE).exists())
    .order_by(NumberBlock.year, NumberBlock.id)
    .limit(1)
    .correlate(None)
    .scalar_subquery()
)
_FIRST_OF_IT = (
    select(_NUMBER.number)
    .where(_NUMBER.block_id == _OLDEST_WITH_FREE, *_FREE)
    .order_by(_NUMBER.ordinal)
    .limit(1)
    .correlate(None)
    .scalar_subquery()
)
_FIRST_FREE = (
    select(NumberBlock, BlockNumber)
    .join(BlockNumber, BlockNumber.block_id == NumberBlock.id)
    .where(BlockNumber.number == _FIRST_OF_IT)
)


def set_serial(uow: UnitOfWork, series: str, year: int, last: int) -> None:
    """Where a series begins: offices come with numbers already on paper. Refuses to go back."""
    row = uow.session.get(Serial, (series, year))
    if row is None:
        uow.session.add(Serial(series=series, year=year, last=last))
    elif last < row.last:
        raise RefusedError(_("已经用到第 {n} 号，不能往回拨").format(n=row.last), _("请填不小于它的数"))
    else:
        row.last = last
