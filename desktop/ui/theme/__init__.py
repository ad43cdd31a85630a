"""Colours, type and space of the program.

``Theme`` dresses the application; ``ink``, ``font``, ``px``, ``metrics`` answer what paints by hand;
``icon`` and
``paint_icon`` draw the icons. All sizes go through ``px`` or ``font``, so that 大字 is one factor.
"""

from __future__ import annotations

from desktop.ui.theme.apply import Theme, system_wants_contrast
from desktop.ui.theme.current import (
    BODY,
    CONCLUSION,
    CONTRACT,
    FIGURE,
    LOGIN,
    NOTE,
    PAGE,
    button_height,
    field_height,
    font,
    ink,
    is_narrow,
    metrics,
    px,
    scale,
    tokens,
)
from desktop.ui.theme.icons import icon, icon_picture, paint_icon
from desktop.ui.theme.tokens import TokenName, Tokens

__all__ = [
    "BODY",
    "CONCLUSION",
    "CONTRACT",
    "FIGURE",
    "LOGIN",
    "NOTE",
    "PAGE",
    "Theme",
    "TokenName",
    "Tokens",
    "button_height",
    "field_height",
    "font",
    "icon",
    "icon_picture",
    "ink",
    "is_narrow",
    "metrics",
    "paint_icon",
    "px",
    "scale",
    "system_wants_contrast",
    "tokens",
]
