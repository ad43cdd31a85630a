from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.resources import resource
from desktop.rules.amounts import fix_amounts, to_fen
from desktop.rules.book import load_book
from desktop.rules.facts import FIXED_CODES, AmountLine, Facts
from tests.cases.reading import (
    AMOUNTS_EXPECTED,
    AMOUNTS_GIVEN,
    conclude_amounts,
    read_cases,
    unmet_amounts,
)

BOOK = load_book(resource("law"))
ALL = [pytest.param(case, id=f"{file}: {case['title']}") for file, case in read_cases("amounts")]


@pytest.mark.parametrize("case", ALL)
def test_an_amount_is_fixed_as_the_registrar_says(case: dict[str, Any]) -> None:
    assert case.keys() <= AMOUNTS_GIVEN
    assert case["expect"].keys() <= AMOUNTS_EXPECTED
    assert case["why"]
    assert unmet_amounts(case["expect"], *conclude_amounts(case, BOOK)) == []


def test_there_are_enough_cases_of_money() -> None:
    titles = [case["title"] for _file, case in read_cases("amounts")]
    assert len(titles) == len(set(titles)) >= 40


@pytest.mark.parametrize("case", ALL)
def test_what_is_kept_and_what_is_taken_out_make_the_lines(case: dict[str, Any]) -> None:
    made, _findings, _clause = conclude_amounts(case, BOOK)
    assert made.kept_total + made.deducted_total == made.lines_total
    assert made.lines_total == sum(line.amount for line in made.lines)
    if made.technology_amount is not None and made.contract_amount is not None and made.is_fixed:
        assert 0 <= made.technology_amount <= made.contract_amount
        assert made.technology_amount == to_fen(made.technology_amount)


YUAN = st.integers(0, 10**9).map(lambda fen: Decimal(fen).scaleb(-2))
LINES = st.lists(
    st.builds(
        AmountLine,
        label=st.just("项"),
        nature=st.sampled_from([None, *FIXED_CODES["amount_natures"]]),
        amount=st.none() | YUAN,
        is_kept=st.sampled_from([None, True, False]),
    ),
    max_size=8,
)


@given(lines=LINES, total=st.none() | YUAN, stated=st.none() | YUAN)
def test_no_fen_is_lost_or_made_whatever_the_clerk_decides(
    lines: list[AmountLine], total: Decimal | None, stated: Decimal | None
) -> None:
    made = fix_amounts(
        Facts(contract_amount=total, technology_amount=stated, amount_lines=tuple(lines), price_form="fixed")
    )
    assert made.kept_total + made.deducted_total == sum((n.amount or Decimal(0)) for n in lines)
    if lines and made.technology_amount is not None:
        base = made.lines_total if total is None else total
        assert made.technology_amount + made.deducted_total == base
    if made.is_fixed:
        assert made.technology_amount is not None
        assert made.technology_amount >= 0
        assert total is None or made.technology_amount <= total
        if lines:
            assert made.technology_amount == made.kept_total
