"""Parts that a region found by words has left out: legs, feelers and wings that stick out of it into a calm ground."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import binary_fill_holes
from skimage.filters import apply_hysteresis_threshold

_REACH = 0.6  # of the region's size (square root of its area): how far such a part may go
_SPREADS = 5.0  # of the ground's own gradient, above which there is an edge
_VISIBLE = 0.6  # Delta E a pixel: a fainter edge is not seen
_FAINT = 0.5  # of both, for what continues an edge
_CALM = 0.25  # share of the ground that may be edges before it is called busy
_LARGEST = 0.25  # of the region's area: a larger thing is a thing of its own
_GAP = 5  # pixels between two edges of one part, or between a part and the region


def strays(rgb: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Small parts that touch a region and end in the calm ground around it.

    What goes on beyond the surroundings belongs to another object; where the ground is busy nothing can be told.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded.
    region
        ``(H, W)`` bool, not empty.

    Returns
    -------
    numpy.ndarray
        ``(H, W)`` bool, disjoint from ``region``; all False when there are none.
    """
    area = int(region.sum())
    reach = max(round(_REACH * np.sqrt(area)), 2 * _GAP)
    distance = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 5)
    ground = (distance > 0) & (distance <= reach)
    gradient = _gradient(rgb)
    if not ground.any():
        return ground
    least = max(_SPREADS * float(np.median(gradient[ground])), _VISIBLE)
    edges = apply_hysteresis_threshold(np.where(ground, gradient, 0), _FAINT * least, least)
    if edges.sum() > _CALM * ground.sum():
        return np.zeros_like(region)
    joined = cv2.morphologyEx(edges.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((_GAP, _GAP), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    touching, beyond = np.unique(labels[distance <= _GAP]), np.unique(labels[ground & (distance > reach - 2)])
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    small = [number for number in range(1, count) if stats[number, cv2.CC_STAT_AREA] <= _LARGEST * area]
    kept = [number for number in small if number in touching and number not in beyond and number not in rim]
    parts = binary_fill_holes(np.isin(labels, kept) | region)
    grown = cv2.dilate((parts & ~region).astype(np.uint8), np.ones((_GAP, _GAP), np.uint8))
    return grown.astype(bool) & ~region


def _gradient(rgb: np.ndarray) -> np.ndarray:
    """How fast the colour changes, ``(H, W)`` in Delta E a pixel."""
    lab = cv2.cvtColor(np.clip(rgb, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), 1.5)
    across, down = cv2.Sobel(lab, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(lab, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.sqrt((across**2 + down**2).sum(-1))
