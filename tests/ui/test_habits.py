"""What holds on every page and in every dialog, looked at as a whole: keys, names, room, sizes."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "pages"))

from desk import FakeDesk
from everywhere import DIALOGS, PAGES, Control, Seen, everything
from frame import bring_up, make
from later import registered
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPdfWriter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QLabel, QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from desktop.errors import MachineError, Problem, RefusedError
from desktop.jobs import JobRunner
from desktop.settings import now
from desktop.ui.pages.issue import IssueStep
from desktop.ui.pages.wording import trouble_words
from desktop.ui.printing import to_picture
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme, ink
from desktop.ui.widgets.checks import CheckPanel
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.table import DeskTable

UI = Path(__file__).parents[2] / "desktop" / "ui"
LEAST_TARGET = 32
LOWER_ON_PURPOSE = {"_Chip", "_FlowBar", "_Listed"}
"""Lines of the deadline wall, of a chart and of the list of questions: 24 px as drawn, so that a day and a
group fit whole; each has its act in a larger place too (the list beside the wall, the question itself)."""
ONE_OF_A_ROW = {
    "AnswerCard", "CaseItem", "CheckBox", "Chip", "Radio", "RoleBox", "Tile", "_Chip", "_Conditions",
    "_FlowBar", "_HappeningRow", "_KeyItem", "_Listed", "_Month", "_NavButton", "_Reliefs", "_Segment",
    "_Step", "_Stop", "_Who",
}  # fmt: skip
"""Choices and lines: Tab comes to the row, arrows or digits choose. A letter is for what acts by itself."""
BASES = {"AskDialog", "DecidingDialog", "FormDialog", "FramedDialog", "QuestionDialog", "SecretDialog"}


@pytest.fixture(scope="module")
def found(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
        theme = Theme()
        theme.apply(qapp)
        return everything(theme, tmp_path_factory.mktemp("everywhere"))


def wrong(found: dict[str, Seen], is_wrong: Callable[[Control], bool]) -> list[str]:
    """Place and control of everything that is wrong."""
    return [
        f"{place}: {one.what} {one.width} × {one.height}"
        for place, seen in found.items()
        for one in seen.controls
        if is_wrong(one)
    ]


def kind(control: Control) -> str:
    """Its class."""
    return control.what.split(" ")[0]


def test_every_page_and_dialog_of_the_program_is_looked_at() -> None:
    text = Path(__file__).with_name("everywhere.py").read_text(encoding="utf-8")
    dialogs = {
        name
        for path in UI.rglob("*.py")
        for name in re.findall(r"^class (\w+)\(\w*Dialog\):", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"\b\w+\b", text))
    assert len(dialogs) > 30
    assert dialogs - BASES - named == set()
    from desktop.app import page_makers

    gone_to = set(re.findall(r'_window\("(\w+)"\)', text))
    assert set(page_makers()) == gone_to
    assert len(PAGES) + len(DIALOGS) > 55


def test_every_control_is_reached_by_the_keyboard(found: dict[str, Seen]) -> None:
    """The answers to a condition of a relief come by Enter on it (``test_relief_step.py``), not by Tab."""
    missing = {
        place: [name for name in seen.unreached if not (place == "税惠" and "“回答：" in name)]
        for place, seen in found.items()
    }
    assert {place: names for place, names in missing.items() if names} == {}


def test_no_key_means_two_things_in_one_place(found: dict[str, Seen]) -> None:
    assert {place: seen.twice for place, seen in found.items() if seen.twice} == {}


def test_every_button_has_a_key_and_tells_it(found: dict[str, Seen]) -> None:
    def is_wrong(one: Control) -> bool:
        if not one.is_button or kind(one) in ONE_OF_A_ROW:
            return False
        caps = one.sequence.split("+")
        return not one.said_key or (bool(one.sequence) and not all(cap in one.said for cap in caps[-1:]))

    assert wrong(found, is_wrong) == []


def test_what_is_pressed_is_at_least_32_wide_and_high(found: dict[str, Seen]) -> None:
    assert (
        wrong(
            found,
            lambda one: (
                one.is_button
                and kind(one) not in LOWER_ON_PURPOSE
                and min(one.width, one.height) < LEAST_TARGET
            ),
        )
        == []
    )
    lower = [one for seen in found.values() for one in seen.controls if kind(one) in LOWER_ON_PURPOSE]
    assert lower
    assert min(one.height for one in lower) >= 24, "what nobody can hit is no target"


def test_everything_that_takes_the_focus_has_a_name(found: dict[str, Seen]) -> None:
    assert wrong(found, lambda one: not one.name.strip() and not one.words.strip()) == []


def test_a_hint_inside_a_field_is_never_its_name(found: dict[str, Seen]) -> None:
    hinted = [one for seen in found.values() for one in seen.controls if one.hint]
    assert hinted
    assert [one.what for one in hinted if not one.name or one.name == one.hint] == []


@pytest.mark.parametrize("scale", ["100 %", "125 %", "150 %"])
def test_nothing_scrolls_sideways_and_the_primary_button_is_seen(found: dict[str, Seen], scale: str) -> None:
    assert {place: seen.sideways[scale] for place, seen in found.items() if seen.sideways[scale]} == {}
    assert [place for place, seen in found.items() if scale in seen.hidden_primary] == []


def test_no_text_is_below_ten_and_a_half_points(found: dict[str, Seen]) -> None:
    assert {place: seen.small for place, seen in found.items() if seen.small} == {}


def test_body_text_has_twelve_points_and_large_text_sixteen(qapp: QApplication, theme: Theme) -> None:
    assert qapp.font().pointSizeF() == 12
    label = QLabel("正文")
    assert label.font().pointSizeF() == 12
    theme.choose_large(True)
    assert qapp.font().pointSizeF() == 16
    theme.choose_large(False)


def test_the_foot_of_the_statistics_names_unit_and_rounding(qtbot: QtBot, theme: Theme) -> None:
    from drawn_statistics import drawn_report

    from desktop.services.statistics_tables import full_notes
    from desktop.ui.pages.statistics import StatisticsPage

    page = StatisticsPage(FakeDesk(), JobRunner(inline=True))
    qtbot.addWidget(page)
    page.resize(1222, 692)
    page.show()
    page.open()
    on_screen = [label.text() for label in page.findChildren(QLabel) if "四舍五入" in label.text()]
    on_paper = [
        words for words in full_notes(drawn_report("year", 2026, None), "registered") if "四舍五入" in words
    ]
    for words in (*on_screen, *on_paper[:1]):
        assert "单位万元" in words
        assert "两位小数" in words
    assert on_screen
    assert on_paper


def test_the_preview_is_the_pdf_that_is_printed(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    path = tmp_path / "one.pdf"
    writer = QPdfWriter(str(path))
    painter = QPainter(writer)
    painter.drawText(writer.width() // 3, writer.height() // 3, "澄河县技术合同登记处")
    painter.end()
    del writer
    desk = registered()
    desk.preview_bytes = path.read_bytes()
    step = IssueStep(desk, JobRunner(inline=True), printers=lambda: (), put_on_paper=lambda *_a, **_k: 1)
    qtbot.addWidget(step)
    step.resize(1222, 628)
    step.show()
    step.show_sheet(desk.sheet())
    step.open()
    qtbot.waitUntil(lambda: step.page.picture is not None)
    assert step.page.picture == to_picture(path.read_bytes(), 0, 150)
    assert "即所打 PDF" in step.preview_words.text()


def test_a_dialog_that_decides_something_opens_on_its_safe_side(found: dict[str, Seen]) -> None:
    begins_with_work = {"连续录入", "帮助", "放大预览", "新恢复单", "打印预览"}
    unsafe = []
    for place in DIALOGS.keys() - begins_with_work:
        seen = found[place]
        here = next((one for one in seen.controls if one.what == seen.started_at), None)
        if here is None or (here.is_button and "Esc" not in here.said):
            unsafe.append(f"{place} opens at {seen.started_at}")
    assert unsafe == []


def test_every_page_opens_where_its_work_begins(found: dict[str, Seen]) -> None:
    idle = [
        place
        for place in PAGES
        if found[place].started_at.startswith(("_NavButton", "_Who", "_Step")) or not found[place].started_at
    ]
    assert idle == []


FIXED = {
    "F1": "帮助", "F3": "查找", "F4": "抄上一份", "F5": "新增|新收一份", "F6": "保存|常用",
    "F7": "查代码|引附件", "F8": "自检|详情", "F9": ".*(预览|打印|交接单).*", "F10": "更多",
    "PgUp PgDn": "上/下一份", "Esc": "返回.*|关.*|取消多选",
}  # fmt: skip
"""Fixed key → what it may be called; where a page has nothing for it, a kindred act that says so."""


def test_the_fixed_keys_mean_the_same_on_every_page(found: dict[str, Seen]) -> None:
    said: defaultdict[str, set[str]] = defaultdict(set)
    with_bar = 0
    for place in PAGES:
        items = [one.name for one in found[place].controls if kind(one) == "_KeyItem"]
        with_bar += bool(items)
        if items:
            assert "F1 帮助" in items, place
            assert any(name.startswith("Esc ") for name in items) or place == "今日", place
        for name in items:
            for key in FIXED:
                if name.startswith(f"{key} "):
                    said[key].add(name.removeprefix(f"{key} "))
    assert with_bar >= 14
    assert set(said) == set(FIXED)
    other = {key: {w for w in words if not re.fullmatch(FIXED[key], w)} for key, words in said.items()}
    assert {key: words for key, words in other.items() if words} == {}


def test_a_finding_and_a_refusal_show_their_short_number(qtbot: QtBot, theme: Theme) -> None:
    panel = CheckPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 400)
    panel.show_problems([Problem("2 项目名称", "x", "空着", "请填", "error", "S021", field="title")])
    panel.show()
    (item,) = panel.items
    assert "S021" in [label.text() for label in item.findChildren(QLabel) if label.isVisible()]
    assert trouble_words(MachineError("盘满了", "请腾出地方", code="M03")) == "盘满了（M03）。请腾出地方"
    assert trouble_words(RefusedError("不能登记", code="L04")) == "不能登记（L04）"


def test_required_fixed_and_doubtful_fields_look_different(qtbot: QtBot, theme: Theme) -> None:
    plain, required, fixed, doubtful = Field("甲"), Field("乙", required=True), Field("丙"), Field("丁")
    fixed.set_read_only(True)
    doubtful.set_level("doubt", "与附件不一致")
    grounds = {}
    for name, field in (("plain", plain), ("required", required), ("fixed", fixed), ("doubtful", doubtful)):
        qtbot.addWidget(field)
        field.resize(200, field.sizeHint().height())
        field.show()
        picture = field.grab().toImage()
        grounds[name] = picture.pixelColor(picture.width() // 2, picture.height() // 2)
        if name == "doubtful":
            assert picture.pixelColor(3, picture.height() // 2) == ink("warnB"), "a bar at the left"
            colours = {
                picture.pixelColor(x, y).name()
                for x in range(picture.width() - 30, picture.width() - 4)
                for y in range(picture.height())
            }
            assert ink("warn").name() in colours, "and the mark ! at the right"
    assert grounds["plain"] == ink("bg0")
    assert grounds["required"] == ink("req")
    assert grounds["fixed"] == ink("bg2")
    assert fixed.focusPolicy() == Qt.FocusPolicy.ClickFocus, "Enter and Tab pass it by"


def test_a_cell_that_is_cut_tells_its_whole_text(qtbot: QtBot, theme: Theme) -> None:
    table, model = DeskTable("合同"), QStandardItemModel(0, 1)
    title = "丘陵茶园自走式采摘机视觉识别与仿形控制系统研制" * 2
    for text in (title, "短名"):
        model.appendRow(QStandardItem(text))
    table.setModel(model)
    qtbot.addWidget(table)
    table.resize(300, 200)
    bring_up(table)
    table.horizontalHeader().resizeSection(0, 160)

    def tip(row: int) -> str:
        QToolTip.hideText()
        index: QModelIndex = model.index(row, 0)
        option = QStyleOptionViewItem()
        option.rect = table.visualRect(index)  # type: ignore[attr-defined]
        where = option.rect.center()  # type: ignore[attr-defined]
        event = QHelpEvent(QEvent.Type.ToolTip, where, table.viewport().mapToGlobal(where))
        table.desk_delegate.helpEvent(event, table, option, index)
        return QToolTip.text()

    assert tip(1) == ""
    assert tip(0) == title


def test_a_clock_set_back_is_told_and_noted_also_at_work(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    kept = Remembered.load(tmp_path)
    desk: Any = FakeDesk()
    noted: list[object] = []
    desk.note_clock = noted.append
    window = make(theme, tmp_path, desk=desk, remembered=kept)
    qtbot.addWidget(window)
    bring_up(window)
    window.show_desk(desk)
    window._tick()
    assert noted == []
    tomorrow = now() + timedelta(days=1)
    kept.last_seen_at = tomorrow
    window._tick()
    assert noted == [tomorrow]
    assert "往回调过" in window.status.message()
    window._tick()
    assert len(noted) == 1, "once for each time it is turned"
