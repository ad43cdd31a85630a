"""A backup brings everything back, and says when it cannot."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.errors import MachineError, RefusedError
from desktop.models import NumberBlock
from desktop.services.commands import ReviewContract, UnfreezeBlock
from desktop.services.look import check_database
from desktop.services.receive import unfreeze_block
from desktop.services.register import review_and_register
from desktop.services.safe_keeping import make_station_backup
from desktop.store.backup import read_manifest, restore_backup, verify_backup
from desktop.store.engine import open_sqlite
from tests.conftest import HEAD, POSTGRES, TODAY, Way

pytestmark = pytest.mark.skipif(bool(POSTGRES), reason="a server is backed up by its own administrator")


def test_a_backup_holds_what_was_written_a_moment_ago(way: Way, tmp_path: Path) -> None:
    way.registered()
    made = make_station_backup(way.office, tmp_path / "b.desk")
    assert made.is_verified
    assert made.contract_count == 1
    assert verify_backup(tmp_path / "b.desk", None)["contracts"] == 1
    assert not list(tmp_path.glob("*.partial"))


def test_restoring_brings_back_the_day_and_freezes_the_numbers(way: Way, tmp_path: Path) -> None:
    first = way.registered()
    (way.office.folder / "station.toml").write_text('code = "990321"\nname = "站"\n', encoding="utf-8")
    make_station_backup(way.office, tmp_path / "b.desk")
    later = way.registered(title="备份之后登记的合同研究")
    number = way.sheet(later).row.official_number
    way.office.engine.dispose()
    manifest, aside = restore_backup(tmp_path / "b.desk", way.office.folder, None, TODAY, "贺兰舟")
    assert manifest["contracts"] == 1
    assert aside is not None
    assert (aside / "contract-desk.db").exists()
    assert not (way.office.folder / "contract-desk.db-wal").exists()

    from dataclasses import replace

    way.office = replace(way.office, engine=open_sqlite(way.office.folder / "contract-desk.db"))
    assert check_database(way.office).is_good
    assert way.sheet(first).row.official_number == "2026990321000247"
    with way.office.look() as uow:
        assert all(b.is_frozen for b in uow.session.scalars(select(NumberBlock)))
    made = way.recognised(title="还原之后的合同研究")
    reviewer = way.office.as_person(way_reviewer())
    cmd = ReviewContract(actor=reviewer.person.name, contract_id=made, items=way.review_items(made))
    with pytest.raises(RefusedError, match="尚未解冻"):
        review_and_register(reviewer, cmd)
    head = way.office.as_person(HEAD)
    with pytest.raises(RefusedError, match="不在本机的号段"):
        unfreeze_block(head, UnfreezeBlock(actor=HEAD.name, last_number="1234"))
    unfreeze_block(head, UnfreezeBlock(actor=HEAD.name, last_number=number))
    review_and_register(reviewer, cmd)
    assert way.sheet(made).row.official_number == "2026990321000249"
    way.office.engine.dispose()


def way_reviewer() -> object:
    from tests.conftest import REVIEWER

    return REVIEWER


@pytest.mark.parametrize("damage", ["cut", "flip", "not a zip", "missing"])
def test_a_damaged_backup_is_refused_and_the_data_stay(way: Way, tmp_path: Path, damage: str) -> None:
    way.draft()
    path = tmp_path / "b.desk"
    make_station_backup(way.office, path)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "not a zip":
        path.write_bytes(b"x" * 1000)
    elif damage == "missing":
        path.unlink()
    else:
        with zipfile.ZipFile(path) as old:
            parts = {n: old.read(n) for n in old.namelist()}
        parts["contract-desk.db"] = parts["contract-desk.db"][:-1] + b"!"
        with zipfile.ZipFile(path, "w") as new:
            for name, part in parts.items():
                new.writestr(name, part)
    with pytest.raises(RefusedError):
        restore_backup(path, way.office.folder, None, TODAY, "贺兰舟")
    assert check_database(way.office).contract_count == 1
    assert not list(way.office.folder.glob("before-restore-*"))


def test_a_backup_to_a_place_that_cannot_be_written_says_so(way: Way) -> None:
    way.draft()
    with pytest.raises(MachineError, match="没有写成"):
        make_station_backup(way.office, Path("/proc/nowhere/b.desk"))
    assert check_database(way.office).is_good


def test_a_backup_with_a_path_outside_is_refused(way: Way, tmp_path: Path) -> None:
    way.draft()
    path = tmp_path / "b.desk"
    make_station_backup(way.office, path)
    manifest = read_manifest(path)
    import hashlib
    import json

    manifest["files"]["../evil"] = hashlib.sha256(b"x").hexdigest()
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    parts["manifest.json"] = json.dumps(manifest).encode()
    parts["../evil"] = b"x"
    with zipfile.ZipFile(path, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)
    with pytest.raises(RefusedError):
        restore_backup(path, way.office.folder, None, TODAY, "贺兰舟")
    assert not (way.office.folder.parent / "evil").exists()
