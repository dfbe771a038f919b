"""The planner as it is trained: a frozen Llama with low-rank additions and rows of its own, and the two projectors.

Parameters are named so that the parts of the stages are plain patterns: ``enter.*``, ``leave.*``, ``language.rows``,
``language.layers.*.a`` and ``.b``; all else is the published language model and stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.plan import tokens as t
from engine.plan.model import MATRICES, Shape, fuse_layer
from engine.plan.projectors import Projector
from engine.plan.writing import SOFT_PER_REFERENCE

_ROWS_SEED = 0  # not the stage's: stages that leave the control tokens' rows alone must all see the same


class Projection(nn.Module):
    """An engine's projector whose four tensors are parameters."""

    def __init__(self, projector: Projector) -> None:
        super().__init__()
        self.w1, self.b1, self.w2, self.b2 = (nn.Parameter(each) for each in projector.parameters)

    def forward(self, x: Tensor) -> Tensor:
        """``(…, in)`` to ``(…, out)``."""
        return Projector(self.w1, self.b1, self.w2, self.b2)(x)


class Matrix(nn.Module):
    """A frozen linear map with a low-rank addition ``b a`` that is zero at first (Hu et al. 2021, section 4.1).

    Parameters
    ----------
    weight
        ``(out, in)``.
    rank
        Of the addition; 0 for none.
    generator
        Of the drawing of ``a``.
    """

    def __init__(self, weight: Tensor, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.a = self.b = None
        if rank:
            outputs, inputs = weight.shape
            self.a = nn.Parameter(torch.randn(rank, inputs, generator=generator) * inputs**-0.5)
            self.b = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, x: Tensor) -> Tensor:
        """``(…, in)`` to ``(…, out)``."""
        out = functional.linear(x, self.weight)
        if self.a is None or self.b is None:
            return out
        return out + functional.linear(functional.linear(x, self.a.to(x.dtype)), self.b.to(x.dtype))


class Layer(nn.Module):
    """One Llama layer, its matrices fused as the engine fuses them."""

    def __init__(self, tensors: Mapping[str, Tensor], index: int, shape: Shape, rank: int, g: torch.Generator) -> None:
        super().__init__()
        self.shape = shape
        fused = fuse_layer(tensors, index, {})
        self.qkv, self.o, self.gate_up, self.down = (Matrix(fused[name].bfloat16(), rank, g) for name in MATRICES)
        self.norm1, self.norm2 = (
            nn.Parameter(tensors[f"model.layers.{index}.{name}_layernorm.weight"].bfloat16())
            for name in ("input", "post_attention")
        )

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, seen: Tensor) -> Tensor:
        """``(rows, length, width)``; ``seen`` ``(rows, 1, length, length)`` says what attends to what."""
        s = self.shape
        rows, length, width = x.shape
        h = functional.rms_norm(x, (width,), self.norm1, s.epsilon)
        heads = self.qkv(h).view(rows, length, s.heads + 2 * s.key_heads, s.head_width).transpose(1, 2)
        turned, values = heads[:, : s.heads + s.key_heads], heads[:, s.heads + s.key_heads :]
        half = s.head_width // 2
        turned = turned * cos + torch.cat((-turned[..., half:], turned[..., :half]), -1) * sin
        queries, keys = turned[:, : s.heads], turned[:, s.heads :]
        mixed = functional.scaled_dot_product_attention(queries, keys, values, seen, enable_gqa=True)
        x = x + self.o(mixed.transpose(1, 2).reshape(rows, length, width))
        h = functional.rms_norm(x, (width,), self.norm2, s.epsilon)
        gate, up = self.gate_up(h).chunk(2, -1)
        return x + self.down(functional.silu(gate) * up)


