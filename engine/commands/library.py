"""``overtone library``: the user's own reference pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import JsonOption, say, say_json

app = typer.Typer(name="library", help="Folders of your own reference pictures.", no_args_is_help=True)
FolderArgument = Annotated[Path, typer.Argument(help="A folder with pictures.")]


def register(to: typer.Typer) -> None:
    """Add ``library`` to the application."""
    to.add_typer(app)


@app.command("add")
def add(folder: FolderArgument) -> None:
    """Index a folder, or index it again after its pictures changed."""
    count = _library().add(folder)
    say(f"{folder.resolve()}: {count} picture{'' if count == 1 else 's'}")


@app.command("list")
def list_folders(as_json: JsonOption = False) -> None:
    """List the folders and how many pictures each holds."""
    folders = _library().folders()
    if as_json:
        say_json([{"folder": str(folder), "pictures": count} for folder, count in folders.items()])
        return
    if not folders:
        say("No folder of your own yet. Add one with `overtone library add FOLDER`.")
    for folder, count in folders.items():
        say(f"{folder}: {count} picture{'' if count == 1 else 's'}")


@app.command("remove")
def remove(folder: FolderArgument) -> None:
    """Forget a folder; its files stay where they are."""
    _library().remove(folder)
    say(f"Forgot {folder.resolve()}")


def _library():
    from engine.bundle import Bundle
    from engine.parts import Parts

    return Parts(Bundle.open("starter")).library
