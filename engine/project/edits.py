"""The accepted edits as a linear, non-destructive stack over the untouched original.

Every edit keeps the pixels that it changed; the picture is the original with the shown edits' pixels put over it, in
order. With everything shown at full opacity that is, bit for bit, what was accepted.

An edit was made on the picture below it as it was then. When an edit is hidden, made paler, deleted or run again,
the later ones stay as they are: nothing is recomputed behind the user's back. Where such a later edit overlaps the
changed one it may now hold traces of a picture that is no longer there; :func:`strangers` names those edits, and
running them again on the present picture is what mends them. Edits that do not overlap are right without that.

An edit that grew the picture is shown wholly or not at all, and moves the later ones back by its margins when it is
hidden. One that replaced the whole picture by another of its own size has no margins: while it is hidden, what was made
on it has no place and waits.

A framing (a crop, a turn) has no pixels of its own: it is done anew to whatever the edits below it show. Hidden, a crop
moves the later edits by its corner; one that turns the picture makes them wait.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.framing import Framing
from engine.project.patches import overlap
from engine.values import Box, Instruction, Margins, Plan, Settings

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
        How far it grew the picture, nothing on any side as a rule; absent when it replaced the whole picture or framed
        it.
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
        any more. Of a framing: added to the place of the picture that it frames.
    made_on
        The edits shown below it when it was made; deleted ones stay named where they overlapped it.
    framing
        How it framed the picture below it; absent when it did something else.
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
    framing: Framing | None = None

    @property
    def whole(self) -> bool:
        """Whether it put another picture in the place of the one below it."""
        return self.margins is None and self.framing is None

    @property
    def origin(self) -> tuple[int, int] | None:
        """Where the corner of the picture that it was made on lies in its result; absent when it is not there."""
        if self.framing is not None:
            return self.framing.origin
        return None if self.margins is None else (self.margins.left, self.margins.top)

    @property
    def fixed(self) -> bool:
        """Whether it cannot be made paler, because there is nothing of its size below it."""
        return self.margins != NO_MARGINS

    @property
    def shown(self) -> bool:
        """Whether anything of it can be seen."""
        return self.visible and self.opacity > 0


Edits = tuple[Edit, ...]


def new_key() -> str:
    """A key that no other edit has."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Placed:
    """A shown edit and where the corner of its result lies in the picture below it.

    For a framing it is the corner of the picture that it was made on.
    """

    edit: Edit
    across: int
    down: int

    @property
    def box(self) -> Box | None:
        """What it changed, in the pixels of the picture that it is put on."""
        return self.edit.box and self.edit.box.moved(self.across, self.down)


def framed_edit(framing: Framing, text: str, made_on: State) -> Edit:
    """A framing of the picture as an edit; ``text`` says it to the user, ``made_on`` is what was shown."""
    return Edit(
        new_key(),
        Instruction(text),
        Plan("", ""),
        Settings(),
        0,
        engine="",
        margins=None,
        made_on=tuple(Under(below, opacity) for below, opacity, _, _ in made_on),
        framing=framing,
    )


def placed(edits: Sequence[Edit]) -> list[Placed]:
    """The shown edits that have a place, in order."""
    return _laid(edits).places


@dataclass(frozen=True)
class _Laid:
    """Where edits lie.

    Attributes
    ----------
    places
        Of the edits, in order.
    across, down
        What is added to the place of one more edit that was made with all of the stack shown.
    lost
        Index of the hidden edit on account of which those above it have no place; absent when there is none.
    """

    places: list[Placed]
    across: int
    down: int
    lost: int | None


