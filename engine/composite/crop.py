"""The working crop: the part of a photo an edit sees, at the size it is worked on, and the exact map between both."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.values import Box

LEAST_SIDE = 512  # photo pixels of context at least, when the photo has them


def mask_box(mask: np.ndarray) -> Box | None:
    """The smallest box holding every pixel of ``mask`` above 0, or nothing for an empty mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def context_box(region: Box, width: int, height: int) -> Box:
    """The region with enough surroundings to understand it, inside the photo.

    Each side is padded by the larger of a sixteenth of the photo's long side (at most 128 pixels) and half the region's
    mean side; the box has at least 512 pixels a side where the photo has them, and is shifted, not shrunk, at borders.
    """
    pad = max(min(max(width, height) // 16, 128), (region.width + region.height) // 4)
    spans = []
    for low, high, size in ((region.left, region.right, width), (region.top, region.bottom, height)):
        length = min(max(high - low + 2 * pad, LEAST_SIDE), size)
        start = min(max((low + high - length) // 2, 0), size - length)
        spans.append((start, start + length))
    return Box(spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def lifted(pixels: np.ndarray, source: Box, target: Box) -> np.ndarray:
    """An ``(H, W, 3)`` picture with what lies in one box resampled into another; boxes may reach beyond it.

    A box of the same size is copied pixel by pixel.
    """
    height, width = pixels.shape[:2]
    out = pixels.copy()
    inside, seen = source.clip(width, height), target.clip(width, height)
    part = np.pad(
        pixels[inside.slices],
        (
            (inside.top - source.top, source.bottom - inside.bottom),
            (inside.left - source.left, source.right - inside.right),
            (0, 0),
        ),
        mode="edge",
    )
    if (source.width, source.height) != (target.width, target.height):
        how = cv2.INTER_AREA if target.width < source.width else cv2.INTER_CUBIC
        part = cv2.resize(part, (target.width, target.height), interpolation=how)
    out[seen.slices] = part[
        seen.top - target.top : seen.bottom - target.top, seen.left - target.left : seen.right - target.left
    ]
    return out


@dataclass(frozen=True)
class WorkingCrop:
    """A box of the photo and the size it is worked at; sides are scaled alike and never stretched.

    Attributes
    ----------
    box
        In photo pixels.
    width, height
        In working pixels.
    """

    box: Box
    width: int
    height: int

    @classmethod
    def fit(cls, box: Box, longest: int) -> WorkingCrop:
        """The crop of ``box`` scaled down, if need be, so that its long side is at most ``longest``."""
        scale = min(1.0, longest / max(box.width, box.height))
        return cls(box, max(round(box.width * scale), 1), max(round(box.height * scale), 1))

    @property
    def scale(self) -> float:
        """Working pixels per photo pixel, at most 1."""
        return self.width / self.box.width

    @property
    def whole(self) -> bool:
        """Whether a working pixel is a photo pixel."""
        return self.width == self.box.width and self.height == self.box.height

    @property
    def full_size(self) -> WorkingCrop:
        """The same box at the photo's own size."""
        return WorkingCrop(self.box, self.box.width, self.box.height)

    def take(self, pixels: np.ndarray) -> np.ndarray:
        """Cut the box out of an ``(H, W[, C])`` array and bring it to working size; float32, same units."""
        part = pixels[self.box.slices].astype(np.float32)
        if self.whole:
            return part
        return cv2.resize(part, (self.width, self.height), interpolation=cv2.INTER_AREA)

    def back(self, working: np.ndarray) -> np.ndarray:
        """Bring an ``(h, w[, C])`` float32 array from the working size to the box's size."""
        if self.whole:
            return working
        return cv2.resize(working, (self.box.width, self.box.height), interpolation=cv2.INTER_CUBIC)

    def to_photo(self, box: Box) -> Box:
        """A box in working pixels as one in photo pixels."""
        edges = (round(edge / self.scale) for edge in (box.left, box.top, box.right, box.bottom))
        left, top, right, bottom = edges
        return Box(left, top, right, bottom).moved(self.box.left, self.box.top)

    def back_mask(self, working: np.ndarray) -> np.ndarray:
        """Bring an ``(h, w)`` bool array from the working size to the box's size; every pixel is one or the other."""
        size = (self.box.width, self.box.height)
        return cv2.resize(working.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(bool)

    def from_photo(self, box: Box) -> Box:
        """A box in photo pixels as one in working pixels."""
        return Box(
            round((box.left - self.box.left) * self.scale),
            round((box.top - self.box.top) * self.scale),
            round((box.right - self.box.left) * self.scale),
            round((box.bottom - self.box.top) * self.scale),
        )
