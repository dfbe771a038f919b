"""``overtone models import``: published checkpoints into a bundle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import JsonOption, say, say_json


def register(to: typer.Typer) -> None:
    """Add ``import`` to the commands of ``models``."""
    to.command("import")(import_checkpoint)


def import_checkpoint(
    path: Annotated[Path, typer.Argument(help="File or folder of one model.")],
    kind: Annotated[str, typer.Option("--as", help="What it is; found from the names in it by default.")] = "",
    name: Annotated[str, typer.Option("--name", help="The bundle it goes into; made when there is none.")] = "studio",
    as_json: JsonOption = False,
) -> None:
    """Import a published checkpoint: check it without trust and write it into a bundle.

    Every name and shape in it is compared with what the engine's classes take; what is missing, unexpected or of
    another shape is named, and nothing is written then.
    """
    from engine.bundle.progress import Lines
    from engine.importing.importer import import_path
    from engine.importing.layouts import Misfitting

    try:
        done = import_path(path, name, kind, progress=Lines())
    except Misfitting as misfit:
        if as_json:
            say_json({"error": misfit.message, **misfit.misfit.record()})
        raise
    if as_json:
        say_json(asdict(done))
        return
    size = sum(done.files.values())
    say(f"{done.source}: {done.what}, {size / 1e6:.1f} MB in the bundle {done.bundle}, licence {done.licence}")
    if done.notice:
        say(done.notice)
