"""Widgets that lie upon each other: what tests of dialogs and pages in low windows look for."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QFocusFrame,
    QLineEdit,
    QWidget,
)


def overlaps(root: QWidget) -> list[str]:
    """Pairs of widgets of one parent that lie upon each other: their words could not be read."""
    found = []
    for parent in [root, *root.findChildren(QWidget)]:
        if isinstance(parent, QAbstractItemView | QAbstractButton | QLineEdit | QComboBox):
            continue
        shown: list[QWidget] = [
            child
            for child in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if child.isVisible() and not child.isWindow() and not isinstance(child, QFocusFrame)
        ]
        for one, other in combinations(shown, 2):
            common = one.geometry().intersected(other.geometry())
            if common.width() > 2 and common.height() > 2:
                found.append(f"{_words(one)} / {_words(other)}")
    return found


def _words(widget: QWidget) -> str:
    return widget.accessibleName() or str(widget.property("text") or type(widget).__name__)
