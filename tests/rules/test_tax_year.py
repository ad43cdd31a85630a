from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.resources import resource
from desktop.rules.amounts import ZERO
from desktop.rules.book import load_book
from desktop.rules.conclusion import read_answers
from desktop.rules.facts import Facts, IpRight, Party, Payment
from desktop.rules.relief import check_relief
from desktop.rules.tax_year import YearContract, account_of, apportion

BOOK = load_book(resource("law"))
OWNER, BUYER = "岚州农机研究所", "澄河茶业有限公司"
SELLER = Party(
    role="seller", name=OWNER, id_type="credit_code", id_number="12990300MB2X4K7P1Q", country="CHN",
    party_type="130", is_tax_resident=True, vat_status="general",
)  # fmt: skip
TAKER = Party(
    role="buyer", name=BUYER, id_type="credit_code", id_number="91990321MA5T8N3W6D", country="CHN",
    party_type="150", is_tax_resident=True, vat_status="general",
)  # fmt: skip
YES = read_answers({f"CIT-TECH.C{n}": "yes" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)})
RD_YES = read_answers(
    {f"RD-SUPER.{code}": "yes" for code in ("D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8")}
)


def sale(technology: str, basis: str | None = "0", fees: str | None = "0", **changes: Any) -> Facts:
    amount = Decimal(technology)
    made = Facts(
        title="茶鲜叶分选机发明专利权转让", kind="TRF", sub_kind="TRF-1", right_scope="ownership",
        ip_kind="21", signed_on=date(2026, 3, 5), contract_amount=amount, technology_amount=amount,
        currency="CNY", cross_border="none", price_form="fixed", is_related_party=False,
        is_separately_accounted=True,
        registered_on=date(2026, 4, 1), accepted_on=date(2026, 3, 20), official_number="2026990321000001",
        service_inside_amount=ZERO, is_public_funded=False, parties=(SELLER, TAKER),
        ip_rights=(
            IpRight(
                "ZL202310000017.9", "patent_invention", "分选机", OWNER, date(2043, 1, 3), has_proof=True
            ),
        ),
        payments=(Payment(date(2026, 5, 1), date(2026, 5, 6), amount),),
        tax_basis_net=None if basis is None else Decimal(basis),
        taxes_and_fees=None if fees is None else Decimal(fees),
    )  # fmt: skip
    return replace(made, **changes)


def contract(key: int, facts: Facts, answers: Any = YES) -> YearContract:
    return YearContract(key, f"202699032100{key:04}", facts.title or "", facts, answers, True)


def test_two_sales_share_one_limit_of_the_year() -> None:
    sold = [contract(1, sale("9200000", "1150000", "50000")), contract(2, sale("2000000"))]
    year = account_of(OWNER, 2026, sold, (), BOOK).transfer
    assert year is not None
    assert year.income == Decimal("10000000.00")
    assert (year.tax.exempt, year.tax.halved) == (Decimal("5000000.00"), Decimal("5000000.00"))
    assert year.tax.tax == Decimal("625000.00")
    assert [(s.exempt, s.halved) for s in year.shares] == [
        (Decimal("4000000.00"), Decimal("4000000.00")),
        (Decimal("1000000.00"), Decimal("1000000.00")),
    ]
    assert year.is_complete


def test_the_worked_sale_alone() -> None:
    year = account_of(OWNER, 2026, [contract(1, sale("9200000", "1150000", "50000"))], (), BOOK).transfer
    assert year is not None
    assert (year.income, year.tax.tax, year.tax.reduction) == (
        Decimal("8000000.00"),
        Decimal("375000.00"),
        Decimal("6500000.00"),
    )


def test_the_limit_to_the_fen() -> None:
    for amount, halved in (("5000000.00", "0.00"), ("5000000.01", "0.01")):
        year = account_of(OWNER, 2026, [contract(1, sale(amount))], (), BOOK).transfer
        assert year is not None
        assert year.tax.halved == Decimal(halved)


def test_the_pilot_has_twenty_million() -> None:
    park = replace(SELLER, park="中关村海淀园")
    answers = YES | read_answers({"CIT-TECH.C13": "yes"})
    sold = [contract(1, sale("23000000", parties=(park, TAKER)), answers)]
    year = account_of(OWNER, 2026, sold, (), BOOK).transfer
    assert year is not None
    assert year.is_pilot
    assert (year.limit, year.tax.tax) == (Decimal("20000000"), Decimal("375000.00"))


