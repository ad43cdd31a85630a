"""Run a command with a throw-away PostgreSQL server: ``python tests/with_postgres.py pytest tests/services``.

The server is Debian's; it listens on this machine only, on a free port, and is removed at the end.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def server_programs() -> Path:
    """Folder with ``initdb`` and ``pg_ctl`` of the newest PostgreSQL on this machine."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return folders[-1]


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving() -> Iterator[str]:
    """A server of our own with an empty database ``desk_template``; gives ``postgresql://desk@127.0.0.1:port``."""
    programs = server_programs()
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, user)
    cluster, port = str(folder / "cluster"), str(free_port())

    def run(program: str, *words: str) -> None:
        log = folder / "commands.log"
        with log.open("a", encoding="utf-8") as out:
            command = [*as_user, str(programs / program), *words]
            done = subprocess.run(command, stdout=out, stderr=out, cwd="/", check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{log.read_text(encoding='utf-8')}")

    try:
        run("initdb", "-D", cluster, "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = (
            f"-k {folder} -c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c max_connections=200"
        )
        run("pg_ctl", "-D", cluster, "-o", options, "-w", "-l", str(folder / "log"), "start")
        try:
            run("createdb", "-h", "127.0.0.1", "-p", port, "-U", "desk", "desk_template")
            yield f"postgresql://desk@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-D", cluster, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    """Start the server, run the command with its URL, stop the server; the command's exit code."""
    with serving() as url:
        environment = os.environ | {"CONTRACT_DESK_TEST_POSTGRES": url}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
