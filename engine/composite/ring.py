"""Colour match: a result is moved so that it agrees with the untouched pixels around the edit."""

from __future__ import annotations

import numpy as np

from engine.composite.blend import grow

LINEAR_POWER = 2.2  # close enough to the sRGB curve for a gain and a bias
MOST_GAIN = 1.5


def match_ring(result: np.ndarray, original: np.ndarray, mask: np.ndarray, width: int = 12) -> np.ndarray:
    """Fit one gain and one bias a channel, in linear light, on the ring just outside ``mask`` and apply them inside.

    Parameters
    ----------
    result, original
        ``(h, w, 3)`` float32, 0 to 1, of the same crop; ``result`` may have drifted everywhere.
    mask
        ``(h, w)`` bool, where ``result`` is wanted.
    width
        Ring width in pixels.

    Returns
    -------
    numpy.ndarray
        ``result`` corrected; returned as it is when it equals the original in the ring.
    """
    ring = grow(mask, width) & ~mask
    if ring.sum() < 16 or np.array_equal(result[ring], original[ring]):
        return result
    have, want = result[ring] ** LINEAR_POWER, original[ring] ** LINEAR_POWER
    mean_have, mean_want = have.mean(axis=0), want.mean(axis=0)
    spread = have.std(axis=0)
    gain = np.where(spread > 1e-3, want.std(axis=0) / np.maximum(spread, 1e-3), 1.0).clip(1 / MOST_GAIN, MOST_GAIN)
    linear = (result**LINEAR_POWER - mean_have) * gain + mean_want
    return np.clip(linear, 0, 1).astype(np.float32) ** np.float32(1 / LINEAR_POWER)
