"""Bar: a full, read-only or vanishing disk at every single write: a clear message, and the old file intact."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import OvertoneError
from engine.files import read_photo, write_bytes, write_photo
from engine.files.disk import Disk
from engine.picture import Photo
from engine.project.document import Document
from engine.project.journal import Journal, snapshot
from engine.project.project_file import open_project, save, summary
from engine.project.recovery import resume
from training.bars import Bar, Ground
from training.bars.faked import propose, stroke
from training.bars.faulty import patched
from training.bars.killed import digest

FAULTS = {
    "full": errno.ENOSPC,
    "over quota": errno.EDQUOT,
    "read-only": errno.EROFS,
    "broken": errno.EIO,
    "vanished": errno.ENOENT,
}
OPERATIONS = ("make_folder", "create", "write", "sync", "rename", "sync_folder")
SIZES = (0, 1000, 20_000, 100_000)  # bytes that a file may have under the system's own limit
SIZE = (480, 640)


@dataclass(frozen=True)
class Work:
    """Something that writes.

    Attributes
    ----------
    name
        For the table.
    run
        Does it.
    state
        What lies on the disk, as a value; raises when it does not open.
    """

    name: str
    run: Callable[[], object]
    state: Callable[[], object]


def measure(_ground: Ground) -> list[Bar]:
    """Injects each fault at each operation of each work; then lets the system itself refuse."""
    bars = []
    for name, maker in WORKS.items():
        good, ran, first = injected(maker)
        if first:
            print(f"{name}: {first}")
        bars.append(
            Bar(
                "must",
                f"disk faults: {name}",
                f"{', '.join(FAULTS)} at each operation: clear message, old file intact",
                f"{good} of {ran}",
                good == ran > 0,
            )
        )
    good, ran, first = real()
    if first:
        print(first)
    what = "files limited by the system to few bytes, folders removed"
    bars.append(Bar("must", "disk faults: real ones", what, f"{good} of {ran}", good == ran > 0))
    return bars


@contextmanager
def failing_at(place: int | None, code: int) -> Iterator[list[str]]:
    """From the ``place``-th operation on, every one of them fails with ``code``; the list names those asked for."""
    asked: list[str] = []

    def instead(name: str) -> Callable[..., Any]:
        def method(whole: Callable[..., Any], disk: Disk, *arguments: Any) -> Any:
            asked.append(name)
            if place is not None and len(asked) > place:
                raise OSError(code, os.strerror(code))
            return whole(disk, *arguments)

        return method

    with ExitStack() as stack:
        for name in OPERATIONS:
            stack.enter_context(patched(Disk, name, instead(name)))
        yield asked


def injected(maker: Callable[[Path], Work]) -> tuple[int, int, str]:
    """How many faults left all as it was with a clear message, of how many, and what was wrong first."""
    with _work(maker) as work, failing_at(None, 0) as asked:
        work.run()
    good = ran = 0
    first = ""
    for kind, code in FAULTS.items():
        for place, operation in enumerate(asked):
            with _work(maker) as work:
                before = work.state()
                with failing_at(place, code):
                    wrong = _refused(work.run)
                renamed = operation == "sync_folder" and place == len(asked) - 1  # the new file is there, whole
                wrong = wrong or _changed(work, before, renamed)
            ran += 1
            good += not wrong
            first = first or (wrong and f"{kind} at {operation} {place}: {wrong}")
    return good, ran, first


def real() -> tuple[int, int, str]:
    """The same with faults of the system."""
    good = ran = 0
    first = ""
    for name, maker in WORKS.items():
        for size in SIZES:
            with _work(maker) as work:
                before = work.state()
                with limited(size):
                    wrong = _refused(work.run, may_work=size > 0)
                wrong = "" if wrong == "done" else wrong or _changed(work, before, False)
            ran += 1
            good += not wrong
            first = first or (wrong and f"{name}, {size} bytes: {wrong}")
    with tempfile.TemporaryDirectory(prefix="overtone-disk-") as folder:
        for wrong in _vanished(Path(folder)):
            ran += 1
            good += not wrong
            first = first or wrong
    return good, ran, first


def _vanished(ground: Path) -> Iterator[str]:
    document, journal = _document(ground)
    journal.keep(snapshot(document))
    gone = ground / "drive"
    yield _refused(lambda: write_photo(document.photo, gone / "a.png"))
    yield _refused(lambda: save(journal, snapshot(document), gone / "a.overtone"))
    shutil.rmtree(journal.folder)
    stroke(document, np.random.default_rng(5), 20)
    yield _refused(lambda: journal.keep(snapshot(document)))
    journal.release()


@contextmanager
def limited(size: int) -> Iterator[None]:
    """No file may be longer than ``size`` bytes, by the system's own limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _work(maker: Callable[[Path], Work]) -> Iterator[Work]:
    with tempfile.TemporaryDirectory(prefix="overtone-disk-") as folder:
        yield maker(Path(folder))


