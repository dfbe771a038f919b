"""Camera RAW files, developed by LibRaw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.files import jpeg, metadata, tags
from engine.files.metadata import Blocks
from engine.files.options import RawOptions
from engine.files.sniffing import Kind, mapped
from engine.picture import Photo

PHOTOMETRIC, SUB_DIRECTORIES = 262, 330
COLOUR_FILTER_ARRAY, LINEAR_RAW = 32803, 34892
MOST_SUB_DIRECTORIES = 16
SRGB_CURVE = (2.4, 12.92)


def is_sensor_tiff(path: Path) -> bool:
    """Whether a TIFF holds a sensor's samples (DNG, NEF, ARW and others), not a finished picture."""
    try:
        data = mapped(path)
        layout = tags.Layout.of(data)
        entries, _ = tags.directory(data, layout, layout.first)
        below = next((each for each in entries if each.tag == SUB_DIRECTORIES), None)
        places = _numbers(below, layout)[:MOST_SUB_DIRECTORIES] if below is not None else []
        found = [entries, *(tags.directory(data, layout, place)[0] for place in places)]
    except (OSError, ValueError):
        return False
    return any(
        each.tag == PHOTOMETRIC and tags.number(each, layout) in (COLOUR_FILTER_ARRAY, LINEAR_RAW)
        for entries in found
        for each in entries
    )


def _numbers(entry: tags.Entry, layout: tags.Layout) -> list[int]:
    width = tags.SIZES[entry.type]
    order = "little" if layout.order == "<" else "big"
    return [int.from_bytes(entry.value[at : at + width], order) for at in range(0, len(entry.value), width)]


def decode(path: Path, options: RawOptions, blocks: Blocks, check_size: Callable[[str, int, int], None]) -> Photo:
    """Develop a RAW file to 16-bit sRGB, upright.

    Raises
    ------
    BadInput
        When LibRaw cannot read it, or it is outside the limits.
    """
    import rawpy

    try:
        with rawpy.imread(str(path)) as file:
            check_size(path.name, file.sizes.iwidth, file.sizes.iheight)
            notes = ()
            if options.white_balance == "camera" and not any(file.camera_whitebalance[:3]):
                notes = (f"{path.name} notes no white balance; it was judged from the picture.",)
            pixels = file.postprocess(
                use_camera_wb=options.white_balance == "camera" and not notes,
                use_auto_wb=options.white_balance == "auto" or bool(notes),
                bright=2.0**options.exposure,
                output_bps=16,
                output_color=rawpy.ColorSpace.sRGB,
                gamma=SRGB_CURVE,
            )
            if pixels.shape[2] == 1:  # a sensor without colours
                pixels = np.repeat(pixels, 3, axis=2)
            if "exif" not in blocks:
                blocks = blocks | _of_preview(file)
    except rawpy.LibRawError as error:
        raise BadInput(f"{path.name} cannot be developed.", "Convert it to DNG or TIFF.") from error
    return Photo(np.ascontiguousarray(pixels), None, blocks, notes)


def _of_preview(file: Any) -> Blocks:
    """The EXIF data of the JPEG preview, where the RAW file's own layout is not known."""
    import rawpy

    try:
        preview = file.extract_thumb()
    except rawpy.LibRawError:
        return {}
    if preview.format is not rawpy.ThumbFormat.JPEG:
        return {}
    try:
        exif = jpeg.header(preview.data).find(jpeg.APP1, jpeg.EXIF_HEAD)
    except ValueError:
        return {}
    return {"exif": exif} if exif else metadata.read(Kind.jpeg, preview.data)
