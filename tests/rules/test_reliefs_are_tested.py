"""Turns every condition of the reliefs round and shifts every parameter, one at a time; a case must notice.

A condition whose answers can be swapped, or a rate that can be another, without a single case failing is one
that nobody tests. ``-s`` shows the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest

from desktop.resources import resource
from desktop.rules import relief as engine
from desktop.rules.book import NO_RULE, Book, Parameter, Rule, load_book
from desktop.rules.relief import RELIEF_IDS, RELIEFS
from desktop.rules.relief_questions import RELIEF_PREDICATES
from tests.cases.relief.reading import Case, judge, read_tables, unmet, unmet_conditions, unmet_value

LAW = load_book(resource("law"), predicates=RELIEF_PREDICATES)
ROWS = tuple(r for r in LAW.all_rows() if r.group in RELIEF_IDS)
PARAMETERS = LAW.all_parameters()
SHIFTED = tuple(p for p in PARAMETERS if not isinstance(p.value, tuple))
"""Lists of papers and of what goes together are words, neither numbers nor rules of a day."""

EQUIVALENT = {(e["change"], e["code"]) for _file, e in read_tables("equivalent")}
ENOUGH = 95
"""Per cent of the changes that some case must notice."""

Row = Rule | Parameter
Mutant = tuple[str, Row, Book]
"""Where it was made, the row, the book in which that row is another."""
Trial = Callable[[Book], list[str]]


def book_of(rules: Iterable[Rule] = ROWS, parameters: Iterable[Parameter] = PARAMETERS) -> Book:
    return Book(rules, parameters, LAW.rule_sets, LAW.digest)


BOOK = book_of()


# ---------------------------------------------------------------------------------------------- conditions
def opposite(word: str) -> tuple[str]:
    return ("not_supported",) if word == "PASS" else ("PASS",)


def outcomes_of(rule: Rule, **words: tuple[str, ...]) -> Rule:
    return replace(rule, outcomes=MappingProxyType({**rule.outcomes, **words}))


def flip(rule: Rule) -> Rule:
    """Yes and no change places; where they mean the same, both become the opposite."""
    yes, no = rule.outcomes["yes"], rule.outcomes["no"]
    if yes == no:
        return outcomes_of(rule, yes=opposite(yes[0]), no=opposite(no[0]))
    return outcomes_of(rule, yes=no, no=yes)


def spoil_yes(rule: Rule) -> Rule:
    return outcomes_of(rule, yes=opposite(rule.outcomes["yes"][0]))


def spoil_no(rule: Rule) -> Rule:
    return outcomes_of(rule, no=opposite(rule.outcomes["no"][0]))


def always_apply(rule: Rule) -> Rule | None:
    """The condition is gone: the row is asked of every contract."""
    return replace(rule, when="") if rule.when else None


def never_apply(rule: Rule) -> Rule | None:
    return replace(rule, when="is_never") if rule.when else None


def ask_a_person(rule: Rule) -> Rule | None:
    """The form answers no more."""
    return replace(rule, asks="") if rule.asks else None


def ask_nobody(rule: Rule) -> Rule | None:
    """What a person says is not heard any more."""
    return replace(rule, manual=False) if rule.manual else None


CONDITION_CHANGES: dict[str, Callable[[Rule], Rule | None]] = {
    "flip": flip,
    "yes": spoil_yes,
    "no": spoil_no,
    "always": always_apply,
    "never": never_apply,
    "asks": ask_a_person,
    "person": ask_nobody,
}


def conditions_with(change: str) -> Iterator[Mutant]:
    for row in ROWS:
        other = CONDITION_CHANGES[change](row)
        if other is not None:
            yield f"{row.code} from {row.valid_from}", row, book_of(other if r is row else r for r in ROWS)


def asks_the_same(one: Rule, two: Rule) -> bool:
    return (one.asks, one.when, one.manual, one.outcomes) == (two.asks, two.when, two.manual, two.outcomes)


def conditions_begin(days: int) -> Iterator[Mutant]:
    """A condition that begins earlier or later; borders between rows that ask the same are left alone."""
    by = timedelta(days=days)
    for row in ROWS:
        before = [r for r in ROWS if r.code == row.code and r.valid_until == row.valid_from]
        if before and asks_the_same(before[0], row):
            continue
        moved = {id(row): replace(row, valid_from=row.valid_from + by)}
        moved |= {id(r): replace(r, valid_until=row.valid_from + by) for r in before}
        yield f"{row.code} from {row.valid_from}", row, book_of(moved.get(id(r), r) for r in ROWS)


def conditions_end(days: int) -> Iterator[Mutant]:
    """The same for the end of a condition that none follows."""
    begun = {(r.code, r.valid_from) for r in ROWS}
    for row in ROWS:
        if (end := row.valid_until) is not None and (row.code, end) not in begun:
            other = replace(row, valid_until=end + timedelta(days=days))
            yield f"{row.code} until {end}", row, book_of(other if r is row else r for r in ROWS)


# ---------------------------------------------------------------------------------------------- parameters
def more(value: Any) -> Any:
    """The next value up: a fen, a hundredth of the rate, a unit; of a word another word."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, Decimal):
        return value + (Decimal("0.01") if value >= 2 else value / 100)
    if isinstance(value, Fraction):
        return value + Fraction(1, 100)
    return f"{value}（旧）"


