from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from desk import FakeDesk, working_days
from frame import bring_up, nameless_buttons
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QStackedWidget
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, Problem
from desktop.jobs import JobRunner
from desktop.services.views import ImportReport
from desktop.ui.pages.today import TodayPage
from desktop.ui.theme import Theme


def today(qtbot: QtBot, desk: FakeDesk, **more: Any) -> TodayPage:
    page = TodayPage(desk, JobRunner(inline=True), **more)
    qtbot.addWidget(page)
    page.resize(1222, 640)
    bring_up(page)
    page.open()
    QApplication.processEvents()
    return page


def wanted(page: TodayPage) -> list[tuple[str, object]]:
    asked: list[tuple[str, object]] = []
    page.wants.connect(lambda code, argument: asked.append((code, argument)))
    return asked


def test_tiles_tell_counts_and_what_presses(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    assert page.tiles["to_recognise"].accessibleName() == "待初审，5 份，错误 1 份今天到期"
    assert page.tiles["returned"].accessibleName() == "待补正，2 份，疑点 1 份下周一到期"
    assert page.tiles["to_send"].accessibleName() == "未导出，12 份，上次上报 11-17"


def test_the_focus_starts_on_the_queue_of_the_most_urgent_case(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    qtbot.waitUntil(page.tiles["to_recognise"].hasFocus)


def test_figures_that_come_late_leave_the_keys_where_they_went(qtbot: QtBot, theme: Theme) -> None:
    """F5 at once after signing in: the form has the focus before 今日 has read its figures."""
    pages, form = QStackedWidget(), QLineEdit()
    page = TodayPage(FakeDesk(), JobRunner())
    pages.addWidget(page)
    pages.addWidget(form)
    qtbot.addWidget(pages)
    bring_up(pages)
    with qtbot.waitSignal(page.start_read):
        page.open()
        pages.setCurrentWidget(form)
        form.setFocus()
    QApplication.processEvents()
    qtbot.waitUntil(form.hasFocus)
    QTest.keyClicks(QApplication.focusWidget(), "w")
    assert form.text() == "w"


def test_tab_goes_tile_wall_list_right(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    stops = []
    for _step in range(4):
        focus = QApplication.focusWidget()
        stops.append(
            "tile"
            if focus in page.tiles.values()
            else "wall"
            if focus in page.wall.items
            else "list"
            if focus is page.table
            else "right"
            if focus in page.returned_items
            else str(focus)
        )
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert stops == ["tile", "wall", "list", "right"]


def test_enter_opens_what_has_the_focus(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    asked = wanted(page)
    QTest.keyClick(page.tiles["to_recognise"], Qt.Key.Key_Return)
    QTest.keyClick(page.tiles["to_send"], Qt.Key.Key_Enter)
    QTest.keyClick(page.wall.items[1], Qt.Key.Key_Return)
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    QTest.keyClick(page.returned_items[1], Qt.Key.Key_Return)
    assert asked == [
        ("search", {"state": ["ACCEPTED"]}),
        ("report", None),
        ("case", 297),
        ("case", 297),
        ("case", 284),
    ]


def test_many_returned_cases_leave_room_for_the_state_of_the_machine(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    many = tuple(replace(desk.start.returned[-1], id=500 + at) for at in range(7))
    desk.start = replace(desk.start, returned=many)
    page = today(qtbot, desk)
    assert len(page.returned_items) == 3
    assert page.returned_count.text() == "7 份"
    assert page.all_returned.isVisible()
    page.returned_items[2].setFocus()
    QTest.keyClick(page.returned_items[2], Qt.Key.Key_Tab)
    qtbot.waitUntil(page.all_returned.hasFocus)
    QTest.keyClick(page.all_returned, Qt.Key.Key_Space)
    assert len(page.returned_items) == 7
    qtbot.waitUntil(page.returned_items[3].hasFocus)  # the first that was not shown before
    assert not page.all_returned.isVisible()


def test_the_primary_act_takes_the_most_urgent(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    asked = wanted(page)
    primary = page.primary()
    assert primary is not None
    assert primary.words == "办理 0289（今天到期）"
    primary.act()
    assert asked == [("case", 289)]


def test_without_work_the_primary_act_is_a_new_contract(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    desk.start = replace(desk.start, urgent=(), returned=())
    page = today(qtbot, desk)
    asked = wanted(page)
    primary = page.primary()
    assert primary is not None
    assert page.empty.isVisible()
    primary.act()
    assert asked == [("case", None)]


def test_the_wall_has_sixteen_days_and_later_ones_apart(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    spoken = [item.accessibleName() for item in page.wall.items]
    assert any(name.startswith("0275，余 24 个工作日，专家评审") for name in spoken)
    assert len(spoken) == 8


def test_on_a_day_off_overdue_cases_stand_on_today(qtbot: QtBot, theme: Theme) -> None:
    sunday = date(2026, 11, 22)
    desk = FakeDesk()
    late = replace(desk.start.urgent[0], days_left=-1)
    monday = replace(desk.start.urgent[1], days_left=1, due_on=date(2026, 11, 23))
    days = working_days(date(2026, 11, 23))
    desk.start = replace(desk.start, today=sunday, wall_days=days, urgent=(late, monday))
    page = today(qtbot, desk)
    first, second = page.wall.items
    assert first.x() < second.x()
    assert second.x() < page.wall.width() / 8
    assert page.table.model().index(0, 0).data() == "✕ 已过 1"


@pytest.mark.parametrize(
    ("left", "frozen", "words"),
    [
        (54, False, ""),
        (20, False, "! 余 20 个，请申领新号段"),
        (21, False, ""),
        (0, False, "✕ 已用完，只出受理单；请导入新号段"),
        (54, True, "✕ 号段已冻结：请负责人到“系统”页填最后用到的编号"),
    ],
)
def test_the_machine_card_says_when_numbers_run_out(
    qtbot: QtBot, theme: Theme, left: int, frozen: bool, words: str
) -> None:
    desk = FakeDesk()
    desk.start = replace(desk.start, block=replace(desk.start.block, left=left, is_frozen=frozen))
    page = today(qtbot, desk)
    shown = [label.text() for label in (page.block_note, page.remind) if label.isVisible()]
    assert shown == [words] if words.startswith("!") else words in ["", *shown]
    assert page.block_note.isVisible() == words.startswith("✕")
    assert (page.remind.text() == "余 20 个时提醒") == (not words.startswith("!"))


def test_an_import_reports_what_came_in_and_reads_the_figures_again(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk = FakeDesk()
    page = today(qtbot, desk, choose=lambda *_a: tmp_path / "申请表.xlsx")
    reads = len(desk.told("start_page"))
    page.import_tool.click()
    assert desk.told("import_workbook")[0].path == tmp_path / "申请表.xlsx"
    assert desk.told("import_workbook")[0].actor == "沈清禾"
    assert len(desk.told("start_page")) == reads + 1
    assert not page.progress.isVisible()


def test_rejected_rows_are_told_with_the_file_of_reasons(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    problem = Problem("合同!C7", "5.1E+17", "Excel 已把代码改坏", "请把该列设为文本后重贴", row=7)
    report = ImportReport(tmp_path / "a.xlsx", 5, (1, 2, 3), (7, 9), 0, (problem,), tmp_path / "退回.xlsx")
    desk = FakeDesk()
    desk.import_workbook = lambda _cmd, _progress=None: report  # type: ignore[method-assign]
    page = today(qtbot, desk, choose=lambda *_a: tmp_path / "a.xlsx")
    said: list[tuple[str, str]] = []
    page.said.connect(lambda text, level, _stays: said.append((text, level)))
    page.import_workbook()
    assert said[0][1] == "warn"
    assert "收下 3 份" in said[0][0]
    assert "2 份有错没有收" in said[0][0]
    assert "退回.xlsx" in said[0][0]


def test_a_machine_fault_is_said_in_words(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk(refusals={"start_page": MachineError("数据库文件被占用", "请关掉另一个窗口", code="M02")})
    page = TodayPage(desk, JobRunner(inline=True))
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.said) as told:
        page.open()
    assert told.args == ["数据库文件被占用（M02）。请关掉另一个窗口", "err", True]


def test_every_button_has_a_name(qtbot: QtBot, theme: Theme) -> None:
    assert nameless_buttons(today(qtbot, FakeDesk())) == []


def test_the_blank_application_is_written_where_it_is_wanted(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk = FakeDesk()
    names: list[str] = []

    def target(_parent: object, _title: str, proposed: str, _kinds: str) -> Path:
        names.append(proposed)
        return tmp_path / proposed

    page = TodayPage(desk, JobRunner(inline=True), target=target)
    qtbot.addWidget(page)
    heard: list[str] = []
    page.said.connect(lambda text, _level, _stays: heard.append(text))
    page.template_tool.click()
    assert names == ["技术合同登记申请表.xlsx"]
    assert desk.told("write_template") == [tmp_path / names[0]]
    assert heard[-1].startswith("空白申请表已存到")


def test_a_place_that_cannot_be_written_is_said(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk(refusals={"write_template": MachineError("盘上没有地方了", "请换一个盘")})
    page = TodayPage(desk, JobRunner(inline=True), target=lambda *_a: tmp_path / "x.xlsx")
    qtbot.addWidget(page)
    heard: list[tuple[str, str]] = []
    page.said.connect(lambda text, level, _stays: heard.append((text, level)))
    page.write_template()
    assert heard[-1] == ("盘上没有地方了。请换一个盘", "err")


def test_a_remark_is_brought_into_view_on_a_page_scrolled_down(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    page.resize(830, 300)
    page.set_narrow(True)
    QApplication.processEvents()
    bar = page.scroller.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    page.show_strip("这份表没有收", "error")
    qtbot.waitUntil(lambda: bar.value() == 0)


def test_alt_r_leads_to_the_payments(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    asked = wanted(page)
    QTest.keyClick(page, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: asked == [("performance", None)])


def test_larger_text_widens_the_columns_while_the_program_runs(qtbot: QtBot, theme: Theme) -> None:
    page = today(qtbot, FakeDesk())
    head = page.table.horizontalHeader()
    before = [head.sectionSize(at) for at in range(head.count())]
    theme.choose_large(True)
    QApplication.processEvents()
    after = [head.sectionSize(at) for at in range(head.count())]
    for at in (0, 1, 4, 5):
        assert after[at] >= before[at] * 1.25, f"column {at}"
    theme.choose_large(False)
    QApplication.processEvents()
    for at in (0, 1, 4, 5):
        assert abs(head.sectionSize(at) - before[at]) <= 10, f"column {at}: the head has a least width"
