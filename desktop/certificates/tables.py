"""Tables over several sheets: cells that grow, the heading repeated, two rows with the seal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from desktop.certificates.draw import Sheet
from desktop.certificates.fonts import HEI_BOLD, SONG_BOLD
from desktop.certificates.layout import FACES, Column
from desktop.certificates.lines import Fitted, fit_text, sizes_down
from desktop.certificates.wording import paper_text
from desktop.errors import RefusedError
from desktop.resources import _

CELL_PADDING = 1.2
"""Free mm left and right of the text in a cell."""
ROW_PADDING = 1.6
"""Free mm above and below together."""

Draw = Callable[[Sheet, float, float], None]


@dataclass(frozen=True, slots=True)
class Band:
    """A strip across the sheet that is never cut: a heading, a row, a line of text."""

    height: float
    draw: Draw
    """Called with the sheet, left edge and top edge in mm."""
    repeats: tuple[Band, ...] = ()
    """What stands again at the top of a new sheet that begins with this band."""
    is_heading: bool = False
    """Never the last one on a sheet."""


def table_bands(
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    size: float,
    floor: float,
    name: str,
    least: float = 6.0,
    largest: float = 60.0,
    padding: float = ROW_PADDING,
    head_height: float = 7.0,
    continued: str = "（续表）",
    is_bold: bool = False,
) -> list[Band]:
    """Heading and rows of a table as bands; a row grows from ``least`` to ``largest`` mm, then shrinks.

    Raises RefusedError naming table, row and column when a cell does not fit even at the smallest size.
    """
    head = _head(columns, size, head_height, padding)
    again = (_note(continued, sum(column.width for column in columns)), head)
    bands = [head] if head_height else []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, value in zip(columns, row, strict=True):
            face = SONG_BOLD if is_bold and column.role == "BODY" else FACES[column.role]
            cells.append(
                fit_text(
                    paper_text(value),
                    face,
                    sizes=sizes_down(size, floor),
                    width=column.width - 2 * CELL_PADDING,
                    height=largest - padding,
                    name=_("{table}第{row}行的{column}").format(table=name, row=number, column=column.name),
                )
            )
        height = max(least, max(cell.height for cell in cells) + padding)
        bands.append(Band(height, _drawer(columns, tuple(cells), height), repeats=again))
    return bands


def text_band(
    text: str, face: str, size: float, width: float, *, align: str = "L", space: float = 1.0
) -> Band:
    """Lines of text across the sheet, ``space`` mm above them."""
    fitted = fit_text(paper_text(text), face, sizes=(size,), width=width, name=text[:8])

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.block(fitted, x, y + space, width, align=align)

    return Band(fitted.height + space, draw)


def heading_band(text: str, width: float, size: float = 10.5) -> Band:
    """The name of one of several tables; stays with the table's first row."""
    band = text_band(text, HEI_BOLD, size, width, space=2.0)
    return Band(band.height + 1.0, band.draw, is_heading=True)


def _note(text: str, width: float) -> Band:
    return text_band(text, FACES["BODY"], 9, width, align="R", space=0.0)


def _head(columns: Sequence[Column], size: float, least: float, padding: float) -> Band:
    cells = tuple(
        fit_text(
            column.name,
            HEI_BOLD,
            sizes=sizes_down(size, 7.5),
            width=column.width - 2 * CELL_PADDING,
            height=12,
            name=column.name,
            is_balanced=True,
        )
        for column in columns
    )
    height = max(least, max(cell.height for cell in cells) + padding)
    centred = [Column(column.name, column.width, "C", column.role) for column in columns]
    row = _drawer(centred, cells, height)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.rule(x, y, x + sum(column.width for column in columns), y)
        row(sheet, x, y)

    return Band(height, draw, is_heading=True)


def _drawer(columns: Sequence[Column], cells: tuple[Fitted, ...], height: float) -> Draw:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        left = x
        sheet.rule(left, y, left, y + height)
        for column, cell in zip(columns, cells, strict=True):
            inner = column.width - 2 * CELL_PADDING
            sheet.block(cell, left + CELL_PADDING, y, inner, align=column.align, height=height)
            left += column.width
            sheet.rule(left, y, left, y + height)
        sheet.rule(x, y + height, left, y + height)

    return draw


def paged(
    bands: Sequence[Band], *, first: float, other: float, last: float, only: float | None = None
) -> list[list[Band]]:
    """The bands on as few sheets as needed.

    ``first`` and ``other`` mm are free on the first and on further sheets, ``last`` on the sheet with the
    seal, ``only`` on a single sheet with the seal (``last`` if not given). A heading never ends a sheet;
    the sheet with the seal carries at least two bands of text.
    """
    pages: list[list[Band]] = [[]]
    used = 0.0
    for band in bands:
        room = first if len(pages) == 1 else other
        if pages[-1] and used + band.height > room + 1e-6:
            moved: list[Band] = []
            while pages[-1] and pages[-1][-1].is_heading:
                moved.insert(0, pages[-1].pop())
            pages.append([*(moved or band.repeats)])
            used = _total(pages[-1])
            room = other
        if used + band.height > room + 1e-6:
            raise RefusedError(
                _("有一行内容超过一整页，没有打印"), _("请把这一行的内容分成几行，或者缩短文字")
            )
        pages[-1].append(band)
        used += band.height
    sealed = only if only is not None and len(pages) == 1 else last
    if _total(pages[-1]) <= sealed + 1e-6:
        return pages
    return [*pages[:-1], *_with_room_for_seal(pages[-1], last)]


def _with_room_for_seal(page: list[Band], last: float) -> list[list[Band]]:
    tail: list[Band] = []
    while len(page) > 1 and (len(tail) < 2 or tail[0].is_heading or page[-1].is_heading):
        tail.insert(0, page.pop())
    if tail and not tail[0].is_heading:
        tail = [*tail[0].repeats, *tail]
    if not tail or _total(tail) > last + 1e-6:
        raise RefusedError(_("最后两行内容太长，放不下印章，没有打印"), _("请把这两行的内容缩短或者分成几行"))
    return [page, tail]


def _total(bands: Sequence[Band]) -> float:
    return sum(band.height for band in bands)
