"""A workbook from outside as plain rows of cells: values, where they stand, and what the values hide.

.xlsx, .xls, .et and .ods are read by calamine, which gives values only. What it hides is looked up in the XML
of .xlsx files: formulas, error values (``#DIV/0!`` would read as empty) and the 1904 date system. Files that
would ask too much of the machine are refused before they are read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from desktop.errors import RefusedError
from desktop.exchange.archive import Archive, Limits, open_archive
from desktop.resources import _
from desktop.security.whole_file import machine_fault

Cell = str | int | float | bool | date | datetime | time | timedelta

WORKBOOK_LIMITS: Final = Limits(
    file_bytes=64 << 20, entries=5000, entry_bytes=400 << 20, total_bytes=800 << 20, ratio=1000, depth=12
)
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 104
"""Column CZ: far more than any form; a stray cell beyond would cost memory for everything in between."""
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_FILEPASS: Final = re.compile(rb"\x09\x08\x10\0\0\x06\x05\0.{12}(?:\x86\0\0\0)?\x2f\0", re.DOTALL)
"""In .xls the record FILEPASS follows the beginning of the workbook when it has a password."""
_FAR_CELL: Final = re.compile(rb'<c r="(?:(?:[A-Z]{3}|[D-Z][A-Z])\d+|[A-Z]{1,3}\d{6,})"[^>]*[^/>]>')
_MARKED: Final = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"([^>]*[^/>])?>(\s*<f[ />])?')
_FORMULA: Final = re.compile(rb"<f[ />]")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ODS_FAR: Final = re.compile(
    rb'<table:table-cell[^>]*number-columns-repeated="\d{3,}"[^>]*office:value'
    rb'|<table:table-row[^>]*number-rows-repeated="\d{4,}"[^>]*>(?:(?!</table:table-row>).)*?office:value',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class GridSheet:
    """One sheet; ``rows[0][0]`` is cell A1."""

    name: str
    rows: list[list[Cell]] = field(repr=False)
    formulas: frozenset[tuple[int, int]]
    """(row, column), counted from 0, of cells that hold a formula."""
    errors: frozenset[tuple[int, int]]
    """Cells that show an error value such as #DIV/0!."""
    merged: tuple[tuple[int, int, int, int], ...]
    """First row, first column, last row, last column."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A whole workbook."""

    path: Path
    sheets: tuple[GridSheet, ...]
    is_1904: bool
    has_unseen_formulas: bool
    """The file has formulas whose cells cannot be told (.ods)."""


def cell_name(row: int, column: int) -> str:
    """``C5`` of row 4, column 2."""
    letters, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(65 + last) + letters
    return f"{letters}{row + 1}"


def _place(name: bytes) -> tuple[int, int]:
    column = 0
    for at, sign in enumerate(name):
        if sign < 65:
            return int(name[at:]) - 1, column - 1
        column = column * 26 + sign - 64
    raise ValueError(name)


def _not_a_workbook(path: Path) -> RefusedError:
    is_text = path.suffix.lower() in (".csv", ".txt", ".tsv")
    if is_text:
        return RefusedError(
            _("{name} 是文本文件（CSV），不是工作簿").format(name=path.name),
            _("文本文件保不住长编号和日期。请把内容贴进本程序的模板，另存为 .xlsx 再导入"),
            code="W01",
        )
    return RefusedError(
        _("{name} 不是工作簿，或已损坏").format(name=path.name),
        _("请用 Excel 或 WPS 打开核对，另存为 .xlsx 后再导入；可收 .xlsx、.xls、.et、.ods"),
        code="W01",
    )


