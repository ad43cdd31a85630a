from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from desktop.errors import ProblemsFound, RefusedError
from desktop.resources import resource
from desktop.rules.book import load_book
from desktop.rules.conclusion import GO, VALUES, Answer, Conclusion
from desktop.rules.facts import AmountLine, Facts, facts_to_json
from desktop.rules.recognition import (
    answer_the_rest,
    answers_to_json,
    conclusion_from_json,
    judge_group,
    read_answers,
    recognise,
    schema,
    what_would_change,
)
from tests.cases.reading import BASES, EXPECTED, GIVEN, conclude, read_cases, sample, unmet

BOOK = load_book(resource("law"))
ALL = [pytest.param(case, id=f"{file}: {case['title']}") for file, case in read_cases("recognition")]
NAMES = sorted(set(BASES["base"]) - {"software"})
"""Samples that pass as they are."""
CODES = sorted({r.code for r in BOOK.all_rows() if r.rule_set})
TODAY = date(2026, 11, 20)

any_answers = st.dictionaries(st.sampled_from(CODES), st.sampled_from(VALUES).map(Answer), max_size=60)
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("case", ALL)
def test_a_case_comes_out_as_the_registrar_says(case: dict[str, Any]) -> None:
    assert case.keys() <= GIVEN
    assert case["expect"].keys() <= EXPECTED
    assert case["why"]
    assert unmet(case["expect"], conclude(case, BOOK)) == []


def test_no_two_cases_ask_the_same() -> None:
    titles = [case["title"] for _file, case in read_cases("recognition")]
    assert sorted(titles) == sorted(set(titles))
    asked = [
        json.dumps({k: v for k, v in case.items() if k not in ("title", "why", "expect")}, sort_keys=True)
        for _file, case in read_cases("recognition")
    ]
    assert sorted(asked) == sorted(set(asked))


def test_there_are_enough_cases_and_every_outcome_is_among_them() -> None:
    outcomes = {p.values[0]["expect"]["outcome"] for p in ALL}  # type: ignore[index, call-overload, union-attr]
    assert len(ALL) >= 300
    assert outcomes == {"PASS", "RETURN", "HOLD", "REFUSE", "NOT_ACCEPTED", "UNDECIDED"}


def can_stop(code: str, made: Conclusion) -> bool:
    """Whether some answer to this rule could keep the contract from passing."""
    found = made.finding(code)
    assert found is not None
    words = [w for several in found.rule.outcomes.values() for w in several]
    going = {"PASS", "NOTE", "PROTECT", "DEDUCT", "SEPARATE", "JOINT", "MAIN-KIND", "WARN", "KEEP"}
    return found.rule.role != "positive" and any(w not in going for w in words)


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_pass_whole(name: str) -> None:
    facts, answers = sample(name)
    made = recognise(facts, answers, BOOK)
    assert made.outcome == "PASS"
    assert made.complete
    assert made.kind == facts.kind
    assert made.grounds == ()
    assert made.defects == ()


@many
@given(name=st.sampled_from(NAMES), data=st.data())
def test_an_answer_taken_back_or_left_unclear_never_passes(name: str, data: st.DataObject) -> None:
    facts, answers = sample(name)
    made = recognise(facts, answers, BOOK)
    groups = {"gate", "mix", *(f.group for f in made.deciding)}
    used = [f for f in made.findings if f.group in groups and f.answer != "not_applicable"]
    kinds = {made.kind, ""}
    codes = [f.code for f in used if kinds & {*(f.rule.kinds or ("",))} and can_stop(f.code, made)]
    code = data.draw(st.sampled_from(codes))
    value = data.draw(st.sampled_from(["unknown", "needs_human", "after_registration"]))
    unclear = recognise(facts, {**answers, code: Answer(value)}, BOOK)
    assert unclear.outcome != "PASS"
    if made.finding(code).answered_by == "person" and code in answers:  # type: ignore[union-attr]
        less = {k: v for k, v in answers.items() if k != code}
        assert recognise(facts, less, BOOK).outcome != "PASS"


@pytest.mark.parametrize("value", ["unknown", "needs_human", "after_registration", None])
@pytest.mark.parametrize(
    ("name", "code"),
    [("patent", "R-DEV-02"), ("consult", "R-DEV-01"), ("service", "R-CON-03"), ("service", "R-INT-01")],
)
def test_a_kind_passes_only_when_the_kinds_before_it_are_ruled_out(
    name: str, code: str, value: str | None
) -> None:
    facts, answers = sample(name)
    del answers[code]
    made = recognise(facts, answers | ({code: Answer(value)} if value else {}), BOOK)
    assert made.outcome == ("RETURN" if value == "unknown" else "UNDECIDED")
    assert made.kind == ""


