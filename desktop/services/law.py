"""The law in force on one machine: what was shipped, and an imported policy pack in its place."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from desktop.resources import resource
from desktop.rules.book import Book, load_book
from desktop.rules.relief_questions import RELIEF_PREDICATES
from desktop.rules.working_days import Calendar

CALENDAR = "working-days.toml"
POINTER = "CURRENT"
"""File in ``law/`` of the data folder that names the pack in force."""


def law_of(folder: Path | None = None) -> Book:
    """The book of this data folder (None: as shipped), every row checked.

    Raises ProblemsFound with file, row, what is wrong and what to do.
    """
    return with_overlay(overlay_of(folder) if folder else None)


def with_overlay(overlay: Path | None) -> Book:
    """The shipped law with the files of one pack in the place of those of the same name.

    A book never changes, so files with the same content give the same book without being read in again.
    A calendar of the pack is checked as well.
    """
    if overlay is not None and (overlay / CALENDAR).exists():
        Calendar.load(overlay / CALENDAR)
    digest = hashlib.sha256()
    for folder in (resource("law"), *((overlay,) if overlay else ())):
        for path in sorted(folder.glob("*.toml")):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return _book_of(overlay, digest.digest())


def own_calendar(folder: Path) -> Path:
    """Where a station's own calendar lies, whether or not there is one; in a folder that backups take."""
    return folder / "local" / CALENDAR


def calendar_file(folder: Path | None = None) -> tuple[str, Path]:
    """The calendar of working days in use: ``station``, ``policy`` or ``shipped``, and its file."""
    overlay = overlay_of(folder) if folder else None
    if folder is not None and (own := own_calendar(folder)).exists():
        return "station", own
    if overlay is not None and (overlay / CALENDAR).exists():
        return "policy", overlay / CALENDAR
    return "shipped", resource("law", CALENDAR)


@lru_cache(maxsize=2)
def _book_of(overlay: Path | None, _content: bytes) -> Book:
    return load_book(resource("law"), overlay=overlay, predicates=RELIEF_PREDICATES)


def ids_of(folder: Path | None = None) -> Path:
    """The list of ids that the law of this data folder is held against: the pack's own, or as shipped."""
    overlay = overlay_of(folder) if folder else None
    own = overlay / "rule-ids.toml" if overlay else None
    return own if own and own.exists() else resource("law", "rule-ids.toml")


def overlay_of(folder: Path) -> Path | None:
    """Folder of the policy pack in force; None when there is none."""
    pointer = folder / "law" / POINTER
    if not pointer.exists():
        return None
    chosen = folder / "law" / pointer.read_text(encoding="utf-8").strip()
    return chosen if chosen.is_dir() else None


def put_in_force(folder: Path, pack: Path) -> None:
    """Point to this pack; the one before stays on the disk."""
    pointer = folder / "law" / (POINTER + ".partial")
    pointer.write_text(pack.name, encoding="utf-8")
    pointer.replace(folder / "law" / POINTER)
