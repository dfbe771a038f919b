"""The two stages of DiffRIR (LLMGA, section 3.4) for ``overtone train``: ``diffrir-s1``, ``diffrir-s2``.

The second has a part of its own before it, ``diffrir-s2-prior``, in which only its extractor and denoiser learn. What
follows them is in :mod:`training.restore.adversarial`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from engine.bundle import storage
from engine.errors import BadInput
from engine.files import write_bytes
from engine.restore.network import DiffRIR, Teacher
from engine.restore.packing import pack
from engine.restore.shape import RestorerShape
from engine.restore.stored import CONFIG, WEIGHTS, describe, tensors_of
from engine.values import STRICT
from training.core.draws import Draws
from training.core.loop import begin_with, train
from training.core.recipe import Count, Recipe, validated
from training.core.stage import SCORE, TOTAL, Stage
from training.data import items
from training.data.items import LicenceClass
from training.evaluate.trials import photographs
from training.restore.packed import Packed
from training.restore.samples import Batch, Damage, SampleMaker, read_photos
from training.restore.start import prepare

FIRST, PRIOR, SECOND = "diffrir-s1", "diffrir-s2-prior", "diffrir-s2"
_TINY = 1e-6
_JUDGED, _DRAFTS_JUDGED = 24, 48  # samples of a validation


@dataclass(frozen=True)
class Settings:
    """The stages' own settings.

    Attributes
    ----------
    scale
        Output pixels for each decoded one, along a side.
    patch
        Output pixels along a sample's side.
    damage
        Of the samples.
    drafted
        Learn from the packed drafts of the data folder (``overtone train drafts``) instead, which are of all edits.
    first, prior
        Folders of the runs of ``diffrir-s1`` and ``diffrir-s2-prior`` that a later stage begins with.
    """

    __pydantic_config__: ClassVar = STRICT

    scale: Literal[1, 2, 4] = 1
    patch: Annotated[Count, Field(multiple_of=32)] = 128
    damage: Damage = field(default_factory=Damage)
    drafted: bool = False
    first: Path = Path(f"training-{FIRST}")
    prior: Path = Path(f"training-{PRIOR}")


class Source(Protocol):
    """What the stages learn from and are judged by."""

    @property
    def shape(self) -> RestorerShape:
        """Of the restorer."""
        ...

    @property
    def settings(self) -> Settings:
        """Of the stage."""
        ...

    def learnt(self, draws: Draws) -> tuple[Tensor, ...]:
        """A batch's tensors, and the noise ``(n, p)`` that its IPR is noised with."""
        ...

    def judged(self, device: torch.device) -> tuple[Tensor, ...]:
        """The same samples each time, of the photographs aside."""
        ...


