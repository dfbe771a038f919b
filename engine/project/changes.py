"""The steps of undo: each holds what one change needs to be taken back and done again, within a stated memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.project.edits import Edits
from engine.project.mask import Atom, Patch
from engine.project.references import Reference
from engine.values import Box

LOOSE = 32 * 2**20  # bytes of mask values held as they are; older ones are packed


@dataclass(frozen=True)
class Packed:
    """Mask values packed without loss."""

    data: bytes
    shape: tuple[int, ...]

    def values(self) -> np.ndarray:
        """``(h, w)`` uint8."""
        import zstandard

        return np.frombuffer(zstandard.ZstdDecompressor().decompress(self.data), np.uint8).reshape(self.shape)


@dataclass(frozen=True)
class PackedAtom:
    """A mask's undo atom whose values are packed."""

    box: Box
    old: Packed | int
    new: Packed | int

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(len(values.data) for values in (self.old, self.new) if isinstance(values, Packed))


@dataclass(frozen=True, eq=False)
class Change:
    """One step of the history.

    Attributes
    ----------
    label
        What the step did, a key such as ``paint``; the window has the words for it.
    mask
        Undo atom of the mask, if it changed.
    edits
        The stack before and after, if it changed.
    references
        The references before and after, if they changed.
    framed
        Second undo atom of a mask that was framed with the picture: from an empty one to what was kept.
    """

    label: str
    mask: Atom | PackedAtom | None = None
    edits: tuple[Edits, Edits] | None = None
    references: tuple[tuple[Reference, ...], tuple[Reference, ...]] | None = None
    framed: PackedAtom | None = None

    @property
    def photos(self) -> bool:
        """Whether the step changed the picture."""
        return self.edits is not None

    def atoms(self, *, undo: bool, resized: bool) -> Iterator[Atom]:
        """The mask's undo atoms in the order in which they are applied.

        Of a mask that was ``resized`` into an empty one, those that speak of the other size are left out.
        """
        before, after = (self.framed, self.mask) if undo else (self.mask, self.framed)
        for atom in (None if resized else before, after):
            if atom is not None:
                yield _unpacked(atom) if isinstance(atom, PackedAtom) else atom


@dataclass(frozen=True)
class Touched:
    """What an undo or redo changed, so that the window redraws no more than that."""

    mask: Box | None = None
    photo: bool = False
    references: bool = False


class Steps:
    """What can be undone and done again."""

    def __init__(self) -> None:
        self._done: list[Change] = []
        self._undone: list[Change] = []

    @property
    def last(self) -> Change | None:
        """What undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Change | None:
        """What redo would do again."""
        return self._undone[-1] if self._undone else None

    def push(self, change: Change) -> None:
        """Take a change that has been made; what was undone before can't be done again any more."""
        self._done.append(change)
        self._undone.clear()
        held = 0
        for index in range(len(self._done) - 1, -1, -1):
            atom = self._done[index].mask
            held += atom.size if isinstance(atom, Patch) else 0
            if held > LOOSE and isinstance(atom, Patch):
                self._done[index] = replace(self._done[index], mask=packed(atom))

    def amend(self, change: Change) -> None:
        """Put ``change`` in the place of the last one, which it continues."""
        self._done[-1] = change
        self._undone.clear()

    def back(self) -> Change:
        """Move one change from done to undone."""
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def forth(self) -> Change:
        """Move one change from undone to done."""
        self._done.append(self._undone.pop())
        return self._done[-1]

    def stacks(self) -> Iterator[Edits]:
        """Every stack that undo or redo can bring back."""
        for change in (*self._done, *self._undone):
            if change.edits is not None:
                yield from change.edits

    def rewrite(self, edits: Callable[[Edits], Edits]) -> None:
        """Change every stack, when something has become known of its edits."""
        for changes in (self._done, self._undone):
            for index, change in enumerate(changes):
                if change.edits is not None:
                    before, after = change.edits
                    changes[index] = replace(change, edits=(edits(before), edits(after)))


def packed(atom: Patch | None) -> PackedAtom | None:
    """An undo atom whose values take little memory; nothing of none."""
    if atom is None:
        return None
    import zstandard

    packer = zstandard.ZstdCompressor(level=1)

    def pack(values: np.ndarray | int) -> Packed | int:
        if not isinstance(values, np.ndarray):
            return values
        packed = packer.compress(values.tobytes())
        return Packed(bytes(memoryview(packed)), values.shape)  # a copy: the packer's own keeps room for the worst case

    return PackedAtom(atom.box, pack(atom.old), pack(atom.new))


def _unpacked(atom: PackedAtom) -> Patch:
    old, new = (side.values() if isinstance(side, Packed) else side for side in (atom.old, atom.new))
    return Patch(atom.box, old, new)
