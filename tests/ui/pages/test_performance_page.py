"""履行与收入 by keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from desk import FACTS, TITLE, TODAY, URGENT, FakeDesk
from frame import bring_up, make, nameless_buttons, sideways
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.rules.facts import Income, Payment
from desktop.services.views import PerformanceRow
from desktop.ui.dialogs.income import IncomeDialog
from desktop.ui.pages.performance import PerformancePage
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow

KEY = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


def line(key: int, **more: object) -> PerformanceRow:
    values: dict[str, object] = {
        "id": key,
        "number": "2026990321000247",
        "title": TITLE,
        "seller": "岚州启衡",
        "technology_amount": Decimal("1030000.00"),
        "planned": Decimal("1280000.00"),
        "due": Decimal("640000.00"),
        "paid": Decimal("0.00"),
        "income": Decimal("100000.00"),
        "income_in_period": Decimal("100000.00"),
        "left": Decimal("930000.00"),
        "overdue": Decimal("540000.00"),
        "overdue_since": date(2026, 10, 30),
        "next_due_on": date(2027, 3, 31),
    }
    return PerformanceRow(**(values | more))  # type: ignore[arg-type]


def fake() -> FakeDesk:
    facts = replace(
        FACTS,
        payments=(
            Payment(due_on=date(2026, 10, 30), amount=Decimal("640000.00")),
            Payment(due_on=date(2027, 3, 31), amount=Decimal("640000.00")),
        ),
        incomes=(Income(received_on=date(2026, 11, 5), amount=Decimal("100000.00")),),
    )
    row = replace(URGENT[6], state="CERTIFIED", official_number="2026990321000247", registered_on=TODAY)
    other = line(1, overdue=Decimal(0), overdue_since=None)
    return FakeDesk(facts=facts, sheet_row=row, performance_rows=(line(row.id), other))


def window(
    qtbot: QtBot, theme: Theme, folder: Path, desk: FakeDesk, size: tuple[int, int] = (1366, 768)
) -> MainWindow:
    made = make(theme, folder, desk=desk)
    qtbot.addWidget(made)
    made.resize(*size)
    bring_up(made)
    made.show_desk(desk)  # type: ignore[arg-type]
    made.go("search")
    QApplication.processEvents()
    press(KEY.Key_R, ALT)
    return made


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifier)
    QApplication.processEvents()


def page_of(made: MainWindow) -> PerformancePage:
    page = made.page
    assert isinstance(page, PerformancePage)
    return page


def test_what_is_overdue_is_shown_first_with_what_remains(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = fake()
    page = page_of(window(qtbot, theme, tmp_path, desk))
    assert desk.told("performance") == [(date(2026, 1, 1), TODAY, "overdue", "")]
    assert page.model.rowCount() == 1
    assert page.model.index(0, 4).data() == "! 540,000.00"
    assert page.card.totals is not None
    assert "930,000.00" in page.card.totals.accessibleName()
    assert "2026-10-30　640,000.00　! 已到期" in page.payments.text()
    assert "2026-11-05　100,000.00" in page.incomes.text()
    assert page.pairs.words("还可核定") == "930,000.00 元"


def test_an_income_is_fixed_by_keyboard_and_the_list_read_anew(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk = fake()
    made = window(qtbot, theme, tmp_path, desk)
    page = page_of(made)
    press(KEY.Key_F12)
    dialog = page.dialog
    assert isinstance(dialog, IncomeDialog)
    dialog.day.set_day(date(2026, 11, 18))
    dialog.amount.setFocus()
    QTest.keyClicks(dialog.amount, "=")
    press(KEY.Key_Return)
    press(KEY.Key_H, ALT)
    before = len(desk.told("performance"))
    qtbot.waitUntil(lambda: bool(desk.told("fix_income")))
    (cmd,) = desk.told("fix_income")
    assert (cmd.amount, cmd.received_on) == (Decimal("930000.00"), date(2026, 11, 18))
    assert len(desk.told("performance")) == before + 1


def test_the_kinds_of_list_and_the_period_go_to_the_service(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk = fake()
    page = page_of(window(qtbot, theme, tmp_path, desk))
    press(KEY.Key_4, ALT)
    assert page.model.rowCount() == 2
    press(KEY.Key_3, ALT)
    assert desk.told("performance")[-1][2] == "received"
    page.first.setFocus()
    page.first.selectAll()
    QTest.keyClicks(page.first, "20261101")
    press(KEY.Key_Return)
    assert desk.told("performance")[-1][0] == date(2026, 11, 1)


def test_enter_opens_the_contract(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    page = page_of(window(qtbot, theme, tmp_path, fake()))
    qtbot.waitUntil(page.table.hasFocus)
    with qtbot.waitSignal(page.wants) as told:
        press(KEY.Key_Return)
    assert told.args == ["case", URGENT[6].id]


def test_a_contract_is_stood_on_when_it_is_asked_for(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = fake()
    made = window(qtbot, theme, tmp_path, desk)
    made.go("performance", 1)
    page = page_of(made)
    assert desk.told("performance")[-1][2] == "all"
    assert page.current_id() == 1


def test_no_line_no_act(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = fake()
    desk.performance_rows = ()
    page = page_of(window(qtbot, theme, tmp_path, desk))
    assert not page.empty.isHidden()
    primary = page.primary()
    assert primary is not None
    assert not primary.enabled
    assert "选一份" in primary.why_not


@pytest.mark.parametrize("size", [(1366, 768), (1093, 614), (911, 512)])
def test_no_size_scrolls_sideways(qtbot: QtBot, theme: Theme, tmp_path: Path, size: tuple[int, int]) -> None:
    made = window(qtbot, theme, tmp_path, fake(), size)
    page = page_of(made)
    assert made.width() == size[0]
    assert sideways(page) == []
    assert nameless_buttons(page) == []
    if size[0] < 1280:
        press(KEY.Key_F8)
        assert not page.side.isHidden()
        assert sideways(page) == []
