"""Checkpoints: all that a cut-off run needs to go on exactly, in one safetensors file that is whole or absent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn, optim

from engine.errors import BadInput
from engine.files import write_bytes

KEPT = 2
MODEL, EMA, OPTIMIZER = "model/", "ema/", "optimizer/"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a run after ``step`` steps.

    There are no states of random generators, of the schedule or of the data: all three follow from the step
    (:class:`training.core.draws.Draws`).

    Attributes
    ----------
    stage
        Its name.
    step
        Steps done.
    best
        Smallest validation score so far, infinite before the first.
    recipe
        As JSON.
    tensors
        By name: ``model/…`` without the frozen parameters, ``ema/…``, ``optimizer/PARAMETER/…``.
    """

    stage: str
    step: int
    best: float
    recipe: Mapping[str, Any]
    tensors: Mapping[str, Tensor]

    def write(self, folder: Path) -> None:
        """Write it to the folder, then drop all but the last two and what killed runs left half-written.

        Raises
        ------
        BadInput, MachineError
            When the folder cannot be written or is full; the older ones are still there then.
        """
        told = {"stage": self.stage, "step": self.step, "best": self.best, "recipe": dict(self.recipe)}
        write_tensors(folder / f"step-{self.step:09d}.safetensors", self.tensors, told)
        for old in listed(folder)[:-KEPT]:
            old.unlink(missing_ok=True)
        sweep(folder)

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """From a file.

        Raises
        ------
        BadInput
            When it is damaged or no checkpoint.
        """
        tensors, told = read_tensors(path)
        try:
            return cls(told["stage"], told["step"], told["best"], told["recipe"], tensors)
        except KeyError as fault:
            raise BadInput(f"{path} is no checkpoint: it does not say its {fault}.") from fault

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors of one part, by their names in it."""
        return {name.removeprefix(prefix): each for name, each in self.tensors.items() if name.startswith(prefix)}


def sweep(folder: Path) -> None:
    """Remove what killed runs left half-written in a folder."""
    for half in folder.glob(".overtone-*"):
        half.unlink(missing_ok=True)


def listed(folder: Path) -> list[Path]:
    """The checkpoints of a folder, oldest first."""
    return sorted(folder.glob("step-*.safetensors"))


def write_tensors(path: Path, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> None:
    """Write tensors and what is told of them at once: a kill leaves the old file or the new one."""
    held = {name: each.detach().cpu().contiguous() for name, each in tensors.items()}
    write_bytes(path, save(held, {"overtone": json.dumps(told)}))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What :func:`write_tensors` wrote; raises BadInput when it is damaged."""
    try:
        with safe_open(path, "pt") as file:
            told = json.loads((file.metadata() or {}).get("overtone", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, told  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError) as fault:
        raise BadInput(f"{path} cannot be read ({fault}).", "Delete it; --resume then takes the one before.") from fault


def learnt_state(module: nn.Module) -> dict[str, Tensor]:
    """Parameters that train and all buffers, by name: what a training changes."""
    frozen = {name for name, parameter in module.named_parameters() if not parameter.requires_grad}
    tied = module.state_dict().keys() - dict(module.named_parameters()).keys() - dict(module.named_buffers()).keys()
    return {name: value for name, value in module.state_dict().items() if name not in frozen | tied}


def fill(current: Mapping[str, Tensor], stored: Mapping[str, Tensor], what: str) -> None:
    """Copy stored tensors into the current ones.

    Raises
    ------
    BadInput
        When names or shapes differ, naming some.
    """
    absent, unknown = sorted(current.keys() - stored.keys()), sorted(stored.keys() - current.keys())
    said = [f"it lacks {', '.join(absent[:3])}"] if absent else []
    said += [f"it has the unknown {', '.join(unknown[:3])}"] if unknown else []
    said += [
        f"{name} is {tuple(stored[name].shape)}, not {tuple(each.shape)}"
        for name, each in current.items()
        if name in stored and stored[name].shape != each.shape
    ][:3]
    if said:
        raise BadInput(f"The {what} does not fit this stage: {'; '.join(said)}.", "Choose another --out or start anew.")
    for name, each in current.items():
        each.detach().copy_(stored[name])


def optimizer_state(optimizer: optim.Optimizer, trained: Mapping[str, nn.Parameter]) -> dict[str, Tensor]:
    """The optimizer's tensors as ``PARAMETER/KEY``."""
    return {f"{name}/{key}": value for name, each in trained.items() for key, value in optimizer.state[each].items()}


def fill_optimizer(
    optimizer: optim.Optimizer, trained: Mapping[str, nn.Parameter], stored: Mapping[str, Tensor]
) -> None:
    """Give a fresh optimizer its stored tensors; what they belong to is known by name."""
    for path, value in stored.items():
        name, _, key = path.rpartition("/")
        if name not in trained:
            raise BadInput(f"The checkpoint does not fit this stage: it has the unknown {name}.")
        device = "cpu" if key == "step" else trained[name].device  # AdamW counts its steps on the CPU
        optimizer.state[trained[name]][key] = value.to(device)
