"""Edits with a known truth, composed from one side of the held-out line: what a draft gives, and what it should be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from engine.composite.ring import match_ring
from engine.draft import operations
from engine.draft.fill import fill
from engine.errors import BadInput
from engine.restore import Restorer
from engine.values import Op
from training.data import items
from training.data.items import LicenceClass
from training.restore.degrade import RELEASED_SHIFT, tinted
from training.restore.masks import draw
from training.restore.samples import read_photos
from training.scenes.composer import Composer
from training.scenes.scene import Kind
from training.scenes.stock import Stock

SIDE = 256  # pixels
OPS = (Op.add, Op.replace, Op.remove, Op.fill, Op.expand, Op.restore)
Part = Literal["learnt", "aside", "held-out"]
"""Of the photographs: what the restorer learns from, what it is judged by while it does, what nothing has seen."""
_COMPOSED: dict[Op, Kind] = {Op.add: "add", Op.replace: "replace", Op.remove: "remove"}
_MARGIN = (0.15, 0.3)  # of the side, that expanding has to make
_MOST_HIDDEN = 0.5  # of the picture, that filling has to make
_LEAST_PHOTO = 128  # pixels along a side; the restorer's smaller samples are no reason to count others
_ASIDE = 10  # every tenth photograph is not trained on by the restorer


@dataclass(frozen=True, eq=False)
class Trial:
    """One edit; pictures ``(side, side, 3)`` float32, 0 to 1.

    Attributes
    ----------
    op
        The operation.
    before, draft, truth
        The picture before, after the draft step alone, and as it should be.
    changed
        ``(side, side)`` bool, what the operation makes new.
    captions
        Of the pictures before and after; the same where only what is seen continues.
    name
        What is added, where something is.
    reference
        ``(h, w, 4)`` float32, 0 to 1, its picture with straight transparency, where there is one.
    """

    op: Op
    before: np.ndarray
    draft: np.ndarray
    truth: np.ndarray
    changed: np.ndarray
    captions: tuple[str, str]
    name: str = ""
    reference: np.ndarray | None = None


def trials(
    data: Path,
    op: Op,
    count: int,
    *,
    part: Part,
    licences: Collection[LicenceClass],
    seed: int = 0,
    side: int = SIDE,
) -> Iterator[Trial]:
    """Edits of one operation, always the same ones.

    Parameters
    ----------
    data
        A built data folder.
    op
        One of :data:`OPS`.
    count
        How many.
    part, licences
        Of the photographs that they are made of.
    seed
        Of everything drawn.
    side
        Of the pictures, pixels.

    Raises
    ------
    BadInput
        When there are too few photographs or cut-outs.
    """
    make = _composed if op in _COMPOSED else _continued
    yield from make(data, op, count, part, licences, seed, side)


def aside(data: Path | None, licences: Collection[LicenceClass]) -> list[items.PhotoItem]:
    """The photographs that may be trained on but that the restorer is judged by."""
    return [each for each in _trainable(data)[::_ASIDE] if each.licence_class in licences]


def photographs(data: Path | None, part: Part, licences: Collection[LicenceClass]) -> list[items.PhotoItem]:
    """Those of one part; what is learnt from and what is aside has 128 pixels a side or more."""
    if part == "held-out":
        return [each for each in items.photos(data) if each.held_out and each.licence_class in licences]
    judging = {each.file for each in aside(data, list(LicenceClass))}
    return [
        each
        for each in _trainable(data)
        if (each.file in judging) is (part == "aside") and each.licence_class in licences
    ]


def _trainable(data: Path | None) -> list[items.PhotoItem]:
    return [each for each in items.photos(data) if each.trainable and min(each.width, each.height) >= _LEAST_PHOTO]


def _composed(
    data: Path, op: Op, count: int, part: Part, licences: Collection[LicenceClass], seed: int, side: int
) -> Iterator[Trial]:
    stock = Stock.load(data, side, held_out=part == "held-out", licences=licences)
    if part != "held-out":
        files = {each.file for each in photographs(data, part, licences)}
        stock = replace(stock, grounds=tuple(each for each in stock.grounds if each.file in files))
    composer = Composer(stock, seed, (_COMPOSED[op],), fill)
    for index in range(count):
        scene = composer.scene(index)
        before, draft, truth = (each.astype(np.float32) / 255 for each in (scene.source, scene.draft, scene.target))
        changed = (draft != before).any(axis=2)
        if op is not Op.add:
            changed |= scene.changed > 0
        captions = (scene.source_caption, scene.target_caption)
        coming = next((each.name for each in scene.objects if each.in_target and not each.in_source), "")
        reference = scene.references[0].astype(np.float32) / 255 if coming else None
        yield Trial(op, before, draft, truth, changed, captions, coming, reference)


def _continued(
    data: Path, op: Op, count: int, part: Part, licences: Collection[LicenceClass], seed: int, side: int
) -> Iterator[Trial]:
    """A part of a photograph hidden and made again, or moved in tone."""
    photos = [each for each in photographs(data, part, licences) if min(each.width, each.height) >= side]
    if not photos:
        raise BadInput(f"The data has no {part} photographs of {side} pixels or more a side.", "Add some of your own.")
    random = np.random.default_rng((seed, OPS.index(op)))
    pixels = read_photos(photos, 4 * SIDE)
    for index in range(count):
        truth = _square(pixels[index % len(pixels)], side, random)
        caption = photos[index % len(pixels)].caption
        changed = _margins(side, random) if op is Op.expand else _hole(side, random)
        if op is Op.restore:
            before = np.where(changed[..., None], tinted(truth, RELEASED_SHIFT, random), truth)
            draft = before
        elif op is Op.expand:
            before = _stretched(truth, changed)
            draft = operations.expand(before, changed, index).rgb
        else:
            before = np.where(changed[..., None], np.float32(0.5), truth)
            draft = fill(before, changed, index)
        yield Trial(op, before, draft, truth, changed, (caption, caption))


def _square(photo: np.ndarray, least: int, random: np.random.Generator) -> np.ndarray:
    side = int(random.integers(least, min(photo.shape[:2]) + 1))
    top, left = (int(random.integers(length - side + 1)) for length in photo.shape[:2])
    crop = photo[top : top + side, left : left + side]
    return cv2.resize(crop, (least, least), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _hole(side: int, random: np.random.Generator) -> np.ndarray:
    while (mask := draw(side, random) > 0).mean() > _MOST_HIDDEN:
        pass
    return mask


def _margins(side: int, random: np.random.Generator) -> np.ndarray:
    mask = np.zeros((side, side), bool)
    first = int(random.integers(4))
    for turn in {first, (first + int(random.integers(2))) % 4}:
        np.rot90(mask, turn)[: int(side * random.uniform(*_MARGIN))] = True
    return mask


def _stretched(truth: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """What the expand operation begins with: the photograph with its edges drawn out."""
    last = len(truth) - 1
    rows, columns = np.flatnonzero(~hidden.all(axis=1)), np.flatnonzero(~hidden.all(axis=0))
    inner = truth[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    sides = ((rows[0], last - rows[-1]), (columns[0], last - columns[-1]))
    return np.pad(inner, (*sides, (0, 0)), mode="edge")


def draft_only(trial: Trial) -> np.ndarray:
    """What the pipeline gives without any step between draft and composite.

    The engine is left out on purpose: a trial has its draft and what that changes, so that nothing hangs on how words
    are read or on what a selector finds. Of the pipeline composite alone is left, and :func:`composited` is the same:
    a crop that is worked on at its own size is matched to its ring and pasted with a blend mask of 0 and 1.
    """
    return composited(trial, trial.draft)


def restored(trial: Trial, restorer: Restorer, seed: int = 0) -> np.ndarray:
    """What it gives with step restore."""
    made = restorer.restore(trial.draft, trial.before, trial.changed.astype(np.float32), seed)
    return composited(trial, made)


def composited(trial: Trial, made: np.ndarray) -> np.ndarray:
    """Step composite at the crop's own size."""
    return np.where(trial.changed[..., None], match_ring(made, trial.before, trial.changed), trial.before)
