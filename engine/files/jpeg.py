"""The segments of a JPEG file: what it says of itself, and what travels in it, without decoding it."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

START, END, SCAN, TABLES, HUFFMAN, COMMENT, ADOBE = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xFE, 0xEE
APP0, APP1, APP2, APP13 = 0xE0, 0xE1, 0xE2, 0xED
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
EXIF_HEAD = b"Exif\0\0"
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
MORE_XMP_HEAD = b"http://ns.adobe.com/xmp/extension/\0"
ICC_HEAD = b"ICC_PROFILE\0"
PHOTOSHOP_HEAD = b"Photoshop 3.0\0"
MULTI_PICTURE_HEAD = b"MPF\0"
LONGEST = 65_533  # bytes of content that a segment can hold
ZIGZAG = np.array(
    """
    0 1 8 16 9 2 3 10 17 24 32 25 18 11 4 5 12 19 26 33 40 48 41 34 27 20 13 6 7 14 21 28 35 42 49 56 57 50 43 36 29
    22 15 23 30 37 44 51 58 59 52 45 38 31 39 46 53 60 61 54 47 55 62 63
    """.split(),
    np.int64,
)
# Annex K of the JPEG standard, the luminance table that libjpeg scales by its quality.
LUMINANCE = np.array(
    """
    16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68
    109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99
    """.split(),
    np.int64,
)
STANDARD_CODES = bytes((0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D))  # lengths for luminance in annex K


@dataclass(frozen=True)
class Segment:
    """A marker with its content, both without the length field."""

    marker: int
    data: bytes

    def bytes(self) -> bytes:
        """As it stands in a file."""
        return struct.pack(">BBH", 0xFF, self.marker, len(self.data) + 2) + self.data


@dataclass(frozen=True)
class Frame:
    """What the frame header says.

    Attributes
    ----------
    marker
        0xC0 baseline, 0xC1 extended, 0xC2 progressive; others are rare.
    precision
        Bits of a sample.
    width, height
        Pixels.
    factors
        Sampling factors across and down of each component.
    tables
        Number of each component's quantization table.
    """

    marker: int
    precision: int
    width: int
    height: int
    factors: tuple[tuple[int, int], ...]
    tables: tuple[int, ...]

    @property
    def progressive(self) -> bool:
        """Whether the picture comes in several passes."""
        return self.marker == 0xC2

    @property
    def subsampling(self) -> str:
        """4:4:4, 4:2:2, 4:2:0 and so on; empty for grey or factors that have no name."""
        if len(self.factors) < 3 or any(each != (1, 1) for each in self.factors[1:3]):
            return ""
        return {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}.get(
            self.factors[0], ""
        )


@dataclass(frozen=True)
class Header:
    """All segments before the first scan's data.

    Attributes
    ----------
    segments
        In their order, the scan header last.
    frame
        What the frame header among them says.
    quantization
        Table number to ``(64,)`` values in natural order.
    """

    segments: tuple[Segment, ...]
    frame: Frame
    quantization: dict[int, np.ndarray]

    def find(self, marker: int, head: bytes) -> bytes | None:
        """Content of the first such segment, without its head."""
        for each in self.segments:
            if each.marker == marker and each.data.startswith(head):
                return each.data[len(head) :]
        return None

    @property
    def standard_codes(self) -> bool:
        """Whether the Huffman codes are the standard's own, not fitted to the picture."""
        return any(each.marker == HUFFMAN and STANDARD_CODES in each.data for each in self.segments)

    @property
    def quality(self) -> int:
        """The libjpeg quality, 1 to 100, whose luminance table is nearest."""
        table = self.quantization.get(self.frame.tables[0])
        if table is None:
            return 90
        misses = [float(np.abs(scaled(each) - table).sum()) for each in range(1, 101)]
        return int(np.argmin(misses)) + 1


def scaled(quality: int) -> np.ndarray:
    """Libjpeg's luminance table of a quality, ``(64,)``."""
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    return np.clip((LUMINANCE * scale + 50) // 100, 1, 255)


def header(data: bytes | memoryview) -> Header:
    """Read the segments up to the first scan.

    Raises
    ------
    ValueError
        When they are cut off or no JPEG's.
    """
    if bytes(data[:2]) != b"\xff\xd8":
        raise ValueError("no JPEG")
    found: list[Segment] = []
    frame: Frame | None = None
    tables: dict[int, np.ndarray] = {}
    at = 2
    try:
        while True:
            if data[at] != 0xFF:
                raise ValueError("no marker")
            while data[at + 1] == 0xFF:  # fill bytes
                at += 1
            marker = data[at + 1]
            if marker == END:
                raise ValueError("no picture")
            (length,) = struct.unpack_from(">H", data, at + 2)
            content = bytes(data[at + 4 : at + 2 + length])
            found.append(Segment(marker, content))
            if marker in FRAMES:
                frame = _frame(marker, content)
            elif marker == TABLES:
                tables |= _tables(content)
            elif marker == SCAN:
                break
            at += 2 + length
    except (IndexError, struct.error) as error:
        raise ValueError("cut off") from error
    if frame is None:
        raise ValueError("no frame")
    return Header(tuple(found), frame, tables)


def _frame(marker: int, content: bytes) -> Frame:
    precision, height, width, count = struct.unpack_from(">BHHB", content)
    parts = [content[6 + 3 * index : 9 + 3 * index] for index in range(count)]
    factors = tuple((part[1] >> 4, part[1] & 15) for part in parts)
    return Frame(marker, precision, width, height, factors, tuple(part[2] for part in parts))


def _tables(content: bytes) -> dict[int, np.ndarray]:
    tables = {}
    at = 0
    while at < len(content):
        wide, number = content[at] >> 4, content[at] & 15
        values = np.frombuffer(content, ">u2" if wide else "u1", 64, at + 1)
        tables[number] = np.zeros(64, np.int64)
        tables[number][ZIGZAG] = values
        at += 1 + (128 if wide else 64)
    return tables


def split(head: bytes, content: bytes) -> list[Segment]:
    """A colour profile in numbered APP2 segments."""
    size = LONGEST - len(head) - 2
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return [Segment(APP2, head + bytes((index, len(pieces))) + piece) for index, piece in enumerate(pieces, 1)]


def with_segments(data: bytes, carried: Iterable[Segment], drop: frozenset[int] = frozenset()) -> bytes:
    """The file with ``carried`` after its start, or after JFIF's header, and its own of the markers ``drop`` left out.

    Raises
    ------
    ValueError
        When it is no JPEG.
    """
    own: list[bytes] = []
    jfif = b""
    at = 2
    while data[at + 1] != SCAN:
        (length,) = struct.unpack_from(">H", data, at + 2)
        piece = data[at : at + 2 + length]
        if data[at + 1] == APP0 and piece[4:8] == b"JFIF" and APP0 not in drop:
            jfif = piece
        elif data[at + 1] not in drop:
            own.append(piece)
        at += 2 + length
    return b"".join((b"\xff\xd8", jfif, *(each.bytes() for each in carried), *own, data[at:]))
