"""Habits of the hand on the entry page, with the keys as the keyboard sends them."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import SELLER, TITLE, WHOLE, CaseDesk, frame, press, write

from desktop.jobs import JobRunner
from desktop.rules.facts import Facts
from desktop.services import views as v
from desktop.store.search_index import initials
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.entry import EntryStep
from desktop.ui.pages.form_fields import FieldCodes
from desktop.ui.theme import Theme

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PAD = Qt.KeyboardModifier.KeypadModifier


def entry_page(qtbot: Any, desk: CaseDesk, **more: Any) -> tuple[Any, EntryStep]:
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page, **more)
    page.open((desk.sheet_row.id, 1))
    step = page.step()
    assert isinstance(step, EntryStep)
    return shown, step


def entry(step: EntryStep, name: str, block: int | None = None) -> Any:
    bounds = step.form.bounds if block is None else step.form.blocks[block].bounds
    found: Any = bounds[name].entry
    return found


def focused() -> Any:
    return QApplication.focusWidget()


def picked(step: EntryStep) -> Any:
    """The seller chosen from the library."""
    block = next(b for b in step.form.blocks if b.role == "seller")
    block.bounds["name"].entry.setFocus()
    write("岚州启")
    press(K.Key_Down)
    press(K.Key_Return)
    return block


def library() -> v.PartyView:
    content = {"name": SELLER, "phone": "0990-5550100", "contact": "闻笛", "id_number": "91990321MA0QH7K26R"}
    return v.PartyView(9, SELLER, "K26R", date(2026, 8, 31), content)


# parties


def test_a_party_of_the_library_is_listed_with_the_end_of_its_number_and_its_last_contract(
    qtbot: Any, theme: Theme
) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()), party_rows=())
    desk.party_rows = (library(),)
    _shown, step = entry_page(qtbot, desk)
    block = next(b for b in step.form.blocks if b.role == "seller")
    block.bounds["name"].entry.setFocus()
    write("岚州启")
    (match,) = block.bounds["name"].entry.popup.matches  # type: ignore[union-attr]
    assert (match.entry.code, match.entry.name, match.word) == ("K26R", SELLER, "2026-08-31")


@pytest.mark.parametrize("also", [True, False])
def test_a_change_of_a_chosen_party_asks_whether_the_library_changes_too(
    qtbot: Any, theme: Theme, also: bool
) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()))
    desk.party_rows = (library(),)
    _shown, step = entry_page(qtbot, desk)
    asked: list[tuple[str, str, dict[str, Any]]] = []
    step.ask = lambda _p, question, said, **more: asked.append((question, said, more)) or also  # type: ignore[func-returns-value]
    block = picked(step)
    QApplication.processEvents()
    assert asked == [], "choosing is no change"
    block.bounds["phone"].entry.setFocus()
    write("0990-5550200")
    press(K.Key_Return)
    qtbot.waitUntil(lambda: len(asked) == 1)
    question, said, more = asked[0]
    assert question == "卖方联系电话改了，单位库里的也改吗？"
    assert "“0990-5550100”" in said
    assert "“0990-5550200”" in said
    assert (more["act"], more["safe"]) == ("也改单位库", "只改本份")
    told = desk.told("edit_party")
    assert [(t.party_id, t.fields) for t in told] == ([(9, {"phone": "0990-5550200"})] if also else [])
    assert block.party().phone == "0990-5550200"
    block.bounds["phone"].entry.setFocus()
    write("0990-5550300" if not also else "0990-5550200")
    press(K.Key_Return)
    QApplication.processEvents()
    assert len(asked) == 1, "asked once"


def test_another_name_is_another_party_and_asks_nothing(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()))
    desk.party_rows = (library(),)
    _shown, step = entry_page(qtbot, desk)
    asked: list[str] = []
    step.ask = lambda _p, question, *_a, **_k: bool(asked.append(question))  # type: ignore[func-returns-value]
    block = picked(step)
    block.bounds["name"].entry.setFocus()
    write("另一家研究所")
    press(K.Key_Return)
    block.bounds["phone"].entry.setFocus()
    write("0990-5550200")
    press(K.Key_Return)
    QApplication.processEvents()
    assert asked == []


def test_one_ctrl_z_takes_a_chosen_party_out_again(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()))
    desk.party_rows = (library(),)
    _shown, step = entry_page(qtbot, desk)
    block = picked(step)
    assert block.party().phone == "0990-5550100"
    press(K.Key_Z, CTRL)
    assert step.form.facts().parties == ()


@pytest.mark.parametrize("key", [K.Key_Return, K.Key_Escape, K.Key_Down, K.Key_PageDown, K.Key_F4])
def test_keys_belong_to_the_input_method_also_over_an_open_list(
    qtbot: Any, theme: Theme, key: Qt.Key
) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()))
    desk.party_rows = (library(), replace(library(), id=10, id_tail="K26X"))
    _shown, step = entry_page(qtbot, desk)
    name = next(b for b in step.form.blocks if b.role == "seller").bounds["name"].entry
    for field, text in ((name, "岚州启"), (entry(step, "industry"), "农")):
        field.setFocus()
        write(text)
        assert field.is_open()  # type: ignore[union-attr]
        at = field.popup.view.currentIndex()  # type: ignore[union-attr]
        QApplication.sendEvent(field, QInputMethodEvent("heng", []))
        override = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        override.ignore()
        QApplication.sendEvent(field, override)
        assert override.isAccepted()
        press(key)
        assert focused() is field
        assert field.popup.view.currentIndex() == at  # type: ignore[union-attr]
        QApplication.sendEvent(field, QInputMethodEvent("", []))


# codes


def test_page_keys_turn_the_open_list_and_else_the_contracts(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    field = entry(step, "sub_kind")
    field.setFocus()
    press(K.Key_F7)
    first = field.popup.view.currentIndex().row()
    press(K.Key_PageDown)
    assert field.popup.view.currentIndex().row() > first
    assert shown.page.sheet.row.id == desk.sheet_row.id
    press(K.Key_Escape)
    assert not field.is_open()


@pytest.mark.parametrize(
    ("table", "letters", "name"),
    [
        ("regions", "cq", "重庆市"),
        ("regions", "cs", "长沙市"),
        ("regions", "xm", "厦门市"),
        ("regions", "tw", "台湾省"),
        ("regions", "xg", "香港特别行政区"),
        ("regions", "am", "澳门特别行政区"),
        ("countries_iso", "142", "中国"),
    ],
)
def test_codes_are_found_by_the_usual_reading(
    codes_shown: FieldCodes, table: str, letters: str, name: str
) -> None:
    assert name in [match.entry.name for match in codes_shown.book(table).search(letters)[:8]]


@pytest.fixture(scope="module")
def codes_shown() -> FieldCodes:
    from tests.ui.desk import codes

    return FieldCodes(codes())


def test_no_rare_reading_finds_a_name(codes_shown: FieldCodes) -> None:
    usual = {"许": "x", "网": "w", "厦": "xs", "重": "cz", "长": "cz", "会": "kh", "单": "ds"}
    for table in ("regions", "industry_sections", "tech_fields", "party_types", "countries_iso"):
        for one in codes_shown.book(table).entries:
            letters = [sign for sign in one.name if sign.isalnum()]
            for reading in (r for r in one.initials if len(r) == len(letters) and r.isalpha()):
                for sign, letter in zip(letters, reading, strict=True):
                    assert letter in usual.get(sign, letter), (table, one.name, reading)
    assert initials("许网会计") == "xwkj"
    assert not [m for m in codes_shown.book("regions").search("hcs") if m.entry.name == "许昌市"]


def test_a_retired_region_is_seen_and_not_chosen(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    field = entry(step, "region", 0)
    retired = next(one for one in field.book.entries if one.is_retired)
    field.setFocus()
    write(retired.code)
    assert [match.entry.is_retired for match in field.popup.matches] == [True]
    press(K.Key_Return)
    assert focused() is field
    assert "已停用" in field.problem()


def test_what_is_often_taken_comes_first_also_tomorrow(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    field = entry(step, "party_type", 0)
    before = [match.entry.code for match in field.book.search("")]
    last = next(code for code in reversed(before) if not field.book.entry(code).is_retired)
    assert before[0] != last
    field.setFocus()
    write(last)
    press(K.Key_Return)
    press(K.Key_F6)
    assert field.book.search("")[0].entry.code == last
    _again, other = entry_page(qtbot, desk)
    assert entry(other, "party_type", 1).book.search("")[0].entry.code == last
    region = entry(other, "region", 0)
    region.setFocus()
    found = [m for m in region.book.search("鼓楼区") if not m.entry.is_retired]
    write(found[-1].entry.code)
    press(K.Key_Return)
    assert region.book.search("鼓楼区")[0].entry.code == found[-1].entry.code


# spelling


@pytest.mark.parametrize(
    "typed", ["1121", "20261121", "2026.11.21", "2026/11/21", "2026-11-21", "2026年11月21日"]
)
def test_every_spelling_of_a_day_is_shown_in_one(qtbot: Any, theme: Theme, typed: str) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    entry(step, "signed_on").setFocus()
    write(typed)
    press(K.Key_Enter, PAD)
    assert entry(step, "signed_on").text() == "2026-11-21"
    assert step.form.facts().signed_on == date(2026, 11, 21)
    assert focused() is entry(step, "effective_on")


@pytest.mark.parametrize(
    ("name", "typed", "shown"),
    [
        ("contract_amount", "1O0000", "100,000.00"),
        ("contract_amount", "l00000", "100,000.00"),
        ("contract_amount", "１０００００", "100,000.00"),
        ("contract_amount", "100 000", "100,000.00"),
        ("signed_on", "２０２６１１２１", "2026-11-21"),
        ("signed_on", "2O261121", "2026-11-21"),
        ("related_share_percent", "２５．５", "25.5"),
    ],
)
def test_a_correction_is_shown_before_and_after(
    qtbot: Any, theme: Theme, name: str, typed: str, shown: str
) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    entry(step, name).setFocus()
    write(typed)
    press(K.Key_Return)
    assert step.form.bounds[name].row.note() == f"已把“{typed}”改为“{shown}”，Ctrl+Z 撤回"
    assert entry(step, name).text() == shown


@pytest.mark.parametrize("typed", ["100000", "100,000.00", "10万", "100000.00"])
def test_a_usual_way_of_writing_is_no_correction(qtbot: Any, theme: Theme, typed: str) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    entry(step, "contract_amount").setFocus()
    write(typed)
    press(K.Key_Return)
    assert step.form.bounds["contract_amount"].row.note() == "壹拾万元整"


def test_an_amount_in_wan_shows_figures_and_capitals(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    entry(step, "contract_amount").setFocus()
    write("12.345678万")
    assert step.form.bounds["contract_amount"].row.note() == "壹拾贰万叁仟肆佰伍拾陆元柒角捌分"
    press(K.Key_Return)
    assert entry(step, "contract_amount").text() == "123,456.78"


def test_equals_from_an_input_method_fills_in_the_rest_too(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    field = entry(step, "technology_amount")
    field.setFocus()
    write("＝")
    assert field.text() == "1,030,000.00"


# going about


def test_text_of_several_lines_goes_on_by_ctrl_enter_and_says_so(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    summary = entry(step, "summary")
    assert step.form.bounds["summary"].row.note() == "Enter 换行，Ctrl+Enter 到下一栏"
    summary.setFocus()
    press(K.Key_Return)
    assert focused() is summary
    press(K.Key_Return, CTRL)
    assert focused() is entry(step, "use_region")
    press(K.Key_Return, SHIFT)
    assert focused() is summary
    QApplication.sendEvent(summary, QInputMethodEvent("nong", []))
    press(K.Key_Return, CTRL)
    assert focused() is summary


def test_f4_copies_the_contract_before_in_one_step(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, technical_field=None, industry=None, ip_kind=None))
    sheet = desk.contract
    desk.contract = lambda key: replace(sheet(key), facts=WHOLE) if key != 312 else sheet(key)
    shown, step = entry_page(qtbot, desk)
    press(K.Key_F4)
    assert step.form.facts().industry == WHOLE.industry
    assert "一次撤回" in shown.said[-1][0]
    assert len([t for t in desk.told("keep_draft") if t.page == "entry"]) == 1
    press(K.Key_Z, CTRL)
    facts = step.form.facts()
    assert (facts.technical_field, facts.industry, facts.ip_kind) == (None, None, None)


def test_f2_edits_inside_the_value(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    entry(step, "title").setFocus()
    press(K.Key_F2)
    write("X")
    press(K.Key_Return)
    assert step.form.facts().title == f"{TITLE}X"


def test_every_number_of_the_paper_stands_once_in_its_section(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    shown = [bound.row.number for name, bound in step.form.bounds.items() if bound.row.entry is bound.entry]
    numbers = [number for number in shown if number]
    assert len(numbers) == len(set(numbers))
    assert {"2", "18", "19", "20", "21", "33"} <= set(numbers)
    assert entry(step, "plan_source").accessibleName().startswith("25 计划类别"), "as its findings call it"
    assert step.form.bounds["price_form"].row.number == ""
    assert step.form.bounds["price_form"].number == "18", "a finding still names it"
    for block in step.form.blocks:
        own = [bound.row.number for bound in block.bounds.values() if bound.row.number]
        assert len(own) == len(set(own))


# found again


def test_the_field_with_the_focus_is_found_again_also_when_nothing_was_changed_there(
    qtbot: Any, theme: Theme
) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    entry(step, "title").setFocus()
    write("改过的名称")
    press(K.Key_Return)
    step.form.blocks[1].bounds["contact"].entry.setFocus()
    qtbot.waitUntil(lambda: "contact" in desk.kept["entry", desk.sheet().uid][1].split('"facts"')[0])
    shown.hide()
    _again, other = entry_page(qtbot, desk)
    assert other.strip_words.startswith("已找回 14:32 的录入，停在17 卖方联系人")
    assert focused() is other.form.blocks[1].bounds["contact"].entry


def test_a_cell_of_a_small_table_is_found_again(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    table = step.form.tables["amount_lines"]
    table.table.setFocus()
    table.table.setCurrentIndex(table.model.index(2, 1))
    press(K.Key_F2)
    write("X")
    press(K.Key_Return)
    shown.hide()
    _again, other = entry_page(qtbot, desk)
    assert other.form.facts().amount_lines[2].label != WHOLE.amount_lines[2].label
    assert focused() is other.form.tables["amount_lines"].table
    assert other.form.tables["amount_lines"].table.currentIndex().row() == 2


def test_tab_into_a_small_table_lands_on_the_first_cell_that_takes_text(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    rows = step.form.tables["amount_lines"]
    rows.table.setFocus(Qt.FocusReason.TabFocusReason)
    assert focused() is rows.table
    assert (rows.table.currentIndex().row(), rows.table.currentIndex().column()) == (0, 1)
    write("X")
    press(K.Key_Return)
    assert step.form.facts().amount_lines[0].label == "X"


@pytest.mark.parametrize("how", ["save", "leave"])
def test_the_place_is_forgotten_when_the_form_is_left_in_good_order(
    qtbot: Any, theme: Theme, how: str
) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    entry(step, "title").setFocus()
    write("改过的名称")
    press(K.Key_Return)
    assert ("place", "沈清禾") in desk.kept
    if how == "save":
        press(K.Key_F6)
    else:
        step.ask = lambda *_a, **_k: True
        assert step.may_leave()
    assert ("place", "沈清禾") not in desk.kept


# findings


def test_a_finding_says_field_value_reason_with_article_and_day_remedy_and_a_kept_doubt_stays(
    qtbot: Any, theme: Theme
) -> None:
    from desktop.errors import Problem

    desk = CaseDesk(WHOLE)
    found = Problem(
        "2 项目名称",
        TITLE,
        "与附件不一致（2001 规则第四条，2001-09-01 起）",
        "核对",
        "doubt",
        "S021",
        field="title",
    )
    desk.check_form = lambda _facts, _key, *, submitted: (
        (replace(found, level="note", remedy="已写明：合同如此"),) if desk.told("pass_doubt") else (found,)
    )
    _shown, step = entry_page(qtbot, desk)
    press(K.Key_F8)
    (item,) = step.panel.items
    assert item.is_unfolded
    said = item.accessibleName()
    for words in ("2 项目名称", "2001-09-01 起", "核对"):
        assert words in said
    step.ask_reason = lambda _parent, _problem: "合同如此"
    assert item.keep is not None
    item.keep.click()
    (item,) = step.panel.items
    assert item.problem.level == "note"
    assert "已写明：合同如此" in item.problem.remedy
    qtbot.waitUntil(item.hasFocus)
    press(K.Key_Return)
    assert focused() is entry(step, "title")


def test_a_finding_that_names_a_rule_says_article_and_day_in_force(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, technology_amount=WHOLE.contract_amount * 2))  # type: ignore[operator]
    _shown, step = entry_page(qtbot, desk)
    item = next(item for item in step.panel.items if "R-AMT-04" in item.problem.reason)
    rule = desk.book.rule("R-AMT-04", desk.today())
    assert rule is not None
    assert rule.sources[0].instrument in item.basis
    assert item.basis.endswith(f"{rule.valid_from.isoformat()} 起施行")
    assert item.basis in item.accessibleName()


def test_an_empty_form_has_nothing_to_step_back_to(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(Facts(currency="CNY", price_form="fixed"))
    _shown, step = entry_page(qtbot, desk)
    entry(step, "title").setFocus()
    press(K.Key_Z, CTRL)
    assert step.form.facts().title is None


def test_f8_on_a_form_hardly_begun_says_how_much_is_empty(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(Facts())
    desk.check_form = lambda _facts, _key, *, submitted: ()
    shown, step = entry_page(qtbot, desk)
    empty = step.form.still_empty()
    assert empty > 10
    press(K.Key_F8)
    words, level, _stays = shown.said[-1]
    assert f"还有 {empty} 个必填栏空着" in words
    assert level == "warn"
    entry(step, "title").set_value(TITLE)
    assert step.form.still_empty() == empty - 1


def test_a_long_text_is_whole_in_sight_when_it_is_entered(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    step.area.verticalScrollBar().setValue(0)
    box = entry(step, "summary")
    box.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    view = step.area.viewport()
    top = box.mapTo(view, box.rect().topLeft()).y()
    assert top >= 0
    assert top + box.height() <= view.height()
