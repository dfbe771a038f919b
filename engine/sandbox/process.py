"""One process beside the program, its limits, and what is said between the two."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import engine
from engine.errors import BadInput, MachineError, OvertoneError
from engine.sandbox.wire import (
    Broken,
    Parts,
    checked_places,
    copied,
    packed,
    receive,
    receive_parts,
    send,
    send_parts,
    unpacked,
)

T = TypeVar("T")
START = 60  # seconds that a busy machine may take to start the process
LAST_WORDS = 2000  # bytes of its error stream that are logged when it ends
LONGEST_TEXT = 600  # signs of a sentence
REFUSALS: dict[str, type[OvertoneError]] = {"BadInput": BadInput, "MachineError": MachineError}
AGAIN = "Export or copy it again."


@dataclass(frozen=True)
class Limits:
    """What reading one file may take.

    Attributes
    ----------
    memory
        Bytes of address space of the process: 200 megapixels of four 16-bit bands thrice, and its libraries.
    seconds, seconds_a_megabyte, longest
        Seconds for an empty file, more for each megabyte of it, and at most.
    """

    memory: int = 6 << 30
    seconds: float = 4.0
    seconds_a_megabyte: float = 8.0
    longest: float = 120.0

    def seconds_for(self, size: int) -> float:
        """Seconds for a file of ``size`` bytes."""
        return min(self.seconds + self.seconds_a_megabyte * size / 1e6, self.longest)


def _refusal(header: dict[str, Any]) -> OvertoneError:
    family, texts = REFUSALS.get(str(header["error"])), (header.get("message"), header.get("hint"))
    if family is None or not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts):
        raise Broken("no error")
    return family(*("".join(sign for sign in str(text) if sign.isprintable()) for text in texts))


class Process:
    """The process of one kind of task; it is started by making this.

    Parameters
    ----------
    limits
        Of its memory.
    program
        Module that is run.
    writing
        Whether it may write files, into a folder of its own that goes with it.
    """

    def __init__(self, limits: Limits, program: str, writing: bool = False) -> None:
        root = str(Path(engine.__file__).parents[1])
        inherited = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        surroundings = {
            "PYTHONPATH": os.pathsep.join(inherited),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "MALLOC_ARENA_MAX": "2",  # address space is what is limited
            "VIPS_DISC_THRESHOLD": "64g",  # large pictures stay in memory: no file may be written
        }
        self._left = contextlib.ExitStack()
        self._errors: BinaryIO = tempfile.TemporaryFile(prefix="overtone-")  # noqa: SIM115 (closed with the others)
        self._left.callback(self._errors.close)
        if writing:
            place = self._left.enter_context(tempfile.TemporaryDirectory(prefix="overtone-"))
            surroundings |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), place)
        kind = ["writing"] if writing else []
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", program, str(os.getpid()), str(limits.memory), *kind],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=Path(root).anchor,  # the folder the program was started in stays free to be moved
            env={**os.environ, **surroundings},
            start_new_session=True,  # an interrupt in the terminal is the program's to answer
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)
        _widen(self._out)
        self._held: tuple[str, ...] | None = None
        self._late = False

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def held(self) -> tuple[str, ...]:
        """What it said once it was ready."""
        if self._held is None:
            try:
                with self._within(START):
                    header = receive(self._out)
            except Broken as fault:
                self._log("did not start")
                self.end()
                raise MachineError(
                    "The process that reads pictures and sounds could not be started.", "Run: overtone doctor"
                ) from fault
            self._held = tuple(str(each) for each in header.get("held", ()))
        return self._held

    def ask(self, task: str, arguments: Mapping[str, Any], seconds: float, answer: type[T]) -> T:
        """Have a task done.

        Parameters
        ----------
        task, arguments
            As in :data:`engine.sandbox.tasks.TASKS`.
        seconds
            After which it is ended.
        answer
            Type of what comes back.

        Raises
        ------
        Broken
            When no good answer comes in time.
        BadInput, MachineError
            When the task refuses.
        """
        self._errors.seek(0)
        self._errors.truncate()  # what earlier files made it say
        sent: Parts = []
        values = {name: packed(value, sent) for name, value in arguments.items()}
        with self._within(seconds):
            send(self._in, {"task": task, "arguments": values, "sizes": [len(part) for part in sent]})
            send_parts(self._in, sent)
            header = receive(self._out)
            if "error" in header:
                raise _refusal(header)
            there = checked_places(header.get("parts"))
            parts = copied(self._process.pid, there)
            send(self._in, {"copied": parts is not None})
            if parts is None:
                parts = receive_parts(self._out, [size for _, size in there])
        return unpacked(answer, header.get("value"), parts)

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Kill the process when the time is over, which ends the streams."""
        timer = threading.Timer(seconds, self._stop)
        timer.start()
        try:
            yield
        except OSError as fault:
            raise Broken(str(fault)) from fault
        finally:
            timer.cancel()
            timer.join()

    def _stop(self) -> None:
        self._late = True
        self.kill()

    def kill(self) -> None:
        """End it from another thread; whoever waits for an answer gets none."""
        self._process.kill()

    def over(self, what: str) -> bool:
        """After a broken answer: end it and log over what; tells whether it had been too slow."""
        self._process.kill()
        self._process.wait()
        self._log(f"ended over {what}")
        return self._late

    def _log(self, what: str) -> None:
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - LAST_WORDS))
        words = self._errors.read().decode("utf-8", "replace").strip()
        logging.getLogger(__name__).warning("the reader %s (%s) %s", what, self._process.returncode, words)

    def end(self) -> None:
        """Stop it, if it still runs, and let go of all that belongs to it."""
        self._process.kill()
        self._process.wait()
        self._in.close()
        self._out.close()
        self._left.close()


def _widen(pipe: BinaryIO) -> None:
    """Let the pipe hold a block of the wire's; half the switches between the processes."""
    if sys.platform == "linux":
        import fcntl

        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)
        except OSError:  # the user's pipes are at their limit
            return
