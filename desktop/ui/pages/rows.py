"""The small tables of a contract: price lines, payments, rights, papers. Cells are fields of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.exchange.pasted import PastedCell
from desktop.resources import _
from desktop.rules.amounts import ZERO, format_yuan
from desktop.rules.facts import LONG_TERM, ROWS
from desktop.ui.pages.form_fields import FieldCodes, entry_value, make_entry, read_entry
from desktop.ui.theme import px
from desktop.ui.widgets.ask import ask
from desktop.ui.widgets.entries import AmountField
from desktop.ui.widgets.fields import Field, one_cell, steps_back, tell_refusal, too_much
from desktop.ui.widgets.table import DeskTable, Role, TableCard

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(slots=True)
class RowEntry:
    """One row while it is edited: the values that could be read, and the texts that could not."""

    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)


class RowsModel(QAbstractTableModel):
    """Rows of one list of the facts (``amount_lines``, ``payments`` …). The first column is the number.

    One more row stands below for adding; writing into it makes it a row. ``edited(row, field)`` comes after
    every change by a person.
    """

    edited = Signal(int, str)

    def __init__(
        self,
        name: str,
        columns: Sequence[str],
        codes: FieldCodes,
        *,
        heads: Sequence[str] = (),
        row_type: type | None = None,
    ) -> None:
        super().__init__()
        self.name, self.row_type = name, row_type or ROWS[name]
        self.columns = tuple(columns)
        self._codes = codes
        known = {f.name: f.metadata for f in fields(self.row_type)}
        self._meta = {column: known[column] for column in columns}
        self._heads = tuple(heads) or tuple(self._head(column) for column in columns)
        self._others = [name for name in known if name not in self.columns]
        self.rows: list[RowEntry] = []
        self.is_read_only = False
        self.marks: dict[tuple[int, str], str] = {}
        """(row, field) → level of a finding."""

    def _head(self, column: str) -> str:
        meta = self._meta[column]
        zh = str(meta["zh"])
        return _("{name}（元）").format(name=zh) if meta["type"] == "money" else zh

    def head_of(self, column: str) -> str:
        """Caption of a column."""
        return self._heads[self.columns.index(column)]

    def kind(self, column: str) -> tuple[str, str]:
        """Type and code table of a column."""
        return str(self._meta[column]["type"]), str(self._meta[column]["codes"])

    def longest(self, column: str) -> int:
        """So many characters a text of this column may have; 0: no rule."""
        return int(self._meta[column].get("longest", 0))

    # facts

    def show(self, rows: Sequence[Any]) -> None:
        """Other rows; nobody is told."""
        self.beginResetModel()
        self.rows = [RowEntry({f.name: getattr(row, f.name) for f in fields(self.row_type)}) for row in rows]
        self.marks = {}
        self.endResetModel()

    def result(self) -> tuple[Any, ...]:
        """The rows as facts; empty ones left out."""
        return tuple(self.row_type(**row.values) for row in self.rows if self._is_filled(row))

    def kept(self) -> tuple[Any, ...]:
        """The rows as they stand, for a draft: one in which nothing can be read keeps its place, too, so that
        ``raw`` finds it again. Empty ones at the end are left out.
        """
        last = max((at for at, row in enumerate(self.rows) if row.raw or self._is_filled(row)), default=-1)
        return tuple(self.row_type(**row.values) for row in self.rows[: last + 1])

    def place_of(self, index: int) -> int:
        """Row on the screen of the row with this place in ``result()``."""
        filled = [at for at, row in enumerate(self.rows) if self._is_filled(row)]
        return filled[index] if index < len(filled) else len(self.rows)

    def raw(self) -> dict[str, str]:
        """Texts that could not be read, by dotted path."""
        found: dict[str, str] = {}
        for at, row in enumerate(self.rows):
            found |= {f"{self.name}[{at}].{column}": text for column, text in row.raw.items()}
        return found

    def problem(self, at: int, column: str) -> str:
        """Why the text of a cell cannot be read, in the words its field has for it; empty when it can."""
        text = self.rows[at].raw.get(column, "") if at < len(self.rows) else ""
        if not text:
            return ""
        kind, table = self.kind(column)
        probe = make_entry(kind, table, column, self._codes, field=column)
        probe.set_value(text)
        words = probe.problem()
        probe.deleteLater()
        return words or _("这一栏只能是整数。请改正。")

    def put_raw(self, at: int, column: str, text: str) -> None:
        """Show a text again that could not be read."""
        while len(self.rows) <= at:
            self.add_row()
        self.rows[at].raw[column] = text
        self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))

    @staticmethod
    def _is_filled(row: RowEntry) -> bool:
        return any(value not in (None, "") for value in row.values.values())

    def total(self, column: str) -> Decimal:
        """Sum of a money column."""
        return sum((row.values.get(column) or ZERO for row in self.rows), ZERO)

    def set_marks(self, marks: dict[tuple[int, str], str]) -> None:
        """Levels beside cells, by place in ``result()``."""
        self.marks = {(self.place_of(at), column): level for (at, column), level in marks.items()}
        self.layoutChanged.emit()

    # model

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """The rows and the one for adding."""
        return 0 if parent.isValid() else len(self.rows) + (0 if self.is_read_only else 1)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Number and columns."""
        return 0 if parent.isValid() else len(self.columns) + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _("序") if section == 0 else self._heads[section - 1]
        if role == Qt.ItemDataRole.TextAlignmentRole and section and self._is_money(section):
            return _RIGHT
        return None

    def _is_money(self, section: int) -> bool:
        return self._meta[self.columns[section - 1]]["type"] in ("money", "decimal", "int")

    def flags(self, index: Index) -> Qt.ItemFlag:
        """All but the number can be edited."""
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        can = index.column() > 0 and not self.is_read_only
        return base | Qt.ItemFlag.ItemIsEditable if can else base

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, stored form, alignment, mark."""
        row, section = index.row(), index.column()
        is_new = row >= len(self.rows)
        if section == 0:
            if role == Qt.ItemDataRole.DisplayRole:
                return str(row + 1)
            return "ink2" if role == Role.TONE else None
        column = self.columns[section - 1]
        if role == Qt.ItemDataRole.TextAlignmentRole and self._is_money(section):
            return _RIGHT
        if is_new:
            if role == Qt.ItemDataRole.DisplayRole and section == 1:
                return _("Insert 加一行")
            return "ink3" if role == Role.TONE else "" if role == Qt.ItemDataRole.EditRole else None
        entry = self.rows[row]
        if role == Qt.ItemDataRole.EditRole:
            kind, table = self.kind(column)
            return entry.raw.get(column) or entry_value(entry.values.get(column), kind, table, self._codes)
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.raw.get(column) or self.words(column, entry.values.get(column))
        if role == Role.LEVEL:
            return "error" if column in entry.raw else self.marks.get((row, column))
        return None

    def words(self, column: str, value: Any) -> str:
        """A value as it is read."""
        kind, table = self.kind(column)
        if isinstance(value, Decimal):
            return format_yuan(value) if kind == "money" else format(value, "f")
        if kind == "code" and value is not None:
            return self._codes.name(table, value)
        if value == LONG_TERM:
            return _("长期")
        return entry_value(value, kind, table, self._codes)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Read what was typed; what cannot be read stays as typed and is marked."""
        if role != Qt.ItemDataRole.EditRole or index.column() == 0:
            return False
        row, column = index.row(), self.columns[index.column() - 1]
        text = str(value)
        if row >= len(self.rows):
            if not text.strip():
                return False
            self.add_row()
        kind, table = self.kind(column)
        probe = make_entry(kind, table, column, self._codes, field=column)
        probe.set_value(text)
        read, raw = read_entry(probe, kind, table, self._codes)
        probe.deleteLater()
        entry = self.rows[row]
        before = (entry.values.get(column), entry.raw.get(column, ""))
        entry.values[column] = read
        entry.raw.pop(column, None)
        if raw:
            entry.raw[column] = raw
        if before != (read, raw):
            self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))
            self.edited.emit(row, column)
        return True

    def put_values(self, at: int, values: Mapping[str, Any]) -> None:
        """Write values into a row (one past the end: a new one); nobody is told."""
        while len(self.rows) <= at:
            self.add_row()
        entry = self.rows[at]
        for column, value in values.items():
            entry.values[column] = value
            entry.raw.pop(column, None)
        self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))

    def add_row(self) -> int:
        """An empty row at the end; its place."""
        at = len(self.rows)
        self.beginInsertRows(QModelIndex(), at + 1, at + 1)  # the row for adding becomes this one
        self.rows.append(RowEntry())
        self.endInsertRows()
        return at

    def remove_row(self, at: int) -> None:
        """Take a row out."""
        self.beginRemoveRows(QModelIndex(), at, at)
        self.rows.pop(at)
        self.endRemoveRows()
        self.edited.emit(at, "")


