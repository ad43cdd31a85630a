from __future__ import annotations

import csv
import importlib
import io
import json
import re
import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from desktop.certificates.preview import pdf_text
from desktop.exchange.ledger import read_ledger
from desktop.exchange.workbook import read_workbook
from desktop.resources import resource
from desktop.rules.book import load_book
from desktop.rules.checks import check_facts
from desktop.rules.codes import CodeTables, read_entries
from desktop.rules.conclusion import read_answers
from desktop.rules.identifiers import (
    check_credit_code,
    check_patent_number,
    check_resident_id,
    organisation_check,
)
from desktop.rules.local_pack import load_pack
from desktop.rules.recognition import recognise

SAMPLE = resource("sample")
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def maker() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SAMPLE))
    yield importlib.import_module("make_sample")
    sys.path.remove(str(SAMPLE))


@pytest.fixture(scope="module")
def cases(maker: ModuleType) -> list[Any]:
    found: list[Any] = maker.read_cases()
    return found


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads((SAMPLE / "expected.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def remade(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("sample")
    maker.make(folder)
    return folder


def sheets(name: str) -> dict[str, Worksheet]:
    book = load_workbook(SAMPLE / name)
    return {sheet.title: sheet for sheet in book.worksheets}


def column(sheet: Worksheet, header: str) -> list[Any]:
    names = [cell.value for cell in sheet[1]]
    at = names.index(header) + 1
    return [sheet.cell(row, at).value for row in range(2, sheet.max_row + 1)]


# ------------------------------------------------------------------ it is what it says


def test_all_kinds_and_sub_kinds_are_there(cases: list[Any]) -> None:
    with resource("codes", "contract_kinds.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sub_kinds = {r["code"] for r in rows if r["parent"]} | {"CON"}
    found = Counter(case.facts.sub_kind for case in cases)
    assert sub_kinds <= set(found)
    assert len(cases) >= 84
    assert {case.facts.kind for case in cases} == {"DEV", "TRF", "LIC", "CON", "SVC"}


def test_the_special_cases_are_there(cases: list[Any]) -> None:
    facts = [case.facts for case in cases]
    names = {p.name or "" for f in facts for p in f.parties}
    assert {"单禾𬭎", "仇䶮", "郑㛃", "陈𫖮"} <= names
    assert max(len(name) for name in names) > 50
    assert sum(f.cross_border == "import" for f in facts) >= 2
    assert sum(f.cross_border == "export" for f in facts) >= 2
    assert sum(bool(f.is_secret) for f in facts) == 2
    assert sum(bool(f.is_public_funded) for f in facts) >= 5
    assert any(f.price_form == "royalty" and f.contract_amount is None for f in facts)
    assert any(f.price_form == "shares" for f in facts)
    assert any(p.role == "intermediary" for f in facts for p in f.parties)
    assert any(len(f.sellers) > 2 for f in facts)
    assert any(len(f.buyers) > 2 for f in facts)
    assert {Decimal("4999999.99"), Decimal("5000000.00"), Decimal("5000000.01")} <= {
        f.contract_amount for f in facts
    }
    assert {f.currency for f in facts} >= {"CNY", "USD", "EUR", "JPY", "HKD"}
    assert any(f.valid_until == date(9999, 12, 31) for f in facts)
    assert {case.outcome for case in cases} == {
        "register", "return", "refuse", "not_accept", "duplicate", "park",
    }  # fmt: skip


def test_the_contract_of_the_pictures_is_number_one(cases: list[Any]) -> None:
    facts = cases[0].facts
    assert facts.title == "丘陵茶园自走式采摘机视觉识别与仿形控制系统研制"
    assert (facts.contract_amount, facts.technology_amount) == (Decimal("1280000.00"), Decimal("1030000.00"))
    assert [p.id_number for p in facts.parties] == ["91990321MA0QH7K26R", "91990321MA5NY83T0T"]
    assert facts.valid_until == date(2027, 10, 31)
    assert len(facts.amount_lines) == 7


# ------------------------------------------------------------------ numbers


def test_every_number_of_the_good_block_has_right_check_digits(cases: list[Any]) -> None:
    kinds: Counter[str] = Counter()
    for case in cases:
        for party in case.facts.parties:
            kinds[party.id_type] += 1
            if party.id_type == "credit_code":
                assert check_credit_code(party.id_number, is_region=lambda c: c == "990321").ok
                assert organisation_check(party.id_number[8:16]) == party.id_number[16]
            elif party.id_type == "resident_id":
                assert check_resident_id(party.id_number, today=TODAY, is_region=lambda c: c[:4] == "9903").ok
        for right in case.facts.ip_rights:
            if (right.object or "").startswith("patent"):
                assert check_patent_number(right.number or "").ok, right
    assert kinds["credit_code"] > 100
    assert kinds["resident_id"] == 4


def test_no_person_and_no_telephone_could_be_real() -> None:
    for path in [*SAMPLE.glob("*.toml"), *SAMPLE.glob("*.csv")]:
        text = path.read_text(encoding="utf-8")
        for number in re.findall(r"(?<!\d)\d{17}[\dX](?!\d)", text):
            assert number.startswith("99"), (path.name, number)
    people = sheets("application.xlsx")["当事人"]
    for number in column(people, "证件号码"):
        digits = str(number or "")
        if re.fullmatch(r"\d{17}[\dX]", digits):
            assert digits.startswith("9903")
    phones = {str(p) for p in column(people, "联系电话") if p}
    assert phones
    assert all(p.startswith("199000001") for p in phones)


def test_the_damaged_numbers_are_wrong_as_announced(expected: dict[str, Any]) -> None:
    wrong = [p for p in expected["problem"] if p["kind"] == "check_digit"]
    assert len(wrong) == 2
    for problem in wrong:
        number = problem["value"]
        judged = (
            check_credit_code(number) if number.startswith("91") else check_resident_id(number, today=TODAY)
        )
        assert judged.fault == "check"
    letter = next(p for p in expected["problem"] if p["kind"] == "letter_for_digit" and "MA" in p["value"])
    assert check_credit_code(letter["value"]).suggestion == letter["right"]


# ------------------------------------------------------------------ workbooks


def test_the_workbook_has_the_sheets_and_headers_of_the_form(maker: ModuleType) -> None:
    book = sheets("application.xlsx")
    assert list(book) == ["合同", "当事人", "金额", "付款", "发票", "知识产权", "附件", "奖励"]
    for name, sheet in book.items():
        names = [cell.value for cell in sheet[1]]
        wanted = ["序号", *(item.metadata["zh"] for item in maker.headers(name))]
        assert names[: len(wanted)] == wanted
        assert names[len(wanted) :] == (["备注说明"] if name == "合同" else [])


def test_every_announced_problem_stands_in_its_cell(expected: dict[str, Any]) -> None:
    book = sheets("application.xlsx")
    kinds = {p["kind"] for p in expected["problem"]}
    announced = (
        "id_as_number impossible_date date_as_serial negative_amount "
        "finer_than_fen merged technology_above_total seller_is_buyer "
        "check_digit formula unknown_column unknown_code "
        "full_width letter_for_digit orphan_row repeated_row_no "
        "private_use_character too_long "
    )
    assert kinds >= set(announced.split())
    for problem in expected["problem"]:
        sheet = book[problem["sheet"]]
        names = [cell.value for cell in sheet[1]]
        cell = sheet.cell(problem["row"], names.index(problem["column"]) + 1)
        assert str(sheet.cell(problem["row"], 1).value) == str(problem["no"])
        value = cell.value
        if problem["kind"] == "formula":
            assert cell.data_type == "f"
        elif problem["kind"] == "id_as_number":
            assert isinstance(value, float | int) or "E+" in value
        elif problem["kind"] == "merged":
            assert any(cell.coordinate in r for r in sheet.merged_cells.ranges)
        elif problem["kind"] == "missing":
            assert value is None
        elif problem["kind"] == "too_long":
            assert len(value) > 200
        elif problem["kind"] != "seller_is_buyer":
            assert str(value) == problem["value"]


def test_blank_rows_stand_at_the_end(expected: dict[str, Any]) -> None:
    numbers = column(sheets("application.xlsx")["合同"], "序号")
    assert numbers[-5:] == [None] * 5
    filled = [n for n in numbers if n is not None]
    assert Counter(filled)[901] == 2
    assert len(set(filled)) == expected["main"] + expected["damaged"] == len(expected["row"])


def test_amounts_and_dates_are_written_in_several_manners() -> None:
    sheet = sheets("application.xlsx")["合同"]
    amounts = [str(v) for v in column(sheet, "合同成交额") if isinstance(v, str)]
    assert "人民币壹佰贰拾捌万元整" in amounts
    assert any(a.endswith("万") for a in amounts)
    assert any("," in a for a in amounts)
    days = [v for v in column(sheet, "签订日期") if isinstance(v, str)]
    forms = {re.sub(r"\d", "9", d) for d in days}
    assert {"9999-99-99", "9999年99月99日", "9999.99.99", "99999999", "9999/99/99"} <= forms
    assert any(hasattr(v, "year") for v in column(sheet, "签订日期"))
    kinds = {str(v) for v in column(sheet, "合同类别")}
    assert {"DEV", "技术开发合同", "DEV 技术开发合同"} <= kinds


def test_every_code_in_the_good_block_can_be_read(maker: ModuleType) -> None:
    codes = codes_of_the_sample()
    book = sheets("application.xlsx")
    read = 0
    for name, sheet in book.items():
        for place, item in enumerate(maker.headers(name), 2):
            if item.metadata["type"] != "code":
                continue
            for row in range(2, sheet.max_row + 1):
                value, number = sheet.cell(row, place).value, sheet.cell(row, 1).value
                if value is not None and isinstance(number, int) and number < 900:
                    assert codes.find(item.metadata["codes"], str(value)) is not None, (name, row, value)
                    read += 1
    assert read > 2000


def test_the_ledger_has_last_years_numbers_as_text() -> None:
    (sheet,) = sheets("ledger-2025.xlsx").values()
    names = [cell.value for cell in sheet[2]]
    rows = [dict(zip(names, (c.value for c in row), strict=True)) for row in sheet.iter_rows(min_row=3)]
    total = rows.pop()
    numbers = [str(row["合同登记编号"]) for row in rows]
    assert len(numbers) == len(set(numbers)) == 120
    assert {16, 14} == {len(n) for n in numbers}
    assert sum(len(n) == 14 for n in numbers) >= 3
    assert all(n.isdigit() and n.startswith("2025990321") for n in numbers)
    known = rows[numbers.index("2025990321000188")]
    assert known["项目名称"] == "平地茶园割刀高度传感技术研制"
    assert {row["状态"] for row in rows} == {"已发证", "已登记", "已变更", "已注销", "已撤销"}
    assert all(row["登记日期"].year == 2025 for row in rows)
    assert "技术许可合同" not in {row["合同类别"] for row in rows}
    assert total["合同成交额（元）"] == sum(row["合同成交额（元）"] for row in rows)


# ------------------------------------------------------------------ what an import makes of it


def codes_of_the_sample() -> CodeTables:
    return CodeTables(resource("codes"), tuple(read_entries(SAMPLE / "regions.csv")))


def test_an_import_finds_what_is_expected(cases: list[Any], expected: dict[str, Any]) -> None:
    result = read_workbook(SAMPLE / "application.xlsx", codes_of_the_sample(), TODAY)
    rows = {row.line: row for row in result.rows}
    wanted = {row["no"]: row for row in expected["row"]}
    facts = {case.no: case.facts for case in cases}
    seen = set()
    for row in rows.values():
        if row.row_no in facts and row.row_no not in seen:
            assert row.facts == facts[row.row_no], row.row_no
        if row.row_no in wanted and row.row_no not in seen:
            assert row.is_ok == (wanted[row.row_no]["result"] != "problems"), row.problems
            seen.add(row.row_no)
    assert seen == set(wanted)
    for problem in expected["problem"]:
        if problem["level"] == "error" and "found_by" not in problem:
            found = [
                p for p in result.problems if p.row == problem["row"] and p.place.startswith(problem["sheet"])
            ]
            assert "error" in {p.level for p in found}, problem


def test_what_no_single_cell_shows_is_found_by_the_form(expected: dict[str, Any]) -> None:
    codes, pack = codes_of_the_sample(), load_pack(resource("local", "yunling-2026.11.toml"))
    wanted = {row["no"]: row["result"] for row in expected["row"]}
    judged = Counter[str]()
    for row in read_workbook(SAMPLE / "application.xlsx", codes, TODAY).rows:
        if not row.is_ok or row.row_no is None:
            continue
        found = check_facts(row.facts, today=TODAY, codes=codes, pack=pack, submitted=False)
        wrong = [p for p in found if p.level == "error" and p.value]
        assert bool(wrong) == (wanted[row.row_no] == "form_problems"), (row.row_no, wrong)
        judged[wanted[row.row_no]] += 1
    assert judged["ok"] >= 92
    assert judged["form_problems"] >= 5


def test_the_ledger_comes_in_whole() -> None:
    result = read_ledger(SAMPLE / "ledger-2025.xlsx", codes_of_the_sample(), TODAY)
    assert len(result.rows) == 120
    assert result.problems == ()
    assert {row.facts.kind for row in result.rows} == {"DEV", "TRF", "CON", "SVC"}


# ------------------------------------------------------------------ answers


def test_the_answers_lead_to_the_expected_outcome(cases: list[Any], expected: dict[str, Any]) -> None:
    book, counted = load_book(resource("law")), 0
    words = {"register": "PASS", "refuse": "REFUSE", "return": "RETURN"}
    rows = {row["no"]: row for row in expected["row"]}
    for case in cases:
        row = rows[case.no]
        if "answers" not in row:
            assert case.outcome in ("park", "not_accept", "duplicate")
            continue
        answers = read_answers(json.loads((SAMPLE / row["answers"]).read_text(encoding="utf-8")))
        day = row.get("accepted_on", TODAY)
        facts = replace(case.facts, accepted_on=day)
        if day < date(2026, 3, 1) and facts.kind == "LIC":
            facts = replace(facts, kind="TRF")
        conclusion = recognise(facts, answers, book)
        assert conclusion.outcome == row.get("advice", words[case.outcome]), case.no
        if case.outcome == "register":
            assert (conclusion.kind, conclusion.open_questions) == (facts.kind, ())
        if "outcome_today" in row:
            today = recognise(replace(case.facts, accepted_on=TODAY), answers, book)
            assert today.outcome == words[row["outcome_today"]]
        counted += 1
    assert counted >= 80


def test_the_day_only_names_people_contracts_and_rules_that_exist(expected: dict[str, Any]) -> None:
    day = tomllib.loads((SAMPLE / "day.toml").read_text(encoding="utf-8"))
    people = tomllib.loads((SAMPLE / "people.toml").read_text(encoding="utf-8"))["person"]
    names = {p["name"] for p in people}
    main = {r["no"]: r for r in expected["row"] if r["block"] == "main"}
    accepted: set[int] = set()
    recognised: set[int] = set()
    registered: set[int] = set()
    for step in day["step"]:
        assert step["who"] in names
        nos = set(step.get("nos", [step["no"]] if "no" in step else []))
        assert nos <= set(main)
        if step["do"] in ("accept", "supplement"):
            accepted |= nos
        elif step["do"] == "recognise":
            assert nos <= accepted
            assert all("answers" in main[n] for n in nos)
            recognised |= nos
        elif step["do"] == "review_and_register":
            assert nos <= recognised
            assert step["who"] != "沈清禾"
            registered |= nos
        elif step["do"] in ("issue", "change", "cancel", "revoke", "income", "void"):
            assert nos <= registered
    assert {"decline", "return", "refuse", "send_back", "change", "cancel", "revoke", "park", "batch"} <= {
        s["do"] for s in day["step"]
    }
    assert len(registered) >= 40


# ------------------------------------------------------------------ it can be made again


def test_the_files_are_made_again_the_same(remade: Path) -> None:
    made = sorted(p.relative_to(remade) for p in remade.rglob("*") if p.is_file())
    assert len(made) > 90
    for path in made:
        old, new = (SAMPLE / path).read_bytes(), (remade / path).read_bytes()
        if path.suffix in (".xlsx", ".docx"):
            assert _parts(old) == _parts(new), path
        elif path.suffix == ".pdf":
            assert pdf_text(old).split() == pdf_text(new).split()  # lines may end in a blank or not
        else:
            assert old == new, path
    kept = {p.relative_to(SAMPLE) for d in ("answers", "contracts") for p in (SAMPLE / d).iterdir()}
    assert kept <= set(made)


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [n for n in archive.namelist() if n.endswith(".xml") and "docProps" not in n]
        return {n: archive.read(n) for n in names}


def test_there_are_ten_contracts_and_each_belongs_to_a_case(expected: dict[str, Any]) -> None:
    files = sorted((SAMPLE / "contracts").iterdir())
    stems = {f.stem for f in files}
    assert stems == {row["document"] for row in expected["row"] if "document" in row}
    assert len(stems) == 10
    assert Counter(f.suffix for f in files) == {".docx": 6, ".pdf": 5}
