"""Breaking Chinese text into lines and fitting it into a box; never cut, never squeezed.

No line begins with a closing mark or a stop, none ends with an opening mark, and no number, date or document
number is broken. Sizes are points, lengths millimetres.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from desktop.certificates.fonts import fonts
from desktop.errors import RefusedError
from desktop.resources import _

MM = 72 / 25.4
"""Points in a millimetre."""

LADDER = (24.0, 22.0, 18.0, 16.0, 15.0, 14.0, 12.0, 10.5, 9.0, 7.5)
"""The sizes that shrinking goes through."""

TABLE_LEADING = 1.25

_CLOSING = "、，。；：？！）〕】》〉」』”’…—～％,.;:?!)]}%·"
_OPENING = "（〔【《〈「『“‘([{¥"
_UNIT = re.compile(
    r"""
    〔\d{4}〕\d+号                                   # document number
    | \d{4}年\d{1,2}月\d{1,2}日 | \d{1,2}月\d{1,2}日 # dates
    | \d{4}年 | \d+(?:\.\d+)?(?:个工作日|万元|元|%)  # numbers with their unit
    | ¥?[0-9A-Za-z](?:[0-9A-Za-z.,:/@_+*%'&#-]*[0-9A-Za-z*%])?
    | [^\S\n]+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_FIXED = re.compile(r"[\d¥〔]")
_ACCENT = re.compile("[\u0300-\u036f\ufe00-\ufe0f\u20d0-\u20ff\U000e0100-\U000e01ef]")


class TooNarrow(RefusedError):
    """A number, a date or a code is wider than its place."""


@lru_cache(maxsize=4096)
def _units(text: str) -> tuple[str, ...]:
    """The pieces between which a line may end."""
    units: list[str] = []
    glue = False
    for match in _UNIT.finditer(text):
        piece = match[0]
        if units and (glue or piece[0] in _CLOSING or _ACCENT.match(piece[0])):
            units[-1] += piece
        else:
            units.append(piece)
        glue = piece[-1] in _OPENING
    return tuple(units)


@lru_cache(maxsize=4096)
def break_lines(
    text: str, face: str, size: float, width: float, *, indent: float = 0.0, may_split_words: bool = True
) -> tuple[str, ...]:
    """The lines of a text; ``indent`` mm are kept free on the first one. Line ends in the text are kept.

    A word of another alphabet longer than a line is split only if ``may_split_words``. Raises TooNarrow for a
    number, date or code that does not fit on a line.
    """
    lines: list[str] = []
    room_em = width * MM / size
    for number, paragraph in enumerate(text.split("\n")):
        free = room_em - (indent * MM / size if number == 0 else 0.0)
        lines += _fill(paragraph, face, free, room_em, may_split_words)
    return tuple(lines)


def _fill(text: str, face: str, first: float, room: float, may_split_words: bool) -> list[str]:
    measure = fonts().width
    lines: list[str] = []
    line, used, free = "", 0.0, first + 1e-6
    for unit in _units(text):
        wide = measure(unit, face)
        if used + wide <= free:
            line += unit
            used += wide
            continue
        if measure(bare := unit.rstrip(), face) + used <= free:
            line += bare  # spaces may hang over the end
            used = free
            continue
        if line:
            lines.append(line.rstrip())
            free = room + 1e-6
        line = unit.lstrip() if line else unit
        used = measure(line, face)
        if used > free:
            *whole, line = _split(line, face, free, may_split_words)
            lines += whole
            used = measure(line, face)
    return [*lines, line.rstrip()] if line or not lines else lines


def _split(unit: str, face: str, room: float, may_split_words: bool) -> list[str]:
    measure = fonts().width
    if not may_split_words or _FIXED.search(unit):
        raise TooNarrow(_("“{text}”在这一栏里放不下").format(text=unit), _("请缩短文字，或者改用附页"))
    pieces, piece = [], ""
    for char in unit:
        if piece and measure(piece + char, face) > room:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text set in lines that fit: what the drawing needs."""

    lines: tuple[str, ...]
    face: str
    size: float
    leading: float
    """Distance of two lines in mm."""

    @property
    def height(self) -> float:
        """Height of all lines in mm."""
        return len(self.lines) * self.leading


def leading_of(size: float, factor: float = TABLE_LEADING) -> float:
    """Distance of two lines in mm for a size in pt."""
    return size * factor / MM


def sizes_down(start: float, floor: float) -> tuple[float, ...]:
    """The starting size and the steps below it, not under the floor."""
    return (start, *(size for size in LADDER if floor <= size < start))


def fit_text(
    text: str,
    face: str,
    *,
    sizes: Sequence[float],
    width: float,
    name: str,
    height: float = 1e9,
    max_lines: int = 999,
    factor: float = TABLE_LEADING,
    is_balanced: bool = False,
) -> Fitted:
    """The text in the largest of the sizes in which it fits; ``is_balanced`` breaks two lines in the middle.

    Raises RefusedError naming the field when even the smallest size does not fit.
    """
    for last_resort in (False, True):  # a foreign word is split only when no smaller size would save it
        for size in sizes:
            leading = leading_of(size, factor)
            try:
                lines = break_lines(text, face, size, width, may_split_words=last_resort)
            except TooNarrow:
                continue
            if len(lines) <= max_lines and len(lines) * leading <= height + 1e-6:
                if is_balanced and len(lines) > 1:
                    lines = balanced_lines(text, face, size, width, len(lines))
                return Fitted(lines, face, size, leading)
    raise RefusedError(
        _("“{name}”太长，用最小的字也放不下，没有打印").format(name=name),
        _("请核对这一栏的内容；确实这样长的，请由负责人在地方包里放宽版式"),
    )


@lru_cache(maxsize=1024)
def balanced_lines(text: str, face: str, size: float, width: float, count: int) -> tuple[str, ...]:
    """The text in ``count`` lines as equal as the breaking rules allow (names of organs, headings)."""
    narrow, wide = width / count / 2, width
    best = break_lines(text, face, size, width)
    while wide - narrow > 0.2:
        middle = (narrow + wide) / 2
        try:
            lines = break_lines(text, face, size, middle, may_split_words=False)
        except TooNarrow:
            narrow = middle
            continue
        if len(lines) <= count:
            best, wide = lines, middle
        else:
            narrow = middle
    return best
