"""The application workbook (申请工作簿): template, import with every problem listed, returned rows, lists.

Sheet 合同 has one contract a row; the further sheets (当事人 金额 付款 发票 知识产权 附件 奖励) are joined
to it by 序号. Columns come from the metadata of ``desktop.rules.facts``, so form, template and import cannot
differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from desktop.errors import Problem, ProblemsFound
from desktop.exchange.archive import Limits, Progress, no_progress
from desktop.exchange.bag import writing_whole
from desktop.exchange.cells import (
    CellReader,
    Codes,
    Column,
    Finding,
    WrongCell,
    is_blank,
    shown,
    written_form,
)
from desktop.exchange.grid import WORKBOOK_LIMITS, Cell, Grid, GridSheet, cell_name, read_grid
from desktop.resources import _
from desktop.rules.facts import ROWS, Facts
from desktop.rules.identifiers import check_number, check_patent_number, mask_id, mask_phone

VERSION: Final = "1"
MAIN: Final = "合同"
KEY: Final = "序号"
REASON: Final = "退回原因"
ABOUT: Final = "说明"
LISTS: Final = "代码"
CHILD_SHEETS: Final[Mapping[str, str]] = {
    "当事人": "parties",
    "金额": "amount_lines",
    "付款": "payments",
    "发票": "invoices",
    "知识产权": "ip_rights",
    "附件": "attachments",
    "奖励": "awards",
}
"""Further sheet → its list in the facts."""
REQUIRED: Final = frozenset({"title", "kind", "signed_on", "contract_amount", "role", "name"})
"""Columns marked in the template; only the title is needed to import a draft."""
_ALIASES: Final = {
    "合同名称": "title",
    "技术合同名称": "title",
    "合同类型": "kind",
    "合同金额": "contract_amount",
    "成交额": "contract_amount",
    "合同总额": "contract_amount",
    "签订时间": "signed_on",
    "合同签订日期": "signed_on",
    "统一社会信用代码": "id_number",
    "证件号": "id_number",
    "单位名称": "name",
    "国别": "country",
    "联系方式": "phone",
}
_KEY_COLUMN: Final = Column("row_no", KEY, "int")
_REASON_COLUMN: Final = Column("", REASON, "str")
_HEAD_ROWS: Final = 15
_TOTAL: Final = re.compile(r"(合\s*计|总\s*计|小\s*计|共\s*\d+\s*份).*")


def columns_of(sheet: str) -> tuple[Column, ...]:
    """The columns of one sheet after 序号, in the order of the form."""
    row_type = Facts if sheet == MAIN else ROWS[CHILD_SHEETS[sheet]]
    return tuple(
        Column(
            item.name,
            str(item.metadata["zh"]),
            str(item.metadata["type"]),
            str(item.metadata["codes"]),
            int(item.metadata["longest"]),
        )
        for item in fields(row_type)
        if item.metadata.get("sheet") == sheet
    )


@dataclass(frozen=True, slots=True)
class WorkbookRow:
    """One contract of the workbook."""

    row_no: int | None
    """序号; None when it is missing or no number."""
    line: int
    """Row of sheet 合同 as the spreadsheet program shows it."""
    facts: Facts
    """What could be read; fields of wrong cells are unknown."""
    problems: tuple[Problem, ...]

    @property
    def is_ok(self) -> bool:
        """Nothing is wrong (doubts and notes may be there)."""
        return all(problem.level != "error" for problem in self.problems)


@dataclass(slots=True)
class _Table:
    """One sheet with its headers understood."""

    name: str
    sheet: GridSheet
    head: int
    columns: dict[int, Column]
    unknown: dict[int, str]

    def key_column(self) -> int | None:
        return next((at for at, column in self.columns.items() if column is _KEY_COLUMN), None)


@dataclass(frozen=True, slots=True)
class WorkbookResult:
    """Everything that was read, and every problem, those of the rows included."""

    path: Path
    rows: tuple[WorkbookRow, ...]
    problems: tuple[Problem, ...]
    tables: tuple[_Table, ...] = field(repr=False)

    @property
    def accepted(self) -> tuple[WorkbookRow, ...]:
        """Rows without error."""
        return tuple(row for row in self.rows if row.is_ok)

    @property
    def rejected(self) -> tuple[WorkbookRow, ...]:
        """Rows with at least one error; ``write_returned`` gives them back."""
        return tuple(row for row in self.rows if not row.is_ok)


def plain_header(text: Cell) -> tuple[str, str]:
    """A header without star, blanks and unit, and its unit: ``*合同成交额（万元）`` → 合同成交额, 万元."""
    plain = unicodedata.normalize("NFKC", shown(text))
    plain = re.sub(r"[\s*:]+", "", plain)
    match = re.fullmatch(r"(.+?)\((元|万元|人民币元|必填|选填|%)\)", plain)
    return (match[1], match[2]) if match else (plain, "")


def known_headers(sheet: str) -> dict[str, Column]:
    """Plain header → column of one sheet: its titles and their usual other names, 序号, 退回原因."""
    columns = columns_of(sheet)
    found = {plain_header(column.title)[0]: column for column in columns}
    found |= {
        plain_header(label)[0]: c for c in columns for label, name in _ALIASES.items() if name == c.field
    }
    return found | {KEY: _KEY_COLUMN, REASON: _REASON_COLUMN}


def _head_of(sheet: GridSheet, name: str) -> tuple[int, int]:
    """The row that looks most like the header of a sheet, and how many headers it has."""
    known, best = known_headers(name), (0, 0)
    for number, row in enumerate(sheet.rows[:_HEAD_ROWS]):
        hits = len({plain_header(cell)[0] for cell in row if isinstance(cell, str)} & known.keys())
        if hits > best[1]:
            best = (number, hits)
    return best


class _Import:
    """One reading of one workbook."""

    def __init__(self, grid: Grid, codes: Codes, today: date) -> None:
        self.grid, self.codes, self.today = grid, codes, today
        self.reader = CellReader(codes, today)
        self.problems: list[Problem] = []
        self.tables: dict[str, _Table] = {}

    def say(self, place: str, value: str, finding: Finding, line: int = 0, name: str = "") -> Problem:
        """One problem in the words of the clerk."""
        return Problem(place, value, finding.reason, finding.remedy, finding.level, finding.code, line, name)

    def find_tables(self) -> None:
        """Which sheet is which: by name, else by headers."""
        free = {sheet.name.strip(): sheet for sheet in self.grid.sheets}
        self._check_version(free.get(ABOUT))
        for ignored in (ABOUT, LISTS):
            free.pop(ignored, None)
        for name in (MAIN, *CHILD_SHEETS):
            sheet = free.pop(name, None)
            if sheet is not None and (sheet.rows or name == MAIN):
                self._add_table(name, sheet)
        for other, sheet in list(free.items()):
            for name in (MAIN, *CHILD_SHEETS):
                if name not in self.tables and _head_of(sheet, name)[1] >= 4:
                    self._add_table(name, sheet)
                    del free[other]
                    finding = Finding(
                        _("这张表的表头像“{name}”表，已按它读入").format(name=name),
                        _("请把表名改为“{name}”").format(name=name),
                        "note",
                        "W40",
                    )
                    self.problems.append(self.say(other, other, finding))
                    break
        for other, sheet in free.items():
            if any(not is_blank(cell) for row in sheet.rows for cell in row):
                finding = Finding(
                    _("没有这张表，未读入"),
                    _("本程序的表有：{names}").format(names="、".join((MAIN, *CHILD_SHEETS))),
                    "doubt",
                    "W40",
                )
                self.problems.append(self.say(other, other, finding))
        self._need_main(free)

    def _check_version(self, about: GridSheet | None) -> None:
        for row in about.rows if about else ():
            if row and row[0] == "版本" and len(row) > 1 and shown(row[1]) != VERSION:
                finding = Finding(
                    _("模板是第 {found} 版，本程序的是第 {known} 版").format(
                        found=shown(row[1]), known=VERSION
                    ),
                    _("能认的栏已读入；请逐栏核对，下次改用新模板"),
                    "doubt",
                    "W41",
                )
                self.problems.append(self.say(ABOUT, shown(row[1]), finding))

    def _need_main(self, others: Mapping[str, GridSheet]) -> None:
        main = self.tables.get(MAIN)
        has = {c.field for c in main.columns.values()} if main else set[str]()
        if main and "row_no" in has and "title" in has:
            return
        if main:
            missing = "、".join(
                title for title, name in ((KEY, "row_no"), ("项目名称", "title")) if name not in has
            )
            finding = Finding(
                _("“合同”表里没有“{missing}”这一栏").format(missing=missing),
                _("请用本程序的模板，表头不要改字"),
                code="W42",
            )
        else:
            names = "、".join(sheet.name for sheet in self.grid.sheets)
            finding = Finding(
                _("没有“合同”表，现有的表是：{names}").format(names=names[:100]),
                _("请用本程序的申请工作簿模板（导入页的“另存模板”）"),
                code="W42",
            )
        self.problems.append(self.say(MAIN, "", finding))
        raise ProblemsFound(
            _("{name} 不是申请工作簿").format(name=self.grid.path.name), self.problems, finding.remedy
        )

    def _add_table(self, name: str, sheet: GridSheet) -> None:
        head, hits = _head_of(sheet, name)
        table = _Table(name, sheet, head, {}, {})
        known = known_headers(name)
        for at, cell in enumerate(sheet.rows[head] if hits else ()):
            if is_blank(cell):
                continue
            label, unit = plain_header(cell)
            column, place = known.get(label), f"{name}!{cell_name(head, at)}"
            if column is not None and unit == "万元":
                self.problems.append(
                    self.say(
                        place,
                        shown(cell),
                        Finding(
                            _("表头写的是万元，本程序的金额以元为单位"),
                            _("请把这一栏的金额改为元，表头改为“{title}”").format(title=column.title),
                            code="W43",
                        ),
                    )
                )
                column = None
            elif column is None:
                near = get_close_matches(label, known, 1, 0.6)
                hint = _("是不是“{near}”？").format(near=near[0]) if near else ""
                finding = Finding(
                    _("没有“{label}”这一栏，未读入").format(label=label[:40]),
                    hint + _("请照模板改表头；不需要的，可不管"),
                    "doubt",
                    "W43",
                )
                self.problems.append(self.say(place, shown(cell), finding))
            elif column in table.columns.values():
                finding = Finding(
                    _("“{label}”这一栏出现两次，只读了前一栏").format(label=label),
                    _("请删去多余的一栏"),
                    code="W43",
                )
                self.problems.append(self.say(place, shown(cell), finding))
                column = None
            if column is None:
                table.unknown[at] = shown(cell)
            else:
                table.columns[at] = column
        self._unmerge(table)
        self.tables[name] = table

    def _unmerge(self, table: _Table) -> None:
        """Cells merged downwards get the value of the first; the clerk is told to look."""
        rows = table.sheet.rows
        for top, left, bottom, right in table.sheet.merged:
            if top <= table.head or top >= len(rows) or left >= len(rows[top]):
                continue
            for row in rows[top : bottom + 1]:
                row[left] = rows[top][left]
            if is_blank(rows[top][left]):
                continue
            finding = Finding(
                _("合并的格子，各行都按“{value}”读入").format(value=shown(rows[top][left])[:20]),
                _("请核对；最好取消合并，逐格填写"),
                "note" if table.columns.get(left) is _KEY_COLUMN else "doubt",
                "W44",
            )
            area = f"{cell_name(top, left)}:{cell_name(bottom, right)}"
            self.problems.append(
                self.say(f"{table.name}!{area}", shown(rows[top][left])[:40], finding, top + 1)
            )

    def data_rows(self, table: _Table) -> Iterator[tuple[int, list[Cell]]]:
        """Rows that have something in a known or unknown column; totals are left out."""
        places = [*table.columns, *table.unknown]
        for number in range(table.head + 1, len(table.sheet.rows)):
            row = table.sheet.rows[number]
            is_used = any(at < len(row) and not is_blank(row[at]) for at in places)
            if not is_used and not any((number, at) in table.sheet.errors for at in places):
                continue
            first = next((cell for cell in row if not is_blank(cell)), "")
            if _TOTAL.fullmatch(shown(first)):
                continue
            yield number, row

    def read_row(
        self, table: _Table, number: int, row: list[Cell]
    ) -> tuple[dict[str, Any], list[Problem], int | None]:
        """Values by field, problems, and 序号."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        row_no: int | None = None
        has_hidden = bool(table.sheet.errors or table.sheet.formulas)
        for at, column in table.columns.items():
            if column is _REASON_COLUMN or at >= len(row):
                continue
            cell = row[at]
            if cell == "" and not has_hidden:
                continue
            found: list[Finding] = []
            try:
                if has_hidden:
                    self._check_hidden(table.sheet, (number, at), cell, column, found)
                if is_blank(cell):
                    continue
                value = self.reader.read(cell, column, found)
            except WrongCell as exc:
                found.append(exc.finding)
                value = None
            if column is _KEY_COLUMN:
                row_no = value or None
                if value == 0:
                    found.append(Finding(_("序号从 1 起"), _("请改序号"), code="W45"))
            elif value is not None and value != "":
                values[column.field] = value
            if not found:
                continue
            where = f"{table.name}!{cell_name(number, at)}（{column.title}）"
            value_shown = _masked(cell, column)
            problems += [self.say(where, value_shown, f, number + 1, column.field) for f in found]
        return values, problems, row_no

    @staticmethod
    def _check_hidden(
        sheet: GridSheet, place: tuple[int, int], cell: Cell, column: Column, found: list[Finding]
    ) -> None:
        if place in sheet.errors:
            raise WrongCell(_("格子显示为错误值（如 #DIV/0!）"), _("请直接填写值"), "W46")
        if place in sheet.formulas:
            if is_blank(cell):
                raise WrongCell(_("是公式，没有算出的值"), _("请直接填写值，不要用公式"), "W46")
            if column.kind in ("id", "code"):
                raise WrongCell(_("是公式，不是填写的值"), _("请选择性粘贴为“值”，或直接填写"), "W46")
            found.append(
                Finding(
                    _("是公式，读的是上次算出的值 {value}").format(value=shown(cell)[:40]),
                    _("请核对；最好直接填写值"),
                    "doubt",
                    "W46",
                )
            )


