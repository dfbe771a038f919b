"""Detail for a fill made at a smaller size: full-size pixels from where each small patch has its like."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.spatial import KDTree

_RADIUS = 2  # of the compared small patches
_MOST_SOURCES = 60_000  # patches searched; more are thinned by a fixed stride


def carry(
    rgb: np.ndarray,
    hole: np.ndarray,
    known: np.ndarray,
    small_rgb: np.ndarray,
    small_hole: np.ndarray,
    small_known: np.ndarray,
    small_filled: np.ndarray,
) -> np.ndarray:
    """Enlarge a small fill with the sources' own full-size detail.

    For every small pixel in the hole the most similar small patch outside is looked up (as in image analogies,
    Hertzmann et al. 2001, section 3.1) and what enlarging loses there (full size minus enlarged) is copied.

    Parameters
    ----------
    rgb, hole, known
        Full size: ``(H, W, 3)`` floats, and ``(H, W)`` bools.
    small_rgb, small_hole, small_known, small_filled
        The same at the working size, and the fill, ``(h, w, 3)``.

    Returns
    -------
    np.ndarray
        ``(H, W, 3)`` float32, equal to ``rgb`` outside the hole.
    """
    height, width = hole.shape
    low, wide = small_hole.shape
    base = cv2.resize(small_filled, (width, height), interpolation=cv2.INTER_CUBIC)
    lost = rgb - cv2.resize(small_rgb, (width, height), interpolation=cv2.INTER_CUBIC)
    apart = cv2.erode(small_known.astype(np.uint8), np.ones((2 * _RADIUS + 3,) * 2, np.uint8), borderValue=0) > 0
    sources = np.argwhere(apart)
    if len(sources) == 0:
        return np.where(hole[..., None], base, rgb)
    if len(sources) > _MOST_SOURCES:
        sources = sources[:: len(sources) // _MOST_SOURCES + 1]
    features = _patches(small_filled)
    tree = KDTree(features[sources[:, 0], sources[:, 1]])
    wanted = np.argwhere(cv2.dilate(small_hole.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    _, nearest = tree.query(features[wanted[:, 0], wanted[:, 1]], k=1, eps=0.5)
    shift = np.zeros((low, wide, 2), np.float32)  # rows and columns, small pixels
    shift[wanted[:, 0], wanted[:, 1]] = sources[nearest] - wanted
    # One shift for each full-size pixel of a small pixel's cell: the cell is copied whole, so its detail is unbroken.
    rows = np.minimum(np.arange(height) * low // height, low - 1)
    columns = np.minimum(np.arange(width) * wide // width, wide - 1)
    here = shift[rows[:, None], columns[None, :]]
    y = np.clip(np.arange(height)[:, None] + here[..., 0] * (height / low), 0, height - 1)
    x = np.clip(np.arange(width)[None, :] + here[..., 1] * (width / wide), 0, width - 1)
    copied = lost[np.rint(y).astype(np.intp), np.rint(x).astype(np.intp)]
    return np.where(hole[..., None], base + copied, rgb).astype(np.float32)


def _patches(picture: np.ndarray) -> np.ndarray:
    """``(h, w, n)`` features of the patch around each pixel: colours, blurred colours and gradients."""
    parts = [picture]
    for sigma in (1.0, 2.0):
        soft = cv2.GaussianBlur(picture, (0, 0), sigma)
        grey = soft.mean(axis=2)
        parts += [
            soft,
            2 * cv2.Sobel(grey, cv2.CV_32F, 1, 0)[..., None],
            2 * cv2.Sobel(grey, cv2.CV_32F, 0, 1)[..., None],
        ]
    return np.concatenate(parts, axis=2).astype(np.float32)
