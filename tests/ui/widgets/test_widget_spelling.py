from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.widgets.spelling import in_fours, read_amount, read_date, show_amount

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20261121", date(2026, 11, 21)),
        ("2026-11-21", date(2026, 11, 21)),
        ("2026.11.21", date(2026, 11, 21)),
        ("2026/11/21", date(2026, 11, 21)),
        ("2026年11月21日", date(2026, 11, 21)),
        ("1121", date(2026, 11, 21)),
        ("2026-1-5", date(2026, 1, 5)),
        ("２０２６１１２１", date(2026, 11, 21)),
        ("2026 11 21".replace(" ", "-"), date(2026, 11, 21)),
        (" 2026 年 11 月 21 日 ", date(2026, 11, 21)),
        ("2O261l21", date(2026, 11, 21)),
        ("20240229", date(2024, 2, 29)),
        ("", None),
        ("  ", None),
    ],
)
def test_every_usual_spelling_of_a_day_is_read(typed: str, meant: date | None) -> None:
    assert read_date(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-02-30", "2026 年 2 月没有 30 日"),
        ("20250229", "2025 年 2 月没有 29 日"),
        ("0431", "2026 年 4 月没有 31 日"),
        ("2026-13-01", "没有 13 月"),
        ("2026-00-01", "没有 0 月"),
        ("1026-10-01", "年份 1026"),
        ("明天", "看不出是哪一天"),
        ("202611", "看不出是哪一天"),
        ("2026-11", "看不出是哪一天"),
    ],
)
def test_a_day_that_does_not_exist_is_named(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_date(typed, TODAY)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_shown_day_reads_back_as_itself(day: date) -> None:
    assert read_date(day.isoformat(), TODAY) == day
    assert read_date(f"{day:%Y%m%d}", TODAY) == day
    assert read_date(f"{day.year}年{day.month}月{day.day}日", TODAY) == day


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("123456.78", "123456.78"),
        ("123,456.78", "123456.78"),
        ("12.345678万", "123456.78"),
        ("128万元", "1280000.00"),
        ("1.2亿", "120000000.00"),
        ("1280000", "1280000.00"),
        ("1280000元", "1280000.00"),
        ("１２３，４５６．７８", "123456.78"),
        ("¥1,280,000.00", "1280000.00"),
        (" 1 280 000 ", "1280000.00"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("1O0", "100.00"),
        ("-38", "-38.00"),
        ("0", "0.00"),
    ],
)
def test_every_usual_spelling_of_an_amount_is_read_to_the_fen(typed: str, meant: str) -> None:
    amount = read_amount(typed)
    assert amount == Decimal(meant)
    assert str(amount) == meant


def test_no_amount_is_no_amount() -> None:
    assert read_amount("") is None


@pytest.mark.parametrize("typed", ["abc", "1.2.3", "12万3", "一百", "万", "1e5", "--1"])
def test_what_is_no_amount_is_said(typed: str) -> None:
    with pytest.raises(ValueError, match="看不出金额"):
        read_amount(typed)


@pytest.mark.parametrize("typed", ["0.001", "1.23456789万", "100.005"])
def test_finer_than_a_fen_is_said_not_rounded(typed: str) -> None:
    with pytest.raises(ValueError, match="最细到分"):
        read_amount(typed)


@given(st.decimals(0, Decimal("99999999999.99"), places=2))
def test_a_shown_amount_reads_back_as_itself(amount: Decimal) -> None:
    assert read_amount(show_amount(amount)) == amount


def test_codes_are_shown_in_fours() -> None:
    assert in_fours("91990321MA5NY83T0T") == "9199 0321 MA5N Y83T 0T"
    assert in_fours("9199 0321 MA5N") == "9199 0321 MA5N"
