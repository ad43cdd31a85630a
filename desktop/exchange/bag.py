"""Signed BagIt bags (RFC 8493) in one zip: the one wrapping for packages, receipts, blocks and policy packs.

::

    NAME/bagit.txt                        version and encoding
    NAME/bag-info.txt                     who, what, counts, sums, key id (Contract-Desk-Key)
    NAME/data/…                           the payload
    NAME/manifest-sha256.txt              a digest of every payload file
    NAME/tagmanifest-sha256.txt           a digest of the three files above
    NAME/tagmanifest-sha256.txt.sig       Ed25519 over the file above, 64 raw bytes, in no manifest

The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from desktop.errors import RefusedError
from desktop.exchange.archive import Archive, Limits, Progress, no_progress, open_archive
from desktop.resources import _
from desktop.security.check_code import check_code
from desktop.security.keys import PublicKey, PublicKeys, Signer
from desktop.security.whole_file import machine_fault, sync_folder
from desktop.settings import local_time

BAGIT_TXT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
KEY_FIELD: Final = "Contract-Desk-Key"
KIND_FIELD: Final = "Contract-Desk-Format"
ISSUER_FIELD: Final = "Contract-Desk-Station"
_TAGS: Final = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")
_SIGNATURE: Final = "tagmanifest-sha256.txt.sig"
_MANIFEST_LINE: Final = re.compile(r"([0-9a-f]{64})  ?(\S.*)")
_SMALL: Final = 32 << 20
STORED: Final = (".xlsx", ".docx", ".zip", ".pdf", ".jpg", ".jpeg", ".png")
"""Already packed: not packed a second time."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What was written, as it stands on the disk."""

    path: Path
    size: int
    digest: str
    """SHA-256 of the file, hex."""

    @property
    def check_code(self) -> str:
        """XXXX-XXXX to read out by telephone."""
        return check_code(bytes.fromhex(self.digest))


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag whose signature and digests have been checked; the archive is still open for reading."""

    archive: Archive
    name: str
    info: Mapping[str, str]
    key: PublicKey
    payload: Mapping[str, str]
    """Path below the bag (``data/…``) → SHA-256 hex."""

    def read(self, name: str, limit: int = _SMALL) -> bytes:
        """One payload file, e.g. ``data/receipt.json``; RefusedError when it is missing or too large."""
        return self.archive.read(f"{self.name}/{name}", limit)

    def number(self, field: str) -> int:
        """A whole number of bag-info; RefusedError when it is missing or none."""
        value = self.info.get(field, "")
        if not re.fullmatch(r"\d{1,18}", value):
            raise RefusedError(
                _("{file} / bag-info.txt：{field} 应为整数，现在是“{value}”").format(
                    file=self.archive.path.name, field=field, value=value[:40]
                ),
                _("请发件单位重新导出一份"),
                code="B06",
            )
        return int(value)


def safe_name(text: str) -> str:
    """A file name that Windows, Linux and an old FAT stick all take; readable, at most 80 characters."""
    kept = "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in text).strip(" .")
    return kept[:80] or "_"


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


@contextmanager
def writing_whole(path: Path) -> Iterator[Path]:
    """Write beside ``path`` under a temporary name; sync and rename when the block ends well, else remove.

    Raises MachineError for anything the disk refuses; then the file of that name is untouched.
    """
    temporary = path.with_name(path.name + ".partial")
    try:
        temporary.unlink(missing_ok=True)  # of a run that was killed: it was never whole
        try:
            yield temporary
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as exc:
        raise machine_fault(exc, path) from exc


class BagWriter:
    """Puts payload files into a bag one after the other; ``close`` writes manifests and signature."""

    def __init__(self, opened: zipfile.ZipFile, name: str, made_at: datetime) -> None:
        self._zip, self._name = opened, name
        when = local_time(made_at)
        self._date = (
            max(when.year, 1980),
            when.month,
            when.day,
            when.hour,
            when.minute,
            when.second // 2 * 2,
        )
        self._digests: dict[str, str] = {}
        self._size = 0

    def _entry(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(f"{self._name}/{name}", self._date)
        info.create_system = 3
        info.external_attr = 0o100644 << 16
        packed = name.lower().endswith(STORED) or name == _SIGNATURE
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        return info

    def _put(self, name: str, content: bytes) -> str:
        self._zip.writestr(self._entry(name), content)
        return hashlib.sha256(content).hexdigest()

    def add(self, name: str, pieces: Iterable[bytes]) -> str:
        """One payload file below ``data/`` from pieces; returns its SHA-256 in hex."""
        state = hashlib.sha256()
        with self._zip.open(self._entry(f"data/{name}"), "w") as stream:
            for piece in pieces:
                state.update(piece)
                self._size += len(piece)
                stream.write(piece)
        self._digests[f"data/{name}"] = state.hexdigest()
        return state.hexdigest()

    def close(self, info: Iterable[tuple[str, str]], signer: Signer) -> None:
        """Write what says what is in the bag, and sign it."""
        lines = [*info, ("Payload-Oxum", f"{self._size}.{len(self._digests)}"), (KEY_FIELD, signer.key_id)]
        text = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines)
        manifest = "".join(f"{sha}  {_escaped(name)}\n" for name, sha in sorted(self._digests.items()))
        tags = {
            "bag-info.txt": text.encode("utf-8"),
            "bagit.txt": BAGIT_TXT,
            "manifest-sha256.txt": manifest.encode("utf-8"),
        }
        listed = "".join(f"{self._put(name, content)}  {name}\n" for name, content in tags.items())
        self._put("tagmanifest-sha256.txt", listed.encode("utf-8"))
        self._put(_SIGNATURE, signer.sign(listed.encode("utf-8")))


def write_bag(
    path: Path,
    name: str,
    files: Mapping[str, Iterable[bytes]],
    info: Iterable[tuple[str, str]],
    signer: Signer,
    made_at: datetime,
) -> WrittenFile:
    """A small signed bag at ``path``, whole or not at all."""
    with writing_whole(path) as temporary:
        with zipfile.ZipFile(temporary, "x") as opened:
            bag = BagWriter(opened, safe_name(name), made_at)
            for member, pieces in files.items():
                bag.add(member, pieces)
            bag.close(info, signer)
        return measured(temporary, path)


def measured(temporary: Path, path: Path) -> WrittenFile:
    """Size and digest of a finished file, read back from the disk."""
    with temporary.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return WrittenFile(path, temporary.stat().st_size, digest)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hex. Raises MachineError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as exc:
        raise machine_fault(exc, path) from exc


@contextmanager
def open_bag(
    path: Path,
    keys: PublicKeys,
    kind: str,
    what: str,
    limits: Limits | None = None,
    progress: Progress = no_progress,
) -> Iterator[Bag]:
    """Open a bag of one ``kind`` (``batch``, ``receipt`` …), called ``what`` in messages, and check it whole.

    In this order: the zip itself, the files a bag must have, the signature, the digests. Raises RefusedError
    with place, reason and remedy; nothing is written to the disk.
    """
    with open_archive(path, what, limits or Limits()) as archive:
        name = _bag_name(archive, what)
        tags = {tag: archive.read(f"{name}/{tag}", _SMALL) for tag in _TAGS}
        listed = archive.read(f"{name}/tagmanifest-sha256.txt", _SMALL)
        info = _bag_info(path, tags["bag-info.txt"])
        found_kind = info.get(KIND_FIELD, "")
        if found_kind != kind:
            raise RefusedError(
                _("{file} 不是{what}").format(file=path.name, what=what),
                _("它的种类写的是“{kind}”，请核对是不是选错了文件").format(kind=found_kind or _("（空）")),
                code="B01",
            )
        signature = archive.read(f"{name}/{_SIGNATURE}", 1024)
        try:
            key = keys.verify(info.get(KEY_FIELD, ""), listed, signature)
        except RefusedError as exc:
            raise RefusedError(f"{path.name}：{exc.message}", exc.hint, code=exc.code) from exc
        if not key.owner or key.owner != info.get(ISSUER_FIELD):
            raise RefusedError(
                _("{file} 写明由“{said}”制作，签名却是“{owner}”的").format(
                    file=path.name, said=info.get(ISSUER_FIELD, ""), owner=key.owner or key.key_id
                ),
                _("请不要使用这个文件，并与发件单位电话核对；公钥文件里应写明 owner（单位代码）"),
                code="B02",
            )
        _check_digests(archive, name, "tagmanifest-sha256.txt", _lines(path, listed), set(_TAGS), no_progress)
        if tags["bagit.txt"].replace(b"\r\n", b"\n") != BAGIT_TXT:
            raise RefusedError(
                _("{file} / bagit.txt：打包格式的版本不认识").format(file=path.name),
                _("请两边都升级到同一版本的程序"),
                code="B03",
            )
        payload = _lines(path, tags["manifest-sha256.txt"])
        inside = {m[len(name) + 1 :] for m in archive.names if m.startswith(f"{name}/data/")}
        _check_digests(archive, name, "manifest-sha256.txt", payload, inside, progress)
        yield Bag(archive, name, info, key, payload)


def _bag_name(archive: Archive, what: str) -> str:
    roots = {name.split("/", 1)[0] for name in archive.names}
    if len(roots) != 1 or any("/" not in name for name in archive.names):
        raise RefusedError(
            _("{file} 不是{what}").format(file=archive.path.name, what=what),
            _("里面应当只有一个文件夹。请选用原来的文件，不要解开后重新压缩"),
            code="B01",
        )
    return roots.pop()


def _bag_info(path: Path, content: bytes) -> dict[str, str]:
    info: dict[str, str] = {}
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError as exc:
        raise RefusedError(
            _("{file} / bag-info.txt：不是 UTF-8 文字").format(file=path.name),
            _("请发件单位重新导出一份"),
            code="B03",
        ) from exc
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name in info:
            raise RefusedError(
                _("{file} / bag-info.txt：“{line}”读不懂").format(file=path.name, line=line[:40]),
                _("请发件单位重新导出一份"),
                code="B03",
            )
        info[name] = value.strip()
    return info


def _lines(path: Path, content: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        match = _MANIFEST_LINE.fullmatch(line)
        name = match[2].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%") if match else ""
        if not match or name in found:
            raise RefusedError(
                _("{file}：清单里有读不懂的一行“{line}”").format(file=path.name, line=line[:40]),
                _("请发件单位重新导出一份"),
                code="B03",
            )
        found[name] = match[1]
    return found


def _check_digests(
    archive: Archive, name: str, manifest: str, listed: Mapping[str, str], there: set[str], progress: Progress
) -> None:
    missing, extra = sorted(listed.keys() - there), sorted(there - listed.keys())
    if missing or extra:
        first = (
            _("少了 {name}").format(name=missing[0]) if missing else _("多了 {name}").format(name=extra[0])
        )
        raise RefusedError(
            _("{file} / {manifest}：与实际的文件不符，{first}").format(
                file=archive.path.name, manifest=manifest, first=first
            ),
            _("内容被增删过，请不要使用；请发件单位重新导出一份"),
            code="B04",
        )
    for count, (member, sha) in enumerate(sorted(listed.items()), 1):
        if archive.digest(f"{name}/{member}") != sha:
            raise RefusedError(
                _("{file} / {member}：内容与清单里的摘要不符").format(file=archive.path.name, member=member),
                _("这个文件在导出之后被改动过，请不要使用；请发件单位重新导出一份"),
                code="B05",
            )
        progress(count, len(listed), _("核对第 {n} 个文件").format(n=count))
