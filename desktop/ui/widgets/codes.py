"""Code fields: type the code, the Chinese name or the initials of its pinyin; the list never takes the
focus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.resources import _
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, paint_icon, px
from desktop.ui.widgets.base import pen, room_around, square
from desktop.ui.widgets.fields import ENTER, Field
from desktop.ui.widgets.spelling import narrow

Index = QModelIndex | QPersistentModelIndex
Span = tuple[int, int]
NO_SPAN: Span = (0, 0)

EXACT, PREFIX, CONTAINS = 0, 1, 2


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One line of a code list; ``initials`` holds every usual reading (重庆: ``("cq",)``)."""

    code: str
    name: str
    initials: tuple[str, ...] = ()
    is_retired: bool = False
    """Can be seen in old contracts, cannot be chosen."""

    def shown(self) -> str:
        """Code and name as they stand in the field."""
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """Why an entry is in the list, and which letters matched."""

    entry: CodeEntry
    rank: int
    code_span: Span = NO_SPAN
    name_span: Span = NO_SPAN
    initials: str = ""
    initials_span: Span = NO_SPAN

    @property
    def word(self) -> str:
        """全同, 开头 or 包含."""
        return (_("全同"), _("开头"), _("包含"))[self.rank]


def _place(text: str, wanted: str) -> tuple[int, int] | None:
    """Rank and position of ``wanted`` in ``text``."""
    at = text.find(wanted)
    if at < 0:
        return None
    return (EXACT if len(text) == len(wanted) else PREFIX if at == 0 else CONTAINS), at


def _name_span(name: str, initials: str, span: Span) -> Span:
    """The characters of the name that letters of the initials stand for."""
    places = [at for at, sign in enumerate(name) if sign.isalnum()]
    if len(places) != len(initials) or span[0] >= span[1]:
        return NO_SPAN
    return places[span[0]], places[span[1] - 1] + 1


class CodeBook:
    """A code list that can be searched. ``uses`` says how often a code was taken here: those come first."""

    def __init__(self, entries: Iterable[CodeEntry], uses: Mapping[str, int] | None = None) -> None:
        self.entries = tuple(entries)
        self._uses = dict(uses or {})
        self._by_code = {entry.code.upper(): entry for entry in self.entries}

    def entry(self, code: str) -> CodeEntry | None:
        """The line of a code, also of a retired one."""
        return self._by_code.get(code.upper())

    def learn(self, code: str, times: int = 1) -> None:
        """This code was taken here: it comes before its equals from now on."""
        if code in self._by_code or code.upper() in self._by_code:
            self._uses[code] = self._uses.get(code, 0) + times

    @property
    def uses(self) -> Mapping[str, int]:
        """How often each code was taken here."""
        return self._uses

    def search(self, text: str) -> list[CodeMatch]:
        """Lines for what was typed: exact, then beginning, then containing; retired ones at the end of each.

        Nothing typed: all lines, the often used first.
        """
        wanted = narrow(text).strip()
        found = [match for entry in self.entries if (match := self._match(entry, wanted))]
        found.sort(key=lambda m: (m.rank, m.entry.is_retired, -self._uses.get(m.entry.code, 0)))
        return found

    def _match(self, entry: CodeEntry, wanted: str) -> CodeMatch | None:
        if not wanted:
            return CodeMatch(entry, CONTAINS)
        best: CodeMatch | None = None
        if (hit := _place(entry.code.upper(), wanted.upper())) and hit[0] != CONTAINS:
            best = CodeMatch(entry, hit[0], code_span=(0, len(wanted)))
        if hit := _place(entry.name, wanted):
            match = CodeMatch(entry, hit[0], name_span=(hit[1], hit[1] + len(wanted)))
            best = match if best is None or match.rank < best.rank else best
        letters = wanted.lower()
        for initials in entry.initials if letters.isascii() else ():
            if hit := _place(initials, letters):
                span = (hit[1], hit[1] + len(letters))
                match = CodeMatch(
                    entry,
                    hit[0],
                    name_span=_name_span(entry.name, initials, span),
                    initials=initials,
                    initials_span=span,
                )
                best = match if best is None or match.rank < best.rank else best
        return best

    def read(self, text: str) -> CodeEntry | None:
        """The one line meant by a text left in the field: its code, its name, code and name, or the only
        match.
        """
        plain = narrow(text).strip()
        if not plain:
            return None
        first = plain.split()[0]
        if (entry := self.entry(first)) and (plain == first or plain == entry.shown()):
            return entry
        matches = [match for match in self.search(plain) if not match.entry.is_retired]
        exact = [match.entry for match in matches if match.rank == EXACT]
        if len(exact) == 1:
            return exact[0]
        return matches[0].entry if len(matches) == 1 else None


