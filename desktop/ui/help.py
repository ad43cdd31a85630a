"""F1: help that needs no network — the keys of the page, what was said so far, and the shipped chapters."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QVBoxLayout, QWidget

from desktop.errors import MachineError
from desktop.resources import _, resource
from desktop.ui.theme import px
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button

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


def chapters() -> list[Path]:
    """The shipped chapters in the order of their file names; none when the folder is not there."""
    try:
        folder = resource("help")
    except MachineError:
        return []
    return sorted(folder.glob("*.md"))


class HelpDialog(QDialog):
    """Topics at the left, text at the right; Esc closes, ↑ ↓ choose a topic."""

    def __init__(
        self, parent: QWidget | None, page: str, keys: Sequence[Key], record: Sequence[str] = ()
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("帮助：{page}").format(page=page) if page else _("帮助"))
        self.setAccessibleName(self.windowTitle())
        self.resize(px(820), px(520))
        self._texts: list[str] = []
        self.topics = QListWidget()
        self.topics.setAccessibleName(_("帮助目录"))
        self.topics.setMaximumWidth(px(220))
        self.text = QTextBrowser()
        self.text.setAccessibleName(_("帮助正文"))
        self.text.setOpenExternalLinks(False)
        self._add(_("按键"), _key_table(page, keys))
        self._add(_("消息记录"), _lines(record))
        for path in chapters():
            words = path.read_text(encoding="utf-8")
            head = next((line.lstrip("# ").strip() for line in words.splitlines() if line.strip()), path.stem)
            self._add(head, words)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self.topics)
        row.addWidget(self.text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(8))
        column.addWidget(Label(self.windowTitle(), size="contract", strong=True))
        column.addLayout(row, 1)
        foot = QHBoxLayout()
        foot.addWidget(Label(_("↑↓ 选目录，Esc 关"), size="note", tone="ink2"))
        foot.addStretch(1)
        close = Button(_("关闭"), key="Esc")
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        column.addLayout(foot)
        self.topics.currentRowChanged.connect(self._show)
        self.topics.setCurrentRow(0)
        self.topics.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, title: str, text: str) -> None:
        self.topics.addItem(title)
        self._texts.append(text)

    def _show(self, at: int) -> None:
        if not 0 <= at < len(self._texts):
            return
        if self._texts[at].startswith("<"):
            self.text.setHtml(self._texts[at])
        else:
            self.text.setMarkdown(self._texts[at])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 closes what F1 opened."""
        if event.key() == Qt.Key.Key_F1:
            self.reject()
            return
        super().keyPressEvent(event)


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
