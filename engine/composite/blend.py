"""Masks and pasting: an edited crop goes back into the full photo and nothing else changes, bit for bit."""

from __future__ import annotations

import cv2
import numpy as np

from engine.colour import PhotoColour
from engine.composite.crop import WorkingCrop
from engine.values import Region

_BAND = 256  # rows that are converted and mixed at once: photos have many more, and each takes several copies


def disc(radius: int) -> np.ndarray:
    """A round structuring element of ``2 * radius + 1`` pixels."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def grow(mask: np.ndarray, radius: int) -> np.ndarray:
    """The boolean mask grown by ``radius`` pixels."""
    return cv2.dilate(mask.astype(np.uint8), disc(radius)).astype(bool) if radius > 0 else mask.astype(bool)


def feather(mask: np.ndarray, radius: int) -> np.ndarray:
    """A soft mask, 1 on ``mask`` and falling to exactly 0 at ``radius`` pixels outside it; ``(H, W)`` float32."""
    if radius <= 0:
        return mask.astype(np.float32)
    distance = cv2.distanceTransform((~mask.astype(bool)).astype(np.uint8), cv2.DIST_L2, 5)
    t = np.clip(1 - distance / radius, 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def denoise_mask(region: Region) -> np.ndarray:
    """Where new content is made: the region grown so that the soft rim of an object is covered too; ``(H, W)`` bool.

    A region found by words is grown more than a painted one: thin parts (legs, whiskers) stick out of it.
    """
    solid = region.mask > 0.5
    share, most = (0.06, 40) if region.source == "words" else (0.02, 12)
    radius = int(np.clip(round(share * np.sqrt(max(int(solid.sum()), 1))), 2, most))
    return grow(solid, radius)


def blend_mask(changed: np.ndarray, crop: WorkingCrop) -> np.ndarray:
    """Where the result is pasted, at the crop's own size, ``(H, W)`` float32: 1 where the draft changed a pixel.

    At full scale the changed pixels are pasted as they are. A scaled-down crop gets a rim as wide as its working
    pixels, so that interpolation leaves no step.
    """
    if crop.whole:
        return changed.astype(np.float32)
    return feather(crop.back_mask(changed), int(np.ceil(2 / crop.scale)))


def paste(
    photo: np.ndarray, result: np.ndarray, crop: WorkingCrop, blend: np.ndarray, colour: PhotoColour | None = None
) -> np.ndarray:
    """Put an edited crop back into the photo: converted to its colours, mixed in linear light.

    Parameters
    ----------
    photo
        ``(H, W, 3 or 4)`` uint8 or uint16; transparency is kept.
    result
        ``(h, w, 3)`` float32, 0 to 1, in working colours, at the crop's working size.
    crop
        Which part of the photo it is.
    blend
        ``(box height, box width)`` float32, 0 to 1.
    colour
        The photo's colours; absent means sRGB.

    Returns
    -------
    numpy.ndarray
        A new array of the photo's shape and dtype, bit-equal to it wherever ``blend`` is 0.
    """
    colour = colour or PhotoColour(None, int(np.iinfo(photo.dtype).max))
    out = photo.copy()
    part, wide = out[crop.box.slices][..., :3], crop.back(result)
    for top in range(0, crop.box.height, _BAND):
        band = slice(top, top + _BAND)
        here, share = part[band], blend[band]
        at = share > 0
        if at.any():
            here[at] = colour.blend(here[at], colour.from_working(wide[band][at]), share[at])
    return out
