from __future__ import annotations

from typing import Any

import pytest

from desktop.resources import resource
from desktop.rules.amounts import to_fen
from desktop.rules.book import load_book
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
