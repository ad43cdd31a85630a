"""A block of cells copied in Excel or WPS: which field each cell belongs to, and what it holds.

Headers are those of the application workbook, each cell is read by the reader of its import. A number that
the spreadsheet has spoilt (5.1E+17, a long number ending in zeros, a date as 45000) is recognised and never
guessed; a wrong cell gives no value. Nothing here writes anything.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from html.parser import HTMLParser
from typing import Any, Final, Literal

from desktop.errors import Problem
from desktop.exchange.cells import CellReader, Codes, Column, Finding, WrongCell
from desktop.exchange.grid import cell_name
from desktop.exchange.workbook import KEY, MAIN, REASON, known_headers, plain_header
from desktop.resources import _
from desktop.rules.checks import NEW_RULES_FROM
from desktop.rules.facts import ROWS, Facts, Party
from desktop.rules.identifiers import check_number

MOST_TEXT: Final = 2_000_000
"""A longer text is not looked at as a table: the window would stand still meanwhile."""
MOST_CELLS: Final = 20_000
"""More is a workbook, not a block to look over: it is imported as a file."""
_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[Ee]\+\d+")
_SERIAL_DAY: Final = re.compile(r"\d{5}(\.\d+)?")
_TOO_NARROW: Final = re.compile(r"#{3,}")
_ERROR_VALUE: Final = re.compile(r"#(DIV/0!|N/A|REF!|VALUE!|NAME\?|NUM!|NULL!)")
_TOTAL: Final = re.compile(r"(合\s*计|总\s*计|小\s*计|共\s*\d+\s*份).*")
_ROLES: Final[Mapping[str, str]] = {
    "买方": "buyer", "委托方": "buyer", "委托人": "buyer", "受让方": "buyer", "受让人": "buyer",
    "被许可方": "buyer", "被许可人": "buyer",
    "卖方": "seller", "受托方": "seller", "受托人": "seller", "让与方": "seller", "让与人": "seller",
    "许可方": "seller", "许可人": "seller", "研究开发方": "seller", "研究开发人": "seller",
}  # fmt: skip
"""How tables name the two sides; 甲方 and 乙方 are left out: either may be the buyer."""
_PARTY_ALIASES: Final = {"信用代码": "id_number", "统一信用代码": "id_number", "性质": "party_type"}
_NOT_ON_THE_FORM: Final = frozenset({"official_number", "role", "row_no", ""})

Layout = Literal["headers", "pairs", "position"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A field that a column of the block fills; ``role`` names the party it belongs to, if any."""

    column: Column
    role: str = ""
    name: str = ""
    """As the clerk reads it: 买方名称."""
    ordinal: int = 1
    """Which of several sellers or buyers, from 1."""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two columns the same field."""
        return self.role, self.column.field


@dataclass(frozen=True, slots=True)
class Block:
    """The cells as they were copied, and which of them were merged in the spreadsheet."""

    cells: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row, last column."""

    @property
    def width(self) -> int:
        """Columns."""
        return max((len(row) for row in self.cells), default=0)


@dataclass(frozen=True, slots=True)
class PastedCell:
    """One cell with its field: the text as copied, the value it gives, what is to be said about it."""

    place: str
    slot: Slot
    text: str
    value: Any = None
    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> str:
        """``error``, ``doubt``, ``note``, ``ok``, or empty for an empty cell."""
        for level in ("error", "doubt", "note"):
            if any(finding.level == level for finding in self.findings):
                return level
        return "ok" if self.value is not None else ""

    def problems(self) -> Iterator[Problem]:
        """What is to be said, for a list."""
        for one in self.findings:
            place = _("{place}（{name}）").format(place=self.place, name=self.slot.name)
            yield Problem(
                place, self.text[:60], one.reason, one.remedy, one.level, one.code, 0, self.slot.column.field
            )


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was understood: a column a field, a row a contract (or a line of one of its tables)."""

    slots: tuple[Slot, ...]
    rows: tuple[tuple[PastedCell, ...], ...]
    layout: Layout
    said: tuple[Problem, ...] = ()
    """About the block as a whole: columns that belong to no field, cells left over, merged cells."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything to be told, the worst first."""
        every = [*self.said, *(p for row in self.rows for cell in row for p in cell.problems())]
        return tuple(sorted(every, key=lambda p: ("error", "doubt", "note").index(p.level)))

    def is_good(self, at: int) -> bool:
        """No cell of this row is wrong."""
        return all(cell.level != "error" for cell in self.rows[at])

    def count(self, level: str) -> int:
        """Cells of this level."""
        return sum(cell.level == level for row in self.rows for cell in row)


