"""The bundles that can be pulled: what each part is, where its files are published and what they need."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter, ValidationError

from engine import strict_json
from engine.bundle.manifest import Network
from engine.bundle.resources import resource
from engine.errors import BundleError
from engine.values import STRICT

FOLDER = "bundles"
SUFFIX = ".bundle.json"


@dataclass(frozen=True)
class OfferedFile:
    """One file of a repository and its place in the bundle's part.

    Attributes
    ----------
    path, to
        In the repository, and below the part's folder.
    size, sha256
        Where they are known beforehand; else the hub's metadata gives them at the first pull.
    needed
        Whether a repository without it is refused; else it is left out there.
    """

    __pydantic_config__: ClassVar = STRICT

    path: str
    to: str
    size: int | None = None
    sha256: str | None = None
    needed: bool = True


@dataclass(frozen=True)
class OfferedPart:
    """One part of a bundle, from one repository.

    Attributes
    ----------
    name, what
        Its name, and what it is in a line.
    repository, revision
        On the hub; a branch is pinned to its commit at the first pull.
    licence
        Identifier in :mod:`engine.bundle.licences`.
    folder
        In the bundle.
    files
        What is taken of the repository.
    networks
        What its networks need of memory.
    optional
        Whether it comes only when asked for.
    settings
        Small files of our own that come with it: path in the bundle to JSON content.
    needs
        Names of optional parts that come along with it.
    """

    __pydantic_config__: ClassVar = STRICT

    name: str
    what: str
    repository: str
    revision: str
    licence: str
    folder: str
    files: tuple[OfferedFile, ...]
    networks: tuple[Network, ...] = ()
    optional: bool = False
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """Every file in the bundle that it fills."""
        return frozenset({f"{self.folder}/{file.to}" for file in self.files} | self.settings.keys())


@dataclass(frozen=True)
class Offer:
    """A bundle that can be pulled.

    Attributes
    ----------
    name, version, what
        Its name, the version of this description, and what it is in a line.
    extends
        The bundle that supplies what this one lacks.
    tried
        Whether we have run it with the real weights.
    parts
        Its parts.
    settings
        Small files of our own that always come: path in the bundle to JSON content.
    """

    __pydantic_config__: ClassVar = STRICT

    schema: Literal[1]
    name: str
    version: str
    what: str
    extends: str
    tried: bool
    parts: tuple[OfferedPart, ...]
    settings: dict[str, dict[str, Any]]

    def chosen(self, wanted: tuple[str, ...] = (), unwanted: tuple[str, ...] = ()) -> tuple[OfferedPart, ...]:
        """The parts that come by themselves, with those ``wanted`` and what they need, without those ``unwanted``.

        Raises
        ------
        BundleError
            A name is not one of the parts, or two parts stand in each other's place or way.
        """
        parts = {part.name: part for part in self.parts}
        if strange := sorted({*wanted, *unwanted} - parts.keys()):
            raise BundleError(f"{self.name} has no part {strange[0]!r}.", f"It has: {', '.join(sorted(parts))}.")
        asked, rest = set[str](), list(wanted)
        while rest:
            if (name := rest.pop()) not in asked:
                asked.add(name)
                rest += parts[name].needs
                if lacking := sorted(set(parts[name].needs) & set(unwanted)):
                    raise BundleError(f"{name} needs {lacking[0]}.", f"Leave out --without {lacking[0]}.")
        chosen = tuple(
            part for part in self.parts if part.name not in unwanted and (not part.optional or part.name in asked)
        )
        for one, two in itertools.combinations(chosen, 2):
            if one.paths & two.paths:
                raise BundleError(f"{one.name} and {two.name} stand in each other's place.", "Choose one of them.")
        return chosen


def offers(folder: Path | None = None) -> dict[str, Offer]:
    """Every bundle that can be pulled, by name.

    Parameters
    ----------
    folder
        With descriptions ``NAME.bundle.json``; by default the shipped ones.

    Raises
    ------
    BundleError
        A description is damaged.
    """
    folder = resource(FOLDER) if folder is None else folder
    return {read.name: read for read in (_read(path) for path in sorted(folder.glob(f"*{SUFFIX}")))}


def offer(name: str, folder: Path | None = None) -> Offer:
    """The bundle ``name``.

    Raises
    ------
    BundleError
        There is no such bundle to pull.
    """
    known = offers(folder)
    if name not in known:
        raise BundleError(f"There is no bundle {name!r} to pull.", f"There are: {', '.join(known)}.")
    return known[name]


def _read(path: Path) -> Offer:
    try:
        return TypeAdapter(Offer).validate_python(strict_json.loads(path.read_bytes()))
    except (OSError, ValueError, ValidationError) as fault:
        raise BundleError(f"{path} is damaged ({fault}).", "Install Overtone again.") from fault
