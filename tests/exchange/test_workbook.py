from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from exchange_samples import credit_code, resident_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.errors import Problem, ProblemsFound, RefusedError
from desktop.exchange.cells import Column, written_form
from desktop.exchange.workbook import (
    CHILD_SHEETS,
    MAIN,
    REASON,
    ListColumn,
    WorkbookResult,
    columns_of,
    read_workbook,
    write_list,
    write_returned,
    write_template,
    write_workbook,
)
from desktop.resources import resource
from desktop.rules.codes import CodeTables
from desktop.rules.facts import LONG_TERM, ROWS, AmountLine, Award, Facts, Invoice, IpRight, Party, Payment

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="session")
def codes() -> CodeTables:
    return CodeTables(resource("codes"))


Rows = Sequence[Sequence[Any]]


def book(path: Path, sheets: dict[str, Rows], **options: Any) -> Path:
    """A workbook as somebody else's program would write it."""
    made = xlsxwriter.Workbook(str(path), options)
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(r, c, value, made.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
                elif isinstance(value, date):
                    sheet.write_datetime(r, c, value, day)
                elif isinstance(value, tuple):
                    sheet.write_formula(r, c, value[0], None, value[1])
                elif value is not None:
                    sheet.write(r, c, value) if not isinstance(value, str) else sheet.write_string(
                        r, c, value
                    )
    made.close()
    return path


HEAD = ["序号", "项目名称", "合同类别", "签订日期", "合同成交额"]
GOOD = [1, "丘陵茶园自走式采摘机", "技术开发", "2026-10-08", "1280000.00"]
PARTY_HEAD = ["序号", "身份", "名称", "证件类型", "证件号码", "行政区划"]
PARTIES = [
    PARTY_HEAD,
    [1, "卖方", "澄河农机研究所有限公司", "信用代码", credit_code(1), "110101"],
    [1, "买方", "何岚𬭎", "居民身份证", resident_id(1), "东城区"],
]


def one(path: Path, codes: CodeTables, main: Rows, parties: Rows = PARTIES, **more: Rows) -> WorkbookResult:
    return read_workbook(book(path / "a.xlsx", {MAIN: main, "当事人": parties, **more}), codes, TODAY)


def said(result: WorkbookResult, level: str = "error") -> list[str]:
    return [f"{p.place}|{p.reason}" for p in result.problems if p.level == level]


def test_a_plain_workbook_is_read(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [HEAD, GOOD])
    (row,) = result.rows
    assert row.is_ok
    assert said(result) == []
    assert (row.row_no, row.line) == (1, 2)
    facts = row.facts
    assert (facts.kind, facts.signed_on, facts.contract_amount) == (
        "DEV",
        date(2026, 10, 8),
        Decimal("1280000.00"),
    )
    assert [(p.role, p.id_number) for p in facts.parties] == [
        ("seller", credit_code(1)),
        ("buyer", resident_id(1)),
    ]
    assert facts.parties[1].region == "110101"


def test_shuffled_headers_blank_rows_titles_and_totals_do_no_harm(tmp_path: Path, codes: CodeTables) -> None:
    order = [3, 0, 4, 2, 1]
    head = ["签订日期", "＊序 号", "合同成交额（元）", "合同类型", "合同名称"]
    rows: Rows = [
        ["澄河县 2026 年申请表"],
        [],
        head,
        [],
        [GOOD[at] for at in order],
        [None, "  ", None],
        [],
        ["合  计", None, 1280000],
        ["共 1 份"],
    ]
    result = one(tmp_path, codes, rows)
    assert [(r.row_no, r.line, r.facts.title) for r in result.rows] == [(1, 5, GOOD[1])]
    assert said(result) == []
    assert result.rows[0].facts.contract_amount == Decimal("1280000.00")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("１２８００００．５０", "1280000.50"),
        ("1,280,000.5", "1280000.50"),
        ("12.8万", "128000.00"),
        ("人民币壹佰万元整", "1000000.00"),
        ("¥1280000", "1280000.00"),
        (1280000.5, "1280000.50"),
        (0.1 + 0.2, "0.30"),
        (128, "128.00"),
        (9999999999.99, "9999999999.99"),
    ],
)
def test_amounts_in_every_usual_writing(tmp_path: Path, codes: CodeTables, typed: object, value: str) -> None:
    result = one(tmp_path, codes, [HEAD, [*GOOD[:4], typed]])
    assert said(result) == []
    assert result.rows[0].facts.contract_amount == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (-1, "不能为负"),
        ("-1", "不能为负"),
        (1.005, "细到分以下"),
        ("1.005", "细到分以下"),
        (1e12, "上限"),
        ("面议", "不是金额"),
        ("1,28,000", "千分号"),
        ("1.28E+06", "科学计数"),
        (date(2026, 1, 2), "不是金额"),
        (True, "不是金额"),
    ],
)
def test_wrong_amounts_are_named_and_never_rounded(
    tmp_path: Path, codes: CodeTables, typed: object, reason: str
) -> None:
    result = one(tmp_path, codes, [HEAD, [*GOOD[:4], typed]])
    (problem,) = [p for p in result.problems if p.level == "error"]
    assert reason in problem.reason
    assert problem.place == "合同!E2（合同成交额）"
    assert (problem.row, problem.field) == (2, "contract_amount")
    assert result.rows[0].facts.contract_amount is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (date(2026, 10, 8), date(2026, 10, 8)),
        (datetime.fromisoformat("2026-10-08T09:30"), date(2026, 10, 8)),
        ("20261008", date(2026, 10, 8)),
        (20261008, date(2026, 10, 8)),
        ("２０２６年１０月８日", date(2026, 10, 8)),
        ("2026.10.8", date(2026, 10, 8)),
        ("二〇二六年十月八日", date(2026, 10, 8)),
    ],
)
def test_dates_in_every_usual_writing(tmp_path: Path, codes: CodeTables, typed: object, value: date) -> None:
    result = one(tmp_path, codes, [HEAD, [*GOOD[:3], typed, GOOD[4]]])
    assert said(result) == []
    assert result.rows[0].facts.signed_on == value


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("2026-02-30", "没有 30 日"),
        ("2026-13-01", "13 月"),
        (45000, "变成了序数 45000"),
        ("45000", "序数"),
        (45000.5, "不是日期"),
        (date(1900, 2, 1), "不合常理"),
        ("长期", "不能填长期"),
        ("明天", "不是日期"),
        (-5, "不是日期"),
    ],
)
def test_impossible_dates_are_named(tmp_path: Path, codes: CodeTables, typed: object, reason: str) -> None:
    result = one(tmp_path, codes, [HEAD, [*GOOD[:3], typed, GOOD[4]]])
    (problem,) = [p for p in result.problems if p.level == "error"]
    assert reason in problem.reason
    assert problem.place == "合同!D2（签订日期）"


