from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from desktop.resources import resource
from desktop.rules.checks import check_facts
from desktop.rules.codes import CodeTables
from desktop.rules.facts import Facts, facts_from_json
from desktop.rules.local_pack import load_pack
from desktop.services.take_in import text_hash
from tests.cases.reading import FOLDER, read_cases

PACK = load_pack(resource("local", "yunling-2026.11.toml"))
CODES = CodeTables(resource("codes"), PACK.regions)
BASES = tomllib.loads((FOLDER / "checks" / "bases.toml").read_text("utf-8"))
ALL = [
    pytest.param(case, id=f"{file}: {case['rule']} {case['title']}") for file, case in read_cases("checks")
]
GIVEN = frozenset(
    {"rule", "title", "base", "facts", "without", "rows", "today", "other", "other_rows", "expect", "why"}
)


def form(base: str, facts: dict[str, Any], rows: dict[str, dict[str, Any]], without: list[str]) -> Facts:
    """One form with what a case changes; ``rows`` holds ``"parties[1]"`` → fields, one past the end adds."""
    raw = deepcopy({**BASES["common"], **BASES["base"][base], **facts})
    for place, changes in rows.items():
        match = re.fullmatch(r"(\w+)\[(\d)\]", place)
        assert match is not None
        listed, index = raw[match[1]], int(match[2])
        if index == len(listed):
            listed.append({})
        listed[index] |= changes
    for name in without:
        del raw[name]
    return facts_from_json(raw)


def found(facts: Facts, today: date, level: str) -> list[str]:
    """Codes of one level, each once, in the order of the form."""
    problems = check_facts(facts, today=today, codes=CODES, pack=PACK, submitted=True)
    return list(dict.fromkeys(p.code for p in problems if p.level == level))


def is_of_interest(code: str) -> bool:
    """Cross-field rules, and the region that V-06 wants of a party at home."""
    return code.startswith("V") or code in ("S100", "S150")


@pytest.mark.parametrize("case", ALL)
def test_the_form_is_checked_across_its_fields(case: dict[str, Any]) -> None:
    assert case.keys() <= GIVEN
    assert case["why"]
    expect = case["expect"]
    rows, without = case.get("rows", {}), case.get("without", [])
    facts = form(case["base"], case.get("facts", {}), rows, without)
    if "same" in expect:
        other = form(case["base"], case.get("other", {}), case.get("other_rows", {}), without)
        assert (text_hash(facts) == text_hash(other)) is expect["same"]
        return
    today = date.fromisoformat(case.get("today", "2026-11-20"))
    for level in ("error", "doubt"):
        assert [c for c in found(facts, today, level) if is_of_interest(c)] == expect[level]


@pytest.mark.parametrize("base", BASES["base"])
def test_the_forms_of_the_cases_are_in_order(base: str) -> None:
    facts = form(base, {}, {}, [])
    assert found(facts, date(2026, 11, 20), "error") == []
    assert found(facts, date(2026, 11, 20), "doubt") == []


def test_every_rule_is_met_and_broken() -> None:
    cases = [case for _file, case in read_cases("checks")]
    titles = [case["title"] for case in cases]
    assert len(titles) == len(set(titles)) >= 30
    sides: dict[str, set[bool]] = {}
    for case in cases:
        expect = case["expect"]
        met = not expect["same"] if "same" in expect else not (expect["error"] or expect["doubt"])
        sides.setdefault(case["rule"], set()).add(met)
    assert sides == {f"V-{number:02d}": {True, False} for number in range(1, 13)}
