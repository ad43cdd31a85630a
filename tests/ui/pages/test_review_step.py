from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk import HE, SHEN, v
from frame import nameless_buttons, sideways
from later import NARROW, NUMBER, WIDE, Frame, LaterDesk, reviewed_rows, runner, to_review
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.errors import RefusedError
from desktop.ui.pages.review import ReviewStep, value_html
from desktop.ui.theme import Theme

Open = Callable[..., tuple[ReviewStep, Frame]]
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def step(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme) -> Iterator[Open]:
    with runner(request.param) as jobs:

        def make(desk: LaterDesk, size: tuple[int, int] = WIDE) -> tuple[ReviewStep, Frame]:
            page = ReviewStep(desk, jobs)
            frame = Frame(page, size)
            qtbot.addWidget(frame)
            page.show_sheet(desk.sheet())
            page.open()
            return page, frame

        yield make


def current(page: ReviewStep) -> str:
    return next(line.row.item for line in page.lines if line.toggle.isAncestorOf(QApplication.focusWidget()))


def test_digits_agree_row_by_row_and_f12_registers(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    page, frame = step(desk)
    steps: list[int] = []
    page.step_wanted.connect(steps.append)
    for number in range(5):
        assert not page.primary().enabled
        assert f"{5 - number} 项未看" in page.primary().why_not
        assert current(page) == page.lines[number].row.item
        frame.press(Qt.Key.Key_1)
    assert page.primary().enabled
    words = "按 F12 即登记，将取登记编号 2026 9903 2100 0247，不能撤回"
    assert page.why.text() == words
    assert frame.said[-1] == (words, "warn"), "also where the card is folded away"
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: steps == [6])
    cmd = desk.told("review_and_register")[0]
    assert [(i.item, i.value, i.is_agreed) for i in cmd.items] == [
        (row.item, row.value, True) for row in reviewed_rows()
    ]
    assert f"…{NUMBER[-4:]}" in frame.words()


def test_an_objection_blocks_f12_and_asks_for_words(step: Open) -> None:
    page, frame = step(to_review())
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_2)
    assert QApplication.focusWidget() is page.cards[0].remark
    assert page.cards[0].accessibleName() == "异议 1，4 有效期限"
    page.cards[0].remark.setText("按第九条改止日 12")
    frame.press(Qt.Key.Key_Return)
    assert current(page) == "seller[0].id", "on to the next row not seen yet"
    for _row in range(3):
        frame.press(Qt.Key.Key_1)
    primary = page.primary()
    assert not primary.enabled
    assert primary.why_not == "有 1 项异议，还不能同意登记"
    frame.press(Qt.Key.Key_F12)
    assert not [name for name, _cmd in page._desk.calls if name == "review_and_register"]


def test_digits_typed_into_a_remark_stay_text(step: Open) -> None:
    page, frame = step(to_review())
    frame.press(Qt.Key.Key_2)
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_2)
    assert page.cards[0].remark.text() == "12"
    assert page._opinions == {"title": False}


def test_arrows_move_between_rows_and_taking_back_an_objection_is_possible(step: Open) -> None:
    page, frame = step(to_review())
    frame.press(Qt.Key.Key_2)
    frame.press(Qt.Key.Key_Return)
    frame.press(Qt.Key.Key_Up)
    assert current(page) == "title"
    frame.press(Qt.Key.Key_1)
    assert page.cards == []
    assert page._opinions == {"title": True}
    frame.press(Qt.Key.Key_Down)
    frame.press(Qt.Key.Key_Down)
    assert current(page) == "contract_amount"


def test_alt_r_sends_back_with_what_was_written(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    page, frame = step(desk)
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_2)
    page.cards[0].remark.setText("止日应为 2027-12-31")
    frame.press(Qt.Key.Key_R, ALT)
    qtbot.waitUntil(lambda: page.dialog is not None and page.dialog.isActiveWindow())
    dialog = page.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.safe_button.hasFocus)
    assert dialog.reason.value() == "4 有效期限：止日应为 2027-12-31"
    dialog.act_button.setFocus()
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.told("send_back")))
    assert [i.is_agreed for i in desk.told("review")[0].items] == [True, False]
    assert "止日应为" in desk.told("send_back")[0].reason
    qtbot.waitUntil(lambda: "已退回初审" in frame.words())


def test_the_clerk_of_the_case_sees_why_and_has_no_answers(step: Open) -> None:
    desk = to_review(SHEN)
    page, frame = step(desk)
    assert "同一人" in page.two.text()
    assert all(not line.toggle.isVisible() for line in page.lines)
    assert page.notice.isVisible()
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_F12)
    assert page._opinions == {}
    assert not page.primary().enabled
    assert page.primary().why_not
    assert desk.told("review_and_register") == []


