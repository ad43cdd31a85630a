"""查询, 单位库 and 履行与收入 over the real services and a real database, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from later import Frame, runner
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.app import OpenDesk
from desktop.certificates.preview import pdf_text
from desktop.jobs import JobRunner
from desktop.rules.facts import Payment
from desktop.services.views import SignedIn
from desktop.ui.dialogs.income import IncomeDialog
from desktop.ui.dialogs.party import EditPartyDialog
from desktop.ui.dialogs.queries import QueriesDialog
from desktop.ui.pages.parties import PartiesPage
from desktop.ui.pages.performance import PerformancePage
from desktop.ui.pages.search import SearchPage
from desktop.ui.theme import Theme

KEY = Qt.Key
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHEN = SignedIn("沈清禾", frozenset({"clerk"}))


def desk_of(office: Any) -> OpenDesk:
    desk = OpenDesk.__new__(OpenDesk)
    desk._office = office.as_person(SHEN)
    return desk


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def jobs(request: pytest.FixtureRequest) -> Iterator[JobRunner]:
    with runner(request.param) as made:
        yield made


def test_find_by_amount_keep_the_search_export_it_print_the_history(
    qtbot: QtBot, theme: Theme, office: Any, way: Any, tmp_path: Path, jobs: JobRunner
) -> None:
    made = way.registered()
    way.draft(title="茶园除草机械臂研制", contract_amount=Decimal("90000.00"), amount_lines=())
    desk = desk_of(office)
    page = SearchPage(desk, jobs)
    frame = Frame(page)
    qtbot.addWidget(frame)
    page.open()
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    page.box.insert("采摘 100万-200万 2026-11")
    frame.press(KEY.Key_Return)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1 and page.current_id() == made)
    qtbot.waitUntil(lambda: "登记日 2026-11-01 至 2026-11-30" in page.understood.text())

    frame.press(KEY.Key_F6)
    dialog = page.queries_dialog
    assert isinstance(dialog, QueriesDialog)
    dialog.name.insert("大额采摘")
    dialog.do()
    qtbot.waitUntil(lambda: [one.name for one in desk.saved_queries()] == ["大额采摘"])
    qtbot.waitUntil(lambda: [chip.text() for chip in page.query_chips] == ["1 大额采摘"])

    page.ask_target = lambda _p, _t, name, _k: tmp_path / name
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    qtbot.waitUntil(lambda: page.model.row_at(0) is not None)
    frame.press(KEY.Key_E, CTRL)
    qtbot.waitUntil(lambda: "已导出 1 份" in frame.words())
    (book,) = tmp_path.glob("*.xlsx")
    assert book.name == "澄河县技术合同登记处_采摘100万-200万2026-11_20261120_1份.xlsx"
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    assert sheet.cell(2, 1).value == "2026990321000247"
    frame.press(KEY.Key_F9)
    qtbot.waitUntil(lambda: "办理经过已存为" in frame.words())
    (paper,) = tmp_path.glob("*办理经过.pdf")
    assert "登记，取号" in "".join(pdf_text(paper.read_bytes()).split())
    frame.hide()


def test_rename_a_unit_and_find_its_contract_by_the_old_name(
    qtbot: QtBot, theme: Theme, office: Any, way: Any, jobs: JobRunner
) -> None:
    made = way.accepted()
    desk = desk_of(office)
    page = PartiesPage(desk, jobs)
    frame = Frame(page)
    qtbot.addWidget(frame)
    page.open("启衡")
    qtbot.waitUntil(lambda: page.sheet is not None)
    page.edit()
    dialog = page.dialog
    assert isinstance(dialog, EditPartyDialog)
    dialog.entries["name"].setText("岚州启衡智能装备有限公司")
    dialog.do()
    qtbot.waitUntil(lambda: page.side.title.text() == "岚州启衡智能装备有限公司")
    assert desk.party_list("启衡自动化").rows[0].former_names == ("岚州启衡自动化技术有限公司",)
    page.show_contracts()
    code, words = frame.wanted[-1]
    assert code == "search"
    assert list(desk.search(words).ids) == [made], "by its number, whatever it is called now"
    frame.hide()


def test_fix_an_income_from_the_list_of_what_is_overdue(
    qtbot: QtBot, theme: Theme, office: Any, way: Any, jobs: JobRunner
) -> None:
    made = way.registered(
        payments=(
            Payment(due_on=date(2026, 11, 10), amount=Decimal("640000.00")),
            Payment(due_on=date(2027, 3, 31), amount=Decimal("640000.00")),
        )
    )
    desk = desk_of(office)
    page = PerformancePage(desk, jobs)
    frame = Frame(page)
    qtbot.addWidget(frame)
    page.open()
    qtbot.waitUntil(lambda: page.sheet is not None)
    assert page.current_id() == made
    frame.press(KEY.Key_F12)
    dialog = page.dialog
    assert isinstance(dialog, IncomeDialog)
    dialog.day.set_day(date(2026, 11, 18))
    QTest.keyClicks(dialog.amount, "640000")
    dialog.amount.settle()
    dialog.do()
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    assert not page.empty.isHidden()
    assert desk.contract(made).facts.incomes[0].amount == Decimal("640000.00")
    frame.hide()
