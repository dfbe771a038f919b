"""Put a cut-out into a photo: scaled, lit, focused and grained like the scene, standing on a shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.draft import harmonise, shadow
from engine.draft.cutout import CutOut
from engine.errors import BadInput
from engine.values import Box

_MOST_ENLARGED = 2.0  # beyond this a cut-out turns to mush, so it is refused
_LEAST_CHANGE = 1 / 512  # cover or shadow below this is nothing


@dataclass(frozen=True, eq=False)
class Placed:
    """A picture with an object put in.

    Attributes
    ----------
    rgb
        ``(H, W, 3)`` float32; bit-equal to the picture where ``mask`` is 0.
    mask
        ``(H, W)`` float32, 0 to 1: where anything changed, the object's cover or its shadow.
    box
        Where the object itself is.
    cover
        ``(H, W)`` float32, 0 to 1: how far a pixel shows the object.
    """

    rgb: np.ndarray
    mask: np.ndarray
    box: Box
    cover: np.ndarray


def place(
    rgb: np.ndarray,
    cutout: CutOut,
    box: Box,
    seed: int = 0,
    *,
    grounded: bool = True,
    allow_drawing: bool = False,
    matched: bool = True,
    in_front: np.ndarray | None = None,
) -> Placed:
    """Put a cut-out into a picture.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded.
    cutout
        What to place.
    box
        Where it may stand: it is fitted inside, never stretched, in the middle of the lower edge. May reach beyond the
        picture, the object is then cut off there.
    seed
        Of the grain.
    grounded
        Whether it stands on something and so throws a shadow; false in the sky.
    allow_drawing
        Whether a drawing may be pasted into a photograph.
    matched
        Whether to move light, colour, sharpness and grain towards the scene; false for the picture's own object.
    in_front
        ``(H, W)`` float32, 0 to 1, optional: what of the picture stays in front of the object ("behind the tree").

    Raises
    ------
    BadInput
        For a cut-out under half the target size, a drawing, or a box outside the picture.
    """
    if cutout.drawn and not allow_drawing:
        raise BadInput(
            "The reference is a drawing, and a drawing does not belong in a photo.",
            "Give a photograph of it, or say that you want the drawing pasted in.",
        )
    width, height = fitted(cutout.aspect, box)
    own_height, own_width = cutout.rgba.shape[:2]
    if max(width / own_width, height / own_height) > _MOST_ENLARGED:
        raise BadInput(
            f"The reference is only {own_width} x {own_height} pixels, under half of the {width} x {height} it would "
            "have in the photo.",
            "Give a larger picture of it, or make it smaller in the scene.",
        )
    left, top = (box.left + box.right - width) // 2, box.bottom - height
    at = Box(left, top, left + width, top + height)
    seen = at.clip(rgb.shape[1], rgb.shape[0])
    if seen.width <= 0 or seen.height <= 0:
        raise BadInput("The place for the object lies outside the photo.", "Name another place or paint a mask.")
    sized = resized(cutout.rgba, width, height)
    open_share = np.ones(rgb.shape[:2], np.float32) if in_front is None else 1 - np.clip(in_front, 0, 1)
    cover = _frame(rgb.shape[:2], sized, at)[..., 3]
    solid = cover > 0.02
    near = _nearness(rgb.shape[:2], at) * ~solid
    subject = sized[..., :3]
    if matched:
        around = (near > 0.3 * near.max()) if near.max() > 0 else ~solid
        subject = harmonise.match_light(subject, sized[..., 3], rgb, near)
        subject = harmonise.match_sharpness(subject, sized[..., 3], rgb, around)
        subject = harmonise.match_grain(subject, sized[..., 3], rgb, around, seed)
    pasted = _frame(rgb.shape[:2], np.dstack([subject, sized[..., 3]]), at)
    taken = np.zeros_like(cover)
    if grounded:
        direction, hardness = shadow.light_direction(rgb, near > 0.2 * max(float(near.max()), 1e-6))
        taken = shadow.cast(cover, height, direction, hardness) * open_share
    cover = cover * open_share
    dimmed = harmonise.to_display(harmonise.to_linear(rgb) * (1 - taken[..., None]))
    blended = dimmed * (1 - cover[..., None]) + pasted[..., :3] * cover[..., None]
    mask = np.clip(np.maximum(cover, np.where(taken > _LEAST_CHANGE, np.clip(2 * taken, 0.01, 1), 0)), 0, 1)
    mask = np.where(mask > _LEAST_CHANGE, mask, 0).astype(np.float32)
    out = np.where(mask[..., None] > 0, np.clip(blended, 0, 1), rgb).astype(np.float32)
    return Placed(out, mask, at, cover)


def fitted(aspect: float, box: Box) -> tuple[int, int]:
    """Width and height in whole pixels of the largest rectangle of that aspect inside the box."""
    width = min(float(box.width), box.height * aspect)
    return max(1, round(width)), max(1, round(width / aspect))


def resized(rgba: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resample with colours weighted by transparency, so that edges keep their colour; ``(height, width, 4)``."""
    own_height, own_width = rgba.shape[:2]
    if (own_width, own_height) == (width, height):
        return rgba.astype(np.float32)
    shrinks = width < own_width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    cover = np.clip(rgba[..., 3], 0, 1).astype(np.float32)
    weighted = cv2.resize((rgba[..., :3] * cover[..., None]).astype(np.float32), (width, height), interpolation=how)
    plain = cv2.resize(np.ascontiguousarray(rgba[..., :3], np.float32), (width, height), interpolation=how)
    cover = np.clip(cv2.resize(cover, (width, height), interpolation=how), 0, 1)
    colours = np.where((cover > 0.02)[..., None], weighted / np.maximum(cover, 0.02)[..., None], plain)
    return np.dstack([np.clip(colours, 0, 1), cover]).astype(np.float32)


def _frame(shape: tuple[int, ...], sized: np.ndarray, at: Box) -> np.ndarray:
    """``(H, W, 4)``: the object in the picture's frame, transparent elsewhere."""
    out = np.zeros((shape[0], shape[1], 4), np.float32)
    seen = at.clip(shape[1], shape[0])
    out[seen.slices] = sized[seen.top - at.top : seen.bottom - at.top, seen.left - at.left : seen.right - at.left]
    return out


def _nearness(shape: tuple[int, ...], at: Box) -> np.ndarray:
    """``(H, W)`` weights that fall off around the place, wider sideways and at the feet."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    reach = max(at.width, at.height, 0.12 * max(shape))
    dx = np.maximum(np.maximum(at.left - x, x - at.right), 0)
    dy = np.maximum(np.maximum(at.top - y, y - at.bottom), 0)
    return np.exp(-(dx**2 + dy**2) / (2 * (0.6 * reach) ** 2)).astype(np.float32)
