"""What words ask of a photograph: phrases and the look that each wants, written by hand in ``table.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine.draft.look import Look


@dataclass(frozen=True)
class Axis:
    """A control with two ends, and the words for each; paraphrases with negation are made from these.

    Attributes
    ----------
    look
        The wanted change toward the upper end.
    more, less
        Phrases that stand alone ("brighter").
    high, low
        Adjectives for a state of the photo ("bright"), used in "too bright", "not so bright".
    nouns
        Quantities that one has more or less of.
    opposite
        The wanted change toward the lower end.
    """

    look: Look
    more: tuple[str, ...]
    less: tuple[str, ...]
    high: tuple[str, ...]
    low: tuple[str, ...]
    nouns: tuple[str, ...]
    opposite: Look


@dataclass(frozen=True)
class Table:
    """Everything the predictor is taught.

    Attributes
    ----------
    axes
        The controls that have two ends.
    moods
        Looks with the phrases that want them.
    neutral
        Words that say nothing about tone; what is heard as one of these leaves the photo as it is.
    nouns
        Things a phrase may speak of without another meaning ("a brighter sky").
    """

    axes: tuple[Axis, ...]
    moods: tuple[tuple[Look, tuple[str, ...]], ...]
    neutral: tuple[str, ...]
    nouns: tuple[str, ...]


def read() -> Table:
    """Read ``table.json`` beside this module."""
    data = json.loads(Path(__file__).with_name("table.json").read_text(encoding="utf-8"))
    axes = tuple(
        Axis(
            look=Look(**axis["look"]),
            more=tuple(axis["more"]),
            less=tuple(axis["less"]),
            high=tuple(axis["high"]),
            low=tuple(axis["low"]),
            nouns=tuple(axis["nouns"]),
            opposite=Look(**axis["opposite"]),
        )
        for axis in data["axes"]
    )
    moods = tuple((Look(**mood["look"]), tuple(mood["phrases"])) for mood in data["moods"])
    return Table(axes, moods, tuple(data["neutral"]), tuple(data["nouns"]))
