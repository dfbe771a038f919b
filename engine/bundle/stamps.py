"""Remembers which files were hashed, so that an unchanged file is hashed once and not at every start."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from engine import strict_json
from engine.bundle.manifest import sha256_of


class Stamps:
    """Hashes by path, size and modification time, kept in one small JSON file.

    A stamp file that is missing, damaged or cannot be written only costs time: the files are then hashed again.

    Parameters
    ----------
    path
        The stamp file.
    root
        Folder that the remembered paths are relative to; those of files elsewhere are kept whole.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root
        self._known: dict[str, tuple[int, int, str]] = {}
        self._changed = False
        try:
            record = strict_json.loads(path.read_bytes())
            self._known = {str(key): (int(size), int(time), str(sha)) for key, (size, time, sha) in record.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}

    def sha256(self, file: Path) -> str:
        """SHA-256 of ``file`` in hex, from memory when its size and time are those it was hashed at."""
        status = file.stat()
        key = file.relative_to(self._root).as_posix() if file.is_relative_to(self._root) else str(file)
        known = self._known.get(key)
        if known and known[:2] == (status.st_size, status.st_mtime_ns):
            return known[2]
        sha = sha256_of(file)
        self._known[key] = (status.st_size, status.st_mtime_ns, sha)
        self._changed = True
        return sha

    def save(self) -> None:
        """Write what was learnt, if anything; a folder that cannot be written is left alone."""
        if not self._changed:
            return
        self._changed = False
        text = json.dumps(self._known, sort_keys=True)
        try:
            handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".stamps-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(self._path)
        except OSError:
            return
