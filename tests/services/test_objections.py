from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import RefusedError
from desktop.rules.facts import AmountLine, Facts
from desktop.rules.local_pack import DeskRoute
from desktop.services import commands as c
from desktop.services.afterwards import fix_income, inform_office
from desktop.services.decide import recognise_contract
from desktop.services.lifecycle import NotAllowed
from desktop.services.objections import answer_objection, ask_experts, keep_expert_review, take_objection
from desktop.services.office import Office
from desktop.services.papers import print_grounds, print_notice
from desktop.services.register import review_and_register, send_back
from desktop.services.take_in import accept_contract, refuse_contract
from desktop.services.views import ContractSheet
from tests.conftest import CLERK, HEAD, REVIEWER, Way

BIG = Decimal("9000000.00")
MINUTES: dict[str, Any] = {
    "held_on": date(2026, 11, 20),
    "organiser": "云岭省技术市场管理中心",
    "experts": "苏木、阮青、柏舟",
    "for_count": 3,
    "against_count": 0,
    "opinion": "agree",
    "text": "研究开发目标明确，同意认定为技术开发合同。",
    "document": "评审纪要〔2026〕7号",
}


def big(way: Way) -> dict[str, Any]:
    line = replace(way.facts.amount_lines[0], amount=BIG)
    return {"contract_amount": BIG, "technology_amount": BIG, "amount_lines": (line,)}


def hear(office: Office, contract_id: int, **changes: Any) -> int:
    command = c.KeepExpertReview(actor=CLERK.name, contract_id=contract_id, **MINUTES | changes)
    return keep_expert_review(office, command)


def register(way: Way, contract_id: int) -> int:
    return review_and_register(
        way.office.as_person(REVIEWER),
        c.ReviewContract(actor=REVIEWER.name, contract_id=contract_id, items=way.review_items(contract_id)),
    )


def notice(sheet: ContractSheet, paper: str) -> int:
    return next(n.id for n in reversed(sheet.notices) if n.paper == paper)


def text_of(path: Path) -> str:
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True, text=True)
    return "".join(done.stdout.split())


# --- experts


def test_a_large_contract_is_registered_only_after_the_experts(way: Way) -> None:
    made = way.recognised(**big(way))
    with pytest.raises(NotAllowed, match="专家评审"):
        register(way, made)
    hear(way.office, made)
    register(way, made)
    sheet = way.sheet(made)
    assert sheet.row.state == "REGISTERED"
    assert sheet.expert_reviews[0].experts == "苏木、阮青、柏舟"
    assert any("专家评审意见：同意（3 比 0）" in row.words for row in sheet.history)


def test_a_disputed_contract_gets_the_long_period_and_a_letter(way: Way, tmp_path: Path) -> None:
    made = way.recognised()
    ask_experts(
        way.office,
        c.AskExperts(actor=CLERK.name, contract_id=made, cause="disputed", reason="开发还是服务，说法不一"),
    )
    sheet = way.sheet(made)
    assert sheet.row.needs_expert
    assert sheet.row.days_left == 30
    text = text_of(print_notice(way.office, notice(sheet, "P23"), tmp_path / "p23.pdf"))
    assert "技术合同认定登记延期告知书" in text
    assert "本机构于2026年11月20日受理。因该合同存在争议，需要专家评审，" in text
    assert "办理期限延至2027年1月4日（自受理之日起30个工作日）" in text
    with pytest.raises(NotAllowed, match="专家评审"):
        register(way, made)
    with pytest.raises(RefusedError, match="已经提请过"):
        ask_experts(
            way.office, c.AskExperts(actor=CLERK.name, contract_id=made, cause="disputed", reason="再提")
        )


def test_a_contract_below_the_threshold_is_not_large_and_a_dispute_needs_words(way: Way) -> None:
    made = way.accepted()
    with pytest.raises(RefusedError, match=r"没有达到大额标准 5,000,000\.00"):
        ask_experts(way.office, c.AskExperts(actor=CLERK.name, contract_id=made, cause="large", reason=""))
    with pytest.raises(RefusedError, match="争议是什么"):
        ask_experts(
            way.office, c.AskExperts(actor=CLERK.name, contract_id=made, cause="disputed", reason=" ")
        )
    assert not way.sheet(made).row.needs_expert


