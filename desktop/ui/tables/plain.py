"""An item model of cells that are all there: people, rule sets, figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.ui.tables.columns import DISPLAY, LEFT, RIGHT, Cell
from desktop.ui.widgets.table import Role

Index = QModelIndex | QPersistentModelIndex
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)


class PlainTable(QAbstractTableModel):
    """Heads with their alignment, and rows of cells; ``keys`` name the rows for the page."""

    def __init__(self, heads: Sequence[tuple[str, bool]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heads = tuple(heads)
        self.rows: list[Sequence[Cell]] = []
        self.keys: list[str] = []

    def show_rows(self, rows: Iterable[Sequence[Cell]], keys: Iterable[str] = ()) -> None:
        """All rows."""
        self.beginResetModel()
        self.rows, self.keys = list(rows), list(keys)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """All rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """All heads."""
        return 0 if parent.isValid() else len(self.heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Head and its alignment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        word, right = self.heads[section]
        if role == _ALIGN:
            return int(RIGHT if right else LEFT)
        return word if role == DISPLAY else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell."""
        if role == _ALIGN:
            return int(RIGHT if self.heads[index.column()][1] else LEFT)
        if role == Role.KEY:
            return self.keys[index.row()] if index.row() < len(self.keys) else None
        return self.rows[index.row()][index.column()].get(role)
