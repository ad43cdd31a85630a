"""What pages and dialogs ask of the desk: as a job, one at a time, the answer back in the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.jobs import Job, JobRunner


class _Call(QObject):
    """One job and what is to happen afterwards; lives until the job has ended."""

    over = Signal(object)

    def __init__(
        self,
        job: Job,
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
        cancelled: Callable[[], object] | None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._then, self._otherwise, self._stopped = done, failed, cancelled
        self.job = job
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        job.cancelled.connect(self._cancelled)

    def _done(self, result: object) -> None:
        self.over.emit(self)
        self._then(result)

    def _failed(self, exc: Exception) -> None:
        self.over.emit(self)
        self._otherwise(exc)

    def _cancelled(self) -> None:
        self.over.emit(self)
        if self._stopped is not None:
            self._stopped()


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
        """Run ``work`` in the worker; exactly one of the three is called in the UI thread afterwards."""
        job = Job(work)
        call = _Call(job, done, failed, cancelled, self)
        call.over.connect(self._over)
        if stepped is not None:
            job.progressed.connect(stepped)
        self._open.add(call)
        self.changed.emit()
        return self._jobs.start(job)

    def ask(
        self,
        question: Callable[[], object],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> Job:
        """``start`` for one call without steps.

        ``question`` must hold no widget (a ``partial`` of a method of the desk will do): the worker may be
        the last to let go of it, and a widget must not die there.
        """
        return self.start(lambda _job: question(), done, failed)

    def _over(self, call: object) -> None:
        if isinstance(call, _Call) and call in self._open:
            self._open.discard(call)
            call.deleteLater()
            self.changed.emit()