def test_experts_who_disagree_stop_the_registration_until_it_is_recognised_anew(way: Way) -> None:
    made = way.recognised(**big(way))
    hear(way.office, made, opinion="disagree", for_count=1, against_count=2, text="目标不明确。")
    with pytest.raises(NotAllowed, match="专家评审不同意"):
        register(way, made)
    send_back(
        way.office.as_person(REVIEWER),
        c.SendBack(actor=REVIEWER.name, contract_id=made, reason="按评审意见重审"),
    )
    recognise_contract(
        way.office, c.RecogniseContract(actor=CLERK.name, contract_id=made, answers=way.answers)
    )
    with pytest.raises(NotAllowed, match="还没有记入评审意见"):
        register(way, made)
    hear(way.office, made)
    register(way, made)


def test_an_opinion_on_another_amount_no_longer_counts(way: Way) -> None:
    made = way.accepted(**big(way))
    hear(way.office, made)
    recognise_contract(
        way.office, c.RecogniseContract(actor=CLERK.name, contract_id=made, answers=way.answers)
    )
    register(way, made)
    other = way.accepted(**big(way) | {"title": "另一个项目", "signed_on": date(2026, 10, 1)})
    hear(way.office, other)
    lines = (
        replace(way.facts.amount_lines[0], amount=Decimal("6000000.00")),
        AmountLine(label="设备", nature="equipment", amount=Decimal("3000000.00")),
    )
    from desktop.services.take_in import save_contract

    facts = replace(way.sheet(other).facts, amount_lines=lines, technology_amount=Decimal("6000000.00"))
    save_contract(way.office, c.SaveContract(actor=CLERK.name, facts=facts, contract_id=other))
    hear(way.office, other)
    assert way.sheet(other).expert_reviews[-1].opinion == "agree"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"for_count": 1, "against_count": 2}, "与所选的结论不符"),
        ({"for_count": 0, "against_count": 0}, "票数不对"),
        ({"experts": ""}, "写全组织单位"),
        ({"held_on": date(2026, 11, 21)}, "今天之后"),
        ({"held_on": date(2026, 11, 19)}, "早于受理日期"),
        ({"opinion": "perhaps"}, "评审意见不对"),
    ],
)
def test_minutes_that_cannot_be_are_refused_in_words(way: Way, changes: dict[str, Any], words: str) -> None:
    made = way.recognised(**big(way))
    with pytest.raises(RefusedError, match=words):
        hear(way.office, made, **changes)
    assert way.sheet(made).expert_reviews == ()


def test_a_contract_that_shrank_below_the_threshold_needs_no_experts(way: Way) -> None:
    lines = (
        replace(way.facts.amount_lines[0], amount=Decimal("4000000.00")),
        AmountLine(label="设备", nature="equipment", amount=Decimal("5000000.00"), clause="附件二"),
    )
    made = way.accepted(contract_amount=BIG, technology_amount=Decimal("4000000.00"), amount_lines=lines)
    assert not way.sheet(made).row.needs_expert


def test_the_experts_stand_on_the_grounds(way: Way, tmp_path: Path) -> None:
    made = way.recognised(**big(way))
    hear(way.office, made)
    text = text_of(print_grounds(way.office, made, tmp_path / "p22.pdf"))
    assert "2026年11月20日，云岭省技术市场管理中心组织苏木、阮青、柏舟评审，3人同意、0人不同意" in text


# --- objections


def objected(way: Way, contract_id: int, **changes: Any) -> int:
    given: dict[str, Any] = {
        "raised_by": "applicant",
        "reason": "设备是样机，不应扣除",
        "against": "登记证明2026990321000247",
    }
    return take_objection(
        way.office, c.TakeObjection(actor=CLERK.name, contract_id=contract_id, **given | changes)
    )


