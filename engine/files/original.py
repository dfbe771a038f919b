"""The file that an edited photo came from: saving follows its type, quality and untouched blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Original:
    """A photo's file as it was opened.

    Attributes
    ----------
    name
        Its name, for messages.
    path
        Where it lies, if it lies anywhere.
    data
        Its bytes, if they are kept in memory; read from ``path`` otherwise.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None

    @classmethod
    def at(cls, path: Path) -> Original:
        """The original that lies at ``path``."""
        return cls(path.name, path)

    def read(self) -> bytes | None:
        """Its bytes; nothing when the file is gone or cannot be read, so that saving never depends on it."""
        if self.data is not None or self.path is None:
            return self.data
        try:
            return self.path.read_bytes()
        except OSError:
            return None
