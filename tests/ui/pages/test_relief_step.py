from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from desk import LU
from frame import nameless_buttons, sideways
from later import NARROW, WIDE, Frame, LaterDesk, drawn_facts, registered, runner
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, RefusedError
from desktop.rules.conclusion import Answer
from desktop.rules.facts import IpRight
from desktop.rules.relief import ReliefResult
from desktop.rules.trial import PILOT_PARK
from desktop.ui.pages.relief import ReliefStep
from desktop.ui.theme import Theme
from desktop.ui.widgets.fields import Field

Open = Callable[..., tuple[ReliefStep, Frame]]


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def step(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme) -> Iterator[Open]:
    with runner(request.param) as jobs:

        def make(desk: LaterDesk, size: tuple[int, int] = WIDE) -> tuple[ReliefStep, Frame]:
            page = ReliefStep(desk, jobs)
            frame = Frame(page, size)
            qtbot.addWidget(frame)
            page.show_sheet(desk.sheet())
            page.open()
            return page, frame

        yield make


def station(**more: object) -> LaterDesk:
    return LaterDesk(facts=drawn_facts(), **more)


def choose(page: ReliefStep, relief: str) -> None:
    next(line for line in page.lines if line.result.relief == relief).setFocus()
    assert page.chosen is not None
    assert page.chosen.relief == relief


def go_to(page: ReliefStep, code: str) -> None:
    next(line for line in page.conditions if line.condition.id == code).setFocus()
    assert page.at is not None


def test_unanswered_conditions_come_first_and_nothing_is_supported_while_one_is_open(step: Open) -> None:
    page, _frame = step(station())
    for result in page.results:
        choose(page, result.relief)
        is_open = [line.condition.is_open for line in page.conditions]
        assert is_open == sorted(is_open, reverse=True)
        if any(is_open) and not result.failing:
            assert "支持" not in page.result_tag.text


def test_answers_are_given_by_keys_kept_at_once_and_reckoned_at_once(step: Open, qtbot: QtBot) -> None:
    desk = station()
    page, frame = step(desk)
    choose(page, "VAT-TECH")
    codes = [line.condition.id for line in page.conditions if line.condition.is_open]
    assert len(codes) >= 3
    for number, code in enumerate(codes):
        go_to(page, code)
        frame.press(Qt.Key.Key_1)
        qtbot.waitUntil(lambda n=number: len(desk.told("save_answers")) == n + 1)
    cmd = desk.told("save_answers")[-1]
    assert cmd.part == "relief"
    assert cmd.actor == desk.person.name
    assert {code: cmd.answers[code]["answer"] for code in codes} == dict.fromkeys(codes, "yes")
    assert page.result_tag.text == "登记后支持", "not 支持 before it is registered"
    go_to(page, codes[0])
    frame.press(Qt.Key.Key_2)
    assert page.result_tag.text == "不支持"
    frame.press(Qt.Key.Key_3)
    assert page.result_tag.text == "尚不能判断"


def test_arrows_enter_and_space_answer_without_a_mouse(step: Open, qtbot: QtBot) -> None:
    desk = station()
    page, frame = step(desk)
    choose(page, "VAT-TECH")
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(page.conditions[0].hasFocus)
    assert page.strip.isVisible()
    frame.press(Qt.Key.Key_Down)
    second = page.conditions[1].condition.id
    assert page.at is not None
    assert page.at.id == second
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(page.strip.toggle.items[0].hasFocus)
    frame.press(Qt.Key.Key_Right)
    frame.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(desk.told("save_answers")))
    assert desk.told("save_answers")[0].answers[second]["answer"] == "no"


