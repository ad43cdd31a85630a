from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib

import pytest

from desktop.certificates.fonts import (
    CODE,
    FILES,
    HEI,
    RARE,
    SONG,
    SONG_BOLD,
    fonts,
    missing_glyphs,
    require_glyphs,
    to_unicode_map,
)
from desktop.errors import RefusedError
from desktop.resources import resource


def test_every_shipped_font_is_the_listed_one_with_its_licence() -> None:
    listed = {
        font["file"]: font
        for font in tomllib.loads(resource("fonts", "FONTS.toml").read_text("utf-8"))["font"]
    }
    assert set(listed) == set(FILES.values())
    for name, font in listed.items():
        path = resource("fonts", name)
        assert path.stat().st_size == font["bytes"]
        with path.open("rb") as stream:
            assert hashlib.file_digest(stream, "sha256").hexdigest() == font["sha256"]
        assert "license" in resource("fonts", font["text"]).read_text("utf-8").lower()
    assert sum(font["bytes"] for font in listed.values()) < 90_000_000


def test_a_rare_character_falls_to_the_rare_font_and_the_rest_stays() -> None:
    assert list(fonts().runs("王𬭎明", SONG)) == [(SONG, "王𬭎明")]
    assert list(fonts().runs("王𠮷明", SONG)) == [(SONG, "王"), (RARE, "𠮷"), (SONG, "明")]
    assert list(fonts().runs("A1王", CODE)) == [(CODE, "A1"), (HEI, "王")]


def test_the_rare_font_is_read_only_when_a_character_needs_it() -> None:
    script = (
        "from desktop.certificates.fonts import *\n"
        "fonts().width('澄河县技术合同登记处', SONG)\n"
        "before = RARE in fonts().loaded\n"
        "fonts().width('𠮷', SONG)\n"
        "raise SystemExit(0 if not before and RARE in fonts().loaded else 1)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_all_characters_of_gb2312_and_the_standard_rare_names_can_be_printed() -> None:
    rows = {high: 0xFA if high == 0xD7 else 0xFF for high in range(0xB0, 0xF8)}
    plain = "".join(bytes([high, low]).decode("gb2312") for high in rows for low in range(0xA1, rows[high]))
    assert len(plain) == 6763
    assert missing_glyphs(plain) == ()
    assert missing_glyphs(plain, SONG_BOLD) == ()
    assert missing_glyphs("䶮𬭎𠮷㛃𫖮鿍¥〇“”‘’·—…〔〕") == ()


@pytest.mark.parametrize(
    ("char", "point", "word"),
    [
        ("\U00030000", "U+30000", "没有可用的字形"),
        ("\ue816", "U+E816", "自造字"),
        ("\U000f0001", "U+F0001", "自造字"),
        ("\ud842", "U+D842", "不是正常的文字"),
        ("\x07", "U+0007", "不是正常的文字"),
    ],
)
def test_what_no_font_can_draw_is_refused_by_name(char: str, point: str, word: str) -> None:
    assert missing_glyphs(f"王{char}") == (char,)
    with pytest.raises(RefusedError) as refused:
        require_glyphs(f"王{char}明", "卖方")
    assert point in refused.value.message
    assert word in refused.value.message
    assert "卖方" in refused.value.message


def test_digits_of_the_amount_font_are_all_of_one_width() -> None:
    assert len({round(fonts().width(digit, HEI), 4) for digit in "0123456789"}) == 1


def test_the_unicode_table_writes_surrogate_pairs_in_blocks_of_a_hundred() -> None:
    table = to_unicode_map("X", [0, 0x20BB7, *range(0x4E00, 0x4E00 + 150)])
    assert "<01> <D842DFB7>" in table
    assert "100 beginbfchar" in table
    assert "52 beginbfchar" in table


def test_importing_the_rooms_modules_reads_no_pdf_library() -> None:
    script = (
        "import sys, desktop.certificates.certificate, desktop.certificates.letters\n"
        "import desktop.certificates.preview, desktop.certificates.credential\n"
        "heavy = {'reportlab', 'segno', 'pypdfium2', 'cwt', 'base45', 'cbor2'} & set(sys.modules)\n"
        "raise SystemExit(' '.join(heavy))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert ran.stderr.strip() == ""
