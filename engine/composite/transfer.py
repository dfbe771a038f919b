"""Carries a change of tone and colour, made on a small copy, to the full-size photo with all its detail.

The change is fitted as a 3 × 4 affine map of colour for every cell of a bilateral grid (place × brightness) and looked
up again for every pixel of the photo with its own brightness as the guide: Chen, Adams, Wadhwa, Hasinoff, "Bilateral
guided upsampling" (2016), sections 3 and 4, with a ridge toward the map that fits the whole picture.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

CELLS = 40  # cells along the long side: fine enough for a mask's soft border, coarse enough to hold many pixels
LEVELS = 10  # of brightness
GUIDE_PIXELS = 1_500_000  # the size at which the grid is looked up; maps are interpolated from there to full size
ROWS_AT_ONCE = 1 << 18  # pixels per chunk
RIDGE = 2e-3  # weight of the whole picture's map against one cell's own pixels, in units of colour variance
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def carry(full: np.ndarray, before: np.ndarray, after: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """The full-size photo, changed as ``before`` was changed to ``after``.

    Parameters
    ----------
    full
        ``(H, W, 3)`` uint8 or uint16, display-encoded.
    before
        ``(h, w, 3)`` float32, 0 to 1: ``full`` scaled down.
    after
        ``(h, w, 3)`` float32, 0 to 1: the small copy, changed without moving anything.
    weight
        ``(H, W)`` 0 to 1 float, or 0 to 255 uint8: how much of the change each pixel takes; where it is 0 the photo
        stays bit for bit.

    Returns
    -------
    np.ndarray
        ``(H, W, 3)`` of the photo's type. Equal to ``full``, bit for bit, when ``before`` equals ``after``.

    Raises
    ------
    ValueError
        For shapes or types that do not fit together.
    """
    if full.dtype not in (np.uint8, np.uint16) or full.ndim != 3 or full.shape[2] != 3:
        raise ValueError(f"carry needs (H, W, 3) uint8 or uint16, not {full.shape} {full.dtype}")
    if before.shape != after.shape or before.ndim != 3 or before.shape[2] != 3:
        raise ValueError(f"the small pictures differ in shape: {before.shape} and {after.shape}")
    if weight is not None and weight.shape != full.shape[:2]:
        raise ValueError(f"weight {weight.shape} does not fit the photo {full.shape[:2]}")
    if np.array_equal(before, after):
        return full.copy()
    maps = _look_up(_fit(before.astype(np.float32, copy=False), after.astype(np.float32, copy=False)), full)
    out = np.empty_like(full)
    rows = max(1, ROWS_AT_ONCE // full.shape[1])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda top: _apply(full, maps, weight, out, top, top + rows), range(0, full.shape[0], rows)))
    return out


def _fit(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Least-squares maps ``(cells down, cells across, LEVELS, 12)``: how ``after - before`` depends on ``before``."""
    height, width = before.shape[:2]
    scale = CELLS / max(height, width)
    down, across = max(1, round(height * scale)), max(1, round(width * scale))
    place = (np.arange(height) * down // height)[:, None] * across + (np.arange(width) * across // width)[None]
    level = np.minimum((before @ _LUMA) * LEVELS, LEVELS - 1).astype(np.int64)
    index = (place * LEVELS + level).ravel()
    x = np.concatenate([before.reshape(-1, 3), np.ones((height * width, 1), np.float32)], axis=1).astype(np.float64)
    y = (after - before).reshape(-1, 3).astype(np.float64)
    size = down * across * LEVELS

    def gather(values: np.ndarray) -> np.ndarray:
        summed = np.bincount(index, values, size).reshape(down, across, LEVELS)
        return _smooth(summed)

    square = np.empty((down, across, LEVELS, 4, 4))
    for i in range(4):
        for j in range(i, 4):
            square[..., i, j] = square[..., j, i] = gather(x[:, i] * x[:, j])
    mixed = np.stack([np.stack([gather(x[:, i] * y[:, k]) for k in range(3)], -1) for i in range(4)], -2)

    # The whole picture's map for each level, itself drawn to the one for all levels, is what empty cells lean on.
    all_square, all_mixed = square.sum(axis=(0, 1, 2)), mixed.sum(axis=(0, 1, 2))
    whole = np.linalg.solve(all_square + 1e-4 * all_square[3, 3] * np.eye(4), all_mixed)
    level_square, level_mixed = square.sum(axis=(0, 1)), mixed.sum(axis=(0, 1))
    lean = RIDGE * (level_square[:, 3, 3] + 1e-3 * all_square[3, 3])[:, None, None] * np.eye(4)
    by_level = np.linalg.solve(level_square + lean, level_mixed + lean @ whole)
    # Between the two stands the neighbourhood's map, so that a change in one corner says little about another.
    near_square, near_mixed = _neighbourhood(square), _neighbourhood(mixed)
    lean = RIDGE * (near_square[..., 3, 3] + 1e-4 * height * width / size)[..., None, None] * np.eye(4)
    near = np.linalg.solve(near_square + lean, near_mixed + lean @ by_level)
    lean = RIDGE * (square[..., 3, 3] + 1e-2 * height * width / size)[..., None, None] * np.eye(4)
    maps = np.linalg.solve(square + lean, mixed + lean @ near)
    return maps.reshape(down, across, LEVELS, 12).astype(np.float32)


def _smooth(grid: np.ndarray) -> np.ndarray:
    """Weights 1, 2, 1 along each axis, so that neighbouring cells share their pixels."""
    for axis in range(3):
        padded = np.pad(grid, [(1, 1) if axis == k else (0, 0) for k in range(3)])
        low, middle, high = (np.take(padded, np.arange(i, i + grid.shape[axis]), axis) for i in range(3))
        grid = low + 2 * middle + high
    return grid


def _neighbourhood(sums: np.ndarray) -> np.ndarray:
    """Sums over about a fifth of the picture around each cell."""
    for axis in (0, 1):
        sums = gaussian_filter1d(sums, 0.08 * CELLS, axis=axis, mode="constant")
    return sums


def _look_up(grid: np.ndarray, full: np.ndarray) -> np.ndarray:
    """Maps ``(12, h, w)`` at the guide's size, each interpolated between places and levels of brightness."""
    scale = min(1.0, float(np.sqrt(GUIDE_PIXELS / (full.shape[0] * full.shape[1]))))
    size = (max(1, round(full.shape[1] * scale)), max(1, round(full.shape[0] * scale)))
    small = cv2.resize(full, size, interpolation=cv2.INTER_AREA) if scale < 1 else full
    height, width = small.shape[:2]
    level = (small.astype(np.float32) @ _LUMA) * (LEVELS / np.iinfo(full.dtype).max) - 0.5
    level = np.clip(level, 0, LEVELS - 1)
    planes = np.ascontiguousarray(grid.transpose(2, 3, 0, 1))
    out = np.zeros((12, height, width), np.float32)
    strip = max(1, (1 << 16) // width)

    def fill(top: int) -> None:
        rows = slice(top, min(top + strip, height))
        part = level[rows]
        for k in range(int(part.min()), min(int(np.ceil(part.max())), LEVELS - 1) + 1):
            share = np.maximum(1 - np.abs(part - k), 0)
            if not share.any():
                continue
            enlarge = _Rows(planes[k], height, width, rows)
            for channel in range(12):
                out[channel, rows] += share * enlarge(channel)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(fill, range(0, height, strip)))
    return out


class _Rows:
    """Some rows of ``planes`` ``(C, h, w)`` enlarged bilinearly to ``(height, width)``, pixel centres aligned."""

    def __init__(self, planes: np.ndarray, height: int, width: int, rows: slice) -> None:
        at = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * (planes.shape[1] / height) - 0.5
        at = np.clip(at, 0, planes.shape[1] - 1)
        self._low = at.astype(np.intp)
        self._high = np.minimum(self._low + 1, planes.shape[1] - 1)
        self._part = (at - self._low)[:, None].astype(np.float32)
        self._planes, self._width = planes, width

    def __call__(self, channel: int) -> np.ndarray:
        plane = self._planes[channel]
        lines = plane[self._low]
        lines += self._part * (plane[self._high] - lines)
        if self._width == plane.shape[1]:
            return lines
        return cv2.resize(lines, (self._width, len(lines)), interpolation=cv2.INTER_LINEAR)


def _apply(full: np.ndarray, maps: np.ndarray, weight: np.ndarray | None, out: np.ndarray, top: int, stop: int) -> None:
    rows = slice(top, min(stop, full.shape[0]))
    white = float(np.iinfo(full.dtype).max)
    source = full[rows]
    enlarge = _Rows(maps, full.shape[0], full.shape[1], rows)
    colour = [source[..., i].astype(np.float32) for i in range(3)]
    share = None
    if weight is not None:
        share = weight[rows].astype(np.float32)
        if weight.dtype == np.uint8:
            share /= 255.0
    for k in range(3):
        change = enlarge(9 + k)
        change *= white
        for i in range(3):
            slope = enlarge(3 * i + k)
            slope *= colour[i]
            change += slope
        if share is not None:
            change *= share
        change += colour[k]
        np.clip(change, 0, white, out=change)
        change += 0.5
        out[rows, :, k] = change
    if share is not None:
        out[rows] = np.where(share[..., None] > 0, out[rows], source)
