"""``overtone train export``: what finished runs made, in the folder that the starter is assembled from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.bundle import storage
from engine.chain import RECORD
from engine.commands.common import say
from engine.errors import BadInput, MachineError
from engine.files import write_bytes

MOST = 40_000_000  # bytes of own weights in the repository


def export(
    runs: Annotated[Path, typer.Argument(help="Folder with the runs' folders, each named as its stage.")],
    out: Annotated[Path, typer.Option("--out", help="Folder that the starter's own weights lie in.")],
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", help="evaluation.json of photographs aside, by which the chain is chosen."),
    ] = None,
) -> None:
    """Copy the weights that the engine loads, in compact forms, and record which steps help which operation."""
    from engine.plan import planner  # all import PyTorch, which the list of commands does without
    from engine.refine import prior
    from engine.restore import stored

    parts = {
        "instruction-finetuning": (planner.ADAPTER,),
        "refinement": (prior.WEIGHTS, prior.CONFIG),
        "diffrir-s2": (stored.WEIGHTS, stored.CONFIG),
    }
    found = {
        stage: files for stage, files in parts.items() if all(_made(runs, stage, file).is_file() for file in files)
    }
    if not found:
        raise BadInput(f"{runs} holds no finished run of {' or '.join(parts)}.", "Train one first.")
    if not out.is_dir():
        raise BadInput(f"{out} is not a folder.", "Name the folder of the starter's weights.")
    content = {Path(file).name: _stored(_made(runs, stage, file)) for stage, files in found.items() for file in files}
    if evaluation is not None:
        content[Path(RECORD).name] = json.dumps(chosen(_read(evaluation)), indent=1).encode() + b"\n"
    kept = sum(each.stat().st_size for each in out.iterdir() if each.is_file() and each.name not in content)
    size = kept + sum(map(len, content.values()))
    if size > MOST:
        raise MachineError(
            f"The starter's own weights would take {size / 1e6:.1f} MB.", f"At most {MOST / 1e6:.0f} MB."
        )
    for name, data in content.items():
        write_bytes(out / name, data)
        say(f"{out / name}: {len(data) / 1e6:.2f} MB")
    say(f"{size / 1e6:.1f} MB in all; overtone models assemble starter brings them into the bundle.")


def chosen(evaluation: Mapping[str, Any]) -> dict[str, list[str]]:
    """The record of steps that an evaluation leads to.

    Decoding is left out: a bundle on top of this one may bring a decoder, of which nothing is known here.
    """
    return {
        "restore": sorted(
            op for op, found in evaluation["operations"].items() if "restore" in found["better"].split("+")
        )
    }


def _made(runs: Path, stage: str, file: str) -> Path:
    return runs / stage / Path(file).name


def _stored(path: Path) -> bytes:
    """A file as it is to lie in the repository: floats that have no compact form yet in half precision."""
    if path.suffix == ".json":
        return path.read_bytes().rstrip() + b"\n"
    tensors = storage.read(path)
    if storage.is_compact(path):
        return path.read_bytes()
    return storage.write({name: value.numpy() for name, value in tensors.items()}, "half")


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        chosen(said)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BadInput(f"{path} is no evaluation ({fault}).", "Make one: overtone evaluate --out FOLDER.") from fault
    return said
