from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pages"))

from desk import FakeDesk, china, v
from frame import bring_up, nameless_buttons
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.certificates.preview import pdf_text
from desktop.errors import MachineError, RefusedError
from desktop.jobs import JobRunner
from desktop.ui.dialogs.bin import BinDialog
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.dialogs.people import RolesDialog, StopDialog, pin_dialog, reset_dialog, resume_dialog
from desktop.ui.dialogs.recovery import NewSheetDialog, RecoverDialog, sheet_place, write_sheet
from desktop.ui.theme import Theme
from desktop.ui.widgets.fields import Field

CODE = "7K2QF-AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG"
CAME = v.Recovered("贺兰舟", CODE)
ROW = v.BinRow(7, "澄受 2026-0307", "茶树气象预警", china(11, 19, 9, 5), date(2026, 12, 19))


def inline() -> JobRunner:
    return JobRunner(inline=True)


def nothing(*_a: object) -> None:
    """Agrees."""


D = TypeVar("D", bound=QDialog)

ALL: dict[str, Callable[[], DecidingDialog]] = {
    "reset": lambda: reset_dialog(None, inline(), "沈清禾", nothing),
    "resume": lambda: resume_dialog(None, inline(), "沈清禾", nothing),
    "pin": lambda: pin_dialog(None, inline(), nothing),
    "stop": lambda: StopDialog(None, inline(), "沈清禾", nothing),
    "roles": lambda: RolesDialog(None, inline(), "沈清禾", ["clerk"], nothing),
    "recover": lambda: RecoverDialog(None, inline(), "贺兰舟", lambda *_a: CAME),
    "bin": lambda: BinDialog(None, FakeDesk(), inline(), (ROW,)),
}


def shown(qtbot: QtBot, dialog: D) -> D:
    qtbot.addWidget(dialog)
    bring_up(dialog)
    return dialog


def test_what_is_wrong_with_a_pin_never_covers_the_boxes(qtbot: QtBot, theme: Theme) -> None:
    def refuse(_pin: str) -> None:
        raise RefusedError("PIN 太容易猜到", "请不要用连号或重复的数字", code="P18")

    window = QWidget()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    window.show()
    dialog = shown(qtbot, pin_dialog(window, inline(), refuse))
    for field in (dialog.fresh, dialog.again):
        field.setFocus()
        QTest.keyClicks(field, "123456")
    QTest.qWait(20)
    dialog.act_button.click()
    qtbot.waitUntil(dialog.trouble.isVisible)
    dialog.again.setFocus()
    QTest.keyClicks(dialog.again, "1")
    qtbot.waitUntil(dialog.missing.isVisible)

    def apart() -> bool:
        boxes = [dialog.fresh, dialog.again, dialog.trouble, dialog.missing, dialog.act_button]
        places = [one.mapTo(dialog, one.rect().topLeft()).y() for one in boxes]
        whole = dialog.scroller.height() >= dialog.scroller.needed(dialog.scroller.width())
        below = all(
            y + one.height() <= z for one, y, z in zip(boxes[1:], places[1:], places[2:], strict=False)
        )
        return whole and below

    qtbot.waitUntil(apart)


@pytest.mark.parametrize("name", ALL)
def test_a_dialog_begins_where_nothing_is_done_and_enter_decides_nothing(
    qtbot: QtBot, theme: Theme, name: str
) -> None:
    dialog = ALL[name]()
    decided: list[object] = []
    dialog.decided.connect(decided.append)
    shown(qtbot, dialog)
    first = dialog.first_focus()
    qtbot.waitUntil(first.hasFocus)
    waits = not dialog.act_button.isEnabled() and dialog.fields()
    assert isinstance(first, Field) if waits else first is dialog.safe_button
    assert nameless_buttons(dialog) == []
    assert dialog.sizeHint().boundedTo(QSize(1366, 768)) == dialog.sizeHint()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert decided == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert decided == []


def test_a_new_password_is_typed_twice_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    given: list[str] = []
    dialog = shown(qtbot, reset_dialog(None, inline(), "沈清禾", given.append))
    assert not dialog.act_button.isEnabled()
    dialog.fresh.setFocus()
    QTest.keyClicks(dialog.fresh, "tea-garden-7")
    QTest.keyClick(dialog.fresh, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.again.hasFocus)
    QTest.keyClicks(dialog.again, "tea-garden-8")
    assert dialog.missing.text() == "两遍不一样"
    QTest.keyClick(dialog.again, Qt.Key.Key_Backspace)
    QTest.keyClicks(dialog.again, "7")
    QTest.keyClick(dialog.again, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.act_button.hasFocus)
    QTest.keyClick(dialog.act_button, Qt.Key.Key_Space)
    assert given == ["tea-garden-7"]
    assert not dialog.isVisible()


def test_a_refused_password_is_said_in_the_dialog(qtbot: QtBot, theme: Theme) -> None:
    def refuse(_new: str) -> None:
        raise RefusedError("口令太短", "至少 8 个字符", code="P01")

    dialog = shown(qtbot, resume_dialog(None, inline(), "沈清禾", refuse))
    dialog.fresh.setText("123")
    dialog.again.setText("123")
    dialog.act_button.click()
    assert dialog.isVisible()
    assert dialog.trouble.words.text() == "口令太短（P01）。至少 8 个字符"
    assert dialog.fresh.text() == "123"


