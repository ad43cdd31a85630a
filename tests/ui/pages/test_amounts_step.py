from __future__ import annotations

import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from fakes_case import WHOLE, CaseDesk, base, frame, press, write
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.errors import Problem, ProblemsFound
from desktop.jobs import JobRunner
from desktop.ui.pages.amounts import AmountsStep, read_list
from desktop.ui.pages.case import CasePage
from desktop.ui.theme import Theme
from desktop.ui.widgets.fields import Field

Qt_ = Qt.Key


def amounts_page(
    qtbot: Any, desk: CaseDesk, *, decided: bool = True, size: tuple[int, int] = (1366, 768)
) -> tuple[Any, AmountsStep]:
    if decided:
        desk.kept["decision", desk.sheet().uid] = (
            "",
            json.dumps({"kind": "DEV", "sub_kind": "DEV-1", "reason": ""}),
            "15:00",
        )
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page, size=size)
    page.open((desk.sheet_row.id, 3))
    step = page.step()
    assert isinstance(step, AmountsStep)
    return shown, step


def test_the_equation_and_the_sums_stand_to_the_fen(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, CaseDesk(WHOLE, "ACCEPTED"))
    figures = [figure.figure.text() for figure in (step.total, step.out, step.technology)]
    assert figures == ["1,280,000.00", "250,000.00", "1,030,000.00"]
    assert step.total_words.text() == "壹佰贰拾捌万元整"
    assert step.technology_words.text() == "壹佰零叁万元整"
    assert "✓ 与总额相符" in step.totals.accessibleName()
    model = step.model
    assert [model.index(4, column).data() for column in range(7)] == [
        "5",
        "边缘计算控制器 2 台",
        "附件二 2",
        "76,000.00",
        "设备",
        "76,000.00",
        "—",
    ]


def test_enter_goes_right_and_down_and_every_cell_is_on_disk(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, amount_lines=()), "ACCEPTED")
    _shown, step = amounts_page(qtbot, desk)
    step.rows.table.setFocus()
    press(Qt_.Key_Insert)
    for text in ("labour", "7.1", "1000000", "js"):
        write(text)
        press(Qt_.Key_Return)
    assert step.rows.table.currentIndex().row() == 1
    write("parts")
    press(Qt_.Key_Return)
    press(Qt_.Key_Return)
    write("=")
    press(Qt_.Key_Return)
    write("sb")
    press(Qt_.Key_Return)
    lines = step.facts().amount_lines
    assert [(x.label, x.amount, x.nature) for x in lines] == [
        ("labour", Decimal("1000000.00"), "technology"),
        ("parts", Decimal("280000.00"), "equipment"),
    ]
    assert step.technology.figure.text() == "1,000,000.00"
    kept = json.loads(desk.kept["amounts", desk.sheet().uid][1])
    assert len(kept["amount_lines"]) == 2


