"""The program under test as a process of its own: started, looked at from outside, ended the hard way."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from PIL import ImageGrab

from desktop.sample_station_data import make_station
from tests.registrar.paper import ROOT, TODAY

COMMAND: Final = (sys.executable, "-m", "desktop")
"""``contract-desk``, of this checkout."""
CLERK: Final = "沈清禾"
PRODUCT: Final = "技术合同登记工作站"
SCREEN: Final = "1366x768x24"
NAVIGATION: Final = 144
"""Pixels."""
QUERY: Final = "SELECT field, content FROM draft WHERE page = 'entry' AND subject = 'new'"


class Stuck(RuntimeError):
    """What had to come did not come in its time."""


def wait_for(fact: Callable[[], Any], what: str, seconds: float = 20, pause: float = 0.02) -> Any:
    """The first true answer of ``fact``. Raises Stuck when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        if found := fact():
            return found
        if time.monotonic() > end:
            raise Stuck(what)
        time.sleep(pause)


@contextmanager
def screen(folder: Path) -> Iterator[dict[str, str]]:
    """An X server without a window manager, as large as the old PC's, and a bus of its own so that no other
    input method is met; gives the environment for its programs.
    """
    read, write = os.pipe()
    with (folder / "xvfb.log").open("w") as log:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"],
            pass_fds=[write],
            stdout=log,
            stderr=log,
        )
    os.close(write)
    with os.fdopen(read) as told:
        display = f":{told.readline().strip()}"
    environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
    environment.pop("QT_QPA_PLATFORM", None)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    environment |= {
        "DISPLAY": display,
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "XDG_DATA_HOME": str(folder / ".local" / "share"),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
        "QT_IM_MODULE": "fcitx",
        "CONTRACT_DESK_TODAY": TODAY.isoformat(),
    }
    with (folder / "bus.log").open("w") as log:
        bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert bus.stdout is not None
    environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    try:
        yield environment
    finally:
        for one in (bus, server):
            one.terminate()
            one.wait(10)


def sleeps(task: Path) -> bool:
    """A thread or process waits; one that is gone does too."""
    try:
        return (task / "stat").read_text().rpartition(") ")[2][0] != "R"
    except OSError:
        return True


class Program:
    """One station, and the window on it while it runs."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.station = folder / "station"
        self.password = make_station(self.station)[CLERK].password
        self._environment = dict(environment)
        self._log = folder / "program.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._database = sqlite3.connect(f"file:{self.station / 'contract-desk.db'}?mode=ro", uri=True)
        self._database.isolation_level = None

    # the window

    def start(self) -> None:
        """Start the window and give it the keys; there is no window manager that would."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "--data", str(self.station)],
                env=self._environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        window = wait_for(
            lambda: self._xdotool("search", "--onlyvisible", "--name", PRODUCT), "no window", 60
        )
        window = window.split()[0]
        wait_for(lambda: self._focus(window), "the window does not take the keys")
        self._window = window
        self._tasks = self._talkers()

    def _focus(self, window: str) -> bool:
        self._xdotool("windowfocus", window)
        return self._xdotool("getwindowfocus") == window

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def is_at_rest(self) -> bool:
        """The thread of the window and the one that talks to the input method wait for something."""
        if self._process is None or self._process.poll() is not None:
            return True
        return all(sleeps(task) for task in self._tasks)

    def _talkers(self) -> list[Path]:
        """Those two threads."""
        assert self._process is not None
        tasks = Path(f"/proc/{self._process.pid}/task")
        return [
            task
            for task in tasks.iterdir()
            if task.name == str(self._process.pid) or (task / "comm").read_text().startswith("QDBus")
        ]

    def title(self) -> str:
        """What the title of the window says: the station's folder once somebody is signed in."""
        return self._xdotool("getwindowname", self._window)

    def is_signed_in(self) -> bool:
        """The title names the database."""
        return str(self.station) in self.title()

    def kill(self) -> None:
        """SIGKILL: nothing of the program runs any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def picture(self, path: Path) -> None:
        """The whole screen."""
        path.parent.mkdir(exist_ok=True)
        ImageGrab.grab(xdisplay=self._environment["DISPLAY"]).save(path)

    def _pixels(self) -> tuple[bytes, bytes]:
        """The whole screen, and its left edge, which is another on every page."""
        seen = ImageGrab.grab(xdisplay=self._environment["DISPLAY"])
        return seen.tobytes(), seen.crop((0, 0, NAVIGATION, seen.height)).tobytes()

    def look_until_changed(self, act: Callable[[], object], *, leaves: bool = False) -> None:
        """Do something that brings another form up; look until it came and the screen stands still.

        ``leaves``: to another page; what changes beside the navigation does not count.
        """
        before = self._pixels()
        act()
        seen = [before, before]

        def stands() -> bool:
            seen[:] = [seen[1], self._pixels()]
            return seen[0] == seen[1] and seen[1][leaves] != before[leaves]

        wait_for(stands, "the page does not come", pause=0.15)

    # the disk

    def draft(self) -> tuple[str, dict[str, Any]]:
        """(where the focus was, facts) of the new contract's draft on disk; empty when there is none."""
        row = self._database.execute(QUERY).fetchone()
        if row is None:
            return "", {}
        content = json.loads(row[1])
        return content.get("at") or row[0], content["facts"]

    def is_marked(self) -> bool:
        """The place is on disk to which the window goes back by itself after a power cut."""
        return bool(self._database.execute("SELECT 1 FROM draft WHERE page = 'place'").fetchone())

    def contracts(self) -> int:
        """How many contracts are on disk."""
        count: int = self._database.execute("SELECT count(*) FROM contract").fetchone()[0]
        return count

    # the other door

    def command(self, *words: str) -> Any:
        """A command of the program's own command line, its JSON."""
        done = subprocess.run(
            [*COMMAND, *words, "--data", str(self.station), "--as", CLERK, "--json"],
            env={**self._environment, "CONTRACT_DESK_PASSWORD": self.password},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.stderr.write(done.stderr)
            raise Stuck(f"contract-desk {words[0]} ended with {done.returncode}")
        return json.loads(done.stdout)
