"""Which input a [base] or [sub] embedding stands for (InstructAny2Pix, section 3.2).

In a plan that the grammar wrote, the number beside each control token says so. An embedding alone says it through its
likeness to the inputs, as the planner read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from engine.plan.recall import Recall

Inputs = Mapping[int, tuple[np.ndarray, str]]
"""Number (0 for the photo) to embedding ``(D,)`` and kind: photo, picture, sound or music."""


@dataclass(frozen=True, eq=False)
class Retrieval:
    """Arg-max of the cosine, without what all embeddings share.

    The published code takes the plain dot product with the encoder's vectors. Two things are done otherwise, which
    leave less than a third of its misses: an input is compared as the planner read it, which is after its recall as a
    noun; and the strongest directions of all nouns are taken from both sides, one for each hundred dimensions (Mu and
    Viswanath 2018, section 2), as they tell nothing apart and the planner's states lean to them.

    Attributes
    ----------
    recall
        What the planner's inputs pass through.
    shared
        ``(k, D)`` orthonormal rows, the directions to leave out; empty without nouns.
    """

    recall: Recall
    shared: np.ndarray

    @classmethod
    def of(cls, recall: Recall) -> Retrieval:
        """For the planner whose recall this is."""
        nouns = [*recall.keys.values(), *recall.values.values()]
        if not nouns:
            return cls(recall, np.zeros((0, 0), np.float32))
        every = torch.cat(nouns)
        _strengths, directions = torch.linalg.eigh(every.T @ every)  # weakest first
        count = max(1, every.shape[1] // 100)
        return cls(recall, directions[:, -count:].T.numpy().astype(np.float32))

    def read(self, vector: np.ndarray, kind: str) -> np.ndarray:
        """An input ``(D,)`` as the planner reads it: ``(D,)`` float32, unit norm."""
        return self.recall(torch.from_numpy(_unit(vector[None])[0]), kind)[0].numpy()

    def likeness(self, states: Sequence[np.ndarray], inputs: Inputs) -> np.ndarray:
        """``(states, inputs)`` cosines, -1 to 1, inputs in their order."""
        if not (states and inputs):
            return np.zeros((len(states), len(inputs)), np.float32)
        read = np.stack([self.read(vector, kind) for vector, kind in inputs.values()])
        return _unit(self._apart(_unit(np.stack(states)))) @ _unit(self._apart(read)).T

    def nearest(self, state: np.ndarray, inputs: Inputs) -> int | None:
        """The number of the input that an embedding ``(D,)`` stands for.

        A single input is the answer without asking, as in the published code; without inputs there is none.
        """
        numbers = list(inputs)
        return numbers[int(self.likeness([state], inputs)[0].argmax())] if numbers else None

    def assign(self, states: Sequence[np.ndarray], inputs: Inputs) -> tuple[int | None, ...]:
        """The number of the input that each of several embeddings stands for, no input twice.

        Likeness is the largest in sum over all pairs. Where there are more embeddings than inputs, those that fit
        worst stand for none; the published code drops every subject when the counts differ.
        """
        out: list[int | None] = [None] * len(states)
        numbers = list(inputs)
        for row, column in zip(*linear_sum_assignment(-self.likeness(states, inputs)), strict=True):
            out[row] = numbers[column]
        return tuple(out)

    def _apart(self, vectors: np.ndarray) -> np.ndarray:
        return vectors - vectors @ self.shared.T @ self.shared if len(self.shared) else vectors


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Rows at norm 1, float32; those without a direction, zero or not finite, are zero."""
    finite = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, 0.0)
    return (finite / np.maximum(np.linalg.norm(finite, axis=1, keepdims=True), 1e-9)).astype(np.float32)