def test_chinese_from_the_input_method_goes_into_the_cell(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = amounts_page(qtbot, desk)
    table = step.rows.table
    table.setFocus()
    table.setCurrentIndex(step.model.index(0, 1))
    QApplication.sendEvent(table, QInputMethodEvent("yan fa", []))
    editor = table.findChild(Field)
    assert editor is not None
    assert editor.is_composing
    press(Qt_.Key_Return)
    assert table.currentIndex().column() == 1
    assert editor.is_composing
    write("研发经费")
    qtbot.waitUntil(editor.hasFocus)
    press(Qt_.Key_Return)
    assert step.facts().amount_lines[0].label == "研发经费"
    assert table.currentIndex().column() == 2


def test_a_sum_that_does_not_meet_the_total_holds_f12(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = amounts_page(qtbot, desk)
    step.model.setData(step.model.index(4, 3), "70000")
    assert "✕ 少 6,000.00" in step.totals.accessibleName()
    primary = step.primary()
    assert not primary.enabled
    assert "相差" in primary.why_not
    press(Qt_.Key_F12)
    assert desk.told("recognise") == []
    assert any(item.problem.code == "A08" for item in step.panel.items)


def test_what_cannot_be_read_stays_and_is_marked(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, CaseDesk(WHOLE, "ACCEPTED"))
    step.model.setData(step.model.index(4, 3), "七万六")
    assert step.model.index(4, 3).data() == "七万六"
    assert step.model.raw() == {"amount_lines[4].amount": "七万六"}
    assert not step.primary().enabled


def test_a_kept_carrier_without_a_reason_is_a_doubt_that_leads_to_the_reason(
    qtbot: Any, theme: Theme
) -> None:
    lines = tuple(replace(x, reason=None) for x in WHOLE.amount_lines)
    desk = CaseDesk(replace(WHOLE, amount_lines=lines), "ACCEPTED")
    desk.passed = {}
    shown, step = amounts_page(qtbot, desk)
    press(Qt_.Key_F12)
    assert desk.told("recognise") == []
    qtbot.waitUntil(step.reason.hasFocus)
    write("验收须用")
    press(Qt_.Key_F12)
    (doubt,) = desk.told("pass_doubt")
    assert (doubt.code, doubt.field_name, doubt.reason) == (
        "A05",
        "amount_lines[2].is_kept",
        "验收须用",
    )
    assert desk.recognised is not None
    assert shown.page.sheet.row.state == "RECOGNISED"


def test_the_clerk_can_take_a_carrier_out(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, CaseDesk(WHOLE, "ACCEPTED"))
    step.rows.table.setCurrentIndex(step.model.index(2, 4))
    assert step.kept.choice() == "in"
    step.kept.items[1].click()
    assert step.technology.figure.text() == "934,000.00"
    assert step.facts().amount_lines[2].is_kept is False
    step.kept.items[0].click()
    assert step.facts().amount_lines[2].is_kept is True


def test_f12_saves_the_amounts_then_recognises_with_the_decision(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    desk.answers = {"R-DEV-01": {"answer": "yes"}}
    shown, step = amounts_page(qtbot, desk)
    assert step.primary().words == "核定并交复核"
    press(Qt_.Key_F12)
    (saved,) = desk.told("save_contract")
    assert saved.facts.technology_amount == Decimal("1030000.00")
    told = desk.recognised
    assert told is not None
    assert (told.kind, told.sub_kind, told.answers) == ("DEV", "DEV-1", {"R-DEV-01": {"answer": "yes"}})
    assert ("decision", desk.sheet().uid) not in desk.kept
    assert shown.page.sheet.row.state == "RECOGNISED"


def test_without_a_decision_f12_leads_back_to_the_recognition(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    shown, step = amounts_page(qtbot, desk, decided=False)
    assert step.primary().words == "存下并去认定"
    step.model.setData(step.model.index(0, 1), "研发经费")
    press(Qt_.Key_F12)
    assert desk.facts.amount_lines[0].label == "研发经费"
    assert shown.page.number == 2
    assert desk.recognised is None


def test_a_refused_recognition_lists_why_and_loses_nothing(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    problem = Problem("支付方式", "", "未填", "选一项", "error", "S210", field="payment_method")
    desk.refusals["recognise"] = ProblemsFound("还有 1 项错误没有处理", [problem], "错误要改正")
    shown, step = amounts_page(qtbot, desk)
    press(Qt_.Key_F12)
    assert [item.problem.code for item in step.panel.items] == ["S210"]
    assert shown.page.number == 3
    assert step.primary().enabled
    assert step.facts().amount_lines == WHOLE.amount_lines
    del desk.refusals["recognise"]
    press(Qt_.Key_F12)
    assert desk.recognised is not None


def test_lines_not_saved_are_found_again(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    _shown, step = amounts_page(qtbot, desk)
    step.model.setData(step.model.index(0, 1), "研发经费")
    again, other = amounts_page(qtbot, desk)
    assert other.facts().amount_lines[0].label == "研发经费"
    assert ("已找回 14:32 的金额", "ok", True) in again.said


def test_a_copied_list_is_shown_before_it_is_taken(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, amount_lines=()), "ACCEPTED")
    _shown, step = amounts_page(qtbot, desk)
    QApplication.clipboard().setText("项目\t金额\t出处\n研发经费\t1,030,000\t7.1\n设备\t25万\t附件二\n")
    asked: list[str] = []
    step.ask = lambda _p, question, words, **_k: bool(asked.append(question + words)) or True  # type: ignore[func-returns-value]
    step.rows.table.setFocus()
    press(Qt_.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert asked[0].startswith("贴入 2 行？研发经费 1,030,000.00；设备 250,000.00。合计 1,280,000.00 元")
    assert [x.clause for x in step.facts().amount_lines] == ["7.1", "附件二"]


def test_a_list_without_amounts_is_refused_whole() -> None:
    assert read_list("研发经费\t1000\n设备\t看附件") == ([], 2)
    assert read_list("") == ([], 0)


def test_a_case_under_review_is_shown_but_not_changed(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "RECOGNISED")
    _shown, step = amounts_page(qtbot, desk, decided=False)
    assert step.model.rowCount() == 7
    assert step.primary().words == "看税惠"
    flags = step.model.index(0, 1).flags()
    assert not flags & Qt.ItemFlag.ItemIsEditable


CLAUSE = (
    "边缘计算控制器，2 台，单价 38,000.00 元，所有权随交付转移至甲方，验收后单独开具货物发票。另附随机备件"
    "清单一份，与设备同时交付，随设备一并验收并移交使用说明、质量合格证和保修凭证，三年内免费更换。"
)
SIZES = [(1366, 768), (1366, 640), (1280, 600), (1093, 614), (911, 512), (760, 460)]


def with_clause(words: str = CLAUSE) -> CaseDesk:
    """The fifth line stands in clause 7.2, whose words are at hand."""
    lines = list(WHOLE.amount_lines)
    lines[4] = replace(lines[4], clause="7.2")
    desk = CaseDesk(replace(WHOLE, amount_lines=tuple(lines)), "ACCEPTED")
    desk.text = (base.v.TextPassage(f"7.2 {words}", "7.2"),)
    return desk


def wrong_sum(step: AmountsStep, qtbot: Any) -> None:
    """On the fifth line, with an error listed."""
    step.model.setData(step.model.index(4, 3), "70000")
    step.rows.table.setCurrentIndex(step.model.index(4, 4))
    qtbot.wait(60)
    assert [item.problem.code for item in step.panel.items] == ["A08"]


def ends_in(widget: QWidget, over: QWidget) -> int:
    """Its lower edge, in the pixels of the other."""
    return widget.mapTo(over, QPoint(0, widget.height())).y()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", [CLAUSE, CLAUSE[:42], CLAUSE * 3], ids=["clause", "short", "long"])
def test_the_grounds_of_a_line_are_never_cut(
    qtbot: Any, theme: Theme, size: tuple[int, int], words: str
) -> None:
    _shown, step = amounts_page(qtbot, with_clause(words), size=size)
    wrong_sum(step, qtbot)
    law = step.law
    assert law.isVisible()
    assert words in law.words(), "the whole clause, not its beginning"
    for label in (law.rule, law.papers, law.quote):
        assert label.isVisible()
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    inside = law.widget()
    assert law.scrolls == (law.viewport().height() < inside.height())
    if law.scrolls:
        seen = law.viewport().height()
        for label in (law.rule, law.papers, law.quote):
            edges = label.contentsMargins()
            air = edges.top() + edges.bottom()
            line = label.heightForWidth(100_000) - air
            into = seen - label.y() - edges.top()
            if 0 < into < label.height() - air:
                assert min(into % line, line - into % line) <= 1, "a whole number of lines"
    assert law.y() + law.height() <= min(step.kept.y(), step.reason.y()), "nothing lies over it"
    assert ends_in(step.reason, step) <= step.height() - 12
    assert ends_in(step.grounds, step) <= step.height()


def test_what_does_not_fit_is_read_by_keyboard(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, with_clause(CLAUSE * 3), size=(911, 512))
    wrong_sum(step, qtbot)
    press(Qt_.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(step.law.hasFocus)
    bar = step.law.verticalScrollBar()
    assert bar.value() == 0
    press(Qt_.Key_Down)
    assert bar.value() > 0
    for _page in range(12):
        press(Qt_.Key_PageDown)
    assert bar.value() == bar.maximum()
    assert ends_in(step.law.quote, step.law.viewport()) <= step.law.viewport().height() + 1
    press(Qt_.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(step.rows.table.hasFocus)
    step.reason.setFocus()
    for _stop in range(3):
        press(Qt_.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        if step.law.hasFocus():
            break
    assert step.law.hasFocus(), "Tab comes there too"
    step.rows.table.setCurrentIndex(step.model.index(0, 4))
    assert step.law.verticalScrollBar().value() == 0, "another line is read from its beginning"


def test_grounds_that_fit_are_no_stop_of_tab_and_alt_up_tells_them(qtbot: Any, theme: Theme) -> None:
    shown, step = amounts_page(qtbot, with_clause())
    step.rows.table.setCurrentIndex(step.model.index(4, 4))
    assert not step.law.scrolls
    assert "Alt ↑ 看依据" in {item.accessibleName() for item in shown.keys.items if item.isVisible()}
    press(Qt_.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(step.law.hasFocus)
    assert CLAUSE in step.law.accessibleDescription()


def test_alt_up_leaves_the_findings_of_a_narrow_window(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, with_clause(), size=(911, 512))
    wrong_sum(step, qtbot)
    press(Qt_.Key_F8)
    assert not step.law.isVisible()
    press(Qt_.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(step.law.hasFocus)
    assert step.law.isVisible()


def test_the_finding_stands_whole_beside_the_grounds(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, with_clause())
    wrong_sum(step, qtbot)
    (item,) = step.panel.items
    assert item.is_unfolded
    assert item.jump is not None
    assert item.jump.visibleRegion().boundingRect() == item.jump.rect(), "to its last button"
    assert not step.later.isVisible(), "the remark gives way"
    step.model.setData(step.model.index(4, 3), "76000")
    step.rows.table.setCurrentIndex(step.model.index(0, 4))
    qtbot.waitUntil(step.later.isVisible)


def test_figures_of_the_totals_row_do_not_run_into_each_other(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, with_clause(), size=(911, 512))
    met = step.totals.accessibleName()
    assert "✓ 相符" in met
    assert met.endswith("1,030,000.00")
    wrong_sum(step, qtbot)
    assert step.totals.accessibleName().endswith("✕ 少 6,000.00"), "it runs over into the empty column"
    press(Qt_.Key_F8)
    qtbot.wait(60)
    tags = [tag for tag in step.panel.tags.values() if tag.isVisible()]
    assert all(tag.width() >= tag.sizeHint().width() for tag in tags)
    assert all(x.isVisible() for x in step.facts_lines)
    assert [
        x.text()
        for x in step.side.findChildren(QLabel)
        if x.isVisible() and x.height() < x.heightForWidth(x.width())
    ] == []


def test_grounds_are_measured_anew_in_large_text(qtbot: Any, theme: Theme) -> None:
    _shown, step = amounts_page(qtbot, with_clause())
    wrong_sum(step, qtbot)
    before = step.law.quote.height()
    theme.choose_large(True)
    qtbot.wait(120)
    assert step.law.quote.height() > before
    for label in (step.law.rule, step.law.papers, step.law.quote):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    assert step.law.scrolls == (step.law.viewport().height() < step.law.widget().height())
    assert step.law.y() + step.law.height() <= step.kept.y()
