"""Files as lists of named parts, and back with right lengths and check sums."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

Part = tuple[bytes, bytes]  # name and content
OUTSIDE = (
    b"../outside",
    b"../../../../outside",
    b"/tmp/overtone-outside",
    b"a\\..\\..\\outside",
    b"C:/outside",
    b"nul",
    b".",
)


@dataclass(frozen=True)
class Container:
    """A file taken apart; ``join`` puts parts together. ``names`` are hostile ones for its parts."""

    parts: tuple[Part, ...]
    join: Callable[[list[Part]], bytes]
    names: tuple[bytes, ...] = ()


def splitter(data: bytes) -> Callable[[bytes], Container] | None:
    """What takes such a file apart; nothing for formats without parts."""
    if data.startswith(b"\x89PNG"):
        return png
    if data.startswith(b"\xff\xd8\xff"):
        return jpeg
    if data.startswith((b"RIFF", b"FORM")):
        return riff
    if data[4:8] == b"ftyp":
        return boxes
    if data.startswith((b"II*\0", b"MM\0*")):
        return tiff
    if data.startswith(b"fLaC"):
        return flac
    if data.startswith(b"OggS"):
        return ogg
    if data.startswith(b"PK\x03\x04"):
        return archive
    return tensors if data[8:9] == b"{" else None


def png(data: bytes) -> Container:
    """The chunks of a PNG."""
    parts, at = [], 8
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        parts.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return Container(tuple(parts), lambda new: data[:8] + b"".join(chunk(*part) for part in new))


def jpeg(data: bytes) -> Container:
    """The segments of a JPEG; the coded picture belongs to the segment before it."""
    parts, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind = data[at : at + 2]
        (size,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + max(size, 2)
        if kind == b"\xff\xda":
            following = data.find(b"\xff\xc4", end)
            stop = following if following > 0 else len(data)
            parts += [(kind, data[at + 4 : end]), (b"", data[end:stop])]
            at = stop
            continue
        parts.append((kind, data[at + 4 : end]))
        at = end

    def segment(kind: bytes, content: bytes) -> bytes:
        return kind + struct.pack(">H", min(len(content) + 2, 0xFFFF)) + content[:0xFFFD] if kind else content

    return Container(tuple(parts), lambda new: data[:2] + b"".join(segment(*part) for part in new))


def riff(data: bytes) -> Container:
    """The chunks of WAV, WebP and AIFF."""
    order = "<I" if data.startswith(b"RIFF") else ">I"
    parts, at = [], 12
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(order, data, at + 4)
        parts.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2

    def join(new: list[Part]) -> bytes:
        body = b"".join(name + struct.pack(order, len(part)) + part + bytes(len(part) % 2) for name, part in new)
        return data[:4] + struct.pack(order, len(body) + 4) + data[8:12] + body

    return Container(tuple(parts), join)


def boxes(data: bytes) -> Container:
    """The boxes of HEIC, AVIF and JPEG XL; those inside ``meta`` one by one, under the name of their path."""
    parts: list[Part] = []
    for name, content in _boxes(data):
        if name == b"meta":
            parts.append((b"meta", content[:4]))
            parts += [(b"/" + inner, part) for inner, part in _boxes(content[4:])]
        else:
            parts.append((name, content))

    def join(new: list[Part]) -> bytes:
        out: list[bytes] = []
        meta: list[bytes] = []
        for name, content in [*new, (b"end", b"")]:
            if name.startswith(b"/"):
                meta.append(_box(name[1:], content))
                continue
            if meta:
                out.append(_box(b"meta", b"".join(meta)))
                meta = []
            if name == b"meta":
                meta = [content]
            elif name != b"end":
                out.append(_box(name, content))
        return b"".join(out)

    return Container(tuple(parts), join)


def _boxes(data: bytes) -> list[Part]:
    parts, at = [], 0
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        size = size if size >= 8 else len(data) - at
        parts.append((data[at + 4 : at + 8], data[at + 8 : at + size]))
        at += size
    return parts


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name[:4].ljust(4) + content


def tiff(data: bytes) -> Container:
    """The entries of a TIFF's first directory, changed in place; everything else stays where it is."""
    order = "<" if data.startswith(b"II") else ">"
    at = min(struct.unpack_from(f"{order}I", data, 4)[0], len(data)) if len(data) >= 8 else 0
    count = min(struct.unpack_from(f"{order}H", data, at)[0], 64) if at + 2 <= len(data) else 0
    places = [at + 2 + 12 * number for number in range(count) if at + 14 + 12 * number <= len(data)]
    parts = tuple((data[place : place + 2], data[place + 2 : place + 12]) for place in places)

    def join(new: list[Part]) -> bytes:
        changed = bytearray(data)
        for place, (name, content) in zip(places, new, strict=False):
            changed[place : place + 12] = (name + content)[:12].ljust(12, b"\0")
        return bytes(changed)

    return Container(parts, join)


def flac(data: bytes) -> Container:
    """The metadata blocks of a FLAC; its frames are the last part."""
    parts, at, last = [], 4, False
    while at + 4 <= len(data) and not last:
        last = data[at] >= 0x80
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        parts.append((data[at : at + 1], data[at + 4 : at + 4 + size]))
        at += 4 + size
    parts.append((b"", data[at:]))

    def block(name: bytes, content: bytes) -> bytes:
        return name + (len(content) & 0xFFFFFF).to_bytes(3, "big") + content if name else content

    return Container(tuple(parts), lambda new: data[:4] + b"".join(block(*part) for part in new))


def _ogg_table() -> tuple[int, ...]:
    table = []
    for number in range(256):
        value = number << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return tuple(table)


def ogg(data: bytes) -> Container:
    """The pages of an Ogg: head and content, with check sums made anew."""
    table = _ogg_table()
    parts, at = [], 0
    while at + 27 <= len(data):
        head = 27 + data[at + 26]
        end = at + head + sum(data[at + 27 : at + head])
        parts.append((data[at : at + head], data[at + head : end]))
        at = end

    def page(head: bytes, content: bytes) -> bytes:
        whole = bytearray(head[:22] + bytes(4) + head[26:] + content)
        value = 0
        for byte in whole:
            value = (value << 8 & 0xFFFFFFFF) ^ table[value >> 24 ^ byte]
        whole[22:26] = struct.pack("<I", value)
        return bytes(whole)

    return Container(tuple(parts), lambda new: b"".join(page(*part) for part in new))


def archive(data: bytes) -> Container:
    """The members of a zip; those that cannot be read are left out."""
    parts = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as whole:
            for info in whole.infolist():
                parts.append((info.filename.encode("utf-8", "surrogatepass"), whole.read(info)))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, EOFError, OSError, RuntimeError):
        parts = parts[:-1]

    def join(new: list[Part]) -> bytes:
        out = io.BytesIO()
        with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w") as whole:
            for name, content in new:
                whole.writestr(zipfile.ZipInfo(name.decode("utf-8", "replace") or "x"), content)
        return out.getvalue()

    return Container(tuple(parts), join, OUTSIDE)


def tensors(data: bytes) -> Container:
    """The JSON head of a safetensors file, and its tensors."""
    end = 8 + min(struct.unpack_from("<Q", data)[0], len(data))

    def join(new: list[Part]) -> bytes:
        head = b"".join(content for name, content in new if name == b"head")
        return struct.pack("<Q", len(head)) + head + b"".join(content for name, content in new if name != b"head")

    return Container(((b"head", data[8:end]), (b"data", data[end:])), join)
