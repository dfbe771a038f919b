"""Pictures made of the original and the edits over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.framing import Framing, framed_pixels
from engine.picture import HistoryStep, Photo
from engine.project.edits import NO_MARGINS, Placed
from engine.project.patches import Patch
from engine.values import Box, Margins, Op

Opener = Callable[[str], Patch]


def compose(base: Photo, places: Sequence[Placed], patch: Opener) -> Photo:
    """Put edits over a picture.

    Parameters
    ----------
    base
        The original, or the picture of the edits below.
    places
        What to put on it, in order.
    patch
        Opens the patch of an edit's key.

    Returns
    -------
    ``base`` itself when there is nothing to put on it. Pixels that no edit changed are those of ``base``, bit for bit.

    Raises
    ------
    BadInput
        When a patch is gone or damaged.
    """
    pixels, profile = base.pixels, base.icc
    for place in places:
        framing, margins = place.edit.framing, place.edit.margins
        if framing is not None:
            pixels = framed_pixels(_as_made_on(pixels, framing, place), framing)
            continue
        stored = patch(place.edit.key)
        if margins is None:
            pixels = np.zeros((stored.height, stored.width, stored.bands), stored.dtype)
            profile = stored.profile
        elif margins != NO_MARGINS:
            pixels = _grown(pixels, margins)
        elif not pixels.flags.writeable:
            pixels = pixels.copy()
        _paste(pixels, stored, place)
    if not places:
        return base
    return replace(base, pixels=pixels, icc=profile, history=(*base.history, *map(_step, places)))


def _step(place: Placed) -> HistoryStep:
    """What a saved file says of an edit."""
    edit = place.edit
    made = all(operation.op is Op.generate for operation in edit.plan.operations)
    return HistoryStep(edit.instruction.text, edit.engine, edit.seed, made=made and edit.whole)


def _as_made_on(pixels: np.ndarray, framing: Framing, place: Placed) -> np.ndarray:
    """The picture below a framing at the size that it was made for; what hidden edits had added stays empty."""
    size = (framing.height, framing.width)
    if pixels.shape[:2] == size and (place.across, place.down) == (0, 0):
        return pixels
    canvas = np.zeros((*size, pixels.shape[2]), pixels.dtype)
    there = Box(0, 0, pixels.shape[1], pixels.shape[0]).moved(-place.across, -place.down)
    inside = there.clip(framing.width, framing.height)
    if inside.width > 0 and inside.height > 0:
        canvas[inside.slices] = pixels[inside.moved(place.across, place.down).slices]
    return canvas


def _grown(pixels: np.ndarray, margins: Margins) -> np.ndarray:
    sides = ((margins.top, margins.bottom), (margins.left, margins.right), (0, 0))
    return np.pad(pixels, sides)


def _paste(pixels: np.ndarray, stored: Patch, place: Placed) -> None:
    height, width = pixels.shape[:2]
    for box, values, changed in stored.tiles():
        there = box.moved(place.across, place.down)
        inside = there.clip(width, height)
        if inside.width <= 0 or inside.height <= 0:
            continue
        part = inside.moved(-there.left, -there.top).slices
        target, new = pixels[inside.slices], values[part]
        where = True if changed is None else changed[part][..., None]
        opacity = place.edit.opacity
        np.copyto(target, new if opacity >= 1 else _mixed(target, new, opacity), where=where)


def _mixed(below: np.ndarray, above: np.ndarray, opacity: float) -> np.ndarray:
    """``below`` moved towards ``above``; straight transparency is weighed in, so that no unseen colour shows."""
    low, high = below.astype(np.float32), above.astype(np.float32)
    mixed = low + (high - low) * opacity
    if below.shape[2] == 4:
        weight = opacity * high[..., 3:] / np.maximum(mixed[..., 3:], 1e-6)
        mixed[..., :3] = low[..., :3] + (high[..., :3] - low[..., :3]) * np.clip(weight, 0, 1)
    return np.rint(mixed).astype(below.dtype)
