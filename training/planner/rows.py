"""Rows of fixed length that whole examples are packed into, and batches of them.

A row is one sample of the training loop: it is filled from a generator of its own, so that it depends on its place in
the training alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.encode.text import DIMENSIONS

GOALS = ("base", "sub", "gen")
_MISFITS = 3  # examples that do not fit any more before a row is left as it is


@dataclass(frozen=True, eq=False)
class Example:
    """One conversation.

    Attributes
    ----------
    tokens
        What is read and what is to be written.
    weights
        Of each token as a target, 0 for what is read.
    soft
        Places of the first soft token of each medium, with its embedding ``(384,)``.
    goals
        Places whose state is to give an embedding ``(384,)``, each with its kind out of :data:`GOALS`.
    """

    tokens: Sequence[int]
    weights: Sequence[float]
    soft: Sequence[tuple[int, np.ndarray]] = ()
    goals: Sequence[tuple[int, str, np.ndarray]] = ()


def filled(
    draw: Callable[[np.random.Generator], Example], generator: np.random.Generator, length: int
) -> list[Example]:
    """Examples for one row, as they are drawn; those that do not fit are dropped."""
    row: list[Example] = []
    used = misfits = 0
    while misfits < _MISFITS:
        example = draw(generator)
        if used + len(example.tokens) > length:
            misfits += 1
            continue
        row.append(example)
        used += len(example.tokens)
    return row


def packed(rows: Sequence[Sequence[Example]], length: int) -> dict[str, Tensor]:
    """The tensors of a batch.

    Parameters
    ----------
    rows
        Examples of each row, of ``length`` tokens at most together.
    length
        Of a row, L.

    Returns
    -------
    dict
        ``tokens``, ``weights``, ``positions`` and ``document``, ``(rows, L)``; ``soft_at`` ``(n, 2)``, row and place,
        with ``soft`` ``(n, 384)``; ``goal_at`` ``(m, 2)``, ``goal_kind`` ``(m,)`` and ``goal`` ``(m, 384)``.
    """
    shape = len(rows), length
    tokens, weights, positions = np.zeros(shape, np.int64), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    document = np.tile(np.arange(-length, 0), (len(rows), 1))  # what is left over sees itself alone
    soft: list[tuple[int, int, np.ndarray]] = []
    goals: list[tuple[int, int, int, np.ndarray]] = []
    for row, examples in enumerate(rows):
        start = 0
        for number, example in enumerate(examples):
            here = row, slice(start, start + len(example.tokens))
            tokens[here], weights[here] = example.tokens, example.weights
            positions[here], document[here] = np.arange(len(example.tokens)), number
            soft += [(row, start + place, vector) for place, vector in example.soft]
            goals += [(row, start + place, GOALS.index(kind), vector) for place, kind, vector in example.goals]
            start += len(example.tokens)
    made = {"tokens": tokens, "weights": weights, "positions": positions, "document": document}
    made |= {"soft_at": _whole([each[:2] for each in soft], 2), "soft": _vectors([each[2] for each in soft])}
    made |= {"goal_at": _whole([each[:2] for each in goals], 2), "goal": _vectors([each[3] for each in goals])}
    made["goal_kind"] = _whole([each[2] for each in goals])
    return {name: torch.from_numpy(each) for name, each in made.items()}


def _whole(values: Sequence[object], *shape: int) -> np.ndarray:
    return np.array(values, np.int64).reshape(-1, *shape)


def _vectors(vectors: Sequence[np.ndarray]) -> np.ndarray:
    return np.array(vectors, np.float32).reshape(-1, DIMENSIONS)


def candidates(tokens: Tensor, count: int, known: int, generators: Sequence[np.random.Generator]) -> Tensor:
    """Token ids that a row's targets are told from: its own and others drawn (sampled softmax).

    Parameters
    ----------
    tokens
        ``(rows, L)``.
    count
        Ids a row; all that are known when it is as many.
    known
        Ids that exist.
    generators
        One a row.

    Returns
    -------
    Tensor
        ``(rows, count)``, each id once and in order.
    """
    out = []
    for row, generator in zip(tokens.numpy(), generators, strict=True):
        own = np.unique(row)
        others = generator.permutation(known)
        others = others[~np.isin(others, own)]
        out.append(np.sort(np.concatenate([own, others])[:count]))
    return torch.from_numpy(np.stack(out))


def word_loss(states: Tensor, table: Tensor, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Cross-entropy of a batch's targets among its candidates.

    Parameters
    ----------
    states
        ``(rows, L, width)``; each foresees the token behind it.
    table
        ``(rows, count, width)`` embeddings of the candidates.
    batch
        With ``tokens``, ``weights`` and ``candidates``.

    Returns
    -------
    loss, right
        Mean over the rows of their weighted means; and the share of the targets of full weight that are foreseen.
    """
    weights = batch["weights"][:, 1:]
    logits = (states[:, :-1] @ table.transpose(1, 2)).float()
    answers = torch.searchsorted(batch["candidates"], batch["tokens"][:, 1:].contiguous())
    each = functional.cross_entropy(logits.transpose(1, 2), answers, reduction="none")
    loss = ((each * weights).sum(1) / weights.sum(1).clamp(min=1e-6)).mean()
    sure = weights == 1
    return loss, ((logits.argmax(-1) == answers) & sure).sum() / sure.sum().clamp(min=1)


def goal_loss(made: Tensor, batch: Mapping[str, Tensor], norm: float) -> dict[str, Tensor]:
    """Mean squared error of embeddings, by kind of goal (InstructAny2Pix, sections 3.2 and 3.3).

    The paper takes L2; the released code takes L1. Of each row the mean over its goals of the kind, 0 where it has
    none; the mean over the rows, so that rows may be shared among processes.

    Parameters
    ----------
    made
        ``(m, 384)`` what the output projector gives.
    batch
        With ``goal``, ``goal_at``, ``goal_kind`` and ``tokens``.
    norm
        Length of the wanted embeddings.
    """
    wanted = norm * functional.normalize(batch["goal"], dim=1)
    far = (made - wanted).square().mean(1)
    rows = len(batch["tokens"])
    out = {}
    for number, name in enumerate(GOALS):
        of_kind = (batch["goal_kind"] == number).float()
        count = torch.zeros(rows, device=far.device).index_add(0, batch["goal_at"][:, 0], of_kind)
        total = torch.zeros(rows, device=far.device).index_add(0, batch["goal_at"][:, 0], far * of_kind)
        out[name] = (total / count.clamp(min=1)).mean()
    return out