def test_what_a_person_said_of_the_park_comes_first() -> None:
    park = replace(SELLER, park="中关村海淀园")
    answers = YES | read_answers({"CIT-TECH.C13": "no"})
    year = account_of(
        OWNER, 2026, [contract(1, sale("1", parties=(park, TAKER)), answers)], (), BOOK
    ).transfer
    assert year is not None
    assert not year.is_pilot


def licence(**changes: Any) -> Facts:
    made = replace(
        sale("14800000", basis=None),
        kind="LIC",
        sub_kind="LIC-1",
        right_scope="non_exclusive",
        licence_from=date(2026, 1, 1),
        licence_until=date(2031, 12, 31),
        amortisation_of_year=Decimal(300000),
        taxes_and_fees=Decimal(20000),
        period_expenses_allocated=Decimal(300000),
        payments=(
            Payment(date(2026, 6, 1), date(2026, 6, 2), Decimal(7400000)),
            Payment(date(2027, 6, 1), None, Decimal(7400000)),
        ),
    )
    return replace(made, **changes)


def test_a_licence_gives_each_year_the_fee_that_falls_due_in_it() -> None:
    for year in (2026, 2027):
        account = account_of(OWNER, year, [contract(1, licence())], (), BOOK).transfer
        assert account is not None
        assert account.income == Decimal("6780000.00")
        assert account.tax.tax == Decimal("222500.00")
    assert account_of(OWNER, 2028, [contract(1, licence())], (), BOOK).transfer is None


def test_a_sale_in_instalments_belongs_to_one_year() -> None:
    parts = (
        Payment(date(2026, 12, 1), date(2026, 12, 2), Decimal(1000000)),
        Payment(date(2027, 2, 1), None, Decimal(1000000)),
    )
    sold = [contract(1, sale("2000000", payments=parts))]
    first = account_of(OWNER, 2026, sold, (), BOOK).transfer
    assert first is not None
    assert first.income == Decimal("2000000.00")
    assert account_of(OWNER, 2027, sold, (), BOOK).transfer is None


def test_what_cannot_be_told_is_named_and_the_year_is_not_complete() -> None:
    sold = [contract(1, sale("2000000", basis=None)), contract(2, sale("1000000"))]
    year = account_of(OWNER, 2026, sold, (), BOOK).transfer
    assert year is not None
    assert not year.is_complete
    assert [s.why for s in year.shares] == ["缺成本、税费，所得算不出来", ""]
    assert year.income == Decimal("1000000.00")


def test_know_how_gives_nothing_and_says_why() -> None:
    know_how = sale(
        "2000000", sub_kind="TRF-3", ip_kind="1", ip_rights=(IpRight(object="know_how", name="工艺"),)
    )
    year = account_of(OWNER, 2026, [contract(1, know_how, {})], (), BOOK).transfer
    assert year is not None
    assert year.income == ZERO
    assert year.shares[0].why
    assert year.is_complete, "a plain no leaves nothing open"


def commission(paid: str, country: str = "CHN", **changes: Any) -> Facts:
    amount = Decimal(paid)
    made = Facts(
        title="采摘机视觉识别系统研制", kind="DEV", sub_kind="DEV-1", signed_on=date(2026, 2, 1),
        contract_amount=amount, technology_amount=amount, currency="CNY", price_form="fixed",
        cross_border="none" if country == "CHN" else "import", is_related_party=False,
        registered_on=date(2026, 3, 1), official_number="2026990321000002",
        applicant_role="seller" if country == "CHN" else "buyer", is_public_funded=False,
        commerce_number="TI2026000001", parties=(replace(SELLER, country=country), TAKER),
        payments=(Payment(date(2026, 6, 1), date(2026, 6, 1), amount),),
    )  # fmt: skip
    return replace(made, **changes)


def research(*bought: YearContract, own: str = "0", year: int = 2026) -> Any:
    return account_of(BUYER, year, (), bought, BOOK, own_research=Decimal(own)).research