class RowsTable(QWidget):
    """A table for entry: Enter goes right and down, Insert adds, Ctrl+Delete removes after a question."""

    edited = Signal()

    def __init__(
        self,
        title: str,
        model: RowsModel,
        codes: FieldCodes,
        *,
        widths: dict[int, int],
        stretch: int = 1,
        remainder: Callable[[int], Decimal | None] | None = None,
        is_tall: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._is_tall = is_tall
        self.model, self._codes, self._remainder = model, codes, remainder
        self.ask: Callable[..., bool] = ask
        self.paste_block: Callable[[], bool] | None = None
        """Takes what was copied if it is a block of several cells (True)."""
        self.step_back: Callable[[bool], bool] | None = None
        """Ctrl+Z (True) and Ctrl+Y (False) while no cell is being edited."""
        model.setParent(self)
        self.table = DeskTable(title, cells=True)
        self.table.setModel(model)
        self.table.set_widths({0: 44, **widths}, stretch=stretch)
        for at, column in enumerate(model.columns, 1):
            kind, table = model.kind(column)
            self.table.desk_delegate.set_editor(at, self._maker(kind, table, column))
        self.card = TableCard(self.table)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.card)
        self.table.installEventFilter(self)
        self.table.row_wanted.connect(self.add_row)
        self.table.removal_wanted.connect(self.remove_row)
        model.edited.connect(self._edited)
        model.rowsInserted.connect(self.fit)
        model.rowsRemoved.connect(self.fit)
        model.modelReset.connect(self.fit)
        self.fit()

    def _maker(self, kind: str, table: str, column: str) -> Callable[[], Field]:
        def make() -> Field:
            entry = make_entry(kind, table, self.model.head_of(column), self._codes, field=column)
            if isinstance(entry, AmountField) and self._remainder is not None:
                wanted = self._remainder
                entry.remainder = lambda: wanted(self.table.currentIndex().row())
            entry.longest = self.model.longest(column)
            entry.previous = self._above
            entry.paste_block = self._paste_block
            return entry

        return make

    def _above(self) -> str:
        """Stored form of the cell above, for “..”."""
        index = self.table.currentIndex()
        if not index.isValid() or index.row() == 0:
            return ""
        return str(self.model.index(index.row() - 1, index.column()).data(Qt.ItemDataRole.EditRole) or "")

    def _paste_block(self) -> bool:
        return self.paste_block is not None and not self.model.is_read_only and self.paste_block()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+V, Ctrl+Z and Ctrl+Y on the table itself, while no cell is being edited.

        A composition that begins on a cell leaves the focus with the table until it is done (Qt would break
        it off otherwise): till then every key is the input method's.
        """
        if watched is self.table and isinstance(event, QKeyEvent):
            is_press = event.type() == QEvent.Type.KeyPress
            editors = [w for w in self.table.viewport().children() if isinstance(w, Field)]
            if any(editor.is_composing for editor in editors):
                event.accept()
                return True
            if self.paste_block is not None and event.matches(QKeySequence.StandardKey.Paste):
                if is_press and not self._paste_block() and not self.model.is_read_only:
                    self.put_text(one_cell(QGuiApplication.clipboard().text()))
                event.accept()
                return True
            if (back := steps_back(event)) is not None and self.step_back is not None:
                if is_press:
                    self.step_back(back)
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def put_text(self, text: str) -> None:
        """Read a text into the cell with the focus, as if it had been typed."""
        index = self.table.currentIndex()
        if index.column() > 0 and text.strip():
            longest = self.model.longest(self.model.columns[index.column() - 1])
            if words := too_much(text, longest, Field.MOST):
                tell_refusal(self.table, words)
            else:
                self.model.setData(index, text)

    def take_pasted(self, rows: Sequence[Sequence[PastedCell]]) -> int:
        """Write pasted lines from the current row on; good cells only, lines are added as needed."""
        at = max(self.table.currentIndex().row(), 0)
        at = min(at, len(self.model.rows))
        for cells in rows:
            values = {c.slot.column.field: c.value for c in cells if c.value is not None}
            self.model.put_values(at, values)
            at += 1
        if rows:
            self.edited.emit()
        return len(rows)

    def _edited(self, _row: int, _column: str) -> None:
        self.edited.emit()

    def add_row(self) -> None:
        """Go to the row for adding, ready to type."""
        if self.model.is_read_only:
            return
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.setCurrentIndex(self.model.index(len(self.model.rows), 1))
        self.table.edit(self.table.currentIndex())

    def remove_row(self, at: int) -> None:
        """Ask, then take the row out."""
        if self.model.is_read_only or at >= len(self.model.rows):
            return
        words = self.model.words(self.model.columns[0], self.model.rows[at].values.get(self.model.columns[0]))
        if self.ask(
            self,
            _("删去第 {n} 行？").format(n=at + 1),
            _("“{words}”这一行会从合同里去掉；其余各行上移。").format(words=words or _("（未填）")),
            act=_("删去这一行"),
            safe=_("先不删"),
            mnemonic="D",
        ):
            self.model.remove_row(at)

    def go_to(self, index: int, column: str) -> None:
        """Put the focus on a cell; ``index`` counts the rows of ``result()``."""
        self.go_to_row(self.model.place_of(index), column)

    def go_to_row(self, row: int, column: str) -> None:
        """The same by the row on the screen; at most the one for adding."""
        at = self.model.columns.index(column) + 1 if column in self.model.columns else 1
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1), at))

    def fit(self, *_change: object) -> None:
        """As high as its rows, up to eight; a tall one takes the room there is."""
        if self._is_tall:
            return
        rows = min(max(self.model.rowCount(), 2), 8)
        high = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(px(36) + rows * high + 2)
