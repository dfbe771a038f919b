"""``overtone train``: every stage of the training, by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.common import say
from engine.errors import MachineError
from training.data.commands import data, drafts, scenes
from training.export import export

if TYPE_CHECKING:
    from training.core.stage import Stage


@dataclass(frozen=True)
class Entry:
    """A stage that can be trained.

    Attributes
    ----------
    builder
        ``module:function``, which takes the data folder or none, the stage's own settings and the seed.
    about
        What it trains, for people.
    """

    builder: str
    about: str

    def build(self, data: Path | None, settings: Mapping[str, Any], seed: int) -> Stage:
        """The stage with fresh weights."""
        module, _, function = self.builder.partition(":")
        return getattr(import_module(module), function)(data, settings, seed)


STAGES: dict[str, Entry] = {
    "language-alignment": Entry(
        "training.planner.stages:build_alignment", "the planner's input projector, by captions of pictures and sounds"
    ),
    "generation-learning": Entry(
        "training.planner.stages:build_generation", "both projectors of the planner, by the pictures that [gen] is for"
    ),
    "instruction-finetuning": Entry(
        "training.planner.stages:build_instruction", "the planner's language model with its projectors, by instructions"
    ),
    "refinement": Entry("training.refine.train:build", "the prior: an embedding and a score to a picture's embedding"),
    "decoder-realignment": Entry(
        "training.decode.realignment:build", "the decoder's network to follow embeddings of pictures and their parts"
    ),
    "text-to-image": Entry("training.decode.text_to_image:build", "the decoder's network on photographs with captions"),
    "masked-edit": Entry("training.decode.masked_edit:build", "the decoder's inpaint network on edits of known truth"),
    "inpaint": Entry("training.decode.inpaint:build", "the decoder's network that continues photographs in masks"),
    "diffrir-s1": Entry("training.restore.stages:build_first", "the restorer's teacher, which sees the truth"),
    "diffrir-s2-prior": Entry("training.restore.stages:build_prior", "the restorer's extractor and denoiser"),
    "diffrir-s2": Entry("training.restore.stages:build_second", "the whole restorer, taught by its teacher"),
    "diffrir-gan": Entry("training.restore.adversarial:build", "the whole restorer, beside a critic of its pictures"),
    "context-retrieval": Entry(
        "training.decode.context_stages:build_retrieval", "the decoder's context attention, on pictures of a kind"
    ),
    "context-instruction": Entry(
        "training.decode.context_stages:build_instruction", "the decoder's context attention, on several tasks"
    ),
}


def register(app: typer.Typer) -> None:
    """Add the group to the program: ``data``, ``scenes``, ``drafts``, ``export``, and a command for each stage."""
    group = typer.Typer(help="Train a part of the engine, or make the data for it.", no_args_is_help=True)
    group.command()(data)
    group.command()(scenes)
    group.command()(drafts)
    group.command()(export)
    for name, entry in STAGES.items():
        group.command(name, help=f"Train {entry.about}.")(_trainer(name))
    app.add_typer(group, name="train")


def _trainer(stage: str) -> Callable[..., None]:
    """The command of a stage."""

    def train(
        config: Annotated[
            str, typer.Option("--config", help="starter-cpu, starter-gpu or a TOML file with a table of the stage.")
        ] = "starter-cpu",
        data: Annotated[
            Path | None, typer.Option("--data", help="What to learn from; else OVERTONE_DATA names it.")
        ] = None,
        out: Annotated[Path | None, typer.Option("--out", help="Folder of the run; else training-STAGE here.")] = None,
        resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
        steps: Annotated[int | None, typer.Option("--steps", min=1, help="Instead of the config's.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost, and write nothing.")] = False,
    ) -> None:
        run(stage, config, data, out, resume=resume, steps=steps, dry_run=dry_run)

    return train


def run(
    stage: str, config: str, data: Path | None, out: Path | None, *, resume: bool, steps: int | None, dry_run: bool
) -> None:
    """Train one stage, or say what it would cost; under torchrun several devices share the work.

    Raises
    ------
    MachineError
        When the training libraries are not installed.
    BadInput
        When the configuration or the data cannot be used.
    """
    if find_spec("accelerate") is None:
        raise MachineError("Training needs the library accelerate.", "Install it: pip install 'overtone[train]'.")
    from training.core.recipe import read_recipe

    recipe, settings = read_recipe(config, stage)
    if steps is not None:
        recipe = replace(recipe, steps=steps)
    made = STAGES[stage].build(data, settings, recipe.seed)
    if dry_run:
        from training.core.cost import measure

        say(str(measure(made, recipe)))
        return
    from training.core import loop

    try:
        loop.train(made, recipe, out or Path(f"training-{stage}"), resume=resume)
    except KeyboardInterrupt as stop:
        print("overtone: Stopped; --resume goes on from the last checkpoint.", file=sys.stderr)
        raise typer.Exit(130) from stop
