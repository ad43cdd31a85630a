"""P29 统计表: the tables and the two charts of the page 统计, on A4, readable in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, ClassVar

from desktop.certificates.draw import Sheet
from desktop.certificates.fonts import HEI, SONG, require_glyphs
from desktop.certificates.layout import Layout
from desktop.certificates.letters import Paper, Press, fill, press_paper
from desktop.certificates.relief_papers import gap, heading, paragraph, print_sheets, table
from desktop.certificates.tables import Band
from desktop.certificates.wording import paper_text

CHART_HEIGHT = 36.0
ROW_HEIGHT = 6.4
SMALL = 7.0
"""Points of the figures on a chart."""

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month: word, sums of this year and the year before (None: not come yet), figure of this year."""

    word: str
    now: Decimal | None
    before: Decimal
    shown: str


@dataclass(frozen=True, slots=True)
class FlowBar:
    """One place: 吸纳 from there, 输出 to there, with their figures."""

    word: str
    inward: Decimal
    outward: Decimal
    inward_shown: str
    outward_shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsPaper(Paper):
    """What is printed, as it is written; ``decided_on`` is the day of printing."""

    paper: ClassVar[str] = "P29"

    window: str
    basis: str
    totals: Rows
    months: Rows
    kinds: Rows
    fields: Rows
    flow: Rows
    month_bars: tuple[MonthBar, ...]
    flow_bars: tuple[FlowBar, ...]
    notes: tuple[str, ...]
    person: str
    mean: Decimal | None = None
    """Monthly mean of the target, in the unit of the bars."""
    mean_shown: str = ""


def draw_statistics(paper: StatisticsPaper, out: Path | IO[bytes], *, layout: Layout | None = None) -> int:
    """The sheets as PDF; returns the number of pages. RefusedError for a missing glyph."""
    return press_paper(paper, _draw, out, layout=layout)


def _draw(press: Press, data: StatisticsPaper) -> None:
    layout, labels = press.layout, press.layout.labels
    head = [
        (labels["station"], data.station_name),
        (labels["basis"], data.basis),
    ]
    bands = [*table(press, "head", head, has_head=False)]
    bands += [heading(press, layout.words("totals")), *table(press, "totals", data.totals)]
    bands += [heading(press, layout.words("kinds")), *table(press, "kinds", data.kinds)]
    has_mean = data.mean is not None
    months = fill(layout, "months_mean", {"sum": data.mean_shown}) if has_mean else layout.words("months")
    bands += [heading(press, months), gap(1.5, is_heading=True), _months(press, data)]
    bands += table(press, "months", data.months)
    bands += [heading(press, layout.words("fields")), *table(press, "fields", data.fields)]
    bands += [heading(press, layout.words("flow")), gap(1.5, is_heading=True), _flow(press, data.flow_bars)]
    bands += table(press, "flow", data.flow)
    bands += [heading(press, layout.words("notes")), gap(1.0, is_heading=True)]
    for at, note in enumerate(data.notes, 1):
        bands += paragraph(press, f"{at}. {note}")
    sign = {"person": data.person, "station": data.station_name, "day": data.decided_on.isoformat()}
    bands += [gap(2.0, is_heading=True), *paragraph(press, fill(layout, "sign", sign))]
    print_sheets(press, bands, fill(layout, "top", {"window": data.window}))


def _solid(sheet: Sheet, x: float, y: float, w: float, h: float) -> None:
    """A black rectangle: a line as thick as it is wide."""
    if w > 0 and h > 0:
        sheet.rule(x, y + h / 2, x + w, y + h / 2, h)


def _months(press: Press, data: StatisticsPaper) -> Band:
    wide, floor = press.box("table").w, CHART_HEIGHT - 6.0
    sums = [max(bar.now or Decimal(0), bar.before) for bar in data.month_bars]
    top = max([*sums, data.mean or Decimal(0), Decimal(1)]) * Decimal("1.02")
    for bar in data.month_bars:
        require_glyphs(f"{bar.word}{bar.shown}", press.layout.title, HEI)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        room = floor - 8.0
        base = y + floor

        def high(value: Decimal) -> float:
            return float(value / top) * room

        step = wide / max(1, len(data.month_bars))
        bar_wide = step * 0.36
        for at, bar in enumerate(data.month_bars):
            middle = x + (at + 0.5) * step
            if bar.before:
                tall = high(bar.before)
                sheet.frame(middle, base - tall, bar_wide, tall, 0.2)
            if bar.now is not None:
                tall = high(bar.now)
                _solid(sheet, middle - bar_wide, base - tall, bar_wide, tall)
                sheet.text(middle - bar_wide / 2, base - tall - 1.0, bar.shown, HEI, SMALL, align="C")
            sheet.text(middle, base + 4.0, bar.word, SONG, 8.0, align="C")
        sheet.rule(x, base, x + wide, base, 0.3)
        if data.mean is not None:
            _dashes(sheet, x, x + wide, base - high(data.mean))

    return Band(CHART_HEIGHT, draw)


def _dashes(sheet: Sheet, left: float, right: float, y: float) -> None:
    at = left
    while at < right:
        sheet.rule(at, y, min(at + 2.0, right), y, 0.3)
        at += 3.2


def _flow(press: Press, bars: Sequence[FlowBar]) -> Band:
    wide = press.box("table").w
    most = max([Decimal(1), *(max(bar.inward, bar.outward) for bar in bars)])
    words = {name: press.layout.words(name) for name in ("inward", "outward")}
    for bar in bars:
        require_glyphs(paper_text(bar.word), press.layout.title)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        middle, names, figures = x + wide / 2, 15.0, 30.0
        room = wide / 2 - names - figures
        sheet.text(middle - names, y + 3.4, f"← {words['inward']}", SONG, 8.0, align="R")
        sheet.text(middle + names, y + 3.4, f"{words['outward']} →", SONG, 8.0)
        for at, bar in enumerate(bars):
            top = y + 5.0 + at * ROW_HEIGHT
            line = top + ROW_HEIGHT * 0.66
            sheet.text(middle, line, paper_text(bar.word), SONG, 8.0, align="C")
            into, out = (float(value / most) * room for value in (bar.inward, bar.outward))
            if into:
                sheet.frame(middle - names - into, top + 1.0, into, ROW_HEIGHT - 2.0, 0.25)
            _solid(sheet, middle + names, top + 1.0, out, ROW_HEIGHT - 2.0)
            sheet.text(middle - names - into - 1.5, line, bar.inward_shown, HEI, SMALL, align="R")
            sheet.text(middle + names + out + 1.5, line, bar.outward_shown, HEI, SMALL)

    return Band(5.0 + len(bars) * ROW_HEIGHT + 1.5, draw)
