"""How long, how fast and how finely a stage trains: a table of a TOML file, checked strictly."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from engine.errors import BadInput
from engine.values import STRICT

CONFIGS = Path(__file__).parent.parent / "configs"
SETTINGS = "settings"  # the sub-table that is the stage's own
T = TypeVar("T")
Count = Annotated[int, Field(ge=1, strict=True)]
CountOrNone = Annotated[int, Field(ge=0, strict=True)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Above0 = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)]


@dataclass(frozen=True)
class Recipe:
    """A stage's training.

    Attributes
    ----------
    steps
        Optimizer steps.
    batch
        Samples of one step, over all processes and accumulated parts together.
    rate
        Highest learning rate.
    accumulation
        Parts that a step's batch is cut into, one after the other: less memory, the same step.
    warm_up
        Share of the steps over which the rate rises.
    last_rate
        Share of the rate that is left at the end of the cosine.
    weight_decay
        Of AdamW; of matrices and kernels only.
    beta2
        Of AdamW.
    clip
        Longest gradient.
    ema
        Of the running mean of the trained parameters, kept at a step; 0 for none. It is what is judged and kept.
    precision
        ``bf16`` lets the forward pass run under autocast; weights stay float32.
    gradient_checkpointing
        Compute the stage's blocks again in the backward pass instead of keeping what they made.
    workers
        Threads that make batches ahead; 0 makes them in turn.
    validate_every, save_every
        Steps between two validations and two checkpoints; 0 validates never and saves at the end.
    seed
        Of every draw.
    """

    __pydantic_config__: ClassVar = STRICT

    steps: Count
    batch: Count
    rate: Above0
    accumulation: Count = 1
    warm_up: Share = 0.05
    last_rate: Share = 0.1
    weight_decay: Annotated[float, Field(ge=0, strict=True)] = 0.01
    beta2: Annotated[float, Field(gt=0, lt=1, strict=True)] = 0.999
    clip: Above0 = 1.0
    ema: Annotated[float, Field(ge=0, lt=1, strict=True)] = 0.0
    precision: Literal["fp32", "bf16"] = "fp32"
    gradient_checkpointing: Annotated[bool, Field(strict=True)] = False
    workers: CountOrNone = 0
    validate_every: CountOrNone = 1000
    save_every: CountOrNone = 1000
    seed: CountOrNone = 0

    def rate_at(self, step: int) -> float:
        """Learning rate of a step, 0-based: a linear rise, then half a cosine."""
        rising = max(1, round(self.warm_up * self.steps))
        if step < rising:
            return self.rate * (step + 1) / rising
        done = (step - rising) / max(1, self.steps - rising)
        return self.rate * (self.last_rate + (1 - self.last_rate) * 0.5 * (1 + math.cos(math.pi * done)))


def validated(kind: type[T], table: Any, what: str) -> T:
    """``table`` as a frozen dataclass.

    Raises
    ------
    BadInput
        For an unknown, missing or ill-typed key, naming it.
    """
    try:
        return TypeAdapter(kind).validate_python(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise BadInput(f"{what}: {place}: {first['msg'].lower()}.", "Correct this key of the config.") from error


def read_recipe(config: str, stage: str) -> tuple[Recipe, Mapping[str, Any]]:
    """Recipe and own settings of a stage.

    Parameters
    ----------
    config
        Name of one of the project's configs, or a TOML file.
    stage
        Its table.

    Raises
    ------
    BadInput
        When there is no such config or table, or it holds what no recipe has.
    """
    path = CONFIGS / f"{config}.toml"
    if not path.is_file():
        path = Path(config)
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in CONFIGS.glob("*.toml")))
        raise BadInput(f"There is no config {config!r}.", f"Name a TOML file or one of {known}.")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadInput(f"{path.name} is no TOML ({fault}).") from fault
    table = tables.get(stage)
    if not isinstance(table, dict):
        raise BadInput(f"{path.name} has no table [{stage}].", "Add it or choose another config.")
    settings = table.pop(SETTINGS, {})
    if not isinstance(settings, dict):
        raise BadInput(f"{path.name}: [{stage}] {SETTINGS}: should be a table.")
    return validated(Recipe, table, f"{path.name} [{stage}]"), settings
