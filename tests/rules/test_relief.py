from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.resources import resource
from desktop.rules.book import Book, Parameter, Rule, load_book
from desktop.rules.conclusion import Answer
from desktop.rules.facts import Award, Facts, Invoice, Party, Payment
from desktop.rules.local_pack import load_pack
from desktop.rules.relief import (
    RELIEF_IDS,
    RELIEFS,
    RESULTS,
    ReliefResult,
    check_relief,
    missing_words,
    timeline,
    what_if,
)
from desktop.rules.relief_questions import RELIEF_PREDICATES
from tests.cases.relief.reading import (
    BASES,
    EXPECTED,
    GIVEN,
    Case,
    answers_of,
    facts_of,
    judge,
    read_tables,
    unmet,
    unmet_conditions,
    unmet_value,
)

BOOK: Book = load_book(resource("law"), predicates=RELIEF_PREDICATES)
QUESTIONS = [r for r in BOOK.all_rows() if r.group in RELIEF_IDS and r.manual]
SAMPLE = facts_of({"base": "sample"})
CASES = read_tables("case")


def run(facts: Facts, answers: Mapping[str, Answer] | None = None, **more: Any) -> dict[str, ReliefResult]:
    more.setdefault("registered", False)
    return {r.relief: r for r in check_relief(facts, answers or {}, BOOK, **more)}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case['title']}") for file, case in CASES])
def test_cases(case: Case) -> None:
    assert unmet(case, judge(case, BOOK)) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for _, case in read_tables("value")])
def test_values_of_the_law_on_both_sides_of_their_days(case: Case) -> None:
    assert unmet_value(case, BOOK) == []


@pytest.mark.parametrize("case", [pytest.param(c, id=c["title"]) for _, c in read_tables("conditions")])
def test_no_condition_is_missing_on_either_side_of_a_day(case: Case) -> None:
    assert unmet_conditions(case, BOOK) == []


def test_the_cases_say_what_they_are_about_and_why() -> None:
    assert len(CASES) >= 260
    titles = Counter((file, case["title"]) for file, case in CASES)
    assert [title for title, count in titles.items() if count > 1] == []
    for _file, case in CASES:
        assert not case.keys() - GIVEN - EXPECTED, case["title"]
        assert case["why"]
        assert case["expect"].keys() <= set(RELIEF_IDS)
        assert set(case["expect"].values()) <= set(RESULTS)
    expected = {(name, word) for _file, case in CASES for name, word in case["expect"].items()}
    for relief in RELIEF_IDS:
        assert {(relief, "supported"), (relief, "cannot_tell"), (relief, "no_rule")} <= expected


ROWS = [
    pytest.param(r, id=f"{r.code} from {r.valid_from}")
    for r in BOOK.all_rows()
    if r.group in RELIEF_IDS and not (r.asks == "has_rule" and r.valid_until)
]
"""Every row but those of an ended rule that ask only whether there is one: on their days there always is."""


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_law_is_seen_from_both_sides(row: Rule, seen: dict[int, set[str]]) -> None:
    """Fulfilled in one case and not in another; what only registering can fulfil is seen before it."""
    assert "yes" in seen[id(row)]
    assert seen[id(row)] - {"yes", "not_applicable"}


@pytest.fixture(scope="module")
def seen() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {id(r): set() for r in BOOK.all_rows()}
    for _file, case in CASES:
        for results in judge(case, BOOK):
            for name in case["expect"]:
                for c in results[name].conditions:
                    found[id(c.rule)].add(c.answer)
    return found


# ----------------------------------------------------------------------------------------- the table of kinds
MATRIX = read_tables("kind")
KIND_ROWS = {
    *("VAT-TECH.V2", "CIT-TECH.C2", "CIT-TECH.C3", "CIT-TECH.C4", "RD-SUPER.D1"),
    *("IIT-CASH50.I2", "DEFER-SHARE.E3", "STAMP.P2"),
}
"""Conditions that ask what the contract is about; every other one is answered yes for the table."""


