"""The one focus ring, and the guard that keeps the wheel from changing numbers in passing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFocusFrame,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QWidget,
)

from desktop.ui.theme import px, tokens
from desktop.ui.widgets.base import pen, rounded

RING_GAP = 2
"""Pixels between a control and its focus ring."""


class RingStyle(QProxyStyle):
    """Fusion, with room around the focus frame; for that frame alone.

    A style written in Python for the whole application would be asked for every metric of every widget, and
    the first widget it is shown makes PySide load all widget classes (25 ms before the sign-in page stands).
    """

    def __init__(self) -> None:
        super().__init__("Fusion")

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """The focus frame stands 2 px off and is as wide as the theme says."""
        if metric in (QStyle.PixelMetric.PM_FocusFrameHMargin, QStyle.PixelMetric.PM_FocusFrameVMargin):
            return RING_GAP + tokens().focus_width
        return int(super().pixelMetric(metric, option, widget))

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: object = None,  # noqa: N803 - Qt's own name
    ) -> int:
        """No mask: the ring of the navigation lies inside its item. Above its control and the neighbours:
        beneath, the next one in a row covers half of the ring.
        """
        if hint == QStyle.StyleHint.SH_FocusFrame_Mask:
            return 0
        if hint == QStyle.StyleHint.SH_FocusFrame_AboveWidget:
            return 1
        return int(super().styleHint(hint, option, widget, returnData))  # type: ignore[arg-type]


def wants_ring(widget: QWidget | None) -> bool:
    """Buttons, and whatever sets the property ``ring``; fields and tables show the focus themselves."""
    if widget is None or not widget.isVisible():
        return False
    said = widget.property("ring")
    return bool(said) if said is not None else isinstance(widget, QAbstractButton)


class FocusRing(QFocusFrame):
    """Follows the keyboard focus through the whole application. Make one and keep it: ``FocusRing(app)``.

    A widget with the property ``ring`` = ``nav`` gets the ring for dark ground, inside its edges.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._style = RingStyle()
        self.setStyle(self._style)
        app.focusChanged.connect(self.follow)
        self.follow(None, app.focusWidget())

    def follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Move to the widget that has the focus now, or hide."""
        if new is not None and wants_ring(new):
            self.setWidget(new)
            self.raise_()
        else:
            self.setWidget(None)  # type: ignore[arg-type]
            # Setting a widget made the ring a child of that widget's window; a dialog would take it along
            # when it is deleted, and no focus would be seen any more.
            self.setParent(None)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ring: 2 px (3 in high contrast), 2 px off the control."""
        widget = self.widget()
        if widget is None:
            return
        width = tokens().focus_width
        painter = QPainter(self)
        if widget.property("ring") == "nav":
            gap = width + RING_GAP + px(2)
            inside = QRectF(self.rect()).adjusted(gap, gap, -gap, -gap)
            rounded(painter, inside, None, pen("navOn" if _is_chosen(widget) else "navT", width), px(4))
        else:
            rounded(painter, QRectF(self.rect()), None, pen("focus", width), px(4) + width)


def _is_chosen(widget: QWidget) -> bool:
    return isinstance(widget, QAbstractButton) and widget.isChecked()


class WheelGuard(QObject):
    """Lists and number boxes turn with the wheel only while focused. ``WheelGuard(app)``, keep it.

    The window needs none: its pages have no such boxes, and a filter in Python sees every event of all.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand the wheel on to the page."""
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        box = watched if isinstance(watched, QComboBox | QAbstractSpinBox) else watched.parent()
        if not isinstance(box, QComboBox | QAbstractSpinBox) or box.hasFocus():
            return False
        if isinstance(box, QComboBox) and box.view().isVisible():
            return False
        event.ignore()
        return True
