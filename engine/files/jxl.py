"""JPEG XL: the header's own words on size, depth and colour, and the pixels through libjxl."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.colour import D65, SRGB_PRIMARIES, linear_profile, made_profile, srgb_light
from engine.errors import BadInput
from engine.files.containers import jxl_codestream, jxl_with
from engine.files.metadata import Blocks
from engine.picture import Photo

RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
PRIMARIES = {
    1: SRGB_PRIMARIES,
    9: (0.708, 0.292, 1.0, 0.170, 0.797, 1.0, 0.131, 0.046, 1.0),  # BT.2100
    11: (0.680, 0.320, 1.0, 0.265, 0.690, 1.0, 0.150, 0.060, 1.0),  # P3
}
SIGNATURE = b"\xff\x0a"
MOST_HEADER = 4096  # bytes looked at
USUAL = "1"  # the bits of sRGB
CUSTOM, GREY, LINEAR, SRGB_CURVE = 2, 1, 8, 13
SAME_CURVE_AS_SRGB = (SRGB_CURVE, 1)  # BT.709's curve is shown as sRGB's by most programs


@dataclass(frozen=True)
class Header:
    """What a codestream says before its pictures.

    Attributes
    ----------
    width, height
        Pixels as stored, before they are turned.
    bits
        Of a sample.
    floating
        Whether samples are floating-point numbers.
    lossy
        Whether colours are stored as perceptual ones, which libjxl turns into the space that is told here.
    icc
        Whether an ICC profile of any kind is embedded.
    primaries, gamma, curve
        Else the x, y, 1 of red, green and blue; the exponent of a power, 0 for none; the number of the curve.
    colours
        The bits that say all this, lowest first, and where they begin behind the signature; absent where nothing is
        said because all is usual.
    """

    width: int
    height: int
    bits: int = 8
    floating: bool = False
    lossy: bool = True
    icc: bool = False
    primaries: tuple[float, ...] | None = SRGB_PRIMARIES
    gamma: float = 0.0
    curve: int = SRGB_CURVE
    colours: tuple[str, int] | None = None


class _Bits:
    """Reads a codestream's header, lowest bit first (ISO/IEC 18181-1, annex B)."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self._end = len(data) * 8
        self.at = 0

    def u(self, count: int) -> int:
        if self.at + count > self._end:
            raise ValueError("cut off")
        self.at += count
        return self._value >> (self.at - count) & ((1 << count) - 1)

    def since(self, start: int) -> str:
        """The bits from ``start`` to here, lowest first."""
        return "".join(str(self._value >> place & 1) for place in range(start, self.at))

    def u32(self, *choices: tuple[int, int]) -> int:
        """One of four (offset, bits)."""
        offset, bits = choices[self.u(2)]
        return offset + self.u(bits)

    def enum(self) -> int:
        return self.u32((0, 0), (1, 0), (2, 4), (18, 6))

    def signed(self) -> float:
        value = self.u32((0, 19), (524288, 19), (1048576, 20), (2097152, 21))
        return (-(value + 1) // 2 if value & 1 else value // 2) / 1e6


def header(codestream: bytes) -> Header:
    """Read the header of a bare codestream.

    Raises
    ------
    ValueError
        When it is cut off or none.
    """
    if codestream[:2] != SIGNATURE:
        raise ValueError("no codestream")
    bits = _Bits(codestream[2 : 2 + MOST_HEADER])
    width, height = _size(bits)
    if bits.u(1):
        return Header(width, height)
    if bits.u(1):
        _extra_fields(bits)
    depth, floating = _depth(bits)
    bits.u(1)
    for _ in range(bits.u32((0, 0), (1, 0), (2, 4), (1, 12))):
        _extra_channel(bits)
    lossy = bool(bits.u(1))
    return _colours(bits, Header(width, height, depth, floating, lossy))


def _colours(bits: _Bits, plain: Header) -> Header:
    """The header with what it says of colours."""
    start = bits.at
    if bits.u(1):
        return replace(plain, colours=(bits.since(start), start))
    icc, space = bool(bits.u(1)), bits.enum()
    if icc:
        return replace(plain, icc=True)
    white = bits.enum()
    if white == CUSTOM:
        for _ in range(2):
            bits.signed()
    primaries: tuple[float, ...] | None = SRGB_PRIMARIES
    if space != GREY:
        named = bits.enum()
        corners = [(bits.signed(), bits.signed(), 1.0) for _ in range(3)] if named == CUSTOM else []
        primaries = tuple(each for corner in corners for each in corner) or PRIMARIES.get(named)
    gamma = 1e7 / bits.u(24) if bits.u(1) else 0.0
    curve = SRGB_CURVE if gamma else bits.enum()
    bits.enum()
    return replace(
        plain,
        primaries=primaries if white == 1 else None,
        gamma=gamma,
        curve=curve,
        colours=(bits.since(start), start),
    )


def recoloured(codestream: bytes, colours: str) -> bytes:
    """A codestream whose header says other colours; the pictures behind it stay as they are.

    Parameters
    ----------
    codestream
        As libjxl's encoder writes it: nothing unusual after the colours.
    colours
        Bits of :attr:`Header.colours`.

    Raises
    ------
    ValueError
        When its header is not so.
    """
    said = header(codestream).colours
    if said is None:
        raise ValueError("no colours to replace")
    old, start = said
    bits = _Bits(codestream[2 : 2 + MOST_HEADER])
    before = _Bits(codestream[2 : 2 + MOST_HEADER])
    before.u(start)
    bits.u(start + len(old))
    after = bits.at
    if bits.u(2) or not bits.u(1):  # no extensions, usual transforms
        raise ValueError("unusual header")
    written = before.since(0) + colours + bits.since(after)
    written += "0" * (-len(written) % 8)
    head = int(written[::-1], 2).to_bytes(len(written) // 8, "little")
    return SIGNATURE + head + codestream[2 + (bits.at + 7) // 8 :]


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.u(1)

    def side() -> int:
        return 8 * (1 + bits.u(5)) if small else bits.u32((1, 9), (1, 13), (1, 18), (1, 30))

    height = side()
    ratio = bits.u(3)
    if ratio == 0:
        return side(), height
    across, down = RATIOS[ratio]
    return height * across // down, height


def _extra_fields(bits: _Bits) -> None:
    bits.u(3)
    if bits.u(1):
        _size(bits)
    if bits.u(1):
        raise ValueError("with a preview")
    if bits.u(1):
        bits.u32((100, 0), (1000, 0), (1, 10), (1, 30))
        bits.u32((1, 0), (1001, 0), (1, 8), (1, 10))
        bits.u32((0, 0), (0, 3), (0, 16), (0, 32))
        bits.u(1)


def _depth(bits: _Bits) -> tuple[int, bool]:
    if bits.u(1):
        depth = bits.u32((32, 0), (16, 0), (24, 0), (1, 6))
        bits.u(4)
        return depth, True
    return bits.u32((8, 0), (10, 0), (12, 0), (1, 6)), False


def _extra_channel(bits: _Bits) -> None:
    if bits.u(1):
        return
    kind = bits.enum()
    _depth(bits)
    bits.u32((0, 0), (3, 0), (4, 0), (1, 3))
    bits.u(8 * bits.u32((0, 0), (0, 4), (16, 5), (48, 10)))
    if kind == 0:
        bits.u(1)
    elif kind == 2:
        bits.u(64)
    elif kind == 5:
        bits.u32((1, 0), (0, 2), (3, 4), (19, 8))


def decode(path: Path, blocks: Blocks, check_size: Callable[[str, int, int], None]) -> Photo:
    """Read a JPEG XL file upright.

    Raises
    ------
    BadInput
        When it is damaged, outside the limits, or holds samples or colours that are not read.
    """
    import imagecodecs

    data = path.read_bytes()
    try:
        said = header(jxl_codestream(data))
    except ValueError as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened.", "Export or copy it again.") from error
    check_size(path.name, said.width, said.height)
    icc = _profile(path.name, said)
    try:
        pixels = imagecodecs.jpegxl_decode(data)
    except (RuntimeError, ValueError) as error:
        raise BadInput(f"{path.name} is damaged or cut off.", "Export or copy it again.") from error
    notes = []
    if pixels.ndim == 4:
        notes.append(f"{path.name} has {len(pixels)} frames; the first one was taken.")
        pixels = pixels[0]
    if pixels.dtype not in (np.uint8, np.uint16):
        raise BadInput(f"{path.name} has {pixels.dtype} samples.", "Save it with 8 or 16 bits per channel.")
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[2] < 3:
        pixels = np.concatenate([np.repeat(pixels[..., :1], 3, axis=2), pixels[..., 1:]], axis=2)
    if pixels.dtype == np.uint16 and said.bits < 16:
        pixels = (pixels.astype(np.uint32) * 65535 // (2**said.bits - 1)).astype(np.uint16)
    return Photo(np.ascontiguousarray(pixels[..., :4]), icc, blocks, tuple(notes))


def encode(photo: Photo, quality: int | None, like: bytes | memoryview | None) -> bytes:
    """A JPEG XL file of a photo in sRGB, or in the colours of the file ``like`` when it was read from that.

    Without a ``quality`` nothing is lost.
    """
    import imagecodecs

    chosen: dict[str, Any] = {"lossless": True} if quality is None else {"level": quality}
    data = bytes(imagecodecs.jpegxl_encode(photo.pixels, **chosen))
    stream = jxl_codestream(data)
    colours = USUAL if photo.icc is None else colours_of(photo, like)
    assert colours is not None, "photos of other colours are converted before"
    said = header(stream).colours
    if said is None or said[0] == colours:
        return data
    return jxl_with(data, {}, recoloured(stream, colours))


def colours_of(photo: Photo, like: bytes | memoryview | None) -> str | None:
    """The bits that say a photo's colours, when the file it was read from says them."""
    if like is None:
        return None
    try:
        said = header(jxl_codestream(like))
        same = said.colours is not None and _profile("", said) == photo.icc
    except (ValueError, BadInput):
        return None
    return said.colours[0] if said.colours is not None and same else None


def _profile(name: str, said: Header) -> bytes | None:
    """The profile of what libjxl gives back."""
    if said.icc and said.lossy:
        return linear_profile()  # what libjxl falls back to
    if said.icc or said.primaries is None or (not said.gamma and said.curve not in (*SAME_CURVE_AS_SRGB, LINEAR)):
        raise BadInput(f"{name} has a colour space that is not read from JPEG XL.", "Export it as TIFF.")
    if said.gamma or said.curve == LINEAR:
        return linear_profile(said.primaries, said.gamma or 1.0)
    if said.primaries == SRGB_PRIMARIES:
        return None
    curve = srgb_light(np.linspace(0, 1, 4096)).astype(np.float32)
    return made_profile("rgb", whitepoint=D65, primaries=said.primaries, transferfunction=curve)
