"""TIFF tag directories, the form of EXIF in every file type: read, changed in place, and written anew.

Changing in place keeps every offset, so that makers' notes, whose inner offsets nobody else knows, stay readable.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

COMPRESSION, ORIENTATION, WIDTH, HEIGHT = 259, 0x0112, 0xA002, 0xA003
EXIF, GPS, INTEROP = 0x8769, 0x8825, 0xA005
XMP, IPTC, PHOTOSHOP, ICC = 700, 33723, 34377, 34675
THUMBNAIL_OFFSET, THUMBNAIL_LENGTH = 0x0201, 0x0202
SHORT, LONG = 3, 4
UNDEFINED, BYTE = 7, 1
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
MOST_ENTRIES = 4096
# Tags that say how a TIFF stores its samples; all others describe the picture and may be carried to another file.
STRUCTURE = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 277, 278, 279, 280, 281, 284, 288, 289, 290, 291, 292}
    | {293, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 330, 332, 333, 334, 336, 337, 338}
    | {339, 340, 341, 342, 343, 344, 345, 346, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532}
    | {XMP, IPTC, PHOTOSHOP, ICC, EXIF, GPS, 37724, 50341}
)


class BadTags(ValueError):
    """The directories lead outside the data or in circles."""


@dataclass(frozen=True)
class Entry:
    """One tag: its type, number of values, their bytes, and where entry and bytes lie in the data."""

    tag: int
    type: int
    count: int
    value: bytes
    at: int
    value_at: int


@dataclass(frozen=True)
class Tags:
    """Directories to be carried to another file.

    Attributes
    ----------
    order
        ``<`` or ``>``: byte order of the values.
    main, exif, gps, interop
        Tag to type, count and bytes.
    """

    order: str
    main: Mapping[int, tuple[int, int, bytes]] = field(default_factory=dict)
    exif: Mapping[int, tuple[int, int, bytes]] = field(default_factory=dict)
    gps: Mapping[int, tuple[int, int, bytes]] = field(default_factory=dict)
    interop: Mapping[int, tuple[int, int, bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """Byte order and widths of a TIFF's header: classic or BigTIFF."""

    order: str
    big: bool
    first: int

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview) -> Layout:
        """The layout that the header tells.

        Raises
        ------
        BadTags
            When it is no TIFF header.
        """
        order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
        if order is None or len(data) < 8:
            raise BadTags("no TIFF header")
        (version,) = struct.unpack_from(order + "H", data, 2)
        if version == 43 and len(data) >= 16:
            return cls(order, True, struct.unpack_from(order + "Q", data, 8)[0])
        if version not in (42, 0x55, 0x4F52, 0x5352):
            raise BadTags("no TIFF header")
        return cls(order, False, struct.unpack_from(order + "I", data, 4)[0])


def directory(data: bytes | bytearray | memoryview, layout: Layout, at: int) -> tuple[list[Entry], int]:
    """The entries of the directory at ``at`` and the offset of the next one, 0 for none.

    Raises
    ------
    BadTags
        When it leads outside the data.
    """
    order = layout.order
    count_code, entry_code, inline = ("Q", "HHQ", 8) if layout.big else ("H", "HHI", 4)
    entry_size = struct.calcsize("=" + entry_code) + inline
    head = struct.calcsize("=" + count_code)
    try:
        (count,) = struct.unpack_from(order + count_code, data, at)
        if not 0 < count <= MOST_ENTRIES:
            raise BadTags(f"{count} entries")
        entries = []
        total = 0
        for index in range(count):
            place = at + head + index * entry_size
            tag, kind, number = struct.unpack_from(order + entry_code, data, place)
            size = SIZES.get(kind, 0) * number
            where = place + entry_size - inline
            if size > inline:
                (where,) = struct.unpack_from(order + ("Q" if layout.big else "I"), data, where)
            total += size
            if where + size > len(data) or total > len(data):  # values that share their bytes unfold without end
                raise BadTags(f"tag {tag} leads outside the data")
            if size:
                entries.append(Entry(tag, kind, number, bytes(data[where : where + size]), place, where))
        (following,) = struct.unpack_from(order + ("Q" if layout.big else "I"), data, at + head + count * entry_size)
    except (struct.error, OverflowError) as error:
        raise BadTags("cut off") from error
    return entries, following


