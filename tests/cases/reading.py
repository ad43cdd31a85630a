"""Cases as data: read what a registrar wrote, judge it, name every expectation that is not met.

A file of ``recognition/`` holds ``[[case]]`` tables. ``base`` names a sample of ``bases.toml``; ``facts``
and ``answers`` are what is different, ``without`` and ``unanswered`` what is missing. ``expect`` holds the
outcome and any of the words of ``EXPECTED``; ``why`` is the ground in the words of the field. The cases of
``amounts/`` stand alone: facts in, what the station fixes out.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final

from desktop.reading.document import Limits, Paragraph, finish
from desktop.reading.propose import Proposal, propose
from desktop.rules.amounts import Fixing, fix_amounts
from desktop.rules.book import Book
from desktop.rules.conclusion import Answer, Conclusion, Finding
from desktop.rules.facts import Facts, facts_from_json
from desktop.rules.recognition import judge_group, read_answers, recognise

FOLDER: Final = Path(__file__).parent
RECOGNITION: Final = FOLDER / "recognition"
BASES: Final[dict[str, Any]] = tomllib.loads((RECOGNITION / "bases.toml").read_text("utf-8"))
GIVEN: Final = frozenset(
    {
        *("title", "base", "facts", "without", "answers", "unanswered"),
        *("on", "rule_set", "warn_only", "overdue", "expect", "why"),
    }
)
EXPECTED: Final = frozenset(
    {
        *("outcome", "kind", "sub_kind", "because", "grounds", "defects"),
        *("open", "blocked", "holding", "rule_set", "says"),
        "finds",  # code → outcome word of its finding
        "by_form",  # code → what the form itself answered: yes, no or not_applicable
        "cites",  # code → beginning of an instrument that it rests on
    }
)


def read_cases(folder: str) -> list[tuple[str, dict[str, Any]]]:
    """(name of the file, case) of every case of a folder, in the order of the files."""
    return [
        (path.stem, case)
        for path in sorted((FOLDER / folder).glob("*.toml"))
        if path.name != "bases.toml"
        for case in tomllib.loads(path.read_text("utf-8"))["case"]
    ]


def sample(base: str, **changed: Any) -> tuple[Facts, dict[str, Answer]]:
    """Facts and answers of one sample contract, with what a case changes."""
    common, own = BASES["common"], BASES["base"][base]
    facts = {**common["facts"], **own["facts"], **changed.get("facts", {})}
    for name in changed.get("without", []):
        del facts[name]
    answers = {**common["answers"], **own["answers"]}
    for code in changed.get("unanswered", []):
        del answers[code]
    answers |= changed.get("answers", {})
    return facts_from_json({"title": own["title"], **facts}), read_answers(answers)


def conclude(case: dict[str, Any], book: Book) -> Conclusion:
    """The conclusion of the program for one case of ``recognition/``."""
    changes = {k: case[k] for k in ("facts", "without", "answers", "unanswered") if k in case}
    facts, answers = sample(case["base"], **changes)
    return recognise(
        facts,
        answers,
        book,
        on=date.fromisoformat(case["on"]) if "on" in case else None,
        rule_set=case.get("rule_set"),
        warn_only=case.get("warn_only", ()),
        overdue=case.get("overdue", False),
    )


def unmet(expect: dict[str, Any], made: Conclusion) -> list[str]:
    """Every expectation that the conclusion does not meet, in words; empty when all is as expected."""
    wrong = [
        f"{name}: {getattr(made, name)!r}, expected {expect[name]!r}"
        for name in ("outcome", "kind", "sub_kind", "rule_set")
        if name in expect and getattr(made, name) != expect[name]
    ]
    deciding = [f.code for f in made.deciding]
    lists = {
        "grounds": list(made.grounds),
        "defects": [f.code for f in made.defects],
        "open": list(made.open_questions[: len(expect.get("open", ())) or None]),
        "blocked": list(made.blocked),
        "holding": [h.test for h in made.kinds_holding],
    }
    wrong += [f"{k}: {v}, expected {expect[k]}" for k, v in lists.items() if k in expect and v != expect[k]]
    if not set(expect.get("because", ())) <= set(deciding):
        wrong.append(f"because: {deciding}, expected {expect['because']}")
    if "says" in expect and expect["says"] not in [f.note for f in made.deciding]:
        wrong.append(f"says: {[f.note for f in made.deciding]}, expected {expect['says']!r}")
    for code, word in expect.get("finds", {}).items():
        found = made.finding(code)
        if found is None or found.outcome != word:
            wrong.append(f"finds {code}: {found and found.outcome!r}, expected {word!r}")
    for code, answer in expect.get("by_form", {}).items():
        found = made.finding(code)
        if found is None or (found.answered_by, found.answer) != ("data", answer):
            wrong.append(f"by_form {code}: {found and found[1:3]}, expected {answer!r}")
    for code, instrument in expect.get("cites", {}).items():
        found = made.finding(code)
        if found is None or not any(s.instrument.startswith(instrument) for s in found.sources):
            wrong.append(f"cites {code}: {found and found.sources}, expected {instrument!r}")
    return wrong


AMOUNTS_GIVEN: Final = frozenset({"title", "facts", "answers", "clause", "rule_set", "expect", "why"})
AMOUNTS_EXPECTED: Final = frozenset(
    {
        *("total", "technology", "kept", "deducted", "fixed", "to_settle", "formula"),
        *("errors", "doubts", "notes", "want_reason", "lines"),
        "reads",  # what the clause of the contract says, with a doubt or without
        "finds",  # code → outcome word, as in recognition
    }
)


def conclude_amounts(case: dict[str, Any], book: Book) -> tuple[Fixing, tuple[Finding, ...], Proposal | None]:
    """What is fixed for one case of ``amounts/``, what the rules of money find, what its clause reads as.

    The total is that of the facts, else that of ``clause``; a case without a day was accepted on 2026-11-20.
    """
    given = {"accepted_on": "2026-11-20", "price_form": "fixed", **case.get("facts", {})}
    clause = None
    if "clause" in case:
        text = finish("txt", [Paragraph(case["clause"])], 0, [], Limits())
        found = propose(text, date(2026, 11, 20))
        clause = next((p for p in found if p.field == "contract_amount"), None)
        if clause is not None and "contract_amount" not in given:
            given["contract_amount"] = str(clause.value)
    facts = facts_from_json(given)
    answers = read_answers(case.get("answers", {}))
    findings = judge_group(facts, answers, book, "amount", rule_set=case.get("rule_set"))
    return fix_amounts(facts), findings, clause


def unmet_amounts(
    expect: dict[str, Any], made: Fixing, findings: tuple[Finding, ...], clause: Proposal | None
) -> list[str]:
    """Every expectation on money that is not met, in words; empty when all is as expected."""
    is_now: dict[str, Any] = {
        "total": _yuan(made.contract_amount),
        "technology": _yuan(made.technology_amount),
        "kept": _yuan(made.kept_total),
        "deducted": _yuan(made.deducted_total),
        "fixed": made.is_fixed,
        "to_settle": made.to_be_settled,
        "formula": made.formula,
        "errors": [p.code for p in made.problems if p.level == "error"],
        "doubts": [p.code for p in made.problems if p.level == "doubt"],
        "notes": [p.code for p in made.problems if p.level == "note"],
        "want_reason": [line.label for line in made.lines if line.needs_reason],
        "lines": [line.rule for line in made.lines],
        "reads": {"amount": _yuan(clause.value), "doubt": bool(clause.doubt)} if clause else {},
    }
    wrong = [
        f"{k}: {is_now[k]!r}, expected {v!r}" for k, v in expect.items() if k != "finds" and is_now[k] != v
    ]
    words = {f.code: f.outcome for f in findings}
    return wrong + [
        f"finds {code}: {words.get(code)!r}, expected {word!r}"
        for code, word in expect.get("finds", {}).items()
        if words.get(code) != word
    ]


def _yuan(amount: object) -> str:
    """``1030000.00``; empty when there is none."""
    return "" if amount is None else f"{amount:.2f}"
