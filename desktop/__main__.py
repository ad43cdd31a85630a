"""``contract-desk`` and ``python -m desktop``."""

from __future__ import annotations

import gc
import sys

FEWER_PAUSES = (100_000, 50, 100)
"""Thresholds of the garbage collector. Mapped rows make many objects that go by themselves; looking for
cycles among them cost an eighth of a long import."""


def main() -> int:
    """Without a command the window, else the command; returns the exit code."""
    gc.set_threshold(*FEWER_PAUSES)
    if len(sys.argv) <= 1 or (sys.argv[1] == "--data" and len(sys.argv) == 3):
        from desktop.app import run_window

        return run_window(sys.argv[2] if len(sys.argv) == 3 else None)
    from desktop.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
