"""Direct Inversion (Ju et al. 2023, PnPInversion): the photo's own path beside the edited one, LLMGA's way to edit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Protocol

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor

from engine.decode.conditions import Condition, Predict
from engine.decode.inversion import Ladder, ignore_step, inverted_path
from engine.decode.loop import OnStep
from engine.decode.masked import inside
from engine.errors import Cancelled
from engine.values import CancelCheck, never_cancel

# The cited method's values; those of the attention control are in `engine.decode.prompt_to_prompt`.
STEPS = 50
GUIDANCE = 7.5


class Controller(Protocol):
    """What may reach from the source branch into the target branch."""

    def installed(self) -> AbstractContextManager[None]:
        """Its time on the network."""
        ...

    def reads(self, progress: float) -> bool:
        """Whether it has use for the source branch's pass when this share of the steps, 0 to 1, is done."""
        ...

    def branch(self, which: Literal["source", "target"], progress: float) -> AbstractContextManager[None]:
        """The time of a branch's pass."""
        ...

    def blend(self, source: Tensor, target: Tensor, progress: float) -> Tensor:
        """The target's latents after a step, given the source's."""
        ...


class Uncontrolled:
    """No reach: the target branch shares the source's noise alone."""

    def installed(self) -> AbstractContextManager[None]:
        """Nothing to install."""
        return nullcontext()

    def reads(self, progress: float) -> bool:
        """Never."""
        return False

    def branch(self, which: Literal["source", "target"], progress: float) -> AbstractContextManager[None]:
        """Nothing to note."""
        return nullcontext()

    def blend(self, source: Tensor, target: Tensor, progress: float) -> Tensor:
        """The target's as they are."""
        return target


@torch.inference_mode()
def edit(
    predict: Predict,
    sampler: DDIMScheduler,
    latents: Tensor,
    source: Condition,
    target: Condition,
    negative: Condition | None = None,
    guidance: float = GUIDANCE,
    controller: Controller | None = None,
    mask: Tensor | None = None,
    on_step: OnStep = ignore_step,
    cancel: CancelCheck = never_cancel,
) -> tuple[Tensor, Tensor]:
    """Sample what the target condition says, beside the path on which the photo itself came to be.

    The photo is inverted at guidance 1. Sampling back, guidance leads both branches away from that path. Direct
    Inversion adds to the source branch, and to it alone, the offset ``stored - guided step`` after every step, before
    the controller acts. The sum is the stored latent, whatever the guided step was; so the source branch is read from
    the stored path, which reproduces the photo exactly and saves the passes that the offset cancels. The target branch
    is a plain guided one; what it shares with the photo reaches it through the first latent and the controller.

    Parameters
    ----------
    predict
        The network.
    sampler
        DDIM, set to a number of steps; the cited method takes 50.
    latents
        ``(B, c, h, w)``, the photo's.
    source, target
        What the network is told of the photo and of the wanted picture; their texts may be of different lengths, the
        passes are separate.
    negative
        What guidance leads the target away from; absent for no guidance.
    guidance
        Scale, 1 and below for none.
    controller
        For instance :class:`engine.decode.prompt_to_prompt.PromptToPrompt`.
    mask
        ``(B or 1, 1, h, w)``, 0 to 1, 1 where the picture may change; elsewhere the target follows the source branch,
        bit for bit where it is 0. Absent for everywhere.
    on_step, cancel
        Told after, and asked before, every step of inversion and of sampling; twice the sampler's steps in all.

    Returns
    -------
    source, target
        ``(B, c, h, w)`` each: the photo reconstructed and the edited picture. With equal conditions both are the photo.

    Raises
    ------
    Cancelled
        When ``cancel`` says so.
    """
    if _same(source, target):
        return latents, latents
    ladder = Ladder.of(sampler)
    steps, controller = ladder.steps, controller or Uncontrolled()

    def inverted(done: int, _total: int, so_far: Tensor) -> None:
        on_step(done, 2 * steps, so_far)

    path = inverted_path(predict, ladder, latents, source, passes=1, on_step=inverted, cancel=cancel)[::-1]
    edited = path[0]
    with controller.installed():
        for step in range(steps):
            if cancel():
                raise Cancelled
            progress = step / steps
            time = torch.tensor(ladder.times[step], device=latents.device)
            if controller.reads(progress):
                with controller.branch("source", progress):
                    predict(path[step], time, source)
            with controller.branch("target", progress):
                output = predict(edited, time, target).to(latents)
            if negative is not None and guidance > 1:
                away = predict(edited, time, negative).to(latents)
                output = away + guidance * (output - away)
            edited = controller.blend(path[step + 1], ladder.down(edited, output, step), progress)
            if mask is not None:
                edited = inside(mask, edited, path[step + 1])
            on_step(steps + step + 1, 2 * steps, edited)
    return path[-1], edited


def _same(one: Condition, two: Condition) -> bool:
    """Whether two conditions say the same to the last bit."""
    mine, its = list(_leaves(one)), list(_leaves(two))
    return len(mine) == len(its) and all(
        type(left) is type(right) and (torch.equal(left, right) if isinstance(left, Tensor) else left == right)
        for left, right in zip(mine, its, strict=True)
    )


def _leaves(value: Any) -> Iterator[Any]:
    """Every tensor and number in a value."""
    if is_dataclass(value):
        for each in fields(value):
            yield from _leaves(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from _leaves(each)
    else:
        yield value
