"""What helps the clerk to answer: examples, why it is asked, what the form said, attachments as evidence."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from fakes_case import WHOLE, CaseDesk, base, frame, press, write
from frame import sideways
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.jobs import JobRunner
from desktop.resources import resource
from desktop.rules.conclusion import Holding
from desktop.rules.examples import load_examples
from desktop.ui.pages import recognition
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.interview import WHY_ROW, Interview, kinds_in_title, source_name
from desktop.ui.pages.recognition import RecognitionStep
from desktop.ui.theme import Theme

Qt_ = Qt.Key
DAY = date(2026, 11, 20)
EXAMPLES = load_examples(resource("law", "examples.toml"))


def opened(
    qtbot: Any, size: tuple[int, int] = (1366, 768), **facts: Any
) -> tuple[Any, RecognitionStep, CaseDesk]:
    desk = CaseDesk(replace(WHOLE, **facts), "ACCEPTED")
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page, size=size)
    page.open((desk.sheet_row.id, 2))
    step = page.step()
    assert isinstance(step, RecognitionStep)
    return shown, step, desk


def interview(answers: dict[str, Any] | None = None, **facts: Any) -> Interview:
    whole = replace(WHOLE, accepted_on=DAY, **facts)
    return Interview(whole, answers or {}, base.law(), day=DAY, person="沈清禾")


def why(made: Interview, code: str) -> str:
    finding = made.finding(code)
    assert finding is not None
    return made.why(finding)


def test_an_example_of_yes_and_of_no_stands_beside_the_article(qtbot: Any, theme: Theme) -> None:
    _shown, step, _desk = opened(qtbot)
    step.show_question("R-GATE-06")
    example = EXAMPLES["R-GATE-06"]
    assert step.examples.isVisible()
    assert [line.text.text() for line in step.example_lines] == [example.yes, example.no]
    told = step.question.accessibleDescription()
    for words in (example.yes, example.no, "第九条"):
        assert words in told
    assert step.right.verticalScrollBar().maximum() == 0


def test_x_puts_the_examples_away_and_brings_them_back(qtbot: Any, theme: Theme) -> None:
    _shown, step, _desk = opened(qtbot)
    press(Qt_.Key_X)
    assert not step.examples.isVisible()
    press(Qt_.Key_Right)
    assert not step.examples.isVisible()
    press(Qt_.Key_X)
    assert step.examples.isVisible()
    step.evidence.setFocus()
    write("x")
    assert step.examples.isVisible()
    assert step.evidence.value() == "x"


def test_in_a_low_window_x_gives_the_examples_the_place_of_the_advice(qtbot: Any, theme: Theme) -> None:
    _shown, step, _desk = opened(qtbot, (911, 512))
    assert not step.examples.isVisible()
    assert step.advice.isVisible()
    press(Qt_.Key_X)
    assert step.examples.isVisible()
    assert not step.advice.isVisible()
    assert sideways(step) == []
    answers = step.answers
    bottom = answers.mapTo(step.right, answers.rect().bottomLeft()).y()
    assert bottom <= step.right.viewport().height()


def test_without_a_readable_file_of_examples_the_interview_goes_on(
    qtbot: Any, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "resource", lambda *_parts: tmp_path / "examples.toml")
    shown, step, desk = opened(qtbot)
    assert not step.examples.isVisible()
    assert [text for text, _level, _stays in shown.said].count("举例读不进来，共 1 处不对") == 1
    here = step.code_here
    press(Qt_.Key_1)
    assert desk.answers[here]["answer"] == "yes"


def test_f7_cites_the_attachments_one_after_the_other(qtbot: Any, theme: Theme) -> None:
    _shown, step, desk = opened(qtbot)
    here = step.code_here
    press(Qt_.Key_E)
    write("3.1")
    press(Qt_.Key_F7)
    assert step.evidence.value() == "3.1；附件一 技术要求"
    press(Qt_.Key_F7)
    assert step.evidence.value() == "3.1；附件二 价款明细"
    press(Qt_.Key_1, Qt.KeyboardModifier.AltModifier)
    assert desk.answers[here]["evidence"] == "3.1；附件二 价款明细"
    press(Qt_.Key_F7)
    press(Qt_.Key_F7)
    press(Qt_.Key_F7)
    assert step.evidence.value() == ""


def test_f7_says_that_there_is_no_attachment(qtbot: Any, theme: Theme) -> None:
    shown, step, _desk = opened(qtbot, attachments=())
    press(Qt_.Key_F7)
    assert shown.said[-1][0] == "登记表上没有附件"
    assert step.evidence.value() == ""


def test_what_the_form_answered_is_counted_and_marked(qtbot: Any, theme: Theme) -> None:
    _shown, step, _desk = opened(qtbot)
    assert step.interview is not None
    known = step.interview.known_in("gate")
    assert known > 0
    assert f"登记表已答 {known} 问" in step.place_label.text()
    (item,) = [one for one in step.listed if one.code == "R-GATE-07"]
    assert item.accessibleName() == "07 当事人明确，登记表已答：是"
    step.show_question("R-GATE-07")
    assert step.advice.answer.text() == "登记表已答：是"
    step.show_question("R-GATE-05")
    assert step.advice.answer.text() == "建议：请人工判断"


def test_every_condition_of_a_row_says_why_it_is_asked() -> None:
    rows = [row for row in base.law().all_rows() if row.code.startswith("R-") and row.group != "amount"]
    assert {row.when for row in rows} - {"", "several_kinds"} == set(WHY_ROW)


def test_why_a_question_is_asked_follows_the_form_and_the_course() -> None:
    fresh = interview()
    assert why(fresh, "R-GATE-05") == "不论哪一类合同，先要过这一关"
    assert why(fresh, "R-DEV-01") == "申报的就是技术开发，逐项看条件是否齐备"
    assert why(fresh, "R-DEV-N1") == "属于这种情形的，就不是技术开发"
    consulting = interview(kind="CON", sub_kind="CON")
    assert why(consulting, "R-DEV-01") == "申报的是技术咨询，按顺序先看是不是技术开发"
    failed = interview(
        {"gate": "yes", "mix": "yes", "R-DEV-01": "no"}, kind="CON", sub_kind="CON", ip_kind="9"
    )
    assert why(failed, "R-CON-03") == "技术开发、转让、许可不成立，接着看是不是技术咨询"
    abroad = interview(cross_border="import")
    assert why(abroad, "R-GATE-20") == "有境外当事人，或者是进出口合同"
    unsaid = interview(plan_source=None)
    assert why(unsaid, "R-GATE-21") == "登记表没有写计划类别"


def test_a_name_is_weighed_apart_from_the_content() -> None:
    assert kinds_in_title("设备控制软件研制及技术服务合同") == ("技术开发", "技术服务")
    assert kinds_in_title("合同") == ()
    made = interview(title="锅炉保养技术开发", kind="SVC", sub_kind="SVC-1")
    finding = made.finding("R-GATE-11")
    assert finding is not None
    assert made.advice(finding).words.startswith("名称像技术开发，申报一般技术服务；名称不定性，以内容为准。")


def test_the_article_is_seen_though_the_instrument_has_a_long_name() -> None:
    sources = [s for row in base.law().all_rows() for s in row.sources if row.code == "R-GATE-01"]
    names = {source_name(s) for s in sources}
    assert "技术合同认定登记规则（新文本）第三十六条" in names
    assert "技术合同认定登记管理办法（2000）第九条" in names


def test_of_several_kinds_that_hold_each_is_shown_and_the_choice_takes_a_reason(
    qtbot: Any, theme: Theme
) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    from test_recognition_step import sample_answers

    desk.answers = sample_answers()
    page = CasePage(desk, JobRunner(inline=True))
    frame(qtbot, page)
    page.open((desk.sheet_row.id, 2))
    step = page.step()
    assert isinstance(step, RecognitionStep)
    assert step.interview is not None
    conclusion = step.interview.conclusion
    both = (*conclusion.kinds_holding, Holding("SVC-1", "SVC", "SVC-1", "9/10", "解决特定技术问题"))
    step.interview._conclusion = replace(conclusion, kinds_holding=both)
    step.show_conclusion()
    view = step.conclusion
    assert view.agreement.text == "几类都符合"
    assert "内容符合技术开发、一般技术服务" in view.compared.text()
    assert "一般技术服务的条件都符合：解决特定技术问题。" in view.because.text()
    assert view.reason.is_required
    assert (step.primary().enabled, step.primary().why_not) == (False, "几个类别都符合，请写明为什么选这一类")
    view.reason.setFocus()
    write("研发占八成工作量")
    assert step.primary().enabled


def test_going_back_and_answering_otherwise_changes_what_follows(qtbot: Any, theme: Theme) -> None:
    from test_recognition_step import sample_answers

    desk = CaseDesk(WHOLE, "ACCEPTED")
    desk.answers = sample_answers()
    page = CasePage(desk, JobRunner(inline=True))
    frame(qtbot, page)
    page.open((desk.sheet_row.id, 2))
    step = page.step()
    assert isinstance(step, RecognitionStep)
    assert step.is_concluding
    press(Qt_.Key_Left, Qt.KeyboardModifier.AltModifier)
    step.show_question("R-DEV-03")
    press(Qt_.Key_2)
    assert not step.is_concluding
    assert not step.code_here.startswith("R-DEV")
    assert not step.primary().enabled
    step.show_question("R-DEV-03")
    press(Qt_.Key_1)
    assert step.is_concluding
    assert QApplication.focusWidget() is step.conclusion.radios["recognise"]
