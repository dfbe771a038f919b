"""Detail for a fill made at a smaller size: full-size pixels from where each small patch has its like."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.spatial import KDTree

_RADIUS = 2  # of the compared small patches
_MOST_SOURCES = 60_000  # patches searched; more are thinned by a fixed stride
_MOST_WANTED = 24_000  # patches looked up: above what a fill is worked at
_TILE = 512  # full-size pixels along a side that are made at once


def carry(
    rgb: np.ndarray,
    hole: np.ndarray,
    small_rgb: np.ndarray,
    small_hole: np.ndarray,
    small_known: np.ndarray,
    small_filled: np.ndarray,
) -> np.ndarray:
    """Enlarge a small fill with the sources' own full-size detail.

    For every small pixel in the hole the most similar small patch outside is looked up (as in image analogies,
    Hertzmann et al. 2001, section 3.1) and what enlarging loses there (full size minus enlarged) is copied; in holes
    of many small pixels for every few of them, which are copied together.

    Parameters
    ----------
    rgb, hole
        Full size: ``(H, W, 3)`` floats, and ``(H, W)`` bool.
    small_rgb, small_hole, small_known, small_filled
        At the working size: picture and hole, ``(h, w)`` bool of what may serve as a source, and the fill,
        ``(h, w, 3)``.

    Returns
    -------
    np.ndarray
        ``(H, W, 3)`` float32, equal to ``rgb`` outside the hole.
    """
    (height, width), (low, wide) = hole.shape, small_hole.shape
    shift, side = _shifts(small_hole, small_known, small_filled)
    out = rgb.astype(np.float32, copy=True)
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            tile = (slice(top, min(top + _TILE, height)), slice(left, min(left + _TILE, width)))
            if not hole[tile].any():
                continue
            y, x = np.mgrid[tile].astype(np.float32)
            made = _enlarged(small_filled, y, x, hole.shape)
            if shift is not None:
                # One shift for each full-size pixel of a cell: the cell is copied whole, so its detail is unbroken.
                rows = np.minimum(np.arange(height)[tile[0]] * low // height, low - 1) // side
                columns = np.minimum(np.arange(width)[tile[1]] * wide // width, wide - 1) // side
                here = shift[rows[:, None], columns[None, :]]
                y = np.rint(np.clip(y + here[..., 0] * (height / low), 0, height - 1))
                x = np.rint(np.clip(x + here[..., 1] * (width / wide), 0, width - 1))
                made += rgb[y.astype(np.intp), x.astype(np.intp)] - _enlarged(small_rgb, y, x, hole.shape)
            out[tile] = np.where(hole[tile][..., None], made, out[tile])
    return out


def _shifts(hole: np.ndarray, known: np.ndarray, filled: np.ndarray) -> tuple[np.ndarray | None, int]:
    """Where each cell of the hole has its like, rows and columns from it, and a cell's side; all in small pixels."""
    (low, wide) = hole.shape
    apart = cv2.erode(known.astype(np.uint8), np.ones((2 * _RADIUS + 3,) * 2, np.uint8), borderValue=0) > 0
    sources = np.argwhere(apart)
    if len(sources) == 0:
        return None, 1
    if len(sources) > _MOST_SOURCES:
        sources = sources[:: len(sources) // _MOST_SOURCES + 1]
    features = _patches(filled)
    tree = KDTree(features[sources[:, 0], sources[:, 1]])
    inside = cv2.dilate(hole.astype(np.uint8), np.ones((3, 3), np.uint8))
    side = max(int(np.ceil(np.sqrt(inside.sum() / _MOST_WANTED))), 1)
    starts = (np.arange(0, low, side), np.arange(0, wide, side))
    cells = np.maximum.reduceat(np.maximum.reduceat(inside, starts[0], axis=0), starts[1], axis=1)
    wanted = np.argwhere(cells > 0)
    middles = np.minimum(wanted * side + side // 2, (low - 1, wide - 1))
    _, nearest = tree.query(features[middles[:, 0], middles[:, 1]], k=1, eps=0.5)
    shift = np.zeros((*cells.shape, 2), np.float32)
    shift[wanted[:, 0], wanted[:, 1]] = sources[nearest] - middles
    return shift, side


def _enlarged(small: np.ndarray, y: np.ndarray, x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The small picture enlarged to ``shape`` by cubic interpolation, at pixels ``y``, ``x`` ``(h, w)`` of that."""
    factors = (small.shape[0] / shape[0], small.shape[1] / shape[1])
    at = [
        ((each + np.float32(0.5)) * factor - 0.5).astype(np.float32)
        for each, factor in zip((y, x), factors, strict=True)
    ]
    return cv2.remap(small, at[1], at[0], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


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
