"""The marks: state discs, levels, confidence, relief results. Readable in black and white, always with a
word.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop.resources import _
from desktop.ui.theme import BODY, TokenName, font, ink, metrics, paint_icon, px
from desktop.ui.widgets.base import Painted, square, tell_readers


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: its glyph, its word and its colours."""

    glyph: str
    """disc-0 … disc-3 (quarters), check, cross, question, minus (solid or ring-…), half, ring, bang, info,
    or icon:NAME.
    """
    word: str
    colour: TokenName = "ink1"
    ground: TokenName = "bg0"
    frame: str = "solid"
    """solid, dashed or dotted."""


STATES: dict[str, Mark] = {
    "DRAFT": Mark("disc-0", _("草稿")),
    "RETURNED": Mark("icon:arrow_reply", _("待补正")),
    "ACCEPTED": Mark("disc-1", _("待初审")),
    "RECOGNISED": Mark("disc-2", _("待复核")),
    "REGISTERED": Mark("disc-3", _("已登记")),
    "CERTIFIED": Mark("check", _("已发证")),
    "CHANGED": Mark("icon:arrow_sync", _("已变更")),
    "CANCELLED": Mark("ring-minus", _("已注销")),
    "REVOKED": Mark("ring-cross", _("已撤销")),
    "REFUSED": Mark("ring-bar", _("不予登记")),
    "NOT_ACCEPTED": Mark("ring-bar", _("不予受理")),
}
"""Handling states by their code."""

REPORTING: dict[str, Mark] = {
    "NOT_SENT": Mark("icon:document", _("未导出")),
    "EXPORTED": Mark("icon:mail_unread", _("已导出待回执")),
    "ACCEPTED_ABOVE": Mark("check", _("上级已接收"), "ok"),
    "REJECTED_ABOVE": Mark("icon:arrow_reply", _("上级退回"), "err"),
    "PARKED": Mark("icon:pause", _("暂不上报")),
}
"""Reporting states by their code."""

LEVELS: dict[str, Mark] = {
    "error": Mark("cross", _("错误"), "err", "errS"),
    "doubt": Mark("bang", _("疑点"), "warn", "warnS"),
    "note": Mark("info", _("提示"), "ink2", "bg0"),
}
"""Levels of a finding."""

CONFIDENCE: dict[str, Mark] = {
    "verified": Mark("check", _("已核对"), "ok", "okS"),
    "draft": Mark("half", _("草案"), "warn", "warnS", "dashed"),
    "memory": Mark("ring", _("凭记忆"), "ink2", "bg0", "dotted"),
}
"""How well a row of law is known."""

RELIEF: dict[str, Mark] = {
    "supported": Mark("check", _("支持"), "ok", "okS"),
    "supported_once_registered": Mark("icon:clock", _("登记后支持"), "ok", "okS"),
    "not_supported": Mark("ring-cross", _("不支持"), "ink2", "bg0"),
    "cannot_tell": Mark("question", _("尚不能判断"), "warn", "warnS"),
    "no_rule": Mark("ring-bar", _("该日期没有有效规定"), "ink2", "bg0", "dashed"),
    "not_applicable": Mark("ring-minus", _("不适用"), "ink2", "bg0"),
}
"""Results of a relief."""

MARKS: dict[str, Mark] = STATES | REPORTING | LEVELS | CONFIDENCE | RELIEF
"""All of them; no code is used twice."""


def paint_glyph(painter: QPainter, box: QRectF, glyph: str, colour: TokenName, on: TokenName = "bg0") -> None:
    """Draw a glyph into a square box; ``on`` is the colour of the sign inside a solid disc."""
    if glyph.startswith("icon:"):
        paint_icon(painter, box, glyph[5:], colour)
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = box.width()
    unit = side / 16
    disc = QRectF(box.center().x() - 6.2 * unit, box.center().y() - 6.2 * unit, 12.4 * unit, 12.4 * unit)
    line = QPen(ink(colour), 1.7 * unit)
    line.setCapStyle(Qt.PenCapStyle.RoundCap)
    line.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if glyph in ("bang", "info"):
        _paint_sign(painter, box, "!" if glyph == "bang" else "i", colour)
    elif glyph in ("check", "cross", "question", "minus"):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(colour))
        grown = 0.6 * unit
        painter.drawEllipse(disc.adjusted(-grown, -grown, grown, grown))
        _paint_inner(painter, disc, glyph, on, unit, 1.4)
    elif glyph.startswith("disc-") or glyph in ("ring", "half"):
        quarters = 2 if glyph == "half" else 0 if glyph == "ring" else int(glyph[5:])
        painter.setPen(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = 0.85 * unit
        painter.drawEllipse(disc.adjusted(inner, inner, -inner, -inner))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(colour))
        painter.drawPie(disc, 90 * 16, -quarters * 90 * 16)
    else:
        line.setWidthF(1.1 * unit)
        painter.setPen(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc)
        _paint_inner(painter, disc, glyph.removeprefix("ring-"), colour, unit, 1.2)
    painter.restore()


