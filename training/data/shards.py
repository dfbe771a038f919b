"""Packed shards: samples of arrays with JSON beside them, in safetensors files of at most 16 MiB.

``shards.json`` lists every shard with its number of samples, size and SHA-256. It is written last, so that a folder
whose writing was cut short is not taken for a whole one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from engine.errors import BadInput
from engine.files import write_bytes

LIMIT = 16 * 2**20  # bytes of a shard
INDEX = "shards.json"
_VERSION = 1
_HEADER = 160  # bytes, at most, that an array's name, type, shape and offsets take beside its own name
_HINT = "Write the shards anew."


@dataclass(frozen=True)
class Sample:
    """Arrays by name, and whatever else JSON holds."""

    arrays: Mapping[str, np.ndarray]
    rest: Mapping[str, Any]


@dataclass(frozen=True)
class Shard:
    """One file: its name, how many samples it holds, its size in bytes and its SHA-256."""

    file: str
    count: int
    size: int
    sha256: str


def write_shards(folder: Path, samples: Iterable[Sample], limit: int = LIMIT) -> tuple[Shard, ...]:
    """Pack samples into a folder, made when absent; each file is whole or not there.

    Parameters
    ----------
    folder
        Where; older shards are replaced.
    samples
        In their order.
    limit
        Most bytes of a file.

    Raises
    ------
    BadInput
        When a sample alone is larger than a shard, or there is none.
    MachineError
        When the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / INDEX).unlink(missing_ok=True)
    for old in folder.glob("shard-*.safetensors"):
        old.unlink()
    shards: list[Shard] = []
    for held in _filled(samples, limit):
        arrays = {f"{number}/{name}": array for number, each in enumerate(held) for name, array in each.arrays.items()}
        rest = {str(number): json.dumps(each.rest, ensure_ascii=False) for number, each in enumerate(held)}
        content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, rest)
        file = f"shard-{len(shards):05d}.safetensors"
        write_bytes(folder / file, content)
        shards.append(Shard(file, len(held), len(content), hashlib.sha256(content).hexdigest()))
    if not shards:
        raise BadInput("There is no sample to pack.")
    table = {"version": _VERSION, "shards": [asdict(shard) for shard in shards]}
    write_bytes(folder / INDEX, (json.dumps(table, indent=1) + "\n").encode())
    return tuple(shards)


def _filled(samples: Iterable[Sample], limit: int) -> Iterator[list[Sample]]:
    """As many samples together as a shard holds."""
    held: list[Sample] = []
    total = room = 1024
    for number, sample in enumerate(samples):
        size = _bytes_of(sample)
        if size + room > limit:
            raise BadInput(
                f"Sample {number} takes {size / 2**20:.1f} MiB, more than a shard of {limit / 2**20:.1f} MiB holds.",
                "Make its pictures smaller.",
            )
        if held and total + size > limit:
            yield held
            held, total = [], room
        held.append(sample)
        total += size
    if held:
        yield held


def _bytes_of(sample: Sample) -> int:
    """Bytes that a sample takes in a shard, at most."""
    arrays = sum(array.nbytes + len(name) + _HEADER for name, array in sample.arrays.items())
    return arrays + 2 * len(json.dumps(json.dumps(sample.rest, ensure_ascii=False), ensure_ascii=False).encode()) + 32


class Shards(Sequence[Sample]):
    """A folder of shards, read by index; every file's hash is checked when it is first touched.

    Parameters
    ----------
    folder
        What :func:`write_shards` made.

    Raises
    ------
    BadInput
        When the index or a shard is missing, cut short or altered; the file is named.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            table = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            if table["version"] != _VERSION:
                raise BadInput(f"{folder / INDEX} is of version {table['version']}, not {_VERSION}.", _HINT)
            self._shards = tuple(Shard(**shard) for shard in table["shards"])
        except OSError as error:
            raise BadInput(f"{folder} holds no shards: {INDEX} is missing.", _HINT) from error
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{folder / INDEX} is damaged.", _HINT) from error
        for shard in self._shards:
            path = folder / shard.file
            size = path.stat().st_size if path.is_file() else None
            if size != shard.size:
                found = "missing" if size is None else f"{size} bytes long instead of {shard.size}"
                raise BadInput(f"The shard {path} is {found}.", _HINT)
        self._ends = tuple(accumulate(shard.count for shard in self._shards))
        self._checked: set[int] = set()

    def __len__(self) -> int:
        return self._ends[-1]

    def __getitem__(self, index: int) -> Sample:  # pyright: ignore[reportIncompatibleMethodOverride]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        number = int(np.searchsorted(self._ends, index, side="right"))
        place = index - self._ends[number] + self._shards[number].count
        path = self._folder / self._shards[number].file
        self._check(number, path)
        try:
            with safe_open(path, "numpy") as file:
                names = [name for name in file.keys() if name.startswith(f"{place}/")]  # noqa: SIM118
                arrays = {name.partition("/")[2]: file.get_tensor(name) for name in names}
                return Sample(arrays, json.loads(file.metadata()[str(place)]))
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise BadInput(f"The shard {path} is damaged.", _HINT) from error

    def _check(self, number: int, path: Path) -> None:
        if number in self._checked:
            return
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise BadInput(f"The shard {path} cannot be read.", _HINT) from error
        if found != self._shards[number].sha256:
            raise BadInput(f"The shard {path} was altered.", _HINT)
        self._checked.add(number)
