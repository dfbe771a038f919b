"""Pixels, profile and metadata of one picture file: each type through the library that knows it best.

:func:`decode` keeps nothing between calls and needs nothing but a path, so that it can run in another process.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.files import jxl, metadata, raw
from engine.files.limits import check_unpacked
from engine.files.metadata import Blocks
from engine.files.options import AS_SHOT, RawOptions
from engine.files.sniffing import KNOWN_TYPES, Kind, first_bytes, kind_of, mapped
from engine.picture import Photo

LARGEST = 200_000_000  # pixels
SMALLEST = 8  # pixels on a side


def check_size(name: str, width: int, height: int) -> None:
    """Refuse what is too large or too small, before it is decoded.

    Raises
    ------
    BadInput
        Outside the stated limits.
    """
    if width * height > LARGEST:
        raise BadInput(
            f"{name} is {width} × {height}, above the limit of {LARGEST // 10**6} megapixels.", "Scale it down."
        )
    if min(width, height) < SMALLEST:
        raise BadInput(f"{name} is only {width} × {height} pixels.", f"Use at least {SMALLEST}.")


def check_channels(name: str, pixels: np.ndarray) -> None:
    """Refuse pixels that are neither RGB nor RGB with transparency.

    Raises
    ------
    BadInput
        For any other number of channels.
    """
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        channels = pixels.shape[2] if pixels.ndim == 3 else 1
        raise BadInput(f"{name} has {channels} channels in a way that is not read.", "Save it as RGB.")


def kind_at(path: Path) -> Kind:
    """The type of a picture file, from its content.

    Raises
    ------
    BadInput
        When it is none that is read.
    """
    kind = kind_of(first_bytes(path))
    if kind is None:
        raise BadInput(f"{path.name} is not a picture that Overtone reads.", f"Use {KNOWN_TYPES}.")
    return Kind.raw if kind is Kind.tiff and raw.is_sensor_tiff(path) else kind


def decode(path: Path, developed: RawOptions) -> Photo:
    """Read a picture upright, in its own depth and colours; see :func:`engine.files.photos.read_photo`."""
    kind = kind_at(path)
    if kind is not Kind.raw and developed != AS_SHOT:
        raise BadInput(
            f"{path.name} is not a camera RAW file; there is nothing to develop.",
            "Leave out white balance and exposure.",
        )
    blocks = read_blocks(path, kind)
    packed = path.stat().st_size

    def check(name: str, width: int, height: int) -> None:
        check_size(name, width, height)
        check_unpacked(name, 3 * width * height, packed)

    match kind:
        case Kind.raw:
            return raw.decode(path, developed, blocks, check)
        case Kind.jxl:
            return jxl.decode(path, blocks, check)
        case Kind.heic:
            return _heic(path, check)
        case _:
            return _with_vips(path, kind, blocks)


def read_blocks(path: Path, kind: Kind) -> Blocks:
    """The metadata blocks that the file holds where its bytes tell them."""
    try:
        return metadata.read(kind, mapped(path))
    except (OSError, ValueError):
        return {}


def _heic(path: Path, check: Callable[[str, int, int], None]) -> Photo:
    """HEIC through libheif, which turns the picture upright itself."""
    import pi_heif

    try:
        file: Any = pi_heif.open_heif(path, convert_hdr_to_8bit=False)
        check(path.name, *file.size)
        notes = (f"{path.name} holds {len(file)} pictures; the main one was taken.",) if len(file) > 1 else ()
        main = file[file.primary_index]
        pixels = np.asarray(main)
        bits = main.info.get("bit_depth", 8)
    except (OSError, ValueError, RuntimeError, EOFError, SyntaxError, IndexError) as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened.", "Export or copy it again.") from error
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    check_channels(path.name, pixels)
    if pixels.dtype == np.uint16 and bits < 16:
        pixels = widened(pixels, bits)
    said = {"exif": (main.info.get("exif") or b"").removeprefix(b"Exif\0\0"), "xmp": main.info.get("xmp") or b""}
    return Photo(
        np.ascontiguousarray(pixels),
        main.info.get("icc_profile") or None,
        {name: bytes(block) for name, block in said.items() if block},
        notes,
    )


def widened(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Values of ``bits`` bits, stored in the upper bits of 16, over the whole range of 16 bits."""
    values = (pixels >> (16 - bits)).astype(np.uint32)
    return (values * 65535 // (2**bits - 1)).astype(np.uint16)


def _with_vips(path: Path, kind: Kind, blocks: Blocks) -> Photo:
    """All other types through libvips."""
    import pyvips

    try:
        image: Any = pyvips.Image.new_from_file(str(path), fail_on="truncated", revalidate=True)  # it may have changed
    except pyvips.Error as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened.", "Export or copy it again.") from error
    check_size(path.name, image.width, image.height)
    unpacked = image.width * image.height * image.bands * (1 if image.format == "uchar" else 2)
    check_unpacked(path.name, unpacked, path.stat().st_size)
    fields = set(image.get_fields())
    notes = []
    frames = image.get("n-pages") if "n-pages" in fields else 1
    if frames > 1:
        notes.append(f"{path.name} has {frames} frames or pages; the first one was taken.")
    try:
        rgb, converted, icc = _to_rgb(image.autorot(), path.name)
        pixels = rgb.numpy()
    except pyvips.Error as error:
        raise BadInput(f"{path.name} is damaged or cut off.", "Export or copy it again.") from error
    check_channels(path.name, pixels)
    bits = image.get("bits-per-sample") if "bits-per-sample" in fields else 16
    if pixels.dtype == np.uint16 and kind is Kind.avif and bits < 16:
        pixels = widened(pixels, bits)
    for name, field in (("exif", "exif-data"), ("xmp", "xmp-data")):
        if name not in blocks and field in fields:
            blocks[name] = bytes(image.get(field)).removeprefix(b"Exif\0\0")
    return Photo(np.ascontiguousarray(pixels), icc, blocks, (*notes, *converted))


def _to_rgb(image: Any, name: str) -> tuple[Any, list[str], bytes | None]:
    """The picture as 8- or 16-bit RGB(A), what was converted, and the profile of the result."""
    if image.format not in ("uchar", "ushort"):
        raise BadInput(f"{name} has {image.format} samples.", "Save it with 8 or 16 bits per channel.")
    deep = image.format == "ushort"
    icc = image.get("icc-profile-data") if "icc-profile-data" in image.get_fields() else None
    colours = image.bands - image.hasalpha()
    if image.interpretation == "cmyk" or colours == 4:
        rgb = image.icc_transform("srgb", **({"embedded": True} if icc else {"input_profile": "cmyk"}))
        return rgb, [f"{name} was CMYK and was converted to sRGB."], None
    if colours == 1:
        grey = image.copy(interpretation="grey16" if deep else "b-w")
        return grey.colourspace("rgb16" if deep else "srgb"), [], grey_profile(icc) if icc else None
    return image, [], icc


def grey_profile(icc: bytes) -> bytes | None:
    """A profile for RGB that shows neutrals as a profile for grey does; nothing when it is none for grey."""
    import imagecodecs

    from engine.colour import D65, SRGB_PRIMARIES, linear_profile, made_profile

    ramp = np.linspace(0, 1, 4096, dtype=np.float32)[None]
    try:
        light = imagecodecs.cms_transform(
            ramp, icc, linear_profile(), colorspace="gray", outcolorspace="rgb", outdtype="float32", intent=1
        )
        curve = np.clip(light[0, :, 1], 0, 1)
        return made_profile("rgb", whitepoint=D65, primaries=SRGB_PRIMARIES, transferfunction=curve)
    except (RuntimeError, ValueError):
        return None
