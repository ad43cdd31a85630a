"""Backups: made, opened again, compared, noted on the start page, and laid down at a second place too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from desktop.errors import DeskError, RefusedError
from desktop.resources import _
from desktop.services.commands import new_request
from desktop.services.look import backup_view, put_setting, setting
from desktop.services.office import Office, commit
from desktop.services.views import BackupPlaces, BackupView
from desktop.settings import StationFile
from desktop.store.backup import make_backup, verify_backup

Progress = Callable[[int, int, str], None]

KEPT: Final = 14
"""Daily backups that stay at each place; older ones are thinned out."""
MAIN: Final = "backup_place"
SECOND: Final = "backup_second"
"""Names in ``station.toml``: which folders of this machine hold the backups."""
PLACES_ROLES: Final = frozenset({"head", "admin"})


@dataclass(frozen=True, slots=True)
class DailyBackup:
    """What the exit of a day did."""

    words: str
    """For the record; empty when everything was there already."""
    path: Path
    second: Path | None = None
    """The copy at the second place, opened and counted."""
    trouble: str = ""
    """Why there is no copy there; a remark, never a reason to stay."""


def make_station_backup(office: Office, path: Path, progress: Progress | None = None) -> BackupView:
    """One file with everything, verified by opening it; the start page shows its age from then on."""
    now = office.now()
    content = make_backup(
        office.engine,
        office.folder,
        path,
        _key(office),
        office.station.code,
        now,
        progress or (lambda *_a: None),
    )
    with office.work() as uow:
        note = {
            "made_at": now.isoformat(),
            "path": _from_here(office.folder, path),
            "contracts": content.contracts,
            "total": format(content.total, "f"),
        }
        put_setting(uow, "last_backup", json.dumps(note))
        uow.record(new_request(), "backup", office.person.name, now, note)
        commit(uow)
    return BackupView(now, path, content.contracts, content.total, True)


def _from_here(folder: Path, path: Path) -> str:
    """From the data folder on when it lies inside, else whole."""
    there = path.resolve()
    return (
        there.relative_to(folder.resolve()).as_posix()
        if there.is_relative_to(folder.resolve())
        else str(path)
    )


def backup_before(office: Office, what: str) -> Path | None:
    """A backup in the data folder before something that may have to be taken back: ``before-policy-…``.

    None on a database server, whose administrator makes the backups. Raises MachineError when it cannot be
    made: then the act does not begin.
    """
    if office.engine.dialect.name != "sqlite":
        return None
    place = office.folder / "backups"
    place.mkdir(parents=True, exist_ok=True)
    plain = "".join(sign if sign.isalnum() or sign in ".-_" else "-" for sign in what)
    path = place / f"{office.station.code}_before-{plain}.desk"
    make_station_backup(office, path)
    return path


def _key(office: Office) -> bytes | None:
    return None if office.station.is_plain else office.master


def backup_places(folder: Path, station: StationFile) -> BackupPlaces:
    """Where backups go, as ``station.toml`` says; without a word in it, ``backups`` in the data folder."""
    main = Path(station.extra.get(MAIN) or folder / "backups")
    is_usual = not station.extra.get(MAIN)
    second = Path(station.extra[SECOND]) if station.extra.get(SECOND) else None
    if second is None or not second.is_dir():
        return BackupPlaces(main, second, is_usual=is_usual)
    is_same_disk = second.stat().st_dev == folder.stat().st_dev
    return BackupPlaces(main, second, True, is_usual, is_same_disk)


def check_place(folder: Path, what: str) -> None:
    """RefusedError unless files can be written into the folder. ``what``: 主备份位置 or 第二处."""
    if not folder.is_dir():
        raise RefusedError(
            _("{what} {folder} 不在").format(what=what, folder=folder),
            _("请插好 U 盘或接通那块盘，再选里面的一个文件夹"),
        )
    probe = folder / "contract-desk.probe"
    try:
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as exc:
        raise RefusedError(
            _("{what} {folder} 写不进去").format(what=what, folder=folder),
            _("请检查写保护和权限，或另选一个文件夹"),
        ) from exc


def check_places(main: Path | None, second: Path | None) -> None:
    """Both can be written and are not one and the same folder. None: the usual one, or none."""
    if main is not None:
        check_place(main, _("主备份位置"))
    if second is None:
        return
    check_place(second, _("第二处"))
    if main is not None and main.resolve() == second.resolve():
        raise RefusedError(
            _("两处是同一个文件夹：{folder}").format(folder=second), _("第二处请选另一块盘或 U 盘")
        )


def set_backup_places(office: Office, main: Path | None, second: Path | None) -> StationFile:
    """Choose where the daily backups lie; takes effect at the next exit. Only head and 系统维护 may.

    None for ``main``: ``backups`` in the data folder; None for ``second``: no second copy. Returns the
    station as it now stands; the caller goes on with it. Raises RefusedError (nobody may, a folder cannot be
    written, both the same): then nothing has changed.
    """
    if not office.person.roles & PLACES_ROLES:
        raise RefusedError(_("备份位置由负责人或系统维护选定"), _("请他们登录后办理"))
    check_places(main or office.folder, second)
    extra = {key: words for key, words in office.station.extra.items() if key not in (MAIN, SECOND)}
    if main is not None:
        extra[MAIN] = str(main)
    if second is not None:
        extra[SECOND] = str(second)
    station = replace(office.station, extra=extra)
    with office.work() as uow:
        detail = {"main": str(main or ""), "second": str(second or "")}
        uow.record(new_request(), "backup_places", office.person.name, office.now(), detail)
        station.write(office.folder)
        commit(uow)
    return station


def daily_backup(office: Office, tell: Progress | None = None) -> DailyBackup:
    """The backup of the first exit of a day, and its copy at the second place.

    A place that is away (a stick not plugged in) or refuses the copy is told in ``trouble`` and tried again
    at the next exit, also of the same day. Older files of this station beyond the newest fourteen go, at both
    places; files of other names are left alone. Raises MachineError when the first backup cannot be made.
    """
    places = backup_places(office.folder, office.station)
    name = f"{office.station.code}_{office.today()}.desk"
    usual, words = office.folder / "backups", list[str]()
    main = places.main
    if office.engine.dialect.name != "sqlite":
        return DailyBackup("", main / name)  # the administrator of the server makes those
    if not main.is_dir():
        if main != usual:
            words.append(_("备份位置 {folder} 不在，这次存在数据文件夹里").format(folder=main))
            main = usual
        main.mkdir(parents=True, exist_ok=True)
    path = main / name
    if path.exists():
        words = []
    else:
        made = make_station_backup(office, path, tell)
        _thin_out(main, office.station.code)
        words.append(
            _("备份已打开验过：{n} 份，合计 {a:,.2f} 元").format(n=made.contract_count, a=made.contract_total)
        )
    if places.second is None:
        return DailyBackup("；".join(words), path)
    trouble, copy = "", places.second / name
    if not places.is_second_there:
        trouble = _("第二处 {folder} 不在，今天没有另存").format(folder=places.second)
    elif copy.exists() and copy.stat().st_size == path.stat().st_size:
        return DailyBackup("；".join(words), path, copy)
    else:
        try:
            _copy(path, copy, _key(office))
            _thin_out(places.second, office.station.code)
            words.append(_("第二处也有一份，已打开验过"))
        except OSError:
            trouble = _("第二处 {folder} 写不进去，今天没有另存").format(folder=places.second)
        except DeskError as exc:
            trouble = _("第二处的那份没有验过：{why}").format(why=exc.message)
    _note_second(office, copy, trouble)
    return DailyBackup(
        "；".join([*words, *([trouble] if trouble else [])]), path, None if trouble else copy, trouble
    )


def _copy(path: Path, target: Path, key: bytes | None) -> None:
    """Under a temporary name, opened and counted there, then renamed."""
    partial = target.with_name(target.name + ".partial")
    try:
        shutil.copyfile(path, partial)
        verify_backup(partial, key)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _thin_out(place: Path, code: str) -> None:
    for old in sorted(place.glob(f"{code}_????-??-??.desk"))[:-KEPT]:
        old.unlink()


def _note_second(office: Office, copy: Path, trouble: str) -> None:
    """On 系统 and in the log: what became of the second copy. The same trouble again is not logged again."""
    with office.work() as uow:
        note = {"path": str(copy), "trouble": trouble, "at": office.now().isoformat()}
        before = setting(uow, "second_backup")
        known = json.loads(before)["trouble"] if before else None
        put_setting(uow, "second_backup", json.dumps(note, ensure_ascii=False))
        if not trouble or trouble != known:
            uow.record(new_request(), "backup_copy", office.person.name, office.now(), note)
        commit(uow)


def backup_report(office: Office) -> tuple[BackupView, BackupPlaces, str]:
    """The last backup, the places, and in words what stands at the second one; for 系统."""
    places = backup_places(office.folder, office.station)
    with office.look() as uow:
        view = backup_view(uow, office.folder)
        said = setting(uow, "second_backup")
        note = json.loads(said) if said else {}
    if view.path is not None and not view.path.exists():  # a data folder that was moved took it along
        for place in (places.main, office.folder / "backups"):
            if (place / view.path.name).exists():
                view = replace(view, path=place / view.path.name)
                break
    if places.second is None:
        return view, places, _("没有选第二处")
    if note.get("trouble"):
        return view, places, str(note["trouble"])
    if note:
        return view, places, _("{name}，已打开验过").format(name=Path(note["path"]).name)
    return view, places, _("下次退出时另存")
