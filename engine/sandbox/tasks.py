"""What the processes can be asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from engine.colour import PhotoColour
from engine.files import jpeg_blocks, photos, sounds
from engine.files.options import RawOptions, SaveOptions
from engine.picture import Photo


class Task(NamedTuple):
    """What can be asked for: how it is done, and the types of its arguments by name."""

    do: Callable[..., Any]
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Patched:
    """A JPEG whose changed blocks were encoded anew, or why it could not be done."""

    data: bytes | None
    reason: str = ""


def photo(path: Path, raw: RawOptions) -> Photo:
    """Read a photo, and see here first whether its colour profile breaks the library that will use it."""
    read = photos.read_photo(path, raw)
    _ = PhotoColour(read.icc, read.white).same
    return read


def patch(photo: Photo, before: bytes, options: SaveOptions) -> Patched:
    """As :func:`engine.files.jpeg_blocks.patch`."""
    made = jpeg_blocks.patch(photo, before, options)
    return Patched(made) if isinstance(made, bytes) else Patched(None, made)


TASKS = {
    "photo": Task(photo, {"path": Path, "raw": RawOptions}),
    "reference": Task(photos.read_reference, {"path": Path}),
    "sound": Task(sounds.read_sound, {"path": Path}),
    "patch": Task(patch, {"photo": Photo, "before": bytes, "options": SaveOptions}),
}
