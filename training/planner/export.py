"""Write what was trained as the shipped adapter: ``python -m training.planner.export STATE OUT``."""

# ruff: noqa: E501 (tables of words and lines of a log)

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from engine.bundle import Bundle
from engine.bundle.storage import Packed, write
from engine.encode import Encoder
from engine.plan.tokens import END, Vocabulary
from engine.plan.writing import SOFT_PER_REFERENCE
from training.planner import words as w

# Nouns that are marks, parts or relations rather than what a picture file would show.
UNSEEN = frozenset(
    """watermark text caption date timestamp reflection shadow glare spot stain scratch dust pimple blemish wrinkle scar mole
    cable cables wire wires trash litter rubbish graffiti sticker logo pole post tourist tourists photobomber person people kid
    kids lady guy dude brother sister friend stranger uncle wife husband boyfriend girlfriend driver grandmother grandfather
    saw bow teddy pen tie ring pan fan date cone arrow plate bell bat""".split()
)
FURTHER = "leopard goat rhinoceros hippopotamus ostrich bat dinosaur coin coins insect caterpillar teapot bell".split()


def words_of(vocabulary: Vocabulary, nouns: list[str]) -> np.ndarray:
    """``(n, m)`` first tokens of each noun, filled up with the end token."""
    ids = [list(vocabulary.encode(f" {noun}"))[:SOFT_PER_REFERENCE] for noun in nouns]
    return np.array([i + [END] * (SOFT_PER_REFERENCE - len(i)) for i in ids], np.int32)


def recalled(encoder: Encoder, vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """Keys and values of :class:`engine.plan.recall.Recall`: nouns for pictures, names of sounds for sounds."""
    nouns = list(dict.fromkeys([*(n for c in w.CATEGORIES.values() for n in c if n not in UNSEEN), *FURTHER]))
    seen = np.stack([encoder.text([form.format(n) for n in nouns]) for form in ("{}", "a photo of a {}")], 1).mean(1)
    return {
        "recall.picture.keys": seen,
        "recall.picture.values": encoder.text(nouns),
        "recall.picture.words": words_of(vocabulary, nouns),
        "recall.sound.words": words_of(vocabulary, list(w.SOUNDS.values())),
        "recall.sound.keys": encoder.text(list(w.SOUNDS)),
        "recall.sound.values": encoder.text(list(w.SOUNDS.values())),
    }


def main() -> None:
    """Matrices in 8 bits with a scale for each row, control rows in half precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    bundle = Bundle.open("starter")
    vocabulary = Vocabulary.load(bundle.path("planner/tokenizer.json"))
    tensors = load_file(args.state) | recalled(Encoder.load(bundle), vocabulary)
    packed = {name: Packed.pack(value, "half" if name == "rows" else "int8") for name, value in tensors.items()}
    args.out.write_bytes(write(packed, "int8"))
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
