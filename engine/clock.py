"""Which steps ran, for how long, and whether the user wants to stop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from engine.errors import Cancelled
from engine.values import CancelCheck, OnEvent, StageEvent, StepReport

DONE = "done"
NOT_NEEDED = "skipped: not needed"
NO_WEIGHTS = "skipped: no weights"
NOT_CHOSEN = "skipped: not in the chain"


def now() -> str:
    """The time of day in ISO 8601, with the zone."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Clock:
    """Times the steps of one run, announces them, and stops between them when asked to.

    Parameters
    ----------
    steps
        All step names, in their order.
    on_event, cancel
        The caller's listener and its wish to stop.
    """

    def __init__(self, steps: tuple[str, ...], on_event: OnEvent, cancel: CancelCheck) -> None:
        self._seconds = dict.fromkeys(steps, 0.0)
        self._status = dict.fromkeys(steps, NOT_NEEDED)
        self.on_event = on_event
        self.cancel = cancel
        self._index, self._total = 1, 1

    def serve(self, index: int, total: int) -> None:
        """From now on steps serve operation ``index`` of ``total``."""
        self._index, self._total = index, total

    def stop_if_asked(self) -> None:
        """Raise :class:`~engine.errors.Cancelled` when the caller wants to stop."""
        if self.cancel():
            raise Cancelled

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Run the body as the step ``name``."""
        self.stop_if_asked()
        self.on_event(StageEvent(name, self._index, self._total))
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] += time.perf_counter() - start
        self._status[name] = DONE
        self.stop_if_asked()

    def skip(self, name: str, why: str) -> None:
        """Note that a step did not run, unless it ran for another operation."""
        if self._status[name] != DONE:
            self._status[name] = why

    def reports(self) -> dict[str, StepReport]:
        """Status and seconds of every step."""
        return {name: StepReport(self._status[name], seconds) for name, seconds in self._seconds.items()}
