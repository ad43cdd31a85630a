"""Every worked example of the reliefs, to the fen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules import formulas as f
from tests.cases.relief.reading import Case, read_tables, unmet_reckoning

D = Decimal
YUAN = st.integers(0, 10**11).map(lambda fen: Decimal(fen).scaleb(-2))
BANDS = ((D(100000), D("0.01")), (D(1000000), D("0.005")), (None, D("0.001")))


@pytest.mark.parametrize("case", [pytest.param(c, id=c["title"]) for _file, c in read_tables("reckoning")])
def test_worked_examples_come_out_to_the_fen(case: Case) -> None:
    assert unmet_reckoning(case) == []


def test_know_how_with_training_and_a_separate_consultancy() -> None:
    assert f.vat_exempt_sale(D(2400000), D(150000)) == D(2550000)
    equipment = D(200000) * D("0.13")
    assert equipment + f.vat_inside_gross(D(530000), D("0.06")) == D(56000)
    assert f.blocked_input_vat(D(90000), D(2400000), D(3600000)) == D(60000)
    assert f.blocked_input_vat(D(90000), D(0), D(0)) == 0


def test_sale_of_an_invention_patent() -> None:
    income = f.transfer_income(D(9800000) - D(600000), D(1150000), D(50000))
    assert income == D(8000000)
    tax = f.transfer_tax(income, D(5000000), D("0.25"))
    assert (tax.tax, tax.reduction, tax.exempt, tax.halved) == (D(375000), D(6500000), D(5000000), D(3000000))
    assert D(6000000) * D("0.15") + tax.tax == D(1275000)  # a high-tech enterprise halves 25 %, not 15 %


def test_non_exclusive_licence_of_six_years() -> None:
    expenses = f.allocate_by_sales(D(3000000), D(7400000), D(74000000))
    assert expenses == D(300000)
    income = f.licence_income(D(7400000), D(300000), D(20000), expenses)
    assert income == D(6780000)
    assert f.transfer_tax(income, D(5000000), D("0.25")).tax == D(222500)


def test_the_pilot_has_a_higher_limit() -> None:
    assert f.transfer_tax(D(23000000), D(20000000), D("0.25")).tax == D(375000)


def test_limits_are_reached_at_their_amount() -> None:
    assert f.transfer_tax(D(5000000), D(5000000), D("0.25")).tax == 0
    assert f.transfer_tax(D("5000000.08"), D(5000000), D("0.25")).tax == D("0.01")
    assert f.transfer_tax(D(-100), D(5000000), D("0.25")) == f.TransferTax(D(0), D(0), D(0), D(0))


def test_domestic_and_foreign_commission() -> None:
    domestic = D(900000) + f.rd_domestic_base(D(1500000), D("0.8"))
    assert domestic == D(2100000)
    foreign = f.rd_foreign_base(D(1850000), D("0.8"), domestic, Fraction(2, 3))
    assert foreign == D(1400000)
    assert f.extra_deduction(domestic + foreign, D(1)) == D(3500000)
    assert D(3500000) * D("0.25") == D(875000)
    assert f.extra_deduction(domestic + foreign, D("0.75")) == D(2625000)
    assert f.rd_foreign_base(D(1000000), D("0.8"), domestic, Fraction(2, 3)) == D(800000)


def test_basic_research() -> None:
    assert f.basic_research_deduction(D(800000), D(1)) == D(1600000)


def test_cash_award_of_a_university() -> None:
    wages = D(180000)
    assert f.wage_tax_of_year(wages + f.counted_award(D(260000), D("0.5"))) == D(45580)
    assert f.wage_tax_of_year(wages + D(260000)) == D(79080)


def test_technology_for_shares() -> None:
    assert f.deferral_tax(D(3600000), D(240000), D(60000), D("0.2")) == D(660000)
    now = f.deferral_tax(D(1500000), D(240000), D(60000), D("0.2"))
    later = f.deferral_tax(D(3600000), D(1500000), D(0), D("0.2"))
    assert (now, later) == (D(240000), D(420000))
    assert f.deferral_tax(D(1), D(2), D(0), D("0.2")) == 0


def test_stamp_duty() -> None:
    base = f.stamp_base(D(1000000), remuneration=D(700000))
    assert f.stamp_duty(base, D("0.0003")) == D(210)
    assert f.stamp_duty(base, D("0.0003"), half=D("0.5")) == D(105)
    assert f.stamp_duty(D(2000000), D("0.0003")) == D(600)
    assert f.stamp_duty(D(2000000), D("0.0005")) == D(1000)
    assert f.stamp_base(D(1060000), vat=D(60000)) == D(1000000)


def test_local_money() -> None:
    assert f.marginal(D(1800000), BANDS, D(50000)) == D(6300)
    assert f.marginal(D(100000000), BANDS, D(50000)) == D(50000)
    assert f.lump_and_share(D(650000000), D(500000000), D(200000), D("0.0006"), D(1000000)) == D(290000)
    assert f.lump_and_share(D("499999999.99"), D(500000000), D(200000), D("0.0006"), D(1000000)) == 0


@given(YUAN, YUAN)
def test_bands_never_fall_and_never_exceed_the_first_rate(small: Decimal, more: Decimal) -> None:
    low, high = f.marginal(small, BANDS, None), f.marginal(small + more, BANDS, None)
    assert low <= high
    assert high <= f.to_fen((small + more) * D("0.01"))


@given(YUAN)
def test_the_halved_tax_is_never_more_than_an_eighth(income: Decimal) -> None:
    tax = f.transfer_tax(income, D(5000000), D("0.25"))
    assert 0 <= tax.tax <= f.to_fen(income / 8)
    assert tax.exempt + tax.halved == income


@pytest.mark.parametrize(
    ("start", "until", "years"),
    [
        (date(2026, 1, 1), date(2030, 12, 31), 5),
        (date(2026, 1, 1), date(2030, 12, 30), 4),
        (date(2026, 3, 1), date(2031, 1, 31), 4),
        (date(2024, 2, 29), date(2029, 2, 28), 5),
        (date(2026, 1, 1), date(9999, 12, 31), 7973),
    ],
)
def test_years_of_a_term_count_both_ends(start: date, until: date, years: int) -> None:
    assert f.full_years(start, until) == years


def test_months_and_filing_days() -> None:
    assert f.add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert f.add_months(date(2018, 7, 1), 36) == date(2021, 7, 1)
    assert f.add_months(date(2026, 11, 30), 36) == date(2029, 11, 30)
    assert f.day_15_of_next_month(date(2026, 12, 31)) == date(2027, 1, 15)
