"""退回初审 as the clerk and, the second time, the reviewer meet it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from desktop.services import commands as c
from desktop.services.decide import recognise_contract
from desktop.services.look import check_form, start_page
from desktop.services.register import review_contract, send_back
from desktop.services.take_in import pass_doubt, save_contract
from desktop.services.views import SentBack
from tests.conftest import CLERK, REVIEWER, Way


def given_back(way: Way, **objections: str) -> int:
    """A contract that the reviewer objected to and gave back."""
    made = way.recognised()
    office = way.office.as_person(REVIEWER)
    items = way.review_items(made, **objections)
    review_contract(office, c.ReviewContract(actor=REVIEWER.name, contract_id=made, items=items))
    send_back(office, c.SendBack(actor=REVIEWER.name, contract_id=made, reason="18 合同成交额：按第七条改"))
    return made


def sent(way: Way, made: int) -> SentBack:
    found = way.sheet(made).sent_back
    assert found is not None
    return found


def objected(way: Way, made: int) -> list[str]:
    """Remarks that the self-check of the stored form shows."""
    facts = way.sheet(made).facts
    found = check_form(way.office, facts, made, submitted=True)
    return [p.reason for p in found if p.level == "doubt"]


def save(way: Way, made: int, **changes: object) -> None:
    sheet = way.sheet(made)
    facts = replace(sheet.facts, **changes)
    cmd = c.SaveContract(actor=CLERK.name, facts=facts, contract_id=made, revision=sheet.revision)
    save_contract(way.office, cmd)


def again(way: Way, made: int) -> None:
    cmd = c.RecogniseContract(actor=CLERK.name, contract_id=made, answers=way.answers)
    recognise_contract(way.office, cmd)


def test_the_clerk_is_told_who_when_what_and_why(way: Way) -> None:
    assert way.sheet(way.recognised()).sent_back is None
    made = given_back(way, term="合同第九条写 2028-06-30")
    told = sent(way, made)
    assert told.person == REVIEWER.name
    assert told.reason == "18 合同成交额：按第七条改"
    assert [(x.label, x.remark, x.field, x.step) for x in told.items] == [
        ("4 有效期限", "合同第九条写 2028-06-30", "valid_until", 1)
    ]
    assert told.items[0].value == told.items[0].now
    assert told.items[0].is_open


def test_the_field_carries_the_doubt_until_it_was_changed(way: Way) -> None:
    made = given_back(way, term="合同第九条写 2028-06-30")
    (reason,) = objected(way, made)
    assert reason.startswith(REVIEWER.name)
    assert reason.endswith("复核退回：合同第九条写 2028-06-30")
    facts = replace(way.sheet(made).facts, valid_until=date(2028, 6, 30))
    found = check_form(way.office, facts, made, submitted=True)
    assert not [p for p in found if p.level == "doubt"], "already while it stands on the page only"
    save(way, made, valid_until=date(2028, 6, 30))
    assert objected(way, made) == []
    (item,) = sent(way, made).items
    assert not item.is_open
    assert item.now != item.value


def test_an_answer_is_enough_and_the_reviewer_reads_it_beside_the_row(way: Way) -> None:
    made = given_back(way, **{"seller[0].name": "与印章不一致"})
    (item,) = sent(way, made).items
    assert item.field.startswith("parties[")
    assert item.field.endswith("].name")
    cmd = c.PassDoubt(
        actor=CLERK.name, contract_id=made, code=item.code, field_name=item.field, reason="已更名，附核准通知"
    )
    pass_doubt(way.office, cmd)
    assert objected(way, made) == []
    assert sent(way, made).open_items == ()
    again(way, made)
    assert way.sheet(made).sent_back is None
    rows = {r.item: r for r in way.sheet(made, REVIEWER).review_rows}
    row = rows["seller[0].name"]
    assert (row.objection, row.objected_by, row.answer) == (
        "与印章不一致",
        REVIEWER.name,
        "已更名，附核准通知",
    )
    assert row.is_agreed is None, "to be looked at anew"
    said = rows[f"doubt:{item.code}:{item.field}"]
    assert said.label == "答复异议 12 卖方"


def test_the_second_review_shows_the_old_value_whole(way: Way) -> None:
    made = given_back(way, term="合同第九条写 2028-06-30")
    old = sent(way, made).items[0].value
    save(way, made, valid_until=date(2028, 6, 30))
    again(way, made)
    row = next(r for r in way.sheet(made, REVIEWER).review_rows if r.item == "term")
    assert row.earlier_value == old
    assert row.value.endswith("2028-06-30")
    assert row.objection == "合同第九条写 2028-06-30"


def test_marks_of_one_reviewer_do_not_count_as_seen_by_another(way: Way) -> None:
    made = way.recognised()
    office = way.office.as_person(REVIEWER)
    items = way.review_items(made, term="止日不对")
    review_contract(office, c.ReviewContract(actor=REVIEWER.name, contract_id=made, items=items))
    other = replace(REVIEWER, name="贺兰舟")
    rows = way.sheet(made, other).review_rows
    assert all(r.is_agreed is None for r in rows)
    assert next(r for r in rows if r.item == "term").objection == "止日不对"
    own = way.sheet(made, REVIEWER).review_rows
    assert [r.is_agreed for r in own if r.item == "term"] == [False]


def test_today_lists_it_among_the_returned_with_the_reason(way: Way) -> None:
    way.recognised(title="没有退回的一份")
    made = given_back(way, term="合同第九条写 2028-06-30")
    (row,) = start_page(way.office).returned
    assert row.id == made
    assert row.state == "ACCEPTED"
    assert row.note == f"{REVIEWER.name}：18 合同成交额：按第七条改"
    again(way, made)
    assert start_page(way.office).returned == ()
