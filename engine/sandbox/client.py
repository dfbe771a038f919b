"""The program's side of the processes that meet others' files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from engine.errors import BadInput, OvertoneError
from engine.files.options import AS_SHOT, RawOptions, SaveOptions
from engine.files.sniffing import first_bytes
from engine.files.sounds import Sound
from engine.picture import Photo
from engine.sandbox.process import AGAIN, Limits, Process
from engine.sandbox.tasks import Patched
from engine.sandbox.wire import Broken

T = TypeVar("T")
PROGRAM = "engine.sandbox.worker"


class Sandbox:
    """Reads pictures and sounds in a process of its own, started when first needed; close it, or use it in ``with``.

    Several threads may use it; they take turns. Where the file makes the process end, hang or take too much, it is
    refused with :class:`~engine.errors.BadInput` and the next file gets a fresh process. Changing a JPEG's blocks needs
    files, so that a second process does it, which may write into a folder of its own.

    Parameters
    ----------
    limits
        Other than the usual ones.
    program
        Module that is run as the process.
    """

    def __init__(self, limits: Limits | None = None, program: str = PROGRAM) -> None:
        self._limits = limits or Limits()
        self._reader = _Slot(self._limits, program)
        self._writer = _Slot(self._limits, program, writing=True)

    def __enter__(self) -> Sandbox:
        """The sandbox itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End the processes."""
        self.close()

    def start(self) -> None:
        """Begin starting the reading process, so that the first file need not wait for it."""
        self._reader.start()

    def held(self) -> tuple[str, ...]:
        """What this system keeps from the reading process, in words.

        Raises
        ------
        MachineError
            When it cannot be started.
        """
        with self._reader.lent() as process:
            return process.held()

    def photo(self, path: Path, raw: RawOptions = AS_SHOT) -> Photo:
        """A picture, as :func:`engine.files.read_photo`."""
        return self._read("photo", path, Photo, raw=raw)

    def reference(self, path: Path) -> Photo:
        """A reference picture, as :func:`engine.files.read_reference`."""
        return self._read("reference", path, Photo)

    def sound(self, path: Path) -> Sound:
        """A sound, as :func:`engine.files.read_sound`."""
        return self._read("sound", path, Sound)

    def patched(self, photo: Photo, before: bytes, options: SaveOptions) -> bytes | str:
        """A JPEG with its changed blocks encoded anew, or why not; as :func:`engine.files.jpeg_blocks.patch`."""
        seconds = self._limits.seconds_for(len(before))
        arguments = {"photo": photo, "before": before, "options": options}
        with self._writer.lent() as process:
            try:
                patched = process.ask("patch", arguments, seconds, Patched)
            except Broken:
                process.over("the blocks of a JPEG")
                return "its blocks could not be read."
        return patched.reason if patched.data is None else patched.data

    def close(self) -> None:
        """End the processes and wait until they have ended; a later request starts others."""
        self._reader.close()
        self._writer.close()

    def _read(self, task: str, path: Path, kind: type[T], **more: Any) -> T:
        first_bytes(path)  # absent, empty and odd files are told without the process
        seconds = self._limits.seconds_for(path.stat().st_size)
        with self._reader.lent() as process:
            try:
                return process.ask(task, {"path": path.absolute(), **more}, seconds, kind)
            except Broken as fault:
                late = process.over(f"a {path.suffix.lower() or 'nameless'} file")
                what = f"took longer than {seconds:.0f} seconds to read" if late else "made its reader fail"
                raise BadInput(f"{path.name} {what} and is refused.", AGAIN) from fault


class _Slot:
    """Place of one process, lent to one thread at a time, started anew when it has ended."""

    def __init__(self, limits: Limits, program: str, writing: bool = False) -> None:
        self._limits, self._program, self._writing = limits, program, writing
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._lent: Process | None = None

    def start(self) -> None:
        """Begin starting it."""
        with self._lock:
            self._process = self._alive()

    @contextmanager
    def lent(self) -> Iterator[Process]:
        """The process, ready; whatever breaks an exchange off ends it, so that no answer reaches the next one."""
        with self._lock:
            process, self._process = self._alive(), None
            self._lent = process
            try:
                process.held()
                yield process
                self._process = process
            except OvertoneError:
                self._process = process
                raise
            finally:
                self._lent = None
                if self._process is None or not process.alive:
                    self._process = None
                    process.end()

    def close(self) -> None:
        """End it; a file that is being read is refused."""
        lent = self._lent
        if lent is not None:
            lent.kill()
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                process.end()

    def _alive(self) -> Process:
        if self._process is not None and self._process.alive:
            return self._process
        if self._process is not None:
            self._process.end()
        return Process(self._limits, self._program, self._writing)
