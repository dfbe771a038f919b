"""What is seen of a training: a line with the time left, ``curve.jsonl``, and curves and pictures for TensorBoard."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.errors import BadInput
from engine.files.writing import write_fault

CURVE = "curve.jsonl"
_EVERY = 30.0  # seconds between two lines where there is no terminal


class Watch:
    """Tells of one run.

    Parameters
    ----------
    name, steps
        Of the stage and its recipe.
    out
        Folder of the curves.
    begun
        Steps done before; what older curves hold beyond them is dropped.
    shown
        Whether this process tells anything.
    """

    def __init__(self, name: str, steps: int, out: Path, begun: int, *, shown: bool) -> None:
        self.name, self.steps, self.out, self.begun, self.shown = name, steps, out, begun, shown
        self.console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self.started = self.told = time.monotonic()

    def __enter__(self) -> Watch:
        if not self.shown:
            return self
        kept = "".join(line + "\n" for line in read_curve(self.out, self.begun))
        try:
            (self.out / CURVE).write_text(kept, encoding="utf-8")
            self.curve = (self.out / CURVE).open("a", buffering=1, encoding="utf-8")
        except OSError as fault:
            raise write_fault(self.out / CURVE, fault) from fault
        self.board = self._board()
        if self.begun:
            self.console.print(f"{self.name}: going on after step {self.begun}")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        said = TextColumn("{task.fields[said]}")
        self.progress = Progress(*columns, said, console=self.console, disable=not self.console.is_terminal)
        self.progress.start()
        self.task = self.progress.add_task(self.name, total=self.steps, completed=self.begun, said="")
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if not self.shown:
            return
        self.progress.stop()
        self.curve.close()
        if self.board is not None:
            self.board.close()

    def _board(self) -> Any:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self.console.print("No curves for TensorBoard: pip install tensorboard would bring them.")
            return None
        return SummaryWriter(str(self.out / "tensorboard"), purge_step=self.begun + 1)

    def _write(self, row: Mapping[str, Any]) -> None:
        try:
            self.curve.write(json.dumps(row) + "\n")
        except OSError as fault:
            raise write_fault(self.out / CURVE, fault) from fault

    def say(self, line: str) -> None:
        """A line for people."""
        if self.shown:
            self.console.print(line)

    def stepped(self, step: int, losses: Mapping[str, float], rate: float) -> None:
        """A step, 1-based, with its losses and learning rate."""
        if not self.shown:
            return
        self._write({"step": step, "rate": rate, **losses})
        if self.board is not None:
            for name, value in {**losses, "rate": rate}.items():
                self.board.add_scalar(f"train/{name}", value, step)
        said = " ".join(f"{name} {value:.4g}" for name, value in losses.items())
        self.progress.update(self.task, completed=step, said=said)
        now = time.monotonic()
        if not self.console.is_terminal and (now - self.told > _EVERY or step == self.steps):
            self.told = now
            left = (now - self.started) / (step - self.begun) * (self.steps - step)
            self.console.print(f"{self.name} {step} of {self.steps}, {duration(left)} left: {said}")

    def validated(self, step: int, figures: Mapping[str, float], pictures: Mapping[str, np.ndarray]) -> None:
        """A validation's figures and pictures."""
        if not self.shown:
            return
        self._write({"step": step, "validation": dict(figures)})
        said = " ".join(f"{name} {value:.4g}" for name, value in figures.items())
        self.console.print(f"{self.name} {step}: validation {said}")
        if self.board is not None:
            for name, value in figures.items():
                self.board.add_scalar(f"validation/{name}", value, step)
            for name, picture in pictures.items():
                self.board.add_image(name, picture, step, dataformats="HWC")


def read_curve(out: Path, last: int) -> list[str]:
    """The lines of a run's curve up to step ``last``; a line that a kill cut off is left out."""
    kept: list[str] = []
    path = out / CURVE
    if not path.is_file() or not last:
        return kept
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            if json.loads(line)["step"] <= last:
                kept.append(line)
        except ValueError:
            continue
        except (KeyError, TypeError) as fault:
            raise BadInput(f"{path} is no curve of a training.", "Choose another --out.") from fault
    return kept


def duration(seconds: float) -> str:
    """``4 s``, ``3 min`` or ``2.5 h``."""
    if seconds < 100:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
