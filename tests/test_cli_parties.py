"""The library of parties and the history of a contract on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.app import sign_in
from desktop.certificates.preview import pdf_text
from desktop.cli import run
from desktop.sample_station_data import make_station
from desktop.services.commands import AcceptContract, PassDoubt, SaveContract
from tests.conftest import Way

CLERK = ("沈清禾", "qinghe-2026")


@pytest.fixture
def station(tmp_path: Path, way: Way, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """The sample station with one accepted contract; its 受理号."""
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    monkeypatch.setenv("CONTRACT_DESK_PASSWORD", CLERK[1])
    folder = tmp_path / "station"
    make_station(folder, cheap_passwords=True)
    opened = sign_in(folder, *CLERK)
    try:
        sheet = opened.save_contract(SaveContract(actor=CLERK[0], facts=way.facts))
        for problem in opened.check_form(sheet.facts, sheet.row.id, submitted=True):
            if problem.level == "doubt":
                opened.pass_doubt(
                    PassDoubt(
                        actor=CLERK[0],
                        contract_id=sheet.row.id,
                        code=problem.code,
                        field_name=problem.field,
                        reason="已核对",
                    )
                )
        opened.accept(AcceptContract(actor=CLERK[0], contract_id=sheet.row.id))
    finally:
        opened.close()
    return folder, sheet.row.local_serial


def said(folder: Path, capsys: Any, *words: str) -> str:
    capsys.readouterr()
    assert run([*words, "--data", str(folder), "--as", CLERK[0]]) == 0
    return str(capsys.readouterr().out)


def test_parties_are_listed_in_words_and_as_json(station: tuple[Path, str], capsys: Any) -> None:
    folder, _serial = station
    assert "岚州启衡自动化技术有限公司" in said(folder, capsys, "parties", "qh")
    raw = json.loads(said(folder, capsys, "parties", "启衡", "--json"))
    text = json.dumps(raw, ensure_ascii=False)
    assert "contract_count" in text
    assert "共 0 个单位" in said(folder, capsys, "parties", "没有这家")


def test_the_history_is_told_and_printed(station: tuple[Path, str], capsys: Any, tmp_path: Path) -> None:
    folder, serial = station
    words = said(folder, capsys, "history", serial, "--out", str(tmp_path / "h.pdf"))
    assert words.index("新收") < words.index("受理，期限"), "oldest first"
    assert "受理，期限" in "".join(pdf_text((tmp_path / "h.pdf").read_bytes()).split())
    raw = json.loads(said(folder, capsys, "history", serial, "--json"))
    assert "is_chain_whole" in json.dumps(raw)
