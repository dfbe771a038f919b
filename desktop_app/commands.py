"""The editor's part of the command line; importing this opens nothing and imports no Qt."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import MachineError


def open_editor(photo: Path | None = None) -> int:
    """Open the window and return its exit code when it is closed.

    Raises
    ------
    MachineError
        When this machine has no display.
    """
    unix = sys.platform.startswith("linux")
    if unix and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise MachineError(
            "There is no display to open the window on.", "Use `overtone edit` or `overtone demo` instead."
        )
    from desktop_app.app import run

    return run(photo)


def register(app: typer.Typer) -> None:
    """Add ``overtone open`` and make it what ``overtone`` alone does."""

    @app.callback(invoke_without_command=True)
    def main(context: typer.Context) -> None:
        """A photo editor told what to do in words, pictures and sounds, on your own machine."""
        if context.invoked_subcommand is None:
            raise typer.Exit(open_editor())

    @app.command("open")
    def open_command(photo: Annotated[Path | None, typer.Argument(help="The photo to open.")] = None) -> None:
        """Open the editor."""
        raise typer.Exit(open_editor(photo))