# ---- the clipboard -------------------------------------------------------------------------------------


def read_block(text: str, html: str = "") -> Block | None:
    """The cells of a copied block; None when it is a single cell or no table at all.

    Tabs part the columns; a cell with tabs, line breaks or quotes stands in quotes, as spreadsheets copy it.
    HTML, where it is offered too, tells which cells were merged. Never raises, whatever was copied.
    """
    if len(text) > MOST_TEXT:
        return None
    rows = _plain_cells(text)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    if len(html) <= 10 * MOST_TEXT and "<table" in html.lower():
        table = _HtmlTable()
        table.feed(html)
        table.close()
        if not rows or "\t" not in text:
            rows = table.rows if table.rows and (len(table.rows) > 1 or len(table.rows[0]) > 1) else rows
        if len(rows) == len(table.rows):
            merged = tuple(table.merged)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    if len(rows) * width < 2:
        return None
    cells = tuple(tuple(row) + ("",) * (width - len(row)) for row in rows)
    return Block(cells, merged)


def _plain_cells(text: str) -> list[list[str]]:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").replace("\0", "")
    if not plain:
        return []
    try:
        rows = list(csv.reader(io.StringIO(plain, newline=""), delimiter="\t", quotechar='"'))
    except csv.Error:  # one cell of more than 131,072 characters: prose, not a table
        return []
    return [[_tidy(cell) for cell in row] for row in rows]


