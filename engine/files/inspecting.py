"""What a picture file says of itself: type, size, colours, metadata, and how it came about."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from engine.files import tags, xmp
from engine.files.decoding import kind_at, read_blocks
from engine.files.reading import read_photo
from engine.files.sniffing import Kind
from engine.files.xmp import Provenance

CAMERA = {"make": 271, "model": 272, "software": 305, "artist": 315, "copyright": 33432}
TAKEN = 0x9003


@dataclass(frozen=True)
class Inspection:
    """What was found in a file.

    Attributes
    ----------
    kind
        Its type.
    width, height
        Pixels, upright.
    depth
        Bits a channel, as it is edited.
    transparent
        Whether it has a channel of transparency.
    profile
        Name of the embedded colour profile; empty for none, which means sRGB.
    orientation
        EXIF's number, 1 when it is not said.
    metadata
        Which blocks there are, and how many bytes each.
    details
        Camera, author and date, where EXIF tells them.
    has_place
        Whether EXIF tells where it was taken.
    provenance
        What XMP tells of its making.
    notes
        What was done to read it.
    """

    kind: Kind
    width: int
    height: int
    depth: int
    transparent: bool
    profile: str
    orientation: int
    metadata: dict[str, int]
    details: dict[str, str]
    has_place: bool
    provenance: Provenance
    notes: tuple[str, ...]


def inspect(path: Path) -> Inspection:
    """Read a picture file and tell what is in it.

    Raises
    ------
    BadInput
        When it is no picture or cannot be read.
    """
    kind = kind_at(path)
    photo = read_photo(path)
    stored = read_blocks(path, kind) or photo.metadata
    orientation, details, has_place = _exif(stored.get("exif"))
    return Inspection(
        kind,
        photo.width,
        photo.height,
        photo.pixels.dtype.itemsize * 8,
        photo.transparency is not None,
        profile_name(photo.icc),
        orientation,
        {name: len(block) for name, block in photo.metadata.items()},
        details,
        has_place,
        xmp.provenance(photo.metadata.get("xmp")),
        photo.notes,
    )


def profile_name(icc: bytes | None) -> str:
    """The description in a colour profile; empty for none."""
    if icc is None:
        return ""
    from PIL import ImageCms

    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc))).strip() or "unnamed"
    except (ImageCms.PyCMSError, OSError):
        return "damaged"


def _exif(block: bytes | None) -> tuple[int, dict[str, str], bool]:
    """Orientation, details and whether there is a place."""
    if block is None:
        return 1, {}, False
    try:
        layout, found = tags.Layout.of(block), tags.read(block)
    except tags.BadTags:
        return 1, {}, False
    kind, count, value = found.main.get(tags.ORIENTATION, (tags.SHORT, 1, b""))
    orientation = tags.number(tags.Entry(tags.ORIENTATION, kind, count, value, 0, 0), layout) if value else 1
    details = {name: _text(found.main[tag][2]) for name, tag in CAMERA.items() if tag in found.main}
    if TAKEN in found.exif:
        details["taken"] = _text(found.exif[TAKEN][2])
    return orientation, {name: text for name, text in details.items() if text}, bool(found.gps)


def _text(value: bytes) -> str:
    text = value.split(b"\0")[0].decode("utf-8", "replace").strip()
    return "".join(each for each in text if each.isprintable())
