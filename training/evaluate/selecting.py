"""Selecting by words on photographs whose regions are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.encode import Encoder
from engine.errors import RegionNotFound
from engine.ground import Selector
from engine.ground.phrases import read
from training.ground.planted import planted

RIGHT = 0.5  # intersection over union


@dataclass(frozen=True, eq=False)
class Case:
    """A photo ``(H, W, 3)`` float32, phrases with their masks ``(H, W)`` bool, and phrases of what is absent."""

    name: str
    rgb: np.ndarray
    wanted: tuple[tuple[str, np.ndarray], ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What came of one phrase: whether it was accepted, how sure, and its intersection over union (0 when absent)."""

    case: str
    phrase: str
    present: bool
    accepted: bool
    score: float
    iou: float

    @property
    def right(self) -> bool:
        """Whether the region found is the thing's."""
        return self.iou >= RIGHT


@dataclass(frozen=True, eq=False)
class Asked:
    """An answer with its masks ``(H, W)`` bool: what was found, where something was, and the truth, where there is."""

    answer: Answer
    found: np.ndarray | None
    truth: np.ndarray | None


def planted_cases(data: Path, count: int, seed: int, *, held_out: bool = True) -> Iterator[Case]:
    """Two cut-outs in each photo of one side of the held-out line; the words name one of them in turn."""
    for number, case in enumerate(planted(data, count, seed, measured=held_out)):
        which = number % 2
        wanted = ((f"the {case.names[which]}", case.masks[which]),)
        yield Case(f"planted-{number:03d}", case.rgb, wanted, tuple(f"the {name}" for name in case.absent))


def ask(selector: Selector, encoder: Encoder, case: Case) -> list[Asked]:
    """Every phrase of a case."""
    scene = selector.observe(case.rgb, encoder)
    masks = dict(case.wanted)
    out = []
    for phrase in (*masks, *case.absent):
        truth = masks.get(phrase)
        found: np.ndarray | None = None
        score = iou = 0.0
        try:
            region = selector.answer(case.rgb, scene, read(phrase), encoder)
            found, score = region.mask > 0.5, region.score
        except RegionNotFound:
            pass
        if found is not None and truth is not None:
            iou = float((found & truth).sum() / max((found | truth).sum(), 1))
        out.append(Asked(Answer(case.name, phrase, truth is not None, found is not None, score, iou), found, truth))
    return out
