"""Qt binary resource files (.rcc): a tree of names, and data that may be zlib-compressed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from engine.errors import BadInput

MAGIC = b"qres"
COMPRESSED, FOLDER, ZSTANDARD = 1, 2, 4  # flags of a node


def read_resources(content: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of a resource, in the order of its tree.

    Files compressed with Zstandard are left out: the packages used here have none.

    Raises
    ------
    BadInput
        When the bytes are not a Qt resource.
    """
    if content[:4] != MAGIC:
        raise BadInput("Not a Qt resource file.")
    version, tree, data, names = struct.unpack(">IIII", content[4:20])
    node_size = 14 if version < 2 else 22

    def name(offset: int) -> str:
        start = names + offset
        (length,) = struct.unpack(">H", content[start : start + 2])
        return content[start + 6 : start + 6 + 2 * length].decode("utf-16-be")

    def walk(index: int, folder: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
        node = tree + index * node_size
        name_offset, flags = struct.unpack(">IH", content[node : node + 6])
        path = folder if index == 0 else folder / name(name_offset)
        if flags & FOLDER:
            count, first = struct.unpack(">II", content[node + 6 : node + 14])
            for child in range(first, first + count):
                yield from walk(child, path)
            return
        (offset,) = struct.unpack(">I", content[node + 10 : node + 14])
        start = data + offset
        (length,) = struct.unpack(">I", content[start : start + 4])
        payload = content[start + 4 : start + 4 + length]
        if flags & COMPRESSED:
            payload = zlib.decompress(payload[4:])  # four bytes tell the unpacked length
        elif flags & ZSTANDARD:
            return
        yield path, payload

    yield from walk(0, PurePosixPath())


def unpack_resources(file: Path, folder: Path) -> int:
    """Write every file of a resource below a folder; returns how many."""
    count = 0
    for path, payload in read_resources(file.read_bytes()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(payload)
        count += 1
    return count
