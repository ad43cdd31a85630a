"""The short check code that two people compare by telephone: eight signs in two groups, 7K2Q-9F3M."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

_HEARD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "－": None, "—": None})


def base32(raw: bytes) -> str:
    """Crockford base 32 of whole bytes, most significant bit first, without padding (5 bytes → 8 signs)."""
    bits = len(raw) * 8
    number = int.from_bytes(raw, "big") << (-bits % 5)
    count = -(-bits // 5)
    return "".join(ALPHABET[(number >> (5 * (count - 1 - i))) & 31] for i in range(count))


def check_code(digest: bytes) -> str:
    """The first 40 bits of a SHA-256 digest (at least 5 bytes, else ValueError), as 7K2Q-9F3M."""
    if len(digest) < 5:
        raise ValueError("a digest has at least five bytes")
    text = base32(digest[:5])
    return f"{text[:4]}-{text[4:]}"


def check_code_of(content: bytes) -> str:
    """The check code of some bytes, e.g. of the QR payload of a certificate."""
    import hashlib  # OpenSSL comes with it: not before the sign-in page stands

    return check_code(hashlib.sha256(content).digest())


def check_code_of_file(path: Path) -> str:
    """The check code of a file, e.g. of a package on the stick."""
    import hashlib

    with path.open("rb") as stream:
        return check_code(hashlib.file_digest(stream, "sha256").digest())


def as_heard(text: str) -> str:
    """A code as it was typed or heard, in the one spelling: ``h3pw 8kq2``, ``H3PW-8KQ2`` → ``H3PW8KQ2``."""
    return text.upper().translate(_HEARD)


def same_code(one: str, other: str) -> bool:
    """Whether two codes mean the same, whatever their case, spaces and look-alike letters."""
    return as_heard(one) == as_heard(other)
