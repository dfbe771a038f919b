"""Keeps the session's document on the disk while it changes, in a thread of its own: the window never waits for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.background import Background
from desktop_app.work.document import Document
from engine.errors import OvertoneError
from engine.project import project_file
from engine.project.edits import Edits
from engine.project.journal import BUDGET, Journal, Kept, snapshot

PAUSE = 1000  # milliseconds after a letter typed until the text is kept


class Recorder(QObject):
    """Writes the journal of one document after another.

    A change is written at once; while a write runs, the next ones gather and are written together.

    Attributes
    ----------
    kept
        Everything that was done until a moment ago lies on the disk.
    failed
        An :class:`~engine.errors.OvertoneError`: the disk refuses; said once until it takes something again.
    size, budget
        Bytes of the journal, and bytes above which the user is told.
    """

    kept = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.size = 0
        self.budget = BUDGET
        self._background = Background(self)
        self._document: Document | None = None
        self._journal: Journal | None = None
        self._ended: list[Journal] = []  # references may lie in them, and stay in the bins
        self._strokes = -1
        self._dirty = self._busy = self._complained = self._unwanted = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._changed)

    @property
    def idle(self) -> bool:
        """Whether all that was done lies on the disk, as far as the disk takes it."""
        return not (self._busy or self._dirty or self._timer.isActive())

    @property
    def folder(self) -> Path | None:
        """Where the journal is."""
        return self._journal and self._journal.folder

    @property
    def original(self) -> Path | None:
        """The journal's copy of the photo's file, once there is one."""
        journal = self._journal
        if journal is None or journal.manifest is None:
            return None
        return journal.folder / journal.manifest.original.member

    def follow(self, document: Document, journal: Journal) -> None:
        """Keep another document from now on; the journal of the one before ends."""
        self._end()
        self._document, self._journal = document, journal
        self._strokes, self.size = -1, 0
        self._dirty = self._unwanted = self._complained = False
        document.listen(lambda: self._on_change(document))
        if journal.manifest is not None:
            self.size = journal.size()

    def later(self) -> None:
        """Keep what is being written once the typing pauses; words alone do not begin a journal."""
        if self._journal is not None and self._journal.manifest is not None:
            self._timer.start()

    def project_size(self, document: Document) -> int:
        """About how many bytes a project file of the document takes."""
        if self.size or not document.path.is_file():
            return self.size
        return document.path.stat().st_size

    def let_go(self) -> None:
        """The user wants none of it: the journal goes when the document does, unless something more is done."""
        self._unwanted = True

    def save_project(self, path: Path, done: Callable[[Edits], None], failed: Callable[[OvertoneError], None]) -> None:
        """Write the project file in the thread; ``done`` gets the stack that is in it."""
        document, journal = self._document, self._journal
        if document is None or journal is None:
            return
        now = snapshot(document, self._strokes)
        self._background.submit(
            lambda: project_file.save(journal, now, path), lambda _size: self._project_saved(now.edits, done), failed
        )

    def close(self) -> None:
        """Write what is left, end the journal, and stop the thread."""
        self._timer.stop()
        self._end()
        for journal in self._ended:
            self._background.submit(journal.discard, _nothing, _nothing)
        self._background.finish()
        self._document = self._journal = None

    def _project_saved(self, edits: Edits, done: Callable[[Edits], None]) -> None:
        done(edits)
        self._changed()

    def _on_change(self, document: Document) -> None:
        if document is self._document:
            self._changed()

    def _changed(self) -> None:
        self._dirty, self._unwanted = True, False
        self._submit()

    def _submit(self) -> None:
        document, journal = self._document, self._journal
        if document is None or journal is None or self._busy or not self._dirty:
            return
        self._timer.stop()
        self._dirty, self._busy = False, True
        now = snapshot(document, self._strokes)
        self._background.submit(
            lambda: journal.keep(now),
            lambda kept: self._on_kept(document, kept),
            lambda error: self._on_failed(document, error),
        )

    def _on_kept(self, document: Document, kept: Kept) -> None:
        document.written_patches(kept.boxes)
        self._busy = False
        if document is self._document:
            self._strokes, self.size, self._complained = kept.strokes, kept.size, False
            self.kept.emit()
        self._submit()

    def _on_failed(self, document: Document, error: OvertoneError) -> None:
        self._busy = False
        if document is self._document:
            self._strokes = -1
            if not self._complained:
                self._complained = True
                self.failed.emit(error)
        self._submit()

    def _end(self) -> None:
        """Let the journal go, or leave all of it on the disk.

        It goes when the user wants it gone, when its project holds all of it, and when nothing was accepted: closing a
        photo is then as good as saying so. Otherwise it stays, and is offered again.
        """
        document, journal = self._document, self._journal
        if document is None or journal is None:
            return
        if self._unwanted or document.in_project or not document.edits:
            self._ended.append(journal)
            self._background.submit(journal.forget, _nothing, _nothing)
            return
        now = snapshot(document, self._strokes)

        def leave() -> None:
            with contextlib.suppress(OvertoneError):
                journal.keep(now)
            journal.release()

        self._background.submit(leave, _nothing, _nothing)


def _nothing(_answer: object) -> None:
    """Nobody waits for it."""