def of_kind(kind: Case, **more: Any) -> dict[str, ReliefResult]:
    seller = {"park": kind["park"]} if "park" in kind else {}
    facts = facts_of({"base": "patent", "facts": kind["facts"], "seller": seller, "without": []})
    if "ip_rights" not in kind["facts"]:
        facts = replace(facts, ip_rights=())
    day = date(2026, 6, 30)
    facts = replace(
        facts, civil_military="none", awards=(Award("王某", Decimal(1), day),), applicant_role="seller",
        price_form="shares", amortisation_of_year=Decimal(0), is_vat_listed=False, **more,
    )  # fmt: skip
    answers = {r.code: Answer("yes") for r in QUESTIONS if r.code not in KIND_ROWS}
    return run(facts, answers, registered=True)


def head_of(kind: Case) -> str:
    """Head of stamp duty, seen by the rate: until 2022-06-30 the two heads had different ones."""
    stamp = of_kind(kind, signed_on=date(2022, 6, 30))["STAMP"]
    if stamp.result == "cannot_tell":
        return "C"
    base, duty = stamp.figures[0].amount, stamp.figures[1].amount
    return {Decimal("0.0003"): "contract", Decimal("0.0005"): "instrument"}[duty / base]


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind["name"]) for _file, kind in MATRIX])
def test_the_table_of_kinds_follows_from_the_rows(kind: Case) -> None:
    letters = {"supported": "Y", "not_supported": "N", "cannot_tell": "C"}
    results = of_kind(kind)
    derived = {name: letters[results[name].result] for name in kind["row"] if name != "STAMP"}
    for name in derived:
        assert {c.id for c in (*results[name].failing, *results[name].open)} <= KIND_ROWS
    if "STAMP" in kind["row"]:
        derived["STAMP"] = head_of(kind)
    assert derived == kind["row"]


def test_the_sample_contract_looks_as_in_the_picture() -> None:
    facts = replace(SAMPLE, attachments=())
    known = {code: Answer("yes", "卖方声明") for code in ("VAT-TECH.V6", "VAT-TECH.V9")}
    vat = run(facts, known)["VAT-TECH"]
    assert vat.name == "增值税 技术开发免税"
    assert vat.reason == "差 3 项"
    assert [c.id for c in vat.open] == ["VAT-TECH.V3", "VAT-TECH.V7", "VAT-TECH.V8"]
    assert [c.words for c in vat.open] == ["请人工判断", "请问卖方", "请问卖方"]
    assert vat.open[0].confidence == "memory"
    assert vat.best == "supported_once_registered"
    assert (vat.on, vat.picked_by) == (date(2027, 3, 31), "payments")
    assert vat.rule_until == date(2028, 1, 1)
    assert vat.rule_sources[0].article == "二（二）2"
    assert "is_separately_accounted" in vat.missing
    assert "单独核算" in missing_words(vat)


def test_a_trial_says_from_what_to_what_and_changes_nothing() -> None:
    known = {code: Answer("yes") for code in ("VAT-TECH.V6", "VAT-TECH.V9")}
    trial = {code: Answer("yes") for code in ("VAT-TECH.V3", "VAT-TECH.V7", "VAT-TECH.V8")}
    changes = {c.relief: c for c in what_if(SAMPLE, known, BOOK, new_answers=trial, registered_after=True)}
    vat = changes["VAT-TECH"]
    assert (vat.before.result, vat.after.result) == ("cannot_tell", "supported")
    assert vat.differs
    late = {c.relief: c for c in what_if(SAMPLE, known, BOOK, paid_on=date(2028, 1, 1))}
    assert late["VAT-TECH"].after.result == "no_rule"
    other = {c.relief: c for c in what_if(SAMPLE, known, BOOK, kind="SVC", sub_kind="SVC-1")}
    assert other["RD-SUPER"].after.result == "not_supported"
    assert set(known) == {"VAT-TECH.V6", "VAT-TECH.V9"}
    with pytest.raises(KeyError):
        what_if(SAMPLE, known, BOOK, colour="red")


