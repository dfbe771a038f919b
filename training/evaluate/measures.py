"""Numbers on pictures and embeddings, each a mean over what it is given; nothing here knows where they come from."""

from __future__ import annotations

import cv2
import numpy as np

from engine.composite.blend import disc
from engine.draft.operations import bounds


def direction(source: np.ndarray, made: np.ndarray, said_before: np.ndarray, said_after: np.ndarray) -> float:
    """CLIP_dir: cosine between what changed in the pictures and what changed in their captions.

    All four are embeddings ``(D,)``; 0 where nothing changed. (Gal et al. 2022, section 3.2.)
    """
    return similarity(_unit(made) - _unit(source), _unit(said_after) - _unit(said_before))


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Cosine of two embeddings ``(D,)``; 0 where one is zero. What it is called hangs on what is given.

    CLIP_im: result and source; CLIP_out: result and its caption. (InstructAny2Pix, Li et al. 2023, table 1.) DINO: the
    result and what it should be, by features that know no words. (Ruiz et al. 2023, section 4.1.) Where a thing comes
    into a picture, DINO_ref: result and that picture, and DINO_sub: what :func:`cut` takes of the result and the
    picture of the thing. (InstructAny2Pix, table 2.)
    """
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length > 0 else 0.0


def cut(rgb: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The part of a picture ``(H, W, 3)`` in the smallest box around what was found in it, ``(H, W)`` bool, not empty.

    A detector's crop of the subject, of which DINO_sub is taken.
    """
    return np.ascontiguousarray(rgb[bounds(found).slices])


def l1(made: np.ndarray, truth: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Mean absolute difference of pictures ``(h, w, 3)``, 0 to 1, in the mask ``(h, w)`` or everywhere."""
    far = np.abs(made - truth)
    return float(far[mask > 0].mean() if mask is not None else far.mean())


def l2(made: np.ndarray, truth: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Mean squared difference, as :func:`l1`."""
    far = np.square(made - truth)
    return float(far[mask > 0].mean() if mask is not None else far.mean())


def outside_error(made: np.ndarray, before: np.ndarray, mask: np.ndarray) -> float:
    """Largest difference from the picture before where the mask is 0; 0 where it is nowhere 0."""
    kept = mask <= 0
    return float(np.abs(made - before)[kept].max()) if kept.any() else 0.0


def seam_energy(rgb: np.ndarray, mask: np.ndarray) -> float:
    """Mean squared step between neighbours of which one is in the mask ``(h, w)`` bool and one is not."""
    steps = []
    for axis in (0, 1):
        crossing = np.diff(mask.astype(np.int8), axis=axis) != 0
        steps.append(np.square(np.diff(rgb, axis=axis)).mean(axis=2)[crossing])
    joined = np.concatenate(steps)
    return float(joined.mean()) if joined.size else 0.0


def gradient_energy(rgb: np.ndarray, mask: np.ndarray) -> float:
    """Mean squared step between neighbours that both lie well in the mask ``(h, w)`` bool; 0 where none do."""
    inner = cv2.erode(mask.astype(np.uint8), disc(1), borderValue=0) > 0
    steps = []
    for axis in (0, 1):
        along = np.moveaxis(inner, axis, 0)
        both = np.moveaxis(along[:-1] & along[1:], 0, axis)
        steps.append(np.square(np.diff(rgb, axis=axis)).mean(axis=2)[both])
    joined = np.concatenate(steps)
    return float(joined.mean()) if joined.size else 0.0


def recall(found: np.ndarray, wanted: np.ndarray, among: int = 1) -> float:
    """Share of rows whose own column is among the nearest: ``(n, D)`` embeddings of what belongs together."""
    alike = np.stack([_unit(each) for each in found]) @ np.stack([_unit(each) for each in wanted]).T
    better = (alike > np.diag(alike)[:, None]).sum(axis=1)
    return float((better < among).mean())


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
