"""What a training step learns from: patches of photographs, damaged, with their masks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.restore.extending import extended
from training.data import items
from training.restore.degrade import RELEASED_SHIFT, Shift, damaged, locally_shifted, shifted, tinted
from training.restore.masks import draw, softened

LONG_SIDE = 640  # of the photographs kept in memory


@dataclass(frozen=True)
class Damage:
    """How samples are damaged.

    Attributes
    ----------
    first_order
        Chance of D1, the blur, noise and compression; without it only the tone is shifted.
    shift
        Of the tone.
    everywhere
        Chance that the shift is the paper's, over the whole picture; otherwise pixels outside the mask are the
        photo's own, as they are when a decoder's result was already composited.
    drifting
        Chance that a shift inside the mask varies over it.
    tinted
        Chance that a shift inside the mask that does not vary differs between the channels.
    foreign
        Chance that the part in the mask is of another photograph, so that steps at the border are no sign of a shift.
    soft
        Chance of a mask with a soft border; in half of them the decoded picture was already blended by it.
    """

    first_order: float = 0.25
    shift: Shift = RELEASED_SHIFT
    everywhere: float = 0.15
    drifting: float = 0.3
    tinted: float = 0.6
    foreign: float = 0.12
    soft: float = 0.35


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples of a step, float32.

    Attributes
    ----------
    decoded
        ``(n, 3, p / scale, p / scale)``.
    truth, reference, mask
        ``(n, 3 or 1, p, p)``; the reference is the truth as far as it is preserved, carried into the mask.
    """

    decoded: Tensor
    truth: Tensor
    reference: Tensor
    mask: Tensor


def read_photos(chosen: Iterable[items.PhotoItem], long_side: int = LONG_SIDE) -> list[np.ndarray]:
    """Photographs ``(h, w, 3)`` uint8, scaled to at most ``long_side``."""
    return [_read(item.path, long_side) for item in chosen]


def _read(path: Path, long_side: int) -> np.ndarray:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise FileNotFoundError(path)
    factor = long_side / max(pixels.shape[:2])
    if factor < 1:
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(pixels[..., ::-1])


def degraded(
    truth: np.ndarray, mask: np.ndarray, scale: int, damage: Damage, random: np.random.Generator
) -> np.ndarray:
    """What a decoder might have made of ``truth`` ``(p, p, 3)``, at ``1 / scale`` of its size."""
    size = (truth.shape[1] // scale, truth.shape[0] // scale)
    clean = truth if scale == 1 else cv2.resize(truth, size, interpolation=cv2.INTER_AREA)
    made = damaged(truth, scale, random) if random.random() < damage.first_order else clean
    if random.random() < damage.everywhere:
        return shifted(made, damage.shift, random)
    near = mask[::scale, ::scale]
    if random.random() < damage.drifting:
        made = locally_shifted(made, near, damage.shift, random)
    elif random.random() < damage.tinted:
        made = tinted(made, damage.shift, random)
    else:
        made = shifted(made, damage.shift, random)
    if random.random() < 0.5:
        return clean + (made - clean) * near[..., None]
    return np.where(near[..., None] > 0, made, clean)


class SampleMaker:
    """Draws batches.

    Parameters
    ----------
    photos
        From :func:`read_photos`; each at least ``patch`` pixels a side.
    patch
        Output pixels along a side, a multiple of 32.
    scale
        1, 2 or 4.
    damage
        How they are damaged.
    seed
        Of everything drawn.
    """

    def __init__(self, photos: Sequence[np.ndarray], patch: int, scale: int, damage: Damage, seed: int) -> None:
        self._photos = [photo for photo in photos if min(photo.shape[:2]) >= patch]
        self._patch, self._scale, self._damage = patch, scale, damage
        self._random = np.random.default_rng(seed)

    def batch(self, count: int) -> Batch:
        """``count`` samples."""
        drawn = [self._sample() for _ in range(count)]
        return Batch(*(torch.from_numpy(np.stack(each)).permute(0, 3, 1, 2) for each in zip(*drawn, strict=True)))

    def _sample(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        random = self._random
        truth, mask = self._crop(), draw(self._patch, random)
        if random.random() < self._damage.soft:
            mask = softened(mask, random)
        if random.random() < self._damage.foreign:
            truth = truth + (self._crop() - truth) * mask[..., None]
        decoded = degraded(truth, mask, self._scale, self._damage, random)
        beside = decoded.repeat(self._scale, axis=0).repeat(self._scale, axis=1)
        return decoded, truth, extended(truth, beside, mask), mask[..., None]

    def _crop(self) -> np.ndarray:
        """Some part of a photograph ``(p, p, 3)``, 0 to 1, in one of eight positions."""
        random, patch = self._random, self._patch
        photo = self._photos[random.integers(len(self._photos))]
        side = int(random.integers(patch, min(*photo.shape[:2], 2 * patch) + 1))
        top, left = (int(random.integers(length - side + 1)) for length in photo.shape[:2])
        crop = photo[top : top + side, left : left + side]
        truth = cv2.resize(crop, (patch, patch), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        return np.ascontiguousarray(np.rot90(truth[:, :: random.choice((1, -1))], int(random.integers(4))))
