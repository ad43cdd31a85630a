from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from desktop.errors import MachineError, RefusedError
from desktop.security.keys import (
    SEAL,
    PublicKeys,
    add_public_key,
    create_key,
    is_sealed,
    key_id_of,
    load_signer,
    read_public_key,
    seal,
    unseal,
)

MASTER = bytes(range(32))


def test_a_signature_is_checked_with_the_public_half_from_the_folder(tmp_path: Path) -> None:
    made = create_key(tmp_path, MASTER, owner="990321", label="澄河县登记处")
    signer = load_signer(tmp_path, MASTER)
    signature = signer.sign(b"tag manifest")
    assert (signer.key_id, signer.owner, len(signature)) == (made.key_id, "990321", 64)
    keys = PublicKeys.from_folder(tmp_path)
    assert keys.verify(signer.key_id, b"tag manifest", signature).label == "澄河县登记处"
    with pytest.raises(RefusedError, match="改动过"):
        keys.verify(signer.key_id, b"tag manifest.", signature)
    with pytest.raises(RefusedError, match="改动过"):
        keys.verify(signer.key_id, b"tag manifest", signature[:-1])
    with pytest.raises(RefusedError, match="不在本机的公钥里"):
        PublicKeys().verify(signer.key_id, b"tag manifest", signature)


def test_the_private_half_opens_with_its_own_database_key_only(tmp_path: Path) -> None:
    create_key(tmp_path, MASTER, owner="990321")
    with pytest.raises(MachineError, match="不是这个数据库的"):
        load_signer(tmp_path, bytes(32))


def test_without_a_key_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="没有可用的钥匙"):
        load_signer(tmp_path, MASTER)


def test_the_newest_key_signs_and_the_older_ones_can_still_be_named(tmp_path: Path) -> None:
    old = create_key(tmp_path, MASTER, owner="990321")
    os.utime(tmp_path / f"{old.key_id}.key", (1, 1))
    new = create_key(tmp_path, MASTER, owner="990321")
    assert load_signer(tmp_path, MASTER).key_id == new.key_id
    assert load_signer(tmp_path, MASTER, old.key_id).key_id == old.key_id


def test_a_public_key_is_read_as_pem_with_or_without_words_and_as_base64(tmp_path: Path) -> None:
    made = create_key(tmp_path / "a", MASTER, owner="990000", label="云岭省")
    text = (tmp_path / "a" / f"{made.key_id}.pub").read_text(encoding="utf-8")
    bare = tmp_path / "bare.pub"
    bare.write_text(text[text.index("-----BEGIN") :], encoding="utf-8")
    raw = tmp_path / "raw.pub"
    raw.write_text(base64.b64encode(made.raw).decode() + "\r\n", encoding="utf-8")
    assert read_public_key(bare).raw == read_public_key(raw).raw == made.raw
    added = add_public_key(tmp_path / "b", tmp_path / "a" / f"{made.key_id}.pub")
    assert added == made
    assert PublicKeys.from_folder(tmp_path / "b").get(made.key_id) == made
    assert made.key_id == key_id_of(made.raw)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_a_damaged_public_key_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.pub").write_text(text, encoding="utf-8")
    with pytest.raises(MachineError, match=r"bad\.pub"):
        PublicKeys.from_folder(tmp_path)


def test_a_public_key_under_another_keys_id_is_refused(tmp_path: Path) -> None:
    made = create_key(tmp_path, MASTER, owner="990321")
    path = tmp_path / f"{made.key_id}.pub"
    path.write_text(path.read_text(encoding="utf-8").replace(made.key_id, "0" * 16), encoding="utf-8")
    with pytest.raises(MachineError, match="读不出来"):
        read_public_key(path)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (2 << 20) + 5])
def test_a_sealed_file_opens_for_its_receiver_alone(tmp_path: Path, size: int) -> None:
    province = create_key(tmp_path / "province", MASTER, owner="990000", kind=SEAL)
    create_key(tmp_path / "other", MASTER, owner="990322", kind=SEAL)
    plain, locked, out = tmp_path / "a.zip", tmp_path / "a.zip.sealed", tmp_path / "b.zip"
    plain.write_bytes(os.urandom(size))
    seal(plain, locked, province)
    assert is_sealed(locked)
    assert not is_sealed(plain)
    unseal(locked, out, tmp_path / "province", MASTER)
    assert out.read_bytes() == plain.read_bytes()
    with pytest.raises(RefusedError, match="不是给本站的"):
        unseal(locked, tmp_path / "c.zip", tmp_path / "other", MASTER)
    assert sorted(p.name for p in tmp_path.glob("*.partial")) == []


def test_a_sealed_file_that_was_cut_edited_or_reordered_stays_closed(tmp_path: Path) -> None:
    province = create_key(tmp_path / "keys", MASTER, owner="990000", kind=SEAL)
    plain, locked, out = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    plain.write_bytes(os.urandom((2 << 20) + 100))
    seal(plain, locked, province)
    whole, piece = locked.read_bytes(), 4 + (1 << 20) + 16
    header = whole[:48]
    swapped = header + whole[48 + piece : 48 + 2 * piece] + whole[48 : 48 + piece] + whole[48 + 2 * piece :]
    edited = bytearray(whole)
    edited[1000] ^= 1
    for bad in (whole[:-1], whole[: 48 + piece], header, whole[:20], swapped, bytes(edited), whole + b"x"):
        locked.write_bytes(bad)
        with pytest.raises(RefusedError, match="不完整或被改动过"):
            unseal(locked, out, tmp_path / "keys", MASTER)
        assert not out.exists()


def test_a_signing_key_does_not_seal(tmp_path: Path) -> None:
    signing = create_key(tmp_path, MASTER, owner="990000")
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(RefusedError, match="不能用来加密"):
        seal(tmp_path / "a", tmp_path / "b", signing)
