"""The prior as the pipeline uses it: loaded from a bundle, guided by the score, its answer mixed with the wish."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from engine.errors import BadInput, BundleError
from engine.refine.mixing import NORM, check_weights, mix, scaled
from engine.refine.network import PriorNetwork, PriorShape

WEIGHTS, CONFIG = "own/prior.safetensors", "own/prior.json"
PUBLISHED = "prior/prior.json"  # in a bundle: that there is InstructAny2Pix' own prior
CURE = "Run: overtone models assemble starter"
SCORES = (1.0, 10.0)  # the aesthetic predictor's range
DEFAULT_WEIGHTS = (0.4, 0.6, 0.4)
GUIDANCE = 10.0  # InstructAny2Pix' code; its section 4.3 gives none
LOW_SCORE = 2.0
PREDICTED = "predicted"


class Files(Protocol):
    """What the prior needs of a bundle."""

    def has(self, name: str, /) -> bool:
        """Whether there is such a file."""
        ...

    def tensors(self, name: str, /) -> Mapping[str, torch.Tensor]:
        """The tensors of a safetensors file."""
        ...

    def json(self, name: str, /) -> Any:
        """The content of a JSON file."""
        ...


class AnyPrior(ABC):
    """What every prior does with its answer."""

    @property
    @abstractmethod
    def width(self) -> int:
        """D of the embeddings that it takes and gives."""

    @abstractmethod
    def answer(
        self, embedding: np.ndarray, score: float, guidance: float | None = None, kind: str = PREDICTED
    ) -> np.ndarray:
        """The prior's own image embedding ``(D,)`` of norm 20, before mixing."""

    def refine(
        self,
        gen: np.ndarray,
        base: np.ndarray | None,
        score: float,
        *,
        weights: Sequence[float] = DEFAULT_WEIGHTS,
        guidance: float | None = None,
        kind: str = PREDICTED,
        norm: float = 1.0,
    ) -> np.ndarray:
        """The wanted picture's embedding moved towards ``score``, mixed with the wish and the start picture.

        Parameters
        ----------
        gen, base
            ``(D,)``: the wish; the start picture's embedding, absent in text-to-image.
        score, guidance, kind
            As for :meth:`answer`.
        weights
            ``(h0, h1, h2)`` of base, wish and prior, 0 or more.
        norm
            Length of the result: 1 as every embedding of a plan has it, 20 as the papers' decoder takes it.

        Returns
        -------
        numpy.ndarray
            ``(D,)`` float32 of length ``norm``.

        Raises
        ------
        BadInput
            When a value is out of range, not finite, or the weights leave nothing.
        """
        check_weights(weights, has_base=base is not None)
        return mix(base, gen, self.answer(gen, score, guidance, kind), weights, norm)


