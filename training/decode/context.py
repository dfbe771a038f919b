"""The two stages of context attention (Instruct-Imagen, section 3.3): ``context-retrieval``, ``context-instruction``.

In both the whole network learns to make a picture from words and from references that it reads by its own down path:
first from pictures of the same kind with their captions, then from multi-modal instructions of several tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.decode.briefing import adapter_scale, context_pair
from engine.decode.conditions import Condition
from engine.decode.prompts import Prompt
from engine.errors import BadInput
from engine.values import marker
from training.core.draws import Draws
from training.core.stage import SCORE, TOTAL, Stage
from training.data.clusters import MEMBERS
from training.decode.base import Base
from training.decode.mixture import Drops, Instruction

REFERENCES = MEMBERS - 2  # pairs of a cluster that are context: one is made, one is spare
_DROPPED = -1  # row of the empty text


class Source(Protocol):
    """Where instructions come from.

    Attributes
    ----------
    texts
        Everything that they may say.
    """

    @property
    def texts(self) -> Iterable[str]:
        """As said above."""
        ...

    def drawn(self, draws: Draws) -> Iterator[Instruction]:
        """One for each sample, by its draws alone."""
        ...


@dataclass(frozen=True)
class Pair:
    """A photograph of a cluster: its caption, and its rows as what is made and as a reference."""

    caption: str
    target: int
    shown: int


@dataclass(frozen=True, eq=False)
class Retrieval:
    """Clusters as instructions: any of a cluster is made, three others are its context.

    Attributes
    ----------
    clusters
        Of five or more each.
    """

    clusters: Sequence[Sequence[Pair]]

    @property
    def texts(self) -> Iterator[str]:
        """Every caption by itself and as any of the references."""
        for pair in (each for cluster in self.clusters for each in cluster):
            yield from (pair.caption, *(_reference(place, pair) for place in range(1, REFERENCES + 1)))

    def drawn(self, draws: Draws) -> Iterator[Instruction]:
        """A cluster for each sample, every cluster once an epoch."""
        for row, random in zip(draws.rows(len(self.clusters)), draws.generators, strict=True):
            among = self.clusters[row]
            yield explained([among[each] for each in random.permutation(len(among))])


def explained(pairs: Sequence[Pair]) -> Instruction:
    """The first of several pairs as what is made, those behind it as its context."""
    target, *others = pairs[: 1 + REFERENCES]
    context = tuple((_reference(place, pair), pair.shown) for place, pair in enumerate(others, 1))
    return Instruction(target.caption, context, target.target)


def _reference(place: int, pair: Pair) -> str:
    return f"{marker(place)} {pair.caption}"


class Contextual(Stage):
    """A network that learns to read references.

    Parameters
    ----------
    name
        Of the stage.
    base
        With a context layer. One that reads words is told by them alone and should have no adapter; any other is told
        by the embeddings of the words, and its references by nothing but their places.
    album
        Pictures ``(m, 3, side, side)`` uint8.
    source
        What is learnt from.
    judged
        What it is judged by, by set.
    drops
        How often it learns without conditions.
    embed
        Texts to ``(n, D)``, for a base without words.
    seed
        Of what is judged by.
    """

    trains = ("unet.*", "context.*")

    def __init__(
        self,
        name: str,
        base: Base,
        album: Tensor,
        source: Source,
        judged: Mapping[str, Sequence[Instruction]],
        drops: Drops,
        embed: Callable[[Sequence[str]], np.ndarray],
        seed: int,
    ) -> None:
        assert base.context is not None
        self.name, self.base, self.module, self.context = name, base, base.parts, base.context
        self.album, self.source, self.judged, self.drops, self.seed = album, source, judged, drops, seed
        judging = (text for each in judged.values() for instruction in each for text in instruction.texts)
        self.texts = [*dict.fromkeys((*source.texts, *judging)), ""]
        self.rows = {text: row for row, text in enumerate(self.texts)}
        self.vectors = None if base.text.towers else _with_nothing(embed(self.texts[:-1]), base)
        # A network without words reads references with its adapter off, which a second pass would not know of.
        reads = () if base.embedding is not None else ("unet.down_blocks.*",)
        self.blocks = (*reads, "unet.mid_block", "unet.up_blocks.*")

    def batch(self, draws: Draws) -> tuple[Tensor, ...]:
        """Instructions with some of their conditions dropped, as :meth:`told` makes them, and noise."""
        made = [
            self.drops.applied(instruction, random)
            for instruction, random in zip(self.source.drawn(draws), draws.generators, strict=True)
        ]
        instructions = [instruction for _, instruction in made]
        chance = draws.uniform()
        return (*self.told(instructions, [text for text, _ in made]), draws.normal(*self.base.latent_shape), chance)

    def told(self, instructions: Sequence[Instruction], keeps: Sequence[bool]) -> tuple[Tensor, ...]:
        """Instructions as tensors; ``keeps`` says of which the text stays.

        Returns
        -------
        targets, text
            ``(n, 3, side, side)`` uint8, and ``(n,)`` rows of texts.
        pictures, words, counts
            Of the references, up to the most that one has: ``(n, r, 3, side, side)`` uint8, ``(n, r)`` rows of texts,
            and ``(n,)`` how many there are.
        """
        counts = [len(each.context) for each in instructions]
        most = max(counts)
        words, pictures = torch.zeros(2, len(instructions), most, dtype=torch.long)
        for row, each in enumerate(instructions):
            for place, (said, picture) in enumerate(each.context):
                words[row, place], pictures[row, place] = self.rows[said], picture
        text = [self.rows[each.text] if kept else _DROPPED for each, kept in zip(instructions, keeps, strict=True)]
        targets = self.album[[each.target for each in instructions]]
        return targets, torch.tensor(text), self.album[pictures], words, torch.tensor(counts)

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Mean squared error of what the network predicts."""
        total = self.apart(batch).mean()
        if not bool(batch[4].any()):  # several processes must all find a gradient for everything that learns
            total = total + 0 * torch.stack([each.sum() for each in self.context.parameters()]).sum()
        return {TOTAL: total}

    def apart(self, batch: tuple[Tensor, ...]) -> Tensor:
        """The loss of each sample, ``(n,)``; those with as many references go through the network together."""
        targets, text, pictures, words, counts, noise, chance = batch
        losses = torch.zeros_like(chance)
        for count in counts.unique().tolist():
            here = counts == count
            condition = self.condition(text[here])
            if count:
                condition = replace(condition, context=self.tokens(words[here, :count], pictures[here, :count]))
            errors = self.base.errors(self._latents(targets[here]), noise[here], chance[here], condition)
            losses[here] = errors.mean((1, 2, 3))
        return losses

    def condition(self, text: Tensor) -> Condition:
        """Rows of texts ``(n,)`` as the network is told them, without context."""
        prompt = self._words(text)
        if self.vectors is None:
            return Condition(prompt.states, prompt.pooled, self.base.sizes(prompt))
        return Condition(prompt.states, images=(self.vectors[text.cpu()][:, None],))

    def tokens(self, words: Tensor, pictures: Tensor) -> Tensor:
        """What the bottleneck reads of references: rows of words ``(n, r)``, pictures ``(n, r, 3, side, side)``."""
        unet, pairs = self.base.unet, []
        for place in range(words.shape[1]):
            prompt = self._words(words[:, place])
            pairs.append(context_pair(unet, prompt, self._latents(pictures[:, place]), self.base.sizes(prompt)))
        with adapter_scale(unet, 0.0):
            return self.context.encode(unet, pairs)

    def _words(self, text: Tensor) -> Prompt:
        return self.base.words([self.texts[row] for row in text.tolist()])

    def _latents(self, pictures: Tensor) -> Tensor:
        return self.base.latents(pictures.float() / 255)

    def validate(self) -> dict[str, float]:
        """The loss on what is judged by, scored; with another instruction's context of the same set, and without any.

        Under the name of each set stands its loss as a share of that with another's context.
        """
        figures: dict[str, float] = {}
        sums = np.zeros(3)
        for name, instructions in self.judged.items():
            half = len(instructions) // 2
            others = [*instructions[half:], *instructions[:half]]
            ways = (
                instructions,
                [replace(each, context=other.context) for each, other in zip(instructions, others, strict=True)],
                [replace(each, context=()) for each in instructions],
            )
            losses = np.array([self._judged(way) for way in ways])
            sums += losses
            if instructions[0].context:
                figures[name] = float(losses[0] / losses[1])
        true, shuffled, without = (sums / len(self.judged)).tolist()
        return {SCORE: true, "shuffled": shuffled, "without": without, **figures}

    def _judged(self, instructions: Sequence[Instruction]) -> float:
        device, count = next(self.base.unet.parameters()).device, len(instructions)
        noise = Draws(self.seed, range(count)).normal(*self.base.latent_shape)
        chance = (torch.arange(count) + 0.5) / count
        batch = (*self.told(instructions, [True] * count), noise, chance)
        return float(self.apart(tuple(each.to(device) for each in batch)).mean())

    def export(self, folder: Path) -> None:
        """The network, its adapter where it has one, and the context layer."""
        self.base.export(folder)


def _with_nothing(vectors: np.ndarray, base: Base) -> Tensor:
    """Embeddings ``(n, D)`` with zeros for the empty text behind them."""
    if vectors.shape[1] != base.embedding:
        raise BadInput(
            f"The decoder reads embeddings of {base.embedding} values, no words; texts have {vectors.shape[1]} here.",
            "Name another base.",
        )
    return torch.cat([torch.from_numpy(vectors).float(), torch.zeros(1, vectors.shape[1])])