def _masked(cell: Cell, column: Column) -> str:
    text = shown(cell)[:60]
    if column.field == "id_number":
        return mask_id(text)
    return mask_phone(text) if column.field == "phone" else text


def read_workbook(
    path: Path,
    codes: Codes,
    today: date,
    progress: Progress = no_progress,
    limits: Limits = WORKBOOK_LIMITS,
) -> WorkbookResult:
    """Read an application workbook whole; every problem of every cell is listed, nothing is guessed.

    Raises RefusedError when the file is no workbook, has a password or is too large, and ProblemsFound when
    it has no sheet 合同 that could be understood.
    """
    work = _Import(read_grid(path, limits), codes, today)
    if work.grid.is_1904:
        finding = Finding(
            _("工作簿用的是 1904 日期系统，日期已按它换算"), _("请抽查几个日期"), "doubt", "W47"
        )
        work.problems.append(work.say(path.name, "1904", finding))
    if work.grid.has_unseen_formulas:
        finding = Finding(
            _("表里有公式，读的是上次算出的值"), _("请核对；最好另存为 .xlsx 再导入"), "doubt", "W46"
        )
        work.problems.append(work.say(path.name, "", finding))
    work.find_tables()
    children = _read_children(work)
    rows = _read_main(work, children, progress)
    everything = [*work.problems, *(problem for row in rows for problem in row.problems)]
    return WorkbookResult(path, tuple(rows), tuple(everything), tuple(work.tables.values()))


