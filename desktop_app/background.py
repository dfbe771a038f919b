"""Work beside the window: files are read, prepared and written in one worker thread, answers come back as calls."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from engine.errors import OvertoneError

INTERNAL = OvertoneError(
    "Something went wrong inside Overtone; the photo is as it was.", "The details are in the terminal."
)


@dataclass(frozen=True, eq=False)
class Task:
    """One piece of work; ``number`` tells answers apart."""

    number: int
    work: Callable[[], Any]


class _Worker(QObject):
    """Lives in the thread."""

    answered = Signal(int, object, object)  # number, value, error

    @Slot(object)
    def run(self, task: Task) -> None:
        value, error = None, INTERNAL
        try:
            value = task.work()
            error = None
        except OvertoneError as known:
            error = known
        except MemoryError:
            error = OvertoneError(
                "There is not enough memory for this.", "Close other programs or use a smaller photo."
            )
        finally:  # a fault of our own still answers, then goes on to the exception hook
            self.answered.emit(task.number, value, error)


class Background(QObject):
    """One worker thread that takes tasks in order; close it before it is dropped."""

    _todo = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Callable[[Any], None], Callable[[OvertoneError], None]]] = {}
        self._thread = QThread()
        self._thread.setObjectName("overtone files")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._todo.connect(self._worker.run, Qt.ConnectionType.QueuedConnection)
        self._worker.answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a task is waiting or running."""
        return bool(self._waiting)

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[OvertoneError], None],
    ) -> int:
        """Run ``work`` in the thread, then ``done`` with its value or ``failed`` here; returns its number."""
        number = next(self._numbers)
        self._waiting[number] = (done, failed)
        self._todo.emit(Task(number, work))
        return number

    def forget(self, number: int) -> None:
        """Ignore the answer of a task; it may still run."""
        self._waiting.pop(number, None)

    def close(self) -> None:
        """Drop the answers still to come, let the running task end, and stop the thread."""
        self._waiting.clear()
        self._thread.quit()
        self._thread.wait()

    def finish(self) -> None:
        """Drop the answers still to come, let all tasks run, and stop the thread."""
        self._waiting.clear()
        self._todo.emit(Task(0, self._thread.quit))
        self._thread.wait()

    @Slot(int, object, object)
    def _answer(self, number: int, value: Any, error: OvertoneError | None) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is None:
            return
        done, failed = waiting
        if error is None:
            done(value)
        else:
            failed(error)
