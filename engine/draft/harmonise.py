"""Bring a cut-out into a scene's light: exposure, contrast, white balance, sharpness and grain, each in moderation."""

from __future__ import annotations

import cv2
import numpy as np

_GREY = np.array([0.2126, 0.7152, 0.0722], np.float32)  # Rec. 709 luma of linear light
_MOST_EXPOSURE = 0.55  # stops either way: a black cat stays black in a bright room
_EXPOSURE_SHARE = 0.45  # of the measured difference in stops
_CAST_SHARE = 0.4  # of the scene's cast
_MOST_CAST = 0.07  # log-ratio of red or blue to green


def to_linear(rgb: np.ndarray) -> np.ndarray:
    """Undo the sRGB curve (IEC 61966-2-1)."""
    rgb = np.clip(rgb, 0, 1)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_display(linear: np.ndarray) -> np.ndarray:
    """Apply the sRGB curve (IEC 61966-2-1)."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def match_light(subject: np.ndarray, cover: np.ndarray, scene: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Move the subject's light and colour towards the scene's.

    The scene's light is read from its bright, weakly coloured pixels (shades of grey, Finlayson and Trezzi 2004,
    Minkowski norm 6) and its level and range from the surroundings of the place; the subject goes part of the way.

    Parameters
    ----------
    subject
        ``(h, w, 3)`` float32, display-encoded, at its final size.
    cover
        ``(h, w)`` transparency.
    scene
        ``(H, W, 3)`` float32, display-encoded, the whole picture.
    near
        ``(H, W)`` float32 weights: how much each scene pixel tells of the light at the place.

    Returns
    -------
    np.ndarray
        ``(h, w, 3)`` float32, 0 to 1.
    """
    solid = cover > 0.5
    if not solid.any():
        return subject
    own = to_linear(subject)
    world, weights = _thinned(scene, near)
    gain = _cast_gain(own[solid], world, weights)
    own = own * gain
    luma = own @ _GREY
    low, middle, high = np.quantile(luma[solid], (0.03, 0.5, 0.97))
    around = world @ _GREY
    scene_low, scene_middle, scene_high = _weighted_quantiles(around, weights, (0.03, 0.5, 0.97))
    stops = np.log2((scene_middle + 0.03) / (middle + 0.03))
    lift = 2.0 ** np.clip(_EXPOSURE_SHARE * stops, -_MOST_EXPOSURE, _MOST_EXPOSURE)
    if high * lift > 1.0 and lift > 1:  # never blow what was not blown
        lift = max(1.0, 1.0 / max(float(high), 1e-3))
    own = own * lift
    shown = to_display(own)
    return _match_range(shown, solid, (low * lift, high * lift), (scene_low, scene_high))


def _match_range(
    shown: np.ndarray, solid: np.ndarray, own: tuple[float, float], scene: tuple[float, float]
) -> np.ndarray:
    """Half of the scene's black level and contrast: haze lifts blacks, dull light narrows the range."""
    dark, light = (float(to_display(np.array(v))) for v in own)
    scene_dark, scene_light = (float(to_display(np.array(v))) for v in scene)
    new_dark = dark + np.clip(0.35 * (scene_dark - dark), -0.03, 0.045)
    new_light = light + np.clip(0.25 * (scene_light - light), -0.08, 0.04)
    slope = np.clip((new_light - new_dark) / max(light - dark, 0.05), 0.82, 1.12)
    middle = float(np.median(shown[solid]))
    shift = (new_dark + new_light) / 2 - (dark + light) / 2
    return np.clip((shown - middle) * slope + middle + 0.5 * shift, 0, 1).astype(np.float32)


