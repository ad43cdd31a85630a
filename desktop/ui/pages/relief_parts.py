"""The parts of 税惠: a line for each relief, a line for each condition, the timeline of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.rules.relief import Condition, ReliefResult, Segment
from desktop.rules.relief_words import Section
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, paint_icon, px, tokens
from desktop.ui.widgets.base import Label, Painted, PaintedButton, pen, rounded, square, tell_readers
from desktop.ui.widgets.marks import MARKS, RELIEF, paint_glyph
from desktop.ui.widgets.tags import paint_tag, tag_size

WHO_WORDS = {"seller": _("卖方"), "buyer": _("买方"), "both": _("双方"), "staff": _("卖方人员")}
ANSWER_WORDS = {
    "yes": _("成立"),
    "no": _("不成立"),
    "unknown": _("未答"),
    "needs_human": _("请人工判断"),
    "after_registration": _("登记后成立"),
    "not_applicable": _("不涉及"),
}
MIDDLE = Qt.AlignmentFlag.AlignVCenter


def result_colour(result: str) -> TokenName:
    """Ink of a result's word: grey ones are still read easily."""
    colour = RELIEF[result].colour
    return "ink2" if colour == "ink1" else colour


def scrolled(content: QWidget) -> QScrollArea:
    """A pane of a card that scrolls up and down only and takes no focus of its own."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setProperty("scrolled", "true")
    area.setWidget(content)
    area.setMinimumHeight(px(64))
    return area


class ReliefLine(PaintedButton):
    """One relief of the list: result, name, for whom and what it hangs on."""

    def __init__(self, result: ReliefResult, parent: QWidget) -> None:
        super().__init__(result.name, parent)
        self.setCheckable(True)
        self.result = result
        self._move = ""
        self.show_result(result)

    def show_move(self, words: str) -> None:
        """What a trial makes of it (empty: nothing moves), in place of what it hangs on."""
        if words != self._move:
            self._move = words
            self.show_result(self.result)

    def show_result(self, result: ReliefResult) -> None:
        """The same relief, reckoned again."""
        self.result = result
        self.setText(result.name)
        self.setAccessibleName(f"{result.name}，{result.words}，{self.second_line()}")
        tell_readers(self)
        self.setToolTip(f"{result.name}：{result.words}\n{self.second_line()}")
        self.update()

    def second_line(self) -> str:
        """卖方 · 差 3 项; while something is tried that moves it, 改后：不支持."""
        return self._move or f"{WHO_WORDS.get(self.result.beneficiary, '')} ・ {self.result.reason}"

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(px(300), max(px(52), metrics().height() + metrics(NOTE).height() + px(8)))

    def minimumSizeHint(self) -> QSize:
        """The name is cut before the result."""
        return QSize(px(240), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground and bar of the chosen one, mark and word, two lines."""
        painter = QPainter(self)
        chosen, high = self.isChecked(), self.height()
        ground: TokenName = "accentS" if chosen else "bg1" if self.underMouse() else "bg0"
        painter.fillRect(self.rect(), ink(ground))
        painter.setPen(pen("line1"))
        painter.drawLine(0, high - 1, self.width(), high - 1)
        if chosen:
            painter.fillRect(0, 0, px(4), high, ink("accent"))
        mark = RELIEF[self.result.result]
        colour = result_colour(self.result.result)
        paint_glyph(painter, square(16, px(17), high), mark.glyph, colour)
        painter.setPen(ink(colour))
        word = QRectF(px(42), 0, px(90), high - 1)
        fits = metrics(bold=True).horizontalAdvance(mark.word) <= word.width()
        painter.setFont(font(bold=True) if fits else font(NOTE, bold=True))
        painter.drawText(word, MIDDLE if fits else MIDDLE | Qt.TextFlag.TextWordWrap, mark.word)
        first, second = metrics(bold=chosen), metrics(NOTE)
        left = px(138)
        room = self.width() - left - px(8)
        top = (high - first.height() - second.height()) // 2
        painter.setFont(font(bold=chosen))
        painter.setPen(ink("ink1"))
        name = first.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, top, room + 1, first.height()), MIDDLE, name)
        painter.setFont(font(NOTE))
        painter.setPen(ink("accent" if self._move else "ink2"))
        line = second.elidedText(self.second_line(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, top + first.height(), room + 1, second.height()), MIDDLE, line)


_GLYPHS: dict[str, tuple[str, TokenName]] = {
    "yes": ("icon:checkmark", "ok"),
    "no": ("icon:dismiss", "err"),
    "told": ("icon:info", "ink2"),
    "unknown": ("icon:question", "warn"),
    "needs_human": ("icon:question", "warn"),
    "after_registration": ("icon:clock", "ink2"),
    "not_applicable": ("icon:subtract", "ink3"),
}


