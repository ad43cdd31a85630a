"""统计 as a workbook: one sheet a table, amounts in yuan unrounded, what was left out beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from desktop.exchange.bag import writing_whole
from desktop.exchange.workbook import ListColumn
from desktop.resources import _

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class StatisticsSheet:
    """One table: name of the sheet, columns, rows, and the totals row (empty: none)."""

    name: str
    columns: tuple[ListColumn, ...]
    rows: tuple[tuple[object, ...], ...]
    totals: tuple[object, ...] = ()


def write_statistics(path: Path, title: str, sheets: Sequence[StatisticsSheet], progress: Progress) -> None:
    """Heads frozen and repeated on paper, A4 across, footer with what it is and the page.

    Money and counts are numbers, shares are numbers in per cent. When ``progress`` raises, no file is left.
    """
    import xlsxwriter

    with writing_whole(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False})
        try:
            book.set_properties({"title": title, "created": datetime(2026, 1, 1)})  # noqa: DTZ001 - same bytes
            head = book.add_format({"bold": True, "bg_color": "#E9EDF2", "border": 1, "text_wrap": True})
            numbers = {"money": "#,##0.00", "int": "#,##0", "percent": "0.00"}
            plain = {kind: book.add_format({"num_format": form}) for kind, form in numbers.items()}
            bold = {
                kind: book.add_format({"num_format": form, "bold": True, "top": 1})
                for kind, form in numbers.items()
            }
            plain["str"] = book.add_format({"num_format": 49, "text_wrap": True, "valign": "top"})
            bold["str"] = book.add_format({"num_format": 49, "bold": True, "top": 1})
            for at, one in enumerate(sheets):
                progress(at, len(sheets), one.name)
                sheet = book.add_worksheet(one.name)
                for place, column in enumerate(one.columns):
                    sheet.set_column(place, place, column.width, plain[column.kind])
                    sheet.write_string(0, place, column.title, head)
                lines = [(row, plain) for row in one.rows]
                if one.totals:
                    lines.append((one.totals, bold))
                for number, (row, forms) in enumerate(lines, 1):
                    for place, (column, value) in enumerate(zip(one.columns, row, strict=True)):
                        if isinstance(value, Decimal | int):
                            sheet.write_number(number, place, float(value), forms[column.kind])
                        elif value is not None:
                            sheet.write_string(number, place, str(value), forms["str"])
                sheet.freeze_panes(1, 1)
                sheet.repeat_rows(0)
                sheet.set_landscape()
                sheet.set_paper(9)
                sheet.fit_to_pages(1, 0)
                said = f"{title}　{one.name}".replace("&", "&&")[:100]
                sheet.set_footer(f"&L{said}&R{_('第 &P 页 共 &N 页')}")
            progress(len(sheets), len(sheets), "")
        finally:
            book.close()  # also when it was stopped: else its temporary file stays open