def test_ways_that_end_leave_those_that_go_on() -> None:
    last = timeline("VAT-OTHER", BOOK)[-1]
    assert (last.first, last.has_rule) == (date(2028, 1, 1), False)
    assert last.label == "只余软件产品即征即退，其余未见规定"
    general = replace(SAMPLE.parties[0], vat_status="general", party_type="150")
    software = replace(SAMPLE, kind="TRF", sub_kind="TRF-4", parties=(general, SAMPLE.parties[1]))
    known = {"VAT-OTHER.VO5": Answer("yes")}
    changed = {c.relief: c for c in what_if(software, known, BOOK, paid_on=date(2028, 1, 1))}["VAT-OTHER"]
    assert (changed.before.result, changed.after.result) == ("supported", "supported")
    assert changed.after.rule_sources[0].instrument == "财税〔2011〕100号"
    small = replace(software, parties=(replace(general, vat_status="small_scale"), SAMPLE.parties[1]))
    later = run(small, {"VAT-OTHER.VO5": Answer("no")}, on=date(2028, 1, 1))["VAT-OTHER"]
    assert later.result == "supported", "paid in 2027 by the contract"
    unpaid = run(replace(small, payments=()), {"VAT-OTHER.VO5": Answer("no")}, on=date(2028, 1, 1))
    assert unpaid["VAT-OTHER"].result == "no_rule"
    assert [c.words for c in unpaid["VAT-OTHER"].conditions if c.id == "VAT-OTHER.VO2"] == [
        "该日期没有有效规定"
    ]


def test_a_trial_of_the_day_of_payment_takes_it_as_paid() -> None:
    known = {code: Answer("yes") for code in ("RD-SUPER.D3", "RD-SUPER.D4", "RD-SUPER.D8")}
    tried = {c.relief: c for c in what_if(SAMPLE, known, BOOK, paid_on=date(2026, 12, 1))}["RD-SUPER"]
    before = {f.label: f.amount for f in tried.before.figures}
    after = {f.label: f.amount for f in tried.after.figures}
    assert before == {"待付，付后计入": Decimal("824000.00")}
    assert after["加计扣除基数"] == Decimal("824000.00")
    assert "待付，付后计入" not in after


def test_every_formula_is_whole_chinese() -> None:
    """Each figure says how it is reckoned, in words that can be read aloud."""
    seen = 0
    for _file, case in CASES:
        for results in judge(case, BOOK):
            for result in results.values():
                for figure in result.figures:
                    seen += 1
                    assert re.search(r"[\u4e00-\u9fff‰%]", figure.formula), (result.relief, figure)
                    assert not figure.formula.endswith(("；", "，", "：", "时"))
                    assert figure.formula.count("（") == figure.formula.count("）")
    assert seen > 1000


def test_a_trial_works_without_payments() -> None:
    bare = replace(SAMPLE, payments=())
    changed = {c.relief: c for c in what_if(bare, {}, BOOK, paid_on=date(2027, 3, 31))}
    assert changed["VAT-TECH"].before.on is None
    assert changed["VAT-TECH"].after.on == date(2027, 3, 31)


def test_what_recognition_decided_wins_over_what_the_form_claims() -> None:
    class Decision:
        kind = "SVC"
        sub_kind = "SVC-1"

    assert run(SAMPLE, recognition=Decision())["VAT-TECH"].result == "not_supported"


def test_nobody_can_say_yes_to_a_registration_that_is_not_there() -> None:
    answers = {r.code: Answer("yes") for r in BOOK.all_rows() if r.group == "VAT-TECH"}
    assert run(SAMPLE, answers)["VAT-TECH"].result == "supported_once_registered"


