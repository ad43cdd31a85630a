"""Zip files from outside, looked at with distrust: nothing is unpacked before the whole table is checked."""

from __future__ import annotations

import hashlib
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from desktop.errors import RefusedError
from desktop.resources import _
from desktop.security.whole_file import machine_fault

Progress = Callable[[int, int, str], None]
"""Told how far the work is: done, total, what. May raise to stop; then nothing is left behind."""

_CHUNK: Final = 1 << 18
_END: Final = b"PK\x05\x06"


def no_progress(_count: int, _total: int, _text: str) -> None:
    """For callers who do not want to be told."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file from outside may ask of this machine."""

    file_bytes: int = 2 << 30
    entries: int = 20_000
    entry_bytes: int = 1 << 30
    total_bytes: int = 4 << 30
    ratio: int = 200
    """Unpacked bytes for one packed byte, above 1 MiB."""
    depth: int = 8
    name: int = 400


def _refuse(place: str, reason: str, remedy: str, code: str) -> RefusedError:
    return RefusedError(f"{place}：{reason}", remedy, code=code)


class Archive:
    """An open zip whose table of contents has been checked; members are read by name, never unpacked."""

    def __init__(self, path: Path, opened: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
        self.path = path
        self._opened = opened
        self._members = members

    @property
    def names(self) -> tuple[str, ...]:
        """All files in it, in the order of the table."""
        return tuple(self._members)

    def size_of(self, name: str) -> int:
        """Unpacked bytes as declared; reading never gives more."""
        return self._members[name].file_size

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of one member in pieces. Raises RefusedError when it is cut or damaged."""
        broken = _refuse(
            f"{self.path.name} / {name}",
            _("内容不完整或已损坏"),
            _("文件可能没有拷完，请重新拷贝或请发件单位重新导出"),
            "A07",
        )
        try:
            with self._opened.open(self._members[name]) as stream:
                got = 0
                while piece := stream.read(_CHUNK):
                    got += len(piece)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError) as exc:
            raise broken from exc
        except OSError as exc:
            raise machine_fault(exc, self.path) from exc
        if got != self._members[name].file_size:
            raise broken

    def read(self, name: str, limit: int) -> bytes:
        """A whole member of at most ``limit`` bytes. Raises RefusedError when it is missing or larger."""
        if name not in self._members:
            raise _refuse(
                self.path.name,
                _("缺少 {name}").format(name=name),
                _("请发件单位重新导出一份完整的文件"),
                "A08",
            )
        if self._members[name].file_size > limit:
            raise _refuse(
                f"{self.path.name} / {name}",
                _("大得不合常理（{n} 字节）").format(n=self._members[name].file_size),
                _("请不要使用这个文件，并告知发件单位"),
                "A05",
            )
        return b"".join(self.pieces(name))

    def digest(self, name: str) -> str:
        """SHA-256 of a member, in hex."""
        state = hashlib.sha256()
        for piece in self.pieces(name):
            state.update(piece)
        return state.hexdigest()


@contextmanager
def open_archive(path: Path, what: str, limits: Limits) -> Iterator[Archive]:
    """Open a zip from outside; ``what`` names its kind in messages (上报包, 回执 …).

    Refuses, before anything is unpacked: not a zip or cut, encrypted, too large, too many or too deep, packed
    too tightly, overlapping members, absolute or climbing names, two members of one name, links.
    """
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise _refuse(path.name, _("文件太大"), _("请核对是不是选错了文件"), "A05")
        with path.open("rb") as stream:
            _check_end(path, what, stream, size, limits)
            try:
                with zipfile.ZipFile(stream) as opened:
                    yield Archive(path, opened, _checked(path, what, opened, limits))
            except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error) as exc:
                raise _cut(path, what) from exc
    except OSError as exc:
        raise machine_fault(exc, path) from exc


def _cut(path: Path, what: str) -> RefusedError:
    return _refuse(
        path.name,
        _("不是完整的{what}").format(what=what),
        _("文件可能没有拷完或选错了。请重新拷贝，拷完先“安全弹出”再拔；仍不行请发件单位重新导出"),
        "A01",
    )


def _check_end(path: Path, what: str, stream: IO[bytes], size: int, limits: Limits) -> None:
    """Count the members before the table is read into memory; nothing may stand before or after the zip."""
    head = stream.read(4)
    if head == b"":
        raise _refuse(path.name, _("文件是空的"), _("请重新拷贝或重新导出"), "A01")
    if head not in (b"PK\x03\x04", _END):
        raise _cut(path, what)
    stream.seek(max(0, size - 22 - 65535))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise _cut(path, what)
    disk, _first, _here, entries, table, offset, comment = struct.unpack("<HHHHIIH", tail[at + 4 : at + 22])
    end = size - len(tail) + at
    if disk or comment or offset + table != end or at + 22 != len(tail):
        raise _cut(path, what)
    if entries > limits.entries:
        raise _refuse(
            path.name,
            _("里面有 {n} 个文件，太多了").format(n=entries),
            _("请不要使用这个文件，并告知发件单位"),
            "A05",
        )
    stream.seek(0)


def _checked(path: Path, what: str, opened: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    total, end = 0, 0
    doubtful = _("请不要使用这个文件，并告知发件单位")
    for info in sorted(opened.infolist(), key=lambda i: i.header_offset):
        name = info.orig_filename
        place = f"{path.name} / {name[:80]!r}" if not name.isprintable() else f"{path.name} / {name[:80]}"
        if info.flag_bits & 0x41:
            raise _refuse(
                place, _("带有压缩软件的密码"), _("{what}不应带密码，请重新导出").format(what=what), "A02"
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refuse(place, _("压缩方式不认识"), _("请用本程序重新导出，不要另行压缩"), "A02")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refuse(place, _("是链接或特殊文件，不是普通文件"), doubtful, "A03")
        _check_name(place, name, limits, doubtful)
        key = unicodedata.normalize("NFC", name).casefold().rstrip("/")
        if key in seen:
            raise _refuse(place, _("同一个名字出现两次"), doubtful, "A04")
        seen.add(key)
        if info.header_offset < end:
            raise _refuse(place, _("压缩包内部互相重叠"), doubtful, "A05")
        end = info.header_offset + 30 + info.compress_size
        total += info.file_size
        is_tight = info.file_size > 1 << 20 and info.file_size > limits.ratio * max(info.compress_size, 1)
        if info.file_size > limits.entry_bytes or total > limits.total_bytes or is_tight:
            raise _refuse(place, _("展开后大得不合常理"), doubtful, "A05")
        if not name.endswith("/"):
            members[name] = info
        elif info.file_size:
            raise _refuse(place, _("文件夹里藏有内容"), doubtful, "A03")
    return members


def _check_name(place: str, name: str, limits: Limits, doubtful: str) -> None:
    parts = name.rstrip("/").split("/")
    is_odd = (
        not name
        or len(name) > limits.name
        or len(parts) > limits.depth
        or any(part in ("", ".", "..") or part != part.strip() for part in parts)
        or any(c in '\\:*?"<>|' or unicodedata.category(c) in ("Cc", "Cs") for c in name)
    )
    if is_odd:
        raise _refuse(place, _("文件名越界或含有不该有的字符"), doubtful, "A03")