def test_the_trial_says_a_to_b_and_writes_nothing(step: Open) -> None:
    desk = station()
    page, frame = step(desk)
    choose(page, "VAT-TECH")
    before = page.results
    for toggle in page.trial.toggles.values():
        toggle.items[0].click()
    assert page.trial.outcome.accessibleName() == "尚不能判断 → 登记后支持"
    page.trial.day.setFocus()
    page.trial.day.setText("2028-02-01")
    frame.press(Qt.Key.Key_Return)
    assert page.trial.outcome.accessibleName() == "尚不能判断 → 该日期没有有效规定"
    page.reset_trial()
    assert page.trial.outcome.accessibleName() == "尚不能判断 → 尚不能判断"
    assert page.trial.day.day() == date(2027, 3, 31)
    assert page.results is before
    assert not [name for name, _cmd in desk.calls if name in ("save_answers", "keep_relief")]


def test_digits_in_the_trial_answer_no_condition(step: Open) -> None:
    desk = station()
    page, frame = step(desk)
    choose(page, "VAT-TECH")
    go_to(page, page.conditions[0].condition.id)
    page.trial.day.setFocus()
    frame.press(Qt.Key.Key_1)
    assert desk.told("save_answers") == []
    assert page.trial.day.text() == "1"


def test_the_timeline_is_told_in_words_and_moves_the_payment_by_a_month(step: Open) -> None:
    page, frame = step(station())
    choose(page, "VAT-TECH")
    assert "公告2026年第10号" in page.rules.words()
    assert "未见规定" in page.rules.words()
    page.rules.setFocus()
    for _month in range(10):
        frame.press(Qt.Key.Key_Right)
    assert page.trial.day.day() == date(2028, 1, 31)
    assert page.trial_result.result == "no_rule"
    frame.press(Qt.Key.Key_Home)
    assert page.trial.day.day() == date(2027, 3, 31)


def test_f12_stores_the_opinion_and_goes_on_to_review(step: Open, qtbot: QtBot) -> None:
    desk = station()
    desk.sheet_row = replace(desk.sheet_row, state="RECOGNISED")
    page, frame = step(desk)
    steps: list[int] = []
    page.step_wanted.connect(steps.append)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: steps == [5])
    assert desk.told("keep_relief")[0].contract_id == desk.sheet_row.id


@pytest.mark.parametrize(
    ("state", "words", "wanted"),
    [
        ("RECOGNISED", "存下意见，去复核页", [5]),
        ("ACCEPTED", "存下税惠意见", []),
        ("REGISTERED", "存下税惠意见", []),
    ],
)
def test_f12_promises_no_handing_in_that_has_been_done(
    step: Open, qtbot: QtBot, state: str, words: str, wanted: list[int]
) -> None:
    desk = station()
    desk.sheet_row = replace(desk.sheet_row, state=state)
    page, frame = step(desk)
    steps: list[int] = []
    page.step_wanted.connect(steps.append)
    assert page.primary().words == words
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "税惠意见已存" in frame.words())
    assert steps == wanted


def test_a_refusal_is_said_and_the_button_stays_usable(step: Open, qtbot: QtBot) -> None:
    desk = station()
    desk.refusals["keep_relief"] = RefusedError("别人刚改过这份合同", "请重新打开")
    page, frame = step(desk)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "别人刚改过" in frame.words())
    primary = page.primary()
    assert primary.enabled
    assert frame.bar.button.isEnabled()


def test_f12_right_after_an_answer_is_not_swallowed(step: Open, qtbot: QtBot) -> None:
    desk = station()
    page, frame = step(desk)
    choose(page, "VAT-TECH")
    code = page.conditions[0].condition.id
    go_to(page, code)
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: bool(desk.told("keep_relief")))
    assert desk.told("keep_relief")[0].answers[code]["answer"] == "yes"
    assert [name for name, _cmd in desk.calls if name in ("save_answers", "keep_relief")] == [
        "save_answers",
        "keep_relief",
    ]


def test_an_answer_that_could_not_be_kept_stays_on_the_page(step: Open, qtbot: QtBot) -> None:
    desk = station()
    desk.refusals["save_answers"] = RefusedError("存不进去", "请再按 F6")
    page, frame = step(desk)
    choose(page, "VAT-TECH")
    code = page.conditions[0].condition.id
    go_to(page, code)
    frame.press(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "存不进去" in frame.words())
    del desk.refusals["save_answers"]
    qtbot.waitUntil(lambda: page.primary().enabled)
    frame.press(Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: len(desk.told("save_answers")) == 2)
    assert desk.told("save_answers")[1].answers[code]["answer"] == "yes"


