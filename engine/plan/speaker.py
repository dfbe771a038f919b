"""A language model of transformers' classes as the plan's decoding drives it: states, scores, a memory to cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.networks import Held


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a multimodal model reads at once, as its own processor prepares it: names to tensors."""

    given: dict[str, Tensor]


class Memory:
    """Keys and values of what was read; ``length`` may be set back."""

    def __init__(self, past: Any) -> None:
        self.past = past

    @property
    def length(self) -> int:
        """Tokens that are remembered."""
        return int(self.past.get_seq_length())

    @length.setter
    def length(self, length: int) -> None:
        if length < self.length:
            self.past.crop(length - self.length)  # a negative number of tokens to forget


@dataclass(frozen=True, eq=False)
class Speaker:
    """A causal language model, with or without eyes.

    Attributes
    ----------
    held
        ``...ForCausalLM`` or ``...ForConditionalGeneration`` of transformers.
    """

    held: Held

    @property
    def model(self) -> Any:
        """The model, on its device."""
        return self.held.here()

    @property
    def embedding(self) -> Tensor:
        """``(vocabulary, width)``."""
        return self.model.get_input_embeddings().weight

    @property
    def language(self) -> Any:
        """The part that reads embeddings and gives states."""
        body = self.model.model
        return getattr(body, "language_model", None) or getattr(body, "text_model", None) or body

    def cache(self) -> Memory:
        """Nothing remembered yet."""
        from transformers import DynamicCache

        return Memory(DynamicCache())

    @torch.inference_mode()
    def forward(self, x: Tensor | Inputs, cache: Memory) -> Tensor:
        """Read more; gives the last states ``(n, width)``, normed.

        Parameters
        ----------
        x
            ``(n, width)`` embeddings, or what a processor prepared.
        cache
            Extended.
        """
        if isinstance(x, Inputs):
            out = self.model.model(**x.given, past_key_values=cache.past, use_cache=True)
        else:
            out = self.language(inputs_embeds=x[None], past_key_values=cache.past, use_cache=True)
        return out.last_hidden_state[0]

    @torch.inference_mode()
    def logits(self, states: Tensor, tokens: Tensor | None = None) -> Tensor:
        """``(n, width)`` states to ``(n, m)`` scores of ``tokens`` (of all when absent)."""
        head = self.model.get_output_embeddings().weight
        return functional.linear(states, head if tokens is None else head[tokens]).float().cpu()
