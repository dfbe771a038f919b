"""Multi-modal instructions of several task sets, mixed at fixed ratios (Instruct-Imagen, section 3.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import ClassVar

import numpy as np

from engine.values import STRICT
from training.core.draws import Draws
from training.core.recipe import Share

RATIOS: Mapping[str, float] = {
    "text": 0.15,
    "art": 0.05,  # text, of paintings
    "depth": 0.06,
    "mask": 0.06,
    "edge": 0.06,
    "sketch": 0.02,
    "subject": 0.30,
    "faces": 0.05,
    "faces-hq": 0.05,
    "style": 0.10,
    "transfer": 0.10,
}


@dataclass(frozen=True)
class Instruction:
    """What is said and shown, and the picture that is wanted.

    Attributes
    ----------
    text
        With a marker for each reference that it names.
    context
        Marker and words of each reference (``[ref#1] vase``), with the row of its picture.
    target
        Row of the wanted picture.
    """

    text: str
    context: tuple[tuple[str, int], ...]
    target: int

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is said."""
        return (self.text, *(words for words, _ in self.context))


@dataclass(frozen=True)
class Drops:
    """How often a sample is trained on without its conditions, for guidance (section 3.3).

    Attributes
    ----------
    both
        Share without text and context.
    context
        Share without context alone.
    """

    __pydantic_config__: ClassVar = STRICT

    both: Share = 0.1
    context: Share = 0.1

    def keeps(self, random: np.random.Generator) -> tuple[bool, bool]:
        """Whether text and context stay."""
        drawn = random.random()
        return drawn >= self.both, drawn >= self.both + self.context

    def applied(self, instruction: Instruction, random: np.random.Generator) -> tuple[bool, Instruction]:
        """Whether the text stays, and the instruction as far as its context does."""
        text, context = self.keeps(random)
        return text, instruction if context else replace(instruction, context=())


@dataclass(frozen=True, eq=False)
class Mixture:
    """Task sets by name; those without instructions are left out, the others' ratios then add up to 1 again.

    Attributes
    ----------
    sets
        Instructions by the names of :data:`RATIOS`.
    """

    sets: Mapping[str, Sequence[Instruction]]

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """How often each set that there is data for is drawn from."""
        known = {name: ratio for name, ratio in RATIOS.items() if self.sets.get(name)}
        return {name: ratio / sum(known.values()) for name, ratio in known.items()}

    @property
    def absent(self) -> tuple[str, ...]:
        """Sets that there is no data for."""
        return tuple(name for name in RATIOS if name not in self.shares)

    @property
    def texts(self) -> Iterator[str]:
        """Everything that they say."""
        return (text for each in self.sets.values() for instruction in each for text in instruction.texts)

    def named(self, random: np.random.Generator) -> str:
        """A set, drawn."""
        ends = list(accumulate(self.shares.values()))
        return list(self.shares)[min(int(np.searchsorted(ends, random.random(), side="right")), len(ends) - 1)]

    def drawn(self, draws: Draws) -> Iterator[Instruction]:
        """An instruction for each sample."""
        for random in draws.generators:
            among = self.sets[self.named(random)]
            yield among[int(random.integers(len(among)))]

    def __str__(self) -> str:
        """A line for people."""
        had = ", ".join(f"{len(self.sets[name])} {name} ({share:.1%})" for name, share in self.shares.items())
        return f"{had}; no data for {', '.join(self.absent)}" if self.absent else had
