from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import WHOLE, CaseDesk, base, frame, press, write
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.jobs import JobRunner
from desktop.resources import resource
from desktop.services import views as v
from desktop.services.commands import Defect
from desktop.ui.dialogs.return_contract import Notice
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.interview import Interview, clause_of, place_of
from desktop.ui.pages.recognition import RecognitionStep, _Listed
from desktop.ui.theme import Theme

Qt_ = Qt.Key
TEXT = "第三条　技术现状\n3.1　双方确认，均未掌握该技术方案。\n3.2　乙方已有的技术为背景技术。"


def sample_answers() -> dict[str, Any]:
    answers: dict[str, Any] = json.loads(
        resource("sample", "answers", "001.json").read_text(encoding="utf-8")
    )
    return {code: a for code, a in answers.items() if code.startswith(("R-GATE", "R-MIX", "R-DEV"))}


def recognition_page(qtbot: Any, desk: CaseDesk) -> tuple[Any, RecognitionStep]:
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page)
    page.open((desk.sheet_row.id, 2))
    step = page.step()
    assert isinstance(step, RecognitionStep)
    return shown, step


def interview(answers: dict[str, Any], **facts: Any) -> Interview:
    whole = replace(WHOLE, accepted_on=date(2026, 11, 20), **facts)
    return Interview(whole, answers, base.law(), day=date(2026, 11, 20), person="沈清禾")


