"""Types into the entry page of a real window until it is killed: the part of ``test_power_cut.py`` that dies.

``python -m tests.ui.kill_typing STATION NAME PASSWORD TITLE``; says ``typed`` when everything it wanted to
type is typed and the focus has come to rest.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.app import page_makers, sign_in
from desktop.jobs import JobRunner
from desktop.security import slots
from desktop.settings import read_station_file
from desktop.ui.launch import make_window
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme
from desktop.ui.window import Doors, MainWindow


def open_window(station: Path, theme: Theme, jobs: JobRunner) -> MainWindow:
    """The real window on a station, nobody signed in."""
    return make_window(
        read_station_file(station),
        Doors(
            lambda name, password: sign_in(station, name, password),
            lambda: slots.read_people(station / "people.json"),
            lambda _desk, _pin: None,
        ),
        page_makers(),
        theme=theme,
        jobs=jobs,
        remembered=Remembered.load(station),
        version="test",
    )


def type_and_wait(station: Path, name: str, password: str, title: str) -> None:
    """A title, then on to the signing day with Enter; then wait for the end."""
    app = QApplication([])
    theme = Theme()
    theme.apply(app)
    jobs = JobRunner()
    window = open_window(station, theme, jobs)
    window.show()
    window.activateWindow()
    window.show_desk(sign_in(station, name, password))

    def rest(seconds: float = 0.1) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until or jobs.is_busy:
            app.processEvents()
            time.sleep(0.005)

    rest()
    QTest.keyClick(window, Qt.Key.Key_F5)
    rest()
    event = QInputMethodEvent("", [])
    event.setCommitString(title)
    app.sendEvent(app.focusWidget(), event)
    for _stop in range(4):
        QTest.keyClick(app.focusWidget(), Qt.Key.Key_Return)
        rest()
    rest(0.8)
    os.write(1, b"typed\n")
    rest(600)


if __name__ == "__main__":
    type_and_wait(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])
