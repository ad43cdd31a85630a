"""Scanned papers of a contract, page by page, beside the question or the value they prove.

The pane asks for a page (``page_wanted``) and shows the picture it is given; reading and drawing happen in a
worker, one page at a time.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label, pen
from desktop.ui.widgets.buttons import Button

ZOOMS = (1.0, 1.5, 2.0, 3.0)
"""Width of the page to the width of the pane."""


class _Sheet(QWidget):
    """The picture of a page, as wide as it is told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = QImage()

    def show_picture(self, picture: QImage, width: int) -> None:
        self.picture = picture
        high = round(width * picture.height() / picture.width()) if picture.width() else 0
        self.setFixedSize(QSize(width, high))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self.picture)
        painter.setPen(pen("line2"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class ScanView(QWidget):
    """``←`` ``→`` turn the page, ``↑`` ``↓`` and Space move on it, ``+`` ``-`` make it larger and smaller."""

    page_wanted = Signal(int, int)
    """Number of the page from 0, and how many pixels wide it should be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", True)
        self.page, self.pages, self._zoom = 0, 0, 0
        self._name = ""
        self._asked = (-1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        line = QHBoxLayout()
        line.setSpacing(px(8))
        self.back = Button(_("上一页"), "text", key="←")
        self.forth = Button(_("下一页"), "text", key="→")
        self.where = Label("", size="note", tone="ink2")
        self.back.clicked.connect(lambda: self.turn(-1))
        self.forth.clicked.connect(lambda: self.turn(1))
        line.addWidget(self.where, 1)
        line.addWidget(self.back)
        line.addWidget(self.forth)
        column.addLayout(line)
        self.sheet = _Sheet()
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # its width is settled
        self.scroller.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.scroller.setWidget(self.sheet)
        column.addWidget(self.scroller, 1)
        self._say()

    def show_paper(self, name: str, pages: int) -> None:
        """Another contract's paper, from its first page; no pages: nothing."""
        self._name, self.page, self.pages, self._zoom = name, 0, pages, 0
        self._asked = (-1, 0)
        self.sheet.show_picture(QImage(), 0)
        self._say()
        self._ask()

    def show_page(self, page: int, picture: QImage) -> None:
        """The picture asked for; one of a page that was left since is thrown away."""
        if page == self.page and not picture.isNull():
            self.sheet.show_picture(picture, self._wide())
            self.scroller.verticalScrollBar().setValue(0)

    def turn(self, by: int) -> None:
        """Pages on or back; stops at either end."""
        wanted = min(max(self.page + by, 0), max(self.pages - 1, 0))
        if wanted != self.page:
            self.page = wanted
            self._say()
            self._ask()

    def zoom(self, step: int) -> None:
        """Larger or smaller; beyond the largest back to the width of the pane."""
        self._zoom = (self._zoom + step) % len(ZOOMS) if step > 0 else max(self._zoom + step, 0)
        self._ask()

    def _wide(self) -> int:
        room = max(self.scroller.viewport().width() - px(2), px(120))
        return round(room * ZOOMS[self._zoom])

    def _ask(self) -> None:
        if not self.pages or not self.isVisible():
            return
        wanted = (self.page, round(self._wide() * self.devicePixelRatioF()))
        if wanted != self._asked:
            self._asked = wanted
            self.page_wanted.emit(*wanted)

    def _say(self) -> None:
        words = _("第 {n} 页 / 共 {m} 页").format(n=self.page + 1, m=self.pages) if self.pages else ""
        self.where.setText("　".join(filter(None, (self._name, words))))
        self.where.setToolTip(self._name)
        self.back.setEnabled(self.page > 0)
        self.forth.setEnabled(self.page + 1 < self.pages)
        self.setAccessibleName(_("扫描件，{where}").format(where=self.where.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pages, places on the page, size."""
        bar = self.scroller.verticalScrollBar()
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.turn(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            bar.setValue(bar.value() + px(60) * (1 if key == Qt.Key.Key_Down else -1))
        elif key == Qt.Key.Key_Space:
            if bar.value() >= bar.maximum():
                self.turn(1)
            else:
                bar.setValue(bar.value() + bar.pageStep() - px(40))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.turn(-self.pages if key == Qt.Key.Key_Home else self.pages)
        elif text in ("+", "=", "-"):
            self.zoom(-1 if text == "-" else 1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page keeps the width of the pane."""
        super().resizeEvent(event)
        self._ask()

    def showEvent(self, event: object) -> None:
        """Now a page is wanted."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._ask()
