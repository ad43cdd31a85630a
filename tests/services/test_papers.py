"""Letters and internal sheets say what the rows say, and nothing is printed that may not be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from desktop.certificates.preview import pdf_text
from desktop.errors import RefusedError
from desktop.rules.local_pack import Remedy
from desktop.services import commands as c
from desktop.services.afterwards import change_contract, end_contract
from desktop.services.office import Office
from desktop.services.papers import print_grounds, print_notice
from desktop.services.take_in import decline_contract, refuse_contract, return_contract
from tests.conftest import CLERK, REVIEWER, Way

DEFECT = c.Defect("缺附件三《验收大纲》", "请补交附件三全文，双方盖章", "附件清单")
REMEDY = Remedy("A", "澄河县人民政府", "澄河县人民法院", "", 0)


@pytest.fixture
def remedied(way: Way) -> Way:
    """The station has set its wording of the remedy."""
    way.office = replace(way.office, pack=replace(way.office.pack, remedy=REMEDY))
    return way


def printed(way: Way, contract_id: int, paper: str, path: Path) -> str:
    notice = [n for n in way.sheet(contract_id).notices if n.paper == paper][-1]
    print_notice(way.office, notice.id, path)
    text = re.sub(r"\s", "", pdf_text(path))
    assert re.sub(r"\s", "", notice.number) in text
    assert "澄河县技术合同登记处" in text
    return text


def refused(way: Way) -> int:
    made = way.accepted()
    refuse_contract(
        way.office,
        c.RefuseContract(
            actor=CLERK.name, contract_id=made, grounds=("G02",), reason="标的是定型包装线的买卖"
        ),
    )
    return made


def changed(way: Way, tmp_path: Path) -> int:
    made = way.certified(tmp_path)
    facts = replace(way.sheet(made).facts, valid_until=date(2028, 6, 30))
    change_contract(
        way.office,
        c.ChangeContract(
            actor=CLERK.name,
            contract_id=made,
            facts=facts,
            agreement="补充协议（2026-11-18）",
            reason="交付期顺延",
        ),
    )
    return made


def test_the_acceptance_slip_names_the_period_and_no_amount(way: Way, tmp_path: Path) -> None:
    text = printed(way, way.accepted(), "P01", tmp_path / "P01.pdf")
    for word in ("受理通知单", "丘陵茶园自走式采摘机", "岚州启衡自动化技术有限公司", "2026年12月11日", "15"):
        assert word in text, word
    assert "委托开发合同" in text  # the attachment that was handed in
    assert "1,280,000" not in text


def test_the_supplement_notice_lists_everything_that_is_missing_at_once(way: Way, tmp_path: Path) -> None:
    made = way.accepted()
    other = c.Defect("合同首部单位名称与公章不一致", "补盖一致的公章", "签章页")
    return_contract(
        way.office,
        c.ReturnContract(
            actor=CLERK.name, contract_id=made, defects=(DEFECT, other), deadline_on=date(2026, 12, 4)
        ),
    )
    text = printed(way, made, "P02", tmp_path / "P02.pdf")
    for word in (DEFECT.problem, DEFECT.remedy, other.problem, other.remedy, "2026年12月4日"):
        assert word in text, word


def test_a_refusal_is_not_printed_until_the_station_has_set_the_remedy(way: Way, tmp_path: Path) -> None:
    made = refused(way)
    notice = way.sheet(made).notices[-1]
    with pytest.raises(RefusedError, match="救济途径") as told:
        print_notice(way.office, notice.id, tmp_path / "P07.pdf")
    assert told.value.hint
    assert not (tmp_path / "P07.pdf").exists()


def test_a_refusal_carries_grounds_facts_and_the_remedy(remedied: Way, tmp_path: Path) -> None:
    made = refused(remedied)
    text = printed(remedied, made, "P07", tmp_path / "P07.pdf")
    ground = remedied.office.codes.name("refusal_grounds", "G02")
    for word in ("不予登记", ground, "定型包装线的买卖", "澄河县人民政府", "澄河县人民法院", "六十日"):
        assert word in text, word


@pytest.mark.parametrize("is_set", [True, False])
def test_a_non_acceptance_needs_the_remedy_too(way: Way, tmp_path: Path, is_set: bool) -> None:
    if is_set:
        way.office = replace(way.office, pack=replace(way.office.pack, remedy=REMEDY))
    made = way.draft()
    decline_contract(
        way.office,
        c.DeclineContract(
            actor=CLERK.name, contract_id=made, ground="other_station", where_to="岚州市技术合同登记处"
        ),
    )
    if not is_set:
        notice = way.sheet(made).notices[-1]
        with pytest.raises(RefusedError, match="救济途径"):
            print_notice(way.office, notice.id, tmp_path / "P03.pdf")
        return
    text = printed(way, made, "P03", tmp_path / "P03.pdf")
    assert "岚州市技术合同登记处" in text
    assert "行政复议" in text


def test_the_change_notice_shows_each_value_before_and_after(way: Way, tmp_path: Path) -> None:
    made = changed(way, tmp_path)
    text = printed(way, made, "P08", tmp_path / "P08.pdf")
    for word in (
        way.sheet(made).row.official_number,
        "补充协议（2026-11-18）",
        "有效期限止",
        "2027-12-31",
        "2028-06-30",
        "第2版",
    ):
        assert word in text, word


def test_a_changed_id_number_is_masked_on_the_notice(way: Way, tmp_path: Path) -> None:
    from desktop.rules.identifiers import resident_check

    bodies = ("99032119850312001", "99032119850312003")
    old, new = (body + resident_check(body) for body in bodies)
    buyer, seller = way.facts.parties
    person = replace(buyer, name="秦㛃", id_type="resident_id", id_number=old, legal_representative=None)
    made = way.registered(parties=(person, seller))
    facts = way.sheet(made).facts
    right = replace(facts, parties=(replace(facts.parties[0], id_number=new), facts.parties[1]))
    change_contract(
        way.office,
        c.ChangeContract(
            actor=CLERK.name, contract_id=made, facts=right, agreement="户口簿", reason="号码笔误"
        ),
    )
    text = printed(way, made, "P08", tmp_path / "P08.pdf")
    assert old not in text
    assert new not in text
    assert new[-4:] in text or new[:3] in text


def test_the_cancellation_notice_asks_for_the_papers_back(way: Way, tmp_path: Path) -> None:
    made = way.certified(tmp_path)
    end_contract(
        way.office,
        c.EndContract(
            actor=CLERK.name, contract_id=made, how="cancel", reason="双方协议解除", document="解除协议"
        ),
    )
    text = printed(way, made, "P09", tmp_path / "P09.pdf")
    for word in ("注销", way.sheet(made).row.official_number, "双方协议解除", "2026年12月5日"):
        assert word in text, word


def test_the_review_sheet_names_every_rule_its_answer_and_both_people(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    print_grounds(way.office, made, tmp_path / "P22.pdf")
    text = re.sub(r"\s", "", pdf_text(tmp_path / "P22.pdf"))
    recognition = way.sheet(made).recognition
    assert recognition is not None
    used = [f for f in recognition["conclusion"]["findings"] if f.get("answer") in ("yes", "no")]
    assert used
    for finding in used:
        assert finding["code"] in text, finding["code"]
    for word in ("认定审核表", CLERK.name, REVIEWER.name, "M2026", "委托开发合同"):
        assert word in text, word


def test_without_a_recognition_there_is_no_review_sheet(way: Way, tmp_path: Path) -> None:
    made = way.accepted()
    with pytest.raises(RefusedError, match="还没有认定"):
        print_grounds(way.office, made, tmp_path / "P22.pdf")
    assert not (tmp_path / "P22.pdf").exists()


def test_a_letter_that_is_not_there_is_told(office: Office, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="没有这份文书"):
        print_notice(office, 77, tmp_path / "x.pdf")


def test_a_character_that_no_font_has_is_named_and_nothing_is_printed(way: Way, tmp_path: Path) -> None:
    """U+31350 has no glyph in any shipped font."""
    buyer, seller = way.facts.parties
    made = way.accepted(parties=(buyer, replace(seller, name="岚州\U00031350农机有限公司")))
    notice = way.sheet(made).notices[-1]
    with pytest.raises(RefusedError, match="31350"):
        print_notice(way.office, notice.id, tmp_path / "P01.pdf")
    assert not (tmp_path / "P01.pdf").exists()
