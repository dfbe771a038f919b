"""Where the engine's server runs: in a process of its own, or in a thread for engines that need no model library."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO, Protocol

from desktop_app.client import engine_process
from desktop_app.client.engine_process import Server
from desktop_app.client.engine_source import Installed, Source

INSTALLED = f"{Installed.__module__}:{Installed.__qualname__}"


class Running(Protocol):
    """A server that has been started.

    Attributes
    ----------
    incoming, outgoing
        Streams from and to it. It ends by itself once ``outgoing`` is closed.
    """

    incoming: BinaryIO
    outgoing: BinaryIO

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within that time."""
        ...

    def kill(self) -> None:
        """End it now."""
        ...


class Host(Protocol):
    """Starts servers.

    Attributes
    ----------
    source
        Answers in the window's thread what can be told without an engine.
    """

    source: Source

    def start(self) -> Running:
        """Start one; called again after it has ended."""
        ...


class ProcessHost:
    """The engine in a process of its own: it can be stopped at any moment, and its faults are not the window's.

    Parameters
    ----------
    source
        ``module:class`` of the :class:`~desktop_app.client.engine_source.Source` to make there.
    """

    def __init__(self, source: str = INSTALLED) -> None:
        self._name = source
        self.source = engine_process.source_named(source)

    def start(self) -> Running:
        """See :meth:`Host.start`."""
        here = str(Path(__file__).resolve().parents[2])
        paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
        command = [sys.executable, "-P", "-m", engine_process.__name__, self._name]
        return _Process(
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl+C in a terminal is for the window to answer
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
        )


class _Process:
    """A child process; it reads our messages from its standard input."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self.incoming: BinaryIO = process.stdout  # pyright: ignore[reportAttributeAccessIssue]
        self.outgoing: BinaryIO = process.stdin  # pyright: ignore[reportAttributeAccessIssue]

    def wait(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class ThreadHost:
    """The same server in a thread of this process, for a light engine made here."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def start(self) -> Running:
        """See :meth:`Host.start`."""
        return _Thread(self.source)


class _Thread:
    """A server between two pipes; it cannot be killed, only cut off."""

    def __init__(self, source: Source) -> None:
        (in_read, in_write), (out_read, out_write) = os.pipe(), os.pipe()
        self.incoming: BinaryIO = os.fdopen(out_read, "rb")
        self.outgoing: BinaryIO = os.fdopen(in_write, "wb")
        self._asked, self._answers = os.fdopen(in_read, "rb"), os.fdopen(out_write, "wb")
        self._server = Server(self._asked, self._answers, source)
        self._listener = threading.Thread(target=self._listen, name="overtone messages", daemon=True)
        self._worker = threading.Thread(target=self._work, name="overtone engine", daemon=True)
        self._listener.start()
        self._worker.start()

    def wait(self, seconds: float) -> bool:
        for thread in (self._worker, self._listener):
            thread.join(seconds)
        return not (self._worker.is_alive() or self._listener.is_alive())

    def kill(self) -> None:
        self._server.cut_off()

    def _listen(self) -> None:
        with self._asked:
            self._server.listen()

    def _work(self) -> None:
        with self._answers:
            self._server.work()
