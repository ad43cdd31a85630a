"""What a person says when a station is set up, and what came of it; plain data, no database behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from desktop.rules.local_pack import LocalPack


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """Somebody who works here from the first day on."""

    name: str
    roles: tuple[str, ...]
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A local pack that can be chosen."""

    path: Path
    pack: LocalPack


@dataclass(frozen=True, slots=True)
class NewStation:
    """Everything the guide asked, checked step by step and set up at the end."""

    code: str
    name: str
    short: str
    address: str
    phone: str
    pack: Path
    people: tuple[FirstPerson, ...] = field(repr=False)
    upper_key: Path | None = None
    """Public key of the province, without which its files cannot be read."""
    block: Path | None = None
    print_fits: tuple[tuple[str, str], ...] = ()
    """(subject, content) of the printer's offset as the print page keeps it."""
    backup_main: Path | None = None
    backup_second: Path | None = None
    is_plain: bool = False
    """Database without encryption, for tests only."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What came of it."""

    recovery_code: str = field(repr=False)
    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """What did not work and can be done later in the window, with the reason."""
