"""Blocks of DIRformer: attention over channels and a gated feed-forward part, both steered by the IPR.

Each part is cut where the whole picture is needed: attention first gathers :class:`Overlaps` over all positions, then
acts on every position by one matrix. :mod:`engine.restore.streaming` uses the cut to run a picture in tiles exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

_TINY = 1e-5  # added to the variance, as in the published networks


class BiasFreeNorm(nn.Module):
    """Layer norm over the channels of ``(n, c, h, w)`` that divides by the deviation and keeps the mean (Restormer)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Module()
        self.body.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each position."""
        weight: Tensor = self.body.weight  # pyright: ignore[reportAssignmentType]
        wide = x.float()
        # Spelt out, because torch's own variance over channels takes several times as long on a CPU.
        variance = (wide - wide.mean(dim=1, keepdim=True)).square().mean(dim=1, keepdim=True)
        return x * (variance + _TINY).rsqrt().to(x.dtype) * weight[:, None, None]


class Modulation(nn.Sequential):
    """Channel-wise scale and shift from the IPR (DiffIR, equation 5)."""

    def __init__(self, prior: int, channels: int) -> None:
        super().__init__(nn.Linear(prior, 2 * channels, bias=False))

    def modulate(self, x: Tensor, prior: Tensor) -> Tensor:
        """``(n, c, h, w)`` scaled and shifted by ``prior`` ``(n, p)``."""
        scale, shift = self(prior)[..., None, None].chunk(2, dim=1)
        return x * scale + shift


@dataclass(frozen=True, eq=False)
class Overlaps:
    """What attention over channels needs to know of all positions; sums over parts of a picture add up.

    Attributes
    ----------
    products
        ``(n, heads, c, c)`` float32 sums over positions of query times key.
    queries, keys
        ``(n, heads, c)`` float32 sums of their squares.
    """

    products: Tensor
    queries: Tensor
    keys: Tensor

    def __add__(self, other: Overlaps) -> Overlaps:
        return Overlaps(self.products + other.products, self.queries + other.queries, self.keys + other.keys)


class ChannelAttention(nn.Module):
    """Transposed self-attention (Restormer, section 3.1): channels attend to channels, over all positions."""

    def __init__(self, channels: int, heads: int, prior: int) -> None:
        super().__init__()
        self.heads = heads
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.kernel = Modulation(prior, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1, bias=False)
        self.qkv_dwconv = nn.Conv2d(3 * channels, 3 * channels, 3, padding=1, groups=3 * channels, bias=False)
        self.project_out = nn.Conv2d(channels, channels, 1, bias=False)

    def _some(self, x: Tensor, prior: Tensor, rows: slice) -> Tensor:
        """The outputs ``rows`` of the query, key and value projection."""
        wide = functional.conv2d(self.kernel.modulate(x, prior), self.qkv.weight[rows])
        return functional.conv2d(wide, self.qkv_dwconv.weight[rows], padding=1, groups=wide.shape[1])

    def queries_and_keys(self, x: Tensor, prior: Tensor) -> Tensor:
        """``(n, 2 c, h, w)`` from normalised features; correct one position inside of inner borders."""
        return self._some(x, prior, slice(0, 2 * x.shape[1]))

    def values(self, x: Tensor, prior: Tensor) -> Tensor:
        """``(n, c, h, w)`` from normalised features; correct one position inside of inner borders."""
        return self._some(x, prior, slice(2 * x.shape[1], None))

    def overlaps(self, queries_and_keys: Tensor) -> Overlaps:
        """The sums over these positions."""
        flat = queries_and_keys.flatten(2).float().unflatten(1, (2, self.heads, -1))
        queries, keys = flat.unbind(dim=1)
        return Overlaps(queries @ keys.mT, queries.square().sum(dim=-1), keys.square().sum(dim=-1))

    def mixing(self, overlaps: Overlaps) -> Tensor:
        """``(n, c, c)``: the matrix by which every position's values become the output, last projection included."""
        norms = overlaps.queries.sqrt()[..., :, None] * overlaps.keys.sqrt()[..., None, :]
        cosines = overlaps.products / norms.clamp(min=1e-12)
        attention = (cosines * self.temperature).softmax(dim=-1)
        size = self.heads * attention.shape[-1]
        project = self.project_out.weight.view(1, size, self.heads, -1).float()
        return torch.einsum("nohc,nhcd->nohd", project.expand(len(attention), -1, -1, -1), attention).flatten(2)

    def forward(self, x: Tensor, prior: Tensor) -> Tensor:
        """Attend within whole pictures; ``x`` normalised ``(n, c, h, w)``."""
        queries_and_keys, values = self._some(x, prior, slice(None)).split([2 * x.shape[1], x.shape[1]], dim=1)
        return mixed(self.mixing(self.overlaps(queries_and_keys)), values)


def mixed(matrix: Tensor, values: Tensor) -> Tensor:
    """``matrix`` ``(n, c, c)`` applied to the channels of ``values`` ``(n, c, h, w)``."""
    if len(matrix) == 1:
        return functional.conv2d(values, matrix[0, :, :, None, None].to(values.dtype))
    return (matrix.to(values.dtype) @ values.flatten(2)).view_as(values)


class FeedForward(nn.Module):
    """Gated depth-wise feed-forward part (Restormer, section 3.2)."""

    def __init__(self, channels: int, expansion: float, prior: int) -> None:
        super().__init__()
        hidden = int(channels * expansion)
        self.project_in = nn.Conv2d(channels, 2 * hidden, 1, bias=False)
        self.dwconv = nn.Conv2d(2 * hidden, 2 * hidden, 3, padding=1, groups=2 * hidden, bias=False)
        self.project_out = nn.Conv2d(hidden, channels, 1, bias=False)
        self.kernel = Modulation(prior, channels)

    def forward(self, x: Tensor, prior: Tensor) -> Tensor:
        """From normalised features; correct one position inside of inner borders."""
        gate, value = self.dwconv(self.project_in(self.kernel.modulate(x, prior))).chunk(2, dim=1)
        return self.project_out(functional.gelu(gate) * value)


class TransformerBlock(nn.Module):
    """Attention and feed-forward part, each added to its input."""

    def __init__(self, channels: int, heads: int, expansion: float, prior: int) -> None:
        super().__init__()
        self.norm1 = BiasFreeNorm(channels)
        self.attn = ChannelAttention(channels, heads, prior)
        self.norm2 = BiasFreeNorm(channels)
        self.ffn = FeedForward(channels, expansion, prior)

    def forward(self, x: Tensor, prior: Tensor) -> Tensor:
        """``(n, c, h, w)`` whole pictures with ``prior`` ``(n, p)``."""
        x = x + self.attn(self.norm1(x), prior)
        return x + self.ffn(self.norm2(x), prior)


class Downsample(nn.Module):
    """Half the size, twice the channels; correct two positions inside of inner borders."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(channels, channels // 2, 3, padding=1, bias=False), nn.PixelUnshuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        """``(n, c, h, w)`` to ``(n, 2 c, h / 2, w / 2)``."""
        return self.body(x)


class Upsample(nn.Module):
    """Twice the size, half the channels; correct one position inside of inner borders."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(channels, channels * 2, 3, padding=1, bias=False), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        """``(n, c, h, w)`` to ``(n, c / 2, 2 h, 2 w)``."""
        return self.body(x)
