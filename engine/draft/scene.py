"""What a scene offers to stand on: its sky, its horizon, and how busy each part is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.values import Box

_SIDE = 192  # pixels of the longer side at which scenes are judged


@dataclass(frozen=True, eq=False)
class Scene:
    """A scene at a small size.

    Attributes
    ----------
    busy
        ``(h, w)`` float32, 0 to about 1: edges, and colours unlike the rest.
    sky
        ``(h, w)`` bool.
    horizon
        Row of the horizon as a share of the height; a guess.
    """

    busy: np.ndarray
    sky: np.ndarray
    horizon: float

    def cost(self, box: Box, width: int, height: int) -> float:
        """How ill a box suits an object: what it would hide, and how uneven the ground at its foot is."""
        rows, columns = self.busy.shape
        x0, x1 = box.left * columns / width, box.right * columns / width
        y0, y1 = box.top * rows / height, box.bottom * rows / height
        whole = _cut(self.busy, x0, x1, y0, y1)
        foot = _cut(self.busy, x0, x1, y1 - max(2.0, 0.2 * (y1 - y0)), y1 + max(1.0, 0.05 * (y1 - y0)))
        airborne = _cut(self.sky.astype(np.float32), x0, x1, y1 - 2, y1 + 1)
        return float(whole.mean() + 0.8 * foot.mean() + 0.5 * foot.max() + 2.0 * airborne.mean())


def _cut(values: np.ndarray, x0: float, x1: float, y0: float, y1: float) -> np.ndarray:
    """At least one pixel of a small map."""
    rows, columns = values.shape
    left, top = int(np.clip(x0, 0, columns - 1)), int(np.clip(y0, 0, rows - 1))
    return values[top : int(np.clip(np.ceil(y1), top + 1, rows)), left : int(np.clip(np.ceil(x1), left + 1, columns))]


def read_scene(rgb: np.ndarray) -> Scene:
    """Judge a picture, ``(H, W, 3)`` float32, 0 to 1."""
    height, width = rgb.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(np.clip(small, 0, 1), cv2.COLOR_RGB2LAB)
    sky = _sky(lab)
    return Scene(_busy(lab), sky, _horizon(sky, lab))


def _busy(lab: np.ndarray) -> np.ndarray:
    """Edges at two scales plus distance of the local colour from the lower half's common colours."""
    fine = np.zeros(lab.shape[:2], np.float32)
    for sigma in (1.0, 3.0):
        soft = cv2.GaussianBlur(lab, (0, 0), sigma)
        slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)).max(axis=2) / 8
        fine += slope * sigma
    edges = np.clip(fine / 14, 0, 1)
    lower = lab[lab.shape[0] // 2 :].reshape(-1, 3)
    middle, spread = np.median(lower, axis=0), lower.std(axis=0) + 4
    unlike = np.clip(np.linalg.norm((cv2.GaussianBlur(lab, (0, 0), 2.0) - middle) / (2.5 * spread), axis=2) - 0.6, 0, 1)
    return (0.65 * cv2.GaussianBlur(edges, (0, 0), 2.0) + 0.35 * unlike).astype(np.float32)


def _sky(lab: np.ndarray) -> np.ndarray:
    """Smooth, bright or blue ground joined to the upper border; none where the top is not like that."""
    height = lab.shape[0]
    slope = np.hypot(cv2.Sobel(lab[..., 0], cv2.CV_32F, 1, 0), cv2.Sobel(lab[..., 0], cv2.CV_32F, 0, 1)) / 8
    calm = cv2.GaussianBlur(slope, (0, 0), 1.5) < 2.2
    light, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    blue = (b < -4) & (light > 25) & (a < 12)
    pale = (light > 68) & (np.hypot(a, b) < 22)
    evening = (light > 40) & (b > 8) & (a > 2) & (np.arange(height)[:, None] < 0.45 * height)
    maybe = (calm & (blue | pale | evening)).astype(np.uint8)
    maybe = cv2.morphologyEx(maybe, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(maybe, connectivity=4)
    top = np.unique(labels[: max(2, height // 30)])
    found = np.isin(labels, top[top > 0])
    # A wall or a backdrop fills the top and the bottom alike.
    if found.any() and (found[-max(2, height // 8) :].mean() > 0.3 or found.mean() > 0.85):
        return np.zeros_like(found)
    return found


def _horizon(sky: np.ndarray, lab: np.ndarray) -> float:
    """Where sky ends, else two fifths down, where photographers put it."""
    columns = sky[: max(2, sky.shape[0] // 20)].mean(axis=0) > 0.5
    if columns.mean() > 0.3:
        lowest = np.median(sky[:, columns].sum(axis=0)) / lab.shape[0]
        return float(np.clip(lowest, 0.15, 0.62))
    return 0.4
