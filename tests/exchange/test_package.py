from __future__ import annotations

import hashlib
import json
import shutil
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from exchange_samples import MADE_AT, Office, contract, header, resident_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.errors import MachineError, RefusedError
from desktop.exchange import archive
from desktop.exchange.archive import Limits
from desktop.exchange.bag import BagWriter, writing_whole
from desktop.exchange.package import (
    PackageAttachment,
    _info,
    _totals,
    package_name,
    read_package,
    save_attachment,
    write_package,
)
from desktop.exchange.schemas import canonical
from desktop.security.keys import PublicKeys
from desktop.security.whole_file import machine_fault


@pytest.fixture
def written(tmp_path: Path, station: Office) -> Path:
    paper = tmp_path / "合同正本.pdf"
    paper.write_bytes(b"%PDF-1.4 invented\n" * 50)
    first = contract(
        1, attachments=(PackageAttachment("合同正本.pdf", paper), PackageAttachment("合同正本.pdf", paper))
    )
    folder = tmp_path / "stick"
    folder.mkdir()
    return write_package(
        folder, header(), [first, contract(2), contract(3, revision=2)], station.signer
    ).file.path


def test_the_file_has_a_name_that_people_can_read(written: Path) -> None:
    assert written.name == "澄河县登记处_上报_2026-11-20_第15包_3份.zip"
    assert [p.name for p in written.parent.iterdir()] == [written.name]


def test_what_is_read_is_what_was_written(written: Path, province: Office) -> None:
    package = read_package(written, province.keys)
    assert [c.uid for c in package.contracts] == [contract(n).uid for n in (1, 2, 3)]
    assert package.contracts[1] == contract(2)
    assert replace(package.header, agent="contract-desk") == header()
    totals = package.totals
    assert (totals.contracts, totals.new, totals.changed, totals.attachments) == (3, 2, 1, 2)
    assert (str(totals.contract_amount), str(totals.technology_amount)) == ("3840007.50", "3090006.75")
    assert package.digest == hashlib.sha256(written.read_bytes()).hexdigest()
    assert package.bad == ()


def test_attachments_come_out_as_they_went_in(written: Path, province: Office, tmp_path: Path) -> None:
    package = read_package(written, province.keys)
    one, other = package.contracts[0].attachments
    assert one.file != other.file
    save_attachment(package, province.keys, other, tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes() == (tmp_path / "合同正本.pdf").read_bytes()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, station: Office) -> None:
    results = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        results.append(write_package(folder, header(), [contract(1), contract(2)], station.signer).file)
    assert results[0].path.read_bytes() == results[1].path.read_bytes()
    assert results[0].check_code == results[1].check_code


