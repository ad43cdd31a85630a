"""Signing keys of a station, public keys of the others, and whole files locked for one receiver.

``keys/<id>.key`` is the station's private key (Ed25519 or X25519) in a box locked by the database key,
``keys/<id>.pub`` a public key as text that can be read and compared: a few lines ``name: value`` and a PEM
block. The id is the first 16 hex digits of the SHA-256 of the raw public key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final

from desktop.errors import MachineError, RefusedError
from desktop.resources import _
from desktop.security.passwords import derived_key, lock_up, open_box
from desktop.security.whole_file import machine_fault, write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGN: Final = "ed25519"
SEAL: Final = "x25519"
_MAGIC: Final = b"CDSEAL1\n"
_CHUNK: Final = 1 << 20


def key_id_of(raw_public: bytes) -> str:
    """The name of a key: the first 16 hex digits of the SHA-256 of its 32 raw public bytes."""
    return hashlib.sha256(raw_public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key that somebody outside holds the private half of."""

    key_id: str
    raw: bytes
    kind: str = SIGN
    """``ed25519`` checks signatures, ``x25519`` receives sealed files."""
    owner: str = ""
    """Code of the station or province that signs with it; empty when the file does not say."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """This station's signature."""

    key_id: str
    owner: str
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """64 raw bytes."""
        return self._private.sign(content)

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The key itself, for a library that signs by its own means (the credential of a certificate)."""
        return self._private


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The public keys this machine trusts: what the head compared and kept, nothing from packages."""

    by_id: Mapping[str, PublicKey] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, *keys: PublicKey) -> PublicKeys:
        """A set of known keys."""
        return cls(MappingProxyType({key.key_id: key for key in keys}))

    @classmethod
    def from_folder(cls, folder: Path) -> PublicKeys:
        """All ``*.pub`` of a folder, none if there is no folder; MachineError names a damaged file."""
        if not folder.is_dir():
            return cls()
        return cls.of(*(read_public_key(path) for path in sorted(folder.glob("*.pub"))))

    def for_libraries(self) -> dict[str, Ed25519PublicKey]:
        """Signing keys by id as the library objects that verify a credential."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return {
            key.key_id: Ed25519PublicKey.from_public_bytes(key.raw)
            for key in self.by_id.values()
            if key.kind == SIGN
        }

    def get(self, key_id: str) -> PublicKey | None:
        """The key of this id, or None."""
        return self.by_id.get(key_id)

    def verify(self, key_id: str, content: bytes, signature: bytes) -> PublicKey:
        """Whose signature it is. Raises RefusedError when the key is unknown or it does not fit."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        key = self.by_id.get(key_id)
        if key is None or key.kind != SIGN:
            raise RefusedError(
                _("签名的钥匙 {key} 不在本机的公钥里").format(key=key_id or _("（未写明）")),
                _(
                    "请向发件单位索取公钥文件（*.pub），负责人在“系统”页按“读入上级文件”，"
                    "电话核对后收下，再读一次"
                ),
                code="K01",
            )
        try:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, content)
        except InvalidSignature as exc:
            raise RefusedError(
                _("签名对不上，内容在签名之后被改动过"),
                _("请不要使用这个文件，请发件单位重新导出一份"),
                code="K02",
            ) from exc
        return key


def read_public_key(path: Path) -> PublicKey:
    """One ``*.pub``: PEM with or without leading ``name: value`` lines, or 32 raw bytes in base64."""
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise machine_fault(exc, path) from exc
    try:
        return parse_public_key(content.decode("utf-8-sig"))
    except ValueError as exc:
        raise MachineError(
            _("公钥文件 {name} 读不出来").format(name=path.name),
            _("请向发件单位重新索取；其他公钥不受影响。先把这个文件移出 keys 文件夹")
            if path.parent.name == "keys"
            else _("请核对是不是公钥文件（*.pub），或向发件单位重新索取；没有改动任何东西"),
            code="K03",
        ) from exc


LARGEST_KEY_FILE: Final = 1 << 16
"""Bytes; a public key takes some hundred."""


def public_key_in(path: Path) -> PublicKey | None:
    """The key when the file is a ``*.pub`` or reads like one, None for every other file.

    Raises MachineError when it cannot be read or, with this ending, holds no key.
    """
    is_named_so = path.suffix.lower() == ".pub"
    try:
        if path.stat().st_size > LARGEST_KEY_FILE and not is_named_so:
            return None
        with path.open("rb") as stream:
            content = stream.read(LARGEST_KEY_FILE + 1)
    except OSError as exc:
        raise machine_fault(exc, path) from exc
    try:
        return parse_public_key(content.decode("utf-8-sig"))
    except ValueError as exc:
        if not is_named_so:
            return None
        raise MachineError(
            _("公钥文件 {name} 读不出来").format(name=path.name),
            _("文件可能没有拷完或被改动过，请向发件单位重新索取；本机没有改动"),
            code="K03",
        ) from exc


