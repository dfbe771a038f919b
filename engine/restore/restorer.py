"""What a restorer does, and whether a bundle has one."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from engine.weights import Files, refuse_unknown

WEIGHTS = "own/restorer.safetensors"


class Restorer(Protocol):
    """DiffRIR (LLMGA, section 3.4): texture, brightness and contrast matched to the preserved region."""

    def restore(self, decoded: np.ndarray, preserved: np.ndarray, mask: np.ndarray, seed: int) -> np.ndarray:
        """Restore ``decoded`` ``(h, w, 3)`` inside ``mask`` to fit ``preserved``, the photo's own pixels."""
        ...


def load(bundle: Files) -> Restorer | None:
    """The bundle's restorer, or nothing when it carries no weights for one.

    Raises
    ------
    BundleError
        When the bundle holds weights that this version cannot run.
    """
    refuse_unknown(bundle, WEIGHTS)
    return None