def test_who_may_not_answer_is_told_why(step: Open) -> None:
    row = replace(station().sheet_row, state="DRAFT")
    page, frame = step(station(sheet_row=row))
    choose(page, "VAT-TECH")
    go_to(page, page.conditions[0].condition.id)
    frame.press(Qt.Key.Key_1)
    assert "不能核对税惠" in frame.words()
    primary = page.primary()
    assert not primary.enabled
    assert "草稿" in primary.why_not


def test_after_registration_what_registering_fulfils_holds(step: Open) -> None:
    desk = registered()
    desk.more = {"relief_answers": {}}
    page, _frame = step(desk)
    choose(page, "VAT-TECH")
    code = next(line.condition for line in page.conditions if line.condition.id == "VAT-TECH.V5")
    assert code.answer == "yes"
    assert page.primary().words == "存下税惠意见"


def test_stale_opinions_are_pointed_out(step: Open) -> None:
    desk = registered("CHANGED")
    desk.more = {"relief": {"results": [], "person": "沈清禾", "is_stale": True}}
    page, _frame = step(desk)
    assert page._stale.isVisible()


def test_sources_carry_their_confidence_and_open_with_alt_up(step: Open) -> None:
    page, frame = step(station())
    choose(page, "VAT-TECH")
    go_to(page, "VAT-TECH.V3")
    one = page._sources.count()
    frame.press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert page._sources.count() > one == 1
    line = next(x for x in page.conditions if x.condition.id == "VAT-TECH.V3")
    assert "凭记忆" in line.accessibleName()


def test_the_inquiry_goes_where_the_clerk_wants_it(step: Open, tmp_path: Path, qtbot: QtBot) -> None:
    desk = station()
    page, frame = step(desk)
    page.ask_path = lambda wanted: tmp_path / wanted
    page.trial.inquiry_button.click()
    qtbot.waitUntil(lambda: "税惠询问单已存到" in frame.words())
    path = tmp_path / "澄受2026-0312_税惠询问单.pdf"
    assert desk.told("print_relief_inquiry") == [(desk.sheet().row.id, path)]


def test_f9_prints_the_statement_where_the_clerk_wants_it(step: Open, tmp_path: Path, qtbot: QtBot) -> None:
    desk = station()
    page, frame = step(desk)
    wanted: list[str] = []
    page.ask_path = lambda name: (wanted.append(name), tmp_path / name)[1]
    frame.press(Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: bool(desk.told("print_relief")))
    assert wanted == ["澄受2026-0312_税惠说明书.pdf"]
    assert desk.told("print_relief") == [(desk.sheet().row.id, tmp_path / wanted[0])]
    qtbot.waitUntil(lambda: "税惠说明书已存到" in frame.words())


def test_a_statement_that_cannot_be_written_says_why(step: Open, tmp_path: Path, qtbot: QtBot) -> None:
    desk = station()
    desk.refusals["print_relief"] = MachineError("磁盘已满，没有写成", "请腾出空间")
    page, frame = step(desk)
    page.ask_path = lambda name: tmp_path / name
    frame.press(Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: "磁盘已满" in frame.words())


def test_nothing_is_printed_when_no_place_is_chosen(step: Open) -> None:
    desk = station()
    page, frame = step(desk)
    page.ask_path = lambda _name: None
    frame.press(Qt.Key.Key_F9)
    assert desk.told("print_relief") == []


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_nothing_scrolls_sideways_and_every_button_has_a_name(step: Open, size: tuple[int, int]) -> None:
    page, frame = step(station(), size)
    assert sideways(frame) == []
    assert (page.width(), page.height()) == size
    assert nameless_buttons(frame) == []
    assert frame.bar.button.isVisible()


