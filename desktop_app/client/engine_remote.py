"""The engine client of the editor: keeps the queue, and talks to a server that runs in a process of its own."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.client.engine_client import DEFAULT_ENGINE, EngineSignals
from desktop_app.client.engine_host import Host, ProcessHost, Running
from desktop_app.client.wire import Receiver, Sender
from engine.errors import MachineError
from engine.picture import Photo
from engine.values import EditRequest, Event, LogEvent, PreviewEvent, StageEvent, StepEvent

GRACE = 4000  # milliseconds that a cancelled job has to reach its next step before its process is ended
FAREWELL = 1.0  # seconds that the server has to end by itself when the window closes
ENDING = 0.2  # seconds for one that is ending anyway
QUICK = frozenset({"describe", "select", "search", "index", "examine"})
COUNT = 24  # pictures that a search brings
CRASHED = MachineError(
    "The engine stopped unexpectedly; the photo is as it was.", "Run it again: the engine starts afresh."
)


@dataclass(eq=False)
class _Job:
    """One request on its way."""

    number: int
    kind: str
    arguments: dict[str, Any]
    cancelled: bool = False


class _Channel:
    """One server's life: a thread that writes to it and one that reads from it."""

    def __init__(self, running: Running, arrived: Callable[[_Channel, Any], None]) -> None:
        self._running = running
        self._arrived = arrived
        self._letters: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name=f"overtone {name}", daemon=True)
            for work, name in ((self._write, "to the engine"), (self._read, "from the engine"))
        ]
        for thread in self._threads:
            thread.start()

    def send(self, *letter: Any) -> None:
        """Send a message, soon."""
        self._letters.put(letter)

    def kill(self) -> None:
        """End the server now; reading then ends too, and says so."""
        self._letters.put(None)
        self._running.kill()

    def close(self, seconds: float = FAREWELL) -> None:
        """Let the server end, or end it, and wait for all threads."""
        self._letters.put(None)
        if not self._running.wait(seconds):
            self._running.kill()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        sender = Sender(self._running.outgoing)
        try:
            with self._running.outgoing:
                while (letter := self._letters.get()) is not None:
                    sender.send(letter)
        except OSError:
            return  # it has ended; the reading thread says so

    def _read(self) -> None:
        receiver = Receiver(self._running.incoming)
        with self._running.incoming:
            while True:
                try:
                    message = receiver.receive()
                except (EOFError, OSError):
                    break
                self._arrived(self, message)
        self._arrived(self, None)


