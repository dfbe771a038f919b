"""Cropping: the frame drawn on the canvas becomes an edit of the stack, at once and without the engine."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.background import Background
from desktop_app.canvas.canvas import Canvas
from desktop_app.runs.runs import Runs
from desktop_app.work.document import Document, Touched
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.framing import Framing, largest_box
from engine.project.edits import State, state
from engine.values import Box


class Cropping(QObject):
    """Cuts out what the crop tool frames.

    Attributes
    ----------
    cropped
        The photo has been framed.
    failed
        An :class:`~engine.errors.OvertoneError`: why it cannot be now.
    """

    cropped = Signal()
    failed = Signal(object)

    def __init__(
        self, canvas: Canvas, session: Session, runs: Runs, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._canvas, self._session, self._runs, self._background = canvas, session, runs, background
        self._tool = canvas.kit.cropper
        session.opened.connect(lambda: self._tool.set(None))
        session.touched.connect(self._on_touched)

    def run(self) -> None:
        """Keep what is in the frame, as one step of the history."""
        document, frame = self._session.document, self._tool.frame
        if document is None or frame is None or frame.empty:
            return
        if document.pending is not None:
            self.failed.emit(OvertoneError(self.tr("A result is waiting."), self.tr("Accept or discard it first.")))
            return
        if self._runs.busy:
            self.failed.emit(OvertoneError(self.tr("An edit is running."), self.tr("Wait for it, or cancel it.")))
            return
        if self._session.changing:
            self.failed.emit(
                OvertoneError(self.tr("The photo is still changing."), self.tr("Wait until that is done, then crop."))
            )
            return
        if frame.size != (document.photo.width, document.photo.height):
            return  # the canvas still shows the picture before
        try:
            framing = frame.framing()
        except OvertoneError as error:
            self.failed.emit(error)
            return
        now, version = state(document.edits), document.mask.version
        if document.mask.empty:
            self._frame(document, framing, now, None)
        else:
            self._background.submit(
                lambda: document.framed_mask(framing),
                lambda mask: self._frame(document, framing, now, (version, mask)),
                self.failed.emit,
            )

    def _frame(
        self, document: Document, framing: Framing, now: State, mask: tuple[int, np.ndarray | None] | None
    ) -> None:
        edits = document.framed(framing, self._words(framing))

        taken = False

        def act() -> Touched:
            nonlocal taken
            taken = state(document.edits) == now  # nothing else was done while the picture was made
            return document.frame(framing, edits, mask) if taken else Touched()

        def done() -> None:
            if taken:
                self._tool.set(None)  # it and the other frame spoke of the picture before
                self._canvas.frame.reset()
                self.cropped.emit()

        if self._session.document is document and state(document.edits) == now:  # no second press of the key came first
            self._session.take(edits, act, done)

    def _on_touched(self, touched: Touched) -> None:
        """A frame stays while the photo keeps its size."""
        document, frame = self._session.document, self._tool.frame
        if not touched.photo or document is None or frame is None:
            return
        if frame.size != (document.photo.width, document.photo.height):
            self._tool.set(None)

    def _words(self, framing: Framing) -> str:
        """What the history calls it."""
        size, degrees = f"{framing.box.width} × {framing.box.height}", f"{framing.straighten:g}"
        if framing.straighten and framing.box == largest_box(*framing.turned, framing.straighten):
            return self.tr("Straighten by {0}°").format(degrees)
        if framing.straighten:
            return self.tr("Crop to {0}, straightened by {1}°").format(size, degrees)
        if framing.box != Box(0, 0, *framing.turned):
            return self.tr("Crop to {0}").format(size)
        turns = {90: self.tr("Turn right"), 180: self.tr("Turn upside down"), 270: self.tr("Turn left")}
        return turns[framing.turn]