def test_the_question_has_the_focus_and_a_stray_enter_answers_nothing(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = recognition_page(qtbot, desk)
    qtbot.waitUntil(step.question.hasFocus)
    assert step.answers.answer() == ""
    press(Qt_.Key_Return)
    press(Qt_.Key_Space)
    assert desk.told("save_answers") == []
    assert step.answers.answer() == ""


def test_digits_answer_and_the_answer_is_kept_at_once(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    shown, step = recognition_page(qtbot, desk)
    first = step.code_here
    press(Qt_.Key_1)
    assert desk.answers[first] == {"answer": "yes", "by": "沈清禾"}
    assert step.code_here != first
    qtbot.waitUntil(step.question.hasFocus)
    assert f"已记下 {first}：是" in shown.said[-1][0]


def test_a_narrow_window_goes_between_question_and_text_and_the_key_says_which(
    qtbot: Any, theme: Theme
) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    page = CasePage(desk, JobRunner(inline=True))
    frame(qtbot, page, size=(911, 512))
    page.open((desk.sheet_row.id, 2))
    step = page.step()
    assert isinstance(step, RecognitionStep)

    def said() -> str:
        return next(key.word for key in step.keys() if "F8" in key.sequences())  # noqa: SIM118 - a method

    assert said() == "看正文"
    press(Qt_.Key_F8)
    assert step.left.isVisible()
    assert said() == "看问题"
    press(Qt_.Key_F8)
    qtbot.waitUntil(step.question.hasFocus)
    assert not step.left.isVisible()
    assert said() == "看正文"


def test_digits_are_digits_while_evidence_is_written(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = recognition_page(qtbot, desk)
    here = step.code_here
    press(Qt_.Key_E)
    qtbot.waitUntil(step.evidence.hasFocus)
    write("3.1")
    assert step.code_here == here
    assert desk.answers == {}
    press(Qt_.Key_1, Qt.KeyboardModifier.AltModifier)
    assert desk.answers[here] == {"answer": "yes", "evidence": "3.1", "by": "沈清禾"}


def test_arrows_go_from_question_to_question_and_show_given_answers(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = recognition_page(qtbot, desk)
    here = step.code_here
    assert step.interview is not None
    codes = step.interview.codes()
    press(Qt_.Key_2)
    there = step.code_here
    for _step in range(codes.index(there) - codes.index(here)):
        press(Qt_.Key_Left)
    assert step.code_here == here
    assert step.answers.answer() == "no"
    press(Qt_.Key_Left)
    assert step.code_here == here
    press(Qt_.Key_3)
    assert desk.answers[here]["answer"] == "unknown"


def test_the_answer_that_must_be_no_is_marked_as_in_order(qtbot: Any, theme: Theme) -> None:
    _shown, step = recognition_page(qtbot, CaseDesk(WHOLE, "ACCEPTED"))
    assert step.interview is not None
    marks: dict[str, set[bool]] = {}
    for code in step.interview.codes():
        finding = step.interview.finding(code)
        assert finding is not None
        wanted = step.interview.wanted(finding)
        for answer in ("yes", "no"):
            given: Any = SimpleNamespace(
                code=code, short=finding.short, answer=answer, answered_by="person", rule=finding.rule
            )
            listed = _Listed(given, is_here=False, parent=step)
            marks.setdefault(f"{answer} {wanted}", set()).add(listed.is_in_order)
    assert marks["yes 须为“是”"] == marks["no 须为“否”"] == {True}
    assert marks["no 须为“是”"] == marks["yes 须为“否”"] == {False}


def test_evidence_of_an_open_question_is_not_lost(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = recognition_page(qtbot, desk)
    here = step.code_here
    step.evidence.setFocus()
    write("7.1")
    step.question.setFocus()
    press(Qt_.Key_Right)
    _again, other = recognition_page(qtbot, desk)
    other.show_question(here)
    assert other.evidence.value() == "7.1"
    assert here not in desk.answers


def test_ctrl_enter_in_the_remark_keeps_it_and_goes_on(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    desk.answers = {"R-GATE-02": {"answer": "yes"}}
    _shown, step = recognition_page(qtbot, desk)
    step.show_question("R-GATE-02")
    step.remark.setFocus()
    write("核对过原件")
    press(Qt_.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.answers["R-GATE-02"]["remark"] == "核对过原件"
    assert step.code_here == "R-GATE-03"


def test_an_ordinary_contract_is_recognised_in_a_few_keys(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = recognition_page(qtbot, desk)
    asked: list[str] = []
    step.ask = lambda _p, question, *_a, **_k: asked.append(question) or True  # type: ignore[func-returns-value]
    count = 0
    wanted = sample_answers()
    while not step.is_concluding and count < 30:
        code = step.code_here
        if code.startswith(("R-GATE", "R-MIX")) and step.interview is not None:
            press(Qt_.Key_A)
        else:
            press(Qt_.Key_1 if wanted[code]["answer"] == "yes" else Qt_.Key_2)
        count += 1
    assert step.is_concluding
    assert count <= 15
    assert asked[0].startswith("“门槛”其余")
    assert step.interview is not None
    assert step.interview.conclusion.outcome == "PASS"
    assert desk.answers["R-GATE-05"]["remark"] == "整组一次回答"


def test_the_rest_of_a_group_is_not_answered_when_the_question_is_declined(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = recognition_page(qtbot, desk)
    step.ask = lambda *_a, **_k: False
    press(Qt_.Key_A)
    assert desk.answers == {}
    qtbot.waitUntil(step.question.hasFocus)


def test_a_kind_is_not_answered_at_once_and_the_key_says_why(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    shown, step = recognition_page(qtbot, desk)
    keys = step.keys()
    assert "其余都符合" in [key.word for key in keys]
    step.show_question("R-DEV-02")
    keys = step.keys()
    assert "其余都符合" not in [key.word for key in keys]
    press(Qt_.Key_A)
    assert shown.said[-1][0] == "类别的条件要逐问回答；“其余都符合”只用于门槛和混合"
    assert desk.told("save_answers") == []


def test_path_and_place_count_the_same_questions(qtbot: Any, theme: Theme) -> None:
    _shown, step = recognition_page(qtbot, CaseDesk(WHOLE, "ACCEPTED"))
    assert step.interview is not None
    gate = step.interview.progress("gate")
    assert gate is not None
    answered, total = step.interview.counted(gate)
    assert total < gate.total, "some do not concern this contract"
    assert f"共 {total} 问，登记表已答 {answered} 问" in step.place_label.text()
    assert step.path.items[0].accessibleName() == f"门槛 {answered}/{total}，正在答"


def test_f12_waits_until_nothing_is_open_and_says_why(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    shown, step = recognition_page(qtbot, desk)
    primary = step.primary()
    assert not primary.enabled
    assert primary.why_not.startswith("还有 ")
    press(Qt_.Key_F12)
    assert not step.is_concluding
    assert not shown.keys.button.isEnabled()


def test_words_selected_become_evidence_with_their_clause(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    desk.kept["text", desk.sheet().uid] = ("", TEXT, "14:00")
    _shown, step = recognition_page(qtbot, desk)
    at = TEXT.index("均未掌握")
    cursor = step.view.textCursor()
    cursor.setPosition(at)
    cursor.setPosition(at + 4, cursor.MoveMode.KeepAnchor)
    step.view.setTextCursor(cursor)
    step.view.setFocus()
    press(Qt_.Key_E)
    assert step.evidence.value() == "3.1 均未掌握"
    (mark,) = step.view.evidence
    assert step.view.text[mark.start : mark.end] == "均未掌握"


def test_pasted_text_is_kept_with_the_contract(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = recognition_page(qtbot, desk)
    assert step.no_text.isVisible()
    QApplication.clipboard().setText(TEXT)
    step.paste_tool.click()
    assert step.view.isVisible()
    assert desk.kept["text", desk.sheet().uid][1] == TEXT


def test_the_contracts_own_paper_stands_beside_the_question(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    desk.text = (
        v.TextPassage("第三条　技术现状", is_heading=True),
        v.TextPassage("3.1　均未掌握该方案。", "3.1", 2),
    )
    desk.answers = {"R-GATE-02": {"answer": "yes", "evidence": "3.1"}}
    _shown, step = recognition_page(qtbot, desk)
    step.show_question("R-GATE-02")
    assert step.view.isVisible()
    (mark,) = step.view.evidence
    assert step.view.text[mark.start : mark.end] == "均未掌握该方案。"


def test_clauses_and_sentences_are_found_in_the_text() -> None:
    assert clause_of(TEXT, TEXT.index("均未掌握")) == "3.1"
    place = place_of(TEXT, "3.2")
    assert place is not None
    assert TEXT[place[0] : place[1]] == "乙方已有的技术为背景技术。"
    assert place_of(TEXT, "9.9") is None
    assert place_of(TEXT, "") is None
    assert place_of(TEXT, "附件一 6") is None


def test_each_answer_says_what_follows() -> None:
    made = interview({k: v for k, v in sample_answers().items() if not k.startswith("R-DEV")})
    finding = made.finding("R-DEV-02")
    assert finding is not None
    assert made.meaning(finding, "no") == "已有一方掌握"
    assert made.leads_to(finding, "no") == "不按技术开发，转问服务" or made.leads_to(
        finding, "no"
    ).startswith("不按技术开发，转问")
    assert made.leads_to(finding, "yes").startswith("下一问：")
    assert made.leads_to(finding, "unknown") == "不能下结论，列入补正"
    gate = made.finding("R-GATE-07")
    assert gate is not None
    assert made.leads_to(gate, "no") in ("不予登记", "列入补正")


def test_the_form_advises_only_where_it_knows() -> None:
    made = interview({})
    known = made.finding("R-DEV-05") or made.finding("R-GATE-01")
    assert known is not None
    assert (made.advice(known).answer, made.advice(known).certainty) == ("yes", "高")
    unknown = made.finding("R-GATE-12")
    assert unknown is not None
    assert made.advice(unknown).answer == ""
    assert "请看合同" in made.advice(unknown).words


def concluded(qtbot: Any, **changes: Any) -> tuple[Any, RecognitionStep, CaseDesk]:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    desk.answers = {**sample_answers(), **changes}
    shown, step = recognition_page(qtbot, desk)
    assert step.is_concluding
    return shown, step, desk


def test_the_conclusion_counts_and_proposes_without_deciding(qtbot: Any, theme: Theme) -> None:
    _shown, step, desk = concluded(qtbot)
    view = step.conclusion
    assert view.title.text() == "技术开发合同 ・ 委托开发"
    assert view.choice == "recognise"
    assert view.confidence_tags["verified"].text.startswith("已核对 ")
    assert view.model.rowCount() > 5
    view.all_button.click()
    assert step.interview is not None
    assert view.model.rowCount() == len(step.interview.conclusion.used)
    assert desk.recognised is None
    assert desk.told("keep_draft") == []


def test_deciding_keeps_the_decision_and_goes_to_the_amounts(qtbot: Any, theme: Theme) -> None:
    shown, step, desk = concluded(qtbot)
    assert step.primary().words == "认定并去核定"
    press(Qt_.Key_F12)
    kept = json.loads(desk.kept["decision", desk.sheet().uid][1])
    assert kept == {"kind": "DEV", "sub_kind": "DEV-1", "reason": ""}
    assert shown.page.number == 3
    assert desk.recognised is None


def test_another_decision_than_the_advice_needs_a_reason(qtbot: Any, theme: Theme) -> None:
    shown, step, desk = concluded(qtbot)
    view = step.conclusion
    view.sub_kind.setFocus()
    write("DEV-2")
    press(Qt_.Key_Return)
    assert view.differs()
    assert view.reason.is_required
    primary = step.primary()
    assert (primary.enabled, primary.why_not) == (False, "您的认定与程序的建议不同，请写明理由")
    view.reason.setFocus()
    write("双方共同投入人员")
    assert step.primary().enabled
    press(Qt_.Key_F12)
    assert json.loads(desk.kept["decision", desk.sheet().uid][1])["sub_kind"] == "DEV-2"
    assert shown.page.number == 3


def test_a_changed_answer_drops_the_decision_made_on_the_old_ones(qtbot: Any, theme: Theme) -> None:
    shown, step, desk = concluded(qtbot)
    press(Qt_.Key_F12)
    shown.page.go_to(2)
    step.show_question("R-DEV-04")
    press(Qt_.Key_1)
    assert ("decision", desk.sheet().uid) not in desk.kept


def test_alt_left_goes_back_to_the_questions(qtbot: Any, theme: Theme) -> None:
    _shown, step, _desk = concluded(qtbot)
    press(Qt_.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert not step.is_concluding
    qtbot.waitUntil(step.question.hasFocus)


def test_a_refusing_answer_cannot_be_recognised_and_brings_its_grounds(qtbot: Any, theme: Theme) -> None:
    shown, step, desk = concluded(qtbot, **{"R-GATE-12": {"answer": "no", "evidence": "8.3"}})
    view = step.conclusion
    assert view.choice == "refuse"
    assert not view.radios["recognise"].isEnabled()
    offered: list[Any] = []

    def answer(_parent: Any, serial: str, _codes: Any, grounds: Any, words: str) -> Any:
        offered.append((serial, grounds, words))
        return grounds, words

    step.ask_refuse = answer
    press(Qt_.Key_F12)
    (told,) = desk.told("refuse")
    assert told.grounds == ("G06",)
    assert "8.3" in told.reason
    assert offered[0][0] == "澄受 2026-0312"
    assert shown.page.sheet.row.state == "REFUSED"


def test_a_curable_answer_goes_back_with_its_defects(qtbot: Any, theme: Theme) -> None:
    shown, step, desk = concluded(qtbot, **{"R-GATE-01": {"answer": "no", "evidence": "附件三"}})
    assert step.conclusion.choice == "return"
    seen: list[Defect] = []

    def answer(_p: Any, _s: str, defects: Any, deadline: date, _today: date) -> Notice:
        seen.extend(defects)
        return Notice(tuple(defects), deadline)

    step.ask_return = answer
    press(Qt_.Key_F12)
    (told,) = desk.told("return_contract")
    assert [d.code for d in told.defects] == ["R-GATE-01"]
    assert told.defects[0].clause == "附件三"
    assert told.deadline_on > date(2026, 11, 20)
    assert shown.page.number == 1


def test_declining_the_dialog_changes_nothing(qtbot: Any, theme: Theme) -> None:
    _shown, step, desk = concluded(qtbot, **{"R-GATE-01": {"answer": "no"}})
    step.ask_return = lambda *_a: None
    press(Qt_.Key_F12)
    assert desk.told("return_contract") == []
    assert step.is_concluding


def test_a_reviewer_reads_the_answers_and_can_change_none(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "RECOGNISED")
    desk.answers = sample_answers()
    _shown, step = recognition_page(qtbot, desk)
    step.show_question("R-DEV-02")
    press(Qt_.Key_2)
    assert desk.told("save_answers") == []
    assert step.answers.answer() == "yes"
