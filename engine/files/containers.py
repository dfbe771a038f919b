"""Metadata blocks in PNG, WebP and JPEG XL files: found and put in without touching the pictures."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PNG_XMP = b"XML:com.adobe.xmp\0"
PNG_KEPT = (b"tEXt", b"zTXt", b"iTXt", b"pHYs", b"tIME")
JXL_HEAD = b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl "
LARGEST_TEXT = 16_000_000  # bytes that a compressed text chunk may unfold to


def png_chunks(data: bytes | memoryview) -> Iterator[tuple[bytes, bytes | memoryview]]:
    """Type and content of every chunk; stops where the file is cut."""
    at = len(PNG_HEAD)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if at + 12 + length > len(data):
            return
        yield bytes(data[at + 4 : at + 8]), data[at + 8 : at + 8 + length]
        at += 12 + length


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk with its length and check sum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_metadata(data: bytes | memoryview) -> dict[str, bytes]:
    """The blocks of a PNG: exif, xmp, iptc, and as ``png`` its other texts, resolution and time, chunk by chunk."""
    found: dict[str, bytes] = {}
    others: list[bytes] = []
    for kind, content in png_chunks(data):
        if kind == b"eXIf":
            found["exif"] = bytes(content)
        elif kind in PNG_KEPT:
            text = bytes(content)
            if kind == b"iTXt" and text.startswith(PNG_XMP):
                found["xmp"] = _international(text)
            elif text.startswith(b"Raw profile type "):
                _raw_profile(kind, text, found)
            else:
                others.append(png_chunk(kind, text))
    if others:
        found["png"] = b"".join(others)
    return found


def _international(text: bytes) -> bytes:
    """The words of an iTXt chunk, unfolded."""
    _, _, rest = text.partition(b"\0")
    packed = rest[:1] == b"\1"
    _, _, rest = rest[2:].partition(b"\0")
    _, _, words = rest.partition(b"\0")
    return _unfold(words) if packed else words


def _unfold(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, LARGEST_TEXT)
    except zlib.error:
        return b""


def _raw_profile(kind: bytes, text: bytes, found: dict[str, bytes]) -> None:
    """ImageMagick's way to put a block into a text chunk: a name, a length, and the bytes in hexadecimal."""
    key, _, rest = text.partition(b"\0")
    words = _unfold(rest[1:]) if kind == b"zTXt" else rest
    match = re.match(rb"\s*\w+(?: profile)?\s+\d+\s+([0-9a-fA-F\s]+)", words)
    if not match:
        return
    digits = re.sub(rb"\s", b"", match[1])
    content = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    name = key.removeprefix(b"Raw profile type ")
    if name in (b"exif", b"APP1") and content.startswith(b"Exif\0\0"):
        found.setdefault("exif", content[6:])
    elif name == b"iptc":
        irb = iptc_of(content)
        found.setdefault("iptc", irb if irb is not None else content)
    elif name == b"xmp":
        found.setdefault("xmp", content)


def png_with(data: bytes, blocks: dict[str, bytes]) -> bytes:
    """A PNG with these blocks before its pixels."""
    end = len(PNG_HEAD) + 25  # after the header chunk
    made = [blocks.get("png", b"")]
    if "exif" in blocks:
        made.append(png_chunk(b"eXIf", blocks["exif"]))
    if "xmp" in blocks:
        made.append(png_chunk(b"iTXt", PNG_XMP + b"\0\0\0\0" + blocks["xmp"]))
    if "iptc" in blocks:
        content = photoshop_with(b"", blocks["iptc"])
        digits = content.hex().encode("ascii")
        lines = b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
        words = b"\niptc\n%8d\n" % len(content) + lines + b"\n"
        made.append(png_chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(words)))
    has_resolution = b"pHYs" in blocks.get("png", b"")
    rest = [
        png_chunk(kind, bytes(content))
        for kind, content in png_chunks(data)
        if kind != b"IHDR" and not (kind == b"pHYs" and has_resolution)
    ]
    early = [each for each in rest if each[4:8] in (b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"sBIT")]
    late = [each for each in rest if each not in early]
    return b"".join((data[:end], *early, *made, *late))


def webp_chunks(data: bytes | memoryview) -> Iterator[tuple[bytes, bytes | memoryview]]:
    """Type and content of every chunk of a WebP; stops where the file is cut."""
    at = 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        if at + 8 + length > len(data):
            return
        yield bytes(data[at : at + 4]), data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def webp_metadata(data: bytes | memoryview) -> dict[str, bytes]:
    """The blocks of a WebP: exif and xmp."""
    names = {b"EXIF": "exif", b"XMP ": "xmp"}
    found = {names[kind]: bytes(content) for kind, content in webp_chunks(data) if kind in names}
    if found.get("exif", b"").startswith(b"Exif\0\0"):
        found["exif"] = found["exif"][6:]
    return found


