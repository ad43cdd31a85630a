"""F1: every page has its chapter, two characters search it, pictures are there, it goes to paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.certificates.preview import page_count, pdf_text
from desktop.resources import resource
from desktop.ui.help import CHAPTER_OF, STEP_CHAPTERS, HelpDialog, chapter_for, chapters, pictures, write_pdf
from desktop.ui.theme import Theme
from desktop.ui.widgets.bars import Key
from tests.ui.help_pictures import LARGEST

KEYS = (Key("F6", "保存"),)


def opened(qtbot: QtBot, chapter: str = "", **more: object) -> HelpDialog:
    dialog = HelpDialog(None, "系统", KEYS, ("已受理 0312",), chapter=chapter, **more)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog, 2000)
    return dialog


def keys(dialog: HelpDialog, text: str) -> None:
    for sign in text:
        QTest.keyClicks(QApplication.focusWidget() or dialog, sign)


def test_every_page_and_step_has_a_chapter_of_its_own() -> None:
    names = [chapter.name for chapter in chapters()]
    assert len(names) == len(set(names))
    for name in (*CHAPTER_OF.values(), *STEP_CHAPTERS, "printers"):
        assert name in names


@pytest.mark.parametrize(("code", "name"), sorted(CHAPTER_OF.items()))
def test_f1_opens_the_chapter_of_the_page(qtbot: QtBot, theme: Theme, code: str, name: str) -> None:
    dialog = opened(qtbot, name)
    chapter = dialog.chapter()
    assert chapter is not None
    assert chapter.name == name
    assert chapter.title in dialog.text.toPlainText()


def test_the_step_of_a_case_decides_the_chapter() -> None:
    class Case:
        code, number = "case", 3

    assert chapter_for(Case()) == "amounts"
    assert chapter_for(None) == "first-use"
    assert chapter_for(object()) == ""


def test_two_characters_search_as_they_are_typed_in_the_list(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, "today")
    whole = dialog.topics.count()
    qtbot.waitUntil(dialog.search.hasFocus)
    row = dialog.topics.currentRow()
    QTest.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.topics.currentRow() == row + 1
    keys(dialog, "F")
    assert dialog.topics.count() == whole
    keys(dialog, "8")
    assert 0 < dialog.topics.count() < whole
    dialog.search.setText("标尺页")
    assert dialog.topics.count() < whole
    chapter = dialog.chapter()
    assert chapter is not None
    assert "标尺页" in chapter.text
    assert dialog.marked() == dialog.text.toPlainText().count("标尺页")
    assert dialog.text.textCursor().selectedText() == "标尺页"
    before = dialog.topics.currentRow(), dialog.text.textCursor().position()
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert (dialog.topics.currentRow(), dialog.text.textCursor().position()) != before
    dialog.search.setText("")
    assert dialog.topics.count() == whole
    assert dialog.marked() == 0


def test_the_chapter_that_is_called_so_comes_before_those_that_mention_it(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, "first-run")
    for wanted in ("按键", "统计"):
        dialog.search.setText(wanted)
        chapter = dialog.chapter()
        assert chapter is not None
        assert chapter.title == wanted


@pytest.mark.parametrize(
    ("asked", "name"),
    [("所得税", "relief"), ("五年", "relief"), ("窗口来问", "relief"), ("交班", "today")],
)
def test_what_the_counter_asks_is_found(qtbot: QtBot, theme: Theme, asked: str, name: str) -> None:
    dialog = opened(qtbot)
    dialog.search.setText(asked)
    assert name in [chapter.name for chapter in dialog._shown]


def test_what_is_not_there_is_said(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot)
    dialog.search.setText("量子纠缠")
    assert dialog.topics.count() == 0
    assert "没有找到" in dialog.count.text()


def test_every_picture_is_there_and_they_weigh_little() -> None:
    folder = resource("help")
    shown = {name for chapter in chapters() for name in pictures(chapter)}
    assert len(shown) >= 12
    for name in shown:
        assert (folder / name).is_file(), name
    kept = list((folder / "pictures").glob("*.png"))
    assert {f"pictures/{path.name}" for path in kept} == shown
    assert sum(path.stat().st_size for path in kept) < LARGEST


def test_a_picture_is_drawn_in_its_chapter(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, "system")
    text = dialog.text.document()
    assert "￼" in text.toRawText()
    assert text.size().height() > 1000, "a picture of 640 pixels stands in it"


def test_a_chapter_and_the_whole_manual_go_to_paper(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    dialog = opened(qtbot, "system", target=lambda _p, _t, name, _k: tmp_path / name)
    QTest.keyClick(dialog, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil((tmp_path / "系统.pdf").exists)
    assert "登记号段" in pdf_text(tmp_path / "系统.pdf").replace("\n", "")
    assert "已存为" in dialog.told.text()
    write_pdf(tmp_path / "all.pdf", chapters(), "登记员手册")
    assert page_count(tmp_path / "all.pdf") >= len(chapters())


def test_a_place_that_cannot_be_written_is_named(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    dialog = opened(qtbot, "system", target=lambda *_a: tmp_path / "nowhere" / "x.pdf")
    dialog.print_chapter()
    assert "写不到" in dialog.told.text()


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.name)
def test_chapters_keep_to_the_wording(chapter: object) -> None:
    text = chapter.text  # type: ignore[attr-defined]
    assert text.startswith("# ")
    assert "！" not in text
    assert "失败" not in text
    assert "你" not in text.replace("您", "")
