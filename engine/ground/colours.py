"""How well the colours inside a region agree with a colour word."""

from __future__ import annotations

import cv2
import numpy as np

# Prototypes in CIE Lab (D65): lightness 0 to 100, a and b; several where a word covers much.
_PROTOTYPES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "red": ((45, 62, 40), (35, 50, 30), (55, 55, 30)),
    "orange": ((65, 40, 60), (58, 48, 58), (60, 25, 45)),
    "yellow": ((85, 0, 75), (75, 5, 60), (88, -8, 50)),
    "green": ((50, -40, 38), (35, -22, 25), (65, -30, 45), (45, -15, 25)),
    "blue": ((40, 10, -50), (36, 28, -68), (60, -8, -35), (30, 10, -30), (70, -15, -20)),
    "purple": ((40, 40, -40), (55, 28, -30), (30, 25, -25)),
    "pink": ((70, 40, 0), (80, 22, 3), (60, 50, -5)),
    "brown": ((40, 15, 25), (30, 12, 18), (55, 12, 25), (65, 8, 22)),
    "black": ((8, 0, 0), (18, 0, 0), (24, 1, 1)),
    "white": ((95, 0, 2), (85, 0, 3), (76, 0, 2)),
    "grey": ((50, 0, 0), (65, 0, 0), (38, 0, 0)),
    "golden": ((70, 10, 55), (60, 12, 45), (78, 5, 50)),
}
_REACH = 24.0  # Lab units in which agreement falls to 1/e
_BEST = 0.85  # of the nearest colour word: two words may share a pixel


def agreement(rgb: np.ndarray, mask: np.ndarray, colour: str) -> float:
    """The share of the region that shows the colour.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded.
    mask
        ``(H, W)`` weights, 0 to 1.
    colour
        A colour word of :data:`engine.ground.phrases.COLOURS`.

    Returns
    -------
    float
        0 to 1.
    """
    lab = cv2.cvtColor(np.ascontiguousarray(rgb, np.float32), cv2.COLOR_RGB2LAB)[mask > 0.5]
    if not len(lab):
        return 0.0
    near: dict[str, np.ndarray] = {}
    weights = np.array([0.5, 1, 1], np.float32)  # lightness counts half: shade and sun change it most
    for name, prototypes in _PROTOTYPES.items():
        apart = np.min(
            [np.linalg.norm((lab - np.array(each, np.float32)) * weights, axis=1) for each in prototypes], axis=0
        )
        near[name] = np.exp(-((apart / _REACH) ** 2))
    best = np.max(list(near.values()), axis=0)
    return float(np.mean(near[colour] * (near[colour] > _BEST * best)))
