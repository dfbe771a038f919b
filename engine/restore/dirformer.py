"""DIRformer: a four-level transformer U-Net at a quarter of the output's size (DiffIR, section 3.1)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from engine.restore.blocks import Downsample, TransformerBlock, Upsample
from engine.restore.packing import nearest
from engine.restore.shape import RestorerShape


class PatchEmbed(nn.Module):
    """The first convolution."""

    def __init__(self, packed: int, channels: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(packed, channels, 3, padding=1, bias=False)

    def forward(self, packed: Tensor) -> Tensor:
        """From the packed inputs to the first level."""
        return self.proj(packed)


class DIRformer(nn.Module):
    """From packed inputs, decoded picture and IPR to the restored picture; names are those of the released files."""

    def __init__(self, shape: RestorerShape) -> None:
        super().__init__()
        self.scale = shape.scale

        def level(channels: int, index: int, count: int) -> nn.Sequential:
            heads, prior = shape.heads[index], shape.prior
            return nn.Sequential(*(TransformerBlock(channels, heads, shape.expansion, prior) for _ in range(count)))

        first, second, third, fourth = (shape.dim * 2**index for index in range(4))
        self.patch_embed = PatchEmbed(shape.packed_channels, first)
        self.encoder_level1 = level(first, 0, shape.blocks[0])
        self.down1_2 = Downsample(first)
        self.encoder_level2 = level(second, 1, shape.blocks[1])
        self.down2_3 = Downsample(second)
        self.encoder_level3 = level(third, 2, shape.blocks[2])
        self.down3_4 = Downsample(third)
        self.latent = level(fourth, 3, shape.blocks[3])
        self.up4_3 = Upsample(fourth)
        self.reduce_chan_level3 = nn.Conv2d(fourth, third, 1, bias=False)
        self.decoder_level3 = level(third, 2, shape.blocks[2])
        self.up3_2 = Upsample(third)
        self.reduce_chan_level2 = nn.Conv2d(third, second, 1, bias=False)
        self.decoder_level2 = level(second, 1, shape.blocks[1])
        self.up2_1 = Upsample(second)
        # The decoder's first level keeps both halves: it has the second level's width with the first one's heads.
        self.decoder_level1 = level(second, 0, shape.blocks[0])
        self.refinement = level(second, 0, shape.refinement)
        self.tail = nn.Sequential(
            nn.Sequential(
                nn.Conv2d(second, 4 * second, 3, padding=1),
                nn.PixelShuffle(2),
                nn.Conv2d(second, 4 * second, 3, padding=1),
                nn.PixelShuffle(2),
            ),
            nn.Conv2d(second, 3, 3, padding=1),
        )

    def forward(self, packed: Tensor, decoded: Tensor, prior: Tensor) -> Tensor:
        """Restore whole pictures.

        Parameters
        ----------
        packed
            ``(n, packed_channels, h, w)``, h and w multiples of 8.
        decoded
            ``(n, 3, 4 h / scale, 4 w / scale)``.
        prior
            ``(n, p)`` IPR.

        Returns
        -------
        Tensor
            ``(n, 3, 4 h, 4 w)``, not clipped.
        """
        first = _through(self.encoder_level1, self.patch_embed(packed), prior)
        second = _through(self.encoder_level2, self.down1_2(first), prior)
        third = _through(self.encoder_level3, self.down2_3(second), prior)
        x = _through(self.latent, self.down3_4(third), prior)
        x = self.reduce_chan_level3(torch.cat([self.up4_3(x), third], dim=1))
        x = _through(self.decoder_level3, x, prior)
        x = self.reduce_chan_level2(torch.cat([self.up3_2(x), second], dim=1))
        x = _through(self.decoder_level2, x, prior)
        x = _through(self.decoder_level1, torch.cat([self.up2_1(x), first], dim=1), prior)
        return self.tail(_through(self.refinement, x, prior)) + nearest(decoded, self.scale)


def _through(blocks: Iterable[nn.Module], x: Tensor, prior: Tensor) -> Tensor:
    for block in blocks:
        x = block(x, prior)
    return x
