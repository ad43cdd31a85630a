"""Two people in turn at one machine: a review half done, the other person, back; then 退回 to the clerk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from desktop.app import OpenDesk, sign_in
from desktop.rules.facts import Facts
from desktop.services import commands as c
from desktop.ui.window import MainWindow
from tests.ui.test_whole_way import ALT, CTRL, K, Keyboard, choose, come_in, station, window

__all__ = ["station", "window"]  # fixtures


def to_review(desk: OpenDesk, facts: Facts, answers: dict[str, Any]) -> int:
    """A contract of 沈清禾 that waits for review."""
    me = desk.person.name
    sheet = desk.save_contract(c.SaveContract(actor=me, facts=facts))
    made = sheet.row.id
    for problem in desk.check_form(sheet.facts, made, submitted=True):
        if problem.level == "doubt":
            desk.pass_doubt(
                c.PassDoubt(
                    actor=me,
                    contract_id=made,
                    code=problem.code,
                    field_name=problem.field,
                    reason="已与申请人核对",
                )
            )
    desk.accept(c.AcceptContract(actor=me, contract_id=made))
    desk.recognise(c.RecogniseContract(actor=me, contract_id=made, answers=answers))
    return made


def hand_over(hands: Keyboard, name: str, password: str) -> None:
    """Ctrl+L, 换人登录, the other name."""
    window = hands.window
    hands.key(K.Key_L, CTRL)
    hands.until(window.lock.isVisible)
    hands.key(K.Key_H, ALT)
    hands.until(window.sign_in.isVisible)
    choose(hands, name)
    hands.write(password)
    hands.key(K.Key_Return)
    hands.until(lambda: window.desk is not None and window.page is not None)
    hands.rest()


def test_a_review_half_done_is_there_again_after_the_other_person(
    qtbot: Any, window: MainWindow, station: Path, tea_facts: Facts, dev_answers: dict[str, Any]
) -> None:
    clerk = sign_in(station, "沈清禾", "qinghe-2026")
    made = to_review(clerk, tea_facts, dev_answers)
    clerk.close()
    hands = Keyboard(qtbot, window)
    hands.key(K.Key_Down)
    come_in(hands, "zhiyuan-2026")
    assert window.desk is not None
    assert window.desk.person.name == "陆知远"
    window.go("case", made)
    hands.rest()
    for key in (K.Key_1, K.Key_1, K.Key_1, K.Key_2):
        hands.key(key)
    hands.write("印章页写的是 10 月 28 日")

    hands.key(K.Key_L, CTRL)
    hands.until(window.lock.isVisible)
    assert "复核到 4 / " in window.lock._draft_head.text()
    hands.key(K.Key_H, ALT)
    hands.until(window.sign_in.isVisible)
    choose(hands, "沈清禾")
    hands.write("qinghe-2026")
    hands.key(K.Key_Return)
    hands.until(lambda: window.desk is not None and window.page is not None)
    hands.rest()
    assert window.desk.person.name == "沈清禾"

    hand_over(hands, "陆知远", "zhiyuan-2026")
    case: Any = window.page
    hands.until(lambda: getattr(window.page, "number", 0) == 5)
    review = case.step()
    assert case.sheet.row.id == made, "the window comes back to it by itself"
    assert [x.is_agreed for x in review.items()] == [True, True, True, False]
    assert review.items()[3].remark == "印章页写的是 10 月 28 日"
    assert QApplication.focusWidget() is not None

    review.send_back()
    hands.until(lambda: review.dialog is not None and review.dialog.isVisible())
    review.dialog.act_button.click()
    hands.until(lambda: case.sheet.row.state == "ACCEPTED")
    hands.until(lambda: QApplication.activeModalWidget() is None)
    window.activateWindow()
    hands.until(window.isActiveWindow)
    hand_over(hands, "沈清禾", "qinghe-2026")
    window.go("case", made)
    hands.rest()
    case = window.page
    assert case.sent_back.isVisible()
    assert "印章页写的是 10 月 28 日" in case.sent_back.lines[0].text()
    assert QApplication.focusWidget() is case.step().form.bounds["signed_on"].entry
