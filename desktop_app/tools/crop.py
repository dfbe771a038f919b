"""Crop: a frame is drawn over the photo, which is turned and straightened under it, before it is cut out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QImage, QKeyEvent, QPainter, QPainterPath, QPen, QTransform

from desktop_app.canvas.handles import HANDLES, MOVE, Handle, cursor_of, draw_handles, handle_at, place_of
from desktop_app.canvas.marks import CHECKER, checker_brush, draw_words, two_tone
from desktop_app.canvas.pyramid import Pyramid
from desktop_app.canvas.view import MARGIN, View
from desktop_app.tools.base import Gesture, Touch
from desktop_app.tools.crop_frame import CropFrame

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas

SHADE = QColor(0, 0, 0, 150)  # over what goes
SHARP = 2048  # pixels on the long side of the picture that is drawn turned
ROOM = 48  # logical pixels around a fitted photo, to take hold of the corners and to turn it
STEP = 0.1  # degrees of a press of . or ,
SCALE = 1.02  # factor of a press of + or -
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
SIZES = {Qt.Key.Key_Plus: SCALE, Qt.Key.Key_Equal: SCALE, Qt.Key.Key_Minus: 1 / SCALE}
TILTS = {Qt.Key.Key_Comma: -STEP, Qt.Key.Key_Period: STEP}
ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class Crop(Gesture):
    """Drags the frame, and turns the photo under it.

    Attributes
    ----------
    frame
        What would be kept; absent without a photo.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._frame: CropFrame | None = None
        self._handle: Handle | None = None
        self._turning = 0.0  # the pointer's angle about the middle at the press, less the photo's
        self._start: CropFrame | None = None
        self._from = QPointF()
        self._picture: tuple[Pyramid, QImage] | None = None

    @property
    def frame(self) -> CropFrame | None:
        """Of the photo that is in sight; anew for one of another size."""
        view = self.canvas.view
        if view is None:
            self._frame = None
        elif self._frame is None or self._frame.size != view.photo:
            self._frame = CropFrame.whole(view.photo)
        return self._frame

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return self.frame is None or self.frame.empty

    def set(self, frame: CropFrame | None) -> None:
        """Take another frame; nothing takes all of the photo."""
        self._frame = frame
        self.canvas.update()
        self.canvas.crop_changed.emit()

    def hold_to(self, ratio: float) -> None:
        """Bring the frame to a ratio of width to height and hold it there; 0 lets it go."""
        if self.frame is not None:
            self.set(self.frame.held_to(ratio))

    def straighten(self, degrees: float) -> None:
        """Turn the photo under the frame by that much in all."""
        if self.frame is not None:
            self.set(self.frame.straightened(degrees))

    def turn(self, quarters: int) -> None:
        """Turn the photo and the frame clockwise."""
        if self.frame is not None:
            self.set(self.frame.turned_by(quarters))

    # the pointer

    def cursor(self, hover: QPointF | None) -> QCursor:
        """What a press would do."""
        if self.busy:
            return QCursor(cursor_of(self._handle) if self._handle is not None else Qt.CursorShape.ClosedHandCursor)
        handle = self._at(hover) if hover is not None else None
        return QCursor(cursor_of(handle) if handle is not None else Qt.CursorShape.CrossCursor)

    def press(self, touch: Touch) -> None:
        """Take hold of a handle or of the frame; beside it, of the photo, to turn it."""
        if self.frame is None:
            return
        self.busy, self._start, self._handle = True, self.frame, self._at(touch.place)
        self._from = self._point(touch.place)
        self._turning = self._angle(touch.place) - self.frame.degrees

    def move(self, touch: Touch) -> None:
        """Follow the pointer."""
        if not self.busy or self._start is None:
            return
        if self._handle is None:
            degrees = (self._angle(touch.place) - self._turning + 180) % 360 - 180
            self.set(self._start.straightened(round(degrees, 1)))
            return
        step = self._point(touch.place) - self._from
        self.set(self._start.dragged(self._handle, step.x(), step.y()))

    def release(self, touch: Touch) -> None:
        """Let go."""
        self.busy, self._start, self._handle = False, None, None

    def double(self, touch: Touch) -> None:
        """Inside the frame: cut it out."""
        if self._at(touch.place) == MOVE and not self.empty:
            self.canvas.entered.emit()
        else:
            self.press(touch)

    # keys

    def wants(self, event: QKeyEvent) -> bool:
        """The keys of :meth:`key`."""
        key = event.key()
        return self.frame is not None and (key in ARROWS or key in SIZES or key in TILTS or self._ends(event))

    def key(self, event: QKeyEvent) -> bool:
        """Arrows move the frame (Shift: ten pixels), + and - scale it, . and , straighten, Enter and Escape end."""
        frame, key = self.frame, Qt.Key(event.key())
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if frame is None:
            return False
        if key in ARROWS:
            self.set(frame.dragged(MOVE, ARROWS[key][0] * far, ARROWS[key][1] * far))
        elif key in SIZES:
            self.set(frame.grown(SIZES[key]))
        elif key in TILTS:
            self.set(frame.straightened(frame.degrees + TILTS[key] * far))
        elif not self._ends(event):
            return False
        elif key == Qt.Key.Key_Escape:
            self.set(None)
        else:
            self.canvas.entered.emit()
        return True

    def _ends(self, event: QKeyEvent) -> bool:
        return event.key() in ENDS and not self.empty

    def cancel(self) -> None:
        """Let go; a fitted photo fills the window again."""
        self.release(Touch(QPointF()))
        self._frame = self._picture = None
        self._leave_around(MARGIN)

    def make_room(self) -> None:
        """See a little of what is beside a fitted photo."""
        self._leave_around(ROOM)
        self.set(self.frame)

    def _leave_around(self, room: int) -> None:
        """Fit a photo with so many logical pixels around it, now if it is fitted, and whenever it is."""
        view, margin = self.canvas.view, room * self.canvas.devicePixelRatioF()
        if view is not None and view.margin != margin:
            view = replace(view, margin=margin)
            self.canvas.look_at(view.fit() if view.fitted else view)

    # drawing

    def draw(self, painter: QPainter) -> None:
        """The photo as it would lie, the frame with its thirds, and the rest in the shade."""
        frame = self.frame
        if frame is None:
            return
        if frame.turn or frame.degrees:
            self._draw_turned(painter, frame)
        rect = self._on_widget()
        photo, kept = QPainterPath(), QPainterPath()
        rim = 1 / self.canvas.scale()  # the soft edge of a turned photo is in the shade too
        photo.addRect(QRectF(-frame.size[0] / 2, -frame.size[1] / 2, *frame.size).adjusted(-rim, -rim, rim, rim))
        kept.addRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(self._photo_to_widget(frame).map(photo) - kept, SHADE)
        self._draw_thirds(painter, rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in two_tone(painter):
            painter.setPen(pen)
            painter.drawRect(rect)
        draw_handles(painter, [place_of(rect, handle) for handle in HANDLES], self.canvas.accent)
        if self.busy:
            text = self.size_words() if self._handle is not None else f"{frame.degrees:+.1f}°"
            metrics = painter.fontMetrics()
            size = metrics.horizontalAdvance(text) + 20, metrics.height() + 8
            draw_words(painter, text, QRectF(rect.center().x() - size[0] / 2, rect.center().y() - size[1] / 2, *size))

    def size_words(self) -> str:
        """The size of what is kept."""
        return f"{self.frame.box.width} × {self.frame.box.height}" if self.frame is not None else ""

    def _draw_turned(self, painter: QPainter, frame: CropFrame) -> None:
        """The photo over what the canvas shows of it."""
        pyramid = self.canvas.pyramid
        if pyramid is None:
            return
        if self._picture is None or self._picture[0] is not pyramid:
            self._picture = (pyramid, pyramid.overview(SHARP, self.canvas.screen_colours))
        picture = self._picture[1]
        width, height = frame.size
        painter.save()
        painter.fillRect(self.canvas.rect(), painter.background())
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        painter.setTransform(self._photo_to_widget(frame), True)
        whole = QRectF(-width / 2, -height / 2, width, height)
        if pyramid.transparent:
            painter.fillRect(whole, checker_brush(max(round(CHECKER / self.canvas.scale()), 1)))
        painter.drawImage(whole, picture)
        painter.restore()

    def _draw_thirds(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pen in (QPen(QColor(0, 0, 0, 60), 2.4), QPen(QColor(255, 255, 255, 130), 1)):
            painter.setPen(pen)
            for third in (1 / 3, 2 / 3):
                x, y = rect.left() + third * rect.width(), rect.top() + third * rect.height()
                painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
                painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))

    # places

    def _to_widget(self) -> QTransform:
        """From pixels of the turned photo to the widget's: about the middle of the photo as the canvas shows it."""
        frame, view = self.frame, self.canvas.view
        assert frame is not None
        assert view is not None
        middle = self.canvas.widget_point(QPointF(view.photo[0] / 2, view.photo[1] / 2))
        turned = View(frame.turned, view.window, margin=view.margin)
        scale = self.canvas.scale() * turned.fit_zoom / view.fit_zoom  # so that a turned one is as well in sight
        place = QTransform.fromTranslate(middle.x(), middle.y())
        place.scale(scale, scale)
        place.translate(-frame.turned[0] / 2, -frame.turned[1] / 2)
        return place

    def _photo_to_widget(self, frame: CropFrame) -> QTransform:
        """From pixels of the photo as it is, counted from its middle, to the widget's."""
        place = self._to_widget()
        place.translate(frame.turned[0] / 2, frame.turned[1] / 2)
        place.rotate(frame.turn + frame.degrees)
        return place

    def _on_widget(self) -> QRectF:
        assert self.frame is not None
        left, top, right, bottom = self.frame.rect
        return self._to_widget().mapRect(QRectF(left, top, right - left, bottom - top))

    def _point(self, place: QPointF) -> QPointF:
        inverse, _ = self._to_widget().inverted()
        return inverse.map(place)

    def _angle(self, place: QPointF) -> float:
        """Degrees clockwise of a place on the widget, seen from the middle of the photo."""
        assert self.frame is not None
        middle = self._to_widget().map(QPointF(self.frame.turned[0] / 2, self.frame.turned[1] / 2))
        return math.degrees(math.atan2(place.y() - middle.y(), place.x() - middle.x()))

    def _at(self, place: QPointF) -> Handle | None:
        if self.frame is None:
            return None
        rect = self._on_widget()
        handle = handle_at(rect, place)
        return MOVE if handle is None and rect.contains(place) else handle