def test_a_serial_is_explained_but_not_taken(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [HEAD, [*GOOD[:3], 45000, GOOD[4]]])
    assert "2023-03-15" in result.problems[0].remedy
    assert result.rows[0].facts.signed_on is None


def test_dates_of_the_1904_system_are_converted_and_said(tmp_path: Path, codes: CodeTables) -> None:
    path = book(
        tmp_path / "m.xlsx",
        {MAIN: [HEAD, [*GOOD[:3], date(2026, 10, 8), GOOD[4]]], "当事人": PARTIES},
        date_1904=True,
    )
    result = read_workbook(path, codes, TODAY)
    assert result.rows[0].facts.signed_on == date(2026, 10, 8)
    assert any("1904" in text for text in said(result, "doubt"))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (5.117021965031244e17, "末尾几位已经丢失"),
        ("5.1E+17", "末尾几位已经丢失"),
        ("5.11702E+17", "末尾几位已经丢失"),
        (990321, "开头的 0"),
        (date(2026, 1, 2), "被 Excel 改成"),
        ("511702196503124000", "校验位"),
        ("9199032", "应为 18 位"),
        (credit_code(1)[:-1] + "I", "不该有的字符"),
    ],
)
def test_numbers_that_excel_damaged_are_refused_with_the_way_out(
    tmp_path: Path, codes: CodeTables, typed: object, reason: str
) -> None:
    parties = [PARTY_HEAD, [1, "卖方", "甲", "信用代码", typed, "110101"], PARTIES[2]]
    result = one(tmp_path, codes, [HEAD, GOOD], parties)
    problems = [p for p in result.problems if p.level == "error"]
    assert any(reason in p.reason for p in problems)
    assert all(p.place == "当事人!E2（证件号码）" for p in problems)
    assert all(p.remedy for p in problems)
    assert not result.rows[0].is_ok


