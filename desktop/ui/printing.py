"""Paper: the printers of this machine, and a finished PDF put on one of them at its actual size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMarginsF, QRectF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter

from desktop.errors import MachineError
from desktop.resources import _

DPI = 300
MM = 25.4


TRAYS = (
    ("", _("自动")),
    ("upper", _("上纸盒")),
    ("lower", _("下纸盒")),
    ("manual", _("手送")),
)
"""Paper trays: code as settings keep it, and its name."""


def tray_name(code: str) -> str:
    """上纸盒."""
    return dict(TRAYS).get(code, code)


def _source(tray: str) -> Any:
    from PySide6.QtPrintSupport import QPrinter

    sources = QPrinter.PaperSource
    return {"upper": sources.Upper, "lower": sources.Lower, "manual": sources.Manual}.get(tray, sources.Auto)


def printer_names() -> list[str]:
    """Printers the system knows, its default first; empty when there is none."""
    from PySide6.QtPrintSupport import QPrinterInfo

    names = list(QPrinterInfo.availablePrinterNames())
    default = QPrinterInfo.defaultPrinterName()
    return sorted(names, key=lambda name: name != default)


def make_printer(name: str) -> Any:
    """The printer, set to A4 without margins of its own, so that a millimetre stays a millimetre."""
    from PySide6.QtPrintSupport import QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPrinterName(name)
    return printer


def to_picture(pdf: bytes | Path, page: int, dpi: float) -> QImage:
    """One page as a picture of its own; the pixels are copied."""
    from desktop.certificates.preview import page_pixels

    raw = page_pixels(pdf, page, dpi=dpi)
    form = QImage.Format.Format_RGB32
    return QImage(raw.pixels, raw.width, raw.height, raw.width * 4, form).copy()


def print_pdf(
    pdf: Path,
    name: str,
    *,
    right_mm: float = 0.0,
    down_mm: float = 0.0,
    across_percent: float = 100.0,
    along_percent: float = 100.0,
    tray: str = "",
    step: Callable[[int, int, str], None] = lambda *_a: None,
    make: Callable[[str], Any] = make_printer,
) -> int:
    """Print all pages at actual size, stretched and then moved as measured; how many came out.

    One page is held in memory at a time. ``tray``: a code of ``TRAYS``; a system whose driver leaves the tray
    to the printer's own settings (CUPS) takes no notice of it.

    Raises MachineError when the printer does not take the work; pages that came out stay out.
    """
    from desktop.certificates.preview import page_count

    printer = make(name)
    printer.setResolution(DPI)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    printer.setFullPage(True)
    if tray:
        printer.setPaperSource(_source(tray))
    total = page_count(pdf)
    painter = QPainter()
    if not painter.begin(printer):
        raise MachineError(
            _("打印机“{name}”没有接收").format(name=name),
            _("请看电源、连线和纸，再打一次"),
        )
    try:
        for page in range(total):
            step(page, total, "")
            if page and not printer.newPage():
                raise MachineError(
                    _("打印到第 {n} 页时停了").format(n=page),
                    _("请看打印机，再打一次；打出一半的纸请销毁"),
                )
            picture = to_picture(pdf, page, DPI)
            unit = printer.resolution() / DPI
            left, top = (mm / MM * printer.resolution() for mm in (right_mm, down_mm))
            wide = picture.width() * unit * across_percent / 100
            high = picture.height() * unit * along_percent / 100
            box = QRectF(left, top, wide, high)
            painter.drawImage(box, picture)
        step(total, total, "")
    finally:
        painter.end()
    return total
