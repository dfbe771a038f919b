"""``python -m desktop_app [PHOTO]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from desktop_app.commands import open_editor
from engine.entry import entered
from engine.errors import OvertoneError


def main(arguments: list[str]) -> int:
    """Read the command line and open the editor."""
    parser = argparse.ArgumentParser(prog="overtone", description="Open the Overtone editor.")
    parser.add_argument("photo", nargs="?", type=Path, help="the photo to open")
    try:
        with entered():
            return open_editor(parser.parse_args(arguments).photo)
    except OvertoneError as error:
        print(f"overtone: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
