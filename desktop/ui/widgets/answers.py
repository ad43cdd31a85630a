"""The three answers to a question of recognition. None is chosen beforehand."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from desktop.resources import _
from desktop.ui.theme import NOTE, PAGE, TokenName, font, ink, metrics, px
from desktop.ui.widgets.base import ArrowKeys, PaintedButton, pen, rounded
from desktop.ui.widgets.buttons import paint_check
from desktop.ui.widgets.fields import is_typing
from desktop.ui.widgets.tags import cap_size, paint_cap

ANSWERS = (("yes", "1", _("是")), ("no", "2", _("否")), ("unknown", "3", _("不明")))


class AnswerCard(PaintedButton):
    """One answer: its key, its word, what it says and what follows."""

    def __init__(self, code: str, key: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(word, parent)
        self.code, self.key = code, key
        self._says, self._follows = "", ""
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_words(self, says: str, follows: str) -> None:
        """Two short lines: 双方都未掌握, 下一问：有无技术创新."""
        self._says, self._follows = says, follows
        self.setAccessibleName(
            _("{word}，{says}，之后：{follows}").format(word=self.text(), says=says, follows=follows)
        )
        self.setToolTip(f"{says}\n→ {follows}")
        self.update()

    def sizeHint(self) -> QSize:
        """Word and two lines."""
        return QSize(px(188), metrics(PAGE, bold=True).height() + 2 * metrics(NOTE).height() + px(18))

    def minimumSizeHint(self) -> QSize:
        """May get narrow; the lines are cut and have their tooltip."""
        return QSize(px(110), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, cap, word, lines."""
        painter = QPainter(self)
        chosen, usable = self.isChecked(), self.isEnabled()
        hot = usable and (self.underMouse() or self.isDown())
        ground: TokenName = "accentS" if chosen else "bg2" if not usable else "bg1" if hot else "bg0"
        line = pen("accent", 2) if chosen else pen("line2" if usable else "line1")
        rounded(painter, QRectF(self.rect()), ground, line, px(6))
        left, top = px(13), px(8)
        row = metrics(PAGE, bold=True).height()
        cap = cap_size(self.key)
        box = QRectF(left, top + (row - cap.height()) // 2, max(cap.width(), px(28)), cap.height())
        paint_cap(painter, box, self.key, colour="ink1" if usable else "dis")
        painter.setFont(font(PAGE, bold=True))
        painter.setPen(ink("ink1" if usable else "dis"))
        middle = Qt.AlignmentFlag.AlignVCenter
        after = box.right() + px(10)
        painter.drawText(QRectF(after, top, self.width(), row), middle, self.text())
        if chosen:
            check = after + metrics(PAGE, bold=True).horizontalAdvance(self.text()) + px(6)
            paint_check(painter, QRectF(check, top + (row - px(16)) // 2, px(16), px(16)), "accent")
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2" if usable else "dis"))
        small = metrics(NOTE)
        room = self.width() - 2 * left
        follows = f"→ {self._follows}" if self._follows else ""
        for at, text in enumerate((self._says, follows)):
            shown = small.elidedText(text, Qt.TextElideMode.ElideRight, room)
            line_box = QRectF(left, top + row + at * small.height(), room + 1, small.height())
            painter.drawText(line_box, middle, shown)


class AnswerCards(QWidget):
    """The three cards. 1, 2, 3 answer while no text field has the focus, Alt+1 … always; arrows move
    between them.

    The focus starts on the question, not here: a stray Enter answers nothing.
    """

    answered = Signal(str)
    """yes, no or unknown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("回答"))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(4), px(4), px(4), px(4))
        row.setSpacing(px(10))
        self.items = [AnswerCard(code, key, word, self) for code, key, word in ANSWERS]
        for item in self.items:
            row.addWidget(item)
            item.clicked.connect(self._clicked)
            for sequence in (item.key, f"Alt+{item.key}"):
                shortcut = QShortcut(QKeySequence(sequence), self)
                shortcut.activated.connect(self._key_pressed)
        self._arrows = ArrowKeys(self)
        self._arrows.set_items(self.items)

    def show_question(self, words: dict[str, tuple[str, str]], answer: str = "") -> None:
        """What each answer says and what follows; ``answer`` is one given before, or none."""
        for item in self.items:
            item.show_words(*words.get(item.code, ("", "")))
            item.setChecked(item.code == answer)
        self._arrows.stop_at(self.items[0])

    def answer(self) -> str:
        """The answer shown as chosen, empty if none."""
        return next((item.code for item in self.items if item.isChecked()), "")

    def _give(self, code: str) -> None:
        for item in self.items:
            item.setChecked(item.code == code)
        self.answered.emit(code)

    def _clicked(self) -> None:
        item = self.sender()
        if isinstance(item, AnswerCard):
            self._give(item.code)

    def _key_pressed(self) -> None:
        shortcut = self.sender()
        if not isinstance(shortcut, QShortcut):
            return
        sequence = shortcut.key().toString()
        if len(sequence) == 1 and is_typing(QApplication.focusWidget()):
            return
        for item in self.items:
            if item.key == sequence[-1] and item.isEnabled():
                self._give(item.code)
