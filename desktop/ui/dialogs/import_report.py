"""What an import did: how many came in, and every problem of the others with its row, reason and remedy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.resources import _
from desktop.services.views import ImportReport
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import EmptyNote
from desktop.ui.widgets.fields import ENTER
from desktop.ui.widgets.table import DeskTable, Role, TableCard

Index = QModelIndex | QPersistentModelIndex


class ProblemTable(QAbstractTableModel):
    """One line a problem, in the order of the file."""

    HEADS = (_("行"), _("栏目"), _("现在是"), _("为什么不行"), _("怎么改"))

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Problems."""
        return 0 if parent.isValid() else len(self.problems)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Row, column, value, reason, remedy."""
        return 0 if parent.isValid() else len(self.HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words; the level before the place."""
        problem = self.problems[index.row()]
        words = (
            str(problem.row or "—"),
            problem.place,
            problem.value or _("（空）"),
            problem.reason,
            problem.remedy,
        )
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return words[index.column()]
        if role == Role.LEVEL and index.column() == 1:
            return problem.level
        return None


class ImportReportDialog(QDialog):
    """Nothing to decide: one button closes. The returned workbook can be opened or its place copied."""

    def __init__(self, parent: QWidget | None, report: ImportReport) -> None:
        super().__init__(parent)
        self.report = report
        title = _("导入 {name}").format(name=report.path.name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.resize(px(880), px(440))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(16), px(20), px(14))
        column.setSpacing(px(10))
        column.addWidget(Label(title, size="contract", strong=True, wrap=True))
        self.words = Label(self._summary(), wrap=True)
        column.addWidget(self.words)
        self.model = ProblemTable(report.problems)
        self.table = DeskTable(_("导入中发现的问题"))
        self.table.setModel(self.model)
        self.table.set_widths({0: 52, 1: 186, 2: 160, 4: 224}, stretch=3)
        if report.problems:
            column.addWidget(TableCard(self.table), 1)
        else:
            column.addWidget(EmptyNote(_("没有发现问题。"), icon="checkmark_circle"))
            column.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(px(12))
        where = ""
        if report.returned is not None:
            where = _("退回的工作簿：{path}；最后一列写着原因，改完可直接再导").format(path=report.returned)
        self.where = Label(where, tone="ink2", wrap=True)
        foot.addWidget(self.where, 1)
        self.open_button = Button(_("打开退回的工作簿"), icon="open", mnemonic="O")
        self.copy_button = Button(_("复制位置"), icon="copy", mnemonic="C")
        self.close_button = Button(_("知道了"), key="Esc")
        self.open_button.clicked.connect(self.open_returned)
        self.copy_button.clicked.connect(self.copy_place)
        self.close_button.clicked.connect(self.accept)
        for button in (self.open_button, self.copy_button):
            button.setVisible(report.returned is not None)
            foot.addWidget(button)
        foot.addWidget(self.close_button)
        column.addLayout(foot)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _summary(self) -> str:
        report = self.report
        parts = [
            _("读到 {n} 份，收进 {m} 份").format(n=report.read_count, m=len(report.accepted)),
        ]
        if report.already_there:
            parts.append(_("以前已收过 {n} 份，没有再收").format(n=report.already_there))
        if report.rejected_rows:
            rows = "、".join(str(row) for row in report.rejected_rows[:12])
            more = _("等") if len(report.rejected_rows) > 12 else ""
            parts.append(
                _("退回 {n} 份（第 {rows} 行{more}）").format(
                    n=len(report.rejected_rows), rows=rows, more=more
                )
            )
        return "；".join(parts) + "。"

    def open_returned(self) -> None:
        """With the program the system has for workbooks."""
        if self.report.returned is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.report.returned)))

    def copy_place(self) -> None:
        """The path to the clipboard."""
        if self.report.returned is not None:
            QGuiApplication.clipboard().setText(str(self.report.returned))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on the dialog itself does nothing."""
        if event.key() in ENTER:
            return
        super().keyPressEvent(event)
