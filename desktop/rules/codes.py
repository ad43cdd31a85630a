"""Code tables (代码表): looking a code up, reading what a person wrote, and finding while typing.

The tables are the CSV files of ``resources/codes`` (origin and licences in its README) and ``FIXED_CODES``.
``regions`` also holds the retired codes and the statistical development zones: both can be read, shown and
kept, but a new record is not offered them (``CodeEntry.is_offered``). A code is never guessed: a name that
stands for several places gives nothing.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final, Literal

from desktop.errors import MachineError
from desktop.resources import _
from desktop.rules.facts import FIXED_CODES

_OWN_COLUMNS: Final = ("code", "name", "parent", "initials", "valid_from", "valid_until", "successor")
_CODE_AND_NAME: Final = re.compile(r"^([0-9a-z][0-9a-z_\-]*)[\s:：,，、·\-—]*(.*)$")

MatchKind = Literal["exact", "prefix", "contains"]
MatchPlace = Literal["code", "name", "initials"]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One row of a code table."""

    code: str
    name: str
    parent: str = ""
    initials: tuple[str, ...] = ()
    """First letters of the pinyin, e.g. ``("cqs", "cq")``; the first belongs to the whole name."""
    is_retired: bool = False
    """停用: shown and kept where a contract uses it, never offered for a new one."""
    is_offered: bool = True
    """False for retired codes and for statistical development zones."""
    successor: tuple[str, ...] = ()
    """Codes that took over from a retired one; several when it was split."""
    valid_from: date | None = None
    valid_until: date | None = None
    """First day no longer valid; None when it is still valid or the day is not known."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further columns: ``customs``, ``alpha2``, ``level``, ``type``, ``source`` …"""


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """One hit of a search and where it hit, so that the hit can be underlined."""

    entry: CodeEntry
    kind: MatchKind
    place: MatchPlace
    start: int
    """Of the hit, in the text of ``place`` (for initials: in ``initials``)."""
    length: int
    initials: str = ""
    """The alternative that was hit, when ``place`` is ``initials``."""
    name_start: int = 0
    name_length: int = 0
    """The characters of the name that were hit; length 0 when the hit is in the code."""


@dataclass(frozen=True, slots=True)
class _Key:
    entry: CodeEntry
    code: str
    name: str
    initials: tuple[str, ...]
    depth: int


class _Table:
    """One loaded table with what its look-ups need."""

    def __init__(self, entries: Sequence[CodeEntry], aliases: Mapping[str, str]) -> None:
        self.by_code: dict[str, CodeEntry] = {}
        for entry in entries:
            self.by_code.setdefault(entry.code, entry)
        self.entries = tuple(self.by_code.values())
        self.keys = tuple(
            _Key(e, _folded(e.code), _folded(e.name), e.initials, self._depth(e)) for e in self.entries
        )
        self.by_folded_code = {k.code: k.entry for k in self.keys}
        self.by_name: dict[str, list[CodeEntry]] = {}
        for key in self.keys:
            for name in _names(key.name):
                self.by_name.setdefault(name, []).append(key.entry)
        self.aliases = {_folded(a): code for a, code in aliases.items()}
        self.asked: dict[str, str | None] = {}
        """Answers of ``find``: a workbook asks the same few hundred words thousands of times."""

    def _depth(self, entry: CodeEntry) -> int:
        parent, depth = self.by_code.get(entry.parent), 0
        while parent is not None and depth < 6:
            parent, depth = self.by_code.get(parent.parent), depth + 1
        return depth


