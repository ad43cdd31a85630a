"""F1: the registrar's manual, page by page, with pictures; searched as one types; needs no network."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMarginsF, QObject, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QKeyEvent,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import MachineError
from desktop.resources import _, resource
from desktop.ui.pages.parts import ChooseTarget, choose_target
from desktop.ui.pages.wording import trouble_words
from desktop.ui.theme import ink, px
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import Field

GLOBAL_KEYS = (
    ("F1", _("帮助")),
    ("F3", _("查找合同、单位、编号")),
    ("F5", _("新收一份")),
    ("F10", _("更多按键")),
    ("F12", _("本页的下一步")),
    ("Ctrl 1–6", _("今日、办理、查询、上报、统计、系统")),
    ("Ctrl L", _("锁屏")),
    ("Ctrl +　Ctrl -", _("大字、原来的字")),
    ("Ctrl K", _("高对比")),
    ("Esc", _("返回")),
)
CHAPTER_OF = {
    "sign-in": "first-use",
    "first-run": "first-run",
    "today": "today",
    "case": "entry",
    "search": "search",
    "parties": "parties",
    "performance": "performance",
    "report": "report",
    "stats": "statistics",
    "system": "system",
}
"""Page → its chapter; the steps of a case are named by their number below."""
STEP_CHAPTERS = ("entry", "recognition", "amounts", "relief", "review", "issue")
LEAST = 2
"""Characters from which the manual is searched; one Chinese character stands on every page."""
KEYS, RECORD = "keys", "record"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One topic: ``name`` is that of its file without number and ending."""

    name: str
    title: str
    text: str
    """Markdown, or HTML when it begins with ``<``."""

    def hits(self, wanted: str) -> int:
        """How often the words stand in it; capitals do not count."""
        return self.text.casefold().count(wanted.casefold())


@cache
def chapters() -> tuple[Chapter, ...]:
    """The shipped chapters in the order of their file names; none when the folder is not there."""
    try:
        folder = resource("help")
    except MachineError:
        return ()
    made = []
    for path in sorted(folder.glob("*.md")):
        words = path.read_text(encoding="utf-8")
        title = next((line.lstrip("# ").strip() for line in words.splitlines() if line.strip()), path.stem)
        made.append(Chapter(re.sub(r"^\d+-", "", path.stem), title, words))
    return tuple(made)


def chapter_for(page: object) -> str:
    """The chapter that belongs to a page of the window (None: nobody signed in)."""
    if page is None:
        return CHAPTER_OF["sign-in"]
    code = str(getattr(page, "code", ""))
    number = getattr(page, "number", 0)
    if code == "case" and isinstance(number, int) and 1 <= number <= len(STEP_CHAPTERS):
        return STEP_CHAPTERS[number - 1]
    return CHAPTER_OF.get(code, "")


