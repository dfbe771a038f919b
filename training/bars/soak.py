"""Bar: hundreds of edits (fake decoder, real composite and files) leave memory and file handles where they were.

Every edit is painted, made, accepted and taken by the journal, and reads a reference in the sandbox; now and then the
picture is saved, changes are taken back, and the project is saved, closed and opened again.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from engine.files import Original, read_photo, read_reference, write_photo
from engine.files.reading import reading_with
from engine.picture import Photo
from engine.project.document import Document
from engine.project.journal import Journal, snapshot
from engine.project.project_file import open_project, save
from engine.sandbox import Sandbox
from engine.values import Media
from training.bars import Bar, Ground
from training.bars.faked import propose, stroke

EDITS = 300
WARM = 40  # edits until caches are full
REOPEN = 60  # edits of one document
SIZE = (2400, 1600)  # pixels, 16 bits
GROWTH = 200 * 10**6  # bytes


@dataclass
class Use:
    """Memory in bytes and open handles after every edit, of this process and its reader."""

    memory: list[int] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)

    def note(self) -> None:
        """Look at both now."""
        own = Path("/proc/self")
        children = [pid for task in (own / "task").iterdir() for pid in (task / "children").read_text().split()]
        processes = [own, *(Path("/proc") / pid for pid in children)]
        pages = [int((process / "statm").read_text().split()[1]) for process in processes]
        self.memory.append(sum(pages) * os.sysconf("SC_PAGE_SIZE"))
        self.handles.append(sum(len(list((process / "fd").iterdir())) for process in processes) - 1)  # this look's own

    def growth(self, warm: int) -> float:
        """How far the middle of the last edits lies above the middle of the first ones after warming up, in bytes."""
        rest = self.memory[warm:]
        few = max(len(rest) // 10, 1)
        return float(np.median(rest[-few:]) - np.median(rest[:few]))


def measure(_ground: Ground) -> list[Bar]:
    """Do the edits and compare the end with the beginning."""
    goal = f"growth ≤ {GROWTH // 10**6} MB after warm-up"
    if not Path("/proc/self/statm").exists():
        return [Bar("must", "soak", goal, "can only be measured on Linux", False)]
    with tempfile.TemporaryDirectory(prefix="overtone-soak-") as name:
        use = soak(Path(name), EDITS)
    growth = use.growth(WARM)
    figure = f"{growth / 1e6:+.0f} MB over {EDITS} edits of 3.8 MP at 16 bits, {max(use.memory) / 1e6:.0f} MB at most"
    handles = sorted(set(use.handles[WARM:]))
    return [
        Bar("must", "soak: memory", goal, figure, growth <= GROWTH),
        Bar("must", "soak: file handles", "constant", f"{handles[0]} to {handles[-1]}", len(handles) == 1),
    ]


def soak(folder: Path, edits: int, size: tuple[int, int] = SIZE, reopen: int = REOPEN) -> Use:
    """So many edits on a photo of ``size`` (width, height) in ``folder``."""
    numbers = np.random.default_rng(0)
    _photo(folder / "photo.tif", size, numbers)
    _photo(folder / "reference.png", (size[0] // 4, size[1] // 4), numbers)
    use = Use()
    with Sandbox() as sandbox, reading_with(sandbox):
        document, journal = _begun(folder)
        for number in range(1, edits + 1):
            read_reference(folder / "reference.png")
            stroke(document, numbers, size[1] / 20)
            propose(document, "fill it like [ref#1]", number)
            document.accept()
            _kept(document, journal)
            if number % 7 == 0:
                document.undo()
                document.redo()
            if number % 10 == 0:
                for suffix in (".tif", ".jpg"):
                    write_photo(document.photo, folder / f"saved{suffix}", Original.at(folder / f"saved{suffix}"))
            if number % reopen == 0:
                document, journal = _reopened(document, journal, folder, anew=number % (2 * reopen) == 0)
            use.note()
        journal.discard()
    return use


def _photo(path: Path, size: tuple[int, int], numbers: np.random.Generator) -> None:
    coarse = numbers.integers(0, 65536, (size[1] // 40, size[0] // 40, 3)).astype(np.float32)
    grain = numbers.integers(-300, 300, (size[1], size[0], 3))
    pixels = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC) + grain
    write_photo(Photo(np.clip(pixels, 0, 65535).astype(np.uint16)), path)


def _begun(folder: Path) -> tuple[Document, Journal]:
    journal = Journal.fresh(folder / "journals")
    document = Document(read_photo(folder / "photo.tif"), folder / "photo.tif", store=journal.store)
    document.add_references({folder / "reference.png": Media.image})
    _kept(document, journal)
    return document, journal


def _kept(document: Document, journal: Journal) -> None:
    document.written_patches(journal.keep(snapshot(document)).boxes)


def _reopened(document: Document, journal: Journal, folder: Path, anew: bool) -> tuple[Document, Journal]:
    """The document after a round through its project file, or a new one on the same photo."""
    save(journal, snapshot(document), folder / "work.overtone")
    journal.discard()
    if anew:
        return _begun(folder)
    opened = open_project(folder / "work.overtone", folder / "journals")
    return opened.document, opened.journal
