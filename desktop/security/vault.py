"""Papers of contracts on the disk, each under its digest, locked like the database."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from desktop.errors import MachineError
from desktop.resources import _
from desktop.security.passwords import derived_key
from desktop.security.whole_file import machine_fault, write_whole

LARGEST = 60 * 1024 * 1024
"""Largest paper that is taken in, bytes."""
_PURPOSE = "papers"


def put_paper(folder: Path, master: bytes | None, content: bytes) -> str:
    """Keep one paper; returns its SHA-256. The same paper twice is one file. ``master`` None: not locked."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    if path.exists():
        return digest
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, _lock(master, digest, content) if master else content, private=True)
    return digest


def get_paper(folder: Path, master: bytes | None, digest: str) -> bytes:
    """The paper again, whole. MachineError when it is gone, altered, or locked with another key."""
    try:
        content = (folder / digest).read_bytes()
    except OSError as exc:
        raise machine_fault(exc, folder / digest) from exc
    plain = _unlock(master, digest, content) if master else content
    if plain is None or hashlib.sha256(plain).hexdigest() != digest:
        raise MachineError(
            _("附件 {name} 已损坏，或不是用本站的钥匙锁的").format(name=digest[:8]),
            _("请从备份恢复 papers 文件夹；登记数据没有受影响"),
            code="P21",
        )
    return plain


def _lock(master: bytes, digest: str, content: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(derived_key(master, _PURPOSE)).encrypt(nonce, content, digest.encode("ascii"))


def _unlock(master: bytes, digest: str, content: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(derived_key(master, _PURPOSE)).decrypt(
            content[:12], content[12:], digest.encode("ascii")
        )
    except (InvalidTag, ValueError):
        return None
