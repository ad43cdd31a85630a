"""统计: this year against the last and against the targets, by month, kind, field and flow."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QKeySequence, QPainter, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services.desk import Desk
from desktop.statistics.report import (
    KINDS,
    MEASURES,
    NOTHING,
    Progress,
    Span,
    StatisticsReport,
    Total,
    half_up,
    in_ten_thousand,
    percent,
    share_of,
    span_of,
)
from desktop.statistics.words import (
    basis_words,
    change_words,
    flow_words,
    in_unit,
    notes,
    only_here,
    place_words,
    places_shown,
)
from desktop.ui.calls import Calls
from desktop.ui.dialogs.print_preview import PrintPreview, pictures_of
from desktop.ui.dialogs.targets import TargetsDialog
from desktop.ui.pages.charts import ChartLegend, MonthBars, MonthFigures
from desktop.ui.pages.flow_bars import FlowBars, FlowFigures
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.parts import Scroller, choose_target, page_column
from desktop.ui.pages.wording import FULL_KIND_WORDS, trouble_words
from desktop.ui.printing import print_pdf, printer_names
from desktop.ui.tables.columns import TOOL_TIP, Cell, text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import NOTE, font, ink, metrics, px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import Label, Rule
from desktop.ui.widgets.buttons import Choice, PageTool, SegmentedToggle
from desktop.ui.widgets.cards import Card, EmptyNote, Glyph, Meter
from desktop.ui.widgets.cards import Progress as ProgressStrip
from desktop.ui.widgets.table import DeskDelegate, DeskTable, Role, TotalsRow

YEARS_BACK = 10
SIDE = 478
NOTES_SHOWN = 4
LIVE = ("REGISTERED", "CERTIFIED", "CHANGED")
SHARE = int(Qt.ItemDataRole.UserRole) + 40
"""Role of a cell with a small bar: its length against the longest, 0 to 1; the words stand beside it."""


class _ShareDelegate(DeskDelegate):
    """Bars of shares in the last column."""

    def _paint_content(
        self, painter: QPainter, box: QRectF, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        share = index.data(SHARE)
        if share is None:
            super()._paint_content(painter, box, index)
            return
        words = str(index.data())
        room = box.width() - metrics(NOTE).horizontalAdvance("100.0%") - px(6)
        wide = max(px(2) if share else 0, round(share * room))
        high = px(11)
        bar = QRectF(box.left(), box.top() + (box.height() - high) // 2, wide, high)
        painter.fillRect(bar, ink("accent"))
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink1"))
        place = box.adjusted(wide + px(6) if wide else 0, 0, 0, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class _LowTable(DeskTable):
    """Rows a little lower than elsewhere: the five kinds stand beside the months without a scroll bar."""

    def _fit_rows(self) -> None:
        super()._fit_rows()
        self.verticalHeader().setDefaultSectionSize(self.least_row())

    @staticmethod
    def least_row() -> int:
        """As low as a row may get."""
        return max(px(33), metrics().height() + px(8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The five kinds fill what room there is."""
        super().resizeEvent(event)
        room = self.viewport().height() // len(KINDS)
        self.verticalHeader().setDefaultSectionSize(max(self.least_row(), min(px(38), room)))


