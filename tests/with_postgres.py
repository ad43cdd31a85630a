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
from pathlib import Path


def server_programs() -> Path:
    """Folder with ``initdb`` and ``pg_ctl`` of the newest PostgreSQL on this machine."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders:
        sys.exit("PostgreSQL is not installed: apt-get install postgresql")
    return folders[-1]


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main(command: list[str]) -> int:
    """Start the server, run the command with its URL, stop the server; the command's exit code."""
    programs = server_programs()
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, user)
    cluster = folder / "cluster"

    def server(*words: str) -> None:
        log = folder / "commands.log"
        with log.open("a", encoding="utf-8") as out:
            done = subprocess.run([*as_user, *words], stdout=out, stderr=out, cwd="/", check=False)
        if done.returncode:
            sys.exit(f"{words[0]} failed:\n{log.read_text(encoding='utf-8')}")

    def control(*words: str) -> None:
        server(str(programs / "pg_ctl"), "-D", str(cluster), *words)

    try:
        server(
            str(programs / "initdb"),
            "-D",
            str(cluster),
            "-U",
            "desk",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        port = str(free_port())
        options = (
            f"-k {folder} -c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c max_connections=200"
        )
        control("-o", options, "-w", "-l", str(folder / "log"), "start")
        try:
            server(str(programs / "createdb"), "-h", "127.0.0.1", "-p", port, "-U", "desk", "desk_template")
            environment = os.environ | {"CONTRACT_DESK_TEST_POSTGRES": f"postgresql://desk@127.0.0.1:{port}"}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
