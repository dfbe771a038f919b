"""Prompts of any length as text states: chunks of 75 tokens, each framed and encoded by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

CHUNK = 75  # tokens between a chunk's begin and end marks (LLMGA, section 3.2)
FRAME = CHUNK + 2


@dataclass(frozen=True, eq=False)
class Prompt:
    """Encoded text.

    Attributes
    ----------
    states
        ``(1, 77 n, C)`` for n chunks, with the marks of each chunk.
    pooled
        ``(1, P)``, the projected vector of the first chunk, where the family has one (SDXL).
    """

    states: Tensor
    pooled: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Tower:
    """One text encoder with its tokenizer."""

    tokenizer: CLIPTokenizer
    model: CLIPTextModel | CLIPTextModelWithProjection

    def tokens(self, text: str) -> list[int]:
        """The text's token ids, without marks and without a limit of length."""
        return list(self.tokenizer(text, add_special_tokens=False, truncation=False, verbose=False).input_ids)

    def pieces(self, text: str) -> list[str]:
        """The same tokens as they are written; the last of a word ends in ``</w>``."""
        return self.tokenizer.tokenize(text)

    def chunks(self, text: str) -> Tensor:
        """The text's tokens in framed rows ``(n, 77)``, at least one; ends padded as CLIP was trained."""
        tokens = self.tokens(text)
        begin, end, pad = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id, self.tokenizer.pad_token_id
        rows = []
        for start in range(0, max(len(tokens), 1), CHUNK):
            row = [begin, *tokens[start : start + CHUNK], end]
            rows.append(row + [pad] * (FRAME - len(row)))
        return torch.tensor(rows, device=self.model.device)


@dataclass(frozen=True, eq=False)
class NoWords:
    """The text side of a decoder that is told everything by embeddings, as the starter's is: one empty state.

    Attributes
    ----------
    width
        C of the state.
    """

    width: int
    towers: Sequence[Tower] = ()

    def encode(self, _text: str) -> Prompt:
        """The same for every text."""
        return Prompt(torch.zeros(1, 1, self.width))

    def negative(self, text: str) -> Prompt:
        """The same for every text."""
        return self.encode(text)


@dataclass(frozen=True, eq=False)
class PromptEncoder:
    """The text side of a decoder.

    Attributes
    ----------
    towers
        One text encoder (SD 1.5: states of its last layer) or two (SDXL: states of the layer before the last of
        each, joined along the channels; the second gives the pooled vector).
    zero_empty
        Whether an empty negative prompt is all zeros instead of the encoded empty text (SDXL base).
    """

    towers: Sequence[Tower]
    zero_empty: bool = False

    @property
    def pools(self) -> bool:
        """Whether prompts have a pooled vector."""
        return isinstance(self.towers[-1].model, CLIPTextModelWithProjection)

    @torch.inference_mode()
    def encode(self, text: str) -> Prompt:
        """Encode a text of any length; one of up to 75 tokens gives plain CLIP's states bit for bit."""
        pooled, states = None, []
        rows = [tower.chunks(text) for tower in self.towers]
        most = max(len(each) for each in rows)
        for tower, framed in zip(self.towers, rows, strict=True):
            if len(framed) < most:  # the towers' tokenizers may cut a text into different numbers of chunks
                framed = torch.cat([framed, tower.chunks("").expand(most - len(framed), -1)])  # noqa: PLW2901
            out = tower.model(framed, output_hidden_states=self.pools)
            layer = out.hidden_states[-2] if self.pools else out.last_hidden_state
            states.append(layer.reshape(1, -1, layer.shape[-1]))
            if isinstance(tower.model, CLIPTextModelWithProjection):
                pooled = out.text_embeds[:1]
        return Prompt(torch.cat(states, dim=-1), pooled)

    def negative(self, text: str) -> Prompt:
        """Encode what the picture must not show; may be of another length than the prompt."""
        prompt = self.encode(text)
        if text or not self.zero_empty:
            return prompt
        return Prompt(
            torch.zeros_like(prompt.states), None if prompt.pooled is None else torch.zeros_like(prompt.pooled)
        )