def _refused(run: Callable[[], object], may_work: bool = False) -> str:
    """What is wrong with how a fault was told; "done" when it worked after all and may."""
    try:
        run()
    except OvertoneError as error:
        return "" if error.message.endswith((".", "!")) and error.hint else f"says {error}"
    except OSError as error:
        return f"a bare {error!r}"
    return "done" if may_work else "no fault was told"


def _changed(work: Work, before: object, may: bool) -> str:
    try:
        after = work.state()
    except (OvertoneError, OSError) as error:
        return f"does not open any more: {error}"
    return "" if after == before or may else f"{after} was {before}"


# what writes


def _document(ground: Path) -> tuple[Document, Journal]:
    path = ground / "photo.png"
    coarse = np.random.default_rng(0).integers(0, 256, (SIZE[0] // 8, SIZE[1] // 8, 3), np.uint8)
    write_photo(Photo(np.ascontiguousarray(coarse.repeat(8, 0).repeat(8, 1))), path)
    journal = Journal.fresh(ground / "journals")
    document = Document(read_photo(path), path, store=journal.store)
    _edit(document, 1)
    return document, journal


def _edit(document: Document, seed: int) -> None:
    stroke(document, np.random.default_rng(seed), 40)
    propose(document, f"edit {seed}", seed)
    document.accept()


def _files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder; one left half-written shows here."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def photo(ground: Path) -> Work:
    """A photo saved over an older one."""
    document, _ = _document(ground)
    place = ground / "out"
    place.mkdir()
    write_photo(document.original, place / "a.tif")
    return Work("photo", lambda: write_photo(document.photo, place / "a.tif"), lambda: _files(place))


def project(ground: Path) -> Work:
    """A project saved over an older one; the journal is on a good disk only as far as the fault lets it."""
    document, journal = _document(ground)
    place = ground / "out"
    place.mkdir()
    path = place / "a.overtone"
    save(journal, snapshot(document), path)
    _edit(document, 2)
    now = snapshot(document)
    return Work("project", lambda: save(journal, now, path), lambda: (_files(place), len(summary(path)["edits"])))


def journal_of_an_edit(ground: Path) -> Work:
    """An accepted edit kept after another one."""
    document, journal = _document(ground)
    journal.keep(snapshot(document))
    _edit(document, 2)
    now = snapshot(document)

    def state() -> str:
        copy = ground / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(journal.folder, copy, ignore=shutil.ignore_patterns("lock"))
        resumed = resume(copy)
        resumed.journal.release()
        return digest(resumed.document)

    return Work("journal", lambda: journal.keep(now), state)


def opening(ground: Path) -> Work:
    """A project opened: unpacked into a journal."""
    document, journal = _document(ground)
    save(journal, snapshot(document), ground / "a.overtone")
    home = ground / "unpacked"
    home.mkdir()
    return Work(
        "opening",
        lambda: open_project(ground / "a.overtone", home),
        lambda: sorted(each.name for each in home.iterdir()),
    )


def settings(ground: Path) -> Work:
    """A small file of settings."""
    place = ground / "settings"
    place.mkdir()
    path = place / "settings.json"
    write_bytes(path, b'{"version": 1}')
    return Work("settings", lambda: write_bytes(path, b'{"version": 1, "seed": 3}'), lambda: _files(place))


WORKS: dict[str, Callable[[Path], Work]] = {
    "save photo": photo,
    "save project": project,
    "journal": journal_of_an_edit,
    "open project": opening,
    "settings": settings,
}
