"""``overtone expand``: outpaint a photo on any side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import JsonOption, OutOption, RefOption
from engine.commands.file_options import takes_developing, takes_saving
from engine.commands.results import check_place, finish, run
from engine.commands.settings import takes_settings
from engine.errors import BadInput
from engine.files import RawOptions, SaveOptions, read_photo
from engine.instruction import make
from engine.values import EditRequest, Margins, Op, Operation, Plan, Settings

LARGEST = 16_384  # pixels that a side may grow by
PixelsOption = Annotated[int, typer.Option(min=0, max=LARGEST, help="Pixels to add on this side.")]


@takes_settings(
    *("engine", "seed", "steps", "guidance", "rescale", "subject_strength", "variations", "negative", "sampler"),
    *("strength", "routes", "refine", "controls", "chain"),
    strength=0.8,
)
@takes_saving("quality", "metadata")
@takes_developing
def expand(
    photo: Annotated[Path, typer.Argument(help="The photo to expand.")],
    instruction: Annotated[str, typer.Argument(help="What the new parts should show; may be left out.")] = "",
    *,
    settings: Settings,
    saving: SaveOptions,
    developing: RawOptions,
    left: PixelsOption = 0,
    right: PixelsOption = 0,
    top: PixelsOption = 0,
    bottom: PixelsOption = 0,
    ref: RefOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a photo larger on any side; the photo itself stays exactly as it is."""
    margins = Margins(left, right, top, bottom)
    if margins == Margins():
        raise BadInput("No side to expand was named.", "Add e.g. --left 200.")
    source = read_photo(photo, developing)
    asked = make(instruction or "expand the photo", ref or [])
    plan = Plan(
        "",
        asked.text if instruction else "the same scene, continued",
        operations=(Operation(Op.expand),),
        subs=tuple(reference.number for reference in asked.references),
    )
    request = EditRequest(asked, source, plan=plan, settings=settings, margins=margins)
    check_place(out)
    finish(run(request, as_json), photo, out, as_json, saving)