class ConditionLine(PaintedButton):
    """One condition: sign, number and words, what was answered, and a tag unless the law is well known."""

    def __init__(self, condition: Condition, parent: QWidget) -> None:
        super().__init__(condition.short, parent)
        self.condition = condition
        self.setCheckable(True)
        against = condition.answer == "no" and condition.is_against
        word = ANSWER_WORDS[condition.answer] if against or condition.answer != "no" else _("不影响结论")
        known = MARKS[condition.confidence].word
        self.setAccessibleName(f"{self.number} {condition.short}，{word}，{condition.words}，{known}")
        self.setToolTip(condition.question)

    @property
    def number(self) -> str:
        """V3."""
        return self.condition.id.rpartition(".")[2]

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(px(300), max(px(32), metrics().height() + px(8)))

    def minimumSizeHint(self) -> QSize:
        """May get narrow; the words are cut and have their tooltip."""
        return QSize(px(200), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line."""
        painter = QPainter(self)
        c, high = self.condition, self.height()
        if self.isChecked():
            painter.fillRect(self.rect(), ink("accentS"))
            painter.fillRect(0, 0, px(4), high, ink("accent"))
        elif self.underMouse():
            painter.fillRect(self.rect(), ink("bg1"))
        painter.setPen(pen("line1"))
        painter.drawLine(px(8), high - 1, self.width() - px(8), high - 1)
        glyph, colour = _GLYPHS["told" if c.answer == "no" and not c.is_against else c.answer]
        paint_glyph(painter, square(20, px(8), high), glyph, colour)
        right = self.width() - px(8)
        mark = MARKS[c.confidence]
        if c.confidence != "verified":
            size = tag_size(mark, mark.word)
            right -= size.width()
            top = (high - size.height()) // 2
            paint_tag(painter, QRectF(right, top, size.width(), size.height()), mark, mark.word)
            right -= px(8)
        small = metrics(NOTE)
        words = c.words
        left = px(40)
        face = metrics(bold=c.is_open)
        text = f"{self.number} {c.short}"
        needed = min(face.horizontalAdvance(text), (right - left) * 2 // 3)
        words = small.elidedText(words, Qt.TextElideMode.ElideRight, right - left - needed - px(8))
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        painter.drawText(QRectF(left, 0, right - left, high), MIDDLE | Qt.AlignmentFlag.AlignRight, words)
        room = right - left - small.horizontalAdvance(words) - px(8)
        painter.setFont(font(bold=c.is_open))
        painter.setPen(ink("ink1"))
        shown = face.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 0, room + 1, high), MIDDLE, shown)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day on the timeline: ``signed`` (dot), ``today`` (dashed) or ``paid`` (diamond)."""

    kind: str
    words: str
    day: date


@dataclass(frozen=True, slots=True)
class _Stretch:
    segment: Segment
    first: date
    last: date
    left: float
    right: float
    look: str
    """ended, live or none."""


class Explanation(QWidget):
    """Everything else that is to be said of a relief, under its conditions; takes the keys to be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(8), px(8), px(8), px(8))
        self._column.setSpacing(px(2))

    def show_sections(self, found: Sequence[Section]) -> None:
        """A word and its lines, one below the other."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        said = []
        for word, lines in found:
            if word:
                head = Label(word, size="note", tone="ink2", strong=True)
                head.setContentsMargins(0, px(6), 0, 0)
                self._column.addWidget(head)
            for line in lines:
                self._column.addWidget(Label(line, size="note", wrap=True))
            said.append("，".join(filter(None, (word, *lines))))
        self.setAccessibleName(_("说明"))
        self.setAccessibleDescription("\n".join(said))

    def words(self) -> str:
        """All of it."""
        return self.accessibleDescription()


class RuleTimeline(QWidget):
    """The dated rules of one relief. ← → move the day of payment by a month, Home puts it back."""

    moved = Signal(int)
    """Months; 0: back to the day of the contract."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._segments: tuple[Segment, ...] = ()
        self._moments: tuple[Moment, ...] = ()
        self._today = date.min
        self.setAccessibleName(_("规则时间线"))

    def show_rules(self, segments: Sequence[Segment], moments: Sequence[Moment], today: date) -> None:
        """The rules oldest first, and the days of this contract."""
        self._segments, self._moments, self._today = tuple(segments), tuple(moments), today
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """The same for readers."""
        rules = [
            _("{label}，{first} 起{until}").format(
                label=s.label,
                first=s.first.isoformat(),
                until=_("，{day} 前").format(day=s.until.isoformat()) if s.until else "",
            )
            for s in self._segments
        ]
        return "；".join([*rules, *(f"{m.words} {m.day.isoformat()}" for m in self._moments)])

    def sizeHint(self) -> QSize:
        """Labels, bar, axis."""
        return QSize(px(600), metrics(NOTE).height() * 2 + px(46))

    def minimumSizeHint(self) -> QSize:
        """May get narrow."""
        return QSize(px(320), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the day of payment."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: 0}
        if (step := steps.get(Qt.Key(event.key()))) is not None:
            self.moved.emit(step)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    # drawing

    def _stretches(self) -> list[_Stretch]:
        """The last ended rule, those in force and those after, with their place; older ones are left out."""
        days = [m.day for m in self._moments] or [self._today]
        shown = [s for s in self._segments if s.until is None or s.until > min(days)]
        before = [s for s in self._segments if s not in shown]
        chosen = [*before[-1:], *shown]
        if not chosen:
            return []
        weights = [28 if s in before else 50 if s.has_rule else 24 for s in chosen]
        unit = (self.width() - 2 * px(4)) / sum(weights)
        found: list[_Stretch] = []
        left = float(px(4))
        for segment, weight in zip(chosen, weights, strict=True):
            first = segment.first
            if segment not in before:
                first = max(first, min(*days, self._today).replace(month=1, day=1))
            last = segment.until or max(*days, self._today) + timedelta(days=300)
            look = "ended" if segment in before or not _is_current(segment, self._today, days) else "live"
            look = look if segment.has_rule else "none"
            found.append(_Stretch(segment, first, last, left, left + unit * weight, look))
            left += unit * weight
        return found

    def _x(self, stretches: Sequence[_Stretch], day: date) -> float | None:
        for s in stretches:
            if s.first <= day < s.last:
                share = (day - s.first) / (s.last - s.first)
                return s.left + share * (s.right - s.left)
        return None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Bars, axis, moments."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = metrics(NOTE)
        top, high = small.height() + px(4), px(28)
        axis = top + high + px(8)
        stretches = self._stretches()
        for s in stretches:
            self._paint_stretch(painter, s, top, high)
        if stretches:
            painter.setPen(pen("ink3"))
            painter.drawLine(QPointF(stretches[0].left, axis), QPointF(stretches[-1].right, axis))
            self._paint_days(painter, stretches, axis)
        self._paint_moments(painter, stretches, top, axis)
        if self.hasFocus():
            rounded(painter, QRectF(self.rect()), None, pen("focus", tokens().focus_width), px(4))

    def _paint_stretch(self, painter: QPainter, s: _Stretch, top: float, high: float) -> None:
        box = QRectF(s.left, top, s.right - s.left, high)
        if s.look == "live":
            painter.fillRect(box, ink("accentS"))
            painter.setPen(pen("accent", 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        elif s.look == "ended":
            painter.fillRect(box, ink("bg2"))
            painter.setPen(pen("line2"))
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.setPen(pen("line2", 1, Qt.PenStyle.DashLine))
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        words = s.segment.label
        if s.look == "ended" and s.segment.has_rule:
            words = _("{label}，已停").format(label=words)
        elif s.look == "none":
            words = _("{year} 年起：未见规则").format(year=s.segment.first.year)
        live = s.look == "live"
        face = metrics(NOTE, bold=live)
        painter.setFont(font(NOTE, bold=live))
        painter.setPen(ink("accent" if live else "ink2"))
        room = box.adjusted(px(10), 0, -px(6), 0)
        shown = face.elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, MIDDLE, shown)

    def _paint_days(self, painter: QPainter, stretches: Sequence[_Stretch], axis: float) -> None:
        small = metrics(NOTE)
        painter.setFont(font(NOTE))
        for s in stretches:
            is_cut = s.first != s.segment.first
            painter.setPen(pen("ink3"))
            painter.drawLine(QPointF(s.left, axis - px(3)), QPointF(s.left, axis + px(3)))
            painter.setPen(ink("ink2"))
            words = s.segment.first.isoformat()
            painter.drawText(QPointF(s.left + px(2), axis + small.ascent() + px(4)), words)
            if is_cut or s.look == "ended":
                self._paint_break(painter, s.left + px(18) if is_cut else s.right - px(18), axis)
        for s in stretches:
            if s.look != "live":
                continue
            for year in range(s.first.year + 1, s.last.year + 1):
                day = date(year, 1, 1)
                x = self._x([s], day)
                if x is None or x - s.left < px(120) or s.right - x < px(90):
                    continue
                painter.setPen(pen("ink3"))
                painter.drawLine(QPointF(x, axis - px(3)), QPointF(x, axis + px(3)))
                painter.setPen(ink("ink2"))
                painter.drawText(QPointF(x + px(4), axis + small.ascent() + px(4)), day.isoformat())

    def _paint_break(self, painter: QPainter, x: float, axis: float) -> None:
        painter.setPen(pen("bg0", 3))
        painter.drawLine(QPointF(x - px(3), axis), QPointF(x + px(5), axis))
        painter.setPen(pen("ink3"))
        for shift in (0, px(5)):
            a, b = QPointF(x + shift - px(3), axis + px(5)), QPointF(x + shift + px(2), axis - px(5))
            painter.drawLine(a, b)

    def _paint_moments(
        self, painter: QPainter, stretches: Sequence[_Stretch], top: float, axis: float
    ) -> None:
        placed = [(x, m) for m in self._moments if (x := self._x(stretches, m.day)) is not None]
        placed.sort(key=lambda pair: pair[0])
        small = metrics(NOTE)
        taken = 0.0
        for at, (x, moment) in enumerate(placed):
            is_paid = moment.kind == "paid"
            style = Qt.PenStyle.DashLine if moment.kind == "today" else Qt.PenStyle.SolidLine
            colour: TokenName = "accent" if is_paid else "ink1"
            painter.setPen(pen(colour, 3 if is_paid else 1 if moment.kind == "today" else 2, style))
            painter.drawLine(QPointF(x, top - px(4)), QPointF(x, axis))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(colour))
            if is_paid:
                side = px(8)
                points = (
                    QPointF(x, axis - side),
                    QPointF(x + side, axis),
                    QPointF(x, axis + side),
                    QPointF(x - side, axis),
                )
                painter.drawPolygon(QPolygonF(points))
            elif moment.kind == "signed":
                painter.drawEllipse(QPointF(x, axis), px(5), px(5))
            face = metrics(NOTE, bold=is_paid)
            words = moment.words if moment.kind == "today" else f"{moment.words} {moment.day.isoformat()}"
            wide = face.horizontalAdvance(words)
            next_crowds = at + 1 < len(placed) and placed[at + 1][0] - x < wide + px(8)
            left = x - wide - px(5) if next_crowds else x
            left = min(max(left, px(4), taken), self.width() - wide - px(4))
            taken = left + wide + px(8)
            painter.setFont(font(NOTE, bold=is_paid))
            painter.setPen(ink(colour))
            painter.drawText(QPointF(left, small.ascent()), words)


def _is_current(segment: Segment, today: date, days: Sequence[date]) -> bool:
    """In force today, or on a day of this contract that is still to come."""
    later = [today, *(day for day in days if day >= today)]
    return any(segment.first <= day and (segment.until is None or day < segment.until) for day in later)


class TrialOutcome(Painted):
    """A → B: what the trial turns the result into, with a line of why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before, self._after = "cannot_tell", "cannot_tell"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_results(self, before: str, after: str) -> None:
        """Codes of the results."""
        self._before, self._after = before, after
        self.setAccessibleName(f"{RELIEF[before].word} → {RELIEF[after].word}")
        tell_readers(self)
        self.update()

    def sizeHint(self) -> QSize:
        """One or two lines."""
        return QSize(
            px(240), 2 * metrics(NOTE).height() if self._is_long() else metrics(NOTE).height() + px(4)
        )

    def _is_long(self) -> bool:
        words = RELIEF[self._before].word + RELIEF[self._after].word
        return metrics(NOTE, bold=True).horizontalAdvance(words) > px(170)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Glyph and word, arrow, glyph and word."""
        painter = QPainter(self)
        row = metrics(NOTE).height() + px(2)
        left, top = 0.0, 0.0
        for at, code in enumerate((self._before, self._after)):
            if at:
                if self._is_long():
                    left, top = 0.0, float(row)
                place = square(16, left, row).translated(0, top)
                paint_icon(painter, place, "arrow_right", "ink2")
                left += px(24)
            mark, colour = RELIEF[code], result_colour(code)
            paint_glyph(painter, square(16, left, row).translated(0, top), mark.glyph, colour)
            left += px(22)
            painter.setFont(font(NOTE, bold=bool(at)))
            painter.setPen(ink(colour if at else "ink1"))
            painter.drawText(QRectF(left, top, self.width(), row), MIDDLE, mark.word)
            left += metrics(NOTE, bold=bool(at)).horizontalAdvance(mark.word) + px(8)
