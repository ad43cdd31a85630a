"""One cell of a workbook to one value of the form: never a guess, always a reason and what would be right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from desktop.errors import RefusedError
from desktop.exchange.grid import Cell
from desktop.resources import _
from desktop.rules.amounts import LARGEST, parse_amount, parse_date
from desktop.rules.codes import CodeEntry
from desktop.rules.facts import LONG_TERM
from desktop.rules.identifiers import normalise

_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[Ee]\+?\d+")
_LONG_ZEROS: Final = re.compile(r"\d{13,}000")
_YES: Final = frozenset({"是", "有", "y", "yes", "true", "1", "√", "对", "真"})
_NO: Final = frozenset({"否", "无", "没有", "n", "no", "false", "0", "×", "x", "不是", "假"})
_OPEN_ENDED: Final = frozenset({"valid_until", "licence_until"})
_COVERS: Final = {"技术": "technology", "服务": "service", "设备": "equipment"}


class Codes(Protocol):
    """What is asked of the code tables."""

    def entries(self, table: str) -> tuple[CodeEntry, ...]:
        """All rows of a table."""

    def get(self, table: str, code: str | None) -> CodeEntry | None:
        """The row of exactly this code."""

    def find(self, table: str, text: str | None) -> str | None:
        """The code that a text stands for."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field as a column of a sheet."""

    field: str
    title: str
    kind: str
    """``str id code date money decimal int yesno`` as in the metadata of the facts."""
    table: str = ""
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one cell."""

    reason: str
    remedy: str
    level: str = "error"
    code: str = "W20"


class WrongCell(Exception):
    """The cell has no value that can be used."""

    def __init__(self, reason: str, remedy: str, code: str = "W20") -> None:
        super().__init__(reason)
        self.finding = Finding(reason, remedy, "error", code)


def shown(cell: Cell) -> str:
    """A cell as people see it, for messages and for the returned workbook."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if cell.time() != time(0) else cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _is_odd(sign: str) -> bool:
    return unicodedata.category(sign) in ("Co", "Cc", "Cs") and sign != "\n"


def is_blank(cell: Cell) -> bool:
    """Empty, or nothing but blanks."""
    return isinstance(cell, str) and not cell.strip()


