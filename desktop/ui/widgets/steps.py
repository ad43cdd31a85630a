"""Where a contract stands: the six steps, the path of questions, what has happened, the wall of deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, paint_icon, px
from desktop.ui.widgets.base import ArrowKeys, PaintedButton, pen, rounded, square
from desktop.ui.widgets.buttons import paint_check

STEP_WORDS = (_("录入"), _("认定"), _("核定"), _("税惠"), _("复核"), _("登记发证"))


def _paint_step_disc(painter: QPainter, box: QRectF, number: int, look: str) -> None:
    """A disc of a step: done (ring and check), current (solid), ahead (ring and number)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour: TokenName = "line2" if look == "ahead" else "accent"
    painter.setPen(pen(colour, 2))
    painter.setBrush(ink("accent" if look == "current" else "bg0"))
    painter.drawEllipse(box.adjusted(1, 1, -1, -1))
    if look == "done":
        inset = box.width() * 0.17
        paint_check(painter, box.adjusted(inset, inset, -inset, -inset), "accent")
    else:
        painter.setFont(font(NOTE, bold=True))
        painter.setPen(ink("onA" if look == "current" else "ink2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
    painter.restore()


class _Step(PaintedButton):
    DASH = 26

    def __init__(self, number: int, word: str, parent: QWidget) -> None:
        super().__init__(word, parent)
        self.number, self.look, self.is_last = number, "ahead", number == len(STEP_WORDS)
        self.setToolTip(f"Ctrl+Alt+{number}")

    def sizeHint(self) -> QSize:
        wide = metrics(bold=self.look == "current").horizontalAdvance(self.text())
        dash = 0 if self.is_last else px(self.DASH)
        return QSize(px(24) + px(6) + wide + 1 + dash, px(34))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint_step_disc(painter, square(24, 0, self.height()), self.number, self.look)
        current = self.look == "current"
        painter.setFont(font(bold=current))
        inks: dict[str, TokenName] = {"current": "accent", "done": "ink1", "ahead": "ink2"}
        painter.setPen(ink(inks[self.look]))
        left = px(30)
        painter.drawText(left, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, self.text())
        if not self.is_last:
            left += metrics(bold=current).horizontalAdvance(self.text()) + px(6)
            painter.setPen(pen("accent" if self.look == "done" else "line2", px(2)))
            middle = self.height() // 2
            painter.drawLine(left, middle, left + px(14), middle)


class Steps(QWidget):
    """1 录入 – 2 认定 – … – 6 登记发证; narrow: 1 录入 / 6 步 ▾ with a menu.

    ``show_step(current, reachable, done)``: steps before the current one and those up to ``done`` are done,
    those up to ``reachable`` can be pressed.
    """

    pressed = Signal(int)
    """1 to 6."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("办理步骤"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._current, self._reachable = 1, 1
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.items = [_Step(at, word, self) for at, word in enumerate(STEP_WORDS, 1)]
        for item in self.items:
            row.addWidget(item)
            item.clicked.connect(self._step_clicked)
        self.short = _ShortStep(self)
        self.short.clicked.connect(self._open_menu)
        row.addWidget(self.short)
        self.short.hide()
        self._arrows = ArrowKeys(self)
        self._arrows.set_items(self.items)
        self.show_step(1)

    def show_step(self, current: int, reachable: int | None = None, done: int = 0) -> None:
        """Mark the current step; one that is behind the contract keeps its tick when an earlier one is looked
        at.
        """
        self._current, self._reachable = current, reachable if reachable is not None else current
        looks = {"done": _("已过"), "current": _("当前"), "ahead": _("未到")}
        for item in self.items:
            is_done = item.number <= max(current - 1, done)
            item.look = "current" if item.number == current else "done" if is_done else "ahead"
            item.setEnabled(item.number <= max(current, self._reachable))
            item.setAccessibleName(
                _("第 {number} 步 {word}，{look}").format(
                    number=item.number, word=item.text(), look=looks[item.look]
                )
            )
            item.updateGeometry()
            item.update()
        self._arrows.stop_at(self.items[current - 1])
        self.short.show_step(current)

    def set_narrow(self, narrow: bool) -> None:
        """One disc and a menu instead of six."""
        for item in self.items:
            item.setVisible(not narrow)
        self.short.setVisible(narrow)

    def _step_clicked(self) -> None:
        item = self.sender()
        if isinstance(item, _Step):
            self.pressed.emit(item.number)

    def menu(self) -> QMenu:
        """The menu of the narrow form."""
        menu = QMenu(self)
        for item in self.items:
            action = menu.addAction(f"{item.number} {item.text()}\t{item.toolTip()}")
            action.setEnabled(item.isEnabled())
            action.setData(item.number)
        menu.triggered.connect(lambda action: self.pressed.emit(action.data()))
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.short.mapToGlobal(self.short.rect().bottomLeft()))


class _ShortStep(PaintedButton):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self._number = 1

    def show_step(self, number: int) -> None:
        self._number = number
        self.setText(STEP_WORDS[number - 1])
        self.setAccessibleName(_("第 {number} 步 {word}，共 6 步").format(number=number, word=self.text()))
        self.updateGeometry()
        self.update()

    def _rest(self) -> str:
        return _(" / {count} 步").format(count=len(STEP_WORDS))

    def sizeHint(self) -> QSize:
        wide = metrics(bold=True).horizontalAdvance(self.text()) + metrics().horizontalAdvance(self._rest())
        return QSize(px(24) + px(6) + wide + px(24), px(34))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint_step_disc(painter, square(24, 0, self.height()), self._number, "current")
        left = px(30)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(bold=True))
        painter.setPen(ink("accent"))
        painter.drawText(left, 0, self.width(), self.height(), middle, self.text())
        left += metrics(bold=True).horizontalAdvance(self.text())
        painter.setFont(font())
        painter.setPen(ink("ink2"))
        painter.drawText(left, 0, self.width(), self.height(), middle, self._rest())
        left += metrics().horizontalAdvance(self._rest()) + px(4)
        paint_icon(painter, square(16, left, self.height()), "chevron_down", "ink2")


@dataclass(frozen=True, slots=True)
class PathStop:
    """One group of questions: 门槛 24/24. ``look``: done, current, ahead or skipped."""

    code: str
    word: str
    count: str = ""
    look: str = "ahead"


class _Stop(PaintedButton):
    def __init__(self, stop: PathStop, parent: QWidget) -> None:
        super().__init__(stop.word, parent)
        self.stop = stop
        looks = {"done": _("已答完"), "current": _("正在答"), "ahead": _("未答"), "skipped": _("跳过")}
        count = f" {stop.count}" if stop.count else ""
        self.setAccessibleName(f"{stop.word}{count}，{looks[stop.look]}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        bold = self.stop.look == "current"
        wide = metrics(bold=bold).horizontalAdvance(self.stop.word) + px(22)
        if self.stop.look != "ahead":
            wide += px(22)
        if self.stop.count:
            wide += metrics(NOTE, bold=bold).horizontalAdvance(self.stop.count) + px(6)
        return QSize(wide, px(32))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = self.stop.look
        box = QRectF(self.rect())
        style = Qt.PenStyle.DashLine if look == "skipped" else Qt.PenStyle.SolidLine
        line = pen("accent" if look in ("done", "current") else "line2", 1, style)
        rounded(painter, box, "accent" if look == "current" else "bg0", line, box.height() / 2)
        inks: dict[str, TokenName] = {"done": "accent", "current": "onA", "ahead": "ink1", "skipped": "ink2"}
        colour = inks[look]
        left = px(11)
        if look == "done":
            paint_check(painter, square(16, left, self.height()), colour)
        elif look != "ahead":
            name = "arrow_right" if look == "current" else "subtract"
            paint_icon(painter, square(16, left, self.height()), name, colour)
        if look != "ahead":
            left += px(22)
        bold = look == "current"
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(bold=bold))
        painter.setPen(ink(colour))
        painter.drawText(left, 0, self.width(), self.height(), middle, self.stop.word)
        left += metrics(bold=bold).horizontalAdvance(self.stop.word) + px(6)
        painter.setFont(font(NOTE, bold=bold))
        painter.drawText(left, 0, self.width(), self.height(), middle, self.stop.count)


class PathBar(QWidget):
    """The path of recognition: 门槛 – 混合 – 技术开发 – … – 结论, spread over the width, joined by lines."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("认定路径"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.items: list[_Stop] = []
        self._arrows = ArrowKeys(self)

    def show_stops(self, stops: Sequence[PathStop]) -> None:
        """All stops in order."""
        for item in self.items:
            item.hide()
            item.deleteLater()
        self.items = [_Stop(stop, self) for stop in stops]
        for item in self.items:
            item.clicked.connect(self._stop_clicked)
            item.show()
        self._arrows.set_items(self.items)
        for item in self.items:
            if item.stop.look == "current":
                self._arrows.stop_at(item)
        self.updateGeometry()
        self._spread()
        self.update()

    def _stop_clicked(self) -> None:
        item = self.sender()
        if isinstance(item, _Stop):
            self.pressed.emit(item.stop.code)

    def sizeHint(self) -> QSize:
        """All capsules with short lines between."""
        wide = sum(item.sizeHint().width() + px(10) for item in self.items)
        return QSize(wide, px(52))

    def minimumSizeHint(self) -> QSize:
        """Narrow windows scroll to the current capsule."""
        return QSize(px(200), px(52))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread again."""
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        if not self.items:
            return
        air = px(20)
        wide = sum(item.sizeHint().width() for item in self.items)
        room = self.width() - 2 * air - wide
        gap = max(px(6), room // max(1, len(self.items) - 1))
        left = air
        if room < 0:
            current = next((at for at, item in enumerate(self.items) if item.stop.look == "current"), 0)
            ahead = sum(item.sizeHint().width() + gap for item in self.items[:current])
            left = min(air, self.width() // 3 - ahead)
        for item in self.items:
            size = item.sizeHint()
            item.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
            left += size.width() + gap

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground, lower line and the lines between the capsules."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line1"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        middle = self.height() // 2
        for one, other in zip(self.items, self.items[1:], strict=False):
            passed = one.stop.look == "done" and other.stop.look in ("done", "current")
            painter.setPen(pen("accent" if passed else "line2", px(2) if passed else 1.5))
            painter.drawLine(one.geometry().right() + 1, middle, other.geometry().left(), middle)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of 经过. ``is_turn``: an objection, a return, a void: a diamond instead of a disc."""

    text: str
    moment: str
    person: str = ""
    is_turn: bool = False
    key: str = ""


class _HappeningRow(PaintedButton):
    def __init__(self, row: Happening, *, is_last: bool, parent: QWidget) -> None:
        super().__init__(row.text, parent)
        self.row, self._is_last = row, is_last
        self.setAccessibleName("，".join(part for part in (row.text, row.person, row.moment) if part))
        self.setToolTip(row.text)

    def sizeHint(self) -> QSize:
        return QSize(px(240), metrics().height() + metrics(NOTE).height() + px(3))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = metrics().height()
        centre = QPointF(px(9), row / 2)
        if not self._is_last:
            painter.setPen(pen("line1", px(2)))
            painter.drawLine(QPointF(centre.x(), row), QPointF(centre.x(), self.height()))
        radius = px(7)
        if self.row.is_turn:
            painter.setPen(pen("warnB", px(2)))
            painter.setBrush(ink("bg0"))
            side = radius + px(1)
            around = ((0, -side), (side, 0), (0, side), (-side, 0))
            painter.drawPolygon(QPolygonF([QPointF(centre.x() + x, centre.y() + y) for x, y in around]))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink("accent"))
            painter.drawEllipse(centre, radius, radius)
        left = px(28)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        moment = metrics(NOTE).horizontalAdvance(self.row.moment)
        painter.drawText(self.width() - moment, 0, moment + 1, row, middle, self.row.moment)
        painter.drawText(left, row, self.width() - left, self.height() - row, 0, self.row.person)
        room = self.width() - left - moment - px(8)
        painter.setFont(font())
        painter.setPen(ink("ink1"))
        text = metrics().elidedText(self.row.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(left, 0, room + 1, row, middle, text)


class Timeline(QWidget):
    """经过: what happened to a contract, newest first. One Tab stop, ↑ ↓ move, Enter opens
    (``opened(key)``).
    """

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("经过"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(4), px(4), px(4), px(4))
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.items: list[_HappeningRow] = []
        self._arrows = ArrowKeys(self)

    def show_rows(self, rows: Sequence[Happening]) -> None:
        """All lines."""
        for item in self.items:
            self._column.removeWidget(item)
            item.hide()
            item.deleteLater()
        self.items = [
            _HappeningRow(row, is_last=at == len(rows) - 1, parent=self) for at, row in enumerate(rows)
        ]
        for at, item in enumerate(self.items):
            self._column.insertWidget(at, item)
            item.clicked.connect(self._clicked)
        self._arrows.set_items(self.items)

    def _clicked(self) -> None:
        item = self.sender()
        if isinstance(item, _HappeningRow):
            self.opened.emit(item.row.key)


@dataclass(frozen=True, slots=True)
class WallDay:
    """A column: a working day. ``later`` columns stand behind the dashed line."""

    day: date
    days_left: int
    week: str = ""
    """Words over the first column of a week: 下周, 第 49 周."""
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class WallChip:
    """A contract on its last day. ``key`` comes back when it is opened; ``text`` is the end of the 受理号."""

    key: str
    text: str
    days_left: int
    is_expert: bool = False
    title: str = ""


@dataclass(slots=True)
class _Column:
    day: WallDay
    chips: list[WallChip] = field(default_factory=list)


class _Chip(PaintedButton):
    def __init__(self, chip: WallChip, words: str, parent: QWidget, *, spoken: str = "") -> None:
        super().__init__(words, parent)
        self.chip = chip
        self.setAccessibleName(spoken)
        self.setToolTip(chip.title)

    def sizeHint(self) -> QSize:
        return QSize(px(42), max(px(24), metrics(NOTE).height() + px(4)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(self.rect())
        left = self.chip.days_left
        if self.chip.is_expert:
            rounded(painter, box, "bg0", pen("accent", 2, Qt.PenStyle.DashLine), px(3))
        elif left <= 0:
            rounded(painter, box, "errS", pen("err", 2), px(3))
        elif left <= 3:
            rounded(painter, box, "warnS", pen("warn"), px(3))
            painter.fillRect(QRectF(1, 1, px(3), self.height() - 2), ink("warn"))
        else:
            rounded(painter, box, "accentS", pen("accent"), px(3))
        painter.setFont(font(NOTE, mono=True, bold=left <= 0))
        painter.setPen(ink("ink1"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class DeadlineWall(QWidget):
    """Days to the deadline: today and fifteen working days, later ones behind a dashed line.

    At most four chips a column, then “+3”. One Tab stop; ← → go to the next chip, Enter opens
    (``opened(key)``).
    """

    opened = Signal(str)
    more = Signal(object)
    """A “+N” was pressed: the WallDay."""
    STACK = 4

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("期限墙"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._columns: list[_Column] = []
        self.items: list[_Chip] = []
        self._places: list[tuple[int, int]] = []
        self._arrows = ArrowKeys(self)

    def show_days(self, days: Sequence[WallDay], chips: Sequence[WallChip]) -> None:
        """Columns and what stands on them; overdue chips stand on the first column."""
        for item in self.items:
            item.hide()
            item.deleteLater()
        self._columns = [_Column(day) for day in days]
        by_left = {column.day.days_left: column for column in self._columns}
        for chip in chips:
            column = by_left.get(max(0, chip.days_left))
            if column is None and self._columns:
                column = self._columns[-1]
            if column is not None:
                column.chips.append(chip)
        self.items, self._places = [], []
        for at, column in enumerate(self._columns):
            self._fill(at, column)
        self._arrows.set_items(self.items)
        self._place_chips()
        self.updateGeometry()
        self.update()

    def _fill(self, at: int, column: _Column) -> None:
        shown = column.chips
        rest = 0
        if len(shown) > self.STACK:
            rest = len(shown) - (self.STACK - 1)
            shown = shown[: self.STACK - 1]
        for level, chip in enumerate(shown):
            spoken = _("{text}，余 {days} 个工作日{expert}，{title}").format(
                text=chip.text,
                days=chip.days_left,
                expert=_("，专家评审") if chip.is_expert else "",
                title=chip.title,
            )
            item = _Chip(chip, chip.text, self, spoken=spoken)
            item.clicked.connect(self._chip_clicked)
            self.items.append(item)
            self._places.append((at, level))
        if rest:
            chip = WallChip("", f"+{rest}", column.day.days_left)
            spoken = _("余 {days} 个工作日，另有 {count} 份").format(days=column.day.days_left, count=rest)
            item = _Chip(chip, chip.text, self, spoken=spoken)
            item.clicked.connect(self._chip_clicked)
            self.items.append(item)
            self._places.append((at, len(shown)))
        for item in self.items:
            item.show()

    def _chip_clicked(self) -> None:
        item = self.sender()
        if not isinstance(item, _Chip):
            return
        if item.chip.key:
            self.opened.emit(item.chip.key)
        else:
            self.more.emit(self._columns[self._places[self.items.index(item)][0]].day)

    def _foot(self) -> int:
        return metrics(bold=True).height() + 2 * metrics(NOTE).height() + px(2)

    def _row(self) -> int:
        return max(px(24), metrics(NOTE).height() + px(4)) + px(2)

    def sizeHint(self) -> QSize:
        """Week line, two to four chips, three lines of the day."""
        stack = max([2] + [min(self.STACK, len(column.chips)) for column in self._columns])
        return QSize(px(600), metrics(NOTE).height() + px(8) + stack * self._row() + px(6) + self._foot())

    def minimumSizeHint(self) -> QSize:
        """Columns may get narrow."""
        return QSize(px(420), self.sizeHint().height())

    def _span(self, at: int) -> tuple[float, float]:
        count = max(1, len(self._columns))
        wide = self.width() / count
        return at * wide, wide

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the chips."""
        super().resizeEvent(event)
        self._place_chips()

    def _place_chips(self) -> None:
        base = self.height() - self._foot() - px(4)
        for item, (at, level) in zip(self.items, self._places, strict=True):
            left, wide = self._span(at)
            size = item.sizeHint()
            width = min(size.width(), int(wide) - 2)
            top = base - (level + 1) * self._row()
            item.setGeometry(int(left + (wide - width) / 2), top, width, size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground of today, week lines, base line, days."""
        painter = QPainter(self)
        base = self.height() - self._foot() - px(1)
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        for at, column in enumerate(self._columns):
            left, wide = self._span(at)
            day = column.day
            if day.days_left == 0:
                painter.fillRect(QRectF(left, 0, wide, self.height()), ink("errS"))
            if at and day.is_later and not self._columns[at - 1].day.is_later:
                painter.setPen(pen("line2", px(2), Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(left, 0), QPointF(left, self.height()))
            elif at and day.week:
                painter.setPen(pen("line1"))
                painter.drawLine(QPointF(left, 0), QPointF(left, self.height()))
            painter.setFont(font(NOTE))
            painter.setPen(ink("ink2"))
            if day.week:
                words = QRectF(left + px(8), 0, wide * 5, metrics(NOTE).height() + px(4))
                painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, day.week)
            small = metrics(NOTE).height()
            top = base + px(2) + metrics(bold=True).height()
            painter.drawText(QRectF(left, top, wide, small), centre, f"{day.day:%m-%d}")
            weekday = "一二三四五六日"[day.day.weekday()]
            painter.drawText(QRectF(left, top + small, wide, small), centre, weekday)
            painter.setFont(font(bold=True))
            painter.setPen(ink("ink1"))
            number = QRectF(left, base + px(2), wide, metrics(bold=True).height())
            painter.drawText(number, centre, str(day.days_left))
        painter.setPen(pen("ink2", px(2)))
        painter.drawLine(0, base, self.width(), base)
