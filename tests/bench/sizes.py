"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sizes:
    """Of each work; the places of a kept archive are below ``kept``."""

    kept: Path = Path("bench-out") / "archives"

    archive: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    lives: int = 3
    places: int = 40
    sent: tuple[int, ...] = (1_000, 10_000)
    stations: tuple[int, ...] = (1, 2, 4)
    from_station: int = 2_500
    registrations: int = 120
    certificates: tuple[int, ...] = (100, 1_000)
    files: int = 1_000
    conclusions: int = 3_000
    recognitions: tuple[int, ...] = (1_000, 10_000, 100_000)
    imported: tuple[int, ...] = (1_000, 10_000)
    written: int = 1_000
    starts: int = 7
    turns: int = 3
