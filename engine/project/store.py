"""Where the patches of a document are: in memory until they are written, then in its folder."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.files.disk import Disk, write_whole
from engine.project.patches import SUFFIX, Patch, write_patch
from engine.values import Box

PATCHES = "patches"
MASKS = "masks"


def patch_member(key: str) -> str:
    """The name of an edit's patch inside a project."""
    return f"{PATCHES}/{key}{SUFFIX}"


def mask_member(key: str) -> str:
    """The name of a mask inside a project."""
    return f"{MASKS}/{key}{SUFFIX}"


@dataclass(frozen=True, eq=False)
class Fresh:
    """A patch not written yet: the arguments of :func:`~engine.project.patches.write_patch`."""

    after: np.ndarray
    before: np.ndarray | None = None
    origin: tuple[int, int] = (0, 0)
    profile: bytes | None = None

    def write(self, file: BinaryIO) -> Box | None:
        """Write it; returns the box of what changed."""
        return write_patch(file, self.after, self.before, self.origin, self.profile)


def _bytes(fresh: Fresh) -> bytes:
    file = io.BytesIO()
    fresh.write(file)
    return file.getvalue()


def fresh_mask(values: np.ndarray) -> Fresh:
    """A mask, ``(H, W)`` uint8 that nobody changes any more, as a patch over emptiness."""
    return Fresh(values[..., None], np.broadcast_to(np.uint8(0), (*values.shape, 1)))


class Store:
    """The patches of one document by their names inside the project.

    Parameters
    ----------
    folder
        Where they are written; without one they stay in memory, packed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._fresh: dict[str, Fresh | bytes] = {}

    def hold(self, member: str, fresh: Fresh) -> None:
        """Take a patch; quick, its pictures stay in memory until it is written."""
        self._fresh[member] = fresh

    def drop(self, member: str) -> None:
        """Let a patch go that was held and is not needed."""
        self._fresh.pop(member, None)

    def waits(self, member: str) -> bool:
        """Whether that patch is in memory only."""
        return member in self._fresh

    def open(self, member: str) -> Patch:
        """Open a patch, written or not; raises BadInput when it is gone or damaged."""
        held = self._fresh.get(member)
        if isinstance(held, Fresh):
            held = _bytes(held)
            if self.folder is None:
                self._fresh[member] = held
        if held is not None:
            return Patch(held)
        return Patch((self.folder or Path()) / member)

    def patch(self, key: str) -> Patch:
        """An edit's patch; raises as :meth:`open`."""
        return self.open(patch_member(key))

    def mask(self, key: str) -> np.ndarray:
        """A stored mask, ``(H, W)`` uint8; raises BadInput when it is gone or damaged."""
        patch = self.open(mask_member(key))
        values = np.zeros((patch.height, patch.width), np.uint8)
        for box, tile, changed in patch.tiles():
            np.copyto(values[box.slices], tile[..., 0], where=True if changed is None else changed)
        return values

    def write(self, member: str, disk: Disk) -> Box | None:
        """Write a patch that waits into the folder, so that it survives; for a worker.

        Returns
        -------
        The box of what changed.

        Raises
        ------
        OSError
            When the disk refuses; the patch goes on waiting.
        """
        assert self.folder is not None
        held = self._fresh[member]
        box: list[Box | None] = []

        def fill(file: BinaryIO) -> None:
            if isinstance(held, Fresh):
                box.append(held.write(file))
            else:
                file.write(held)
                box.append(Patch(held).box)

        write_whole(self.folder / member, fill, disk)
        self._fresh.pop(member, None)
        return box[0]

    def pack(self) -> None:
        """Pack what waits, so that it takes little memory until the disk takes it."""
        for member, held in list(self._fresh.items()):
            if isinstance(held, Fresh):
                self._fresh[member] = _bytes(held)
