"""Latents without an autoencoder: the cosine transform of every 8 × 8 patch, which loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from scipy.fft import dct
from torch import Tensor, nn
from torch.nn import functional

KIND = "PatchTransform"  # what ``vae/config.json`` calls its class
SIDE = 8  # pixels of a patch, the reduction of SD's autoencoders
CHANNELS = 3 * SIDE * SIDE
SCALE = 2.0  # brings pictures from -1 to 1, whose pixels deviate by about a half, to the power of unit noise


@dataclass(frozen=True, eq=False)
class Certain:
    """What an autoencoder's posterior is where nothing is lost: one value."""

    latents: Tensor

    def mode(self) -> Tensor:
        """That value."""
        return self.latents


@dataclass(frozen=True, eq=False)
class Encoded:
    """As diffusers' autoencoders answer."""

    latent_dist: Certain


class PatchTransform(nn.Module):
    """An orthonormal map of pictures ``(B, 3, H, W)`` to ``(B, 192, H / 8, W / 8)``, used as an autoencoder is.

    The two-dimensional DCT-II of each patch and channel, as in JPEG. Being orthonormal it keeps distances and leaves
    white noise white, so that diffusion over it is diffusion over pixels; a small network is spared what it would
    have to learn of an autoencoder. It has no weights and always computes in float32.
    """

    def __init__(self) -> None:
        super().__init__()
        waves = torch.from_numpy(dct(torch.eye(SIDE, dtype=torch.float64).numpy(), norm="ortho", axis=0))
        patches = torch.einsum("ui,vj->uvij", waves, waves).reshape(SIDE * SIDE, 1, SIDE, SIDE)
        self.register_buffer("patches", patches.repeat(3, 1, 1, 1).float(), persistent=False)

    @property
    def config(self) -> Mapping[str, Any]:
        """The part of an autoencoder's configuration that is read here."""
        return {"_class_name": KIND, "latent_channels": CHANNELS, "scaling_factor": SCALE, "force_upcast": False}

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._patches.device

    @property
    def dtype(self) -> torch.dtype:
        """Always float32."""
        return self._patches.dtype

    @property
    def _patches(self) -> Tensor:
        return self.get_buffer("patches")

    def encode(self, pictures: Tensor) -> Encoded:
        """``(B, 3, H, W)`` float32, sides multiples of 8, to latents of which there is no doubt."""
        return Encoded(Certain(functional.conv2d(pictures, self._patches, stride=SIDE, groups=3)))

    def decode(self, latents: Tensor, return_dict: bool = False) -> tuple[Tensor]:
        """The pictures ``(B, 3, H, W)`` of latents ``(B, 192, h, w)``, as the one member of a tuple."""
        return (functional.conv_transpose2d(latents, self._patches, stride=SIDE, groups=3),)

    def enable_tiling(self) -> None:
        """Nothing: every patch is by itself."""

    def disable_tiling(self) -> None:
        """Nothing."""
