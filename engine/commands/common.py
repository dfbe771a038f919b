"""What several commands share: their options and how they print."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from engine.errors import BadInput
from engine.files import read_photo
from engine.picture import Photo
from engine.serial import history_from_json, read_json
from engine.values import Event, LogEvent, StageEvent, Turn

RefOption = Annotated[
    list[Path] | None, typer.Option("--ref", help="Picture or sound; the k-th one is [ref#k] in the instruction.")
]
HistoryOption = Annotated[
    Path | None, typer.Option("--history", help="Earlier turns, as `overtone edit --save-history` writes them.")
]
EngineOption = Annotated[str, typer.Option("--engine", help="Bundle that does it, as `overtone models list` names it.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1)]
OutOption = Annotated[Path | None, typer.Option("--out", help="Where to write; may overwrite.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

ROWS = 512  # of a mask, worked on at a time


def say(text: str) -> None:
    """Print a line to standard output."""
    print(text)  # noqa: T201


def say_json(value: Any) -> None:
    """Print one JSON object."""
    say(json.dumps(value, ensure_ascii=False, indent=2))


def progress(event: Event) -> None:
    """Show stages and log lines on standard error, where somebody watches it."""
    if not sys.stderr.isatty():
        return
    match event:
        case StageEvent(step, index, total):
            print(f"  {step}" + (f" ({index} of {total})" if total > 1 else ""), file=sys.stderr)  # noqa: T201
        case LogEvent(text):
            print(f"  {text}", file=sys.stderr)  # noqa: T201
        case _:
            pass


def read_history(path: Path | None) -> tuple[Turn, ...]:
    """The earlier turns in a file, none without a file."""
    return history_from_json(read_json(path), path.name) if path else ()


def check_json(path: Path | None) -> None:
    """Refuse, before any work, a place that cannot take a JSON file.

    Raises
    ------
    BadInput
        When the folder is absent or the name does not end with .json.
    """
    if path is None:
        return
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}.", "Make it first or choose another place.")
    if path.is_dir() or path.suffix.lower() != ".json":
        raise BadInput(f"{path} does not name a JSON file.", "End it with .json.")


def read_mask(path: Path, photo: Photo) -> np.ndarray:
    """A mask picture as ``(H, W)`` uint8: its transparency if it has any, else its brightness.

    Raises
    ------
    BadInput
        When its size is not the photo's or nothing is marked.
    """
    picture = read_photo(path)
    if (picture.width, picture.height) != (photo.width, photo.height):
        sizes = f"{picture.width} × {picture.height}, the photo {photo.width} × {photo.height}"
        raise BadInput(f"The mask is {sizes}.", "Make the mask at the photo's size.")
    mask = np.empty((photo.height, photo.width), np.uint8)
    covered = picture.pixels.shape[2] == 4 and picture.pixels[..., 3].min() < picture.white
    for top in range(0, photo.height, ROWS):  # in floats a large mask would take more memory than the photo
        rows = picture.pixels[top : top + ROWS]
        marked = rows[..., 3] if covered else rows[..., :3].mean(axis=2, dtype=np.float32)
        mask[top : top + ROWS] = np.rint(marked * np.float32(255 / picture.white))
    if not mask.any():
        raise BadInput(f"The mask {path.name} is empty.", "Paint the place to edit white.")
    return mask


def peak_memory() -> int:
    """Largest resident memory of this process so far, in bytes."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * (1 if sys.platform == "darwin" else 1024)