def test_a_number_ending_in_zeros_is_doubted(tmp_path: Path, codes: CodeTables) -> None:
    parties = [PARTY_HEAD, [1, "卖方", "甲", "其他", "1234567890123000", ""], PARTIES[2]]
    result = one(tmp_path, codes, [HEAD, GOOD], parties)
    assert any("成串的 000" in text for text in said(result, "doubt"))
    assert result.rows[0].facts.parties[0].id_number == "1234567890123000"


def test_full_width_numbers_are_turned_and_shown_before_and_after(tmp_path: Path, codes: CodeTables) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in credit_code(1).lower())
    parties = [PARTY_HEAD, ["１", "卖方", "甲", "信用代码", f" {wide} ", "110101"], PARTIES[2]]
    result = one(tmp_path, codes, [HEAD, GOOD], parties)
    assert result.rows[0].facts.parties[0].id_number == credit_code(1)
    assert any(wide in text and credit_code(1) in text for text in said(result, "note"))


def test_personal_numbers_are_masked_in_the_list_of_problems(tmp_path: Path, codes: CodeTables) -> None:
    wrong = resident_id(1)[:-1] + ("0" if resident_id(1)[-1] != "0" else "1")
    parties = [PARTIES[0], PARTIES[1], [1, "买方", "何岚", "居民身份证", wrong, ""]]
    result = one(tmp_path, codes, [HEAD, GOOD], parties)
    assert said(result)
    assert all(wrong not in str(p) for p in result.problems)


@pytest.mark.parametrize("typed", ["DEV", "技术开发", "技术开发合同", "ＤＥＶ", " dev "])
def test_codes_are_taken_as_code_or_chinese_name(tmp_path: Path, codes: CodeTables, typed: str) -> None:
    result = one(tmp_path, codes, [HEAD, [*GOOD[:2], typed, *GOOD[3:]]])
    assert said(result) == []
    assert result.rows[0].facts.kind == "DEV"


@pytest.mark.parametrize(
    ("typed", "reason"), [("开发区", "不在"), (1.5, "存成了数"), ("DEV-1", "细类"), (True, "不是代码")]
)
def test_unknown_codes_are_named(tmp_path: Path, codes: CodeTables, typed: object, reason: str) -> None:
    result = one(tmp_path, codes, [HEAD, [*GOOD[:2], typed, *GOOD[3:]]])
    assert reason in said(result)[0]


def test_a_code_that_lost_its_zero_is_not_guessed(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [[*HEAD, "技术领域"], [*GOOD, 1]])
    assert "开头的 0" in said(result)[0]
    assert result.rows[0].facts.technical_field is None


def test_a_retired_region_is_refused_with_its_successor(tmp_path: Path, codes: CodeTables) -> None:
    parties = [PARTY_HEAD, [*PARTIES[1][:5], "330103"], PARTIES[2]]
    result = one(tmp_path, codes, [HEAD, GOOD], parties)
    (problem,) = [p for p in result.problems if p.level == "error"]
    assert "已停用" in problem.reason
    assert "330105" in problem.remedy


def test_formulas_are_noticed(tmp_path: Path, codes: CodeTables) -> None:
    main = [
        HEAD,
        [1, "甲", "技术开发", "2026-10-08", ("=1+1", 2)],
        [2, "乙", "技术开发", "2026-10-08", ("=1/0", "#DIV/0!")],
    ]
    parties = [*PARTIES, [2, "卖方", "甲", "信用代码", ('="9"&"1"', "91"), ""], [2, "买方", "乙", "", "", ""]]
    result = one(tmp_path, codes, main, parties)
    assert result.rows[0].facts.contract_amount == Decimal("2.00")
    assert any("E2" in t and "公式" in t for t in said(result, "doubt"))
    assert any("E3" in t and "错误值" in t for t in said(result))
    assert any("当事人!E4" in t and "公式" in t for t in said(result))