def webp_is_lossless(data: bytes | memoryview) -> bool:
    """Whether the first picture is stored without loss."""
    kinds = [kind for kind, _ in webp_chunks(data)]
    return b"VP8L" in kinds and b"VP8 " not in kinds


def webp_with(data: bytes, blocks: dict[str, bytes], width: int, height: int, transparent: bool) -> bytes:
    """A WebP with these blocks after its picture."""
    chunks = [(kind, bytes(content)) for kind, content in webp_chunks(data)]
    flags = next((content[0] for kind, content in chunks if kind == b"VP8X"), 0x10 if transparent else 0)
    flags |= (0x08 if "exif" in blocks else 0) | (0x04 if "xmp" in blocks else 0)
    if flags & 0x0C:
        extended = bytes((flags, 0, 0, 0)) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        chunks = [(b"VP8X", extended), *(each for each in chunks if each[0] != b"VP8X")]
    for kind, name in ((b"EXIF", "exif"), (b"XMP ", "xmp")):
        if name in blocks:
            chunks.append((kind, blocks[name]))
    body = b"".join(kind + struct.pack("<I", len(each)) + each + bytes(len(each) % 2) for kind, each in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def boxes(data: bytes | memoryview) -> Iterator[tuple[bytes, bytes | memoryview]]:
    """Type and content of every box at the top of an ISO container; stops where the file is cut."""
    at = 0
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        head = 8
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        elif length == 0:
            length = len(data) - at
        if length < head or at + length > len(data):
            return
        yield bytes(data[at + 4 : at + 8]), data[at + head : at + length]
        at += length


def jxl_codestream(data: bytes | memoryview) -> bytes:
    """The pictures of a JPEG XL file, out of their boxes."""
    if bytes(data[:2]) == b"\xff\x0a":
        return bytes(data)
    parts = [
        bytes(content[4:]) if kind == b"jxlp" else bytes(content)
        for kind, content in boxes(data)
        if kind in (b"jxlc", b"jxlp")
    ]
    return b"".join(parts)


def jxl_metadata(data: bytes | memoryview) -> dict[str, bytes]:
    """The blocks of a JPEG XL file: exif and xmp; those that it packs once more are left out."""
    found: dict[str, bytes] = {}
    if bytes(data[:2]) == b"\xff\x0a":
        return found
    for kind, content in boxes(data):
        if kind == b"Exif" and len(content) > 8:
            (skipped,) = struct.unpack_from(">I", content)
            found["exif"] = bytes(content[4 + skipped :]).removeprefix(b"Exif\0\0")
        elif kind == b"xml ":
            found["xmp"] = bytes(content)
    return found


def jxl_with(data: bytes, blocks: dict[str, bytes], stream: bytes | None = None) -> bytes:
    """A JPEG XL file, bare or in boxes, with these blocks before its pictures, or before the codestream given."""

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content) + 8) + kind + content

    bare = data[:2] == b"\xff\x0a"
    level = [] if bare else [box(kind, bytes(content)) for kind, content in boxes(data) if kind == b"jxll"]
    made = [box(b"Exif", bytes(4) + blocks["exif"])] if "exif" in blocks else []
    made += [box(b"xml ", blocks["xmp"])] if "xmp" in blocks else []
    return b"".join((JXL_HEAD, *level, *made, box(b"jxlc", stream or jxl_codestream(data))))


def photoshop_resources(irb: bytes | memoryview) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, name field and content of every Photoshop image resource; stops where the block is cut."""
    at = 0
    while at + 12 <= len(irb) and bytes(irb[at : at + 4]) == b"8BIM":
        (number,) = struct.unpack_from(">H", irb, at + 4)
        name = 1 + irb[at + 6]
        name += name % 2
        if at + 10 + name > len(irb):
            return
        (length,) = struct.unpack_from(">I", irb, at + 6 + name)
        start = at + 10 + name
        yield number, bytes(irb[at + 6 : at + 6 + name]), bytes(irb[start : start + length])
        at = start + length + length % 2


def iptc_of(irb: bytes | memoryview) -> bytes | None:
    """The IPTC records among Photoshop's image resources."""
    return next((content for number, _, content in photoshop_resources(irb) if number == IPTC_RESOURCE), None)


IPTC_RESOURCE = 0x0404
THUMBNAILS = (0x0409, 0x040C)


def photoshop_with(irb: bytes, iptc: bytes | None) -> bytes:
    """Photoshop's image resources with these IPTC records; thumbnails of the picture before the edit are left out."""
    kept = [each for each in photoshop_resources(irb) if each[0] not in (IPTC_RESOURCE, *THUMBNAILS)]
    if iptc is not None:
        kept.insert(0, (IPTC_RESOURCE, b"\0\0", iptc))
    return b"".join(
        b"8BIM" + struct.pack(">H", number) + name + struct.pack(">I", len(content)) + content + bytes(len(content) % 2)
        for number, name, content in kept
    )
