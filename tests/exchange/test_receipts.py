from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from exchange_samples import MADE_AT, PROVINCE, STATION, Office, contract, header
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import RefusedError
from desktop.exchange.bag import write_bag
from desktop.exchange.package import write_package
from desktop.exchange.receipts import (
    READERS,
    CancelledEntry,
    CancelledList,
    NumberBlock,
    PolicyPack,
    Reason,
    Receipt,
    RowOutcome,
    _info,
    kind_of_file,
    read_block,
    read_cancelled,
    read_policy,
    read_receipt,
    sorted_for_applying,
    write_block,
    write_cancelled,
    write_policy,
    write_receipt,
)
from desktop.exchange.schemas import canonical

ROWS = (
    RowOutcome(1, contract(1).uid, 1, "accepted", "2026990321000247"),
    RowOutcome(2, contract(2).uid, 1, "number_pending", reasons=(Reason("N01", "前面缺第 14 包"),)),
    RowOutcome(3, contract(3).uid, 2, "rejected", reasons=(Reason("C02", "区划代码 990324 已停用"),)),
)
RECEIPT = Receipt(
    "990000-990321-15-1",
    PROVINCE,
    "云岭省技术市场管理办公室",
    STATION,
    "ab" * 32,
    15,
    1,
    datetime(2026, 11, 21, 1, tzinfo=UTC),
    ROWS,
    Decimal("2560003.00"),
    Decimal("2060001.50"),
    (14,),
)
BLOCK = NumberBlock(
    "990000-990321-2026-2",
    PROVINCE,
    STATION,
    2026,
    tuple(f"2026990321{n:06d}" for n in range(248, 260)),
    MADE_AT,
    "第二段",
)
CANCELLED = CancelledList(
    "990000-c-7",
    PROVINCE,
    MADE_AT,
    (
        CancelledEntry("2026990321000001", "revoked", date(2026, 11, 2), contract(9).uid, 0, "材料不实"),
        CancelledEntry("2026990321000002", "superseded", date(2026, 11, 3), version=1),
    ),
)
POLICY = PolicyPack(
    "yunling",
    "2026.11",
    PROVINCE,
    MADE_AT,
    {
        "local/yunling.toml": "name = '云岭'\n".encode(),
        "codes/regions.csv": "code,name\n990321,澄河县\n".encode(),
    },
    "新增 澄河县",
)


def test_everything_that_comes_back_reads_as_it_was_written(
    tmp_path: Path, station: Office, province: Office
) -> None:
    receipt = write_receipt(tmp_path, RECEIPT, "澄河县登记处", province.signer).path
    assert receipt.name == "澄河县登记处_回执_第15包_第1次.zip"
    block = write_block(tmp_path, BLOCK, "澄河县登记处", province.signer).path
    cancelled = write_cancelled(tmp_path, CANCELLED, province.signer).path
    policy = write_policy(tmp_path, POLICY, province.signer).path
    assert read_receipt(receipt, station.keys, station=STATION, issuer=PROVINCE) == RECEIPT
    assert read_block(block, station.keys, station=STATION, issuer=PROVINCE) == BLOCK
    assert read_cancelled(cancelled, station.keys, station=STATION) == CANCELLED
    assert read_policy(policy, station.keys, station=STATION) == POLICY
    kinds = [kind_of_file(p) for p in (receipt, block, cancelled, policy)]
    assert kinds == ["receipt", "block", "cancelled", "policy"] == list(READERS)


def test_the_same_receipt_has_the_same_bytes_and_the_id_by_which_it_is_applied_once(
    tmp_path: Path, station: Office, province: Office
) -> None:
    (tmp_path / "b").mkdir()
    one = write_receipt(tmp_path, RECEIPT, "澄河县登记处", province.signer)
    other = write_receipt(tmp_path / "b", RECEIPT, "澄河县登记处", province.signer)
    assert one.digest == other.digest
    first, again = (read_receipt(f.path, station.keys, station=STATION) for f in (one, other))
    assert (first.receipt_id, first.issue) == (again.receipt_id, again.issue) == (RECEIPT.receipt_id, 1)


def test_a_receipt_for_another_station_is_refused(tmp_path: Path, province: Office) -> None:
    path = write_receipt(tmp_path, RECEIPT, "澄河县登记处", province.signer).path
    with pytest.raises(RefusedError, match="不是发给本站（990322）的"):
        read_receipt(path, province.keys, station="990322")


def test_a_station_cannot_answer_itself_nor_another_station_for_the_province(
    tmp_path: Path, station: Office, offices: Callable[[str], Office]
) -> None:
    own = write_block(tmp_path, replace(BLOCK, issuer=STATION), "自己", station.signer).path
    with pytest.raises(RefusedError, match="无权给本站发号段文件"):
        read_block(own, station.keys, station=STATION)
    other = write_block(tmp_path, replace(BLOCK, issuer="990322"), "邻县", offices("990322").signer).path
    with pytest.raises(RefusedError, match="无权"):
        read_block(other, station.keys, station=STATION, issuer=PROVINCE)
    with pytest.raises(RefusedError, match="钥匙不是"):
        write_receipt(tmp_path, RECEIPT, "x", station.signer)


