from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.reading.document import DocumentText, Limits, Paragraph, finish, read_document
from desktop.reading.propose import missing_clauses, propose
from desktop.resources import resource

TODAY = date(2026, 11, 20)
CONTRACTS = sorted(resource("sample", "contracts").iterdir())


def of(*lines: str) -> DocumentText:
    return finish("txt", [Paragraph(line) for line in lines], 0, [], Limits())


def expected(path: Path) -> dict[str, Any]:
    rows = tomllib.loads(resource("sample", "expected.toml").read_text(encoding="utf-8"))["row"]
    return next(row for row in rows if row.get("document") == path.stem)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda p: p.name[:2] + p.suffix)
def test_the_sample_contracts_give_their_own_facts(path: Path) -> None:
    row = expected(path)
    found: dict[str, list[Any]] = {}
    for proposal in propose(read_document(path), TODAY):
        assert proposal.doubt == ""
        found.setdefault(proposal.field, []).append(proposal.value)
    until = date(2027, 12, 31) if row["no"] == 1 else row["valid_until"]
    assert found["title"] == [row["title"]]
    assert found["contract_amount"] == [Decimal(row["contract_amount"])]
    assert found["technology_amount"] == [Decimal(row["technology_amount"])]
    assert (found["signed_on"], found["valid_from"], found["valid_until"]) == (
        [row["signed_on"]], [row["valid_from"]], [until],
    )  # fmt: skip
    assert found["seller.name"] == row["sellers"]
    assert found["buyer.name"] == row["buyers"]


def test_each_proposal_names_clause_and_sentence() -> None:
    path = next(p for p in CONTRACTS if p.name.startswith("01") and p.suffix == ".pdf")
    amount = next(p for p in propose(read_document(path), TODAY) if p.field == "technology_amount")
    assert (amount.clause, amount.page) == ("7.2", 3)
    assert "壹佰零叁万元整" in amount.sentence


def test_capitals_and_figures_that_differ_are_a_doubt() -> None:
    document = of("7.1 合同总价为人民币壹佰贰拾捌万元整（¥1,208,000.00）。")
    (amount,) = propose(document, TODAY)
    assert amount.value == Decimal("1280000.00")
    assert "不一致" in amount.doubt


def test_two_different_amounts_are_both_proposed() -> None:
    document = of("7.1 合同总价为 50 万元。", "7.2 合同总价为 60 万元。")
    assert [p.value for p in propose(document, TODAY)] == [Decimal("500000.00"), Decimal("600000.00")]


@pytest.mark.parametrize(
    "text",
    [
        "违约金按合同总价的百分之五计算。",
        "支付合同总价的 40%。",
        "技术交易额另行约定。",
        "甲方联系电话：19900000101",
        "乙方法定代表人（签字）：某某",
        "有效期自签订之日起三年。",
        "签订日期：2026 年 2 月 30 日",
    ],
)
def test_what_only_looks_like_a_fact_gives_nothing(text: str) -> None:
    assert propose(of(text), TODAY) == ()


def test_a_wrong_credit_code_is_proposed_with_its_doubt() -> None:
    found = propose(
        of("乙方（受托人）：岚州启衡自动化技术有限公司，统一社会信用代码 91990321MA0QH7K26B"), TODAY
    )
    code = next(p for p in found if p.field == "seller.id_number")
    assert "校验位" in code.doubt


def test_missing_clauses_are_hints_only() -> None:
    path = CONTRACTS[0]
    notes = missing_clauses(read_document(path))
    assert [n.reason for n in notes] == ["合同未见“名词术语解释”条款"]
    assert {n.level for n in notes} == {"note"}
    assert len(missing_clauses(of("第一条 随便"))) >= 10
    assert missing_clauses(DocumentText("pdf", (), 2, is_scan=True)) == ()
