"""Shadows that stand a placed object on its ground: dark and tight where it touches, soft and faint further off."""

from __future__ import annotations

import cv2
import numpy as np

_CONTACT = 0.82  # darkest share of (linear) light taken away where the object touches
_UNDER = 0.62  # share taken away below the body, where less of the sky is seen
_CAST = 0.42  # share taken away by the soft shadow


def cast(cover: np.ndarray, box_height: int, light: float, hardness: float) -> np.ndarray:
    """The shadow of an upright object on the ground at its feet.

    Parameters
    ----------
    cover
        ``(H, W)`` float32, the object's transparency in the picture's frame.
    box_height
        The object's height in pixels.
    light
        Where the light comes from, -1 (left) to 1 (right): the shadow leans away from it.
    hardness
        0 (overcast) to 1 (sun): how dark and narrow the cast shadow is.

    Returns
    -------
    np.ndarray
        ``(H, W)`` float32: the share of light taken away, 0 under the object's own solid pixels.
    """
    rows = np.nonzero(cover.max(axis=1) > 0.5)[0]
    if len(rows) == 0:
        return np.zeros_like(cover)
    foot = int(rows.max())
    height, width = cover.shape
    # Contact: where the feet touch, tight and dark.
    contact = _contact(cover, foot, box_height)
    # Cast: the whole outline laid on the ground, leaning away from the light, softer with distance.
    lying = _flattened(cover, foot, 0.16 + 0.06 * hardness, -0.45 * light, box_height)
    near = _blurred(lying, max(1.0, (0.045 - 0.02 * hardness) * box_height))
    far = _blurred(lying, max(1.5, 0.09 * box_height))
    fade = np.clip(np.abs(np.arange(height, dtype=np.float32) - foot) / (0.22 * box_height + 1), 0, 1)[:, None]
    soft = (1 - fade) * near + fade * far
    under = _under(cover, foot, box_height)
    taken = 1 - (1 - _CONTACT * contact) * (1 - _UNDER * under) * (1 - (_CAST + 0.12 * hardness) * soft)
    taken = np.where(taken < 1 / 255, 0, taken) * (1 - cover)
    # Nothing falls above the middle of the object: the shadow lies on the ground.
    y = np.arange(height, dtype=np.float32)[:, None]
    above = np.clip((y - (foot - 0.35 * box_height)) / (0.1 * box_height + 1), 0, 1)
    return (taken * above).astype(np.float32).reshape(height, width)


def _contact(cover: np.ndarray, foot: int, box_height: int) -> np.ndarray:
    """A flat spot under each place where the outline reaches the ground; feet further back stand higher."""
    depth = max(2.0, 0.13 * box_height)
    solid = cover > 0.5
    lowest = np.where(solid.any(axis=0), cover.shape[0] - 1 - np.argmax(solid[::-1], axis=0), -1)
    columns = np.nonzero(lowest >= foot - depth)[0]
    rows = lowest[columns]
    thick = max(1, round(0.02 * box_height))
    spots = np.zeros_like(cover)
    strength = 1 - 0.5 * (foot - rows) / depth
    for offset in range(-thick, thick + 1):
        at = np.clip(rows + offset, 0, cover.shape[0] - 1)
        spots[at, columns] = np.maximum(spots[at, columns], strength)
    wide, flat = max(0.8, 0.03 * box_height), max(0.7, 0.02 * box_height)
    return np.clip(1.35 * cv2.GaussianBlur(spots, (0, 0), sigmaX=wide, sigmaY=flat), 0, 1)


def _under(cover: np.ndarray, foot: int, box_height: int) -> np.ndarray:
    """The shade below the body: a flat band along the foot line, fainter under parts that are high above the ground."""
    solid = cover > 0.5
    filled = solid.any(axis=0)
    lowest = np.where(filled, cover.shape[0] - 1 - np.argmax(solid[::-1], axis=0), 0)
    profile = np.where(filled, np.exp(-np.maximum(foot - lowest, 0) / (0.3 * box_height)), 0).astype(np.float32)
    band = np.zeros_like(cover)
    band[max(foot - round(0.06 * box_height), 0) : foot + round(0.035 * box_height) + 1] = profile
    return cv2.GaussianBlur(band, (0, 0), sigmaX=max(1.0, 0.045 * box_height), sigmaY=max(0.8, 0.028 * box_height))


def _flattened(cover: np.ndarray, foot: int, squeeze: float, lean: float, box_height: int) -> np.ndarray:
    """The outline laid down around the foot line: heights times ``squeeze``, moved sideways by ``lean`` per height."""
    height, width = cover.shape
    centre = foot - 0.5 * squeeze * 0.2 * box_height
    # Source row for a target row: above the foot line the outline rises 1/squeeze as fast.
    rise = 1 / squeeze
    matrix = np.array([[1.0, lean * rise, -lean * rise * centre], [0.0, rise, centre * (1 - rise)]])
    return cv2.warpAffine(
        cover.astype(np.float32), matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )


def _blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, wider than tall as lying shadows are."""
    return cv2.GaussianBlur(values, (0, 0), sigmaX=sigma, sigmaY=max(0.6, 0.5 * sigma))


def light_direction(rgb: np.ndarray, where: np.ndarray) -> tuple[float, float]:
    """Where the scene's light comes from and how hard it is.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, display-encoded.
    where
        ``(H, W)`` bool: pixels to judge by.

    Returns
    -------
    tuple of float
        Direction, -1 (left) to 1 (right), shrunk to 0 when unsure; hardness, 0 to 1.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, 256 / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    grey = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA).mean(axis=2)
    soft = cv2.GaussianBlur(grey, (0, 0), 0.12 * max(size))
    slope = float(soft[:, -size[0] // 3 :].mean() - soft[:, : size[0] // 3].mean())
    direction = float(np.clip(slope / 0.25, -0.8, 0.8))
    seen = cv2.resize(where.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    values = grey[seen] if seen.sum() > 64 else grey.reshape(-1)
    low, high = np.quantile(values, (0.05, 0.95))
    hardness = float(np.clip((high - low - 0.25) / 0.45, 0, 1))
    return direction, hardness
