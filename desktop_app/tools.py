"""What the pointer does on the canvas: paint, erase, pan, or drag the line between before and after."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QMouseEvent, QPainter, QPen, QWheelEvent

from desktop_app.view import View
from engine.values import Box

if TYPE_CHECKING:
    from desktop_app.canvas import Canvas

GRIP = 12  # logical pixels either side of the comparing line
CROSS_BELOW = 6  # logical pixels; a smaller brush shows a cross instead of its ring


class Tool(enum.Enum):
    """What the left button does."""

    hand = "hand"
    brush = "brush"
    eraser = "eraser"


def tool_for(event: QMouseEvent, chosen: Tool) -> Tool | None:
    """The tool for this button: the middle one always pans, others than the left do nothing."""
    if event.button() == Qt.MouseButton.MiddleButton:
        return Tool.hand
    return chosen if event.button() == Qt.MouseButton.LeftButton else None


def wheeled(view: View, event: QWheelEvent, ratio: float) -> View:
    """The view after a turn of the wheel or a swipe: scrolled, or with Ctrl or Alt zoomed at the cursor."""
    angle, pixels, place = event.angleDelta(), event.pixelDelta(), event.position()
    if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        turned = angle.y() or angle.x()  # some systems turn Alt + wheel sideways
        return view.zoom_at(view.zoom * 1.25 ** (turned / 120), place.x() * ratio, place.y() * ratio)
    delta = pixels if not pixels.isNull() else angle / 2
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and delta.x() == 0:
        delta = QPoint(delta.y(), 0)
    return view.panned(delta.x() * ratio, delta.y() * ratio)


def brush_cursor(painter: QPainter, canvas: Canvas, hover: QPointF | None) -> None:
    """Draw the brush's outline at the pointer, light on dark so that it shows on any photo."""
    diameter = canvas.brush_ring()
    if hover is None or not canvas.brushing or diameter < CROSS_BELOW:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 140), 2.4))
    painter.drawEllipse(hover, diameter / 2, diameter / 2)
    painter.setPen(QPen(QColor(255, 255, 255, 230), 1.1))
    painter.drawEllipse(hover, diameter / 2, diameter / 2)


class Pointer:
    """The gesture under way, from a press to its release."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.action: Tool | str | None = None
        self._last: QPointF | None = None
        self._ended: tuple[float, float] | None = None  # photo point where the last stroke ended

    def reset(self) -> None:
        """Another photo: forget the last stroke."""
        self.action = self._last = self._ended = None

    def press(self, event: QMouseEvent, tool: Tool | None) -> None:
        """Begin."""
        if self.action is not None or tool is None:
            return
        self._last = event.position()
        if self._on_line(event.position()) and event.button() == Qt.MouseButton.LeftButton:
            self.action = "split"
            return
        self.action = tool
        if tool is Tool.hand:
            return
        mask = self._canvas.edit_mask
        assert mask is not None
        mask.begin()
        point = self._canvas.photo_point(event.position())
        joined = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._ended is not None
        self._paint(self._ended if joined and self._ended is not None else point, point)

    def move(self, event: QMouseEvent) -> None:
        """Go on."""
        if self.action is None or self._last is None:
            return
        here, before = event.position(), self._last
        self._last = here
        canvas = self._canvas
        assert canvas.view is not None
        if self.action == "split":
            canvas.set_split(here.x() / max(canvas.width(), 1))
        elif self.action is Tool.hand:
            ratio = canvas.devicePixelRatioF()
            canvas.look_at(canvas.view.panned((here.x() - before.x()) * ratio, (here.y() - before.y()) * ratio))
        else:
            self._paint(canvas.photo_point(before), canvas.photo_point(here))

    def release(self, event: QMouseEvent) -> None:
        """End; a stroke gives its undo atom."""
        action, self.action = self.action, None
        canvas = self._canvas
        if action in (Tool.brush, Tool.eraser) and canvas.edit_mask is not None:
            self._ended = canvas.photo_point(event.position())
            atom = canvas.edit_mask.end()
            if atom is not None:
                canvas.stroke_ended.emit(atom, action is Tool.eraser)

    def cursor(self, tool: Tool, hover: QPointF | None) -> QCursor:
        """The cursor's shape for what a press would do."""
        if self.action == "split" or (hover is not None and self.action is None and self._on_line(hover)):
            return QCursor(Qt.CursorShape.SplitHCursor)
        if self.action is Tool.hand:
            return QCursor(Qt.CursorShape.ClosedHandCursor)
        if tool is Tool.hand:
            return QCursor(Qt.CursorShape.OpenHandCursor)
        small = self._canvas.brush_ring() < CROSS_BELOW
        return QCursor(Qt.CursorShape.CrossCursor if small else Qt.CursorShape.BlankCursor)

    def _on_line(self, point: QPointF) -> bool:
        return self._canvas.splitting and abs(point.x() - self._canvas.split_x()) <= GRIP

    def _paint(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        canvas = self._canvas
        assert canvas.edit_mask is not None
        dirty: Box | None = canvas.edit_mask.line(start, end, canvas.diameter / 2, erase=self.action is Tool.eraser)
        canvas.mask_changed(dirty)