def test_an_answer_given_before_registering_must_be_looked_at_again() -> None:
    answers = {r.code: Answer("yes") for r in QUESTIONS if r.group == "VAT-TECH"}
    answers["VAT-TECH.V6"] = Answer("after_registration")
    assert run(SAMPLE, answers)["VAT-TECH"].result == "supported_once_registered"
    assert run(SAMPLE, answers, registered=True)["VAT-TECH"].result == "cannot_tell"


def test_local_money_comes_from_the_pack() -> None:
    subsidies = load_pack(resource("local", "haixia-2026.1.toml")).subsidies
    paid = replace(
        SAMPLE,
        contract_amount=Decimal(1800000), technology_amount=Decimal(1800000),
        registered_on=date(2026, 11, 20),
        payments=(Payment(date(2026, 12, 1), date(2026, 12, 1), Decimal(1800000)),),
    )  # fmt: skip
    local = run(paid, registered=True, subsidies=subsidies)["LOCAL-SUBSIDY"]
    assert (local.result, local.basis) == ("supported", Decimal(6300))
    related = run(replace(paid, is_related_party=True), registered=True, subsidies=subsidies)["LOCAL-SUBSIDY"]
    assert related.result == "not_supported"
    later = run(replace(paid, registered_on=date(2028, 1, 1)), registered=True, subsidies=subsidies)
    assert later["LOCAL-SUBSIDY"].result == "not_applicable"


def test_the_timeline_shows_ended_present_and_missing_rules() -> None:
    bars = timeline("VAT-TECH", BOOK)
    assert [(b.first, b.has_rule) for b in bars[-3:]] == [
        (date(2016, 5, 1), True), (date(2026, 1, 1), True), (date(2028, 1, 1), False),
    ]  # fmt: skip
    assert bars[-1].until is None
    for relief in RELIEF_IDS:
        bars = timeline(relief, BOOK)
        assert all(one.until == two.first for one, two in pairwise(bars))
    with pytest.raises(KeyError):
        timeline("VAT-MORE", BOOK)


YEARS = re.compile(r"[〔（]?((?:19|20)\d\d)(?:〕|）|年)")


def years_of(instrument: str) -> list[int]:
    return [int(year) for year in YEARS.findall(instrument)]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{getattr(row, 'code', '') or getattr(row, 'name', '')} from {row.valid_from}")
        for row in (*BOOK.all_rows(), *BOOK.all_parameters())
    ],
)
def test_no_row_cites_an_instrument_newer_than_its_last_day(row: Rule | Parameter) -> None:
    """What was in force until a day cannot stand on a paper of a later year."""
    if row.valid_until is None:
        return
    last = (row.valid_until - timedelta(days=1)).year
    late = [s.instrument for s in row.sources for year in years_of(s.instrument) if year > last]
    assert late == []


def test_the_year_of_an_instrument_is_read() -> None:
    assert years_of("财税〔2016〕36号") == [2016]
    assert years_of("财政部 税务总局公告2026年第10号") == [2026]
    assert years_of("（1989）国税地字第34号") == [1989]
    assert years_of("增值税法") == []
    read = {s.instrument for r in BOOK.all_rows() for s in r.sources if years_of(s.instrument)}
    assert len(read) >= 20


@pytest.mark.parametrize("day", ["2024-06-30", "2015-06-30", "2012-06-30", "2005-06-30"])
def test_what_a_payment_of_another_year_rests_on_was_there_by_then(day: str) -> None:
    """VAT-TECH names no paper younger than the payment but those on which the era is marked unknown."""
    (results,) = judge({"base": "development", "days": [day], "expect": {}}, BOOK)
    for condition in results["VAT-TECH"].conditions:
        assert all(y <= int(day[:4]) for s in condition.sources for y in years_of(s.instrument)), condition


def test_every_relief_has_rows_papers_and_a_rule_and_every_predicate_is_used() -> None:
    used = {name for r in BOOK.all_rows() if r.group in RELIEF_IDS for name in (r.asks, r.when) if name}
    assert used == set(RELIEF_PREDICATES)
    for relief in RELIEFS:
        assert BOOK.rules(date(2026, 11, 20), rule_set="", group=relief.id)
        result = run(SAMPLE)[relief.id]
        assert result.papers
        assert result.combine


