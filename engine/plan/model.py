"""SmolLM2's forward pass for decoding: fused matrices, a cache allocated once, the head only over allowed tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn import functional

from engine.errors import BundleError

MATRICES = ("qkv", "o", "gate_up", "down")


def _take(tensors: Mapping[str, torch.Tensor], name: str) -> torch.Tensor:
    try:
        return tensors[name]
    except KeyError:
        raise BundleError(f"The planner's weights lack {name}.", "Run: overtone models assemble starter") from None


def fuse_layer(
    tensors: Mapping[str, torch.Tensor], index: int, low_rank: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The four matrices of a layer: query, key and value in one, gate and up in one, low-rank products added."""
    p = f"model.layers.{index}."
    fused = {
        "qkv": torch.cat([_take(tensors, f"{p}self_attn.{n}_proj.weight") for n in "qkv"]),
        "o": _take(tensors, p + "self_attn.o_proj.weight"),
        "gate_up": torch.cat([_take(tensors, f"{p}mlp.{n}_proj.weight") for n in ("gate", "up")]),
        "down": _take(tensors, p + "mlp.down_proj.weight"),
    }
    for name in MATRICES:
        a, b = low_rank.get(f"{index}.{name}.a"), low_rank.get(f"{index}.{name}.b")
        if a is not None and b is not None:
            fused[name] = fused[name].float() + b.float() @ a.float()
    return fused


@dataclass(frozen=True)
class Shape:
    """Sizes of a Llama network, as ``config.json`` names them."""

    width: int
    layers: int
    heads: int
    key_heads: int
    rope_base: float
    epsilon: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape:
        """From ``config.json``."""
        rope = config.get("rope_parameters") or {}
        return cls(
            config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"],
            config["num_key_value_heads"], float(rope.get("rope_theta") or config.get("rope_theta") or 10_000.0),
            float(config.get("rms_norm_eps", 1e-6)),
        )  # fmt: skip

    @property
    def head_width(self) -> int:
        """Channels of one head."""
        return self.width // self.heads


class Matrix:
    """A linear map without bias.

    Bfloat16 weights are reordered once into oneDNN's blocks where the processor has instructions for them: otherwise
    every product would reorder them again, which costs as much as the product.

    Parameters
    ----------
    weight
        ``(out, in)``.
    """

    def __init__(self, weight: torch.Tensor) -> None:
        mkldnn = torch.ops.mkldnn
        self.packed = weight.dtype == torch.bfloat16 and torch.backends.mkldnn.is_available()
        self.packed = self.packed and bool(mkldnn._is_mkldnn_bf16_supported())
        self.weight = mkldnn._reorder_linear_weight(weight, 1) if self.packed else weight

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """``(n, in)`` to ``(n, out)``."""
        if self.packed:
            return torch.ops.mkldnn._linear_pointwise(x, self.weight, None, "none", [], "")
        return functional.linear(x, self.weight)


@dataclass(frozen=True, eq=False)
class _Layer:
    norm1: torch.Tensor
    qkv: Matrix
    o: Matrix
    norm2: torch.Tensor
    gate_up: Matrix
    down: Matrix


@dataclass(eq=False)
class Cache:
    """Keys and values of the tokens read so far.

    Attributes
    ----------
    keys, values
        ``(layers, key heads, capacity, head width)``.
    length
        How many tokens of it are filled.
    """

    keys: torch.Tensor
    values: torch.Tensor
    length: int = 0


