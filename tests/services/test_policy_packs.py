"""规则包: what it changes is told before it is read in, a backup is made first, and there is a way back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from province_side import read_in

from desktop.errors import RefusedError
from desktop.exchange.receipts import PolicyPack, write_policy
from desktop.resources import resource
from desktop.rules.facts import Facts
from desktop.security.keys import Signer, create_key, load_signer
from desktop.services import commands as c
from desktop.services.law import law_of, overlay_of
from desktop.services.office import Office
from desktop.services.policy_packs import look_at_policy, look_back_at_policy, take_back_policy
from desktop.services.take_in import save_contract
from tests.conftest import CLERK, HEAD, POSTGRES, TODAY

OLD, NEW = "公告2026年第10号", "公告2026年第10号（更正）"


@pytest.fixture
def signer(office: Office, tmp_path: Path) -> Signer:
    """The province's key, trusted here."""
    folder, master = tmp_path / "province-keys", bytes(32)
    key = create_key(folder, master, owner="990000", label="云岭省技术市场管理中心")
    text = (folder / f"{key.key_id}.pub").read_bytes()
    (office.folder / "keys" / f"{key.key_id}.pub").write_bytes(text)
    return load_signer(folder, master)


def policy(folder: Path, signer: Signer, text: str, version: str, file: str = "parameters.toml") -> Path:
    pack = PolicyPack("yunling-law", version, "990000", TODAY, {f"law/{file}": text.encode()}, "更正一处")
    return write_policy(folder, pack, signer).path


def corrected(by: str = NEW) -> str:
    text = resource("law", "parameters.toml").read_text(encoding="utf-8")
    assert f'value = "{OLD}"' in text
    return text.replace(f'value = "{OLD}"', f'value = "{by}"')


def rule_named(office: Office) -> str:
    return str(law_of(office.folder).parameter("vat_tech.rule", date(2026, 11, 20)))


def taken_in(office: Office, facts: Facts) -> int:
    return save_contract(
        office, c.SaveContract(actor=CLERK.name, request_id=c.new_request(), facts=facts, contract_id=None)
    )


def test_a_pack_says_what_it_changes_and_which_open_contracts_it_concerns(
    office: Office, signer: Signer, tea_facts: Facts, tmp_path: Path
) -> None:
    taken_in(office, tea_facts)
    path = policy(tmp_path, signer, corrected(), "2026.12")
    change = look_at_policy(office, path)
    assert change is not None
    (line,) = [line for line in change.lines if "vat_tech.rule" in line]
    assert line.startswith("有改动：vat_tech.rule")
    assert line.endswith(f"{OLD} 改为 {NEW}")
    assert (change.pack, change.note, change.more) == ("yunling-law/2026.12", "更正一处", 0)
    assert len(change.open_contracts) == 1
    assert rule_named(office) == OLD
    assert overlay_of(office.folder) is None


def test_rows_that_end_before_the_deciding_day_concern_no_open_contract(
    office: Office, signer: Signer, tea_facts: Facts, tmp_path: Path
) -> None:
    taken_in(office, tea_facts)
    text = resource("law", "parameters.toml").read_text(encoding="utf-8")
    ended = text.replace("财税〔2013〕37号", "财税〔2013〕37号（旧）")
    change = look_at_policy(office, policy(tmp_path, signer, ended, "2026.12"))
    assert change is not None
    assert len(change.lines) >= 1
    assert change.open_contracts == ()


def test_a_changed_outcome_is_told_in_plain_words(office: Office, signer: Signer, tmp_path: Path) -> None:
    text = resource("law", "recognition-2026.toml").read_text(encoding="utf-8")
    at = text.index('code = "R-DEV-02"')
    where = text.index("outcome", at)
    line_end = text.index("\n", where)
    assert "NOT-KIND" in text[where:line_end] or "no =" in text[where:line_end]
    changed = text[:where] + 'outcome = { yes = "PASS", no = "NEEDS-PERSON" }' + text[line_end:]
    change = look_at_policy(office, policy(tmp_path, signer, changed, "2027.1", "recognition-2026.toml"))
    assert change is not None
    (line,) = [line for line in change.lines if "R-DEV-02" in line]
    assert line.startswith("有改动：R-DEV-02")
    assert "答“否”由“" in line
    assert "NEEDS" not in line


def test_a_file_that_is_no_pack_has_nothing_to_tell(office: Office, tmp_path: Path) -> None:
    from province_side import Province

    assert look_at_policy(office, Province(office, tmp_path / "p").allot(3)) is None


@pytest.mark.skipif(bool(POSTGRES), reason="a server's data are backed up by its administrator")
def test_a_backup_stands_before_the_pack_is_read_in(office: Office, signer: Signer, tmp_path: Path) -> None:
    read_in(office, policy(tmp_path, signer, corrected(), "2026.12"))
    (backup,) = (office.folder / "backups").glob("*.desk")
    assert backup.name == "990321_before-policy-2026.12.desk"
    from desktop.store.backup import verify_backup

    assert not any(name.startswith("law/") for name in verify_backup(backup, None)["files"])


def test_the_last_pack_can_be_taken_back_and_read_in_again(
    office: Office, signer: Signer, tmp_path: Path
) -> None:
    first = policy(tmp_path, signer, corrected("第一次"), "2026.12")
    second = policy(tmp_path, signer, corrected("第二次"), "2026.13")
    read_in(office, first)
    read_in(office, second)
    head = office.as_person(HEAD)
    back = look_back_at_policy(head)
    assert back is not None
    assert back.is_back
    assert all(line.endswith("：第二次 改为 第一次") for line in back.lines)
    assert len(back.lines) == 2
    assert take_back_policy(head) == "已退回到规则包 yunling-law-2026.12；重新登录后生效"
    assert rule_named(office) == "第一次"
    assert take_back_policy(head) == "已退回到程序自带的规则；重新登录后生效"
    assert rule_named(office) == OLD
    assert look_back_at_policy(head) is None
    with pytest.raises(RefusedError, match="程序自带"):
        take_back_policy(head)
    assert not read_in(office, second).was_applied_before
    assert rule_named(office) == "第二次"


def test_only_the_head_takes_a_pack_back(office: Office, signer: Signer, tmp_path: Path) -> None:
    read_in(office, policy(tmp_path, signer, corrected(), "2026.12"))
    with pytest.raises(RefusedError, match="负责人"):
        take_back_policy(office)
    assert rule_named(office) == NEW
