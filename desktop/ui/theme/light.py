"""Colours of the light theme: ink-blue frame, white paper, one accent."""

from __future__ import annotations

from desktop.ui.theme.tokens import Tokens

LIGHT = Tokens(
    name="light",
    focus_width=2,
    colours={
        "ink1": "#16202B",
        "ink2": "#3D4A58",
        "ink3": "#526070",
        "dis": "#5F6B77",
        "line1": "#D3DAE2",
        "line2": "#7F8D9C",
        "bg0": "#FFFFFF",
        "bg1": "#F4F6F9",
        "bg2": "#E9EDF2",
        "nav": "#15304D",
        "navA": "#24507E",
        "navT": "#DCE6F1",
        "navD": "#9FB4CA",
        "navL": "#2A4C73",
        "navOn": "#FFFFFF",
        "navMark": "#FFFFFF",
        "navBadge": "#0D2136",
        "accent": "#1B5A93",
        "onA": "#FFFFFF",
        "accentD": "#123F69",
        "accentS": "#E4EEF8",
        "focus": "#1B5A93",
        "req": "#FFFAE5",
        "err": "#B3261E",
        "errS": "#FBEAE8",
        "warn": "#8A4B00",
        "warnB": "#D97700",
        "warnS": "#FFF3DD",
        "ok": "#1C6B40",
        "okS": "#E5F3EA",
        "ev": "#FFE9A8",
        "evL": "#B57A00",
    },
)
"""The everyday theme."""
