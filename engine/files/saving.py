"""A photo as the bytes of a file: the type, depth, profile and quality of its original unless chosen otherwise."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.colour import PhotoColour, converted
from engine.errors import BadInput
from engine.files import containers, jpeg, jpeg_blocks, jxl, metadata, reading, tags
from engine.files.formats import EIGHT_BIT_ONLY, LOSSLESS, OPAQUE, kind_for, kind_named
from engine.files.metadata import Blocks
from engine.files.options import SaveOptions
from engine.files.original import Original
from engine.files.sniffing import Kind, kind_of
from engine.files.writing import write_parts
from engine.picture import Photo

QUALITY = 95  # of a JPEG without an original
LOSSY_QUALITY = 90  # of WebP and AVIF whose original had lost something already
DEFAULTS = SaveOptions()
Like = bytes | memoryview | None  # the original's bytes, if it is of the type that is written


@dataclass(frozen=True)
class Encoded:
    """The bytes of a picture file.

    Attributes
    ----------
    parts
        The file's bytes, one piece after the other.
    notes
        What the user should know of how it was written.
    """

    parts: tuple[bytes | memoryview, ...]
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        """The whole file."""
        return b"".join(self.parts)


def encode(
    photo: Photo, suffix: str, name: str, source: Original | None = None, options: SaveOptions = DEFAULTS
) -> Encoded:
    """The bytes of a picture file of the type that ``suffix`` names.

    Parameters
    ----------
    photo
        What to write.
    suffix, name
        Of the file.
    source
        The file that the photo came from. A JPEG that is saved as a JPEG keeps the coefficients of every block that the
        photo left as it was.
    options
        What the user chose.

    Raises
    ------
    BadInput
        When that type cannot be written.
    """
    kind = kind_for(name, suffix, options)
    before = source.read() if source is not None else None
    before_kind = kind_of(bytes(before[:16])) if before is not None else None
    if kind is Kind.jpeg and before is not None and before_kind is Kind.jpeg and jpeg_blocks.asked_for(options):
        patched = reading.patched(photo, bytes(before), options)
        if isinstance(patched, bytes):
            return Encoded((patched,))
        reason = (f"{name} was encoded anew as a whole: {patched}",)
    elif kind is Kind.jpeg and source is not None and before is None and kind_named(source.name) is kind:
        reason = (f"{name} was encoded anew as a whole: the original is gone.",)
    else:
        reason = ()
    like = before if before_kind is kind else None
    ready, notes = fitted(photo, kind, options, like)
    blocks, lost = metadata.prepared(ready, options, (ready.width, ready.height))
    if kind is Kind.jpeg:
        for block in metadata.too_large(blocks):
            lost.append(f"The {block} data is larger than JPEG files hold; it was left out.")
    if kind in (Kind.webp, Kind.avif, Kind.jxl) and "iptc" in blocks:
        lost.append(f"{kind} files hold no IPTC records; they were left out.")
    return Encoded(_file(ready, kind, name, like, options, blocks), (*reason, *notes, *lost))


def write_photo(
    photo: Photo, path: Path, source: Original | None = None, options: SaveOptions = DEFAULTS
) -> tuple[str, ...]:
    """Write a picture atomically; what to tell the user of it comes back. Parameters as of :func:`encode`.

    Raises
    ------
    BadInput, MachineError
        When the type or the place cannot be written; nothing is left behind.
    """
    encoded = encode(photo, path.suffix, path.name, source, options)
    write_parts(path, encoded.parts)
    return encoded.notes


def fitted(photo: Photo, kind: Kind, options: SaveOptions, like: Like) -> tuple[Photo, list[str]]:
    """The photo at the size, in the colours and at the depth that are asked for and that the type can hold.

    ``like`` is the original, if it is of that type.
    """
    notes: list[str] = []
    if options.long_side is not None and options.long_side < max(photo.width, photo.height):
        photo = _scaled(photo, options.long_side)
    wanted = options.profile
    if kind is Kind.jxl and photo.icc is not None and wanted != "srgb" and jxl.colours_of(photo, like) is None:
        notes.append("JPEG XL files are written in sRGB; the colours were converted.")
        wanted = "srgb"
    if wanted != "keep":
        photo = _in_profile(photo, wanted, notes)
    if kind in LOSSLESS and options.quality is not None:
        notes.append(f"{kind} files lose nothing; the quality was not used.")
    deep = photo.pixels.dtype == np.uint16
    if deep and (options.depth == 8 or kind in EIGHT_BIT_ONLY):
        if options.depth != 8:
            notes.append(f"{kind} files hold 8 bits a channel; the photo has 16.")
        photo = photo.with_pixels(np.rint(photo.pixels / np.float32(257)).astype(np.uint8))
    elif not deep and options.depth == 16:
        if kind in EIGHT_BIT_ONLY:
            raise BadInput(f"{kind} files hold no 16 bits a channel.", "Take PNG or TIFF.")
        photo = photo.with_pixels(photo.pixels.astype(np.uint16) * 257)
    if photo.pixels.dtype == np.uint16 and kind is Kind.avif:
        notes.append("AVIF files hold 12 bits a channel; the photo has 16.")
    if kind in OPAQUE and photo.pixels.shape[2] == 4:
        if (photo.pixels[..., 3] < photo.white).any():
            notes.append(f"{kind} files hold no transparency; white was put behind.")
        cover = photo.pixels[..., 3:].astype(np.float32) / photo.white
        flat = photo.rgb * cover + photo.white * (1 - cover)
        photo = photo.with_pixels(np.rint(flat).astype(photo.pixels.dtype))
    return photo, notes


def _scaled(photo: Photo, long_side: int) -> Photo:
    import cv2

    scale = long_side / max(photo.width, photo.height)
    size = (max(round(photo.width * scale), 1), max(round(photo.height * scale), 1))
    return photo.with_pixels(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA))


def _in_profile(photo: Photo, wanted: str, notes: list[str]) -> Photo:
    target: bytes | None = None
    if wanted == "display-p3":
        import pyvips

        target = pyvips.Operation.call("profile_load", "p3")
    if not PhotoColour(photo.icc).usable:
        notes.append("The photo's colour profile is damaged; its colours were taken as sRGB.")
        photo = replace(photo, icc=None)
    if photo.icc == target or (target is None and PhotoColour(photo.icc).same):
        return photo if photo.icc == target else replace(photo, icc=None)
    return replace(photo, pixels=converted(photo.pixels, photo.icc, target), icc=target)


def _file(
    photo: Photo, kind: Kind, name: str, like: Like, options: SaveOptions, blocks: Blocks
) -> tuple[bytes | memoryview, ...]:
    """The file of a photo that fits its type, with its metadata put in, in pieces."""
    import pyvips

    try:
        if kind is Kind.tiff:
            chosen = {"compression": tags.compression(like)} if like is not None else {"compression": "lzw"}
            if chosen["compression"] != "none":
                chosen["predictor"] = "horizontal"
            return tiff_with(image_of(photo).write_to_buffer(".tif", keep="icc", **chosen), blocks)
        return (_small_file(photo, kind, like, options, blocks),)
    except pyvips.Error as error:
        raise BadInput(f"{name} cannot be written as {kind}.", "Choose PNG or TIFF.") from error


def _small_file(photo: Photo, kind: Kind, like: Like, options: SaveOptions, blocks: Blocks) -> bytes:
    """A file of a type that compresses."""
    match kind:
        case Kind.jpeg:
            return jpeg_with(_jpeg(photo, like, options), blocks)
        case Kind.png:
            return containers.png_with(image_of(photo).write_to_buffer(".png", compression=3, keep="icc"), blocks)
        case Kind.webp:
            quality = options.quality
            if quality is None and like is not None and not containers.webp_is_lossless(like):
                quality = LOSSY_QUALITY
            chosen: dict[str, Any] = {"lossless": True} if quality is None else {"Q": quality, "smart_subsample": True}
            data = image_of(photo).write_to_buffer(".webp", keep="icc", exact=True, **chosen)
            return containers.webp_with(data, blocks, photo.width, photo.height, photo.pixels.shape[2] == 4)
        case Kind.avif:
            return _avif(photo, like, options, blocks)
        case Kind.jxl:
            return containers.jxl_with(jxl.encode(photo, options.quality, like), blocks)
        case _:
            raise AssertionError(f"{kind} files are not written")


def image_of(photo: Photo) -> Any:
    """A libvips image over the photo's pixels, with its profile."""
    import pyvips

    height, width, bands = photo.pixels.shape
    kind = "uchar" if photo.pixels.dtype == np.uint8 else "ushort"
    pixels = np.ascontiguousarray(photo.pixels)
    image: Any = pyvips.Image.new_from_memory(pixels.data, width, height, bands, kind)
    image = image.copy(interpretation="srgb" if kind == "uchar" else "rgb16")
    if photo.icc is not None:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", photo.icc)
    return image