@dataclass(slots=True)
class _Children:
    rows: dict[int, dict[str, list[Any]]]
    problems: dict[int, list[Problem]]
    lines: dict[int, list[tuple[_Table, int]]]


def _read_children(work: _Import) -> _Children:
    children = _Children(defaultdict(lambda: defaultdict(list)), defaultdict(list), defaultdict(list))
    known = set(_row_numbers(work))
    for sheet, name in CHILD_SHEETS.items():
        table = work.tables.get(sheet)
        if table is None:
            continue
        if table.key_column() is None:
            finding = Finding(
                _("“{sheet}”表里没有“序号”这一栏，各行不知属于哪份合同").format(sheet=sheet),
                _("请照模板加上序号栏"),
                code="W42",
            )
            work.problems.append(work.say(sheet, "", finding))
            continue
        for number, row in work.data_rows(table):
            values, problems, row_no = work.read_row(table, number, row)
            if name == "parties":
                problems += _check_party(work, values, table, number)
            elif name == "ip_rights":
                problems += _check_right(work, values, table, number)
            if row_no not in known:
                finding = Finding(
                    _("“合同”表里没有这个序号") if row_no else _("没有序号，不知属于哪份合同"),
                    _("请填写“合同”表里对应的序号"),
                    code="W45",
                )
                at = table.key_column() or 0
                place = f"{sheet}!{cell_name(number, at)}（{KEY}）"
                problems.append(work.say(place, str(row_no or ""), finding, number + 1, "row_no"))
                work.problems.extend(problems)
                continue
            key = row_no or 0
            if values:
                children.rows[key][name].append(ROWS[name](**values))
            children.problems[key].extend(problems)
    return children


