"""上报: one package of what is not sent, carried out on a stick; receipts read back; the months compared."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QRect, QStorageInfo, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import RefusedError
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import BatchView, ContractRow, ReceiveReport
from desktop.services.views import ReportPage as ReportView
from desktop.settings import local_time
from desktop.ui.calls import Calls
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.dialogs.park import ParkDialog
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.report_parts import (
    BatchRows,
    ReconcileRows,
    ReportRows,
    Slip,
    SlipLook,
    agrees,
    day_words,
)
from desktop.ui.pages.wording import in_ten_thousands, returned_words, size_words, trouble_words
from desktop.ui.theme import metrics, px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import ArrowKeys, Label, set_ground
from desktop.ui.widgets.buttons import Button, PageTool
from desktop.ui.widgets.cards import Card, EmptyNote, Icon, Progress, Strip, Tile
from desktop.ui.widgets.entries import DateField
from desktop.ui.widgets.table import DeskTable, TableCard
from desktop.ui.widgets.tags import Tag

STATES = ("NOT_SENT", "EXPORTED", "REJECTED_ABOVE", "PARKED", "ACCEPTED_ABOVE")
FOLDER_PAGE, FOLDER_SUBJECT = "report", "folder"
Resend = Callable[[int, Path], BatchView]


def stick_folders() -> list[Path]:
    """Sticks that are plugged in now, as far as the system tells."""
    found = []
    system = QStorageInfo.root().rootPath()
    for volume in QStorageInfo.mountedVolumes():
        if not volume.isReady() or volume.isReadOnly() or volume.rootPath() == system:
            continue
        path = volume.rootPath()
        is_stick = path.startswith(("/media/", "/run/media/")) or (
            sys.platform == "win32" and volume.bytesTotal() < 300_000_000_000
        )
        if is_stick:
            found.append(Path(path))
    return found


class ResendDialog(DecidingDialog):
    """从某日重导: every package made since that day once more, byte for byte. Nothing changes above."""

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        jobs: JobRunner,
        batches: Sequence[BatchView],
        folder: Path,
        resend: Resend,
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("从哪一天起的包再导一遍？"),
            _("写到 {folder}；与原来逐字节相同，上级收到两遍也只算一次，状态不变。").format(folder=folder),
            act=_("再导这些包"),
            safe=_("先不导"),
            mnemonic="D",
        )
        self._batches, self._folder, self._resend = tuple(batches), folder, resend
        self.day = DateField(_("从某日起"), required=True, today=desk.today)
        if batches:
            self.day.set_day(local_time(min(b.made_at for b in batches)).date())
        self.add(_("从某日起"), self.day)
        self.which = Label("", tone="ink2", wrap=True)
        self.body.addWidget(self.which)
        self.ready()

    def chosen(self) -> list[BatchView]:
        """The packages of that day and later, oldest first."""
        day = self.day.day()
        if day is None:
            return []
        found = [b for b in self._batches if local_time(b.made_at).date() >= day]
        return sorted(found, key=lambda b: b.sequence)

    def lacks(self) -> str:
        """A day with packages."""
        chosen = self.chosen()
        self.which.setText("、".join(_("第 {n} 包").format(n=b.sequence) for b in chosen))
        return "" if chosen else _("这一天以后没有做过包")

    def work(self) -> Callable[[], object]:
        """Each of them."""
        chosen = self.chosen()
        resend, folder = self._resend, self._folder
        return lambda: tuple(resend(b.sequence, folder) for b in chosen)


class ReportPage(Page):
    """“完成” and “成功” are never said: written is 已导出待回执, only a receipt says 上级已接收."""

    code = "report"

    def __init__(
        self,
        desk: Desk,
        jobs: JobRunner,
        parent: QWidget | None = None,
        *,
        resend: Resend | None = None,
        sticks: Callable[[], Sequence[Path]] = stick_folders,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("上报"))
        self._desk, self._jobs = desk, jobs
        self._resend: Resend | None = resend or getattr(desk, "resend_batch", None)
        self._sticks = sticks
        self._calls = Calls(jobs, self)
        self._calls.changed.connect(self._look)
        set_ground(self, "page")
        self.ask_folder: Callable[[], Path | None] = self._ask_folder
        self.ask_file: Callable[[], Path | None] = self._ask_file
        self._view: ReportView | None = None
        self._state = "NOT_SENT"
        self._month = ""
        self._folder: Path | None = None
        self._made: BatchView | None = None
        self._request = c.new_request()
        self._job: Job | None = None
        self._is_narrow = False
        self._drawer_open = False
        self._is_first = True
        self._was_trouble_seen = False
        self.dialog: DecidingDialog | None = None
        self._build()

    # building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.head = PageHead(_("上报"))
        self.receipt_tool = self.head.add_tool(PageTool(_("读回执"), "arrow_import"))
        self.receipt_tool.setToolTip(_("读回执（Ctrl+R）"))
        self.batches_tool = self.head.add_tool(PageTool(_("历次包"), "history", letter="L", checkable=True))
        self.resend_tool = self.head.add_tool(PageTool(_("从某日重导"), "arrow_counterclockwise", letter="C"))
        self.receipt_tool.clicked.connect(self.read_receipt)
        self.batches_tool.clicked.connect(self._toggle_batches)
        self.resend_tool.clicked.connect(self.resend_since)
        self.head.add_right(Icon("plug_disconnected", "ink2"))
        self.offline = Label("", tone="ink2")
        self.head.add_right(self.offline)
        outer.addWidget(self.head)
        body = QVBoxLayout()
        body.setContentsMargins(px(20), px(12), px(20), px(12))
        body.setSpacing(px(12))
        outer.addLayout(body, 1)
        tiles = QHBoxLayout()
        tiles.setSpacing(px(12))
        self.tiles: dict[str, Tile] = {}
        words = {
            "NOT_SENT": _("未导出"),
            "EXPORTED": _("已导出待回执"),
            "REJECTED_ABOVE": _("上级退回"),
            "PARKED": _("暂不上报"),
            "ACCEPTED_ABOVE": _("上级已接收"),
        }
        for state in STATES:
            tile = Tile(state, words[state], arrow=False)
            tile.setCheckable(True)
            tile.setProperty("state", state)
            tile.clicked.connect(self._tile_pressed)
            tiles.addWidget(tile)
            self.tiles[state] = tile
        self._fit_text()
        self._tile_arrows = ArrowKeys(self)
        self._tile_arrows.set_items(list(self.tiles.values()))
        body.addLayout(tiles)
        self.progress = Progress(_("正在写"))
        self.progress.stopped.connect(self.stop)
        body.addWidget(self.progress)
        self.strip = Strip("", icon="usb_stick")
        self.strip.hide()
        body.addWidget(self.strip)
        self.trouble = Strip("", level="error")
        self.trouble.hide()
        body.addWidget(self.trouble)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        body.addLayout(row, 1)
        left = QVBoxLayout()
        left.setSpacing(px(12))
        row.addLayout(left, 1)
        left.addWidget(self._build_lists(), 7)
        self.reconcile_card = self._build_reconcile()
        left.addWidget(self.reconcile_card, 6)
        self.side = self._build_side()
        row.addWidget(self.side)
        self._row = row

    def _build_lists(self) -> QWidget:
        self.lists = QStackedWidget()
        self.rows = ReportRows()
        self.table = DeskTable(_("要上报的合同"))
        self.table.setModel(self.rows)
        self.table.set_widths({0: 36, 1: 58, 3: 120, 4: 138, 5: 168}, stretch=2)
        self.table.tick_wanted.connect(self._tick)
        self.table.opened.connect(self._opened)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        framed = TableCard(self.table)
        framed.setMinimumHeight(px(64))
        column.addWidget(framed, 1)
        self.returned, self.parked = Strip("", level="error"), Strip("", level="note")
        for strip in (self.returned, self.parked):
            strip.hide()
            strip.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            column.addWidget(strip)
        self.table.selectionModel().currentRowChanged.connect(self._show_remark)
        self.empty = EmptyNote(_("这一栏没有合同。"), "", _("看全部"))
        self.empty.pressed.connect(self._show_all)
        self.empty.hide()
        column.addWidget(self.empty)
        self.lists.addWidget(first)
        self.batches = BatchRows()
        self.batch_table = DeskTable(_("历次包"))
        self.batch_table.setModel(self.batches)
        self.batch_table.set_widths({0: 92, 1: 150, 2: 64, 4: 76, 5: 64, 6: 64, 7: 118}, stretch=3)
        self.batch_table.opened.connect(self.resend_chosen)
        second = QWidget()
        column = QVBoxLayout(second)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(TableCard(self.batch_table), 1)
        foot = QHBoxLayout()
        foot.setSpacing(px(12))
        words = _("再导的包与原来逐字节相同；导两遍、倒着导，上级都只算一次。")
        foot.addWidget(Label(words, size="note", tone="ink2", wrap=True), 1)
        self.again_button = Button(_("再导这一包"), icon="usb_stick", mnemonic="Z")
        self.again_button.clicked.connect(self.resend_chosen)
        foot.addWidget(self.again_button)
        column.addLayout(foot)
        self.lists.addWidget(second)
        self.lists.setMinimumHeight(px(120))
        return self.lists

    def _build_reconcile(self) -> Card:
        card = Card(_("对账"), _("本机与上级回执逐月比份数、金额"), padded=False)
        self.differ_tag = Tag("doubt")
        card.add_to_head(self.differ_tag)
        self.reconcile = ReconcileRows()
        self.reconcile_table = DeskTable(_("对账"))
        self.reconcile_table.setModel(self.reconcile)
        self.reconcile_table.set_widths({0: 96, 1: 86, 2: 118, 3: 86, 4: 118}, stretch=5)
        self.reconcile_table.opened.connect(self._month_opened)
        self._reconcile_frame = TableCard(self.reconcile_table, totals=True)
        self._reconcile_frame.setProperty("card", "")
        card.body.addWidget(self._reconcile_frame, 1)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        return card

    def _build_side(self) -> QStackedWidget:
        self.side_pages = QStackedWidget()
        self.side_pages.setFixedWidth(px(396))
        card = Card(_("这一包"))
        self.package_words = card.remark
        self.checked = Label("", size="note", tone="ok")
        card.add_to_head(self.checked)
        self.file_name = Label("", size="note", tone="ink2", wrap=True)
        card.body.addWidget(self.file_name)
        self.slip = SlipLook()
        card.body.addWidget(self.slip)
        where = QHBoxLayout()
        where.setSpacing(px(8))
        where.addWidget(Icon("usb_stick", "ink1"))
        self.folder_words = Label("", wrap=True)
        where.addWidget(self.folder_words, 1)
        self.room = Label("", size="note", tone="ink2")
        where.addWidget(self.room)
        card.body.addLayout(where)
        card.body.addStretch(1)
        self.send_button = Button(_("存到 U 盘"), "primary", key="F12", icon="usb_stick")
        self.send_button.clicked.connect(self.send)
        card.body.addWidget(self.send_button)
        others = QHBoxLayout()
        others.setSpacing(px(8))
        self.folder_button = Button(_("存到光盘、文件夹"), icon="save", letter="W")
        self.folder_button.clicked.connect(self.send_elsewhere)
        self.network_button = Button(_("经网络"), icon="globe", letter="N")
        self.network_button.setEnabled(False)
        self.network_button.setToolTip(_("没有设置上级的服务器；设置之前只能存到 U 盘、光盘或文件夹"))
        self.network_button.setAccessibleDescription(self.network_button.toolTip())
        others.addWidget(self.folder_button, 1)
        others.addWidget(self.network_button)
        card.body.addLayout(others)
        note = _("导出后是“已导出待回执”，读到回执才算接收。经网络：没有设置服务器。")
        card.body.addWidget(Label(note, size="note", tone="ink2", wrap=True))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(card)
        self.side_pages.addWidget(area)
        self.result_card = Card(_("读到的文件"))
        self.result_words = Label("", wrap=True)
        self.result_card.body.addWidget(self.result_words)
        self.result_list = QVBoxLayout()
        self.result_list.setSpacing(px(6))
        inner = QWidget()
        inner.setProperty("scrolled", "true")
        inner.setLayout(self.result_list)
        results = QScrollArea()
        results.setWidgetResizable(True)
        results.setFrameShape(QFrame.Shape.NoFrame)
        results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        results.setWidget(inner)
        self.result_card.body.addWidget(results, 1)
        self.back_button = Button(_("回到这一包"), mnemonic="B")
        self.back_button.clicked.connect(self._show_package)
        self.result_card.body.addWidget(self.back_button)
        self.side_pages.addWidget(self.result_card)
        return self.side_pages

    # the page

    def keys(self) -> Sequence[Key]:
        """As drawn; F8 opens the package where it has no room beside."""
        busy = self._calls.is_busy
        keys = [
            Key("F1", _("帮助")),
            Key("F3", _("查找")),
            Key("空格", _("选/不选")),
            Key(("Ctrl", "A"), _("全选"), self.tick_all, is_enabled=not busy),
            Key("Enter", _("打开")),
            Key("F9", _("看交接单"), self.open_slip, is_enabled=self._made is not None),
            Key(("Alt", "P"), _("暂不上报"), self.park, is_enabled=not busy),
            Key(("Ctrl", "R"), _("读回执"), self.read_receipt, is_enabled=not busy),
            Key("Esc", _("返回"), self.go_back),
        ]
        if self._is_narrow:
            keys.insert(2, Key("F8", _("这一包"), self.toggle_drawer))
        return keys

    def primary(self) -> Primary:
        """存到 U 盘, disabled with its reason."""
        why = self.why_not()
        return Primary(_("存到 U 盘"), self.send, enabled=not why, why_not=why)

    def open(self, argument: object = None) -> None:
        """Read afresh; the focus stands on the list."""
        if self._is_first:
            self._is_first = False
            kept = self._desk.draft(FOLDER_PAGE, FOLDER_SUBJECT)
            sticks = list(self._sticks())
            self._folder = sticks[0] if sticks else Path(kept[1]) if kept and kept[1] else None
        if argument in STATES:
            self._state = str(argument)
        if self._was_trouble_seen:
            self.trouble.hide()
        self._was_trouble_seen = True
        self.refresh()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def may_leave(self) -> bool:
        """A package being written goes on; the page may be left."""
        return True

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the package stands in a drawer under F8 and the head is left out."""
        self._is_narrow = narrow
        self._drawer_open = False
        if narrow:
            self._row.removeWidget(self.side_pages)
            self.side_pages.setParent(self)
            self.side_pages.hide()
        else:
            self._row.addWidget(self.side_pages)
            self.side_pages.show()
        for tool in self.head.tools:
            tool.setVisible(not narrow or tool is not self.resend_tool)
        self.head.position.setVisible(not narrow)
        self.table.setColumnHidden(5, narrow)
        self.keys_changed.emit()

    def toggle_drawer(self) -> None:
        """F8."""
        if not self._is_narrow:
            return
        self._drawer_open = not self._drawer_open
        self.side_pages.setVisible(self._drawer_open)
        self._place_drawer()
        if self._drawer_open:
            self.side_pages.raise_()
            self.send_button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _place_drawer(self) -> None:
        if self._is_narrow and self._drawer_open:
            wide = self.side_pages.width()
            self.side_pages.setGeometry(QRect(self.width() - wide, 0, wide, self.height()))

    def _fit_text(self) -> None:
        for tile in self.tiles.values():
            tile.setFixedHeight(px(68))

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: the tiles and the package beside the list too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "side_pages"):
            self._fit_text()
            self.side_pages.setFixedWidth(px(396))
            self._place_drawer()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Low height: the months give way before the list."""
        super().resizeEvent(event)
        self.reconcile_card.setVisible(self.height() >= px(520))
        self._place_drawer()

    def go_back(self) -> None:
        """Esc: stop the work, close what is open, else to the page before."""
        if self._job is not None and self.progress.isVisible():
            self.stop()
        elif self._is_narrow and self._drawer_open:
            self.toggle_drawer()
        elif self.batches_tool.isChecked():
            self.batches_tool.setChecked(False)
            self._toggle_batches()
        else:
            self.wants.emit("back", None)

    # what is shown

    def refresh(self) -> None:
        """Ask for the page again."""
        self._calls.ask(self._desk.report_page, self._shown, self._refused)

    def _shown(self, view: ReportView) -> None:
        had = self._view
        self._view = view
        for state, tile in self.tiles.items():
            tile.show_count(view.counts.get(state, 0), self._remark(state), "")
        sendable = {row.id for row in view.rows if self.rows.can_tick(row)}
        known = {row.id for row in had.rows if self.rows.can_tick(row)} if had else set()
        self.rows.ticked = {*(self.rows.ticked & sendable), *(sendable - known)}
        last = view.batches[0].sequence if view.batches else 0
        sent = day_words(view.last_sent_at)
        words = _("上次上报 {at}，第 {n} 包").format(at=sent, n=last) if last else _("还没有上报过")
        self.head.set_position(words)
        self.batches_tool.setText(_("历次包 {n}").format(n=len(view.batches)))
        self.batches_tool.setAccessibleName(self.batches_tool.text())
        self.batches_tool.updateGeometry()
        if view.last_sent_at is not None:
            days = (self._desk.today() - local_time(view.last_sent_at).date()).days
            self.offline.setText(_("离线 {n} 天，不影响办理").format(n=days))
        else:
            self.offline.setText(_("本机离线，不影响办理"))
        self.batches.show(view.batches)
        self.reconcile.show(view.reconcile)
        if self._reconcile_frame.totals is not None:
            self._reconcile_frame.totals.show_totals(self.reconcile.totals())
        differ = sum(not agrees(row) for row in view.reconcile)
        if differ:
            self.differ_tag.set_mark("doubt", _("不符 {n} 个月").format(n=differ))
        else:
            self.differ_tag.set_mark("verified", _("都相符"))
        self.show_state(self._state)

    def _remark(self, state: str) -> str:
        view = self._view
        if view is None:
            return ""
        if state in ("NOT_SENT", "ACCEPTED_ABOVE"):
            amount = view.sums.get(state, Decimal(0))
            return _("{amount} 万元").format(amount=in_ten_thousands(amount))
        if state == "EXPORTED" and view.batches and view.last_sent_at:
            days = (self._desk.today() - local_time(view.last_sent_at).date()).days
            return _("第 {n} 包，{days} 天").format(n=view.batches[0].sequence, days=days)
        return {"REJECTED_ABOVE": _("须改后重报"), "PARKED": _("已写原因")}.get(state, "")

    def show_state(self, state: str, month: str = "") -> None:
        """Only contracts of one reporting state (empty: all), or of one month of registration."""
        self._state, self._month = state, month
        for code, tile in self.tiles.items():
            tile.setChecked(code == state)
            tile.update()
        rows = self._view.rows if self._view else ()
        shown = [row for row in rows if not state or row.reporting_state == state]
        if month:
            shown = [row for row in shown if row.registered_on and f"{row.registered_on:%Y-%m}" == month]
        self.rows.show(shown)
        self.empty.setVisible(not shown)
        if shown:
            self.table.select_row(0)
        self._show_remark()
        self._look()

    def _show_remark(self, *_rows: QModelIndex) -> None:
        """Below the list the whole remark of the current row, whose column holds only its first words."""
        at = self.table.currentIndex().row()
        row = self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None
        state, words = (row.reporting_state, row.note) if row is not None else ("", "")
        is_returned = state == "REJECTED_ABOVE"
        self.returned.say(returned_words(words))
        self.returned.setVisible(is_returned)
        self.parked.say(_("暂不上报的原因：{words}").format(words=words))
        self.parked.setVisible(state == "PARKED" and bool(words))
        QTimer.singleShot(0, self, self._keep_row_in_sight)

    def _keep_row_in_sight(self) -> None:
        if (current := self.table.currentIndex()).isValid():
            self.table.scrollTo(current)

    def _tile_pressed(self) -> None:
        tile = self.sender()
        if not isinstance(tile, Tile):
            return
        state = str(tile.property("state"))
        if state == "ACCEPTED_ABOVE":
            tile.setChecked(state == self._state)
            self.wants.emit("search", {"reporting": [state]})
            return
        self.batches_tool.setChecked(False)
        self._toggle_batches()
        self.show_state("" if state == self._state else state)

    def _show_all(self) -> None:
        self.show_state("")

    def _toggle_batches(self) -> None:
        self.lists.setCurrentIndex(1 if self.batches_tool.isChecked() else 0)
        if self.batches_tool.isChecked():
            self.batch_table.setFocus(Qt.FocusReason.OtherFocusReason)

    def ticked(self) -> list[ContractRow]:
        """Contracts that go into the package, in the order of the list."""
        rows = self._view.rows if self._view else ()
        return [row for row in rows if row.id in self.rows.ticked]

    def why_not(self) -> str:
        """Why nothing can be written now; empty when F12 writes."""
        if self._view is None:
            return _("正在取数")
        if self._calls.is_busy:
            return _("正在写包，请稍候")
        return "" if self.ticked() else _("没有选中要上报的合同；空格选，Ctrl+A 全选")

    def _look(self) -> None:
        ticked = self.ticked()
        why = self.why_not()
        self.send_button.setEnabled(not why)
        self.send_button.setToolTip(why)
        self.folder_button.setEnabled(not why)
        can_again = self._resend is not None and bool(self.batches.rows) and not self._calls.is_busy
        words = "" if self._resend is not None else _("这里不能再导，请在本机登录后再试")
        for button in (self.again_button, self.resend_tool):
            button.setEnabled(can_again)
            button.setToolTip(words)
        view = self._view
        if view is not None:
            self._show_package_facts(view, ticked)
        self._show_folder()
        self.keys_changed.emit()

    def _show_package_facts(self, view: ReportView, ticked: Sequence[ContractRow]) -> None:
        made = self._made
        zero = Decimal(0)
        if made is not None and not ticked:
            self.package_words.setText(
                _("第 {n} 包，{size}").format(n=made.sequence, size=size_words(made.size))
            )
            self.file_name.setText(made.name)
            self.checked.setText(_("已导出待回执 {n} 份").format(n=made.contract_count))
            slip = Slip(
                made.contract_count,
                made.contract_total,
                made.technology_total,
                _previous(view, made.sequence),
                made.person,
                made.check_code,
            )
        else:
            self.package_words.setText(_("第 {n} 包").format(n=view.next_sequence))
            self.checked.setText(_("✓ 选中 {n} 份").format(n=len(ticked)) if ticked else "")
            rejected = sum(row.reporting_state == "REJECTED_ABOVE" for row in view.rows)
            self.file_name.setText(
                _("另有上级退回 {n} 份，改后才能编入").format(n=rejected) if rejected else ""
            )
            slip = Slip(
                len(ticked),
                sum((row.contract_amount or zero for row in ticked), zero),
                sum((row.technology_amount or zero for row in ticked), zero),
                _previous(view, view.next_sequence),
                self._desk.person.name,
            )
        self.file_name.setVisible(bool(self.file_name.text()))
        self.slip.show_slip(slip)

    def _show_folder(self) -> None:
        folder = self._folder
        if folder is None:
            self.folder_words.setText(_("还没有选 U 盘或文件夹；按 F12 时会问"))
            self.room.setText("")
            return
        shown = metrics().elidedText(str(folder), Qt.TextElideMode.ElideMiddle, px(226))
        self.folder_words.setText(shown)
        self.folder_words.setToolTip(str(folder))
        self.folder_words.setAccessibleName(str(folder))
        if not folder.is_dir():
            self.room.setText(_("现在找不到"))
            return
        free = QStorageInfo(str(folder)).bytesAvailable()
        self.room.setText(_("余 {size}").format(size=size_words(free)) if free > 0 else "")

    # ticking

    def _tick(self, index: QModelIndex) -> None:
        row = self.rows.rows[index.row()]
        if not self.rows.toggle(index.row()):
            why = _("涉密合同不编入上报包") if row.is_secret else _("只有“未导出”的能编入这一包")
            self.said.emit(why, "warn", False)
        self._request = c.new_request()
        self._made = None
        self._look()

    def tick_all(self) -> None:
        """Ctrl+A: all of the list that can be sent; again: none."""
        wanted = {row.id for row in self.rows.rows if self.rows.can_tick(row)}
        if wanted <= self.rows.ticked:
            self.rows.ticked -= wanted
        else:
            self.rows.ticked |= wanted
        self._request = c.new_request()
        self._made = None
        if self.rows.rows:
            self.rows.dataChanged.emit(self.rows.index(0, 0), self.rows.index(len(self.rows.rows) - 1, 0))
        self._look()

    def _opened(self, index: QModelIndex) -> None:
        self.wants.emit("case", self.rows.rows[index.row()].id)

    def _month_opened(self, index: QModelIndex) -> None:
        row = self.reconcile.rows[index.row()]
        self.batches_tool.setChecked(False)
        self._toggle_batches()
        self.show_state("", row.month)
        self.said.emit(_("{month} 登记、上级还没有接收的").format(month=row.month), "", False)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # sending

    def send(self) -> None:
        """F12: write the package and its slip into the folder chosen; ask for one if there is none."""
        if self.why_not():
            return
        if self._folder is None or not self._folder.is_dir():
            if (folder := self.ask_folder()) is None:
                return
            self._remember(folder)
        self._write()

    def send_elsewhere(self) -> None:
        """Another folder, a disc."""
        if not self.why_not() and (folder := self.ask_folder()) is not None:
            self._remember(folder)
            self._write()

    def _remember(self, folder: Path) -> None:
        self._folder = folder
        cmd = c.KeepDraft(
            actor=self._desk.person.name,
            page=FOLDER_PAGE,
            subject=FOLDER_SUBJECT,
            field_name="folder",
            content=str(folder),
        )
        self._calls.ask(partial(self._desk.keep_draft, cmd), self._nothing, self._refused)

    def _nothing(self, _result: object) -> None:
        """Nothing to say."""

    def _write(self) -> None:
        folder = self._folder
        if folder is None:
            return
        self.trouble.hide()
        self.strip.hide()
        cmd = c.CreateBatch(
            actor=self._desk.person.name,
            request_id=self._request,
            folder=folder,
            contract_ids=tuple(row.id for row in self.ticked()),
        )
        self.progress.start()
        write = self._desk.create_batch
        self._job = self._calls.start(
            lambda job: write(cmd, job.step),
            self._written,
            self._refused,
            cancelled=self._stopped,
            stepped=self.progress.step,
        )

    def _written(self, batch: BatchView) -> None:
        self._end_work()
        self._made = batch
        self._request = c.new_request()
        self.rows.ticked = set()
        where = batch.path.parent if batch.path else self._folder
        words = _("第 {n} 包 {count} 份已写到 {where}，现在是“已导出待回执”；请连同交接单送上级").format(
            n=batch.sequence, count=batch.contract_count, where=where
        )
        self.strip.say(words)
        self.strip.show()
        self.said.emit(_("第 {n} 包已导出，待回执").format(n=batch.sequence), "ok", False)
        self.refresh()

    def _stopped(self) -> None:
        self._end_work()
        self.said.emit(_("已停下；这一包没有写出，各份仍是“未导出”"), "warn", True)
        self.refresh()

    def stop(self) -> None:
        """停止: at the next step; nothing of the package stays."""
        if self._job is not None:
            self._job.cancel()

    def _end_work(self) -> None:
        self.progress.finish()
        self._job = None

    def _refused(self, exc: Exception) -> None:
        self._end_work()
        words = trouble_words(exc)
        self.trouble.say(words)
        self.trouble.show()
        self._was_trouble_seen = self.isVisible()
        self.said.emit(words, "err", True)
        self._look()

    def open_slip(self) -> None:
        """F9: the slip of the package just written, with the system's viewer; it is printed from there."""
        made = self._made
        if made is None or made.slip is None:
            self.said.emit(_("交接单随包写出；请先按 F12 写这一包"), "", False)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(made.slip)))

    # packages again

    def resend_chosen(self, _index: object = None) -> None:
        """再导: the chosen package once more, byte for byte."""
        row = self.batch_table.currentIndex().row()
        resend = self._resend
        if resend is None or not 0 <= row < len(self.batches.rows) or self._calls.is_busy:
            return
        folder = self._folder if self._folder is not None and self._folder.is_dir() else self.ask_folder()
        if folder is None:
            return
        self._folder = folder
        sequence = self.batches.rows[row].sequence
        self.trouble.hide()
        self._calls.ask(partial(resend, sequence, folder), self._resent, self._refused)

    def _resent(self, batch: BatchView) -> None:
        where = batch.path.parent if batch.path else self._folder
        words = _("第 {n} 包又写了一遍，在 {where}；状态不变").format(n=batch.sequence, where=where)
        self.said.emit(words, "ok", False)
        self.strip.say(words)
        self.strip.show()

    def resend_since(self) -> None:
        """从某日重导."""
        if self._resend is None or self._view is None or not self._view.batches:
            self.said.emit(_("还没有做过包，没有可重导的"), "", False)
            return
        folder = self._folder if self._folder is not None and self._folder.is_dir() else self.ask_folder()
        if folder is None:
            return
        self._folder = folder
        batches = self._view.batches
        self.dialog = ResendDialog(self, self._desk, self._jobs, batches, folder, self._resend)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.decided.connect(self._resent_all)
        self.dialog.open()

    def _resent_all(self, batches: tuple[BatchView, ...]) -> None:
        words = _("{n} 个包又写了一遍，在 {where}；状态不变").format(n=len(batches), where=self._folder)
        self.strip.say(words)
        self.strip.show()
        self.said.emit(words, "ok", False)

    # receipts

    def read_receipt(self) -> None:
        """Ctrl+R: read one signed file from above: receipt, number block or rules."""
        if self._calls.is_busy or (path := self.ask_file()) is None:
            return
        self.trouble.hide()
        self.strip.hide()
        cmd = c.ReceiveFile(actor=self._desk.person.name, path=path)
        receive = self._desk.receive
        self._job = self._calls.start(
            lambda job: receive(cmd, job.step),
            self._received,
            self._refused,
            cancelled=self._not_received,
        )

    def _not_received(self) -> None:
        self._end_work()
        self.said.emit(_("已停下；这份文件没有读入"), "warn", True)

    def _received(self, report: ReceiveReport) -> None:
        self._end_work()
        self.result_words.setText(report.words)
        while (item := self.result_list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if report.kind == "receipt" and not report.was_applied_before:
            words = _("上级已接收 {n} 份，退回 {m} 份").format(n=report.accepted, m=len(report.rejected))
            self.result_list.addWidget(Label(words, strong=True, wrap=True))
        if report.rejected:
            self.result_list.addWidget(Label(_("✕ 上级退回，须改后重报"), tone="err", strong=True))
            for which, reason in report.rejected:
                self.result_list.addWidget(Label(f"{which}：{reason}", wrap=True))
        if report.recalled:
            head = _("! 证明已在申请人手里，请收回")
            self.result_list.addWidget(Label(head, tone="warn", strong=True, wrap=True))
            for which in report.recalled:
                self.result_list.addWidget(Label(which, wrap=True))
        self.result_list.addStretch(1)
        self.side_pages.setCurrentIndex(1)
        if self._is_narrow and not self._drawer_open:
            self.toggle_drawer()
        level = "warn" if report.rejected or report.recalled else "ok"
        self.said.emit(report.words, level, True)
        self.refresh()

    def _show_package(self) -> None:
        self.side_pages.setCurrentIndex(0)

    # parking

    def park(self) -> None:
        """Alt+P: the contract of the current row stays out of the packages, or comes back."""
        at = self.table.currentIndex().row()
        if not 0 <= at < len(self.rows.rows) or self._calls.is_busy:
            return
        row = self.rows.rows[at]
        if row.reporting_state in ("EXPORTED", "ACCEPTED_ABOVE"):
            self._refused(
                RefusedError(_("已经导出或上级已接收的，不能再暂缓"), _("如需更正，请办理变更登记"))
            )
            return
        self.dialog = ParkDialog(self, self._desk, self._jobs, row)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.decided.connect(self._parked)
        self.dialog.open()

    def _parked(self, _sheet: object) -> None:
        self.said.emit(_("已记下"), "ok", False)
        self.refresh()

    def _ask_folder(self) -> Path | None:
        start = str(self._folder or "")
        name = QFileDialog.getExistingDirectory(self, _("存到哪个 U 盘或文件夹"), start)
        return Path(name) if name else None

    def _ask_file(self) -> Path | None:
        name, _kind = QFileDialog.getOpenFileName(
            self,
            _("读上级的文件"),
            str(self._folder or ""),
            _("上级的文件 (*.zip)"),
        )
        return Path(name) if name else None


def _previous(view: ReportView, sequence: int) -> str:
    before = next((b for b in view.batches if b.sequence == sequence - 1), None)
    if before is None:
        return _("没有") if sequence <= 1 else _("第 {n} 包").format(n=sequence - 1)
    state = _("已交待回执") if before.waiting else _("回执已读")
    return _("第 {n} 包，{state}").format(n=before.sequence, state=state)
