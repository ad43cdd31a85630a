"""Colours of the high-contrast theme: same geometry, white on black, yellow accent, cyan focus."""

from __future__ import annotations

from desktop.ui.theme.tokens import Tokens

CONTRAST = Tokens(
    name="contrast",
    focus_width=3,
    colours={
        "ink1": "#FFFFFF",
        "ink2": "#FFFFFF",
        "ink3": "#E6E6E6",
        "dis": "#B3B3B3",
        "line1": "#9A9A9A",
        "line2": "#FFFFFF",
        "bg0": "#000000",
        "bg1": "#000000",
        "bg2": "#1C1C1C",
        "nav": "#000000",
        "navA": "#FFD83D",
        "navT": "#FFFFFF",
        "navD": "#E6E6E6",
        "navL": "#9A9A9A",
        "navOn": "#000000",
        "navMark": "#000000",
        "navBadge": "#FFFFFF",
        "accent": "#FFD83D",
        "onA": "#000000",
        "accentD": "#FFE98A",
        "accentS": "#3A3200",
        "focus": "#00E5FF",
        "req": "#2B2600",
        "err": "#FF9B93",
        "errS": "#3A0D0A",
        "warn": "#FFC46B",
        "warnB": "#FFC46B",
        "warnS": "#3A2600",
        "ok": "#8BE0A8",
        "okS": "#0C2E18",
        "ev": "#5A4A00",
        "evL": "#FFD83D",
    },
)
"""For people who need it; follows the system's setting at start and can be switched by hand."""
