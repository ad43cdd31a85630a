from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.resources import resource
from desktop.rules.amounts import ZERO
from desktop.rules.conclusion import read_answers
from desktop.rules.facts import Facts, IpRight, Party, Payment
from desktop.rules.local_pack import load_subsidies
from desktop.rules.subsidies import Caps, Subsidy, Window
from desktop.rules.subsidy_account import SchemeYear
from desktop.rules.subsidy_shapes import Band, Bands, Growth, Lump, Steps
from desktop.rules.subsidy_year import RegisteredRow, station_years, years_of
from desktop.rules.tax_year import YearContract

FOUND = {s.code: s for s in load_subsidies(resource("local", "examples", "subsidies.toml"))}
IN_FORCE: dict[str, Any] = {"valid_from": date(2000, 1, 1), "is_end_unseen": False}
"""The days of an example as if they had been seen."""


def flat(rate: str, **more: Any) -> Subsidy:
    made: dict[str, Any] = {
        "code": "F", "name": "补助", "beneficiary": "seller", "tariff": Bands((Band(None, Decimal(rate)),)),
        "valid_from": date(2020, 1, 1), "instrument": "示例办法",
    }  # fmt: skip
    return Subsidy(**(made | more))


def contract(
    key: int, paid: str | Decimal | None, day: date = date(2026, 5, 6), answers: Any = None, **changes: Any
) -> YearContract:
    amount = None if paid is None else Decimal(paid)
    facts = Facts(
        kind="LIC", sub_kind="LIC-1C", contract_amount=amount, technology_amount=amount, registered_on=day,
        is_related_party=False, is_public_funded=False,
        parties=(
            Party(role="seller", name="启衡", party_type="150", country="CHN", region="990321"),
            Party(role="buyer", name="丰禾", party_type="150", country="CHN", region="990321"),
        ),
        ip_rights=(IpRight(number=f"ZL{key}"),),
        payments=(Payment(None, day, amount),),
    )  # fmt: skip
    return YearContract(
        key, f"{key:04}", "项目", replace(facts, **changes), read_answers(answers or {}), is_registered=True
    )


def sold(scheme: Subsidy, contracts: Sequence[YearContract], year: int = 2026) -> SchemeYear:
    (made,) = years_of((scheme,), {"seller": contracts, "buyer": ()}, year)
    return made


def amounts(made: SchemeYear) -> list[Decimal | None]:
    return [share.amount for share in made.shares]


def registered(
    key: int, amount: str | None, day: date = date(2026, 5, 6), kind: str = "DEV"
) -> RegisteredRow:
    money = None if amount is None else Decimal(amount)
    return RegisteredRow(key, f"{key:04}", "项目", kind, None, day, day, money, money)


def award(scheme: Subsidy, rows: Sequence[RegisteredRow], year: int = 2026) -> SchemeYear:
    (made,) = station_years((replace(scheme, **IN_FORCE),), rows, year)
    return made


# ----------------------------------------------------------------------------------------- sellers and buyers
def test_the_cap_of_a_unit_and_year_is_shared_by_its_contracts_to_the_fen() -> None:
    made = sold(
        flat("0.05", caps=Caps(unit_year=Decimal(100))),
        [contract(1, "1000"), contract(2, "1000"), contract(3, "1000")],
    )
    assert made.amount == 100
    assert amounts(made) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert made.is_complete
    assert made.formula == "各份合同合计 150.00；单位全年最多 100.00 元"


def test_bands_are_reckoned_contract_by_contract() -> None:
    scheme = replace(FOUND["SM-2023-SELLER"], valid_until=None)
    said = {"LOCAL-SUBSIDY.L9": "yes"}
    made = sold(scheme, [contract(1, "1800000", answers=said), contract(2, "100000", answers=said)])
    assert amounts(made) == [Decimal(6300), Decimal(1000)]
    assert made.amount == 7300


def test_a_contract_of_another_year_or_kind_gives_nothing() -> None:
    scheme = flat("0.01", kinds=("LIC",))
    both = [
        contract(1, "100"),
        contract(2, "100", day=date(2025, 12, 31)),
        contract(3, "100", kind="SVC", sub_kind="SVC-1"),
    ]
    assert [s.key for s in sold(scheme, both).shares] == [1]
    assert [s.key for s in sold(scheme, both, 2025).shares] == [2]
    assert years_of((scheme,), {"seller": both}, 2024) == ()
    assert years_of((replace(scheme, beneficiary="buyer"),), {"seller": both}, 2026) == ()


