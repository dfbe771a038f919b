"""The painted part of the photo as a reference: dragged off the canvas with Ctrl held, or by its command."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication

from desktop_app.canvas.canvas import Canvas
from desktop_app.references.drops import selection_data
from engine.picture import Photo
from engine.values import Box

SIDE = 160  # logical pixels of what hangs on the pointer


def cut_out(photo: Photo, mask: np.ndarray, box: Box) -> Photo:
    """The part of a photo that a mask covers.

    Parameters
    ----------
    photo
        Any depth.
    mask
        ``(h, w)`` uint8, the mask inside ``box``.
    box
        Inside the photo.

    Returns
    -------
    A photo of the box's size, depth and profile, transparent where the mask is 0.
    """
    part = photo.pixels[box.slices]
    white = photo.white
    cover = np.rint(mask.astype(np.float32) * (white / 255))
    if part.shape[2] == 4:
        cover = np.rint(cover * (part[..., 3] / white))
    return Photo(np.dstack([part[..., :3], cover.astype(part.dtype)]), photo.icc)


class SelectionDrag(QObject):
    """Begins the drag when the left button goes down inside the mask with Ctrl held.

    Attributes
    ----------
    begun
        The drag is about to begin; it carries nothing but the wish, the pixels are cut when it is dropped.
    """

    begun = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._pressed: QPoint | None = None
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Press, move far enough, and the drag begins; a mere click does nothing."""
        if not isinstance(event, QMouseEvent):
            return super().eventFilter(watched, event)
        match event.type():
            case QEvent.Type.MouseButtonPress if self._wanted(event):
                self._pressed = event.position().toPoint()
                return True
            case QEvent.Type.MouseMove if self._pressed is not None:
                way = event.position().toPoint() - self._pressed
                if way.manhattanLength() >= QApplication.startDragDistance():
                    self._pressed = None
                    self._drag()
                return True
            case QEvent.Type.MouseButtonRelease if self._pressed is not None:
                self._pressed = None
                return True
        return super().eventFilter(watched, event)

    def _wanted(self, event: QMouseEvent) -> bool:
        mask, canvas = self._canvas.edit_mask, self._canvas
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        left = event.button() is Qt.MouseButton.LeftButton
        if not (control and left) or mask is None or mask.empty or canvas.view is None:
            return False
        x, y = canvas.photo_point(event.position())
        return 0 <= x < mask.width and 0 <= y < mask.height and bool(mask.values[int(y), int(x)] > 127)

    def _drag(self) -> None:
        mask = self._canvas.edit_mask
        box = mask.bounds() if mask is not None else None
        if box is None:
            return
        self.begun.emit()
        drag = QDrag(self._canvas)
        drag.setMimeData(selection_data())
        seen = (self._canvas.on_widget(box).toAlignedRect() & self._canvas.rect()).normalized()
        if not seen.isEmpty():
            mode = Qt.TransformationMode.SmoothTransformation
            picture = self._canvas.grab(seen)
            if max(seen.width(), seen.height()) > SIDE:
                picture = picture.scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio, mode)
            drag.setPixmap(picture)
        drag.exec(Qt.DropAction.CopyAction)
