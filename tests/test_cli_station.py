"""People, the bin, the blank workbook and a new machine on the command line."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.app import sign_in
from desktop.cli import run
from desktop.sample_station_data import make_station
from desktop.services.commands import SaveContract
from tests.conftest import Way

HEAD, CLERK = ("贺兰舟", "lanzhou-2026"), ("沈清禾", "qinghe-2026")
NEW = "xin-kouling-2026"


class Terminal:
    """Runs commands as somebody on one station and keeps what came out."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.folder, self._patch, self._capsys = folder, monkeypatch, capsys
        self.said = self.complained = ""

    def __call__(self, who: tuple[str, str], *words: str, **environment: str) -> int:
        name, password = who
        with self._patch.context() as patch:
            patch.setenv("CONTRACT_DESK_PASSWORD", password)
            for variable, value in environment.items():
                patch.setenv(f"CONTRACT_DESK_{variable}", value)
            code = run([*words, "--data", str(self.folder), "--as", name])
        self.said, self.complained = self._capsys.readouterr()
        return code

    def take(self) -> str:
        """What was said since."""
        return str(self._capsys.readouterr().out)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample station, to copy from."""
    folder = tmp_path_factory.mktemp("ready") / "station"
    make_station(folder, cheap_passwords=True)
    return folder


@pytest.fixture
def desk(tmp_path: Path, ready: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Terminal:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    return Terminal(Path(shutil.copytree(ready, tmp_path / "station")), monkeypatch, capsys)


def draft(folder: Path, way: Way) -> str:
    """A draft of 沈清禾's; its 受理号."""
    opened = sign_in(folder, *CLERK)
    serial = opened.save_contract(SaveContract(actor=CLERK[0], facts=way.facts)).row.local_serial
    opened.close()
    return serial


def test_a_forgotten_password_is_reset_by_the_head_alone(desk: Terminal) -> None:
    assert desk(CLERK, "people", "reset", "陆知远", NEW_PASSWORD=NEW) == 1
    assert "由负责人管理" in desk.complained
    assert desk(HEAD, "people", "reset", "沈清禾", NEW_PASSWORD=NEW) == 0
    assert "已重设 沈清禾 的口令" in desk.said
    assert NEW not in desk.said
    assert desk(CLERK, "people", "list") == 1
    assert desk(("沈清禾", NEW), "people", "list", "--json") == 0
    assert {"name": "沈清禾", "roles": ["clerk"], "is_active": True} in json.loads(desk.said)


def test_people_come_go_come_back_and_change_what_they_do(desk: Terminal) -> None:
    assert (
        desk(HEAD, "people", "add", "韦青岚", "--roles", "clerk,reviewer", NEW_PASSWORD="qinglan-2026") == 0
    )
    assert desk(HEAD, "people", "stop", "韦青岚") == 0
    assert "韦青岚　clerk reviewer　已停用" in desk.said
    assert desk(("韦青岚", "qinglan-2026"), "list") == 1
    assert desk(HEAD, "people", "resume", "韦青岚", NEW_PASSWORD=NEW) == 0
    assert desk(HEAD, "people", "roles", "韦青岚", "--roles", "reviewer") == 0
    assert desk(("韦青岚", NEW), "people", "pin", PIN="418305") == 0
    assert desk(("韦青岚", NEW), "people", "password", NEW_PASSWORD="you-huan-2026") == 0
    assert desk(("韦青岚", "you-huan-2026"), "list") == 0


def test_a_secret_that_nobody_typed_is_asked_for_and_never_an_argument(desk: Terminal) -> None:
    assert desk(HEAD, "people", "reset", "沈清禾") == 1
    assert "CONTRACT_DESK_NEW_PASSWORD" in desk.complained
    assert desk(HEAD, "people", "reset") == 1
    assert "请写姓名" in desk.complained


def test_the_recovery_code_of_init_brings_the_head_back_and_gives_the_next_one(
    desk: Terminal, tmp_path: Path
) -> None:
    desk.folder = tmp_path / "new"
    made = ("init", "--code", "990322", "--name", "新登记处", "--person", "贺兰舟:head", "--plain", "--json")
    assert desk(HEAD, *made) == 0
    code = json.loads(desk.said)["recovery"]
    assert desk(HEAD, "people", "recover", RECOVERY="ABC", NEW_PASSWORD=NEW) == 1
    assert desk(HEAD, "people", "recover", RECOVERY=code, NEW_PASSWORD=NEW) == 0
    found = re.search(r"([0-9A-Z]{5}-){7}[0-9A-Z]{5}", desk.said)
    assert found is not None
    assert found[0] != code
    assert desk(("贺兰舟", NEW), "check") == 0


def test_the_head_makes_a_new_recovery_sheet(desk: Terminal) -> None:
    assert desk(CLERK, "people", "sheet") == 1
    assert "请负责人登录" in desk.complained
    assert desk(HEAD, "people", "sheet") == 0
    found = re.search(r"([0-9A-Z]{5}-){7}[0-9A-Z]{5}", desk.said)
    assert found is not None
    assert desk(HEAD, "people", "recover", RECOVERY=found[0], NEW_PASSWORD=NEW) == 0
    assert desk((HEAD[0], NEW), "check") == 0


