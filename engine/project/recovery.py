"""After a kill: the journals that were left behind, and going on from one of them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import BadInput
from engine.files.disk import Disk
from engine.project import manifest as description
from engine.project.document import Document
from engine.project.journal import LOCK, Journal, fault, journals_home
from engine.project.loading import load
from engine.project.manifest import Manifest

DAY = 86_400  # seconds
GRACE = 0.5  # seconds: a helper that a killed program was just starting holds its lock until it has begun


@dataclass(frozen=True)
class Lost:
    """A journal that nobody has.

    Attributes
    ----------
    folder
        Where it is.
    path
        Of the photo.
    edits
        How many were accepted.
    when
        When it was last written, in seconds since 1970.
    modified
        Whether the user had changes not saved when it ended.
    size
        Bytes of disk.
    """

    folder: Path
    path: Path
    edits: int
    when: float
    modified: bool
    size: int = 0

    @property
    def name(self) -> str:
        """Of the photo."""
        return self.path.name


@dataclass(frozen=True, eq=False)
class Resumed:
    """A document that goes on, its journal, and what could not be had back."""

    document: Document
    journal: Journal
    notes: tuple[str, ...] = ()


def read_manifest(folder: Path) -> Manifest:
    """What a folder says of itself; raises BadInput when it says nothing or nonsense."""
    path = folder / description.NAME
    try:
        if path.stat().st_size > description.LARGEST:
            raise BadInput(f"{folder.name} is damaged: its description is too large.", description.AGAIN)
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{folder.name} cannot be read ({error.strerror}).", description.AGAIN) from error
    return description.from_bytes(data, folder.name)


def in_use(folder: Path, patience: float = 0.0) -> bool:
    """Whether a running program has the journal, and does not let it go within ``patience`` seconds."""
    lock = FileLock(folder / LOCK, timeout=patience, poll_interval=0.01, thread_local=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def lost(home: Path | None = None) -> tuple[Lost, ...]:
    """The journals that no running program has, the newest first. What is damaged is left where it is.

    Takes ``GRACE`` at most when a running program has some.
    """
    home = home or journals_home()
    found: list[Lost] = []
    until = time.monotonic() + GRACE
    if not home.is_dir():
        return ()
    for folder in home.iterdir():
        manifest_file = folder / description.NAME
        if not manifest_file.is_file() or in_use(folder, max(until - time.monotonic(), 0.0)):
            continue
        with contextlib.suppress(BadInput, OSError):
            manifest = read_manifest(folder)
            modified = manifest.session is None or manifest.session.modified
            path = Path(manifest.original.path)
            found.append(
                Lost(folder, path, len(manifest.edits), manifest_file.stat().st_mtime, modified, _size(folder))
            )
    return tuple(sorted(found, key=lambda each: each.when, reverse=True))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def tidy(home: Path | None = None) -> None:
    """Remove what is left of journals whose removal was cut off: folders of no use to anybody, a day old at least."""
    home = home or journals_home()
    if not home.is_dir():
        return
    for folder in home.iterdir():
        with contextlib.suppress(OSError):
            old = time.time() - folder.stat().st_mtime > DAY
            if old and folder.is_dir() and not (folder / description.NAME).exists() and not in_use(folder):
                Journal(folder).discard()


def resume(folder: Path, disk: Disk | None = None) -> Resumed:
    """Go on from a journal, in its own folder: nothing is overwritten.

    Raises
    ------
    BadInput
        When another program has it, or its original is damaged.
    """
    journal = Journal(folder, disk)
    try:
        journal.prepare()
    except OSError as error:
        raise fault(error) from error
    try:
        document, notes = load(journal, read_manifest(folder))
    except BaseException:
        journal.release()
        raise
    return Resumed(document, journal, notes)