def test_the_clerk_is_told_how_the_next_person_comes_and_not_scolded(step: Open) -> None:
    page, _frame = step(to_review(SHEN))
    assert page.two.text() == "同一人不能复核，请按 Ctrl L 换人登录"
    assert page.two.property("tone") == "warn"
    assert "待定" in page.who.text()
    done = to_review(SHEN)
    done.sheet_row = replace(done.sheet_row, state="REGISTERED")
    done.more["reviewer"] = "陆知远"
    page, _frame = step(done)
    assert page.two.text() == "✓ 不是同一人"
    assert page.two.property("tone") == "ok"
    assert "陆知远" in page.who.text()


def test_two_hats_do_not_make_two_persons(step: Open) -> None:
    both = v.SignedIn("沈清禾", frozenset({"clerk", "reviewer"}))
    page, _frame = step(to_review(both))
    assert "不能是同一人" in page.primary().why_not


def test_a_second_person_is_named_as_such(step: Open) -> None:
    page, _frame = step(to_review(HE))
    assert page.two.text() == "✓ 不是同一人"
    assert "贺兰舟" in page.who.text()


def test_a_refusal_is_shown_and_everything_said_stays(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    desk.refusals["review_and_register"] = RefusedError("以下各项在您看过之后变了：4 有效期限", "请再看一遍")
    page, frame = step(desk)
    for _row in range(5):
        frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(page._trouble.isVisible)
    assert "在您看过之后变了" in page._trouble.words.text()
    assert page.primary().enabled
    assert frame.bar.button.isEnabled()
    assert len(page._opinions) == 5


def test_a_double_press_of_f12_is_one_request(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    _page, frame = step(desk)
    for _row in range(5):
        frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_F12)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "已登记" in frame.words())
    assert len({cmd.request_id for cmd in desk.told("review_and_register")}) == 1


def test_a_row_that_changed_meanwhile_must_be_seen_again(step: Open) -> None:
    desk = to_review()
    page, frame = step(desk)
    for _row in range(5):
        frame.press(Qt.Key.Key_1)
    rows = list(reviewed_rows())
    rows[1] = replace(rows[1], value="2026-11-01 至 2027-12-31", earlier_value=rows[1].value)
    desk.more = {"review_rows": tuple(rows)}
    page.show_sheet(desk.sheet())
    assert "1 项未看" in page.primary().why_not
    assert "term" not in page._opinions


def test_what_was_said_earlier_comes_back(step: Open) -> None:
    desk = to_review()
    desk.more = {"review_rows": reviewed_rows(title=True, term=False)}
    page, _frame = step(desk)
    assert page._opinions == {"title": True, "term": False}
    assert page.counts.text().endswith("已看 2 / 5　异议 1")


def test_the_old_value_is_struck_beside_the_new_one() -> None:
    row = reviewed_rows()[2]
    html = value_html(row)
    assert "<s><span style=\"font-family:'Source Code Pro'\">9199 0321 MA0Q H7K2 6B</span></s>" in html
    assert "<b><u>6R</u></b>" in html
    assert "9199 0321 MA0Q H7K2" in html


@pytest.mark.parametrize("value", ["<b>恶意</b>", "a & b"])
def test_values_are_text_never_markup(value: str) -> None:
    html = value_html(v.ReviewRow("title", "2 项目名称", value))
    assert value not in html


def test_f6_keeps_a_half_done_review(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    _page, frame = step(desk)
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: bool(desk.told("review")))
    assert [i.item for i in desk.told("review")[0].items] == ["title"]


def test_the_original_is_read_and_the_value_marked_in_it(step: Open, qtbot: QtBot, tmp_path: Path) -> None:
    page, frame = step(to_review())
    file = tmp_path / "合同.txt"
    file.write_text("第九条\n9.1 本合同有效期自 2026-11-01 起，至 2027-12-31 止。\n", encoding="utf-8")
    page.ask_original = lambda: file
    frame.press(Qt.Key.Key_Down)
    page.open_tool.click()
    qtbot.waitUntil(lambda: "9.1" in page.reading.text)
    assert page.reading.evidence
    mark = page.reading.evidence[0]
    assert page.reading.text[mark.start : mark.end] == "2026-11-01"


def test_f9_writes_the_sheet_of_grounds(step: Open, qtbot: QtBot, tmp_path: Path) -> None:
    desk = to_review()
    page, frame = step(desk)
    page.ask_path = lambda wanted: tmp_path / wanted
    frame.press(Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: bool(desk.told("print_grounds")))
    assert desk.told("print_grounds")[0] == (desk.sheet_row.id, tmp_path / "澄受2026-0312_认定审核表.pdf")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_nothing_scrolls_sideways_and_every_button_has_a_name(step: Open, size: tuple[int, int]) -> None:
    page, frame = step(to_review(), size)
    assert sideways(frame) == []
    assert (page.width(), page.height()) == size
    assert nameless_buttons(frame) == []


