from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import ProblemsFound
from desktop.resources import resource
from desktop.rules import amounts, checks
from desktop.rules.book import Book, Rule, load_book
from desktop.rules.codes import CodeTables
from desktop.rules.coverage import Carrier, Coverage, IdGroup, check_codes, cover, load_ids
from desktop.rules.facts import Facts, Income, Party
from desktop.rules.local_pack import load_pack

TODAY = date(2026, 11, 20)
PACK = load_pack(resource("local", "yunling-2026.11.toml"))
CODES = CodeTables(resource("codes"), PACK.regions)
GROUPS = load_ids(resource("law", "rule-ids.toml"))
BOOK = load_book(resource("law"))
CHECKS = check_codes(checks, amounts) | {"V11": Carrier("V11", "register", "")}
"""V-11 asks the register, which is not a matter of the rules; the services' tests show that it is asked."""

Change = Callable[[list[Rule]], list[Rule]]


def with_rows(change: Change) -> Coverage:
    book = Book(change(list(BOOK.all_rows())), BOOK.all_parameters(), BOOK.rule_sets, BOOK.digest, BOOK.gaps)
    return cover(GROUPS, book, CHECKS)


def told(found: Coverage) -> list[tuple[str, str]]:
    return [(fault.code, fault.reason) for fault in found.faults]


def test_every_id_of_the_rule_base_has_a_row_of_the_shipped_law_or_a_reason() -> None:
    found = cover(GROUPS, BOOK, CHECKS)
    assert told(found) == []
    assert found.is_complete
    assert all(entry.carriers or len(entry.reason) > 10 for entry in found.entries)
    assert {e.id for e in found.entries} >= {"R-GATE-24", "R-DEV-P8", "STAMP.P9", "RD-SUPER.R8", "FORM.V-12"}
    assert {e.id for e in found.entries if e.rule_set == "M2026" and e.reason} == {
        "R-MIX-02",
        "R-TRN-03",
        "R-INT-03",
    }


def test_the_count_by_confidence_is_that_of_the_rows_themselves() -> None:
    counts = cover(GROUPS, BOOK, CHECKS).counts()
    for rule_set in ("R2001", "M2026"):
        marks = [row.confidence for row in BOOK.all_rows() if row.rule_set == rule_set]
        for mark in ("verified", "draft", "memory"):
            assert counts[rule_set][mark] == marks.count(mark)
        assert counts[rule_set]["ids"] == counts[rule_set]["carried"] + counts[rule_set]["reasons"]
    assert counts["form"]["program"] == 12


def test_an_entry_names_file_row_mark_and_days() -> None:
    entry = next(e for e in cover(GROUPS, BOOK, CHECKS).entries if e.id == "VAT-TECH.V1")
    assert [(c.confidence, c.valid_from, c.valid_until) for c in entry.carriers] == [
        ("draft", date(1999, 10, 1), date(2016, 5, 1)),
        ("verified", date(2016, 5, 1), date(2026, 1, 1)),
        ("verified", date(2026, 1, 1), None),
    ]
    assert all(c.place.startswith("relief.toml 第 ") for c in entry.carriers)


@pytest.mark.parametrize(
    ("code", "rule_set"), [("R-DEV-02", "M2026"), ("R-AMT-04", "R2001"), ("STAMP.P3", "")]
)
def test_a_row_that_is_taken_out_is_missed(code: str, rule_set: str) -> None:
    found = with_rows(lambda rows: [r for r in rows if (r.code, r.rule_set) != (code, rule_set)])
    assert told(found) == [(code, "没有行承担，也没有写原因")]
    assert found.faults[0].place == f"{code} {rule_set or 'relief'}"


def test_a_row_that_other_ids_stand_on_is_missed_for_each_of_them() -> None:
    found = with_rows(lambda rows: [r for r in rows if r.code != "RD-SUPER.D2"])
    assert [code for code, _reason in told(found)] == ["RD-SUPER.D2", "RD-SUPER.R5"]


def test_a_row_that_the_list_does_not_know_is_told() -> None:
    def more(rows: list[Rule]) -> list[Rule]:
        return [*rows, replace(rows[0], code="R-GATE-25", place="新.toml 第 1 条规则")]

    assert told(with_rows(more)) == [("R-GATE-25", "编号表里没有这个编号")]
    assert with_rows(more).faults[0].place == "新.toml 第 1 条规则"


def test_a_row_in_another_group_than_the_list_says_is_told() -> None:
    def moved(rows: list[Rule]) -> list[Rule]:
        return [replace(r, group="mix") if r is rows[0] else r for r in rows]

    assert told(with_rows(moved)) == [("R-GATE-01", "组与编号表不同")]


def test_a_reason_is_out_of_date_once_a_row_exists() -> None:
    def back(rows: list[Rule]) -> list[Rule]:
        old = next(r for r in rows if r.code == "R-TRN-03")
        return [*rows, replace(old, rule_set="M2026", valid_from=date(2026, 3, 1), valid_until=None)]

    assert told(with_rows(back)) == [("R-TRN-03", "编号表说没有行，其实有了")]


