from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import (
    BUYER,
    BUYER_CODE,
    SELLER,
    TITLE,
    WHOLE,
    WRONG_CODE,
    CaseDesk,
    frame,
    press,
    write,
)

from desktop.errors import RefusedError
from desktop.jobs import JobRunner
from desktop.rules.checks import open_words
from desktop.rules.facts import Attachment, Facts, facts_from_json
from desktop.services import views as v
from desktop.ui.pages.case import CasePage
from desktop.ui.pages.entry import EntryStep
from desktop.ui.theme import Theme
from desktop.ui.widgets.codes import CodeField
from desktop.ui.widgets.fields import Field, SectionHead

Qt_ = Qt.Key
WRONG = replace(WHOLE, parties=(WHOLE.parties[0], replace(WHOLE.parties[1], id_number=WRONG_CODE)))


def entry_page(qtbot: Any, desk: CaseDesk, *, size: tuple[int, int] = (1366, 768)) -> tuple[Any, EntryStep]:
    page = CasePage(desk, JobRunner(inline=True))
    shown = frame(qtbot, page, size=size)
    page.open((desk.sheet_row.id, 1))
    step = page.step()
    assert isinstance(step, EntryStep)
    return shown, step


def drafts(desk: CaseDesk) -> list[Any]:
    """What was kept of the form."""
    return [told for told in desk.told("keep_draft") if told.page == "entry"]


def settled_draft(desk: CaseDesk, subject: str | None = None) -> Facts:
    import json

    content = desk.kept["entry", subject or desk.sheet().uid][1]
    return facts_from_json(json.loads(content)["facts"])


