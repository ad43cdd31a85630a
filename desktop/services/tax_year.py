"""The account of one taxpayer's year over every contract registered here."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

from sqlalchemy import or_, select

from desktop.errors import RefusedError
from desktop.models import Contract, ContractParty
from desktop.resources import _
from desktop.rules.research_cost import GENERAL, RATES
from desktop.rules.tax_year import YearAccount, YearContract, account_of
from desktop.security.whole_file import machine_fault, write_whole
from desktop.services.filing_packet import free_name, make_packets, safe_name
from desktop.services.lifecycle import LIVE_STATES
from desktop.services.local_subsidies import (
    brought_about,
    is_this_station,
    station_account,
    with_subsidies,
    year_contract,
)
from desktop.services.office import Office
from desktop.store.unit_of_work import UnitOfWork


def year_account(
    office: Office,
    taxpayer: str,
    year: int,
    *,
    own_research: Decimal = Decimal(0),
    standing: str = GENERAL,
    by_months: bool = False,
) -> YearAccount:
    """The account of the unit with this code, or this exact name where it has no code.

    With it what the schemes of the local pack give the unit, also as the institution that brought deals
    about; of the station itself (its name or 本站) its awards alone.

    Knows only what is registered at this station: the caller says so beside the figures. Raises RefusedError
    when no registered contract names the taxpayer, for an impossible year or a negative research cost, an
    unknown standing (``research_cost.RATES``), and for months in a year that knows no choice.
    """
    wanted = taxpayer.strip()
    if not 2008 <= year <= office.today().year + 1:
        raise RefusedError(_("年度 {year} 不在可算的范围").format(year=year), _("2008 年至明年"))
    if own_research < 0:
        raise RefusedError(_("自行研发费用不能是负数"), _("没有就填 0"))
    if standing not in RATES:
        raise RefusedError(_("没有名为“{name}”的企业类型").format(name=standing), "、".join(RATES))
    if by_months and year != 2022:
        raise RefusedError(
            _("{year} 年没有按月份比例这种算法").format(year=year), _("只有 2022 年度可以选择")
        )
    if is_this_station(office, wanted):
        return station_account(office, year)
    with office.look() as uow:
        sold = _contracts(uow, wanted, "seller")
        bought = _contracts(uow, wanted, "buyer")
        helped = brought_about(uow, wanted)
    if not sold and not bought and not helped:
        raise RefusedError(
            _("本站没有“{name}”的已登记合同").format(name=wanted), _("请填统一社会信用代码，或登记时的全称")
        )
    account = account_of(
        wanted,
        year,
        sold,
        bought,
        office.book,
        own_research=own_research,
        standing=standing,
        by_months=by_months,
    )
    return with_subsidies(office, account, {"seller": sold, "buyer": bought, "transfer_institution": helped})


def _contracts(uow: UnitOfWork, taxpayer: str, role: str) -> list[YearContract]:
    query = (
        select(Contract)
        .join(ContractParty, ContractParty.contract_id == Contract.id)
        .where(
            ContractParty.role == role,
            or_(ContractParty.id_number == taxpayer.upper(), ContractParty.name == taxpayer),
            Contract.state.in_(LIVE_STATES),
            Contract.deleted_at.is_(None),
        )
        .order_by(Contract.id)
        .distinct()
    )
    return [year_contract(uow, contract) for contract in uow.session.scalars(query)]


DATA = "年度账.json"


def write_year(office: Office, account: YearAccount, folder: Path) -> Path:
    """One new folder of the taxpayer-year in ``folder``: the account as JSON and each contract's packet.

    Secret contracts get no packet (their line of the account stays). Whole or not at all; raises MachineError
    when the place cannot be written.
    """
    target = free_name(folder, safe_name(f"年度账_{account.taxpayer}_{account.year}"))
    partial = folder / f".{target.name}.partial"
    keys = [s.key for part in (account.transfer, account.research) if part for s in part.shares]
    with office.look() as uow:
        query = select(Contract.id).where(Contract.id.in_(keys), Contract.is_secret.is_not(True))
        open_keys = set(uow.session.scalars(query))
    try:
        partial.mkdir()
        try:
            content = json.dumps(account.to_json(), ensure_ascii=False, indent=1)
            write_whole(partial / DATA, content.encode())
            make_packets(office, [key for key in dict.fromkeys(keys) if key in open_keys], partial)
            partial.rename(target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    except OSError as exc:
        raise machine_fault(exc, folder) from exc
    return target
