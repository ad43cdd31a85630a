#!/usr/bin/env python3
"""Fetch the fonts of the program again, or check that they are the ones listed in FONTS.toml.

The fonts are part of the repository: nobody needs this to build or to run the program. It is kept so that
everyone can see where each file came from and get the same bytes again:

    python resources/fonts/fetch.py --check     compare the files here with FONTS.toml (needs no network)
    python resources/fonts/fetch.py             fetch what is missing or different, then compare

Families marked ``from = "npm"`` are taken out of the package ``npm pack NAME@VERSION`` brings; those marked
``from = "debian"`` out of the installed Debian package, or out of what ``apt-get download`` brings.
Only the standard library is used; npm, apt-get and dpkg-deb are called where needed.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LIST = HERE / "FONTS.toml"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def wrong_files(fonts: list[dict[str, Any]]) -> list[str]:
    """Names of the files that are missing or differ from the list."""
    return [
        font["file"]
        for font in fonts
        if not (HERE / font["file"]).is_file() or digest(HERE / font["file"]) != font["sha256"]
    ]


def from_npm(package: str, member: str, folder: Path) -> Path:
    """The named file out of an npm package (packed once a run)."""
    unpacked = folder / package.replace("/", "_")
    if not unpacked.is_dir():
        unpacked.mkdir()
        subprocess.run(["npm", "pack", "--silent", package], cwd=unpacked, check=True, capture_output=True)
        with tarfile.open(next(unpacked.glob("*.tgz"))) as bag:
            bag.extractall(unpacked, filter="data")
    return unpacked / "package" / member


def from_debian(package: str, member: str, folder: Path) -> Path:
    """The named file of a Debian package: the installed one, else out of the downloaded package."""
    if (installed := Path("/") / member).is_file():
        return installed
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
    subprocess.run(["dpkg-deb", "-x", next(folder.glob(f"{package}_*.deb")), folder / package], check=True)
    return folder / package / member


def main() -> int:
    """0 when every file is as listed, 1 otherwise."""
    arguments = argparse.ArgumentParser(description="Fetch or check the fonts of the program.")
    arguments.add_argument("--check", action="store_true", help="compare only, fetch nothing")
    fonts = tomllib.loads(LIST.read_text(encoding="utf-8"))["font"]
    if not arguments.parse_args().check:
        wanted = set(wrong_files(fonts))
        with tempfile.TemporaryDirectory() as name:
            for font in fonts:
                if font["file"] in wanted:
                    take = from_npm if font["from"] == "npm" else from_debian
                    shutil.copyfile(take(font["package"], font["member"], Path(name)), HERE / font["file"])
    wrong = wrong_files(fonts)
    for file in wrong:
        sys.stderr.write(f"{file}: missing, or not the file FONTS.toml lists\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
