"""What stands under a search result: sums over all hits, and an index that follows each act that matters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from desktop.models.contract import STATES
from desktop.rules.facts import AmountLine
from desktop.services.commands import ReviewContract
from desktop.services.look import search, search_sums, start_page
from desktop.services.register import review_and_register
from desktop.store.numbers import block_state
from desktop.store.search_index import find_ids, sums_of_found
from tests.conftest import POSTGRES, REVIEWER, Way


def test_sums_are_those_of_the_contracts_found(way: Way) -> None:
    first = way.registered()
    lines = (AmountLine("研究开发报酬", "technology", Decimal("100.07"), "7.1"),)
    second = way.draft(
        title="采摘机二期", contract_amount=Decimal("100.07"), technology_amount=None, amount_lines=lines
    )
    found = search(way.office, "采摘")
    assert list(found.ids) == [second, first]
    assert search_sums(way.office, found.ids) == (Decimal("1280100.07"), Decimal("1030000.00"))
    everything = search(way.office, "")
    assert list(everything.ids) == [second, first]
    assert search_sums(way.office, everything.ids) == search_sums(way.office, found.ids)


def test_sums_over_nothing_are_zero(way: Way) -> None:
    found = search(way.office, "没有这样的合同")
    assert (found.total, found.contract_sum, found.technology_sum) == (0, Decimal(0), Decimal(0))


@pytest.mark.skipif(bool(POSTGRES), reason="about the query planner of SQLite")
def test_sums_wait_until_they_are_asked_for_and_then_read_an_index_alone(way: Way) -> None:
    made = way.registered()
    sent: list[tuple[str, Any]] = []
    event.listen(
        way.office.engine,
        "before_cursor_execute",
        lambda _c, _r, statement, values, *_more: sent.append((statement, values)),
    )
    found = search(way.office, "采摘")
    assert list(found.ids) == [made]
    assert found.contract_sum is None
    assert not any("sum(" in statement for statement, _values in sent)
    search_sums(way.office, found.ids)
    statement, values = next(one for one in sent if "sum(" in one[0])
    with way.office.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert any("COVERING INDEX ix_contract_sums" in row[3] for row in plan)


def test_sums_pass_over_ids_that_are_gone(way: Way) -> None:
    made = way.draft()
    with way.office.look() as uow:
        total, _technology = sums_of_found(uow.session, [made, made + 1, 10**12])
    assert total == Decimal("1280000.00")


def test_every_state_is_found_by_its_token(way: Way) -> None:
    made = {way.draft(), way.registered(title="低品位石英砂提纯工艺研究", parties=way.facts.parties[::-1])}
    with way.office.look() as uow:
        for state in STATES:
            stands = {key for key in made if uow.contract(key).state == state}
            assert set(find_ids(uow.session, "", {"state": [state]})) == stands


def test_one_registration_reads_the_contract_once(way: Way) -> None:
    """Both acts of F12 share what was read: a second read of everything was half of the time."""
    made = way.recognised()
    items = way.review_items(made)
    sent: list[str] = []
    office = way.office.as_person(REVIEWER)
    event.listen(
        office.engine, "before_cursor_execute", lambda _c, _r, statement, *_more: sent.append(statement)
    )
    review_and_register(office, ReviewContract(actor=REVIEWER.name, contract_id=made, items=items))
    # 查重 and 拆分 ask for the parties of others, by their names; the contract's own are asked for once.
    assert sum(" = contract_party.contract_id" in statement for statement in sent) == 1
    assert sum(statement.startswith("INSERT INTO review_item") for statement in sent) == 1
    # The review leaves the form and its revision alone; only the registration writes the contract.
    assert sum(statement.startswith("UPDATE contract ") for statement in sent) == 1


@pytest.mark.skipif(bool(POSTGRES), reason="about the query planner of SQLite")
def test_the_next_number_is_found_along_indexes(way: Way) -> None:
    """Not by sorting all free lines: a block may have ten thousand."""
    sent: list[tuple[str, Any]] = []
    event.listen(
        way.office.engine,
        "before_cursor_execute",
        lambda _c, _r, statement, values, *_more: sent.append((statement, values)),
    )
    with way.office.look() as uow:
        assert block_state(uow).next_number
        asked = [(s, values) for s, values in sent if "block_number" in s and "LIMIT" in s]
        plans = [
            row[3]
            for statement, values in asked
            for row in uow.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(asked) == 1
    free = [step for step in plans if "block_number_" in step and "(number=" not in step]
    assert len(free) == 2
    assert all("INDEX ix_block_number_free (taken_at=? AND block_id=?)" in step for step in free)
    assert not any("TEMP B-TREE" in step for step in plans)


@pytest.mark.skipif(bool(POSTGRES), reason="about the query planner of SQLite")
def test_the_index_of_sums_draws_no_other_question_to_itself(way: Way) -> None:
    """Queues go by state: an index that begins with ``deleted_at`` would make them read everything."""
    sent: list[tuple[str, Any]] = []
    event.listen(
        way.office.engine,
        "before_cursor_execute",
        lambda _c, _r, statement, values, *_more: sent.append((statement, values)),
    )
    start_page(way.office)
    asked = [one for one in sent if "FROM contract" in one[0] and "contract.state" in one[0]]
    with way.office.engine.connect() as connection:
        for statement, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert not any("ix_contract_sums" in row[3] or row[3] == "SCAN contract" for row in plan), plan
    assert len(asked) >= 7