def _row_numbers(work: _Import) -> Iterator[int]:
    main = work.tables[MAIN]
    key = main.key_column() or 0
    for _number, row in work.data_rows(main):
        if key < len(row) and not is_blank(row[key]):
            try:
                yield int(work.reader.read(row[key], _KEY_COLUMN, []))
            except WrongCell:
                continue


def _check_party(work: _Import, values: Mapping[str, Any], table: _Table, number: int) -> list[Problem]:
    given, kind = values.get("id_number"), values.get("id_type")
    if not given:
        return []
    at = next(at for at, column in table.columns.items() if column.field == "id_number")
    place = f"{table.name}!{cell_name(number, at)}（{table.columns[at].title}）"
    if kind is None:
        finding = Finding(_("没有填证件类型，号码没有校验"), _("请填写证件类型"), "doubt", "W48")
        return [work.say(place, mask_id(given), finding, number + 1, "id_number")]
    check = check_number(
        kind, given, today=work.today, is_region=lambda code: work.codes.get("regions", code) is not None
    )
    found = [Finding(text, _("请对照证件核对"), "doubt", "W48") for text in check.doubts]
    if check.fault:
        found.append(
            Finding(
                check.message,
                _("请对照证件改正；确与证件一致的，先空着，导入后在录入页填写并写明原因"),
                code="W48",
            )
        )
    return [work.say(place, mask_id(given), finding, number + 1, "id_number") for finding in found]


