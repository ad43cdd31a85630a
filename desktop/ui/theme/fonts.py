"""The fonts the program brings along, so that 𬭎 and 㛃 are not boxes on a 麒麟 desktop."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase

from desktop.errors import MachineError
from desktop.resources import _, resource

SCREEN_FILES = (
    "NotoSansSC_400Regular.ttf",
    "NotoSansSC_700Bold.ttf",
    "SourceCodePro_400Regular.ttf",
    "SourceCodePro_700Bold.ttf",
)
RARE_FILE = "HanaMinB.ttf"
SUPPLEMENTARY = 0x10000

_loaded: dict[str, int] = {}


def _load(name: str) -> None:
    if name in _loaded:
        return
    number = QFontDatabase.addApplicationFont(str(resource("fonts", name)))
    if number < 0:
        raise MachineError(
            _("字体文件读不出来：{name}").format(name=name), _("安装不完整，请重新安装本程序；数据不受影响")
        )
    _loaded[name] = number


def load_fonts() -> MachineError | None:
    """Give Qt the screen fonts. The program works on with the system's fonts when one is missing: the
    trouble comes
    back to be shown, it is not raised. A second call does nothing."""
    trouble: MachineError | None = None
    for name in SCREEN_FILES:
        try:
            _load(name)
        except MachineError as exc:
            trouble = trouble or exc
    return trouble


def load_rare_characters(text: str) -> bool:
    """Load the 30 MB font of rare characters when ``text`` holds one beyond the basic plane; True when it
    is there.

    Raises MachineError when it is needed and missing.
    """
    if all(ord(sign) < SUPPLEMENTARY for sign in text):
        return RARE_FILE in _loaded
    _load(RARE_FILE)
    return True
