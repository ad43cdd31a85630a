"""What looks like a copy of a contract, or like another part of it, and a person's word on either."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from desktop.errors import RefusedError
from desktop.rules.splitting import SPLIT_DAYS
from desktop.services.commands import (
    DecideDuplicate,
    DeleteDraft,
    RegisterContract,
    ReviewContract,
    SaveContract,
)
from desktop.services.find_duplicates import decide_duplicate, find_duplicates, open_duplicates
from desktop.services.look import contract_sheet
from desktop.services.register import register_contract, review_contract
from desktop.services.take_in import delete_draft, save_contract
from desktop.services.views import DuplicateView
from desktop.store.mapping import facts_of
from tests.conftest import CLERK, POSTGRES, REVIEWER, Way, party

TITLES = ("茶园土壤墒情监测网络研制", "高粱酒糟干法提取装置研制", "山地轨道运输车制动系统研制")


def priced(way: Way, amount: str, title: str = TITLES[0], **changes: Any) -> dict[str, Any]:
    """A contract of the same two sides with nothing to take out of its price."""
    whole = Decimal(amount)
    return {
        "title": title,
        "contract_amount": whole,
        "technology_amount": whole,
        "amount_lines": (),
    } | changes


def seen(way: Way, contract_id: int) -> list[tuple[int, bool]]:
    return [(view.other_id, view.is_part) for view in way.sheet(contract_id).duplicates if not view.decision]


def say(way: Way, one: int, other: int, *, same: bool = False) -> None:
    decide_duplicate(
        way.office,
        DecideDuplicate(
            actor=CLERK.name, contract_id=one, other_id=other, is_duplicate=same, reason="两台不同的设备"
        ),
    )


def test_two_below_the_threshold_that_reach_it_together_are_shown(way: Way) -> None:
    first = way.registered(**priced(way, "2600000"))
    second = way.draft(**priced(way, "2400000", TITLES[1], signed_on=date(2026, 11, 16)))
    (view,) = way.sheet(second).duplicates
    assert (view.other_id, view.is_part, view.decision) == (first, True, "")
    assert view.why == (
        "同一买卖双方，21 天内 2 份（另有 2026990321000247），合计 5,000,000.00 元，"
        "达到大额标准 5,000,000.00 元，单看每一份都不到"
    )
    assert seen(way, first) == [(second, True)]


@pytest.mark.parametrize(
    ("amount", "after", "found"),
    [
        ("2400000.00", 0, True),
        ("2399999.99", 0, False),
        ("2400000.00", SPLIT_DAYS, True),
        ("2400000.00", SPLIT_DAYS + 1, False),
        ("4999999.99", 0, True),
        ("5000000.00", 0, False),  # large by itself
    ],
)
def test_both_sides_of_amount_and_days(way: Way, amount: str, after: int, found: bool) -> None:
    way.draft(**priced(way, "2600000"))
    day = way.facts.signed_on
    assert day is not None
    other = way.draft(**priced(way, amount, TITLES[1], signed_on=day + timedelta(days=after)))
    assert bool(seen(way, other)) is found


@pytest.mark.parametrize("role", ["buyer", "seller"])
def test_another_buyer_or_seller_is_no_splitting(way: Way, role: str) -> None:
    way.draft(**priced(way, "2600000"))
    others = tuple(
        party(role, "岚州云杉仪器有限公司", "91990321MA7AAAAA0X") if p.role == role else p
        for p in way.facts.parties
    )
    assert seen(way, way.draft(**priced(way, "2600000", TITLES[1], parties=others))) == []


def test_a_buyer_that_sells_back_is_no_splitting(way: Way) -> None:
    way.draft(**priced(way, "2600000"))
    swapped = tuple(
        replace(p, role={"buyer": "seller", "seller": "buyer"}[p.role or ""]) for p in way.facts.parties
    )
    assert seen(way, way.draft(**priced(way, "2600000", TITLES[1], parties=swapped))) == []


def test_what_is_deleted_or_refused_is_no_part(way: Way) -> None:
    gone = way.draft(**priced(way, "2600000"))
    other = way.draft(**priced(way, "2600000", TITLES[1]))
    assert seen(way, other) == [(gone, True)]
    delete_draft(way.office, DeleteDraft(actor=CLERK.name, contract_id=gone))
    assert seen(way, other) == []


def test_a_copy_is_a_duplicate_and_no_part(way: Way) -> None:
    first = way.draft(**priced(way, "2600000"))
    copy = way.draft(**priced(way, "2600000"))
    assert seen(way, copy) == [(first, False)]


def test_one_that_is_near_in_title_and_a_part_is_shown_once_with_both_reasons(way: Way) -> None:
    first = way.draft(**priced(way, "2600000", "茶园土壤墒情监测网络研制（一期）"))
    second = way.draft(**priced(way, "2700000", "茶园土壤墒情监测网络研制（二期）"))
    (view,) = way.sheet(second).duplicates
    assert (view.other_id, view.is_part) == (first, False)
    assert "名称相近" in view.why
    assert "合计 5,300,000.00 元" in view.why


def test_three_parts_are_judged_until_the_rest_stays_below(way: Way) -> None:
    largest = way.draft(**priced(way, "2600000"))
    small = way.draft(**priced(way, "2000000", TITLES[1]))
    own = way.draft(**priced(way, "2000000", TITLES[2]))
    (view,) = way.sheet(own).duplicates
    assert view.other_id == largest  # one question, about the largest
    assert "3 份" in view.why
    say(way, own, largest)
    assert seen(way, own) == []  # 2,000,000 and 2,000,000 are not large
    (decided,) = way.sheet(own).duplicates
    assert (decided.other_id, decided.is_part, decided.decision) == (largest, True, "两台不同的设备")
    fourth = way.draft(**priced(way, "3000000", "茶树病虫害图像识别方法研制", signed_on=date(2026, 10, 27)))
    assert seen(way, own) == [(fourth, True)]
    assert small not in {key for key, _is_part in seen(way, own)}


def test_a_part_waits_for_a_persons_word_before_it_is_registered(way: Way) -> None:
    first = way.registered(**priced(way, "2600000"))
    second = way.recognised(**priced(way, "2600000", TITLES[1]))
    items = way.review_items(second)
    reviewer = way.office.as_person(REVIEWER)
    review_contract(reviewer, ReviewContract(actor=REVIEWER.name, contract_id=second, items=items))

    def still() -> tuple[DuplicateView, ...]:
        with way.office.look() as uow:
            contract = uow.contract(second)
            return open_duplicates(uow, contract, facts_of(contract), way.office.pack)

    assert [(view.other_id, view.is_part) for view in still()] == [(first, True)]
    with pytest.raises(RefusedError, match="拆分"):
        register_contract(reviewer, RegisterContract(actor=REVIEWER.name, contract_id=second))
    say(way, second, first, same=True)
    assert [view.other_id for view in still()] == [first]  # judged a part: it stays closed
    with pytest.raises(RefusedError, match="拆分"):
        register_contract(reviewer, RegisterContract(actor=REVIEWER.name, contract_id=second))
    say(way, second, first)
    assert still() == ()
    register_contract(reviewer, RegisterContract(actor=REVIEWER.name, contract_id=second))
    history = contract_sheet(reviewer, second).history
    assert sum("两台不同的设备" in row.words for row in history) == 2


def test_a_likely_duplicate_is_refused_at_registration_until_it_is_judged(way: Way) -> None:
    """FORM.V-11."""
    first = way.registered()
    second = way.recognised()
    items = way.review_items(second)
    reviewer = way.office.as_person(REVIEWER)
    review_contract(reviewer, ReviewContract(actor=REVIEWER.name, contract_id=second, items=items))
    register = RegisterContract(actor=REVIEWER.name, contract_id=second)
    with pytest.raises(RefusedError, match="疑似重复") as refused:
        register_contract(reviewer, register)
    assert refused.value.code == "V11"
    say(way, second, first)
    register_contract(reviewer, register)


def test_without_day_amount_kind_or_a_side_nothing_is_asked(way: Way) -> None:
    way.draft(**priced(way, "2600000"))
    whole = replace(way.facts, **priced(way, "2600000", TITLES[1]))
    for facts, found in (
        (whole, 1),
        (replace(whole, title=None), 1),
        (replace(whole, signed_on=None), 0),
        (replace(whole, kind=None, sub_kind=None), 0),
        (replace(whole, contract_amount=None, technology_amount=None), 0),
        (replace(whole, parties=whole.buyers), 0),
        (replace(whole, parties=whole.sellers), 0),
    ):
        with way.office.look() as uow:
            assert len(find_duplicates(uow, facts, None, pack=way.office.pack)) == found


@pytest.fixture
def sent(way: Way) -> list[tuple[str, Any]]:
    """Every statement that goes to the database from now on."""
    found: list[tuple[str, Any]] = []

    def note(_c: object, _r: object, statement: str, values: Any, *_more: object) -> None:
        found.append((statement, values))

    event.listen(way.office.engine, "before_cursor_execute", note)
    return found


@pytest.mark.skipif(bool(POSTGRES), reason="about the query planner of SQLite")
def test_parts_are_looked_for_along_the_indexes_of_the_parties(way: Way, sent: list[Any]) -> None:
    for number in range(40):
        others = (
            party("buyer", f"买方{number}", f"B{number}"),
            party("seller", f"卖方{number}", f"S{number}"),
        )
        facts = replace(way.facts, title=f"研制{number}", parties=others)
        save_contract(way.office, SaveContract(actor=CLERK.name, facts=facts))
    sent.clear()
    with way.office.look() as uow:
        find_duplicates(uow, replace(way.facts, **priced(way, "2600000")), None, pack=way.office.pack)
        ((statement, values),) = [one for one in sent if "INTERSECT" in one[0]]
        plan = uow.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [row[3] for row in plan]
    assert any("ix_contract_party_id_number" in step for step in steps), steps
    assert any("SEARCH contract USING INTEGER PRIMARY KEY" in step for step in steps), steps
    assert not any(step.startswith("SCAN contract") for step in steps), steps
