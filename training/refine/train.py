"""Refinement learning (InstructAny2Pix, section 3.3): the prior, which ``overtone train refinement`` trains.

From the embedding of words or a sound, and the aesthetic score of the picture that belongs to them, to that picture's
embedding. No language model is needed; all that is learnt from lies in ``pairs.npz`` of the data folder.
"""

from __future__ import annotations

import json
import math
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from safetensors.torch import save
from torch import Tensor
from torch.nn import functional

from engine.errors import BadInput
from engine.files import write_bytes
from engine.refine.mixing import NORM
from engine.refine.network import PriorNetwork, PriorShape
from engine.refine.prior import CONFIG, GUIDANCE, SCORES, WEIGHTS, Prior
from engine.values import STRICT
from training.core.draws import Draws
from training.core.recipe import Share, validated
from training.core.stage import SCORE, TOTAL, Stage
from training.data.items import data_folder

PAIRS = "pairs.npz"


@dataclass(frozen=True)
class Settings:
    """The stage's own settings.

    Attributes
    ----------
    noise
        Length of the noise added to the embeddings, for unit embeddings: the prior answers the planner's [gen], which
        is never exact.
    aside
        Share of the groups of pairs that is not trained on.
    guidance
        That the prior is stored with; chosen on the pairs aside.
    """

    __pydantic_config__: ClassVar = STRICT

    noise: Annotated[float, Field(ge=0, strict=True)] = 0.3
    aside: Share = 0.1
    guidance: Annotated[float, Field(ge=0, strict=True)] = GUIDANCE


@dataclass(frozen=True, eq=False)
class Pairs:
    """What is learnt from, n rows each.

    Attributes
    ----------
    embedding, target
        ``(n, D)`` float32 of any length above 0: what is given, and the picture's embedding.
    kind
        ``(n,)`` whole numbers, indices into the shape's kinds.
    score
        ``(n,)`` float32, aesthetic score of the target, 1 to 10.
    group
        ``(n,)`` whole numbers: pairs of one number belong to one thing and fall on one side; may be empty.
    """

    embedding: Tensor
    target: Tensor
    kind: Tensor
    score: Tensor
    group: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int64))

    @classmethod
    def read(cls, path: Path) -> Pairs:
        """From an ``npz`` with these arrays; rows that are zero, not finite or out of range are left out.

        Without ``group`` every pair is a group of its own.

        Raises
        ------
        BadInput
            When the file is absent, damaged or lacks an array.
        """
        try:
            with np.load(path) as stored:
                arrays = [stored[name] for name in ("embedding", "target", "score", "kind")]
                embedding, target, score = (np.asarray(each, np.float32) for each in arrays[:3])
                kind = arrays[3].astype(np.int64)
                group = np.asarray(stored["group"] if "group" in stored else np.arange(len(kind)), np.int64)
        except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as fault:
            raise BadInput(
                f"{path} holds no pairs to learn from ({fault}).", "Name another folder as --data."
            ) from fault
        lengths = {len(embedding), len(target), len(score), len(kind), len(group)}
        if len(lengths) > 1 or embedding.ndim != 2 or embedding.shape != target.shape:
            raise BadInput(f"{path}: its arrays do not belong together.", "Make the file again.")
        good = np.isfinite(embedding).all(1) & np.isfinite(target).all(1) & embedding.any(1) & target.any(1)
        good &= (score >= SCORES[0]) & (score <= SCORES[1]) & (kind >= 0)
        if not good.all():
            print(f"{int((~good).sum())} of {len(good)} pairs are unusable and left out", file=sys.stderr)
        return cls(*(torch.from_numpy(each[good]) for each in (embedding, target, kind, score, group)))

    def __len__(self) -> int:
        """How many."""
        return len(self.embedding)

    def take(self, rows: Any) -> Pairs:
        """Some of them."""
        return Pairs(*(each[rows] if len(each) else each for each in vars(self).values()))


def loss_of(network: PriorNetwork, pairs: Pairs) -> Tensor:
    """Mean squared error at norm 20: the paper's L2 (section 3.3), where the published code takes L1."""
    made = network(NORM * functional.normalize(pairs.embedding, dim=1), pairs.kind, pairs.score)
    return functional.mse_loss(made, NORM * functional.normalize(pairs.target, dim=1))


class Refinement(Stage):
    """Fits a prior to pairs.

    Parameters
    ----------
    network
        Started.
    pairs, aside
        What is learnt from, and what is judged by.
    noise, guidance
        As in the settings.
    """

    name = "refinement"
    trains = ("*",)
    blocks = ("blocks.*",)

    def __init__(
        self, network: PriorNetwork, pairs: Pairs, aside: Pairs, noise: float = 0.0, guidance: float = GUIDANCE
    ) -> None:
        self.module = self.network = network
        self.pairs, self.aside, self.noise, self.guidance = pairs, aside, noise, guidance

    def batch(self, draws: Draws) -> tuple[Tensor, ...]:
        """Embedding with noise, target, kind and score of some pairs."""
        drawn = self.pairs.take(torch.from_numpy(draws.rows(len(self.pairs))))
        given = functional.normalize(drawn.embedding, dim=1)
        if self.noise:
            given = given + draws.normal(given.shape[1]) * self.noise / math.sqrt(given.shape[1])
        return given, drawn.target, drawn.kind, drawn.score

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """L2 at norm 20."""
        return {TOTAL: loss_of(self.network, Pairs(*batch))}

    def validate(self) -> dict[str, float]:
        """Mean squared error on the pairs aside, and how far the answers point where they should."""
        device = self.network.slot.device
        held = Pairs(*(each.to(device) for each in vars(self.aside).values()))
        made = self.network(NORM * functional.normalize(held.embedding, dim=1), held.kind, held.score)
        alike = functional.cosine_similarity(made, held.target).mean().item()
        return {SCORE: loss_of(self.network, held).item(), "cosine": alike}

    def export(self, folder: Path) -> None:
        """The two files of the prior."""
        write(Prior(self.network, self.guidance), folder)


def build(data: Path | None, settings: Mapping[str, Any], seed: int) -> Refinement:
    """The stage for the starter, from the pairs in the data folder.

    Raises
    ------
    BadInput
        When a setting is unknown or the data holds too few pairs.
    """
    chosen = validated(Settings, dict(settings), "refinement settings")
    path = data_folder(data) / PAIRS
    pairs, shape = Pairs.read(path), PriorShape.starter()
    groups = pairs.group.unique()
    order = groups[torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed))]
    aside = round(chosen.aside * len(groups))
    if aside < 1 or aside == len(groups):
        raise BadInput(f"{path} holds {len(pairs)} usable pairs: too few to learn from and to judge by.")
    if pairs.embedding.shape[1] != shape.embedding or int(pairs.kind.max()) >= len(shape.kinds):
        raise BadInput(f"{path} is of another space than the starter's.", f"It takes {shape.embedding} values a row.")
    network = PriorNetwork(shape).start(torch.Generator().manual_seed(seed))
    held = torch.isin(pairs.group, order[:aside])
    return Refinement(network, pairs.take(~held), pairs.take(held), chosen.noise, chosen.guidance)


def write(prior: Prior, folder: Path) -> None:
    """Write the two files that :meth:`engine.refine.Prior.load` reads, by their names in a bundle's ``own``."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in prior.network.state_dict().items()}
    write_bytes(folder / Path(WEIGHTS).name, save(tensors))
    write_bytes(folder / Path(CONFIG).name, json.dumps(prior.config(), indent=1).encode())
