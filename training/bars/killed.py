"""The program that is killed: it opens, paints, edits, accepts, saves and migrates for ever, and says what it has done.

Every line of its log is one event: ``begun N`` by the N-th program; ``want D`` before the journal takes a state with
the digest D, ``have`` once it has; ``saving D``, ``saved`` around a project file, ``writing D``, ``written`` around
a photo; ``drop`` and ``dropped`` around the end of a journal.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from engine.files import read_photo, write_photo
from engine.picture import Photo
from engine.project import edits as stack
from engine.project.document import Document
from engine.project.journal import Journal, snapshot
from engine.project.project_file import open_project, save
from engine.project.recovery import lost, resume
from engine.values import Media
from training.bars.faked import propose, stroke

PHOTO, REFERENCE, OLD = "photo.png", "reference.png", "old.overtone"
PROJECT, EXPORT = "work.overtone", "export.png"
LOG = "log.txt"
SIZE = (640, 480)  # of the photo
MOST = 12  # edits of one document


def digest(document: Document) -> str:
    """A hash of all of a document that must survive."""
    state = hashlib.sha256(document.photo.pixels.tobytes())
    state.update(document.mask.values.tobytes())
    state.update(repr([(each.number, each.title) for each in document.references]).encode())
    edits = [(each.key, each.instruction.text, each.visible, each.opacity, each.seed) for each in document.edits]
    state.update(repr((edits, document.written)).encode())
    return state.hexdigest()[:16]


def picture_digest(photo: Photo) -> str:
    """A hash of a picture."""
    return hashlib.sha256(photo.pixels.tobytes()).hexdigest()[:16]


class Worker:
    """Works on one document after another in ``ground``."""

    def __init__(self, ground: Path, seed: int) -> None:
        self.ground = ground
        self.numbers = np.random.default_rng(seed)
        self._log = os.open(ground / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.say("begun", str(seed))
        self.document, self.journal = self._begin()

    def say(self, *words: str) -> None:
        """Append a line; a kill takes nothing of it back."""
        os.write(self._log, (" ".join(words) + "\n").encode())

    def _begin(self) -> tuple[Document, Journal]:
        home = self.ground / "journals"
        for found in lost(home):
            resumed = resume(found.folder)
            self.say("resumed", digest(resumed.document))
            return resumed.document, resumed.journal
        if self.numbers.random() < 0.3:
            opened = open_project(self.ground / OLD, home)
            self.say("want", digest(opened.document))
            self.say("have")
            return opened.document, opened.journal
        journal = Journal.fresh(home)
        path = self.ground / PHOTO
        return Document(read_photo(path), path, store=journal.store), journal

    def keep(self) -> None:
        """What the recorder does after a change."""
        self.say("want", digest(self.document))
        kept = self.journal.keep(snapshot(self.document))
        self.say("have")
        self.document.written_patches(kept.boxes)

    def step(self) -> None:
        """One thing that a user does."""
        document, numbers = self.document, self.numbers
        if len(document.edits) >= MOST:
            self._start_anew()
            return
        match int(numbers.integers(12)):
            case 0 | 1:
                stroke(document, numbers, 20)
            case 2 | 3 | 4 | 5:
                stroke(document, numbers, 30)
                propose(document, f"edit {len(document.edits)}", int(numbers.integers(1000)))
                document.accept()
            case 6 if document.edits:
                key = document.edits[int(numbers.integers(len(document.edits)))].key
                document.set_edits("hide edit", stack.with_visible(document.edits, key, bool(numbers.random() < 0.5)))
            case 7 if document.edits:
                key = document.edits[-1].key
                document.set_edits("opacity", stack.with_opacity(document.edits, key, float(numbers.random())))
            case 8:
                document.undo()
            case 9:
                document.add_references({self.ground / REFERENCE: Media.image})
                document.note_written(f"words {int(numbers.integers(1000))}")
            case 10:
                self._save()
            case _:
                self._export()
        self.keep()

    def _save(self) -> None:
        self.keep()
        self.say("saving", digest(self.document))
        save(self.journal, snapshot(self.document), self.ground / PROJECT)
        self.say("saved")

    def _export(self) -> None:
        self.say("writing", picture_digest(self.document.photo))
        write_photo(self.document.photo, self.ground / EXPORT)
        self.say("written")

    def _start_anew(self) -> None:
        self._save()
        self.say("drop")
        self.journal.discard()
        self.say("dropped")
        self.document, self.journal = self._begin()


def live(ground: str, seed: int) -> None:
    """Work until killed."""
    worker = Worker(Path(ground), seed)
    while True:
        worker.step()