def test_an_empty_pin_takes_it_away(qtbot: QtBot, theme: Theme) -> None:
    given: list[str] = []
    dialog = shown(qtbot, pin_dialog(None, inline(), given.append))
    dialog.again.setText("418305")
    assert not dialog.act_button.isEnabled()
    dialog.again.setText("")
    dialog.act_button.click()
    assert given == [""]


def test_roles_are_changed_only_to_others(qtbot: QtBot, theme: Theme) -> None:
    given: list[str] = []
    dialog = shown(qtbot, RolesDialog(None, inline(), "沈清禾", ["clerk"], given.append))
    assert dialog.missing.text() == "角色还没有改"
    dialog.boxes["clerk"].click()
    assert dialog.missing.text() == "请至少选一个角色"
    dialog.boxes["reviewer"].click()
    dialog.boxes["head"].click()
    dialog.act_button.click()
    assert given == ["reviewer head"]


def test_the_recovery_sheet_takes_code_name_and_password(qtbot: QtBot, theme: Theme) -> None:
    given: list[tuple[str, ...]] = []

    def run(*told: str) -> v.Recovered:
        given.append(told)
        return CAME

    dialog = RecoverDialog(None, inline(), "贺兰舟", run)
    came: list[object] = []
    dialog.decided.connect(came.append)
    shown(qtbot, dialog)
    assert dialog.missing.text() == "请填恢复码"
    dialog.sheet_code.setText(CODE)
    dialog.fresh.setText("tea-garden-7")
    dialog.again.setText("tea-garden-7")
    dialog.act_button.click()
    assert given == [(CODE, "贺兰舟", "tea-garden-7")]
    assert came == [CAME]


def test_the_new_code_stays_on_the_screen_until_it_is_kept(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    path = tmp_path / "恢复单.pdf"
    dialog = shown(qtbot, NewSheetDialog(None, "澄河县技术合同登记处", CAME, target=lambda *_a: path))
    qtbot.waitUntil(dialog.save_button.hasFocus)
    assert dialog.code.text().replace("\n", "-") == CODE
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.close_button.isEnabled()
    QTest.keyClick(dialog.save_button, Qt.Key.Key_Space)
    printed = pdf_text(path).replace(" ", "")
    for group in CODE.split("-"):
        assert group in printed
    assert "澄河县技术合同登记处" in printed
    assert not dialog.close_button.isEnabled(), "a file on a disk is not put away"
    assert dialog.kept.hasFocus()
    QTest.keyClick(dialog.kept, Qt.Key.Key_Space)
    dialog.close_button.click()
    assert not dialog.isVisible()


def test_a_copied_code_may_be_left_and_an_unlogged_act_is_said(qtbot: QtBot, theme: Theme) -> None:
    came = v.Recovered("贺兰舟", CODE, "数据库文件不见了")
    dialog = shown(qtbot, NewSheetDialog(None, "站", came))
    assert [s for s in dialog.findChildren(type(dialog.trouble)) if "数据库文件不见了" in s.words.text()]
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == CODE
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "on the clipboard it is not put away"
    dialog.kept.click()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_recovery_sheet_is_not_proposed_beside_the_backup(qtbot: QtBot, theme: Theme) -> None:
    asked: list[str] = []

    def target(_parent: object, _title: str, proposed: str, _kinds: str) -> None:
        asked.append(proposed)

    dialog = shown(qtbot, NewSheetDialog(None, "站", CAME, target=target))
    dialog.save_button.click()
    assert asked == [sheet_place()]
    assert Path(asked[0]).is_absolute()


def test_a_sheet_that_cannot_be_written_says_so_and_keeps_the_code(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    nowhere = tmp_path / "no" / "恢复单.pdf"
    with pytest.raises(MachineError, match="写不到"):
        write_sheet(nowhere, "站", CODE)
    dialog = shown(qtbot, NewSheetDialog(None, "站", CAME, target=lambda *_a: nowhere))
    dialog.save_button.click()
    assert "写不到" in dialog.trouble.words.text()
    assert not dialog.close_button.isEnabled()
    dialog.kept.click()
    assert dialog.close_button.isEnabled()


def test_a_draft_is_chosen_in_the_bin_and_taken_back(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    other = v.BinRow(9, "澄受 2026-0309", "另一份", ROW.deleted_at, ROW.until)
    dialog = shown(qtbot, BinDialog(None, desk, inline(), (ROW, other)))
    assert dialog.model.index(0, 2).data() == "2026-11-19 09:05"
    dialog.table.setFocus()
    QTest.keyClick(dialog.table, Qt.Key.Key_Down)
    dialog.act_button.click()
    assert [cmd.contract_id for cmd in desk.told("undelete_draft")] == [9]


def test_an_empty_bin_says_so(qtbot: QtBot, theme: Theme) -> None:
    dialog = shown(qtbot, BinDialog(None, FakeDesk(), inline(), ()))
    assert dialog.missing.text() == "没有可以取回的草稿"
    assert not dialog.act_button.isEnabled()
