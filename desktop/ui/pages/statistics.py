"""统计: this year against the last, by month, kind and field; only figures that are in the database."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services.desk import Desk
from desktop.ui.pages.charts import ChartLegend, MonthBars, MonthFigures, ShareBars
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.parts import Columns, Scroller, page_column
from desktop.ui.pages.wording import FULL_KIND_WORDS, in_ten_thousands, trouble_words
from desktop.ui.tables.columns import text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Choice, SegmentedToggle
from desktop.ui.widgets.cards import Card, EmptyNote, Meter
from desktop.ui.widgets.table import DeskTable, Role, TableCard

Figures = tuple[tuple[str, int, Decimal, Decimal], ...]
YEARS_BACK = 10
KINDS = ("DEV", "TRF", "LIC", "CON", "SVC")


@dataclass(frozen=True, slots=True)
class Span:
    """Days counted: a year, a quarter or a month, cut off at today."""

    first: date
    last: date
    whole_last: date
    """The last day of the span if it were over."""

    def year_before(self) -> Span:
        """The same days one year earlier, also cut off."""
        return Span(_earlier(self.first), _earlier(self.last), _earlier(self.whole_last))

    @property
    def passed(self) -> float:
        """Share of the days gone."""
        whole = (self.whole_last - self.first).days + 1
        return ((self.last - self.first).days + 1) / whole


def _earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def span_of(unit: str, year: int, today: date) -> Span:
    """``year``, or the quarter or month of that year in which today lies."""
    if unit == "year":
        first, whole = date(year, 1, 1), date(year, 12, 31)
    elif unit == "quarter":
        month = (today.month - 1) // 3 * 3 + 1
        first = date(year, month, 1)
        whole = date(year, month + 2, calendar.monthrange(year, month + 2)[1])
    else:
        first = date(year, today.month, 1)
        whole = date(year, today.month, calendar.monthrange(year, today.month)[1])
    return Span(first, max(first, min(whole, today)) if year == today.year else whole, whole)


def change_words(now: Decimal, before: Decimal) -> str:
    """同比 12.84%, exact to two places; — when there was nothing the year before."""
    if not before:
        return _("同比 —")
    share = ((now - before) / before * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    sign = "▲" if share > 0 else "▼" if share < 0 else ""
    return _("{sign} 同比 {share}%").format(sign=sign, share=abs(share)).strip()


class _FigureCard(QFrame):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "plain")
        self._name = name
        grid = QGridLayout(self)
        grid.setContentsMargins(px(16), px(8), px(16), px(10))
        grid.setVerticalSpacing(px(2))
        grid.addWidget(Label(name, tone="ink2"), 0, 0)
        self.change = Label("", size="note", tone="ink2", strong=True)
        self.change.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.change, 0, 1)
        self.figure = Label("…", size="figure", strong=True)
        grid.addWidget(self.figure, 1, 0)
        self.before = Label("", size="note", tone="ink2")
        self.before.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.before, 1, 1)

    def show_figures(self, now: str, before: str, change: str) -> None:
        """Figure, the year before, the change."""
        self.figure.setText(now)
        self.before.setText(before)
        self.change.setText(change)
        self.change.set_tone("ok" if change.startswith("▲") else "warn" if change.startswith("▼") else "ink2")
        self.setAccessibleName(f"{self._name}，{now}，{before}，{change}")


class StatisticsPage(Page):
    """Figures as the service sums them; Enter on a month or a kind lists its contracts."""

    code = "stats"

    def __init__(self, desk: Desk, jobs: JobRunner, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self._asked = 0
        self.setAccessibleName(_("统计"))
        today = desk.today()
        column = page_column(self)
        column.addWidget(self._head(today))
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(px(20), px(12), px(20), px(12))
        body.setSpacing(px(12))
        body.addLayout(self._figure_cards())
        self.empty = EmptyNote(_("这段时间没有登记的合同。"), _("换一个年度，或到“今日”登记。"))
        self.empty.hide()
        body.addWidget(self.empty)
        self.columns = Columns(478)
        self.columns.main.addWidget(self._months_card(), 1)
        self.columns.main.addWidget(self._fields_card())
        self.columns.side.addWidget(self._kinds_card())
        self.columns.side.addWidget(self._notes_card())
        self.columns.side.addStretch(1)
        body.addWidget(self.columns, 1)
        column.addWidget(Scroller(inside), 1)

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
        self.until = Label("", size="note", tone="ink2")
        for widget in (self.unit, self.year, self.until):
            head.add_left(widget)
        head.add_left(QWidget(), 1)
        return head

    def _figure_cards(self) -> QGridLayout:
        self._card_grid = QGridLayout()
        self._card_grid.setSpacing(px(12))
        self.count = _FigureCard(_("合同数（份）"))
        self.contract = _FigureCard(_("合同成交额（万元）"))
        self.technology = _FigureCard(_("技术交易额（万元）"))
        self.time = QFrame()
        self.time.setProperty("card", "quiet")
        column = QVBoxLayout(self.time)
        column.setContentsMargins(px(16), px(8), px(16), px(10))
        column.setSpacing(px(2))
        column.addWidget(Label(_("时间进度"), tone="ink2"))
        self.passed = Label("", size="figure", strong=True)
        column.addWidget(self.passed)
        self.meter = Meter(_("时间进度"))
        column.addWidget(self.meter)
        self._place_cards(4)
        return self._card_grid

    def _place_cards(self, in_a_row: int) -> None:
        for at, card in enumerate((self.count, self.contract, self.technology, self.time)):
            self._card_grid.addWidget(card, at // in_a_row, at % in_a_row)
        for at in range(4):
            self._card_grid.setColumnStretch(at, 1 if at < in_a_row else 0)

    def _months_card(self) -> Card:
        card = Card(_("各月成交额"), _("万元"))
        self.legend = ChartLegend(_("今年"), _("上年"))
        card.add_to_head(self.legend)
        self.months = MonthBars(_("各月成交额"))
        self.months.opened.connect(self._open_month)
        card.body.addWidget(self.months, 1)
        return card

    def _fields_card(self) -> Card:
        card = Card(_("技术领域"), _("成交额，万元"))
        self.fields = ShareBars(_("技术领域"))
        card.body.addWidget(self.fields)
        return card

    def _kinds_card(self) -> TableCard:
        self.kinds = PlainTable(
            [
                (_("类别"), False),
                (_("份数"), True),
                (_("成交额"), True),
                (_("技术交易额"), True),
                (_("占成交额"), True),
            ],
            self,
        )
        self.kind_table = DeskTable(_("五类合同，万元"))
        self.kind_table.setModel(self.kinds)
        self.kind_table.set_widths({1: 64, 2: 112, 3: 112, 4: 86}, stretch=0)
        self.kind_table.opened.connect(self._open_kind)
        high = px(36) * len(KINDS) + px(40)
        self.kind_table.setMinimumHeight(high)
        self.kind_card = TableCard(self.kind_table, totals=True)
        return self.kind_card

    def _notes_card(self) -> Card:
        card = Card(_("要留意的"))
        for words in (
            _("按登记日统计，已登记、已发证、已变更的计入；已注销、已撤销的不在合计内。"),
            _("同比与上年同一段日子比；上年为零写“—”。"),
            _("单位万元，两位小数，四舍五入；分项相加与合计的差来自末位。"),
        ):
            row = QHBoxLayout()
            row.setSpacing(px(8))
            row.addWidget(Label("i", strong=True, tone="ink2"), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(words, size="note", tone="ink2", wrap=True), 1)
            card.body.addLayout(row)
        return card

    # the page as the window sees it

    def keys(self) -> Sequence[Key]:
        """Bottom line."""
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找")),
            Key(("Alt", "1"), _("月"), lambda: self._choose_unit("month")),
            Key(("Alt", "2"), _("季"), lambda: self._choose_unit("quarter")),
            Key(("Alt", "3"), _("年"), lambda: self._choose_unit("year")),
            Key("Tab", _("下一块")),
            Key("Enter", _("看这些合同")),
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
        """Two figures a row, one column of cards."""
        self.columns.set_narrow(narrow)
        self._place_cards(2 if narrow else 4)
        self.until.setVisible(not narrow)

    # reading and showing

    def span(self) -> Span:
        """The days chosen."""
        return span_of(self.unit.choice() or "year", int(self.year.choice()), self._desk.today())

    def read(self) -> None:
        """Ask in the worker; an answer to an older choice is thrown away."""
        self._asked += 1
        asked, desk, span = self._asked, self._desk, self.span()
        before, year = span.year_before(), span.first.year

        def work(_job: Job) -> tuple[int, Span, dict[str, Figures]]:
            ends = (date(year, 12, 31), date(year - 1, 12, 31))
            return (
                asked,
                span,
                {
                    "kind": desk.figures(span.first, span.last, "kind"),
                    "kind before": desk.figures(before.first, before.last, "kind"),
                    "month": desk.figures(date(year, 1, 1), ends[0], "month"),
                    "month before": desk.figures(date(year - 1, 1, 1), ends[1], "month"),
                    "field": desk.figures(span.first, span.last, "field"),
                },
            )

        job = Job(work)
        job.done.connect(self._came)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _came(self, answer: tuple[int, Span, dict[str, Figures]]) -> None:
        asked, span, figures = answer
        if asked != self._asked:
            return
        now, before = _sums(figures["kind"]), _sums(figures["kind before"])
        was = _("上年同期 {n}")
        self.count.show_figures(
            f"{now[0]:,}", was.format(n=f"{before[0]:,}"), change_words(Decimal(now[0]), Decimal(before[0]))
        )
        for card, at in ((self.contract, 1), (self.technology, 2)):
            a, b = Decimal(now[at]), Decimal(before[at])
            card.show_figures(in_ten_thousands(a), was.format(n=in_ten_thousands(b)), change_words(a, b))
        self.passed.setText(f"{span.passed:.1%}")
        self.meter.show_part(span.passed)
        self.until.setText(_("截至 {day}，按登记日").format(day=span.last.isoformat()))
        self.empty.setVisible(not now[0])
        self._show_months(span.first.year, figures["month"], figures["month before"])
        self._show_kinds(figures["kind"], now)
        names = self._desk.codes
        self.fields.show_rows(
            {names.name("tech_fields", code) or _("未填"): total for code, _n, total, _t in figures["field"]}
        )
        self.keys_changed.emit()

    def _show_months(self, year: int, now: Figures, before: Figures) -> None:
        today = self._desk.today()
        sums = {key: total for key, _n, total, _t in (*now, *before)}
        self.legend.set_words(str(year), str(year - 1))
        self.months.show_months(
            [
                MonthFigures(
                    f"{year}{month:02}",
                    _("{n}月").format(n=month),
                    sums.get(f"{year}-{month:02}", Decimal(0)),
                    sums.get(f"{year - 1}-{month:02}", Decimal(0)),
                    is_ahead=(year, month) > (today.year, today.month),
                )
                for month in range(1, 13)
            ]
        )

    def _show_kinds(self, figures: Figures, total: tuple[int, Decimal, Decimal]) -> None:
        found = {key: (count, a, b) for key, count, a, b in figures}
        keys = [*KINDS, *(key for key in found if key not in KINDS)]
        rows = []
        for key in keys:
            count, amount, technology = found.get(key, (0, Decimal(0), Decimal(0)))
            share = f"{amount / total[1]:.1%}" if total[1] else "—"
            rows.append(
                [
                    text(FULL_KIND_WORDS.get(key, key or _("未填"))),
                    text(f"{count:,}"),
                    text(in_ten_thousands(amount)),
                    text(in_ten_thousands(technology)),
                    text(share),
                ]
            )
        self.kinds.show_rows(rows, keys)
        if self.kind_card.totals is not None:
            self.kind_card.totals.show_totals(
                {
                    0: _("合计"),
                    1: f"{total[0]:,}",
                    2: in_ten_thousands(total[1]),
                    3: in_ten_thousands(total[2]),
                    4: "100.0%" if total[1] else "—",
                }
            )

    def _failed(self, exc: Exception) -> None:
        self.said.emit(trouble_words(exc), "err", True)

    # acting

    def _changed(self, *_what: object) -> None:
        self.read()

    def _choose_unit(self, unit: str) -> None:
        self.unit.choose(unit)
        self.read()

    def _open_month(self, key: str) -> None:
        self.wants.emit("search", {"month": [key]})

    def _open_kind(self, index: QModelIndex) -> None:
        kind = str(index.data(Role.KEY) or "")
        self.wants.emit("search", {"kind": [kind], **self._time_filter()})

    def _open_all(self) -> None:
        self.wants.emit("search", self._time_filter())

    def _time_filter(self) -> dict[str, list[str]]:
        span = self.span()
        if self.unit.choice() == "year":
            return {"year": [str(span.first.year)]}
        months = range(span.first.month, span.whole_last.month + 1)
        return {"month": [f"{span.first.year}{month:02}" for month in months]}


def _sums(figures: Figures) -> tuple[int, Decimal, Decimal]:
    return (
        sum(count for _key, count, _a, _b in figures),
        sum((a for _key, _n, a, _b in figures), Decimal(0)),
        sum((b for _key, _n, _a, b in figures), Decimal(0)),
    )
