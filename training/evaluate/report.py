"""Runs trials through the draft alone and through the draft and the restorer, and compares both with the truth."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.encode import Encoder
from engine.errors import RegionNotFound
from engine.ground import Selector
from engine.ground.phrases import read
from engine.restore import Restorer
from engine.values import Op
from training.data.items import LicenceClass
from training.evaluate import measures, sets
from training.evaluate.extractors import Classifier, Extractor, Reader
from training.evaluate.perceptual import PerceptualDistance
from training.evaluate.trials import Part, Trial, draft_only, restored, trials
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
    over_all
        Chain to figure to its value over all trials at once.
    """

    op: Op
    figures: Mapping[str, Mapping[str, Sequence[float]]]
    pictures: Sequence[np.ndarray]
    over_all: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def trials(self) -> int:
        """How many there are."""
        return len(self.figures[CHAINS[0]]["perceptual"])

    def mean(self, chain: str, figure: str) -> float:
        """Over the trials; not a number where it was not measured."""
        values = self.figures[chain].get(figure, ())
        return float(np.mean(values)) if values else float("nan")

    def told(self, chain: str) -> dict[str, tuple[float, int]]:
        """Every figure of a chain, with the number of trials that it is of: means, then those over all at once."""
        means = {name: (self.mean(chain, name), len(values)) for name, values in self.figures[chain].items()}
        return means | {name: (value, self.trials) for name, value in self.over_all.get(chain, {}).items()}

    @property
    def wins(self) -> sets.Wins:
        """How often the restorer brings a trial closer to the truth."""
        plain, with_it = (-np.array(self.figures[chain]["perceptual"]) for chain in CHAINS)
        return sets.win_rate(with_it, plain)

    @property
    def restoring_helps(self) -> bool:
        """Whether the restorer brings the mean, and most of the trials, closer to the truth."""
        plain, with_it = (self.mean(chain, "perceptual") for chain in CHAINS)
        return with_it < plain and self.wins.won > HELPS

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
    own
        For what pictures and words in one space tell.
    looks
        For what pictures alone tell: likenesses, and figures over all results.
    encoder
        The starter's, whose embeddings the next two know.
    aesthetic, selector
        A predictor over them, and the finder of things by their names.
    """

    perceptual: PerceptualDistance
    own: Reader | None = None
    looks: Extractor | None = None
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
    part: Part,
    licences: Collection[LicenceClass],
) -> Comparison:
    """One operation on ``count`` trials; without a restorer both chains are the draft's."""
    figures: dict[str, dict[str, list[float]]] = {chain: {} for chain in CHAINS}
    pictures, seen = [], []
    for trial in trials(data, op, count, part=part, licences=licences):
        plain = draft_only(trial)
        made = restored(trial, restorer) if restorer is not None else plain
        for chain, each in zip(CHAINS, (plain, made), strict=True):
            for name, value in _judged(trial, each, judges).items():
                figures[chain].setdefault(name, []).append(value)
        if judges.looks is not None:
            seen.append(_seen((trial.truth, plain, made), judges.looks))
        if len(pictures) < SHOWN:
            pictures.append(np.concatenate([trial.before, plain, made, trial.truth], axis=1))
    return Comparison(op, figures, pictures, over_all(seen))


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
    if judges.own is not None:
        said |= worded(trial, made, judges.own)
    found = None
    if judges.encoder is not None:
        if judges.aesthetic is not None:
            said["aesthetic"] = float(judges.aesthetic.score(judges.encoder.pictures([(made, None)]))[0])
        if judges.selector is not None and trial.name:
            found = _recognised(trial, made, judges.encoder, judges.selector)
            said["recall"] = float(found is not None)
    return said | (alike(trial, made, found, judges.looks) if judges.looks is not None else {})


def worded(trial: Trial, made: np.ndarray, own: Reader) -> dict[str, float]:
    """CLIP_im and CLIP_out, and where the captions differ CLIP_dir."""
    source, result = own.pictures([(trial.before, None), (made, None)])
    said_before, said_after = own.text(list(trial.captions))
    said = {"clip_im": measures.similarity(source, result), "clip_out": measures.similarity(result, said_after)}
    if trial.captions[0] != trial.captions[1]:
        said["clip_dir"] = measures.direction(source, result, said_before, said_after)
    return said


def alike(trial: Trial, made: np.ndarray, found: np.ndarray | None, looks: Extractor) -> dict[str, float]:
    """DINO; where a thing came DINO_ref, and DINO_sub where it was ``found``: how often it was not, recall tells."""
    source, result, truth = looks.pictures([(each, None) for each in (trial.before, made, trial.truth)])
    said = {"dino": measures.similarity(result, truth)}
    if trial.reference is not None:
        said["dino_ref"] = measures.similarity(result, source)
        if found is not None:
            thing = (np.ascontiguousarray(trial.reference[..., :3]), trial.reference[..., 3])
            said["dino_sub"] = measures.similarity(*looks.pictures([(measures.cut(made, found), None), thing]))
    return said


def _recognised(trial: Trial, made: np.ndarray, encoder: Encoder, selector: Selector) -> np.ndarray | None:
    """``(h, w)`` bool, what came as its name finds it; nothing unless that is mostly where it came."""
    phrase = read(f"the {trial.name}")
    try:
        found = selector.answer(made, selector.observe(made, encoder), phrase, encoder).mask > 0.5
    except RegionNotFound:
        return None
    return found if found.any() and float(trial.changed[found].mean()) > MOSTLY else None


def _seen(pictures: Sequence[np.ndarray], looks: Extractor) -> tuple[np.ndarray, np.ndarray | None]:
    """Features, and class chances where the network knows classes: a row for each picture."""
    given = [(each, None) for each in pictures]
    return looks.pictures(given), looks.class_chances(given) if isinstance(looks, Classifier) else None


def over_all(seen: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> dict[str, dict[str, float]]:
    """Figures over all trials at once, for each chain; none for fewer than two trials.

    Parameters
    ----------
    seen
        For each trial features ``(3, D)`` and class chances ``(3, C)`` or none: of the truth, then of each chain's
        result.
    """
    if len(seen) < 2:
        return {}
    truth, *results = np.stack([features for features, _ in seen], axis=1)
    said = {chain: {"frechet": sets.frechet(each, truth)} for chain, each in zip(CHAINS, results, strict=True)}
    if all(chances is not None for _, chances in seen):
        truth, *results = np.stack([chances for _, chances in seen if chances is not None], axis=1)
        for chain, each in zip(CHAINS, results, strict=True):
            said[chain] |= {
                "inception": sets.inception_score(each),
                "inception_truth": sets.inception_score(truth),
            }
    return said


def _window(changed: np.ndarray) -> tuple[slice, slice]:
    """What changed with its surroundings, at least 32 pixels a side."""
    rows, columns = np.nonzero(changed)
    return (
        slice(max(int(rows.min()) - CONTEXT, 0), int(rows.max()) + 1 + CONTEXT),
        slice(max(int(columns.min()) - CONTEXT, 0), int(columns.max()) + 1 + CONTEXT),
    )
