"""Entry fields: one line, many lines. Enter goes on, never while the input method composes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.ui.theme import NOTE, field_height, font, ink, metrics, paint_icon, px, tokens
from desktop.ui.widgets.base import Label, pass_on, pen, restyle, square
from desktop.ui.widgets.marks import paint_glyph
from desktop.ui.widgets.tags import cap_size, paint_cap

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
SAME_AS_BEFORE = ".."
"""Typed into a field and Enter: copy this field from the contract before."""


class Field(QLineEdit):
    """One line to fill in.

    ``value()`` and ``set_value()`` speak the stored form (ISO day, plain yuan, code) and nobody hears
    ``set_value``.
    ``committed(value)`` comes when the person leaves the field after a change: write the draft then. What
    cannot be
    read stays as typed, is still given out by ``value()``, and ``problem()`` says what is wrong.
    """

    committed = Signal(str)
    tidied = Signal(str, str)
    """Corrected by itself: before, after. The row shows it."""
    noted = Signal(str)
    """Words to show under the field (empty: none)."""

    SIDE = 0
    """Drawing pixels kept free at the right for a sign that is always there."""
    MOST = 10_000
    """So many characters can be brought in at once; more is refused in words and changes nothing."""

    def __init__(
        self, name: str, *, required: bool = False, mono: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.previous: Callable[[], str] | None = None
        """Stored value of this field in the contract before, for “..”."""
        self.go_on: Callable[[bool], None] | None = None
        """Stands in for “next field” (True: back), for a field inside a table cell."""
        self.paste_block: Callable[[], bool] | None = None
        """Asked before Ctrl+V: takes a copied block of several cells (True), leaves a single one alone."""
        self.step_back: Callable[[bool], bool] | None = None
        """Ctrl+Z (True) and Ctrl+Y (False) while nothing was typed here: the form's own undo."""
        self.longest = 0
        """So many characters the field takes by its own rule (0: no rule); only told, never enforced here."""
        self.is_refusing = False
        """It has just said why it did not take something; the next edit, or leaving, ends that."""
        self._unit = ""
        self._level = ""
        self._problem = ""
        self._level_words = ""
        self._preedit = ""
        self._last = ""
        self._found = ""
        self._is_required = False
        self._by_mouse = False
        self.setProperty("mono", mono)
        self.setProperty("level", "")
        self.set_required(required)
        self.textEdited.connect(self._edited)
        self.setMaxLength(2 * self.MOST)  # in halves of surrogate pairs; for ways of pasting unknown to us
        self._fit_margins()

    # what it is

    def set_required(self, required: bool) -> None:
        """Star and yellow ground; the row's label draws the star."""
        self._is_required = required
        self._look()
        self._name_for_readers()

    @property
    def is_required(self) -> bool:
        """Must be filled before the contract is submitted."""
        return self._is_required

    def set_unit(self, unit: str) -> None:
        """What a screen reader says behind the name: 单位元."""
        self._unit = unit
        self._name_for_readers()

    def set_read_only(self, read_only: bool) -> None:
        """Grey and left out by Enter and Tab; the mouse may still copy from it."""
        self.setReadOnly(read_only)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if read_only else Qt.FocusPolicy.StrongFocus)
        self._look()
        self._name_for_readers()

    def set_level(self, level: str, words: str = "") -> None:
        """Mark it ``error``, ``doubt``, ``note`` or nothing; the words are tooltip and read out."""
        self._level, self._level_words = level, words
        self._look()

    def level(self) -> str:
        """What is shown: the field's own problem goes before what the page set."""
        return "error" if self._problem else self._level

    def problem(self) -> str:
        """Why the text cannot be read; empty when it can."""
        return self._problem

    # what is in it

    def value(self) -> str:
        """Stored form; the text as typed while it cannot be read."""
        return self.text()

    def set_value(self, value: str) -> None:
        """Show a stored value; no signal."""
        self.blockSignals(True)
        self.setText(self.shown(value))
        self.blockSignals(False)
        self._problem = self.check(self.text())
        self._last = self.value()
        self.setCursorPosition(0)
        self._settled()
        self._look()

    def count_as_found(self) -> None:
        """The page wrote into it: that is for the form to take back, not for the field."""
        self._found = self.text()

    def shown(self, value: str) -> str:
        """How a stored value is displayed. Subclasses override."""
        return value

    def check(self, _text: str) -> str:
        """What is wrong with the text, empty if nothing. Subclasses override."""
        return ""

    def settle(self) -> None:
        """Read what was typed, display it properly, tell those who store it. Called on leaving."""
        text = self.text()
        self._problem = self.check(text)
        if not self._problem:
            neat = self.neat(text)
            if neat != text:
                self.put(neat)
        self._settled()
        self._look()
        value = self.value()
        if value != self._last:
            self._last = value
            self.committed.emit(value)

    def neat(self, text: str) -> str:
        """The text as it shall stand; only asked when ``check`` found nothing. Subclasses override."""
        return text.strip()

    def put(self, text: str) -> None:
        """Replace the whole text so that Ctrl+Z brings the old one back."""
        self.selectAll()
        self.insert(text)

    def _settled(self) -> None:
        """Hook after every reading, for 大写 and the like."""

    def _edited(self, _text: str) -> None:
        if self._problem or self.is_refusing:
            self._problem = ""
            self._look()

    # how it looks

    def _look(self) -> None:
        req = self._is_required and not self.isReadOnly()
        level = self.level()
        words = self._problem or self._level_words
        self.is_refusing = False
        self.setToolTip(words)
        self.setAccessibleDescription(words)
        if (self.property("req"), self.property("level")) != (req, level):
            self.setProperty("req", req)
            self.setProperty("level", level)
            self._fit_margins()
            restyle(self)
        self.noted.emit(self._problem)

    def _fit_margins(self) -> None:
        left = px(4) if self.level() == "doubt" else 0
        right = px(self.SIDE) + (px(20) if self.level() in ("error", "doubt", "note") else 0)
        self.setTextMargins(left, 0, right, 0)

    def _name_for_readers(self) -> None:
        parts = [self.name]
        if self._is_required:
            parts.append(_("必填"))
        if self.isReadOnly():
            parts.append(_("不可改"))
        if self._unit:
            parts.append(_("单位{unit}").format(unit=self._unit))
        self.setAccessibleName("，".join(parts))

    def sizeHint(self) -> QSize:
        """As high as the text and its border."""
        return QSize(px(160), field_height())

    def minimumSizeHint(self) -> QSize:
        """May get narrow, never low."""
        return QSize(px(60), field_height())

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: margins too."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit_margins()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line edit, then the doubt's bar and the level's glyph."""
        super().paintEvent(event)
        self.paint_level(QPainter(self))

    def paint_level(self, painter: QPainter) -> None:
        """Bar at the left, glyph at the right."""
        level = self.level()
        if not level:
            return
        if level == "doubt":
            inset = tokens().focus_width if self.hasFocus() else 1
            painter.fillRect(QRectF(inset, inset, px(4), self.height() - 2 * inset), ink("warnB"))
        glyph = {"error": "cross", "doubt": "bang", "note": "info"}[level]
        colour = {"error": "err", "doubt": "warn", "note": "ink2"}[level]
        left = self.width() - px(26) - px(self.SIDE)
        paint_glyph(painter, square(16, left, self.height()), glyph, colour)  # type: ignore[arg-type]

    def paint_frame(self, painter: QPainter) -> None:
        """Only ground and border, for subclasses that draw the text themselves."""
        from PySide6.QtWidgets import QStyle, QStyleOptionFrame  # its many enums are not for the sign-in page

        option = QStyleOptionFrame()
        self.initStyleOption(option)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)

    # keys

    @property
    def is_composing(self) -> bool:
        """The input method holds letters that are not text yet."""
        return bool(self._preedit)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether the input method is composing."""
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)

    def event(self, event: QEvent) -> bool:
        """While composing no shortcut of the window may take a key; F2 and Enter belong to the field."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self.is_composing or event.key() in ENTER:
                event.accept()
                return True
            if self.wants_key(event):
                event.accept()
                return True
        return super().event(event)

    def wants_key(self, event: QKeyEvent) -> bool:
        """Keys this field takes before the window's shortcuts."""
        return event.key() == Qt.Key.Key_F2

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Shift+Enter back, F2 edits inside, “..” copies. Nothing while composing."""
        if self.is_composing:
            event.accept()
            return
        if event.key() in ENTER:
            self.enter(back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            event.accept()
            return
        if event.key() == Qt.Key.Key_F2:
            self.deselect()
            self.end(False)
            return
        if event.matches(QKeySequence.StandardKey.Paste) and not self.isReadOnly():
            if self.paste_block is None or not self.paste_block():
                self.bring_in(QGuiApplication.clipboard().text())
            return
        if (back := steps_back(event)) is not None and self._steps(back):
            return
        super().keyPressEvent(event)

    def bring_in(self, text: str) -> bool:
        """Put a copied text in at the cursor, as one line; False when it is refused, which is then told."""
        if words := too_much(text, self.longest, self.MOST):
            tell_refusal(self, words)
            return False
        self.insert(one_cell(text))
        return True

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """粘贴 of the menu goes the way of Ctrl+V."""
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() == "edit-paste":
                action.triggered.disconnect()
                action.triggered.connect(lambda: self.bring_in(QGuiApplication.clipboard().text()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def dropEvent(self, event: QDropEvent) -> None:
        """A text dropped here is no longer than one pasted."""
        if words := too_much(event.mimeData().text(), self.longest, self.MOST):
            event.ignore()
            tell_refusal(self, words)
            return
        super().dropEvent(event)

    def _steps(self, back: bool) -> bool:
        """The form steps back or forth, unless something was typed here since the field was entered."""
        return self.step_back is not None and self.text() == self._found and self.step_back(back)

    def enter(self, *, back: bool = False) -> None:
        """What Enter does here."""
        if self.text().strip() in (SAME_AS_BEFORE, "。。", "．．") and self.previous is not None:
            self.put(self.shown(self.previous()))
        if self.go_on is not None:
            self.go_on(back)
        else:
            pass_on(self, back=back)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """All selected, so that typing replaces the old value."""
        super().focusInEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._found = self.text()
        if event.reason() == Qt.FocusReason.MouseFocusReason:
            self._by_mouse = True
        elif event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            if not self.isModified():  # back from another window: what is half typed is left alone
                self.selectAll()
        elif event.reason() != Qt.FocusReason.PopupFocusReason:
            if self.go_on is not None and self.isModified():
                return  # a cell opened by composing: the first word came before the focus did
            self.selectAll()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The click that brought the focus selects all, a second one sets the cursor."""
        super().mouseReleaseEvent(event)
        if self._by_mouse:
            self._by_mouse = False
            if not self.hasSelectedText():
                self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving: read, display, store."""
        self._preedit = ""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason):
            self.settle()


def steps_back(event: QKeyEvent) -> bool | None:
    """True for Ctrl+Z, False for Ctrl+Y, None for any other key."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return True
    is_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    redo = event.matches(QKeySequence.StandardKey.Redo) or (is_ctrl and event.key() == Qt.Key.Key_Y)
    return False if redo else None