class CodeTables:
    """All code tables of one folder; each file is read at its first use and kept."""

    def __init__(self, folder: Path, extra_regions: Iterable[CodeEntry] = ()) -> None:
        self._folder = folder
        self._extra_regions = tuple(extra_regions)
        self._tables: dict[str, _Table] = {}
        self._aliases: dict[str, dict[str, str]] | None = None

    def entries(self, table: str) -> tuple[CodeEntry, ...]:
        """All rows in the order of the table, retired ones included. KeyError for an unknown table."""
        return self._table(table).entries

    def get(self, table: str, code: str | None) -> CodeEntry | None:
        """The row of exactly this code, or None."""
        return self._table(table).by_code.get(code or "")

    def name(self, table: str, code: str | None) -> str:
        """Chinese name of a code; the code itself when the table does not know it, empty for None."""
        entry = self.get(table, code)
        return entry.name if entry else (code or "")

    def path(self, table: str, code: str) -> tuple[CodeEntry, ...]:
        """The row and its parents, highest first: 云岭省, 岚州市, 澄河县. Empty for an unknown code."""
        found: list[CodeEntry] = []
        while (entry := self.get(table, code)) is not None and entry not in found:
            found.insert(0, entry)
            code = entry.parent
        return tuple(found)

    def is_known(self, table: str, code: str | None, on: date | None = None) -> bool:
        """Whether the code exists; with ``on``, whether it was not yet or no longer valid that day.

        A retired code whose last day nobody recorded is known on every day: look at ``is_retired`` too.
        """
        entry = self.get(table, code)
        if entry is None:
            return False
        if on is None:
            return True
        return (entry.valid_from is None or entry.valid_from <= on) and (
            entry.valid_until is None or on < entry.valid_until
        )

    def find(self, table: str, text: str | None) -> str | None:
        """The code that a written text stands for; None when nothing or more than one thing fits.

        Takes the code, the exact Chinese name (for regions also with the higher levels before it, for
        countries the customs code and alpha-2), an everyday or older name, and “code name” together, in any
        width. A code whose name beside it belongs to another code gives None.
        """
        loaded, written = self._table(table), (text or "").strip()
        if written not in loaded.asked:
            if len(loaded.asked) > 20_000:
                loaded.asked.clear()
            loaded.asked[written] = self._find(loaded, _folded(written))
        return loaded.asked[written]

    def search(
        self, table: str, text: str, limit: int = 8, *, prefer: Sequence[str] = (), retired: bool = False
    ) -> tuple[CodeMatch, ...]:
        """Rows for what was typed so far: code, Chinese or pinyin initials; exact, prefix, contains.

        Among equals the codes of ``prefer`` come first (the most used), then the higher level (重庆市 before
        城区), then the order of the table. Several words must all fit, the earlier ones in the row or above
        it (江苏 gl). Retired rows and statistical zones only with ``retired``. Nothing typed gives the
        preferred rows, then the table from its start.
        """
        loaded = self._table(table)
        words = _folded(text, keep_spaces=True).split()
        ranks = {code: i for i, code in enumerate(prefer)}
        found: list[tuple[int, int, int, int, CodeMatch]] = []
        for order, key in enumerate(loaded.keys):
            if not (key.entry.is_offered or retired):
                continue
            hit = _hit(key, words[-1]) if words else CodeMatch(key.entry, "prefix", "code", 0, 0)
            if hit is None or not all(self._fits(loaded, key, word) for word in words[:-1]):
                continue
            rank = ranks.get(key.entry.code, len(ranks))
            found.append((_ORDER[hit.kind], rank, key.depth, order, hit))
        found.sort(key=lambda row: row[:4])
        return tuple(row[4] for row in found[:limit])

    def _fits(self, loaded: _Table, key: _Key, word: str) -> bool:
        code = key.entry.code
        for _step in range(6):
            entry = loaded.by_code.get(code)
            if entry is None:
                return False
            if word in _folded(entry.name) or any(i.startswith(word) for i in entry.initials):
                return True
            code = entry.parent
        return False

    def _find(self, loaded: _Table, text: str) -> str | None:
        if not text:
            return None
        if entry := loaded.by_folded_code.get(text):
            return entry.code
        if text in loaded.aliases:
            return loaded.aliases[text]
        if code := self._by_name(loaded, text):
            return code
        match = _CODE_AND_NAME.match(text)
        if match is None or not match[2]:
            return None
        entry = loaded.by_folded_code.get(match[1]) or loaded.by_code.get(loaded.aliases.get(match[1], ""))
        if entry is None:
            return None
        agrees = match[2] in _names(_folded(entry.name)) or self._find(loaded, match[2]) == entry.code
        return entry.code if agrees else None

    def _by_name(self, loaded: _Table, text: str) -> str | None:
        rows = loaded.by_name.get(text, ())
        if len(rows) > 1:
            rows = [row for row in rows if row.is_offered] or rows
        if len(rows) == 1:
            return rows[0].code
        if rows:
            return None
        full = [
            entry.code
            for name, entries in loaded.by_name.items()
            if text.endswith(name) and len(name) > 1
            for entry in entries
            if entry.parent and self._stands_above(loaded, entry, text.removesuffix(name))
        ]
        return full[0] if len(set(full)) == 1 else None

    def _stands_above(self, loaded: _Table, entry: CodeEntry, before: str) -> bool:
        """Whether the words before a name are exactly its higher levels, or the nearest of them."""
        parent = loaded.by_code.get(entry.parent)
        if parent is None or not before:
            return False
        for name in sorted(_names(_folded(parent.name)), key=len, reverse=True):
            if before == name:
                return True
            if before.endswith(name) and self._stands_above(loaded, parent, before.removesuffix(name)):
                return True
        return False

    def _table(self, table: str) -> _Table:
        if table not in self._tables:
            if table in FIXED_CODES:
                rows = [CodeEntry(code, name) for code, name in FIXED_CODES[table].items()]
            elif table == "regions":
                rows = self._regions()
            else:
                rows = list(read_entries(self._folder / f"{table}.csv"))
            self._tables[table] = _Table(rows, self._alias_rows().get(table, {}) | _other_codes(table, rows))
        return self._tables[table]

    def _regions(self) -> list[CodeEntry]:
        retired = (
            replace(e, is_retired=True, is_offered=False)
            for e in read_entries(self._folder / "regions_retired.csv")
        )
        zones = (
            replace(e, is_offered=False) for e in read_entries(self._folder / "regions_statistical_zones.csv")
        )
        return [*self._extra_regions, *read_entries(self._folder / "regions.csv"), *retired, *zones]

    def _alias_rows(self) -> dict[str, dict[str, str]]:
        if self._aliases is None:
            self._aliases = {}
            for row in _rows(self._folder / "aliases.csv"):
                self._aliases.setdefault(row["table"], {})[row["alias"]] = row["code"]
        return self._aliases


