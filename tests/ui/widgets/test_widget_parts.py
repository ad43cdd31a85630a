from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.errors import Problem
from desktop.ui.theme import Theme, ink, px
from desktop.ui.widgets.answers import AnswerCards
from desktop.ui.widgets.ask import AskDialog
from desktop.ui.widgets.bars import ContractHead, Key, KeyBar, Navigation, StatusBar, StatusFact
from desktop.ui.widgets.buttons import Button, CheckBox, SegmentedToggle
from desktop.ui.widgets.cards import Gauge, Progress, Tile
from desktop.ui.widgets.checks import CheckPanel
from desktop.ui.widgets.entries import AmountField
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.widgets.gallery import PAGES, sample_problems
from desktop.ui.widgets.marks import MARKS, STATES, StateDisc
from desktop.ui.widgets.reading import Evidence, EvidenceView, Passage
from desktop.ui.widgets.steps import DeadlineWall, Steps, WallChip, WallDay
from desktop.ui.widgets.table import DeskTable, Role, TableCard
from desktop.ui.widgets.tags import KeyCap, Tag, cap_size

TAB = Qt.FocusReason.TabFocusReason


def put(qtbot: QtBot, *widgets: QWidget, width: int = 600, height: int = 300) -> QWidget:
    window = QWidget()
    column = QVBoxLayout(window)
    for widget in widgets:
        column.addWidget(widget)
    qtbot.addWidget(window)
    vars(qtbot).setdefault("kept", []).append(window)  # addWidget holds it weakly
    window.resize(width, height)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


# focus


def test_one_ring_follows_the_focus_from_button_to_button_and_hides_at_a_field(
    qtbot: QtBot, theme: Theme, qapp: QApplication
) -> None:
    ring = FocusRing(qapp)
    one, other, field = Button("甲"), Button("乙"), Field("丙")
    put(qtbot, one, other, field)
    one.setFocus(TAB)
    assert ring.widget() is one
    qtbot.keyClick(one, Qt.Key.Key_Tab)
    assert ring.widget() is other
    assert ring.isVisible()
    assert ring.geometry().contains(other.geometry())
    assert ring.width() - other.width() == 2 * (2 + theme.tokens.focus_width)
    field.setFocus(TAB)
    assert ring.widget() is None
    assert not ring.isVisible()


def test_the_ring_is_drawn_in_the_focus_colour(qtbot: QtBot, theme: Theme, qapp: QApplication) -> None:
    ring = FocusRing(qapp)
    button = Button("甲")
    window = put(qtbot, button)
    button.setFocus(TAB)
    qapp.processEvents()
    edge = ring.geometry()
    assert picture(window).pixelColor(edge.center().x(), edge.top()) == ink("focus")


def test_the_ring_is_whole_in_a_row_without_gaps(qtbot: QtBot, theme: Theme, qapp: QApplication) -> None:
    """Neither the neighbours nor the edge of the row that holds the buttons may cut it."""
    ring = FocusRing(qapp)
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(0)
    buttons = [Button(word) for word in "甲乙丙"]
    for button in buttons:
        line.addWidget(button)
    window = put(qtbot, Field("丁"), row)
    buttons[1].setFocus(TAB)
    qapp.processEvents()
    edge, shown = ring.geometry(), picture(window)
    middle = edge.center()
    for x, y in ((edge.left(), middle.y()), (edge.right(), middle.y()), (middle.x(), edge.top())):
        assert shown.pixelColor(x, y) == ink("focus")
    assert shown.pixelColor(middle.x(), edge.bottom()) == ink("focus")


# buttons, caps, marks


def test_a_key_is_drawn_and_not_part_of_the_word(qtbot: QtBot, theme: Theme) -> None:
    with_key, without = Button("打印", key="F12"), Button("打印")
    qtbot.addWidget(with_key)
    qtbot.addWidget(without)
    assert with_key.text() == "打印"
    assert with_key.accessibleName() == "打印"
    assert with_key.sizeHint().width() >= without.sizeHint().width() + cap_size("F12").width()


