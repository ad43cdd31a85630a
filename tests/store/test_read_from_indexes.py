"""What is counted over all contracts is answered by an index alone: a million rows would be read singly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from desktop.services import look
from desktop.services.office import Office
from desktop.statistics.figures import COLUMNS, figures
from desktop.store import queries
from tests.bench.raw import statements
from tests.conftest import Way


def plans(way: Way, ask: Any) -> list[str]:
    """How SQLite would answer each statement over table ``contract`` that goes out meanwhile."""
    office: Office = way.office
    with statements(office.engine) as sent:
        ask(office)
    found = []
    with office.engine.connect() as conn:
        for statement, values in list(sent):
            if "FROM contract \n" in statement or statement.endswith("FROM contract"):
                lines = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                found.append("; ".join(str(line[3]) for line in lines))
    assert found
    return found


def is_postgres(way: Way) -> bool:
    return way.office.engine.dialect.name != "sqlite"


def to_send(office: Office) -> None:
    with office.look() as uow:
        queries.count(uow.session, queries.to_send_condition())


def months(office: Office) -> None:
    with office.look() as uow:
        queries.month_figures(uow.session)


def test_what_waits_to_be_sent_is_counted_in_the_index(way: Way) -> None:
    if is_postgres(way):
        pytest.skip("plans are SQLite's")
    way.registered()
    assert all("COVERING INDEX ix_contract_reporting_state" in plan for plan in plans(way, to_send))


@pytest.mark.parametrize("by", COLUMNS)
def test_the_figures_of_a_year_are_read_from_one_index(way: Way, by: str) -> None:
    if is_postgres(way):
        pytest.skip("plans are SQLite's")
    way.registered()

    def ask(office: Office) -> None:
        with office.look() as uow:
            assert figures(uow.session, date(2026, 1, 1), date(2026, 12, 31), by)

    assert all("COVERING INDEX ix_contract_registered_on" in plan for plan in plans(way, ask))


def test_the_months_are_compared_from_one_index(way: Way) -> None:
    if is_postgres(way):
        pytest.skip("plans are SQLite's")
    way.registered()
    assert all("COVERING INDEX ix_contract_registered_on" in plan for plan in plans(way, months))


def test_the_start_page_reads_no_row_of_what_is_settled(way: Way) -> None:
    """Every count of the start page stands on an index; only what is shown is read."""
    if is_postgres(way):
        pytest.skip("plans are SQLite's")
    way.registered()
    assert not [
        plan for plan in plans(way, look.start_page) if "SCAN contract" in plan and "INDEX" not in plan
    ]


def test_a_list_is_read_in_two_statements_however_long(way: Way) -> None:
    made = [way.draft(title=f"第{n}份") for n in range(1, 4)]
    with statements(way.office.engine) as sent, way.office.look() as uow:
        found = look.rows(way.office, uow, [*made, *range(10_000, 11_200)])
    assert len([statement for statement, _values in sent if statement.startswith("SELECT contract")]) == 2
    assert len([statement for statement, _values in sent if not statement.startswith("SET ")]) == 2
    assert sorted(found) == made


def test_a_list_names_the_first_of_each_side_and_counts_the_others(way: Way) -> None:
    buyer, seller = (next(p for p in way.facts.parties if p.role == role) for role in ("buyer", "seller"))
    third = replace(seller, name="岚州地勘院有限公司", id_number=None)
    made = way.draft(parties=(buyer, seller, third))
    alone = way.draft(title="低品位石英砂提纯工艺", parties=(buyer,))
    with way.office.look() as uow:
        found = look.rows(way.office, uow, [made, alone, 99_999])
    assert found.keys() == {made, alone}
    assert (found[made].seller, found[made].buyer) == (f"{seller.name}等2方", buyer.name)
    assert (found[alone].seller, found[alone].buyer) == ("", buyer.name)
