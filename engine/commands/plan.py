"""``overtone plan``: what would be done, as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import EngineOption, HistoryOption, RefOption, check_json, read_history, say, say_json
from engine.files import read_photo
from engine.instruction import make
from engine.plan_file import save_plan
from engine.serial import plan_to_json
from engine.values import EditRequest


def plan(
    instruction: Annotated[str, typer.Argument(help="What to do.")],
    photo: Annotated[Path | None, typer.Option("--photo", help="The photo it is about.")] = None,
    ref: RefOption = None,
    history: HistoryOption = None,
    engine: EngineOption = "starter",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write it to this .json file, may overwrite, and its embeddings beside it."),
    ] = None,
) -> None:
    """Print the plan for an instruction as JSON, or write it to a file; `overtone edit --plan` runs it.

    The embeddings beside a written plan (.safetensors) are used as long as nothing but its reply is edited.
    """
    check_json(out)
    request = EditRequest(
        instruction=make(instruction, ref or []),
        photo=read_photo(photo) if photo else None,
        history=read_history(history),
    )
    from engine.following import follow_up
    from engine.pipeline import Engine

    planned = follow_up(instruction, Engine.load(engine).plan(request), request.history)
    if out is None:
        say_json(plan_to_json(planned))
        return
    for path in save_plan(out, planned):
        say(f"Wrote {path}")