def too_much(text: str, longest: int, most: int) -> str:
    """Why a text is not taken in: how much came, how much the field takes, what to do; empty when it is."""
    if len(text) <= most:
        return ""
    words = _("贴来 {came} 个字，这一栏最多 {most} 个字，没有贴入，原有内容不变。请只复制要填的部分再贴。")
    return words.format(came=f"{len(text):,}", most=f"{longest or most:,}")


def tell_refusal(widget: QWidget, words: str) -> None:
    """Say at a widget why it did not take something: under the field if it has a row, and beside it."""
    from PySide6.QtWidgets import QToolTip  # not for the sign-in page

    if isinstance(widget, Field | TextBox):
        widget.is_refusing = True
        widget.noted.emit(words)
    widget.setAccessibleDescription(words)
    QToolTip.showText(widget.mapToGlobal(QPoint(px(8), widget.height())), words, widget)


def one_cell(text: str) -> str:
    """What was copied, as one line: a cell of a spreadsheet brings its line end and perhaps quotes along."""
    plain = text.replace("\r\n", "\n").strip("\n")
    if "\n" in plain and plain.startswith('"') and plain.endswith('"'):
        plain = plain[1:-1].replace('""', '"')
    return " ".join(plain.split("\n")).replace("\t", " ")


class SearchBox(Field):
    """The search field of a page head: magnifier, hint, key cap; ``searched(text)`` on Enter, ``typed``
    while typing.
    """

    searched = Signal(str)
    MOST = 1_000

    def __init__(self, name: str, hint: str = "", *, key: str = "F3", parent: QWidget | None = None) -> None:
        self._key = key
        super().__init__(name, parent=parent)
        self.setPlaceholderText(hint)

    def _fit_margins(self) -> None:
        cap = cap_size(self._key).width() + px(8) if self._key and not self.text() else px(24)
        self.setTextMargins(px(27), 0, cap, 0)

    def sizeHint(self) -> QSize:
        """As in the page head."""
        return QSize(px(276), field_height())

    def enter(self, *, back: bool = False) -> None:
        """Enter searches."""
        if back:
            super().enter(back=True)
        else:
            self.searched.emit(self.text().strip())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Magnifier and cap."""
        super().paintEvent(event)
        painter = QPainter(self)
        paint_icon(painter, square(20, px(9), self.height()), "search", "ink2")
        if self._key and not self.hasFocus():
            cap = cap_size(self._key)
            left, top = self.width() - cap.width() - px(9), (self.height() - cap.height()) / 2
            paint_cap(painter, QRectF(left, top, cap.width(), cap.height()), self._key)


class TextBox(QPlainTextEdit):
    """Several lines. Enter breaks the line, Ctrl+Enter goes to the next field; the row says so."""

    committed = Signal(str)
    noted = Signal(str)
    MOST = 50_000
    """As in ``Field``."""

    def __init__(
        self, name: str, *, required: bool = False, lines: int = 3, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name, self._lines = name, lines
        self.paste_block: Callable[[], bool] | None = None
        """As in ``Field``."""
        self.step_back: Callable[[bool], bool] | None = None
        """As in ``Field``."""
        self.longest = 0
        """As in ``Field``."""
        self.is_refusing = False
        """As in ``Field``."""
        self._length = self.document().characterCount()
        self.textChanged.connect(self._changed)
        self._last = ""
        self._found = ""
        self._preedit = ""
        self._is_required = required
        self.setProperty("req", required)
        self.setProperty("level", "")
        self.setTabChangesFocus(True)
        words = [name, _("必填")] if required else [name]
        self.setAccessibleName("，".join([*words, _("Ctrl+Enter 到下一栏")]))

    @property
    def is_required(self) -> bool:
        """Must be filled."""
        return self._is_required

    def set_required(self, required: bool) -> None:
        """Star and yellow ground."""
        self._is_required = required
        self.setProperty("req", required)
        restyle(self)

    def set_read_only(self, read_only: bool) -> None:
        """Grey and left out by Tab."""
        self.setReadOnly(read_only)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if read_only else Qt.FocusPolicy.StrongFocus)

    def set_level(self, level: str, words: str = "") -> None:
        """Mark it ``error`` or nothing."""
        self.setProperty("level", level)
        self.setToolTip(words)
        self.setAccessibleDescription(words)
        restyle(self)

    def value(self) -> str:
        """The text."""
        return self.toPlainText().strip()

    def set_value(self, value: str) -> None:
        """Show a text; no signal."""
        self.blockSignals(True)
        self.setPlainText(value)
        self.blockSignals(False)
        self._last = self.value()

    def count_as_found(self) -> None:
        """As in ``Field``."""
        self._found = self.toPlainText()

    def _changed(self) -> None:
        """Qt says so of a drop that was refused, too."""
        before, self._length = self._length, self.document().characterCount()
        if before != self._length:
            self._end_refusal()

    def _end_refusal(self) -> None:
        if self.is_refusing:
            self.is_refusing = False
            self.setAccessibleDescription(self.toolTip())
            self.noted.emit("")

    def settle(self) -> None:
        """Tell those who store it, if it changed."""
        self._end_refusal()
        if (value := self.value()) != self._last:
            self._last = value
            self.committed.emit(value)

    def sizeHint(self) -> QSize:
        """So many lines."""
        return QSize(px(200), metrics().lineSpacing() * self._lines + px(14))

    def minimumSizeHint(self) -> QSize:
        """At least two lines."""
        return QSize(px(80), metrics().lineSpacing() * min(2, self._lines) + px(14))

    @property
    def is_composing(self) -> bool:
        """The input method holds letters that are not text yet."""
        return bool(self._preedit)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether the input method is composing."""
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)

    def event(self, event: QEvent) -> bool:
        """While composing no shortcut of the window may take a key."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (self.is_composing or event.key() in ENTER)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter goes on, Ctrl+Shift+Enter back."""
        if self.is_composing:
            event.accept()
            return
        modifiers = event.modifiers()
        if event.key() in ENTER and modifiers & Qt.KeyboardModifier.ControlModifier:
            pass_on(self, back=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
            event.accept()
            return
        is_paste = event.matches(QKeySequence.StandardKey.Paste) and not self.isReadOnly()
        if is_paste and self.paste_block is not None and self.paste_block():
            return
        if (back := steps_back(event)) is not None and self._steps(back):
            return
        super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """What is pasted or dropped: refused in words when it is far too long."""
        if words := too_much(source.text(), self.longest, self.MOST):
            tell_refusal(self, words)
            return
        super().insertFromMimeData(source)

    def _steps(self, back: bool) -> bool:
        """As in ``Field``."""
        return self.step_back is not None and self.toPlainText() == self._found and self.step_back(back)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What stands in it when it is entered."""
        super().focusInEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._found = self.toPlainText()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving: store."""
        self._preedit = ""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.settle()


class FieldRow(QWidget):
    """Number, star, name, field, and a line of notes under it that takes no room while empty.

    The label is the field's buddy, turns accent and bold with the focus. ``number`` is that of the paper
    form.
    ``beside`` puts a second field into the row (the two days of a period), joined by “–”.
    """

    NUMBER, STAR, NAME = 22, 10, 128

    def __init__(
        self,
        number: str,
        name: str,
        entry: QWidget,
        *,
        beside: QWidget | None = None,
        name_width: int = NAME,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.number, self.name, self.entry, self.beside = number, name, entry, beside
        self._name_width = name_width
        self._note = Label("", size="note", tone="ink2", wrap=True, parent=self)
        self._note.hide()
        self._corrected = ""
        self._fixed_note = ""
        self._is_focused = False
        column = QVBoxLayout(self)
        column.setSpacing(px(1))
        column.addWidget(_Pair(entry, beside, self))
        column.addWidget(self._note)
        self._column = column
        self._fit()
        for one in (entry, beside):
            if one is None:
                continue
            one.installEventFilter(self)
            if isinstance(one, Field | TextBox):
                one.noted.connect(self._noted)
            if isinstance(one, Field):
                one.tidied.connect(self._tidied)

    @property
    def is_required(self) -> bool:
        """Whether the star is drawn."""
        return bool(getattr(self.entry, "is_required", False))

    def label_rect(self) -> QRectF:
        """Where the name stands."""
        left = px(self.NUMBER) + px(self.STAR)
        return QRectF(left, 0, px(self._name_width), field_height())

    def set_note(self, text: str) -> None:
        """A lasting line under the field, e.g. 大写; gives way to a problem."""
        self._fixed_note = text
        self._show_note("")

    def note(self) -> str:
        """What stands under the field now."""
        return self._note.text() if not self._note.isHidden() else ""

    def _noted(self, problem: str) -> None:
        self._show_note(problem)

    def _tidied(self, before: str, after: str) -> None:
        self._corrected = _("已把“{before}”改为“{after}”，Ctrl+Z 撤回").format(before=before, after=after)
        self._show_note("")

    def _show_note(self, problem: str) -> None:
        text = f"✕ {problem}" if problem else self._corrected or self._fixed_note
        self._note.setText(text)
        self._note.set_tone("err" if problem else "ink2")
        self._note.setVisible(bool(text))

    def _fit(self) -> None:
        label = px(self.NUMBER) + px(self.STAR) + px(self._name_width)
        self._column.setContentsMargins(label, 0, 0, 0)
        self.setMinimumHeight(field_height())

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit()
            self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The focus of the field colours the label; a new edit ends the remark on a correction."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._is_focused = event.type() == QEvent.Type.FocusIn
            if self._is_focused and self._corrected:
                self._corrected = ""
                self._show_note(self.entry.problem() if isinstance(self.entry, Field) else "")
            self.update()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the name goes to the field."""
        if self.label_rect().contains(event.position()):
            self.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
        super().mousePressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Number, star, name."""
        painter = QPainter(self)
        height = field_height()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(NOTE, mono=True))
        painter.setPen(ink("ink3"))
        painter.drawText(QRectF(0, 0, px(self.NUMBER), height), middle, self.number)
        if self.is_required:
            painter.setFont(font(bold=True))
            painter.setPen(ink("err"))
            star = QRectF(px(self.NUMBER), px(2), px(self.STAR), height)
            painter.drawText(star, middle, "*")
        painter.setFont(font(bold=self._is_focused))
        painter.setPen(ink("accent" if self._is_focused else "ink2"))
        place = self.label_rect()
        face = metrics(bold=self._is_focused)
        name = self.name
        if face.horizontalAdvance(name) > place.width():
            painter.setFont(font(NOTE, bold=self._is_focused))
        painter.drawText(place, middle, name)


class _Pair(QWidget):
    """One field, or two with a dash between them."""

    DASH = 16

    def __init__(self, one: QWidget, other: QWidget | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._one, self._other = one, other
        one.setParent(self)
        if other is not None:
            other.setParent(self)
            QWidget.setTabOrder(one, other)

    def sizeHint(self) -> QSize:
        """Both fields and the dash."""
        first = self._one.sizeHint()
        if self._other is None:
            return first
        second = self._other.sizeHint()
        return QSize(first.width() + px(self.DASH) + second.width(), max(first.height(), second.height()))

    def minimumSizeHint(self) -> QSize:
        """May get narrow."""
        first = self._one.minimumSizeHint()
        return first if self._other is None else QSize(2 * first.width() + px(self.DASH), first.height())

    def resizeEvent(self, _event: QEvent) -> None:
        """Share the width."""
        if self._other is None:
            self._one.setGeometry(self.rect())
            return
        width = (self.width() - px(self.DASH)) // 2
        self._one.setGeometry(0, 0, width, self.height())
        self._other.setGeometry(self.width() - width, 0, width, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The dash."""
        if self._other is not None:
            painter = QPainter(self)
            painter.setPen(ink("ink2"))
            painter.setFont(font())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "–")


class SectionHead(QWidget):
    """Name of a section of the form with a line to the right: 二 买方 ———."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = text
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """One bold line."""
        return QSize(px(160), metrics(bold=True).height() + px(6))

    def minimumSizeHint(self) -> QSize:
        """The words."""
        wide = metrics(bold=True).horizontalAdvance(self.text)
        return QSize(wide, metrics(bold=True).height() + px(6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Words and line."""
        painter = QPainter(self)
        painter.setFont(font(bold=True))
        painter.setPen(ink("accent"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self.text)
        left = metrics(bold=True).horizontalAdvance(self.text) + px(12)
        painter.setPen(pen("line1"))
        painter.drawLine(left, self.height() // 2, self.width(), self.height() // 2)


def is_typing(widget: QWidget | None) -> bool:
    """Whether single letters and digits belong to this widget: then page keys need Alt."""
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    return False
