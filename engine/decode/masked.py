"""Sampling under a mask: what must stay is put back after every step."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.decode.samplers import Scheduler


def blend_known(
    latents: Tensor,
    known_latents: Tensor,
    noise: Tensor,
    mask: Tensor,
    scheduler: Scheduler,
    next_time: Tensor | None,
) -> Tensor:
    """Latents after a step, with what must stay put back at the noise level that the next step expects.

    Parameters
    ----------
    latents
        ``(B, c, h, w)``, after the step.
    known_latents, noise
        Latents of the picture that stays, without noise, and the one noise that it is given at every step: a fresh
        one each time would leave a seam that never settles.
    mask
        ``(B or 1, 1, h, w)``, 0 to 1: 1 where the network paints, 0 where the known picture stays, in between a mix.
    scheduler
        The sampler, which knows its noise levels.
    next_time
        Training timestep of the next step; nothing after the last one, where the known latents are put back without
        noise and stay bit for bit where the mask is 0.

    Returns
    -------
    torch.Tensor
        ``(B, c, h, w)``; where the mask is 1 the given latents, bit for bit.
    """
    known = known_latents
    if next_time is not None:
        known = scheduler.add_noise(known_latents, noise, next_time.reshape(1))
    return inside(mask, latents, known)


def inside(mask: Tensor, painted: Tensor, known: Tensor) -> Tensor:
    """``painted`` where the mask is 1, ``known`` where it is 0, both bit for bit, and a mix in between."""
    # chosen, not multiplied, where nothing mixes: zero times a stray infinity would spread into what must stay
    return torch.where(mask > 0, mask * painted + (1 - mask) * known, known)
