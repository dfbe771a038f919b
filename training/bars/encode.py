"""Encode: pictures to their names and sounds to their pictures, over the photographic cut-outs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import torch

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.files import read_reference, read_sound
from training.bars import Bar, Ground
from training.data import items
from training.evaluate.cards import WITHIN, ranks_of_names, ranks_of_pictures, share

NAME_GOAL, SOUND_GOAL = 0.60, 0.35


def measure(ground: Ground) -> list[Bar]:
    """Recall over all cut-outs of the two sets, with the held-out items' figures beside."""
    torch.set_num_threads(max(1, torch.get_num_threads()))
    encoder = Encoder.load(Bundle.open("starter"))
    cutouts = [item for item in items.objects(ground.data) if item.is_photo]
    pictures = [read_reference(item.path) for item in cutouts]
    vectors = encoder.pictures([(picture.floats(), picture.transparency) for picture in pictures])
    names = [item.name for item in cutouts]
    held = np.array([item.held_out for item in cutouts])
    unseen = np.array([not item.trainable for item in cutouts])
    voiced = np.flatnonzero([item.sound is not None for item in cutouts])

    all_ranks = ranks_of_names(vectors, names, encoder)
    few_ranks = ranks_of_names(vectors[voiced], [names[index] for index in voiced], encoder)
    heard = []
    for index in voiced:
        sound = read_sound(ground.data / str(cutouts[index].sound))
        heard.append(encoder.sound(sound.samples, sound.rate).vector)
    sound_ranks = ranks_of_pictures(np.stack(heard), vectors[voiced])
    kept = held[voiced]
    _tell(ground, [names[index] for index in voiced], few_ranks, sound_ranks)
    name_hit, sound_hit = few_ranks < 1, sound_ranks < WITHIN
    return [
        Bar(
            "must",
            "encode: image→name",
            f"recall@1 ≥ {NAME_GOAL:.2f} over the {len(voiced)} with a sound",
            f"{share(name_hit):.2f} (held out {share(name_hit[kept]):.2f}, n = {kept.sum()}); "
            f"@5 {share(few_ranks < WITHIN):.2f}; "
            f"all {unseen.sum()} never trained on, {len(set(names))} names: @1 {share(all_ranks[unseen] < 1):.2f} "
            f"(held out {share(all_ranks[held] < 1):.2f}), @5 {share(all_ranks[unseen] < WITHIN):.2f}",
            share(name_hit) >= NAME_GOAL,
        ),
        Bar(
            "must",
            "encode: sound→image",
            f"recall@{WITHIN} ≥ {SOUND_GOAL:.2f} over the {len(voiced)} with a sound",
            f"{share(sound_hit):.2f} (held out {share(sound_hit[kept]):.2f}); @1 {share(sound_ranks < 1):.2f}",
            share(sound_hit) >= SOUND_GOAL,
        ),
    ]


def _tell(ground: Ground, names: Sequence[str], name_ranks: np.ndarray, sound_ranks: np.ndarray) -> None:
    """Leave each item's ranks for who wants to look."""
    rows = [
        {"name": name, "name_rank": int(first), "sound_rank": int(second)}
        for name, first, second in zip(names, name_ranks, sound_ranks, strict=True)
    ]
    (ground.out / "encode.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
