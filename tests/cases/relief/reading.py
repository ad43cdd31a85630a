"""Cases of the reliefs as data: read what a registrar wrote, judge it, name every expectation not met.

A file holds ``[[case]]`` tables. ``base`` names a sample of ``bases.toml`` in which every condition of the
relief in hand holds; a case says what is different and what then follows. ``seller`` and ``buyer`` change the
first party of that side (an empty text: unknown), ``due`` and ``paid`` give all payments as day → yuan,
``days`` tries the same case on several days. ``[[value]]`` tables are dated parameters of the law,
``[[conditions]]`` the conditions of a day, ``[[reckoning]]`` feeds one formula of ``desktop.rules.formulas``.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final

from desktop.resources import resource
from desktop.rules import formulas
from desktop.rules.book import NO_RULE, Book
from desktop.rules.conclusion import Answer, read_answers
from desktop.rules.facts import Facts, facts_from_json
from desktop.rules.local_pack import load_pack, load_subsidies
from desktop.rules.relief import ReliefResult, check_relief
from desktop.rules.subsidies import Subsidy

FOLDER: Final = Path(__file__).parent
BASES: Final[dict[str, Any]] = tomllib.loads((FOLDER / "bases.toml").read_text("utf-8"))["base"]

GIVEN: Final = frozenset(
    {
        *("title", "why", "base", "facts", "without", "seller", "buyer", "due", "paid", "days"),
        *("answers", "unanswered", "registered", "on", "pack", "expect"),
    }
)
EXPECTED: Final = frozenset(
    {
        "because",  # codes that stand against the reliefs named in expect, all of them
        "open",  # codes still to be answered, all of them
        "missing",  # fields of the form that would answer them, some of them; a list alone, or list.field
        "not_missing",  # fields that have a value already
        "finds",  # code → what its answer does: PASS, NOTE, WARN, DEDUCT or a result word
        "answer_of",  # code → yes, no, unknown, needs_human, after_registration, not_applicable
        "basis",  # relief → yuan; empty: none
        "figures",  # label → yuan; empty: not shown
        "deadline",  # relief → the day of its first deadline
        "deadlines",  # relief → the days of all of them, an empty text where the day is open
        "remarks",  # relief → words that one of its remarks holds; empty: it has none
        "changes",  # relief → words that one of the sentences of what would change it holds
        "rule",  # relief → short name of the rule in force
    }
)

_LIST_OF: Final = {"sellers": "parties", "buyers": "parties"}

Case = dict[str, Any]


def read_tables(word: str) -> list[tuple[str, Case]]:
    """(name of the file, table) of every ``[[word]]`` table, in the order of the files."""
    return [
        (path.stem, table)
        for path in sorted(FOLDER.glob("*.toml"))
        for table in tomllib.loads(path.read_text("utf-8")).get(word, ())
    ]


@cache
def _read(text: str) -> Facts:
    """Read once: the same contract is judged by many books."""
    return facts_from_json(json.loads(text))


def _side(facts: dict[str, Any], role: str, changes: dict[str, Any]) -> None:
    parties = [dict(p) for p in facts["parties"]]
    first = next(p for p in parties if p["role"] == role)
    first |= changes
    facts["parties"] = [{k: v for k, v in p.items() if v != ""} for p in parties]


def facts_of(case: Case, day: str = "") -> Facts:
    """The facts of a case; ``day`` is one of its ``days``."""
    base = BASES[case["base"]]
    plain: dict[str, Any] = {**base["facts"], **case.get("facts", {})}
    for role in ("seller", "buyer"):
        if role in case:
            _side(plain, role, case[role])
    for word in ("due", "paid"):
        if word in case:
            plain["payments"] = [{f"{word}_on": on, "amount": amount} for on, amount in case[word].items()]
    if day:
        name = base.get("dated_by", "payments")
        amount = plain.get("contract_amount")
        if name in ("payments", "paid"):
            plain["payments"] = [{"paid_on" if name == "paid" else "due_on": day, "amount": amount}]
        else:
            plain[name] = day
    return _read(json.dumps({k: v for k, v in plain.items() if k not in case.get("without", ())}))


def answers_of(case: Case) -> dict[str, Answer]:
    """What persons answered: those of the base, then those of the case."""
    given = {**BASES[case["base"]].get("answers", {}), **case.get("answers", {})}
    return read_answers({k: v for k, v in given.items() if k not in case.get("unanswered", ())})


@cache
def _subsidies(pack: str) -> tuple[Subsidy, ...]:
    """Those of a pack by its name; ``schemes:`` or ``examples:`` and codes: some of a file of schemes."""
    name, _colon, codes = pack.partition(":")
    if codes:
        places = {
            "schemes": FOLDER / "schemes.toml",
            "examples": resource("local", "examples", "subsidies.toml"),
        }
        found = {s.code: s for s in load_subsidies(places[name])}
        return tuple(found[code] for code in codes.split())
    return load_pack(resource("local", f"{pack}.toml")).subsidies if pack else ()


def judge(case: Case, book: Book) -> list[dict[str, ReliefResult]]:
    """The reliefs of one case, once for each of its days."""
    base = BASES[case["base"]]
    pack = case.get("pack", base.get("pack", ""))
    answers = answers_of(case)
    return [
        {
            r.relief: r
            for r in check_relief(
                facts_of(case, day),
                answers,
                book,
                registered=case.get("registered", base.get("registered", True)),
                on=date.fromisoformat(case["on"]) if "on" in case else None,
                subsidies=_subsidies(pack),
            )
        }
        for day in case.get("days", ("",))
    ]


def unmet(case: Case, made: list[dict[str, ReliefResult]]) -> list[str]:
    """Every expectation of a case that is not met, in words; empty when all is as expected."""
    return [word for results in made for word in _unmet(case, results)]


def _unmet(case: Case, results: dict[str, ReliefResult]) -> list[str]:
    wanted = case["expect"]
    named = [results[name] for name in wanted]
    conditions = {c.id: c for r in results.values() for c in r.conditions}
    wrong = [
        f"{r.relief}: {r.result} on {r.on}, expected {wanted[r.relief]} ({r.reason})"
        for r in named
        if r.result != wanted[r.relief]
    ]
    lists = {
        "because": [c.id for r in named for c in r.failing],
        "open": [c.id for r in named for c in r.open],
    }
    wrong += [f"{k}: {v}, expected {case[k]}" for k, v in lists.items() if k in case and v != case[k]]
    asked = {name for r in named for name in r.missing}
    asked |= {_LIST_OF.get(head, head) for head in (name.partition(".")[0] for name in asked)}
    wrong += [f"missing: {name} not in {asked}" for name in case.get("missing", ()) if name not in asked]
    wrong += [f"missing: {name} is in {asked}" for name in case.get("not_missing", ()) if name in asked]
    for code, word in case.get("finds", {}).items():
        if code not in conditions or conditions[code].outcome != word:
            wrong.append(f"finds {code}: {conditions.get(code)}, expected {word!r}")
    for code, word in case.get("answer_of", {}).items():
        if code not in conditions or conditions[code].answer != word:
            wrong.append(f"answer of {code}: {conditions.get(code)}, expected {word!r}")
    wrong += [
        f"basis of {name}: {results[name].basis}, expected {amount!r}"
        for name, amount in case.get("basis", {}).items()
        if results[name].basis != (Decimal(amount) if amount else None)
    ]
    shown = {f.label: f.amount for r in named for f in r.figures}
    wrong += [
        f"figure {label}: {shown.get(label)}, expected {amount!r}"
        for label, amount in case.get("figures", {}).items()
        if shown.get(label) != (Decimal(amount) if amount else None)
    ]
    for name, day in case.get("deadline", {}).items():
        first = next((d.on for d in results[name].deadlines), None)
        if first is None or first.isoformat() != day:
            wrong.append(f"deadline of {name}: {first}, expected {day}")
    for name, days in case.get("deadlines", {}).items():
        found = [d.on.isoformat() if d.on else "" for d in results[name].deadlines]
        wrong += [] if found == days else [f"deadlines of {name}: {found}, expected {days}"]
    for word in ("remarks", "changes"):
        for name, said in case.get(word, {}).items():
            lines = getattr(results[name], word)
            if not (any(said in line for line in lines) if said else not lines):
                wrong.append(f"{word} of {name}: {lines}, expected {said!r}")
    wrong += [
        f"rule of {name}: {results[name].rule_label!r}, expected {label!r}"
        for name, label in case.get("rule", {}).items()
        if results[name].rule_label != label
    ]
    return wrong


def unmet_value(case: Case, book: Book) -> list[str]:
    """Where a dated parameter of the law is not what the case says; an empty text wants no rule."""
    wrong = []
    for day, text in case["on"].items():
        found = book.parameter(case["name"], date.fromisoformat(day))
        is_now = "" if found is NO_RULE else str(found)
        if is_now != text:
            wrong.append(f"{case['name']} on {day}: {is_now!r}, expected {text!r}")
    return wrong


def unmet_conditions(case: Case, book: Book) -> list[str]:
    """Where a day has other conditions than the case says; on the days of ``none`` there are none at all."""
    relief, wrong = case["relief"], []
    wanted = {f"{relief}.{code}" for code in case["codes"]}
    for day, codes in [(d, wanted) for d in case["on"]] + [(d, set()) for d in case.get("none", ())]:
        is_now = {r.code for r in book.rules(date.fromisoformat(day), rule_set="", group=relief)}
        if is_now != codes:
            wrong.append(f"{relief} on {day}: {sorted(is_now ^ codes)} too many or too few")
    return wrong


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return [_number(item) for item in value]
    if isinstance(value, str) and value:
        return Fraction(value) if "/" in value else Decimal(value)
    return None if value == "" else value


def unmet_reckoning(case: Case) -> list[str]:
    """Where a formula does not give what the case says; one amount, or one a field of the answer."""
    given = {name: _number(value) for name, value in case["given"].items()}
    made = getattr(formulas, case["formula"])(**given)
    wanted = case["gives"]
    if isinstance(wanted, dict):
        return [
            f"{k}: {getattr(made, k)}, expected {v}"
            for k, v in wanted.items()
            if getattr(made, k) != Decimal(v)
        ]
    return [] if made == Decimal(wanted) else [f"{made}, expected {wanted}"]
