"""The parts of 登记发证: the ledger as lines, the sheet as it will be printed, the number to be copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.services.views import SheetRow
from desktop.settings import local_time
from desktop.ui.theme import NOTE, font, ink, px
from desktop.ui.theme.light import LIGHT
from desktop.ui.widgets.base import pen, set_ground
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.table import Role

Index = QModelIndex | QPersistentModelIndex


@dataclass(slots=True)
class LedgerLine:
    """One sheet of paper: its print and what became of it; or one that waits to be printed."""

    copy_number: int
    recipient: str
    printed: SheetRow | None = None
    ended: SheetRow | None = None
    """作废 or 收回."""
    collected: SheetRow | None = None
    is_again: bool = False
    """A first issue after a void one."""
    version: int = 1
    """Of the certificate, for a line that waits."""

    @property
    def is_waiting(self) -> bool:
        """Not printed yet."""
        return self.printed is None

    def words(self) -> tuple[str, str]:
        """首发 / 15:52 打出."""
        sheet = self.printed
        if sheet is None:
            return _of_version(_("首发"), self.version), _("待打印")
        kinds = {
            "first": _("首发 重打") if self.is_again else _("首发"),
            "reissue": _("补证（第 {n} 次）").format(n=sheet.ordinal),
            "duplicate": _("副本（第 {n} 次）").format(n=sheet.ordinal),
        }
        first = _of_version(kinds.get(sheet.copy_kind, sheet.copy_kind), sheet.version)
        if self.ended is not None:
            word = _("作废") if self.ended.event == "void" else _("收回")
            at = local_time(self.ended.at)
            return f"{word} {self.ended.reason}".strip(), f"{at:%m-%d %H:%M}"
        return first, _("{at} 打出").format(at=f"{local_time(sheet.at):%m-%d %H:%M}")

    def whose(self) -> tuple[str, str]:
        """Who has it: collector and time, or who put it away."""
        if self.ended is not None:
            return (_("纸已收回") if self.ended.event == "recalled" else _("已作废")), self.ended.person
        if self.collected is not None:
            at = local_time(self.collected.at)
            same = self.printed is not None and local_time(self.printed.at).date() == at.date()
            return self.collected.collector, _("{at} 签收").format(
                at=f"{at:%H:%M}" if same else f"{at:%m-%d}"
            )
        if self.printed is not None and self.printed.collector:
            return self.printed.collector, _("领取人")
        return "—", ""


def _of_version(words: str, version: int) -> str:
    return _("{words} 第 {n} 版").format(words=words, n=version) if version > 1 else words


def ledger_lines(
    sheets: Sequence[SheetRow], waiting: Sequence[tuple[int, str]], version: int = 1
) -> list[LedgerLine]:
    """The ledger's rows as sheets of paper, oldest first, then those that wait, all of this version."""
    lines: list[LedgerLine] = []
    open_lines: dict[tuple[int, int, str, int], LedgerLine] = {}
    for sheet in sheets:
        key = (sheet.version, sheet.copy_number, sheet.copy_kind, sheet.ordinal)
        if sheet.event == "printed":
            before = open_lines.get(key)
            line = LedgerLine(sheet.copy_number, sheet.recipient, sheet, is_again=before is not None)
            lines.append(line)
            open_lines[key] = line
        elif (found := open_lines.get(key)) is not None:
            if sheet.event == "collected":
                found.collected = sheet
            else:
                found.ended = sheet
    lines.sort(key=lambda x: (x.printed.version if x.printed else 0, x.copy_number))
    return [*lines, *(LedgerLine(number, who, version=version) for number, who in waiting)]


