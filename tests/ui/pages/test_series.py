"""同买方连续录入: a grid by keyboard alone, on disk cell by cell, each row a draft when it is agreed to."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import BUYER, SELLER, WHOLE, CaseDesk, frame, press, write

from desktop.jobs import JobRunner
from desktop.ui.dialogs.series import COLUMNS, SeriesDialog
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.entry import EntryStep
from desktop.ui.theme import Theme
from desktop.ui.widgets.fields import Field

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def entry_page(qtbot: Any, desk: CaseDesk, **more: Any) -> tuple[Any, EntryStep]:
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page, **more)
    page.open((desk.sheet_row.id, 1))
    step = page.step()
    assert isinstance(step, EntryStep)
    return shown, step


def grid(qtbot: Any, step: EntryStep) -> SeriesDialog:
    """Opened by its key, with the keyboard."""
    if step.series_dialog is None:
        press(K.Key_G, CTRL)
    dialog = step.series_dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.rows.table.hasFocus)
    return dialog


def rows_kept(desk: CaseDesk) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(desk.kept["series", desk.sheet().uid][1])["rows"]
    return found


def type_row(*texts: str) -> None:
    for text in texts:
        if text:
            press(K.Key_F2)
            write(text)
        press(K.Key_Return)


def over(qtbot: Any, step: EntryStep) -> None:
    qtbot.waitUntil(lambda: step.series_dialog is None)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


def test_several_contracts_of_one_buyer_are_typed_in_a_grid(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    dialog = grid(qtbot, step)
    assert BUYER in dialog.windowTitle()
    type_row("first", "100000", "=", "20261101", "20261101", "20271031")
    type_row("second", "12.5万", "..", "..", "", "长期")
    assert dialog.rows.table.currentIndex().row() == 2
    press(K.Key_S, Qt.KeyboardModifier.AltModifier)
    over(qtbot, step)
    (told,) = desk.told("import_rows")
    assert told.origin == "series"
    one, two = told.rows
    assert (one.title, one.contract_amount, one.technology_amount) == (
        "first",
        Decimal("100000.00"),
        Decimal("100000.00"),
    )
    assert (two.title, two.contract_amount, two.technology_amount, two.signed_on) == (
        "second",
        Decimal("125000.00"),
        Decimal("100000.00"),
        date(2026, 11, 1),
    )
    assert two.valid_until == date(9999, 12, 31)
    for facts in told.rows:
        assert facts.parties == WHOLE.parties
        assert (facts.kind, facts.sub_kind, facts.payment_method) == ("DEV", "DEV-1", "2")
        assert (facts.amount_lines, facts.attachments, facts.summary, facts.official_number) == (
            (),
            (),
            None,
            None,
        )
    assert "已收成 2 份草稿" in step.strip_words
    assert ("series", desk.sheet().uid) not in desk.kept
    assert step.form.facts() == WHOLE


def test_every_cell_is_on_disk_when_it_is_left_and_comes_back(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    grid(qtbot, step)
    type_row("first", "100000", "2")
    assert rows_kept(desk) == [
        {"title": "first", "contract_amount": "100000.00", "technology_amount": "2.00"}
    ]
    assert desk.kept["place", "沈清禾"]
    shown.hide()  # as after kill -9: nothing was closed in good order

    _again, other = entry_page(qtbot, desk)
    assert other.strip_words == "已找回 14:32 的连续录入，1 行还没有收"
    assert other._strip is not None
    assert other._strip.accept_button is not None
    other._strip.accept_button.click()
    dialog = grid(qtbot, other)
    assert dialog.model.result()[0].contract_amount == Decimal("100000.00")
    index = dialog.rows.table.currentIndex()
    assert (index.row(), index.column()) == (0, 3), "in the cell where the work stopped"


def test_a_wrong_cell_is_marked_with_its_reason_and_holds_the_rows_back(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    dialog = grid(qtbot, step)
    type_row("first", "100", "900", "2026-02-30")
    assert dialog.model.marks[0, "technology_amount"] == "error"
    dialog.go_to(0, "technology_amount")
    assert dialog.why.text().startswith("✕ ")
    press(K.Key_S, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert dialog.trouble.words.text() == "第 1 行 签订日期：2026 年 2 月没有 30 日。请改日期。"
    assert dialog.rows.table.currentIndex().column() == COLUMNS.index("signed_on") + 1
    assert desk.told("import_rows") == []


def test_rows_are_added_by_insert_and_deleted_after_a_question(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    dialog = grid(qtbot, step)
    type_row("first")
    press(K.Key_Insert)
    write("second")
    press(K.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert [row.title for row in dialog.model.result()] == ["first", "second"]
    asked: list[str] = []
    dialog.rows.ask = lambda _p, question, _c, **_k: asked.append(question) or len(asked) > 1  # type: ignore[func-returns-value]
    dialog.go_to(0, "title")
    press(K.Key_Delete, CTRL)
    assert [row.title for row in dialog.model.result()] == ["first", "second"]
    press(K.Key_Delete, CTRL)
    assert asked == ["删去第 1 行？"] * 2
    assert [row.title for row in dialog.model.result()] == ["second"]
    assert rows_kept(desk) == [{"title": "second"}]


def test_ctrl_z_takes_back_a_cell_and_a_deleted_row(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    dialog = grid(qtbot, step)
    type_row("first", "100")
    dialog.rows.ask = lambda *_a, **_k: True
    dialog.go_to(0, "title")
    press(K.Key_Delete, CTRL)
    assert dialog.model.result() == ()
    press(K.Key_Z, CTRL)
    assert [(row.title, row.contract_amount) for row in dialog.model.result()] == [
        ("first", Decimal("100.00"))
    ]
    press(K.Key_Z, CTRL)
    assert [row.contract_amount for row in dialog.model.result()] == [None]
    press(K.Key_Y, CTRL)
    assert rows_kept(desk) == [{"title": "first", "contract_amount": "100.00"}]


def test_columns_are_chosen_and_one_that_holds_something_stays(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    dialog = grid(qtbot, step)
    table = dialog.rows.table
    assert table.isColumnHidden(COLUMNS.index("seller_name") + 1)
    dialog._column_ticked("seller_name", True)
    dialog._column_ticked("signed_on", False)
    assert not table.isColumnHidden(COLUMNS.index("seller_name") + 1)
    assert table.isColumnHidden(COLUMNS.index("signed_on") + 1)
    type_row("first", "", "", "", "", "青禾所")
    dialog._column_ticked("seller_name", False)
    assert "seller_name" in dialog.shown
    (facts,) = dialog.facts()
    assert [p.name for p in facts.sellers] == ["青禾所"]
    assert [p.name for p in facts.buyers] == [BUYER]
    assert SELLER not in [p.name for p in facts.parties]


def test_without_a_buyer_the_grid_asks_for_one(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, parties=WHOLE.parties[1:]))
    shown, step = entry_page(qtbot, desk)
    press(K.Key_G, CTRL)
    assert step.series_dialog is None
    assert "请先填买方" in shown.said[-1][0]
    assert QApplication.focusWidget().accessibleName().startswith("7 买方名称")  # type: ignore[union-attr]


def test_escape_leaves_the_rows_for_later(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    grid(qtbot, step)
    type_row("first")
    press(K.Key_Escape)
    over(qtbot, step)
    assert "连续录入的 1 行已放着" in shown.said[-1][0]
    dialog = grid(qtbot, step)
    assert [row.title for row in dialog.model.result()] == ["first"]


@pytest.mark.parametrize("key", [K.Key_Return, K.Key_Enter, K.Key_Escape, K.Key_Down, K.Key_Insert, K.Key_F2])
def test_keys_of_the_grid_belong_to_the_input_method_while_it_composes(
    qtbot: Any, theme: Theme, key: Qt.Key
) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    dialog = grid(qtbot, step)
    press(K.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, Field)
    QApplication.sendEvent(editor, QInputMethodEvent("cha yuan", []))
    override = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    override.ignore()
    QApplication.sendEvent(editor, override)
    assert override.isAccepted()
    press(key)
    qtbot.waitUntil(editor.hasFocus)
    assert editor.is_composing
    assert step.series_dialog is dialog
    assert dialog.model.result() == ()


def test_composing_on_a_cell_begins_its_text_and_keeps_every_key_till_it_is_done(
    qtbot: Any, theme: Theme
) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    dialog = grid(qtbot, step)
    table = dialog.rows.table
    QApplication.sendEvent(table, QInputMethodEvent("cha", []))
    for key in (K.Key_Return, K.Key_Escape, K.Key_Insert, K.Key_Down):
        override = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        override.ignore()
        QApplication.sendEvent(table, override)
        assert override.isAccepted()
        press(key)
        assert step.series_dialog is dialog
        assert (table.currentIndex().row(), table.currentIndex().column()) == (0, 1)
    done = QInputMethodEvent("", [])
    done.setCommitString("茶园")
    QApplication.sendEvent(table, done)
    editor = QApplication.focusWidget()
    assert isinstance(editor, Field)
    assert editor.text() == "茶园"
    press(K.Key_Return)
    assert [row.title for row in dialog.model.result()] == ["茶园"]


def test_a_column_of_a_spreadsheet_is_pasted_into_the_grid(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    dialog = grid(qtbot, step)
    QGuiApplication.clipboard().setText("项目名称\t合同成交额（元）\r\nfirst\t100\r\nsecond\t45O\r\n")
    press(K.Key_V, CTRL)
    preview = dialog.paste_dialog
    assert preview is not None
    qtbot.waitUntil(lambda: QApplication.focusWidget() is preview.safe_button)
    press(K.Key_T, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: dialog.paste_dialog is None)
    assert [(row.title, row.contract_amount) for row in dialog.model.result()] == [
        ("first", Decimal("100.00")),
        ("second", Decimal("450.00")),
    ]
    assert len(rows_kept(desk)) == 2


@pytest.mark.parametrize("size", [(1366, 768), (911, 512)])
def test_the_grid_fits_the_window(qtbot: Any, theme: Theme, size: tuple[int, int]) -> None:
    shown, step = entry_page(qtbot, CaseDesk(WHOLE), size=size)
    dialog = grid(qtbot, step)
    assert dialog.width() <= shown.width()
    assert dialog.height() <= shown.height()
    assert dialog.act_button.isVisible()
    QApplication.processEvents()
    assert dialog.rows.table.horizontalScrollBar().maximum() == 0
