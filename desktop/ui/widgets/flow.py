"""A row of small widgets that goes on in the next line when there is no room: conditions of a search."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from desktop.ui.theme import px


class FlowLayout(QLayout):
    """From left to right, then below; never wider than there is room."""

    def __init__(self, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gap, self._items = gap, list[QLayoutItem]()
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """One more."""
        self._items.append(item)

    def count(self) -> int:
        """How many."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at this place; None beyond the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        """Let go of it."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """As high as needed, no higher."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of all lines."""
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, box: QRect) -> None:
        """Put them in place."""
        super().setGeometry(box)
        self._place(box, is_trial=False)

    def sizeHint(self) -> QSize:
        """All in one line."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        wide = sum(size.width() + px(self._gap) for size in sizes)
        return QSize(wide, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """The widest of them must fit."""
        sizes = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def _place(self, box: QRect, *, is_trial: bool) -> int:
        left, top, high, gap = box.left(), box.top(), 0, px(self._gap)
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            wide = min(size.width(), box.width())
            if left > box.left() and left + wide > box.right() + 1:
                left, top, high = box.left(), top + high + px(6), 0
            if not is_trial:
                item.setGeometry(QRect(left, top, wide, size.height()))
            left += wide + gap
            high = max(high, size.height())
        return top + high - box.top()


class FlowRow(QWidget):
    """A widget over such a layout."""

    def __init__(self, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(gap, self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """At the end."""
        self.flow.addWidget(widget)

    def clear(self) -> None:
        """All widgets go."""
        while (item := self.flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
