"""The view of a list of contracts: one or two lines a row, and the number is what Ctrl+C copies."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.ui.tables.columns import Column
from desktop.ui.theme import NOTE, metrics, px
from desktop.ui.widgets.table import DeskTable, Role


class ContractsView(DeskTable):
    """A table of contracts. Rows are 33 high, or 51 with two lines; the context menu copies the numbers."""

    copied = Signal(int)
    """How many numbers went to the clipboard."""

    def __init__(
        self, name: str, *, two_lines: bool = False, multi: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, two_lines=two_lines, multi=multi, parent=parent)

    def set_two_lines(self, two_lines: bool) -> None:
        """With or without a second line."""
        self._two_lines = two_lines
        self._fit_rows()

    def _fit_rows(self) -> None:
        text = metrics().height() + (metrics(NOTE).height() if self._two_lines else 0)
        self.verticalHeader().setMinimumSectionSize(1)
        high = max(px(51 if self._two_lines else 33), text + px(8))
        self.verticalHeader().setDefaultSectionSize(high)

    def show_columns(self, columns: tuple[Column, ...], stretch: int) -> None:
        """Widths of these columns; ``stretch`` takes what is left."""
        self.set_widths({at: column.width for at, column in enumerate(columns)}, stretch=stretch)

    def copy(self) -> None:
        """Numbers of the chosen rows without blanks, one a line."""
        model = self.model()
        numbers = []
        for row in self.selected_rows():
            index = model.index(row, 0)
            if index.data(Role.KEY) is not None:
                words = str(index.data() or "")
                numbers.append("".join(words.split()) if index.data(Role.MONO) else words)
        if numbers:
            QGuiApplication.clipboard().setText("\n".join(numbers))
            self.copied.emit(len(numbers))
