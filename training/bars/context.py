"""Bars: context attention is exactly off when its gates are closed, and reads each of 0 to 8 references when open."""

from __future__ import annotations

from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from engine.decode.conditions import Condition
from engine.decode.context import REFERENCES, ContextAttention, ContextPair
from engine.decode.network import Network
from engine.errors import BadInput
from training import tiny
from training.bars import Bar, Ground
from training.bench import FAMILIES

SIZES = ((16, 16), (24, 16), (10, 14))  # latents


@torch.inference_mode()
def measure(ground: Ground) -> list[Bar]:
    """Both families, three sizes, every number of references."""
    equal = counted = alone = tried = runs = 0
    swaps: list[float] = []
    for family in ("sd15", "sdxl"):
        for size in SIZES:
            torch.manual_seed(7)
            unet = tiny.unet(family).eval()
            latents, condition = torch.randn(1, 4, *size), _condition(family)
            pairs = [_pair(family, size) for _ in range(REFERENCES)]
            time = torch.tensor(500)
            bare = Network(unet)(latents, time, condition)
            for count in range(REFERENCES + 1):
                shut = ContextAttention.for_unet(unet)
                tokens = shut.encode(unet, pairs[:count])
                bottom = -(-size[0] // 2) * -(-size[1] // 2)
                counted += tokens.shape == (1, count * bottom, 64)
                equal += torch.equal(_read(unet, shut, latents, condition, tokens), bare)
                open_ = _opened(unet)
                read = _read(unet, open_, latents, condition, open_.encode(unet, pairs[:count]))
                alone += bool(torch.isfinite(read).all()) and torch.equal(read, bare) == (count == 0)
                runs += 1
            one, two = pairs[0], ContextPair(pairs[1].latents, pairs[0].states, pairs[0].added)  # under the same words
            layer = _opened(unet)
            there, back = (
                _read(unet, layer, latents, condition, layer.encode(unet, order)) for order in ((one, two), (two, one))
            )
            swaps.append(float((there - back).norm() / there.norm()))
            try:
                layer.encode(unet, [*pairs, pairs[0]])
            except BadInput:
                tried += 1
    shares = ", ".join(f"{name} +{_share(config):.1%}" for name, config in FAMILIES.items())
    cases = len(SIZES) * 2
    return [
        Bar("must", "context off", "closed gates: bit-equal to the bare network", f"{equal} of {runs}", equal == runs),
        Bar("must", "context tokens", "references x h x w", f"{counted} of {runs}; size {shares}", counted == runs),
        Bar(
            "must",
            "context order",
            "swapping two references under the same words changes the result",
            f"by {min(swaps):.2%} to {max(swaps):.2%} of its norm in {cases} cases",
            min(swaps) > 1e-3,
        ),
        Bar(
            "must",
            "context references",
            "0 (the bare network) to 8 (each time another picture); 9 are refused",
            f"{alone} of {runs}; refused {tried} of {cases}",
            alone == runs and tried == cases,
        ),
    ]


def _read(
    unet: UNet2DConditionModel, layer: ContextAttention, latents: Tensor, condition: Condition, tokens: Tensor
) -> Tensor:
    told = Condition(condition.states, condition.pooled, condition.sizes, context=tokens)
    return Network(unet, context=layer)(latents, torch.tensor(500), told)


def _opened(unet: UNet2DConditionModel) -> ContextAttention:
    torch.manual_seed(11)
    layer = ContextAttention.for_unet(unet)
    layer.gate.fill_(1)
    layer.gate_feed.fill_(1)
    return layer


def _condition(family: tiny.Family) -> Condition:
    if family == "sd15":
        return Condition(torch.randn(1, 77, tiny.WIDTH))
    sizes = torch.tensor([[128.0, 128, 0, 0, 128, 128]])
    return Condition(torch.randn(1, 77, 2 * tiny.WIDTH), torch.randn(1, tiny.WIDTH), sizes)


def _pair(family: tiny.Family, size: tuple[int, int]) -> ContextPair:
    told = _condition(family)
    added = {} if told.pooled is None else {"text_embeds": told.pooled, "time_ids": told.sizes}
    return ContextPair(torch.randn(1, 4, *size), told.states, added)


def _share(config: dict[str, Any]) -> float:
    """What the layer adds to a full-size network; built without memory."""
    with torch.device("meta"):
        unet = UNet2DConditionModel(**config)
    own = sum(weight.numel() for weight in ContextAttention.for_unet(unet).parameters())
    return own / sum(weight.numel() for weight in unet.parameters())
