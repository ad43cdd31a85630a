"""The last net: a defect of the program is logged and told in plain words; the work goes on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from desktop.errors import DeskError
from desktop.resources import _
from desktop.settings import CHINA
from desktop.settings import now as utc_now

if TYPE_CHECKING:
    from desktop.ui.widgets.ask import AskDialog

LOG_NAME = "contract-desk.log"
LOG_LIMIT = 2_000_000
"""Bytes after which the log is begun anew; the old one is kept beside it."""


def ask_where(parent: QWidget | None, name: str) -> Path | None:
    """Where to save the report; None when the clerk thought better of it."""
    from PySide6.QtWidgets import QFileDialog  # a large class, set up when it is first named

    chosen, _kind = QFileDialog.getSaveFileName(parent, _("存一份报告"), name, _("文本文件 (*.txt)"))
    return Path(chosen) if chosen else None


def write_log(folder: Path, text: str) -> Path | None:
    """Add to the log of the data folder; None when the disk refuses."""
    path = folder / LOG_NAME
    try:
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8") as log:
            log.write(text)
    except OSError:
        return None
    return path


class CrashHandler(QObject):
    """Stands in for ``sys.excepthook``: ``install()``, and ``remove()`` when the window is gone.

    Refusals and machine faults that no page caught are shown in their own words; anything else is a defect.
    Only one dialog stands at a time; what comes meanwhile is logged.
    """

    _arrived = Signal(str, str, str)
    """title, words, report (empty: nothing to report)."""

    def __init__(
        self,
        folder: Path,
        version: str,
        *,
        where: Callable[[QWidget | None, str], Path | None] = ask_where,
    ) -> None:
        super().__init__()
        self._folder, self._version, self._where = folder, version, where
        self._before = sys.excepthook
        self._arrived.connect(self._show, Qt.ConnectionType.AutoConnection)
        self.dialog: AskDialog | None = None
        self.report = ""
        """The report of the defect that is shown now."""

    def install(self) -> None:
        """From now on nothing ends in a console that nobody sees."""
        self._before = sys.excepthook
        sys.excepthook = self.caught

    def remove(self) -> None:
        """Put back what was there before."""
        sys.excepthook = self._before

    def caught(self, kind: type[BaseException], exc: BaseException, trace: TracebackType | None) -> None:
        """Called by Python and by Qt's slots, in any thread."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if isinstance(exc, DeskError):
            self._arrived.emit(exc.message, exc.hint or _("没有改动任何数据。"), "")
            return
        import platform
        import traceback

        words = "".join(traceback.format_exception(kind, exc, trace))
        moment = utc_now().astimezone(CHINA)
        machine = f"Python {platform.python_version()} {platform.platform()}"
        head = f"{moment:%Y-%m-%d %H:%M:%S} {self._version} {machine}"
        report = f"{head}\n{words}\n"
        path = write_log(self._folder, report)
        where = _("详情已记入 {path}。").format(path=path) if path else _("详情没能写进日志（磁盘不让写）。")
        said = _("您录入的内容已在草稿里，可以接着做；如果同一处再出错，请存一份报告交给维护人员。")
        self._arrived.emit(_("程序出了一个错误"), f"{said}\n{where}", report)

    def _show(self, title: str, words: str, report: str) -> None:
        # Python's own threads: what ``self.thread()`` gives PySide takes for a child of this object, and
        # deletes the program's main thread together with it.
        if self.dialog is not None or threading.current_thread() is not threading.main_thread():
            return
        from desktop.ui.widgets.ask import AskDialog

        self.report = report
        parent = QApplication.activeWindow()
        dialog = AskDialog(
            parent,
            title,
            words,
            act=_("存一份报告") if report else _("知道了"),
            safe=_("接着工作") if report else _("关闭"),
            kind="plain",
        )
        self.dialog = dialog
        dialog.finished.connect(self._answered)
        dialog.open()

    def _answered(self, answer: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
        if not answer or not self.report:
            return
        moment = utc_now().astimezone(CHINA)
        target = self._where(QApplication.activeWindow(), f"contract-desk-{moment:%Y%m%d-%H%M}.txt")
        if target is not None:
            target.write_text(self.report, encoding="utf-8")
