"""EXIF, XMP and IPTC as they travel from a file into a photo and back into another file."""

from __future__ import annotations

from engine.files import containers, jpeg, tags, xmp
from engine.files.options import SaveOptions
from engine.files.sniffing import Kind
from engine.picture import Photo

Blocks = dict[str, bytes]
DESCRIPTIVE = frozenset({270, 271, 272, 282, 283, 296, 305, 306, 315, 33432, tags.ORIENTATION})  # of a RAW file's first
SOFTWARE = 305


def read(kind: Kind, data: bytes | memoryview) -> Blocks:
    """The metadata blocks of a file's bytes; what is broken is left out. HEIC and AVIF: see their decoders."""
    try:
        match kind:
            case Kind.jpeg:
                return _of_jpeg(jpeg.header(data))
            case Kind.png:
                return containers.png_metadata(data)
            case Kind.webp:
                return containers.webp_metadata(data)
            case Kind.jxl:
                return containers.jxl_metadata(data)
            case Kind.tiff | Kind.raw:
                return _of_tiff(data, kind is Kind.raw)
            case _:
                return {}
    except ValueError:
        return {}


def _of_jpeg(header: jpeg.Header) -> Blocks:
    irb = header.find(jpeg.APP13, jpeg.PHOTOSHOP_HEAD)
    found = {
        "exif": header.find(jpeg.APP1, jpeg.EXIF_HEAD),
        "xmp": header.find(jpeg.APP1, jpeg.XMP_HEAD),
        "photoshop": irb,
        "iptc": containers.iptc_of(irb) if irb is not None else None,
    }
    return {name: block for name, block in found.items() if block}


def _of_tiff(data: bytes | memoryview, raw: bool) -> Blocks:
    layout = tags.Layout.of(data)
    entries, _ = tags.directory(data, layout, layout.first)
    found: Blocks = {}
    for name, tag in (("xmp", tags.XMP), ("iptc", tags.IPTC), ("photoshop", tags.PHOTOSHOP)):
        block = next((each for each in entries if each.tag == tag), None)
        if block is not None:
            swapped = tag == tags.IPTC and block.type == tags.LONG and layout.order == ">"
            found[name] = _swapped(block.value) if swapped else block.value
    if "iptc" not in found and "photoshop" in found:
        iptc = containers.iptc_of(found["photoshop"])
        if iptc:
            found["iptc"] = iptc
    described = tags.read(data)
    if raw:
        main = {tag: entry for tag, entry in described.main.items() if tag in DESCRIPTIVE}
        described = tags.Tags(described.order, main, described.exif, described.gps, described.interop)
    if described.main or described.exif or described.gps:
        found["exif"] = tags.write(described)
    return found


def _swapped(value: bytes) -> bytes:
    """IPTC that was declared as 4-byte numbers, in its own order again: writers store the bytes as they are."""
    return value if value[:1] == b"\x1c" else b"".join(value[at : at + 4][::-1] for at in range(0, len(value), 4))


def prepared(photo: Photo, options: SaveOptions, size: tuple[int, int] | None) -> tuple[Blocks, list[str]]:
    """The blocks to write, and what could not be kept.

    Parameters
    ----------
    photo
        With what was read and done.
    options
        Which of it is kept.
    size
        Width and height of the picture as it is written, upright; absent when it is stored as the original was.
    """
    blocks: Blocks = dict(photo.metadata) if options.metadata != "none" else {}
    notes: list[str] = []
    place = options.metadata == "all"
    if "exif" in blocks:
        try:
            blocks["exif"] = tags.renewed(blocks["exif"], size, place)
        except tags.BadTags:
            del blocks["exif"]
            notes.append("The photo's EXIF data is damaged and was left out.")
    if "photoshop" in blocks:
        blocks["photoshop"] = containers.photoshop_with(blocks["photoshop"], blocks.get("iptc"))
    steps = photo.history if options.provenance else ()
    try:
        packet = xmp.updated(blocks.get("xmp"), steps, place, upright=size is not None)
    except xmp.BadPacket:
        notes.append("The photo's XMP data is damaged and was replaced.")
        packet = xmp.updated(None, steps)
    blocks.pop("xmp", None)
    if packet is not None:
        blocks["xmp"] = packet
    return blocks, notes


def segments(blocks: Blocks) -> dict[str, jpeg.Segment]:
    """The blocks as segments of a JPEG; those that one segment cannot hold are left out (see :func:`too_large`)."""
    made = {}
    if "exif" in blocks:
        made["exif"] = jpeg.Segment(jpeg.APP1, jpeg.EXIF_HEAD + blocks["exif"])
    if "xmp" in blocks:
        made["xmp"] = jpeg.Segment(jpeg.APP1, jpeg.XMP_HEAD + blocks["xmp"])
    resources = blocks.get("photoshop")
    if resources is None and "iptc" in blocks:
        resources = containers.photoshop_with(b"", blocks["iptc"])
    if resources:
        made["photoshop"] = jpeg.Segment(jpeg.APP13, jpeg.PHOTOSHOP_HEAD + resources)
    return {name: each for name, each in made.items() if len(each.data) <= jpeg.LONGEST}


def too_large(blocks: Blocks) -> list[str]:
    """Names of the blocks that one segment of a JPEG cannot hold."""
    there = segments(blocks)
    names = {"exif": "EXIF", "xmp": "XMP", "photoshop": "Photoshop"}
    return [said for name, said in names.items() if name in blocks and name not in there]


def segment_name(segment: jpeg.Segment) -> str:
    """Which block a segment of a JPEG holds; empty for none."""
    for name, marker, head in (
        ("exif", jpeg.APP1, jpeg.EXIF_HEAD),
        ("xmp", jpeg.APP1, jpeg.XMP_HEAD),
        ("photoshop", jpeg.APP13, jpeg.PHOTOSHOP_HEAD),
    ):
        if segment.marker == marker and segment.data.startswith(head):
            return name
    return ""
