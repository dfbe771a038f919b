"""Colour arithmetic of looks: light and display code, Oklab, white balance, and a soft fit into the gamut of sRGB."""

from __future__ import annotations

import numpy as np

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)

_RGB_TO_XYZ = np.array(
    [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]]
)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
# Oklab (B. Ottosson, 2020): linear sRGB to cone response, then cube roots to L, a, b.
_RGB_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_CONES_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_CONES_TO_RGB = np.linalg.inv(_RGB_TO_CONES)
_LAB_TO_CONES = np.linalg.inv(_CONES_TO_LAB)


def to_light(rgb: np.ndarray) -> np.ndarray:
    """Undo the sRGB curve: ``(..., 3)`` display-encoded 0 to 1 to linear light, float32."""
    rgb = rgb.astype(np.float32, copy=False)
    high = np.power(np.maximum((rgb + 0.055) / 1.055, 0.0), 2.4, dtype=np.float32)
    return np.where(rgb <= 0.04045, rgb / 12.92, high)


def to_display(light: np.ndarray) -> np.ndarray:
    """Apply the sRGB curve: linear light ``(..., 3)`` to display code, clipped to 0 to 1, float32."""
    light = np.clip(light, 0.0, 1.0).astype(np.float32, copy=False)
    high = 1.055 * np.power(light, 1 / 2.4, dtype=np.float32) - 0.055
    return np.where(light <= 0.0031308, light * 12.92, high)


def to_oklab(light: np.ndarray) -> np.ndarray:
    """Linear sRGB ``(..., 3)`` to Oklab: lightness 0 to 1, then a (green to red) and b (blue to yellow)."""
    return np.cbrt(light @ _RGB_TO_CONES.T.astype(np.float32)) @ _CONES_TO_LAB.T.astype(np.float32)


def from_oklab(lab: np.ndarray) -> np.ndarray:
    """Oklab ``(..., 3)`` to linear sRGB, which may lie outside 0 to 1."""
    cones = lab @ _LAB_TO_CONES.T.astype(np.float32)
    return (cones * cones * cones) @ _CONES_TO_RGB.T.astype(np.float32)


def _planck_uv(kelvin: float) -> np.ndarray:
    """CIE 1960 chromaticity of a black body, rational fit of M. Krystek (1985); 1000 to 15000 K and a little beyond."""
    u = (0.860117757 + 1.54118254e-4 * kelvin + 1.28641212e-7 * kelvin**2) / (
        1 + 8.42420235e-4 * kelvin + 7.08145163e-7 * kelvin**2
    )
    v = (0.317398726 + 4.22806245e-5 * kelvin + 4.20481691e-8 * kelvin**2) / (
        1 - 2.89741816e-5 * kelvin + 1.61456053e-7 * kelvin**2
    )
    return np.array([u, v])


def _white_xyz(uv: np.ndarray) -> np.ndarray:
    x = 3 * uv[0] / (2 * uv[0] - 8 * uv[1] + 4)
    y = 2 * uv[1] / (2 * uv[0] - 8 * uv[1] + 4)
    return np.array([x / y, 1.0, (1 - x - y) / y])


def white_balance(mired: float, tint: float) -> np.ndarray:
    """Chromatic adaptation (Bradford) that warms and tints; the luminance of white stays within 1 %.

    Parameters
    ----------
    mired
        Shift of the scene's white along the black-body curve, in mired; positive is warmer. The shift by the negative
        amount is the inverse matrix, so warming and cooling undo each other.
    tint
        Shift across the curve, -1 (green) to 1 (magenta); 1 is 0.02 in CIE 1960 units.

    Returns
    -------
    np.ndarray
        ``(3, 3)`` matrix on linear sRGB column vectors, float64.
    """
    neutral_mired = 153.75  # of D65
    result = np.eye(3)
    base = _planck_uv(1e6 / neutral_mired)
    white = _RGB_TO_XYZ.sum(axis=1)
    white_uv = np.array([4 * white[0], 6 * white[1]]) / (white[0] + 15 * white[1] + 3 * white[2])
    for shift, inverse in (
        (_planck_uv(1e6 / (neutral_mired + abs(mired))) - base, mired < 0),
        (np.array([0.0055, -0.0192]) * abs(tint), tint < 0),
    ):
        cones_from = _BRADFORD @ white
        cones_to = _BRADFORD @ _white_xyz(white_uv + shift)
        adapt = np.linalg.inv(_BRADFORD) @ np.diag(cones_to / cones_from) @ _BRADFORD
        matrix = np.linalg.inv(_RGB_TO_XYZ) @ adapt @ _RGB_TO_XYZ
        result = (np.linalg.inv(matrix) if inverse else matrix) @ result
    return result


def saturation_limit(light: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """How far each pixel is from grey to the border of the gamut: 0 is grey, 1 the border, above 1 outside.

    Parameters
    ----------
    light
        ``(..., 3)`` linear sRGB.
    lightness
        ``(...)`` Oklab lightness of the grey that the pixel is drawn to.
    """
    grey = np.clip(lightness, 1e-3, 0.99999) ** 3
    above = (light.max(axis=-1) - grey) / (1 - grey)
    below = (grey - light.min(axis=-1)) / grey
    return np.maximum(above, below)


def fit_gamut(lab: np.ndarray, reached: np.ndarray | None = None) -> np.ndarray:
    """Oklab to linear sRGB inside 0 to 1, drawing colours toward the grey of their own lightness, softly.

    A channel clip would turn hues and flatten gradients; here only chroma gives way, from 80 % of the way to the
    border on, so that neighbouring colours stay apart.

    Parameters
    ----------
    lab
        ``(H, W, 3)`` Oklab; lightness is clipped to 0 to 1.
    reached
        ``(H, W)`` :func:`saturation_limit` of the picture before; colours that were already that far out keep it.
    """
    lightness = np.clip(lab[..., 0], 0.0, 1.0)
    lab = np.concatenate([lightness[..., None], lab[..., 1:]], axis=-1)
    light = from_oklab(lab)
    out = saturation_limit(light, lightness)
    knee = np.full_like(out, 0.8) if reached is None else np.clip(reached, 0.8, 0.999)
    over = np.maximum(out - knee, 0.0)
    room = 1.0 - knee
    wanted = knee + room * over / (over + room)
    beyond = over > 0
    if beyond.any():
        light[beyond] = _drawn_in(lab[beyond], wanted[beyond])
    return np.clip(light, 0.0, 1.0)


def _drawn_in(lab: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Colours ``(n, 3)`` with chroma lowered, hue and lightness kept, to ``wanted`` ``(n,)`` of the way out."""
    low, high = np.zeros(len(lab), np.float32), np.ones(len(lab), np.float32)
    grey = np.concatenate([lab[:, :1], np.zeros((len(lab), 2), np.float32)], axis=1)
    chroma = lab - grey
    for _ in range(8):
        middle = (low + high) / 2
        far = saturation_limit(from_oklab(grey + middle[:, None] * chroma), lab[:, 0]) > wanted
        low, high = np.where(far, low, middle), np.where(far, middle, high)
    light = from_oklab(grey + high[:, None] * chroma)
    # The last bit, below what halving resolves, is taken along the straight line to grey.
    scale = np.minimum(wanted / np.maximum(saturation_limit(light, lab[:, 0]), 1e-6), 1.0)[:, None]
    base = lab[:, :1] ** 3
    return base + (light - base) * scale