def _check_right(work: _Import, values: Mapping[str, Any], table: _Table, number: int) -> list[Problem]:
    given, kind = values.get("number"), str(values.get("object", ""))
    if not given or kind not in ("patent_invention", "patent_utility", "patent_design", "patent_application"):
        return []
    check = check_patent_number(given)
    if not check.fault:
        return []
    at = next(at for at, column in table.columns.items() if column.field == "number")
    finding = Finding(
        check.message, _("请对照证书核对；国外专利请把权利类型改为其他或在名称中写明"), "doubt", "W48"
    )
    return [
        work.say(
            f"{table.name}!{cell_name(number, at)}（{table.columns[at].title}）",
            given,
            finding,
            number + 1,
            "number",
        )
    ]


def _read_main(work: _Import, children: _Children, progress: Progress) -> list[WorkbookRow]:
    main = work.tables[MAIN]
    data = list(work.data_rows(main))
    numbers = Counter(_row_numbers(work))
    first: dict[int, int] = {}
    same: dict[tuple[object, ...], int] = {}
    rows: list[WorkbookRow] = []
    for count, (number, row) in enumerate(data, 1):
        values, problems, row_no = work.read_row(main, number, row)
        key_place = f"{MAIN}!{cell_name(number, main.key_column() or 0)}（{KEY}）"

        def wrong(
            reason: str,
            remedy: str,
            level: str = "error",
            code: str = "W45",
            *,
            problems: list[Problem] = problems,
            line: int = number + 1,
            place: str = key_place,
            value: str = str(row_no or ""),
            name: str = "row_no",
        ) -> None:
            problems.append(work.say(place, value, Finding(reason, remedy, level, code), line, name))

        if row_no is None:
            wrong(_("没有序号"), _("请填写序号，从 1 起，不重复"))
        elif numbers[row_no] > 1:
            wrong(
                _("序号重复，第 {line} 行也是它").format(line=first.setdefault(row_no, number + 1))
                if row_no in first
                else _("序号重复"),
                _("请改成不同的序号，其他各表的序号同改"),
            )
            first.setdefault(row_no, number + 1)
        if "title" not in values:
            wrong(_("没有项目名称"), _("请按合同填写全称"), code="W49", place=f"{MAIN} 第 {number + 1} 行")
        lists = children.rows.get(row_no or 0, {})
        values |= {name: tuple(items) for name, items in lists.items()}
        facts = Facts(**values)
        _check_parties(work, facts, wrong)
        key = (facts.title, tuple(sorted(p.name or "" for p in facts.sellers)), facts.contract_amount)
        if facts.title and facts.sellers and key in same:
            wrong(
                _("与第 {line} 行的项目名称、卖方、金额相同，可能重复（FORM.V-11）").format(line=same[key]),
                _("确是两份合同的，导入后写明理由"),
                "doubt",
                "V11",
            )
        same.setdefault(key, number + 1)
        problems += children.problems.get(row_no or 0, ())
        rows.append(WorkbookRow(row_no, number + 1, facts, tuple(problems)))
        progress(count, len(data), _("第 {n}/{total} 份").format(n=count, total=len(data)))
    return rows


