"""The options that make up a run's :class:`~engine.values.Settings`, the same in every command that takes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.checking import check_settings
from engine.commands.common import EngineOption, SeedOption
from engine.commands.gathering import Command, gathers, option
from engine.errors import BadInput
from engine.files import read_photo
from engine.values import ControlSetting, Settings

LARGEST = 4096  # pixels on a side of a picture made from words
DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(Settings)}


def takes_settings(*names: str, **defaults: Any) -> Callable[[Command], Command]:
    """Give a command an option for each named field of its ``settings``; the values reach it as one.

    Parameters
    ----------
    names
        Fields of Settings that have an option here.
    defaults
        Of fields for which the command has another default.
    """
    known: dict[str, Any] = {**DEFAULTS, **defaults}

    def made(told: Mapping[str, Any]) -> Settings:
        read = {name: READERS.get(name, _as_it_is)(value) for name, value in told.items()}
        settings = Settings(**known | read)
        check_settings(settings)
        return settings

    return gathers("settings", [option(name, OPTIONS[name], UNREAD.get(name, known[name])) for name in names], made)


def read_controls(named: list[str] | None) -> tuple[ControlSetting, ...]:
    """What ``--control KIND[:SCALE][=FILE]`` options say; the scale is 1 when not said.

    Raises
    ------
    BadInput
        When a kind is missing, a scale is not a number of 0 or more, or a file cannot be read.
    """
    return tuple(_control(each) for each in named or ())


def _control(text: str) -> ControlSetting:
    said, equals, file = text.partition("=")
    kind, _, scale = said.partition(":")
    value = _number(scale or "1")
    if not kind or value is None:
        raise BadInput(f"--control {text} is no kind with a scale of 0 or more.", "Write e.g. edge:0.7.")
    if equals and not file:
        raise BadInput(f"--control {text} names no file.", f"Write e.g. {kind}={kind}.png.")
    return ControlSetting(kind, value, read_photo(Path(file)) if file else None)


def read_weights(text: str) -> tuple[float, float, float]:
    """The three numbers of "0.4,0.6,0.4".

    Raises
    ------
    BadInput
        When they are not three numbers of 0 or more.
    """
    base, wish, prior, *more = [_number(each) for each in text.split(",")] + [None] * 3
    if base is None or wish is None or prior is None or any(each is not None for each in more):
        raise BadInput(f"--prior-weights {text} is not three numbers of 0 or more.", "Write e.g. 0.4,0.6,0.4.")
    return base, wish, prior


def read_size(text: str) -> tuple[int, int] | None:
    """Width and height in pixels of "640x480"; nothing for an empty text.

    Raises
    ------
    BadInput
        When it is not two numbers from 16 to 4096.
    """
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", text.strip().lower())
    if not found or not all(16 <= int(side) <= LARGEST for side in found.groups()):
        raise BadInput(f"--size {text} is not a size.", f"Write WxH with sides of 16 to {LARGEST}, e.g. 768x512.")
    return int(found[1]), int(found[2])


def _number(text: str) -> float | None:
    """A finite number of 0 or more; nothing for other texts."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _as_it_is(value: Any) -> Any:
    return value


OPTIONS: Mapping[str, Any] = {
    "engine": EngineOption,
    "seed": SeedOption,
    "steps": Annotated[int, typer.Option("--steps", min=1, max=1000, help="Denoising steps.")],
    "keep": Annotated[float, typer.Option("--keep", min=0, max=1, help="How much of the photo its inversion keeps.")],
    "guidance": Annotated[float, typer.Option("--guidance", min=0, help="Guidance scale; 0 to 1 turns it off.")],
    "rescale": Annotated[
        float, typer.Option("--rescale", min=0, max=1, help="How far guidance is rescaled against washed-out contrast.")
    ],
    "prior_weights": Annotated[
        str,
        typer.Option("--prior-weights", metavar="H0,H1,H2", help="Share of start picture, wish and prior in the wish."),
    ],
    "score": Annotated[float, typer.Option("--score", min=1, max=10, help="Wanted aesthetic score.")],
    "subject_strength": Annotated[
        float, typer.Option("--subject-strength", min=0, max=1, help="How strongly references must appear.")
    ],
    "variations": Annotated[int, typer.Option("--variations", min=1, max=4, help="How many results.")],
    "negative": Annotated[str, typer.Option("--negative", help="What the picture must not show.")],
    "sampler": Annotated[str, typer.Option("--sampler", help="ddim, dpm++ or few-step.")],
    "strength": Annotated[float, typer.Option("--strength", min=0, max=1, help="How far a draft is repainted.")],
    "start": Annotated[
        str, typer.Option("--start", help="Where decoding starts: auto, noise, draft, invert or rewrite.")
    ],
    "routes": Annotated[
        str,
        typer.Option("--routes", help="How the plan reaches the decoder: prompt, embeddings, context, joined by +."),
    ],
    "refine": Annotated[
        float, typer.Option("--refine", min=0, max=1, help="How far SDXL's refiner repaints; 0 is off.")
    ],
    "chain": Annotated[
        str, typer.Option("--chain", help="Steps after a draft: auto, draft (none), or decode and restore joined by +.")
    ],
    "controls": Annotated[
        list[str] | None,
        typer.Option(
            "--control",
            metavar="KIND[:SCALE][=FILE]",
            help="Follow edge, sketch, mask or depth of the photo or of FILE, e.g. edge:0.7=plan.png.",
        ),
    ],
    "size": Annotated[
        str, typer.Option("--size", metavar="WxH", help="In pixels; the engine's own size when not said.")
    ],
}
READERS: Mapping[str, Callable[[Any], Any]] = {
    "prior_weights": read_weights,
    "controls": read_controls,
    "size": read_size,
}
UNREAD: Mapping[str, Any] = {  # defaults of those that are read from text
    "prior_weights": ",".join(f"{weight:g}" for weight in DEFAULTS["prior_weights"]),
    "controls": None,
    "size": "",
}
