"""Start of the window: the sign-in page stands before anything heavy is imported."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QLibraryInfo, Qt, QTimer
from PySide6.QtWidgets import QApplication

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.settings import FILE_NAME as STATION_FILE
from desktop.settings import StationFile, read_station_file
from desktop.settings import now as utc_now
from desktop.ui.crash import CrashHandler, write_log
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme, system_wants_contrast
from desktop.ui.theme.apply import DRAWN_BY_FUSION
from desktop.ui.window import Doors, MainWindow

if TYPE_CHECKING:
    from desktop.services.desk import Desk
    from desktop.services.views import Recovered
    from desktop.ui.pages.page import Page
    from desktop.ui.pages.sign_in import Known
    from desktop.ui.setup.guide import FirstRunGuide
    from desktop.ui.widgets.focus import FocusRing
    from desktop.ui.window import PageMaker


AFTER_PAINT = 120
"""Milliseconds after showing until the heavy imports begin: the page must be painted and take keys first."""


def choose_input_method(environment: MutableMapping[str, str], plugins: Path) -> bool:
    """The shipped Qt has no fcitx plugin: ask fcitx through ibus, unless somebody added the plugin.

    True when the setting was changed. Must run before the application object is made.
    """
    wanted = environment.get("QT_IM_MODULE", "")
    if not wanted.startswith("fcitx"):
        return False
    folder = plugins / "platforminputcontexts"
    if folder.is_dir() and any("fcitx" in path.name for path in folder.iterdir()):
        return False
    environment["QT_IM_MODULE"] = "ibus"
    return True


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Qt's application with the input method, the scaling and the style of this program."""
    choose_input_method(os.environ, Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)))
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(["contract-desk", "-style", "fusion", *arguments])
    app.setProperty(DRAWN_BY_FUSION, True)
    return app


def run_window(
    folder: Path,
    open_station: Callable[[Path, str, str], Desk],
    people: Callable[[], Sequence[Known]],
    *,
    pages: Mapping[str, PageMaker],
    preload: Callable[[Callable[[], None]], object] | None = None,
    check_pin: Callable[[Desk, str], None] | None = None,
    check_password: Callable[[Desk, str], None] | None = None,
    farewell: Callable[[Desk, Callable[[int, int, str], None]], str] | None = None,
    recover: Callable[[str, str, str], Recovered] | None = None,
    station: StationFile | None = None,
    version: str = "",
    arguments: Sequence[str] = (),
    guide: Callable[[Theme, JobRunner], FirstRunGuide] | None = None,
) -> int:
    """Show the window and work until it is closed; the exit code of the program.

    ``preload`` imports what is heavy, in a worker, while the clerk types the password; signing in waits for
    it, closing the window does not: it calls what it is given between its steps. ``guide`` makes the
    first-run guide, which comes before the window where there is no station yet; without it such a folder
    raises MachineError (the caller says so on the terminal too).
    """
    wants_guide = guide is not None and station is None and not (folder / STATION_FILE).exists()
    known = None if wants_guide else station or read_station_file(folder)
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else make_application(arguments)
    app.setApplicationName("contract-desk")
    app.setApplicationDisplayName(_("技术合同登记工作站"))
    remembered = Remembered.load(folder)
    contrast = system_wants_contrast() if remembered.is_contrast is None else remembered.is_contrast
    theme = Theme(is_contrast=contrast, is_large=remembered.is_large)
    theme.apply(app)
    crashes = CrashHandler(folder, version)
    crashes.install()
    rings: list[FocusRing] = []
    jobs = JobRunner()
    if known is None:
        made = guide is not None and _is_set_up(app, guide(theme, jobs))
        if not made:
            jobs.shut_down()
            crashes.remove()
            return 0
        known = read_station_file(folder)
    moment = utc_now()
    if remembered.was_set_back(moment):
        write_log(folder, f"{moment.isoformat()} clock set back, last seen {remembered.last_seen_at}\n")
    try:
        window = make_window(
            known,
            Doors(
                lambda name, password: open_station(folder, name, password),
                people,
                check_pin,
                check_password,
                farewell,
                recover,
            ),
            pages,
            theme=theme,
            jobs=jobs,
            remembered=remembered,
            version=version,
        )
        if theme.trouble is not None:
            window.sign_in.warn(str(theme.trouble).replace("\n", "。"))
        window.showMaximized()
        window.sign_in.take_focus()

        def settle() -> None:
            from desktop.ui.widgets.focus import FocusRing

            rings.append(FocusRing(app))
            window.prepare()
            if (work := preload) is None:
                _collect_again()
                return
            job = Job(lambda job: work(lambda: job.step(0, 1)))
            job.ended.connect(_collect_again)
            jobs.start(job, by_the_way=True)

        QTimer.singleShot(AFTER_PAINT, window, settle)
        return int(app.exec())
    finally:
        jobs.shut_down()
        crashes.remove()
        for ring in rings:
            ring.deleteLater()


