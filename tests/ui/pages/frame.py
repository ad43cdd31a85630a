"""A window over plain functions, and looks that several page tests take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desk import FakeDesk
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QTableView, QWidget

from desktop.jobs import JobRunner
from desktop.ui.launch import own_pages
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme
from desktop.ui.window import Doors, MainWindow


@dataclass(frozen=True)
class Somebody:
    """A person as the key file names them."""

    name: str
    roles: tuple[str, ...]
    has_pin: bool = True
    is_active: bool = True
    last_seen: datetime | None = None

    @property
    def display(self) -> str:
        return self.name


PEOPLE = (
    Somebody("沈清禾", ("clerk",)),
    Somebody("陆知远", ("clerk", "reviewer"), has_pin=False),
    Somebody("旧同事", ("clerk",), is_active=False),
    Somebody("贺兰舟", ("head",)),
)


def bring_up(widget: QWidget) -> None:
    """Show it and wait until it has the keyboard."""
    widget.show()
    widget.activateWindow()
    assert QTest.qWaitForWindowActive(widget, 2000)


def nothing(*_arguments: Any) -> None:
    """Agrees to everything."""


def make(
    theme: Theme,
    folder: Path,
    *,
    desk: FakeDesk | None = None,
    doors: Doors | None = None,
    jobs: JobRunner | None = None,
    pages: dict[str, Any] | None = None,
    remembered: Remembered | None = None,
    ask: Callable[..., bool] = lambda *_a, **_k: True,
) -> MainWindow:
    """A window of the station of the drawings, nobody signed in."""
    opened = desk or FakeDesk()
    return MainWindow(
        pages if pages is not None else own_pages(),
        doors or Doors(lambda _name, _password: opened, lambda: PEOPLE, nothing, nothing),
        theme=theme,
        jobs=jobs or JobRunner(inline=True),
        remembered=remembered or Remembered.load(folder),
        place="云岭省 · 岚州市 · 澄河县",
        station="澄河县技术合同登记处",
        version="0.1.0",
        ask=ask,
    )


def nameless_buttons(widget: QWidget) -> list[str]:
    """Buttons that a screen reader could not name."""
    return [
        type(button).__name__
        for button in widget.findChildren(QAbstractButton)
        if not button.accessibleName().strip()
        and not button.text().strip()
        and not type(button).__name__.startswith("Q")
    ]


def sideways(widget: QWidget) -> list[str]:
    """Visible scroll areas and tables that would have to scroll sideways."""
    QApplication.processEvents()
    found = []
    for area in (*widget.findChildren(QScrollArea), *widget.findChildren(QTableView)):
        if not area.isVisible():
            continue
        if area.horizontalScrollBar().maximum() > 0:
            found.append(f"{type(area).__name__} {area.accessibleName()}")
        if (
            isinstance(area, QScrollArea)
            and area.widget().minimumSizeHint().width() > area.viewport().width()
        ):
            found.append(f"content of {area.parent()}")
    return found