def test_what_cannot_be_told_is_named_and_left_out_of_the_sum() -> None:
    scheme = flat("0.01", excludes_related=True)
    contracts = [
        contract(1, "100"),
        contract(2, "100", is_related_party=None),
        contract(3, "100", is_related_party=True),
    ]
    made = sold(scheme, contracts)
    assert made.amount == 1
    assert [(s.result, s.why, s.amount) for s in made.shares] == [
        ("supported", "", Decimal(1)),
        ("cannot_tell", "缺：是否关联交易", None),
        ("not_supported", "办法排除关联交易", None),
    ]
    assert not made.is_complete
    assert "合计不全" in made.words


def test_the_cap_of_a_result_holds_over_its_contracts() -> None:
    scheme = flat("0.05", caps=Caps(result=Decimal(100)))
    rights = (IpRight(number="ZL1"),)
    contracts = [contract(1, "1500"), contract(2, "1500", ip_rights=rights), contract(3, "1000")]
    assert amounts(sold(scheme, contracts)) == [Decimal(50), Decimal(50), Decimal(50)]
    unknown = contract(4, "1000", ip_rights=())
    made = sold(scheme, [*contracts, unknown])
    assert made.shares[3].result == "cannot_tell"
    assert "权利号" in made.shares[3].why
    assert amounts(sold(scheme, [unknown])) == [Decimal(50)]


def test_one_licence_is_paid_for_once_and_the_larger_contract_counts() -> None:
    scheme = replace(FOUND["NX-2023-BUYER"], **IN_FORCE)
    rights = (IpRight(number="ZL1"),)
    contracts = [contract(1, "1000"), contract(2, "3000", ip_rights=rights), contract(3, "10")]
    (made,) = years_of((scheme,), {"buyer": contracts}, 2026)
    assert amounts(made) == [None, Decimal(900), Decimal(3)]
    assert made.shares[0].why == "同一成果已由 0002 补"
    assert made.amount == 903


def test_money_received_in_the_year_goes_by_the_day_of_payment() -> None:
    scheme = replace(
        FOUND["QD-2026-UNIVERSITY"], beneficiary="seller", valid_from=date(2020, 1, 1), is_end_unseen=False
    )
    payments = (
        Payment(None, date(2025, 12, 31), Decimal(400)),
        Payment(None, date(2026, 1, 1), Decimal(500)),
        Payment(None, date(2026, 12, 31), Decimal(600)),
        Payment(None, date(2027, 1, 1), Decimal(700)),
    )
    made = [sold(scheme, [contract(1, "5000", payments=payments)], year) for year in (2025, 2026, 2027)]
    assert [m.amount for m in made] == [Decimal(40), Decimal(110), Decimal(70)]


def test_more_is_not_paid_than_the_technology_amount() -> None:
    scheme = flat("0.10", window=Window(("paid_on",), (1, 1), (12, 31)))
    payments = (Payment(None, date(2025, 6, 1), Decimal(700)), Payment(None, date(2026, 6, 1), Decimal(700)))
    one = contract(1, "1000", payments=payments)
    assert [sold(scheme, [one], y).amount for y in (2025, 2026)] == [Decimal(70), Decimal(30)]


def test_a_scheme_whose_standard_was_not_seen_gives_no_sum() -> None:
    made = sold(
        replace(FOUND["NJ-SELLER"], **IN_FORCE), [contract(1, "1000", answers={"LOCAL-SUBSIDY.L10": "yes"})]
    )
    assert (made.amount, made.why, amounts(made)) == (None, "补助标准未见", [None])
    assert "算不出来" in made.words


def test_an_institution_is_paid_for_what_it_brought_about() -> None:
    scheme = replace(FOUND["FJ-2019-INSTITUTION"], **IN_FORCE)
    name = "岚州技术转移中心"
    contracts = [
        contract(1, "20000000", transfer_institution=name),
        contract(2, "10000000", transfer_institution=name),
    ]
    (made,) = years_of((scheme,), {"transfer_institution": contracts}, 2026)
    assert made.amount == 500000
    assert amounts(made) == [Decimal("333333.33"), Decimal("166666.67")]
    assert made.is_ceiling


