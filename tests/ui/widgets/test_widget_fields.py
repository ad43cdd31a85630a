from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.theme import Theme
from desktop.ui.widgets.buttons import Button, Choice
from desktop.ui.widgets.codes import CodeBook, CodeEntry, CodeField
from desktop.ui.widgets.entries import AmountField, CreditCodeField, DateField
from desktop.ui.widgets.fields import Field, FieldRow, TextBox
from desktop.ui.widgets.focus import WheelGuard

REGIONS = CodeBook(
    [
        CodeEntry("500000", "重庆市", ("cqs", "zqs")),
        CodeEntry("500101", "万州区", ("wzq",)),
        CodeEntry("430100", "长沙市", ("css", "zss")),
        CodeEntry("350200", "厦门市", ("xms",)),
        CodeEntry("990321", "澄河县", ("chx",)),
        CodeEntry("990324", "老河县", ("lhx",), is_retired=True),
    ]
)
PARTIES = CodeBook(
    [
        CodeEntry("150", "有限责任公司", ("yxzrgs",)),
        CodeEntry("160", "股份有限公司", ("gfyxgs",)),
        CodeEntry("340", "外商投资股份有限公司", ("wstzgfyxgs",)),
    ],
    uses={"340": 9},
)


class Form(QWidget):
    """A few fields under each other, as on a page."""

    def __init__(self, *fields: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        self.button = Button("保存")
        for field in (*fields, self.button):
            column.addWidget(field)


def show(qtbot: QtBot, *fields: QWidget) -> Form:
    form = Form(*fields)
    qtbot.addWidget(form)
    vars(qtbot).setdefault("kept", []).append(form)  # addWidget holds it weakly
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    fields[0].setFocus(Qt.FocusReason.TabFocusReason)
    return form


def typed(widget: QWidget, text: str) -> None:
    for sign in text:  # QTest types ASCII only
        QApplication.sendEvent(
            widget, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, sign)
        )


def compose(widget: QWidget, letters: str) -> None:
    QApplication.sendEvent(widget, QInputMethodEvent(letters, []))


def focused() -> QWidget | None:
    return QApplication.focusWidget()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_goes_to_the_next_field_and_shift_enter_back(qtbot: QtBot, theme: Theme, key: Qt.Key) -> None:
    one, other = Field("甲"), Field("乙")
    form = show(qtbot, one, other)
    qtbot.keyClick(one, key)
    assert focused() is other
    qtbot.keyClick(other, key, Qt.KeyboardModifier.ShiftModifier)
    assert focused() is one
    qtbot.keyClick(one, key)
    qtbot.keyClick(other, key)
    assert focused() is form.button, "the last field stops at the button and submits nothing"


def test_enter_passes_over_what_cannot_be_changed(qtbot: QtBot, theme: Theme) -> None:
    one, fixed, last = Field("甲"), Field("乙"), Field("丙")
    fixed.set_read_only(True)
    show(qtbot, one, fixed, last)
    qtbot.keyClick(one, Qt.Key.Key_Return)
    assert focused() is last
    assert "不可改" in fixed.accessibleName()


@pytest.mark.parametrize(
    "make", [lambda: Field("甲"), lambda: CodeField("甲", PARTIES)], ids=["field", "code"]
)
@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_F7]
)
def test_keys_belong_to_the_input_method_while_it_composes(
    qtbot: QtBot, theme: Theme, make: object, key: Qt.Key
) -> None:
    field = make()  # type: ignore[operator]
    form = show(qtbot, field, Field("乙"))
    pressed: list[str] = []
    shortcut = QShortcut(QKeySequence(key), form)
    shortcut.activated.connect(lambda: pressed.append("shortcut"))
    compose(field, "youxian")
    assert field.is_composing
    override = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    override.ignore()
    QApplication.sendEvent(field, override)
    assert override.isAccepted(), "no shortcut of the window may take the key"
    qtbot.keyClick(field, key)
    assert focused() is field
    assert pressed == []
    assert field.is_composing
    if isinstance(field, CodeField):
        assert not field.is_open()
    compose(field, "")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert focused() is not field


