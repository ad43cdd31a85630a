"""查询: as you type, over a million contracts; conditions as chips, details and 经过 in a drawer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services.desk import Desk
from desktop.services.views import REPORTING_WORDS, STATE_WORDS, ContractRow, ContractSheet, SearchResult
from desktop.settings import local_time
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.parts import Pairs, page_column
from desktop.ui.pages.wording import KIND_WORDS, trouble_words, yuan
from desktop.ui.tables.columns import FOUND, FOUND_TWO_LINES
from desktop.ui.tables.contracts import ContractTable
from desktop.ui.tables.view import ContractsView
from desktop.ui.theme import ink, px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import Label, Rule, pen, set_ground
from desktop.ui.widgets.buttons import Button, CheckBox, Chip, PageTool
from desktop.ui.widgets.cards import EmptyNote, Glyph
from desktop.ui.widgets.fields import SearchBox
from desktop.ui.widgets.marks import StateDisc
from desktop.ui.widgets.spelling import in_fours
from desktop.ui.widgets.steps import Happening, Timeline
from desktop.ui.widgets.table import TableCard

PAUSE = 120
"""Milliseconds of quiet before a search starts."""
NOT_DRAFT = tuple(code for code in STATE_WORDS if code != "DRAFT")
STILL = 350
"""Milliseconds on one row before its history is read: that must not delay the next search."""
HISTORY_SHOWN = 6


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
        column.addWidget(self._history_head())
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
        self.all_button = Button(_("看全部"), "text", small=True)
        self.all_button.clicked.connect(self._show_all)
        for part in (self.count, self.whole, self.broken):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.all_button)
        return head

    def show_row(self, row: ContractRow) -> None:
        """What the list knows already, at once; the rest comes with ``show_sheet``."""
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
            rows.append(
                Happening(row.words, at, "　".join(p for p in (row.person, changes) if p), row.is_warning)
            )
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
        self._narrow = False
        self._drawer_wanted = True
        self._sheet_of: int | None = None
        self.popups: dict[str, ChoicePopup] = {}
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
        row.addWidget(self.drawer)
        column.addLayout(row, 1)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(PAUSE)
        self._typing.timeout.connect(self.search)
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(STILL)
        self._looking.timeout.connect(self._read_sheet)
        self._lay_out()

    # putting it together

    def _head(self) -> PageHead:
        head = PageHead(_("查询"))
        head.position.hide()
        self.box = SearchBox(_("查询"), _("编号、汉字、拼音首字母"), key="")
        self.box.setMinimumWidth(px(220))
        self.box.setMaximumWidth(px(326))
        self.box.textChanged.connect(self._typed)
        self.box.searched.connect(self._entered)
        self.clear_button = Button("", "text", icon="dismiss")
        self.clear_button.setAccessibleName(_("清空"))
        self.clear_button.setToolTip(_("清空查询的字"))
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clear_button.clicked.connect(self._clear)
        self.hint = Label(_("编号、汉字、拼音首字母，空格隔开都要有"), size="note", tone="ink2")
        head.add_left(self.box, 3)
        head.add_left(self.clear_button)
        head.add_left(self.hint)
        self.details_tool = PageTool(_("详情"), "document_search", key="F8", checkable=True)
        self.details_tool.clicked.connect(self.toggle_drawer)
        head.add_right(self.details_tool)
        return head

    def _conditions(self) -> QWidget:
        bar = QWidget()
        set_ground(bar, "paper")
        row = QHBoxLayout(bar)
        row.setContentsMargins(px(20), px(7), px(20), px(7))
        row.setSpacing(px(8))
        self._chip_row = row
        self.chips: dict[str, Chip] = {}
        for name in ("kind", "state", "year", "reporting", "drafts"):
            chip = Chip(name)
            chip.clicked.connect(self._chip_pressed)
            self.chips[name] = chip
            row.addWidget(chip)
        row.addStretch(1)
        self.found = Label("", tone="ink2")
        self.found_count = Label("", strong=True)
        self.took = Label("", size="note", tone="ink2")
        for part in (self.found, self.found_count, self.took):
            row.addWidget(part)
        self._show_chips()
        return bar

    def _table(self) -> TableCard:
        self.view = ContractsView(_("查到的合同"), two_lines=True, multi=True)
        self.model = ContractTable(FOUND_TWO_LINES, self._desk.rows, self.view)
        self.view.setModel(self.model)
        self.view.opened.connect(self._opened)
        self.view.copied.connect(self._copied)
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
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
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找"), self.focus_box),
            Key(("↑", "↓"), _("换行")),
            Key("空格", _("多选")),
            Key("Enter", _("打开")),
            Key("F8", _("详情"), self.toggle_drawer),
            Key(("Ctrl", "C"), _("复制编号")),
            Key("Esc", _("关详情"), self.close_drawer) if self._drawer_wanted else Key("Esc", _("返回")),
        )

    def primary(self) -> Primary | None:
        """Open the chosen contract."""
        chosen = self.current_id() is not None
        return Primary(_("打开这份"), self.open_current, chosen, _("请先用 ↑↓ 选一份合同"))

    def open(self, argument: object = None) -> None:
        """Words, filters, or nothing: the box gets the focus."""
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
        """Come back to the same list; rows are read afresh, the row keeps its place."""
        row = self.view.currentIndex().row()
        if self._result is not None:
            self.model.show_ids(self._result.ids, self.model.words)
            if 0 <= row < self.model.rowCount():
                self.view.select_row(row)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the drawer stays closed until F8."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._drawer_wanted = not narrow
        self.hint.setVisible(not narrow)
        self.took.setVisible(not narrow)
        self._lay_out()

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
        self._asked += 1
        asked, words, filters, desk = self._asked, self.box.text().strip(), self.filters(), self._desk
        job = Job(lambda _job: (asked, words, desk.search(words, filters)))
        job.done.connect(self._came)
        job.failed.connect(self._failed)
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
        self._ask_sums(asked, result)
        if not words and not self.filters():
            self._everything = result.total
        self.model.show_ids(result.ids, words)
        if self.model.rowCount():
            self.view.select_row(0)
        self._show_counts()
        self._show_totals()
        self._show_empty(words)
        self.keys_changed.emit()

    def _ask_sums(self, asked: int, result: SearchResult) -> None:
        if result.contract_sum is not None and result.technology_sum is not None:
            self._sums = (result.contract_sum, result.technology_sum)
            return
        desk = self._desk
        job = Job(lambda _job: (asked, desk.search_sums(result.ids)))
        job.done.connect(self._sums_came)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _sums_came(self, answer: tuple[int, tuple[Decimal, Decimal]]) -> None:
        asked, sums = answer
        if asked == self._asked:
            self._sums = sums
            self._show_totals()

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
        amount_at = next(at for at, c in enumerate(self.model.columns) if c.right)
        words = {
            0: _("合计 {n} 份").format(n=f"{result.total:,}"),
            1: _("所选 {n} 份").format(n=len(self.view.selected_rows())),
            amount_at: yuan(self._sums[0]) if self._sums else "…",
            amount_at + 1: _("技术 {amount}").format(amount=yuan(self._sums[1]) if self._sums else "…"),
        }
        self.card.totals.show_totals(words, {1: "ink2", amount_at + 1: "ink2"})

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
                _("没有符合的合同。"), _("换个词试试：编号的几位、单位名的两个字、拼音首字母都可以。")
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
        year = self._desk.today().year
        return [(str(y), _("{year} 年").format(year=y)) for y in range(year, year - 12, -1)]

    def _chip_words(self, name: str) -> tuple[str, bool]:
        heads = {"kind": _("类别"), "state": _("状态"), "year": _("登记年度"), "reporting": _("上报")}
        if name == "drafts":
            return _("不含草稿"), self._no_drafts
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

    def _show_chips(self) -> None:
        for name, chip in self.chips.items():
            words, is_set = self._chip_words(name)
            chip.setText(words)
            chip.is_set = is_set
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

    def _chooser(self, name: str) -> Callable[[list[str]], None]:
        def choose(codes: list[str]) -> None:
            self._filters[name] = list(codes)
            self._show_chips()
            self._typing.start()

        return choose

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

    def _selection_changed(self, _on: QItemSelection, _off: QItemSelection) -> None:
        self._show_totals()
        self._show_row()
        self.keys_changed.emit()

    def _rows_came(self) -> None:
        if self._sheet_of is None:
            self._show_row()

    def _show_row(self) -> None:
        row = self.model.row_at(self.view.currentIndex().row())
        if row is None:
            self._sheet_of = None
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

    def _lay_out(self) -> None:
        shown = self._drawer_wanted
        columns = FOUND_TWO_LINES if shown or self._narrow else FOUND
        self.drawer.setMinimumWidth(0 if self._narrow else px(364))
        self.drawer.setMaximumWidth(16_777_215 if self._narrow else px(364))
        self.drawer.setVisible(shown)
        self.card.setVisible(not (shown and self._narrow))
        self.details_tool.setChecked(shown)
        if columns is not self.model.columns:
            row = self.view.currentIndex().row()
            self.model.show_columns(columns)
            self.view.set_two_lines(columns is FOUND_TWO_LINES)
            if 0 <= row < self.model.rowCount():
                self.view.select_row(row)
        self.view.show_columns(columns, 1)
        self._sheet_of = None
        self._show_row()
        self._show_totals()
        self.keys_changed.emit()
