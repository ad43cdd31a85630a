"""The later steps over the real services and a real database: what pages ask is what services take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from later import Frame, runner
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.app import OpenDesk
from desktop.certificates.preview import page_count, pdf_text
from desktop.jobs import JobRunner
from desktop.services.views import SignedIn, review_subject
from desktop.ui.pages.issue import IssueStep
from desktop.ui.pages.relief import ReliefStep
from desktop.ui.pages.report import ReportPage
from desktop.ui.pages.review import ReviewStep
from desktop.ui.theme import Theme

SHEN = SignedIn("沈清禾", frozenset({"clerk"}))
LU = SignedIn("陆知远", frozenset({"clerk", "reviewer"}))


def desk_of(office: Any, person: SignedIn) -> OpenDesk:
    desk = OpenDesk.__new__(OpenDesk)
    desk._office = office.as_person(person)
    return desk


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def jobs(request: pytest.FixtureRequest) -> Iterator[JobRunner]:
    with runner(request.param) as made:
        yield made


def test_from_relief_to_the_package_by_keyboard(
    qtbot: QtBot, theme: Theme, office: Any, way: Any, tmp_path: Path, jobs: JobRunner
) -> None:
    made = way.recognised()
    clerk, reviewer = desk_of(office, SHEN), desk_of(office, LU)
    steps: list[int] = []

    relief = ReliefStep(clerk, jobs)
    frame = Frame(relief)
    qtbot.addWidget(frame)
    relief.step_wanted.connect(steps.append)
    relief.show_sheet(clerk.contract(made))
    relief.open()
    frame.press(Qt.Key.Key_Return)
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: steps == [5])
    kept = clerk.contract(made)
    assert kept.relief is not None
    assert len(kept.relief_answers) == 1
    shown = {result.relief: result.result for result in relief.results}
    assert {r["relief"]: r["result"] for r in kept.relief["results"]} == shown, "page and store agree"
    frame.hide()

    own = ReviewStep(clerk, jobs)
    frame = Frame(own)
    qtbot.addWidget(frame)
    own.show_sheet(clerk.contract(made))
    assert not own.primary().enabled
    frame.hide()

    review = ReviewStep(reviewer, jobs)
    frame = Frame(review)
    qtbot.addWidget(frame)
    review.step_wanted.connect(steps.append)
    review.show_sheet(reviewer.contract(made))
    review.open()
    for _line in review.lines:
        frame.press(Qt.Key.Key_1)
    assert review.primary().why_not == ""
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: steps == [5, 6], timeout=10_000)
    frame.hide()

    sheet = clerk.contract(made)
    assert sheet.row.official_number == "2026990321000247"
    issue = IssueStep(clerk, jobs, printers=tuple)
    issue.ask_path = lambda wanted: tmp_path / wanted
    frame = Frame(issue)
    qtbot.addWidget(frame)
    issue.show_sheet(sheet)
    issue.open()
    qtbot.waitUntil(lambda: issue.page.picture is not None, timeout=20_000)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "台账已记" in frame.words(), timeout=20_000)
    pdf = next(tmp_path.glob("*登记证明*.pdf"))
    assert page_count(pdf) == 3
    assert "2026990321000247" in pdf_text(pdf, 0).replace(" ", "")
    assert [line.is_waiting for line in issue.ledger.lines] == [False] * 3
    issue.open_sheet_dialog("void")
    dialog: Any = issue.dialog
    dialog.reason.setText("卡纸，纸已收回")
    dialog.act_button.click()
    qtbot.waitUntil(lambda: issue.ticked() == (1,))
    frame.hide()

    stick = tmp_path / "stick"
    stick.mkdir()
    report = ReportPage(clerk, jobs, sticks=lambda: [stick])
    frame = Frame(report)
    qtbot.addWidget(frame)
    report.open()
    qtbot.waitUntil(lambda: len(report.ticked()) == 1, timeout=10_000)
    qtbot.waitUntil(lambda: report.primary().enabled)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(report.strip.isVisible, timeout=20_000)
    assert len(list(stick.glob("*.zip"))) == 1
    assert len(list(stick.glob("*交接单.pdf"))) == 1
    qtbot.waitUntil(lambda: report.tiles["EXPORTED"].accessibleName().startswith("已导出待回执，1 份"))
    report.batches_tool.click()
    report.batch_table.select_row(0)
    report.resend_chosen()
    qtbot.waitUntil(lambda: "状态不变" in frame.words(), timeout=10_000)


def test_half_a_review_is_on_the_disk_until_it_is_handed_in(
    qtbot: QtBot, theme: Theme, office: Any, way: Any, jobs: JobRunner
) -> None:
    made = way.recognised()
    subject = review_subject(made, LU.name)
    first = ReviewStep(desk_of(office, LU), jobs)
    frame = Frame(first)
    qtbot.addWidget(frame)
    first.show_sheet(first._desk.contract(made))
    first.open()
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_2)
    first.cards[0].remark.insert("与合同写法不同")
    qtbot.waitUntil(lambda: "写法不同" in (desk_of(office, LU).draft("review", subject) or ("", ""))[1])

    again = ReviewStep(desk_of(office, LU), jobs)
    frame = Frame(again)
    qtbot.addWidget(frame)
    again.show_sheet(again._desk.contract(made))
    again.open()
    assert [i.is_agreed for i in again.items()] == [True, False]
    assert again.items()[1].remark == "与合同写法不同"
    again.cards[0].remark.insert("，请改")  # F6 follows at once
    frame.press(Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: "复核意见已存盘" in frame.words())
    assert again._desk.draft("review", subject) is None
    assert again.at_rest == ""
    assert not again.found.isVisible()
    qtbot.wait(400)
    assert again._desk.draft("review", subject) is None, "nothing written behind it"
    qtbot.waitUntil(lambda: again._desk.draft("place", LU.name) is None)


def test_change_income_and_end_on_real_services(
    qtbot: QtBot, theme: Theme, office: Any, way: Any, jobs: JobRunner
) -> None:
    made = way.registered()
    clerk = desk_of(office, SHEN)
    issue = IssueStep(clerk, jobs, printers=tuple)
    frame = Frame(issue)
    qtbot.addWidget(frame)
    issue.show_sheet(clerk.contract(made))
    issue.open_after_dialog("income")
    dialog: Any = issue.dialog
    dialog.day.setText("20261119")
    dialog.amount.setText("300000")
    dialog.act_button.click()
    qtbot.waitUntil(lambda: issue._sheet is not None and len(issue._sheet.facts.incomes) == 1)
    assert len(clerk.contract(made).facts.incomes) == 1
    issue.open_after_dialog("change")
    dialog = issue.dialog
    dialog.entry("valid_until").setText("2028-12-31")
    dialog.agreement.setText("2026年11月18日补充协议")
    dialog.reason.setText("交付期顺延")
    dialog.act_button.click()
    qtbot.waitUntil(lambda: clerk.contract(made).row.state == "CHANGED")
    qtbot.waitUntil(lambda: issue._sheet is not None and issue._sheet.row.state == "CHANGED")
    issue.open_after_dialog("cancel")
    dialog = issue.dialog
    dialog.reason.setText("协议解除")
    dialog.act_button.click()
    qtbot.waitUntil(lambda: clerk.contract(made).row.state == "CANCELLED")
    qtbot.waitUntil(lambda: "“已注销”的合同不能" in issue.primary().why_not)
