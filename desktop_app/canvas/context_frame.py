"""The frame around what the engine sees of the photo when it fills the mask; the user may drag it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from desktop_app.canvas.handles import (
    HANDLES,
    MOVE,
    Handle,
    cursor_of,
    dragged,
    draw_handles,
    handle_at,
    on_border,
    place_of,
)
from desktop_app.canvas.marks import draw_words, two_tone
from engine.project.mask import Mask
from engine.values import Box

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas

translate = QCoreApplication.translate


class ContextFrame:
    """The working context of an edit, as the engine would choose it or as it has been dragged.

    Attributes
    ----------
    chosen
        The dragged box in photo pixels; absent while the engine's own choice stands.
    held
        Whether it is being dragged.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._own: Box | None = None
        self._painted: Box | None = None
        self._handle: Handle | None = None
        self._last = QPointF()
        self._rect = QRectF()
        self.chosen: Box | None = None

    @property
    def held(self) -> bool:
        """Whether it is being dragged."""
        return self._handle is not None

    @property
    def box(self) -> Box | None:
        """What the engine will see, in photo pixels; nothing while the mask is empty."""
        return self.chosen or self._own

    def follow(self, mask: Mask | None) -> None:
        """The mask has changed."""
        painted = mask.bounds() if mask is not None else None
        if painted == self._painted and painted is not None:
            return
        self._painted = painted
        if mask is None or painted is None:
            self._own = self.chosen = None
        else:
            from engine.composite.crop import context_box  # OpenCV, which the empty window does without

            self._own = context_box(painted, mask.width, mask.height)
            if self.chosen is not None:
                self.chosen = self.chosen.union(painted)
        self._canvas.update()

    def reset(self) -> None:
        """Back to the engine's own choice."""
        self.chosen = self._handle = None
        self._canvas.frame_changed.emit()
        self._canvas.update()

    def shape(self, place: QPointF | None) -> Qt.CursorShape | None:
        """The cursor for what a press at ``place`` would take hold of; nothing where it takes hold of nothing."""
        handle = self._at(place) if place is not None else None
        return cursor_of(handle) if handle is not None else None

    def press(self, place: QPointF) -> bool:
        """Take hold. Returns whether there was something to hold."""
        self._handle = self._at(place)
        if self._handle is not None and self.box is not None:
            box = self.box
            self._rect = QRectF(box.left, box.top, box.width, box.height)
            self._last = QPointF(*self._canvas.photo_point(place))
        return self._handle is not None

    def move(self, place: QPointF) -> None:
        """Drag; the frame stays inside the photo and around what is painted."""
        view = self._canvas.view
        if self._handle is None or view is None or self._painted is None:
            return
        point = QPointF(*self._canvas.photo_point(place))
        self._rect = dragged(self._rect, self._handle, point - self._last)
        self._last = point
        rect = self._rect.normalized()
        box = Box(round(rect.left()), round(rect.top()), round(rect.right()), round(rect.bottom()))
        self.chosen = box.union(self._painted).clip(*view.photo)
        self._canvas.update()

    def release(self) -> None:
        """Let go."""
        self._handle = None
        self._canvas.frame_changed.emit()

    def draw(self, painter: QPainter) -> None:
        """The frame itself, with what it means."""
        if self.box is None:
            return
        rect = self._canvas.on_widget(self.box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in two_tone(painter, dashed=True):
            painter.setPen(pen)
            painter.drawRect(rect)
        if rect.width() > 150 and (self.held or self.shape(self._canvas.hover) is not None):
            text = translate("ContextFrame", "What the engine sees: {0} × {1}").format(self.box.width, self.box.height)
            across = painter.fontMetrics().horizontalAdvance(text) + 20
            draw_words(
                painter, text, QRectF(rect.left() + 6, rect.top() + 6, across, painter.fontMetrics().height() + 8)
            )

    def draw_handles(self, painter: QPainter) -> None:
        """What it can be dragged by."""
        if self.box is not None:
            rect = self._canvas.on_widget(self.box)
            draw_handles(painter, [place_of(rect, handle) for handle in HANDLES], self._canvas.accent)

    def _at(self, place: QPointF) -> Handle | None:
        if self.box is None or not self._canvas.frame_shown:
            return None
        rect = self._canvas.on_widget(self.box)
        handle = handle_at(rect, place)
        return MOVE if handle is None and on_border(rect, place) else handle
