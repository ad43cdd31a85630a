"""Where the words of a search stand in a name: characters, and pinyin initials of parties."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECES = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af\u3007]+|[0-9A-Za-z]+")

Spans = tuple[tuple[int, int], ...]


@lru_cache(maxsize=4096)
def spans(text: str, words: str, *, initials_too: bool = False) -> Spans:
    """Spans (start, end) of ``text`` that made it a hit, in order, never overlapping."""
    if not text or not words.strip():
        return ()
    low = text.lower()
    found: list[tuple[int, int]] = []
    for piece in _PIECES.findall(words.lower()):
        places = _places(low, piece)
        if not places and not piece.isascii() and len(piece) > 2:
            for at in range(len(piece) - 1):
                places += _places(low, piece[at : at + 2])
        if not places and initials_too and piece.isalpha() and piece.isascii() and len(piece) > 1:
            places = _places(_initials(text), piece)
        found += places
    return _joined(found)


def _places(text: str, piece: str) -> list[tuple[int, int]]:
    places, at = [], text.find(piece)
    while at >= 0:
        places.append((at, at + len(piece)))
        at = text.find(piece, at + len(piece))
    return places


def _joined(found: list[tuple[int, int]]) -> Spans:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


@lru_cache(maxsize=4096)
def _initials(name: str) -> str:
    """One letter for each character, a blank where there is none; imported only when letters are typed."""
    from pypinyin import Style, pinyin

    letters = (
        pinyin(sign, style=Style.FIRST_LETTER, errors=lambda _other: " ")[0][0][:1].lower() for sign in name
    )
    return "".join(letter if letter.isascii() and letter else " " for letter in letters)
