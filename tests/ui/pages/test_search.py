from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from desk import FakeDesk, found_row
from frame import bring_up, nameless_buttons, sideways
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError
from desktop.jobs import JobRunner
from desktop.services.views import ContractRow
from desktop.ui.pages.search import NOT_DRAFT, SearchPage
from desktop.ui.tables.columns import FOUND, FOUND_TWO_LINES
from desktop.ui.tables.contracts import ContractTable
from desktop.ui.tables.hits import spans
from desktop.ui.theme import Theme
from desktop.ui.widgets.table import Role


def search(qtbot: QtBot, desk: FakeDesk, argument: object = None, width: int = 1222) -> SearchPage:
    page = SearchPage(desk, JobRunner(inline=True))
    qtbot.addWidget(page)
    page.resize(width, 640)
    page.set_narrow(width < 1100)
    bring_up(page)
    page.open(argument)
    QApplication.processEvents()
    return page


# the words found


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("丘陵茶园自走式采摘机", "采摘", ((7, 9),)),
        ("采摘机采摘", "采摘 机", ((0, 3), (3, 5))),
        ("视觉识别", "采摘", ()),
        ("茶园采摘与摘机", "采摘机", ((2, 4), (5, 7))),
        ("Alpha 型", "ALPHA", ((0, 5),)),
        ("", "采摘", ()),
        ("采摘", "  ", ()),
    ],
)
def test_what_was_searched_for_is_marked(
    text: str, words: str, expected: tuple[tuple[int, int], ...]
) -> None:
    joined = tuple((s, e) for s, e in spans(text, words))
    if words == "采摘 机":
        assert "".join(text[s:e] for s, e in joined) == text
    else:
        assert joined == expected


def test_pinyin_initials_mark_characters_of_parties_only() -> None:
    assert spans("岚州启衡自动化技术有限公司", "qh", initials_too=True) == ((2, 4),)
    assert spans("岚州启衡自动化技术有限公司", "qh") == ()


# the table


def fetcher(log: list[list[int]]) -> Any:
    def fetch(ids: Sequence[int]) -> dict[int, ContractRow]:
        log.append(list(ids))
        return {key: found_row(key) for key in ids if key != 13}

    return fetch


def test_a_million_rows_are_fetched_a_page_at_a_time_and_few_are_kept(qtbot: QtBot) -> None:
    log: list[list[int]] = []
    model = ContractTable(FOUND, fetcher(log))
    model.show_ids(array("q", range(1_000_000, 0, -1)))
    assert model.rowCount() == 1_000_000
    assert model.index(900_000, 0).data() == "…"
    assert model.index(900_001, 2).data() == "…"
    with qtbot.waitSignal(model.loaded):
        pass
    assert log == [list(range(100_000, 100_000 - model.PAGE, -1))]
    assert model.index(900_000, 2).data() == found_row(100_000).seller
    for number in range(model.KEEP + 10):
        model.index(number * model.PAGE, 0).data()
        model.load()
    assert model.kept() == model.KEEP


def test_a_contract_deleted_meanwhile_is_a_dash(qtbot: QtBot) -> None:
    model = ContractTable(FOUND, fetcher([]))
    model.show_ids(array("q", [12, 13]))
    model.index(0, 0).data()
    model.load()
    assert model.index(1, 1).data() == "—"
    assert model.index(0, 1).data() == found_row(12).title


def test_a_failed_fetch_is_told_once_and_not_tried_at_every_paint(qtbot: QtBot) -> None:
    tries: list[int] = []

    def refuse(ids: Sequence[int]) -> dict[int, ContractRow]:
        tries.append(len(ids))
        raise MachineError("数据库读不出来", "请做自检")

    model = ContractTable(FOUND, refuse)
    model.show_ids(array("q", [1, 2, 3]))
    model.index(0, 0).data()
    with qtbot.waitSignal(model.failed):
        model.load()
    assert model.index(0, 0).data() == "…"
    model.load()
    assert tries == [3]


def test_a_row_without_a_number_shows_the_serial() -> None:
    plain = replace(found_row(1), official_number="", registered_on=None)
    assert FOUND[0].cell(plain, "")[0] == "澄受 2026-0312"
    assert FOUND[0].cell(found_row(1), "")[0] == "2026 9903 2100 0247"


