"""Hand-made styles as filters of our own: paint, pencil, ink, print. Each keeps the photo's forms where they are."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from engine.draft.look_colour import fit_gamut, to_display, to_light, to_oklab
from engine.draft.look_tone import smooth_step

Filter = Callable[[np.ndarray, int], np.ndarray]
"""From ``(H, W, 3)`` float32, display-encoded, and a seed to a picture of the same shape."""


def oil(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Oil paint: colour in strokes along the forms, lit from the upper left like raised paint."""
    scale = _scale(rgb)
    flow = _direction(rgb, 4 * scale)
    painted = _kuwahara(rgb, max(2, round(6 * scale)))
    painted = _along(painted, flow, 9 * scale)
    painted = _kuwahara(painted, max(2, round(5 * scale)))
    bristle = _along(_noise(rgb.shape, 1.3 * scale, seed), flow, 18 * scale)
    bristle = (bristle - bristle.mean()) / max(float(bristle.std()), 1e-6)
    lab = to_oklab(to_light(painted))
    height = 0.5 * cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0) * 6 + bristle * 0.6
    relief = _lit(height, scale)
    lab[..., 0] = np.clip(lab[..., 0] + 0.05 * relief, 0, 1)
    lab[..., 1:] *= 1.2
    return to_display(fit_gamut(lab))


