"""One life of the window in a process of its own, ``FOLDER PERSON PASSWORD``: signs in, opens the list of all
contracts, goes to any place of it; prints as JSON what that took (seconds) and what is resident (KiB).

Everything is the program's own: the sign-in page gets its keys, the pages come from the desk's services.
"""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

PLACES = 60
"""Places of the list that are gone to."""
LIMIT = 60.0
"""Seconds after which a step is given up."""


def until(app: QApplication, is_so: Callable[[], object], what: str) -> None:
    """Let the event loop turn until something is so; a step that never comes ends the measurement.

    The loop sleeps between events, as the program's own does: a turning one would take the worker's time.
    """
    given_up = time.perf_counter() + LIMIT
    clock = QTimer(app)
    clock.start(20)
    while not is_so():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.perf_counter() > given_up:
            raise RuntimeError(f"waited in vain: {what}")
    clock.stop()


def resident_kib() -> int:
    """Memory of this process that is in the machine's, in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def live(app: QApplication, person: str, password: str) -> dict[str, Any]:
    """The whole life; the account of it."""
    from desktop.security import slots
    from desktop.ui.pages.search import SearchPage
    from desktop.ui.pages.today import TodayPage
    from desktop.ui.window import MainWindow

    window = next(w for w in app.topLevelWidgets() if isinstance(w, MainWindow))
    until(app, lambda: window.isVisible() and gc.isenabled(), "preloading")  # switched on when it is through
    filled: list[float] = []
    show = TodayPage.show_start

    def noted(page: TodayPage, start: Any) -> None:
        show(page, start)
        page.repaint()
        filled.append(time.perf_counter())

    TodayPage.show_start = noted  # type: ignore[method-assign]
    unlocked: list[float] = []
    unlock = slots.open_slot

    def timed(*given: Any, **more: Any) -> slots.UnlockedKey:
        started = time.perf_counter()
        key = unlock(*given, **more)
        unlocked.append(time.perf_counter() - started)
        return key

    slots.open_slot = timed  # type: ignore[assignment]
    sign_in = window.sign_in
    assert sign_in.chosen() == person, sign_in.chosen()
    sign_in.password.setFocus()
    sign_in.password.insert(password)  # QTest types no Chinese
    at_sign_in = resident_kib()
    pressed = time.perf_counter()
    QTest.keyClick(sign_in.password, Qt.Key.Key_Return)
    until(app, lambda: filled or sign_in.note.isVisible(), "the start page")
    assert filled, "the sign-in page refused"
    entered = filled[0] - pressed
    at_start = resident_kib()

    asked = time.perf_counter()
    window.go("search")
    page = window.pages["search"]
    assert isinstance(page, SearchPage)
    until(app, lambda: page.model.row_at(0) is not None, "the list")
    page.view.viewport().repaint()
    listed = time.perf_counter() - asked
    until(app, lambda: page.card.totals is not None and page._sums is not None, "the sums")

    total = page.model.rowCount()
    chance, places, pages = random.Random(7), [], []
    for _place in range(PLACES):
        row = chance.randrange(total)
        is_there = page.model.row_at(row) is not None
        started = time.perf_counter()
        page.view.scrollTo(page.model.index(row, 0), page.view.ScrollHint.PositionAtTop)
        page.view.viewport().repaint()
        wanted = time.perf_counter()
        page.model.load()
        if not is_there:
            pages.append(time.perf_counter() - wanted)
        page.view.viewport().repaint()
        places.append(time.perf_counter() - started)
        assert page.model.row_at(row) is not None
    return {
        "entered": entered,
        "unlocked": unlocked[0],
        "listed": listed,
        "places": places,
        "pages": pages,
        "rows": total,
        "at_sign_in": at_sign_in,
        "at_start": at_start,
        "at_list": resident_kib(),
    }


def main(folder: str, person: str, password: str) -> int:
    """Run the program's own start with this life in it."""
    app = QApplication(["contract-desk"])

    def begin() -> None:
        os.write(1, (json.dumps(live(app, person, password)) + "\n").encode())
        os._exit(0)

    def watched() -> None:
        try:
            begin()
        except Exception:  # noqa: BLE001 - Qt would go on without its slot, and the program's net would log it
            traceback.print_exc()
            os._exit(1)

    QTimer.singleShot(0, app, watched)
    from desktop.app import run_window

    return run_window(folder)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
