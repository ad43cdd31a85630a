from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.certificates import wording
from desktop.certificates.wording import (
    amount_text,
    capital_text,
    cited,
    date_text,
    grouped,
    half_width_left,
    han_number,
    legal_basis,
    masked_id,
    paper_text,
    quoted,
)
from desktop.errors import RefusedError


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("甲公司,乙公司(以下简称甲)", "甲公司，乙公司（以下简称甲）"),
        ("时间:10:30,共1,280,000.00元", "时间：10:30，共1,280,000.00元"),
        ("R-DEV-02:是", "R-DEV-02：是"),
        ("合同, 附件: 1", "合同，附件：1"),
        ("《办法》(2000)", "《办法》（2000）"),
        ("甲(乙(丙))", "甲（乙（丙））"),
        ("见附件(A)等", "见附件（A）等"),
        ("Foo (Bar), Inc.", "Foo (Bar), Inc."),
        ('他说"好"', "他说“好”"),
        ("是否?", "是否？"),
        ("Ltd.,北京", "Ltd.，北京"),
        ("比例3:7", "比例3:7"),
        ("", ""),
    ],
)
def test_marks_beside_chinese_become_full_width_and_numbers_stay(typed: str, printed: str) -> None:
    assert paper_text(typed) == printed


@given(st.text(alphabet='甲乙丙〇，。：（）《》“”ab12,.:;?!() "\n', max_size=30))
def test_normalised_text_has_no_half_width_mark_beside_chinese_and_stays_as_it_is(typed: str) -> None:
    once = paper_text(typed)
    assert paper_text(once) == once
    assert half_width_left(once) == []


def test_leftover_marks_are_found() -> None:
    assert half_width_left("甲,乙") == [","]
    assert half_width_left("甲(乙") != []
    assert half_width_left("1,280,000.00 10:30") == []


def test_a_title_stands_in_quotation_marks_and_its_own_become_single() -> None:
    assert quoted("“云岭”一号(第二期)") == "“‘云岭’一号（第二期）”"


def test_amounts_have_two_decimals_or_six_in_ten_thousands() -> None:
    assert amount_text(Decimal("1280000")) == "¥1,280,000.00"
    assert amount_text(Decimal("123456.78"), "wan") == "¥12.345678万元"
    assert amount_text(Decimal("1000000"), "wan") == "¥100万元"
    assert amount_text(Decimal("9999999999.99")) == "¥9,999,999,999.99"


@pytest.mark.parametrize("wrong", ["0.005", "-1", "10000000000.00", "NaN", "Infinity"])
def test_an_amount_that_cannot_stand_on_paper_is_refused(wrong: str) -> None:
    with pytest.raises(RefusedError):
        amount_text(Decimal(wrong))


@given(st.integers(min_value=0, max_value=999_999_999_999))
def test_every_printed_capital_amount_was_read_back(fen: int) -> None:
    assert capital_text(Decimal(fen).scaleb(-2)).startswith("人民币")


def test_a_capital_that_reads_back_differently_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "capital", lambda amount: "壹元整")
    with pytest.raises(RefusedError, match="不一致"):
        capital_text(Decimal("2.00"))


def test_dates_numbers_and_ids() -> None:
    assert date_text(date(2026, 3, 5)) == "2026年3月5日"
    assert grouped("20269903210002471") == ("2026", "9903", "2100", "0247", "1")
    assert masked_id("110101199003071234") == "110***********1234"
    assert masked_id("1234567") == "*******"
    assert [han_number(n) for n in (1, 10, 11, 20, 99, 100)] == ["一", "十", "十一", "二十", "九十九", "100"]


def test_an_article_is_named_only_when_its_row_is_verified() -> None:
    old, new = date(2026, 2, 28), date(2026, 3, 1)
    assert legal_basis(old, article="第十四条", is_verified=True).endswith("〔2000〕063号）第十四条")
    assert "第十四条" not in legal_basis(old, article="第十四条")
    assert legal_basis(new) == "工业和信息化部《技术合同认定登记管理办法》"


@pytest.mark.parametrize(
    ("instrument", "article", "said"),
    [
        ("增值税法", "第二十八条", "《增值税法》第二十八条"),
        (
            "增值税法实施条例（国令第826号）",
            "第三十七条（二）",
            "《增值税法实施条例》（国令第826号）第三十七条第（二）项",
        ),
        (
            "财政部 税务总局公告2026年第10号",
            "二（二）2",
            "财政部 税务总局公告2026年第10号第二条第（二）项第2目",
        ),
        ("财税〔2016〕36号", "附件3 一（二十六）", "财税〔2016〕36号附件3第一条第（二十六）项"),
        ("财税〔2010〕111号", "一", "财税〔2010〕111号第一条"),
        ("印花税法", "税目税率表", "《印花税法》税目税率表"),
        ("财税〔2005〕39号", "", "财税〔2005〕39号"),
        (
            "促进科技成果转化法（2015年修正）",
            "第四十四、四十五条",
            "《促进科技成果转化法》（2015年修正）第四十四、四十五条",
        ),
    ],
)
def test_a_source_is_cited_as_a_letter_does(instrument: str, article: str, said: str) -> None:
    assert cited(instrument, article) == said
