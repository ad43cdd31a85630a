"""今日: queues in the order of work, the wall of deadlines, what is urgent, what came back, this machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractRow, ImportReport, StartPage
from desktop.settings import local_time
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.parts import (
    CaseItem,
    ChooseFile,
    ChooseTarget,
    Columns,
    Foot,
    Pairs,
    Scroller,
    add_search,
    choose_file,
    choose_target,
    page_column,
)
from desktop.ui.pages.wording import day_and_weekday, size_words, tail, trouble_words, when
from desktop.ui.tables.columns import URGENT
from desktop.ui.tables.contracts import ContractList
from desktop.ui.tables.view import ContractsView
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import ArrowKeys, Label, Painted, Rule, pen, rounded
from desktop.ui.widgets.buttons import Button, PageTool
from desktop.ui.widgets.cards import Card, EmptyNote, Gauge, Progress, Strip, Tile
from desktop.ui.widgets.marks import Mark
from desktop.ui.widgets.spelling import in_fours
from desktop.ui.widgets.steps import DeadlineWall, WallChip, WallDay
from desktop.ui.widgets.table import Role, TableCard
from desktop.ui.widgets.tags import Tag

WORKBOOKS = _("申请表 (*.xlsx *.xlsm *.xls)")
NEW_WORKBOOK = _("申请表 (*.xlsx)")
LATER_COLUMNS = 2
"""Columns behind the dashed line; what falls on other days stands on the last of them."""

TILES: tuple[tuple[str, str | Mark, str, tuple[str, ...]], ...] = (
    ("draft", "DRAFT", _("草稿"), ("DRAFT",)),
    ("returned", "RETURNED", _("待补正"), ("RETURNED",)),
    ("to_recognise", "ACCEPTED", _("待初审"), ("ACCEPTED",)),
    ("to_review", "RECOGNISED", _("待复核"), ("RECOGNISED",)),
    ("to_issue", Mark("disc-3", _("待发证")), _("待发证"), ("REGISTERED", "CHANGED")),
    ("to_send", Mark("icon:box_arrow_up", _("未导出")), _("未导出"), ()),
)


RETURNED_SHOWN = 3
"""Returned cases shown before the clerk asks for all: more would push the machine's state off the page."""


