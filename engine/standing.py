"""Where an added thing stands in the full-size photo: at its exact place, in the user's mask, or where words lead."""

from __future__ import annotations

from dataclasses import replace

from engine.amounts import size_factor
from engine.draft.cutout import CutOut, turned
from engine.draft.spot import Spot, exactly, find
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
        size=size_factor(operation.amount) if operation.amount else 1.0,
    )
    return content, replace(spot, box=spot.box.scaled(ratio))
