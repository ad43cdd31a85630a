"""The self-check at the side of a form: everything that is wrong, all at once; the chosen one unfolds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.resources import _
from desktop.ui.theme import TokenName, button_height, font, ink, metrics, px
from desktop.ui.widgets.base import (
    STYLE_EVENTS,
    ArrowKeys,
    Label,
    PaintedButton,
    Rule,
    pen,
    rounded,
    set_ground,
)
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import Glyph
from desktop.ui.widgets.fields import ENTER
from desktop.ui.widgets.flow import FlowRow
from desktop.ui.widgets.marks import LEVELS
from desktop.ui.widgets.tags import Tag, cap_size, paint_cap

ORDER = ("error", "doubt", "note")
_BARS: dict[str, TokenName] = {"error": "err", "doubt": "warnB", "note": "ink3"}


_UNBROKEN = re.compile(r"[!-~]{12}(?=[!-~])")


def breakable(words: str) -> str:
    """The words with places where a long number or address may go on in the next line."""
    return _UNBROKEN.sub("\\g<0>\u200b", words)


class CheckItem(QFrame):
    """One finding. Folded: which field, and why in two lines. Unfolded: 现在, 为什么, 怎么改 and the two
    buttons.

    Enter goes to the field (``jump_wanted``); a finding that may be kept with a reason has a second button.
    """

    jump_wanted = Signal(object)
    keep_wanted = Signal(object)
    entered = Signal(object)
    """The focus came to this item."""

    def __init__(
        self, problem: Problem, *, can_keep: bool, basis: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.problem, self._can_keep, self.basis = problem, can_keep, basis
        self.is_unfolded = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        word = LEVELS[problem.level].word
        said = (word, problem.place, problem.reason, basis, problem.remedy)
        self.setAccessibleName("，".join(words for words in said if words))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(14), px(8), px(12), px(8))
        self._column.setSpacing(px(2))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(Glyph(problem.level))
        is_note = problem.level == "note"
        title = problem.place if not is_note else f"{problem.place} {problem.reason}".strip()
        head.addWidget(Label(title, strong=not is_note, wrap=True), 1)
        head.addWidget(Label(problem.code, size="note", tone="ink3", mono=True))
        self._column.addLayout(head)
        self._short = Label(f"{problem.reason}{problem.remedy}", size="note", tone="ink2", wrap=True)
        self._column.addWidget(self._short)  # into the item first: shown without a parent it is a window
        self._short.setVisible(not is_note)
        self._long: QWidget | None = None
        self.jump: Button | None = None
        self.keep: Button | None = None

    def unfold(self, wanted: bool) -> None:
        """Five lines or two."""
        if wanted == self.is_unfolded:
            return
        self.is_unfolded = wanted
        if wanted and self._long is None:
            self._long = self._build_long()
            self._column.addWidget(self._long)
        if self._long is not None:
            self._long.setVisible(wanted)
        self._short.setVisible(not wanted and self.problem.level != "note")
        self.updateGeometry()

    def _build_long(self) -> QWidget:
        box = QWidget(self)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, px(2), 0, 0)
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(2))
        grid.setColumnStretch(1, 1)
        problem = self.problem
        lines = [
            (_("现在"), problem.value or _("（空）"), bool(problem.value) and problem.value.isascii()),
            (_("为什么"), problem.reason, False),
            (_("怎么改"), problem.remedy, False),
        ]
        if self.basis:
            lines.insert(2, (_("依据"), self.basis, False))
        for row, (name, words, mono) in enumerate(lines):
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(Label(name, size="note", tone="ink2"), row, 0, top)
            grid.addWidget(Label(breakable(words), size="note", wrap=True, mono=mono), row, 1, top)
        buttons = FlowRow()  # the panel is narrow: the second goes under the first where letters are large
        self.jump = Button(_("跳过去"), "primary", key="Enter")
        self.jump.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.jump.clicked.connect(self._jump)
        buttons.add(self.jump)
        if self._can_keep:
            self.keep = Button(_("写原因保留"), mnemonic="Y")
            self.keep.clicked.connect(self._keep)
            buttons.add(self.keep)
        grid.setRowMinimumHeight(len(lines), px(2))
        grid.addWidget(buttons, len(lines) + 1, 0, 1, 2)
        return box

    def _jump(self) -> None:
        self.jump_wanted.emit(self.problem)

    def _keep(self) -> None:
        self.keep_wanted.emit(self.problem)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The item with the focus is the chosen one."""
        super().focusInEvent(event)
        self.entered.emit(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the field."""
        if event.key() in ENTER:
            self._jump()
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """So does a double click."""
        self._jump()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paper, frame, the level's bar."""
        painter = QPainter(self)
        line = pen("line1" if not self.is_unfolded else _BARS[self.problem.level])
        rounded(painter, QRectF(self.rect()), "bg0", line, px(4))
        painter.fillRect(QRectF(0, 0, px(4), self.height()), ink(_BARS[self.problem.level]))


class CheckPanel(QWidget):
    """自检: counts by level, the findings in the order of the levels, errors first. 300 wide.

    ``show_problems`` keeps the chosen one if it is still there. ``can_keep(problem)`` says whether it may
    stay with a
    reason (doubts may, by default). ``jump_wanted(problem)``: go to ``problem.field``.
    """

    jump_wanted = Signal(object)
    keep_wanted = Signal(object)
    WIDTH = 316

    def __init__(
        self,
        can_keep: Callable[[Problem], bool] | None = None,
        basis_of: Callable[[Problem], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._basis_of = basis_of or (lambda _problem: "")
        """Article and day in force of the rule a finding names; empty when it names none."""
        set_ground(self, "page")
        self.setAccessibleName(_("自检"))
        self._can_keep = can_keep or (lambda problem: problem.level == "doubt")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(px(16), px(8), px(16), px(8))
        head.setSpacing(px(8))
        head.addWidget(Label(_("自检"), strong=True))
        head.addStretch(1)
        self.tags = {level: Tag(level) for level in ORDER}
        for tag in self.tags.values():
            head.addWidget(tag)
        outer.addLayout(head)
        outer.addWidget(Rule())
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        inner.setProperty("scrolled", True)
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(px(12), px(10), px(12), px(10))
        self._list.setSpacing(px(8))
        self._list.addStretch(1)
        self._area.setWidget(inner)
        outer.addWidget(self._area, 1)
        self.foot = Label(_("离开一栏即自检；↑ ↓ 走动，Enter 跳到该栏"), size="note", tone="ink2", wrap=True)
        self.foot.setContentsMargins(px(14), px(6), px(14), px(8))
        outer.addWidget(self.foot)
        self.items: list[CheckItem] = []
        self._arrows = ArrowKeys(self)
        self.show_problems(())

    def counts(self) -> dict[str, int]:
        """How many of each level."""
        found = [item.problem.level for item in self.items]
        return {level: found.count(level) for level in ORDER}

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """All findings; the first is unfolded unless the chosen one is still among them."""
        chosen = next((item.problem for item in self.items if item.is_unfolded), None)
        had_focus = any(item.hasFocus() for item in self.items)
        for item in self.items:
            self._list.removeWidget(item)
            item.hide()
            item.deleteLater()
        ordered = sorted(problems, key=lambda problem: ORDER.index(problem.level))
        self.items = [
            CheckItem(p, can_keep=self._can_keep(p), basis=self._basis_of(p), parent=self) for p in ordered
        ]
        for at, item in enumerate(self.items):
            self._list.insertWidget(at, item)
            item.show()
            item.jump_wanted.connect(self.jump_wanted)
            item.keep_wanted.connect(self.keep_wanted)
            item.entered.connect(self.unfold)
        self._arrows.set_items(self.items)
        for level, count in self.counts().items():
            mark = LEVELS[level]
            self.tags[level].set_mark(level if count else "", f"{mark.word} {count}")
        if self.items:
            same = [
                item
                for item in self.items
                if chosen and (item.problem.code, item.problem.field) == (chosen.code, chosen.field)
            ]
            target = same[0] if same else self.items[0]
            if target.problem.level != "note" or same:
                self.unfold(target)
            if had_focus:
                target.setFocus(Qt.FocusReason.OtherFocusReason)

    def unfold(self, item: CheckItem) -> None:
        """Unfold this one, fold the others."""
        for other in self.items:
            other.unfold(other is item)
        self._arrows.stop_at(item)
        self._area.ensureWidgetVisible(item, 0, px(8))

    def take_focus(self) -> None:
        """F8 comes here: the focus goes to the chosen finding."""
        if self.items:
            target = next((item for item in self.items if item.is_unfolded), self.items[0])
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def sizeHint(self) -> QSize:
        """Width of a side panel."""
        return QSize(px(self.WIDTH), px(400))

    def minimumSizeHint(self) -> QSize:
        """Not narrower."""
        return QSize(px(260), px(120))

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed."""
        super().changeEvent(event)
        if event.type() in STYLE_EVENTS:
            self.updateGeometry()


class CheckButton(PaintedButton):
    """The folded check panel of a narrow window: ✕2 !1 i2 自检 F8. Press it to open the drawer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("自检"), parent)
        self._counts = dict.fromkeys(ORDER, 0)
        self.show_counts(self._counts)

    def show_counts(self, counts: dict[str, int]) -> None:
        """Counts of ``CheckPanel.counts()``."""
        self._counts = counts
        words = "，".join(f"{LEVELS[level].word} {counts[level]}" for level in ORDER)
        self.setAccessibleName(f"{self.text()}，{words}")
        self.updateGeometry()
        self.update()

    def _parts(self) -> list[tuple[str, TokenName, bool]]:
        signs: tuple[tuple[str, TokenName], ...] = (("✕ ", "err"), ("! ", "warn"), ("i ", "ink2"))
        return [
            (f"{sign}{self._counts[level]}", colour, level != "note")
            for (sign, colour), level in zip(signs, ORDER, strict=True)
        ]

    def sizeHint(self) -> QSize:
        """Counts, word, cap."""
        wide = sum(
            metrics(bold=bold).horizontalAdvance(text) + px(8) for text, _colour, bold in self._parts()
        )
        wide += metrics().horizontalAdvance(self.text()) + px(8) + cap_size("F8").width()
        return QSize(wide + px(20), button_height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, counts, word, cap."""
        painter = QPainter(self)
        hot = self.isDown() or self.underMouse()
        rounded(painter, QRectF(self.rect()), "bg2" if hot else "bg0", pen("line2"), px(4))
        left = px(10)
        middle = Qt.AlignmentFlag.AlignVCenter
        for text, colour, bold in [*self._parts(), (self.text(), "ink1", False)]:
            painter.setFont(font(bold=bold))
            painter.setPen(ink(colour))
            painter.drawText(left, 0, self.width(), self.height(), middle, text)
            left += metrics(bold=bold).horizontalAdvance(text) + px(8)
        cap = cap_size("F8")
        top = (self.height() - cap.height()) // 2
        paint_cap(painter, QRectF(left, top, cap.width(), cap.height()), "F8")
