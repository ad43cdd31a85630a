"""Bringing a file to the other side and back: one protocol for folders (USB, disc) and, later, servers.

A file arrives under a temporary name in parts and gets its name only when it is whole and its digest was read
back. The temporary name holds the digest, so an interrupted upload goes on where it stopped, and a different
file of the same name is never mixed in.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Protocol

from desktop.errors import MachineError, RefusedError
from desktop.exchange.archive import Progress, no_progress
from desktop.exchange.bag import file_digest
from desktop.resources import _
from desktop.security.whole_file import machine_fault, sync_folder

PART: Final = 4 << 20
_SUFFIX: Final = ".part"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file on the other side."""

    name: str
    size: int
    changed_at: datetime


class Transport(Protocol):
    """A place where files are put and fetched; every method raises MachineError in words when it is away."""

    def list(self, suffix: str = "") -> tuple[RemoteFile, ...]:
        """Whole files, by name; half uploads are not among them."""

    def upload(self, source: Path, name: str = "", progress: Progress = no_progress) -> str:
        """Put a file there whole; returns its name there. The same file twice is no work, another one of the
        same name is refused."""

    def download(self, name: str, target: Path, progress: Progress = no_progress) -> None:
        """Fetch a file whole to ``target``."""


class FolderTransport:
    """A folder on a stick, a disc or an office share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self, suffix: str = "") -> tuple[RemoteFile, ...]:
        """Whole files in the folder, by name."""
        try:
            found = []
            for path in self._folder.iterdir():
                if path.name.endswith((_SUFFIX, ".partial")) or not path.name.endswith(suffix):
                    continue
                if path.is_file():
                    stat = path.stat()
                    found.append(
                        RemoteFile(path.name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))
                    )
            return tuple(sorted(found, key=lambda f: f.name))
        except OSError as exc:
            raise machine_fault(exc, self._folder) from exc

    def free_bytes(self) -> int:
        """Room left on the stick."""
        try:
            return shutil.disk_usage(self._folder).free
        except OSError as exc:
            raise machine_fault(exc, self._folder) from exc

    def upload(self, source: Path, name: str = "", progress: Progress = no_progress) -> str:
        """Copy a file in parts under a temporary name, read it back, rename it when it is whole.

        Called again after an interruption it goes on with what is there. Raises MachineError for a full,
        read-only or removed stick; then no file of that name has appeared.
        """
        name = name or source.name
        target = self._folder / name
        digest = file_digest(source)
        try:
            if target.exists():
                if file_digest(target) == digest:
                    return name
                raise RefusedError(
                    _("{folder} 里已有另一个 {name}").format(folder=self._folder, name=name),
                    _("请先核对那个文件，移走后再存；本机的文件没有动"),
                    code="T01",
                )
            if not self._folder.is_dir():
                raise MachineError(
                    _("找不到文件夹 {folder}").format(folder=self._folder),
                    _("U 盘可能已拔出，请插好后重做这一步；本机的文件没有动"),
                    code="D03",
                )
            half = self._folder / f"{name}.{digest[:12]}{_SUFFIX}"
            _copy(source, half, progress)
            if file_digest(half) != digest:
                half.unlink()
                raise MachineError(
                    _("写到 {folder} 的内容读回来不一样").format(folder=self._folder),
                    _("这个 U 盘可能已损坏，请换一个重做；本机的文件没有动"),
                    code="T02",
                )
            half.replace(target)
            sync_folder(self._folder)
        except OSError as exc:
            raise machine_fault(exc, target) from exc
        return name

    def download(self, name: str, target: Path, progress: Progress = no_progress) -> None:
        """Copy a file from the folder; ``target`` appears when it is whole and reads back the same."""
        if name != Path(name).name or name in ("", ".", ".."):
            raise ValueError("a name, not a path")
        half = target.with_name(target.name + _SUFFIX)
        try:
            half.unlink(missing_ok=True)
            _copy(self._folder / name, half, progress)
            if file_digest(half) != file_digest(self._folder / name):
                half.unlink()
                raise MachineError(
                    _("从 {folder} 读出的内容前后不一样").format(folder=self._folder),
                    _("请重新插好 U 盘再试；本机没有改动"),
                    code="T02",
                )
            half.replace(target)
            sync_folder(target.parent)
        except OSError as exc:
            raise machine_fault(exc, self._folder / name) from exc


def _copy(source: Path, half: Path, progress: Progress) -> None:
    """Append to ``half`` what of ``source`` is not there yet; a part that differs is written again."""
    total = source.stat().st_size
    with source.open("rb") as reading, half.open("r+b" if half.exists() else "x+b") as writing:
        done = _agreeing(reading, writing)
        reading.seek(done)
        writing.seek(done)
        writing.truncate()
        progress(done, max(total, 1), half.name)
        for piece in _parts(reading):
            writing.write(piece)
            writing.flush()
            os.fsync(writing.fileno())
            done += len(piece)
            progress(done, max(total, 1), half.name)


def _agreeing(reading: IO[bytes], writing: IO[bytes]) -> int:
    done = 0
    for ours, theirs in zip(_parts(reading), _parts(writing), strict=False):
        if hashlib.sha256(ours).digest() != hashlib.sha256(theirs).digest():
            break
        done += len(ours)
    return done


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PART):
        yield piece
