from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import RefusedError
from desktop.rules.amounts import Fixing, fix_amounts, format_yuan, parse_amount, parse_date, to_fen
from desktop.rules.facts import FIXED_CODES, LONG_TERM, AmountLine, Facts, Payment

TODAY = date(2026, 11, 21)
YUAN = st.integers(0, 10**9).map(lambda fen: Decimal(fen).scaleb(-2))


def d(text: str) -> Decimal:
    return Decimal(text)


SAMPLE = Facts(
    contract_amount=d("1280000.00"),
    amount_lines=(
        AmountLine("研究开发经费", "technology", d("620000.00"), "7.1"),
        AmountLine("研究开发报酬", "technology", d("314000.00"), "7.1"),
        AmountLine(
            "样机 1 台（验收用）", "carrier", d("96000.00"), "附件一 6", reason="验收须用，见附件一 6.2"
        ),
        AmountLine("工业相机及镜头 4 套", "equipment", d("74000.00"), "附件二 1"),
        AmountLine("边缘计算控制器 2 台", "equipment", d("76000.00"), "附件二 2"),
        AmountLine("伺服电机及驱动器 10 套", "equipment", d("72000.00"), "附件二 3"),
        AmountLine("线缆及安装辅材 1 批", "material", d("28000.00"), "附件二 4"),
    ),
)


def codes(fixing: Fixing, level: str = "error") -> list[str]:
    return [p.code for p in fixing.problems if p.level == level]


def test_the_sample_contract_is_fixed_line_by_line() -> None:
    fixing = fix_amounts(SAMPLE)
    assert fixing.technology_amount == d("1030000.00")
    assert (fixing.kept_total, fixing.deducted_total) == (d("1030000.00"), d("250000.00"))
    assert fixing.formula == "1,280,000.00 − 250,000.00 = 1,030,000.00"
    assert codes(fixing) == []
    assert codes(fixing, "doubt") == ["A05"]
    assert [line.is_kept for line in fixing.lines] == [True, True, True, False, False, False, False]
    assert fixing.lines[2].reason == "验收须用，见附件一 6.2"
    assert fixing.is_fixed


def test_the_worked_pattern_with_a_prototype() -> None:
    facts = Facts(
        contract_amount=d("1000000"),
        amount_lines=(
            AmountLine("研究开发", "technology", d("570000")),
            AmountLine("样机 1 套", "carrier", d("80000")),
            AmountLine("设备", "equipment", d("350000")),
        ),
    )
    fixing = fix_amounts(facts)
    assert fixing.technology_amount == d("650000")
    assert fixing.lines[1].needs_reason


def test_lines_that_do_not_meet_the_total_are_an_error_naming_the_gap() -> None:
    fixing = fix_amounts(replace(SAMPLE, contract_amount=d("1280000.01")))
    assert codes(fixing) == ["A08"]
    assert "0.01 元" in next(p.reason for p in fixing.problems if p.code == "A08")
    assert not fixing.is_fixed


def test_a_stated_technology_amount_must_fit() -> None:
    assert codes(fix_amounts(replace(SAMPLE, technology_amount=d("1030000")))) == []
    assert codes(fix_amounts(replace(SAMPLE, technology_amount=d("1030000.01")))) == ["A09"]
    assert codes(fix_amounts(Facts(contract_amount=d("100"), technology_amount=d("100.01")))) == ["V02"]
    assert codes(fix_amounts(Facts(contract_amount=d("100"), technology_amount=d("100")))) == []


def test_without_lines_the_whole_amount_counts_with_a_doubt() -> None:
    fixing = fix_amounts(Facts(contract_amount=d("50000")))
    assert fixing.technology_amount == d("50000")
    assert codes(fixing, "doubt") == ["A07"]


def test_a_decision_against_the_nature_is_a_doubt_that_wants_a_reason() -> None:
    lines = (
        AmountLine("设备", "equipment", d("10"), is_kept=True),
        AmountLine("技术", "technology", d("90"), is_kept=False, reason="另有合同"),
    )
    fixing = fix_amounts(Facts(contract_amount=d("100"), amount_lines=lines))
    assert codes(fixing, "doubt") == ["A06", "A06"]
    assert [line.needs_reason for line in fixing.lines] == [True, False]
    assert fixing.technology_amount == d("10")


