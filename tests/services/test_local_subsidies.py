from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import RefusedError
from desktop.rules.facts import Payment
from desktop.rules.subsidy_account import SchemeYear
from desktop.rules.subsidy_shapes import Lump
from desktop.services import commands as c
from desktop.services.afterwards import end_contract
from desktop.services.local_subsidies import THIS_STATION
from desktop.services.tax_year import write_year, year_account
from tests.conftest import CLERK, Way

PAID = date(2026, 11, 2)


def paid(way: Way, amount: str) -> tuple[Payment, ...]:
    total = way.facts.contract_amount or Decimal(0)
    return (Payment(None, PAID, Decimal(amount)), Payment(date(2027, 3, 1), None, total - Decimal(amount)))


def code_of(way: Way, role: str) -> str:
    found = next(p.id_number for p in way.facts.parties if p.role == role)
    assert found is not None
    return found


def one(schemes: tuple[SchemeYear, ...], code: str) -> SchemeYear:
    (made,) = [s for s in schemes if s.code == code]
    return made


def test_a_seller_sees_what_the_local_scheme_gives_in_the_year_of_its_window(way: Way) -> None:
    way.registered(payments=paid(way, "600000"))
    seller = code_of(way, "seller")
    made = one(year_account(way.office, seller, 2027).subsidies, "YL-2026-1")
    assert (made.amount, made.deadline) == (Decimal("5500.00"), "2027-11-30")
    assert [(s.amount, s.why) for s in made.shares] == [(Decimal("5500.00"), "")]
    assert year_account(way.office, seller, 2026).subsidies == ()
    assert year_account(way.office, code_of(way, "buyer"), 2027).subsidies == ()


def test_what_is_missing_is_named_in_the_year(way: Way) -> None:
    way.registered(payments=())
    made = one(year_account(way.office, code_of(way, "seller"), 2027).subsidies, "YL-2026-1")
    assert [(s.result, s.why) for s in made.shares] == [("cannot_tell", "缺：付款（实付日、金额）")]
    assert (made.amount, made.is_complete) == (Decimal(0), False)


def test_the_station_sees_its_own_award_on_what_it_registered(way: Way) -> None:
    first = way.registered()
    way.registered(title="另一个项目")
    technology = way.sheet(first).facts.technology_amount
    assert technology is not None
    scheme = one(year_account(way.office, THIS_STATION, 2026).subsidies, "YL-2026-3")
    assert scheme.base == 2 * technology
    assert scheme.amount == 0, "below the threshold"
    lowered = replace(
        way.office.pack.subsidies[2],
        tariff=Lump(2 * technology, Decimal(1000), Decimal("0.0005")),
        growth=None,
    )
    office = replace(way.office, pack=replace(way.office.pack, subsidies=(lowered,)))
    for name in (THIS_STATION, office.pack.station["name"], office.pack.station["short"]):
        account = year_account(office, name, 2026)
        assert (account.transfer, account.research) == (None, None)
        (made,) = account.subsidies
        assert made.amount == 1000
        assert [s.amount for s in made.shares] == [Decimal(500), Decimal(500)]
    end_contract(office, c.EndContract(actor=CLERK.name, contract_id=first, how="cancel", reason="合同解除"))
    (made,) = year_account(office, THIS_STATION, 2026).subsidies
    assert (made.base, made.amount) == (technology, Decimal(0))


def test_the_station_without_a_scheme_has_nothing(way: Way) -> None:
    office = replace(way.office, pack=replace(way.office.pack, subsidies=()))
    assert year_account(office, THIS_STATION, 2026).subsidies == ()
    with pytest.raises(RefusedError, match="不在可算的范围"):
        year_account(office, THIS_STATION, 2007)


def test_an_institution_that_brought_a_deal_about_has_its_year(way: Way) -> None:
    way.registered(transfer_institution="岚州技术转移中心", payments=paid(way, "600000"))
    scheme = replace(
        way.office.pack.subsidies[0],
        beneficiary="transfer_institution",
        party_types=(),
        base="contract_amount",
    )
    office = replace(way.office, pack=replace(way.office.pack, subsidies=(scheme,)))
    (made,) = year_account(office, "岚州技术转移中心", 2027).subsidies
    assert made.base == way.facts.contract_amount
    with pytest.raises(RefusedError, match="已登记合同"):
        year_account(office, "别的转移中心", 2027)


def test_the_saved_year_has_the_subsidies_too(way: Way, tmp_path: Path) -> None:
    way.registered(payments=paid(way, "600000"))
    account = year_account(way.office, code_of(way, "seller"), 2027)
    made = write_year(way.office, account, tmp_path)
    raw = json.loads((made / "年度账.json").read_text(encoding="utf-8"))
    (scheme,) = raw["LOCAL-SUBSIDY"]
    assert (scheme["code"], scheme["amount"], scheme["is_complete"]) == ("YL-2026-1", "5500.00", True)