def test_the_list_opens_on_what_was_composed_not_on_the_letters_in_between(
    qtbot: QtBot, theme: Theme
) -> None:
    field = CodeField("单位性质", PARTIES)
    show(qtbot, field, Field("乙"))
    compose(field, "gufen")
    assert not field.is_open()
    done = QInputMethodEvent("", [])
    done.setCommitString("股份")
    QApplication.sendEvent(field, done)
    assert field.is_open()
    assert [match.entry.code for match in field.popup.matches] == ["160", "340"]


def test_enter_breaks_the_line_in_a_text_and_control_enter_goes_on(qtbot: QtBot, theme: Theme) -> None:
    text, after = TextBox("理由"), Field("乙")
    show(qtbot, text, after)
    committed: list[str] = []
    text.committed.connect(committed.append)
    typed(text, "a")
    qtbot.keyClick(text, Qt.Key.Key_Return)
    typed(text, "b")
    assert text.value() == "a\nb"
    assert focused() is text
    compose(text, "li")
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert focused() is text
    compose(text, "")
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert focused() is after
    assert committed == ["a\nb"]


def test_arriving_selects_all_so_that_typing_replaces(qtbot: QtBot, theme: Theme) -> None:
    one, other = Field("甲"), Field("乙")
    other.set_value("旧值")
    show(qtbot, one, other)
    qtbot.keyClick(one, Qt.Key.Key_Return)
    assert other.selectedText() == "旧值"
    typed(other, "x")
    assert other.value() == "x"


def test_a_click_selects_all_once(qtbot: QtBot, theme: Theme) -> None:
    one, other = Field("甲"), Field("乙")
    other.set_value("旧值")
    show(qtbot, one, other)
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert other.selectedText() == "旧值"
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert other.selectedText() == ""


def test_f2_edits_inside_the_old_value(qtbot: QtBot, theme: Theme) -> None:
    field = Field("甲")
    field.set_value("abc")
    show(qtbot, field, Field("乙"))
    qtbot.keyClick(field, Qt.Key.Key_F2)
    assert field.selectedText() == ""
    typed(field, "d")
    assert field.value() == "abcd"


def test_leaving_commits_once_and_loading_a_record_does_not(qtbot: QtBot, theme: Theme) -> None:
    field, other = Field("甲"), Field("乙")
    committed: list[str] = []
    field.committed.connect(committed.append)
    field.set_value("旧")
    show(qtbot, field, other)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert committed == []
    field.setFocus()
    typed(field, "new")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    field.setFocus()
    other.setFocus()
    assert committed == ["new"]


def test_two_dots_copy_from_the_contract_before_and_can_be_undone(qtbot: QtBot, theme: Theme) -> None:
    field, other = Field("甲"), Field("乙")
    field.previous = lambda: "上一份的值"
    show(qtbot, field, other)
    typed(field, "..")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == "上一份的值"
    assert focused() is other
    field.undo()
    assert field.text() == ".."


def test_a_field_says_name_duty_and_unit_to_readers(qtbot: QtBot, theme: Theme) -> None:
    field = AmountField("合同成交额", required=True)
    qtbot.addWidget(field)
    assert field.accessibleName() == "合同成交额，必填，单位元"


def test_an_impossible_day_is_named_at_once_and_kept_as_typed(qtbot: QtBot, theme: Theme) -> None:
    field = DateField("签订日期", today=lambda: date(2026, 11, 21))
    row = FieldRow("5", "签订日期", field)
    form = show(qtbot, row, Field("乙"))
    field.setFocus(Qt.FocusReason.TabFocusReason)
    committed: list[str] = []
    field.committed.connect(committed.append)
    typed(field, "2026.2.30")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "2026 年 2 月没有 30 日" in field.problem()
    assert "2026 年 2 月没有 30 日" in row.note()
    assert field.level() == "error"
    assert committed == ["2026.2.30"], "what was typed is not lost"
    field.setFocus(Qt.FocusReason.TabFocusReason)
    typed(field, "1026")
    form.button.setFocus()
    assert field.problem() == ""
    assert field.text() == "2026-10-26"
    assert field.value() == "2026-10-26"
    assert field.day() == date(2026, 10, 26)
    assert row.note() == ""


