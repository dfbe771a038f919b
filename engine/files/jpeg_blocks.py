"""JPEG to JPEG without loss elsewhere: blocks that an edit misses keep their DCT coefficients.

What is kept, exactly. A block whose pixels all equal the original's keeps its quantized coefficients bit for bit, with
the original's quantization tables. So every decoder gives the same samples for it. Where colour is stored at full size
(4:4:4) the decoded pixels of such a block are therefore those of the original file. Where it is stored smaller (4:2:0,
4:2:2) a block of colour covers up to 16 × 16 pixels, and most decoders smooth between neighbouring colour samples: the
pixels of an untouched block that lie directly (one pixel) beside a changed colour block may then differ by rounding of
that smoothing. :func:`reach` says which pixels those are; all others decode to the same values.

In changed blocks only changed pixels are new; the others keep the original's samples, unrounded, so that repeated
edits do not wear the picture down.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import jpeg, metadata
from engine.files.options import SaveOptions
from engine.files.sniffing import Kind
from engine.picture import Photo

AT_ONCE = 1 << 13  # blocks worked on at a time
LARGEST_DC, LARGEST_AC = 2047, 1023  # what baseline Huffman codes hold
SEQUENTIAL = frozenset({0xC0, 0xC1, 0xC2})
FROM_RGB = np.array(
    [[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]], np.float32
)
UPRIGHT_TO_STORED = {  # what undoes the turn that each EXIF orientation asks for
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, 1),
    7: lambda pixels: pixels.swapaxes(0, 1)[::-1, ::-1],
    8: lambda pixels: np.rot90(pixels, -1),
}


@dataclass(frozen=True)
class Stored:
    """The original as it is stored: pixels ``(H, W, 3)`` uint8 not yet turned upright, and the turn they need."""

    pixels: np.ndarray
    orientation: int


def asked_for(options: SaveOptions) -> bool:
    """Whether nothing that was chosen asks for other pixels than the photo's own."""
    return (
        options.quality is None
        and options.long_side is None
        and options.profile == "keep"
        and options.depth in (None, 8)
    )


def patch(photo: Photo, before: bytes, options: SaveOptions) -> bytes | str:
    """The original JPEG with only the changed blocks encoded anew.

    Parameters
    ----------
    photo
        The edited photo, upright.
    before
        Bytes of the JPEG that it came from.
    options
        What of the metadata is kept.

    Returns
    -------
    bytes or str
        The file, or in words why it cannot be done.
    """
    try:
        header = jpeg.header(before)
    except ValueError:
        return "the original could not be read again."
    reason = _unfit(photo, header)
    if reason:
        return reason
    stored = _stored(before)
    if stored is None:
        return "the original could not be read again."
    new = UPRIGHT_TO_STORED[stored.orientation](photo.rgb)
    if new.shape != stored.pixels.shape:
        return "its size has changed."
    changed = (new != stored.pixels).any(axis=2)
    if len(header.frame.factors) == 1 and (new != new[..., :1])[changed].any():
        return "the original is grey and the edit is not."
    scans = _scans(before, header, new, changed)
    if scans is None:
        return "its blocks could not be read."
    return jpeg.with_segments(scans, _carried(photo, header, before, options), drop=ALL_APPLICATION)


ALL_APPLICATION = frozenset({*range(0xE0, 0xF0), jpeg.COMMENT})


def reach(changed: np.ndarray, factors: tuple[tuple[int, int], ...]) -> np.ndarray:
    """Where decoded pixels may differ when ``changed`` ``(H, W)`` did: its blocks and, for small colour, a rim of one.

    Parameters
    ----------
    changed
        Bool, as the picture is stored.
    factors
        Sampling factors of the components, across and down.
    """
    across, down = max(each[0] for each in factors), max(each[1] for each in factors)
    small = across > 1 or down > 1
    height, width = changed.shape
    blocks = _blocks(changed, 8 * down, 8 * across)
    wide = blocks.repeat(8 * down, axis=0).repeat(8 * across, axis=1)[:height, :width]
    if not small:
        return wide
    padded = np.pad(wide, 1)
    shifts = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.logical_or.reduce(shifts)


def _unfit(photo: Photo, header: jpeg.Header) -> str:
    """Why this kind of original cannot be patched; empty when it can."""
    frame = header.frame
    if photo.pixels.dtype != np.uint8 or photo.pixels.shape[2] != 3:
        return "the photo is no longer an opaque one of 8 bits."
    if frame.marker not in SEQUENTIAL or frame.precision != 8:
        return "its kind of JPEG is rare."
    adobe = header.find(jpeg.ADOBE, b"Adobe")
    if len(frame.factors) not in (1, 3) or (adobe is not None and len(frame.factors) == 3 and adobe[6:7] == b"\0"):
        return "the original does not store its colours as most JPEGs do."
    across, down = max(each[0] for each in frame.factors), max(each[1] for each in frame.factors)
    if any(across % each[0] or down % each[1] for each in frame.factors):
        return "its subsampling is rare."
    return ""


def _stored(before: bytes) -> Stored | None:
    import pyvips

    try:
        image: Any = pyvips.Image.new_from_buffer(before, "", fail_on="truncated")
        fields = image.get_fields()
        orientation = image.get("orientation") if "orientation" in fields else 1
        pixels = image.numpy()
    except pyvips.Error:
        return None
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return Stored(pixels, orientation if orientation in UPRIGHT_TO_STORED else 1)