def test_a_cap_shows_its_key_and_is_never_narrower_than_high(qtbot: QtBot, theme: Theme) -> None:
    cap = KeyCap("1")
    qtbot.addWidget(cap)
    assert cap.accessibleName() == "1"
    assert cap.sizeHint().width() >= cap.sizeHint().height()
    assert KeyCap("Ctrl L").sizeHint().width() > cap.sizeHint().width()


def test_a_mnemonic_and_an_alt_key_press_the_button(qtbot: QtBot, theme: Theme) -> None:
    pressed: list[str] = []
    one, other = Button("注销这份登记", "danger", mnemonic="Z"), Button("退回初审", key="Alt R")
    one.clicked.connect(lambda: pressed.append("Z"))
    other.clicked.connect(lambda: pressed.append("R"))
    window = put(qtbot, one, other)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    other.set_words("退回初审（1 项异议）")
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: pressed == ["Z", "R"])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_press_whatever_is_pressed(qtbot: QtBot, theme: Theme, key: Qt.Key) -> None:
    pressed: list[bool] = []
    tile = Tile("ACCEPTED", "待初审")
    tile.clicked.connect(lambda: pressed.append(True))
    put(qtbot, tile)
    tile.setFocus(TAB)
    qtbot.keyClick(tile, key)
    assert pressed == [True]


def test_an_unknown_kind_of_button_is_our_mistake(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="ghost"):
        Button("x", "ghost")


def test_click_targets_are_not_lower_than_32(qtbot: QtBot, theme: Theme) -> None:
    for widget in (Button("甲"), Button("甲", "text"), Button("甲", small=True), CheckBox("乙")):
        qtbot.addWidget(widget)
        assert widget.sizeHint().height() >= 32


def test_every_mark_has_a_glyph_and_a_word_and_no_state_looks_like_another(
    qtbot: QtBot, theme: Theme
) -> None:
    assert all(mark.glyph and mark.word for mark in MARKS.values())
    looks = {}
    for code in STATES:
        disc = StateDisc(code)
        qtbot.addWidget(disc)
        disc.resize(16, 24)
        image = picture(disc)  # kept: its bits go with it
        looks[code] = bytes(image.constBits())
    assert looks["REFUSED"] == looks["NOT_ACCEPTED"]
    assert len(set(looks.values())) == len(STATES) - 1
    assert MARKS["ACCEPTED"].word == "待初审"


def test_a_tag_says_its_word_or_the_words_given(qtbot: QtBot, theme: Theme) -> None:
    tag = Tag("verified")
    qtbot.addWidget(tag)
    assert tag.text == "已核对"
    tag.set_mark("error", "错误 2")
    assert tag.accessibleName() == "错误 2"
    tag.resize(tag.sizeHint())
    assert ink("err").name() in colours(picture(tag))


def test_a_toggle_starts_unanswered_and_is_worked_by_arrows(qtbot: QtBot, theme: Theme) -> None:
    toggle = SegmentedToggle("专用发票", [("no", "没开"), ("yes", "开了"), ("unknown", "不明")])
    chosen: list[str] = []
    toggle.chosen.connect(chosen.append)
    put(qtbot, toggle)
    assert toggle.choice() == ""
    toggle.items[0].setFocus(TAB)
    qtbot.keyClick(toggle.items[0], Qt.Key.Key_Right)
    qtbot.waitUntil(toggle.items[1].hasFocus)
    assert toggle.choice() == "", "moving is not choosing"
    qtbot.keyClick(toggle.items[1], Qt.Key.Key_Space)
    assert chosen == ["yes"]
    toggle.choose("unknown")
    assert toggle.choice() == "unknown"
    toggle.choose("")
    assert toggle.choice() == ""
    assert chosen == ["yes"]
    assert toggle.items[0].accessibleName() == "专用发票：没开"


# questions


