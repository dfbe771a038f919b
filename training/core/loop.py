"""The training loop, top to bottom: parts of a batch, a step, a run with its validations and checkpoints."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import send_to_device
from torch import Tensor, nn

from engine.errors import BadInput, MachineError, OvertoneError
from training.core.checkpoints import (
    EMA,
    MODEL,
    OPTIMIZER,
    Checkpoint,
    fill,
    fill_optimizer,
    learnt_state,
    listed,
    optimizer_state,
    read_tensors,
    sweep,
    write_tensors,
)
from training.core.draws import Draws
from training.core.recipe import Recipe
from training.core.stage import SCORE, TOTAL, Stage, choose_trained, learning_mode, recompute
from training.core.watch import Watch

BEST = "best.safetensors"
CHECKPOINTS = "checkpoints"
_FREE = frozenset({"steps", "accumulation", "workers", "validate_every", "save_every"})  # may change on resuming
_EMA_RISE = 10  # steps after which the running mean forgets slowly: it must not keep the start


class Learner(nn.Module):
    """A stage's loss as the forward pass of a module, which is what accelerate wraps for several processes."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.module = stage.module
        self.loss = stage.loss

    def forward(self, batch: Any) -> dict[str, Tensor]:
        """The stage's losses of a part of a batch."""
        return self.loss(batch)


