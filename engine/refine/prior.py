"""What a prior does, and whether a bundle has one."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from engine.weights import Files, refuse_unknown

WEIGHTS = "own/prior.safetensors"


class Prior(Protocol):
    """InstructAny2Pix, section 4.3: an embedding and a wanted score in, a better embedding out."""

    def refine(self, gen: np.ndarray, base: np.ndarray | None, score: float, seed: int) -> np.ndarray:
        """Refine ``gen`` ``(D,)`` towards ``score`` (1 to 10), given the start picture's embedding."""
        ...


def load(bundle: Files) -> Prior | None:
    """The bundle's prior, or nothing when it carries no weights for one.

    Raises
    ------
    BundleError
        When the bundle holds weights that this version cannot run.
    """
    refuse_unknown(bundle, WEIGHTS)
    return None
