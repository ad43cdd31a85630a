"""Blocks copied in Excel and WPS: headers in any order, pairs, positions, and what the spreadsheet spoilt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.exchange.pasted import (
    Block,
    Pasted,
    Slot,
    facts_of_row,
    form_slots,
    read_block,
    row_slots,
    slots_of,
    understand,
)
from desktop.rules.facts import Facts, Payment
from desktop.rules.identifiers import check_resident_id

TODAY = date(2026, 11, 20)
BUYER_CODE, SELLER_CODE = "91990321MA5NY83T0T", "91990321MA0QH7K26R"
STOPS = slots_of(Facts, ("title", "sub_kind", "valid_from", "valid_until", "signed_on"))


def paste(codes: Any, text: str, html: str = "", stops: tuple[Slot, ...] = STOPS, **more: Any) -> Pasted:
    block = read_block(text, html)
    assert block is not None
    return understand(block, form_slots(), stops, codes, TODAY, **more)


def lines(*rows: tuple[str, ...]) -> str:
    return "\r\n".join("\t".join(row) for row in rows) + "\r\n"


def values(row: Any) -> dict[tuple[str, str], Any]:
    return {cell.slot.key: cell.value for cell in row if cell.value is not None}


def test_headers_are_known_in_any_order_with_units_stars_and_numbers(codes: Any) -> None:
    read = paste(
        codes,
        lines(
            ("", "", "", "", "", ""),
            ("*卖方名称", "18 合同成交额（元）", "序号", "签 订 日 期", "项目名称", "买方信用代码"),
            ("青禾所", "１，２８０，０００．００", "1", "2026年10月26日", "采摘机研制", BUYER_CODE),
            ("", "", "", "", "", ""),
            ("云坡站", "12.345678万", "2", "20261027", "菌种评价", SELLER_CODE),
            ("合计", "1403456.78", "", "", "", ""),
        ),
    )
    assert read.layout == "headers"
    assert [slot.name for slot in read.slots] == [
        "卖方名称", "合同成交额", "签订日期", "项目名称", "买方证件号码",
    ]  # fmt: skip
    assert len(read.rows) == 2
    first = facts_of_row(read.rows[0], TODAY)
    assert (first.title, first.contract_amount, first.signed_on) == (
        "采摘机研制",
        Decimal("1280000.00"),
        date(2026, 10, 26),
    )
    assert first.sellers[0].name == "青禾所"
    assert (first.buyers[0].id_number, first.buyers[0].country) == (BUYER_CODE, "CHN")
    assert facts_of_row(read.rows[1], TODAY).contract_amount == Decimal("123456.78")
    assert read.count("error") == 0


def test_a_cell_with_line_breaks_and_quotes_is_one_cell(codes: Any) -> None:
    read = paste(codes, '项目名称\t主要内容\r\n采摘机\t"第一行\n第二行，""仿形""\t完"\r\n')
    assert read.rows[0][1].value == '第一行\n第二行，"仿形" 完'


@pytest.mark.parametrize("text", ["采摘机研制\r\n", '"第一行\n第二行"\r\n', "", "\r\n\r\n"])
def test_a_single_cell_is_no_block(text: str) -> None:
    assert read_block(text) is None


def test_names_beside_values_fill_one_contract_also_under_the_sides(codes: Any) -> None:
    read = paste(
        codes,
        lines(
            ("项目名称", "采摘机研制"),
            ("合同类别", "委托开发合同"),
            ("买方", ""),
            ("名称", "丰禾公司"),
            ("统一社会信用代码", BUYER_CODE),
            ("卖方", ""),
            ("名称", "启衡公司"),
            ("合同成交额（万元）", "128"),
        ),
    )
    assert read.layout == "pairs"
    facts = facts_of_row(read.rows[0], TODAY)
    assert (facts.title, facts.kind, facts.sub_kind) == ("采摘机研制", "DEV", "DEV-1")
    assert (facts.buyers[0].name, facts.sellers[0].name) == ("丰禾公司", "启衡公司")
    assert facts.contract_amount == Decimal("1280000.00")
    assert any("万元" in p.reason and p.level == "note" for p in read.problems)


def test_names_beside_several_values_are_several_contracts(codes: Any) -> None:
    read = paste(
        codes, lines(("项目名称", "甲项目", "乙项目"), ("签订日期", "1026", "1027"), ("合同成交额", "1", "2"))
    )
    assert [facts_of_row(row, TODAY).title for row in read.rows] == ["甲项目", "乙项目"]


def test_two_columns_of_names_are_one_form(codes: Any) -> None:
    read = paste(
        codes, lines(("项目名称", "甲", "签订日期", "20261026"), ("合同成交额", "5", "生效日期", "1027"))
    )
    (row,) = read.rows
    assert values(row) == {
        ("", "title"): "甲",
        ("", "contract_amount"): Decimal("5.00"),
        ("", "signed_on"): date(2026, 10, 26),
        ("", "effective_on"): date(2026, 10, 27),
    }


def test_without_headers_a_column_runs_down_the_form_from_the_focus(codes: Any) -> None:
    read = paste(codes, lines(("采摘机研制",), ("DEV-1",), ("2026.11.1",), ("长期",)))
    assert read.layout == "position"
    assert values(read.rows[0]) == {
        ("", "title"): "采摘机研制",
        ("", "sub_kind"): "DEV-1",
        ("", "valid_from"): date(2026, 11, 1),
        ("", "valid_until"): date(9999, 12, 31),
    }


def test_without_headers_rows_run_along_the_form_and_what_is_left_is_told(codes: Any) -> None:
    rows = [(f"项目{n}", "SVC-1", "", "", "20261026", "多出的") for n in (1, 2)]
    read = paste(codes, lines(*rows))
    assert len(read.rows) == 2
    assert [p.code for p in read.problems if "没有这么多栏" in p.reason] == ["W43", "W43"]


@pytest.mark.parametrize(
    ("head", "cell", "said"),
    [
        ("买方信用代码", "5.1E+17", "Excel 已把代码改坏，写成了 5.1E+17"),
        ("买方信用代码", "９．１９９Ｅ＋１７", "Excel 已把代码改坏"),
        ("买方信用代码", "510321199003070000", "末尾成串的 000"),
        ("买方行政区划", "9.9E+05", "Excel 已把代码改坏"),
        ("买方联系电话", "1.39E+10", "Excel 已把代码改坏"),
        ("签订日期", "45000", "Excel 已把日期改坏，写成了序数 45000"),
        ("签订日期", "########", "格子太窄"),
        ("合同成交额", "1.28E+06", "科学计数"),
        ("合同成交额", "#DIV/0!", "错误值"),
        ("签订日期", "2026-02-30", "2"),
        ("买方信用代码", "91990321MA0QH7K26B", "校验位"),
        ("买方单位性质", "没有这种", "代码表"),
    ],
)
def test_what_is_spoilt_or_wrong_has_a_reason_and_no_value(
    codes: Any, head: str, cell: str, said: str
) -> None:
    read = paste(codes, lines(("项目名称", head), ("甲", cell)))
    found = read.rows[0][1]
    assert (found.level, found.value) == ("error", None)
    assert said in found.findings[0].reason
    assert not read.is_good(0)
    if found.findings[0].code in ("W23", "W24"):
        assert found.findings[0].remedy == "请把该列设为文本后重贴"


def test_a_number_that_really_ends_in_zeros_is_kept_when_its_check_digit_is_right(codes: Any) -> None:
    numbers = (f"1101011990{month:02}{day:02}1000" for month in range(1, 13) for day in range(1, 28))
    good = next(n for n in numbers if not check_resident_id(n, today=TODAY).fault)
    read = paste(codes, lines(("项目名称", "卖方信用代码"), ("甲", good)))
    assert read.rows[0][1].value == good
    assert read.rows[0][1].level != "error"


def test_merged_cells_repeat_their_value_and_are_told(codes: Any) -> None:
    html = (
        "<html><table><tr><td>项目名称</td><td>买方名称</td></tr>"
        "<tr><td>甲</td><td rowspan=2>丰禾<br>公司</td></tr><tr><td>乙</td></tr></table></html>"
    )
    text = lines(("项目名称", "买方名称"), ("甲", "丰禾公司"), ("乙", ""))
    read = paste(codes, text, html)
    assert [facts_of_row(row, TODAY).buyers[0].name for row in read.rows] == ["丰禾公司", "丰禾公司"]
    assert any("合并的格子" in p.reason and p.level == "doubt" for p in read.problems)
    only_html = paste(codes, "", html)
    assert only_html.rows[1][1].value == "丰禾\n公司"


def test_plain_text_does_not_guess_at_merged_cells_until_it_is_told_to(codes: Any) -> None:
    text = lines(("项目名称", "买方名称"), ("甲", "丰禾公司"), ("乙", ""))
    assert paste(codes, text).rows[1][1].value is None
    assert paste(codes, text, fill_down=True).rows[1][1].value == "丰禾公司"


def test_a_head_of_two_rows_names_the_side_above(codes: Any) -> None:
    read = paste(
        codes,
        lines(
            ("项目名称", "买方", "", "卖方", ""),
            ("", "名称", "信用代码", "名称", "信用代码"),
            ("甲", "丰禾公司", BUYER_CODE, "启衡公司", SELLER_CODE),
        ),
    )
    assert {("buyer", "name"), ("seller", "id_number")} <= values(read.rows[0]).keys()


def test_columns_of_no_field_and_double_ones_are_told_not_read(codes: Any) -> None:
    read = paste(codes, lines(("项目名称", "合同名称", "窗口备注"), ("甲", "乙", "丙")))
    assert [slot.key for slot in read.slots] == [("", "title")]
    assert [p.value for p in read.problems] == ["合同名称", "窗口备注"]


def test_a_licence_before_the_new_rules_is_a_transfer(codes: Any) -> None:
    read = paste(codes, lines(("项目名称", "细类"), ("甲", "LIC-1")))
    assert facts_of_row(read.rows[0], date(2026, 2, 28)).kind == "TRF"
    assert facts_of_row(read.rows[0], date(2026, 3, 1)).kind == "LIC"


def test_lines_of_a_small_table_are_read_by_its_own_headers_or_by_place(codes: Any) -> None:
    columns = ("due_on", "paid_on", "amount")
    known = row_slots("payments", columns, ("付款应付日", "付款实付日", "付款金额（元）"))
    stops = slots_of(Payment, columns)
    block = read_block(lines(("付款金额（元）", "付款应付日"), ("500", "20261201"), ("780.5", "20270331")))
    assert block is not None
    read = understand(block, known, stops, codes, TODAY, down=False)
    assert [[cell.value for cell in row] for row in read.rows] == [
        [Decimal("500.00"), date(2026, 12, 1)],
        [Decimal("780.50"), date(2027, 3, 31)],
    ]
    bare = read_block(lines(("20261201",), ("20270331",)))
    assert bare is not None
    assert len(understand(bare, known, stops, codes, TODAY, down=False).rows) == 2


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=4),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_copied_nothing_breaks_and_no_wrong_cell_has_a_value(rows: list[list[str]]) -> None:
    from tests.ui.desk import codes as tables

    text = "\n".join("\t".join(row) for row in rows)
    block = read_block(text, f"<table>{text}")
    if block is None:
        return
    assert isinstance(block, Block)
    for fill_down in (False, True):
        read = understand(block, form_slots(), STOPS, tables(), TODAY, fill_down=fill_down)
        for row in read.rows:
            assert all(cell.value is None for cell in row if cell.level == "error")
            facts_of_row(row, TODAY)


@pytest.mark.parametrize("count", [131_073, 320_000, 3_000_000])
def test_prose_of_any_length_is_no_block(count: int) -> None:
    """The reader of tables stops at a cell of 131,072 characters: that once ended the program."""
    assert read_block("汉" * count) is None
    assert read_block("汉" * count + "\t字") is None


def test_spans_that_are_no_numbers_are_no_spans() -> None:
    spans = ("²", "9" * 5000, "-1", "x")
    cells = "".join(f'<td colspan="{span}">{at}</td>' for at, span in enumerate(spans))
    block = read_block("", f"<table><tr>{cells}</tr></table>")
    assert block is not None
    assert block.cells == (("0", "1", "2", "3"),)
