"""查询 beyond the words: ranges, marking, kept searches, columns that are remembered, export, history."""

from __future__ import annotations

import json
from array import array
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desk import FakeDesk
from frame import bring_up, make, nameless_buttons, sideways
from PySide6.QtCore import QItemSelection, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, RefusedError
from desktop.jobs import JobRunner
from desktop.services.views import SavedQuery
from desktop.ui.pages.search import SUMMED_AT_ONCE, SearchPage
from desktop.ui.remembered import Remembered
from desktop.ui.tables.contracts import ContractTable
from desktop.ui.tables.view import ContractsView
from desktop.ui.theme import Theme
from desktop.ui.widgets.table import DeskTable
from desktop.ui.window import MainWindow

KEY = Qt.Key
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


def window(qtbot: QtBot, theme: Theme, folder: Path, desk: FakeDesk, size: tuple[int, int]) -> MainWindow:
    """The real window on the search page."""
    made = make(theme, folder, desk=desk)
    qtbot.addWidget(made)
    made.resize(*size)
    bring_up(made)
    made.show_desk(desk)  # type: ignore[arg-type]
    made.go("search")
    QApplication.processEvents()
    return made


def page_of(made: MainWindow) -> SearchPage:
    page = made.page
    assert isinstance(page, SearchPage)
    return page


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.activePopupWidget() or QApplication.focusWidget()
    if QApplication.activePopupWidget() is not None and QApplication.focusWidget() is not None:
        target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifier)
    QApplication.processEvents()


@pytest.fixture
def wide(qtbot: QtBot, theme: Theme, tmp_path: Path) -> MainWindow:
    return window(qtbot, theme, tmp_path, FakeDesk(), (1366, 768))


def desk_of(made: MainWindow) -> Any:
    return made.desk


# what a figure of 统计 stands for


def test_what_a_figure_of_the_statistics_asked_for_is_one_chip_that_goes_as_one(wide: MainWindow) -> None:
    page = page_of(wide)
    assert page.chips["figure"].isHidden()
    asked = {"seller_place": ["home"], "buyer_place": ["elsewhere"], "field": ["03"], "year": ["2026"]}
    page.open(asked)
    assert page.chips["figure"].isVisible()
    assert page.chips["figure"].text().startswith("卖方 本地、买方 外省、领域 ")
    page.chips["figure"].setFocus()
    press(KEY.Key_Return)
    assert desk_of(wide).told("search")[-1][1] == {"year": ["2026"]}
    assert page.chips["figure"].isHidden()


# words with conditions


def test_amounts_and_days_in_the_words_are_said_back_and_not_underlined(wide: MainWindow) -> None:
    page = page_of(wide)
    page.box.insert("采摘 100万-200万")
    page.search()
    assert desk_of(wide).told("search")[-1][0] == "采摘 100万-200万"
    assert "成交额 1,000,000.00 至 2,000,000.00 元" in page.understood.text()
    assert page.model.words == "采摘"


