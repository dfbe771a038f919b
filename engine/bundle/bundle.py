"""An assembled bundle on disk, opened for reading."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from engine.bundle import storage
from engine.bundle.catalogue import offers
from engine.bundle.manifest import NAME, STARTER, Entry, Manifest, cure, sha256_of
from engine.bundle.stamps import Stamps
from engine.errors import BundleError

if TYPE_CHECKING:
    import torch

HOME = "OVERTONE_HOME"
HIDDEN = (".old", ".partial")  # endings of folders that are no bundles


def default_home() -> Path:
    """The folder that holds the bundles: ``OVERTONE_HOME``, else the user's data folder."""
    named = os.environ.get(HOME)
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("overtone", appauthor=False))


def stamp_file(home: Path, name: str) -> Path:
    """Where the hashes already checked are remembered."""
    return home / f"{name}.stamps.json"


def assembled(home: Path) -> tuple[str, ...]:
    """Names of the bundles in ``home``, and the starter's, which can be had on every machine."""
    found = (path.parent.name for path in home.glob(f"*/{NAME}"))
    return tuple(sorted({STARTER, *(name for name in found if not name.endswith(HIDDEN))}))


class Bundle:
    """A bundle whose files are all present; each file's hash is checked before its first use.

    Parameters
    ----------
    root
        The bundle's folder.
    manifest
        What it must hold.
    stamps
        Hashes that need not be computed again.
    below
        The bundle that it extends, asked for every file that this one lacks.
    """

    def __init__(self, root: Path, manifest: Manifest, stamps: Stamps, below: Bundle | None = None) -> None:
        self.root = root
        self.manifest = manifest
        self._entries = manifest.entries
        self._stamps = stamps
        self._below = below
        self._cure = cure(manifest.name)

    @classmethod
    def open(cls, name: str = "starter", home: Path | None = None) -> Bundle:
        """Open the bundle ``name`` and see that no file is missing or of another size.

        Parameters
        ----------
        name
            Folder name of the bundle.
        home
            Folder that holds the bundles; default :func:`default_home`.

        Raises
        ------
        BundleError
            The bundle or some of its files are missing or altered; they are named.
        """
        return cls._open(name, default_home() if home is None else home, ())

    @classmethod
    def _open(cls, name: str, home: Path, above: tuple[str, ...]) -> Bundle:
        root = home / name
        if not (root / NAME).is_file() and name not in (known := {*assembled(home), *offers()}):
            raise BundleError(f"The bundle {name!r} is not here ({root}).", f"There are: {', '.join(sorted(known))}.")
        manifest = Manifest.read(root / NAME)
        if name in above:
            raise BundleError(f"The bundle {name!r} extends itself ({root}).", cure(name))
        below = cls._open(manifest.extends, home, (*above, name)) if manifest.extends else None
        bundle = cls(root, manifest, Stamps(stamp_file(home, name), root), below)
        entries = manifest.entries.values()
        bundle._refuse([entry for entry in entries if not entry.place(root).is_file()], "missing")
        bundle._refuse([entry for entry in entries if entry.place(root).stat().st_size != entry.size], "altered")
        return bundle

    def has(self, path: str) -> bool:
        """Whether the bundle holds ``path``, e.g. ``decoder/unet.safetensors``."""
        return path in self._entries or (self._below is not None and self._below.has(path))

    def supplier(self, path: str) -> str:
        """Name of the bundle that supplies ``path``: this one or one that it extends; empty when none does."""
        if path in self._entries:
            return self.manifest.name
        return self._below.supplier(path) if self._below is not None else ""

    def names(self, folder: str = "") -> tuple[str, ...]:
        """Paths of all files, or of those in ``folder``, in order."""
        own = {path for path in self._entries if not folder or path.startswith(f"{folder}/")}
        return tuple(sorted(own.union(self._below.names(folder) if self._below is not None else ())))

    def path(self, path: str) -> Path:
        """The place of a file on disk, after its hash was checked.

        Raises
        ------
        BundleError
            The bundle has no such file, or the file is missing or altered.
        """
        entry = self._entries.get(path)
        if entry is None and self._below is not None:
            return self._below.path(path)
        if entry is None:
            raise BundleError(f"The bundle {self.manifest.name!r} has no file {path}.", self._cure)
        if not self._intact(entry):
            self._refuse([entry], "altered")
        self._stamps.save()
        return entry.place(self.root)

    def folder(self, folder: str) -> Path:
        """The place of a folder on disk, after the hash of every file in it was checked.

        Libraries read whole folders and would take up whatever lies there, so that a file which the manifest does not
        name is refused too.

        Parameters
        ----------
        folder
            For example ``decoder/unet``.

        Raises
        ------
        BundleError
            There is no such folder, or something in it is missing, altered or not the bundle's.
        """
        names = self.names(folder)
        if not names:
            raise BundleError(f"The bundle {self.manifest.name!r} has no {folder}.", self._cure)
        places = [self.path(name) for name in names]
        place = places[0].parents[names[0].count("/") - folder.count("/") - 1]
        there = {file for file in place.rglob("*") if not file.is_dir() and not file.name.startswith(".")}
        if strange := sorted(there - set(places)):
            raise BundleError(
                f"{strange[0]} is not a file of the bundle {self.manifest.name!r}.", "Move it to another folder."
            )
        return place

    def tensors(self, path: str, dtype: torch.dtype | None = None) -> dict[str, torch.Tensor]:
        """Tensors of a safetensors file, back as floats from whatever compact form they are stored in.

        Parameters
        ----------
        path
            For example ``text/model.safetensors``.
        dtype
            Float type of the compact ones. Default: bfloat16 for the planner's 4 and 6 bit forms, float32 otherwise.

        Raises
        ------
        BundleError
            As :meth:`path`.
        """
        return storage.read(self.path(path), dtype)

    def json(self, path: str) -> Any:
        """What a JSON file holds.

        Raises
        ------
        BundleError
            As :meth:`path`.
        """
        try:
            return json.loads(self.path(path).read_bytes())
        except ValueError as fault:
            raise BundleError(f"{self.root / path} is damaged ({fault}).", self._cure) from fault

    def verify(self) -> None:
        """Hash every file again.

        Raises
        ------
        BundleError
            Some are missing, unreadable or altered; they are named.
        """
        entries = self._entries.values()
        self._refuse([entry for entry in entries if not entry.place(self.root).is_file()], "missing")
        places = {entry.place(self.root): entry for entry in entries}
        hashes = {place: self._hashed(entry, sha256_of) for place, entry in places.items()}
        self._refuse([entry for entry in entries if hashes[entry.place(self.root)] != entry.sha256], "altered")

    def _intact(self, entry: Entry) -> bool:
        return self._hashed(entry, self._stamps.sha256) == entry.sha256

    def _hashed(self, entry: Entry, sha256: Callable[[Path], str]) -> str:
        """A file's hash, taken by ``sha256``."""
        try:
            return sha256(entry.place(self.root))
        except FileNotFoundError:
            self._refuse([entry], "missing")
            raise
        except OSError as fault:
            raise BundleError(f"{entry.place(self.root)} cannot be read ({fault}).", self._cure) from fault

    def _refuse(self, entries: list[Entry], what: str) -> None:
        if not entries:
            return
        linked = next((entry.link for entry in entries if entry.link), "")
        if linked:
            name = self.manifest.name
            raise BundleError(
                f"{linked}, which the bundle {name!r} links to, has "
                + ("moved or is gone." if what == "missing" else "changed since it was imported."),
                f"Put it back, or import it again: overtone models import FILE --link --name {name}",
            )
        paths = [entry.path for entry in entries]
        files = ", ".join(sorted(paths)[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        verb = "is" if len(paths) == 1 else "are"
        raise BundleError(f"{files} in the bundle {self.manifest.name!r} {verb} {what} ({self.root}).", self._cure)
