"""InstructAny2Pix' published prior, as its serving uses it, behind our prior's interface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from engine.errors import BadInput, BundleError
from engine.refine.mixing import NORM, scaled
from engine.refine.prior import (
    GUIDANCE,
    LOW_SCORE,
    PREDICTED,
    PUBLISHED,
    AnyPrior,
    Files,
    check_guidance,
    check_score,
)
from engine.refine.published_network import PublishedNetwork, PublishedShape, score_waves

WEIGHTS = "prior/model.safetensors"
CURE = "Import the prior again."
SOURCES = {"picture": 0, "sound": 1, "music": 1, "text": 2, PREDICTED: 3}
FORESEEN_NORM = 100.0  # at which serving gives the language model's own embedding


@dataclass(frozen=True, eq=False)
class PublishedPrior(AnyPrior):
    """One step of the published network.

    Attributes
    ----------
    network
        With its weights.
    """

    network: PublishedNetwork

    @classmethod
    def load(cls, bundle: Files) -> PublishedPrior:
        """From a bundle.

        Raises
        ------
        BundleError
            When configuration or weights do not fit, naming what is wrong.
        """
        config = bundle.json(PUBLISHED)
        try:
            with torch.device("meta"):
                network = PublishedNetwork(PublishedShape(**config["shape"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise BundleError(f"{PUBLISHED} does not describe a prior ({fault}).", CURE) from fault
        tensors = {name: value.float() for name, value in bundle.tensors(WEIGHTS).items()}
        try:
            network.load_state_dict(tensors, assign=True)
        except RuntimeError as fault:
            words = " ".join(str(fault).split())[:200]
            raise BundleError(f"{WEIGHTS} does not fit {PUBLISHED} ({words}).", CURE) from fault
        network.number_words()
        return cls(network.eval().requires_grad_(False))

    @property
    def width(self) -> int:
        """D of the embeddings that it takes and gives."""
        return self.network.shape.embedding

    def answer(
        self, embedding: np.ndarray, score: float, guidance: float | None = None, kind: str = PREDICTED
    ) -> np.ndarray:
        """The prior's own image embedding, before mixing.

        As in serving, guidance leads from the answer to a zero embedding with a constant in place of the score's
        sinusoid; one step of it comes down to ``u + g (c - u)``.

        Parameters
        ----------
        embedding
            ``(D,)`` of any length.
        score
            Wanted aesthetic score, 1 to 10.
        guidance
            0 or more; 10 when absent.
        kind
            Where the embedding comes from.

        Returns
        -------
        numpy.ndarray
            ``(D,)`` float32, norm 20.

        Raises
        ------
        BadInput
            When a value is out of range or the embedding is of another space.
        """
        strength = GUIDANCE if guidance is None else guidance
        check_score(score)
        check_guidance(strength)
        if kind not in SOURCES:
            raise BadInput(f"The prior knows no {kind!r} embeddings.", f"Choose one of {', '.join(SOURCES)}.")
        entered = scaled(embedding, FORESEEN_NORM if kind == PREDICTED else NORM)
        if entered.shape != (self.width,):
            raise BadInput(f"The embedding has {entered.size} values; the prior takes {self.width}.")
        count = self.network.shape.waves
        with torch.inference_mode():
            given = torch.from_numpy(entered)
            wanted, away = self.network(
                torch.stack([given, torch.zeros_like(given)]),
                torch.full((2,), SOURCES[kind]),
                torch.stack([score_waves(score, count), torch.full((count,), LOW_SCORE)]),
            )
            return scaled((away + strength * (wanted - away)).numpy(), NORM)
