"""The scanned papers of a contract beside its questions and its review; read and drawn in a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Signal
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtWidgets import QWidget

from desktop.errors import DeskError, MachineError
from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services.desk import Desk
from desktop.services.views import ScanFile
from desktop.ui.calls import Calls
from desktop.ui.pages.wording import trouble_words
from desktop.ui.widgets.scan import ScanView

LONGEST_SIDE = 6000
"""Pixels: a page of a stranger may claim any size."""


@dataclass(frozen=True, slots=True)
class _Paper:
    file: ScanFile
    pages: int


class ScanPane(ScanView):
    """``show_contract`` reads what there is; ``found`` says whether there is anything to look at."""

    found = Signal(bool)
    trouble = Signal(str)

    def __init__(self, desk: Desk, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._calls = Calls(jobs, self)
        self._contract = 0
        self._papers: list[_Paper] = []
        self._last: tuple[str, bytes] = ("", b"")
        self.page_wanted.connect(self._draw)

    def show_contract(self, contract_id: int) -> None:
        """The papers of this contract; the answer comes as ``found``."""
        self._contract, self._papers, self._last = contract_id, [], ("", b"")
        self.show_paper("", 0)
        self._calls.ask(partial(_read, self._desk, contract_id), self._came, self._failed)

    def _came(self, answer: tuple[int, list[_Paper], str]) -> None:
        contract_id, papers, trouble = answer
        if contract_id != self._contract:
            return
        self._papers = papers
        self.found.emit(bool(papers))
        names = "、".join(paper.file.name for paper in papers)
        self.show_paper(names, sum(paper.pages for paper in papers))
        if trouble:
            self.trouble.emit(trouble)

    def _draw(self, page: int, width: int) -> None:
        at = page
        for paper in self._papers:
            if at < paper.pages:
                work = partial(_picture, self._desk, self._contract, paper.file, at, width, self._last)
                self._calls.ask(work, partial(self._drawn, page), self._failed)
                return
            at -= paper.pages

    def _drawn(self, page: int, answer: tuple[str, bytes, QImage]) -> None:
        digest, content, picture = answer
        self._last = (digest, content)
        self.show_page(page, picture)

    def _failed(self, exc: Exception) -> None:
        self.trouble.emit(trouble_words(exc))


def _read(desk: Desk, contract_id: int) -> tuple[int, list[_Paper], str]:
    """Every paper with its pages; one that is damaged is left out and named."""
    from desktop.certificates.preview import page_count

    papers, trouble = [], ""
    for file in desk.contract_scan(contract_id):
        try:
            pages = 1
            if file.suffix == ".pdf":
                pages = page_count(desk.scan_content(contract_id, file.digest))
            papers.append(_Paper(file, pages))
        except DeskError as exc:
            trouble = _("附件“{name}”看不了：{why}").format(name=file.name, why=exc.message)
    return contract_id, papers, trouble


def _picture(
    desk: Desk, contract_id: int, file: ScanFile, page: int, width: int, last: tuple[str, bytes]
) -> tuple[str, bytes, QImage]:
    content = last[1] if last[0] == file.digest else desk.scan_content(contract_id, file.digest)
    draw: Callable[[bytes, int, int], QImage] = _page_of_pdf if file.suffix == ".pdf" else _page_of_picture
    return file.digest, content, draw(content, page, width)


def _page_of_pdf(content: bytes, page: int, width: int) -> QImage:
    from desktop.certificates.preview import page_pixels

    raw = page_pixels(content, page, width=width, most=LONGEST_SIDE)
    form = QImage.Format.Format_RGB32
    return QImage(raw.pixels, raw.width, raw.height, raw.width * 4, form).copy()


def _page_of_picture(content: bytes, _page: int, width: int) -> QImage:
    """A picture as the scanner made it, turned as it says; read at the size wanted where its kind allows."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and size.width() > width:
        high = min(round(size.height() * width / size.width()), LONGEST_SIDE)
        reader.setScaledSize(QSize(width, max(high, 1)))
    picture = reader.read()
    if picture.isNull():
        raise MachineError(_("这张图片看不了"), _("请在扫描软件里另存为 PDF 或 JPG，重新收一次"))
    return picture
