"""单位库 by keyboard: finding, editing, merging, taking out of use, on to the contracts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk import BUYER, SELLER, SHEN, FakeDesk
from frame import bring_up, make, nameless_buttons, sideways
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.errors import RefusedError
from desktop.services.views import SignedIn
from desktop.ui.dialogs.party import EditPartyDialog, MergePartiesDialog, RetirePartyDialog
from desktop.ui.dialogs.year import YearDialog
from desktop.ui.pages.page import PartyWanted
from desktop.ui.pages.parties import PartiesPage
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow

KEY = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


def window(
    qtbot: QtBot, theme: Theme, folder: Path, desk: FakeDesk, size: tuple[int, int] = (1366, 768)
) -> MainWindow:
    made = make(theme, folder, desk=desk)
    qtbot.addWidget(made)
    made.resize(*size)
    bring_up(made)
    made.show_desk(desk)  # type: ignore[arg-type]
    made.go("search")
    QApplication.processEvents()
    press(KEY.Key_W, ALT)
    assert isinstance(made.page, PartiesPage)
    return made


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifier)
    QApplication.processEvents()


def page_of(made: MainWindow) -> PartiesPage:
    page = made.page
    assert isinstance(page, PartiesPage)
    return page


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def made(qtbot: QtBot, theme: Theme, tmp_path: Path, desk: FakeDesk) -> MainWindow:
    return window(qtbot, theme, tmp_path, desk)


def test_the_library_is_reached_from_the_search_and_shows_the_first_party(made: MainWindow) -> None:
    page = page_of(made)
    assert page.box.hasFocus()
    assert page.model.rowCount() == 3
    assert page.side.title.text() == SELLER
    assert page.pairs.words("联系人") == "韦青岚"
    assert len(page.contracts.items) == 2
    assert [button.item.code for button in made.navigation.items if button.isChecked()] == ["search"]


def test_typing_finds_and_enter_leads_to_its_contracts(
    made: MainWindow, qtbot: QtBot, desk: FakeDesk
) -> None:
    page = page_of(made)
    page.box.insert("丰禾")
    press(KEY.Key_Return)
    qtbot.waitUntil(page.table.hasFocus)
    assert page.side.title.text() == BUYER
    assert "澄河农机厂" in page.former.text()
    press(KEY.Key_Return)
    assert made.page is not page
    assert desk.told("search")[-1][0] == "91990321MA5NY83T0T"
    press(KEY.Key_Escape)
    press(KEY.Key_Escape)
    assert made.page is page, "Esc comes back to the library"


def test_a_party_is_edited_by_keyboard(made: MainWindow, qtbot: QtBot, desk: FakeDesk) -> None:
    page = page_of(made)
    press(KEY.Key_E, ALT)
    dialog = page.dialog
    assert isinstance(dialog, EditPartyDialog)
    assert not dialog.act_button.isEnabled()
    assert "还没有改动" in dialog.missing.text()
    dialog.entries["name"].setFocus()
    dialog.entries["name"].selectAll()
    dialog.entries["name"].insert("岚州启衡智能装备有限公司")
    assert dialog.renaming.isEnabled()
    assert "现在是" in dialog.entries["name"].accessibleDescription()
    press(KEY.Key_S, ALT)
    qtbot.waitUntil(lambda: bool(desk.told("edit_party")))
    (cmd,) = desk.told("edit_party")
    assert (cmd.party_id, cmd.fields, cmd.is_renaming) == (1, {"name": "岚州启衡智能装备有限公司"}, True)
    assert page.side.title.text() == "岚州启衡智能装备有限公司"
    assert page.history.items


def test_a_wrong_credit_code_is_named_and_needs_a_reason(made: MainWindow, desk: FakeDesk) -> None:
    page = page_of(made)
    page.edit()
    dialog = page.dialog
    assert isinstance(dialog, EditPartyDialog)
    dialog.entries["id_number"].setText("91990321MA0QH7K26X")
    assert not dialog.verdict.isHidden()
    assert not dialog.act_button.isEnabled()
    dialog.reason.setText("执照上就是这样")
    assert dialog.act_button.isEnabled()
    desk.refusals["edit_party"] = RefusedError("“别家”已经用这个号码", "是同一单位的，请用“合并”")
    dialog.do()
    assert "请用“合并”" in dialog.trouble.accessibleName() or not dialog.trouble.isHidden()
    assert dialog.entries["id_number"].text() == "91990321MA0QH7K26X", "what was typed stays"


def test_two_records_are_merged_after_both_were_seen(made: MainWindow, qtbot: QtBot, desk: FakeDesk) -> None:
    page = page_of(made)
    press(KEY.Key_H, ALT)
    dialog = page.dialog
    assert isinstance(dialog, MergePartiesDialog)
    qtbot.waitUntil(dialog.first_focus().hasFocus)
    dialog.words.setText("启衡")
    assert [row.name for row in dialog.rows] == ["岚州启衡公司"], "not the one at hand"
    dialog.table.selectRow(0)
    assert "留下：" in dialog.both.text()
    assert not dialog.act_button.isEnabled()
    dialog.reason.setText("同一单位")
    dialog.reason.setFocus()
    press(KEY.Key_H, ALT)
    qtbot.waitUntil(lambda: bool(desk.told("merge_parties")))
    (cmd,) = desk.told("merge_parties")
    assert (cmd.party_id, cmd.other_id, cmd.reason) == (1, 3, "同一单位")
    assert page.model.rowCount() == 2


def test_a_party_is_taken_out_of_use_and_comes_back(made: MainWindow, desk: FakeDesk) -> None:
    page = page_of(made)
    page.retire()
    dialog = page.dialog
    assert isinstance(dialog, RetirePartyDialog)
    assert dialog.act_button.text() == "停用这个单位"
    dialog.reason.setText("单位已注销")
    dialog.do()
    assert desk.told("retire_party")[-1].is_retired
    assert page.model.index(0, 4).data() == "已停用"
    assert page.tools["retire"].text() == "恢复使用"
    page.retire()
    assert isinstance(page.dialog, RetirePartyDialog)
    assert page.dialog.act_button.text() == "恢复使用"


def test_the_year_account_opens_for_the_party_in_front(made: MainWindow, desk: FakeDesk) -> None:
    page = page_of(made)
    press(KEY.Key_N, ALT)
    dialog = page.dialog
    assert isinstance(dialog, YearDialog)
    assert desk.told("contract")[-1] == 1, "over its newest contract"
    assert dialog.taxpayer.choice() == "91990321MA0QH7K26R"
    assert desk.told("year_account")[-1][0] == "91990321MA0QH7K26R"


def test_who_may_not_edit_is_told_why(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk(SignedIn("程砚", frozenset({"admin"})))
    page = page_of(window(qtbot, theme, tmp_path, desk))
    assert not page.tools["edit"].isEnabled()
    said: list[str] = []
    page.said.connect(lambda text, _level, _stays: said.append(text))
    page.edit()
    assert said == ["没有改单位库的权限"]


def test_nothing_found_says_so(made: MainWindow) -> None:
    page = page_of(made)
    page.box.setText("没有这家")
    page.search()
    assert not page.empty.isHidden()
    assert page.side.title.text() == ""
    assert page.current_id() is None


@pytest.mark.parametrize("size", [(1366, 768), (1093, 614), (911, 512)])
def test_no_size_scrolls_sideways_and_everything_has_a_name(
    qtbot: QtBot, theme: Theme, tmp_path: Path, size: tuple[int, int]
) -> None:
    made = window(qtbot, theme, tmp_path, FakeDesk(SHEN), size)
    page = page_of(made)
    assert made.width() == size[0]
    assert sideways(page) == []
    assert nameless_buttons(page) == []
    if size[0] < 1280:
        assert page.side.isHidden()
        press(KEY.Key_F8)
        assert not page.side.isHidden()
        assert sideways(page) == []
        press(KEY.Key_Escape)
        assert made.page is page
        assert page.side.isHidden()
    page.edit()
    assert page.dialog is not None
    QApplication.processEvents()
    assert page.dialog.height() <= made.height()
    assert nameless_buttons(page.dialog) == []


def test_calls_come_from_the_worker_too(qtbot: QtBot, theme: Theme) -> None:
    from desktop.jobs import JobRunner

    jobs = JobRunner()
    page: Any = PartiesPage(FakeDesk(), jobs)
    qtbot.addWidget(page)
    page.open()
    qtbot.waitUntil(lambda: page.sheet is not None)
    jobs.shut_down()


def test_a_form_that_waits_gets_the_chosen_party_and_the_page_goes_back(
    qtbot: QtBot, theme: Theme, tmp_path: Path, desk: FakeDesk
) -> None:
    made = make(theme, tmp_path, desk=desk)
    qtbot.addWidget(made)
    bring_up(made)
    made.show_desk(desk)  # type: ignore[arg-type]
    made.go("search")
    taken: list[tuple[int, str]] = []
    made.page.wants.emit("parties", PartyWanted(SELLER[:4], lambda key, name: taken.append((key, name))))  # type: ignore[union-attr]
    page = page_of(made)
    assert page.box.text() == SELLER[:4]
    primary = page.primary()
    assert primary is not None
    assert primary.words == "用这个单位"
    page.table.setFocus()
    first = page.found.rows[0]
    press(KEY.Key_Return)
    assert taken == [(first.id, first.name)]
    assert made.page is made.pages["search"]
    made.go("parties", SELLER[:4])
    primary = page_of(made).primary()
    assert primary is not None
    assert primary.words == "看它的合同", "nobody waits any more"