def test_a_formula_without_a_value_is_an_error(tmp_path: Path, codes: CodeTables) -> None:
    path = book(tmp_path / "a.xlsx", {MAIN: [HEAD, GOOD], "当事人": PARTIES})
    opened = openpyxl.load_workbook(path)
    opened[MAIN]["E2"] = "=1000+280"
    opened.save(path)
    result = read_workbook(path, codes, TODAY)
    assert any("没有算出的值" in text for text in said(result))


def test_merged_cells_are_filled_and_said(tmp_path: Path, codes: CodeTables) -> None:
    path = book(tmp_path / "a.xlsx", {MAIN: [["总表"], HEAD, GOOD], "当事人": PARTIES})
    opened = openpyxl.load_workbook(path)
    opened[MAIN].merge_cells("A1:E1")
    opened["当事人"].merge_cells("A2:A3")
    opened["当事人"].merge_cells("F2:F3")
    opened.save(path)
    result = read_workbook(path, codes, TODAY)
    assert [p.region for p in result.rows[0].facts.parties] == ["110101", "110101"]
    assert said(result) == []
    assert any("A2:A3" in text for text in said(result, "note"))
    assert any("F2:F3" in text for text in said(result, "doubt"))


def test_unknown_columns_and_sheets_are_named_and_left_out(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [[*HEAD, "项目名", "备注"], [*GOOD, "x", "y"]], 别的表=[["内容"]])
    doubts = [p for p in result.problems if p.level == "doubt"]
    assert any("“项目名”" in p.reason and "“项目名称”" in p.remedy for p in doubts)
    assert any("“备注”" in p.reason for p in doubts)
    assert any(p.place == "别的表" for p in doubts)
    assert result.rows[0].is_ok


def test_a_column_in_ten_thousands_or_twice_is_an_error(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [[*HEAD[:4], "合同成交额（万元）", "项目名称"], [*GOOD[:4], 128, "z"]])
    assert len([t for t in said(result) if "万元" in t or "出现两次" in t]) == 2
    assert result.rows[0].facts.contract_amount is None


def test_a_workbook_without_the_right_sheet_is_refused_with_the_names_it_has(
    tmp_path: Path, codes: CodeTables
) -> None:
    path = book(tmp_path / "a.xlsx", {"工资表": [["姓名", "金额"], ["甲", 1]]})
    with pytest.raises(ProblemsFound, match="不是申请工作簿") as refused:
        read_workbook(path, codes, TODAY)
    assert any("工资表" in p.reason for p in refused.value.problems)


def test_a_renamed_sheet_is_recognised_by_its_headers(tmp_path: Path, codes: CodeTables) -> None:
    path = book(tmp_path / "a.xlsx", {"Sheet1": [HEAD, GOOD], "Sheet2": PARTIES})
    result = read_workbook(path, codes, TODAY)
    assert result.rows[0].is_ok
    assert len(result.rows[0].facts.parties) == 2


def test_without_the_sheet_of_parties_every_row_says_so(tmp_path: Path, codes: CodeTables) -> None:
    result = read_workbook(book(tmp_path / "a.xlsx", {MAIN: [HEAD, GOOD]}), codes, TODAY)
    assert "没有“当事人”表" in said(result)[0]


def test_numbers_of_rows_must_be_there_once_and_fit(tmp_path: Path, codes: CodeTables) -> None:
    main = [
        HEAD,
        GOOD,
        [1, "乙", *GOOD[2:]],
        [None, "丙", *GOOD[2:]],
        [0, "丁", *GOOD[2:]],
        ["x", "戊", *GOOD[2:]],
    ]
    parties = [*PARTIES, [9, "卖方", "无主", "", "", ""], [None, "买方", "无号", "", "", ""]]
    result = one(tmp_path, codes, main, parties)
    text = "\n".join(said(result))
    assert text.count("序号重复") == 2
    assert "合同!A3（序号）|序号重复，第 2 行也是它" in text
    assert text.count("|没有序号") == 4
    assert "序号从 1 起" in text
    assert "没有这个序号" in text
    assert not any(row.is_ok for row in result.rows)


