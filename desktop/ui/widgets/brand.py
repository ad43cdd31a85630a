"""What 登录 and 锁屏 show of the product: its mark and the waves behind it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.resources import _
from desktop.ui.theme import TokenName, paint_icon, px
from desktop.ui.theme.icons import PRODUCT_MARK
from desktop.ui.widgets.base import Painted, pen, rounded


def paint_product_mark(painter: QPainter, box: QRectF, colour: TokenName = "navT") -> None:
    """契 in a square frame."""
    rounded(painter, box, None, pen("onA" if colour == "onA" else colour, max(1.5, box.width() / 20)), px(4))
    inset = box.width() * 0.08
    paint_icon(painter, box.adjusted(inset, inset, -inset, -inset), PRODUCT_MARK, colour)


class ProductMark(Painted):
    """The product mark alone, ``size`` drawing pixels wide, for dark ground."""

    def __init__(self, size: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setAccessibleName(_("技术合同登记工作站"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Its square."""
        return QSize(px(self._size), px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The mark."""
        paint_product_mark(QPainter(self), QRectF(self.rect()))


def paint_waves(painter: QPainter, area: QRectF, count: int = 22) -> None:
    """The lines behind 登录 and 锁屏: sine curves that drift apart and meet again."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen("navL"))
    middle, height, width = area.center().y(), area.height() / 2, max(1.0, area.width())
    turns = [
        (area.left() + at, 1.7 * math.cos((1 - at / width) * math.pi * 0.9 + 0.5), at / width * math.pi * 1.7)
        for at in range(0, int(width) + 9, 8)
    ]
    for line in range(count):
        share = line / max(1, count - 1)
        phase = 2.9 + share * 1.1
        points = [
            QPointF(x, middle + height * ((share - 0.5) * spread + 0.4 * math.sin(turn + phase)))
            for x, spread, turn in turns
        ]
        painter.drawPolyline(points)
    painter.restore()
