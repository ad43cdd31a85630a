"""Pictures and text of a finished PDF, for the preview on screen, for printing and for checks."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.errors import MachineError
from desktop.resources import _


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as pixels: BGRX, four bytes a pixel, rows from the top, no gaps (Qt: Format_RGB32)."""

    width: int
    height: int
    pixels: bytes


def page_count(pdf: bytes | Path) -> int:
    """How many pages the document has."""
    with _Open(pdf) as document:
        return len(document)


def page_pixels(
    pdf: bytes | Path, page: int = 0, *, dpi: float = 100, width: int = 0, most: int = 0
) -> Picture:
    """One page (counted from 0) as raw pixels. Take one page at a time: A4 at 300 dpi is 35 MB.

    With ``width`` so many pixels wide instead, and no side longer than ``most``: pages of strangers may have
    any size.
    """
    with _Open(pdf) as document:
        sheet = document[page]
        scale = dpi / 72
        if width:
            wide, high = sheet.get_size()
            scale = min(width / max(wide, 1), (most or 4 * width) / max(wide, high, 1))
        bitmap = sheet.render(scale=scale, rev_byteorder=False, prefer_bgrx=True)
        try:
            row = bitmap.width * 4
            raw = bytes(bitmap.buffer)
            if bitmap.stride != row:
                raw = b"".join(raw[y * bitmap.stride : y * bitmap.stride + row] for y in range(bitmap.height))
            return Picture(bitmap.width, bitmap.height, raw)
        finally:
            bitmap.close()
            sheet.close()


def page_picture(pdf: bytes | Path, page: int = 0, *, dpi: float = 100) -> bytes:
    """One page (counted from 0) as a PNG file."""
    picture = page_pixels(pdf, page, dpi=dpi)
    rows = io.BytesIO()
    for y in range(picture.height):
        line = picture.pixels[y * picture.width * 4 : (y + 1) * picture.width * 4]
        colours = bytearray(picture.width * 3)
        colours[0::3], colours[1::3], colours[2::3] = line[2::4], line[1::4], line[0::4]
        rows.write(b"\0" + colours)
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", head),
            _chunk(b"IDAT", zlib.compress(rows.getvalue(), 6)),
            _chunk(b"IEND", b""),
        ]
    )


def pdf_text(pdf: bytes | Path, page: int | None = None) -> str:
    """The text as a reader copies it out: of one page, or of all with a form feed between them."""
    with _Open(pdf) as document:
        pages = range(len(document)) if page is None else [page]
        texts = []
        for number in pages:
            sheet = document[number]
            words = sheet.get_textpage()
            texts.append(words.get_text_bounded().replace("\r\n", "\n"))
            words.close()
            sheet.close()
        return "\f".join(texts)


def qr_texts(pdf: bytes | Path) -> list[str]:
    """The texts of the QR codes in a PDF made here, in the order of its pages; empty for other files."""
    with _Open(pdf) as document:
        keywords: str = document.get_metadata_value("Keywords")
    return [line for line in keywords.splitlines() if line]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


class _Open:
    """The document while it is read; a damaged file is refused in words."""

    def __init__(self, pdf: bytes | Path) -> None:
        self._pdf = pdf
        self._document: Any = None

    def __enter__(self) -> Any:
        import pypdfium2

        try:
            self._document = pypdfium2.PdfDocument(self._pdf)
        except (pypdfium2.PdfiumError, OSError) as exc:
            raise MachineError(
                _("这个 PDF 文件打不开"), _("文件可能不完整或已损坏，请重新打印或另取一份；原文件没有动")
            ) from exc
        return self._document

    def __exit__(self, *_exc: object) -> None:
        self._document.close()
