"""履行与收入: planned against received, overdue, over a period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from desktop.errors import RefusedError
from desktop.rules.facts import Payment
from desktop.services import commands as c
from desktop.services.afterwards import end_contract, fix_income
from desktop.services.performance import performance_page
from desktop.services.views import PerformancePage
from tests.conftest import CLERK, Way

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def paying(*rows: tuple[str, str, str | None]) -> tuple[Payment, ...]:
    return tuple(
        Payment(
            due_on=date.fromisoformat(due),
            amount=Decimal(amount),
            paid_on=date.fromisoformat(paid) if paid else None,
        )
        for due, amount, paid in rows
    )


THREE = paying(
    ("2026-10-30", "384000.00", None), ("2026-11-10", "256000.00", None), ("2027-12-31", "640000.00", None)
)


def income(way: Way, key: int, amount: str, day: str = "2026-11-05") -> None:
    fix_income(
        way.office,
        c.FixIncome(
            actor=CLERK.name, contract_id=key, received_on=date.fromisoformat(day), amount=Decimal(amount)
        ),
    )


def page(way: Way, only: str = "all", span: tuple[date, date] = YEAR, **more: Any) -> PerformancePage:
    return performance_page(way.office, *span, only=only, **more)


def test_what_was_due_and_did_not_come_is_overdue_since_the_first_open_instalment(way: Way) -> None:
    key = way.registered(payments=THREE)
    (row,) = page(way, "overdue").rows
    assert (row.id, row.planned, row.due) == (key, Decimal("1280000.00"), Decimal("640000.00"))
    assert (row.overdue, row.overdue_since) == (Decimal("640000.00"), date(2026, 10, 30))
    assert row.next_due_on == date(2027, 12, 31)
    income(way, key, "400000.00")
    (row,) = page(way, "overdue").rows
    assert (row.overdue, row.overdue_since) == (Decimal("240000.00"), date(2026, 11, 10))
    assert (row.income, row.left) == (Decimal("400000.00"), Decimal("630000.00"))
    income(way, key, "240000.00", "2026-11-12")
    assert page(way, "overdue").rows == ()


def test_instalments_marked_paid_are_not_overdue(way: Way) -> None:
    way.registered(
        payments=paying(("2026-10-30", "384000.00", "2026-11-01"), ("2027-12-31", "896000.00", None))
    )
    assert page(way, "overdue").total == 0
    (row,) = page(way).rows
    assert (row.paid, row.overdue) == (Decimal("384000.00"), Decimal("0"))


@pytest.mark.parametrize(("due", "expected"), [("2026-11-19", 1), ("2026-11-20", 0)])
def test_an_instalment_is_overdue_the_day_after(way: Way, due: str, expected: int) -> None:
    way.registered(payments=paying((due, "1280000.00", None)))
    assert page(way, "overdue").total == expected


def test_the_period_counts_the_incomes_of_its_days_only(way: Way) -> None:
    key = way.registered(payments=THREE)
    income(way, key, "100000.00", "2026-10-31")
    income(way, key, "50000.00", "2026-11-01")
    november = (date(2026, 11, 1), date(2026, 11, 30))
    found = page(way, "received", november)
    assert (found.income_in_period, found.income) == (Decimal("50000.00"), Decimal("150000.00"))
    assert page(way, "received", (date(2026, 9, 1), date(2026, 9, 30))).total == 0
    whole = page(way, "received", (date(2026, 10, 31), date(2026, 11, 1)))
    assert whole.income_in_period == Decimal("150000.00"), "both ends belong to it"


def test_the_sums_are_those_of_all_lines_and_a_name_narrows_them(way: Way) -> None:
    first = way.registered(payments=THREE)
    other = replace(way.facts.sellers[0], name="云汐环境科技有限公司", id_number="91990321MA0QH7K26R")
    second = way.registered(
        title="污水厂曝气量预测软件开发",
        payments=paying(("2026-12-31", "1280000.00", None)),
        parties=(way.facts.parties[0], other),
    )
    income(way, second, "30000.00")
    found = page(way)
    assert [row.id for row in found.rows] == [first, second], "the overdue one first"
    assert found.planned == sum((row.planned for row in found.rows), Decimal(0)) == Decimal("2560000.00")
    assert found.left == Decimal("2030000.00")
    assert [row.id for row in page(way, text="云汐").rows] == [second]
    assert page(way, text="没有这个单位").total == 0


def test_only_live_registrations_are_followed(way: Way) -> None:
    way.accepted(payments=THREE)
    assert page(way).total == 0
    key = way.registered(title="茶园滴灌控制器研制", payments=THREE)
    assert page(way, "open").total == 1
    end_contract(
        way.office,
        c.EndContract(actor=CLERK.name, contract_id=key, how="cancel", reason="合同协议解除"),
    )
    assert page(way).total == 0


def test_nonsense_is_refused_in_words(way: Way) -> None:
    with pytest.raises(RefusedError, match="止日早于起日"):
        page(way, span=(date(2026, 12, 1), date(2026, 11, 1)))
    with pytest.raises(RefusedError, match="没有"):
        page(way, "everything")
