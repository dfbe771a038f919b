"""Texture of a reference, such as brushwork or canvas, laid into a photo along the photo's own forms."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from scipy.spatial import KDTree

from engine.draft.look_colour import fit_gamut, to_display, to_light, to_oklab
from engine.draft.look_tone import guided, smooth_step

_BLOCK = 20  # pixels, at a long side of 768
_LIMIT = 12_000  # reference patches to choose from
# Fitted by training/look/marks.py.
_MARKS_MEAN = np.array(
    [
        -5.123,
        -3.95,
        -3.331,
        2.409,
        -5.136,
        -3.953,
        -3.319,
        2.224,
        -5.067,
        -3.836,
        -3.142,
        2.12,
        -5.053,
        -3.792,
        -3.024,
        1.987,
        -2.055,
        0.193,
    ]
)
_MARKS_SPREAD = np.array(
    [
        1.164,
        0.808,
        0.597,
        0.507,
        1.136,
        0.756,
        0.507,
        0.418,
        1.12,
        0.711,
        0.396,
        0.405,
        1.044,
        0.656,
        0.325,
        0.399,
        0.645,
        0.225,
    ]
)
_MARKS_WEIGHTS = np.array(
    [
        0.678,
        0.128,
        -0.421,
        -0.395,
        0.405,
        0.461,
        0.491,
        -0.356,
        -0.141,
        0.121,
        0.438,
        0.276,
        -0.477,
        -0.077,
        -0.025,
        0.277,
        0.157,
        1.144,
    ]
)
_MARKS_BIAS = 0.232


def marks(rgb: np.ndarray) -> np.ndarray:
    """What tells brush, pencil and print from a lens, ``(18,)``: detail by size, its evenness, and flatness.

    For four sizes of detail the logarithms of its strength in calm, middle and busy blocks of the picture and of its
    peakedness; then the colour's fine detail against the lightness's, and the share of quite flat pixels.
    """
    lab = to_oklab(to_light(np.clip(_fit(rgb, 384), 0, 1)))
    lightness = np.ascontiguousarray(lab[..., 0])
    out: list[float] = []
    layers = [lightness, *(cv2.GaussianBlur(lightness, (0, 0), size) for size in (0.7, 1.4, 2.8, 5.6))]
    for fine, coarse in pairwise(layers):
        band = fine - coarse
        blocks = np.sqrt(cv2.resize(band * band, (12, 12), interpolation=cv2.INTER_AREA))
        out += np.log(np.quantile(blocks, [0.1, 0.5, 0.9]) + 1e-3).tolist()
        out.append(float(np.log(np.mean(band**4) / (np.mean(band**2) ** 2 + 1e-12) + 1)))
    colour = np.ascontiguousarray(lab[..., 1:])
    rough = np.abs(colour - cv2.GaussianBlur(colour, (0, 0), 1.4)).mean() / (
        np.abs(layers[0] - layers[2]).mean() + 1e-4
    )
    local = cv2.blur(lightness * lightness, (3, 3)) - cv2.blur(lightness, (3, 3)) ** 2
    return np.array([*out, np.log(rough + 0.05), float((local < 4e-6).mean())], np.float64)


def handmade(reference: np.ndarray) -> float:
    """How sure it is that a picture is painted or drawn rather than photographed: 0 to 1, 0 when in doubt."""
    score = float((marks(reference) - _MARKS_MEAN) / _MARKS_SPREAD @ _MARKS_WEIGHTS) + _MARKS_BIAS
    return float(smooth_step(np.array(score), 0.3, 1.3))


def transfer_texture(rgb: np.ndarray, reference: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """Replace the photo's fine detail by the reference's, patch by patch, forms and edges kept.

    Both pictures are split into forms (edge-keeping smoothing) and detail. Overlapping blocks of the photo take the
    detail of the reference block most alike in tone, contrast and direction, a small cousin of image quilting (Efros,
    Freeman 2001, section 3) with soft seams in place of cut ones.
    """
    scale = max(rgb.shape[:2]) / 768
    block = max(8, 4 * round(_BLOCK * scale / 4))
    reference = _fit(reference, max(rgb.shape[:2]))
    lab = to_oklab(to_light(rgb))
    radius = max(2, round(5 * scale))
    forms = _forms(lab[..., 0], radius)
    own_detail = lab[..., 0] - forms
    other = _lightness(reference)
    other_forms = _forms(other, radius)
    other_detail = other - other_forms
    step = block // 2
    dice = np.random.default_rng(seed)

    spots = _spots(other.shape, block, max(step // 2, 2), _LIMIT, dice)
    tree = KDTree(_describe(other, other_forms, spots, block))
    height, width = forms.shape
    pad = block
    padded = [cv2.copyMakeBorder(layer, pad, pad, pad, pad, cv2.BORDER_REFLECT_101) for layer in (lab[..., 0], forms)]
    grid = np.array([(y, x) for y in range(0, height + pad, step) for x in range(0, width + pad, step)])
    near = np.asarray(tree.query(_describe(padded[0], padded[1], grid, block), k=3)[1])
    chosen = near[np.arange(len(grid)), dice.integers(0, near.shape[1], len(grid))]
    window = np.outer(np.hanning(block + 2)[1:-1], np.hanning(block + 2)[1:-1]).astype(np.float32)
    laid, power = np.zeros_like(padded[0]), np.zeros_like(padded[0])
    for (y, x), pick in zip(grid, chosen, strict=True):
        top, left = spots[pick]
        laid[y : y + block, x : x + block] += window * other_detail[top : top + block, left : left + block]
        power[y : y + block, x : x + block] += window * window
    laid = (laid / np.sqrt(np.maximum(power, 1e-3)))[pad : pad + height, pad : pad + width]
    # Strong edges of the photo keep part of their own detail: they carry the drawing.
    edges = smooth_step(np.sqrt(cv2.blur(own_detail**2, (2 * radius + 1, 2 * radius + 1))), 0.02, 0.07)
    mixed = forms + (1 - strength * (1 - 0.55 * edges)) * own_detail + strength * (1 - 0.4 * edges) * laid
    out = np.concatenate([np.clip(mixed, 0, 1)[..., None], lab[..., 1:]], axis=-1)
    for channel in (1, 2):
        soft = guided(forms, np.ascontiguousarray(lab[..., channel]), radius, 1e-3)
        out[..., channel] = lab[..., channel] + 0.7 * strength * (soft - lab[..., channel])
    return to_display(fit_gamut(out.astype(np.float32)))


def _fit(rgb: np.ndarray, long_side: int) -> np.ndarray:
    scale = long_side / max(rgb.shape[:2])
    size = (max(24, round(rgb.shape[1] * scale)), max(24, round(rgb.shape[0] * scale)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _lightness(rgb: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(to_oklab(to_light(np.clip(rgb, 0, 1)))[..., 0])


def _forms(lightness: np.ndarray, radius: int) -> np.ndarray:
    return guided(lightness, lightness, radius, 0.006)


def _spots(shape: tuple[int, ...], block: int, step: int, limit: int, dice: np.random.Generator) -> np.ndarray:
    rows, columns = range(0, max(shape[0] - block, 0) + 1, step), range(0, max(shape[1] - block, 0) + 1, step)
    spots = np.array([(y, x) for y in rows for x in columns])
    return spots if len(spots) <= limit else spots[dice.choice(len(spots), limit, replace=False)]


def _describe(lightness: np.ndarray, forms: np.ndarray, spots: np.ndarray, block: int) -> np.ndarray:
    """Tone, contrast and direction of blocks: ``(n, 6)``."""
    gx, gy = cv2.Sobel(forms, cv2.CV_32F, 1, 0), cv2.Sobel(forms, cv2.CV_32F, 0, 1)
    strength = np.sqrt(gx * gx + gy * gy) + 1e-4
    layers = [forms, forms * forms, (gx * gx - gy * gy) / strength, 2 * gx * gy / strength, strength, lightness]
    sums = [
        cv2.boxFilter(layer, cv2.CV_32F, (block, block), anchor=(0, 0), borderType=cv2.BORDER_REFLECT_101)
        for layer in layers
    ]
    y, x = spots[:, 0], spots[:, 1]
    mean, square, cosine, sine, power, _ = (
        layer[np.minimum(y, layer.shape[0] - 1), np.minimum(x, layer.shape[1] - 1)] for layer in sums
    )
    spread = np.sqrt(np.maximum(square - mean * mean, 0))
    return np.stack([mean, 2 * spread, 2.5 * cosine, 2.5 * sine, 1.5 * power], axis=-1)
