"""The view of a list of contracts: one or two lines a row, and the number is what Ctrl+C copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.ui.tables.columns import Column
from desktop.ui.tables.contracts import ContractList, ContractTable
from desktop.ui.theme import NOTE, metrics, px
from desktop.ui.widgets.table import DeskTable

COPIED_AT_MOST = 5_000
"""Numbers that go to the clipboard at once; more of them are an export."""
LISTED_AT_MOST = 200
"""Rows chosen or left at once whose cells Qt may list."""
_MOVES = {
    Qt.Key.Key_Up: QAbstractItemView.CursorAction.MoveUp,
    Qt.Key.Key_Down: QAbstractItemView.CursorAction.MoveDown,
    Qt.Key.Key_PageUp: QAbstractItemView.CursorAction.MovePageUp,
    Qt.Key.Key_PageDown: QAbstractItemView.CursorAction.MovePageDown,
    Qt.Key.Key_Home: QAbstractItemView.CursorAction.MoveHome,
    Qt.Key.Key_End: QAbstractItemView.CursorAction.MoveEnd,
}
_ROW = QItemSelectionModel.SelectionFlag.Rows


def _is_short(selection: QItemSelection) -> bool:
    return sum(selection.at(number).height() for number in range(selection.count())) <= LISTED_AT_MOST


def _first_row(selection: QItemSelection) -> QItemSelection:
    if not selection.count():
        return QItemSelection()
    span = selection.at(0)
    cells = (span.model().index(span.top(), column) for column in (span.left(), span.right()))
    return QItemSelection(*cells)


class ContractsView(DeskTable):
    """A table of contracts. Rows are 33 high, or 51 with two lines; the context menu copies the numbers.

    ``multi``: the space bar marks the row and goes on to the next; what is marked stays while the arrows
    move, until everything is unmarked again (``unmark``).
    """

    copied = Signal(int)
    """How many numbers went to the clipboard."""
    copy_refused = Signal(int)
    """How many were asked for: too many for the clipboard."""
    marking_changed = Signal()

    def __init__(
        self, name: str, *, two_lines: bool = False, multi: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, two_lines=two_lines, multi=multi, parent=parent)
        self.is_marking = False

    def set_two_lines(self, two_lines: bool) -> None:
        """With or without a second line."""
        self._two_lines = two_lines
        self._fit_rows()

    def _fit_rows(self) -> None:
        text = metrics().height() + (metrics(NOTE).height() if self._two_lines else 0)
        self.verticalHeader().setMinimumSectionSize(1)
        high = max(px(51 if self._two_lines else 33), text + px(8))
        self.verticalHeader().setDefaultSectionSize(high)

    def show_columns(
        self, columns: tuple[Column, ...], stretch: int, widths: Mapping[str, int] | None = None
    ) -> None:
        """Widths of these columns, those of ``widths`` (code → drawing pixels) before their own; ``stretch``
        takes what is left.
        """
        own = widths or {}
        shown = {at: own.get(column.code, column.width) for at, column in enumerate(columns)}
        head = self.horizontalHeader()
        for at in range(len(columns)):
            head.setSectionResizeMode(at, head.ResizeMode.Interactive)
        self.set_widths(shown, stretch=stretch)

    # marking

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Of a long span only its first row is handed on, and all is painted: with a screen reader about (on
        Windows many a program asks as one) Qt lists every cell of it to name the first. Ctrl+A over a million
        held the window for 15 seconds.
        """
        if all(_is_short(one) for one in (selected, deselected)):
            super().selectionChanged(selected, deselected)
            return
        super().selectionChanged(_first_row(selected), _first_row(deselected))
        self.viewport().update()

    def selected_spans(self) -> list[range]:
        """Chosen rows as spans, in order and apart: all of a million are one."""
        selection = self.selectionModel().selection()
        spans: list[range] = []
        parts = [selection.at(number) for number in range(selection.count())]
        for first, last in sorted((one.top(), one.bottom()) for one in parts):
            if spans and first <= spans[-1].stop:
                spans[-1] = range(spans[-1].start, max(spans[-1].stop, last + 1))
            else:
                spans.append(range(first, last + 1))
        return spans

    def selected_count(self) -> int:
        """How many rows are chosen."""
        return sum(len(span) for span in self.selected_spans())

    def selected_rows(self) -> list[int]:
        """Chosen rows, in order; of many ask for the spans instead."""
        return [row for span in self.selected_spans() for row in span]

    @contextmanager
    def keeping_choice(self) -> Iterator[None]:
        """The same rows stay current, chosen and marked while the model is reset (columns, read afresh)."""
        row, spans, is_marking = self.currentIndex().row(), self.selected_spans(), self.is_marking
        bar = self.verticalScrollBar()
        top = bar.value()
        yield
        model = self.model()
        if not 0 <= row < model.rowCount():
            return
        self.updateGeometries()
        bar.setValue(top)
        self.select_row(row)
        if is_marking or sum(map(len, spans)) > 1:
            chosen, last = QItemSelection(), model.columnCount() - 1
            for span in spans:
                chosen.select(model.index(span.start, 0), model.index(span.stop - 1, last))
            self.is_marking = is_marking
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def mark(self) -> None:
        """Mark the current row, or take the mark away, and go on to the next."""
        index, chosen = self.currentIndex(), self.selectionModel()
        if not index.isValid():
            return
        if self.is_marking:
            chosen.select(index, QItemSelectionModel.SelectionFlag.Toggle | _ROW)
        else:
            chosen.select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect | _ROW)
            self.is_marking = True
        below = index.siblingAtRow(index.row() + 1)
        if chosen.hasSelection():
            self._move_to(below)
            self.marking_changed.emit()
        else:
            self.unmark()

    def unmark(self) -> None:
        """Only the current row is chosen again."""
        self.is_marking = False
        index = self.currentIndex()
        if index.isValid():
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect | _ROW)
        self.marking_changed.emit()

    def _move_to(self, index: QModelIndex) -> None:
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index)
            self.viewport().update()

    def reset(self) -> None:
        """Other rows: nothing is marked."""
        self.is_marking = False
        super().reset()

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last row: Qt goes to the first and the last column."""
        at, rows = self.currentIndex(), self.model().rowCount()
        if at.isValid() and action == QAbstractItemView.CursorAction.MoveHome:
            return at.siblingAtRow(0)
        if at.isValid() and action == QAbstractItemView.CursorAction.MoveEnd:
            return at.siblingAtRow(rows - 1)
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, _search: str) -> None:
        """A letter in the list finds nothing here: Qt would ask all rows for a cell that begins with it, and
        with that have all of a million fetched. The box finds.
        """

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The space bar marks; moving leaves what is marked."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if self._multi and plain and event.key() == Qt.Key.Key_Space:
            self.mark()
            return
        move = _MOVES.get(Qt.Key(event.key()))
        if self.is_marking and plain and move is not None:
            self._move_to(self.moveCursor(move, Qt.KeyboardModifier.NoModifier))
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A plain click ends marking."""
        if self.is_marking and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.is_marking = False
            self.marking_changed.emit()
        super().mousePressEvent(event)

    def copy(self) -> None:
        """Numbers of the chosen rows without blanks, one a line; what is gone or did not come has none."""
        model = self.model()
        if (count := self.selected_count()) > COPIED_AT_MOST:
            self.copy_refused.emit(count)
            return
        if not isinstance(model, ContractTable | ContractList):
            return
        numbers = model.numbers_at(self.selected_rows())
        if numbers:
            QGuiApplication.clipboard().setText("\n".join(numbers))
            self.copied.emit(len(numbers))
