"""Runs trials through the draft alone and through the draft and the restorer, and compares both with the truth."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.encode import Encoder
from engine.errors import RegionNotFound
from engine.ground import Selector
from engine.ground.phrases import read
from engine.restore import Restorer
from engine.values import Op
from training.data.items import LicenceClass
from training.evaluate import measures
from training.evaluate.perceptual import PerceptualDistance
from training.evaluate.trials import Trial, draft_only, restored, trials
from training.refine.aesthetic import Aesthetic

CONTEXT = 32  # pixels around what changed that the perceptual network sees
CHAINS = ("draft", "draft+restore")
SHOWN = 12  # trials of each operation whose pictures are kept: the first, not chosen
MOSTLY = 0.5  # of a region that is found
HELPS = 0.5  # share of the trials that must come closer to the truth


@dataclass(frozen=True, eq=False)
class Comparison:
    """One operation on n trials.

    Attributes
    ----------
    op
        The operation.
    figures
        Chain to figure to its values, one for each trial.
    pictures
        ``(h, 4 w, 3)`` float32 of the first trials: before, draft, restored, truth.
    """

    op: Op
    figures: Mapping[str, Mapping[str, Sequence[float]]]
    pictures: Sequence[np.ndarray]

    def mean(self, chain: str, figure: str) -> float:
        """Over the trials; not a number where it was not measured."""
        values = self.figures[chain].get(figure, ())
        return float(np.mean(values)) if values else float("nan")

    @property
    def restoring_helps(self) -> bool:
        """Whether the restorer brings the mean, and most of the trials, closer to the truth."""
        plain, with_it = (np.array(self.figures[chain]["perceptual"]) for chain in CHAINS)
        return float(with_it.mean()) < float(plain.mean()) and float((with_it < plain).mean()) > HELPS

    @property
    def best(self) -> str:
        """The chain that a record made from these trials would choose."""
        return CHAINS[1] if self.restoring_helps else CHAINS[0]


@dataclass(frozen=True)
class Judges:
    """Networks that judge: a perceptual distance, and where they are wanted more.

    Attributes
    ----------
    perceptual
        Distance of pictures.
    encoder
        For what embeddings tell.
    aesthetic, selector
        A predictor over that encoder's embeddings, and the finder of things by their names over its space.
    """

    perceptual: PerceptualDistance
    encoder: Encoder | None = None
    aesthetic: Aesthetic | None = None
    selector: Selector | None = None


def compare(
    data: Path,
    op: Op,
    count: int,
    restorer: Restorer | None,
    judges: Judges,
    *,
    held_out: bool,
    licences: Collection[LicenceClass],
) -> Comparison:
    """One operation on ``count`` trials; without a restorer both chains are the draft's."""
    figures: dict[str, dict[str, list[float]]] = {chain: {} for chain in CHAINS}
    pictures = []
    for trial in trials(data, op, count, held_out=held_out, licences=licences):
        plain = draft_only(trial)
        made = restored(trial, restorer) if restorer is not None else plain
        for chain, each in zip(CHAINS, (plain, made), strict=True):
            for name, value in _judged(trial, each, judges).items():
                figures[chain].setdefault(name, []).append(value)
        if len(pictures) < SHOWN:
            pictures.append(np.concatenate([trial.before, plain, made, trial.truth], axis=1))
    return Comparison(op, figures, pictures)


def _judged(trial: Trial, made: np.ndarray, judges: Judges) -> dict[str, float]:
    window = _window(trial.changed)
    seen, wanted = (np.ascontiguousarray(each[window]) for each in (made, trial.truth))
    said = {
        "perceptual": judges.perceptual(seen, wanted, trial.changed[window].astype(np.float32)),
        "l1": measures.l1(made, trial.truth, trial.changed),
        "l2": measures.l2(made, trial.truth, trial.changed),
        "seam": measures.seam_energy(made, trial.changed),
        "seam_truth": measures.seam_energy(trial.truth, trial.changed),
        "gradient": measures.gradient_energy(made, trial.changed),
        "gradient_truth": measures.gradient_energy(trial.truth, trial.changed),
        "outside": measures.outside_error(made, trial.before, trial.changed.astype(np.float32)),
    }
    return said | (_embedded(trial, made, judges.encoder, judges) if judges.encoder is not None else {})


def _embedded(trial: Trial, made: np.ndarray, encoder: Encoder, judges: Judges) -> dict[str, float]:
    source, result, truth = encoder.pictures([(each, None) for each in (trial.before, made, trial.truth)])
    said_before, said_after = encoder.text(list(trial.captions))
    said = {
        "clip_im": measures.similarity(source, result),
        "clip_out": measures.similarity(result, said_after),
        "dino": measures.similarity(result, truth),
    }
    if trial.captions[0] != trial.captions[1]:
        said["clip_dir"] = measures.direction(source, result, said_before, said_after)
    if judges.aesthetic is not None:
        said["aesthetic"] = float(judges.aesthetic.score(result[None])[0])
    if judges.selector is not None and trial.name:
        said["recall"] = float(_recognised(trial, made, encoder, judges.selector))
    return said


def _recognised(trial: Trial, made: np.ndarray, encoder: Encoder, selector: Selector) -> bool:
    """Whether what came is found by its name, mostly where it came."""
    phrase = read(f"the {trial.name}")
    try:
        found = selector.answer(made, selector.observe(made, encoder), phrase, encoder).mask > 0.5
    except RegionNotFound:
        return False
    return bool(found.any()) and float(trial.changed[found].mean()) > MOSTLY


def _window(changed: np.ndarray) -> tuple[slice, slice]:
    """What changed with its surroundings, at least 32 pixels a side."""
    rows, columns = np.nonzero(changed)
    return (
        slice(max(int(rows.min()) - CONTEXT, 0), int(rows.max()) + 1 + CONTEXT),
        slice(max(int(columns.min()) - CONTEXT, 0), int(columns.max()) + 1 + CONTEXT),
    )
