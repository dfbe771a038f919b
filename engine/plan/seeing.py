"""How models of LLaVA's class want a photo: as a square, which their tower then scales to its own side.

LLaVA-1.5 pads a picture to a square with the mean colour of its training (its released ``process_images`` with
``image_aspect_ratio`` "pad"). LLMGA was trained and is run on pictures squeezed into a square (its released data sets
and inpainting scripts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from PIL import Image

Squaring = Literal["pad", "squeeze"]
SQUEEZED = 512  # pixels on a side, as in LLMGA's training


def squaring(settings: Mapping[str, Any]) -> Squaring:
    """Which way a model wants it, from ``language.json``: LLMGA's models have its template."""
    return "squeeze" if settings.get("template") == "llmga" else "pad"


def padded(picture: np.ndarray, mean: Sequence[float]) -> np.ndarray:
    """The picture in the middle of a square of the mean colour.

    Parameters
    ----------
    picture
        ``(h, w, 3)`` uint8.
    mean
        Colour, 0 to 1, rounded down to 8 bits as LLaVA does.

    Returns
    -------
    numpy.ndarray
        ``(s, s, 3)`` uint8 with s the longer side; of an odd number of spare rows the last one more is colour.
    """
    height, width = picture.shape[:2]
    side = max(height, width)
    out = np.empty((side, side, 3), np.uint8)
    out[:] = [int(part * 255) for part in mean]
    top, left = (side - height) // 2, (side - width) // 2
    out[top : top + height, left : left + width] = picture
    return out


def squeezed(picture: np.ndarray) -> np.ndarray:
    """The picture ``(h, w, 3)`` uint8 scaled to 512 × 512 whatever its shape, by Lanczos' filter."""
    return np.asarray(Image.fromarray(picture).resize((SQUEEZED, SQUEEZED), Image.Resampling.LANCZOS))