def test_one_kind_is_not_taken_for_another(tmp_path: Path, station: Office, province: Office) -> None:
    path = write_receipt(tmp_path, RECEIPT, "澄河县登记处", province.signer).path
    with pytest.raises(RefusedError, match="不是号段文件"):
        read_block(path, station.keys, station=STATION)
    batch = write_package(tmp_path, header(), [contract(1)], station.signer).file.path
    assert kind_of_file(batch) == "batch"
    with pytest.raises(RefusedError, match="不是回执"):
        read_receipt(batch, station.keys, station=STATION)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as other:
        other.writestr("包/readme.txt", "hello")
    with pytest.raises(RefusedError, match="不是回执、号段"):
        kind_of_file(tmp_path / "x.zip")


def test_every_cut_and_every_edit_of_a_receipt_is_refused(
    tmp_path: Path, station: Office, province: Office
) -> None:
    path = write_receipt(tmp_path, RECEIPT, "澄河县登记处", province.signer).path
    whole = path.read_bytes()
    for size in range(0, len(whole), 61):
        path.write_bytes(whole[:size])
        with pytest.raises(RefusedError):
            read_receipt(path, station.keys, station=STATION)
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as new:
        path.write_bytes(whole)
        with zipfile.ZipFile(path) as old:
            for name in old.namelist():
                new.writestr(name, old.read(name).replace(b"rejected", b"accepted"))
    with pytest.raises(RefusedError, match="摘要不符"):
        read_receipt(tmp_path / "e.zip", station.keys, station=STATION)


def _made(tmp_path: Path, office: Office, kind: str, content: Any, receiver: str, **said: str) -> Path:
    info = dict(_info(kind, office.code, receiver, MADE_AT, "", "x")) | said
    files = {f"{kind}.json": [content if isinstance(content, bytes) else canonical(content)]}
    return write_bag(tmp_path / "made.zip", "made", files, info.items(), office.signer, MADE_AT).path


def _receipt_json(tmp_path: Path, province: Office) -> dict[str, Any]:
    path = write_receipt(tmp_path, RECEIPT, "澄河县登记处", province.signer).path
    with zipfile.ZipFile(path) as opened:
        raw: dict[str, Any] = json.loads(opened.read(f"{path.stem}/data/receipt.json"))
    return raw


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "990322"}, "签发单位与签名不一致"),
        ({"station": "990322"}, "收件单位与包上写的不一致"),
        ({"counts": {"accepted": 3, "number_pending": 0, "rejected": 0}}, "对不上"),
        ({"rows": [{"line": 1, "outcome": "rejected"}]}, "对不上"),
        ({"made_at": "2026-13-45T"}, "读不出来"),
        ({"sequence": 0}, "数太小"),
        ({"extra": 1}, "不认识的栏"),
    ],
)
def test_a_well_signed_receipt_must_also_make_sense(
    tmp_path: Path, station: Office, province: Office, change: dict[str, Any], reason: str
) -> None:
    content = _receipt_json(tmp_path, province) | change
    path = _made(tmp_path, province, "receipt", content, STATION)
    with pytest.raises(RefusedError, match=reason):
        read_receipt(path, station.keys, station=STATION)


def test_another_version_and_unreadable_content_are_named(
    tmp_path: Path, station: Office, province: Office
) -> None:
    content = _receipt_json(tmp_path, province)
    newer = _made(tmp_path, province, "receipt", content, STATION, **{"Contract-Desk-Schema": "2"})
    with pytest.raises(RefusedError, match="第 2 版格式"):
        read_receipt(newer, station.keys, station=STATION)
    broken = _made(tmp_path, province, "receipt", b"{" * 9, STATION)
    with pytest.raises(RefusedError, match="内容读不出来"):
        read_receipt(broken, station.keys, station=STATION)


def test_a_block_lists_each_number_once(tmp_path: Path, province: Office) -> None:
    with pytest.raises(RefusedError, match="没有写成"):
        write_block(tmp_path, replace(BLOCK, numbers=("1", "1")), "x", province.signer)
    with pytest.raises(RefusedError, match="没有写成"):
        write_block(tmp_path, replace(BLOCK, numbers=()), "x", province.signer)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("law/relief.toml", b"a = ", "读不出来"),
        ("law/relief.toml", b"\xff", "UTF-8"),
        ("law/evil.py", b"", "不是规则包里可以有的"),
        ("../law/a.toml", b"", "不是规则包里可以有的"),
        ("secrets/a.toml", b"", "不是规则包里可以有的"),
    ],
)
def test_a_policy_pack_holds_readable_tables_only(
    tmp_path: Path, province: Office, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(RefusedError, match=reason):
        write_policy(tmp_path, replace(POLICY, files={name: content}), province.signer)
    assert list(tmp_path.iterdir()) == []


def test_an_unreal_date_in_a_list_is_named(tmp_path: Path, station: Office, province: Office) -> None:
    content = {
        "list": "x",
        "issuer": PROVINCE,
        "made_at": "2026-11-20T00:00:00+00:00",
        "entries": [{"official_number": "1", "status": "revoked", "on": "2026-02-30"}],
    }
    path = _made(tmp_path, province, "cancelled", content, "*")
    with pytest.raises(RefusedError, match="日历"):
        read_cancelled(path, station.keys, station=STATION)


@given(st.permutations(range(6)), st.lists(st.integers(0, 5)))
def test_any_order_and_repetition_of_receipts_leaves_the_newest_of_each_package(
    order: list[int], again: list[int]
) -> None:
    pile = [
        replace(RECEIPT, package_digest=f"{n // 2:064x}", sequence=n // 2 + 1, issue=n % 2 + 1)
        for n in range(6)
    ]
    kept = sorted_for_applying([pile[n] for n in [*order, *again]])
    assert [(r.sequence, r.issue) for r in kept] == [(1, 2), (2, 2), (3, 2)]
