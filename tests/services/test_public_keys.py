"""A public key from outside: compared and kept by the head, beside the others, told in the log."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.errors import MachineError, RefusedError
from desktop.models import Action
from desktop.security.keys import PublicKeys, create_key, public_key_text
from desktop.services import commands as c
from desktop.services.office import Office
from desktop.services.public_keys import keep_key, look_at_key
from desktop.services.receive import receive_file
from tests.conftest import CLERK, HEAD
from tests.services.province_side import Province, read_in

NAME = "云岭省技术市场管理办公室"


@pytest.fixture
def head(office: Office) -> Office:
    return replace(office, person=HEAD)


def key_file(folder: Path, seed: str, owner: str = "990000") -> Path:
    """A ``*.pub`` as a province gives it away."""
    key = create_key(folder / seed, b"m" * 32, owner=owner, label=NAME)
    path = folder / f"{seed}.pub"
    path.write_text(public_key_text(key), encoding="utf-8")
    return path


def kept(office: Office) -> set[str]:
    return set(PublicKeys.from_folder(office.folder / "keys").by_id)


def told(office: Office) -> list[dict[str, object]]:
    with office.look() as uow:
        found = uow.session.scalars(select(Action.detail).where(Action.verb == "public_key"))
        return [json.loads(detail) for detail in found]


def take(office: Office, path: Path) -> str:
    found = look_at_key(office, path)
    assert found is not None
    keep_key(office, c.KeepKey(actor=office.person.name, path=path, key_id=found.key_id))
    return found.key_id


def test_a_key_is_looked_at_first_and_kept_only_when_it_was_compared(head: Office, tmp_path: Path) -> None:
    path = key_file(tmp_path, "first")
    before = kept(head)
    found = look_at_key(head, path)
    assert found is not None
    assert (found.owner, found.label, found.is_above, found.is_for_signing) == ("990000", NAME, True, True)
    assert (found.is_known, found.others) == (False, ())
    assert len(found.key_id) == 16
    assert kept(head) == before
    keep_key(head, c.KeepKey(actor=HEAD.name, path=path, key_id=found.key_id))
    assert kept(head) == before | {found.key_id}
    (row,) = told(head)
    assert (row["key"], row["owner"], row["label"]) == (found.key_id, "990000", NAME)


def test_a_second_key_of_the_same_owner_is_named_and_takes_no_place(head: Office, tmp_path: Path) -> None:
    first = take(head, key_file(tmp_path, "first"))
    old = (head.folder / "keys" / f"{first}.pub").read_bytes()
    found = look_at_key(head, key_file(tmp_path, "second"))
    assert found is not None
    assert found.others == (first,)
    second = take(head, tmp_path / "second.pub")
    assert {first, second} <= kept(head)
    assert (head.folder / "keys" / f"{first}.pub").read_bytes() == old
    assert told(head)[-1]["beside"] == [first]


def test_the_same_key_again_changes_nothing(head: Office, tmp_path: Path) -> None:
    path = key_file(tmp_path, "first")
    take(head, path)
    found = look_at_key(head, path)
    assert found is not None
    assert found.is_known
    take(head, path)
    assert len(told(head)) == 1


def test_only_the_head_takes_a_key_in(office: Office, tmp_path: Path) -> None:
    path = key_file(tmp_path, "first")
    before = kept(office)
    with pytest.raises(RefusedError, match="负责人"):
        look_at_key(office, path)
    with pytest.raises(RefusedError, match="负责人"):
        keep_key(office, c.KeepKey(actor=CLERK.name, path=path, key_id="0" * 16))
    assert kept(office) == before


def test_another_key_than_the_one_compared_is_refused(head: Office, tmp_path: Path) -> None:
    path = key_file(tmp_path, "first")
    found = look_at_key(head, path)
    assert found is not None
    path.write_bytes(key_file(tmp_path, "second").read_bytes())
    before = kept(head)
    with pytest.raises(RefusedError, match="不是刚才核对的") as refused:
        keep_key(head, c.KeepKey(actor=HEAD.name, path=path, key_id=found.key_id))
    assert refused.value.code == "K10"
    assert kept(head) == before
    assert told(head) == []


def test_a_key_of_somebody_else_is_not_called_the_one_above(head: Office, tmp_path: Path) -> None:
    found = look_at_key(head, key_file(tmp_path, "other", owner="880000"))
    assert found is not None
    assert not found.is_above


def test_a_damaged_key_file_is_named_and_other_files_are_none(head: Office, tmp_path: Path) -> None:
    bad = tmp_path / "坏的.pub"
    bad.write_text("key: 0123\n不是钥匙\n", encoding="utf-8")
    with pytest.raises(MachineError, match=r"坏的\.pub") as refused:
        look_at_key(head, bad)
    assert "本机没有改动" in refused.value.hint
    plain = tmp_path / "说明.txt"
    plain.write_text("请看附件\n", encoding="utf-8")
    assert look_at_key(head, plain) is None


def test_a_key_read_as_a_receipt_is_called_a_key(office: Office, tmp_path: Path) -> None:
    path = key_file(tmp_path, "first")
    with pytest.raises(RefusedError) as refused:
        receive_file(office, c.ReceiveFile(actor=CLERK.name, path=path))
    assert (refused.value.code, "公钥文件" in refused.value.message) == ("K09", True)
    assert "拷完" not in refused.value.message + refused.value.hint
    assert "读入上级文件" in refused.value.hint


def test_a_block_is_refused_with_the_act_and_read_after_the_key_was_taken_in(
    head: Office, tmp_path: Path
) -> None:
    province = Province(head, tmp_path / "province")
    public = province.desk.public_key()
    block = province.desk.block(head.station.code, 5, 2027, tmp_path / "out")
    (head.folder / "keys" / public.name).unlink()
    with pytest.raises(RefusedError) as refused:
        read_in(head, block)
    assert refused.value.code == "K01"
    assert "“系统”页按“读入上级文件”" in refused.value.hint
    assert "keys" not in refused.value.hint
    take(head, public)
    assert read_in(head, block).accepted == 5
