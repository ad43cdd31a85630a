"""查询: as you type, over a million contracts; conditions as chips, details and 经过 in a drawer."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import RefusedError
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services.desk import Desk
from desktop.services.search_words import (
    FROM_STATISTICS,
    amounts_of,
    day_words,
    days_of,
    place_filter_words,
)
from desktop.services.views import (
    REPORTING_WORDS,
    STATE_WORDS,
    ContractRow,
    ContractSheet,
    SavedQuery,
    SearchResult,
)
from desktop.settings import local_time
from desktop.ui.calls import Calls
from desktop.ui.dialogs.queries import QueriesDialog
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.parts import ChooseTarget, Pairs, after_quiet, choose_target, page_column
from desktop.ui.pages.ranges import RangePopup
from desktop.ui.pages.wording import KIND_WORDS, trouble_words, yuan
from desktop.ui.tables.columns import FOUND, FOUND_TWO_LINES, MORE, SORTABLE, Column
from desktop.ui.tables.contracts import ContractTable
from desktop.ui.tables.view import ContractsView
from desktop.ui.theme import TokenName, ink, px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import Label, Rule, pen, set_ground
from desktop.ui.widgets.buttons import Button, CheckBox, Chip, PageTool
from desktop.ui.widgets.cards import EmptyNote, Glyph, Progress
from desktop.ui.widgets.fields import SearchBox
from desktop.ui.widgets.flow import FlowRow
from desktop.ui.widgets.marks import StateDisc
from desktop.ui.widgets.spelling import in_fours
from desktop.ui.widgets.steps import Happening, Timeline
from desktop.ui.widgets.table import TableCard

PAUSE = 120
"""Milliseconds of quiet before a search starts."""
NOT_DRAFT = tuple(code for code in STATE_WORDS if code != "DRAFT")
STILL = 350
"""Milliseconds on one row before its history is read: that must not delay the next search."""
SUMMED_AT_ONCE = 50_000
"""Contracts whose sums are asked for with the list. Those of a million keep the worker from the next search
for a second, and the window from drawing: they wait as the history does.
"""
HISTORY_SHOWN = 6
TITLE_AT_LEAST = 150
"""Drawing pixels that the name of the contract keeps; added columns give way before it does."""
CHIPS = ("kind", "state", "year", "reporting", "drafts", "amount", "day", "figure", "sort")
"""``figure``: what came with a figure of 统计, hidden without it."""


class ChoicePopup(QFrame):
    """A few conditions to tick. ↑ ↓ move, the space bar ticks, Enter or Esc closes."""

    changed = Signal(list)

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(12), px(8), px(16), px(8))
        column.setSpacing(px(2))
        self.boxes: dict[str, CheckBox] = {}
        for code, word in choices:
            box = CheckBox(word)
            box.toggled.connect(self._tell)
            column.addWidget(box)
            self.boxes[code] = box

    def offer(self, chosen: Sequence[str], where: QPoint) -> None:
        """Show it with these ticked; nobody is told."""
        for code, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(code in chosen)
            box.blockSignals(False)
        self.move(where)
        self.show()
        next(iter(self.boxes.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def chosen(self) -> list[str]:
        """Codes ticked."""
        return [code for code, box in self.boxes.items() if box.isChecked()]

    def _tell(self) -> None:
        self.changed.emit(self.chosen())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """↑ ↓ Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """White with a frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line2"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class Drawer(QFrame):
    """One contract in short, and what happened to it."""

    open_wanted = Signal()
    print_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "paper")
        self.setAccessibleName(_("详情"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(px(16), px(4), px(8), px(4))
        head.setSpacing(px(2))
        self.number = Label("", mono=True, strong=True)
        self.open_button = Button("", "text", icon="open")
        self.open_button.setAccessibleName(_("打开这份"))
        self.open_button.setToolTip(_("打开这份（Enter）"))
        self.close_button = Button("", "text", icon="dismiss")
        self.close_button.setAccessibleName(_("关详情"))
        self.close_button.setToolTip(_("关详情（Esc）"))
        head.addWidget(self.number, 1)
        head.addWidget(self.open_button)
        head.addWidget(self.close_button)
        outer.addLayout(head)
        outer.addWidget(Rule())
        inside = QWidget()
        inside.setProperty("scrolled", True)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        facts = QVBoxLayout()
        facts.setContentsMargins(px(16), px(10), px(16), px(10))
        facts.setSpacing(px(8))
        self.nothing = Label(_("没有选中合同"), tone="ink2")
        facts.addWidget(self.nothing)
        self.title = Label("", strong=True, wrap=True)
        facts.addWidget(self.title)
        self.pairs = Pairs(gap=1)
        facts.addWidget(self.pairs)
        line = QHBoxLayout()
        name = Label(_("状态"), tone="ink2")
        name.setFixedWidth(px(72))
        self.state = StateDisc()
        self.reporting = StateDisc("NOT_SENT")
        line.addWidget(name)
        line.addWidget(self.state)
        line.addSpacing(px(12))
        line.addWidget(self.reporting)
        line.addStretch(1)
        line.setSpacing(0)
        facts.addLayout(line)
        column.addLayout(facts)
        self._state_line = (name, self.state, self.reporting)
        self.history_head = self._history_head()
        column.addWidget(self.history_head)
        self.timeline = Timeline()
        happened = QVBoxLayout()
        happened.setContentsMargins(px(12), px(6), px(12), px(6))
        happened.addWidget(self.timeline)
        column.addLayout(happened)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        outer.addWidget(area, 1)
        self._sheet: ContractSheet | None = None
        self._all = False
        self.open_button.clicked.connect(self.open_wanted)
        self.close_button.clicked.connect(self.closed)
        self.show_nothing()

    def show_nothing(self) -> None:
        """No row is chosen: one quiet line, nothing of the contract before."""
        self._sheet, self._all = None, False
        self.number.setText("")
        self.title.setText("")
        self.pairs.show_pairs([])
        self.timeline.show_rows([])
        self._show_parts(False)

    def _show_parts(self, has_row: bool) -> None:
        self.nothing.setVisible(not has_row)
        for part in (self.title, self.pairs, *self._state_line, self.history_head, self.open_button):
            part.setVisible(has_row)

    def _history_head(self) -> QWidget:
        head = QWidget()
        set_ground(head, "head")
        row = QHBoxLayout(head)
        row.setContentsMargins(px(16), px(2), px(12), px(2))
        row.setSpacing(px(8))
        row.addWidget(Label(_("经过"), strong=True))
        self.count = Label("", size="note", tone="ink2")
        self.whole = Glyph("verified")
        self.broken = Glyph("error")
        self.all_button = Button(_("看全部"), "text", letter="A", small=True)
        self.all_button.clicked.connect(self._show_all)
        for part in (self.count, self.whole, self.broken):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.all_button)
        self.print_button = Button("", "text", icon="print", small=True)
        self.print_button.setAccessibleName(_("打印经过"))
        self.print_button.setToolTip(_("打印经过（F9）"))
        self.print_button.clicked.connect(self.print_wanted)
        row.addWidget(self.print_button)
        return head

    def show_row(self, row: ContractRow) -> None:
        """What the list knows already, at once; the rest comes with ``show_sheet``."""
        self._show_parts(True)
        self._sheet, self._all = None, False
        self.number.setText(in_fours(row.official_number) or row.local_serial)
        self.title.setText(row.title)
        self.pairs.show_pairs(
            [
                (_("卖方"), row.seller),
                (_("买方"), row.buyer),
                (_("成交额"), _("{amount} 元").format(amount=yuan(row.contract_amount))),
                (_("技术额"), _("{amount} 元").format(amount=yuan(row.technology_amount))),
            ]
        )
        self.state.set_state(row.state)
        self.reporting.set_state(row.reporting_state)
        self.count.setText("…")
        self.whole.hide()
        self.broken.hide()
        self.all_button.hide()
        self.timeline.show_rows([])

    def show_sheet(self, sheet: ContractSheet) -> None:
        """With its history."""
        self.show_row(sheet.row)
        self._sheet = sheet
        state = _("链条完整") if sheet.is_chain_whole else _("链条对不上，请做自检")
        self.count.setText(_("{n} 条，{state}").format(n=len(sheet.history), state=state))
        self.whole.setVisible(sheet.is_chain_whole)
        self.broken.setVisible(not sheet.is_chain_whole)
        self._show_history()

    def _show_history(self) -> None:
        if self._sheet is None:
            return
        history = self._sheet.history
        shown = history if self._all else history[:HISTORY_SHOWN]
        self.all_button.setVisible(len(shown) < len(history))
        rows = []
        for row in shown:
            changes = "；".join(f"{name} {old or '空'} → {new or '空'}" for name, old, new in row.changes)
            at = f"{local_time(row.at):%m-%d %H:%M}"
            ground = _("依据 {ground}").format(ground=row.ground) if row.ground else ""
            said = "　".join(part for part in (row.person, changes, ground) if part)
            rows.append(Happening(row.words, at, said, row.is_warning))
        self.timeline.show_rows(rows)

    def _show_all(self) -> None:
        self._all = True
        self._show_history()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """White, a line at its left."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(pen("line2"))
        painter.drawLine(0, 0, 0, self.height())


