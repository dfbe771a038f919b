"""Expand: the frame of the photo is dragged outwards, freely or to a ratio, before its margins are filled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QCursor, QKeyEvent, QPainter

from desktop_app.canvas.handles import HANDLES, Handle, cursor_of, dragged, draw_handles, handle_at, place_of
from desktop_app.canvas.marks import draw_words, two_tone
from desktop_app.canvas.view import View
from desktop_app.tools.base import Gesture, Touch
from engine.values import Margins

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas

MOST = 2.0  # times the photo's side that it may grow by in all


def to_ratio(width: int, height: int, ratio: float) -> Margins:
    """The smallest margins, alike on both sides, that bring a photo to a ratio of width to height."""
    across = max(round(height * ratio) - width, 0)
    down = max(round(width / ratio) - height, 0)
    return Margins(across // 2, across - across // 2, down // 2, down - down // 2)


def held_to(margins: Margins, handle: Handle, width: int, height: int, ratio: float) -> Margins:
    """Margins after a drag, brought back to a ratio by growing the other direction on both sides."""
    wide, tall = width + margins.left + margins.right, height + margins.top + margins.bottom
    across = handle[0] != 0.5 and (handle[1] == 0.5 or wide / tall >= ratio)
    if across:  # the width leads
        spare = max(round(wide / ratio), height) - height
        share = margins.top / max(margins.top + margins.bottom, 1) if margins.top + margins.bottom else 0.5
        top = round(spare * share)
        return Margins(margins.left, margins.right, top, spare - top)
    spare = max(round(tall * ratio), width) - width
    share = margins.left / max(margins.left + margins.right, 1) if margins.left + margins.right else 0.5
    left = round(spare * share)
    return Margins(left, spare - left, margins.top, margins.bottom)


class Expand(Gesture):
    """Drags the frame.

    Attributes
    ----------
    margins
        By how much the photo shall grow.
    ratio
        Width over height that the frame is held to; 0 for none.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.margins = Margins()
        self.ratio = 0.0
        self._handle: Handle | None = None
        self._made_room: View | None = None  # what the tool has zoomed out to
        self._rect = QRectF()
        self._last = QPointF()

    @property
    def empty(self) -> bool:
        """Whether nothing would grow."""
        return self.margins == Margins()

    def set(self, margins: Margins) -> None:
        """Take other margins."""
        self.margins = margins
        self.canvas.update()
        self.canvas.margins_changed.emit()

    def hold_to(self, ratio: float) -> None:
        """Bring the frame to a ratio and hold it there; 0 lets it go."""
        self.ratio = ratio
        if ratio > 0 and self.canvas.view is not None:
            self.set(to_ratio(*self.canvas.view.photo, ratio))

    def cursor(self, hover: QPointF | None) -> QCursor:
        """The arrows of the handle."""
        handle = self._handle or (handle_at(self._on_widget(), hover) if hover is not None else None)
        return QCursor(cursor_of(handle) if handle is not None else Qt.CursorShape.OpenHandCursor)

    def press(self, touch: Touch) -> None:
        """Take hold of a handle; beside them, of the photo."""
        self._handle = handle_at(self._on_widget(), touch.place)
        self._last = QPointF(*self.canvas.photo_point(touch.place)) if self._handle else touch.place
        self._rect = self._frame()
        self.busy = True

    def move(self, touch: Touch) -> None:
        """Follow the pointer; the frame never cuts into the photo."""
        canvas, view = self.canvas, self.canvas.view
        if not self.busy or view is None:
            return
        if self._handle is None:
            step = (touch.place - self._last) * canvas.devicePixelRatioF()
            self._last = touch.place
            canvas.look_at(view.panned(step.x(), step.y()))
            return
        point = QPointF(*canvas.photo_point(touch.place))
        self._rect = dragged(self._rect, self._handle, point - self._last)
        self._last = point
        width, height = view.photo
        most = MOST * max(width, height)
        sides = (-self._rect.left(), self._rect.right() - width, -self._rect.top(), self._rect.bottom() - height)
        left, right, top, bottom = (round(min(max(side, 0), most)) for side in sides)
        if touch.alt:  # both sides alike
            across, down = max(left, right), max(top, bottom)
            left, right = (across, across) if self._handle[0] != 0.5 else (left, right)
            top, bottom = (down, down) if self._handle[1] != 0.5 else (top, bottom)
        margins = Margins(left, right, top, bottom)
        self.set(held_to(margins, self._handle, width, height, self.ratio) if self.ratio else margins)

    def release(self, touch: Touch) -> None:
        """Let go; the photo fills the window again if it did before."""
        self.busy, self._handle = False, None
        if self._made_room is not None and self._made_room == self.canvas.view and self.empty:
            self.canvas.fit()
        self._made_room = None

    def wants(self, event: QKeyEvent) -> bool:
        """Enter and Escape, while there is something to expand."""
        return not self.empty and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)

    def key(self, event: QKeyEvent) -> bool:
        """Enter fills the frame, Escape lets it go."""
        if not self.wants(event):
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.set(Margins())
        else:
            self.canvas.entered.emit()
        return True

    def draw(self, painter: QPainter) -> None:
        """The new frame, hatched where it will be filled, with its size."""
        view = self.canvas.view
        if view is None:
            return
        outer = self._on_widget()
        inner = self.canvas.on_widget_rect(QRectF(0, 0, *view.photo))
        painter.save()
        hatch = QBrush(QColor(128, 128, 128, 150), Qt.BrushStyle.BDiagPattern)
        for part in (
            QRectF(outer.left(), outer.top(), outer.width(), inner.top() - outer.top()),
            QRectF(outer.left(), inner.bottom(), outer.width(), outer.bottom() - inner.bottom()),
            QRectF(outer.left(), inner.top(), inner.left() - outer.left(), inner.height()),
            QRectF(inner.right(), inner.top(), outer.right() - inner.right(), inner.height()),
        ):
            if part.width() > 0 and part.height() > 0:
                painter.fillRect(part, QColor(128, 128, 128, 60))
                painter.fillRect(part, hatch)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in two_tone(painter):
            painter.setPen(pen)
            painter.drawRect(outer)
        draw_handles(painter, [place_of(outer, handle) for handle in HANDLES], self.canvas.accent)
        if not self.empty:
            text = self.size_words()
            metrics = painter.fontMetrics()
            across, down = metrics.horizontalAdvance(text) + 20, metrics.height() + 8
            x = min(max(outer.center().x() - across / 2, 6), self.canvas.width() - across - 6)
            above = outer.top() - down - 8
            y = min(above if above >= 6 else max(outer.top() + 14, 6), self.canvas.height() - down - 6)
            draw_words(painter, text, QRectF(x, y, across, down))

    def size_words(self) -> str:
        """The new frame's size."""
        view, margins = self.canvas.view, self.margins
        if view is None:
            return ""
        return f"{view.photo[0] + margins.left + margins.right} × {view.photo[1] + margins.top + margins.bottom}"

    def cancel(self) -> None:
        """Let go; the photo fills the window again if it did before."""
        self.busy, self._handle = False, None
        if self._made_room is not None and self._made_room == self.canvas.view and self.empty:
            self.canvas.fit()
        self._made_room = None

    def make_room(self) -> None:
        """See enough beside the photo to drag the frame out."""
        view = self.canvas.view
        if view is not None and view.fitted:
            self.canvas.look_at(view.zoom_at(view.zoom * math.sqrt(0.5), view.window[0] / 2, view.window[1] / 2))
            self._made_room = self.canvas.view

    def _frame(self) -> QRectF:
        """The new frame in photo pixels."""
        view, margins = self.canvas.view, self.margins
        assert view is not None
        return QRectF(0, 0, *view.photo).adjusted(-margins.left, -margins.top, margins.right, margins.bottom)

    def _on_widget(self) -> QRectF:
        return self.canvas.on_widget_rect(self._frame())
