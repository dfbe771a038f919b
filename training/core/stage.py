"""What a stage gives to the loop, and which of its parameters train."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from engine.errors import BadInput
from training.core.draws import Draws

SCORE, TOTAL = "score", "total"


class Stage(Protocol):
    """One training: a network, what it learns from, by which loss, and how well it does.

    Attributes
    ----------
    name
        As the paper calls it.
    module
        Everything with parameters; several networks go into an ``nn.ModuleDict``.
    trains
        Patterns (``blocks.*.weight``) of the names of the parameters that train; the others are frozen and are no
        part of checkpoints.
    blocks
        Patterns of the names of the submodules that are computed again in the backward pass where the recipe asks
        for gradient checkpointing.
    """

    name: str
    module: nn.Module
    trains: tuple[str, ...]
    blocks: tuple[str, ...] = ()

    def batch(self, draws: Draws) -> Any:
        """A part of a batch: tensors in tuples or dicts, made from ``draws`` and the data alone.

        May be called from several threads at once, and for any place in the training.
        """
        ...

    def loss(self, batch: Any) -> dict[str, Tensor]:
        """Scalars by name, each the mean over the batch's samples; ``total`` is what falls."""
        ...

    def validate(self) -> dict[str, float]:
        """Figures on what is not trained on; ``score`` decides which weights are best, the smallest wins.

        Called without gradients, in evaluation mode, on one process.
        """
        ...

    def pictures(self) -> Mapping[str, np.ndarray]:
        """Pictures that show how far it is, ``(H, W, 3)`` from 0 to 1; none unless a stage says so."""
        return {}

    def export(self, folder: Path) -> None:
        """Write the files that the engine loads."""
        ...


def matching(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """The names that fit one of the patterns, in order.

    Raises
    ------
    BadInput
        When a pattern fits no name.
    """
    names, patterns = list(names), list(patterns)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise BadInput(f"No part of the network is named {pattern!r}.")
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def choose_trained(stage: Stage) -> dict[str, nn.Parameter]:
    """Let the stage's parameters train and freeze the others; returns those that train, by name."""
    parameters = dict(stage.module.named_parameters())
    trained = matching(parameters, stage.trains)
    for name, parameter in parameters.items():
        parameter.requires_grad_(name in trained)
    return {name: parameters[name] for name in trained}


def learning_mode(module: nn.Module) -> None:
    """Training mode, but evaluation mode for parts whose parameters are all frozen: their dropout and statistics."""
    module.train()
    for part in module.modules():
        held = list(part.parameters())
        if held and not any(parameter.requires_grad for parameter in held):
            part.eval()


def recompute(stage: Stage) -> None:
    """Let the stage's blocks keep only their input for the backward pass (Chen et al. 2016, section 3)."""
    parts = dict(stage.module.named_modules())
    done: list[str] = []
    for name in matching(parts, stage.blocks):
        if isinstance(parts[name], nn.ModuleList | nn.ModuleDict):
            continue  # has no forward pass of its own
        if not name.startswith(tuple(f"{outer}." for outer in done)):  # its outer part is computed again already
            parts[name].forward = partial(checkpoint, parts[name].forward, use_reentrant=False)
            done.append(name)
