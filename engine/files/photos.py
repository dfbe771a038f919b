"""Pictures through libvips: upright, at their own depth, with profile and metadata kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.files.limits import check_unpacked
from engine.files.sniffing import first_bytes, media_of
from engine.files.writing import write_bytes
from engine.picture import Photo
from engine.values import Media

LARGEST = 200_000_000  # pixels
SMALLEST = 8  # pixels on a side
METADATA = {"exif": "exif-data", "xmp": "xmp-data", "iptc": "iptc-data"}
SAVERS: dict[str, dict[str, Any]] = {
    ".jpg": {"Q": 95, "subsample_mode": "off", "optimize_coding": True},
    ".jpeg": {"Q": 95, "subsample_mode": "off", "optimize_coding": True},
    ".png": {"compression": 3},
    ".tif": {"compression": "lzw", "predictor": "horizontal"},
    ".tiff": {"compression": "lzw", "predictor": "horizontal"},
    ".webp": {"lossless": True},
    ".avif": {"lossless": True},
    ".heic": {"Q": 95},
}
EIGHT_BIT_ONLY = {".jpg", ".jpeg", ".webp", ".avif", ".heic"}
NO_TRANSPARENCY = {".jpg", ".jpeg"}


def _open(path: Path) -> Any:
    """The lazily decoded libvips image, its header checked against the stated limits."""
    import pyvips

    if media_of(first_bytes(path)) is not Media.image:
        raise BadInput(f"{path.name} is not a picture that Overtone reads.", "Use JPEG, PNG, TIFF, WebP, HEIC or AVIF.")
    try:
        image: Any = pyvips.Image.new_from_file(str(path), fail_on="truncated")
    except pyvips.Error as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened.", "Export or copy it again.") from error
    if image.width * image.height > LARGEST:
        size = f"{image.width} × {image.height}"
        raise BadInput(f"{path.name} is {size}, above the limit of {LARGEST // 10**6} megapixels.", "Scale it down.")
    unpacked = image.width * image.height * image.bands * (1 if image.format == "uchar" else 2)
    check_unpacked(path.name, unpacked, path.stat().st_size)
    if min(image.width, image.height) < SMALLEST:
        raise BadInput(f"{path.name} is only {image.width} × {image.height} pixels.", f"Use at least {SMALLEST}.")
    return image


def _to_rgb(image: Any, name: str) -> tuple[Any, list[str], bool]:
    """The picture as 8- or 16-bit RGB(A), what was converted, and whether its profile still fits."""
    if image.format not in ("uchar", "ushort"):
        raise BadInput(f"{name} has {image.format} samples.", "Save it with 8 or 16 bits per channel.")
    deep = image.format == "ushort"
    if image.interpretation == "cmyk" or (image.bands - image.hasalpha() == 4):
        profiled = "icc-profile-data" in image.get_fields()
        rgb = image.icc_transform("srgb", **({"embedded": True} if profiled else {"input_profile": "cmyk"}))
        return rgb, [f"{name} was CMYK and was converted to sRGB."], False
    if image.bands - image.hasalpha() == 1:
        return image.colourspace("rgb16" if deep else "srgb"), [], False
    return image, [], True


def read_photo(path: Path) -> Photo:
    """Read a picture upright, in its own depth, without converting its colours.

    CMYK becomes sRGB, grey becomes RGB, palettes are expanded and of several frames the first is taken; all but the
    harmless are told in ``Photo.notes``.

    Raises
    ------
    BadInput
        When it is no picture, damaged, truncated, smaller than 8 px on a side or above 200 megapixels.
    """
    import pyvips

    image = _open(path)
    notes = []
    frames = image.get("n-pages") if "n-pages" in image.get_fields() else 1
    if frames > 1:
        notes.append(f"{path.name} has {frames} frames or pages; the first one was taken.")
    try:
        upright = image.autorot()
        rgb, converted, profile_fits = _to_rgb(upright, path.name)
        pixels = rgb.numpy()
    except pyvips.Error as error:
        raise BadInput(f"{path.name} is damaged or cut off.", "Export or copy it again.") from error
    fields = set(image.get_fields())
    icc = image.get("icc-profile-data") if profile_fits and "icc-profile-data" in fields else None
    metadata = {name: upright.get(key) for name, key in METADATA.items() if key in upright.get_fields()}
    return Photo(np.ascontiguousarray(pixels), icc, metadata, (*notes, *converted))


def read_reference(path: Path) -> Photo:
    """Read a reference picture: as :func:`read_photo`, then converted to 8-bit sRGB."""
    import pyvips

    photo = read_photo(path)
    image = _image_of(photo)
    if photo.icc is not None:
        try:
            image = image.icc_transform("srgb", embedded=True, depth=8)
        except pyvips.Error:
            photo = Photo(photo.pixels, notes=(*photo.notes, f"The colour profile of {path.name} could not be used."))
            image = _image_of(photo)
    if image.format == "ushort":
        image = (image / 257).rint().cast("uchar")
    return Photo(np.ascontiguousarray(image.numpy()), notes=photo.notes)


def _image_of(photo: Photo) -> Any:
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


def encode(photo: Photo, suffix: str, name: str) -> bytes:
    """The bytes of a picture file of the type that ``suffix`` names.

    Raises
    ------
    BadInput
        When that type cannot be written.
    """
    import pyvips

    suffix = suffix.lower()
    if suffix not in SAVERS:
        known = ", ".join(sorted(SAVERS))
        raise BadInput(f"{name}: pictures of type {suffix or '(none)'!s} cannot be written.", f"Use one of {known}.")
    image = _image_of(photo)
    if image.format == "ushort" and suffix in EIGHT_BIT_ONLY:
        image = (image / 257).rint().cast("uchar").copy(interpretation="srgb")
    if image.hasalpha() and suffix in NO_TRANSPARENCY:
        image = image.flatten(background=255 if image.format == "uchar" else 65535)
    for key, data in photo.metadata.items():
        image.set_type(pyvips.GValue.blob_type, METADATA[key], data)
    image.set_type(pyvips.GValue.gint_type, "orientation", 1)  # the pixels are upright already
    try:
        return image.write_to_buffer(suffix, **SAVERS[suffix])
    except pyvips.Error as error:
        raise BadInput(f"{name} cannot be written as {suffix}.", "Choose PNG or TIFF with --out.") from error


def write_photo(photo: Photo, path: Path) -> None:
    """Write a picture atomically; type by the suffix, lossless wherever the type allows.

    Raises
    ------
    BadInput, MachineError
        When the type or the place cannot be written; nothing is left behind.
    """
    write_bytes(path, encode(photo, path.suffix, path.name))