def _paint_sign(painter: QPainter, box: QRectF, sign: str, colour: TokenName) -> None:
    painter.setPen(ink(colour))
    face = font(BODY, bold=True)
    painter.setFont(face)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, sign)


def _paint_inner(
    painter: QPainter, disc: QRectF, sign: str, colour: TokenName, unit: float, width: float
) -> None:
    centre = disc.center()
    line = QPen(ink(colour), width * unit)
    line.setCapStyle(Qt.PenCapStyle.RoundCap)
    line.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(line)
    painter.setBrush(Qt.BrushStyle.NoBrush)

    def at(x: float, y: float) -> QPointF:
        return QPointF(centre.x() + x * unit, centre.y() + y * unit)

    if sign == "check":
        painter.drawPolyline(QPolygonF([at(-2.8, 0.2), at(-0.8, 2.2), at(2.9, -1.9)]))
    elif sign == "cross":
        painter.drawLine(at(-2.1, -2.1), at(2.1, 2.1))
        painter.drawLine(at(-2.1, 2.1), at(2.1, -2.1))
    elif sign == "minus":
        painter.drawLine(at(-3, 0), at(3, 0))
    elif sign == "bar":
        painter.drawLine(at(-4.1, 4.1), at(4.1, -4.1))
    else:
        face = font(8.5, bold=True)
        painter.setFont(face)
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, "?")


def paint_mark(
    painter: QPainter,
    box: QRectF,
    code: str,
    *,
    colour: TokenName | None = None,
    points: float = BODY,
    bold: bool = False,
) -> float:
    """Glyph and word of a mark in one row of ``box``; returns the width used. Unknown codes show as plain
    words.
    """
    mark = MARKS.get(code) or Mark("", code)
    ink_name = colour or mark.colour
    face = metrics(points, bold=bold)
    left = box.left()
    if mark.glyph:
        place = square(16, left, box.height())
        paint_glyph(painter, place.translated(0, box.top()), mark.glyph, ink_name)
        left += px(16) + px(6)
    painter.setFont(font(points, bold=bold))
    painter.setPen(ink(ink_name))
    space = QRectF(left, box.top(), max(0.0, box.right() - left), box.height())
    word = face.elidedText(mark.word, Qt.TextElideMode.ElideRight, int(space.width()) + 1)
    painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
    return left - box.left() + face.horizontalAdvance(word)


class StateDisc(Painted):
    """A handling or reporting state: disc and word. ``StateDisc("ACCEPTED")`` shows 待初审."""

    def __init__(
        self,
        code: str = "DRAFT",
        *,
        points: float = BODY,
        bold: bool = False,
        colour: TokenName | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._points, self._bold, self._colour = points, bold, colour
        self._code = ""
        self.set_state(code)

    @property
    def state(self) -> str:
        """The code shown."""
        return self._code

    def set_state(self, code: str) -> None:
        """Show another state (any code of ``MARKS``)."""
        self._code = code
        self.setAccessibleName(MARKS[code].word if code in MARKS else code)
        tell_readers(self)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Disc, gap and word."""
        face = metrics(self._points, bold=self._bold)
        return QSize(px(22) + face.horizontalAdvance(self.accessibleName()) + 1, max(face.height(), px(16)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Disc and word."""
        painter = QPainter(self)
        paint_mark(
            painter,
            QRectF(self.rect()),
            self._code,
            colour=self._colour,
            points=self._points,
            bold=self._bold,
        )
