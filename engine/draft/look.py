"""A look: the photographic controls of a raw developer as one value, and their effect on a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import cv2
import numpy as np

from engine.draft import look_tone
from engine.draft.look_colour import fit_gamut, saturation_limit, to_display, to_light, to_oklab, white_balance

RANGES: Mapping[str, tuple[float, float]] = {
    "exposure": (-3.0, 3.0),
    "contrast": (-1.0, 1.0),
    "highlights": (-1.0, 1.0),
    "shadows": (-1.0, 1.0),
    "whites": (-1.0, 1.0),
    "blacks": (-1.0, 1.0),
    "temperature": (-180.0, 180.0),
    "tint": (-1.5, 1.5),
    "saturation": (-1.0, 1.0),
    "vibrance": (-1.0, 1.0),
    "shadow_a": (-0.15, 0.15),
    "shadow_b": (-0.15, 0.15),
    "highlight_a": (-0.15, 0.15),
    "highlight_b": (-0.15, 0.15),
    "clarity": (-1.0, 1.0),
    "haze": (-1.0, 1.0),
    "vignette": (-1.0, 1.0),
    "fade": (0.0, 1.0),
    "grain": (0.0, 1.0),
}


@dataclass(frozen=True)
class Look:
    """Controls of a look; all zero changes nothing. Values beyond their range are brought to its end.

    Attributes
    ----------
    exposure
        Stops, -3 to 3, with a shoulder to white.
    contrast
        -1 to 1; the slope of the tone curve at the picture's middle tone is 2^contrast.
    highlights, shadows
        -1 to 1; bright and dark areas made darker or lighter, their local contrast kept.
    whites, blacks
        -1 to 1; the ends of the tone range moved down or up by up to 0.12 of lightness.
    temperature
        Mired, -180 (cold) to 180 (warm).
    tint
        -1.5 (green) to 1.5 (magenta); 1 is 0.02 in CIE 1960 chromaticity.
    saturation
        -1 (monochrome) to 1 (chroma doubled).
    vibrance
        -1 to 1; like saturation, for muted colours first, and sparing skin.
    shadow_a, shadow_b, highlight_a, highlight_b
        Split tones: Oklab a (red to green) and b (yellow to blue) added in dark and in bright parts, -0.15 to 0.15.
    clarity
        -1 (soft) to 1 (crisp): contrast of middle-sized detail.
    haze
        -1 (removed) to 1 (dense fog added).
    vignette
        -1 (bright corners) to 1 (corners about one and a half stops darker).
    fade
        0 to 1: blacks lifted and whites lowered as in a faded print.
    grain
        0 to 1: film grain; 1 has a standard deviation of 0.05 in lightness in the middle tones.
    """

    exposure: float = 0.0
    contrast: float = 0.0
    highlights: float = 0.0
    shadows: float = 0.0
    whites: float = 0.0
    blacks: float = 0.0
    temperature: float = 0.0
    tint: float = 0.0
    saturation: float = 0.0
    vibrance: float = 0.0
    shadow_a: float = 0.0
    shadow_b: float = 0.0
    highlight_a: float = 0.0
    highlight_b: float = 0.0
    clarity: float = 0.0
    haze: float = 0.0
    vignette: float = 0.0
    fade: float = 0.0
    grain: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = float(getattr(self, name))
            if not np.isfinite(value):
                raise ValueError(f"look: {name} must be a finite number, not {value}")
            object.__setattr__(self, name, min(max(value, low), high))

    @property
    def is_identity(self) -> bool:
        """Whether the look leaves every pixel as it is."""
        return not any(asdict(self).values())

    def scaled(self, amount: float) -> Look:
        """The look ``amount`` times as strong; a negative amount is its opposite as far as the controls reach."""
        return Look(**{name: value * amount for name, value in asdict(self).items()})

    def plus(self, other: Look) -> Look:
        """Both looks at once."""
        return Look(**{item.name: getattr(self, item.name) + getattr(other, item.name) for item in fields(self)})

    def vector(self) -> np.ndarray:
        """``(19,)`` float32: each control as a part of its range, -1 to 1, in the order of the fields."""
        return np.array([getattr(self, name) / RANGES[name][1] for name in RANGES], np.float32)

    @staticmethod
    def from_vector(values: np.ndarray) -> Look:
        """Undo :meth:`vector`."""
        return Look(**{name: float(value) * RANGES[name][1] for name, value in zip(RANGES, values, strict=True)})


def apply(rgb: np.ndarray, look: Look, weight: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
    """Give a picture a look.

    White balance and haze work in linear light, tone and colour in Oklab; colours that leave sRGB are drawn in softly
    along chroma, never clipped by channel.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded sRGB.
    look
        The controls.
    weight
        ``(H, W)`` float32, 0 to 1: how much of the change each pixel takes; where it is 0 pixels stay bit for bit.
    seed
        Of the grain.

    Returns
    -------
    np.ndarray
        ``(H, W, 3)`` float32, 0 to 1. A look of zeros gives a copy, bit for bit.
    """
    rgb = np.asarray(rgb, np.float32)
    if look.is_identity:
        return rgb.copy()
    light = to_light(rgb)
    before = to_oklab(light)
    reached = saturation_limit(light, before[..., 0])
    light = look_tone.veil(light, look.haze)
    if look.temperature or look.tint:
        light = light @ white_balance(look.temperature, look.tint).T.astype(np.float32)
    lab = to_oklab(light)
    lightness = _tone(lab[..., 0], look, _middle(before[..., 0], weight))
    lab = _colour(lab, lightness, look)
    if look.grain:
        lab[..., 0] += grain_layer(rgb.shape[0], rgb.shape[1], look.grain, seed) * _midtones(lab[..., 0])
    changed = to_display(fit_gamut(lab, reached))
    if weight is None:
        return changed
    mixed = rgb + weight[..., None].astype(np.float32) * (changed - rgb)
    return np.where(weight[..., None] > 0, np.clip(mixed, 0.0, 1.0), rgb)


def grain_layer(height: int, width: int, amount: float, seed: int) -> np.ndarray:
    """Film grain ``(height, width)``: zero mean, clumps of about 1/900 of the long side, in units of lightness."""
    noise = np.random.default_rng(seed).standard_normal((height, width), np.float32)
    size = max(0.45, max(height, width) / 900 * 0.5)
    fine = cv2.GaussianBlur(noise, (0, 0), size)
    coarse = cv2.GaussianBlur(noise[::-1], (0, 0), 2 * size)
    mixed = fine / max(float(fine.std()), 1e-6) + 0.35 * coarse / max(float(coarse.std()), 1e-6)
    return (mixed * (0.05 * amount / 1.06)).astype(np.float32)


def _middle(lightness: np.ndarray, weight: np.ndarray | None) -> float:
    """The tone around which contrast turns: between middle grey and the picture's (or the region's) own median."""
    inside = lightness if weight is None else lightness[weight > 0.5]
    own = float(np.median(inside)) if inside.size else 0.57
    return float(np.clip(0.35 * 0.57 + 0.65 * own, 0.25, 0.8))


def _midtones(lightness: np.ndarray) -> np.ndarray:
    """1 in the middle tones, 0 at black and white."""
    return np.clip(4 * lightness * (1 - lightness), 0.0, 1.0)


def _tone(lightness: np.ndarray, look: Look, pivot: float) -> np.ndarray:
    tone = np.clip(lightness, 0.0, 1.0)
    if look.exposure:
        tone = look_tone.expose(tone, look.exposure)
        pivot = float(np.clip(look_tone.expose(np.array(pivot), look.exposure), 0.2, 0.85))
    if look.contrast:
        tone = look_tone.contrast(tone, look.contrast, pivot)
    if look.highlights or look.shadows or look.clarity:
        base = look_tone.base_layer(tone)
        dark = 1 - look_tone.smooth_step(base, 0.15, 0.65)
        bright = look_tone.smooth_step(base, 0.5, 0.95)
        moved = base + 0.16 * look.shadows * dark * np.sqrt(np.clip(base / 0.4, 0, 1)) + 0.14 * look.highlights * bright
        detail = (tone - base) * (1 + 0.9 * look.clarity * _midtones(base))
        ratio = np.clip(moved / np.maximum(base, 0.02), 0.5, 1.6)
        tone = np.clip(moved, 0, 1) + detail * np.minimum(ratio, 1.25)
    low = 0.12 * look.blacks + 0.13 * look.fade
    high = 1 + 0.12 * look.whites - 0.06 * look.fade
    if low or high != 1:
        tone = low + (high - low) * tone
    if look.vignette:
        tone = tone * _corners(tone.shape, look.vignette)
    return look_tone.soft_ends(tone)


def _corners(shape: tuple[int, ...], amount: float) -> np.ndarray:
    """Fall-off of lightness from the centre to the corners."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None]
    aspect = shape[1] / shape[0]
    far = np.sqrt((x * aspect) ** 2 + y**2) / np.sqrt(aspect**2 + 1)
    return 1 - 0.3 * amount * look_tone.smooth_step(far, 0.3, 1.05)


