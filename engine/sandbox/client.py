"""The program's side of the reading process."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar, cast

import engine
from engine.errors import BadInput, MachineError, OvertoneError
from engine.files.options import AS_SHOT, RawOptions
from engine.files.sniffing import first_bytes
from engine.files.sounds import Sound
from engine.picture import Photo
from engine.sandbox.wire import Broken, checked_places, copied, receive, receive_parts, send, unpacked

T = TypeVar("T")
START = 60  # seconds that a busy machine may take to start the process
LAST_WORDS = 2000  # bytes of its error stream that are logged when it ends
LONGEST_TEXT = 600  # signs of a sentence
REFUSALS: dict[str, type[OvertoneError]] = {"BadInput": BadInput, "MachineError": MachineError}


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
    seconds_a_megabyte: float = 20.0
    longest: float = 240.0

    def seconds_for(self, size: int) -> float:
        """Seconds for a file of ``size`` bytes."""
        return min(self.seconds + self.seconds_a_megabyte * size / 1e6, self.longest)


class Sandbox:
    """Reads pictures and sounds in a process of its own, started when first needed; close it, or use it in ``with``.

    Several threads may use it; they take turns. Where the file makes the process end, hang or take too much, it is
    refused with :class:`~engine.errors.BadInput` and the next file gets a fresh process.

    Parameters
    ----------
    limits
        Other than the usual ones.
    program
        Module that is run as the process.
    """

    def __init__(self, limits: Limits | None = None, program: str = "engine.sandbox.worker") -> None:
        self._limits, self._program = limits or Limits(), program
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def __enter__(self) -> Sandbox:
        """The sandbox itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def start(self) -> None:
        """Begin starting the process, so that the first file need not wait for it."""
        with self._lock:
            self._ready()

    def held(self) -> tuple[str, ...]:
        """What this system keeps from the process, in words.

        Raises
        ------
        MachineError
            When it cannot be started.
        """
        with self._lock:
            return self._ready().held()

    def photo(self, path: Path, raw: RawOptions = AS_SHOT) -> Photo:
        """A picture, as :func:`engine.files.read_photo`."""
        return self._ask("photo", path, Photo, raw)

    def reference(self, path: Path) -> Photo:
        """A reference picture, as :func:`engine.files.read_reference`."""
        return self._ask("reference", path, Photo)

    def sound(self, path: Path) -> Sound:
        """A sound, as :func:`engine.files.read_sound`."""
        return self._ask("sound", path, Sound)

    def close(self) -> None:
        """End the process and wait until it has ended; a later request starts another."""
        with self._lock:
            worker, self._worker = self._worker, None
            if worker is not None:
                worker.end()

    def _ready(self) -> _Worker:
        if self._worker is not None and not self._worker.alive:
            self._worker.end()
            self._worker = None
        if self._worker is None:
            self._worker = _Worker(self._limits, self._program)
        return self._worker

    def _ask(self, task: str, path: Path, kind: type[T], raw: RawOptions = AS_SHOT) -> T:
        first_bytes(path)  # absent, empty and odd files are told without the process
        seconds = self._limits.seconds_for(path.stat().st_size)
        with self._lock:
            worker = self._ready()
            worker.held()
            self._worker = None  # given up unless the exchange goes to its end
            try:
                value = worker.ask({"task": task, "path": str(path.absolute()), "raw": asdict(raw)}, seconds, kind)
            except Broken as fault:
                raise worker.refusal(path, seconds) from fault
            except OvertoneError:
                self._worker = worker
                raise
            else:
                self._worker = worker
                return value
            finally:
                if self._worker is None:
                    worker.end()


def _refusal(header: dict[str, Any]) -> OvertoneError:
    family, texts = REFUSALS.get(str(header["error"])), (header.get("message"), header.get("hint"))
    if family is None or not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts):
        raise Broken("no error")
    return family(*("".join(sign for sign in str(text) if sign.isprintable()) for text in texts))


class _Worker:
    """One process."""

    def __init__(self, limits: Limits, program: str) -> None:
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
        self._errors = cast(BinaryIO, tempfile.TemporaryFile(prefix="overtone-"))  # noqa: SIM115 (closed in end)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", program, str(os.getpid()), str(limits.memory)],
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

    def ask(self, request: dict[str, Any], seconds: float, kind: type[T]) -> T:
        """Send a request and wait for its answer; raises Broken when there is no good one in time."""
        self._errors.seek(0)
        self._errors.truncate()  # what earlier files made it say
        with self._within(seconds):
            send(self._in, request)
            header = receive(self._out)
            if "error" in header:
                raise _refusal(header)
            there = checked_places(header.get("parts"))
            parts = copied(self._process.pid, there)
            send(self._in, {"copied": parts is not None})
            if parts is None:
                parts = receive_parts(self._out, [size for _, size in there])
        return unpacked(kind, header.get("value"), parts)

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
        self._process.kill()

    def refusal(self, path: Path, seconds: float) -> BadInput:
        """Why the file is refused, when there was no answer."""
        self._process.kill()
        self._process.wait()
        self._log(f"ended over a {path.suffix.lower() or 'nameless'} file")
        if self._late:
            return BadInput(f"{path.name} took longer than {seconds:.0f} seconds to read and is refused.", AGAIN)
        return BadInput(f"{path.name} made its reader fail and is refused.", AGAIN)

    def _log(self, what: str) -> None:
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - LAST_WORDS))
        words = self._errors.read().decode("utf-8", "replace").strip()
        logging.getLogger(__name__).warning("the reader %s (%s) %s", what, self._process.returncode, words)

    def end(self) -> None:
        """Stop it, if it still runs, and let go of all that belongs to it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._in, self._out, self._errors):
            stream.close()


AGAIN = "Export or copy it again."


def _widen(pipe: BinaryIO) -> None:
    """Let the pipe hold a block of the wire's; half the switches between the processes."""
    if sys.platform == "linux":
        import fcntl

        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)
        except OSError:  # the user's pipes are at their limit
            return