def test_royalty_without_an_amount_is_to_be_settled_and_no_error() -> None:
    fixing = fix_amounts(Facts(price_form="royalty"))
    assert fixing.to_be_settled
    assert fixing.technology_amount is None
    assert codes(fixing) == []
    assert codes(fixing, "note") == ["A02"]
    assert codes(fix_amounts(Facts(price_form="fixed"))) == ["A01"]


def test_foreign_money_is_converted_to_the_fen() -> None:
    facts = Facts(
        currency="USD",
        original_amount=d("12345.67"),
        exchange_rate=d("7.0815"),
        exchange_rate_on=date(2026, 10, 26),
        signed_on=date(2026, 10, 26),
        technology_amount=d("80000"),
    )
    fixing = fix_amounts(facts)
    assert fixing.contract_amount == d("87425.86")  # 87425.862105
    assert codes(fixing) == []
    assert codes(fix_amounts(replace(facts, contract_amount=d("87425.86")))) == []
    assert codes(fix_amounts(replace(facts, contract_amount=d("87425.87")))) == ["A12"]
    assert codes(fix_amounts(replace(facts, exchange_rate_on=date(2026, 10, 27))), "doubt") == ["A11"]
    missing = fix_amounts(replace(facts, exchange_rate=None, exchange_rate_on=None))
    assert codes(missing) == ["A10", "A10", "A01"]
    assert codes(fix_amounts(replace(facts, exchange_rate=d("0")))) == ["A10", "A01"]


def test_instalments_are_compared_with_the_total() -> None:
    half = Payment(amount=d("640000"))
    assert "A14" not in codes(fix_amounts(replace(SAMPLE, payments=(half, half))), "doubt")
    assert "A14" in codes(fix_amounts(replace(SAMPLE, payments=(half,))), "doubt")
    assert "A14" not in codes(fix_amounts(replace(SAMPLE, payments=(half, Payment()))), "doubt")


def test_parts_larger_than_the_whole_and_negative_amounts_are_errors() -> None:
    assert codes(fix_amounts(replace(SAMPLE, service_inside_amount=d("1280000.01")))) == ["A13"]
    assert codes(fix_amounts(replace(SAMPLE, vat_amount=d("-1")))) == ["A13"]
    both = replace(SAMPLE, rd_cost_amount=d("1000000"), remuneration_amount=d("280000.01"))
    assert codes(fix_amounts(both)) == ["A13"]
    assert codes(fix_amounts(Facts(contract_amount=d("-1")))) == ["A01"]
    assert codes(fix_amounts(Facts(contract_amount=d("10000000000"), technology_amount=d(1)))) == ["A01"]
    line = AmountLine("x", None, d("-5"))
    assert set(codes(fix_amounts(Facts(contract_amount=d("5"), amount_lines=(line,))))) >= {
        "A03",
        "A04",
        "A08",
    }


@given(
    st.lists(st.tuples(st.sampled_from(sorted(FIXED_CODES["amount_natures"])), YUAN), min_size=1, max_size=12)
)
def test_the_technology_amount_never_exceeds_the_total_and_sums_meet(rows: list[tuple[str, Decimal]]) -> None:
    lines = tuple(AmountLine("项", nature, amount) for nature, amount in rows)
    total = sum((amount for _nature, amount in rows), Decimal(0))
    fixing = fix_amounts(Facts(contract_amount=total, amount_lines=lines))
    assert fixing.technology_amount is not None
    assert 0 <= fixing.technology_amount <= total
    assert fixing.kept_total + fixing.deducted_total == total
    assert fixing.technology_amount == fixing.kept_total
    assert codes(fixing) == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("123456.78", "123456.78"),
        ("123,456.78", "123456.78"),
        ("12.345678万", "123456.78"),
        ("12.345678 万元", "123456.78"),
        ("１２３，４５６．７８", "123456.78"),
        (" 1 280 000 ", "1280000"),
        ("￥1,280,000.00元", "1280000"),
        ("1.2亿", "120000000"),
        ("0", "0"),
        ("5", "5"),
        (".5", None),
        ("人民币壹佰贰拾捌万元整", "1280000"),
        ("壹佰零叁万圆正", "1030000"),
    ],
)
def test_money_in_all_spellings(text: str, figures: str | None) -> None:
    if figures is None:
        with pytest.raises(RefusedError):
            parse_amount(text)
    else:
        assert parse_amount(text).amount == d(figures)


