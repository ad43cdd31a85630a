"""The certificate as a picture beside a stored one; run as a script after a wanted change of the look."""

from __future__ import annotations

import io
from pathlib import Path

from paper_samples import CERTIFICATE, certificate_pdf
from PIL import Image, ImageChops

from desktop.certificates.preview import page_picture

STORED = Path(__file__).with_name("certificate-60dpi.png")


def drawn() -> Image.Image:
    png = page_picture(certificate_pdf(CERTIFICATE), 0, dpi=60)
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("L")


def test_the_certificate_looks_as_it_did() -> None:
    with Image.open(STORED) as stored:
        now = drawn()
        assert now.size == stored.size
        difference = ImageChops.difference(now, stored.convert("L")).histogram()
    changed = sum(difference[64:])
    assert changed < 0.002 * now.width * now.height, f"{changed} pixels differ"


if __name__ == "__main__":
    drawn().save(STORED, optimize=True)
