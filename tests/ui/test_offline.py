"""Without a network everything works, and nothing looks for one."""

from __future__ import annotations

import ast
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CLERK, Way

ROOT = Path(__file__).parents[2]
OF_THE_NETWORK = {
    "aiohttp", "ftplib", "http", "httpx", "imaplib", "paramiko", "poplib", "requests", "smtplib", "socket",
    "socketserver", "ssl", "telnetlib", "urllib", "urllib3", "xmlrpc",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    """Top names of the modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {
        "PySide6.QtNetwork" if name.startswith("PySide6.QtNetwork") else name.split(".")[0] for name in names
    }


def test_no_module_knows_a_network() -> None:
    """An office with a database server sets its address itself; the driver is named in one room only."""
    files = list((ROOT / "desktop").rglob("*.py"))
    assert len(files) > 150
    known = {path: imported(path) for path in files}
    assert [
        path.name for path, names in known.items() if names & (OF_THE_NETWORK | {"PySide6.QtNetwork"})
    ] == []
    drivers = {path.parent.name for path, names in known.items() if "psycopg" in names}
    assert drivers <= {"store"}


class ForbiddenSocket(socket.socket):
    """Raises as soon as anybody makes one."""

    def __init__(self, *_what: Any, **_more: Any) -> None:
        raise AssertionError("a connection was wanted")


def test_a_day_from_draft_to_package_opens_no_connection(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.services.look import report_page, start_page
    from tests.services.province_side import send

    monkeypatch.setattr(socket, "socket", ForbiddenSocket)
    monkeypatch.setattr(socket, "create_connection", ForbiddenSocket)
    monkeypatch.setattr(socket, "getaddrinfo", ForbiddenSocket)
    with pytest.raises(AssertionError, match="wanted"):
        socket.socket()
    made = way.certified(tmp_path)
    assert start_page(way.office).queues["to_send"] == 1
    package = send(way.office, tmp_path / "usb")
    assert package.path is not None
    assert package.path.exists()
    assert report_page(way.office).counts["EXPORTED"] == 1
    assert way.sheet(made, CLERK).row.reporting_state == "EXPORTED"
