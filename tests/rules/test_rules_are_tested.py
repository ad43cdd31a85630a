"""Turns every rule round, one at a time, and wants a case to notice.

A rule whose answers can be swapped without a single case failing is a rule that nobody tests. Run
``python -m tests.rules.test_rules_are_tested`` for the figures alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pytest

from desktop.resources import resource
from desktop.rules.book import Book, Rule, load_book
from tests.cases.reading import conclude, conclude_amounts, read_cases, unmet, unmet_amounts

LAW = load_book(resource("law"))
ROWS = tuple(r for r in LAW.all_rows() if r.rule_set)
"""Every row of both rule sets; a code whose law changed has several."""

BOOK = Book(ROWS, (), LAW.rule_sets, LAW.digest)

EQUIVALENT = {
    ("second", "R-DEV-N6"): "需人工没有期限后果：第二个结果留作说明，程序从不自行拒绝",
    ("second", "R-TRN-01"): "“不是这一类”不是补正，期限不起作用；第二个结果只供说明",
    ("second", "R-INT-01"): "“不是这一类”不是补正，期限不起作用；第二个结果只供说明",
    ("ground", "R-DEV-N6"): "由人决定，程序从不以这一条拒绝，理由代码用不上",
    ("ground", "R-TRN-01"): "不是这一类就问下一类，从不以这一条拒绝",
    ("ground", "R-INT-01"): "不是这一类就问下一类，从不以这一条拒绝",
    ("ground", "R-GATE-15"): "结果只有等待许可证，没有不予登记",
}
"""(change, code) that alters nothing anybody can see, and why; checked, so that none outlives its reason."""

ENOUGH = 95
"""Per cent of the changed rows that some case must notice."""


@dataclass(frozen=True)
class Caught:
    """What one kind of change came to."""

    change: str
    rows: int
    changed: int
    caught: int
    missed: tuple[str, ...]
    revived: tuple[str, ...]
    """Rows listed as equivalent that a case did notice."""

    @property
    def percent(self) -> float:
        """Caught of those changed."""
        return 100 * self.caught / self.changed

    def __str__(self) -> str:
        """One line for the terminal."""
        head = f"{self.change}: {self.rows} rows, {self.changed} changed, {self.caught} caught"
        return f"{head}, {self.percent:.1f} %" + "".join(f"\n  not caught: {m}" for m in self.missed)


def outcomes_of(rule: Rule, **words: tuple[str, ...]) -> Rule:
    """The row with other outcomes."""
    return replace(rule, outcomes=MappingProxyType({**rule.outcomes, **words}))


def opposite(words: tuple[str, ...]) -> tuple[str, ...]:
    return ("REFUSE",) if words[0] == "PASS" else ("PASS",)


def flip(rule: Rule) -> Rule:
    """Yes and no change places; where they are the same, going on becomes a refusal."""
    yes, no = rule.outcomes["yes"], rule.outcomes["no"]
    if yes == no:
        return outcomes_of(rule, yes=opposite(yes), no=opposite(no))
    swapped = {"yes": no, "no": yes}
    return replace(rule, outcomes=MappingProxyType(swapped))


def spoil_yes(rule: Rule) -> Rule:
    return outcomes_of(rule, yes=opposite(rule.outcomes["yes"]))


def spoil_no(rule: Rule) -> Rule:
    return outcomes_of(rule, no=opposite(rule.outcomes["no"]))


def drop_second(rule: Rule) -> Rule | None:
    """The deadline of the notice has no consequence any more."""
    several = {k: words[:1] for k, words in rule.outcomes.items() if len(words) > 1}
    return outcomes_of(rule, **several) if several else None


def drop_data_no(rule: Rule) -> Rule | None:
    """The no of the form means what the no of a person means."""
    left = {k: words for k, words in rule.outcomes.items() if k != "data_no"}
    return replace(rule, outcomes=MappingProxyType(left)) if "data_no" in rule.outcomes else None


def always_apply(rule: Rule) -> Rule | None:
    """The condition is gone: the row is asked of every contract."""
    return replace(rule, when="") if rule.when and rule.when != "several_kinds" else None


def ask_a_person(rule: Rule) -> Rule | None:
    """The form answers no more."""
    return replace(rule, asks="", manual=True) if rule.asks else None


def other_ground(rule: Rule) -> Rule | None:
    return replace(rule, refusal_ground="G00") if rule.refusal_ground else None


def gone(_rule: Rule) -> None:
    """The row is not there."""


CHANGES: dict[str, Callable[[Rule], Rule | None]] = {
    "flip": flip,
    "yes": spoil_yes,
    "no": spoil_no,
    "second": drop_second,
    "data_no": drop_data_no,
    "always": always_apply,
    "gone": gone,
    "asks": ask_a_person,
    "ground": other_ground,
}

Case = dict[str, Any]
Trial = Callable[[Case, Book], list[str]]


def try_recognition(case: Case, book: Book) -> list[str]:
    return unmet(case["expect"], conclude(case, book))


def try_amounts(case: Case, book: Book) -> list[str]:
    return unmet_amounts(case["expect"], *conclude_amounts(case, book))


def cases_by_row() -> dict[int, list[tuple[Trial, Case]]]:
    """id(row) → the cases that come to it, those that name it first."""
    found: dict[int, list[tuple[Trial, Case]]] = {id(r): [] for r in ROWS}
    for _file, case in read_cases("recognition"):
        for finding in conclude(case, BOOK).findings:
            found[id(finding.rule)].append((try_recognition, case))
    for _file, case in read_cases("amounts"):
        for finding in conclude_amounts(case, BOOK)[1]:
            found[id(finding.rule)].append((try_amounts, case))
    for row in ROWS:
        found[id(row)].sort(key=lambda pair: row.code not in str(pair[1]))
    return found


def book_with(row: Rule, changed: Rule | None) -> Book:
    """A fresh book of the same set in which one row is another, or missing."""
    rows = [changed if r is row else r for r in ROWS if r.rule_set == row.rule_set]
    return Book([r for r in rows if r is not None], (), LAW.rule_sets, LAW.digest)


def run(change: str, by_row: dict[int, list[tuple[Trial, Case]]]) -> Caught:
    """Make one kind of change to every row that it can be made to, one row at a time."""
    changed = caught = 0
    missed, revived = [], []
    for row in ROWS:
        other = CHANGES[change](row)
        if other is None and change != "gone":
            continue
        book = book_with(row, other)
        noticed = any(trial(case, book) for trial, case in by_row[id(row)])
        if (change, row.code) in EQUIVALENT:
            revived += [place(row)] if noticed else []
            continue
        changed += 1
        caught += noticed
        missed += [] if noticed else [f"{place(row)} ({len(by_row[id(row)])} cases come to it)"]
    return Caught(change, len(ROWS), changed, caught, tuple(missed), tuple(revived))


def place(row: Rule) -> str:
    return f"{row.rule_set} {row.code} from {row.valid_from}"


@pytest.fixture(scope="module")
def by_row() -> dict[int, list[tuple[Trial, Case]]]:
    return cases_by_row()


def test_every_case_fits_the_law_as_it_is(by_row: dict[int, list[tuple[Trial, Case]]]) -> None:
    assert [place(row) for row in ROWS if not by_row[id(row)]] == []
    once = {case["title"]: (trial, case) for cases in by_row.values() for trial, case in cases}
    assert [title for title, (trial, case) in once.items() if trial(case, BOOK)] == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_rule_turned_round_is_noticed(change: str, by_row: dict[int, list[tuple[Trial, Case]]]) -> None:
    made = run(change, by_row)
    print(f"\n{made}")  # noqa: T201 - the figures, for pytest -s
    assert made.percent >= ENOUGH, str(made)
    assert made.revived == (), "no longer without effect: take it off the list"


def test_the_flips_cover_every_row() -> None:
    assert all(flip(row).outcomes != row.outcomes for row in ROWS)
    assert {code for _change, code in EQUIVALENT} <= {row.code for row in ROWS}
    assert not [key for key in EQUIVALENT if key[0] == "flip"]


if __name__ == "__main__":
    rows = cases_by_row()
    sys.stdout.writelines(f"{run(change, rows)}\n" for change in CHANGES)
