"""The accepted edits as a linear, non-destructive stack over the untouched original.

Every edit keeps the pixels that it changed; the picture is the original with the shown edits' pixels put over it, in
order. With everything shown at full opacity that is, bit for bit, what was accepted.

An edit was made on the picture below it as it was then. When an edit is hidden, made paler, deleted or run again,
the later ones stay as they are: nothing is recomputed behind the user's back. Where such a later edit overlaps the
changed one it may now hold traces of a picture that is no longer there; :func:`strangers` names those edits, and
running them again on the present picture is what mends them. Edits that do not overlap are right without that.

An edit that grew the picture is shown wholly or not at all, and moves the later ones back by its margins when it is
hidden. One that replaced the whole
picture by another of its own size has no margins: while it is hidden, what was made on it has no place and waits.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.amounts import margins_from
from engine.picture import HistoryStep, Photo
from engine.project.patches import Patch, overlap
from engine.values import Box, Instruction, Margins, Op, Plan, Settings

NO_MARGINS = Margins()
State = tuple[tuple[str, float, int, int], ...]  # what is shown: key, opacity and place of each edit


@dataclass(frozen=True)
class Under:
    """An edit that was shown below another when that was made."""

    key: str
    opacity: float


@dataclass(frozen=True, eq=False)
class Edit:
    """One accepted edit.

    Attributes
    ----------
    key
        Unique; also names its patch and its mask.
    instruction, plan, settings, seed, engine
        All that led to it.
    margins
        How far it grew the picture, nothing on any side as a rule; absent when it replaced the whole picture.
    masked
        Whether a mask was painted for it; it is stored under the edit's key.
    context
        The box of the photo that the run saw, where the user chose it.
    box
        The smallest box around what it changed, in the pixels of its result; absent until its patch is stored, and for
        one that changed nothing.
    visible
        Whether it is shown.
    opacity
        0 to 1.
    shift
        Added to its pixels' place, across and down, on account of edits deleted below it; absent when it has no place
        any more.
    made_on
        The edits shown below it when it was made; deleted ones stay named where they overlapped it.
    """

    key: str
    instruction: Instruction
    plan: Plan
    settings: Settings
    seed: int
    engine: str = "starter"
    margins: Margins | None = NO_MARGINS
    masked: bool = False
    context: Box | None = None
    box: Box | None = None
    visible: bool = True
    opacity: float = 1.0
    shift: tuple[int, int] | None = (0, 0)
    made_on: tuple[Under, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether it cannot be made paler, because there is nothing of its size below it."""
        return self.margins != NO_MARGINS

    @property
    def shown(self) -> bool:
        """Whether anything of it can be seen."""
        return self.visible and self.opacity > 0


Edits = tuple[Edit, ...]
Opener = Callable[[str], Patch]


def new_key() -> str:
    """A key that no other edit has."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Placed:
    """A shown edit and where the corner of its result lies in the present picture."""

    edit: Edit
    across: int
    down: int

    @property
    def box(self) -> Box | None:
        """What it changed, in the present picture's pixels."""
        return self.edit.box and self.edit.box.moved(self.across, self.down)


def placed(edits: Sequence[Edit]) -> list[Placed]:
    """The shown edits that have a place, in order."""
    result: list[Placed] = []
    across = down = 0
    lost = False
    for edit in edits:
        if edit.margins is None:
            if edit.shown:
                across = down = 0
                result.append(Placed(edit, 0, 0))
            lost = not edit.shown
            continue
        if edit.shift is None or lost:
            continue
        if edit.shown:
            result.append(Placed(edit, across + edit.shift[0], down + edit.shift[1]))
        else:
            across, down = across - edit.margins.left, down - edit.margins.top
    return result


def state(edits: Sequence[Edit]) -> State:
    """What tells one picture of the stack from another; equal states are equal pictures."""
    return tuple((each.edit.key, each.edit.opacity, each.across, each.down) for each in placed(edits))


def strangers(edits: Sequence[Edit]) -> frozenset[str]:
    """Keys of the edits that show where the picture below is another than the one they were made on."""
    found: set[str] = set()
    places = {each.edit.key: each for each in placed(edits)}
    shown: dict[str, float] = {}
    for edit in edits:
        if not edit.shown:
            continue
        place = places.get(edit.key)
        known = {under.key: under.opacity for under in edit.made_on}
        other = {key for key in known.keys() | shown.keys() if known.get(key) != shown.get(key)}
        if place is None or any(_touch(key, place, edits, places) for key in other):
            found.add(edit.key)
        shown[edit.key] = edit.opacity
    return frozenset(found)


def _touch(key: str, place: Placed, edits: Sequence[Edit], places: Mapping[str, Placed]) -> bool:
    """Whether the edit ``key``, shown, hidden or gone, overlaps ``place``."""
    other = next((edit for edit in edits if edit.key == key), None)
    if other is None:
        return True  # it is gone, and stays named only where it overlapped
    if other.fixed:
        return True  # what lay where has changed
    box = places[key].box if key in places else other.box
    return box is None or place.box is None or overlap(box, place.box)


def below(edits: Edits, key: str) -> Edits:
    """The stack under an edit, which is what it is run again on."""
    return edits[: next(index for index, edit in enumerate(edits) if edit.key == key)]


def with_visible(edits: Edits, key: str, visible: bool) -> Edits:
    """The stack with an edit shown or hidden."""
    return tuple(replace(edit, visible=visible) if edit.key == key else edit for edit in edits)


def with_opacity(edits: Edits, key: str, opacity: float) -> Edits:
    """The stack with an edit's opacity, 0 to 1; one that is :attr:`~Edit.fixed` stays as it is."""
    return tuple(replace(edit, opacity=opacity) if edit.key == key and not edit.fixed else edit for edit in edits)


def without(edits: Edits, key: str) -> Edits:
    """The stack without one edit; those made on it keep it in mind where they overlap it."""
    index = next(index for index, edit in enumerate(edits) if edit.key == key)
    gone = edits[index]
    later = [_after_loss(edit, gone) for edit in edits[index + 1 :]]
    return (*edits[:index], *_moved(later, gone.margins, NO_MARGINS))


def instead(edits: Edits, key: str, new: Edit) -> Edits:
    """The stack with ``new`` in the place of the edit of that key."""
    index = next(index for index, edit in enumerate(edits) if edit.key == key)
    gone = edits[index]
    later = [_after_loss(edit, gone) for edit in edits[index + 1 :]]
    return (*edits[:index], new, *_moved(later, gone.margins, new.margins))


def _after_loss(edit: Edit, gone: Edit) -> Edit:
    if edit.box is None or gone.box is None or gone.fixed or overlap(edit.box, gone.box):
        return edit
    return replace(edit, made_on=tuple(under for under in edit.made_on if under.key != gone.key))


def _moved(later: Sequence[Edit], old: Margins | None, new: Margins | None) -> Edits:
    """The edits above one whose margins went from ``old`` to ``new``, in their places again."""
    if old == new:
        return tuple(later)
    result = []
    resting = True  # on the changed edit; not any more above one that replaces the whole picture
    for edit in later:
        resting = resting and edit.margins is not None
        if not resting or edit.shift is None:
            result.append(edit)
        elif old is None or new is None:
            result.append(replace(edit, shift=None))
        else:
            across, down = new.left - old.left, new.top - old.top
            result.append(replace(edit, shift=(edit.shift[0] + across, edit.shift[1] + down)))
    return tuple(result)


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
        stored, margins = patch(place.edit.key), place.edit.margins
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
    return HistoryStep(edit.instruction.text, edit.engine, edit.seed, made=made and edit.margins is None)


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
