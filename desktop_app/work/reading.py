"""Files as the window wants them, read in the worker: ready for the screen, or as references with their thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from desktop_app.canvas.pyramid import Pyramid, build
from desktop_app.references import thumbs
from desktop_app.references.thumbs import Thumb
from engine.errors import OvertoneError
from engine.files import read_photo, sniff
from engine.files.decoding import kind_at
from engine.files.options import RawOptions
from engine.files.sniffing import Kind
from engine.picture import Photo
from engine.project.recovery import Resumed
from engine.values import Media


def read_for_screen(path: Path, raw: RawOptions) -> tuple[Photo, RawOptions | None, Pyramid]:
    """A photo, how it was developed if it is a camera RAW file, and its pyramid."""
    photo = read_photo(path, raw)
    return photo, raw if kind_at(path) is Kind.raw else None, build(photo)


def resumed_for_screen(resumed: Callable[[], Resumed]) -> tuple[Resumed, Pyramid, dict[Path, Thumb]]:
    """A document that goes on, its picture's pyramid, and the thumbnails of its references."""
    found = resumed()
    good, _ = read_references([reference.path for reference in found.document.references])
    return found, build(found.document.photo), {path: thumb for path, (_, thumb) in good.items()}


def read_references(paths: Sequence[Path]) -> tuple[dict[Path, tuple[Media, Thumb]], list[OvertoneError]]:
    """What the files hold, and why the others cannot be used."""
    good: dict[Path, tuple[Media, Thumb]] = {}
    bad: list[OvertoneError] = []
    for path in paths:
        try:
            media = sniff(path)
            good[path] = (media, thumbs.make(path, media))
        except OvertoneError as error:
            bad.append(error)
    return good, bad
