"""What the decoder's stages share: how they begin, are judged and end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.bundle import Bundle
from engine.bundle.manifest import STARTER
from engine.decode.conditions import Condition
from engine.errors import BadInput
from engine.parts import Parts
from engine.values import STRICT
from training.core.checkpoints import fill, read_tensors
from training.core.draws import Draws
from training.core.loop import BEST
from training.core.stage import Stage
from training.decode.base import Base
from training.decode.material import Seen
from training.decode.rehearsal import Distance, Rehearsal, Trial, Way
from training.evaluate.perceptual import PerceptualDistance

PLANES = ("truth", "start", "source", "mask", "regions")  # of a sample, (h, w, c) float32 each


@dataclass(frozen=True)
class Begin:
    """Settings of every stage.

    Attributes
    ----------
    base
        Bundle whose decoder is trained further; empty for the starter's own, fresh.
    begin
        Folder of an earlier run of the same network whose best weights are begun with; an inpaint network may begin
        with those of one that makes whole pictures.
    judged
        How the stage is judged.
    """

    __pydantic_config__: ClassVar = STRICT

    base: str = ""
    begin: str = ""
    judged: Way = field(default_factory=Way)


@dataclass(frozen=True, eq=False)
class Opened:
    """What a stage is made from: the decoder, the encoder of its embeddings, and how pictures are compared."""

    base: Base
    seen: Seen
    distance: Distance


def opened(chosen: Begin, seed: int, *, paints: bool) -> Opened:
    """The decoder that the settings name; encoder and judge are its bundle's, or the starter's.

    Raises
    ------
    BundleError
        When a bundle is missing or damaged.
    BadInput
        When the run to begin with is missing or of another network.
    """
    bundle = Bundle.open(chosen.base or STARTER)
    base = Base.of(bundle, paints=paints) if chosen.base else Base.fresh(seed, paints=paints)
    if chosen.begin:
        take_over(base, Path(chosen.begin))
    judge = bundle if bundle.has("image/model.safetensors") else Bundle.open(STARTER)
    return Opened(base, Seen(Parts(bundle).encoder_of(base.embedding)), PerceptualDistance.load(judge))


def take_over(base: Base, run: Path) -> None:
    """Give a decoder the best weights of an earlier run; what that run did not train stays.

    Raises
    ------
    BadInput
        When the folder holds none, or they are of another network.
    """
    path = run / BEST
    if not path.is_file():
        raise BadInput(f"{path} is not there.", "Name the folder of a run in the settings, or none.")
    stored, known = dict(read_tensors(path)[0]), base.parts.state_dict()
    first = "unet.conv_in.weight"
    if first in stored:  # an inpaint network begins as one that does not see what it is told besides
        missing = known[first].shape[1] - stored[first].shape[1]
        if missing == base.latent_shape[0] + 1:
            stored[first] = functional.pad(stored[first], (0, 0, 0, 0, 0, missing))
    fill({name: known[name] for name in stored if name in known}, stored, str(path))


def mirrored(sample: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """A sample or, half of the time, its mirror image."""
    if random.random() < 0.5:
        return sample
    return {name: np.ascontiguousarray(each[:, ::-1]) if name in PLANES else each for name, each in sample.items()}


class Denoising(Stage):
    """A stage that trains a denoising network.

    Parameters
    ----------
    made
        What is trained, and what it is told and judged with.
    learnt
        What is learnt from, by row.
    trials
        What it is judged by, as ``way`` says.
    paints
        Whether it is an inpaint network.
    """

    blocks = ("unet.down_blocks.*", "unet.mid_block", "unet.up_blocks.*")

    def __init__(self, made: Opened, learnt: Sequence[Any], trials: Sequence[Trial], way: Way, *, paints: bool) -> None:
        self.base, self.seen, self.paints = made.base, made.seen, paints
        self.learnt, self.trials = learnt, trials
        self.module = made.base.parts
        self.rehearsal = Rehearsal(made.base, paints=paints, way=way, distance=made.distance)

    @property
    def own(self) -> tuple[str, ...]:
        """Names of the U-Net's parameters but for its image adapter's."""
        return tuple(f"unet.{name}" for name in self.base.own_names)

    @abstractmethod
    def sample(self, row: int, random: np.random.Generator) -> dict[str, Any]:
        """One sample by its row and chance.

        ``truth`` and ``start``, ``(h, w, 3)`` 0 to 1, which is wanted and which noise is put on; ``time``, 0 to 1,
        where in the schedule; ``text``, ``images`` ``(k, D)`` and their ``regions`` ``(h, w, k)``, what is told; and
        whatever else the loss reads.
        """

    def batch(self, draws: Draws) -> dict[str, Any]:
        """Samples, half of them mirrored, and their noise."""
        rows = draws.rows(len(self.learnt))
        drawn = zip(rows, draws.generators, strict=True)
        return self.joined([mirrored(self.sample(int(row), random), random) for row, random in drawn], draws)

    def told(self, batch: Mapping[str, Any], extra: Tensor | None = None) -> Condition:
        """What a batch's ``text``, ``images`` ``(n, k, D)`` and their ``regions`` ``(n, k, H, W)`` say."""
        prompt = self.base.words(batch["text"])
        sizes = self.base.sizes(prompt)
        read = self.base.embedding is not None
        return Condition(
            prompt.states,
            prompt.pooled,
            None if sizes is None else sizes.to(prompt.states.device),
            images=(batch["images"],) if read else (),
            image_masks=(batch["regions"],) if read and "regions" in batch else (),
            extra=extra,
        )

    def errors(self, batch: Mapping[str, Any], extra: Tensor | None = None) -> Tensor:
        """Squared errors ``(n, c, h, w)`` of a batch of :func:`joined` samples.

        Where the noise is put on a draft instead of the truth they are those of the picture that the answer says: how
        far draft and truth are apart counts alike at all times.
        """
        base, truth, start, time = self.base, batch["truth"], batch["start"], batch["time"]
        latents = base.latents(truth)
        noise = base.noise_from(base.latents(start), latents, batch["noise"], time)
        far = base.errors(latents, noise, time, self.told(batch, extra))
        drafted = (start != truth).flatten(1).any(1)[:, None, None, None]
        return far * torch.where(drafted, base.shares(time)[1].square(), 1.0)

    def joined(self, samples: Sequence[Mapping[str, Any]], draws: Draws) -> dict[str, Any]:
        """Samples as one batch with its noise: ``text`` as a list, planes ``(h, w[, c])`` channels first."""
        made: dict[str, Any] = {}
        for name in samples[0]:
            each = [sample[name] for sample in samples]
            if name == "text":
                made[name] = each
            elif name in PLANES:
                made[name] = torch.from_numpy(np.stack([plane.transpose(2, 0, 1) for plane in each]))
            else:
                made[name] = torch.from_numpy(np.stack(each))
        return {**made, "noise": draws.normal(*self.base.latent_shape)}

    def validate(self) -> dict[str, float]:
        """How near the truth the engine comes with the network, over the trials; scored against the drafts' own."""
        return self.rehearsal.figures(self.trials)

    def pictures(self) -> Mapping[str, np.ndarray]:
        """Draft, decoded and true picture of the first trials."""
        return self.rehearsal.shown

    def export(self, folder: Path) -> None:
        """The networks as the engine loads them."""
        self.base.export(folder, paints=self.paints)