class HelpDialog(QDialog):
    """Topics at the left, text at the right; typing two characters searches, ↑ ↓ choose a topic, Esc closes.

    ``chapter``: the one to open; the keys of the page and the messages so far stand above the chapters.
    """

    def __init__(
        self,
        parent: QWidget | None,
        page: str,
        keys: Sequence[Key],
        record: Sequence[str] = (),
        *,
        chapter: str = "",
        target: ChooseTarget = choose_target,
    ) -> None:
        super().__init__(parent)
        self._target = target
        self.setWindowTitle(_("帮助：{page}").format(page=page) if page else _("帮助"))
        self.setAccessibleName(self.windowTitle())
        self.resize(px(980), px(620))
        if parent is not None:
            self.resize(min(self.width(), parent.width()), min(self.height(), parent.height()))
        self._all = (
            Chapter(KEYS, _("按键"), _key_table(page, keys)),
            Chapter(RECORD, _("消息记录"), _lines(record)),
            *chapters(),
        )
        self._shown: list[Chapter] = []
        self.search = Field(_("查帮助，打两个字就查"))
        self.search.setPlaceholderText(_("查帮助，两个字起"))
        self.search.go_on = self._next_hit
        self.topics = QListWidget()
        self.topics.setAccessibleName(_("帮助目录"))
        self.text = QTextBrowser()
        self.text.setAccessibleName(_("帮助正文"))
        self.text.setOpenLinks(False)
        self.count = Label("", size="note", tone="ink2")
        self._build()
        self.search.textChanged.connect(self._search)
        self.topics.currentRowChanged.connect(self._show)
        self._fill(self._all)
        self.open_chapter(chapter)
        self.search.installEventFilter(self)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        left = QWidget()
        left.setFixedWidth(px(230))
        side = QVBoxLayout(left)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(px(6))
        for widget in (self.search, self.topics, self.count):
            side.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(left)
        row.addWidget(self.text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(8))
        column.addWidget(Label(self.windowTitle(), size="contract", strong=True))
        column.addLayout(row, 1)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        self.told = Label(_("打字就查，Enter 下一处，↑ ↓ 选章，PgDn 翻页"), size="note", tone="ink2")
        foot.addWidget(self.told, 1)
        self.print_button = Button(_("这一章存 PDF"), icon="print", mnemonic="P")
        self.all_button = Button(_("全部存 PDF"), mnemonic="A")
        close = Button(_("关闭"), key="Esc")
        self.print_button.clicked.connect(self.print_chapter)
        self.all_button.clicked.connect(self.print_all)
        close.clicked.connect(self.reject)
        for button in (self.print_button, self.all_button, close):
            foot.addWidget(button)
        column.addLayout(foot)

    # topics

    def open_chapter(self, name: str) -> None:
        """Show this chapter; the keys of the page when there is none of that name."""
        names = [chapter.name for chapter in self._shown]
        self.topics.setCurrentRow(names.index(name) if name in names else 0)

    def chapter(self) -> Chapter | None:
        """The one in front."""
        at = self.topics.currentRow()
        return self._shown[at] if 0 <= at < len(self._shown) else None

    def _fill(self, found: Sequence[Chapter]) -> None:
        self.topics.blockSignals(True)
        self.topics.clear()
        self._shown = list(found)
        self.topics.addItems([chapter.title for chapter in found])
        self.topics.blockSignals(False)

    def _show(self, at: int) -> None:
        if not 0 <= at < len(self._shown):
            return
        fill(self.text.document(), self._shown[at], px(640))
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self._mark()

    # search

    def _wanted(self) -> str:
        words = self.search.text().strip()
        return words if len(words) >= LEAST else ""

    def _search(self, *_typed: object) -> None:
        wanted, before = self._wanted(), self.chapter()
        found = [chapter for chapter in self._all if chapter.hits(wanted)] if wanted else list(self._all)
        self._fill(found)
        if not wanted:
            self.count.setText("")
        elif found:
            self.count.setText(
                _("{n} 章里有 {m} 处").format(n=len(found), m=sum(one.hits(wanted) for one in found))
            )
        else:
            self.count.setText(_("没有找到，请换个说法"))
            self.text.setExtraSelections([])
            return
        called = next((one for one in found if one.title == wanted), None)
        kept = called or (before if before in found else None)
        if kept is None:  # the chapter that says most of it, keys and messages last
            kept = max(found, key=lambda one: (one.name not in (KEYS, RECORD), one.hits(wanted)))
        self.open_chapter(kept.name)
        self._show(self.topics.currentRow())
        if wanted:
            self._find(from_start=True)

    def _mark(self) -> None:
        """Every place of the words in the text gets a ground."""
        wanted, marks = self._wanted(), list[Any]()
        cursor = QTextCursor(self.text.document())
        look = QTextCharFormat()
        look.setBackground(ink("warnS"))
        look.setForeground(ink("ink1"))
        look.setFontUnderline(True)
        while wanted:
            cursor = self.text.document().find(wanted, cursor)
            if cursor.isNull():
                break
            mark = QTextEdit.ExtraSelection()
            mark.cursor, mark.format = cursor, look  # type: ignore[attr-defined]
            marks.append(mark)
        self.text.setExtraSelections(marks)

    def marked(self) -> int:
        """How many places of the shown chapter are marked."""
        return len(self.text.extraSelections())

    def _find(self, *, from_start: bool = False) -> bool:
        if from_start:
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
        return self.text.find(self._wanted())

    def _next_hit(self, _back: bool) -> None:
        """Enter in the search: the next place, behind the last one the next chapter."""
        if not self._wanted() or not self._shown:
            return
        if not self._find():
            self.topics.setCurrentRow((self.topics.currentRow() + 1) % len(self._shown))
            self._find(from_start=True)

    # paper

    def print_chapter(self) -> None:
        """The chapter in front as a PDF to be printed."""
        if (chapter := self.chapter()) is not None:
            self._save([chapter], chapter.title)

    def print_all(self) -> None:
        """The whole manual."""
        self._save(chapters(), _("登记员手册"))

    def _save(self, found: Sequence[Chapter], title: str) -> None:
        path = self._target(self, _("帮助存到"), f"{title}.pdf", _("PDF 文件 (*.pdf)"))
        if path is None:
            return
        try:
            write_pdf(path, found, title)
        except MachineError as exc:
            self.told.set_tone("err")
            self.told.setText(trouble_words(exc))
            return
        self.told.set_tone("ok")
        self.told.setText(_("已存为 {path}").format(path=path))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 closes what F1 opened; Enter never closes."""
        if event.key() == Qt.Key.Key_F1:
            self.reject()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search ↑ ↓ choose a topic and PgUp, PgDn turn its pages; not while letters are composed."""
        if (
            watched is self.search
            and not self.search.is_composing
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
        ):
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step:
                row = self.topics.currentRow() + step
                self.topics.setCurrentRow(min(max(row, 0), self.topics.count() - 1))
                return True
            page = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()), 0)
            if page:
                bar = self.text.verticalScrollBar()
                bar.setValue(bar.value() + page * bar.pageStep())
                return True
        return super().eventFilter(watched, event)


