"""A PDF drawn in millimetres from the top left corner; its text copies out right.

The same calls give the same bytes: no time, no random id goes into the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from desktop.certificates.fonts import HEI_BOLD, SONG, fonts
from desktop.certificates.lines import MM, Fitted
from desktop.certificates.qr import qr_bits

GROUP_GAP = 0.33
"""Gap between groups of four, em."""

_ASCENT = 0.88
"""Share of the em above the baseline in the Noto fonts; used for every face so that lines stand level."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Large outline letters across the page: 预览 无效, 演示 无效."""

    text: str
    size: float = 66.0


class Sheet:
    """One PDF document being written. Close it with ``save()``; nothing is readable before.

    ``out`` is a path or a binary stream. All positions are mm from the top left corner of the page.
    """

    def __init__(
        self, out: Path | IO[bytes], *, width: float, height: float, title: str, author: str = ""
    ) -> None:
        from reportlab.pdfgen.canvas import Canvas

        fonts().font(SONG)
        self._canvas = Canvas(
            str(out) if isinstance(out, Path) else out,
            pagesize=(width * MM, height * MM),
            pageCompression=1,
            invariant=1,
            initialFontName=SONG,
            lang="zh-CN",
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("技术合同登记工作站")
        self._canvas.setSubject(title)
        self._height = height
        self._encoded: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        self._codes: list[str] = []
        self._payloads: dict[str, None] = {}
        self.pages = 0

    def next_page(self, width: float | None = None, height: float | None = None) -> None:
        """End the page; the next one may have another size."""
        self._flush()
        self._canvas.showPage()
        self.pages += 1
        if width is not None and height is not None:
            self._canvas.setPageSize((width * MM, height * MM))
            self._height = height

    def set_size(self, width: float, height: float) -> None:
        """Size of the page being begun."""
        self._canvas.setPageSize((width * MM, height * MM))
        self._height = height

    def save(self) -> None:
        """Write the document. The last page must have been ended by ``next_page``.

        The texts of its QR codes also go into the keywords, so that a file can be verified without a camera.
        """
        self._canvas.setKeywords("\n".join(self._payloads))
        self._canvas.save()

    def _flush(self) -> None:
        if self._codes:
            self._canvas.addLiteral("\n".join(self._codes))
            self._codes = []

    # --- lines

    def rule(self, x1: float, y1: float, x2: float, y2: float, pen: float = 0.25) -> None:
        """A straight line ``pen`` mm thick."""
        top = self._height
        self._codes.append(
            f"{pen * MM:.3f} w {x1 * MM:.2f} {(top - y1) * MM:.2f} m {x2 * MM:.2f} {(top - y2) * MM:.2f} l S"
        )

    def frame(self, x: float, y: float, w: float, h: float, pen: float = 0.25, dash: float = 0.0) -> None:
        """The outline of a rectangle; ``dash`` mm makes it dashed."""
        on, off = (f"[{dash * MM:.2f}] 0 d ", " [] 0 d") if dash else ("", "")
        self._codes.append(
            f"{on}{pen * MM:.3f} w {x * MM:.2f} {(self._height - y - h) * MM:.2f} "
            f"{w * MM:.2f} {h * MM:.2f} re S{off}"
        )

    # --- text

    def text(
        self, x: float, y: float, text: str, face: str, size: float, *, align: str = "L", spread: float = 0.0
    ) -> float:
        """One line with its baseline at y and its left end, middle or right end at x; returns its width.

        ``spread`` is extra distance after each character in em (a small one: readers take 0.08 em for a
        space).
        """
        wide = (fonts().width(text, face) + spread * max(len(text) - 1, 0)) * size / MM
        left = x - (wide / 2 if align == "C" else wide if align == "R" else 0.0)
        if text:
            self._show(left, y, text, face, size, spread)
        return wide

    def _show(self, x: float, y: float, text: str, face: str, size: float, spread: float = 0.0) -> None:
        parts = [f"{name} {size:g} Tf <{code}> Tj" for name, code in self._encode(text, face)]
        on, off = (f"{spread * size:.3f} Tc ", " 0 Tc") if spread else ("", "")
        self._codes.append(
            f"BT {on}1 0 0 1 {x * MM:.2f} {(self._height - y) * MM:.2f} Tm {' '.join(parts)}{off} ET"
        )

    def _encode(self, text: str, face: str) -> tuple[tuple[str, str], ...]:
        """The text as (font subset, hexadecimal codes), kept for the next page: labels and notes repeat."""
        key = (text, face)
        if (found := self._encoded.get(key)) is None:
            if len(self._encoded) > 4000:
                self._encoded.clear()
            document = self._canvas._doc  # noqa: SLF001 - reportlab names no public way to encode for a document
            pieces = []
            for name, run in fonts().runs(text, face):
                font = fonts().font(name)
                for subset, codes in font.splitString(run, document):
                    pieces.append((font.getSubsetInternalName(subset, document), codes.hex()))
            found = self._encoded[key] = tuple(pieces)
        return found

    def spaced(
        self,
        x: float,
        y: float,
        groups: Sequence[str],
        face: str,
        size: float,
        *,
        gap: float = GROUP_GAP,
        align: str = "L",
    ) -> float:
        """Pieces with a gap between them that are copied out as one word. Returns the width in mm."""
        widths = [fonts().width(group, face) * size / MM for group in groups]
        step = gap * size / MM
        wide = sum(widths) + step * (len(groups) - 1)
        left = x - (wide / 2 if align == "C" else wide if align == "R" else 0.0)
        whole = "".join(groups)
        # A bare gap above 0.08 em is copied as a space; inside a span with its actual text it is not.
        self._codes.append(f"/Span <</ActualText <feff{whole.encode('utf-16-be').hex()}>>> BDC")
        for group, width in zip(groups, widths, strict=True):
            self._show(left, y, group, face, size)
            left += width + step
        self._codes.append("EMC")
        return wide

    def block(
        self,
        fitted: Fitted,
        x: float,
        y: float,
        width: float,
        *,
        align: str = "L",
        indent: float = 0.0,
        height: float = 0.0,
        is_last: bool = True,
    ) -> float:
        """Fitted lines from the top edge y, or in the middle of ``height``; returns their end in y.

        J stretches full lines to the width as far as no reader takes the gaps for spaces; the last line
        stays.
        """
        top = y + max((height - fitted.height) / 2, 0.0)
        em = fitted.size / MM
        for number, line in enumerate(fitted.lines):
            base = top + number * fitted.leading + (fitted.leading - em) / 2 + _ASCENT * em
            left = x + (indent if number == 0 else 0.0)
            if align == "J" and (number < len(fitted.lines) - 1 or not is_last) and len(line) > 1:
                room = width - (left - x) - fonts().width(line, fitted.face) * em
                spread = room / (len(line) - 1) / em
                self.text(
                    left, base, line, fitted.face, fitted.size, spread=spread if 0 < spread < 0.07 else 0.0
                )
            elif align in "CR":
                edge = x + (width / 2 if align == "C" else width)
                self.text(edge, base, line, fitted.face, fitted.size, align=align)
            else:
                self.text(left, base, line, fitted.face, fitted.size)
        return top + fitted.height

    def baseline(self, y: float, height: float, size: float) -> float:
        """The baseline of one line standing in the middle of a box from y, ``height`` mm high."""
        em = size / MM
        return y + (height - em) / 2 + _ASCENT * em

    # --- marks and code

    def outline(self, mark: Mark, *, centres: Iterable[tuple[float, float]]) -> None:
        """Outline letters at 45° through each centre; draw them first, so that the text stays readable."""
        half = fonts().width(mark.text, HEI_BOLD) * mark.size / 2
        for x, y in centres:
            parts = [
                f"{name} {mark.size:g} Tf <{code}> Tj" for name, code in self._encode(mark.text, HEI_BOLD)
            ]
            self._codes.append(
                f"q 0.62 0.66 0.71 RG {0.25 * MM:.3f} w 0.70711 0.70711 -0.70711 0.70711 {x * MM:.2f} "
                f"{(self._height - y) * MM:.2f} cm BT 1 Tr 1 0 0 1 {-half:.2f} {-0.38 * mark.size:.2f} Tm "
                f"{' '.join(parts)} ET Q"
            )

    def qr(self, payload: str, x: float, y: float, side: float) -> None:
        """The payload as a QR code, its quiet zone inside ``side`` mm, as one picture of 1 bit."""
        self._payloads[payload] = None
        modules, bits = qr_bits(payload)
        self._codes.append(
            f"q {side * MM:.3f} 0 0 {side * MM:.3f} {x * MM:.3f} {(self._height - y - side) * MM:.3f} cm "
            f"BI /W {modules} /H {modules} /IM true /D [1 0] /F /AHx ID {bits.hex()}> EI Q"
        )
