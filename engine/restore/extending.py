"""Carries the colours of preserved pixels into the part that is generated."""

from __future__ import annotations

import cv2
import numpy as np

from engine.restore.matching import matched

FADING = 4.0  # output pixels beyond the border at which a third of the extension is left


def extended(preserved: np.ndarray, decoded: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The reference for a network that sees the mask: preserved pixels, carried on beyond the border.

    The extension is smooth and fades into the decoded picture with its tone matched to the preserved pixels
    (:func:`engine.restore.matching.matched`), so that its difference from the decoded one tells everywhere by how much
    the tone is probably off, and at the border what remains. This also holds where the decoded picture was already
    composited and agrees with the preserved pixels everywhere else. Where nothing is preserved the reference is the
    decoded picture.

    Parameters
    ----------
    preserved, decoded
        ``(h, w, 3)`` float32.
    mask
        ``(h, w)`` float32, 1 where pixels are generated, 0 where they are preserved.

    Returns
    -------
    numpy.ndarray
        ``(h, w, 3)`` float32.
    """
    generated = (mask > 0).astype(np.uint8)
    if generated.all():
        return decoded
    distance = cv2.distanceTransform(generated, cv2.DIST_L2, 3)
    trust = np.exp(-distance / np.float32(FADING))[..., None]
    tone = matched(decoded, preserved, mask)
    return tone + (pushed_and_pulled(preserved, mask) - tone) * trust


def pushed_and_pulled(preserved: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """``preserved`` with a smooth guess in place of what is generated (Gortler et al. 1996, section 3.4).

    The mask must be below 1 somewhere; where it is 0 the picture stays as it is.
    """
    known = 1 - mask
    levels = [(preserved * known[..., None], known)]
    while max(known.shape) > 1:
        size = ((known.shape[1] + 1) // 2, (known.shape[0] + 1) // 2)
        sums = cv2.resize(levels[-1][0], size, interpolation=cv2.INTER_AREA)
        known = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
        levels.append((sums, known))
    coarse = levels.pop()
    guess = coarse[0] / coarse[1][..., None]
    for sums, known in reversed(levels):
        finer = cv2.resize(guess, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
        guess = sums + finer * (1 - known[..., None])
    return guess