def _whole(cell: Cell) -> int | None:
    """A number without fraction that a spreadsheet holds exactly, else None."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    if isinstance(cell, float) and (not cell.is_integer() or abs(cell) >= 1e15):
        return None
    return int(cell)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


class CellReader:
    """Reads cells of one import: its code tables, its today."""

    def __init__(self, codes: Codes, today: date) -> None:
        self._codes, self._today = codes, today
        self._readers: dict[str, Callable[[Cell, Column, list[Finding]], Any]] = {
            "str": self._text,
            "id": self._id,
            "code": self._code,
            "date": self._date,
            "money": self._money,
            "decimal": self._decimal,
            "int": self._int,
            "yesno": self._yesno,
        }

    def read(self, cell: Cell, column: Column, found: list[Finding]) -> Any:
        """The value of a cell that is not blank; doubts and notes go to ``found``. Raises WrongCell."""
        return self._readers[column.kind](cell, column, found)

    def _text(self, cell: Cell, column: Column, found: list[Finding]) -> str:
        if column.field == "covers":
            return self._covers(cell)
        if _is_number(cell):
            whole = _whole(cell)
            if whole is None:
                raise WrongCell(
                    _("这一栏应为文字，现在是数 {value}").format(value=shown(cell)),
                    _("请把该列设为文本后重填"),
                )
            found.append(Finding(_("数字格式的格子已按文字读入"), _("请核对开头有没有丢掉 0"), "note", "W21"))
            return str(whole)
        if not isinstance(cell, str):
            raise WrongCell(_("这一栏应为文字，现在是“{value}”").format(value=shown(cell)), _("请改为文字"))
        return self._checked_text(cell.strip(), column)

    @staticmethod
    def _checked_text(text: str, column: Column) -> str:
        text = text.replace("\r\n", "\n").replace("_x000D_", "")
        odd = () if text.isprintable() else [c for c in text if _is_odd(c)]
        if odd:
            raise WrongCell(
                _("有造字区或不可见的字符 U+{code:04X}（第 {n} 个字）").format(
                    code=ord(odd[0]), n=text.index(odd[0]) + 1
                ),
                _("请对照证件用标准汉字重新录入这个字"),
                "W22",
            )
        if column.longest and len(text) > column.longest:
            raise WrongCell(
                _("有 {n} 个字，超过 {most} 个字").format(n=len(text), most=column.longest),
                _("请删减到 {most} 个字以内").format(most=column.longest),
            )
        return text

    def _id(self, cell: Cell, column: Column, found: list[Finding]) -> str:
        text_format = _("请把该列设为文本后，对照原件重新录入这个号码")
        if _is_number(cell):
            whole = _whole(cell)
            if whole is None or abs(whole) >= 10**12:
                raise WrongCell(
                    _("Excel 已把号码改坏，变成了数 {value}，末尾几位已经丢失").format(value=shown(cell)),
                    text_format,
                    "W23",
                )
            raise WrongCell(
                _("号码存成了数 {value}，开头的 0 可能已经丢失").format(value=shown(cell)),
                text_format,
                "W23",
            )
        if not isinstance(cell, str):
            raise WrongCell(_("号码被 Excel 改成了“{value}”").format(value=shown(cell)), text_format, "W23")
        plain = normalise(cell)
        if _SCIENTIFIC.fullmatch(plain):
            raise WrongCell(
                _("Excel 已把号码改坏，写成了 {value}，末尾几位已经丢失").format(value=cell.strip()),
                text_format,
                "W23",
            )
        if _LONG_ZEROS.fullmatch(plain):
            found.append(
                Finding(
                    _("末尾成串的 000，可能是 Excel 只保留 15 位造成的"),
                    _("请对照原件核对；不对的，把该列设为文本后重填"),
                    "doubt",
                    "W24",
                )
            )
        value = " ".join(cell.split())
        if column.field in ("id_number", "official_number") or value != unicodedata.normalize("NFKC", value):
            value = plain if column.field in ("id_number", "official_number") else _half_width(value)
            if value != cell.strip():
                found.append(
                    Finding(
                        _("已改为半角、去空格：{before} → {after}").format(before=cell.strip(), after=value),
                        _("请核对"),
                        "note",
                        "W25",
                    )
                )
        return self._checked_text(value, column)

    def _code(self, cell: Cell, column: Column, found: list[Finding]) -> str:
        if _is_number(cell):
            whole = _whole(cell)
            text = "" if whole is None else str(whole)
            padded = [
                f"{zeros}{text}" for zeros in ("0", "00") if self._codes.get(column.table, zeros + text)
            ]
            if not text or padded:
                raise WrongCell(
                    _("代码存成了数 {value}，开头的 0 可能已经丢失").format(value=shown(cell)),
                    _("请填写文字代码（例如 {code}）或中文名称").format(code=(padded or ["01"])[0]),
                    "W23",
                )
        elif isinstance(cell, str):
            text = cell.strip()
        else:
            raise WrongCell(_("“{value}”不是代码").format(value=shown(cell)), self._choices(column), "W26")
        code = self._codes.find(column.table, text)
        if code is None:
            raise WrongCell(
                _("“{value}”不在“{title}”的代码表里，或指的不止一个").format(
                    value=text[:40], title=column.title
                ),
                self._choices(column),
                "W26",
            )
        entry = self._codes.get(column.table, code)
        if entry is not None and entry.is_retired:
            raise WrongCell(
                _("代码 {code} {name} 已停用").format(code=code, name=entry.name),
                _("请改用现行代码 {codes}").format(codes="、".join(entry.successor))
                if entry.successor
                else _("请改用现行代码"),
                "W27",
            )
        if column.field == "kind" and entry is not None and entry.parent:
            raise WrongCell(
                _("“{value}”是细类，不是合同类别").format(value=text[:40]),
                _("请填技术开发、技术转让、技术许可、技术咨询或技术服务"),
                "W26",
            )
        return code

    def _choices(self, column: Column) -> str:
        rows = self._codes.entries(column.table)
        if len(rows) <= 12:
            return _("可填：{names}").format(names="、".join(f"{row.code} {row.name}" for row in rows))
        return _("请填代码或代码表里的全称；下拉和“说明”表里列有常用的")

    def _date(self, cell: Cell, column: Column, found: list[Finding]) -> date:
        if isinstance(cell, datetime):
            if cell.time() != time(0):
                found.append(Finding(_("带有钟点，只取日期"), _("请核对"), "note", "W28"))
            return self._possible(cell.date())
        if isinstance(cell, date):
            return self._possible(cell)
        if _is_number(cell):
            whole = _whole(cell)
            if whole is not None and 10_000 <= whole <= 99_999:
                likely = date(1899, 12, 30) + timedelta(days=whole)
                raise WrongCell(
                    _("日期变成了序数 {value}").format(value=whole),
                    _("可能是 {day}，请对照合同核对后，把格式设为日期或按 2026-11-20 的写法重填").format(
                        day=likely.isoformat()
                    ),
                    "W29",
                )
            cell = "" if whole is None else str(whole)
        if not isinstance(cell, str) or not cell.strip():
            raise WrongCell(_("不是日期"), _("请按 2026-11-20 的写法填写"), "W29")
        try:
            day = parse_date(cell, self._today)
        except RefusedError as exc:
            raise WrongCell(exc.message, exc.hint, "W29") from exc
        if day == LONG_TERM and column.field not in _OPEN_ENDED:
            raise WrongCell(_("这一栏不能填长期"), _("请按合同填写日期"), "W29")
        return day

    @staticmethod
    def _possible(day: date) -> date:
        if not 1949 <= day.year <= 2199:
            raise WrongCell(
                _("日期 {day} 不合常理").format(day=day.isoformat()), _("请对照合同核对后重填"), "W29"
            )
        return day

    def _money(self, cell: Cell, column: Column, found: list[Finding]) -> Decimal:
        if _is_number(cell):
            amount = _exact(cell)
            if amount != round(amount, 2):
                near = round(amount, 2)
                # A sum made by the spreadsheet carries noise in the 16th digit: 0.1+0.2 = 0.30000000000000004
                if len(amount.as_tuple().digits) < 16 or abs(amount - near) > abs(amount) * Decimal("1e-14"):
                    raise WrongCell(
                        _("金额 {value} 细到分以下").format(value=amount),
                        _("请按合同填两位小数，程序不代为进位"),
                        "W30",
                    )
                amount = near
            if amount < 0:
                raise WrongCell(_("金额不能为负"), _("请按合同原文填写"), "W30")
            if amount > LARGEST:
                raise WrongCell(
                    _("金额 {value} 超过单份合同可登记的上限").format(value=amount),
                    _("请核对单位是元还是万元"),
                    "W30",
                )
            return amount.quantize(Decimal("0.01"))
        if not isinstance(cell, str):
            raise WrongCell(_("“{value}”不是金额").format(value=shown(cell)), _("请填写数，单位元"), "W30")
        try:
            parsed = parse_amount(cell)
        except RefusedError as exc:
            raise WrongCell(exc.message, exc.hint, "W30") from exc
        found.extend(Finding(text, _("请核对"), "note", "W31") for text in parsed.corrections)
        return parsed.amount

    def _decimal(self, cell: Cell, column: Column, found: list[Finding]) -> Decimal:
        number: Decimal | None = None
        if _is_number(cell):
            number = _exact(cell)
        elif isinstance(cell, str):
            plain = _half_width(cell).replace(",", "").strip().removesuffix("%")
            number = Decimal(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else None
        if number is None or number < 0 or number >= 10**9:
            raise WrongCell(
                _("“{value}”不是合理的数").format(value=shown(cell)), _("请填写数字，例如 7.1203"), "W32"
            )
        if column.field.endswith("_percent"):
            if number > 100:
                raise WrongCell(_("比例大于 100%"), _("请填 0 到 100 之间的数"), "W32")
            if 0 < number < 1:
                found.append(
                    Finding(
                        _("比例小于 1%，可能是格式为百分数的格子"),
                        _("25% 应填 25，请核对"),
                        "doubt",
                        "W32",
                    )
                )
        return number

    def _int(self, cell: Cell, column: Column, found: list[Finding]) -> int:
        whole = _whole(cell)
        if whole is None and isinstance(cell, str):
            plain = _half_width(cell).strip()
            whole = int(plain) if re.fullmatch(r"\d{1,9}", plain) else None
        if whole is None or whole < 0:
            raise WrongCell(_("“{value}”不是整数").format(value=shown(cell)), _("请填写整数"), "W33")
        return whole

    def _yesno(self, cell: Cell, column: Column, found: list[Finding]) -> bool:
        if isinstance(cell, bool):
            return cell
        plain = _half_width(shown(cell)).strip().lower()
        if plain in _YES:
            return True
        if plain in _NO:
            return False
        raise WrongCell(
            _("“{value}”看不出是“是”还是“否”").format(value=shown(cell)[:40]), _("请填是或否"), "W34"
        )

    @staticmethod
    def _covers(cell: Cell) -> str:
        parts = [part for part in re.split(r"[,，、;；\s]+", shown(cell)) if part]
        unknown = [p for p in parts if p not in _COVERS and p not in _COVERS.values()]
        if unknown:
            raise WrongCell(
                _("“{value}”不认识").format(value=unknown[0][:40]),
                _("可填：技术、服务、设备，用顿号分开"),
                "W26",
            )
        return ",".join(dict.fromkeys(_COVERS.get(part, part) for part in parts))


def _exact(cell: Cell) -> Decimal:
    """The decimal that a number cell shows: a float's shortest text, not its binary expansion."""
    return Decimal(repr(cell)) if isinstance(cell, float) else Decimal(int(str(cell)))


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def written_form(value: object, column: Column, codes: Codes) -> object:
    """A value as the template wants it written: codes with their names, 是 and 否, 长期."""
    if value is None:
        return ""
    if column.kind == "code":
        entry = codes.get(column.table, str(value))
        if entry is None:
            return str(value)
        # A name that stands for several codes, or for none when read back, is written as its code.
        return entry.name if codes.find(column.table, entry.name) == entry.code else entry.code
    if column.kind == "yesno":
        return "是" if value else "否"
    if column.field == "covers":
        names = {code: name for name, code in _COVERS.items()}
        return "、".join(names.get(part, part) for part in str(value).split(","))
    return "长期" if value == LONG_TERM else value
