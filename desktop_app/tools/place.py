"""Place: a picture on the photo is moved, scaled, turned and mirrored by its handles or by keys before it is put in."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QPolygonF

from desktop_app.canvas.ghosts import Ghost
from desktop_app.canvas.handles import REACH, draw_handles
from desktop_app.canvas.marks import two_tone
from desktop_app.tools.base import Gesture, Touch
from engine.placement import Placement

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas

STALK = 28.0  # logical pixels from the frame to the handle that turns it
TURN = 15.0  # degrees of a press of . or ,
SCALE = 1.05  # factor of a press of + or -
CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
OTHERS = {
    Qt.Key.Key_F, Qt.Key.Key_Period, Qt.Key.Key_Comma, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus,
    Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter,
}  # fmt: skip


class Place(Gesture):
    """Moves the chosen ghost of the canvas."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._action: str | tuple[int, int] | None = None  # "move", "turn" or the corner's signs
        self._start = Placement(0, 0, 1, 1)
        self._from = QPointF()

    @property
    def ghost(self) -> Ghost | None:
        """The one that is moved."""
        return self.canvas.ghosts.chosen if self.canvas.ghosts.shown else None

    def cursor(self, hover: QPointF | None) -> QCursor:
        """What a press would do."""
        action = self._action or (self._at(hover) if hover is not None else None)
        if action is None:
            return QCursor(Qt.CursorShape.ArrowCursor)
        if isinstance(action, tuple):
            falling = action[0] * action[1] > 0
            return QCursor(Qt.CursorShape.SizeFDiagCursor if falling else Qt.CursorShape.SizeBDiagCursor)
        return QCursor(Qt.CursorShape.SizeAllCursor if action == "move" else Qt.CursorShape.CrossCursor)

    def press(self, touch: Touch) -> None:
        """Take hold of a handle, or of the picture under the pointer."""
        action = self._at(touch.place)
        if action is None:
            x, y = self.canvas.photo_point(touch.place)
            action = "move" if self.canvas.ghosts.choose_at(x, y) is not None else None
        ghost = self.ghost
        if action is None or ghost is None:
            return
        self.busy, self._action, self._start = True, action, ghost.place
        self._from = QPointF(*self.canvas.photo_point(touch.place))
        self.canvas.update()

    def move(self, touch: Touch) -> None:
        """Follow the pointer."""
        if not self.busy:
            return
        point, start = QPointF(*self.canvas.photo_point(touch.place)), self._start
        if self._action == "move":
            step = point - self._from
            if touch.shift:
                step = QPointF(step.x(), 0) if abs(step.x()) >= abs(step.y()) else QPointF(0, step.y())
            self._put(replace(start, left=start.left + step.x(), top=start.top + step.y()))
        elif self._action == "turn":
            x, y = start.middle
            angle = math.degrees(math.atan2(point.y() - y, point.x() - x)) + 90
            self._put(replace(start, angle=_round(angle, TURN) if touch.shift else angle))
        elif isinstance(self._action, tuple):
            self._put(scaled(start, self._action, (point.x(), point.y()), centred=touch.alt))

    def release(self, touch: Touch) -> None:
        """Let go."""
        self.busy, self._action = False, None

    def double(self, touch: Touch) -> None:
        """As a press: a quick second grip is nothing else."""
        self.press(touch)

    def wants(self, event: QKeyEvent) -> bool:
        """The keys of :meth:`key`, while there is something to place."""
        return self.ghost is not None and (event.key() in ARROWS or event.key() in OTHERS)

    def key(self, event: QKeyEvent) -> bool:
        """Arrows move (Shift: ten times as far), + and - scale, . and , turn, F mirrors, Delete takes away."""
        ghost = self.ghost
        key = Qt.Key(event.key())
        if ghost is None:
            return False
        place, shift = ghost.place, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in ARROWS:
            step = (10 if shift else 1) / self.canvas.scale()
            across, down = ARROWS[key]
            self._put(replace(place, left=place.left + across * step, top=place.top + down * step))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._put(grown(place, 1 / SCALE if key == Qt.Key.Key_Minus else SCALE))
        elif key in (Qt.Key.Key_Period, Qt.Key.Key_Comma):
            self.turn(TURN if key == Qt.Key.Key_Period else -TURN)
        elif key == Qt.Key.Key_F:
            self.flip()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.drop()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.canvas.entered.emit()
        else:
            return False
        return True

    def flip(self) -> None:
        """Mirror it left to right."""
        if self.ghost is not None:
            self._put(replace(self.ghost.place, flip=not self.ghost.place.flip))

    def turn(self, degrees: float) -> None:
        """Turn it clockwise."""
        if self.ghost is not None:
            self._put(replace(self.ghost.place, angle=(self.ghost.place.angle + degrees) % 360))

    def drop(self) -> None:
        """Take it off the photo."""
        if self.ghost is not None:
            self.canvas.ghosts.drop(self.ghost.number)
            self.canvas.update()
            self.canvas.ghosts_changed.emit()

    def draw(self, painter: QPainter) -> None:
        """The frame of the chosen one with its handles."""
        ghost = self.ghost
        if ghost is None:
            return
        corners = self._corners(ghost)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in two_tone(painter):
            painter.setPen(pen)
            painter.drawPolygon(QPolygonF(corners))
            painter.drawLine((corners[0] + corners[1]) / 2, self._knob(ghost))
        draw_handles(painter, corners, self.canvas.accent)
        knob = self._knob(ghost)
        painter.drawEllipse(QRectF(knob.x() - 5, knob.y() - 5, 10, 10))

    def cancel(self) -> None:
        """Let go."""
        self.busy, self._action = False, None

    def _put(self, place: Placement) -> None:
        self.canvas.ghosts.move(place)
        self.canvas.update()
        self.canvas.ghosts_changed.emit()

    def _corners(self, ghost: Ghost) -> list[QPointF]:
        """On the widget, from the upper left one clockwise round the picture as it lies."""
        turn, frame = ghost.to_photo(), ghost.frame()
        places = (frame.topLeft(), frame.topRight(), frame.bottomRight(), frame.bottomLeft())
        return [self.canvas.widget_point(turn.map(place)) for place in places]

    def _knob(self, ghost: Ghost) -> QPointF:
        corners = self._corners(ghost)
        turn = math.radians(ghost.place.angle)
        return (corners[0] + corners[1]) / 2 + QPointF(math.sin(turn), -math.cos(turn)) * STALK

    def _at(self, place: QPointF) -> str | tuple[int, int] | None:
        ghost = self.ghost
        if ghost is None:
            return None
        if _near(place, self._knob(ghost)):
            return "turn"
        for signs, corner in zip(CORNERS, self._corners(ghost), strict=True):
            if _near(place, corner):
                return signs
        x, y = self.canvas.photo_point(place)
        return "move" if ghost.holds(x, y) else None


