"""Pictures ready to be drawn at any zoom: a photo's levels, each half the size of the one before, in screen colours.

Building runs in a worker. Level 0 of a plain 8-bit photo is the photo's own memory, so showing it costs a third of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColorSpace, QImage

from engine.picture import Photo
from engine.values import Box

SMALLEST = 256  # pixels on the long side; no level below it
STRIP = 2048  # rows converted at once, which bounds the worker's extra memory


@dataclass(frozen=True, eq=False)
class Pyramid:
    """The levels of one photo.

    Attributes
    ----------
    levels
        Level ``k`` has ``ceil(size / 2**k)`` pixels a side. ``(h, w, 3)`` uint8 RGB (level 0 of a plain photo) or
        ``(h, w, 4)`` uint8 in the screen's order: blue, green, red, premultiplied transparency.
    transparent
        Whether anything shows through.
    """

    levels: tuple[np.ndarray, ...]
    transparent: bool = False

    @property
    def width(self) -> int:
        """Pixels across, at level 0."""
        return self.levels[0].shape[1]

    @property
    def height(self) -> int:
        """Pixels down, at level 0."""
        return self.levels[0].shape[0]

    def image(self, level: int) -> QImage:
        """A level as an image that borrows its memory; the pyramid must outlive it."""
        return wrap(self.levels[level], transparent=self.transparent)


def wrap(pixels: np.ndarray, *, transparent: bool = False) -> QImage:
    """``(h, w, 3)`` RGB or ``(h, w, 4)`` BGRA uint8 as an image that borrows the memory."""
    height, width, bands = pixels.shape
    if bands == 3:
        form = QImage.Format.Format_RGB888
    else:
        form = QImage.Format.Format_ARGB32_Premultiplied if transparent else QImage.Format.Format_RGB32
    return QImage(pixels.data, width, height, pixels.strides[0], form)


def halved(values: np.ndarray) -> np.ndarray:
    """Half the size by the mean of 2 x 2 values (rounded down); an odd last row or column stands for itself."""
    height, width = values.shape[:2]
    if height % 2 or width % 2:
        pad = ((0, height % 2), (0, width % 2), *(((0, 0),) if values.ndim == 3 else ()))
        values = np.pad(values, pad, mode="edge")
    total = values[0::2, 0::2].astype(np.uint16)
    total += values[0::2, 1::2]
    total += values[1::2, 0::2]
    total += values[1::2, 1::2]
    total >>= 2
    return total.astype(np.uint8)


def build(photo: Photo) -> Pyramid:
    """Prepare a photo for the screen: 8 bits, sRGB, all levels. Takes long for big photos; call it in a worker."""
    transparent = photo.pixels.shape[2] == 4 and bool((photo.pixels[..., 3] < photo.white).any())
    plain = photo.pixels.dtype == np.uint8 and photo.pixels.shape[2] == 3 and _colour_space(photo) is None
    levels = [photo.pixels if plain and photo.pixels.flags.c_contiguous else _on_screen(photo, transparent)]
    while max(levels[-1].shape[:2]) > SMALLEST and min(levels[-1].shape[:2]) > 1:
        smaller = halved(levels[-1])
        levels.append(smaller if smaller.shape[2] == 4 else _reordered(smaller))
    return Pyramid(tuple(levels), transparent)


def _colour_space(photo: Photo) -> QColorSpace | None:
    """The photo's profile where it must be converted for the screen; nothing for sRGB or an unusable one."""
    if photo.icc is None:
        return None
    space = QColorSpace.fromIccProfile(photo.icc)
    return space if space.isValid() and space != QColorSpace(QColorSpace.NamedColorSpace.SRgb) else None


def _reordered(rgb: np.ndarray) -> np.ndarray:
    screen = np.full((*rgb.shape[:2], 4), 255, np.uint8)
    screen[..., 2], screen[..., 1], screen[..., 0] = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    return screen


def _on_screen(photo: Photo, transparent: bool) -> np.ndarray:
    """``(H, W, 4)`` uint8 in the screen's order, colours converted, transparency premultiplied."""
    space = _colour_space(photo)
    screen = np.empty((photo.height, photo.width, 4), np.uint8)
    target = QImage.Format.Format_ARGB32_Premultiplied if transparent else QImage.Format.Format_RGB32
    for top in range(0, photo.height, STRIP):
        strip = np.ascontiguousarray(_with_four(photo.pixels[top : top + STRIP]))
        deep = strip.dtype == np.uint16
        form = QImage.Format.Format_RGBA64 if deep else QImage.Format.Format_RGBA8888
        image = QImage(strip.data, strip.shape[1], strip.shape[0], strip.strides[0], form)
        if space is not None:
            image.setColorSpace(space)
            image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
        image = image.convertToFormat(target)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        screen[top : top + STRIP] = rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)
    return screen


def _with_four(pixels: np.ndarray) -> np.ndarray:
    if pixels.shape[2] == 4:
        return pixels
    full = np.full((*pixels.shape[:2], 4), np.iinfo(pixels.dtype).max, pixels.dtype)
    full[..., :3] = pixels
    return full


class MaskLevels:
    """The mask's own pyramid, kept up to date box by box while it is painted."""

    def __init__(self, values: np.ndarray) -> None:
        self._full = values
        self._small: list[np.ndarray] = []
        height, width = values.shape
        while max(height, width) > SMALLEST and min(height, width) > 1:
            height, width = (height + 1) // 2, (width + 1) // 2
            self._small.append(np.zeros((height, width), np.uint8))

    @property
    def count(self) -> int:
        """How many levels there are."""
        return 1 + len(self._small)

    def level(self, index: int) -> np.ndarray:
        """``(h, w)`` uint8 of that level."""
        return self._full if index == 0 else self._small[index - 1]

    def update(self, box: Box) -> None:
        """Take over what changed inside ``box`` (level 0 pixels)."""
        source = self._full
        for small in self._small:
            box = Box(box.left // 2, box.top // 2, -(-box.right // 2), -(-box.bottom // 2))
            part = source[2 * box.top : 2 * box.bottom, 2 * box.left : 2 * box.right]
            small[box.slices] = halved(part)
            source = small
