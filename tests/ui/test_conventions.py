"""Every habit of the conventions has a test that exists, or a reason why there is none."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from conventions import SECTIONS, Habit, as_text, habits

ROOT = Path(__file__).parents[2]
ROWS = habits()


@cache
def names_in(file: str) -> frozenset[str]:
    """Names of the test functions of a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def number_of(row: Habit) -> tuple[int, int]:
    """For sorting."""
    first, second = row.number.split(".")
    return int(first), int(second)


def test_all_twelve_sections_are_there_in_order_without_gaps() -> None:
    numbers = [number_of(row) for row in ROWS]
    assert numbers == sorted(numbers)
    counts = Counter(section for section, _place in numbers)
    assert set(counts) == set(SECTIONS)
    for section, count in counts.items():
        assert [place for one, place in numbers if one == section] == list(range(1, count + 1))


def test_every_habit_is_a_sentence_of_its_own() -> None:
    assert len({row.habit for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.habit.rstrip().endswith((".", ")")) or row.habit.endswith("。"), row.number
        assert len(row.habit) > 20, row.number


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_every_habit_has_a_test_that_exists_or_a_reason(row: Habit) -> None:
    assert row.tests or len(row.remark) > 40, "no test and no reason"
    assert len(set(row.tests)) == len(row.tests)
    for name in row.tests:
        file, mark, test = name.partition("::")
        assert mark
        assert (ROOT / file).is_file(), file
        assert test.split("[")[0] in names_in(file), name


def test_whatever_is_a_must_is_proven_by_a_test() -> None:
    stars = [row for row in ROWS if row.must]
    assert len(stars) > 40
    assert [row.number for row in stars if not row.tests] == []
    assert {row.section for row in stars} == {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}


def test_the_table_can_be_read_on_the_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "tests.ui.conventions"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert done.stdout.strip() == as_text(ROWS)
    for section, name in SECTIONS.items():
        assert f"{section} {name}" in done.stdout
    assert f"{len(ROWS)} habits" in done.stdout


def test_a_row_without_its_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    path.write_text('[[habit]]\nnumber = "1.1"\nhabit = "x"\n', encoding="utf-8")
    with pytest.raises(KeyError):
        habits(path)
    path.write_text('[[habit]]\nnumber = "1.1"\nhabit = "x"\ntests = []\nmusst = true\n', encoding="utf-8")
    with pytest.raises(TypeError):
        habits(path)
