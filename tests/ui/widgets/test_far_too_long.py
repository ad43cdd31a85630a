"""A paste far longer than any field: refused in words, nothing lost, nothing crashes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.theme import Theme
from desktop.ui.widgets.fields import Field, FieldRow, SearchBox, TextBox

HUGE = "汉" * 320_000


class Form(QWidget):
    def __init__(self, entry: Field | TextBox) -> None:
        super().__init__()
        self.entry = entry
        self.row = FieldRow("2", "项目名称", entry)
        QVBoxLayout(self).addWidget(self.row)


def shown(qtbot: QtBot, entry: Field | TextBox) -> Form:
    form = Form(entry)
    qtbot.addWidget(form)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    entry.setFocus()
    return form


def text_of(entry: Field | TextBox) -> str:
    return entry.toPlainText() if isinstance(entry, TextBox) else entry.text()


def paste(entry: Field | TextBox, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(entry, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("kind", [Field, SearchBox, TextBox])
@pytest.mark.parametrize("count", [100_000, 320_000])
def test_a_paste_far_too_long_is_refused_in_words(
    qtbot: QtBot, theme: Theme, kind: type[Field | TextBox], count: int
) -> None:
    form = shown(qtbot, kind("2 项目名称"))
    entry = form.entry
    entry.longest = 200
    paste(entry, "旧名")
    paste(entry, HUGE[:count])
    assert text_of(entry) == "旧名"
    assert f"贴来 {count:,} 个字，这一栏最多 200 个字，没有贴入" in form.row.note()
    assert form.row.note().endswith("请只复制要填的部分再贴。")
    assert "没有贴入" in entry.accessibleDescription()
    QTest.keyClick(entry, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert text_of(entry) == ""


def test_what_the_field_can_hold_is_pasted_whole(qtbot: QtBot, theme: Theme) -> None:
    form = shown(qtbot, Field("2 项目名称"))
    paste(form.entry, HUGE[: Field.MOST])
    assert text_of(form.entry) == HUGE[: Field.MOST]
    paste(form.entry, "完")
    assert "没有贴入" not in form.row.note()


def test_outside_a_row_of_the_form_a_field_knows_its_own_limit(qtbot: QtBot, theme: Theme) -> None:
    entry = Field("原因")
    qtbot.addWidget(entry)
    entry.show()
    paste(entry, HUGE)
    assert entry.text() == ""
    assert "最多 10,000 个字" in entry.accessibleDescription()


@pytest.mark.parametrize("kind", [Field, TextBox])
def test_a_drop_far_too_long_is_refused_too(qtbot: QtBot, theme: Theme, kind: type[Field | TextBox]) -> None:
    form = shown(qtbot, kind("2 项目名称"))
    for text, wanted in ((HUGE, ""), ("拖来的名称", "拖来的名称")):
        carried = QMimeData()
        carried.setText(text)
        event = QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            carried,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        form.entry.dropEvent(event)
        assert text_of(form.entry) == wanted
        if not wanted:
            assert "没有贴入" in form.row.note()


def test_the_menu_pastes_as_the_keyboard_does(qtbot: QtBot, theme: Theme) -> None:
    form = shown(qtbot, Field("2 项目名称"))
    for copied, wanted in ((HUGE, ""), ("一行\n两行", "一行 两行")):
        QGuiApplication.clipboard().setText(copied)
        place = QPoint(5, 5)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, form.entry.mapToGlobal(place))
        QApplication.sendEvent(form.entry, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action: Any = menu.findChild(QAction, "edit-paste")
        action.trigger()
        menu.close()
        assert text_of(form.entry) == wanted


@pytest.mark.parametrize("kind", [Field, TextBox])
@pytest.mark.parametrize("ending", ["typing", "leaving"])
def test_the_refusal_is_over_with_the_next_edit_and_on_leaving(
    qtbot: QtBot, theme: Theme, kind: type[Field | TextBox], ending: str
) -> None:
    form = shown(qtbot, kind("31 主要内容"))
    form.row.set_note("Enter 换行")
    paste(form.entry, HUGE)
    assert "没有贴入" in form.row.note()
    if ending == "typing":
        QTest.keyClicks(form.entry, "a")
    else:
        form.entry.settle()
    assert form.row.note() == "Enter 换行"
    assert form.entry.accessibleDescription() == ""
