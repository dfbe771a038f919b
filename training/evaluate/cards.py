"""Report cards of the parts that understand: planner, encoder and selecting by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.encode import Encoder
from engine.files import read_reference, read_sound
from engine.ground import Selector
from engine.plan import Planner, show
from training.data import items
from training.data.items import ObjectItem
from training.evaluate import selecting
from training.planner import score

WITHIN = 5  # places that count as found
CASES, SEED = 24, 2024  # planted photographs
INSTRUCTIONS = Path(score.__file__).with_name("dev.jsonl")
_TOLD = 20  # misses that are named


@dataclass(frozen=True)
class Card:
    """How well one part does.

    Attributes
    ----------
    part
        Its package in the engine.
    about
        What it was asked, in a sentence.
    figures
        Shares, 0 to 1, by name; not a number where nothing was asked.
    misses
        The first of what went wrong, a line each.
    """

    part: str
    about: str
    figures: Mapping[str, float]
    misses: Sequence[str] = field(default=())


def planner_card(planner: Planner, encoder: Encoder, instructions: Path) -> Card:
    """Hand-written instructions: how many are fully right, and how many have the right operations at least.

    Parameters
    ----------
    planner, encoder
        Of one bundle.
    instructions
        A JSON-lines file as :func:`training.planner.score.read` takes it.
    """
    results = score.run(planner, encoder.text, score.read(instructions))
    kinds = [
        any(sorted(o.op for o in made) == sorted(op for op, *_ in wanted) for wanted in case.wanted)
        for case, made, _ in results
    ]
    figures = {"fully right": share(np.array([ok for *_, ok in results])), "operations right": share(np.array(kinds))}
    misses = [f"{case.instruction} → {'; '.join(map(show, made))}" for case, made, ok in results if not ok]
    return Card("plan", f"{len(results)} instructions written by hand.", figures, misses[:_TOLD])


def encode_card(encoder: Encoder, data: Path, *, held_out: bool) -> Card:
    """Photographic cut-outs to their names, sounds to their pictures, on one side of the held-out line."""
    chosen = [each for each in items.objects(data) if each.is_photo and _on_side(each, held_out=held_out)]
    pictures = [read_reference(each.path) for each in chosen]
    vectors = encoder.pictures([(each.floats(), each.transparency) for each in pictures])
    names = [each.name for each in chosen]
    named = ranks_of_names(vectors, names, encoder) if chosen else np.zeros(0)
    voiced = [at for at, each in enumerate(chosen) if each.sound is not None and (data / each.sound).is_file()]
    heard = [read_sound(data / str(chosen[at].sound)) for at in voiced]
    found = np.zeros(0)
    if heard:
        sounds = np.stack([encoder.sound(each.samples, each.rate).vector for each in heard])
        found = ranks_of_pictures(sounds, vectors[voiced])
    figures = {
        "name of a picture": share(named < 1),
        f"name of a picture, among {WITHIN}": share(named < WITHIN),
        "picture of a sound": share(found < 1),
        f"picture of a sound, among {WITHIN}": share(found < WITHIN),
    }
    misses = [f"{name}: {int(rank)} names lie nearer" for name, rank in zip(names, named, strict=True) if rank > 0]
    return Card("encode", f"{len(chosen)} photographic cut-outs, {len(heard)} sounds.", figures, misses[:_TOLD])


def ground_card(selector: Selector, encoder: Encoder, data: Path, *, held_out: bool, count: int = CASES) -> Card:
    """Two cut-outs planted in each photograph; words name one of them, or what is not there."""
    answers = [
        each.answer
        for case in selecting.planted_cases(data, count, SEED, held_out=held_out)
        for each in selecting.ask(selector, encoder, case)
    ]
    there = [each for each in answers if each.present]
    taken = [each for each in there if each.accepted]
    figures = {
        "accepted": share(np.array([each.accepted for each in there])),
        f"of these with IoU of {selecting.RIGHT} or more": share(np.array([each.right for each in taken])),
        "absent things refused": share(np.array([not each.accepted for each in answers if not each.present])),
    }
    misses = [f"{each.case}, {each.phrase}: IoU {each.iou:.2f}" for each in taken if not each.right]
    return Card("ground", f"{count} photographs with two cut-outs planted in each.", figures, misses[:_TOLD])


def ranks_of_names(vectors: np.ndarray, names: Sequence[str], encoder: Encoder) -> np.ndarray:
    """``(n,)`` how many of the other names lie nearer to each picture than its own."""
    known = list(dict.fromkeys(names))
    scores = vectors @ encoder.text(known).T
    own = scores[np.arange(len(names)), [known.index(name) for name in names]]
    return (scores > own[:, None]).sum(axis=1)


def ranks_of_pictures(sounds: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """``(n,)`` how many other pictures lie nearer to each sound than its own."""
    scores = sounds @ pictures.T
    return (scores > np.diag(scores)[:, None]).sum(axis=1)


def share(hits: np.ndarray) -> float:
    """Mean of a boolean array; not a number when it is empty."""
    return float(hits.mean()) if hits.size else float("nan")


def _on_side(item: ObjectItem, *, held_out: bool) -> bool:
    return item.held_out if held_out else item.trainable
