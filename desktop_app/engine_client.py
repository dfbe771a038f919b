"""The editor's one way to the engine: jobs with numbers go in, Qt signals come out.

:class:`ThreadEngineClient` runs the engine in a worker thread; model libraries are imported there, on the first job.
"""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Literal, Protocol

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from desktop_app.background import INTERNAL
from desktop_app.engine_source import Engine, Installed, Source
from engine.errors import OvertoneError
from engine.values import EditRequest, Event, LogEvent, PreviewEvent, StageEvent, StepEvent

PREVIEW_PERIOD = 0.25  # seconds between two previews


class EngineSignals(QObject):
    """What happens to jobs; the first argument is always the job's number. Received in the window's thread."""

    stage = Signal(int, str, int, int)  # step's name, operation's index from 1, operations in all
    step = Signal(int, int, int)  # done, total
    preview = Signal(int, object, object)  # (h, w, 3) uint8, Box
    log = Signal(int, str)
    planned = Signal(int, object)  # Plan
    finished = Signal(int, object)  # EditResult
    assembled = Signal(int, str)  # bundle's name
    failed = Signal(int, str, str)  # message, hint
    cancelled = Signal(int)


class EngineClient(Protocol):
    """What the window needs of an engine.

    A job ends with exactly one of planned, finished, assembled, failed and cancelled.
    """

    @property
    def signals(self) -> EngineSignals:
        """Where the answers come."""
        ...

    def missing(self, name: str) -> str:
        """Why the bundle of that name is not ready, in one sentence; empty when it is. Imports no model library."""
        ...

    def plan(self, request: EditRequest) -> int:
        """Start planning; returns the job's number."""
        ...

    def edit(self, request: EditRequest) -> int:
        """Start an edit; returns the job's number."""
        ...

    def assemble(self, name: str) -> int:
        """Start putting a bundle together; returns the job's number."""
        ...

    def cancel(self, job: int) -> None:
        """Stop a job: ``cancelled`` is emitted at once, nothing of that job comes after it."""
        ...

    def close(self) -> None:
        """Stop everything and wait for the thread."""
        ...


@dataclass(frozen=True, eq=False)
class Job:
    """One request on its way through the worker."""

    number: int
    kind: Literal["plan", "edit", "assemble"]
    request: EditRequest | None = None
    name: str = ""
    stop: threading.Event = field(default_factory=threading.Event)


class _Worker(QObject):
    """Lives in the engine's thread and owns the engine."""

    ended = Signal(object)  # Job

    def __init__(self, source: Source, signals: EngineSignals) -> None:
        super().__init__()
        self._source = source
        self._signals = signals
        self._engine: Engine | None = None
        self._preview_at = 0.0

    @Slot(object)
    def run(self, job: Job) -> None:
        error: OvertoneError | None = INTERNAL
        try:
            if not job.stop.is_set():
                self._do(job)
            error = None
        except OvertoneError as known:
            error = known
        except MemoryError:
            error = OvertoneError(
                "There was not enough memory for this edit.", "Close other programs and run it again."
            )
        finally:  # a fault of our own still ends the job, then goes on to the exception hook
            if error is not None and not job.stop.is_set():
                self._signals.failed.emit(job.number, error.message, error.hint)
            self.ended.emit(job)

    def _do(self, job: Job) -> None:
        if job.kind == "assemble":
            self._engine = None  # it may hold files of the bundle that is replaced
            self._tell(job, StageEvent("assemble"))
            self._source.assemble(job.name, lambda text, share: self._assembling(job, text, share), job.stop.is_set)
            if not job.stop.is_set():
                self._signals.assembled.emit(job.number, job.name)
            return
        assert job.request is not None
        if self._engine is None:
            self._tell(job, StageEvent("load"))
        engine = self._loaded(job.request.settings.engine)
        if job.kind == "plan":
            plan = engine.plan(job.request, lambda event: self._tell(job, event), job.stop.is_set)
            if not job.stop.is_set():
                self._signals.planned.emit(job.number, plan)
        else:
            result = engine.edit(job.request, lambda event: self._tell(job, event), job.stop.is_set)
            if not job.stop.is_set():
                self._signals.finished.emit(job.number, result)

    def _loaded(self, name: str) -> Engine:
        if self._engine is None:
            self._engine = self._source.load(name)
        return self._engine

    def _assembling(self, job: Job, text: str, share: float) -> None:
        self._tell(job, LogEvent(text))
        self._tell(job, StepEvent(round(100 * share), 100))

    def _tell(self, job: Job, event: Event) -> None:
        if job.stop.is_set():
            return
        match event:
            case StageEvent():
                self._signals.stage.emit(job.number, event.step, event.index, event.total)
            case StepEvent():
                self._signals.step.emit(job.number, event.done, event.total)
            case PreviewEvent():
                now = time.monotonic()
                if now - self._preview_at >= PREVIEW_PERIOD:
                    self._preview_at = now
                    self._signals.preview.emit(job.number, event.pixels, event.box)
            case LogEvent():
                self._signals.log.emit(job.number, event.text)


class ThreadEngineClient(QObject):
    """The engine in a thread of this process; it is loaded by the first job and kept.

    Parameters
    ----------
    source
        Where the engine comes from; this installation's by default.
    """

    _todo = Signal(object)

    def __init__(self, source: Source | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source or Installed()
        self.signals = EngineSignals()
        self._numbers = itertools.count(1)
        self._open: dict[int, Job] = {}
        self._thread = QThread()
        self._thread.setObjectName("overtone engine")
        self._worker = _Worker(self._source, self.signals)
        self._worker.moveToThread(self._thread)
        self._todo.connect(self._worker.run, Qt.ConnectionType.QueuedConnection)
        self._worker.ended.connect(self._forget, Qt.ConnectionType.QueuedConnection)

    def missing(self, name: str) -> str:
        """See :meth:`EngineClient.missing`."""
        return self._source.missing(name)

    def plan(self, request: EditRequest) -> int:
        """See :meth:`EngineClient.plan`."""
        return self._start(Job(next(self._numbers), "plan", request))

    def edit(self, request: EditRequest) -> int:
        """See :meth:`EngineClient.edit`."""
        return self._start(Job(next(self._numbers), "edit", request))

    def assemble(self, name: str) -> int:
        """See :meth:`EngineClient.assemble`."""
        return self._start(Job(next(self._numbers), "assemble", name=name))

    def cancel(self, job: int) -> None:
        """See :meth:`EngineClient.cancel`."""
        entry = self._open.pop(job, None)
        if entry is not None:
            entry.stop.set()
            self.signals.cancelled.emit(job)

    def close(self) -> None:
        """See :meth:`EngineClient.close`."""
        for job in self._open.values():
            job.stop.set()
        self._open.clear()
        if self._thread.isRunning():
            self._thread.quit()
            self._thread.wait()

    def _start(self, job: Job) -> int:
        if not self._thread.isRunning():
            self._thread.start()
        self._open[job.number] = job
        self._todo.emit(job)
        return job.number

    @Slot(object)
    def _forget(self, job: Job) -> None:
        self._open.pop(job.number, None)
