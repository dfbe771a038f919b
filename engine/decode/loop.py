"""The sampling loop: from start latents to finished ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.decode.conditions import Condition
from engine.decode.faults import Precision
from engine.decode.masked import blend_known
from engine.decode.network import Guidance, Network
from engine.decode.samplers import Scheduler, times_from
from engine.errors import Cancelled
from engine.values import CancelCheck

OnStep = Callable[[int, int, Tensor], None]  # steps done, of how many, latents so far


@dataclass(frozen=True, eq=False)
class Known:
    """What must stay.

    Attributes
    ----------
    latents, noise
        ``(B, c, h, w)``: the picture's latents, and the one noise that they are noised with.
    mask
        ``(1, 1, h, w)``, 1 where to paint, 0 where they stay.
    """

    latents: Tensor
    noise: Tensor
    mask: Tensor


@torch.inference_mode()
def sample(
    network: Network,
    sampler: Scheduler,
    latents: Tensor,
    condition: Condition,
    negative: Condition | None,
    guidance: Guidance,
    generator: torch.Generator,
    precision: Precision,
    on_step: OnStep,
    cancel: CancelCheck,
    begin: int = 0,
    known: Known | None = None,
) -> Tensor:
    """Denoise ``latents`` ``(B, c, h, w)`` from step ``begin`` of the sampler to its end.

    The sampler's arithmetic is float32 whatever the network computes in. After each step the known part is put
    back at the noise level of the next one, at last without noise, so what must stay arrives unchanged.

    Raises
    ------
    Cancelled
        When asked to stop, before the next step.
    OvertoneError
        When the network gives numbers that are not finite, in float32 too.
    """
    times = times_from(sampler, begin)
    for index, time in enumerate(times):
        if cancel():
            raise Cancelled
        given = sampler.scale_model_input(latents, time)
        out = precision.finite(
            lambda given=given, time=time: network.guided(given, time, condition, negative, guidance).float(),
            network.parts,
            "The denoising network",
        )
        latents = sampler.step(out, time, latents, generator=generator, return_dict=False)[0]
        if known is not None:
            following = times[index + 1] if index + 1 < len(times) else None
            latents = blend_known(latents, known.latents, known.noise, known.mask, sampler, following)
        on_step(index + 1, len(times), latents)
    return latents
