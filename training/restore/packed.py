"""Samples made beforehand: drafts of every kind of edit beside shifts of tone, packed for the restorer's stages.

An exemplar fill takes a processor a second and a network a millisecond, so fills are made by many processes before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from engine.errors import BadInput
from engine.restore.extending import extended
from engine.values import Op
from training.data import items
from training.data.codes import codes
from training.data.items import LicenceClass
from training.data.shards import INDEX, Sample, Shards, write_shards
from training.evaluate.trials import Part, Trial, photographs, trials
from training.restore.samples import Batch, Damage, SampleMaker, read_photos

PACKED = "drafts"  # folder of the data folder; below it one of each part, and there one of each pack
SIDE = 192  # pixels: many of the photographs are not larger
_LONG_SIDE = 1024  # of the photographs, pixels
_DRAFTED = (Op.fill, Op.expand, Op.add, Op.replace, Op.remove)
_TONED = 2  # samples of tone alone for each round of the drafts
_PLACED = (Op.add, Op.replace)  # drafts that the engine may have brought into light already
_PACK = 48  # samples
_PICTURES = ("decoded", "truth", "reference")
_BRIGHT, _TINT = 0.15, 0.05  # deviations of the logarithm of a sample's light


@dataclass(frozen=True)
class Work:
    """What each process has to know.

    Attributes
    ----------
    data, part, side
        As in :func:`pack_drafts`.
    out
        Folder for the packs.
    """

    data: Path
    out: Path
    part: Part
    side: int

    def run(self, seed: int, count: int) -> int:
        """Make the packs of one seed; they are whole or absent, and lie in folders of their own."""
        torch.set_num_threads(1)
        made = self._samples(seed)
        made = chain((next(made),), made)  # what cannot be made leaves no folder
        for first in range(0, count, _PACK):
            part = (next(made) for _ in range(min(_PACK, count - first)))
            write_shards(self.out / f"{seed:05d}-{first // _PACK:03d}", part)
        return count

    def _samples(self, seed: int) -> Iterator[Sample]:
        licences = [each for each in LicenceClass if each.permissive]
        endless = 2**31
        of = {
            op: trials(self.data, op, endless, part=self.part, licences=licences, seed=seed, side=self.side)
            for op in _DRAFTED
        }
        toned = self._toned(seed)
        number = 0
        while True:
            for op, drawn in of.items():
                trial = next(drawn)
                number += 1
                # What the editor places is in light already, and is to stay so.
                placed = op in _PLACED and number % 2 == 0
                yield _sample(trial, trial.truth if placed else trial.draft)
            for _ in range(_TONED):
                yield next(toned)

    def _toned(self, seed: int) -> Iterator[Sample]:
        usable = photographs(self.data, self.part, list(LicenceClass))
        photos = read_photos([each for each in usable if min(each.width, each.height) >= self.side], _LONG_SIDE)
        maker = SampleMaker(photos, self.side, 1, Damage(), seed)
        while True:
            made = maker.batch(1)
            decoded, truth, reference, mask = (
                each[0].permute(1, 2, 0).numpy() for each in (made.decoded, made.truth, made.reference, made.mask)
            )
            yield _packed(decoded, truth, reference, mask[..., 0], Op.restore)


def pack_drafts(data: Path, part: Part, count: int, seed: int, workers: int, side: int = SIDE) -> int:
    """Make samples in many processes; returns how many.

    Parameters
    ----------
    data
        A built data folder, which the packs are written into.
    part
        Which of its photographs.
    count
        Samples, shared out among the processes in packs of 48.
    seed
        Of the first process; the others have the following ones.
    workers
        Processes.
    side
        Of the samples, a multiple of 32 pixels.

    Raises
    ------
    BadInput, MachineError
        When the data is too small or holds drafts of one of the seeds, or the disk is full.
    """
    data, workers = items.data_folder(data), min(workers, count)
    work = Work(data, data / PACKED / part, part, side)
    for each in range(seed, seed + workers):
        if any(work.out.glob(f"{each:05d}-*")):
            raise BadInput(
                f"{work.out} holds drafts of the seed {each} already.", "Name another --seed, or remove them."
            )
    shares = [count // workers + (place < count % workers) for place in range(workers)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:  # exemplar fill has one generator a process
        return sum(pool.map(work.run, range(seed, seed + workers), shares))


def _sample(trial: Trial, draft: np.ndarray) -> Sample:
    mask = trial.changed.astype(np.float32)
    return _packed(draft, trial.truth, extended(trial.before, draft, mask), mask, trial.op)


def _packed(decoded: np.ndarray, truth: np.ndarray, reference: np.ndarray, mask: np.ndarray, op: Op) -> Sample:
    arrays = {
        "decoded": codes(decoded),
        "truth": codes(truth),
        "reference": reference.astype(np.float16),  # its difference from the decoded picture is what is looked at
        "mask": codes(mask),
    }
    return Sample(arrays, {"op": op.value})


class Packed:
    """Packs in memory.

    Parameters
    ----------
    data
        The data folder.
    part
        Which samples.

    Raises
    ------
    BadInput
        When there are none, or they are damaged.
    """

    def __init__(self, data: Path, part: Part) -> None:
        folders = sorted(each.parent for each in (data / PACKED / part).glob(f"*/{INDEX}"))
        self._samples = [sample for folder in folders for sample in Shards(folder)]
        if not self._samples:
            raise BadInput(f"{data / PACKED / part} holds no drafts.", "Make some: overtone train drafts.")

    def __len__(self) -> int:
        return len(self._samples)

    def batch(
        self, rows: Iterable[int], chances: Sequence[np.random.Generator] | None = None, side: int = SIDE
    ) -> Batch:
        """Those samples as they are, or with chance: a part of each, in one of eight positions and in some light.

        Raises
        ------
        BadInput
            When the samples are smaller than ``side``.
        """
        whole = [self._samples[row].arrays for row in rows]
        made = whole if chances is None else [_varied(*each, side) for each in zip(whole, chances, strict=True)]
        columns = (np.stack([_floats(each[name]) for each in made]) for name in (*_PICTURES, "mask"))
        return Batch(*(torch.from_numpy(each).permute(0, 3, 1, 2) for each in columns))


def _varied(arrays: Mapping[str, np.ndarray], chance: np.random.Generator, side: int) -> Mapping[str, np.ndarray]:
    """A part that shows some of the mask, turned or mirrored, its light another day's."""
    mask = arrays["mask"]
    room = len(mask) - side
    if room < 0:
        raise BadInput(f"The drafts are of {len(mask)} pixels, less than {side}.", "Make the patch smaller.")
    rows, columns = np.nonzero(mask)
    chosen = int(chance.integers(len(rows)))
    top, left = (
        int(chance.integers(max(place[chosen] - side + 1, 0), min(place[chosen], room) + 1))
        for place in (rows, columns)
    )
    step, turns = int(chance.choice((1, -1))), int(chance.integers(4))
    light = np.exp(chance.normal(0, _BRIGHT) + chance.normal(0, _TINT, 3)).astype(np.float32)

    def part(plane: np.ndarray) -> np.ndarray:
        return np.rot90(plane[top : top + side, left : left + side][:, ::step], turns)

    lit = {name: np.clip(_floats(part(arrays[name])) * light, 0, 1) for name in _PICTURES}
    return {**lit, "mask": part(mask)}


def _floats(plane: np.ndarray) -> np.ndarray:
    """``(h, w, c)`` float32, 0 to 1."""
    floats = plane.astype(np.float32) / 255 if plane.dtype == np.uint8 else plane.astype(np.float32)
    return floats if floats.ndim == 3 else floats[..., None]
