"""Lasso, polygon, rectangle and ellipse: outlines that are added to the mask, taken from it, or intersected with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPainterPath, QPolygonF

from desktop_app.canvas.marks import two_tone
from desktop_app.tools.base import NO_MODIFIER, Gesture, Touch
from engine.project.mask import Combine
from engine.values import Box

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas

CLOSE = 9  # logical pixels: a click this near the polygon's first corner closes it
LEAST = 2  # logical pixels; a smaller shape was a slip of the hand
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def combining(chosen: Combine, modifiers: Qt.KeyboardModifier) -> Combine:
    """How a shape begun with these keys held joins the mask, as in photo editors."""
    shift, alt = bool(modifiers & SHIFT), bool(modifiers & ALT)
    if shift and alt:
        return Combine.intersect
    return Combine.add if shift else Combine.subtract if alt else chosen


def drawn(path: QPainterPath, width: int, height: int) -> tuple[np.ndarray, Box] | None:
    """A shape in photo pixels as ``(h, w)`` uint8, antialiased, and its box; nothing when it lies outside."""
    outer = path.boundingRect()
    box = Box(
        math.floor(outer.left()), math.floor(outer.top()), math.ceil(outer.right()), math.ceil(outer.bottom())
    ).clip(width, height)
    if box.width <= 0 or box.height <= 0:
        return None
    image = QImage(box.width, box.height, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-box.left, -box.top)
    painter.fillPath(path, QColor("#ffffff"))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(box.height, image.bytesPerLine())
    return rows[:, : box.width].copy(), box


class Shape(Gesture):
    """What the outlines share: how they join the mask, and the line that shows them."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._how = Combine.add
        self._dirty = QRectF()

    def path(self) -> QPainterPath:
        """The outline so far, in photo pixels."""
        return QPainterPath()

    def draw(self, painter: QPainter) -> None:
        """The outline so far."""
        if not self.busy:
            return
        outline = self.canvas.to_widget(self.path())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in two_tone(painter, dashed=True):
            painter.setPen(pen)
            painter.drawPath(outline)

    def cancel(self) -> None:
        """Let the outline go."""
        self.busy = False
        self._show()

    def key(self, event: QKeyEvent) -> bool:
        """Escape lets the outline go."""
        if self.busy and event.key() == Qt.Key.Key_Escape:
            self.cancel()
            return True
        return False

    def _point(self, touch: Touch) -> QPointF:
        return QPointF(*self.canvas.photo_point(touch.place))

    def _show(self) -> None:
        """Redraw where the outline was and is."""
        now = self.canvas.to_widget(self.path()).boundingRect() if self.busy else QRectF()
        self.canvas.update(now.united(self._dirty).adjusted(-4, -4, 4, 4).toAlignedRect())
        self._dirty = now

    def _finish(self) -> None:
        path, canvas = self.path(), self.canvas
        size = canvas.to_widget(path).boundingRect()
        self.busy = False
        self._show()
        if canvas.edit_mask is None or max(size.width(), size.height()) < LEAST:
            return
        shape = drawn(path, canvas.edit_mask.width, canvas.edit_mask.height)
        if shape is not None:
            canvas.join_mask(*shape, self._how, "select area")


