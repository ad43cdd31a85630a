"""What all widgets share: a label with roles, a painted widget that follows the theme, groups with arrow
keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QLabel, QSizePolicy, QWidget

from desktop.ui.theme import TokenName, ink, px

STYLE_EVENTS = (QEvent.Type.StyleChange, QEvent.Type.FontChange)


def restyle(widget: QWidget) -> None:
    """Let the style sheet look again at a widget whose property changed."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # it reads its properties when it is first shown
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def room_around(widget: QWidget) -> QRect:
    """What the desktop leaves free on the screen where the widget stands, in global coordinates.

    Not by ``widget.screen()``: PySide takes the screen for a child of a widget that has no parent, and
    deletes it with the widget.
    """
    middle = widget.mapToGlobal(widget.rect().center())
    screen = QGuiApplication.screenAt(middle) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()


def set_ground(widget: QWidget, ground: str) -> None:
    """Colour of a plain widget's ground: ``page``, ``paper``, ``head``, ``selected`` or ``nav``."""
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
    widget.setProperty("ground", ground)


def pen(colour: TokenName | QColor, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen in a token's colour; width in drawing pixels."""
    made = QPen(colour if isinstance(colour, QColor) else ink(colour), width)
    made.setStyle(style)
    return made


def rounded(
    painter: QPainter, box: QRectF, ground: TokenName | None, line: QPen | None, radius: float
) -> None:
    """A box with its line inside ``box``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    half = (line.widthF() if line else 0.0) / 2
    painter.setPen(line if line else QPen(Qt.PenStyle.NoPen))
    painter.setBrush(ink(ground) if ground else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(half, half, -half, -half), radius, radius)
    painter.restore()


def pass_on(here: QWidget, *, back: bool = False) -> None:
    """Enter's way through a form: like Tab, but past what only Tab stops at (property ``passed_by_enter``).

    A button that adds a party stands between two fields; a clerk who types on must not press it in passing.
    """
    there: QWidget | None = here
    while there is not None:
        if not (there.focusPreviousChild() if back else there.focusNextChild()):
            return
        there = QApplication.focusWidget()
        if there is None or not there.property("passed_by_enter"):
            return


def tell_readers(widget: QWidget) -> None:
    """A screen reader should read the widget's name again."""
    from PySide6.QtGui import QAccessible, QAccessibleEvent  # its many enums are not for the sign-in page

    QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.NameChanged))


class Label(QLabel):
    """Text in one of the house's sizes and colours.

    ``size``: note 10.5, body 12, contract 13.5, page 15, conclusion 18, figure 21, login 24 pt.
    """

    def __init__(
        self,
        text: str = "",
        *,
        size: str = "body",
        tone: TokenName = "ink1",
        strong: bool = False,
        mono: bool = False,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(wrap)
        for name, value in (("textsize", size), ("tone", tone), ("strong", strong), ("mono", mono)):
            self.setProperty(name, value)

    def set_tone(self, tone: TokenName, *, strong: bool | None = None) -> None:
        """Another colour, and weight if given."""
        before = (self.property("tone"), self.property("strong"))
        self.setProperty("tone", tone)
        if strong is not None:
            self.setProperty("strong", strong)
        if before != (self.property("tone"), self.property("strong")):
            restyle(self)


class Rule(QFrame):
    """A hairline, horizontal unless ``upright``."""

    def __init__(self, *, upright: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("line", "v" if upright else "h")
        if upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class Painted(QWidget):
    """A widget that paints itself and sizes itself by the text; it keeps its preferred height."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def changeEvent(self, event: QEvent) -> None:
        """Theme or text size changed: measure and draw again."""
        if event.type() in STYLE_EVENTS:
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Never smaller than the text."""
        return self.sizeHint()


class PaintedButton(QAbstractButton):
    """A button that paints itself; Enter and the space bar press it, the focus ring follows it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover, True)

    def changeEvent(self, event: QEvent) -> None:
        """Theme or text size changed: measure and draw again."""
        if event.type() in STYLE_EVENTS:
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Both Enter keys press the button."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Never smaller than the text."""
        return self.sizeHint()


class ArrowKeys(QObject):
    """One stop of Tab for a row of buttons; the arrow keys, Home and End move inside it."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._items: list[QWidget] = []

    def set_items(self, items: Sequence[QWidget]) -> None:
        """The buttons in reading order; the first one is the Tab stop until another gets the focus."""
        self._items = list(items)
        for at, item in enumerate(self._items):
            item.installEventFilter(self)
            item.setFocusPolicy(Qt.FocusPolicy.StrongFocus if at == 0 else Qt.FocusPolicy.ClickFocus)

    def stop_at(self, item: QWidget) -> None:
        """Make this button the Tab stop."""
        for other in self._items:
            other.setFocusPolicy(Qt.FocusPolicy.StrongFocus if other is item else Qt.FocusPolicy.ClickFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys and focus of the buttons."""
        if not isinstance(watched, QWidget) or watched not in self._items:
            return False
        if event.type() == QEvent.Type.FocusIn:
            self.stop_at(watched)
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._move(watched, event.key())
        return False

    def _move(self, item: QWidget, key: int) -> bool:
        usable = [other for other in self._items if other.isEnabled() and not other.isHidden()]
        if item not in usable:
            return False
        at = usable.index(item)
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            to = at + 1
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            to = at - 1
        elif key == Qt.Key.Key_Home:
            to = 0
        elif key == Qt.Key.Key_End:
            to = len(usable) - 1
        else:
            return False
        if 0 <= to < len(usable):
            usable[to].setFocus(Qt.FocusReason.OtherFocusReason)
        return True


def square(size: float, left: float, height: float) -> QRectF:
    """A square of ``size`` drawing pixels at ``left``, centred in a row so high."""
    side = px(size)
    return QRectF(left, (height - side) // 2, side, side)