def test_bagit_finds_the_bag_valid_and_notices_a_changed_file(written: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(written) as package:
        package.extractall(tmp_path / "out")
    bag = tmp_path / "out" / written.stem
    command = [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", str(bag)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    lines = bag / "data" / "contracts.jsonl"
    lines.write_bytes(lines.read_bytes().replace("沈清禾".encode(), "沈青禾".encode()))
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_ten_lines_of_foreign_code_can_check_the_signature(written: Path, station: Office) -> None:
    script = Path(__file__).parent / "verify_signature.py"
    public = next(station.folder.glob("*.pub"))
    command = [sys.executable, str(script), str(written), str(public)]
    assert subprocess.run(command, check=False, capture_output=True, text=True).stdout == "signature ok\n"


def test_personal_ids_stand_in_full_in_the_lines_and_masked_in_the_workbook(
    written: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(written) as package:
        lines = package.read(f"{written.stem}/data/contracts.jsonl").decode()
        (tmp_path / "c.xlsx").write_bytes(package.read(f"{written.stem}/data/contracts.xlsx"))
    assert resident_id(1) in lines
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    sheet = book["合同"]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert resident_id(1) not in cells
    assert "110***********" + resident_id(1)[-4:] in cells
    assert contract(1).facts["parties"][0]["id_number"] in cells
    assert (sheet["N2"].value, sheet["N2"].data_type, sheet["I2"].number_format) == (1280001.5, "n", "@")
    assert "共 3 份" in cells
    assert sheet.freeze_panes == "A2"


def test_bag_info_says_who_what_and_how_much(written: Path) -> None:
    with zipfile.ZipFile(written) as package:
        info = package.read(f"{written.stem}/bag-info.txt").decode()
        assert len(package.read(f"{written.stem}/tagmanifest-sha256.txt.sig")) == 64
    for line in (
        "Contract-Desk-Station: 990321",
        "Contract-Desk-Sequence: 15",
        f"Contract-Desk-Previous: {'ab' * 32}",
        "Contract-Desk-Contracts: 3",
        "Contract-Desk-Contract-Amount-Fen: 384000750",
        "Contract-Desk-Law: M2026; yunling-2026.11",
        f"Contract-Desk-Action-Head: {'cd' * 32}",
        "Contract-Desk-Schema: 1",
    ):
        assert line in info.splitlines()


@pytest.mark.parametrize(
    ("contracts", "reason"),
    [
        ([], "没有要上报的合同"),
        ([contract(1, facts={"is_secret": True})], "涉密"),
        ([contract(1), contract(1)], "放了两次"),
        ([contract(1, facts={"title": None})], "还不能上报"),
        ([contract(1, state="DRAFT")], "还不能上报"),
        ([contract(1, facts={"contract_amount": "-1.00"})], "还不能上报"),
        ([contract(1, facts={"contract_amount": "1.005"})], "还不能上报"),
    ],
)
def test_what_must_not_leave_the_station_is_refused_and_leaves_nothing(
    tmp_path: Path, station: Office, contracts: list[object], reason: str
) -> None:
    with pytest.raises(RefusedError, match=reason):
        write_package(tmp_path, header(), contracts, station.signer)
    assert list(tmp_path.iterdir()) == []


def test_a_package_is_signed_with_the_stations_own_key_only(tmp_path: Path, province: Office) -> None:
    with pytest.raises(RefusedError, match="不是登记机构"):
        write_package(tmp_path, header(), [contract(1)], province.signer)


def test_stopping_in_the_middle_leaves_nothing(tmp_path: Path, station: Office) -> None:
    def stop(count: int, _total: int, _text: str) -> None:
        if count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_package(tmp_path, header(), [contract(n) for n in range(5)], station.signer, stop)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_folder_and_a_missing_stick_are_told_apart(tmp_path: Path, station: Office) -> None:
    with pytest.raises(MachineError, match="找不到或读不了"):
        write_package(tmp_path / "gone", header(), [contract(1)], station.signer)
    fault = machine_fault(PermissionError(13, "denied"), tmp_path)
    assert "写保护" in fault.hint


def test_a_full_disk_is_named_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"old")

    def fill() -> None:
        with writing_whole(path) as temporary:
            temporary.symlink_to("/dev/full")
            temporary.write_bytes(b"x" * 100_000)

    with pytest.raises(MachineError, match="磁盘已满") as full:
        fill()
    assert "腾出空间" in full.value.hint
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_every_cut_of_a_package_is_refused(written: Path, province: Office, tmp_path: Path) -> None:
    whole = written.read_bytes()
    cut = tmp_path / "cut.zip"
    for size in [0, 1, 4, 100, *range(200, len(whole), 997), len(whole) - 1]:
        cut.write_bytes(whole[:size])
        with pytest.raises(RefusedError, match=r"cut\.zip"):
            read_package(cut, province.keys)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_is_ever_believed(
    written: Path, province: Office, tmp_path: Path, place: float, bit: int
) -> None:
    whole = bytearray(written.read_bytes())
    whole[int(place * len(whole))] ^= 1 << bit
    bad = tmp_path / "bad.zip"
    bad.write_bytes(whole)
    try:
        package = read_package(bad, province.keys)
    except RefusedError:
        return
    # Bits of the zip that carry no content (times, attributes) may differ; what is read may not.
    assert package.contracts == read_package(written, province.keys).contracts


def _rezip(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if (result := change(info.filename, old.read(info))) is not None:
                new.writestr(*result)
    return target


@pytest.mark.parametrize(
    ("member", "old", "new", "reason"),
    [
        ("contracts.jsonl", b"1280001.50", b"9280001.50", "摘要不符"),
        ("bag-info.txt", b"Sequence: 15", b"Sequence: 16", "摘要不符"),
        ("tagmanifest-sha256.txt", b"  bagit.txt", b"  bagit.txT", "改动过"),
        ("manifest-sha256.txt", b"contracts.jsonl", b"contracts.json1", "摘要不符"),
        ("bag-info.txt", b"Format: batch", b"Format: receipt", "不是上报包"),
    ],
)
def test_an_edited_member_is_named(
    written: Path, province: Office, tmp_path: Path, member: str, old: bytes, new: bytes, reason: str
) -> None:
    def edit(name: str, content: bytes) -> tuple[str, bytes]:
        return name, content.replace(old, new) if name.endswith(f"/{member}") else content

    with pytest.raises(RefusedError, match=reason):
        read_package(_rezip(written, tmp_path / "e.zip", edit), province.keys)


def test_a_member_added_or_taken_away_is_named(written: Path, province: Office, tmp_path: Path) -> None:
    drop = _rezip(written, tmp_path / "d.zip", lambda n, c: None if n.endswith("合同正本.pdf") else (n, c))
    with pytest.raises(RefusedError, match="少了 data/attachments"):
        read_package(drop, province.keys)
    more = shutil.copy(written, tmp_path / "m.zip")
    with zipfile.ZipFile(more, "a") as opened:
        opened.writestr(f"{written.stem}/data/extra.txt", b"x")
    with pytest.raises(RefusedError, match=r"多了 data/extra\.txt"):
        read_package(more, province.keys)


def test_a_repacked_but_unedited_package_is_still_the_same(
    written: Path, province: Office, tmp_path: Path
) -> None:
    again = _rezip(written, tmp_path / "again.zip", lambda n, c: (n, c))
    assert read_package(again, province.keys).contracts == read_package(written, province.keys).contracts


def test_an_unknown_key_and_a_package_of_another_station_are_refused(
    written: Path, province: Office, offices: Callable[[str], Office], tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="不在本机的公钥里"):
        read_package(written, PublicKeys())
    with pytest.raises(RefusedError, match="澄河县登记处"):
        read_package(written, province.keys, station="990322")
    other = offices("990322")
    forged = tmp_path / "forged.zip"
    raws = [contract(1).to_json()]
    with zipfile.ZipFile(forged, "x") as opened:
        bag = BagWriter(opened, "x", MADE_AT)
        bag.add("contracts.jsonl", [canonical(raws[0]) + b"\n"])
        bag.close(_info(header(), _totals(raws)), other.signer)
    with pytest.raises(RefusedError, match="签名却是“990322”的"):
        read_package(forged, province.keys)


def _signed(path: Path, office: Office, lines: list[bytes], **said: str) -> Path:
    """A package as another program might have made it: signed well, whatever is in it."""
    raws = []
    for line in lines:
        try:
            raws.append(json.loads(line))
        except (ValueError, RecursionError):
            continue
    raws = [raw for raw in raws if isinstance(raw, dict)]
    info = dict(_info(header(), _totals(raws))) | {"Contract-Desk-Contracts": str(len(lines))} | said
    with zipfile.ZipFile(path, "x") as opened:
        bag = BagWriter(opened, "包", MADE_AT)
        bag.add("contracts.jsonl", [line + b"\n" for line in lines])
        bag.close(info.items(), office.signer)
    return path


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Contract-Desk-Schema", "2", "第 2 版格式"),
        ("Contract-Desk-Contracts", "3", "实际是 2"),
        ("Contract-Desk-Contract-Amount-Fen", "1", "Contract-Amount-Fen 写的是 1"),
        ("Contract-Desk-Contract-Amount-Fen", "-1", "应为整数"),
        ("Contract-Desk-Sequence", "0", "包序号"),
        ("Contract-Desk-Made-At", "2026-11-20", "制作时间"),
    ],
)
def test_statements_of_bag_info_must_fit(
    tmp_path: Path, station: Office, name: str, value: str, reason: str
) -> None:
    lines = [canonical(contract(n).to_json()) for n in (1, 2)]
    path = _signed(tmp_path / "p.zip", station, lines, **{name: value})
    with pytest.raises(RefusedError, match=reason):
        read_package(path, station.keys)


def test_a_bad_line_never_blocks_the_others(tmp_path: Path, station: Office) -> None:
    good = canonical(contract(1).to_json())
    unreal = contract(5).to_json()
    unreal["facts"] = unreal["facts"] | {"signed_on": "2026-02-30"}
    lines = [
        canonical(contract(2).to_json() | {"state": "DRAFT"}),
        good,
        b"{ not json",
        b"[" * 100_000,
        b'"text"',
        good,
        canonical(unreal),
        canonical(
            contract(3).to_json()
            | {"attachments": [{"name": "a", "file": "data/attachments/x/a", "sha256": "0" * 64, "size": 1}]}
        ),
    ]
    package = read_package(_signed(tmp_path / "p.zip", station, lines), station.keys)
    assert [c.uid for c in package.contracts] == [contract(1).uid]
    assert package.lines == (2,)
    assert [b.line for b in package.bad] == [1, 3, 4, 5, 6, 7, 8]
    assert package.bad[0].uid == contract(2).uid
    assert "state" in package.bad[0].reason
    assert "两次" in package.bad[4].reason


def _patched(path: Path, change: Callable[[bytearray], None]) -> Path:
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)
    return path


