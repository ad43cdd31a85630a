"""``python -m tests.bench``: one table on the screen, one JSON file in ``bench-out/``.

Nothing is asserted on a timing: a missed target is shown as missed. ``--only look register`` measures
some works, ``--largest 100000`` (``make bench BENCH=100000``) leaves out larger archives, ``--quick`` shows
in a minute that everything runs. Archives are built once and kept in ``bench-out/archives``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
import traceback
import unicodedata
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.measure import Row
from tests.bench.sizes import Sizes
from tests.bench.works import WORKS

OUT = Path("bench-out")
QUICK = Sizes(
    archive=(1_000,),
    lives=1,
    places=5,
    sent=(50,),
    stations=(1, 2),
    from_station=50,
    registrations=15,
    certificates=(20,),
    files=20,
    conclusions=200,
    recognitions=(200, 2_000),
    imported=(100,),
    written=50,
    starts=1,
    turns=1,
)


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    import sqlcipher3

    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else [],
        "processor": platform.machine(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlcipher": sqlcipher3.dbapi2.sqlite_version,
        "sqlite3": sqlite3.sqlite_version,
        "packages": {
            name: version(name)
            for name in ("PySide6-Essentials", "SQLAlchemy", "reportlab", "openpyxl", "XlsxWriter")
        },
    }


def wide(words: str) -> int:
    """Columns that words take in a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in words)


def table(rows: list[Row]) -> str:
    """The rows under one another."""
    lines = [("work", "size", "ours", "p95", "bare", "ratio", "", "target", "note")]
    for row in rows:
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        lines.append(
            (
                row.work,
                row.size,
                row.shown(row.ours),
                row.shown(row.p95),
                row.shown(row.bare),
                ratio,
                row.verdict,
                row.target,
                row.note,
            )
        )
    widths = [max(wide(line[i]) for line in lines) for i in range(len(lines[0]))]
    right = {1, 2, 3, 4, 5}
    text = []
    for line in lines:
        cells = [
            " " * (width - wide(cell)) + cell if i in right else cell + " " * (width - wide(cell))
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
    return "\n".join(text)


def as_json(row: Row) -> dict[str, Any]:
    """A row with what was worked out of it."""
    return asdict(row) | {"ratio": row.ratio, "verdict": row.verdict}


def main(words: list[str]) -> int:
    """Measure, print, write; 0 unless something did not run at all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(WORKS), help="measure these works only")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--largest", type=int, metavar="N", help="no archive above N contracts (1,000,000)")
    size.add_argument("--quick", action="store_true", help="small sizes: shows that everything runs")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of bench.json")
    chosen = parser.parse_args(words)
    sizes = QUICK if chosen.quick else Sizes()
    if chosen.largest is not None:
        sizes = replace(sizes, archive=tuple(n for n in sizes.archive if n <= chosen.largest))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    about, rows, broken = machine(), [], []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        for name in chosen.only or WORKS:
            try:
                for row in WORKS[name](Path(folder), sizes):
                    rows.append(row)
                    sys.stderr.write(f"{time.monotonic() - started:6.1f} s  {row.work}, {row.size}\n")
            except Exception:  # noqa: BLE001 - what was measured is not lost because another work broke
                traceback.print_exc()
                broken.append(name)
    packages = " ".join(f"{name} {number}" for name, number in about["packages"].items())
    sys.stdout.write(
        f"{about['cores']} cores {about['processor']}, load {about['load']}, Python {about['python']}, "
        f"SQLite {about['sqlcipher']} (sqlcipher3), {packages}\n{table(rows)}\n"
    )
    chosen.out.mkdir(parents=True, exist_ok=True)
    found = {
        "machine": about,
        "seconds": round(time.monotonic() - started, 1),
        "rows": [as_json(r) for r in rows],
    }
    path = chosen.out / "bench.json"
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path}\n")
    if broken:
        sys.stderr.write(f"did not run: {', '.join(broken)}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
