"""Recall of clean nouns from noisy embeddings, before the input projector.

What an encoder gives for a file is a mixture of related things. A modern Hopfield network with one update
(Ramsauer et al. 2021, section 2) over the embeddings of everyday nouns moves it to the noun it is nearest to, so that
the language model reads a word rather than a blur of words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

SHARPNESS = 80.0  # inverse temperature; a likeness higher by 0.03 weighs ten times as much


@dataclass(frozen=True, eq=False)
class Recall:
    """Stored pairs for each kind of reference.

    Attributes
    ----------
    keys, values
        Kind to ``(n, 384)`` unit vectors: what is likened, and what is recalled ("bark" recalls a dog). A kind
        without an entry passes unchanged.
    words
        Kind to ``(n, m)`` token ids of the recalled nouns, as many as a reference has soft tokens.
    """

    keys: Mapping[str, torch.Tensor]
    values: Mapping[str, torch.Tensor]
    words: Mapping[str, torch.Tensor]

    @classmethod
    def take(cls, tensors: Mapping[str, torch.Tensor]) -> Recall:
        """From tensors named ``recall.KIND.keys`` and ``recall.KIND.values``."""
        kinds = {name.split(".")[1] for name in tensors if name.startswith("recall.")}

        def unit(part: str) -> dict[str, torch.Tensor]:
            return {k: torch.nn.functional.normalize(tensors[f"recall.{k}.{part}"].float(), dim=1) for k in kinds}

        return cls(unit("keys"), unit("values"), {k: tensors[f"recall.{k}.words"].long() for k in kinds})

    def __call__(self, vector: torch.Tensor, kind: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Recall from the ``(384,)`` unit vector of a reference.

        Returns
        -------
        vector, weights
            What is recalled, unit norm; and how much of each stored noun is in it, ``(n,)`` with sum 1. A kind of
            which nothing is stored gives its vector back, and no weights.
        """
        if kind not in self.keys:
            return vector, None
        weights = torch.softmax(SHARPNESS * (self.keys[kind] @ vector), 0)
        recalled = weights @ self.values[kind]
        return recalled / recalled.norm().clamp(min=1e-6), weights