def _thinned(scene: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most some 40,000 scene pixels, linear, with their weights."""
    height, width = scene.shape[:2]
    scale = min(1.0, 200 / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(scene.astype(np.float32), size, interpolation=cv2.INTER_AREA).reshape(-1, 3)
    weights = cv2.resize(near.astype(np.float32), size, interpolation=cv2.INTER_AREA).reshape(-1)
    return to_linear(small), weights + 1e-6


def _cast_gain(own: np.ndarray, world: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``(3,)`` gains towards the scene's light, luma kept."""
    scene_cast = _cast(world, 0.8 * weights / weights.sum() + 0.2 / len(weights))
    own_cast = _cast(own, np.full(len(own), 1 / len(own)))
    # A subject's own cast is mostly its own colour, so only a little of it is taken for its old light.
    wanted = np.clip(_CAST_SHARE * scene_cast - 0.12 * own_cast, -_MOST_CAST, _MOST_CAST)
    gain = np.exp(wanted).astype(np.float32)
    return gain / float(gain @ _GREY)


def _cast(linear: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``(3,)`` log colour of the light against green, from less coloured pixels by a Minkowski mean of order 6."""
    top, bottom = linear.max(axis=1), linear.min(axis=1)
    grey = np.exp(-4 * (top - bottom) / np.maximum(top, 1e-3)) * (top < 0.98)
    weights = weights * grey + 1e-9
    mean = ((linear**6) * weights[:, None]).sum(axis=0) / weights.sum()
    light = np.maximum(mean, 1e-12) ** (1 / 6)
    return np.log(light / light[1]).astype(np.float32)


def _weighted_quantiles(values: np.ndarray, weights: np.ndarray, at: tuple[float, ...]) -> np.ndarray:
    """Quantiles of weighted values."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return np.interp(np.asarray(at) * total[-1], total, values[order])


def sharpness(rgb: np.ndarray, where: np.ndarray) -> float:
    """How sharp edges are: high-pass energy over band-pass energy of the strongest tenth of edges, about 0 to 1."""
    grey = rgb.mean(axis=2).astype(np.float32)
    one, two = cv2.GaussianBlur(grey, (0, 0), 1.0), cv2.GaussianBlur(grey, (0, 0), 2.5)
    fine, coarse = np.abs(grey - one), np.abs(one - two)
    if where.sum() < 32:
        return 0.5
    cut = np.quantile(coarse[where], 0.9)
    edges = where & (coarse >= max(cut, 2 / 255))
    if edges.sum() < 16:
        return 0.5
    return float(fine[edges].mean() / (coarse[edges].mean() + 1e-6))


def match_sharpness(subject: np.ndarray, cover: np.ndarray, scene: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Soften a subject that is sharper than its scene; at most a blur of 1.6 px. A softer one stays as it is."""
    solid = cv2.erode((cover > 0.9).astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0) > 0
    goal = max(sharpness(scene, where), 0.25)
    best = subject
    for sigma in (0.5, 0.7, 0.9, 1.2, 1.6):
        if sharpness(best, solid) <= 1.15 * goal:
            break
        best = cv2.GaussianBlur(subject, (0, 0), sigma)
    return best


def grain_level(rgb: np.ndarray, where: np.ndarray) -> float:
    """Standard deviation of fine noise in flat places (robust, from the Laplacian of Immerkaer 1996), 0 to 1 scale."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    grey = rgb.mean(axis=2).astype(np.float32)
    response = np.abs(cv2.filter2D(grey, cv2.CV_32F, kernel)) / 6
    activity = cv2.blur(np.abs(cv2.GaussianBlur(grey, (0, 0), 1.0) - cv2.GaussianBlur(grey, (0, 0), 3.0)), (7, 7))
    if where.sum() < 64:
        return 0.0
    calm = where & (activity <= np.quantile(activity[where], 0.3))
    return float(np.median(response[calm]) / 0.6745)


def match_grain(subject: np.ndarray, cover: np.ndarray, scene: np.ndarray, where: np.ndarray, seed: int) -> np.ndarray:
    """Add the noise that the scene has and the subject lacks, at most 0.03 of full scale."""
    lacking = np.sqrt(max(grain_level(scene, where) ** 2 - grain_level(subject, cover > 0.9) ** 2, 0.0))
    level = min(lacking, 0.03)
    if level < 0.7 / 255:
        return subject
    drawn = np.random.default_rng(seed % 2**32).normal(0, level, subject.shape[:2]).astype(np.float32)
    return np.clip(subject + drawn[..., None], 0, 1).astype(np.float32)
