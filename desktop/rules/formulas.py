"""The arithmetic of the reliefs: pure functions over Decimal yuan, each with its source.

Nothing is rounded on the way; a result leaves through ``to_fen`` of ``desktop.rules.amounts``, once. Rates
and limits are arguments: they come from the dated rows of ``parameters.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from desktop.rules.amounts import ZERO, to_fen

HALF: Final = Decimal("0.5")
ONE: Final = Decimal(1)


def vat_exempt_sale(technology: Decimal, inside_service: Decimal = ZERO) -> Decimal:
    """Exempt sale in yuan: technology price + consultancy and service on the same invoice.

    财政部 税务总局公告2026年第10号 二(二)2; before 2026 财税〔2016〕36号 附件3 一(二十六).
    """
    return to_fen(technology + inside_service)


def vat_inside_gross(gross: Decimal, rate: Decimal) -> Decimal:
    """VAT contained in a price that includes it: gross ÷ (1 + rate) × rate (增值税法)."""
    return to_fen(gross / (ONE + rate) * rate)


def blocked_input_vat(unsplittable: Decimal, exempt_sales: Decimal, all_sales: Decimal) -> Decimal:
    """Input VAT that exempt sales block, by share of sales (增值税法实施条例 第二十三条)."""
    return to_fen(unsplittable * exempt_sales / all_sales) if all_sales else ZERO


def transfer_income(revenue: Decimal, net_basis: Decimal, taxes_and_fees: Decimal) -> Decimal:
    """Ownership or worldwide exclusive licence: revenue − net tax basis − taxes (国税函〔2009〕212号)."""
    return to_fen(revenue - net_basis - taxes_and_fees)


def licence_income(revenue: Decimal, amortisation: Decimal, taxes: Decimal, expenses: Decimal) -> Decimal:
    """Income from a non-exclusive licence: revenue − year's amortisation − taxes − allocated expenses.

    国家税务总局公告2015年第82号; revenue on the day the fee falls due.
    """
    return to_fen(revenue - amortisation - taxes - expenses)


def allocate_by_sales(expenses: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Period expenses that fall to a part of the year's sales."""
    return to_fen(expenses * part / whole) if whole else ZERO


@dataclass(frozen=True, slots=True)
class TransferTax:
    """Corporate income tax on the year's technology-transfer income."""

    exempt: Decimal
    halved: Decimal
    """The part above the limit, taxed at half."""
    tax: Decimal
    reduction: Decimal
    """Taxable-income reduction of the return: exempt + half of the rest."""


def transfer_tax(income: Decimal, limit: Decimal, rate: Decimal) -> TransferTax:
    """Up to the limit exempt, the rest at half of the statutory rate, also for a high-tech enterprise.

    企业所得税法实施条例 第九十条; 国税函〔2010〕157号 一(三). ``income`` is that of the whole taxpayer-year;
    a loss exempts nothing.
    """
    exempt = min(max(income, ZERO), limit)
    halved = max(ZERO, income - limit)
    return TransferTax(
        to_fen(exempt), to_fen(halved), to_fen(halved * HALF * rate), to_fen(exempt + halved * HALF)
    )


def rd_domestic_base(paid: Decimal, share: Decimal) -> Decimal:
    """Base of a domestic commission: 80 % of what the principal paid (财税〔2015〕119号)."""
    return to_fen(paid * share)


def rd_foreign_base(paid: Decimal, share: Decimal, domestic_base: Decimal, cap: Fraction) -> Decimal:
    """Base of a foreign commission: min(80 % of payment, 2/3 of the domestic base) (财税〔2018〕64号)."""
    limit = domestic_base * cap.numerator / cap.denominator
    return to_fen(min(paid * share, limit))


def extra_deduction(base: Decimal, extra: Decimal) -> Decimal:
    """Deduction on top of the ordinary one: base × extra rate."""
    return to_fen(base * extra)


def basic_research_deduction(paid: Decimal, extra: Decimal) -> Decimal:
    """All the payer deducts: the payment and the extra (公告2022年第32号)."""
    return to_fen(paid * (ONE + extra))