def test_letters_read_as_digits_are_told_with_before_and_after(qtbot: QtBot, theme: Theme) -> None:
    field = DateField("签订日期", today=lambda: date(2026, 11, 21))
    row = FieldRow("5", "签订日期", field)
    form = show(qtbot, row, Field("乙"))
    field.setFocus(Qt.FocusReason.TabFocusReason)
    typed(field, "2O261l21")
    form.button.setFocus()
    assert "已把“2O261l21”改为“2026-11-21”" in row.note()
    field.undo()
    assert field.text() == "2O261l21"


def test_an_amount_shows_thousands_and_capitals_beside(qtbot: QtBot, theme: Theme) -> None:
    field = AmountField("合同成交额")
    row = FieldRow("18", "合同成交额（元）", field)
    field.capital_changed.connect(row.set_note)
    form = show(qtbot, row)
    field.setFocus(Qt.FocusReason.TabFocusReason)
    typed(field, "128万")
    assert row.note() == "壹佰贰拾捌万元整"
    form.button.setFocus()
    assert field.text() == "1,280,000.00"
    assert field.value() == "1280000.00"
    assert field.amount() == Decimal("1280000.00")
    assert field.alignment() & Qt.AlignmentFlag.AlignRight


def test_equals_fills_what_is_left_of_the_total(qtbot: QtBot, theme: Theme) -> None:
    field = AmountField("其余", remainder=lambda: Decimal("250000"))
    show(qtbot, field)
    typed(field, "=")
    assert field.text() == "250,000.00"
    field.undo()
    assert field.text() == ""


def test_a_negative_amount_and_half_a_fen_are_refused_in_words(qtbot: QtBot, theme: Theme) -> None:
    field = AmountField("合同成交额")
    qtbot.addWidget(field)
    assert "小于零" in field.check("-5")
    assert "最细到分" in field.check("1.005")
    assert AmountField("差额", may_be_negative=True).check("-5") == ""


def test_a_credit_code_is_shown_in_fours_and_copied_without_spaces(qtbot: QtBot, theme: Theme) -> None:
    field = CreditCodeField("信用代码")
    field.set_value("91990321MA5NY83T0T")
    show(qtbot, field)
    assert field.text() == "9199 0321 MA5N Y83T 0T"
    assert field.value() == "91990321MA5NY83T0T"
    field.selectAll()
    qtbot.keySequence(field, QKeySequence.StandardKey.Copy)
    assert QGuiApplication.clipboard().text() == "91990321MA5NY83T0T"


def test_a_wrong_credit_code_is_an_error_until_it_is_kept_with_a_reason(qtbot: QtBot, theme: Theme) -> None:
    asked: list[str] = []

    def check(code: str) -> str:
        asked.append(code)
        return "校验位对不上"

    field = CreditCodeField("信用代码", check_code=check)
    form = show(qtbot, field)
    typed(field, "91990321ma0qh7k26b")
    form.button.setFocus()
    assert asked[-1] == "91990321MA0QH7K26B"
    assert field.level() == "error"
    assert field.text() == "9199 0321 MA0Q H7K2 6B"
    field.keep(True, "执照上就是这样印的")
    assert field.problem() == ""
    assert field.level() == "doubt"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("cq", "500000"),
        ("重庆", "500000"),
        ("500000", "500000"),
        ("cs", "430100"),
        ("xm", "350200"),
        ("CH", "990321"),
    ],
)
def test_a_code_is_found_by_code_name_and_initials(typed: str, first: str) -> None:
    assert REGIONS.search(typed)[0].entry.code == first


