"""Grow, shrink and feather, on the part of the mask that they reach; slow on large masks, so a worker's business."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from engine.values import Box

STEP = 8  # pixels grown at once: a round tip of that radius is still quick


class Refine(enum.Enum):
    """What is done to the whole mask."""

    grow = "grow mask"
    shrink = "shrink mask"
    feather = "feather mask"


@dataclass(frozen=True, eq=False)
class Refined:
    """The mask inside ``box``; outside it everything is 0."""

    values: np.ndarray
    box: Box


def refined(values: np.ndarray, extent: Box, how: Refine, pixels: int) -> Refined:
    """The mask after the change.

    Parameters
    ----------
    values
        ``(H, W)`` uint8.
    extent
        A box outside which the mask is 0.
    how
        What to do.
    pixels
        1 or more: the distance by which the outline moves, or over which it is softened to both sides.
    """
    import cv2  # with the first mask: the empty window does without

    height, width = values.shape
    box = extent.grow(0 if how is Refine.shrink else 2 * pixels).clip(width, height)
    part = np.ascontiguousarray(values[box.slices])
    if how is Refine.feather:
        side = 2 * pixels + 1
        return Refined(cv2.GaussianBlur(part, (side, side), pixels / 2, borderType=cv2.BORDER_REPLICATE), box)
    # what lies beyond the photo's border counts as masked when it shrinks, what lies beyond the box does not
    shrinks = how is Refine.shrink
    top, bottom = int(shrinks and box.top > 0), int(shrinks and box.bottom < height)
    left, right = int(shrinks and box.left > 0), int(shrinks and box.right < width)
    part = cv2.copyMakeBorder(part, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(0,))
    change = cv2.erode if shrinks else cv2.dilate
    while pixels > 0:
        radius = min(pixels, STEP)
        tip = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        part = change(part, tip)
        pixels -= radius
    return Refined(part[top : part.shape[0] - bottom, left : part.shape[1] - right], box)
