"""Edits with a fake decoder and the real composite: what the bars on files and memory of work do many of."""

from __future__ import annotations

import cv2
import numpy as np

from engine.composite.blend import blend_mask, paste
from engine.composite.crop import WorkingCrop, context_box, mask_box
from engine.picture import Photo
from engine.project.document import Document, Pending
from engine.values import EditRequest, EditResult, Op, Operation, Plan, Settings, StepReport

LONGEST = 512  # working pixels of the fake decoder


def decoded(crop: np.ndarray, seed: int) -> np.ndarray:
    """What a decoder might make of ``(h, w, 3)`` float32: blobs of other colours, the same for the same seed."""
    height, width = crop.shape[:2]
    blobs = np.random.default_rng(seed).random((4, 4, 3), dtype=np.float32)
    return np.clip(0.3 * crop + 0.7 * cv2.resize(blobs, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def edited(photo: Photo, mask: np.ndarray, seed: int) -> Photo:
    """The photo with new content where ``(H, W)`` uint8 ``mask`` is painted, put in by the real composite."""
    region = mask_box(mask)
    assert region is not None
    crop = WorkingCrop.fit(context_box(region, photo.width, photo.height), LONGEST)
    part = photo.pixels[crop.box.slices]
    small = cv2.resize(part[..., :3], (crop.width, crop.height), interpolation=cv2.INTER_AREA)
    changed = cv2.resize(mask[crop.box.slices], (crop.width, crop.height), interpolation=cv2.INTER_NEAREST) > 0
    result = decoded(small.astype(np.float32) / photo.white, seed)
    return photo.with_pixels(paste(photo.pixels, result, crop, blend_mask(changed, crop)))


def propose(document: Document, text: str, seed: int) -> None:
    """Run a fake edit where the document's mask is painted; the result waits to be accepted."""
    mask = document.mask.values.copy()
    instruction = document.instruction(text)
    request = EditRequest(instruction, document.photo, mask, settings=Settings(seed=seed))
    plan = Plan("I will.", text, operations=(Operation(Op.fill, "place"),))
    photo = edited(document.photo, mask, seed)
    result = EditResult((photo,), plan, mask_box(mask), seed, {"decode": StepReport("done", 0.1)})
    document.pending = Pending(instruction, result, photo, request)


def stroke(document: Document, numbers: np.random.Generator, radius: float) -> None:
    """Paint one stroke across a random place."""
    start, end = numbers.random((2, 2)) * (document.photo.width, document.photo.height)
    document.mask.begin()
    document.mask.line(tuple(start), tuple(start + (end - start) * 0.2), radius, erase=False)
    document.painted(document.mask.end())
