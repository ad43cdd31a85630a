"""Fluent icons in the colour of a token, drawn at the screen's own ratio."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.errors import MachineError
from desktop.resources import _, resource
from desktop.ui.theme.current import ink, tokens
from desktop.ui.theme.tokens import TokenName

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

_pictures: dict[tuple[str, int, str, float], QPixmap] = {}

PRODUCT_MARK = "product_mark"


@cache
def _source(name: str, size: int, variant: str) -> bytes:
    if name == PRODUCT_MARK:
        return resource("icons", "product_mark.svg").read_bytes()
    for drawn in (16, 20) if size <= 16 else (20, 16):
        try:
            return resource("icons", f"{name}_{drawn}_{variant}.svg").read_bytes()
        except MachineError:
            continue
    if variant == "filled":
        return _source(name, size, "regular")
    raise MachineError(
        _("程序文件缺失：图标 {name}").format(name=name), _("安装不完整，请重新安装本程序；数据不受影响")
    )


def paint_icon(
    painter: QPainter, box: QRectF, name: str, colour: TokenName = "ink1", *, filled: bool = False
) -> None:
    """Draw an icon into a square, sharp at any ratio."""
    size = round(min(box.width(), box.height()))
    device = painter.device()
    ratio = device.devicePixelRatioF() if device else 1.0
    painter.drawPixmap(box.topLeft(), icon_picture(name, colour, size, ratio, filled=filled))


def icon_picture(
    name: str, colour: TokenName = "ink1", size: int = 20, ratio: float = 1.0, *, filled: bool = False
) -> QPixmap:
    """The icon as a picture ``size`` logical pixels wide. Raises MachineError for a name that is not
    shipped.
    """
    variant = "filled" if filled else "regular"
    key = (name, size, f"{variant} {tokens()[colour]}", ratio)
    if (found := _pictures.get(key)) is not None:
        return found
    source = _source(name, size, variant)
    inked = source.replace(b"<svg ", f'<svg fill="{ink(colour).name()}" '.encode(), 1)
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(inked)).render(painter)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    _pictures[key] = picture
    return picture


def icon(name: str, colour: TokenName = "ink1", size: int = 20, *, filled: bool = False) -> QIcon:
    """The icon for QAction, QLabel and the like; holds ratios 1 to 3. Ask again after a change of theme."""
    from PySide6.QtGui import QIcon  # its list of theme icons is not for the sign-in page

    result = QIcon()
    for ratio in (1.0, 1.5, 2.0, 3.0):
        result.addPixmap(icon_picture(name, colour, size, ratio, filled=filled))
    return result


def forget_icons() -> None:
    """Throw the pictures away: the theme has changed."""
    _pictures.clear()