def _table(content: bytearray) -> int:
    """Where the table of contents begins (a stored workbook has one of its own before)."""
    end = content.rindex(b"PK\x05\x06")
    return int(struct.unpack("<I", content[end + 16 : end + 20])[0])


def test_names_that_climb_out_are_refused_before_anything_is_read(tmp_path: Path, province: Office) -> None:
    for number, name in enumerate(
        [
            "../evil",
            "/etc/passwd",
            "包/../../x",
            "包\\..\\x",
            "C:/x",
            "包/a\x00b",
            "包//a",
            "包/con. /x",
            "a/" * 9 + "b",
        ]
    ):
        path = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(path, "w") as opened:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            opened.writestr(info, b"x")
        with pytest.raises(RefusedError, match=r"越界|不是完整的|里面应当只有"):
            read_package(path, province.keys)
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path, province: Office) -> None:
    for number, names in enumerate([("包/a", "包/a"), ("包/Ab", "包/aB")]):
        path = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(path, "w") as opened:
            for name in names:
                opened.writestr(name, b"x")
        with pytest.raises(RefusedError, match="出现两次"):
            read_package(path, province.keys)


def test_links_are_refused(tmp_path: Path, province: Office) -> None:
    path = tmp_path / "l.zip"
    with zipfile.ZipFile(path, "w") as opened:
        info = zipfile.ZipInfo("包/link")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        opened.writestr(info, "/etc/passwd")
    with pytest.raises(RefusedError, match="是链接"):
        read_package(path, province.keys)


