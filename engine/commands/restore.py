"""``overtone restore``: mend and enlarge a photo, or match a part of it to the rest."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import EngineOption, JsonOption, OutOption, SeedOption, progress, read_mask
from engine.commands.file_options import takes_developing, takes_saving
from engine.commands.results import check_place, finish
from engine.files import RawOptions, SaveOptions, read_photo
from engine.values import ignore_event


class Scale(enum.StrEnum):
    """Times the photo's size."""

    one = "1"
    two = "2"
    four = "4"


@takes_saving("quality", "metadata")
@takes_developing
def restore(
    photo: Annotated[Path, typer.Argument(help="The photo to restore.")],
    *,
    saving: SaveOptions,
    developing: RawOptions,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Picture of the photo's size, white where to restore.")
    ] = None,
    scale: Annotated[Scale, typer.Option(help="Times the photo's size.")] = Scale.one,
    engine: EngineOption = "starter",
    seed: SeedOption = 0,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a photo: with a mask, make that part match the rest; with a scale, enlarge it."""
    source = read_photo(photo, developing)
    marked = read_mask(mask, source) if mask else None
    check_place(out)
    from engine.pipeline import Engine

    loaded = Engine.load(engine)
    result = loaded.restore(source, marked, int(scale), seed, ignore_event if as_json else progress)
    finish(result, photo, out, as_json, saving)