class TodayPage(Page):
    """The start page. Tab goes tile, wall, list, right side; Enter opens; F12 takes the most urgent."""

    code = "today"
    start_read = Signal(object)
    """A ``StartPage`` was read: the window shows counts and the machine's state from it."""

    def __init__(
        self,
        desk: Desk,
        jobs: JobRunner,
        *,
        choose: ChooseFile = choose_file,
        target: ChooseTarget = choose_target,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self._choose, self._target = choose, target
        self.start: StartPage | None = None
        self._open_after_reading = False
        self._shows_all_returned = False
        self._report: ImportReport | None = None
        self.report_dialog: QDialog | None = None
        self.setAccessibleName(_("今日"))
        column = page_column(self)
        column.addWidget(self._head())
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(px(20), px(16), px(20), px(16))
        body.setSpacing(px(12))
        self.strips = QVBoxLayout()
        self.strips.setSpacing(px(8))
        self.progress = Progress(_("正在导入申请表　"))
        self.strips.addWidget(self.progress)
        body.addLayout(self.strips)
        body.addLayout(self._tiles())
        self.columns = Columns(356)
        self.columns.main.addWidget(self._wall_card())
        self.columns.main.addWidget(self._list_card(), 1)
        self.columns.side.addWidget(self._returned_card())
        self.columns.side.addWidget(self._machine_card(), 1)
        body.addWidget(self.columns, 1)
        self._strip_shown: Strip | None = None
        self.scroller = Scroller(inside)
        column.addWidget(self.scroller, 1)
        self._set_tab_order()

    # putting it together

    def _head(self) -> PageHead:
        self.head = PageHead(_("今日"))
        self.new_tool = self.head.add_tool(PageTool(_("新收一份"), "document_add", key="F5"))
        self.new_tool.clicked.connect(self._new)
        self.import_tool = self.head.add_tool(PageTool(_("导入申请表"), "table_add", letter="I"))
        self.import_tool.clicked.connect(self.import_workbook)
        self.template_tool = self.head.add_tool(PageTool(_("空白申请表"), "document", letter="K"))
        self.template_tool.clicked.connect(self.write_template)
        self.money_tool = self.head.add_tool(PageTool(_("履行收入"), "clipboard_task_list_ltr", letter="R"))
        self.money_tool.setToolTip(_("履行与收入：到期未付的在前（Alt+R）"))
        self.money_tool.clicked.connect(self.go_to_performance)
        self.search = add_search(self.head, self)
        return self.head

    def _tiles(self) -> QGridLayout:
        self.tiles: dict[str, Tile] = {}
        self._tile_grid = QGridLayout()
        self._tile_grid.setSpacing(px(12))
        for queue, mark, name, _states in TILES:
            tile = Tile(mark, name)
            tile.clicked.connect(self._tile_clicked)
            self.tiles[queue] = tile
        self._tile_arrows = ArrowKeys(self)
        self._tile_arrows.set_items(list(self.tiles.values()))
        self._place_tiles(6)
        return self._tile_grid

    def _place_tiles(self, in_a_row: int) -> None:
        for at, tile in enumerate(self.tiles.values()):
            self._tile_grid.addWidget(tile, at // in_a_row, at % in_a_row)
        for column in range(6):
            self._tile_grid.setColumnStretch(column, 1 if column < in_a_row else 0)

    def _wall_card(self) -> Card:
        card = Card(_("期限墙"), _("剩余工作日；方块是受理号尾四位"))
        for look, word in (("err", _("今天")), ("warn", _("3 日内")), ("expert", _("专家评审"))):
            card.add_to_head(_Legend(look, word))
        self.wall = DeadlineWall()
        self.wall.opened.connect(self._open_key)
        self.wall.more.connect(self._more_of_day)
        card.body.setContentsMargins(px(10), px(4), px(10), px(6))
        card.body.addWidget(self.wall)
        return card

    def _list_card(self) -> TableCard:
        self.table = ContractsView(_("最急的合同"))
        self.model = ContractList(URGENT, self.table)
        self.table.setModel(self.model)
        self.table.set_widths({at: column.width for at, column in enumerate(URGENT)}, stretch=2)
        self.table.setMinimumHeight(px(150))
        self.table.opened.connect(self._open_index)
        card = TableCard(self.table)
        self.empty = EmptyNote(_("没有在办的合同。"), _("按 F5 新收一份，或导入申请表。"))
        self.empty.hide()
        card.add_foot(self.empty)
        foot = Foot()
        self.period = Label("", size="note", tone="ink2")
        self.period_mark = Tag("draft")
        foot.row.addWidget(self.period)
        foot.row.addWidget(self.period_mark)
        foot.row.addStretch(1)
        foot.row.addWidget(Label(_("本地包可改"), size="note", tone="ink3"))
        card.add_foot(foot)
        return card

    def _returned_card(self) -> Card:
        card = Card(_("退回与补正"), padded=False)
        self.returned_count = Label("", size="note", tone="ink2")
        card.add_to_head(self.returned_count)
        self.all_returned = Button("", "text", letter="A")
        self.all_returned.clicked.connect(self._show_all_returned)
        self.all_returned.hide()
        card.add_to_head(self.all_returned)
        self.returned_items: list[CaseItem] = []
        self._returned_box = card.body
        card.body.setSpacing(0)
        self.nothing_returned = Label(_("　没有退回或待补正的合同。"), size="note", tone="ink2")
        self.nothing_returned.setMinimumHeight(px(40))
        card.body.addWidget(self.nothing_returned)
        self._returned_arrows = ArrowKeys(self)
        return card

    def _machine_card(self) -> Card:
        card = Card(_("本机"))
        line = QHBoxLayout()
        line.addWidget(Label(_("登记号段"), tone="ink2"))
        line.addStretch(1)
        self.left = Label("", strong=True)
        self.of = Label("", tone="ink2")
        line.addWidget(self.left)
        line.addWidget(self.of)
        card.body.addLayout(line)
        self.gauge = Gauge(_("登记号段"), worded=False)
        card.body.addWidget(self.gauge)
        below = QHBoxLayout()
        self.used = Label("", size="note", tone="ink2")
        self.remind = Label("", size="note", tone="ink2")
        below.addWidget(self.used)
        below.addStretch(1)
        below.addWidget(self.remind)
        card.body.addLayout(below)
        following = QHBoxLayout()
        following.setSpacing(px(8))
        self.next_head = Label(_("下一号"), size="note", tone="ink2")
        self.next = Label("", size="note", mono=True)
        following.addWidget(self.next_head)
        following.addWidget(self.next, 1)
        card.body.addLayout(following)
        self.block_note = Label("", size="note", tone="err", wrap=True)
        self.block_note.hide()
        card.body.addWidget(self.block_note)
        card.body.addWidget(Rule())
        self.machine = Pairs()
        card.body.addWidget(self.machine)
        card.body.addStretch(1)
        return card

    def _set_tab_order(self) -> None:
        order: list[QWidget] = [*self.tiles.values(), *self.wall.items, self.table, *self.returned_items]
        order.append(self.all_returned)
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)

    # the page as the window sees it

    def keys(self) -> Sequence[Key]:
        """Bottom line."""
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找")),
            Key("F5", _("新收一份")),
            Key(("Ctrl", "1-6"), _("换页")),
            Key("Tab", _("下一块")),
            Key("Enter", _("打开所选")),
            Key(("Ctrl", "+"), _("大字")),
        )

    def primary(self) -> Primary | None:
        """The most urgent case."""
        if self.start is None or not self.start.urgent:
            return Primary(_("新收一份"), self._new)
        first = self.start.urgent[0]
        return Primary(
            _("办理 {tail}（{when}）").format(tail=tail(first), when=_left_words(first)),
            self.take_most_urgent,
        )

    def open(self, argument: object = None) -> None:
        """Read afresh; the first tile with work gets the focus."""
        self.head.set_position(day_and_weekday(self._desk.today()))
        self._open_after_reading = True
        self.read()

    def resume(self) -> None:
        """Come back: fresh figures, the focus stays where it was."""
        self._open_after_reading = False
        self.read()

    def read(self) -> None:
        """Ask for the figures in the worker."""
        desk = self._desk
        job = Job(lambda _job: desk.start_page())
        job.done.connect(self.show_start)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def set_narrow(self, narrow: bool) -> None:
        """Tiles in two rows, the side below."""
        self.columns.set_narrow(narrow)
        self._place_tiles(3 if narrow else 6)
        self.head.position.setVisible(not narrow)
        self.search.setVisible(not narrow)

    # showing

    def show_start(self, start: StartPage) -> None:
        """Everything at once."""
        self.start = start
        for queue, _mark, _name, _states in TILES:
            level, note = _level_of(start.queue_notes.get(queue, ""))
            self.tiles[queue].show_count(start.queues.get(queue, 0), note, level)
        self._show_wall(start)
        self._show_list(start)
        self._show_returned(start)
        self._show_machine(start)
        self._set_tab_order()
        self.start_read.emit(start)
        self.keys_changed.emit()
        if self._open_after_reading:
            self._open_after_reading = False
            if self.isVisible():  # F5 may have led on before the figures came: the keys stay there
                self._focus_first()

    def _focus_first(self) -> None:
        if self.start is None:
            return
        urgent = self.start.urgent[0].state if self.start.urgent else ""
        for queue, _mark, _name, states in TILES:
            if urgent in states:
                self.tiles[queue].setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.tiles["draft"].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_wall(self, start: StartPage) -> None:
        days = list(start.wall_days)
        if days and days[0] != start.today:
            days.insert(0, start.today)
        wall = [WallDay(day, at, _week_words(day, days, at)) for at, day in enumerate(days)]
        last = len(wall) - 1
        later: dict[int, date] = {}
        for row in start.urgent:
            if row.days_left is not None and row.due_on is not None and row.days_left > last:
                later.setdefault(row.days_left, row.due_on)
        shown = sorted(later)[:LATER_COLUMNS]
        wall += [WallDay(later[left], left, is_later=True) for left in shown]
        chips = [
            WallChip(str(row.id), tail(row), row.days_left, row.needs_expert, row.title)
            for row in start.urgent
            if row.days_left is not None
        ]
        self.wall.show_days(wall, chips)

    def _show_list(self, start: StartPage) -> None:
        self.model.show_rows(start.urgent)
        self.empty.setVisible(not self.model.rows)
        if self.model.rows:
            self.table.select_row(0)
        self.period.setText(start.period_words)
        self.period_mark.set_mark(start.period_confidence)

    def _show_returned(self, start: StartPage) -> None:
        for item in self.returned_items:
            self._returned_box.removeWidget(item)
            item.hide()
            item.deleteLater()
        self.returned_items = []
        shown = start.returned if self._shows_all_returned else start.returned[:RETURNED_SHOWN]
        for row in shown:
            item = _returned_item(row, is_last=row is shown[-1])
            item.clicked.connect(self._returned_clicked)
            item.setProperty("contract", row.id)
            self._returned_box.addWidget(item)
            item.show()
            self.returned_items.append(item)
        self._returned_arrows.set_items(self.returned_items)
        self.nothing_returned.setVisible(not start.returned)
        self.returned_count.setText(_("{n} 份").format(n=len(start.returned)) if start.returned else "")
        self.all_returned.set_words(_("看全部 {n} 份").format(n=len(start.returned)))
        has_more = len(start.returned) > len(shown)
        self.all_returned.setVisible(has_more)
        self.returned_count.setVisible(not has_more)

    def _show_all_returned(self) -> None:
        if self.start is None:
            return
        self._shows_all_returned = True
        self._show_returned(self.start)
        self._set_tab_order()
        self.returned_items[RETURNED_SHOWN].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_machine(self, start: StartPage) -> None:
        block = start.block
        if block.total:
            self.left.setText(_("余 {left}").format(left=block.left))
            self.of.setText(f"/ {block.total}")
        else:
            self.left.setText(_("没有号段"))
            self.of.setText("")
        self.gauge.setVisible(bool(block.total))
        self.gauge.show_numbers(block.total - block.left, block.total, block.low_water)
        self.used.setText(_("已用 {n}").format(n=block.total - block.left) if block.total else "")
        self.remind.setText(_("余 {n} 个时提醒").format(n=block.low_water) if block.total else "")
        self.next_head.setVisible(bool(block.next_number))
        self.next.setText(in_fours(block.next_number))
        trouble = _block_trouble(start)
        stops = trouble.startswith("✕")
        self.block_note.setText(trouble if stops else "")
        self.block_note.setVisible(stops)
        if trouble and not stops:  # in place of the reminder: a line more would push the backup off the page
            self.remind.setText(trouble)
        self.remind.set_tone("warn" if trouble and not stops else "ink2", strong=bool(trouble) and not stops)
        backup = _("还没有备份")
        if start.backup.made_at is not None:
            checked = _("已验") if start.backup.is_verified else _("未验")
            count = f"{start.backup.contract_count:,}"
            backup = _("{when}，{checked} {count} 份").format(
                when=when(start.backup.made_at, start.today), checked=checked, count=count
            )
        sent = _("还没有上报过")
        if start.last_sent_at is not None:
            sent = _("{days} 天，上次上报 {when}").format(
                days=start.offline_days or 0, when=f"{local_time(start.last_sent_at):%m-%d %H:%M}"
            )
        self.machine.show_pairs(
            [(_("备份"), backup), (_("离线"), sent), (_("盘余"), size_words(start.free_bytes))]
        )

    def _failed(self, exc: Exception) -> None:
        self.said.emit(trouble_words(exc), "err", True)

    # acting

    def go_to_performance(self) -> None:
        """Alt+R: 履行与收入, what is overdue first."""
        self.wants.emit("performance", None)

    def _new(self) -> None:
        self.wants.emit("case", None)

    def take_most_urgent(self) -> None:
        """F12."""
        if self.start is not None and self.start.urgent:
            self.wants.emit("case", self.start.urgent[0].id)

    def _tile_clicked(self) -> None:
        for queue, _mark, _name, states in TILES:
            if self.sender() is self.tiles[queue]:
                if states:
                    self.wants.emit("search", {"state": list(states)})
                else:
                    self.wants.emit("report", None)

    def _open_key(self, key: str) -> None:
        self.wants.emit("case", int(key))

    def _open_index(self, index: QModelIndex) -> None:
        self.wants.emit("case", index.data(Role.KEY))

    def _returned_clicked(self) -> None:
        item = self.sender()
        if isinstance(item, CaseItem):
            self.wants.emit("case", item.property("contract"))

    def _more_of_day(self, day: WallDay) -> None:
        for at, row in enumerate(self.model.rows):
            if row.days_left is not None and row.days_left >= day.days_left:
                self.table.select_row(at)
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def import_workbook(self) -> None:
        """Take in an application workbook: rows in order come in, the others go back with reasons."""
        path = self._choose(self, _("导入申请表"), WORKBOOKS)
        if path is None:
            return
        desk, command = self._desk, c.ImportWorkbook(actor=self._desk.person.name, path=Path(path))
        job = Job(lambda running: desk.import_workbook(command, running.step))
        job.progressed.connect(self.progress.step)
        job.done.connect(self._imported)
        job.failed.connect(self._import_failed)
        job.cancelled.connect(self._import_stopped)
        job.ended.connect(self.progress.finish)
        self.progress.stopped.connect(job.cancel)
        self.progress.start()
        self.scroller.bring_into_view(self.progress)
        self._jobs.start(job)

    def write_template(self) -> None:
        """The empty application workbook, to be given to the companies."""
        path = self._target(self, _("空白申请表存到"), _("技术合同登记申请表.xlsx"), NEW_WORKBOOK)
        if path is None:
            return
        desk = self._desk
        job = Job(lambda _job: desk.write_template(path))
        job.done.connect(self._template_written)
        job.failed.connect(self._import_failed)
        self._jobs.start(job)

    def _template_written(self, path: Path) -> None:
        words = _("空白申请表已存到 {path}；企业填好后用“导入申请表”读入").format(path=path)
        self.said.emit(words, "ok", True)

    def _imported(self, report: ImportReport) -> None:
        words = _("{name}：读到 {read} 份，收下 {taken} 份").format(
            name=report.path.name, read=report.read_count, taken=len(report.accepted)
        )
        if report.already_there:
            words += _("，{n} 份以前导过").format(n=report.already_there)
        level = ""
        if report.rejected_rows:
            level = "doubt"
            words += _("，{n} 份有错没有收，已逐行写明原因").format(n=len(report.rejected_rows))
            if report.returned is not None:
                words += _("：{path}").format(path=report.returned)
        self._report = report
        self.show_strip(words, level, accept=_("看逐条原因") if report.problems else "")
        self.said.emit(words, "warn" if level else "ok", False)
        self.read()

    def show_report(self) -> None:
        """Every problem of the last import, row by row."""
        if self._report is None:
            return
        from desktop.ui.dialogs.import_report import ImportReportDialog

        self.report_dialog = ImportReportDialog(self, self._report)
        self.report_dialog.open()

    def _import_failed(self, exc: Exception) -> None:
        words = trouble_words(exc)
        self.show_strip(words, "error")
        self.said.emit(words, "err", False)

    def _import_stopped(self) -> None:
        self.said.emit(_("导入已停下，这份表一行也没有收"), "warn", True)

    def show_strip(self, words: str, level: str, *, accept: str = "") -> None:
        """A remark above the tiles until it is put away; ``accept`` opens the report of the import."""
        if self._strip_shown is not None:
            self._put_strip_away()
        strip = Strip(words, accept=accept, decline=_("知道了"), level=level, icon="info")
        strip.declined.connect(self._put_strip_away)
        strip.accepted.connect(self.show_report)
        self.strips.addWidget(strip)
        self._strip_shown = strip
        self.scroller.bring_into_view(strip)

    def _put_strip_away(self) -> None:
        strip, self._strip_shown = self._strip_shown, None
        if strip is not None:
            self.strips.removeWidget(strip)
            strip.hide()
            strip.deleteLater()


