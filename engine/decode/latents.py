"""Pictures to latents and back, at sizes that the networks take."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from engine.decode.patches import SIDE as GRAIN
from engine.decode.patches import PatchTransform
from engine.errors import BadInput

Autoencoder = AutoencoderKL | PatchTransform
NARROW = 6  # squares of training size that a picture may cover once its short side is long enough
LEAST = 64  # pixels on the short side below which U-Nets have nothing to halve


@dataclass(frozen=True)
class Frame:
    """How a picture of any size lies in the one that is worked on: scaled, then padded at right and bottom.

    Attributes
    ----------
    width, height
        The picture's size.
    scaled_width, scaled_height
        After scaling to the working size; never stretched by more than rounding.
    """

    width: int
    height: int
    scaled_width: int
    scaled_height: int

    @classmethod
    def fit(cls, width: int, height: int, side: int, scale: float = 1.0) -> Frame:
        """The frame for a picture in networks trained on squares of ``side`` pixels.

        Areas from half to one and a half times the square are worked on as they are; larger ones are shrunk and
        smaller ones enlarged to that, then by ``scale`` (at most 1). The short side has at least :data:`LEAST` pixels.

        Raises
        ------
        BadInput
            When the picture is so narrow that it then covers more than :data:`NARROW` squares.
        """
        area, square = width * height, side * side
        factor = float(np.sqrt(min(max(area, square / 2), square * 1.5) / area)) * scale
        factor = max(factor, LEAST / min(width, height))
        if area * factor * factor > NARROW * square:
            raise BadInput(
                f"A picture of {width} × {height} is too narrow to be decoded.",
                "Crop it, or give it a longer short side.",
            )
        return cls(width, height, max(round(width * factor), 1), max(round(height * factor), 1))

    @property
    def padded_width(self) -> int:
        """A multiple of 8."""
        return -(-self.scaled_width // GRAIN) * GRAIN

    @property
    def padded_height(self) -> int:
        """A multiple of 8."""
        return -(-self.scaled_height // GRAIN) * GRAIN

    def latent_shape(self, channels: int) -> tuple[int, int, int, int]:
        """Of one picture's latents, ``(1, channels, h, w)``."""
        return (1, channels, self.padded_height // GRAIN, self.padded_width // GRAIN)

    def put(self, picture: np.ndarray) -> Tensor:
        """``(H, W[, C])`` float32 0 to 1 as ``(1, C, h, w)``, scaled, padded by reflection."""
        if picture.shape[:2] != (self.scaled_height, self.scaled_width):
            shrinks = self.scaled_width < picture.shape[1]
            picture = cv2.resize(
                picture.astype(np.float32),
                (self.scaled_width, self.scaled_height),
                interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
            )
        down, right = self.padded_height - self.scaled_height, self.padded_width - self.scaled_width
        mode = "symmetric"  # reflection that also serves pictures thinner than the padding
        padded = np.pad(picture, ((0, down), (0, right), *[(0, 0)] * (picture.ndim - 2)), mode=mode)
        planes = padded[None] if picture.ndim == 2 else padded.transpose(2, 0, 1)
        return torch.from_numpy(np.ascontiguousarray(planes, np.float32)).clamp(0, 1)[None]

    def take(self, tensor: Tensor) -> np.ndarray:
        """The picture back out of ``(1, 3, h, w)``: ``(H, W, 3)`` float32 0 to 1 at its own size."""
        picture = tensor[0, :, : self.scaled_height, : self.scaled_width].clamp(0, 1).float().cpu().numpy()
        picture = np.ascontiguousarray(picture.transpose(1, 2, 0))
        if picture.shape[:2] != (self.height, self.width):
            shrinks = self.width < self.scaled_width
            interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
            picture = np.clip(cv2.resize(picture, (self.width, self.height), interpolation=interpolation), 0, 1)
        return picture


def to_latents(vae: Autoencoder, picture: Tensor) -> Tensor:
    """The most likely latents of ``(B, 3, H, W)`` 0 to 1, float32.

    The mode of the autoencoder's posterior, not a draw: an edit must not begin with noise of its own.
    """
    posterior = vae.encode((2 * picture - 1).to(vae.device, vae.dtype)).latent_dist  # pyright: ignore[reportAttributeAccessIssue]
    return posterior.mode().float() * vae.config["scaling_factor"]


def to_picture(vae: Autoencoder, latents: Tensor) -> Tensor:
    """``(B, 3, H, W)`` of latents, float32, 0 to 1 but for overshoot."""
    given = (latents / vae.config["scaling_factor"]).to(vae.device, vae.dtype)
    decoded = vae.decode(given, return_dict=False)[0]
    return (decoded.float() + 1) / 2


def noise(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Standard normal noise drawn on the CPU, so that a seed means the same on every device."""
    return torch.randn(shape, generator=generator)
