"""A station from the empty folder on: who may come in, and what another program left behind."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop import settings
from desktop.app import OpenDesk, restore, sign_in
from desktop.errors import MachineError, RefusedError
from desktop.models import Action
from desktop.sample_station_data import make_station
from desktop.security.passwords import CHEAP
from desktop.services.commands import SaveContract
from desktop.services.station import FirstPerson, init_station, shipped_pack, signing_key_id
from desktop.settings import StationFile
from tests.conftest import Way

PEOPLE = (
    FirstPerson("沈清禾", ("clerk",), "qinghe-2026"),
    FirstPerson("贺兰舟", ("head",), "lanzhou-2026"),
)
PACK = "yunling-2026.11"


def station_file(*, plain: bool = True) -> StationFile:
    return StationFile("990321", "澄河县技术合同登记处", "云岭省", "岚州市", "澄河县", PACK, is_plain=plain)


def init(folder: Path, *, plain: bool = True) -> str:
    return init_station(folder, station_file(plain=plain), PEOPLE, shipped_pack(PACK), cost=CHEAP)


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample station, to copy from."""
    folder = tmp_path_factory.mktemp("ready") / "station"
    make_station(folder, cheap_passwords=True)
    return folder


@pytest.fixture
def folder(tmp_path: Path, ready: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "station"))


@pytest.fixture
def head(folder: Path) -> Iterator[OpenDesk]:
    opened = sign_in(folder, "贺兰舟", "lanzhou-2026")
    yield opened
    opened.close()


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "encrypted"])
def test_a_new_station_opens_with_its_people_and_an_empty_log(tmp_path: Path, plain: bool) -> None:
    code = init(tmp_path / "new", plain=plain)
    assert len(code.replace("-", "")) >= 20
    opened = sign_in(tmp_path / "new", "沈清禾", "qinghe-2026")
    try:
        assert [p[0] for p in opened.people()] == ["沈清禾", "贺兰舟"]
        report = opened.check(deep=True)
        assert (report.is_good, report.contract_count, report.action_count) == (True, 0, 1)
        assert len(signing_key_id(opened.office)) >= 8
    finally:
        opened.close()
    head = (tmp_path / "new" / "contract-desk.db").read_bytes()[:16]
    assert (head == b"SQLite format 3\0") is plain
    everything = b"".join(p.read_bytes() for p in (tmp_path / "new").rglob("*") if p.is_file())
    assert b"qinghe-2026" not in everything
    assert code.encode() not in everything


def test_a_folder_with_a_station_is_not_set_up_again(tmp_path: Path) -> None:
    init(tmp_path / "new")
    before = {p.name: p.read_bytes() for p in (tmp_path / "new").iterdir() if p.is_file()}
    with pytest.raises(RefusedError, match="已经有一个登记机构") as refused:
        init(tmp_path / "new")
    assert refused.value.hint
    assert {p.name: p.read_bytes() for p in (tmp_path / "new").iterdir() if p.is_file()} == before


@pytest.mark.parametrize("roles", [(), ("boss",), ("clerk", "小组长")])
def test_unknown_roles_are_refused_before_anything_is_made(tmp_path: Path, roles: tuple[str, ...]) -> None:
    person = FirstPerson("沈清禾", roles, "qinghe-2026")
    with pytest.raises(RefusedError, match="角色"):
        init_station(tmp_path / "new", station_file(), [person], shipped_pack(PACK), cost=CHEAP)
    assert not (tmp_path / "new").exists()


def test_a_weak_first_password_leaves_nothing_that_blocks_a_second_try(tmp_path: Path) -> None:
    person = FirstPerson("沈清禾", ("clerk",), "123")
    with pytest.raises(RefusedError, match="口令太短"):
        init_station(tmp_path / "new", station_file(), [person], shipped_pack(PACK), cost=CHEAP)
    init(tmp_path / "new")


def test_a_wrong_password_and_an_unknown_name_say_the_same(folder: Path) -> None:
    with pytest.raises(RefusedError) as wrong:
        sign_in(folder, "沈清禾", "qinghe-2027")
    assert "口令" in wrong.value.message
    with pytest.raises(RefusedError):
        sign_in(folder, "张三", "qinghe-2026")
    opened = sign_in(folder, "沈清禾", "qinghe-2026")
    assert (opened.person.name, opened.person.roles) == ("沈清禾", frozenset({"clerk"}))
    opened.close()


