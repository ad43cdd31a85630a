"""Long work off the UI thread: progress, stop, and results that arrive in the UI thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal


class Cancelled(Exception):
    """The clerk stopped the work; whatever it had begun was rolled back by its own transaction."""


class Job(QObject):
    """One piece of work for the worker thread. Signals arrive in the UI thread."""

    progressed = Signal(int, int, str)
    done = Signal(object)
    failed = Signal(Exception)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, work: Callable[[Job], object]) -> None:
        super().__init__()
        self._work, self._stop, self._told = work, threading.Event(), 0.0

    def cancel(self) -> None:
        """Ask it to stop at its next step; it may be too late."""
        self._stop.set()

    def step(self, count: int, total: int, text: str = "") -> None:
        """Call it often: tells the UI at most 20 times a second; raises Cancelled after ``cancel``."""
        if self._stop.is_set():
            raise Cancelled
        if count == total or time.monotonic() - self._told > 0.05:
            self._told = time.monotonic()
            self.progressed.emit(count, total, text)

    def run(self) -> None:
        """Do the work in the calling thread and tell what became of it."""
        try:
            self.done.emit(self._work(self))
        except Cancelled:
            self.cancelled.emit()
        except Exception as exc:  # noqa: BLE001 - the border: whatever happened must reach the UI
            self.failed.emit(exc)
        finally:
            self.ended.emit()


class _Runnable(QRunnable):
    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def run(self) -> None:
        self._job.run()


class JobRunner(QObject):
    """Runs jobs one after another on one thread (the database has one writer); ``inline`` for tests."""

    def __init__(self, *, inline: bool = False) -> None:
        super().__init__()
        self._inline = inline
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)
        self._jobs: set[Job] = set()
        self._by_the_way: set[Job] = set()

    @property
    def is_busy(self) -> bool:
        """Whether anything runs or waits that somebody would miss."""
        return bool(self._jobs - self._by_the_way)

    def start(self, job: Job, *, by_the_way: bool = False) -> Job:
        """Run it; the runner keeps it until it ended, also when the page that started it is gone.

        ``by_the_way``: nobody asked for it, and leaving it undone loses nothing.
        """
        self._jobs.add(job)
        if by_the_way:
            self._by_the_way.add(job)
        job.ended.connect(self._forget)
        if self._inline:
            job.run()
        else:
            self._pool.start(_Runnable(job))
        return job

    def shut_down(self) -> None:
        """Cancel everything and wait: the window closes."""
        for job in tuple(self._jobs):
            job.cancel()
        self._pool.waitForDone()

    def _forget(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._jobs.discard(job)
            self._by_the_way.discard(job)
