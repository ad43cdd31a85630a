from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.resources import resource
from desktop.rules.local_pack import load_pack
from desktop.rules.splitting import SPLIT_DAYS, Piece, parts_with, piece, total, why_split

PACK = load_pack(resource("local", "yunling-2026.11.toml"))
LEAST = PACK.large_amount
FEN = Decimal("0.01")
DAY = date(2026, 10, 26)


def part(key: int, amount: str | Decimal, after: int = 0) -> Piece:
    return Piece(key, f"澄受 2026-{key:04}", DAY + timedelta(days=after), Decimal(amount))


@pytest.mark.parametrize(
    ("own", "other", "found"),
    [
        ("2500000", "2500000", True),  # together exactly the threshold
        ("2500000", "2499999.99", False),
        ("2500000.01", "2499999.99", True),
        ("4999999.99", "0.01", True),
        ("4999999.98", "0.01", False),
    ],
)
def test_together_they_must_reach_the_threshold_to_the_fen(own: str, other: str, found: bool) -> None:
    assert bool(parts_with(part(0, own), [part(1, other)], PACK)) is found


@pytest.mark.parametrize(
    ("after", "found"), [(0, True), (SPLIT_DAYS, True), (SPLIT_DAYS + 1, False), (-30, True), (-31, False)]
)
def test_they_must_be_signed_within_the_days(after: int, found: bool) -> None:
    assert bool(parts_with(part(0, "3000000"), [part(1, "3000000", after)], PACK)) is found


def test_all_of_them_lie_within_the_same_days() -> None:
    """One a month before and one a month after are not three of one month."""
    before, after = part(1, "1700000", -30), part(2, "1700000", 30)
    own = part(0, "1700000")
    assert parts_with(own, [before, after], PACK) == ()
    middle = part(3, "1700000", 15)
    assert [p.id for p in parts_with(own, [before, after, middle], PACK)] == [3, 2]


def test_the_largest_other_comes_first() -> None:
    others = [part(1, "1000000"), part(2, "3000000", 3), part(3, "2000000", -2)]
    assert [p.id for p in parts_with(part(0, "900000"), others, PACK)] == [2, 3, 1]


def as_part(technology: Decimal | None, kind: str | None = "DEV", day: date | None = DAY) -> Piece | None:
    return piece(PACK, 1, "澄受 2026-0001", kind, day, Decimal("9000000"), technology)


@pytest.mark.parametrize(
    ("amount", "is_part"),
    [(LEAST - FEN, True), (LEAST, False), (LEAST + FEN, False), (FEN, True), (Decimal(0), False)],
)
def test_a_contract_that_is_large_by_itself_is_no_part(amount: Decimal, is_part: bool) -> None:
    assert (as_part(amount) is not None) is is_part


def test_what_is_not_known_is_no_part() -> None:
    assert as_part(Decimal(1), day=None) is None
    assert as_part(Decimal(1), kind=None) is None
    assert piece(PACK, 1, "", "DEV", DAY, None, None) is None


def test_while_the_technology_amount_is_open_the_whole_contract_counts() -> None:
    found = piece(PACK, 1, "", "DEV", DAY, Decimal("3000000"), None)
    assert found is not None
    assert found.amount == Decimal("3000000")


def test_the_pack_says_which_amount_is_compared_and_which_kinds_count() -> None:
    whole = replace(PACK, large_base="contract_amount")
    found = piece(whole, 1, "", "DEV", DAY, Decimal("4000000"), Decimal("1"))
    assert found is not None
    assert found.amount == Decimal("4000000")
    assert piece(replace(PACK, large_kinds=("TRF",)), 1, "", "DEV", DAY, Decimal("9"), Decimal("9")) is None


def test_the_words_name_days_number_sum_and_threshold() -> None:
    own, others = part(0, "2600000"), (part(1, "2400000.50", -12), part(2, "100000", -3))
    assert why_split(own, others, PACK) == (
        "同一买卖双方，12 天内 3 份（另有 澄受 2026-0001、澄受 2026-0002），合计 5,100,000.50 元，"
        "达到大额标准 5,000,000.00 元，单看每一份都不到"
    )


@given(
    st.lists(
        st.tuples(st.integers(-40, 40), st.decimals("0.01", "4999999.99", places=2)), min_size=0, max_size=8
    )
)
def test_what_is_found_always_reaches_the_threshold_within_the_days(rows: list[tuple[int, Decimal]]) -> None:
    own = part(0, "2000000")
    others = [part(key, amount, after) for key, (after, amount) in enumerate(rows, 1)]
    found = parts_with(own, others, PACK)
    if found:
        days = [p.signed_on for p in (own, *found)]
        assert own.amount + total(found) >= LEAST
        assert max(days) - min(days) <= timedelta(days=SPLIT_DAYS)
    pairs = [
        p for p in others if abs(p.signed_on - DAY).days <= SPLIT_DAYS and own.amount + p.amount >= LEAST
    ]
    assert bool(found) or not pairs