def less(value: Any) -> Any:
    if isinstance(value, bool | str):
        return None
    return value - (more(value) - value)


def replaced(row: Parameter, other: Parameter) -> list[Parameter]:
    return [other if p is row else p for p in PARAMETERS]


def values_with(step: Callable[[Any], Any]) -> Iterator[Mutant]:
    for row in SHIFTED:
        if row.value is not NO_RULE and (value := step(row.value)) is not None:
            place = f"{row.name} from {row.valid_from}"
            yield place, row, book_of(parameters=replaced(row, replace(row, value=value)))


def begins_with(days: int) -> Iterator[Mutant]:
    """A row that begins earlier or later; the row before it then ends earlier or later."""
    by = timedelta(days=days)
    for row in SHIFTED:
        rows = replaced(row, replace(row, valid_from=row.valid_from + by))
        rows = [
            replace(p, valid_until=p.valid_until + by)
            if p.name == row.name and p.valid_until == row.valid_from
            else p
            for p in rows
        ]
        yield f"{row.name} from {row.valid_from}", row, book_of(parameters=rows)


def ends_with(days: int) -> Iterator[Mutant]:
    """The same for the end of rows that none follows."""
    begun = {(p.name, p.valid_from) for p in PARAMETERS}
    for row in SHIFTED:
        if (end := row.valid_until) is not None and (row.name, end) not in begun:
            other = replace(row, valid_until=end + timedelta(days=days))
            yield f"{row.name} until {end}", row, book_of(parameters=replaced(row, other))


def rows_gone() -> Iterator[Mutant]:
    """The relief has no such row at all."""
    for row in SHIFTED:
        kept = [p for p in PARAMETERS if p is not row]
        if any(p.name == row.name for p in kept) and row.value is not NO_RULE:
            yield f"{row.name} from {row.valid_from}", row, book_of(parameters=kept)


CHANGES: dict[str, Callable[[], Iterator[Mutant]]] = {
    **{change: partial(conditions_with, change) for change in CONDITION_CHANGES},
    "condition a day later": partial(conditions_begin, 1),
    "condition a day earlier": partial(conditions_begin, -1),
    "condition ends a day later": partial(conditions_end, 1),
    "condition ends a day earlier": partial(conditions_end, -1),
    "more": partial(values_with, more),
    "less": partial(values_with, less),
    "begins a day later": partial(begins_with, 1),
    "begins a day earlier": partial(begins_with, -1),
    "ends a day later": partial(ends_with, 1),
    "ends a day earlier": partial(ends_with, -1),
    "row gone": rows_gone,
}


# ------------------------------------------------------------------------------------------------- trials
class Watched(Book):
    """A book that keeps the names of the parameters it was asked for."""

    def __init__(self) -> None:
        super().__init__(ROWS, PARAMETERS, LAW.rule_sets, LAW.digest)
        self.asked: set[str] = set()

    def parameter_row(self, name: str, on: date) -> Parameter | None:
        self.asked.add(name)
        return super().parameter_row(name, on)