class RemoteEngineClient(QObject):
    """The engine beside the window; started by the first job and kept.

    Parameters
    ----------
    host
        Starts servers; by default this installation's engine in a process of its own.
    """

    _arrived = Signal(object, object)  # _Channel, message; sent by the reading thread

    def __init__(self, host: Host | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host or ProcessHost()
        self.signals = EngineSignals(self)
        self._numbers = itertools.count(1)
        self._waiting: list[_Job] = []
        self._job: _Job | None = None
        self._channel: _Channel | None = None
        self._arrived.connect(self._on_message)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(GRACE)
        self._patience.timeout.connect(self._lose_patience)

    def missing(self, name: str) -> str:
        """See :meth:`EngineClient.missing`."""
        return self._host.source.missing(name)

    def engines(self) -> tuple[str, ...]:
        """See :meth:`EngineClient.engines`."""
        return self._host.source.engines()

    def abilities(self, name: str) -> frozenset[str]:
        """See :meth:`EngineClient.abilities`."""
        return self._host.source.abilities(name)

    def plan(self, request: EditRequest) -> int:
        """See :meth:`EngineClient.plan`."""
        return self._start("plan", request=request)

    def edit(self, request: EditRequest) -> int:
        """See :meth:`EngineClient.edit`."""
        return self._start("edit", request=request)

    def assemble(self, name: str) -> int:
        """See :meth:`EngineClient.assemble`."""
        return self._start("assemble", name=name)

    def describe(self, file: Path, engine: str = DEFAULT_ENGINE) -> int:
        """See :meth:`EngineClient.describe`."""
        return self._start("describe", file=file, engine=engine)

    def select(
        self,
        photo: Photo,
        phrase: str = "",
        point: tuple[float, float] | None = None,
        engine: str = DEFAULT_ENGINE,
    ) -> int:
        """See :meth:`EngineClient.select`."""
        return self._start("select", photo=photo, phrase=phrase, point=point, engine=engine)

    def search(
        self, words: str = "", file: Path | None = None, count: int = COUNT, engine: str = DEFAULT_ENGINE
    ) -> int:
        """See :meth:`EngineClient.search`."""
        return self._start("search", words=words, file=file, count=count, engine=engine)

    def index(self, folder: Path | None = None, *, keep: bool = True, engine: str = DEFAULT_ENGINE) -> int:
        """See :meth:`EngineClient.index`."""
        return self._start("index", folder=folder, keep=keep, engine=engine)

    def examine(self) -> int:
        """See :meth:`EngineClient.examine`."""
        return self._start("examine")

    def bundles(self) -> list[dict[str, Any]]:
        """See :meth:`EngineClient.bundles`."""
        return self._host.source.bundles()

    def cancel(self, job: int) -> None:
        """See :meth:`EngineClient.cancel`."""
        waiting = next((each for each in self._waiting if each.number == job), None)
        if waiting is not None:
            self._waiting.remove(waiting)
            self.signals.cancelled.emit(job)
        elif self._job is not None and self._job.number == job and not self._job.cancelled:
            self._job.cancelled = True
            assert self._channel is not None
            self._channel.send("cancel", job)
            self._patience.start()
            self.signals.cancelled.emit(job)

    def release(self) -> None:
        """See :meth:`EngineClient.release`."""
        if self._channel is not None and self._job is None and not self._waiting:
            self._drop_channel()

    def close(self) -> None:
        """See :meth:`EngineClient.close`."""
        self._waiting.clear()
        self._job = None
        self._patience.stop()
        self._drop_channel()

    def _drop_channel(self, seconds: float = FAREWELL) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close(seconds)

    def _start(self, kind: str, **arguments: Any) -> int:
        job = _Job(next(self._numbers), kind, arguments)
        place = len(self._waiting)
        if kind in QUICK:
            place = next((at for at, each in enumerate(self._waiting) if each.kind not in QUICK), place)
        self._waiting.insert(place, job)
        QTimer.singleShot(0, self, self._next)  # the caller hears of the job only once it knows the number
        return job.number

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        self._job = self._waiting.pop(0)
        if self._channel is None:
            self._channel = _Channel(self._host.start(), self._arrived.emit)
        self._channel.send("job", self._job.number, self._job.kind, self._job.arguments)
        self.signals.started.emit(self._job.number)

    def _lose_patience(self) -> None:
        if self._job is not None and self._job.cancelled and self._channel is not None:
            self._channel.kill()

    # what the server says

    @Slot(object, object)
    def _on_message(self, channel: _Channel, message: tuple[Any, ...] | None) -> None:
        if channel is not self._channel:
            return
        job = self._job
        if message is None:
            self._drop_channel(ENDING)
            self._end(job)
            if job is not None and not job.cancelled:
                self.signals.failed.emit(job.number, CRASHED.message, CRASHED.hint, "")
        elif job is not None and job.number == message[1]:
            kind, number, *values = message
            if kind == "event":
                if not job.cancelled:
                    self._tell(number, values[0])
                return
            if kind == "fault":
                self._drop_channel(ENDING)
            self._end(job)
            if not job.cancelled:
                self._answer(job, kind, values)

    def _end(self, job: _Job | None) -> None:
        if job is not None and job is self._job:
            self._job = None
            self._patience.stop()
        QTimer.singleShot(0, self, self._next)

    def _answer(self, job: _Job, kind: str, values: list[Any]) -> None:
        signals = self.signals
        if kind in ("failed", "fault"):
            signals.failed.emit(job.number, *values)
        elif kind == "stopped":
            signals.cancelled.emit(job.number)
        elif job.kind == "assemble":
            signals.assembled.emit(job.number, job.arguments["name"])
        else:
            signal = {
                "plan": signals.planned,
                "edit": signals.finished,
                "describe": signals.described,
                "select": signals.selected,
                "search": signals.found,
                "index": signals.indexed,
                "examine": signals.examined,
            }[job.kind]
            signal.emit(job.number, values[0])

    def _tell(self, number: int, event: Event) -> None:
        match event:
            case StageEvent():
                self.signals.stage.emit(number, event.step, event.index, event.total)
            case StepEvent():
                self.signals.step.emit(number, event.done, event.total)
            case PreviewEvent():
                self.signals.preview.emit(number, event.pixels, event.box)
            case LogEvent():
                self.signals.log.emit(number, event.text)
