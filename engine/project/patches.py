"""Patches: the pixels that an edit or a mask changed, stored without loss in tiles and read only where needed.

Layout of a file: the tiles, one after another; then the trailer. A tile is a zstandard frame (level 1, checksummed) of
a flag, the samples, each less the one above it, the two bytes of deep samples apart, and one bit for each pixel that
changed. Pixels that did not change are not stored, so that the picture below shows there, whatever it becomes.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from engine.errors import BadInput
from engine.values import Box

if TYPE_CHECKING:
    import zstandard

MAGIC = b"OTPATCH1"
SUFFIX = ".patch"
TILE = 512  # pixels a side
LEVEL = 1
LARGEST = 400_000_000  # pixels of a frame; a photo of the largest size may grow to it
SIDE = 2**20  # pixels, the longest side
LARGEST_PROFILE = 16 * 2**20  # bytes
TRAILER = struct.Struct("<IIIIIIBBIQ8s")  # frame, box, bands, bytes a sample, bytes of profile, bytes in all, magic
LENGTH = np.dtype("<u4")
GAP = 5  # pixels; unchanged ones between changed ones this near belong to the same change
DAMAGED = "Take an older copy of the file."


@dataclass(frozen=True)
class Place:
    """One tile: its box in the frame, and where its bytes lie."""

    box: Box
    start: int
    length: int


def grid(width: int, height: int) -> Iterator[Box]:
    """The tiles of a frame, row by row."""
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            yield Box(left, top, min(left + TILE, width), min(top + TILE, height))


def write_patch(
    file: BinaryIO,
    after: np.ndarray,
    before: np.ndarray | None = None,
    origin: tuple[int, int] = (0, 0),
    profile: bytes | None = None,
) -> Box | None:
    """Write what changed from ``before`` to ``after``.

    Parameters
    ----------
    file
        Written forwards only.
    after
        ``(H, W, bands)`` uint8 or uint16, the whole frame.
    before
        Of the same bands and depth; absent when all of ``after`` counts as changed.
    origin
        Where the corner of ``before`` lies in the frame; what lies beyond it is new.
    profile
        Colour profile that belongs to the pixels.

    Returns
    -------
    The smallest box around all that changed, in the frame; nothing when nothing did.
    """
    import zstandard

    height, width, bands = after.shape
    packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    lengths: list[int] = []
    box: Box | None = None
    for tile in grid(width, height):
        pixels = after[tile.slices]
        changed = _changed(pixels, before, tile.moved(-origin[0], -origin[1]))
        inner = None if changed is None else bounds(changed)
        if changed is None or inner is None:
            lengths.append(0)
            continue
        box = inner.moved(tile.left, tile.top).union(box)
        data = packer.compress(_packed(pixels, changed))
        lengths.append(len(data))
        file.write(data)
    table = np.array(lengths, LENGTH).tobytes()
    icc = profile or b""
    edges = box or Box(0, 0, 0, 0)
    size = sum(lengths) + len(table) + len(icc) + TRAILER.size
    numbers = (width, height, edges.left, edges.top, edges.right, edges.bottom, bands, after.dtype.itemsize)
    file.write(table + icc + TRAILER.pack(*numbers, len(icc), size, MAGIC))
    return box


def bounds(values: np.ndarray) -> Box | None:
    """The smallest box around everything that is not 0 in ``(h, w)``."""
    rows = np.flatnonzero(values.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(values[rows[0] : rows[-1] + 1].any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _changed(pixels: np.ndarray, before: np.ndarray | None, place: Box) -> np.ndarray | None:
    """``(h, w)`` bool of what differs from ``before`` at ``place``, or nothing when all is equal.

    An equal pixel inside a change is part of it: it must not show another picture that is put below one day.
    """
    height, width = pixels.shape[:2]
    if before is None:
        return np.ones((height, width), bool)
    inside = place.clip(before.shape[1], before.shape[0])
    changed = np.ones((height, width), bool)
    if inside.width > 0 and inside.height > 0:
        part = inside.moved(-place.left, -place.top)
        old, new = before[inside.slices], pixels[part.slices]
        if part == Box(0, 0, width, height) and np.array_equal(old, new):
            return None
        differs = old[..., 0] != new[..., 0]
        for band in range(1, pixels.shape[2]):
            differs |= old[..., band] != new[..., band]
        changed[part.slices] = differs
    import cv2

    return cv2.morphologyEx(changed.view(np.uint8), cv2.MORPH_CLOSE, np.ones((GAP, GAP), np.uint8)).view(bool)


def _packed(pixels: np.ndarray, changed: np.ndarray) -> bytes:
    whole = bool(changed.all())
    kept = pixels if whole else np.where(changed[..., None], pixels, 0)
    steps = kept.copy()
    steps[1:] -= kept[:-1]
    planes = steps.view(np.uint8).reshape(-1, steps.itemsize).T if steps.itemsize > 1 else steps
    bits = b"" if whole else np.packbits(changed).tobytes()
    return bytes([whole]) + planes.tobytes() + bits


class Patch:
    """A stored patch, opened; tiles are read when they are wanted.

    Parameters
    ----------
    source
        The file, or its bytes.

    Attributes
    ----------
    width, height
        Of the frame, the picture whose pixels these are.
    box
        The smallest box around all that changed; nothing when nothing did.
    bands
        Samples of a pixel, 1 to 4.
    dtype
        uint8 or uint16.
    profile
        Colour profile that belongs to the pixels, if one was stored.

    Raises
    ------
    BadInput
        When it is absent, damaged or larger than the stated limits; nothing is allocated before that is known.
    """

    def __init__(self, source: Path | bytes) -> None:
        self._source = source
        self.name = source.name if isinstance(source, Path) else "a patch"
        try:
            with self._open() as file:
                self._read_trailer(file, file.seek(0, io.SEEK_END))
        except OSError as error:
            raise BadInput(f"{self.name} cannot be read ({error.strerror}).", DAMAGED) from error

    def _open(self) -> BinaryIO:
        return self._source.open("rb") if isinstance(self._source, Path) else io.BytesIO(self._source)

    def _read_trailer(self, file: BinaryIO, size: int) -> None:
        if size < TRAILER.size:
            raise self._damaged()
        file.seek(size - TRAILER.size)
        width, height, left, top, right, bottom, bands, depth, icc, total, magic = TRAILER.unpack(
            file.read(TRAILER.size)
        )
        if magic != MAGIC or total != size or not 0 < bands <= 4 or depth not in (1, 2) or icc > LARGEST_PROFILE:
            raise self._damaged()
        if not (0 < width <= SIDE and 0 < height <= SIDE and width * height <= LARGEST):
            raise self._damaged()
        if not (left <= right <= width and top <= bottom <= height):
            raise self._damaged()
        count = math.ceil(width / TILE) * math.ceil(height / TILE)
        start = size - TRAILER.size - icc - count * LENGTH.itemsize
        if start < 0:
            raise self._damaged()
        file.seek(start)
        lengths = np.frombuffer(file.read(count * LENGTH.itemsize), LENGTH).astype(np.int64)
        if int(lengths.sum()) != start:
            raise self._damaged()
        self.profile = file.read(icc) if icc else None
        self.width, self.height, self.bands = width, height, bands
        self.dtype = np.dtype(np.uint8 if depth == 1 else np.uint16)
        self.box = Box(left, top, right, bottom) if right > left and bottom > top else None
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._places = [
            Place(box, int(begin), int(length))
            for box, begin, length in zip(grid(width, height), starts, lengths, strict=True)
            if length
        ]

    def tiles(self, wanted: Box | None = None) -> Iterator[tuple[Box, np.ndarray, np.ndarray | None]]:
        """The stored tiles that reach into ``wanted`` (all by default).

        Yields
        ------
        The tile's box in the frame, its ``(h, w, bands)`` samples, and ``(h, w)`` bool of what changed; nothing in its
        place when all of it did.

        Raises
        ------
        BadInput
            When the file is damaged or gone.
        """
        import zstandard

        unpacker = zstandard.ZstdDecompressor()
        try:
            with self._open() as file:
                for place in self._places:
                    if wanted is not None and not overlap(place.box, wanted):
                        continue
                    file.seek(place.start)
                    yield (place.box, *self._unpacked(unpacker, file.read(place.length), place.box))
        except (OSError, zstandard.ZstdError) as error:
            raise self._damaged() from error

    def _unpacked(
        self, unpacker: zstandard.ZstdDecompressor, data: bytes, box: Box
    ) -> tuple[np.ndarray, np.ndarray | None]:
        import zstandard

        pixels = box.width * box.height
        samples = pixels * self.bands * self.dtype.itemsize
        bits = (pixels + 7) // 8
        size = zstandard.get_frame_parameters(data).content_size
        if size not in (1 + samples, 1 + samples + bits):  # known before anything is unpacked
            raise self._damaged()
        raw = np.frombuffer(unpacker.decompress(data), np.uint8)
        if bool(raw[0]) != (size == 1 + samples):
            raise self._damaged()
        planes = raw[1 : 1 + samples]
        if self.dtype.itemsize > 1:
            planes = np.ascontiguousarray(planes.reshape(self.dtype.itemsize, -1).T)
        values = planes.view(self.dtype).reshape(box.height, box.width, self.bands).copy()
        for row in range(1, box.height):
            values[row] += values[row - 1]
        if raw[0]:
            return values, None
        changed = np.unpackbits(raw[1 + samples :], count=pixels).view(bool).reshape(box.height, box.width)
        return values, changed

    def _damaged(self) -> BadInput:
        return BadInput(f"{self.name} is damaged.", DAMAGED)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
