"""A scanned contract stands beside its questions and beside the values that are reviewed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes_case import CaseDesk
from later import Frame, runner, to_review
from PIL import Image, ImageDraw
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.services.views import TextPassage
from desktop.ui.pages.recognition import RecognitionStep
from desktop.ui.pages.review import ReviewStep, spellings
from desktop.ui.pages.scans import ScanPane
from desktop.ui.theme import Theme

Open = Callable[[Any], ScanPane]


def sheets(colours: tuple[str, ...]) -> bytes:
    """A scan of as many pages as colours: A4 at 60 dpi, a bar of the colour on each."""
    pages = []
    for colour in colours:
        page = Image.new("RGB", (496, 702), "white")
        ImageDraw.Draw(page).rectangle((40, 60, 456, 200), fill=colour)
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=60)
    return out.getvalue()


def picture(colour: str, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 1100), colour).save(out, kind)
    return out.getvalue()


def colour_of(pane: ScanPane) -> tuple[int, int, int]:
    """Of the bar on the page shown."""
    shown = pane.sheet.picture
    pixel = shown.pixelColor(shown.width() // 2, shown.height() * 130 // 702)
    return pixel.red() // 100, pixel.green() // 100, pixel.blue() // 100


RED, GREEN, BLUE = (2, 0, 0), (0, 1, 0), (0, 0, 2)


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def jobs(request: pytest.FixtureRequest) -> Iterator[JobRunner]:
    with runner(request.param) as made:
        yield made


@pytest.fixture
def pane(jobs: JobRunner, qtbot: QtBot, theme: Theme) -> Open:
    def make(desk: Any) -> ScanPane:
        shown = ScanPane(desk, jobs)
        qtbot.addWidget(shown)
        shown.resize(560, 500)
        shown.show()
        shown.activateWindow()
        assert QTest.qWaitForWindowActive(shown, 3000)
        shown.show_contract(7)
        return shown

    return make


def test_pages_of_all_papers_are_turned_by_keys(pane: Open, qtbot: QtBot) -> None:
    desk = CaseDesk()
    desk.scans = [("合同.pdf", sheets(("red", "green"))), ("补充协议.png", picture("blue"))]
    shown = pane(desk)
    qtbot.waitUntil(lambda: not shown.sheet.picture.isNull())
    assert shown.pages == 3
    assert "第 1 页 / 共 3 页" in shown.accessibleName()
    assert colour_of(shown) == RED
    shown.setFocus()
    for key, colour, page in (
        (Qt.Key.Key_Right, GREEN, 1),
        (Qt.Key.Key_Right, BLUE, 2),
        (Qt.Key.Key_Right, BLUE, 2),
        (Qt.Key.Key_Left, GREEN, 1),
        (Qt.Key.Key_Home, RED, 0),
        (Qt.Key.Key_End, BLUE, 2),
    ):
        QTest.keyClick(shown, key)
        qtbot.waitUntil(lambda c=colour, p=page: shown.page == p and colour_of(shown) == c)


def test_a_larger_page_is_drawn_anew_not_stretched(pane: Open, qtbot: QtBot) -> None:
    desk = CaseDesk()
    desk.scans = [("合同.pdf", sheets(("red",)))]
    shown = pane(desk)
    qtbot.waitUntil(lambda: not shown.sheet.picture.isNull())
    narrow = shown.sheet.picture.width()
    assert not shown.scroller.horizontalScrollBar().isVisible(), "at first the page is as wide as its pane"
    shown.setFocus()
    QTest.keyClick(shown, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: shown.sheet.picture.width() > narrow * 1.4)
    bar = shown.scroller.verticalScrollBar()
    assert bar.maximum() > 0
    QTest.keyClick(shown, Qt.Key.Key_Space)
    assert bar.value() > 0


def test_a_page_of_any_size_is_drawn_within_bounds(pane: Open, qtbot: QtBot) -> None:
    desk = CaseDesk()
    tall = Image.new("RGB", (10, 14000), "red")
    out = io.BytesIO()
    tall.save(out, "PDF", resolution=1)
    desk.scans = [("长卷.pdf", out.getvalue())]
    shown = pane(desk)
    qtbot.waitUntil(lambda: not shown.sheet.picture.isNull())
    assert shown.sheet.picture.height() <= 6000


def test_a_damaged_paper_is_named_and_the_others_are_shown(pane: Open, qtbot: QtBot) -> None:
    desk = CaseDesk()
    desk.scans = [("坏的.pdf", b"%PDF-1.4 cut"), ("合同.pdf", sheets(("green",)))]
    told: list[str] = []
    shown = pane(desk)
    shown.trouble.connect(told.append)
    shown.show_contract(7)
    qtbot.waitUntil(lambda: bool(told) and not shown.sheet.picture.isNull())
    assert told[-1].startswith("附件“坏的.pdf”看不了")
    assert colour_of(shown) == GREEN


def test_the_scan_takes_the_place_of_the_text_at_the_questions(
    jobs: JobRunner, qtbot: QtBot, theme: Theme
) -> None:
    desk = CaseDesk(state="ACCEPTED")
    desk.scans = [("合同.pdf", sheets(("red",)))]
    page = RecognitionStep(desk, jobs)
    frame = Frame(page)
    qtbot.addWidget(frame)
    page.show_sheet(desk.sheet())
    page.open()
    qtbot.waitUntil(lambda: page.scan.isVisible() and not page.scan.sheet.picture.isNull())
    assert not page.view.isVisible()
    assert not page.no_text.isVisible()
    QGuiApplication.clipboard().clear()  # whatever an earlier test copied
    page.paste_tool.click()
    assert page.scan.isVisible(), "an empty clipboard takes nothing away"


def test_the_reviewer_sees_the_text_with_the_value_marked(
    jobs: JobRunner, qtbot: QtBot, theme: Theme
) -> None:
    desk = to_review()
    desk.text = (
        TextPassage("第九条　期限", is_heading=True),
        TextPassage("9.1 本合同有效期自2026年11月1日起，至2027年10月31日止。"),
        TextPassage("7.1 合同总价为人民币壹佰贰拾捌万元整。"),
    )
    page = ReviewStep(desk, jobs)
    frame = Frame(page)
    qtbot.addWidget(frame)
    page.show_sheet(desk.sheet())
    page.open()
    qtbot.waitUntil(lambda: "第九条" in page.reading.text)
    page._reach("term")
    (mark,) = page.reading.evidence
    assert page.reading.text[mark.start : mark.end] == "2026年11月1日"
    page._reach("contract_amount")
    (mark,) = page.reading.evidence
    assert page.reading.text[mark.start : mark.end] == "壹佰贰拾捌万元整"


def test_the_reviewer_sees_the_scan_where_there_is_no_text(
    jobs: JobRunner, qtbot: QtBot, theme: Theme
) -> None:
    desk = to_review()
    desk.scans = [("合同.pdf", sheets(("red", "green")))]
    page = ReviewStep(desk, jobs)
    frame = Frame(page)
    qtbot.addWidget(frame)
    page.show_sheet(desk.sheet())
    page.open()
    qtbot.waitUntil(lambda: page.scan.isVisible() and not page.scan.sheet.picture.isNull())
    assert not page.reading.isVisible()
    frame.press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(page.scan.hasFocus)
    frame.press(Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: colour_of(page.scan) == GREEN)
    page.show_sheet(replace(desk.sheet()))
    assert page.scan.isVisible(), "the same contract keeps its page"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-11-01 至 2027-10-31", "2026年11月1日"),
        ("1,280,000.00 元", "壹佰贰拾捌万元整"),
        ("1,280,000.00 元", "128万元"),
        ("1,280,000.00 元", "1280000"),
        ("岚州启衡自动化技术有限公司", "岚州启衡自动化技术有限公司"),
    ],
)
def test_a_value_is_looked_for_as_contracts_write_it(value: str, written: str) -> None:
    assert written in spellings(value)
