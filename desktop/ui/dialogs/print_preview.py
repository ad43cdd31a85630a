"""打印预览 of a paper that is made only to be looked at and printed: pages, printer, a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.ui.calls import Calls
from desktop.ui.pages.parts import choose_target
from desktop.ui.pages.wording import trouble_words
from desktop.ui.printing import print_pdf, to_picture
from desktop.ui.theme import px
from desktop.ui.widgets.ask import FramedDialog
from desktop.ui.widgets.base import Label, set_ground
from desktop.ui.widgets.buttons import Button, Choice

READING_DPI = 110.0


def pictures_of(pdf: Path) -> list[QImage]:
    """Every page at reading size; runs in the worker."""
    from desktop.certificates.preview import page_count

    return [to_picture(pdf, page, READING_DPI) for page in range(page_count(pdf))]


class PrintPreview(FramedDialog):
    """PgUp and PgDn turn pages, ↑ ↓ move on the page; Enter on 打印 prints, Ctrl+S writes a PDF, Esc closes.

    ``said(words, level)`` tells the page's status bar what became of it.
    """

    said = Signal(str, str)

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        title: str,
        pdf: Path,
        pictures: Sequence[QImage],
        printers: Sequence[str],
        name: str,
        *,
        put_on_paper: Callable[..., int] = print_pdf,
        ask_target: Callable[..., Path | None] = choose_target,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self._pdf, self._pictures, self._name = pdf, list(pictures), name
        self._put_on_paper, self._ask_target = put_on_paper, ask_target
        self._calls = Calls(jobs, self)
        self.page = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(10))
        head = QHBoxLayout()
        head.addWidget(Label(title, size="contract", strong=True))
        self.where = Label("", tone="ink2")
        head.addWidget(self.where)
        head.addStretch(1)
        column.addLayout(head)
        self.paper = QLabel()
        self.paper.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        set_ground(self.paper, "head")
        self.area.setWidget(self.paper)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.area, 1)
        row = QHBoxLayout()
        row.setSpacing(px(10))
        self.back = Button(_("上一页"), key="PgUp")
        self.on = Button(_("下一页"), key="PgDn")
        self.back.clicked.connect(partial(self.turn, -1))
        self.on.clicked.connect(partial(self.turn, 1))
        self.printer = Choice(_("打印机"), [(one, one) for one in printers if one])
        self.print_button = Button(_("打印"), "primary", mnemonic="P")
        self.print_button.clicked.connect(self.print_all)
        self.save_button = Button(_("存为 PDF"), key="Ctrl S")
        self.save_button.clicked.connect(self.save)
        self.close_button = Button(_("关闭"), key="Esc")
        self.close_button.clicked.connect(self.reject)
        for widget in (self.back, self.on):
            row.addWidget(widget)
        row.addStretch(1)
        self.no_printer = Label(_("没有找到打印机"), size="note", tone="ink2")
        has_printer = self.printer.count() > 0
        self.no_printer.setVisible(not has_printer)
        self.printer.setVisible(has_printer)
        self.print_button.setVisible(has_printer)
        right: tuple[QWidget, ...] = (
            *(self.no_printer, self.printer),
            *(self.print_button, self.save_button, self.close_button),
        )
        for one in right:
            row.addWidget(one)
        column.addLayout(row)
        room = parent.window().size() if parent is not None else QSize(px(1366), px(768))
        self.resize(min(px(900), room.width()), min(px(660), room.height()))
        self.turn(0)
        (self.print_button if has_printer else self.save_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def turn(self, step: int) -> None:
        """Another page, as far as there are any."""
        self.page = min(max(0, self.page + step), len(self._pictures) - 1)
        picture = self._pictures[self.page]
        wide = min(px(820), self.width() - px(56))
        shown = QPixmap.fromImage(picture).scaledToWidth(
            round(wide * self.devicePixelRatioF()), Qt.TransformationMode.SmoothTransformation
        )
        shown.setDevicePixelRatio(self.devicePixelRatioF())
        self.paper.setPixmap(shown)
        words = _("第 {n} 页 共 {all} 页").format(n=self.page + 1, all=len(self._pictures))
        self.where.setText(words)
        self.paper.setAccessibleName(words)
        self.area.verticalScrollBar().setValue(0)
        self.back.setEnabled(self.page > 0)
        self.on.setEnabled(self.page + 1 < len(self._pictures))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pages and the file by key."""
        if event.key() == Qt.Key.Key_PageDown:
            self.turn(1)
        elif event.key() == Qt.Key.Key_PageUp:
            self.turn(-1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            bar = self.area.verticalScrollBar()
            bar.setValue(bar.value() + (1 if event.key() == Qt.Key.Key_Down else -1) * px(80))
        elif event.key() == Qt.Key.Key_S and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save()
        else:
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Not while the printer is being fed from the file."""
        if not self._calls.is_busy:
            super().reject()

    def print_all(self) -> None:
        """All pages on the chosen printer."""
        printer = self.printer.choice()
        if not printer or self._calls.is_busy:
            return
        self.print_button.setEnabled(False)
        put, pdf = self._put_on_paper, self._pdf

        def work(job: Job) -> int:
            return put(pdf, printer, step=job.step)

        self._calls.start(work, self._printed, self._failed)

    def _printed(self, pages: Any) -> None:
        self.said.emit(_("已送打印机 {n} 页").format(n=pages), "ok")
        self.accept()

    def _failed(self, exc: Exception) -> None:
        self.print_button.setEnabled(True)
        self.said.emit(trouble_words(exc), "err")
        self.where.setText(trouble_words(exc))

    def save(self) -> None:
        """The same pages as a file."""
        target = self._ask_target(self, _("存为 PDF"), self._name, _("PDF 文件 (*.pdf)"))
        if target is None or self._calls.is_busy:
            return
        self._calls.ask(partial(shutil.copyfile, self._pdf, target), self._saved, self._failed)

    def _saved(self, path: Any) -> None:
        self.said.emit(_("已存为 {path}").format(path=path), "ok")
        self.accept()
