"""标尺页: four measured distances give back the printer's own move and stretch; old settings are read on."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.certificates.preview import page_count, page_pixels, pdf_text
from desktop.certificates.ruler import Fit, read_fit, reckon, subject_of, write_ruler_page
from desktop.errors import RefusedError

D = Decimal


@given(
    move=st.tuples(st.integers(-80, 80), st.integers(-80, 80)),
    scale=st.tuples(st.integers(-20, 20), st.integers(-20, 20)),
)
def test_what_a_printer_does_is_taken_back(move: tuple[int, int], scale: tuple[int, int]) -> None:
    kx, ky = (1 + D(s) / 1000 for s in scale)
    ox, oy = (D(m) / 10 for m in move)
    fit = reckon(kx * 20 + ox, ky * 20 + oy, kx * 170, ky * 257)
    for x, y in ((20, 20), (190, 20), (20, 277), (190, 277), (105, 150)):
        there = (
            kx * (fit.across / 100 * x + fit.right) + ox,
            ky * (fit.along / 100 * y + fit.down) + oy,
        )
        assert abs(there[0] - x) < D("0.2")
        assert abs(there[1] - y) < D("0.25")


def test_a_true_printer_needs_nothing() -> None:
    assert reckon(D(20), D(20), D(170), D(257)).is_plain
    assert reckon(D("20.4"), D("19.8"), D(170), D(257)).words() == "-0.4 0.2 100.0 100.0"


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ((20, 20, 160, 257), "横向量得的长度与 170 毫米差得太多"),
        ((20, 20, 170, 0), "纵向量得的长度与 257 毫米差得太多"),
        ((20, 44, 170, 257), "离纸边的距离"),
    ],
)
def test_distances_that_cannot_be_are_named_with_what_to_do(measured: tuple[int, ...], words: str) -> None:
    with pytest.raises(RefusedError, match=words) as refused:
        reckon(*(D(number) for number in measured))
    assert refused.value.hint


def test_the_two_numbers_of_earlier_versions_are_read_on() -> None:
    assert read_fit("0.4 -0.2") == Fit(D("0.4"), D("-0.2"))
    assert read_fit("0.4 -0.2 99.8 100.1") == Fit(D("0.4"), D("-0.2"), D("99.8"), D("100.1"))
    assert read_fit(read_fit("1.0 2.0 99.0 101.0").words()).along == D("101.0")
    for bad in ("", "x y", "1 2 3", "NaN 1", "1 Infinity"):
        assert read_fit(bad) == Fit()
    assert subject_of("窗口激光机", "P06") == "窗口激光机|P06"
    assert subject_of("窗口激光机", "P06", "manual") == "窗口激光机|P06|manual"


def test_the_crosses_stand_where_the_page_says(tmp_path: Path) -> None:
    path = write_ruler_page(tmp_path / "r.pdf", "窗口激光机", "手送")
    assert page_count(path) == 1
    words = pdf_text(path)
    assert "窗口激光机" in words
    assert "170.0" in words
    dpi = 254  # ten dots a millimetre
    picture = page_pixels(path, dpi=dpi)

    def dark(x: float, y: float) -> bool:
        at = (round(y * 10) * picture.width + round(x * 10)) * 4
        return any(
            picture.pixels[at + 4 * dx + dy * picture.width * 4] < 128
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
        )

    for x, y in ((20, 20), (190, 20), (20, 277), (190, 277)):
        assert dark(x, y - 6)
        assert dark(x - 6, y)
        assert not dark(x + 3, y + 3)


def test_the_check_page_names_the_fit(tmp_path: Path) -> None:
    words = pdf_text(write_ruler_page(tmp_path / "c.pdf", "窗口激光机", fit=Fit(right=D("0.4"))))
    assert "校对页" in words
    assert "向右 0.4 毫米" in words
