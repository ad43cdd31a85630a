from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import RefusedError
from desktop.services import commands as c
from desktop.services.afterwards import end_contract
from desktop.services.tax_year import write_year, year_account
from tests.conftest import CLERK, Way


def code_of(way: Way, role: str) -> str:
    found = next(p.id_number for p in way.facts.parties if p.role == role)
    assert found is not None
    return found


def test_only_registered_contracts_of_the_unit_are_counted(way: Way) -> None:
    buyer = code_of(way, "buyer")
    way.accepted()
    with pytest.raises(RefusedError, match="已登记合同"):
        year_account(way.office, buyer, 2026)
    made = way.registered(title="另一个项目")
    by_code = year_account(way.office, buyer, 2026)
    name = next(p.name for p in way.facts.parties if p.role == "buyer")
    assert name is not None
    by_name = year_account(way.office, name, 2026)
    assert (by_code.transfer, by_code.research) == (by_name.transfer, by_name.research)
    end_contract(
        way.office, c.EndContract(actor=CLERK.name, contract_id=made, how="cancel", reason="合同解除")
    )
    with pytest.raises(RefusedError, match="已登记合同"):
        year_account(way.office, buyer, 2026)


def test_an_impossible_year_or_cost_is_refused(way: Way) -> None:
    way.registered()
    buyer = code_of(way, "buyer")
    for year in (2007, 2028):
        with pytest.raises(RefusedError, match="不在可算的范围"):
            year_account(way.office, buyer, year)
    with pytest.raises(RefusedError, match="不能是负数"):
        year_account(way.office, buyer, 2026, own_research=Decimal(-1))


def test_the_account_is_written_as_plain_values(way: Way, tmp_path: Path) -> None:
    way.registered()
    account = year_account(way.office, code_of(way, "seller"), 2026)
    raw = json.loads(write_year(account, tmp_path / "year.json").read_text(encoding="utf-8"))
    assert raw["taxpayer"] == code_of(way, "seller")
    assert raw["rules"] == way.office.book.version
