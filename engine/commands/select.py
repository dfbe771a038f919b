"""``overtone select``: words to a mask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from engine.commands.common import EngineOption, JsonOption, say, say_json
from engine.commands.results import check_place
from engine.files import read_photo, write_photo
from engine.picture import Photo
from engine.serial import box_to_json


def select(
    photo: Annotated[Path, typer.Argument(help="The photo.")],
    phrase: Annotated[str, typer.Argument(help='What to select, e.g. "the dog".')],
    out: Annotated[Path, typer.Option("--out", help="Where the mask goes: white where selected.")],
    engine: EngineOption = "starter",
    as_json: JsonOption = False,
) -> None:
    """Select a region by words and write it as a mask picture."""
    source = read_photo(photo)
    check_place(out)
    from engine.composite.crop import mask_box
    from engine.pipeline import Engine

    region = Engine.load(engine).select(source, phrase)
    mask = np.rint(region.mask * 255).astype(np.uint8)
    write_photo(Photo(np.repeat(mask[..., None], 3, axis=2)), out)
    if as_json:
        box = box_to_json(mask_box(region.mask > 0.5))
        say_json({"output": str(out), "phrase": phrase, "score": region.score, "box": box})
    else:
        say(f"Wrote {out} (confidence {region.score:.2f})")