_ORDER: Final[Mapping[str, int]] = {"exact": 0, "prefix": 1, "contains": 2}


def read_entries(path: Path) -> Iterator[CodeEntry]:
    """The rows of one code table file, e.g. the regions that a local pack adds.

    A row with a successor or a last day (``valid_until``) is retired. Raises MachineError for a damaged file.
    """
    for number, row in enumerate(_rows(path), 2):
        try:
            until = date.fromisoformat(row["valid_until"]) if row.get("valid_until") else None
            since = date.fromisoformat(row["valid_from"]) if row.get("valid_from") else None
            successor = tuple(s for s in (row.get("successor") or "").split(";") if s)
            retired = until is not None or bool(successor)
            yield CodeEntry(
                row["code"],
                row["name"],
                row["parent"],
                tuple((row.get("initials") or "").split()),
                retired,
                not retired,
                successor,
                since,
                until,
                {k: v for k, v in row.items() if k not in _OWN_COLUMNS and v},
            )
        except (KeyError, ValueError) as exc:
            raise MachineError(
                _("代码表 {name} 第 {row} 行读不出来").format(name=path.name, row=number),
                _("文件已损坏，请重新安装或重新导入地方包"),
            ) from exc


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise KeyError(path.stem) from None
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise MachineError(
            _("代码表 {name} 读不出来").format(name=path.name),
            _("文件已损坏，请重新安装本程序；数据不受影响"),
        ) from exc


def _other_codes(table: str, rows: Sequence[CodeEntry]) -> dict[str, str]:
    """Codes of other lists that mean a row: customs numbers and two-letter codes of countries."""
    if table != "countries_iso":
        return {}
    found = {row.extra["alpha2"]: row.code for row in rows if row.extra.get("alpha2")}
    return found | {row.extra["customs"]: row.code for row in rows if row.extra.get("customs")}


def _folded(text: str, *, keep_spaces: bool = False) -> str:
    """For comparing: half width, lower case, brackets of one kind, without spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    return plain if keep_spaces else re.sub(r"\s+", "", plain)


def _names(name: str) -> tuple[str, ...]:
    """A name and the same without its bracket: 科技成果转化合同(参照技术开发)."""
    short = re.sub(r"\([^()]*\)", "", name)
    return (name, short) if short and short != name else (name,)


def _hit(key: _Key, word: str) -> CodeMatch | None:
    """Where a word hits a row, the best place first."""
    best: CodeMatch | None = None
    places: list[tuple[MatchPlace, str]] = [("code", key.code), ("name", key.name)]
    places += [("initials", text) for text in key.initials]
    for place, text in places:
        start = text.find(word)
        if start < 0:
            continue
        kind: MatchKind = "exact" if text == word else "contains" if start else "prefix"
        if best is not None and _ORDER[best.kind] <= _ORDER[kind]:
            continue
        name_start, name_length = _in_name(key.entry.name, place, start, len(word))
        best = CodeMatch(
            key.entry,
            kind,
            place,
            start,
            len(word),
            text if place == "initials" else "",
            name_start,
            name_length,
        )
    return best


def _in_name(name: str, place: MatchPlace, start: int, length: int) -> tuple[int, int]:
    """First character and number of characters of the name that a hit covers."""
    if place == "code":
        return 0, 0
    if place == "name":
        return start, length
    letters = [i for i, char in enumerate(name) if char.isalnum()]
    if start + length > len(letters):
        return 0, 0
    first = letters[start]
    return first, letters[start + length - 1] - first + 1
