"""What is done to the whole mask: refine its edge, invert, clear, read it from a file and write it to one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.background import Background
from desktop_app.tools.mask_ops import Refine, Refined, refined
from desktop_app.window.dialogs import Dialogs
from desktop_app.work.document import Document, Touched
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.picture import Photo
from engine.project.mask import Atom, Combine, Inversion
from engine.values import Box


def read_mask_file(path: Path, photo: Photo) -> np.ndarray:
    """A mask picture for a photo, ``(H, W)`` uint8; raises BadInput where it does not fit."""
    from engine.commands.common import read_mask  # only here: it brings the command line's own imports

    return read_mask(path, photo)


def write_mask_file(values: np.ndarray, path: Path) -> None:
    """Write a mask as a grey picture, white where to edit."""
    from engine.files import write_photo

    write_photo(Photo(np.repeat(values[..., None], 3, axis=2)), path)


class MaskCommands(QObject):
    """Changes the session's mask; each change is one step of its history.

    Attributes
    ----------
    changed
        The mask has changed by one of these commands or a stroke that was reported.
    saved
        Where the mask was written.
    failed
        An :class:`~engine.errors.OvertoneError`.
    """

    changed = Signal()
    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._background: Background | None = None
        self._dialogs: Dialogs | None = None

    def attend(self, background: Background, dialogs: Dialogs) -> None:
        """Use this worker for what takes long, and these dialogs for files."""
        self._background, self._dialogs = background, dialogs

    def took(self, atom: Atom | None, name: str) -> None:
        """Note a change that the mask has made already."""
        document = self._session.document
        if document is not None and document.painted(atom, name):
            box = document.mask.whole if isinstance(atom, Inversion) else getattr(atom, "box", None)
            self.changed.emit()
            self._session.touched.emit(Touched(box))

    def invert(self) -> None:
        """Turn the mask inside out."""
        document = self._session.document
        if document is not None:
            self.took(document.mask.invert(), "invert mask")

    def clear(self) -> None:
        """Take everything away."""
        document = self._session.document
        if document is not None:
            self.took(document.mask.clear(), "clear mask")

    def join(self, values: np.ndarray, box: Box, how: Combine, name: str) -> None:
        """Join ``(h, w)`` uint8 at ``box``, which lies inside the mask, with the mask."""
        document = self._session.document
        if document is not None:
            self.took(document.mask.combine(values, box, how), name)

    def refine(self, how: Refine, pixels: int) -> None:
        """Grow, shrink or feather by that many photo pixels, in the worker."""
        document = self._session.document
        if document is None or document.mask.extent is None or self._background is None:
            return
        mask, extent, version = document.mask, document.mask.extent, document.mask.version

        def done(result: Refined) -> None:
            if document.mask is mask and mask.version != version:  # painted on meanwhile
                self.refine(how, pixels)
            elif document.mask is mask and self._session.document is document:
                self.took(mask.combine(result.values, result.box, Combine.new), how.value)

        # strokes painted while the worker reads the mask change its version, and the work is done again
        self._background.submit(lambda: refined(mask.values, extent, how, pixels), done, self._fail)

    def load(self) -> None:
        """Ask for a mask picture and take it as the mask."""
        document = self._session.document
        path = self._dialogs.mask() if document is not None and self._dialogs is not None else None
        if path is None or document is None or self._background is None:
            return

        def done(values: np.ndarray) -> None:
            if self._session.document is document:
                self.join(values, document.mask.whole, Combine.new, "mask from file")

        self._background.submit(lambda: read_mask_file(path, document.photo), done, self._fail)

    def save(self) -> None:
        """Ask where to write the mask, and write it."""
        document = self._session.document
        if document is None or document.mask.empty or self._dialogs is None or self._background is None:
            return
        path = self._dialogs.save_as(_beside(document))
        if path is not None:
            values = document.mask.values.copy()  # painting may go on
            self._background.submit(
                lambda: write_mask_file(values, path), lambda _value: self.saved.emit(path), self._fail
            )

    def _fail(self, error: OvertoneError) -> None:
        self.failed.emit(error)


def _beside(document: Document) -> Path:
    return document.path.with_name(f"{document.path.stem}-mask.png")
