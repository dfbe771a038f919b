"""``overtone plan``: what would be done, as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import EngineOption, HistoryOption, RefOption, read_history, say_json
from engine.files import read_photo
from engine.instruction import make
from engine.serial import plan_to_json
from engine.values import EditRequest


def plan(
    instruction: Annotated[str, typer.Argument(help="What to do.")],
    photo: Annotated[Path | None, typer.Option("--photo", help="The photo it is about.")] = None,
    ref: RefOption = None,
    history: HistoryOption = None,
    engine: EngineOption = "starter",
) -> None:
    """Print the plan for an instruction as JSON; `overtone edit --plan` runs it."""
    request = EditRequest(
        instruction=make(instruction, ref or []),
        photo=read_photo(photo) if photo else None,
        history=read_history(history),
    )
    from engine.pipeline import Engine

    say_json(plan_to_json(Engine.load(engine).plan(request)))
