"""Where the shipped ``resources`` folder lies."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.errors import BundleError


def resources() -> Path:
    """The ``resources`` folder: beside the packages in a source tree, else in the installation's shared data.

    Raises
    ------
    BundleError
        Neither place has it.
    """
    places = (Path(__file__).resolve().parents[2] / "resources", Path(sys.prefix) / "share" / "overtone" / "resources")
    for place in places:
        if place.is_dir():
            return place
    raise BundleError(f"The folder {places[0]} is missing.", "Install Overtone again.")


def resource(name: str) -> Path:
    """A file or folder of ``resources``, e.g. ``samples``.

    Raises
    ------
    BundleError
        It is not there.
    """
    path = resources() / name
    if not path.exists():
        raise BundleError(f"{path} is missing.", "Install Overtone again.")
    return path
