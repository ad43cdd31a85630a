from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import RefusedError
from desktop.rules.capital import capital, capital_date, han_date, read_capital, read_capital_with_doubt

TABLE = {
    "0.00": "零元整",
    "0.05": "伍分",
    "0.50": "伍角整",
    "10.05": "壹拾元零伍分",
    "10.50": "壹拾元伍角整",
    "20.00": "贰拾元整",
    "300.30": "叁佰元叁角整",
    "325.04": "叁佰贰拾伍元零肆分",
    "1001.01": "壹仟零壹元零壹分",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "1680.32": "壹仟陆佰捌拾元叁角贰分",
    "6007.14": "陆仟零柒元壹角肆分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "100000": "壹拾万元整",
    "107000.53": "壹拾万柒仟元伍角叁分",
    "1000000.05": "壹佰万元零伍分",
    "1000010": "壹佰万零壹拾元整",
    "1030000": "壹佰零叁万元整",
    "1280000": "壹佰贰拾捌万元整",
    "2003000": "贰佰万叁仟元整",
    "5000000": "伍佰万元整",
    "10010010.01": "壹仟零壹万零壹拾元零壹分",
    "10500000": "壹仟零伍拾万元整",
    "100000000.10": "壹亿元壹角整",
    "100000001": "壹亿零壹元整",
    "100005000": "壹亿零伍仟元整",
    "100010000": "壹亿零壹万元整",
    "123456789.01": "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分",
    "1000100010": "壹拾亿零壹拾万零壹拾元整",
    "1050000000": "壹拾亿伍仟万元整",
    "9999999999.99": "玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "1000000000000": "壹万亿元整",
    "1000050000000": "壹万亿零伍仟万元整",
    "1000500000000.01": "壹万零伍亿元零壹分",
}


@pytest.mark.parametrize(("figures", "words"), TABLE.items())
def test_every_row_of_the_table_is_written_and_read_back(figures: str, words: str) -> None:
    assert capital(Decimal(figures)) == words
    assert read_capital_with_doubt("人民币" + words) == read_capital_with_doubt(words)
    reading = read_capital_with_doubt(words)
    assert reading.amount == Decimal(figures)
    assert reading.doubts == ()


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("壹拾元零伍角", "10.50"),
        ("壹仟肆佰零玖元伍角", "1409.50"),
        ("壹仟陆佰捌拾元零叁角贰分", "1680.32"),
        ("壹拾万柒仟元零伍角叁分", "107000.53"),
        ("壹拾万零柒仟元伍角叁分", "107000.53"),
        ("壹亿元零壹角整", "100000000.10"),
        ("壹亿伍仟元整", "100005000"),
        ("人民币：壹佰零叁万圆正", "1030000"),
        (" 叁佰 元 整 ", "300"),
    ],
)
def test_the_other_lawful_writings_are_read_without_doubt(words: str, figures: str) -> None:
    reading = read_capital_with_doubt(words)
    assert (reading.amount, reading.doubts) == (Decimal(figures), ())


@pytest.mark.parametrize(
    ("words", "figures", "met"),
    [
        ("壹百零叁万元整", "1030000", "百"),
        ("两千元整", "2000", "两"),
        ("廿万元整", "200000", "廿"),
        ("一百二十八万元整", "1280000", "一"),
        ("贰仟〇伍元整", "2005", "〇"),
        ("拾万元整", "100000", "壹拾万元整"),
        ("壹佰零零叁元整", "103", "壹佰零叁元整"),
        ("伍佰万整", "5000000", "缺少"),
        ("壹仟零元整", "1000", "壹仟元整"),
    ],
)
def test_unusual_forms_are_read_and_named(words: str, figures: str, met: str) -> None:
    reading = read_capital_with_doubt(words)
    assert reading.amount == Decimal(figures)
    assert any(met in doubt for doubt in reading.doubts)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "人民币",
        "元",
        "整",
        "壹壹元",
        "壹拾佰元",
        "亿元整",
        "万元整",
        "壹亿亿元",
        "壹万万元",
        "壹佰元壹分壹角",
        "USD",
        "123元",
        "零分",
    ],
)
def test_what_is_no_amount_is_refused(words: str) -> None:
    with pytest.raises(RefusedError):
        read_capital(words)


@pytest.mark.parametrize("figures", ["0.001", "-0.01", "10000000000000000", "NaN", "Infinity", "12.345"])
def test_amounts_that_cannot_be_printed_are_refused(figures: str) -> None:
    with pytest.raises(RefusedError):
        capital(Decimal(figures))


@given(st.integers(0, 10**18 - 1))
def test_reading_back_always_gives_the_same_fen(fen: int) -> None:
    amount = Decimal(fen).scaleb(-2)
    reading = read_capital_with_doubt(capital(amount))
    assert (reading.amount, reading.doubts) == (amount, ())


@given(st.lists(st.sampled_from("00000015"), min_size=1, max_size=18))
def test_amounts_full_of_zeros_read_back_too(digits: list[str]) -> None:
    amount = Decimal(int("".join(digits))).scaleb(-2)
    words = capital(amount)
    assert read_capital(words) == amount
    assert "零零" not in words
    assert not words.startswith("拾")


def test_no_two_amounts_below_two_thousand_share_a_text() -> None:
    assert len({capital(Decimal(fen).scaleb(-2)) for fen in range(200_000)}) == 200_000


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 1, 15), "贰零贰陆年零壹月壹拾伍日"),
        (date(2026, 10, 20), "贰零贰陆年零壹拾月零贰拾日"),
        (date(2026, 2, 10), "贰零贰陆年零贰月零壹拾日"),
        (date(2026, 3, 5), "贰零贰陆年叁月零伍日"),
        (date(2026, 11, 30), "贰零贰陆年壹拾壹月零叁拾日"),
        (date(2026, 12, 31), "贰零贰陆年壹拾贰月叁拾壹日"),
    ],
)
def test_dates_in_bill_style(day: date, words: str) -> None:
    assert capital_date(day) == words


def test_dates_in_han_style() -> None:
    assert han_date(date(2026, 3, 5)) == "二〇二六年三月五日"
    assert han_date(date(2026, 11, 20)) == "二〇二六年十一月二十日"
    assert han_date(date(2026, 10, 31)) == "二〇二六年十月三十一日"