def test_exact_comes_before_beginning_before_containing() -> None:
    found = PARTIES.search("yx")
    assert [(match.entry.code, match.word) for match in found] == [
        ("150", "开头"),
        ("340", "包含"),
        ("160", "包含"),
    ], "the one used more often comes first among equals"
    assert PARTIES.search("股份有限公司")[0].word == "全同"


def test_the_letters_that_matched_are_marked_in_name_and_initials() -> None:
    match = next(match for match in PARTIES.search("yx") if match.entry.code == "160")
    assert match.initials[slice(*match.initials_span)] == "yx"
    assert match.entry.name[slice(*match.name_span)] == "有限"


def test_a_code_is_taken_by_enter_which_goes_on(qtbot: QtBot, theme: Theme) -> None:
    field, other = CodeField("单位性质", PARTIES), Field("乙")
    show(qtbot, field, other)
    chosen: list[str] = []
    field.chosen.connect(chosen.append)
    typed(field, "yx")
    assert field.is_open()
    assert focused() is field, "the list never takes the focus"
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == ["160"]
    assert field.value() == "160"
    assert field.text() == "160 股份有限公司"
    assert focused() is other
    assert not field.is_open()


@pytest.mark.parametrize("leave", ["move", "hide", "resize"])
def test_the_list_goes_when_the_window_moves_or_goes(qtbot: QtBot, theme: Theme, leave: str) -> None:
    field = CodeField("单位性质", PARTIES)
    form = show(qtbot, field)
    typed(field, "yx")
    assert field.is_open()
    {"move": lambda: form.move(90, 70), "hide": form.hide, "resize": lambda: form.resize(500, 400)}[leave]()
    assert not field.is_open()


