"""Last year's register (旧台账) in whatever columns the office kept it: numbers are kept, never made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from desktop.errors import Problem, ProblemsFound
from desktop.exchange.archive import Limits, Progress, no_progress
from desktop.exchange.cells import CellReader, Codes, Column, Finding, WrongCell, is_blank, shown
from desktop.exchange.grid import WORKBOOK_LIMITS, Cell, GridSheet, cell_name, read_grid
from desktop.resources import _
from desktop.rules.amounts import LARGEST
from desktop.rules.facts import Facts, Party

_COLUMNS: Final = (
    Column("official_number", "合同登记编号", "id", "", 60),
    Column("title", "项目名称", "str", "", 200),
    Column("kind", "合同类别", "code", "contract_kinds"),
    Column("seller", "卖方", "str", "", 2000),
    Column("buyer", "买方", "str", "", 2000),
    Column("contract_amount", "合同成交额", "money"),
    Column("technology_amount", "技术交易额", "money"),
    Column("signed_on", "签订日期", "date"),
    Column("registered_on", "登记日期", "date"),
    Column("technical_field", "技术领域", "code", "tech_fields"),
    Column("valid_until", "有效期限止", "date"),
)
_ALIASES: Final[Mapping[str, str]] = {
    "登记编号": "official_number",
    "合同编号": "official_number",
    "编号": "official_number",
    "登记号": "official_number",
    "合同名称": "title",
    "技术合同名称": "title",
    "项目": "title",
    "合同类型": "kind",
    "类别": "kind",
    "类型": "kind",
    "卖方名称": "seller",
    "让与方": "seller",
    "受托方": "seller",
    "技术转让方": "seller",
    "买方名称": "buyer",
    "受让方": "buyer",
    "委托方": "buyer",
    "技术受让方": "buyer",
    "成交额": "contract_amount",
    "合同金额": "contract_amount",
    "成交金额": "contract_amount",
    "技术交易金额": "technology_amount",
    "技术额": "technology_amount",
    "技术性收入": "technology_amount",
    "签订时间": "signed_on",
    "合同签订日期": "signed_on",
    "登记时间": "registered_on",
    "认定登记日期": "registered_on",
    "登记年月日": "registered_on",
    "领域": "technical_field",
    "合同有效期止": "valid_until",
}
_NEEDED: Final = ("official_number", "title", "kind", "contract_amount", "registered_on")
_HEAD_ROWS: Final = 15


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One registered contract of an earlier year."""

    sheet: str
    line: int
    official_number: str
    """As in the ledger; empty when it could not be read."""
    facts: Facts
    problems: tuple[Problem, ...]

    @property
    def is_ok(self) -> bool:
        """No error; doubts may be there."""
        return all(problem.level != "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """All rows of all sheets that look like a register."""

    rows: tuple[LedgerRow, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Head:
    row: int
    columns: Mapping[int, Column]
    in_ten_thousands: frozenset[int]


def _label(cell: Cell) -> tuple[str, str]:
    plain = re.sub(r"[\s*:]+", "", unicodedata.normalize("NFKC", shown(cell)))
    match = re.fullmatch(r"(.+?)\((.*?元)\)", plain)
    return (match[1], match[2]) if match else (plain, "")


def _find_head(sheet: GridSheet) -> _Head | None:
    titles = {column.title: column for column in _COLUMNS}
    by_field = {column.field: column for column in _COLUMNS}
    known = titles | {label: by_field[name] for label, name in _ALIASES.items()}
    best: _Head | None = None
    for number, row in enumerate(sheet.rows[:_HEAD_ROWS]):
        columns: dict[int, Column] = {}
        thousands: set[int] = set()
        for at, cell in enumerate(row):
            label, unit = _label(cell) if isinstance(cell, str) else ("", "")
            column = known.get(label)
            if column is not None and column not in columns.values():
                columns[at] = column
                if unit.startswith("万"):
                    thousands.add(at)
        if len(columns) >= 3 and (best is None or len(columns) > len(best.columns)):
            best = _Head(number, columns, frozenset(thousands))
    return best


def read_ledger(
    path: Path,
    codes: Codes,
    today: date,
    progress: Progress = no_progress,
    limits: Limits = WORKBOOK_LIMITS,
) -> LedgerResult:
    """Every registered contract of an old register, with every problem; sheets of any name, one a year too.

    Amounts under a header that says 万元 are turned into yuan exactly. Raises ProblemsFound when no sheet has
    the needed headers, RefusedError when the file is no workbook.
    """
    grid = read_grid(path, limits)
    rows: list[LedgerRow] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    reader = CellReader(codes, today)
    heads = [(sheet, head) for sheet in grid.sheets if (head := _find_head(sheet)) is not None]
    total = sum(max(0, len(sheet.rows) - head.row - 1) for sheet, head in heads)
    done = 0
    for sheet, head in heads:
        there = {column.field for column in head.columns.values()}
        missing = [c.title for c in _COLUMNS if c.field in _NEEDED and c.field not in there]
        if missing:
            problems.append(
                Problem(
                    sheet.name,
                    "",
                    _("表头里没有：{names}").format(names="、".join(missing)),
                    _("请补上这些栏或改表头，这张表没有读入"),
                    code="W42",
                )
            )
            continue
        for number in range(head.row + 1, len(sheet.rows)):
            done += 1
            row = _read_row(reader, sheet, head, number, seen)
            if row is not None:
                rows.append(row)
                problems += row.problems
            progress(done, total, _("第 {n}/{total} 行").format(n=done, total=total))
    if not rows:
        needed = "、".join(c.title for c in _COLUMNS if c.field in _NEEDED)
        raise ProblemsFound(
            _("{name} 里没有认得出的台账").format(name=path.name),
            problems,
            _("表头至少要有：{names}").format(names=needed),
        )
    return LedgerResult(tuple(rows), tuple(problems))


def _read_row(
    reader: CellReader, sheet: GridSheet, head: _Head, number: int, seen: dict[str, str]
) -> LedgerRow | None:
    row = sheet.rows[number]
    filled = [at for at in head.columns if at < len(row) and not is_blank(row[at])]
    first = next((shown(cell) for cell in row if not is_blank(cell)), "")
    if not filled or re.match(r"合\s*计|总\s*计|小\s*计|共\s*\d", first):
        return None
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for at in filled:
        column, cell, found = head.columns[at], row[at], list[Finding]()
        try:
            if (number, at) in sheet.errors:
                raise WrongCell(_("格子显示为错误值（如 #DIV/0!）"), _("请直接填写值"), "W46")
            values[column.field] = _value(reader, cell, column, found, at in head.in_ten_thousands)
        except WrongCell as exc:
            found.append(exc.finding)
        if (number, at) in sheet.formulas:
            found.append(Finding(_("是公式，读的是上次算出的值"), _("请核对"), "doubt", "W46"))
        place = f"{sheet.name}!{cell_name(number, at)}（{column.title}）"
        problems += [
            Problem(place, shown(cell)[:60], f.reason, f.remedy, f.level, f.code, number + 1, column.field)
            for f in found
        ]
    for column in _COLUMNS:
        is_read = column.field in values or any(p.field == column.field for p in problems)
        if column.field in _NEEDED and not is_read:
            problems.append(
                Problem(
                    f"{sheet.name} 第 {number + 1} 行",
                    "",
                    _("没有{title}").format(title=column.title),
                    _("请对照档案补上"),
                    code="W49",
                    row=number + 1,
                    field=column.field,
                )
            )
    official = values.get("official_number", "")
    place = f"{sheet.name}!{number + 1}"
    if official and official in seen:
        problems.append(
            Problem(
                f"{sheet.name} 第 {number + 1} 行",
                official,
                _("登记编号与 {place} 行相同").format(place=seen[official]),
                _("请对照档案核对是哪一份"),
                code="W45",
                row=number + 1,
                field="official_number",
            )
        )
    seen.setdefault(official, place)
    return LedgerRow(sheet.name, number + 1, official, _facts(values), tuple(problems))


def _value(
    reader: CellReader, cell: Cell, column: Column, found: list[Finding], in_ten_thousands: bool
) -> Any:
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if column.field == "official_number" and is_number:
        # Fourteen digits fit a spreadsheet's number, sixteen do not: Excel has zeroed the last one already.
        text = shown(cell)
        if re.fullmatch(r"\d{14}", text):
            found.append(
                Finding(_("编号存成了数，14 位还完整"), _("请核对；最好把该列设为文本"), "doubt", "W23")
            )
            return text
    if column.kind == "money" and in_ten_thousands:
        plain = shown(cell).replace(",", "").strip()
        if is_number or re.fullmatch(r"\d+(\.\d+)?", plain):
            amount = (Decimal(repr(cell)) if isinstance(cell, float) else Decimal(plain)).scaleb(4)
            if amount < 0 or amount != round(amount, 2) or amount > LARGEST:
                raise WrongCell(
                    _("金额 {value} 万元为负、细到分以下或过大").format(value=plain),
                    _("请对照档案核对金额和单位"),
                    "W30",
                )
            return amount.quantize(Decimal("0.01"))
    return reader.read(cell, column, found)


def _facts(values: Mapping[str, Any]) -> Facts:
    parties = tuple(
        Party(role=role, name=name.strip())
        for role in ("seller", "buyer")
        for name in re.split(r"[；;\n]", values.get(role, ""))
        if name.strip()
    )
    plain = {name: value for name, value in values.items() if name not in ("seller", "buyer")}
    return Facts(**plain, parties=parties)
