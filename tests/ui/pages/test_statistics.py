from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desk import FakeDesk, v
from frame import bring_up, nameless_buttons
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, RefusedError
from desktop.jobs import JobRunner
from desktop.statistics.report import Targets, half_up, in_ten_thousand, percent, share_of, span_of
from desktop.statistics.words import change_words
from desktop.ui.dialogs.targets import TargetsDialog
from desktop.ui.pages.charts import step_of
from desktop.ui.pages.statistics import StatisticsPage
from desktop.ui.theme import Theme

TODAY = date(2026, 11, 20)
LIVE = ["REGISTERED", "CERTIFIED", "CHANGED"]
HEAD = v.SignedIn("贺兰舟", frozenset({"head", "reviewer"}))
DRAWN = Targets(2026, 280, Decimal("450000000.00"), Decimal("360000000.00"))


def statistics(qtbot: QtBot, desk: FakeDesk, **more: Any) -> StatisticsPage:
    page = StatisticsPage(desk, JobRunner(inline=True), **more)
    qtbot.addWidget(page)
    page.resize(1222, 696)
    bring_up(page)
    page.open()
    return page


def wishes(page: StatisticsPage) -> list[tuple[str, object]]:
    asked: list[tuple[str, object]] = []
    page.wants.connect(lambda code, argument: asked.append((code, argument)))
    return asked


@pytest.mark.parametrize(
    ("unit", "year", "first", "last"),
    [
        ("year", 2026, date(2026, 1, 1), TODAY),
        ("year", 2024, date(2024, 1, 1), date(2024, 12, 31)),
        ("quarter", 2026, date(2026, 10, 1), TODAY),
        ("quarter", 2025, date(2025, 10, 1), date(2025, 12, 31)),
        ("month", 2026, date(2026, 11, 1), TODAY),
        ("month", 2025, date(2025, 11, 1), date(2025, 11, 30)),
    ],
)
def test_a_span_ends_today_or_with_its_last_day(unit: str, year: int, first: date, last: date) -> None:
    span = span_of(unit, year, TODAY)
    assert (span.first, span.last) == (first, last)


def test_the_year_before_a_leap_day_ends_on_the_28th() -> None:
    before = span_of("month", 2028, date(2028, 2, 29)).year_before()
    assert (before.first, before.last) == (date(2027, 2, 1), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("246", "218", "▲ 同比 12.84%"),
        ("218", "246", "▼ 同比 11.38%"),
        ("5", "5", "同比 0.00%"),
        ("5", "0", "同比 —"),
        ("0", "0", "同比 —"),
        ("0", "5", "▼ 同比 100.00%"),
    ],
)
def test_the_change_is_exact_and_a_dash_without_a_year_before(now: str, before: str, words: str) -> None:
    assert change_words(Decimal(now), Decimal(before)) == words


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0"),
        ("49.99", "…"),
        ("50", "0.01"),
        ("12345650.00", "1,234.57"),
        ("-50", "-0.01"),
        ("99999999999999.99", "10,000,000,000.00"),
    ],
)
def test_sums_are_rounded_half_up_once_and_a_trace_is_no_zero(amount: str, shown: str) -> None:
    assert in_ten_thousand(Decimal(amount)) == shown


def test_shares_are_half_up_on_the_exact_number() -> None:
    assert percent(share_of(1, 2000)) == "0.1%", "0.05 % goes up; binary rounding made it 0.1 or 0.0"
    assert percent(share_of(0, 5)) == "0.0%"
    assert percent(share_of(1, 0)) == "—"
    assert half_up(Decimal("2.5"), 0) == 3
    assert half_up(Decimal("-2.5"), 0) == -3


@pytest.mark.parametrize("most", ["52170000", "1", "99999", "100000", "0"])
def test_a_chart_has_between_one_and_five_lines(most: str) -> None:
    step = step_of(Decimal(most))
    assert Decimal(most) / step <= 5
    assert not Decimal(most) or Decimal(most) / step >= 1


