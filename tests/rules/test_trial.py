"""A trial changes what a person set and what hangs on it, and says in money what moves."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from desktop.app import load_law
from desktop.rules.book import Book
from desktop.rules.conclusion import Answer
from desktop.rules.facts import Facts, Invoice, IpRight, Party, Payment
from desktop.rules.relief import check_relief
from desktop.rules.trial import NO_INVOICE, NO_PARK, PILOT_PARK, Trial, moves_of, read_trial, try_out

D = Decimal
YES = Answer("yes")
ON = date(2026, 11, 20)


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return load_law(tmp_path_factory.mktemp("law"))


def party(role: str, name: str) -> Party:
    return Party(
        role=role,
        name=name,
        country="CHN",
        region="990321",
        party_type="150",
        is_tax_resident=True,
        vat_status="general",
    )


LICENCE = Facts(
    title="果园巡检专利普通许可",
    kind="LIC",
    cross_border="none",
    is_related_party=False,
    is_public_funded=False,
    sub_kind="LIC-1",
    signed_on=date(2026, 4, 1),
    accepted_on=date(2026, 4, 2),
    registered_on=date(2026, 4, 10),
    contract_amount=D("6000000.00"),
    technology_amount=D("5800000.00"),
    right_scope="non_exclusive",
    licence_from=date(2026, 4, 1),
    licence_until=date(2031, 3, 31),
    amortisation_of_year=D("0.00"),
    taxes_and_fees=D("0.00"),
    period_expenses_allocated=D("0.00"),
    is_separately_accounted=True,
    payments=(
        Payment(due_on=date(2026, 5, 1), paid_on=date(2026, 5, 1), amount=D("2000000.00")),
        Payment(due_on=date(2026, 9, 1), paid_on=date(2026, 9, 1), amount=D("4000000.00")),
    ),
    invoices=(Invoice(date(2026, 5, 1), "ordinary", "01", "technology"),),
    parties=(party("seller", "岚州青禾生物科技有限公司"), party("buyer", "澄河县云坡果业专业合作社")),
    ip_rights=(IpRight(number="ZL202010000001.1", object="patent_invention"),),
)


def test_an_empty_trial_changes_nothing() -> None:
    assert Trial().is_empty
    assert Trial().changes(LICENCE) == {}


def test_what_the_contract_says_already_is_no_change() -> None:
    same = Trial(sub_kind="LIC-1", technology_amount=D("5800000"), licence_until=date(2031, 3, 31))
    assert same.changes(LICENCE) == {}


def test_the_price_and_its_instalments_follow_the_technology_amount() -> None:
    made = Trial(technology_amount=D("2800000.01")).changes(LICENCE)
    assert made["contract_amount"] == D("3000000.01"), "the equipment of 200,000 stays"
    amounts = [p.amount for p in made["payments"]]
    assert amounts == [D("1000000.00"), D("2000000.01")]
    assert sum(amounts) == made["contract_amount"]


def test_instalments_of_a_part_of_the_price_stay_a_part() -> None:
    half = replace(LICENCE, payments=LICENCE.payments[:1])
    made = Trial(technology_amount=D("2800000.00")).changes(half)
    assert [p.amount for p in made["payments"]] == [D("1000000.00")]


def test_the_day_of_payment_takes_the_invoices_with_it() -> None:
    day = date(2028, 2, 1)
    made = Trial(paid_on=day).changes(LICENCE)
    assert {(p.due_on, p.paid_on) for p in made["payments"]} == {(day, day)}
    assert [(i.issued_on, i.invoice_type) for i in made["invoices"]] == [(None, "ordinary")]


def test_a_payment_is_made_up_where_the_contract_names_none() -> None:
    day = date(2026, 12, 1)
    made = Trial(paid_on=day).changes(replace(LICENCE, payments=()))
    assert made["payments"] == (Payment(day, day, D("6000000.00")),)


@pytest.mark.parametrize(
    ("trial", "invoices"),
    [
        (Trial(invoice=NO_INVOICE), ()),
        (Trial(invoice="special"), (Invoice(date(2026, 5, 1), "special", "01", "technology"),)),
        (Trial(invoiced_on=date(2026, 3, 1)), (Invoice(date(2026, 3, 1), "ordinary", "01", "technology"),)),
    ],
)
def test_invoices(trial: Trial, invoices: tuple[Invoice, ...]) -> None:
    assert trial.changes(LICENCE)["invoices"] == invoices


def test_an_invoice_is_made_up_where_there_is_none() -> None:
    made = Trial(invoice="special").changes(replace(LICENCE, invoices=()))
    assert made["invoices"] == (Invoice(invoice_type="special"),)


def test_only_the_seller_moves_to_another_place() -> None:
    made = Trial(seller_region="990302", seller_park=PILOT_PARK).changes(LICENCE)["parties"]
    assert [(p.region, p.park) for p in made] == [("990302", PILOT_PARK), ("990321", None)]
    there = replace(LICENCE, parties=made)
    assert Trial(seller_park=NO_PARK).changes(there)["parties"][0].park is None


def _answers(book: Book, facts: Facts = LICENCE) -> dict[str, Answer]:
    """Yes to every question that the form leaves to a person, and to the term of the licence."""
    results = check_relief(facts, {}, book, registered=True, on=ON)
    return dict.fromkeys([c.id for r in results for c in r.conditions if c.is_open and c.rule.manual], YES)


def moved(trial: Trial, book: Book, facts: Facts = LICENCE) -> dict[str, tuple[str, str]]:
    changes = try_out(trial, facts, _answers(book, facts), book, registered=True, on=ON)
    return {m.relief: (m.change.before.result, m.change.after.result) for m in moves_of(changes)}


def test_a_day_less_than_five_years_loses_the_income_tax_relief_in_money(law: Book) -> None:
    trial = Trial(licence_until=date(2031, 3, 30))
    changes = try_out(trial, LICENCE, _answers(law), law, registered=True, on=ON)
    (move,) = [m for m in moves_of(changes) if m.relief == "CIT-TECH"]
    assert move.change.before.result == "supported"
    assert move.change.after.result == "not_supported"
    assert move.figures
    for figure in move.figures:
        assert figure.after is None
        assert figure.difference == -(figure.before or D(0))
    assert max(f.before or D(0) for f in move.figures) == D("5800000.00")


def test_a_payment_of_2028_finds_no_rule(law: Book) -> None:
    assert moved(Trial(paid_on=date(2028, 1, 1)), law)["VAT-TECH"] == ("supported", "no_rule")
    assert "VAT-TECH" not in moved(Trial(paid_on=date(2027, 12, 31)), law)


def test_a_special_invoice_loses_the_exemption(law: Book) -> None:
    assert moved(Trial(invoice="special"), law)["VAT-TECH"] == ("supported", "not_supported")


def test_another_kind_loses_what_hangs_on_the_kind(law: Book) -> None:
    found = moved(Trial(sub_kind="SVC-1"), law)
    assert found["VAT-TECH"] == ("supported", "not_supported")
    assert found["CIT-TECH"] == ("supported", "not_supported")


def test_another_amount_moves_only_money(law: Book) -> None:
    changes = try_out(Trial(technology_amount=D("1000000")), LICENCE, _answers(law), law, registered=True)
    (move,) = [m for m in moves_of(changes) if m.relief == "VAT-TECH"]
    assert not move.change.differs
    (figure,) = [f for f in move.figures if f.label == "免税销售额"]
    assert (figure.before, figure.after) == (D("5800000.00"), D("1000000.00"))
    assert figure.difference == D("-4800000.00")


def test_a_pilot_park_keeps_the_relief_of_a_four_year_licence(law: Book) -> None:
    four = replace(LICENCE, licence_until=date(2030, 3, 31))
    assert moved(Trial(seller_park=PILOT_PARK), law, four)["CIT-TECH"] == ("not_supported", "supported")


def test_what_a_person_said_of_other_facts_does_not_hold_in_the_trial(law: Book) -> None:
    said = {**_answers(law), "VAT-TECH.V8": YES, "CIT-TECH.C4": YES}
    trial = Trial(invoice="special", licence_until=date(2029, 3, 31))
    changes = {c.relief: c for c in try_out(trial, LICENCE, said, law, registered=True, on=ON)}
    assert changes["VAT-TECH"].after.result == "not_supported"
    assert changes["CIT-TECH"].after.result == "not_supported"
    assert changes["CIT-TECH"].before.result == "supported"
    again = try_out(trial, LICENCE, said, law, registered=True, on=ON, new_answers={"VAT-TECH.V8": YES})
    assert next(c for c in again if c.relief == "VAT-TECH").after.result == "supported", "part of the trial"


def test_what_moves_nothing_is_not_listed(law: Book) -> None:
    assert moved(Trial(), law) == {}


def test_a_script_names_what_it_tries() -> None:
    pairs = [("technology_amount", "500000"), ("paid_on", "2028-01-01"), ("sub_kind", "LIC-2")]
    trial = read_trial([*pairs, ("licence_until", "long")])
    assert trial == Trial(date(2028, 1, 1), "LIC-2", D(500000), None, date(9999, 12, 31))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("paid_on", "gestern"),
        ("technology_amount", "viel"),
        ("technology_amount", "-1"),
        ("technology_amount", "NaN"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_trial([(name, text)])


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError):
        read_trial([("farbe", "blau")])


def test_every_field_of_a_trial_makes_a_difference() -> None:
    tried: dict[str, Any] = {
        "paid_on": date(2027, 1, 1),
        "sub_kind": "TRF-1",
        "technology_amount": D(1),
        "licence_from": date(2026, 5, 1),
        "licence_until": date(2027, 5, 1),
        "right_scope": "sole",
        "invoice": "special",
        "invoiced_on": date(2026, 6, 1),
        "seller_region": "990302",
        "seller_park": PILOT_PARK,
    }
    assert set(tried) == {f.name for f in fields(Trial)}
    for name, value in tried.items():
        assert Trial(**{name: value}).changes(LICENCE), name