def answered(way: Way, contract_id: int, decision: str, person: Any = REVIEWER, **more: Any) -> int:
    return answer_objection(
        way.office.as_person(person),
        c.AnswerObjection(
            actor=person.name,
            contract_id=contract_id,
            decision=decision,
            answer="经核对合同附件二，所列各项与认定时一致",
            **more,
        ),
    )


def test_an_objection_is_upheld_by_letter_and_nothing_else_moves(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    before = way.sheet(made)
    objected(way, made)
    assert way.sheet(made).objections[0].due_on == date(2026, 12, 5)
    answered(way, made, "upheld")
    after = way.sheet(made)
    assert (after.row.state, after.facts) == ("REGISTERED", before.facts)
    assert after.objections[0].decision == "upheld"
    with pytest.raises(RefusedError, match="救济"):
        print_notice(way.office, notice(after, "P26"), tmp_path / "p26.pdf")
    remedy = replace(way.office.pack.remedy, form="B", superior="云岭省技术市场管理中心", days=30)
    office = replace(way.office, pack=replace(way.office.pack, remedy=remedy))
    text = text_of(print_notice(office, notice(after, "P26"), tmp_path / "p26.pdf"))
    assert "技术合同认定登记复核结果告知书" in text
    assert "对登记证明2026990321000247提出的异议，本机构已复核。" in text
    assert "决定维持原认定结论。" in text
    assert "书面申请复核" in text


def test_a_changed_conclusion_is_a_recognition_of_its_own(way: Way, tmp_path: Path) -> None:
    made = way.certified(tmp_path)
    before = way.sheet(made)
    assert before.facts.technology_amount is not None
    objected(way, made, raised_by="tax", name="国家税务总局澄河县税务局", reason="含设备款")
    total = before.facts.contract_amount or Decimal(0)
    lines = (
        AmountLine(label="研发", nature="technology", amount=total - 300000, clause="五"),
        AmountLine(label="设备", nature="equipment", amount=Decimal("300000.00"), clause="附件二"),
    )
    facts = replace(before.facts, amount_lines=lines, technology_amount=total - 300000, title="不许改的名称")
    answered(way, made, "changed", facts=facts, answers=way.answers)
    after = way.sheet(made)
    assert after.row.state == "CHANGED"
    assert after.facts.technology_amount == total - 300000
    assert after.facts.title == before.facts.title
    assert after.row.reporting_state == "NOT_SENT"
    assert after.row.official_number == before.row.official_number
    assert after.rule_set == before.rule_set
    said = next(row for row in after.history if row.verb == "answer_objection")
    assert "变更原认定结论" in said.words
    assert any(field == "技术交易额" for field, _old, _new in said.changes)


def test_a_changed_conclusion_that_does_not_hold_changes_nothing(way: Way) -> None:
    made = way.registered()
    objected(way, made)
    before = way.sheet(made)
    with pytest.raises(RefusedError, match="没有答完"):
        answered(way, made, "changed", answers={})
    with pytest.raises(RefusedError, match="没有变"):
        answered(way, made, "changed", answers=way.answers)
    with pytest.raises(RefusedError, match="写明理由"):
        answered(way, made, "changed", answers=way.answers, kind="DEV", sub_kind="DEV-2")
    assert way.sheet(made) == before
    answered(
        way, made, "changed", answers=way.answers, kind="DEV", sub_kind="DEV-2", reason="双方共同投入研究"
    )
    assert way.sheet(made).facts.sub_kind == "DEV-2"


def test_a_changed_amount_below_the_income_already_fixed_is_refused(way: Way) -> None:
    made = way.registered()
    before = way.sheet(made).facts
    assert before.technology_amount is not None
    fix_income(
        way.office,
        c.FixIncome(
            actor=CLERK.name,
            contract_id=made,
            received_on=date(2026, 11, 20),
            amount=before.technology_amount,
        ),
    )
    objected(way, made)
    line = replace(before.amount_lines[0], amount=Decimal("1.00"))
    less = replace(before, contract_amount=Decimal("1.00"), amount_lines=(line,))
    with pytest.raises(RefusedError, match="已核定技术性收入"):
        answered(way, made, "changed", facts=less, answers=way.answers)
    assert way.sheet(made).facts.technology_amount == before.technology_amount


def refused(way: Way) -> int:
    made = way.accepted()
    return refuse_contract(
        way.office,
        c.RefuseContract(actor=CLERK.name, contract_id=made, grounds=("G05",), reason="没有研究开发目标"),
    )


def test_a_refusal_that_is_withdrawn_is_taken_up_again_with_a_new_period(way: Way) -> None:
    made = refused(way)
    objected(way, made, against="澄技登不登〔2026〕1号", reason="目标写在附件一")
    with pytest.raises(RefusedError, match="没有可变更的认定"):
        answered(way, made, "changed")
    answered(way, made, "withdrawn", person=HEAD)
    sheet = way.sheet(made)
    assert (sheet.row.state, sheet.row.days_left) == ("ACCEPTED", 15)
    assert sheet.objections[0].answer.startswith("经核对")


def test_a_registration_is_not_withdrawn_this_way(way: Way) -> None:
    made = way.registered()
    objected(way, made)
    with pytest.raises(RefusedError, match="只有不予登记的结论"):
        answered(way, made, "withdrawn")


def test_who_recognised_does_not_answer(way: Way) -> None:
    made = way.registered()
    objected(way, made)
    both = replace(CLERK, roles=frozenset({"clerk", "reviewer"}))
    with pytest.raises(NotAllowed, match="不能是同一人"):
        answered(way, made, "upheld", person=both)


def test_without_an_objection_there_is_nothing_to_answer(way: Way) -> None:
    made = way.registered()
    with pytest.raises(NotAllowed, match="没有收到异议"):
        answered(way, made, "upheld")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "理由是什么"),
        ({"against": ""}, "哪份文书"),
        ({"raised_by": "somebody"}, "由谁提出"),
        ({"received_on": date(2026, 11, 21)}, "今天之后"),
        ({"raised_by": "tax"}, "提出异议的单位"),
    ],
)
def test_an_objection_without_what_it_needs_is_refused(way: Way, changes: dict[str, Any], words: str) -> None:
    made = way.registered()
    with pytest.raises(RefusedError, match=words):
        objected(way, made, **changes)
    assert way.sheet(made).objections == ()


