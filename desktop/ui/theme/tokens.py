"""Names of all colours. A theme is one complete set of them; nothing else may name a colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

TokenName = Literal[
    "ink1", "ink2", "ink3", "dis", "line1", "line2", "bg0", "bg1", "bg2",
    "nav", "navA", "navT", "navD", "navL", "navOn", "navMark", "navBadge",
    "accent", "onA", "accentD", "accentS", "focus", "req",
    "err", "errS", "warn", "warnB", "warnS", "ok", "okS", "ev", "evL",
]  # fmt: skip
"""ink: text. line: dividers, control borders. bg: cards, page, table head. nav…: the navigation and what
stands on it
(navA chosen item, navOn text on it, navMark its bar, navL lines, navBadge ground of a count). accentD:
hover and
pressed, accentS: selected row. err, warn, ok: text; …S: ground; warnB: left bar. ev, evL: evidence and its
underline."""

TOKEN_NAMES: tuple[TokenName, ...] = get_args(TokenName)


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Raises ValueError when a name is missing or unknown."""

    name: str
    colours: Mapping[TokenName, str]
    focus_width: int
    """Width of the focus ring and of a focused field's border in pixels."""

    def __post_init__(self) -> None:
        """A theme with a hole would show up on one page, months later."""
        if wrong := set(self.colours) ^ set(TOKEN_NAMES):
            raise ValueError(f"theme {self.name}: {sorted(wrong)}")

    def __getitem__(self, name: TokenName) -> str:
        """The colour as ``#RRGGBB``."""
        return self.colours[name]


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2), 0 black to 1 white."""
    parts = []
    for at in (1, 3, 5):
        part = int(colour[at : at + 2], 16) / 255
        parts.append(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast_ratio(one: str, other: str) -> float:
    """WCAG contrast of two colours, 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)
