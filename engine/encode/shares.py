"""From a network's classes to everyday nouns: how much of each class stands for which noun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Labels = tuple[tuple[str, float], ...]
_AGREEMENT = 0.3  # what the other classes of a noun add to its strongest, in a sound


@dataclass(frozen=True, eq=False)
class Shares:
    """Nouns and their shares of each class.

    Attributes
    ----------
    nouns
        ``m`` names.
    matrix
        ``(classes, m)`` shares, 0 to 1. Of a picture's class they are the probabilities of what shows; of a sound's
        class they tell how particularly it stands for the noun.
    """

    nouns: tuple[str, ...]
    matrix: np.ndarray

    @staticmethod
    def of(rows: Sequence[Mapping[str, float]]) -> Shares:
        """From one mapping of noun to share for each class."""
        nouns = tuple(sorted({noun for row in rows for noun in row}))
        place = {noun: index for index, noun in enumerate(nouns)}
        matrix = np.zeros((len(rows), len(nouns)), dtype=np.float32)
        for row, shares in zip(matrix, rows, strict=True):
            for noun, share in shares.items():
                row[place[noun]] = share
        return Shares(nouns, matrix)

    def summed(self, chances: np.ndarray) -> Labels:
        """Nouns with their probability, best first, by exclusive chances ``(classes,)`` (total probability)."""
        return self._ranked(chances @ self.matrix)

    def strongest(self, chances: np.ndarray) -> Labels:
        """Nouns with their strength, best first, by chances ``(classes,)`` that are each on their own.

        A noun is as strong as its strongest class and a part of the others, which mostly tell the same once more.
        """
        each = chances[:, None] * self.matrix
        most = each.max(axis=0)
        return self._ranked(most + _AGREEMENT * (each.sum(axis=0) - most))

    def _ranked(self, scores: np.ndarray) -> Labels:
        return tuple((self.nouns[index], float(min(scores[index], 1.0))) for index in np.argsort(-scores))
