"""Edges of a coarse mask moved to those of the photo (He, Sun & Tang 2013, "Guided Image Filtering", section 3)."""

from __future__ import annotations

import cv2
import numpy as np

_LONG_SIDE = 1024  # of the picture that the edges are taken from
_EPSILON = 1e-4  # of variance in rgb 0 to 1: flatter than that is smoothed over
_SHARPEN = 3.0  # the filtered mask is a ramp; this makes it an edge again


def _mean(values: np.ndarray, radius: int) -> np.ndarray:
    return cv2.blur(values, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)


def guided(guide: np.ndarray, values: np.ndarray, radius: int, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """The slope ``(h, w, 3)`` and offset ``(h, w)`` whose line through ``guide`` gives ``values`` ``(h, w)``.

    Equations 14 and 15 of the paper, with the 3 by 3 covariance inverted by its cofactors.
    """
    mean_guide, mean_values = _mean(guide, radius), _mean(values, radius)
    together = _mean(guide * values[..., None], radius) - mean_guide * mean_values[..., None]
    spread = {}
    for row, column in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
        term = _mean(guide[..., row] * guide[..., column], radius) - mean_guide[..., row] * mean_guide[..., column]
        spread[row, column] = spread[column, row] = term + (epsilon if row == column else 0.0)

    def cofactor(row: int, column: int) -> np.ndarray:
        a, b = [k for k in range(3) if k != row]
        c, d = [k for k in range(3) if k != column]
        minor = spread[a, c] * spread[b, d] - spread[a, d] * spread[b, c]
        return minor if (row + column) % 2 == 0 else -minor

    inverse = [[cofactor(row, column) for column in range(3)] for row in range(3)]
    whole = sum(spread[0, k] * inverse[0][k] for k in range(3))
    slope = np.stack([sum(inverse[row][k] * together[..., k] for k in range(3)) / whole for row in range(3)], axis=-1)
    offset = mean_values - (slope * mean_guide).sum(-1)
    return _mean(slope, radius), _mean(offset, radius)


def refine(rgb: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """A soft-edged mask at the photo's size.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1.
    coarse
        ``(h, w)`` float32, 0 to 1, of the same picture at any size.

    Returns
    -------
    numpy.ndarray
        ``(H, W)`` float32, 0 to 1.
    """
    height, width = rgb.shape[:2]
    factor = min(1.0, _LONG_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    guide = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if factor < 1 else np.ascontiguousarray(rgb)
    # The line changes slowly, so it is found at half the size (He & Sun 2015, "Fast Guided Filter").
    half = (max(1, size[0] // 2), max(1, size[1] // 2))
    small = cv2.resize(guide, half, interpolation=cv2.INTER_AREA).astype(np.float32)
    values = cv2.resize(np.asarray(coarse, np.float32), half, interpolation=cv2.INTER_LINEAR)
    radius = max(2, round(max(half) / max(coarse.shape)))  # a cell of the coarse mask is how far off it may be
    slope, offset = guided(small, values, radius, _EPSILON)
    soft = (cv2.resize(slope, size) * guide).sum(-1) + cv2.resize(offset, size)
    soft = np.clip((soft - 0.5) * _SHARPEN + 0.5, 0, 1).astype(np.float32)
    wide = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    wide[wide < 0.02] = 0
    wide[wide > 0.98] = 1
    return wide
