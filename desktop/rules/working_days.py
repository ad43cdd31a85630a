"""Working days by the State Council's yearly notices, from a file that the clerk can replace."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from desktop.errors import RefusedError
from desktop.resources import _

_DAY: Final = timedelta(days=1)
_CONFIDENCES: Final = ("verified", "draft", "memory")
_FILE_KEYS: Final = frozenset({"year", "fixed_holidays"})
_YEAR_KEYS: Final = frozenset(
    {"year", "instrument", "confidence", "last_checked", "holidays", "workdays", "note"}
)
_HOLIDAY_KEYS: Final = frozenset({"name", "first", "last"})
_LONGEST: Final = 3660
"""No period of the office is longer; a bigger number is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays and make-up workdays of published years; other years Monday to Friday less fixed holidays."""

    holidays: Mapping[date, str]
    """Day off → name of the holiday."""
    workdays: frozenset[date]
    """Weekend days that are worked (调休上班)."""
    years: Mapping[int, str]
    """Published years → confidence of the row."""
    fixed_holidays: frozenset[tuple[int, int]]

    @classmethod
    def load(cls, path: Path) -> Calendar:
        """Read a calendar file. Raises RefusedError naming file, year and entry that is wrong."""
        try:
            return cls.read(path.read_bytes(), path.name)
        except OSError as exc:
            raise _unreadable(path.name) from exc

    @classmethod
    def read(cls, content: bytes, name: str) -> Calendar:
        """The same from the bytes of a file of that name."""
        try:
            raw = tomllib.loads(content.decode("utf-8-sig"))  # Notepad puts a mark in front
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
            raise _unreadable(name) from exc
        return _build(raw, name)

    def is_working_day(self, day: date) -> bool:
        """True for a day on which the office works."""
        if day.year in self.years:
            return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)
        return day.weekday() < 5 and (day.month, day.day) not in self.fixed_holidays

    def is_certain(self, day: date) -> bool:
        """The notice of that year is in the file; if not, show 待核."""
        return day.year in self.years

    def is_certain_between(self, start: date, end: date) -> bool:
        """All years from start to end are published."""
        return all(year in self.years for year in range(start.year, end.year + 1))

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after ``day``; the day itself does not count (期间开始的当日不计). n ≥ 0."""
        if not 0 <= n <= _LONGEST:
            raise RefusedError(_("工作日数 {n} 不合常理").format(n=n), _("请核对地方包中的期限"))
        found = day
        while n:
            found += _DAY
            n -= self.is_working_day(found)
        return found

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when end lies before start."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + _DAY * i) for i in range(1, (end - start).days + 1))


def _unreadable(name: str) -> RefusedError:
    return RefusedError(
        _("节假日文件 {name} 读不出来").format(name=name), _("请换用程序自带的文件，或改正后重试")
    )


def _build(raw: Mapping[str, Any], name: str) -> Calendar:
    holidays: dict[date, str] = {}
    workdays: set[date] = set()
    years: dict[int, str] = {}

    def refuse(where: str, reason: str) -> RefusedError:
        return RefusedError(
            _("节假日文件 {name} 的 {where} 有误：{reason}").format(name=name, where=where, reason=reason),
            _("请对照国务院办公厅的通知改正"),
        )

    def list_of(row: Mapping[str, Any], key: str, where: str) -> list[Any]:
        found = row.get(key, [])
        if not isinstance(found, list):
            raise refuse(f"{where} {key}".strip(), _("应当是一列"))
        return found

    def known(row: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
        """A misspelt key would silently leave days out."""
        for key in sorted(row.keys() - keys):
            raise refuse(f"{where} {key}".strip(), _("没有这一项"))

    known(raw, _FILE_KEYS, "")
    for row in list_of(raw, "year", ""):
        year = row.get("year") if isinstance(row, dict) else None
        if type(year) is not int or year in years:
            raise refuse("year", _("年份缺失或重复"))
        known(row, _YEAR_KEYS, str(year))
        confidence = row.get("confidence")
        if confidence not in _CONFIDENCES:
            raise refuse(f"{year} confidence", _("应为 verified、draft 或 memory"))
        years[year] = confidence
        for item in list_of(row, "holidays", str(year)):
            if not isinstance(item, dict):
                raise refuse(f"{year} holidays", _("每一项要写 name、first、last"))
            known(item, _HOLIDAY_KEYS, f"{year} {item.get('name', '')}")
            first: Any = item.get("first")
            last: Any = item.get("last")
            if not _is_day(first) or not _is_day(last) or not first <= last < first + _DAY * 15:
                raise refuse(f"{year} {item.get('name', '')}", _("起止日期不对"))
            if first.year != year:
                raise refuse(f"{year} {item.get('name', '')}", _("起日不在当年"))
            for offset in range((last - first).days + 1):
                holidays[first + _DAY * offset] = str(item.get("name", ""))
        for day in list_of(row, "workdays", str(year)):
            if not _is_day(day) or day.year != year or day.weekday() < 5:
                raise refuse(f"{year} workdays", _("{day} 不是当年的周末").format(day=day))
            workdays.add(day)
        if clash := sorted(workdays & holidays.keys()):
            raise refuse(f"{year} workdays", _("{day} 既放假又上班").format(day=clash[0]))
    if not years:
        raise refuse("year", _("一个年份也没有"))
    fixed = set()
    for text in list_of(raw, "fixed_holidays", ""):
        try:
            day = date.fromisoformat(f"2024-{text}")
        except ValueError:
            raise refuse("fixed_holidays", _("{day} 不是月和日").format(day=text)) from None
        fixed.add((day.month, day.day))
    return Calendar(holidays, frozenset(workdays), years, frozenset(fixed))


def _is_day(value: object) -> bool:
    return type(value) is date