def test_two_rows_that_look_the_same_are_doubted(tmp_path: Path, codes: CodeTables) -> None:
    parties = [*PARTIES, *[[2, *row[1:]] for row in PARTIES[1:]]]
    result = one(tmp_path, codes, [HEAD, GOOD, [2, *GOOD[1:]]], parties)
    assert any("可能重复" in text and "第 2 行" in text for text in said(result, "doubt"))


def test_private_use_and_overlong_text_is_refused(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [HEAD, [1, "何\ue863岚", *GOOD[2:]], [2, "长" * 201, *GOOD[2:]]])
    assert any("U+E863（第 2 个字）" in text for text in said(result))
    assert any("超过 200 个字" in text for text in said(result))


def test_rare_characters_of_the_second_plane_come_through(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [HEAD, [1, "王𬭎㛃䶮𫖮项目", *GOOD[2:]]])
    assert result.rows[0].facts.title == "王𬭎㛃䶮𫖮项目"


def test_no_error_hides_another(tmp_path: Path, codes: CodeTables) -> None:
    main = [HEAD] + [[n, "", "不是类别", "2026-02-30", -1] for n in range(1, 51)]
    result = one(tmp_path, codes, main, [PARTY_HEAD])
    assert len(said(result)) == 200
    assert len(result.rejected) == 50


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "序号,项目名称\n1,甲".encode("gbk"), "CSV"),
        ("a.xlsx", "序号,项目名称\n1,甲".encode("gbk"), "不是工作簿"),
        ("a.xlsx", b"", "不是工作簿"),
        ("a.xlsx", b"PK\x03\x04 broken", "不是工作簿"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "不是工作簿"),
        ("a.pdf", b"%PDF-1.7", "不是工作簿"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_in_words(
    tmp_path: Path, codes: CodeTables, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RefusedError, match=reason) as refused:
        read_workbook(tmp_path / name, codes, TODAY)
    assert refused.value.hint


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path, codes: CodeTables) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made:
        made.writestr("readme.txt", "hello")
    with pytest.raises(RefusedError, match="不是工作簿"):
        read_workbook(tmp_path / "a.xlsx", codes, TODAY)


def _with_sheet(path: Path, change: Callable[[bytes], bytes]) -> Path:
    old = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            content = source.read(name)
            made.writestr(name, change(content) if name == "xl/worksheets/sheet1.xml" else content)
    return path


def test_bombs_are_refused_before_they_are_read(tmp_path: Path, codes: CodeTables) -> None:
    bomb = _with_sheet(book(tmp_path / "b.xlsx", {MAIN: [HEAD, GOOD]}), lambda c: c + b" " * (64 << 20))
    with pytest.raises(RefusedError, match="大得不合常理"):
        read_workbook(bomb, codes, TODAY)


@pytest.mark.parametrize("cell", [b"XFD1048576", b"ZZ5", b"A999999"])
def test_one_cell_far_away_cannot_exhaust_the_memory(tmp_path: Path, codes: CodeTables, cell: bytes) -> None:
    far = b'<row r="1048576"><c r="' + cell + b'" t="n"><v>1</v></c></row></sheetData>'
    path = book(tmp_path / "far.xlsx", {MAIN: [HEAD, GOOD]})
    with pytest.raises(RefusedError, match="表太大"):
        read_workbook(_with_sheet(path, lambda c: c.replace(b"</sheetData>", far)), codes, TODAY)


def test_an_open_document_is_read_too(tmp_path: Path, codes: CodeTables) -> None:
    def table(name: str, rows: Rows) -> str:
        cells = "".join(
            "<table:table-row>"
            + "".join(
                f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
                for value in row
            )
            + "</table:table-row>"
            for row in rows
        )
        return f'<table:table table:name="{name}">{cells}</table:table>'

    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        + table(MAIN, [HEAD, GOOD])
        + table("当事人", PARTIES)
        + "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
        made.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    result = read_workbook(tmp_path / "a.ods", codes, TODAY)
    assert said(result) == []
    assert result.rows[0].facts.contract_amount == Decimal("1280000.00")


