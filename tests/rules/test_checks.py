from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from desktop.errors import Problem
from desktop.resources import resource
from desktop.rules.checks import check_facts, is_missing, may_be_kept
from desktop.rules.codes import CodeTables
from desktop.rules.facts import LONG_TERM, AmountLine, Attachment, Facts, Income, IpRight, Party, with_row
from desktop.rules.identifiers import check_character, organisation_check, patent_check, resident_check
from desktop.rules.local_pack import load_pack

TODAY = date(2026, 11, 20)
PACK = load_pack(resource("local", "yunling-2026.11.toml"))
CODES = CodeTables(resource("codes"), PACK.regions)


def resident(first17: str = "11010119900101123") -> str:
    return first17 + resident_check(first17)


def credit(body: str) -> str:
    first17 = "91990321" + body + organisation_check(body)
    return first17 + check_character(first17)


SELLER = Party(
    role="seller", name="岚州启衡自动化技术有限公司", id_type="credit_code", id_number=credit("MA0QH7K2"),
    country="CHN", region="990302", party_type="150", phone="0990-6012345", email="wei@qiheng.example",
)  # fmt: skip
BUYER = Party(
    role="buyer", name="澄河丰禾农业机械有限公司", id_type="credit_code", id_number=credit("MA5NY83T"),
    country="CHN", region="990321", party_type="150",
)  # fmt: skip
GOOD = Facts(
    title="丘陵茶园自走式采摘机视觉识别与仿形控制系统研制", kind="DEV", sub_kind="DEV-1",
    valid_from=date(2026, 11, 1), valid_until=date(2027, 12, 31), signed_on=date(2026, 10, 26),
    effective_on=date(2026, 10, 26), contract_amount=Decimal("1280000"), technology_amount=Decimal("1030000"),
    currency="CNY", price_form="fixed", payment_method="2", technical_field="01",
    ip_kind="1", plan_source="9",
    socioeconomic_objective="01", industry="C", summary="研制采摘机", is_secret=False, cross_border="none",
    applicant_role="seller", is_written=True, accepted_on=TODAY, parties=(SELLER, BUYER),
    attachments=(Attachment("合同文本", 18),),
)  # fmt: skip


def run(facts: Facts, *, submitted: bool = True, today: date = TODAY) -> tuple[Problem, ...]:
    return check_facts(facts, today=today, codes=CODES, pack=PACK, submitted=submitted)


def rows(facts: Facts, level: str = "error") -> list[tuple[str, str]]:
    return [(p.code, p.field) for p in run(facts) if p.level == level]


def seller(**changes: Any) -> Facts:
    return replace(GOOD, parties=(replace(SELLER, **changes), BUYER))


def test_a_whole_form_has_no_error_and_no_doubt() -> None:
    objective = CODES.entries("socioeconomic_objectives")[0].code
    assert [p for p in run(replace(GOOD, socioeconomic_objective=objective)) if p.level != "note"] == []


GOOD = replace(GOOD, socioeconomic_objective=CODES.entries("socioeconomic_objectives")[0].code)


def test_every_problem_has_place_reason_remedy_and_code() -> None:
    for problem in run(Facts()):
        assert problem.place
        assert problem.reason
        assert problem.remedy
        assert problem.code
        assert not problem.place.isascii()


def test_an_empty_form_lists_everything_once_submitted_but_is_not_scolded_before() -> None:
    missing = {p.field for p in run(Facts()) if is_missing(p)}
    assert missing >= {
        "title",
        "kind",
        "signed_on",
        "contract_amount",
        "payment_method",
        "summary",
        "parties",
    }
    assert [p for p in run(Facts(), submitted=False) if is_missing(p)] == []
    late = run(replace(GOOD, payment_method=None), submitted=False)
    assert [(p.code, p.level) for p in late if is_missing(p)] == [("S210", "error")]


REQUIRED = [
    ("title", "S020"),
    ("kind", "S030"),
    ("sub_kind", "S030"),
    ("valid_from", "S040"),
    ("valid_until", "S040"),
    ("signed_on", "S050"),
    ("contract_amount", "S180"),
    ("payment_method", "S210"),
    ("technical_field", "S220"),
    ("ip_kind", "S230"),
    ("plan_source", "S250"),
    ("socioeconomic_objective", "S270"),
    ("industry", "S280"),
    ("summary", "S310"),
    ("is_secret", "S320"),
]