def test_figures_are_those_of_the_service(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = statistics(qtbot, desk)
    assert page.count.figure.text() == "246"
    assert page.contract.figure.text() == "38,642.17"
    assert page.technology.figure.text() == "31,508.60"
    assert page.count.reached.text() == "未设目标"
    assert page.contract.meter.isHidden()
    assert desk.told("statistics") == [("year", 2026)]
    assert page.totals.accessibleName() == "合计，246，38,642.17，31,508.60，100.0%"
    model = page.kind_table.model()
    names = ["技术开发", "技术转让", "技术许可", "技术咨询", "技术服务"]
    assert [model.index(n, 0).data() for n in range(5)] == names
    assert model.index(0, 4).data() == "47.7%"


def test_targets_show_bar_share_time_mark_and_are_told_when_behind(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk(targets=DRAWN))
    assert page.count.target.text() == "目标 280"
    assert page.count.reached.text() == "! 87.9%"
    assert page.contract.target.text() == "目标 45,000"
    assert page.contract.reached.text() == "! 85.9%"
    assert page.contract.meter.isVisible()
    assert "低于时间进度 88.8%" in page.contract.accessibleName()
    assert page.note_words[0] == "成交额比时间进度低 2.9 个百分点，差约 1,303 万元"
    assert "月均目标 3,750" in page.legend.accessibleName()
    assert page.months.items[0].mean == Decimal(37_500_000)
    QTest.keyClick(page.unit.items[2], Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert page.contract.reached.text() == "目标按全年设：45,000.00"


def test_out_and_in_are_a_toggle_and_in_says_that_it_is_not_complete(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk(targets=DRAWN)
    page = statistics(qtbot, desk)
    page.basis.items[0].setFocus()
    QTest.keyClick(page.basis.items[0], Qt.Key.Key_Right)
    QTest.keyClick(page.basis.items[1], Qt.Key.Key_Space)
    assert page.contract.figure.text() == "38,642.17"
    assert page.contract.reached.text() == "目标按登记设"
    QTest.keyClick(page.basis.items[1], Qt.Key.Key_Right)
    QTest.keyClick(page.basis.items[2], Qt.Key.Key_Space)
    assert page.contract.figure.text() == "21,874.90"
    assert "仅本地登记，不完整" in page.month_card.remark.text()
    assert page.note_words[0].startswith("吸纳仅本地登记，不完整")
    assert desk.told("statistics") == [("year", 2026)], "one count serves all three"


def test_the_flow_has_counts_and_sums_that_add_up_and_its_bars_list(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    assert page.flow.accessibleName() == "输出与吸纳流向：← 吸纳 153 份　21,874.90，输出 240 份　38,642.17 →"
    names = [item.accessibleName() for item in page.flow.items]
    assert len(names) == 8, "nobody's place is unknown: no such row"
    assert names[0] == "吸纳自本县，51 份，6,210.30 万元"
    assert page.flow.items[6].words() == "—"
    asked = wishes(page)
    QTest.keyClick(page.flow.items[0], Qt.Key.Key_Down)
    QTest.keyClick(page.flow.items[1], Qt.Key.Key_Return)
    QTest.keyClick(page.flow.items[1], Qt.Key.Key_Right)
    QTest.keyClick(page.flow.items[2], Qt.Key.Key_Enter)
    mine = {"seller_place": ["home"], "buyer_place": ["home"], "year": ["2026"], "state": LIVE}
    theirs = {"buyer_place": ["home"], "seller_place": ["province"], "year": ["2026"], "state": LIVE}
    assert asked == [("search", mine), ("search", theirs)]


def test_months_that_have_not_come_have_no_bar_of_this_year(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    assert page.months.items[11].accessibleName() == "12月，今年 还没有到，上年 4,160.00 万元"
    assert page.months.items[5].accessibleName() == "6月，今年 5,217.00 万元，上年 4,490.00 万元"
    assert [item.is_highest for item in page.months.items].index(True) == 5


def test_enter_on_a_month_or_a_kind_lists_its_contracts(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    asked = wishes(page)
    QTest.keyClick(page.months.items[0], Qt.Key.Key_Right)
    QTest.keyClick(page.months.items[1], Qt.Key.Key_Return)
    page.kind_table.select_row(4)
    QTest.keyClick(page.kind_table, Qt.Key.Key_Return)
    page.view.items[0].setFocus()
    QTest.keyClick(page.view.items[0], Qt.Key.Key_Right)
    QTest.keyClick(page.view.items[1], Qt.Key.Key_Space)
    page.kind_table.select_row(0)
    QTest.keyClick(page.kind_table, Qt.Key.Key_Return)
    assert asked == [
        ("search", {"month": ["202602"], "state": LIVE}),
        ("search", {"kind": ["SVC"], "year": ["2026"], "state": LIVE}),
        ("search", {"field": ["03"], "year": ["2026"], "state": LIVE}),
    ]
    assert page.kind_table.isColumnHidden(3)


def test_a_quarter_lists_its_three_months(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    QTest.keyClick(page.unit.items[2], Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert page.unit.choice() == "quarter"
    primary = page.primary()
    assert primary is not None
    with qtbot.waitSignal(page.wants) as told:
        primary.act()
    assert told.args == ["search", {"month": ["202610", "202611", "202612"], "state": LIVE}]


def test_an_empty_year_says_so(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    page.year.setCurrentIndex(5)
    assert page.empty.isVisible()
    assert not page.flow_card.isVisible()
    assert page.count.figure.text() == "0"
    assert page.count.change.text() == "同比 —"
    assert page.note_words == []


def test_a_refusal_is_said(qtbot: QtBot, theme: Theme) -> None:
    page = StatisticsPage(
        FakeDesk(refusals={"statistics": RefusedError("止日早于起日", "请核对")}), JobRunner(inline=True)
    )
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.said) as told:
        page.open()
    assert told.args == ["止日早于起日。请核对", "err", True]


def test_the_page_fits_the_drawing_without_a_scroll_bar(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk(targets=DRAWN))
    area = page.findChild(QScrollArea)
    assert area is not None
    QApplication.processEvents()
    assert area.verticalScrollBar().maximum() == 0
    page.set_narrow(True)
    page.resize(847, 440)
    QApplication.processEvents()
    assert area.verticalScrollBar().maximum() > 0
    inside = area.widget()
    assert inside is not None
    assert inside.width() <= area.viewport().width()


def dialog_of(page: StatisticsPage) -> TargetsDialog:
    QTest.mouseClick(page.tools[0], Qt.MouseButton.LeftButton)
    assert page.dialog is not None
    return page.dialog


def retype(field: QWidget, words: str) -> None:
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, words)


def test_the_head_sets_the_targets_and_the_page_shows_them(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk(HEAD)
    page = statistics(qtbot, desk)
    dialog = dialog_of(page)
    retype(dialog.count, "280")
    retype(dialog.contract, "450,000,000")
    QTest.mouseClick(dialog.act_button, Qt.MouseButton.LeftButton)
    (cmd,) = desk.told("set_targets")
    assert (cmd.year, cmd.count, cmd.contract, cmd.technology) == (2026, 280, Decimal("450000000.00"), None)
    assert cmd.basis == "registered"
    assert page.contract.target.text() == "目标 45,000"
    assert page.technology.reached.text() == "未设目标"


@pytest.mark.parametrize("wrong", ["0", "-3", "2.5", "很多"])
def test_a_count_that_is_none_cannot_be_kept(qtbot: QtBot, theme: Theme, wrong: str) -> None:
    page = statistics(qtbot, FakeDesk(HEAD))
    dialog = dialog_of(page)
    dialog.count.setText(wrong)
    assert not dialog.act_button.isEnabled()
    assert "大于零的整数" in dialog.missing.text()


def test_a_clerk_reads_the_targets_and_cannot_change_them(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk(targets=DRAWN))
    dialog = dialog_of(page)
    assert dialog.count.text() == "280"
    assert not dialog.contract.isEnabled()
    assert not dialog.act_button.isEnabled()
    assert "负责人" in dialog.missing.text()


def act_of(page: StatisticsPage, *caps: str) -> Callable[[], None]:
    act = next(key for key in list(page.keys()) if key.caps == caps).act
    assert act is not None
    return act


def test_f9_shows_the_pages_prints_them_and_saves_them(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    printed: list[tuple[str, str]] = []

    def put(pdf: Path, name: str, **_more: Any) -> int:
        printed.append((pdf.read_bytes()[:5].decode(), name))
        return 2

    page = statistics(
        qtbot,
        FakeDesk(targets=DRAWN),
        printers=lambda: ["窗口打印机"],
        put_on_paper=put,
        ask_target=lambda *_a: tmp_path / "s.pdf",
    )
    act_of(page, "F9")()
    preview = page.preview
    assert preview is not None
    assert preview.where.text() == "第 1 页 共 2 页"
    QTest.keyClick(preview, Qt.Key.Key_PageDown)
    assert preview.where.text() == "第 2 页 共 2 页"
    folder = preview._pdf.parent
    QTest.keyClick(preview.print_button, Qt.Key.Key_Return)
    assert printed == [("%PDF-", "窗口打印机")]
    assert not folder.exists()
    act_of(page, "F9")()
    assert page.preview is not None
    QTest.keyClick(page.preview, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF-")


def test_a_printer_that_takes_nothing_leaves_the_preview_open(qtbot: QtBot, theme: Theme) -> None:
    def refuse(*_a: Any, **_k: Any) -> int:
        raise MachineError("打印机没有接收", "请看电源")

    page = statistics(qtbot, FakeDesk(), printers=lambda: ["窗口打印机"], put_on_paper=refuse)
    act_of(page, "F9")()
    preview = page.preview
    assert preview is not None
    QTest.keyClick(preview.print_button, Qt.Key.Key_Return)
    assert preview.isVisible()
    assert "打印机没有接收" in preview.where.text()
    preview.reject()


def test_ctrl_e_exports_with_progress(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk()
    names: list[str] = []

    def target(_page: QWidget, _title: str, name: str, _kinds: str) -> Path:
        names.append(name)
        return tmp_path / name

    page = statistics(qtbot, desk, ask_target=target)
    with qtbot.waitSignal(page.said) as told:
        act_of(page, "Ctrl", "E")()
    assert names == ["澄河县技术合同登记处_统计.xlsx"]
    assert told.args is not None
    assert told.args[0].startswith("统计表已导出：")
    assert desk.told("export_statistics") == [("registered", tmp_path / names[0])]
    assert page.progress.isHidden()


def test_every_button_has_a_name(qtbot: QtBot, theme: Theme) -> None:
    assert nameless_buttons(statistics(qtbot, FakeDesk(targets=DRAWN))) == []
