"""One file that brings everything back: database copy, key slots, keys, counts, hashes; opened and verified
at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, text

from desktop.errors import MachineError, RefusedError
from desktop.models import Contract, NumberBlock
from desktop.resources import _
from desktop.store import queries
from desktop.store.engine import copy_sqlite, open_sqlite
from desktop.store.schema import HEAD, KNOWN, version_of
from desktop.store.unit_of_work import UnitOfWork, reading

DATABASE = "contract-desk.db"
ALONG = ("people.json", "station.toml")
"""Files beside the database that belong to it; the folders below go along too."""
FOLDERS = ("keys", "local", "law", "papers")
LARGEST = 8 << 30
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class BackupContent:
    """What a backup holds, as counted in the copy itself."""

    made_at: datetime
    station: str
    schema: str
    contracts: int
    registered: int
    total: Decimal
    actions: int
    head: str


def make_backup(
    engine: Engine,
    folder: Path,
    target: Path,
    key: bytes | None,
    station: str,
    now: datetime,
    progress: Progress,
) -> BackupContent:
    """Write the backup whole or not at all, then open it again and compare the counts.

    Raises MachineError when the disk is full or the place cannot be written; the target is then as it was.
    """
    if engine.dialect.name != "sqlite":
        raise RefusedError(
            _("数据在数据库服务器上，由服务器的管理员备份"),
            _("本机只备份本地数据库；钥匙和设置在数据文件夹里"),
        )
    temporary = target.with_name(target.name + ".partial")
    try:
        with tempfile.TemporaryDirectory(prefix="backup-", dir=folder) as name:
            copy = Path(name) / DATABASE
            progress(1, 4, _("复制数据库"))
            copy_sqlite(engine, copy)
            progress(2, 4, _("核对副本"))
            content = count_content(copy, key, station, now)
            progress(3, 4, _("写入备份文件"))
            _pack(copy, folder, temporary, content)
        verify_backup(temporary, key)
        temporary.replace(target)
        progress(4, 4, _("已打开验过"))
    except OSError as exc:
        raise MachineError(
            _("备份没有写成：{path}").format(path=target),
            _("请检查磁盘空间和写保护；现有数据没有改动"),
            code="B01",
        ) from exc
    finally:
        temporary.unlink(missing_ok=True)
    return content


def count_content(path: Path, key: bytes | None, station: str, now: datetime) -> BackupContent:
    """Counts and sums of one database file; checks every page of it."""
    engine = open_sqlite(path, key)
    try:
        with reading(engine) as session:
            answer = session.execute(text("PRAGMA integrity_check")).scalars().all()
            if answer != ["ok"]:
                raise MachineError(
                    _("数据库副本有 {n} 处损坏").format(n=len(answer)),
                    _("请从更早的备份还原，并保留现在的文件"),
                    code="B02",
                )
            contracts, _total, _technology = queries.sums(session)
            registered, total, _b = queries.sums(session, Contract.registered_on.is_not(None))
            actions = session.execute(text("SELECT count(*) FROM action")).scalar_one()
            head = session.execute(text("SELECT hash FROM action ORDER BY id DESC LIMIT 1")).scalar() or ""
        schema = version_of(engine) or ""
    finally:
        engine.dispose()
    return BackupContent(now, station, schema, contracts, registered, total, actions, head)


def _pack(copy: Path, folder: Path, temporary: Path, content: BackupContent) -> None:
    files = {DATABASE: copy}
    files |= {name: folder / name for name in ALONG if (folder / name).exists()}
    for sub in FOLDERS:
        for path in sorted((folder / sub).rglob("*")) if (folder / sub).is_dir() else ():
            if path.is_file():
                files[path.relative_to(folder).as_posix()] = path
    manifest = {
        "made_at": content.made_at.isoformat(),
        "station": content.station,
        "schema": content.schema,
        "contracts": content.contracts,
        "registered": content.registered,
        "total": format(content.total, "f"),
        "actions": content.actions,
        "head": content.head,
        "files": {name: _digest(path) for name, path in files.items()},
    }
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        out.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        for name, path in files.items():
            out.write(path, name)
    with temporary.open("rb+") as stream:
        os.fsync(stream.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(path: Path) -> dict[str, Any]:
    """The list of contents, every file checked against its hash. RefusedError when it is not whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > 5000 or sum(i.file_size for i in archive.infolist()) > LARGEST:
                raise RefusedError(_("{name} 太大，不像本程序的备份").format(name=path.name), _("请另选文件"))
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
            for name, wanted in manifest["files"].items():
                if name not in names or ".." in Path(name).parts or Path(name).is_absolute():
                    raise RefusedError(_("备份里缺 {name}").format(name=name), _("备份不完整，请另选一份"))
                if not _belongs(name):
                    raise RefusedError(
                        _("备份里有不该有的文件：{name}").format(name=name), _("不像本程序的备份，请另选一份")
                    )
                with archive.open(name) as stream:
                    if hashlib.file_digest(stream, "sha256").hexdigest() != wanted:  # type: ignore[arg-type]
                        raise RefusedError(
                            _("备份里的 {name} 被改动或损坏").format(name=name), _("请另选一份备份")
                        )
            return manifest
    except FileNotFoundError as exc:
        raise RefusedError(_("没有这个文件：{path}").format(path=path), _("请核对路径")) from exc
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as exc:
        raise RefusedError(
            _("{name} 不是完整的备份文件").format(name=path.name),
            _("可能没有拷完，或不是本程序的备份；请另选一份"),
        ) from exc