def watercolour(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Watercolour: washes with darker rims, pigment that pools, white paper that shows through."""
    scale = _scale(rgb)
    wobble = 2.2 * scale
    bent = _warp(
        rgb,
        wobble * _signed(_noise(rgb.shape, 9 * scale, seed)),
        wobble * _signed(_noise(rgb.shape, 9 * scale, seed + 1)),
    )
    washed = bent
    for _ in range(2):
        washed = _kuwahara(washed, max(2, round(5 * scale)))
    washed = _bilateral(washed, 0.1, 6 * scale)
    lab = to_oklab(to_light(washed))
    tone = lab[..., 0]
    # Transparent paint on paper: darks are lighter than in the photo and bright parts run out to paper.
    tone = 0.30 + 0.70 * tone**0.9
    tone = tone + 0.6 * smooth_step(tone, 0.82, 0.97) * (0.985 - tone)
    soft = cv2.GaussianBlur(lab[..., 0], (0, 0), 2.0 * scale)
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    rim = np.clip(np.hypot(gx, gy) * 1.6 * scale, 0, 0.12)
    pigment = 0.6 * _signed(_noise(rgb.shape, 26 * scale, seed + 2)) + 0.4 * _signed(
        _noise(rgb.shape, 5 * scale, seed + 3)
    )
    paper = _paper(rgb.shape, scale, seed + 4)
    cover = 1 - smooth_step(tone, 0.85, 1.0)
    lab[..., 0] = np.clip(tone - 0.8 * rim + 0.03 * pigment * cover + 0.012 * paper, 0, 0.99)
    lab[..., 1:] *= (1.25 * (1 - 0.15 * pigment * cover))[..., None]
    lab[..., 2] += 0.006
    return to_display(fit_gamut(lab))


def pencil(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Graphite: contours and hatching on white paper."""
    lab = to_oklab(_pencil(rgb, seed, dark=0.24))
    return to_display(fit_gamut(lab))


def coloured_pencil(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Coloured pencil: the photo's colours laid in strokes over a drawn contour, paper between them."""
    drawn = to_oklab(_pencil(rgb, seed, dark=0.35))[..., 0]
    lab = to_oklab(to_light(_kuwahara(rgb, max(2, round(2 * _scale(rgb))))))
    cover = np.clip(1.15 - drawn, 0.12, 1)
    lab[..., 1:] *= (1.35 * np.sqrt(cover))[..., None]
    lab[..., 0] = np.clip(0.55 * drawn + 0.45 * (0.35 + 0.65 * lab[..., 0]), 0, 0.985)
    return to_display(fit_gamut(lab))


def charcoal(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Charcoal: smudged darks with broad grain on rough paper."""
    scale = _scale(rgb)
    lightness = _lightness(rgb)
    smudged = cv2.GaussianBlur(_stretch(_kuwahara_plane(lightness, max(2, round(3 * scale)))), (0, 0), 1.2 * scale)
    lines = _edges(lightness, 1.6 * scale, 18.0)
    flow = _direction(rgb, 6 * scale)
    stroke = _signed(_along(_noise(rgb.shape, 0.9 * scale, seed), flow, 9 * scale))
    paper = _paper(rgb.shape, 1.6 * scale, seed + 1)
    tone = smooth_step(smudged**0.75, 0.02, 0.85)
    tone = 0.2 + 0.76 * tone + (0.05 * stroke + 0.05 * paper) * (1 - np.abs(2 * tone - 1) * 0.6)
    grey = np.clip(tone * (1 - 0.75 * lines), 0.1, 0.97)
    return _grey(grey, 0.002, 0.008)


def ink(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Ink: black lines and solid blacks on paper, half tones as hatching."""
    scale = _scale(rgb)
    lightness = _stretch(_kuwahara_plane(_lightness(rgb), max(2, round(2 * scale))))
    lines = _edges(lightness, 1.1 * scale, 60.0)
    hatched = np.zeros_like(lightness)
    height, width = lightness.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    shake = _signed(_noise(rgb.shape, 12 * scale, seed)) * 1.5
    for angle, below in ((0.8, 0.42), (2.3, 0.3), (0.1, 0.2)):
        phase = (x * np.cos(angle) + y * np.sin(angle) + shake * scale) * (2 * np.pi / (6.5 * scale))
        width_here = np.clip((below - lightness) / 0.2, 0, 1)
        hatched = np.maximum(
            hatched,
            smooth_step(0.5 + 0.5 * np.cos(phase), 1.0 - 0.75 * width_here, 1.25 - 0.75 * width_here)
            * (width_here > 0),
        )
    solid = smooth_step(0.14 - lightness, -0.02, 0.03)
    black = np.maximum(np.maximum(lines, 0.85 * hatched), solid)
    return _grey(np.clip(0.97 - 0.82 * black, 0, 1), 0.001, 0.010)


def comic(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Comic: flat bright colour in steps, dark outlines, printed dots in the half tones."""
    scale = _scale(rgb)
    flat = _bilateral(_kuwahara(rgb, max(2, round(4 * scale))), 0.12, 5 * scale)
    lab = to_oklab(to_light(flat))
    tone = _stretch(lab[..., 0])
    stepped = _steps(tone, 6, 0.12)
    height, width = tone.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    pitch = 7.0 * scale
    dots = 0.5 + 0.25 * (np.cos((x + y) * 2 * np.pi / pitch / 1.414) + np.cos((x - y) * 2 * np.pi / pitch / 1.414))
    size = np.clip(0.62 - stepped, 0, 0.3) * 1.4
    stepped = np.maximum(stepped - 0.09 * smooth_step(dots, 0.95 - size, 1.15 - size) * (size > 0.02), 0)
    lines = _edges(_lightness(rgb), 1.3 * scale, 45.0)
    lab[..., 0] = np.clip((0.08 + 0.9 * stepped**0.85) * (1 - 0.88 * lines), 0, 1)
    lab[..., 1:] *= (1.55 * (1 - 0.9 * lines))[..., None]
    return to_display(fit_gamut(lab))


def poster(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Screen print: a few flat colours of the photo, strengthened."""
    scale = _scale(rgb)
    flat = _kuwahara(_kuwahara(rgb, max(2, round(5 * scale))), max(2, round(4 * scale)))
    lab = to_oklab(to_light(flat))
    cloud = lab.reshape(-1, 3).astype(np.float32)
    dice = np.random.default_rng(seed)
    sample = cloud[dice.choice(len(cloud), min(len(cloud), 12_000), replace=False)] * np.array(
        [1, 2.4, 2.4], np.float32
    )
    cv2.setRNGSeed(seed % (2**31))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 1e-4)
    _compact, _labels, centres = cv2.kmeans(
        sample, min(9, len(sample)), np.zeros((len(sample), 1), np.int32), criteria, 2, cv2.KMEANS_PP_CENTERS
    )
    distance = ((cloud[:, None] * np.array([1, 2.4, 2.4]) - centres[None]) ** 2).sum(axis=-1)
    share = np.exp(-distance * 2500)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
    nearest = np.eye(len(centres), dtype=np.float32)[distance.argmin(axis=1)]
    mixed = (
        np.where(share.sum(axis=1, keepdims=True) > 0.5, share, nearest) @ (centres / np.array([1, 2.4, 2.4]))
    ).reshape(lab.shape)
    mixed[..., 0] = np.clip(0.62 + 1.15 * (mixed[..., 0] - 0.57), 0.08, 0.98)
    mixed[..., 1:] *= 1.5
    return to_display(fit_gamut(mixed.astype(np.float32)))


def pastel(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Soft pastel: chalky light colour with the tooth of the paper showing in every stroke."""
    scale = _scale(rgb)
    flow = _direction(rgb, 5 * scale)
    soft = _along(_kuwahara(rgb, max(2, round(4 * scale))), flow, 5 * scale)
    lab = to_oklab(to_light(soft))
    stroke = _signed(_along(_noise(rgb.shape, 0.9 * scale, seed), flow, 8 * scale))
    paper = _paper(rgb.shape, 1.4 * scale, seed + 1)
    lab[..., 0] = np.clip(0.22 + 0.76 * lab[..., 0] + 0.022 * stroke + 0.024 * paper, 0, 0.985)
    lab[..., 1:] *= (0.95 + 0.06 * stroke)[..., None]
    return to_display(fit_gamut(lab))


def pointillism(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Dots of pure colour, finer where the photo has detail."""
    scale = _scale(rgb)
    dice = np.random.default_rng(seed)
    height, width = rgb.shape[:2]
    ground = cv2.GaussianBlur(rgb, (0, 0), 6 * scale)
    canvas = np.clip(0.85 * ground + 0.15, 0, 1)
    lab_soft = to_oklab(to_light(cv2.GaussianBlur(rgb, (0, 0), 1.5 * scale)))
    detail = np.abs(_lightness(rgb) - cv2.GaussianBlur(_lightness(rgb), (0, 0), 5 * scale))
    for radius, density, least in ((5.5, 1.1, 0.0), (3.6, 1.3, 0.015), (2.3, 1.4, 0.04)):
        count = int(density * height * width / (np.pi * (radius * scale) ** 2))
        ys, xs = dice.integers(0, height, count), dice.integers(0, width, count)
        kept = detail[ys, xs] >= least
        ys, xs = ys[kept], xs[kept]
        colours = lab_soft[ys, xs] * np.array([1, 1.4, 1.4], np.float32)
        colours += dice.normal(0, 1, (len(ys), 3)).astype(np.float32) * np.array([0.02, 0.018, 0.018], np.float32)
        shown = to_display(fit_gamut(colours[None]))[0]
        for y, x, colour in zip(ys.tolist(), xs.tolist(), shown.tolist(), strict=True):
            cv2.circle(
                canvas, (round(x * 16), round(y * 16)), round(radius * scale * 16 * 0.9), colour, -1, cv2.LINE_AA, 4
            )
    return np.clip(canvas, 0, 1)


def pixel_art(rgb: np.ndarray, seed: int) -> np.ndarray:
    """Large square pixels in a small palette."""
    height, width = rgb.shape[:2]
    cell = max(2, round(max(height, width) / 128))
    small = cv2.resize(rgb, (max(1, width // cell), max(1, height // cell)), interpolation=cv2.INTER_AREA)
    lab = to_oklab(to_light(small))
    lab[..., 0] = _steps(lab[..., 0], 9, 0.0)
    lab[..., 1:] = np.round(lab[..., 1:] * 1.25 / 0.035) * 0.035
    return cv2.resize(to_display(fit_gamut(lab)), (width, height), interpolation=cv2.INTER_NEAREST)


def _scale(rgb: np.ndarray) -> float:
    """Size of strokes against those at a long side of 1024 pixels."""
    return max(rgb.shape[:2]) / 1024


def _lightness(rgb: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(to_oklab(to_light(rgb))[..., 0])


def _grey(lightness: np.ndarray, a: float, b: float) -> np.ndarray:
    lab = np.stack([lightness, np.full_like(lightness, a), np.full_like(lightness, b)], axis=-1).astype(np.float32)
    return to_display(fit_gamut(lab))


def _stretch(lightness: np.ndarray) -> np.ndarray:
    """The middle 98 % of tones spread over most of 0 to 1, by at most a factor of 2.5."""
    low, high = np.quantile(lightness, [0.01, 0.99])
    gain = min(0.94 / max(float(high - low), 1e-3), 2.5)
    return np.clip((lightness - (low + high) / 2) * gain + 0.5, 0, 1).astype(np.float32)


def _steps(tone: np.ndarray, count: int, soft: float) -> np.ndarray:
    """Tone in ``count`` steps with soft borders (share of a step)."""
    scaled = tone * count
    whole = np.floor(scaled)
    part = scaled - whole
    part = smooth_step(part, 0.5 - soft, 0.5 + soft) if soft else (part >= 0.5).astype(np.float32)
    return ((whole + part) / count).astype(np.float32)


def _noise(shape: tuple[int, ...], size: float, seed: int) -> np.ndarray:
    """Smooth noise ``(H, W)`` of unit deviation, grains of about ``size`` pixels."""
    dice = np.random.default_rng(seed)
    shrink = max(1.0, size / 2)
    small = dice.standard_normal(
        (max(3, round(shape[0] / shrink) + 2), max(3, round(shape[1] / shrink) + 2)), np.float32
    )
    small = cv2.GaussianBlur(small, (0, 0), max(size / shrink * 0.6, 0.4))
    out = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return (out - out.mean()) / max(float(out.std()), 1e-6)


def _signed(noise: np.ndarray) -> np.ndarray:
    """Noise with unit deviation, its outliers held."""
    return np.tanh((noise - noise.mean()) / max(float(noise.std()), 1e-6) * 0.8).astype(np.float32)


def _paper(shape: tuple[int, ...], scale: float, seed: int) -> np.ndarray:
    """Relief of paper lit from the upper left, unit deviation."""
    height = _noise(shape, 2.2 * scale, seed) + 0.6 * _noise(shape, 5 * scale, seed + 1)
    return _signed(_lit(height, scale))


def _lit(height: np.ndarray, scale: float) -> np.ndarray:
    step = max(1, round(0.8 * scale))
    return np.clip(height - np.roll(np.roll(height, step, 0), step, 1), -2.5, 2.5)


def _direction(rgb: np.ndarray, size: float) -> np.ndarray:
    """Angle along the forms, radians ``(H, W)``, from the structure tensor smoothed over ``size`` pixels."""
    lightness = cv2.GaussianBlur(_lightness(rgb), (0, 0), max(size / 4, 0.8))
    gx, gy = cv2.Sobel(lightness, cv2.CV_32F, 1, 0), cv2.Sobel(lightness, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), max(size, 1.0)) for part in (gx * gx, gy * gy, gx * gy))
    return 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2


def _along(picture: np.ndarray, angle: np.ndarray, length: float) -> np.ndarray:
    """Mean of ``picture`` along lines that follow ``angle``, ``length`` pixels to both sides (Cabral, Leedom 1993)."""
    height, width = angle.shape
    y0, x0 = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    steps = max(2, min(8, round(length)))
    stride = length / steps
    total, weight = picture.astype(np.float32).copy(), 1.0
    for side in (1.0, -1.0):
        x, y = x0.copy(), y0.copy()
        px, py = dx * side, dy * side
        for k in range(steps):
            x, y = x + px * stride, y + py * stride
            nx, ny = (
                cv2.remap(dx, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT),
                cv2.remap(dy, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT),
            )
            flip = np.where(nx * px + ny * py < 0, -1.0, 1.0).astype(np.float32)
            px, py = nx * flip, ny * flip
            share = 1 - (k + 1) / (steps + 1)
            total += share * cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            weight += share
    return total / weight


def _warp(rgb: np.ndarray, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    return cv2.remap(
        rgb, x + dx.astype(np.float32), y + dy.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )


def _bilateral(rgb: np.ndarray, spread: float, size: float) -> np.ndarray:
    return cv2.bilateralFilter(
        np.ascontiguousarray(rgb, np.float32), max(3, min(2 * round(size) + 1, 13)), spread, max(size / 2, 1.0)
    )


def _sectors(radius: int) -> list[np.ndarray]:
    """Eight overlapping weighted sectors of a disc (Papari, Petkov, Campisi 2007, section III)."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    angle, far = np.arctan2(y, x), np.hypot(x, y)
    fall = np.exp(-((far / (0.55 * radius)) ** 2)) * (far <= radius + 0.5)
    kernels = []
    for k in range(8):
        turn = np.angle(np.exp(1j * (angle - k * np.pi / 4)))
        kernel = fall * np.exp(-((turn / 0.5) ** 2))
        kernel[radius, radius] = fall[radius, radius] / 8
        kernels.append((kernel / kernel.sum()).astype(np.float32))
    return kernels


def _kuwahara(rgb: np.ndarray, radius: int) -> np.ndarray:
    """Mean of the calmest sectors around each pixel: flat daubs with clear borders."""
    rgb = np.ascontiguousarray(rgb, np.float32)
    grey = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    total, weight = np.zeros_like(rgb), np.zeros(rgb.shape[:2], np.float32)
    for kernel in _sectors(radius):
        mean = cv2.filter2D(rgb, -1, kernel, borderType=cv2.BORDER_REFLECT)
        middle = cv2.filter2D(grey, -1, kernel, borderType=cv2.BORDER_REFLECT)
        variance = np.maximum(cv2.filter2D(grey * grey, -1, kernel, borderType=cv2.BORDER_REFLECT) - middle * middle, 0)
        share = 1 / (1 + (255 * np.sqrt(variance)) ** 8 * 1e-4)
        total += share[..., None] * mean
        weight += share
    return np.clip(total / np.maximum(weight, 1e-12)[..., None], 0, 1)


def _kuwahara_plane(plane: np.ndarray, radius: int) -> np.ndarray:
    return np.ascontiguousarray(_kuwahara(np.repeat(plane[..., None], 3, axis=-1), radius)[..., 0])


def _edges(lightness: np.ndarray, size: float, sharp: float) -> np.ndarray:
    """Drawn lines, 0 to 1: thresholded difference of Gaussians (Winnemöller, Kyprianidis, Olsen 2012, section 2)."""
    fine = cv2.GaussianBlur(lightness, (0, 0), max(size, 0.6))
    broad = cv2.GaussianBlur(lightness, (0, 0), max(1.6 * size, 0.96))
    difference = fine - 0.985 * broad - 0.003
    line = np.where(difference < 0, -np.tanh(sharp * difference), 0)
    return np.clip(line * smooth_step(np.abs(fine - broad), 0.003, 0.012), 0, 1).astype(np.float32)


def _pencil(rgb: np.ndarray, seed: int, dark: float) -> np.ndarray:
    """Linear-light grey drawing."""
    scale = _scale(rgb)
    lightness = _lightness(rgb)
    soft = cv2.GaussianBlur(lightness, (0, 0), 7 * scale)
    contour = np.clip(lightness / np.maximum(soft, 0.03), 0, 1) ** 2.2
    tone = _stretch(_kuwahara_plane(lightness, max(2, round(3 * scale))))
    flow = _direction(rgb, 6 * scale)
    along = _along(_noise(rgb.shape, 0.8 * scale, seed), flow, 10 * scale)
    slant = _along(_noise(rgb.shape, 0.8 * scale, seed + 1), np.full(tone.shape, -0.9, np.float32), 14 * scale)
    hatch = _signed(0.5 * along / max(float(along.std()), 1e-6) + slant / max(float(slant.std()), 1e-6))
    shade = smooth_step(tone, 0.0, 0.75)
    grey = 0.97 - (0.97 - dark) * (1 - shade) * (0.62 + 0.38 * hatch)
    lines = _edges(lightness, 1.0 * scale, 40.0)
    grey = grey * (0.45 + 0.55 * contour) * (1 - 0.6 * lines) + 0.01 * _paper(rgb.shape, scale, seed + 2)
    lab = np.stack([np.clip(grey, 0.08, 0.975), np.zeros_like(grey), np.full_like(grey, 0.004)], axis=-1).astype(
        np.float32
    )
    return fit_gamut(lab)