class _Legend(Painted):
    """A little chip and its word."""

    def __init__(self, look: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._word = look, word
        self.setAccessibleName(word)

    def sizeHint(self) -> QSize:
        return QSize(px(26) + metrics(NOTE).horizontalAdvance(self._word), px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(0, (self.height() - px(15)) // 2, px(20), px(15))
        if self._look == "expert":
            rounded(painter, box, "bg0", pen("accent", 2, Qt.PenStyle.DashLine), px(3))
        elif self._look == "err":
            rounded(painter, box, "errS", pen("err", 2), px(3))
        else:
            rounded(painter, box, "warnS", pen("warn"), px(3))
            painter.fillRect(QRectF(1, box.top() + 1, px(3), box.height() - 2), ink("warn"))
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        painter.drawText(px(24), 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, self._word)


def _level_of(note: str) -> tuple[str, str]:
    """The services begin a note with its sign; the tile draws the sign itself."""
    for sign, level in (("✕ ", "error"), ("! ", "doubt")):
        if note.startswith(sign):
            return level, note.removeprefix(sign)
    return "", note


def _left_words(row: ContractRow) -> str:
    left = row.days_left
    if left is None:
        return _("没有期限")
    if left < 0:
        return _("已过期 {days} 天").format(days=-left)
    return _("今天到期") if left == 0 else _("余 {days} 个工作日").format(days=left)


def _week_words(day: date, days: Sequence[date], at: int) -> str:
    """Over the first day of a week: 下周 for the next one, then 第 49 周."""
    week = day.isocalendar()[1]
    if at == 0 or days[at - 1].isocalendar()[1] == week:
        return ""
    next_week = (days[0] + timedelta(days=7)).isocalendar()[1]
    return _("下周") if week == next_week else _("第 {n} 周").format(n=week)


def _returned_item(row: ContractRow, *, is_last: bool) -> CaseItem:
    if row.reporting_state == "REJECTED_ABOVE" and row.state != "RETURNED":
        return CaseItem("REJECTED_ABOVE", tail(row), _("上级回执"), row.note, is_last=is_last)
    remark, tone = "", _PLAIN
    is_ours = row.state == "ACCEPTED"  # the reviewer gave it back; the period goes on
    if row.due_on is not None:
        remark = _("{day} 到期").format(day=f"{row.due_on:%m-%d}")
        if row.days_left is not None:
            remark += _("，余 {days} 日").format(days=row.days_left)
            tone = _ERR if row.days_left <= 0 else _WARN if row.days_left <= 3 else _PLAIN
    mark = _("退回初审") if is_ours else "RETURNED"
    return CaseItem(mark, tail(row), remark, row.note, tone=tone, is_last=is_last)


_PLAIN: TokenName = "ink2"
_WARN: TokenName = "warn"
_ERR: TokenName = "err"


def _block_trouble(start: StartPage) -> str:
    block = start.block
    if block.is_frozen:
        return _("✕ 号段已冻结：请负责人到“系统”页填最后用到的编号")
    if block.total and not block.left:
        return _("✕ 已用完，只出受理单；请导入新号段")
    if block.total and block.left <= block.low_water:
        return _("! 余 {left} 个，请申领新号段").format(left=block.left)
    return ""
