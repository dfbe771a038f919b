"""Inputs for networks with random weights, and such a network as the editors see it."""

from __future__ import annotations

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor

from engine.decode.conditions import Condition
from training import tiny


def unet(seed: int = 0, family: tiny.Family = "sd15", channels: int = 4) -> UNet2DConditionModel:
    """A tiny U-Net that always comes out the same."""
    torch.manual_seed(seed)
    return tiny.unet(family, channels).eval().requires_grad_(False)


def states(seed: int, chunks: int = 1, batch: int = 1) -> Condition:
    """Random text states of some chunks."""
    generator = torch.Generator().manual_seed(seed)
    return Condition(torch.randn(batch, 77 * chunks, tiny.WIDTH, generator=generator))


def latents(seed: int, height: int = 16, width: int = 16, batch: int = 1) -> Tensor:
    """Random latents."""
    return torch.randn(batch, 4, height, width, generator=torch.Generator().manual_seed(seed))


def ddim(steps: int, **settings) -> DDIMScheduler:
    """Stable Diffusion's schedule, set to some steps."""
    sampler = DDIMScheduler(**(tiny.SCHEDULE | settings))
    sampler.set_timesteps(steps)
    return sampler


class Net:
    """A U-Net as the editors see it; it remembers what it was asked."""

    def __init__(self, module: UNet2DConditionModel) -> None:
        self.unet = module
        self.seen: list[tuple[int, Tensor, Condition]] = []

    def __call__(self, given: Tensor, time: Tensor, condition: Condition) -> Tensor:
        """The U-Net's output."""
        self.seen.append((int(time), given, condition))
        return self.unet(given, time, condition.states, return_dict=False)[0]
