"""Amounts and days typed into the search box."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import RefusedError
from desktop.services.search_words import Amounts, Days, amounts_of, days_of, take_apart


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("100万-200万", "1000000", "2000000"),
        ("100-200万", "1000000", "2000000"),
        ("１００万～２００万", "1000000", "2000000"),
        ("50万至1.2亿", "500000", "120000000"),
        (">50万", "500000.01", None),
        (">=50万", "500000", None),
        ("≥500,000", "500000", None),
        ("<3千万元", None, "29999999.99"),
        ("不超过80万", None, "800000"),
        ("1280000元以上", "1280000", None),
        ("金额100000-200000", "100000", "200000"),
        ("12.345678万以下", None, "123456.78"),
    ],
)
def test_amounts_are_understood(typed: str, low: str | None, high: str | None) -> None:
    asked = take_apart(typed)
    wanted = Amounts(Decimal(low) if low else None, Decimal(high) if high else None)
    assert (asked.amounts, asked.text) == ((wanted,), "")


@pytest.mark.parametrize(
    ("typed", "name", "first", "last"),
    [
        ("2026-07", "day", "2026-07-01", "2026-07-31"),
        ("2026.2", "day", "2026-02-01", "2026-02-28"),
        ("2026年7月", "day", "2026-07-01", "2026-07-31"),
        ("2026年", "day", "2026-01-01", "2026-12-31"),
        ("2026-07-01..", "day", "2026-07-01", None),
        ("2026-07起", "day", "2026-07-01", None),
        ("..2026-06", "day", None, "2026-06-30"),
        ("2026-07-01..2026-08-15", "day", "2026-07-01", "2026-08-15"),
        ("2026/7/1至2026/8/15", "day", "2026-07-01", "2026-08-15"),
        ("签订2026-10-26", "signed_on", "2026-10-26", "2026-10-26"),
        ("受理：2026-11", "accepted_on", "2026-11-01", "2026-11-30"),
    ],
)
def test_days_are_understood(typed: str, name: str, first: str | None, last: str | None) -> None:
    asked = take_apart(typed)
    wanted = Days(
        name,
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )
    assert (asked.days, asked.text) == ((wanted,), "")


@pytest.mark.parametrize(
    "typed",
    [
        "2026",
        "2026990321000247",
        "2026-0312",
        "澄受 2026-0312",
        "启衡 采摘",
        "qhzdh",
        "100-200",
        "5G基站",
        "500",
    ],
)
def test_numbers_names_and_serials_stay_text(typed: str) -> None:
    asked = take_apart(typed)
    assert (asked.text, asked.amounts, asked.days) == (typed, (), ())


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("486,000", "486000"),
        ("４８６，０００", "486000"),
        ("486000.00", "486000"),
        ("1,234,567.89", "1234567.89"),
        ("486000元", "486000"),
        ("48.6万", "486000"),
        ("￥486000", "486000"),
        ("金额：486000", "486000"),
        ("2026元", "2026"),
        ("4860.50", "4860.50"),
        ("2026.50", "2026.50"),
        ("2026.13", "2026.13"),
    ],
)
def test_one_amount_is_understood_without_a_range(typed: str, yuan: str) -> None:
    asked = take_apart(typed)
    assert (asked.exact, asked.either, asked.text, asked.days) == ((Decimal(yuan),), (), "", ())
    assert asked.words() == f"成交额或技术额 {Decimal(yuan):,.2f} 元"


@pytest.mark.parametrize(
    ("typed", "yuan"), [("4860", "4860"), ("486000", "486000"), ("999999999", "999999999"), ("12.5", "12.5")]
)
def test_a_bare_number_may_be_part_of_a_number_or_an_amount(typed: str, yuan: str) -> None:
    asked = take_apart(typed)
    assert (asked.text, asked.either, asked.exact) == (typed, ((typed, Decimal(yuan)),), ())
    assert asked.words() == f"编号等含 {typed} 或成交额、技术额为 {Decimal(yuan):,.2f} 元"


@pytest.mark.parametrize(
    "typed",
    [
        "486",
        "0247",
        "1234567890",
        "2026 0312",
        "2026 9903 2100 0247",
        "48,60",
        "486000.123",
        "1111 2222 3333 4444 甲",
    ],
)
def test_what_is_no_amount_is_only_looked_for_as_text(typed: str) -> None:
    asked = take_apart(typed)
    assert (asked.text, asked.either, asked.exact, asked.words()) == (typed, (), (), "")


@pytest.mark.parametrize("typed", ["9" * 40 + "元", ">9999999999999亿", "1" * 20 + ".00"])
def test_more_yuan_than_any_contract_has_are_refused_in_words(typed: str) -> None:
    with pytest.raises(RefusedError, match="金额太大") as refused:
        take_apart(typed)
    assert refused.value.hint


def test_all_of_it_together() -> None:
    asked = take_apart("启衡 100万-200万 2026-07.. 采摘")
    assert asked.text == "启衡 采摘"
    assert asked.words() == "成交额 1,000,000.00 至 2,000,000.00 元；登记日 2026-07-01 起"


@pytest.mark.parametrize("typed", ["2026-02-30", "2026-13", "200万-100万", "2026-08..2026-07"])
def test_what_cannot_be_is_refused_in_words(typed: str) -> None:
    with pytest.raises(RefusedError) as refused:
        take_apart(typed)
    assert refused.value.hint


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_a_range_of_amounts_survives_being_kept(low: Decimal, more: Decimal) -> None:
    made = Amounts(low, low + more)
    assert amounts_of(made.code()) == made


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 4000))
def test_a_span_of_days_survives_being_kept(first: date, more: int) -> None:
    made = Days("signed_on", first, first + timedelta(days=more))
    assert days_of("signed_on", made.code()) == made
    assert take_apart(f"签订{made.first}..{made.last}").days == (made,)
