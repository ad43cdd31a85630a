"""A contract from an empty form to the printed certificate: real window, real station, the keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from desktop.app import page_makers, sign_in
from desktop.certificates.preview import pdf_text
from desktop.demo import Account, Day, open_the_station
from desktop.jobs import JobRunner
from desktop.resources import resource
from desktop.security import slots
from desktop.settings import read_station_file
from desktop.ui.launch import make_window
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.window import Doors, MainWindow

K = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
TITLE = "丘陵茶园自走式采摘机视觉识别与仿形控制系统研制"

PAPER = {
    "项目名称": TITLE,
    "类别": "DEV-1",
    "有效期限 起–止": "20261101",
    "有效期限止": "20271231",
    "签订日期": "1026",
    "买方名称": "澄河丰禾农业机械有限公司",
    "买方信用代码": "91990321MA5NY83T0T",
    "买方行政区划": "990321",
    "买方单位性质": "150",
    "卖方名称": "岚州启衡自动化技术有限公司",
    "卖方信用代码": "91990321MA0QH7K26R",
    "卖方行政区划": "990321",
    "卖方单位性质": "150",
    "合同成交额": "128万",
    "支付方式": "2",
    "技术领域": "03",
    "知识产权": "1",
    "计划类别": "9",
    "社会经济目标": "09",
    "国民经济行业": "A",
    "是否涉密": "否",
    "主要内容": "研制丘陵茶园自走式采摘机的视觉识别与仿形控制系统，交付样机一台。",
}
"""What the paper form says, by the name a screen reader reads for the field."""


class Keyboard:
    """Ten fingers on the real window: keys go to whatever has the focus, nothing else is touched."""

    def __init__(self, qtbot: Any, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window
        self.count = 0

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = QApplication.focusWidget() or QApplication.activeWindow() or self.window
        QTest.keyClick(target, key, modifiers)
        self.count += 1
        self.rest()

    def write(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        if text.isascii():
            QTest.keyClicks(target, text)
        else:  # as an input method commits it
            event = QInputMethodEvent("", [])
            event.setCommitString(text)
            QApplication.sendEvent(target, event)
        self.count += len(text)
        self.rest()

    def rest(self) -> None:
        """Until no work is under way."""
        QApplication.processEvents()
        self.qtbot.waitUntil(lambda: not self.window._jobs.is_busy, timeout=20_000)
        QApplication.processEvents()

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=20_000)


def reading() -> str:
    """What a screen reader says of the focused widget."""
    widget = QApplication.focusWidget()
    return widget.accessibleName() if widget is not None else ""


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    day = Day(tmp_path, Account(None))
    open_the_station(day)
    day.desk.close()
    return day.station


@pytest.fixture
def window(qtbot: Any, theme: Theme, station: Path) -> Iterator[MainWindow]:
    jobs = JobRunner()
    made = make_window(
        read_station_file(station),
        Doors(
            lambda name, password: sign_in(station, name, password),
            lambda: slots.read_people(station / "people.json"),
            lambda _desk, _pin: None,
        ),
        page_makers(),
        theme=theme,
        jobs=jobs,
        remembered=Remembered.load(station),
        version="test",
    )
    qtbot.addWidget(made)
    made._ask = lambda *_given, **_more: True  # a failing test must not wait for an answer
    ring = FocusRing(QApplication.instance())  # type: ignore[arg-type]
    with qtbot.waitActive(made):
        made.resize(1366, 768)
        made.show()
        made.activateWindow()
    made.sign_in.take_focus()
    yield made
    jobs.shut_down()
    if made.desk is not None:
        made.desk.close()
    if shiboken6.isValid(ring):
        ring.deleteLater()


def test_a_contract_goes_from_draft_to_printed_certificate_by_keyboard(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    hands = Keyboard(qtbot, window)
    come_in(hands, "qinghe-2026")
    hands.key(K.Key_F5)
    hands.until(lambda: "项目名称" in reading())
    fill_in(hands)
    hands.key(K.Key_F12)
    case: Any = window.page
    hands.until(lambda: case.number == 2)
    assert case.sheet.row.state == "ACCEPTED", case.sheet.problems
    answer(hands, case)
    hands.key(K.Key_F12)
    hands.until(lambda: case.number == 3)
    hands.key(K.Key_F12)
    hands.until(lambda: case.number == 4)
    assert case.sheet.row.state == "RECOGNISED"
    hands.key(K.Key_F12)
    hands.until(lambda: case.sheet.relief is not None)

    hands.key(K.Key_L, CTRL)
    hands.until(window.lock.isVisible)
    hands.key(K.Key_H, ALT)
    hands.until(window.sign_in.isVisible)
    choose(hands, "陆知远")
    hands.write("zhiyuan-2026")
    hands.key(K.Key_Return)
    hands.until(lambda: window.desk is not None and window.page is not None)
    hands.rest()
    hands.key(K.Key_F12)  # the most urgent: this one
    hands.until(lambda: getattr(window.page, "number", 0) == 5)
    case = window.page
    for _row in case.sheet.review_rows:
        hands.key(K.Key_1)
    hands.key(K.Key_F12)
    hands.until(lambda: case.sheet.row.state == "REGISTERED")
    assert case.sheet.row.official_number == "2026990321000247"
    assert case.sheet.reviewer == "陆知远"

    hands.until(lambda: case.number == 6)
    issue: Any = case.step()
    issue.ask_path = lambda name: tmp_path / name
    hands.key(K.Key_F12)
    hands.until(lambda: case.sheet.row.state == "CERTIFIED")
    printed = sorted(tmp_path.glob("*.pdf"))
    text = "".join(pdf_text(path) for path in printed)
    assert "2026990321000247" in text.replace(" ", "")
    assert TITLE in text.replace("\n", "").replace("\r", "")
    assert "¥1,280,000.00" in text
    assert hands.count < 1500


def choose(hands: Keyboard, name: str) -> None:
    """A name on the sign-in page by the arrow keys; then the password has the keys."""
    page = hands.window.sign_in
    for key in (*[K.Key_Up] * 5, *[K.Key_Down] * 5):
        if page.chosen() == name:
            break
        hands.key(key)
    assert page.chosen() == name
    if not page.password.hasFocus():
        hands.key(K.Key_Return)
    hands.until(page.password.hasFocus)


def come_in(hands: Keyboard, password: str) -> None:
    """Choose the name, type the password."""
    hands.key(K.Key_Return)
    hands.write(password)
    hands.key(K.Key_Return)
    hands.until(lambda: hands.window.desk is not None and hands.window.page is not None)
    hands.rest()


def fill_in(hands: Keyboard) -> None:
    """Type what the paper says, field by field; Enter leads through the form."""
    left = dict(PAPER)
    seen = 0
    while left and seen < 60:
        seen += 1
        name = reading()
        field = max((f for f in left if f in name), key=len, default="")
        if field:
            hands.write(left.pop(field))
        is_long = isinstance(QApplication.focusWidget(), QPlainTextEdit)
        hands.key(K.Key_Return, CTRL if is_long else Qt.KeyboardModifier.NoModifier)
    assert not left, (left, reading())
    lines(hands, "金额", ("研究开发报酬", "js", "1030000", "7.1"), ("测试台架", "sb", "=", "附件二"))
    lines(hands, "附件", ("委托开发合同", "14"))


def lines(hands: Keyboard, table: str, *rows: tuple[str, ...]) -> None:
    """On to a table by Tab, Insert adds a row, Enter goes right."""
    for _step in range(80):
        if table in reading() and not isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit):
            break
        hands.key(K.Key_Tab)
    assert table in reading(), reading()
    for row in rows:
        hands.key(K.Key_Insert)
        for cell in row:
            hands.write(cell)
            hands.key(K.Key_Return)


def answer(hands: Keyboard, case: Any) -> None:
    """The interview: the gates in one go, then the registrar's answers by digit."""
    answers = json.loads(resource("sample", "answers", "001.json").read_text(encoding="utf-8"))
    step = case.step()
    step.ask = lambda *_a, **_k: True
    for _question in range(40):
        if step.is_concluding:
            return
        code = step.code_here
        if code.startswith(("R-GATE", "R-MIX")) and code not in answers:
            hands.key(K.Key_A)
            continue
        word = answers.get(code, {}).get("answer", "no" if "-N" in code else "yes")
        hands.key({"yes": K.Key_1, "no": K.Key_2}[word])
    raise AssertionError(f"the interview does not end: {step.code_here}")
