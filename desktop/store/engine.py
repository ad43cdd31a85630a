"""Opening the database: one encrypted SQLite file on a local disk, or a PostgreSQL server.

Both behave alike above this room: every writing transaction waits its turn at the beginning (BEGIN IMMEDIATE;
on PostgreSQL an advisory lock), so read-then-write is safe without another word.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from desktop.errors import MachineError
from desktop.resources import _

WRITER_LOCK = 0x7EC4_0B00
"""Key of the advisory lock that PostgreSQL writers take; any constant will do, it must only be one."""

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "davfs"})


def refuse_network_path(path: Path) -> None:
    """Raise MachineError when the folder is on a network share: WAL files are not safe there."""
    text = str(path)
    if text.startswith(("\\\\", "//")) or _file_system(path) in NETWORK_FILE_SYSTEMS:
        raise MachineError(
            _("数据不能放在网络共享文件夹里：{path}").format(path=path),
            _("多台电脑同时写共享文件会损坏数据。请放在本机硬盘，各机之间用上报包交换，或改用数据库服务器"),
        )


def _file_system(path: Path) -> str:
    if sys.platform != "linux":
        return ""
    folder = path.resolve()
    best, kind = "", ""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    for line in lines:
        _device, mount, name, *_rest = line.split(" ")
        mount = mount.replace("\\040", " ")
        if folder.is_relative_to(mount) and len(mount) > len(best):
            best, kind = mount, name
    return kind


def open_sqlite(path: Path, key: bytes | None = None) -> Engine:
    """Engine over one SQLite file; ``key`` is the raw 32-byte database key, None for a plain file.

    Raises MachineError when the key does not fit or the file is not a database (which is left untouched).
    """
    refuse_network_path(path.parent)

    def connect() -> Any:
        raw = sqlcipher.connect(str(path), isolation_level=None, timeout=10, check_same_thread=False)
        try:
            if key is not None:
                raw.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a wrong key fails here
            for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                raw.execute(f"PRAGMA {pragma}")
        except sqlcipher.DatabaseError:
            raw.close()
            raise
        return raw

    engine = create_engine("sqlite://", creator=connect, module=sqlcipher, poolclass=QueuePool, pool_size=4)

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        read_only = conn.get_execution_options().get("read_only")
        conn.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    try:
        with engine.connect():
            pass
    except DBAPIError as exc:
        engine.dispose()
        raise machine_error(exc, path) from exc
    return engine


def open_postgres(url: str) -> Engine:
    """Engine over a PostgreSQL server. Raises MachineError when it cannot be reached."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        if conn.get_execution_options().get("read_only"):
            conn.exec_driver_sql("SET TRANSACTION READ ONLY")
        else:
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")

    try:
        with engine.connect():
            pass
    except DBAPIError as exc:
        engine.dispose()
        raise machine_error(exc, None) from exc
    return engine


def machine_error(exc: Exception, path: Path | None) -> MachineError:
    """A database driver's complaint in the clerk's words; the English text stays in ``__cause__``."""
    text = str(getattr(exc, "orig", exc)).lower()
    where = str(path) if path else _("数据库")
    if "full" in text or "no space" in text or "disk i/o" in text:
        return MachineError(
            _("磁盘写满或写不进去，这一步没有存下"), _("请腾出空间后重试；此前已存盘的内容都在"), code="M01"
        )
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return MachineError(
            _("数据所在的位置只能读、不能写：{where}").format(where=where),
            _("请检查文件夹权限或写保护开关；已有的内容没有改动"),
            code="M02",
        )
    if "not a database" in text or "encrypted" in text or "hmac" in text:
        return MachineError(
            _("打不开数据库：{where}").format(where=where),
            _("钥匙不符，或文件已损坏。文件没有改动；请从最近一次备份还原，或请系统维护人员查看"),
            code="M03",
        )
    if "malformed" in text or "corrupt" in text:
        return MachineError(
            _("数据库已损坏：{where}").format(where=where),
            _("请停止录入，从最近一次备份还原；损坏的文件保留原样，不要删除"),
            code="M04",
        )
    if "locked" in text or "busy" in text or "lock timeout" in text:
        return MachineError(
            _("数据库正被另一个程序占用，这一步没有存下"), _("请关闭另一个窗口后重试"), code="M05"
        )
    return MachineError(
        _("数据库这一步没有做成，没有存下"), _("请重试；仍不行请把日志交给系统维护人员"), code="M09"
    )


def copy_sqlite(engine: Engine, target: Path) -> None:
    """A whole, compacted copy of the database with the same key (``VACUUM INTO``), the WAL included.

    Raises MachineError when the disk is full or cannot be written; then ``target`` is not there.
    """
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(target),))
    except sqlcipher.DatabaseError as exc:
        target.unlink(missing_ok=True)
        raise machine_error(exc, target) from exc
    finally:
        raw.close()


def is_driver_error(exc: BaseException) -> bool:
    """Whether an exception came from the database driver (to be told by ``machine_error``)."""
    return isinstance(exc, OperationalError | DBAPIError)


def free_bytes(folder: Path) -> int:
    """Free space on the disk of this folder, in bytes."""
    if sys.platform == "win32":  # pragma: no cover - run on the target only
        import shutil

        return shutil.disk_usage(folder).free
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize
