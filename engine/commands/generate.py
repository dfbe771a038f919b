"""``overtone generate``: a picture from words and references, without a photo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import JsonOption, OutOption, RefOption
from engine.commands.file_options import takes_saving
from engine.commands.results import check_place, finish, run
from engine.commands.settings import takes_settings
from engine.files import SaveOptions
from engine.instruction import make
from engine.values import EditRequest, Settings

NAME = Path("overtone.png")  # results are named after it


@takes_settings(
    *("engine", "seed", "steps", "guidance", "rescale", "prior_weights", "score", "subject_strength", "variations"),
    *("negative", "sampler", "routes", "refine", "controls", "size"),
)
@takes_saving("quality")
def generate(
    text: Annotated[str, typer.Argument(help='What to make, e.g. "a lake at dawn in the style of [ref#1]".')],
    *,
    settings: Settings,
    saving: SaveOptions,
    ref: RefOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a picture from words and references."""
    request = EditRequest(make(text, ref or []), settings=settings)
    check_place(out)
    finish(run(request, as_json), NAME, out, as_json, saving)
