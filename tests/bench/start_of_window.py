"""One cold start in a process of its own: ``ours DIR`` or ``bare``; prints the moment when it could be used.

Usable means: shown, painted, the event loop turning, and for ours the password field holding the focus.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget, QTableWidgetItem


def tell_when(app: QApplication, is_usable: Callable[[], bool]) -> QTimer:
    """Say the moment and leave at once."""
    timer = QTimer(app)

    def look() -> None:
        if is_usable():
            os.write(1, f"{time.monotonic()}\n".encode())
            os._exit(0)

    timer.timeout.connect(look)
    timer.start(0)
    return timer


def bare() -> int:
    """A window with a table of fifty rows, as a first page of a list has."""
    app = QApplication(["bare"])
    window = QMainWindow()
    table = QTableWidget(50, 10)
    for row in range(50):
        for column in range(10):
            table.setItem(row, column, QTableWidgetItem(f"{row}-{column} 技术合同"))
    window.setCentralWidget(table)
    window.showMaximized()
    timer = tell_when(app, lambda: window.isActiveWindow() and window.windowHandle().isExposed())
    return app.exec() or timer.timerId()


def ours(folder: str) -> int:
    """The program's own start, up to the sign-in page that waits for a password."""
    gc.disable()  # as desktop.app.run_window begins; here the application is made before it, for the watch
    from desktop.ui.launch import make_application

    app = make_application()

    def is_usable() -> bool:
        focus = app.focusWidget()
        if focus is None or not focus.window().windowHandle().isExposed():
            return False
        place = focus
        while place is not None:
            if type(place).__name__ == "SignInPage":
                return True
            place = place.parentWidget()
        return False

    timer = tell_when(app, is_usable)
    from desktop.app import run_window

    return run_window(folder) or timer.timerId()


if __name__ == "__main__":
    sys.exit(ours(sys.argv[2]) if sys.argv[1] == "ours" else bare())
