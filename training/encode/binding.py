"""Fits the binding and writes ``binding.safetensors`` and ``nouns.json``.

``python -m training.encode.binding --data FOLDER --out resources/starter [--cache FILE]``

The picture side is a ridge regression from centred pooled features to text vectors. Its samples are the classifier's
own 1,000 weight vectors (each stands for what its class looks like) and the trainable pictures with names or captions.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save

from engine.bundle import Bundle
from engine.encode.binding import unit
from engine.encode.encoder import Encoder
from engine.files import read_reference
from training.data import items
from training.encode.tables import picture_nouns, picture_shares, plain, sound_nouns, sound_shares

FINE_SHARE = 0.3  # of a class's own name beside its common noun
PICTURE_WEIGHT = 0.5  # of a picture beside a class, in the regression
STIFFNESS = 1.0  # ridge, in units of the mean squared norm of a sample
SAID_BY_ALL = 0.1  # weight of sound classes that name a whole realm
REALMS = frozenset(
    (
        "animal",
        "wild animal",
        "pet",
        "farm animal",
        "vehicle",
        "emergency vehicle",
        "machine",
        "music",
        "musical instrument",
        "person talking",
    )
)


def nouns_vectors(encoder: Encoder, nouns: Sequence[str]) -> np.ndarray:
    """``(n, 384)`` unit vectors; of several nouns divided by ``/`` the mean, of an empty one zeros."""
    words = sorted({word for noun in nouns for word in noun.split("/") if word})
    known = dict(zip(words, encoder.text(words), strict=True))
    out = np.zeros((len(nouns), 384), dtype=np.float32)
    for row, noun in zip(out, nouns, strict=True):
        if noun:
            row[:] = np.mean([known[word] for word in noun.split("/")], axis=0)
    return unit(out)


def gather(encoder: Encoder, data: Path) -> tuple[list[str], np.ndarray]:
    """Words and ``(n, 1280)`` features of every trainable picture."""
    words, rows = [], []
    for item in (*items.objects(data), *items.photos(data)):
        if not item.trainable:
            continue
        picture = read_reference(item.path)
        words.append(item.name if isinstance(item, items.ObjectItem) else item.caption)
        rows.append(encoder.look([(picture.floats(), picture.transparency)])[1][0])
    return words, np.stack(rows)


def fit(classifier: np.ndarray, prototypes: np.ndarray, features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """``(1280, 384)`` ridge solution over classes and pictures, each set centred on its own mean."""
    weights = classifier - classifier.mean(axis=0)
    seen = features - features.mean(axis=0)
    # Weight vectors live on another scale than features; their mean norms are made equal.
    weights *= np.linalg.norm(seen, axis=1).mean() / np.linalg.norm(weights, axis=1).mean()
    samples = np.concatenate([weights, seen])
    wanted = np.concatenate([prototypes - prototypes.mean(axis=0), targets - targets.mean(axis=0)])
    stiffness = STIFFNESS * float(np.square(samples).sum(axis=1).mean())
    share = np.sqrt(np.concatenate([np.ones(len(weights)), np.full(len(seen), PICTURE_WEIGHT)]))[:, None]
    samples, wanted = (samples * share).astype(np.float64), (wanted * share).astype(np.float64)
    kernel = samples @ samples.T
    kernel[np.diag_indices(len(kernel))] += stiffness
    return (samples.T @ np.linalg.solve(kernel, wanted)).astype(np.float32)


def sound_vectors(encoder: Encoder, classes: Sequence[str]) -> np.ndarray:
    """``(521, 384)``: noun and class name in equal parts; classes that say little are short or zero."""
    nouns = sound_nouns(classes)
    both = unit(nouns_vectors(encoder, nouns) + encoder.text([name.lower() for name in classes]))
    strength = np.array([0.0 if not noun else SAID_BY_ALL if noun in REALMS else 1.0 for noun in nouns])
    return (both * strength[:, None]).astype(np.float32)


def write_nouns(file: Path, classes: Sequence[str], sounds: Sequence[str]) -> None:
    """What pictures and sounds are called: for each class noun to share, and all nouns."""
    seen, heard = picture_shares(classes), sound_shares(sounds)
    every = {noun for shares in (*seen, *heard) for noun in shares}
    every |= {noun.split("/")[0] for noun in (*picture_nouns(classes), *sound_nouns(sounds))} - {""}
    record = {"pictures": seen, "sounds": heard, "all": sorted(every, key=str.lower)}
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in record.items()]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Fit the binding of pictures and sounds to words.")
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=None, help="npz file that keeps the pictures' features")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    bundle = Bundle.open("starter")
    encoder = Encoder.load(bundle)
    if chosen.cache and chosen.cache.is_file():
        with np.load(chosen.cache) as kept:
            words, features = kept["words"].tolist(), kept["features"]
    else:
        words, features = gather(encoder, items.data_folder(chosen.data))
        if chosen.cache:
            np.savez(chosen.cache, words=np.array(words), features=features)
    classes, sounds = bundle.json("image/classes.json"), bundle.json("sound/classes.json")
    tags = bundle.json("music/classes.json")
    nouns = picture_nouns(classes)
    prototypes = unit(FINE_SHARE * encoder.text([plain(name) for name in classes]) + nouns_vectors(encoder, nouns))
    classifier = bundle.tensors("image/model.safetensors")["classifier.weight"].float().numpy()
    tables = {
        "image.classes": encoder.text([f"a photo of a {name}" for name in classes]),
        "picture.classes": prototypes,
        "picture.map": fit(classifier, prototypes, features, encoder.text(words)),
        "picture.mean": features.mean(axis=0),
        "sound.classes": sound_vectors(encoder, sounds),
        "music.tags": encoder.text([f"{tag.lower()} music" for tag in (*tags["mtt"], *tags["msd"])]),
    }
    stored = {name: np.ascontiguousarray(value, dtype=np.float16) for name, value in sorted(tables.items())}
    (chosen.out / "binding.safetensors").write_bytes(save(stored))
    write_nouns(chosen.out / "nouns.json", classes, sounds)


if __name__ == "__main__":
    main()
