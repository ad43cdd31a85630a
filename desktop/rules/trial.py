"""A trial (改一改看): some facts of a contract changed, beside the original, and what moves, in money.

Nothing is written. A trial is only what a person set; everything else stays as the contract has it. Where
one fact drags others along (the price its instalments, the day of payment the days of the invoices), that
is done here, so that the window and the command line say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from desktop.rules.amounts import ZERO, to_fen
from desktop.rules.book import Book
from desktop.rules.conclusion import Answer
from desktop.rules.facts import LONG_TERM, Facts, Invoice, Party, Payment
from desktop.rules.relief import ReliefChange, check_relief, what_if
from desktop.rules.relief_figures import Figure
from desktop.rules.subsidies import Subsidy
from desktop.rules.working_days import Calendar

NO_INVOICE: Final = "none"
"""``Trial.invoice``: none was issued."""
NO_PARK: Final = "none"
"""``Trial.seller_park``: the seller sits in no special park."""
PILOT_PARK: Final = "中关村国家自主创新示范区海淀园"
"""A park of the pilot of 财税〔2020〕61号, to be tried where the contract names none."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a person wants to try; None: as in the contract."""

    paid_on: date | None = None
    """The day on which all instalments are paid."""
    sub_kind: str | None = None
    """As in contract_kinds.csv; its first part is the kind."""
    technology_amount: Decimal | None = None
    """Yuan, not negative. What else the price holds (equipment, materials) stays; the price follows."""
    licence_from: date | None = None
    licence_until: date | None = None
    """Last day of the licence; ``LONG_TERM`` for a licence without end."""
    right_scope: str | None = None
    """As in ``right_scopes``."""
    invoice: str | None = None
    """``ordinary``, ``special`` or ``NO_INVOICE``."""
    invoiced_on: date | None = None
    seller_region: str | None = None
    """Region code of all sellers."""
    seller_park: str | None = None
    """Park of all sellers, ``NO_PARK`` for none."""

    @property
    def is_empty(self) -> bool:
        """Nothing is tried."""
        return all(getattr(self, f.name) is None for f in fields(self))

    def changes(self, facts: Facts) -> dict[str, Any]:
        """Fields of the facts that differ, ready for ``what_if``; empty when the trial is what they say."""
        made: dict[str, Any] = {}
        if self.sub_kind is not None:
            made |= {"sub_kind": self.sub_kind, "kind": self.sub_kind.partition("-")[0]}
        for name in ("licence_from", "licence_until", "right_scope"):
            if (value := getattr(self, name)) is not None:
                made[name] = value
        payments = facts.payments
        if self.technology_amount is not None:
            price = _price(facts, self.technology_amount)
            made |= {"technology_amount": self.technology_amount, "contract_amount": price}
            payments = _spread(payments, facts.contract_amount, price)
        if self.paid_on is not None:
            whole = payments or (Payment(amount=made.get("contract_amount", facts.contract_amount)),)
            payments = tuple(replace(p, due_on=self.paid_on, paid_on=self.paid_on) for p in whole)
        made["payments"] = payments
        made["invoices"] = self._invoices(facts)
        made["parties"] = tuple(self._party(p) for p in facts.parties)
        return {name: value for name, value in made.items() if value != getattr(facts, name)}

    def _invoices(self, facts: Facts) -> tuple[Invoice, ...]:
        """An invoice moves with the payment unless its own day is tried: its day would decide otherwise."""
        if self.invoice == NO_INVOICE:
            return ()
        found = facts.invoices
        if self.invoice is not None:
            found = tuple(replace(i, invoice_type=self.invoice) for i in found) or (
                Invoice(invoice_type=self.invoice),
            )
        if self.invoiced_on is not None:
            return tuple(replace(i, issued_on=self.invoiced_on) for i in found or (Invoice(),))
        if self.paid_on is not None:
            return tuple(replace(i, issued_on=None) for i in found)
        return found

    def _party(self, party: Party) -> Party:
        if party.role != "seller":
            return party
        if self.seller_region is not None:
            party = replace(party, region=self.seller_region)
        if self.seller_park is not None:
            party = replace(party, park=None if self.seller_park == NO_PARK else self.seller_park)
        return party


def _price(facts: Facts, technology: Decimal) -> Decimal:
    """The contract amount that belongs to another technology amount: the rest of the price stays."""
    if facts.contract_amount is None:
        return technology
    rest = facts.contract_amount - (facts.technology_amount or ZERO)
    if facts.technology_amount is None:
        rest = ZERO
    return technology + max(rest, ZERO)


