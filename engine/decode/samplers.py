"""Samplers by name, over the noise schedule that a decoder was trained with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, LCMScheduler
from torch import Tensor

from engine.decode.request import Sampler


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


def scheduler(name: Sampler, schedule: Mapping[str, Any], steps: int) -> Scheduler:
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
    """
    if name == "ddim":
        return cast("Scheduler", ddim(schedule, steps))
    made: Any
    if name == "few-step":
        made = LCMScheduler.from_config(_own(schedule, steps), clip_sample=False)
        steps = min(steps, made.config["original_inference_steps"])
    else:
        config = _own(schedule, steps)
        made = DPMSolverMultistepScheduler.from_config(config, algorithm_type="dpmsolver++", solver_order=2)
    made.set_timesteps(steps)
    return made


def ddim(schedule: Mapping[str, Any], steps: int) -> DDIMScheduler:
    """The one sampler that also runs backwards, set to ``steps``; predicted pictures are not clipped."""
    made: Any = DDIMScheduler.from_config(_own(schedule, steps), clip_sample=False)
    made.set_timesteps(steps)
    made.timesteps = made.timesteps.clamp(max=made.config["num_train_timesteps"] - 1)  # 1000 steps offset by 1
    return made


def _own(schedule: Mapping[str, Any], steps: int) -> dict[str, Any]:
    """The schedule without diffusers' notes; a single step is set at the noisy end, where SD's own spacing is not."""
    own = {key: value for key, value in schedule.items() if not key.startswith("_")}
    return own | ({"timestep_spacing": "trailing"} if steps == 1 else {})


def begin_at(sampler: Scheduler, strength: float) -> int:
    """The step at which a picture noised to ``strength`` (0 to 1) enters, at least one before the end (SDEdit)."""
    steps = len(sampler.timesteps)
    return steps - min(max(int(steps * strength), 1), steps)


def times_from(sampler: Scheduler, begin: int) -> Tensor:
    """The training timesteps from step ``begin`` on, which the sampler is told to expect first."""
    if isinstance(sampler, DPMSolverMultistepScheduler | LCMScheduler):  # DDIM finds its place by the timestep
        sampler.set_begin_index(begin)
    return sampler.timesteps[begin:]