def _laid(edits: Sequence[Edit], *, hidden: bool = False) -> _Laid:
    """Where the shown edits lie and, when asked for, the ``hidden`` ones that leave the picture's size as it is."""
    places: list[Placed] = []
    across = down = 0
    lost: int | None = None
    for index, edit in enumerate(edits):
        if edit.whole:
            if edit.shown:
                across = down = 0
                places.append(Placed(edit, 0, 0))
                lost = None
            elif lost is None:
                lost = index
            continue
        if edit.shift is None or lost is not None:
            continue
        place = Placed(edit, across + edit.shift[0], down + edit.shift[1])
        if edit.shown or (hidden and not edit.fixed):
            places.append(place)
            if edit.framing is not None:
                across = down = 0
            continue
        if edit.origin is None:
            lost = index
        elif edit.framing is not None:
            across, down = place.across - edit.origin[0], place.down - edit.origin[1]
        else:
            across, down = across - edit.origin[0], down - edit.origin[1]
    return _Laid(places, across, down, lost)


def boxes(places: Sequence[Placed]) -> dict[str, Box | None]:
    """By key, where in the picture of all places lies what each of them changed; nothing where that is not known."""
    found: dict[str, Box | None] = {}
    for place in places:
        framing, margins = place.edit.framing, place.edit.margins
        if framing is not None:
            found = {key: box and framing.mapped(box.moved(-place.across, -place.down)) for key, box in found.items()}
        elif margins is not None and margins != NO_MARGINS:
            found = {key: box and box.moved(margins.left, margins.top) for key, box in found.items()}
        found[place.edit.key] = place.box
    return found


def unframed(edits: Edits) -> Edits:
    """The edits above the last framing that is shown."""
    last = max((index for index, edit in enumerate(edits) if edit.framing is not None and edit.shown), default=-1)
    return edits[last + 1 :]


def settled(edits: Edits, key: str) -> bool:
    """Whether the picture below an edit lies as it lay when the edit was made, not turned or moved by hidden ones."""
    laid = _laid(below(edits, key))
    return laid.lost is None and any(edit.key == key and edit.shift == (-laid.across, -laid.down) for edit in edits)


def framings(edits: Edits) -> Edits:
    """What the original needs so that it lies under the present picture: framings, and what changed its size below.

    Nothing while no framing is shown.
    """
    framed = edits[: len(edits) - len(unframed(edits))]
    return tuple(edit for edit in framed if edit.fixed)


def with_new(edits: Edits, new: Edit) -> Edits:
    """The stack with an edit that was made on what it shows now.

    It goes under a hidden edit that leaves those above it without a place, else on top.
    """
    laid = _laid(edits)
    index = len(edits) if laid.lost is None else laid.lost
    return (*edits[:index], replace(new, shift=(-laid.across, -laid.down)), *edits[index:])


def with_older(edits: Edits, new: Edit, then: Sequence[Placed]) -> Edits | None:
    """The stack with an edit that was made on an earlier picture of it, which showed ``then``.

    It goes on top, but under whatever has framed or grown the picture since. Nothing where it has no place because
    what had framed or grown that earlier picture is not shown as it was.
    """
    if new.whole:
        return with_new(edits, new)
    before, now = _fixed(then), _fixed(placed(edits))
    if now[: len(before)] != before:
        return None
    if now == before:
        return with_new(edits, new)
    key = now[len(before)][0]
    index = next(index for index, edit in enumerate(edits) if edit.key == key)
    return (*with_new(edits[:index], new), *_moved(edits[index:], (0, 0), _corner(new)))


def lies_as(edits: Edits, then: Sequence[Placed]) -> bool:
    """Whether the picture of a stack has the size and the framing of the one that showed ``then``."""
    return _fixed(placed(edits)) == _fixed(then)


def _fixed(places: Sequence[Placed]) -> list[tuple[str, int, int]]:
    """What frames, grows or replaces a picture, and where."""
    return [(place.edit.key, place.across, place.down) for place in places if place.edit.fixed]


def state(edits: Sequence[Edit]) -> State:
    """What tells one picture of the stack from another; equal states are equal pictures."""
    return tuple((each.edit.key, each.edit.opacity, each.across, each.down) for each in placed(edits))


