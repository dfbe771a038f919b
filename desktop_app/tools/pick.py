"""Select by a click: the engine proposes the object under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor

from desktop_app.tools.base import Gesture, Touch
from desktop_app.tools.shapes import combining


class Pick(Gesture):
    """Asks for the object at the point clicked."""

    def cursor(self, hover: QPointF | None) -> QCursor:
        """A pointing hand."""
        return QCursor(Qt.CursorShape.PointingHandCursor)

    def press(self, touch: Touch) -> None:
        """Ask, where there is photo."""
        canvas = self.canvas
        x, y = canvas.photo_point(touch.place)
        mask = canvas.edit_mask
        if mask is not None and 0 <= x < mask.width and 0 <= y < mask.height:
            canvas.object_asked.emit((int(x), int(y)), combining(canvas.combine, touch.modifiers))
