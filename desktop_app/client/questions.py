"""Short questions to the engine, each with a call for its answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from desktop_app.client.engine_client import EngineClient
from engine.errors import OvertoneError
from engine.picture import Photo

Done = Callable[[Any], None]
Failed = Callable[[OvertoneError], None]


def silent(_error: OvertoneError) -> None:
    """For answers that nobody misses."""


class Questions(QObject):
    """Tells the answers of one client's short jobs apart by their numbers."""

    def __init__(self, client: EngineClient, parent: QObject) -> None:
        super().__init__(parent)
        self._client = client
        self._open: dict[int, tuple[Done, Failed]] = {}
        signals = client.signals
        for answer in (signals.described, signals.selected, signals.found, signals.indexed):
            answer.connect(self._on_answer)
        signals.failed.connect(self._on_failed)
        signals.cancelled.connect(self._on_cancelled)

    def missing(self, engine: str) -> str:
        """Why nothing can be asked, in one sentence; empty when it can."""
        return self._client.missing(engine)

    def describe(self, file: Path, engine: str, done: Done, failed: Failed = silent) -> int:
        """What is seen or heard in a file: the object that ``overtone describe`` prints."""
        return self._keep(self._client.describe(file, engine), done, failed)

    def select(self, photo: Photo, phrase: str, engine: str, done: Done, failed: Failed = silent) -> int:
        """The :class:`~engine.values.Region` that words name."""
        return self._keep(self._client.select(photo, phrase, engine=engine), done, failed)

    def search(
        self, words: str, file: Path | None, count: int, engine: str, done: Done, failed: Failed = silent
    ) -> int:
        """Pictures of the library like words or a file: objects with path, name, shipped and score, best first."""
        return self._keep(self._client.search(words, file, count, engine), done, failed)

    def index(self, folder: Path | None, keep: bool, engine: str, done: Done, failed: Failed = silent) -> int:
        """Add a folder to the library or forget it; folders and how many pictures each holds."""
        return self._keep(self._client.index(folder, keep=keep, engine=engine), done, failed)

    def drop(self, job: int) -> None:
        """The answer is no longer wanted."""
        if self._open.pop(job, None) is not None:
            self._client.cancel(job)

    def _keep(self, job: int, done: Done, failed: Failed) -> int:
        self._open[job] = (done, failed)
        return job

    @Slot(int, object)
    def _on_answer(self, job: int, value: Any) -> None:
        waiting = self._open.pop(job, None)
        if waiting is not None:
            waiting[0](value)

    @Slot(int, str, str, str)
    def _on_failed(self, job: int, message: str, hint: str, _details: str) -> None:
        waiting = self._open.pop(job, None)
        if waiting is not None:
            waiting[1](OvertoneError(message, hint))

    @Slot(int)
    def _on_cancelled(self, job: int) -> None:
        self._open.pop(job, None)
