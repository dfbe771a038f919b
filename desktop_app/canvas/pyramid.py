"""Pictures ready to be drawn at any zoom: a photo's levels, each half the size of the one before.

Building runs in a worker. Level 0 is the photo's own memory at its own depth, so showing a photo costs a third of its
8-bit size; colours are converted to the screen's only for what is in sight, by :mod:`desktop_app.canvas.resample`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColorSpace, QImage

from engine.picture import Photo
from engine.values import Box

SMALLEST = 256  # pixels on the long side; no level below it
STRIP = 2048  # rows halved at once, which bounds the worker's extra memory


@dataclass(frozen=True, eq=False)
class Pyramid:
    """The levels of one photo.

    Attributes
    ----------
    levels
        Level ``k`` has ``ceil(size / 2**k)`` pixels a side. Level 0 is the photo's pixels. The others are
        ``(h, w, 3)`` uint8 RGB, or ``(h, w, 4)`` uint8 RGBA with premultiplied transparency where it matters.
    transparent
        Whether anything shows through.
    space
        The photo's colour space; absent for sRGB, an untagged photo, or a profile that cannot be used.
    """

    levels: tuple[np.ndarray, ...]
    transparent: bool = False
    space: QColorSpace | None = None

    @property
    def width(self) -> int:
        """Pixels across, at level 0."""
        return self.levels[0].shape[1]

    @property
    def height(self) -> int:
        """Pixels down, at level 0."""
        return self.levels[0].shape[0]

    def image(self, level: int, space: QColorSpace | None = None) -> QImage:
        """A whole level as an image with its own memory, in sRGB or in ``space``; for thumbnails and overviews."""
        from desktop_app.canvas.resample import to_screen

        pixels = self.levels[level]
        straight = self.transparent and level == 0
        wanted = space or QColorSpace(QColorSpace.NamedColorSpace.SRgb)
        return to_screen(pixels, self, wanted, straight=straight)

    def overview(self, side: int, space: QColorSpace | None = None) -> QImage:
        """The smallest level with at least ``side`` pixels on its long side, as :meth:`image`."""
        fitting = [index for index, level in enumerate(self.levels) if max(level.shape[:2]) >= side]
        return self.image(fitting[-1] if fitting else 0, space)


def halved(values: np.ndarray) -> np.ndarray:
    """Half the size by the mean of 2 x 2 values, of the same type; an odd last row or column stands for itself."""
    import cv2  # after the window is there: it takes a tenth of a second

    height, width = values.shape[:2]
    if height % 2 or width % 2:
        values = cv2.copyMakeBorder(values, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return cv2.resize(values, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)


def build(photo: Photo) -> Pyramid:
    """Make the levels of a photo; call it in a worker.

    Takes about 2 ms for a megapixel and, beyond the levels, no more memory than a strip.
    """
    transparent = photo.pixels.shape[2] == 4 and bool((photo.pixels[..., 3] < photo.white).any())
    first = photo.pixels if photo.pixels.flags.c_contiguous else np.ascontiguousarray(photo.pixels)
    levels = [first]
    while max(levels[-1].shape[:2]) > SMALLEST and min(levels[-1].shape[:2]) > 1:
        levels.append(_second(photo, transparent) if len(levels) == 1 else halved(levels[-1]))
    return Pyramid(tuple(levels), transparent, _colour_space(photo))


def _second(photo: Photo, transparent: bool) -> np.ndarray:
    """Level 1: from the photo's own depth to 8 bits, strip by strip."""
    import cv2

    bands = 4 if transparent else 3
    out = np.empty(((photo.height + 1) // 2, (photo.width + 1) // 2, bands), np.uint8)
    for top in range(0, photo.height, STRIP):
        strip = photo.pixels[top : top + STRIP]
        if transparent:
            strip = premultiplied(strip)
        elif strip.shape[2] == 4:
            strip = cv2.cvtColor(strip, cv2.COLOR_RGBA2RGB)
        half = halved(np.ascontiguousarray(strip))
        if half.dtype == np.uint16:
            half = cv2.convertScaleAbs(half, alpha=1 / 257)
        out[top // 2 : top // 2 + half.shape[0]] = half
    return out


def premultiplied(pixels: np.ndarray) -> np.ndarray:
    """``(h, w, 4)`` with straight transparency to colours weighted by it, of the same type."""
    import cv2

    white = int(np.iinfo(pixels.dtype).max)
    out = np.array(pixels)
    for band in range(3):
        out[..., band] = cv2.multiply(pixels[..., band].copy(), pixels[..., 3].copy(), scale=1 / white)
    return out


def _colour_space(photo: Photo) -> QColorSpace | None:
    """The photo's profile where it must be converted for the screen; nothing for sRGB or an unusable one."""
    if photo.icc is None:
        return None
    space = QColorSpace.fromIccProfile(photo.icc)
    return space if space.isValid() and space != QColorSpace(QColorSpace.NamedColorSpace.SRgb) else None


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
