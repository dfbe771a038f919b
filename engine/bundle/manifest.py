"""``bundle.json``: what a bundle holds, with the hash of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import strict_json
from engine.errors import BundleError

NAME = "bundle.json"
SCHEMA = 1
BLOCK = 1 << 20
STARTER = "starter"


def cure(name: str) -> str:
    """What to do when the bundle ``name`` is missing or damaged."""
    return f"Run: overtone models {'assemble' if name == STARTER else 'pull'} {name}"


@dataclass(frozen=True)
class Entry:
    """One file: path inside the bundle (with ``/``), SHA-256 in hex, bytes on disk."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Origin:
    """Where a part of a component comes from."""

    what: str
    licence: str
    origin: str
    package: str = ""
    version: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Network:
    """What one network asks of the memory that it computes in.

    Attributes
    ----------
    name
        For example ``unet``.
    step
        The step of the pipeline that it serves.
    weights
        Numbers in it.
    working
        Bytes beside the weights at the size that the bundle works at, in half precision; an estimate where nobody
        has measured it.
    tiled
        The same when it works in tiles; 0 when it cannot.
    folder
        Folder in the bundle that it is loaded from, e.g. ``decoder/unet``; empty when it cannot be quantized.
    """

    name: str
    step: str
    weights: int
    working: int
    tiled: int = 0
    folder: str = ""


@dataclass(frozen=True)
class Component:
    """One folder of the bundle.

    Attributes
    ----------
    name
        The folder.
    stamp
        Hash of everything that its files were made from; equal stamps mean equal files.
    memory
        Bytes that its tensors take once loaded.
    networks
        What its networks need, where memory has to be planned.
    """

    name: str
    stamp: str
    memory: int
    origins: tuple[Origin, ...]
    files: tuple[Entry, ...]
    networks: tuple[Network, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(entry.size for entry in self.files)


@dataclass(frozen=True)
class Manifest:
    """What a bundle holds.

    Attributes
    ----------
    name, version
        Of the bundle.
    components
        Its folders.
    extends
        Name of another bundle that supplies every file that this one lacks (a full-size decoder on the starter's
        understanding); empty for none.
    """

    name: str
    version: str
    components: tuple[Component, ...]
    extends: str = ""

    @property
    def entries(self) -> dict[str, Entry]:
        """Every file by its path inside the bundle."""
        return {entry.path: entry for component in self.components for entry in component.files}

    def component(self, name: str) -> Component | None:
        """The component of that name, if there is one."""
        return next((component for component in self.components if component.name == name), None)

    def to_bytes(self) -> bytes:
        """JSON, the same bytes for the same manifest."""
        record = {"schema": SCHEMA, **asdict(self)}
        return (json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read ``bundle.json``.

        Raises
        ------
        BundleError
            It is missing, damaged or of another schema.
        """
        mend = cure(path.parent.name)
        try:
            record = strict_json.loads(path.read_bytes())
        except FileNotFoundError:
            raise BundleError(f"The bundle {path.parent.name!r} is not here ({path.parent}).", mend) from None
        except (OSError, ValueError) as fault:
            raise BundleError(f"{path} is damaged ({fault}).", mend) from fault
        try:
            return _from_record(record)
        except (KeyError, TypeError, AttributeError) as fault:
            raise BundleError(f"{path} is not a bundle manifest of schema {SCHEMA} ({fault!r}).", mend) from fault


def _from_record(record: Mapping[str, Any]) -> Manifest:
    if record["schema"] != SCHEMA:
        raise KeyError("schema")
    components = tuple(component_from(part) for part in record["components"])
    return Manifest(record["name"], record["version"], components, record.get("extends", ""))


def component_from(record: Mapping[str, Any]) -> Component:
    """Read a component from its JSON record.

    Raises
    ------
    KeyError, TypeError
        Something is missing or of the wrong kind.
    """
    return Component(
        name=record["name"],
        stamp=record["stamp"],
        memory=record["memory"],
        origins=tuple(Origin(**origin) for origin in record["origins"]),
        files=tuple(_entry(entry) for entry in record["files"]),
        networks=tuple(Network(**network) for network in record.get("networks", ())),
    )


def _entry(record: Mapping[str, Any]) -> Entry:
    entry = Entry(**record)
    parts = entry.path.split("/")
    if "" in parts or ".." in parts or "\\" in entry.path or ":" in entry.path:
        raise KeyError(entry.path)
    return entry


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
