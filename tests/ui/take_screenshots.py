"""Every page of the real window on the sample station as a picture: ``python -m tests.ui.take_screenshots``.

The pictures under ``tests/ui/screens`` are references for people: 1366 × 768, the sample day as a clerk finds
it. ``--folder`` puts them elsewhere, ``--contrast`` takes the contrast theme, ``--only 03,06`` some of them
(``--only ten`` the ten contracts of the interview).
With QT_SCALE_FACTOR=1.5 the same window has 911 × 512 logical pixels: the narrow layout.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shiboken6
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.app import page_makers, sign_in
from desktop.demo import fill_for_window
from desktop.jobs import JobRunner
from desktop.sample_station_data import sample_people, sample_today
from desktop.security import slots
from desktop.settings import read_station_file
from desktop.ui.launch import make_window
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.window import Doors, MainWindow

SCREENS = Path(__file__).parent / "screens"


class Photographer:
    """The window, and a way to wait until it is at rest."""

    def __init__(self, folder: Path, station: Path, *, contrast: bool = False) -> None:
        self.folder, self.station = folder, station
        self.app = QApplication.instance() or QApplication(["contract-desk"])
        assert isinstance(self.app, QApplication)
        self.theme = Theme(is_contrast=contrast)
        self.theme.apply(self.app)
        self.ring = FocusRing(self.app)
        self.jobs = JobRunner()
        self.window: MainWindow = make_window(
            read_station_file(station),
            Doors(
                lambda name, password: sign_in(station, name, password),
                lambda: slots.read_people(station / "people.json"),
                lambda _desk, _pin: None,
            ),
            page_makers(),
            theme=self.theme,
            jobs=self.jobs,
            remembered=Remembered.load(station),
            version="1.0.0",
        )
        ratio = self.window.devicePixelRatio()
        self.window.resize(QSize(1366, 768) / ratio)
        self.window.show()
        self.window.activateWindow()
        self.rest()

    def rest(self, seconds: float = 0.4) -> None:
        """Let jobs end and paint events run."""
        until = time.monotonic() + seconds
        while time.monotonic() < until or self.jobs.is_busy:
            self.app.processEvents()
            time.sleep(0.01)
            if time.monotonic() > until + 30:
                raise RuntimeError("the window does not come to rest")

    def shoot(self, name: str) -> None:
        """One picture."""
        self.rest()
        self.folder.mkdir(parents=True, exist_ok=True)
        picture = self.window.grab()
        picture.save(str(self.folder / f"{name}.png"))

    def sign_in(self, name: str) -> None:
        """As this person of the sample."""
        person = sample_people()[name]
        self.window.show_desk(sign_in(self.station, person.name, person.password))
        self.rest()

    def hand_over(self, name: str) -> None:
        """The desk is closed, another person signs in."""
        self.window.switch_person()
        self.rest()
        self.sign_in(name)

    def go(self, code: str, argument: object = None) -> None:
        """To a page."""
        self.window.go(code, argument)
        self.rest()

    def press(self, key: Qt.Key, times: int = 1) -> None:
        """A key to whatever has the focus."""
        for _n in range(times):
            QTest.keyClick(self.app.focusWidget() or self.window, key)
            self.app.processEvents()

    def contract(self, state: str, *, by_title: str = "") -> int:
        """A contract in this state."""
        desk: Any = self.window.desk
        found = desk.search(by_title, {"state": [state]})
        return int(found.ids[-1])


def pictures(p: Photographer) -> list[tuple[str, Callable[[], None]]]:
    """Name and what to do before the shutter, in the order they must be taken."""

    def at(step: int, state: str, title: str = "") -> Callable[[], None]:
        return lambda: p.go("case", (p.contract(state, by_title=title), step))

    return [
        ("01-sign-in", lambda: None),
        ("02-today", lambda: p.sign_in("沈清禾")),
        ("03-entry", at(1, "DRAFT")),
        ("03b-entry-new", lambda: p.go("case", None)),
        ("04-recognition", at(2, "ACCEPTED", "曝气")),
        ("05-amounts", at(3, "ACCEPTED", "曝气")),
        ("06-relief", at(4, "RECOGNISED")),
        ("08-issue", at(6, "CERTIFIED", "丘陵茶园")),
        ("09-search", lambda: search(p)),
        ("10-report", lambda: p.go("report")),
        ("11-statistics", lambda: p.go("stats")),
        ("14-system", lambda: p.go("system")),
        ("01b-lock", p.window.lock_screen),
        ("07-review", lambda: (p.hand_over("陆知远"), p.go("case", (p.contract("RECOGNISED"), 5)))),  # type: ignore[func-returns-value]
    ]


def search(p: Photographer) -> None:
    """The search page with a question in it."""
    p.go("search")
    for sign in "qh":
        QTest.keyClicks(p.app.focusWidget(), sign)
    p.rest(0.8)


def ten_contracts(folder: Path, wanted: list[str], *, contrast: bool) -> None:
    """``ten-contracts/NN.png``: the conclusion of each of the ten, as the interview by keyboard leaves it."""
    from tests.ui.ten_contracts import Registrar, open_window
    from tests.ui.ten_contracts import ten_contracts as samples

    app = QApplication.instance() or QApplication(["contract-desk"])
    assert isinstance(app, QApplication)
    theme = Theme(is_contrast=contrast)
    theme.apply(app)
    for sample in samples():
        name = f"ten-contracts/{sample.number}"
        if wanted and not any(name.startswith(n) for n in wanted):
            continue
        with tempfile.TemporaryDirectory() as kept:
            os.environ["CONTRACT_DESK_TODAY"] = sample.day.isoformat()
            window, _desk = open_window(sample, theme, Path(kept))
            ring = FocusRing(app)
            Registrar(window, sample).answer_all()
            QTest.qWait(200)
            path = folder / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            window.grab().save(str(path))
            with Image.open(path) as picture:  # flat colours: 64 of them look the same in a third of the size
                small = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
            small.save(path, optimize=True)
            if shiboken6.isValid(ring):  # it goes with the window that it stands in
                ring.deleteLater()
            window.close()
            window.deleteLater()


def station_pictures(target: Path, wanted: list[str], *, contrast: bool) -> None:
    """The pages on a filled station."""
    os.environ["CONTRACT_DESK_TODAY"] = sample_today().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        station = Path(folder) / "sample"
        fill_for_window(station)
        p = Photographer(target, station, contrast=contrast)
        for name, prepare in pictures(p):
            prepare()
            if not wanted or any(name.startswith(n) for n in wanted):
                p.shoot(name)
        p.jobs.shut_down()
        if p.window.desk is not None:
            p.window.desk.close()
        p.window.hide()
        if shiboken6.isValid(p.ring):
            p.ring.deleteLater()


def main(arguments: list[str]) -> int:
    """Fill a station, take the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=SCREENS)
    parser.add_argument("--contrast", action="store_true")
    parser.add_argument("--only", default="")
    args = parser.parse_args(arguments)
    wanted = [n for n in args.only.split(",") if n]
    if not wanted or any(not name.startswith("ten") for name in wanted):
        station_pictures(args.folder, wanted, contrast=args.contrast)
    if not wanted or any(name.startswith("ten") for name in wanted):
        ten_contracts(args.folder, wanted, contrast=args.contrast)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
