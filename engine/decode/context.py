"""Instruct-Imagen's context: (marker and text, picture) pairs that the U-Net's bottleneck attends to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BadInput, BundleError

REFERENCES = 8  # as many as an instruction's context may hold
SHARE = 0.1  # Instruct-Imagen grows from 2.51 to 2.76 billion parameters
PREFIX = "context."  # of every tensor's name in a file


@dataclass(frozen=True, eq=False)
class ContextPair:
    """One reference as the network reads it, on its device and of its type.

    Attributes
    ----------
    latents
        ``(B, c, h, w)``, the picture's, without noise.
    states
        ``(B, 77 n, C)``, text states of its marker and words ("[ref#1] vase").
    added
        What else the network asks for (its ``added_cond_kwargs``): SDXL's ``text_embeds`` and ``time_ids``, and
        ``image_embeds`` where picture adapters are loaded.
    """

    latents: Tensor
    states: Tensor
    added: Mapping[str, Any] = field(default_factory=dict)


class ContextAttention(nn.Module):
    """Cross-attention from the noisy picture's bottleneck to the context's (Instruct-Imagen, section 3.2).

    It stands behind the mid block: there the queries have read the instruction, whose markers say which reference is
    wanted for what, and every pretrained layer up to there still sees what it was trained on. What the paper leaves
    open is chosen so:

    - Size. Attention as wide as the bottleneck adds 0.8 % to SD 1.5 and 0.3 % to SDXL. The rest of the paper's tenth
      is a feed-forward layer behind it, as in any transformer block.
    - Gates. Both layers' outputs are multiplied channel by channel with gates that start at zero, so that an untrained
      layer leaves the network exactly as it was.
    - Order. Attention does not see the order of its keys, so a learned vector for each place (first reference, second
      ...) is added to the tokens: it lets ``[ref#2]`` in the instruction mean the second one.
    - Noise. Context pictures have none and are encoded at timestep 0, the only one at which the network was trained to
      expect clean latents.

    Parameters
    ----------
    channels
        Of the bottleneck.
    hidden
        Width of the feed-forward layer.
    references
        Most references of a context.
    """

    def __init__(self, channels: int, hidden: int, references: int = REFERENCES) -> None:
        super().__init__()
        self.heads = channels // math.gcd(channels, 64)  # 64 channels a head, as in SDXL
        self.norm = nn.LayerNorm(channels)
        self.norm_context = nn.LayerNorm(channels)
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(channels, channels, bias=False)
        self.to_v = nn.Linear(channels, channels, bias=False)
        self.to_out = nn.Linear(channels, channels)
        self.gate = nn.Parameter(torch.zeros(channels))
        self.norm_feed = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, hidden)
        self.narrow = nn.Linear(hidden, channels)
        self.gate_feed = nn.Parameter(torch.zeros(channels))
        self.places = nn.Parameter(torch.randn(references, channels) / math.sqrt(channels))

    @classmethod
    def for_unet(cls, unet: UNet2DConditionModel, share: float = SHARE) -> ContextAttention:
        """A fresh layer for a network, on its device and of its type.

        Parameters
        ----------
        unet
            Of SD 1.5, SDXL or any other kind with a mid block.
        share
            Its parameters as a share of the network's; attention alone is the least.
        """
        channels = _bottleneck(unet)
        wanted = share * sum(weight.numel() for weight in unet.parameters())
        hidden = max(round((wanted - 4 * channels**2) / (2 * channels)), 1)
        with torch.device(unet.device):
            return cls(channels, hidden).to(unet.dtype)

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> ContextAttention:
        """The layer kept in a file's tensors, whose names begin with ``context.``.

        Raises
        ------
        BundleError
            One is missing, unknown or does not fit the others.
        """
        own = {name.removeprefix(PREFIX): tensor for name, tensor in tensors.items()}
        try:
            (references, channels), hidden = own["places"].shape, len(own["widen.bias"])
            layer = cls(channels, hidden, references).to(own["places"].dtype)
            layer.load_state_dict(own)
        except (KeyError, RuntimeError) as error:
            raise BundleError(f"The context layer's tensors do not fit together ({error}).") from error
        return layer

    def tensors(self) -> dict[str, Tensor]:
        """Its weights by the names they have in a file."""
        return self.state_dict(prefix=PREFIX)

    def encode(self, unet: UNet2DConditionModel, pairs: Sequence[ContextPair]) -> Tensor:
        """The tokens of 0 to 8 references, by the network's own down path (nested encoding).

        Parameters
        ----------
        unet
            The network that will read them.
        pairs
            The references in the order of their markers.

        Returns
        -------
        torch.Tensor
            ``(B, references * h * w, C)`` at the bottleneck's size; gradients flow through it.

        Raises
        ------
        BadInput
            More references than the layer has places for.
        """
        most = len(self.places)
        if len(pairs) > most:
            raise BadInput(f"{len(pairs)} references are too many for the context.", f"Name at most {most}.")
        if not pairs:
            return self.places.new_zeros((1, 0, self.places.shape[1]))
        features = [_rows(down_path(unet, pair)) for pair in pairs]
        return torch.cat([feature + place for feature, place in zip(features, self.places, strict=False)], dim=1)

    def forward(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        """The bottleneck ``(B, C, h, w)`` after reading tokens ``(B or 1, n, C)``, n at least 1."""

        def picture(rows: Tensor) -> Tensor:
            return rows.transpose(1, 2).unflatten(2, hidden.shape[2:])

        # added to the picture, not to its rows, so that its memory layout stays and with it the next layer's rounding
        hidden = hidden + picture(self.gate * self._read(_rows(hidden), tokens))
        feed = self.narrow(functional.gelu(self.widen(self.norm_feed(_rows(hidden)))))
        return hidden + picture(self.gate_feed * feed)

    def _read(self, rows: Tensor, tokens: Tensor) -> Tensor:
        """What each of the bottleneck's places ``(B, h w, C)`` takes from the tokens."""
        context = self.norm_context(tokens.to(rows.dtype)).expand(len(rows), -1, -1)

        def split(states: Tensor) -> Tensor:
            return states.unflatten(2, (self.heads, -1)).transpose(1, 2)

        read = functional.scaled_dot_product_attention(
            split(self.to_q(self.norm(rows))), split(self.to_k(context)), split(self.to_v(context))
        )
        return self.to_out(read.transpose(1, 2).flatten(2))

    @contextmanager
    def installed(self, unet: UNet2DConditionModel, tokens: Tensor | None) -> Iterator[None]:
        """The network reads the tokens as long as this lasts; without any it is left alone."""
        if tokens is None or tokens.shape[1] == 0:
            yield
            return
        hook = unet.mid_block.register_forward_hook(lambda _block, _inputs, hidden: self(hidden, tokens))
        try:
            yield
        finally:
            hook.remove()


def down_path(unet: UNet2DConditionModel, pair: ContextPair) -> Tensor:
    """The bottleneck ``(B, C, h, w)`` before the mid block, of a clean picture at timestep 0.

    An inpaint network is told that every pixel is known: mask 0, and the picture itself as the masked one.
    """
    latents, added = pair.latents, dict(pair.added)
    if unet.conv_in.in_channels == 2 * latents.shape[1] + 1:
        latents = torch.cat([latents, torch.zeros_like(latents[:, :1]), latents], dim=1)
    time = unet.time_embedding(unet.get_time_embed(latents, 0))
    aside = unet.get_aug_embed(emb=time, encoder_hidden_states=pair.states, added_cond_kwargs=added)
    time = time if aside is None else time + aside
    states = unet.process_encoder_hidden_states(encoder_hidden_states=pair.states, added_cond_kwargs=added)
    hidden = unet.conv_in(latents)
    for block in unet.down_blocks:
        told = {"encoder_hidden_states": states} if getattr(block, "has_cross_attention", False) else {}
        hidden, _ = block(hidden_states=hidden, temb=time, **told)
    return hidden


def _bottleneck(unet: UNet2DConditionModel) -> int:
    """Channels of a network's bottleneck."""
    if unet.mid_block is None:
        raise BundleError("A network without a mid block has no place for context.")
    return unet.config["block_out_channels"][-1]


def _rows(picture: Tensor) -> Tensor:
    """``(B, C, h, w)`` as ``(B, h w, C)``."""
    return picture.flatten(2).transpose(1, 2)