def test_two_thirds_of_the_domestic_base_limit_what_went_abroad() -> None:
    made = research(
        contract(1, commission("1500000"), RD_YES),
        contract(2, commission("1850000", "DEU"), RD_YES),
        own="900000",
    )
    assert made.domestic_base == Decimal("1200000.00")
    assert made.foreign_paid == Decimal("1480000.00")
    assert (made.foreign_limit, made.foreign_base) == (Decimal("1400000.00"), Decimal("1400000.00"))
    assert made.deduction == Decimal("3500000.00")
    assert sum(s.deduction for s in made.shares) + made.own_deduction == made.deduction


def test_each_year_has_what_was_paid_in_it_and_never_more_than_the_technology_amount() -> None:
    parts = (
        Payment(None, date(2026, 12, 30), Decimal(700000)),
        Payment(None, date(2027, 1, 5), Decimal(500000)),
    )
    facts = commission("1200000", technology_amount=Decimal(1000000), payments=parts)
    assert research(contract(1, facts, RD_YES)).domestic_base == Decimal("560000.00")
    assert research(contract(1, facts, RD_YES), year=2027).domestic_base == Decimal("240000.00")
    assert research(contract(1, facts, RD_YES), year=2028) is None


weights = st.lists(st.integers(0, 10**12).map(lambda n: Decimal(n).scaleb(-2)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(total=st.integers(0, 10**12).map(lambda n: Decimal(n).scaleb(-2)), parts=weights)
def test_shares_add_up_to_the_fen(total: Decimal, parts: list[Decimal]) -> None:
    shared = apportion(total, parts)
    assert len(shared) == len(parts)
    assert sum(shared, ZERO) == (total if sum(parts, ZERO) > 0 else ZERO)
    assert all(share >= 0 for share in shared)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9_000_000_00), min_size=1, max_size=6))
def test_the_contributions_are_the_year(amounts: list[int]) -> None:
    sold = [contract(n, sale(str(Decimal(a).scaleb(-2)))) for n, a in enumerate(amounts, 1)]
    year = account_of(OWNER, 2026, sold, (), BOOK).transfer
    assert year is not None
    assert sum((s.exempt for s in year.shares), ZERO) == year.tax.exempt
    assert sum((s.halved for s in year.shares), ZERO) == year.tax.halved
    assert year.tax.exempt + year.tax.halved == year.income


Q3, Q4 = date(2022, 9, 30), date(2022, 10, 1)


def in_2022(*paid: tuple[date, str], **changes: Any) -> Facts:
    payments = tuple(Payment(None, day, Decimal(amount)) for day, amount in paid)
    total = sum((p.amount for p in payments if p.amount), ZERO)
    return replace(commission(str(total)), payments=payments, **changes)


def test_each_payment_of_2022_has_the_rate_of_its_day() -> None:
    facts = in_2022((Q3, "500000"), (Q4, "1000000"))
    bought = contract(1, facts, RD_YES)
    general = account_of(BUYER, 2022, (), [bought], BOOK).research
    assert general is not None
    assert general.deduction == Decimal("1100000.00")
    assert [(o.standing, o.by_months, o.deduction) for o in general.otherwise] == [
        ("general", True, Decimal("975000.00")),
        ("manufacturer", False, Decimal("1200000.00")),
    ]
    for standing in ("manufacturer", "sme", "ic_tool"):
        made = account_of(BUYER, 2022, (), [bought], BOOK, standing=standing).research
        assert made is not None
        assert made.deduction == Decimal("1100000.00" if standing == "ic_tool" else "1200000.00")
    months = account_of(BUYER, 2022, (), [bought], BOOK, by_months=True).research
    assert months is not None
    assert (months.by_months, months.deduction) == (True, Decimal("975000.00"))


@pytest.mark.parametrize(
    ("year", "standing", "extra"),
    [
        (2016, "sme", "0.50"), (2017, "sme", "0.75"), (2017, "general", "0.50"), (2018, "general", "0.75"),
        (2020, "manufacturer", "0.75"), (2021, "manufacturer", "1.00"), (2021, "sme", "0.75"),
        (2022, "sme", "1.00"), (2023, "general", "1.00"), (2023, "ic_tool", "1.20"),
        (2027, "ic_tool", "1.20"), (2028, "ic_tool", "1.00"), (2027, "manufacturer", "1.00"),
    ],
)  # fmt: skip
def test_the_rate_of_a_standing_begins_and_ends_with_its_year(year: int, standing: str, extra: str) -> None:
    facts = in_2022((date(year, 6, 30), "1000000"))
    made = account_of(BUYER, year, (), [contract(1, facts, RD_YES)], BOOK, standing=standing).research
    assert made is not None
    assert made.deduction == Decimal(800000) * Decimal(extra)


