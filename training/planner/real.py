"""``python -m training.planner.real --data FOLDER``: makes ``embeddings.npz``, real pictures and sounds for the planner.

Its stages find it in the data folder; without it, the embeddings of words stand for pictures and sounds. Only items
that may be trained on are taken: permissive licence, and on the training side of the held-out line.
"""

# ruff: noqa: E501 (tables of words and lines of a log)

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.errors import BadInput
from engine.files import read_reference, read_sound
from training.data import items
from training.planner.nouns import PHOTO, SOUND

EMBEDDINGS = "embeddings.npz"
SIDE = 320  # pixels on the long side that the encoder looks at

_HOW_DRAWN = frozenset(
    """drawn cartoon red blue green yellow orange brown grey gray black white pink purple dark light small big slim striped wooden
    colorful colourful left right open closed smiling old simple flat""".split()
)


def small(rgb: np.ndarray, transparency: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """The picture at a size that is quick to encode."""
    step = max(1, max(rgb.shape[:2]) // SIDE)
    return np.ascontiguousarray(rgb[::step, ::step]), None if transparency is None else transparency[::step, ::step]


def clean(name: str) -> str:
    """The plain noun of an item's name."""
    words = re.sub(r"[\d_\-()]+", " ", name.lower()).split()
    return " ".join(x for x in words if x not in _HOW_DRAWN)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write names to ``(n, 384)``; a photograph stands under its caption, which a sign tells from a cut-out's name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    data = items.data_folder(parser.parse_args(arguments).data)
    encoder = Encoder.load(Bundle.open("starter"))
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for item in items.objects(data):
        if item.trainable and _is_noun(name := clean(item.name)):
            picture = read_reference(item.path)
            found[name].append(encoder.pictures([small(picture.floats(), picture.transparency)])[0])
    for item in items.photos(data):
        if item.trainable:
            found[PHOTO + item.caption].append(encoder.pictures([small(read_reference(item.path).floats(), None)])[0])
    for item in items.sounds(data) if (data / "sounds" / "sounds.jsonl").is_file() else ():
        if item.trainable and _is_noun(name := clean(item.name)):
            try:
                sound = read_sound(item.path)
                found[SOUND + name].append(encoder.sound(sound.samples, sound.rate).vector)
            except BadInput:
                continue  # too short or silent to be heard
    stacked: dict[str, Any] = {name: np.stack(vectors) for name, vectors in found.items()}
    np.savez(data / EMBEDDINGS, **stacked)
    print(f"{len(found)} names, {sum(map(len, found.values()))} embeddings: {data / EMBEDDINGS}")


def _is_noun(name: str) -> bool:
    return 0 < len(name.split()) <= 3


if __name__ == "__main__":
    main()