WANTED = {
    "VAT-TECH": 12, "VAT-CROSS": 6, "VAT-OTHER": 7, "STAMP": 9, "CIT-TECH": 13, "RD-SUPER": 8,
    "BASIC-RESEARCH": 4, "IIT-CASH50": 8, "DEFER-SHARE": 6,
}  # fmt: skip


@pytest.mark.parametrize(("relief", "count"), WANTED.items())
def test_every_condition_of_the_law_has_its_row(relief: str, count: int) -> None:
    codes = {r.code for r in BOOK.all_rows() if r.group == relief}
    assert len(codes) == count
    assert {int(code.rpartition(".")[2].lstrip("VXOPCDBIE")) for code in codes} == set(range(1, count + 1))


def test_results_go_to_json_and_back_to_the_same_words() -> None:
    for result in run(SAMPLE).values():
        plain = result.to_json()
        assert plain["result"] in RESULTS
        assert plain["words"]
        assert plain["reason"]
        assert {c["answer"] for c in plain["conditions"]} <= {
            "yes", "no", "unknown", "needs_human", "after_registration", "not_applicable",
        }  # fmt: skip


ANSWERS = st.sampled_from(["yes", "no", "unknown", "needs_human", "after_registration"])
GIVEN_ANSWERS = st.dictionaries(st.sampled_from([r.code for r in QUESTIONS]), ANSWERS, max_size=60)
KINDS = st.sampled_from(
    [("DEV", "DEV-1"), ("DEV", "DEV-2"), ("TRF", "TRF-1"), ("TRF", "TRF-3"), ("LIC", "LIC-1C"),
     ("CON", "CON"), ("SVC", "SVC-2"), (None, None)]
)  # fmt: skip
PARTIES = st.lists(
    st.builds(
        Party, role=st.sampled_from(["seller", "buyer"]),
        party_type=st.sampled_from([None, "150", "022", "500", "600", "400"]),
        country=st.sampled_from([None, "CHN", "DEU"]),
        vat_status=st.sampled_from([None, "general", "small_scale"]),
        is_small_low_profit=st.sampled_from([None, True, False]),
    ),
    max_size=3,
)  # fmt: skip
DAYS = st.one_of(st.none(), st.dates(date(1995, 1, 1), date(2032, 1, 1)))


@settings(max_examples=150, deadline=None)
@given(GIVEN_ANSWERS, KINDS, PARTIES, DAYS, DAYS, st.booleans())
def test_whatever_is_open_never_yields_support(
    given_answers: dict[str, str],
    kind: tuple[str | None, str | None],
    parties: list[Party],
    day: date | None,
    signed: date | None,
    registered: bool,
) -> None:
    facts = replace(
        SAMPLE, kind=kind[0], sub_kind=kind[1], parties=tuple(parties), signed_on=signed,
        payments=(Payment(due_on=day, amount=Decimal(1280000)),), invoices=(Invoice(),),
    )  # fmt: skip
    answers = {code: Answer(value) for code, value in given_answers.items()}
    for result in run(facts, answers, registered=registered).values():
        assert result.result in RESULTS
        if result.result.startswith("supported"):
            assert result.on is not None
            bars = [b for b in timeline(result.relief, BOOK) if b.first <= result.on]
            assert bars[-1].has_rule
        if result.result.startswith("supported") and result.relief != "VAT-OTHER":
            assert not result.open
            assert not result.failing
        if result.result == "supported" and result.relief != "VAT-OTHER":
            assert all(c.answer != "after_registration" for c in result.conditions)
        if result.basis is not None:
            assert result.basis >= 0


def test_an_empty_contract_supports_nothing() -> None:
    for result in run(Facts()).values():
        assert result.result in ("cannot_tell", "not_supported", "not_applicable")


