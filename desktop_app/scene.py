"""Drawing for the canvas: the picture, the one before it, a preview, and the mask's overlay. All in device pixels."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QRegion, qRgba

from desktop_app.pyramid import MaskLevels, Pyramid
from desktop_app.view import View
from engine.project.mask import Mask
from engine.values import Box

OVERLAY = 0.5  # opacity of the mask's colour where the mask is full
CHECKER = 8  # logical pixels, side of a square behind transparent pictures
EDGE = 14  # logical pixels between a tag and the photo's edge


class Compare(enum.Enum):
    """Which picture is seen."""

    after = "after"
    before = "before"
    split = "split"


class Scene:
    """What the canvas shows, composed in a picture of the window that is kept: panning and painting redraw what is new.

    Attributes
    ----------
    after, before
        The picture and what it is compared with.
    compare, split
        What is seen, and where the dividing line stands as a share of the window's width.
    mask, levels
        The mask and its pyramid.
    show_mask
        Whether its overlay is wanted.
    preview
        An image and where in the photo it belongs.
    """

    def __init__(self) -> None:
        self.after: Pyramid | None = None
        self.before: Pyramid | None = None
        self.compare = Compare.after
        self.split = 0.5
        self.mask: Mask | None = None
        self.levels: MaskLevels | None = None
        self.show_mask = True
        self.preview: tuple[QImage, Box] | None = None
        self._kept: QImage | None = None
        self._kept_view: View | None = None
        self._stale = QRegion()  # of the kept picture, in device pixels

    def refresh(self, box: Box | None = None) -> None:
        """Something else is to be seen: inside ``box`` of the photo, or everywhere."""
        view = self._kept_view
        if box is None or view is None:
            self._kept = None
            return
        left, top = view.to_window(box.left - 1, box.top - 1)
        right, bottom = view.to_window(box.right + 1, box.bottom + 1)
        margin = 2 ** (view.level(16) + 2) * view.zoom + 2  # the overlay's coarser pixels reach beyond the box
        self._stale += QRectF(left, top, right - left, bottom - top).adjusted(-margin, -margin, margin, margin).toRect()

    def draw(self, painter: QPainter, view: View, ratio: float, colour: QColor) -> None:
        """Draw everything that lies under the tools.

        Parameters
        ----------
        painter
            Of the widget, in logical pixels.
        view
            Where the photo lies.
        ratio
            Device pixels for a logical one.
        colour
            Of the mask's overlay; its transparency is not used.
        """
        if self.after is None:
            return
        kept = self._brought_to(view, colour, painter, ratio)
        kept.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, 0), kept)
        kept.setDevicePixelRatio(1)

    def _brought_to(self, view: View, colour: QColor, widget: QPainter, ratio: float) -> QImage:
        """The kept picture, moved to ``view``, with all that is stale drawn anew."""
        old, before, whole = self._kept, self._kept_view, QRegion(0, 0, *view.window)
        if old is None or before is None or (before.zoom, before.window) != (view.zoom, view.window):
            kept = QImage(*view.window, QImage.Format.Format_RGB32)
            self._stale = whole
        elif (before.left, before.top) != (view.left, view.top):
            across, down = round(view.left - before.left), round(view.top - before.top)
            kept = QImage(*view.window, QImage.Format.Format_RGB32)
            mover = QPainter(kept)
            mover.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            mover.drawImage(QPoint(across, down), old)
            mover.end()
            self._stale = (self._stale.translated(across, down) + (whole - whole.translated(across, down))) & whole
        else:
            kept = old
        if not self._stale.isEmpty():
            painter = QPainter(kept)
            ground = widget.background().color()
            for rect in cast("Iterable[QRect]", self._stale):
                painter.setClipRect(rect)
                painter.fillRect(rect, ground)
                self._compose(painter, view, ratio, colour, QRectF(rect))
            painter.end()
        self._kept, self._kept_view, self._stale = kept, view, QRegion()
        return kept

    def _compose(self, painter: QPainter, view: View, ratio: float, colour: QColor, area: QRectF) -> None:
        """Draw ``area`` of the window, to which the painter is clipped."""
        assert self.after is not None
        width, height = view.window
        if self.compare is Compare.split and self.before is not None:
            line = round(self.split * width)
            for picture, side in (
                (self.before, QRectF(0, 0, line, height)),
                (self.after, QRectF(line, 0, width - line, height)),
            ):
                part = area & side
                if not part.isEmpty():
                    painter.setClipRect(part)
                    self._draw_picture(painter, view, picture, ratio)
            return
        if self.compare is Compare.before and self.before is not None:
            self._draw_picture(painter, view, self.before, ratio)
            return
        self._draw_picture(painter, view, self.after, ratio)
        if self.preview is not None:
            image, box = self.preview
            left, top = view.to_window(box.left, box.top)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, top, box.width * view.zoom, box.height * view.zoom), image)
        self._draw_mask(painter, view, colour)

    def _draw_picture(self, painter: QPainter, view: View, pyramid: Pyramid, ratio: float) -> None:
        level = view.level(len(pyramid.levels))
        image = pyramid.image(level)
        across = view.zoom * pyramid.width / image.width()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.zoom < 2 and across != 1)
        if pyramid.transparent:
            size = (pyramid.width * view.zoom, pyramid.height * view.zoom)
            _draw_checker(painter, QRectF(view.left, view.top, *size), round(CHECKER * ratio), view.window)
        painter.translate(view.left, view.top)
        painter.scale(across, view.zoom * pyramid.height / image.height())
        painter.drawImage(QPoint(0, 0), image)
        painter.restore()

    def _draw_mask(self, painter: QPainter, view: View, colour: QColor) -> None:
        mask, levels = self.mask, self.levels
        if levels is None or mask is None or not self.show_mask or mask.empty:
            return
        # one level coarser than the photo: the overlay is soft, and four times cheaper
        level = min(view.level(levels.count) + (view.zoom < 1), levels.count - 1)
        values = levels.level(level)
        height, width = values.shape
        image = QImage(values.data, width, height, values.strides[0], QImage.Format.Format_Indexed8)
        red, green, blue = colour.red(), colour.green(), colour.blue()
        image.setColorTable([qRgba(red, green, blue, round(OVERLAY * value)) for value in range(256)])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.zoom < 2)
        painter.translate(view.left, view.top)
        scale = 2**level * view.zoom
        painter.scale(scale, scale)
        edge = Box(0, 0, mask.width, mask.height)
        seen = (mask.extent or edge).grow(2 ** (level + 1)).clip(mask.width, mask.height)
        share = 2.0**-level
        painter.setClipRect(
            QRectF(seen.left * share, seen.top * share, seen.width * share, seen.height * share),
            Qt.ClipOperation.IntersectClip,
        )
        painter.drawImage(QPoint(0, 0), image)
        painter.restore()


def _draw_checker(painter: QPainter, area: QRectF, side: int, window: tuple[int, int]) -> None:
    tile = QImage(2 * side, 2 * side, QImage.Format.Format_RGB32)
    tile.fill(QColor("#9a9a9a"))
    tile_painter = QPainter(tile)
    for corner in (0, side):
        tile_painter.fillRect(corner, corner, side, side, QColor("#b4b4b4"))
    tile_painter.end()
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    for y in range(0, window[1], 2 * side):
        for x in range(0, window[0], 2 * side):
            painter.drawImage(x, y, tile)
    painter.restore()


def draw_tag(painter: QPainter, text: str, area: QRectF, *, left: bool) -> None:
    """A word in an upper corner of ``area``."""
    metrics = painter.fontMetrics()
    across, height = metrics.horizontalAdvance(text) + 20, metrics.height() + 8
    box = QRectF(area.left() + EDGE if left else area.right() - EDGE - across, area.top() + EDGE, across, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 165))
    painter.drawRoundedRect(box, height / 2, height / 2)
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
