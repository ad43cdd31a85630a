"""Pieces that several pages are put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop.resources import _
from desktop.ui.pages.page import Page
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, px
from desktop.ui.widgets.bars import PageHead
from desktop.ui.widgets.base import Label, PaintedButton, pen, set_ground
from desktop.ui.widgets.fields import SearchBox
from desktop.ui.widgets.marks import MARKS, paint_mark

ChooseFile = Callable[[QWidget, str, str], Path | None]
"""(parent, title, kinds of file) → the chosen file, None when the clerk thought better of it."""
ChooseTarget = Callable[[QWidget, str, str, str], Path | None]
"""(parent, title, proposed name, kinds of file) → where to write."""


def choose_file(parent: QWidget, title: str, kinds: str) -> Path | None:
    """Ask for an existing file."""
    name, _kind = QFileDialog.getOpenFileName(parent, title, "", kinds)
    return Path(name) if name else None


_written_to: list[Path] = []
"""The folder written to last, while the program runs."""


def _proposed_folder() -> Path:
    """Where the last file went, else the person's documents; never the folder the program was started in."""
    if _written_to and _written_to[0].is_dir():
        return _written_to[0]
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))


def choose_target(parent: QWidget, title: str, proposed: str, kinds: str) -> Path | None:
    """Ask where to write a file; begins where the last one went."""
    name, _kind = QFileDialog.getSaveFileName(parent, title, str(_proposed_folder() / proposed), kinds)
    if not name:
        return None
    _written_to[:] = [Path(name).parent]
    return Path(name)


def choose_folder(parent: QWidget, title: str) -> Path | None:
    """Ask for a folder to write into; begins where the last file went."""
    name = QFileDialog.getExistingDirectory(parent, title, str(_proposed_folder()))
    if not name:
        return None
    _written_to[:] = [Path(name)]
    return Path(name)


def add_search(head: PageHead, page: Page) -> SearchBox:
    """The search field at the right of a page head; Enter goes to 查询 with what was typed."""
    box = SearchBox(_("查找"), _("查找合同、单位、编号…"))
    box.setMaximumWidth(px(276))
    box.searched.connect(lambda text: page.wants.emit("search", text))
    head.add_right(box)
    return box


def after_quiet(owner: QObject, milliseconds: int, act: Callable[[], object]) -> QTimer:
    """``start()`` it at every change: ``act`` comes once, when nothing changed for so long."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(act)
    return timer


class Scroller(QScrollArea):
    """Scrolls up and down only; the page inside is as wide as there is room."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside.setProperty("scrolled", True)
        self.setWidget(inside)

    def bring_into_view(self, part: QWidget) -> None:
        """Scroll until this part, just put into the page, is seen whole (its top if it is too high)."""

        def bring() -> None:
            if isValid(part):
                self.ensureWidgetVisible(part, 0, px(16))

        QTimer.singleShot(0, self, bring)  # its place is known when the layout has run


class Columns(QWidget):
    """A main column and a side column of cards; narrow windows put the side below the main one."""

    def __init__(self, side_width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side_width = side_width
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(px(12))
        self.main, self.side = QVBoxLayout(), QVBoxLayout()
        self._side = QWidget()
        self._side.setLayout(self.side)
        for column in (self.main, self.side):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(px(12))
        self._row.addLayout(self.main, 1)
        self._row.addWidget(self._side)
        self._narrow = False
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """Beside or below."""
        self._narrow = narrow
        self._fit()

    def _fit(self) -> None:
        down = QBoxLayout.Direction.TopToBottom if self._narrow else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(down)
        if self._narrow:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(16_777_215)
        else:
            self._side.setFixedWidth(px(self._side_width))

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: the side's width too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_row"):
            self._fit()


class Pairs(QWidget):
    """Name and words, a line each: 备份　昨日 17:42，已验."""

    def __init__(
        self, *, name_width: int = 72, size: str = "body", gap: int = 8, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._size = size
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(px(gap))
        self._grid.setColumnMinimumWidth(0, px(name_width))
        self._grid.setColumnStretch(1, 1)
        self._labels: dict[str, Label] = {}

    def show_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """These lines; labels that are there already only change their words."""
        if [name for name, _words in pairs] != list(self._labels):
            while (item := self._grid.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
            self._labels = {}
            for at, (name, _words) in enumerate(pairs):
                head = Label(name, size=self._size, tone="ink2")
                self._labels[name] = Label("", size=self._size, wrap=True)
                self._grid.addWidget(head, at, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(self._labels[name], at, 1)
        for name, words in pairs:
            self._labels[name].setText(words)
            self._labels[name].setAccessibleName(f"{name}：{words}")

    def words(self, name: str) -> str:
        """What stands beside a name."""
        return self._labels[name].text()


class CaseItem(PaintedButton):
    """A case in a side card, two lines: state, number, date at the right; why it is here below."""

    def __init__(
        self,
        mark: str,
        serial: str,
        remark: str,
        note: str,
        *,
        tone: TokenName = "ink2",
        is_last: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(serial, parent)
        self._is_last = is_last
        self._mark, self._remark, self._note, self._tone = mark, remark, note, tone
        self.setProperty("ring", True)
        word = MARKS[mark].word if mark in MARKS else mark
        self._is_loud = mark in MARKS and MARKS[mark].colour == "err"
        self.setAccessibleName("，".join(part for part in (word, serial, remark, note) if part))
        self.setToolTip(note)

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(px(280), metrics().height() + metrics(NOTE).height() + px(14))

    def minimumSizeHint(self) -> QSize:
        """May get narrow: the note is cut and has its tooltip."""
        return QSize(px(160), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """State, number, date, note, a hairline below."""
        painter = QPainter(self)
        if self.underMouse() or self.isDown():
            painter.fillRect(self.rect(), ink("bg1"))
        first, second, left = metrics().height(), metrics(NOTE).height(), px(16)
        line = QRectF(left, px(6), self.width() - 2 * left, first)
        wide = paint_mark(painter, line, self._mark, bold=self._is_loud)
        painter.setFont(font(mono=True))
        painter.setPen(ink("ink1"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line.adjusted(wide + px(8), 0, 0, 0), middle, self.text())
        painter.setFont(font(NOTE, bold=self._tone != "ink2"))
        painter.setPen(ink(self._tone))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, self._remark)
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink1"))
        below = QRectF(left, px(6) + first, self.width() - 2 * left, second)
        shown = metrics(NOTE).elidedText(self._note, Qt.TextElideMode.ElideRight, int(below.width()))
        painter.drawText(below, middle, shown)
        if not self._is_last:
            painter.setPen(pen("line1"))
            painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class Foot(QWidget):
    """A line under a table inside its card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(px(12), px(4), px(12), px(4))
        self.row.setSpacing(px(8))


def page_column(page: Page) -> QVBoxLayout:
    """The outer layout of a page: head first, no margins."""
    set_ground(page, "page")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