def _check_parties(work: _Import, facts: Facts, wrong: Any) -> None:
    if "当事人" not in work.tables:
        wrong(_("没有“当事人”表，不知卖方和买方"), _("请照模板加上“当事人”表"), code="W42")
        return
    missing = [name for name, there in ((_("卖方"), facts.sellers), (_("买方"), facts.buyers)) if not there]
    if missing:
        wrong(
            _("“当事人”表里没有这份合同的{missing}").format(missing="、".join(missing)),
            _("请在“当事人”表补上，序号填同一个"),
            "doubt",
            "W49",
        )


# ---- writing -------------------------------------------------------------------------------------------


class _Sheets:
    """The sheets of a template being written: formats, headers, dropdowns."""

    def __init__(self, path: Path, codes: Codes, extra: Mapping[str, Sequence[str]]) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        made = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed time: the same rows give the same bytes
        self.book.set_properties({"title": "技术合同认定登记申请工作簿", "created": made})
        base = {"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"}
        self._head = self.book.add_format({**base, "bg_color": "#E9EDF2"})
        self._need = self.book.add_format({**base, "bg_color": "#FFFAE5"})
        self._back = self.book.add_format({**base, "bg_color": "#FBEAE8"})
        self._wrap = self.book.add_format({"num_format": 49, "text_wrap": True, "valign": "top"})
        self._formats = {
            "text": self.book.add_format({"num_format": 49}),
            "date": self.book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": self.book.add_format({"num_format": "#,##0.00"}),
            "decimal": self.book.add_format({"num_format": "General"}),
            "int": self.book.add_format({"num_format": "0"}),
        }
        self._codes = codes
        self._lists: dict[str, list[str]] = {}
        self.sheets = {name: self.book.add_worksheet(name) for name in (MAIN, *CHILD_SHEETS)}
        for name in self.sheets:
            self._prepare(name, list(extra.get(name, ())))

    def _format(self, column: Column) -> Any:
        return self._formats.get(column.kind, self._formats["text"])

    def _prepare(self, name: str, more: list[str]) -> None:
        sheet = self.sheets[name]
        columns = [_KEY_COLUMN, *columns_of(name)]
        for at, column in enumerate(columns):
            width = 6 if column is _KEY_COLUMN else max(12, min(36, 2 * len(column.title) + 4))
            sheet.set_column(at, at, width, self._format(column))
            form = self._need if column.field in REQUIRED or column is _KEY_COLUMN else self._head
            sheet.write_string(0, at, column.title, form)
            self._dropdown(sheet, at, column)
        for at, title in enumerate(more, len(columns)):
            sheet.set_column(at, at, 50 if title == REASON else 16, self._formats["text"])
            sheet.write_string(0, at, title, self._back if title == REASON else self._head)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()

    def _dropdown(self, sheet: Any, at: int, column: Column) -> None:
        if column.kind == "yesno":
            names = ["是", "否"]
        elif column.kind == "code" and len(self._codes.entries(column.table)) <= 80:
            if column.table not in self._lists:
                self._lists[column.table] = [
                    str(written_form(row.code, column, self._codes))
                    for row in self._codes.entries(column.table)
                    if row.is_offered and not (column.field == "kind" and row.parent)
                ]
            names = self._lists[column.table]
        else:
            return
        source: object = names
        if len(",".join(names)) > 250:
            place = list(self._lists).index(column.table)
            letters = re.sub(r"\d", "", cell_name(0, place))
            source = f"={LISTS}!${letters}$2:${letters}${len(names) + 1}"
        # Codes and other spellings are taken as well, so the list only offers.
        sheet.data_validation(1, at, 10_000, at, {"validate": "list", "source": source, "show_error": False})

    def cell(self, name: str, row: int, at: int, value: object, column: Column | None) -> None:
        """One value in the format of its column; text stays text."""
        sheet = self.sheets[name]
        if isinstance(value, date):
            sheet.write_datetime(row, at, value, self._formats["date"])
        elif isinstance(value, int | Decimal) and column is not None:
            # Up to 15 digits a float gives back exactly the decimal that was written.
            is_exact = isinstance(value, int) or len(value.as_tuple().digits) <= 15
            if is_exact:
                sheet.write_number(row, at, float(value), self._format(column))
            else:
                sheet.write_string(row, at, format(value, "f"), self._formats["text"])
        elif value not in (None, ""):
            form = self._wrap if column is _REASON_COLUMN else self._formats["text"]
            sheet.write_string(row, at, str(value), form)

    def close(self) -> None:
        """Add the hidden lists and the sheet 说明, and finish the file."""
        lists = self.book.add_worksheet(LISTS)
        lists.hide()
        for row in range(1 + max((len(names) for names in self._lists.values()), default=0)):
            for at, (table, names) in enumerate(self._lists.items()):
                if row <= len(names):
                    lists.write_string(row, at, names[row - 1] if row else table, self._formats["text"])
        about = self.book.add_worksheet(ABOUT)
        about.set_column(0, 0, 12)
        about.set_column(1, 1, 100)
        for number, (left, right) in enumerate(_about()):
            about.write_string(number, 0, left, self._formats["text"])
            about.write_string(number, 1, right, self._wrap)
        self.sheets[MAIN].activate()
        self.book.close()


