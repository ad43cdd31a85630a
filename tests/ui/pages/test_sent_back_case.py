"""A contract that the reviewer gave back, opened by its clerk: real services, real pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from frame import nameless_buttons
from later import Frame, runner
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_later_on_real_services import LU, SHEN, desk_of

from desktop.jobs import JobRunner
from desktop.services import commands as c
from desktop.ui.pages.amounts import AmountsStep
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.entry import EntryStep
from desktop.ui.pages.recognition import DECISION_PAGE
from desktop.ui.pages.review import ReviewStep
from desktop.ui.pages.today import TodayPage
from desktop.ui.theme import Theme

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def jobs() -> Iterator[JobRunner]:
    with runner(True) as made:
        yield made


def given_back(office: Any, way: Any, **objections: str) -> int:
    made = int(way.recognised())
    desk = desk_of(office, LU)
    desk.review(c.ReviewContract(actor=LU.name, contract_id=made, items=way.review_items(made, **objections)))
    desk.send_back(c.SendBack(actor=LU.name, contract_id=made, reason="请照合同改"))
    return made


@pytest.fixture
def opened(qtbot: QtBot, theme: Theme, office: Any, way: Any, jobs: JobRunner) -> Any:
    def make(made: int) -> tuple[CasePage, Frame]:
        page = CasePage(desk_of(office, SHEN), jobs)
        page.open(made)  # a page without a contract has no keys to show
        frame = Frame(page, (1222, 700))
        qtbot.addWidget(frame)
        page.open(made)
        return page, frame

    return make


def test_it_opens_at_the_field_with_who_when_and_why(
    qtbot: QtBot, opened: Any, office: Any, way: Any
) -> None:
    made = given_back(office, way, signed_on="印章页写的是 10 月 28 日", kind="像是技术服务")
    page, frame = opened(made)
    banner = page.sent_back
    assert banner.isVisible()
    assert "陆知远退回初审：2 项异议" in banner.head.text()
    assert "像是技术服务" in banner.lines[0].text()
    assert "印章页写的是 10 月 28 日" in banner.lines[1].text()
    assert "请照合同改" in banner.lines[2].text()
    assert page.number == 2, "the first objection is about the kind"
    frame.press(Qt.Key.Key_U, ALT)
    qtbot.waitUntil(lambda: page.number == 1)
    entry = page.steps[1]
    assert isinstance(entry, EntryStep)
    assert QApplication.focusWidget() is entry.form.bounds["signed_on"].entry
    assert [p.problem.code[0] for p in entry.panel.items if p.problem.level == "doubt"] == ["F"]
    assert entry.form.bounds["signed_on"].entry.level() == "doubt"
    frame.press(Qt.Key.Key_U, ALT)
    qtbot.waitUntil(lambda: page.number == 2)  # round to the first again
    assert nameless_buttons(frame) == []


def test_an_answer_closes_an_objection_and_changing_the_field_the_other(
    qtbot: QtBot, opened: Any, office: Any, way: Any
) -> None:
    made = given_back(office, way, title="与封面不同", signed_on="印章页写的是 10 月 28 日")
    page, frame = opened(made)
    asked: list[str] = []

    def reason(_parent: object, question: str, _consequence: str, **_more: object) -> str:
        asked.append(question)
        return "封面印错，以正文为准"

    page.ask_reason = reason
    frame.press(Qt.Key.Key_X, ALT)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == ["“2 项目名称”不改，怎么答复复核人？"]
    assert "已答复：封面印错，以正文为准" in page.sent_back.lines[0].text()
    assert "1 项异议" in page.sent_back.head.text()
    entry = page.steps[1]
    assert [x.problem.field for x in entry.panel.items if x.problem.level == "doubt"] == ["signed_on"]
    field = entry.form.bounds["signed_on"].entry
    field.setFocus()
    field.selectAll()
    for sign in "2026-10-25":
        frame.press(getattr(Qt.Key, f"Key_{sign}") if sign.isdigit() else Qt.Key.Key_Minus)
    frame.press(Qt.Key.Key_Return)
    assert not [x for x in entry.panel.items if x.problem.level == "doubt"], "before it is saved"
    frame.press(Qt.Key.Key_F6)
    assert "可以再交复核" in page.sent_back.head.text()
    assert not page.sent_back.go_button.isVisible()


def test_handing_in_untouched_is_asked_once(qtbot: QtBot, opened: Any, office: Any, way: Any) -> None:
    made = given_back(office, way, term="止日不对")
    page, _frame = opened(made)
    sheet = page._desk.contract(made)
    page._desk.keep_draft(
        c.KeepDraft(
            actor=SHEN.name,
            page=DECISION_PAGE,
            subject=sheet.uid,
            field_name="",
            content=json.dumps({"kind": sheet.facts.kind, "sub_kind": sheet.facts.sub_kind, "reason": ""}),
        )
    )
    page.go_to(3)
    amounts = page.steps[3]
    assert isinstance(amounts, AmountsStep)
    asked: list[str] = []
    answers = iter((False, True))

    def ask(_parent: object, question: str, consequence: str, **_more: object) -> bool:
        asked.append(f"{question} {consequence}")
        return next(answers)

    amounts.ask = ask
    amounts.submit()
    assert asked == ["陆知远退回的 1 项没有改也没有答复，仍交复核？ 4 有效期限：止日不对"]
    assert page._desk.contract(made).row.state == "ACCEPTED"
    amounts.submit()
    assert page._desk.contract(made).row.state == "RECOGNISED"
    assert len(asked) == 2
    assert not page.sent_back.isVisible()

    review = ReviewStep(desk_of(office, LU), page._jobs)
    qtbot.addWidget(review)
    review.show_sheet(review._desk.contract(made))
    line = next(x for x in review.lines if x.row.item == "term")
    assert "陆知远的异议：止日不对" in line.value.text()
    assert "初审没有改，也没有答复" in line.value.text()


def test_today_names_the_reviewer_and_opens_it(
    qtbot: QtBot, theme: Theme, office: Any, way: Any, jobs: JobRunner
) -> None:
    made = given_back(office, way, term="止日不对")
    page = TodayPage(desk_of(office, SHEN), jobs)
    frame = Frame(page)
    qtbot.addWidget(frame)
    page.open()
    (item,) = page.returned_items
    assert item.accessibleName().startswith("退回初审，")
    assert "陆知远：请照合同改" in item.accessibleName()
    item.click()
    assert frame.wanted[-1] == ("case", made)
    qtbot.wait(50)  # it is painted: a word that is no state of the table of marks