_PICTURE: Callable[[str], list[str]] = re.compile(r"!\[[^\]]*\]\(([^)]+)\)").findall


def fill(document: QTextDocument, chapter: Chapter, width: int) -> None:
    """Put a chapter into a document; its pictures are as wide as there is room, ``width`` at most."""
    try:
        folder = resource("help")
        document.setBaseUrl(QUrl.fromLocalFile(f"{folder}/"))
    except MachineError:
        folder = None
    if chapter.text.startswith("<"):
        document.setHtml(chapter.text)
        return
    document.setMarkdown(chapter.text)
    block = document.begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            fragment = pieces.fragment()
            form = fragment.charFormat()
            if form.isImageFormat():
                image = form.toImageFormat()
                image.setWidth(width)
                cursor = QTextCursor(document)
                cursor.setPosition(fragment.position())
                cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(image)
                break
            pieces += 1
        block = block.next()


def pictures(chapter: Chapter) -> list[str]:
    """The pictures a chapter shows, relative to the folder of the help."""
    return [] if chapter.text.startswith("<") else _PICTURE(chapter.text)


def write_pdf(path: Path, found: Sequence[Chapter], title: str) -> None:
    """Chapters one behind the other, each on a new page, A4. MachineError when it cannot be written there."""
    try:
        path.write_bytes(b"")
    except OSError as exc:
        raise MachineError(_("写不到 {path}").format(path=path), _("请换一个位置再存"), code="M02") from exc
    writer = QPdfWriter(str(path))
    writer.setResolution(96)
    writer.setTitle(title)
    page = QPageSize(QPageSize.PageSizeId.A4)
    margins = QMarginsF(20, 18, 20, 18)
    unit = QPageLayout.Unit.Millimeter
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, margins, unit))
    whole = QTextDocument()
    cursor = QTextCursor(whole)
    for number, chapter in enumerate(found):
        part = QTextDocument()
        fill(part, chapter, 600)
        if number:
            block = cursor.blockFormat()
            block.setPageBreakPolicy(block.PageBreakFlag.PageBreak_AlwaysBefore)
            cursor.insertBlock(block)
        whole.setBaseUrl(part.baseUrl())
        cursor.insertHtml(part.toHtml())
    whole.setPageSize(QSizeF(writer.width(), writer.height()))
    whole.print_(writer)


def _key_table(page: str, keys: Sequence[Key]) -> str:
    def rows(pairs: Sequence[tuple[str, str]]) -> str:
        return "".join(
            f"<tr><td><b>{escape(cap)}</b>&nbsp;&nbsp;&nbsp;</td><td>{escape(word)}</td></tr>"
            for cap, word in pairs
        )

    parts = []
    if keys:
        own = [(" ".join(key.caps), key.word) for key in keys]
        parts.append(f"<h3>{escape(page)}</h3><table cellpadding='4'>{rows(own)}</table>")
    parts.append(f"<h3>{_('哪一页都有')}</h3><table cellpadding='4'>{rows(GLOBAL_KEYS)}</table>")
    return "".join(parts)


def _lines(record: Sequence[str]) -> str:
    if not record:
        return f"<p>{_('今天还没有消息。')}</p>"
    return "".join(f"<p>{escape(line)}</p>" for line in record)
