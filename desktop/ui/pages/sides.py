"""What pages with a list at the left and details at the right share."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.pages.parts import Scroller
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label, Rule, pen, set_ground

SIDE = 372
"""Drawing pixels of the right part in a wide window."""


class SidePanel(QFrame):
    """White, a line at its left; content scrolls up and down under a head that stays."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "paper")
        self.setAccessibleName(name)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(px(16), px(8), px(12), px(8))
        self.title = Label("", strong=True, wrap=True)
        top.addWidget(self.title, 1)
        outer.addLayout(top)
        outer.addWidget(Rule())
        inside = QWidget()
        set_ground(inside, "paper")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(px(16), px(10), px(16), px(10))
        self.body.setSpacing(px(8))
        outer.addWidget(Scroller(inside), 1)

    def add_heading(self, words: str) -> Label:
        """The name of a part."""
        label = Label(words, strong=True)
        label.setContentsMargins(0, px(6), 0, 0)
        self.body.addWidget(label)
        return label

    def fit(self, *, narrow: bool) -> None:
        """Fixed beside the list, or all there is in its place."""
        self.setMinimumWidth(0 if narrow else px(SIDE))
        self.setMaximumWidth(16_777_215 if narrow else px(SIDE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """White, a line at its left."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line2"))
        painter.drawLine(0, 0, 0, self.height())


def focus(widget: QWidget) -> None:
    """Into the list, so that the arrows work at once."""
    widget.setFocus(Qt.FocusReason.OtherFocusReason)