def _colour(lab: np.ndarray, lightness: np.ndarray, look: Look) -> np.ndarray:
    """Chroma follows the tone, then saturation and split tones."""
    a, b = lab[..., 1], lab[..., 2]
    # Light scaled by r has its Oklab chroma scaled by the cube root of r, as its lightness; a shade less reads natural.
    follow = np.clip(lightness / np.maximum(lab[..., 0], 0.02), 0.3, 1.6) ** 0.8
    chroma = np.hypot(a, b)
    muted = 1 - look_tone.smooth_step(chroma, 0.02, 0.2)
    hue = np.arctan2(b, a)
    skin = np.exp(-(((hue - 0.95) / 0.45) ** 2)) * look_tone.smooth_step(chroma, 0.02, 0.06)
    scale = follow * (1 + look.saturation)
    scale = scale * np.maximum(1 + 0.8 * look.vibrance * (0.2 + 0.8 * muted) * (1 - 0.6 * skin), 0)
    bright = look_tone.smooth_step(lightness, 0.25, 0.85)
    ends = np.clip(lightness / 0.3, 0, 1) * np.clip((1 - lightness) / 0.08, 0, 1)
    toned_a = ((1 - bright) * look.shadow_a + bright * look.highlight_a) * ends
    toned_b = ((1 - bright) * look.shadow_b + bright * look.highlight_b) * ends
    return np.stack([lightness, a * scale + toned_a, b * scale + toned_b], axis=-1).astype(np.float32)
