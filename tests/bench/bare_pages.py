"""The pages of certificates as bare drawing: every piece at its place beforehand, reportlab does the rest.

Drawn with the usual tricks: fonts registered once, the QR code with a fixed mask as one picture of 1 bit.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.certificates.certificate import CertificateData, Party, draw_certificates
from desktop.certificates.draw import Sheet
from desktop.certificates.fonts import SONG, fonts
from desktop.certificates.lines import MM
from tests.bench.station import application
from tests.certificates.paper_samples import CERTIFICATE, CLAIMS, KEY

Piece = tuple[str, tuple[Any, ...]]

WIDTH, HEIGHT = 210.0, 297.0


def samples(number: int) -> list[CertificateData]:
    """So many certificates, each with its own title, parties, amounts and signed code."""
    from desktop.certificates.credential import make_credential

    found = []
    for n in range(number):
        facts = application(n)
        official = f"2026990321{n:06d}"
        credential = make_credential(
            replace(
                CLAIMS,
                number=official,
                seller=facts.sellers[0].id_number or "",
                contract_amount=facts.contract_amount or Decimal(0),
                technology_amount=facts.technology_amount,
            ),
            KEY,
        )
        found.append(
            replace(
                CERTIFICATE,
                number=official,
                title=facts.title or "",
                sellers=tuple(Party(p.name or "", p.id_number or "") for p in facts.sellers),
                buyers=tuple(Party(p.name or "", p.id_number or "") for p in facts.buyers),
                contract_amount=facts.contract_amount or Decimal(0),
                technology_amount=facts.technology_amount,
                qr=credential.text,
                check_code=credential.check_code,
            )
        )
    return found


class _Noting(Sheet):
    """A sheet that notes what is drawn on it and where."""

    pieces: list[Piece]

    def rule(self, *args: Any, **more: Any) -> None:
        self.pieces.append(("rule", (*args, *more.values())))

    def frame(self, *args: Any, **more: Any) -> None:
        self.pieces.append(("frame", (*args, *more.values())))

    def qr(self, *args: Any) -> None:
        self.pieces.append(("qr", args))

    def _show(self, x: float, y: float, text: str, face: str, size: float, spread: float = 0.0) -> None:
        for name, run in fonts().runs(text, face):
            self.pieces.append(("text", (x, y, run, name, size, spread)))
            x += fonts().font(name).stringWidth(run, size) / MM


def pages_of(items: Sequence[CertificateData]) -> list[list[Piece]]:
    """For each certificate the pieces of its first sheet."""
    import desktop.certificates.certificate as module

    found: list[list[Piece]] = []

    class Noting(_Noting):
        pieces: list[Piece] = []  # noqa: RUF012 - one page at a time, emptied below

    kept = module.Sheet
    module.Sheet = Noting  # type: ignore[misc]
    try:
        for item in items:
            Noting.pieces = []
            draw_certificates([item], io.BytesIO(), copies=[1])
            found.append(Noting.pieces)
    finally:
        module.Sheet = kept  # type: ignore[misc]
    return found


def draw_bare(pages: Sequence[Sequence[Piece]], out: Path) -> None:
    """The pieces on a reportlab canvas, a page a certificate."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(
        str(out), pagesize=(WIDTH * MM, HEIGHT * MM), pageCompression=1, invariant=1, initialFontName=SONG
    )
    for pieces in pages:
        for kind, args in pieces:
            if kind == "text":
                x, y, words, face, size, spread = args
                canvas.setFont(face, size)
                canvas.drawString(x * MM, (HEIGHT - y) * MM, words, charSpace=spread * size)
            elif kind == "rule":
                x1, y1, x2, y2, *pen = args
                canvas.setLineWidth((pen[0] if pen else 0.25) * MM)
                canvas.line(x1 * MM, (HEIGHT - y1) * MM, x2 * MM, (HEIGHT - y2) * MM)
            elif kind == "frame":
                x, y, w, h, *pen = args
                canvas.setLineWidth((pen[0] if pen else 0.25) * MM)
                canvas.rect(x * MM, (HEIGHT - y - h) * MM, w * MM, h * MM)
            else:
                _code(canvas, *args)
        canvas.showPage()
    canvas.save()


def _code(canvas: Any, payload: str, x: float, y: float, side: float) -> None:
    import segno

    code = segno.make(payload, error="m", mask=3, boost_error=False, micro=False)
    rows = [bytes(row) for row in code.matrix]
    quiet = 4
    modules = len(rows) + 2 * quiet
    blank = [bytes(modules)] * quiet
    wide = [*blank, *(bytes(quiet) + row + bytes(quiet) for row in rows), *blank]
    bits = b"".join(
        int("".join("1" if cell else "0" for cell in row).ljust(-(-modules // 8) * 8, "0"), 2).to_bytes(
            -(-modules // 8), "big"
        )
        for row in wide
    )
    canvas.saveState()
    canvas.translate(x * MM, (HEIGHT - y - side) * MM)
    canvas.scale(side * MM, side * MM)
    canvas.addLiteral(f"BI /W {modules} /H {modules} /IM true /D [1 0] /F /AHx ID {bits.hex()}> EI")
    canvas.restoreState()
