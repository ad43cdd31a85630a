"""Cards, tiles, number gauges, the note that says why a list is empty, the strips inside a page."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.ui.theme import NOTE, PAGE, TokenName, font, icon_picture, ink, metrics, paint_icon, px
from desktop.ui.widgets.base import Label, Painted, PaintedButton, Rule, pen, rounded, square
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.marks import MARKS, Mark, paint_glyph


class Icon(Painted):
    """A bare icon; give it a name for readers or put its word beside it."""

    def __init__(
        self,
        name: str,
        colour: TokenName = "ink2",
        size: int = 20,
        *,
        filled: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._colour, self._size, self._filled = name, colour, size, filled
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, colour: TokenName | None = None) -> None:
        """Another icon."""
        self._name, self._colour = name, colour or self._colour
        self.update()

    def sizeHint(self) -> QSize:
        """Its square."""
        return QSize(px(self._size), px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The icon."""
        side = px(self._size)
        ratio = self.devicePixelRatioF()
        picture = icon_picture(self._name, self._colour, side, ratio, filled=self._filled)
        QPainter(self).drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, picture)


class Glyph(Painted):
    """One mark's glyph alone (``error``, ``verified``, …); its word belongs beside it."""

    def __init__(self, code: str, *, size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._mark = MARKS[code]
        self.setAccessibleName(self._mark.word)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Its square."""
        return QSize(px(self._size), px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The glyph."""
        box = square(self._size, 0, self.height())
        paint_glyph(QPainter(self), box, self._mark.glyph, self._mark.colour)


class Card(QFrame):
    """White paper with a hairline; a head with title, remark and whatever stands at its right.

    Put content into ``body`` (a QVBoxLayout). ``kind``: plain, accent (the clerk's own decision), quiet.
    ``padded=False``
    lets a table reach the edges.
    """

    def __init__(
        self,
        title: str = "",
        remark: str = "",
        *,
        kind: str = "plain",
        padded: bool = True,
        ruled: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", kind)
        outer = QVBoxLayout(self)
        edge = 2 if kind == "accent" else 1
        outer.setContentsMargins(edge, edge, edge, edge)
        outer.setSpacing(0)
        self.head: QHBoxLayout | None = None
        self.title = Label(title, strong=True)
        self.remark = Label(remark, size="note", tone="ink2")
        if title:
            self.setAccessibleName(title)
            top = QWidget(self)
            top.setMinimumHeight(px(40))
            self.head = QHBoxLayout(top)
            self.head.setContentsMargins(px(16), px(4), px(16), px(4))
            self.head.setSpacing(px(12))
            self.head.addWidget(self.title)
            self.head.addWidget(self.remark)
            self.head.addStretch(1)
            outer.addWidget(top)
            if ruled:
                outer.addWidget(Rule())
        self.body = QVBoxLayout()
        air = px(16) if padded else 0
        self.body.setContentsMargins(air, px(10) if padded else 0, air, px(10) if padded else 0)
        self.body.setSpacing(px(8))
        outer.addLayout(self.body, 1)
        self._outer = outer

    def add_to_head(self, widget: QWidget) -> None:
        """Something at the right end of the head (a tag, a link). The card needs a title."""
        if self.head is None:
            raise ValueError("a card without title has no head")
        self.head.addWidget(widget)

    def add_foot(self, widget: QWidget) -> None:
        """A last row under a hairline."""
        self._outer.addWidget(Rule())
        foot = QHBoxLayout()
        foot.setContentsMargins(px(16), px(8), px(16), px(8))
        foot.addWidget(widget)
        self._outer.addLayout(foot)


class Tile(PaintedButton):
    """A queue: state glyph, name, count, one remark. Enter opens it; ``chosen`` tiles filter a list (page
    10).

    ``Tile("ACCEPTED", "待初审").show_count(5, "1 份今天到期", "error")``.
    """

    def __init__(
        self, mark: str | Mark, name: str, *, arrow: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, parent)
        self._mark = MARKS[mark] if isinstance(mark, str) else mark
        self._arrow = arrow
        self._count, self._unit = "…", _("份")
        self._remark, self._level = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name_for_readers()

    def show_count(
        self, count: int | str, remark: str = "", level: str = "", *, unit: str | None = None
    ) -> None:
        """The figure, and a remark that may be ``error`` or ``doubt``."""
        self._count = f"{count:,}" if isinstance(count, int) else count
        self._remark, self._level = remark, level
        if unit is not None:
            self._unit = unit
        self._name_for_readers()
        self.update()

    def _name_for_readers(self) -> None:
        word = MARKS[self._level].word + " " if self._level else ""
        remark = f"，{word}{self._remark}" if self._remark else ""
        self.setAccessibleName(f"{self.text()}，{self._count} {self._unit}{remark}")
        self.setToolTip(self._remark)

    def sizeHint(self) -> QSize:
        """Name line and figure line."""
        height = metrics().height() + metrics(PAGE, bold=True).height() + px(28)
        return QSize(px(187), height)

    def minimumSizeHint(self) -> QSize:
        """May get narrower than drawn; the remark is cut first and has its tooltip."""
        return QSize(px(112), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, glyph and name, figure, remark."""
        painter = QPainter(self)
        chosen = self.isCheckable() and self.isChecked()
        line = pen("accent", 2) if chosen else pen("line2" if self.underMouse() else "line1")
        ground: TokenName = "accentS" if chosen or self.isDown() else "bg0"
        rounded(painter, QRectF(self.rect()), ground, line, px(6))
        top, air = px(10), px(15)
        row = metrics().height()
        place = square(16, air, row).translated(0, top)
        name_ink: TokenName = "err" if self._mark.colour == "err" else "ink2"
        paint_glyph(painter, place, self._mark.glyph, self._mark.colour)
        painter.setFont(font(bold=name_ink == "err"))
        painter.setPen(ink(name_ink))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(air + px(22), top, self.width(), row), middle, self.text())
        if self._arrow:
            end = square(16, self.width() - air - px(14), row).translated(0, top)
            paint_icon(painter, end, "chevron_right", "ink2")
        base = top + row
        low = QRectF(air, base, self.width() - 2 * air, self.height() - base - px(8))
        figure = metrics(21, bold=True)
        painter.setFont(font(21, bold=True))
        painter.setPen(ink("ink1"))
        painter.drawText(low, middle, self._count)
        left = air + figure.horizontalAdvance(self._count) + px(6)
        small = QRectF(left, base + px(6), low.right() - left, low.height() - px(6))
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        painter.drawText(small, middle, self._unit)
        self._paint_remark(painter, small)

    def _paint_remark(self, painter: QPainter, place: QRectF) -> None:
        sign = {"error": "✕ ", "doubt": "! "}.get(self._level, "")
        inks: dict[str, TokenName] = {"error": "err", "doubt": "warn"}
        colour = inks.get(self._level, "ink2")
        bold = bool(sign)
        face = metrics(NOTE, bold=bold)
        room = int(place.width()) - metrics(NOTE).horizontalAdvance(self._unit) - px(8)
        text = face.elidedText(sign + self._remark, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font(NOTE, bold=bold))
        painter.setPen(ink(colour))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


def paint_bar(
    painter: QPainter,
    box: QRectF,
    part: float,
    *,
    colour: TokenName = "accent",
    mark: float | None = None,
    mark_colour: TokenName = "ink1",
) -> None:
    """A filled bar with a frame; ``mark`` draws a line across at that part of it."""
    part = min(1.0, max(0.0, part))
    painter.fillRect(box, ink("bg2"))
    painter.fillRect(QRectF(box.left(), box.top(), box.width() * part, box.height()), ink(colour))
    painter.setPen(pen("line2"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
    if mark is not None:
        at = box.left() + box.width() * min(1.0, max(0.0, mark))
        painter.fillRect(QRectF(at - px(1), box.top() - px(3), px(2), box.height() + px(6)), ink(mark_colour))


class Gauge(Painted):
    """A block of numbers: how many are used, where the low-water mark is; warns in words below it.

    ``show_numbers(used=46, total=100, low_water=20)``: the mark stands where 20 are left.
    """

    def __init__(self, name: str, *, worded: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._worded = name, worded
        self._used, self._total, self._low = 0, 0, 0
        self.setAccessibleName(name)

    def show_numbers(self, used: int, total: int, low_water: int) -> None:
        """Counts of the block in use."""
        self._used, self._total, self._low = used, total, low_water
        self.setAccessibleName(f"{self._name}，{self.words()}")
        self.updateGeometry()
        self.update()

    @property
    def left(self) -> int:
        """Numbers left."""
        return max(0, self._total - self._used)

    @property
    def level(self) -> str:
        """error (used up), doubt (at or below the low-water mark) or empty."""
        return "error" if self.left == 0 else "doubt" if self.left <= self._low else ""

    def words(self) -> str:
        """What is said below the bar."""
        if self.level == "error":
            return _("✕ 已用完，只出受理单")
        if self.level == "doubt":
            return _("! 余 {left}，请申领").format(left=self.left)
        return _("余 {left}").format(left=self.left)

    def sizeHint(self) -> QSize:
        """Bar and a line of words."""
        return QSize(px(200), px(20) + (metrics(NOTE).height() + px(4) if self._worded else 0))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Bar, mark, words."""
        painter = QPainter(self)
        bar = QRectF(0, px(3), self.width(), px(14))
        colours: dict[str, TokenName] = {"error": "err", "doubt": "warnB", "": "accent"}
        total = max(1, self._total)
        mark = 1 - self._low / total
        mark_ink: TokenName = "warnB" if not self.level else "ink1"
        paint_bar(
            painter, bar, self._used / total, colour=colours[self.level], mark=mark, mark_colour=mark_ink
        )
        if self._worded:
            inks: dict[str, TokenName] = {"error": "err", "doubt": "warn", "": "ink2"}
            painter.setFont(font(NOTE, bold=bool(self.level)))
            painter.setPen(ink(inks[self.level]))
            painter.drawText(QRectF(0, px(20), self.width(), self.height() - px(20)), 0, self.words())


class Meter(Painted):
    """A plain bar of a share, 0 to 1, with an optional mark (target, share of the year)."""

    def __init__(self, name: str, *, height: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._height = name, height
        self._part: float = 0.0
        self._mark: float | None = None
        self._colour: TokenName = "accent"
        self.setAccessibleName(name)

    def show_part(self, part: float, *, mark: float | None = None, colour: TokenName = "accent") -> None:
        """The share and the mark."""
        self._part, self._mark, self._colour = part, mark, colour
        self.setAccessibleName(f"{self._name}，{part:.1%}")
        self.update()

    def sizeHint(self) -> QSize:
        """The bar and the mark's ends."""
        return QSize(px(140), px(self._height) + px(6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The bar."""
        bar = QRectF(0, (self.height() - px(self._height)) // 2, self.width(), px(self._height))
        paint_bar(QPainter(self), bar, self._part, colour=self._colour, mark=self._mark)


class EmptyNote(QFrame):
    """Why there is nothing, and the one thing to do about it: 没有符合的合同。去掉“不含草稿”还有 2 份."""

    pressed = Signal()

    def __init__(
        self,
        text: str,
        remark: str = "",
        act: str = "",
        *,
        icon: str = "document_search",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"{text}{remark}")
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(12), px(16), px(12))
        row.setSpacing(px(10))
        row.addWidget(Icon(icon))
        row.addWidget(Label(text))
        if remark:
            row.addWidget(Label(remark, tone="ink2", wrap=True), 1)
        else:
            row.addStretch(1)
        self.button: Button | None = None
        if act:
            self.button = Button(act, "text")
            self.button.clicked.connect(self.pressed)
            row.addWidget(self.button)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dashed frame."""
        frame = pen("line2", 1, Qt.PenStyle.DashLine)
        rounded(QPainter(self), QRectF(self.rect()), "bg0", frame, px(6))


class Progress(QFrame):
    """A strip inside the page while long work runs: 正在查第 37 / 200 份 and 停止. Hidden until ``start``."""

    stopped = Signal()

    def __init__(self, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verb = verb
        self.setProperty("card", "plain")
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), px(8), px(12), px(8))
        row.setSpacing(px(12))
        self.words = Label(verb)
        self.meter = Meter(verb)
        self.button = Button(_("停止"), key="Esc")
        self.button.clicked.connect(self._stop)
        row.addWidget(self.words)
        row.addWidget(self.meter, 1)
        row.addWidget(self.button)
        self.hide()

    def start(self) -> None:
        """Work begins."""
        self.words.setText(self._verb)
        self.meter.show_part(0)
        self.button.setEnabled(True)
        self.show()

    def step(self, count: int, total: int, text: str = "") -> None:
        """Connect to ``Job.progressed``."""
        share = _("第 {count} / {total} 份").format(count=count, total=total)
        self.words.setText(f"{self._verb}{share}{'　' + text if text else ''}")
        self.meter.show_part(count / total if total else 0)

    def finish(self) -> None:
        """Work ended, however."""
        self.hide()

    def _stop(self) -> None:
        self.button.setEnabled(False)
        self.words.setText(_("正在停下……"))
        self.stopped.emit()


class Strip(QFrame):
    """A remark across the page with up to two answers: 已找回 14:32 的录入，停在第 16 栏 · 接着录 / 先放着.

    ``level`` empty: accent ground; ``doubt`` and ``error``: their ground and glyph.
    """

    accepted = Signal()
    declined = Signal()

    def __init__(
        self,
        text: str,
        *,
        accept: str = "",
        decline: str = "",
        icon: str = "history",
        level: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._level = level
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(7), px(12), px(7))
        row.setSpacing(px(10))
        row.addWidget(Glyph(level) if level else Icon(icon, "accent"))
        self.words = Label(text, wrap=True)
        row.addWidget(self.words, 1)
        self.accept_button = Button(accept, "plain" if level else "primary") if accept else None
        self.decline_button = Button(decline) if decline else None
        for button, signal in ((self.accept_button, self.accepted), (self.decline_button, self.declined)):
            if button is not None:
                button.clicked.connect(signal)
                row.addWidget(button)

    def say(self, text: str) -> None:
        """Other words."""
        self.words.setText(text)
        self.setAccessibleName(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground, frame, and for a level its bar."""
        painter = QPainter(self)
        looks: dict[str, tuple[TokenName, TokenName]] = {
            "": ("accentS", "accent"),
            "error": ("errS", "err"),
            "doubt": ("warnS", "warnB"),
            "note": ("bg0", "line2"),
        }
        ground, line = looks[self._level]
        rounded(painter, QRectF(self.rect()), ground, pen(line), px(4))
        if self._level:
            painter.fillRect(QRectF(0, 0, px(4), self.height()), ink(line))
