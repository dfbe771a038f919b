"""Trains a restorer in the two stages of DiffIR: ``python -m training.restore.train --data FOLDER --out FOLDER``."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.bundle import storage
from engine.device import fast_dtype
from engine.restore.blocks import Modulation
from engine.restore.network import DiffRIR, Teacher
from engine.restore.packing import pack
from engine.restore.shape import SCALES, RestorerShape
from engine.restore.stored import describe, tensors_of
from training.data import items
from training.restore.samples import Batch, Damage, SampleMaker, read_photos

_AVERAGE = 0.999  # of the running mean of the weights is kept at a step
LayerKind = TypeVar("LayerKind", nn.Conv2d, nn.Linear)
Learner = TypeVar("Learner", Teacher, DiffRIR)


@dataclass(frozen=True)
class Part:
    """One part of the training: how many steps, samples of each, output pixels along their sides, peak of the rate.

    The rate falls along a cosine.
    """

    steps: int
    batch: int = 8
    patch: int = 128
    rate: float = 1e-3


@dataclass(frozen=True)
class Recipe:
    """The three parts; the paper's have 400,000 to 1,000,000 steps each at a rate of 2e-4 and patches of 256.

    Attributes
    ----------
    teacher
        First stage: extractor that sees the truth, and transformer, by the picture. Small patches serve it best,
        because the tone is to be found in each of them.
    prior
        Second stage, in which at first only its extractor and denoiser learn, by the teacher's IPR. From here on the
        tone may have to be found at the mask's border, of which a small patch has too little.
    joint
        Second stage, in which then everything learns, by the picture and the IPR.
    damage
        Of the samples.
    """

    teacher: Part
    prior: Part
    joint: Part
    damage: Damage = field(default_factory=Damage)


def train(shape: RestorerShape, photos: list[np.ndarray], recipe: Recipe, seed: int = 0) -> DiffRIR:
    """A restorer of that shape, trained on ``photos`` (uint8); the same arguments give the same weights."""
    torch.manual_seed(seed)
    noise = torch.Generator().manual_seed(seed)
    teacher, network = Teacher(shape), DiffRIR(shape)
    _prepare(teacher, network)

    def maker(part: Part) -> SampleMaker:
        return SampleMaker(photos, part.patch, shape.scale, recipe.damage, seed)

    def by_picture(batch: Batch, packed: Tensor) -> Tensor:
        return _picture_loss(teacher(packed, batch.decoded, batch.truth)[0], batch)

    taught = _stage("teacher", teacher, teacher.parameters(), by_picture, maker(recipe.teacher), recipe.teacher)
    network.G.load_state_dict(taught.G.state_dict())
    taught.requires_grad_(False)

    def estimated(batch: Batch, packed: Tensor) -> tuple[Tensor, Tensor]:
        """The IPR found by diffusion from the noised true one, and its loss."""
        wanted = taught.prior(packed, batch.decoded, batch.truth)
        start = network.diffusion.noised(wanted, torch.randn(wanted.shape, generator=noise))
        found = network.diffusion(network.condition(packed), start)
        return found, functional.l1_loss(found, wanted)

    def by_prior(batch: Batch, packed: Tensor) -> Tensor:
        return estimated(batch, packed)[1]

    def by_both(batch: Batch, packed: Tensor) -> Tensor:
        found, loss = estimated(batch, packed)
        return loss + _picture_loss(network.G(packed, batch.decoded, found), batch)

    learning = [*network.condition.parameters(), *network.denoise.parameters()]
    _stage("prior", network, learning, by_prior, maker(recipe.prior), recipe.prior)
    return _stage("joint", network, network.parameters(), by_both, maker(recipe.joint), recipe.joint)


def _stage(
    name: str,
    module: Learner,
    learning: Iterable[nn.Parameter],
    loss_of: Callable[[Batch, Tensor], Tensor],
    maker: SampleMaker,
    part: Part,
) -> Learner:
    """Let the parameters ``learning`` of ``module`` learn, which is left as its running average; returns it."""
    learners = list(learning)
    module.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    quick = fast_dtype(torch.device("cpu"))
    optimizer = torch.optim.Adam(learners, lr=part.rate, betas=(0.9, 0.99))
    average = [value.detach().clone() for value in learners]
    total = 0.0
    for step in range(1, part.steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = part.rate * min(1.0, step / 50) * 0.5 * (1 + math.cos(math.pi * (step - 1) / part.steps))
        batch = maker.batch(part.batch)
        packed = pack(module.shape, batch.decoded, batch.reference, batch.mask)
        with torch.autocast("cpu", quick, enabled=quick is not torch.float32):
            loss = loss_of(batch, packed.contiguous(memory_format=torch.channels_last))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learners, 1.0)
        optimizer.step()
        keep = min(_AVERAGE, step / (step + 20))
        torch._foreach_lerp_(average, [value.detach() for value in learners], 1 - keep)
        total += float(loss.detach())
        if step % 100 == 0:
            print(f"{name} {step} of {part.steps}: {total / 100:.5f}", flush=True)
            total = 0.0
    with torch.no_grad():
        for value, mean in zip(learners, average, strict=True):
            value.copy_(mean)
    return module


def _prepare(teacher: Teacher, network: DiffRIR) -> None:
    """Begin as a transformer that changes nothing and listens to its IPR.

    Layers begin with the variance of their input kept (He et al. 2015), since a tone that is off by a few hundredths
    would otherwise fade on its way to the IPR. Scales come from the IPR without an offset and would be near zero, and
    with them all that blocks pass on: here the IPR begins around one and every scale with it. Without the last
    convolution the picture is the decoded one.
    """
    for part, rectified in ((teacher.G, False), (teacher.E, True), (network.condition, True), (network.denoise, True)):
        for module in part.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, 0.1, nonlinearity="leaky_relu" if rectified else "linear")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        if rectified:
            nn.init.ones_(_last(part, nn.Linear).bias)
    nn.init.zeros_(_last(teacher.G, nn.Conv2d).weight)
    for module in teacher.G.modules():
        if isinstance(module, Modulation):
            weight = _last(module, nn.Linear).weight
            nn.init.constant_(weight[: len(weight) // 2], 1 / weight.shape[1])


def _last(module: nn.Module, kind: type[LayerKind]) -> LayerKind:
    return [each for each in module.modules() if isinstance(each, kind)][-1]


def _picture_loss(made: Tensor, batch: Batch) -> Tensor:
    """L1, in the mask alone: the rest is the photo's own in the result."""
    return ((made - batch.truth).abs() * batch.mask).sum() / (3 * batch.mask.sum())


def main() -> None:
    """Train the starter's restorers and write ``restorer.safetensors`` and ``restorer.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scales", type=int, nargs="+", choices=SCALES, default=list(SCALES))
    parser.add_argument("--steps", type=int, nargs=3, default=(20_000, 4_000, 20_000), help="of the three parts")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    photos = read_photos(item for item in items.photos(chosen.data) if item.trainable)
    first, second, third = chosen.steps
    recipe = Recipe(Part(first, 16, 64), Part(second), Part(third, rate=5e-4))
    networks = {scale: train(RestorerShape.starter(scale), photos, recipe, chosen.seed) for scale in chosen.scales}
    weights = {name: value.numpy() for name, value in tensors_of(networks).items()}
    (chosen.out / "restorer.safetensors").write_bytes(storage.write(weights, "half"))
    shapes = describe(network.shape for network in networks.values())
    (chosen.out / "restorer.json").write_text(json.dumps(shapes, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
