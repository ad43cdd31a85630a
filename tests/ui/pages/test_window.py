from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import LU, FakeDesk
from frame import PEOPLE, Somebody, bring_up, make, nameless_buttons, nothing, sideways
from later import registered
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, RefusedError
from desktop.jobs import Job, JobRunner
from desktop.services.views import Recovered
from desktop.settings import now
from desktop.ui.crash import LOG_NAME, CrashHandler
from desktop.ui.dialogs.recovery import NewSheetDialog, RecoverDialog
from desktop.ui.help import HelpDialog
from desktop.ui.launch import choose_input_method, own_pages
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.page import Page, Primary
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme
from desktop.ui.widgets.ask import AskDialog
from desktop.ui.widgets.bars import Key
from desktop.ui.window import Doors, MainWindow


class PlainPage(Page):
    """A page that writes down what the window does with it."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code
        self.opened: list[object] = []
        self.acted: list[str] = []
        self.lets_go, self.enabled = True, True
        self.entry = QLineEdit(self)
        QVBoxLayout(self).addWidget(self.entry)

    def keys(self) -> Sequence[Key]:
        return (
            Key("F1", "帮助"),
            Key("F6", "保存", lambda: self.acted.append("F6")),
            Key("F5", "新增", is_enabled=self.code != "report"),
            Key("Esc", "返回"),
        )

    def primary(self) -> Primary | None:
        return Primary("提交", lambda: self.acted.append("F12"), self.enabled, "还有 2 处错误")

    def open(self, argument: object = None) -> None:
        self.opened.append(argument)
        self.entry.setFocus()

    def may_leave(self) -> bool:
        return self.lets_go

    def at_rest(self) -> Sequence[str]:
        return ("1 份正在录入，已存盘 14:32:05", "停在第 16 栏") if self.code == "case" else ()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, tmp_path: Path) -> MainWindow:
    pages = {code: _plain(code) for code in ("today", "case", "search", "report", "stats", "system")}
    made = make(theme, tmp_path, pages=pages)
    return signed_in(qtbot, made)


def _plain(code: str) -> Callable[..., Page]:
    return lambda _desk, _jobs: PlainPage(code)


def signed_in(qtbot: QtBot, window: MainWindow) -> MainWindow:
    qtbot.addWidget(window)
    bring_up(window)
    QTest.keyClicks(window.sign_in.password, "tea-garden-7")
    QTest.keyClick(window.sign_in.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.rooms.currentWidget() is window.work)
    return window


def page(window: MainWindow) -> PlainPage:
    assert isinstance(window.page, PlainPage)
    return window.page


def press(window: MainWindow, key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


CTRL = Qt.KeyboardModifier.ControlModifier


# signing in


def test_signing_in_shows_today_and_who_works(window: MainWindow) -> None:
    assert page(window).code == "today"
    assert window.navigation.who.accessibleName() == "沈清禾，登记员 · 经办，锁屏"
    assert window.windowTitle().startswith("澄河县技术合同登记处 — D:/contract-desk/station.db")


def test_a_wrong_password_is_said_and_the_page_stays(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    def refuse(_name: str, _password: str) -> FakeDesk:
        raise RefusedError("口令不对", "请看大写锁定，再输入一遍", code="P02")

    window = make(theme, tmp_path, doors=Doors(refuse, lambda: PEOPLE))
    qtbot.addWidget(window)
    bring_up(window)
    window.sign_in.password.setText("x")
    window.sign_in.submit()
    assert window.rooms.currentWidget() is window.sign_in
    assert window.sign_in.note.words.text() == "口令不对（P02）。请看大写锁定，再输入一遍"
    assert window.sign_in.button.isEnabled()


def test_a_damaged_key_file_is_told_on_the_sign_in_page(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    def damaged() -> Any:
        raise MachineError("口令文件读不出来", "请从备份恢复 people.json")

    window = make(theme, tmp_path, doors=Doors(nothing, damaged))  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    assert window.sign_in.warning.isVisible()
    assert not window.sign_in.button.isEnabled()


def test_a_clock_set_back_is_told_before_anybody_signs_in(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    kept = Remembered.load(tmp_path)
    kept.last_seen_at = now() + timedelta(days=1)
    window = make(theme, tmp_path, remembered=kept)
    qtbot.addWidget(window)
    window.show()
    assert window.sign_in.warning.isVisible()


def test_a_clock_set_back_is_noted_in_the_log_once(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    kept = Remembered.load(tmp_path)
    kept.last_seen_at = last = now() + timedelta(days=1)
    window = make(theme, tmp_path, remembered=kept)
    qtbot.addWidget(window)
    window.show()
    first, second = FakeDesk(), FakeDesk()
    window.show_desk(first)
    qtbot.waitUntil(lambda: bool(first.told("note_clock")))
    assert first.told("note_clock") == [last]
    window.switch_person()
    window.show_desk(second)
    QApplication.processEvents()
    assert second.told("note_clock") == []


def test_who_leaves_for_somebody_else_is_not_chosen_at_the_sign_in(window: MainWindow) -> None:
    assert window.desk is not None
    window.switch_person()
    assert window.sign_in.chosen() == "", "nobody has worked here before"
    assert window.sign_in.people.hasFocus()
    window.show_desk(FakeDesk(LU))
    window.switch_person()
    assert window.sign_in.chosen() == "沈清禾", "the one who worked before"
    window.show_sign_in()
    assert window.sign_in.chosen() == "陆知远", "on the next day the one who worked last"


def test_the_last_person_is_remembered(window: MainWindow, tmp_path: Path) -> None:
    assert Remembered.load(tmp_path).last_person == "沈清禾"


# pages


def test_pages_are_made_when_they_are_gone_to_and_only_once(window: MainWindow) -> None:
    assert list(window.pages) == ["today"]
    window.go("search", "采摘")
    window.go("today")
    first = window.pages["search"]
    window.go("search", None)
    assert window.pages["search"] is first
    assert first.opened == ["采摘", None]  # type: ignore[attr-defined]


def test_the_keys_of_the_window_work_in_every_field(qtbot: QtBot, window: MainWindow) -> None:
    press(window, Qt.Key.Key_F3)
    assert page(window).code == "search"
    press(window, Qt.Key.Key_F5)
    assert page(window).code == "case"
    assert page(window).opened == [None]
    press(window, Qt.Key.Key_4, CTRL)
    qtbot.waitUntil(lambda: page(window).code == "report")
    press(window, Qt.Key.Key_Escape)
    assert page(window).code == "case"
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_Escape)
    assert page(window).code == "today"
    press(window, Qt.Key.Key_Escape)
    assert page(window).code == "today"


def test_a_key_the_page_holds_back_does_not_reach_the_window(window: MainWindow) -> None:
    window.go("report")
    press(window, Qt.Key.Key_F5)
    assert page(window).code == "report"
    press(window, Qt.Key.Key_F6)
    assert page(window).acted == ["F6"]


def test_ctrl_digits_choose_the_six_pages(qtbot: QtBot, window: MainWindow) -> None:
    order = ["today", "case", "search", "report", "stats", "system"]
    for at, code in enumerate(order):
        press(window, Qt.Key(Qt.Key.Key_1.value + at), CTRL)
        qtbot.waitUntil(lambda code=code: page(window).code == code)  # type: ignore[misc]


def test_handling_opens_the_most_urgent_case(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.start is not None)
    press(window, Qt.Key.Key_2, CTRL)
    qtbot.waitUntil(lambda: page(window).code == "case")
    assert page(window).opened == [289]


def test_a_page_that_does_not_let_go_stays_in_front(window: MainWindow) -> None:
    window.go("case", 7)
    page(window).lets_go = False
    assert not window.go("today")
    assert page(window).code == "case"
    chosen = [button.item.code for button in window.navigation.items if button.isChecked()]
    assert chosen == ["handle"]


def test_f12_does_the_primary_act_or_says_why_not(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F12)
    assert page(window).acted == ["F12"]
    page(window).enabled = False
    page(window).keys_changed.emit()
    assert not window.key_bar.button.isEnabled()
    press(window, Qt.Key.Key_F12)
    assert page(window).acted == ["F12"]
    assert window.status.message() == "还有 2 处错误"


def test_a_page_in_the_back_does_not_change_the_keys(window: MainWindow) -> None:
    window.go("search")
    window.pages["today"].enabled = False  # type: ignore[attr-defined]
    window.pages["today"].keys_changed.emit()
    assert window.key_bar.button.isEnabled()


@pytest.mark.parametrize(("level", "sign"), [("ok", ""), ("warn", "doubt"), ("err", "error"), ("", "")])
def test_what_a_page_says_stands_in_the_status_bar(window: MainWindow, level: str, sign: str) -> None:
    page(window).said.emit("已受理 0312", level, True)
    assert window.status.message() == "已受理 0312"
    assert window.status.record()[0].endswith("已受理 0312")
    assert not window.status.grab().isNull()


def test_counts_and_facts_come_from_the_start_page(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.start is not None)
    spoken = [button.accessibleName() for button in window.navigation.items]
    assert spoken[1] == "办理，11 份"
    assert spoken[3] == "上报，12 份"
    facts = window.status.accessibleName()
    assert "规则 M2026 · 2026-03-01 起" in facts
    assert "地方包 云岭 2026.11" in facts
    assert "本机离线 3 天 · 待导出 12 份" in facts


# lock


def test_locking_hides_everything_and_unlocking_brings_the_field_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.go("case", 7)
    press(window, Qt.Key.Key_L, CTRL)
    assert window.rooms.currentWidget() is window.lock
    assert not window.work.isVisible()
    assert window.lock.draft.isVisible()
    QTest.keyClicks(window.lock.secret, "491537")
    QTest.keyClick(window.lock.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.rooms.currentWidget() is window.work)
    qtbot.waitUntil(page(window).entry.hasFocus)
    assert page(window).opened == [7]


def test_a_locked_window_takes_no_key_of_the_work(window: MainWindow) -> None:
    window.lock_screen()
    for key in (Qt.Key.Key_F3, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F12, Qt.Key.Key_Escape):
        press(window, key)
    press(window, Qt.Key.Key_3, CTRL)
    assert window.rooms.currentWidget() is window.lock
    assert page(window).code == "today"
    assert page(window).acted == []


def meanwhile(*steps: Callable[[], object]) -> QTimer:
    """Does one after another while a dialog waits for its answer; a step that gives False is tried again."""
    left = list(steps)
    timer = QTimer()

    def tick() -> None:
        if left and left[0]() is not False:
            left.pop(0)
        if not left:
            timer.stop()

    timer.timeout.connect(tick)
    timer.start(10)
    return timer


@pytest.mark.parametrize("waits", [True, False])
def test_the_lock_holds_in_a_dialog_and_gives_back_what_was_typed(
    qtbot: QtBot, theme: Theme, tmp_path: Path, waits: bool
) -> None:
    """``waits``: the page stands still until the dialog is answered."""
    doors = Doors(lambda *_a: FakeDesk(), lambda: PEOPLE, nothing, nothing)
    window = signed_in(qtbot, make(theme, tmp_path, doors=doors))
    dialog = AskDialog(
        window.pages["today"], "退回这份合同？", "期限停算。", act="退回", safe="先不退回", reason="理由"
    )
    field, seen = dialog.entry, list[object]()
    assert field is not None

    def type_and_lock() -> None:
        QTest.keyClicks(field, "abc")
        QTest.keyClick(field, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)

    def look() -> bool:
        if window.rooms.currentWidget() is not window.lock:
            return False
        seen.append(dialog.isVisible())
        window.show_help()
        seen.append(window._help is not None)
        if window._help is not None:
            window._help.reject()
        window.lock.unlock_wanted.emit("123456", True)
        return True

    timer = meanwhile(
        lambda: bool(dialog.activateWindow()) or field.hasFocus(),
        type_and_lock,
        look,
        dialog.isVisible,
        lambda: seen.append(dialog.reason()),
        dialog.act_button.click,
    )
    if waits:
        assert dialog.answered()
    else:
        dialog.open()
    qtbot.waitUntil(lambda: not timer.isActive())
    assert seen == [False, True, "abc"]
    assert not dialog.isVisible()
    assert window.rooms.currentWidget() is window.work


def test_handing_over_answers_an_open_dialog_with_no(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    doors = Doors(lambda *_a: FakeDesk(), lambda: PEOPLE, nothing, nothing)
    window = signed_in(qtbot, make(theme, tmp_path, doors=doors))
    dialog = AskDialog(window.pages["today"], "退回？", "期限停算。", act="退回", safe="先不退回")
    _timer = meanwhile(dialog.isVisible, window.lock_screen, window.switch_person)
    assert not dialog.answered()
    assert window.rooms.currentWidget() is window.sign_in


def test_a_wrong_pin_keeps_it_locked(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    def wrong(_desk: object, _pin: str) -> None:
        raise RefusedError("PIN 不对", "还可以试 4 次", code="P20")

    doors = Doors(lambda _n, _p: FakeDesk(), lambda: PEOPLE, wrong, nothing)
    window = signed_in(qtbot, make(theme, tmp_path, doors=doors))
    window.lock_screen()
    window.lock.secret.setText("491537")
    window.lock.submit()
    assert window.rooms.currentWidget() is window.lock
    assert window.lock.note.words.text() == "PIN 不对（P20）。还可以试 4 次"


def test_handing_over_closes_the_station_and_offers_the_names(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desks = [FakeDesk(), FakeDesk(LU)]
    opened: list[str] = []

    def open_station(name: str, _password: str) -> FakeDesk:
        opened.append(name)
        return desks[len(opened) - 1]

    doors = Doors(open_station, lambda: PEOPLE, nothing, nothing)
    window = signed_in(qtbot, make(theme, tmp_path, doors=doors))
    window.lock_screen()
    window.lock.switch.click()
    assert desks[0].told("close") == [None]
    assert window.rooms.currentWidget() is window.sign_in
    assert window.pages == {}
    assert "沈清禾" in Remembered.load(tmp_path).left_at
    assert dict(Remembered.load(tmp_path).facts)["号段"] == "余 54 个（2026 第 1 段）"
    window.sign_in.submit()
    assert "请先选您的姓名" in window.sign_in.note.words.text()
    for _row in range(2):
        QTest.keyClick(window.sign_in.people, Qt.Key.Key_Down)
    window.sign_in.password.setText("y")
    window.sign_in.submit()
    assert opened == ["沈清禾", "陆知远"]
    assert window.navigation.who.accessibleName().startswith("陆知远，登记员 · 复核")


# looks


@pytest.mark.parametrize("code", ["today", "search", "stats", "system"])
@pytest.mark.parametrize("size", [(911, 512), (1366, 768)])
def test_no_page_scrolls_sideways_and_f12_is_seen(
    qtbot: QtBot, theme: Theme, tmp_path: Path, code: str, size: tuple[int, int]
) -> None:
    window = signed_in(qtbot, make(theme, tmp_path))
    window.resize(*size)
    window.go(code)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    assert sideways(window) == []
    button = window.key_bar.button
    right = button.mapTo(window, button.rect().bottomRight())
    assert button.isVisible()
    assert right.x() <= window.width()
    assert right.y() <= window.height()


def test_below_1280_the_navigation_is_a_rail(window: MainWindow) -> None:
    window.resize(1279, 700)
    QApplication.processEvents()
    assert window.navigation.width() == 56
    window.resize(1280, 700)
    QApplication.processEvents()
    assert window.navigation.width() == 144


def test_larger_text_and_contrast_are_remembered(window: MainWindow, theme: Theme, tmp_path: Path) -> None:
    press(window, Qt.Key.Key_Plus, CTRL)
    assert theme.is_large
    press(window, Qt.Key.Key_Minus, CTRL)
    assert not theme.is_large
    press(window, Qt.Key.Key_K, CTRL)
    assert theme.is_contrast
    window.close()
    assert Remembered.load(tmp_path).is_contrast is True
    assert Remembered.load(tmp_path).is_large is False


def test_the_system_page_switches_the_looks(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    window = signed_in(qtbot, make(theme, tmp_path))
    window.go("system")
    window.pages["system"].large.click()  # type: ignore[attr-defined]
    assert theme.is_large
    window.pages["system"].large.click()  # type: ignore[attr-defined]
    assert not theme.is_large


def test_every_button_of_the_window_has_a_name(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    window = signed_in(qtbot, make(theme, tmp_path))
    for code in own_pages():
        window.go(code)
    assert nameless_buttons(window) == []


# help


def test_f1_shows_the_keys_of_the_page_and_the_record(window: MainWindow) -> None:
    window.status.say("已受理 0312")
    press(window, Qt.Key.Key_F1)
    dialog = window.findChild(HelpDialog)
    assert dialog is not None
    dialog.topics.setCurrentRow(0)
    assert "F6" in dialog.text.toPlainText()
    dialog.topics.setCurrentRow(1)
    assert "已受理 0312" in dialog.text.toPlainText()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


# the end


def test_closing_keeps_what_is_remembered_and_closes_the_station(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk = FakeDesk()
    window = signed_in(qtbot, make(theme, tmp_path, desk=desk))
    assert window.close()
    assert desk.told("close") == [None]
    assert Remembered.load(tmp_path).last_seen_at is not None


def test_a_page_may_keep_the_window_open(window: MainWindow) -> None:
    page(window).lets_go = False
    assert not window.close()
    assert window.isVisible()
    page(window).lets_go = True


@pytest.mark.parametrize("leaves", [True, False])
def test_closing_during_a_job_asks_once(qtbot: QtBot, theme: Theme, tmp_path: Path, leaves: bool) -> None:
    stop, began = threading.Event(), threading.Event()
    asked: list[str] = []

    def ask(_parent: QWidget, question: str, _consequence: str, **_words: str) -> bool:
        asked.append(question)
        return leaves

    def work(job: Job) -> None:
        began.set()
        while not stop.wait(0.005):
            job.step(1, 100)

    desk, jobs = FakeDesk(), JobRunner()
    window = signed_in(qtbot, make(theme, tmp_path, desk=desk, jobs=jobs, ask=ask))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    jobs.start(Job(work))
    qtbot.waitUntil(began.is_set)
    window.close()
    assert window.isVisible()
    qtbot.waitUntil(lambda: len(asked) == 1)
    if leaves:
        qtbot.waitUntil(lambda: not window.isVisible())
        assert desk.told("close") == [None]
    else:
        assert window.isVisible()
        stop.set()
        qtbot.waitUntil(lambda: not jobs.is_busy)
        window.close()
        assert not window.isVisible()
    assert len(asked) == 1


def test_a_short_job_is_waited_for_and_not_asked_about(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    jobs, asked = JobRunner(), list[str]()

    def ask(*_a: Any, **_k: Any) -> bool:
        asked.append("?")
        return False

    window = signed_in(qtbot, make(theme, tmp_path, jobs=jobs, ask=ask))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    pause = threading.Event()
    jobs.start(Job(lambda _job: pause.wait(0.05)))
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert asked == []


def test_the_backup_of_the_day_is_made_before_the_window_goes(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk, done = FakeDesk(), list[str]()

    def farewell(_desk: object, progress: Any) -> str:
        progress(1, 1, "")
        done.append("backup" if not desk.told("close") else "too late")
        return "已备份"

    doors = Doors(lambda _n, _p: desk, lambda: PEOPLE, farewell=farewell)
    window = signed_in(qtbot, make(theme, tmp_path, doors=doors, jobs=JobRunner()))
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert done == ["backup"]


@pytest.mark.parametrize("leaves", [True, False])
def test_a_failed_backup_is_told_before_the_window_goes(
    qtbot: QtBot, theme: Theme, tmp_path: Path, leaves: bool
) -> None:
    said: list[str] = []

    def ask(_parent: QWidget, _question: str, consequence: str, **_words: str) -> bool:
        said.append(consequence)
        return leaves

    def farewell(_desk: object, _progress: Any) -> str:
        raise MachineError("备份盘没有插上", "请插上 U 盘")

    doors = Doors(lambda _n, _p: FakeDesk(), lambda: PEOPLE, farewell=farewell)
    window = signed_in(qtbot, make(theme, tmp_path, doors=doors, ask=ask))
    window.close()
    assert said == ["备份盘没有插上。请插上 U 盘。数据库本身没有动，下次退出时会再做备份。"]
    assert window.isVisible() is not leaves
    assert window.stack.isEnabled()


# defects


def crash(handler: CrashHandler, exc: Exception) -> None:
    try:
        raise exc
    except Exception as caught:  # noqa: BLE001 - what the handler gets
        handler.caught(type(caught), caught, caught.__traceback__)


def test_a_defect_is_logged_and_told_in_plain_words(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    handler = CrashHandler(tmp_path, "0.1.0", where=lambda _parent, _name: report)
    crash(handler, KeyError("no such thing"))
    assert handler.dialog is not None
    assert handler.dialog.windowTitle() == "程序出了一个错误"
    words = handler.dialog.accessibleDescription()
    assert "您录入的内容已在草稿里" in words
    assert "KeyError" not in words
    assert "KeyError" in (tmp_path / LOG_NAME).read_text(encoding="utf-8")
    handler.dialog.act_button.click()
    assert "0.1.0" in report.read_text(encoding="utf-8")
    assert handler.dialog is None


def test_a_refusal_no_page_caught_is_shown_in_its_own_words(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    handler = CrashHandler(tmp_path, "0.1.0")
    crash(handler, RefusedError("同一份合同，经办与复核不能是同一人", "请由另一人复核"))
    assert handler.dialog is not None
    assert handler.dialog.windowTitle() == "同一份合同，经办与复核不能是同一人"
    assert not (tmp_path / LOG_NAME).exists()
    handler.dialog.reject()


def test_the_handler_catches_what_a_slot_raises_and_goes_away(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    before = sys.excepthook
    with capture_exceptions():
        handler = CrashHandler(tmp_path, "0.1.0")
        inside = sys.excepthook
        handler.install()
        try:
            raiser = Job(lambda _job: None)
            raiser.done.connect(_raise)
            raiser.run()
            qtbot.waitUntil(lambda: handler.dialog is not None)
        finally:
            handler.remove()
        assert sys.excepthook is inside
    assert sys.excepthook is before
    assert handler.dialog is not None
    handler.dialog.reject()


def _raise(_nothing: object) -> None:
    raise ValueError("in a slot")


# start


def test_nothing_is_asked_for_its_thread_or_its_screen() -> None:
    """PySide makes what a method without arguments gives a child of the one that was asked, and the collector
    then deletes the program's main thread or its screen with it: the next dialog is a segmentation fault.
    """
    asking = re.compile(r"\.(thread|screen|windowHandle)\(\)")
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in (Path(__file__).parents[3] / "desktop").rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asking.search(line) and "``" not in line
    ]
    assert found == []


def test_only_fcitx_without_its_plugin_is_asked_through_ibus(tmp_path: Path) -> None:
    environment = {"QT_IM_MODULE": "fcitx5"}
    assert choose_input_method(environment, tmp_path)
    assert environment["QT_IM_MODULE"] == "ibus"
    folder = tmp_path / "platforminputcontexts"
    folder.mkdir()
    (folder / "libfcitx5platforminputcontextplugin.so").write_bytes(b"")
    environment = {"QT_IM_MODULE": "fcitx"}
    assert not choose_input_method(environment, tmp_path)
    assert environment["QT_IM_MODULE"] == "fcitx"
    assert not choose_input_method({"QT_IM_MODULE": "wayland"}, tmp_path)


def test_the_sign_in_page_needs_no_database_code() -> None:
    heavy = ("sqlalchemy", "reportlab", "openpyxl", "pypinyin", "alembic", "docx", "pypdfium2")
    code = f"import sys, desktop.ui.launch; print([n for n in {heavy} if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


# a forgotten password


def test_a_forgotten_password_is_reset_by_the_recovery_sheet(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    given: list[tuple[str, ...]] = []

    def recover(*told: str) -> Recovered:
        given.append(told)
        return Recovered("贺兰舟", "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG-HHHHH")

    doors = Doors(lambda *_a: FakeDesk(), lambda: PEOPLE, recover=recover)
    window = make(theme, tmp_path, doors=doors)
    qtbot.addWidget(window)
    bring_up(window)
    window.sign_in.forgotten.click()
    first = window.dialog
    assert isinstance(first, RecoverDialog)
    qtbot.waitUntil(first.first_focus().hasFocus)
    first.sheet_code.setText("x" * 40)
    first.person.setText("贺兰舟")
    first.fresh.setText("tea-garden-7")
    first.again.setText("tea-garden-7")
    first.act_button.click()
    assert given == [("x" * 40, "贺兰舟", "tea-garden-7")]
    second = window.dialog
    assert isinstance(second, NewSheetDialog)
    second.kept.click()
    second.close_button.click()
    assert window.dialog is None
    assert window.rooms.currentWidget() is window.sign_in
    assert window.sign_in.chosen() == "贺兰舟"


def test_without_that_door_the_page_says_who_helps(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    window = make(theme, tmp_path)
    qtbot.addWidget(window)
    bring_up(window)
    window.sign_in.forgotten.click()
    assert window.dialog is None
    assert "负责人" in window.sign_in.note.words.text()


def test_a_pin_set_since_signing_in_opens_the_locked_screen(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    people = [Somebody("沈清禾", ("clerk",), has_pin=False)]
    pins: list[str] = []
    doors = Doors(lambda *_a: FakeDesk(), lambda: people, check_pin=lambda _desk, pin: pins.append(pin))
    window = signed_in(qtbot, make(theme, tmp_path, doors=doors, pages={"today": _plain("today")}))
    window.lock_screen()
    assert not window.lock.other_way.isVisible()
    window._unlocked(None)
    people[0] = Somebody("沈清禾", ("clerk",), has_pin=True)
    window.lock_screen()
    assert window.lock.other_way.isVisible()


def test_what_was_wrong_on_one_page_is_not_said_on_the_next(window: MainWindow) -> None:
    assert window.page is not None
    window.page.said.emit("还有 17 项错误没有处理", "err", True)
    assert "17 项错误" in window.status.message()
    window.go("search")
    assert "17 项错误" not in window.status.message()
    assert any("17 项错误" in line for line in window.status.record())
    window.page.said.emit("已存盘 14:32", "ok", True)
    window.go("today")
    assert window.status.message() == "已存盘 14:32", "good news stays until the next word"


def test_the_next_person_is_not_told_what_was_said_to_the_one_before(window: MainWindow) -> None:
    assert window.page is not None
    window.page.said.emit("税惠说明书已存到 D:/说明书.pdf", "ok", True)
    window.switch_person()
    window.show_desk(FakeDesk(LU))
    assert "税惠说明书" not in window.status.message()
    assert not any("税惠说明书" in line for line in window.status.record())


@pytest.mark.parametrize(
    ("state", "number"), [("RECOGNISED", 5), ("CERTIFIED", 6)], ids=["review", "certificate"]
)
def test_esc_goes_back_to_the_results_the_contract_was_opened_from(
    qtbot: QtBot, theme: Theme, tmp_path: Path, state: str, number: int
) -> None:
    desk = registered(state)
    pages: dict[str, Any] = {"today": _plain("today"), "search": _plain("search"), "case": CasePage}
    window = signed_in(qtbot, make(theme, tmp_path, desk=desk, pages=pages))
    press(window, Qt.Key.Key_F3)
    page(window).wants.emit("case", desk.sheet().row.id)
    case = window.page
    assert isinstance(case, CasePage)
    assert case.number == number
    press(window, Qt.Key.Key_Escape)
    assert page(window).code == "search"
    press(window, Qt.Key.Key_Escape)
    assert page(window).code == "today"