class Lasso(Shape):
    """Follows the pointer from press to release."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._points: list[QPointF] = []

    def path(self) -> QPainterPath:
        """See :meth:`Shape.path`."""
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addPolygon(QPolygonF(self._points))
        path.closeSubpath()
        return path

    def press(self, touch: Touch) -> None:
        """Begin."""
        self.busy = True
        self._how = combining(self.canvas.combine, touch.modifiers)
        self._points = [self._point(touch)]

    def move(self, touch: Touch) -> None:
        """Go on."""
        if self.busy:
            self._points.append(self._point(touch))
            self._show()

    def release(self, touch: Touch) -> None:
        """Close the outline."""
        if self.busy:
            self._finish()


class Polygon(Shape):
    """A corner for every click; closed by a click on the first corner, a double click or Enter."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._corners: list[QPointF] = []
        self._next: QPointF | None = None

    def path(self) -> QPainterPath:
        """See :meth:`Shape.path`."""
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addPolygon(QPolygonF([*self._corners, *([self._next] if self._next is not None else [])]))
        path.closeSubpath()
        return path

    def press(self, touch: Touch) -> None:
        """Set a corner, or close on the first one."""
        point = self._corner(touch)
        if not self.busy:
            self.busy = True
            self._how = combining(self.canvas.combine, touch.modifiers)
            self._corners = [self._point(touch)]
        elif self._closes(touch):
            self._close()
            return
        else:
            self._corners.append(point)
        self._next = None
        self._show()

    def hover(self, touch: Touch) -> None:
        """The next side follows the pointer; Shift keeps it to eighths of a turn."""
        if self.busy:
            self._next = self._corner(touch)
            self._show()

    def move(self, touch: Touch) -> None:
        """See :meth:`hover`."""
        self.hover(touch)

    def double(self, touch: Touch) -> None:
        """Close."""
        if self.busy:
            self._close()
        else:
            self.press(touch)

    def key(self, event: QKeyEvent) -> bool:
        """Enter closes, Backspace takes the last corner back."""
        if self.busy and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close()
            return True
        if self.busy and event.key() == Qt.Key.Key_Backspace:
            self._corners.pop()
            if not self._corners:
                self.cancel()
            self._show()
            return True
        return super().key(event)

    def draw(self, painter: QPainter) -> None:
        """The sides so far, and the first corner to close on."""
        super().draw(painter)
        if self.busy:
            first = self.canvas.widget_point(self._corners[0])
            painter.setBrush(QColor("#ffffff"))
            painter.drawEllipse(first, 3.5, 3.5)

    def _closes(self, touch: Touch) -> bool:
        away = touch.place - self.canvas.widget_point(self._corners[0])
        return len(self._corners) > 2 and math.hypot(away.x(), away.y()) <= CLOSE

    def _close(self) -> None:
        self._next = None
        self._finish()

    def _corner(self, touch: Touch) -> QPointF:
        point = self._point(touch)
        if not (touch.shift and self.busy):
            return point
        last = self._corners[-1]
        away = point - last
        turn = round(math.atan2(away.y(), away.x()) / (math.pi / 4)) * math.pi / 4
        length = away.x() * math.cos(turn) + away.y() * math.sin(turn)
        return last + QPointF(length * math.cos(turn), length * math.sin(turn))


class Frame(Shape):
    """Rectangle or ellipse between two corners.

    Keys held at the press choose how it joins the mask; pressed later, Shift makes it square or round and Alt draws it
    from its middle.
    """

    def __init__(self, canvas: Canvas, *, round_: bool = False) -> None:
        super().__init__(canvas)
        self._round = round_
        self._held = NO_MODIFIER
        self._start, self._end = QPointF(), QPointF()
        self._square = self._centred = False

    def path(self) -> QPainterPath:
        """See :meth:`Shape.path`."""
        away = self._end - self._start
        across, down = away.x(), away.y()
        if self._square:
            side = max(abs(across), abs(down))
            across, down = math.copysign(side, across), math.copysign(side, down)
        corner = self._start - QPointF(across, down) if self._centred else self._start
        rect = QRectF(corner, self._start + QPointF(across, down)).normalized()
        path = QPainterPath()
        if self._round:
            path.addEllipse(rect)
        else:
            path.addRect(rect)
        return path

    def press(self, touch: Touch) -> None:
        """One corner, or the middle."""
        self.busy = True
        self._how = combining(self.canvas.combine, touch.modifiers)
        self._held = touch.modifiers
        self._square = self._centred = False
        self._start = self._end = self._snapped(touch)

    def move(self, touch: Touch) -> None:
        """The other corner."""
        if not self.busy:
            return
        self._held &= touch.modifiers  # a key let go and pressed again constrains
        fresh = touch.modifiers & ~self._held
        self._square, self._centred = bool(fresh & SHIFT), bool(fresh & ALT)
        self._end = self._snapped(touch)
        self._show()

    def release(self, touch: Touch) -> None:
        """Join it to the mask."""
        if self.busy:
            self._finish()

    def _snapped(self, touch: Touch) -> QPointF:
        """Rectangles lie on whole photo pixels, so that their edges are sharp."""
        point = self._point(touch)
        return point if self._round else QPointF(round(point.x()), round(point.y()))