def test_a_second_window_is_refused_while_the_first_is_open(folder: Path, head: OpenDesk) -> None:
    with pytest.raises(MachineError, match="另一个窗口"):
        sign_in(folder, "沈清禾", "qinghe-2026")
    head.close()
    sign_in(folder, "沈清禾", "qinghe-2026").close()


def test_a_folder_without_a_station_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="还没有登记机构") as refused:
        sign_in(tmp_path, "沈清禾", "qinghe-2026")
    assert "init" in refused.value.hint


def test_a_database_of_a_newer_program_is_left_as_it_is(folder: Path) -> None:
    from sqlalchemy import text

    from desktop.store.engine import open_sqlite

    engine = open_sqlite(folder / "contract-desk.db")
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = (folder / "contract-desk.db").read_bytes()
    with pytest.raises(MachineError, match="更新版本") as refused:
        sign_in(folder, "沈清禾", "qinghe-2026")
    assert "新版程序" in refused.value.hint
    assert (folder / "contract-desk.db").read_bytes() == before
    with pytest.raises(MachineError, match="更新版本"):  # the lock was let go
        sign_in(folder, "沈清禾", "qinghe-2026")


@pytest.mark.parametrize("damage", ["missing", "cut", "overwritten"])
def test_a_damaged_database_is_named_and_left_untouched(folder: Path, damage: str) -> None:
    path = folder / "contract-desk.db"
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        path.write_bytes(os.urandom(64) + path.read_bytes()[64:])
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(MachineError) as refused:
        sign_in(folder, "沈清禾", "qinghe-2026")
    assert "备份" in refused.value.hint
    assert not any(word in str(refused.value) for word in ("sqlite", "SQL", "file is not", "malformed"))
    assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.parametrize("name", ["station.toml", "people.json"])
def test_a_damaged_small_file_is_named(folder: Path, name: str) -> None:
    (folder / name).write_text("{[", encoding="utf-8")
    with pytest.raises(MachineError, match=name.replace(".", r"\.")) as refused:
        sign_in(folder, "沈清禾", "qinghe-2026")
    assert refused.value.hint


def test_a_read_only_folder_is_told_in_words(folder: Path) -> None:
    if os.geteuid() == 0:
        (folder / "in-use.lock").unlink(missing_ok=True)
        (folder / "in-use.lock").mkdir()  # what a read-only disk does to a clerk, done to root
    else:
        folder.chmod(0o500)
    try:
        with pytest.raises(MachineError, match="只能读") as refused:
            sign_in(folder, "沈清禾", "qinghe-2026")
    finally:
        folder.chmod(0o700)
    assert refused.value.hint


def test_the_head_lets_somebody_in(folder: Path, head: OpenDesk) -> None:
    head.add_person("韦青岚", "clerk reviewer", "qinglan-2026")
    assert ("韦青岚", "clerk reviewer", True) in head.people()
    with pytest.raises(RefusedError, match="已经有"):
        head.add_person("韦青岚", "clerk", "qinglan-2027")
    head.close()
    opened = sign_in(folder, "韦青岚", "qinglan-2026")
    assert opened.person.roles == {"clerk", "reviewer"}
    with pytest.raises(RefusedError, match="负责人"):
        opened.add_person("另一人", "clerk", "another-2026")
    opened.close()


def test_somebody_with_a_weak_password_is_let_in_nowhere(folder: Path, head: OpenDesk) -> None:
    """The name is neither in the database nor in the key file, so that a second try succeeds."""
    with pytest.raises(RefusedError, match="口令"):
        head.add_person("韦青岚", "clerk", "123")
    assert "韦青岚" not in [p[0] for p in head.people()]
    head.add_person("韦青岚", "clerk", "qinglan-2026")
    head.close()
    sign_in(folder, "韦青岚", "qinglan-2026").close()


def test_ones_own_password_is_changed_with_the_old_one(folder: Path, head: OpenDesk) -> None:
    with pytest.raises(RefusedError):
        head.change_password("wrong-2026", "xin-kouling-2026")
    head.change_password("lanzhou-2026", "xin-kouling-2026")
    head.close()
    with pytest.raises(RefusedError):
        sign_in(folder, "贺兰舟", "lanzhou-2026")
    sign_in(folder, "贺兰舟", "xin-kouling-2026").close()


