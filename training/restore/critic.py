"""The discriminator of DiffRIR's adversarial stage: a U-Net that tells for every pixel whether it is a photograph's."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

_SLOPE = 0.2  # of every leaky rectifier
_INPUTS = 4  # red, green, blue and the mask


class Critic(nn.Module):
    """Real-ESRGAN's discriminator (Wang et al. 2021, section 3.3), which is also told the mask.

    Every convolution but the first and the last is held to a spectral norm of 1 (Miyato et al. 2018).

    Parameters
    ----------
    width
        Channels of the first level; the published one has 64.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        second, third, fourth = 2 * width, 4 * width, 8 * width
        self.first = nn.Conv2d(_INPUTS, width, 3, padding=1)
        self.down = nn.ModuleList(_half(*pair) for pair in ((width, second), (second, third), (third, fourth)))
        self.up = nn.ModuleList(_same(*pair) for pair in ((fourth, third), (third, second), (second, width)))
        self.rest = nn.ModuleList(_same(width, width) for _ in range(2))
        self.last = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, pictures: Tensor, mask: Tensor) -> Tensor:
        """Logits ``(n, 1, h, w)`` of pictures ``(n, 3, h, w)``, 0 to 1, and masks ``(n, 1, h, w)``; sides of 8."""
        x = _bent(self.first(torch.cat([pictures - 0.5, mask], dim=1)))
        kept = []
        for down in self.down:
            kept.append(x)
            x = _bent(down(x))
        for up in self.up:
            x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = _bent(up(x)) + kept.pop()
        for each in self.rest:
            x = _bent(each(x))
        return self.last(x)


def _bent(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, _SLOPE)


def _half(into: int, out: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(into, out, 4, stride=2, padding=1, bias=False))


def _same(into: int, out: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(into, out, 3, padding=1, bias=False))
