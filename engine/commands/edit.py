"""``overtone edit``: the main job on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import (
    EngineOption,
    HistoryOption,
    JsonOption,
    RefOption,
    peak_memory,
    progress,
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
from engine.values import EditRequest, Settings, ignore_event


def edit(
    photo: Annotated[Path, typer.Argument(help="The photo to edit.")],
    instruction: Annotated[str, typer.Argument(help='What to do, e.g. "replace the boat with [ref#1]".')],
    ref: RefOption = None,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Picture of the photo's size, white where to edit.")
    ] = None,
    history: HistoryOption = None,
    engine: EngineOption = "starter",
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1)] = 0,
    steps: Annotated[int, typer.Option(min=1, max=1000, help="Denoising steps.")] = 25,
    keep: Annotated[float, typer.Option(min=0, max=1, help="How much of the photo the decoder keeps.")] = 0.7,
    guidance: Annotated[float, typer.Option(min=0, help="Guidance scale.")] = 5.0,
    variations: Annotated[int, typer.Option(min=1, max=4)] = 1,
    plan: Annotated[Path | None, typer.Option("--plan", help="Run this (edited) plan instead of planning.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; may overwrite.")] = None,
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
        settings=Settings(engine, seed, steps, keep, guidance, variations=variations),
    )
    check_place(photo, out)
    from engine.pipeline import Engine

    result = Engine.load(engine).edit(request, ignore_event if as_json else progress)
    outputs: list[Path] = []
    for number, image in enumerate(result.images, 1):
        path = output_path(photo, out, number, len(result.images))
        write_photo(image, path)
        outputs.append(path)
    if as_json:
        say_json(result_to_json(result, outputs, peak_memory()))
        return
    for line in (result.plan.reply, *source.notes, *result.notes):
        say(line)
    for path in outputs:
        say(f"Wrote {path}")


def check_place(photo: Path, out: Path | None) -> None:
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
