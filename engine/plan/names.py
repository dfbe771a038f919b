"""Names of references: as the language model reads them, and favoured while it writes free text.

The second is shallow fusion with a list of phrases (Zhao et al. 2019, "Shallow-fusion end-to-end contextual biasing",
section 2): where the model is about to name a thing, a token by which a given name begins or goes on scores higher;
where it is not, such a token stays far below what it prefers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from engine.plan import tokens as t
from engine.plan.tokens import Vocabulary
from engine.plan.writing import SOFT_PER_REFERENCE

# Added to a logit. A name's first token may be 50 times less likely than the model's own choice, and so may its second;
# of a name of which two tokens stand there is no doubt.
FAVOUR, COMPLETE = 4.0, 20.0


@dataclass(frozen=True)
class Names:
    """What references show or sound like, in tokens.

    Attributes
    ----------
    tokens
        Number of a reference to its name's tokens.
    """

    tokens: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, vocabulary: Vocabulary, names: Mapping[int, str]) -> Names:
        """From words; a name that says nothing is left out."""
        return cls({n: vocabulary.encode(f" {name.strip()}") for n, name in names.items() if name.strip()})

    def read(self, number: int, embedding: torch.Tensor) -> torch.Tensor | None:
        """``(SOFT_PER_REFERENCE, width)`` embeddings by which the model reads a reference; nothing for a nameless one.

        These are what the input projector was fitted to, without its error.
        """
        if number not in self.tokens:
            return None
        ids = self.tokens[number][:SOFT_PER_REFERENCE]
        return embedding[torch.tensor([*ids, *[t.END] * (SOFT_PER_REFERENCE - len(ids))])]

    def bonus(self, written: Sequence[int]) -> dict[int, float]:
        """What a name that is not yet in ``written`` adds to the token by which it begins or goes on."""
        out = {}
        for name in self.tokens.values():
            if not any(tuple(written[at : at + len(name)]) == name for at in range(len(written))):
                begun = next(n for n in range(len(name) - 1, -1, -1) if _ends(written, name[:n]))
                out[name[begun]] = COMPLETE if begun > 1 else FAVOUR
        return out

    def spelled(self, written: Sequence[int]) -> bool:
        """Whether ``written`` ends with a whole name, so that no more letters may be joined to it."""
        return any(_ends(written, name) for name in self.tokens.values())


def _ends(written: Sequence[int], part: Sequence[int]) -> bool:
    return tuple(written[len(written) - len(part) :]) == tuple(part)
