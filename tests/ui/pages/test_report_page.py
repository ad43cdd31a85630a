from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desk import china, found_row, v
from frame import nameless_buttons, sideways
from later import NARROW, Frame, LaterDesk, runner
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, RefusedError
from desktop.jobs import Cancelled
from desktop.ui.pages.report import STATES, ReportPage
from desktop.ui.pages.report_parts import agrees, difference_words
from desktop.ui.theme import Theme

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
WIDE = (1222, 684)
NARROW_PAGE = (855, 440)
Open = Callable[..., tuple[ReportPage, Frame]]
WAITING = ("NOT_SENT", "NOT_SENT", "REJECTED_ABOVE", "PARKED", "EXPORTED", "NOT_SENT")


class Station(LaterDesk):
    """Six contracts in all states, the last one secret; two packages, three months."""

    def report_page(self) -> v.ReportPage:
        self._ask("report_page")
        rows = tuple(
            replace(
                found_row(at), id=at, reporting_state=state, note="区划代码已停用" if at == 3 else "",
                technology_amount=Decimal(at * 100_000), is_secret=at == 6,
            )
            for at, state in enumerate(WAITING, 1)
        )  # fmt: skip
        first = self.batches()[0]
        return v.ReportPage(
            counts={"NOT_SENT": 3, "EXPORTED": 1, "REJECTED_ABOVE": 1, "PARKED": 1, "ACCEPTED_ABOVE": 202},
            sums={"NOT_SENT": Decimal("900000"), "ACCEPTED_ABOVE": Decimal("332874200")},
            rows=rows,
            batches=(first, replace(first, sequence=45, made_at=china(10, 30, 16, 0), waiting=0)),
            reconcile=(
                v.ReconcileRow("2026-09", 29, Decimal("46123800"), 29, Decimal("46123800")),
                v.ReconcileRow("2026-10", 26, Decimal("41055500"), 25, Decimal("40175500")),
            ),
            last_sent_at=china(11, 17, 16, 20),
            next_sequence=47,
        )


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def opened(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Open]:
    with runner(request.param) as jobs:

        def make(desk: LaterDesk | None = None, size: tuple[int, int] = WIDE) -> tuple[ReportPage, Frame]:
            page = ReportPage(desk or Station(), jobs, sticks=lambda: [tmp_path])
            narrow = size == NARROW_PAGE
            frame = Frame(page, NARROW if narrow else size)
            frame.resize(size[0], size[1] + 44)
            qtbot.addWidget(frame)
            page.open()
            qtbot.waitUntil(lambda: page.table.model().rowCount() > 0)
            qtbot.waitUntil(lambda: not page._calls.is_busy)
            return page, frame

        yield make


def shown(page: ReportPage) -> list[int]:
    return [row.id for row in page.rows.rows]


def everything_said(page: ReportPage, frame: Frame) -> str:
    labels = [label.text() for label in page.findChildren(QLabel)]
    return frame.words() + " ".join(labels) + page.strip.words.text() + page.slip.accessibleName()


def test_the_page_is_called_by_its_chinese_name_in_the_help(opened: Open) -> None:
    page, _frame = opened()
    assert page.accessibleName() == "上报"


def test_only_what_is_not_sent_and_not_secret_is_ticked(opened: Open) -> None:
    page, _frame = opened()
    assert [row.id for row in page.ticked()] == [1, 2]
    assert page.checked.text() == "✓ 选中 2 份"


def test_tiles_filter_the_list_and_the_same_tile_again_shows_all(opened: Open) -> None:
    page, frame = opened()
    assert shown(page) == [1, 2, 6]
    page.tiles["NOT_SENT"].setFocus()
    frame.press(Qt.Key.Key_Right)
    frame.press(Qt.Key.Key_Right)
    frame.press(Qt.Key.Key_Return)
    assert shown(page) == [3]
    frame.press(Qt.Key.Key_Return)
    assert shown(page) == [1, 2, 3, 4, 5, 6]