def test_the_template_has_every_field_and_imports_once_filled(tmp_path: Path, codes: CodeTables) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, codes)
    opened = openpyxl.load_workbook(path)
    assert opened.sheetnames[:8] == [MAIN, *CHILD_SHEETS]
    for name in (MAIN, *CHILD_SHEETS):
        heads = [cell.value for cell in opened[name][1]]
        assert heads == ["序号", *(column.title for column in columns_of(name))]
        assert opened[name].freeze_panes == "B2"
    wanted = {f.metadata["zh"] for f in fields(Facts) if f.metadata.get("sheet") == MAIN}
    assert wanted <= {cell.value for cell in opened[MAIN][1]}
    at = next(cell.column for cell in opened["当事人"][1] if cell.value == "证件号码")
    widths = opened["当事人"].column_dimensions.values()
    assert [w.number_format for w in widths if w.min <= at <= w.max] == ["@"]
    assert {v.type for v in opened[MAIN].data_validations.dataValidation} == {"list"}
    assert opened["代码"].sheet_state == "hidden"
    for name, rows in {MAIN: [HEAD, GOOD], "当事人": PARTIES}.items():
        heads = [cell.value for cell in opened[name][1]]
        for r, row in enumerate(rows[1:], 2):
            for title, value in zip(rows[0], row, strict=True):
                opened[name].cell(r, heads.index(title) + 1).value = value
    opened.save(path)
    result = read_workbook(path, codes, TODAY)
    assert result.problems == ()
    assert result.rows[0].facts.title == GOOD[1]


def test_an_empty_template_has_no_rows_and_no_problems(tmp_path: Path, codes: CodeTables) -> None:
    write_template(tmp_path / "t.xlsx", codes)
    result = read_workbook(tmp_path / "t.xlsx", codes, TODAY)
    assert (result.rows, result.problems) == ((), ())


def test_the_shipped_template_is_the_one_the_program_writes(tmp_path: Path, codes: CodeTables) -> None:
    write_template(tmp_path / "t.xlsx", codes)
    with (
        zipfile.ZipFile(tmp_path / "t.xlsx") as new,
        zipfile.ZipFile(resource("sheets", "application.xlsx")) as shipped,
    ):
        assert new.namelist() == shipped.namelist()
        assert [n for n in new.namelist() if new.read(n) != shipped.read(n)] == []


def test_a_template_of_another_version_is_read_with_a_doubt(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [HEAD, GOOD], 说明=[["版本", "7"]])
    assert any("第 7 版" in text for text in said(result, "doubt"))