# ------------------------------------------------------------------------------------------------- properties
FIELDS = st.sampled_from([f.name for f in fields(Facts)])
WORTH_LESS = st.sets(FIELDS, max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(BASES)), WORTH_LESS, st.randoms(use_true_random=False), st.booleans())
def test_what_is_taken_away_from_a_good_contract_is_never_read_as_yes(
    base: str, gone: set[str], chance: Random, registered: bool
) -> None:
    case: Case = {"base": base, "without": sorted(gone - {"parties"})}
    facts = facts_of(case)
    answers = {code: a for code, a in answers_of(case).items() if chance.random() < 0.8}
    emptied = [
        replace(
            p,
            **{f: None for f in ("country", "party_type", "vat_status", "id_type") if chance.random() < 0.2},
        )
        for p in facts.parties
    ]
    for result in run(replace(facts, parties=tuple(emptied)), answers, registered=registered).values():
        if result.result.startswith("supported") and result.relief != "VAT-OTHER":
            assert not result.open
            assert not result.failing
            assert result.on is not None


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BASES)), GIVEN_ANSWERS, WORTH_LESS)
def test_only_registering_leads_to_support_once_registered(
    base: str, given_answers: dict[str, str], gone: set[str]
) -> None:
    facts = facts_of({"base": base, "without": sorted(gone - {"parties"})})
    answers = {code: Answer(v) for code, v in given_answers.items() if v != "after_registration"}
    before = run(facts, answers)
    after = run(facts, {**answers, "VAT-TECH.V12": Answer("yes")}, registered=True)
    for name, result in after.items():
        assert result.result != "supported_once_registered"
        if before[name].result == "supported_once_registered":
            waiting = [c for c in before[name].conditions if c.answer == "after_registration"]
            assert waiting
            assert all(not c.rule.manual for c in waiting)
            assert result.result == "supported"


FEN = st.integers(0, 3 * 10**9).map(lambda fen: Decimal(fen).scaleb(-2))
COSTS = {
    "patent": ("tax_basis_net", "taxes_and_fees"),
    "licence": ("amortisation_of_year", "taxes_and_fees", "period_expenses_allocated"),
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([(b, n) for b, names in COSTS.items() for n in names]), FEN, FEN)
def test_more_cost_never_means_more_tax(cost: tuple[str, str], less: Decimal, more: Decimal) -> None:
    base, name = cost
    facts = facts_of({"base": base})

    def tax(amount: Decimal) -> tuple[Decimal, Decimal]:
        result = run(replace(facts, **{name: amount}), registered=True)["CIT-TECH"]
        shown = {f.label: f.amount for f in result.figures}
        return shown["减半后应纳税额"], shown["技术转让所得"]

    small, large = tax(less), tax(less + more)
    assert large[0] <= small[0]
    assert large[1] == small[1] - more
    shares = facts_of({"base": "shares"})
    at_entry = [
        run(replace(shares, tax_basis_net=c))["DEFER-SHARE"].figures[0].amount for c in (less, less + more)
    ]
    assert at_entry[1] <= at_entry[0]


@settings(max_examples=100, deadline=None)
@given(GIVEN_ANSWERS, st.sampled_from(sorted(BASES)), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_rows_changes_nothing(
    given_answers: dict[str, str], base: str, chance: Random
) -> None:
    facts = facts_of({"base": base})
    answers = {code: Answer(value) for code, value in given_answers.items()}
    codes = list(answers)
    chance.shuffle(codes)
    lists = {n: list(getattr(facts, n)) for n in ("payments", "invoices", "ip_rights", "awards", "incomes")}
    for rows in lists.values():
        chance.shuffle(rows)
    turned = replace(facts, **{name: tuple(rows) for name, rows in lists.items()})
    one = run(facts, answers, registered=True)
    two = run(turned, {code: answers[code] for code in codes}, registered=True)
    assert [r.to_json() for r in one.values()] == [r.to_json() for r in two.values()]