@pytest.mark.parametrize(("field", "code"), REQUIRED)
def test_each_required_field_is_asked_for(field: str, code: str) -> None:
    assert (code, field) in rows(replace(GOOD, **{field: None}))


@pytest.mark.parametrize(
    ("field", "code"),
    [("name", "S120"), ("id_type", "S130"), ("id_number", "S130"), ("country", "S140"), ("region", "S150"),
     ("party_type", "S160")],
)  # fmt: skip
def test_each_required_field_of_a_party_is_asked_for(field: str, code: str) -> None:
    assert (code, f"parties[0].{field}") in rows(seller(**{field: None}))


def test_the_wrong_check_character_of_the_picture_is_found_and_may_be_kept_with_a_reason() -> None:
    found = run(seller(id_number="91990321MA0QH7K26B"))
    problem = next(p for p in found if p.code == "S131")
    assert problem.level == "error"
    assert problem.place == "卖方证件号码"
    assert "看不出错在哪一位" in problem.reason
    assert may_be_kept(problem)
    assert not may_be_kept(next(p for p in run(seller(id_number="9199")) if p.code == "S132"))


def test_an_unknown_region_inside_a_code_is_only_a_doubt() -> None:
    body = "MA0QH7K2"
    first17 = "91888888" + body + organisation_check(body)
    assert ("S134", "parties[0].id_number") in rows(
        seller(id_number=first17 + check_character(first17)), "doubt"
    )


def test_normalised_numbers_are_shown_before_and_after() -> None:
    notes = [p for p in run(seller(id_number=credit("MA0QH7K2").lower())) if p.code == "S135"]
    assert notes[0].value == f"{credit('MA0QH7K2').lower()} → {credit('MA0QH7K2')}"


def test_personal_numbers_appear_masked() -> None:
    facts = seller(id_type="resident_id", party_type="500", id_number=resident()[:-1] + "7")
    for problem in run(facts):
        assert resident()[:17] not in problem.value
    good = seller(id_type="resident_id", party_type="500", id_number=resident())
    assert rows(good) == []
    wrong = seller(id_type="credit_code", party_type="500")
    assert ("S164", "parties[0].party_type") in rows(wrong)


DATES = [
    ({"signed_on": date(2026, 11, 21)}, "S052", "error"),
    ({"signed_on": date(1987, 10, 31), "effective_on": None}, "S052", "doubt"),
    ({"valid_until": date(2026, 10, 31)}, "S043", "error"),
    ({"effective_on": date(2026, 10, 25)}, "V07", "doubt"),
    ({"registered_on": date(2026, 10, 25), "accepted_on": None}, "V07", "error"),
    ({"registered_on": date(2026, 11, 21)}, "S392", "error"),
    ({"accepted_on": date(2026, 11, 21)}, "S392", "error"),
    ({"valid_from": date(2025, 1, 1), "valid_until": date(2026, 11, 19), "signed_on": date(2025, 1, 1),
      "effective_on": None}, "S042", "doubt"),
    ({"valid_from": date(2025, 1, 1), "valid_until": date(2026, 11, 18), "signed_on": date(2025, 1, 1),
      "effective_on": None, "registered_on": date(2026, 11, 19)}, "V07", "doubt"),
    ({"licence_from": date(2027, 1, 2), "licence_until": date(2027, 1, 1)}, "S043", "error"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "level"), DATES)
def test_dates_must_be_possible_and_in_order(changes: dict[str, Any], code: str, level: str) -> None:
    assert code in [c for c, _field in rows(replace(GOOD, **changes), level)]


def test_days_on_the_border_are_in_order() -> None:
    same = replace(GOOD, signed_on=TODAY, effective_on=TODAY, registered_on=TODAY, valid_from=TODAY)
    assert rows(replace(same, valid_until=TODAY)) == []
    assert rows(replace(GOOD, valid_until=LONG_TERM), "doubt") == []


def test_buyer_and_seller_must_not_be_the_same() -> None:
    same = replace(GOOD, parties=(SELLER, replace(BUYER, id_number=SELLER.id_number)))
    assert ("V01", "parties[1].id_number") in rows(same)
    named = replace(GOOD, parties=(SELLER, replace(BUYER, name=SELLER.name)))
    assert ("V01", "parties") in rows(named, "doubt")
    twice = replace(GOOD, parties=(SELLER, BUYER, BUYER))
    assert ("S084", "parties[2].id_number") in rows(twice, "doubt")


