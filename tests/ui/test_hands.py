"""Habits of the hand that hold for every kind of field: number pad, Enter, Tab, nothing jumps by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "pages"))

from desk import codes
from fakes_case import WHOLE, CaseDesk, frame, press, write
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.form_fields import FieldCodes
from desktop.ui.pages.sign_in import SecretField
from desktop.ui.theme import Theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.codes import CodeField
from desktop.ui.widgets.entries import AmountField, CreditCodeField, DateField
from desktop.ui.widgets.fields import Field, SearchBox, TextBox
from desktop.ui.widgets.table import DeskTable

K = Qt.Key
PAD = Qt.KeyboardModifier.KeypadModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ENTERS = [(K.Key_Return, Qt.KeyboardModifier.NoModifier), (K.Key_Enter, PAD)]


def shown(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    """In one column with a button behind, the first one with the focus."""
    window = QWidget()
    column = QVBoxLayout(window)
    for widget in (*widgets, Button("保存")):
        column.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 3000)
    widgets[0].setFocus(Qt.FocusReason.TabFocusReason)
    return window


def regions() -> CodeField:
    """Places of the county's neighbourhood."""
    return CodeField("地区", FieldCodes(codes()).book("regions"))


FIELDS: dict[str, Callable[[], QWidget]] = {
    "text": lambda: Field("项目名称"),
    "day": lambda: DateField("签订日期"),
    "amount": lambda: AmountField("合同成交额"),
    "credit code": lambda: CreditCodeField("信用代码"),
    "code": regions,
    "several lines": lambda: TextBox("摘要"),
}


@pytest.mark.parametrize(("key", "modifier"), ENTERS, ids=["main", "pad"])
@pytest.mark.parametrize("kind", FIELDS)
def test_both_enter_keys_go_on_from_every_kind_of_field(
    qtbot: QtBot, theme: Theme, kind: str, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    field, after = FIELDS[kind](), Field("下一栏")
    _window = shown(qtbot, field, after)
    if kind == "several lines":
        qtbot.keyClick(field, key, modifier)
        assert field.toPlainText() == "\n"  # type: ignore[attr-defined]
        qtbot.waitUntil(field.hasFocus)  # Enter breaks the line
        modifier |= CTRL
    qtbot.keyClick(field, key, modifier)
    qtbot.waitUntil(after.hasFocus)


@pytest.mark.parametrize(("key", "modifier"), ENTERS, ids=["main", "pad"])
def test_both_enter_keys_take_a_code_search_sign_in_open_and_press(
    qtbot: QtBot, theme: Theme, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    code, search, secret, button = regions(), SearchBox("查询"), SecretField("口令"), Button("打开")
    table, lines = DeskTable("合同"), QStandardItemModel(2, 2)
    table.setModel(lines)
    _window = shown(qtbot, code, search, secret, button, table)
    told: list[str] = []
    search.searched.connect(told.append)
    secret.entered.connect(lambda: told.append("in"))
    button.clicked.connect(lambda: told.append("pressed"))
    table.opened.connect(lambda index: told.append(f"row {index.row()}"))
    qtbot.keyClicks(code, "cq")
    assert code.is_open()
    qtbot.keyClick(code, key, modifier)
    assert code.value() == "500000"
    qtbot.keyClicks(search, "qh")
    for widget in (search, secret, button, table):
        widget.setFocus()
        qtbot.keyClick(widget, key, modifier)
    assert told == ["qh", "in", "pressed", "row 0"]


@pytest.mark.parametrize(
    ("kind", "keys", "value"),
    [("amount", "123456.78", "123456.78"), ("day", "20261121", "2026-11-21"), ("code", "500000", "500000")],
)
def test_the_number_pad_types_amounts_days_and_codes(
    qtbot: QtBot, theme: Theme, kind: str, keys: str, value: str
) -> None:
    field = FIELDS[kind]()
    _window = shown(qtbot, field, Field("下一栏"))
    for sign in keys:
        qtbot.keyClick(field, sign, PAD)
    qtbot.keyClick(field, K.Key_Enter, PAD)
    assert field.value() == value  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("day", "20261121"),
        ("amount", "123456789012.34"),
        ("code", "500000"),
        ("credit code", "91990321MA5NY83T0T"),
    ],
)
def test_a_field_that_is_full_never_jumps_on(qtbot: QtBot, theme: Theme, kind: str, keys: str) -> None:
    field = FIELDS[kind]()
    _window = shown(qtbot, field, Field("下一栏"))
    qtbot.keyClicks(field, keys)
    QApplication.processEvents()
    qtbot.waitUntil(field.hasFocus)