@many
@given(name=st.sampled_from([*NAMES, "software"]), answers=any_answers, drop=st.sets(st.sampled_from(CODES)))
def test_whatever_is_answered_a_pass_rests_on_answers_alone(
    name: str, answers: dict[str, Answer], drop: set[str]
) -> None:
    facts, good = sample(name)
    mixed = {k: v for k, v in good.items() if k not in drop} | answers
    made = recognise(facts, mixed, BOOK)
    assert (made.outcome == "PASS") <= made.complete
    if made.outcome == "PASS":
        chosen = [h.test for h in made.kinds_holding if (h.kind, h.sub_kind) == (made.kind, made.sub_kind)]
        groups = {"gate", "mix", *chosen, *(["TRF"] if "LIC" in chosen else [])}
        for f in made.findings:
            if f.group in groups and can_stop(f.code, made):
                assert f.answer in ("yes", "no", "not_applicable")
                assert f.effect == GO
    assert not (made.outcome == "PASS" and not chosen)
    again = conclusion_from_json(json.loads(json.dumps(made.to_json())))
    assert again.to_json() == made.to_json()


@many
@given(name=st.sampled_from(NAMES), answers=any_answers, seed=st.integers())
def test_the_order_of_answers_does_not_matter(name: str, answers: dict[str, Answer], seed: int) -> None:
    facts, good = sample(name)
    items = list((good | answers).items())
    shuffled = items.copy()
    random.Random(seed).shuffle(shuffled)
    assert recognise(facts, dict(items), BOOK) == recognise(facts, dict(shuffled), BOOK)


@many
@given(
    name=st.sampled_from(NAMES),
    answers=any_answers,
    day=st.dates(date(2001, 7, 18), date(2035, 1, 1)),
)
def test_a_conclusion_cites_only_rules_of_its_day(name: str, answers: dict[str, Answer], day: date) -> None:
    facts, good = sample(name)
    made = recognise(replace(facts, accepted_on=day), good | answers, BOOK)
    assert made.judged_on == day
    assert made.rule_set == ("R2001" if day < date(2026, 3, 1) else "M2026")
    for f in made.findings:
        assert f.rule.applies_on(day)
        assert f.rule.rule_set == made.rule_set
        assert f.sources
    assert all(BOOK.rule(code, day) for code in made.open_questions)
    if made.outcome in ("PASS", "RETURN", "HOLD", "NOT_ACCEPTED"):
        assert made.deciding
    assert {f.code for f in made.deciding} <= {f.code for f in made.findings}


@many
@given(name=st.sampled_from(NAMES), answers=any_answers)
def test_a_refusal_has_a_ground_and_a_return_something_to_supply(
    name: str, answers: dict[str, Answer]
) -> None:
    facts, good = sample(name)
    made = recognise(facts, good | answers, BOOK)
    if made.outcome == "REFUSE":
        assert made.grounds
        assert made.open_questions == ()
    if made.outcome in ("RETURN", "HOLD"):
        assert made.defects
        assert all(all(f.defect) for f in made.defects)
    if made.outcome == "UNDECIDED":
        assert made.open_questions or made.blocked


def test_nothing_answered_asks_in_the_order_of_the_law() -> None:
    facts, _ = sample("dev")
    made = recognise(facts, {}, BOOK)
    assert made.outcome == "UNDECIDED"
    groups = [BOOK.rule(code, TODAY).group for code in made.open_questions]  # type: ignore[union-attr]
    assert groups == sorted(groups, key=["gate", "mix", "DEV"].index)
    assert len(groups) < 30, "data answers what it can"
    states = {g.name: g.state for g in made.groups}
    assert states["gate"] == "current"
    assert states["DEV"] == states["TRF"] == "waiting"


def test_data_answers_the_gates_it_can() -> None:
    facts, answers = sample("dev")
    made = recognise(facts, answers, BOOK)
    by_data = {f.code for f in made.findings if f.answered_by == "data" and f.answer == "yes"}
    assert {"R-GATE-02", "R-GATE-03", "R-GATE-07", "R-GATE-09", "R-GATE-18", "R-GATE-22"} <= by_data
    counts = made.answer_counts
    assert counts["by_data"] + counts["by_person"] == len(made.used)
    assert sum(made.confidence_counts.values()) == len(made.used)