class _FigureCard(QFrame):
    """A figure, its change, its target with a bar, the share reached and the mark of the time passed."""

    def __init__(self, name: str, measure: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "plain")
        self.measure = measure
        self._name = name
        grid = QGridLayout(self)
        grid.setContentsMargins(px(16), px(5), px(16), px(6))
        grid.setVerticalSpacing(px(1))
        grid.setColumnStretch(0, 1)
        grid.addWidget(Label(name, tone="ink2"), 0, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.change = Label("", size="note", tone="ink2", strong=True)
        self.figure = Label("…", size="figure", strong=True)
        self.target = Label("", size="note", tone="ink2")
        self.meter = Meter(_("{name}完成").format(name=name))
        self.reached = Label("", size="note", strong=True)
        for label in (self.change, self.target, self.reached):
            label.setAlignment(right)
        grid.addWidget(self.change, 0, 1)
        grid.addWidget(self.figure, 1, 0)
        grid.addWidget(self.target, 1, 1, Qt.AlignmentFlag.AlignBottom)
        self.low = QHBoxLayout()
        self.low.setSpacing(px(10))
        self.low.addWidget(self.meter, 1)
        self.low.addWidget(self.reached)
        grid.addLayout(self.low, 2, 0, 1, 2)

    def show_figures(self, report: StatisticsReport, basis: str) -> None:
        """Figure, the year before, the change, the target."""
        split = report.splits[basis]
        now, before = split.now.of(self.measure), split.before.of(self.measure)
        change = change_words(now, before)
        was = _("上年同期 {n}").format(n=in_unit(before, self.measure))
        self.figure.setText(in_unit(now, self.measure))
        self.change.setText(change)
        self.change.set_tone("ok" if change.startswith("▲") else "warn" if change.startswith("▼") else "ink2")
        self.setToolTip(was)
        progress = report.progress(self.measure, basis)
        self.meter.setVisible(progress is not None)
        if progress is None:
            self.target.setText(was)
            said = self._why_none(report, basis)
            self.reached.setText(said)
            self.reached.set_tone("ink2")
        else:
            said = self._show_progress(progress)
        self.setAccessibleName("，".join([self._name, self.figure.text(), was, change, said]))

    def _why_none(self, report: StatisticsReport, basis: str) -> str:
        target = report.targets.of(self.measure) if report.targets else None
        if report.targets is None or target is None:
            return _("未设目标")
        if report.targets.basis != basis:
            return _("目标按{basis}设").format(basis=basis_words()[report.targets.basis])
        return _("目标按全年设：{n}").format(n=in_unit(target, self.measure))

    def _show_progress(self, progress: Progress) -> str:
        target = _("目标 {n}").format(n=in_unit(progress.target, self.measure).removesuffix(".00"))
        self.target.setText(target)
        reached = percent(progress.reached)
        self.meter.show_part(float(progress.reached), mark=float(progress.passed))
        self.reached.setText(f"! {reached}" if progress.is_behind else reached)
        self.reached.set_tone("warn" if progress.is_behind else "ink1")
        words = _("{target}，完成 {reached}").format(target=target, reached=reached)
        if progress.is_behind:
            words += _("，低于时间进度 {passed}").format(passed=percent(progress.passed))
        self.reached.setToolTip(words)
        return words


class StatisticsPage(Page):
    """Figures as the service sums them; Enter on a bar or a row lists its contracts."""

    code = "stats"

    def __init__(
        self,
        desk: Desk,
        jobs: JobRunner,
        *,
        parent: QWidget | None = None,
        ask_target: Callable[..., Path | None] = choose_target,
        printers: Callable[[], Sequence[str]] = printer_names,
        put_on_paper: Callable[..., int] = print_pdf,
    ) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self.ask_target, self._printers, self._put_on_paper = ask_target, printers, put_on_paper
        self._calls = Calls(jobs, self)
        self._reads = Calls(jobs, self)
        self._asked = 0
        self._export_job: Job | None = None
        self.report: StatisticsReport | None = None
        self.dialog: TargetsDialog | None = None
        self.preview: PrintPreview | None = None
        self.setAccessibleName(_("统计"))
        column = page_column(self)
        column.addWidget(self._head(desk.today()))
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(px(20), px(12), px(20), px(12))
        body.setSpacing(px(12))
        self.progress = ProgressStrip(_("正在导出统计表："))
        self.progress.stopped.connect(self._stop_export)
        body.addWidget(self.progress)
        body.addLayout(self._figure_cards())
        self.empty = EmptyNote(_("这段时间没有登记的合同。"), _("换一个年度，或到“今日”登记。"))
        self.empty.hide()
        body.addWidget(self.empty)
        self.blocks = QGridLayout()
        self.blocks.setSpacing(px(12))
        self._cards = (
            self._months_card(),
            self._kinds_card(),
            self._flow_card(),
            self._notes_card(),
        )
        self._place_blocks(narrow=False)
        body.addLayout(self.blocks, 1)
        column.addWidget(Scroller(inside), 1)
        for number, unit in enumerate(("month", "quarter", "year"), 1):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._choose_unit, unit))

    def _head(self, today: date) -> PageHead:
        head = PageHead(_("统计"))
        head.position.hide()
        units = [("month", _("月")), ("quarter", _("季")), ("year", _("年"))]
        self.unit = SegmentedToggle(_("期间"), units)
        self.unit.choose("year")
        self.unit.chosen.connect(self._changed)
        years = range(today.year, today.year - YEARS_BACK, -1)
        self.year = Choice(_("年度"), [(str(y), _("{year} 年").format(year=y)) for y in years])
        self.year.choose(str(today.year))
        self.year.currentIndexChanged.connect(self._changed)
        self.year.setMinimumWidth(px(110))
        self.basis = SegmentedToggle(_("口径"), list(basis_words().items()))
        self.basis.choose("registered")
        self.basis.chosen.connect(self._show)
        self.until = Label("", size="note", tone="ink2")
        for widget in (self.unit, self.year, self.basis, self.until):
            head.add_left(widget)
        head.add_left(QWidget(), 1)
        self.tools = (
            PageTool(_("目标"), "target_edit", letter="M"),
            PageTool(_("打印"), "print", letter="P"),
            PageTool(_("导出"), "table_arrow_up", letter="D"),
        )
        for tool, act in zip(self.tools, (self.open_targets, self.open_preview, self.export), strict=True):
            tool.clicked.connect(act)
            head.add_right(tool)
        return head

    def _figure_cards(self) -> QGridLayout:
        self._card_grid = QGridLayout()
        self._card_grid.setSpacing(px(12))
        self.count = _FigureCard(_("合同数（份）"), "count")
        self.contract = _FigureCard(_("合同成交额（万元）"), "contract")
        self.technology = _FigureCard(_("技术交易额（万元）"), "technology")
        self.time = QFrame()
        self.time.setProperty("card", "quiet")
        column = QVBoxLayout(self.time)
        column.setContentsMargins(px(16), px(5), px(16), px(6))
        column.setSpacing(px(1))
        column.addWidget(Label(_("时间进度"), tone="ink2"))
        self.passed = Label("", size="figure", strong=True)
        column.addWidget(self.passed)
        self.mark_words = Label(_("┃ 进度条上的竖线"), size="note", tone="ink2")
        column.addWidget(self.mark_words)
        self._place_cards(4)
        return self._card_grid

    def _place_cards(self, in_a_row: int) -> None:
        for at, card in enumerate((self.count, self.contract, self.technology, self.time)):
            self._card_grid.addWidget(card, at // in_a_row, at % in_a_row)
        stretches = (4, 4, 4, 3) if in_a_row == 4 else (1, 1, 0, 0)
        for at, stretch in enumerate(stretches):
            self._card_grid.setColumnStretch(at, stretch)

    def _place_blocks(self, *, narrow: bool) -> None:
        for at, card in enumerate(self._cards):
            self.blocks.addWidget(card, at if narrow else at // 2, 0 if narrow else at % 2)
        for card in self._cards[1::2]:
            if narrow:
                card.setMinimumWidth(0)
                card.setMaximumWidth(16_777_215)
            else:
                card.setFixedWidth(px(SIDE))
        self.blocks.setRowStretch(0, 1)
        self.blocks.setColumnStretch(0, 1)

    def _months_card(self) -> Card:
        self.month_card = Card(_("各月成交额"), _("万元"), ruled=False)
        self.legend = ChartLegend(_("今年"), _("上年"))
        self.month_card.add_to_head(self.legend)
        self.months = MonthBars(_("各月成交额"))
        self.months.opened.connect(self._open_month)
        self.month_card.body.setContentsMargins(px(10), 0, px(8), px(8))
        self.month_card.body.addWidget(self.months, 1)
        return self.month_card

    def _kinds_card(self) -> Card:
        self.split_card = Card(_("五类合同"), _("金额为万元"), ruled=False, padded=False)
        self.view = SegmentedToggle(_("分项"), [("kinds", _("五类")), ("fields", _("领域"))])
        self.view.choose("kinds")
        self.view.chosen.connect(self._show)
        self.split_card.add_to_head(self.view)
        if self.split_card.head is not None:
            self.split_card.head.setContentsMargins(px(16), px(3), px(8), px(3))
        heads = [
            (_("份数"), True),
            (_("成交额"), True),
            (_("技术交易额"), True),
            (_("占成交额"), False),
        ]
        self.kinds = PlainTable([(_("类别"), False), *heads], self)
        self.fields = PlainTable([(_("技术领域"), False), *heads], self)
        self.kind_table = _LowTable(_("五类合同，万元"))
        self.kind_table.setItemDelegate(_ShareDelegate(self.kind_table))
        self.kind_table.setModel(self.kinds)
        self.kind_table.opened.connect(self._open_row)
        self.totals = TotalsRow(self.kind_table)
        self.split_card.body.setSpacing(0)
        self.split_card.body.addWidget(self.kind_table, 1)
        self.split_card.body.addWidget(self.totals)
        self._fit_table()
        return self.split_card

    def _fit_table(self) -> None:
        self.kind_table.set_widths({1: 66, 2: 104, 3: 104, 4: 108}, stretch=0)
        rows = self.kind_table.least_row() * len(KINDS)
        self.kind_table.setMinimumHeight(rows + self.kind_table.horizontalHeader().sizeHint().height() + 2)

    def _flow_card(self) -> Card:
        self.flow_card = Card(_("输出与吸纳流向"), _("成交额，万元"), ruled=False)
        self.flow = FlowBars(_("输出与吸纳流向"))
        self.flow.opened.connect(self._open_flow)
        self.flow_card.body.setContentsMargins(px(16), 0, px(16), px(8))
        self.flow_card.body.addWidget(self.flow, 1)
        return self.flow_card

    def _notes_card(self) -> Card:
        self.note_card = Card(_("要留意的"))
        self.note_card.body.setSpacing(px(4))
        self.note_card.body.setContentsMargins(px(16), px(5), px(16), px(6))
        self.note_rows = QVBoxLayout()
        self.note_rows.setSpacing(px(3))
        self.note_card.body.addLayout(self.note_rows)
        self.note_card.body.addStretch(1)
        foot = _(
            "按登记日计，变更计回登记所属期；同比与上年同一段日子比。金额单位万元，合计后四舍五入到两位小数"
        )
        self.note_card.body.addWidget(Label(foot, size="note", tone="ink2", wrap=True))
        self.note_words: list[str] = []
        return self.note_card

    # the page as the window sees it

    def keys(self) -> Sequence[Key]:
        """Bottom line."""
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找")),
            Key(("Alt", "1-3"), _("月、季、年")),
            Key("Tab", _("下一块")),
            Key("Enter", _("看这些合同")),
            Key("F9", _("打印预览"), self.open_preview),
            Key(("Ctrl", "E"), _("导出 Excel"), self.export),
            Key("Esc", _("返回")),
        )

    def primary(self) -> Primary | None:
        """List what was counted."""
        return Primary(_("看这些合同"), self._open_all)

    def open(self, argument: object = None) -> None:
        """Count afresh."""
        self.read()
        self.unit.setFocus(Qt.FocusReason.OtherFocusReason)

    def resume(self) -> None:
        """Come back: the focus stays."""
        self.read()

    def set_narrow(self, narrow: bool) -> None:
        """Two figures a row, one column of cards; print and export by their keys."""
        self._place_blocks(narrow=narrow)
        self._place_cards(2 if narrow else 4)
        self.until.setVisible(not narrow)
        for tool in self.tools[1:]:
            tool.setVisible(not narrow)

    # reading and showing

    def span(self) -> Span:
        """The days chosen."""
        return span_of(self.unit.choice() or "year", int(self.year.choice()), self._desk.today())

    def read(self) -> None:
        """Ask in the worker; an answer to an older choice is thrown away."""
        self._asked += 1
        asked, desk = self._asked, self._desk
        unit, year = self.unit.choice() or "year", int(self.year.choice())
        self._reads.start(
            lambda _job: (asked, desk.statistics(unit, year)), self._came, partial(self._not_come, asked)
        )

    def _came(self, answer: tuple[int, StatisticsReport]) -> None:
        asked, report = answer
        if asked != self._asked:
            return
        self.report = report
        self._show()
        counted = report.splits["registered"].now.count
        if report.seconds:
            is_quick = report.seconds < 0.1
            words = _("不到 0.1 秒算完 {n} 份") if is_quick else _("{seconds} 秒算完 {n} 份")
            self.said.emit(words.format(seconds=f"{report.seconds:.1f}", n=f"{counted:,}"), "ok", False)

    def _not_come(self, asked: int, exc: Exception) -> None:
        if asked == self._asked:
            self._failed(exc)

    def _show(self, *_what: object) -> None:
        report = self.report
        if report is None:
            return
        basis = self.basis.choice()
        for card in (self.count, self.contract, self.technology):
            card.show_figures(report, basis)
        self.passed.setText(percent(report.span.passed))
        has_mark = any(report.progress(measure, basis) for measure in MEASURES)
        self.mark_words.setText(_("┃ 进度条上的竖线") if has_mark else _("已过的日子占全期"))
        self.until.setText(_("截至 {day}，按登记日").format(day=report.span.last.isoformat()))
        is_empty = not report.splits["registered"].now.count
        self.empty.setVisible(is_empty)
        for block in (self.flow_card, self.note_card):
            block.setVisible(not is_empty)
        self._show_months(report, basis)
        self._show_split(report, basis)
        self._show_flow(report)
        self._show_notes(report, basis)
        self.keys_changed.emit()

    def _show_months(self, report: StatisticsReport, basis: str) -> None:
        today, split, year = self._desk.today(), report.splits[basis], report.year
        target = report.targets.contract if report.targets and report.targets.basis == basis else None
        mean = None if target is None else target / 12
        named = "" if mean is None else _("月均目标 {n}").format(n=f"{half_up(mean / 10_000, 0):,}")
        self.month_card.remark.setText(
            _("万元；吸纳{only}").format(only=only_here()) if basis == "inward" else _("万元")
        )
        self.legend.set_words(str(year), str(year - 1), named)
        self.months.show_months(
            [
                MonthFigures(
                    f"{year}{month:02}",
                    _("{n}月").format(n=month),
                    split.months.get(month, NOTHING).contract,
                    split.months_before.get(month, NOTHING).contract,
                    is_ahead=(year, month) > (today.year, today.month),
                )
                for month in range(1, 13)
            ],
            mean,
        )

    def _show_split(self, report: StatisticsReport, basis: str) -> None:
        split, is_fields = report.splits[basis], self.view.choice() == "fields"
        totals: Mapping[str, Total] = split.fields if is_fields else split.kinds
        if is_fields:
            names = self._desk.codes
            keys = sorted(totals, key=lambda key: (-totals[key].contract, key))
            named = {key: names.name("tech_fields", key) or _("未填") for key in keys}
        else:
            keys = [*KINDS, *(key for key in sorted(totals) if key not in KINDS)]
            named = {key: FULL_KIND_WORDS.get(key, key or _("未填")) for key in keys}
        model = self.fields if is_fields else self.kinds
        if self.kind_table.model() is not model:
            self.kind_table.setModel(model)
            self._fit_table()
        self.kind_table.setColumnHidden(3, is_fields)
        title = _("技术领域") if is_fields else _("五类合同")
        self.split_card.title.setText(title)
        self.kind_table.setAccessibleName(_("{title}，万元").format(title=title))
        row = self.kind_table.currentIndex().row()
        most = max((total.contract for total in totals.values()), default=split.now.contract)
        lines = [self._line(named[key], totals.get(key, NOTHING), split.now, most) for key in keys]
        model.show_rows(lines, keys)
        if 0 <= row < len(keys):
            self.kind_table.select_row(row)
        cells = {
            0: _("合计"),
            1: f"{split.now.count:,}",
            2: in_ten_thousand(split.now.contract),
            3: in_ten_thousand(split.now.technology),
            4: percent(share_of(1, 1)) if split.now.contract else "—",
        }
        self.totals.show_totals({at: words for at, words in cells.items() if not (is_fields and at == 3)})

    @staticmethod
    def _line(name: str, total: Total, whole: Total, most: Decimal) -> list[Cell]:
        share = share_of(total.contract, whole.contract)
        bar: Cell = text(percent(share)) | {SHARE: float(share_of(total.contract, most) or 0)}
        return [
            text(name) | {TOOL_TIP: name},
            text(f"{total.count:,}"),
            text(in_ten_thousand(total.contract)),
            text(in_ten_thousand(total.technology)),
            bar,
        ]

    def _show_flow(self, report: StatisticsReport) -> None:
        names = place_words(report.level)
        shown = [
            place
            for place in places_shown(report)
            if place != "unknown" or report.inward[place].count or report.outward[place].count
        ]
        into, out = report.splits["inward"].now, report.splits["outward"].now
        heads = _("← 吸纳 {n} 份　{sum}"), _("输出 {n} 份　{sum} →")
        self.flow.show_rows(
            [
                FlowFigures(
                    place,
                    names[place],
                    report.inward[place].contract,
                    report.inward[place].count,
                    report.outward[place].contract,
                    report.outward[place].count,
                )
                for place in shown
            ],
            heads[0].format(n=f"{into.count:,}", sum=in_ten_thousand(into.contract)),
            heads[1].format(n=f"{out.count:,}", sum=in_ten_thousand(out.contract)),
        )
        self.flow_card.remark.setText(_("成交额，万元；吸纳{only}").format(only=only_here()))
        self.flow_card.setToolTip(flow_words(report))

    def _show_notes(self, report: StatisticsReport, basis: str) -> None:
        _clear(self.note_rows)
        said = notes(report, basis)
        self.note_words = [words for _level, words in said]
        if len(said) > NOTES_SHOWN:
            rest = _("另有 {n} 条，见打印预览（F9）").format(n=len(said) - NOTES_SHOWN + 1)
            said = [*said[: NOTES_SHOWN - 1], ("note", rest)]
        if not said:
            said = [("ok", _("没有要留意的"))]
        for at, (level, words) in enumerate(said):
            if at:
                self.note_rows.addWidget(Rule())
            row = QHBoxLayout()
            row.setSpacing(px(8))
            if level != "ok":
                glyph = Glyph(level)
                glyph.setFixedHeight(metrics().height())
                row.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(words, wrap=True), 1)
            self.note_rows.addLayout(row)

    def _failed(self, exc: Exception) -> None:
        self.said.emit(trouble_words(exc), "err", True)

    # targets, paper, workbook

    def open_targets(self) -> None:
        """目标 of the year shown."""
        report = self.report
        if report is None:
            return
        self.dialog = TargetsDialog(self, self._desk, self._jobs, report.year, report.targets)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.decided.connect(self._targets_kept)
        self.dialog.open()

    def _targets_kept(self, _result: object) -> None:
        self.said.emit(_("年度目标已记下"), "ok", False)
        self.read()

    def open_preview(self) -> None:
        """F9: the tables and charts on paper."""
        report, desk, basis = self.report, self._desk, self.basis.choice()
        if report is None or self._calls.is_busy:
            return

        def work(_job: Job) -> tuple[Path, list[Any], list[str], str]:
            folder = Path(tempfile.mkdtemp(prefix="contract-desk-"))
            try:
                pdf = desk.print_statistics(report, basis, folder / "statistics.pdf")
                pictures = pictures_of(pdf)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            return pdf, pictures, list(self_printers()), desk.statistics_name(report, basis, ".pdf")

        self_printers = self._printers
        self._calls.start(work, self._previewed, self._failed)

    def _previewed(self, made: tuple[Path, list[Any], list[str], str]) -> None:
        pdf, pictures, printers, name = made
        self.preview = PrintPreview(
            self,
            self._jobs,
            _("打印预览：统计表"),
            pdf,
            pictures,
            printers,
            name,
            put_on_paper=self._put_on_paper,
            ask_target=self.ask_target,
        )
        self.preview.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview.said.connect(self._preview_said)
        self.preview.finished.connect(lambda _code: shutil.rmtree(pdf.parent, ignore_errors=True))
        self.preview.open()

    def _preview_said(self, words: str, level: str) -> None:
        self.said.emit(words, level, True)

    def export(self) -> None:
        """Ctrl+E: a workbook of the tables; asks where to."""
        report, basis = self.report, self.basis.choice()
        if report is None or self._calls.is_busy:
            return
        self._calls.ask(
            partial(self._desk.statistics_name, report, basis, ".xlsx"),
            partial(self._export_to, report, basis),
            self._failed,
        )

    def _export_to(self, report: StatisticsReport, basis: str, name: str) -> None:
        target = self.ask_target(self, _("导出统计表"), name, _("Excel 工作簿 (*.xlsx)"))
        if target is None:
            return
        self.progress.start()
        desk = self._desk
        self._export_job = self._calls.start(
            lambda job: desk.export_statistics(report, basis, target, job.step),
            self._exported,
            self._export_failed,
            cancelled=self._export_stopped,
            stepped=self.progress.step,
        )

    def _stop_export(self) -> None:
        if self._export_job is not None:
            self._export_job.cancel()

    def _exported(self, path: Path) -> None:
        self._export_over()
        self.said.emit(_("统计表已导出：{path}").format(path=path), "ok", True)

    def _export_failed(self, exc: Exception) -> None:
        self._export_over()
        self._failed(exc)

    def _export_stopped(self) -> None:
        self._export_over()
        self.said.emit(_("导出已停下，没有留下文件"), "", False)

    def _export_over(self) -> None:
        self.progress.finish()
        self._export_job = None

    # acting

    def _changed(self, *_what: object) -> None:
        self.read()

    def _choose_unit(self, unit: str) -> None:
        self.unit.choose(unit)
        self.read()

    def _list(self, **filters: list[str]) -> None:
        """The contracts counted: of this basis, still in the sums."""
        places = {"outward": "seller_place", "inward": "buyer_place"}
        if name := places.get(self.basis.choice()):
            filters.setdefault(name, ["home"])
        self.wants.emit("search", {**filters, "state": list(LIVE)})

    def _open_month(self, key: str) -> None:
        self._list(month=[key])

    def _open_row(self, index: QModelIndex) -> None:
        key = str(index.data(Role.KEY) or "")
        if self.view.choice() == "fields":
            self._list(field=[key], **self._time_filter())
        else:
            self._list(kind=[key or "none"], **self._time_filter())

    def _open_flow(self, place: str, is_inward: bool) -> None:
        ours, theirs = ("buyer_place", "seller_place") if is_inward else ("seller_place", "buyer_place")
        wanted = {ours: ["home"], theirs: [place], **self._time_filter(), "state": list(LIVE)}
        self.wants.emit("search", wanted)

    def _open_all(self) -> None:
        self._list(**self._time_filter())

    def _time_filter(self) -> dict[str, list[str]]:
        span = self.span()
        if self.unit.choice() == "year":
            return {"year": [str(span.first.year)]}
        months = range(span.first.month, span.whole_last.month + 1)
        return {"month": [f"{span.first.year}{month:02}" for month in months]}


def _clear(layout: QLayout) -> None:
    """Take everything out of a layout, and what lies in it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inside := item.layout()) is not None:
            _clear(inside)
