"""Workbooks through the service: what is wrong is named with place, reason and remedy; the rest comes in."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import event, func, select

from desktop.errors import MachineError, Problem, ProblemsFound, RefusedError
from desktop.exchange.workbook import write_template, write_workbook
from desktop.models import Action, BlockNumber, Contract, ContractParty, Serial
from desktop.rules.facts import AmountLine, Facts
from desktop.services import commands as c
from desktop.services.import_workbook import import_rows, import_workbook
from desktop.services.office import Office
from desktop.services.views import ImportReport
from desktop.store.mapping import facts_of
from tests.conftest import ADMIN, CLERK, HEAD, SAMPLE

Change = Callable[[Workbook], None]


def run(office: Office, path: Path, **more: Any) -> ImportReport:
    return import_workbook(office, c.ImportWorkbook(actor=office.person.name, path=path, **more))


def counted(office: Office) -> tuple[int, int, int]:
    """Contracts, their parties, acts in the log: what a half written import would leave."""
    with office.look() as uow:
        first, second, third = (
            uow.session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Contract, ContractParty, Action)
        )
        return first, second, third


def errors(report: ImportReport) -> list[Problem]:
    return [p for p in report.problems if p.level == "error"]


def cell_of(sheet: Worksheet, row_no: int, column: str, line: int = 1) -> Any:
    """The cell of one 序号 under one header; ``line`` counts its rows."""
    rows = [r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == row_no]
    at = next(cell.column for cell in sheet[1] if cell.value == column)
    return sheet.cell(rows[line - 1], at)


@pytest.fixture
def book_of(tmp_path: Path, office: Office, tea_facts: Facts) -> Callable[[Change], Path]:
    """A workbook of two good contracts, the first then changed by a hand that knows no better."""
    second = replace(tea_facts, title="低品位石英砂提纯工艺开发", signed_on=date(2026, 9, 10))

    def make(change: Change) -> Path:
        path = tmp_path / "申请表.xlsx"
        write_workbook(path, [(1, tea_facts), (2, second)], office.codes)
        book = load_workbook(path)
        change(book)
        book.save(path)
        return path

    return make


def put(sheet: str, column: str, value: object, line: int = 1, number_format: str = "") -> Change:
    def change(book: Workbook) -> None:
        cell = cell_of(book[sheet], 1, column, line)
        cell.value = value
        if number_format:
            cell.number_format = number_format

    return change


SPOILT = [
    pytest.param(
        put("当事人", "证件号码", 5.1e17, 1, "General"), "当事人!", "证件号码", "数", id="code-as-number"
    ),
    pytest.param(
        put("当事人", "证件号码", "5.1E+17"), "当事人!", "证件号码", "写成了 5.1E", id="5.1E+17-as-text"
    ),
    pytest.param(put("合同", "签订日期", "2026-02-30"), "合同!", "签订日期", "日", id="impossible-date"),
    pytest.param(put("合同", "签订日期", 45000, 1, "0"), "合同!", "签订日期", "日", id="date-as-serial"),
    pytest.param(put("合同", "合同成交额", -5), "合同!", "合同成交额", "负", id="negative-amount"),
    pytest.param(
        put("合同", "合同成交额", "1280000.005"), "合同!", "合同成交额", "分|小数", id="over-precise-amount"
    ),
    pytest.param(
        put("合同", "技术交易额", 1280000.01),
        "合同",
        "技术交易额",
        "零与合同成交额",
        id="technology-above-total",
    ),
    pytest.param(put("合同", "合同成交额", "=1+1"), "合同!", "合同成交额", "公式", id="formula"),
    pytest.param(put("合同", "技术领域", "量子玄学"), "合同!", "技术领域", "代码表|没有", id="unknown-code"),
    pytest.param(
        put("当事人", "行政区划", "990324 老渡县"), "当事人!", "行政区划", "停用", id="retired-region"
    ),
    pytest.param(put("合同", "项目名称", None), "合同", "", "没有项目名称", id="no-title"),
]


@pytest.mark.parametrize(("change", "sheet", "column", "word"), SPOILT)
def test_a_wrong_cell_sends_its_contract_back_and_the_other_comes_in(
    office: Office, book_of: Callable[[Change], Path], change: Change, sheet: str, column: str, word: str
) -> None:
    path = book_of(change)
    report = run(office, path)
    assert (report.read_count, len(report.accepted), len(report.rejected_rows)) == (2, 1, 1)
    found = [p for p in errors(report) if re.search(word, p.reason)]
    assert found, errors(report)
    assert found[0].place.startswith(sheet)
    assert column in found[0].place
    assert found[0].remedy
    assert found[0].row == 2 or "当事人" in sheet
    contracts, parties, actions = counted(office)
    assert (contracts, parties, actions) == (1, 2, 1), "a row of the rejected contract stayed behind"
    assert report.returned is not None
    back = load_workbook(report.returned)["合同"]
    reasons = [str(row[-1].value or "") for row in back.iter_rows(min_row=2)]
    said = [r for sheet_ in load_workbook(report.returned) for row in sheet_ for r in map(_text, row[-1:])]
    assert len(reasons) == 1
    assert any(re.search(word, s) for s in said)


def _text(cell: Any) -> str:
    return str(cell.value or "")


def test_seller_equal_to_buyer_goes_back(office: Office, book_of: Callable[[Change], Path]) -> None:
    def same(book: Workbook) -> None:
        sheet = book["当事人"]
        for column in ("名称", "证件号码"):
            cell_of(sheet, 1, column, 2).value = cell_of(sheet, 1, column, 1).value

    report = run(office, book_of(same))
    assert len(report.accepted) == 1
    assert any("卖方" in p.reason and "买方" in p.reason and p.remedy for p in errors(report))
    assert counted(office) == (1, 2, 1)


def test_an_unknown_column_is_told_and_everything_else_comes_in(
    office: Office, book_of: Callable[[Change], Path]
) -> None:
    def add(book: Workbook) -> None:
        sheet = book["合同"]
        sheet.cell(1, sheet.max_column + 1, "领导批示")
        sheet.cell(2, sheet.max_column, "同意")

    report = run(office, book_of(add))
    assert len(report.accepted) == 2
    assert not errors(report)
    doubt = next(p for p in report.problems if "领导批示" in p.reason)
    assert re.match(r"合同![A-Z]+1$", doubt.place)


def test_merged_cells_are_read_for_every_row_and_told(
    office: Office, book_of: Callable[[Change], Path]
) -> None:
    def merge(book: Workbook) -> None:
        cell = cell_of(book["合同"], 1, "签订日期")
        book["合同"].merge_cells(start_row=2, end_row=3, start_column=cell.column, end_column=cell.column)

    report = run(office, book_of(merge))
    assert len(report.accepted) == 2
    assert any("合并" in p.reason and ":" in p.place for p in report.problems)
    with office.look() as uow:
        days = {k.signed_on for k in map(uow.contract, report.accepted)}
    assert days == {date(2026, 10, 26)}


def _wrong_sheet(book: Workbook) -> None:
    book["合同"].title = "Sheet1"
    for row in book["Sheet1"].iter_rows():
        for cell in row:
            cell.value = "乱"


def _without_head(book: Workbook) -> None:
    book["合同"].delete_rows(1)


@pytest.mark.parametrize("change", [_wrong_sheet, _without_head])
def test_a_wrong_sheet_is_refused_whole_and_nothing_is_written(
    office: Office, book_of: Callable[[Change], Path], change: Change
) -> None:
    with pytest.raises(ProblemsFound, match="不是申请工作簿") as refused:
        run(office, book_of(change))
    assert refused.value.problems
    assert refused.value.hint
    assert counted(office) == (0, 0, 0)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04broken", b"%PDF-1.7\n", "项目名称,金额\n".encode("gb18030")]
)
def test_a_file_that_is_no_workbook_is_refused_in_words(
    office: Office, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "申请表.xlsx"
    path.write_bytes(content)
    with pytest.raises(RefusedError, match="申请表") as refused:
        run(office, path)
    assert not re.search("Error|Traceback|zip", str(refused.value))
    assert refused.value.hint
    assert counted(office) == (0, 0, 0)


def test_a_missing_file_is_told_in_words(office: Office, tmp_path: Path) -> None:
    with pytest.raises((RefusedError, MachineError), match=r"没有.*xlsx|找不到.*xlsx|读不到.*xlsx|不见"):
        run(office, tmp_path / "没有.xlsx")


def test_our_own_template_imports_as_nothing(office: Office, tmp_path: Path) -> None:
    write_template(tmp_path / "模板.xlsx", office.codes)
    report = run(office, tmp_path / "模板.xlsx")
    assert (report.read_count, report.accepted, report.problems, report.returned) == (0, (), (), None)


def test_what_is_written_comes_in_again_as_it_was(office: Office, tmp_path: Path, tea_facts: Facts) -> None:
    """Names that no other font has, three parties, a fen: the same facts."""
    buyer, seller = tea_facts.parties
    rare = replace(seller, name="澄河𬭎䶮农机有限公司", contact="𫖯青岚")
    amount = Decimal("1280000.01")
    lines = (replace(tea_facts.amount_lines[0], amount=Decimal("1030000.01")), tea_facts.amount_lines[1])
    facts = replace(
        tea_facts,
        parties=(buyer, seller, replace(rare, id_number=None, id_type=None)),
        contract_amount=amount,
        technology_amount=Decimal("1030000.01"),
        amount_lines=lines,
    )
    write_workbook(tmp_path / "一份.xlsx", [(7, facts)], office.codes)
    report = run(office, tmp_path / "一份.xlsx")
    assert not errors(report)
    with office.look() as uow:
        kept = facts_of(uow.contract(report.ids[7]))
    assert [p.name for p in kept.sellers] == [seller.name, rare.name]
    assert kept.contract_amount == amount
    assert kept.parties[1].id_number == seller.id_number
    assert [line.amount for line in kept.amount_lines] == [line.amount for line in lines]


def test_the_same_file_twice_doubles_nothing(office: Office, book_of: Callable[[Change], Path]) -> None:
    path = book_of(lambda _book: None)
    first = run(office, path)
    before = counted(office)
    again = run(office, path)
    assert (len(first.accepted), first.already_there) == (2, 0)
    assert (len(again.accepted), again.already_there) == (0, 2)
    assert again.ids == first.ids
    assert counted(office) == before


def test_stopped_by_the_clerk_it_has_written_nothing(
    office: Office, book_of: Callable[[Change], Path]
) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, _total: int, words: str) -> None:
        if words == "写入" and done:
            raise Stopped

    path = book_of(put("合同", "合同成交额", -5))
    with pytest.raises(Stopped):
        import_workbook(office, c.ImportWorkbook(actor=CLERK.name, path=path), stop)
    assert counted(office) == (0, 0, 0)
    assert [p.name for p in path.parent.glob("*退回*")] == []


def test_a_full_disk_in_the_middle_leaves_none_of_the_rows(office: Office, tmp_path: Path) -> None:
    if office.engine.dialect.name != "sqlite":
        pytest.skip("the limit of pages is SQLite's")
    shutil.copy(SAMPLE / "application.xlsx", tmp_path)
    pages = (tmp_path / "contract-desk.db").stat().st_size // 4096

    @event.listens_for(office.engine, "begin")
    def no_more_room(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 30}")

    with pytest.raises(MachineError, match="满") as refused:
        run(office, tmp_path / "application.xlsx")
    assert refused.value.hint
    assert "disk" not in str(refused.value)
    event.remove(office.engine, "begin", no_more_room)
    assert counted(office) == (0, 0, 0)
    assert not list(tmp_path.glob("*退回*"))


def test_a_returned_workbook_that_cannot_be_written_lets_nothing_in(
    office: Office, book_of: Callable[[Change], Path], tmp_path: Path
) -> None:
    """Rows that came in while the others vanished would be half an import."""
    path = book_of(put("合同", "合同成交额", -5))
    (tmp_path / "退回.xlsx").mkdir()
    with pytest.raises(MachineError, match="退回") as refused:
        run(office, path, returned=tmp_path / "退回.xlsx")
    assert refused.value.hint
    assert counted(office) == (0, 0, 0)
    assert len(run(office, path).accepted) == 1


def test_only_a_registrar_imports_and_only_under_the_own_name(
    office: Office, book_of: Callable[[Change], Path]
) -> None:
    path = book_of(lambda _book: None)
    with pytest.raises(RefusedError, match="登记员"):
        run(office.as_person(ADMIN), path)
    with pytest.raises(RefusedError, match="署名"):
        import_workbook(office, c.ImportWorkbook(actor=HEAD.name, path=path))
    assert counted(office) == (0, 0, 0)


def test_secret_content_in_a_workbook_goes_back_unread(
    office: Office, book_of: Callable[[Change], Path]
) -> None:
    report = run(office, book_of(put("合同", "是否涉密", "是")))
    assert len(report.accepted) == 1
    assert any("涉密" in p.reason for p in errors(report))
    assert not any("样机一台" in p.value for p in report.problems)


# --- the sample workbook


@pytest.fixture(scope="module")
def maker() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SAMPLE))
    yield importlib.import_module("make_sample")
    sys.path.remove(str(SAMPLE))


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads((SAMPLE / "expected.toml").read_text(encoding="utf-8"))


@pytest.fixture
def sample(office: Office, tmp_path: Path) -> ImportReport:
    shutil.copy(SAMPLE / "application.xlsx", tmp_path)
    return run(office, tmp_path / "application.xlsx")


def test_the_sample_workbook_comes_in_and_goes_back_as_expected(
    office: Office, sample: ImportReport, expected: dict[str, Any]
) -> None:
    good = {r["no"] for r in expected["row"] if r["result"] == "ok"}
    assert set(sample.ids) == good
    assert len(sample.accepted) == len(good)
    with office.look() as uow:
        for row in expected["row"]:
            if row["no"] in good and row["block"] == "main":
                kept = uow.contract(sample.ids[row["no"]])
                assert (
                    kept.contract_amount == Decimal(row["contract_amount"])
                    if "contract_amount" in row
                    else True
                )
                assert (kept.state, kept.origin) == ("DRAFT", "workbook")
    for want in expected["problem"]:
        if want["level"] != "error":
            continue
        found = [p for p in errors(sample) if p.row == want["row"]]
        if "found_by" in want:
            line = next(p["row"] for p in expected["problem"] if p["no"] == want["no"])
            assert found or any(p.row == line for p in errors(sample)) or want["sheet"] != "合同", want
        else:
            assert any(
                p.place.startswith(want["sheet"] + "!") and want["column"] in p.place for p in found
            ) or any(p.place.startswith(want["sheet"]) for p in found), want
    assert all(p.place and p.reason and p.remedy for p in sample.problems)


def test_the_returned_rows_import_cleanly_after_correction(
    office: Office, sample: ImportReport, maker: ModuleType, expected: dict[str, Any], tmp_path: Path
) -> None:
    """The clerk of the applicant puts the right value into every named cell, and saves the same file."""
    assert sample.returned is not None
    damaged = [case for case, _damage in maker.damaged_cases(maker.read_parties())]
    right = tmp_path / "right.xlsx"
    write_workbook(right, [(case.no, case.facts) for case in damaged], office.codes)
    answers, book = load_workbook(right), load_workbook(sample.returned)
    for spot in expected["problem"]:
        if spot["no"] < 901 or spot["kind"] in ("repeated_row_no", "orphan_row") or spot["level"] == "silent":
            continue
        if spot["no"] in sample.ids:
            continue
        place = (spot["no"], spot["column"])
        sheet, answer = book[spot["sheet"]], answers[spot["sheet"]]
        lines = sum(sheet.cell(r, 1).value == spot["no"] for r in range(2, sheet.max_row + 1))
        for line in range(1, lines + 1):
            cell_of(sheet, *place, line).value = cell_of(answer, *place, line).value
    sheet, answer = book["当事人"], answers["当事人"]
    for column in ("名称", "证件号码"):  # 912: seller and buyer were one; the seller of 911 is the right one
        cell_of(sheet, 912, column).value = cell_of(answer, 911, column).value
    twin = [r for r in range(2, book["合同"].max_row + 1) if book["合同"].cell(r, 1).value == 901]
    book["合同"].delete_rows(twin[1])
    orphan = [r for r in range(2, book["当事人"].max_row + 1) if book["当事人"].cell(r, 1).value == 999]
    book["当事人"].delete_rows(orphan[0])
    book.save(sample.returned)
    before = counted(office)[0]
    report = run(office, sample.returned)
    assert errors(report) == []
    assert report.returned is None
    assert len(report.accepted) == report.read_count == len(sample.rejected_rows) - 1
    assert counted(office)[0] == before + len(report.accepted)
    again = run(office, sample.returned)
    assert (again.accepted, again.already_there) == ((), report.read_count)


# --- last year's register


@pytest.fixture
def ledger(office: Office, tmp_path: Path) -> ImportReport:
    shutil.copy(SAMPLE / "ledger-2025.xlsx", tmp_path)
    return run(office.as_person(HEAD), tmp_path / "ledger-2025.xlsx", is_ledger=True)


def test_the_ledger_keeps_its_numbers_and_takes_no_serial(office: Office, ledger: ImportReport) -> None:
    assert len(ledger.accepted) == 120
    with office.look() as uow:
        rows = [uow.contract(i) for i in ledger.accepted]
        assert {r.state for r in rows} == {"REGISTERED"}
        assert {len(r.official_number or "") for r in rows} == {14, 16}
        assert len({r.official_number for r in rows}) == 120
        assert all(r.registered_on is not None and r.registered_on.year == 2025 for r in rows)
        assert uow.session.scalars(select(Serial).where(Serial.series == "local")).first() is None
        assert (
            uow.session.scalars(select(BlockNumber).where(BlockNumber.taken_at.is_not(None))).first() is None
        )


def test_the_ledger_twice_doubles_nothing(office: Office, ledger: ImportReport, tmp_path: Path) -> None:
    before = counted(office)
    again = run(office.as_person(HEAD), tmp_path / "ledger-2025.xlsx", is_ledger=True)
    assert (again.accepted, again.already_there) == ((), len(ledger.accepted))
    assert counted(office) == before


def test_a_ledger_is_never_sent(office: Office, ledger: ImportReport, tmp_path: Path) -> None:
    from desktop.services.send_batch import create_batch

    assert ledger.accepted
    with pytest.raises(RefusedError, match="没有要上报"):
        create_batch(office, c.CreateBatch(actor=CLERK.name, folder=tmp_path))


def test_a_ledger_row_without_a_number_is_named_and_the_rest_comes_in(office: Office, tmp_path: Path) -> None:
    book = load_workbook(SAMPLE / "ledger-2025.xlsx")
    sheet = book.worksheets[0]
    head = next(r for r in range(1, 16) if any("编号" in str(cell.value or "") for cell in sheet[r]))
    at = next(cell.column for cell in sheet[head] if "编号" in str(cell.value or ""))
    sheet.cell(head + 1, at).value = None
    book.save(tmp_path / "台账.xlsx")
    report = run(office, tmp_path / "台账.xlsx", is_ledger=True)
    assert len(report.accepted) == 119
    assert report.rejected_rows == (head + 1,)
    assert any("没有合同登记编号" in p.reason and p.row == head + 1 for p in errors(report))


def test_money_lines_are_kept_to_the_fen(office: Office, tmp_path: Path, tea_facts: Facts) -> None:
    """0.10 + 0.20 as a spreadsheet holds them are thirty fen, not 0.30000000000000004."""
    lines = (
        AmountLine("甲", "technology", Decimal("0.10"), "7.1"),
        AmountLine("乙", "technology", Decimal("0.20"), "7.1"),
    )
    facts = replace(
        tea_facts, contract_amount=Decimal("0.30"), technology_amount=Decimal("0.30"), amount_lines=lines
    )
    write_workbook(tmp_path / "分.xlsx", [(1, facts)], office.codes)
    report = run(office, tmp_path / "分.xlsx")
    assert errors(report) == []
    with office.look() as uow:
        kept = facts_of(uow.contract(report.accepted[0]))
    assert sum(line.amount or 0 for line in kept.amount_lines) == Decimal("0.30")


def of_the_block(n: int, **more: Any) -> Facts:
    return Facts(title=f"粘贴的第 {n} 份", contract_amount=Decimal(1000 * n), **more)


def test_a_pasted_block_becomes_drafts_with_serials_in_a_row_and_never_twice(office: Office) -> None:
    rows = (of_the_block(1), of_the_block(2), of_the_block(1))
    first = import_rows(office, c.ImportRows(actor=CLERK.name, rows=rows))
    assert (len(first.ids), first.already_there, first.rejected) == (2, 1, ())
    numbers = [int(serial.rpartition("-")[2]) for serial in first.serials]
    assert numbers[1] == numbers[0] + 1
    again = import_rows(office, c.ImportRows(actor=CLERK.name, rows=(*rows, of_the_block(3))))
    assert (len(again.ids), again.already_there) == (1, 3)
    assert counted(office)[0] == 3


def test_a_pasted_row_with_an_error_stays_out_and_is_named(office: Office) -> None:
    wrong = of_the_block(2, technology_amount=Decimal(99_000))
    report = import_rows(office, c.ImportRows(actor=CLERK.name, rows=(of_the_block(1), wrong)))
    assert report.rejected == (1,)
    assert len(report.ids) == 1
    assert any("技术交易额" in p.place for p in report.problems)


def test_a_series_is_kept_as_typed_and_the_same_request_does_it_once(office: Office) -> None:
    cmd = c.ImportRows(
        actor=CLERK.name, rows=(of_the_block(1), of_the_block(1)), origin="series", request_id="r-1"
    )
    assert len(import_rows(office, cmd).ids) == 2
    assert import_rows(office, cmd).ids == ()
    assert counted(office)[0] == 2


def test_only_a_clerk_takes_rows_in(office: Office) -> None:
    with pytest.raises(RefusedError, match="登记员"):
        import_rows(office.as_person(ADMIN), c.ImportRows(actor=ADMIN.name, rows=(of_the_block(1),)))
