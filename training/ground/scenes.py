"""Training scenes: labelled photos, cropped and augmented, with cut-outs planted among what is there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.ground.labels import UNKNOWN, Cutout, LabelledPhoto

SIDE = 384
_LEAST_SHOWN = 0.35  # of an object's own area; less is not asked for
_LEAST_AREA = 0.003  # of the scene
_MOST_PLANTED = 4


@dataclass(frozen=True, eq=False)
class Scene:
    """One training picture.

    Attributes
    ----------
    rgb
        ``(SIDE, SIDE, 3)`` uint8.
    objects
        ``(k, SIDE, SIDE)`` bool, what shows of each object.
    stuff
        ``(SIDE, SIDE)`` uint8 index in ``STUFF``; 255 unknown.
    complete
        Whether every object in the picture is outlined.
    """

    rgb: np.ndarray
    objects: np.ndarray
    stuff: np.ndarray
    complete: bool


class SceneMaker:
    """Draws scenes from a seeded generator.

    Parameters
    ----------
    photos
        Labelled photos.
    cuts
        Objects to plant.
    seed
        Of the generator.
    """

    def __init__(self, photos: list[LabelledPhoto], cuts: list[Cutout], seed: int) -> None:
        self._outlined = [photo for photo in photos if photo.objects]
        self._grounds = [photo for photo in photos if min(photo.rgb.shape[:2]) >= SIDE // 2]
        self._real = [cut for cut in cuts if not cut.drawn]
        self._drawn = [cut for cut in cuts if cut.drawn]
        self._random = np.random.default_rng(seed)

    def make(self) -> Scene:
        """One scene."""
        random = self._random
        real = random.random() < 0.4
        photo = (self._outlined if real else self._grounds)[
            random.integers(len(self._outlined if real else self._grounds))
        ]
        rgb, stuff, masks = self._crop(photo)
        planted = 0 if real and random.random() < 0.6 else int(random.integers(1, _MOST_PLANTED + 1))
        scene = rgb.astype(np.float32)
        shown = [mask > 127 for mask in masks]
        areas = [float(mask.sum()) for mask in shown]
        for _ in range(planted):
            pool = self._real if random.random() < 0.65 or not self._drawn else self._drawn
            cut = pool[random.integers(len(pool))]
            scene, alpha = self._plant(scene, cut)
            solid = alpha > 0.5
            shown = [mask & ~solid for mask in shown]
            shown.append(solid)
            areas.append(float(solid.sum()))
            stuff = np.where(solid, cut.kind, np.where(alpha > 0.02, UNKNOWN, stuff)).astype(np.uint8)
        least = _LEAST_AREA * SIDE * SIDE
        kept = [m for m, area in zip(shown, areas, strict=True) if m.sum() > max(least, _LEAST_SHOWN * area)]
        scene = self._camera(scene)
        stacked = np.stack(kept) if kept else np.zeros((0, SIDE, SIDE), bool)
        return Scene(scene, stacked, stuff, complete=bool(photo.objects))

    def _crop(self, photo: LabelledPhoto) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """A random part of the photo at the scene's size, flipped half of the time."""
        random = self._random
        height, width = photo.rgb.shape[:2]
        short = min(height, width)
        part_h = min(height, int(short * random.uniform(0.6, 1.25)))
        part_w = min(width, int(part_h * random.uniform(0.8, 1.5)))
        top, left = int(random.integers(0, height - part_h + 1)), int(random.integers(0, width - part_w + 1))
        part = (slice(top, top + part_h), slice(left, left + part_w))
        flip = slice(None, None, -1) if random.random() < 0.5 else slice(None)

        def fit(values: np.ndarray, way: int) -> np.ndarray:
            return cv2.resize(np.ascontiguousarray(values[part][:, flip]), (SIDE, SIDE), interpolation=way)

        shrinks = part_h > SIDE and part_w > SIDE
        rgb = fit(photo.rgb, cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        return rgb, fit(photo.stuff, cv2.INTER_NEAREST), [fit(each.mask, cv2.INTER_LINEAR) for each in photo.objects]

    def _plant(self, scene: np.ndarray, cut: Cutout) -> tuple[np.ndarray, np.ndarray]:
        """The scene with the cut-out in it, and its ``(SIDE, SIDE)`` transparency."""
        random = self._random
        height, width = cut.rgba.shape[:2]
        scale = SIDE * float(np.exp(random.uniform(np.log(0.14), np.log(0.75)))) / max(height, width)
        turn = float(random.normal(0, 10)) if random.random() < 0.7 else float(random.uniform(-180, 180))
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale)
        stretch = float(np.exp(random.normal(0, 0.1)))
        matrix[0] *= stretch
        if random.random() < 0.5:
            matrix[0] *= -1
        middle = matrix @ [width / 2, height / 2, 1]
        matrix[:, 2] += random.uniform(0.08, 0.92, 2) * SIDE - middle
        source = cut.rgba
        if scale < 0.6:
            source = cv2.GaussianBlur(source, (0, 0), 0.4 / scale)
        flat = (SIDE, SIDE)
        alpha = cv2.warpAffine(source[..., 3], matrix, flat).astype(np.float32) / 255
        rgb = cv2.warpAffine(np.ascontiguousarray(source[..., :3]), matrix, flat, borderMode=cv2.BORDER_REPLICATE)
        rgb = self._harmonised(rgb.astype(np.float32), alpha, scene)
        if random.random() < 0.6:
            alpha = cv2.GaussianBlur(alpha, (0, 0), float(random.uniform(0.4, 1.3)))
        if random.random() < 0.45:
            far = random.uniform(-0.08, 0.08, 2) * SIDE  # where the shadow falls, pixels
            dark = cv2.warpAffine(alpha, np.array([[1, 0, far[0]], [0, 1, abs(far[1])]]), flat)
            dark = cv2.GaussianBlur(dark, (0, 0), float(random.uniform(2, 10))) * float(random.uniform(0.2, 0.6))
            scene = scene * (1 - dark[..., None])
        return scene * (1 - alpha[..., None]) + rgb * alpha[..., None], alpha

    def _harmonised(self, rgb: np.ndarray, alpha: np.ndarray, scene: np.ndarray) -> np.ndarray:
        """The object's colours moved part of the way to the scene's, then jittered."""
        random = self._random
        inside = alpha > 0.5
        if inside.sum() < 16:
            return rgb
        mean, spread = rgb[inside].mean(0), float(rgb[inside].std(0).mean()) + 4
        pull = random.uniform(0, 0.5)
        around = scene[::4, ::4].reshape(-1, 3)
        ratio = (around.std(0).mean() / spread) ** pull
        gain = float(np.clip(ratio, 0.6, 1.5)) * random.uniform(0.8, 1.2)
        cast = (around.mean(0) - around.mean()) * random.uniform(0, 0.5) + random.normal(0, 6, 3)
        shift = mean * (1 - gain) + (around.mean() - mean.mean()) * pull + cast
        return np.clip(rgb * np.float32(gain) + shift.astype(np.float32), 0, 255)

    def _camera(self, scene: np.ndarray) -> np.ndarray:
        """Exposure, colour cast, softness, noise and compression of the picture as a whole."""
        random = self._random
        codes = np.arange(256, dtype=np.float32)[:, None] / 255
        curve = codes ** float(np.exp(random.normal(0, 0.2))) * 255 * (1 + random.normal(0, 0.05, 3))
        scene = cv2.LUT(np.clip(scene, 0, 255).astype(np.uint8), np.clip(curve, 0, 255).astype(np.uint8)[:, None])
        if random.random() < 0.25:
            scene = cv2.GaussianBlur(scene, (0, 0), float(random.uniform(0.4, 1.4)))
        if random.random() < 0.06:
            scene = np.repeat(cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
        noise = random.standard_normal((SIDE, SIDE), dtype=np.float32) * np.float32(random.uniform(0, 5))
        out = cv2.add(scene, np.repeat(noise[..., None], 3, axis=2), dtype=cv2.CV_8U)
        if random.random() < 0.4:
            _, packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(40, 95))])
            out = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))
        return out