def test_one_objection_at_a_time(way: Way) -> None:
    made = way.registered()
    objected(way, made)
    with pytest.raises(RefusedError, match="还有一件异议"):
        objected(way, made)


# --- who must be told


def changed(way: Way, tmp_path: Path) -> int:
    made = way.certified(tmp_path)
    objected(way, made)
    answered(
        way, made, "changed", answers=way.answers, kind="DEV", sub_kind="DEV-2", reason="双方共同投入研究"
    )
    return made


def test_tax_is_told_by_letter_what_became_of_the_registration(way: Way, tmp_path: Path) -> None:
    made = changed(way, tmp_path)
    inform_office(way.office, c.InformOffice(actor=CLERK.name, contract_id=made))
    sheet = way.sheet(made)
    text = text_of(print_notice(way.office, notice(sheet, "P11"), tmp_path / "p11.pdf"))
    assert "国家税务总局澄河县税务局：" in text
    assert f"登记编号{sheet.row.official_number}的技术合同" in text
    assert "于2026年11月20日变更登记" in text
    assert "登记证明共出具3份" in text
    assert "特此函告。" in text
    assert CLERK.name not in text
    assert any(row.words == "告知国家税务总局澄河县税务局" for row in sheet.history)


def test_a_revocation_is_passed_on_and_told(way: Way, tmp_path: Path) -> None:
    from desktop.services.afterwards import end_contract

    made = way.registered()
    end_contract(
        way.office.as_person(HEAD),
        c.EndContract(
            actor=HEAD.name,
            contract_id=made,
            how="revoke",
            reason="同一合同重复登记",
            document="云岭省技术市场管理办公室2026年11月19日云技撤〔2026〕2号决定",
        ),
    )
    inform_office(way.office, c.InformOffice(actor=CLERK.name, contract_id=made, office="澄河县财政局"))
    sheet = way.sheet(made)
    text = text_of(print_notice(way.office, notice(sheet, "P10"), tmp_path / "p10.pdf"))
    assert "根据云岭省技术市场管理办公室2026年11月19日云技撤〔2026〕2号决定" in text
    assert "已被撤销，自2026年11月20日起不再有效" in text
    assert "自始无效" not in text
    told = text_of(print_notice(way.office, notice(sheet, "P11"), tmp_path / "p11.pdf"))
    assert "澄河县财政局：" in told
    assert "撤销登记，登记终止。" in told


