"""The editor's one way to the engine: jobs with numbers go in, Qt signals come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from engine.picture import Photo
from engine.values import EditRequest

DEFAULT_ENGINE = "starter"


class EngineSignals(QObject):
    """What happens to jobs; the first argument is always the job's number. Received in the window's thread."""

    started = Signal(int)  # it left the queue
    stage = Signal(int, str, int, int)  # step's name, operation's index from 1, operations in all
    step = Signal(int, int, int)  # done, total
    preview = Signal(int, object, object)  # (h, w, 3) uint8, Box
    log = Signal(int, str)
    planned = Signal(int, object)  # Plan
    finished = Signal(int, object)  # EditResult
    assembled = Signal(int, str)  # bundle's name
    described = Signal(int, object)  # what `overtone describe` prints: kind, labels, and for sounds seconds and mood
    selected = Signal(int, object)  # Region
    found = Signal(int, object)  # list of {path, name, shipped, score}, best first
    indexed = Signal(int, object)  # the library's own folders: Path to number of pictures
    examined = Signal(int, object)  # list of Finding
    failed = Signal(int, str, str, str)  # message, hint, details for a report (may be empty)
    cancelled = Signal(int)


class EngineClient(Protocol):
    """What the window needs of an engine.

    Jobs wait in a queue; short questions (describe, select, search, index) go before plans and edits that wait. A job
    ends with exactly one of planned, finished, assembled, described, selected, found, indexed, examined, failed and
    cancelled.
    """

    @property
    def signals(self) -> EngineSignals:
        """Where the answers come."""
        ...

    def missing(self, name: str) -> str:
        """Why the bundle of that name is not ready, in one sentence; empty when it is. Imports no model library."""
        ...

    def engines(self) -> tuple[str, ...]:
        """Names of the engines on this machine."""
        ...

    def abilities(self, name: str) -> frozenset[str]:
        """What an engine has beyond the least: ``decoder``, ``prior``, ``restorer``."""
        ...

    def plan(self, request: EditRequest) -> int:
        """Start planning; returns the job's number, as all that follow do."""
        ...

    def edit(self, request: EditRequest) -> int:
        """Start an edit."""
        ...

    def assemble(self, name: str) -> int:
        """Start putting a bundle together."""
        ...

    def describe(self, file: Path, engine: str = ...) -> int:
        """Ask what the encoder sees or hears in a picture or sound; ``described`` answers."""
        ...

    def select(
        self, photo: Photo, phrase: str = "", point: tuple[float, float] | None = None, engine: str = ...
    ) -> int:
        """Ask for the region that words, or a point in the photo's pixels, name; ``selected`` answers."""
        ...

    def search(self, words: str = "", file: Path | None = None, count: int = ..., engine: str = ...) -> int:
        """Ask for pictures of the library like words, or like a picture or sound file; ``found`` answers."""
        ...

    def index(self, folder: Path | None = None, *, keep: bool = True, engine: str = ...) -> int:
        """Add a folder to the user's library, or forget it; without one only ``indexed`` answers with those known."""
        ...

    def examine(self) -> int:
        """Ask what this machine has and lacks; ``examined`` answers."""
        ...

    def bundles(self) -> list[dict[str, Any]]:
        """The bundles of this machine and those that can be had; see :func:`engine.bundle.listing.listing`."""
        ...

    def cancel(self, job: int) -> None:
        """Stop a job: ``cancelled`` is emitted at once, nothing of that job comes after it. Others go on."""
        ...

    def release(self) -> None:
        """Give the engine's memory back when nothing runs or waits; the next job loads it again."""
        ...

    def close(self) -> None:
        """Stop everything and wait until it has ended."""
        ...
