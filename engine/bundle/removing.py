"""Deletes a bundle, with all that was fetched of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.bundle.bundle import stamp_file
from engine.bundle.disk import remove as delete
from engine.bundle.disk import speaking_of
from engine.bundle.lock import locked
from engine.bundle.manifest import NAME, Manifest
from engine.errors import BadInput, BundleError

LEFT = (".partial", ".old")  # what an interrupted pull leaves beside a bundle


@dataclass(frozen=True)
class Going:
    """What would be deleted.

    Attributes
    ----------
    name, home
        The bundle, and the folder that holds it.
    places
        Its folders.
    size
        Bytes in them.
    """

    name: str
    home: Path
    places: tuple[Path, ...]
    size: int


def what_goes(name: str, home: Path) -> Going:
    """What deleting a bundle would delete; links count for nothing, and what they lead to stays.

    Raises
    ------
    BadInput
        There is no such bundle, or another one stands on it.
    """
    if name in ("", ".", "..") or any(sign in name for sign in "/\\"):
        raise BadInput(f"{name!r} is not the name of a bundle.", "Run: overtone models list")
    places = tuple(place for end in ("", *LEFT) if (place := home / f"{name}{end}").is_dir())
    if not places:
        raise BadInput(f"There is no bundle {name!r} in {home}.", "Run: overtone models list")
    for other in sorted(home.glob(f"*/{NAME}")):
        if other.parent not in places and _extends(other) == name:
            raise BadInput(f"{other.parent.name} stands on {name}.", f"Remove {other.parent.name} first.")
    files = (file for place in places for file in place.rglob("*") if file.is_file() and not file.is_symlink())
    return Going(name, home, places, sum(file.stat().st_size for file in files))


def remove(going: Going) -> None:
    """Delete it. What the hub said of it stays pinned, so that a later pull gets the same bytes.

    Raises
    ------
    MachineError
        The disk refuses.
    """
    with speaking_of(going.home), locked(going.home / f"{going.name}.lock"):
        for place in going.places:
            delete(place)
        delete(stamp_file(going.home, going.name))


def _extends(manifest: Path) -> str:
    try:
        return Manifest.read(manifest).extends
    except BundleError:
        return ""
