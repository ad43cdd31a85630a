"""Every page of the real window as a picture: ``python -m tests.ui.take_screenshots``.

The pictures under ``tests/ui/screens`` are looked at by people and compared in ``test_screens.py``.
1366 × 768 pixels and a clock that stands still, in these sets: the sample day as a clerk finds it, the same
at 150 % (911 × 512 logical pixels: the narrow layout), in the contrast theme and with large text, an empty
station, what a clerk sees when something is wrong, and the guide of the first start (also at 150 %); besides
the ten contracts of the interview.
``--set narrow,empty`` takes some sets, ``--only 03,06`` some pictures, ``--folder`` puts them elsewhere.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shiboken6
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import check_pin, page_makers, sign_in
from desktop.demo import Account, Day, fill_for_window
from desktop.jobs import JobRunner
from desktop.rules.local_pack import load_pack
from desktop.sample_station_data import sample_people, sample_today
from desktop.security import slots
from desktop.services import first_run
from desktop.services.new_station import SetUp
from desktop.services.safe_keeping import check_places
from desktop.services.station import check_people
from desktop.settings import read_station_file
from desktop.ui.dialogs.recovery import NewSheetDialog
from desktop.ui.launch import make_window
from desktop.ui.remembered import Remembered
from desktop.ui.setup.guide import Devices, FirstRunGuide
from desktop.ui.setup.steps import Doors as GuideDoors
from desktop.ui.theme import Theme
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.window import Doors, MainWindow
from tests.ui.scenes import DAY, EMPTY, ERROR, GUIDE, Scene

SCREENS = Path(__file__).parent / "screens"
ROOT = Path(__file__).parents[2]
STANDING = f"{sample_today().isoformat()}T09:30"
"""The clock of the pictures."""


@dataclass(frozen=True, slots=True)
class Set:
    """Pictures that are taken in one process."""

    folder: str
    scenes: tuple[Scene, ...]
    station: str = "full"
    scale: float = 1
    is_contrast: bool = False
    is_large: bool = False


SETS = {
    "normal": Set("", DAY),
    "narrow": Set("narrow", DAY, scale=1.5),
    "contrast": Set("contrast", DAY, is_contrast=True),
    "large": Set("large", DAY, is_large=True),
    "empty": Set("empty", EMPTY, station="empty"),
    "error": Set("error", ERROR),
    "guide": Set("", (), station=""),
    "guide-narrow": Set("narrow", (), station="", scale=1.5),
}


class Photographer:
    """The window, and a way to wait until it is at rest."""

    def __init__(self, folder: Path, station: Path, *, contrast: bool = False, large: bool = False) -> None:
        self.folder, self.station = folder, station
        self._waiting: Callable[[], object] | None = None
        app = QApplication.instance() or QApplication(["contract-desk"])
        assert isinstance(app, QApplication)
        self.app: QApplication = app
        self.theme = Theme(is_contrast=contrast, is_large=large)
        self.theme.apply(self.app)
        self.ring = FocusRing(self.app)
        self.jobs = JobRunner()
        self.window: MainWindow = make_window(
            read_station_file(station),
            Doors(
                lambda name, password: sign_in(station, name, password),
                lambda: slots.read_people(station / "people.json"),
                lambda desk, pin: check_pin(station, desk, pin),
            ),
            page_makers(),
            theme=self.theme,
            jobs=self.jobs,
            remembered=Remembered.load(station),
            version="1.0.0",
        )
        ratio = self.window.devicePixelRatio()
        self.window.resize(round(1366 / ratio), round(768 / ratio))
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
        """One picture: the window, and over it whatever dialog stands there."""
        self.rest()
        if (act := self._waiting) is not None:
            self._waiting = None

            def look() -> None:
                self._take(name)
                self.put_away()

            QTimer.singleShot(700, look)
            act()
        else:
            self._take(name)

    def _take(self, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        picture = self.window.grab()
        dialog = self.app.activeModalWidget()
        if dialog is not None:
            painter = QPainter(picture)
            corner = self.window.rect().center() - dialog.rect().center()
            painter.drawPixmap(QPoint(max(corner.x(), 0), max(corner.y(), 0)), dialog.grab())
            painter.end()
        path = self.folder / f"{name}.png"
        picture.save(str(path))
        small(path)

    def put_away(self) -> None:
        """Close the dialogs without an answer."""
        while (dialog := self.app.activeModalWidget()) is not None:
            if isinstance(dialog, NewSheetDialog):  # closes only when its code was kept
                dialog.kept.setChecked(True)
            dialog.close()
            self.app.processEvents()
        self.window.activateWindow()  # no desktop is there to give the keys back
        self.app.processEvents()

    def later(self, act: Callable[[], object]) -> None:
        """An act that waits for an answer in a dialog: the shutter begins it, looking in from a timer."""
        self._waiting = act

    def type(self, words: str) -> None:
        """Signs to whatever has the focus; what no key has comes from an input method."""
        for sign in words:
            if sign.isascii():
                QTest.keyClicks(self.app.focusWidget() or self.window, sign)
            else:
                self.compose(sign)
            self.app.processEvents()

    def compose(self, words: str) -> None:
        """A word as an input method hands it over."""
        commit(self.app.focusWidget() or self.window, words)
        self.app.processEvents()

    def forget(self) -> None:
        """The act that waited for the shutter: nobody wants its picture."""
        self._waiting = None

    def scratch(self, name: str, content: bytes) -> Path:
        """A file from a stranger."""
        path = self.station.parent / name
        path.write_bytes(content)
        return path

    @property
    def case(self) -> Any:
        """The page 办理."""
        return self.window.pages["case"]

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

    def go(self, code: str, argument: object = None) -> Any:
        """To a page; returns it."""
        self.window.go(code, argument)
        self.rest()
        return self.window.pages[code]

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key to whatever has the focus."""
        QTest.keyClick(self.app.focusWidget() or self.window, key, modifier)
        self.app.processEvents()

    def contract(self, state: str, *, by_title: str = "") -> int:
        """A contract in this state."""
        desk: Any = self.window.desk
        found = desk.search(by_title, {"state": [state]})
        return int(found.ids[-1])


