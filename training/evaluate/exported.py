"""A finished run's exported files, read as a bundle's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import torch

from engine.bundle import storage


@dataclass(frozen=True)
class Run:
    """Files of a run's folder under the names that they have in a bundle, ``own/NAME``."""

    folder: Path

    def has(self, path: str) -> bool:
        """Whether the run wrote ``path``."""
        return self._file(path).is_file()

    def tensors(self, path: str) -> dict[str, torch.Tensor]:
        """Tensors of one of its files."""
        return storage.read(self._file(path))

    def json(self, path: str) -> Any:
        """What one of its JSON files holds."""
        return json.loads(self._file(path).read_text(encoding="utf-8"))

    def _file(self, path: str) -> Path:
        return self.folder / PurePosixPath(path).name
