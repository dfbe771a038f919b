"""The hand: pans, goes between fit and 100 %, drags the context box; and the line between before and after."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor, QPainter

from desktop_app.tools.base import Gesture, Touch

GRIP = 12  # logical pixels either side of the comparing line


class Hand(Gesture):
    """Pans the view."""

    _last: QPointF | None = None

    def cursor(self, hover: QPointF | None) -> QCursor:
        """An open or a closed hand."""
        return QCursor(Qt.CursorShape.ClosedHandCursor if self.busy else Qt.CursorShape.OpenHandCursor)

    def press(self, touch: Touch) -> None:
        """Take hold."""
        self.busy, self._last = True, touch.place

    def move(self, touch: Touch) -> None:
        """Pull the photo along."""
        canvas, before = self.canvas, self._last
        if before is None or canvas.view is None:
            return
        self._last = touch.place
        ratio = canvas.devicePixelRatioF()
        step = touch.place - before
        canvas.look_at(canvas.view.panned(step.x() * ratio, step.y() * ratio))

    def release(self, touch: Touch) -> None:
        """Let go."""
        self.busy, self._last = False, None

    def double(self, touch: Touch) -> None:
        """Between fit and 100 %."""
        view = self.canvas.view
        if view is not None and view.fitted:
            self.canvas.look_at(view.zoom_at(1.0, *self.canvas.device(touch.place)))
        else:
            self.canvas.fit()


class PhotoHand(Hand):
    """The hand tool itself: it also drags the frame around what the engine sees."""

    def cursor(self, hover: QPointF | None) -> QCursor:
        """The frame's own cursor over its handles."""
        frame = self.canvas.frame
        shape = frame.shape(hover) if not self.busy else None
        return QCursor(shape) if shape is not None else super().cursor(hover)

    def press(self, touch: Touch) -> None:
        """Take hold of the frame or of the photo."""
        if not self.canvas.frame.press(touch.place):
            super().press(touch)

    def move(self, touch: Touch) -> None:
        """Pull it along."""
        if self.canvas.frame.held:
            self.canvas.frame.move(touch.place)
        else:
            super().move(touch)

    def release(self, touch: Touch) -> None:
        """Let go."""
        if self.canvas.frame.held:
            self.canvas.frame.release()
        else:
            super().release(touch)

    def double(self, touch: Touch) -> None:
        """On the frame, back to the engine's own choice; else between fit and 100 %."""
        if self.canvas.frame.shape(touch.place) is not None:
            self.canvas.frame.reset()
        else:
            super().double(touch)

    def draw(self, painter: QPainter) -> None:
        """The frame's handles."""
        self.canvas.frame.draw_handles(painter)


class Divider(Gesture):
    """Drags the line between before and after."""

    def near(self, place: QPointF | None) -> bool:
        """Whether a press at ``place`` would take hold of the line."""
        canvas = self.canvas
        return place is not None and canvas.splitting and abs(place.x() - canvas.split_x()) <= GRIP

    def cursor(self, hover: QPointF | None) -> QCursor:
        """Arrows to both sides."""
        return QCursor(Qt.CursorShape.SplitHCursor)

    def press(self, touch: Touch) -> None:
        """Take hold."""
        self.busy = True

    def move(self, touch: Touch) -> None:
        """Follow the pointer."""
        self.canvas.set_split(touch.place.x() / max(self.canvas.width(), 1))

    def release(self, touch: Touch) -> None:
        """Let go."""
        self.busy = False
