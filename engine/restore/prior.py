"""The prior representation (IPR): its extractor CPEN and its four-step diffusion (DiffIR, sections 3.1 and 3.2)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

_SLOPE = 0.1  # of every leaky rectifier
_FIRST_BETA, _LAST_BETA = 0.1, 0.99


def _leaky() -> nn.LeakyReLU:
    return nn.LeakyReLU(_SLOPE)


class ResidualBlock(nn.Module):
    """Two convolutions added to their input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), _leaky(), nn.Conv2d(width, width, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """``(n, width, h, w)`` to the same."""
        return x + self.body(x)


class PriorExtractor(nn.Module):
    """CPEN: packed inputs to one vector for the whole picture.

    Parameters
    ----------
    channels
        Of the packed inputs, with the packed truth in the first stage.
    width
        Of the residual blocks; the vector has four times as many values.
    blocks
        Residual blocks.
    """

    def __init__(self, channels: int, width: int, blocks: int) -> None:
        super().__init__()
        self.halo = 2 * blocks + 4  # positions at inner borders that the convolutions make wrong
        self.E = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            _leaky(),
            *(ResidualBlock(width) for _ in range(blocks)),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            _leaky(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1),
            _leaky(),
            nn.Conv2d(2 * width, 4 * width, 3, padding=1),
            _leaky(),
        )
        self.mlp = nn.Sequential(nn.Linear(4 * width, 4 * width), _leaky(), nn.Linear(4 * width, 4 * width), _leaky())

    def summary(self, mean: Tensor) -> Tensor:
        """The vector from the mean over positions of ``E``'s features ``(n, 4 width)``."""
        return self.mlp(mean)

    def forward(self, packed: Tensor) -> Tensor:
        """``(n, channels, h, w)`` whole pictures to ``(n, 4 width)``."""
        return self.summary(self.E(packed).mean(dim=(2, 3)))


class DenoiserLayer(nn.Module):
    """One further layer of the denoiser; in spite of its published name it adds nothing to its input."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.resmlp = nn.Sequential(nn.Linear(size, size), _leaky())

    def forward(self, x: Tensor) -> Tensor:
        """``(n, size)`` to the same."""
        return self.resmlp(x)


class Denoiser(nn.Module):
    """Predicts the noise-free IPR from a noisy one, the time and the condition."""

    def __init__(self, size: int, layers: int, timesteps: int) -> None:
        super().__init__()
        self.period = 10 * timesteps
        self.resmlp = nn.Sequential(
            nn.Linear(2 * size + 1, size), _leaky(), *(DenoiserLayer(size) for _ in range(layers))
        )

    def forward(self, noisy: Tensor, time: int, condition: Tensor) -> Tensor:
        """``noisy`` and ``condition`` ``(n, size)`` at step ``time`` (0 is the last) to ``(n, size)``."""
        when = torch.full_like(noisy[:, :1], time / self.period)
        return self.resmlp(torch.cat([condition, when, noisy], dim=1))


class PriorDiffusion(nn.Module):
    """The diffusion on the IPR, with the schedule as the released files store it.

    It holds the denoiser and the extractor a second time, so that the names of the released files all appear.
    """

    posterior_mean_coef1: Tensor
    posterior_mean_coef2: Tensor
    sqrt_alphas_cumprod: Tensor
    sqrt_one_minus_alphas_cumprod: Tensor

    def __init__(self, denoiser: Denoiser, extractor: PriorExtractor, timesteps: int) -> None:
        super().__init__()
        for name, values in schedule(timesteps).items():
            self.register_buffer(name, torch.from_numpy(values.astype(np.float32)))
        self.model = denoiser
        self.condition = extractor
        self.timesteps = timesteps

    def noised(self, prior: Tensor, noise: Tensor) -> Tensor:
        """The IPR at the first step, as training starts from it."""
        return self.sqrt_alphas_cumprod[-1] * prior + self.sqrt_one_minus_alphas_cumprod[-1] * noise

    def forward(self, condition: Tensor, start: Tensor) -> Tensor:
        """The IPR from ``start`` ``(n, size)``: noise, or :meth:`noised` in training.

        Every step takes the posterior's mean and adds no noise, so that only the start is random; in training the
        gradient runs through all of them.
        """
        prior = start
        for time in reversed(range(self.timesteps)):
            clean = self.model(prior, time, condition)
            prior = self.posterior_mean_coef1[time] * clean + self.posterior_mean_coef2[time] * prior
        return prior


def schedule(timesteps: int) -> dict[str, np.ndarray]:
    """The twelve tables of the noise schedule, each ``(timesteps,)`` float64 (Ho et al. 2020, section 2).

    The square root of beta rises linearly; the tables that sampling does not read are kept for the released layout.
    """
    betas = np.linspace(_FIRST_BETA**0.5, _LAST_BETA**0.5, timesteps) ** 2
    alphas = 1 - betas
    kept = np.cumprod(alphas)
    before = np.concatenate([[1.0], kept[:-1]])
    variance = betas * (1 - before) / (1 - kept)
    return {
        "betas": betas,
        "alphas_cumprod": kept,
        "alphas_cumprod_prev": before,
        "sqrt_alphas_cumprod": np.sqrt(kept),
        "sqrt_one_minus_alphas_cumprod": np.sqrt(1 - kept),
        "log_one_minus_alphas_cumprod": np.log(1 - kept),
        "sqrt_recip_alphas_cumprod": np.sqrt(1 / kept),
        "sqrt_recipm1_alphas_cumprod": np.sqrt(1 / kept - 1),
        "posterior_variance": variance,
        "posterior_log_variance_clipped": np.log(np.maximum(variance, 1e-20)),
        "posterior_mean_coef1": betas * np.sqrt(before) / (1 - kept),
        "posterior_mean_coef2": (1 - before) * np.sqrt(alphas) / (1 - kept),
    }
