"""Which of a photo's proposals a click means."""

from __future__ import annotations

import cv2
import numpy as np

from engine.ground.proposals import Proposal

MANY = 24  # proposals asked for: a click may mean a small thing that no words would
_INSIDE = 0.5  # probability from which a point belongs to a proposal
_LARGE = 0.25  # of the picture: a click means a smaller thing sooner than one that size
_LEAST, _MOST = 0.002, 0.6  # of the picture that a doubtful stretch may cover
_STUFF = 0.5  # class probability from which a point belongs to a stretch of it


def pick(proposals: list[Proposal], stuff: np.ndarray, point: tuple[float, float]) -> tuple[np.ndarray, float] | None:
    """The mask meant by a point, ``(h, w)`` float32 0 to 1, and how sure that is; nothing when none is there.

    Parameters
    ----------
    proposals
        Of one picture, all of one mask size.
    stuff
        ``(classes, h, w)`` class probabilities.
    point
        ``(x, y)``, each 0 to 1 of the picture.
    """
    best: tuple[float, Proposal] | None = None
    for each in proposals:
        height, width = each.mask.shape
        inside = float(each.mask[min(int(point[1] * height), height - 1), min(int(point[0] * width), width - 1)])
        if inside < _INSIDE:
            continue
        area = float((each.mask > _INSIDE).mean())
        score = inside * each.score / (1 + area / _LARGE)
        if best is None or score > best[0]:
            best = (score, each)
    if best is not None:
        return _piece(best[1].mask, point), best[1].score
    height, width = stuff.shape[1:]
    row, column = min(int(point[1] * height), height - 1), min(int(point[0] * width), width - 1)
    kind = int(np.argmax(stuff[:, row, column]))
    chance = float(stuff[kind, row, column])
    if chance >= _STUFF:
        return _piece(stuff[kind], point), chance
    alike = 1 - 0.5 * np.abs(stuff - stuff[:, row, column][:, None, None]).sum(axis=0)  # where the same is in doubt
    piece = _piece(alike, point)
    share = float((piece > _INSIDE).mean())
    return (piece, chance) if _LEAST < share < _MOST else None


def _piece(mask: np.ndarray, point: tuple[float, float]) -> np.ndarray:
    """The connected part of a mask that holds the point, with its soft rim."""
    height, width = mask.shape
    count, labels = cv2.connectedComponents((mask > _INSIDE).astype(np.uint8))
    label = labels[min(int(point[1] * height), height - 1), min(int(point[0] * width), width - 1)]
    if count <= 2 or label == 0:
        return mask.astype(np.float32)
    near = cv2.dilate((labels == label).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(near & ((labels == label) | (labels == 0)), mask, 0).astype(np.float32)
