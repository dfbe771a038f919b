"""The engine's own process: takes jobs from the window, one at a time, and sends back what happens. Imports no Qt.

Messages are tuples. From the window: ``("job", number, kind, arguments)``, ``("cancel", number)``. To the window:
``("event", number, event)``, then exactly one of ``("done", number, value)``, ``("failed", number, message, hint,
details)`` and ``("stopped", number)``.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import Any, BinaryIO

from desktop_app.client.engine_source import Engine, Source
from desktop_app.client.wire import Receiver, Sender
from engine.entry import entered
from engine.errors import Cancelled, OvertoneError
from engine.values import EditRequest, Event, LogEvent, PreviewEvent, StageEvent, StepEvent

PREVIEW_PERIOD = 0.25  # seconds between two previews
NICE = 5  # the window's process goes first when both want a core
INTERNAL = OvertoneError(
    "Something went wrong inside the engine; the photo is as it was.", "Run it again: the engine starts afresh."
)
MEMORY = OvertoneError("There was not enough memory for this edit.", "Close other programs and run it again.")


class Server:
    """Runs jobs in the calling thread and listens in another.

    Parameters
    ----------
    incoming, outgoing
        The way from and to the window.
    source
        Where the engine comes from; it is loaded by the first job that needs it and kept.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO, source: Source) -> None:
        self._receiver = Receiver(incoming)
        self._sender = Sender(outgoing)
        self._source = source
        self._engine: tuple[str, Engine] | None = None
        self._jobs: queue.SimpleQueue[tuple[int, str, Mapping[str, Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running = 0
        self._stop = threading.Event()
        self._cancelled: set[int] = set()
        self._preview_at = 0.0
        self._gone = threading.Event()  # the window is no longer there

    def listen(self) -> None:
        """Take messages until the window is gone; the running job is then told to stop."""
        while True:
            try:
                message = self._receiver.receive()
            except (EOFError, OSError):
                break
            if message[0] == "cancel":
                self._cancel(message[1])
            else:
                self._jobs.put(message[1:])
        self.cut_off()

    def work(self) -> None:
        """Run jobs until the window is gone. A fault of our own is reported, then ends it."""
        while (job := self._jobs.get()) is not None and not self._gone.is_set():
            number, kind, arguments = job
            try:
                self._run(number, kind, arguments)
            except (BrokenPipeError, ConnectionError):
                return

    def cut_off(self) -> None:
        """Stop the running job and take no more."""
        self._gone.set()
        self._stop.set()
        self._jobs.put(None)

    def _cancel(self, number: int) -> None:
        with self._lock:
            self._cancelled.add(number)
            if number == self._running:
                self._stop.set()

    def _run(self, number: int, kind: str, arguments: Mapping[str, Any]) -> None:
        with self._lock:
            self._running = number
            self._stop.clear()
            if number in self._cancelled or self._gone.is_set():
                self._stop.set()
        answer: tuple[Any, ...] | None = None
        try:
            if self._stop.is_set():
                raise Cancelled
            answer = ("done", number, self._value(kind, arguments))
        except Cancelled:
            answer = ("stopped", number)
        except OvertoneError as error:
            answer = ("failed", number, error.message, error.hint, "")
        except MemoryError:
            self._engine = None
            answer = ("failed", number, MEMORY.message, MEMORY.hint, "")
        finally:
            if answer is None:  # a fault of our own: told, then it ends this process
                answer = ("fault", number, INTERNAL.message, INTERNAL.hint, traceback.format_exc())
            with self._lock:
                self._running = 0
                self._cancelled = {each for each in self._cancelled if each > number}
            self._sender.send(answer)

    def _value(self, kind: str, arguments: Mapping[str, Any]) -> Any:
        if kind == "assemble":
            self._engine = None  # it may hold files of the bundle that is replaced
            self._tell(StageEvent("assemble"))
            return self._source.assemble(arguments["name"], self._assembling, self._stop.is_set)
        if kind == "examine":
            return self._source.examine()
        if kind in ("plan", "edit"):
            request: EditRequest = arguments["request"]
            engine = self._loaded(request.settings.engine)
            run = engine.plan if kind == "plan" else engine.edit
            return run(request, self._tell, self._stop.is_set)
        engine = self._loaded(arguments["engine"])
        match kind:
            case "describe":
                return engine.describe(arguments["file"])
            case "select" if arguments["point"] is None:
                return engine.select(arguments["photo"], arguments["phrase"])
            case "select":
                return engine.select_at(arguments["photo"], arguments["point"])
            case "search":
                return engine.search(arguments["words"], arguments["file"], arguments["count"])
            case "index":
                return engine.index(arguments["folder"], arguments["keep"])
        raise ValueError(f"unknown kind of job {kind!r}")

    def _loaded(self, name: str) -> Engine:
        if self._engine is None or self._engine[0] != name:
            self._tell(StageEvent("load"))
            self._engine = None  # two at once may not fit
            self._engine = (name, self._source.load(name))
        return self._engine[1]

    def _assembling(self, text: str, share: float) -> None:
        self._tell(LogEvent(text))
        self._tell(StepEvent(round(100 * share), 100))

    def _tell(self, event: Event) -> None:
        if self._stop.is_set():
            return
        if isinstance(event, PreviewEvent):
            now = time.monotonic()
            if now - self._preview_at < PREVIEW_PERIOD:
                return
            self._preview_at = now
        self._sender.send(("event", self._running, event))


def source_named(name: str) -> Source:
    """The source of a ``module:class`` name, made without arguments."""
    module, _, kind = name.partition(":")
    return getattr(import_module(module), kind)()


def main(source: str) -> None:
    """Serve on the standard streams until the window closes them or its process ends, then end at once."""
    incoming = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not get between the messages
    if hasattr(os, "nice"):
        os.nice(NICE)
    server = Server(incoming, outgoing, source_named(source))

    def listen() -> None:
        server.listen()
        os._exit(0)  # a step that takes long must not outlive the window; there is nothing here to lose

    threading.Thread(target=listen, name="overtone messages", daemon=True).start()
    with entered("engine"):
        server.work()


if __name__ == "__main__":
    main(sys.argv[1])
