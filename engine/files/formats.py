"""The types of picture files that can be written, and what each can hold."""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadInput
from engine.files.options import SaveOptions
from engine.files.sniffing import Kind

SUFFIXES: dict[str, Kind] = {
    ".jpg": Kind.jpeg,
    ".jpeg": Kind.jpeg,
    ".png": Kind.png,
    ".tif": Kind.tiff,
    ".tiff": Kind.tiff,
    ".webp": Kind.webp,
    ".avif": Kind.avif,
    ".jxl": Kind.jxl,
}
INSTEAD = {".heic": ".avif", ".heif": ".avif", ".hif": ".avif", ".gif": ".png"}  # whose type can be read, not written
EIGHT_BIT_ONLY = frozenset({Kind.jpeg, Kind.webp})
OPAQUE = frozenset({Kind.jpeg})
LOSSLESS = frozenset({Kind.png, Kind.tiff})


def suffix_for(path: Path) -> str:
    """The suffix that an edit of ``path`` is saved under: its own, or a type that holds as much of it.

    Camera RAW files become TIFF, HEIC becomes AVIF.
    """
    suffix = path.suffix.lower()
    return path.suffix if suffix in SUFFIXES else INSTEAD.get(suffix, ".tif")


def kind_named(name: str) -> Kind | None:
    """The type that a file's name says, of those that can be written."""
    return SUFFIXES.get(Path(name).suffix.lower())


def kind_for(name: str, suffix: str, options: SaveOptions) -> Kind:
    """The type to write.

    Raises
    ------
    BadInput
        When the suffix is of no type that can be written, or of another one than ``options`` ask for.
    """
    kind = SUFFIXES.get(suffix.lower())
    if kind is None:
        known = ", ".join(sorted(SUFFIXES))
        raise BadInput(f"{name}: pictures of type {suffix or '(none)'!s} cannot be written.", f"Use one of {known}.")
    if options.format and Kind[options.format] is not kind:
        fitting = next(each for each, of in SUFFIXES.items() if of is Kind[options.format])
        raise BadInput(f"{name} is not named like a {Kind[options.format]} file.", f"End its name with {fitting}.")
    return kind
