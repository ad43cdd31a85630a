"""What pages and dialogs ask of the desk: as a job, one at a time, the answer back in the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import Job, JobRunner


class _Call(QObject):
    """Hears the job in the UI thread and hands its answer on.

    It belongs to the runner, not to the page: what the worker signals to must not die while it signals, and
    the job must not die in the worker (both seen as crashes, with a dialog thrown away at that moment).
    """

    over = Signal(object)

    def __init__(
        self,
        job: Job,
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
        cancelled: Callable[[], object] | None,
        stepped: Callable[[int, int, str], object] | None,
        owner: QObject,
        jobs: JobRunner,
    ) -> None:
        super().__init__(jobs)
        self._then, self._otherwise, self._stopped, self._step = done, failed, cancelled, stepped
        self._has_owner = True
        self.job = job
        job.setParent(jobs)
        owner.destroyed.connect(self._orphaned)
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        job.cancelled.connect(self._cancelled)
        job.progressed.connect(self._progressed)

    @Slot()
    def _orphaned(self) -> None:
        self._has_owner = False
        self.let_go()

    def _end(self) -> bool:
        wanted = self._has_owner
        self.over.emit(self)
        return wanted

    def let_go(self) -> None:
        """Nobody is to be called any more: what the page gave may die."""
        self._then = self._otherwise = _nobody
        self._stopped = self._step = None

    def throw_away(self) -> None:
        """The worker has gone on to another job: this one and its signals are over."""
        self.job.deleteLater()
        self.deleteLater()

    @Slot(object)
    def _done(self, result: object) -> None:
        then = self._then
        if self._end():
            then(result)

    @Slot(object)
    def _failed(self, exc: object) -> None:
        otherwise = self._otherwise
        if self._end() and isinstance(exc, Exception):
            otherwise(exc)

    @Slot()
    def _cancelled(self) -> None:
        stopped = self._stopped
        if self._end() and stopped is not None:
            stopped()

    @Slot(int, int, str)
    def _progressed(self, count: int, total: int, text: str) -> None:
        if self._has_owner and self._step is not None:
            self._step(count, total, text)


def _nobody(_answer: object) -> None:
    """The page is gone or has its answer."""


class Calls(QObject):
    """Runs calls for its page or dialog and knows whether one is under way.

    Dies with its owner; the work itself goes on to its end, its answer is then nobody's.
    """

    changed = Signal()
    """``is_busy`` is another; sent before the answer is handed on, so that buttons are usable again."""

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._open: set[_Call] = set()
        self._finished: list[_Call] = []

    @property
    def is_busy(self) -> bool:
        """Something was asked and has not been answered."""
        return bool(self._open)

    def start(
        self,
        work: Callable[[Job], object],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
        *,
        cancelled: Callable[[], object] | None = None,
        stepped: Callable[[int, int, str], object] | None = None,
    ) -> Job:
        """Run ``work`` in the worker; exactly one of the three is called in the UI thread afterwards.

        ``work`` must hold no widget: the worker may be the last to let go of it, and a widget must not die
        there.
        """
        job = Job(work)
        call = _Call(job, done, failed, cancelled, stepped, self, self._jobs)
        call.over.connect(self._over)
        self._open.add(call)
        self.changed.emit()
        return self._jobs.start(job)

    def ask(
        self,
        question: Callable[[], object],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> Job:
        """``start`` for one call without steps: a ``partial`` of a method of the desk."""
        return self.start(lambda _job: question(), done, failed)

    def _over(self, call: object) -> None:
        if isinstance(call, _Call) and call in self._open:
            self._open.discard(call)
            call.let_go()
            for earlier in self._finished:
                earlier.throw_away()
            self._finished = [call]
            self.changed.emit()
