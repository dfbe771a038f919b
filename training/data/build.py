"""``python -m training.data build FOLDER``: makes the data folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from engine.errors import BadInput, OvertoneError
from training.data.clips import build_music
from training.data.cutouts import build_objects
from training.data.effects import build_sounds
from training.data.pictures import build_photos
from training.data.sources import Sources, prepare

KINDS: Mapping[str, Callable[[Sources], int]] = {
    "photos": build_photos,
    "objects": build_objects,
    "sounds": build_sounds,
    "music": build_music,
}


def build(folder: Path, only: Sequence[str] = tuple(KINDS)) -> dict[str, int]:
    """Make the data folder, or parts of it.

    Parameters
    ----------
    folder
        Where; made when absent. Holds the downloaded packages too, so that a second run needs no network.
    only
        Kinds to build: ``photos``, ``objects``, ``sounds`` (needs the first two), ``music``.

    Returns
    -------
    dict
        How many items of each kind were written.

    Raises
    ------
    BadInput
        For an unknown kind, or sounds without the tables they are paired with.
    MachineError
        When a tool is missing or a download fails.
    """
    unknown = [kind for kind in only if kind not in KINDS]
    if unknown:
        raise BadInput(f"There is no kind {unknown[0]!r}.", f"Kinds: {', '.join(KINDS)}.")
    if "sounds" in only:
        for kind in ("photos", "objects"):
            if kind not in only and not (folder / kind / f"{kind}.jsonl").is_file():
                raise BadInput(f"Sounds are paired with {kind}, which are not built.", f"Add {kind} to --only.")
    sources = prepare(folder.resolve(), only)
    counts: dict[str, int] = {}
    for kind, make in KINDS.items():
        if kind in only:
            counts[kind] = make(sources)
            print(f"{kind}: {counts[kind]}")
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.data", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="make the data folder from Debian packages and two wheels")
    building.add_argument("folder", type=Path)
    building.add_argument("--only", default=",".join(KINDS), help="kinds to build, separated by commas")
    chosen = parser.parse_args(arguments)
    try:
        build(chosen.folder, [kind.strip() for kind in chosen.only.split(",") if kind.strip()])
    except OvertoneError as error:
        print(error)
        return error.exit_code
    return 0
