"""Every move of the table, and every refusal of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import ProblemsFound, RefusedError
from desktop.models.contract import STATES
from desktop.services import commands as c
from desktop.services.afterwards import change_contract, end_contract, fix_income, park_contract
from desktop.services.decide import recognise_contract
from desktop.services.issue import issue_certificate, record_sheet
from desktop.services.lifecycle import LIVE_STATES, TABLE, NotAllowed, Standing, why_not
from desktop.services.office import Office
from desktop.services.register import register_contract, review_and_register, review_contract, send_back
from desktop.services.take_in import (
    accept_contract,
    decline_contract,
    delete_draft,
    refuse_contract,
    return_contract,
    save_contract,
    supplement_contract,
)
from desktop.services.views import REPORTING_WORDS, STATE_WORDS
from desktop.store import queries
from tests.conftest import ADMIN, CLERK, HEAD, REVIEWER, Way

DEFECT = c.Defect("缺附件三《验收大纲》", "请补交附件三全文", "附件清单")


def test_the_table_names_only_states_that_exist() -> None:
    for move in TABLE.values():
        assert move.from_states <= set(STATES)
        assert move.to_state is None or move.to_state in STATES


@pytest.mark.parametrize("verb", sorted(TABLE))
def test_an_act_is_refused_in_every_state_the_table_does_not_name(verb: str) -> None:
    everything = frozenset({"clerk", "reviewer", "head", "admin"})
    for state in STATES:
        standing = Standing(state, "别人", has_number=True, has_objection=True)
        said = why_not(verb, standing, "某人", everything)
        assert bool(said) == (state not in TABLE[verb].from_states)


def test_draft_to_accepted_starts_the_clock_of_fifteen_working_days(way: Way) -> None:
    sheet = way.sheet(way.accepted())
    assert sheet.row.state == "ACCEPTED"
    assert sheet.row.accepted_on == date(2026, 11, 20)
    assert sheet.row.due_on == date(2026, 12, 11)
    assert sheet.row.days_left == 15
    assert sheet.notices[0].paper == "P01"


def test_a_large_contract_gets_thirty_working_days_and_an_expert(way: Way) -> None:
    lines = way.facts.amount_lines
    big = Decimal("9000000.00")
    made = way.accepted(
        contract_amount=big, technology_amount=big, amount_lines=(replace(lines[0], amount=big),)
    )
    sheet = way.sheet(made)
    assert sheet.row.needs_expert
    assert sheet.row.days_left == 30


def test_accepting_with_errors_lists_all_of_them_and_changes_nothing(way: Way) -> None:
    made = way.draft(title=None, signed_on=None)
    with pytest.raises(ProblemsFound) as refused:
        accept_contract(way.office, c.AcceptContract(actor=CLERK.name, contract_id=made))
    assert {"title", "signed_on"} <= {p.field for p in refused.value.problems}
    assert way.sheet(made).row.state == "DRAFT"


def test_draft_to_not_accepted_names_the_right_office(way: Way) -> None:
    made = way.draft()
    with pytest.raises(RefusedError, match="向哪里"):
        decline_contract(
            way.office, c.DeclineContract(actor=CLERK.name, contract_id=made, ground="other_station")
        )
    decline_contract(
        way.office,
        c.DeclineContract(
            actor=CLERK.name, contract_id=made, ground="other_station", where_to="岚州市技术合同登记处"
        ),
    )
    assert way.sheet(made).row.state == "NOT_ACCEPTED"


def test_returned_for_supplement_and_back_restarts_the_clock(way: Way) -> None:
    made = way.accepted()
    return_contract(
        way.office,
        c.ReturnContract(
            actor=CLERK.name, contract_id=made, defects=(DEFECT, DEFECT), deadline_on=date(2026, 12, 2)
        ),
    )
    sheet = way.sheet(made)
    assert sheet.row.state == "RETURNED"
    assert sheet.row.due_on is None
    first = sheet.notices[-1].items[0][0]
    with pytest.raises(RefusedError, match="还有 1 项没有补正"):
        supplement_contract(
            way.office, c.SupplementContract(actor=CLERK.name, contract_id=made, supplied=(first,))
        )
    supplement_contract(way.office, c.SupplementContract(actor=CLERK.name, contract_id=made))
    sheet = way.sheet(made)
    assert sheet.row.state == "ACCEPTED"
    assert sheet.row.days_left == 15
    assert all(item[3] for item in sheet.notices[-1].items)


def test_a_draft_can_be_returned_too(way: Way) -> None:
    made = way.draft()
    return_contract(
        way.office,
        c.ReturnContract(
            actor=CLERK.name, contract_id=made, defects=(DEFECT,), deadline_on=date(2026, 12, 2)
        ),
    )
    assert way.sheet(made).row.state == "RETURNED"


@pytest.mark.parametrize(
    ("defects", "deadline", "why"),
    [
        ((), date(2026, 12, 2), "至少写一项"),
        ((c.Defect("材料不全", ""),), date(2026, 12, 2), "补正要求"),
        ((DEFECT,), date(2026, 11, 20), "今天之后"),
    ],
)
def test_a_notice_without_substance_is_refused(
    way: Way, defects: tuple[c.Defect, ...], deadline: date, why: str
) -> None:
    made = way.draft()
    with pytest.raises(RefusedError, match=why):
        return_contract(
            way.office,
            c.ReturnContract(actor=CLERK.name, contract_id=made, defects=defects, deadline_on=deadline),
        )
    assert way.sheet(made).row.state == "DRAFT"


@pytest.mark.parametrize("start", ["accepted", "returned", "recognised"])
def test_refused_from_each_state_that_allows_it(way: Way, start: str) -> None:
    made = way.recognised() if start == "recognised" else way.accepted()
    if start == "returned":
        return_contract(
            way.office,
            c.ReturnContract(
                actor=CLERK.name, contract_id=made, defects=(DEFECT,), deadline_on=date(2026, 12, 2)
            ),
        )
    refuse_contract(
        way.office,
        c.RefuseContract(actor=CLERK.name, contract_id=made, grounds=("G02",), reason="合同第二条为设备买卖"),
    )
    sheet = way.sheet(made)
    assert sheet.row.state == "REFUSED"
    assert sheet.notices[-1].paper == "P07"
    assert sheet.row.official_number == ""


@pytest.mark.parametrize(("grounds", "reason"), [((), "事实"), (("G02",), " "), (("G77",), "事实")])
def test_a_refusal_needs_a_known_ground_and_facts(way: Way, grounds: tuple[str, ...], reason: str) -> None:
    made = way.accepted()
    with pytest.raises(RefusedError):
        refuse_contract(
            way.office, c.RefuseContract(actor=CLERK.name, contract_id=made, grounds=grounds, reason=reason)
        )
    assert way.sheet(made).row.state == "ACCEPTED"


def test_recognised_keeps_answers_findings_and_the_version_of_the_law(way: Way) -> None:
    sheet = way.sheet(way.recognised())
    assert sheet.row.state == "RECOGNISED"
    assert sheet.recognition is not None
    assert sheet.recognition["decided_sub_kind"] == "DEV-1"
    assert sheet.recognition["conclusion"]["outcome"] == "PASS"
    assert sheet.rule_set == "M2026"
    assert sheet.facts.technology_amount == Decimal("1030000.00")


def test_recognition_with_an_open_question_names_it_and_changes_nothing(way: Way) -> None:
    made = way.accepted()
    answers = {k: v for k, v in way.answers.items() if k != "R-DEV-02"}
    with pytest.raises(RefusedError, match="R-DEV-02"):
        recognise_contract(
            way.office, c.RecogniseContract(actor=CLERK.name, contract_id=made, answers=answers)
        )
    assert way.sheet(made).row.state == "ACCEPTED"


def test_another_decision_than_the_advice_needs_a_reason(way: Way) -> None:
    made = way.accepted()
    cmd = c.RecogniseContract(
        actor=CLERK.name, contract_id=made, answers=way.answers, kind="DEV", sub_kind="DEV-2"
    )
    with pytest.raises(RefusedError, match="请写明理由"):
        recognise_contract(way.office, cmd)
    recognise_contract(way.office, replace(cmd, reason="双方共同派人参与研究，见第 4 条"))
    sheet = way.sheet(made)
    assert sheet.row.sub_kind == "DEV-2"
    assert sheet.recognition is not None
    assert sheet.recognition["reason"].startswith("双方共同")


def test_recognised_back_to_accepted_by_objection(way: Way) -> None:
    made = way.recognised()
    office = way.office.as_person(REVIEWER)
    items = way.review_items(made, term="合同第九条写 2027-12-31")
    review_contract(office, c.ReviewContract(actor=REVIEWER.name, contract_id=made, items=items))
    assert way.sheet(made).row.state == "RECOGNISED"
    with pytest.raises(RefusedError, match="异议"):
        register_contract(office, c.RegisterContract(actor=REVIEWER.name, contract_id=made))
    send_back(office, c.SendBack(actor=REVIEWER.name, contract_id=made, reason="按第九条改止日"))
    assert way.sheet(made).row.state == "ACCEPTED"


def test_an_objection_without_words_is_refused(way: Way) -> None:
    made = way.recognised()
    items = tuple(replace(i, is_agreed=False) for i in way.review_items(made)[:1])
    with pytest.raises(RefusedError, match="写明意见"):
        review_contract(
            way.office.as_person(REVIEWER),
            c.ReviewContract(actor=REVIEWER.name, contract_id=made, items=items),
        )


def test_nobody_reviews_their_own_work(way: Way) -> None:
    made = way.recognised()
    own = replace(CLERK, roles=frozenset({"clerk", "reviewer"}))
    office = way.office.as_person(own)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        review_and_register(
            office, c.ReviewContract(actor=own.name, contract_id=made, items=way.review_items(made))
        )
    assert way.sheet(made).row.state == "RECOGNISED"


def test_registered_takes_the_next_number_of_the_block(way: Way) -> None:
    first, second = (
        way.registered(),
        way.registered(title="低品位石英砂提纯工艺开发", signed_on=date(2026, 9, 1)),
    )
    assert way.sheet(first).row.official_number == "2026990321000247"
    assert way.sheet(second).row.official_number == "2026990321000248"
    assert way.sheet(first).reviewer == REVIEWER.name
    assert way.sheet(first).row.registered_on == date(2026, 11, 20)


def test_registering_twice_with_one_request_registers_once(way: Way) -> None:
    made = way.recognised()
    office = way.office.as_person(REVIEWER)
    cmd = c.ReviewContract(actor=REVIEWER.name, contract_id=made, items=way.review_items(made))
    review_and_register(office, cmd)
    review_and_register(office, cmd)
    sheet = way.sheet(made)
    assert sheet.row.official_number == "2026990321000247"
    assert [h.verb for h in sheet.history].count("register") == 1


def test_registering_without_a_review_is_refused_and_spends_no_number(way: Way) -> None:
    made = way.recognised()
    with pytest.raises(RefusedError, match="还没有复核"):
        register_contract(
            way.office.as_person(REVIEWER), c.RegisterContract(actor=REVIEWER.name, contract_id=made)
        )
    other = way.registered(
        title="另一项工艺开发研究", signed_on=date(2025, 1, 1), valid_from=date(2025, 1, 1)
    )
    assert way.sheet(other).row.official_number == "2026990321000247"


def test_an_item_not_seen_keeps_the_contract_from_being_registered(way: Way) -> None:
    made = way.recognised()
    office = way.office.as_person(REVIEWER)
    items = way.review_items(made)[:-1]
    with pytest.raises(RefusedError, match="未看"):
        review_and_register(office, c.ReviewContract(actor=REVIEWER.name, contract_id=made, items=items))
    assert way.sheet(made).row.official_number == ""


def test_without_a_free_number_nothing_is_registered(way: Way, office: Office) -> None:
    from sqlalchemy import update

    from desktop.models import BlockNumber
    from desktop.store.unit_of_work import UnitOfWork

    with UnitOfWork(office.engine) as uow:
        uow.session.execute(update(BlockNumber).values(void_reason="试"))
        uow.commit()
    made = way.recognised()
    with pytest.raises(RefusedError, match="号段已用完"):
        review_and_register(
            office.as_person(REVIEWER),
            c.ReviewContract(actor=REVIEWER.name, contract_id=made, items=way.review_items(made)),
        )
    sheet = way.sheet(made)
    assert sheet.row.state == "RECOGNISED"
    assert not [h for h in sheet.history if h.verb == "review"]


def test_a_pack_that_waits_for_the_receipt_registers_without_a_number(way: Way) -> None:
    way.office = replace(way.office, pack=replace(way.office.pack, number_source="receipt"))
    made = way.registered()
    sheet = way.sheet(made)
    assert sheet.row.state == "REGISTERED"
    assert sheet.row.official_number == ""
    assert "还没有登记编号" in sheet.why_not["issue"]


def test_certified_and_changed_and_certified_again(way: Way, tmp_path: Path) -> None:
    made = way.certified(tmp_path)
    assert way.sheet(made).row.state == "CERTIFIED"
    facts = replace(way.sheet(made).facts, valid_until=date(2028, 6, 30))
    change_contract(
        way.office,
        c.ChangeContract(
            actor=CLERK.name,
            contract_id=made,
            facts=facts,
            agreement="2026年11月18日补充协议",
            reason="交付期顺延",
        ),
    )
    sheet = way.sheet(made)
    assert sheet.row.state == "CHANGED"
    assert sheet.row.reporting_state == "NOT_SENT"
    assert ("有效期限止", "2027-12-31", "2028-06-30") in sheet.history[0].changes
    issue_certificate(
        way.office, c.IssueCertificate(actor=CLERK.name, contract_id=made, path=tmp_path / "2.pdf")
    )
    sheet = way.sheet(made)
    assert sheet.row.state == "CERTIFIED"
    assert sheet.certificate_version == 2


def test_a_change_that_changes_nothing_or_names_no_agreement_is_refused(way: Way) -> None:
    made = way.registered()
    facts = way.sheet(made).facts
    for agreement, reason, changed in (("", "理由", facts), ("协议", "", facts), ("协议", "理由", facts)):
        with pytest.raises(RefusedError):
            change_contract(
                way.office,
                c.ChangeContract(
                    actor=CLERK.name, contract_id=made, facts=changed, agreement=agreement, reason=reason
                ),
            )
    assert way.sheet(made).row.state == "REGISTERED"


@pytest.mark.parametrize(
    ("how", "state", "person"), [("cancel", "CANCELLED", CLERK), ("revoke", "REVOKED", HEAD)]
)
@pytest.mark.parametrize("start", ["registered", "certified", "changed"])
def test_cancelled_and_revoked_from_every_live_state(
    way: Way, tmp_path: Path, how: str, state: str, person: object, start: str
) -> None:
    made = way.registered() if start == "registered" else way.certified(tmp_path)
    if start == "changed":
        facts = replace(way.sheet(made).facts, valid_until=date(2028, 6, 30))
        change_contract(
            way.office,
            c.ChangeContract(
                actor=CLERK.name, contract_id=made, facts=facts, agreement="协议", reason="顺延"
            ),
        )
    number = way.sheet(made).row.official_number
    office = way.office.as_person(person)  # type: ignore[arg-type]
    end_contract(
        office,
        c.EndContract(
            actor=office.person.name,
            contract_id=made,
            how=how,
            reason="合同解除",
            document="解除协议（2026-11-19）",
        ),
    )
    sheet = way.sheet(made)
    assert sheet.row.state == state
    assert sheet.row.official_number == number
    if start == "certified":
        assert "第1版第1联" in str(_detail(way, made, how)["recall"])


def _detail(way: Way, contract_id: int, verb: str) -> dict[str, object]:
    import json

    from desktop.store.queries import actions_of

    with way.office.look() as uow:
        actions = actions_of(uow.session, way.sheet(contract_id).uid)
        found: dict[str, object] = json.loads(next(a.detail for a in actions if a.verb == verb))
        return found


def test_revoking_needs_its_document_and_a_person_with_the_power(way: Way) -> None:
    made = way.registered()
    with pytest.raises(RefusedError, match="文书"):
        end_contract(
            way.office.as_person(HEAD),
            c.EndContract(actor=HEAD.name, contract_id=made, how="revoke", reason="骗取登记"),
        )
    with pytest.raises(NotAllowed, match="权限"):
        end_contract(
            way.office,
            c.EndContract(
                actor=CLERK.name, contract_id=made, how="revoke", reason="骗取登记", document="文书"
            ),
        )
    assert way.sheet(made).row.state == "REGISTERED"


def test_income_never_exceeds_the_technology_amount(way: Way) -> None:
    made = way.registered()

    def fix(amount: str) -> None:
        fix_income(
            way.office,
            c.FixIncome(
                actor=CLERK.name, contract_id=made, received_on=date(2026, 11, 19), amount=Decimal(amount)
            ),
        )

    fix("1000000.00")
    with pytest.raises(RefusedError, match="超过技术交易额"):
        fix("30000.01")
    fix("30000.00")
    with pytest.raises(RefusedError, match="负数"):
        fix("-1030000.01")
    assert sum(i.amount or 0 for i in way.sheet(made).facts.incomes) == Decimal("1030000.00")


def test_parked_and_back(way: Way) -> None:
    made = way.registered()
    park_contract(way.office, c.ParkContract(actor=CLERK.name, contract_id=made, reason="等上级答复"))
    assert way.sheet(made).row.reporting_state == "PARKED"
    park_contract(way.office, c.ParkContract(actor=CLERK.name, contract_id=made, reason=""))
    assert way.sheet(made).row.reporting_state == "NOT_SENT"


def test_a_deleted_draft_is_gone_from_lists_but_its_serial_is_not_used_again(way: Way) -> None:
    made = way.draft()
    serial = way.sheet(made).row.local_serial
    delete_draft(way.office, c.DeleteDraft(actor=CLERK.name, contract_id=made))
    with pytest.raises(RefusedError, match="没有这份合同"):
        way.sheet(made)
    assert way.sheet(way.draft()).row.local_serial > serial


def test_the_administrator_decides_nothing(way: Way) -> None:
    made = way.accepted()
    office = way.office.as_person(ADMIN)
    with pytest.raises(NotAllowed):
        recognise_contract(
            office, c.RecogniseContract(actor=ADMIN.name, contract_id=made, answers=way.answers)
        )


def test_nobody_acts_under_another_name(way: Way) -> None:
    with pytest.raises(RefusedError, match="署名"):
        save_contract(way.office, c.SaveContract(actor=REVIEWER.name, facts=way.facts))


def test_saving_over_somebody_elses_newer_version_is_refused_and_loses_nothing(way: Way) -> None:
    made = way.draft()
    seen = way.sheet(made).revision
    newer = replace(way.facts, title="甲改过的名称")
    save_contract(way.office, c.SaveContract(actor=CLERK.name, facts=newer, contract_id=made, revision=seen))
    with pytest.raises(RefusedError, match="已不是最新"):
        save_contract(
            way.office,
            c.SaveContract(
                actor=CLERK.name,
                facts=replace(way.facts, title="乙改的名称"),
                contract_id=made,
                revision=seen,
            ),
        )
    assert way.sheet(made).facts.title == "甲改过的名称"


def test_answering_questions_does_not_make_an_open_page_stale(way: Way) -> None:
    from desktop.services.decide import save_answers

    made = way.accepted()
    seen = way.sheet(made).revision
    save_answers(way.office, c.SaveAnswers(actor=CLERK.name, contract_id=made, answers={"R-DEV-01": "yes"}))
    facts = replace(way.facts, signed_place="澄河县")
    save_contract(way.office, c.SaveContract(actor=CLERK.name, facts=facts, contract_id=made, revision=seen))
    assert way.sheet(made).facts.signed_place == "澄河县"


def test_a_registered_contract_cannot_be_edited(way: Way) -> None:
    made = way.registered()
    with pytest.raises(NotAllowed):
        save_contract(way.office, c.SaveContract(actor=CLERK.name, facts=way.facts, contract_id=made))


def test_a_secret_contract_is_kept_by_its_elements_only(way: Way) -> None:
    with pytest.raises(RefusedError, match="涉密"):
        way.draft(is_secret=True)
    made = way.draft(is_secret=True, summary=None, amount_lines=())
    assert way.sheet(made).row.title == "（涉密合同，仅登要素）"


def test_a_certificate_copy_needs_reason_and_collector_and_leaves_a_ledger_row(
    way: Way, tmp_path: Path
) -> None:
    made = way.certified(tmp_path)
    with pytest.raises(RefusedError, match="首发过"):
        issue_certificate(
            way.office, c.IssueCertificate(actor=CLERK.name, contract_id=made, path=tmp_path / "x.pdf")
        )
    with pytest.raises(RefusedError, match="领取人"):
        issue_certificate(
            way.office,
            c.IssueCertificate(
                actor=CLERK.name, contract_id=made, path=tmp_path / "x.pdf", copy_kind="reissue"
            ),
        )
    assert not (tmp_path / "x.pdf").exists()
    record_sheet(
        way.office,
        c.RecordSheet(actor=CLERK.name, contract_id=made, copy_number=2, event="void", reason="卡纸"),
    )
    issue_certificate(
        way.office,
        c.IssueCertificate(actor=CLERK.name, contract_id=made, path=tmp_path / "2.pdf", copies=(2,)),
    )
    issue_certificate(
        way.office,
        c.IssueCertificate(
            actor=CLERK.name,
            contract_id=made,
            path=tmp_path / "r.pdf",
            copies=(1,),
            copy_kind="reissue",
            reason="原件遗失",
            collector="韦青岚",
        ),
    )
    events = [(s.copy_number, s.event, s.copy_kind, s.ordinal) for s in way.sheet(made).sheets]
    assert events == [
        (1, "printed", "first", 0),
        (2, "printed", "first", 0),
        (3, "printed", "first", 0),
        (2, "void", "first", 0),
        (2, "printed", "first", 0),
        (1, "printed", "reissue", 1),
    ]


def test_a_live_contract_is_the_same_to_lists_and_to_acts() -> None:
    assert set(queries.LIVE) == LIVE_STATES


def test_states_and_acts_speak_the_language_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (STATE_WORDS["DRAFT"], REPORTING_WORDS["PARKED"]) == ("草稿", "暂不上报")
    assert TABLE["accept"].words == "受理"
    monkeypatch.setenv("CONTRACT_DESK_LANGUAGE", "en")
    assert set(STATE_WORDS) == set(STATES)
    chinese = re.compile("[\u4e00-\u9fff]")
    words = [*STATE_WORDS.values(), *REPORTING_WORDS.values(), *(move.words for move in TABLE.values())]
    assert [word for word in words if chinese.search(word)] == []
