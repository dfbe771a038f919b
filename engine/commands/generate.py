"""``overtone generate``: a picture from words and references, without a photo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import (
    EngineOption,
    GuidanceOption,
    JsonOption,
    NegativeOption,
    OutOption,
    RefOption,
    RoutesOption,
    SamplerOption,
    SeedOption,
    StepsOption,
    VariationsOption,
)
from engine.commands.edit import check_place, finish, run
from engine.errors import BadInput
from engine.instruction import make
from engine.values import EditRequest, Settings

LARGEST = 4096  # pixels on a side
NAME = Path("overtone.png")  # results are named after it


def generate(
    text: Annotated[str, typer.Argument(help='What to make, e.g. "a lake at dawn in the style of [ref#1]".')],
    ref: RefOption = None,
    size: Annotated[str, typer.Option("--size", help="WxH in pixels; the engine's own size when not said.")] = "",
    engine: EngineOption = "starter",
    seed: SeedOption = 0,
    steps: StepsOption = 25,
    guidance: GuidanceOption = 5.0,
    variations: VariationsOption = 1,
    negative: NegativeOption = "",
    sampler: SamplerOption = "dpm++",
    routes: RoutesOption = "prompt+embeddings+context",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a picture from words and references."""
    settings = Settings(
        engine,
        seed,
        steps,
        guidance=guidance,
        variations=variations,
        negative=negative,
        sampler=sampler,
        routes=routes,
        size=read_size(size),
    )
    request = EditRequest(make(text, ref or []), settings=settings)
    check_place(out)
    finish(run(request, as_json), NAME, out, as_json)


def read_size(text: str) -> tuple[int, int] | None:
    """Width and height in pixels of "640x480"; nothing for an empty text.

    Raises
    ------
    BadInput
        When it is not two numbers from 16 to 4096.
    """
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", text.strip().lower())
    if not found or not all(16 <= int(side) <= LARGEST for side in found.groups()):
        raise BadInput(f"--size {text} is not a size.", f"Write WxH with sides of 16 to {LARGEST}, e.g. 768x512.")
    return int(found[1]), int(found[2])
