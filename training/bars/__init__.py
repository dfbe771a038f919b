"""The project's bars as runnable measurements: ``python3 run.py bars A`` prints the whole table of one letter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Bar:
    """One measured line of the table.

    Attributes
    ----------
    level
        ``must`` or ``aim``.
    what
        The bar's name.
    goal
        What it asks for, in words.
    figure
        What was measured, in words.
    ok
        Whether the goal holds.
    """

    level: Literal["must", "aim"]
    what: str
    goal: str
    figure: str
    ok: bool


@dataclass(frozen=True)
class Ground:
    """What every measurement stands on.

    Attributes
    ----------
    data
        Folder made by ``overtone train data``: ``photos/photos.jsonl``, ``objects/objects.jsonl`` and so on; the
        current folder for letters that need none.
    out
        Folder for pictures and details worth looking at.
    """

    data: Path
    out: Path
