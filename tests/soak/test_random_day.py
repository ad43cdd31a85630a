"""Two people, many contracts, any allowed act in any order: what must always hold holds after each of them.

``SOAK_SECONDS`` (120) says for how long, ``SOAK_SEED`` repeats one day. ``make soak`` runs it, not
``make test``.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from desktop.errors import RefusedError
from desktop.models import Action, BlockNumber, Certificate, Contract, Person, Recognition, Review
from desktop.models.contract import REGISTERED_STATES, STATES
from desktop.rules.facts import AmountLine, Facts
from desktop.services import commands as c
from desktop.services.afterwards import change_contract, end_contract, fix_income, park_contract
from desktop.services.decide import keep_relief, recognise_contract
from desktop.services.find_duplicates import decide_duplicate
from desktop.services.issue import issue_certificate, record_sheet
from desktop.services.lifecycle import TABLE, NotAllowed, why_not
from desktop.services.look import check_database, check_form, contract_sheet
from desktop.services.office import Office, standing_of
from desktop.services.register import review_and_register, review_contract, send_back
from desktop.services.send_batch import create_batch
from desktop.services.take_in import (
    accept_contract,
    decline_contract,
    delete_draft,
    pass_doubt,
    refuse_contract,
    return_contract,
    save_contract,
    supplement_contract,
)
from desktop.services.views import SignedIn
from desktop.store.unit_of_work import UnitOfWork
from tests.bench.station import application, development_answers, lay_out, open_office

LEFT, RIGHT = (SignedIn(name, frozenset({"clerk", "reviewer"})) for name in ("沈清禾", "陆知远"))
"""Both may do either side of four eyes; the program must keep them apart on each contract."""

OPEN_AT_ONCE = 12


class Day:
    """A desk, its random acts, and what was true before each of them."""

    def __init__(self, office: Office, chance: random.Random, folder: Path) -> None:
        self.office, self.chance, self.folder = office, chance, folder
        self.made = 0
        self.done: Counter[str] = Counter()
        self.numbers: dict[int, str] = {}
        self.states: dict[int, str] = {}
        self.chained = ("", 0)

    # --- acting

    def step(self) -> None:
        """One act of one person on one contract; a refusal is an answer, every other exception a defect."""
        person = self.chance.choice((LEFT, RIGHT))
        office = self.office.as_person(person)
        if (
            len([s for s in self.states.values() if s not in _ENDED]) < OPEN_AT_ONCE
            and self.chance.random() < 0.3
        ):
            self.act("save", lambda: save_contract(office, self.new(person)))
        elif self.chance.random() < 0.01:
            self.act("export", lambda: self.export(office, person))
        elif self.states:
            key = self.chance.choice(list(self.states))
            verb = self.chance.choice(
                self.likely(office, key) if self.chance.random() < 0.85 else sorted(_ACTS)
            )
            self.act(verb, lambda: _ACTS[verb](self, office, person, key))

    def likely(self, office: Office, key: int) -> list[str]:
        """Acts that the lifecycle table allows this person now, those that lead on more often."""
        with office.look() as uow:
            standing = standing_of(uow, uow.contract(key))
        name, roles = office.person.name, office.person.roles
        found = [act for act in sorted(_ACTS) if not why_not(_VERBS.get(act, act), standing, name, roles)]
        return found + [act for act in _LEADING for _more in range(4) if act in found] or sorted(_ACTS)

    def act(self, verb: str, work: Callable[[], object]) -> None:
        before = self.log_length()
        try:
            work()
        except NotAllowed:
            self.done["not allowed"] += 1
        except RefusedError as exc:
            self.done[f"refused {verb}: {exc.message[:12]}"] += 1
        else:
            self.done[verb] += 1
            return
        assert self.log_length() == before, "a refused act must leave nothing behind"

    def log_length(self) -> int:
        with self.office.look() as uow:
            return uow.session.scalar(select(func.count()).select_from(Action)) or 0

    def new(self, person: SignedIn) -> c.SaveContract:
        self.made += 1
        facts = application(self.chance.randrange(60))
        if self.chance.random() < 0.25:
            facts = replace(facts, signed_on=None)
        return c.SaveContract(actor=person.name, facts=facts)

    def facts(self, office: Office, key: int) -> Facts:
        return contract_sheet(office, key).facts

    def export(self, office: Office, person: SignedIn) -> None:
        create_batch(office, c.CreateBatch(actor=person.name, folder=self.folder))

    # --- what must hold

    def check(self) -> None:
        """Everything that is always true; the log from where it was last seen, to keep a long day cheap."""
        with self.office.look() as uow:
            found = uow.session.execute(_STANDING).all()
            people = {p.id: p.name for p in uow.session.scalars(select(Person))}
            self.check_numbers(uow)
            for row in found:
                assert row.state in STATES
                before = self.states.get(row.id)
                if before is not None and before != row.state:
                    assert (before, row.state) in _MOVES, f"{before} became {row.state}"
                if row.state in REGISTERED_STATES:
                    assert row.technology_amount is None or row.technology_amount <= row.contract_amount
                    assert row.clerk_id is not None
                    assert row.reviewer_id is not None
                    assert row.reviewer_id != row.clerk_id
                    assert row.official_number
                    assert self.numbers.setdefault(row.id, row.official_number) == row.official_number
                else:
                    assert row.official_number is None
            self.check_four_eyes(uow, people)
            self.check_sums(uow)
            self.check_chain(uow)
        self.states = {row.id: row.state for row in found if row.deleted_at is None}

    def check_numbers(self, uow: UnitOfWork) -> None:
        block = uow.session.scalars(select(BlockNumber).order_by(BlockNumber.ordinal)).all()
        spent = [row for row in block if row.taken_at is not None]
        assert spent == block[: len(spent)], "a number was left out"
        held = {row.contract_id: row.number for row in spent}
        assert len(held) == len(spent)
        assert self.numbers.items() <= held.items(), "a number changed hands"

    def check_four_eyes(self, uow: UnitOfWork, people: dict[int, str]) -> None:
        """Nobody reviewed what they had taken in, and a registration rests on a review of its recognition."""
        query = (
            select(Contract.clerk_id, Review.person)
            .join(Review, Review.contract_id == Contract.id)
            .join(Recognition, Recognition.id == Review.recognition_id)
        )
        for clerk, reviewer in uow.session.execute(query):
            assert people[clerk] != reviewer
        for verb, person, clerk in uow.session.execute(
            select(Action.verb, Action.person, Contract.clerk_id)
            .join(Contract, Contract.uid == Action.contract_uid)
            .where(Action.verb.in_(("review", "register", "send_back")))
        ):
            assert people[clerk] != person, verb

    def check_sums(self, uow: UnitOfWork) -> None:
        """Parts add up to the whole: lines to the amount, incomes within the technology amount."""
        for contract in uow.session.scalars(select(Contract).where(Contract.state.in_(REGISTERED_STATES))):
            lines = sum((line.amount or Decimal(0) for line in contract.amount_lines), Decimal(0))
            assert lines == contract.contract_amount
            technology = sum(
                (line.amount or Decimal(0) for line in contract.amount_lines if line.nature == "technology"),
                Decimal(0),
            )
            assert technology == contract.technology_amount
            earned = sum((income.amount or Decimal(0) for income in contract.incomes), Decimal(0))
            assert 0 <= earned <= technology

    def check_chain(self, uow: UnitOfWork) -> None:
        previous, last = self.chained
        query = (
            select(Action.id, Action.previous_hash, Action.hash).where(Action.id > last).order_by(Action.id)
        )
        for key, before, own in uow.session.execute(query):
            assert before == (previous or "0" * 64)
            previous, last = own, key
        self.chained = (previous, last)


_ENDED = ("CANCELLED", "REVOKED", "REFUSED", "NOT_ACCEPTED", "REGISTERED", "CERTIFIED", "CHANGED")
_STANDING = select(
    Contract.id,
    Contract.state,
    Contract.clerk_id,
    Contract.reviewer_id,
    Contract.contract_amount,
    Contract.technology_amount,
    Contract.official_number,
    Contract.deleted_at,
)
_MOVES = {(a, m.to_state) for m in TABLE.values() if m.to_state for a in m.from_states}
_VERBS = {"correct": "save", "end": "cancel"}
_LEADING = ("correct", "accept", "recognise", "register", "issue")


def _correct(day: Day, office: Office, person: SignedIn, key: int) -> None:
    """Complete the form and explain its doubts, as a clerk would before the next step."""
    sheet = contract_sheet(office, key)
    facts = sheet.facts
    if facts.signed_on is None:
        facts = replace(facts, signed_on=facts.effective_on)
    save_contract(office, c.SaveContract(actor=person.name, contract_id=key, facts=facts))
    for problem in check_form(office, facts, key, submitted=True):
        if problem.level == "doubt":
            pass_doubt(
                office,
                c.PassDoubt(
                    actor=person.name,
                    contract_id=key,
                    code=problem.code,
                    field_name=problem.field,
                    reason="已与申请人核对",
                ),
            )


def _save(day: Day, office: Office, person: SignedIn, key: int) -> None:
    facts = replace(day.facts(office, key), summary=f"研制样机一台，第 {day.chance.randrange(100)} 稿。")
    save_contract(office, c.SaveContract(actor=person.name, contract_id=key, facts=facts))


def _delete(day: Day, office: Office, person: SignedIn, key: int) -> None:
    if day.chance.random() < 0.2:
        delete_draft(office, c.DeleteDraft(actor=person.name, contract_id=key))


def _accept(day: Day, office: Office, person: SignedIn, key: int) -> None:
    accept_contract(office, c.AcceptContract(actor=person.name, contract_id=key))


def _decline(day: Day, office: Office, person: SignedIn, key: int) -> None:
    if day.chance.random() < 0.2:
        cmd = c.DeclineContract(
            actor=person.name, contract_id=key, ground="other_station", where_to="云溪县登记处"
        )
        decline_contract(office, cmd)


def _return(day: Day, office: Office, person: SignedIn, key: int) -> None:
    defects = (c.Defect("第七条没有写明支付方式", "请写明一次总付或者分期支付", clause="7.2"),)
    deadline = office.today() + timedelta(days=day.chance.randrange(0, 40))
    cmd = c.ReturnContract(actor=person.name, contract_id=key, defects=defects, deadline_on=deadline)
    return_contract(office, cmd)


def _supplement(day: Day, office: Office, person: SignedIn, key: int) -> None:
    facts = day.facts(office, key)
    cmd = c.SupplementContract(
        actor=person.name,
        contract_id=key,
        facts=replace(facts, signed_on=facts.signed_on or facts.effective_on),
    )
    supplement_contract(office, cmd)


def _refuse(day: Day, office: Office, person: SignedIn, key: int) -> None:
    if day.chance.random() < 0.2:
        code = office.codes.entries("refusal_grounds")[0].code
        cmd = c.RefuseContract(
            actor=person.name, contract_id=key, grounds=(code,), reason="第三条约定的是设备买卖"
        )
        refuse_contract(office, cmd)


def _recognise(day: Day, office: Office, person: SignedIn, key: int) -> None:
    answers = development_answers()
    if day.chance.random() < 0.15:
        answers.pop(day.chance.choice(sorted(answers)))
    recognise_contract(office, c.RecogniseContract(actor=person.name, contract_id=key, answers=answers))


def _relief(day: Day, office: Office, person: SignedIn, key: int) -> None:
    keep_relief(office, c.KeepRelief(actor=person.name, contract_id=key, answers={}))


def _duplicate(day: Day, office: Office, person: SignedIn, key: int) -> None:
    for found in contract_sheet(office, key).duplicates:
        cmd = c.DecideDuplicate(
            actor=person.name,
            contract_id=key,
            other_id=found.other_id,
            is_duplicate=False,
            reason="分期签订的两份合同",
        )
        decide_duplicate(office, cmd)


def _items(day: Day, office: Office, key: int, *, objecting: bool = False) -> tuple[c.ReviewedItem, ...]:
    rows = contract_sheet(office, key).review_rows
    wrong = day.chance.choice(rows).item if objecting and rows else ""
    return tuple(
        c.ReviewedItem(r.item, r.value, r.item != wrong, "与合同文本不一致" if r.item == wrong else "")
        for r in rows
    )


def _review(day: Day, office: Office, person: SignedIn, key: int) -> None:
    items = _items(day, office, key, objecting=day.chance.random() < 0.5)
    review_contract(office, c.ReviewContract(actor=person.name, contract_id=key, items=items))


def _send_back(day: Day, office: Office, person: SignedIn, key: int) -> None:
    if day.chance.random() < 0.3:
        send_back(office, c.SendBack(actor=person.name, contract_id=key, reason="请核对第七条的金额"))


def _register(day: Day, office: Office, person: SignedIn, key: int) -> None:
    """F12, sometimes pressed twice: the second press is the same request."""
    cmd = c.ReviewContract(actor=person.name, contract_id=key, items=_items(day, office, key))
    review_and_register(office, cmd)
    if day.chance.random() < 0.3:
        length = day.log_length()
        review_and_register(office, cmd)
        assert day.log_length() == length


def _issue(day: Day, office: Office, person: SignedIn, key: int) -> None:
    later: dict[str, Any] = {}
    if day.chance.random() < 0.3:
        later = {"copy_kind": "reissue", "reason": "原件遗失", "collector": "韦青岚", "copies": (1,)}
    path = day.folder / f"{key}.pdf"
    issue_certificate(office, c.IssueCertificate(actor=person.name, contract_id=key, path=path, **later))


def _sheet(day: Day, office: Office, person: SignedIn, key: int) -> None:
    event = day.chance.choice(("void", "collected", "recalled"))
    cmd = c.RecordSheet(
        actor=person.name, contract_id=key, copy_number=1, event=event, reason="卡纸", collector="韦青岚"
    )
    record_sheet(office, cmd)


def _change(day: Day, office: Office, person: SignedIn, key: int) -> None:
    facts = day.facts(office, key)
    first, *others = facts.amount_lines
    more = Decimal(day.chance.randrange(-9_000_000, 9_000_000)) / 100
    line = AmountLine(first.label, first.nature, (first.amount or Decimal(0)) + more, first.clause)
    total = (facts.contract_amount or Decimal(0)) + more
    wanted = replace(facts, amount_lines=(line, *others), contract_amount=total)
    cmd = c.ChangeContract(
        actor=person.name, contract_id=key, facts=wanted, agreement="2026年11月2日补充协议", reason="价款调整"
    )
    change_contract(office, cmd)


def _end(day: Day, office: Office, person: SignedIn, key: int) -> None:
    if day.chance.random() < 0.15:
        how = day.chance.choice(("cancel", "revoke"))
        cmd = c.EndContract(
            actor=person.name, contract_id=key, how=how, reason="合同解除", document="澄法〔2026〕7号"
        )
        end_contract(office, cmd)


def _income(day: Day, office: Office, person: SignedIn, key: int) -> None:
    amount = Decimal(day.chance.randrange(-20_000_000, 40_000_000)) / 100
    cmd = c.FixIncome(
        actor=person.name, contract_id=key, received_on=office.today(), amount=amount, voucher="银-7"
    )
    fix_income(office, cmd)


def _park(day: Day, office: Office, person: SignedIn, key: int) -> None:
    reason = day.chance.choice(("", "等待补充协议"))
    park_contract(office, c.ParkContract(actor=person.name, contract_id=key, reason=reason))


_ACTS: dict[str, Callable[[Day, Office, SignedIn, int], None]] = {
    "correct": _correct,
    "save": _save,
    "delete_draft": _delete,
    "accept": _accept,
    "decline": _decline,
    "return": _return,
    "supplement": _supplement,
    "refuse": _refuse,
    "recognise": _recognise,
    "relief": _relief,
    "duplicate": _duplicate,
    "review": _review,
    "send_back": _send_back,
    "register": _register,
    "issue": _issue,
    "sheet": _sheet,
    "change": _change,
    "end": _end,
    "income": _income,
    "park": _park,
}


def test_a_random_day_keeps_every_promise(tmp_path: Path) -> None:
    seconds = float(os.environ.get("SOAK_SECONDS") or 120)
    seed = int(os.environ.get("SOAK_SEED") or time.time_ns() % 1_000_000)
    sys.stdout.write(f"SOAK_SEED={seed}\n")
    lay_out(tmp_path, numbers=5_000)
    office = open_office(tmp_path, LEFT)
    with office.work() as uow:
        for person in uow.session.scalars(select(Person)):
            person.roles = "clerk reviewer"
        uow.commit()
    out = tmp_path / "out"
    out.mkdir()
    day = Day(office, random.Random(seed), out)
    end, steps = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        day.step()
        day.check()
        steps += 1
    report = check_database(office, deep=True)
    with office.look() as uow:
        sheets = uow.session.scalar(select(func.count()).select_from(Certificate))
    sys.stdout.write(
        f"{steps} steps, {sheets} certificates, {dict(day.done)}\n{Counter(day.states.values())}\n"
    )
    assert report.is_good, report.lines
    assert steps > seconds / 10
    office.engine.dispose()
