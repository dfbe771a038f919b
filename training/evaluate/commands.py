"""``overtone evaluate``: what the steps after a draft are worth, against edits whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import say
from engine.errors import BadInput

_COUNT = 12


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(evaluate)


def evaluate(
    out: Annotated[Path, typer.Option("--out", help="Folder for evaluation.json and evaluation.html.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="A built data folder; else OVERTONE_DATA names it.")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="The bundle to judge.")] = "starter",
    ops: Annotated[str, typer.Option("--ops", help="Operations, separated by commas; all that can be composed.")] = "",
    count: Annotated[int, typer.Option("--count", min=1, help="Edits of each operation.")] = _COUNT,
    held_out: Annotated[
        bool, typer.Option("--held-out/--validation", help="Judge on what is kept for the last figures, or choose by.")
    ] = False,
    weights: Annotated[
        Path | None, typer.Option("--restorer", help="Folder of a finished diffrir-s2 run, instead of the bundle's.")
    ] = None,
) -> None:
    """Compare the draft alone with the draft and the restorer, by operation; write figures and pictures."""
    from engine.bundle import Bundle
    from engine.encode import Encoder
    from engine.restore import Restorer
    from training.data.items import LicenceClass, data_folder
    from training.evaluate.exported import Run
    from training.evaluate.page import as_json, as_page
    from training.evaluate.perceptual import PerceptualDistance
    from training.evaluate.report import Judges, compare
    from training.evaluate.trials import OPS

    folder, bundle = data_folder(data), Bundle.open(engine)
    known = {op.value: op for op in OPS}
    names = [name.strip() for name in ops.split(",") if name.strip()] or list(known)
    if unknown := [name for name in names if name not in known]:
        raise BadInput(f"There are no trials of {unknown[0]!r}.", f"Operations: {', '.join(known)}.")
    restorer = Restorer.load(Run(weights) if weights is not None else bundle)
    judges = Judges(PerceptualDistance.load(bundle), Encoder.load(bundle))
    licences = list(LicenceClass) if held_out else [each for each in LicenceClass if each.permissive]
    comparisons = []
    for name in names:
        found = compare(folder, known[name], count, restorer, judges, held_out=held_out, licences=licences)
        comparisons.append(found)
        plain, more = (found.mean(chain, "perceptual") for chain in found.figures)
        say(f"{name:8} perceptual distance {plain:.4f}, restored {more:.4f}: {found.best}")
    out.mkdir(parents=True, exist_ok=True)
    figures = json.dumps(as_json(comparisons), indent=1) + "\n"
    (out / "evaluation.json").write_text(figures, encoding="utf-8")
    side = "held-out items" if held_out else "photographs aside"
    page = as_page(comparisons, f"Evaluation of {engine}", f"{count} edits of each operation, composed from {side}.")
    (out / "evaluation.html").write_text(page, encoding="utf-8")
    say(f"{out / 'evaluation.html'}")
