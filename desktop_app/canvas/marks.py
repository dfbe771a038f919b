"""Small marks that the canvas draws over pictures: checkerboard, pixel grid, tags, the comparing line."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap

from desktop_app.canvas.view import View

CHECKER = 8  # logical pixels, side of a square behind transparent pictures
EDGE = 14  # logical pixels between a tag and the photo's edge
GRID_FROM = 10.0  # zoom from which the photo's pixels are ruled


def checker_brush(side: int) -> QBrush:
    """Squares of two greys, ``side`` pixels each."""
    tile = QImage(2 * side, 2 * side, QImage.Format.Format_RGB32)
    tile.fill(QColor("#9a9a9a"))
    painter = QPainter(tile)
    for corner in (0, side):
        painter.fillRect(corner, corner, side, side, QColor("#b4b4b4"))
    painter.end()
    return QBrush(QPixmap.fromImage(tile))


def draw_checker(painter: QPainter, view: View, rect: QRect, ratio: float) -> None:
    """Checkerboard over ``rect`` of the window; it moves with the photo."""
    painter.setBrushOrigin(QPointF(view.left, view.top))
    painter.fillRect(rect, checker_brush(max(round(CHECKER * ratio), 1)))


def draw_grid(painter: QPainter, view: View, rect: QRect) -> None:
    """Lines between the photo's pixels inside ``rect`` of the window, at high zoom only."""
    if view.zoom < GRID_FROM:
        return
    left, top = view.to_photo(rect.left(), rect.top())
    right, bottom = view.to_photo(rect.right() + 1, rect.bottom() + 1)
    upright = [view.to_window(column, 0)[0] for column in range(math.floor(left), math.ceil(right) + 1)]
    level = [view.to_window(0, row)[1] for row in range(math.floor(top), math.ceil(bottom) + 1)]
    lines = [QLineF(round(x), rect.top(), round(x), rect.bottom()) for x in upright]
    lines += [QLineF(rect.left(), round(y), rect.right(), round(y)) for y in level]
    strength = min((view.zoom - GRID_FROM) / GRID_FROM, 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for shade, share in ((0, 0.22), (255, 0.16)):
        painter.setPen(QPen(QColor(shade, shade, shade, round(255 * share * (0.4 + 0.6 * strength))), 1))
        painter.drawLines(lines)
        lines = [line.translated(1, 1) for line in lines]


def draw_tag(painter: QPainter, text: str, area: QRectF, *, left: bool) -> None:
    """A word in an upper corner of ``area``."""
    metrics = painter.fontMetrics()
    across, height = metrics.horizontalAdvance(text) + 20, metrics.height() + 8
    box = QRectF(area.left() + EDGE if left else area.right() - EDGE - across, area.top() + EDGE, across, height)
    draw_words(painter, text, box)


def draw_words(painter: QPainter, text: str, box: QRectF) -> None:
    """White words on a dark pill, readable on any photo."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 165))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def draw_divider(painter: QPainter, x: float, area: QRectF) -> None:
    """The line between before and after with its handle, at ``x`` over the height of ``area``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in (QPen(QColor(0, 0, 0, 110), 3), QPen(QColor("#ffffff"), 1)):
        painter.setPen(pen)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    centre = QPointF(x, area.center().y())
    painter.setPen(QPen(QColor(0, 0, 0, 110), 1))
    painter.setBrush(QColor("#ffffff"))
    painter.drawEllipse(centre, 13, 13)
    painter.setPen(QPen(QColor("#303030"), 1.6))
    for side in (-1, 1):
        tip = centre + QPointF(side * 8, 0)
        for lean in (-4, 4):
            painter.drawLine(tip, tip + QPointF(-side * 4, lean))


def two_tone(painter: QPainter, *, dashed: bool = False, width: float = 1.0) -> tuple[QPen, QPen]:
    """Pens to draw a line twice with, dark then light, so that it shows on any photo."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    dark, light = QPen(QColor(0, 0, 0, 150), width + 1.4), QPen(QColor(255, 255, 255, 235), width)
    if dashed:
        light.setDashPattern([5, 4])
    return dark, light