def test_returned_rows_come_back_as_typed_and_import_cleanly_once_corrected(
    tmp_path: Path, codes: CodeTables
) -> None:
    head = [*HEAD, "备注"]
    main = [
        head,
        [1, "好的", "技术开发", "2026-10-08", "100.00", "a"],
        [2, "坏的", "技术开发", "2026-02-30", 1.005, "b"],
        [3, "号码坏的", "技术服务", date(2026, 10, 9), 200.5, "c"],
    ]
    parties = [
        PARTY_HEAD,
        *[[n, *row[1:]] for n in (1, 2) for row in PARTIES[1:]],
        [3, "卖方", "丙", "信用代码", 5.117021965031244e17, "110101"],
        [3, "买方", "丁", "信用代码", credit_code(3), "110101"],
        [8, "买方", "无主", "", "", ""],
    ]
    result = one(tmp_path, codes, main, parties)
    back = tmp_path / "退回.xlsx"
    assert write_returned(back, result, codes) == 2
    opened = openpyxl.load_workbook(back)
    sheet, other = opened[MAIN], opened["当事人"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[-1] == REASON
    place = {title: at + 1 for at, title in enumerate(heads)}
    assert [sheet.cell(r, place["序号"]).value for r in (2, 3)] == [2, 3]
    assert sheet.cell(2, place["签订日期"]).value == "2026-02-30"
    assert sheet.cell(2, place["合同成交额"]).value == 1.005
    assert sheet.cell(3, place["备注"]).value == "c"
    assert "没有 30 日" in sheet.cell(2, place[REASON]).value
    assert "细到分以下" in sheet.cell(2, place[REASON]).value
    other_heads = [cell.value for cell in other[1]]
    reason, number = other_heads.index(REASON) + 1, other_heads.index("证件号码") + 1
    rows = {other.cell(r, 1).value: r for r in range(2, other.max_row + 1) if other.cell(r, reason).value}
    assert set(rows) == {3, 8}
    assert (
        other.cell(rows[3], number).value == "511702196503124416"
        or "E+17" in str(other.cell(rows[3], number).value).upper()
    )
    still = read_workbook(back, codes, TODAY)
    assert len(still.rejected) == 2
    sheet.cell(2, place["签订日期"]).value = "2026-02-28"
    sheet.cell(2, place["合同成交额"]).value = 1.01
    other.cell(rows[3], number).value = credit_code(2)
    other.cell(rows[8], 1).value = 3
    opened.save(back)
    again = read_workbook(back, codes, TODAY)
    assert said(again) == []
    assert [(r.row_no, r.facts.title, r.facts.contract_amount) for r in again.rows] == [
        (2, "坏的", Decimal("1.01")),
        (3, "号码坏的", Decimal("200.50")),
    ]
    assert [p.name for p in again.rows[1].facts.parties] == ["丙", "丁", "无主"]


def test_problems_found_later_are_returned_too(tmp_path: Path, codes: CodeTables) -> None:
    result = one(tmp_path, codes, [HEAD, GOOD])
    late = Problem("合同 第 2 行", "", "与受理号 2026-0012 重复", "请核对", row=2)
    assert write_returned(tmp_path / "r.xlsx", result, codes, {2: [late]}) == 1
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")[MAIN]
    assert "2026-0012" in sheet.cell(2, sheet.max_column).value


def test_stopping_an_import_stops_it(tmp_path: Path, codes: CodeTables) -> None:
    def stop(count: int, total: int, text: str) -> None:
        assert (count, total, text) == (1, 1, "第 1/1 份")
        raise KeyboardInterrupt

    path = book(tmp_path / "a.xlsx", {MAIN: [HEAD, GOOD], "当事人": PARTIES})
    with pytest.raises(KeyboardInterrupt):
        read_workbook(path, codes, TODAY, stop)


def test_a_list_has_text_ids_number_amounts_and_a_foot(tmp_path: Path) -> None:
    columns = [
        ListColumn("合同登记编号", "id"),
        ListColumn("项目名称"),
        ListColumn("登记日期", "date"),
        ListColumn("技术交易额", "money", 18, True),
    ]
    rows = [
        ("2026990321000247", "=甲", date(2026, 11, 19), Decimal("1030000.25")),
        ("", "乙", None, None),
        ("3", "丙", None, Decimal("0.10")),
    ]
    assert write_list(tmp_path / "l.xlsx", "澄河县登记处：清单", columns, rows) == 3
    sheet = openpyxl.load_workbook(tmp_path / "l.xlsx").worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].number_format) == (
        "2026990321000247",
        "s",
        "@",
    )
    assert sheet["B2"].data_type == "s"
    assert (sheet["D2"].value, sheet["D2"].data_type) == (1030000.25, "n")
    assert sheet["C2"].value == datetime.fromisoformat("2026-11-19")
    assert sheet["A5"].value == "共 3 份　合计（元）"
    assert sheet["D5"].value == 1030000.35
    assert sheet.freeze_panes == "A2"
    assert sheet.print_title_rows == "$1:$1"


_TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=40).map(
    lambda t: t.strip() or "甲"
)
_MONEY = st.integers(0, 999_999_999_999).map(lambda fen: Decimal(fen).scaleb(-2))
_DAY = st.dates(date(1985, 1, 1), date(2099, 12, 31))
_IDS = st.integers(1, 999_999).map(credit_code)