def test_a_group_answer_never_overrides_what_the_form_says() -> None:
    facts, answers = sample("dev")
    late = replace(facts, effective_on=date(2026, 11, 21))
    assert recognise(late, answers, BOOK).outcome == "HOLD"
    assert recognise(late, {**answers, "R-GATE-02": Answer("yes", "9.1")}, BOOK).outcome == "PASS"
    found = recognise(late, {**answers, "R-GATE-02": Answer("yes", "9.1")}, BOOK).finding("R-GATE-02")
    assert found is not None
    assert "不一致" in found.note


def test_a_group_answer_can_be_written_out_rule_by_rule() -> None:
    facts, answers = sample("dev")
    del answers["gate"]
    written = answer_the_rest(facts, answers, BOOK, "gate", "沈清禾")
    assert recognise(facts, answers, BOOK).outcome == "UNDECIDED"
    made = recognise(facts, written, BOOK)
    assert made.outcome == "PASS"
    assert written["R-GATE-05"] == Answer("yes", remark="整组一次回答", by="沈清禾")
    assert "R-GATE-02" not in written
    assert all(f.by == "沈清禾" for f in made.findings if f.group == "gate" and f.answered_by == "person")


def test_the_path_shows_answered_and_skipped_groups() -> None:
    facts, answers = sample("dev")
    made = recognise(facts, answers, BOOK)
    path = {g.name: (g.answered, g.total, g.state) for g in made.groups}
    assert list(path) == ["gate", "mix", "DEV", "TRF", "LIC", "CON", "SVC-2+3", "SVC-1"]
    assert path["gate"] == (24, 24, "done")
    assert path["DEV"] == (11, 11, "holds")
    assert made.skipped == ("TRF", "LIC", "CON", "SVC-2+3", "SVC-1")
    stopped = recognise(facts, {**answers, "R-DEV-01": Answer("no")}, BOOK)
    states = {g.name: g.state for g in stopped.groups}
    assert (states["DEV"], states["TRF"], states["LIC"]) == ("fails", "current", "waiting")


def test_a_decisive_no_stops_the_group_and_a_refusal_stops_everything() -> None:
    facts, answers = sample("dev", answers={})
    only = {k: v for k, v in answers.items() if k in ("gate", "mix")}
    made = recognise(facts, {**only, "R-DEV-01": Answer("no")}, BOOK)
    assert not [c for c in made.open_questions if c.startswith("R-DEV")]
    refused = recognise(facts, {"R-GATE-17": Answer("no")}, BOOK)
    assert (refused.outcome, refused.open_questions, refused.grounds) == ("REFUSE", (), ("G11",))


def test_a_return_still_asks_for_the_rest_so_that_one_notice_lists_everything() -> None:
    facts, answers = sample("dev")
    del answers["R-DEV-03"]
    made = recognise(facts, {**answers, "R-GATE-05": Answer("no")}, BOOK)
    assert made.outcome == "RETURN"
    assert made.open_questions == ("R-DEV-03",)
    assert not made.complete


def test_the_second_outcome_is_named_but_does_not_come_first() -> None:
    facts, answers = sample("dev")
    made = recognise(facts, {**answers, "R-GATE-05": Answer("no")}, BOOK)
    (defect,) = made.defects
    assert (defect.outcome, defect.then) == ("RETURN", "REFUSE")
    late = recognise(facts, {**answers, "R-GATE-05": Answer("no")}, BOOK, overdue=True)
    assert (late.outcome, late.grounds) == ("REFUSE", ("G09",))


def test_trying_the_other_rule_set_says_so() -> None:
    facts, answers = sample("licence")
    made = recognise(facts, answers, BOOK, rule_set="R2001")
    assert (made.rule_set, made.decided_by, made.judged_on) == ("R2001", "rule_set", TODAY)
    assert made.outcome == "RETURN"
    assert made.kind == "TRF"


def test_the_date_in_the_facts_wins_over_the_date_given() -> None:
    facts, answers = sample("dev")
    made = recognise(facts, answers, BOOK, on=date(2020, 1, 1))
    assert (made.judged_on, made.decided_by) == (TODAY, "accepted_on")
    loose = recognise(replace(facts, accepted_on=None), answers, BOOK, on=date(2026, 2, 28))
    assert (loose.rule_set, loose.decided_by) == ("R2001", "on")
    with pytest.raises(RefusedError, match="没有受理日期"):
        recognise(replace(facts, accepted_on=None), answers, BOOK)


