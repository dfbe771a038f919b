"""Running a request and writing what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

from engine.commands.common import peak_memory, progress, say, say_json
from engine.errors import BadInput
from engine.files import Original, SaveOptions, next_free_path, write_photo
from engine.files.formats import SUFFIXES
from engine.files.writing import write_bytes
from engine.picture import Photo
from engine.serial import result_to_json
from engine.values import EditRequest, EditResult, ignore_event

DEFAULTS = SaveOptions()
NOTHING: Mapping[Path, bytes] = MappingProxyType({})
UNCHANGED = "No picture was written, for the plan holds no change: say what to change."


def check_place(out: Path | None) -> None:
    """Refuse, before any work, a place that cannot take the result.

    Raises
    ------
    BadInput
        When the folder is absent or the type cannot be written.
    """
    if out is None:
        return
    if not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent}.", "Make it first or choose another --out.")
    if out.is_dir() or out.suffix.lower() not in SUFFIXES:
        raise BadInput(f"{out} does not name a picture file.", f"End it with one of {', '.join(sorted(SUFFIXES))}.")


def run(request: EditRequest, as_json: bool) -> EditResult:
    """Load the request's engine and edit, showing progress unless JSON is wanted."""
    from engine.pipeline import Engine

    return Engine.load(request.settings.engine).edit(request, ignore_event if as_json else progress)


def finish(
    result: EditResult,
    photo: Path,
    out: Path | None,
    as_json: bool,
    options: SaveOptions = DEFAULTS,
    more: Mapping[Path, bytes] = NOTHING,
) -> None:
    """Write a result's pictures, beside ``photo`` unless ``out`` names a place, and say so.

    The files ``more`` are written with the pictures, or not where there are none.
    """
    more = more if result.images else NOTHING
    outputs, notes = write_all(result.images, photo, out, options, more)
    why = () if outputs else (UNCHANGED,)
    result = replace(result, notes=(*result.notes, *notes, *why))
    if as_json:
        say_json(result_to_json(result, outputs, peak_memory()))
        return
    for line in (result.plan.reply, *result.notes):
        if line:
            say(line)
    for path in (*outputs, *more):
        say(f"Wrote {path}")


def write_all(
    images: tuple[Photo, ...],
    photo: Path,
    out: Path | None,
    options: SaveOptions = DEFAULTS,
    more: Mapping[Path, bytes] = NOTHING,
) -> tuple[list[Path], list[str]]:
    """Write all pictures of a result and ``more``, or none: what was written goes again when a later one fails.

    The pictures follow the type, quality and metadata of ``photo``. Their paths come back, and what to tell of how
    they were written.

    Raises
    ------
    BadInput, MachineError
        When one cannot be written.
    """
    written: list[Path] = []
    notes: list[str] = []
    source = Original.at(photo)
    with ExitStack() as undo:
        for image in images:
            path = output_path(photo, out, len(images))
            said = write_photo(image, path, source, options)
            notes += [note for note in said if note not in notes]
            undo.callback(path.unlink, missing_ok=True)
            written.append(path)
        for path, data in more.items():
            write_bytes(path, data)
        undo.pop_all()
    return written, notes


def output_path(photo: Path, out: Path | None, total: int) -> Path:
    """Where the next of ``total`` results goes: ``out``, a free number of it if there are several, or beside the photo.

    Only a single result takes the place that ``out`` names, whatever lies there.
    """
    if out is None:
        return next_free_path(photo)
    if total == 1:
        return out
    numbered: Iterable[Path] = (out.with_name(f"{out.stem}-{number}{out.suffix}") for number in count(1))
    return next(path for path in numbered if not path.exists())
