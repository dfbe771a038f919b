"""LLMGA's stage 2 for an inpaint network (section 3.3), ``overtone train inpaint``: masks, prompts, and drafts.

A network that is told the mask and the masked picture learns to continue photographs. The engine lets it begin with a
draft, so a share of the samples put their noise on one: the network learns to come from there to the photograph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from engine.decode.attempt import inpaint_extra
from engine.values import STRICT
from training.core.recipe import Count, Share, validated
from training.core.stage import TOTAL
from training.decode.material import Draft, Kept, Seen, View, Views, drafts, photographs
from training.decode.rehearsal import Trial
from training.decode.stage import Begin, Denoising, Opened, opened
from training.decode.telling import disturbed
from training.restore.masks import INPAINT, draw


@dataclass(frozen=True)
class Settings(Begin):
    """The stage's own settings.

    Attributes
    ----------
    short, empty
        Shares of the samples with the short caption, and with nothing, for a prompt.
    whole
        Share in which the mask is everywhere.
    noise
        Length of what is added to [gen], a unit embedding, where it stands in for a prompt.
    drafted
        Share of the others whose noise is put on a draft, at a time at which the engine would still see it.
    late
        Share of the rest whose time is such a one too.
    outside
        Weight of the error outside the mask; the engine keeps the photograph there.
    views, drafts
        Square parts of each photograph, and how many of these are drafted.
    prompts
        JSON lines of ``file`` and ``prompt``: what the photographs show, at length.
    """

    __pydantic_config__: ClassVar = STRICT

    short: Share = 0.05
    empty: Share = 0.05
    whole: Share = 0.25
    noise: Annotated[float, Field(ge=0, strict=True)] = 0.3
    drafted: Share = 0.0
    late: Share = 0.0
    outside: Share = 1.0
    views: Count = 12
    drafts: Count = 512
    prompts: Path | None = None


class Inpaint(Denoising):
    """Fits an inpaint network to photographs.

    Parameters
    ----------
    made
        The network, and what it is told and judged with.
    settings
        Of the stage.
    views, kept
        Parts of photographs that are learnt from, and of those aside.
    seed
        Of the drafts.
    """

    name = "inpaint"

    def __init__(self, made: Opened, settings: Settings, views: Views, kept: Views, seed: int) -> None:
        self.settings, self.side = settings, views.side
        self.drafts = drafts(views, settings.drafts, seed)
        judged = drafts(kept, settings.judged.trials, seed)
        trials = Kept(lambda number: trial(judged[number], made.seen), len(judged))
        super().__init__(made, views, trials, settings.judged, paints=True)
        self.trains = self.own

    def sample(self, row: int, random: np.random.Generator) -> dict[str, Any]:
        """A photograph, or a draft of one, its mask, and words or [gen]."""
        chosen, side = self.settings, self.side
        mask = np.ones((side, side), np.float32)
        view, start = self.learnt[row], None
        time = random.random()
        if random.random() >= chosen.whole:
            if random.random() < chosen.drafted:
                draft = self.drafts[int(random.integers(len(self.drafts)))]
                view, mask = draft.view, draft.mask.astype(np.float32)
                start = draft.filled.astype(np.float32) / 255
            else:
                mask = draw(side, random, INPAINT)
        if start is not None or random.random() < chosen.late:
            time *= chosen.judged.strength
        text, gen = self._prompt(view, random)
        start = view.rgb if start is None else start
        told = {"text": text, "images": gen[None], "time": np.float32(time)}
        return {"truth": view.rgb, "start": start, "mask": mask[..., None], **told}

    def _prompt(self, view: View, random: np.random.Generator) -> tuple[str, np.ndarray]:
        """Words, and what stands in for them where none are read: the view's own embedding for the long prompt."""
        chosen, nothing = self.settings, np.zeros(self.base.embedding or 0, np.float32)
        share = random.random()
        if share < chosen.empty:
            return "", nothing
        short = share < chosen.empty + chosen.short
        text = view.caption if short else view.prompt
        if self.base.text.towers:
            return text, nothing
        return text, self.seen.text(text) if short else disturbed(
            self.seen.picture(view.key, view.rgb), chosen.noise, random
        )

    def loss(self, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Mean squared error of what the network predicts; from drafts, of the picture that it leads to."""
        extra = inpaint_extra(batch["truth"], batch["mask"], self.base.latents)
        weights = torch.where(extra[:, :1] > 0, 1.0, self.settings.outside)
        return {TOTAL: (self.errors(batch, extra) * weights).mean()}


def trial(draft: Draft, seen: Seen) -> Trial:
    """A draft that the decoder is to better, told of as by a planner: by the photograph's caption."""
    view = draft.view
    return Trial(
        draft.filled.astype(np.float32) / 255, view.rgb, draft.mask, text=view.prompt, gen=seen.text(view.caption)
    )


def build(data: Path | None, settings: Mapping[str, Any], seed: int) -> Inpaint:
    """The stage, on the photographs of a data folder.

    Raises
    ------
    BadInput
        When a setting is unknown, the data has too few photographs, or the run to begin with does not fit.
    BundleError
        When a bundle is missing or damaged.
    """
    chosen = validated(Settings, dict(settings), "inpaint settings")
    made = opened(chosen, seed, paints=True)
    views, kept = photographs(data, made.base.side, chosen.views, seed, chosen.prompts)
    return Inpaint(made, chosen, views, kept, seed)
