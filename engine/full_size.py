"""What a draft made at a smaller size gets back at full size: the photo's own detail."""

from __future__ import annotations

import numpy as np

from engine.colour import PhotoColour
from engine.composite.crop import WorkingCrop, lifted
from engine.composite.transfer import carry
from engine.draft import detail
from engine.draft.operations import Draft, Lifted
from engine.picture import Photo
from engine.values import Box

SURE = 0.9  # cover from which a pixel begins to be the subject's alone


def with_detail(
    full: np.ndarray,
    crop: WorkingCrop,
    before: np.ndarray,
    result: np.ndarray,
    changed: np.ndarray,
    filled: np.ndarray,
) -> np.ndarray:
    """A result at full size, with the photo's own detail in what was filled with its surroundings.

    Parameters
    ----------
    full
        ``(H, W, 3)`` float32, 0 to 1: the crop at the photo's size before the edit, in working colours.
    crop
        Which part of the photo it is, and the working size ``(h, w)`` of what follows.
    before, result
        ``(h, w, 3)`` float32, before and after the edit.
    changed, filled
        ``(h, w)`` bool, what differs, and what of it was filled.
    """
    hole = crop.back_mask(filled)
    wide = detail.carry(full, hole, before, filled, ~changed, result)
    other = crop.back_mask(changed) & ~hole
    return np.where(other[..., None], crop.back(result), wide) if other.any() else wide


def with_kept(
    pixels: np.ndarray, photo: Photo, colour: PhotoColour, crop: WorkingCrop, before: np.ndarray, draft: Draft
) -> np.ndarray:
    """The edited photo with its own pixels where a draft of the whole photo kept them: in their new tone, or moved.

    Parameters
    ----------
    pixels
        ``(H, W, 3 or 4)`` of the photo's type, after the edit; a new array is given back.
    photo, colour
        Before the edit.
    crop
        The whole photo at the working size.
    before, draft
        At that size; ``draft.kept`` is there.
    """
    assert draft.kept is not None
    if draft.lifted is not None:
        sharp = lifted(photo.rgb, *_full_boxes(crop, draft.lifted))
    else:
        own = crop.take(photo.rgb) / np.float32(photo.white)
        sharp = carry(photo.rgb, own, colour.changed(own, before, draft.rgb))
    share = np.clip((crop.back(draft.kept) - SURE) / (1 - SURE), 0, 1)
    out, at = pixels.copy(), share > 0
    mixed = out[at][:, :3] + (sharp[at] - out[at][:, :3].astype(np.float32)) * share[at][:, None]
    out[at, :3] = np.rint(mixed).astype(out.dtype)
    return out


def _full_boxes(crop: WorkingCrop, thing: Lifted) -> tuple[Box, Box]:
    """Where a lifted thing was and is, in photo pixels; what kept its size keeps it to the pixel."""
    source, at = crop.to_photo(thing.source), crop.to_photo(thing.target)
    wide = round(source.width * thing.target.width / thing.source.width)
    tall = round(source.height * thing.target.height / thing.source.height)
    return source, Box(at.left, at.bottom - tall, at.left + wide, at.bottom)
