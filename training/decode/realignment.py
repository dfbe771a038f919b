"""Decoder realignment (InstructAny2Pix, section 3.4), ``overtone train decoder-realignment``.

The network that makes whole pictures learns to read embeddings: a picture's own with noise for [gen], that of a part of
it for [sub]. Parts are the things of composed scenes, which are learnt from their drafts, and random boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from engine.errors import BadInput
from training.core.recipe import Count, Share, validated
from training.core.stage import TOTAL
from training.decode.composed import scenes, scenes_aside, subject_of, trial, whole_of
from training.decode.material import Kept, View, Views, drafts, photographs
from training.decode.rehearsal import Trial
from training.decode.stage import Begin, Denoising, Opened, opened
from training.decode.telling import Dropping, told
from training.evaluate.measures import cut
from training.restore.masks import Shares, draw
from training.scenes import Scene

_BOXES = Shares(irregular=0, box=1)
_PARTS = 2  # boxes of each view: their embeddings are kept


@dataclass(frozen=True)
class Settings(Begin):
    """The stage's own settings.

    Attributes
    ----------
    dropping
        Of words, [gen] and [sub]; the paper names a chance of 0.5 in section 3.4 and of 0.2 in section 9.2.
    things
        Share of the samples whose part is a thing of a composed scene, in place of a detector's find; the others' is
        a random box (1 : 1 in the paper).
    repainted
        Share of the boxes whose content is made anew by what is around, while [gen] stays that of the photograph: part
        and whole do not simply agree then.
    drafted
        Share of the scenes whose noise is put on the draft, at a time at which the engine would still see it.
    views, drafts, scenes
        Square parts of each photograph; how many boxes are made anew; how many scenes where none are packed.
    """

    dropping: Dropping = field(default_factory=Dropping)
    things: Share = 0.5
    repainted: Share = 0.25
    drafted: Share = 0.5
    views: Count = 12
    drafts: Count = 256
    scenes: Count = 512


class Realignment(Denoising):
    """Fits a network with an image adapter to pictures by their embeddings.

    Parameters
    ----------
    made
        The network, and what it is told and judged with.
    settings
        Of the stage.
    views, things
        Parts of photographs, and scenes.
    kept
        Scenes on photographs aside.
    seed
        Of the boxes.
    """

    name = "decoder-realignment"
    trains = ("unet.*",)

    def __init__(
        self, made: Opened, settings: Settings, views: Views, things: Sequence[Scene], kept: Sequence[Scene], seed: int
    ) -> None:
        self.settings, self.things, self.seed = settings, things, seed
        self.drafts = drafts(views, settings.drafts, seed, _BOXES)

        def judged(number: int) -> Trial:
            scene = kept[number]
            return trial(scene, whole_of(scene, made.seen), made.seen, scene.target_caption)

        super().__init__(made, views, Kept(judged, len(kept)), settings.judged, paints=False)

    def sample(self, row: int, random: np.random.Generator) -> dict[str, Any]:
        """A scene or a part of a photograph, and what is told of it."""
        chosen, kind, time = self.settings, random.random(), random.random()
        if kind < chosen.things:
            scene = self.things[int(random.integers(len(self.things)))]
            drafted = random.random() < chosen.drafted
            truth = scene.target.astype(np.float32) / 255
            start = scene.draft.astype(np.float32) / 255 if drafted else truth
            time *= chosen.judged.strength if drafted else 1
            region = (scene.changed > 0).astype(np.float32)
            parts = (scene.target_caption, whole_of(scene, self.seen), subject_of(scene, self.seen))
        else:
            view, truth, region, name = self._part(row, random)
            start = truth
            parts = (
                view.prompt,
                self.seen.picture(view.key, view.rgb),
                self.seen.picture(name, cut(truth, region > 0)),
            )
        said = told(*parts, region, chosen.dropping, random)
        return {"truth": truth, "start": start, "time": np.float32(time), **said}

    def _part(self, row: int, random: np.random.Generator) -> tuple[View, np.ndarray, np.ndarray, tuple[Any, ...]]:
        """A view, it or it repainted, the box in question ``(h, w)``, and the name of what shows there."""
        if random.random() < self.settings.repainted:
            number = int(random.integers(len(self.drafts)))
            draft = self.drafts[number]
            return draft.view, draft.filled.astype(np.float32) / 255, draft.mask.astype(np.float32), ("new", number)
        view, number = self.learnt[row], int(random.integers(_PARTS))
        mask = draw(len(view.rgb), np.random.default_rng((self.seed, row, number)), _BOXES)
        return view, view.rgb, mask, (view.key, "part", number)

    def loss(self, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Mean squared error of what the network predicts."""
        return {TOTAL: self.errors(batch).mean()}


def build(data: Path | None, settings: Mapping[str, Any], seed: int) -> Realignment:
    """The stage, on the photographs and scenes of a data folder.

    Raises
    ------
    BadInput
        When a setting is unknown, the data is too small, or the run to begin with does not fit.
    BundleError
        When a bundle is missing or damaged.
    """
    chosen = validated(Settings, dict(settings), "decoder-realignment settings")
    made = opened(chosen, seed, paints=False)
    if made.base.embedding is None:
        raise BadInput(f"The decoder of {chosen.base} reads no embeddings.", "Name a bundle with an image adapter.")
    side = made.base.side
    views, _ = photographs(data, side, chosen.views, seed)
    things = scenes(data, side, chosen.scenes, seed)
    kept = scenes_aside(data, side, chosen.judged.trials, seed, ("add", "replace"))
    return Realignment(made, chosen, views, things, kept, seed)