@dataclass(frozen=True, eq=False)
class Drafted:
    """Packed drafts of every kind of edit.

    Attributes
    ----------
    packs, aside
        Learnt from, judged by.
    shape, settings, seed
        As in :class:`Samples`.
    """

    packs: Packed
    aside: Packed
    shape: RestorerShape
    settings: Settings
    seed: int

    def learnt(self, draws: Draws) -> tuple[Tensor, ...]:
        """A batch's tensors, and the noise ``(n, p)`` that its IPR is noised with."""
        batch = self.packs.batch(draws.rows(len(self.packs)), draws.generators, self.settings.patch)
        return (*vars(batch).values(), draws.normal(self.shape.prior))

    def judged(self, device: torch.device) -> tuple[Tensor, ...]:
        """The same samples each time, of the photographs aside, from all packs."""
        rows = range(0, len(self.aside), -(-len(self.aside) // _DRAFTS_JUDGED))
        batch = self.aside.batch(rows)
        noise = Draws(self.seed, rows).normal(self.shape.prior)
        return tuple(each.to(device) for each in (*vars(batch).values(), noise))


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples that depend on their place in the training alone.

    Attributes
    ----------
    photos, aside
        ``(h, w, 3)`` uint8: learnt from, judged by.
    shape
        Of the restorer.
    settings
        Of the stage.
    seed
        Of the samples that are judged by.
    """

    photos: Sequence[np.ndarray]
    aside: Sequence[np.ndarray]
    shape: RestorerShape
    settings: Settings
    seed: int

    def learnt(self, draws: Draws) -> tuple[Tensor, ...]:
        """A batch's tensors, and the noise ``(n, p)`` that its IPR is noised with."""
        return self._drawn(draws, self.photos)

    def _drawn(self, draws: Draws, photos: Sequence[np.ndarray]) -> tuple[Tensor, ...]:
        made = [self._sample(generator, photos) for generator in draws.generators]
        parts = [torch.cat(each) for each in zip(*(vars(one).values() for one in made), strict=True)]
        return (*parts, draws.normal(self.shape.prior))

    def _sample(self, generator: np.random.Generator, photos: Sequence[np.ndarray]) -> Batch:
        seed = int(generator.integers(2**63))
        return SampleMaker(photos, self.settings.patch, self.shape.scale, self.settings.damage, seed).batch(1)

    def judged(self, device: torch.device) -> tuple[Tensor, ...]:
        """The same samples each time, of the photographs aside."""
        return tuple(each.to(device) for each in self._drawn(Draws(self.seed, range(_JUDGED)), self.aside))


class First(Stage):
    """The teacher, by the picture: extractor that sees the truth, and transformer (DiffIR, section 3.2)."""

    name = FIRST
    trains = ("G.*", "E.*")
    blocks = ("G.*",)

    def __init__(self, teacher: Teacher, samples: Source) -> None:
        self.module = self.teacher = teacher
        self.samples = samples

    def batch(self, draws: Draws) -> tuple[Tensor, ...]:
        """Damaged patches with their truth, reference, mask and noise."""
        return self.samples.learnt(draws)

    def made(self, batch: Batch) -> Tensor:
        """``(n, 3, H, W)`` restored."""
        return self.teacher(packed(self.teacher.shape, batch), batch.decoded, batch.truth)[0]

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """L1 in the mask."""
        *parts, _ = batch
        samples = Batch(*parts)
        return {TOTAL: picture_loss(self.made(samples), samples)}

    def validate(self) -> dict[str, float]:
        """L1 in the mask of photographs aside, and of the same left as they are."""
        *parts, _ = self.samples.judged(next(self.teacher.parameters()).device)
        samples = Batch(*parts)
        left = functional.interpolate(samples.decoded, scale_factor=self.teacher.shape.scale, mode="nearest")
        far, before = picture_loss(self.made(samples), samples), picture_loss(left, samples)
        return {SCORE: far.item(), "untouched": before.item()}

    def export(self, folder: Path) -> None:
        """Nothing beside the best weights, from which the second stage begins."""


class Second(Stage):
    """The restorer, taught by a frozen teacher's IPR, and where it is joint also by the picture (section 3.2).

    Parameters
    ----------
    teacher
        Of the first stage, with its weights.
    network
        Begun with the teacher's transformer.
    samples
        What is learnt from.
    joint
        Whether everything learns; else only extractor and denoiser.
    """

    def __init__(self, teacher: Teacher, network: DiffRIR, samples: Source, *, joint: bool) -> None:
        self.name = SECOND if joint else PRIOR
        self.module = nn.ModuleDict({"teacher": teacher, "network": network})
        self.trains = ("network.condition.*", "network.denoise.*", *(("network.G.*",) if joint else ()))
        self.blocks = ("network.G.*",)
        self.teacher, self.network, self.samples, self.joint = teacher, network, samples, joint

    def batch(self, draws: Draws) -> tuple[Tensor, ...]:
        """As in the first stage."""
        return self.samples.learnt(draws)

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """L1 of the IPR, and where it is joint of the picture in the mask."""
        *parts, noise = batch
        samples = Batch(*parts)
        given = packed(self.network.shape, samples)
        with torch.no_grad():
            wanted = self.teacher.prior(given, samples.decoded, samples.truth)
        start = self.network.diffusion.noised(wanted, noise)
        found = self.network.diffusion(self.network.condition(given), start)
        losses = {"ipr": functional.l1_loss(found, wanted)}
        if self.joint:
            losses["picture"] = picture_loss(self.network.G(given, samples.decoded, found), samples)
        return {**losses, TOTAL: torch.stack(list(losses.values())).sum()}

    def validate(self) -> dict[str, float]:
        """The losses on photographs aside; scored by the picture where it is joint."""
        losses = self.loss(self.samples.judged(next(self.network.parameters()).device))
        figures = {name: loss.item() for name, loss in losses.items() if name != TOTAL}
        return {SCORE: figures["picture" if self.joint else "ipr"], **figures}

    def export(self, folder: Path) -> None:
        """The restorer of this scale, where it is done."""
        if self.joint:
            write(self.network, folder)


def write(network: DiffRIR, folder: Path) -> None:
    """A restorer as the engine loads it."""
    weights = tensors_of({network.shape.scale: network})
    stored = {name: value.cpu().numpy() for name, value in weights.items()}
    write_bytes(folder / Path(WEIGHTS).name, storage.write(stored, "half"))
    write_bytes(folder / Path(CONFIG).name, json.dumps(describe([network.shape]), indent=1).encode())


def in_mask(far: Tensor, mask: Tensor) -> Tensor:
    """``(n,)`` means of ``(n, c, H, W)`` over the mask ``(n, 1, H, W)``; 0 where it is empty."""
    return (far * mask).sum((1, 2, 3)) / (far.shape[1] * mask.sum((1, 2, 3))).clamp(min=_TINY)


def picture_loss(made: Tensor, batch: Batch) -> Tensor:
    """L1 in each sample's mask alone, the rest is the photo's own in the result; the mean over the samples."""
    return in_mask((made - batch.truth).abs(), batch.mask).mean()


def packed(shape: RestorerShape, batch: Batch) -> Tensor:
    """The network's input, at a quarter of the output size."""
    return pack(shape, batch.decoded, batch.reference, batch.mask).contiguous(memory_format=torch.channels_last)


def build_first(data: Path | None, settings: Mapping[str, Any], seed: int) -> First:
    """``diffrir-s1`` for the starter.

    Raises
    ------
    BadInput
        When a setting is unknown or the data has too few photographs.
    """
    samples, teacher, _ = ready(data, _validated(settings), seed)
    return First(teacher, samples)


def build_prior(data: Path | None, settings: Mapping[str, Any], seed: int) -> Second:
    """``diffrir-s2-prior`` for the starter; raises BadInput also when the run of ``diffrir-s1`` is absent."""
    samples, teacher, network = ready(data, _validated(settings), seed)
    begin_with(samples.settings.first, teacher, FIRST)
    network.G.load_state_dict(teacher.G.state_dict())
    return Second(teacher, network, samples, joint=False)


def build_second(data: Path | None, settings: Mapping[str, Any], seed: int) -> Second:
    """``diffrir-s2`` for the starter; raises BadInput also when one of the two runs before it is absent."""
    stage = build_prior(data, settings, seed)
    learnt = nn.ModuleDict({"network": stage.network})
    stage.network.G.requires_grad_(False)  # the run before it did not train the transformer
    begin_with(stage.samples.settings.prior, learnt, PRIOR)
    return Second(stage.teacher, stage.network, stage.samples, joint=True)


def _validated(settings: Mapping[str, Any]) -> Settings:
    return validated(Settings, dict(settings), "DiffRIR settings")


def ready(data: Path | None, chosen: Settings, seed: int) -> tuple[Source, Teacher, DiffRIR]:
    """What a stage learns from, and fresh networks; raises BadInput when the data is too small."""
    shape = RestorerShape.starter(chosen.scale)
    source = _drafted(data, shape, chosen, seed) if chosen.drafted else _made(data, shape, chosen, seed)
    torch.manual_seed(seed)
    teacher, network = Teacher(shape), DiffRIR(shape)
    prepare(teacher, network)
    for module in (teacher, network):
        module.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    return source, teacher, network


def _drafted(data: Path | None, shape: RestorerShape, chosen: Settings, seed: int) -> Drafted:
    if shape.scale != 1:
        raise BadInput("Drafts are of the size that they are restored at.", "Set the scale to 1, or drafted to false.")
    folder = items.data_folder(data)
    return Drafted(Packed(folder, "learnt"), Packed(folder, "aside"), shape, chosen, seed)


def _made(data: Path | None, shape: RestorerShape, chosen: Settings, seed: int) -> Samples:
    read = (read_photos(photographs(data, part, list(LicenceClass))) for part in ("learnt", "aside"))
    learnt, aside = ([photo for photo in each if min(photo.shape[:2]) >= chosen.patch] for each in read)
    if not (learnt and aside):
        raise BadInput(f"The data has {len(learnt)} photographs of {chosen.patch} pixels or more a side: too few.")
    return Samples(learnt, aside, shape, chosen, seed)


@dataclass(frozen=True)
class Lesson:
    """How one stage trains: its recipe and its samples."""

    recipe: Recipe
    settings: Settings


def in_turn(
    shape: RestorerShape, photos: Sequence[np.ndarray], lessons: Sequence[Lesson], out: Path, seed: int = 0
) -> DiffRIR:
    """The three stages one after the other, without a photograph aside; the same arguments give the same weights.

    Parameters
    ----------
    shape
        Of the restorer.
    photos
        ``(h, w, 3)`` uint8, all learnt from.
    lessons
        Of teacher, prior and the whole, which validate nothing.
    out
        Folder for the runs.
    seed
        Of the weights.
    """
    torch.manual_seed(seed)
    teacher, network = Teacher(shape), DiffRIR(shape)
    prepare(teacher, network)

    def samples(lesson: Lesson) -> Samples:
        return Samples(photos, (), shape, lesson.settings, seed)

    first, *further = lessons
    train(First(teacher, samples(first)), first.recipe, out / FIRST)
    network.G.load_state_dict(teacher.G.state_dict())
    for lesson, joint in zip(further, (False, True), strict=True):
        stage = Second(teacher, network, samples(lesson), joint=joint)
        train(stage, lesson.recipe, out / stage.name)
    return network