class SearchPage(Page):
    """See the head of this file. ``open`` takes words, or a mapping of filters (and ``text``)."""

    code = "search"

    def __init__(self, desk: Desk, jobs: JobRunner, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self.setAccessibleName(_("查询"))
        self._filters: dict[str, list[str]] = {}
        self._no_drafts = False
        self._asked = 0
        self._everything: int | None = None
        self._result: SearchResult | None = None
        self._sums: tuple[Decimal, Decimal] | None = None
        """Of the result shown; None while the worker is still adding."""
        self._choice: list[range] = []
        """The rows that the line below the list speaks of instead of all; empty: of all."""
        self._choice_sums: tuple[Decimal, Decimal] | None = None
        self._narrow = False
        self._drawer_wanted = True
        self._sheet_of: int | None = None
        self._order: tuple[str, str] | None = None
        """Column and direction other than newest first."""
        self._hidden: set[str] = set()
        self._added: list[str] = []
        self._widths: dict[str, dict[str, int]] = {}
        self._layouts: MutableMapping[str, str] | None = None
        self._is_laying = False
        self.queries: tuple[SavedQuery, ...] = ()
        self.query_chips: list[Chip] = []
        self.queries_dialog: QueriesDialog | None = None
        self.ask_target: ChooseTarget = choose_target
        self._export_job: Job | None = None
        self._is_exporting = False
        self._calls = Calls(jobs, self)
        self.popups: dict[str, ChoicePopup] = {}
        self.ranges: dict[str, RangePopup] = {}
        column = page_column(self)
        column.addWidget(self._head())
        column.addWidget(self._conditions())
        column.addWidget(Rule())
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._table(), 1)
        self.drawer = Drawer()
        self.drawer.open_wanted.connect(self.open_current)
        self.drawer.closed.connect(self.close_drawer)
        self.drawer.print_wanted.connect(self.print_history)
        row.addWidget(self.drawer)
        column.addLayout(row, 1)
        self.progress = Progress(_("正在导出　"))
        self.progress.stopped.connect(self._stop_export)
        column.addWidget(self.progress)
        for number in range(1, 10):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.run_query, number - 1))
        self._typing = after_quiet(self, PAUSE, self.search)
        self._looking = after_quiet(self, STILL, self._read_sheet)
        self._summing = after_quiet(self, STILL, self._ask_sums)
        self._choice_summing = after_quiet(self, PAUSE, self._ask_choice_sums)
        self._lay_out()

    # putting it together

    def _head(self) -> PageHead:
        head = PageHead(_("查询"))
        head.position.hide()
        hint = _("编号、单位、项目、人名、单位拼音首字母、100万-200万、2026-07")
        self.box = SearchBox(_("查询"), hint, key="")
        self.box.setToolTip(
            _("空格隔开的都要有。金额：486,000、100万-200万、>50万；日期：2026-07、2026-07-01..、签订2026-10")
        )
        self.box.setMinimumWidth(px(220))
        self.box.textChanged.connect(self._typed)
        self.box.searched.connect(self._entered)
        self.clear_button = Button("", "text", icon="dismiss", letter="Q")
        self.clear_button.setAccessibleName(_("清空"))
        self.clear_button.setToolTip(_("清空查询的字"))
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clear_button.clicked.connect(self._clear)
        head.add_left(self.box, 3)
        head.add_left(self.clear_button)
        self.export_tool = PageTool(_("导出"), "table_arrow_up")
        self.columns_tool = PageTool(_("栏目"), "table_add")
        self.parties_tool = PageTool(_("单位库"), "people")
        self.money_tool = PageTool(_("履行收入"), "clipboard_task_list_ltr")
        for tool, tip, act in (
            (self.parties_tool, _("单位库（Alt+W）"), self.go_to_parties),
            (self.money_tool, _("履行与收入（Alt+R）"), self.go_to_performance),
            (self.export_tool, _("导出查到的或所选的（Ctrl+E）"), self.export),
            (self.columns_tool, _("选要显示的栏目（Alt+L）"), self.offer_columns),
        ):
            tool.setToolTip(tip)
            tool.clicked.connect(act)
            head.add_right(tool)
        self.details_tool = PageTool(_("详情"), "document_search", key="F8", checkable=True)
        self.details_tool.clicked.connect(self.toggle_drawer)
        head.add_right(self.details_tool)
        return head

    def _conditions(self) -> QWidget:
        bar = QWidget()
        set_ground(bar, "paper")
        lines = QVBoxLayout(bar)
        lines.setContentsMargins(px(20), px(7), px(20), px(7))
        lines.setSpacing(px(6))
        self.query_row = FlowRow()
        self.query_row.setAccessibleName(_("常用查询"))
        self.query_row.hide()
        lines.addWidget(self.query_row)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        conditions = FlowRow()
        self.chips: dict[str, Chip] = {}
        for name in CHIPS:
            chip = Chip(name)
            chip.clicked.connect(self._chip_pressed)
            self.chips[name] = chip
            conditions.add(chip)
        row.addWidget(conditions, 1, Qt.AlignmentFlag.AlignTop)
        self.found = Label("", tone="ink2")
        self.found_count = Label("", strong=True)
        self.took = Label("", size="note", tone="ink2")
        for part in (self.found, self.found_count, self.took):
            part.setFixedHeight(self.chips["kind"].sizeHint().height())
            part.setAlignment(Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        lines.addLayout(row)
        self.understood = Label("", size="note", tone="ink2", wrap=True)
        self.understood.hide()
        lines.addWidget(self.understood)
        self._show_chips()
        return bar

    def _table(self) -> TableCard:
        self.view = ContractsView(_("查到的合同"), two_lines=True, multi=True)
        self.model = ContractTable(FOUND_TWO_LINES, self._desk.rows, self.view)
        self.view.setModel(self.model)
        self.view.opened.connect(self._opened)
        self.view.copied.connect(self._copied)
        self.view.copy_refused.connect(self._copy_refused)
        self.view.export_wanted.connect(self.export)
        self.view.marking_changed.connect(self._marked)
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
        self.view.selectionModel().currentRowChanged.connect(self._row_changed)
        header = self.view.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._head_clicked)
        header.sectionResized.connect(self._resized)
        self.model.loaded.connect(self._rows_came)
        self.model.failed.connect(self._failed)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card = TableCard(self.view, totals=True)
        card.setProperty("card", "")
        self.card = card
        self.empty_place = QVBoxLayout()
        self.empty_place.setContentsMargins(px(16), px(12), px(16), px(12))
        holder = QWidget()
        holder.setLayout(self.empty_place)
        self.empty_holder = holder
        holder.hide()
        card.add_foot(holder)
        return card

    # the page as the window sees it

    def keys(self) -> Sequence[Key]:
        """Bottom line."""
        is_marking = self.view.is_marking
        escape = Key("Esc", _("返回"))
        if is_marking:
            escape = Key("Esc", _("取消多选"), self.view.unmark)
        elif self._drawer_wanted:
            escape = Key("Esc", _("关详情"), self.close_drawer)
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找"), self.focus_box),
            Key("F6", _("常用"), self.open_queries),
            Key("F8", _("详情"), self.toggle_drawer),
            Key("F9", _("打印经过"), self.print_history, is_enabled=self.current_id() is not None),
            Key("空格", _("多选")),
            Key("Enter", _("打开")),
            Key(("Ctrl", "E"), _("导出"), self.export),
            escape,
            Key(("Alt", "L"), _("栏目"), self.offer_columns),
            Key(("Alt", "W"), _("单位库"), self.go_to_parties),
            Key(("Alt", "R"), _("履行与收入"), self.go_to_performance),
            Key(("Ctrl", "C"), _("复制编号")),
        )

    def primary(self) -> Primary | None:
        """Open the chosen contract."""
        chosen = self.current_id() is not None
        return Primary(_("打开这份"), self.open_current, chosen, _("请先用 ↑↓ 选一份合同"))

    def open(self, argument: object = None) -> None:
        """Words, filters, or nothing: the box gets the focus."""
        self._read_queries()
        if isinstance(argument, str):
            self._filters, self._no_drafts = {}, False
            self._put(argument)
        elif isinstance(argument, Mapping):
            wanted = {str(name): value for name, value in argument.items()}
            self._put(str(wanted.pop("text", "")))
            self._filters = {name: [str(v) for v in values] for name, values in wanted.items()}
            self._no_drafts = False
        self._show_chips()
        self.search()
        if isinstance(argument, Mapping):
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focus_box()

    def resume(self) -> None:
        """Come back to the same list; rows are read afresh, what is current, chosen and marked stays so."""
        if self._result is not None:
            with self.view.keeping_choice():
                self.model.show_ids(self._result.ids, self.model.words)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the drawer stays closed until F8."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._drawer_wanted = not narrow
        for tool in (self.export_tool, self.columns_tool, self.parties_tool, self.money_tool):
            tool.setVisible(not narrow)
        self.took.setVisible(not narrow)
        self.found.setVisible(not narrow)
        self._lay_out()

    def use_layouts(self, layouts: MutableMapping[str, str]) -> None:
        """What this machine remembers of its tables; changes are written into it at once."""
        self._layouts = layouts
        try:
            kept: Any = json.loads(layouts.get("search", "{}"))
            order = kept.get("sort")
            self._hidden = {str(code) for code in kept.get("hidden", ())}
            self._added = [str(code) for code in kept.get("added", ())]
            self._widths = {
                str(name): {str(code): int(width) for code, width in widths.items()}
                for name, widths in kept.get("widths", {}).items()
            }
            is_order = isinstance(order, list) and len(order) == 2 and order[0] in SORTABLE
            self._order = (str(order[0]), str(order[1])) if is_order else None
        except (ValueError, AttributeError, TypeError):
            self._hidden, self._added, self._widths, self._order = set(), [], {}, None
        self._show_chips()
        self._lay_out()

    def _remember(self) -> None:
        if self._layouts is not None:
            kept = {
                "widths": self._widths,
                "hidden": sorted(self._hidden),
                "added": self._added,
                "sort": list(self._order) if self._order else None,
            }
            self._layouts["search"] = json.dumps(kept)

    # searching

    def _put(self, words: str) -> None:
        self.box.blockSignals(True)
        self.box.setText(words)
        self.box.blockSignals(False)

    def focus_box(self) -> None:
        """F3: into the box, everything selected."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def _typed(self, _text: str) -> None:
        self._typing.start()

    def _entered(self, _text: str) -> None:
        if self._typing.isActive():
            self._typing.stop()
            self.search()
        if self.model.rowCount():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            if not self.view.currentIndex().isValid():
                self.view.select_row(0)

    def _clear(self) -> None:
        self.box.clear()
        self.focus_box()

    def filters(self) -> dict[str, list[str]]:
        """What is handed to the service."""
        wanted = {name: list(values) for name, values in self._filters.items() if values}
        if self._no_drafts and "state" not in wanted:
            wanted["state"] = list(NOT_DRAFT)
        return wanted

    def search(self) -> None:
        """Ask in the worker; an answer to an older question is thrown away."""
        self._typing.stop()
        self._summing.stop()
        self._asked += 1
        asked, words, filters, desk = self._asked, self.box.text().strip(), self.filters(), self._desk
        if self._order is not None:
            filters["sort"] = list(self._order)
        job = Job(lambda _job: (asked, words, desk.search(words, filters)))
        job.done.connect(self._came)
        job.failed.connect(self._not_found)
        self.found_count.setText("…")
        self._jobs.start(job)
        if self._everything is None:
            everything = Job(lambda _job: desk.search("").total) if words or filters else None
            if everything is not None:
                everything.done.connect(self._everything_came)
                everything.failed.connect(self._failed)
                self._everything = -1
                self._jobs.start(everything)

    def _everything_came(self, total: int) -> None:
        self._everything = total
        self._show_counts()

    def _came(self, answer: tuple[int, str, SearchResult]) -> None:
        asked, words, result = answer
        if asked != self._asked:
            return
        self._result, self._sums = result, None
        self._choice, self._choice_sums = [], None
        if result.total <= SUMMED_AT_ONCE:
            self._ask_sums()
        else:
            self._summing.start()
        if not words and not self.filters():
            self._everything = result.total
        self.model.order = result.order or ("day", "down")
        self.model.show_ids(result.ids, result.words)
        said = [_("按{conditions}查").format(conditions=result.understood)] if result.understood else []
        if self._order is not None and result.order is None:
            said.append(_("查到的太多，不另排序，仍是新的在前；加条件后再排"))
        self.understood.setText("。".join(said))
        self.understood.setVisible(bool(said))
        if self.model.rowCount():
            self.view.select_row(0)
        else:
            self._show_row()
        self._show_counts()
        self._show_totals()
        self._show_empty(words)
        self.keys_changed.emit()

    def _ask_sums(self) -> None:
        """Of the list shown; while something is typed the next search goes before."""
        if (result := self._result) is None:
            return
        if self._typing.isActive():
            self._summing.start()
            return
        if result.contract_sum is not None and result.technology_sum is not None:
            self._sums = (result.contract_sum, result.technology_sum)
            return
        desk, asked = self._desk, self._asked
        job = Job(lambda _job: (asked, desk.search_sums(result.ids)))
        job.done.connect(self._sums_came)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _sums_came(self, answer: tuple[int, tuple[Decimal, Decimal]]) -> None:
        asked, sums = answer
        if asked == self._asked:
            self._sums = sums
            self._show_totals()

    def _look_at_choice(self) -> int:
        """How many rows were chosen (marked, or more than one); 0: none. Their sums are asked for when the
        choice is another one and stays a moment.
        """
        spans = self.view.selected_spans()
        count = sum(len(span) for span in spans)
        if count == 1 and not self.view.is_marking:
            spans, count = [], 0
        if spans != self._choice:
            self._choice, self._choice_sums = spans, None
            self._choice_summing.start(PAUSE if count <= SUMMED_AT_ONCE else STILL)
        return count

    def _ask_choice_sums(self) -> None:
        """Of the rows chosen, added by the database as those of all are."""
        spans = self._choice
        if not spans or self._result is None or self._choice_sums is not None:
            return
        if self._typing.isActive():
            self._choice_summing.start()
            return
        desk, asked, ids = self._desk, self._asked, self.model.ids_in(spans)
        job = Job(lambda _job: (asked, spans, desk.search_sums(ids)))
        job.done.connect(self._choice_sums_came)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _choice_sums_came(self, answer: tuple[int, list[range], tuple[Decimal, Decimal]]) -> None:
        asked, spans, sums = answer
        if asked == self._asked and spans == self._choice:
            self._choice_sums = sums
            self._show_totals()

    def _not_found(self, exc: Exception) -> None:
        """A day that does not exist is said where it was typed; the list before it stays, with its sums."""
        if self._sums is None:
            self._summing.start()
        if isinstance(exc, RefusedError):
            self.found_count.setText("—")
            self.understood.setText(f"! {trouble_words(exc)}")
            self.understood.show()
            return
        self._failed(exc)

    def _failed(self, exc: Exception) -> None:
        self.found_count.setText("—")
        self.said.emit(trouble_words(exc), "err", True)

    def _show_counts(self) -> None:
        result = self._result
        if result is None:
            return
        total = self._everything if self._everything is not None and self._everything >= 0 else None
        self.found.setText(_("{n} 份中").format(n=f"{total:,}") if total is not None else "")
        self.found_count.setText(_("{n} 份").format(n=f"{result.total:,}"))
        self.took.setText(_("{n} 毫秒").format(n=result.milliseconds))

    def _show_totals(self) -> None:
        result = self._result
        if result is None or self.card.totals is None:
            return
        codes = [column.code for column in self.model.columns]
        chosen, sums = self._look_at_choice(), self._sums
        if chosen:
            sums = self._choice_sums
            words = {
                0: _("所选 {n} 份").format(n=f"{chosen:,}"),
                1: _("右边是所选的合计；共查到 {n} 份").format(n=f"{result.total:,}"),
            }
        else:
            words = {
                0: _("合计 {n} 份").format(n=f"{result.total:,}"),
                1: _("所选 {n} 份").format(n=f"{self.view.selected_count():,}"),
            }
        tones: dict[int, TokenName] = {1: "ink2"}
        if "amount" in codes:
            at = codes.index("amount")
            words[at] = yuan(sums[0]) if sums else "…"
            technology = codes.index("technology") if "technology" in codes else at + 1
            tones[technology] = "ink2"
            words[technology] = _("技术 {amount}").format(amount=yuan(sums[1]) if sums else "…")
        self.card.totals.show_totals(words, tones)

    def _show_empty(self, words: str) -> None:
        while (item := self.empty_place.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        has_rows = bool(self.model.rowCount())
        self.empty_holder.setVisible(not has_rows)
        if has_rows:
            return
        if self.filters():
            note = EmptyNote(_("没有符合的合同。"), _("去掉条件再找一遍。"), _("去掉所有条件"))
            note.pressed.connect(self.drop_filters)
        elif words:
            note = EmptyNote(
                _("没有符合的合同。"), _("换个词试试：编号的几位、单位名的两个字或拼音首字母都可以。")
            )
        else:
            note = EmptyNote(_("还没有合同。"), _("按 F5 新收一份。"))
        self.empty_place.addWidget(note)

    # conditions

    def _choices(self, name: str) -> list[tuple[str, str]]:
        if name == "kind":
            return list(KIND_WORDS.items())
        if name == "state":
            return list(STATE_WORDS.items())
        if name == "reporting":
            return list(REPORTING_WORDS.items())
        if name == "sort":
            heads = {column.code: column.head for column in (*FOUND, *MORE)}
            ways = {"up": _("从小到大"), "down": _("从大到小")}
            return [
                (f"{code} {way}", f"{heads[code]}　{word}") for code in SORTABLE for way, word in ways.items()
            ]
        year = self._desk.today().year
        return [(str(y), _("{year} 年").format(year=y)) for y in range(year, year - 12, -1)]

    def _chip_words(self, name: str) -> tuple[str, bool]:
        heads = {
            "kind": _("类别"),
            "state": _("状态"),
            "year": _("登记年度"),
            "reporting": _("上报"),
            "amount": _("金额"),
            "day": _("日期"),
            "sort": _("排序"),
        }
        if name == "drafts":
            return _("不含草稿"), self._no_drafts
        if name == "amount":
            found = self._filters.get("amount", [])
            return "、".join(amounts_of(code).words() for code in found) or heads[name], bool(found)
        if name == "day":
            days = [days_of(key, code) for key in day_words() for code in self._filters.get(key, [])]
            return "、".join(one.words() for one in days) or heads[name], bool(days)
        if name == "figure":
            return self._figure_words(), any(self._filters.get(key) for key in FROM_STATISTICS)
        if name == "sort":
            if self._order is None:
                return heads[name], False
            column = next(c for c in (*FOUND, *MORE) if c.code == self._order[0])
            return f"{heads[name]} {column.head} {'↑' if self._order[1] == 'up' else '↓'}", True
        chosen = self._filters.get(name, [])
        if name == "year" and self._filters.get("month"):
            months = "、".join(f"{m[:4]}-{m[4:]}" for m in self._filters["month"])
            return _("登记月 {months}").format(months=months), True
        if not chosen:
            return heads[name], False
        words = dict(self._choices(name))
        named = "、".join(words.get(code, code) for code in chosen[:3])
        if len(chosen) > 3:
            named += _("等 {n} 项").format(n=len(chosen))
        return f"{heads[name]} {named}", True

    def _figure_words(self) -> str:
        """卖方 本地、买方 外省、领域 先进制造技术."""
        said = [
            f"{head} {'、'.join(words.get(code, code) for code in self._filters[key])}"
            for key, (head, words) in place_filter_words().items()
            if self._filters.get(key)
        ]
        names = self._desk.codes
        fields = [names.name("tech_fields", code) or _("未填") for code in self._filters.get("field", [])]
        return "、".join([*said, *(_("领域 {name}").format(name=name) for name in fields)]) or _("统计所列")

    def _show_chips(self) -> None:
        for name, chip in self.chips.items():
            words, is_set = self._chip_words(name)
            chip.setText(words)
            chip.is_set = is_set
            chip.setVisible(is_set or name != "figure")
            chip.icon_name = "add" if name == "drafts" and not is_set else ""
            chip.setAccessibleName(_("{words}，去掉这个条件").format(words=words) if is_set else words)
            chip.updateGeometry()
            chip.update()

    def _chip_pressed(self) -> None:
        for name, chip in self.chips.items():
            if self.sender() is chip:
                self.press_chip(name)

    def press_chip(self, name: str) -> None:
        """A set condition goes; an open one shows its choices."""
        if name == "drafts":
            self._no_drafts = not self._no_drafts
        elif self.chips[name].is_set:
            self._filters.pop(name, None)
            if name == "year":
                self._filters.pop("month", None)
            if name == "day":
                for key in day_words():
                    self._filters.pop(key, None)
            if name == "figure":
                for key in FROM_STATISTICS:
                    self._filters.pop(key, None)
            if name == "sort":
                self._sort(None)
                return
        elif name in ("amount", "day"):
            self._offer_range(name)
            return
        else:
            self._offer(name)
            return
        self._show_chips()
        self.search()

    def _offer(self, name: str) -> None:
        chip = self.chips[name]
        if (popup := self.popups.get(name)) is None:
            popup = self.popups[name] = ChoicePopup(chip.text(), self._choices(name), self)
            popup.changed.connect(self._chooser(name))
        popup.offer(self._filters.get(name, []), chip.mapToGlobal(QPoint(0, chip.height() + px(2))))

    def _offer_range(self, name: str) -> None:
        chip = self.chips[name]
        if (popup := self.ranges.get(name)) is None:
            popup = self.ranges[name] = RangePopup(name, self._desk.today, self)
            popup.chosen.connect(self._range_chosen)
        popup.offer(chip.mapToGlobal(QPoint(0, chip.height() + px(2))))

    def _range_chosen(self, name: str, code: str) -> None:
        self._filters[name] = [code]
        self._show_chips()
        self.search()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chooser(self, name: str) -> Callable[[list[str]], None]:
        if name == "sort":
            return self._sort_chosen

        def choose(codes: list[str]) -> None:
            self._filters[name] = list(codes)
            self._show_chips()
            self._typing.start()

        return choose

    def _sort_chosen(self, codes: list[str]) -> None:
        before = " ".join(self._order) if self._order else ""
        fresh = [code for code in codes if code != before]
        self.popups["sort"].close()
        column, way = (fresh or [before])[0].split(" ") if fresh or before else ("", "")
        self._sort((column, way) if column else None)

    def _sort(self, order: tuple[str, str] | None) -> None:
        """Put the rows in this order; None: newest first."""
        self._order = order
        self._remember()
        self._show_chips()
        self.search()

    def _head_clicked(self, section: int) -> None:
        code = self.model.columns[section].code
        if code not in SORTABLE:
            return
        if self._order is not None and self._order[0] == code:
            self._sort((code, "down") if self._order[1] == "up" else None)
        else:
            self._sort((code, "up"))

    def drop_filters(self) -> None:
        """All conditions away; the words stay."""
        self._filters, self._no_drafts = {}, False
        self._show_chips()
        self.search()
        self.focus_box()

    # rows and drawer

    def current_id(self) -> int | None:
        """Id of the current row."""
        return self.model.id_at(self.view.currentIndex().row())

    def open_current(self) -> None:
        """F12, Enter."""
        key = self.current_id()
        if key is not None:
            self.wants.emit("case", key)

    def _opened(self, _index: QModelIndex) -> None:
        self.open_current()

    def _copied(self, count: int) -> None:
        self.said.emit(_("已复制 {n} 个编号（不带空格）").format(n=count), "ok", False)

    def _copy_refused(self, count: int) -> None:
        self.said.emit(_("选了 {n} 份，太多了，请用“导出”").format(n=f"{count:,}"), "warn", True)

    def _marked(self) -> None:
        self._show_totals()
        self.keys_changed.emit()

    def _selection_changed(self, _on: QItemSelection, _off: QItemSelection) -> None:
        self._show_totals()
        self._show_row()
        self.keys_changed.emit()

    def _row_changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        if self.view.is_marking:
            self._show_row()

    def _rows_came(self) -> None:
        if self._sheet_of is None:
            self._show_row()

    def _show_row(self) -> None:
        row = self.model.row_at(self.view.currentIndex().row())
        if row is None:
            self._sheet_of = None
            if not self.model.rowCount():
                self._looking.stop()
                self.drawer.show_nothing()
            return
        if row.id != self._sheet_of and self._drawer_wanted:
            self._sheet_of = row.id
            self.drawer.show_row(row)
            self._looking.start()

    def _read_sheet(self) -> None:
        key, desk = self._sheet_of, self._desk
        if key is None or not self._drawer_wanted:
            return
        if self._typing.isActive():
            self._looking.start()
            return
        job = Job(lambda _job: desk.contract(key))
        job.done.connect(self._sheet_came)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _sheet_came(self, sheet: Any) -> None:
        if isinstance(sheet, ContractSheet) and sheet.row.id == self._sheet_of:
            self.drawer.show_sheet(sheet)

    def toggle_drawer(self) -> None:
        """F8."""
        self._drawer_wanted = not self._drawer_wanted
        self._lay_out()

    def close_drawer(self) -> None:
        """Esc."""
        self._drawer_wanted = False
        self._lay_out()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _columns(self) -> tuple[Column, ...]:
        """Those chosen, as far as they leave room for the name of the contract."""
        base = FOUND_TWO_LINES if self._drawer_wanted or self._narrow else FOUND
        shown = tuple(column for column in base if column.code not in self._hidden)
        known = {column.code: column for column in MORE}
        added = [known[code] for code in self._added if code in known]
        room = self._list_room() - px(TITLE_AT_LEAST)
        widths = self._widths.get(self._layout_name(), {})

        def needed(columns: Sequence[Column]) -> int:
            return sum(px(widths.get(c.code, c.width)) for c in columns if c.code != "title")

        while added and needed((*shown, *added)) > room:
            added.pop()
        if not added and len(shown) == len(base):
            return base
        return (*shown, *added)

    def _layout_name(self) -> str:
        return "two" if self._drawer_wanted or self._narrow else "one"

    def _list_room(self) -> int:
        drawer = px(364) if self._drawer_wanted and not self._narrow else 0
        return max(px(400), self.width() - drawer - px(16))

    def _own_widths(self, columns: Sequence[Column]) -> Mapping[str, int]:
        """The widths drawn by hand, unless they would push the name of the contract out."""
        widths = self._widths.get(self._layout_name(), {})
        others = sum(px(widths.get(c.code, c.width)) for c in columns if c.code != "title")
        return widths if others + px(TITLE_AT_LEAST) <= self._list_room() else {}

    def _resized(self, section: int, _before: int, now: int) -> None:
        """Dragged by hand: remembered."""
        if self._is_laying or not 0 <= section < len(self.model.columns):
            return
        column = self.model.columns[section]
        header = self.view.horizontalHeader()
        if not column.code or header.sectionResizeMode(section) == header.ResizeMode.Stretch:
            return
        self._widths.setdefault(self._layout_name(), {})[column.code] = round(now * 100 / px(100))
        self._remember()

    def offer_columns(self) -> None:
        """Alt+L: which columns are shown."""
        if (popup := self.popups.get("columns")) is None:
            both = dict.fromkeys((*FOUND, *MORE))
            choices = [
                (column.code, column.head) for column in both if column.code not in ("number", "title")
            ]
            popup = self.popups["columns"] = ChoicePopup(_("显示的栏目"), choices, self)
            popup.changed.connect(self._columns_chosen)
        shown = [c.code for c in FOUND if c.code not in self._hidden] + self._added
        tool = self.columns_tool
        corner = tool.mapToGlobal(QPoint(0, tool.height())) if tool.isVisible() else QPoint()
        if corner.isNull():
            corner = self.view.mapToGlobal(QPoint(px(20), 0))
        popup.offer(shown, corner)

    def _columns_chosen(self, codes: list[str]) -> None:
        plain = {column.code for column in FOUND} - {"number", "title"}
        self._hidden = plain - set(codes)
        self._added = [column.code for column in MORE if column.code in codes]
        self._remember()
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room for added columns."""
        super().resizeEvent(event)
        if self._added or self._widths:
            self._lay_out()

    def _lay_out(self) -> None:
        shown = self._drawer_wanted
        columns = self._columns()
        self.drawer.setMinimumWidth(0 if self._narrow else px(364))
        self.drawer.setMaximumWidth(16_777_215 if self._narrow else px(364))
        self.drawer.setVisible(shown)
        self.card.setVisible(not (shown and self._narrow))
        self.details_tool.setChecked(shown)
        self._is_laying = True
        if columns != self.model.columns:
            with self.view.keeping_choice(), self.model.emptied():
                self.model.show_columns(columns)
                self.view.set_two_lines(self._layout_name() == "two")
        stretch = next(at for at, column in enumerate(columns) if column.code == "title")
        self.view.show_columns(columns, stretch, self._own_widths(columns))
        self._is_laying = False
        self._sheet_of = None
        self._show_row()
        self._show_totals()
        self.keys_changed.emit()

    # kept queries

    def _read_queries(self) -> None:
        self._calls.ask(self._desk.saved_queries, self._queries_came, self._failed)

    def _queries_came(self, found: tuple[SavedQuery, ...]) -> None:
        self.queries = found
        self.query_row.clear()
        self.query_chips = []
        for at, query in enumerate(found, 1):
            chip = Chip(f"{at} {query.name}", icon="bookmark")
            chip.setToolTip(f"Alt+{at}")
            chip.setAccessibleName(_("常用查询 {name}，Alt+{n}").format(name=query.name, n=at))
            chip.clicked.connect(partial(self.run_query, at - 1))
            self.query_chips.append(chip)
            self.query_row.add(chip)
        self.query_row.setVisible(bool(found))

    def run_query(self, at: int) -> None:
        """Alt+1 … Alt+9: put the kept conditions in the place of the present ones."""
        if not 0 <= at < len(self.queries):
            return
        query = self.queries[at]
        self._filters = {
            name: list(values) for name, values in query.filters.items() if name not in ("sort", "no_drafts")
        }
        self._no_drafts = "no_drafts" in query.filters
        self._put(query.text)
        self._show_chips()
        self.search()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.said.emit(_("常用查询：{name}").format(name=query.name), "", False)

    def conditions(self) -> tuple[str, dict[str, tuple[str, ...]]]:
        """Words and filters as they are kept."""
        filters = {name: tuple(values) for name, values in self._filters.items() if values}
        if self._no_drafts:
            filters["no_drafts"] = ("1",)
        return self.box.text().strip(), filters

    def open_queries(self) -> None:
        """F6: keep the present conditions under a name; rename or drop kept ones."""
        text, filters = self.conditions()
        dialog = QueriesDialog(self, self._desk, self._jobs, self.queries, text, filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self._queries_came)
        self.queries_dialog = dialog
        dialog.open()

    # export, history, other pages

    def export_ids(self) -> array[int]:
        """What an export takes: what is marked, or more rows than one chosen, else everything found."""
        if self._result is None:
            return array("q")
        if self.view.is_marking or self.view.selected_count() > 1:
            return self.model.ids_in(self.view.selected_spans())
        return array("q", self._result.ids)

    def export(self) -> None:
        """Ctrl+E: a workbook of what is shown; asks where to."""
        ids = self.export_ids()
        if not ids:
            self.said.emit(_("没有可导出的合同，请先查到再导出"), "warn", False)
        elif not self._is_exporting and not self._calls.is_busy:
            content = self.box.text().strip()
            self._calls.ask(
                partial(self._desk.list_name, ids, content), partial(self._export_to, ids), self._say_failed
            )

    def _export_to(self, ids: array[int], name: str) -> None:
        target = self.ask_target(self, _("导出清单"), name, _("Excel 工作簿 (*.xlsx)"))
        if target is None:
            return
        self.progress.start()
        desk = self._desk
        self._is_exporting = True
        self._export_job = self._calls.start(
            lambda job: desk.export_list(ids, target, job.step),
            self._exported,
            self._export_failed,
            cancelled=self._export_stopped,
            stepped=self.progress.step,
        )

    def _stop_export(self) -> None:
        if self._is_exporting and self._export_job is not None:
            self._export_job.cancel()

    def _exported(self, answer: tuple[Path, int]) -> None:
        path, count = answer
        self._export_over()
        self.said.emit(_("已导出 {n} 份：{path}").format(n=f"{count:,}", path=path), "ok", True)

    def _export_failed(self, exc: Exception) -> None:
        self._export_over()
        self.said.emit(trouble_words(exc), "err", True)

    def _export_stopped(self) -> None:
        self._export_over()
        self.said.emit(_("导出停下了，没有留下文件"), "warn", True)

    def _export_over(self) -> None:
        self._is_exporting = False
        self.progress.finish()

    def print_history(self) -> None:
        """F9: 经过 of the current contract as PDF."""
        key = self.current_id()
        row = self.model.row_at(self.view.currentIndex().row())
        if key is None or row is None:
            self.said.emit(_("请先用 ↑↓ 选一份合同"), "warn", False)
            return
        name = f"{row.local_serial}_{_('办理经过')}.pdf".replace(" ", "").replace("/", "-")
        target = self.ask_target(self, _("打印经过"), name, _("PDF 文件 (*.pdf)"))
        if target is not None:
            self._calls.ask(
                partial(self._desk.print_history, key, target), self._history_printed, self._say_failed
            )

    def _history_printed(self, path: Path) -> None:
        self.said.emit(_("办理经过已存为 {path}").format(path=path), "ok", True)

    def _say_failed(self, exc: Exception) -> None:
        self.said.emit(trouble_words(exc), "err", True)

    def go_to_parties(self) -> None:
        """Alt+W: 单位库."""
        self.wants.emit("parties", None)

    def go_to_performance(self) -> None:
        """Alt+R: 履行与收入."""
        self.wants.emit("performance", None)