def parse_public_key(text: str) -> PublicKey:
    """The key in the text of a ``*.pub``; ValueError when there is none or its id is not the one written."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    said: dict[str, str] = {}
    rest: list[str] = []
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and not rest:
            said[name.strip().lower()] = value.strip()
        elif line.strip():
            rest.append(line.strip())
    kind = said.get("kind", SIGN)
    if rest and rest[0].startswith("-----BEGIN"):
        try:
            public = load_pem_public_key("\n".join([*rest, ""]).encode("ascii"))
        except UnsupportedAlgorithm as exc:
            raise ValueError("unsupported key") from exc
        if not isinstance(public, Ed25519PublicKey | X25519PublicKey):
            raise ValueError("neither Ed25519 nor X25519")
        kind = SIGN if isinstance(public, Ed25519PublicKey) else SEAL
        raw = public.public_bytes_raw()
    else:
        raw = base64.b64decode("".join(rest), validate=True)
    if len(raw) != 32 or kind not in (SIGN, SEAL) or said.get("key", key_id_of(raw)) != key_id_of(raw):
        raise ValueError("not a public key")
    return PublicKey(key_id_of(raw), raw, kind, said.get("owner", ""), said.get("label", ""))


def public_key_text(key: PublicKey) -> str:
    """The text of a ``*.pub`` file."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    maker = Ed25519PublicKey if key.kind == SIGN else X25519PublicKey
    pem = maker.from_public_bytes(key.raw).public_bytes(
        form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    )
    lines = [f"key: {key.key_id}", f"kind: {key.kind}", f"owner: {key.owner}", f"label: {key.label}"]
    return "\n".join(lines) + "\n" + pem.decode("ascii")


def add_public_key(folder: Path, source: Path) -> PublicKey:
    """Put a ``*.pub`` that came from outside into ``keys/`` under its id; the caller has compared the id."""
    key = read_public_key(source)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{key.key_id}.pub", public_key_text(key).encode("utf-8"))
    return key


def create_key(folder: Path, master: bytes, *, owner: str, label: str = "", kind: str = SIGN) -> PublicKey:
    """A new key pair in ``folder``: the private half locked by the database key, the public half readable."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = Ed25519PrivateKey.generate() if kind == SIGN else X25519PrivateKey.generate()
    raw = private.public_key().public_bytes_raw()
    public = PublicKey(key_id_of(raw), raw, kind, _one_line(owner), _one_line(label))
    box = lock_up(derived_key(master, "keys"), private.private_bytes_raw(), f"{kind} {public.key_id}")
    content = {"key": public.key_id, "kind": kind, "owner": public.owner, "label": public.label, **box}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise machine_fault(exc, folder) from exc
    write_whole(
        folder / f"{public.key_id}.key",
        json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8"),
        private=True,
    )
    write_whole(folder / f"{public.key_id}.pub", public_key_text(public).encode("utf-8"))
    return public


def _one_line(text: str) -> str:
    return " ".join(text.split())


def load_signer(folder: Path, master: bytes, key_id: str = "") -> Signer:
    """The station's signing key, the newest if there are several and none is named.

    Raises MachineError when there is none, or when it was locked by another database key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    owner, raw, found = _private_key(folder, master, SIGN, key_id)
    return Signer(found, owner, Ed25519PrivateKey.from_private_bytes(raw))


def _private_key(folder: Path, master: bytes, kind: str, key_id: str) -> tuple[str, bytes, str]:
    try:
        paths = [p for p in folder.glob("*.key") if not key_id or p.stem == key_id]
        paths.sort(key=lambda p: (p.stat().st_mtime_ns, p.name), reverse=True)
        for path in paths:
            said = json.loads(path.read_text(encoding="utf-8"))
            if said["kind"] != kind:
                continue
            raw = open_box(derived_key(master, "keys"), said, f"{kind} {said['key']}")
            if raw is None:
                raise MachineError(
                    _("钥匙文件 {name} 不是这个数据库的").format(name=path.name),
                    _("请从本站的备份恢复 keys 文件夹"),
                    code="K04",
                )
            return str(said["owner"]), raw, str(said["key"])
    except OSError as exc:
        raise machine_fault(exc, folder) from exc
    except (ValueError, KeyError, TypeError, binascii.Error) as exc:
        raise MachineError(
            _("keys 文件夹里有读不出来的钥匙文件"), _("请从本站的备份恢复 keys 文件夹"), code="K04"
        ) from exc
    raise MachineError(
        _("{folder} 里没有可用的钥匙").format(folder=folder),
        _("请负责人在“系统—钥匙”里为本站新建一把，并把公钥交给上级"),
        code="K05",
    )