class _Matches(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.matches: list[CodeMatch] = []

    def show(self, matches: Sequence[CodeMatch]) -> None:
        self.beginResetModel()
        self.matches = list(matches)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.matches)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        match = self.matches[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return match.entry.shown()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{match.entry.code}，{match.entry.name}，{match.word}"
        return None


def paint_spanned(
    painter: QPainter, left: float, box: QRect, text: str, span: Span, colour: TokenName, line: TokenName
) -> float:
    """Text whose ``span`` is underlined, in the painter's font; returns where it ends."""
    face = painter.fontMetrics()
    painter.setPen(ink(colour))
    place = QRectF(left, box.top(), max(0.0, box.right() - left), box.height())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
    if span[1] > span[0]:
        start = left + face.horizontalAdvance(text[: span[0]])
        end = left + face.horizontalAdvance(text[: span[1]])
        base = box.center().y() + face.height() // 2 - px(1)
        painter.fillRect(QRectF(start, base, end - start, px(2)), ink(line))
    return left + face.horizontalAdvance(text)


class _MatchDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(200), max(px(32), metrics().height() + px(8)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, _Matches):
            return
        match, box = model.matches[index.row()], option.rect  # type: ignore[attr-defined]
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        painter.save()
        painter.fillRect(box, ink("accentS" if is_current else "bg0"))
        if is_current:
            painter.fillRect(QRect(box.left(), box.top(), px(4), box.height()), ink("accent"))
        colour: TokenName = "dis" if match.entry.is_retired else "ink1"
        code_face = metrics(mono=True)
        widest = max(code_face.horizontalAdvance(m.entry.code) for m in model.matches[:200])
        painter.setFont(font(mono=True))
        left = box.left() + px(11)
        paint_spanned(
            painter,
            left,
            box,
            match.entry.code,
            match.code_span,
            "ink2" if colour == "ink1" else colour,
            "ink1",
        )
        left += widest + px(14)
        painter.setFont(font(NOTE))
        word = _("已停用") if match.entry.is_retired else match.word
        right = box.right() - px(10)
        wide = metrics(NOTE).horizontalAdvance(word)
        painter.setPen(ink("dis" if match.entry.is_retired else "ink2"))
        painter.drawText(QRect(right - wide, box.top(), wide + 1, box.height()), _MIDDLE, word)
        right -= wide + px(12)
        face = metrics(bold=is_current)
        name_end = left + face.horizontalAdvance(match.entry.name)
        mono = metrics(NOTE, mono=True)
        letters = mono.horizontalAdvance(match.initials)
        if match.initials and name_end + px(12) < right - letters:
            painter.setFont(font(NOTE, mono=True))
            paint_spanned(painter, right - letters, box, match.initials, match.initials_span, "ink3", "ink3")
        painter.setFont(font(bold=is_current))
        name = face.elidedText(match.entry.name, Qt.TextElideMode.ElideRight, max(px(40), right - left))
        paint_spanned(painter, left, box, name, match.name_span, colour, "ink1")
        painter.restore()


_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class CodePopup(QFrame):
    """The list under a code field: at most eight rows and a foot line; flips up when there is no room
    below.
    """

    ROWS = 8
    picked = Signal(object)
    """A CodeEntry was clicked."""

    LEFT = frozenset({QEvent.Type.FocusOut, QEvent.Type.Hide})
    GONE = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowDeactivate, QEvent.Type.Hide})

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._owner = owner
        self._model = _Matches(self)
        self.view = QListView(self)
        self.view.setModel(self._model)
        self.view.setItemDelegate(_MatchDelegate(self.view))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setProperty("popup", True)
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._clicked)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.setContentsMargins(1, 1, 1, 1)
        # the list view would like three rows at least: then a short list that flips up covers its own field
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._column.addWidget(self.view)

    @property
    def matches(self) -> list[CodeMatch]:
        """What is listed."""
        return self._model.matches

    def current(self) -> CodeMatch | None:
        """The highlighted line."""
        row = self.view.currentIndex().row()
        return self.matches[row] if 0 <= row < len(self.matches) else None

    def offer(self, matches: Sequence[CodeMatch], chosen: str = "") -> None:
        """List these and show the popup beside its field; the line of ``chosen`` or the first is
        highlighted.
        """
        self._model.show(matches)
        row = next((at for at, match in enumerate(matches) if match.entry.code == chosen), 0)
        self.view.setCurrentIndex(self._model.index(row, 0))
        self._place()
        if not self.isVisible():
            self.show()
        self.update()  # the foot counts the lines, also when the size stays
        self.view.scrollTo(self.view.currentIndex())

    def move_by(self, rows: int) -> None:
        """Highlight another line; stays at the ends."""
        last = len(self.matches) - 1
        row = min(max(self.view.currentIndex().row() + rows, 0), last)
        self.view.setCurrentIndex(self._model.index(row, 0))
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """While it is open it looks on at its field and the field's window."""
        super().showEvent(event)
        for watched in (self._owner, self._owner.window()):
            watched.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing to look at any more."""
        for watched in (self._owner, self._owner.window()):
            watched.removeEventFilter(self)
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It does not stay behind when its field is left, or the window moves or goes away."""
        if event.type() in (self.LEFT if watched is self._owner else self.GONE):
            self.hide()
        return super().eventFilter(watched, event)

    def _foot(self) -> int:
        return metrics(NOTE).height() + px(8)

    def foot_words(self) -> tuple[str, str]:
        """What the keys do now, and how many lines there are."""
        if not self.matches:
            return _("改几个字再查，或按 Esc 关"), _("没有符合的代码")
        taken = self.current() is not None
        keys = _("↑ ↓ 选　Enter 定　Esc 关") if taken else _("↓ 选　Esc 关")
        return keys, _("共 {count} 条").format(count=len(self.matches))

    def _place(self) -> None:
        row = max(px(32), metrics().height() + px(8))
        rows = max(1, min(self.ROWS, len(self.matches)))
        self._column.setContentsMargins(1, 1, 1, 1 + self._foot())
        height = rows * row + self._foot() + 2
        width = max(self._owner.width(), px(351))
        below = self._owner.mapToGlobal(QPoint(self._owner.width() - width, self._owner.height()))
        screen = room_around(self._owner)
        left = min(max(below.x(), screen.left()), screen.right() - width + 1)
        top = below.y()
        above = top - self._owner.height() - height
        if top + height > self._floor() and above >= screen.top():
            top = above
        self.setGeometry(left, top, width, height)

    def _floor(self) -> int:
        """Lowest pixel the list may reach: it may cover neighbours, not the key bar and the status bar."""
        window = self._owner.window()
        bars = px(44) + px(28) if window.height() > px(400) else 0
        bottom = window.mapToGlobal(QPoint(0, window.height())).y() - bars
        return min(bottom, room_around(self._owner).bottom() + 1)

    def _clicked(self, index: QModelIndex) -> None:
        self.picked.emit(self.matches[index.row()].entry)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame and foot line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        foot = QRect(1, self.height() - self._foot() - 1, self.width() - 2, self._foot())
        painter.fillRect(foot, ink("bg2"))
        painter.setPen(pen("line1"))
        painter.drawLine(foot.topLeft(), foot.topRight())
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        words = foot.adjusted(px(11), 0, -px(11), 0)
        keys, count = self.foot_words()
        painter.drawText(words, _MIDDLE, keys)
        painter.drawText(words, _MIDDLE | Qt.AlignmentFlag.AlignRight, count)
        painter.setPen(pen("accent"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class CodeField(Field):
    """A code with its list: ``CodeField("单位性质", CodeBook(entries))``; ``value()`` is the code.

    Typing lists matches; ↑ ↓ choose, Enter takes and goes on, Esc closes, F7 or Alt+↓ opens. Retired codes
    are shown
    and cannot be taken. ``chosen(code)`` comes at once, ``committed`` on leaving.
    """

    chosen = Signal(str)
    SIDE = 24

    def __init__(
        self, name: str, book: CodeBook, *, required: bool = False, parent: QWidget | None = None
    ) -> None:
        self._book = book
        self._entry: CodeEntry | None = None
        self._popup: CodePopup | None = None
        self._is_putting = False
        super().__init__(name, required=required, parent=parent)
        self.textEdited.connect(self._typed)

    @property
    def book(self) -> CodeBook:
        """The list behind it."""
        return self._book

    def set_book(self, book: CodeBook) -> None:
        """Another list (the districts of another province); the value stays if it is known there."""
        value = self.value()
        self._book = book
        self.set_value(value)

    @property
    def popup(self) -> CodePopup:
        """The list window; made when first needed."""
        if self._popup is None:
            self._popup = CodePopup(self)
            self._popup.picked.connect(self._take)
        return self._popup

    def is_open(self) -> bool:
        """The list is shown."""
        return self._popup is not None and self._popup.isVisible()

    def entry(self) -> CodeEntry | None:
        """The line chosen."""
        return self._entry

    def value(self) -> str:
        """The code, or what was typed."""
        return self._entry.code if self._entry else self.text().strip()

    def shown(self, value: str) -> str:
        """Code and name, or the value itself when the list does not know it."""
        entry = self._book.entry(value)
        return entry.shown() if entry else value

    def set_value(self, value: str) -> None:
        """Show a code; no signal."""
        self._entry = self._book.entry(value)
        super().set_value(value)

    def check(self, text: str) -> str:
        """Not in the list, or retired."""
        if not text.strip() or self._entry is not None:
            return ""
        entry = self._book.read(text)
        if entry is None:
            return _("代码表里没有选定“{text}”。请按 F7 从表中选。").format(text=text.strip())
        if entry.is_retired:
            return _("{entry} 已停用，不能新选。请按 F7 选现行代码。").format(entry=entry.shown())
        return ""

    def neat(self, text: str) -> str:
        """Code and name."""
        if not text.strip():
            self._entry = None
            return ""
        self._entry = self._entry or self._book.read(text)
        return self._entry.shown() if self._entry else text.strip()

    def put(self, text: str) -> None:
        """Replace the text; the chosen line stays with its own text only. Lists nothing: nobody typed."""
        self._is_putting = True
        super().put(text)
        self._is_putting = False
        if self._entry is None or self._entry.shown() != text:
            self._entry = self._book.entry(text.split()[0]) if text.split() else None

    def open_list(self) -> None:
        """Show the list: all lines when the field holds a chosen code, nothing or what no line has, else the
        matches.
        """
        if self.isReadOnly() or not self.isEnabled():
            return
        matches = self._book.search("" if self._entry else self.text())
        self.popup.offer(matches or self._book.search(""), self._entry.code if self._entry else "")

    def close_list(self) -> None:
        """Hide the list."""
        if self._popup is not None:
            self._popup.hide()

    def _typed(self, text: str) -> None:
        self._entry = None
        if self._is_putting:
            return
        if text.strip() and text.strip() != "..":
            self.popup.offer(self._book.search(text))
        else:
            self.close_list()

    def _take(self, entry: CodeEntry) -> bool:
        if entry.is_retired:
            self._problem = self.check(entry.code) or _("{entry} 已停用，不能新选。").format(
                entry=entry.shown()
            )
            self._look()
            return False
        self._entry = entry
        self.put(entry.shown())
        self._problem = ""
        self._look()
        self.close_list()
        self.chosen.emit(entry.code)
        return True

    def wants_key(self, event: QKeyEvent) -> bool:
        """F7, Alt+↓, and while the list is open Esc and the keys that turn its pages."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            return self.is_open()
        is_alt_down = event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        return event.key() == Qt.Key.Key_F7 or bool(is_alt_down) or super().wants_key(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the list; all keys belong to the input method while it composes."""
        if self.is_composing:
            event.accept()
            return
        key = event.key()
        if key == Qt.Key.Key_F7 or (
            key == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        ):
            self.open_list()
            return
        if self.is_open():
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: CodePopup.ROWS,
                Qt.Key.Key_PageUp: -CodePopup.ROWS,
            }
            if key in steps:
                self.popup.move_by(steps[Qt.Key(key)])
                return
            if key == Qt.Key.Key_Escape:
                self.close_list()
                return
            if key in ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                match = self.popup.current()
                if match is None or not self._take(match.entry):
                    return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The ▾ opens the list."""
        super().mousePressEvent(event)
        if event.position().x() > self.width() - px(30):
            self.close_list() if self.is_open() else self.open_list()

    def paintEvent(self, event: QPaintEvent) -> None:
        """While not in use: the code in the code font, the name beside it. Always the ▾."""
        if self._entry is None or self.hasFocus():
            super().paintEvent(event)
        else:
            self._paint_at_rest(self._entry)
        painter = QPainter(self)
        if not self.isReadOnly():
            place = square(16, self.width() - px(26), self.height())
            paint_icon(painter, place, "chevron_down", "ink2" if self.isEnabled() else "dis")

    def _paint_at_rest(self, entry: CodeEntry) -> None:
        painter = QPainter(self)
        self.paint_frame(painter)
        left = px(10) + self.textMargins().left()
        right = self.width() - px(6) - self.textMargins().right()
        usable = self.isEnabled()
        painter.setFont(font(mono=True))
        painter.setPen(ink("ink2" if usable else "dis"))
        painter.drawText(QRect(left, 0, right - left, self.height()), _MIDDLE, entry.code)
        left += metrics(mono=True).horizontalAdvance(entry.code) + px(7)
        painter.setFont(font())
        painter.setPen(ink("ink2" if self.isReadOnly() else "ink1" if usable else "dis"))
        name = metrics().elidedText(entry.name, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRect(left, 0, right - left, self.height()), _MIDDLE, name)
        self.paint_level(painter)
