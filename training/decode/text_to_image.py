"""LLMGA's stage 2 for the network that makes whole pictures (section 3.3), ``overtone train text-to-image``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.core.draws import Draws
from training.core.recipe import Count, Share, validated
from training.core.stage import SCORE, TOTAL
from training.decode.material import View, Views, photographs
from training.decode.stage import Begin, Denoising, Opened, opened

_SHOWN = 4


@dataclass(frozen=True)
class Settings(Begin):
    """The stage's own settings.

    Attributes
    ----------
    empty
        Share of the samples without words; none in the released code, which weakens guidance.
    seen
        Share of the others that are told by the picture's own embedding where no words are read, as a prior would
        foretell it, instead of by the caption's.
    views
        Square parts of each photograph.
    prompts
        JSON lines of ``file`` and ``prompt``: what the photographs show, at length.
    """

    empty: Share = 0.0
    seen: Share = 0.0
    views: Count = 12
    prompts: Path | None = None


class TextToImage(Denoising):
    """Fits a network to photographs and what is said of them.

    Parameters
    ----------
    made
        The network, and what it is told with.
    settings
        Of the stage.
    views, kept
        Parts of photographs that are learnt from, and of those aside.
    seed
        Of the noise that is judged by.
    """

    name = "text-to-image"

    def __init__(self, made: Opened, settings: Settings, views: Views, kept: Views, seed: int) -> None:
        self.settings, self.kept, self.seed = settings, kept, seed
        super().__init__(made, views, (), settings.judged, paints=False)
        self.trains = self.own

    def sample(self, row: int, random: np.random.Generator) -> dict[str, Any]:
        """A photograph's part, and words or the embedding in their place."""
        return self._said(self.learnt[row], self.settings, random)

    def _said(self, view: View, settings: Settings, random: np.random.Generator) -> dict[str, Any]:
        time, empty, seen = random.random(3)
        text = "" if empty < settings.empty else view.prompt
        gen = np.zeros(self.base.embedding or 0, np.float32)
        if text and self.base.embedding and not self.base.text.towers:
            gen = self.seen.picture(view.key, view.rgb) if seen < settings.seen else self.seen.text(text)
        return {"truth": view.rgb, "start": view.rgb, "text": text, "images": gen[None], "time": np.float32(time)}

    def loss(self, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Mean squared error of what the network predicts."""
        return {TOTAL: self.errors(batch).mean()}

    def validate(self) -> dict[str, float]:
        """The loss on photographs aside, and how much of it words save: what it rises by without them."""
        draws, plain = Draws(self.seed, range(len(self.kept))), Settings()
        samples = [self._said(view, plain, each) for view, each in zip(self.kept, draws.generators, strict=True)]
        batch = self.joined(samples, draws)
        device = next(self.base.unet.parameters()).device
        batch = {name: each.to(device) if isinstance(each, Tensor) else each for name, each in batch.items()}
        silent = {**batch, "text": [""] * len(samples), "images": torch.zeros_like(batch["images"])}
        told, untold = (self.loss(each)[TOTAL].item() for each in (batch, silent))
        return {SCORE: told, "told": untold - told}

    def pictures(self) -> Mapping[str, np.ndarray]:
        """Pictures made of the first captions aside, from noise."""
        shown = enumerate(self.kept[:_SHOWN])
        return {
            view.prompt: self.rehearsal.made(view.prompt, self.seen.text(view.prompt), seed) for seed, view in shown
        }


def build(data: Path | None, settings: Mapping[str, Any], seed: int) -> TextToImage:
    """The stage, on the photographs of a data folder.

    Raises
    ------
    BadInput
        When a setting is unknown, the data has too few photographs, or the run to begin with does not fit.
    BundleError
        When a bundle is missing or damaged.
    """
    chosen = validated(Settings, dict(settings), "text-to-image settings")
    made = opened(chosen, seed, paints=False)
    return TextToImage(made, chosen, *photographs(data, made.base.side, chosen.views, seed, chosen.prompts), seed)