def test_nobody_is_told_of_nothing(way: Way) -> None:
    made = way.registered()
    with pytest.raises(RefusedError, match="不必告知"):
        inform_office(way.office, c.InformOffice(actor=CLERK.name, contract_id=made))


# --- routing of the local pack


def routed(way: Way, *desks: DeskRoute, **roles: tuple[str, ...]) -> Way:
    pack = replace(way.office.pack, desks=desks, roles=roles)
    return Way(replace(way.office, pack=pack), way.facts, way.answers)


def over(amount: str, roles: tuple[str, ...] = ("head",)) -> DeskRoute:
    return DeskRoute("大额窗口", "over", Decimal(amount), ("register",), roles, "memory")


def test_above_my_limit_the_head_registers(way: Way) -> None:
    fixed = way.facts.technology_amount
    assert fixed is not None
    ours = routed(way, over(str(fixed)))
    made = ours.recognised()
    with pytest.raises(NotAllowed, match="要由负责人来做"):
        register(ours, made)
    below = routed(way, over(str(fixed + Decimal("0.01"))))
    register(below, made)


Change = Callable[[Facts], Facts]


@pytest.mark.parametrize(
    ("when", "change", "goes"),
    [
        ("import", lambda f: replace(f, cross_border="import"), True),
        ("import", lambda f: f, False),
        ("ip_transfer", lambda f: replace(f, kind="TRF", sub_kind="TRF-1"), True),
        ("ip_transfer", lambda f: f, False),
        (
            "foreign_invested",
            lambda f: replace(f, parties=(replace(f.parties[0], party_type="330"), *f.parties[1:])),
            True,
        ),
        ("foreign_invested", lambda f: f, False),
    ],
)
def test_another_office_takes_its_sort_of_contract(way: Way, when: str, change: Change, goes: bool) -> None:
    desk = DeskRoute("云岭省技术市场管理中心", when, Decimal(0), ("register",), (), "memory")
    ours = routed(way, desk)
    made = Way(ours.office, change(way.facts), way.answers).draft()
    said = [p.reason for p in ours.sheet(made).problems if p.code == "L03"]
    assert said == (["按本地分工，这类合同由云岭省技术市场管理中心办理"] if goes else [])
    if goes:
        with pytest.raises(NotAllowed, match="由云岭省技术市场管理中心办理"):
            accept_contract(ours.office, c.AcceptContract(actor=CLERK.name, contract_id=made))
    else:
        ours.pass_doubts(made)
        accept_contract(ours.office, c.AcceptContract(actor=CLERK.name, contract_id=made))


def test_a_pack_gives_an_act_to_other_roles(way: Way) -> None:
    ours = routed(way, refuse=("head",))
    made = ours.accepted()
    wanted = c.RefuseContract(actor=CLERK.name, contract_id=made, grounds=("G05",), reason="没有目标")
    with pytest.raises(NotAllowed, match="要由负责人来做"):
        refuse_contract(ours.office, wanted)
    refuse_contract(ours.office.as_person(HEAD), replace(wanted, actor=HEAD.name))
