from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from desktop.errors import ProblemsFound
from desktop.exchange.ledger import LedgerResult, read_ledger
from desktop.resources import resource
from desktop.rules.codes import CodeTables

TODAY = date(2026, 11, 20)
HEAD = ["合同登记编号", "项目名称", "卖方", "买方", "合同类别", "成交额", "技术交易额", "登记日期"]
ROW = [
    "2025990321000017",
    "县域电网无功补偿策略咨询",
    "甲所；乙院",
    "丙公司",
    "技术咨询",
    "86000",
    80000.5,
    "2025-03-05",
]


@pytest.fixture(scope="module")
def codes() -> CodeTables:
    return CodeTables(resource("codes"))


def read(path: Path, codes: CodeTables, sheets: dict[str, list[list[Any]]]) -> LedgerResult:
    made = xlsxwriter.Workbook(str(path / "台账.xlsx"))
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(r, c, value, day)
                elif isinstance(value, str):
                    sheet.write_string(r, c, value)
                elif value is not None:
                    sheet.write_number(r, c, value)
    made.close()
    return read_ledger(path / "台账.xlsx", codes, TODAY)


def test_an_old_register_is_read_with_its_numbers(tmp_path: Path, codes: CodeTables) -> None:
    old = ["20019903210017", *ROW[1:]]
    result = read(
        tmp_path,
        codes,
        {"2025年": [["澄河县登记台账"], HEAD, ROW, [], old, ["合计", None, None, None, None, 172000]]},
    )
    assert [r.official_number for r in result.rows] == ["2025990321000017", "20019903210017"]
    facts = result.rows[0].facts
    assert (facts.kind, facts.contract_amount, facts.technology_amount) == (
        "CON",
        Decimal("86000.00"),
        Decimal("80000.50"),
    )
    assert facts.registered_on == date(2025, 3, 5)
    assert [(p.role, p.name) for p in facts.parties] == [
        ("seller", "甲所"),
        ("seller", "乙院"),
        ("buyer", "丙公司"),
    ]
    assert result.problems == ()


def test_amounts_in_ten_thousands_become_yuan_exactly(tmp_path: Path, codes: CodeTables) -> None:
    head = [*HEAD[:5], "成交额（万元）", "技术交易额(万元)", "登记日期"]
    result = read(
        tmp_path,
        codes,
        {"a": [head, [*ROW[:5], 8.6, "8.000001", ROW[7]], ["2", *ROW[1:5], 1.2345678, -1, ROW[7]]]},
    )
    first, second = result.rows
    assert (first.facts.contract_amount, first.facts.technology_amount) == (
        Decimal("86000.00"),
        Decimal("80000.01"),
    )
    assert [p.field for p in second.problems] == ["contract_amount", "technology_amount"]


@pytest.mark.parametrize(
    ("typed", "level", "kept"),
    [
        (20019903210017, "doubt", "20019903210017"),
        (2025990321000017, "error", ""),
        (2.02599e15, "error", ""),
        ("2.02599E+15", "error", ""),
        ("2025990321000000", "doubt", "2025990321000000"),
        (17, "error", ""),
        ("", "error", ""),
    ],
)
def test_a_number_is_kept_or_refused_but_never_made_up(
    tmp_path: Path, codes: CodeTables, typed: object, level: str, kept: str
) -> None:
    (row,) = read(tmp_path, codes, {"a": [HEAD, [typed, *ROW[1:]]]}).rows
    assert row.official_number == kept
    assert {p.level for p in row.problems} == {level}


def test_a_number_twice_is_named_with_the_other_place(tmp_path: Path, codes: CodeTables) -> None:
    result = read(tmp_path, codes, {"2024": [HEAD, ROW], "2025": [HEAD, ROW]})
    (problem,) = result.problems
    assert "2024!2" in problem.reason
    assert [r.is_ok for r in result.rows] == [True, False]


def test_other_words_in_the_header_are_understood_and_missing_ones_named(
    tmp_path: Path, codes: CodeTables
) -> None:
    words = ["编号", "合同名称", "受托方", "委托方", "合同类型", "合同金额", "技术性收入", "认定登记日期"]
    assert read(tmp_path, codes, {"a": [words, ROW]}).rows[0].is_ok
    with pytest.raises(ProblemsFound, match="认得出的台账") as refused:
        read(tmp_path, codes, {"a": [HEAD[:4], ROW[:4]]})
    assert any("合同类别、合同成交额、登记日期" in p.reason for p in refused.value.problems)
    with pytest.raises(ProblemsFound):
        read(tmp_path, codes, {"a": [["姓名", "工资"], ["甲", 1]]})


def test_every_wrong_cell_of_a_row_is_listed(tmp_path: Path, codes: CodeTables) -> None:
    (row,) = read(tmp_path, codes, {"a": [HEAD, ["", "", "甲", "乙", "别的", -1, 1.005, "2025-02-30"]]}).rows
    assert {p.field for p in row.problems} == {
        "official_number",
        "title",
        "kind",
        "contract_amount",
        "technology_amount",
        "registered_on",
    }
