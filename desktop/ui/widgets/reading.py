"""The text of a contract with the sentences that prove something, tags in the margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from desktop.resources import _
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, px
from desktop.ui.widgets.base import STYLE_EVENTS, Painted, pen, rounded

LINE_HEIGHT = 175.0 / 1.45
"""Percent of the font's own line of 1.45: lines stand 1.75 apart, reading wants more air than forms."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of the contract; ``is_head`` for 第二条 研究开发目标与内容."""

    text: str
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of the text. Positions count characters in the passages joined by line feeds.

    ``kind``: supports (ground and underline), beside (to be read with it: dotted underline), objection (as
    supports, red
    tag).
    """

    start: int
    end: int
    kind: str
    tag: str = ""
    """证1, 反1, 异1."""


def _units(text: str, at: int) -> int:
    """Qt counts UTF-16 units: 𬭎 is two."""
    return len(text[:at].encode("utf-16-le")) // 2


def _characters(text: str, units: int) -> int:
    return len(text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore"))


class EvidenceView(QTextEdit):
    """Read-only text of a contract. E marks the selected words as evidence (``evidence_wanted``)."""

    evidence_wanted = Signal(int, int, str)
    """Start, end (in characters) and the words selected."""
    MARGIN = 44

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setProperty("reading", True)
        self.setAccessibleName(name or _("合同正文"))
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._text = ""
        self._passages: tuple[Passage, ...] = ()
        self._evidence: tuple[Evidence, ...] = ()
        self._found: list[tuple[int, int]] = []
        self._margin = _Margin(self)
        self._zoom = 0
        self.verticalScrollBar().valueChanged.connect(self._margin.update)
        self.document().documentLayout().documentSizeChanged.connect(self._margin.update)
        self._fit()

    @property
    def text(self) -> str:
        """The whole text; positions of evidence are positions in it."""
        return self._text

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What is marked."""
        return self._evidence

    def show_passages(self, passages: Sequence[Passage]) -> None:
        """Another contract, or another page of it; marks are cleared."""
        self._passages = tuple(passages)
        self._text = "\n".join(passage.text for passage in passages)
        self._evidence, self._found = (), []
        self._write()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write(self) -> None:
        self.clear()
        cursor = self.textCursor()
        size = font().pointSizeF() + self._zoom
        for at, passage in enumerate(self._passages):
            block = QTextBlockFormat()
            block.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            block.setTopMargin(px(4) if passage.is_head else 0)
            letters = QTextCharFormat()
            face = font(bold=passage.is_head)
            letters.setFont(face)
            letters.setFontPointSize(size)
            letters.setForeground(ink("ink1"))
            if at:
                cursor.insertBlock()
            cursor.setBlockFormat(block)
            cursor.insertText(passage.text, letters)
        self._mark()

    def show_evidence(self, evidence: Sequence[Evidence]) -> None:
        """Mark these stretches."""
        self._evidence = tuple(evidence)
        self._mark()

    def find_words(self, words: str) -> int:
        """Mark every occurrence, go to the first; how many there are."""
        self._found = []
        at = self._text.find(words) if words else -1
        while at >= 0:
            self._found.append((at, at + len(words)))
            at = self._text.find(words, at + len(words))
        self._mark()
        if self._found:
            self._show_at(self._found[0][0])
        return len(self._found)

    def go_to(self, tag: str) -> bool:
        """Scroll to the evidence of a tag; False when there is none."""
        for piece in self._evidence:
            if piece.tag == tag:
                self._show_at(piece.start)
                return True
        return False

    def selection(self) -> tuple[int, int, str] | None:
        """Start, end and words of the selection, None when nothing is selected."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return None
        start = _characters(self._text, cursor.selectionStart())
        end = _characters(self._text, cursor.selectionEnd())
        return start, end, self._text[start:end]

    def zoom(self, step: int) -> None:
        """Larger or smaller by points, between the normal size and twice it."""
        self._zoom = max(0, min(12, self._zoom + step))
        self._write()

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(self._text, start))
        cursor.setPosition(_units(self._text, end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _show_at(self, start: int) -> None:
        block = self._cursor(start, start).block()
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(int(top) - px(24))

    def _selection(self, start: int, end: int, form: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        made.cursor = self._cursor(start, end)  # type: ignore[attr-defined]
        made.format = form  # type: ignore[attr-defined]
        return made

    def _mark(self) -> None:
        marks = []
        style = QTextCharFormat.UnderlineStyle
        for piece in self._evidence:
            dotted = piece.kind == "beside"
            form = QTextCharFormat()
            if not dotted:
                form.setBackground(ink("ev"))
            form.setUnderlineStyle(style.DotLine if dotted else style.SingleUnderline)
            form.setUnderlineColor(ink("evL"))
            marks.append(self._selection(piece.start, piece.end, form))
        for start, end in self._found:
            form = QTextCharFormat()
            form.setBackground(ink("accentS"))
            form.setUnderlineStyle(style.SingleUnderline)
            form.setUnderlineColor(ink("accent"))
            marks.append(self._selection(start, end, form))
        self.setExtraSelections(marks)
        words = "；".join(f"{piece.tag} {self._text[piece.start : piece.end]}" for piece in self._evidence)
        self.setAccessibleDescription(words)
        self._margin.update()

    def margin_tags(self) -> list[tuple[str, str, int]]:
        """Tag, kind and its y in the viewport."""
        layout = self.document().documentLayout()
        scrolled = self.verticalScrollBar().value()
        tags = []
        for piece in self._evidence:
            if piece.tag:
                cursor = self._cursor(piece.start, piece.start)
                block = cursor.block()
                top = layout.blockBoundingRect(block).top() - scrolled
                line = block.layout().lineForTextPosition(cursor.position() - block.position())
                tags.append((piece.tag, piece.kind, int(top + (line.y() if line.isValid() else 0))))
        return tags

    def _fit(self) -> None:
        self.setViewportMargins(px(self.MARGIN), px(10), px(16), px(10))
        self._margin.setGeometry(QRect(0, px(10), px(self.MARGIN), max(0, self.height() - px(20))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The margin follows."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Theme or text size changed: write again."""
        super().changeEvent(event)
        if event.type() in STYLE_EVENTS and hasattr(self, "_margin") and self._passages:
            self._fit()
            self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """E marks, Ctrl and plus or minus zoom."""
        if event.key() == Qt.Key.Key_E and not event.modifiers():
            if chosen := self.selection():
                self.evidence_wanted.emit(*chosen)
            return
        super().keyPressEvent(event)


