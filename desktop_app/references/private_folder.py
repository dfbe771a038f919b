"""Files that the editor makes for a session itself: pasted pictures, trimmed and recorded sounds, cut-outs."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

UNSAFE = re.compile(r"[^\w\- ]+")


class PrivateFolder:
    """A folder that is made when first needed and goes when closed."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._given: set[Path] = set()

    @property
    def path(self) -> Path:
        """Where it lies."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="overtone-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    def fresh(self, stem: str, suffix: str) -> Path:
        """A path in the folder that nobody was given yet, named after ``stem``."""
        stem = UNSAFE.sub(" ", stem).strip()[:60] or "reference"
        path, number = self.path / f"{stem}{suffix}", 2
        while path in self._given:
            path, number = self.path / f"{stem} {number}{suffix}", number + 1
        self._given.add(path)
        return path

    def close(self) -> None:
        """Remove the folder and what is in it."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
