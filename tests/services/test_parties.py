"""The library of parties: looking, editing, making two records one, taking one out of use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.models import Action, PartyRecord
from desktop.rules.identifiers import check_character, organisation_check
from desktop.services import commands as c
from desktop.services.learn_parties import find_parties
from desktop.services.look import check_database
from desktop.services.parties import edit_party, merge_parties, party_list, party_sheet, retire_party
from tests.conftest import ADMIN, CLERK, Way, party

SELLER = "岚州启衡自动化技术有限公司"


def code_of(first8: str) -> str:
    body = "91990321" + first8 + organisation_check(first8)
    return body + check_character(body)


def of(way: Way, name: str) -> int:
    (row,) = [row for row in party_list(way.office, name).rows if row.name == name]
    return row.id


def edit(way: Way, key: int, **more: Any) -> Any:
    fields = more.pop("fields")
    return edit_party(way.office, c.EditParty(actor=CLERK.name, party_id=key, fields=fields, **more))


def merge(way: Way, key: int, other: int, reason: str = "同一单位，名称多一个字", **more: Any) -> Any:
    return merge_parties(
        way.office,
        c.MergeParties(actor=CLERK.name, party_id=key, other_id=other, reason=reason, **more),
    )


def test_the_library_lists_parties_with_their_contracts_found_by_name_number_and_initials(way: Way) -> None:
    made = [way.accepted(), way.accepted(title="茶园滴灌控制器研制")]
    code = way.facts.sellers[0].id_number or ""
    for words in ("启衡", "qhzdh", code[:12], code[-4:]):
        rows = party_list(way.office, words).rows
        assert [row.name for row in rows] == [SELLER], words
        assert (rows[0].contract_count, rows[0].id_number) == (2, code)
    assert party_list(way.office).total == 2
    assert party_list(way.office, "%").total == 0, "a sign like any other"
    assert party_sheet(way.office, of(way, SELLER)).contract_ids == tuple(reversed(made))


def test_a_renamed_unit_is_found_by_both_names_with_all_its_contracts(way: Way) -> None:
    made = way.accepted()
    key = of(way, SELLER)
    sheet = edit(way, key, fields={"name": "岚州启衡智能装备有限公司", "phone": "0990-5550999"})
    assert sheet.row.former_names == (SELLER,)
    assert sheet.contract_ids == (made,)
    assert [row.id for row in party_list(way.office, "启衡自动化").rows] == [key]
    (act,) = sheet.history
    assert (act.person, act.verb) == (CLERK.name, "party_edit")
    assert ("名称", SELLER, "岚州启衡智能装备有限公司") in act.changes
    assert way.sheet(made).facts.sellers[0].name == SELLER, "what was signed stays"
    with way.office.look() as uow:
        (offered,) = find_parties(uow, "启衡")
        assert offered.content["phone"] == "0990-5550999", "the form is filled with the new value"
    assert check_database(way.office).is_good


def test_a_mistyped_name_is_put_right_without_leaving_a_former_name(way: Way) -> None:
    way.accepted()
    sheet = edit(way, of(way, SELLER), fields={"name": "岚州启衡自动化技术公司"}, is_renaming=False)
    assert sheet.former == ()
    assert party_list(way.office, "技术有限公司").total == 0


def test_a_wrong_credit_code_is_refused_unless_a_reason_stands_with_it(way: Way) -> None:
    way.accepted()
    key = of(way, SELLER)
    code = way.facts.sellers[0].id_number or ""
    wrong = code[:-1] + ("1" if code[-1] != "1" else "2")
    with pytest.raises(RefusedError):
        edit(way, key, fields={"id_number": wrong})
    assert party_sheet(way.office, key).row.id_number == code
    sheet = edit(way, key, fields={"id_number": wrong}, reason="执照就是这样印的，已电话核实")
    assert sheet.row.id_number == wrong
    assert sheet.row.contract_count == 1, "found by the number it had"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "  "}, "不能空着"),
        ({"phone": "打村口小卖部"}, "电话"),
        ({"email": "没有"}, "邮箱"),
        ({"name": SELLER}, "没有改动"),
        ({"role": "seller"}, "没有这些栏目"),
        ({"address": "长" * 201}, "超过"),
    ],
)
def test_fields_that_cannot_be_are_refused_in_words(way: Way, fields: dict[str, str], said: str) -> None:
    way.accepted()
    key = of(way, SELLER)
    before = party_sheet(way.office, key)
    with pytest.raises(RefusedError, match=said):
        edit(way, key, fields=fields)
    assert party_sheet(way.office, key) == before


def test_the_number_of_another_record_points_to_merging(way: Way) -> None:
    way.accepted()
    code = way.facts.buyers[0].id_number
    with pytest.raises(RefusedError, match="已经用这个号码") as refused:
        edit(way, of(way, SELLER), fields={"id_number": code})
    assert "合并" in refused.value.hint


def test_two_records_of_one_unit_become_one_and_nothing_of_either_is_lost(way: Way) -> None:
    first = way.accepted()
    twin = replace(
        way.facts.sellers[0],
        name="岚州启衡自动化技术有限责任公司",
        id_number="990321100012345",
        id_type="other",
    )
    second = way.accepted(title="茶园滴灌控制器研制", parties=(way.facts.parties[0], twin))
    key, other = of(way, SELLER), of(way, "岚州启衡自动化技术有限责任公司")
    request = c.new_request()
    sheet = merge(way, key, other, request_id=request)
    assert sheet == merge(way, key, other, request_id=request), "the same request merges once"
    assert sheet.row.former_names == ("岚州启衡自动化技术有限责任公司",)
    assert sheet.contract_ids == (second, first)
    assert sheet.row.contract_count == 2
    with pytest.raises(RefusedError, match="没有这个单位"):
        party_sheet(way.office, other)
    with way.office.look() as uow:
        act = uow.session.scalars(select(Action).where(Action.verb == "party_merge")).one()
        assert "有限责任公司" in act.detail
        assert act.contract_uid == ""
    third = way.accepted(title="茶园除草机械臂研制", parties=(way.facts.parties[0], twin))
    assert party_list(way.office, "启衡").total == 1, "the old name does not make a second record again"
    assert party_sheet(way.office, key).contract_ids == (third, second, first)
    assert check_database(way.office).is_good


def test_merging_takes_over_the_only_number_there_is(way: Way) -> None:
    way.accepted()
    with way.office.work() as uow:
        uow.session.add(PartyRecord(name="启衡公司", content='{"contact":"韦青岚"}'))
        uow.commit()
    sheet = merge(way, of(way, "启衡公司"), of(way, SELLER))
    assert sheet.row.id_number == way.facts.sellers[0].id_number
    assert sheet.fields["id_type"] == "credit_code"
    assert sheet.row.name == "启衡公司"
    assert len(sheet.contract_ids) == 1


def test_merging_needs_a_reason_and_two_records(way: Way) -> None:
    way.accepted()
    key = of(way, SELLER)
    with pytest.raises(RefusedError, match="理由"):
        merge(way, key, of(way, "澄河丰禾农业机械有限公司"), reason=" ")
    with pytest.raises(RefusedError, match="自己"):
        merge(way, key, key)


def test_a_party_out_of_use_is_no_longer_offered_but_still_found(way: Way) -> None:
    way.accepted()
    key = of(way, SELLER)
    retire = c.RetireParty(actor=CLERK.name, party_id=key, is_retired=True, reason="单位已注销")
    assert retire_party(way.office, retire).row.retired_on == way.office.today()
    with way.office.look() as uow:
        assert find_parties(uow, "启衡") == ()
    assert party_list(way.office, "启衡").total == 1
    assert party_list(way.office, "启衡", with_retired=False).total == 0
    with pytest.raises(RefusedError, match="已经停用"):
        retire_party(way.office, replace(retire, request_id=c.new_request()))
    back = c.RetireParty(actor=CLERK.name, party_id=key, is_retired=False, reason="注销撤回")
    sheet = retire_party(way.office, back)
    assert sheet.row.retired_on is None
    assert [row.verb for row in sheet.history] == ["party_use", "party_retire"]


def test_the_machine_keeper_may_look_but_not_change(way: Way) -> None:
    way.accepted()
    key = of(way, SELLER)
    office = way.office.as_person(ADMIN)
    sheet = party_sheet(office, key)
    assert not sheet.may_edit
    assert "权限" in sheet.why_not
    with pytest.raises(RefusedError, match="权限"):
        edit_party(office, c.EditParty(actor=ADMIN.name, party_id=key, fields={"contact": "某人"}))
    with pytest.raises(RefusedError, match="登录的是"):
        edit_party(way.office, c.EditParty(actor=ADMIN.name, party_id=key, fields={"contact": "某人"}))


def test_the_number_of_a_person_is_masked_in_lists_and_history(way: Way) -> None:
    person = party("seller", "秦望舒", "11010519491231002X", id_type="resident_id", party_type="900")
    way.draft()
    with way.office.work() as uow:
        uow.session.add(
            PartyRecord(
                name="秦望舒",
                id_number=person.id_number,
                content='{"id_type":"resident_id","phone":"13800138000"}',
                last_used_on=way.office.today(),
            )
        )
        uow.commit()
    (row,) = party_list(way.office, "秦望舒").rows
    assert row.id_number == "110***********002X"
    sheet = edit(way, row.id, fields={"phone": "13900139000"})
    assert all("13900139000" not in part for part in sheet.history[0].changes[0])


def test_a_contract_that_differs_on_purpose_leaves_the_library_alone(way: Way) -> None:
    way.accepted()
    key = of(way, SELLER)
    edit(way, key, fields={"phone": "0990-5550100"})
    first, *others = way.facts.parties
    parties = [
        replace(p, phone="0990-5550200", contact="闻笛") if p.name == SELLER else p for p in (first, *others)
    ]
    way.accepted(title="茶园滴灌控制器研制", parties=tuple(parties))
    with way.office.look() as uow:
        (found,) = find_parties(uow, "启衡")
    assert found.content["phone"] == "0990-5550100", "what the library says stays"
    assert found.content["contact"] == (
        next(p for p in way.facts.parties if p.name == SELLER).contact or "闻笛"
    )


def test_a_search_by_either_name_finds_the_contracts_signed_under_both(way: Way) -> None:
    from desktop.services.look import search

    old = way.accepted()
    renamed = replace(way.facts.sellers[0], name="岚州启衡智能装备有限公司")
    new = way.accepted(title="茶园滴灌控制器研制", parties=(way.facts.parties[0], renamed))
    stranger = way.accepted(
        title="茶园除草机械臂研制",
        parties=(way.facts.parties[0], party("seller", "云汐环境科技有限公司", code_of("MA7TT3C9"))),
    )
    for words in ("启衡自动化", "智能装备"):
        assert list(search(way.office, words).ids) == [new, old], words
    assert list(search(way.office, "启衡自动化 滴灌").ids) == [new]
    assert list(search(way.office, "智能装备 采摘").ids) == [old]
    assert list(search(way.office, "启衡自动化", {"kind": ["LIC"]}).ids) == []
    assert list(search(way.office, "启衡自动化 >1亿").ids) == []
    assert stranger not in search(way.office, "启衡").ids