def try_case(case: Case, book: Book) -> list[str]:
    return unmet(case, judge(case, book))


@dataclass(frozen=True)
class Touched:
    """What can notice a change: by code of a condition, by name of a parameter; likeliest first."""

    cases: dict[str, list[Trial]]
    values: dict[str, list[Trial]]

    def of(self, row: Row) -> tuple[list[Trial], list[Trial]]:
        """Cases of contracts, and the plain tables of the days of values and conditions."""
        if isinstance(row, Rule):
            return self.cases.get(row.code, []), self.values[row.group]
        return self.cases.get(row.name, []), self.values.get(row.name, [])


def find_touched() -> Touched:
    found: dict[str, list[tuple[bool, Trial]]] = {}
    for _file, case in read_tables("case"):
        watched = Watched()
        made = judge(case, watched)
        assert unmet(case, made) == []
        codes = {c.id for results in made for name in case["expect"] for c in results[name].conditions}
        trial = partial(try_case, case)
        words = str({k: case.get(k) for k in ("because", "open", "finds", "answer_of", "answers")})
        for code in codes:
            found.setdefault(code, []).append((code not in words, trial))
        others = {r.rule_name for r in RELIEFS if r.id not in case["expect"]}
        for name in watched.asked - others:
            found.setdefault(name, []).append((not {"figures", "rule"} & case.keys(), trial))
    values: dict[str, list[Trial]] = {}
    for _file, case in read_tables("value"):
        values.setdefault(case["name"], []).append(partial(unmet_value, case))
    for _file, case in read_tables("conditions"):
        values.setdefault(case["relief"], []).append(partial(unmet_conditions, case))
    ordered = {key: [t for _far, t in sorted(pairs, key=lambda p: p[0])] for key, pairs in found.items()}
    return Touched(ordered, values)


@dataclass(frozen=True)
class Caught:
    """What one kind of change came to."""

    change: str
    changed: int
    by_cases: int
    by_days: int
    missed: tuple[str, ...]
    revived: tuple[str, ...]
    """Changes listed as equivalent that something did notice."""

    @property
    def percent(self) -> float:
        """Caught of those changed."""
        return 100 * (self.by_cases + self.by_days) / self.changed

    def __str__(self) -> str:
        """One line for the terminal."""
        head = f"{self.change}: {self.changed} changed, {self.by_cases} caught by cases"
        head += f", {self.by_days} by tables of days alone, {self.percent:.1f} %"
        return head + "".join(f"\n  not caught: {m}" for m in self.missed)


def run(change: str, touched: Touched) -> Caught:
    """Make one kind of change everywhere it can be made."""
    changed = by_cases = by_days = 0
    missed, revived = [], []
    for place, row, book in CHANGES[change]():
        cases, values = touched.of(row)
        in_cases = any(trial(book) for trial in cases)
        in_days = not in_cases and any(trial(book) for trial in values)
        if (change, place) in EQUIVALENT:
            revived += [place] if in_cases or in_days else []
            continue
        changed += 1
        by_cases += in_cases
        by_days += in_days
        missed += [] if in_cases or in_days else [f"{place} ({len(cases)} cases)"]
    return Caught(change, changed, by_cases, by_days, tuple(missed), tuple(revived))


@pytest.fixture(scope="module")
def touched() -> Iterator[Touched]:
    with pytest.MonkeyPatch.context() as patch:
        names = {**RELIEF_PREDICATES, "is_never": lambda _case: False}
        patch.setattr(engine, "RELIEF_PREDICATES", MappingProxyType(names))
        yield find_touched()


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_law_is_noticed(change: str, touched: Touched) -> None:
    made = run(change, touched)
    print(f"\n{made}")  # noqa: T201 - the figures, for pytest -s
    assert made.percent >= ENOUGH, str(made)
    assert made.revived == (), "no longer without effect: take it off the list"


def test_what_is_listed_as_equivalent_exists_and_has_its_reason() -> None:
    places = {(change, place) for change, make in CHANGES.items() for place, _row, _book in make()}
    assert places >= EQUIVALENT
    assert all(e["why"] for _file, e in read_tables("equivalent"))
