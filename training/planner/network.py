"""The language model as it is trained: frozen bfloat16 weights, low-rank additions, several samples in one row."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

HEADS, KEYS, WIDTH = 9, 3, 64
NAMES = ("qkv", "o", "gate_up", "down")


def _linear(h: torch.Tensor, weight: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return functional.linear(h, weight) + functional.linear(functional.linear(h, a.to(h.dtype)), b.to(h.dtype))


def layer(
    x: torch.Tensor,
    norm1: torch.Tensor,
    norm2: torch.Tensor,
    qkv: torch.Tensor,
    o: torch.Tensor,
    gate_up: torch.Tensor,
    down: torch.Tensor,
    qkv_a: torch.Tensor,
    qkv_b: torch.Tensor,
    o_a: torch.Tensor,
    o_b: torch.Tensor,
    gate_up_a: torch.Tensor,
    gate_up_b: torch.Tensor,
    down_a: torch.Tensor,
    down_b: torch.Tensor,
    cos: torch.Tensor,
    sin: torch.Tensor,
    mask: torch.Tensor,
) -> torch.Tensor:
    """One Llama layer over ``(rows, length, width)``; ``mask`` is added to the scores."""
    rows, length, width = x.shape
    h = functional.rms_norm(x, (width,), norm1, 1e-5)
    heads = _linear(h, qkv, qkv_a, qkv_b).view(rows, length, HEADS + 2 * KEYS, WIDTH)
    turned = heads[:, :, : HEADS + KEYS]
    half = WIDTH // 2
    turned = turned * cos[:, :, None] + torch.cat((-turned[..., half:], turned[..., :half]), -1) * sin[:, :, None]
    q = turned[:, :, :HEADS].transpose(1, 2)
    k = turned[:, :, HEADS:].transpose(1, 2).repeat_interleave(HEADS // KEYS, 1)
    v = heads[:, :, HEADS + KEYS :].transpose(1, 2).repeat_interleave(HEADS // KEYS, 1)
    scores = (q @ k.transpose(-1, -2)) * WIDTH**-0.5 + mask
    mixed = (torch.softmax(scores.float(), -1).to(x.dtype) @ v).transpose(1, 2).reshape(rows, length, width)
    x = x + _linear(mixed, o, o_a, o_b)
    h = functional.rms_norm(x, (width,), norm2, 1e-5)
    gate, up = _linear(h, gate_up, gate_up_a, gate_up_b).chunk(2, -1)
    return x + _linear(functional.silu(gate) * up, down, down_a, down_b)


@dataclass(frozen=True, eq=False)
class Network:
    """Frozen weights and trained additions.

    Attributes
    ----------
    frozen
        For each layer: two norms and four fused matrices, bfloat16.
    low_rank
        ``layer.name.a`` ``(rank, in)`` and ``layer.name.b`` ``(out, rank)``, float32.
    embedding
        ``(vocabulary, width)`` bfloat16, tied to the head.
    norm
        Of the last layer.
    """

    frozen: tuple[tuple[torch.Tensor, ...], ...]
    low_rank: dict[str, torch.Tensor]
    embedding: torch.Tensor
    norm: torch.Tensor

    @classmethod
    def new(cls, weights: dict[str, torch.Tensor], rank: int, generator: torch.Generator) -> Network:
        """From LlamaForCausalLM's tensors, with additions that change nothing yet."""
        w = {k: v.to(torch.bfloat16) for k, v in weights.items()}
        frozen, low_rank = [], {}
        for i in range(sum(k.endswith("input_layernorm.weight") for k in w)):
            p = f"model.layers.{i}."
            matrices = (
                torch.cat([w[f"{p}self_attn.{n}_proj.weight"] for n in "qkv"]),
                w[p + "self_attn.o_proj.weight"],
                torch.cat([w[p + "mlp.gate_proj.weight"], w[p + "mlp.up_proj.weight"]]),
                w[p + "mlp.down_proj.weight"],
            )
            frozen.append((w[p + "input_layernorm.weight"], w[p + "post_attention_layernorm.weight"], *matrices))
            for name, matrix in zip(NAMES, matrices, strict=True):
                outputs, inputs = matrix.shape
                low_rank[f"{i}.{name}.a"] = torch.randn(rank, inputs, generator=generator) * inputs**-0.5
                low_rank[f"{i}.{name}.b"] = torch.zeros(outputs, rank)
        return cls(tuple(frozen), low_rank, w["model.embed_tokens.weight"], w["model.norm.weight"])

    def forward(self, run, x: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Last normed states of ``(rows, length, width)`` embeddings; ``run`` is :func:`layer` or its compiled form."""
        half = torch.arange(0, WIDTH, 2) / WIDTH
        angle = positions[..., None] / 100_000.0**half
        angle = torch.cat((angle, angle), -1)
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        for i, frozen in enumerate(self.frozen):
            added = [self.low_rank[f"{i}.{name}.{part}"] for name in NAMES for part in "ab"]
            x = run(x, *frozen, *added, cos, sin, mask)
        return functional.rms_norm(x, (x.shape[-1],), self.norm, 1e-5)