def test_the_safe_answer_holds_the_focus_and_nothing_is_default(qtbot: QtBot, theme: Theme) -> None:
    dialog = AskDialog(
        None, "注销这份登记？", "编号不再使用。", act="注销这份登记", safe="先不注销", mnemonic="Z"
    )
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    qtbot.waitUntil(dialog.safe_button.hasFocus)
    assert not hasattr(dialog.act_button, "isDefault"), "not a push button: Qt cannot make it the default"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter on the dialog itself answers nothing"
    qtbot.keyClick(dialog.safe_button, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert dialog.result() == AskDialog.DialogCode.Rejected


def test_escape_is_the_safe_answer(qtbot: QtBot, theme: Theme) -> None:
    dialog = AskDialog(None, "注销？", "不能撤回。", act="注销", safe="先不注销")
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == AskDialog.DialogCode.Rejected
    assert not dialog.isVisible()


def test_an_act_with_a_reason_waits_for_it(qtbot: QtBot, theme: Theme) -> None:
    dialog = AskDialog(None, "注销？", "不能撤回。", act="注销", safe="先不注销", reason="事由")
    qtbot.addWidget(dialog)
    assert not dialog.act_button.isEnabled()
    assert dialog.entry is not None
    dialog.entry.setText("合同已解除")
    assert dialog.act_button.isEnabled()
    assert dialog.reason() == "合同已解除"


def test_a_question_must_say_what_follows(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="consequence"):
        AskDialog(None, "注销？", "", act="注销", safe="先不注销")


# bars


def test_keys_of_the_bar_work_and_those_of_the_page_before_do_not(qtbot: QtBot, theme: Theme) -> None:
    pressed: list[str] = []
    bar, field = KeyBar(), Field("甲")
    window = put(qtbot, field, bar, width=1300)

    def note(name: str) -> Callable[[], None]:
        return lambda: pressed.append(name)

    bar.show_keys([Key("F5", "新增", note("old"))])
    bar.show_keys(
        [
            Key("F6", "保存", note("F6")),
            Key(("Ctrl", "E"), "导出", note("export")),
            Key(("PgUp", "PgDn"), "上/下一份", note("up"), note("down")),
            Key("F9", "预览", note("F9"), is_enabled=False),
            Key("1", "是", note("1")),
        ]
    )
    bar.show_primary("提交认定")
    bar.primary.connect(note("F12"))
    field.setFocus(TAB)
    for key in (
        Qt.Key.Key_F5,
        Qt.Key.Key_F6,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_F9,
        Qt.Key.Key_F12,
    ):
        qtbot.keyClick(field, key)
    qtbot.keyClick(field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert pressed == ["F6", "up", "down", "F12", "export"]
    qtbot.keyClick(field, Qt.Key.Key_1)
    assert field.text() == "1", "a digit belongs to the text field"
    bar.button.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert pressed[-1] == "1"
    bar.show_primary("提交认定", enabled=False, why_not="还有 2 处错误")
    qtbot.keyClick(window, Qt.Key.Key_F12)
    assert pressed[-1] == "1"
    assert bar.button.toolTip() == "还有 2 处错误"


def test_a_narrow_bar_keeps_its_main_keys_and_the_button_and_puts_the_rest_under_f10(
    qtbot: QtBot, theme: Theme
) -> None:
    bar = KeyBar()
    words = ("F1", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "Esc")
    bar.show_keys([Key(word, "做某事") for word in words])
    bar.show_primary("提交认定")
    window = put(qtbot, bar, width=911)
    bar.set_narrow(True)
    shown = [item.key.keys for item in bar.items if item.isVisible()]
    assert [key.keys for key in bar.hidden_keys()] == ["F4", "F5", "F9"]
    assert shown == ["F1", "F3", "F6", "F7", "F8", "Esc"]
    assert bar.more.isVisible()
    assert bar.button.isVisible()
    assert bar.button.geometry().right() <= bar.width()
    bar.set_narrow(False)
    window.resize(2000, 300)
    QApplication.processEvents()
    assert bar.hidden_keys() == []
    assert not bar.more.isVisible()


def test_the_navigation_shows_counts_person_and_page(qtbot: QtBot, theme: Theme) -> None:
    nav = Navigation()
    chosen: list[str] = []
    locked: list[bool] = []
    nav.chosen.connect(chosen.append)
    nav.lock_wanted.connect(lambda: locked.append(True))
    nav.set_badge("report", 12)
    nav.set_person("沈清禾", "登记员 · 经办")
    nav.choose("today")
    window = put(qtbot, nav)
    assert nav.sizeHint().width() == 144
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert chosen == ["report"]
    assert locked == [True]
    report = next(item for item in nav.items if item.item.code == "report")
    assert report.isChecked()
    assert report.accessibleName() == "上报，12 份"
    assert "沈清禾" in nav.who.accessibleName()
    nav.set_narrow(True)
    assert nav.sizeHint().width() == 56
    nav.set_badge("report", 0)
    assert report.accessibleName() == "上报"


def test_the_contract_head_gets_shorter_when_narrow(qtbot: QtBot, theme: Theme) -> None:
    head = ContractHead()
    head.show_contract("一份合同", "ACCEPTED", "澄受 2026-0312", "期限 12-11")
    put(qtbot, head, width=1200)
    assert head.sizeHint().height() == 68
    assert "待初审" in head.accessibleName()
    head.set_narrow(True)
    assert head.sizeHint().height() < 68
    assert head.steps.short.isVisible()
    assert not any(item.isVisible() for item in head.steps.items)


def test_the_status_bar_forgets_a_message_on_screen_and_keeps_it_in_the_record(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StatusBar, "SECONDS", 0)
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.set_facts([StatusFact("澄河县技术合同登记处")])
    bar.say("已受理 0312")
    assert "已受理 0312" in bar.accessibleName()
    qtbot.waitUntil(lambda: bar.message() == "")
    assert bar.record()[0].endswith("已受理 0312")
    bar.say("正在导出", lasting=True)
    qtbot.wait(20)
    assert bar.message() == "正在导出"


# steps, wall, tiles


def test_steps_before_the_current_one_are_done_and_those_ahead_cannot_be_pressed(
    qtbot: QtBot, theme: Theme
) -> None:
    steps = Steps()
    pressed: list[int] = []
    steps.pressed.connect(pressed.append)
    steps.show_step(3)
    put(qtbot, steps, width=900)
    assert [item.look for item in steps.items] == ["done", "done", "current", "ahead", "ahead", "ahead"]
    qtbot.mouseClick(steps.items[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(steps.items[4], Qt.MouseButton.LeftButton)
    assert pressed == [1]
    assert "当前" in steps.items[2].accessibleName()
    steps.show_step(3, reachable=5)
    qtbot.mouseClick(steps.items[4], Qt.MouseButton.LeftButton)
    assert pressed == [1, 5]
    assert [action.isEnabled() for action in steps.menu().actions()] == [True] * 5 + [False]


def wall_days() -> list[WallDay]:
    start = date(2026, 11, 20)
    return [WallDay(start + timedelta(days=n), n) for n in range(16)] + [
        WallDay(date(2026, 12, 24), 24, is_later=True)
    ]


def test_the_wall_stacks_four_and_counts_the_rest(qtbot: QtBot, theme: Theme) -> None:
    wall = DeadlineWall()
    opened: list[str] = []
    more: list[object] = []
    wall.opened.connect(opened.append)
    wall.more.connect(more.append)
    chips = [WallChip(f"k{n}", f"{300 + n:04}", 5, title="甲合同") for n in range(7)]
    wall.show_days(wall_days(), [WallChip("late", "0289", -2), *chips])
    put(qtbot, wall, width=900)
    words = [item.text() for item in wall.items]
    assert words == ["0289", "0300", "0301", "0302", "+4"]
    overdue = wall.items[0]
    assert overdue.geometry().center().x() < wall.width() / 17, "overdue stands on today"
    overdue.setFocus(TAB)
    qtbot.keyClick(overdue, Qt.Key.Key_Right)
    focused = QApplication.focusWidget()
    assert focused is wall.items[1]
    qtbot.keyClick(focused, Qt.Key.Key_Return)
    assert opened == ["k0"]
    wall.items[-1].click()
    assert more == [wall_days()[5]]
    assert "余 5 个工作日" in wall.items[1].accessibleName()


@pytest.mark.parametrize(
    ("used", "level", "words"),
    [(46, "", "余 54"), (80, "doubt", "! 余 20，请申领"), (100, "error", "✕ 已用完，只出受理单")],
)
def test_the_gauge_warns_in_words(qtbot: QtBot, theme: Theme, used: int, level: str, words: str) -> None:
    gauge = Gauge("登记号段")
    qtbot.addWidget(gauge)
    gauge.show_numbers(used, 100, 20)
    assert (gauge.level, gauge.words()) == (level, words)
    assert words in gauge.accessibleName()


def test_a_tile_reads_its_figure_and_its_warning(qtbot: QtBot, theme: Theme) -> None:
    tile = Tile("ACCEPTED", "待初审")
    qtbot.addWidget(tile)
    assert "…" in tile.accessibleName(), "counts arrive later than the page"
    tile.show_count(5, "1 份今天到期", "error")
    assert tile.accessibleName() == "待初审，5 份，错误 1 份今天到期"


def test_progress_counts_and_can_be_stopped(qtbot: QtBot, theme: Theme) -> None:
    strip = Progress("正在查")
    qtbot.addWidget(strip)
    assert strip.isHidden()
    strip.start()
    strip.step(37, 200)
    assert strip.words.text() == "正在查第 37 / 200 份"
    with qtbot.waitSignal(strip.stopped):
        strip.button.click()
    assert not strip.button.isEnabled()


# checks


def test_all_findings_are_listed_errors_first_and_the_first_is_unfolded(qtbot: QtBot, theme: Theme) -> None:
    panel = CheckPanel()
    panel.show_problems(list(reversed(sample_problems())))
    put(qtbot, panel)
    assert panel.counts() == {"error": 2, "doubt": 1, "note": 2}
    assert panel.tags["error"].text == "错误 2"
    assert [item.problem.level for item in panel.items] == ["error", "error", "doubt", "note", "note"]
    assert [item.is_unfolded for item in panel.items] == [True, False, False, False, False]


def test_arrows_walk_unfold_and_enter_jumps(qtbot: QtBot, theme: Theme) -> None:
    panel = CheckPanel(lambda problem: problem.code == "S131")
    jumped: list[Problem] = []
    kept: list[Problem] = []
    panel.jump_wanted.connect(jumped.append)
    panel.keep_wanted.connect(kept.append)
    panel.show_problems(sample_problems())
    put(qtbot, panel)
    panel.take_focus()
    first, second = panel.items[0], panel.items[1]
    qtbot.waitUntil(first.hasFocus)
    qtbot.keyClick(first, Qt.Key.Key_Return)
    assert jumped[0].field == "seller_code"
    assert first.keep is not None
    first.keep.click()
    assert kept[0].code == "S131"
    qtbot.keyClick(first, Qt.Key.Key_Down)
    qtbot.waitUntil(second.hasFocus)
    assert (first.is_unfolded, second.is_unfolded) == (False, True)
    assert second.keep is None
    assert "错误" in first.accessibleName()


@pytest.mark.parametrize("is_large", [False, True])
def test_a_finding_is_never_wider_than_its_panel(qtbot: QtBot, theme: Theme, is_large: bool) -> None:
    theme.choose_large(is_large)
    number = Problem(
        "13 卖方信用代码",
        "9" * 60,
        "末位校验位对不上，看不出错在哪一位（GB 32100-2015）",
        "对照执照（证件）逐位核对；无误的写原因保留",
        "error",
        "S131",
        field="seller_code",
    )
    panel = CheckPanel(lambda _problem: True)
    panel.setFixedWidth(px(CheckPanel.WIDTH))
    panel.show_problems([number, *sample_problems()])
    put(qtbot, panel, height=px(480))
    QTest.qWait(50)
    item = panel.items[0]
    view = panel._area.viewport()
    assert item.width() <= view.width() - px(24)
    for part in item.findChildren(QWidget):
        if part.isVisible():
            right = part.mapTo(item, part.rect().topRight()).x()
            assert right < item.width(), part
    assert item.keep is not None
    assert item.keep.width() >= item.keep.sizeHint().width()
    theme.choose_large(False)


def test_the_chosen_finding_stays_chosen_when_the_check_runs_again(qtbot: QtBot, theme: Theme) -> None:
    panel = CheckPanel()
    panel.show_problems(sample_problems())
    put(qtbot, panel)
    panel.items[2].setFocus(TAB)
    panel.show_problems(sample_problems()[1:])
    chosen = [item.problem.code for item in panel.items if item.is_unfolded]
    assert chosen == ["V11"]
    qtbot.waitUntil(panel.items[1].hasFocus)


# answers


def test_no_answer_is_given_beforehand_and_digits_answer_outside_text_fields(
    qtbot: QtBot, theme: Theme
) -> None:
    cards, field = AnswerCards(), Field("说明")
    answered: list[str] = []
    cards.answered.connect(answered.append)
    cards.show_question({"yes": ("双方都未掌握", "下一问")})
    window = put(qtbot, cards, field)
    assert cards.answer() == ""
    field.setFocus(TAB)
    qtbot.keyClick(field, Qt.Key.Key_1)
    assert answered == []
    assert field.text() == "1"
    qtbot.keyClick(field, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert answered == ["no"]
    cards.items[0].setFocus(TAB)
    qtbot.keyClick(window, Qt.Key.Key_3)
    assert answered == ["no", "unknown"]
    assert cards.answer() == "unknown"
    cards.show_question({})
    assert cards.answer() == ""


# evidence


def test_evidence_is_marked_where_it_stands_also_behind_a_rare_character(qtbot: QtBot, theme: Theme) -> None:
    view = EvidenceView()
    view.show_passages([Passage("第一条　王𬭎", is_head=True), Passage("1.1　双方均未掌握该技术方案。")])
    put(qtbot, view)
    start = view.text.index("均未掌握")
    view.show_evidence([Evidence(start, start + 4, "supports", "证1"), Evidence(0, 3, "beside", "反1")])
    marks = view.extraSelections()
    assert [mark.cursor.selectedText() for mark in marks] == ["均未掌握", "第一条"]
    assert marks[0].format.background().color() == ink("ev")
    assert [tag[:2] for tag in view.margin_tags()] == [("证1", "supports"), ("反1", "beside")]
    assert view.margin_tags()[0][2] > view.margin_tags()[1][2]
    assert view.go_to("证1")
    assert not view.go_to("证9")


def test_e_offers_the_selected_words_with_their_place(qtbot: QtBot, theme: Theme) -> None:
    view = EvidenceView()
    view.show_passages([Passage("王𬭎说未掌握")])
    put(qtbot, view)
    offered: list[tuple[int, int, str]] = []
    view.evidence_wanted.connect(lambda start, end, words: offered.append((start, end, words)))
    qtbot.keyClick(view, Qt.Key.Key_E)
    assert offered == []
    view.setTextCursor(view._cursor(3, 6))
    qtbot.keyClick(view, Qt.Key.Key_E)
    assert offered == [(3, 6, "未掌握")]
    assert view.isReadOnly()


def test_words_are_found_and_counted(qtbot: QtBot, theme: Theme) -> None:
    view = EvidenceView()
    qtbot.addWidget(view)
    view.show_passages([Passage("采摘机采摘"), Passage("采摘")])
    assert view.find_words("采摘") == 3
    assert view.find_words("没有") == 0
    assert view.find_words("") == 0


# tables


class Lines(QAbstractTableModel):
    def __init__(self, *, editable: bool = False) -> None:
        super().__init__()
        self.rows = [["研究开发经费", "620000.00", "ACCEPTED"], ["样机", "96000.00", "DRAFT"]]
        self.editable = editable

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else 3

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        text = self.rows[index.row()][index.column()]
        if index.column() == 2:
            return text if role == Role.MARK else None
        return text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole) else None

    def setData(self, index: QModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        self.rows[index.row()][index.column()] = str(value)
        self.dataChanged.emit(index, index)
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.editable and index.column() < 2 else flags


def test_enter_opens_the_row_and_copying_says_the_state_in_words(qtbot: QtBot, theme: Theme) -> None:
    table, model = DeskTable("合同"), Lines()
    table.setModel(model)
    put(qtbot, table)
    opened: list[int] = []
    table.opened.connect(lambda index: opened.append(index.row()))
    table.setFocus(TAB)
    assert table.currentIndex().row() == 0
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == [1]
    table.copy()
    assert QGuiApplication.clipboard().text() == "样机\t96000.00\t草稿"


def test_the_selected_row_has_ground_and_bar_and_there_is_no_zebra(qtbot: QtBot, theme: Theme) -> None:
    table, model = DeskTable("合同"), Lines()
    table.setModel(model)
    put(qtbot, table)
    table.select_row(1)
    image = picture(table.viewport())
    row = table.rowViewportPosition(1) + 4
    assert image.pixelColor(1, row) == ink("accent")
    assert image.pixelColor(6, row) == ink("accentS")
    assert image.pixelColor(6, table.rowViewportPosition(0) + 4) == ink("bg0")
    assert not table.alternatingRowColors()


def test_entry_in_a_table_goes_right_and_then_to_the_next_row(qtbot: QtBot, theme: Theme) -> None:
    table, model = DeskTable("项目", cells=True), Lines(editable=True)
    table.setModel(model)
    table.desk_delegate.set_editor(0, lambda: Field("项目"))
    table.desk_delegate.set_editor(1, lambda: AmountField("金额"))
    put(qtbot, table)
    table.setFocus(TAB)
    table.setCurrentIndex(model.index(0, 1))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, AmountField)
    assert editor.text() == "620,000.00"
    editor.clear()
    qtbot.keyClicks(editor, "620,000")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert model.rows[0][1] == "620000.00"
    current = table.currentIndex()
    assert (current.row(), current.column()) == (1, 0), "over the column that cannot be edited"
    wanted: list[object] = []
    table.row_wanted.connect(lambda: wanted.append("add"))
    table.removal_wanted.connect(wanted.append)
    qtbot.keyClick(table, Qt.Key.Key_Insert)
    qtbot.keyClick(table, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert wanted == ["add", 1]


def test_column_widths_are_remembered(qtbot: QtBot, theme: Theme) -> None:
    table, model = DeskTable("合同"), Lines()
    table.setModel(model)
    put(qtbot, table)
    table.horizontalHeader().resizeSection(0, 211)
    kept = table.layout_text()
    table.horizontalHeader().resizeSection(0, 99)
    assert table.restore_layout(kept)
    assert table.columnWidth(0) == 211
    assert not table.restore_layout("")


def test_the_totals_follow_the_columns(qtbot: QtBot, theme: Theme) -> None:
    table, model = DeskTable("合同"), Lines()
    table.setModel(model)
    card = TableCard(table, totals=True)
    put(qtbot, card)
    assert card.totals is not None
    card.totals.show_totals({0: "合计", 1: "716,000.00"})
    assert card.totals.accessibleName() == "合计，716,000.00"
    before = picture(card.totals)
    table.horizontalHeader().resizeSection(0, 240)
    QApplication.processEvents()
    assert picture(card.totals) != before


# the gallery


@pytest.mark.parametrize("page", list(PAGES))
@pytest.mark.parametrize(("is_contrast", "is_large"), [(False, False), (True, False), (False, True)])
def test_every_component_can_be_drawn_and_everything_pressable_has_a_name(
    qtbot: QtBot, theme: Theme, page: str, is_contrast: bool, is_large: bool
) -> None:
    theme.choose_contrast(is_contrast)
    theme.choose_large(is_large)
    shown = PAGES[page]()
    holder = QWidget()
    QHBoxLayout(holder).addWidget(shown)
    qtbot.addWidget(holder)
    holder.resize(1366, 768)
    holder.show()
    QApplication.processEvents()
    assert ink("accent").name() in colours(picture(shown).scaled(683, 384))
    nameless = [
        type(widget).__name__
        for widget in shown.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and type(widget).__name__ not in ("QScrollBar", "QHeaderView")
    ]
    assert nameless == []
