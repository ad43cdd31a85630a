"""输出与吸纳流向: mirrored bars, every one a button that lists its contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.resources import _
from desktop.statistics.report import in_ten_thousand
from desktop.ui.theme import NOTE, font, ink, metrics, px
from desktop.ui.widgets.base import ArrowKeys, PaintedButton, pen, rounded


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """One place: where 吸纳 comes from and 输出 goes to, counts and sums in yuan."""

    place: str
    word: str
    inward: Decimal
    inward_count: int
    outward: Decimal
    outward_count: int


class _FlowBar(PaintedButton):
    """One half of a line; its figure at the outer end of the bar."""

    def __init__(self, figures: FlowFigures, is_inward: bool, parent: QWidget) -> None:
        super().__init__(figures.word, parent)
        self.figures, self.is_inward = figures, is_inward
        self.sum = figures.inward if is_inward else figures.outward
        self.count = figures.inward_count if is_inward else figures.outward_count
        self.top, self.figure_wide = Decimal(1), 0
        said = _("吸纳自{place}，{n} 份，{sum} 万元") if is_inward else _("输出到{place}，{n} 份，{sum} 万元")
        name = said.format(place=figures.word, n=f"{self.count:,}", sum=in_ten_thousand(self.sum))
        self.setAccessibleName(name)
        self.setToolTip(name)

    def words(self) -> str:
        """6,210.30　12 份; a dash when there is nothing."""
        if not self.count:
            return "—"
        return _("{sum}　{n} 份").format(sum=in_ten_thousand(self.sum), n=f"{self.count:,}")

    def sizeHint(self) -> QSize:
        return QSize(px(120), px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.underMouse():
            painter.fillRect(self.rect(), ink("bg1"))
        room = max(px(10), self.width() - self.figure_wide - px(10))
        wide = max(int(self.sum / self.top * room), px(2) if self.sum else 0)
        high = min(px(24), self.height() - px(6))
        top = (self.height() - high) // 2
        words = QRectF(0, 0, self.width(), self.height())
        middle = Qt.AlignmentFlag.AlignVCenter
        if self.is_inward:
            if wide:
                box = QRectF(self.width() - wide, top, wide, high)
                rounded(painter, box, "accentS", pen("accent", 1.5), 0)
            words.setRight(self.width() - wide - px(6))
            align = middle | Qt.AlignmentFlag.AlignRight
        else:
            painter.fillRect(QRectF(0, top, wide, high), ink("accent"))
            words.setLeft(wide + px(6))
            align = middle | Qt.AlignmentFlag.AlignLeft
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink1" if self.count else "ink2"))
        painter.drawText(words, align, self.words())


class FlowBars(QWidget):
    """Mirrored bars: 吸纳 to the left, 输出 to the right. One Tab stop, arrows move, Enter lists
    (``opened(place, is_inward)``).
    """

    opened = Signal(str, bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._heads = ("", "")
        self._rows: tuple[FlowFigures, ...] = ()
        self.items: list[_FlowBar] = []
        self._arrows = ArrowKeys(self)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_rows(self, rows: Sequence[FlowFigures], inward: str, outward: str) -> None:
        """The places in their order, and what stands over the two sides."""
        at = next((n for n, item in enumerate(self.items) if item.hasFocus()), None)
        for item in self.items:
            item.hide()
            item.deleteLater()
        self._rows, self._heads = tuple(rows), (inward, outward)
        most = max([Decimal(1), *(max(row.inward, row.outward) for row in rows)])
        self.items = [_FlowBar(row, is_inward, self) for row in rows for is_inward in (True, False)]
        figure = max([0, *(metrics(NOTE).horizontalAdvance(item.words()) for item in self.items)])
        for item in self.items:
            item.top, item.figure_wide = most, figure
            item.clicked.connect(self._clicked)
            item.show()
        self._arrows.set_items(self.items)
        self.setAccessibleName(f"{self._name}：{inward}，{outward}")
        self.updateGeometry()
        self._place()
        self.update()
        if at is not None and at < len(self.items):
            self.items[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self) -> None:
        item = self.sender()
        if isinstance(item, _FlowBar):
            self.opened.emit(item.figures.place, item.is_inward)

    def _head(self) -> int:
        return metrics(NOTE, bold=True).height() + px(2)

    def _row(self) -> float:
        return (self.height() - self._head()) / max(1, len(self._rows))

    def _names(self) -> int:
        return max([px(60), *(metrics().horizontalAdvance(row.word) for row in self._rows)]) + px(16)

    def sizeHint(self) -> QSize:
        """As in the drawing."""
        return QSize(px(660), self._head() + px(28) * max(4, len(self._rows)))

    def minimumSizeHint(self) -> QSize:
        """Bars get narrow and low, figures stay."""
        low = metrics(NOTE).height() + px(4)
        return QSize(px(420), self._head() + low * max(4, len(self._rows)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the bars."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        half = (self.width() - self._names()) // 2
        row, head = self._row(), self._head()
        for at, item in enumerate(self.items):
            top = head + at // 2 * row
            left = 0 if item.is_inward else self.width() - half
            item.setGeometry(left, round(top), half, round(top + row) - round(top))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The two heads and the names between the bars."""
        painter = QPainter(self)
        names, row, head = self._names(), self._row(), self._head()
        half = (self.width() - names) // 2
        painter.setFont(font(NOTE, bold=True))
        painter.setPen(ink("ink1"))
        top = QRectF(0, 0, half, head)
        painter.drawText(top, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._heads[0])
        top.moveLeft(self.width() - half)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._heads[1])
        painter.setFont(font())
        for at, figures in enumerate(self._rows):
            place = QRectF(half, head + at * row, names, row)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, figures.word)
