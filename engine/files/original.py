"""The file that an edited photo came from: saving follows its type, quality and untouched blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.files.sniffing import mapped


@dataclass(frozen=True)
class Original:
    """A photo's file as it was opened.

    Attributes
    ----------
    name
        Its name, for messages.
    places
        Where its bytes may lie, best first.
    """

    name: str
    places: tuple[Path, ...]

    @classmethod
    def at(cls, path: Path, copy: Path | None = None) -> Original:
        """The original that lies at ``path``; an unchanged ``copy`` of the same type is preferred."""
        same = copy is not None and copy.suffix.lower() == path.suffix.lower()
        return cls(path.name, (copy, path) if copy is not None and same else (path,))

    def read(self) -> memoryview | None:
        """Its bytes where they lie; nothing when it cannot be read, so that saving never depends on it."""
        for place in self.places:
            try:
                return mapped(place)
            except (OSError, ValueError):
                continue
        return None
