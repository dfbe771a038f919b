"""Pictures as they are kept: eight bits for each value."""

from __future__ import annotations

import numpy as np


def codes(values: np.ndarray) -> np.ndarray:
    """Floats of any shape, 0 to 1 and beyond that clipped, as uint8, 0 to 255."""
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
