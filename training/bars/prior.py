"""The starter's refinement prior on held-out pictures and their captions."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.refine import AnyPrior, load
from training.bars import Bar, Ground
from training.data import items
from training.evaluate.measures import similarity
from training.refine.aesthetic import Aesthetic
from training.refine.pairs import look

SCORES = (2.5, 4.0, 5.5, 7.0)
ITEMS = 60  # of photographs and of photographic cut-outs each


def measure(ground: Ground) -> list[Bar]:
    """The predicted aesthetic over the wanted score, and how near the wish comes to the true picture."""
    bundle = Bundle.open("starter")
    prior = load(bundle)
    if prior is None:
        return [Bar("must", "prior", "the starter has a refinement prior", "it has none", False)]
    encoder = Encoder.load(bundle)
    return judged(prior, encoder, ground.data, held_out=True)


def judged(prior: AnyPrior, encoder: Encoder, data: Path, *, held_out: bool) -> list[Bar]:
    """Both bars on one side of the held-out line; the judging predictor is fitted on that side alone."""
    photos = [each for each in items.photos(data) if (each.held_out if held_out else each.trainable)][:ITEMS]
    things = [each for each in items.objects(data) if (each.held_out if held_out else each.trainable) and each.is_photo]
    chosen = (*photos, *things[:ITEMS])
    looked = look(encoder, photos, things[:ITEMS], seed=1)
    known = ~np.isnan(looked.planted)
    judge = Aesthetic.fit(looked.embedding[known], looked.planted[known])
    wishes = encoder.text([each.caption for each in chosen])
    true = np.stack([looked.embedding[np.flatnonzero(looked.owner == number)[0]] for number in range(len(chosen))])
    said = np.array([judge.score(np.stack([prior.refine(each, None, s) for each in wishes])) for s in SCORES])
    means = said.mean(axis=1)
    rising = float((said[-1] > said[0]).mean())
    plain = [similarity(wish, picture) for wish, picture in zip(wishes, true, strict=True)]
    refined = [similarity(prior.refine(wish, None, 6.5), each) for wish, each in zip(wishes, true, strict=True)]
    better = float((np.array(refined) >= np.array(plain)).mean())
    shown = ", ".join(f"{score:g} → {mean:.2f}" for score, mean in zip(SCORES, means, strict=True))
    side = "held-out" if held_out else "validation"
    return [
        Bar(
            "must",
            f"prior: predicted aesthetic over the wanted score, {len(chosen)} {side} captions",
            "up with every step of the score",
            f"{shown}; higher at the last than at the first for {rising:.0%}",
            all(low < high for low, high in pairwise(means)),
        ),
        Bar(
            "must",
            "prior: similarity of the wish to the true picture",
            "with the prior at least as high as without",
            f"{np.mean(refined):.3f} with, {np.mean(plain):.3f} without; at least as high for {better:.0%}",
            float(np.mean(refined)) >= float(np.mean(plain)),
        ),
    ]
