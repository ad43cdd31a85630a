from __future__ import annotations

import pytest
from desk import china
from frame import bring_up, nameless_buttons
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.ui.pages.lock import LockPage
from desktop.ui.theme import Theme


def lock(qtbot: QtBot, *, has_pin: bool = True, at_rest: tuple[str, ...] = ()) -> LockPage:
    page = LockPage("澄河县技术合同登记处", "0.1.0")
    qtbot.addWidget(page)
    page.resize(911, 512)
    page.show_person("沈清禾", ["clerk"], china(11, 20, 14, 33), has_pin=has_pin, at_rest=at_rest)
    bring_up(page)
    page.take_focus()
    return page


def test_it_names_who_works_and_the_draft(qtbot: QtBot, theme: Theme) -> None:
    page = lock(qtbot, at_rest=("1 份正在录入，已存盘 14:32:05", "丘陵茶园采摘机", "停在第 16 栏"))
    assert page.who.text() == "沈清禾 正在使用"
    assert page.since.text() == "登记员（经办） · 14:33 锁屏"
    assert page.draft.isVisible()
    assert nameless_buttons(page) == []


def test_six_digits_and_enter_ask_to_unlock(qtbot: QtBot, theme: Theme) -> None:
    page = lock(qtbot)
    QTest.keyClicks(page.secret, "49a15x37")
    assert page.secret.text() == "491537"
    with qtbot.waitSignal(page.unlock_wanted) as told:
        QTest.keyClick(page.secret, Qt.Key.Key_Return)
    assert told.args == ["491537", True]


def test_fewer_digits_are_not_tried(qtbot: QtBot, theme: Theme) -> None:
    page = lock(qtbot)
    QTest.keyClicks(page.secret, "491")
    with qtbot.assertNotEmitted(page.unlock_wanted):
        page.submit()
    assert page.note.words.text() == "PIN 应为 6 位数字"


def test_alt_k_changes_to_the_password_and_back(qtbot: QtBot, theme: Theme) -> None:
    page = lock(qtbot)
    QTest.keyClick(page.secret, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.label.text() == "口令")
    QTest.keyClick(page.secret, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.label.text() == "PIN（6 位数字）")
    page.other_way.click()
    QTest.keyClicks(page.secret, "long words")
    with qtbot.waitSignal(page.unlock_wanted) as told:
        page.submit()
    assert told.args == ["long words", False]


@pytest.mark.parametrize("has_pin", [True, False])
def test_without_a_pin_only_the_password_is_offered(qtbot: QtBot, theme: Theme, has_pin: bool) -> None:
    page = lock(qtbot, has_pin=has_pin)
    assert page.other_way.isVisible() is has_pin
    assert page.label.text() == ("PIN（6 位数字）" if has_pin else "口令")


def test_a_wrong_pin_is_said_and_the_field_is_empty_again(qtbot: QtBot, theme: Theme) -> None:
    page = lock(qtbot)
    QTest.keyClicks(page.secret, "491537")
    page.submit()
    page.refuse("PIN 不对。还可以试 4 次")
    assert page.secret.text() == ""
    qtbot.waitUntil(page.secret.hasFocus)
    assert page.note.words.text() == "PIN 不对。还可以试 4 次"
    assert page.button.isEnabled()


def test_alt_h_hands_over(qtbot: QtBot, theme: Theme) -> None:
    page = lock(qtbot)
    with qtbot.waitSignal(page.switch_wanted):
        QTest.keyClick(page.secret, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
