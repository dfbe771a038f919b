"""DDIM as an affine map that runs both ways: inversion of a photo's latent into noise, and the keep mix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor

from engine.decode.conditions import Condition, Predict
from engine.decode.loop import OnStep
from engine.errors import BadInput, BundleError, Cancelled
from engine.values import CancelCheck, never_cancel

PASSES = 10  # of the network a step at most; a trained one needs two or three, more where a photo's noise begins
TOLERANCE = 3e-3  # of the latents' norm; below it another pass changes nothing that can be seen


def ignore_step(_done: int, _total: int, _latents: Tensor) -> None:
    """An ``on_step`` that does nothing."""


@dataclass(frozen=True)
class Ladder:
    """The rungs of deterministic DDIM sampling (Song et al. 2020, equation 12 with sigma 0).

    For every prediction type one step is affine, ``x_next = a x + b output``, so that it is undone by dividing,
    which the same step written in terms of noise and clean picture hides.

    Attributes
    ----------
    times
        n training timesteps, falling: where the network is asked.
    scales, shifts
        a and b of each step.
    """

    times: tuple[int, ...]
    scales: tuple[float, ...]
    shifts: tuple[float, ...]

    @classmethod
    def of(cls, sampler: DDIMScheduler) -> Ladder:
        """The ladder of a sampler that is set to a number of steps.

        Predicted pictures are never clipped: latents have no bounds, and a clipped step cannot be undone.

        Raises
        ------
        BundleError
            The network predicts neither noise nor velocity nor picture.
        """
        times = tuple(int(time) for time in sampler.timesteps)
        # signal powers at each rung and, after the last, that of the finished picture
        powers = [*(float(sampler.alphas_cumprod[time]) for time in times), float(sampler.final_alpha_cumprod)]
        prediction = sampler.config["prediction_type"]
        scales, shifts = zip(*(_affine(power, after, prediction) for power, after in pairwise(powers)), strict=True)
        return cls(times, scales, shifts)

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return len(self.times)

    def down(self, latents: Tensor, output: Tensor, step: int) -> Tensor:
        """One step towards the picture: from the level of step ``step`` to the next lower one."""
        return self.scales[step] * latents + self.shifts[step] * output

    def up(self, latents: Tensor, output: Tensor, step: int) -> Tensor:
        """What :meth:`down` came from, if the network answered ``output`` there."""
        return (latents - self.shifts[step] * output) / self.scales[step]


def _affine(power: float, after: float, prediction: str) -> tuple[float, float]:
    """Scale and shift of the step from signal power ``power`` to ``after``."""
    signal, noise = math.sqrt(power), math.sqrt(1 - power)
    next_signal, next_noise = math.sqrt(after), math.sqrt(1 - after)
    if prediction == "epsilon":
        return next_signal / signal, next_noise - next_signal * noise / signal
    if prediction == "v_prediction":  # a rotation between picture and noise (Salimans and Ho 2022, appendix D)
        return signal * next_signal + noise * next_noise, signal * next_noise - noise * next_signal
    if prediction == "sample":
        return next_noise / noise, next_signal - next_noise * signal / noise
    raise BundleError(f"A network that predicts {prediction!r} cannot be inverted.", "Use one that predicts noise.")


@torch.inference_mode()
def inverted_path(
    predict: Predict,
    ladder: Ladder,
    latents: Tensor,
    condition: Condition,
    passes: int = PASSES,
    on_step: OnStep = ignore_step,
    cancel: CancelCheck = never_cancel,
) -> list[Tensor]:
    """Every latent on the way from a picture to its noise, at guidance 1.

    The exact inverse of a step asks for the network's answer at the noisier latent, which is not yet known. Plain DDIM
    inversion takes the answer at the cleaner one (InstructAny2Pix's ``epsilon(x_{t-1}, t)``); each further pass asks
    again at the latent just found, a fixed-point iteration towards the latent from which sampling leads back, until
    it moves by less than :data:`TOLERANCE`. The network is the very one that samples, adapters, controls and context
    included: inverting through another was the released code's fault.

    Parameters
    ----------
    predict
        The network.
    ladder
        Of the sampling that is to lead back.
    latents
        ``(B, c, h, w)``, the picture's.
    condition
        What sampling will be told.
    passes
        Most passes of the network a step; 1 is plain inversion.
    on_step, cancel
        Told after every step, and asked before every pass.

    Returns
    -------
    list of torch.Tensor
        ``steps + 1`` latents; the first is the picture's, the last the noise.

    Raises
    ------
    Cancelled
        When ``cancel`` says so.
    """
    path = [latents]
    for step in reversed(range(ladder.steps)):
        time = torch.tensor(ladder.times[step], device=latents.device)
        guess = path[-1]
        for _ in range(passes):
            if cancel():
                raise Cancelled
            before, guess = guess, ladder.up(path[-1], predict(guess, time, condition).to(latents), step)
            if bool((_norm(guess - before) < TOLERANCE * _norm(guess)).all()):
                break
        path.append(guess)
        on_step(len(path) - 1, ladder.steps, guess)
    return path


def invert(
    predict: Predict,
    ladder: Ladder,
    latents: Tensor,
    condition: Condition,
    passes: int = PASSES,
    on_step: OnStep = ignore_step,
    cancel: CancelCheck = never_cancel,
) -> Tensor:
    """The noise ``(B, c, h, w)`` from which sampling leads back to a picture: the end of :func:`inverted_path`."""
    return inverted_path(predict, ladder, latents, condition, passes, on_step, cancel)[-1]


def keep_mix(inverted: Tensor, noise: Tensor, keep: float) -> Tensor:
    """The latent to start from, between fresh noise and exact inversion (InstructAny2Pix, section 4.4 and code).

    With ``n = keep |z| + (1 - keep) |e|`` and ``l = keep z + (1 - keep) e`` it is ``n l / |l|``: a mix of two
    independent noises alone would be too quiet, and a network answers a quiet latent with a flat picture.

    Parameters
    ----------
    inverted, noise
        ``(B, c, h, w)``; norms are taken over each picture.
    keep
        1 gives ``inverted`` and 0 ``noise``, bit for bit.

    Raises
    ------
    BadInput
        ``keep`` outside 0 to 1.
    """
    if not 0 <= keep <= 1:
        raise BadInput(f"keep is {keep}.", "Choose 0 (new) to 1 (as it was).")
    if keep in (0, 1):
        return inverted if keep else noise

    mixed = keep * inverted.float() + (1 - keep) * noise.float()
    wanted = keep * _norm(inverted) + (1 - keep) * _norm(noise)
    # opposite latents cancel out, and nothing can be scaled to no norm but nothing
    return (mixed * (wanted / _norm(mixed).clamp_min(1e-12))).to(inverted.dtype)


def _norm(latents: Tensor) -> Tensor:
    """Of each picture, ``(B, 1, 1, 1)``, float32 at least."""
    precise = torch.promote_types(latents.dtype, torch.float32)
    return torch.linalg.vector_norm(latents, dim=(1, 2, 3), keepdim=True, dtype=precise)
