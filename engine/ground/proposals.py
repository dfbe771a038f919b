"""From the network's maps to candidate masks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.nn import functional

from engine.ground.network import STUFF, Grounding, GroundNetwork, masks

LONG_SIDE = 512
_ASK = 48  # highest objectness peaks that are asked for a mask
_LEAST_OBJECTNESS = 0.06
_SAME = 0.6  # intersection over union from which two masks are one object
_LEAST_AREA = 0.0015  # of the picture
_MOST_AREA = 0.92
_STEP = 32  # the tower's coarsest stride


@dataclass(frozen=True, eq=False)
class Proposal:
    """A mask that may be an object.

    Attributes
    ----------
    mask
        ``(h, w)`` float32 probabilities at a quarter of the working size.
    objectness
        0 to 1: how sure the network is that an object's middle lies here.
    firmness
        0 to 1: mean probability inside; low for a mask that could not decide.
    """

    mask: np.ndarray
    objectness: float
    firmness: float

    @property
    def score(self) -> float:
        """Both together."""
        return self.objectness * self.firmness


def working(rgb: np.ndarray) -> np.ndarray:
    """``rgb`` resized so that its long side is 512 and both are multiples of 32, for the image tower."""
    height, width = rgb.shape[:2]
    factor = LONG_SIDE / max(height, width)
    size = tuple(max(_STEP * 2, round(side * factor / _STEP) * _STEP) for side in (width, height))
    shrinks = size[0] < width and size[1] < height
    out = cv2.resize(
        np.ascontiguousarray(rgb, np.float32), size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    return np.clip(out, 0, 1)


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two masks, cut at one half."""
    a, b = first > 0.5, second > 0.5
    return float((a & b).sum() / max((a | b).sum(), 1))


def propose(said: Grounding, most: int) -> list[Proposal]:
    """Objects of one picture, best first, no two the same.

    Parameters
    ----------
    said
        The network's answer for a batch of one.
    most
        How many at most.
    """
    with torch.inference_mode():
        chance = said.objectness[0].sigmoid()
        peak = functional.max_pool2d(chance[None, None], 3, stride=1, padding=1)[0, 0] == chance
        # Peaks first; their neighbours may still know a better mask of the same object.
        order = (chance * (0.7 + 0.3 * peak)).flatten().topk(min(_ASK, chance.numel())).indices
        rows, columns = order // chance.shape[1], order % chance.shape[1]
        kernels = said.kernels[0][:, rows, columns].T
        found = masks(kernels, torch.stack([rows, columns], 1).float(), said.pixels[0]).sigmoid()
        scores = chance[rows, columns]
    answers = []
    for mask, objectness in zip(found.numpy(), scores.tolist(), strict=True):
        inside = mask > 0.5
        if objectness >= _LEAST_OBJECTNESS and _LEAST_AREA <= inside.mean() <= _MOST_AREA:
            answers.append(Proposal(mask, objectness, float(mask[inside].mean())))
    return _merged(answers, said.salient[0].sigmoid().numpy())[:most]


def _merged(answers: list[Proposal], salient: np.ndarray) -> list[Proposal]:
    """One proposal for each object: the mean of the answers that agree on it, and of the saliency if it agrees."""
    groups: list[list[Proposal]] = []
    for each in sorted(answers, key=lambda proposal: -proposal.score):
        for group in groups:
            if overlap(each.mask, group[0].mask) >= _SAME:
                group.append(each)
                break
        else:
            groups.append([each])
    pieces = _pieces(salient)
    taken = [False] * len(pieces)
    out = []
    for group in groups:
        weights = np.array([each.score for each in group], np.float32)
        mask = np.tensordot(weights / weights.sum(), np.stack([each.mask for each in group]), axes=1)
        agreeing = [overlap(mask, piece) for piece in pieces]
        if agreeing and max(agreeing) >= _SAME:
            best = int(np.argmax(agreeing))
            taken[best] = True
            mask = 0.6 * mask + 0.4 * pieces[best]
        inside = mask > 0.5
        if inside.any():
            out.append(Proposal(mask, group[0].objectness, float(mask[inside].mean())))
    for piece, known in zip(pieces, taken, strict=True):
        if not known:
            firmness = float(piece[piece > 0.5].mean())
            out.append(Proposal(piece, 0.4 * firmness, firmness))
    return sorted(out, key=lambda proposal: -proposal.score)


def _pieces(salient: np.ndarray) -> list[np.ndarray]:
    """The connected parts of the saliency, each ``(h, w)`` probabilities."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((salient > 0.5).astype(np.uint8))
    wide = np.ones((5, 5), np.uint8)
    out = []
    for number in range(1, count):
        if _LEAST_AREA * 2 <= stats[number, cv2.CC_STAT_AREA] / salient.size <= _MOST_AREA:
            near = cv2.dilate((labels == number).astype(np.uint8), wide) > 0
            out.append(np.where(near & ((labels == number) | (labels == 0)), salient, 0).astype(np.float32))
    return out


def stuff_chances(said: Grounding) -> np.ndarray:
    """``(len(STUFF), h/4, w/4)`` float32 class probabilities of one picture."""
    with torch.inference_mode():
        chance = said.stuff.softmax(dim=1)
        wide = functional.interpolate(chance, size=said.salient.shape[1:], mode="bilinear", align_corners=False)
    return wide[0].numpy()


def stuff_index(names: tuple[str, ...]) -> list[int]:
    """Places of names in ``STUFF``."""
    return [STUFF.index(name) for name in names]


def look(network: GroundNetwork, stages: list[torch.Tensor]) -> Grounding:
    """Run the network on the image tower's stages of one picture (the last four are used)."""
    with torch.inference_mode():
        return network([stage.float() for stage in stages[-4:]])