def test_corrections_of_typed_money_are_reported() -> None:
    parsed = parse_amount("l2O0.5")
    assert parsed.amount == d("1200.50")
    assert parsed.corrections == ("形近字改正：l2O0.5 → 1200.5",)
    assert parse_amount("１２").corrections == ("全角改为半角：１２ → 12",)
    assert parse_amount("12").corrections == ()
    assert parse_amount("一百元").corrections


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "-1",
        "1.234",
        "1,23,456",
        "1.234,56",
        "5.1E+17",
        "12.3456789万",
        "abc",
        "10000000000",
        "1.2.3",
        "(5)",
    ],
)
def test_what_is_no_money_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_amount(text)
    assert refused.value.hint


@given(YUAN)
def test_shown_money_reads_back(amount: Decimal) -> None:
    assert parse_amount(format_yuan(amount)).amount == amount
    assert parse_amount(f"{amount.scaleb(-4):f}万元").amount == amount


@pytest.mark.parametrize(
    "text",
    [
        "20261121",
        "2026-11-21",
        "2026.11.21",
        "2026/11/21",
        "2026年11月21日",
        "1121",
        "２０２６１１２１",
        "11-21",
        "11月21日",
        " 2026 年 11 月 21 日",
        "二〇二六年十一月二十一日",
        "二零二六年十一月二十一日",
    ],
)
def test_dates_in_all_spellings(text: str) -> None:
    assert parse_date(text, TODAY) == date(2026, 11, 21)


def test_other_dates() -> None:
    assert parse_date("长期", TODAY) == LONG_TERM
    assert parse_date("2026-3-5", TODAY) == date(2026, 3, 5)
    assert parse_date("二〇二六年十月二十日", TODAY) == date(2026, 10, 20)
    assert parse_date("1987年1月1日", TODAY) == date(1987, 1, 1)
    assert parse_date("0229", date(2028, 1, 1)) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20260230", "2026 年 2 月没有 30 日"),
        ("0229", "2026 年 2 月没有 29 日"),
        ("2026-13-01", "没有 13 月"),
        ("45000", "Excel"),
        ("昨天", "不是日期"),
        ("", "不是日期"),
        ("261121", "不是日期"),
        ("0026-11-21", "年份 26"),
    ],
)
def test_impossible_dates_are_named(text: str, said: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_date(text, TODAY)
    assert said in refused.value.message


@given(st.dates(date(1949, 10, 1), date(2199, 12, 31)))
def test_dates_read_back_in_every_style(day: date) -> None:
    for style in ("%Y%m%d", "%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日"):
        assert parse_date(day.strftime(style), TODAY) == day


def test_half_a_fen_goes_up() -> None:
    assert to_fen(d("0.005")) == d("0.01")
    assert to_fen(d("0.0049")) == d("0.00")


def test_while_a_line_has_no_amount_its_sums_are_compared_with_nothing() -> None:
    named = AmountLine("研究开发经费", "technology")
    facts = Facts(
        contract_amount=Decimal("980000.00"), technology_amount=Decimal("800000.00"), amount_lines=(named,)
    )
    assert {row.code for row in fix_amounts(facts).problems} == {"A03"}
    full = replace(facts, amount_lines=(replace(named, amount=Decimal("900000.00")),))
    assert {"A08", "A09"} <= {row.code for row in fix_amounts(full).problems}
