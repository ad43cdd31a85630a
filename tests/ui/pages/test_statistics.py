from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from desk import FakeDesk
from frame import bring_up, nameless_buttons
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.errors import RefusedError
from desktop.jobs import JobRunner
from desktop.ui.pages.charts import step_of
from desktop.ui.pages.statistics import StatisticsPage, change_words, span_of
from desktop.ui.theme import Theme

TODAY = date(2026, 11, 20)


def statistics(qtbot: QtBot, desk: FakeDesk) -> StatisticsPage:
    page = StatisticsPage(desk, JobRunner(inline=True))
    qtbot.addWidget(page)
    page.resize(1222, 640)
    bring_up(page)
    page.open()
    return page


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
    ],
)
def test_the_change_is_exact_and_a_dash_without_a_year_before(now: str, before: str, words: str) -> None:
    assert change_words(Decimal(now), Decimal(before)) == words


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
    assert (date(2026, 1, 1), TODAY, "kind") in desk.told("figures")
    assert (date(2025, 1, 1), date(2025, 11, 20), "kind") in desk.told("figures")
    assert page.kind_card.totals is not None
    assert page.kind_card.totals.accessibleName() == "合计，246，38,642.17，31,508.60，100.0%"
    model = page.kind_table.model()
    assert [model.index(n, 0).data() for n in range(5)] == [
        "技术开发",
        "技术转让",
        "技术许可",
        "技术咨询",
        "技术服务",
    ]
    assert model.index(0, 4).data() == "47.7%"


def test_months_that_have_not_come_have_no_bar_of_this_year(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    assert page.months.items[11].accessibleName() == "12月，今年 还没有到，上年 4,160.00 万元"
    assert page.months.items[5].accessibleName() == "6月，今年 5,217.00 万元，上年 4,490.00 万元"


def test_enter_on_a_month_or_a_kind_lists_its_contracts(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    asked: list[tuple[str, object]] = []
    page.wants.connect(lambda code, argument: asked.append((code, argument)))
    QTest.keyClick(page.months.items[0], Qt.Key.Key_Right)
    QTest.keyClick(page.months.items[1], Qt.Key.Key_Return)
    page.kind_table.select_row(4)
    QTest.keyClick(page.kind_table, Qt.Key.Key_Return)
    assert asked == [("search", {"month": ["202602"]}), ("search", {"kind": ["SVC"], "year": ["2026"]})]


def test_a_quarter_lists_its_three_months(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    next(key for key in list(page.keys()) if key.caps == ("Alt", "2")).act()  # type: ignore[misc]
    primary = page.primary()
    assert primary is not None
    with qtbot.waitSignal(page.wants) as told:
        primary.act()
    assert told.args == ["search", {"month": ["202610", "202611", "202612"]}]


def test_an_empty_year_says_so(qtbot: QtBot, theme: Theme) -> None:
    page = statistics(qtbot, FakeDesk())
    page.year.setCurrentIndex(5)
    assert page.empty.isVisible()
    assert page.count.figure.text() == "0"
    assert page.count.change.text() == "同比 —"


def test_a_refusal_is_said(qtbot: QtBot, theme: Theme) -> None:
    page = StatisticsPage(
        FakeDesk(refusals={"figures": RefusedError("止日早于起日", "请核对")}), JobRunner(inline=True)
    )
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.said) as told:
        page.open()
    assert told.args == ["止日早于起日。请核对", "err", True]


def test_every_button_has_a_name(qtbot: QtBot, theme: Theme) -> None:
    assert nameless_buttons(statistics(qtbot, FakeDesk())) == []