def ten_contracts(folder: Path, wanted: list[str]) -> None:
    """``ten-contracts/NN.png``: the conclusion of each of the ten, as the interview by keyboard leaves it."""
    from tests.ui.ten_contracts import Registrar, open_window
    from tests.ui.ten_contracts import ten_contracts as samples

    app = QApplication.instance() or QApplication(["contract-desk"])
    assert isinstance(app, QApplication)
    theme = Theme()
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
            small(path)
            if shiboken6.isValid(ring):  # it goes with the window that it stands in
                ring.deleteLater()
            window.close()
            window.deleteLater()


def small(path: Path) -> None:
    """Flat colours: the 256 most frequent keep every ground and every ink, in a third of the size."""
    with Image.open(path) as picture:
        full = picture.convert("RGB")
    found: list[Any] = full.getcolors(full.width * full.height) or []
    frequent = sorted(found, key=lambda pair: pair[0], reverse=True)[:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for _count, colour in frequent for level in colour])
    full.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def fill_stations(folder: Path) -> None:
    """``full`` and ``empty``, made once and copied for every set."""
    os.environ["CONTRACT_DESK_TODAY"] = STANDING
    fill_for_window(folder / "full")
    os.environ["CONTRACT_DESK_TODAY"] = STANDING
    first = Day(folder / "empty.making", Account(None))
    first.desk.close()
    first.station.replace(folder / "empty")


def station_pictures(target: Path, chosen: Set, stations: Path, wanted: list[str]) -> None:
    """The pictures of one set, in this process: its scale is already that of the set."""
    os.environ["CONTRACT_DESK_TODAY"] = STANDING
    place = Path(tempfile.gettempdir()) / f"contract-desk-{target.name}"  # its name stands in the pictures
    shutil.rmtree(place, ignore_errors=True)
    try:
        station = place / "sample"
        shutil.copytree(stations / chosen.station, station)
        p = Photographer(target, station, contrast=chosen.is_contrast, large=chosen.is_large)
        for scene in chosen.scenes:
            scene.prepare(p)
            if not wanted or any(scene.name.startswith(n) for n in wanted):
                p.shoot(scene.name)
            p.forget()
            if scene.is_dialog:
                p.put_away()
        p.jobs.shut_down()
        if p.window.desk is not None:
            p.window.desk.close()
        p.window.hide()
        if shiboken6.isValid(p.ring):
            p.ring.deleteLater()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def commit(widget: QWidget, words: str) -> None:
    """A word that an input method has composed."""
    composed = QInputMethodEvent("", [])
    composed.setCommitString(words)
    QApplication.sendEvent(widget, composed)


