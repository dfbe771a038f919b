"""A picture of the document's stack that the screen wants: the one compared with, the one that accepting gives."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_app.background import Background
from desktop_app.work.document import Document
from engine.errors import OvertoneError
from engine.picture import Photo
from engine.project.edits import Edits, State, state


class Composed(QObject):
    """Has the picture made by the worker, and keeps the last one.

    Parameters
    ----------
    stack
        Which edits it shows.
    background
        The worker.

    Attributes
    ----------
    ready
        A picture that was asked for is there.
    failed
        An :class:`~engine.errors.OvertoneError`: it cannot be made.
    """

    ready = Signal()
    failed = Signal(object)

    def __init__(
        self, stack: Callable[[Document], Edits], background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._stack, self._background = stack, background
        self._document: Document | None = None
        self._state: State = ()
        self._photo: Photo | None = None

    def of(self, document: Document) -> Photo | None:
        """The picture, if it is there; else it is made, and ``ready`` follows. Raises as ``stack`` does."""
        edits = self._stack(document)
        wanted = state(edits)
        if document is not self._document or wanted != self._state:
            self._document, self._state, self._photo = document, wanted, document.known(edits)
            if self._photo is None:
                self._background.submit(
                    lambda: document.picture(edits),
                    lambda photo: self._made(document, edits, photo),
                    lambda error: self._missed(document, edits, error),
                )
        return self._photo

    def forget(self) -> None:
        """Let the picture go, and its document."""
        self._document = self._photo = None

    def _wanted(self, document: Document, edits: Edits) -> bool:
        return document is self._document and state(edits) == self._state

    def _made(self, document: Document, edits: Edits, photo: Photo) -> None:
        if self._wanted(document, edits):
            document.remember(edits, photo)
            self._photo = photo
            self.ready.emit()

    def _missed(self, document: Document, edits: Edits, error: OvertoneError) -> None:
        if self._wanted(document, edits):  # else what it was made of may have been let go
            self.failed.emit(error)
