"""The shipped fonts inside PDFs: which one draws which character, and what cannot be printed.

A character is drawn by the wanted face if that face has it, else by the next one of its chain, last by
the rare-character font, which is read (30 MB) only when a character needs it. What no font has is refused
by name: the PDF writer would draw an empty box, or nothing, without a word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from desktop.errors import RefusedError
from desktop.resources import _, resource

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

SONG = "Song"
SONG_BOLD = "Song-Bold"
HEI = "Hei"
HEI_BOLD = "Hei-Bold"
CODE = "Code"
CODE_BOLD = "Code-Bold"
RARE = "Rare"

FILES = {
    SONG: "NotoSerifSC_400Regular.ttf",
    SONG_BOLD: "NotoSerifSC_700Bold.ttf",
    HEI: "NotoSansSC_400Regular.ttf",
    HEI_BOLD: "NotoSansSC_700Bold.ttf",
    CODE: "SourceCodePro_400Regular.ttf",
    CODE_BOLD: "SourceCodePro_700Bold.ttf",
    RARE: "HanaMinB.ttf",
}

CHAINS = {
    SONG: (SONG, HEI, RARE),
    SONG_BOLD: (SONG_BOLD, HEI_BOLD, RARE),
    HEI: (HEI, RARE),
    HEI_BOLD: (HEI_BOLD, HEI, RARE),
    CODE: (CODE, HEI, RARE),
    CODE_BOLD: (CODE_BOLD, HEI_BOLD, RARE),
}

_PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))


def to_unicode_map(font_name: str, subset: Sequence[int]) -> str:
    """The table by which a reader turns the glyphs of one font subset back into text.

    Takes the place of reportlab's own, which writes characters beyond the BMP as five hexadecimal digits,
    so that 王𬭎 is copied as 王Ⲵ (seen in 5.1.0). Can go when a PDF with 𬭎 copies out right without it.
    """
    entries = [f"<{code:02X}> <{_utf16(value)}>" for code, value in enumerate(subset)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo << /Registry ({font_name}) /Ordering ({font_name}) /Supplement 0 >> def",
        f"/CMapName /{font_name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        f"<00> <{len(subset) - 1:02X}>",
        "endcodespacerange",
    ]
    for first in range(0, len(entries), 100):  # more than 100 entries a block is not allowed
        block = entries[first : first + 100]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def _utf16(value: int) -> str:
    return chr(value).encode("utf-16-be", "surrogatepass").hex().upper()


class _Outlines:
    """The table of outlines, read glyph by glyph."""

    def __init__(self, face: TTFontFace) -> None:
        self._chunk = face.get_chunk
        self._start = face.get_table_pos("glyf")[0]

    def __getitem__(self, part: slice) -> bytes:
        return bytes(self._chunk(self._start + part.start, part.stop - part.start))


def _tables_of(face: TTFontFace) -> Callable[[str], bytes | _Outlines]:
    """Stands for ``face.get_table``, which copies all 14 MB of outlines for every subset (10 ms a sheet)."""
    whole, outlines = face.get_table, _Outlines(face)
    return lambda tag: outlines if tag == "glyf" else whole(tag)


class Fonts:
    """The fonts of this process; each is read at its first use and stays. Take it from ``fonts()``."""

    def __init__(self) -> None:
        from reportlab.pdfbase import ttfonts  # 0.1 s, not wanted before the first print

        ttfonts.makeToUnicodeCMap = to_unicode_map  # what reportlab's own subset writer calls
        self._faces: dict[str, TTFont] = {}
        self._advances: dict[str, dict[str, tuple[str, float]]] = {face: {} for face in CHAINS}

    def font(self, name: str) -> TTFont:
        """The registered font of this name (``Song``, ``Rare`` …)."""
        if (found := self._faces.get(name)) is None:
            from reportlab.pdfbase import pdfmetrics, ttfonts

            # Without the readable ASCII block a subset holds only what is used: 67 kB a sheet, not 111.
            found = ttfonts.TTFont(name, str(resource("fonts", FILES[name])), asciiReadable=0)
            found.face.get_table = _tables_of(found.face)
            pdfmetrics.registerFont(found)
            self._faces[name] = found
        return found

    @property
    def loaded(self) -> frozenset[str]:
        """Names of the fonts read so far."""
        return frozenset(self._faces)

    def advance(self, char: str, face: str) -> tuple[str, float]:
        """Name of the font that draws this character, and its width in em. RefusedError if none has it."""
        known = self._advances[face]
        if (found := known.get(char)) is None:
            if (name := self._name_for(char, face)) is None:
                raise RefusedError(*_no_glyph(char, ""))
            shape = self.font(name).face
            found = known[char] = (name, shape.charWidths.get(ord(char), shape.defaultWidth) / 1000)
        return found

    def width(self, text: str, face: str) -> float:
        """Width of the text in em."""
        known = self._advances[face]
        try:
            return sum([known[char][1] for char in text])
        except KeyError:
            return sum(self.advance(char, face)[1] for char in text)

    def runs(self, text: str, face: str) -> Iterator[tuple[str, str]]:
        """The text cut where the font changes: (font name, piece)."""
        start, name = 0, ""
        for place, char in enumerate(text):
            wanted = self.advance(char, face)[0]
            if wanted != name:
                if place:
                    yield name, text[start:place]
                start, name = place, wanted
        if text:
            yield name, text[start:]

    def has(self, char: str, face: str = SONG) -> bool:
        """Whether some font of the chain can draw this character."""
        return char in self._advances[face] or self._name_for(char, face) is not None

    def _name_for(self, char: str, face: str) -> str | None:
        point = ord(char)
        if unicodedata.category(char) in ("Cc", "Cs", "Cn") or any(point in area for area in _PRIVATE):
            return None
        return next((name for name in CHAINS[face] if point in self.font(name).face.charToGlyph), None)


@cache
def fonts() -> Fonts:
    """The one set of fonts of this process; made at the first print, not at start."""
    return Fonts()


def missing_glyphs(text: str, face: str = SONG) -> tuple[str, ...]:
    """Every character of the text that no shipped font can draw, once, in order; line ends do not count."""
    shapes = fonts()
    return tuple(dict.fromkeys(char for char in text if char not in "\n\r" and not shapes.has(char, face)))


def require_glyphs(text: str, where: str, face: str = SONG) -> None:
    """Refuse text that cannot be printed whole; names the field, the character and its code point."""
    if lost := missing_glyphs(text, face):
        raise RefusedError(*_no_glyph(lost[0], where))


def _no_glyph(char: str, where: str) -> tuple[str, str]:
    point = f"U+{ord(char):04X}"
    shown = char if unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn") else _("不可显示的字符")
    place = _("“{where}”中的").format(where=where) if where else ""
    if any(ord(char) in area for area in _PRIVATE):
        reason = _("是自造字，别的电脑上不认识")
    elif unicodedata.category(char) in ("Cc", "Cs", "Cn"):
        reason = _("不是正常的文字")
    else:
        reason = _("没有可用的字形")
    return (
        _("{place}“{shown}”（{point}）{reason}，不能打印").format(
            place=place, shown=shown, point=point, reason=reason
        ),
        _("请核对原件，改用标准汉字重新录入；确为生僻字的，请联系系统维护人员更新字库"),
    )
