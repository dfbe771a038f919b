"""``overtone inspect``: what a picture file holds and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.common import JsonOption, say, say_json
from engine.files.inspecting import Inspection
from engine.files.inspecting import inspect as inspect_file
from engine.files.xmp import SOURCES
from engine.project.project_file import SUFFIX, summary


def inspect(
    file: Annotated[Path, typer.Argument(help="A picture file or a project.")], as_json: JsonOption = False
) -> None:
    """Tell what a picture file or a project holds: type, size, depth, profile, metadata, and what was done to it."""
    if file.suffix.lower() == SUFFIX:
        held = summary(file)
        if as_json:
            say_json({"file": str(file), **held})
        else:
            for line in project_lines(held):
                say(line)
        return
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
        by = f"engine {step.engine}, seed {step.seed}" if step.engine else "by hand"
        told.append(f"{number}. {what}: {step.instruction} ({when}{by})")
    return [*told, *found.notes]


def project_lines(held: Mapping[str, Any]) -> list[str]:
    """What a project holds, in words."""
    original = held["original"]
    told = [
        f"Overtone project, version {held['version']}, {held['size'] / 1e6:.1f} MB",
        f"original: {original['name']}, {original['size'] / 1e6:.1f} MB, sha256 {original['sha256']}",
    ]
    told += [f"[ref#{each['number']}]: {each['media']}, {each['name']}" for each in held["references"]]
    for number, edit in enumerate(held["edits"], 1):
        hidden = "" if edit["visible"] else ", hidden"
        paler = "" if edit["opacity"] == 1 else f", opacity {edit['opacity']:.0%}"
        by = f"engine {edit['engine']}, seed {edit['seed']}" if edit["engine"] else "by hand"
        told.append(f"{number}. {edit['instruction']} ({by}{hidden}{paler})")
    return told