@dataclass(frozen=True, eq=False)
class Model:
    """A Llama network with tied embeddings.

    Attributes
    ----------
    shape
        Sizes.
    embedding
        ``(vocabulary, width)``.
    """

    shape: Shape
    embedding: torch.Tensor
    norm: torch.Tensor
    layers: tuple[_Layer, ...]
    _angles: dict[int, tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        tensors: Mapping[str, torch.Tensor],
        config: Mapping[str, Any],
        low_rank: Mapping[str, torch.Tensor] | None = None,
        dtype: torch.dtype = torch.bfloat16,
    ) -> Model:
        """Fuse the matrices of LlamaForCausalLM and add low-rank products to them (LoRA, Hu et al. 2021, section 4.1).

        Parameters
        ----------
        tensors
            Named as LlamaForCausalLM names them.
        config
            ``config.json``.
        low_rank
            ``{layer}.{qkv|o|gate_up|down}.a`` ``(rank, in)`` and ``.b`` ``(out, rank)``; ``W + b a`` is used.
        dtype
            Of weights and computation.
        """
        shape = Shape.of(config)
        layers = []
        for i in range(shape.layers):
            fused = fuse_layer(tensors, i, low_rank or {})
            n1, n2 = (
                _take(tensors, f"model.layers.{i}.{name}_layernorm.weight").to(dtype).contiguous()
                for name in ("input", "post_attention")
            )
            f = {name: Matrix(matrix.to(dtype).contiguous()) for name, matrix in fused.items()}
            layers.append(_Layer(n1, f["qkv"], f["o"], n2, f["gate_up"], f["down"]))
        embedding = _take(tensors, "model.embed_tokens.weight").to(dtype).contiguous()
        return cls(shape, embedding, _take(tensors, "model.norm.weight").to(dtype), tuple(layers))

    def cache(self, capacity: int) -> Cache:
        """Room for ``capacity`` tokens."""
        s = self.shape
        size = (s.layers, s.key_heads, capacity, s.head_width)
        return Cache(torch.empty(size, dtype=self.embedding.dtype), torch.empty(size, dtype=self.embedding.dtype))

    def _turns(self, capacity: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosines and sines of the rotary embedding for positions up to ``capacity``."""
        found = self._angles.get(capacity)
        if found is None:
            width = self.shape.head_width
            speed = 1.0 / self.shape.rope_base ** (torch.arange(0, width, 2, dtype=torch.float32) / width)
            angle = torch.outer(torch.arange(capacity, dtype=torch.float32), speed)
            angle = torch.cat((angle, angle), -1)
            found = angle.cos().to(self.embedding.dtype), angle.sin().to(self.embedding.dtype)
            self._angles[capacity] = found
        return found

    @torch.inference_mode()
    def forward(self, x: torch.Tensor, cache: Cache) -> torch.Tensor:
        """Read ``n`` more tokens.

        Parameters
        ----------
        x
            ``(n, width)`` input embeddings.
        cache
            Extended by n.

        Returns
        -------
        torch.Tensor
            ``(n, width)`` last states, normed: what the head and the output projector read.
        """
        s = self.shape
        n, start = len(x), cache.length
        end = start + n
        capacity = cache.keys.shape[2]
        cos, sin = self._turns(capacity)
        cos, sin = cos[start:end, None], sin[start:end, None]
        half, group = s.head_width // 2, s.heads // s.key_heads
        # A token sees all that was read and those of its own batch up to itself.
        mask = torch.full((n, end), float("-inf"), dtype=x.dtype).triu_(start + 1) if n > 1 else None
        for i, layer in enumerate(self.layers):
            h = functional.rms_norm(x, (s.width,), layer.norm1, s.epsilon)
            heads = layer.qkv(h).view(n, s.heads + 2 * s.key_heads, s.head_width)
            turned = heads[:, : s.heads + s.key_heads]
            turned = turned * cos + torch.cat((-turned[..., half:], turned[..., :half]), -1) * sin
            cache.keys[i, :, start:end] = turned[:, s.heads :].transpose(0, 1)
            cache.values[i, :, start:end] = heads[:, s.heads + s.key_heads :].transpose(0, 1)
            query = turned[:, : s.heads].transpose(0, 1).reshape(s.key_heads, group * n, s.head_width)
            scores = torch.bmm(query, cache.keys[i, :, :end].transpose(1, 2)) * s.head_width**-0.5
            if mask is not None:
                scores = (scores.view(s.key_heads, group, n, end) + mask).view(s.key_heads, group * n, end)
            mixed = torch.bmm(torch.softmax(scores, -1, dtype=torch.float32).to(x.dtype), cache.values[i, :, :end])
            mixed = mixed.view(s.heads, n, s.head_width).transpose(0, 1).reshape(n, s.width)
            x = x + layer.o(mixed)
            h = functional.rms_norm(x, (s.width,), layer.norm2, s.epsilon)
            gate, up = layer.gate_up(h).chunk(2, -1)
            x = x + layer.down(functional.silu(gate) * up)
        cache.length = end
        return functional.rms_norm(x, (s.width,), self.norm, s.epsilon)

    @torch.inference_mode()
    def logits(self, states: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        """``(n, width)`` states to ``(n, m)`` scores of ``tokens`` (of all when absent)."""
        table = self.embedding if tokens is None else self.embedding[tokens]
        return functional.linear(states, table)