def _about() -> Iterator[tuple[str, str]]:
    yield "版本", VERSION
    yield (
        "用途",
        "技术合同认定登记申请。一份合同一行，填在“合同”表；卖方、买方、金额等填在其余各表，用序号对应。",
    )
    yield "序号", "从 1 起，不重复。其余各表的序号填“合同”表里的同一个数，可以有多行。"
    yield "金额", "单位元，最多两位小数。"
    yield "日期", "写成 2026-11-20。有效期限止可以写“长期”。"
    yield "号码", "证件号码、编号各栏已设为文本，请不要改格式；从别处粘贴时选“只粘贴值”。"
    yield "代码", "可填代码或中文名称，有下拉的可以选。"
    yield "公式", "请直接填写值，不要用公式，不要合并单元格。"
    yield "黄底", "黄底的栏提交登记时必填。"


def write_workbook(path: Path, rows: Iterable[tuple[int, Facts]], codes: Codes) -> None:
    """Contracts as an application workbook; imported again they are the same facts."""
    with writing_whole(path) as temporary:
        sheets = _Sheets(temporary, codes, {})
        following = dict.fromkeys((MAIN, *CHILD_SHEETS), 1)

        def put(sheet: str, row_no: int, thing: object) -> None:
            row = following[sheet]
            following[sheet] += 1
            sheets.cell(sheet, row, 0, row_no, _KEY_COLUMN)
            for at, column in enumerate(columns_of(sheet), 1):
                value = written_form(getattr(thing, column.field), column, codes)
                sheets.cell(sheet, row, at, value, column)

        for row_no, facts in rows:
            put(MAIN, row_no, facts)
            for sheet, name in CHILD_SHEETS.items():
                for item in getattr(facts, name):
                    put(sheet, row_no, item)
        sheets.close()


def write_template(path: Path, codes: Codes) -> None:
    """The empty application workbook."""
    write_workbook(path, (), codes)


def write_returned(
    path: Path, result: WorkbookResult, codes: Codes, more: Mapping[int, Sequence[Problem]] | None = None
) -> int:
    """The rejected rows alone, every cell as typed, with 退回原因 as the last column; returns their number.

    ``more`` adds problems found later, by line of sheet 合同. Corrected, the file imports like any other.
    """
    more = more or {}
    lines = {row.line for row in result.rejected} | set(more)
    kept = {row.row_no for row in result.rows if row.line in lines}
    known = {row.row_no for row in result.rows}
    said: dict[str, list[str]] = defaultdict(list)
    for problem in [*result.problems, *(p for group in more.values() for p in group)]:
        if problem.row and problem.level != "note":
            sheet = problem.place.partition("!")[0] if "!" in problem.place else MAIN
            where = problem.place.partition("!")[2] or problem.place
            text = f"{where}：{problem.reason}；{problem.remedy}"
            said[f"{sheet}!{problem.row}"].append(text)
    extra = {table.name: [*table.unknown.values(), REASON] for table in result.tables}
    with writing_whole(path) as temporary:
        sheets = _Sheets(temporary, codes, extra)
        for table in result.tables:
            _return_table(sheets, table, lines, (kept, known), said)
        sheets.close()
    return len(lines)


