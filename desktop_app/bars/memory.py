"""Bar: the window's memory with a 60-megapixel photo and many accepted edits, a fake engine behind the real client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from desktop_app.bars import many_edits
from engine.files import write_photo
from engine.picture import Photo
from training.bars import Bar, Ground

SIZE = (6000, 10_000)  # rows, columns: 60 megapixels
FIRST, LAST = 20, 100  # accepted edits
MOST = 1.5e9  # bytes
GROWTH = 200e6  # bytes
LATEST = 2000  # milliseconds


def measure(_ground: Ground) -> list[Bar]:
    """Drive a window of its own process through a hundred edits."""
    with tempfile.TemporaryDirectory(prefix="overtone-memory-") as name:
        told = driven(Path(name), SIZE, FIRST, LAST)
    growth = told["last"] - told["first"]
    return [
        Bar(
            "must",
            f"memory: 60 megapixels, {FIRST} accepted edits, fake engine",
            "at most 1.5 GB, the most at any moment",
            f"{told['most'] / 1e9:.2f} GB, {told['first'] / 1e9:.2f} GB at rest",
            told["most"] <= MOST,
        ),
        Bar(
            "must",
            f"memory: from {FIRST} to {LAST} accepted edits",
            "at most 200 MB more",
            f"{growth / 1e6:.0f} MB more; {told['disk'] / 1e6:.0f} MB of disk",
            growth <= GROWTH,
        ),
        Bar(
            "must",
            "history: every accepted edit on the disk",
            "within 2 s",
            f"{told['milliseconds']} ms at most, of {LAST}",
            told["milliseconds"] <= LATEST,
        ),
    ]


def driven(folder: Path, size: tuple[int, int], first: int, last: int) -> dict[str, int]:
    """Bytes of memory and disk that the program of :mod:`desktop_app.bars.many_edits` tells."""
    path = folder / "photo.jpg"
    coarse = np.random.default_rng(0).integers(40, 216, (size[0] // 20, size[1] // 20, 3), np.uint8)
    write_photo(Photo(np.ascontiguousarray(coarse.repeat(20, 0).repeat(20, 1))), path)
    command = [sys.executable, "-m", many_edits.__name__, str(path), str(first), str(last)]
    places = {"OVERTONE_JOURNALS": str(folder / "journals"), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env={**os.environ, **places}, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])