def test_a_day_that_does_not_exist_is_said_beside_the_box(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk()
    made = window(qtbot, theme, tmp_path, desk, (1366, 768))
    page = page_of(made)
    rows = page.model.rowCount()
    desk.refusals["search"] = RefusedError("没有 2026-02-30 这一天", "请核对年月日")
    page.box.setText("2026-02-30")
    page.search()
    assert "没有 2026-02-30 这一天" in page.understood.text()
    assert page.understood.isVisible()
    assert page.model.rowCount() == rows, "the list before it stays"


def test_a_range_of_amounts_is_chosen_by_keyboard(wide: MainWindow) -> None:
    page = page_of(wide)
    page.chips["amount"].setFocus()
    press(KEY.Key_Space)
    popup = page.ranges["amount"]
    assert popup.isVisible()
    popup.low.insert("50万")
    press(KEY.Key_Return)
    assert popup.high.hasFocus()
    QTest.keyClicks(popup.high, "2000000")
    press(KEY.Key_Return)
    assert popup.apply_button.hasFocus()
    press(KEY.Key_Space)
    assert not popup.isVisible()
    (code,) = page.filters()["amount"]
    assert [Decimal(part) for part in code.split("..")] == [500000, 2000000]
    assert page.chips["amount"].text() == "成交额 500,000.00 至 2,000,000.00 元"
    page.press_chip("amount")
    assert "amount" not in page.filters()


def test_an_amount_that_cannot_be_read_is_told_once_and_squashes_nothing(wide: MainWindow) -> None:
    page = page_of(wide)
    page.press_chip("amount")
    popup = page.ranges["amount"]
    popup.low.setFocus()
    QTest.keyClicks(popup.low, "500000")
    press(KEY.Key_Return)
    QTest.keyClicks(popup.high, "abc")
    press(KEY.Key_Return)
    QTest.qWait(20)

    def stands() -> None:
        labels = [one for one in popup.findChildren(QLabel) if one.isVisible() and "看不出金额" in one.text()]
        assert len(labels) == 1
        (note,) = labels
        assert note.height() >= note.heightForWidth(note.width())
        assert popup.high.height() >= popup.low.height()
        bottom = note.mapTo(popup, note.rect().bottomLeft()).y()
        assert bottom < popup.apply_button.y()

    stands()
    popup.apply()
    QTest.qWait(20)
    assert popup.isVisible()
    assert popup.high.hasFocus()
    stands()


def test_a_span_of_days_that_ends_before_it_begins_is_refused_in_place(wide: MainWindow) -> None:
    page = page_of(wide)
    page.press_chip("day")
    popup = page.ranges["day"]
    popup.low.set_value("2026-11-20")
    popup.high.set_value("2026-11-01")
    popup.apply()
    assert popup.isVisible()
    assert "起点比止点大" in popup.trouble.text()
    popup.which.choose("signed_on")
    popup.high.set_value("2026-11-30")
    popup.apply()
    assert page.filters()["signed_on"] == ["2026-11-20..2026-11-30"]
    assert page.chips["day"].text() == "签订日期 2026-11-20 至 2026-11-30"


# marking


def test_the_space_bar_marks_rows_that_stay_while_the_arrows_move(wide: MainWindow) -> None:
    page = page_of(wide)
    page.view.setFocus()
    for key in (KEY.Key_Space, KEY.Key_Down, KEY.Key_Down, KEY.Key_Space, KEY.Key_PageDown):
        press(key)
    assert page.view.selected_rows() == [0, 3]
    assert page.card.totals is not None
    assert "所选 2 份" in page.card.totals.accessibleName()
    page.view.copy()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 2
    press(KEY.Key_Escape)
    assert page.view.selected_rows() == [page.view.currentIndex().row()]
    assert not page.view.is_marking
    assert page.drawer.isVisible(), "the first Esc only ends marking"


def test_marking_a_row_again_takes_the_mark_away(wide: MainWindow) -> None:
    page = page_of(wide)
    page.view.setFocus()
    press(KEY.Key_Space)
    press(KEY.Key_Up)
    press(KEY.Key_Space)
    assert not page.view.is_marking
    assert len(page.view.selected_rows()) == 1


def test_all_of_a_million_may_be_chosen_but_not_copied(
    wide: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(wide)
    page.model.show_ids(array("q", range(1_000_000, 0, -1)))
    page.view.setFocus()
    asked, count = [0], ContractTable.rowCount

    def counted(model: ContractTable, parent: QModelIndex = QModelIndex()) -> int:
        asked[0] += 1
        return count(model, parent)

    monkeypatch.setattr(ContractTable, "rowCount", counted)
    press(KEY.Key_A, CTRL)
    page.view.horizontalHeader().viewport().repaint()
    assert len(page.view.selected_rows()) == 1_000_000
    assert 0 < asked[0] < 10_000, "the window stands still: something looks at every row"
    QGuiApplication.clipboard().setText("before")
    press(KEY.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "before"
    assert any("请用“导出”" in str(line) for line in wide.status.record())


class Asked:
    """How often the model of a million rows is asked for cells, and for how many rows ids are copied out."""

    def __init__(self, page: SearchPage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cells = 0
        page.model.show_ids(array("q", range(1_000_000, 0, -1)))
        page.view.select_row(0)
        page.view.setFocus()
        QApplication.processEvents()
        data = ContractTable.data

        def counted(model: ContractTable, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> object:
            self.cells += 1
            return data(model, index, role)

        monkeypatch.setattr(ContractTable, "data", counted)
        monkeypatch.setattr(ContractsView, "selected_rows", self.refused)

    def refused(self, _view: ContractsView) -> list[int]:
        raise AssertionError("a list of all chosen rows is made where their number would do")


@pytest.mark.parametrize("key", [KEY.Key_Q, KEY.Key_7, KEY.Key_Z])
def test_a_letter_in_a_million_rows_is_no_search_of_qt_through_all_of_them(
    wide: MainWindow, monkeypatch: pytest.MonkeyPatch, key: Qt.Key
) -> None:
    """It held the window for 20 seconds and had every page fetched."""
    page = page_of(wide)
    asked = Asked(page, monkeypatch)
    asked_before = len(desk_of(wide).told("rows"))
    press(key)
    page.view.viewport().repaint()
    assert asked.cells < 10_000
    assert len(desk_of(wide).told("rows")) - asked_before <= 1
    assert page.view.currentIndex().row() == 0


def test_home_and_end_go_to_the_first_and_the_last_row(
    wide: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt's own go to the first and the last column, which nobody sees in a list of rows."""
    page = page_of(wide)
    asked = Asked(page, monkeypatch)
    press(KEY.Key_End)
    assert page.view.currentIndex().row() == 999_999
    assert page.current_id() == 1
    press(KEY.Key_Home)
    assert page.view.currentIndex().row() == 0
    press(KEY.Key_End, SHIFT)
    assert page.view.selected_spans() == [range(1_000_000)]
    press(KEY.Key_Up, SHIFT)
    assert page.view.selected_count() == 999_999
    press(KEY.Key_Home)
    assert page.view.selected_count() == 1
    press(KEY.Key_Space)
    press(KEY.Key_End)
    press(KEY.Key_Space)
    assert page.view.selected_spans() == [range(1), range(999_999, 1_000_000)]
    assert list(page.export_ids()) == [1_000_000, 1]
    assert asked.cells < 50_000


def test_acts_with_all_of_a_million_chosen_ask_for_the_rows_in_sight_alone(
    wide: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(wide)
    asked = Asked(page, monkeypatch)

    def none_but_those_in_sight(act: str) -> None:
        page.view.viewport().repaint()
        assert asked.cells < 20_000, act
        asked.cells = 0

    for act, key, modifier in (
        ("all", KEY.Key_A, CTRL),
        ("fewer", KEY.Key_Up, SHIFT),
        ("all again", KEY.Key_A, CTRL),
        ("refused", KEY.Key_C, CTRL),
        ("mark", KEY.Key_Space, NONE),
        ("all while marking", KEY.Key_A, CTRL),
        ("take one away", KEY.Key_Space, NONE),
        ("move", KEY.Key_PageDown, NONE),
        ("no details", KEY.Key_F8, NONE),
        ("details", KEY.Key_F8, NONE),
        ("end marking", KEY.Key_Escape, NONE),
    ):
        press(key, modifier)
        none_but_those_in_sight(act)
    press(KEY.Key_A, CTRL)
    assert page.card.totals is not None
    assert "所选 1,000,000 份" in page.card.totals.accessibleName()
    page._columns_chosen(["seller", "kind", "technology"])
    none_but_those_in_sight("columns")
    page.set_narrow(True)
    page.set_narrow(False)
    none_but_those_in_sight("narrow and wide")
    wide.toggle_contrast()
    wide.toggle_contrast()
    none_but_those_in_sight("contrast")
    page.search()
    none_but_those_in_sight("search")


def test_other_columns_and_a_look_at_one_contract_leave_what_was_marked(wide: MainWindow) -> None:
    """F8 for the details of one, and all marks were gone."""
    page = page_of(wide)
    page.view.setFocus()
    for key in (KEY.Key_Space, KEY.Key_Down, KEY.Key_Down, KEY.Key_Space):
        press(key)
    marked = [range(1), range(3, 4)]
    assert page.view.selected_spans() == marked
    for act in (
        page.toggle_drawer,
        page.toggle_drawer,
        lambda: page._columns_chosen(["kind", "technology"]),
        lambda: page.set_narrow(True),
        lambda: page.set_narrow(False),
        page.resume,
    ):
        act()
        assert page.view.selected_spans() == marked
        assert page.view.is_marking
        assert page.view.currentIndex().row() == 4
    assert page.card.totals is not None
    assert "所选 2 份" in page.card.totals.accessibleName()
    page.search()
    assert page.view.selected_spans() == [range(1)], "other rows: nothing of them is marked"
    assert not page.view.is_marking


def test_qt_never_gets_a_million_rows_to_list_their_cells_for_a_screen_reader(
    wide: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one about QTableView asks for all indexes of what was chosen or left: 15 seconds for each act."""
    page = page_of(wide)
    Asked(page, monkeypatch)
    handed: list[tuple[list[tuple[int, int]], ...]] = []

    def take(_view: DeskTable, *both: QItemSelection) -> None:
        handed.append(
            tuple([(one.at(n).top(), one.at(n).bottom()) for n in range(one.count())] for one in both)
        )

    monkeypatch.setattr(DeskTable, "selectionChanged", take, raising=False)
    press(KEY.Key_Down)
    assert handed.pop() == ([(1, 1)], [(0, 0)])
    press(KEY.Key_A, CTRL)
    assert handed.pop() == ([(0, 0)], []), "its first row speaks for all"
    press(KEY.Key_Down)
    assert handed.pop()[1] == [(0, 0)]
    page.view.clearSelection()
    assert not handed.pop()[0]
    assert not handed


def test_rows_get_another_height_while_there_are_none_and_stay_where_they_were(
    wide: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of a million got it singly: F8 held the window for 60 ms more."""
    page = page_of(wide)
    Asked(page, monkeypatch)
    page.view.select_row(700_000)
    press(KEY.Key_PageUp)
    row, top = page.view.currentIndex().row(), page.view.verticalScrollBar().value()
    side = page.view.verticalHeader()
    counts: list[int] = []
    change = side.setDefaultSectionSize

    def noted(size: int) -> None:
        counts.append(side.count())
        change(size)

    monkeypatch.setattr(side, "setDefaultSectionSize", noted)
    high = side.defaultSectionSize()
    press(KEY.Key_F8)
    assert side.defaultSectionSize() < high
    press(KEY.Key_F8)
    assert side.defaultSectionSize() == high
    assert counts == [0, 0]
    assert side.count() == page.model.rowCount() == 1_000_000
    assert (page.view.currentIndex().row(), page.view.verticalScrollBar().value()) == (row, top)


def test_chosen_rows_are_what_an_export_takes_however_they_were_chosen(
    wide: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows chosen with Shift were counted as chosen under the list, and everything found was exported."""
    page = page_of(wide)
    Asked(page, monkeypatch)
    press(KEY.Key_Down)
    press(KEY.Key_Down, SHIFT)
    press(KEY.Key_Down, SHIFT)
    assert page.card.totals is not None
    assert "所选 3 份" in page.card.totals.accessibleName()
    assert list(page.export_ids()) == [999_999, 999_998, 999_997]
    press(KEY.Key_Down)
    assert page._result is not None
    assert list(page.export_ids()) == list(page._result.ids), "one row is only where the clerk is"


# sums of very many


def test_sums_of_very_many_wait_until_the_clerk_is_still(wide: MainWindow, qtbot: QtBot) -> None:
    """They take the one worker a second, and the next letters typed waited for them."""
    page, desk = page_of(wide), desk_of(wide)
    desk.found_ids = array("q", range(SUMMED_AT_ONCE + 1, 0, -1))
    told = len(desk.told("search_sums"))
    page.search()
    page.search()
    assert page.card.totals is not None
    assert "…" in page.card.totals.accessibleName()
    assert len(desk.told("search_sums")) == told
    page.box.insert("采")
    page._ask_sums()
    assert len(desk.told("search_sums")) == told, "the search of what was typed goes before"
    qtbot.waitUntil(lambda: "986,412,350.00" in page.card.totals.accessibleName())
    assert desk.told("search_sums")[told:] == [SUMMED_AT_ONCE + 1], "once, for the last of them"
    desk.found_ids = desk.found_ids[1:]
    page.search()
    assert desk.told("search_sums")[told + 1 :] == [SUMMED_AT_ONCE], "so many are summed at once"


def test_a_list_that_stays_after_a_refused_search_gets_its_sums(wide: MainWindow, qtbot: QtBot) -> None:
    page, desk = page_of(wide), desk_of(wide)
    desk.found_ids = array("q", range(SUMMED_AT_ONCE + 1, 0, -1))
    page.search()
    desk.refusals["search"] = RefusedError("没有 2026-02-30 这一天", "请核对年月日")
    page.search()
    assert page.card.totals is not None
    assert "…" in page.card.totals.accessibleName()
    qtbot.waitUntil(lambda: "986,412,350.00" in page.card.totals.accessibleName())


# kept searches


def test_conditions_are_kept_under_a_name_and_come_back_with_a_digit(wide: MainWindow, qtbot: QtBot) -> None:
    page, desk = page_of(wide), desk_of(wide)
    page.open({"state": ["REGISTERED"], "text": "采摘"})
    press(KEY.Key_F6)
    dialog = page.queries_dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.name.hasFocus)
    dialog.name.insert("待发证")
    press(KEY.Key_S, ALT)
    qtbot.waitUntil(lambda: bool(page.query_chips))  # Qt shows the button pressed for a moment
    (cmd,) = desk.told("keep_query")
    assert (cmd.name, cmd.text, cmd.filters) == ("待发证", "采摘", {"state": ("REGISTERED",)})
    assert [chip.text() for chip in page.query_chips] == ["1 待发证"]
    assert page.query_row.isVisible()
    wide.activateWindow()  # no window manager does it here
    qtbot.waitUntil(wide.isActiveWindow)
    page.open("别的")
    page.view.setFocus()
    press(KEY.Key_1, ALT)
    assert desk.told("search")[-1] == ("采摘", {"state": ["REGISTERED"]})
    assert page.box.text() == "采摘"


def test_a_kept_search_is_renamed_and_dropped(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk(query_rows=[SavedQuery("甲", "采摘", {}), SavedQuery("乙", "", {"kind": ("DEV",)})])
    made = window(qtbot, theme, tmp_path, desk, (1366, 768))
    page = page_of(made)
    assert [chip.text() for chip in page.query_chips] == ["1 甲", "2 乙"]
    press(KEY.Key_F6)
    dialog = page.queries_dialog
    assert dialog is not None
    assert not dialog.act_button.isEnabled(), "no conditions now"
    dialog.table.selectRow(1)
    dialog.name.insert("开发类")
    dialog.rename_button.click()
    assert [one.name for one in dialog.queries] == ["甲", "开发类"]
    assert desk.told("keep_query")[-1].filters == {"kind": ("DEV",)}
    dialog.table.selectRow(0)
    dialog.drop_button.click()
    assert [chip.text() for chip in page.query_chips] == ["1 开发类"]
    assert nameless_buttons(dialog) == []


def test_the_drafts_condition_is_kept_too(wide: MainWindow) -> None:
    page = page_of(wide)
    page.press_chip("drafts")
    assert page.conditions() == ("", {"no_drafts": ("1",)})
    page.queries = (SavedQuery("不要草稿", "", {"no_drafts": ("1",)}),)
    page.press_chip("drafts")
    page.run_query(0)
    assert "DRAFT" not in page.filters()["state"]


# columns


def test_sorting_goes_to_the_service_and_the_head_carries_the_arrow(wide: MainWindow) -> None:
    page, desk = page_of(wide), desk_of(wide)
    at = [c.code for c in page.model.columns].index("amount")
    header = page.view.horizontalHeader()
    header.sectionClicked.emit(at)
    assert desk.told("search")[-1][1] == {"sort": ["amount", "up"]}
    assert page.model.headerData(at, Qt.Orientation.Horizontal) == "成交额（元） ↑"
    header.sectionClicked.emit(at)
    assert desk.told("search")[-1][1] == {"sort": ["amount", "down"]}
    assert page.chips["sort"].text() == "排序 成交额（元） ↓"
    header.sectionClicked.emit(at)
    assert desk.told("search")[-1][1] == {}, "the third press: newest first again"
    page.press_chip("sort")
    page.popups["sort"].boxes["title up"].click()
    assert desk.told("search")[-1][1] == {"sort": ["title", "up"]}


def test_too_many_to_sort_are_shown_all_the_same(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    from array import array

    remembered = Remembered.load(tmp_path)
    remembered.layouts["search"] = json.dumps({"sort": ["amount", "down"]})
    made = make(theme, tmp_path, remembered=remembered)
    qtbot.addWidget(made)
    bring_up(made)
    made.show_desk(FakeDesk(found_ids=array("q", range(1, 9001))))  # type: ignore[arg-type]
    made.go("search")
    page = page_of(made)
    assert page.model.rowCount() == 9000
    assert page.model.order == ("day", "down")
    assert "不另排序" in page.understood.text()


def test_columns_widths_and_sorting_are_there_after_a_restart(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    made = window(qtbot, theme, tmp_path, FakeDesk(), (1366, 768))
    page = page_of(made)
    page.close_drawer()
    press(KEY.Key_L, ALT)
    popup = page.popups["columns"]
    assert popup.isVisible()
    popup.boxes["buyer"].click()
    popup.boxes["clerk"].click()
    popup.close()
    codes = [c.code for c in page.model.columns]
    assert "buyer" not in codes
    assert codes[-1] == "clerk"
    header = page.view.horizontalHeader()
    header.resizeSection(codes.index("seller"), 260)
    page._sort(("amount", "down"))
    made.switch_person()
    assert "search" in json.loads((tmp_path / "window.json").read_text(encoding="utf-8"))["layouts"]
    made.close()

    desk = FakeDesk()
    again = make(theme, tmp_path, desk=desk, remembered=Remembered.load(tmp_path))
    qtbot.addWidget(again)
    again.resize(1366, 768)
    bring_up(again)
    again.show_desk(desk)  # type: ignore[arg-type]
    again.go("search")
    page = page_of(again)
    page.close_drawer()
    QApplication.processEvents()
    assert [c.code for c in page.model.columns] == codes
    assert abs(page.view.columnWidth(codes.index("seller")) - 260) <= 1
    assert desk.told("search")[-1][1] == {"sort": ["amount", "down"]}


def test_a_damaged_memory_of_columns_is_begun_anew(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    remembered = Remembered.load(tmp_path)
    remembered.layouts["search"] = '{"widths": 7, "sort": "x"}'
    made = make(theme, tmp_path, remembered=remembered)
    qtbot.addWidget(made)
    bring_up(made)
    made.show_desk(FakeDesk())  # type: ignore[arg-type]
    assert made.go("search")
    assert page_of(made).model.rowCount() == 1906


def test_wide_columns_never_push_the_name_of_the_contract_out(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    remembered = Remembered.load(tmp_path)
    remembered.layouts["search"] = json.dumps(
        {"widths": {"two": {"number": 900}}, "added": ["clerk", "signed"]}
    )
    made = make(theme, tmp_path, remembered=remembered)
    qtbot.addWidget(made)
    made.resize(911, 512)
    bring_up(made)
    made.show_desk(FakeDesk())  # type: ignore[arg-type]
    made.go("search")
    page = page_of(made)
    QApplication.processEvents()
    title = [c.code for c in page.model.columns].index("title")
    assert page.view.columnWidth(title) >= 100
    assert sideways(page) == []


# export and history


def test_what_was_found_is_exported_with_progress(wide: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    page, desk = page_of(wide), desk_of(wide)
    asked: list[str] = []

    def target(_parent: Any, _title: str, name: str, _kinds: str) -> Path:
        asked.append(name)
        return tmp_path / name

    page.ask_target = target
    press(KEY.Key_E, CTRL)
    (told,) = desk.told("export_list")
    assert len(told[0]) == 1906
    assert asked == ["澄河县技术合同登记处_合同清单_20261120_1906份.xlsx"]
    assert not page.progress.isVisible()
    page.view.setFocus()
    press(KEY.Key_Space)
    press(KEY.Key_Space)
    page.view.export_wanted.emit()
    assert desk.told("export_list")[-1][0] == [1, 2], "only what is marked"


def test_an_export_can_be_stopped(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    import threading

    desk, gate = FakeDesk(), threading.Event()
    page = SearchPage(desk, jobs := JobRunner())
    qtbot.addWidget(page)
    bring_up(page)
    page.open("采摘")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1906)
    page.ask_target = lambda *_a: tmp_path / "l.xlsx"
    desk.during = lambda name: gate.wait(5) and None if name == "export_list" else None
    said: list[str] = []
    page.said.connect(lambda text, _level, _stays: said.append(text))
    page.export()
    qtbot.waitUntil(page.progress.isVisible)
    page.progress.button.click()
    gate.set()
    qtbot.waitUntil(lambda: bool(said))
    assert "没有留下文件" in said[0]
    assert not page.progress.isVisible()
    jobs.shut_down()


def test_a_failed_export_is_said(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk(refusals={"export_list": MachineError("磁盘满了", "请换个地方")})
    made = window(qtbot, theme, tmp_path, desk, (1366, 768))
    page = page_of(made)
    page.ask_target = lambda *_a: tmp_path / "l.xlsx"
    with qtbot.waitSignal(page.said) as told:
        page.export()
    assert "磁盘满了" in told.args[0]


def test_f9_prints_the_history_of_the_current_contract(wide: MainWindow, tmp_path: Path) -> None:
    page, desk = page_of(wide), desk_of(wide)
    page.model.load()
    page.ask_target = lambda _p, _t, name, _k: tmp_path / name
    page.view.setFocus()
    press(KEY.Key_Down)
    press(KEY.Key_F9)
    ((key, path),) = desk.told("print_history")
    assert key == 2
    assert path.name.endswith("办理经过.pdf")


@pytest.mark.parametrize("size", [(1366, 768), (1093, 614), (911, 512)])
def test_no_size_scrolls_sideways(qtbot: QtBot, theme: Theme, tmp_path: Path, size: tuple[int, int]) -> None:
    desk = FakeDesk(query_rows=[SavedQuery(f"很长的名字的条件{n}", "采摘", {}) for n in range(9)])
    made = window(qtbot, theme, tmp_path, desk, size)
    page = page_of(made)
    page.open({"state": ["REGISTERED", "CERTIFIED", "CHANGED", "DRAFT"], "amount": ["1.00..2000000.00"]})
    QApplication.processEvents()
    assert made.width() == size[0], "nothing pushed the window wider"
    assert sideways(page) == []
    assert nameless_buttons(page) == []