def test_narrow_an_objection_opens_the_drawer_and_enter_closes_it(step: Open) -> None:
    page, frame = step(to_review(), NARROW)
    assert not page.side.isVisible()
    frame.press(Qt.Key.Key_2)
    assert page.side.isVisible()
    assert QApplication.focusWidget() is page.cards[0].remark
    frame.press(Qt.Key.Key_Return)
    assert not page.side.isVisible()
    assert current(page) == "term"


def test_marks_and_words_come_back_in_a_new_window_without_being_saved(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    page, frame = step(desk)
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_2)
    page.cards[0].remark.setText("按第九条改止日")
    frame.press(Qt.Key.Key_Return)
    subject = f"{desk.sheet_row.id}/陆知远"
    qtbot.waitUntil(lambda: "按第九条" in desk.kept.get(("review", subject), ("", "", ""))[1])
    assert desk.told("review") == []
    assert page.at_rest == "澄受 2026-0312 复核到 2 / 5，意见已存盘"
    new, frame = step(desk)
    assert new._opinions == {"title": True, "term": False}
    assert new.cards[0].remark.text() == "按第九条改止日"
    assert current(new) == "seller[0].id", "where it had stopped"
    assert new.found.isVisible()
    assert new.found.words.text() == "已找回 14:32 的复核：已看 2 / 5，异议 1"
    frame.press(Qt.Key.Key_1)
    assert not new.found.isVisible(), "the work goes on: said once"


def test_words_are_on_disk_while_the_cursor_still_stands_in_them(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    page, frame = step(desk)
    frame.press(Qt.Key.Key_2)
    page.cards[0].remark.insert("题目与")
    key = ("review", f"{desk.sheet_row.id}/陆知远")
    qtbot.waitUntil(lambda: "题目与" in desk.kept.get(key, ("", "", ""))[1], timeout=3000)
    assert QApplication.focusWidget() is page.cards[0].remark
    assert desk.kept["place", "陆知远"][1] == f'{{"id": {desk.sheet_row.id}}}', "the window comes back to it"
    page.may_leave()
    qtbot.waitUntil(lambda: ("place", "陆知远") not in desk.kept)
    assert key in desk.kept


def test_an_objection_without_words_yet_is_gone_on_with_in_its_field(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    _page, frame = step(desk)
    frame.press(Qt.Key.Key_Down)
    frame.press(Qt.Key.Key_2)
    qtbot.waitUntil(lambda: bool([key for key in desk.kept if key[0] == "review"]))
    new, _frame = step(desk)
    assert QApplication.focusWidget() is new.cards[0].remark


def test_what_changed_since_is_named_with_the_words_written_to_it(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    page, frame = step(desk)
    frame.press(Qt.Key.Key_1)
    frame.press(Qt.Key.Key_2)
    page.cards[0].remark.setText("止日不对")
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any("止日不对" in kept[1] for kept in desk.kept.values()))
    rows = list(reviewed_rows())
    rows[1] = replace(rows[1], value="2026-11-01 至 2027-12-31")
    desk.more = {"review_rows": tuple(rows)}
    new, _frame = step(desk)
    assert new._opinions == {"title": True}
    assert new.changed.isVisible()
    assert new.changed.words.text() == "您看过之后改了，请再看：4 有效期限（您写过“止日不对”）"
    new.choose("term", "object")
    assert new.cards[0].remark.text() == "止日不对", "the words are there again when they are wanted"
    assert not new.changed.isVisible()


def test_the_marks_of_one_reviewer_are_not_those_of_another(step: Open, qtbot: QtBot) -> None:
    desk = to_review()
    _page, frame = step(desk)
    frame.press(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: bool([key for key in desk.kept if key[0] == "review"]))
    other = to_review(HE)
    other.kept = desk.kept
    new, _frame = step(other)
    assert new._opinions == {}
    assert not new.found.isVisible()


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (None, "登记编号等上级回执给出"),
        (v.BlockView("2026-2", 54, 54, NUMBER, is_frozen=True), "号段已冻结"),
        (v.BlockView("2026-2", 54, 0, ""), "号段已用完"),
    ],
)
def test_what_f12_would_do_is_said_before_it_is_pressed(
    step: Open, block: v.BlockView | None, words: str
) -> None:
    desk = to_review()
    desk.more["block"] = block
    page, frame = step(desk)
    for _row in range(5):
        frame.press(Qt.Key.Key_1)
    assert words in page.why.text()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_it_is_gone_on_with_at_the_row_behind_the_remark(
    step: Open, qtbot: QtBot, size: tuple[int, int]
) -> None:
    desk = to_review()
    page, frame = step(desk, size)
    frame.press(Qt.Key.Key_Down)
    frame.press(Qt.Key.Key_2)
    page.cards[0].remark.setText("止日不对")
    frame.press(Qt.Key.Key_Return)
    key = ("review", f"{desk.sheet_row.id}/陆知远")
    qtbot.waitUntil(lambda: '"at": "seller[0].id"' in desk.kept.get(key, ("", ""))[1])
    new, _frame = step(desk, size)
    assert current(new) == "seller[0].id"