def test_narrow_the_trial_opens_with_f8_and_closes_with_esc(step: Open) -> None:
    page, frame = step(station(), NARROW)
    assert not page.trial.isVisible()
    frame.press(Qt.Key.Key_F8)
    assert page.trial.isVisible()
    assert QApplication.focusWidget() is page.trial.day
    frame.press(Qt.Key.Key_Escape)
    assert not page.trial.isVisible()


def test_another_person_sees_the_answers_of_the_first(step: Open) -> None:
    desk = station(person=LU)
    desk.more = {"relief_answers": {"VAT-TECH.V3": {"answer": "no", "by": "沈清禾"}}}
    page, _frame = step(desk)
    assert page._answers["VAT-TECH.V3"] == Answer("no", by="沈清禾")
    assert page.results[0].result == "not_supported"


def test_the_packet_goes_to_the_folder_chosen_and_its_gaps_are_named(
    step: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = station()
    page, frame = step(desk)
    page.ask_folder = lambda: tmp_path
    page.packet_button.click()
    qtbot.waitUntil(lambda: "备查资料包已存到" in frame.words())
    key = desk.sheet().row.id
    assert desk.told("make_packets") == [((key,), tmp_path)]
    assert "校验码 7K3M-9QXD" in frame.words()
    assert "还缺：发票" in frame.words()


def test_a_packet_that_cannot_be_written_says_why(step: Open, tmp_path: Path, qtbot: QtBot) -> None:
    desk = station()
    desk.refusals["make_packets"] = MachineError("找不到或读不了 U 盘", "请插好后重做这一步")
    page, frame = step(desk)
    page.ask_folder = lambda: tmp_path
    page.packet_button.click()
    qtbot.waitUntil(lambda: "请插好后重做这一步" in frame.words())


def test_no_packet_is_made_when_no_folder_is_chosen(step: Open) -> None:
    desk = station()
    page, _frame = step(desk)
    page.ask_folder = lambda: None
    page.packet_button.click()
    assert desk.told("make_packets") == []


def licensed() -> LaterDesk:
    """A five-year patent licence whose fees are paid, seller and buyer at home."""
    facts = replace(
        drawn_facts(),
        kind="LIC",
        sub_kind="LIC-1",
        right_scope="non_exclusive",
        licence_from=date(2026, 11, 1),
        licence_until=date(2031, 10, 31),
        ip_rights=(IpRight(number="ZL202010000001.1", object="patent_invention"),),
        contract_amount=Decimal("1280000.00"),
        technology_amount=Decimal("1030000.00"),
    )
    return LaterDesk(facts=facts)


def type_into(frame: Frame, field: Field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field, event)
    frame.press(Qt.Key.Key_Return)


def test_the_trial_offers_term_and_scope_only_where_they_matter(step: Open) -> None:
    page, _frame = step(station())
    assert not page.trial.licence_until.isVisible(), "a development has no term of licence"
    page.trial.kind.choose("LIC-1")
    page.trial.kind.activated.emit(0)
    assert page.trial.licence_until.isVisible()
    assert page.trial.scope.isVisible()
    assert not page.trial.invoiced_on.isVisible(), "no invoice, no day of it"
    page.trial.invoice.choose("special")
    page.trial.invoice.activated.emit(0)
    assert page.trial.invoiced_on.isVisible()


def test_a_shorter_term_is_said_in_money_beside_the_original(step: Open) -> None:
    page, frame = step(licensed())
    choose(page, "CIT-TECH")
    type_into(frame, page.trial.licence_until, "2031-10-30")
    assert page.trial.outcome.accessibleName() == "尚不能判断 → 不支持"
    assert page.trial_result.result == "not_supported"
    choose(page, "VAT-TECH")
    line = next(x for x in page.lines if x.result.relief == "CIT-TECH")
    assert line.second_line().startswith("改后：不支持 ・ 减 1,030,000.00")
    assert line.result.result == "cannot_tell", "the line itself stays that of the contract"
    frame.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.trial.licence_until.text() == "2031-10-31"
    assert line.second_line() == "卖方 ・ 差 5 项"


def test_another_amount_moves_the_money_and_nothing_else(step: Open) -> None:
    desk = licensed()
    page, frame = step(desk)
    choose(page, "VAT-TECH")
    type_into(frame, page.trial.amount, "50万")
    assert page.trial.money.text() == "免税销售额 减 530,000.00 元\n1,030,000.00 → 500,000.00"
    line = next(x for x in page.lines if x.result.relief == "CIT-TECH")
    assert line.second_line() == "改后：减 530,000.00"
    assert line.accessibleName().endswith("改后：减 530,000.00")
    assert page.results[0].basis == Decimal("1030000.00")
    assert not [name for name, _cmd in desk.calls if name in ("save_answers", "keep_relief")]


def test_a_special_invoice_and_another_place_can_be_tried(step: Open) -> None:
    page, frame = step(licensed())
    choose(page, "VAT-TECH")
    page.trial.invoice.setFocus()
    frame.press(Qt.Key.Key_Down)
    frame.press(Qt.Key.Key_Down)
    assert page.trial.invoice.choice() == "special"
    assert page.trial_result.result == "not_supported"
    page.trial.park.setFocus()
    frame.press(Qt.Key.Key_Down)
    tried = page.trial.trial()
    assert tried.invoice == "special"
    assert tried.seller_park == PILOT_PARK
    assert any(c.id == "CIT-TECH.C13" and c.answer == "yes" for c in trial_of(page, "CIT-TECH").conditions)
    type_into(frame, page.trial.region, "990302")
    assert page.trial.trial().seller_region == "990302"


def trial_of(page: ReliefStep, relief: str) -> ReliefResult:
    choose(page, relief)
    return page.trial_result


def test_what_cannot_be_read_is_named_and_not_tried(step: Open) -> None:
    page, frame = step(licensed())
    choose(page, "VAT-TECH")
    type_into(frame, page.trial.day, "2026-02-30")
    assert page.trial.day.problem()
    type_into(frame, page.trial.amount, "很多")
    assert page.trial.amount.problem()
    assert page.trial.trial().is_empty


def test_everything_else_about_a_relief_stands_under_its_conditions(step: Open) -> None:
    page, frame = step(station())
    choose(page, "VAT-TECH")
    said = page.explanation.words()
    for word in ("还缺", "会改变结论", "留存", "期限", "与其他优惠", "常见退回"):
        assert word in said
    assert "各项都成立时：登记后支持" in said
    QApplication.processEvents()
    frame.press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert page.explanation.hasFocus()
    bar = page._condition_area.verticalScrollBar()
    seen = bar.value()
    assert seen >= page.explanation.y() or seen == bar.maximum()
    choose(page, "CIT-TECH")
    assert "留存" not in page.explanation.words(), "papers of a relief that cannot be had are no help"
    assert "会改变结论" in page.explanation.words()


def test_several_amounts_are_counted_in_one_line_and_listed_below(step: Open) -> None:
    page, _frame = step(licensed())
    choose(page, "STAMP")
    result = next(r for r in page.results if r.relief == "STAMP")
    assert len(result.figures) > 1
    assert page.figures.text().endswith(f"；Alt ↓ 看其余 {len(result.figures) - 1} 个金额。")
    for figure in result.figures:
        assert figure.label in page.explanation.words()


def test_an_answer_that_only_tells_something_is_no_cross(step: Open) -> None:
    page, _frame = step(licensed())
    choose(page, "CIT-TECH")
    line = next(x for x in page.conditions if x.condition.id == "CIT-TECH.C10")
    assert line.condition.answer == "no"
    assert not line.condition.is_against
    assert "不影响结论" in line.accessibleName()
    assert "不成立" not in line.accessibleName()


def test_what_is_open_is_not_asked_for_when_the_answer_stands_already(step: Open) -> None:
    page, frame = step(licensed())
    choose(page, "CIT-TECH")
    assert page.trial.why.text().startswith("还差")
    type_into(frame, page.trial.licence_until, "2027-10-31")
    assert page.trial_result.open, "there are open questions"
    assert "还差" not in page.trial.why.text(), "but answering them would change nothing"
