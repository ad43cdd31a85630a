"""The bars that every page has: navigation, page head, contract head, key bar, status bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.settings import CHINA
from desktop.settings import now as utc_now
from desktop.ui.theme import CONTRACT, NOTE, PAGE, TokenName, font, ink, metrics, paint_icon, px
from desktop.ui.widgets.base import (
    STYLE_EVENTS,
    ArrowKeys,
    Label,
    Painted,
    PaintedButton,
    Rule,
    pen,
    rounded,
    set_ground,
    square,
)
from desktop.ui.widgets.brand import paint_product_mark
from desktop.ui.widgets.buttons import Button, PageTool
from desktop.ui.widgets.fields import is_typing
from desktop.ui.widgets.marks import StateDisc
from desktop.ui.widgets.steps import Steps
from desktop.ui.widgets.tags import cap_size, paint_cap

NAV_WIDTH, RAIL_WIDTH = 144, 56
MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page of the navigation."""

    code: str
    word: str
    icon: str


NAV_ITEMS = (
    NavItem("today", _("今日"), "calendar_ltr"),
    NavItem("handle", _("办理"), "document_edit"),
    NavItem("search", _("查询"), "search"),
    NavItem("report", _("上报"), "box_arrow_up"),
    NavItem("stats", _("统计"), "data_bar_vertical"),
    NavItem("system", _("系统"), "settings"),
)