def guide_pictures(target: Path, wanted: list[str]) -> None:
    """The first-run guide, step by step; the code of its recovery sheet opens nothing."""
    os.environ["CONTRACT_DESK_TODAY"] = STANDING
    app = QApplication.instance() or QApplication(["contract-desk"])
    assert isinstance(app, QApplication)
    theme, jobs = Theme(), JobRunner()
    theme.apply(app)

    def quiet(seconds: float = 0.4) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until or jobs.is_busy:
            app.processEvents()
            time.sleep(0.01)

    def type_in(words: str) -> None:
        field = app.focusWidget()
        if words.isspace():
            for _sign in words:
                QTest.keyClick(app.focusWidget(), Qt.Key.Key_Tab)
            return
        commit(field, words)
        QTest.keyClick(field, Qt.Key.Key_Return)

    kept = Path(tempfile.gettempdir()) / "contract-desk-guide"  # its name stands in the pictures
    shutil.rmtree(kept, ignore_errors=True)
    try:
        doors = GuideDoors(
            first_run.shipped_packs,
            load_pack,
            first_run.check_station,
            check_people,
            first_run.check_block,
            check_places,
        )
        guide = FirstRunGuide(
            kept / "data",
            doors,
            lambda _new, _tell: SetUp("-".join(["Q7H2K"] * 8)),
            theme=theme,
            jobs=jobs,
            version="1.0.0",
            devices=Devices(printers=lambda: ["窗口激光机"], ask=lambda *_a, **_k: True),
        )
        ring = FocusRing(app)
        ratio = guide.devicePixelRatio()
        guide.resize(round(1366 / ratio), round(768 / ratio))
        guide.show()
        guide.activateWindow()
        quiet()
        for name, fill in GUIDE:
            if guide.step is guide.pack:
                while "云岭" not in str(app.focusWidget().property("text")):
                    QTest.keyClick(app.focusWidget(), Qt.Key.Key_Down)
                QTest.keyClick(app.focusWidget(), Qt.Key.Key_Space)
            fill(type_in)
            quiet()
            if not wanted or any(name.startswith(n) for n in wanted):
                target.mkdir(parents=True, exist_ok=True)
                guide.grab().save(str(target / f"{name}.png"))
                small(target / f"{name}.png")
            QTest.keyClick(app.focusWidget(), Qt.Key.Key_F12)
            quiet()
        guide.sheet.box.setChecked(True)
        jobs.shut_down()
        guide.close()
        if shiboken6.isValid(ring):
            ring.deleteLater()
    finally:
        shutil.rmtree(kept, ignore_errors=True)


def take(name: str, target: Path, stations: Path, wanted: list[str]) -> None:
    """One set, in a process of its own: the scale of a display is settled when Qt starts."""
    scale = {"QT_SCALE_FACTOR": str(SETS[name].scale)} if SETS[name].scale != 1 else {}
    command = [sys.executable, "-m", "tests.ui.take_screenshots", "--inside", name]
    command += ["--folder", str(target), "--stations", str(stations), "--only", ",".join(wanted)]
    subprocess.run(command, env={**os.environ, **scale}, cwd=ROOT, check=True)


def main(arguments: list[str]) -> int:
    """Fill the stations, take the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=SCREENS)
    parser.add_argument("--set", default=",".join([*SETS, "ten"]))
    parser.add_argument("--only", default="")
    parser.add_argument("--inside", choices=tuple(SETS), help=argparse.SUPPRESS)
    parser.add_argument("--stations", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    wanted = [n for n in args.only.split(",") if n]
    if args.inside:
        if SETS[args.inside].station:
            station_pictures(args.folder, SETS[args.inside], args.stations, wanted)
        else:
            guide_pictures(args.folder, wanted)
        return 0
    sets = [name for name in args.set.split(",") if name]
    if unknown := [name for name in sets if name not in SETS and name != "ten"]:
        parser.error(f"no set {unknown[0]}; there are {', '.join(SETS)} and ten")
    with tempfile.TemporaryDirectory() as folder:
        stations = Path(folder)
        if any(name != "ten" and SETS[name].station for name in sets):
            fill_stations(stations)
        for name in sets:
            if name != "ten":
                take(name, args.folder / SETS[name].folder, stations, wanted)
    if "ten" in sets:
        ten_contracts(args.folder, wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
