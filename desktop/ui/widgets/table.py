"""Tables: one delegate, one view, a totals row that follows the columns. Models live in desktop/ui/tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from desktop.resources import _
from desktop.ui.theme import BODY, NOTE, TokenName, font, ink, metrics, paint_icon, px, tokens
from desktop.ui.widgets.base import STYLE_EVENTS, Painted, pen, rounded, square
from desktop.ui.widgets.buttons import paint_check
from desktop.ui.widgets.fields import ENTER, Field
from desktop.ui.widgets.marks import MARKS, paint_glyph, paint_mark
from desktop.ui.widgets.tags import paint_tag, tag_size

Index = QModelIndex | QPersistentModelIndex

_HUNDRED = 100
"""Drawing pixels by which a change of the text size is seen."""


class Role(IntEnum):
    """What a model may say about a cell besides its text (DisplayRole) and alignment (TextAlignmentRole)."""

    MARK = Qt.ItemDataRole.UserRole + 1
    """Code of a mark (state, reporting, level, confidence, relief): glyph and word instead of the text."""
    TAG = Qt.ItemDataRole.UserRole + 2
    """Code of a mark shown as a tag."""
    TONE = Qt.ItemDataRole.UserRole + 3
    """Name of a token for the text."""
    BOLD = Qt.ItemDataRole.UserRole + 4
    MONO = Qt.ItemDataRole.UserRole + 5
    NOTE = Qt.ItemDataRole.UserRole + 6
    """Small text (10.5 pt)."""
    HITS = Qt.ItemDataRole.UserRole + 7
    """Spans ((start, end), …) of the text that a search found: bold and underlined."""
    SECOND = Qt.ItemDataRole.UserRole + 8
    """A second line."""
    SECOND_HITS = Qt.ItemDataRole.UserRole + 9
    LEVEL = Qt.ItemDataRole.UserRole + 10
    """error, doubt or note before the text."""
    ICON = Qt.ItemDataRole.UserRole + 11
    """Name of an icon before the text."""
    CHECK = Qt.ItemDataRole.UserRole + 12
    """True or False: a tick box."""
    KEY = Qt.ItemDataRole.UserRole + 13
    """What identifies the row, for the page."""


_RIGHT = Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class DeskDelegate(QStyledItemDelegate):
    """Draws every table: no zebra, a hairline under the row, accent ground and a 4 px bar for the selected
    row.
    """

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self._editors: dict[int, Callable[[], Field]] = {}

    def set_editor(self, column: int, make: Callable[[], Field]) -> None:
        """Cells of this column are edited by such a field (the model's flags must allow it)."""
        self._editors[column] = make

    # drawing

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        box: QRect = option.rect  # type: ignore[attr-defined]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        hovered = isinstance(self._view, DeskTable) and self._view.hover_row == index.row()
        painter.save()
        painter.fillRect(box, ink("accentS" if selected else "bg1" if hovered else "bg0"))
        painter.setPen(pen("line1"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        header = self._view.horizontalHeader()
        is_first = header.visualIndex(index.column()) == 0
        if selected and is_first:
            painter.fillRect(QRect(box.left(), box.top(), px(4), box.height()), ink("accent"))
        self._paint_content(painter, QRectF(box).adjusted(px(10), 0, -px(10), -1), index)
        self._paint_focus(painter, box, index, is_first=is_first)
        painter.restore()

    def _paint_focus(self, painter: QPainter, box: QRect, index: Index, *, is_first: bool) -> None:
        current = self._view.currentIndex()
        if not self._view.hasFocus() or current.row() != index.row():
            return
        width = tokens().focus_width
        painter.setClipRect(box)
        if self._view.selectionBehavior() == QAbstractItemView.SelectionBehavior.SelectItems:
            if current.column() == index.column():
                rounded(painter, QRectF(box.adjusted(1, 1, -1, -2)), None, pen("focus", width), px(4))
            return
        painter.fillRect(QRect(box.left(), box.top(), box.width(), width), ink("focus"))
        painter.fillRect(QRect(box.left(), box.bottom() - width + 1, box.width(), width), ink("focus"))
        header = self._view.horizontalHeader()
        if header.visualIndex(index.column()) == header.count() - 1:
            painter.fillRect(QRect(box.right() - width + 1, box.top(), width, box.height()), ink("focus"))
        if is_first:
            painter.fillRect(QRect(box.left(), box.top(), px(4), box.height()), ink("focus"))

    def _paint_content(self, painter: QPainter, box: QRectF, index: Index) -> None:
        if (check := index.data(Role.CHECK)) is not None:
            _paint_tick(painter, square(14, box.left(), box.height()).translated(0, box.top()), bool(check))
            return
        if mark := index.data(Role.MARK):
            paint_mark(painter, box, str(mark), bold=bool(index.data(Role.BOLD)))
            return
        if tag := index.data(Role.TAG):
            known = MARKS[str(tag)]
            text = str(index.data() or known.word)
            size = tag_size(known, text)
            top = box.top() + (box.height() - size.height()) // 2
            paint_tag(painter, QRectF(box.left(), top, size.width(), size.height()), known, text)
            return
        second = index.data(Role.SECOND)
        if second is None:
            self._paint_text(painter, box, index)
            return
        first, note = metrics().height(), metrics(NOTE).height()
        top = box.top() + (box.height() - first - note) // 2
        self._paint_text(painter, QRectF(box.left(), top, box.width(), first), index)
        line = QRectF(box.left(), top + first, box.width(), note)
        spans = index.data(Role.SECOND_HITS) or ()
        _paint_hits(painter, line, str(second), spans, NOTE, colour="ink2")

    def _paint_text(self, painter: QPainter, box: QRectF, index: Index) -> None:
        points = NOTE if index.data(Role.NOTE) else BODY
        bold, mono = bool(index.data(Role.BOLD)), bool(index.data(Role.MONO))
        tone: TokenName = index.data(Role.TONE) or "ink1"
        text = str(index.data() if index.data() is not None else "")
        if level := index.data(Role.LEVEL):
            known = MARKS[str(level)]
            place = square(16, box.left(), box.height()).translated(0, box.top())
            paint_glyph(painter, place, known.glyph, known.colour)
            box = box.adjusted(px(20), 0, 0, 0)
        elif name := index.data(Role.ICON):
            place = square(16, box.left(), box.height()).translated(0, box.top())
            paint_icon(painter, place, str(name), tone)
            box = box.adjusted(px(22), 0, 0, 0)
        if spans := index.data(Role.HITS):
            _paint_hits(painter, box, text, spans, points, colour=tone)
            return
        face = metrics(points, bold=bold, mono=mono)
        painter.setFont(font(points, bold=bold, mono=mono))
        painter.setPen(ink(tone))
        align = index.data(Qt.ItemDataRole.TextAlignmentRole)
        right = align is not None and bool(Qt.AlignmentFlag(int(align)) & _RIGHT)
        shown = face.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) + 1)
        painter.drawText(box, _MIDDLE | (_RIGHT if right else Qt.AlignmentFlag.AlignLeft), shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Width of the text, for fitting a column by double click."""
        wide = metrics(mono=bool(index.data(Role.MONO))).horizontalAdvance(str(index.data() or ""))
        return QSize(wide + px(24), super().sizeHint(option, index).height())

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """The full text of a cell that is cut."""
        text = str(index.data(Qt.ItemDataRole.ToolTipRole) or index.data() or "")
        box: QRect = option.rect  # type: ignore[attr-defined]
        if text and metrics().horizontalAdvance(text) > box.width() - px(20):
            QToolTip.showText(event.globalPos(), text, view)
            return True
        return super().helpEvent(event, view, option, index)

    # editing

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The field of the column; Enter in it goes right, at the end to the next row."""
        if (make := self._editors.get(index.column())) is None:
            return super().createEditor(parent, option, index)
        editor = make()
        editor.setParent(parent)
        editor.go_on = lambda back: self._leave(editor, back=back)
        return editor

    def _leave(self, editor: Field, *, back: bool) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        if isinstance(self._view, DeskTable):
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            self._view.move_on(-1 if back else 1)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Stored form from EditRole."""
        if isinstance(editor, Field):
            editor.set_value(str(index.data(Qt.ItemDataRole.EditRole) or ""))
            editor.selectAll()
        else:
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        """Stored form to EditRole."""
        if isinstance(editor, Field):
            editor.settle()
            self._view.model().setData(index, editor.value(), Qt.ItemDataRole.EditRole)
        else:
            super().setModelData(editor, model, index)  # type: ignore[arg-type]

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Inside the cell, as high as fields are."""
        box: QRect = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(box.adjusted(px(2), 1, -px(2), -2))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter and keys of a composing input method are the field's own business."""
        if (
            isinstance(editor, Field)
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            if editor.is_composing or event.key() in ENTER:
                return False
            if event.key() == Qt.Key.Key_Escape and editor.wants_key(event):
                return False
        return super().eventFilter(editor, event)


def _paint_tick(painter: QPainter, box: QRectF, checked: bool) -> None:
    colour: TokenName = "accent" if checked else "line2"
    rounded(painter, box, colour if checked else "bg0", pen(colour), px(2))
    if checked:
        paint_check(painter, box.adjusted(2, 2, -2, -2), "onA")


def _paint_hits(
    painter: QPainter,
    box: QRectF,
    text: str,
    spans: Sequence[tuple[int, int]],
    points: float,
    *,
    colour: TokenName,
) -> None:
    """Text with found words in bold and underlined, cut at the right edge."""
    plain, strong = metrics(points), metrics(points, bold=True)
    left, at = box.left(), 0
    pieces: list[tuple[str, bool]] = []
    for start, end in sorted(spans):
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    painter.setPen(ink(colour))
    for piece, found in pieces:
        face = strong if found else plain
        room = int(box.right() - left)
        if room <= 0 or not piece:
            continue
        shown = face.elidedText(piece, Qt.TextElideMode.ElideRight, room + 1)
        painter.setFont(font(points, bold=found))
        painter.drawText(QRectF(left, box.top(), room + 1, box.height()), _MIDDLE, shown)
        wide = face.horizontalAdvance(shown)
        if found:
            base = box.center().y() + face.height() / 2 - px(1)
            painter.fillRect(QRectF(left, base, wide, px(2)), ink("accent"))
        left += wide
        if shown != piece:
            return


class DeskTable(QTableView):
    """A list. Enter or a double click opens a row; Ctrl+C copies; columns remember width and sorting.

    ``two_lines`` for rows with ``Role.SECOND``. ``multi``: the space bar adds and takes rows. ``cells``:
    cell by cell for
    entry (Enter goes right and to the next row; Insert and Ctrl+Delete ask for a row to be added or removed).
    """

    opened = Signal(QModelIndex)
    row_wanted = Signal()
    removal_wanted = Signal(int)
    export_wanted = Signal()
    tick_wanted = Signal(QModelIndex)
    """The space bar or a click on a tick box (``Role.CHECK``) of this cell."""

    def __init__(
        self,
        name: str,
        *,
        two_lines: bool = False,
        multi: bool = False,
        cells: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._two_lines, self._multi, self._cells = two_lines, multi, cells
        self.hover_row = -1
        self.desk_delegate = DeskDelegate(self)
        self.setItemDelegate(self.desk_delegate)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        if cells:
            self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
            self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
            self.setEditTriggers(
                QAbstractItemView.EditTrigger.AnyKeyPressed
                | QAbstractItemView.EditTrigger.EditKeyPressed
                | QAbstractItemView.EditTrigger.DoubleClicked
            )
        else:
            self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
            self.setSelectionMode(
                QAbstractItemView.SelectionMode.ExtendedSelection
                if multi
                else QAbstractItemView.SelectionMode.SingleSelection
            )
            self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        side = self.verticalHeader()
        side.hide()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | _MIDDLE)
        head.setStretchLastSection(False)
        head.setSectionsMovable(False)
        self.doubleClicked.connect(self._double_clicked)
        self.clicked.connect(self._clicked)
        self._hundred = px(_HUNDRED)
        self._fit_rows()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """The heads get a selection of their own that stays empty: to draw a column as chosen they would ask
        every one of its rows, at each paint, and hold the window for seconds over a million.
        """
        super().setModel(model)
        if model is None:
            return
        for head in (self.horizontalHeader(), self.verticalHeader()):
            head.setSelectionModel(QItemSelectionModel(model, head))

    def _fit_rows(self) -> None:
        text = metrics().height() + (metrics(NOTE).height() if self._two_lines else 0)
        high = max(px(51 if self._two_lines else 36), text + px(8))
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(high)

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: rows and columns too, also those a person has drawn wider."""
        super().changeEvent(event)
        if event.type() in STYLE_EVENTS and hasattr(self, "desk_delegate"):
            self._fit_rows()
            self._fit_columns()

    def _fit_columns(self) -> None:
        now = px(_HUNDRED)
        if now == self._hundred:
            return
        head = self.horizontalHeader()
        for column in range(head.count()):
            if head.sectionResizeMode(column) == QHeaderView.ResizeMode.Interactive:
                head.resizeSection(column, round(head.sectionSize(column) * now / self._hundred))
        self._hundred = now

    def set_widths(self, widths: Mapping[int, int], *, stretch: int) -> None:
        """Widths of columns in drawing pixels; ``stretch`` is the column that takes what is left."""
        head = self.horizontalHeader()
        for column, width in widths.items():
            head.resizeSection(column, px(width))
        head.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)

    def layout_text(self) -> str:
        """Widths and sorting as text, to be kept with the person's choices."""
        return bytes(self.horizontalHeader().saveState().toBase64().data()).decode()

    def restore_layout(self, kept: str) -> bool:
        """Put kept widths and sorting back; False when they belong to another table."""
        return bool(kept) and self.horizontalHeader().restoreState(QByteArray.fromBase64(kept.encode()))

    def select_row(self, row: int) -> None:
        """Make a row the current one and show it."""
        index = self.model().index(row, max(0, self.currentIndex().column()))
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def selected_rows(self) -> list[int]:
        """Chosen rows, in order."""
        return sorted({index.row() for index in self.selectionModel().selectedIndexes()})

    def move_on(self, step: int) -> None:
        """The next cell that can be edited, at the end of a row the first of the next."""
        model, index = self.model(), self.currentIndex()
        columns, rows = model.columnCount(), model.rowCount()
        at = index.row() * columns + index.column() + step
        while 0 <= at < rows * columns:
            to = model.index(at // columns, at % columns)
            if to.flags() & Qt.ItemFlag.ItemIsEditable and not self.isColumnHidden(to.column()):
                self.setCurrentIndex(to)
                return
            at += step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, space bar, copy, rows."""
        key, modifiers = event.key(), event.modifiers()
        index = self.currentIndex()
        if key in ENTER and self.state() != QAbstractItemView.State.EditingState:
            if self._cells:
                self.move_on(-1 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1)
            elif index.isValid():
                self.opened.emit(index)
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if key == Qt.Key.Key_Space and index.isValid() and not self._cells:
            tick = index.siblingAtColumn(0)
            if tick.data(Role.CHECK) is not None:
                self.tick_wanted.emit(tick)
                return
        if self._cells and key == Qt.Key.Key_Insert:
            self.row_wanted.emit()
            return
        if (
            self._cells
            and key == Qt.Key.Key_Delete
            and modifiers & Qt.KeyboardModifier.ControlModifier
            and index.isValid()
        ):
            self.removal_wanted.emit(index.row())
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """A word that comes whole, composed elsewhere, opens the cell and stands in it: Qt's own way opens
        the cell and drops the word (6.8; a test says when this can go).
        """
        is_whole = bool(event.commitString()) and not event.preeditString()
        is_open = self.state() == QAbstractItemView.State.EditingState
        if self._cells and is_whole and not is_open and self.currentIndex().isValid():
            self.edit(self.currentIndex())
            editor = QApplication.focusWidget()
            if isinstance(editor, QLineEdit) and self.isAncestorOf(editor):
                editor.selectAll()
                QApplication.sendEvent(editor, event)
            return
        super().inputMethodEvent(event)

    def copy(self) -> None:
        """Chosen cells to the clipboard, tabs between columns."""
        chosen = self.selectionModel().selectedIndexes()
        lines = []
        for row in sorted({index.row() for index in chosen}):
            cells = sorted((i.column(), i) for i in chosen if i.row() == row)
            words = []
            for _column, index in cells:
                mark = index.data(Role.MARK)
                words.append(MARKS[mark].word if mark in MARKS else str(index.data() or ""))
            lines.append("\t".join(words))
        QGuiApplication.clipboard().setText("\n".join(lines))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy and export, nothing else."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for word, letter, act in ((_("复制"), "C", self.copy), (_("导出"), "E", self.export_wanted.emit)):
            action = QAction(f"{word}(&{letter})", menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.popup(event.globalPos())

    def _double_clicked(self, index: QModelIndex) -> None:
        if not self._cells:
            self.opened.emit(index)

    def _clicked(self, index: QModelIndex) -> None:
        if index.data(Role.CHECK) is not None:
            self.tick_wanted.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the mouse is tinted."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(int(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        """No row is tinted."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hover_row:
            self.hover_row = row
            self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by Tab chooses the first row, so that the focus is seen; for entry its first cell."""
        is_new = not self.currentIndex().isValid()
        super().focusInEvent(event)  # Qt goes to the first cell, which may be the number of the row
        model = self.model()
        if is_new and model is not None and model.rowCount():
            self.select_row(0)
            if self._cells and not self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable:
                self.move_on(1)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The frame of the row goes."""
        super().focusOutEvent(event)
        self.viewport().update()


class TotalsRow(Painted):
    """A bold row under a table that follows its columns: ``show_totals({0: "合计", 2: "2,226,000.00"})``."""

    def __init__(self, table: QTableView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._cells: dict[int, str] = {}
        self._tones: dict[int, TokenName] = {}
        head = table.horizontalHeader()
        head.sectionResized.connect(self._moved)
        head.geometriesChanged.connect(self.update)
        table.horizontalScrollBar().valueChanged.connect(self._moved)

    def show_totals(self, cells: Mapping[int, str], tones: Mapping[int, TokenName] | None = None) -> None:
        """Words by column; a word may run over into empty columns at its right."""
        self._cells, self._tones = dict(cells), dict(tones or {})
        self.setAccessibleName("，".join(self._cells.values()))
        self.update()

    def _moved(self, *_where: int) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        """As high as a row."""
        return QSize(px(200), max(px(36), metrics(bold=True).height() + px(10)))

    def minimumSizeHint(self) -> QSize:
        """As narrow as the table."""
        return QSize(px(60), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Strong line, grey ground, bold words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg2"))
        painter.fillRect(QRect(0, 0, self.width(), px(2)), ink("ink2"))
        head, model = self._table.horizontalHeader(), self._table.model()
        painter.setFont(font(bold=True))
        face = metrics(bold=True)
        for column, text in self._cells.items():
            left = head.sectionViewportPosition(column)
            wide = head.sectionSize(column) - px(20)
            align = model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
            right = align is not None and bool(Qt.AlignmentFlag(int(align)) & _RIGHT)
            painter.setPen(ink(self._tones.get(column, "ink1")))
            needed = max(wide, face.horizontalAdvance(text) + 1)
            start = left + px(10) - (needed - wide if right else 0)
            box = QRectF(start, px(2), needed, self.height() - px(2))
            painter.drawText(box, _MIDDLE | (_RIGHT if right else Qt.AlignmentFlag.AlignLeft), text)


class TableCard(QFrame):
    """A table with its frame and, if wanted, its totals row and a foot."""

    def __init__(self, table: DeskTable, *, totals: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.table = table
        column.addWidget(table, 1)
        self.totals = TotalsRow(table) if totals else None
        if self.totals is not None:
            column.addWidget(self.totals)
        self._column = column

    def add_foot(self, widget: QWidget) -> None:
        """A line under the table."""
        self._column.addWidget(widget)
