"""登录: who is working, and the password. Stands before anything heavy is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QCursor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.resources import _
from desktop.settings import local_time
from desktop.settings import now as utc_now
from desktop.ui.pages.wording import day_and_weekday, full_role, when
from desktop.ui.theme import BODY, NOTE, TokenName, font, ink, is_narrow, metrics, paint_icon, px, tokens
from desktop.ui.widgets.base import Label, Painted, PaintedButton, Rule, pen, rounded, set_ground, square
from desktop.ui.widgets.brand import ProductMark, paint_waves
from desktop.ui.widgets.buttons import Button, paint_check
from desktop.ui.widgets.cards import Glyph, Icon, Strip
from desktop.ui.widgets.fields import ENTER, Field
from desktop.ui.widgets.tags import KeyCap

Index = QModelIndex | QPersistentModelIndex
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Known(Protocol):
    """A person of the station as the key file names them; no secret in it."""

    @property
    def name(self) -> str: ...
    @property
    def display(self) -> str: ...
    @property
    def roles(self) -> tuple[str, ...]: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def last_seen(self) -> datetime | None: ...
    @property
    def has_pin(self) -> bool: ...


def caps_lock_is_on() -> bool | None:
    """Whether Caps Lock is on, where the system can be asked; None elsewhere."""
    if sys.platform != "win32":
        return None
    import ctypes

    return bool(ctypes.windll.user32.GetKeyState(0x14) & 1)


class _Show(PaintedButton):
    """显示 / 隐藏 inside the password field."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("显示"), parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(_("显示口令"))
        self.setToolTip(_("显示或隐藏口令（F2）"))

    def sizeHint(self) -> QSize:
        """Eye and word."""
        return QSize(px(20) + px(6) + metrics(NOTE).horizontalAdvance(_("显示")) + px(8), px(32))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Eye and word."""
        painter = QPainter(self)
        colour: TokenName = "accent" if self.isChecked() else "ink2"
        paint_icon(painter, square(20, 0, self.height()), "eye", colour)
        painter.setFont(font(NOTE))
        painter.setPen(ink(colour))
        word = _("隐藏") if self.isChecked() else _("显示")
        painter.drawText(px(26), 0, self.width(), self.height(), _MIDDLE, word)


class SecretField(Field):
    """A password: never trimmed, shown only while the clerk wants it, tells when Caps Lock is on."""

    entered = Signal()
    caps_lock = Signal(bool)

    def __init__(self, name: str, *, may_show: bool = True, parent: QWidget | None = None) -> None:
        self._show: _Show | None = None
        super().__init__(name, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
            | Qt.InputMethodHint.ImhHiddenText
        )
        self._caps: bool | None = None
        if may_show:
            self._show = _Show(self)
            self._show.toggled.connect(self._toggle)
        self._fit_margins()

    def _fit_margins(self) -> None:
        right = self._show.sizeHint().width() + px(4) if self._show is not None else 0
        self.setTextMargins(0, 0, right + (px(24) if self.level() else 0), 0)

    def paint_level(self, painter: QPainter) -> None:
        """The glyph stands left of the eye."""
        painter.save()
        if self._show is not None:
            painter.translate(-(self._show.sizeHint().width() + px(2)), 0)
        super().paint_level(painter)
        painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The eye stays at the right edge."""
        super().resizeEvent(event)
        if self._show is not None:
            wide = self._show.sizeHint().width()
            high = max(self.height() - 4, min(px(32), self.height()))
            self._show.setGeometry(self.width() - wide - px(2), (self.height() - high) // 2, wide, high)

    def _toggle(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def neat(self, text: str) -> str:
        """Blanks belong to a password."""
        return text

    def clear_secret(self) -> None:
        """Empty and hidden."""
        self.set_value("")
        if self._show is not None:
            self._show.setChecked(False)

    def enter(self, *, back: bool = False) -> None:
        """Enter hands it in, Shift+Enter goes back."""
        if back:
            super().enter(back=True)
        else:
            self.entered.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ask the system about Caps Lock where it tells."""
        super().focusInEvent(event)
        self._say_caps(caps_lock_is_on())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 shows and hides what is typed; a capital without Shift tells that Caps Lock is on."""
        if event.key() == Qt.Key.Key_F2 and self._show is not None:
            self._show.toggle()
        if event.key() == Qt.Key.Key_CapsLock:
            told = caps_lock_is_on()
            self._say_caps(told if told is not None else None if self._caps is None else not self._caps)
        letter = event.text()
        if len(letter) == 1 and letter.isascii() and letter.isalpha():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._say_caps(letter.isupper() != shifted)
        super().keyPressEvent(event)

    def _say_caps(self, is_on: bool | None) -> None:
        if is_on is not None and is_on != self._caps:
            self._caps = is_on
            self.caps_lock.emit(is_on)


class _People(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.people: list[Known] = []
        self.remarks: list[str] = []

    def show(self, people: Sequence[Known], remarks: Sequence[str]) -> None:
        self.beginResetModel()
        self.people, self.remarks = list(people), list(remarks)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.people)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        person = self.people[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return person.display or person.name
        if role == Qt.ItemDataRole.UserRole:
            return self.remarks[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{person.display or person.name}，{self.remarks[index.row()]}"
        return None


class _PersonDelegate(QStyledItemDelegate):
    """Asks the list how a person stands: the state in the option would bring all enums of QStyle, 6 ms."""

    HIGH, GAP = 64, 8

    def __init__(self, people: _PeopleList) -> None:
        super().__init__(people)
        self._list = people

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        high = max(px(self.HIGH), metrics(bold=True).height() + metrics(NOTE).height() + px(16))
        return QSize(px(200), high + px(self.GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box = QRectF(option.rect).adjusted(0, 0, 0, -px(self.GAP))  # type: ignore[attr-defined]
        chosen = self._list.selectionModel().isSelected(index)
        hot = self._list.is_pointed_at(index)
        line = pen("accent", 2) if chosen else pen("line2" if hot else "line1")
        rounded(painter, box, "accentS" if chosen else "bg1" if hot else "bg0", line, px(6))
        if chosen and self._list.hasFocus():
            inside = box.adjusted(px(3), px(3), -px(3), -px(3))
            rounded(painter, inside, None, pen("focus", tokens().focus_width), px(4))
        name, remark = str(index.data()), str(index.data(Qt.ItemDataRole.UserRole))
        disc = QRectF(box.left() + px(17), box.center().y() - px(20), px(40), px(40))
        paint_disc(painter, disc, name[:1], chosen=chosen)
        left = disc.right() + px(14)
        strong, small = metrics(bold=True).height(), metrics(NOTE).height()
        top = box.center().y() - (strong + small) / 2
        room = box.right() - left - px(40)
        painter.setFont(font(bold=True))
        painter.setPen(ink("ink1"))
        painter.drawText(QRectF(left, top, room, strong), _MIDDLE, name)
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        painter.drawText(QRectF(left, top + strong, room, small), _MIDDLE, remark)
        if chosen:
            paint_check(
                painter, square(20, box.right() - px(36), box.height()).translated(0, box.top()), "accent"
            )


def paint_disc(painter: QPainter, box: QRectF, letter: str, *, chosen: bool) -> None:
    """The first character of a name in a disc."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink("accent" if chosen else "bg2"))
    painter.drawEllipse(box)
    painter.setFont(font(BODY * box.width() / px(40), bold=True))
    painter.setPen(ink("onA" if chosen else "ink2"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()


class _PeopleList(QListView):
    """↑ ↓ choose a person, Enter goes to the password."""

    gone_on = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._high, self._rows = px(72), 1
        self.setAccessibleName(_("请选择您的名字"))
        self.setItemDelegate(_PersonDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        ground = QWidget()
        self.setViewport(ground)  # asking Qt for its own makes PySide load every widget class: 25 ms
        ground.setMouseTracking(True)
        ground.setAutoFillBackground(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def is_pointed_at(self, index: Index) -> bool:
        """The mouse rests on this person."""
        if not self.underMouse():
            return False
        return self.visualRect(index).contains(self.viewport().mapFromGlobal(QCursor.pos()))

    def fit(self, rows: int) -> None:
        """As high as its people, at most four of them; two when the window is low."""
        self._high = self.sizeHintForRow(0) if rows else px(72)
        self._rows = min(4, max(1, rows))
        self.setMaximumHeight(self._high * self._rows)
        self.setMinimumHeight(self._high * min(2, self._rows))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """All of them if there is room."""
        return QSize(px(440), self._high * self._rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on."""
        if event.key() in ENTER:
            self.gone_on.emit()
            return
        super().keyPressEvent(event)


class Panel(QWidget):
    """The dark left side: product, place, station, waves, what was true at the end of the last session."""

    def __init__(self, place: str, station: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "nav")
        column = QVBoxLayout(self)
        column.setContentsMargins(px(56), px(56), px(32), px(40))
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setSpacing(px(14))
        top.addWidget(ProductMark(48))
        top.addWidget(Label(place, tone="navT", wrap=True), 1)
        column.addLayout(top)
        column.addStretch(2)
        column.addWidget(_Title(self))
        column.addSpacing(px(14))
        column.addWidget(Label(station, size="page", tone="navT", wrap=True))
        column.addStretch(7)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(px(24))
        self._grid.setVerticalSpacing(px(5))
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, px(64))
        column.addLayout(self._grid)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Name and words, a line each."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for at, (name, words) in enumerate(facts):
            self._grid.addWidget(Label(name, size="note", tone="navD"), at, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(Label(words, size="note", tone="navT", wrap=True), at, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground and waves."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("nav"))
        middle = self.height() * 0.59
        paint_waves(painter, QRectF(0, middle - px(70), self.width(), px(140)))


class _Title(Painted):
    POINTS = 31.0

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("技术合同登记工作站"))

    def sizeHint(self) -> QSize:
        face = metrics(self.POINTS, bold=True)
        return QSize(face.horizontalAdvance(_("登记工作站")) + px(8), px(56) * 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(ink("navMark" if tokens().name == "light" else "navT"))
        points = self.POINTS
        while points > BODY and metrics(points, bold=True).horizontalAdvance(_("登记工作站")) > self.width():
            points -= 1
        painter.setFont(font(points, bold=True))
        row = self.height() // 2
        painter.drawText(0, 0, self.width(), row, _MIDDLE, _("技术合同"))
        painter.drawText(0, row, self.width(), row, _MIDDLE, _("登记工作站"))


class Foot(QWidget):
    """The white line at the bottom of 登录 and 锁屏."""

    def __init__(self, version: str, *, keys: bool, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "paper")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(Rule())
        row = QHBoxLayout()
        row.setContentsMargins(px(12), px(2), px(12), px(2))
        row.setSpacing(px(6))
        self.sign = Icon(icon, "ink2", 16)
        self.words = Label("", size="note", tone="ink2")
        row.addWidget(self.sign)
        row.addWidget(self.words, 1)
        row.addWidget(Label(_("版本 {version}").format(version=version), size="note", tone="ink2"))
        if keys:
            row.addSpacing(px(6))
            row.addWidget(_line())
            row.addSpacing(px(6))
            for cap, word in (("F1", _("帮助")), ("Ctrl +", _("大字")), ("Ctrl K", _("高对比"))):
                row.addWidget(KeyCap(cap))
                row.addWidget(Label(word, size="note", tone="ink2"))
        outer.addLayout(row)

    def sizeHint(self) -> QSize:
        """As high as a status bar."""
        return QSize(px(600), max(px(28), metrics(NOTE).height() + px(8)))


def _line() -> Rule:
    line = Rule(upright=True)
    line.setMaximumHeight(px(14))
    return line


class SignInPage(QWidget):
    """Fills the window. Sends ``sign_in_wanted(name, password)``; the window may answer with ``refuse``."""

    sign_in_wanted = Signal(str, str)
    recovery_wanted = Signal(str)
    """忘记口令: the chosen person's name. Without the recovery sheet the head helps, the note says how."""

    def __init__(self, place: str, station: str, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "paper")
        self.setAccessibleName(_("登录"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        outer.addLayout(row, 1)
        self.panel = Panel(place, station)
        row.addWidget(self.panel)
        row.addLayout(self._right(), 1)
        self.foot = Foot(version, keys=True, icon="clock")
        outer.addWidget(self.foot)
        self._busy = False

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(px(20), px(16), px(20), px(16))
        column.setSpacing(0)
        self.warning = Strip("", level="doubt")
        self.warning.hide()
        column.addWidget(self.warning)
        column.addStretch(10)
        middle = QHBoxLayout()
        middle.addStretch(1)
        box = self._box = QWidget()
        box.setFixedWidth(px(440))
        middle.addWidget(box)
        middle.addStretch(1)
        column.addLayout(middle, 100)
        form = QVBoxLayout(box)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(0)
        form.addStretch(1)
        form.addWidget(Label(_("请选择您的名字"), size="conclusion", strong=True))
        form.addSpacing(px(4))
        form.addWidget(Label(_("↑↓ 选人，Enter 到口令"), tone="ink2"))
        form.addSpacing(px(14))
        self.people = _PeopleList(box)
        self._model = _People(box)
        self.people.setModel(self._model)
        form.addWidget(self.people, 100)
        form.addSpacing(px(8))
        line = QHBoxLayout()
        line.setSpacing(0)
        name = Label(_("口令"), tone="ink2")
        name.setFixedWidth(px(64))
        self.password = SecretField(_("口令"))
        name.setBuddy(self.password)
        line.addWidget(name)
        line.addWidget(self.password, 1)
        form.addLayout(line)
        form.addLayout(self._notes())
        form.addSpacing(px(8))
        acts = QHBoxLayout()
        acts.setContentsMargins(px(64), 0, 0, 0)
        acts.setSpacing(px(24))
        self.button = Button(_("登录"), "primary", key="Enter")
        self.button.setMinimumWidth(px(180))
        self.forgotten = Button(_("忘记口令"), "text", letter="W")
        acts.addWidget(self.button)
        acts.addWidget(self.forgotten)
        acts.addStretch(1)
        form.addLayout(acts)
        form.addStretch(1)
        rule = _("忘记口令请负责人重设，重设会记入日志。同一份合同，经办与复核不能是同一人。")
        bottom = Label(rule, size="note", tone="ink3", wrap=True)
        bottom.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(bottom)
        self.people.gone_on.connect(self._to_password)
        self.people.selectionModel().currentChanged.connect(self._other_person)
        self.people.clicked.connect(self._to_password)
        self.password.entered.connect(self.submit)
        self.password.caps_lock.connect(self._caps)
        self.password.textEdited.connect(self._typing)
        self.button.clicked.connect(self.submit)
        self.forgotten.clicked.connect(self._forgotten)
        QWidget.setTabOrder(self.people, self.password)
        QWidget.setTabOrder(self.password, self.button)
        QWidget.setTabOrder(self.button, self.forgotten)
        return column

    def _notes(self) -> QVBoxLayout:
        notes = QVBoxLayout()
        notes.setContentsMargins(px(64), px(6), 0, 0)
        notes.setSpacing(px(2))
        self.caps_note = Note("doubt", _("大写锁定已开（Caps Lock）"))
        self.note = Note("error", "")
        self.caps_note.hide()
        self.note.hide()
        notes.addWidget(self.caps_note)
        notes.addWidget(self.note)
        return notes

    # what it shows

    def show_people(
        self, people: Sequence[Known], last: str | None, left_at: dict[str, datetime] | None = None
    ) -> None:
        """The active people of the station; the one who worked last is chosen, the first one when that is
        not known, nobody when ``last`` is None.
        """
        active = [person for person in people if person.is_active]
        moment = utc_now()
        self._model.show(active, [_remark(person, left_at or {}, moment) for person in active])
        self.people.fit(len(active))
        at = next((n for n, person in enumerate(active) if person.name == last), 0)
        if active:
            self.people.setCurrentIndex(QModelIndex() if last is None else self._model.index(at))
        self.button.setEnabled(bool(active))

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """What was true at the end of the last session, or what the opened folder says."""
        self.panel.show_facts(facts)

    def show_clock(self, moment: datetime, *, last_seen: datetime | None, was_set_back: bool) -> None:
        """The time of this machine; whether it fits to the last time the program ran."""
        at = local_time(moment)
        words = f"{day_and_weekday(at.date())} {at:%H:%M}"
        if was_set_back and last_seen is not None:
            before = local_time(last_seen)
            self.foot.words.setText(_("{now}，早于上次使用的时间").format(now=words))
            self.warn(
                _(
                    "电脑时间是 {now}，比上次使用（{before}）还早。请先把电脑时间调对；此事已记入日志。"
                ).format(now=f"{at:%Y-%m-%d %H:%M}", before=f"{before:%Y-%m-%d %H:%M}")
            )
        elif last_seen is not None:
            self.foot.words.setText(_("{now}，与上次退出时间衔接正常").format(now=words))
        else:
            self.foot.words.setText(words)

    def warn(self, words: str) -> None:
        """Something that must be known before signing in: the clock, a bad backup, a missing file."""
        self.warning.say(words)
        self.warning.show()

    def take_focus(self) -> None:
        """To the password of the person who worked last, or to the list when nobody is chosen yet."""
        if self.people.currentIndex().isValid():
            self.password.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.people.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """↑ ↓ in the password choose another person too, as the line above the list says."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        row = self.people.currentIndex().row() + step
        if 0 <= row < self._model.rowCount():
            self.people.setCurrentIndex(self._model.index(row, 0))
            self.password.clear()

    def chosen(self) -> str:
        """Login name of the chosen person, empty when there is none."""
        index = self.people.currentIndex()
        return self._model.people[index.row()].name if index.isValid() else ""

    def person(self, name: str) -> Known | None:
        """One of the people shown."""
        return next((person for person in self._model.people if person.name == name), None)

    def refuse(self, words: str) -> None:
        """The password was wrong, or the station could not be opened; what was typed is selected."""
        self.be_busy(False)
        self.note.say("error", words)
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)
        self.password.selectAll()

    def be_busy(self, busy: bool) -> None:
        """While the station is being opened."""
        self._busy = busy
        self.button.setEnabled(not busy and self._model.rowCount() > 0)
        self.button.set_words(_("正在打开……") if busy else _("登录"))

    def reset(self) -> None:
        """Forget the password: somebody signed in, or the screen is another's now."""
        self.password.clear_secret()
        self.be_busy(False)
        self.note.hide()

    # what is done with it

    def submit(self) -> None:
        """Hand in name and password."""
        if self._busy:
            return
        if not self.chosen():
            self.note.say("error", _("请先选您的姓名"))
            self.people.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if not self.password.text():
            self.note.say("error", _("请输入口令"))
            self.password.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.note.hide()
        self.be_busy(True)
        self.sign_in_wanted.emit(self.chosen(), self.password.text())

    def _to_password(self) -> None:
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def _other_person(self) -> None:
        self.password.clear_secret()
        self.note.hide()

    def _typing(self) -> None:
        self.note.hide()

    def _caps(self, is_on: bool) -> None:
        self.caps_note.setVisible(is_on)

    def _forgotten(self) -> None:
        self.note.say("note", _("请负责人登录后在“系统”页重设；负责人自己忘记时，用建站时打印的恢复单重设"))
        self.recovery_wanted.emit(self.chosen())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The left side gives way first."""
        super().resizeEvent(event)
        narrow = is_narrow(self.width())
        self.panel.setFixedWidth(round(self.width() * (0.36 if narrow else 0.41)))
        tight = narrow or self.height() < px(640)
        layout = self.panel.layout()
        if layout is not None:
            air = px(24 if tight else 56)
            layout.setContentsMargins(air, air, px(20 if tight else 32), px(16 if tight else 40))

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: the list too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "people"):
            self._box.setFixedWidth(px(440))
            self.people.fit(self._model.rowCount())


class Note(QWidget):
    """A glyph and a line under a field."""

    def __init__(self, level: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(4))
        self._row = row
        self._glyph = Glyph(level)
        self.words = Label(words, size="note", tone=_TONES[level], wrap=True)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.setAccessibleName(words)

    def say(self, level: str, words: str) -> None:
        """Other words at another level."""
        self._row.removeWidget(self._glyph)
        self._glyph.deleteLater()
        self._glyph = Glyph(level)
        self._row.insertWidget(0, self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        self.words.setText(words)
        self.words.set_tone(_TONES[level])
        self.setAccessibleName(words)
        self.show()


_TONES: dict[str, TokenName] = {"error": "err", "doubt": "warn", "note": "ink2"}


def _remark(person: Known, left_at: dict[str, datetime], now: datetime) -> str:
    role = full_role(person.roles)
    today = local_time(now).date()
    if (left := left_at.get(person.name)) is not None:
        return _("{role} · {when} 退出").format(role=role, when=when(left, today))
    if person.last_seen is not None:
        return _("{role} · {when} 登录").format(role=role, when=when(person.last_seen, today))
    return _("{role} · 还没有登录过").format(role=role)
