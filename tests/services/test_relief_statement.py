from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.certificates.preview import page_count, pdf_text
from desktop.certificates.wording import cited, half_width_left
from desktop.errors import RefusedError
from desktop.rules.facts import facts_from_json
from desktop.rules.relief import RELIEF_IDS
from desktop.rules.relief_words import rejections
from desktop.services.commands import KeepRelief, SaveAnswers, SaveContract
from desktop.services.decide import keep_relief, mark_reliefs_stale, save_answers
from desktop.services.office import Office
from desktop.services.relief_statement import print_relief, print_relief_inquiry, reliefs_in
from desktop.services.take_in import save_contract
from desktop.store.mapping import facts_of
from tests.conftest import CLERK

STATEMENTS: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in tomllib.loads(Path(__file__).with_name("relief_statements.toml").read_text(encoding="utf-8"))[
        "statement"
    ]
}


def keep(office: Office, case: dict[str, Any]) -> int:
    """The contract of a sample in the database, with its answers; registered if the sample says so."""
    from desktop.models import Income

    facts = facts_from_json(case["facts"])
    made = save_contract(office, SaveContract(actor=CLERK.name, facts=facts))
    answers = {
        code: {"answer": "yes", "evidence": evidence, "by": CLERK.name}
        for code, evidence in case["yes"].items()
    }
    with office.work() as uow:
        contract = uow.contract(made)
        contract.state = "ACCEPTED"
        contract.technology_amount = facts.technology_amount
        uow.commit()
    if answers:
        save_answers(office, SaveAnswers(actor=CLERK.name, contract_id=made, answers=answers, part="relief"))
    if case["registered"]:
        with office.work() as uow:
            contract = uow.contract(made)
            contract.state, contract.official_number = "REGISTERED", f"202699032100024{made}"
            contract.registered_on = date(2026, 9, 18)
            if facts.awards:
                income = Income(ordinal=0, received_on=date(2024, 3, 1), amount=Decimal("1000000"))
                contract.incomes = [income]
            uow.commit()
    return made


def plain(path: Path) -> str:
    """The text as copied out, lines joined."""
    return pdf_text(path).replace("\n", "").replace("\f", "")


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_sentences_that_matter_stand_on_the_paper(office: Office, tmp_path: Path, name: str) -> None:
    case = STATEMENTS[name]
    path = print_relief(office, keep(office, case), tmp_path / "税惠说明书.pdf")
    text = plain(path)
    for words in [case["counts"], *case["says"]]:
        assert words.replace(" ", "") in text.replace(" ", ""), words
    for words in case["never"]:
        assert words not in text
    assert "本说明供参考，不是涉税决定。" in text
    assert "由税务机关依法确定" in text
    assert f"第 {page_count(path)} 页 共 {page_count(path)} 页" in pdf_text(path, page_count(path) - 1)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_copies_out_whole_with_its_own_fonts(office: Office, tmp_path: Path, name: str) -> None:
    path = print_relief(office, keep(office, STATEMENTS[name]), tmp_path / "x.pdf")
    text = pdf_text(path)
    assert "{" not in text
    assert "…" not in text
    assert [line for line in text.splitlines() if half_width_left(line)] == []
    assert b"Helvetica" not in path.read_bytes()
    assert STATEMENTS[name]["facts"]["title"] in plain(path)
    assert "。。" not in plain(path)
    assert "；。" not in plain(path)


def test_every_condition_that_is_asked_stands_with_answer_and_source(office: Office, tmp_path: Path) -> None:
    case = STATEMENTS["commissioned development"]
    made = keep(office, case)
    text = plain(print_relief(office, made, tmp_path / "x.pdf"))
    with office.look() as uow:
        contract = uow.contract(made)
        results = reliefs_in(office, uow, contract, facts_of(contract))
    shown = [r for r in results if r.result in ("supported", "cannot_tell")]
    assert len(shown) == 4
    for condition in (c for r in shown for c in r.conditions if c.answer != "not_applicable"):
        assert condition.question in text
        assert condition.words in text
        for source in condition.sources:
            known = source.confidence == "verified"
            assert cited(source.instrument, source.article if known else "") in text
            assert not known or f"{cited(source.instrument, source.article)}（待核）" not in text


