from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from paper_samples import CERTIFICATE, certificate_pdf

from desktop.certificates.preview import page_count, page_picture, page_pixels, pdf_text, qr_texts
from desktop.errors import MachineError


def test_a_page_becomes_a_png_of_its_size() -> None:
    png = page_picture(certificate_pdf(CERTIFICATE), 0, dpi=50)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (414, 585)
    rows = zlib.decompress(png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8])
    assert len(rows) == 585 * (414 * 3 + 1)
    assert 0 in rows[1:1000] or 0xFF in rows[1:1000]


def test_raw_pixels_show_paper_and_frame() -> None:
    picture = page_pixels(certificate_pdf(CERTIFICATE), 0, dpi=100)
    assert len(picture.pixels) == picture.width * picture.height * 4
    assert picture.pixels[:3] == b"\xff\xff\xff"
    row = int(150 / 25.4 * 100)
    line = picture.pixels[row * picture.width * 4 : (row + 1) * picture.width * 4]
    dark = [x for x in range(picture.width) if line[x * 4] < 128]
    assert abs(dark[0] - 20 / 25.4 * 100) < 2
    assert abs(dark[-1] - 190 / 25.4 * 100) < 2


def test_the_codes_of_a_file_can_be_read_without_a_camera() -> None:
    other = replace(CERTIFICATE, qr="CD1:ABC $%*+-./:", number="1")
    assert qr_texts(certificate_pdf(CERTIFICATE, other)) == [CERTIFICATE.qr, other.qr]
    preview = replace(CERTIFICATE, is_preview=True)
    assert qr_texts(certificate_pdf(preview)) == []


def test_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.4 cut off")
    with pytest.raises(MachineError, match="打不开"):
        pdf_text(path)
    with pytest.raises(MachineError, match="打不开"):
        page_count(b"")
