"""``python -m training.refine.pairs --data FOLDER``: makes ``pairs.npz``, what the refinement prior learns from.

Every photograph and cut-out that shipped weights may learn from: the embedding of its caption, and of another view of
it, with the embedding of the picture itself and its predicted aesthetic score. Photographs come with damaged copies,
so that one caption meets pictures of many scores: else the score could be told from the caption alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.bundle import Bundle
from engine.draft.library import Embedder
from engine.encode import Encoder
from engine.errors import BadInput
from engine.refine.network import KINDS
from training.data import items
from training.refine.aesthetic import Aesthetic, copies
from training.refine.train import PAIRS

SIDE = 384  # pixels on the long side of what is encoded
COPIES = 4  # damaged ones of each photograph
AESTHETIC = "aesthetic.npz"
_BATCH = 16
_PART = (0.7, 0.95)  # of a photograph's sides, in another view of it


@dataclass(frozen=True, eq=False)
class Looked:
    """Encoded pictures of items, n in all.

    Attributes
    ----------
    owner
        ``(n,)`` index of the item.
    embedding
        ``(n, D)`` unit vectors.
    planted
        ``(n,)`` scores of photographs by how they were damaged; not a number for cut-outs and other views.
    """

    owner: np.ndarray
    embedding: np.ndarray
    planted: np.ndarray


def look(
    encoder: Embedder, photos: Iterable[items.PhotoItem], objects: Iterable[items.ObjectItem], seed: int = 0
) -> Looked:
    """The pictures of items encoded, photographs first: as they are, damaged, another view; cut-outs as they are."""
    owners: list[int] = []
    planted: list[float] = []
    vectors: list[np.ndarray] = []
    waiting: list[tuple[np.ndarray, np.ndarray | None]] = []
    for owner, rgb, transparency, score in _pictures(photos, objects, seed):
        owners.append(owner)
        planted.append(score)
        waiting.append((rgb, transparency))
        if len(waiting) == _BATCH:
            vectors.append(encoder.pictures(waiting))
            waiting = []
    if waiting:
        vectors.append(encoder.pictures(waiting))
    if not vectors:
        raise BadInput("The data holds no picture to learn from.", "Name another --data.")
    return Looked(np.array(owners), np.concatenate(vectors), np.array(planted, np.float32))


def _pictures(
    photos: Iterable[items.PhotoItem], objects: Iterable[items.ObjectItem], seed: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray | None, float]]:
    number = -1
    for number, photo in enumerate(photos):
        random = np.random.default_rng((seed, number))
        rgb = read_picture(photo.path)[0]
        for copy, score in copies(rgb, COPIES, random):
            yield number, copy, None, score
        yield number, _part(rgb, random), None, np.nan
    for further, thing in enumerate(objects, number + 1):
        rgb, transparency = read_picture(thing.path)
        yield further, rgb, transparency, np.nan


def _part(rgb: np.ndarray, random: np.random.Generator) -> np.ndarray:
    height, width = (max(1, round(length * random.uniform(*_PART))) for length in rgb.shape[:2])
    top, left = random.integers(rgb.shape[0] - height + 1), random.integers(rgb.shape[1] - width + 1)
    return np.ascontiguousarray(rgb[top : top + height, left : left + width][:, ::-1])


def read_picture(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """``(h, w, 3)`` float32, 0 to 1, and its transparency where it has one."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise BadInput(f"{path} cannot be read.", "Build the data again.")
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    factor = SIDE / max(pixels.shape[:2])
    if factor < 1:
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    values = pixels.astype(np.float32) / (65535 if pixels.dtype == np.uint16 else 255)
    rgb = np.ascontiguousarray(values[..., 2::-1])
    return rgb, np.ascontiguousarray(values[..., 3]) if values.shape[2] == 4 else None


def pairs(looked: Looked, captions: np.ndarray, aesthetic: Aesthetic) -> dict[str, np.ndarray]:
    """The arrays of ``pairs.npz``.

    Parameters
    ----------
    looked
        The pictures.
    captions
        ``(m, D)`` embeddings of the items' captions.
    aesthetic
        Scores the pictures.
    """
    other = np.isnan(looked.planted) & (np.bincount(looked.owner)[looked.owner] > 1)  # another view
    target = np.flatnonzero(~other)
    score = aesthetic.score(looked.embedding[target])
    owner = looked.owner[target]
    view = dict(zip(looked.owner[other], looked.embedding[other], strict=True))
    seen = [row for row, each in enumerate(owner) if each in view]
    given = [captions[owner], captions[owner], np.stack([view[owner[row]] for row in seen])]
    rows = [np.arange(len(target)), np.arange(len(target)), np.array(seen)]
    kinds = [KINDS.index("text"), KINDS.index("predicted"), KINDS.index("picture")]
    row = np.concatenate(rows)
    return {
        "embedding": np.concatenate(given).astype(np.float32),
        "target": looked.embedding[target][row].astype(np.float32),
        "score": score[row],
        "kind": np.concatenate([np.full(len(each), kind) for each, kind in zip(rows, kinds, strict=True)]),
        "group": owner[row],
    }


def predictor(folder: Path, encoder: Embedder, photos: Sequence[items.PhotoItem]) -> Aesthetic:
    """The aesthetic predictor of a data folder, or one fitted to photographs where the folder has none."""
    path = folder / AESTHETIC
    return Aesthetic.read(path) if path.is_file() else _fitted(look(encoder, photos, ()))


def _fitted(looked: Looked) -> Aesthetic:
    known = ~np.isnan(looked.planted)
    shown, planted = looked.embedding[known], looked.planted[known]
    return Aesthetic.fit(shown, planted).spread(shown)


def main(arguments: Sequence[str] | None = None) -> None:
    """Encode the data and write ``pairs.npz`` and ``aesthetic.npz`` into its folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--bundle", default="starter")
    chosen = parser.parse_args(arguments)
    folder = items.data_folder(chosen.data)
    photos = [each for each in items.photos(folder) if each.trainable]
    objects = [each for each in items.objects(folder) if each.trainable]
    encoder = Encoder.load(Bundle.open(chosen.bundle))
    captions = encoder.text([each.caption for each in (*photos, *objects)])
    looked = look(encoder, photos, objects)
    aesthetic = _fitted(looked)
    aesthetic.write(folder / AESTHETIC)
    made = pairs(looked, captions, aesthetic)
    np.savez(folder / PAIRS, **made)  # pyright: ignore[reportArgumentType]
    print(f"{len(made['score'])} pairs of {len(photos)} photographs and {len(objects)} cut-outs: {folder / PAIRS}")


if __name__ == "__main__":
    main()
