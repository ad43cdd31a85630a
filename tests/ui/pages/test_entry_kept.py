"""Whatever a person could type comes back from the draft as it was typed, field by field."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import WHOLE, CaseDesk, frame

from desktop.jobs import JobRunner
from desktop.rules.facts import Facts
from desktop.services import commands as c
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.entry import ASIDE_PAGE, EntryStep
from desktop.ui.pages.form import EntryForm
from desktop.ui.theme import Theme

ODD = {
    "264 characters": "测" * 264,
    "3000 characters": "长" * 3000,
    "half a day": "2026-1",
    "a day that is none": "2026-02-31",
    "letters": "x1",
    "30 digits": "9" * 30,
    "5000 digits": "7" * 5000,
    "a power of ten": "1e999999999",
    "not a number": "NaN",
    "three decimals": "12.345",
    "signs": "\"'\\{}[]<>&%\u0000\u200b",
    "beyond the plane": "𠮷😀" * 20,
}


def entry(qtbot: Any, desk: CaseDesk) -> tuple[Any, EntryStep]:
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page)
    page.open((desk.sheet_row.id, 1))
    step = page.step()
    assert isinstance(step, EntryStep)
    return shown, step


def draft(desk: CaseDesk, content: str) -> c.KeepDraft:
    """What an earlier run left on disk."""
    return c.KeepDraft(
        actor="沈清禾", page="entry", subject=desk.sheet().uid, field_name="title", content=content
    )


def texts(form: EntryForm) -> dict[str, str]:
    """What stands in every field and in every cell, as it is read."""
    found = {}
    for bound in form._every():
        who = f"{bound.owner.role}{bound.owner.ordinal}." if bound.owner is not None else ""
        found[who + bound.name] = bound.shown()
    for name, table in form.tables.items():
        for row in range(len(table.model.rows)):
            for column in range(1, table.model.columnCount()):
                found[f"{name}[{row}].{column}"] = str(table.model.index(row, column).data())
    return found


def type_everywhere(form: EntryForm, text: str) -> None:
    """Into every field, and into the second row of every table (the first one stays empty)."""
    for bound in form._every():
        if isinstance(bound.entry, QPlainTextEdit):
            bound.entry.setPlainText(text)
        else:
            bound.entry.setText(text)
    with form.one_step():  # else the whole form would be looked over after each
        for bound in form._every():
            bound.entry.settle()
        for table in form.tables.values():
            model = table.model
            model.add_row()
            at = model.add_row()
            for column in range(1, model.columnCount()):
                model.setData(model.index(at, column), text)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("before", [Facts(currency="CNY"), WHOLE], ids=["new", "whole"])
def test_what_was_typed_into_any_field_comes_back(qtbot: Any, theme: Theme, before: Facts, text: str) -> None:
    desk = CaseDesk(before)
    _shown, step = entry(qtbot, desk)
    type_everywhere(step.form, text)
    typed = texts(step.form)
    assert typed["title"]
    assert any(text[:5] in shown for shown in typed.values())
    _again, other = entry(qtbot, desk)
    back = texts(other.form)
    assert {name: back.get(name) for name in typed} == typed
    assert other.strip_words.startswith("已找回 14:32 的录入")
    assert "放不回" not in other.strip_words


def test_a_title_too_long_comes_back_and_is_marked(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry(qtbot, desk)
    bound = step.form.bounds["title"]
    bound.entry.setText("测" * 264)  # type: ignore[union-attr]
    bound.entry.settle()
    _again, other = entry(qtbot, desk)
    title: Any = other.form.bounds["title"].entry
    assert title.text() == "测" * 264
    assert title.level() == "error"


def test_undo_keeps_the_texts_of_each_row_in_their_row(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(Facts(currency="CNY"))
    _shown, step = entry(qtbot, desk)
    model = step.form.tables["payments"].model
    model.setData(model.index(0, 1), "2026-02-31")
    model.setData(model.index(1, 2), "2026-11-20")
    assert step.form.step_back(True)
    assert step.form.step_back(False)
    assert model.index(0, 1).data() == "2026-02-31"
    assert not model.index(1, 1).data()
    assert model.index(1, 2).data() == "2026-11-20"


def test_a_text_without_a_field_is_told_and_can_be_fetched(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    content = {"facts": {"title": "新的名称", "bogus": "只此一处的字", "payments": ["一行字"]}, "raw": {}}
    desk.keep_draft(draft(desk, json.dumps(content)))
    _shown, step = entry(qtbot, desk)
    assert step.form.facts().title == "新的名称"
    assert "只此一处的字" in step.strip_words
    assert "一行字" in desk.kept[ASIDE_PAGE, desk.sheet().uid][1]
    step._go_on_with_draft()
    assert "原文已放在一边" in step.strip_words
    asked: list[str] = []

    def ask(_over: Any, _question: str, body: str, **_buttons: Any) -> bool:
        asked.append(body)
        return True

    step.ask = ask
    step.show_aside()
    assert "只此一处的字" in asked[0]
    assert "只此一处的字" in QGuiApplication.clipboard().text()
    step._drop_aside()
    assert (ASIDE_PAGE, desk.sheet().uid) not in desk.kept


@pytest.mark.parametrize("content", ["{", "[]", '"x"', "{}", "[" * 100_000])
def test_a_damaged_draft_stays_within_reach(qtbot: Any, theme: Theme, content: str) -> None:
    desk = CaseDesk(WHOLE)
    desk.keep_draft(draft(desk, content))
    _shown, step = entry(qtbot, desk)
    assert step.form.facts() == WHOLE
    assert "原文已放在一边" in step.strip_words
    step.form.bounds["title"].entry.setText("改")  # type: ignore[union-attr]
    step.form.bounds["title"].entry.settle()
    assert desk.kept[ASIDE_PAGE, desk.sheet().uid][1] == content
    _again, other = entry(qtbot, desk)
    other._go_on_with_draft()
    assert "原文已放在一边" in other.strip_words


def test_a_bad_cell_is_told_with_table_row_column_value_and_reason(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry(qtbot, desk)
    payments = step.form.tables["payments"].model
    papers = step.form.tables["attachments"].model
    payments.setData(payments.index(0, 1), "2026-02-31")
    payments.setData(payments.index(1, 2), "2026-11-20")
    papers.setData(papers.index(1, 2), "x1")
    papers.setData(papers.index(0, 2), "1.5")
    told = {item.problem.place: item.problem for item in step.panel.items if item.problem.code == "S001"}
    assert set(told) == {
        "十 付款 第 1 行 付款应付日",
        "十二 附件（36） 第 1 行 附件页数",
        "十二 附件（36） 第 2 行 附件页数",
    }
    day = told["十 付款 第 1 行 付款应付日"]
    assert (day.value, day.reason) == ("2026-02-31", "2026 年 2 月没有 31 日。")
    assert "整数" in told["十二 附件（36） 第 1 行 附件页数"].reason
    assert told["十二 附件（36） 第 2 行 附件页数"].value == "x1"
    for problem, (name, row, column) in (
        (day, ("payments", 0, 1)),
        (told["十二 附件（36） 第 2 行 附件页数"], ("attachments", 1, 2)),
    ):
        step.jump(problem)
        table = step.form.tables[name].table
        assert table.hasFocus()
        assert (table.currentIndex().row(), table.currentIndex().column()) == (row, column)


def test_a_paste_of_320000_characters_leaves_everything_as_it_was(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry(qtbot, desk)
    QGuiApplication.clipboard().setText("汉" * 320_000)
    before = texts(step.form)
    paste = (Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    for name in ("title", "summary", "signed_on", "contract_amount", "sub_kind"):
        bound = step.form.bounds[name]
        bound.entry.setFocus()
        QTest.keyClick(bound.entry, *paste)
        assert "贴来 320,000 个字" in bound.row.note()
    table = step.form.tables["payments"].table
    table.setFocus()
    table.setCurrentIndex(step.form.tables["payments"].model.index(0, 1))
    QTest.keyClick(table, *paste)
    assert "贴来 320,000 个字" in table.accessibleDescription()
    assert texts(step.form) == before
    assert desk.told("keep_draft") == []