class LanguageModel(nn.Module):
    """A Llama with tied embeddings in bfloat16, the control tokens' rows apart in float32.

    Parameters
    ----------
    tensors
        Named as LlamaForCausalLM names them.
    config
        Its ``config.json``.
    rank
        Of the additions; 0 for none.
    generator
        Of the additions' drawing.
    """

    row_of: Tensor

    def __init__(
        self, tensors: Mapping[str, Tensor], config: Mapping[str, Any], rank: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.shape = Shape.of(config)
        self.embedding = nn.Parameter(tensors["model.embed_tokens.weight"].bfloat16())
        self.layers = nn.ModuleList(Layer(tensors, i, self.shape, rank, generator) for i in range(self.shape.layers))
        self.norm = nn.Parameter(tensors["model.norm.weight"].bfloat16())
        published = self.embedding.detach()[list(t.TRAINED_ROWS)].float()
        noise = torch.randn(published.shape, generator=torch.Generator().manual_seed(_ROWS_SEED))
        self.rows = nn.Parameter(published + 0.5 * published.std() * noise)
        row_of = torch.full((len(self.embedding),), -1)
        row_of[list(t.TRAINED_ROWS)] = torch.arange(len(t.TRAINED_ROWS))
        self.register_buffer("row_of", row_of, persistent=False)

    def embed(self, tokens: Tensor) -> Tensor:
        """``(…)`` ids to ``(…, width)``; what enters, and what the head compares states with."""
        x, own = functional.embedding(tokens, self.embedding), self.row_of[tokens]
        return torch.where((own >= 0)[..., None], self.rows[own.clamp(min=0)].to(x.dtype), x)

    def forward(self, x: Tensor, positions: Tensor, document: Tensor) -> Tensor:
        """Last normed states.

        Parameters
        ----------
        x
            ``(rows, length, width)`` embeddings.
        positions
            ``(rows, length)`` places of the tokens in their documents.
        document
            ``(rows, length)`` numbers; a token sees those of its own number up to itself.
        """
        width, length = self.shape.head_width, x.shape[1]
        angle = positions[:, None, :, None] / self.shape.rope_base ** (
            torch.arange(0, width, 2, device=x.device) / width
        )
        angle = torch.cat((angle, angle), -1)
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        seen = torch.ones(length, length, dtype=torch.bool, device=x.device).tril()
        seen = (seen & (document[:, :, None] == document[:, None, :]))[:, None]
        for layer in self.layers:
            x = layer(x, cos, sin, seen)
        return functional.rms_norm(x, (x.shape[-1],), self.norm, self.shape.epsilon)


class PlannerNetwork(nn.Module):
    """Language model and projectors.

    Parameters
    ----------
    language
        The model.
    enter, leave
        Embedding to soft tokens, and state to embedding.
    """

    def __init__(self, language: LanguageModel, enter: Projector, leave: Projector) -> None:
        super().__init__()
        self.language, self.enter, self.leave = language, Projection(enter), Projection(leave)

    def states(self, batch: Mapping[str, Tensor]) -> Tensor:
        """``(rows, length, width)`` last states of a batch as :func:`training.planner.rows.packed` gives it."""
        x = self.language.embed(batch["tokens"])
        soft = self.enter(batch["soft"]).unflatten(-1, (SOFT_PER_REFERENCE, x.shape[-1]))
        row, first = batch["soft_at"].unbind(1)
        places = first[:, None] + torch.arange(SOFT_PER_REFERENCE, device=x.device)
        x = x.index_put((row[:, None].expand_as(places), places), soft.to(x.dtype))
        return self.language(x, batch["positions"], batch["document"])

    def adapter(self) -> dict[str, Tensor]:
        """What was trained, named as :meth:`engine.plan.Planner.assemble` takes it."""
        parts = {name: each.detach().float().cpu() for name, each in self.named_parameters()}
        low_rank = {
            f"low_rank.{name.removeprefix('language.layers.')}": each
            for name, each in parts.items()
            if name.endswith((".a", ".b"))
        }
        ends = {name: each for name, each in parts.items() if name.startswith(("enter.", "leave."))}
        return low_rank | ends | {"rows": parts["language.rows"]}
