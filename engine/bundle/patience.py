"""How long a download waits, and how often it tries again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LONGEST = 30.0  # seconds between two attempts
PASSING = {408, 425, 429, 500, 502, 503, 504}  # answers that another attempt may mend


@dataclass(frozen=True)
class Patience:
    """Limits of waiting.

    Attributes
    ----------
    stall
        Seconds without a byte after which a connection is given up.
    attempts
        In a row that may bring nothing; one that brings bytes starts the count anew.
    pause
        Seconds before the second attempt, doubled for each further one.
    sleep
        What waits.
    """

    stall: float = 30.0
    attempts: int = 6
    pause: float = 1.0
    sleep: Callable[[float], None] = time.sleep

    def pauses(self) -> Iterator[float]:
        """Seconds to wait after each attempt that failed; 0 after the last."""
        for attempt in range(self.attempts):
            yield 0.0 if attempt == self.attempts - 1 else min(self.pause * 2**attempt, LONGEST)

    def wait(self, seconds: float) -> None:
        """Wait, unless there is nothing to wait for."""
        if seconds > 0:
            self.sleep(seconds)

    @staticmethod
    def may_mend(status: int) -> bool:
        """Whether asking again may help with an answer of this status."""
        return status in PASSING
