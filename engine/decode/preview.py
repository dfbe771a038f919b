"""A look at unfinished latents without the autoencoder: a linear map, a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.decode.latents import GRAIN, Autoencoder, to_latents

MOST_A_SECOND = 4
CHART = 128  # pixels on a side of the picture that the map is fitted on


@dataclass(frozen=True, eq=False)
class LatentPreview:
    """Colours as a linear function of latents.

    Attributes
    ----------
    weights
        ``(C + 1, 3)``: the C channels and a constant to red, green, blue, 0 to 1.
    """

    weights: Tensor

    @classmethod
    def fit(cls, vae: Autoencoder) -> LatentPreview:
        """Least squares over what the autoencoder makes of a chart of soft colour patches."""
        generator = torch.Generator().manual_seed(0)
        patches = torch.rand(1, 3, CHART // 16, CHART // 16, generator=generator)
        chart = torch.nn.functional.interpolate(patches, size=(CHART, CHART), mode="bicubic").clamp(0, 1)
        with torch.inference_mode():
            latents = to_latents(vae, chart).cpu()
        colours = torch.nn.functional.avg_pool2d(chart, GRAIN).flatten(2)[0].T
        known = _with_constant(latents)
        return cls(torch.linalg.lstsq(known, colours).solution)

    def show(self, latents: Tensor) -> np.ndarray:
        """``(h, w, 3)`` uint8 of the first of ``(B, C, h, w)`` latents."""
        height, width = latents.shape[-2:]
        colours = _with_constant(latents[:1].float().cpu()) @ self.weights
        return (colours.clamp(0, 1) * 255).round().byte().reshape(height, width, 3).numpy()


def _with_constant(latents: Tensor) -> Tensor:
    flat = latents.flatten(2)[0].T
    return torch.cat([flat, torch.ones(len(flat), 1)], dim=1)


def throttled(show: Callable[[Tensor], None]) -> Callable[[Tensor], None]:
    """Call ``show`` at most :data:`MOST_A_SECOND` times a second."""
    last = -1.0

    def maybe(latents: Tensor) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= 1 / MOST_A_SECOND:
            last = now
            show(latents)

    return maybe
