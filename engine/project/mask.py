"""The mask as a Qt-free model: brush and eraser strokes, whole-mask operations, and undo atoms for each of them.

An atom holds the changed box with its old and new values, so the memory of undo is bounded by what was touched.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from engine.values import Box

TILE = 256  # pixels; old values of a running stroke are kept by tile, so a stroke costs what it touches
TIP_BYTES = 64 * 2**20  # of brush tips kept: a pen's pressure changes the size within a stroke
SPACING = 0.1  # of the radius, between stamps: the outline then errs by radius / 800


class Combine(enum.Enum):
    """How a shape joins the mask."""

    new = "new"
    add = "add"
    subtract = "subtract"
    intersect = "intersect"


@dataclass(frozen=True, eq=False)
class Patch:
    """An undo atom: inside ``box`` the mask went from ``old`` to ``new`` (arrays of the box's shape, or one value)."""

    box: Box
    old: np.ndarray | int
    new: np.ndarray | int

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(values.nbytes for values in (self.old, self.new) if isinstance(values, np.ndarray))


@dataclass(frozen=True)
class Inversion:
    """An undo atom for turning the whole mask inside out; it is its own inverse and holds nothing."""

    size: int = 0


Atom = Patch | Inversion


def stamp(radius: float, hardness: float) -> np.ndarray:
    """A round brush tip.

    Parameters
    ----------
    radius
        In pixels, above 0.
    hardness
        0 (soft from the centre on) to 1 (full up to the edge, which is then one pixel soft).

    Returns
    -------
    ``(2 n + 1, 2 n + 1)`` uint8, 255 in the middle.
    """
    reach = math.ceil(radius)
    axis = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    soft = max(radius * (1 - hardness), 1.0)
    ramp = np.clip((radius + 0.5 - distance) / soft, 0, 1)
    return np.rint(255 * ramp * ramp * (3 - 2 * ramp)).astype(np.uint8)


class Mask:
    """Where to edit: one byte for each pixel of the photo, 255 where the edit may change everything.

    Attributes
    ----------
    width, height
        Size in pixels, that of the photo.
    version
        Grows with every change, so that slow work on a copy can tell whether it still fits.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._values = np.zeros((height, width), np.uint8)
        self._before: dict[tuple[int, int], np.ndarray] | None = None
        self._stamps: dict[tuple[float, float], np.ndarray] = {}
        self._empty = True
        self._extent: Box | None = None
        self.version = 0

    @property
    def values(self) -> np.ndarray:
        """``(H, W)`` uint8, a read-only view that follows later strokes."""
        view = self._values.view()
        view.flags.writeable = False
        return view

    @property
    def whole(self) -> Box:
        """The box of the whole mask."""
        return Box(0, 0, self.width, self.height)

    @property
    def empty(self) -> bool:
        """Whether nothing is painted."""
        return self._empty

    @property
    def extent(self) -> Box | None:
        """A box outside which everything is 0; quick, may be larger than :meth:`bounds`."""
        return self._extent

    @property
    def painting(self) -> bool:
        """Whether a stroke has begun and not ended."""
        return self._before is not None

    def bounds(self) -> Box | None:
        """The smallest box around everything painted, or nothing when the mask is empty."""
        if self._extent is None:
            return None
        inner = _bounds(self._values[self._extent.slices])
        return inner and _moved(inner, self._extent)

    # strokes

    def begin(self) -> None:
        """Begin a stroke; a stroke still open is ended first and cannot be undone by itself."""
        self._before = {}
        self.version += 1

    def line(
        self, start: tuple[float, float], end: tuple[float, float], radius: float, *, erase: bool, hardness: float = 0.8
    ) -> Box | None:
        """Paint or erase along a straight piece of the stroke.

        Parameters
        ----------
        start, end
            ``(x, y)`` in the photo's pixels; may lie outside. Equal points make one dab.
        radius
            Of the brush in the photo's pixels.
        erase
            Whether to take away instead of adding.
        hardness
            See :func:`stamp`.

        Returns
        -------
        The box that may have changed, or nothing when the piece lies outside the mask.
        """
        if self._before is None:
            self.begin()
        radius = max(round(radius, 1 if radius < 20 else 0), 0.5)  # few sizes, so that their tips can be kept
        tip = self._stamp(radius, hardness)
        length = math.dist(start, end)
        count = max(1, math.ceil(length / max(radius * SPACING, 1.0)))
        dirty: Box | None = None
        for step in range(0 if length == 0 else 1, count + 1) if length else (0,):
            share = step / count
            x = start[0] + (end[0] - start[0]) * share
            y = start[1] + (end[1] - start[1]) * share
            touched = self._dab(tip, math.floor(x), math.floor(y), erase)
            dirty = touched.union(dirty) if touched else dirty
        return dirty

    def end(self) -> Patch | None:
        """End the stroke and return its undo atom, or nothing when no value changed."""
        before, self._before = self._before, None
        if not before:
            return None
        rows = [row for row, _ in before]
        columns = [column for _, column in before]
        box = Box(min(columns) * TILE, min(rows) * TILE, (max(columns) + 1) * TILE, (max(rows) + 1) * TILE).clip(
            self.width, self.height
        )
        new = self._values[box.slices].copy()
        old = new.copy()
        for (row, column), tile in before.items():
            top, left = row * TILE - box.top, column * TILE - box.left
            old[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
        return self._trimmed(box, old, new)

    # whole-mask operations

    def clear(self) -> Patch | None:
        """Take everything away; nothing is returned when the mask was empty already."""
        box = self.bounds()
        if box is None:
            return None
        patch = Patch(box, self._values[box.slices].copy(), 0)
        self.apply(patch)
        self._extent = None
        return patch

    def invert(self) -> Inversion:
        """Turn the mask inside out."""
        atom = Inversion()
        self.apply(atom)
        return atom

    def replace(self, values: np.ndarray) -> Patch | None:
        """Take over another mask of the same size, ``(H, W)`` uint8; raises ValueError for another shape."""
        if values.shape != self._values.shape or values.dtype != np.uint8:
            raise ValueError(f"mask must be {self._values.shape} uint8, not {values.shape} {values.dtype}")
        patch = self._trimmed(self.whole, self._values, values)
        if patch is not None:
            self.apply(patch)
        return patch

    def combine(self, shape: np.ndarray, box: Box, how: Combine) -> Patch | None:
        """Join a shape with the mask.

        Parameters
        ----------
        shape
            ``(h, w)`` uint8 of the box's size; outside it the shape is 0.
        box
            Where it lies; inside the mask.
        how
            ``new`` takes the shape alone, ``intersect`` what both cover.
        """
        touched = box if how in (Combine.add, Combine.subtract) else box.union(self._extent)
        old = self._values[touched.slices]
        fresh = np.zeros_like(old)
        fresh[box.moved(-touched.left, -touched.top).slices] = shape
        match how:
            case Combine.add:
                np.maximum(old, fresh, out=fresh)
            case Combine.subtract:
                np.minimum(old, 255 - fresh, out=fresh)
            case Combine.intersect:
                np.minimum(old, fresh, out=fresh)
            case Combine.new:
                pass
        patch = self._trimmed(touched, old, fresh)
        if patch is not None:
            self.apply(patch)
        return patch

    # undo

    def apply(self, atom: Atom, *, undo: bool = False) -> Box:
        """Do an atom again, or undo it. Returns the box that changed."""
        self.version += 1
        if isinstance(atom, Inversion):
            np.subtract(255, self._values, out=self._values)
            self._extent = self.whole
            self._look_if_empty()
            return self.whole
        self._values[atom.box.slices] = atom.old if undo else atom.new
        self._extent = atom.box.union(self._extent)
        self._look_if_empty()
        return atom.box

    def _look_if_empty(self) -> None:
        self._empty = self._extent is None or not self._values[self._extent.slices].any()
        if self._empty:
            self._extent = None

    def _stamp(self, radius: float, hardness: float) -> np.ndarray:
        key = (radius, hardness)
        if key not in self._stamps:
            if sum(tip.nbytes for tip in self._stamps.values()) > TIP_BYTES:
                self._stamps.clear()
            self._stamps[key] = stamp(radius, hardness)
        return self._stamps[key]

    def _dab(self, tip: np.ndarray, x: int, y: int, erase: bool) -> Box | None:
        reach = tip.shape[0] // 2
        full = Box(x - reach, y - reach, x + reach + 1, y + reach + 1)
        box = full.clip(self.width, self.height)
        if box.width <= 0 or box.height <= 0:
            return None
        self._keep(box)
        part = tip[box.top - full.top : box.bottom - full.top, box.left - full.left : box.right - full.left]
        target = self._values[box.slices]
        if erase:
            np.minimum(target, 255 - part, out=target)
        else:
            np.maximum(target, part, out=target)
            self._empty = False
            self._extent = box.union(self._extent)
        return box

    def _keep(self, box: Box) -> None:
        """Remember the values of every tile that the stroke touches for the first time."""
        assert self._before is not None
        for row in range(box.top // TILE, (box.bottom - 1) // TILE + 1):
            for column in range(box.left // TILE, (box.right - 1) // TILE + 1):
                if (row, column) not in self._before:
                    rows = slice(row * TILE, (row + 1) * TILE)
                    self._before[row, column] = self._values[rows, column * TILE : (column + 1) * TILE].copy()

    def _trimmed(self, box: Box, old: np.ndarray, new: np.ndarray) -> Patch | None:
        self._look_if_empty()
        inner = _bounds(old != new)
        if inner is None:
            return None
        return Patch(_moved(inner, box), old[inner.slices].copy(), new[inner.slices].copy())


def _bounds(values: np.ndarray) -> Box | None:
    """The smallest box around everything that is not 0 in ``(h, w)``."""
    rows = np.flatnonzero(values.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(values[rows[0] : rows[-1] + 1].any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _moved(box: Box, origin: Box) -> Box:
    """``box``, given relative to the corner of ``origin``, in the coordinates of ``origin``."""
    x, y = origin.left, origin.top
    return Box(box.left + x, box.top + y, box.right + x, box.bottom + y)
