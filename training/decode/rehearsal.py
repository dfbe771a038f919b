"""The engine's decoder over networks that are still being trained: what stages are judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field

from engine.decode.components import Components, DecoderSettings
from engine.decode.decoder import LatentDecoder
from engine.decode.request import DecodeRequest, Subject
from engine.networks import Networks
from engine.values import STRICT
from training.core.recipe import Count, Share
from training.core.stage import SCORE
from training.decode.base import Base
from training.evaluate.measures import l1

# Of two pictures (h, w, 3), 0 to 1, where a mask (h, w) is not zero, or everywhere.
Distance = Callable[[np.ndarray, np.ndarray, np.ndarray | None], float]
_SHOWN = 6


@dataclass(frozen=True)
class Way:
    """How a stage is judged: what the engine is asked for.

    Attributes
    ----------
    trials
        How many pictures are made; of photographs aside.
    steps, guidance, strength
        As in :class:`engine.decode.request.DecodeRequest`.
    """

    __pydantic_config__: ClassVar = STRICT

    trials: Count = 16
    steps: Count = 10
    guidance: Annotated[float, Field(ge=0, strict=True)] = 2.0
    strength: Annotated[Share, Field(gt=0)] = 0.6


@dataclass(frozen=True, eq=False)
class Trial:
    """One picture to make; pictures ``(side, side, 3)`` float32, 0 to 1.

    Attributes
    ----------
    draft, truth
        What the decoder begins with, and what it should end in.
    mask
        ``(side, side)`` bool, where it works; absent for everywhere.
    text
        What a decoder with words is told.
    gen, subjects
        What one with an adapter is told.
    """

    draft: np.ndarray
    truth: np.ndarray
    mask: np.ndarray | None = None
    text: str = ""
    gen: np.ndarray | None = None
    subjects: tuple[Subject, ...] = ()


class Rehearsal:
    """Runs trials through the engine.

    Parameters
    ----------
    base
        What is trained.
    paints
        Whether it is an inpaint network.
    way
        How.
    distance
        Tells how far two pictures are apart.
    """

    def __init__(self, base: Base, *, paints: bool, way: Way, distance: Distance) -> None:
        self._base, self._paints, self._way, self._distance = base, paints, way, distance
        self.shown: dict[str, np.ndarray] = {}

    def figures(self, trials: Sequence[Trial]) -> dict[str, float]:
        """How near the truth decoded trials come, and outside the masks how near the draft the network's own stay.

        ``score`` is the distance as a share of the draft's own.
        """
        decoder = LatentDecoder(Trained(self._base, paints=self._paints))
        apart: list[tuple[float, ...]] = []
        for number, trial in enumerate(trials):
            made = raw = decoder.decode(self._request(trial, number))
            where, stayed = None, 0.0
            if trial.mask is not None:
                made, where = np.where(trial.mask[..., None], raw, trial.draft), trial.mask.astype(np.float32)
                stayed = l1(raw, trial.draft, 1 - where)
            pairs = [(each, trial.truth, where) for each in (made, trial.draft)]
            apart.append((*(self._distance(*pair) for pair in pairs), *(l1(*pair) for pair in pairs), stayed))
            if number < _SHOWN:
                beside = np.concatenate([trial.draft, made, trial.truth], axis=1)
                self.shown[f"trial-{number}"] = np.clip(beside, 0, 1)
        names = ("decoded", "draft", "l1", "l1_draft", "outside")
        told = dict(zip(names, np.mean(apart, axis=0).tolist(), strict=True))
        return {SCORE: told["decoded"] / max(told["draft"], 1e-6), **told}

    def made(self, text: str, gen: np.ndarray, seed: int) -> np.ndarray:
        """A picture ``(side, side, 3)`` from noise, of words or an embedding."""
        side = self._base.side
        decoder = LatentDecoder(Trained(self._base, paints=False))
        return decoder.decode(DecodeRequest(side, side, **self._told(text, gen), way="noise", seed=seed))

    def _request(self, trial: Trial, seed: int) -> DecodeRequest:
        side = len(trial.draft)
        return DecodeRequest(
            side,
            side,
            **self._told(trial.text, trial.gen),
            draft=trial.draft,
            mask=None if trial.mask is None else trial.mask.astype(np.float32),
            way="draft",
            subjects=trial.subjects if self._base.embedding is not None else (),
            seed=seed,
            strength=self._way.strength,
        )

    def _told(self, text: str, gen: np.ndarray | None) -> dict[str, Any]:
        words = text if self._base.text.towers else ""
        read = gen if self._base.embedding is not None else None
        return {"prompt": words, "gen": read, "steps": self._way.steps, "guidance": self._way.guidance}


class Trained(Components):
    """Networks in training as the engine holds those of a bundle.

    Parameters
    ----------
    base
        What is trained.
    paints
        Whether it is an inpaint network.
    """

    def __init__(self, base: Base, *, paints: bool) -> None:
        self._held, self._networks = {}, Networks()
        self._paints, self._channels = paints, base.latent_shape[0]
        self.device = next(base.unet.parameters()).device
        self.precision = torch.float32
        self.settings = DecoderSettings(base.side)
        self.text, self.vae, self.schedule = base.text, base.vae, base.schedule
        self.base = self.inpaint = base.network
        self.embedding_width, self.tells_subjects = base.embedding, False
        self.checker = self.refiner = None
        self._context = base.context is not None

    @property
    def has_inpaint(self) -> bool:
        """Whether the network is told the mask."""
        return self._paints

    @property
    def has_context(self) -> bool:
        """Whether it attends to context pairs."""
        return self._context

    @property
    def reads_words(self) -> bool:
        """Whether there are text encoders."""
        return bool(self.text.towers)

    @property
    def latent_channels(self) -> int:
        """Of the autoencoder's latents."""
        return self._channels
