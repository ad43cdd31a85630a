"""The start of the program where there is no station yet: the guide, then the window on what it made."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop import app as desktop_app
from desktop.errors import MachineError
from desktop.jobs import JobRunner
from desktop.security.passwords import CHEAP
from desktop.security.slots import read_people
from desktop.services.station import FirstPerson, init_station, shipped_pack
from desktop.settings import StationFile
from desktop.ui.launch import run_window
from desktop.ui.setup.guide import Devices
from desktop.ui.theme import Theme
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.window import MainWindow


def make_station(folder: Path) -> None:
    people = (
        FirstPerson("秦岭松", ("head", "reviewer"), "lingsong-2026"),
        FirstPerson("柳溪月", ("clerk",), "xiyue-2026"),
    )
    station = StationFile("990321", "澄河县技术合同登记处", pack="yunling-2026.11", is_plain=True)
    init_station(folder, station, people, shipped_pack("yunling-2026.11"), cost=CHEAP)


class Guide(QWidget):
    """Left by itself after a moment, with or without a station."""

    closed = Signal(bool)

    def __init__(self, folder: Path, *, makes: bool) -> None:
        super().__init__()
        self._folder, self._makes = folder, makes
        self.step = self
        QTimer.singleShot(50, self.leave)

    def first(self) -> QWidget:
        return self

    def leave(self) -> None:
        if self._makes:
            make_station(self._folder)
        self.closed.emit(self._makes)
        self.hide()


def opened(folder: Path, *, makes: bool, titles: list[str]) -> int:
    def look() -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow) and widget.isVisible():
                titles.append(widget.windowTitle())
                widget.close()  # the last window: the program ends by itself
                return
        QTimer.singleShot(50, look)

    if makes:
        QTimer.singleShot(200, look)
    guide: Any = lambda _theme, _jobs: Guide(folder, makes=makes)  # noqa: E731
    return run_window(
        folder, lambda *_a: pytest.fail("nobody signs in"), lambda: (), pages={}, version="1", guide=guide
    )


def test_the_window_opens_on_the_station_that_the_guide_made(qtbot: QtBot, tmp_path: Path) -> None:
    titles: list[str] = []
    assert opened(tmp_path / "data", makes=True, titles=titles) == 0
    assert titles == ["澄河县技术合同登记处 — 技术合同登记工作站"]


class ButtonGuide(Guide):
    """Its focus begins on a button; on leaving it looks whether that can be seen."""

    def __init__(self, folder: Path, rings: list[QWidget | None]) -> None:
        self._rings = rings
        super().__init__(folder, makes=False)
        self.button = QPushButton("另选文件", self)

    def first(self) -> QWidget:
        return self.button

    def leave(self) -> None:
        self._rings += [frame.widget() for frame in self.findChildren(FocusRing)]
        super().leave()


def test_the_focus_is_seen_in_the_guide(qtbot: QtBot, tmp_path: Path) -> None:
    rings: list[QWidget | None] = []
    made: list[ButtonGuide] = []

    def guide(_theme: Theme, _jobs: JobRunner) -> Any:
        made.append(ButtonGuide(tmp_path / "data", rings))
        return made[0]

    run_window(
        tmp_path / "data",
        lambda *_a: pytest.fail("nobody signs in"),
        lambda: (),
        pages={},
        version="1",
        guide=guide,
    )
    assert rings == [made[0].button]


def test_a_guide_that_was_left_ends_the_program_without_a_trace(qtbot: QtBot, tmp_path: Path) -> None:
    assert opened(tmp_path / "data", makes=False, titles=[]) == 0
    assert not (tmp_path / "data").exists()


def test_the_window_closes_at_once_while_modules_are_still_being_loaded(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody began that work: there is nothing to ask about and nothing to wait for."""
    make_station(tmp_path / "data")
    asked: list[str] = []

    def ask(_window: object, question: str, *_more: object, **_words: object) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr("desktop.ui.widgets.ask.ask", ask)
    loading: list[str] = []

    def preload(go_on: Callable[[], None]) -> None:
        loading.append("began")
        try:
            for _module in range(500):
                time.sleep(0.01)
                go_on()
        except BaseException:
            loading.append("left off")
            raise

    def close() -> None:
        if not loading:
            QTimer.singleShot(20, close)
            return
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow):
                widget.close()

    QTimer.singleShot(20, close)
    assert (
        run_window(
            tmp_path / "data",
            lambda *_a: pytest.fail("nobody signs in"),
            lambda: read_people(tmp_path / "data" / "people.json"),
            pages={},
            preload=preload,
        )
        == 0
    )
    assert asked == []
    assert loading == ["began", "left off"]


def test_the_program_wires_the_guide_to_the_real_services(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    make = desktop_app._guide_for(tmp_path / "data")
    assert make is not None
    jobs = JobRunner(inline=True)
    guide = make(Theme(), jobs)
    qtbot.addWidget(guide)
    assert [step.code for step in guide.steps] == [
        *("office", "pack", "people", "block", "printer", "backup", "summary", "sheet"),
    ]
    assert len(guide.pack.radios) == 3
    guide.next()
    assert "机构" in guide.trouble.words.text()
    guide._keep.stop()
    assert not (tmp_path / "data").exists()
    guide._devices = Devices(ask=lambda *_a, **_k: True)


def test_without_a_screen_the_folder_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("desktop.app.sys.platform", "linux")
    assert desktop_app.run_window(str(tmp_path)) == 3
    assert "contract-desk init" in capsys.readouterr().err
    with pytest.raises(MachineError):
        run_window(tmp_path, lambda *_a: None, lambda: (), pages={})  # type: ignore[arg-type, return-value]