def _spread(payments: tuple[Payment, ...], old: Decimal | None, new: Decimal) -> tuple[Payment, ...]:
    """The instalments in proportion to the price; those of the whole of it add up to the new one."""
    if not old:
        return payments
    made, given, seen = [], ZERO, ZERO
    for payment in payments:
        if payment.amount is None:
            made.append(payment)
            continue
        seen += payment.amount
        part = to_fen(new * seen / old) - given
        given += part
        made.append(replace(payment, amount=part))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class FigureMove:
    """One amount of the reckoning before and after, yuan; None: there is no such amount."""

    label: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        """After less before; an amount that is not there counts as zero."""
        return (self.after or ZERO) - (self.before or ZERO)


@dataclass(frozen=True, slots=True)
class Move:
    """One relief that a trial moves: its result, its day, or its money."""

    change: ReliefChange
    figures: tuple[FigureMove, ...]
    """Only those that differ."""

    @property
    def relief(self) -> str:
        """Its id."""
        return self.change.relief

    @property
    def name(self) -> str:
        """As it is called after the trial (a development becomes a transfer)."""
        return self.change.after.name


def moves_of(changes: Sequence[ReliefChange]) -> tuple[Move, ...]:
    """The reliefs whose result or money moves, in the order of the page."""
    moved = []
    for change in changes:
        figures = _figure_moves(change.before.figures, change.after.figures)
        if change.differs or figures:
            moved.append(Move(change, figures))
    return tuple(moved)


def _figure_moves(before: Sequence[Figure], after: Sequence[Figure]) -> tuple[FigureMove, ...]:
    old = {f.label: f.amount for f in before}
    new = {f.label: f.amount for f in after}
    labels = dict.fromkeys([*old, *new])
    pairs = (FigureMove(label, old.get(label), new.get(label)) for label in labels)
    return tuple(pair for pair in pairs if pair.before != pair.after)


def try_out(
    trial: Trial,
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    *,
    registered: bool = False,
    on: date | None = None,
    subsidies: Sequence[Subsidy] = (),
    calendar: Calendar | None = None,
    new_answers: Mapping[str, Answer] | None = None,
) -> tuple[ReliefChange, ...]:
    """Every relief before and after the trial, in the order of the page.

    Where the form answers a condition otherwise after the trial, what a person said of it before is set
    aside: it was said of other facts. ``new_answers`` are part of the trial and stand.
    """
    changes = trial.changes(facts)
    law: dict[str, Any] = {"registered": registered, "on": on, "subsidies": subsidies, "calendar": calendar}

    def ask(tried: Facts, given: Mapping[str, Answer]) -> dict[str, str]:
        results = check_relief(tried, given, book, **law)
        return {c.id: c.answer for r in results for c in r.conditions}

    kept = answers
    if answers and changes:
        told, telling = ask(facts, {}), ask(replace(facts, **changes), {})
        answered = {code: word for code, word in telling.items() if word in ("yes", "no")}
        stale = {code for code, word in answered.items() if told.get(code, word) != word}
        kept = {code: answer for code, answer in answers.items() if code not in stale}
    tried = what_if(facts, kept, book, new_answers=new_answers, **law, **changes)
    if kept is answers:
        return tried
    before = check_relief(facts, answers, book, **law)
    return tuple(replace(change, before=result) for change, result in zip(tried, before, strict=True))


def read_trial(pairs: Sequence[tuple[str, str]]) -> Trial:
    """A trial from words as a script gives them: ``technology_amount=500000``, ``paid_on=2028-01-01``.

    Raises KeyError for a name that is none of ``Trial``, ValueError for a value that cannot be read.
    """
    kinds = {f.name: str(f.type) for f in fields(Trial)}
    values: dict[str, Any] = {}
    for name, text in pairs:
        kind = kinds[name]
        if kind.startswith("date"):
            values[name] = LONG_TERM if text == "long" else date.fromisoformat(text)
        elif kind.startswith("Decimal"):
            values[name] = _yuan(text)
        else:
            values[name] = text
    return Trial(**values)


def _yuan(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except ArithmeticError as exc:
        raise ValueError(text) from exc
    if not amount.is_finite() or amount < 0:
        raise ValueError(text)
    return amount