def test_a_zip_with_a_password_is_refused(written: Path, province: Office) -> None:
    def lock(content: bytearray) -> None:
        central = _table(content)
        content[6] |= 1
        content[central + 8] |= 1

    with pytest.raises(RefusedError, match="密码"):
        read_package(_patched(written, lock), province.keys)


def test_bombs_are_refused_by_their_table_alone(tmp_path: Path, province: Office) -> None:
    tight = tmp_path / "tight.zip"
    with zipfile.ZipFile(tight, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("包/data/contracts.jsonl", bytes(64 << 20))
    with pytest.raises(RefusedError, match="大得不合常理"):
        read_package(tight, province.keys)
    many = tmp_path / "many.zip"
    with zipfile.ZipFile(many, "w") as opened:
        for number in range(300):
            opened.writestr(f"包/{number}", b"")
    with pytest.raises(RefusedError, match="300 个文件"):
        read_package(many, province.keys, limits=Limits(entries=299))
    with pytest.raises(RefusedError, match="文件太大"):
        read_package(many, province.keys, limits=Limits(file_bytes=1000))


def test_overlapping_members_are_refused(tmp_path: Path, province: Office) -> None:
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name in ("包/a", "包/b"):
            opened.writestr(name, b"x" * 100)

    def overlap(content: bytearray) -> None:
        second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
        content[second + 42 : second + 46] = struct.pack("<I", 10)

    with pytest.raises(RefusedError, match="重叠"):
        read_package(_patched(path, overlap), province.keys)


def test_a_member_that_gives_more_than_it_declares_is_not_read_to_the_end(
    written: Path, province: Office
) -> None:
    def shrink(content: bytearray) -> None:
        at = _table(content)
        content[at + 24 : at + 28] = struct.pack("<I", 5)

    with pytest.raises(RefusedError):
        read_package(_patched(written, shrink), province.keys)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"hello, this is no package", b"%PDF-1.4", b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_package_is_said_so(tmp_path: Path, province: Office, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(RefusedError, match=r"x\.zip"):
        read_package(tmp_path / "x.zip", province.keys)


def test_a_missing_file_is_a_fault_of_the_machine(tmp_path: Path, province: Office) -> None:
    with pytest.raises(MachineError, match="找不到或读不了"):
        read_package(tmp_path / "gone.zip", province.keys)


def test_names_are_safe_on_every_stick(tmp_path: Path, station: Office) -> None:
    odd = header(station_name='澄河/县:登记处?"<>|')
    assert package_name(odd, 1) == "澄河_县_登记处______上报_2026-11-20_第15包_1份"
    assert write_package(tmp_path, odd, [contract(1)], station.signer).file.path.exists()


def test_nothing_is_unpacked_while_checking(written: Path, province: Office) -> None:
    before = sorted(p.name for p in written.parent.iterdir())
    read_package(written, province.keys)
    assert sorted(p.name for p in written.parent.iterdir()) == before
    assert not hasattr(archive.Archive, "extract")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.integers(0, 9999), min_size=1, max_size=6, unique=True),
    title=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50),
    reason=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)
def test_import_of_export_is_the_same_whatever_the_text(
    tmp_path_factory: pytest.TempPathFactory, station: Office, numbers: list[int], title: str, reason: str
) -> None:
    contracts = [contract(n, facts={"title": title}) for n in numbers]
    contracts = [replace(c, actions=(replace(c.actions[0], reason=reason),)) for c in contracts]
    folder = tmp_path_factory.mktemp("p")
    path = write_package(folder, header(), contracts, station.signer).file.path
    assert list(read_package(path, station.keys).contracts) == contracts
