"""Colour statistics of a reference, moved onto a photo without tearing its gradients."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from engine.draft.look_colour import fit_gamut, saturation_limit, to_display, to_light, to_oklab

_SAMPLES = 20_000


def transfer_colour(rgb: np.ndarray, reference: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """The photo with the reference's distribution of tone and colour.

    Tone is matched by quantiles with a bounded slope, colour by the linear optimal transport between the two clouds
    (Pitié, Kokaram 2007, section 3) with regularised covariances, then sliced transport (Pitié, Kokaram, Dahyot 2007)
    for what is not Gaussian, all as one smooth function of colour: equal colours stay equal, gradients stay whole.

    Parameters
    ----------
    rgb, reference
        ``(H, W, 3)`` float32, display-encoded, of any two sizes.
    strength
        0 (none) to 1.
    seed
        Of the sampling.
    """
    dice = np.random.default_rng(seed)
    light = to_light(rgb)
    lab = to_oklab(light)
    target = _sample(to_oklab(to_light(reference)).reshape(-1, 3), dice)
    flat = lab.reshape(-1, 3)
    moved = _transport(flat, target, dice).reshape(lab.shape)
    change = moved - lab
    out = lab + strength * change
    # No colour may be stronger than those that either picture holds, nor than a colourless reference's.
    strongest = [float(np.quantile(np.hypot(part[:, 1], part[:, 2]), 0.985)) for part in (flat, target)]
    most = max(strongest[1], strongest[0] * min(strongest[1] / 0.06, 1.0), 1e-3)
    chroma = np.hypot(out[..., 1], out[..., 2])
    knee = 0.7 * most
    over = np.maximum(chroma - knee, 0)
    held = np.where(over > 0, knee + 0.5 * most * over / (over + 0.5 * most), chroma)
    out[..., 1:] *= (held / np.maximum(chroma, 1e-6))[..., None]
    # Black and white stay free of colour: a tint there reads as a scanning fault, not as a grade.
    ends = np.clip(out[..., 0] / 0.12, 0, 1) * np.clip((1.0 - out[..., 0]) / 0.05, 0.15, 1)
    out[..., 1:] *= ends[..., None]
    return to_display(fit_gamut(out, saturation_limit(light, lab[..., 0])))


def _sample(cloud: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    return cloud if len(cloud) <= _SAMPLES else cloud[dice.choice(len(cloud), _SAMPLES, replace=False)]


def _transport(cloud: np.ndarray, target: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    out = cloud.copy()
    out[:, 0] = _match_tone(cloud[:, 0], target[:, 0])
    out[:, 1:] = _match_linear(cloud[:, 1:], target[:, 1:])
    source = _sample(out, dice)
    # Sliced transport is learnt on a sample as a smooth displacement by nearest bins, at half strength: the rest of the
    # shape of the cloud belongs to what the photo shows.
    shifted = source.copy()
    for _ in range(12):
        basis, _r = np.linalg.qr(dice.standard_normal((3, 3)))
        turned, wanted = shifted @ basis, target @ basis
        for axis in range(3):
            turned[:, axis] += 0.5 * (
                _quantile_map(turned[:, axis], turned[:, axis], wanted[:, axis]) - turned[:, axis]
            )
        shifted = (turned @ basis.T).astype(np.float32)
    return out + 0.5 * _displace(out, source, shifted - source)


def _match_tone(lightness: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Monotone quantile match whose slope stays between 0.4 and 2, half way to the photo's own curve."""
    at = np.linspace(0.01, 0.99, 33)
    own, goal = np.quantile(lightness, at), np.quantile(wanted, at)
    goal = 0.35 * own + 0.65 * goal
    steps = np.maximum(np.diff(own), 1e-4)
    slopes = np.clip(np.diff(goal) / steps, 0.4, 2.0)
    curve = np.concatenate([[0.0], np.cumsum(slopes * steps)])
    curve += np.mean(goal - curve)
    own = np.concatenate([[0.0], own, [1.0]])
    curve = np.concatenate([[min(0.0, curve[0])], curve, [max(1.0, curve[-1])]])
    return np.clip(np.interp(lightness, np.maximum.accumulate(own + np.arange(35) * 1e-6), curve), 0, 1)


def _match_linear(colour: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Monge's linear map between two Gaussians, its gains bounded by 0.4 (less for a colourless reference) and 1.5."""
    if min(len(colour), len(wanted)) < 3:
        return colour - colour.mean(axis=0) + wanted.mean(axis=0)
    noise = 1.5e-4 * np.eye(2)
    least = 0.4 * float(np.clip(np.hypot(*wanted.T).mean() / 0.04, 0.03, 1))
    own, goal = np.cov(colour.T) + noise, np.cov(wanted.T) + noise
    values, vectors = np.linalg.eigh(own)
    root, inverse = (vectors * np.sqrt(values)) @ vectors.T, (vectors / np.sqrt(values)) @ vectors.T
    values, vectors = np.linalg.eigh(root @ goal @ root)
    gain = inverse @ ((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T) @ inverse
    values, vectors = np.linalg.eigh((gain + gain.T) / 2)
    gain = (vectors * np.clip(values, least, 1.5)) @ vectors.T
    return (colour - colour.mean(axis=0)) @ gain + wanted.mean(axis=0)


def _quantile_map(values: np.ndarray, source: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    at = np.linspace(0.005, 0.995, 64)
    return np.interp(values, np.quantile(source, at), np.quantile(wanted, at))


def _displace(cloud: np.ndarray, points: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Displacement of ``cloud`` read off a smoothed 3-D table filled from ``points``."""
    size = 24
    low, span = np.array([0.0, -0.3, -0.3]), np.array([1.0, 0.6, 0.6])

    def cell(values: np.ndarray) -> np.ndarray:
        return np.clip((values - low) / span, 0, 1) * (size - 1)

    index = np.rint(cell(points)).astype(np.int64) @ np.array([size * size, size, 1])
    columns = (np.ones(len(points)), *shift.T.astype(np.float64))
    tables = [np.bincount(index, column, size**3).reshape(size, size, size) for column in columns]
    count, *sums = (gaussian_filter(table, 1.2, mode="nearest") for table in tables)
    at = cell(cloud).T
    moved = [map_coordinates(total / (count + 1e-2), at, order=1, mode="nearest") for total in sums]
    return np.stack(moved, axis=-1).astype(np.float32)


def difference(rgb: np.ndarray, reference: np.ndarray) -> float:
    """Distance between the mean Oklab colours of two pictures, for tests and notes."""
    means = [
        to_oklab(to_light(cv2.resize(part, (32, 32), interpolation=cv2.INTER_AREA))).mean(axis=(0, 1))
        for part in (rgb, reference)
    ]
    return float(np.linalg.norm(means[0] - means[1]))
