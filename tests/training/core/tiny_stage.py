"""A stage of a few hundred parameters; run as a program it trains, to be killed or to be one of several processes."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch._dynamo  # the optimizer would import it in every child
from accelerate import Accelerator, debug_launcher
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from training.core import loop
from training.core.draws import Draws
from training.core.recipe import Recipe
from training.core.stage import Stage

RECIPE = Recipe(steps=30, batch=8, rate=3e-2, ema=0.9, validate_every=5, save_every=4, seed=3)
LONG = replace(RECIPE, steps=160)


class Tiny(Stage):
    name = "tiny"
    trains = ("head.*",)
    blocks = ("head.0",)

    def __init__(
        self, dropout: float = 0.0, pause: float = 0.0, bad_from: float = float("inf"), rows: int = 40
    ) -> None:
        torch.manual_seed(1)
        tower = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.Dropout(0.5))
        head = nn.Sequential(
            nn.Sequential(nn.Linear(16, 16), nn.GELU()), nn.Dropout(dropout), nn.LayerNorm(16), nn.Linear(16, 3)
        )
        self.module = nn.ModuleDict({"tower": tower, "head": head})
        self.x = torch.randn(rows, 6)
        self.y = self.x[:, :3].sin()
        self.pause, self.bad_from = pause, bad_from
        self.seen: list[np.ndarray] = []

    def batch(self, draws: Draws) -> Any:
        rows = draws.rows(len(self.x))
        self.seen.append(rows)
        time.sleep(self.pause)
        y = torch.full((len(rows), 3), float("nan")) if draws.positions[-1] >= self.bad_from else self.y[rows]
        return {"x": self.x[rows] + 0.05 * draws.normal(6), "y": y}

    def made(self, x: Tensor) -> Tensor:
        return self.module["head"](self.module["tower"](x))

    def loss(self, batch: Any) -> dict[str, Tensor]:
        made = self.made(batch["x"])
        far = functional.mse_loss(made, batch["y"])
        return {"far": far, "total": far + 0.01 * made.square().mean()}

    def validate(self) -> dict[str, float]:
        return {"score": functional.mse_loss(self.made(self.x), self.y).item()}

    def export(self, folder: Path) -> None:
        save_file(
            {name: each.contiguous() for name, each in self.module.state_dict().items()}, folder / "tiny.safetensors"
        )


def train(out: Path, recipe: Recipe, dropout: float = 0.0, pause: float = 0.0) -> None:
    loop.train(Tiny(dropout, pause), recipe, out, resume=True)


def train_shared(out: Path) -> None:
    assert Accelerator().num_processes == 2
    train(out, RECIPE)


def again_and_again(out: Path) -> int:
    """Train in a child whose number is told in a file; when it is killed, begin another that goes on."""
    while True:
        child = os.fork()  # the libraries are imported once: a start costs nothing then
        if not child:
            (out / "child").write_text(str(os.getpid()))
            train(out, LONG, dropout=0.3, pause=0.003)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            return os.waitstatus_to_exitcode(status)


def main(way: str, out: str) -> int:
    torch.set_num_threads(1)
    if way == "killed":
        return again_and_again(Path(out))
    debug_launcher(train_shared, (Path(out),), num_processes=2)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