def strangers(edits: Sequence[Edit]) -> frozenset[str]:
    """Keys of the edits that show where the picture below is another than the one they were made on."""
    found: set[str] = set()
    places = {each.edit.key: each for each in placed(edits)}
    where = boxes(_laid(edits, hidden=True).places)
    shown: dict[str, float] = {}
    for edit in edits:
        if not edit.shown:
            continue
        place = places.get(edit.key)
        known = {under.key: under.opacity for under in edit.made_on}
        other = {key for key in known.keys() | shown.keys() if known.get(key) != shown.get(key)}
        if place is None or any(_touch(key, place, edits, where) for key in other):
            found.add(edit.key)
        shown[edit.key] = edit.opacity
    return frozenset(found)


def _touch(key: str, place: Placed, edits: Sequence[Edit], where: Mapping[str, Box | None]) -> bool:
    """Whether the edit ``key``, shown, hidden or gone, overlaps ``place``; ``where`` as :func:`boxes` gives it."""
    other = next((edit for edit in edits if edit.key == key), None)
    if other is None:
        return True  # it is gone, and stays named only where it overlapped
    if other.fixed:
        return True  # what lay where has changed
    if place.edit.framing is not None:
        return False  # it is done anew
    box, own = where.get(key, other.box), where[place.edit.key]
    return box is None or own is None or overlap(box, own)


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
    """The stack without one edit; those made on it keep it in mind where they overlap it.

    With one that turned or replaced the whole picture go the framings that were made on that picture.
    """
    index = next(index for index, edit in enumerate(edits) if edit.key == key)
    gone = edits[index]
    return (*edits[:index], *_moved(_after_loss(edits, index), _corner(gone), (0, 0)))


def instead(edits: Edits, key: str, new: Edit) -> Edits:
    """The stack with ``new``, made on what is shown below the edit of that key, in the place of that edit.

    Above a hidden edit on account of which it would have no place it goes below that one, as :func:`with_new` has it.
    """
    index = next(index for index, edit in enumerate(edits) if edit.key == key)
    gone, laid = edits[index], _laid(edits[:index])
    if laid.lost is not None:
        return (*with_new(edits[:index], new), *without(edits[index:], key))
    new = replace(new, shift=(-laid.across, -laid.down))
    return (*edits[:index], new, *_moved(_after_loss(edits, index), _corner(gone), _corner(new)))


def _after_loss(edits: Edits, index: int) -> list[Edit]:
    """The edits above the one of that index, which goes; it stays named by those that it may have shown through."""
    gone, where = edits[index], boxes(_laid(edits, hidden=True).places)
    result = []
    for edit in edits[index + 1 :]:
        own, lost = where.get(edit.key), where.get(gone.key)
        apart = own is not None and lost is not None and not overlap(own, lost)
        named = gone.fixed or not (apart or edit.framing is not None)
        kept = edit.made_on if named else tuple(under for under in edit.made_on if under.key != gone.key)
        result.append(replace(edit, made_on=kept))
    return result


def _corner(edit: Edit) -> tuple[int, int] | None:
    """Where the picture below an edit lies for those above it."""
    if edit.framing is None or edit.origin is None:
        return edit.origin
    return edit.shift and (edit.origin[0] - edit.shift[0], edit.origin[1] - edit.shift[1])


def _moved(later: Sequence[Edit], old: tuple[int, int] | None, new: tuple[int, int] | None) -> Edits:
    """The edits above one with its corner moved from ``old`` to ``new``, in their places again."""
    if old == new:
        return tuple(later)
    result = []
    resting = True  # on the changed edit; not any more above one that replaces or frames the whole picture
    for edit in later:
        resting = resting and not edit.whole
        if not resting or edit.shift is None:
            result.append(edit)
        elif old is None or new is None:
            if edit.framing is None:  # a framing goes: the picture that it was drawn on will never be there again
                result.append(replace(edit, shift=None))
        else:
            across, down = new[0] - old[0], new[1] - old[1]
            result.append(replace(edit, shift=(edit.shift[0] + across, edit.shift[1] + down)))
            resting = edit.framing is None
    return tuple(result)
