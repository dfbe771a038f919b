"""``overtone evaluate``: how well the parts understand, and what the steps after a draft are worth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.common import say
from engine.errors import BadInput

if TYPE_CHECKING:
    from training.evaluate.trials import Part

_COUNT = 12
ALL, NONE = "all", "none"
OWN = "own"
_SMALL = "frechet and inception are biased where n is small: compare those of one n only"
PARTS = ("plan", "encode", "ground")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(evaluate)


def evaluate(
    out: Annotated[Path, typer.Option("--out", help="Folder for evaluation.json and evaluation.html.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="A built data folder; else OVERTONE_DATA names it.")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="The bundle to judge.")] = "starter",
    parts: Annotated[str, typer.Option("--parts", help="Parts to write cards of, separated by commas; or none.")] = ALL,
    ops: Annotated[str, typer.Option("--ops", help="Operations to compose edits of, likewise.")] = ALL,
    count: Annotated[int, typer.Option("--count", min=1, help="Edits of each operation.")] = _COUNT,
    held_out: Annotated[
        bool, typer.Option("--held-out/--validation", help="Judge on what is kept for the last figures, or choose by.")
    ] = False,
    instructions: Annotated[
        Path | None, typer.Option("--instructions", help="Hand-written instructions to judge the planner by.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option("--restorer", help="Folder of a finished diffrir-s2 run, instead of the bundle's.")
    ] = None,
    judge: Annotated[
        str,
        typer.Option(
            "--judge", help="What looks at results without words: own, or the independent lite0, fetched when missing."
        ),
    ] = OWN,
) -> None:
    """Judge planner, encoder and selection by words, and by operation the draft alone against draft and restorer."""
    from engine.bundle import Bundle
    from engine.encode import Encoder
    from engine.ground import Selector
    from engine.plan import Planner
    from engine.restore import Restorer
    from training.data.items import LicenceClass, data_folder
    from training.evaluate import cards
    from training.evaluate.exported import Run
    from training.evaluate.extractors import EXTRACTORS, own
    from training.evaluate.page import as_json, as_page
    from training.evaluate.perceptual import PerceptualDistance
    from training.evaluate.report import Judges, compare
    from training.evaluate.trials import OPS
    from training.refine.aesthetic import Aesthetic
    from training.refine.pairs import AESTHETIC

    folder, bundle = data_folder(data), Bundle.open(engine)
    known = {op.value: op for op in OPS}
    names, wanted = _chosen(ops, list(known), "trials of"), _chosen(parts, PARTS, "card of")
    if judge not in EXTRACTORS:
        raise BadInput(f"There is no judge {judge!r}.", f"Choose from: {', '.join(EXTRACTORS)}.")
    reader = own(bundle)
    looks = reader if judge == OWN else EXTRACTORS[judge](bundle)
    restorer = Restorer.load(Run(weights) if weights is not None else bundle)
    encoder, selector = Encoder.load(bundle), Selector.load(bundle)
    predictor = folder / AESTHETIC
    aesthetic = Aesthetic.read(predictor) if predictor.is_file() else None
    judges = Judges(PerceptualDistance.load(bundle), reader, looks, encoder, aesthetic, selector)
    makers = {
        "plan": lambda: cards.planner_card(Planner.load(bundle), encoder, instructions or cards.INSTRUCTIONS),
        "encode": lambda: cards.encode_card(encoder, folder, held_out=held_out),
        "ground": lambda: cards.ground_card(selector, encoder, folder, held_out=held_out),
    }
    written = []
    for part in wanted:
        written.append(makers[part]())
        say(f"{part:8} " + ", ".join(f"{name} {value:.2f}" for name, value in written[-1].figures.items()))
    licences = list(LicenceClass) if held_out else [each for each in LicenceClass if each.permissive]
    photos: Part = "held-out" if held_out else "aside"
    comparisons = []
    for name in names:
        found = compare(folder, known[name], count, restorer, judges, part=photos, licences=licences)
        comparisons.append(found)
        plain, more = (found.mean(chain, "perceptual") for chain in found.figures)
        say(f"{name:8} perceptual distance {plain:.4f}, restored {more:.4f}: {found.best}")
    out.mkdir(parents=True, exist_ok=True)
    figures = json.dumps({"judge": judge, **as_json(comparisons, written)}, indent=1) + "\n"
    (out / "evaluation.json").write_text(figures, encoding="utf-8")
    side = "held-out items" if held_out else "photographs aside"
    about = f"{count} edits of each operation, composed from {side}. Likenesses are judged by {judge}; {_SMALL}."
    page = as_page(comparisons, f"Evaluation of {engine}", about, written)
    (out / "evaluation.html").write_text(page, encoding="utf-8")
    say(f"{out / 'evaluation.html'}")


def _chosen(said: str, known: Sequence[str], what: str) -> list[str]:
    """The names in an option's text: all that are known, none, or those that it lists."""
    if said in (ALL, NONE):
        return list(known) if said == ALL else []
    names = [name.strip() for name in said.split(",") if name.strip()]
    if unknown := [name for name in names if name not in known]:
        raise BadInput(f"There are no {what} {unknown[0]!r}.", f"Choose from: {', '.join(known)}.")
    return names