# --------------------------------------------------------------------------------------------------- stations
def test_the_worked_award_of_a_station() -> None:
    rows = [
        registered(1, "400000000"),
        registered(2, "250000000"),
        registered(3, "900000000", date(2025, 12, 31)),
    ]
    made = award(FOUND["FZ-2020-STATION"], rows)
    assert made.amount == 290000
    assert amounts(made) == [Decimal("178461.54"), Decimal("111538.46")]
    assert made.formula == (
        "全年技术交易额 650,000,000.00：200,000.00 + 150,000,000.00 × 0.6‰；"
        "增长没有超过 500,000,000.00 元；单位全年最多 1,000,000.00 元"
    )


@pytest.mark.parametrize(
    ("now", "money"),
    [
        ("599999999.99", "260000"),
        ("600000000", "260000"),
        ("600000000.01", "310000"),
        ("2000000000", "1190000"),
    ],
)
def test_growth_pays_only_above_its_threshold_and_beside_the_cap(now: str, money: str) -> None:
    rows = [registered(1, now), registered(2, "100000000", date(2025, 5, 1))]
    assert award(FOUND["FZ-2020-STATION"], rows).amount == Decimal(money)


def test_growth_within_the_cap_and_above_the_threshold_alone() -> None:
    growth = Growth(Decimal(100), Decimal("0.1"), is_whole=False, is_within_cap=True)
    scheme = flat(
        "0.01", beneficiary="station", base="technology_amount", is_by_year=True, growth=growth,
        caps=Caps(unit_year=Decimal(15)),
    )  # fmt: skip
    before = registered(9, "100", date(2025, 5, 1))
    assert award(scheme, [before, registered(1, "200")]).amount == 2
    assert award(scheme, [before, registered(1, "240")]).amount == Decimal("6.40")
    assert award(scheme, [before, registered(1, "400")]).amount == 15


def test_a_station_without_the_year_before_is_told_that_growth_is_not_known() -> None:
    made = award(FOUND["FZ-2020-STATION"], [registered(1, "650000000")])
    assert made.amount == 290000
    assert not made.is_complete
    assert "上年数不知道" in made.why


def test_last_years_sum_is_the_base_and_its_contracts_contribute() -> None:
    rows = [
        registered(1, "200000000"),
        registered(2, "150000000", date(2025, 1, 1)),
        registered(3, "30000000", date(2025, 12, 31)),
    ]
    made = award(FOUND["NX-2023-STATION"], rows)
    assert (made.base, made.amount) == (Decimal(180000000), Decimal(90000))
    assert [s.key for s in made.shares] == [2, 3]
    (none,) = station_years((replace(FOUND["NX-2023-STATION"], **IN_FORCE),), rows[:1], 2026)
    assert (none.amount, none.is_complete) == (None, False)


def test_steps_of_a_station_stop_at_the_cap() -> None:
    steps = [("99999999.99", "0"), ("150000000", "40000"), ("450000000", "100000"), ("900000000", "100000")]
    for amount, money in steps:
        assert award(FOUND["SM-STATION"], [registered(1, amount)]).amount == Decimal(money)


def test_an_amount_that_is_not_fixed_is_named() -> None:
    made = award(FOUND["SM-STATION"], [registered(1, "150000000"), registered(2, None)])
    assert made.amount == 40000
    assert (made.shares[1].result, made.shares[1].why) == ("cannot_tell", "缺：技术交易额")
    assert not made.is_complete


def test_days_that_were_not_seen_give_no_award() -> None:
    (made,) = station_years((FOUND["SM-STATION"],), [registered(1, "150000000")], 2026)
    assert (made.amount, made.why) == (None, "施行期间未见")


def test_only_the_kinds_of_the_scheme_and_only_the_stations_own() -> None:
    scheme = replace(FOUND["SM-STATION"], kinds=("DEV",), minimum=Decimal(200000000))
    rows = [registered(1, "150000000"), registered(2, "150000000", kind="SVC")]
    made = award(scheme, rows)
    assert (made.amount, [s.key for s in made.shares]) == (ZERO, [1])
    assert "不到起点" in made.formula
    assert station_years((FOUND["QD-OLD-AUTHORITY"],), rows, 2026) == ()


