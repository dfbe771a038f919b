"""The planner's stages over a language model of two random layers and a text tower of made-up vectors.

Run as a program it learns from a batch, writes what the engine loads, and says which modules that took.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np

from engine.bundle import Bundle
from tests.plan.conftest import CONFIG, random_weights
from training.core.draws import Draws
from training.core.recipe import Recipe
from training.planner import stages

RECIPE = Recipe(steps=3, batch=2, rate=1e-3, weight_decay=0.0, validate_every=3, save_every=0)
OWN = {"length": 96, "candidates": 512, "fit": 2, "rank": 4, "full": 0.8}
BUILDERS = {
    stages.ALIGNMENT: stages.build_alignment,
    stages.GENERATION: stages.build_generation,
    stages.INSTRUCTION: stages.build_instruction,
}


@cache
def _vector(text: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha1(text.encode(), usedforsecurity=False).digest()[:8])
    vector = np.random.default_rng(seed).standard_normal(384, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def embed(texts: Sequence[str]) -> np.ndarray:
    """``(n, 384)`` unit vectors that depend on each text alone."""
    return np.stack([_vector(text) for text in texts])


class TinyBundle:
    """The starter's tokens beside a tiny language model."""

    def __init__(self) -> None:
        self.path = Bundle.open("starter").path

    def tensors(self, _path: str) -> dict[str, Any]:
        return random_weights(CONFIG)

    def json(self, path: str) -> Any:
        return CONFIG if path.startswith("planner/") else {"all": ["otter", "glacier"]}


@contextmanager
def tiny_starter() -> Iterator[None]:
    """The starter of the stages is the tiny one for as long as the block lasts."""
    opened, tower = SimpleNamespace(open=lambda _name: TinyBundle()), SimpleNamespace(text=embed)
    encoder = SimpleNamespace(load=lambda _bundle: tower)
    with patch.object(stages, "Bundle", opened), patch.object(stages, "Encoder", encoder):
        yield


def main(name: str) -> None:
    with tiny_starter(), tempfile.TemporaryDirectory() as folder:
        stage = BUILDERS[name](Path(folder), OWN, 0)
        stage.loss(stage.batch(Draws(0, range(2))))["total"].backward()
        stage.export(Path(folder))
    sys.stdout.write(" ".join({module.partition(".")[0] for module in sys.modules}))


if __name__ == "__main__":
    main(sys.argv[1])