def _is_set_up(app: QApplication, guide: FirstRunGuide) -> bool:
    """Show the guide until it is left; True when a station stands now."""
    from desktop.ui.widgets.focus import FocusRing

    answers: list[bool] = []
    ring = FocusRing(app)  # the window makes its own after the first paint; here buttons are walked at once
    loop = QEventLoop()
    guide.closed.connect(answers.append)
    guide.closed.connect(loop.quit)
    stays = app.quitOnLastWindowClosed()
    app.setQuitOnLastWindowClosed(False)
    gc.enable()
    guide.showMaximized()
    guide.step.first().setFocus(Qt.FocusReason.OtherFocusReason)
    loop.exec()
    ring.follow(None, None)
    ring.deleteLater()
    guide.deleteLater()
    app.setQuitOnLastWindowClosed(stays)
    return bool(answers and answers[-1])


def _collect_again() -> None:
    """What was imported stays for good: the collector need not walk over it at the sign-in (80 ms)."""
    gc.freeze()
    gc.enable()


def make_window(
    station: StationFile,
    doors: Doors,
    pages: Mapping[str, PageMaker],
    *,
    theme: Theme,
    jobs: JobRunner,
    remembered: Remembered,
    version: str,
) -> MainWindow:
    """The window of this station, not shown yet."""
    place = " · ".join(part for part in (station.province, station.city, station.county) if part)
    return MainWindow(
        pages,
        doors,
        theme=theme,
        jobs=jobs,
        remembered=remembered,
        place=place,
        station=station.name,
        version=version,
    )


def own_pages() -> dict[str, PageMaker]:
    """The pages that need nothing but the desk: 今日, 查询 with 单位库 and 履行与收入, 统计, 系统.

    Each is imported when it is opened.
    """

    def today(desk: Desk, jobs: JobRunner) -> Page:
        from desktop.ui.pages.today import TodayPage

        return TodayPage(desk, jobs)

    def search(desk: Desk, jobs: JobRunner) -> Page:
        from desktop.ui.pages.search import SearchPage

        return SearchPage(desk, jobs)

    def parties(desk: Desk, jobs: JobRunner) -> Page:
        from desktop.ui.pages.parties import PartiesPage

        return PartiesPage(desk, jobs)

    def performance(desk: Desk, jobs: JobRunner) -> Page:
        from desktop.ui.pages.performance import PerformancePage

        return PerformancePage(desk, jobs)

    def statistics(desk: Desk, jobs: JobRunner) -> Page:
        from desktop.ui.pages.statistics import StatisticsPage

        return StatisticsPage(desk, jobs)

    def system(desk: Desk, jobs: JobRunner) -> Page:
        from desktop.ui.pages.system import SystemPage

        return SystemPage(desk, jobs)

    return {
        "today": today,
        "search": search,
        "parties": parties,
        "performance": performance,
        "stats": statistics,
        "system": system,
    }
