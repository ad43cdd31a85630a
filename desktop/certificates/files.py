"""A finished PDF goes to its place whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO

from desktop.security.whole_file import machine_fault


def write_pdf(content: bytes, out: Path | IO[bytes]) -> None:
    """Write to a stream, or to a file by way of a temporary name. MachineError leaves an old file alone.

    Not forced to the disk: a sheet lost in a power cut is drawn again, byte for byte.
    """
    if not isinstance(out, Path):
        out.write(content)
        return
    partial = out.with_name(out.name + ".partial")
    try:
        partial.write_bytes(content)
        partial.replace(out)
    except OSError as exc:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise machine_fault(exc, out) from exc
