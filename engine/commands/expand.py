"""``overtone expand``: outpaint a photo on any side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import (
    EngineOption,
    GuidanceOption,
    JsonOption,
    NegativeOption,
    OutOption,
    SamplerOption,
    SeedOption,
    StepsOption,
    VariationsOption,
)
from engine.commands.edit import check_place, finish, run
from engine.errors import BadInput
from engine.files import read_photo
from engine.instruction import make
from engine.values import EditRequest, Margins, Op, Operation, Plan, Settings

LARGEST = 16_384  # pixels that a side may grow by
PixelsOption = Annotated[int, typer.Option(min=0, max=LARGEST, help="Pixels to add on this side.")]


def expand(
    photo: Annotated[Path, typer.Argument(help="The photo to expand.")],
    instruction: Annotated[str, typer.Argument(help="What the new parts should show; may be left out.")] = "",
    left: PixelsOption = 0,
    right: PixelsOption = 0,
    top: PixelsOption = 0,
    bottom: PixelsOption = 0,
    engine: EngineOption = "starter",
    seed: SeedOption = 0,
    steps: StepsOption = 25,
    guidance: GuidanceOption = 5.0,
    strength: Annotated[float, typer.Option(min=0, max=1, help="How far the fill is repainted.")] = 0.8,
    variations: VariationsOption = 1,
    negative: NegativeOption = "",
    sampler: SamplerOption = "dpm++",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a photo larger on any side; the photo itself stays exactly as it is."""
    margins = Margins(left, right, top, bottom)
    if margins == Margins():
        raise BadInput("No side to expand was named.", "Add e.g. --left 200.")
    source = read_photo(photo)
    settings = Settings(
        engine,
        seed,
        steps,
        guidance=guidance,
        variations=variations,
        negative=negative,
        sampler=sampler,
        strength=strength,
    )
    plan = Plan("", instruction or "the same scene, continued", operations=(Operation(Op.expand),))
    request = EditRequest(
        make(instruction or "expand the photo"), source, plan=plan, settings=settings, margins=margins
    )
    check_place(out)
    finish(run(request, as_json), photo, out, as_json)
