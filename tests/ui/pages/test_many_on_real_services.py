"""A pasted block and a series over the real services and a real database, inline and in the worker thread."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from later import runner
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import frame, press, write

from desktop.app import OpenDesk
from desktop.jobs import JobRunner
from desktop.services.views import SignedIn
from desktop.ui.pages.case import CasePage
from desktop.ui.theme import Theme

K = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHEN = SignedIn("沈清禾", frozenset({"clerk"}))


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def jobs(request: pytest.FixtureRequest) -> Iterator[JobRunner]:
    with runner(request.param) as made:
        yield made


@pytest.fixture
def desk(office: Any) -> OpenDesk:
    made = OpenDesk.__new__(OpenDesk)
    made._office = office.as_person(SHEN)
    return made


def test_a_block_becomes_drafts_that_the_search_finds(
    qtbot: Any, theme: Theme, desk: OpenDesk, jobs: JobRunner
) -> None:
    page = CasePage(desk, jobs)
    frame(qtbot, page)
    page.open(None)
    step: Any = page.step()
    step.form.bounds["title"].entry.setFocus()
    QGuiApplication.clipboard().setText(
        "项目名称\t合同类别\t合同成交额（万元）\t买方名称\t卖方名称\r\n"
        "苹果预冷工艺\t技术开发\t12\t云坡合作社\t青禾所\r\n"
        "果蜡涂膜配方\t委托开发合同\t4.5\t云坡合作社\t青禾所\r\n"
    )
    press(K.Key_V, CTRL)
    qtbot.waitUntil(lambda: step.paste_dialog is not None)
    dialog = step.paste_dialog
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.safe_button)
    press(K.Key_T, ALT)
    qtbot.waitUntil(lambda: "已收成 2 份草稿" in step.strip_words, timeout=10_000)
    drafts = {row.title: row for row in desk.queue("draft")}
    assert set(drafts) == {"苹果预冷工艺", "果蜡涂膜配方"}
    assert drafts["果蜡涂膜配方"].sub_kind == "DEV-1"
    sheet = desk.contract(drafts["苹果预冷工艺"].id)
    assert (sheet.facts.kind, str(sheet.facts.contract_amount)) == ("DEV", "120000.00")
    assert sheet.origin == "paste"
    assert list(desk.search("果蜡").ids) == [drafts["果蜡涂膜配方"].id]


def test_a_series_becomes_drafts_with_numbers_in_a_row(
    qtbot: Any, theme: Theme, desk: OpenDesk, jobs: JobRunner
) -> None:
    page = CasePage(desk, jobs)
    frame(qtbot, page)
    page.open(None)
    step: Any = page.step()
    buyer = next(b for b in step.form.blocks if b.role == "buyer")
    buyer.bounds["name"].entry.setFocus()
    write("云坡合作社")
    press(K.Key_Return)
    press(K.Key_G, CTRL)
    qtbot.waitUntil(lambda: step.series_dialog is not None)
    dialog = step.series_dialog
    qtbot.waitUntil(dialog.rows.table.hasFocus)
    for title in ("first", "second", "third"):
        press(K.Key_F2)
        write(title)
        press(K.Key_Return)
        for _empty in range(5):
            press(K.Key_Return)
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert desk.draft("series", "new") is not None
    press(K.Key_S, ALT)
    qtbot.waitUntil(lambda: "已收成 3 份草稿" in step.strip_words, timeout=10_000)
    drafts = sorted(desk.queue("draft"), key=lambda row: row.id)
    assert [row.title for row in drafts] == ["first", "second", "third"]
    assert {row.buyer for row in drafts} == {"云坡合作社"}
    numbers = [int(row.local_serial.rpartition("-")[2]) for row in drafts]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert desk.draft("series", "new") is None