# the page


def test_typing_waits_for_a_pause_and_asks_once(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = search(qtbot, desk)
    before = len(desk.told("search"))
    QTest.keyClicks(page.box, "qhz")
    assert len(desk.told("search")) == before
    qtbot.waitUntil(lambda: len(desk.told("search")) == before + 1)
    assert desk.told("search")[-1] == ("qhz", {})
    assert page.found_count.text() == "1,906 份"
    assert page.model.words == "qhz"


def test_an_answer_to_an_older_question_is_thrown_away(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = SearchPage(desk, JobRunner())
    qtbot.addWidget(page)
    page.open("没有这个")
    page.box.setText("采摘")
    page.search()
    qtbot.waitUntil(lambda: len(desk.told("search")) >= 3)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1906)
    qtbot.wait(50)
    assert page.model.rowCount() == 1906


def test_totals_follow_the_result_and_the_selection(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk())
    assert page.card.totals is not None
    assert page.card.totals.accessibleName() == (
        "合计 1,906 份，所选 1 份，986,412,350.00，技术 812,077,640.50"
    )
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert "所选 2 份" in page.card.totals.accessibleName()


class Adding(FakeDesk):
    """The sums are told by the contracts that are to be added."""

    def search_sums(self, ids: Sequence[int]) -> tuple[Decimal, Decimal]:
        super().search_sums(ids)
        return Decimal(sum(ids)), Decimal(len(ids))


def test_the_sums_below_are_those_of_the_rows_chosen(qtbot: QtBot, theme: Theme) -> None:
    desk = Adding()
    page = search(qtbot, desk)
    totals = page.card.totals
    assert totals is not None
    qtbot.waitUntil(lambda: "…" not in totals.accessibleName())
    everything = totals.accessibleName()
    assert everything.startswith("合计 1,906 份")
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert totals.accessibleName().startswith("所选 2 份")
    assert totals.accessibleName().endswith("…，技术 …"), "never the sums of all beside the word 所选"
    expected = f"{sum(page.export_ids()):,}.00，技术 2.00"
    qtbot.waitUntil(lambda: totals.accessibleName().endswith(expected))
    assert "共查到 1,906 份" in totals.accessibleName()
    told = len(desk.told("search_sums"))
    for _time in range(5):
        QTest.keyClick(page.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: totals.accessibleName().endswith("技术 7.00"))
    assert desk.told("search_sums")[told:] == [7], "asked for once the choice stays"
    QTest.keyClick(page.view, Qt.Key.Key_Down)
    assert totals.accessibleName() == everything
    QTest.keyClick(page.view, Qt.Key.Key_Space)
    assert totals.accessibleName().startswith("所选 1 份")
    qtbot.waitUntil(lambda: totals.accessibleName().endswith("技术 1.00"))


def test_enter_goes_to_the_list_and_enter_opens(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk())
    QTest.keyClick(page.box, Qt.Key.Key_Return)
    qtbot.waitUntil(page.view.hasFocus)
    QTest.keyClick(page.view, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.wants) as told:
        QTest.keyClick(page.view, Qt.Key.Key_Return)
    assert told.args == ["case", 2]


def test_the_number_is_copied_without_blanks(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk())
    page.view.setFocus()
    QApplication.processEvents()
    QTest.keyClick(page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "2026990321000247"


def test_the_drawer_shows_the_history_after_a_pause(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk())
    qtbot.waitUntil(lambda: bool(page.drawer.timeline.items))
    assert page.drawer.number.text() == "2026 9903 2100 0247"
    assert page.drawer.count.text() == "11 条，链条完整"
    assert page.drawer.whole.isVisible()
    assert len(page.drawer.timeline.items) == 6
    page.drawer.all_button.click()
    assert len(page.drawer.timeline.items) == 11


def test_without_a_hit_the_drawer_shows_nothing_of_the_contract_before(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = search(qtbot, desk)
    qtbot.waitUntil(lambda: bool(page.drawer.timeline.items))
    full = desk.search
    desk.search = lambda *_a, **_k: replace(full(""), ids=array("q"), total=0)  # type: ignore[method-assign]
    page.box.setText("zzqx")
    page.search()
    QApplication.processEvents()
    parts = (page.drawer.title, page.drawer.pairs, page.drawer.state, page.drawer.reporting)
    assert page.drawer.nothing.isVisible()
    assert page.drawer.number.text() == ""
    assert not any(part.isVisible() for part in (*parts, page.drawer.history_head, page.drawer.open_button))
    assert not page.drawer.timeline.items
    desk.search = full  # type: ignore[method-assign]
    page.box.setText("")
    page.search()
    qtbot.waitUntil(lambda: bool(page.drawer.timeline.items))
    assert all(part.isVisible() for part in (*parts, page.drawer.history_head, page.drawer.open_button))
    assert not page.drawer.nothing.isVisible()


def test_on_an_empty_station_the_drawer_says_so_in_one_line(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    full = desk.search
    desk.search = lambda *_a, **_k: replace(full(""), ids=array("q"), total=0)  # type: ignore[method-assign]
    page = search(qtbot, desk)
    assert page.drawer.nothing.isVisible()
    assert not page.drawer.state.isVisible()
    assert not page.drawer.broken.isVisible()


def test_escape_closes_the_drawer_and_the_rows_get_one_line(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk())
    assert page.model.columns is FOUND_TWO_LINES
    escape = next(key for key in list(page.keys()) if key.caps == ("Esc",))
    assert escape.word == "关详情"
    assert escape.act is not None
    escape.act()
    assert not page.drawer.isVisible()
    assert page.model.columns is FOUND
    assert next(key for key in list(page.keys()) if key.caps == ("Esc",)).act is None


def test_conditions_are_handed_on_and_taken_away(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = search(qtbot, desk)
    page.press_chip("kind")
    popup = page.popups["kind"]
    assert popup.isVisible()
    popup.boxes["DEV"].click()
    popup.boxes["LIC"].click()
    qtbot.waitUntil(lambda: desk.told("search")[-1] == ("", {"kind": ["DEV", "LIC"]}))
    assert page.chips["kind"].text() == "类别 开发、许可"
    QTest.keyClick(popup.boxes["DEV"], Qt.Key.Key_Escape)
    assert not popup.isVisible()
    page.press_chip("drafts")
    assert desk.told("search")[-1][1] == {"kind": ["DEV", "LIC"], "state": list(NOT_DRAFT)}
    page.press_chip("kind")
    assert desk.told("search")[-1][1] == {"state": list(NOT_DRAFT)}


def test_no_hit_offers_to_drop_the_conditions(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = search(qtbot, desk, {"state": ["DRAFT"], "text": "没有这个"})
    assert desk.told("search")[0] == ("没有这个", {"state": ["DRAFT"]})
    assert page.empty_holder.isVisible()
    page.drop_filters()
    assert desk.told("search")[-1] == ("没有这个", {})


def test_a_month_of_the_statistics_is_shown_as_a_condition(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk(), {"month": ["202609"]})
    assert page.chips["year"].text() == "登记月 2026-09"
    page.press_chip("year")
    assert page.filters() == {}


def test_initials_are_promised_of_parties_alone(qtbot: QtBot, theme: Theme) -> None:
    hint = search(qtbot, FakeDesk()).box.placeholderText().split("、")
    assert "单位拼音首字母" in hint
    assert "拼音首字母" not in hint, "a project is not found by its initials"


def test_a_refused_search_is_said(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk(refusals={"search": MachineError("数据库读不出来", "请做自检")})
    page = SearchPage(desk, JobRunner(inline=True))
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.said) as told:
        page.open("采摘")
    assert told.args == ["数据库读不出来。请做自检", "err", True]


def test_a_narrow_window_folds_the_drawer_and_scrolls_nothing_sideways(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk(), width=855)
    assert not page.drawer.isVisible()
    assert sideways(page) == []
    page.toggle_drawer()
    assert page.drawer.isVisible()
    assert not page.card.isVisible()


def test_every_button_has_a_name(qtbot: QtBot, theme: Theme) -> None:
    assert nameless_buttons(search(qtbot, FakeDesk())) == []


def test_hits_reach_the_delegate(qtbot: QtBot, theme: Theme) -> None:
    page = search(qtbot, FakeDesk(), "采摘")
    page.model.load()
    assert page.model.index(0, 1).data(Role.HITS) == ((7, 9),)
