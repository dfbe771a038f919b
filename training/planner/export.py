"""What was trained as the adapter that ships: :data:`engine.plan.planner.ADAPTER`."""

# ruff: noqa: E501 (tables of words)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from torch import Tensor

from engine.bundle.storage import Packed, write
from engine.plan.tokens import Vocabulary
from training.planner import words as w
from training.planner.nouns import name_tokens

# Nouns that are marks, parts or relations rather than what a picture file would show.
UNSEEN = frozenset(
    """watermark text caption date timestamp reflection shadow glare spot stain scratch dust pimple blemish wrinkle scar mole
    cable cables wire wires trash litter rubbish graffiti sticker logo pole post tourist tourists photobomber person people kid
    kids lady guy dude brother sister friend stranger uncle wife husband boyfriend girlfriend driver grandmother grandfather
    saw bow teddy pen tie ring pan fan date cone arrow plate bell bat""".split()
)
FURTHER = "leopard goat rhinoceros hippopotamus ostrich bat dinosaur coin coins insect caterpillar teapot bell".split()


def recalled(embed: Callable[[Sequence[str]], np.ndarray], vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """Keys and values of :class:`engine.plan.recall.Recall`: nouns for pictures, names of sounds for sounds."""
    nouns = list(dict.fromkeys([*(n for c in w.CATEGORIES.values() for n in c if n not in UNSEEN), *FURTHER]))
    seen = np.stack([embed([form.format(n) for n in nouns]) for form in ("{}", "a photo of a {}")], 1).mean(1)
    sounds, visible = list(w.SOUNDS), list(w.SOUNDS.values())
    return {
        "recall.picture.keys": seen,
        "recall.picture.values": embed(nouns),
        "recall.picture.words": np.array([name_tokens(vocabulary, noun) for noun in nouns], np.int32),
        "recall.sound.keys": embed(sounds),
        "recall.sound.values": embed(visible),
        "recall.sound.words": np.array([name_tokens(vocabulary, noun) for noun in visible], np.int32),
    }


def adapter(
    tensors: Mapping[str, Tensor], embed: Callable[[Sequence[str]], np.ndarray], vocabulary: Vocabulary
) -> bytes:
    """The file: matrices in 8 bits with a scale for each row, control rows in half precision.

    Parameters
    ----------
    tensors
        As :meth:`training.planner.network.PlannerNetwork.adapter` names them.
    embed, vocabulary
        Text to embeddings and to tokens, for the nouns that are recalled.
    """
    values = {name: each.numpy() for name, each in tensors.items()} | recalled(embed, vocabulary)
    return write(
        {name: Packed.pack(each, "half" if name == "rows" else "int8") for name, each in values.items()}, "int8"
    )