class _NavButton(PaintedButton):
    def __init__(self, item: NavItem, number: int, parent: QWidget) -> None:
        super().__init__(item.word, parent)
        self.item, self.badge, self.is_narrow = item, "", False
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setProperty("ring", "nav")
        self.setToolTip(f"{item.word}（Ctrl+{number}）")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name()

    def name(self) -> None:
        badge = _("，{count} 份").format(count=self.badge) if self.badge else ""
        self.setAccessibleName(f"{self.item.word}{badge}")

    def sizeHint(self) -> QSize:
        if self.is_narrow:
            return QSize(px(RAIL_WIDTH), px(22) + metrics(NOTE).height() + px(8))
        return QSize(px(NAV_WIDTH), px(48))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = self.isChecked()
        colour: TokenName = "navOn" if chosen else "navT"
        if chosen:
            painter.fillRect(self.rect(), ink("navA"))
            painter.fillRect(QRect(0, 0, px(4), self.height()), ink("navMark"))
        elif self.underMouse():
            painter.fillRect(QRect(0, 0, px(4), self.height()), ink("navD"))
        if self.is_narrow:
            icon_box = QRectF((self.width() - px(20)) // 2, px(5), px(20), px(20))
            paint_icon(painter, icon_box, self.item.icon, colour, filled=chosen)
            painter.setFont(font(NOTE, bold=chosen))
            painter.setPen(ink(colour))
            words = QRectF(0, px(24), self.width(), self.height() - px(26))
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
            return
        paint_icon(painter, square(20, px(16), self.height()), self.item.icon, colour, filled=chosen)
        painter.setFont(font(bold=chosen))
        painter.setPen(ink(colour))
        painter.drawText(px(48), 0, self.width(), self.height(), MIDDLE, self.text())
        if self.badge:
            self._paint_badge(painter, chosen)

    def _paint_badge(self, painter: QPainter, chosen: bool) -> None:
        wide = max(px(28), metrics(NOTE).horizontalAdvance(self.badge) + px(14))
        high = px(20)
        box = QRectF(self.width() - wide - px(10), (self.height() - high) // 2, wide, high)
        ground: TokenName = "navOn" if chosen else "navBadge"
        text: TokenName = "navA" if chosen else "navT"
        if ink(ground).lightness() > 200 and ink(text).lightness() > 100:
            text = "nav"
        rounded(painter, box, ground, None, high / 2)
        painter.setFont(font(NOTE))
        painter.setPen(ink(text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.badge)


class Navigation(QWidget):
    """The left column: product, six pages with their counts, who is working. 144 wide, or a rail of 56.

    Ctrl+1 … Ctrl+6 choose a page, Ctrl+L locks. One Tab stop, ↑ ↓ move, Enter chooses.
    """

    chosen = Signal(str)
    lock_wanted = Signal()

    def __init__(self, items: Sequence[NavItem] = NAV_ITEMS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "nav")
        self.setAccessibleName(_("导航"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._narrow = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._brand = _Brand(self)
        column.addWidget(self._brand)
        self.items = [_NavButton(item, at, self) for at, item in enumerate(items, 1)]
        for at, button in enumerate(self.items, 1):
            column.addWidget(button)
            button.clicked.connect(self._clicked)
            QShortcut(QKeySequence(f"Ctrl+{at}"), self).activated.connect(button.click)
        column.addStretch(1)
        self.who = _Who(self)
        self.who.clicked.connect(self.lock_wanted)
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self.lock_wanted)
        column.addWidget(self.who)
        self._arrows = ArrowKeys(self)
        self._arrows.set_items(self.items)

    def choose(self, code: str) -> None:
        """Show a page as chosen; nobody is told."""
        for button in self.items:
            if button.item.code == code:
                button.setChecked(True)
                self._arrows.stop_at(button)

    def set_badge(self, code: str, count: int) -> None:
        """A count beside a page; 0 takes it away."""
        for button in self.items:
            if button.item.code == code:
                button.badge = str(count) if count else ""
                button.name()
                button.update()

    def set_person(self, name: str, role: str) -> None:
        """Who is working: 沈清禾, 登记员 · 经办."""
        self.who.set_person(name, role)

    def set_narrow(self, narrow: bool) -> None:
        """Rail or full width."""
        self._narrow = narrow
        for button in self.items:
            button.is_narrow = narrow
        self._brand.is_narrow = self.who.is_narrow = narrow
        for part in (*self.items, self._brand, self.who):
            part.updateGeometry()
            part.update()
        self.updateGeometry()

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _NavButton):
            self.chosen.emit(button.item.code)

    def sizeHint(self) -> QSize:
        """Full or rail."""
        return QSize(px(RAIL_WIDTH if self._narrow else NAV_WIDTH), px(400))

    def minimumSizeHint(self) -> QSize:
        """Width is fixed."""
        return QSize(self.sizeHint().width(), px(300))

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed."""
        if event.type() in STYLE_EVENTS:
            self.updateGeometry()
        super().changeEvent(event)


class _Brand(Painted):
    is_narrow = False

    def sizeHint(self) -> QSize:
        return QSize(px(RAIL_WIDTH if self.is_narrow else NAV_WIDTH), px(48 if self.is_narrow else 56))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        left = (self.width() - px(32)) // 2 if self.is_narrow else px(12)
        paint_product_mark(painter, square(32, left, self.height()), "navT")
        if self.is_narrow:
            return
        painter.setFont(font(NOTE, bold=True))
        painter.setPen(ink("navT"))
        row = px(18)
        top = (self.height() - 2 * row) // 2
        painter.drawText(px(52), top, self.width(), row, MIDDLE, _("技术合同"))
        painter.drawText(px(52), top + row, self.width(), row, MIDDLE, _("登记工作站"))
        painter.setPen(pen("navL"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class _Who(PaintedButton):
    is_narrow = False

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self._name, self._role = "", ""
        self.setProperty("ring", "nav")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_person(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.setAccessibleName(_("{name}，{role}，锁屏").format(name=name, role=role))
        self.setToolTip(_("{name}　{role}　Ctrl+L 锁屏").format(name=name, role=role))
        self.update()

    def sizeHint(self) -> QSize:
        if self.is_narrow:
            return QSize(px(RAIL_WIDTH), px(36))
        height = px(10) + metrics(bold=True).height() + metrics(NOTE).height() + px(6) + px(22) + px(12)
        return QSize(px(NAV_WIDTH), height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.is_narrow:
            painter.setFont(font(NOTE))
            painter.setPen(ink("navT"))
            name = metrics(NOTE).elidedText(self._name, Qt.TextElideMode.ElideRight, self.width() - px(4))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, name)
            return
        painter.setPen(pen("navL"))
        painter.drawLine(0, 0, self.width(), 0)
        left, top = px(16), px(10)
        painter.setFont(font(bold=True))
        painter.setPen(ink("navT"))
        row = metrics(bold=True).height()
        painter.drawText(left, top, self.width() - left, row, MIDDLE, self._name)
        top += row
        painter.setFont(font(NOTE))
        row = metrics(NOTE).height()
        painter.drawText(left, top, self.width() - left, row, MIDDLE, self._role)
        top += row + px(6)
        cap = cap_size("Ctrl L")
        box = QRectF(left, top, cap.width(), cap.height())
        paint_cap(painter, box, "Ctrl L", colour="navT", line="navD", ground=None)
        painter.setFont(font(NOTE))
        painter.setPen(ink("navD"))
        after = int(box.right()) + px(7)
        painter.drawText(after, top, self.width(), cap.height(), MIDDLE, _("锁屏"))


class _Head(QWidget):
    """White ground and a hairline below."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line1"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class PageHead(_Head):
    """Name of the page, position, tools, and what stands at the right (search). 56 high."""

    def __init__(self, title: str, position: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "paper")
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(px(20), 0, px(20), 0)
        self._row.setSpacing(px(10))
        self.title = Label(title, size="page", strong=True)
        self.position = Label(position, tone="ink2")
        self.title.setContentsMargins(0, 0, px(10), 0)
        self._row.addWidget(self.title)
        self._row.addWidget(self.position)
        self._rule = Rule(upright=True)
        self._rule.setMinimumHeight(px(24))
        self._rule.setMaximumHeight(px(24))
        self._row.addWidget(self._rule)
        self._row.addStretch(1)
        self._rule.hide()
        self._ends = 0
        self.tools: list[PageTool] = []

    def sizeHint(self) -> QSize:
        """56 at normal text size."""
        return QSize(px(600), max(px(56), metrics(PAGE, bold=True).height() + px(20)))

    def minimumSizeHint(self) -> QSize:
        """The window may get narrow; the rail layout then leaves this head out."""
        return QSize(px(300), self.sizeHint().height())

    def set_position(self, text: str) -> None:
        """第 3 份 / 共 11 份, a date, a count."""
        self.position.setText(text)

    def add_tool(self, tool: PageTool) -> PageTool:
        """A tool behind the position."""
        self._rule.show()
        self._row.insertWidget(self._row.count() - 1 - self._ends, tool)
        self.tools.append(tool)
        return tool

    def add_left(self, widget: QWidget, stretch: int = 0) -> None:
        """Something between title and the stretch that is no tool (a search field, a toggle)."""
        self._row.insertWidget(self._row.count() - 1 - self._ends, widget, stretch)

    def add_right(self, widget: QWidget) -> None:
        """Something at the right edge."""
        self._row.addWidget(widget)
        self._ends += 1


class ContractHead(_Head):
    """The contract at hand: name, state, 受理号, facts, 已存盘; the six steps at the right. 68 high."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "paper")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(20), 0, px(20), 0)
        row.setSpacing(px(12))
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title = _OneLine(CONTRACT)
        self.title.setMinimumWidth(px(120))
        line = QHBoxLayout()
        line.setSpacing(px(12))
        self.state = StateDisc("DRAFT", points=NOTE)
        self.state.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.number = Label("", size="note", mono=True, tone="ink2")
        self.facts = Label("", size="note", tone="ink2")
        self.saved = Label("", size="note", tone="ok")
        for part in (self.state, self.number, self.facts, self.saved):
            line.addWidget(part)
        line.addStretch(1)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addLayout(line)
        words.addStretch(1)
        row.addLayout(words, 1)
        self.steps = Steps(self)
        row.addWidget(self.steps)
        self._row = row
        self._narrow = False

    def sizeHint(self) -> QSize:
        """68, or 48 when narrow, at normal text size."""
        text = metrics(CONTRACT, bold=True).height() + metrics(NOTE).height()
        return QSize(px(600), max(px(48 if self._narrow else 68), text + (px(2) if self._narrow else px(14))))

    def minimumSizeHint(self) -> QSize:
        """The window may get narrow; ``set_narrow`` then shortens the steps."""
        return QSize(px(300), self.sizeHint().height())

    def show_contract(self, title: str, state: str, number: str, facts: str = "") -> None:
        """Name, state code, 受理号, and facts such as the deadline."""
        self.title.set_text(title or _("（未填项目名称）"))
        self.state.set_state(state)
        self.number.setText(number)
        self.facts.setText(facts)
        self.setAccessibleName(
            "，".join(part for part in (title, self.state.accessibleName(), number) if part)
        )

    def show_saved(self, words: str) -> None:
        """已存盘 14:32:05."""
        self.saved.setText(words)

    def add_right(self, widget: QWidget) -> None:
        """Something behind the steps (the button of the check drawer)."""
        self._row.addWidget(widget)

    def set_narrow(self, narrow: bool) -> None:
        """One line of 48 with the short steps."""
        self._narrow = narrow
        self.steps.set_narrow(narrow)
        self.facts.setVisible(not narrow)
        self.state.setVisible(not narrow)
        self.updateGeometry()


class _OneLine(Painted):
    """One bold line that is cut with “…” and then has its tooltip."""

    def __init__(self, points: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points = points
        self._text = ""

    def set_text(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        face = metrics(self._points, bold=True)
        return QSize(face.horizontalAdvance(self._text) + 1, face.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(px(60), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font(self._points, bold=True))
        painter.setPen(ink("ink1"))
        face = metrics(self._points, bold=True)
        text = face.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), MIDDLE, text)


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the key bar. ``keys`` as on the caps: "F6", "Ctrl E", "1", "Esc"; two caps: ("PgUp",
    "PgDn").

    ``act`` runs when the key is pressed; without it the key is only shown (the widget with the focus
    handles it).
    With two caps ``act`` gets bound to the first and ``act_second`` to the second. Ctrl, Alt and Shift are
    written as
    caps of their own: ("Ctrl", "E"). Letters and digits alone do nothing while a text field has the focus.
    """

    keys: str | tuple[str, ...]
    word: str
    act: Callable[[], None] | None = None
    act_second: Callable[[], None] | None = None
    is_enabled: bool = True

    @property
    def caps(self) -> tuple[str, ...]:
        """The caps drawn."""
        return (self.keys,) if isinstance(self.keys, str) else self.keys

    def sequences(self) -> list[str]:
        """Key sequences for Qt, one for each action."""
        caps = list(self.caps)
        if caps[0] in ("Ctrl", "Alt", "Shift"):
            return ["+".join(_QT_NAMES.get(cap, cap) for cap in caps)]
        return [_QT_NAMES.get(cap, cap).replace(" ", "+") for cap in caps]


_QT_NAMES = {
    "PgUp": "PgUp",
    "PgDn": "PgDown",
    "Esc": "Esc",
    "Insert": "Ins",
    "Del": "Del",
    "空格": "Space",
    "Enter": "Return",
    "↑": "Up",
    "↓": "Down",
    "←": "Left",
    "→": "Right",
}
KEPT_WHEN_NARROW = ("F1", "F3", "F6", "F7", "F8", "Esc")


class _KeyItem(PaintedButton):
    def __init__(self, key: Key, parent: QWidget) -> None:
        super().__init__(key.word, parent)
        self.key = key
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEnabled(key.is_enabled)
        self.setAccessibleName(f"{' '.join(key.caps)} {key.word}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        caps = sum(cap_size(cap).width() + px(4) for cap in self.key.caps)
        return QSize(caps + px(3) + metrics().horizontalAdvance(self.text()), px(44))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        left: float = 0
        usable = self.isEnabled()
        for cap in self.key.caps:
            size = cap_size(cap)
            box = QRectF(left, (self.height() - size.height()) // 2, size.width(), size.height())
            if usable:
                paint_cap(painter, box, cap, ground="bg0")
            else:
                paint_cap(painter, box, cap, colour="dis", line="dis", ground="bg2")
            left += size.width() + px(4)
        painter.setFont(font())
        hot = usable and (self.underMouse() or self.isDown())
        painter.setPen(ink("accent" if hot else "ink1" if usable else "dis"))
        painter.drawText(int(left + px(3)), 0, self.width(), self.height(), MIDDLE, self.text())


class KeyBar(QWidget):
    """The keys of this page at the left, the one primary button (F12) at the right. 44 high, never hidden.

    ``show_keys`` binds the keys in the window of the bar while the bar is visible; what does not fit goes
    under F10 更多.
    """

    primary = Signal()
    """F12 or the button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "head")
        self.setAccessibleName(_("快捷键"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(px(12), 0, px(8), 0)
        self._row.setSpacing(px(15))
        self.items: list[_KeyItem] = []
        self._shortcuts: list[QShortcut] = []
        self._narrow = False
        self.more = _KeyItem(Key("F10", _("更多"), self.open_more), self)
        self.more.clicked.connect(self.open_more)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.button = Button("", "primary", key="F12")
        self.button.clicked.connect(self.primary)
        self._row.addWidget(self.button)
        self.button.hide()
        self._bind("F10", self.open_more)
        self._fixed = [self._bind("F12", self.button.click)]

    def sizeHint(self) -> QSize:
        """44 at normal text size."""
        return QSize(px(600), max(px(44), self.button.sizeHint().height() + px(8)))

    def minimumSizeHint(self) -> QSize:
        """Keys give way to F10, the button never."""
        return QSize(px(300), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground and hairline."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg2"))
        painter.setPen(pen("line1"))
        painter.drawLine(0, 0, self.width(), 0)

    def show_keys(self, keys: Sequence[Key]) -> None:
        """The keys of the page in front."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = []
        for item in self.items:
            self._row.removeWidget(item)
            item.hide()
            item.deleteLater()
        self.items = [_KeyItem(key, self) for key in keys]
        for at, item in enumerate(self.items):
            self._row.insertWidget(at, item)
            key = item.key
            if key.act is not None:
                item.clicked.connect(key.act)
            for sequence, act in zip(key.sequences(), (key.act, key.act_second), strict=False):
                if act is not None and key.is_enabled:
                    self._shortcuts.append(self._bind(sequence, act))
        self._fit()

    def show_primary(self, word: str, *, enabled: bool = True, why_not: str = "") -> None:
        """The button that moves the case on; ``why_not`` is its tooltip while it is disabled. Empty: no
        button.
        """
        self.button.set_words(word)
        self.button.setVisible(bool(word))
        self.button.setEnabled(enabled)
        self.button.setToolTip(why_not if not enabled else "")
        self.button.setAccessibleDescription(why_not if not enabled else "")
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280: F1 F3 F6 F7 F8 Esc F12, the rest under F10."""
        self._narrow = narrow
        self._fit()

    def _bind(self, sequence: str, act: Callable[[], None]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(sequence), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        is_bare = len(sequence) == 1

        def run() -> None:
            if not (is_bare and is_typing(QApplication.focusWidget())):
                act()

        shortcut.activated.connect(run)
        return shortcut

    def _fit(self) -> None:
        room = self.width() - px(20)
        if not self.button.isHidden():
            room -= self.button.sizeHint().width() + px(15)
        shown = [item for item in self.items if not self._narrow or item.key.caps[0] in KEPT_WHEN_NARROW]
        needed = sum(item.sizeHint().width() + px(15) for item in shown)
        is_cut = len(shown) < len(self.items)
        if needed > room or is_cut:
            room -= self.more.sizeHint().width() + px(15)
            while shown and needed > room:
                last = shown.pop(next((n for n in range(len(shown) - 1, -1, -1) if not _kept(shown[n])), -1))
                needed -= last.sizeHint().width() + px(15)
            is_cut = True
        for item in self.items:
            item.setVisible(item in shown)
        self.more.setVisible(is_cut and len(shown) < len(self.items))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Which keys fit."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed."""
        super().changeEvent(event)
        if event.type() in STYLE_EVENTS:
            self.updateGeometry()
            self._fit()

    def hidden_keys(self) -> list[Key]:
        """What stands under F10."""
        return [item.key for item in self.items if item.isHidden()]

    def open_more(self) -> None:
        """The menu of the keys that did not fit."""
        if not (hidden := self.hidden_keys()):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in hidden:
            action = menu.addAction(f"{' '.join(key.caps)}　{key.word}")
            action.setEnabled(key.is_enabled and key.act is not None)
            if key.act is not None:
                action.triggered.connect(key.act)
        menu.popup(self.more.mapToGlobal(self.more.rect().topLeft()))


def _kept(item: _KeyItem) -> bool:
    return item.key.caps[0] in KEPT_WHEN_NARROW


@dataclass(frozen=True, slots=True)
class StatusFact:
    """One entry of the status bar: words, an icon if it has one. Less important ones have a higher
    ``rank``.
    """

    text: str
    icon: str = ""
    rank: int = 0


class StatusBar(Painted):
    """Station · rules · local pack · backup · offline … last message. 28 high.

    ``say`` shows a message for three seconds; all of them stay in ``said`` (moment, text) to be looked up.
    """

    SECONDS = 3
    KEPT = 200

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._facts: list[StatusFact] = []
        self._message, self._level = "", ""
        self.said: list[tuple[datetime, str]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.be_silent)

    def set_facts(self, facts: Sequence[StatusFact]) -> None:
        """What is true now, most important first."""
        self._facts = list(facts)
        self._tell()

    def say(self, text: str, level: str = "", *, lasting: bool = False) -> None:
        """A message at the right; ``level`` error or doubt; ``lasting`` stays until the next one."""
        self._message, self._level = text, level
        self.said.append((utc_now(), text))
        del self.said[: -self.KEPT]
        if lasting:
            self._timer.stop()
        else:
            self._timer.start(self.SECONDS * 1000)
        self._tell()

    def be_silent(self) -> None:
        """Take the message away; it stays in ``said``."""
        self._message = ""
        self._tell()

    def forget(self) -> None:
        """Another person works here now: what was said to the one before is not theirs."""
        self.said.clear()
        self.be_silent()

    def leave_page(self) -> None:
        """Another page is shown: what was wrong on the one before would be read as wrong here."""
        if self._level == "error":
            self.be_silent()

    def message(self) -> str:
        """What is shown at the right now."""
        return self._message

    def record(self) -> list[str]:
        """Messages with the local time, newest first."""
        return [f"{moment.astimezone(CHINA):%H:%M} {text}" for moment, text in reversed(self.said)]

    def _tell(self) -> None:
        self.setAccessibleName("，".join([*(fact.text for fact in self._facts), self._message]))
        self.update()

    def sizeHint(self) -> QSize:
        """28 at normal text size."""
        return QSize(px(600), max(px(28), metrics(NOTE).height() + px(6)))

    def minimumSizeHint(self) -> QSize:
        """Facts give way."""
        return QSize(px(200), self.sizeHint().height())

    def _fact_width(self, fact: StatusFact) -> int:
        return metrics(NOTE).horizontalAdvance(fact.text) + (px(20) if fact.icon else 0) + px(25)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Facts from the left, message at the right."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line1"))
        painter.drawLine(0, 0, self.width(), 0)
        painter.setFont(font(NOTE))
        signs = {"error": "✕ ", "doubt": "! "}
        inks: dict[str, TokenName] = {"error": "err", "doubt": "warn", "": "ok"}
        message = signs.get(self._level, "") + self._message if self._message else ""
        wide = metrics(NOTE).horizontalAdvance(message)
        painter.setPen(ink(inks[self._level]))
        painter.drawText(self.width() - wide - px(12), 0, wide + 1, self.height(), MIDDLE, message)
        room = self.width() - wide - px(40)
        facts = list(self._facts)
        while facts and sum(map(self._fact_width, facts)) > room:
            facts.remove(max(facts, key=lambda fact: fact.rank))
        left = px(12)
        for at, fact in enumerate(facts):
            if at:
                painter.setPen(pen("line1"))
                painter.drawLine(left - px(13), px(7), left - px(13), self.height() - px(7))
            if fact.icon:
                paint_icon(painter, square(16, left, self.height()), fact.icon, "ink2")
                left += px(20)
            painter.setPen(ink("ink2"))
            painter.drawText(left, 0, self.width(), self.height(), MIDDLE, fact.text)
            left += metrics(NOTE).horizontalAdvance(fact.text) + px(25)