def _sealing_key(private_raw: bytes, peer: bytes, ephemeral: bytes, receiver: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import (
        X25519PrivateKey,
        X25519PublicKey,
    )
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    private = X25519PrivateKey.from_private_bytes(private_raw)
    shared = private.exchange(X25519PublicKey.from_public_bytes(peer))
    return HKDF(SHA256(), 32, ephemeral + receiver, b"contract-desk seal 1").derive(shared)


def _chunks(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces of a stream, and whether each is the last (an empty stream has one empty piece)."""
    piece = stream.read(_CHUNK)
    while True:
        following = stream.read(_CHUNK)
        yield piece, not following
        if not following:
            return
        piece = following


def _nonce(count: int, is_last: bool) -> bytes:
    return count.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def _beside(target: Path, write: Callable[[IO[bytes]], None]) -> None:
    temporary = target.with_name(target.name + ".partial")
    try:
        try:
            with temporary.open("wb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as exc:
        raise machine_fault(exc, target) from exc


def seal(source: Path, target: Path, receiver: PublicKey) -> None:
    """Lock a whole file for the holder of one X25519 key, in pieces of 1 MiB, so its size does not matter.

    The file says for whom it is (key id) and holds a one-time public key; every piece is authenticated with
    its place, the last one as the last: a cut or reordered file does not open.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if receiver.kind != SEAL:
        raise RefusedError(
            _("这把公钥是验签用的，不能用来加密"), _("请向上级索取加密用的公钥（x25519）"), code="K06"
        )
    once = X25519PrivateKey.generate()
    ephemeral = once.public_key().public_bytes_raw()
    header = _MAGIC + bytes.fromhex(receiver.key_id) + ephemeral
    box = AESGCM(_sealing_key(once.private_bytes_raw(), receiver.raw, ephemeral, receiver.raw))

    def write(stream: IO[bytes]) -> None:
        stream.write(header)
        with source.open("rb") as plain:
            for count, (piece, is_last) in enumerate(_chunks(plain)):
                locked = box.encrypt(_nonce(count, is_last), piece, header)
                stream.write(len(locked).to_bytes(4, "big") + locked)

    _beside(target, write)


def is_sealed(path: Path) -> bool:
    """Whether a file begins like a sealed one."""
    with path.open("rb") as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def unseal(source: Path, target: Path, folder: Path, master: bytes) -> None:
    """Open a sealed file with this station's own key; ``target`` appears only when every piece was right.

    Raises RefusedError when it is for somebody else, cut or edited.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    broken = RefusedError(
        _("{name} 不完整或被改动过").format(name=source.name), _("请发件单位重新导出一份"), code="K07"
    )
    size = len(_MAGIC) + 8 + 32

    def write(stream: IO[bytes]) -> None:
        with source.open("rb") as locked:
            header = locked.read(size)
            if len(header) != size or not header.startswith(_MAGIC):
                raise broken
            key_id, ephemeral = header[len(_MAGIC) : len(_MAGIC) + 8].hex(), header[-32:]
            if not (folder / f"{key_id}.key").exists():
                raise RefusedError(
                    _("{name} 是加密给钥匙 {key} 的，不是给本站的").format(name=source.name, key=key_id),
                    _("请核对收件单位，或请发件单位用本站的公钥重新导出"),
                    code="K08",
                )
            _owner, raw, _found = _private_key(folder, master, SEAL, key_id)
            receiver = X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
            box = AESGCM(_sealing_key(raw, ephemeral, ephemeral, receiver))
            count, is_last = 0, False
            while not is_last:
                length = int.from_bytes(locked.read(4), "big")
                piece = locked.read(length) if 16 <= length <= _CHUNK + 16 else b""
                if len(piece) != length or not piece:
                    raise broken
                is_last = not locked.read(1)
                if not is_last:
                    locked.seek(-1, os.SEEK_CUR)
                try:
                    stream.write(box.decrypt(_nonce(count, is_last), piece, header))
                except InvalidTag as exc:
                    raise broken from exc
                count += 1

    _beside(target, write)
