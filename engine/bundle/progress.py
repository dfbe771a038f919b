"""Progress for a person at a terminal or in a log."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

STEP = 0.1  # share after which another line goes into a log


@dataclass(frozen=True)
class Status:
    """How far a pull has come.

    Attributes
    ----------
    file
        What is being fetched.
    done, total
        Bytes of the whole pull.
    fresh
        Bytes of them that this run has fetched.
    """

    file: str
    done: int
    total: int
    fresh: int


class Transfer:
    """Progress of a download on standard error: amount, speed and time left, kept up to date on a terminal."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = (0.0, -1.0)  # when, and at which share

    def __call__(self, status: Status) -> None:
        """Show it, at most five times a second on a terminal and every tenth in a log."""
        now, share = time.monotonic(), status.done / max(status.total, 1)
        live = sys.stderr.isatty()
        due = now - self._shown[0] > 0.2 or share >= 1 if live else share - self._shown[1] >= STEP or share >= 1
        if not due or self._shown[1] >= 1:
            return
        self._shown = (now, share)
        line = describe(status, now - self._began)
        end = "\n" if share >= 1 or not live else ""
        print(f"\r  {line}\x1b[K" if live else f"  {line}", end=end, file=sys.stderr, flush=True)  # noqa: T201


def describe(status: Status, seconds: float) -> str:
    """A transfer in words: share, amount, speed and time left; ``seconds`` that it has taken so far."""
    text = f"{status.done / max(status.total, 1):4.0%}  {status.done / 1e9:.2f} of {status.total / 1e9:.2f} GB"
    if status.fresh and seconds > 1:
        speed = status.fresh / seconds
        text += f", {speed / 1e6:.1f} MB/s, {_left((status.total - status.done) / speed)} left"
    return f"{text}  {status.file}"


def _left(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


class Lines:
    """Progress on standard error: one line for each thing done, kept up to date where that is a terminal."""

    def __init__(self) -> None:
        self._what = ""

    def __call__(self, what: str, share: float) -> None:
        """Show that ``what`` is done to ``share`` (0 to 1)."""
        live = sys.stderr.isatty()
        if what != self._what:
            end = "\n" if self._what and live else ""
            print(f"{end}  {what}", end="" if live else "\n", file=sys.stderr, flush=True)  # noqa: T201
            self._what = what
        if live:
            shown = f" {share:4.0%}" if 0 < share < 1 else ""
            end = "\n" if share >= 1 else ""
            print(f"\r  {what}{shown}\x1b[K", end=end, file=sys.stderr, flush=True)  # noqa: T201
            if share >= 1:
                self._what = ""
