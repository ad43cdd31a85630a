from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from desk import china
from frame import PEOPLE, bring_up, nameless_buttons
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.pages.sign_in import SecretField, SignInPage
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme, tokens

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> SignInPage:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    made = SignInPage("云岭省 · 岚州市 · 澄河县", "澄河县技术合同登记处", "0.1.0")
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show_people(PEOPLE, "陆知远", {"陆知远": china(11, 19, 16, 55)})
    bring_up(made)
    made.take_focus()
    return made


def test_the_last_person_is_chosen_and_former_colleagues_are_not_listed(page: SignInPage) -> None:
    model = page.people.model()
    assert [model.index(n, 0).data() for n in range(model.rowCount())] == ["沈清禾", "陆知远", "贺兰舟"]
    assert page.chosen() == "陆知远"
    assert model.index(1, 0).data(Qt.ItemDataRole.UserRole) == "登记员（复核） · 昨日 16:55 退出"


def test_enter_goes_from_the_list_to_the_password_and_then_signs_in(qtbot: QtBot, page: SignInPage) -> None:
    page.people.setFocus()
    QTest.keyClick(page.people, Qt.Key.Key_Up)
    QTest.keyClick(page.people, Qt.Key.Key_Return)
    qtbot.waitUntil(page.password.hasFocus)
    QTest.keyClicks(page.password, "a b")
    with qtbot.waitSignal(page.sign_in_wanted) as told:
        QTest.keyClick(page.password, Qt.Key.Key_Enter)
    assert told.args == ["沈清禾", "a b"]


def test_a_password_keeps_its_blanks_when_the_field_is_left(page: SignInPage) -> None:
    QTest.keyClicks(page.password, " pass ")
    page.button.setFocus()
    assert page.password.text() == " pass "


def test_the_sign_of_a_mistake_stands_beside_the_eye_and_not_upon_it(qtbot: QtBot, theme: Theme) -> None:
    field = SecretField("口令")
    qtbot.addWidget(field)
    field.resize(260, 34)
    field.show()
    field.set_level("error", "两遍口令不一样")
    field.setText("lingsong-2026-xx-yy-zz")
    field.setCursorPosition(22)
    QApplication.processEvents()
    assert field._show is not None
    red = QColor(tokens()["err"]).name()
    image = field.grab().toImage()
    ratio = image.devicePixelRatio()
    eye = field._show.geometry()
    inside = [
        x / ratio
        for x in range(round(8 * ratio), image.width() - round(8 * ratio))
        if any(image.pixelColor(x, y).name() == red for y in range(round(8 * ratio), round(26 * ratio)))
    ]
    assert inside, "the sign is drawn"
    assert max(inside) < eye.left()
    assert field.textMargins().right() >= field.width() - min(inside)


def test_an_empty_password_is_asked_for_and_not_handed_in(qtbot: QtBot, page: SignInPage) -> None:
    with qtbot.assertNotEmitted(page.sign_in_wanted):
        QTest.keyClick(page.password, Qt.Key.Key_Return)
    assert page.note.words.text() == "请输入口令"
    assert page.note.isVisible()


def test_two_enters_are_one_request(qtbot: QtBot, page: SignInPage) -> None:
    asked: list[str] = []
    page.sign_in_wanted.connect(lambda name, _password: asked.append(name))
    QTest.keyClicks(page.password, "secret")
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    assert asked == ["陆知远"]
    page.refuse("口令不对")
    assert page.button.isEnabled()
    assert page.note.words.text() == "口令不对"
    assert page.password.hasSelectedText()


def test_the_eye_shows_and_hides_and_another_person_forgets_what_was_typed(page: SignInPage) -> None:
    QTest.keyClicks(page.password, "secret")
    eye = next(child for child in page.password.children() if getattr(child, "isCheckable", bool)())
    eye.click()  # type: ignore[attr-defined]
    assert page.password.displayText() == "secret"
    QTest.keyClick(page.people, Qt.Key.Key_Down)
    assert page.password.text() == ""
    assert page.password.displayText() == ""


def test_a_capital_without_shift_warns_of_caps_lock(page: SignInPage) -> None:
    assert not page.caps_note.isVisible()
    QTest.keyEvent(QTest.KeyAction.Click, page.password, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    assert not page.caps_note.isVisible()
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    def press(letter: str, modifiers: Qt.KeyboardModifier) -> None:
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_B, modifiers, letter)
        QApplication.sendEvent(page.password, event)

    press("B", Qt.KeyboardModifier.NoModifier)
    assert page.caps_note.isVisible()
    press("B", Qt.KeyboardModifier.ShiftModifier)
    assert not page.caps_note.isVisible()


def test_a_clock_set_back_is_said_in_both_times(page: SignInPage, tmp_path: object) -> None:
    last = NOON + timedelta(hours=3)
    page.show_clock(NOON, last_seen=last, was_set_back=True)
    assert page.warning.isVisible()
    assert "2026-11-20 12:00" in page.warning.words.text()
    assert "2026-11-20 15:00" in page.warning.words.text()


def test_a_clock_that_fits_is_said_quietly(page: SignInPage) -> None:
    page.show_clock(NOON, last_seen=NOON - timedelta(days=1), was_set_back=False)
    assert not page.warning.isVisible()
    assert "衔接正常" in page.foot.words.text()


def test_every_button_has_a_name(page: SignInPage) -> None:
    assert nameless_buttons(page) == []


@pytest.mark.parametrize(("slack", "expected"), [(timedelta(minutes=1), False), (timedelta(minutes=3), True)])
def test_minutes_decide_whether_the_clock_was_set_back(
    tmp_path: object, slack: timedelta, expected: bool
) -> None:
    from pathlib import Path

    kept = Remembered(Path("window.json"), last_seen_at=NOON)
    assert kept.was_set_back(NOON - slack) is expected


def test_what_is_remembered_comes_back_and_a_damaged_file_is_begun_anew(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    kept = Remembered.load(folder)
    kept.last_person, kept.is_large, kept.last_seen_at = "沈清禾", True, NOON
    kept.left_at["沈清禾"] = NOON
    kept.facts = [("号段", "余 54 个")]
    assert kept.keep()
    assert Remembered.load(folder) == kept
    kept.path.write_text('{"left_at": 5}', encoding="utf-8")
    assert Remembered.load(folder).last_person == ""
