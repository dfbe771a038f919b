"""``overtone edit``: the main job on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import HistoryOption, JsonOption, OutOption, RefOption, check_json, read_history, read_mask
from engine.commands.file_options import takes_developing, takes_saving
from engine.commands.results import check_place, finish, run
from engine.commands.settings import takes_settings
from engine.files import RawOptions, SaveOptions, read_photo
from engine.instruction import make
from engine.plan_file import load_plan
from engine.serial import history_bytes
from engine.values import EditRequest, Settings, Turn


@takes_settings(
    *("engine", "seed", "steps", "keep", "guidance", "rescale", "prior_weights", "score", "subject_strength"),
    *("variations", "negative", "sampler", "strength", "start", "routes", "refine", "controls", "chain"),
)
@takes_saving("quality", "metadata")
@takes_developing
def edit(
    photo: Annotated[Path, typer.Argument(help="The photo to edit.")],
    instruction: Annotated[str, typer.Argument(help='What to do, e.g. "replace the boat with [ref#1]".')],
    *,
    settings: Settings,
    saving: SaveOptions,
    developing: RawOptions,
    ref: RefOption = None,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Picture of the photo's size, white where to edit.")
    ] = None,
    history: HistoryOption = None,
    save_history: Annotated[
        Path | None,
        typer.Option("--save-history", help="Write --history and this turn to this .json file; may overwrite."),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Run this (edited) plan of `overtone plan` instead of planning.")
    ] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Edit a photo by an instruction with picture and sound references.

    A conversation goes on from turn to turn with --history and --save-history on one file. A turn that changes what
    the last one did ("a bit more to the left") is given the same photo again, a new wish the last result.
    """
    check_json(save_history)
    source = read_photo(photo, developing)
    request = EditRequest(
        instruction=make(instruction, ref or []),
        photo=source,
        mask=read_mask(mask, source) if mask else None,
        plan=load_plan(plan) if plan else None,
        history=read_history(history),
        settings=settings,
    )
    check_place(out)
    result = run(request, as_json)
    turns = (*request.history, Turn(request.instruction, result.plan))
    del source, request  # a large photo and its edit would else be held while the file is made
    finish(result, photo, out, as_json, saving, {save_history: history_bytes(turns)} if save_history else {})