def read_grid(path: Path, limits: Limits = WORKBOOK_LIMITS) -> Grid:
    """Every sheet of a workbook. Raises RefusedError: none, damaged, with a password, or too large."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        if path.stat().st_size > limits.file_bytes:
            raise RefusedError(
                _("{name} 太大（{n} MB）").format(name=path.name, n=path.stat().st_size >> 20),
                _("请核对是不是选错了文件；份数很多的，请分成几个工作簿"),
                code="W02",
            )
        content = path.read_bytes()
    except OSError as exc:
        raise machine_fault(exc, path) from exc
    is_zip, is_ole = content.startswith(b"PK\x03\x04"), content.startswith(_OLE)
    if not is_zip and not is_ole:
        raise _not_a_workbook(path)
    if is_ole and (_ENCRYPTED in content or _FILEPASS.search(content)):
        raise _locked(path)
    inside = _look_inside(path, limits) if is_zip else _Inside()
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = tuple(_sheet(book.get_sheet_by_name(name), name, inside) for name in book.sheet_names)
    except PasswordError as exc:
        raise _locked(path) from exc
    except (CalamineError, ValueError, OverflowError) as exc:
        raise _not_a_workbook(path) from exc
    return Grid(path, sheets, inside.is_1904, inside.has_unseen_formulas)


def _locked(path: Path) -> RefusedError:
    return RefusedError(
        _("{name} 设了打开密码").format(name=path.name),
        _("请在 Excel 或 WPS 里去掉密码，另存后再导入"),
        code="W03",
    )


def _sheet(sheet: Any, name: str, inside: _Inside) -> GridSheet:
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        raise _too_wide(name)
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
    merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
    formulas, errors = inside.marked.get(name, (frozenset(), frozenset()))
    return GridSheet(name, rows, formulas, errors, merged)


def _too_wide(name: str) -> RefusedError:
    return RefusedError(
        _("“{name}”表太大：最多 {rows} 行、{columns} 列").format(
            name=name, rows=MOST_ROWS, columns=MOST_COLUMNS
        ),
        _("可能有一个格子写到了很远的地方。请新建模板，把要导入的行贴进去再导入"),
        code="W02",
    )


@dataclass(slots=True)
class _Inside:
    is_1904: bool = False
    has_unseen_formulas: bool = False
    marked: dict[str, tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]] = field(
        default_factory=dict
    )


def _look_inside(path: Path, limits: Limits) -> _Inside:
    inside = _Inside()
    try:
        with open_archive(path, _("工作簿"), limits) as archive:
            if "content.xml" in archive.names:
                content = archive.read("content.xml", limits.entry_bytes)
                inside.has_unseen_formulas = b"table:formula=" in content
                if _ODS_FAR.search(content):
                    raise _too_wide("ods")
                return inside
            for name, member in _sheet_members(archive, inside):
                xml = archive.read(member, limits.entry_bytes)
                if _FAR_CELL.search(xml):
                    raise _too_wide(name)
                inside.marked[name] = _marks(xml)
    except RefusedError as exc:
        if exc.code in ("A01", "A07", "A08"):
            raise _not_a_workbook(path) from exc
        raise
    except zipfile.BadZipFile as exc:
        raise _not_a_workbook(path) from exc
    return inside


def _sheet_members(archive: Archive, inside: _Inside) -> Iterator[tuple[str, str]]:
    if "xl/workbook.xml" not in archive.names:
        return
    book = archive.read("xl/workbook.xml", 16 << 20).decode("utf-8", "replace")
    inside.is_1904 = re.search(r'date1904="(?:1|true)"', book) is not None
    links = archive.read("xl/_rels/workbook.xml.rels", 16 << 20).decode("utf-8", "replace")
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", links):
        targets[_attribute(tag, "Id")] = _attribute(tag, "Target")
    for tag in _SHEET.findall(book):
        target = targets.get(_attribute(tag, r"\w+:id"), "").lstrip("/")
        for member in (target, f"xl/{target}"):
            if member in archive.names:
                yield _attribute(tag, "name"), member
                break


def _attribute(tag: str, name: str) -> str:
    from html import unescape

    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def _marks(xml: bytes) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
    if not _FORMULA.search(xml) and b't="e"' not in xml:
        return frozenset(), frozenset()
    formulas, errors = set(), set()
    for match in _MARKED.finditer(xml):
        if match[3]:
            formulas.add(_place(match[1]))
        if match[2] and b't="e"' in match[2]:
            errors.add(_place(match[1]))
    return frozenset(formulas), frozenset(errors)
