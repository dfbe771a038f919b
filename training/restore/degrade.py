"""Damage to learn from: second-order degradation (D1) and shifts of tone, over everything or at the mask (D2)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.special import j1

_BLUR_SIDES = range(7, 23, 2)  # pixels of the blur kernels
_ALL_KERNELS = 21
_RESIZINGS = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)


@dataclass(frozen=True)
class Ranges:
    """One round of Real-ESRGAN's degradation (Wang et al. 2021, section 3 and appendix A); noise in units of 1/255.

    Attributes
    ----------
    blur
        Chance of a blur at all.
    sinc
        Chance that it is an ideal low-pass filter.
    sigma
        Of the blur, in pixels.
    resize
        Factors; ``enlarge`` and ``shrink`` are the chances of either.
    noise, poisson
        Deviation of additive noise, scale of shot noise; either with equal chance, grey with chance ``grey``.
    jpeg
        Quality.
    """

    blur: float
    sinc: float
    sigma: tuple[float, float]
    resize: tuple[float, float]
    enlarge: float
    shrink: float
    noise: tuple[float, float]
    poisson: tuple[float, float]
    grey: float = 0.4
    jpeg: tuple[int, int] = (30, 95)


FIRST = Ranges(1.0, 0.1, (0.2, 3.0), (0.15, 1.5), 0.2, 0.7, (1, 30), (0.05, 3.0))
SECOND = Ranges(0.8, 0.1, (0.2, 1.5), (0.3, 1.2), 0.3, 0.4, (1, 25), (0.05, 2.5))
FINAL_SINC = 0.8


@dataclass(frozen=True)
class Shift:
    """A change of tone: ``gain * picture + bias``, clamped (LLMGA, section 3.4, colour degradation).

    ``gain`` is drawn from 1 ± ``gain``, ``bias`` from ± ``bias`` of white.
    """

    gain: float
    bias: float


PAPER_SHIFT = Shift(0.06, 0.05)
RELEASED_SHIFT = Shift(0.08, 0.05)  # of the released second-stage configurations


def shifted(picture: np.ndarray, shift: Shift, random: np.random.Generator) -> np.ndarray:
    """D2 as in the paper: one gain and one bias for all channels and all pixels of ``(h, w, 3)``."""
    gain, bias = 1 + shift.gain * random.uniform(-1, 1), shift.bias * random.uniform(-1, 1)
    return np.clip(picture * np.float32(gain) + np.float32(bias), 0, 1)


def tinted(picture: np.ndarray, shift: Shift, random: np.random.Generator) -> np.ndarray:
    """As :func:`shifted`, with a gain and a bias of its own for each channel."""
    gain, bias = (1 + shift.gain * random.uniform(-1, 1, 3), shift.bias * random.uniform(-1, 1, 3))
    return np.clip(picture * gain.astype(np.float32) + bias.astype(np.float32), 0, 1)


def locally_shifted(picture: np.ndarray, mask: np.ndarray, shift: Shift, random: np.random.Generator) -> np.ndarray:
    """D2 as decoders do it: gain and bias vary slowly over the picture and between channels, and stop at the mask.

    A decoder's tone drifts within the part that it makes, while the rest is the photo; the paper's single gain and
    bias for the whole picture do not teach that. ``mask`` is ``(h, w)``; outside it nothing changes.
    """
    height, width = picture.shape[:2]

    def field(strength: float) -> np.ndarray:
        common, channels = random.uniform(-1, 1), random.uniform(-1, 1, 3)
        coarse = random.uniform(-1, 1, (*random.integers(2, 5, 2), 1)) + 0.5 * channels
        drift = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        return np.float32(strength) * (np.float32(common) + np.float32(0.3) * drift)

    changed = np.clip(picture * (1 + field(shift.gain)) + field(shift.bias), 0, 1)
    return np.where(mask[..., None] > 0, changed, picture)


def damaged(picture: np.ndarray, scale: int, random: np.random.Generator) -> np.ndarray:
    """D1: two rounds of blur, resizing, noise and JPEG, then to ``1 / scale`` of the size.

    Parameters
    ----------
    picture
        ``(h, w, 3)`` float32, 0 to 1; h and w multiples of ``scale``.

    Returns
    -------
    numpy.ndarray
        ``(h / scale, w / scale, 3)`` float32, 0 to 1.
    """
    height, width = picture.shape[:2]
    size = (width // scale, height // scale)
    out = _jpeg(_round(picture, FIRST, (width, height), random), FIRST.jpeg, random)
    out = _round(out, SECOND, size, random)
    sinc = _sinc(random) if random.random() < FINAL_SINC else None
    # Real-ESRGAN's two orders of the last filter and the last compression.
    if random.random() < 0.5:
        out = _jpeg(_filtered(_resized(out, size, random), sinc), SECOND.jpeg, random)
    else:
        out = _filtered(_resized(_jpeg(out, SECOND.jpeg, random), size, random), sinc)
    return np.clip(out, 0, 1)


def _round(picture: np.ndarray, ranges: Ranges, size: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Blur, resize and noise; sizes are relative to ``size`` (width, height)."""
    if random.random() < ranges.blur:
        kernel = _sinc(random) if random.random() < ranges.sinc else _gaussian(ranges.sigma, random)
        picture = _filtered(picture, kernel)
    choice, factor = random.random(), 1.0
    if choice < ranges.enlarge:
        factor = random.uniform(1, ranges.resize[1])
    elif choice < ranges.enlarge + ranges.shrink:
        factor = random.uniform(ranges.resize[0], 1)
    width, height = (max(round(side * factor), 4) for side in size)
    return _noised(_resized(picture, (width, height), random), ranges, random)


