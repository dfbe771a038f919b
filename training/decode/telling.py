"""What the image adapter is told of a picture: [gen] everywhere, and a subject, mixed with it, in its region."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from engine.decode.request import Subject
from engine.values import STRICT
from training.core.recipe import Share


@dataclass(frozen=True)
class Dropping:
    """How what a sample is told is disturbed.

    Attributes
    ----------
    text, whole, subject
        Chances, each by itself, that words, [gen] and [sub] are left out.
    noise
        Length of what is added to [gen], a unit embedding: a planner's is never exact.
    strength
        Share of a subject's own embedding in what is told of it, the rest is [gen]'s.
    """

    __pydantic_config__: ClassVar = STRICT

    text: Share = 0.2
    whole: Share = 0.2
    subject: Share = 0.2
    noise: Annotated[float, Field(ge=0, strict=True)] = 0.3
    strength: Share = Subject.strength


def disturbed(gen: np.ndarray, noise: float, random: np.random.Generator) -> np.ndarray:
    """A unit embedding ``(D,)`` with noise of that length added, in any direction."""
    grain = random.standard_normal(len(gen), dtype=np.float32)
    return gen + grain * np.float32(noise / math.sqrt(len(gen)))


def told(
    text: str,
    gen: np.ndarray,
    subject: np.ndarray | None,
    region: np.ndarray,
    dropping: Dropping,
    random: np.random.Generator,
) -> dict[str, Any]:
    """The ``text``, ``images`` and ``regions`` of a sample.

    What is left out is zero, as in guidance's other branch; a subject that there is not works nowhere.

    Parameters
    ----------
    text
        What a decoder with words is told.
    gen, subject
        ``(D,)`` unit embeddings of the whole, and of what must appear.
    region
        ``(h, w)`` 0 to 1, where it appears.
    dropping
        How they are disturbed.
    random
        By whose chance.
    """
    left = random.random(3) < (dropping.text, dropping.whole, dropping.subject)
    whole = disturbed(gen, dropping.noise, random)
    own = np.zeros_like(whole) if subject is None else subject
    if left[1]:
        whole = np.zeros_like(whole)
    else:
        own = (1 - dropping.strength) * whole + dropping.strength * own
    if left[2] or subject is None:
        own = np.zeros_like(whole)
    where = np.zeros_like(region) if subject is None else region
    return {
        "text": "" if left[0] else text,
        "images": np.stack([whole, own]).astype(np.float32),
        "regions": np.stack([np.ones_like(region), where], axis=2).astype(np.float32),
    }
