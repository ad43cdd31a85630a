"""办理经过 as a paper: every act, old and new values, grounds; masked; the same bytes twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop.certificates.preview import page_count, pdf_text
from desktop.services import commands as c
from desktop.services.afterwards import change_contract
from desktop.services.decide import save_answers
from desktop.services.print_history import print_history
from tests.conftest import CLERK, Way


def squeezed(path: Path) -> str:
    return "".join(pdf_text(path.read_bytes()).split())


def test_the_paper_holds_every_act_with_old_and_new_values_and_its_ground(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    sheet = way.sheet(made)
    change_contract(
        way.office,
        c.ChangeContract(
            actor=CLERK.name,
            contract_id=made,
            facts=replace(sheet.facts, title="丘陵茶园采摘机视觉识别系统研制"),
            agreement="2026年11月18日补充协议",
            reason="名称按补充协议调整",
        ),
    )
    words = squeezed(print_history(way.office, made, tmp_path / "h.pdf"))
    for act in way.sheet(made).history:
        assert "".join(act.words.split())[:8] in words, act.words
    assert "丘陵茶园自走式采摘机视觉识别与仿形控制系统研制" in words
    assert "丘陵茶园采摘机视觉识别系统研制" in words
    assert "2026年11月18日补充协议" in words
    assert "陆知远" in words
    assert "不作为减免税依据" in words
    assert "认定为委托开发，提交复核" in words
    assert "DEV-1" not in words
    assert "规则M2026" in words
    assert words.index("受理，期限") < words.index("变更登记"), "oldest first"


def test_which_question_was_answered_and_how_stands_in_the_history(way: Way, tmp_path: Path) -> None:
    made = way.accepted()
    for answers in (
        {"R-DEV-01": {"answer": "yes", "evidence": "2.1"}},
        {"R-DEV-01": {"answer": "no", "evidence": "2.1"}, "R-DEV-02": {"answer": "unknown"}},
    ):
        save_answers(way.office, c.SaveAnswers(actor=CLERK.name, contract_id=made, answers=answers))
    first, second = (row for row in reversed(way.sheet(made).history) if row.verb == "answer")
    assert first.changes == (("R-DEV-01", "", "是（2.1）"),)
    assert second.changes == (("R-DEV-01", "是（2.1）", "否（2.1）"), ("R-DEV-02", "", "不明"))
    words = squeezed(print_history(way.office, made, tmp_path / "h.pdf"))
    assert "否（2.1）" in words


def test_numbers_of_people_and_telephones_are_masked_and_a_secret_title_is_not_printed(
    way: Way, tmp_path: Path
) -> None:
    made = way.draft()
    facts = way.sheet(made).facts
    parties = (facts.parties[0], replace(facts.parties[1], phone="0990-5550999"))
    from desktop.services.take_in import save_contract

    save_contract(
        way.office,
        c.SaveContract(actor=CLERK.name, contract_id=made, facts=replace(facts, parties=parties)),
    )
    words = squeezed(print_history(way.office, made, tmp_path / "h.pdf"))
    assert "0990-5550999" not in words
    assert "099*****0999" in words
    secret = way.draft(title="某型装备材料研制", is_secret=True, summary=None)
    save_contract(
        way.office,
        c.SaveContract(
            actor=CLERK.name,
            contract_id=secret,
            facts=replace(way.sheet(secret).facts, title="某型装备新材料研制"),
        ),
    )
    words = squeezed(print_history(way.office, secret, tmp_path / "s.pdf"))
    assert "项目名称" in words
    assert "某型装备" not in words
    assert "涉密合同" in words


def test_the_same_history_gives_the_same_bytes(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    first = print_history(way.office, made, tmp_path / "a.pdf").read_bytes()
    assert print_history(way.office, made, tmp_path / "b.pdf").read_bytes() == first


def test_a_long_history_goes_over_several_sheets(way: Way, tmp_path: Path) -> None:
    made = way.draft()
    from desktop.services.take_in import save_contract

    for number in range(45):
        facts = replace(way.sheet(made).facts, summary=f"第{number}稿：" + "研制采摘机" * 60)
        save_contract(way.office, c.SaveContract(actor=CLERK.name, contract_id=made, facts=facts))
    path = print_history(way.office, made, tmp_path / "h.pdf")
    assert page_count(path) > 4
    assert "第44稿" in squeezed(path)
    assert "续表" in squeezed(path)


def test_what_became_of_a_sheet_is_said(way: Way, tmp_path: Path) -> None:
    from desktop.services.issue import record_sheet

    made = way.certified(tmp_path)
    record_sheet(
        way.office,
        c.RecordSheet(
            actor=CLERK.name, contract_id=made, copy_number=2, event="collected", collector="韦青岚"
        ),
    )
    record_sheet(
        way.office,
        c.RecordSheet(actor=CLERK.name, contract_id=made, copy_number=2, event="void", reason="卡纸"),
    )
    words = [act.words for act in way.sheet(made).history[:2]]
    assert words == ["登记证明第 2 联作废：卡纸", "登记证明第 2 联已领走：韦青岚 签收"]