def directories(data: bytes | bytearray | memoryview) -> Iterator[tuple[str, int, list[Entry], int]]:
    """The main, EXIF, GPS, interoperability and thumbnail directories: name, offset, entries, next offset.

    Raises
    ------
    BadTags
        When the main directory cannot be read; broken ones below it are left out.
    """
    layout = Layout.of(data)
    main, following = directory(data, layout, layout.first)
    yield "main", layout.first, main, following
    for name, tag, above in (("exif", EXIF, main), ("gps", GPS, main), ("thumbnail", 0, main)):
        at = following if tag == 0 else next((number(each, layout) for each in above if each.tag == tag), 0)
        if not at:
            continue
        try:
            entries, after = directory(data, layout, at)
        except BadTags:
            continue
        yield name, at, entries, after
        inner = next((number(each, layout) for each in entries if each.tag == INTEROP), 0) if name == "exif" else 0
        if inner:
            try:
                yield ("interop", inner, *directory(data, layout, inner))
            except BadTags:
                continue


def number(entry: Entry, layout: Layout) -> int:
    """The first value of an entry of whole numbers; 0 for other types."""
    code = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}.get(entry.type)
    return struct.unpack_from(layout.order + code, entry.value)[0] if code else 0


def compression(data: bytes | memoryview) -> str:
    """How a TIFF is compressed, in libvips' words; what it cannot write becomes lzw."""
    try:
        layout = Layout.of(data)
        entries, _ = directory(data, layout, layout.first)
    except BadTags:
        return "lzw"
    said = next((number(each, layout) for each in entries if each.tag == COMPRESSION), 1)
    return {1: "none", 5: "lzw", 8: "deflate", 32946: "deflate", 50000: "zstd"}.get(said, "lzw")


def read(data: bytes | bytearray | memoryview, structure: frozenset[int] = STRUCTURE) -> Tags:
    """The tags that describe the picture.

    Raises
    ------
    BadTags
        When the data is no TIFF or its main directory is broken.
    """
    layout = Layout.of(data)
    found: dict[str, dict[int, tuple[int, int, bytes]]] = {}
    for name, _, entries, _ in directories(data):
        skip = structure if name == "main" else {INTEROP}
        found[name] = {each.tag: (each.type, each.count, each.value) for each in entries if each.tag not in skip}
    found.pop("thumbnail", None)
    return Tags(layout.order, **found)


def little(tags: Tags) -> Tags:
    """The same tags with their values in little-endian order; makers' notes and other bytes stay as they are."""
    if tags.order == "<":
        return tags

    def turned(entries: Mapping[int, tuple[int, int, bytes]]) -> dict[int, tuple[int, int, bytes]]:
        return {tag: (kind, count, _reversed(kind, value)) for tag, (kind, count, value) in entries.items()}

    return Tags("<", turned(tags.main), turned(tags.exif), turned(tags.gps), turned(tags.interop))


def _reversed(kind: int, value: bytes) -> bytes:
    width = {5: 4, 10: 4}.get(kind, SIZES[kind])  # a fraction is two numbers
    return b"".join(value[at : at + width][::-1] for at in range(0, len(value), width))


def write(tags: Tags) -> bytes:
    """The tags as a TIFF stream without pictures, which is what EXIF is."""
    head = (b"II*\0" if tags.order == "<" else b"MM\0*") + struct.pack(tags.order + "I", 8)
    return head + block(tags, 8)


def block(tags: Tags, at: int, more: Mapping[int, tuple[int, int, bytes]] | None = None, following: int = 0) -> bytes:
    """The directories laid out for offset ``at``, the main one first, with ``more`` entries in it."""
    main = dict(tags.main) | dict(more or {})
    below = [(EXIF, dict(tags.exif)), (GPS, dict(tags.gps))]
    if tags.interop:
        below[0][1][INTEROP] = (LONG, 1, bytes(4))
    for tag, entries in below:
        if entries:
            main[tag] = (LONG, 1, bytes(4))
    out = bytearray()
    places: dict[int, int] = {}
    _lay(out, at, tags.order, main, places, following)
    for tag, entries in below:
        if not entries:
            continue
        _point(out, at, places[tag], tags.order)
        inner: dict[int, int] = {}
        _lay(out, at, tags.order, entries, inner, 0)
        if tag == EXIF and tags.interop:
            _point(out, at, inner[INTEROP], tags.order)
            _lay(out, at, tags.order, dict(tags.interop), {}, 0)
    return bytes(out)


