"""What a training will cost, told before it runs; and which parameters a few of its steps change."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

import torch

from engine.commands.common import peak_memory
from training.core.loop import Training
from training.core.recipe import Recipe
from training.core.stage import Stage, matching
from training.core.watch import duration

MEASURED = 3  # steps


@dataclass(frozen=True)
class Cost:
    """Of a stage under a recipe, on this machine.

    Attributes
    ----------
    stage, device, steps
        What runs where.
    trained, frozen
        Parameters.
    step, validation
        Seconds of one; 0 without validations.
    validations
        How many.
    memory
        Peak bytes: of the device on CUDA, else of the process.
    """

    stage: str
    device: str
    steps: int
    trained: int
    frozen: int
    step: float
    validation: float
    validations: int
    memory: int

    @property
    def seconds(self) -> float:
        """Of the whole training."""
        return self.steps * self.step + self.validations * self.validation

    def __str__(self) -> str:
        """Four lines for people."""
        return (
            f"{self.stage} on {self.device}: {self.trained:,} parameters train, {self.frozen:,} are frozen\n"
            f"{self.steps:,} steps of {self.step:.3g} s, {self.validations} validations of {self.validation:.3g} s\n"
            f"{duration(self.seconds)} in all\n"
            f"{self.memory / 2**30:.2f} GiB of memory at the peak"
        )


def measure(stage: Stage, recipe: Recipe) -> Cost:
    """Take three steps twice and a validation, write nothing; the stage's weights have changed then."""
    training = Training.ready(stage, recipe)
    device = training.accelerator.device
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    _timed(training)  # what is made only once, an embedding say, is not to be counted for every step
    times = _timed(training)
    began = time.perf_counter()
    if recipe.validate_every:
        training.validate()
    spent = time.perf_counter() - began if recipe.validate_every else 0.0
    trained = sum(each.numel() for each in training.trained.values())
    return Cost(
        stage=stage.name,
        device=str(device),
        steps=recipe.steps,
        trained=trained,
        frozen=sum(each.numel() for each in stage.module.parameters()) - trained,
        step=statistics.median(times),
        validation=spent,
        validations=-(-recipe.steps // recipe.validate_every) if recipe.validate_every else 0,
        memory=torch.cuda.max_memory_allocated() if device.type == "cuda" else peak_memory(),
    )


def _timed(training: Training) -> list[float]:
    """Seconds of each of the first steps."""
    times: list[float] = []
    with closing(training.batches(0, MEASURED)) as feed:
        for number in range(MEASURED):
            began = time.perf_counter()
            training.step(number, feed)
            if training.accelerator.device.type == "cuda":
                torch.cuda.synchronize()
            times.append(time.perf_counter() - began)
    return times


def trained_otherwise(
    stage: Stage, recipe: Recipe, wanted: Iterable[str], steps: int = MEASURED
) -> tuple[list[str], list[str]]:
    """Where a few steps differ from what should train.

    Parameters
    ----------
    stage, recipe
        What is checked; its weights have changed then.
    wanted
        Patterns of the names of the parameters that should train.
    steps
        Taken; a chain of layers of which the last begins with zeros needs two or more.

    Returns
    -------
    changed, unchanged
        Names of what changed though it should not, buffers included except beside a wanted parameter; and of the
        wanted parameters that did not change.
    """
    parameters, buffers = dict(stage.module.named_parameters()), dict(stage.module.named_buffers())
    should = set(matching(parameters, wanted))
    owners = {_owner(name) for name in should}
    before = {name: each.detach().cpu().clone() for name, each in (parameters | buffers).items()}
    training = Training.ready(stage, recipe)
    with closing(training.batches(0, steps)) as feed:
        for number in range(steps):
            training.step(number, feed)
    now = dict(stage.module.named_parameters()) | dict(stage.module.named_buffers())
    changed = {name for name, each in now.items() if not torch.equal(before[name], each.detach().cpu())}
    beside = {name for name in buffers if _owner(name) in owners}
    return sorted(changed - should - beside), sorted(should - changed)


def _owner(name: str) -> str:
    """The module that a tensor belongs to; what a parametrization keeps belongs to the layer that it holds."""
    return name.partition(".parametrizations.")[0] if ".parametrizations." in name else name.rpartition(".")[0]
