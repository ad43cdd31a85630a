"""The theme as one object: colours, text size, fonts, style and Qt's own words in Chinese."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop.errors import MachineError
from desktop.ui.theme import current
from desktop.ui.theme.contrast import CONTRAST
from desktop.ui.theme.current import ink
from desktop.ui.theme.fonts import load_fonts
from desktop.ui.theme.icons import forget_icons
from desktop.ui.theme.light import LIGHT
from desktop.ui.theme.qss import style_sheet
from desktop.ui.theme.tokens import Tokens, contrast_ratio


def system_wants_contrast() -> bool:
    """Whether the desktop is set to high contrast (Windows setting, GTK_THEME, or a white-on-black
    palette).
    """
    if sys.platform == "win32":
        import ctypes

        class HighContrast(ctypes.Structure):
            _fields_ = (
                ("size", ctypes.c_uint),
                ("flags", ctypes.c_uint),
                ("scheme", ctypes.c_void_p),
            )

        asked = HighContrast(ctypes.sizeof(HighContrast), 0, None)
        done = ctypes.windll.user32.SystemParametersInfoW(0x42, asked.size, ctypes.byref(asked), 0)
        return bool(done and asked.flags & 1)
    if "highcontrast" in os.environ.get("GTK_THEME", "").lower().replace("-", ""):
        return True
    palette = QGuiApplication.palette()
    text, ground = palette.windowText().color().name(), palette.window().color().name()
    return ground == "#000000" and contrast_ratio(text, ground) >= 20


DRAWN_BY_FUSION = "drawn_by_fusion"
"""Property of an application that was started with the style: naming it later costs PySide 6 ms of enums."""


class Theme(QObject):
    """What the program looks like now. One per application; ``app`` makes it and passes it to the window."""

    changed = Signal()
    """After colours or text size changed and every widget was restyled."""

    def __init__(self, *, is_contrast: bool = False, is_large: bool = False) -> None:
        super().__init__()
        self._is_contrast = is_contrast
        self._is_large = is_large
        self._app: QApplication | None = None
        self._words: QTranslator | None = None
        self.trouble: MachineError | None = None
        """A font file that is missing: the window says so once, the work goes on."""

    @property
    def tokens(self) -> Tokens:
        """The colours chosen."""
        return CONTRAST if self._is_contrast else LIGHT

    @property
    def is_contrast(self) -> bool:
        """High contrast is on."""
        return self._is_contrast

    @property
    def is_large(self) -> bool:
        """大字 is on: 16 pt instead of 12."""
        return self._is_large

    @property
    def text_scale(self) -> float:
        """Factor of all sizes."""
        return current.LARGE / current.BODY if self._is_large else 1.0

    def apply(self, app: QApplication) -> None:
        """Dress the application. Call once, before the first window."""
        self._app = app
        self.trouble = load_fonts()
        QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        self._load_words(app)
        if not app.property(DRAWN_BY_FUSION):
            app.setStyle("Fusion")
        self._dress(app)

    def choose_contrast(self, wanted: bool) -> None:
        """Switch high contrast on or off."""
        if wanted != self._is_contrast:
            self._is_contrast = wanted
            self._redress()

    def choose_large(self, wanted: bool) -> None:
        """Switch 大字 on or off."""
        if wanted != self._is_large:
            self._is_large = wanted
            self._redress()

    def _redress(self) -> None:
        if self._app is not None:
            self._dress(self._app)
        self.changed.emit()

    def _load_words(self, app: QApplication) -> None:
        if self._words is not None:
            return
        words = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if words.load("qtbase_zh_CN", folder):
            app.installTranslator(words)
            self._words = words

    def _dress(self, app: QApplication) -> None:
        current.put_in_force(self.tokens, self.text_scale)
        forget_icons()
        app.setPalette(_palette())
        app.setFont(current.font())
        app.setStyleSheet(style_sheet())


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, name in (
        (role.Window, "bg1"),
        (role.WindowText, "ink1"),
        (role.Base, "bg0"),
        (role.AlternateBase, "bg0"),
        (role.Text, "ink1"),
        (role.Button, "bg0"),
        (role.ButtonText, "ink1"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "onA"),
        (role.PlaceholderText, "ink3"),
        (role.ToolTipBase, "bg0"),
        (role.ToolTipText, "ink1"),
        (role.Link, "accent"),
        (role.LinkVisited, "accent"),
        (role.Accent, "accent"),
    ):
        palette.setColor(which, ink(name))  # type: ignore[arg-type]
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, ink("dis"))
    return palette
