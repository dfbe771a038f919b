"""``bundle.json``: what a bundle holds, with the hash of every file."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from engine import strict_json
from engine.errors import BundleError
from engine.files.archives import is_inside
from engine.values import STRICT

NAME = "bundle.json"
SCHEMA = 1
BLOCK = 1 << 20
STARTER = "starter"
NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")  # of bundles, which are folders


def cure(name: str) -> str:
    """What to do when the bundle ``name`` is missing or damaged."""
    return f"Run: overtone models {'assemble' if name == STARTER else 'pull'} {name}"


@dataclass(frozen=True)
class Entry:
    """One file: path inside the bundle (with ``/``), SHA-256 in hex, bytes on disk.

    ``link`` is the absolute path of a file of the user's own that stands for it; empty for what the bundle holds.
    """

    __pydantic_config__: ClassVar = STRICT

    path: str
    sha256: str
    size: int
    link: str = ""

    def place(self, root: Path) -> Path:
        """Where the file lies, of a bundle in the folder ``root``."""
        return Path(self.link) if self.link else root / self.path


@dataclass(frozen=True)
class Origin:
    """Where a part of a component comes from."""

    __pydantic_config__: ClassVar = STRICT

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
    exact
        Whether it computes in float32 on every device, because half precision spoils it.
    """

    __pydantic_config__: ClassVar = STRICT

    name: str
    step: str
    weights: int
    working: int
    tiled: int = 0
    folder: str = ""
    exact: bool = False


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

    __pydantic_config__: ClassVar = STRICT

    name: str
    stamp: str
    memory: int
    origins: tuple[Origin, ...]
    files: tuple[Entry, ...]
    networks: tuple[Network, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on disk in the bundle; what is linked takes none there."""
        return sum(entry.size for entry in self.files if not entry.link)


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

    __pydantic_config__: ClassVar = STRICT

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
        record: dict[str, Any] = {"schema": SCHEMA, **asdict(self)}
        for entry in (entry for component in record["components"] for entry in component["files"]):
            if not entry["link"]:
                del entry["link"]
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
        except ValueError as fault:
            raise BundleError(f"{path} is not a bundle manifest of schema {SCHEMA} ({_first(fault)}).", mend) from fault


def _from_record(record: Any) -> Manifest:
    if not isinstance(record, dict) or record.pop("schema", None) != SCHEMA:
        raise ValueError("schema")
    manifest = TypeAdapter(Manifest).validate_python(record)
    if not NAMED.fullmatch(manifest.name) or not (NAMED.fullmatch(manifest.extends) or not manifest.extends):
        raise ValueError("name")
    for component in manifest.components:
        _check(component)
    return manifest


def _first(fault: ValueError) -> str:
    """What is wrong, in a few words."""
    if isinstance(fault, ValidationError):
        first = fault.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].lower()}"
    return str(fault)


def component_from(record: Any) -> Component:
    """Read a component from its JSON record.

    Raises
    ------
    ValueError
        Something is missing, unknown, of the wrong kind, or a path leads outside.
    """
    component = TypeAdapter(Component).validate_python(record)
    _check(component)
    return component


def _check(component: Component) -> None:
    for entry in component.files:
        if not is_inside(entry.path) or entry.size < 0 or (entry.link and not Path(entry.link).is_absolute()):
            raise ValueError(entry.path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
