"""The text tower: all-MiniLM-L6-v2 sentence vectors (mean of the token states, unit norm)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertConfig, BertModel

DIMENSIONS = 384
_LONGEST = 256  # tokens; what the network was trained with
_BATCH = 64


class TextTower:
    """Words to vectors.

    Parameters
    ----------
    network
        The encoder, in eval mode.
    tokenizer
        Its word pieces.
    """

    def __init__(self, network: BertModel, tokenizer: Tokenizer) -> None:
        self._network = network
        self._tokenizer = tokenizer
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.enable_padding()

    @staticmethod
    def load(tensors: Mapping[str, Tensor], settings: Mapping[str, Any], tokenizer: Tokenizer) -> TextTower:
        """Build the tower.

        Raises
        ------
        RuntimeError
            When a tensor is missing, unknown or of another shape.
        """
        known = {
            name: value for name, value in settings.items() if name not in ("architectures", "torch_dtype", "dtype")
        }
        network = BertModel(BertConfig(**known), add_pooling_layer=False)
        network.load_state_dict({name: value.float() for name, value in tensors.items()})
        return TextTower(network.eval().requires_grad_(False), tokenizer)

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is one of its pieces as a whole: a common English word."""
        return self._tokenizer.token_to_id(word) is not None

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, 384)`` float32 unit vectors of ``texts``; the same for a text alone and in a batch (to rounding)."""
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        # Texts of one length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            pieces = self._tokenizer.encode_batch([texts[index] for index in chosen])
            ids = torch.tensor([piece.ids for piece in pieces])
            seen = torch.tensor([piece.attention_mask for piece in pieces])
            with torch.inference_mode():
                states = self._network(input_ids=ids, attention_mask=seen).last_hidden_state
                weights = seen[..., None].float()
                mean = (states * weights).sum(1) / weights.sum(1)
                out[chosen] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return out
