"""Chance that depends on the seed and on a sample's place in the training alone.

So a run that was cut short goes on exactly, and any number of processes draws the same.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor

from engine.errors import BadInput

_EPOCHS, _GLOBAL = 1, 2  # keep the streams of one seed apart


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    return np.random.default_rng((seed, epoch, _EPOCHS)).permutation(count)


@dataclass(frozen=True)
class Draws:
    """The chance of one part of a batch, n samples.

    Attributes
    ----------
    seed
        Of the training.
    positions
        Places of the samples in the training: sample k of step s has place ``s * batch + k``.
    """

    seed: int
    positions: Sequence[int]

    def rows(self, count: int) -> np.ndarray:
        """``(n,)`` row numbers below ``count``: each row once in an epoch, every epoch in another order.

        Raises
        ------
        BadInput
            When there are no rows.
        """
        if not count:
            raise BadInput("There is nothing to learn from: the data holds no usable item.", "Name another --data.")
        return np.array([_order(self.seed, place // count, count)[place % count] for place in self.positions])

    @cached_property
    def generators(self) -> tuple[np.random.Generator, ...]:
        """One for each sample; what is drawn from one moves it on."""
        return tuple(np.random.default_rng((self.seed, place)) for place in self.positions)

    def normal(self, *shape: int) -> Tensor:
        """``(n, *shape)`` float32 of mean 0 and deviation 1."""
        drawn = [generator.standard_normal(shape, dtype=np.float32) for generator in self.generators]
        return torch.from_numpy(np.stack(drawn))

    def uniform(self, *shape: int) -> Tensor:
        """``(n, *shape)`` float32 from 0 to below 1."""
        return torch.from_numpy(np.stack([each.random(shape, dtype=np.float32) for each in self.generators]))

    def seed_everything(self) -> None:
        """Start the global generators of Python, NumPy and torch anew, for dropout inside networks."""
        seed = int(np.random.SeedSequence((self.seed, self.positions[0], _GLOBAL)).generate_state(1)[0])
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