@dataclass(frozen=True, eq=False)
class Training:
    """A stage made ready for its steps on this process's device.

    Attributes
    ----------
    stage, recipe
        What trains and how.
    accelerator
        Device and processes.
    learner
        The stage's loss, spread over the processes.
    trained
        The parameters that train, by name.
    optimizer
        Of them.
    """

    stage: Stage
    recipe: Recipe
    accelerator: Accelerator
    learner: nn.Module
    trained: Mapping[str, nn.Parameter]
    optimizer: torch.optim.Optimizer

    @classmethod
    def ready(cls, stage: Stage, recipe: Recipe) -> Training:
        """Freeze what does not train and move the stage to its device.

        Raises
        ------
        BadInput
            When the batch cannot be cut into equal parts, or a pattern of the stage fits nothing.
        """
        accelerator = Accelerator()
        parts = recipe.accumulation * accelerator.num_processes
        if recipe.batch % parts:
            raise BadInput(f"A batch of {recipe.batch} cannot be cut into {parts} equal parts.", "Change the batch.")
        trained = choose_trained(stage)
        if recipe.gradient_checkpointing:
            recompute(stage)
        learner = accelerator.prepare_model(Learner(stage))
        matrices, rest = ([each for each in trained.values() if (each.ndim > 1) == wide] for wide in (True, False))
        groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": rest, "weight_decay": 0.0}]
        optimizer = torch.optim.AdamW([g for g in groups if g["params"]], lr=recipe.rate, betas=(0.9, recipe.beta2))
        learning_mode(stage.module)
        return cls(stage, recipe, accelerator, learner, trained, optimizer)

    def batches(self, start: int, stop: int) -> Generator[tuple[Draws, Any]]:
        """This process's parts of the batches of steps ``start`` to before ``stop``, in order."""
        recipe, share = self.recipe, self.recipe.batch // (self.recipe.accumulation * self.accelerator.num_processes)
        rank, parts = self.accelerator.process_index, recipe.accumulation
        every = (
            Draws(recipe.seed, range(first, first + share))
            for part in range(start * parts, stop * parts)
            for first in [part * (recipe.batch // parts) + rank * share]
        )
        if not recipe.workers:
            yield from ((draws, self.stage.batch(draws)) for draws in every)
            return
        with ThreadPoolExecutor(recipe.workers) as pool:
            ahead: deque[tuple[Draws, Future[Any]]] = deque()
            for draws in every:
                ahead.append((draws, pool.submit(self.stage.batch, draws)))
                if len(ahead) > 2 * recipe.workers:
                    draws_now, made = ahead.popleft()
                    yield draws_now, made.result()
            yield from ((draws, made.result()) for draws, made in ahead)

    def step(self, number: int, feed: Iterator[tuple[Draws, Any]]) -> dict[str, float]:
        """One step of the optimizer, 0-based; gives the losses, means over the whole batch.

        Raises
        ------
        OvertoneError
            When a loss or the gradient is not finite; the weights are as they were.
        """
        recipe, device = self.recipe, self.accelerator.device
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.rate_at(number)
        sums: dict[str, Tensor] = {}
        for left in reversed(range(recipe.accumulation)):
            draws, batch = next(feed)
            draws.seed_everything()
            with self.accelerator.no_sync(self.learner) if left else nullcontext():
                with torch.autocast(device.type, torch.bfloat16, enabled=recipe.precision == "bf16"):
                    losses = self.learner(send_to_device(batch, device))
                self.accelerator.backward(losses[TOTAL] / recipe.accumulation)
            for name, loss in losses.items():
                sums[name] = sums.get(name, torch.zeros((), device=device)) + loss.detach().float()
        means: Any = self.accelerator.reduce(torch.stack(list(sums.values())) / recipe.accumulation, "mean")
        said = dict(zip(sums, means.tolist(), strict=True))
        length = float(nn.utils.clip_grad_norm_(self.trained.values(), recipe.clip))
        if not all(map(math.isfinite, (*said.values(), length))):
            shown = ", ".join(f"{name} {value:.3g}" for name, value in (said | {"gradient": length}).items())
            raise OvertoneError(f"Step {number + 1} is not finite ({shown}).", "Lower the rate or look at the data.")
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return said

    def validate(self) -> dict[str, float]:
        """The stage's figures; raises OvertoneError when its score is not finite."""
        self.stage.module.eval()
        Draws(self.recipe.seed, [0]).seed_everything()
        with torch.no_grad():
            figures = self.stage.validate()
        learning_mode(self.stage.module)
        if not math.isfinite(figures[SCORE]):
            raise OvertoneError("The validation score is not finite.", "Lower the rate or look at the data.")
        return figures


def train(stage: Stage, recipe: Recipe, out: Path, *, resume: bool = False) -> None:
    """Train a stage and write what the engine loads.

    Into ``out`` go ``checkpoints/``, ``best.safetensors``, ``curve.jsonl``, curves and pictures for TensorBoard and,
    at the end, the stage's own files. On CPU a run that was killed and resumed ends in the same weights, bit for bit.

    Parameters
    ----------
    stage
        With fresh weights, the same in every process.
    recipe
        How.
    out
        Folder, made if absent.
    resume
        Go on from the folder's last checkpoint, if there is one.

    Raises
    ------
    BadInput
        When the folder holds a run and ``resume`` is not set, or its checkpoint is damaged or of another stage or
        recipe.
    MachineError
        When memory or disk are not enough; the last checkpoint stays.
    OvertoneError
        When a loss is not finite; the last checkpoint stays.
    """
    checkpoints = out / CHECKPOINTS
    if listed(checkpoints) and not resume:
        raise BadInput(f"{out} holds a run already.", "Add --resume to go on with it or choose another --out.")
    training = Training.ready(stage, recipe)
    main = training.accelerator.is_main_process
    ema = {name: each.detach().clone() for name, each in training.trained.items()} if recipe.ema else {}
    begun, best = _restore(training, ema, checkpoints)
    if main:
        _make(checkpoints)
    try:
        with (
            Watch(stage.name, recipe.steps, out, begun, shown=main) as watch,
            closing(training.batches(begun, recipe.steps)) as feed,
        ):
            for step in range(begun, recipe.steps):
                losses = training.step(step, feed)
                _average(ema, training.trained, min(recipe.ema, (step + 1) / (step + _EMA_RISE)))
                watch.stepped(step + 1, losses, recipe.rate_at(step))
                if main and _due(step + 1, recipe.validate_every, recipe.steps if recipe.validate_every else 0):
                    with _averaged(training.trained, ema):
                        figures = training.validate()
                        if figures[SCORE] < best:
                            best = figures[SCORE]
                            told = {"stage": stage.name, "step": step + 1, SCORE: best}
                            write_tensors(out / BEST, learnt_state(stage.module), told)
                        watch.validated(step + 1, figures, stage.pictures())
                if main and _due(step + 1, recipe.save_every, recipe.steps):
                    _checkpoint(training, ema, step + 1, best).write(checkpoints)
                    sweep(out)  # the best weights lie there
            if main:
                _take_best(training, ema, out / BEST if math.isfinite(best) else None)
                stage.export(out)
                watch.say(f"{stage.name}: written to {out}")
    except torch.OutOfMemoryError as fault:
        raise MachineError("The device has too little memory for this batch.", "Raise the accumulation.") from fault
    training.accelerator.wait_for_everyone()
    training.accelerator.end_training()


def begin_with(run: Path, module: nn.Module, stage: str) -> None:
    """Give what learns of ``module`` the best weights of an earlier run.

    Parameters
    ----------
    run
        Its folder.
    module
        Whose learning parameters and buffers have the names that they had there.
    stage
        The run's, for people.

    Raises
    ------
    BadInput
        When there is no such run, or its weights do not fit.
    """
    path = run / BEST
    if not path.is_file():
        raise BadInput(f"{path} is not there.", f"Run {stage} first, or name its folder in the settings.")
    fill(learnt_state(module), read_tensors(path)[0], str(path))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BadInput(f"{folder} cannot be made ({fault.strerror}).", "Choose another --out.") from fault


def _due(done: int, every: int, last: int) -> bool:
    return done == last or (every > 0 and done % every == 0)


@torch.no_grad()
def _average(ema: dict[str, Tensor], trained: Mapping[str, Tensor], keep: float) -> None:
    if ema:
        torch._foreach_lerp_(list(ema.values()), [trained[name] for name in ema], 1 - keep)


@contextmanager
def _averaged(trained: Mapping[str, Tensor], ema: Mapping[str, Tensor]) -> Iterator[None]:
    """The running means in place of the trained parameters for as long as the block lasts."""
    held = {name: trained[name].detach().clone() for name in ema}
    for name, mean in ema.items():
        trained[name].detach().copy_(mean)
    try:
        yield
    finally:
        for name, each in held.items():
            trained[name].detach().copy_(each)


def _checkpoint(training: Training, ema: Mapping[str, Tensor], step: int, best: float) -> Checkpoint:
    parts = {
        MODEL: learnt_state(training.stage.module),
        EMA: ema,
        OPTIMIZER: optimizer_state(training.optimizer, training.trained),
    }
    tensors = {prefix + name: each for prefix, part in parts.items() for name, each in part.items()}
    return Checkpoint(training.stage.name, step, best, asdict(training.recipe), tensors)


def _restore(training: Training, ema: Mapping[str, Tensor], folder: Path) -> tuple[int, float]:
    """Steps done and best score of the folder's last checkpoint, which is loaded; 0 and infinity without one."""
    if not listed(folder):
        return 0, math.inf
    path = listed(folder)[-1]
    stored = Checkpoint.read(path)
    if stored.stage != training.stage.name:
        raise BadInput(f"{path} is of the stage {stored.stage!r}.", "Choose another --out.")
    now = asdict(training.recipe)
    other = [each.name for each in fields(Recipe) if each.name not in _FREE]
    other = [name for name in other if stored.recipe.get(name) != now[name]]
    if other:
        told = ", ".join(f"{name} {stored.recipe.get(name)}, not {now[name]}" for name in other)
        raise BadInput(f"The run in {folder.parent} has {told}.", "Resume with the config it began with.")
    fill(learnt_state(training.stage.module), stored.part(MODEL), f"checkpoint {path.name}")
    fill(ema, stored.part(EMA), f"checkpoint {path.name}")
    fill_optimizer(training.optimizer, training.trained, stored.part(OPTIMIZER))
    return stored.step, stored.best


def _take_best(training: Training, ema: Mapping[str, Tensor], best: Path | None) -> None:
    """Leave the best weights in the stage: the best validated ones, or the last without a validation."""
    if best is not None:
        fill(learnt_state(training.stage.module), read_tensors(best)[0], best.name)
    elif ema:
        fill(training.trained, ema, "running mean")
    training.stage.module.eval()
