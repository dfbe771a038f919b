"""Progress for a person at a terminal or in a log."""

from __future__ import annotations

import sys


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
