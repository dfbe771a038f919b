"""Restores a photo outside of an edit: the whole of it, or what lies under a mask, also enlarged."""

from __future__ import annotations

import cv2
import numpy as np

from engine.clock import Clock, now
from engine.colour import PhotoColour
from engine.composite.blend import paste
from engine.composite.crop import WorkingCrop, context_box, mask_box
from engine.errors import BadInput, BundleError
from engine.parts import Parts
from engine.picture import HistoryStep, Photo
from engine.restore import Restorer
from engine.values import Box, EditResult, Op, Operation, Plan, StepEvent

VISIBLE = 0.015  # of white: four steps of eight bits
UNSEEN = "The restorer found next to nothing to change here. Paint over what should match the rest."


def restore(
    parts: Parts,
    clock: Clock,
    photo: Photo,
    mask: np.ndarray | None = None,
    scale: int = 1,
    seed: int = 0,
    engine: str = "starter",
) -> EditResult:
    """The photo restored.

    Parameters
    ----------
    parts
        The loaded bundle.
    clock
        Of this run, with the steps restore and composite.
    photo
        Its depth, profile, metadata and transparency are kept.
    mask
        ``(H, W)`` uint8 of the photo's size, 255 where to restore; absent: everywhere. At scale 1 the pixels where it
        is 0 are kept bit for bit; the others are matched to them.
    scale
        1, 2 or 4 times the photo's size.
    seed
        0 to 2**32 - 1.
    engine
        The bundle's name.

    Raises
    ------
    BadInput
        When the scale is another, or the mask is empty or not of the photo's size.
    BundleError
        When the bundle has no restorer, or none for this scale.
    MachineError
        When memory is short.
    Cancelled
        When the clock's ``cancel`` asked to stop.
    """
    restorer = parts.restorer
    if restorer is None:
        raise BundleError(
            f"Restoring a photo needs a restorer, and the {engine} bundle has no weights for one.",
            "Choose another --engine.",
        )
    _check(restorer, photo, mask, scale)
    if scale == 1 and mask is not None:
        pixels, box = _under_mask(restorer, clock, photo, mask, seed)
    else:
        pixels = _whole(restorer, clock, photo, mask, scale, seed)
        box = Box(0, 0, photo.width * scale, photo.height * scale)
    plan = Plan("The photo was restored.", "", operations=(Operation(Op.restore),))
    restored = photo.with_pixels(pixels).with_step(HistoryStep("restore the photo", engine, seed, now()))
    notes = photo.notes if _seen(photo, pixels, scale) else (*photo.notes, UNSEEN)
    return EditResult((restored,), plan, box, seed, clock.reports(), engine, restorer.device, notes)


def _seen(photo: Photo, pixels: np.ndarray, scale: int) -> bool:
    """Whether anybody could see what was changed."""
    return scale != 1 or bool(cv2.absdiff(pixels, photo.pixels).max() > VISIBLE * photo.white)


def _check(restorer: Restorer, photo: Photo, mask: np.ndarray | None, scale: int) -> None:
    if scale not in (1, 2, 4):
        raise BadInput(f"A photo cannot be restored at ×{scale}.", "Use a scale of 1, 2 or 4.")
    if scale not in restorer.scales:
        have = ", ".join(f"×{each}" for each in restorer.scales)
        raise BundleError(f"This bundle restores at {have}, not at ×{scale}.", "Choose another scale or engine.")
    if mask is not None and mask.shape != (photo.height, photo.width):
        size = f"{mask.shape[1]} × {mask.shape[0]}, the photo {photo.width} × {photo.height}"
        raise BadInput(f"The mask is {size}.", "Make the mask at the photo's size.")
    if mask is not None and not mask.any():
        raise BadInput("The mask is empty.", "Paint the place to restore, or give no mask.")


def _under_mask(
    restorer: Restorer, clock: Clock, photo: Photo, mask: np.ndarray, seed: int
) -> tuple[np.ndarray, Box | None]:
    """New pixels, made from the surroundings of the mask alone, and what they change."""
    box = mask_box(mask > 0)
    assert box is not None
    around = context_box(box, photo.width, photo.height)
    crop = WorkingCrop(around, around.width, around.height)
    colour = PhotoColour(photo.icc, photo.white)
    with clock.step("restore"):
        before = colour.to_working(crop.take(photo.rgb) / np.float32(photo.white))
        weight = crop.take(mask) / np.float32(255)
        made = _restored(restorer, clock, before, weight, 1, seed)
    with clock.step("composite"):
        # The restorer has blended by the mask already; here it only says which pixels are taken.
        return paste(photo.pixels, made, crop, (weight > 0).astype(np.float32), colour), box


def _whole(
    restorer: Restorer, clock: Clock, photo: Photo, mask: np.ndarray | None, scale: int, seed: int
) -> np.ndarray:
    """New pixels of the whole photo at ``scale`` times its size."""
    colour = PhotoColour(photo.icc, photo.white)
    with clock.step("restore"):
        everywhere = np.ones((photo.height, photo.width), np.float32)
        weight = everywhere if mask is None else mask.astype(np.float32) / 255
        made = _restored(restorer, clock, colour.to_working(photo.floats()), weight, scale, seed)
    with clock.step("composite"):
        pixels = np.rint(colour.from_working(made) * photo.white).astype(photo.pixels.dtype)
        if photo.pixels.shape[2] == 3:
            return pixels
        size = (photo.width * scale, photo.height * scale)
        cover = cv2.resize(photo.pixels[..., 3], size, interpolation=cv2.INTER_LINEAR)
        return np.dstack([pixels, cover])


def _restored(
    restorer: Restorer, clock: Clock, rgb: np.ndarray, weight: np.ndarray, scale: int, seed: int
) -> np.ndarray:
    def on_step(done: int, total: int) -> None:
        clock.on_event(StepEvent(done, total))

    return restorer.restore(rgb, rgb, weight, seed, scale, on_step, clock.cancel)
