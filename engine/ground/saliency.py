"""What stands out of a picture by colour alone, where no network is at hand, and the inverse of a region."""

from __future__ import annotations

import cv2
import numpy as np

from engine.values import Region


def saliency(rgb: np.ndarray) -> np.ndarray:
    """How much each pixel stands out from the picture's border.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded.

    Returns
    -------
    ``(H, W)`` float32, 0 to 1.
    """
    height, width = rgb.shape[:2]
    scale = 256 / max(height, width)
    small = cv2.resize(rgb, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(np.clip(small, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    rim = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    distance = np.sqrt(((lab[:, :, None] - rim[None, None, ::8]) ** 2).sum(-1)).min(-1)
    distance = cv2.GaussianBlur(distance, (0, 0), 3)
    spread = distance / max(float(np.percentile(distance, 98)), 1e-3)
    return cv2.resize(np.clip(spread, 0, 1).astype(np.float32), (width, height))


def background(region: Region) -> Region:
    """Everything but ``region``, with the same soft edge."""
    return Region(mask=1 - region.mask, source=region.source, score=region.score)
