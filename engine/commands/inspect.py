"""``overtone inspect``: what a picture file holds and how it came about."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import JsonOption, say, say_json
from engine.files.inspecting import Inspection
from engine.files.inspecting import inspect as inspect_file
from engine.files.xmp import SOURCES


def inspect(file: Annotated[Path, typer.Argument(help="A picture file.")], as_json: JsonOption = False) -> None:
    """Tell what a picture file holds: type, size, depth, profile, metadata, and what was done to it."""
    found = inspect_file(file)
    if as_json:
        said = asdict(found)
        said["provenance"] = {"source": found.provenance.source, "history": said["provenance"]["steps"]}
        say_json({"file": str(file), **said})
        return
    for line in lines(found):
        say(line)


def lines(found: Inspection) -> list[str]:
    """The inspection in words."""
    orientation = f", orientation {found.orientation}" if found.orientation != 1 else ""
    transparency = ", with transparency" if found.transparent else ""
    told = [
        f"{found.kind}, {found.width} × {found.height} pixels, {found.depth} bits a channel{transparency}{orientation}",
        f"colour profile: {found.profile or 'none (taken as sRGB)'}",
        f"metadata: {', '.join(f'{name} ({size} bytes)' for name, size in found.metadata.items()) or 'none'}",
    ]
    told += [f"{name}: {text}" for name, text in found.details.items()]
    told += ["the place where it was taken is in it"] if found.has_place else []
    if found.provenance.source:
        told.append(f"digital source type: {found.provenance.source.removeprefix(SOURCES)}")
    for number, step in enumerate(found.provenance.steps, 1):
        when = f"{step.when}, " if step.when else ""
        what = "made from words" if step.made else "edited"
        told.append(f"{number}. {what}: {step.instruction} ({when}engine {step.engine}, seed {step.seed})")
    return [*told, *found.notes]
