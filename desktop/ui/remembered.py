"""What the window keeps between two days: last person, text size, widths, last facts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FILE_NAME = "window.json"
CLOCK_SLACK = timedelta(minutes=2)
"""A clock may be set right by this much without a word."""


@dataclass(slots=True)
class Remembered:
    """Choices of this machine. Losing them costs nobody any work, so a damaged file is begun anew."""

    path: Path
    last_person: str = ""
    is_large: bool = False
    is_contrast: bool | None = None
    """None: as the system is set."""
    last_seen_at: datetime | None = None
    """The last moment at which the program was at work here."""
    left_at: dict[str, datetime] = field(default_factory=dict)
    """Name → moment of signing out."""
    layouts: dict[str, str] = field(default_factory=dict)
    """Name of a table → widths and sorting."""
    facts: list[tuple[str, str]] = field(default_factory=list)
    """What the sign-in page says at its left, as it was true at the end of the last session."""

    @classmethod
    def load(cls, folder: Path) -> Remembered:
        """Read ``window.json`` of the data folder; what cannot be read is as if it had never been kept."""
        kept = cls(folder / FILE_NAME)
        try:
            raw: Any = json.loads(kept.path.read_text(encoding="utf-8"))
            kept.last_person = str(raw.get("last_person", ""))
            kept.is_large = raw.get("is_large") is True
            contrast = raw.get("is_contrast")
            kept.is_contrast = contrast if isinstance(contrast, bool) else None
            kept.last_seen_at = _moment(raw.get("last_seen_at"))
            left = ((str(name), _moment(at)) for name, at in raw.get("left_at", {}).items())
            kept.left_at = {name: at for name, at in left if at is not None}
            kept.layouts = {str(name): str(text) for name, text in raw.get("layouts", {}).items()}
            kept.facts = [(str(name), str(words)) for name, words in raw.get("facts", [])]
        except (OSError, ValueError, AttributeError, TypeError):
            return cls(folder / FILE_NAME)
        return kept

    def keep(self) -> bool:
        """Write it whole or not at all; False when the disk refuses (nothing of the clerk's is in it)."""
        raw = {
            "last_person": self.last_person,
            "is_large": self.is_large,
            "is_contrast": self.is_contrast,
            "last_seen_at": self.last_seen_at.isoformat() if self.last_seen_at else None,
            "left_at": {name: at.isoformat() for name, at in self.left_at.items()},
            "layouts": self.layouts,
            "facts": self.facts,
        }
        partial = self.path.with_name(FILE_NAME + ".partial")
        try:
            partial.write_text(json.dumps(raw, ensure_ascii=False, indent=1), encoding="utf-8")
            partial.replace(self.path)
        except OSError:
            return False
        return True

    def was_set_back(self, now: datetime) -> bool:
        """The machine's clock stands before a moment at which the program has already been at work."""
        return self.last_seen_at is not None and now < self.last_seen_at - CLOCK_SLACK


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else None
