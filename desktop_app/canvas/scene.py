"""What the canvas shows under its tools: the picture, the one before it, a preview, and the mask's overlay."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QBrush, QColor, QColorSpace, QImage, QPainter, QRegion, qBlue, qGreen, qRed, qRgba

from desktop_app.canvas.marks import draw_checker, draw_grid
from desktop_app.canvas.pane import Pane
from desktop_app.canvas.pyramid import MaskLevels, Pyramid
from desktop_app.canvas.view import View
from engine.project.mask import Mask
from engine.values import Box

BAND = 32  # rows of the overlay that are drawn at a time, as far as anything is painted in them


class Compare(enum.Enum):
    """Which picture is seen."""

    after = "after"
    before = "before"
    split = "split"
    side = "side by side"


@dataclass(frozen=True)
class Overlay:
    """How the mask is shown.

    Attributes
    ----------
    colour
        Of the overlay.
    opacity
        0 to 1, where the mask is full.
    shown
        Whether it is shown at all.
    """

    colour: QColor
    opacity: float = 0.5
    shown: bool = True


class Scene:
    """What the canvas shows, in one sight of the photo or in two beside each other.

    Attributes
    ----------
    after, before
        The picture and what it is compared with.
    compare, split
        What is seen, and where the dividing line stands as a share of the window's width.
    mask, levels
        The mask and its pyramid.
    strokes
        Masks over the first one with their pyramids, of a tool whose strokes do not belong to the photo's mask.
    offset
        Where the picture before lies in the picture after, in photo pixels: an expand has moved it.
    preview
        An image and where in the photo it belongs.
    screen
        The screen's colour space.
    """

    def __init__(self) -> None:
        self.after: Pyramid | None = None
        self.before: Pyramid | None = None
        self.compare = Compare.after
        self.split = 0.5
        self.mask: Mask | None = None
        self.levels: MaskLevels | None = None
        self.strokes: tuple[tuple[Mask, MaskLevels], ...] = ()
        self.offset: tuple[int, int] = (0, 0)
        self.preview: tuple[QImage, Box] | None = None
        self.screen = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
        self._panes = (Pane(), Pane())

    def refresh(self, box: Box | None = None) -> None:
        """Something else is to be seen: inside ``box`` of the photo, or everywhere."""
        for pane in self._panes:
            pane.refresh(box)

    def draw(self, painter: QPainter, view: View, ratio: float, overlay: Overlay, second: float = 0.0) -> None:
        """Draw everything that lies under the tools.

        Parameters
        ----------
        painter
            Of the widget, in logical pixels; its background is drawn beside the photo.
        view
            Where the photo lies, in the first pane.
        ratio
            Device pixels for a logical one.
        overlay
            How the mask is shown.
        second
            Where the second pane begins when pictures are seen side by side, in logical pixels.
        """
        if self.after is None:
            return
        ground = painter.background().color()
        beside = self.compare is Compare.side and self.before is not None
        for number, pane in enumerate(self._panes[: 2 if beside else 1]):
            seen = Compare.before if beside and number == 0 else Compare.after if beside else self.compare

            def compose(inner: QPainter, rows: np.ndarray, rect: QRect, seen: Compare = seen) -> None:
                inner.setBackground(QBrush(ground))
                for beside_photo in cast("Iterable[QRect]", QRegion(rect) - QRegion(_photo(view, rect))):
                    inner.fillRect(beside_photo, ground)
                self._compose(inner, rows, view, ratio, overlay, rect, seen)

            kept = pane.brought_to(view, compose)
            kept.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(number * second, 0), kept)
            kept.setDevicePixelRatio(1)

    def _compose(
        self,
        painter: QPainter,
        rows: np.ndarray,
        view: View,
        ratio: float,
        overlay: Overlay,
        rect: QRect,
        seen: Compare,
    ) -> None:
        """Draw what ``rect`` of the window, to which the painter is clipped, shows of the photo."""
        assert self.after is not None
        area = _photo(view, rect)
        if area.isEmpty():
            return
        if seen is Compare.split and self.before is not None:
            line = round(self.split * view.window[0])
            for picture, side in (
                (self.before, QRect(0, 0, line, view.window[1])),
                (self.after, QRect(line, 0, view.window[0] - line, view.window[1])),
            ):
                self._draw_picture(painter, rows, view, picture, ratio, area & side)
            return
        if seen is Compare.before and self.before is not None:
            self._draw_picture(painter, rows, view, self.before, ratio, area)
            return
        self._draw_picture(painter, rows, view, self.after, ratio, area)
        if self.preview is not None:
            image, box = self.preview
            left, top = view.to_window(box.left, box.top)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, top, box.width * view.zoom, box.height * view.zoom), image)
        if overlay.shown and self.mask is not None and self.levels is not None:
            self._draw_mask(painter, view, self.mask, self.levels, overlay, area)
        for strokes in self.strokes:
            self._draw_mask(painter, view, *strokes, overlay, area)
        draw_grid(painter, view, area)

    def _draw_picture(
        self, painter: QPainter, rows: np.ndarray, view: View, pyramid: Pyramid, ratio: float, area: QRect
    ) -> None:
        from desktop_app.canvas.resample import picture, picture_into

        moved = self.offset if pyramid is self.before else (0, 0)
        own = view.with_part(*moved, pyramid.width, pyramid.height)
        inside = _photo(own, area)
        if inside != area:
            painter.fillRect(area, painter.background())
        area = inside
        if area.isEmpty() or picture_into(rows, pyramid, own, area, self.screen):
            return
        if pyramid.transparent:
            draw_checker(painter, view, area, ratio)
        painter.drawImage(area.topLeft(), picture(pyramid, own, area, self.screen))

    def _draw_mask(
        self, painter: QPainter, view: View, mask: Mask, levels: MaskLevels, overlay: Overlay, area: QRect
    ) -> None:
        from desktop_app.canvas.resample import overlay as covered

        extent = mask.extent
        if extent is None:
            return
        seen = extent.grow(2 ** (view.level(levels.count) + 2)).clip(mask.width, mask.height)
        left, top = view.to_window(seen.left, seen.top)
        across, down = seen.width * view.zoom, seen.height * view.zoom
        area = area & QRectF(left, top, across, down).toAlignedRect()
        if area.isEmpty():
            return
        values = np.ascontiguousarray(covered(levels, view, area))
        shades = _shades(overlay.colour.rgb(), overlay.opacity)
        for top in range(0, area.height(), BAND):
            band = values[top : top + BAND]
            painted = np.flatnonzero(band.any(axis=0))
            if not len(painted):
                continue
            image = QImage(band.data, band.shape[1], band.shape[0], band.strides[0], QImage.Format.Format_Indexed8)
            image.setColorTable(shades)
            left, width = int(painted[0]), int(painted[-1] - painted[0]) + 1
            # drawn as it is, an indexed image would take four times as long
            coloured = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
            painter.drawImage(area.topLeft() + QPoint(left, top), coloured, QRect(left, 0, width, band.shape[0]))


@lru_cache(maxsize=4)
def _shades(colour: int, opacity: float) -> list[int]:
    """The overlay's colour for each value of the mask."""
    red, green, blue = qRed(colour), qGreen(colour), qBlue(colour)
    return [qRgba(red, green, blue, round(opacity * value)) for value in range(256)]


def _photo(view: View, rect: QRect) -> QRect:
    from desktop_app.canvas.resample import shown

    return shown(view, rect)