def _scans(before: bytes, header: jpeg.Header, new: np.ndarray, changed: np.ndarray) -> bytes | None:
    """The original's pictures with new coefficients where something changed; metadata is whatever the writer puts."""
    if not changed.any():
        return before
    import jpeglib

    bare = jpeg.with_segments(before, (), drop=ALL_APPLICATION - {jpeg.APP0, jpeg.ADOBE})
    with tempfile.TemporaryDirectory(prefix="overtone-") as folder:
        path = Path(folder) / "photo.jpg"
        path.write_bytes(bare)
        # Of the libraries in jpeglib only mozjpeg writes coefficients in several passes.
        library = "mozjpeg403" if header.frame.progressive else "turbo210"
        try:
            with jpeglib.version(library):
                file = jpeglib.read_dct(str(path))
                file.load()
            planes = [file.Y, file.Cb, file.Cr][: len(header.frame.factors)]
            if any(plane is None for plane in planes):
                return None
            for index, plane in enumerate(planes):
                table = header.quantization[header.frame.tables[index]].reshape(8, 8).astype(np.float32)
                _renew(plane, table, new, changed, index, header.frame.factors)
            with jpeglib.version(library):
                file.write_dct(str(path), flags=[] if header.standard_codes else ["OPTIMIZE_CODING"])
        except (OSError, ValueError, KeyError, RuntimeError):
            return None
        return path.read_bytes()


def _renew(
    plane: np.ndarray,
    table: np.ndarray,
    new: np.ndarray,
    changed: np.ndarray,
    index: int,
    factors: tuple[tuple[int, int], ...],
) -> None:
    """Write new coefficients into ``plane`` ``(rows, columns, 8, 8)`` where its blocks hold changed pixels."""
    down = max(each[1] for each in factors) // factors[index][1]
    across = max(each[0] for each in factors) // factors[index][0]
    places = np.argwhere(_blocks(changed, 8 * down, 8 * across))
    places = places[(places[:, 0] < plane.shape[0]) & (places[:, 1] < plane.shape[1])]
    basis = _basis()
    row = FROM_RGB[index]
    shift = 0.0 if index else 128.0
    for part in _parts(places):
        rows = np.minimum(part[:, :1] * 8 * down + np.arange(8 * down), new.shape[0] - 1)
        columns = np.minimum(part[:, 1:] * 8 * across + np.arange(8 * across), new.shape[1] - 1)
        where = rows[:, :, None], columns[:, None, :]
        values = new[where].astype(np.float32) @ row - shift
        mine = changed[where]
        kept = basis.T @ (plane[part[:, 0], part[:, 1]] * table) @ basis
        kept = kept.repeat(down, axis=1).repeat(across, axis=2)
        mixed = np.where(mine, values, kept).reshape(len(part), 8, down, 8, across).mean(axis=(2, 4))
        fresh = np.rint(basis @ mixed @ basis.T / table)
        fresh = np.clip(fresh, -LARGEST_AC, LARGEST_AC)
        plane[part[:, 0], part[:, 1]] = fresh.astype(plane.dtype)


def _parts(places: np.ndarray) -> Iterator[np.ndarray]:
    for at in range(0, len(places), AT_ONCE):
        yield places[at : at + AT_ONCE]


def _blocks(changed: np.ndarray, height: int, width: int) -> np.ndarray:
    """Which blocks of ``height`` × ``width`` pixels hold a changed one."""
    rows, columns = -changed.shape[0] % height, -changed.shape[1] % width
    padded = np.pad(changed, ((0, rows), (0, columns)))
    down, across = padded.shape[0] // height, padded.shape[1] // width
    return np.asarray(padded.reshape(down, height, across, width).any(axis=(1, 3)))


def _basis() -> np.ndarray:
    """The orthonormal DCT of 8 samples, ``(frequency, sample)``."""
    frequency, sample = np.mgrid[:8, :8]
    basis = np.cos((2 * sample + 1) * frequency * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    return basis.astype(np.float32)


def _carried(photo: Photo, header: jpeg.Header, before: bytes, options: SaveOptions) -> list[jpeg.Segment]:
    """The original's application segments and comments in their order, with the metadata brought up to date."""
    own = replace(photo, metadata=metadata.read(Kind.jpeg, before))
    blocks, _ = metadata.prepared(own, options, None)
    everything = options.metadata != "none"
    waiting = dict(metadata.segments(blocks))
    carried: list[jpeg.Segment] = []
    for each in header.segments:
        name = metadata.segment_name(each)
        if name:
            if name in waiting:
                carried.append(waiting.pop(name))
            elif name in blocks:  # grown beyond what a segment holds: what was there stays
                carried.append(each)
        elif each.marker in ALL_APPLICATION and (everything or _needed(each)):
            if each.marker == jpeg.APP2 and each.data.startswith(jpeg.MULTI_PICTURE_HEAD):
                continue  # further pictures behind the first, which show what was before
            carried.append(each)
    first = 1 if carried and carried[0].marker == jpeg.APP0 else 0
    return [*carried[:first], *waiting.values(), *carried[first:]]


def _needed(segment: jpeg.Segment) -> bool:
    """Whether decoders need a segment to show the right colours."""
    return segment.marker in (jpeg.APP0, jpeg.ADOBE) or segment.data.startswith(jpeg.ICC_HEAD)
