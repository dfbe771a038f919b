"""A region's outline over the canvas, as long as the pointer rests on what it belongs to."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_app.canvas.canvas import Canvas
from desktop_app.canvas.marks import two_tone
from desktop_app.canvas.scene import Compare

LONGEST = 1536  # pixels on the long side of the mask that an outline is drawn from
SMALLEST = 6  # of its pixels around; specks are left out

Contours = list[np.ndarray]  # each (n, 2): across and down, in the photo's pixels


def contours(mask: np.ndarray) -> Contours:
    """Closed lines around a mask ``(H, W)`` of any type where it exceeds half of its range; call it in a worker."""
    import cv2

    height, width = mask.shape
    inside = (mask > (0.5 if mask.dtype.kind == "f" else 127)).astype(np.uint8)
    scale = min(LONGEST / max(height, width), 1.0)
    if scale < 1:
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        inside = cv2.resize(255 * inside, size, interpolation=cv2.INTER_AREA) // 128
    padded = np.pad(inside, 1)  # so that lines also close along the photo's edge
    found, _ = cv2.findContours(padded, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    across, down = width / inside.shape[1], height / inside.shape[0]
    lines = [line.reshape(-1, 2) for line in found if cv2.arcLength(line, True) >= SMALLEST]
    return [(line - 0.5) * [across, down] for line in lines]


class Outline(QWidget):
    """Lies over the canvas and lets everything through."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.contours: Contours = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        canvas.installEventFilter(self)
        canvas.looked.connect(self.update)
        canvas.compare_changed.connect(self.update)
        self.hide()

    def show_contours(self, lines: Contours) -> None:
        """Show these; none hides it."""
        self.contours = lines
        self.setGeometry(self._canvas.rect())
        self.setVisible(bool(lines))
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the canvas's size."""
        if event.type() is QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A dashed line that shows on any photo."""
        view = self._canvas.view
        if view is None or self._canvas.compare is Compare.side:
            return
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        shapes = []
        for line in self.contours:
            points = [view.to_window(float(x), float(y)) for x, y in line]
            shapes.append(QPolygonF([QPointF(x / ratio, y / ratio) for x, y in points]))
        for pen in two_tone(painter, dashed=True, width=1.6):
            painter.setPen(pen)
            for shape in shapes:
                painter.drawPolygon(shape)
