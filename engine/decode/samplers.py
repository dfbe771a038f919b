"""Samplers by name, over the noise schedule that a decoder was trained with."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any, Protocol, cast

from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, LCMScheduler
from torch import Tensor

from engine.decode.request import Sampler

FEW = 4  # steps up to which SD's own spacing would leave out too much of the noisy end


class Scheduler(Protocol):
    """diffusers' schedulers as the sampling loop uses them."""

    config: Any
    timesteps: Tensor
    init_noise_sigma: Any

    def set_timesteps(self, num_inference_steps: int) -> None:
        """Spread that many steps over the schedule."""
        ...

    def scale_model_input(self, sample: Tensor, timestep: Any) -> Tensor:
        """Latents as the network wants them."""
        ...

    def step(
        self, model_output: Tensor, timestep: Any, sample: Tensor, *, generator: Any, return_dict: bool
    ) -> tuple[Tensor, ...]:
        """Latents after one step, first of the tuple."""
        ...

    def add_noise(self, original_samples: Tensor, noise: Tensor, timesteps: Any) -> Tensor:
        """Clean latents noised to training timesteps ``(B,)``."""
        ...


def scheduler(name: Sampler, schedule: Mapping[str, Any], steps: int, *, trailing: bool = False) -> Scheduler:
    """A fresh sampler set to ``steps``.

    Parameters
    ----------
    name
        ``ddim`` (also used for inversion), ``dpm++`` (DPM-Solver++ 2M), ``few-step`` (latent consistency, 1 to 8
        steps, for networks distilled for it).
    schedule
        The training schedule: diffusers' scheduler configuration of the checkpoint.
    steps
        1 to 1000.
    trailing
        Set the steps at the noisy ends of their intervals, as few steps want it, instead of as SD was trained.
    """
    if name == "ddim":
        return cast("Scheduler", ddim(schedule, steps, trailing=trailing))
    made: Any
    if name == "few-step":
        made = LCMScheduler.from_config(_own(schedule, trailing or steps <= FEW), clip_sample=False)
        steps = min(steps, made.config["original_inference_steps"])
    else:
        config = _own(schedule, trailing or steps <= FEW)
        made = DPMSolverMultistepScheduler.from_config(config, algorithm_type="dpmsolver++", solver_order=2)
    made.set_timesteps(steps)
    return made


def ddim(schedule: Mapping[str, Any], steps: int, *, trailing: bool = False) -> DDIMScheduler:
    """The one sampler that also runs backwards, set to ``steps``; predicted pictures are not clipped."""
    made: Any = DDIMScheduler.from_config(_own(schedule, trailing or steps <= FEW), clip_sample=False)
    made.set_timesteps(steps)
    made.timesteps = made.timesteps.clamp(max=made.config["num_train_timesteps"] - 1)  # 1000 steps offset by 1
    return made


def _own(schedule: Mapping[str, Any], trailing: bool) -> dict[str, Any]:
    """The schedule without diffusers' notes; few steps are always set at the noisy ends."""
    own = {key: value for key, value in schedule.items() if not key.startswith("_")}
    return own | ({"timestep_spacing": "trailing"} if trailing else {})


def enters(steps: int, strength: float) -> tuple[int, int]:
    """How many steps a schedule needs, and at which a picture noised to ``strength`` enters it (SDEdit).

    Of ``steps`` the last ``steps * strength`` are run, at least one; the schedule is made finer where its own steps
    are so few that one of them would begin above ``strength``, 0 < strength <= 1.
    """
    scheduled = max(steps, ceil(1 / strength))
    return scheduled, scheduled - max(int(scheduled * strength), 1)


def times_from(sampler: Scheduler, begin: int) -> Tensor:
    """The training timesteps from step ``begin`` on, which the sampler is told to expect first."""
    if isinstance(sampler, DPMSolverMultistepScheduler | LCMScheduler):  # DDIM finds its place by the timestep
        sampler.set_begin_index(begin)
    return sampler.timesteps[begin:]