@dataclass(frozen=True, eq=False)
class Prior(AnyPrior):
    """InstructAny2Pix, section 4.3: an embedding and a wanted score in, a better image embedding out.

    One forward pass, as the published serving does; nothing is drawn at random.

    Attributes
    ----------
    network
        With its weights.
    guidance
        Scale of the extrapolation away from ``low_score``, 0 or more; 1 is the plain answer.
    low_score
        What is led away from, 1 to 10.
    """

    network: PriorNetwork
    guidance: float = GUIDANCE
    low_score: float = LOW_SCORE

    @classmethod
    def load(cls, bundle: Files) -> Prior | None:
        """The bundle's prior; nothing when it carries no weights for one.

        Raises
        ------
        BundleError
            When the configuration or the weights do not fit this network, naming what is wrong.
        """
        if not bundle.has(WEIGHTS):
            return None
        config = bundle.json(CONFIG)
        try:
            given = dict(config)
            network = _empty(PriorShape.of(given.pop("shape")))
            prior = cls(network, **given)
            check_score(prior.low_score)
            check_guidance(prior.guidance)
        except (BadInput, KeyError, TypeError, ValueError) as fault:
            raise BundleError(f"{CONFIG} does not describe a prior ({fault}).", CURE) from fault
        tensors = bundle.tensors(WEIGHTS)
        fault = misfit(tensors, network)
        if fault:
            raise BundleError(f"{WEIGHTS} does not fit {CONFIG}: {fault}.", CURE)
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=True)
        network.eval()
        return prior

    @property
    def width(self) -> int:
        """D of the embeddings that it takes and gives."""
        return self.network.shape.embedding

    def config(self) -> dict[str, Any]:
        """What ``own/prior.json`` holds."""
        return {"shape": self.network.shape.to_json(), "guidance": self.guidance, "low_score": self.low_score}

    def answer(
        self, embedding: np.ndarray, score: float, guidance: float | None = None, kind: str = PREDICTED
    ) -> np.ndarray:
        """The prior's own image embedding, before mixing.

        Guidance is the extrapolation ``u + g (c - u)`` to which the published one-step sampling comes down, with c
        the answer for ``score`` and u that for the low score. Theirs takes a zero embedding for u and the constant
        2.0 in place of the score's sinusoid; here u differs in the score alone, so that g scales quality and not
        content too.

        Parameters
        ----------
        embedding
            ``(D,)`` of any length; brought to norm 20, where the published serving gives the predicted one at 100
            that its training never saw.
        score
            Wanted aesthetic score, 1 to 10.
        guidance
            0 or more; the prior's own when absent.
        kind
            Where the embedding comes from, one of the shape's kinds.

        Returns
        -------
        numpy.ndarray
            ``(D,)`` float32, norm 20.

        Raises
        ------
        BadInput
            When a value is out of range or the embedding is of another space.
        """
        shape, strength = self.network.shape, self.guidance if guidance is None else guidance
        check_score(score)
        check_guidance(strength)
        if kind not in shape.kinds:
            raise BadInput(f"The prior knows no {kind!r} embeddings.", f"Choose one of {', '.join(shape.kinds)}.")
        entered = scaled(embedding, NORM)
        if entered.shape != (shape.embedding,):
            raise BadInput(f"The embedding has {entered.size} values; the prior takes {shape.embedding}.")
        with torch.inference_mode():
            wanted, low = self.network(
                torch.from_numpy(entered).expand(2, -1),
                torch.full((2,), shape.kinds.index(kind)),
                torch.tensor([score, self.low_score], dtype=torch.float32),
            )
            return scaled((low + strength * (wanted - low)).numpy(), NORM)


def load(bundle: Files) -> AnyPrior | None:
    """The bundle's prior, or nothing when it carries no weights for one; the published one goes before our own.

    Raises
    ------
    BundleError
        When its configuration or weights do not fit.
    """
    if bundle.has(PUBLISHED):
        from engine.refine.published import PublishedPrior  # transformers takes seconds to import

        return PublishedPrior.load(bundle)
    return Prior.load(bundle)


def check_score(score: float) -> None:
    """Refuse a score outside 1 to 10.

    Raises
    ------
    BadInput
        Also when it is not finite.
    """
    if not SCORES[0] <= score <= SCORES[1]:
        raise BadInput(f"The wanted aesthetic score is {score:g}.", "Take 1 to 10.")


def check_guidance(guidance: float) -> None:
    """Refuse a guidance scale below 0 or not finite.

    Raises
    ------
    BadInput
        Naming the scale.
    """
    if not (np.isfinite(guidance) and guidance >= 0):
        raise BadInput(f"The prior's guidance scale is {guidance:g}.", "Take 0 or more.")


def misfit(tensors: Mapping[str, torch.Tensor], network: PriorNetwork) -> str:
    """What keeps ``tensors`` from being the network's weights, in words; empty when they fit."""
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    absent, unknown = sorted(wanted.keys() - tensors.keys()), sorted(tensors.keys() - wanted.keys())
    other = [name for name in wanted if name in tensors and tuple(tensors[name].shape) != wanted[name]]
    said = [f"{what} {', '.join(names[:4])}{' …' if len(names) > 4 else ''}" for what, names in (
        ("it lacks", absent), ("it has the unknown", unknown),
    ) if names]  # fmt: skip
    said += [f"{name} is {tuple(tensors[name].shape)}, not {wanted[name]}" for name in other[:4]]
    return "; ".join(said)


def _empty(shape: PriorShape) -> PriorNetwork:
    """A network without memory, to be given its weights."""
    with torch.device("meta"):
        return PriorNetwork(shape)
