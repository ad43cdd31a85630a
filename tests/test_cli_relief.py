"""The reliefs on the command line: what ``relief --explain`` says of every relief, without any data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import run
from desktop.resources import resource
from desktop.rules.relief import RELIEFS, RESULT_WORDS
from desktop.services.law import own_calendar
from tests.cases.relief.reading import BASES

MARKS = ("[已核对]", "[草案]", "[凭记忆]")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "empty"))
    return tmp_path


def explained(
    here: Path, capsys: pytest.CaptureFixture[str], base: str, **facts: Any
) -> dict[str, list[str]]:
    """The lines under each relief, the first being the answer; by the id of the relief."""
    path = here / "facts.json"
    raw = {"facts": {**BASES[base]["facts"], **facts}, "answers": BASES[base].get("answers", {})}
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    assert run(["relief", str(path), "--explain"]) == 0
    found: list[list[str]] = []
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("    "):
            found[-1].append(line.strip())
        else:
            found.append([line])
    return {relief.id: lines for relief, lines in zip(RELIEFS, found, strict=True)}


@pytest.mark.parametrize("base", sorted(BASES))
def test_every_relief_is_explained_whole(here: Path, capsys: pytest.CaptureFixture[str], base: str) -> None:
    for relief, lines in explained(here, capsys, base).items():
        answer = lines[0].partition("　")[0]
        assert answer in RESULT_WORDS.values()
        assert any(f"（{whom}）" in lines[0] for whom in ("卖方", "买方", "双方", "科技人员"))
        conditions = [line for line in lines if line.startswith(f"{relief}.")]
        assert conditions
        assert all(any(mark in line for mark in MARKS) for line in conditions), "how well it is known"
        assert all(line.rpartition("]")[2].strip() for line in conditions), "and where it stands"
        if answer in ("支持", "登记后支持", "尚不能判断"):
            for head in ("留存：", "会改变结论："):
                assert any(line.startswith(head) for line in lines), (relief, head)


def test_a_contract_that_lacks_much_is_told_what_and_by_when(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = explained(here, capsys, "sample")
    vat = told["VAT-TECH"]
    assert "还缺：技术领域、附件、单独核算、发票种类" in vat
    assert "会改变结论：“免税销售额是否单独核算”若答“没有”：不支持。" in vat
    assert "会改变结论：“合同与证明留存备查”若答“没有”：仍可享受，但有风险。" in vat
    assert "会改变结论：各项都成立时：登记后支持。" in vat
    assert "会改变结论：纳税义务日在 2028-01-01 及以后的：该日期没有有效规定。" in vat
    assert "与其他优惠：研发费用加计扣除：买卖双方各自享受；买方没有进项税可抵" in vat
    assert "常见退回：先申报免税，后取得登记证明" in vat
    assert not any("软件著作权" in line for line in vat), "a development contract is not told of licences"
    research = told["RD-SUPER"]
    assert "金额：待付，付后计入　824,000.00　未付 1,030,000.00 元 × 80%，实际支付后计入当年基数" in research
    assert "期限：年度汇算清缴（次年 5 月 31 日前）　2028-05-31" in research
    assert "期限：按次申报的，书立之日起 15 日内　2026-11-10" in told["STAMP"]


def test_every_deadline_of_an_award_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(here, capsys, "award")
    assert "期限：次月 15 日前报送备案表　2027-01-15" in told["IIT-CASH50"]
    assert "期限：2024-03-01 到账的收入，奖励最迟发放日　2027-02-28" in told["IIT-CASH50"]
    assert any("3 月 31 日前" in line and line.endswith("2027-03-31") for line in told["AWARD-MONEY"])


def test_the_calendar_of_the_machine_counts_the_notice(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """15 working days by the shipped calendar; 14 once that machine has a day off among them."""
    awards = [
        {
            "person": "王某",
            "amount": "260000",
            "paid_on": "2026-12-31",
            "notice_from": "2026-11-02",
            "notice_until": "2026-11-20",
        }
    ]
    assert explained(here, capsys, "award", awards=awards)["IIT-CASH50"][0].startswith("登记后支持")
    place = own_calendar(here / "empty" / "contract-desk")
    place.parent.mkdir(parents=True)
    shipped = resource("law", "working-days.toml").read_text(encoding="utf-8")
    holiday = '  { name = "元旦", first = 2026-01-01, last = 2026-01-03 },\n'
    assert holiday in shipped
    other = shipped.replace(
        holiday, holiday + '  { name = "地方放假", first = 2026-11-10, last = 2026-11-10 },\n'
    )
    place.write_text(other, encoding="utf-8")
    assert explained(here, capsys, "award", awards=awards)["IIT-CASH50"][0].startswith("不支持")


def test_what_contradicts_itself_is_refused_with_both_fields(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = here / "facts.json"
    facts = {**BASES["licence"]["facts"], "right_scope": "exclusive_worldwide"}
    path.write_text(json.dumps({"facts": facts}, ensure_ascii=False), encoding="utf-8")
    assert run(["relief", str(path)]) != 0
    said = capsys.readouterr().err
    assert "权利让与范围：全球独占许可" in said
    assert "与细类写的独占、排他、普通许可不同" in said
