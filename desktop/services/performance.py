"""履行与收入: what was to be paid for a registered contract, what came, what of it was fixed as income."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select, type_coerce

from desktop.errors import RefusedError
from desktop.models import Contract, Income, Payment
from desktop.models.base import Fen
from desktop.resources import _
from desktop.services import views as v
from desktop.services.lifecycle import LIVE_STATES
from desktop.services.office import Office
from desktop.store import queries
from desktop.store.found import among
from desktop.store.search_index import find_ids
from desktop.store.unit_of_work import UnitOfWork

ZERO = Decimal(0)
LISTED = 500
"""Lines of the page at most; the sums are over all that was found."""
SHOWN = ("all", "overdue", "open", "received")
"""Every live contract; with something overdue; with technical income still to come; with income in the
period.
"""


def performance_page(
    office: Office, first: date, last: date, *, only: str = "overdue", text: str = ""
) -> v.PerformancePage:
    """Live contracts with their payments and incomes, the longest overdue first, then by the next due day.

    Overdue is what was due until yesterday less what is known to have come: the instalments marked paid on
    the form or the income fixed so far, whichever is more. ``first`` to ``last`` is the period of the incomes
    shown beside. Raises RefusedError for a period that ends before it begins, and for an unknown ``only``.
    """
    if last < first:
        raise RefusedError(_("止日早于起日"), _("请核对两个日期"))
    if only not in SHOWN:
        raise RefusedError(_("没有“{only}”这种清单").format(only=only), "、".join(SHOWN))
    today = office.today()
    with office.look() as uow:
        paid, fixed = _payments(today), _incomes(first, last)
        planned, due, came = (func.coalesce(paid.c[n], ZERO) for n in ("planned", "due", "paid"))
        income, in_period = (func.coalesce(fixed.c[n], ZERO) for n in ("income", "in_period"))
        known = case((came > income, came), else_=income)
        over = func.coalesce(paid.c.past, ZERO) - known
        overdue = case((over > ZERO, over), else_=ZERO)
        left = Contract.technology_amount - income
        base = (
            select(
                Contract.id,
                _money(planned, "planned"),
                _money(due, "due"),
                _money(came, "paid"),
                _money(income, "income"),
                _money(in_period, "in_period"),
                _money(left, "left"),
                _money(overdue, "overdue"),
                paid.c.next_due_on,
            )
            .outerjoin(paid, paid.c.contract_id == Contract.id)
            .outerjoin(fixed, fixed.c.contract_id == Contract.id)
            .where(Contract.state.in_(sorted(LIVE_STATES)), Contract.deleted_at.is_(None))
        )
        if text.strip():
            base = base.where(among(uow.session, find_ids(uow.session, text.strip())))
        if only == "overdue":
            base = base.where(over > ZERO)
        elif only == "open":
            base = base.where(left > ZERO)
        elif only == "received":
            base = base.where(fixed.c.in_period.is_not(None))
        found = base.subquery()
        sums = uow.session.execute(
            select(
                func.count(),
                *(func.sum(found.c[n]) for n in ("planned", "due", "income", "in_period", "left", "overdue")),
            ).select_from(found)
        ).one()
        order = (
            found.c.overdue.desc(),
            found.c.next_due_on.is_(None),
            found.c.next_due_on,
            found.c.id.desc(),
        )
        lines = uow.session.execute(select(found).order_by(*order).limit(LISTED)).all()
        rows = _rows(uow, today, lines)
        return v.PerformancePage(rows, sums[0], *(_yuan(value) for value in sums[1:]))


def _payments(today: date) -> Any:
    """By contract: planned, due until today, due until yesterday, paid, the next day."""
    amount = func.coalesce(Payment.amount, ZERO)
    return (
        select(
            Payment.contract_id,
            func.sum(amount).label("planned"),
            func.sum(case((Payment.due_on <= today, amount), else_=ZERO)).label("due"),
            func.sum(case((Payment.due_on < today, amount), else_=ZERO)).label("past"),
            func.sum(case((Payment.paid_on.is_not(None), amount), else_=ZERO)).label("paid"),
            func.min(
                case(((Payment.due_on >= today) & Payment.paid_on.is_(None), Payment.due_on), else_=None)
            ).label("next_due_on"),
        )
        .group_by(Payment.contract_id)
        .subquery()
    )


def _incomes(first: date, last: date) -> Any:
    """By contract: all income, and that of the period (NULL: none in it)."""
    is_inside = Income.received_on.between(first, last)
    return (
        select(
            Income.contract_id,
            func.sum(func.coalesce(Income.amount, ZERO)).label("income"),
            func.sum(case((is_inside, Income.amount), else_=None)).label("in_period"),
        )
        .group_by(Income.contract_id)
        .subquery()
    )


def _money(column: Any, name: str) -> Any:
    """What was reckoned with amounts is an amount again (fen in the database)."""
    return type_coerce(column, Fen).label(name)


def _yuan(value: Decimal | None) -> Decimal:
    return ZERO if value is None else value


def _rows(uow: UnitOfWork, today: date, lines: Any) -> tuple[v.PerformanceRow, ...]:
    ids = [line.id for line in lines]
    shown = queries.list_lines(uow.session, ids)
    sellers, _buyers = queries.names_of(uow.session, ids)
    since = _since(uow, today, {line.id: _known(line) for line in lines if line.overdue})
    found = []
    for line in lines:
        row = shown[line.id]
        found.append(
            v.PerformanceRow(
                line.id,
                row.official_number or row.local_serial,
                _("（涉密合同，仅登要素）") if row.is_secret else row.title or "",
                sellers.get(line.id, ""),
                row.technology_amount,
                _yuan(line.planned),
                _yuan(line.due),
                _yuan(line.paid),
                _yuan(line.income),
                _yuan(line.in_period),
                None if line.left is None else _yuan(line.left),
                _yuan(line.overdue),
                since.get(line.id),
                line.next_due_on,
            )
        )
    return tuple(found)


def _known(line: Any) -> Decimal:
    return max(_yuan(line.paid), _yuan(line.income))


def _since(uow: UnitOfWork, today: date, known: dict[int, Decimal]) -> dict[int, date]:
    """Contract → day of the first instalment that what came does not cover."""
    query = (
        select(Payment.contract_id, Payment.due_on, Payment.amount)
        .where(Payment.contract_id.in_(list(known)), Payment.due_on < today)
        .order_by(Payment.contract_id, Payment.due_on, Payment.ordinal)
    )
    found: dict[int, date] = {}
    sums: dict[int, Decimal] = {}
    for key, day, amount in uow.session.execute(query):
        sums[key] = sums.get(key, ZERO) + (amount or ZERO)
        if day is not None and sums[key] > known[key] and key not in found:
            found[key] = day
    return found