def test_filling_the_form_tells_nobody_and_gives_the_facts_back(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    assert step.form.facts() == WHOLE
    assert desk.told("keep_draft") == []
    assert desk.told("save_contract") == []


def test_every_field_has_a_name_with_number_requirement_and_unit(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    form = step.form
    names = {name: bound.entry.accessibleName() for name, bound in form.bounds.items()}
    assert names["contract_amount"] == "18 合同成交额，必填，单位元"
    assert names["title"] == "2 项目名称，必填"
    assert names["valid_until"] == "4 有效期限止，必填"
    seller = form.blocks[1].bounds
    assert seller["id_number"].entry.accessibleName() == "13 卖方信用代码，必填"
    every = [*names.values(), *(b.entry.accessibleName() for k in form.blocks for b in k.bounds.values())]
    assert all(every)


def test_enter_runs_in_the_order_of_the_paper(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    form = step.form
    form.bounds["title"].entry.setFocus()
    numbers = []
    for _stop in range(18):
        focused = QApplication.focusWidget()
        assert focused is not None
        numbers.append(focused.accessibleName().split(" ")[0])
        press(Qt_.Key_Return)
    wanted = [
        "2",
        "3",
        "4",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "18",
        "19",
    ]
    assert numbers == wanted
    press(Qt_.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget().accessibleName().startswith("19 ")  # type: ignore[union-attr]


def test_a_field_is_on_disk_when_it_is_left(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    write("新的项目名称")
    assert desk.told("keep_draft") == []
    press(Qt_.Key_Return)
    (kept,) = drafts(desk)
    assert (kept.page, kept.field_name, kept.actor) == ("entry", "title", "沈清禾")
    assert settled_draft(desk).title == "新的项目名称"
    assert "已存盘" in shown.page.contract_head.saved.text()


def test_a_draft_is_found_again_with_what_could_not_be_read(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["summary"].entry.setFocus()
    step.form.bounds["signed_on"].entry.setFocus()
    write("2026-02-30")
    press(Qt_.Key_Return)
    assert step.form.bounds["signed_on"].entry.problem() == "2026 年 2 月没有 30 日。请改日期。"  # type: ignore[union-attr]
    again, other = entry_page(qtbot, desk)
    assert other.form.bounds["signed_on"].entry.text() == "2026-02-30"  # type: ignore[union-attr]
    assert other.strip_words == "已找回 14:32 的录入，停在6 生效日期"
    assert QApplication.focusWidget() is other.form.bounds["effective_on"].entry
    assert ("已找回 14:32 的录入", "ok", True) in again.said
    other.ask = lambda *_a, **_k: True
    other.drop_changes()
    assert other.form.bounds["signed_on"].entry.text() == "2026-10-26"  # type: ignore[union-attr]
    assert ("entry", desk.sheet().uid) not in desk.kept


@pytest.mark.parametrize("stop", ["signed_place", "waived_from", "broker"])
def test_the_field_where_it_stopped_is_in_sight_below_the_strip(qtbot: Any, theme: Theme, stop: str) -> None:
    """The strip comes above a form that has been scrolled already, and takes its room from it."""
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    write("改")
    step.form.bounds[stop].entry.setFocus()
    _again, other = entry_page(qtbot, desk)
    QTest.qWait(50)
    field = other.form.bounds[stop].entry
    qtbot.waitUntil(field.hasFocus)
    assert other.strip_words
    assert field.visibleRegion().boundingRect().height() == field.height()


def test_no_draft_is_written_behind_a_save(qtbot: Any, theme: Theme) -> None:
    """The focus comes to rest on 保存 while F6 is at work: the draft dropped by it must not come back."""
    desk = CaseDesk(WHOLE)
    page = CasePage(desk, JobRunner())
    frame(qtbot, page)
    page.open((desk.sheet_row.id, 1))
    step = page.step()
    assert isinstance(step, EntryStep)
    step.form.bounds["title"].entry.setFocus()
    write("改")
    step.form.save_button.setFocus()
    qtbot.waitUntil(lambda: ("entry", desk.sheet().uid) in desk.kept)
    keep = desk.keep_draft
    desk.keep_draft = lambda command: (time.sleep(0.2), keep(command))[1]  # type: ignore[method-assign]
    step._kept_at = "title"
    step.save()
    step._keep_focus()
    qtbot.waitUntil(lambda: not step.is_dirty)
    qtbot.wait(500)
    assert ("entry", desk.sheet().uid) not in desk.kept


def test_keys_belong_to_the_input_method_while_it_composes(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    shown, step = entry_page(qtbot, desk)
    field = step.form.bounds["title"].entry
    field.setFocus()
    QApplication.sendEvent(field, QInputMethodEvent("cha yuan", []))
    for key in (Qt_.Key_Return, Qt_.Key_Escape, Qt_.Key_F12, Qt_.Key_F6, Qt_.Key_Down):
        override = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(field, override)
        assert override.isAccepted()
        press(key)
    qtbot.waitUntil(field.hasFocus)
    assert desk.told("save_contract") == []
    assert shown.went == []
    name = step.form.blocks[1].bounds["name"].entry
    name.setFocus()
    QApplication.sendEvent(name, QInputMethodEvent("lan zhou", []))
    press(Qt_.Key_Return)
    qtbot.waitUntil(name.hasFocus)


def test_a_party_used_before_fills_the_whole_block(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    desk.party_rows = (
        v.PartyView(1, SELLER, "H7K2", date(2026, 8, 31), desk.party_rows[0].content),
        v.PartyView(2, "岚州启明测控有限公司", "77X1", None, {"name": "岚州启明测控有限公司"}),
    )
    desk.put(replace(WHOLE, parties=()), "DRAFT")
    _shown, step = entry_page(qtbot, desk)
    block = next(b for b in step.form.blocks if b.role == "seller")
    name = block.bounds["name"].entry
    name.setFocus()
    write("岚州启")
    assert len(name.popup.matches) == 2  # type: ignore[union-attr]
    assert name.popup.current() is None  # type: ignore[union-attr]
    press(Qt_.Key_Down)
    press(Qt_.Key_Return)
    party = block.party()
    assert (party.name, party.id_number, party.region, party.party_type) == (
        SELLER,
        WHOLE.parties[1].id_number,
        "990321",
        "150",
    )
    assert settled_draft(desk).sellers[0].name == SELLER


def test_f7_in_a_name_asks_the_library_and_comes_back_with_the_party(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()))
    shown, step = entry_page(qtbot, desk)
    asked: list[Any] = []
    step.wants.connect(lambda code, wanted: asked.append((code, wanted)))
    step.ask = lambda *_a, **_k: pytest.fail("nothing is left behind on this way")
    block = next(b for b in step.form.blocks if b.role == "seller")
    name = block.bounds["name"].entry
    name.setFocus()
    write("岚州启")
    press(Qt_.Key_F7)
    ((code, wanted),) = asked
    assert (code, wanted.text) == ("parties", "岚州启")
    assert shown.page.may_leave()
    wanted.take(1, SELLER)
    shown.page.resume()
    qtbot.waitUntil(name.hasFocus)
    assert (block.party().name, block.party().id_number) == (SELLER, WHOLE.parties[1].id_number)
    assert settled_draft(desk).sellers[0].name == SELLER
    press(Qt_.Key_Z, Qt.KeyboardModifier.ControlModifier)
    block = next(b for b in step.form.blocks if b.role == "seller")
    assert (block.party().name, block.party().id_number) == ("岚州启", None), "one step back"
    block.bounds["name"].entry.setFocus()
    press(Qt_.Key_F7)
    wanted = asked[-1][1]
    wanted.take(99, "岚州启明测控有限公司")
    shown.page.resume()
    assert "已停用" in shown.said[-1][0]


def test_a_new_name_is_not_replaced_by_the_first_of_the_list(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()))
    _shown, step = entry_page(qtbot, desk)
    block = next(b for b in step.form.blocks if b.role == "seller")
    block.bounds["name"].entry.setFocus()
    write("岚州启")
    press(Qt_.Key_Return)
    assert block.party().name == "岚州启"
    assert block.party().id_number is None


def test_the_whole_name_of_a_known_party_and_enter_bring_its_block(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, parties=()))
    _shown, step = entry_page(qtbot, desk)
    block = next(b for b in step.form.blocks if b.role == "seller")
    name = block.bounds["name"].entry
    name.setFocus()
    write(SELLER)
    assert name.popup.current() is None  # type: ignore[union-attr]
    press(Qt_.Key_Return)
    assert (block.party().name, block.party().id_number) == (SELLER, WHOLE.parties[1].id_number)
    lists = [b.entry for b in block.bounds.values() if isinstance(b.entry, CodeField)]
    assert lists
    assert not any(entry.is_open() for entry in lists), "nobody typed there"


def test_equals_fills_in_what_is_left_and_ctrl_z_takes_it_back(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    field = step.form.bounds["technology_amount"].entry
    field.setFocus()
    write("=")
    assert field.text() == "1,030,000.00"  # type: ignore[union-attr]
    press(Qt_.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""  # type: ignore[union-attr]


def test_two_dots_copy_the_same_field_of_the_contract_before(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, technical_field=None, industry=None))
    before = replace(WHOLE, technical_field="07", industry="C")
    sheet = desk.contract
    desk.contract = lambda key: replace(sheet(key), facts=before) if key != 312 else sheet(key)
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["technical_field"].entry.setFocus()
    write("..")
    press(Qt_.Key_Return)
    assert step.form.facts().technical_field == "07"
    step.copy_previous()
    assert step.form.facts().industry == "C"
    assert step.form.facts().title == TITLE


def test_all_findings_stand_at_the_side_and_empty_fields_are_not_red_yet(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WRONG, payment_method=None))
    _shown, step = entry_page(qtbot, desk)
    codes = [item.problem.code for item in step.panel.items]
    assert "S131" in codes
    assert "S210" not in codes  # nobody has been there yet
    press(Qt_.Key_F8)
    assert {"S131", "S210"} <= {item.problem.code for item in step.panel.items}
    assert step.panel.items[0].problem.place == "13 卖方信用代码"
    assert step.panel.items[0].problem.value == "9199 0321 MA0Q H7K2 6B"
    assert step.form.blocks[1].bounds["id_number"].entry.level() == "error"  # type: ignore[union-attr]
    assert step.form.bounds["payment_method"].entry.level() == ""  # type: ignore[union-attr]


def gaps(step: EntryStep) -> set[str]:
    """Fields that are told to be empty."""
    return {item.problem.field for item in step.panel.items if "未填" in item.problem.reason}


def test_fields_not_reached_yet_are_not_scolded_when_the_buyer_is_taken(qtbot: Any, theme: Theme) -> None:
    bare = replace(WHOLE, parties=(), payment_method=None, industry=None, contract_amount=None)
    desk = CaseDesk(replace(bare, summary=None, amount_lines=()))
    _shown, step = entry_page(qtbot, desk)
    library = v.PartyView(1, BUYER, "T0T", None, {"id_type": "credit_code", "id_number": BUYER_CODE})
    name: Any = step.form.blocks[0].bounds["name"].entry
    name.setFocus()
    step.form.take_party(name, library)
    assert gaps(step) == set()
    step.form.bounds["payment_method"].entry.setFocus()
    step.form.bounds["industry"].entry.setFocus()
    write("A")
    press(Qt_.Key_Return)
    assert "payment_method" in gaps(step)
    assert "contract_amount" not in gaps(step)
    press(Qt_.Key_F8)
    assert {"payment_method", "contract_amount", "summary"} <= gaps(step)


def test_a_line_of_the_price_that_is_being_named_is_not_added_up(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WHOLE, technology_amount=Decimal("800000.00"), amount_lines=()))
    _shown, step = entry_page(qtbot, desk)
    table = step.form.tables["amount_lines"]
    table.table.setFocus()
    table.model.setData(table.model.index(0, 1), "研究开发经费")
    assert not [i.problem.code for i in step.panel.items if i.problem.code[0] == "A"]
    step.form.bounds["title"].entry.setFocus()
    step.check()
    assert {"A03", "A04"} <= {item.problem.code for item in step.panel.items}


def test_the_two_columns_of_the_further_matters_say_whose_they_are(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    for block, word in zip(step.form.blocks, ("买方", "卖方"), strict=True):
        heads = [head.text for head in block.more.findChildren(SectionHead)]
        assert heads == [word]
        assert block.remove_button is None


def test_what_enter_does_in_the_long_text_is_in_sight_while_one_types(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    step.form.bounds["title"].entry.setFocus()
    bound = step.form.bounds["summary"]
    bound.entry.setFocus()
    QTest.qWait(50)
    assert "Ctrl+Enter" in bound.row.note()
    assert bound.row.visibleRegion().boundingRect().height() == bound.row.height()


def test_only_what_is_left_is_counted() -> None:
    assert open_words(2, 1) == "还有 2 项错误、1 项疑点没有处理"
    assert open_words(0, 1) == "还有 1 项疑点没有处理"
    assert open_words(3, 0) == "还有 3 项错误没有处理"


def test_what_cannot_be_read_is_listed_as_typed_and_in_the_words_of_the_field(
    qtbot: Any, theme: Theme
) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    field = step.form.bounds["signed_on"].entry
    field.setFocus()
    field.selectAll()
    write("2026-02-30")
    press(Qt_.Key_Return)
    for when in ("left", "handed in"):
        (item,) = [i for i in step.panel.items if i.problem.field == "signed_on"]
        assert item.problem.value == "2026-02-30", when
        assert f"{item.problem.reason}{item.problem.remedy}" == field.problem()  # type: ignore[union-attr]
        assert item.problem.place == "5 签订日期"
        press(Qt_.Key_F12)
    assert desk.told("accept") == []


def test_an_empty_form_handed_in_marks_and_lists_every_required_field_once(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(Facts(currency="CNY", price_form="fixed"))
    _shown, step = entry_page(qtbot, desk)
    step.new_sheet()
    press(Qt_.Key_F12)
    bounds = [*step.form.bounds.values(), *(b for k in step.form.blocks for b in k.bounds.values())]
    empty = [b for b in bounds if b.entry.is_required and b.is_empty()]
    names = {b.entry.name for b in empty}
    assert {"7 买方名称", "12 卖方名称", "8 买方信用代码", "16 卖方单位性质"} <= names
    for bound in empty:
        level = bound.entry.level() if isinstance(bound.entry, Field) else bound.entry.property("level")
        assert level == "error", bound.entry.name
    papers, *rest = sorted((item.problem for item in step.panel.items), key=lambda p: p.code != "S360")
    assert papers.field == "attachments", "the list of papers is no field, but may not be empty either"
    assert sorted(id(step.form.bound(p.field)) for p in rest) == sorted(id(b) for b in empty)
    assert QApplication.focusWidget() is step.form.bounds["title"].entry
    assert step.panel.items[0].problem.place == "2 项目名称"


def test_an_empty_buyer_beside_a_filled_seller_is_told_at_its_own_fields(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(replace(WHOLE, parties=WHOLE.parties[1:])))
    press(Qt_.Key_F12)
    places = {item.problem.place for item in step.panel.items if item.problem.level == "error"}
    buyer = next(block for block in step.form.blocks if block.role == "buyer")
    assert buyer.bounds["name"].entry.level() == "error"  # type: ignore[union-attr]
    assert {place.split(" ")[0] for place in places} == {"7", "8", "10", "11"}


def test_f8_goes_to_the_findings_and_enter_to_the_field(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(replace(WHOLE, payment_method=None)))
    press(Qt_.Key_F8)
    qtbot.waitUntil(step.panel.items[0].hasFocus)
    press(Qt_.Key_Return)
    assert QApplication.focusWidget() is step.form.bounds["payment_method"].entry


def test_handing_in_with_errors_saves_and_goes_to_the_first_wrong_field(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(replace(WRONG, payment_method=None))
    shown, step = entry_page(qtbot, desk)
    press(Qt_.Key_F12)
    assert len(desk.told("save_contract")) == 1
    assert desk.told("accept") == []
    assert QApplication.focusWidget() is step.form.blocks[1].bounds["id_number"].entry
    assert step.form.bounds["payment_method"].entry.level() == "error"  # type: ignore[union-attr]
    assert "还有 2 项错误" in shown.said[-1][0]
    assert shown.page.number == 1


def test_a_code_that_the_paper_shows_so_is_kept_with_a_reason(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WRONG)
    _shown, step = entry_page(qtbot, desk)
    step.ask_reason = lambda _parent, problem: f"执照如此 {problem.code}"
    item = step.panel.items[0]
    assert item.keep is not None
    item.keep.click()
    (told,) = desk.told("pass_doubt")
    assert (told.code, told.field_name, told.reason) == (
        "S131",
        "parties[1].id_number",
        "执照如此 S131",
    )


def test_another_save_in_between_is_refused_and_nothing_typed_is_lost(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    step.form.bounds["title"].entry.setFocus()
    write("改过的名称")
    press(Qt_.Key_Return)
    desk.revision += 1
    press(Qt_.Key_F6)
    assert "刚被别处保存过" in step.strip_words
    assert step.form.facts().title == "改过的名称"
    assert settled_draft(desk).title == "改过的名称"
    assert step.primary().enabled


def test_a_refusal_leaves_everything_in_place_and_the_key_usable(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    desk.refusals["accept"] = RefusedError("这一天不受理", "请明天再提交")
    shown, step = entry_page(qtbot, desk)
    press(Qt_.Key_F12)
    assert step.strip_words == "这一天不受理；请明天再提交"
    assert step.form.facts() == WHOLE
    assert step.primary().enabled
    assert shown.page.number == 1


def test_the_same_request_is_not_sent_twice_for_one_form(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    entry_page(qtbot, desk)
    desk.refusals["save_contract"] = RefusedError("磁盘忙", "")
    press(Qt_.Key_F6)
    press(Qt_.Key_F6)
    first, second = desk.told("save_contract")
    assert first.request_id == second.request_id
    del desk.refusals["save_contract"]
    press(Qt_.Key_F6)
    press(Qt_.Key_F6)
    third, fourth = desk.told("save_contract")[2:]
    assert third.request_id == first.request_id
    assert fourth.request_id != third.request_id


def test_a_new_contract_is_saved_with_gaps_and_gets_its_number(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    page = CasePage(desk, JobRunner(inline=True))
    frame(qtbot, page)
    page.open(None)
    write("只有名称")
    press(Qt_.Key_Return)
    assert settled_draft(desk, "new").title == "只有名称"
    press(Qt_.Key_F6)
    (saved,) = desk.told("save_contract")
    assert saved.contract_id is None
    assert saved.facts.title == "只有名称"
    assert ("entry", "new") not in desk.kept
    assert page.contract_head.number.text() == "澄受 2026-0312"


def test_a_case_that_may_not_be_saved_is_grey(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "RECOGNISED")
    _shown, step = entry_page(qtbot, desk)
    assert step.form.bounds["title"].entry.isReadOnly()
    assert "待复核" in step.strip_words
    assert step.primary().words == "看认定"
    press(Qt_.Key_F6)
    assert desk.told("save_contract") == []


def test_supplemented_papers_start_the_clock_again(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE, "RETURNED")
    shown, step = entry_page(qtbot, desk)
    asked: list[str] = []
    step.ask = lambda _p, question, _c, **_k: asked.append(question) or True  # type: ignore[func-returns-value]
    assert step.primary().words == "收到补正，重新受理"
    press(Qt_.Key_F12)
    (told,) = desk.told("supplement")
    assert told.facts == WHOLE
    assert asked == ["补正材料都收到了？"]
    assert shown.page.number == 2


def test_leaving_with_changes_asks_once(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    asked: list[str] = []
    step.ask = lambda _p, question, _c, **_k: bool(asked.append(question)) or len(asked) > 1  # type: ignore[func-returns-value]
    assert step.may_leave()
    step.form.bounds["title"].entry.setFocus()
    write("改")
    press(Qt_.Key_Return)
    assert not step.may_leave()
    assert step.may_leave()
    assert step.may_leave()
    assert len(asked) == 2


def test_several_sellers_keep_their_order_and_can_be_taken_out(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    step.form.add_buttons["seller"].click()
    assert QApplication.focusWidget().accessibleName() == "12 卖方2名称，必填"  # type: ignore[union-attr]
    write("第二研究所")
    press(Qt_.Key_Return)
    facts = step.form.facts()
    assert [p.name for p in facts.sellers] == [SELLER, "第二研究所"]
    assert facts.parties[:2] == WHOLE.parties
    step.form.ask = lambda *_a, **_k: True
    button = step.form.blocks[2].remove_button
    assert button is not None
    button.click()
    assert step.form.facts() == WHOLE


def test_a_foreign_party_needs_no_region_and_a_person_no_credit_code(qtbot: Any, theme: Theme) -> None:
    _shown, step = entry_page(qtbot, CaseDesk(replace(WHOLE, parties=())))
    block = step.form.blocks[0]
    assert block.bounds["region"].entry.is_required
    block.bounds["country"].entry.setFocus()
    write("502")
    press(Qt_.Key_Return)
    assert block.party().country == "USA"
    assert not block.bounds["region"].entry.is_required
    block.bounds["party_type"].entry.setFocus()
    write("500")
    press(Qt_.Key_Return)
    assert block.party().id_type == "resident_id"
    assert block.bounds["id_number"].entry.accessibleName() == "8 买方身份证号，必填"


def test_rows_of_the_small_tables_are_added_by_insert_and_removed_after_a_question(
    qtbot: Any, theme: Theme
) -> None:
    desk = CaseDesk(WHOLE)
    _shown, step = entry_page(qtbot, desk)
    table = step.form.tables["payments"]
    table.table.setFocus()
    press(Qt_.Key_Insert)
    write("20261201")
    press(Qt_.Key_Return)
    press(Qt_.Key_Return)
    write("1280000")
    press(Qt_.Key_Return)
    (row,) = step.form.facts().payments
    assert (row.due_on, row.paid_on, row.amount) == (date(2026, 12, 1), None, Decimal("1280000.00"))
    assert settled_draft(desk).payments == (row,)
    asked: list[str] = []
    table.ask = lambda _p, question, _c, **_k: asked.append(question) or True  # type: ignore[func-returns-value]
    table.table.setCurrentIndex(table.model.index(0, 1))
    press(Qt_.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert asked == ["删去第 1 行？"]
    assert step.form.facts().payments == ()


def test_the_kind_follows_the_sub_kind_but_a_stored_pair_is_never_changed_silently(
    qtbot: Any, theme: Theme
) -> None:
    old = replace(WHOLE, kind="TRF", sub_kind="LIC-1")
    _shown, step = entry_page(qtbot, CaseDesk(old))
    assert (step.form.facts().kind, step.form.facts().sub_kind) == ("TRF", "LIC-1")
    step.form.bounds["sub_kind"].put("LIC-2")  # type: ignore[attr-defined]
    assert (step.form.facts().kind, step.form.facts().sub_kind) == ("LIC", "LIC-2")
    step.form.bounds["sub_kind"].put("CON")  # type: ignore[attr-defined]
    assert (step.form.facts().kind, step.form.facts().sub_kind) == ("CON", "CON")


def test_a_likely_duplicate_is_looked_at_side_by_side(qtbot: Any, theme: Theme) -> None:
    desk = CaseDesk(WHOLE)
    desk.duplicates = (
        v.DuplicateView(
            188, "2025-0188", "平地茶园割刀", SELLER, "", Decimal(720000), date(2025, 11, 1), 71, "同卖方"
        ),
    )
    _shown, step = entry_page(qtbot, desk)
    (item,) = (i for i in step.panel.items if i.problem.code == "V11")
    assert step.form.blocks[1].bounds["name"].entry.level() == "doubt"  # type: ignore[union-attr]
    step.ask_duplicate = lambda _p, _facts, other: (False, f"另一台机器 {other.number}")
    step.jump(item.problem)
    (told,) = desk.told("decide_duplicate")
    assert (told.other_id, told.is_duplicate, told.reason) == (188, False, "另一台机器 2025-0188")


def test_likely_parts_of_one_contract_are_told_and_looked_at_in_the_same_way(
    qtbot: Any, theme: Theme
) -> None:
    desk = CaseDesk(WHOLE)
    why = "同一买卖双方，21 天内 2 份（另有 2025-0188），合计 5,000,000.00 元，达到大额标准 5,000,000.00 元"
    part = v.DuplicateView(
        188,
        "2025-0188",
        "监测网络研制",
        SELLER,
        "",
        Decimal(720000),
        date(2026, 11, 1),
        20,
        why,
        is_part=True,
    )
    desk.duplicates = (part,)
    _shown, step = entry_page(qtbot, desk)
    (item,) = (i for i in step.panel.items if i.problem.code == "V11")
    assert item.problem.place == "18 疑似拆分"
    assert why in item.problem.reason
    step.ask_duplicate = lambda _p, _facts, other: (other.is_part, "同一套设备")
    step.jump(item.problem)
    (told,) = desk.told("decide_duplicate")
    assert (told.other_id, told.is_duplicate, told.reason) == (188, True, "同一套设备")


@pytest.mark.parametrize("size", [(1366, 768), (1366, 690), (1093, 614), (911, 512)])
def test_no_page_of_the_case_scrolls_sideways(qtbot: Any, theme: Theme, size: tuple[int, int]) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    shown, step = entry_page(qtbot, desk, size=size)
    for number in (1, 2, 3, 1):
        shown.page.go_to(number)
        QApplication.processEvents()
        assert (shown.width(), shown.height()) == size
        assert shown.minimumSizeHint().width() <= size[0]
    assert step.form.minimumSizeHint().width() <= step.area.viewport().width()
    assert shown.keys.button.isVisible()


def test_the_narrow_window_folds_the_findings_into_a_button(qtbot: Any, theme: Theme) -> None:
    shown, step = entry_page(qtbot, CaseDesk(replace(WHOLE, payment_method=None)), size=(911, 512))
    assert step.check_button.isVisible()
    assert not step.panel.isVisible()
    press(Qt_.Key_F8)
    assert step.panel.isVisible()
    assert step.panel.geometry().right() <= step.width()
    press(Qt_.Key_Escape)
    assert not step.panel.isVisible()
    assert shown.went == []


@pytest.mark.parametrize("found", ["", "旧名"])
def test_a_word_that_comes_whole_opens_the_cell_and_stays(qtbot: Any, theme: Theme, found: str) -> None:
    """Full-width signs, and words of an input method that composes in a window of its own."""
    facts = replace(WHOLE, attachments=(Attachment(found, 1),)) if found else WHOLE
    _shown, step = entry_page(qtbot, CaseDesk(facts))
    rows = step.form.tables["attachments"]
    at = 0 if found else len(rows.model.rows)
    rows.table.setFocus()
    rows.table.setCurrentIndex(rows.model.index(at, 1))
    for word in ("附件一", "技术要求"):
        event = QInputMethodEvent("", [])
        event.setCommitString(word)
        QApplication.sendEvent(QApplication.focusWidget(), event)
        QApplication.processEvents()
    press(Qt_.Key_Return)
    assert rows.model.result()[at].name == "附件一技术要求"


def test_a_composed_word_that_opens_a_cell_stays_when_the_next_one_comes(qtbot: Any, theme: Theme) -> None:
    """The first word goes in before the cell has the focus; the focus must not select it for replacing."""
    _shown, step = entry_page(qtbot, CaseDesk(WHOLE))
    rows = step.form.tables["attachments"]
    at = len(rows.model.rows)
    rows.table.setFocus()
    rows.table.setCurrentIndex(rows.model.index(at, 1))
    for letters, word in (("fu jian yi", "附件一"), ("ji shu yao qiu", "技术要求")):
        for letters_held, committed in ((letters, ""), ("", word)):
            event = QInputMethodEvent(letters_held, [])
            event.setCommitString(committed)
            QApplication.sendEvent(QApplication.focusWidget(), event)
            QApplication.processEvents()
    press(Qt_.Key_Return)
    assert rows.model.result()[at].name == "附件一技术要求"
