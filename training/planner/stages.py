"""The planner's three stages (InstructAny2Pix, section 3.3) for ``overtone train``.

``language-alignment``, ``generation-learning`` and ``instruction-finetuning`` follow each other: each begins with what
the run before it found, or, where its settings name none, with fresh projectors. The language model is the starter's;
its frozen weights compute in bfloat16 whatever the recipe's precision, as they do in the engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.errors import BadInput
from engine.files import write_bytes
from engine.plan.planner import ADAPTER
from engine.plan.tokens import Vocabulary
from engine.refine.mixing import NORM
from engine.values import STRICT
from training.core.draws import Draws
from training.core.loop import begin_with
from training.core.recipe import Count, CountOrNone, Share, validated
from training.core.stage import SCORE, TOTAL, Stage
from training.data import items
from training.planner import export
from training.planner.examples import Describing, Generating, Instructing, pairs
from training.planner.network import PlannerNetwork
from training.planner.nouns import Bank, read_real
from training.planner.real import EMBEDDINGS
from training.planner.rows import Example, candidates, filled, goal_loss, packed, word_loss
from training.planner.start import fit_projector, fresh

ALIGNMENT, GENERATION, INSTRUCTION = "language-alignment", "generation-learning", "instruction-finetuning"
_BEFORE = {GENERATION: (ALIGNMENT, ("enter",)), INSTRUCTION: (GENERATION, ("enter", "leave"))}  # and what it trained
_ASIDE = 10  # every tenth pair is judged by
_JUDGED = 16  # rows of a validation
_SCENE_WORDS = 12  # of a caption that a sample's photo may have
_OTHER_SEED = 1 << 32  # added to the seed of samples that are judged by


@dataclass(frozen=True)
class Settings:
    """The stages' own settings.

    Attributes
    ----------
    before
        Folder of the run of the stage before, with which this one begins; none for a fresh start.
    bundle
        Whose language model and text tower are used.
    fit
        Steps in which a fresh input projector is fitted to nouns.
    length
        Tokens of a row.
    candidates
        Token ids that a target is told from.
    rank
        Of the language model's low-rank additions in instruction finetuning.
    full
        Share of its samples with reply, prompts and control tokens.
    captioned
        Chance of a medium to be replaced by its caption there.
    embeddings
        Weight of the losses of embeddings beside cross-entropy there.
    """

    __pydantic_config__: ClassVar = STRICT

    before: Path | None = None
    bundle: str = "starter"
    fit: CountOrNone = 600
    length: Annotated[int, Field(ge=64, le=2048, strict=True)] = 128
    candidates: Annotated[int, Field(ge=512, strict=True)] = 3072
    rank: Count = 48
    full: Share = 0.3
    captioned: Share = 0.2
    embeddings: Annotated[float, Field(ge=0, strict=True)] = 0.15


@dataclass(frozen=True, eq=False)
class Ready:
    """What all three stages share.

    Attributes
    ----------
    settings
        As given.
    network
        As it begins.
    vocabulary, bank
        Tokens, and what media are seen and heard as.
    embed
        The text tower.
    seed
        Of the training.
    """

    settings: Settings
    network: PlannerNetwork
    vocabulary: Vocabulary
    bank: Bank
    embed: Callable[..., np.ndarray]
    seed: int


class PlannerStage(Stage):
    """What the three have in common: rows packed with examples.

    Parameters
    ----------
    ready
        Network and settings.
    draw, draw_aside
        Give an example to learn from, and one to judge by.
    """

    blocks = ("language.layers.*",)

    def __init__(
        self,
        ready: Ready,
        draw: Callable[[np.random.Generator], Example],
        draw_aside: Callable[[np.random.Generator], Example],
    ) -> None:
        self.module = self.network = ready.network
        self.ready, self.draw, self.draw_aside = ready, draw, draw_aside

    def batch(self, draws: Draws) -> dict[str, Tensor]:
        """Rows of whole examples, each row from its own generator, and the ids that its words are told from."""
        return self._rows(draws, self.draw)

    def judged(self) -> dict[str, Tensor]:
        """The same rows each time, of what is not trained on."""
        made = self._rows(Draws(self.ready.seed + _OTHER_SEED, range(_JUDGED)), self.draw_aside)
        return {name: each.to(self.network.language.rows.device) for name, each in made.items()}

    def _rows(self, draws: Draws, draw: Callable[[np.random.Generator], Example]) -> dict[str, Tensor]:
        own = self.ready.settings
        made = packed([filled(draw, each, own.length) for each in draws.generators], own.length)
        known = len(self.network.language.embedding)
        return made | {"candidates": candidates(made["tokens"], own.candidates, known, draws.generators)}

    def words(self, states: Tensor, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Cross-entropy, and the share of the words that are foreseen."""
        return word_loss(states, self.network.language.embed(batch["candidates"]), batch)

    def left(self, states: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        """``(m, 384)`` embeddings from the states of the goals' places."""
        row, place = batch["goal_at"].unbind(1)
        return self.network.leave(states[row, place].float())

    def export(self, folder: Path) -> None:
        """Nothing beside the best weights, with which the next stage begins."""


class Alignment(PlannerStage):
    """Language alignment: the input projector alone learns, by the words of captions."""

    name = ALIGNMENT
    trains = ("enter.*",)

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy of the caption."""
        return {TOTAL: self.words(self.network.states(batch), batch)[0]}

    def validate(self) -> dict[str, float]:
        """Cross-entropy of captions aside, and the share of their words that is foreseen.

        The nouns among them were seen by the fit that a fresh start begins with; real photographs were not.
        """
        batch = self.judged()
        loss, right = self.words(self.network.states(batch), batch)
        return {SCORE: loss.item(), "right": right.item()}


class Generation(PlannerStage):
    """Generation learning: both projectors learn, by the embedding of the picture that [gen] stands for."""

    name = GENERATION
    trains = ("enter.*", "leave.*")

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Squared error at norm 20: the paper's L2, where the released code takes L1."""
        made = self.left(self.network.states(batch), batch)
        return {TOTAL: goal_loss(made, batch, NORM)["gen"]}

    def validate(self) -> dict[str, float]:
        """Squared error on pairs aside, and how far the answers point where they should."""
        batch = self.judged()
        made = self.left(self.network.states(batch), batch)
        alike = functional.cosine_similarity(made, batch["goal"]).mean()
        return {SCORE: goal_loss(made, batch, NORM)["gen"].item(), "cosine": alike.item()}


class Instruction(PlannerStage):
    """Instruction finetuning: the language model's additions, the control tokens' rows and both projectors learn."""

    name = INSTRUCTION
    trains = ("enter.*", "leave.*", "language.rows", "language.layers.*.a", "language.layers.*.b")

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy of the plan, and the squared errors of [base], [sub] and [gen] apart."""
        return self._judge(batch)[0]

    def validate(self) -> dict[str, float]:
        """The losses on samples of another seed, the share of the operations' words foreseen, and likeness."""
        batch = self.judged()
        losses, made, right = self._judge(batch)
        alike = functional.cosine_similarity(made, batch["goal"]).mean()
        figures = {name: each.item() for name, each in losses.items()}
        return {SCORE: figures.pop(TOTAL), **figures, "right": right.item(), "cosine": alike.item()}

    def _judge(self, batch: dict[str, Tensor]) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """Losses, embeddings, and the share of the operations' words that is foreseen."""
        states = self.network.states(batch)
        words, right = self.words(states, batch)
        made = self.left(states, batch)
        far = goal_loss(made, batch, NORM)
        total = words + self.ready.settings.embeddings * torch.stack(list(far.values())).sum()
        return {"words": words, **far, TOTAL: total}, made, right

    def export(self, folder: Path) -> None:
        """The adapter that the engine's planner loads."""
        made = export.adapter(self.network.adapter(), self.ready.embed, self.ready.vocabulary)
        write_bytes(folder / Path(ADAPTER).name, made)


def build_alignment(data: Path | None, settings: Mapping[str, Any], seed: int) -> Alignment:
    """``language-alignment`` for the starter.

    Raises
    ------
    BadInput
        When a setting is unknown or the data folder cannot be used.
    BundleError
        When the bundle lacks language model or text tower.
    """
    ready = _ready(data, settings, seed, ALIGNMENT)
    told = pairs(ready.bank)
    learnt = [pair for place, pair in enumerate(told) if place % _ASIDE]
    maker = Describing(ready.vocabulary, ready.bank, learnt)
    return Alignment(ready, maker, replace(maker, pairs=told[::_ASIDE]))


def build_generation(data: Path | None, settings: Mapping[str, Any], seed: int) -> Generation:
    """``generation-learning`` for the starter; raises also when the run that it is to begin with is absent."""
    ready = _ready(data, settings, seed, GENERATION)
    told = pairs(ready.bank)
    shown = [pair for pair in told if pair.kind in ("picture", "photo")]
    heard = [pair for pair in told if pair.kind == "sound"]
    learnt = ([pair for place, pair in enumerate(each) if place % _ASIDE] for each in (shown, heard))
    maker = Generating(ready.vocabulary, ready.bank, *learnt)
    return Generation(ready, maker, replace(maker, shown=shown[::_ASIDE], heard=heard[::_ASIDE]))


def build_instruction(data: Path | None, settings: Mapping[str, Any], seed: int) -> Instruction:
    """``instruction-finetuning`` for the starter; raises as the one before."""
    ready = _ready(data, settings, seed, INSTRUCTION)
    own, scenes = ready.settings, [text for text in ready.bank.scenes if len(text.split()) <= _SCENE_WORDS]
    maker = Instructing(ready.vocabulary, ready.bank, scenes, ready.embed, own.full, own.captioned, own.length)
    return Instruction(ready, maker, maker)


def _ready(data: Path | None, settings: Mapping[str, Any], seed: int, stage: str) -> Ready:
    own = validated(Settings, dict(settings), f"{stage} settings")
    real = _real(items.data_folder(data))
    bundle = Bundle.open(own.bundle)
    rank = own.rank if stage == INSTRUCTION else 0
    network = fresh(bundle.tensors("planner/model.safetensors"), bundle.json("planner/config.json"), rank, seed)
    if own.before is not None:
        if stage not in _BEFORE:
            raise BadInput(f"{stage} is the first stage: no run comes before it.", "Leave out before.")
        run, learnt = _BEFORE[stage]
        begin_with(own.before, nn.ModuleDict({name: network.get_submodule(name) for name in learnt}), run)
    embed = Encoder.load(bundle).text
    vocabulary = Vocabulary.load(bundle.path("planner/tokenizer.json"))
    bank = Bank.make(embed, bundle.json("own/nouns.json")["all"], real)
    if own.before is None:
        fit_projector(network, bank, vocabulary, own.fit, seed)
    return Ready(own, network, vocabulary, bank, embed, seed)


def _real(folder: Path) -> dict[str, np.ndarray]:
    if (folder / EMBEDDINGS).is_file():
        return read_real(folder / EMBEDDINGS)
    print(f"{folder} has no {EMBEDDINGS}: words stand for pictures and sounds.", file=sys.stderr)
    return {}
