"""Runs the network over a picture in tiles with the result of a run over the whole.

A restorer looks at a whole picture in two ways: its prior extractor averages over all positions, and attention over
channels sums over them. Tiles restored on their own would each see other sums and differ in tone. Here the network is
therefore run layer by layer: each level's features are kept for the whole picture, every layer passes over them tile
by tile with the border its convolutions need, and the sums are gathered in a pass before the one that uses them.
Queries and keys are made in the first pass and values in the second, so that nothing but borders is computed twice.
Kept at once are two feature maps of the largest level (twice ``dim`` channels at a quarter of the output's size);
what a layer needs inside of it, several times as much, is held for one tile only. Measured with tiles of 512 output
pixels in bfloat16, against one tile for the whole: 0.50 and 1.49 GB for 2048 x 2048 pixels at the starter's sizes, 0.39
and 0.82 GB for 1024 x 1024 at the published ones, in the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import torch
from torch import Tensor, nn

from engine.restore.blocks import ChannelAttention, Overlaps, TransformerBlock, mixed
from engine.restore.network import DiffRIR
from engine.restore.packing import nearest, pack
from engine.restore.shape import LEVELS, REACH
from engine.values import Box

_TAIL_HALO = 2  # positions: 1 + 1/2 + 1/4 for convolutions at three sizes, rounded up
_EVEN_HALO = 2  # of a layer that halves the size: one position, rounded up to keep its grid


@dataclass(frozen=True)
class Tile:
    """A tile of a feature map and the window around it that a layer is run on, both in positions."""

    own: Box
    window: Box

    @property
    def inner(self) -> Box:
        """The tile within its window."""
        return self.own.moved(-self.window.left, -self.window.top)


def tiles(width: int, height: int, side: int, halo: int) -> Iterator[Tile]:
    """Tiles of at most ``side`` positions a side, their windows grown by ``halo`` within the map."""
    for top in range(0, height, side):
        for left in range(0, width, side):
            own = Box(left, top, left + side, top + side).clip(width, height)
            yield Tile(own, own.grow(halo).clip(width, height))


@dataclass(frozen=True, eq=False)
class Inputs:
    """The padded inputs of one picture: decoded ``(1, 3, h, w)``, reference and mask ``(1, 3 or 1, H, W)``, float32.

    H and W are ``scale`` times h and w, and multiples of 32.
    """

    decoded: Tensor
    reference: Tensor
    mask: Tensor


class Streamer:
    """One run of a network over one picture.

    Parameters
    ----------
    network
        On the device and in the float type to compute with.
    inputs
        The picture, on any device.
    side
        Positions of the first level along a side of a tile; a multiple of 8.
    visit
        Called before each tile; may raise to stop the run.
    on_pass
        Called with the passes done and all passes.
    """

    def __init__(
        self,
        network: DiffRIR,
        inputs: Inputs,
        side: int,
        visit: Callable[[], None],
        on_pass: Callable[[int, int], None],
    ) -> None:
        self._network = network
        self._inputs = inputs
        self._side = side
        self._visit = visit
        self._on_pass = on_pass
        self._done = 0
        self._all = passes(network)
        weight = network.G.patch_embed.proj.weight
        self._device, self._dtype = weight.device, weight.dtype
        rows, columns = inputs.mask.shape[-2:]
        self._size = (columns // REACH, rows // REACH)

    def run(self, start: Tensor) -> Tensor:
        """Restore the picture from ``start`` ``(1, p)`` normal noise: ``(1, 3, H, W)`` float32, not clipped."""
        former = self._network.G
        prior = self._prior(start.to(self._device)).to(self._dtype)
        x = self._map(self._packed, self._size, former.patch_embed, 1)
        kept: list[Tensor] = []
        for blocks, down in (
            (former.encoder_level1, former.down1_2),
            (former.encoder_level2, former.down2_3),
            (former.encoder_level3, former.down3_4),
        ):
            x = self._through(blocks, x, prior)
            kept.append(x)
            x = self._over(x, down, _EVEN_HALO, Fraction(1, 2))
        x = self._through(former.latent, x, prior)
        for up, reduce, blocks in (
            (former.up4_3, former.reduce_chan_level3, former.decoder_level3),
            (former.up3_2, former.reduce_chan_level2, former.decoder_level2),
            (former.up2_1, nn.Identity(), former.decoder_level1),
        ):
            x = torch.cat([self._over(x, up, 1, Fraction(2)), kept.pop()], dim=1)
            x = self._through(blocks, self._over(x, reduce, 0), prior)
        x = self._through(former.refinement, x, prior)
        return self._restored(x)

    def _packed(self, window: Box) -> Tensor:
        """The packed inputs of a window of the first level."""
        shape = self._network.shape
        near = window.scaled(shape.input_factor).slices
        far = window.scaled(REACH).slices
        parts = (self._inputs.decoded[..., *near], self._inputs.reference[..., *far], self._inputs.mask[..., *far])
        decoded, reference, mask = (part.to(self._device, self._dtype) for part in parts)
        return self._laid_out(pack(shape, decoded, reference, mask))

    def _prior(self, start: Tensor) -> Tensor:
        """The IPR of the whole picture ``(1, p)``."""
        extractor = self._network.condition
        total = torch.zeros(1, self._network.shape.prior, device=self._device)
        for tile in self._tiles(self._size, extractor.halo):
            features = extractor.E(self._packed(tile.window))[..., *tile.inner.slices]
            total += features.sum(dim=(2, 3), dtype=torch.float32)
        self._passed()
        mean = total / (self._size[0] * self._size[1])
        return self._network.diffusion(extractor.summary(mean), start)

    def _through(self, blocks: Iterable[nn.Module], x: Tensor, prior: Tensor) -> Tensor:
        """Transformer blocks, each in three passes."""
        for each in blocks:
            block = cast(TransformerBlock, each)
            matrix = block.attn.mixing(self._overlaps(block, x, prior))
            x = self._over(x, _attending(block, matrix, prior), 1)
            x = self._over(x, _feeding(block, prior), 1)
        return x

    def _overlaps(self, block: TransformerBlock, x: Tensor, prior: Tensor) -> Overlaps:
        attention: ChannelAttention = block.attn
        total: Overlaps | None = None
        for tile in self._tiles((x.shape[3], x.shape[2]), 1):
            both = attention.queries_and_keys(block.norm1(x[..., *tile.window.slices]), prior)
            part = attention.overlaps(both[..., *tile.inner.slices])
            total = part if total is None else total + part
        self._passed()
        assert total is not None
        return total

    def _over(self, x: Tensor, layer: Callable[[Tensor], Tensor], halo: int, zoom: Fraction = Fraction(1)) -> Tensor:
        """``layer`` over a feature map that it makes ``zoom`` times as large."""
        return self._map(lambda window: x[..., *window.slices], (x.shape[3], x.shape[2]), layer, halo, zoom)

    def _map(
        self,
        source: Callable[[Box], Tensor],
        size: tuple[int, int],
        layer: Callable[[Tensor], Tensor],
        halo: int,
        zoom: Fraction = Fraction(1),
    ) -> Tensor:
        out: Tensor | None = None
        for tile in self._tiles(size, halo):
            made = layer(source(tile.window))
            if out is None:
                width, height = (int(each * zoom) for each in size)
                out = self._laid_out(made.new_empty(1, made.shape[1], height, width))
            out[..., *tile.own.scaled(float(zoom)).slices] = made[..., *tile.inner.scaled(float(zoom)).slices]
        self._passed()
        assert out is not None
        return out

    def _restored(self, x: Tensor) -> Tensor:
        """The last convolutions, added to the decoded picture in float32."""
        scale = self._network.shape.scale
        out = torch.empty(1, 3, *self._inputs.mask.shape[-2:])
        for tile in self._tiles(self._size, _TAIL_HALO):
            made = self._network.G.tail(x[..., *tile.window.slices])[..., *tile.inner.scaled(REACH).slices]
            decoded = self._inputs.decoded[..., *tile.own.scaled(REACH // scale).slices]
            out[..., *tile.own.scaled(REACH).slices] = made.float().cpu() + nearest(decoded, scale)
        self._passed()
        return out

    def _tiles(self, size: tuple[int, int], halo: int) -> Iterator[Tile]:
        for tile in tiles(*size, self._side, halo):
            self._visit()
            yield tile

    def _passed(self) -> None:
        self._done += 1
        self._on_pass(self._done, self._all)

    def _laid_out(self, x: Tensor) -> Tensor:
        """Channels last, in which convolutions of one position run over memory in order."""
        return x.contiguous(memory_format=torch.channels_last)


def _attending(block: TransformerBlock, matrix: Tensor, prior: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda x: x + mixed(matrix, block.attn.values(block.norm1(x), prior))


def _feeding(block: TransformerBlock, prior: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda x: x + block.ffn(block.norm2(x), prior)


def passes(network: DiffRIR) -> int:
    """How often a run passes over a feature map."""
    blocks = sum(isinstance(module, TransformerBlock) for module in network.modules())
    resized = 2 * (LEVELS - 1)
    joined = LEVELS - 1
    return 3 * blocks + resized + joined + 3  # with the extractor, the first and the last layers
