"""Tone of looks: curves on lightness, local contrast, and haze."""

from __future__ import annotations

import cv2
import numpy as np

from engine.draft.look_colour import LUMA


def rise(value: np.ndarray, slope: float) -> np.ndarray:
    """Curve on 0 to 1 with that slope at 0 and its inverse at 1; both ends stay, nothing clips."""
    return slope * value / (1 + (slope - 1) * value)


def expose(lightness: np.ndarray, stops: float) -> np.ndarray:
    """Brighten or darken by ``stops``, with a shoulder to white instead of a clip.

    Lightness is a cube root of light, so a stop is a factor of 2^(1/3) in the shadows. Darkening keeps part of the
    plain scaling, because whites that stay white make a dark picture look harsh.
    """
    slope = 2.0 ** (stops / 3)
    curved = rise(lightness, slope**1.5)
    if stops >= 0:
        return curved
    return 0.55 * curved + 0.45 * lightness * slope


def contrast(lightness: np.ndarray, amount: float, pivot: float) -> np.ndarray:
    """S-shaped curve with slope ``2^amount`` at ``pivot``; black, pivot and white stay."""
    slope = 2.0**amount
    low = pivot * rise(np.minimum(lightness, pivot) / pivot, 1 / slope)
    high = 1 - (1 - pivot) * rise((1 - np.maximum(lightness, pivot)) / (1 - pivot), 1 / slope)
    return np.where(lightness <= pivot, low, high)


def smooth_step(value: np.ndarray, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
    """0 below ``low``, 1 above ``high``, smooth between."""
    part = np.clip((value - low) / (high - low), 0.0, 1.0)
    return part * part * (3 - 2 * part)


def guided(guide: np.ndarray, picture: np.ndarray, radius: int, eps: float) -> np.ndarray:
    """Edge-keeping smoothing of ``picture`` ``(H, W)`` along the edges of ``guide`` (He, Sun, Tang 2013, section 3).

    Parameters
    ----------
    radius
        Of the box window, pixels.
    eps
        Variance of ``guide`` under which a window counts as flat.
    """
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, size, borderType=cv2.BORDER_REFLECT)

    mean_guide, mean_picture = mean(guide), mean(picture)
    variance = np.maximum(mean(guide * guide) - mean_guide**2, 0.0)
    slope = (mean(guide * picture) - mean_guide * mean_picture) / (variance + eps)
    return mean(slope) * guide + mean(mean_picture - slope * mean_guide)


def base_layer(lightness: np.ndarray) -> np.ndarray:
    """The large forms of a picture's lightness, edges kept; what is left over is its local detail."""
    radius = max(2, round(0.02 * max(lightness.shape)))
    return guided(lightness, lightness, radius, 0.015)


def veil(light: np.ndarray, amount: float) -> np.ndarray:
    """Remove (negative) or add (positive) haze, in linear light.

    Haze is the dark channel prior's model (He, Sun, Tang 2009, section 3): light = scene · t + air · (1 - t). Where
    even the darkest channel of a neighbourhood is bright, haze is thick; added haze thickens in the same places.

    Parameters
    ----------
    light
        ``(H, W, 3)`` linear, 0 to 1.
    amount
        -1 (take all that is believed to be haze) to 1 (dense fog).
    """
    if amount == 0:
        return light
    size = max(3, round(0.02 * max(light.shape[:2])) | 1)
    dark = cv2.erode(light.min(axis=-1), np.ones((size, size), np.uint8))
    bright = dark >= np.quantile(dark, 0.995)
    air = np.clip(np.quantile(light[bright], 0.5, axis=0), 0.35, 1.0).astype(np.float32)
    thick = cv2.erode((light / air).min(axis=-1), np.ones((size, size), np.uint8))
    thick = np.clip(guided(light @ LUMA, thick, 3 * size, 1e-3), 0.0, 1.0)[..., None]
    if amount > 0:
        kept = 1 - amount * (0.25 + 0.6 * np.sqrt(thick))
        return light * kept + (0.25 + 0.55 * air) * (1 - kept)
    kept = np.maximum(1 + 0.92 * amount * thick, 0.2)
    # A sky that is all haze by this model would go black: the darkening of bright smooth parts is held back.
    scene = np.maximum((light - air * (1 - kept)) / kept, 0.15 * light)
    return np.minimum(scene, 1.0)


def soft_ends(tone: np.ndarray) -> np.ndarray:
    """Bring what lies beyond black or white back inside over a short toe and shoulder of 0.03."""
    return 1 - _shoulder(1 - _shoulder(tone))


def _shoulder(tone: np.ndarray, room: float = 0.03) -> np.ndarray:
    """Slope 1 where the shoulder begins, the largest value at 1; nothing moves when that is not above 1."""
    over = np.maximum(tone - (1 - room), 0)
    largest = float(over.max())
    if largest <= room:
        return tone
    bend = (largest / room - 1) / largest
    return np.minimum(tone, 1 - room) + over / (1 + bend * over)