class LedgerTable(QAbstractTableModel):
    """联 · 情况 · 领取, two lines a row."""

    HEADS = (_("联"), _("情况"), _("领取"))

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[LedgerLine] = []

    def show(self, lines: Sequence[LedgerLine]) -> None:
        """Other lines."""
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Sheets."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Three."""
        return 0 if parent.isValid() else len(self.HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, second line, glyph."""
        line, column = self.lines[index.row()], index.column()
        pairs = (
            (_("第 {n} 联").format(n=line.copy_number), line.recipient),
            line.words(),
            line.whose(),
        )
        if role == Qt.ItemDataRole.DisplayRole:
            return pairs[column][0]
        if role == Role.SECOND:
            return pairs[column][1]
        if role == Qt.ItemDataRole.ToolTipRole:
            digest = line.printed.sha256 if line.printed else ""
            return "　".join(filter(None, [*pairs[column], f"SHA-256 {digest}" if digest else ""]))
        if column == 1:
            void = line.ended is not None and line.ended.event == "void"
            if role == Role.LEVEL and not line.is_waiting:
                return "error" if void else "CANCELLED" if line.ended is not None else "verified"
            if role == Role.ICON and line.is_waiting:
                return "print"
            if role == Role.TONE:
                return "err" if void else "ink1"
            if role == Role.BOLD:
                return void
        return None


@dataclass(frozen=True, slots=True)
class PageArea:
    """The paper's size and the zones kept free for seals, in mm."""

    width: float = 210.0
    height: float = 297.0
    zones: tuple[tuple[float, float, float, float], ...] = field(default=())


class PagePicture(QWidget):
    """The PDF's page in small; the seal zones are drawn over it on the screen only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("登记证明预览"))
        self.picture: QImage | None = None
        self._area = PageArea()
        self._words = ""

    def show_page(self, picture: QImage | None, area: PageArea, words: str = "") -> None:
        """The page, or words why there is none."""
        self.picture, self._area, self._words = picture, area, words
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        """A4 in small."""
        return QSize(px(372), px(526))

    def minimumSizeHint(self) -> QSize:
        """May get small."""
        return QSize(px(160), px(180))

    def page_box(self) -> QRectF:
        """Where the paper lies in the widget."""
        ratio = self._area.width / self._area.height
        wide = min(float(self.width()), self.height() * ratio)
        high = wide / ratio
        return QRectF((self.width() - wide) / 2, 0, wide, high)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paper, page, zones."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = self.page_box()
        painter.fillRect(box, ink("bg0"))
        if self.picture is not None:
            ratio = self.devicePixelRatioF()
            wanted = (box.size() * ratio).toSize()
            smooth = Qt.TransformationMode.SmoothTransformation
            keep = Qt.AspectRatioMode.IgnoreAspectRatio
            small = self.picture.scaled(wanted, keep, smooth)
            small.setDevicePixelRatio(ratio)
            painter.drawImage(box.topLeft(), small)
            painter.setPen(pen(QColor(LIGHT["accent"]), 1.2, Qt.PenStyle.DashLine))  # paper is white
            unit = box.width() / self._area.width
            for x, y, wide, high in self._area.zones:
                painter.drawRect(
                    QRectF(box.left() + x * unit, box.top() + y * unit, wide * unit, high * unit)
                )
        else:
            painter.setFont(font(NOTE))
            painter.setPen(ink("ink2"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(px(16), 0, -px(16), 0), flags, self._words)
        painter.setPen(pen("line2"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))


class BigPicture(QDialog):
    """放大预览: the page at reading size; Esc closes."""

    def __init__(self, parent: QWidget | None, picture: QImage, area: PageArea, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        page = PagePicture()
        page.show_page(picture, area)
        page.setFixedSize(px(820), round(px(820) * area.height / area.width))
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        set_ground(self, "head")
        column.addWidget(scroll)
        room = parent.window().size() if parent is not None else QSize(px(1366), px(768))
        self.resize(min(px(850), room.width()), min(px(640), room.height()))


class OffsetField(Field):
    """Millimetres with one decimal, −20 to 20; right and down are positive."""

    LEAST, LARGEST, USUAL = -20.0, 20.0, 0.0

    def number(self) -> float:
        """What stands in it; the usual one when empty or unreadable."""
        return self.USUAL if self.check(self.text()) or not self.text().strip() else float(self.text())

    def check(self, text: str) -> str:
        """What cannot be an offset."""
        plain = text.strip()
        if not plain:
            return ""
        try:
            number = float(plain)
        except ValueError:
            return self.unreadable()
        return "" if self.LEAST <= number <= self.LARGEST else self.too_far()

    def unreadable(self) -> str:
        """It is no number."""
        return _("偏移写毫米数，如 0.4 或 -0.2")

    def too_far(self) -> str:
        """It is out of range."""
        return _("偏移不超过 20 毫米")

    def neat(self, text: str) -> str:
        """0.4."""
        return f"{float(text):.1f}" if text.strip() else ""


class ScaleField(OffsetField):
    """Per cent with one decimal, 97 to 103; 100 is the actual size."""

    LEAST, LARGEST, USUAL = 97.0, 103.0, 100.0

    def unreadable(self) -> str:
        """It is no number."""
        return _("缩放写百分数，如 99.8")

    def too_far(self) -> str:
        """It is out of range."""
        return _("缩放在 97 到 103 之间；差得更多请看打印设置是不是“实际大小”")


def offset_fields() -> tuple[OffsetField, OffsetField, ScaleField, ScaleField]:
    """向右, 向下, 横, 纵: one fit of a printer."""
    return (
        OffsetField(_("向右偏移毫米")),
        OffsetField(_("向下偏移毫米")),
        ScaleField(_("横向缩放百分比")),
        ScaleField(_("纵向缩放百分比")),
    )
