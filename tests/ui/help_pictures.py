"""The pictures of the manual, made small from those of ``tests/ui/screens``: ``make help-pictures``.

Each picture that a chapter under ``resources/help`` shows is taken from the screen of the same name, 960
pixels wide and of 64 flat colours, so that all of them together stay under three megabytes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PIL import Image

from desktop.resources import resource

SCREENS = Path(__file__).parent / "screens"
WIDTH, COLOURS, LARGEST = 960, 64, 3_000_000


def wanted() -> list[str]:
    """Names of the pictures that the chapters show."""
    names = set[str]()
    for chapter in resource("help").glob("*.md"):
        names.update(re.findall(r"\]\(pictures/([\w-]+)\.png\)", chapter.read_text(encoding="utf-8")))
    return sorted(names)


def make(source: Path, target: Path) -> None:
    """One picture."""
    with Image.open(source) as screen:
        high = round(screen.height * WIDTH / screen.width)
        small = screen.convert("RGB").resize((WIDTH, high), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> int:
    """All of them; 1 when a screen is missing or they weigh too much."""
    folder = resource("help") / "pictures"
    folder.mkdir(exist_ok=True)
    missing = [name for name in wanted() if not (SCREENS / f"{name}.png").exists()]
    for name in wanted():
        if name not in missing:
            make(SCREENS / f"{name}.png", folder / f"{name}.png")
    for path in folder.glob("*.png"):
        if path.stem not in wanted():
            path.unlink()
    size = sum(path.stat().st_size for path in folder.glob("*.png"))
    sys.stdout.write(f"{len(wanted()) - len(missing)} pictures, {size:,} bytes\n")
    if missing:
        sys.stderr.write("no screen of the name: " + " ".join(missing) + "\n")
    return int(bool(missing) or size > LARGEST)


if __name__ == "__main__":
    sys.exit(main())
