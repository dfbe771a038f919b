"""Feeds inputs of one kind, each made from its number alone: ``python -m training.fuzz.feed ROOT KIND FIRST END``.

For each input a line with its number, what became of it and the seconds goes to ``ROOT/told``; a last one tells the
memory. A fault of the program ends this process, as it would end the program.
"""

from __future__ import annotations

import os
import resource
import sys
import time
import zlib
from pathlib import Path

import numpy as np

from engine.errors import OvertoneError
from engine.files.reading import reading_with
from engine.sandbox import Sandbox
from training.fuzz.kinds import KINDS, Place
from training.fuzz.seeds import Seed

SEED = 20_260  # of the whole run
ENDED = ("made its reader fail", "longer than")  # what the program says when the reading process was the one to end


def made(kind: str, number: int, seeds: list[Seed]) -> Seed:
    """The input of that number."""
    numbers = np.random.default_rng([SEED, zlib.crc32(kind.encode()), number])
    seed = seeds[number % len(seeds)]
    return Seed(seed.suffix, KINDS[kind].change(numbers, seed.data, [each.data for each in seeds]))


def _written(root: Path, seed: Seed) -> Path:
    path = root / "inside" / f"input{seed.suffix}"
    path.write_bytes(seed.data)
    return path


def main(arguments: list[str]) -> None:
    """Feed the inputs of the numbers from FIRST to END."""
    root, kind, first, end = Path(arguments[0]), arguments[1], int(arguments[2]), int(arguments[3])
    seeds = KINDS[kind].seeds()
    told = os.open(root / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    (root / "inside").mkdir(exist_ok=True)
    (root / "home").mkdir(exist_ok=True)
    with Sandbox() as sandbox, reading_with(sandbox):
        place = Place(sandbox, root / "home")
        for seed in seeds:  # whole ones: they must be taken, and libraries are loaded before seconds are counted
            KINDS[kind].feed(_written(root, seed), place)
        for number in range(first, end):
            path = _written(root, made(kind, number, seeds))
            os.write(told, f"{number} ".encode())
            start = time.monotonic()
            try:
                KINDS[kind].feed(path, place)
                what = "taken"
            except OvertoneError as error:
                what = "ended" if any(each in error.message for each in ENDED) else "refused"
            os.write(told, f"{what} {time.monotonic() - start:.3f}\n".encode())
    readers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    os.write(told, f"memory {own_peak()} {readers}\n".encode())


def own_peak() -> int:
    """Bytes that this process took at most; what ``getrusage`` says of it begins with what its parent had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) * 1024


if __name__ == "__main__":
    main(sys.argv[1:])
