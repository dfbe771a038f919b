"""The document: the photo, its mask, the references, the stack of accepted edits, and one linear undo of all of them.

Pictures are never modified: what is shown is the untouched original with the edits over it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.files.options import RawOptions
from engine.framing import Framing, framed_pixels
from engine.picture import Photo
from engine.project import edits as stack
from engine.project.accepting import Pending, accepted, stacked
from engine.project.changes import Change, Steps, Touched, packed
from engine.project.edits import Edit, Edits, State, framed_edit
from engine.project.mask import Atom, Mask
from engine.project.pictures import Pictures
from engine.project.references import Reference, numbered
from engine.project.store import Store, mask_member, patch_member
from engine.values import MARKER, Box, Instruction, Media, Plan
from engine.values import Reference as EngineReference


class Document:
    """A photo being edited.

    Parameters
    ----------
    photo
        The photo as opened.
    path
        Where it came from.
    references
        In the order they were added.
    store
        Keeps the edits' patches; in memory by default.
    edits
        Accepted earlier, their patches in ``store``.

    Attributes
    ----------
    original
        The photo as opened; untouched for the document's whole life.
    photo
        The current picture: the original with the shown edits over it.
    edits
        The stack, the oldest first.
    mask
        Where to edit, of the current picture's size.
    references
        In the order they were added.
    written, planned
        The instruction being written, and the plan on the table; kept so that they survive.
    saved_to
        Where the user last saved the picture to; the original's path only when chosen as such.
    project
        Where the project was last saved to or opened from.
    raw
        How the photo was developed; absent when it is no camera RAW file.
    strokes
        Counts the changes of the mask.
    opened
        When the photo was read, in seconds since 1970.
    """

    def __init__(
        self,
        photo: Photo,
        path: Path,
        references: tuple[Reference, ...] = (),
        store: Store | None = None,
        edits: Edits = (),
    ) -> None:
        self.path = path
        self.original = photo
        self.store = store or Store()
        self.edits = edits
        self._pictures = Pictures(photo, self.store.patch)  # not a method of this document: that would be a circle
        self.photo = self._pictures.photo(edits)
        self._pictures.remember(edits, self.photo)
        self.mask = Mask(self.photo.width, self.photo.height)
        self.references = references
        self._pending: Pending | None = None
        self.written = ""
        self.planned: Plan | None = None
        self.saved_to: Path | None = None
        self.project: Path | None = None
        self.raw: RawOptions | None = None
        self.strokes = 0
        self.opened = time.time()
        self._accepting: Edit | None = None  # what the pending result would be; its patch is in the store
        self._saved: State | None = stack.state(edits)
        self._in_project: tuple | None = None
        self._steps = Steps()
        self._listeners: list[Callable[[], None]] = []

    # state

    @property
    def pending(self) -> Pending | None:
        """The result being looked at, if any."""
        return self._pending

    @pending.setter
    def pending(self, pending: Pending | None) -> None:
        if self._accepting is not None and pending is not self._pending:
            self.store.drop(patch_member(self._accepting.key))
            self.store.drop(mask_member(self._accepting.key))
            self._accepting = None
        self._pending = pending

    @property
    def name(self) -> str:
        """Of the file that holds it: the project, else the picture last saved, else the photo as opened."""
        return (self.project or self.saved_to or self.path).name

    @property
    def modified(self) -> bool:
        """Whether the current picture differs from the one last saved or opened."""
        return stack.state(self.edits) != self._saved

    @property
    def in_project(self) -> bool:
        """Whether the project file holds the stack as it is now."""
        return self.project is not None and self._in_project == _essence(self.edits)

    @property
    def last_change(self) -> Change | None:
        """What undo would take back."""
        return self._steps.last

    @property
    def next_change(self) -> Change | None:
        """What redo would do again."""
        return self._steps.next

    @property
    def strangers(self) -> frozenset[str]:
        """Keys of the edits made on another picture than the one below them now."""
        return stack.strangers(self.edits)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every change of what should survive."""
        self._listeners.append(listener)

    def reference(self, number: int) -> Reference | None:
        """The reference of that number, if it is there."""
        return next((item for item in self.references if item.number == number), None)

    def edit(self, key: str) -> Edit | None:
        """The accepted edit of that key, if it is there."""
        return next((item for item in self.edits if item.key == key), None)

    def instruction(self, text: str) -> Instruction:
        """What the user wrote, with exactly the references that its markers name; dangling markers stay as written."""
        used = {int(number) for number in MARKER.findall(text)}
        references = tuple(
            EngineReference(item.marker, item.media, item.path, item.role)
            for item in self.references
            if item.number in used
        )
        return Instruction(text.strip(), references)

    def mask_of(self, key: str) -> Mask | None:
        """The mask that an edit was made with, as a mask of its own.

        Nothing when it had none, or when the picture has been framed since or otherwise lies as the mask does not.
        """
        edit = self.edit(key)
        if edit is None or not edit.masked or edit not in stack.unframed(self.edits):
            return None
        if not stack.settled(self.edits, key):
            return None
        mask = Mask(self.photo.width, self.photo.height)
        values = self.store.mask(key)
        if values.shape != mask.values.shape:
            return None
        mask.replace(values)
        return mask

    # words

    def note_written(self, text: str) -> None:
        """Keep the instruction being written; listeners are not called for every letter."""
        self.written = text

    def note_planned(self, plan: Plan | None) -> None:
        """Keep the plan on the table."""
        if plan is not self.planned:
            self.planned = plan
            self._tell()

    # mask and references

    def painted(self, atom: Atom | None, label: str = "paint") -> bool:
        """Take the undo atom of a change that the mask has made already. False when nothing had changed."""
        if atom is None:
            return False
        self.strokes += 1
        self._push(Change(label, mask=atom))
        return True

    def add_references(self, files: Mapping[Path, Media]) -> tuple[Reference, ...]:
        """Number and add files; those already there are left out. Returns the new references."""
        fresh = numbered(self.references, files)
        if fresh:
            self._set_references("add references", (*self.references, *fresh))
        return fresh

    def change_reference(self, changed: Reference, label: str = "change reference") -> None:
        """Put ``changed`` in the place of the reference that has its number, for instance under another name."""
        references = tuple(changed if item.number == changed.number else item for item in self.references)
        if references != self.references:
            self._set_references(label, references)

    def remove_reference(self, number: int) -> None:
        """Take a reference out of its bin; the others keep their numbers."""
        left = tuple(item for item in self.references if item.number != number)
        if len(left) != len(self.references):
            self._set_references("remove reference", left)

    # edits

    def accept(self, *, keep_mask: bool = False) -> str:
        """Make the pending result the current picture and clear the mask, in one step of the history.

        ``keep_mask`` leaves it as it is: for an edit that had a mask of its own.

        The result of an edit run again takes that edit's place, and the later edits stay over it.

        Returns
        -------
        The edit's key; empty when no result waits.

        Raises
        ------
        BadInput
            When a later edit's patch is gone, and as :meth:`accepting`; nothing has changed then.
        """
        pending = self.pending
        if pending is None:
            return ""
        replaced = self.edit(pending.replaces)
        after = self.accepting()
        picture = self.picture(after)
        assert self._accepting is not None
        edit, self._accepting = self._accepting, None
        self.pending = self.planned = None
        cleared = None if keep_mask else self.mask.clear()
        self._change_edits("accept" if replaced is None else "run again", after, picture, cleared)
        return edit.key

    def accepting(self) -> Edits:
        """The stack that :meth:`accept` would give.

        Raises
        ------
        BadInput
            When the result was made on a picture that lay otherwise than the present one.
        """
        pending = self.pending
        if pending is None:
            return self.edits
        base = pending.base or self.photo
        if self._pictures.places_of(base) is None:
            base = self.photo
        made_on = self._pictures.state_of(base) or ()
        if self._accepting is None:
            self._accepting = accepted(pending, base, made_on, self.store)
        edit = self._accepting
        after = stacked(self.edits, edit, pending.replaces, self._pictures.places_of(base) or ())
        if stack.state(after) == (*made_on, (edit.key, 1.0, 0, 0)):  # nothing has come between
            self._pictures.note(after, pending.photo)
        return after

    def discard(self) -> None:
        """Let the pending result go."""
        self.pending = None

    def set_edits(self, label: str, edits: Edits) -> Touched:
        """Take another stack: an edit hidden, shown, paler, deleted. Undo brings the present one back.

        A result that waits goes on waiting.

        Raises
        ------
        BadInput
            When a patch is gone or damaged; nothing has changed then.
        """
        return self._change_edits(label, edits, self.picture(edits), None)

    def framed(self, framing: Framing, text: str) -> Edits:
        """The stack with the picture framed; ``text`` says it to the user. :meth:`frame` takes it."""
        made_on = self._pictures.state_of(self.photo) or stack.state(self.edits)
        return stack.with_new(self.edits, framed_edit(framing, text, made_on))

    def frame(self, framing: Framing, edits: Edits, known: tuple[int, np.ndarray | None] | None = None) -> Touched:
        """Take the stack that :meth:`framed` gave, the mask framed along; raises as :meth:`set_edits`.

        ``known`` is the version of the mask that a worker has framed by :meth:`framed_mask`, and what came of it.
        """
        picture = self.picture(edits)
        fresh = known is not None and known[0] == self.mask.version
        mask = known[1] if known is not None and fresh else self.framed_mask(framing)
        return self._change_edits("crop", edits, picture, self.mask.clear(), mask)

    def written_patches(self, boxes: Mapping[str, Box | None]) -> None:
        """Note what edits changed, by key, now that their patches are written."""

        def known(edits: Edits) -> Edits:
            return tuple(replace(each, box=boxes[each.key]) if each.key in boxes else each for each in edits)

        self.edits = known(self.edits)
        self._steps.rewrite(known)

    def keys(self) -> frozenset[str]:
        """Keys of all edits in the stack or within reach of undo and redo."""
        return frozenset(edit.key for edits in (self.edits, *self._steps.stacks()) for edit in edits)

    # pictures

    def slow(self, edits: Edits) -> bool:
        """Whether the picture of a stack takes long enough to be made in a worker first, by :meth:`picture`."""
        return self._pictures.slow(edits)

    def picture(self, edits: Edits) -> Photo:
        """The picture of a stack; raises BadInput when a patch is gone or damaged. May run in a worker."""
        return self.known(edits) or self._pictures.photo(edits)

    def known(self, edits: Edits) -> Photo | None:
        """The picture of a stack, if it is there already."""
        return self._pictures.known(edits)

    def remember(self, edits: Edits, photo: Photo) -> None:
        """Take a picture that a worker has made by :meth:`picture`."""
        self._pictures.remember(edits, photo)

    # saving

    def saved(self, photo: Photo, path: Path) -> None:
        """Note that ``photo`` now lies in ``path``."""
        self.saved_to = path
        saved = self._pictures.state_of(photo)
        if saved is not None:
            self._saved = saved

    def unsaved(self) -> None:
        """Note that the document, come back after a kill, was not saved."""
        self._saved = None

    def saved_project(self, edits: Edits, path: Path) -> None:
        """Note that the project with that stack now lies in ``path``."""
        self.project = path
        self._saved = stack.state(edits)
        self._in_project = _essence(edits)

    # undo

    def undone(self) -> Edits:
        """The stack that undo would give."""
        change = self._steps.last
        return change.edits[0] if change is not None and change.edits is not None else self.edits

    def redone(self) -> Edits:
        """The stack that redo would give."""
        change = self._steps.next
        return change.edits[1] if change is not None and change.edits is not None else self.edits

    def undo(self) -> Touched:
        """Take the last change back; raises BadInput, with nothing changed, when a patch is gone."""
        if self._steps.last is None:
            return Touched()
        picture = self.picture(self.undone())
        return self._apply(self._steps.back(), picture, undo=True)

    def redo(self) -> Touched:
        """Do the last undone change again; raises as :meth:`undo`."""
        if self._steps.next is None:
            return Touched()
        picture = self.picture(self.redone())
        return self._apply(self._steps.forth(), picture, undo=False)

    # helpers

    def _set_references(self, label: str, references: tuple[Reference, ...]) -> None:
        before, self.references = self.references, references
        self._push(Change(label, references=(before, references)))

    def _change_edits(
        self,
        label: str,
        edits: Edits,
        picture: Photo,
        cleared: Atom | None,
        mask: np.ndarray | None = None,
    ) -> Touched:
        before, self.edits = self.edits, edits
        self._show(picture)
        resized = self._fit_mask()
        framed = self.mask.replace(mask) if mask is not None else None
        if cleared is not None or resized:
            self.strokes += 1
        last = self._steps.last
        if label == "opacity" and last is not None and last.label == label:
            first = last.edits[0] if last.edits is not None else before
            if _differing(first, before) == _differing(before, edits):  # the same slider goes on
                self._steps.amend(Change(label, edits=(first, edits)))
                self._tell()
                return Touched(photo=True)
        self._push(Change(label, mask=cleared, edits=(before, edits), framed=packed(framed)))
        return Touched(self.mask.whole if resized or framed is not None else None, photo=True)

    def _show(self, picture: Photo) -> None:
        self.photo = picture
        self._pictures.remember(self.edits, picture)

    def framed_mask(self, framing: Framing) -> np.ndarray | None:
        """What a framing keeps of the mask, ``(h, w)`` uint8; nothing of an empty one. May run in a worker."""
        return None if self.mask.empty else framed_pixels(self.mask.values[..., None], framing)[..., 0]

    def _fit_mask(self) -> bool:
        """A mask of the picture's size; whether that is another one."""
        if (self.photo.width, self.photo.height) == (self.mask.width, self.mask.height):
            return False
        self.mask = Mask(self.photo.width, self.photo.height)
        return True

    def _push(self, change: Change) -> None:
        self._steps.push(change)
        self._tell()

    def _apply(self, change: Change, picture: Photo, *, undo: bool) -> Touched:
        if change.references is not None:
            self.references = change.references[0 if undo else 1]
        box, resized = None, False
        if change.edits is not None:
            self.edits = change.edits[0 if undo else 1]
            self._show(picture)
            self.pending = None
            resized = self._fit_mask()
        for atom in change.atoms(undo=undo, resized=resized):
            box = self.mask.apply(atom, undo=undo).union(box)
        if box is not None or resized or change.mask is not None:
            self.strokes += 1
        self._tell()
        return Touched(self.mask.whole if resized else box, change.photos, change.references is not None)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _essence(edits: Edits) -> tuple:
    """What tells one stack from another, hidden edits too."""
    return tuple((edit.key, edit.visible, edit.opacity) for edit in edits)


def _differing(before: Edits, after: Edits) -> set[str]:
    """Keys of the edits that differ between two stacks of one length."""
    return {new.key for old, new in zip(before, after, strict=True) if old is not new}
