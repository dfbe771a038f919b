"""Fits, at the border of the mask, the tone by which the generated part differs from the preserved pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

CORE, PRESERVED = 0.98, 0.02  # of the mask: from here on wholly generated, up to here wholly preserved
GAIN, BIAS, SLOPE = 0.06, 0.04, 0.02  # deviations expected of a tone's gain, bias, and bias per side of the picture
_ALIKE = 5  # neighbouring pairs of pixels that tell about as much as one
_ROUNDS = 10
_OUTLIER = 1.5  # deviations at which a pair counts half
_LEAST_DEVIATION = 2e-3  # about half an 8-bit step
_SLOPES = slice(2, 4)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pixels at both sides of the border that lie closest together.

    Attributes
    ----------
    inner, outer
        ``(n, 3)``: generated and preserved.
    place
        ``(n, 2)``: row and column of the inner one, in sides of the picture from its middle.
    distance
        Mean distance between both, in pixels.
    """

    inner: np.ndarray
    outer: np.ndarray
    place: np.ndarray
    distance: float


def matched(decoded: np.ndarray, preserved: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The decoded picture with its tone fitted to the preserved pixels across the border of the mask.

    A gain, a bias and a slope of the bias for each channel, found by robust regression of the steps across the border
    (Student's t weights) with the changes that decoders make as its prior: at the border of a thing, where steps vary
    widely, little is changed.

    Parameters
    ----------
    decoded, preserved
        ``(h, w, 3)`` float32, 0 to 1.
    mask
        ``(h, w)`` float32, 1 where pixels are generated, 0 where they are preserved.

    Returns
    -------
    numpy.ndarray
        ``(h, w, 3)`` float32, 0 to 1; the decoded picture itself where there is no border to tell.
    """
    pairs = _pairs(decoded, preserved, mask)
    if pairs is None:
        return decoded
    terms = np.stack([_fitted(pairs, channel) for channel in range(3)], axis=1).astype(np.float32)
    height, width = mask.shape
    rows, columns = _centred(height), _centred(width)
    slopes = rows[:, None, None] * terms[_SLOPES][0] + columns[None, :, None] * terms[_SLOPES][1]
    # The terms belong to the mean of both sides: solved here for the outer one.
    half = terms[0] / 2
    return np.clip((decoded * (1 + half) + terms[1] + slopes) / (1 - half), 0, 1)


def _centred(length: int) -> np.ndarray:
    return (np.arange(length, dtype=np.float32) + 0.5) / length - 0.5


def _pairs(decoded: np.ndarray, preserved: np.ndarray, mask: np.ndarray) -> _Pairs | None:
    core, outside = mask >= CORE, mask <= PRESERVED
    inner = core & (cv2.erode(core.astype(np.uint8), np.ones((3, 3)), borderValue=1) == 0)
    if not (inner.any() and outside.any()):
        return None
    far, labels = cv2.distanceTransformWithLabels(
        (~outside).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(labels, np.intp)
    place_of = np.empty(int(labels.max()) + 1, np.intp)
    place_of[labels[outside]] = np.flatnonzero(outside)
    outer = place_of[labels[inner]]
    rows, columns = np.nonzero(inner)
    place = np.stack([_centred(mask.shape[0])[rows], _centred(mask.shape[1])[columns]], axis=1)
    return _Pairs(decoded[inner], preserved.reshape(-1, 3)[outer], place, float(far[inner].mean()))


def _fitted(pairs: _Pairs, channel: int) -> np.ndarray:
    """Gain, bias and two slopes of the step from the inner to the outer side, over the mean of both.

    Over the inner side alone the gain would come out too small, since the picture's own steps are noise in it.
    """
    inner, outer = pairs.inner[:, channel].astype(np.float64), pairs.outer[:, channel].astype(np.float64)
    step = outer - inner
    given = np.column_stack([(inner + outer) / 2, np.ones_like(inner), pairs.place])
    prior = np.diag(1 / np.square([GAIN, BIAS, SLOPE, SLOPE]))
    trust = 1 / (_ALIKE * max(pairs.distance, 1.0))
    terms = np.zeros(4)
    for _ in range(_ROUNDS):
        off = step - given @ terms
        deviation = max(1.48 * float(np.median(np.abs(off))), _LEAST_DEVIATION)
        weight = trust / (1 + np.square(off / (_OUTLIER * deviation))) / deviation**2
        weighted = given * weight[:, None]
        terms = np.linalg.solve(given.T @ weighted + prior, weighted.T @ step)
    return terms