def test_escape_closes_the_list_only(qtbot: QtBot, theme: Theme) -> None:
    field = CodeField("单位性质", PARTIES)
    form = show(qtbot, field)
    left: list[bool] = []
    QShortcut(QKeySequence("Esc"), form).activated.connect(lambda: left.append(True))
    typed(field, "yx")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.is_open()
    assert left == []
    assert field.text() == "yx"


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_F7, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier),
    ],
)
def test_f7_and_alt_down_open_the_whole_list_at_the_chosen_line(
    qtbot: QtBot, theme: Theme, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    field = CodeField("单位性质", PARTIES)
    field.set_value("160")
    show(qtbot, field)
    qtbot.keyClick(field, key, modifier)
    assert len(field.popup.matches) == 3
    current = field.popup.current()
    assert current is not None
    assert current.entry.code == "160"


def test_a_retired_code_is_shown_and_cannot_be_chosen_anew(qtbot: QtBot, theme: Theme) -> None:
    field, other = CodeField("行政区划", REGIONS), Field("乙")
    field.set_value("990324")
    assert field.text() == "990324 老河县"
    assert field.problem() == ""
    show(qtbot, field, other)
    typed(field, "990324")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "已停用" in field.problem()
    assert focused() is field


def test_leaving_a_text_that_is_no_code_is_an_error_and_the_text_stays(qtbot: QtBot, theme: Theme) -> None:
    field, other = CodeField("行政区划", REGIONS), Field("乙")
    show(qtbot, field, other)
    typed(field, "abc")
    other.setFocus()
    assert "F7" in field.problem()
    assert field.value() == "abc"
    assert not field.is_open()


def test_leaving_with_the_only_match_takes_it(qtbot: QtBot, theme: Theme) -> None:
    field, other = CodeField("行政区划", REGIONS), Field("乙")
    show(qtbot, field, other)
    typed(field, "澄河")
    other.setFocus()
    assert field.value() == "990321"


def test_the_list_has_eight_rows_at_most(qtbot: QtBot, theme: Theme) -> None:
    field = CodeField("代码", CodeBook(CodeEntry(f"{n:03}", f"名称{n}") for n in range(40)))
    show(qtbot, field)
    field.open_list()
    eight = field.popup.height()
    field.popup.offer(field.book.search("名称")[:8])
    assert field.popup.height() == eight
    field.popup.offer(field.book.search("名称")[:3])
    assert field.popup.height() < eight


def test_the_list_flips_up_rather_than_cover_the_key_bar(qtbot: QtBot, theme: Theme) -> None:
    fields = [CodeField(f"代码{n}", PARTIES) for n in range(9)]
    form = show(qtbot, *fields)
    form.move(0, 0)
    form.resize(400, 560)
    QApplication.processEvents()
    for field in (fields[0], fields[-1]):
        field.setFocus(Qt.FocusReason.TabFocusReason)
        field.open_list()
        top = field.mapToGlobal(QPoint(0, 0)).y()
        popup = field.popup.geometry()
        if field is fields[0]:
            assert popup.top() == top + field.height()
        else:
            assert popup.bottom() < top
        assert popup.bottom() < form.mapToGlobal(QPoint(0, form.height())).y() - 72


def test_the_foot_of_the_list_says_what_enter_does_now(qtbot: QtBot, theme: Theme) -> None:
    field = CodeField("行政区划", REGIONS)
    show(qtbot, field)
    typed(field, "澄河")
    assert field.popup.foot_words() == ("↑ ↓ 选　Enter 定　Esc 关", "共 1 条")
    field.popup.view.setCurrentIndex(QModelIndex())
    assert "Enter" not in field.popup.foot_words()[0]
    field.selectAll()
    typed(field, "无")
    assert field.popup.foot_words() == ("改几个字再查，或按 Esc 关", "没有符合的代码")


def test_f7_opens_the_whole_list_where_no_line_has_what_was_typed(qtbot: QtBot, theme: Theme) -> None:
    field = CodeField("单位性质", PARTIES)
    show(qtbot, field)
    typed(field, "无")
    assert not field.popup.matches
    qtbot.keyClick(field, Qt.Key.Key_F7)
    assert len(field.popup.matches) == 3


def test_a_code_filled_in_by_the_program_lists_nothing(qtbot: QtBot, theme: Theme) -> None:
    first, field = Field("名称"), CodeField("行政区划", REGIONS)
    show(qtbot, first, field)
    field.put("990321 澄河县")
    assert not field.is_open()
    assert field.value() == "990321"
    field.setFocus(Qt.FocusReason.TabFocusReason)
    typed(field, "万州")
    assert field.is_open()


def test_a_short_list_that_flips_up_leaves_its_field_in_sight(qtbot: QtBot, theme: Theme) -> None:
    fields = [CodeField(f"代码{n}", PARTIES) for n in range(9)]
    form = show(qtbot, *fields)
    form.move(0, 0)
    form.resize(400, 560)
    QApplication.processEvents()
    field = fields[-1]
    field.setFocus(Qt.FocusReason.TabFocusReason)
    typed(field, "外商")
    assert len(field.popup.matches) == 1
    assert field.popup.geometry().bottom() < field.mapToGlobal(QPoint(0, 0)).y()


def test_the_wheel_turns_a_list_only_while_it_has_the_focus(
    qtbot: QtBot, theme: Theme, qapp: QApplication
) -> None:
    guard = WheelGuard(qapp)
    choice, other = Choice("打印机", [("a", "甲"), ("b", "乙"), ("c", "丙")]), Field("乙")
    show(qtbot, other, choice)

    def turn() -> None:
        middle = QPointF(choice.rect().center())
        QApplication.sendEvent(
            choice,
            QWheelEvent(
                middle,
                middle,
                QPoint(0, -120),
                QPoint(0, -120),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    turn()
    assert choice.choice() == "a"
    choice.setFocus()
    turn()
    assert choice.choice() == "b"
    qapp.removeEventFilter(guard)


def test_a_level_changes_neither_height_nor_place(qtbot: QtBot, theme: Theme) -> None:
    field = Field("甲", required=True)
    show(qtbot, field, Field("乙"))
    plain = field.geometry()
    for level in ("error", "doubt", "note", ""):
        field.set_level(level, "说明")
        QApplication.processEvents()
        assert field.geometry() == plain
