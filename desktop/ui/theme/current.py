"""What every paintEvent asks: the colours, fonts and sizes now in force.

Qt has one palette, one style and one font for an application; this is the fourth thing of that kind.
``Theme`` alone
sets it. Before that it holds the light theme at normal size, so a widget in a test draws without preparation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication

from desktop.ui.theme.light import LIGHT
from desktop.ui.theme.tokens import TokenName, Tokens

BODY = 12.0
"""Points of everything the clerk works with."""
LARGE = 16.0
"""The same with 大字 switched on."""
NOTE, CONTRACT, PAGE, CONCLUSION, LOGIN, FIGURE = 10.5, 13.5, 15.0, 18.0, 24.0, 21.0

SANS, MONO, SERIF = "Noto Sans SC", "Source Code Pro", "Noto Serif SC"


@dataclass(slots=True)
class _Drawing:
    tokens: Tokens = LIGHT
    scale: float = 1.0
    dpi: float = 0.0
    colours: dict[TokenName, QColor] = field(default_factory=dict)
    fonts: dict[tuple[float, bool, bool], QFont] = field(default_factory=dict)


_now = _Drawing()


def put_in_force(tokens: Tokens, scale: float) -> None:
    """Called by ``Theme`` alone; the widgets are told by the style change that follows."""
    screen = QGuiApplication.primaryScreen()
    _now.tokens, _now.scale = tokens, scale
    _now.dpi = screen.logicalDotsPerInch() if screen else 96.0
    _now.colours.clear()
    _now.fonts.clear()


def tokens() -> Tokens:
    """The theme in force."""
    return _now.tokens


def scale() -> float:
    """1.0, or 16/12 with 大字."""
    return _now.scale


def ink(name: TokenName) -> QColor:
    """The colour of a token (do not change the object: it is shared)."""
    if (found := _now.colours.get(name)) is None:
        found = _now.colours[name] = QColor(_now.tokens[name])
    return found


def px(pixels: float) -> int:
    """A length of the 96-dpi drawings in pixels of this screen and text size, at least 1 unless 0."""
    wanted = pixels * _now.scale * (_now.dpi or 96.0) / 96.0
    return max(1, round(wanted)) if pixels > 0 else round(wanted)


def font(points: float = BODY, *, bold: bool = False, mono: bool = False) -> QFont:
    """A font of the house at the text size in force; ``mono`` for codes and numbers (do not change the
    object).
    """
    key = (points, bold, mono)
    if (found := _now.fonts.get(key)) is None:
        found = QFont([MONO, SANS] if mono else [SANS])
        found.setPointSizeF(points * _now.scale)
        found.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        _now.fonts[key] = found
    return found


def metrics(points: float = BODY, *, bold: bool = False, mono: bool = False) -> QFontMetrics:
    """Metrics of ``font`` with the same arguments."""
    return QFontMetrics(font(points, bold=bold, mono=mono))


def field_height() -> int:
    """Outer height of a field, from the text: 34 at 12 pt and 96 dpi."""
    return metrics().height() + px(10)


def button_height() -> int:
    """Outer height of a button: 36 at 12 pt and 96 dpi."""
    return metrics().height() + px(12)


def is_narrow(width: int) -> bool:
    """Whether a window so wide uses the rail layout (below 1280 pixels at 12 pt)."""
    return width < px(1280)