def test_technology_amount_must_not_exceed_the_total() -> None:
    assert ("V02", "technology_amount") in rows(replace(GOOD, technology_amount=Decimal("1280000.01")))
    assert rows(replace(GOOD, technology_amount=Decimal("1280000"))) == []


@pytest.mark.parametrize(
    ("kind", "sub_kind", "accepted", "wrong"),
    [
        ("LIC", "LIC-1A", date(2026, 3, 1), False),
        ("LIC", "LIC-1A", date(2026, 2, 28), True),
        ("TRF", "LIC-1A", date(2026, 2, 28), False),
        ("TRF", "LIC-1A", date(2026, 3, 1), True),
        ("DEV", "TRF-1", TODAY, True),
        ("SVC", "SVC-3", TODAY, False),
        ("CON", "CON", TODAY, False),
        ("CON", None, TODAY, False),
    ],
)
def test_kind_and_sub_kind_fit_the_rule_set_of_the_day(
    kind: str, sub_kind: str | None, accepted: date, wrong: bool
) -> None:
    facts = replace(GOOD, kind=kind, sub_kind=sub_kind, accepted_on=accepted)
    assert ("V03" in [code for code, _field in rows(facts)]) is wrong


def test_unknown_codes_are_named() -> None:
    assert ("S032", "kind") in rows(replace(GOOD, kind="XYZ"))
    assert ("S032", "sub_kind") in rows(replace(GOOD, sub_kind="DEV-9"))
    assert ("S222", "technical_field") in rows(replace(GOOD, technical_field="99"))
    assert ("S282", "industry") in rows(replace(GOOD, industry="3512"))
    assert ("S152", "parties[0].region") in rows(seller(region="123456"))
    assert rows(replace(GOOD, industry="C3512")) == []


def test_a_retired_region_is_judged_on_the_day_of_signing() -> None:
    assert ("S152", "parties[0].region") in rows(seller(region="990324"))
    before = replace(
        seller(region="990324"), signed_on=date(2026, 6, 30), effective_on=None, valid_from=date(2026, 7, 1)
    )
    assert rows(before) == []


def licence(**changes: Any) -> Facts:
    digits = "202310123456"
    right = IpRight(
        f"ZL{digits}.{patent_check(digits)}", "patent_invention", "某某方法", "甲", has_proof=True
    )
    return replace(GOOD, kind="LIC", sub_kind="LIC-1A", ip_kind="21", ip_rights=(replace(right, **changes),))


def test_patents_of_transfers_and_licences_are_required_and_checked() -> None:
    assert rows(licence()) == []
    assert rows(licence(), "doubt") == []
    assert ("V04", "ip_rights") in rows(replace(licence(), ip_rights=()))
    assert ("V04", "ip_rights[0].has_proof") in rows(licence(has_proof=None), "doubt")
    assert ("S241", "ip_rights[0].number") in rows(licence(number="ZL202310123456.0"))
    assert ("S242", "ip_rights[0].number") in rows(licence(number="12345"), "doubt")
    assert ("S244", "ip_rights[0].object") in rows(licence(object="patent_design"), "doubt")
    assert ("S242", "ip_rights[0].valid_until") in rows(licence(valid_until=date(2026, 10, 25)), "doubt")
    assert rows(licence(number="US10123456B2")) == []


def test_a_cooperation_needs_two_parties() -> None:
    alone = replace(GOOD, sub_kind="DEV-2", parties=(SELLER,))
    assert ("V05", "parties") in rows(alone)
    assert ("V05", "parties") not in rows(replace(GOOD, sub_kind="DEV-2"))


def test_foreign_parties() -> None:
    abroad = seller(country="DEU", region=None, party_type="600", id_type="other", id_number="HRB 1234")
    assert rows(abroad) == []
    assert ("S334", "cross_border") in rows(abroad, "doubt")
    assert ("V06", "parties[0].region") in rows(with_row(abroad, "parties", 0, region="990321"), "doubt")
    assert ("S164", "parties[0].party_type") in rows(
        with_row(abroad, "parties", 0, party_type="150"), "doubt"
    )
    imported = replace(abroad, cross_border="import", applicant_role="seller")
    assert {("V09", "applicant_role"), ("V09", "commerce_number")} <= set(rows(imported))
    assert rows(replace(imported, applicant_role="buyer", commerce_number="JS2026001")) == []
    assert ("S334", "cross_border") in rows(replace(GOOD, cross_border="export"), "doubt")


def test_the_seller_applies_at_home() -> None:
    assert ("S124", "applicant_role") in rows(replace(GOOD, applicant_role="buyer"))
    assert rows(replace(GOOD, applicant_role=None)) == []


