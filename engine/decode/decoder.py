"""What a decoder does, and whether a bundle has one."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from engine.values import CancelCheck, OnEvent, Plan, Settings
from engine.weights import Files, refuse_unknown

WEIGHTS = "own/decoder.safetensors"


class LatentDecoder(Protocol):
    """One decoder for every engine: from a draft to a picture by latent diffusion (LLMGA, section 3.3)."""

    def decode(
        self,
        draft: np.ndarray,
        mask: np.ndarray,
        plan: Plan,
        gen: np.ndarray | None,
        settings: Settings,
        on_event: OnEvent,
        cancel: CancelCheck,
    ) -> np.ndarray:
        """Decode a draft ``(h, w, 3)`` float32 inside ``mask`` ``(h, w)`` to a picture of the same shape."""
        ...


def load(bundle: Files) -> LatentDecoder | None:
    """The bundle's decoder, or nothing when it carries no weights for one.

    Raises
    ------
    BundleError
        When the bundle holds weights that this version cannot run.
    """
    refuse_unknown(bundle, WEIGHTS)
    return None
