"""Options of reading camera RAW files and of saving, the same in every command that takes them."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from engine.commands.gathering import Command, gathers, option
from engine.files import RawOptions, SaveOptions
from engine.files.options import MOST_STOPS


class KeptMetadata(enum.Enum):
    """What of EXIF, XMP and IPTC is kept."""

    all = "all"
    no_place = "no-place"
    none = "none"


class Balance(enum.Enum):
    """White balance of a camera RAW file."""

    camera = "camera"
    auto = "auto"
    daylight = "daylight"


SAVING: Mapping[str, tuple[Any, Any]] = {  # option to its annotation and its default
    "quality": (
        Annotated[
            int | None,
            typer.Option("--quality", min=1, max=100, help="Of JPEG, WebP and AVIF; like the photo's when not said."),
        ],
        None,
    ),
    "metadata": (
        Annotated[
            KeptMetadata,
            typer.Option("--metadata", help="Keep all, all but the place where it was taken, or none."),
        ],
        KeptMetadata.all,
    ),
}
DEVELOPING: Mapping[str, tuple[Any, Any]] = {
    "white_balance": (
        Annotated[Balance, typer.Option("--white-balance", help="Of a camera RAW file.")],
        Balance.camera,
    ),
    "exposure": (
        Annotated[
            float,
            typer.Option("--exposure", min=-MOST_STOPS, max=MOST_STOPS, help="Of a camera RAW file, in stops."),
        ],
        0.0,
    ),
}


def takes_saving(*names: str) -> Callable[[Command], Command]:
    """Give a command an option for each named field of its ``saving``, which it gets as one SaveOptions."""
    return gathers("saving", [option(name, *SAVING[name]) for name in names], lambda told: SaveOptions(**_plain(told)))


def takes_developing(command: Command) -> Command:
    """Give a command the options of reading a camera RAW file; they reach its ``developing`` as one RawOptions."""
    options = [option(name, *DEVELOPING[name]) for name in DEVELOPING]
    return gathers("developing", options, lambda told: RawOptions(**_plain(told)))(command)


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, enum.Enum) else value for name, value in told.items()}
