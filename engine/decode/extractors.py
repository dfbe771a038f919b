"""Control maps by networks: depth (Depth-Anything's class) and edges (HED), where the bundle has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BundleError
from engine.folders import Folders
from engine.networks import Held, Networks, Spot
from engine.pretrained import CURE, network, processor

DEPTH, EDGES = "controls/depth", "controls/edges.safetensors"
NAMES = ("depth", "edges")  # of the networks
Extract = Callable[[np.ndarray], np.ndarray]
"""A picture ``(h, w, 3)`` float32 0 to 1 to its map ``(h, w)`` float32 0 to 1."""
HED_WIDTHS, HED_LAYERS = (64, 128, 256, 512, 512), (2, 2, 3, 3, 3)


class Files(Folders, Protocol):
    """What is needed of a bundle."""

    def tensors(self, path: str, /) -> Mapping[str, Tensor]:
        """Tensors of a safetensors file."""
        ...


class _Stage(nn.Module):
    def __init__(self, inputs: int, width: int, layers: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(inputs if at == 0 else width, width, 3, padding=1) for at in range(layers))
        self.projection = nn.Conv2d(width, 1, 1)

    def forward(self, x: Tensor, halve: bool) -> tuple[Tensor, Tensor]:
        x = functional.max_pool2d(x, 2) if halve else x
        for conv in self.convs:
            x = functional.relu(conv(x))
        return x, self.projection(x)


class Hed(nn.Module):
    """Edges from five depths of a VGG-like network (Xie & Tu 2015, section 3), as published with ControlNet.

    Parameters
    ----------
    widths
        Of its stages.
    """

    def __init__(self, widths: tuple[int, ...] = HED_WIDTHS) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.zeros(1, 3, 1, 1))
        inputs = (3, *widths[:-1])
        for at, (before, width, layers) in enumerate(zip(inputs, widths, HED_LAYERS, strict=True), 1):
            self.add_module(f"block{at}", _Stage(before, width, layers))

    def forward(self, rgb: Tensor) -> Tensor:
        """``(n, 3, h, w)`` 0 to 255 to edges ``(n, h, w)``, 0 to 1."""
        x, size, sides = rgb - self.norm, rgb.shape[-2:], []
        for at in range(1, len(HED_LAYERS) + 1):
            x, side = self.get_submodule(f"block{at}")(x, halve=at > 1)
            sides.append(functional.interpolate(side, size, mode="bilinear", align_corners=False))
        return torch.cat(sides, dim=1).mean(dim=1).sigmoid()


def edges(held: Held) -> Extract:
    """Learned edges."""

    @torch.inference_mode()
    def extract(rgb: np.ndarray) -> np.ndarray:
        net = held.here()
        first = next(net.parameters())
        x = torch.from_numpy(np.ascontiguousarray(np.rint(np.clip(rgb, 0, 1) * 255).transpose(2, 0, 1)))[None]
        return net(x.to(first.device, first.dtype))[0].float().cpu().numpy()

    return extract


def depth(held: Held, prepare: Any) -> Extract:
    """How near each pixel is among all of the picture: 1 the nearest, 0 the farthest."""

    @torch.inference_mode()
    def extract(rgb: np.ndarray) -> np.ndarray:
        model = held.here()
        first = next(model.parameters())
        picture = np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
        told = prepare(images=picture, return_tensors="pt")["pixel_values"].to(first.device, first.dtype)
        near = model(pixel_values=told).predicted_depth[0].float().cpu().numpy()
        near = cv2.resize(near, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_CUBIC)
        low, high = float(near.min()), float(near.max())
        return ((near - low) / max(high - low, 1e-6)).astype(np.float32)

    return extract


def load(bundle: Files, networks: Networks | None = None) -> dict[str, Extract]:
    """Kind of control to what extracts it, as far as the bundle has networks for them; they come when first used.

    Parameters
    ----------
    bundle
        Where they lie.
    networks
        Says where they compute.

    Raises
    ------
    BundleError
        When the preparation of pictures is damaged.
    """
    out: dict[str, Extract] = {}
    networks = networks or Networks()
    if bundle.has(f"{DEPTH}/config.json"):
        from transformers import AutoImageProcessor, AutoModelForDepthEstimation

        held = networks.hold("depth", partial(network, AutoModelForDepthEstimation, bundle, DEPTH))
        out["depth"] = depth(held, processor(AutoImageProcessor, bundle, DEPTH))
    if bundle.has(EDGES):

        def load_edges(spot: Spot) -> Hed:
            return read_hed(bundle.tensors(EDGES)).to(spot.device, spot.dtype)

        out["edge"] = edges(networks.hold("edges", load_edges))
    return out


def read_hed(tensors: Mapping[str, Tensor]) -> Hed:
    """The edge network with its weights, whose widths they tell.

    Raises
    ------
    BundleError
        When they are not the network's.
    """
    try:
        net = Hed(tuple(tensors[f"block{at}.projection.weight"].shape[1] for at in range(1, len(HED_LAYERS) + 1)))
        net.load_state_dict({name: value.float() for name, value in tensors.items()})
    except (KeyError, IndexError, RuntimeError) as fault:
        raise BundleError(f"{EDGES} cannot be loaded ({' '.join(str(fault).split())[:200]}).", CURE) from fault
    return net.eval().requires_grad_(False)