def _jpeg(photo: Photo, like: Like, options: SaveOptions) -> bytes:
    """A JPEG encoded as a whole, with the original's quantization tables and subsampling if there are any."""
    header = _header(like)
    if header is not None and options.quality is None:
        from PIL import Image

        tables = [header.quantization[each] for each in sorted(header.quantization)]
        used = [sorted(header.quantization).index(each) for each in header.frame.tables[:3]]
        if header.frame.subsampling and used in ([0, 1, 1], [0, 0, 0]):
            out = io.BytesIO()
            Image.fromarray(np.ascontiguousarray(photo.pixels)).save(
                out,
                "JPEG",
                qtables=[list(map(int, each)) for each in tables[: max(used) + 1]],
                subsampling=header.frame.subsampling,
                optimize=True,
                progressive=header.frame.progressive,
                icc_profile=photo.icc,
            )
            return out.getvalue()
        quality = header.quality
    else:
        quality = options.quality or QUALITY
    return image_of(photo).write_to_buffer(".jpg", Q=quality, subsample_mode="off", optimize_coding=True, keep="icc")


def _header(like: Like) -> jpeg.Header | None:
    """The original's tables and subsampling; nothing when it has none that can be read (it may have changed since)."""
    try:
        return jpeg.header(like) if like is not None else None
    except ValueError:
        return None


