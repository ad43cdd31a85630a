"""The amounts and deadlines of each relief for one contract, with their formulas in words.

One function a relief: the contract, its conditions with their answers and the law of the day in; basis,
figures and deadlines out. Nothing here decides whether a relief is to be had; figures of a relief that is
still open hold if every open condition does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple, Protocol

from desktop.resources import _
from desktop.rules import formulas, research_cost
from desktop.rules.amounts import ZERO, format_yuan, to_fen
from desktop.rules.book import NO_RULE, Book
from desktop.rules.facts import Payment
from desktop.rules.relief_questions import (
    EQUAL_CASH,
    Case,
    deal_of,
    is_research_unit,
    is_seller_abroad,
    pays_half,
)
from desktop.rules.subsidy_grants import reckon

STAMP_LAW: Final = date(2022, 7, 1)
"""First day of the Stamp Duty Law: what is not fixed is taxed when it is settled (印花税法 第六条)."""


class Figure(NamedTuple):
    """One amount of the reckoning, with its formula in words."""

    label: str
    amount: Decimal
    formula: str = ""


class Deadline(NamedTuple):
    """One thing to be done in time; ``on`` is None while the starting day is unknown."""

    words: str
    on: date | None


class Answered(Protocol):
    """A condition with its answer; those of ``relief`` have it."""

    @property
    def answer(self) -> str:
        """yes, no, unknown, needs_human, after_registration, not_applicable."""
        ...


Found = Mapping[str, Answered]
"""Code of a condition → its answer."""


class LawOfDay(Protocol):
    """What a reckoning may ask of the law of its day."""

    @property
    def book(self) -> Book:
        """All rows."""
        ...

    @property
    def day(self) -> date | None:
        """The day that picked the rules; None while it is unknown."""
        ...

    def __call__(self, name: str) -> Any:
        """A parameter on that day; NO_RULE when it has none."""
        ...

    def has_rule_on(self, day: date | None) -> bool:
        """Whether the relief has a rule on another day; an unknown day is taken as the one in hand."""
        ...


def day_of(payment: Payment) -> date | None:
    """Paid or due, whichever was first."""
    return min((d for d in (payment.paid_on, payment.due_on) if d is not None), default=None)


class Reckoning(NamedTuple):
    """Basis in yuan (None: nothing can be said), figures, what must be done by when."""

    basis: Decimal | None = None
    figures: tuple[Figure, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


NOTHING: Final = Reckoning()


def _waiting(c: Case) -> Decimal:
    """Sum that is only due: it counts once it is paid."""
    return sum((p.amount for p in c.facts.payments if p.amount and p.paid_on is None), ZERO)


def _by_31_may(years: Iterable[int]) -> tuple[Deadline, ...]:
    words = _("年度汇算清缴（次年 5 月 31 日前）")
    return tuple(Deadline(words, date(year + 1, 5, 31)) for year in sorted(set(years)))


class _Revenue(NamedTuple):
    """The technology amount and what two conditions take out of it."""

    amount: Decimal
    inside: Decimal = ZERO
    """Service inside the contract that does not belong to it."""
    goods: Decimal | None = ZERO
    """Goods left in the amount; None: left in, and how much is not known."""


def _revenue(c: Case, found: Found, service: str, goods: str) -> _Revenue | None:
    """What is left of the technology amount; ``service`` and ``goods`` are the codes of the conditions."""
    whole = c.technology_amount
    if whole is None:
        return None
    about = found.get(service)
    taken = about is not None and about.answer not in ("not_applicable", "yes")
    inside = min(c.facts.service_inside_amount or ZERO, whole) if taken else ZERO
    left = whole - inside
    about = found.get(goods)
    if about is None or about.answer != "no":
        return _Revenue(left, inside)
    sum_of_goods = c.goods
    if not sum_of_goods:
        return _Revenue(left, inside, None)
    return _Revenue(left - min(sum_of_goods, left), inside, min(sum_of_goods, left))


def _taken_out(revenue: _Revenue, service: tuple[str, str], goods: tuple[str, str]) -> list[Figure]:
    """What was taken out; the label and the reason of either."""
    figures = []
    if revenue.inside:
        figures.append(Figure(service[0], revenue.inside, service[1]))
    if revenue.goods:
        figures.append(Figure(goods[0], revenue.goods, goods[1]))
    return figures


def vat_tech(c: Case, found: Found, law: LawOfDay) -> Reckoning:
    """Exempt sale: the technology amount less what is taken out and what was paid without a rule."""
    revenue = _revenue(c, found, "VAT-TECH.V4", "VAT-TECH.V10")
    deadlines = (Deadline(_("先认定登记，再申报免税"), c.facts.registered_on),)
    if revenue is None or c.technology_amount is None:
        return Reckoning(None, (), deadlines)
    amount = revenue.amount
    figures = _taken_out(
        revenue,
        (_("不免税的合同内服务"), _("没有与技术价款开在同一张发票上，按规定税率计税")),
        (_("不免税的设备、材料"), _("不是技术价款，按货物的税率计税")),
    )
    paid = c.facts.payments
    late = [p for p in paid if not law.has_rule_on(law.day if len(paid) == 1 else day_of(p))]
    outside = sum((p.amount for p in late if p.amount), ZERO)
    total = c.facts.contract_amount
    if outside and total:
        part = to_fen(amount * outside / total)
        words = _("按付款比例：这些日子付 {paid} 元，占合同成交额 {total} 元的份额").format(
            paid=format_yuan(outside), total=format_yuan(total)
        )
        figures.append(Figure(_("付款日没有有效规定的部分"), part, words))
        amount -= part
    if revenue.goods is None:
        words = _("还要减去设备、零部件、材料的价款，金额行里没有列出")
        return Reckoning(None, (Figure(_("免税销售额至多"), amount, words), *figures), deadlines)
    sale = formulas.vat_exempt_sale(amount)
    figures.insert(0, Figure(_("免税销售额"), sale, _("按核定的技术交易额，对应的进项税额不得抵扣")))
    return Reckoning(sale, tuple(figures), deadlines)


def vat_cross(c: Case, _found: Found, _law: LawOfDay) -> Reckoning:
    """Sale at the zero rate."""
    amount = c.technology_amount
    if amount is None:
        return NOTHING
    words = _("按核定的技术交易额，进项税额可以退还或者抵扣")
    return Reckoning(amount, (Figure(_("零税率销售额"), amount, words),))


def vat_other(c: Case, found: Found, law: LawOfDay) -> Reckoning:
    """Nothing but the amount; what a natural person must file."""
    about = found.get("VAT-OTHER.VO7")
    deadlines: tuple[Deadline, ...] = ()
    if about is not None and about.answer == "yes" and law.day is not None:
        words = _("自然人未扣缴增值税的，次年 6 月 30 日前自行申报")
        deadlines = (Deadline(words, date(law.day.year + 1, 6, 30)),)
    return Reckoning(c.technology_amount, (), deadlines)


def cit_tech(c: Case, found: Found, law: LawOfDay) -> Reckoning:
    """Income of this contract and its tax, as if it were the only one of the year (公告2015年第82号)."""
    revenue = _revenue(c, found, "CIT-TECH.C12", "CIT-TECH.C11")
    day, f = law.day, c.facts
    if day is None:
        return NOTHING
    deadlines = _by_31_may([day.year])
    if revenue is None:
        return Reckoning(None, (), deadlines)
    cap, rate = law("cit_tech.cap"), law("cit_tech.rate")
    if c.is_in_pilot_park and law("cit_tech.cap.zgc"):
        cap = law("cit_tech.cap.zgc")
    licence = c.right in ("non_exclusive", "sole")
    amount, said = revenue.amount, _("按核定的技术交易额")
    if licence:
        due = [p.amount for p in f.payments if p.amount and (p.due_on or p.paid_on or day).year == day.year]
        if due:
            amount, said = min(amount, sum(due, ZERO)), _("{year} 年到期的许可费").format(year=day.year)
        parts = [f.amortisation_of_year, f.taxes_and_fees, f.period_expenses_allocated]
        words = _("收入 − 当年摊销 − 相关税费 − 分摊的期间费用")
    else:
        parts = [f.tax_basis_net, f.taxes_and_fees]
        words = _("收入 − 资产计税净值 − 相关税费")
    taken = _taken_out(
        revenue,
        (_("已扣除的合同内服务"), _("三项条件没有都符合，不是技术转让收入")),
        (_("已扣除的设备、材料"), _("不是技术转让收入")),
    )
    if revenue.goods is None:
        said = _("还要减去设备、零部件、材料的价款，金额行里没有列出")
        return Reckoning(None, (Figure(_("技术转让收入至多"), amount, said), *taken), deadlines)
    figures = [Figure(_("技术转让收入"), amount, said), *taken]
    if any(part is None for part in parts) or cap is NO_RULE or rate is NO_RULE:
        return Reckoning(amount, tuple(figures), deadlines)
    known = [part for part in parts if part is not None]
    income = formulas.licence_income(amount, *known) if licence else formulas.transfer_income(amount, *known)
    tax = formulas.transfer_tax(income, cap, rate)
    whole = _("不超过 {cap} 元的所得；限额全年共用，这里只按本份合同算").format(cap=format_yuan(cap))
    figures += [
        Figure(_("技术转让所得"), income, words),
        Figure(_("免征部分"), tax.exempt, whole),
        Figure(_("减半部分"), tax.halved, _("超过限额的所得")),
        Figure(
            _("减半后应纳税额"),
            tax.tax,
            _("减半部分 × 50% × {rate:.0%}，高新技术企业也按 {rate:.0%}").format(rate=rate),
        ),
        Figure(_("纳税调减额"), tax.reduction, _("免征部分，加上减半部分的一半")),
    ]
    return Reckoning(income, tuple(figures), deadlines)


def rd_super(c: Case, _found: Found, law: LawOfDay) -> Reckoning:
    """Extra deduction of what was really paid; what is only due is shown apart (财税〔2015〕119号)."""
    paid, waiting, day = research_cost.paid_days(c.facts), _waiting(c), law.day
    is_joint, limit = c.sub_kind == "DEV-2", c.technology_amount
    if not c.facts.payments:
        waiting = limit or ZERO
    sum_of_paid = sum((amount for _day, amount in paid), ZERO)
    if limit is not None:  # 优惠按核定的技术交易额，不按总额（2001 规则第五十三条）
        waiting = max(ZERO, min(waiting, limit - sum_of_paid))
        sum_of_paid = min(sum_of_paid, limit)
    figures: list[Figure] = []
    costs = research_cost.costs_of(paid, law.book, limit=limit, is_joint=is_joint)
    base = sum((cost.base for cost in costs), ZERO)
    if costs:
        share = law.book.parameter("rd.commission_share", costs[0].day)
        words = _("已付 {paid} 元").format(paid=format_yuan(sum_of_paid))
        words += _("，按本方实际承担的费用") if is_joint else f" × {share:.0%}"
        if is_seller_abroad(c) and not is_joint:
            words += _("；境外部分另以境内符合条件研发费用的三分之二为限")
        figures = [Figure(_("加计扣除基数"), base, words), *_extra_figures(paid, limit, is_joint, law)]
    if len(costs) < len(paid):
        known = {cost.day for cost in costs}
        left = sum((amount for on, amount in paid if on not in known), ZERO)
        figures.append(Figure(_("未算入的已付款"), left, _("这些日子的计入比例未见，请人工确定")))
    if waiting:
        on = day or date.max
        share = Decimal(1) if is_joint else law.book.parameter("rd.commission_share", on)
        if share is not NO_RULE:
            words = _("未付 {sum} 元").format(sum=format_yuan(waiting))
            words += (
                _("，实际支付后计入当年基数")
                if is_joint
                else _(" × {share:.0%}，实际支付后计入当年基数").format(share=share)
            )
            figures.append(Figure(_("待付，付后计入"), to_fen(waiting * share), words))
    years = {on.year for on, _amount in paid} or ({day.year} if day else set())
    return Reckoning(base if costs else None, tuple(figures), _by_31_may(years))


def _extra_figures(
    paid: tuple[tuple[date, Decimal], ...], limit: Decimal | None, is_joint: bool, law: LawOfDay
) -> list[Figure]:
    """The extra deduction of what was paid: at the general rate, then for those with a higher one."""
    figures: list[Figure] = []
    general = Decimal(0)
    for standing, name in research_cost.RATES.items():
        costs = research_cost.costs_of(paid, law.book, limit=limit, is_joint=is_joint, standing=standing)
        extra = research_cost.extra_of(costs)
        label = _("加计扣除额")
        if standing == research_cost.GENERAL:
            general = extra
        elif extra == general:
            continue
        else:
            row = law.book.parameter_row(name, costs[-1].day)
            label += f"（{row.note if row is not None and row.note else name}）"
        figures.append(Figure(label, extra, _rates_in_words(costs)))
        if standing == research_cost.GENERAL and (months := _by_months(costs, law.book)) is not None:
            words = _("2022 年可选的算法，全年经营的按九个月 75%、三个月 100%")
            figures.append(Figure(_("加计扣除额（按月份比例）"), months, words))
    return figures


def _rates_in_words(costs: Sequence[research_cost.Cost]) -> str:
    """``基数 × 75%``, or each part of the base with the rate of its days."""
    parts: dict[Decimal, Decimal] = {}
    for cost in costs:
        parts[cost.extra] = parts.get(cost.extra, ZERO) + cost.base
    if len(parts) == 1:
        return (
            _("基数 × {extra:.0%}（{day} 付）").format(extra=costs[0].extra, day=costs[0].day)
            if len(costs) == 1
            else _("基数 × {extra:.0%}").format(extra=costs[0].extra)
        )
    sums = " + ".join(f"{format_yuan(part)} × {rate:.0%}" for rate, part in parts.items())
    return _("{sums}，各按付款日的比例").format(sums=sums)


def _by_months(costs: Sequence[research_cost.Cost], book: Book) -> Decimal | None:
    """The other way of 2022; None when it comes to nothing else (公告2022年第28号)."""
    year = {cost.day.year for cost in costs}
    means = {y: research_cost.mean_rate(book, y) for y in year}
    if any(mean is None for mean in means.values()):
        return None
    whole = sum((Fraction(c.base) * (means[c.day.year] or 0) for c in costs), Fraction(0))
    made = to_fen(Decimal(whole.numerator) / whole.denominator)
    return made if year == {2022} and means[2022] not in {Fraction(c.extra) for c in costs} else None


def basic(c: Case, _found: Found, law: LawOfDay) -> Reckoning:
    """What the payer deducts of what was really paid (公告2022年第32号)."""
    extra, day = law("basic.extra"), law.day
    if extra is NO_RULE:
        return NOTHING
    paid = research_cost.paid_days(c.facts)
    sum_of_paid = sum((amount for _day, amount in paid), ZERO)
    waiting = _waiting(c) if c.facts.payments else c.facts.contract_amount or ZERO
    figures = []
    if paid:
        words = _("已付 {paid} 元据实扣除，再加计 {extra:.0%}").format(
            paid=format_yuan(sum_of_paid), extra=extra
        )
        total = formulas.basic_research_deduction(sum_of_paid, extra)
        figures.append(Figure(_("付款方可扣除额"), total, words))
    if waiting:
        words = _("未付的出资，实际支付后计入当年")
        figures.append(Figure(_("待付，付后计入"), waiting, words))
    years = {on.year for on, _amount in paid} or ({day.year} if day else set())
    return Reckoning(sum_of_paid if paid else None, tuple(figures), _by_31_may(years))


def iit(c: Case, _found: Found, law: LawOfDay) -> Reckoning:
    """Part of the awards that counts as wages; each award and each receipt has its deadline."""
    awards, share = [a.amount for a in c.facts.awards if a.amount], law("iit.cash_share")
    months = law("iit.months")
    paid = sorted({a.paid_on for a in c.facts.awards if a.paid_on})
    words = _("次月 15 日前报送备案表")
    deadlines = [Deadline(words, formulas.day_15_of_next_month(day)) for day in paid] or [
        Deadline(words, None)
    ]
    for received in sorted({max(i.received_on, EQUAL_CASH) for i in c.facts.incomes if i.received_on}):
        if months:
            last = formulas.add_months(received, int(months)) - timedelta(days=1)
            words = _("{day} 到账的收入，奖励最迟发放日").format(day=received.isoformat())
            deadlines.append(Deadline(words, last))
    if not awards or share is NO_RULE:
        return Reckoning(None, (), tuple(deadlines))
    total = sum(awards, ZERO)
    counted = formulas.counted_award(total, share)
    said = _("奖励合计 {sum} 元 × {share:.0%}").format(sum=format_yuan(total), share=share)
    return Reckoning(total, (Figure(_("计入工资薪金的部分"), counted, said),), tuple(deadlines))


def defer(c: Case, _found: Found, law: LawOfDay) -> Reckoning:
    """Tax that need not be paid at the investment (财税〔2016〕101号)."""
    value, cost, fees = c.facts.contract_amount, c.facts.tax_basis_net, c.facts.taxes_and_fees
    rate, day = law("defer.rate.individual"), law.day
    persons = [p.party_type == "500" for p in c.sellers]
    due = formulas.day_15_of_next_month(day) if day else None
    deadlines = []
    if any(persons) or not persons:
        deadlines.append(Deadline(_("个人投资：被投资企业次月 15 日前备案"), due))
        yearly = date(day.year + 1, 1, 30) if day else None
        deadlines.append(Deadline(_("个人投资：被投资企业每年终了 30 日内报告股权变动"), yearly))
    if not all(persons) or not persons:
        deadlines.append(Deadline(_("企业投资：完成后首次预缴申报时备案"), None))
    if value is None:
        return Reckoning(None, (), tuple(deadlines))
    figures: tuple[Figure, ...] = ()
    if persons and all(persons) and cost is not None and rate is not NO_RULE:
        tax = formulas.deferral_tax(value, cost, fees or ZERO, rate)
        words = _("（作价 − 原值 − 合理税费）× {rate:.0%}，到转让股权时再缴").format(rate=rate)
        figures = (Figure(_("入股时可不缴的税"), tax, words),)
    return Reckoning(value, figures, tuple(deadlines))


def stamp(c: Case, found: Found, law: LawOfDay) -> Reckoning:
    """Duty of each side, whether halved or not (印花税法)."""
    day, f = law.day, c.facts
    amount = c.technology_amount if c.technology_amount is not None else f.contract_amount
    if day is None:
        return NOTHING
    deadlines = (Deadline(_("按次申报的，书立之日起 15 日内"), day + timedelta(days=15)),)
    settled = found.get("STAMP.P5")
    if f.price_form in ("royalty", "undetermined") or (settled is not None and settled.answer == "no"):
        later = _("金额按实际结算的数；结算以后申报")
        if day < STAMP_LAW:
            each = Figure(_("每方先贴"), Decimal(5), _("书立时金额定不下来的，先按定额五元，结算时补足"))
            return Reckoning(None, (each,), (*deadlines, Deadline(later, None)))
        return Reckoning(None, (), (Deadline(later, None),))
    instrument = c.kind in ("TRF", "LIC") and not _taxed_as_contract(c)
    rate = law("stamp.patent") if instrument else law("stamp.tech")
    if amount is None or rate is NO_RULE:
        return Reckoning(None, (), deadlines)
    listed = found.get("STAMP.P3")
    split = listed is not None and listed.answer == "yes" and f.remuneration_amount is not None
    apart = found.get("STAMP.P4")
    vat = f.vat_amount if apart is not None and apart.answer == "yes" and not split else None
    base = formulas.stamp_base(amount, remuneration=f.remuneration_amount if split else None, vat=vat)
    words = _("只就列明的报酬计税") if split else _("减去列明的增值税") if vat else _("按全额计税")
    half = law("stamp.half")
    army = found.get("STAMP.P9")
    figures = [Figure(_("计税依据"), base, words)]
    for party in (*c.sellers, *c.buyers):
        small = pays_half(party, day) and half is not NO_RULE
        duty = formulas.stamp_duty(base, rate, half=half if small else None)
        how = _("{base} 元 × {rate}‰").format(base=format_yuan(base), rate=(rate * 1000).normalize())
        figures.append(Figure(party.name or _("一方"), duty, how + (_("，减半") if small else "")))
    if army is not None and army.answer == "yes":
        figures.append(Figure(_("军队、武警一方"), ZERO, _("所书立、领受的凭证免征，不缴上面的税额")))
    return Reckoning(base, tuple(figures), deadlines)


def _taxed_as_contract(c: Case) -> bool:
    """Application rights and the transfer of know-how are technology contracts, the rest instruments.

    Several in one price: the higher rate, that of the instrument (印花税法 第九条).
    """
    own = {"patent_application", "know_how"} if c.kind == "TRF" else {"patent_application"}
    return bool(c.objects) and own >= set(c.objects)


def subsidy(c: Case, _found: Found, law: LawOfDay) -> Reckoning:
    """What the schemes of the local pack pay."""
    made = reckon(deal_of(c, law.day))
    return Reckoning(
        made.total, tuple(Figure(*f) for f in made.figures), tuple(Deadline(*d) for d in made.deadlines)
    )


def award(c: Case, _found: Found, law: LawOfDay) -> Reckoning:
    """Sum of the awards beside half of the receipts."""
    income = sum((i.amount for i in c.facts.incomes if i.amount), ZERO)
    awards = sum((a.amount for a in c.facts.awards if a.amount), ZERO)
    share, day = law("award.least_share"), law.day
    deadlines: tuple[Deadline, ...] = ()
    if day is not None and any(is_research_unit(p) for p in c.sellers):
        words = _("院校院所：上一年度成果转化年度报告报主管部门（3 月 31 日前，以当地通知为准）")
        deadlines = (Deadline(words, date(day.year + 1, 3, 31)),)
    if not income or share is NO_RULE:
        return Reckoning(awards or None, (), deadlines)
    least = to_fen(income * share)
    figures = (
        Figure(_("奖酬金合计"), awards, _("本合同已记的各笔奖励")),
        Figure(_("到账收入的一半"), least, _("还没有减去直接成本，只供比对")),
    )
    return Reckoning(awards, figures, deadlines)
