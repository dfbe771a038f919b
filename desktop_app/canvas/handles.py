"""Handles on a rectangle: where they are, which one the pointer is on, and what dragging it does."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

REACH = 9.0  # logical pixels about a handle that take hold of it
SIDE = 8.0  # logical pixels, of a drawn handle

Handle = tuple[float, float]  # share of the width and of the height: (0, 0) is the upper left corner
HANDLES: tuple[Handle, ...] = ((0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1), (0.5, 1), (0, 1), (0, 0.5))
MOVE: Handle = (0.5, 0.5)


def place_of(rect: QRectF, handle: Handle) -> QPointF:
    """Where a handle is."""
    return QPointF(rect.left() + handle[0] * rect.width(), rect.top() + handle[1] * rect.height())


def handle_at(rect: QRectF, point: QPointF) -> Handle | None:
    """The handle under a point, corners first; nothing beside all of them."""
    for handle in sorted(HANDLES, key=lambda each: 0.5 in each):
        away = point - place_of(rect, handle)
        if abs(away.x()) <= REACH and abs(away.y()) <= REACH:
            return handle
    return None


def on_border(rect: QRectF, point: QPointF, reach: float = REACH / 2) -> bool:
    """Whether a point is on the rectangle's line."""
    outer, inner = (rect.adjusted(-grow, -grow, grow, grow) for grow in (reach, -reach))
    return outer.contains(point) and not inner.contains(point)


def dragged(rect: QRectF, handle: Handle, step: QPointF) -> QRectF:
    """The rectangle after its handle, or all of it, has been moved by ``step``."""
    if handle == MOVE:
        return rect.translated(step)
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    left += step.x() if handle[0] == 0 else 0
    right += step.x() if handle[0] == 1 else 0
    top += step.y() if handle[1] == 0 else 0
    bottom += step.y() if handle[1] == 1 else 0
    return QRectF(QPointF(left, top), QPointF(right, bottom))


def cursor_of(handle: Handle) -> Qt.CursorShape:
    """The cursor over a handle of an upright rectangle."""
    if handle == MOVE:
        return Qt.CursorShape.SizeAllCursor
    if 0.5 not in handle:
        return Qt.CursorShape.SizeFDiagCursor if handle[0] == handle[1] else Qt.CursorShape.SizeBDiagCursor
    return Qt.CursorShape.SizeHorCursor if handle[1] == 0.5 else Qt.CursorShape.SizeVerCursor


def draw_handles(painter: QPainter, places: list[QPointF], accent: QColor) -> None:
    """White squares with an accented rim."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor("#ffffff"))
    painter.setPen(QPen(accent, 1.5))
    for place in places:
        painter.drawRoundedRect(QRectF(place.x() - SIDE / 2, place.y() - SIDE / 2, SIDE, SIDE), 2, 2)