def _entry(qtbot: Any, desk: CaseDesk) -> Any:
    page = CasePage(desk, JobRunner(inline=True))
    frame(qtbot, page)
    page.open((desk.sheet_row.id, 1))
    return page.step()


def test_tab_goes_the_same_way_as_enter(qtbot: Any, theme: Theme) -> None:
    ways = []
    for key in (K.Key_Return, K.Key_Tab):
        step = _entry(qtbot, CaseDesk(WHOLE))
        step.form.bounds["title"].entry.setFocus()
        way = []
        for _stop in range(20):
            way.append(QApplication.focusWidget().accessibleName())  # type: ignore[union-attr]
            press(key)
        ways.append(way)
    assert ways[0] == ways[1]
    assert len(set(ways[0])) == 20


def test_enter_through_the_whole_form_hands_nothing_in_and_tab_stops_at_saving(
    qtbot: Any, theme: Theme
) -> None:
    """Enter passes the buttons that add a party; in a table it goes right and down, and Tab leaves it."""
    desk = CaseDesk(WHOLE)
    step = _entry(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    save, stops = step.form.save_button, 0
    while QApplication.focusWidget() is not save and stops < 200:
        here = QApplication.focusWidget()
        if isinstance(here, DeskTable):
            press(K.Key_Tab)
        else:
            press(K.Key_Return, CTRL if isinstance(here, TextBox) else Qt.KeyboardModifier.NoModifier)
        there = QApplication.focusWidget()
        assert there is not here
        assert there is save or not isinstance(there, Button), there
        stops += 1
    qtbot.waitUntil(save.hasFocus)
    assert 60 < stops < 200
    assert len(step.form.blocks) == 2, "no party was added in passing"
    assert desk.told("save_contract") == []
    assert desk.told("accept") == []


def test_ctrl_s_keeps_a_half_done_form_without_asking_for_the_rest(qtbot: Any, theme: Theme) -> None:
    from dataclasses import replace

    desk = CaseDesk(replace(WHOLE, payment_method=None, industry=None))
    step = _entry(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    write("只录了一半")
    press(K.Key_S, CTRL)
    (saved,) = desk.told("save_contract")
    assert saved.facts.title == "只录了一半"
    assert desk.told("accept") == []


def test_the_right_button_offers_copying_and_exporting_only(qtbot: QtBot, theme: Theme) -> None:
    table = DeskTable("合同")
    table.setModel(QStandardItemModel(2, 2))
    _window = shown(qtbot, table)
    where = QPoint(5, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, table.mapToGlobal(where))
    table.contextMenuEvent(event)
    menu = table.findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["复制(&C)", "导出(&E)"]
    menu.close()


def test_a_secret_is_shown_and_hidden_by_f2(qtbot: QtBot, theme: Theme) -> None:
    field = SecretField("口令")
    _window = shown(qtbot, field)
    qtbot.keyClicks(field, "tea garden")
    assert field.displayText() != "tea garden"
    qtbot.keyClick(field, K.Key_F2)
    assert field.displayText() == "tea garden"
    qtbot.keyClicks(field, "7")
    assert field.text() == "tea garden7", "nothing was selected, so nothing is replaced"
    qtbot.keyClick(field, K.Key_F2)
    assert field.displayText() != field.text()


def _opened_by() -> dict[str, set[str]]:
    """Dialog class → dialogs and questions that it opens itself."""
    import ast

    bases = {"AskDialog", "DecidingDialog", "FormDialog", "FramedDialog", "QuestionDialog", "SecretDialog"}
    found: dict[str, set[str]] = {}
    for path in (Path(__file__).parents[2] / "desktop" / "ui").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Dialog") and node.name not in bases:
                called = [
                    one.func.id if isinstance(one.func, ast.Name) else getattr(one.func, "attr", "")
                    for one in ast.walk(node)
                    if isinstance(one, ast.Call)
                ]
                opened = {name for name in called if name.endswith("Dialog") and name not in bases}
                asked = {"ask", "ask_reason", "_ask"} & set(called)
                found[node.name] = (opened | asked) - {node.name}
    return found


def test_dialogs_are_never_three_deep() -> None:
    opened = _opened_by()
    assert len(opened) > 30
    assert any(opened.values()), "at least one dialog asks something itself"

    def depth(name: str) -> int:
        return 1 + max((depth(other) for other in opened.get(name, ())), default=0)

    assert {name: depth(name) for name in opened if depth(name) > 2} == {}
