from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from desk import HE, FakeDesk
from frame import bring_up, nameless_buttons
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, RefusedError
from desktop.jobs import JobRunner
from desktop.services.views import BackupPlaces, MovedDeadline, PolicyChange, ReceiveReport
from desktop.ui.dialogs.people import RolesDialog, SecretDialog, StopDialog
from desktop.ui.dialogs.recovery import RenewSheetDialog
from desktop.ui.dialogs.ruler import RulerDialog
from desktop.ui.pages.system import SystemPage
from desktop.ui.pages.system_parts import PlacesDialog
from desktop.ui.theme import Theme


def system(qtbot: QtBot, desk: FakeDesk, **more: Any) -> SystemPage:
    page = SystemPage(desk, more.pop("jobs", JobRunner(inline=True)), **more)
    qtbot.addWidget(page)
    page.resize(1222, 640)
    bring_up(page)
    page.open()
    return page


def said(page: SystemPage) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    page.said.connect(lambda text, level, _stays: heard.append((text, level)))
    return heard


def test_the_law_is_counted_by_how_well_it_is_known(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = system(qtbot, desk)
    shown = sum(
        int(str(page.law.index(row, column).data()))
        for row in range(page.law.rowCount())
        for column in (2, 3, 4)
    )
    assert shown == len(desk.book.all_rows())
    names = [page.law.index(row, 0).data() for row in range(page.law.rowCount())]
    assert names[:2] == ["R2001", "M2026"]


def test_a_backup_is_made_and_told_with_count_and_sum(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk()
    names: list[str] = []

    def target(_parent: object, _title: str, proposed: str, _kinds: str) -> Path:
        names.append(proposed)
        return tmp_path / proposed

    page = system(qtbot, desk, target=target)
    heard = said(page)
    primary = page.primary()
    assert primary is not None
    primary.act()
    assert names == ["澄河县_备份_2026-11-20.desk"]
    assert desk.told("backup") == [tmp_path / names[0]]
    assert page.backup_facts.words("上次备份") == "2026-11-20 17:30，已打开验过"
    assert heard[-1] == ("已备份并打开验过：1,048,212 份，合计 271,828,182,845.90 元", "ok")


def test_a_failed_backup_says_what_was_kept(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk(refusals={"backup": MachineError("盘上没有地方了", "请换一个盘再备份")})
    page = system(qtbot, desk, target=lambda *_a: tmp_path / "x")
    page.back_up()
    assert page.notice() == "盘上没有地方了。请换一个盘再备份"
    assert page.backup_button.isEnabled()


def test_no_second_job_starts_while_one_runs_and_it_can_be_stopped(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    go_on, began = threading.Event(), threading.Event()
    desk = FakeDesk()

    def slow(_path: Path, progress: Any) -> None:
        began.set()
        while not go_on.wait(0.01):
            progress(1, 100, "")
        progress(2, 100, "")

    desk.backup = slow  # type: ignore[method-assign, assignment]
    jobs = JobRunner()
    page = system(qtbot, desk, jobs=jobs, target=lambda *_a: tmp_path / "x")
    qtbot.waitUntil(lambda: not jobs.is_busy)
    heard = said(page)
    page.back_up()
    qtbot.waitUntil(began.is_set)
    assert not page.check_button.isEnabled()
    primary = page.primary()
    assert primary is not None
    assert not primary.enabled
    page.check()
    assert desk.told("check") == []
    page.progress.button.click()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    qtbot.waitUntil(lambda: ("已停下，数据没有改动", "warn") in heard)
    assert page.check_button.isEnabled()
    go_on.set()


@pytest.mark.parametrize("deep", [False, True])
def test_a_check_lists_its_lines(qtbot: QtBot, theme: Theme, deep: bool) -> None:
    desk = FakeDesk()
    page = system(qtbot, desk)
    (page.deep_button if deep else page.check_button).click()
    assert desk.told("check") == [deep]
    assert page.check_words.text().startswith("数据库文件：完好")
    assert page.good.isVisible()
    assert not page.bad.isVisible()


def test_a_bad_check_is_not_good(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    report = replace(desk.check(), is_good=False, lines=("日志：第 7 条起与前后对不上，可能被改动过",))
    desk.check = lambda **_k: report  # type: ignore[method-assign]
    page = system(qtbot, desk)
    heard = said(page)
    page.check()
    assert page.bad.isVisible()
    assert heard[-1][1] == "err"


def test_a_file_from_above_is_read_and_its_outcome_listed(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk()
    desk.receive = lambda _cmd, _progress=None: ReceiveReport(  # type: ignore[method-assign]
        "receipt", "第 46 包的回执", was_applied_before=False, accepted=8,
        rejected=(("澄受 2026-0231", "买方区划代码已停用"),), recalled=("2026 9903 2100 0231",),
    )  # fmt: skip
    page = system(qtbot, desk, choose=lambda *_a: tmp_path / "r")
    page.receive_button.click()
    words = page.received.text()
    assert "上级已接收 8 份" in words
    assert "上级退回：澄受 2026-0231，买方区划代码已停用" in words
    assert "须收回已发的证明：2026 9903 2100 0231" in words


MOVED = (
    MovedDeadline(1, "澄受 2026-0312", date(2026, 12, 11), date(2026, 12, 14)),
    MovedDeadline(2, "澄受 2026-0313", date(2026, 12, 14), date(2026, 12, 15)),
)


def pairs_of(page: SystemPage) -> list[str]:
    return [label.text() for label in page.calendar_facts.findChildren(QLabel)]


def calendar_page(qtbot: QtBot, desk: FakeDesk, *answers: bool) -> tuple[SystemPage, list[tuple[str, str]]]:
    """The page with a file chosen and these answers to its questions."""
    asked: list[tuple[str, str]] = []
    left = list(answers)

    def ask(_parent: object, question: str, words: str, **_more: Any) -> bool:
        asked.append((question, words))
        return left.pop(0)

    return system(qtbot, desk, choose=lambda *_a: Path("节假日2027.toml"), ask=ask), asked


def key_page(qtbot: QtBot, desk: FakeDesk, *answers: bool) -> tuple[SystemPage, list[tuple[str, str]]]:
    """系统 where the file read in is a public key."""
    left, asked = list(answers), []

    def ask(_parent: object, question: str, words: str, **_more: Any) -> bool:
        asked.append((question, words))
        return left.pop(0)

    return system(qtbot, desk, choose=lambda *_a: Path("cd4292167f60e8c2.pub"), ask=ask), asked


def test_a_public_key_is_shown_compared_and_then_kept(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    desk.key_found = replace(desk.key_found, others=("0011223344556677",))
    page, asked = key_page(qtbot, desk, True)
    heard = said(page)
    QTest.keyClick(page.old, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(desk.told("keep_key")))
    ((question, words),) = asked
    assert question == "收下“云岭省技术市场管理办公室”的公钥？"
    assert "cd42 9216 7f60 e8c2" in words
    assert "是本站的上级" in words
    assert "电话" in words
    assert "0011 2233 4455 6677" in words
    assert "不会被替换" in words
    (command,) = desk.told("keep_key")
    assert (command.path, command.key_id) == (Path("cd4292167f60e8c2.pub"), "cd4292167f60e8c2")
    qtbot.waitUntil(lambda: "已收下公钥 cd42 9216 7f60 e8c2" in page.received.text())
    assert heard[-1][1] == "ok"
    assert desk.told("receive") == []


def test_a_public_key_that_is_not_confirmed_or_known_is_not_kept(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page, asked = key_page(qtbot, desk, False)
    heard = said(page)
    page.receive_button.click()
    qtbot.waitUntil(lambda: ("公钥没有收下", "warn") in heard)
    desk.key_found = replace(desk.key_found, is_known=True, is_above=False)
    page.receive_button.click()
    qtbot.waitUntil(lambda: any("已经有了" in words for words, _level in heard))
    assert len(asked) == 1
    assert desk.told("keep_key") == []


def test_the_calendar_in_use_says_that_next_years_notice_is_missing(qtbot: QtBot, theme: Theme) -> None:
    page = system(qtbot, FakeDesk())
    words = pairs_of(page)
    assert "程序自带" in words
    assert "2025、2026" in words
    assert words[words.index("2027 年的通知") + 1] == "还没有，期限跨到那年的待核"


def test_another_calendar_is_looked_at_before_it_is_put_in_its_place(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page, asked = calendar_page(qtbot, desk, True)
    heard = said(page)
    QTest.keyClick(page.old, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(desk.told("change_calendar")))
    assert desk.told("look_at_calendar") == [Path("节假日2027.toml")]
    ((question, words),) = asked
    assert question == "换用节假日表 节假日2027.toml？"
    assert "2026、2027" in words
    (command,) = desk.told("change_calendar")
    assert (command.path, command.move_deadlines) == (Path("节假日2027.toml"), False)
    assert "本站换上的" in pairs_of(page)
    assert heard[-1] == ("已换用节假日表", "ok")


@pytest.mark.parametrize(("move", "word"), [(True, "期限已改的"), (False, "按新表期限不同的")])
def test_deadlines_move_only_when_the_second_question_is_answered_so(
    qtbot: QtBot, theme: Theme, move: bool, word: str
) -> None:
    desk = FakeDesk()
    desk.calendar_change = replace(desk.calendar_change, moved=MOVED, unsure=("澄受 2026-0300",))
    page, asked = calendar_page(qtbot, desk, True, move)
    page.calendar_button.click()
    assert "澄受 2026-0312（2026-12-11 → 2026-12-14）" in asked[0][1]
    assert asked[1][0] == "这 2 份的期限也一起改？"
    assert desk.told("change_calendar")[0].move_deadlines is move
    shown = page.deadlines.text()
    assert shown.startswith(word)
    assert "澄受 2026-0313（2026-12-14 → 2026-12-15）" in shown
    assert "请自己核对的：澄受 2026-0300" in shown


def test_a_long_list_of_deadlines_is_cut_and_counted(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    many = tuple(replace(MOVED[0], contract_id=n, number=f"澄受 2026-{n:04}") for n in range(1, 31))
    desk.calendar_change = replace(desk.calendar_change, moved=many)
    page, asked = calendar_page(qtbot, desk, False)
    page.calendar_button.click()
    assert "澄受 2026-0008" in asked[0][1]
    assert "澄受 2026-0009" not in asked[0][1]
    assert "等 30 份" in asked[0][1]
    assert desk.told("change_calendar") == []


def test_a_calendar_that_is_wrong_or_the_same_changes_nothing(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    desk.refusals["look_at_calendar"] = RefusedError("节假日文件 节假日2027.toml 的 2027 元旦 有误", "请改正")
    page, asked = calendar_page(qtbot, desk)
    page.calendar_button.click()
    assert "2027 元旦 有误" in page.notice()
    desk.refusals.clear()
    desk.calendar_change = replace(desk.calendar_change, is_same=True)
    heard = said(page)
    page.calendar_button.click()
    assert heard[-1][0] == "与现用的节假日表相同，没有改动"
    assert asked == []
    assert desk.told("change_calendar") == []


def frozen() -> FakeDesk:
    desk = FakeDesk()
    desk.start = replace(desk.start, block=replace(desk.start.block, is_frozen=True))
    return desk


def test_a_frozen_block_needs_the_last_number_of_the_ledger(qtbot: QtBot, theme: Theme) -> None:
    desk = frozen()
    page = system(qtbot, desk, ask=lambda *_a, **_k: True)
    assert page.frozen.isVisible()
    page.unfreeze_button.click()
    assert desk.told("unfreeze_block") == []
    assert page.last_number.level() == "error"
    page.last_number.setText("2026 9903 2100 0246")
    page.unfreeze_button.click()
    assert desk.told("unfreeze_block")[0].last_number == "2026990321000246"
    assert not page.frozen.isVisible()


def test_the_block_stays_frozen_when_the_head_thinks_again(qtbot: QtBot, theme: Theme) -> None:
    desk = frozen()
    page = system(qtbot, desk, ask=lambda *_a, **_k: False)
    page.last_number.setText("2026990321000246")
    page.unfreeze()
    assert desk.told("unfreeze_block") == []


def test_a_person_is_added_with_name_roles_and_password(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = system(qtbot, desk)
    page.new_name.setText("苏砚")
    page.new_password.setText("tea-garden-7")
    page.new_again.setText("tea-garden-8")
    page.roles["clerk"].click()
    page.add_person()
    assert page.notice() == "两遍口令不一样"
    assert desk.told("add_person") == []
    page.new_again.setText("tea-garden-7")
    page.add_person()
    assert desk.told("add_person") == [("苏砚", "clerk", "tea-garden-7")]
    assert page.people.rowCount() == 4
    assert page.new_password.text() == ""


def test_a_refused_password_is_said_and_what_was_typed_stays(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk(refusals={"change_password": RefusedError("现在的口令不对", "请再输入一遍")})
    page = system(qtbot, desk)
    page.old.setText("a")
    page.fresh.setText("tea-garden-7")
    page.again.setText("tea-garden-7")
    page.change_password()
    assert page.notice() == "现在的口令不对。请再输入一遍"
    assert page.fresh.text() == "tea-garden-7"


def test_enter_goes_down_the_password_fields(qtbot: QtBot, theme: Theme) -> None:
    page = system(qtbot, FakeDesk())
    page.old.setFocus()
    QTest.keyClick(page.old, Qt.Key.Key_Return)
    qtbot.waitUntil(page.fresh.hasFocus)
    QTest.keyClick(page.fresh, Qt.Key.Key_Return)
    QTest.keyClick(page.again, Qt.Key.Key_Return)
    qtbot.waitUntil(page.password_button.hasFocus)


def test_every_button_has_a_name(qtbot: QtBot, theme: Theme) -> None:
    assert nameless_buttons(system(qtbot, FakeDesk())) == []


def as_head(qtbot: QtBot, desk: FakeDesk) -> SystemPage:
    desk.person = replace(desk.person, name="贺兰舟", roles=frozenset({"head"}))
    return system(qtbot, desk)


def choose(page: SystemPage, row: int) -> None:
    page.people_table.setFocus()
    for _step in range(row):
        QTest.keyClick(page.people_table, Qt.Key.Key_Down)


def test_the_head_resets_a_forgotten_password_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = as_head(qtbot, desk)
    heard = said(page)
    choose(page, 1)
    QTest.keyClick(page.people_table, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.dialog is not None)
    dialog = page.dialog
    assert isinstance(dialog, SecretDialog)
    assert dialog.windowTitle() == "重设 陆知远 的口令？"
    dialog.fresh.setText("tea-garden-7")
    dialog.again.setText("tea-garden-7")
    dialog.act_button.click()
    assert desk.told("reset_password") == [("陆知远", "tea-garden-7")]
    assert heard[-1] == ("已重设 陆知远 的口令", "ok")
    assert page.people_table.currentIndex().row() == 1


def test_somebody_is_stopped_and_comes_back_with_a_new_password(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = as_head(qtbot, desk)
    page.stop_button.click()
    assert isinstance(page.dialog, StopDialog)
    page.dialog.act_button.click()
    assert page.people.index(0, 2).data() == "已停用"
    assert page.stop_button.text() == "恢复"
    assert not page.reset_button.isEnabled()
    page.stop_button.click()
    dialog = page.dialog
    assert isinstance(dialog, SecretDialog)
    dialog.fresh.setText("tea-garden-7")
    dialog.again.setText("tea-garden-7")
    dialog.act_button.click()
    assert desk.told("set_active") == [("沈清禾", False, ""), ("沈清禾", True, "tea-garden-7")]
    assert page.stop_button.text() == "停用"


def test_roles_are_changed_from_the_list(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = as_head(qtbot, desk)
    page.roles_button.click()
    dialog = page.dialog
    assert isinstance(dialog, RolesDialog)
    dialog.boxes["reviewer"].click()
    dialog.act_button.click()
    assert desk.told("set_roles") == [("沈清禾", "clerk reviewer")]
    assert page.people.index(0, 1).data() == "登记员、复核员"


def test_only_the_head_changes_people_and_nobody_stops_themselves(qtbot: QtBot, theme: Theme) -> None:
    clerk = system(qtbot, FakeDesk())
    for button in (clerk.reset_button, clerk.stop_button, clerk.roles_button):
        assert not button.isEnabled()
        assert "负责人" in button.toolTip()
    head = as_head(qtbot, FakeDesk())
    choose(head, 2)
    assert not head.stop_button.isEnabled()
    assert not head.reset_button.isEnabled()
    assert head.roles_button.isEnabled()


def test_ones_own_pin_is_set_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk()
    page = system(qtbot, desk)
    QTest.keyClick(page.old, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.dialog is not None)
    dialog = page.dialog
    assert isinstance(dialog, SecretDialog)
    dialog.fresh.setText("418305")
    dialog.again.setText("418305")
    dialog.act_button.click()
    assert desk.told("set_pin") == ["418305"]


CHANGE = PolicyChange(
    "yunling-law/2026.12",
    "更正一处",
    ("有改动：R-DEV-02：答“否”由“补正”改为“请人判断”",),
    3,
    ("澄受 2026-0312",),
)


def test_a_policy_pack_says_what_it_changes_before_it_is_read_in(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    asked: list[tuple[str, str]] = []

    def ask(_page: object, question: str, more: str, **_words: Any) -> bool:
        asked.append((question, more))
        return len(asked) > 1

    desk = FakeDesk(HE, policy_change=CHANGE)
    page = system(qtbot, desk, choose=lambda *_a: tmp_path / "p.zip", ask=ask)
    heard = said(page)
    page.receive_button.click()
    question, more = asked[0]
    assert "yunling-law/2026.12" in question
    assert "有 4 处不同" in more
    assert "答“否”由“补正”改为“请人判断”" in more
    assert "澄受 2026-0312" in more
    assert "读入前先备份" in more
    assert desk.told("receive") == []
    assert heard[-1] == ("规则包没有读入", "warn")
    page.receive_button.click()
    assert len(desk.told("receive")) == 1
    assert page.receive_button.isEnabled()


@pytest.mark.parametrize("inline", [True, False])
def test_a_policy_pack_is_read_in_after_the_answer_also_in_the_worker(
    qtbot: QtBot, theme: Theme, tmp_path: Path, inline: bool
) -> None:
    desk = FakeDesk(HE, policy_change=CHANGE)
    jobs = JobRunner(inline=inline)
    page = system(qtbot, desk, jobs=jobs, choose=lambda *_a: tmp_path / "p.zip", ask=lambda *_a, **_k: True)
    qtbot.waitUntil(lambda: not jobs.is_busy)
    page.receive()
    qtbot.waitUntil(lambda: len(desk.told("receive")) == 1)
    qtbot.waitUntil(lambda: page.check_button.isEnabled() and not jobs.is_busy)
    assert page.progress.isHidden()


def test_the_last_pack_can_be_taken_back_by_the_head(qtbot: QtBot, theme: Theme) -> None:
    asked: list[str] = []

    def ask(_page: object, question: str, _more: str, **_words: Any) -> bool:
        asked.append(question)
        return True

    back = replace(CHANGE, pack="程序自带的规则", is_back=True)
    page = system(qtbot, FakeDesk(policy_back=back), ask=ask)
    assert not page.take_back_button.isEnabled()
    assert "负责人" in page.take_back_button.toolTip()
    desk = FakeDesk(HE, policy_back=back)
    page = system(qtbot, desk, ask=ask)
    heard = said(page)
    QTest.keyClick(page, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(desk.told("take_back_policy")))
    assert asked == ["退回到程序自带的规则？"]
    assert "重新登录后生效" in heard[-1][0]
    assert not system(qtbot, FakeDesk(HE)).take_back_button.isEnabled()


def test_backup_places_are_chosen_by_keyboard_and_a_refusal_stays_in_the_dialog(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk = FakeDesk(HE)
    page = system(qtbot, desk, folder=lambda *_a: tmp_path)
    QTest.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.dialog is not None and page.dialog.isVisible())
    dialog = page.dialog
    assert isinstance(dialog, PlacesDialog)
    QTest.keyClick(dialog, Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: dialog.second.path == tmp_path)
    desk.refusals["set_backup_places"] = RefusedError("第二处写不进去", "请另选")
    dialog.act_button.click()
    assert "第二处写不进去。请另选" in dialog.trouble.words.text()
    del desk.refusals["set_backup_places"]
    heard = said(page)
    dialog.act_button.click()
    assert desk.told("set_backup_places")[-1] == (None, tmp_path)
    assert heard[-1] == ("备份位置已改，下次退出起用", "ok")


def test_a_clerk_sees_the_places_and_cannot_change_them(qtbot: QtBot, theme: Theme) -> None:
    page = system(qtbot, FakeDesk())
    assert not page.places_button.isEnabled()
    assert "负责人或系统维护" in page.places_button.toolTip()


def test_a_missing_second_place_is_a_quiet_line(qtbot: QtBot, theme: Theme) -> None:
    places = BackupPlaces(Path("D:/contract-desk/backups"), Path("E:/备份"), is_same_disk=False)
    desk = FakeDesk(places=places, second_words="第二处 E:/备份 不在，今天没有另存")
    page = system(qtbot, desk)
    assert page.backup_facts.words("第二处") == "第二处 E:/备份 不在，今天没有另存"
    assert page.notice() == ""
    same = replace(places, is_second_there=True, is_same_disk=True)
    page = system(qtbot, FakeDesk(places=same, second_words="x.desk，已打开验过"))
    assert "同一块盘" in page.backup_facts.words("第二处")


def test_a_long_path_loses_its_middle_and_keeps_it_in_the_tooltip(qtbot: QtBot, theme: Theme) -> None:
    long = "D:/" + "很长的文件夹名/" * 12 + "contract-desk"
    desk = FakeDesk()
    desk.station = replace(desk.station, database=long)
    page = system(qtbot, desk)
    shown = page.station_facts.words("数据库")
    assert "…" in shown
    assert shown.startswith("D:/")
    assert shown.endswith("desk")
    assert page.station_facts.whole("数据库") == long
    label = next(label for label in page.findChildren(QLabel) if label.text() == shown)
    assert label.toolTip() == long
    assert label.fontMetrics().horizontalAdvance(shown) <= label.width() + 4


def test_the_ruler_page_is_reached_by_keyboard_and_keeps_the_fit(qtbot: QtBot, theme: Theme) -> None:
    desk = FakeDesk(HE)
    page = system(qtbot, desk, printers=lambda: ["窗口激光机"], put_on_paper=lambda *_a, **_k: 1)
    QTest.keyClick(page, Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.dialog is not None and page.dialog.isVisible())
    dialog = page.dialog
    assert isinstance(dialog, RulerDialog)
    assert not dialog.act_button.isEnabled()
    dialog.measuring.fields[0].setFocus()
    for number in ("20.4", "20", "170.5", "257"):
        QTest.keyClicks(QApplication.focusWidget(), number)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert "将校正" in dialog.measuring.words.text()
    qtbot.waitUntil(dialog.act_button.hasFocus)
    QTest.keyClick(dialog.act_button, Qt.Key.Key_Return)
    assert desk.kept["print_offset", "窗口激光机|P06"][1] == "-0.3 0.0 99.7 100.0"
    assert desk.kept["print_offset", "窗口激光机|letters"][1] == "-0.3 0.0 99.7 100.0"


def test_a_daily_backup_is_shown_by_its_name_and_another_by_its_path(qtbot: QtBot, theme: Theme) -> None:
    places = BackupPlaces(Path("D:/contract-desk/backups"), None)
    desk = FakeDesk(places=places)
    for path, shown in (
        (places.main / "990321_2026-11-20.desk", "990321_2026-11-20.desk"),
        (Path("E:/备份/手工.desk"), str(Path("E:/备份/手工.desk"))),
    ):
        desk.start = replace(desk.start, backup=replace(desk.start.backup, path=path))
        page = system(qtbot, desk)
        assert page.backup_facts.whole("文件") == shown


def test_a_refusal_is_brought_into_view_on_a_page_scrolled_down(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    desk = FakeDesk()
    desk.refusals["receive"] = RefusedError("receipt.zip：不是完整的回执", "请重新拷贝")
    page = system(qtbot, desk, choose=lambda *_given: tmp_path / "receipt.zip")
    page.resize(911, 420)
    page.set_narrow(True)
    QApplication.processEvents()
    bar = page.scroller.verticalScrollBar()
    bar.setValue(bar.maximum())
    page.receive()
    assert "不是完整的回执" in page.notice()
    qtbot.waitUntil(lambda: bar.value() == 0)
    strip = page.strips.itemAt(page.strips.count() - 1).widget()
    top = strip.mapTo(page.scroller.viewport(), strip.rect().topLeft()).y()
    assert 0 <= top <= page.scroller.viewport().height() - strip.height()


def test_the_head_makes_a_new_recovery_sheet_by_keyboard(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    desk = FakeDesk(HE)
    page = system(qtbot, desk, target=lambda *_given: tmp_path / "恢复单.pdf")
    QTest.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(page.dialog, RenewSheetDialog) and page.dialog.isVisible())
    dialog = page.dialog
    assert isinstance(dialog, RenewSheetDialog)
    qtbot.waitUntil(dialog.password.hasFocus)
    assert not dialog.act_button.isEnabled()
    desk.refusals["renew_recovery"] = RefusedError("口令不对", "请再试")
    QTest.keyClicks(dialog.password, "wrong")
    dialog.do()
    assert dialog.trouble.isVisible()
    assert page.sheet is None
    del desk.refusals["renew_recovery"]
    QTest.keyClick(dialog.password, Qt.Key.Key_Return)
    QTest.keyClick(dialog.act_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.sheet is not None and page.sheet.isVisible())
    sheet = page.sheet
    assert sheet is not None
    assert sheet.code.text().count("AB3CD") == 8
    assert "口令已换" not in sheet.accessibleDescription()
    sheet.reject()
    assert sheet.isVisible(), "shown once: not closed before it was kept"
    sheet.save()
    sheet.kept.click()
    assert (tmp_path / "恢复单.pdf").read_bytes().startswith(b"%PDF")
    sheet.accept()


def test_a_clerk_sees_that_the_head_renews_the_recovery_sheet(qtbot: QtBot, theme: Theme) -> None:
    page = system(qtbot, FakeDesk())
    assert not page.sheet_button.isEnabled()
    assert "负责人" in page.sheet_button.toolTip()
