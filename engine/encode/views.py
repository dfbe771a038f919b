"""What the image tower looks at: square views of a picture, of what shows only."""

from __future__ import annotations

import cv2
import numpy as np

_VISIBLE = 0.02  # transparency below this shows nothing
# (margin on each side as a share of the longer side, display-encoded grey behind) of a cut-out's views. Seen on several
# grounds, the thing counts and the ground does not.
_PLAIN = (0.08, 0.5)
_GROUNDS = ((0.15, 0.5), (0.15, 1.0), (0.03, 1.0))
_NEARLY_SQUARE = 1.15  # sides' ratio below which the centre square says nothing new


def square_views(
    rgb: np.ndarray, transparency: np.ndarray | None, side: int, thorough: bool = True
) -> list[np.ndarray]:
    """Square views of one picture.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, display-encoded, 0 to 1.
    transparency
        ``(H, W)`` float32, 0 to 1, or absent.
    side
        Pixels across a view.
    thorough
        Look at a cut-out on three grounds; otherwise on one.

    Returns
    -------
    list of numpy.ndarray
        ``(side, side, 3)`` float32 each; an opaque picture gives the whole and, unless nearly square, its centre.
    """
    if transparency is not None and transparency.min() < 1.0 - _VISIBLE:
        return [
            _resize(_on_ground(rgb, transparency, *ground), side) for ground in (_GROUNDS if thorough else (_PLAIN,))
        ]
    height, width = rgb.shape[:2]
    short = min(height, width)
    whole = _resize(rgb, side)
    if max(height, width) < _NEARLY_SQUARE * short:
        return [whole]
    top, left = (height - short) // 2, (width - short) // 2
    return [whole, _resize(rgb[top : top + short, left : left + short], side)]


def _on_ground(rgb: np.ndarray, transparency: np.ndarray, margin: float, grey: float) -> np.ndarray:
    """The visible part, with a margin, in the middle of a grey square."""
    rows = np.flatnonzero((transparency > _VISIBLE).any(axis=1))
    columns = np.flatnonzero((transparency > _VISIBLE).any(axis=0))
    if rows.size == 0:
        return np.full((8, 8, 3), grey, dtype=np.float32)
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    cover = transparency[part][..., None]
    shown = np.where(cover > _VISIBLE, rgb[part] * cover, 0.0) + grey * (1.0 - np.where(cover > _VISIBLE, cover, 0.0))
    height, width = shown.shape[:2]
    side = max(1, round(max(height, width) * (1.0 + 2.0 * margin)))
    out = np.full((side, side, 3), grey, dtype=np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    out[top : top + height, left : left + width] = shown
    return out


def _resize(picture: np.ndarray, side: int) -> np.ndarray:
    """``picture`` at ``side`` by ``side``, averaged when it shrinks."""
    shrinks = picture.shape[0] > side and picture.shape[1] > side
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.clip(
        cv2.resize(np.ascontiguousarray(picture, dtype=np.float32), (side, side), interpolation=way), 0.0, 1.0
    )