def test_no_article_of_a_draft_is_printed(office: Office, tmp_path: Path) -> None:
    text = plain(print_relief(office, keep(office, STATEMENTS["patent sale"]), tmp_path / "x.pdf"))
    assert "《技术合同认定规则》（国科发政字〔2001〕253号）（待核）" in text
    assert "第五十一条" not in text


def test_a_contract_that_has_ended_gets_no_statement(office: Office, tmp_path: Path) -> None:
    made = keep(office, STATEMENTS["patent sale"])
    with office.work() as uow:
        uow.contract(made).state = "CANCELLED"
        uow.commit()
    with pytest.raises(RefusedError, match="已注销"):
        print_relief(office, made, tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()


def test_a_secret_title_is_not_printed(office: Office, tmp_path: Path) -> None:
    case = STATEMENTS["patent sale"]
    made = keep(office, case)
    with office.work() as uow:
        uow.contract(made).is_secret = True
        uow.commit()
    text = plain(print_relief(office, made, tmp_path / "x.pdf"))
    assert "（保密）" in text
    assert case["facts"]["title"] not in text


def test_an_opinion_older_than_the_last_change_is_pointed_out(office: Office, tmp_path: Path) -> None:
    made = keep(office, STATEMENTS["patent sale"])
    keep_relief(office, KeepRelief(actor=CLERK.name, contract_id=made, answers={}))
    assert "还没有重新核对" not in plain(print_relief(office, made, tmp_path / "a.pdf"))
    with office.work() as uow:
        mark_reliefs_stale(uow, uow.contract(made))
        uow.commit()
    assert "以前存档的税惠意见还没有重新核对" in plain(print_relief(office, made, tmp_path / "b.pdf"))


def test_the_statement_is_chinese_on_an_english_screen(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keep(office, STATEMENTS["five-year non-exclusive licence"])
    chinese = plain(print_relief(office, made, tmp_path / "zh.pdf"))
    monkeypatch.setenv("CONTRACT_DESK_LANGUAGE", "en")
    assert plain(print_relief(office, made, tmp_path / "en.pdf")) == chinese


def test_every_rejection_belongs_to_a_relief_and_a_condition_of_the_law(office: Office) -> None:
    codes = {rule.code for rule in office.book.all_rows()}
    assert {row.relief for row in rejections()} <= set(RELIEF_IDS)
    assert {row.condition for row in rejections() if row.condition} <= codes


def test_what_is_supported_comes_first(office: Office, tmp_path: Path) -> None:
    made = keep(office, STATEMENTS["university cash award"])
    text = plain(print_relief(office, made, tmp_path / "x.pdf"))
    assert (
        text.index("一、个税现金奖励减半") < text.index("三、增值税技术转让免税") < text.index("不支持的各项")
    )


def test_the_inquiry_asks_every_open_condition_of_the_right_side(office: Office, tmp_path: Path) -> None:
    made = keep(office, STATEMENTS["university cash award"])
    path = print_relief_inquiry(office, made, tmp_path / "x.pdf")
    text = plain(path)
    with office.look() as uow:
        contract = uow.contract(made)
        results = reliefs_in(office, uow, contract, facts_of(contract))
    asked = [c for r in results if r.result == "cannot_tell" for c in r.open]
    assert len(asked) > 5
    for condition in asked:
        assert condition.question in text
        assert text.count(condition.id) == 1
    assert text.index("请卖方回答") < text.index("免税销售额单独核算吗？") < text.index("请买卖双方回答")
    assert text.count("□是　□否　□不明") == len(asked)
    assert "不作为减免税依据" in text
    assert b"Helvetica" not in path.read_bytes()
    assert [line for line in pdf_text(path).splitlines() if half_width_left(line)] == []


def test_nothing_open_is_nothing_to_ask(office: Office, tmp_path: Path) -> None:
    made = keep(office, STATEMENTS["service contract that gets nothing"])
    with pytest.raises(RefusedError, match="没有要询问的条件"):
        print_relief_inquiry(office, made, tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()
