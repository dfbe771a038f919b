"""The grounding network: object masks, stuff classes and saliency on the image tower's features.

A light feature pyramid; every position of its 1/16 level may ask for the mask of the object it lies on by a dynamic
1x1 kernel (Tian et al. 2020, "Conditional Convolutions for Instance Segmentation", section 3), with quadratic location
terms in place of the relative coordinates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STAGES = (24, 48, 120, 352)  # channels of the image tower at 1/4, 1/8, 1/16 and 1/32
WIDTH = 80
MASK_DIMS = 32
LOCATION_TERMS = 6  # 1, x, y, x^2, y^2, xy relative to the asking position
STUFF = (
    "sky",
    "clouds",
    "water",
    "grass",
    "trees",
    "mountain",
    "rock",
    "sand",
    "snow",
    "road",
    "building",
    "flower",
    "person",
    "animal",
    "thing",
    "backdrop",
)


@dataclass(frozen=True, eq=False)
class Grounding:
    """What the network says of a batch of ``n`` pictures of ``h`` by ``w`` pixels (multiples of 32).

    Attributes
    ----------
    objectness
        ``(n, h/16, w/16)`` logits: an object's middle lies here.
    kernels
        ``(n, MASK_DIMS + LOCATION_TERMS, h/16, w/16)``.
    pixels
        ``(n, MASK_DIMS, h/4, w/4)`` that the kernels are applied to.
    salient
        ``(n, h/4, w/4)`` logits: this pixel belongs to some object.
    stuff
        ``(n, len(STUFF), h/8, w/8)`` logits over :data:`STUFF`.
    """

    objectness: Tensor
    kernels: Tensor
    pixels: Tensor
    salient: Tensor
    stuff: Tensor


def _smooth(into: int, out: int, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, padding=1, groups=groups, bias=False), nn.GroupNorm(8, out), nn.ReLU(inplace=True)
    )


class GroundNetwork(nn.Module):
    """From image tower stages to :class:`Grounding`."""

    def __init__(self) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, WIDTH, 1, bias=False), nn.GroupNorm(8, WIDTH)) for channels in STAGES
        )
        self.around = nn.Linear(WIDTH, WIDTH)  # the whole picture, seen by every position
        self.smooth = nn.ModuleList([_smooth(WIDTH, WIDTH, WIDTH), *(_smooth(WIDTH, WIDTH) for _ in STAGES[1:])])
        self.pixel_head = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, 1), nn.ReLU(inplace=True), nn.Conv2d(WIDTH, MASK_DIMS + 1, 1)
        )
        self.kernel_head = nn.Sequential(
            _smooth(WIDTH + 2, WIDTH), _smooth(WIDTH, WIDTH), nn.Conv2d(WIDTH, MASK_DIMS + LOCATION_TERMS + 1, 1)
        )
        self.stuff_head = nn.Sequential(_smooth(WIDTH + STAGES[3], WIDTH), nn.Conv2d(WIDTH, len(STUFF), 1))

    @staticmethod
    def load(tensors: Mapping[str, Tensor]) -> GroundNetwork:
        """The network with its weights, in eval mode."""
        network = GroundNetwork()
        network.load_state_dict({name: value.float() for name, value in tensors.items()})
        return network.eval().requires_grad_(False)

    def forward(self, stages: Sequence[Tensor]) -> Grounding:
        """Run on the four coarsest stages of the image tower (1/4 to 1/32), each ``(n, c, h, w)``."""
        sides = [lateral(stage) for lateral, stage in zip(self.laterals, stages, strict=True)]
        top = sides[3] + self.around(functional.relu(sides[3]).mean(dim=(2, 3)))[..., None, None]
        levels = [self.smooth[3](functional.relu(top))]
        for index in (2, 1, 0):
            larger = functional.interpolate(
                levels[0], size=sides[index].shape[2:], mode="bilinear", align_corners=False
            )
            levels.insert(0, self.smooth[index](functional.relu(sides[index] + larger)))
        pixels = self.pixel_head(levels[0])
        asked = self.kernel_head(torch.cat([levels[2], _coordinates(levels[2])], dim=1))
        coarse = functional.interpolate(stages[3], size=levels[1].shape[2:], mode="bilinear", align_corners=False)
        stuff = self.stuff_head(torch.cat([levels[1], coarse * 0.2], dim=1))
        return Grounding(asked[:, 0], asked[:, 1:], pixels[:, 1:], pixels[:, 0], stuff)


def _coordinates(like: Tensor) -> Tensor:
    """``(n, 2, h, w)`` positions, -1 to 1."""
    count, _, height, width = like.shape
    rows = torch.linspace(-1, 1, height, device=like.device).view(1, 1, height, 1).expand(count, 1, height, width)
    columns = torch.linspace(-1, 1, width, device=like.device).view(1, 1, 1, width).expand(count, 1, height, width)
    return torch.cat([rows, columns], dim=1).to(like.dtype)


def masks(kernels: Tensor, positions: Tensor, pixels: Tensor) -> Tensor:
    """Mask logits of asking positions.

    Parameters
    ----------
    kernels
        ``(k, MASK_DIMS + LOCATION_TERMS)``, one for each asking position.
    positions
        ``(k, 2)`` row and column of each position, on the 1/16 grid.
    pixels
        ``(MASK_DIMS, h/4, w/4)`` of the one picture.

    Returns
    -------
    Tensor
        ``(k, h/4, w/4)`` logits.
    """
    dims, height, width = pixels.shape
    found = torch.einsum("kc,chw->khw", kernels[:, :dims], pixels) / dims**0.5
    # Both in units of 8 cells of the 1/16 grid (128 pixels), so that the terms stay near one.
    rows = (torch.arange(height, device=pixels.device) - 1.5)[None] / 4 - positions[:, :1]
    columns = (torch.arange(width, device=pixels.device) - 1.5)[None] / 4 - positions[:, 1:]
    rows, columns = (rows / 8)[:, :, None], (columns / 8)[:, None, :]
    one, y, x, yy, xx, xy = kernels[:, dims:].unbind(dim=1)
    place = [each[:, None, None] for each in (one, y, x, yy, xx, xy)]
    located = place[0] + place[1] * rows + place[2] * columns + place[5] * rows * columns
    return found + located + place[3] * rows**2 + place[4] * columns**2
