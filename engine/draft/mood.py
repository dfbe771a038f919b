"""The look that music or another sound suggests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from engine.draft.look import Look
from engine.draft.look_predict import Predictor

NEUTRAL = 0.5
NOISE_LIKE = frozenset(
    (
        "waterfall",
        "water",
        "stream",
        "steam",
        "hiss",
        "static",
        "noise",
        "white noise",
        "pink noise",
        "environmental noise",
    )
)
"""Names under which plain noise is heard too, so that they promise nothing about the scene."""


def from_sound(
    heard_mood: Mapping[str, float],
    vector: np.ndarray,
    labels: Sequence[tuple[str, float]],
    predictor: Predictor | None = None,
) -> Look:
    """The look of a sound: of music by its mood, of other sounds by what is heard.

    Parameters
    ----------
    heard_mood
        Quantities 0 to 1 with 0.5 neutral: ``energy``, ``valence``, ``brightness``, ``calm``, ``tempo``, ``major``, and
        ``confidence`` (0 to 1: how far the sound is music at all). Absent ones count as neutral.
    vector
        ``(384,)`` embedding of the sound.
    labels
        Names of what is heard with scores 0 to 1, best first.
    predictor
        Turns names into looks ("rain"); without it only the mood counts.
    """
    sure = float(np.clip(heard_mood.get("confidence", 1.0), 0.0, 1.0))
    look = from_mood(heard_mood)
    if predictor is None or sure >= 1:
        return look
    return look.plus(_from_labels(vector, labels, predictor).scaled(1 - sure))


def from_mood(heard_mood: Mapping[str, float]) -> Look:
    """Mood quantities to controls, continuously: all at 0.5 is no change, and opposite moods are opposite looks.

    Happy and major is warm and colourful, sad and minor cold and pale; energy brings contrast and light, calm takes
    contrast away (the links that listeners make between music and colour run through emotion: Palmer, Schloss, Xu,
    Prado-León 2013: faster and major went with more saturated, lighter and yellower colours).
    """
    sure = float(np.clip(heard_mood.get("confidence", 1.0), 0.0, 1.0))

    def lean(name: str) -> float:
        return math.tanh(2.5 * (float(heard_mood.get(name, NEUTRAL)) - NEUTRAL) * 2) * sure

    valence = 0.55 * lean("valence") + 0.45 * lean("major")
    energy = 0.6 * lean("energy") + 0.4 * lean("tempo")
    calm, bright = lean("calm"), lean("brightness")
    lift = 0.65 * valence + 0.25 * energy + 0.1 * bright
    sad = max(-valence, 0.0)
    return Look(
        exposure=0.55 * lift,
        shadows=0.2 * lift,
        temperature=42 * (0.75 * valence + 0.25 * energy),
        saturation=0.22 * (0.65 * valence + 0.35 * energy),
        vibrance=0.3 * (0.65 * valence + 0.35 * energy),
        contrast=0.25 * (0.6 * energy - 0.4 * calm),
        clarity=0.2 * (0.5 * energy - 0.5 * calm),
        shadow_b=-0.012 * sad,
        vignette=0.3 * sad * (0.5 + 0.5 * max(-energy, 0.0)),
        fade=0.12 * sad,
    )


def _from_labels(vector: np.ndarray, labels: Sequence[tuple[str, float]], predictor: Predictor) -> Look:
    """Mean over the best names, weighted by how much each was heard; what no look fits stays near none."""
    best = [(name, max(float(score), 0.0)) for name, score in labels[:3]]
    total = sum(score for _, score in best)
    look = Look()
    if total <= 0:
        return look
    for name, score in best:
        if name.lower() in NOISE_LIKE:
            continue
        look = look.plus(predictor.from_words(vector, f"the sound of {name.lower()}").scaled(score / total))
    return look
