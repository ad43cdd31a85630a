"""认定审核表 of the ten sample contracts: what a person reads on the paper."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop.certificates.preview import pdf_text
from desktop.rules.conclusion import read_answers
from desktop.rules.recognition import answer_the_rest, answers_to_json
from desktop.services import commands as c
from desktop.services.decide import recognise_contract, save_answers
from desktop.services.papers import print_grounds
from tests.conftest import CLERK, Way
from tests.ui.ten_contracts import Sample, ten_contracts

SAMPLES = ten_contracts()
_NEGATIVES = "不属于下列情形：标的是已掌握或已产业化的方案"
_REFUSED = "上述情形属于“非技术合同”，不符合认定登记条件。"
_DEVELOPMENT = "认定为技术开发合同（委托开发合同）。"
SAID: dict[str, tuple[str, ...]] = {
    "01": (
        "程序建议不予登记",
        "合同第2.1条属于“软件复制或无独创编程”的情形",
        _REFUSED,
    ),
    "02": ("认定为技术许可合同（专利实施许可合同）。", "符合技术许可合同的认定条件：", "不属于下列情形："),
    "03": ("程序建议不予登记", "合同第1.1条属于“常规加工承揽或建设工程”的情形"),
    "04": ("程序建议不予登记", "合同第1.2条属于“只是产品买卖”的情形"),
    "05": ("认定为技术咨询合同。", "规定之间说法不一，由登记员认定", "司法解释列为技术咨询"),
    "06": ("程序建议退回补正", "请就可分的技术部分另订技术合同后申请登记。", "2026年3月1日起不再适用"),
    "06b": (_DEVELOPMENT, "自2026年3月1日起施行"),
    "07": ("认定为技术许可合同（技术秘密使用许可合同）。",),
    "08": ("程序建议退回补正，待补文件", "经审查，合同尚未生效；请在合同生效后提交生效的证明"),
    "09": ("程序建议退回补正", "经审查，申报为技术开发，内容符合一般技术服务；请更正合同名称和申报类别"),
    "10": (
        _DEVELOPMENT,
        "双方签订时均未掌握",
        _NEGATIVES,
    ),
}


def grounds_of(way: Way, sample: Sample, path: Path) -> str:
    """The sheet of this contract, after the interview and, where the file says so, the decision."""
    day = datetime(sample.day.year, sample.day.month, sample.day.day, 1, tzinfo=UTC)
    at = Way(replace(way.office, now=lambda: day), replace(sample.facts, accepted_on=None), {})
    made = at.accepted()
    book = way.office.book
    facts = at.sheet(made).facts
    given = read_answers(sample.given(CLERK.name))
    for group in ("gate", "mix"):
        given = answer_the_rest(facts, given, book, group, CLERK.name)
    answers: dict[str, Any] = answers_to_json(given)
    save_answers(at.office, c.SaveAnswers(actor=CLERK.name, contract_id=made, answers=answers))
    if decided := sample.expected.get("decided"):
        kind, sub_kind = decided
        recognise_contract(
            at.office,
            c.RecogniseContract(
                actor=CLERK.name, contract_id=made, answers=answers, kind=kind, sub_kind=sub_kind,
                reason=sample.decide.get("reason", ""),
            ),
        )  # fmt: skip
    return re.sub(r"\s", "", pdf_text(print_grounds(at.office, made, path)))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.number)
def test_the_sheet_reads_as_sentences_with_dated_law_and_who_answered(
    way: Way, tmp_path: Path, sample: Sample
) -> None:
    text = grounds_of(way, sample, tmp_path / f"{sample.number}.pdf")
    wanted = (*SAID[sample.number], sample.facts.title or "", CLERK.name, "登记表", "凭记忆、待核的")
    assert [words for words in wanted if re.sub(r"\s", "", words) not in text] == []
    for bad in ("不符”", "是否即", "。。", "；。", "None", "E-SUBJ"):
        assert bad not in text, bad
    for code in sample.answers:
        assert code in text, code