def verify_backup(path: Path, key: bytes | None) -> dict[str, Any]:
    """Unpack the database of a backup, open it, compare its counts with what the backup says."""
    manifest = read_manifest(path)
    with tempfile.TemporaryDirectory(prefix="verify-", dir=path.parent) as name:
        with zipfile.ZipFile(path) as archive:
            archive.extract(DATABASE, name)
        found = count_content(
            Path(name) / DATABASE, key, manifest["station"], datetime.fromisoformat(manifest["made_at"])
        )
    if (found.contracts, found.actions, found.head) != (
        manifest["contracts"],
        manifest["actions"],
        manifest["head"],
    ):
        raise RefusedError(_("备份里的份数与它自己记的对不上"), _("请另选一份备份"))
    return manifest


def extract_beside(path: Path, manifest: Mapping[str, Any], folder: Path) -> None:
    """Unpack what lies beside the database (people, station, keys, local pack), for opening it elsewhere.

    Raises RefusedError when the backup has no people or no station in it.
    """
    if missing := [name for name in ALONG if name not in manifest["files"]]:
        raise RefusedError(
            _("备份里缺 {name}").format(name="、".join(missing)), _("这份备份不能在新电脑上还原，请另选一份")
        )
    with zipfile.ZipFile(path) as archive:
        for name in manifest["files"]:
            if name != DATABASE:
                archive.extract(name, folder)


def _belongs(name: str) -> bool:
    """A file that a backup may hold; anything else would be written where nobody looks for it."""
    return name in (DATABASE, *ALONG) or name.partition("/")[0] in FOLDERS


def restore_backup(
    path: Path, folder: Path, key: bytes | None, now: datetime, person: str
) -> tuple[dict[str, Any], Path | None]:
    """Put the backup in the place of the present data; returns its manifest and where the present data went
    (None: there were none).

    ``person`` stands in the restored log as who did it. The database must be closed. The present files are
    moved aside first, never deleted; ``-wal`` and ``-shm`` go with them. Every number block is frozen: the
    backup does not know which numbers were given out after it was made.
    """
    manifest = verify_backup(path, key)
    if manifest["schema"] not in KNOWN:
        raise RefusedError(
            _("备份由更新版本的程序建立（{v}），本程序是 {h}").format(v=manifest["schema"], h=HEAD),
            _("请先安装新版程序"),
        )
    fresh = folder / "restoring.partial"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    with zipfile.ZipFile(path) as archive:
        for name in manifest["files"]:
            archive.extract(name, fresh)
    engine = open_sqlite(fresh / DATABASE, key)
    with UnitOfWork(engine) as uow:
        for block in uow.session.query(NumberBlock):
            block.is_frozen = True
        figures = ("made_at", "contracts", "registered", "total", "actions", "head")
        uow.record(str(uuid4()), "restore", person, now, {name: manifest[name] for name in figures})
        uow.commit()
    engine.dispose()
    present = [
        name
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *ALONG, *FOLDERS)
        if (folder / name).exists()
    ]
    aside = folder / f"before-restore-{now:%Y%m%dT%H%M%S}" if present else None
    if aside is not None:
        aside.mkdir()
        for name in present:
            shutil.move(folder / name, aside / name)
    for entry in sorted(fresh.iterdir()):
        shutil.move(entry, folder / entry.name)
    shutil.rmtree(fresh)
    return manifest, aside
