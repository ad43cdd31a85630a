from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import MachineError, ProblemsFound
from desktop.rules.codes import read_entries
from desktop.rules.facts import Facts, facts_as_kept, facts_from_json

WRONG: dict[str, Any] = {
    "titel": "错了一个字母",
    "contract_amount": "1.234",
    "technology_amount": 1.5,
    "signed_on": "2026-02-30",
    "is_secret": "是",
    "parties": [{"role": "seller", "name": 7}, "不是一组栏目"],
    "attachments": "附件一",
}


def complaints() -> tuple[ProblemsFound, set[str]]:
    with pytest.raises(ProblemsFound) as refused:
        facts_from_json(WRONG)
    return refused.value, {problem.reason for problem in refused.value.problems}


def test_every_wrong_value_of_a_facts_file_is_named_at_once() -> None:
    found, reasons = complaints()
    assert found.message == "合同要素读不出来"
    assert reasons == {
        "没有这一栏",
        "金额最多两位小数",
        '金额和比例要写成文字，如 "1280000.00"',
        "不是日历上有的日期，应写成 2026-11-20",
        "只能是 true 或 false",
        "应当是文字",
        "应当是一组栏目",
        "应当是若干行",
    }
    assert "当事人第 1 行 名称" in {problem.place for problem in found.problems}


def test_the_complaints_speak_english_where_that_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_DESK_LANGUAGE", "en")
    found, reasons = complaints()
    chinese = re.compile("[\u4e00-\u9fff]")
    words = [found.message, found.hint, *reasons, *(problem.remedy for problem in found.problems)]
    assert [text for text in words if chinese.search(text)] == []


def test_a_damaged_code_table_is_named_with_its_row(tmp_path: Path) -> None:
    table = tmp_path / "regions.csv"
    table.write_text("code,name,parent,valid_until\n1,甲,,2026-13-01\n", encoding="utf-8")
    with pytest.raises(MachineError, match=r"代码表 regions\.csv 第 2 行读不出来"):
        list(read_entries(table))


def test_a_draft_gives_every_value_back_that_can_be_one_and_names_the_rest() -> None:
    """One field of the form after another holds what no fact can: no other field goes with it."""
    whole = {
        item.name: {"date": "2026-02-31", "money": "1e99999", "decimal": "NaN", "yesno": "x", "int": "1"}.get(
            item.metadata["type"], 7
        )
        for item in fields(Facts)
        if item.metadata["type"] != "rows"
    }
    for name, odd in whole.items():
        facts, left = facts_as_kept({"title": "长" * 264, "summary": "字" * 3000, name: odd})
        assert left == {name: str(odd)}, name
        assert name == "title" or facts.title == "长" * 264
    facts, left = facts_as_kept(
        {"payments": [{"amount": "letters"}, {"amount": "1.00"}, 5], "parties": 3, "no_such": {"a": 1}}
    )
    assert left == {
        "payments[0].amount": "letters",
        "payments[2]": "5",
        "parties": "3",
        "no_such": "{'a': 1}",
    }
    assert [p.amount for p in facts.payments] == [None, Decimal("1.00"), None]
    assert facts_as_kept("words")[1] == {"": "words"}
