"""Writing a small file whole or not at all, on a disk that may be full, read-only or pulled out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from desktop.errors import MachineError
from desktop.resources import _


def machine_fault(exc: OSError, path: Path) -> MachineError:
    """The fault of a disk in the clerk's words: full, read-only, gone, in use."""
    where = path.name or str(path)
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return MachineError(
            _("磁盘已满，{name} 没有写成").format(name=where),
            _("原来的文件没有动。请腾出空间或换一个盘，然后重做这一步"),
            code="D01",
        )
    if exc.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return MachineError(
            _("不能写入 {path}").format(path=path),
            _("这个文件夹是只读的，或本机账户没有写入权限。请打开 U 盘的写保护开关，或另选一个文件夹"),
            code="D02",
        )
    if exc.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ESTALE, errno.ENOTDIR):
        return MachineError(
            _("找不到或读不了 {path}").format(path=path),
            _("U 盘或光盘可能已拔出，文件可能已移走。请插好后重做这一步；本机的数据没有动"),
            code="D03",
        )
    if exc.errno == errno.ENAMETOOLONG:
        return MachineError(
            _("文件名太长：{name}").format(name=where), _("请另选一个较短的文件夹或文件名"), code="D04"
        )
    return MachineError(
        _("读写 {path} 时出错").format(path=path),
        _("请确认文件没有被别的程序打开、磁盘工作正常，然后重做这一步；本机的数据没有动"),
        code="D05",
    )


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable. Does nothing where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as exc:
        # Some network and FUSE file systems refuse fsync on a folder; the rename itself stands.
        if exc.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes, *, keep_previous: bool = False, private: bool = False) -> None:
    """Replace ``path`` by ``content`` in one step; after a power cut the old or the new file is there, whole.

    ``keep_previous`` leaves the file before this one as ``NAME.bak``; ``private`` makes it readable by this
    user only. Raises MachineError when the disk refuses; then the old file is untouched.
    """
    temporary = path.with_name(path.name + ".partial")
    try:
        mode = 0o600 if private else 0o644
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if keep_previous and path.exists():
            before = path.with_name(path.name + ".bak.partial")
            before.unlink(missing_ok=True)
            with before.open("xb") as stream:
                stream.write(path.read_bytes())
                stream.flush()
                os.fsync(stream.fileno())
            if private:
                before.chmod(0o600)
            before.replace(path.with_name(path.name + ".bak"))
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as exc:
        raise machine_fault(exc, path) from exc
