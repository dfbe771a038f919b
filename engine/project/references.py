"""References of a document: pictures and sounds under numbers that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.values import Media, marker


@dataclass(frozen=True)
class Reference:
    """A picture or sound in one of the two bins.

    Attributes
    ----------
    number
        The k of ``[ref#k]``. Pictures and sounds share one numbering, and a number keeps its file: removing one
        reference never renames another.
    media
        Picture or sound.
    path
        The file.
    name
        What the user calls it; the file's name when empty.
    role
        What it is meant for, in words ("style", "my dog"); goes to the engine as the reference's text.
    """

    number: int
    media: Media
    path: Path
    name: str = ""
    role: str = ""

    @property
    def marker(self) -> str:
        """``[ref#k]``."""
        return marker(self.number)

    @property
    def title(self) -> str:
        """What to call it: the user's name for it, or the file's without its ending."""
        return self.name or self.path.stem


def numbered(there: tuple[Reference, ...], files: Mapping[Path, Media]) -> tuple[Reference, ...]:
    """The files that are not there yet, as references with the next numbers."""
    known = {item.path for item in there}
    first = max((item.number for item in there), default=0) + 1
    fresh = [(path, media) for path, media in files.items() if path not in known]
    return tuple(Reference(first + index, media, path) for index, (path, media) in enumerate(fresh))
