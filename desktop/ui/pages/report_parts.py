"""The parts of 上报: the list with its ticks, the packages, the months compared, the look of the slip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.resources import _
from desktop.services.views import BatchView, ContractRow, ReconcileRow
from desktop.settings import local_time
from desktop.ui.pages.wording import in_ten_thousands, yuan
from desktop.ui.theme import NOTE, font, ink, metrics, px
from desktop.ui.widgets.base import Painted, pen
from desktop.ui.widgets.table import Role

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class _Table(QAbstractTableModel):
    HEADS: tuple[str, ...] = ()
    RIGHT: frozenset[int] = frozenset()

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """As many as heads."""
        return 0 if parent.isValid() else len(self.HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names and alignment of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        return _RIGHT if role == Qt.ItemDataRole.TextAlignmentRole and section in self.RIGHT else None


class ReportRows(_Table):
    """Contracts to report. Only what is 未导出 can be ticked; secret ones never."""

    HEADS = ("", _("编号"), _("项目名称"), _("技术交易额"), _("上报状态"), _("说明"))
    RIGHT = frozenset({3})

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ContractRow] = []
        self.ticked: set[int] = set()

    def show(self, rows: Sequence[ContractRow]) -> None:
        """Other rows; ticks of rows that are shown again stay."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Contracts."""
        return 0 if parent.isValid() else len(self.rows)

    @staticmethod
    def can_tick(row: ContractRow) -> bool:
        """May go into a package."""
        return row.reporting_state == "NOT_SENT" and not row.is_secret

    def toggle(self, at: int) -> bool:
        """Tick or untick; False when this one cannot be sent."""
        row = self.rows[at]
        if not self.can_tick(row):
            return False
        self.ticked ^= {row.id}
        self.dataChanged.emit(self.index(at, 0), self.index(at, 0))
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, tick, state, tones."""
        row, column = self.rows[index.row()], index.column()
        state = row.reporting_state
        if column == 0:
            if role == Role.CHECK:
                return row.id in self.ticked
            if role == Qt.ItemDataRole.DisplayRole:
                return ""
        number = row.official_number or row.local_serial
        words = ("", number[-4:], row.title, yuan(row.technology_amount), "", row.note)
        if role == Qt.ItemDataRole.DisplayRole:
            return words[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return number if column == 1 else words[column]
        if role == Role.MONO and column == 1:
            return True
        if role == Qt.ItemDataRole.TextAlignmentRole and column in self.RIGHT:
            return _RIGHT
        if column == 4 and role == Role.MARK:
            return state
        rejected = state == "REJECTED_ABOVE"
        if column == 4 and role == Role.BOLD:
            return rejected
        if column == 5 and role == Role.NOTE:
            return True
        if column == 5 and role == Role.TONE:
            return "err" if rejected else "ink2"
        return None


class BatchRows(_Table):
    """Packages made here, newest first."""

    HEADS = (_("包"), _("做出"), _("份数"), _("技术交易额"), _("待回执"), _("接收"), _("退回"), _("校验码"))
    RIGHT = frozenset({2, 3, 4, 5, 6})

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[BatchView] = []

    def show(self, rows: Sequence[BatchView]) -> None:
        """Other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Packages."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words and tones."""
        row, column = self.rows[index.row()], index.column()
        words = (
            _("第 {n} 包").format(n=row.sequence),
            f"{local_time(row.made_at):%Y-%m-%d %H:%M}",
            str(row.contract_count),
            yuan(row.technology_total),
            str(row.waiting),
            str(row.accepted),
            str(row.rejected),
            row.check_code,
        )
        if role == Qt.ItemDataRole.DisplayRole:
            return words[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.name}　{row.person}" if column == 0 else words[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column in self.RIGHT:
            return _RIGHT
        if role == Role.MONO and column == 7:
            return True
        if role == Role.TONE:
            return "err" if column == 6 and row.rejected else "ink1"
        if role == Role.NOTE and column == 1:
            return True
        return None