@pytest.mark.parametrize(("days", "outcome"), [(0, "PASS"), (-1, "REFUSE"), (1, "PASS")])
def test_the_last_day_of_the_term_is_inside_it(days: int, outcome: str) -> None:
    facts, answers = sample("dev")
    facts = replace(facts, valid_until=TODAY + timedelta(days=days))
    assert recognise(facts, answers, BOOK).outcome == outcome


@pytest.mark.parametrize(("days", "outcome"), [(0, "PASS"), (1, "HOLD"), (-1, "PASS")])
def test_a_contract_waits_until_it_takes_effect(days: int, outcome: str) -> None:
    facts, answers = sample("dev")
    facts = replace(facts, effective_on=TODAY + timedelta(days=days))
    assert recognise(facts, answers, BOOK).outcome == outcome


def test_what_would_change_is_what_recognition_then_says() -> None:
    facts, answers = sample("dev")
    changes = what_would_change(facts, answers, BOOK)
    assert {c.code for c in changes} >= {"R-DEV-02", "R-DEV-04", "R-GATE-05", "R-MIX-01"}
    assert [c.code for c in changes].index("R-DEV-02") < [c.code for c in changes].index("R-GATE-05")
    now = recognise(facts, answers, BOOK)
    for change in changes:
        then = recognise(facts, {**answers, change.code: Answer(change.answer)}, BOOK)
        assert (then.outcome, then.kind, then.sub_kind) == (change.outcome, change.kind, change.sub_kind)
        assert (then.outcome, then.kind, then.sub_kind) != (now.outcome, now.kind, now.sub_kind)
        assert change.short in change.text
    texts = {c.code: c.text for c in changes}
    assert "转问转让" in texts["R-DEV-02"]
    assert "不予登记" in texts["R-MIX-01"]


def test_what_would_change_leaves_the_answers_as_they_were() -> None:
    facts, answers = sample("service")
    before = dict(answers)
    what_would_change(facts, answers, BOOK)
    assert answers == before


def test_a_brief_record_takes_its_texts_from_the_book() -> None:
    facts, answers = sample("licence")
    made = recognise(facts, answers, BOOK)
    brief = json.loads(json.dumps(made.to_json(brief=True)))
    assert conclusion_from_json(brief, BOOK).to_json() == made.to_json()
    with pytest.raises(RefusedError, match="读不出来"):
        conclusion_from_json(brief)


@pytest.mark.parametrize("gone", ["outcome", "findings", "judged_on", "groups"])
def test_a_damaged_record_is_refused_in_words(gone: str) -> None:
    facts, answers = sample("dev")
    raw: dict[str, Any] = recognise(facts, answers, BOOK).to_json()
    del raw[gone]
    with pytest.raises(RefusedError, match="读不出来"):
        conclusion_from_json(raw)


def test_answers_are_read_and_written_back() -> None:
    raw = {
        "R-DEV-02": {"answer": "yes", "evidence": "2.1", "remark": "见背景", "by": "沈清禾"},
        "gate": "yes",
    }
    answers = read_answers(raw)
    assert answers["R-DEV-02"] == Answer("yes", "2.1", "见背景", "沈清禾")
    assert read_answers(answers_to_json(answers)) == answers


@pytest.mark.parametrize(
    "given_answer",
    ["maybe", None, True, {"answer": "ja"}, {"answer": "yes", "proof": "2.1"}, {"evidence": "2"}],
)
def test_an_answer_that_cannot_be_read_is_named(given_answer: object) -> None:
    with pytest.raises(ProblemsFound) as caught:
        read_answers({"R-DEV-01": "yes", "R-DEV-02": given_answer})
    assert [p.place for p in caught.value.problems] == ["R-DEV-02"]


def test_an_answer_outside_the_list_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        Answer("perhaps")


def test_the_amount_group_is_judged_alone() -> None:
    facts, _ = sample("dev")
    found = {f.code: f.outcome for f in judge_group(facts, {}, BOOK, "amount")}
    assert found["R-AMT-01"] == "PASS"
    assert found["R-AMT-04"] == "PASS"
    over = replace(facts, technology_amount=Decimal("300000.01"))
    assert {f.code: f.outcome for f in judge_group(over, {}, BOOK, "amount")}["R-AMT-04"] == "BLOCK"
    open_price = replace(facts, price_form="royalty")
    assert {f.code: f.outcome for f in judge_group(open_price, {}, BOOK, "amount")}["R-AMT-05"] == "WARN"
    lines = (*facts.amount_lines, AmountLine("设备", "equipment", Decimal(1)))
    mixed = {f.code: f.outcome for f in judge_group(replace(facts, amount_lines=lines), {}, BOOK, "amount")}
    assert mixed["R-AMT-02"] == "DEDUCT"
    assert judge_group(replace(facts, accepted_on=date(1999, 1, 1)), {}, BOOK, "amount") == ()


