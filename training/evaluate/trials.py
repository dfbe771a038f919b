"""Edits with a known truth, composed from one side of the held-out line: what a draft gives, and what it should be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from engine.composite.ring import match_ring
from engine.draft.fill import fill
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
_COMPOSED: dict[Op, Kind] = {Op.add: "add", Op.replace: "replace", Op.remove: "remove"}
_MARGIN = (0.15, 0.3)  # of the side, that expanding has to make
_MOST_HIDDEN = 0.5  # of the picture, that filling has to make
_LEAST_PHOTO = 128  # pixels along a side; the restorer's smaller samples are no reason to count others
_ASIDE = 10  # every tenth photograph is not trained on by the restorer


@dataclass(frozen=True, eq=False)
class Trial:
    """One edit; pictures ``(SIDE, SIDE, 3)`` float32, 0 to 1.

    Attributes
    ----------
    op
        The operation.
    before, draft, truth
        The picture before, after the draft step alone, and as it should be.
    changed
        ``(SIDE, SIDE)`` bool, what the operation makes new.
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
    data: Path, op: Op, count: int, *, held_out: bool, licences: Collection[LicenceClass], seed: int = 0
) -> Iterator[Trial]:
    """Edits of one operation, always the same ones.

    Not held out they are made of the photographs aside, which the restorer was not trained on.
    """
    if op in _COMPOSED:
        yield from _composed(data, op, count, held_out, licences, seed)
    else:
        yield from _continued(data, op, count, held_out, licences, seed)


def aside(data: Path, licences: Collection[LicenceClass]) -> list[items.PhotoItem]:
    """The photographs that may be trained on but that the restorer is judged by."""
    usable = [each for each in items.photos(data) if each.trainable and min(each.width, each.height) >= _LEAST_PHOTO]
    return [each for each in usable[::_ASIDE] if each.licence_class in licences]


def _composed(
    data: Path, op: Op, count: int, held_out: bool, licences: Collection[LicenceClass], seed: int
) -> Iterator[Trial]:
    stock = Stock.load(data, SIDE, held_out=held_out, licences=licences)
    if not held_out:
        files = {each.file for each in aside(data, licences)}
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
    data: Path, op: Op, count: int, held_out: bool, licences: Collection[LicenceClass], seed: int
) -> Iterator[Trial]:
    """A part of a photograph hidden and made again, or moved in tone."""
    chosen = (
        [each for each in items.photos(data) if each.held_out and each.licence_class in licences]
        if held_out
        else aside(data, licences)
    )
    photos = [each for each in chosen if min(each.width, each.height) >= SIDE]
    random = np.random.default_rng((seed, OPS.index(op)))
    pixels = read_photos(photos, 4 * SIDE)
    for index in range(count):
        truth = _square(pixels[index % len(pixels)], random)
        caption = photos[index % len(pixels)].caption
        changed = _margins(random) if op is Op.expand else _hole(random)
        if op is Op.restore:
            before = np.where(changed[..., None], tinted(truth, RELEASED_SHIFT, random), truth)
            draft = before
        elif op is Op.expand:
            before = _stretched(truth, changed)
            draft = fill(before, changed, index)
        else:
            before = np.where(changed[..., None], np.float32(0.5), truth)
            draft = fill(before, changed, index)
        yield Trial(op, before, draft, truth, changed, (caption, caption))


def _square(photo: np.ndarray, random: np.random.Generator) -> np.ndarray:
    side = int(random.integers(SIDE, min(photo.shape[:2]) + 1))
    top, left = (int(random.integers(length - side + 1)) for length in photo.shape[:2])
    crop = photo[top : top + side, left : left + side]
    return cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _hole(random: np.random.Generator) -> np.ndarray:
    while (mask := draw(SIDE, random) > 0).mean() > _MOST_HIDDEN:
        pass
    return mask


def _margins(random: np.random.Generator) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), bool)
    first = int(random.integers(4))
    for turn in {first, (first + int(random.integers(2))) % 4}:
        np.rot90(mask, turn)[: int(SIDE * random.uniform(*_MARGIN))] = True
    return mask


def _stretched(truth: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """What the expand operation begins with: the photograph with its edges drawn out."""
    rows, columns = np.flatnonzero(~hidden.all(axis=1)), np.flatnonzero(~hidden.all(axis=0))
    inner = truth[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    sides = ((rows[0], SIDE - 1 - rows[-1]), (columns[0], SIDE - 1 - columns[-1]))
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
