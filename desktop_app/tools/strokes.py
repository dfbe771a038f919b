"""Brush, eraser and remove brush: strokes with size, hardness and a pen's pressure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen

from desktop_app.canvas.marks import draw_words
from desktop_app.canvas.pyramid import MaskLevels
from desktop_app.tools.base import Gesture, Touch
from engine.project.mask import Mask

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas
    from engine.values import Box

CROSS_BELOW = 6  # logical pixels; a smaller brush shows a cross instead of its ring
LEAST_PRESSURE = 0.08  # share of the size that the lightest touch of a pen gives


class Stroke(Gesture):
    """Paints or erases on the photo's mask.

    Parameters
    ----------
    erase
        Whether it takes away.
    """

    def __init__(self, canvas: Canvas, *, erase: bool = False) -> None:
        super().__init__(canvas)
        self._erase = erase
        self._erasing = erase
        self._last: tuple[float, float] | None = None
        self._ended: tuple[float, float] | None = None

    @property
    def target(self) -> Mask | None:
        """What is painted on."""
        return self.canvas.edit_mask

    def cursor(self, hover: QPointF | None) -> QCursor:
        """None, as the ring shows the place; a cross for a brush too small to see."""
        small = self.canvas.brush_ring() < CROSS_BELOW
        return QCursor(Qt.CursorShape.CrossCursor if small else Qt.CursorShape.BlankCursor)

    def press(self, touch: Touch) -> None:
        """Begin a stroke; with Shift it goes on straight from where the last one ended."""
        target = self.target
        if target is None:
            return
        self.busy = True
        self._erasing = self._erase or touch.erases
        target.begin()
        point = self.canvas.photo_point(touch.place)
        self._last = self._ended if touch.shift and self._ended is not None else point
        self._paint(point, touch)

    def move(self, touch: Touch) -> None:
        """Paint up to here."""
        if self.busy:
            self._paint(self.canvas.photo_point(touch.place), touch)

    def release(self, touch: Touch) -> None:
        """End the stroke."""
        if not self.busy or self.target is None:
            return
        self.busy = False
        self._ended = self.canvas.photo_point(touch.place)
        self._finish(self.target)

    def cancel(self) -> None:
        """End a stroke under way, forget where the last one ended."""
        if self.busy and self.target is not None:
            self._finish(self.target)
        self.busy, self._last, self._ended = False, None, None

    def draw(self, painter: QPainter) -> None:
        """The brush's outline at the pointer, light on dark so that it shows on any photo."""
        hover, diameter = self.canvas.hover, self.canvas.brush_ring()
        beyond = self.canvas.width() + self.canvas.height()  # larger rings are slow to draw and out of sight
        if hover is None or not CROSS_BELOW <= diameter <= beyond:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        soft = diameter * self.canvas.brush.hardness
        rings = [(diameter, 1.0)] + ([(soft, 0.45)] if diameter - soft > 12 and soft > 4 else [])
        for across, strength in rings:
            painter.setPen(QPen(QColor(0, 0, 0, round(140 * strength)), 2.4))
            painter.drawEllipse(hover, across / 2, across / 2)
            painter.setPen(QPen(QColor(255, 255, 255, round(230 * strength)), 1.1))
            painter.drawEllipse(hover, across / 2, across / 2)

    def _finish(self, target: Mask) -> None:
        atom = target.end()
        if atom is not None:
            self.canvas.mask_edited.emit(atom, "erase" if self._erasing else "paint")

    def _paint(self, point: tuple[float, float], touch: Touch) -> None:
        target, brush = self.target, self.canvas.brush
        assert target is not None
        radius = brush.diameter / 2
        if brush.pressure:
            radius *= max(touch.pressure, LEAST_PRESSURE)
        start, self._last = self._last or point, point
        box = target.line(start, point, radius, erase=self._erasing, hardness=brush.hardness)
        self._painted(box)

    def _painted(self, box: Box | None) -> None:
        self.canvas.mask_changed(box)


class Remover(Stroke):
    """Paints what shall go on a mask of its own, which is handed over with each finished stroke."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._fresh: tuple[Mask, MaskLevels] | None = None
        self._going: tuple[Mask, MaskLevels] | None = None
        self._progress = ""

    @property
    def target(self) -> Mask | None:
        """A mask of the photo's size, made when first needed."""
        view = self.canvas.view
        if view is None:
            return None
        if self._fresh is None or (self._fresh[0].width, self._fresh[0].height) != view.photo:
            mask = Mask(*view.photo)
            self._fresh = (mask, MaskLevels(mask.values))
        return self._fresh[0]

    @property
    def waiting(self) -> bool:
        """Whether something has been painted that is not on its way."""
        return self._fresh is not None and not self._fresh[0].empty and not self.busy

    def take(self) -> np.ndarray:
        """What has been painted, ``(H, W)`` uint8; it stays in sight until it is :meth:`settled`."""
        assert self._fresh is not None
        self._going, self._fresh = self._fresh, None
        return self._going[0].values

    def tell(self, progress: str) -> None:
        """Say how far what was taken is on its way, over where it lies."""
        self._progress = progress
        self.canvas.update()

    def draw(self, painter: QPainter) -> None:
        """The brush's ring, and how far the removal is."""
        super().draw(painter)
        extent = self._going[0].extent if self._going is not None else None
        if extent is None or not self._progress:
            return
        metrics = painter.fontMetrics()
        middle = self.canvas.on_widget(extent).center()
        across, down = metrics.horizontalAdvance(self._progress) + 20, metrics.height() + 8
        x = min(max(middle.x() - across / 2, 6), self.canvas.width() - across - 6)
        y = min(max(middle.y() - down / 2, 6), self.canvas.height() - down - 6)
        draw_words(painter, self._progress, QRectF(x, y, across, down))

    def settled(self) -> None:
        """What was taken is gone from the photo, or shall stay."""
        self._going, self._progress = None, ""
        self._show()

    def forget(self) -> None:
        """Nothing shall go after all."""
        self._fresh = self._going = None
        self._show()

    def press(self, touch: Touch) -> None:
        """Begin, where a removal may begin now."""
        if self.canvas.may_remove():
            super().press(touch)

    def _painted(self, box: Box | None) -> None:
        if box is not None and self._fresh is not None:
            self._fresh[1].update(box)
            self._show(box)

    def _finish(self, target: Mask) -> None:
        if target.end() is not None:
            self.canvas.removal_asked.emit()

    def _show(self, box: Box | None = None) -> None:
        self.canvas.show_strokes(tuple(each for each in (self._going, self._fresh) if each is not None), box)