def test_a_backup_is_restored_by_the_head_alone_and_the_old_data_stay(
    folder: Path, head: OpenDesk, way: Way, tmp_path: Path
) -> None:
    backup = tmp_path / "b.desk"
    head.backup(backup)
    head.close()
    clerk = sign_in(folder, "沈清禾", "qinghe-2026")
    clerk.save_contract(SaveContract(actor="沈清禾", facts=way.facts))
    with pytest.raises(MachineError, match="另一个窗口"):
        restore(backup, folder, "贺兰舟", "lanzhou-2026")
    clerk.close()
    with pytest.raises(RefusedError, match="负责人"):
        restore(backup, folder, "沈清禾", "qinghe-2026")
    manifest, aside = restore(backup, folder, "贺兰舟", "lanzhou-2026")
    assert manifest["contracts"] == 0
    assert aside is not None
    assert (aside / "contract-desk.db").exists()
    opened = sign_in(folder, "沈清禾", "qinghe-2026")
    assert opened.search("").total == 0
    opened.close()


def test_a_backup_of_another_station_is_refused(folder: Path, head: OpenDesk, tmp_path: Path) -> None:
    head.backup(tmp_path / "b.desk")
    head.close()
    other = settings.read_station_file(folder)
    replace(other, code="990322").write(folder)
    with pytest.raises(RefusedError, match="990321 的备份"):
        restore(tmp_path / "b.desk", folder, "贺兰舟", "lanzhou-2026")


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "encrypted"])
def test_a_backup_alone_brings_the_station_to_a_new_machine(tmp_path: Path, way: Way, plain: bool) -> None:
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "b.desk"
    init(old, plain=plain)
    clerk = sign_in(old, "沈清禾", "qinghe-2026")
    clerk.save_contract(SaveContract(actor="沈清禾", facts=way.facts))
    key = signing_key_id(clerk.office)
    clerk.backup(backup)
    clerk.close()
    shutil.rmtree(old)
    with pytest.raises(RefusedError, match="口令不对"):
        restore(backup, new, "贺兰舟", "wrong-2026")
    with pytest.raises(RefusedError, match="负责人"):
        restore(backup, new, "沈清禾", "qinghe-2026")
    assert not new.exists()
    manifest, aside = restore(backup, new, "贺兰舟", "lanzhou-2026")
    assert (manifest["contracts"], aside) == (1, None)
    opened = sign_in(new, "沈清禾", "qinghe-2026")
    try:
        assert opened.search("").total == 1
        assert opened.check(deep=True).is_good
        assert signing_key_id(opened.office) == key
        with opened.office.look() as uow:
            last = uow.session.query(Action).order_by(Action.id.desc()).first()
            assert last is not None
            assert (last.verb, last.person) == ("restore", "贺兰舟")
            told = json.loads(last.detail)
        assert {name: told[name] for name in told} == {name: manifest[name] for name in told}
        assert told["contracts"] == 1
    finally:
        opened.close()


def test_a_folder_with_other_files_is_not_restored_into(folder: Path, head: OpenDesk, tmp_path: Path) -> None:
    head.backup(tmp_path / "b.desk")
    head.close()
    other = tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(RefusedError, match="却有别的文件"):
        restore(tmp_path / "b.desk", other, "贺兰舟", "lanzhou-2026")
    assert [p.name for p in other.iterdir()] == ["letter.txt"]


def test_a_changed_people_file_in_a_backup_is_refused_on_a_new_machine(
    folder: Path, head: OpenDesk, tmp_path: Path
) -> None:
    head.backup(tmp_path / "b.desk")
    head.close()
    with zipfile.ZipFile(tmp_path / "b.desk") as good, zipfile.ZipFile(tmp_path / "bad.desk", "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content.replace(b"clerk", b"chief") if name == "people.json" else content)
    with pytest.raises(RefusedError, match=r"people\.json 被改动"):
        restore(tmp_path / "bad.desk", tmp_path / "new", "贺兰舟", "lanzhou-2026")


def test_a_lost_key_file_is_brought_back_by_the_backup(folder: Path, head: OpenDesk, tmp_path: Path) -> None:
    head.backup(tmp_path / "b.desk")
    head.close()
    (folder / "people.json").unlink()
    restore(tmp_path / "b.desk", folder, "贺兰舟", "lanzhou-2026")
    sign_in(folder, "沈清禾", "qinghe-2026").close()
