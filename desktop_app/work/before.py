"""The picture that the present one is compared with: the original, framed as the present one is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.background import Background
from desktop_app.work.document import Document
from engine.picture import Photo
from engine.project.edits import Edits, State, framings, state


class Before(QObject):
    """Has the picture made by the worker, and keeps the last one.

    Attributes
    ----------
    ready
        A picture that was asked for is there.
    failed
        An :class:`~engine.errors.OvertoneError`: it cannot be made.
    """

    ready = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._document: Document | None = None
        self._state: State = ()
        self._photo: Photo | None = None

    def of(self, document: Document) -> Photo | None:
        """The picture, if it is there; else it is made, and ``ready`` follows."""
        frames = framings(document.edits)
        if not frames:
            self._document = self._photo = None
            return document.original
        wanted = state(frames)
        if document is not self._document or wanted != self._state:
            self._document, self._state, self._photo = document, wanted, document.known(frames)
            if self._photo is None:
                self._background.submit(
                    lambda: document.picture(frames),
                    lambda photo: self._made(document, frames, photo),
                    self.failed.emit,
                )
        return self._photo

    def _made(self, document: Document, frames: Edits, photo: Photo) -> None:
        if document is self._document and state(frames) == self._state:
            document.remember(frames, photo)
            self._photo = photo
            self.ready.emit()
