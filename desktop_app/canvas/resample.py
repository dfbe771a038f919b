"""The part of a photo that is in sight, brought to the window's pixels and the screen's colours.

Only what is drawn is resampled and converted, so a frame costs by the window's size and not by the photo's.
Everything here imports OpenCV, which the empty window does without; import it when there is a photo.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColorSpace, QImage

from desktop_app.canvas.pyramid import MaskLevels, Pyramid
from desktop_app.canvas.view import View

Convert = Callable[[np.ndarray], np.ndarray]
SRGB = QColorSpace.NamedColorSpace.SRgb
SMOOTH_BELOW = 2.0  # zoom from which a photo pixel is drawn as a square


def shown(view: View, area: QRect) -> QRect:
    """The part of ``area`` (window pixels) whose pixel centres lie on the photo."""
    left, top = math.ceil(view.left - 0.5), math.ceil(view.top - 0.5)
    right, bottom = view.to_window(*view.photo)
    photo = QRect(left, top, math.ceil(right - 0.5) - left, math.ceil(bottom - 0.5) - top)
    return area.intersected(photo)


def sample(
    level: np.ndarray,
    scale: float,
    view: View,
    area: QRect,
    convert: Convert | None = None,
    into: np.ndarray | None = None,
) -> np.ndarray:
    """What ``area`` of the window shows of one level.

    Parameters
    ----------
    level
        ``(H, W)`` or ``(H, W, C)``, uint8 or uint16.
    scale
        Photo pixels for a pixel of the level.
    view, area
        The window, and a rectangle of its pixels that lies on the photo.
    convert
        Changes the pixels' format. It is given what lies under ``area``: four bands are resampled in less time than
        three.
    into
        ``(area height, area width[, C])`` memory to write to; else fresh memory, or the level's own.

    Returns
    -------
    ``(area height, area width[, C])``: the nearest pixel from ``SMOOTH_BELOW`` on, else bilinear.
    """
    step = 1 / (view.zoom * scale)  # of the level, for a window pixel
    height, width = level.shape[:2]
    first_x = (area.left() + 0.5 - view.left) * step
    first_y = (area.top() + 0.5 - view.top) * step
    if step == 1 or (view.zoom >= SMOOTH_BELOW and scale == 1):
        columns = np.clip(np.floor(first_x + step * np.arange(area.width())), 0, width - 1).astype(np.intp)
        rows = np.clip(np.floor(first_y + step * np.arange(area.height())), 0, height - 1).astype(np.intp)
        part = level[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        part = convert(part) if convert else part
        if step != 1:
            part = np.take(np.take(part, columns - columns[0], axis=1), rows - rows[0], axis=0)
        if into is None:
            return part
        into[:] = part
        return into
    left, top = max(math.floor(first_x) - 2, 0), max(math.floor(first_y) - 2, 0)
    right = min(math.ceil(first_x + step * area.width()) + 2, width)
    bottom = min(math.ceil(first_y + step * area.height()) + 2, height)
    part = level[top:bottom, left:right]
    map_back = np.array([[step, 0, first_x - 0.5 - left], [0, step, first_y - 0.5 - top]])
    return cv2.warpAffine(
        convert(part) if convert else part,
        map_back,
        (area.width(), area.height()),
        dst=into,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def picture(pyramid: Pyramid, view: View, area: QRect, screen: QColorSpace) -> QImage:
    """``area`` of the window, which lies on the photo, in the screen's colours."""
    index = view.level(len(pyramid.levels))
    pixels = sample(pyramid.levels[index], 2.0**index, view, area)
    return to_screen(pixels, pyramid, screen, straight=pyramid.transparent and index == 0)


def picture_into(rows: np.ndarray, pyramid: Pyramid, view: View, area: QRect, screen: QColorSpace) -> bool:
    """As :func:`picture`, written straight into a window's memory where that can be done. Returns whether it was.

    Parameters
    ----------
    rows
        ``(window height, window width, 4)`` uint8, blue first.
    """
    if pyramid.transparent or (pyramid.space or QColorSpace(SRGB)) != screen:
        return False
    index = view.level(len(pyramid.levels))
    target = rows[area.top() : area.top() + area.height(), area.left() : area.left() + area.width()]
    sample(pyramid.levels[index], 2.0**index, view, area, _blue_first, target)
    return True


def to_screen(pixels: np.ndarray, pyramid: Pyramid, screen: QColorSpace, *, straight: bool = False) -> QImage:
    """Photo pixels as an image of its own memory in the screen's colours.

    Parameters
    ----------
    pixels
        ``(h, w, 3 or 4)``, uint8 or uint16, in the photo's colours.
    pyramid
        Says what those colours are.
    screen
        The screen's colour space.
    straight
        Whether the fourth band is straight transparency; else it is premultiplied or means nothing.
    """
    form = QImage.Format.Format_ARGB32_Premultiplied if pyramid.transparent else QImage.Format.Format_RGB32
    image = QImage(pixels.shape[1], pixels.shape[0], QImage.Format.Format_ARGB32 if straight else form)
    _blue_first(pixels, rows_of(image))
    if straight:
        image.convertTo(form)
    space = pyramid.space or QColorSpace(SRGB)
    if space != screen:
        image.applyColorTransform(space.transformationToColorSpace(screen))
    return image


def _blue_first(pixels: np.ndarray, into: np.ndarray | None = None) -> np.ndarray:
    """``(h, w, 3 or 4)`` uint8 or uint16 as ``(h, w, 4)`` uint8, blue first."""
    if pixels.dtype == np.uint16:
        pixels = cv2.convertScaleAbs(pixels, alpha=1 / 257)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA, dst=into)


def overlay(levels: MaskLevels, view: View, area: QRect) -> np.ndarray:
    """``(h, w)`` uint8: the mask over ``area`` of the window, which lies on the photo."""
    # one level coarser than the photo: the overlay is soft, and four times cheaper
    index = min(view.level(levels.count) + (view.zoom < 1), levels.count - 1)
    return sample(levels.level(index), 2.0**index, view, area)


def rows_of(image: QImage) -> np.ndarray:
    """``(h, w, 4)`` uint8: the memory of a 32-bit image, blue first."""
    flat = np.frombuffer(image.bits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)
