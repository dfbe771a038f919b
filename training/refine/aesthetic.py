"""A simple aesthetic predictor over the encoder's picture embeddings, as LAION's is over CLIP's: ridge regression.

No ratings by people can be had offline. What it learns is how far a photograph that somebody chose to publish is from
its own damaged copies: blurred, noisy, badly exposed, flat, colour-cast. It says nothing of taste beyond that.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.errors import BadInput
from training.restore.degrade import damaged

BEST, WORST = 7.5, 2.0  # scores of an undamaged photograph and of the worst copies
_RIDGE = 0.03  # of unit embeddings
_MEAN, _DEVIATION = 5.5, 1.5  # of the spread scores, so that what may be asked for, 1 to 10, also occurs


@dataclass(frozen=True, eq=False)
class Aesthetic:
    """A score from 1 to 10 for unit embeddings.

    Attributes
    ----------
    weight
        ``(D,)`` float32.
    bias
        Score of the zero vector.
    """

    weight: np.ndarray
    bias: float

    @classmethod
    def read(cls, path: Path) -> Aesthetic:
        """From a file that :meth:`write` made.

        Raises
        ------
        BadInput
            When there is none or it is damaged.
        """
        try:
            with np.load(path) as stored:
                return cls(np.asarray(stored["weight"], np.float32), float(stored["bias"]))
        except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as fault:
            raise BadInput(f"{path} holds no aesthetic predictor ({fault}).", "Make the data's pairs again.") from fault

    def write(self, path: Path) -> None:
        """As an ``npz``."""
        np.savez(path, weight=self.weight, bias=np.float32(self.bias))

    @classmethod
    def fit(cls, embeddings: np.ndarray, scores: np.ndarray) -> Aesthetic:
        """From embeddings ``(n, D)`` of any length above 0 and scores ``(n,)``."""
        given = _unit(embeddings)
        middle, mean = given.mean(axis=0), float(scores.mean())
        away = given - middle
        ridge = _RIDGE * len(away) / away.shape[1] * np.eye(away.shape[1])
        weight = np.linalg.solve(away.T @ away + ridge, away.T @ (scores - mean))
        return cls(weight.astype(np.float32), mean - float(middle @ weight))

    def spread(self, embeddings: np.ndarray) -> Aesthetic:
        """The same order, with scores of mean 5.5 and deviation 1.5 on these embeddings ``(n, D)``.

        Ridge regression draws its answers towards their mean; the prior would never see a score of 7.
        """
        said = _unit(embeddings) @ self.weight
        factor = _DEVIATION / max(float(said.std()), 1e-6)
        return Aesthetic(self.weight * np.float32(factor), _MEAN - factor * float(said.mean()))

    def score(self, embeddings: np.ndarray) -> np.ndarray:
        """``(n,)`` float32, 1 to 10, of embeddings ``(n, D)`` of any length above 0."""
        return np.clip(_unit(embeddings) @ self.weight + np.float32(self.bias), 1, 10).astype(np.float32)


def copies(rgb: np.ndarray, count: int, random: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
    """A photograph ``(h, w, 3)`` float32, 0 to 1, and ``count`` worse copies of it, each with its planted score."""
    yield rgb, BEST
    for _ in range(count):
        worse, harm = _worse(rgb, random)
        yield worse, BEST - (BEST - WORST) * harm


def _worse(rgb: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, float]:
    """A damaged copy, and how much it was damaged, 0 to 1."""
    strength = float(random.uniform(0.2, 1))
    kind = random.integers(5)
    if kind == 0:
        sigma = 0.012 * strength * max(rgb.shape[:2])
        made = cv2.GaussianBlur(rgb, (0, 0), sigma)
    elif kind == 1:
        made = rgb + (damaged(rgb, 1, random) - rgb) * np.float32(strength)
    elif kind == 2:
        made = rgb ** np.float32(np.exp(strength * random.choice((-1.0, 1.1))))
    elif kind == 3:
        flat = rgb.mean(axis=2, keepdims=True) * np.float32(0.5) + np.float32(0.25)
        made = rgb + (flat - rgb) * np.float32(0.9 * strength)
    else:
        cast = np.exp(strength * 0.45 * random.choice((-1, 1), 3) * random.uniform(0.5, 1, 3))
        made = rgb * cast.astype(np.float32)
    return np.clip(made, 0, 1).astype(np.float32), strength


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