class _Margin(QWidget):
    """Tags beside the lines."""

    def __init__(self, view: EvidenceView) -> None:
        super().__init__(view)
        self._view = view

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        high = metrics(NOTE).height() + px(4)
        for tag, kind, top in self._view.margin_tags():
            paint_evidence_tag(painter, QRectF(px(8), top + px(4), px(29), high), tag, kind)


def paint_evidence_tag(painter: QPainter, box: QRectF, tag: str, kind: str) -> None:
    """证1 solid, 反1 outlined, 异1 outlined in red."""
    colour: TokenName = "err" if kind == "objection" else "warn"
    solid = kind == "supports"
    rounded(painter, box, colour if solid else "bg0", pen(colour), px(3))
    painter.setFont(font(NOTE, bold=True))
    painter.setPen(ink("bg0" if solid else colour))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tag)


class EvidenceLegend(Painted):
    """证 支持的句子 · 反 要一并看的句子."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("证：支持的句子；反：要一并看的句子"))

    def sizeHint(self) -> QSize:
        """One small line."""
        words = _("证 支持的句子　反 要一并看的句子")
        return QSize(metrics(NOTE).horizontalAdvance(words) + px(20), metrics(NOTE).height() + px(6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Two samples with their words."""
        painter = QPainter(self)
        painter.setFont(font(NOTE))
        face = metrics(NOTE)
        left, high = 0, self.height()
        base = (high + face.height()) // 2 - 1
        for sign, words, dotted in (
            (_("证"), _("支持的句子"), False),
            (_("反"), _("要一并看的句子"), True),
        ):
            wide = face.horizontalAdvance(sign) + px(6)
            if not dotted:
                painter.fillRect(left, (high - face.height()) // 2, wide, face.height(), QColor(ink("ev")))
            style = Qt.PenStyle.DotLine if dotted else Qt.PenStyle.SolidLine
            painter.setPen(pen("evL", px(2), style))
            painter.drawLine(left, base, left + wide, base)
            painter.setPen(ink("ink1"))
            painter.drawText(left + px(3), 0, wide, high, Qt.AlignmentFlag.AlignVCenter, sign)
            left += wide + px(6)
            painter.setPen(ink("ink2"))
            painter.drawText(left, 0, self.width(), high, Qt.AlignmentFlag.AlignVCenter, words)
            left += face.horizontalAdvance(words) + px(20)