def test_royalties_need_their_terms() -> None:
    assert ("V08", "royalty_terms") in rows(replace(GOOD, payment_method="31"))
    assert ("V08", "royalty_terms") in rows(replace(GOOD, payment_method="4"))
    royalty = replace(GOOD, price_form="royalty", contract_amount=None, technology_amount=None)
    assert rows(royalty) == [("V08", "royalty_terms")]
    assert rows(replace(royalty, royalty_terms="销售额的 3%，五年")) == []


def test_old_transfers_need_investment_and_output() -> None:
    transfer = replace(
        licence(), kind="TRF", sub_kind="TRF-1", accepted_on=date(2026, 2, 28), signed_on=date(2026, 1, 5)
    )
    transfer = replace(transfer, effective_on=None)
    assert rows(transfer) == [("V10", "expected_investment"), ("V10", "expected_output")]
    new = replace(transfer, accepted_on=date(2026, 3, 1))
    assert rows(new) == []
    assert ("V10", "expected_output") in rows(new, "doubt")


def test_income_must_not_exceed_the_technology_amount() -> None:
    income = Income(TODAY, Decimal("1030000"))
    assert rows(replace(GOOD, incomes=(income,))) == []
    assert ("V12", "incomes") in rows(replace(GOOD, incomes=(income, Income(TODAY, Decimal("0.01")))))


def test_large_and_nearly_large_contracts_are_named() -> None:
    def at(text: str) -> Facts:
        return replace(GOOD, contract_amount=Decimal(text), technology_amount=Decimal(text))

    assert ("L01", "technology_amount") in rows(at("5000000"), "note")
    assert ("L02", "technology_amount") in rows(at("4999999.99"), "doubt")
    assert rows(at("4700000"), "doubt") == []


def test_the_text_itself_is_checked() -> None:
    assert ("T01", "title") in rows(replace(GOOD, title="镕\ue000系统"))
    assert ("T01", "parties[0].name") in rows(seller(name="某\ufffd公司"))
    assert ("T02", "title") in rows(replace(GOOD, title="长" * 201))
    assert rows(replace(GOOD, title="长" * 200)) == []
    rare = seller(name="𬭎达技术有限公司")
    assert rows(rare) == []


def test_phone_mail_plan_and_secret() -> None:
    assert ("S172", "parties[0].phone") in rows(seller(phone="无"), "doubt")
    assert ("S172", "parties[0].email") in rows(seller(email="wei.qiheng"), "doubt")
    assert ("S260", "project_name") in rows(replace(GOOD, plan_source="2"))
    assert rows(replace(GOOD, plan_source="2", project_name="省重点研发", project_number="YL2026-1")) == []
    assert ("S324", "summary") in rows(replace(GOOD, is_secret=True), "doubt")
    assert rows(replace(GOOD, is_secret=True, summary=None)) == []


def test_equipment_lines_give_the_hint_of_the_picture() -> None:
    lines = (
        AmountLine("技术", "technology", Decimal("1030000")),
        AmountLine("设备", "equipment", Decimal("250000")),
    )
    notes = [p for p in run(replace(GOOD, amount_lines=lines)) if p.level == "note"]
    assert [(p.code, p.value) for p in notes] == [("S195", "250,000.00")]


def test_errors_come_first_and_doubts_may_be_kept() -> None:
    found = run(replace(seller(phone="无"), payment_method=None, effective_on=date(2026, 10, 25)))
    levels = [p.level for p in found]
    assert levels == sorted(levels, key=["error", "doubt", "note"].index)
    assert all(may_be_kept(p) for p in found if p.level == "doubt")
    assert not any(may_be_kept(p) for p in found if p.code == "S210")


def test_the_list_of_materials_names_what_is_not_among_the_attachments() -> None:
    assert ("M01", "attachments") not in rows(GOOD, "note")
    other = replace(GOOD, attachments=(Attachment("营业执照", 1),))
    (said,) = [p for p in run(other) if p.code == "M01"]
    assert (said.level, "技术合同文本（1 份）" in said.reason) == ("note", True)
    funded = replace(GOOD, is_public_funded=True)
    assert "项目任务书或中标通知书" in next(p.reason for p in run(funded) if p.code == "M01")
    whole = replace(funded, attachments=(*GOOD.attachments, Attachment("中标通知书", 1)))
    assert ("M01", "attachments") not in rows(whole, "note")
