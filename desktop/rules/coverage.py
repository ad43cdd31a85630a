"""Which row of the law carries which id of the rule base, and why some ids have none.

The list of ids is a file of its own, so that a row that gets lost is missed. It decides nothing and is no
part of the law's digest. ::

    [[group]]                                # one a group of rows
    name      = "mix"                        # group of the rows; reliefs: "VAT-TECH"
    title     = "混合合同"
    rule_sets = ["R2001", "M2026"]           # or ["relief"], or ["form"]
    ids       = ["R-MIX-01", "R-MIX-02"]     # every one needs a row in each of the rule sets …
    [group.carried]                          # … of its own code, or what is named here:
    "FORM.V-01" = ["V01"]                    # a check code, a parameter, or the row of another id
    [[group.none]]                           # … or a reason
    id = "R-MIX-02"
    rule_set = "M2026"
    reason = "…"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any, Final

from desktop.errors import Problem, ProblemsFound
from desktop.resources import _
from desktop.rules.book import Book, Parameter, Rule

RELIEF: Final = "relief"
"""Stands for the rows of reliefs, which belong to no rule set."""
FORM: Final = "form"
"""Stands for the checks of the form, which are program and not rows."""
_CHECK: Final = re.compile(r"V\d\d")
_KEYS: Final = frozenset({"name", "title", "rule_sets", "ids", "carried", "none"})


@dataclass(frozen=True, slots=True)
class IdGroup:
    """One group of the list."""

    name: str
    title: str
    rule_sets: tuple[str, ...]
    ids: tuple[str, ...]
    carried: Mapping[str, tuple[str, ...]]
    """Id → what carries it instead of rows of its own code."""
    none: Mapping[tuple[str, str], str]
    """(id, rule set) → why there is no row."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One row, parameter or check that carries an id."""

    name: str
    """Code of the row, name of the parameter, code of the check."""
    place: str
    """File and row."""
    confidence: str
    """``""`` for a check: it is program."""
    valid_from: date | None = None
    valid_until: date | None = None
    """The first day it no longer applies; None: open."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One id in one rule set."""

    id: str
    group: str
    title: str
    rule_set: str
    carriers: tuple[Carrier, ...]
    """Oldest first of each."""
    reason: str
    """Why there is none; empty where there should be some."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole list held against the whole law."""

    entries: tuple[Entry, ...]
    faults: tuple[Problem, ...]
    """Ids without row and reason, rows without id, reasons out of date, days without a row."""

    @property
    def is_complete(self) -> bool:
        """Every id is accounted for, every row is known."""
        return not self.faults

    def counts(self) -> dict[str, dict[str, int]]:
        """Rule set → ``ids``, ``carried``, ``reasons`` and, of their rows, ``verified draft memory program``.

        A row that carries several ids counts once.
        """
        made: dict[str, dict[str, int]] = {}
        seen: set[tuple[str, str, str]] = set()
        for entry in self.entries:
            names = ("ids", "carried", "reasons", "verified", "draft", "memory", "program")
            count = made.setdefault(entry.rule_set, dict.fromkeys(names, 0))
            count["ids"] += 1
            count["carried"] += bool(entry.carriers)
            count["reasons"] += bool(entry.reason)
            for carrier in entry.carriers:
                if (key := (entry.rule_set, carrier.name, carrier.place)) not in seen:
                    seen.add(key)
                    count[carrier.confidence or "program"] += 1
        return made


def load_ids(path: Path) -> tuple[IdGroup, ...]:
    """Read the list of ids. Raises ProblemsFound naming group and id of everything that is wrong."""
    found: list[Problem] = []
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ProblemsFound(
            _("编号表 {name} 读不出来").format(name=path.name),
            [Problem(path.name, "", str(exc), _("请核对引号、括号和等号"))],
        ) from exc
    groups = tuple(_group(path.name, table, found) for table in raw.get("group", []))
    if not groups:
        found.append(Problem(path.name, "group", _("一组编号也没有"), _("请换用程序自带的文件")))
    seen: dict[str, str] = {}
    for group in groups:
        for code in group.ids:
            if code in seen:
                found.append(
                    Problem(f"{path.name} {group.name}", code, _("编号写了两遍"), _("删去一处"), code=code)
                )
            seen[code] = group.name
    if found:
        raise ProblemsFound(_("编号表有 {n} 处不对").format(n=len(found)), found)
    return groups


def _group(file: str, raw: Mapping[str, Any], found: list[Problem]) -> IdGroup:
    name = str(raw.get("name", ""))
    place = f"{file} {name}"

    def wrong(value: object, reason: str, code: str = "") -> None:
        found.append(Problem(place, str(value)[:60], reason, _("请对照程序自带的编号表改正"), code=code))

    for key in sorted(raw.keys() - _KEYS):
        wrong(key, _("没有这一项"))
    ids, sets = tuple(map(str, raw.get("ids", []))), tuple(map(str, raw.get("rule_sets", [])))
    if not name or not ids or not sets:
        wrong(name, _("name、ids、rule_sets 都要写"))
    carried = {str(code): tuple(map(str, names)) for code, names in raw.get("carried", {}).items()}
    for code, names in carried.items():
        if code not in ids or not names:
            wrong(code, _("carried 里的编号不在 ids 里，或没有写由谁承担"), code)
    none: dict[tuple[str, str], str] = {}
    for row in raw.get("none", []):
        code, rule_set, reason = (str(row.get(key, "")) for key in ("id", "rule_set", "reason"))
        if code not in ids or rule_set not in sets or not reason.strip():
            wrong(f"{code} {rule_set}", _("none 里的编号、规则集不在本组，或没有写原因"), code)
        none[code, rule_set] = reason
    title = str(raw.get("title", ""))
    return IdGroup(name, title, sets, ids, MappingProxyType(carried), MappingProxyType(none))


