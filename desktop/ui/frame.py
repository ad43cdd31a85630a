"""The work frame of the window: navigation at the left, the page, key bar and status bar below it."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.ui.widgets.bars import KeyBar, Navigation, StatusBar
from desktop.ui.widgets.base import set_ground
from desktop.ui.widgets.cards import Progress

PAGE_OF = {"handle": "case"}
"""Item of the navigation → its page, where the two differ."""


class WorkFrame(QWidget):
    """Stands after somebody signed in. ``pages``: codes of the pages there are; other items are disabled."""

    def __init__(self, pages: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "page")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        outer.addLayout(middle, 1)
        self.navigation = Navigation()
        middle.addWidget(self.navigation)
        self.stack = QStackedWidget()
        middle.addWidget(self.stack, 1)
        self.progress = Progress(_("正在备份　"))
        outer.addWidget(self.progress)
        self.key_bar = KeyBar()
        outer.addWidget(self.key_bar)
        self.status = StatusBar()
        outer.addWidget(self.status)
        for button in self.navigation.items:
            code = button.item.code
            button.setEnabled(PAGE_OF.get(code, code) in pages)

    def set_narrow(self, narrow: bool) -> None:
        """Rail and fewer keys, or all of them."""
        self.navigation.set_narrow(narrow)
        self.key_bar.set_narrow(narrow)