def test_the_schema_accepts_the_samples_and_refuses_a_typo() -> None:
    validator = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    facts, answers = sample("licence")
    whole = {"facts": facts_to_json(facts), "answers": answers_to_json(answers)}
    assert list(validator.iter_errors(whole)) == []
    assert list(validator.iter_errors({"facts": {"titel": "x"}, "answers": {}}))
    assert list(validator.iter_errors({"facts": {"contract_amount": 1.5}, "answers": {}}))
    assert list(validator.iter_errors({"facts": {}, "answers": {"R-DEV-01": "maybe"}}))
    listed = schema(BOOK)["properties"]["answers"]["properties"]
    assert listed["R-DEV-02"]["description"].startswith("签订合同时")
    assert (
        schema()["properties"]["facts"]["properties"]["title"]["description"] == "项目名称（登记表第 2 项）"
    )
    assert "代码表 regions" in schema()["properties"]["facts"]["properties"]["use_region"]["description"]


def test_an_empty_form_is_undecided_and_asks() -> None:
    made = recognise(Facts(), {}, BOOK, on=TODAY)
    assert made.outcome == "UNDECIDED"
    assert made.kind == ""
    assert len(made.open_questions) > 20


def test_recognition_is_fast_enough_for_thousands_a_second() -> None:
    facts, answers = sample("dev")
    recognise(facts, answers, BOOK)
    best = min(_seconds(facts, answers) for _ in range(5))
    assert best / 200 < 0.0005, "a generous bound for a busy machine; make bench has the real one"


def _seconds(facts: Facts, answers: dict[str, Answer]) -> float:
    started = time.perf_counter()
    for _ in range(200):
        recognise(facts, answers, BOOK)
    return time.perf_counter() - started


def test_a_refusal_speaks_first_of_the_kind_that_was_claimed() -> None:
    changed = {"R-CON-N1": "yes", "R-TRN-01": "no", "R-INT-01": "no", "R-SVC-01": "no"}
    made = recognise(*sample("consult", answers=changed), BOOK)
    assert (made.outcome, made.grounds) == ("REFUSE", ("G02",))
    assert [f.code for f in made.deciding] == ["R-CON-N1", "R-SVC-01"]


def test_a_form_without_intellectual_property_spares_the_question_of_transfer() -> None:
    facts, answers = sample("consult")
    assert "R-TRF-01" not in answers
    found = recognise(facts, answers, BOOK).finding("R-TRF-01")
    assert found is not None
    assert (found.answer, found.answered_by) == ("no", "data")
    unsaid = recognise(replace(facts, ip_kind=None), answers, BOOK)
    assert unsaid.outcome == "UNDECIDED"
    assert "R-TRF-01" in unsaid.open_questions


def test_advice_names_what_goes_on_but_must_be_heeded() -> None:
    lines = [{"label": "样机20台", "nature": "carrier", "amount": "300000.00"}]
    facts, answers = sample("dev", facts={"amount_lines": lines}, answers={"R-GATE-24": "no"})
    made = recognise(facts, answers, BOOK)
    assert {f.code: f.outcome for f in made.advice} == {"R-GATE-22": "PROTECT", "R-GATE-24": "DEDUCT"}
    assert made.outcome == "PASS"


def test_the_positive_list_is_noted_but_never_asked() -> None:
    facts, answers = sample("dev")
    assert not [f for f in recognise(facts, answers, BOOK).findings if "-P" in f.code]
    made = recognise(facts, {**answers, "R-DEV-P3": Answer("yes")}, BOOK)
    assert made.outcome == "PASS"
    assert "R-DEV-P3" in [f.code for f in made.advice]


def test_answers_to_a_group_not_reached_do_no_harm() -> None:
    facts, answers = sample("dev")
    made = recognise(facts, {**answers, "R-LIC-01": Answer("yes"), "R-TRF-N3": Answer("yes")}, BOOK)
    assert (made.outcome, made.kind, made.open_questions) == ("PASS", "DEV", ())
    found = made.finding("R-TRF-N3")
    assert found is not None
    assert found.outcome == "NOT-KIND"


def test_a_kind_that_no_rule_set_knows_is_named_back() -> None:
    facts, answers = sample("dev")
    made = recognise(replace(facts, kind="XYZ", sub_kind=None), answers, BOOK)
    assert made.outcome == "RETURN"
    assert made.defects[0].defect[0] == "申报为XYZ，内容符合技术开发"
