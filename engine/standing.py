"""Where things go: an added one to its exact place, the user's mask or where words lead, a moved one by its words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.amounts import lengths, offset, share_of_photo, size_factor, ways, without_ways
from engine.draft import operations
from engine.draft.cutout import CutOut, turned
from engine.draft.operations import resting
from engine.draft.spot import Spot, exactly, find
from engine.errors import BadInput
from engine.parts import GROUND_SIDE, Parts, shrink, small_floats
from engine.picture import Photo
from engine.values import Box, Operation, Region


def standing(
    parts: Parts,
    photo: Photo,
    content: CutOut,
    operation: Operation,
    name: str,
    painted: Region | None,
    seed: int,
) -> tuple[CutOut, Spot]:
    """The cut-out, turned as the operation asks, and its spot in photo pixels.

    Parameters
    ----------
    parts
        The steps.
    photo
        What it is added to.
    content, operation, name
        The thing, what is asked of it, and what it is called.
    painted
        The user's mask where it serves this operation.
    seed
        Chooses among equally good places.

    Raises
    ------
    RegionNotFound
        When the words name a thing that is not in the photo.
    """
    small = small_floats(photo, GROUND_SIDE)
    ratio = photo.width / small.shape[1]
    place = operation.place
    if place is not None:
        box = Box(*(round(side) for side in place.outer(content.part)))
        spot = exactly(small, box.scaled(1 / ratio))
        return turned(content, place.angle, flip=place.flip), replace(spot, box=box)
    spot = find(
        small,
        operation.where,
        content.aspect,
        name,
        locate=lambda phrase: parts.selector.select(small, phrase, parts.encoder),
        mask=shrink(painted.mask, GROUND_SIDE) > 0.5 if painted else None,
        seed=seed,
        size=size_of(operation),
    )
    box = spot.box.scaled(ratio)
    share = share_of_photo(operation.amount)
    if share is not None and painted is None:
        box = resting(box, share * photo.height / box.height)
    across, down = offset(lengths(operation.amount), max(photo.width, photo.height))
    across = min(max(across, -box.left), photo.width - box.right)
    down = min(max(down, -box.top), photo.height - box.bottom)
    return content, replace(spot, box=box.moved(across, down))


def size_of(operation: Operation) -> float:
    """The factor that the amount of something brought in asks for on the size that it would have."""
    words = without_ways(operation.amount)
    return size_factor(words) if words and share_of_photo(words) is None else 1.0


def moved(
    parts: Parts, rgb: np.ndarray, own: np.ndarray, operation: Operation, side: int, seed: int
) -> operations.Draft:
    """A thing of the photo moved as the operation's words say.

    Parameters
    ----------
    parts
        The steps.
    rgb
        ``(h, w, 3)`` float32, 0 to 1: the working crop.
    own
        ``(h, w)`` float32, 0 to 1: the thing.
    operation
        Gives direction and distance, or a place.
    side
        The photo's longer side in pixels, in which distances are told.
    seed
        Of the fill where it stood.

    Raises
    ------
    BadInput
        When it is not said where.
    RegionNotFound
        When the words name a thing that is not in the photo.
    """
    way = ways(operation.where, operation.amount)
    if way:
        across, down = (round(each * max(rgb.shape[:2]) / side) for each in offset(way, side))
        return operations.shift(rgb, own, across, down, seed)
    if not operation.where:
        raise BadInput(f"It is not said where to move the {operation.object}.", 'Say it, e.g. "to the left".')
    old = operations.bounds(own > 0.5)
    spot = find(
        rgb,
        operation.where,
        old.width / old.height,
        operation.object,
        locate=lambda phrase: parts.selector.select(rgb, phrase, parts.encoder),
        seed=seed,
    )
    middle = (spot.box.left + spot.box.right) // 2
    return operations.shift(rgb, own, middle - (old.left + old.right) // 2, spot.box.bottom - old.bottom, seed)