def _filtered(picture: np.ndarray, kernel: np.ndarray | None) -> np.ndarray:
    return picture if kernel is None else cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REFLECT_101)


def _resized(picture: np.ndarray, size: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    return cv2.resize(picture, size, interpolation=_RESIZINGS[random.integers(len(_RESIZINGS))])


def _gaussian(sigma: tuple[float, float], random: np.random.Generator) -> np.ndarray:
    """A normal, generalised or plateau-shaped kernel, round or stretched."""
    side = int(random.choice(_BLUR_SIDES))
    first, second = random.uniform(*sigma, 2)
    if random.random() < 0.5:
        second = first
    angle = random.uniform(-np.pi, np.pi)
    reach = np.arange(side) - side // 2
    x, y = np.meshgrid(reach, reach)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    distance = (along / first) ** 2 + (across / second) ** 2
    kind = random.random()
    if kind < 0.7:
        kernel = np.exp(-distance / 2)
    elif kind < 0.85:
        kernel = np.exp(-(distance ** random.uniform(0.5, 4)) / 2)
    else:
        kernel = 1 / (1 + distance ** random.uniform(1, 2))
    return (kernel / kernel.sum()).astype(np.float32)


def _sinc(random: np.random.Generator) -> np.ndarray:
    """A round ideal low-pass filter, which rings."""
    cut = random.uniform(np.pi / 3, np.pi)
    reach = np.arange(_ALL_KERNELS) - _ALL_KERNELS // 2
    radius = np.hypot(*np.meshgrid(reach, reach))
    radius[radius == 0] = 1
    kernel = cut * j1(cut * radius) / (2 * np.pi * radius)
    kernel[_ALL_KERNELS // 2, _ALL_KERNELS // 2] = cut**2 / (4 * np.pi)
    return (kernel / kernel.sum()).astype(np.float32)


def _noised(picture: np.ndarray, ranges: Ranges, random: np.random.Generator) -> np.ndarray:
    channels = 1 if random.random() < ranges.grey else 3
    shape = (*picture.shape[:2], channels)
    if random.random() < 0.5:
        noise = random.standard_normal(shape, np.float32) * np.float32(random.uniform(*ranges.noise) / 255)
    else:
        clean = np.clip(picture.mean(axis=2, keepdims=True) if channels == 1 else picture, 0, 1)
        noise = (random.poisson(clean * 255) / 255 - clean) * random.uniform(*ranges.poisson)
    return np.clip(picture + noise.astype(np.float32), 0, 1)


def _jpeg(picture: np.ndarray, quality: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    eight = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", eight, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(quality[0], quality[1] + 1))])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.float32) / 255
