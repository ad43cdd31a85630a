"""导出清单: what a search found as a workbook; never a certificate, persons' numbers masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.exchange.workbook import ListColumn, write_list
from desktop.models import ContractParty
from desktop.resources import _
from desktop.rules.identifiers import mask_id
from desktop.services.look import rows
from desktop.services.office import Office
from desktop.services.views import REPORTING_WORDS, STATE_WORDS
from desktop.store.found import span_of
from desktop.store.unit_of_work import UnitOfWork

Progress = Callable[[int, int, str], None]
AT_ONCE = 500
LINES_AT_MOST = 1_048_574
"""Lines of one sheet of .xlsx, without the heads and the sums; further ones would be lost in silence."""


def list_name(office: Office, ids: Sequence[int], content: str = "") -> str:
    """``单位_内容_起止日期_份数.xlsx`` for these contracts: a name of a file that every system takes.

    Raises RefusedError for more contracts than a workbook has lines.
    """
    _refuse_too_many(ids)
    with office.look() as uow:
        first, last = span_of(uow.session, ids)
    days = _days(first, last)
    parts = [office.station.name, content.strip() or _("合同清单"), days, _("{n}份").format(n=len(ids))]
    return "_".join(re.sub(r"[\\/:*?\"<>|\s]+", "", part)[:40] for part in parts if part) + ".xlsx"


def _days(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    return f"{first:%Y%m%d}" if first == last else f"{first:%Y%m%d}-{last:%Y%m%d}"


def export_list(
    office: Office, ids: Sequence[int], path: Path, progress: Progress | None = None
) -> tuple[Path, int]:
    """The contracts in this order as .xlsx; returns the file and how many lines stand in it.

    Raises RefusedError for an empty list and one longer than a sheet. Stopped on the way, nothing is left
    behind. Contracts deleted meanwhile are left out; secret ones show no title.
    """
    if not ids:
        raise RefusedError(_("没有可导出的合同"), _("请先查到再导出"))
    _refuse_too_many(ids)
    tell = progress or (lambda _done, _total, _words: None)
    columns = (
        ListColumn(_("登记编号"), "id", 20),
        ListColumn(_("受理号"), "id", 16),
        ListColumn(_("项目名称"), "str", 44),
        ListColumn(_("卖方"), "str", 30),
        ListColumn(_("卖方证件号码"), "id", 22),
        ListColumn(_("买方"), "str", 30),
        ListColumn(_("买方证件号码"), "id", 22),
        ListColumn(_("类别"), "str", 10),
        ListColumn(_("合同成交额（元）"), "money", 18, is_summed=True),
        ListColumn(_("技术交易额（元）"), "money", 18, is_summed=True),
        ListColumn(_("状态"), "str", 10),
        ListColumn(_("上报"), "str", 14),
        ListColumn(_("签订日期"), "date", 12),
        ListColumn(_("受理日期"), "date", 12),
        ListColumn(_("登记日期"), "date", 12),
        ListColumn(_("经办人"), "str", 10),
    )
    title = _("{station}：合同清单").format(station=office.station.name)
    return path, write_list(path, title, columns, _lines(office, ids, tell))


def _refuse_too_many(ids: Sequence[int]) -> None:
    if len(ids) > LINES_AT_MOST:
        raise RefusedError(
            _("共 {n} 份，一个工作簿只放得下 {most} 份").format(n=f"{len(ids):,}", most=f"{LINES_AT_MOST:,}"),
            _("请加条件，分几次导出，例如按登记年度"),
        )


def _lines(office: Office, ids: Sequence[int], tell: Progress) -> Iterator[Sequence[object]]:
    def kind(code: str) -> str:
        return office.codes.name("contract_kinds", code).removesuffix("合同") if code else ""

    with office.look() as uow:
        for start in range(0, len(ids), AT_ONCE):
            tell(start, len(ids), "")
            some = list(ids[start : start + AT_ONCE])
            found = rows(office, uow, some)
            numbers = _numbers(uow, some)
            for key in some:
                if (row := found.get(key)) is None:
                    continue
                yield (
                    row.official_number,
                    row.local_serial,
                    row.title,
                    row.seller,
                    numbers.get((key, "seller"), ""),
                    row.buyer,
                    numbers.get((key, "buyer"), ""),
                    kind(row.kind),
                    row.contract_amount,
                    row.technology_amount,
                    STATE_WORDS.get(row.state, row.state),
                    REPORTING_WORDS.get(row.reporting_state, row.reporting_state),
                    row.signed_on,
                    row.accepted_on,
                    row.registered_on,
                    row.clerk,
                )
    # The last word before the file is whole: stopped after it, there would be one that is said not to be.
    tell(len(ids), len(ids), _("正在存成文件"))


def _numbers(uow: UnitOfWork, ids: Sequence[int]) -> dict[tuple[int, str], str]:
    """(contract, role) → number of its first seller or buyer, a person's masked."""
    query = (
        select(ContractParty.contract_id, ContractParty.role, ContractParty.id_number, ContractParty.id_type)
        .where(ContractParty.contract_id.in_(ids))
        .order_by(ContractParty.contract_id, ContractParty.ordinal)
    )
    found: dict[tuple[int, str], str] = {}
    for key, role, number, kind in uow.session.execute(query):
        shown = (number or "") if kind == "credit_code" else mask_id(number or "")
        found.setdefault((key, role or ""), shown)
    return found
