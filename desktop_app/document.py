"""The document as a Qt-free model: the photo, its mask, the references, and one linear history of all of them.

Every change is a :class:`Change` that can be undone and done again. Pictures are never modified: a change holds the
photo before and the photo after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.picture import Photo
from engine.project.mask import Atom, Mask
from engine.values import MARKER, Box, EditResult, Instruction, Media, marker
from engine.values import Reference as EngineReference

UNDO_BYTES = 512 * 2**20  # held by mask atoms; the oldest steps leave first, pictures never do


@dataclass(frozen=True)
class Reference:
    """A picture or sound in one of the two bins.

    Attributes
    ----------
    number
        The k of ``[ref#k]``. Pictures and sounds share one numbering, and a number keeps its file: removing one
        reference never renames another.
    media
        Picture or sound.
    path
        The file.
    name
        What the user calls it; the file's name when empty.
    role
        What it is meant for, in words ("style", "my dog"); goes to the engine as the reference's text.
    """

    number: int
    media: Media
    path: Path
    name: str = ""
    role: str = ""

    @property
    def marker(self) -> str:
        """``[ref#k]``."""
        return marker(self.number)

    @property
    def title(self) -> str:
        """What to call it: the user's name for it, or the file's without its ending."""
        return self.name or self.path.stem


def numbered(there: tuple[Reference, ...], files: Mapping[Path, Media]) -> tuple[Reference, ...]:
    """The files that are not there yet, as references with the next numbers."""
    known = {item.path for item in there}
    first = max((item.number for item in there), default=0) + 1
    fresh = [(path, media) for path, media in files.items() if path not in known]
    return tuple(Reference(first + index, media, path) for index, (path, media) in enumerate(fresh))


@dataclass(frozen=True, eq=False)
class Change:
    """One step of the history.

    Attributes
    ----------
    label
        What the step did, a key such as ``paint``; the window has the words for it.
    mask
        Undo atom of the mask, if it changed.
    photos
        The photo before and after, if it changed.
    references
        The references before and after, if they changed.
    """

    label: str
    mask: Atom | None = None
    photos: tuple[Photo, Photo] | None = None
    references: tuple[tuple[Reference, ...], tuple[Reference, ...]] | None = None


@dataclass(frozen=True)
class Touched:
    """What an undo or redo changed, so that the window redraws no more than that."""

    mask: Box | None = None
    photo: bool = False
    references: bool = False


@dataclass(frozen=True, eq=False)
class Pending:
    """A result that waits to be accepted or discarded; the photo of the document is still the one before it."""

    instruction: Instruction
    result: EditResult
    photo: Photo


class Document:
    """A photo being edited.

    Attributes
    ----------
    path
        Where the photo came from.
    original
        The photo as opened; untouched for the document's whole life.
    photo
        The current picture: the last accepted one.
    mask
        Where to edit, of the current picture's size.
    references
        In the order they were added.
    pending
        The result being looked at, if any.
    saved_to
        Where the user last saved to; the original's path only when chosen as such.
    """

    def __init__(self, photo: Photo, path: Path, references: tuple[Reference, ...] = ()) -> None:
        self.path = path
        self.original = photo
        self.photo = photo
        self.mask = Mask(photo.width, photo.height)
        self.references = references
        self.pending: Pending | None = None
        self.saved_to: Path | None = None
        self._saved_photo = photo
        self._done: list[Change] = []
        self._undone: list[Change] = []

    # state

    @property
    def modified(self) -> bool:
        """Whether the current picture differs from the one last saved or opened."""
        return self.photo is not self._saved_photo

    @property
    def last_change(self) -> Change | None:
        """What undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def next_change(self) -> Change | None:
        """What redo would do again."""
        return self._undone[-1] if self._undone else None

    def reference(self, number: int) -> Reference | None:
        """The reference of that number, if it is there."""
        return next((item for item in self.references if item.number == number), None)

    def instruction(self, text: str) -> Instruction:
        """What the user wrote, with exactly the references that its markers name; dangling markers stay as written."""
        used = {int(number) for number in MARKER.findall(text)}
        references = tuple(
            EngineReference(item.marker, item.media, item.path, item.role)
            for item in self.references
            if item.number in used
        )
        return Instruction(text.strip(), references)

    # changes

    def painted(self, atom: Atom | None, label: str = "paint") -> bool:
        """Take the undo atom of a change that the mask has made already. False when nothing had changed."""
        if atom is None:
            return False
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

    def accept(self) -> None:
        """Make the pending result the current picture and clear the mask, in one step of the history."""
        if self.pending is None:
            return
        before, after = self.photo, self.pending.photo
        self.pending = None
        cleared = self.mask.clear()
        if (after.width, after.height) != (self.mask.width, self.mask.height):
            self.mask = Mask(after.width, after.height)
        self.photo = after
        self._push(Change("accept", mask=cleared, photos=(before, after)))

    def discard(self) -> None:
        """Let the pending result go."""
        self.pending = None

    def saved(self, photo: Photo, path: Path) -> None:
        """Note that ``photo`` now lies in ``path``."""
        self._saved_photo = photo
        self.saved_to = path

    def undo(self) -> Touched:
        """Take the last change back."""
        if not self._done:
            return Touched()
        change = self._done.pop()
        self._undone.append(change)
        return self._apply(change, undo=True)

    def redo(self) -> Touched:
        """Do the last undone change again."""
        if not self._undone:
            return Touched()
        change = self._undone.pop()
        self._done.append(change)
        return self._apply(change, undo=False)

    def _set_references(self, label: str, references: tuple[Reference, ...]) -> None:
        before, self.references = self.references, references
        self._push(Change(label, references=(before, references)))

    def _push(self, change: Change) -> None:
        self._done.append(change)
        self._undone.clear()
        held = 0
        for index in range(len(self._done) - 1, -1, -1):
            atom = self._done[index].mask
            held += atom.size if atom else 0
            if held > UNDO_BYTES:
                if not any(change.photos for change in self._done[: index + 1]):
                    del self._done[: index + 1]
                break

    def _apply(self, change: Change, *, undo: bool) -> Touched:
        if change.references is not None:
            self.references = change.references[0 if undo else 1]
        if change.photos is not None:
            self.photo = change.photos[0 if undo else 1]
            self.pending = None
            if (self.photo.width, self.photo.height) != (self.mask.width, self.mask.height):
                self.mask = Mask(self.photo.width, self.photo.height)
                if undo and change.mask is not None:  # forwards, the atom speaks of the mask of the other size
                    self.mask.apply(change.mask, undo=True)
                return Touched(self.mask.whole, True, change.references is not None)
        box = self.mask.apply(change.mask, undo=undo) if change.mask is not None else None
        return Touched(box, change.photos is not None, change.references is not None)
