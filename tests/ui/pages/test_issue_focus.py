"""登记发证: every act has its key told, and the focus is never left to chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fakes_case
import pytest
from desk import URGENT, c, v
from later import NARROW, NUMBER, WIDE, Frame, LaterDesk, drawn_facts, runner, sheet_row
from PySide6.QtCore import QPoint, Qt, QThread
from PySide6.QtGui import QPainter, QPdfWriter
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.errors import RefusedError
from desktop.ui.dialogs.change import ChangeDialog
from desktop.ui.help import HelpDialog
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.issue import IssueStep
from desktop.ui.theme import Theme

K, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier
LETTERS = {
    "变更": "B", "核定收入": "S", "注销": "X", "撤销": "E", "暂不上报": "P", "打印文书": "D",
    "补证": "Z", "副本": "F", "签收": "Q", "收回": "H", "作废": "W", "成批打印": "L", "标尺页": "O",
    "复制（不带空格）": "C",
}  # fmt: skip
HEAD = v.SignedIn("贺兰舟", frozenset({"clerk", "head"}))


class IssuingDesk(LaterDesk):
    """What is printed stands in the ledger; a change waits for its new certificate."""

    def __init__(self, state: str = "REGISTERED", copies: int = 0) -> None:
        row = replace(URGENT[6], state=state, official_number=NUMBER)
        super().__init__(HEAD, facts=drawn_facts(), sheet_row=row)
        printed = tuple(sheet_row(n, "printed", 50 + n) for n in range(1, copies + 1))
        self.more = {"sheets": printed, "certificate_version": 1 if copies else 0}

    def _add(self, *rows: v.SheetRow) -> None:
        self.more["sheets"] = (*self.more.get("sheets", ()), *rows)

    def issue_certificate(self, cmd: c.IssueCertificate) -> v.ContractSheet:
        made = self.more["certificate_version"]
        is_new = self.sheet_row.state in ("REGISTERED", "CHANGED")
        version = self.more["certificate_version"] = made + is_new
        if cmd.contract_id == self.sheet_row.id:
            super().issue_certificate(cmd)
            ordinal = 0 if cmd.copy_kind == "first" else 1
            self._add(
                *(
                    sheet_row(n, "printed", 58, version=version, copy_kind=cmd.copy_kind, ordinal=ordinal)
                    for n in cmd.copies
                )
            )
        return self.sheet()

    def record_sheet(self, cmd: c.RecordSheet) -> v.ContractSheet:
        super().record_sheet(cmd)
        self._add(sheet_row(cmd.copy_number, cmd.event, 59, reason=cmd.reason, collector=cmd.collector))
        return self.sheet()


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def jobs(request: pytest.FixtureRequest) -> Iterator[Any]:
    with runner(request.param) as made:
        yield made


@pytest.fixture
def preview(qapp: QApplication, tmp_path: Path) -> bytes:
    writer = QPdfWriter(str(tmp_path / "preview.pdf"))
    painter = QPainter(writer)
    painter.end()
    del writer
    return (tmp_path / "preview.pdf").read_bytes()


Open = Callable[..., tuple[IssueStep, Frame]]


@pytest.fixture
def step(qtbot: QtBot, theme: Theme, tmp_path: Path, jobs: Any, preview: bytes) -> Open:
    def make(
        desk: IssuingDesk, size: tuple[int, int] = WIDE, printers: tuple[str, ...] = ()
    ) -> tuple[IssueStep, Frame]:
        desk.preview_bytes = preview
        page = IssueStep(desk, jobs, printers=lambda: printers, put_on_paper=lambda *_a, **_k: 1)
        page.ask_path = lambda wanted: tmp_path / wanted
        frame = Frame(page, size)
        frame.bar.set_narrow(size == NARROW)
        qtbot.addWidget(frame)
        page.show_sheet(desk.sheet())
        page.open()
        qtbot.waitUntil(lambda: page.page.picture is not None)
        return page, frame

    return make


def dialog_of(page: IssueStep, qtbot: QtBot) -> Any:
    dialog = page.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.waitUntil(dialog.first_focus().hasFocus)
    return dialog


def focus(frame: QWidget, qtbot: QtBot) -> QWidget:
    """Who has the focus once the window is in front again; offscreen no desktop brings it there."""
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    qtbot.wait(20)
    holder = QApplication.focusWidget()
    assert holder is not None
    assert holder.isVisible()
    assert holder.isEnabled()
    return holder


def is_seen(widget: QWidget) -> bool:
    """Whole inside everything that scrolls or cuts around it."""
    over = widget.parentWidget()
    while over is not None:
        corner = widget.mapTo(over, QPoint(0, 0))
        if not over.rect().contains(widget.rect().translated(corner)):
            return False
        over = None if over.isWindow() else over.parentWidget()
    return True


def fill(dialog: Any) -> None:
    """What the dialog asks for."""
    if isinstance(dialog, ChangeDialog):
        dialog.entry("valid_until").setText("2028-12-31")
        dialog.agreement.setText("2026年11月18日补充协议")
    for name, words in (
        ("day", "20261119"),
        ("amount", "300000"),
        ("reason", "协议解除"),
        ("document", "解除协议"),
        ("collector", "韦青岚"),
    ):
        if (entry := getattr(dialog, name, None)) is not None:
            entry.setText(words)


# the keys


def test_every_letter_of_a_button_stands_among_the_keys(step: Open) -> None:
    page, _frame = step(IssuingDesk("CERTIFIED", 3))
    keys = page.keys()
    told = {key.word: key.caps for key in keys}
    assert {word: told.get(word) for word in LETTERS} == {w: ("Alt", x) for w, x in LETTERS.items()}
    buttons = [button for button, _act in page._acts()]
    assert {b.text(): f"（Alt+{LETTERS[b.text()]}）" in b.toolTip() for b in buttons} == dict.fromkeys(
        LETTERS, True
    )


def test_what_the_clerk_may_not_do_is_told_but_dim(step: Open) -> None:
    desk = IssuingDesk("CERTIFIED", 3)
    desk.person = v.SignedIn("沈清禾", frozenset({"clerk"}))
    page, _frame = step(desk)
    keys = page.keys()
    can = {key.word: key.is_enabled for key in keys}
    assert (can["变更"], can["撤销"]) == (True, False)
    page.open_after_dialog("revoke")
    assert page.dialog is None


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_bar_overflow_and_key_list_show_the_letters(step: Open, qtbot: QtBot, size: tuple[int, int]) -> None:
    page, frame = step(IssuingDesk("CERTIFIED", 3), size)
    kept = {"F1", "Esc"} if size == NARROW else {"F1", "F9", "Ctrl", "Esc"}
    shown = [item.key for item in frame.bar.items if item.isVisible()]
    assert kept <= {key.caps[0] for key in shown}, "what is most used is not crowded out"
    under = frame.bar.hidden_keys()
    assert {key.word for key in (*shown, *under)} >= LETTERS.keys()
    frame.press(K.Key_F10)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = {action.text(): action for action in menu.actions()}
    assert len(words) == len(under) > 0
    last = [word for word in words if word.endswith("注销")]
    if last:
        words[last[0]].trigger()
        menu.close()
        dialog = dialog_of(page, qtbot)
        assert dialog.windowTitle().startswith("注销")
        dialog.reject()
    else:
        menu.close()
        assert "注销" in {key.word for key in shown}
    help_dialog = HelpDialog(frame, "登记发证", page.keys(), chapter="keys")
    text = help_dialog.text.toPlainText()
    help_dialog.deleteLater()
    assert [f"Alt {letter}" for letter in LETTERS.values() if f"Alt {letter}" not in text] == []


@pytest.mark.parametrize(
    ("letter", "words"),
    [(K.Key_B, "变更"), (K.Key_S, "为 "), (K.Key_X, "注销"), (K.Key_E, "撤销"), (K.Key_W, "作废")],
)
def test_the_letter_opens_its_dialog_once(step: Open, qtbot: QtBot, letter: Any, words: str) -> None:
    page, frame = step(IssuingDesk("CERTIFIED", 3))
    frame.press(letter, ALT)
    dialog = dialog_of(page, qtbot)
    assert dialog.windowTitle().startswith(words)
    dialog.reject()
    assert focus(frame, qtbot) is page.table


# the focus after a dialog


ACTS = (
    "change",
    "income",
    "cancel",
    "revoke",
    "park",
    "reissue",
    "duplicate",
    "collected",
    "recalled",
    "void",
)


def button_of(page: IssueStep, act: str) -> QWidget:
    return page.after_buttons.get(act) or page.sheet_buttons[act]


@pytest.mark.parametrize("way", ["safe", "escape"])
@pytest.mark.parametrize("act", ACTS)
def test_giving_up_leaves_the_focus_on_the_button_used(step: Open, qtbot: QtBot, act: str, way: str) -> None:
    page, frame = step(IssuingDesk("CERTIFIED", 3))
    button = button_of(page, act)
    button.setFocus()
    frame.press(K.Key_Return)
    dialog = dialog_of(page, qtbot)
    if way == "safe":
        dialog.safe_button.setFocus()
    frame.press(K.Key_Return if way == "safe" else K.Key_Escape)
    assert focus(frame, qtbot) is button


@pytest.mark.parametrize(
    ("act", "where"),
    [
        ("change", "print"),
        ("income", "button"),
        ("cancel", "table"),
        ("revoke", "table"),
        ("park", "button"),
        ("reissue", "button"),
        ("duplicate", "button"),
        ("collected", "button"),
        ("recalled", "button"),
        ("void", "button"),
    ],
)
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_after_the_act_the_focus_stands_where_work_goes_on(
    step: Open, qtbot: QtBot, act: str, where: str, size: tuple[int, int]
) -> None:
    desk = IssuingDesk("CERTIFIED", 3)
    page, frame = step(desk, size)
    button = button_of(page, act)
    button.setFocus()
    frame.press(K.Key_Return)
    dialog = dialog_of(page, qtbot)
    fill(dialog)
    dialog.act_button.setFocus()
    frame.press(K.Key_Return)
    qtbot.waitUntil(lambda: "台账" in frame.words())
    expected = {"print": page.print_button, "table": page.table, "button": button}[where]
    assert focus(frame, qtbot) is expected
    assert is_seen(expected), "not behind the edge of what scrolls"
    if where == "table":
        assert page.table.currentIndex().row() >= 0, "a row shows the focus"


def test_a_refusal_then_giving_up_returns_to_the_button(step: Open, qtbot: QtBot) -> None:
    desk = IssuingDesk("CERTIFIED", 3)
    desk.refusals["change"] = RefusedError("没有改动", "请改一栏", code="V20")
    page, frame = step(desk)
    page.after_buttons["change"].setFocus()
    frame.press(K.Key_Return)
    dialog = dialog_of(page, qtbot)
    fill(dialog)
    dialog.act_button.click()
    qtbot.waitUntil(dialog.trouble.isVisible)
    frame.press(K.Key_Escape)
    assert focus(frame, qtbot) is page.after_buttons["change"]


def test_ended_before_the_first_sheet_the_letters_come_next(step: Open, qtbot: QtBot) -> None:
    page, frame = step(IssuingDesk())
    page.after_buttons["cancel"].setFocus()
    frame.press(K.Key_Return)
    dialog = dialog_of(page, qtbot)
    fill(dialog)
    dialog.act_button.click()
    assert focus(frame, qtbot) is page.papers_button


def test_the_preview_and_the_list_of_letters_give_the_focus_back(step: Open, qtbot: QtBot) -> None:
    page, frame = step(IssuingDesk())
    frame.press(K.Key_F9)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    frame.press(K.Key_Escape)
    assert focus(frame, qtbot) is page.print_button
    page.papers_button.setFocus()
    frame.press(K.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    frame.press(K.Key_Escape)
    assert focus(frame, qtbot) is page.papers_button


# printing


def test_after_the_print_the_first_sheet_of_the_new_version_is_chosen(step: Open, qtbot: QtBot) -> None:
    desk = IssuingDesk("CHANGED", 3)
    page, frame = step(desk)
    assert focus(frame, qtbot) is page.print_button
    frame.press(K.Key_Return)
    qtbot.waitUntil(lambda: "台账已记" in frame.words())
    assert focus(frame, qtbot) is page.table
    assert page.table.currentIndex().row() == 3
    line = page.ledger.lines[3]
    assert line.printed is not None
    assert (line.printed.version, line.copy_number) == (2, 1)


def test_one_sheet_first_gives_the_focus_back_for_the_rest(step: Open, qtbot: QtBot) -> None:
    desk = IssuingDesk()
    page, frame = step(desk, printers=("窗口激光机",))
    page.pause.setChecked(True)
    assert page.primary().words == "先打第 1 联"
    frame.press(K.Key_Return)
    qtbot.waitUntil(lambda: "打其余 2 联" in frame.words())
    assert focus(frame, qtbot) is page.print_button


def test_a_refused_print_gives_the_focus_back(step: Open, qtbot: QtBot) -> None:
    desk = IssuingDesk()
    desk.refusals["issue_certificate"] = RefusedError("第 1 联已经首发过", "遗失的办“补证”", code="C02")
    page, frame = step(desk)
    frame.press(K.Key_Return)
    qtbot.waitUntil(page.trouble.isVisible)
    assert focus(frame, qtbot) is page.print_button


def test_a_row_that_was_chosen_stays_chosen(step: Open, qtbot: QtBot) -> None:
    page, frame = step(IssuingDesk("CERTIFIED", 3))
    page.table.setFocus()
    page.table.select_row(1)
    frame.press(K.Key_Q, ALT)
    dialog = dialog_of(page, qtbot)
    fill(dialog)
    dialog.act_button.click()
    qtbot.waitUntil(lambda: "台账" in frame.words())
    assert focus(frame, qtbot) is page.table
    assert page.table.currentIndex().row() == 1
    assert page.ledger.lines[1].collected is not None


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_print_button_is_in_sight_when_it_has_the_focus(
    step: Open, qtbot: QtBot, size: tuple[int, int]
) -> None:
    page, frame = step(IssuingDesk(), size)
    assert focus(frame, qtbot) is page.print_button
    assert is_seen(page.print_button)


# from one contract to the next


class QueueDesk(IssuingDesk):
    """Three contracts wait for their certificate; each is as the first."""

    def queue(self, name: str) -> tuple[v.ContractRow, ...]:
        wanted = range(3) if name == "to_issue" else ()
        return tuple(replace(self.sheet_row, id=self.sheet_row.id + n * 1000) for n in wanted)

    def contract(self, contract_id: int) -> v.ContractSheet:
        first = self.sheet()
        if contract_id == first.row.id:
            return first
        row = replace(first.row, id=contract_id, state="REGISTERED", official_number=f"{contract_id:016}")
        return replace(self.sheet(row), sheets=(), certificate_version=0)


Queue = Callable[[IssuingDesk], tuple[CasePage, IssueStep, Any]]


@pytest.fixture
def queue(qtbot: QtBot, theme: Theme, tmp_path: Path, jobs: Any, preview: bytes) -> Queue:
    def make(desk: IssuingDesk) -> tuple[CasePage, IssueStep, Any]:
        desk.preview_bytes = preview
        page = CasePage(desk, jobs, makers={6: lambda d, j: IssueStep(d, j, printers=tuple)})
        shown = fakes_case.frame(qtbot, page)
        page.open(desk.sheet_row.id)
        issue = page.step()
        assert isinstance(issue, IssueStep)
        issue.ask_path = lambda wanted: tmp_path / wanted
        qtbot.waitUntil(lambda: issue.page.picture is not None and len(page._queue) == 3)
        return page, issue, shown

    return make


def test_page_down_goes_to_the_next_one_that_waits_and_its_print(queue: Queue, qtbot: QtBot) -> None:
    desk = QueueDesk()
    page, issue, shown = queue(desk)
    keys = page.keys()
    assert [key.word for key in keys][4:6] == ["上/下一份", "返回"], "as drawn"
    fakes_case.press(K.Key_Return)
    qtbot.waitUntil(lambda: issue.ticked() == ())
    assert focus(shown, qtbot) is issue.table
    fakes_case.press(K.Key_PageDown)
    assert page.sheet is not None
    assert page.sheet.row.id == desk.sheet_row.id + 1000
    assert focus(shown, qtbot) is issue.print_button
    issue.table.setFocus()
    issue.table.select_row(2)
    fakes_case.press(K.Key_PageDown)
    assert focus(shown, qtbot) is issue.print_button
    assert issue.table.currentIndex().row() <= 0, "nothing chosen of the contract before"


def test_from_a_dialog_to_the_next_contract(queue: Queue, qtbot: QtBot) -> None:
    desk = QueueDesk()
    page, issue, shown = queue(desk)
    issue.after_buttons["cancel"].setFocus()
    fakes_case.press(K.Key_Return)
    dialog = dialog_of(issue, qtbot)
    fill(dialog)
    dialog.act_button.click()
    assert focus(shown, qtbot) is issue.papers_button
    fakes_case.press(K.Key_PageDown)
    assert page.sheet is not None
    assert page.sheet.row.state == "REGISTERED"
    assert focus(shown, qtbot) is issue.print_button


@pytest.mark.parametrize("jobs", [False], indirect=True)
def test_a_print_that_ends_after_the_page_went_on_changes_nothing_there(queue: Queue, qtbot: QtBot) -> None:
    desk = QueueDesk()
    page, issue, shown = queue(desk)
    go_on = []
    desk.during = lambda name: (
        QThread.msleep(1)
        if name != "issue_certificate"
        else [QThread.msleep(20) for _n in range(250) if not go_on]
    )
    fakes_case.press(K.Key_Return)
    fakes_case.press(K.Key_PageDown)
    go_on.append("")
    qtbot.waitUntil(lambda: any(NUMBER in words and "台账已记" in words for words, *_more in shown.said))
    assert page.sheet is not None
    assert page.sheet.row.id == desk.sheet_row.id + 1000
    assert issue.number.text().replace(" ", "") == page.sheet.row.official_number
    qtbot.waitUntil(lambda: issue.primary().enabled)