class ReconcileRows(_Table):
    """对账: one month a row, ours beside what the receipts accepted."""

    HEADS = (_("月份"), _("本机份数"), _("本机（万元）"), _("上级份数"), _("上级（万元）"), _("结果"))
    RIGHT = frozenset({1, 2, 3, 4})

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ReconcileRow] = []

    def show(self, rows: Sequence[ReconcileRow]) -> None:
        """Other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Months."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words; a month that does not meet in amber, bold and with its sign."""
        row, column = self.rows[index.row()], index.column()
        differs = not agrees(row)
        words = (
            row.month,
            str(row.own_count),
            in_ten_thousands(row.own_total),
            str(row.above_count),
            in_ten_thousands(row.above_total),
            difference_words(row),
        )
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return words[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column in self.RIGHT:
            return _RIGHT
        if role == Role.TONE:
            if column >= 3 and differs:
                return "warn"
            return "ok" if column == 5 else "ink1"
        if role == Role.BOLD:
            return differs and column >= 3
        if role == Role.LEVEL and column == 5 and differs:
            return "doubt"
        if role == Role.ICON and column == 5 and not differs:
            return "checkmark"
        return None

    def totals(self) -> dict[int, str]:
        """The sums for the totals row."""
        own = sum((r.own_total for r in self.rows), Decimal(0))
        above = sum((r.above_total for r in self.rows), Decimal(0))
        count, got = sum(r.own_count for r in self.rows), sum(r.above_count for r in self.rows)
        whole = ReconcileRow("", count, own, got, above)
        return {
            0: _("合计"),
            1: str(count),
            2: in_ten_thousands(own),
            3: str(got),
            4: in_ten_thousands(above),
            5: difference_words(whole),
        }


def agrees(row: ReconcileRow) -> bool:
    """Counts and amounts of the month meet."""
    return row.own_count == row.above_count and row.own_total == row.above_total


def difference_words(row: ReconcileRow) -> str:
    """相符, or 差 1 份，88.00 万元."""
    if agrees(row):
        return _("相符")
    return _("差 {n} 份，{amount} 万元").format(
        n=row.own_count - row.above_count, amount=in_ten_thousands(row.own_total - row.above_total)
    )


@dataclass(frozen=True, slots=True)
class Slip:
    """What the hand-over slip says."""

    count: int
    contract_total: Decimal
    technology_total: Decimal
    previous: str
    person: str
    check_code: str = ""
    """Empty until the package is written: it is taken from the package's bytes."""


class SlipLook(Painted):
    """The hand-over slip as it will look: counts, sums, the package before, the check code to be read out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slip: Slip | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_slip(self, slip: Slip) -> None:
        """Other figures."""
        self._slip = slip
        self.setAccessibleName("，".join(f"{name} {words}" for name, words in self.lines()))
        self.update()

    def lines(self) -> list[tuple[str, str]]:
        """Name and words of each line."""
        slip = self._slip
        if slip is None:
            return []
        return [
            (_("份数"), _("{n} 份").format(n=slip.count)),
            (_("合同成交额"), _("{a} 元").format(a=yuan(slip.contract_total))),
            (_("技术交易额"), _("{a} 元").format(a=yuan(slip.technology_total))),
            (_("前一包"), slip.previous),
            (_("经手人"), _("{person}　　　接收人").format(person=slip.person)),
        ]

    def sizeHint(self) -> QSize:
        """Title, five lines, check code."""
        return QSize(px(300), 7 * metrics(NOTE).height() + px(100))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A sheet of paper."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line2"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._slip is None:
            return
        left, right = px(20), self.width() - px(20)
        serif = QFont(["Noto Serif SC", "Noto Sans SC"])
        serif.setPointSizeF(font().pointSizeF())
        serif.setWeight(QFont.Weight.Bold)
        serif.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, px(2))
        painter.setFont(serif)
        painter.setPen(ink("ink1"))
        top = px(12)
        head = QRectF(0, top, self.width(), metrics().height())
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, _("上报交接单"))
        top += metrics().height() + px(6)
        painter.drawLine(left, top, right, top)
        top += px(6)
        painter.setFont(font(NOTE))
        row = metrics(NOTE).height()
        for name, words in self.lines():
            painter.drawText(QRectF(left, top, px(84), row), 0, name)
            painter.drawText(QRectF(left + px(84), top, right - left - px(84), row), 0, words)
            top += row
        top += px(6)
        painter.drawLine(left, top, right, top)
        top += px(6)
        painter.drawText(QRectF(left, top, right - left, row), 0, _("校验码（可电话念）"))
        top += row
        code = self._slip.check_code
        painter.setFont(font(15, bold=True, mono=True) if code else font(NOTE))
        painter.setPen(ink("ink1" if code else "ink2"))
        words = code.replace("-", " ") if code else _("写成文件后给出，由文件内容算得")
        painter.drawText(QRectF(left, top, right - left, px(30)), Qt.AlignmentFlag.AlignVCenter, words)


def day_words(moment: datetime | None) -> str:
    """2026-11-17 16:20."""
    return f"{local_time(moment):%Y-%m-%d %H:%M}" if moment else _("还没有")
