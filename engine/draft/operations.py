"""The object edits: remove, add, replace, move, scale and replace the background, each a picture and what changed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.amounts import LARGEST, SMALLEST
from engine.draft import harmonise
from engine.draft.cutout import CutOut
from engine.draft.fill import fill
from engine.draft.matting import decontaminate, soften
from engine.draft.place import Placed, place
from engine.errors import BadInput
from engine.values import Box


@dataclass(frozen=True)
class Lifted:
    """A thing of the picture that was put elsewhere, turned and lit as it was: the boxes that it left and fills."""

    source: Box
    target: Box


@dataclass(frozen=True, eq=False)
class Draft:
    """A picture after one operation.

    Attributes
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1; bit-equal to the picture before where ``mask`` is 0.
    mask
        ``(H, W)`` float32, 0 to 1: above 0 wherever a pixel changed.
    filled
        ``(H, W)`` bool, where what shows was closed with its surroundings; absent for nowhere.
    kept
        ``(H, W)`` float32, 0 to 1: how far a pixel is the picture's own, changed in tone alone, or that of what was
        lifted; absent for nowhere.
    lifted
        What was put elsewhere, if anything was.
    """

    rgb: np.ndarray
    mask: np.ndarray
    filled: np.ndarray | None = None
    kept: np.ndarray | None = None
    lifted: Lifted | None = None


def remove(rgb: np.ndarray, hole: np.ndarray, seed: int = 0, known: np.ndarray | None = None) -> Draft:
    """Take out what lies in the hole, ``(H, W)`` bool, and close it; ``known`` as in `engine.draft.fill.fill`."""
    return Draft(fill(rgb, hole, seed, known), hole.astype(np.float32), hole.astype(bool))


def expand(rgb: np.ndarray, margins: np.ndarray, seed: int = 0) -> Draft:
    """Continue a picture into margins, ``(H, W)`` bool, that are around it already and hold nothing yet."""
    return Draft(fill(rgb, margins, seed, sharp=True, layered=True), margins.astype(np.float32), margins.astype(bool))


def add(
    rgb: np.ndarray,
    cutout: CutOut,
    box: Box,
    seed: int = 0,
    *,
    grounded: bool = True,
    in_front: np.ndarray | None = None,
    allow_drawing: bool = False,
) -> Draft:
    """Put a cut-out into a box; see `engine.draft.place.place`."""
    placed = place(rgb, cutout, box, seed, grounded=grounded, in_front=in_front, allow_drawing=allow_drawing)
    return Draft(placed.rgb, placed.mask)


def replace(
    rgb: np.ndarray,
    hole: np.ndarray,
    cutout: CutOut,
    seed: int = 0,
    *,
    size: float = 1.0,
    grounded: bool = True,
    allow_drawing: bool = False,
) -> Draft:
    """Take out what lies in the hole and stand the cut-out on the same ground line at a similar size.

    Parameters
    ----------
    hole
        ``(H, W)`` bool, the old object with its rim.
    size
        Factor on that size.
    """
    box = resting(standing_in(bounds(hole), cutout.aspect, rgb.shape[1]), size)
    filled = fill(rgb, hole, seed)
    return _closed(place(filled, cutout, box, seed, grounded=grounded, allow_drawing=allow_drawing), hole)


def move(rgb: np.ndarray, region: np.ndarray, to: Box, seed: int = 0, *, grounded: bool = True) -> Draft:
    """Move the object of a region into another box (fitted, standing on its lower edge), and close where it stood.

    Parameters
    ----------
    region
        ``(H, W)`` float32, 0 to 1, or bool: the object.
    """
    source, own, background, hole = _lifted(rgb, region, seed)
    placed = place(background, own, to, seed, grounded=grounded, matched=False, allow_drawing=True)
    return _closed(placed, hole, placed.cover, Lifted(source, placed.box))


def shift(
    rgb: np.ndarray, region: np.ndarray, across: int, down: int, seed: int = 0, *, grounded: bool = True
) -> Draft:
    """Move the object of a region by whole pixels at its own size."""
    box = bounds(region > 0.5)
    height, width = region.shape
    across = int(np.clip(across, -box.left, width - box.right))
    down = int(np.clip(down, -box.top, height - box.bottom))
    return move(rgb, region, _slid(_own_box(rgb, region), across, down), seed, grounded=grounded)


def scale(rgb: np.ndarray, region: np.ndarray, factor: float, seed: int = 0, *, grounded: bool = True) -> Draft:
    """Make the object of a region larger or smaller about the middle of its foot.

    Raises
    ------
    BadInput
        For a factor that would leave nothing, or enlarge beyond what its pixels hold.
    """
    if not SMALLEST <= factor <= LARGEST:
        raise BadInput(f"A size of {factor:.0%} cannot be made.", "Ask for between 5 % and 200 %.")
    box = _own_box(rgb, region)
    return move(rgb, region, resting(box, factor), seed, grounded=grounded)


def replace_background(rgb: np.ndarray, subject: np.ndarray, background: np.ndarray) -> Draft:
    """Put another picture behind the subject.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32.
    subject
        ``(H, W)`` float32, 0 to 1, or bool: what stays.
    background
        ``(h, w, 3)`` float32, display-encoded; scaled to cover the picture and cut to its middle, never stretched.

    Raises
    ------
    BadInput
        When the background is under half the picture's size.
    """
    height, width = rgb.shape[:2]
    if not (subject > 0.5).any():
        raise BadInput("No subject was found that could stay.", "Paint a mask over what should stay.")
    behind = covering(background, width, height)
    cover = soften(rgb, subject > 0.5)
    own = decontaminate(rgb, cover)
    own = harmonise.match_light(own, cover, behind, np.ones((height, width), np.float32))
    out = behind * (1 - cover[..., None]) + own * cover[..., None]
    return Draft(np.clip(out, 0, 1).astype(np.float32), np.ones((height, width), np.float32), kept=cover)


def covering(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """A picture scaled to cover ``width`` x ``height`` and cut to its middle, ``(height, width, 3)`` float32."""
    own_height, own_width = picture.shape[:2]
    factor = max(width / own_width, height / own_height)
    if factor > 2:
        raise BadInput(
            f"The new background is only {own_width} x {own_height} pixels, "
            f"under half of the photo's {width} x {height}.",
            "Give a larger picture.",
        )
    size = (max(width, round(own_width * factor)), max(height, round(own_height * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    sized = np.clip(cv2.resize(np.ascontiguousarray(picture, np.float32), size, interpolation=how), 0, 1)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return sized[top : top + height, left : left + width]


def resting(box: Box, factor: float) -> Box:
    """A box ``factor`` times as large about the middle of its foot, two pixels a side at least."""
    wide, tall = max(2, round(box.width * factor)), max(2, round(box.height * factor))
    left = (box.left + box.right - wide) // 2
    return Box(left, box.bottom - tall, left + wide, box.bottom)


def standing_in(old: Box, aspect: float, width: int) -> Box:
    """Where a thing of another shape stands in for the one in ``old``: same foot, same area or height between them.

    A tall thing after a wide one (a swan after a boat) keeps neither its width nor its height but about its area.
    """
    area = old.width * old.height
    tall = float(np.sqrt(area / aspect))
    tall = float(np.clip(tall, 0.6 * old.height, 1.35 * old.height))
    wide = tall * aspect
    if wide > width:
        tall, wide = tall * width / wide, float(width)
    centre = float(np.clip((old.left + old.right) / 2, wide / 2, width - wide / 2))
    left, top = round(centre - wide / 2), round(old.bottom - tall)
    return Box(left, top, left + max(2, round(wide)), old.bottom)


def bounds(mask: np.ndarray) -> Box:
    """The smallest box that holds a mask.

    Raises
    ------
    BadInput
        When it is empty.
    """
    rows, columns = np.nonzero(mask)
    if len(rows) == 0:
        raise BadInput("The region is empty.", "Paint over the object.")
    return Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def _closed(placed: Placed, hole: np.ndarray, kept: np.ndarray | None = None, lifted: Lifted | None = None) -> Draft:
    """A thing placed on a picture whose hole was closed before."""
    mask, filled = np.maximum(placed.mask, hole.astype(np.float32)), hole.astype(bool) & (placed.mask == 0)
    return Draft(placed.rgb, mask, filled, kept, lifted)


def _own_box(rgb: np.ndarray, region: np.ndarray) -> Box:
    """The box of an object's cover."""
    return bounds(soften(rgb, region > 0.5) > 0.05)


def _slid(box: Box, across: int, down: int) -> Box:
    return Box(box.left + across, box.top + down, box.right + across, box.bottom + down)


def _lifted(rgb: np.ndarray, region: np.ndarray, seed: int) -> tuple[Box, CutOut, np.ndarray, np.ndarray]:
    """Where an object was, itself cut from its own photo, the photo with the gap closed, and the gap."""
    cover = soften(rgb, region > 0.5)
    box = bounds(cover > 0.05)
    own = np.dstack([decontaminate(rgb, cover), cover])[box.slices].astype(np.float32)
    side = int(np.clip(round(0.02 * np.sqrt(float((cover > 0.5).sum()))), 2, 12))
    hole = cv2.dilate((cover > 0.02).astype(np.uint8), np.ones((2 * side + 1,) * 2, np.uint8)) > 0
    return box, CutOut(own), fill(rgb, hole, seed), hole