def check_codes(*modules: ModuleType) -> dict[str, Carrier]:
    """The cross-field checks (``V01`` …) that the functions of these modules really make, and where."""
    made: dict[str, Carrier] = {}
    for module in modules:
        for function in vars(module).values():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                for code in _codes_in(function.__code__):
                    place = f"{module.__name__}.{function.__name__}"
                    at = function.__code__.co_firstlineno
                    made.setdefault(
                        code, Carrier(code, _("{place} 第 {line} 行").format(place=place, line=at), "")
                    )
    return made


def _codes_in(code: CodeType) -> Iterator[str]:
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _codes_in(value)
        elif isinstance(value, str) and _CHECK.fullmatch(value):
            yield value


def cover(groups: Sequence[IdGroup], book: Book, checks: Mapping[str, Carrier]) -> Coverage:
    """Hold the list against the law and the checks of the form (``check_codes``)."""
    rows: dict[tuple[str, str], list[Rule]] = {}
    for row in book.all_rows():
        rows.setdefault((row.rule_set or RELIEF, row.code), []).append(row)
    parameters: dict[str, list[Parameter]] = {}
    for parameter in book.all_parameters():
        parameters.setdefault(parameter.name, []).append(parameter)

    def carriers_of(name: str, rule_set: str) -> list[Carrier]:
        if rule_set == FORM:
            return [checks[name]] if name in checks else []
        dated: Sequence[Rule | Parameter] = rows.get((rule_set, name), ()) or parameters.get(name, ())
        return [
            Carrier(name, row.place, row.confidence, row.valid_from, row.valid_until)
            for row in sorted(dated, key=lambda r: r.valid_from)
        ]

    entries: list[Entry] = []
    faults: list[Problem] = []
    for group in groups:
        for code in group.ids:
            for rule_set in group.rule_sets:
                reason = group.none.get((code, rule_set), "")
                found = {name: carriers_of(name, rule_set) for name in group.carried.get(code, (code,))}
                carriers = tuple(carrier for several in found.values() for carrier in several)
                entries.append(Entry(code, group.name, group.title, rule_set, carriers, reason))
                faults += _judge(entries[-1], [name for name, several in found.items() if not several])
                faults += _holes(rows.get((rule_set, code), ()), rule_set, book)
    faults += _unknown_rows(groups, rows, checks)
    return Coverage(tuple(entries), tuple(faults))


def _judge(entry: Entry, missing: Sequence[str]) -> Iterator[Problem]:
    place = f"{entry.id} {entry.rule_set}"
    if entry.reason and entry.carriers:
        yield Problem(
            place,
            entry.carriers[0].place,
            _("编号表说没有行，其实有了"),
            _("从编号表的 none 中删去"),
            code=entry.id,
        )
    elif not entry.reason and missing:
        yield Problem(
            place,
            "、".join(missing),
            _("没有行承担，也没有写原因"),
            _("补上规则行，或在编号表的 none 中写明原因"),
            code=entry.id,
        )


def _holes(rows: Sequence[Rule], rule_set: str, book: Book) -> Iterator[Problem]:
    """Days of the rule set on which none of the rows of one code is in force."""
    span = next((s for s in book.rule_sets if s.name == rule_set), None)
    if span is None or not rows:
        return
    day: date | None = span.valid_from
    for row in sorted(rows, key=lambda r: r.valid_from):
        if day is None or row.valid_from > day:
            break
        day = row.valid_until
    if day is not None and (span.valid_until is None or day < span.valid_until):
        yield Problem(
            f"{rows[0].code} {rule_set}",
            day.isoformat(),
            _("从这一天起没有行承担，规则集却还有效"),
            _("核对各行的 valid"),
            code=rows[0].code,
        )


def _unknown_rows(
    groups: Sequence[IdGroup],
    rows: Mapping[tuple[str, str], Sequence[Rule]],
    checks: Mapping[str, Carrier],
) -> Iterator[Problem]:
    known = {(s, code): group.name for group in groups for code in group.ids for s in group.rule_sets}
    for (rule_set, code), several in rows.items():
        for row in several:
            if (rule_set, code) not in known:
                yield Problem(
                    row.place, code, _("编号表里没有这个编号"), _("核对编号，或补进编号表"), code=code
                )
            elif known[rule_set, code] != row.group:
                yield Problem(row.place, row.group, _("组与编号表不同"), _("核对这一行的 group"), code=code)
    used = {name for g in groups if FORM in g.rule_sets for names in g.carried.values() for name in names}
    for code in sorted(checks.keys() - used):
        yield Problem(
            checks[code].place, code, _("编号表里没有这个编号"), _("核对编号，或补进编号表"), code=code
        )
