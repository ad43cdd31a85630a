"""P28 办理经过: every act on one contract, oldest first, and the values before and after. For the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from desktop.certificates.fonts import require_glyphs
from desktop.certificates.layout import Layout
from desktop.certificates.letters import Paper, Press, fill, press_paper
from desktop.certificates.relief_papers import gap, heading, paragraph, print_sheets, table
from desktop.certificates.tables import Band, table_bands
from desktop.certificates.wording import grouped, paper_text

TALLEST = 220.0
"""Millimetres that a row may take: a summary of five hundred characters stands in one cell."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act, in words."""

    at: str
    """Local time, to the minute."""
    words: str
    person: str
    ground: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    """(field, before, after), masked already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPaper(Paper):
    """What is printed. ``decided_on`` is the day of printing."""

    paper: ClassVar[str] = "P28"

    serial: str
    number: str
    title: str
    seller: str
    buyer: str
    state: str
    acts: tuple[Act, ...]
    is_chain_whole: bool
    person: str
    """Who prints it."""
    is_secret: bool = False


def draw_history(paper: HistoryPaper, out: Path | IO[bytes], *, layout: Layout | None = None) -> int:
    """The sheets as PDF; returns the number of pages. RefusedError for a missing glyph."""
    return press_paper(paper, _draw, out, layout=layout)


def _draw(press: Press, data: HistoryPaper) -> None:
    layout, labels = press.layout, press.layout.labels
    none = layout.words("none")
    chain = fill(layout, "whole" if data.is_chain_whole else "broken", {"n": len(data.acts)})
    head = [
        (labels["serial"], data.serial),
        (labels["number"], " ".join(grouped(data.number)) or none),
        (labels["title"], layout.words("secret") if data.is_secret else data.title or none),
        (labels["seller"], data.seller or none),
        (labels["buyer"], data.buyer or none),
        (labels["state"], data.state),
        (labels["chain"], chain),
    ]
    acts = [
        (str(at), act.at, act.words, act.ground or none, act.person or none)
        for at, act in enumerate(data.acts, 1)
    ]
    empty = layout.words("empty")
    changes = [
        (str(at), name, before or empty, after or empty)
        for at, act in enumerate(data.acts, 1)
        for name, before, after in act.changes
    ]
    bands = [*table(press, "head", head, has_head=False)]
    bands += [heading(press, layout.words("acts")), *_tall(press, "acts", acts)]
    if changes:
        bands += [heading(press, layout.words("changes")), *_tall(press, "changes", changes)]
    sign = {"person": data.person, "station": data.station_name, "day": data.decided_on.isoformat()}
    bands += [gap(2.0, is_heading=True), *paragraph(press, fill(layout, "sign", sign))]
    print_sheets(press, bands, layout.words("top"))


def _tall(press: Press, name: str, rows: Sequence[Sequence[str]]) -> list[Band]:
    columns, numbers = press.layout.tables[name], press.layout.numbers
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            require_glyphs(paper_text(cell), column.name)
    return table_bands(
        columns,
        rows,
        size=numbers["table_size"],
        floor=7.5,
        name=press.layout.title,
        continued=press.layout.words("continued"),
        largest=TALLEST,
    )