def scaled(place: Placement, corner: tuple[int, int], to: tuple[float, float], *, centred: bool) -> Placement:
    """The place with one corner dragged to a photo point; the ratio of its sides stays.

    So does the opposite corner or, ``centred``, the middle.
    """
    turn = math.radians(place.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    reach = (corner[0] * place.width / 2, corner[1] * place.height / 2)
    away = (reach[0] * cos - reach[1] * sin, reach[0] * sin + reach[1] * cos)
    middle = place.middle
    fixed = middle if centred else (middle[0] - away[0], middle[1] - away[1])
    whole = away if centred else (2 * away[0], 2 * away[1])
    wanted = (to[0] - fixed[0], to[1] - fixed[1])
    factor = (wanted[0] * whole[0] + wanted[1] * whole[1]) / (whole[0] ** 2 + whole[1] ** 2)
    if factor <= 0:
        return place
    width, height = place.width * factor, place.height * factor
    x, y = middle if centred else (fixed[0] + away[0] * factor, fixed[1] + away[1] * factor)
    return replace(place, left=x - width / 2, top=y - height / 2, width=width, height=height)


def grown(place: Placement, factor: float) -> Placement:
    """The place made larger or smaller about its middle."""
    x, y = place.middle
    width, height = place.width * factor, place.height * factor
    return replace(place, left=x - width / 2, top=y - height / 2, width=width, height=height)


def _near(place: QPointF, handle: QPointF) -> bool:
    away = place - handle
    return max(abs(away.x()), abs(away.y())) <= REACH


def _round(value: float, step: float) -> float:
    return round(value / step) * step
