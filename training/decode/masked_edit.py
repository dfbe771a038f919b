"""The masked-edit finetune (Instruct-Imagen's on MagicBrush, section 4), ``overtone train masked-edit``.

An inpaint network learns edits whose truth is known: composed scenes with their instructions, of every kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.decode.attempt import inpaint_extra
from training.core.recipe import Count, Share, validated
from training.core.stage import TOTAL
from training.decode.composed import scenes, scenes_aside, subject_of, trial, whole_of
from training.decode.material import Kept
from training.decode.rehearsal import Trial
from training.decode.stage import Begin, Denoising, Opened, opened
from training.decode.telling import Dropping, told
from training.scenes import KINDS, Scene


@dataclass(frozen=True)
class Settings(Begin):
    """The stage's own settings.

    Attributes
    ----------
    dropping
        Of words, [gen] and [sub].
    instructed
        Share of the samples in which the instruction's embedding is [gen] where no words are read; in the others it is
        the target's own, as a prior would foretell it.
    drafted
        Share of the samples whose noise is put on the draft, at a time at which the engine would still see it.
    outside
        Weight of the error outside the mask; the engine keeps the photograph there.
    scenes
        How many, where none are packed.
    """

    dropping: Dropping = field(default_factory=lambda: Dropping(text=0.1, whole=0.1, subject=0.1))
    instructed: Share = 0.5
    drafted: Share = 0.5
    outside: Share = 1.0
    scenes: Count = 512


class MaskedEdit(Denoising):
    """Fits the whole inpaint network, its adapter included, to edits; references are told by their embeddings.

    Parameters
    ----------
    made
        The network, and what it is told and judged with.
    settings
        Of the stage.
    edits, kept
        Scenes that are learnt from, and those on photographs aside.
    """

    name = "masked-edit"
    trains = ("unet.*",)

    def __init__(self, made: Opened, settings: Settings, edits: Sequence[Scene], kept: Sequence[Scene]) -> None:
        self.settings = settings

        def judged(number: int) -> Trial:
            scene = kept[number]
            return trial(scene, made.seen.text(scene.instruction), made.seen, scene.instruction)

        super().__init__(made, edits, Kept(judged, len(kept)), settings.judged, paints=True)

    def sample(self, row: int, random: np.random.Generator) -> dict[str, Any]:
        """An edit with its source and mask, and what is told of it."""
        chosen, scene, time = self.settings, self.learnt[row], random.random()
        source, draft, truth = (each.astype(np.float32) / 255 for each in (scene.source, scene.draft, scene.target))
        drafted = random.random() < chosen.drafted
        mask = (scene.changed > 0).astype(np.float32)
        instructed = random.random() < chosen.instructed
        gen = self.seen.text(scene.instruction) if instructed else whole_of(scene, self.seen)
        said = told(scene.instruction, gen, subject_of(scene, self.seen), mask, chosen.dropping, random)
        if drafted:
            time *= chosen.judged.strength
        shown = {"truth": truth, "start": draft if drafted else truth, "source": source, "mask": mask[..., None]}
        return {**shown, "time": np.float32(time), **said}

    def loss(self, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Mean squared error of what the network predicts; told apart in the mask and outside."""
        extra = inpaint_extra(batch["source"], batch["mask"], self.base.latents)
        far, inside = self.errors(batch, extra), extra[:, :1] > 0
        weights = torch.where(inside, 1.0, self.settings.outside)
        return {TOTAL: (far * weights).mean(), "inside": _mean(far, inside), "outside": _mean(far, ~inside)}


def _mean(far: Tensor, where: Tensor) -> Tensor:
    return (far.detach() * where).sum() / (where.sum() * far.shape[1]).clamp(min=1)


def build(data: Path | None, settings: Mapping[str, Any], seed: int) -> MaskedEdit:
    """The stage, on the scenes of a data folder.

    Raises
    ------
    BadInput
        When a setting is unknown, the data is too small, or the run to begin with does not fit.
    BundleError
        When a bundle is missing or damaged.
    """
    chosen = validated(Settings, dict(settings), "masked-edit settings")
    made = opened(chosen, seed, paints=True)
    edits = scenes(data, made.base.side, chosen.scenes, seed)
    return MaskedEdit(made, chosen, edits, scenes_aside(data, made.base.side, chosen.judged.trials, seed, KINDS))