def jpeg_with(data: bytes, blocks: Blocks) -> bytes:
    """A JPEG with these blocks after its start."""
    return jpeg.with_segments(data, metadata.segments(blocks).values())


def _avif(photo: Photo, like: Like, options: SaveOptions, blocks: Blocks) -> bytes:
    import pyvips

    image = image_of(photo)
    for name, block in (("exif-data", blocks.get("exif")), ("xmp-data", blocks.get("xmp"))):
        if block is not None:
            image.set_type(pyvips.GValue.blob_type, name, block)
    chosen: dict[str, Any] = {"lossless": True} if options.quality is None else {"Q": options.quality}
    if photo.pixels.dtype == np.uint16:
        chosen["bitdepth"] = 12
    return image.write_to_buffer(".avif", subsample_mode="off", effort=3, **chosen)


def tiff_with(data: bytes, blocks: Blocks) -> tuple[bytes | memoryview, ...]:
    """A classic little-endian TIFF with these blocks in its first directory, which moves to the end."""
    layout = tags.Layout.of(data)
    entries, following = tags.directory(data, layout, layout.first)
    carried = tags.Tags("<")
    if "exif" in blocks:
        carried = tags.little(tags.read(blocks["exif"], tags.STRUCTURE))
    own = {each.tag: (each.type, each.count, each.value) for each in entries}
    for tag, name, kind in (
        (tags.XMP, "xmp", tags.BYTE),
        (tags.IPTC, "iptc", tags.UNDEFINED),
        (tags.PHOTOSHOP, "photoshop", tags.BYTE),
    ):
        if name in blocks:
            own[tag] = (kind, len(blocks[name]), blocks[name])
    described = {tag: entry for tag, entry in carried.main.items() if tag not in tags.STRUCTURE}
    at = len(data) + len(data) % 2
    moved = tags.block(replace(carried, main=own | described), at, following=following)
    return data[:4] + struct.pack("<I", at), memoryview(data)[8:], bytes(at - len(data)) + moved
