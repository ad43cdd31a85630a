"""Charts that print in black and white: this year solid, last year outlined, every bar with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.resources import _
from desktop.statistics.report import TEN_THOUSAND, half_up, in_ten_thousand
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, px
from desktop.ui.widgets.base import ArrowKeys, Painted, PaintedButton, pen, rounded


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month: key as the search takes it (202611), sums of this year and the year before in yuan."""

    key: str
    word: str
    now: Decimal
    before: Decimal
    is_ahead: bool = False
    """The month has not come yet: no bar of this year."""


def step_of(most: Decimal) -> Decimal:
    """Distance of the lines: 1, 2 or 5 times a power of ten, two to five of them below ``most``."""
    if most <= 0:
        return Decimal(1)
    power = Decimal(10) ** (most.adjusted())
    for factor in (Decimal("0.2"), Decimal("0.5"), Decimal(1), Decimal(2), Decimal(5)):
        if most / (factor * power) <= 5:
            return factor * power
    return power * 10


class _Month(PaintedButton):
    def __init__(self, figures: MonthFigures, parent: QWidget) -> None:
        super().__init__(figures.word, parent)
        self.figures = figures
        self.top = Decimal(1)
        self.is_highest = False
        self.mean: Decimal | None = None
        now = _("还没有到") if figures.is_ahead else _("{n} 万元").format(n=in_ten_thousand(figures.now))
        said = _("{month}，今年 {now}，上年 {before} 万元")
        self.setAccessibleName(
            said.format(month=figures.word, now=now, before=in_ten_thousand(figures.before))
        )
        self.setToolTip(self.accessibleName())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(px(40), px(160))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        small = metrics(NOTE).height()
        base = self.height() - small - px(4)
        room = base - small - px(4)
        wide = min(px(20), (self.width() - px(6)) // 2)
        middle = self.width() // 2
        ground: TokenName = "bg1" if self.underMouse() else "bg0"
        if self.underMouse():
            painter.fillRect(QRectF(0, 0, self.width(), base), ink(ground))
        before = int(self.figures.before / self.top * room)
        if before:
            box = QRectF(middle, base - before, wide - px(2), before)
            rounded(painter, box, "bg0", pen("line2"), 0)
        now = int(self.figures.now / self.top * room)
        if now and not self.figures.is_ahead:
            painter.fillRect(QRectF(middle - wide, base - now, wide, now), ink("accent"))
        if self.mean is not None:
            level = base - int(self.mean / self.top * room)
            painter.setPen(pen("warn", 2, Qt.PenStyle.DashLine))
            painter.drawLine(0, level, self.width(), level)
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink1"))
        if not self.figures.is_ahead:
            words = f"{half_up(self.figures.now / TEN_THOUSAND, 0):,}"
            centre = middle - wide / 2
            half = metrics(NOTE, bold=self.is_highest).horizontalAdvance(words) / 2 + 1
            place = QRectF(centre - half, base - now - small - px(1), 2 * half, small)
            shift = max(0.0, -place.left()) - max(0.0, place.right() - self.width())
            place = place.translated(shift, 0)
            if self.mean is not None and now:
                painter.fillRect(place.adjusted(0, px(2), 0, -px(1)), ink(ground))
            painter.setFont(font(NOTE, bold=self.is_highest))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        foot = QRectF(0, base + px(3), self.width(), small)
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.setPen(pen("ink2"))
        painter.drawLine(0, base, self.width(), base)


class MonthBars(QWidget):
    """Twelve months. One Tab stop, ← → move, Enter lists the month's contracts (``opened(key)``)."""

    opened = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.items: list[_Month] = []
        self._top, self._step = Decimal(1), Decimal(1)
        self._arrows = ArrowKeys(self)

    def show_months(self, months: Sequence[MonthFigures], mean: Decimal | None = None) -> None:
        """All months, in yuan; ``mean`` is the monthly mean of the target, a dashed line."""
        for item in self.items:
            item.hide()
            item.deleteLater()
        most = max([Decimal(0), mean or Decimal(0), *(max(m.now, m.before) for m in months)])
        highest = max((m.now for m in months), default=Decimal(0))
        self._step, self._top = step_of(most), most * Decimal("1.02") or Decimal(1)
        self.items = [_Month(month, self) for month in months]
        for item in self.items:
            item.top, item.mean = self._top, mean
            item.is_highest = bool(highest) and item.figures.now == highest
            item.clicked.connect(self._clicked)
            item.show()
        self._arrows.set_items(self.items)
        self._place()
        self.update()

    def _clicked(self) -> None:
        item = self.sender()
        if isinstance(item, _Month):
            self.opened.emit(item.figures.key)

    def _axis(self) -> int:
        return metrics(NOTE).horizontalAdvance(f"{self._top / 10_000:,.0f}") + px(10)

    def sizeHint(self) -> QSize:
        """As in the drawing."""
        return QSize(px(660), px(236))

    def minimumSizeHint(self) -> QSize:
        """Bars get narrow, numbers stay."""
        return QSize(px(420), px(150))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the months."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        if not self.items:
            return
        left, count = self._axis(), len(self.items)
        wide = (self.width() - left) / count
        for at, item in enumerate(self.items):
            start = round(left + at * wide)
            item.setGeometry(start, 0, round(left + (at + 1) * wide) - start, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Lines with their figures, in 万元."""
        painter = QPainter(self)
        small = metrics(NOTE).height()
        base = self.height() - small - px(4)
        room = base - small - px(4)
        painter.setFont(font(NOTE))
        level = Decimal(0)
        while level <= self._top:
            y = base - int(level / self._top * room)
            painter.setPen(pen("line1"))
            painter.drawLine(self._axis(), y, self.width(), y)
            painter.setPen(ink("ink2"))
            words = f"{level / 10_000:,.0f}" if not level or level >= TEN_THOUSAND else ""
            place = QRectF(0, y - small / 2, self._axis() - px(6), small)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
            level += self._step


class ChartLegend(Painted):
    """■ 2026 □ 2025 ╌ 月均目标 3,750."""

    def __init__(self, now: str, before: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = [now, before]
        self.set_words(now, before)

    def set_words(self, now: str, before: str, mean: str = "") -> None:
        """Other years; ``mean`` names the dashed line when there is one."""
        self._words = [now, before, *([mean] if mean else [])]
        said = _("实心 {now}，空心 {before}").format(now=now, before=before)
        self.setAccessibleName(_("{bars}，虚线 {mean}").format(bars=said, mean=mean) if mean else said)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The signs and their words."""
        words = sum(metrics(NOTE).horizontalAdvance(word) for word in self._words)
        return QSize(words + px(20 * len(self._words) + 16 * (len(self._words) - 1) + 8), px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Solid, outlined, dashed."""
        painter = QPainter(self)
        painter.setFont(font(NOTE))
        left, side = 0, px(13)
        top = (self.height() - side) // 2
        for at, word in enumerate(self._words):
            box = QRectF(left, top, side, side)
            if at == 0:
                painter.fillRect(box, ink("accent"))
            elif at == 1:
                rounded(painter, box, "bg0", pen("line2", 1.5), 0)
            else:
                painter.setPen(pen("warn", 2, Qt.PenStyle.DashLine))
                painter.drawLine(left, self.height() // 2, left + side + px(3), self.height() // 2)
            painter.setPen(ink("ink2"))
            left += px(20)
            painter.drawText(left, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, word)
            left += metrics(NOTE).horizontalAdvance(word) + px(16)
