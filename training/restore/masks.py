"""Masks as generation leaves them: brushed holes, boxes, and frames of new picture around an old one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

IRREGULAR, BOX = 0.35, 0.30  # shares of LLMGA's restorer training; the rest are frames
FRAME = (0.15, 0.40)  # of the side, for each side of a frame
FEATHER = (0.5, 4.0)  # pixels, deviation of a soft border


@dataclass(frozen=True)
class Shares:
    """How masks are shared out among the kinds.

    Attributes
    ----------
    irregular, box
        Of all; the rest are frames.
    frame
        Least and most of the side that a frame takes, for each of its sides.
    one_surely
        Whether a frame takes one side for sure beside those that each come with a chance of a half; otherwise only
        frames without any are drawn again.
    most
        Share of the picture that may be generated.
    """

    irregular: float = IRREGULAR
    box: float = BOX
    frame: tuple[float, float] = FRAME
    one_surely: bool = True
    most: float = 0.95


RESTORER = Shares()
# LLMGA's released code for its inpaint network: padding of 25 to 40 % with a chance of a half for each side.
INPAINT = Shares(irregular=0.25, box=0.25, frame=(0.25, 0.40), one_surely=False)


def draw(side: int, random: np.random.Generator, shares: Shares = RESTORER) -> np.ndarray:
    """A mask ``(side, side)`` float32 of zeros (preserved) and ones (generated), with some of both."""
    while True:
        kind = random.random()
        if kind < shares.irregular:
            mask = _brushed(side, random)
        elif kind < shares.irregular + shares.box:
            mask = _box(side, random)
        else:
            mask = _frame(side, random, shares)
        if 0.02 < mask.mean() < shares.most:
            return mask


def softened(mask: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """``mask`` with a border as soft as a blend mask's."""
    soft = cv2.GaussianBlur(mask, (0, 0), random.uniform(*FEATHER))
    return np.clip((soft - 0.02) / 0.96, 0, 1)


def _brushed(side: int, random: np.random.Generator) -> np.ndarray:
    """Strokes that wander as a hand does."""
    mask = np.zeros((side, side), np.uint8)
    for _ in range(int(random.integers(1, 5))):
        place = random.uniform(0, side, 2)
        angle = random.uniform(0, 2 * np.pi)
        width = int(side * random.uniform(0.05, 0.22))
        for _ in range(int(random.integers(3, 9))):
            angle += random.normal(0, 0.8)
            following = place + side * random.uniform(0.05, 0.2) * np.array([np.cos(angle), np.sin(angle)])
            ends = [(int(x), int(y)) for x, y in (place, following)]
            cv2.line(mask, ends[0], ends[1], 1, width)
            place = following
    return mask.astype(np.float32)


def _box(side: int, random: np.random.Generator) -> np.ndarray:
    mask = np.zeros((side, side), np.float32)
    height, width = (side * random.uniform(0.2, 0.7, 2)).astype(int)
    top, left = int(random.integers(side - height)), int(random.integers(side - width))
    mask[top : top + height, left : left + width] = 1
    return mask


def _frame(side: int, random: np.random.Generator, shares: Shares) -> np.ndarray:
    """New picture at some sides, each with a chance of a half, at least at one."""
    mask = np.zeros((side, side), np.float32)
    chosen = random.random(4) < 0.5
    if shares.one_surely:
        chosen[random.integers(4)] = True
    while not chosen.any():
        chosen = random.random(4) < 0.5
    for turn in np.flatnonzero(chosen):
        np.rot90(mask, int(turn))[: int(side * random.uniform(*shares.frame))] = 1
    return mask
