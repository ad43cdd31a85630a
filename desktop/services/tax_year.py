"""The account of one taxpayer's year over every contract registered here."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from sqlalchemy import or_, select

from desktop.errors import RefusedError
from desktop.models import Contract, ContractParty
from desktop.resources import _
from desktop.rules.conclusion import read_answers
from desktop.rules.tax_year import YearAccount, YearContract, account_of
from desktop.security.whole_file import write_whole
from desktop.services.decide import kept_answers
from desktop.services.office import Office
from desktop.store.mapping import facts_of
from desktop.store.unit_of_work import UnitOfWork

COUNTED_STATES = ("REGISTERED", "CERTIFIED", "CHANGED")
"""Only registered contracts support a relief; cancelled and revoked ones no longer do."""


def year_account(
    office: Office, taxpayer: str, year: int, *, own_research: Decimal = Decimal(0)
) -> YearAccount:
    """The account of the unit with this code, or this exact name where it has no code.

    Knows only what is registered at this station: the caller says so beside the figures. Raises RefusedError
    when no registered contract names the taxpayer, for an impossible year or a negative research cost.
    """
    wanted = taxpayer.strip()
    if not 2008 <= year <= office.today().year + 1:
        raise RefusedError(_("年度 {year} 不在可算的范围").format(year=year), _("2008 年至明年"))
    if own_research < 0:
        raise RefusedError(_("自行研发费用不能是负数"), _("没有就填 0"))
    with office.look() as uow:
        sold = _contracts(uow, wanted, "seller")
        bought = _contracts(uow, wanted, "buyer")
    if not sold and not bought:
        raise RefusedError(
            _("本站没有“{name}”的已登记合同").format(name=wanted), _("请填统一社会信用代码，或登记时的全称")
        )
    return account_of(wanted, year, sold, bought, office.book, own_research=own_research)


def _contracts(uow: UnitOfWork, taxpayer: str, role: str) -> list[YearContract]:
    query = (
        select(Contract)
        .join(ContractParty, ContractParty.contract_id == Contract.id)
        .where(
            ContractParty.role == role,
            or_(ContractParty.id_number == taxpayer.upper(), ContractParty.name == taxpayer),
            Contract.state.in_(COUNTED_STATES),
            Contract.deleted_at.is_(None),
        )
        .order_by(Contract.id)
        .distinct()
    )
    return [
        YearContract(
            contract.id,
            contract.official_number or contract.local_serial,
            "" if contract.is_secret else contract.title or "",
            facts_of(contract),
            read_answers(kept_answers(uow, contract, "relief")),
            is_registered=True,
        )
        for contract in uow.session.scalars(query)
    ]


def write_year(account: YearAccount, path: Path) -> Path:
    """The account as JSON, whole or not at all; MachineError when the disk refuses."""
    write_whole(path, json.dumps(account.to_json(), ensure_ascii=False, indent=1).encode())
    return path
