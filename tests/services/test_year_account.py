from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import MachineError, RefusedError
from desktop.rules.facts import Payment
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


def test_an_unknown_standing_and_months_in_another_year_are_refused(way: Way) -> None:
    way.registered()
    buyer = code_of(way, "buyer")
    with pytest.raises(RefusedError, match="没有名为“bank”的企业类型"):
        year_account(way.office, buyer, 2026, standing="bank")
    with pytest.raises(RefusedError, match="没有按月份比例这种算法"):
        year_account(way.office, buyer, 2026, by_months=True)
    assert year_account(way.office, buyer, 2022, by_months=True).year == 2022


def test_the_year_is_one_folder_with_its_account_and_a_packet_a_contract(way: Way, tmp_path: Path) -> None:
    payments = (Payment(date(2026, 11, 1), date(2026, 11, 2), way.facts.contract_amount),)
    way.registered(payments=payments)
    account = year_account(way.office, code_of(way, "buyer"), 2026)
    assert account.research is not None
    place = tmp_path / "packets"
    place.mkdir()
    made = write_year(way.office, account, place)
    raw = json.loads((made / "年度账.json").read_text(encoding="utf-8"))
    assert raw["taxpayer"] == code_of(way, "buyer")
    assert raw["rules"] == way.office.book.version
    (packet,) = [path for path in made.iterdir() if path.is_dir()]
    assert (packet / "税惠说明书.pdf").stat().st_size > 5000
    assert [path.name for path in place.iterdir()] == [made.name]
    again = write_year(way.office, account, place)
    assert again != made, "never over an earlier one"


def test_a_place_that_is_gone_is_told_and_nothing_is_left(way: Way, tmp_path: Path) -> None:
    way.registered()
    account = year_account(way.office, code_of(way, "buyer"), 2026)
    with pytest.raises(MachineError):
        write_year(way.office, account, tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
