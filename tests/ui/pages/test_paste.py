"""整块粘贴 on the entry page: looked over first, written when it is agreed to, taken back by one Ctrl+Z."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import BUYER_CODE, SELLER_CODE, TITLE, WHOLE, CaseDesk, frame, press, write

from desktop.jobs import JobRunner
from desktop.ui.dialogs.paste import PasteDialog
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.entry import EntryStep
from desktop.ui.theme import Theme

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def clipboard_left_empty(qapp: QApplication) -> Iterator[None]:
    """What Python put there Qt would let go of after Python is gone."""
    yield
    QGuiApplication.clipboard().clear()


def entry_page(qtbot: Any, desk: CaseDesk) -> tuple[Any, EntryStep]:
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page)
    page.open((desk.sheet_row.id, 1))
    step = page.step()
    assert isinstance(step, EntryStep)
    return shown, step


def copy(*rows: tuple[str, ...], html: str = "") -> None:
    """As a spreadsheet puts cells on the clipboard."""
    data = QMimeData()
    data.setText("\r\n".join("\t".join(row) for row in rows) + "\r\n")
    if html:
        data.setHtml(html)
    QGuiApplication.clipboard().setMimeData(data)


def paste_dialog(qtbot: Any, step: EntryStep) -> PasteDialog:
    """The preview, once it has the keyboard: the safe side has the focus."""
    dialog = step.paste_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.safe_button)
    return dialog


def cells(dialog: PasteDialog) -> list[list[str]]:
    model = dialog.model
    return [
        [str(model.index(row, at).data() or "") for at in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def agree(qtbot: Any, step: EntryStep) -> None:
    """The act by its letter; the answer is there when the preview has gone."""
    dialog = paste_dialog(qtbot, step)
    assert dialog.act_button.isEnabled()
    press(K.Key_T, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: step.paste_dialog is None)
    qtbot.waitUntil(lambda: step.isAncestorOf(QApplication.focusWidget() or step.window()))


def test_names_and_values_are_looked_over_before_they_fill_the_form(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, title="旧名称"))
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    copy(
        ("项目名称", "新的名称"),
        ("合同成交额（元）", "１，２８０，０００"),
        ("签订日期", "45000"),
        ("卖方信用代码", "9.1E+17"),
        ("有效期限止", "长期"),
    )
    press(K.Key_V, CTRL)
    dialog = paste_dialog(qtbot, step)
    assert [row[0] for row in cells(dialog)] == [
        "项目名称", "合同成交额", "签订日期", "卖方证件号码", "有效期限止",
    ]  # fmt: skip
    assert cells(dialog)[0][1:4] == ["新的名称", "新的名称", "旧名称"]
    assert cells(dialog)[2][4] == "Excel 已把日期改坏，写成了序数 45000"
    told = {problem.value: problem for problem in dialog._problem_model.problems}
    assert told["45000"].remedy == "请把该列设为日期或文本后重贴"
    assert told["9.1E+17"].reason == "Excel 已把代码改坏，写成了 9.1E+17，末尾几位已经丢失"
    assert told["9.1E+17"].remedy == "请把该列设为文本后重贴"
    assert step.form.facts().title == "旧名称", "nothing is written yet"
    assert desk.told("keep_draft") == []
    agree(qtbot, step)
    facts = step.form.facts()
    assert (facts.title, facts.contract_amount) == ("新的名称", Decimal("1280000.00"))
    assert facts.valid_until == date(9999, 12, 31)
    assert facts.signed_on == WHOLE.signed_on, "a spoilt cell changes nothing"
    assert facts.sellers[0].id_number == SELLER_CODE
    assert [told.page for told in desk.told("keep_draft")] == ["entry", "place"]
    press(K.Key_Z, CTRL)
    assert step.form.facts() == replace(WHOLE, title="旧名称")
    press(K.Key_Y, CTRL)
    assert step.form.facts().title == "新的名称"


def test_escape_pastes_nothing(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    copy(("项目名称", "新的名称"), ("签订日期", "20261026"))
    press(K.Key_V, CTRL)
    paste_dialog(qtbot, step)
    press(K.Key_Escape)
    assert step.paste_dialog is None
    assert step.form.facts() == WHOLE


def test_enter_on_the_preview_takes_the_safe_side(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    step.form.bounds["title"].entry.setFocus()
    copy(("项目名称", "新的名称"), ("签订日期", "20261026"))
    press(K.Key_V, CTRL)
    paste_dialog(qtbot, step)
    press(K.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert step.form.facts() == WHOLE


def test_a_column_without_names_goes_down_the_form_from_the_field_with_the_focus(
    qtbot: Any, theme: Theme
) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    buyer = step.form.blocks[0].bounds
    buyer["name"].entry.setFocus()
    copy(("河口农场",), (BUYER_CODE,), ("中国",), ("990321",), ("150 有限责任公司",))
    press(K.Key_Insert, Qt.KeyboardModifier.ShiftModifier)
    dialog = paste_dialog(qtbot, step)
    assert [row[0] for row in cells(dialog)] == [
        "买方名称", "买方信用代码", "买方国别（地区）", "买方行政区划", "买方单位性质",
    ]  # fmt: skip
    agree(qtbot, step)
    party = step.form.blocks[0].party()
    assert (party.name, party.id_number, party.country, party.region, party.party_type) == (
        "河口农场",
        BUYER_CODE,
        "CHN",
        "990321",
        "150",
    )


def test_several_contracts_become_drafts_and_this_one_is_left_alone(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    copy(
        ("签订日期", "项目名称", "合同成交额", "技术交易额", "卖方信用代码"),
        ("20261026", "甲项目", "100", "100", SELLER_CODE),
        ("", "", "", "", ""),
        ("2026-02-30", "乙项目", "100", "100", ""),
        ("20261026", "丙项目", "100", "900", ""),
        ("20261026", "丁项目", "200", "150", ""),
    )
    press(K.Key_V, CTRL)
    dialog = paste_dialog(qtbot, step)
    assert [row[0] for row in cells(dialog)] == ["1", "2 不收", "3 不收", "4"]
    said = [problem.reason for problem in dialog._problem_model.problems]
    assert any("2 月" in reason for reason in said)
    assert desk.told("import_rows") == []
    agree(qtbot, step)
    (told,) = desk.told("import_rows")
    assert [facts.title for facts in told.rows] == ["甲项目", "丁项目"]
    assert told.rows[0].sellers[0].id_number == SELLER_CODE
    assert step.form.facts() == WHOLE
    assert "已收成 2 份草稿：澄受 2026-0313 至 澄受 2026-0314" in step.strip_words
    assert step._strip is not None
    assert step._strip.accept_button is not None
    step._strip.accept_button.click()
    assert shown.went == [("case", 501)]


def test_empty_cells_stand_for_those_above_only_when_told_so(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    copy(("项目名称", "买方名称"), ("甲", "丰禾公司"), ("乙", ""))
    press(K.Key_V, CTRL)
    dialog = paste_dialog(qtbot, step)
    assert dialog.fill_down.isVisible()
    assert cells(dialog)[1][2] == ""
    dialog.fill_down.setFocus()
    press(K.Key_Space)
    assert cells(dialog)[1][2] == "丰禾公司"
    dialog.safe_button.setFocus()
    agree(qtbot, step)
    (told,) = desk.told("import_rows")
    assert [facts.buyers[0].name for facts in told.rows] == ["丰禾公司", "丰禾公司"]


def test_one_cell_or_prose_is_pasted_as_ever(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    title = step.form.bounds["title"].entry
    title.setFocus()
    copy(("一个格子",))
    press(K.Key_V, CTRL)
    assert step.paste_dialog is None
    assert title.text() == "一个格子"  # type: ignore[union-attr]
    press(K.Key_Z, CTRL)
    assert title.text() == TITLE  # type: ignore[union-attr]
    summary = step.form.bounds["summary"].entry
    summary.setFocus()
    QGuiApplication.clipboard().setText("第一段\n第二段")
    press(K.Key_V, CTRL)
    assert step.paste_dialog is None
    assert "第一段\n第二段" in summary.toPlainText()  # type: ignore[union-attr]


def test_lines_are_pasted_into_the_small_tables_and_taken_back(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    rows = step.form.tables["payments"]
    rows.table.setFocus()
    copy(("付款金额", "付款应付日"), ("500000", "20261201"), ("780000", "45000"))
    press(K.Key_V, CTRL)
    dialog = paste_dialog(qtbot, step)
    assert "付款" in dialog.windowTitle()
    agree(qtbot, step)
    first, second = step.form.facts().payments
    assert (first.amount, first.due_on) == (Decimal("500000.00"), date(2026, 12, 1))
    assert (second.amount, second.due_on) == (Decimal("780000.00"), None)
    rows.table.setFocus()
    press(K.Key_Z, CTRL)
    assert step.form.facts().payments == ()


def test_pasting_inside_a_cell_of_a_table_also_opens_the_preview(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    rows = step.form.tables["amount_lines"]
    rows.table.setFocus()
    rows.table.setCurrentIndex(rows.model.index(7, 1))
    press(K.Key_F2)
    copy(("软件", "技术", "5000"), ("辅材", "材料", "300"))
    press(K.Key_V, CTRL)
    agree(qtbot, step)
    lines = step.form.facts().amount_lines[7:]
    assert [(x.label, x.nature, x.amount) for x in lines] == [
        ("软件", "technology", Decimal("5000.00")),
        ("辅材", "material", Decimal("300.00")),
    ]


@pytest.mark.parametrize("where", ["title", "summary", "sub_kind"])
def test_ctrl_v_belongs_to_the_input_method_while_it_composes(qtbot: Any, theme: Theme, where: str) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    entry = step.form.bounds[where].entry
    entry.setFocus()
    copy(("项目名称", "新的名称"), ("签订日期", "20261026"))
    QApplication.sendEvent(entry, QInputMethodEvent("nian", []))
    override = QKeyEvent(QEvent.Type.ShortcutOverride, K.Key_V, CTRL)
    QApplication.sendEvent(entry, override)
    assert override.isAccepted()
    press(K.Key_V, CTRL)
    assert step.paste_dialog is None
    facts = step.form.facts()
    assert (facts.title != "新的名称", facts.signed_on) == (True, WHOLE.signed_on)


def test_a_contract_that_may_not_be_changed_takes_no_paste(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE, "RECOGNISED"))
    step.form.bounds["title"].entry.setFocus()
    copy(("项目名称", "新的名称"), ("签订日期", "20261026"))
    press(K.Key_V, CTRL)
    assert step.paste_dialog is None


def test_a_change_is_taken_back_from_another_field(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    write("first")
    press(K.Key_Return)
    press(K.Key_Return)
    press(K.Key_Return)
    write("20261001x")
    press(K.Key_Z, CTRL)
    assert step.form.facts().title == "first", "what is being typed goes first"
    while step.form.bounds["valid_until"].entry.text() != "2027-10-31":  # type: ignore[union-attr]
        press(K.Key_Z, CTRL)
    press(K.Key_Return)
    press(K.Key_Z, CTRL)
    assert step.form.facts().title == TITLE
    assert QApplication.focusWidget() is step.form.bounds["title"].entry
    assert not step.form.step_back(True)


def test_a_code_copied_alone_is_taken_like_a_typed_one(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    field = step.form.blocks[0].bounds["party_type"].entry
    field.setFocus()
    copy(("160",))
    press(K.Key_V, CTRL)
    press(K.Key_Return)
    assert step.form.blocks[0].party().party_type == "160"
    number = step.form.blocks[0].bounds["id_number"].entry
    number.setFocus()
    copy((f"{SELLER_CODE[:4]} {SELLER_CODE[4:]}",))
    press(K.Key_V, CTRL)
    press(K.Key_Return)
    assert step.form.blocks[0].party().id_number == SELLER_CODE