def test_pure_growth_is_the_base() -> None:
    scheme = flat("0.01", beneficiary="station", base="growth", is_by_year=True)
    rows = [registered(1, "300"), registered(2, "100"), registered(3, "250", date(2025, 3, 1))]
    made = award(scheme, rows)
    assert (made.base, made.amount) == (Decimal(150), Decimal("1.50"))
    assert amounts(made) == [Decimal("1.13"), Decimal("0.37")]
    shrunk = award(scheme, [registered(1, "100"), rows[2]])
    assert (shrunk.base, shrunk.amount) == (ZERO, ZERO)


# ------------------------------------------------------------------------------------------------- properties
MONEY = st.integers(1, 10**11).map(lambda fen: Decimal(fen).scaleb(-2))
CAP = st.none() | MONEY
RATE = st.integers(1, 3000).map(lambda n: Decimal(n).scaleb(-4))
TARIFF = st.one_of(
    st.builds(lambda edge, one, two: Bands((Band(edge, one), Band(None, two))), MONEY, RATE, RATE),
    st.builds(Lump, MONEY, MONEY, RATE),
    st.builds(Steps, MONEY, MONEY, MONEY, MONEY),
)


@given(TARIFF, st.lists(MONEY, min_size=1, max_size=6), CAP, CAP, CAP, st.booleans())
def test_the_contributions_add_up_to_the_year_and_no_cap_is_broken(
    tariff: Bands | Lump | Steps, paid: list[Decimal], one: Decimal | None, result: Decimal | None,
    year: Decimal | None, by_year: bool,
) -> None:  # fmt: skip
    caps = Caps(unit_year=year) if by_year else Caps(one, year, result)
    contracts = [
        contract(n, amount, ip_rights=(IpRight(number=f"ZL{n % 3}"),)) for n, amount in enumerate(paid)
    ]
    made = sold(flat("0", tariff=tariff, is_by_year=by_year, caps=caps), contracts)
    parts = [a for a in amounts(made) if a is not None]
    assert len(parts) == len(paid)
    assert made.amount == sum(parts, ZERO)
    assert all(part >= 0 and part == round(part, 2) for part in parts)
    assert year is None or made.amount <= year
    if not by_year:
        assert one is None or max(parts) <= one
        for group in range(3):
            own = sum((p for n, p in enumerate(parts) if n % 3 == group), ZERO)
            assert result is None or own <= result


@given(TARIFF, st.lists(MONEY, min_size=1, max_size=5), MONEY, CAP, CAP, st.booleans())
def test_more_paid_in_a_year_never_gives_less(
    tariff: Bands | Lump | Steps, paid: list[Decimal], more: Decimal, result: Decimal | None,
    year: Decimal | None, by_year: bool,
) -> None:  # fmt: skip
    scheme = flat(
        "0", tariff=tariff, is_by_year=by_year, caps=Caps(unit_year=year, result=None if by_year else result)
    )
    first = sold(scheme, [contract(n, amount) for n, amount in enumerate(paid)]).amount
    paid[0] += more
    second = sold(scheme, [contract(n, amount) for n, amount in enumerate(paid)]).amount
    assert first is not None
    assert second is not None
    assert first <= second


@given(TARIFF, st.lists(MONEY, min_size=1, max_size=5), st.lists(MONEY, max_size=3), CAP)
def test_the_award_of_a_station_is_shared_by_what_it_registered(
    tariff: Bands | Lump | Steps, now: list[Decimal], before: list[Decimal], cap: Decimal | None
) -> None:
    growth = Growth(Decimal(100), Decimal("0.01"), is_whole=True, is_within_cap=False)
    scheme = flat(
        "0", tariff=tariff, beneficiary="station", base="technology_amount", is_by_year=True, growth=growth,
        caps=Caps(unit_year=cap),
    )  # fmt: skip
    rows = [registered(n, str(a)) for n, a in enumerate(now)]
    rows += [registered(100 + n, str(a), date(2025, 2, 3)) for n, a in enumerate(before)]
    made = award(scheme, rows)
    assert made.amount == sum((a or ZERO for a in amounts(made)), ZERO)
    assert made.is_complete == bool(before)