def test_a_deleted_draft_is_listed_and_taken_back(desk: Terminal, way: Way) -> None:
    serial = draft(desk.folder, way)
    assert desk(CLERK, "delete", serial) == 0
    assert desk(CLERK, "show", serial) == 1
    assert desk(CLERK, "undelete") == 0
    assert re.search(rf"{re.escape(serial)}.*2026-11-20 \d\d:\d\d 删除，2026-12-20 前可取回", desk.said)
    assert desk(CLERK, "undelete", "没有这个") == 1
    assert desk(CLERK, "undelete", serial) == 0
    assert "状态 草稿" in desk.said
    assert desk(CLERK, "undelete") == 0
    assert "没有可以取回的草稿" in desk.said


def test_the_blank_workbook_is_written_and_imports_as_nothing(desk: Terminal, tmp_path: Path) -> None:
    blank = tmp_path / "空白申请表.xlsx"
    assert desk(CLERK, "import", "--template", str(blank)) == 0
    assert str(blank) in desk.said
    assert desk(CLERK, "import", str(blank)) == 0
    assert "读到 0 份" in desk.said
    assert desk(CLERK, "import") == 1


def test_a_backup_is_restored_into_an_empty_folder_with_the_time_of_the_clock(
    desk: Terminal, way: Way, tmp_path: Path
) -> None:
    serial = draft(desk.folder, way)
    assert desk(CLERK, "backup", str(tmp_path / "b.desk")) == 0
    shutil.rmtree(desk.folder)
    assert desk(CLERK, "restore", str(tmp_path / "b.desk")) == 1
    assert desk(HEAD, "restore", str(tmp_path / "b.desk")) == 0
    assert re.search(r"已还原到 2026-11-20 \d\d:\d\d：1 份\n", desk.said)
    assert desk(CLERK, "show", serial) == 0
    assert desk(HEAD, "check", "--deep") == 0


def test_the_schemes_found_are_listed_by_place_and_by_pack_without_signing_in(desk: Terminal) -> None:
    assert run(["policy", "subsidies", "--place", "三明"]) == 0
    said = desk.take()
    assert "SM-2023-SELLER　福建省三明市　技术交易补助（卖方）　[已核对]" in said
    assert "现在是否仍有效没有核对" in said
    assert "FZ-2020" not in said
    assert run(["policy", "subsidies", "--pack", "yunling-2026.11", "--json"]) == 0
    rows = json.loads(desk.take())
    assert [row["code"] for row in rows] == ["YL-2026-1", "YL-2026-2", "YL-2026-3"]
    assert rows[0]["pays"].endswith("单位全年最多 100,000.00 元")
    assert run(["policy", "subsidies", "月球"]) == 1


def test_the_relief_of_facts_looks_at_the_schemes_of_a_pack_when_told(desk: Terminal, tmp_path: Path) -> None:
    party = {"country": "CHN", "party_type": "150", "region": "990321"}
    facts = {
        "kind": "DEV",
        "sub_kind": "DEV-1",
        "contract_amount": "600000",
        "technology_amount": "600000",
        "registered_on": "2026-11-02",
        "is_related_party": False,
        "parties": [{**party, "role": "seller", "name": "启衡"}, {**party, "role": "buyer", "name": "丰禾"}],
        "payments": [{"paid_on": "2026-11-10", "amount": "600000"}],
    }
    path = tmp_path / "要素.json"
    path.write_text(json.dumps({"facts": facts}), encoding="utf-8")
    told = {}
    for more in ((), ("--pack", "yunling-2026.11")):
        assert run(["relief", str(path), "--on", "2026-11-20", "--json", *more]) == 0
        told[more] = next(r for r in json.loads(desk.take()) if r["relief"] == "LOCAL-SUBSIDY")
    without, with_pack = told.values()
    assert without["result"] == "not_applicable"
    assert (with_pack["result"], with_pack["basis"]) == ("supported", "5500.00")
    ((label, money, formula),) = with_pack["figures"]
    assert (label, money) == ("技术交易补助（卖方企业）", "5500.00")
    assert formula == (
        "实际支付 600,000.00：500,000.00 × 1% + 100,000.00 × 0.5%；单位全年最多 100,000.00 元；"
        "申请后给付，申领期 11月1日—11月30日；岚州市示例办法（虚构）"
    )
    assert with_pack["deadlines"] == [["技术交易补助 申领截止", "2027-11-30"]]
    assert (
        run(["relief", str(path), "--pack", "yunling-2026.11", "--what-if", "technology_amount=500000"]) == 0
    )
    assert "技术交易补助（卖方企业）　5,500.00 → 5,000.00" in desk.take()


def test_the_station_sees_its_own_award_of_the_year(desk: Terminal) -> None:
    assert desk(CLERK, "year", "本站", "2026", "--json") == 0
    (scheme,) = json.loads(desk.said)["LOCAL-SUBSIDY"]
    shared = sum(Decimal(share["amount"] or 0) for share in scheme["shares"])
    assert scheme["code"] == "YL-2026-3"
    assert Decimal(scheme["amount"]) == shared
    assert desk(CLERK, "year", "本站", "2026") == 0
    assert "地方补助　登记机构奖励（登记机构）" in desk.said
    assert "申领截止 2027-02-28" in desk.said