def _lay(
    out: bytearray,
    at: int,
    order: str,
    entries: Mapping[int, tuple[int, int, bytes]],
    places: dict[int, int],
    following: int,
) -> None:
    """Append one directory and its values; notes where in ``out`` each entry's value field lies."""
    start = len(out)
    body = 2 + 12 * len(entries) + 4
    values = bytearray()
    out += struct.pack(order + "H", len(entries))
    for tag in sorted(entries):
        kind, count, value = entries[tag]
        out += struct.pack(order + "HHI", tag, kind, count)
        places[tag] = len(out)
        if len(value) <= 4:
            out += value.ljust(4, b"\0")
        else:
            out += struct.pack(order + "I", at + start + body + len(values))
            values += value + bytes(len(value) % 2)
    out += struct.pack(order + "I", following) + values
    out += bytes(len(out) % 2)


def _point(out: bytearray, at: int, place: int, order: str) -> None:
    struct.pack_into(order + "I", out, place, at + len(out))


def renewed(data: bytes, size: tuple[int, int] | None, place: bool = True) -> bytes:
    """EXIF for a picture that was edited, changed in place.

    The old thumbnail is erased (it shows what an edit may have removed) and, unless ``place`` is kept, so is where the
    photo was taken. For a picture that is now stored upright at ``size`` (width, height) the orientation becomes 1 and
    the size tags follow; without a size both stay.

    Raises
    ------
    BadTags
        When the data is no EXIF.
    """
    layout, out = Layout.of(data), bytearray(data)
    for name, at, entries, _ in directories(data):
        for entry in entries if size is not None else ():
            if name == "main" and entry.tag == ORIENTATION:
                _set(out, entry, layout, 1)
            elif name == "exif" and entry.tag in (WIDTH, HEIGHT) and size is not None:
                _set(out, entry, layout, size[0] if entry.tag == WIDTH else size[1])
        if name == "thumbnail":
            _erase_thumbnail(out, entries, layout)
            _erase(out, at, entries)
        if name == "main":
            struct.pack_into(layout.order + "I", out, _end(at, data, layout), 0)
        if name == "gps" and not place:
            _erase(out, at, entries)
    return bytes(_without(out, layout, GPS)) if not place else bytes(out)


def _end(at: int, data: bytes, layout: Layout) -> int:
    """Where the offset of the next directory stands."""
    return at + 2 + 12 * struct.unpack_from(layout.order + "H", data, at)[0]


def _set(out: bytearray, entry: Entry, layout: Layout, value: int) -> None:
    if entry.type == LONG or (entry.type == SHORT and value < 65536):
        struct.pack_into(layout.order + ("I" if entry.type == LONG else "H"), out, entry.value_at, value)


def _erase_thumbnail(out: bytearray, entries: list[Entry], layout: Layout) -> None:
    said = {each.tag: number(each, layout) for each in entries}
    start, length = said.get(THUMBNAIL_OFFSET, 0), said.get(THUMBNAIL_LENGTH, 0)
    if 0 < start < start + length <= len(out):
        if start + length == len(out):
            del out[start:]
        else:
            out[start : start + length] = bytes(length)


def _erase(out: bytearray, at: int, entries: list[Entry]) -> None:
    """Blank a directory and its values."""
    for entry in entries:
        if entry.value_at + len(entry.value) <= len(out):
            out[entry.value_at : entry.value_at + len(entry.value)] = bytes(len(entry.value))
    size = 2 + 12 * len(entries)
    if at + size <= len(out):
        out[at : at + size] = bytes(size)


def _without(out: bytearray, layout: Layout, tag: int) -> bytearray:
    """The data with one entry of the main directory taken out; all else stays where it is."""
    at = layout.first
    (count,) = struct.unpack_from(layout.order + "H", out, at)
    for index in range(count):
        place = at + 2 + 12 * index
        if struct.unpack_from(layout.order + "H", out, place)[0] == tag:
            end = at + 2 + 12 * count + 4
            out[place:end] = out[place + 12 : end] + bytes(12)
            struct.pack_into(layout.order + "H", out, at, count - 1)
            break
    return out
