"""Backups of every day: where they lie, the copy at a second place, and what is told when it is away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from desktop.errors import RefusedError
from desktop.models import Action
from desktop.services.look import put_setting, setting, start_page
from desktop.services.office import Office
from desktop.services.safe_keeping import (
    KEPT,
    backup_places,
    backup_report,
    daily_backup,
    make_station_backup,
    set_backup_places,
)
from desktop.settings import read_station_file
from desktop.store.backup import verify_backup
from tests.conftest import CLERK, HEAD, POSTGRES, TODAY

only_sqlite = pytest.mark.skipif(bool(POSTGRES), reason="a server's data are backed up by its administrator")


@pytest.fixture
def head(office: Office) -> Office:
    office.station.write(office.folder)
    (office.folder / "people.json").write_text("{}", encoding="utf-8")
    return office.as_person(HEAD)


def with_places(head: Office, main: Path | None, second: Path | None) -> Office:
    return replace(head, station=set_backup_places(head, main, second))


def verbs(office: Office) -> dict[str, int]:
    """How often each act stands in the log."""
    with office.look() as uow:
        found = uow.session.execute(select(Action.verb, func.count()).group_by(Action.verb))
        return {str(verb): int(count) for verb, count in found}


def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


def test_places_are_written_for_the_next_start_and_logged(head: Office, tmp_path: Path) -> None:
    second = stick(tmp_path)
    set_backup_places(head, None, second)
    again = read_station_file(head.folder)
    assert backup_places(head.folder, again).second == second
    assert backup_places(head.folder, again).main == head.folder / "backups"
    assert verbs(head)["backup_places"] == 1


def test_only_head_and_keeper_of_the_machine_choose_places(head: Office, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="负责人或系统维护"):
        set_backup_places(head.as_person(CLERK), None, stick(tmp_path))
    assert read_station_file(head.folder).extra == {}


def test_a_place_that_is_away_or_the_same_twice_cannot_be_chosen(head: Office, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="不在"):
        set_backup_places(head, None, tmp_path / "nowhere")
    here = stick(tmp_path)
    with pytest.raises(RefusedError, match="同一个文件夹"):
        set_backup_places(head, here, here)
    assert read_station_file(head.folder).extra == {}


@only_sqlite
def test_the_first_exit_of_a_day_backs_up_at_both_places(head: Office, tmp_path: Path) -> None:
    second = stick(tmp_path)
    office = with_places(head, None, second)
    done = daily_backup(office)
    assert done.path == office.folder / "backups" / "990321_2026-11-20.desk"
    assert done.second == second / done.path.name
    assert done.second.read_bytes() == done.path.read_bytes()
    assert verify_backup(done.second, None)["contracts"] == 0
    assert "备份已打开验过：0 份，合计 0.00 元" in done.words
    assert "第二处也有一份，已打开验过" in done.words
    assert daily_backup(office).words == ""
    _view, _places, words = backup_report(office)
    assert words == "990321_2026-11-20.desk，已打开验过"


@only_sqlite
def test_a_stick_that_is_away_is_told_and_served_at_a_later_exit(head: Office, tmp_path: Path) -> None:
    second = stick(tmp_path)
    office = with_places(head, None, second)
    second.rmdir()
    done = daily_backup(office)
    assert done.path.exists()
    assert (done.second, done.trouble) == (None, f"第二处 {second} 不在，今天没有另存")
    assert backup_report(office)[2] == done.trouble
    second.mkdir()
    later = daily_backup(office)
    assert later.second is not None
    assert later.second.exists()
    assert later.trouble == ""
    assert "合计" not in later.words


@only_sqlite
def test_a_copy_that_came_over_damaged_is_no_copy(
    head: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = with_places(head, None, stick(tmp_path))

    def cut(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:-200])

    monkeypatch.setattr("desktop.services.safe_keeping.shutil.copyfile", cut)
    done = daily_backup(office)
    assert done.second is None
    assert done.trouble.startswith("第二处的那份没有验过")
    assert [p.name for p in (tmp_path / "stick").iterdir()] == []


@only_sqlite
def test_a_main_place_that_is_away_gives_way_to_the_data_folder(head: Office, tmp_path: Path) -> None:
    place = stick(tmp_path)
    office = with_places(head, place, None)
    assert daily_backup(office).path.parent == place
    (place / "990321_2026-11-20.desk").unlink()
    place.rmdir()
    done = daily_backup(office)
    assert done.path.parent == office.folder / "backups"
    assert f"备份位置 {place} 不在" in done.words


@only_sqlite
def test_fourteen_are_kept_at_both_places_and_other_files_stay(head: Office, tmp_path: Path) -> None:
    second = stick(tmp_path)
    office = with_places(head, None, second)
    (second / "手工_备份.desk").write_bytes(b"x")
    for days in range(KEPT + 3):
        day = TODAY + timedelta(days=days)
        daily_backup(replace(office, now=lambda day=day: day))
    for place in (office.folder / "backups", second):
        names = sorted(p.name for p in place.glob("990321_*.desk"))
        assert len(names) == KEPT
        assert names[-1] == "990321_2026-12-06.desk"
    assert (second / "手工_备份.desk").exists()


@only_sqlite
def test_a_backup_is_found_again_after_the_data_folder_was_moved(head: Office, tmp_path: Path) -> None:
    made = daily_backup(head)
    with head.work() as uow:
        note = json.loads(setting(uow, "last_backup")) | {"path": f"/moved/away/{made.path.name}"}
        put_setting(uow, "last_backup", json.dumps(note))
        uow.commit()
    assert backup_report(head)[0].path == made.path


@only_sqlite
def test_a_backup_inside_the_data_folder_is_noted_from_there_on(
    head: Office, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = daily_backup(head)
    with head.look() as uow:
        assert json.loads(setting(uow, "last_backup"))["path"] == f"backups/{made.path.name}"
    assert start_page(head).backup.path == made.path
    moved = replace(head, folder=tmp_path / "elsewhere")
    moved.folder.mkdir()
    assert start_page(moved).backup.path == tmp_path / "elsewhere" / "backups" / made.path.name
    beside = tmp_path_factory.mktemp("beside") / "x.desk"
    make_station_backup(head, beside)
    assert start_page(moved).backup.path == beside


@only_sqlite
def test_the_same_trouble_is_logged_once(head: Office, tmp_path: Path) -> None:
    second = stick(tmp_path)
    office = with_places(head, None, second)
    second.rmdir()
    for days in range(3):
        day = TODAY + timedelta(days=days)
        daily_backup(replace(office, now=lambda day=day: day))
    with office.look() as uow:
        assert json.loads(setting(uow, "second_backup"))["trouble"].startswith("第二处")
    assert (verbs(office)["backup"], verbs(office)["backup_copy"]) == (3, 1)


@pytest.mark.skipif(not POSTGRES, reason="what a server's station does")
def test_a_station_on_a_server_leaves_with_nothing_to_back_up(head: Office) -> None:
    assert daily_backup(head).words == ""
