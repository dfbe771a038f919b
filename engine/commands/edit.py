"""``overtone edit``: the main job on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import (
    ControlOption,
    EngineOption,
    GuidanceOption,
    HistoryOption,
    JsonOption,
    NegativeOption,
    OutOption,
    RefOption,
    RoutesOption,
    SamplerOption,
    SeedOption,
    StepsOption,
    VariationsOption,
    peak_memory,
    progress,
    read_controls,
    read_history,
    read_mask,
    say,
    say_json,
)
from engine.errors import BadInput
from engine.files import next_free_path, read_photo, write_photo
from engine.files.photos import SAVERS
from engine.instruction import make
from engine.serial import plan_from_json, read_json, result_to_json
from engine.values import EditRequest, EditResult, Settings, ignore_event


def edit(
    photo: Annotated[Path, typer.Argument(help="The photo to edit.")],
    instruction: Annotated[str, typer.Argument(help='What to do, e.g. "replace the boat with [ref#1]".')],
    ref: RefOption = None,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Picture of the photo's size, white where to edit.")
    ] = None,
    history: HistoryOption = None,
    engine: EngineOption = "starter",
    seed: SeedOption = 0,
    steps: StepsOption = 25,
    keep: Annotated[float, typer.Option(min=0, max=1, help="How much of the photo its inversion keeps.")] = 0.7,
    guidance: GuidanceOption = 5.0,
    variations: VariationsOption = 1,
    negative: NegativeOption = "",
    sampler: SamplerOption = "dpm++",
    strength: Annotated[float, typer.Option(min=0, max=1, help="How far a draft is repainted.")] = 0.6,
    start: Annotated[str, typer.Option(help="Where decoding starts: auto, noise, draft, invert or rewrite.")] = "auto",
    routes: RoutesOption = "prompt+embeddings+context",
    control: ControlOption = None,
    plan: Annotated[Path | None, typer.Option("--plan", help="Run this (edited) plan instead of planning.")] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Edit a photo by an instruction with picture and sound references."""
    source = read_photo(photo)
    request = EditRequest(
        instruction=make(instruction, ref or []),
        photo=source,
        mask=read_mask(mask, source) if mask else None,
        plan=plan_from_json(read_json(plan), plan.name) if plan else None,
        history=read_history(history),
        settings=Settings(
            engine,
            seed,
            steps,
            keep,
            guidance,
            variations=variations,
            negative=negative,
            sampler=sampler,
            strength=strength,
            start=start,
            routes=routes,
            controls=read_controls(control),
        ),
    )
    check_place(out)
    finish(run(request, as_json), photo, out, as_json)


def run(request: EditRequest, as_json: bool) -> EditResult:
    """Load the request's engine and edit, showing progress unless JSON is wanted."""
    from engine.pipeline import Engine

    return Engine.load(request.settings.engine).edit(request, ignore_event if as_json else progress)


def finish(result: EditResult, photo: Path, out: Path | None, as_json: bool) -> None:
    """Write a result's pictures, beside ``photo`` unless ``out`` names a place, and say so."""
    outputs: list[Path] = []
    for number, image in enumerate(result.images, 1):
        path = output_path(photo, out, number, len(result.images))
        write_photo(image, path)
        outputs.append(path)
    if as_json:
        say_json(result_to_json(result, outputs, peak_memory()))
        return
    for line in (result.plan.reply, *result.notes):
        if line:
            say(line)
    for path in outputs:
        say(f"Wrote {path}")


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
    if out.is_dir() or out.suffix.lower() not in SAVERS:
        raise BadInput(f"{out} does not name a picture file.", f"End it with one of {', '.join(sorted(SAVERS))}.")


def output_path(photo: Path, out: Path | None, number: int, total: int) -> Path:
    """Where result ``number`` of ``total`` goes: ``out`` (numbered if several), else beside the photo."""
    if out is None:
        suffix = photo.suffix if photo.suffix.lower() in SAVERS else ".png"
        return next_free_path(photo, suffix=suffix)
    return out if total == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
