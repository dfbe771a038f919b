"""Pictures read: upright, at their own depth, with profile and metadata kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.colour import PhotoColour, converted
from engine.files.decoding import decode
from engine.files.options import AS_SHOT, RawOptions
from engine.picture import Photo


def read_photo(path: Path, raw: RawOptions = AS_SHOT) -> Photo:
    """Read a picture upright, in its own depth, without converting its colours.

    CMYK becomes sRGB, grey becomes RGB, palettes are expanded, of several frames the first is taken, and camera RAW
    files are developed as ``raw`` says; all but the harmless are told in ``Photo.notes``.

    Raises
    ------
    BadInput
        When it is no picture, damaged, truncated, smaller than 8 px on a side or above 200 megapixels, or ``raw`` asks
        to develop what is not a camera RAW file.
    """
    return decode(path, raw)


def read_reference(path: Path) -> Photo:
    """Read a reference picture: as :func:`read_photo`, then converted to 8-bit sRGB."""
    photo = read_photo(path)
    colour = PhotoColour(photo.icc)
    notes = photo.notes
    pixels = photo.pixels
    if not colour.usable:
        notes = (*notes, f"The colour profile of {path.name} could not be used.")
    elif not colour.same:
        pixels = converted(pixels, photo.icc, None)
    if pixels.dtype == np.uint16:
        pixels = np.rint(pixels / np.float32(257)).astype(np.uint8)
    return Photo(np.ascontiguousarray(pixels), notes=notes)
