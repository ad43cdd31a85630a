"""Item models of lists of contracts: a million by id, or a few that are all there."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from desktop.services.views import ContractRow
from desktop.ui.tables.columns import DISPLAY, LEFT, RIGHT, Cell, Column
from desktop.ui.widgets.table import Role

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[Sequence[int]], dict[int, ContractRow]]
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)
_WAITING: Cell = {DISPLAY: "…", int(Role.TONE): "ink3"}
_GONE: Cell = {DISPLAY: "—", int(Role.TONE): "ink3"}


class _Columns(QAbstractTableModel):
    """What both models share: columns, heads, alignment."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Columns shown."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Head and its alignment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _ALIGN:
            return int(RIGHT if self.columns[section].right else LEFT)
        return self.columns[section].head if role == DISPLAY else None


def _number_of(row: ContractRow) -> str:
    """The registration number without blanks, or the 受理号 while there is none."""
    return "".join(row.official_number.split()) or row.local_serial


class ContractTable(_Columns):
    """Shows contracts by id. ``show_ids`` takes a search result; rows are fetched a page when looked at."""

    PAGE, KEEP = 50, 256
    """Lines fetched at once: a tall window shows fewer, and each takes longer to make than to find."""
    loaded = Signal()
    failed = Signal(Exception)
    """The fetch was refused; the cells stay “…”, the page says why."""

    def __init__(self, columns: Sequence[Column], fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self._fetch, self._ids, self.words = fetch, array("q"), ""
        self.order: tuple[str, str] = ("day", "down")
        """Column and direction (``up``, ``down``) that the rows are in."""
        self._pages: OrderedDict[int, list[ContractRow | None]] = OrderedDict()
        self._wanted: set[int] = set()
        self._broken: set[int] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.load)

    def show_ids(self, ids: array[int], words: str = "") -> None:
        """The ids in order; ``words`` are underlined in the rows."""
        self.beginResetModel()
        self._ids, self.words = ids, words
        self._pages, self._wanted, self._broken = OrderedDict(), set(), set()
        self.endResetModel()

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """Without a row meanwhile: another height of the rows costs the header nothing then, for a million of
        them 60 ms. What was fetched stays.
        """
        ids = self._ids
        self._swap(array("q"))
        try:
            yield
        finally:
            self._swap(ids)

    def _swap(self, ids: array[int]) -> None:
        self.beginResetModel()
        self._ids = ids
        self.endResetModel()

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Other columns over the same rows; what was fetched stays."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self.endResetModel()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Head with an arrow where the rows are sorted by it."""
        said = super().headerData(section, orientation, role)
        if role == DISPLAY and isinstance(said, str) and self.columns[section].code == self.order[0]:
            return f"{said} {'↑' if self.order[1] == 'up' else '↓'}"
        return said

    def ids_in(self, spans: Iterable[range]) -> array[int]:
        """Ids of the contracts in these spans of rows."""
        found = array("q")
        for span in spans:
            found += self._ids[span.start : span.stop]
        return found

    def numbers_at(self, rows: Iterable[int]) -> list[str]:
        """Numbers of the contracts in these rows, fetched if need be; a contract that is gone has none."""
        rows = list(rows)
        self.load_rows(rows)
        return [_number_of(found) for row in rows if (found := self.row_at(row)) is not None]

    def load_rows(self, rows: Iterable[int]) -> None:
        """Fetch what stands in these rows, unless it is there already."""
        self._wanted |= {number for row in rows if (number := row // self.PAGE) not in self._pages}
        self._wanted -= self._broken
        if self._wanted:
            self.load()

    def id_at(self, row: int) -> int | None:
        """Id of the contract in this row."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_at(self, row: int) -> ContractRow | None:
        """The contract in this row if it was fetched."""
        number, offset = divmod(row, self.PAGE)
        page = self._pages.get(number)
        return page[offset] if page is not None and offset < len(page) else None

    def kept(self) -> int:
        """Pages in memory."""
        return len(self._pages)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """All ids."""
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell; “…” until its page came, “—” when the contract is gone."""
        if role == _ALIGN:
            return int(RIGHT if self.columns[index.column()].right else LEFT)
        if role == Role.KEY:
            return self._ids[index.row()]
        number, offset = divmod(index.row(), self.PAGE)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return _WAITING.get(role)
        self._pages.move_to_end(number)
        row = page[offset]
        if row is None:
            return _GONE.get(role)
        return self.columns[index.column()].cell(row, self.words).get(role)

    def _want(self, number: int) -> None:
        if number in self._broken:
            return
        self._wanted.add(number)
        self._soon.start()  # once for a paint, not once for a cell

    def load(self) -> None:
        """Fetch the pages that were looked at since the last time."""
        self._soon.stop()
        wanted, self._wanted = sorted(self._wanted), set()
        for number in wanted:
            first = number * self.PAGE
            ids = self._ids[first : first + self.PAGE]
            if not ids:
                continue
            try:
                found = self._fetch(ids)
            except Exception as exc:  # noqa: BLE001 - the border: a paint must not raise, the page tells why
                self._broken.add(number)
                self.failed.emit(exc)
                continue
            self._pages[number] = [found.get(key) for key in ids]
            last = self.index(first + len(ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(first, 0), last)
        while len(self._pages) > self.KEEP:
            self._pages.popitem(last=False)
        self.loaded.emit()


class ContractList(_Columns):
    """A few contracts that are all in memory (a queue, what is urgent)."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self.rows: tuple[ContractRow, ...] = ()

    def show_rows(self, rows: Iterable[ContractRow]) -> None:
        """These contracts in this order."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def numbers_at(self, rows: Iterable[int]) -> list[str]:
        """Numbers of the contracts in these rows."""
        return [_number_of(self.rows[row]) for row in rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """All of them."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell."""
        if role == _ALIGN:
            return int(RIGHT if self.columns[index.column()].right else LEFT)
        row = self.rows[index.row()]
        if role == Role.KEY:
            return row.id
        return self.columns[index.column()].cell(row, "").get(role)
