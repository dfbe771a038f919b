"""Readers of a built data folder: typed, frozen items with their licence class and their side of the held-out line."""

from __future__ import annotations

import enum
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import BadInput

DATA_VARIABLE = "OVERTONE_DATA"

HELD_OUT_PACKAGES = frozenset(
    {
        "palapeli-data",
        "libjxl-testdata",
        "puzzle-jigsaw",
        "forensics-samples-files",
        "pypi:scikit-image",
        "pypi:scikit-learn",
    }
)


class LicenceClass(enum.StrEnum):
    """What a licence asks, coarsely."""

    public_domain = "public-domain"
    attribution = "attribution"
    share_alike = "share-alike"
    copyleft = "copyleft"
    own = "own"  # the user's, who may train with it but has not said that it may be shared

    @property
    def permissive(self) -> bool:
        """Whether weights and files made from such items may ship with nothing but a credit."""
        return self in (LicenceClass.public_domain, LicenceClass.attribution)


def held_out_name(file: str) -> str:
    """The name that decides the side: lower-case stem without package prefix and trailing digits.

    ``objects/tuxpaint_frog_2.png`` and ``sounds/hyperrogue_frog.flac`` both give ``frog``, so that a thing's picture
    and its sound never fall on different sides.
    """
    stem = Path(file).stem.lower()
    bare = stem.split("_", 1)[-1]
    return re.sub(r"[\d_]+$", "", bare) or bare


def is_held_out(file: str, package: str) -> bool:
    """Whether an item is never trained on, by its package or because its name's SHA-1 begins with 0, 1 or 2."""
    if package in HELD_OUT_PACKAGES:
        return True
    return hashlib.sha1(held_out_name(file).encode(), usedforsecurity=False).hexdigest()[0] in "012"


@dataclass(frozen=True)
class Item:
    """What every item has.

    Attributes
    ----------
    path
        Where the file lies on this machine.
    file
        The same relative to the data folder, with forward slashes: the item's identity.
    package
        Debian package, or ``pypi:NAME``.
    licence
        As the package states it.
    licence_class
        Its class.
    author
        Who is to be credited; may be empty for public-domain items.
    source_path
        Where it was in the unpacked package.
    """

    path: Path
    file: str
    package: str
    licence: str
    licence_class: LicenceClass
    author: str
    source_path: str

    @property
    def held_out(self) -> bool:
        """Whether it is kept for evaluation: never trained on."""
        return is_held_out(self.file, self.package)

    @property
    def shippable(self) -> bool:
        """Whether the file itself, or weights trained on it, may be redistributed with a credit alone."""
        return self.licence_class.permissive

    @property
    def trainable(self) -> bool:
        """Whether shipped weights may learn from it."""
        return self.shippable and not self.held_out


@dataclass(frozen=True)
class PhotoItem(Item):
    """A photograph: size in pixels and a caption written by eye."""

    width: int
    height: int
    caption: str
    source_url: str


@dataclass(frozen=True)
class ObjectItem(Item):
    """A cut-out with transparency.

    Attributes
    ----------
    name, caption, category
        "frog", "a green frog", "animal".
    is_photo
        Photographic; otherwise drawn.
    sound
        File of its own sound, relative to the data folder.
    sounds_by_name
        Files of sounds whose name holds the same noun.
    """

    name: str
    caption: str
    category: str
    is_photo: bool
    width: int
    height: int
    sound: str | None
    sounds_by_name: tuple[str, ...]
    source_url: str


@dataclass(frozen=True)
class SoundItem(Item):
    """A sound effect, 16 kHz mono.

    Attributes
    ----------
    object_files
        Cut-outs whose own sound it is.
    object_files_by_name, photo_files_by_name
        Cut-outs and photographs that show the same noun.
    """

    name: str
    caption: str
    seconds: float
    object_files: tuple[str, ...]
    object_files_by_name: tuple[str, ...]
    photo_files_by_name: tuple[str, ...]


@dataclass(frozen=True)
class MusicItem(Item):
    """A music clip, 22.05 kHz mono; ``mood`` is guessed from onset rate and brightness, not heard."""

    title: str
    seconds: float
    mood: str
    rendered_midi: bool


def data_folder(folder: Path | str | None = None) -> Path:
    """The data folder: the argument, or what the environment variable ``OVERTONE_DATA`` names.

    Raises
    ------
    BadInput
        When neither names a folder that exists.
    """
    named = folder if folder is not None else os.environ.get(DATA_VARIABLE)
    if named is None:
        raise BadInput("No data folder was named.", f"Set {DATA_VARIABLE} or build one: overtone train data FOLDER.")
    found = Path(named)
    if not found.is_dir():
        raise BadInput(f"The data folder {found} does not exist.", f"Build it: overtone train data {found}.")
    return found


def _rows(folder: Path | str | None, kind: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every line of a table, with the fields all items share taken out."""
    root = data_folder(folder)
    table = root / kind / f"{kind}.jsonl"
    if not table.is_file():
        raise BadInput(f"{table} is missing.", f"Build it: overtone train data {root} --only {kind}.")
    with table.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield (
                row,
                {
                    "path": root / row["file"],
                    "file": row["file"],
                    "package": row["source_package"],
                    "licence": row["licence"],
                    "licence_class": LicenceClass(row["licence_class"]),
                    "author": row["author"],
                    "source_path": row["source_path"],
                },
            )


def photos(folder: Path | str | None = None) -> Iterator[PhotoItem]:
    """The photographs of a data folder, in the order of its table."""
    for row, shared in _rows(folder, "photos"):
        yield PhotoItem(
            **shared, width=row["width"], height=row["height"], caption=row["caption"], source_url=row["source_url"]
        )


def objects(folder: Path | str | None = None) -> Iterator[ObjectItem]:
    """The cut-outs of a data folder, in the order of its table."""
    for row, shared in _rows(folder, "objects"):
        yield ObjectItem(
            **shared,
            name=row["name"],
            caption=row["caption"],
            category=row["category"],
            is_photo=row["is_photo"],
            width=row["width"],
            height=row["height"],
            sound=row["sound"],
            sounds_by_name=tuple(row.get("sounds_by_name", ())),
            source_url=row["source_url"],
        )


def sounds(folder: Path | str | None = None) -> Iterator[SoundItem]:
    """The sound effects of a data folder, in the order of its table."""
    for row, shared in _rows(folder, "sounds"):
        yield SoundItem(
            **shared,
            name=row["name"],
            caption=row["caption"],
            seconds=row["seconds"],
            object_files=tuple(row["object_files"]),
            object_files_by_name=tuple(row["object_files_by_name"]),
            photo_files_by_name=tuple(row["photo_files_by_name"]),
        )


def music(folder: Path | str | None = None) -> Iterator[MusicItem]:
    """The music clips of a data folder, in the order of its table."""
    for row, shared in _rows(folder, "music"):
        yield MusicItem(
            **shared,
            title=row["title"],
            seconds=row["seconds"],
            mood=row["mood"],
            rendered_midi=row["rendered_midi"],
        )
