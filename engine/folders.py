"""What networks of diffusers and transformers are loaded from: the folders of a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Folders(Protocol):
    """Files and folders that are handed out once their hashes were checked."""

    def has(self, path: str, /) -> bool:
        """Whether there is such a file."""
        ...

    def path(self, path: str, /) -> Path:
        """The place of a file, checked."""
        ...

    def folder(self, folder: str, /) -> Path:
        """The place of a folder, every file of it checked."""
        ...