def _tidy(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\t", " ").strip()


_SPAN: Final = re.compile(r"[0-9]{1,6}")


class _HtmlTable(HTMLParser):
    """The first table of what a spreadsheet copies as HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self._words: list[str] | None = None
        self._taken: set[tuple[int, int]] = set()
        self._at = 0
        self._is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Rows and cells; a cell may span several."""
        if self._is_over:
            return
        if tag == "tr":
            self.rows.append([])
            self._at = 0
        elif tag in ("td", "th") and self.rows:
            row = len(self.rows) - 1
            while (row, self._at) in self._taken:
                self.rows[row].append("")
                self._at += 1
            spans = {name: int(value) for name, value in attrs if value and _SPAN.fullmatch(value)}
            down, right = max(spans.get("rowspan", 1), 1), max(spans.get("colspan", 1), 1)
            if down * right > 1 and down * right <= MOST_CELLS:
                self.merged.append((row, self._at, row + down - 1, self._at + right - 1))
                self._taken |= {(row + a, self._at + b) for a in range(down) for b in range(right)}
            self._taken.discard((row, self._at))
            self._words = []
        elif tag == "br" and self._words is not None:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        """Words of a cell; the line breaks of the source are no line breaks."""
        if self._words is not None:
            self._words.append(re.sub(r"\s+", " ", data))

    def handle_endtag(self, tag: str) -> None:
        """The end of a cell, or of the table."""
        if tag in ("td", "th") and self._words is not None and self.rows:
            self.rows[-1].append(_tidy("".join(self._words)))
            self._at += 1
            self._words = None
        elif tag == "table" and self.rows:
            self._is_over = True
        elif tag == "tr" and self.rows:
            row = len(self.rows) - 1
            while (row, self._at) in self._taken:
                self.rows[row].append("")
                self._at += 1


# ---- fields of headers ---------------------------------------------------------------------------------


def form_slots() -> dict[str, Slot]:
    """Plain header → field, for the whole form: 合同成交额, 买方名称, 卖方信用代码, 委托方联系人."""
    found: dict[str, Slot] = {}
    for label, column in known_headers(MAIN).items():
        if column.field not in _NOT_ON_THE_FORM:
            found[label] = Slot(column, "", column.title)
    for word, role in _ROLES.items():
        side = "买方" if role == "buyer" else "卖方"
        for label, column in _party_labels().items():
            found[word + label] = Slot(column, role, side + column.title)
        found.setdefault(word, found[word + "名称"])
    return found


def _party_labels() -> dict[str, Column]:
    labels = {
        label: column
        for label, column in known_headers("当事人").items()
        if column.field not in _NOT_ON_THE_FORM
    }
    by_field = {column.field: column for column in labels.values()}
    return labels | {label: by_field[name] for label, name in _PARTY_ALIASES.items()}


def row_slots(list_name: str, columns: Sequence[str], heads: Sequence[str]) -> dict[str, Slot]:
    """Plain header → field, for one of the small tables; ``heads`` are its captions on the screen."""
    from desktop.exchange.workbook import CHILD_SHEETS

    sheet = next((name for name, facts in CHILD_SHEETS.items() if facts == list_name), "")
    found = {}
    if sheet:
        for label, column in known_headers(sheet).items():
            if column.field in columns:
                found[label] = Slot(column, "", column.title)
    for slot, head in zip(slots_of(ROWS[list_name], columns), heads, strict=True):
        found[plain_header(head)[0]] = slot
    return found


def slots_of(row_type: type, columns: Sequence[str]) -> tuple[Slot, ...]:
    """The fields of a class of rows, in this order."""
    known = {item.name: item.metadata for item in fields(row_type)}
    return tuple(slot_of(name, known[name]) for name in columns)


def slot_of(name: str, meta: Mapping[str, Any], role: str = "", label: str = "") -> Slot:
    """The slot of one field by its metadata."""
    column = Column(name, str(meta["zh"]), str(meta["type"]), str(meta["codes"]), int(meta["longest"]))
    return Slot(column, role, label or column.title)


def _plain(text: str) -> tuple[str, str]:
    """A header as in the workbook, also without the number of the paper: 18 合同成交额（元）."""
    label, unit = plain_header(unicodedata.normalize("NFKC", text))
    return re.sub(r"^\d{1,2}[.、]?(?=\D)", "", label), unit


# ---- understanding -------------------------------------------------------------------------------------


class _Understanding:
    """One block being understood."""

    def __init__(self, block: Block, known: Mapping[str, Slot], codes: Codes, today: date) -> None:
        self.known, self.codes, self.today = known, codes, today
        self.reader = CellReader(codes, today)
        self.has_parties = any(slot.role for slot in known.values())
        self.party_labels = _party_labels() if self.has_parties else {}
        self.said: list[Problem] = []
        self.cells = [list(row) for row in block.cells]
        self.names = {
            (r, c): cell_name(r, c) for r, row in enumerate(self.cells) for c, _cell in enumerate(row)
        }
        self.merged = block.merged

    def say(self, place: str, value: str, finding: Finding) -> None:
        self.said.append(
            Problem(place, value[:60], finding.reason, finding.remedy, finding.level, finding.code)
        )

    def slot(self, label: str, role: str = "") -> Slot | None:
        """The field of a header; a bare 名称 belongs to the side it stands under."""
        if found := self.known.get(label):
            return found
        if role and (column := self.party_labels.get(label)):
            return Slot(column, role, ("买方" if role == "buyer" else "卖方") + column.title)
        return None

    def unmerge(self, head: int) -> None:
        """Cells merged downwards below the head row get the value of the first."""
        for top, left, bottom, right in self.merged:
            if top <= head or top >= len(self.cells) or left >= len(self.cells[top]):
                continue
            value = self.cells[top][left]
            for row in self.cells[top : bottom + 1]:
                row[left] = value
            if value and bottom > top:
                area = f"{cell_name(top, left)}:{cell_name(bottom, right)}"
                reason = _("合并的格子，各行都按“{value}”读入").format(value=value[:20])
                self.say(area, value, Finding(reason, _("请核对"), "doubt", "W44"))

    def fill_down(self, head: int) -> None:
        """An empty cell stands for the one above it: merged cells copied as plain text."""
        for above, row in zip(self.cells[head + 1 :], self.cells[head + 2 :], strict=False):
            if not any(row):
                row[:] = above if any(above) else row
                continue
            for at, cell in enumerate(row):
                if not cell and at < len(above):
                    row[at] = above[at]

    # which layout

    def head_row(self) -> tuple[int, int]:
        """The row that looks most like headers, and how many it has."""
        best = (0, 0)
        for number, row in enumerate(self.cells[:15]):
            labels = [_plain(cell)[0] for cell in row if cell]
            hits = len({label for label in labels if self.slot(label, self._role_above(number))})
            if hits > best[1] and hits * 2 >= len(labels):
                best = (number, hits)
        number, hits = best
        if hits and number + 1 < len(self.cells) and self._is_second_head(number):
            return number + 1, hits
        return best

    def _is_second_head(self, number: int) -> bool:
        """买方 and 卖方 over several columns, with 名称, 信用代码 … in the row below."""
        if not self._role_above(number + 1):
            return False
        labels = [_plain(cell)[0] for cell in self.cells[number + 1] if cell]
        return len(labels) > 1 and all(label in self.party_labels for label in labels)

    def _role_above(self, number: int) -> str:
        row = self.cells[number - 1] if number else []
        return next((role for cell in row if (role := _ROLES.get(_plain(cell)[0], ""))), "")

    def label_columns(self) -> list[int]:
        """Columns that hold names of fields, for a form copied as 栏名 and 值."""
        found = []
        for at in range(max((len(row) for row in self.cells), default=0) - 1):
            cells = [row[at : at + 2] for row in self.cells if row[at]]
            hits = sum(self._is_label(name) and not self._is_label(value) for name, value in cells)
            if cells and hits * 2 > len(cells):
                found.append(at)
        return found

    def _is_label(self, cell: str) -> bool:
        return self.slot(_plain(cell)[0], "buyer") is not None

    def labels_in(self, columns: Sequence[int]) -> int:
        """Different names of fields in these columns."""
        return len(
            {
                (at, label)
                for row in self.cells
                for at in columns
                if row[at] and self.slot(label := _plain(row[at])[0], "buyer")
            }
        )

    # reading

    def by_headers(self, head: int) -> Pasted:
        """One contract a row under the headers."""
        slots: dict[int, tuple[Slot, str]] = {}
        taken: set[tuple[str, str]] = set()
        above = self.cells[head - 1] if head else []
        role = ""
        for at, cell in enumerate(self.cells[head]):
            title = cell
            if at < len(above) and above[at]:
                role = _ROLES.get(_plain(above[at])[0], "")
                title = cell or ("" if role else above[at])
            if not title:
                continue
            label, unit = _plain(title)
            if label in (KEY, REASON, "序"):
                continue
            slot = self.slot(label, role)
            if slot is None or slot.key in taken:
                self._not_read(self.names[head, at], title, is_double=slot is not None)
                continue
            taken.add(slot.key)
            slots[at] = (slot, unit)
        rows = []
        for number in range(head + 1, len(self.cells)):
            row = self.cells[number]
            first = next((cell for cell in row if cell), "")
            if not any(row[at] for at in slots) or _TOTAL.fullmatch(first):
                continue
            rows.append(
                tuple(
                    self.read(self.names[number, at], slot, row[at], unit)
                    for at, (slot, unit) in slots.items()
                )
            )
        return Pasted(tuple(slot for slot, _unit in slots.values()), tuple(rows), "headers", ())

    def by_pairs(self, columns: Sequence[int]) -> Pasted:
        """栏名 and 值: one contract, or, with one column of names, a contract for every further column."""
        width = max(len(row) for row in self.cells)
        sides = [list(range(1, width))] if list(columns) == [0] else [[at + 1] for at in columns]
        found: list[tuple[Slot, str, list[tuple[str, str]]]] = []
        taken: set[tuple[str, str]] = set()
        for at, values in zip(columns, sides, strict=False):
            role = ""
            for number, row in enumerate(self.cells):
                if not row[at]:
                    continue
                label, unit = _plain(row[at])
                texts = [(self.names[number, side], row[side]) for side in values if side < len(row)]
                if label in _ROLES and not any(text for _place, text in texts):
                    role = _ROLES[label]
                    continue
                slot = self.slot(label, role)
                if slot is None or slot.key in taken:
                    self._not_read(self.names[number, at], row[at], is_double=slot is not None)
                    continue
                taken.add(slot.key)
                found.append((slot, unit, texts))
        most = max((len(texts) for _slot, _unit, texts in found), default=0)
        used = [at for at in range(most) if any(at < len(texts) and texts[at][1] for _s, _u, texts in found)]
        rows = [
            tuple(
                self.read(texts[at][0], slot, texts[at][1], unit)
                if at < len(texts)
                else PastedCell("", slot, "")
                for slot, unit, texts in found
            )
            for at in used
        ]
        return Pasted(tuple(slot for slot, _unit, _texts in found), tuple(rows), "pairs", ())

    def by_position(self, stops: Sequence[Slot], *, down: bool) -> Pasted:
        """No headers: along the fields from the one with the focus; a single column goes down the form."""
        width = max(len(row) for row in self.cells)
        if width == 1 and down:
            places = [(number, 0) for number in range(len(self.cells))]
            lines = [places]
        else:
            lines = [[(n, at) for at in range(width)] for n, row in enumerate(self.cells) if any(row)]
        rows = []
        for line in lines:
            cells = [
                self.read(self.names[place], slot, self.cells[place[0]][place[1]], "")
                for place, slot in zip(line, stops, strict=False)
            ]
            rows.append(tuple(cells))
            left = [self.names[place] for place in line[len(stops) :] if self.cells[place[0]][place[1]]]
            if left:
                finding = Finding(
                    _("后面没有这么多栏，有 {n} 格没有读入").format(n=len(left)),
                    _("请带上表头重新复制，或从前面的栏贴起"),
                    "doubt",
                    "W43",
                )
                self.say(left[0], "", finding)
        used = min(max((len(line) for line in lines), default=0), len(stops))
        return Pasted(tuple(stops[:used]), tuple(rows), "position", ())

    def _not_read(self, place: str, text: str, *, is_double: bool) -> None:
        reason = _("“{label}”这一栏出现两次，只读了前一栏") if is_double else _("没有“{label}”这一栏，未读入")
        remedy = _("请照登记表改表头；不需要的，可不管")
        self.say(place, text, Finding(reason.format(label=text[:40]), remedy, "doubt", "W43"))

    def read(self, place: str, slot: Slot, text: str, unit: str) -> PastedCell:
        """One cell; a wrong one has no value."""
        if not text.strip():
            return PastedCell(place, slot, "")
        found: list[Finding] = []
        value: Any = None
        try:
            _check_spoilt(text, slot.column)
            given = text
            if unit == "万元" and slot.column.kind == "money":
                given = f"{text}万"
                found.append(Finding(_("表头写的是万元，已按万元读入"), _("请核对"), "note", "W31"))
            value = self._read(given, slot.column, found)
            if slot.column.field == "id_number":
                self._check_number(str(value), found)
        except WrongCell as exc:
            found = [exc.finding]
            value = None
        if any(one.level == "error" for one in found):
            value = None
        return PastedCell(place, slot, text, value, tuple(found))

    def _read(self, text: str, column: Column, found: list[Finding]) -> Any:
        try:
            return self.reader.read(text, column, found)
        except WrongCell as exc:
            if column.field != "kind" or exc.finding.code != "W26":
                raise
            # tables have one column 合同类别 for what the form asks as kind and sub-kind
            return self.reader.read(text, replace(column, field="sub_kind"), found)

    def _check_number(self, number: str, found: list[Finding]) -> None:
        """Check digits, where the number has the length of one; a run of zeros is settled by them."""
        zeros = next((one for one in found if one.code == "W24"), None)
        if len(number) != 18:
            return
        faults = [check_number(kind, number, today=self.today) for kind in ("credit_code", "resident_id")]
        if any(not one.fault for one in faults):
            if zeros is not None:
                found.remove(zeros)
            return
        if zeros is not None:
            raise WrongCell(
                _("Excel 已把代码改坏，末尾成串的 000 不是原来的数字"), _("请把该列设为文本后重贴"), "W24"
            )
        raise WrongCell(
            faults[0].message,
            _("请对照证件改正；确与证件一致的，在录入页填写并写明原因"),
            "W48",
        )


def _check_spoilt(text: str, column: Column) -> None:
    """Raise WrongCell for what a spreadsheet has made of a code, a day or a value; nothing is guessed."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if _TOO_NARROW.fullmatch(plain):
        raise WrongCell(
            _("格子太窄，复制来的是 {value}").format(value=plain[:8]), _("请把该列拉宽后重贴"), "W46"
        )
    if _ERROR_VALUE.fullmatch(plain.upper()):
        raise WrongCell(_("格子里是错误值 {value}").format(value=plain), _("请在表里直接填写值后重贴"), "W46")
    if column.kind not in ("money", "decimal", "int") and _SCIENTIFIC.fullmatch(plain):
        raise WrongCell(
            _("Excel 已把代码改坏，写成了 {value}，末尾几位已经丢失").format(value=plain),
            _("请把该列设为文本后重贴"),
            "W23",
        )
    if column.kind == "date" and _SERIAL_DAY.fullmatch(plain):
        raise WrongCell(
            _("Excel 已把日期改坏，写成了序数 {value}").format(value=plain),
            _("请把该列设为日期或文本后重贴"),
            "W29",
        )


def understand(
    block: Block,
    known: Mapping[str, Slot],
    stops: Sequence[Slot],
    codes: Codes,
    today: date,
    *,
    down: bool = True,
    fill_down: bool = False,
) -> Pasted:
    """Which field every cell belongs to, by headers in any order, by 栏名 and 值, else by position.

    ``stops`` are the fields from the one with the focus on; a single column without headers runs ``down``
    them. ``fill_down``: empty cells repeat the one above (merged cells copied as plain text).
    """
    work = _Understanding(block, known, codes, today)
    head, across = work.head_row()
    columns = work.label_columns()
    names = work.labels_in(columns) if columns else 0
    width, head_cells = block.width, sum(bool(cell) for cell in work.cells[head])
    if names > across or (names >= 2 and names == across and head_cells == 1):
        result = work.by_pairs(columns)
    elif across >= 2 or (across == 1 and width == 1 and len(block.cells) > 1):
        work.unmerge(head)
        if fill_down:
            work.fill_down(head)
        result = work.by_headers(head)
    else:
        work.unmerge(-1)
        if fill_down:
            work.fill_down(-1)
        result = work.by_position(stops, down=down)
    return replace(result, said=tuple(work.said))


# ---- facts ---------------------------------------------------------------------------------------------


def kind_pair(code: str | None, day: date) -> tuple[str | None, str | None]:
    """Kind and sub-kind of a code of ``contract_kinds``; until 2026-02-28 a licence was a transfer."""
    if code is None:
        return None, None
    if "-" not in code:
        return code, "CON" if code == "CON" else None
    kind = code.split("-")[0]
    return ("TRF" if kind == "LIC" and day < NEW_RULES_FROM else kind), code


def facts_of_row(row: Sequence[PastedCell], today: date) -> Facts:
    """A new contract of one row; parties begin as on the empty form: credit code, China."""
    values: dict[str, Any] = {"currency": "CNY", "price_form": "fixed"}
    sides: dict[str, dict[str, Any]] = {}
    for cell in row:
        if cell.value is None:
            continue
        target = sides.setdefault(cell.slot.role, {}) if cell.slot.role else values
        target[cell.slot.column.field] = cell.value
    code = values.pop("sub_kind", None) or values.pop("kind", None)
    values.pop("kind", None)
    values["kind"], values["sub_kind"] = kind_pair(code, today)
    values["parties"] = tuple(
        Party(**{"role": role, "id_type": "credit_code", "country": "CHN"} | side)
        for role, side in sorted(sides.items())
    )
    return Facts(**values)
