"""Facts that cannot all be true: named before anything is concluded from them.

What is merely unusual, or what the law itself answers (a wrong sub-kind, an expired term), is not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from desktop.errors import Problem
from desktop.resources import _
from desktop.rules.amounts import ZERO, format_yuan
from desktop.rules.facts import FIXED_CODES, Facts, label_of

LICENCE_SCOPES: Final = ("exclusive_worldwide", "exclusive_other", "sole", "non_exclusive")
SCOPES_OF: Final = {
    "LIC-1A": ("exclusive_worldwide", "exclusive_other"),
    "LIC-1B": ("sole",),
    "LIC-1C": ("non_exclusive",),
}
"""Sub-kind of a patent licence → the rights it can pass."""

_ORDER: Final = (
    ("valid_from", "valid_until"),
    ("licence_from", "licence_until"),
    ("signed_on", "effective_on"),
    ("signed_on", "accepted_on"),
    ("accepted_on", "registered_on"),
)
"""(the earlier day, the later day)."""


def contradictions(facts: Facts) -> tuple[Problem, ...]:
    """Every pair of facts that exclude each other, by the Chinese names of the fields; empty when none do."""
    return tuple(problem for check in _CHECKS for problem in check(facts))


def _problem(field: str, value: Any, reason: str) -> Problem:
    shown = value.isoformat() if isinstance(value, date) else str(value)
    return Problem(label_of(field), shown, reason, _("请对照合同改正其中一项"), field=field)


def _days(facts: Facts) -> Iterator[Problem]:
    for early, late in _ORDER:
        first, second = getattr(facts, early), getattr(facts, late)
        if first is not None and second is not None and first > second:
            yield _problem(
                late, second, _("早于{name} {day}").format(name=label_of(early), day=first.isoformat())
            )


def _amounts(facts: Facts) -> Iterator[Problem]:
    total, technology = facts.contract_amount, facts.technology_amount
    if total is not None and technology is not None and technology > total:
        yield _problem(
            "technology_amount",
            format_yuan(technology),
            _("大于{name} {amount}").format(name=label_of("contract_amount"), amount=format_yuan(total)),
        )
    income = sum((row.amount for row in facts.incomes if row.amount is not None), ZERO)
    if technology is not None and income > technology:
        yield _problem(
            "incomes",
            format_yuan(income),
            _("合计大于{name} {amount}").format(
                name=label_of("technology_amount"), amount=format_yuan(technology)
            ),
        )


def _rights(facts: Facts) -> Iterator[Problem]:
    scope = facts.right_scope
    is_licence = facts.kind == "LIC" or (facts.sub_kind or "").startswith("LIC")
    if scope == "ownership" and is_licence:
        yield _problem("right_scope", _("所有权"), _("许可合同不转让所有权"))
    if scope == "ownership" and (facts.licence_from or facts.licence_until):
        yield _problem("right_scope", _("所有权"), _("填了许可期，又说转让所有权"))
    if scope in LICENCE_SCOPES and facts.kind == "TRF" and not is_licence:
        yield _problem("right_scope", _("许可"), _("转让合同的权利让与范围应为所有权"))
    if scope in LICENCE_SCOPES and scope not in SCOPES_OF.get(facts.sub_kind or "", LICENCE_SCOPES):
        said = FIXED_CODES["right_scopes"][scope]
        yield _problem("right_scope", said, _("与细类写的独占、排他、普通许可不同"))


def _price(facts: Facts) -> Iterator[Problem]:
    if facts.price_form == "shares" and facts.payment_method not in (None, "5"):
        yield _problem("price_form", _("作价入股"), _("支付方式写的却是付款"))


def _border(facts: Facts) -> Iterator[Problem]:
    sides = {"seller": facts.sellers, "buyer": facts.buyers}
    abroad = {s: [p for p in ps if p.country not in (None, "CHN")] for s, ps in sides.items()}
    at_home = {s: bool(ps) and all(p.country == "CHN" for p in ps) for s, ps in sides.items()}
    said = facts.cross_border
    word = FIXED_CODES["cross_border"].get(said or "", "")
    if said == "none" and (abroad["seller"] or abroad["buyer"]):
        yield _problem("cross_border", word, _("一方却在境外"))
    if said == "import" and abroad["buyer"] and not any(p.country == "CHN" for p in facts.buyers):
        yield _problem("cross_border", word, _("买方却都在境外"))
    if said in ("export", "import") and all(at_home.values()):
        yield _problem("cross_border", word, _("双方却都在境内"))


def _awards(facts: Facts) -> Iterator[Problem]:
    received = [row.received_on for row in facts.incomes if row.received_on is not None]
    paid = [row.paid_on for row in facts.awards if row.paid_on is not None]
    if received and paid and min(paid) < min(received):
        yield _problem(
            "awards",
            min(paid),
            _("奖励发放日早于第一笔到账 {day}").format(day=min(received).isoformat()),
        )
    for row in facts.awards:
        if row.notice_from and row.notice_until and row.notice_from > row.notice_until:
            yield _problem(
                "awards",
                row.notice_until,
                _("公示止早于公示起 {day}").format(day=row.notice_from.isoformat()),
            )


_CHECKS: Final[tuple[Callable[[Facts], Iterator[Problem]], ...]] = (
    *(_days, _amounts, _rights, _price, _border, _awards),
)
