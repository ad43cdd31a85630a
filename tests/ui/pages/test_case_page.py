from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import BUYER, SELLER, TITLE, WHOLE, CaseDesk, base, frame, press, write
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout

from desktop.errors import RefusedError
from desktop.jobs import JobRunner
from desktop.rules.facts import Facts
from desktop.services import views as v
from desktop.ui.dialogs.return_contract import Notice
from desktop.ui.pages.case import MAKERS, CasePage
from desktop.ui.pages.page import Step
from desktop.ui.theme import Theme

Qt_ = Qt.Key


class LaterStep(Step):
    """Stands in for the steps behind the amounts."""

    def __init__(self, *_given: object) -> None:
        super().__init__()
        self.sheet: v.ContractSheet | None = None
        QVBoxLayout(self).addWidget(QLabel("—"))

    def show_sheet(self, sheet: v.ContractSheet) -> None:
        self.sheet = sheet


def case_page(qtbot: Any, desk: CaseDesk, **how: Any) -> tuple[Any, CasePage]:
    page = CasePage(
        desk,
        JobRunner(inline=how.pop("inline", True)),
        makers={**MAKERS, 4: LaterStep, 5: LaterStep, 6: LaterStep},
    )
    return frame(qtbot, page, **how), page


def test_a_whole_contract_goes_through_with_the_keyboard_alone(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(Facts())
    desk.passed = {}
    shown, page = case_page(qtbot, desk)
    page.open(None)
    form = page.step().form  # type: ignore[attr-defined]

    def fields(*texts: str) -> None:
        for text in texts:
            if text:
                write(text)
            press(Qt_.Key_Return)

    fields(TITLE, "DEV-1", "20261101", "20271031", "1026", "")
    fields(BUYER, "91990321ma5ny83t0t", "142", "990321", "150")
    fields(SELLER, "9199 0321 MA0Q H7K2 6R", "142", "990321", "150")
    fields("128万", "", "", "2", "", "", "", "03", "1", "9", "09", "A", "否", "", "", "", "")
    write("研制采摘机视觉识别与仿形控制系统")
    press(Qt_.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert form.bounds["summary"].entry.value().startswith("研制采摘机")
    lines = form.tables["amount_lines"]
    lines.table.setFocus()
    press(Qt_.Key_Insert)
    fields("development", "js", "1030000", "7.1", "parts", "sb", "=", "7.1")
    papers = form.tables["attachments"]
    papers.table.setFocus()
    press(Qt_.Key_Insert)
    fields("annex 1", "4")
    facts = form.facts()
    assert [(x.nature, x.amount) for x in facts.amount_lines] == [
        ("technology", Decimal("1030000.00")),
        ("equipment", Decimal("250000.00")),
    ]
    assert facts.sellers[0].id_number == "91990321MA0QH7K26R"
    assert facts.signed_on == date(2026, 10, 26)
    press(Qt_.Key_F12)
    assert desk.told("accept"), [item.problem for item in page.step().panel.items]  # type: ignore[attr-defined]
    assert page.number == 2
    recognition: Any = page.step()
    recognition.ask = lambda *_a, **_k: True
    for _press in range(30):
        if recognition.is_concluding:
            break
        code = recognition.code_here
        if code.startswith(("R-GATE", "R-MIX")):
            press(Qt_.Key_A)
        else:
            press(Qt_.Key_2 if "-N" in code else Qt_.Key_1)
    assert recognition.is_concluding
    press(Qt_.Key_F12)
    assert page.number == 3
    press(Qt_.Key_F12)
    assert desk.recognised is not None
    assert desk.recognised.sub_kind == "DEV-1"
    assert len(desk.recognised.answers) > 20
    assert desk.recognised.answers == desk.answers
    assert page.number == 4
    assert page.sheet is not None
    assert page.sheet.row.state == "RECOGNISED"
    assert page.sheet.facts.technology_amount == Decimal("1030000.00")
    assert shown.said[-1][1] == "ok"


def test_a_case_opens_at_the_step_of_its_state(qtbot: Any, theme: Theme) -> None:
    for state, number in (
        ("DRAFT", 1),
        ("RETURNED", 1),
        ("ACCEPTED", 2),
        ("RECOGNISED", 5),
        ("CERTIFIED", 6),
    ):
        desk = CaseDesk(WHOLE, state)
        _shown, page = case_page(qtbot, desk)
        page.open(312)
        assert page.number == number
        assert page.head.isVisible() == (number == 1)


def test_steps_that_are_not_reached_cannot_be_gone_to(qtbot: Any, theme: Theme) -> None:
    shown, page = case_page(qtbot, CaseDesk(WHOLE, "DRAFT"))
    page.open(312)
    page.go_to(2)
    assert page.number == 1
    assert shown.said[-1] == ("还没有到这一步", "warn", False)
    assert not page.contract_head.steps.items[1].isEnabled()


def test_looking_back_takes_no_tick_from_what_is_done(qtbot: Any, theme: Theme) -> None:
    for state, behind in (
        ("CERTIFIED", ["done", "done"]),
        ("REGISTERED", ["done", "ahead"]),
        ("CHANGED", ["done", "ahead"]),
        ("RECOGNISED", ["ahead", "ahead"]),
        ("ACCEPTED", ["ahead", "ahead"]),
    ):
        _shown, page = case_page(qtbot, CaseDesk(WHOLE, state))
        page.open(312)
        items = page.contract_head.steps.items
        items[page.number - 1].setFocus()
        way = 4 - page.number
        for _time in range(abs(way)):
            press(Qt_.Key_Right if way > 0 else Qt_.Key_Left)
        press(Qt_.Key_Space)
        assert page.number == 4, state
        assert [item.look for item in items[4:]] == behind, state
        assert items[3].look == "current"


def test_ctrl_alt_and_a_digit_go_straight_to_a_step(qtbot: Any, theme: Theme) -> None:
    _shown, page = case_page(qtbot, CaseDesk(WHOLE, "CERTIFIED"))
    page.open(312)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    for key, number in ((Qt_.Key_4, 4), (Qt_.Key_1, 1), (Qt_.Key_2, 2), (Qt_.Key_6, 6)):
        press(key, both)
        assert page.number == number
    steps = page.contract_head.steps
    assert [item.toolTip() for item in steps.items] == [f"Ctrl+Alt+{n}" for n in range(1, 7)]
    assert steps.menu().actions()[3].text() == "4 税惠\tCtrl+Alt+4"
    shown, early = case_page(qtbot, CaseDesk(WHOLE, "ACCEPTED"))
    early.open(312)
    press(Qt_.Key_6, both)
    assert early.number == 2
    assert shown.said[-1] == ("还没有到这一步", "warn", False)


def test_the_key_of_the_step_in_front_loses_nothing_typed(qtbot: Any, theme: Theme) -> None:
    _shown, page = case_page(qtbot, CaseDesk(WHOLE, "DRAFT"))
    page.open(312)
    form = page.step().form  # type: ignore[attr-defined]
    form.bounds["title"].entry.setFocus()
    write("99")
    typed = form.facts().title
    assert typed != TITLE
    press(Qt_.Key_1, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert form.facts().title == typed


def test_the_head_says_what_the_case_is_and_how_long_it_may_take(qtbot: Any, theme: Theme) -> None:
    _shown, page = case_page(qtbot, CaseDesk(WHOLE, "ACCEPTED"))
    page.open(312)
    assert page.contract_head.facts.text() == "受理 2026-11-20，期限 12-11，余 15 个工作日"
    page.go_to(3)
    assert page.contract_head.facts.text() == "技术开发・委托开发　期限 12-11，余 15 个工作日"


def test_page_down_goes_through_the_queue(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    desk.sheet_row = replace(desk.sheet_row, id=289)
    desk.put(WHOLE, "ACCEPTED")
    shown, page = case_page(qtbot, desk)
    page.open((289, 1))
    assert page.head.position.text().startswith("第 ")
    here = page.sheet.row.id if page.sheet else 0
    press(Qt_.Key_PageDown)
    assert page.sheet is not None
    assert page.sheet.row.id != here
    press(Qt_.Key_PageUp)
    assert shown.said == [] or shown.said[-1][0] != "已是最后一份"


def test_one_notice_lists_every_finding_of_the_form(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, payment_method=None, summary=None))
    _shown, page = case_page(qtbot, desk)
    page.open(312)
    offered: list[Any] = []

    def answer(_p: Any, _s: str, defects: Any, deadline: date, _today: date) -> Notice:
        offered.extend(defects)
        return Notice(tuple(defects), deadline)

    page.ask_return = answer
    page.tools["return"].click()
    (told,) = desk.told("return_contract")
    assert {d.code for d in told.defects} >= {"S210", "S310"}
    assert all(d.remedy for d in told.defects)
    assert told.deadline_on == base.calendar().add_working_days(date(2026, 11, 20), 15)
    assert page.sheet is not None
    assert page.sheet.row.state == "RETURNED"


def test_the_letter_is_printed_where_the_clerk_wants_it(qtbot: Any, theme: Theme, tmp_path: Path) -> None:
    desk = CaseDesk(WHOLE, "RETURNED")
    notice = v.NoticeView(
        8, "P02", "澄技登补〔2026〕15号", base.china(11, 20, 9, 0), None, ((1, "缺附件三", "补交", None),)
    )
    plain = desk.sheet
    desk.sheet = lambda of=None: replace(plain(of), notices=(notice,))
    shown, page = case_page(qtbot, desk)
    page.open(312)
    names: list[str] = []

    def target(_p: Any, _t: str, name: str, _k: str) -> Path:
        names.append(name)
        return tmp_path / name

    page.ask_target = target
    press(Qt_.Key_F9)
    assert desk.told("print_notice") == [(8, tmp_path / names[0])]
    assert names == ["澄受2026-0312_澄技登补〔2026〕15号.pdf"]
    assert "已存为" in shown.said[-1][0]


def test_declining_names_the_ground_and_where_to_go(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, page = case_page(qtbot, desk)
    page.open(312)
    page.ask_decline = lambda _p, _s: ("not_seller", "岚州启衡自动化技术有限公司", "")
    page.tools["decline"].click()
    (told,) = desk.told("decline")
    assert (told.ground, told.where_to) == ("not_seller", "岚州启衡自动化技术有限公司")
    assert ("已作出不予受理决定", "ok", True) in shown.said


def test_a_refused_return_says_why_and_changes_nothing(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    desk.refusals["return_contract"] = RefusedError("补正期限要在今天之后", "请改期限")
    shown, page = case_page(qtbot, desk)
    page.open(312)
    page.ask_return = lambda _p, _s, defects, deadline, _t: Notice(tuple(defects), deadline)
    page.tools["return"].click()
    assert ("补正期限要在今天之后；请改期限", "err", True) in shown.said
    assert page.sheet is not None
    assert page.sheet.row.state == "DRAFT"


def test_tools_stand_only_where_the_lifecycle_allows_them(qtbot: Any, theme: Theme) -> None:
    _shown, page = case_page(qtbot, CaseDesk(WHOLE, "DRAFT"))
    page.open(312)
    assert {verb: tool.isVisible() for verb, tool in page.tools.items()} == {
        "return": True,
        "decline": True,
        "refuse": False,
        "delete_draft": True,
    }


def notice(paper: str) -> v.NoticeView:
    return v.NoticeView(7, paper, f"澄技登〔2026〕{paper}号", base.china(11, 20, 9, 0), None, ())


def test_experts_are_asked_before_they_are_heard(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "RECOGNISED")
    _shown, page = case_page(qtbot, desk)
    page.open(312)
    assert page.more_button.isVisible()
    assert [verb for verb, _words in page.more()] == ["ask_expert"]
    page.open_rare_dialog("ask_expert")
    assert page.dialog is not None
    page.dialog.reason.setPlainText("开发还是服务")  # type: ignore[attr-defined]
    page.dialog.do()
    assert desk.told("ask_experts")[0].cause == "disputed"
    assert page.sheet is not None
    page._take(replace(page.sheet, notices=(notice("P23"),)))
    assert [verb for verb, _words in page.more()] == ["expert", "letter"]


def test_alt_m_opens_the_rarer_acts(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "RECOGNISED")
    shown, page = case_page(qtbot, desk)
    page.open(312)
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    qtbot.keyClick(QApplication.focusWidget() or page, Qt_.Key_M, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["&1 提请专家评审", "&2 打印经过"]
    menu.close()


def test_the_history_is_printed_and_the_payments_are_looked_at_from_the_case(
    qtbot: Any, theme: Theme, tmp_path: Path
) -> None:
    desk = CaseDesk(WHOLE, "CERTIFIED")
    _shown, page = case_page(qtbot, desk)
    page.open(312)
    page.ask_target = lambda _parent, _title, name, _kinds: tmp_path / name
    page.open_more()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    acts = {action.text().split(" ", 1)[1]: action for action in menu.actions()}
    with qtbot.waitSignal(page.wants) as told:
        acts["履行与收入"].trigger()
    assert told.args == ["performance", 312]
    acts["打印经过"].trigger()
    ((key, path),) = desk.told("print_history")
    assert (key, path.name) == (312, "澄受2026-0312_办理经过.pdf")
    menu.close()


def test_an_objection_is_taken_then_answered_by_somebody_else(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "REFUSED")
    _shown, page = case_page(qtbot, desk)
    page.open(312)
    assert [verb for verb, _words in page.more()] == ["object"]
    raised = v.ObjectionView(
        "applicant", SELLER, date(2026, 11, 19), "7号", "有", date(2026, 12, 4), None, "", ""
    )
    assert page.sheet is not None
    page._take(replace(page.sheet, objections=(raised,)))
    assert page.more() == [], "the clerk who refused does not answer"
    page._take(replace(page.sheet, allowed=page.sheet.allowed | {"answer_objection"}))
    assert [verb for verb, _words in page.more()] == ["answer_objection"]
    page.open_rare_dialog("object")
    assert page.dialog is None, "not offered, not opened"


def test_a_paper_taken_in_is_listed_and_nothing_typed_is_lost(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, page = case_page(qtbot, desk)
    page.open(312)
    form = page.step().form  # type: ignore[attr-defined]
    form.bounds["title"].entry.setFocus()
    write("改过的名称")
    press(Qt_.Key_Return)
    page.ask_file = lambda _parent: "/contracts/正文.pdf"
    page.read_tool.click()
    facts = form.facts()
    assert [paper.name for paper in facts.attachments][-1] == "正文"
    assert facts.attachments[-1].sha256 == "0" * 64
    assert facts.title == "改过的名称"
    assert page.papers_tool.text() == "附件 3"
    press(Qt_.Key_F6)
    assert desk.facts.attachments == facts.attachments


def test_the_locked_screen_names_the_draft(qtbot: Any, theme: Theme) -> None:
    _shown, page = case_page(qtbot, CaseDesk(WHOLE))
    page.open(312)
    assert page.at_rest() == ()
    page.step().form.bounds["title"].entry.setFocus()  # type: ignore[attr-defined]
    write("改")
    press(Qt_.Key_Return)
    assert page.at_rest() == ("澄受 2026-0312 录入中，草稿已存盘",)


def test_everything_works_on_the_worker_thread_too(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, page = case_page(qtbot, desk, inline=False)
    page.open(312)
    step: Any = page.step()
    step.form.bounds["title"].entry.setFocus()
    write("另一个名称")
    press(Qt_.Key_Return)
    qtbot.waitUntil(lambda: ("entry", desk.sheet().uid) in desk.kept)
    qtbot.waitUntil(lambda: "已存盘" in page.contract_head.saved.text())
    step.form.bounds["title"].put(TITLE)
    press(Qt_.Key_F12)
    qtbot.waitUntil(lambda: page.number == 2, timeout=5000)
    assert desk.sheet_row.state == "ACCEPTED"
    assert any("已受理" in words for words, _level, _stays in shown.said)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.step().question)  # type: ignore[attr-defined]


def draft_page(qtbot: Any) -> tuple[CaseDesk, CasePage, list[str]]:
    desk = CaseDesk(WHOLE)
    _shown, page = case_page(qtbot, desk)
    page.open(desk.sheet_row.id)
    heard: list[str] = []
    page.said.connect(lambda text, _level, _stays: heard.append(text))
    return desk, page, heard


def test_a_draft_goes_into_the_bin_after_a_question_and_comes_back(qtbot: Any, theme: Theme) -> None:
    desk, page, heard = draft_page(qtbot)
    asked: list[tuple[str, dict[str, str]]] = []

    def answer(_parent: object, question: str, _consequence: str, **words: str) -> bool:
        asked.append((question, words))
        return len(asked) > 1

    page.ask = answer
    page.tools["delete_draft"].click()
    assert desk.told("delete_draft") == []
    assert asked[0][1] == {"act": "删除这份草稿", "safe": "先不删除"}
    assert page.sheet is not None
    serial = page.sheet.row.local_serial
    page.tools["delete_draft"].click()
    assert [cmd.contract_id for cmd in desk.told("delete_draft")] == [desk.sheet_row.id]
    assert heard[-1] == f"已删除 {serial}，三十天内可在“回收站”取回"
    assert page.sheet is None
    assert not page.tools["delete_draft"].isVisible()
    desk.bin_rows = (
        v.BinRow(desk.sheet_row.id, serial, TITLE, base.china(11, 20, 9, 0), date(2026, 12, 20)),
    )
    assert page.bin_tool.isVisible()
    page.bin_tool.click()
    assert page.bin_dialog is not None
    page.bin_dialog.act_button.click()
    assert [cmd.contract_id for cmd in desk.told("undelete_draft")] == [desk.sheet_row.id]
    assert page.sheet is not None
    assert heard[-1] == f"已取回 {serial}"


def test_a_refused_deletion_is_said_and_the_draft_stays(qtbot: Any, theme: Theme) -> None:
    desk, page, heard = draft_page(qtbot)
    desk.refusals["delete_draft"] = RefusedError("这份合同刚被别处受理", "请重新打开")
    page.ask = lambda *_a, **_k: True
    page.tools["delete_draft"].click()
    assert heard[-1] == "这份合同刚被别处受理；请重新打开"
    assert page.sheet is not None


def test_only_a_draft_offers_to_be_deleted(qtbot: Any, theme: Theme) -> None:
    desk, page, _heard = draft_page(qtbot)
    assert page.tools["delete_draft"].isVisible()
    desk.sheet_row = replace(desk.sheet_row, state="RETURNED")
    page.open(desk.sheet_row.id)
    assert not page.tools["delete_draft"].isVisible()
