"""退回初审 on the clerk's side: who gave it back, when, each objection, and the way to what it is about."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.services.views import SentBack, SentBackItem
from desktop.settings import local_time
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label, pen, rounded
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import Glyph


class SentBackBanner(QFrame):
    """Under the head of a case. Alt+U goes to the next open objection, Alt+X answers the one at hand."""

    go_wanted = Signal(object)
    answer_wanted = Signal(object)
    """A ``SentBackItem`` each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sent: SentBack | None = None
        self._at = ""
        self._narrow = False
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(6), px(12), px(6))
        column.setSpacing(px(2))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(Glyph("doubt"))
        self.head = Label("", strong=True, wrap=True)
        head.addWidget(self.head, 1)
        self.go_button = Button(_("去这一栏"), key="Alt U", small=True)
        self.answer_button = Button(_("不改，答复"), key="Alt X", small=True)
        self.go_button.clicked.connect(self._go)
        self.answer_button.clicked.connect(self._answer)
        head.addWidget(self.go_button)
        head.addWidget(self.answer_button)
        column.addLayout(head)
        inner = QWidget()
        inner.setProperty("scrolled", "true")
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(px(2))
        self._list.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        column.addWidget(self.area)
        self.lines: list[QLabel] = []
        self.hide()

    @property
    def item(self) -> SentBackItem | None:
        """The objection that the two keys are about: the one gone to last, else the first that is open."""
        if self._sent is None:
            return None
        open_items = self._sent.open_items
        return next((x for x in open_items if x.item == self._at), open_items[0] if open_items else None)

    def show_sent(self, sent: SentBack | None, *, can_answer: bool = True) -> None:
        """What was sent back, with the state of now; None hides it. Only its clerk can answer."""
        if sent is None or self._sent is None or sent.at != self._sent.at:
            self._at = ""
        self._sent = sent
        for old in self.lines:
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.lines = []
        self.setVisible(sent is not None)
        if sent is None:
            return
        when = local_time(sent.at).strftime("%m-%d %H:%M")
        words = _("{when} {person}退回初审").format(when=when, person=sent.person)
        count = len(sent.open_items)
        if count:
            words += _("：{n} 项异议待改或待答复").format(n=count)
        elif sent.items:
            words += _("：各项异议都已改或已答复，可以再交复核")
        self.head.setText(words)
        more = sent.more_words if sent.items else sent.reason
        for text in [
            *("" for _item in sent.items),
            *([escape(_("理由：{words}").format(words=more))] if more else []),
        ]:
            line = QLabel(text)
            line.setTextFormat(Qt.TextFormat.RichText)
            line.setWordWrap(True)
            line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._list.insertWidget(len(self.lines), line)
            self.lines.append(line)
        self.go_button.setVisible(bool(count))
        self.answer_button.setVisible(bool(count) and can_answer)
        self.setAccessibleName(words)
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """Fewer lines at a time where there is little room."""
        self._narrow = narrow
        self._fit()

    def _fit(self) -> None:
        """As high as whole lines; the objection at hand is marked and in sight."""
        sent, here = self._sent, self.item
        if sent is None:
            return
        for line, item in zip(self.lines, sent.items, strict=False):
            line.setText(_line_of(item, is_at_hand=item is here))
        wide = max(px(200), self.width() - px(52))  # margins and the bar
        high = [line.heightForWidth(wide) for line in self.lines]
        if self._narrow and here is not None:
            high = [high[sent.items.index(here)]]
        high = high[: 1 if self._narrow else 3]
        self.area.setFixedHeight(sum(high) + self._list.spacing() * max(0, len(high) - 1))
        QTimer.singleShot(0, self, self._show_at_hand)  # once the lines have their places

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other widths break the lines elsewhere."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _show_at_hand(self) -> None:
        sent, here = self._sent, self.item
        if sent is not None and here is not None:
            line = self.lines[sent.items.index(here)]
            self.area.verticalScrollBar().setValue(line.y())

    def _go(self) -> None:
        sent, here = self._sent, self.item
        if sent is None or here is None:
            return
        open_items = sent.open_items
        if self._at == here.item:  # it was gone to already: the next one
            here = open_items[(open_items.index(here) + 1) % len(open_items)]
        self.go_to(here)

    def go_to(self, item: SentBackItem) -> None:
        """This objection is at hand now; the case goes to what it is about."""
        self._at = item.item
        self._fit()
        self.go_wanted.emit(item)

    def _answer(self) -> None:
        if (item := self.item) is not None:
            self.answer_wanted.emit(item)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Amber ground with its bar."""
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), "warnS", pen("warnB"), 0)
        painter.fillRect(QRectF(0, 0, px(4), self.height()), ink("warnB"))


def _line_of(item: SentBackItem, *, is_at_hand: bool) -> str:
    """Sign, field, value of then, words of the reviewer, what became of it."""
    value = (
        f"<s>{escape(item.value)}</s> → {escape(item.now)}" if item.now != item.value else escape(item.value)
    )
    sign = "▶" if is_at_hand else "!" if item.is_open else "✓"
    words = f"{sign} <b>{escape(item.label)}</b>　{value}　{escape(_('“{words}”').format(words=item.remark))}"
    if item.answer:
        words += escape(_("　已答复：{words}").format(words=item.answer))
    elif not item.is_open:
        words += escape(_("　已改"))
    return words
