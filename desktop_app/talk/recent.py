"""Instructions given lately, kept from one session to the next."""

from __future__ import annotations

import json
from pathlib import Path

import platformdirs

from engine.errors import OvertoneError
from engine.files import write_bytes

MOST = 40


def state_folder() -> Path:
    """Where the editor keeps what it remembers."""
    return Path(platformdirs.user_state_dir("overtone", appauthor=False))


class Recent:
    """The newest instruction first, each once.

    Parameters
    ----------
    path
        A JSON file; one in the user's state folder by default.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_folder() / "recent-instructions.json"
        self._texts: list[str] | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The newest first; read when first asked for. A file that cannot be read counts as empty."""
        if self._texts is None:
            try:
                read = json.loads(self._path.read_text("utf-8"))
            except (OSError, ValueError):
                read = []
            self._texts = [text for text in read if isinstance(text, str)][:MOST] if isinstance(read, list) else []
        return tuple(self._texts)

    def add(self, text: str) -> None:
        """Remember an instruction as the newest; where the disk refuses, for this session only."""
        text = text.strip()
        if not text:
            return
        self._texts = [text, *(other for other in self.texts if other != text)][:MOST]
        self._write()

    def clear(self) -> None:
        """Forget them all."""
        self._texts = []
        self._write()

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(self._path, json.dumps(self._texts, ensure_ascii=False, indent=1).encode())
        except (OSError, OvertoneError):  # a memory aid must never stop an edit
            return