def _return_table(
    sheets: _Sheets,
    table: _Table,
    lines: set[int],
    numbers: tuple[set[int | None], set[int | None]],
    said: Mapping[str, Sequence[str]],
) -> None:
    kept, known = numbers
    columns = [_KEY_COLUMN, *columns_of(table.name)]
    places = {column.field: at for at, column in enumerate(columns)}
    key, row = table.key_column(), 1
    for number in range(table.head + 1, len(table.sheet.rows)):
        cells = table.sheet.rows[number]
        if all(is_blank(cell) for cell in cells):
            continue
        row_no = _plain_number(cells[key]) if key is not None and key < len(cells) else None
        is_wanted = number + 1 in lines if table.name == MAIN else row_no in kept or row_no not in known
        if not is_wanted:
            continue
        for at, cell in enumerate(cells):
            column = table.columns.get(at)
            if column is _REASON_COLUMN or is_blank(cell):
                continue
            if column is not None:
                _put_as_typed(sheets, table.name, row, places[column.field], cell, column)
            elif at in table.unknown:
                place = len(columns) + list(table.unknown).index(at)
                sheets.cell(table.name, row, place, shown(cell), None)
        reason = "\n".join(said.get(f"{table.name}!{number + 1}", ()))
        sheets.cell(table.name, row, len(columns) + len(table.unknown), reason, _REASON_COLUMN)
        row += 1


def _put_as_typed(sheets: _Sheets, name: str, row: int, at: int, cell: Cell, column: Column) -> None:
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if is_number and column.kind in ("money", "decimal", "int"):
        sheets.cell(name, row, at, Decimal(repr(cell)), column)
    else:
        sheets.cell(name, row, at, shown(cell), column)


def _plain_number(cell: Cell) -> int | None:
    text = unicodedata.normalize("NFKC", shown(cell)).strip()
    return int(text) if re.fullmatch(r"\d{1,9}", text) else None


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column of an exported list."""

    title: str
    kind: str = "str"
    """``str id date money int``."""
    width: int = 16
    is_summed: bool = False


def write_list(
    path: Path,
    title: str,
    columns: Sequence[ListColumn],
    rows: Iterable[Sequence[object]],
    progress: Progress = no_progress,
) -> int:
    """An exported list: ids as text, amounts as numbers, header frozen, 共 N 份 合计 at the foot.

    Returns the number of rows. Sums are exact; a summed cell that is empty counts as nothing.
    """
    import xlsxwriter

    count, sums = 0, dict.fromkeys((i for i, c in enumerate(columns) if c.is_summed), Decimal(0))
    with writing_whole(path) as temporary:
        book = xlsxwriter.Workbook(
            str(temporary), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        head = book.add_format({"bold": True, "bg_color": "#E9EDF2", "border": 1, "text_wrap": True})
        forms = {
            "str": book.add_format({"num_format": 49}),
            "id": book.add_format({"num_format": 49, "font_name": "Consolas"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "int": book.add_format({"num_format": "0"}),
        }
        bold = book.add_format({"num_format": "#,##0.00", "bold": True})
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", "_", title)[:31] or "清单")
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width, forms[column.kind])
            sheet.write_string(0, at, column.title, head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        try:
            for count, row in enumerate(rows, 1):
                for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                    if isinstance(value, date):
                        sheet.write_datetime(count, at, value, forms["date"])
                    elif isinstance(value, Decimal | int) and column.kind in ("money", "int"):
                        sheet.write_number(count, at, float(value), forms[column.kind])
                        if at in sums:
                            sums[at] += value
                    elif value not in (None, ""):
                        sheet.write_string(count, at, str(value), forms[column.kind])
                progress(count, 0, _("第 {n} 行").format(n=count))
            sheet.write_string(count + 1, 0, _("共 {n} 份　合计（元）").format(n=count), head)
            for at, total in sums.items():
                sheet.write_number(count + 1, at, float(total), bold)
            said = _("共 {n} 份").format(n=count)
            if sums:
                said = _("{count}　合计 {total:,.2f} 元").format(count=said, total=next(iter(sums.values())))
            sheet.set_footer(f"&L{title.replace('&', '&&')[:100]}&C{said}&R&P / &N")
        finally:
            book.close()  # also when it was stopped: else its temporary file stays open
    return count
