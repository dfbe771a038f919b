"""Greedy decoding under the plan's grammar, several tokens at a forward pass where that is safe.

Tokens that the grammar forces are read together with the next chosen one. Beyond that the words that follow in the
instruction are drafted and checked in one pass (prompt lookup, after speculative decoding, Leviathan et al. 2023,
section 2): a draft is kept only as far as the model would have chosen the same, so the outcome is that of plain
decoding.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import torch

from engine.errors import Cancelled
from engine.plan.grammar import Grammar
from engine.plan.names import COMPLETE, Names
from engine.values import CancelCheck

G = TypeVar("G", bound="Steers")


class Remembers(Protocol):
    """What a model read so far; its length may be set back."""

    @property
    def length(self) -> int:
        """Tokens that are remembered."""
        ...

    @length.setter
    def length(self, length: int, /) -> None: ...


class Answers(Protocol):
    """A language model."""

    @property
    def embedding(self) -> torch.Tensor:
        """``(vocabulary, width)``."""
        ...

    def forward(self, x: Any, cache: Any, /) -> torch.Tensor:
        """Read more; gives the last states ``(n, width)``, normed."""
        ...

    def logits(self, states: torch.Tensor, tokens: torch.Tensor | None = None, /) -> torch.Tensor:
        """Scores of ``tokens``, of all when absent."""
        ...


class Steers(Protocol):
    """What may come next, as :class:`~engine.plan.grammar.Grammar` says it."""

    vocabulary: Any
    reply: list[int]
    prompts: list[list[int]]
    marks: dict[str, int]

    @property
    def done(self) -> bool:
        """Whether all is written."""
        ...

    @property
    def free(self) -> int | None:
        """In free text the token that ends it, 0 while it must not end; otherwise nothing."""
        ...

    def allowed(self) -> Collection[int]:
        """Token ids that may come next."""
        ...

    def forced(self) -> int | None:
        """The only token that may come, if there is only one."""
        ...

    def advance(self, token: int, /) -> None:
        """Take one token."""
        ...


DRAFT = 3  # tokens guessed at once; a pass over a few tokens costs little more than over one


@dataclass(eq=False)
class Decoded:
    """What was written.

    Attributes
    ----------
    tokens
        All of them.
    states
        Position in the output to ``(width,)`` last state, for the grammar's marks.
    passes
        How many forward passes it took.
    """

    tokens: list[int] = field(default_factory=list)
    states: dict[int, torch.Tensor] = field(default_factory=dict)
    passes: int = 0


def decode(
    model: Answers,
    prompt: Any,
    grammar: G,
    plain: torch.Tensor,
    *,
    cache: Remembers,
    stop: Callable[[G], bool],
    on_token: Callable[[int], None] = lambda _token: None,
    cancel: CancelCheck = lambda: False,
    draft: int = DRAFT,
    names: Names = Names(),  # noqa: B008 (immutable)
    begun: Sequence[int] = (),
) -> Decoded:
    """Write a plan.

    Parameters
    ----------
    model
        The language model.
    prompt
        ``(n, width)`` embeddings of what it reads, or whatever else it takes; what is ``begun`` at its end.
    grammar
        At its beginning, or where the tokens ``begun`` have brought it; advanced to the end.
    plain
        Ids of the grammar's free-text tokens.
    cache
        Empty, with room for prompt and output.
    stop
        Asked after each token whether enough was written.
    on_token, cancel
        Called for each token.
    draft
        How many tokens to guess; 0 decodes plainly.
    names
        Of references, favoured in free text.
    begun
        Tokens written before.

    Raises
    ------
    Cancelled
        When ``cancel`` asked to stop.
    """
    out = Decoded(list(begun))
    states = model.forward(prompt, cache)
    out.passes += 1
    last = states[-1]

    def take(token: int) -> None:
        grammar.advance(token)
        out.tokens.append(token)
        on_token(token)

    while not (grammar.done or stop(grammar)):
        if cancel():
            raise Cancelled
        take(_best(model, last, grammar, plain, names))
        pending = [out.tokens[-1]]
        while not (grammar.done or stop(grammar)) and (token := grammar.forced()) is not None:
            take(token)
            pending.append(token)
        guessed = _guess(grammar, draft) if isinstance(grammar, Grammar) and not (grammar.done or stop(grammar)) else []
        first = len(out.tokens) - len(pending)
        length = cache.length
        states = model.forward(model.embedding[torch.tensor(pending + guessed)], cache)
        out.passes += 1
        kept = len(pending)
        last = states[kept - 1]
        for token in guessed:
            if grammar.done or stop(grammar) or _best(model, last, grammar, plain, names) != token:
                break
            take(token)
            kept += 1
            last = states[kept - 1]
        cache.length = length + kept
        for place in grammar.marks.values():
            if first <= place < first + kept:
                out.states[place] = states[place - first]
    return out


def _best(model: Answers, state: torch.Tensor, grammar: Steers, plain: torch.Tensor, names: Names) -> int:
    """The allowed token of the highest score."""
    end = grammar.free
    if end is not None:
        scores = model.logits(state[None])[0].float().clone()
        written = grammar.prompts[-1] if grammar.prompts else grammar.reply
        for token, bonus in names.bonus(written).items():
            scores[token] += bonus
        if names.spelled(written):
            scores[list(grammar.vocabulary.joined)] -= COMPLETE
        best = int(plain[scores[plain].argmax()])
        return end if end and scores[end] >= scores[best] else best
    ids = sorted(grammar.allowed())
    if len(ids) == 1:
        return ids[0]
    return ids[int(model.logits(state[None], torch.tensor(ids))[0].argmax())]


def _guess(grammar: Grammar, count: int) -> list[int]:
    """Tokens that probably follow: the next ones of the words being copied, and whatever they then force."""
    out: list[int] = []
    ahead = grammar.fork() if count > 0 and grammar.free is None else None
    while ahead is not None and len(out) < count and not ahead.done and ahead.free is None:
        token = ahead.forced()
        if token is None:
            token = ahead.likely()
        if token is None:
            break
        ahead.advance(token)
        out.append(token)
    return out
