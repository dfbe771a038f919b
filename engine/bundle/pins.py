"""What the hub said of each repository when it was first pulled, kept so that later pulls get the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine import strict_json
from engine.bundle.disk import write
from engine.bundle.hub import Hub, Remote, Revision


class Pins:
    """Revisions by repository.

    Parameters
    ----------
    path
        The file that keeps them.
    hub
        Asked about a repository that is not pinned yet.
    update
        Ask about every repository anew.
    """

    def __init__(self, path: Path, hub: Hub, update: bool = False) -> None:
        self._path, self._hub = path, hub
        self._kept = _read(path)
        self._open = set(self._kept) if update else set()

    def files(self, repository: str, revision: str) -> dict[str, Remote]:
        """What the repository holds at its pinned commit; the first time, at ``revision``.

        Raises
        ------
        BundleError
            The hub has to be asked and cannot tell.
        OSError
            The pin cannot be kept.
        """
        if repository not in self._kept or repository in self._open:
            self._kept[repository] = self._hub.revision(repository, revision)
            self._open.discard(repository)
            record = {name: asdict(kept) for name, kept in self._kept.items()}
            write(self._path, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
        return self._kept[repository].files

    def commit(self, repository: str) -> str:
        """The pinned commit of a repository that was asked about."""
        return self._kept[repository].commit


def _read(path: Path) -> dict[str, Revision]:
    """The kept pins; none where there is no such file or it is damaged, which costs a question to the hub."""
    try:
        record: dict[str, Any] = strict_json.loads(path.read_bytes())
        return {
            name: Revision(kept["commit"], {file: Remote(**remote) for file, remote in kept["files"].items()})
            for name, kept in record.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
