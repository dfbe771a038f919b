"""``overtone restore``: mend and enlarge a photo, or match a part of it to the rest."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import EngineOption, JsonOption, peak_memory, progress, read_mask, say, say_json
from engine.commands.edit import check_place, output_path
from engine.files import read_photo, write_photo
from engine.serial import result_to_json
from engine.values import ignore_event


class Scale(enum.StrEnum):
    """Times the photo's size."""

    one = "1"
    two = "2"
    four = "4"


def restore(
    photo: Annotated[Path, typer.Argument(help="The photo to restore.")],
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Picture of the photo's size, white where to restore.")
    ] = None,
    scale: Annotated[Scale, typer.Option(help="Times the photo's size.")] = Scale.one,
    engine: EngineOption = "starter",
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1)] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; may overwrite.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a photo: with a mask, make that part match the rest; with a scale, enlarge it."""
    source = read_photo(photo)
    marked = read_mask(mask, source) if mask else None
    check_place(out)
    from engine.pipeline import Engine

    loaded = Engine.load(engine)
    result = loaded.restore(source, marked, int(scale), seed, ignore_event if as_json else progress)
    path = output_path(photo, out, 1, 1)
    write_photo(result.images[0], path)
    if as_json:
        say_json(result_to_json(result, [path], peak_memory()))
        return
    for line in (*result.notes, f"Wrote {path}"):
        say(line)