_WAGE_TABLE: Final = (
    (Decimal(36000), Decimal("0.03"), ZERO),
    (Decimal(144000), Decimal("0.10"), Decimal(2520)),
    (Decimal(300000), Decimal("0.20"), Decimal(16920)),
    (Decimal(420000), Decimal("0.25"), Decimal(31920)),
    (Decimal(660000), Decimal("0.30"), Decimal(52920)),
    (Decimal(960000), Decimal("0.35"), Decimal(85920)),
    (None, Decimal("0.45"), Decimal(181920)),
)


def wage_tax_of_year(taxable: Decimal) -> Decimal:
    """Individual income tax on a year's taxable comprehensive income (table of 2019; from memory)."""
    for upto, rate, quick in _WAGE_TABLE:
        if upto is None or taxable <= upto:
            return to_fen(max(ZERO, taxable) * rate - quick)
    raise AssertionError("the table has no end")


def counted_award(award: Decimal, share: Decimal) -> Decimal:
    """Part of a cash award that is added to wages: 50 % (财税〔2018〕58号)."""
    return to_fen(award * share)


def deferral_tax(sale: Decimal, cost: Decimal, fees: Decimal, rate: Decimal) -> Decimal:
    """Tax at the later share sale: (price − cost − taxes) × rate (财税〔2016〕101号 三)."""
    return to_fen(max(ZERO, sale - cost - fees) * rate)


def stamp_base(
    amount: Decimal, *, remuneration: Decimal | None = None, vat: Decimal | None = None
) -> Decimal:
    """Base of stamp duty: remuneration alone where it is listed, listed VAT left out (印花税法 第五条)."""
    return to_fen((amount if remuneration is None else remuneration) - (vat or ZERO))


def stamp_duty(base: Decimal, rate: Decimal, *, half: Decimal | None = None) -> Decimal:
    """Duty of one side; ``half`` the share that small payers pay (公告2023年第12号 二)."""
    return to_fen(base * rate * (ONE if half is None else half))


def marginal(
    amount: Decimal, bands: Iterable[tuple[Decimal | None, Decimal]], cap: Decimal | None
) -> Decimal:
    """Each band's rate on its own part, together at most ``cap``; (upto, rate), None: without end."""
    total = floor = ZERO
    for upto, rate in bands:
        top = amount if upto is None else min(amount, upto)
        if top > floor:
            total += (top - floor) * rate
        if upto is None:
            break
        floor = upto
    return to_fen(total if cap is None else min(total, cap))


def lump_and_share(
    amount: Decimal, threshold: Decimal, lump: Decimal, rate: Decimal, cap: Decimal | None
) -> Decimal:
    """A lump from the threshold on, a rate on what lies above, at most ``cap``; below: nothing."""
    if amount < threshold:
        return ZERO
    money = lump + (amount - threshold) * rate
    return to_fen(money if cap is None else min(cap, money))


def lump_and_steps(
    amount: Decimal, threshold: Decimal, lump: Decimal, step: Decimal, each: Decimal, cap: Decimal | None
) -> Decimal:
    """A lump from the threshold on, ``each`` for every full ``step`` above, at most ``cap``; below nothing.

    ``step`` is above zero.
    """
    if amount < threshold:
        return ZERO
    money = lump + (amount - threshold) // step * each
    return to_fen(money if cap is None else min(cap, money))


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, following.toordinal() - date(year, month + 1, 1).toordinal()))


def full_years(start: date, until: date) -> int:
    """Whole years of a term, both days included: 2026-01-01 to 2030-12-31 is five."""
    years = until.year - start.year
    end = date.fromordinal(until.toordinal() + 1) if until < date.max else until
    years = end.year - start.year
    return years - ((end.month, end.day) < (start.month, start.day))


def day_15_of_next_month(day: date) -> date:
    """The 15th of the following month, a usual filing deadline."""
    return add_months(day.replace(day=15), 1)
