"""锁屏: everything is covered, the draft is named, six digits or the password open it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.settings import local_time
from desktop.settings import now as utc_now
from desktop.ui.pages.sign_in import Foot, Note, SecretField, paint_disc
from desktop.ui.pages.wording import day_and_weekday, full_role
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label, Painted, Rule, set_ground
from desktop.ui.widgets.brand import ProductMark, paint_waves
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import Icon

PIN_LENGTH = 6


class _Disc(Painted):
    """First character of the name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.letter = ""

    def sizeHint(self) -> QSize:
        return QSize(px(56), px(56))

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_disc(QPainter(self), QRectF(0, 0, px(56), px(56)), self.letter, chosen=True)


class LockPage(QWidget):
    """Fills the window. ``unlock_wanted(secret, is_pin)``, ``switch_wanted`` (换人登录, drafts stay)."""

    unlock_wanted = Signal(str, bool)
    switch_wanted = Signal()

    def __init__(self, station: str, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "nav")
        self.setAccessibleName(_("锁屏"))
        self._has_pin, self._by_pin, self._busy = False, False, False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(px(32), px(20), px(32), 0)
        top.setSpacing(px(12))
        top.addWidget(ProductMark(32))
        top.addWidget(Label(_("技术合同登记工作站"), tone="navT", strong=True))
        top.addWidget(Label(station, tone="navD"))
        top.addStretch(1)
        clock = QVBoxLayout()
        clock.setSpacing(0)
        self.time = Label("", size="login", tone="navT", strong=True)
        self.day = Label("", tone="navT")
        for label in (self.time, self.day):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            clock.addWidget(label)
        top.addLayout(clock)
        for at in range(top.count()):
            if (widget := top.itemAt(at).widget()) is not None:
                top.setAlignment(widget, Qt.AlignmentFlag.AlignTop)
                widget.setMinimumHeight(px(32))
        outer.addLayout(top)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._card())
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(5)
        self.foot = Foot(version, keys=False, icon="plug_disconnected")
        outer.addWidget(self.foot)
        self._timer = QTimer(self)
        self._timer.setInterval(5000)
        self._timer.timeout.connect(self._tick)

    def _card(self) -> QFrame:
        card = QFrame()
        card.setProperty("card", "plain")
        card.setFixedWidth(px(520))
        column = QVBoxLayout(card)
        column.setContentsMargins(px(36), px(28), px(36), px(24))
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(px(16))
        self._disc = _Disc()
        head.addWidget(self._disc)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.who = Label("", size="conclusion", strong=True)
        self.since = Label("", tone="ink2")
        words.addWidget(self.who)
        words.addWidget(self.since)
        head.addLayout(words, 1)
        head.addWidget(Icon("lock_closed", "ink2", 24))
        column.addLayout(head)
        column.addSpacing(px(20))
        column.addWidget(self._draft_box())
        column.addSpacing(px(18))
        self.label = Label("", tone="ink2")
        column.addWidget(self.label)
        column.addSpacing(px(4))
        line = QHBoxLayout()
        line.setSpacing(px(12))
        self.secret = SecretField(_("口令"), may_show=False)
        self.secret.setMinimumWidth(px(210))
        self.button = Button(_("解锁"), "primary", key="Enter")
        line.addWidget(self.secret, 1)
        line.addWidget(self.button, 1)
        column.addLayout(line)
        column.addSpacing(px(6))
        self.caps_note = Note("doubt", _("大写锁定已开（Caps Lock）"))
        self.caps_note.hide()
        column.addWidget(self.caps_note)
        self.note = Note("doubt", "")
        self.note.hide()
        column.addWidget(self.note)
        column.addSpacing(px(10))
        column.addWidget(Rule())
        column.addSpacing(px(12))
        acts = QHBoxLayout()
        acts.setSpacing(px(8))
        self.switch = Button(_("换人登录"), key="Alt H", icon="person_swap")
        self.other_way = Button(_("改用口令"), key="Alt K")
        acts.addWidget(self.switch)
        acts.addWidget(self.other_way)
        acts.addStretch(1)
        acts.addWidget(Label(_("换人不丢草稿"), size="note", tone="ink3"))
        column.addLayout(acts)
        self.secret.entered.connect(self.submit)
        self.secret.textEdited.connect(self._typed)
        self.secret.caps_lock.connect(self._caps)
        self.button.clicked.connect(self.submit)
        self.switch.clicked.connect(self.switch_wanted)
        self.other_way.clicked.connect(self._change_way)
        return card

    def _draft_box(self) -> QFrame:
        self.draft = QFrame()
        self.draft.setProperty("card", "quiet")
        row = QHBoxLayout(self.draft)
        row.setContentsMargins(px(14), px(10), px(14), px(10))
        row.setSpacing(px(12))
        row.addWidget(Icon("save", "ok"), 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        self._draft_head = Label("", wrap=True)
        self._draft_rest = Label("", size="note", tone="ink2", wrap=True)
        lines.addWidget(self._draft_head)
        lines.addWidget(self._draft_rest)
        row.addLayout(lines, 1)
        return self.draft

    def show_person(
        self, name: str, roles: Sequence[str], since: datetime, *, has_pin: bool, at_rest: Sequence[str] = ()
    ) -> None:
        """Who has locked, since when, and what lies half done (first line, further lines)."""
        self._disc.letter = name[:1]
        self._disc.update()
        self.who.setText(_("{name} 正在使用").format(name=name))
        words = _("{role} · {time} 锁屏").format(role=full_role(roles), time=f"{local_time(since):%H:%M}")
        self.since.setText(words)
        self.draft.setVisible(bool(at_rest))
        if at_rest:
            self._draft_head.setText(at_rest[0])
            self._draft_rest.setText("\n".join(at_rest[1:]))
        self._has_pin = has_pin
        self.other_way.setVisible(has_pin)
        self.note.hide()
        self.be_busy(False)
        self._use_pin(has_pin)
        self._tick()
        self._timer.start()

    def show_facts(self, words: str) -> None:
        """The line at the bottom: offline, backup."""
        self.foot.words.setText(words)

    def leave(self) -> None:
        """The screen is open again, or another person's."""
        self._timer.stop()
        self.secret.clear_secret()

    def be_busy(self, busy: bool) -> None:
        """While the secret is being checked."""
        self._busy = busy
        self.button.setEnabled(not busy)

    def refuse(self, words: str) -> None:
        """Wrong: say so; the clerk types again."""
        self.be_busy(False)
        self.secret.clear_secret()
        self.note.say("doubt", words)
        self.take_focus()

    def take_focus(self) -> None:
        """To the digits."""
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Hand in what was typed."""
        if self._busy:
            return
        secret = self.secret.text()
        if not secret or (self._by_pin and len(secret) != PIN_LENGTH):
            self.note.say("doubt", _("PIN 应为 6 位数字") if self._by_pin else _("请输入口令"))
            return
        self.note.hide()
        self.be_busy(True)
        self.unlock_wanted.emit(secret, self._by_pin)

    def _typed(self, text: str) -> None:
        self.note.hide()
        if self._by_pin and not text.isdigit():
            kept = "".join(sign for sign in text if sign.isdigit())
            self.secret.set_value(kept)
            self.secret.end(False)

    def _caps(self, is_on: bool) -> None:
        self.caps_note.setVisible(is_on and not self._by_pin)

    def _change_way(self) -> None:
        self._use_pin(not self._by_pin)
        self.take_focus()

    def _use_pin(self, by_pin: bool) -> None:
        self._by_pin = by_pin and self._has_pin
        self.secret.clear_secret()
        self.secret.setMaxLength(PIN_LENGTH if self._by_pin else 128)
        words = _("PIN（6 位数字）") if self._by_pin else _("口令")
        self.label.setText(words)
        self.secret.setAccessibleName(words)
        self.other_way.set_words(_("改用口令") if self._by_pin else _("改用 PIN"))
        self.other_way.setShortcut(QKeySequence("Alt+K"))  # a new text takes the shortcut away

    def _tick(self) -> None:
        at = local_time(utc_now())
        self.time.setText(f"{at:%H:%M}")
        self.day.setText(day_and_weekday(at.date()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground and waves."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("nav"))
        paint_waves(painter, QRectF(0, self.height() * 0.63, self.width(), self.height() * 0.3))