def _code(codes: CodeTables, column: Column) -> st.SearchStrategy[str]:
    rows = [
        e.code
        for e in codes.entries(column.table)
        if not e.is_retired and not (column.field == "kind" and e.parent)
    ]
    return st.sampled_from(rows)


def _values(codes: CodeTables, row_type: type, sheet: str) -> st.SearchStrategy[Any]:
    """Any object of a row type whose cells a workbook can carry."""
    drawn: dict[str, st.SearchStrategy[Any]] = {}
    for column in columns_of(sheet):
        choices: dict[str, st.SearchStrategy[Any]] = {
            "str": _TEXT.filter(lambda t, most=column.longest: len(t) <= most),
            "id": _IDS,
            "date": _DAY | st.just(LONG_TERM)
            if column.field in ("valid_until", "licence_until") and sheet == MAIN
            else _DAY,
            "money": _MONEY,
            "decimal": st.integers(1, 99_000_000).map(lambda n: Decimal(n).scaleb(-6)),
            "int": st.integers(0, 9999),
            "yesno": st.booleans(),
        }
        value = _code(codes, column) if column.kind == "code" else choices[column.kind]
        drawn[column.field] = st.none() | value
    if row_type is Invoice:
        drawn["covers"] = st.sampled_from([None, "technology", "technology,equipment", "service"])
    if row_type is Party:
        drawn |= {"name": _TEXT, "id_type": st.sampled_from(["credit_code", "other"])}
    if row_type is IpRight:
        drawn["name"] = _TEXT
    if row_type is Facts:
        drawn["title"] = _TEXT
    return st.builds(row_type, **drawn)


def _contracts(codes: CodeTables) -> st.SearchStrategy[list[Facts]]:
    lists = {
        name: st.lists(_values(codes, ROWS[name], sheet).filter(lambda r: r != type(r)()), max_size=2).map(
            tuple
        )
        for sheet, name in CHILD_SHEETS.items()
    }
    whole = st.tuples(_values(codes, Facts, MAIN), st.fixed_dictionaries(lists))
    return st.lists(whole.map(lambda pair: replace(pair[0], **pair[1])), min_size=1, max_size=3)


_CODES = CodeTables(resource("codes"))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(contracts=_contracts(_CODES))
def test_import_of_export_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, contracts: list[Facts]
) -> None:
    path = tmp_path_factory.mktemp("w") / "w.xlsx"
    write_workbook(path, enumerate(contracts, 1), _CODES)
    result = read_workbook(path, _CODES, TODAY)
    assert said(result) == []
    assert [row.facts for row in result.rows] == contracts


def test_every_code_of_every_table_reads_back_from_what_the_template_offers() -> None:
    for sheet in (MAIN, *CHILD_SHEETS):
        for column in columns_of(sheet):
            if column.kind != "code":
                continue
            for row in _CODES.entries(column.table):
                if row.is_offered and row.code.isalnum():
                    assert _CODES.find(column.table, str(written_form(row.code, column, _CODES))) == row.code


def test_the_sample_rows_use_every_kind_of_child(tmp_path: Path, codes: CodeTables) -> None:
    facts = Facts(
        title="全部",
        kind="TRF",
        valid_until=LONG_TERM,
        contract_amount=Decimal("9999999999.99"),
        parties=(Party("seller", "甲", "credit_code", credit_code(1)), Party("buyer", "乙")),
        amount_lines=(AmountLine("技术费", "technology", Decimal("0.01"), "第三条", True),),
        payments=(Payment(date(2026, 1, 1), None, Decimal("1.10")),),
        invoices=(Invoice(date(2026, 1, 2), "special", "12345678", "technology,service"),),
        ip_rights=(IpRight("ZL202310123456.0", "other", "一种采摘机"),),
        awards=(Award("何岚", Decimal("5000.00"), date(2026, 5, 1)),),
    )
    write_workbook(tmp_path / "w.xlsx", [(1, facts)], codes)
    assert read_workbook(tmp_path / "w.xlsx", codes, TODAY).rows[0].facts == facts