LONG = "区划代码 990517 已停用，现为 990521；卖方所在地与营业执照的住所不一致，请一并核对后重报"


class Wordy(Station):
    """The province gave a long reason, and the clerk a long one of her own."""

    def report_page(self) -> v.ReportPage:
        view = super().report_page()
        said = {"REJECTED_ABOVE": LONG, "PARKED": "等买方补交营业执照的复印件，补齐后再编入上报包"}
        return replace(view, rows=tuple(replace(r, note=said.get(r.reporting_state, "")) for r in view.rows))


@pytest.mark.parametrize("size", [WIDE, NARROW_PAGE])
def test_the_whole_reason_of_a_returned_contract_stands_below_the_list(
    opened: Open, size: tuple[int, int]
) -> None:
    page, frame = opened(Wordy(), size)
    assert not page.returned.isVisible()
    page.show_state("")
    page.table.setFocus()
    frame.press(Qt.Key.Key_Down)
    frame.press(Qt.Key.Key_Down)
    words = page.returned.words
    assert page.returned.isVisible()
    assert words.text().startswith("上级退回：" + LONG)
    assert "“变更”改好" in words.text(), "and what to do about it"
    QApplication.processEvents()
    assert words.height() >= words.heightForWidth(words.width()), "all of its lines are drawn"
    assert page.returned.geometry().bottom() <= page.table.window().height()
    frame.press(Qt.Key.Key_Down)
    assert not page.returned.isVisible()
    assert "等买方补交营业执照的复印件" in page.parked.words.text()
    assert page.parked.isVisible()
    frame.press(Qt.Key.Key_Down)
    assert not page.parked.isVisible()
    page.show_state("REJECTED_ABOVE")
    assert page.returned.isVisible()


