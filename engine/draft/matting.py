"""Soft edges for a hard mask, and subject colours free of the old background."""

from __future__ import annotations

import cv2
import numpy as np

_FINE = 4.0  # pixels: a blur's standard deviation at the size at which it is made


def soften(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Turn a hard mask into a matte that follows the picture's edges.

    In a narrow band along the mask's border each pixel's cover is its position between the local mean colours of
    subject and background, I = aF + (1 - a)B solved for a (Porter and Duff 1984), then smoothed by a guided filter
    (He et al. 2013, equations 5 and 6).

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32.
    mask
        ``(H, W)`` bool.

    Returns
    -------
    np.ndarray
        ``(H, W)`` float32, 0 to 1; 1 well inside and 0 well outside.
    """
    side = float(np.sqrt(max(int(mask.sum()), 1)))
    band = int(np.clip(round(side * 0.012), 1, 8))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band + 1, 2 * band + 1))
    hard = mask.astype(np.uint8)
    inside = cv2.erode(hard, kernel, borderValue=1) > 0
    outside = cv2.dilate(hard, kernel) == 0
    fore = local_mean(rgb, inside, 2.0 * band)
    back = local_mean(rgb, outside, 2.0 * band)
    line = fore - back
    length = np.square(line).sum(axis=2)
    projected = np.clip(((rgb - back) * line).sum(axis=2) / np.maximum(length, 1e-4), 0, 1)
    plain = cv2.GaussianBlur(hard.astype(np.float32), (0, 0), max(0.6, band / 3))
    trust = np.clip((np.sqrt(length) - 0.05) / 0.15, 0, 1)  # where both sides look alike colour says nothing
    matte = trust * (0.5 * projected + 0.5 * plain) + (1 - trust) * plain
    matte = np.where(inside, 1.0, np.where(outside, 0.0, matte)).astype(np.float32)
    guided = _guided(rgb.mean(axis=2), matte, band + 1, 1e-4)
    matte = np.where(inside, 1.0, np.where(outside, 0.0, np.clip((guided - 0.08) / 0.84, 0, 1)))
    return matte.astype(np.float32)


def decontaminate(rgb: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Subject colours without the background that shows through the edge.

    F = (I - (1 - a)B) / a, with B the local mean of the background, pulled to the local mean of the solid subject
    where the cover is thin and that division would only enlarge noise.

    Returns
    -------
    np.ndarray
        ``(H, W, 3)`` float32, 0 to 1.
    """
    reach = 3.0 + 0.01 * float(np.sqrt(max(float(cover.sum()), 1.0)))
    solid = cover > 0.95
    if not solid.any():
        return rgb.astype(np.float32)
    fore = local_mean(rgb, solid, reach)
    back = local_mean(rgb, cover < 0.05, reach)
    a = cover[..., None]
    own = np.clip((rgb - (1 - a) * back) / np.maximum(a, 0.3), 0, 1)
    trust = np.clip((a - 0.3) / 0.5, 0, 1)
    mixed = trust * own + (1 - trust) * fore
    return np.where(solid[..., None], rgb, mixed).astype(np.float32)


def local_mean(rgb: np.ndarray, where: np.ndarray, sigma: float) -> np.ndarray:
    """Mean of the marked pixels around each pixel, reaching further where none are near, ``(H, W, 3)`` float32."""
    total = np.zeros(rgb.shape, np.float32)
    weight = np.zeros(rgb.shape[:2], np.float32)
    marked = where.astype(np.float32)
    masked = (rgb * marked[..., None]).astype(np.float32)
    for factor, share in ((1.0, 1.0), (4.0, 1e-3), (16.0, 1e-6)):  # nearer means outweigh farther ones
        weight += share * _blurred(marked, sigma * factor)
        total += share * _blurred(masked, sigma * factor)
    mean = masked.sum(axis=(0, 1)) / max(float(marked.sum()), 1.0)
    tiny = 1e-9
    return ((total + tiny * mean) / (weight + tiny)[..., None]).astype(np.float32)


def _blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """A Gaussian blur; a wide one is made at a smaller size, where it is as smooth and takes a fraction of the time."""
    height, width = values.shape[:2]
    factor = min(int(sigma / _FINE), height, width)
    if factor < 2:
        return cv2.GaussianBlur(values, (0, 0), sigma)
    size = (-(-width // factor), -(-height // factor))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / factor), (width, height), interpolation=cv2.INTER_LINEAR)


def _guided(guide: np.ndarray, values: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Guided filter with a grey guide."""
    size = (2 * radius + 1, 2 * radius + 1)
    guide = guide.astype(np.float32)
    mean_g, mean_v = cv2.blur(guide, size), cv2.blur(values, size)
    slope = (cv2.blur(guide * values, size) - mean_g * mean_v) / (cv2.blur(guide * guide, size) - mean_g**2 + epsilon)
    offset = mean_v - slope * mean_g
    return cv2.blur(slope, size) * guide + cv2.blur(offset, size)
