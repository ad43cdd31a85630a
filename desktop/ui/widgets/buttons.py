"""Buttons, page tools, choices: everything that is pressed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QSizePolicy, QWidget

from desktop.ui.theme import BODY, NOTE, TokenName, button_height, font, ink, metrics, paint_icon, px
from desktop.ui.widgets.base import ArrowKeys, PaintedButton, pass_on, pen, rounded, square
from desktop.ui.widgets.tags import cap_size, paint_cap

KINDS = ("primary", "plain", "danger", "text")


class Keyed(PaintedButton):
    """A button that may have a letter of its own, bound as Alt+letter and told in its tool tip."""

    letter = ""
    _tip = ""

    def use_letter(self, letter: str) -> None:
        """``W`` binds Alt+W, ``Shift+W`` Alt+Shift+W; nothing is drawn, the tool tip says it."""
        self.letter = letter
        self.setShortcut(QKeySequence(f"Alt+{letter}"))
        self.setToolTip(self._tip)

    def setText(self, text: str) -> None:
        """Another word; the key stays (Qt would drop it)."""
        shortcut = self.shortcut()
        super().setText(text)
        self.setShortcut(shortcut)
        if self.letter:
            self.setToolTip(self._tip)

    def setToolTip(self, text: str) -> None:
        """The words and the letter; without words those on the button."""
        self._tip = text
        if self.letter:
            text = f"{text or self.text()}（Alt+{self.letter}）"
        super().setToolTip(text)


class Button(Keyed):
    """A button with its word, an icon if given, and its key drawn as a cap.

    ``key`` of the form ``Alt R`` is also bound; F-keys are only drawn (the key bar owns them). ``mnemonic``
    "Z" writes （Z） behind the word and binds Alt+Z; where there is no room for that, ``letter`` binds it and
    leaves the telling to the tool tip. A button is never a dialog's default by itself.
    """

    def __init__(
        self,
        text: str,
        kind: str = "plain",
        *,
        key: str = "",
        icon: str = "",
        mnemonic: str = "",
        letter: str = "",
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        if kind not in KINDS:
            raise ValueError(f"kind of button: {kind}")
        self.kind, self.key, self.icon_name, self.mnemonic = kind, key, icon, mnemonic
        self._points = NOTE if small else BODY
        self.setProperty("kind", kind)
        self.setAccessibleName(text)
        if key.startswith("Alt "):
            self.setShortcut(QKeySequence("+".join(key.split())))
        elif mnemonic:
            self.setShortcut(QKeySequence(f"Alt+{mnemonic}"))
        elif letter:
            self.use_letter(letter)

    def set_words(self, text: str) -> None:
        """Another word on the button; its key stays."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def _words(self) -> str:
        return f"{self.text()}（{self.mnemonic}）" if self.mnemonic else self.text()

    def _content_width(self) -> int:
        width = metrics(self._points).horizontalAdvance(self._words())
        if self.icon_name:
            width += px(20) + (px(8) if self.text() else 0)
        if self.key:
            width += px(8) + cap_size(self.key).width()
        return width

    def sizeHint(self) -> QSize:
        """Word, icon, cap and the air around them."""
        air = px(4) if self.kind == "text" else px(16)
        height = button_height() if self._points == BODY else metrics(self._points).height() + px(12)
        return QSize(max(self._content_width() + 2 * air, px(32)), max(height, px(32)))

    def _colours(self) -> tuple[TokenName | None, TokenName | None, TokenName]:
        """Ground, line, ink of the state."""
        if not self.isEnabled():
            return ("bg2", "line1", "dis") if self.kind != "text" else (None, None, "dis")
        hot, down = self.underMouse(), self.isDown()
        if self.kind == "primary":
            return ("accentD", "accentD", "onA") if hot or down else ("accent", "accent", "onA")
        if self.kind == "danger":
            return ("errS" if down else "bg2" if hot else "bg0", "err", "err")
        if self.kind == "text":
            return ("accentS" if down or hot else None, None, "accent")
        return ("accentS" if down else "bg2" if hot else "bg0", "line2", "ink1")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, icon, word, cap; what is in the middle stays there as one group."""
        painter = QPainter(self)
        ground, line, colour = self._colours()
        rounded(painter, QRectF(self.rect()), ground, pen(line) if line else None, px(4))
        left = max(px(4), (self.width() - self._content_width()) // 2)
        if self.icon_name:
            paint_icon(painter, square(20, left, self.height()), self.icon_name, colour)
            left += px(20) + (px(8) if self.text() else 0)
        painter.setFont(font(self._points))
        painter.setPen(ink(colour))
        wide = metrics(self._points).horizontalAdvance(self._words())
        place = QRect(left, 0, wide + 1, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._words())
        if self.key:
            cap = cap_size(self.key)
            top = (self.height() - cap.height()) // 2
            box = QRectF(left + wide + px(8), top, cap.width(), cap.height())
            if self.kind == "primary" and self.isEnabled():
                paint_cap(painter, box, self.key, colour="onA", line="onA", ground=None)
            elif self.isEnabled():
                paint_cap(painter, box, self.key, colour="err" if self.kind == "danger" else "ink1")
            else:
                paint_cap(painter, box, self.key, colour="dis", line="line2", ground="bg2")


class PageTool(Keyed):
    """A tool of the page head: icon and word without a frame; ``key`` draws a cap, ``letter`` binds Alt and
    that letter and says so in the tool tip; checkable ones stay grey.
    """

    def __init__(
        self,
        text: str,
        icon: str,
        *,
        key: str = "",
        letter: str = "",
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.icon_name, self.key = icon, key
        self.setCheckable(checkable)
        self.setAccessibleName(text)
        if letter:
            self.use_letter(letter)
        else:
            self.setToolTip(text)

    def sizeHint(self) -> QSize:
        """Icon, word, cap."""
        cap = px(6) + cap_size(self.key).width() if self.key else 0
        wide = px(10) * 2 + px(20) + px(7) + metrics().horizontalAdvance(self.text()) + cap
        return QSize(wide, button_height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Icon and word."""
        painter = QPainter(self)
        if self.isChecked() or self.isDown() or (self.underMouse() and self.isEnabled()):
            rounded(painter, QRectF(self.rect()), "bg2", None, px(4))
        colour: TokenName = "ink2" if self.isEnabled() else "dis"
        left = px(10)
        paint_icon(painter, square(20, left, self.height()), self.icon_name, colour)
        left += px(27)
        painter.setFont(font())
        painter.setPen(ink("ink1" if self.isChecked() else colour))
        painter.drawText(left, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.key:
            cap = cap_size(self.key)
            left += metrics().horizontalAdvance(self.text()) + px(6)
            paint_cap(
                painter,
                QRectF(left, (self.height() - cap.height()) // 2, cap.width(), cap.height()),
                self.key,
            )


def paint_check(painter: QPainter, box: QRectF, colour: TokenName) -> None:
    """A plain check mark without a disc."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit, centre = box.width() / 16, box.center()
    painter.setPen(pen(colour, 1.4 * unit))
    points = ((-5, 0.4), (-1.8, 3.6), (5.4, -3.8))
    painter.drawPolyline(
        QPolygonF([QPointF(centre.x() + x * unit, centre.y() + y * unit) for x, y in points])
    )
    painter.restore()


class _Segment(PaintedButton):
    def __init__(self, text: str, code: str, tone: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.code, self.tone = code, tone
        self.edges = (True, True)
        self.setCheckable(True)

    def sizeHint(self) -> QSize:
        """Room for the check mark is kept, so that choosing moves nothing."""
        extra = px(22) if self.isChecked() else 0
        wide = metrics(bold=self.isChecked()).horizontalAdvance(self.text()) + px(24) + extra
        return QSize(wide, max(metrics().height() + px(10), px(32)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Chosen: coloured ground, check mark or cross, bold."""
        painter = QPainter(self)
        box = QRectF(self.rect())
        radius = px(4)
        first, last = self.edges
        painter.setClipRect(self.rect())
        shape = box.adjusted(0 if first else -2 * radius, 0, 0 if last else 2 * radius, 0)
        colours: dict[str, tuple[TokenName, TokenName]] = {
            "accent": ("accent", "onA"),
            "ok": ("okS", "ok"),
            "err": ("errS", "err"),
        }
        ground, colour = colours[self.tone] if self.isChecked() else ("bg0", "ink1")
        if not self.isEnabled():
            ground, colour = "bg2", "dis"
        elif not self.isChecked() and (self.isDown() or self.underMouse()):
            ground = "bg2"
        rounded(painter, shape, ground, pen("line2"), radius)
        if not first:
            painter.setPen(pen("line2"))
            painter.drawLine(0, 0, 0, self.height())
        painter.setPen(ink(colour))
        painter.setFont(font(bold=self.isChecked()))
        left = px(12)
        if self.isChecked():
            place = square(16, left, self.height())
            if self.tone == "err":
                paint_icon(painter, place, "dismiss", colour)
            else:
                paint_check(painter, place, colour)
            left += px(22)
        painter.drawText(left, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, self.text())


class SegmentedToggle(QWidget):
    """One of a few: ``SegmentedToggle("专用发票", [("no", "没开"), ("yes", "开了"), ("unknown", "不明")])``.

    Nothing is chosen at first. ``tones`` colours a choice: ``{"agree": "ok", "object": "err"}``. One Tab
    stop, arrows
    move, Enter or the space bar chooses.
    """

    chosen = Signal(str)
    """The person chose this code (not sent by ``choose``)."""

    def __init__(
        self,
        name: str,
        choices: Sequence[tuple[str, str]],
        *,
        tones: dict[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.items: list[_Segment] = []
        for at, (code, word) in enumerate(choices):
            item = _Segment(word, code, (tones or {}).get(code, "accent"), self)
            item.edges = (at == 0, at == len(choices) - 1)
            item.setAccessibleName(f"{name}：{word}")
            item.toggled.connect(item.updateGeometry)
            self._group.addButton(item, at)
            row.addWidget(item)
            self.items.append(item)
        self._group.buttonClicked.connect(self._clicked)
        self._arrows = ArrowKeys(self)
        self._arrows.set_items(self.items)
        self.setFocusProxy(self.items[0])

    def _clicked(self, button: object) -> None:
        if isinstance(button, _Segment):
            self.chosen.emit(button.code)

    def choice(self) -> str:
        """Code of the choice, empty when none was made."""
        button = self._group.checkedButton()
        return button.code if isinstance(button, _Segment) else ""

    def choose(self, code: str) -> None:
        """Show a choice without telling anyone; an unknown or empty code clears it."""
        self._group.setExclusive(False)
        for item in self.items:
            item.setChecked(item.code == code)
            if item.code == code:
                self._arrows.stop_at(item)
                self.setFocusProxy(item)
        self._group.setExclusive(True)


class CheckBox(PaintedButton):
    """A box to tick. The space bar and Enter tick it. ``framed`` draws it as a chip."""

    def __init__(self, text: str, *, framed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._framed = framed
        self.setCheckable(True)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """Box and word; never lower than a finger or mouse needs."""
        air = px(20) if self._framed else px(4)
        points = NOTE if self._framed else BODY
        return QSize(px(24) + metrics(points).horizontalAdvance(self.text()) + air, px(32))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Box and word."""
        painter = QPainter(self)
        checked, usable = self.isChecked(), self.isEnabled()
        left = px(2)
        if self._framed:
            frame = pen("accent" if checked else "line2")
            rounded(painter, QRectF(self.rect()), "accentS" if checked else "bg0", frame, px(3))
            left = px(10)
        colour: TokenName = ("accent" if checked else "line2") if usable else "dis"
        box = square(14, left, self.height())
        rounded(painter, box, (colour if checked else "bg0"), pen(colour), px(2))
        if checked:
            paint_check(painter, box.adjusted(2, 2, -2, -2), "onA")
        painter.setFont(font(NOTE if self._framed else BODY))
        painter.setPen(ink("ink1" if usable else "dis"))
        at = left + px(22)
        painter.drawText(at, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, self.text())


class Radio(PaintedButton):
    """One of several; put them into a QButtonGroup. ``key`` (``Alt A``) is drawn at the right edge and
    bound.
    """

    def __init__(self, text: str, *, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.key = key
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(text)
        if key:
            self.setShortcut(QKeySequence("+".join(key.split())))

    def sizeHint(self) -> QSize:
        """Ring, word, cap."""
        cap = px(16) + cap_size(self.key).width() if self.key else 0
        return QSize(px(30) + metrics(bold=True).horizontalAdvance(self.text()) + cap, px(34))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ring, word, cap."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        checked, usable = self.isChecked(), self.isEnabled()
        colour: TokenName = ("accent" if checked else "line2") if usable else "dis"
        ring = square(16, px(1), self.height())
        painter.setBrush(ink("bg0"))
        painter.setPen(pen(colour, 2 if checked else 1.2))
        painter.drawEllipse(ring)
        if checked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(colour))
            gap = px(4)
            painter.drawEllipse(ring.adjusted(gap, gap, -gap, -gap))
        painter.setFont(font(bold=checked))
        painter.setPen(ink("ink1" if usable else "dis"))
        at = px(28)
        painter.drawText(at, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.key:
            cap = cap_size(self.key)
            top = (self.height() - cap.height()) / 2
            paint_cap(painter, QRectF(self.width() - cap.width(), top, cap.width(), cap.height()), self.key)


class Chip(PaintedButton):
    """A condition of a search. ``is_set``: carries ✕, pressing removes it; else ▾, pressing opens."""

    def __init__(
        self, text: str, *, is_set: bool = False, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.is_set, self.icon_name = is_set, icon
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """Word and sign."""
        return QSize(metrics().horizontalAdvance(self.text()) + px(44), metrics().height() + px(10))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, word, sign."""
        painter = QPainter(self)
        colour: TokenName = "accent" if self.is_set else "ink1"
        hot = self.isDown() or self.underMouse()
        ground: TokenName = "accentS" if self.is_set else "bg2" if hot else "bg0"
        line = pen("accent" if self.is_set else "line2")
        rounded(painter, QRectF(self.rect()), ground, line, px(4))
        painter.setFont(font())
        painter.setPen(ink(colour))
        left = px(10)
        if self.icon_name:
            paint_icon(painter, square(16, left, self.height()), self.icon_name, colour)
            left += px(22)
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(left, 0, self.width(), self.height(), flags, self.text())
        if not self.icon_name:
            sign = "dismiss" if self.is_set else "chevron_down"
            paint_icon(painter, square(16, self.width() - px(26), self.height()), sign, colour)


class Choice(QComboBox):
    """A short list to choose from. Enter goes to the next field; Alt+↓ and F7 open it."""

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str]] = (), *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Codes and words; nobody is told."""
        self.blockSignals(True)
        self.clear()
        for code, word in choices:
            self.addItem(word, code)
        self.blockSignals(False)

    def choice(self) -> str:
        """Code of the chosen line, empty when there is none."""
        return str(self.currentData() or "")

    def choose(self, code: str) -> None:
        """Show a line without telling anyone."""
        self.blockSignals(True)
        self.setCurrentIndex(self.findData(code))
        self.blockSignals(False)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, F7 opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            pass_on(self, back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        if event.key() == Qt.Key.Key_F7:
            self.showPopup()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, and our own ▾."""
        super().paintEvent(event)
        painter = QPainter(self)
        colour: TokenName = "ink2" if self.isEnabled() else "dis"
        paint_icon(painter, square(16, self.width() - px(26), self.height()), "chevron_down", colour)