def test_an_old_trouble_is_gone_when_the_page_is_opened_again_unless_nobody_saw_it(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = Station()
    desk.refusals["receive"] = RefusedError("不是完整的回执", "请重新拷贝")
    page, frame = opened(desk)
    page.ask_file = lambda: tmp_path / "坏的.zip"
    frame.press(Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(page.trouble.isVisible)
    page.hide()
    page.show()
    page.open()
    assert not page.trouble.isVisible()
    page.hide()
    page._refused(RefusedError("U 盘写满了", "换一个 U 盘再存"))
    page.show()
    page.open()
    assert page.trouble.isVisible(), "written on while somebody was on another page"
    page.open()
    assert not page.trouble.isVisible()


def test_the_tiles_grow_with_the_text(opened: Open, theme: Theme) -> None:
    page, _frame = opened()
    before = {tile.height() for tile in page.tiles.values()}, page.side_pages.width()
    theme.choose_large(True)
    try:
        QApplication.processEvents()
        assert {tile.height() for tile in page.tiles.values()} == {round(h * 16 / 12) for h in before[0]}
        assert page.side_pages.width() == round(before[1] * 16 / 12)
    finally:
        theme.choose_large(False)


def test_the_tile_of_accepted_ones_goes_to_the_search(opened: Open) -> None:
    page, frame = opened()
    page.tiles["ACCEPTED_ABOVE"].click()
    assert frame.wanted == [("search", {"reporting": ["ACCEPTED_ABOVE"]})]


def test_space_ticks_ctrl_a_ticks_all_and_none_and_enter_opens(opened: Open) -> None:
    page, frame = opened()
    page.table.setFocus()
    frame.press(Qt.Key.Key_Space)
    assert [row.id for row in page.ticked()] == [2]
    frame.press(Qt.Key.Key_A, CTRL)
    assert [row.id for row in page.ticked()] == [1, 2]
    frame.press(Qt.Key.Key_A, CTRL)
    assert page.ticked() == []
    assert "没有选中" in page.primary().why_not
    page.table.select_row(2)
    page.table.setFocus()
    frame.press(Qt.Key.Key_Space)
    assert page.ticked() == [], "a secret contract goes into no package"
    assert "涉密合同不编入" in frame.words()
    frame.press(Qt.Key.Key_Return)
    assert frame.wanted[-1] == ("case", 6)


def test_f12_writes_what_is_ticked_and_never_calls_it_done(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = Station()
    page, frame = opened(desk)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(page.strip.isVisible)
    cmd = desk.told("create_batch")[0]
    assert (cmd.folder, cmd.contract_ids) == (tmp_path, (1, 2))
    assert "已导出待回执" in page.strip.words.text()
    qtbot.waitUntil(lambda: not page._calls.is_busy)
    words = everything_said(page, frame)
    assert "完成" not in words
    assert "成功" not in words
    assert "K7Q4-M2XW" not in page.strip.words.text()
    assert page._made is not None
    assert page.slip._slip is not None
    assert page.slip._slip.check_code == "K7Q4-M2XW"


def test_without_a_stick_f12_asks_for_a_folder_and_remembers_it(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = Station()
    page, frame = opened(desk)
    page._folder = None
    page.ask_folder = lambda: None
    frame.press(Qt.Key.Key_F12)
    assert desk.told("create_batch") == []
    page.ask_folder = lambda: tmp_path
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: bool(desk.told("create_batch")))
    assert desk.kept["report", "folder"][1] == str(tmp_path)


def test_a_full_stick_is_said_and_the_same_request_can_be_tried_again(opened: Open, qtbot: QtBot) -> None:
    desk = Station()
    desk.refusals["create_batch"] = MachineError("U 盘写满了", "包还在本机，换一个 U 盘再存")
    page, frame = opened(desk)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(page.trouble.isVisible)
    assert "换一个 U 盘" in page.trouble.words.text()
    assert page.send_button.isEnabled()
    assert not page.progress.isVisible()
    del desk.refusals["create_batch"]
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(page.strip.isVisible)
    first, second = desk.told("create_batch")
    assert first.request_id == second.request_id


def test_stopping_says_that_nothing_was_written(opened: Open, qtbot: QtBot) -> None:
    desk = Station()
    page, frame = opened(desk)

    def cancelled_create(cmd: Any, progress: Any = None) -> Any:
        desk._ask("create_batch", cmd)
        raise Cancelled

    desk.create_batch = cancelled_create  # type: ignore[method-assign]
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "已停下" in frame.words())
    assert "仍是“未导出”" in frame.words()
    assert not page.strip.isVisible()
    qtbot.waitUntil(lambda: page.primary().enabled)


def test_ctrl_r_reads_a_receipt_and_lists_rejected_and_recalled(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = Station()
    answer = v.ReceiveReport(
        "receipt",
        "第 46 包的回执",
        was_applied_before=False,
        accepted=8,
        rejected=(("2026990321000231", "区划代码 990324 已停用"),),
        recalled=("2026990321000231 第1版第2联",),
    )
    desk.receive = lambda cmd, _progress=None: (desk._ask("receive", cmd), answer)[1]  # type: ignore[method-assign]
    page, frame = opened(desk)
    page.ask_file = lambda: tmp_path / "回执.zip"
    frame.press(Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: page.side_pages.currentIndex() == 1)
    words = " ".join(label.text() for label in page.result_card.findChildren(QLabel))
    assert "上级已接收 8 份，退回 1 份" in words
    assert "区划代码 990324 已停用" in words
    assert "请收回" in words
    qtbot.waitUntil(lambda: len(desk.told("report_page")) == 2)
    page.back_button.click()
    assert page.side_pages.currentIndex() == 0


def test_a_file_that_is_refused_changes_nothing_and_is_named(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = Station()
    desk.refusals["receive"] = RefusedError("回执对应的上报包不是本机发出的", "请核对", code="R02")
    page, frame = opened(desk)
    page.ask_file = lambda: tmp_path / "别人的.zip"
    frame.press(Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(page.trouble.isVisible)
    assert "R02" in page.trouble.words.text()
    assert page.side_pages.currentIndex() == 0


def test_months_that_do_not_meet_are_marked_and_open_their_contracts(opened: Open) -> None:
    page, frame = opened()
    assert page.differ_tag.text == "不符 1 个月"
    good, bad = page.reconcile.rows
    assert agrees(good)
    assert difference_words(bad) == "差 1 份，88.00 万元"
    assert page.reconcile.totals()[5] == "差 1 份，88.00 万元"
    page.reconcile_table.select_row(1)
    page.reconcile_table.setFocus()
    frame.press(Qt.Key.Key_Return)
    assert all(row.registered_on and row.registered_on.month == 10 for row in page.rows.rows)


def test_earlier_packages_are_listed_and_sent_again(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    desk = Station()
    page, frame = opened(desk)
    page.batches_tool.click()
    assert page.lists.currentIndex() == 1
    page.batch_table.select_row(1)
    page.batch_table.setFocus()
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.told("resend_batch") == [(45, tmp_path)])
    qtbot.waitUntil(lambda: "状态不变" in frame.words())
    frame.press(Qt.Key.Key_Escape)
    assert page.lists.currentIndex() == 0


def test_packages_since_a_day_are_sent_again(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    desk = Station()
    page, frame = opened(desk)
    page.resend_tool.click()
    dialog: Any = page.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.waitUntil(dialog.first_focus().hasFocus)
    dialog.day.setText("2026-11-01")
    assert [b.sequence for b in dialog.chosen()] == [46]
    dialog.day.setText("2026-10-01")
    dialog.act_button.setFocus()
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.told("resend_batch") == [(45, tmp_path), (46, tmp_path)])


def test_without_the_service_sending_again_is_disabled(qtbot: QtBot, theme: Theme) -> None:
    from desk import FakeDesk

    with runner(True) as jobs:
        page = ReportPage(FakeDesk(), jobs, sticks=list)
        frame = Frame(page, WIDE)
        qtbot.addWidget(frame)
        page.open()
        assert not page.again_button.isEnabled()
        assert not page.resend_tool.isEnabled()


def test_parking_asks_for_a_reason(opened: Open, qtbot: QtBot) -> None:
    desk = Station()
    page, frame = opened(desk)
    page.table.setFocus()
    frame.press(Qt.Key.Key_P, ALT)
    dialog: Any = page.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.waitUntil(dialog.first_focus().hasFocus)
    assert not dialog.act_button.isEnabled()
    dialog.reason.setText("涉密，走专线")
    dialog.act_button.click()
    qtbot.waitUntil(lambda: bool(desk.told("park")))
    assert (desk.told("park")[0].contract_id, desk.told("park")[0].reason) == (1, "涉密，走专线")


def test_the_network_button_is_disabled_with_its_reason(opened: Open) -> None:
    page, _frame = opened()
    assert not page.network_button.isEnabled()
    assert "没有设置上级的服务器" in page.network_button.accessibleDescription()


def test_the_page_says_how_long_it_has_been_offline_without_alarm(opened: Open) -> None:
    page, _frame = opened()
    assert page.offline.text() == "离线 3 天，不影响办理"
    assert page.head.position.text() == "上次上报 2026-11-17 16:20，第 46 包"
    assert list(page.tiles) == list(STATES)


@pytest.mark.parametrize("size", [WIDE, NARROW_PAGE])
def test_nothing_scrolls_sideways_and_every_button_has_a_name(opened: Open, size: tuple[int, int]) -> None:
    page, frame = opened(size=size)
    assert sideways(frame) == []
    assert (page.width(), page.height()) == size
    assert nameless_buttons(frame) == []
    assert frame.bar.button.isVisible()


def test_narrow_the_package_opens_with_f8(opened: Open) -> None:
    page, frame = opened(size=NARROW_PAGE)
    assert not page.side_pages.isVisible()
    frame.press(Qt.Key.Key_F8)
    assert page.side_pages.isVisible()
    assert QApplication.focusWidget() is page.send_button
    frame.press(Qt.Key.Key_Escape)
    assert not page.side_pages.isVisible()
