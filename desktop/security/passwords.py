"""Keys made from passwords, and the small box (AES-GCM) in which another key is locked by one."""

from __future__ import annotations

import base64
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from desktop.errors import RefusedError
from desktop.resources import _

SHORTEST: Final = 8
"""Characters of a password, at least."""

LONGEST: Final = 128


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a password costs (argon2id). The default takes about 0.1 s and 64 MiB."""

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 4

    def to_json(self) -> dict[str, Any]:
        """As written beside every slot, so that old slots still open after the default has changed."""
        return {"name": "argon2id", "memory_kib": self.memory_kib, "passes": self.passes, "lanes": self.lanes}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Cost:
        """Raises ValueError for another algorithm or a cost that would hang this machine."""
        cost = cls(int(raw["memory_kib"]), int(raw["passes"]), int(raw["lanes"]))
        is_sane = 8 <= cost.memory_kib <= 1 << 20 and 1 <= cost.passes <= 64 and 1 <= cost.lanes <= 16
        if raw["name"] != "argon2id" or not is_sane:
            raise ValueError("cost of the key slot")
        return cost


CHEAP: Final = Cost(64, 1, 1)
"""For tests only: half a millisecond a guess."""


def check_new_password(password: str, name: str) -> None:
    """Raises RefusedError when a new password is too short, too long or the login name itself."""
    if len(password) < SHORTEST:
        raise RefusedError(
            _("口令太短"), _("口令至少 {n} 个字符；可以用一句容易记的话").format(n=SHORTEST), code="P01"
        )
    if len(password) > LONGEST:
        raise RefusedError(_("口令太长"), _("口令最多 {n} 个字符").format(n=LONGEST), code="P02")
    if password.strip().casefold() == name.casefold() or len(set(password)) < 3:
        raise RefusedError(_("口令太容易猜到"), _("不要用登录名或同一个字符重复作口令，请换一个"), code="P03")


def key_from_password(password: str, salt: bytes, cost: Cost) -> bytes:
    """32 bytes from a password; the same text typed in full or half width gives the same key."""
    from argon2.low_level import Type, hash_secret_raw

    secret = unicodedata.normalize("NFKC", password).encode("utf-8")
    return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)


def derived_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, made from a key that is already strong (HKDF-SHA256)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, b"contract-desk " + purpose.encode()).derive(secret)


def lock_up(key: bytes, content: bytes, purpose: str) -> dict[str, str]:
    """Encrypt ``content``; ``purpose`` is bound to the box, so that boxes cannot be swapped in a file."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, content, purpose.encode())
    return {"nonce": base64.b64encode(nonce).decode(), "box": base64.b64encode(sealed).decode()}


def open_box(key: bytes, box: Mapping[str, Any], purpose: str) -> bytes | None:
    """What is in the box; None when the key or the purpose is another one, or the box was edited."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = base64.b64decode(box["nonce"], validate=True)
    sealed = base64.b64decode(box["box"], validate=True)
    try:
        return AESGCM(key).decrypt(nonce, sealed, purpose.encode())
    except InvalidTag:
        return None
