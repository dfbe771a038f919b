"""The prior's network: a decoder-only transformer that answers an embedding and a score with an image embedding."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

KINDS = ("text", "picture", "sound", "music", "predicted")
POSITIONS = 4  # source kind, embedding, score, output slot
WIDEST = 10_000.0  # longest period of the score's sinusoid (Vaswani et al. 2017, section 3.5)


@dataclass(frozen=True)
class PriorShape:
    """Sizes of a prior.

    Attributes
    ----------
    width, layers, heads
        Of the transformer; heads divide the width.
    embedding
        D of the encoder's space.
    kinds
        Where an embedding may come from; ``predicted`` is the planner's own [gen].
    waves
        Values of the score's sinusoid, even.
    """

    width: int
    layers: int
    heads: int
    embedding: int
    kinds: tuple[str, ...] = KINDS
    waves: int = 512

    def __post_init__(self) -> None:
        sizes = (self.width, self.layers, self.heads, self.embedding, self.waves)
        if not all(isinstance(each, int) and each > 0 for each in sizes):
            raise ValueError(f"sizes of a prior must be whole and above 0: {sizes}")
        if self.width % self.heads or self.waves % 2 or not self.kinds:
            raise ValueError("heads must divide the width, waves be even, and there must be a source kind")

    @classmethod
    def paper(cls) -> PriorShape:
        """24 layers of 1024 (InstructAny2Pix, section 4.3), which is GPT-2-medium's form: 302M in the blocks.

        The 71.1M of the paper's table 6 cannot be had at that shape.
        """
        return cls(width=1024, layers=24, heads=16, embedding=1024)

    @classmethod
    def starter(cls) -> PriorShape:
        """4 layers of 256 for the starter's 384 dimensions: 3.2M in the blocks."""
        return cls(width=256, layers=4, heads=8, embedding=384)

    @classmethod
    def of(cls, values: dict[str, Any]) -> PriorShape:
        """From a JSON object.

        Raises
        ------
        TypeError, ValueError
            When a field is unknown, missing or out of range.
        """
        return cls(**{**values, "kinds": tuple(values.get("kinds", KINDS))})

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "kinds": list(self.kinds)}


class Block(nn.Module):
    """A transformer block with its norms in front (GPT-2: Radford et al. 2019, section 2.3)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """``(n, positions, width)`` to the same; a position sees itself and those before it."""
        n, positions, width = x.shape
        heads = self.qkv(self.norm1(x)).view(n, positions, 3, self.heads, width // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(n, positions, width))
        return x + self.narrow(functional.gelu(self.widen(self.norm2(x)), approximate="tanh"))


class PriorNetwork(nn.Module):
    """``[source kind, embedding, score, output slot]`` to the image embedding, in one step.

    What is built otherwise than in the published code, and why:

    - The source kind is a token of its own; their target type and noise level never enter the sequence (a missing
      comma in its configuration), so a prior for one target in one step has neither (InstructAny2Pix, section 4.3).
    - No start and end tokens around each part: every part is exactly one token, and positions tell them apart.
    - The answer is read at a slot of its own and added to the embedding, where theirs is the bare state: a fresh
      prior gives its input back, and only the correction is learnt.
    - No frozen text tower beside it: the wish's words are in the embedding already.

    Parameters
    ----------
    shape
        Sizes.
    """

    def __init__(self, shape: PriorShape) -> None:
        super().__init__()
        self.shape = shape
        self.kind = nn.Embedding(len(shape.kinds), shape.width)
        self.enter = nn.Linear(shape.embedding, shape.width)
        self.score = nn.Linear(shape.waves, shape.width)
        self.slot = nn.Parameter(torch.empty(shape.width))
        self.position = nn.Embedding(POSITIONS, shape.width)
        self.blocks = nn.ModuleList(Block(shape.width, shape.heads) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width)
        self.leave = nn.Linear(shape.width, shape.embedding)

    def start(self, generator: torch.Generator) -> PriorNetwork:
        """Fresh weights: normal of 0.02, those that end a block smaller with depth (GPT-2), the last map zero."""
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.endswith("bias") or name.startswith("leave"):
                    parameter.zero_()
                elif "norm" in name:
                    parameter.fill_(1)
                else:
                    ends_block = name.endswith(("out.weight", "narrow.weight"))
                    scale = 0.02 / math.sqrt(2 * self.shape.layers) if ends_block else 0.02
                    parameter.normal_(0, scale, generator=generator)
        return self

    def forward(self, embedding: Tensor, kind: Tensor, score: Tensor) -> Tensor:
        """Image embeddings.

        Parameters
        ----------
        embedding
            ``(n, D)`` of norm 20.
        kind
            ``(n,)`` whole numbers, indices into the shape's kinds.
        score
            ``(n,)`` wanted aesthetic scores, 1 to 10.

        Returns
        -------
        Tensor
            ``(n, D)``; trained towards norm 20, but of whatever norm comes out.
        """
        told = (self.kind(kind), self.enter(embedding), self.score(waves(score, self.shape.waves)))
        x = torch.stack([*told, self.slot.expand(len(embedding), -1)], dim=1) + self.position.weight
        for block in self.blocks:
            x = block(x)
        return embedding + self.leave(self.norm(x[:, -1]))


def waves(score: Tensor, count: int) -> Tensor:
    """``(n,)`` scores to ``(n, count)``: sines, then cosines, of wavelengths from 2 pi to 20,000 pi."""
    half = count // 2
    speed = torch.exp(-math.log(WIDEST) * torch.arange(half, dtype=torch.float32, device=score.device) / half)
    angle = score[:, None].float() * speed
    return torch.cat([angle.sin(), angle.cos()], dim=1).to(score.dtype)