def test_own_research_of_2022_goes_by_the_months() -> None:
    facts = in_2022((Q4, "1000000"))
    made = account_of(
        BUYER, 2022, (), [contract(1, facts, RD_YES)], BOOK, own_research=Decimal(400000)
    ).research
    assert made is not None
    assert made.own_deduction == Decimal("325000.00"), "nine months at 75 %, three at 100 %"
    assert made.deduction == Decimal("1125000.00")


def test_a_joint_project_with_a_partner_abroad_has_no_foreign_limit() -> None:
    made = research(contract(1, commission("900000", "DEU", sub_kind="DEV-2"), RD_YES))
    assert (made.domestic_base, made.foreign_base) == (Decimal("900000.00"), ZERO)
    assert made.deduction == Decimal("900000.00")


def test_what_is_only_due_belongs_to_no_year() -> None:
    facts = replace(commission("900000"), payments=(Payment(date(2026, 6, 1), None, Decimal(900000)),))
    assert research(contract(1, facts, RD_YES)) is None


def test_a_patent_licence_is_one_by_its_sub_kind_too() -> None:
    sold = contract(1, licence(sub_kind="LIC-1C", right_scope=None))
    account = account_of(OWNER, 2027, [sold], (), BOOK).transfer
    assert account is not None
    assert account.income == Decimal("6780000.00")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(date(2022, 1, 1), date(2022, 12, 31)), st.integers(1, 9_000_000_00)),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.sampled_from(["general", "manufacturer", "sme", "ic_tool"]),
    st.integers(0, 9_000_000_00),
)
def test_the_contributions_to_the_extra_deduction_are_the_year(
    paid: list[tuple[date, int]], by_months: bool, standing: str, own: int
) -> None:
    bought = [
        contract(n, in_2022((day, str(Decimal(fen).scaleb(-2)))), RD_YES)
        for n, (day, fen) in enumerate(paid, 1)
    ]
    bought.append(contract(99, replace(commission("700000.01", "DEU"), payments=(
        Payment(None, date(2022, 3, 3), Decimal("300000.01")), Payment(None, Q4, Decimal(400000)),
    )), RD_YES))  # fmt: skip
    year = account_of(
        BUYER, 2022, (), bought, BOOK,
        own_research=Decimal(own).scaleb(-2), standing=standing, by_months=by_months,
    ).research  # fmt: skip
    assert year is not None
    assert sum((s.deduction for s in year.shares), year.own_deduction) == year.deduction
    assert sum((s.amount or ZERO for s in year.shares), ZERO) == year.domestic_base + year.foreign_base
    assert year.foreign_base <= (year.domestic_base + year.own_research) * 2 / 3 + Decimal("0.01")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(date(2016, 1, 1), date(2026, 12, 31)), st.integers(1, 9_000_000_00)),
        min_size=1,
        max_size=6,
    )
)
def test_a_contract_and_its_years_are_reckoned_alike(paid: list[tuple[date, int]]) -> None:
    """The years have the bases of the contract, and its deduction to a fen a year."""
    facts = in_2022(*((day, str(Decimal(fen).scaleb(-2))) for day, fen in paid))
    results = {r.relief: r for r in check_relief(facts, RD_YES, BOOK, registered=True)}
    whole = results["RD-SUPER"]
    shown = {f.label: f.amount for f in whole.figures}
    years = [
        account_of(BUYER, year, (), [contract(1, facts, RD_YES)], BOOK).research
        for year in sorted({day.year for day, _fen in paid})
    ]
    assert sum((y.domestic_base for y in years if y), ZERO) == whole.basis == shown["加计扣除基数"]
    difference = sum((y.deduction for y in years if y), ZERO) - shown["加计扣除额"]
    assert abs(difference) <= Decimal("0.01") * len(years)
