"""The last condition: start picture, wish and prior's answer, mixed and brought to one length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import BadInput

NORM = 20.0  # length of every embedding inside the prior; it makes modalities comparable (InstructAny2Pix, 4.3)
_ZERO = 1e-6  # relative length below which a mixture has no direction left


def scaled(vector: np.ndarray, norm: float) -> np.ndarray:
    """``(D,)`` at length ``norm``, float32.

    Raises
    ------
    BadInput
        When it is no vector, not finite or has no length.
    """
    values = np.asarray(vector, np.float64)
    length = float(np.linalg.norm(values))
    if values.ndim != 1 or not np.isfinite(length) or length == 0:
        raise BadInput("An embedding is empty, zero or not finite.", "Plan the edit again.")
    return (values * (norm / length)).astype(np.float32)


def check_weights(weights: Sequence[float], *, has_base: bool) -> None:
    """Refuse mixing weights that name no mixture.

    Raises
    ------
    BadInput
        When they are not three finite numbers of 0 or more, or nothing that is there has a weight.
    """
    if len(weights) != 3 or not all(np.isfinite(weights)) or min(weights) < 0:
        shown = ", ".join(f"{each:g}" for each in weights)
        raise BadInput(f"The prior weights are {shown}.", "Give three numbers of 0 or more: base, wish, prior.")
    if not any(weights[0 if has_base else 1 :]):
        what = "are all 0" if has_base else "leave nothing, as there is no picture to start from"
        raise BadInput(f"The prior weights {what}.", "Give the wish or the prior a weight above 0.")


def mix(
    base: np.ndarray | None,
    gen: np.ndarray,
    refined: np.ndarray,
    weights: Sequence[float],
    norm: float = NORM,
) -> np.ndarray:
    """``e = h0 base + h1 gen + h2 refined``, then ``norm e / |e|`` (InstructAny2Pix, section 4.3 and its serving).

    The papers' encoder gives ``base`` and ``gen`` at length 20 and the prior's answer is brought to it; here all
    three are, so that the weights alone decide.

    Parameters
    ----------
    base, gen, refined
        ``(D,)`` of any length above 0: the start picture (absent in text-to-image, its weight is then unused), the
        planner's wish, the prior's answer.
    weights
        ``(h0, h1, h2)``, 0 or more.
    norm
        Length of the result, above 0.

    Raises
    ------
    BadInput
        When weights, length or a vector cannot be used, or the parts cancel each other.
    """
    check_weights(weights, has_base=base is not None)
    if not (np.isfinite(norm) and norm > 0):
        raise BadInput(f"The embedding's norm is {norm:g}.", f"Take a number above 0; the papers take {NORM:g}.")
    parts = [(h, part) for h, part in zip(weights, (base, gen, refined), strict=True) if part is not None and h > 0]
    mixture = sum(h * scaled(part, NORM).astype(np.float64) for h, part in parts)
    if np.linalg.norm(mixture) < _ZERO * NORM * sum(h for h, _ in parts):
        raise BadInput("The prior weights make the embeddings cancel each other.", "Change one of the weights.")
    return scaled(np.asarray(mixture), norm)
