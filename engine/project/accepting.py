"""From a result that waits to an edit of the stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.amounts import margins_from
from engine.errors import BadInput
from engine.picture import Photo
from engine.project.edits import (
    NO_MARGINS,
    Edit,
    Edits,
    Placed,
    State,
    Under,
    below,
    instead,
    lies_as,
    new_key,
    with_older,
)
from engine.project.store import Fresh, Store, fresh_mask, mask_member, patch_member
from engine.values import Box, EditRequest, EditResult, Instruction, Margins, Op, Plan, Settings


@dataclass(frozen=True, eq=False)
class Pending:
    """A result that waits to be accepted or discarded; the photo of the document is still the one before it.

    Attributes
    ----------
    instruction, result
        What was asked and what came.
    photo
        The picture looked at, one of the result's.
    request
        All that led to it; absent when it is not known.
    replaces
        Key of the edit that was run again; empty for a new one.
    """

    instruction: Instruction
    result: EditResult
    photo: Photo
    request: EditRequest | None = None
    replaces: str = ""

    @property
    def base(self) -> Photo | None:
        """The picture it was made on, where that is known; for an edit run again, the one below that edit."""
        return self.request.photo if self.request is not None else None


def accepted(pending: Pending, base: Photo, made_on: State, store: Store) -> Edit:
    """A result as an edit whose patch and mask are in ``store``.

    Parameters
    ----------
    pending
        The result.
    base
        The picture it was made on.
    made_on
        What was shown in ``base``.
    store
        Takes the pixels and the mask; quick, they are packed later.
    """
    key, after, request = new_key(), pending.photo, pending.request
    mask = None if request is None else request.mask
    margins = growth(base, after, pending.result.plan, request.margins if request else None)
    if margins is None:
        store.hold(patch_member(key), Fresh(after.pixels, profile=after.icc))
    else:
        store.hold(patch_member(key), Fresh(after.pixels, base.pixels, (margins.left, margins.top)))
    if mask is not None:
        store.hold(mask_member(key), fresh_mask(mask))
    return Edit(
        key,
        pending.instruction,
        pending.result.plan,
        request.settings if request else Settings(seed=pending.result.seed),
        pending.result.seed,
        pending.result.engine,
        margins,
        mask is not None,
        request.context if request else None,
        made_on=tuple(Under(below, opacity) for below, opacity, _, _ in made_on),
    )


def stacked(edits: Edits, new: Edit, replaces: str, then: Sequence[Placed]) -> Edits:
    """The stack with a result in it, in the place of the edit ``replaces`` if that is there.

    Parameters
    ----------
    edits
        The stack as it is now.
    new
        The result.
    replaces
        Key of the edit that was run again; empty for a new one.
    then
        What was shown in the picture that the result was made on.

    Raises
    ------
    BadInput
        When that picture lay otherwise than the present one, so that the result has no place.
    """
    after = None
    if all(edit.key != replaces for edit in edits):
        after = with_older(edits, new, then)
    elif lies_as(below(edits, replaces), then):
        after = instead(edits, replaces, new)
    if after is None:
        raise BadInput("The photo was cropped, turned or expanded otherwise for this result.", "Run it again.")
    return after


def growth(before: Photo, after: Photo, plan: Plan, asked: Margins | None) -> Margins | None:
    """How far ``after`` grew over ``before``, as asked or planned, if the pixels agree; nothing for another picture."""
    if (before.pixels.shape[2], before.pixels.dtype) != (after.pixels.shape[2], after.pixels.dtype):
        return None
    if (before.width, before.height) == (after.width, after.height):
        return NO_MARGINS
    words = [margins_from(each, before.width, before.height) for each in plan.operations if each.op is Op.expand]
    for margins in (asked, *words):
        if margins is None:
            continue
        inner = Box(margins.left, margins.top, margins.left + before.width, margins.top + before.height)
        fits = (inner.right + margins.right, inner.bottom + margins.bottom) == (after.width, after.height)
        if fits and np.array_equal(after.pixels[inner.slices], before.pixels):
            return margins
    return None