@pytest.mark.parametrize(
    ("until", "missing"),
    [(date(2026, 2, 28), ["2026-02-28"]), (date(2026, 3, 1), [])],
)
def test_days_of_the_rule_set_without_a_row_are_told(until: date, missing: list[str]) -> None:
    def shorter(rows: list[Rule]) -> list[Rule]:
        return [
            replace(r, valid_until=until) if (r.code, r.rule_set) == ("R-DEV-01", "R2001") else r
            for r in rows
        ]

    found = with_rows(shorter)
    assert [fault.value for fault in found.faults] == missing
    assert {fault.code for fault in found.faults} <= {"R-DEV-01"}


def test_a_check_that_is_gone_or_new_is_told() -> None:
    fewer = {code: carrier for code, carrier in CHECKS.items() if code != "V05"}
    more = CHECKS | {"V13": Carrier("V13", "desktop.rules.checks", "")}
    assert told(cover(GROUPS, BOOK, fewer)) == [("FORM.V-05", "没有行承担，也没有写原因")]
    assert told(cover(GROUPS, BOOK, more)) == [("V13", "编号表里没有这个编号")]


SAME = Party(id_type="credit_code", id_number="91110000MA0000000X")
TRIGGERS = {
    "V01": Facts(parties=(replace(SAME, role="seller"), replace(SAME, role="buyer"))),
    "V02": Facts(contract_amount=Decimal("100"), technology_amount=Decimal("100.01")),
    "V03": Facts(kind="LIC", accepted_on=date(2026, 2, 28)),
    "V04": Facts(kind="TRF", ip_kind="21"),
    "V05": Facts(kind="DEV", sub_kind="DEV-2"),
    "V06": Facts(parties=(Party(role="buyer", country="DEU", region="990321"),)),
    "V07": Facts(signed_on=date(2026, 10, 26), effective_on=date(2026, 10, 25)),
    "V08": Facts(price_form="royalty"),
    "V09": Facts(cross_border="import", applicant_role="seller"),
    "V10": Facts(kind="TRF", accepted_on=date(2026, 2, 28)),
    "V12": Facts(
        contract_amount=Decimal("100"),
        technology_amount=Decimal("100"),
        incomes=(Income(TODAY, Decimal("100.01")),),
    ),
}


@pytest.mark.parametrize("group", [g for g in GROUPS if g.name == "FORM"])
def test_every_cross_field_rule_of_the_list_but_that_of_the_register_can_be_triggered(
    group: IdGroup,
) -> None:
    for code in group.ids:
        (check,) = group.carried[code]
        if check != "V11":
            found = checks.check_facts(TRIGGERS[check], today=TODAY, codes=CODES, pack=PACK, submitted=True)
            assert check in {problem.code for problem in found}
    assert len(TRIGGERS) == len(group.ids) - 1


GOOD_LIST = """
[[group]]
name = "mix"
title = "混合"
rule_sets = ["M2026"]
ids = ["R-MIX-01", "R-MIX-02"]
none = [{ id = "R-MIX-02", rule_set = "M2026", reason = "不再要求" }]
"""


def test_a_list_is_read_as_written(tmp_path: Path) -> None:
    (tmp_path / "ids.toml").write_text(GOOD_LIST, encoding="utf-8")
    (group,) = load_ids(tmp_path / "ids.toml")
    assert group == IdGroup(
        "mix", "混合", ("M2026",), ("R-MIX-01", "R-MIX-02"), {}, {("R-MIX-02", "M2026"): "不再要求"}
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"R-MIX-01", ', '"R-MIX-02", ', "编号写了两遍"),
        ('"不再要求"', '" "', "没有写原因"),
        ('id = "R-MIX-02"', 'id = "R-MIX-09"', "不在本组"),
        ('rule_set = "M2026"', 'rule_set = "R2001"', "不在本组"),
        ("title", "tittle", "没有这一项"),
        ('ids = ["R-MIX-01", "R-MIX-02"]', "ids = []", "都要写"),
        ("none =", 'carried = { "R-MIX-07" = ["V01"] }\nnone =', "carried"),
        ("[[group]]", "[[other]]", "一组编号也没有"),
        ("[[group]]", "[[group", "读不出来"),
    ],
)
def test_a_list_with_a_slip_of_the_pen_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "ids.toml").write_text(GOOD_LIST.replace(old, new), encoding="utf-8")
    with pytest.raises(ProblemsFound, match=said):
        load_ids(tmp_path / "ids.toml")


def test_the_list_is_no_part_of_the_law_and_its_version(tmp_path: Path) -> None:
    for path in resource("law").glob("*.toml"):
        if path.name != "rule-ids.toml":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load_book(tmp_path).digest == BOOK.digest
