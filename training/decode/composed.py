"""Composed scenes for the decoder's stages: packed ones where the data holds some, else made when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import overload

import numpy as np

from engine.decode.request import Subject
from engine.draft.fill import fill
from engine.errors import BadInput
from training.data import items
from training.data.items import LicenceClass
from training.data.shards import INDEX, Sample, Shards, write_shards
from training.decode.material import Kept, Seen
from training.decode.rehearsal import Trial
from training.evaluate.trials import aside
from training.scenes import KINDS, Composer, Kind, Scene, Stock, pack, unpack

PACKED = "scenes"  # folder of the data folder
_ASIDE_SEED = 1_000_003  # keeps the scenes that are judged by apart from those that are learnt from


class Packed(Sequence[Scene]):
    """Scenes of a folder of shards, of one size.

    Parameters
    ----------
    folder
        As :func:`pack_scenes` left it.
    side
        Of the scenes, pixels.

    Raises
    ------
    BadInput
        When the shards are damaged or their scenes of another size.
    """

    def __init__(self, folder: Path, side: int) -> None:
        self._shards = Shards(folder)
        found = len(self[0].target)
        if found != side:
            raise BadInput(f"The scenes in {folder} are of {found} pixels, not {side}.", "Pack them anew.")

    def __len__(self) -> int:
        return len(self._shards)

    @overload
    def __getitem__(self, index: int) -> Scene: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Scene]: ...
    def __getitem__(self, index: int | slice) -> Scene | Sequence[Scene]:
        """The scene, or several."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        sample = self._shards[index]
        return unpack(sample.arrays, sample.rest)


def scenes(data: Path | None, side: int, count: int, seed: int) -> Sequence[Scene]:
    """What is learnt from: the packed scenes of the data folder, or ``count`` that are composed when first asked for.

    Raises
    ------
    BadInput
        When the packed ones are damaged or of another size, or the data is too small to compose any.
    """
    folder = items.data_folder(data)
    if (folder / PACKED / INDEX).is_file():
        return Packed(folder / PACKED, side)
    return Kept(_composer(folder, side, seed, KINDS, learnt=True).scene, count)


def scenes_aside(data: Path | None, side: int, count: int, seed: int, kinds: tuple[Kind, ...]) -> Sequence[Scene]:
    """What is judged by, on the photographs aside, drafted as the editor does; raises as :func:`scenes`."""
    return Kept(_composer(items.data_folder(data), side, seed + _ASIDE_SEED, kinds, learnt=False).scene, count)


def pack_scenes(data: Path | None, side: int, count: int, seed: int) -> int:
    """Compose scenes and pack them into the data folder; returns how many shards they fill.

    Raises
    ------
    BadInput, MachineError
        When the data is too small, or the disk is full.
    """
    folder = items.data_folder(data)
    composer = _composer(folder, side, seed, KINDS, learnt=True)

    def packed() -> Iterator[Sample]:
        for index in range(count):
            yield Sample(*pack(composer.scene(index)))

    return len(write_shards(folder / PACKED, packed()))


def _composer(folder: Path, side: int, seed: int, kinds: tuple[Kind, ...], *, learnt: bool) -> Composer:
    stock = Stock.load(folder, side)
    judging = {item.file for item in aside(folder, list(LicenceClass))}
    grounds = tuple(each for each in stock.grounds if (each.file not in judging) is learnt)
    return Composer(replace(stock, grounds=grounds), seed, kinds, fill)


def name_of(scene: Scene) -> tuple[int, int]:
    """Names a scene for good."""
    return scene.seed, scene.index


def whole_of(scene: Scene, seen: Seen) -> np.ndarray:
    """The embedding of a scene's target."""
    return seen.picture((name_of(scene), "target"), scene.target.astype(np.float32) / 255)


def subject_of(scene: Scene, seen: Seen) -> np.ndarray | None:
    """The embedding of what comes or is made fit; nothing where something only goes."""
    if scene.references:
        rgba = scene.references[0].astype(np.float32) / 255
        return seen.picture((name_of(scene), "reference"), rgba[..., :3], rgba[..., 3])
    shown = scene.objects[0]
    if not (shown.in_source and shown.in_target) or not (shown.mask > 127).any():
        return None
    rgb, cover = scene.target.astype(np.float32) / 255, shown.mask.astype(np.float32) / 255
    return seen.picture((name_of(scene), "subject"), rgb, cover)


def trial(scene: Scene, gen: np.ndarray, seen: Seen, text: str) -> Trial:
    """A scene's draft, which the decoder is to make as true as its target."""
    draft, truth = (each.astype(np.float32) / 255 for each in (scene.draft, scene.target))
    mask = scene.changed > 0
    own = subject_of(scene, seen)
    subjects = () if own is None else (Subject(own, mask.astype(np.float32)),)
    return Trial(draft, truth, mask, text, gen, subjects)
