"""履行与收入: what was to be paid for registered contracts, what came, what was fixed as technical income.

Reached from 查询 (Alt+R); ``open`` takes the id of a contract, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet, PerformanceRow
from desktop.services.views import PerformancePage as Found
from desktop.ui.calls import Calls
from desktop.ui.dialogs.income import IncomeDialog
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.parts import Pairs, after_quiet, page_column
from desktop.ui.pages.sides import SidePanel, focus
from desktop.ui.pages.wording import trouble_words, yuan
from desktop.ui.tables.columns import Cell, text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import Label, Rule, set_ground
from desktop.ui.widgets.buttons import SegmentedToggle
from desktop.ui.widgets.cards import EmptyNote
from desktop.ui.widgets.entries import DateField
from desktop.ui.widgets.fields import SearchBox
from desktop.ui.widgets.flow import FlowRow
from desktop.ui.widgets.spelling import in_fours
from desktop.ui.widgets.table import DeskTable, TableCard

PAUSE, STILL = 200, 250


class PerformancePage(Page):
    """See the head of this file."""

    code = "performance"

    def __init__(self, desk: Desk, jobs: JobRunner, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self.setAccessibleName(_("履行与收入"))
        self._calls = Calls(jobs, self)
        self._asked = 0
        self._wanted: int | None = None
        self.only = "overdue"
        self.found: Found | None = None
        self.sheet: ContractSheet | None = None
        self.dialog: IncomeDialog | None = None
        self._narrow = False
        self._side_wanted = True
        column = page_column(self)
        column.addWidget(self._head())
        column.addWidget(self._conditions())
        column.addWidget(Rule())
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._list(), 1)
        self.side = self._details()
        row.addWidget(self.side)
        column.addLayout(row, 1)
        self._typing = after_quiet(self, PAUSE, self.search)
        self._looking = after_quiet(self, STILL, self._read_sheet)
        self._lay_out()

    # putting it together

    def _head(self) -> PageHead:
        head = PageHead(_("履行与收入"))
        self.box = SearchBox(_("查找合同"), _("编号、单位、项目、单位拼音首字母"))
        self.box.setMinimumWidth(px(220))
        self.box.textChanged.connect(self._typed)
        self.box.searched.connect(self._entered)
        head.add_left(self.box, 3)
        return head

    def _conditions(self) -> QWidget:
        bar = QWidget()
        set_ground(bar, "paper")
        line = QHBoxLayout(bar)
        line.setContentsMargins(px(20), px(7), px(20), px(7))
        row = FlowRow(12)
        line.addWidget(row, 1)
        choices = [
            ("overdue", _("到期未收")),
            ("open", _("收入未核完")),
            ("received", _("期间有收入")),
            ("all", _("全部")),
        ]
        self.toggle = SegmentedToggle(_("看哪些"), choices)
        self.toggle.choose(self.only)
        self.toggle.chosen.connect(self._only_chosen)
        row.add(self.toggle)
        today = self._desk.today()
        self.first, self.last = (
            DateField(_("收入期间起日"), today=self._desk.today),
            DateField(_("收入期间止日"), today=self._desk.today),
        )
        self.first.set_day(date(today.year, 1, 1))
        self.last.set_day(today)
        for word, entry in ((_("收入期间"), self.first), (_("至"), self.last)):
            pair = QWidget()
            inner = QHBoxLayout(pair)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(px(8))
            inner.addWidget(Label(word, tone="ink2"))
            entry.setFixedWidth(px(136))
            entry.committed.connect(self._period_changed)
            inner.addWidget(entry)
            row.add(pair)
        self.trouble = Label("", size="note", tone="err", wrap=True)
        self.trouble.hide()
        line.addWidget(self.trouble)
        return bar

    def _list(self) -> TableCard:
        heads = [
            (_("项目名称 / 编号"), False),
            (_("技术额（元）"), True),
            (_("已核收入（元）"), True),
            (_("余（元）"), True),
            (_("到期未收（元）"), True),
            (_("下一期"), False),
        ]
        self.model = PlainTable(heads, self)
        self.table = DeskTable(_("合同的履行"), two_lines=True)
        self.table.setModel(self.model)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.set_widths({1: 128, 2: 124, 3: 128, 4: 150, 5: 106}, stretch=0)
        self.table.opened.connect(self._opened)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        card = TableCard(self.table, totals=True)
        card.setProperty("card", "")
        self.card = card
        self.empty = EmptyNote(_("没有这样的合同。"), _("换一种清单，或改收入期间。"))
        self.empty.hide()
        card.add_foot(self.empty)
        return card

    def _details(self) -> SidePanel:
        side = SidePanel(_("履行详情"))
        self.pairs = Pairs(name_width=104, gap=2)
        side.body.addWidget(self.pairs)
        side.add_heading(_("付款约定"))
        self.payments = Label("", wrap=True)
        side.body.addWidget(self.payments)
        side.add_heading(_("已核定技术性收入"))
        self.incomes = Label("", wrap=True)
        side.body.addWidget(self.incomes)
        side.body.addWidget(
            Label(
                _("到期未收：到昨天为止应付的，减去表上记为已付的和已核定的收入中较多的一个。"),
                size="note",
                tone="ink3",
                wrap=True,
            )
        )
        side.body.addStretch(1)
        return side

    # the page as the window sees it

    def keys(self) -> Sequence[Key]:
        """Bottom line."""
        escape = Key("Esc", _("返回"))
        if self._narrow and self._side_wanted:
            escape = Key("Esc", _("关详情"), self.toggle_side)
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找"), self.focus_box),
            Key(("↑", "↓"), _("换行")),
            Key("Enter", _("打开这份")),
            Key("F8", _("详情"), self.toggle_side),
            Key(("Alt", "1"), _("到期未收"), partial(self.show_only, "overdue")),
            Key(("Alt", "2"), _("收入未核完"), partial(self.show_only, "open")),
            Key(("Alt", "3"), _("期间有收入"), partial(self.show_only, "received")),
            Key(("Alt", "4"), _("全部"), partial(self.show_only, "all")),
            escape,
        )

    def primary(self) -> Primary | None:
        """Fix one income of the contract in front."""
        if self.current_id() is None:
            return Primary(_("核定收入"), self.fix_income, False, _("请先用 ↑↓ 选一份合同"))
        sheet = self.sheet
        if sheet is None:
            return Primary(_("核定收入"), self.fix_income, False, _("正在读这份合同"))
        why_not = sheet.why_not.get("income", "")
        return Primary(_("核定收入"), self.fix_income, "income" in sheet.allowed, why_not)

    def open(self, argument: object = None) -> None:
        """A contract by its id, or what is overdue."""
        if isinstance(argument, int):
            self._wanted, self.only = argument, "all"
            self.toggle.choose(self.only)
        self.search()
        focus(self.table)

    def resume(self) -> None:
        """Back from a contract: the same row, read afresh."""
        self._wanted = self.current_id()
        self.search()
        focus(self.table)

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the details stay closed until F8, and a column goes."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._side_wanted = not narrow
        self._lay_out()

    def focus_box(self) -> None:
        """F3."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def toggle_side(self) -> None:
        """F8."""
        self._side_wanted = not self._side_wanted
        self._lay_out()
        if not self._side_wanted:
            focus(self.table)

    def _lay_out(self) -> None:
        self.side.fit(narrow=self._narrow)
        self.side.setVisible(self._side_wanted)
        self.card.setVisible(not (self._side_wanted and self._narrow))
        self.table.setColumnHidden(1, self._side_wanted or self._narrow)  # it stands in the details too
        self.keys_changed.emit()

    # searching

    def show_only(self, only: str) -> None:
        """Alt+1 … Alt+4."""
        self.toggle.choose(only)
        self._only_chosen(only)
        focus(self.table)

    def _only_chosen(self, only: str) -> None:
        self.only = only
        self.search()

    def _typed(self, _text: str) -> None:
        self._typing.start()

    def _entered(self, _text: str) -> None:
        if self._typing.isActive():
            self.search()
        if self.model.rowCount():
            focus(self.table)

    def _period_changed(self, *_what: object) -> None:
        self.search()

    def search(self) -> None:
        """Ask; an answer to an older question is thrown away."""
        self._typing.stop()
        first, last = self.first.day(), self.last.day()
        wrong = first is None or last is None
        self.trouble.setVisible(wrong)
        if first is None or last is None:
            self.trouble.setText(_("请写收入期间的起止日"))
            return
        self._asked += 1
        self._calls.ask(
            partial(self._desk.performance, first, last, only=self.only, text=self.box.text().strip()),
            partial(self._came, self._asked),
            self._failed,
        )

    def _came(self, asked: int, found: Found) -> None:
        if asked != self._asked:
            return
        self.found, self.sheet = found, None
        self.model.show_rows([self._cells(row) for row in found.rows])
        self.empty.setVisible(not found.rows)
        if self.card.totals is not None:
            count = _("合计 {n} 份").format(n=f"{found.total:,}")
            if found.total > len(found.rows):
                count += _("，列出 {n} 份").format(n=len(found.rows))
            self.card.totals.show_totals(
                {
                    0: count,
                    2: yuan(found.income),
                    3: yuan(found.left),
                    4: yuan(found.overdue),
                }
            )
        at = next((n for n, row in enumerate(found.rows) if row.id == self._wanted), 0)
        self._wanted = None
        if found.rows:
            self.table.select_row(at)
            self._read_sheet()
        else:
            self._show_nothing()
        self.keys_changed.emit()

    def _cells(self, row: PerformanceRow) -> list[Cell]:
        overdue = text("—")
        if row.overdue:
            since = _("自 {day}").format(day=row.overdue_since) if row.overdue_since else ""
            overdue = text(f"! {yuan(row.overdue)}", TONE="warn", BOLD=True, SECOND=since)
        return [
            text(row.title or "—", SECOND=f"{in_fours(row.number) if row.number.isdigit() else row.number}"),
            text(yuan(row.technology_amount)),
            text(yuan(row.income)),
            text(yuan(row.left)),
            overdue,
            text(row.next_due_on.isoformat() if row.next_due_on else "—"),
        ]

    def _failed(self, exc: Exception) -> None:
        self.said.emit(trouble_words(exc), "err", True)

    # one contract

    def current_row(self) -> PerformanceRow | None:
        """The line in front."""
        at = self.table.currentIndex().row()
        rows = self.found.rows if self.found else ()
        return rows[at] if 0 <= at < len(rows) else None

    def current_id(self) -> int | None:
        """Its contract."""
        row = self.current_row()
        return row.id if row else None

    def _row_changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self.sheet = None
        self._looking.start()
        self.keys_changed.emit()

    def _read_sheet(self) -> None:
        self._looking.stop()
        key = self.current_id()
        if key is not None:
            self._calls.ask(partial(self._desk.contract, key), self._sheet_came, self._failed)

    def _sheet_came(self, sheet: Any) -> None:
        row = self.current_row()
        if isinstance(sheet, ContractSheet) and row is not None and sheet.row.id == row.id:
            self.sheet = sheet
            self._show(row, sheet)
            self.keys_changed.emit()

    def _show_nothing(self) -> None:
        self.side.title.setText("")
        self.pairs.show_pairs([])
        self.payments.setText("—")
        self.incomes.setText("—")

    def _show(self, row: PerformanceRow, sheet: ContractSheet) -> None:
        self.side.title.setText(row.title)
        money = _("{amount} 元")
        self.pairs.show_pairs(
            [
                (_("卖方"), sheet.row.seller),
                (_("买方"), sheet.row.buyer),
                (_("成交额"), money.format(amount=yuan(sheet.row.contract_amount))),
                (_("技术额"), money.format(amount=yuan(row.technology_amount))),
                (_("约定付款"), money.format(amount=yuan(row.planned))),
                (_("到今天应付"), money.format(amount=yuan(row.due))),
                (_("已核收入"), money.format(amount=yuan(row.income))),
                (_("期间收入"), money.format(amount=yuan(row.income_in_period))),
                (_("还可核定"), money.format(amount=yuan(row.left))),
                (_("到期未收"), money.format(amount=yuan(row.overdue))),
            ]
        )
        today = self._desk.today()
        lines = []
        for payment in sheet.facts.payments:
            due = payment.due_on.isoformat() if payment.due_on else _("日期未定")
            state = ""
            if payment.paid_on:
                state = _("✓ {day} 已付").format(day=payment.paid_on)
            elif payment.due_on and payment.due_on < today:
                state = _("! 已到期")
            lines.append("　".join(part for part in (due, yuan(payment.amount), state) if part))
        self.payments.setText("\n".join(lines) or _("表上没有写分期付款"))
        incomes = [
            "　".join((income.received_on.isoformat() if income.received_on else "—", yuan(income.amount)))
            for income in sheet.facts.incomes
        ]
        self.incomes.setText("\n".join(incomes) or _("还没有核定过"))

    def _opened(self, _index: QModelIndex) -> None:
        if (key := self.current_id()) is not None:
            self.wants.emit("case", key)

    def fix_income(self) -> None:
        """F12: one receipt of money."""
        if self.sheet is None or "income" not in self.sheet.allowed:
            return
        dialog = IncomeDialog(self, self._desk, self._jobs, self.sheet)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._decided)
        self.dialog = dialog
        dialog.open()

    def _decided(self, result: object) -> None:
        if isinstance(result, ContractSheet):
            self._wanted = result.row.id
            if result.history:
                self.said.emit(result.history[0].words, "ok", True)
            self.search()
            focus(self.table)
