"""Tags (a word in a frame) and key caps."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, px
from desktop.ui.widgets.base import Painted, pen, rounded, square, tell_readers
from desktop.ui.widgets.marks import MARKS, Mark, paint_glyph

TAG_HEIGHT = 24
CAP_HEIGHT = 22

_FRAMES = {
    "solid": Qt.PenStyle.SolidLine,
    "dashed": Qt.PenStyle.DashLine,
    "dotted": Qt.PenStyle.DotLine,
}


def tag_size(mark: Mark, text: str) -> QSize:
    """Size of a tag."""
    face = metrics(NOTE)
    glyph = 0 if not mark.glyph else px(9) if mark.glyph in ("bang", "info") else px(20)
    return QSize(px(8) * 2 + glyph + face.horizontalAdvance(text), max(px(TAG_HEIGHT), face.height() + px(4)))


def paint_tag(painter: QPainter, box: QRectF, mark: Mark, text: str) -> None:
    """Draw a tag that fills ``box``."""
    line_colour: TokenName = "line2" if mark.colour in ("ink1", "ink2") else mark.colour
    width = 2.0 if mark.frame == "dotted" else 1.0
    frame = pen(line_colour, width, _FRAMES[mark.frame])
    if mark.frame != "solid":
        frame.setDashPattern([3, 2] if mark.frame == "dashed" else [1, 1.2])
        frame.setCapStyle(Qt.PenCapStyle.FlatCap)
    rounded(painter, box, mark.ground, frame, px(3))
    left = box.left() + px(8)
    if mark.glyph in ("bang", "info"):
        sign = "!" if mark.glyph == "bang" else "i"
        painter.setFont(font(NOTE, bold=True))
        painter.setPen(ink(mark.colour))
        painter.drawText(QRectF(left, box.top(), px(7), box.height()), Qt.AlignmentFlag.AlignCenter, sign)
        left += px(9)
    elif mark.glyph:
        place = square(16, left, box.height()).translated(0, box.top())
        paint_glyph(painter, place, mark.glyph, mark.colour, mark.ground)
        left += px(20)
    painter.setFont(font(NOTE))
    painter.setPen(ink(mark.colour))
    space = QRectF(left, box.top(), box.right() - left, box.height())
    painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class Tag(Painted):
    """A mark in a frame, or a plain word.

    ``Tag("verified")`` 已核对, ``Tag("error", "错误 2")``, ``Tag(Mark("icon:person", "人工答 5", "accent",
    "accentS"))``,
    ``Tag("", "把握 中")`` plain.
    """

    def __init__(self, mark: str | Mark = "", text: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = Mark("", "", "ink2")
        self._text = ""
        self.set_mark(mark, text)

    @property
    def text(self) -> str:
        """The words shown."""
        return self._text

    def set_mark(self, mark: str | Mark, text: str = "") -> None:
        """Show another mark (a code of ``MARKS`` or a Mark); ``text`` stands in for its word."""
        if isinstance(mark, str):
            mark = MARKS[mark] if mark else Mark("", text, "ink2")
        self._mark, self._text = mark, text or mark.word
        self.setAccessibleName(self._text)
        tell_readers(self)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        return tag_size(self._mark, self._text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, glyph, word."""
        size = self.sizeHint()
        box = QRectF(0, (self.height() - size.height()) // 2, size.width(), size.height())
        paint_tag(QPainter(self), box, self._mark, self._text)


def cap_size(key: str) -> QSize:
    """Size of a key cap."""
    face = metrics(NOTE, mono=True)
    height = max(px(CAP_HEIGHT), face.height() + px(4))
    return QSize(max(height, face.horizontalAdvance(key) + px(14)), height)


def paint_cap(
    painter: QPainter,
    box: QRectF,
    key: str,
    *,
    colour: TokenName = "ink1",
    line: TokenName = "line2",
    ground: TokenName | None = "bg0",
) -> None:
    """Draw a key cap that fills ``box``: a frame with a thicker lower edge."""
    rounded(painter, box, ground, pen(line), px(3))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(line))
    inset = px(3)
    base = box.bottom() - 1.5
    painter.drawLine(QPointF(box.left() + inset, base), QPointF(box.right() - inset, base))
    painter.restore()
    painter.setFont(font(NOTE, mono=True))
    painter.setPen(ink(colour))
    painter.drawText(box.adjusted(0, -1, 0, -1), Qt.AlignmentFlag.AlignCenter, key)


class KeyCap(Painted):
    """A key as it is printed on the keyboard. ``on_nav`` draws it for the dark navigation."""

    def __init__(self, key: str, *, on_nav: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._on_nav = on_nav
        self.setAccessibleName(key)

    def sizeHint(self) -> QSize:
        """As wide as the key's name, never narrower than high."""
        return cap_size(self.key)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The cap."""
        size = self.sizeHint()
        box = QRectF(0, (self.height() - size.height()) // 2, size.width(), size.height())
        if self._on_nav:
            paint_cap(QPainter(self), box, self.key, colour="navT", line="navD", ground=None)
        elif self.isEnabled():
            paint_cap(QPainter(self), box, self.key)
        else:
            paint_cap(QPainter(self), box, self.key, colour="dis", line="line2", ground="bg2")
